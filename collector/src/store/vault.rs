//! The keys of months, in a file beside the database and not in it: a copy of the database that is older than a key's
//! end opens nothing of that month any more.
//!
//! The file has one line a month: "2026-11", a blank, the key in hex. Only its owner may read it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use caretaker_shared::month_key::MonthKey;
use caretaker_shared::private_file;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

/// The file, in the folder of the database.
pub(crate) const FILE: &str = "retention.keys";

/// The keys that there are.
pub(super) struct Vault {
    file: PathBuf,
    keys: Mutex<BTreeMap<String, MonthKey>>,
}

impl Vault {
    /// The keys beside a database.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub(super) fn beside(database: &Path) -> io::Result<Self> {
        let file = database.with_file_name(FILE);
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Zeroizing::default(),
            Err(error) => return Err(error),
        };
        let malformed = || io::Error::new(io::ErrorKind::InvalidData, "a line is no month and key");
        let line = |line: &str| {
            let (month, key) = line.split_once(' ').ok_or_else(malformed)?;
            Ok((month.to_owned(), MonthKey::from_text(key).ok_or_else(malformed)?))
        };
        let keys = Mutex::new(text.lines().map(line).collect::<io::Result<_>>()?);
        Ok(Self { file, keys })
    }

    /// Puts bytes of an event under the key of the month; a new month gets a key, which is on the disk before it is used.
    pub(super) fn seal(&self, event: i64, now: Timestamp, bytes: &[u8]) -> io::Result<(String, Vec<u8>)> {
        let month = month(now);
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if !keys.contains_key(&month) {
            keys.insert(month.clone(), MonthKey::generate());
            if let Err(error) = self.write(&keys) {
                keys.remove(&month);
                return Err(error);
            }
        }
        let key = keys.get(&month).ok_or(io::ErrorKind::NotFound)?;
        let sealed = key.seal(&event.to_be_bytes(), bytes);
        Ok((month, sealed))
    }

    /// The bytes of an event; `None` when the key of the month is gone, or is not theirs.
    pub(super) fn open(&self, event: i64, month: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(month)?.open(&event.to_be_bytes(), sealed)
    }

    /// Destroys the keys of all months but these; says which are gone.
    pub(super) fn keep_only(&self, months: &[String]) -> io::Result<Vec<String>> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<String> = keys.keys().filter(|month| !months.contains(month)).cloned().collect();
        if gone.is_empty() {
            return Ok(gone);
        }
        keys.retain(|month, _| months.contains(month));
        self.write(&keys)?;
        Ok(gone)
    }

    fn write(&self, keys: &BTreeMap<String, MonthKey>) -> io::Result<()> {
        let mut text = Zeroizing::new(String::with_capacity(keys.len() * 80));
        for (month, key) in keys {
            text.push_str(month);
            text.push(' ');
            text.push_str(key.text().expose());
            text.push('\n');
        }
        private_file::write(&self.file, text.as_bytes())
    }
}

/// The month that something belongs to: "2026-11".
pub(super) fn month(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m").to_string()
}
