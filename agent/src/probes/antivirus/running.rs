//! Programs that run under the system's own accounts: a person's program may call itself anything.

use std::collections::BTreeSet;
use std::path::Path;

use crate::host::{Host, why};

const SYSTEM_ACCOUNTS: std::ops::Range<u32> = 0..1000;
/// So many bytes of a program's name does Linux keep.
const NAME_BYTES: usize = 15;

/// Their names.
#[derive(Debug, Default)]
pub(super) struct Programs(BTreeSet<String>);

impl Programs {
    /// Those of this machine.
    ///
    /// # Errors
    /// When they cannot be listed, in words.
    pub(super) fn of(host: &dyn Host) -> Result<Self, String> {
        let all = host.processes().map_err(|error| why(Path::new("/proc"), &error))?;
        Ok(Self(all.into_iter().filter(|it| SYSTEM_ACCOUNTS.contains(&it.uid)).map(|it| it.name).collect()))
    }

    /// Whether a program of this name runs.
    pub(super) fn runs(&self, name: &str) -> bool {
        self.0.contains(name.get(..NAME_BYTES).unwrap_or(name))
    }
}
