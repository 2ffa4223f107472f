//! Accounts that became administrators, and those that are none any longer.

use std::collections::BTreeSet;

use caretaker_shared::model::{DeviceEvent, DeviceEventKind, LocalAccount};
use jiff::Timestamp;

use super::event;

/// How Windows names an account whose name it cannot find, as of a domain that cannot be reached.
const NAMELESS: &str = "S-1-";

/// Compares with the administrators that were kept. A partial reading begins nothing, and misses nobody.
pub(super) fn compare(
    known: Option<BTreeSet<String>>,
    accounts: &[LocalAccount],
    whole: bool,
    at: Timestamp,
) -> Option<(BTreeSet<String>, Vec<DeviceEvent>)> {
    let now: BTreeSet<String> =
        accounts.iter().filter(|account| account.administrator).map(|account| account.name.clone()).collect();
    let Some(known) = known else { return whole.then(|| (now, Vec::new())) };
    let mut added: Vec<&String> = now.difference(&known).collect();
    let mut gone: Vec<&String> = known.difference(&now).collect();
    let mut state = known.clone();
    same_under_another_name(&mut added, &mut gone);
    same_under_another_name(&mut gone, &mut added);
    gone.retain(|_| whole);
    state.extend(added.iter().map(|name| (*name).clone()));
    state.retain(|name| !gone.contains(&name));
    let told = |kind| move |name: &String| event(kind, at, name.clone(), String::new());
    let mut events: Vec<DeviceEvent> =
        added.iter().map(|name| told(DeviceEventKind::AdministratorAdded)(name)).collect();
    events.extend(gone.iter().map(|name| told(DeviceEventKind::AdministratorRemoved)(name)));
    Some((state, events))
}

/// Takes out pairs of an account without a name on one side and one with a name on the other: a laptop away from its
/// domain loses the names of the domain's accounts, and finds them again. Which of them is which cannot be told; the
/// state keeps what it had.
fn same_under_another_name(nameless: &mut Vec<&String>, named: &mut Vec<&String>) {
    while let (Some(without), Some(with)) = (
        nameless.iter().position(|name| name.starts_with(NAMELESS)),
        named.iter().position(|name| !name.starts_with(NAMELESS)),
    ) {
        nameless.remove(without);
        named.remove(with);
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{PasswordEnds, PasswordState};

    use super::*;

    fn account(name: &str, administrator: bool) -> LocalAccount {
        LocalAccount {
            name: name.into(),
            directory: false,
            group: false,
            enabled: true,
            administrator,
            password: PasswordState::Set,
            password_set_at: None,
            password_ends: PasswordEnds::Never,
            last_login_at: None,
        }
    }

    fn told(readings: &[(bool, &[(&str, bool)])]) -> Vec<String> {
        let (mut state, mut told) = (None, Vec::new());
        for (whole, accounts) in readings {
            let accounts: Vec<_> = accounts.iter().map(|(name, admin)| account(name, *admin)).collect();
            let Some((next, events)) = compare(state.clone(), &accounts, *whole, Timestamp::UNIX_EPOCH) else {
                continue;
            };
            state = Some(next);
            told.extend(events.into_iter().map(|event| format!("{} {}", event.kind.word(), event.subject)));
        }
        told
    }

    #[test]
    fn who_becomes_an_administrator_or_ceases_to_be_one_is_told() {
        let before: &[(&str, bool)] = &[("it.admin", true), ("pupil.one", false)];
        let after: &[(&str, bool)] = &[("it.admin", true), ("pupil.one", true)];
        assert_eq!(told(&[(true, before), (true, before)]), Vec::<String>::new());
        let expected = ["administrator-added pupil.one", "administrator-removed pupil.one"];
        assert_eq!(told(&[(true, before), (true, after), (true, after), (true, before)]), expected);
    }

    #[test]
    fn a_partial_reading_adds_but_never_removes_and_is_no_beginning() {
        let one: &[(&str, bool)] = &[("it.admin", true)];
        let other: &[(&str, bool)] = &[("teacher.two", true)];
        let both: &[(&str, bool)] = &[("it.admin", true), ("teacher.two", true)];
        assert_eq!(told(&[(true, one), (false, other), (true, both)]), ["administrator-added teacher.two"]);
        assert_eq!(told(&[(false, one), (true, both)]), Vec::<String>::new());
    }

    #[test]
    fn an_account_that_lost_its_name_on_the_road_is_no_new_administrator() {
        let school: &[(&str, bool)] = &[("SCHOOL\\it.admins", true)];
        let home: &[(&str, bool)] = &[("S-1-5-21-1-2-3-1104", true)];
        for whole in [true, false] {
            assert_eq!(told(&[(true, school), (whole, home), (true, school)]), Vec::<String>::new());
        }
        let both: &[(&str, bool)] = &[("SCHOOL\\it.admins", true), ("S-1-5-21-1-2-3-1104", true)];
        assert_eq!(told(&[(true, school), (true, both)]), ["administrator-added S-1-5-21-1-2-3-1104"]);
    }
}
