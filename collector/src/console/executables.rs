//! Calls about executables by their content.

use caretaker_proto::console::v1 as proto;
use jiff::Timestamp;

use super::devices::one;
use super::paging::{Asked, cut_in};
use super::peer::Operator;
use super::refusal::Refusal;
use super::{Context, personal};
use crate::store::console::{CONTENT_COLUMNS, ContentFilter, ContentKey, ContentRow, PlaceRow};

/// Places that one answer may list.
const PLACES: usize = 500;
/// Digits by which a content may be asked for.
const FEWEST_DIGITS: usize = 8;

pub(super) async fn list(
    context: &Context,
    request: proto::ListExecutablesRequest,
    operator: &Operator,
) -> Result<proto::ListExecutablesResponse, Refusal> {
    let asked: Asked<ContentKey> = Asked::read(request.page)?;
    let device = if request.device.is_empty() { None } else { Some(one(context, request.device, operator).await?) };
    let wanted = request.view.unwrap_or_default();
    let (view, order) = asked.view(&wanted, CONTENT_COLUMNS, operator, context.clock.now())?;
    let filter = ContentFilter { sites: operator.sites().clone(), since: since(&request.since)?, device, view };
    let total = if wanted.count { context.store.count_contents(filter.clone()).await? } else { 0 };
    let limit = asked.limit();
    let rows = context.store.list_contents(filter, asked.after, limit).await?;
    let key = |row: &ContentRow| (row.first_seen_at.as_millisecond(), row.sha256.as_bytes().to_vec());
    let (mut executables, next_page) = cut_in(order, rows, asked.size, key, summary);
    executables.iter_mut().for_each(|executable| personal::executable(executable, operator));
    Ok(proto::ListExecutablesResponse { executables, next_page, total })
}

fn since(text: &str) -> Result<Option<Timestamp>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Refusal::Field {
        field: "since",
        problem: "is not a time",
        remedy: "give one as in RFC 3339, for example 2026-11-21T14:02:00Z",
    })
}

pub(super) async fn show(
    context: &Context,
    request: proto::GetExecutableRequest,
    operator: &Operator,
) -> Result<proto::GetExecutableResponse, Refusal> {
    let digits = request.sha256.trim().trim_start_matches("sha256:").to_ascii_lowercase();
    let enough = (FEWEST_DIGITS..=64).contains(&digits.len());
    if !enough || !digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(Refusal::Field {
            field: "the digest",
            problem: "is not 8 to 64 hexadecimal digits",
            remedy: "take it from the list:  caretaker-collector executables",
        });
    }
    let mut found = context.store.contents_beginning(&digits, operator.sites()).await?;
    let digest = match found.len() {
        0 => return Err(Refusal::NoExecutable(digits)),
        1 => found.remove(0),
        _ => return Err(Refusal::SeveralExecutables(digits)),
    };
    let content =
        context.store.content(digest, PLACES, operator.sites()).await?.ok_or(Refusal::NoExecutable(digits))?;
    let mut executable = summary(content.row);
    personal::executable(&mut executable, operator);
    let mut places: Vec<proto::ExecutablePlace> = content.places.into_iter().map(place).collect();
    places.iter_mut().for_each(|place| personal::place(place, operator));
    let [company, product, description, version, original_name] = content.claims;
    Ok(proto::GetExecutableResponse {
        executable: Some(executable),
        runs_on: content.runs_on,
        company,
        product,
        description,
        version,
        original_name,
        places,
        places_left_out: content.places_left_out,
    })
}

fn summary(row: ContentRow) -> proto::ExecutableSummary {
    proto::ExecutableSummary {
        sha256: row.sha256.to_string(),
        path: row.path,
        format: row.format,
        class: row.class,
        signer: row.signer,
        size_bytes: row.size_bytes,
        first_seen_at: row.first_seen_at.to_string(),
        device: row.device,
        devices: row.devices,
    }
}

fn place(row: PlaceRow) -> proto::ExecutablePlace {
    proto::ExecutablePlace {
        device: row.device,
        device_id: row.device_id.to_string(),
        site: row.site,
        path: row.path,
        owner: row.owner,
        first_seen_at: row.first_seen_at.to_string(),
        removable: row.removable,
    }
}
