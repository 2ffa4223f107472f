//! Lines of `/etc/shadow` (shadow(5)). The hash itself is looked at for its first letters and forgotten.

use caretaker_shared::model::{PasswordEnds, PasswordState};
use jiff::Timestamp;

const SECONDS_A_DAY: i64 = 86_400;
/// What distributions write for "never".
const FOR_EVER: u32 = 99_999;

/// What a line says of one account's password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shadow {
    pub(super) name: String,
    pub(super) password: PasswordState,
    pub(super) set_at: Option<Timestamp>,
    pub(super) ends: PasswordEnds,
}

/// `None` for a line that is none.
pub(super) fn parse(line: &str) -> Option<Shadow> {
    let fields: Vec<&str> = line.trim_end().split(':').collect();
    let [name, hash, changed, _, most, ..] = fields.as_slice() else { return None };
    if name.is_empty() {
        return None;
    }
    let password = match *hash {
        "" => PasswordState::None,
        // "!" alone and "*" are no hash; "!" before one keeps it for later.
        hash if hash.starts_with('!') || hash.starts_with('*') => PasswordState::Locked,
        _ => PasswordState::Set,
    };
    // 0 is not a date: the password must be changed at the next login.
    let days: Option<i64> = changed.parse().ok().filter(|days| *days > 0);
    let ends = match most.parse::<u32>() {
        Ok(days) if days < FOR_EVER => PasswordEnds::Days(days),
        Ok(_) => PasswordEnds::Never,
        Err(_) if most.is_empty() => PasswordEnds::Never,
        Err(_) => PasswordEnds::Unknown("its line in /etc/shadow is damaged".into()),
    };
    Some(Shadow {
        name: (*name).to_owned(),
        password,
        set_at: days.and_then(|days| Timestamp::from_second(days.checked_mul(SECONDS_A_DAY)?).ok()),
        ends,
    })
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{PasswordEnds, PasswordState};

    use super::parse;

    #[test]
    fn case_46_an_empty_hash_is_an_account_without_a_password() {
        let shadow = parse("pupil.one::20228:0:42:7:::").expect("a line");
        assert_eq!(shadow.password, PasswordState::None);
        assert_eq!(shadow.ends, PasswordEnds::Days(42));
    }

    #[test]
    fn tells_set_and_locked_passwords_apart() {
        let state = |hash: &str| parse(&format!("a:{hash}:20228:0:99999:7:::")).map(|shadow| shadow.password);
        assert_eq!(state("$y$j9T$abc"), Some(PasswordState::Set));
        assert_eq!(state("xyzDESlooking"), Some(PasswordState::Set));
        assert_eq!(state("!"), Some(PasswordState::Locked));
        assert_eq!(state("!$6$abc"), Some(PasswordState::Locked));
        assert_eq!(state("*"), Some(PasswordState::Locked));
    }

    #[test]
    fn days_become_dates_and_never_is_never() {
        let shadow = parse("a:$6$x:20228:0:99999:7:::").expect("a line");
        assert_eq!(shadow.set_at.map(|at| at.to_string()), Some("2025-05-20T00:00:00Z".into()));
        assert_eq!(shadow.ends, PasswordEnds::Never);
        assert_eq!(
            parse("a:$6$x:0:0::7:::").map(|shadow| (shadow.set_at, shadow.ends)),
            Some((None, PasswordEnds::Never))
        );
        assert_eq!(parse("torn"), None);
    }
}
