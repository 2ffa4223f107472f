//! Running programs, from `/proc`.

use std::io;
use std::path::Path;

use super::Machine;
use crate::host::{Host, Process, if_there};

const STATUS_BYTES: u64 = 64 * 1024;

/// All running programs.
///
/// # Errors
/// When `/proc` cannot be read, or is mounted so that it hides the programs of others (process 1 is missing then).
pub(super) fn all(machine: &Machine) -> io::Result<Vec<Process>> {
    let proc = Path::new("/proc");
    let mut found = Vec::new();
    let mut first_seen = false;
    for name in machine.list(proc)?.into_iter().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())) {
        let read = if_there(machine.read(&proc.join(&name).join("status"), STATUS_BYTES));
        // A program that ends while it is looked at no longer runs.
        let status = match read {
            Ok(Some(status)) => status,
            Ok(None) => continue,
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::SRCH.raw_os_error()) => continue,
            Err(error) => return Err(error),
        };
        first_seen |= name == "1";
        found.extend(parse(&String::from_utf8_lossy(&status)));
    }
    if !first_seen {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "programs of other accounts are hidden"));
    }
    Ok(found)
}

/// One `status` file. `None` when it lacks a name or an account, and for programs that have ended but are still listed.
fn parse(status: &str) -> Option<Process> {
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
    if field("State")?.starts_with('Z') {
        return None;
    }
    // Real, effective, saved and file-system account, in this order.
    let uid = field("Uid")?.split_whitespace().nth(1)?.parse().ok()?;
    Some(Process { name: field("Name")?.to_owned(), uid })
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::host::Process;

    #[test]
    fn reads_name_and_effective_account() {
        let status = "Name:\tclamd\nUmask:\t0002\nState:\tS (sleeping)\nUid:\t0\t112\t112\t112\nGid:\t0\t0\t0\t0\n";
        assert_eq!(parse(status), Some(Process { name: "clamd".into(), uid: 112 }));
    }

    #[test]
    fn a_program_that_has_ended_does_not_run() {
        assert_eq!(parse("Name:\tclamd\nState:\tZ (zombie)\nUid:\t0\t0\t0\t0\n"), None);
    }
}
