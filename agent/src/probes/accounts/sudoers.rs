//! Who may do everything by `sudo`: user and group lines of `/etc/sudoers` and its folder (sudoers(5)).
//!
//! Aliases and rules for single programs are not followed: a line counts when it allows ALL commands.

use std::collections::BTreeSet;

/// Users and groups that a file allows everything.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Allowed {
    pub(super) users: BTreeSet<String>,
    pub(super) groups: BTreeSet<String>,
}

/// Adds what a file allows.
pub(super) fn read(file: &str, allowed: &mut Allowed) {
    let joined = file.replace("\\\n", " ");
    for line in joined.lines().map(str::trim) {
        let comment = line.starts_with('#') && !line.starts_with("#0");
        if line.is_empty()
            || comment
            || line.starts_with('@')
            || line.starts_with("Defaults")
            || line.contains("_Alias")
        {
            continue;
        }
        let Some((who, what)) = line.split_once('=') else { continue };
        let what = what.split('#').next().unwrap_or_default();
        let commands = what.rsplit([')', ':']).next().unwrap_or_default();
        if !commands.split(',').any(|command| command.trim() == "ALL") {
            continue;
        }
        // The last word before the sign names computers.
        let Some((who, _hosts)) = who.trim().rsplit_once(char::is_whitespace) else { continue };
        for name in who.split(',').map(|name| name.trim().replace('\\', "")) {
            match name.strip_prefix('%') {
                Some(group) => allowed.groups.insert(group.trim_start_matches(':').to_owned()),
                None => allowed.users.insert(name),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Allowed, read};

    #[test]
    fn reads_who_may_do_everything() {
        let mut allowed = Allowed::default();
        read(
            "# comment\nDefaults env_reset\nroot ALL=(ALL:ALL) ALL\n%sudo   ALL=(ALL:ALL) ALL\n\
             teacher.two ALL=(ALL) NOPASSWD: ALL # until June\n%SCHOOL\\\\it\\ admins ALL=(ALL) ALL\n\
             backup ALL=(root) NOPASSWD: /usr/bin/rsync\nUser_Alias OPS = a, b\n@includedir /etc/sudoers.d\n",
            &mut allowed,
        );
        assert_eq!(allowed.users.iter().map(String::as_str).collect::<Vec<_>>(), ["root", "teacher.two"]);
        assert!(allowed.groups.contains("sudo"));
        assert!(!allowed.users.contains("backup"), "one program is not everything");
    }
}
