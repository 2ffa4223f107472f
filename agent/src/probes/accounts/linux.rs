//! Linux: `/etc/passwd`, `/etc/shadow`, the groups that administer, and `sudo`.

use std::collections::BTreeSet;
use std::path::Path;

use caretaker_shared::model::{Facts, LocalAccount, Outcome, PasswordEnds, PasswordState};
use caretaker_shared::order;
use caretaker_shared::wire::limits;

use super::shadow;
use super::sudoers::{self, Allowed};
use crate::host::{Host, if_there, why};

const PASSWD: &str = "/etc/passwd";
const SHADOW: &str = "/etc/shadow";
const GROUP: &str = "/etc/group";
const SUDOERS: &str = "/etc/sudoers";
const SUDOERS_FOLDER: &str = "/etc/sudoers.d";
const LOGIN: &str = "/etc/login.defs";
const FILE_BYTES: u64 = 4 * 1024 * 1024;
/// Groups whose members polkit and the usual `/etc/sudoers` take for administrators.
const ADMINISTRATORS: [&str; 3] = ["sudo", "wheel", "admin"];
const PEOPLE: (u32, u32) = (1000, 60_000);

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let read = |path: &str| match if_there(host.read(Path::new(path), FILE_BYTES)) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()),
        Err(error) => Err(why(Path::new(path), &error)),
    };
    let passwd = match read(PASSWD) {
        Ok(passwd) if !passwd.is_empty() => passwd,
        Ok(_) => return Outcome::Failed { reason: format!("{PASSWD} is not there") },
        Err(reason) => return Outcome::Failed { reason },
    };
    let mut flaws = Vec::new();
    let mut or_flaw = |answer: Result<String, String>| {
        answer.unwrap_or_else(|flaw| {
            flaws.push(flaw);
            String::new()
        })
    };
    let groups = or_flaw(read(GROUP));
    let login = or_flaw(read(LOGIN));
    let shadow = read(SHADOW);
    let allowed = allowed(host, &read, &mut flaws);
    if let Err(flaw) = &shadow {
        flaws.push(flaw.clone());
    }
    let administrators = administrators(&groups, &passwd, &allowed);
    let mut accounts = local(&passwd, &login, &shadow, &administrators);
    let known = order::set(passwd.lines().filter_map(|line| line.split(':').next()));
    accounts.extend(administrators.iter().filter(|name| !known.contains(name.as_str())).map(|name| elsewhere(name)));
    if accounts.len() > limits::ACCOUNTS {
        flaws.push(format!("there are more than {} accounts; the rest is not listed", limits::ACCOUNTS));
        accounts.truncate(limits::ACCOUNTS);
    }
    let facts = Facts::Accounts(accounts);
    if flaws.is_empty() { Outcome::Complete(facts) } else { Outcome::Partial { facts, reason: flaws.join("; ") } }
}

fn allowed(host: &dyn Host, read: &impl Fn(&str) -> Result<String, String>, flaws: &mut Vec<String>) -> Allowed {
    let mut allowed = Allowed::default();
    // Names with a dot or a tilde are passed over by sudo itself.
    let names = if_there(host.list(Path::new(SUDOERS_FOLDER))).unwrap_or_else(|error| {
        flaws.push(why(Path::new(SUDOERS_FOLDER), &error));
        None
    });
    let names = names.unwrap_or_default();
    let more = names.iter().filter(|name| !name.contains('.') && !name.ends_with('~'));
    let files = std::iter::once(SUDOERS.to_owned()).chain(more.map(|name| format!("{SUDOERS_FOLDER}/{name}")));
    for file in files {
        match read(&file) {
            Ok(text) => sudoers::read(&text, &mut allowed),
            Err(flaw) => flaws.push(flaw),
        }
    }
    allowed
}

/// Everybody who may do everything, local or not. A group does not list those who have it as their first one.
fn administrators(groups: &str, passwd: &str, allowed: &Allowed) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = allowed.users.clone();
    for line in groups.lines() {
        let fields: Vec<&str> = line.trim_end().split(':').collect();
        if let [name, _, number, members] = fields.as_slice()
            && (ADMINISTRATORS.contains(name) || allowed.groups.contains(*name))
        {
            found.extend(members.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()));
            found.extend(of_first_group(passwd, number).map(str::to_owned));
        }
    }
    found
}

fn of_first_group<'passwd>(passwd: &'passwd str, number: &str) -> impl Iterator<Item = &'passwd str> {
    passwd.lines().filter_map(move |line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(2)? == number).then_some(name)
    })
}

fn local(
    passwd: &str,
    login: &str,
    shadow: &Result<String, String>,
    administrators: &BTreeSet<String>,
) -> Vec<LocalAccount> {
    let (least, most) = range(login);
    let lines = shadow.as_deref().unwrap_or_default().lines().filter_map(shadow::parse);
    let lines = order::map(lines.map(|line| (line.name.clone(), line)));
    let account = |line: &str| {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, password, uid, .., shell] = fields.as_slice() else { return None };
        let uid: u32 = uid.parse().ok()?;
        let program = shell.trim_end().rsplit('/').next().unwrap_or_default();
        let can_log_in = !matches!(program, "nologin" | "false" | "sync" | "halt" | "shutdown");
        let administrator = uid == 0 || administrators.contains(*name);
        let person = (least..=most).contains(&uid) && can_log_in;
        if name.is_empty() || !(person || administrator) {
            return None;
        }
        let known = lines.get(*name);
        let unknown = || match shadow {
            Err(flaw) => flaw.clone(),
            Ok(_) => format!("{SHADOW} has no line for it"),
        };
        let state = match (*password, known) {
            // Without an "x" the password itself stands in the file that everybody reads: empty means none.
            ("", _) => PasswordState::None,
            (_, Some(line)) => line.password.clone(),
            (_, None) => PasswordState::Unknown(unknown()),
        };
        Some(LocalAccount {
            name: (*name).to_owned(),
            directory: false,
            group: false,
            enabled: can_log_in,
            administrator,
            password: state,
            password_set_at: known.and_then(|line| line.set_at),
            password_ends: known.map_or_else(|| PasswordEnds::Unknown(unknown()), |line| line.ends.clone()),
            last_login_at: None,
        })
    };
    passwd.lines().filter_map(account).collect()
}

/// An administrator whom a directory service keeps.
fn elsewhere(name: &str) -> LocalAccount {
    let reason = "a directory service keeps it".to_owned();
    LocalAccount {
        name: name.to_owned(),
        directory: true,
        group: false,
        enabled: true,
        administrator: true,
        password: PasswordState::Unknown(reason.clone()),
        password_set_at: None,
        password_ends: PasswordEnds::Unknown(reason),
        last_login_at: None,
    }
}

/// Numbers that this machine gives to people.
fn range(login: &str) -> (u32, u32) {
    let value = |name: &str| {
        let line = login.lines().find(|line| line.split_whitespace().next() == Some(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    (value("UID_MIN").unwrap_or(PEOPLE.0), value("UID_MAX").unwrap_or(PEOPLE.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::System;
    use crate::host::sample::Sample;

    fn machine() -> Sample {
        Sample::of(System::Linux)
            .file("/etc/passwd", "root:x:0:0::/root:/bin/sh\npupil.one:x:1000:27::/home/pupil.one:/bin/sh\n")
            .file("/etc/shadow", "root:*:19000:0:99999:7:::\npupil.one:$y$:19000:0:99999:7:::\n")
            .file("/etc/group", "sudo:x:27:\n")
            .file("/etc/sudoers", "root ALL=(ALL:ALL) ALL\n")
    }

    #[test]
    fn whoever_has_the_administrators_as_first_group_is_one() {
        let Outcome::Complete(Facts::Accounts(accounts)) = ask(&machine()) else { panic!("complete") };
        assert!(accounts.iter().any(|account| account.name == "pupil.one" && account.administrator), "{accounts:?}");
    }

    #[test]
    fn a_folder_of_rules_that_cannot_be_listed_makes_the_answer_partial() {
        let Outcome::Partial { reason, .. } = ask(&machine().denied(SUDOERS_FOLDER)) else { panic!("partial") };
        assert!(reason.starts_with(SUDOERS_FOLDER), "{reason}");
    }
}
