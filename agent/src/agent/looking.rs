//! What the loops that look at text share.

use std::sync::Arc;

use caretaker_shared::clock::Clock;
use caretaker_shared::secret::Secret;
use tokio::sync::watch;

use crate::config::InForce;
use crate::detection::Rules;
use crate::host::Host;
use crate::spool::Spool;

/// Whose text it is, what holds for it, and where what is found goes.
#[derive(Clone)]
pub(super) struct Looking {
    pub(super) rules: Rules,
    pub(super) policy: watch::Receiver<InForce>,
    /// The name of this device.
    pub(super) device: String,
    pub(super) host: Arc<dyn Host>,
    pub(super) spool: Arc<Spool>,
    /// The key under which documents, profiles and accounts are named.
    pub(super) key: Secret<[u8; 32]>,
    pub(super) clock: Arc<dyn Clock>,
}
