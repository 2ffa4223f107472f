//! The licence position: what the newest audit found.

use caretaker_proto::console::v1 as proto;

use crate::console::findings::time;
use crate::console::refusal::Refusal;
use crate::store::Store;

/// The newest audit; without a time when there was none yet.
pub(super) async fn position(store: &Store) -> Result<proto::LicencePosition, Refusal> {
    let audited_at = store.last_audited_at().await?;
    Ok(proto::LicencePosition { audited_at: time(audited_at), counts: Vec::new() })
}
