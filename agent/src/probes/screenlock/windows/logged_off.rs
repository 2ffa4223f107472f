//! Settings of users who are not logged on, from their `NTUSER.DAT`, which is read again only when it has changed.
//!
//! Only the values that a lock depends on are remembered, in memory and, where there is a folder for it, in a file of
//! the agent's own. A file there that cannot be read costs one reading of each profile and nothing else.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use caretaker_shared::private_file;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::profile::KEYS;
use crate::host::hive::{HIVE_BYTES, Hive};
use crate::host::profiles::Profile;
use crate::host::windows::{Key, Registry, RegistryValue, Values};
use crate::host::{FileStatus, Host};

const FILE: &str = "screen-lock-profiles.json";
const FILE_BYTES: u64 = 4 * 1024 * 1024;
/// Longer than any value that a lock depends on.
const TEXT_CHARS: usize = 1024;

/// What was read of profiles, by security identifier.
#[derive(Debug, Default)]
pub(in super::super) struct Remembered {
    profiles: BTreeMap<String, Kept>,
    read: bool,
}

/// The part of one user's registry that a lock depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    mark: String,
    /// When the profile was last written.
    pub(super) written_at: Timestamp,
    /// Whether the last change may be missing.
    pub(super) stale: bool,
    values: BTreeMap<String, BTreeMap<String, KeptValue>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum KeptValue {
    Text(String),
    Number(u64),
    Bytes(usize),
}

impl Remembered {
    /// Nothing yet.
    pub(in super::super) const fn new() -> Self {
        Self { profiles: BTreeMap::new(), read: false }
    }

    /// What the profiles say, or why one cannot be read. Profiles that are gone are forgotten.
    pub(super) fn settings(
        &mut self,
        host: &dyn Host,
        profiles: &[&Profile],
        memory: Option<&Path>,
    ) -> Vec<Result<Kept, String>> {
        let file = memory.map(|folder| folder.join(FILE));
        self.recall(file.as_deref());
        let answers: Vec<_> = profiles.iter().map(|profile| self.of(host, profile)).collect();
        let kept = profiles.iter().zip(&answers);
        let kept: BTreeMap<String, Kept> =
            kept.filter_map(|(profile, kept)| Some((profile.sid.clone(), kept.as_ref().ok()?.clone()))).collect();
        if kept != self.profiles {
            self.profiles = kept;
            self.write(file.as_deref());
        }
        answers
    }

    fn of(&self, host: &dyn Host, profile: &Profile) -> Result<Kept, String> {
        let path = PathBuf::from(format!(r"{}\NTUSER.DAT", profile.folder));
        let reason = |error: io::Error| format!("the profile {} cannot be read: {}", profile.folder, error.kind());
        let status = host.status(&path).map_err(reason)?;
        let mark = mark(&status);
        if let Some(known) = self.profiles.get(&profile.sid).filter(|known| known.mark == mark) {
            return Ok(known.clone());
        }
        let bytes = host.read(&path, HIVE_BYTES).map_err(reason)?;
        let hive = Hive::of(bytes, &profile.sid).map_err(reason)?;
        let mut values = BTreeMap::new();
        for key in KEYS {
            let found = match hive.values(&Key::user(&profile.sid, key.path)) {
                Ok(found) => found,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(reason(error)),
            };
            let kept = key.values.iter().filter_map(|name| Some(((*name).to_owned(), kept(found.get(name)?))));
            values.insert(key.path.to_lowercase(), kept.collect());
        }
        Ok(Kept { mark, written_at: status.modified_at, stale: hive.stale(), values })
    }

    fn recall(&mut self, file: Option<&Path>) {
        let Some(file) = file.filter(|_| !self.read) else { return };
        self.read = true;
        let mut bytes = Vec::new();
        let read = File::open(file).and_then(|file| file.take(FILE_BYTES).read_to_end(&mut bytes));
        if read.is_ok() {
            self.profiles = serde_json::from_slice(&bytes).unwrap_or_default();
        }
    }

    fn write(&self, file: Option<&Path>) {
        let Some(file) = file else { return };
        let written = serde_json::to_vec(&self.profiles).map_err(io::Error::from);
        if let Err(error) = written.and_then(|bytes| private_file::write(file, &bytes)) {
            tracing::warn!(error = %error.kind(), "cannot remember what profiles said; they are read again next time");
        }
    }
}

/// Tells whether a file is still the one that was read.
fn mark(status: &FileStatus) -> String {
    format!("{}-{}-{}-{}", status.inode, status.size_bytes, status.modified_at.as_nanosecond(), status.changed_ns)
}

fn kept(value: &RegistryValue) -> KeptValue {
    match value {
        RegistryValue::Text(text) => KeptValue::Text(text.chars().take(TEXT_CHARS).collect()),
        RegistryValue::Number(number) => KeptValue::Number(*number),
        RegistryValue::Texts(texts) => KeptValue::Bytes(texts.iter().map(String::len).sum()),
        RegistryValue::Bytes(bytes) => KeptValue::Bytes(bytes.len().min(TEXT_CHARS)),
    }
}

/// A kept part answers like the registry that it was read from.
pub(super) struct AsRegistry<'kept> {
    pub(super) kept: &'kept Kept,
    pub(super) sid: &'kept str,
}

impl Registry for AsRegistry<'_> {
    fn keys(&self, _key: &Key) -> io::Result<Vec<String>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn values(&self, key: &Key) -> io::Result<Values> {
        let path = key.path.strip_prefix(self.sid).and_then(|path| path.strip_prefix('\\'));
        let values = path.and_then(|path| self.kept.values.get(&path.to_lowercase())).ok_or(io::ErrorKind::NotFound)?;
        Ok(Values::of(values.iter().map(|(name, value)| {
            let value = match value {
                KeptValue::Text(text) => RegistryValue::Text(text.clone()),
                KeptValue::Number(number) => RegistryValue::Number(*number),
                KeptValue::Bytes(bytes) => RegistryValue::Bytes(vec![0; (*bytes).min(TEXT_CHARS)]),
            };
            (name.clone(), value)
        })))
    }

    fn written_at(&self, _key: &Key) -> io::Result<Timestamp> {
        Ok(self.kept.written_at)
    }
}
