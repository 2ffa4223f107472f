//! macOS: FileVault. The disk of an Apple silicon Mac is always encrypted; only FileVault asks for a password.

use std::io;

use caretaker_shared::model::{Facts, Outcome, Protection, Volume, VolumeRole};

use crate::host::Host;
use crate::host::program::Program;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let written = match host.run(&Program::FILEVAULT) {
        Ok(written) => written,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Outcome::Unsupported { reason: format!("{} is not there", Program::FILEVAULT.path()) };
        }
        Err(error) => return Outcome::Failed { reason: format!("{}: {error}", Program::FILEVAULT.path()) },
    };
    let protection = protection(&written.out);
    let volume = Volume {
        mount: "/".into(),
        device: String::new(),
        removable: false,
        role: VolumeRole::Data,
        method: if protection == Protection::Off { String::new() } else { "FileVault".into() },
        evidence: "fdesetup status".into(),
        protection,
    };
    Outcome::Complete(Facts::Encryption(vec![volume]))
}

/// A change that is under way is told on a line of its own after the state.
fn protection(told: &str) -> Protection {
    if told.contains("Encryption in progress") || told.contains("Decryption in progress") {
        return Protection::Changing;
    }
    match told.lines().next().map(str::trim) {
        Some("FileVault is On.") => Protection::On,
        Some("FileVault is Off.") => Protection::Off,
        _ => Protection::Unknown("fdesetup says something that this version does not know".into()),
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::Protection;

    use super::protection;

    #[test]
    fn reads_what_fdesetup_says() {
        assert_eq!(protection("FileVault is On.\n"), Protection::On);
        assert_eq!(protection("FileVault is Off.\n"), Protection::Off);
        assert_eq!(
            protection("FileVault is On.\nEncryption in progress: Percent completed = 41\n"),
            Protection::Changing
        );
        assert!(matches!(protection("Deferred enablement\n"), Protection::Unknown(_)));
    }
}
