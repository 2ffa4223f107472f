//! The licence position: what the newest audit found.

use caretaker_proto::console::v1 as proto;

use crate::console::findings::time;
use crate::console::peer::Operator;
use crate::console::refusal::Refusal;
use crate::console::{Context, licence_audit};
use crate::licences::TitleCounts;

/// The newest audit, at one site or at all that the operator sees; without a time when there was none yet.
pub(super) async fn position(
    context: &Context,
    operator: &Operator,
    site: Option<String>,
) -> Result<proto::LicencePosition, Refusal> {
    let is_one = site.is_some();
    let newest = context.store.licence_audits(1, site).await?;
    let Some((row, counts)) = newest.first() else { return Ok(proto::LicencePosition::default()) };
    let counts = if is_one { Some(*counts) } else { licence_audit::counts(context, operator).await? };
    let TitleCounts { met, not_met, unknown } = counts.unwrap_or_default();
    let count = |word: &str, titles| proto::LicenceCount { word: word.to_owned(), titles };
    let counts = vec![count("not in order", not_met), count("unknown", unknown), count("in order", met)];
    Ok(proto::LicencePosition { audited_at: time(Some(row.at)), counts })
}
