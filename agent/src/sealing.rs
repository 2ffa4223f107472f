//! Seals what leaves this device of a text: for whom, and what to say when nobody can be sealed for.
//!
//! The root was named by the enrolment token. Recipients that it has signed lie in a file beside the identity; the last
//! good ones hold for ever, also when they have expired and when the spool was set aside.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{Content, DeviceId, EpochId, KeywordEvent, Role, Stream, SubjectKind, Unsealed};
use caretaker_shared::order;
use caretaker_shared::pki::DeviceKey;
use caretaker_shared::private_file;
use caretaker_shared::sealing::{About, Origin, SealError, SetError, SignedSet, Signer, seal};

use crate::detection::Event;
use crate::identity::Identity;

/// The file, in the state folder, of the recipients in force.
const FILE: &str = "recipients";

/// Why recipients were not taken. Those before stay in force.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// They are older, unsigned, or of another root.
    #[error(transparent)]
    Set(#[from] SetError),
    /// They cannot be kept.
    #[error("the recipients cannot be kept")]
    File(#[source] io::Error),
}

/// The number that an event is about to get.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// In which epoch,
    pub epoch: EpochId,
    /// on which stream,
    pub stream: Stream,
    /// under which number.
    pub sequence: u64,
}

/// Seals for the recipients in force, as this device.
pub struct Sealer {
    file: PathBuf,
    held: RwLock<Held>,
}

struct Held {
    root: Option<Sha256>,
    recipients: Option<Arc<SignedSet>>,
    who: Option<Who>,
}

struct Who {
    device: DeviceId,
    site: String,
    signer: Signer,
}

impl Sealer {
    /// The sealer of a device, with the recipients that were kept. A file that is none, or of another root, counts as
    /// not there: the next greeting brings one.
    #[must_use]
    pub fn open(state: &Path, identity: &Identity) -> Self {
        let root = identity.collector.root;
        let recipients = root.and_then(|root| kept(state, &root)).map(Arc::new);
        let file = state.join(FILE);
        Self { file, held: RwLock::new(Held { root, recipients, who: who(identity) }) }
    }

    /// Seals as this identity from now on.
    pub fn adopt(&self, identity: &Identity) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.who = who(identity);
    }

    /// The fingerprint of the root that the enrolment token named.
    #[must_use]
    pub fn root(&self) -> Option<Sha256> {
        self.held().root
    }

    /// The digest of the recipients in force.
    #[must_use]
    pub fn recipients(&self) -> Option<Sha256> {
        self.held().recipients.as_ref().map(|set| set.digest())
    }

    /// Puts an encoded `SignedRecipients` in force, and says which version it is.
    ///
    /// # Errors
    /// [`Refused`]; those before stay in force.
    pub fn take(&self, encoded: &[u8]) -> Result<u64, Refused> {
        let set = SignedSet::parse(encoded)?;
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let root = held.root.ok_or(SetError::Foreign)?;
        set.follows(&root, held.recipients.as_deref())?;
        private_file::write(&self.file, set.encoded()).map_err(Refused::File)?;
        let version = set.set().version;
        held.recipients = Some(Arc::new(set));
        Ok(version)
    }

    /// The event with what is sealed of its text, or with the reason why nothing is. An event is never held back.
    #[must_use]
    pub fn seal(&self, place: &Place, told: &Event) -> KeywordEvent {
        let held = self.held();
        let account = told.evidence.account();
        let conflict = held.recipients.as_deref().map(|set| roles_of(set, account)).unwrap_or_default();
        // Whoever opens evidence is no pupil, whatever the policy's groups say.
        let subject = if conflict.is_empty() { told.event.subject } else { SubjectKind::Staff };
        let mut event = KeywordEvent { subject, conflict, ..told.event.clone() };
        event.content = match sealed(&held, place, &event, told) {
            Ok(bytes) => Content::Sealed(bytes),
            Err(reason) => Content::Nothing(reason),
        };
        event
    }

    fn held(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The recipients that a device keeps, provided that its root has signed them.
#[must_use]
pub fn kept(state: &Path, root: &Sha256) -> Option<SignedSet> {
    let encoded = match std::fs::read(state.join(FILE)) {
        Ok(encoded) => encoded,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            tracing::error!(reason = %error, "the people whom this device seals for cannot be read");
            return None;
        }
    };
    let checked = SignedSet::parse(&encoded).and_then(|set| set.follows(root, None).map(|()| set));
    checked.inspect_err(|error| tracing::warn!(reason = %error, "the kept recipients are not in force")).ok()
}

fn sealed(held: &Held, place: &Place, event: &KeywordEvent, told: &Event) -> Result<Vec<u8>, Unsealed> {
    if held.root.is_none() {
        return Err(Unsealed::NoRoot);
    }
    let set = held.recipients.as_deref().ok_or(Unsealed::NoRecipients)?;
    let who = held.who.as_ref().ok_or(Unsealed::Failed)?;
    let Place { epoch, stream, sequence } = *place;
    let origin = Origin { device: who.device, epoch, stream, sequence };
    let about = About { site: &who.site, account: told.evidence.account(), subject: event.subject };
    seal(set, &origin, event, &told.evidence, &about, &who.signer).map_err(|error| {
        tracing::error!(reason = %error, "what an event left of a text was not sealed, and is gone");
        match error {
            SealError::Nobody => Unsealed::Nobody,
            SealError::Key(_) | SealError::Recipients => Unsealed::Failed,
        }
    })
}

fn roles_of(set: &SignedSet, account: &str) -> BTreeSet<Role> {
    if account.is_empty() {
        return BTreeSet::new();
    }
    let everybody = set.set().recipients.iter().chain(&set.set().recovery);
    order::set(everybody.filter(|one| one.has_account(account)).map(|one| one.role))
}

fn who(identity: &Identity) -> Option<Who> {
    let key = DeviceKey::from_pem(identity.key_pem.expose()).ok()?;
    Some(Who {
        device: identity.certificate.device().ok()?,
        site: identity.collector.site.clone(),
        signer: Signer { key, certificate: identity.certificate.fingerprint },
    })
}
