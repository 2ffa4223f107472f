//! `audit log`.

use caretaker_proto::console::v1::ListAuditRequest;
use caretaker_proto::console::v1::proof_client::ProofClient;
use jiff::civil::Date;
use jiff::{SignedDuration, Zoned};
use tonic::transport::Channel;

use super::LogArgs;
use crate::commands::output::Output;
use crate::commands::refused::{failure, refused};
use crate::commands::{Exit, Failure, span};
use crate::console::ANSWER_BYTES;
use crate::render;

/// Rows of one answer.
const PAGE: u32 = 500;
/// Rows that are shown where nothing says how many.
const USUAL: u32 = 100;

pub(super) async fn run(args: LogArgs, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let mut client = ProofClient::new(channel).max_decoding_message_size(ANSWER_BYTES);
    let since = args.since.as_deref().map(|text| since(text, &output.screen.now)).transpose()?.unwrap_or_default();
    let whole = args.listing.is_table() || args.listing.is_filtered();
    let usual = if whole { u32::MAX } else { USUAL };
    let (mut rows, mut before, mut left) = (Vec::new(), 0, args.most.unwrap_or(usual));
    let (own_only, more) = loop {
        let request = ListAuditRequest {
            subject: args.case.clone().unwrap_or_default(),
            actor: args.actor.clone().unwrap_or_default(),
            since: since.clone(),
            before,
            most: left.min(PAGE),
        };
        let answer = client.list_audit(request).await.map_err(|status| refused(&status))?.into_inner();
        left = left.saturating_sub(u32::try_from(answer.rows.len()).unwrap_or(u32::MAX));
        before = answer.rows.last().map_or(0, |row| row.number);
        rows.extend(answer.rows);
        if !answer.more || left == 0 {
            break (answer.own_only, answer.more);
        }
    };
    let listing = if whole { args.listing.clone() } else { args.listing.unpaged() };
    let mut rows = listing.choose(rows, output)?;
    let about = serde_json::json!({ "own_only": own_only, "more": more });
    if let Some(exit) = listing.machine_with("rows", &rows, about, output)? {
        return Ok(exit);
    }
    if let Some(told) = listing.none(&rows, output.screen) {
        return output.text(&told);
    }
    if listing.is_sorted() {
        // The log is shown with its newest row last, and an order as it is.
        rows.rows.reverse();
    }
    let shown = render::proof::log(&rows.rows, own_only, more, output.screen);
    output.text(&(shown + &rows.footer(output.screen)))
}

/// The beginning of a day where the reader is, or so long ago.
fn since(text: &str, now: &Zoned) -> Result<String, Failure> {
    if let Ok(seconds) = span::seconds(text) {
        let ago = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        return Ok(now.timestamp().checked_sub(ago).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string());
    }
    let day = text.parse::<Date>().ok().and_then(|day| day.to_zoned(now.time_zone().clone()).ok());
    let wrong =
        || failure(Exit::Usage, "--since is a day, or a time that has passed\n  for example 2026-11-01, or 24h".into());
    day.map(|day| day.timestamp().to_string()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::since;

    #[test]
    fn a_day_begins_where_the_reader_is() {
        let now = "2026-07-21T14:02:00+01:00[Europe/London]".parse().expect("a time in London");
        assert_eq!(since("2026-07-01", &now).expect("a day"), "2026-06-30T23:00:00Z");
        assert_eq!(since("24h", &now).expect("a time"), "2026-07-20T13:02:00Z");
        assert!(since("yesterday", &now).is_err());
    }
}
