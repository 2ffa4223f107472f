//! Accounts of people, from `/etc/passwd`, and who of them is logged in.
//!
//! Accounts that a directory service adds are not in that file; they are listed while they are logged in and own a
//! home (see [`directory`]). Whether someone is logged in is what systemd notes in `/run/systemd/users`, one file for each account with a session; on a machine without that
//! folder it is whether the account has a folder in `/run/user`.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use caretaker_shared::order;

use super::{Machine, directory};
use crate::host::{Account, Host, if_there};

const PASSWD: &str = "/etc/passwd";
/// Notes of the login service, one for each account with a session.
pub(super) const SESSIONS: &str = "/run/systemd/users";
/// Larger than any of these files.
pub(super) const FILE_BYTES: u64 = 4 * 1024 * 1024;
/// Numbers that distributions give to people.
const PEOPLE: std::ops::RangeInclusive<u32> = 1000..=60_000;

#[derive(Debug, PartialEq, Eq)]
struct Line {
    name: String,
    uid: u32,
    home: PathBuf,
    can_log_in: bool,
}

/// Accounts of people; the administrator's only when there is nobody else.
pub(super) fn of_people(machine: &Machine) -> io::Result<Vec<Account>> {
    let all = lines(machine)?;
    let known = order::set(all.iter().map(|line| line.uid));
    let mut wanted: Vec<Line> = Vec::new();
    let (mut administrator, mut people) = (None, BTreeMap::new());
    for line in all.into_iter().filter(|line| line.can_log_in) {
        if PEOPLE.contains(&line.uid) {
            people.entry(line.uid).or_insert(line);
        } else if line.uid == 0 && administrator.is_none() {
            administrator = Some(line);
        }
    }
    for (uid, account) in of_directory(machine, &known)? {
        people.entry(uid).or_insert(account);
    }
    wanted.extend(people.into_values());
    if wanted.is_empty() {
        wanted.extend(administrator);
    }
    wanted.into_iter().map(|line| account(machine, line)).collect()
}

/// Accounts of a directory service that are logged in.
fn of_directory(machine: &Machine, known: &BTreeSet<u32>) -> io::Result<BTreeMap<u32, Line>> {
    let mut names = directory::logged_in(machine, known)?;
    let homes = directory::homes(machine, &names);
    let lines = homes.into_iter().filter_map(|(uid, home)| {
        let name = names.remove(&uid)?;
        Some((uid, Line { name, uid, home, can_log_in: true }))
    });
    Ok(order::map(lines))
}

/// Names of all accounts in the file, and of those of a directory service that are logged in.
pub(super) fn names(machine: &Machine) -> io::Result<BTreeMap<u32, String>> {
    let mut names = order::map(lines(machine)?.into_iter().rev().map(|line| (line.uid, line.name)));
    let known = order::set(names.keys().copied());
    names.extend(directory::logged_in(machine, &known)?);
    Ok(names)
}

fn account(machine: &Machine, line: Line) -> io::Result<Account> {
    let logged_in = logged_in(machine, line.uid)?;
    Ok(Account { name: line.name, uid: line.uid, sid: String::new(), home: line.home, logged_in })
}

fn logged_in(machine: &Machine, uid: u32) -> io::Result<bool> {
    if if_there(machine.status(Path::new(SESSIONS)))?.is_none() {
        return Ok(if_there(machine.status(&Path::new("/run/user").join(uid.to_string())))?.is_some());
    }
    let note = if_there(machine.read(&Path::new(SESSIONS).join(uid.to_string()), FILE_BYTES))?;
    Ok(note.is_some_and(|note| has_session(&String::from_utf8_lossy(&note))))
}

/// systemd keeps the note of an account that left programs behind; its state is "closing" or "lingering" then.
pub(super) fn has_session(note: &str) -> bool {
    note.lines().filter_map(|line| line.strip_prefix("STATE=")).any(|state| matches!(state, "active" | "online"))
}

fn lines(machine: &Machine) -> io::Result<Vec<Line>> {
    let passwd = machine.read(Path::new(PASSWD), FILE_BYTES)?;
    Ok(String::from_utf8_lossy(&passwd).lines().filter_map(parse).collect())
}

fn parse(line: &str) -> Option<Line> {
    let mut fields = line.split(':');
    let name = fields.next().filter(|name| !name.is_empty() && !name.starts_with('#'))?.to_owned();
    let uid = fields.nth(1)?.parse().ok()?;
    let home = PathBuf::from(fields.nth(2)?);
    let shell = fields.next()?.trim_end();
    let program = shell.rsplit('/').next().unwrap_or_default();
    // An empty shell means /bin/sh. A home that is not a full path could lead anywhere.
    let can_log_in = !matches!(program, "nologin" | "false" | "sync" | "halt" | "shutdown") && home.is_absolute();
    Some(Line { name, uid, home, can_log_in })
}

#[cfg(test)]
mod tests {
    use super::{has_session, parse};

    #[test]
    fn tells_people_from_services() {
        let can_log_in = |line: &str| parse(line).map(|line| line.can_log_in);
        assert_eq!(can_log_in("pupil.one:x:1000:1000:Pupil One,,,:/home/pupil.one:/bin/bash"), Some(true));
        assert_eq!(can_log_in("pupil.two:x:1001:1001::/home/pupil.two:"), Some(true));
        assert_eq!(can_log_in("clamav:x:112:118::/var/lib/clamav:/bin/false"), Some(false));
        assert_eq!(can_log_in("daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin"), Some(false));
        assert_eq!(can_log_in("pupil.three:x:1002:1002::relative:/bin/sh"), Some(false));
        assert_eq!(can_log_in("+@everyone"), None);
        assert_eq!(can_log_in("torn:x:10"), None);
    }

    #[test]
    fn an_account_that_only_left_programs_behind_is_not_logged_in() {
        assert!(has_session("# private\nNAME=pupil.one\nSTATE=active\n"));
        assert!(has_session("NAME=pupil.one\nSTATE=online\n"));
        assert!(!has_session("NAME=pupil.one\nSTATE=closing\n"));
        assert!(!has_session("NAME=pupil.one\nSTATE=lingering\n"));
    }
}
