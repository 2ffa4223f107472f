//! Reading the register.

use caretaker_proto::console::v1 as proto;
use jiff::civil::Date;

use super::super::paging::{Asked, cut};
use super::super::peer::Operator;
use super::super::permissions::Permission;
use super::super::proof::today;
use super::super::refusal::Refusal;
use super::super::{Context, personal, policies};
use super::{licence_id, terms, what};
use crate::licences::{Licence, Next, Seat, Standing};
use crate::store::licences::{LicenceRow, SeatRow, TransferRow};

/// The place of a licence in the list: those first that need attention.
type Place = (bool, Standing, i32, String, i64);

pub(super) async fn list(
    context: &Context,
    request: proto::ListLicencesRequest,
    operator: &Operator,
) -> Result<proto::ListLicencesResponse, Refusal> {
    let asked: Asked<(bool, u8, i32, String, i64)> = Asked::read(request.page)?;
    let site = policies::known_site(context, &request.site, operator).await?;
    let (text, today) = (request.title.to_lowercase(), today(context));
    let fits = |row: &LicenceRow| {
        let titled = row.title_name.to_lowercase().contains(&text) || row.licence.title.contains(&text);
        let of_site = site.is_none() || row.licence.scope.site.is_none() || row.licence.scope.site == site;
        titled && of_site && ends_within(&row.licence, request.ending_within_days, today)
    };
    let rows = context.store.licences(operator.sites().clone(), request.include_removed).await?;
    let mut placed: Vec<(Place, LicenceRow)> =
        rows.into_iter().filter(fits).map(|row| (place(&row, today), row)).collect();
    placed.sort_by(|(one, _), (other, _)| one.cmp(other));
    let key = |(removed, standing, days, name, id): &Place| (*removed, *standing as u8, *days, name.clone(), *id);
    let left: Vec<_> = placed
        .into_iter()
        .skip_while(|(place, _)| asked.after.as_ref().is_some_and(|after| key(place) <= *after))
        .take(asked.limit())
        .collect();
    let (licences, next_page) = cut(
        left,
        asked.size,
        |(place, _)| key(place),
        |(_, row)| personal::licence(terms::message(row, today), operator),
    );
    Ok(proto::ListLicencesResponse { licences, next_page })
}

fn place(row: &LicenceRow, today: Date) -> Place {
    let standing = Standing::of(&row.licence, today);
    let days = match standing {
        Standing::EndsSoon => Next::of(&row.licence, today).map_or(0, |next| next.days_left),
        // What ended last comes first.
        Standing::JustEnded | Standing::Ended => Next::of(&row.licence, today).map_or(0, |next| -next.days_left),
        Standing::InForce | Standing::NotBegun => 0,
    };
    (row.removed.is_some(), standing, days, row.title_name.to_lowercase(), row.licence.id.0)
}

/// Whether its end or notice lies within so many days, or it has ended; of 0 days, always.
fn ends_within(licence: &Licence, within: u32, today: Date) -> bool {
    let within = i32::try_from(within).unwrap_or(i32::MAX);
    within == 0 || Next::of(licence, today).is_some_and(|next| next.days_left <= within)
}

pub(super) async fn show(
    context: &Context,
    request: proto::GetLicenceRequest,
    operator: &Operator,
) -> Result<proto::GetLicenceResponse, Refusal> {
    let id = licence_id(&request.number)?;
    let unknown = || Refusal::NoEntry { what: what(&request.number) };
    let row = context.store.licence(id, operator.sites().clone()).await?.ok_or_else(unknown)?;
    let seats = context.store.licence_seats(id).await?;
    let transfers = context.store.licence_transfers(id, operator.sites().clone()).await?;
    let place = context.store.licence_place(&row.licence).await?;
    // Of a licence for all sites each sees the seats of their own alone: those of the others are a number.
    let seats = if row.own { seats } else { Vec::new() };
    Ok(proto::GetLicenceResponse {
        licence: Some(personal::licence(terms::message(row, today(context)), operator)),
        seats: seats.into_iter().filter_map(|row| seat(row, operator)).collect(),
        transfers: transfers.into_iter().map(transfer).collect(),
        place: place.map(|place| proto::LicencePlace { is_group: place.is_group, devices: place.devices }),
    })
}

/// A seat, for those who may know who has it.
fn seat(row: SeatRow, operator: &Operator) -> Option<proto::LicenceSeat> {
    let (device, account) = match (row.seat, row.device) {
        (Seat::Account(account), _) => operator.may(Permission::AccountsRead).then_some((None, account))?,
        (Seat::Device(_), device) => operator.may(Permission::DevicesRead).then_some((device, String::new()))?,
    };
    let (device, device_id, device_status) =
        device.map(|(name, id, status)| (name, id.to_string(), status)).unwrap_or_default();
    let given_at = row.given_at.to_string();
    Some(proto::LicenceSeat { device, account, device_id, given_at, given_by: row.given_by, device_status })
}

fn transfer(row: TransferRow) -> proto::LicenceTransfer {
    proto::LicenceTransfer {
        source: row.source.to_string(),
        target: row.target.to_string(),
        site: row.site.unwrap_or_default(),
        quantity: row.quantity,
        reason: row.reason,
        at: row.at.to_string(),
        by: row.by,
    }
}
