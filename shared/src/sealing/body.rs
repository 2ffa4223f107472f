//! The plain text inside the seal: padded, so that its length says little, and wiped behind us.

use caretaker_proto::agent::v1 as proto;
use prost::Message as _;
use zeroize::{Zeroize as _, Zeroizing};

use super::content::TAG;
use super::evidence::{Evidence, Quoted};
use crate::model::KeywordEvent;
use crate::wire;

/// What a body is padded to.
pub(super) const STEP: usize = 1024;
/// Bytes before the body that say how long it is.
const LENGTH: usize = 4;

/// The padded body of an event, with room for the tag behind it.
pub(super) fn padded(event: &KeywordEvent, evidence: &Evidence) -> Zeroizing<Vec<u8>> {
    let mut body = Wiped(proto::SealedBody {
        user: evidence.user.to_string(),
        category: event.category.clone(),
        rule: event.rule.clone(),
        severity: event.severity.level().into(),
        occurred_unix_ms: wire::unix_ms(event.occurred_at),
        source: i32::from(proto::Source::from(event.source)).unsigned_abs(),
        person: event.user.map(|user| user.as_bytes().to_vec()).unwrap_or_default(),
        quoted: evidence.quoted.as_ref().map(|quoted| proto::Quoted {
            passage: quoted.passage.to_string(),
            met_from: number(quoted.met.start),
            met_to: number(quoted.met.end),
            place: quoted.place.to_string(),
        }),
    });
    let length = body.0.encoded_len();
    let size = (LENGTH + length).next_multiple_of(STEP);
    let mut padded = Zeroizing::new(Vec::with_capacity(size + TAG));
    padded.extend_from_slice(&number(length).to_be_bytes());
    body.0.encode(&mut *padded).expect("a vector takes everything");
    padded.resize(size, 0);
    body.wipe();
    padded
}

/// The body in a padded one; `None` when it is none.
pub(super) fn unpadded(padded: &[u8]) -> Option<Wiped> {
    let (length, rest) = padded.split_first_chunk::<LENGTH>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    Some(Wiped(proto::SealedBody::decode(rest.get(..length)?).ok()?))
}

/// A body that is wiped when it is dropped.
pub(super) struct Wiped(pub(super) proto::SealedBody);

impl Wiped {
    fn wipe(&mut self) {
        self.0.user.zeroize();
        if let Some(quoted) = &mut self.0.quoted {
            quoted.passage.zeroize();
            quoted.place.zeroize();
        }
    }

    /// Takes the passage out; `None` when there is none, or it is none.
    pub(super) fn take_quoted(&mut self) -> Option<Quoted> {
        let quoted = self.0.quoted.take()?;
        let met = usize::try_from(quoted.met_from).ok()?..usize::try_from(quoted.met_to).ok()?;
        let quoted = Quoted { passage: Zeroizing::new(quoted.passage), met, place: Zeroizing::new(quoted.place) };
        quoted.passage.get(quoted.met.clone()).is_some().then_some(quoted)
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        self.wipe();
    }
}

fn number(length: usize) -> u32 {
    u32::try_from(length).expect("a body of some KiB")
}
