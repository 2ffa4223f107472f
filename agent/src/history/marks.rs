//! What is remembered of each profile, so that a visit is told once: numbers and times, no name and no word.

use std::collections::BTreeMap;

use caretaker_shared::digest::Sha256;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Unread;

/// The last visit that was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// Its number in the database.
    pub id: i64,
    /// Its time, in microseconds since 1970. When the visit of that number has another time, or is not there, the history
    /// was cleared or made anew, and numbers say nothing about what was read.
    pub visited_us: i64,
}

/// How far one profile has been read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The last visit that was looked at; `None` while there was none.
    pub last: Option<Last>,
    /// When it was last read without a failure.
    pub read_at: Option<Timestamp>,
    /// When it was last tried.
    pub tried_at: Option<Timestamp>,
    /// What the files looked like when it was last tried; `None` when more is waiting in them.
    pub looks: Option<[u8; 32]>,
    /// Why the last try failed.
    pub unread: Option<Unread>,
}

impl Mark {
    /// As a line of JSON, to keep.
    ///
    /// # Panics
    /// Never: everything in it has a form in JSON.
    #[must_use]
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).expect("numbers, times and words have a form in JSON")
    }

    /// What [`Mark::to_line`] gave; `None` for anything else, which is as good as a profile that was never read.
    #[must_use]
    pub fn from_line(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

/// Marks by keyed hash of the path of a profile's database.
pub type Marks = BTreeMap<Sha256, Mark>;

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Last, Mark};
    use crate::history::Unread;

    #[test]
    fn a_mark_is_kept_as_a_line() {
        let mark = Mark {
            last: Some(Last { id: 7, visited_us: 1_795_339_806_150_401 }),
            read_at: Some(Timestamp::UNIX_EPOCH),
            tried_at: Some(Timestamp::UNIX_EPOCH),
            looks: Some([9; 32]),
            unread: Some(Unread::TooLarge),
        };
        assert_eq!(Mark::from_line(&mark.to_line()), Some(mark));
        assert_eq!(Mark::from_line("{\"last\":{}}"), None);
    }
}
