//! Programs that run under the system's own accounts: a person's program may call itself anything.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::Path;

use crate::host::{Host, why};

const SYSTEM_ACCOUNTS: std::ops::Range<u32> = 0..1000;
/// So many bytes of a program's name does Linux keep.
const NAME_BYTES: usize = 15;

/// Those of a machine, listed when somebody first wants to know: without a product nobody does.
pub(super) struct Programs<'a> {
    host: &'a dyn Host,
    listed: OnceCell<Option<Running>>,
}

/// The names of all of them.
#[derive(Debug)]
pub(super) struct Running(BTreeSet<String>);

impl<'a> Programs<'a> {
    /// Those of this machine.
    pub(super) fn of(host: &'a dyn Host) -> Self {
        Self { host, listed: OnceCell::new() }
    }

    /// What runs; `None` when it cannot be listed, which is a flaw.
    pub(super) fn listed(&self, flaws: &mut Vec<String>) -> Option<&Running> {
        let list = || match self.host.processes() {
            Ok(all) => {
                let of_system = all.into_iter().filter(|it| SYSTEM_ACCOUNTS.contains(&it.uid));
                Some(Running(of_system.map(|it| it.name).collect()))
            }
            Err(error) => {
                flaws.push(why(Path::new("/proc"), &error));
                None
            }
        };
        self.listed.get_or_init(list).as_ref()
    }
}

impl Running {
    /// Whether a program of this name runs.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(name.get(..NAME_BYTES).unwrap_or(name))
    }
}
