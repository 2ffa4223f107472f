//! What a rule says of one device, said of several: a whole sentence for people.

use caretaker_shared::model::Requirement;

/// Beginnings of summaries, and how a sentence about one device and about several goes on. What follows the beginning
/// stays as it is.
const SAID: [(&str, &str, &str); 30] = [
    ("locks after ", "locks after ", "lock after "),
    ("never locks by itself", "never locks by itself", "never lock by themselves"),
    ("never locks", "never locks", "never lock"),
    ("cannot tell when it locks", "may or may not lock in time", "may or may not lock in time"),
    ("cannot tell whether it locks", "may or may not lock", "may or may not lock"),
    ("not seen for ", "has not been seen for ", "have not been seen for "),
    ("not found", "has no approved antivirus", "have no approved antivirus"),
    (
        "not approved",
        "has antivirus that the policy does not approve",
        "have antivirus that the policy does not approve",
    ),
    ("not running", "has antivirus that does not run", "have antivirus that does not run"),
    ("its licence has run out", "has antivirus whose licence has run out", "have antivirus whose licence has run out"),
    ("real-time protection is off", "has real-time protection off", "have real-time protection off"),
    ("signatures are ", "has signatures that are ", "have signatures that are "),
    ("no security update for ", "has had no security update for ", "have had no security update for "),
    ("not encrypted", "has a disk that is not encrypted", "have disks that are not encrypted"),
    (
        "encrypted, but protection is suspended",
        "has a disk whose protection is suspended",
        "have disks whose protection is suspended",
    ),
    (
        "removable medium is not encrypted",
        "has a removable medium that is not encrypted",
        "have removable media that are not encrypted",
    ),
    ("no password", "has an account without a password", "have accounts without a password"),
    ("may be without a password", "has an account that needs no password", "have accounts that need no password"),
    ("password never expires", "has a password that never expires", "have passwords that never expire"),
    ("password is ", "has a password that is ", "have passwords that are "),
    ("password may stay for ", "has a password that may stay for ", "have passwords that may stay for "),
    (
        "an administrator that the policy does not name",
        "has an administrator that the policy does not name",
        "have administrators that the policy does not name",
    ),
    (
        "a group of administrators that the policy does not name",
        "has a group of administrators that the policy does not name",
        "have groups of administrators that the policy does not name",
    ),
    ("left logged in", "was left logged in", "were left logged in"),
    ("no package owns it", "has programs that nobody installed", "have programs that nobody installed"),
    ("a game is installed", "has a game installed", "have games installed"),
    ("a game that nobody installed", "has a game that nobody installed", "have games that nobody installed"),
    ("music or videos", "holds music or videos", "hold music or videos"),
    ("a way around the filter is ", "has a way around the filter ", "have a way around the filter "),
    ("a way around the filter lies ready", "has a way around the filter ready", "have a way around the filter ready"),
];

/// "devices never lock": what follows the number. A summary that this version does not know stands behind a colon.
pub(super) fn predicate(summary: &str, devices: u32) -> String {
    let noun = if devices == 1 { "device" } else { "devices" };
    if let Some(class) = summary.strip_suffix(", no package owns it") {
        return format!("{noun} {} a file that nobody installed: {class}", if devices == 1 { "has" } else { "have" });
    }
    let known = SAID.iter().find_map(|(start, one, many)| Some((summary.strip_prefix(start)?, one, many)));
    match known {
        Some((rest, one, many)) => format!("{noun} {}{rest}", if devices == 1 { one } else { many }),
        None => format!("{noun}: {summary}"),
    }
}

/// ". Set by: GNOME: idle-delay = 900 in ...": how we know, with all that joins it to the sentence before.
pub(super) fn because(requirement: &str, fails: bool, reason: &str) -> String {
    let reason = reason.trim_end_matches('.');
    if reason.is_empty() {
        return String::new();
    }
    let locks = [Requirement::E2, Requirement::A3].iter().any(|known| known.id() == requirement);
    if let Some((limit, setting)) = reason.split_once("; set by ").filter(|_| locks) {
        return format!("; {limit}. Set by: {setting}");
    }
    if locks && fails {
        return format!(". Set by: {reason}");
    }
    format!(". {}", capital(reason))
}

/// A fragment with a capital letter; a path, a product or a key begins as it is written.
fn capital(fragment: &str) -> String {
    let words = fragment.split(['/', '\\', ':', '=']).next().is_some_and(|start| start.contains(' '));
    let mut letters = fragment.chars();
    match letters.next() {
        Some(first) if words => first.to_uppercase().chain(letters).collect(),
        Some(_) | None => fragment.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{because, predicate};

    #[test]
    fn what_is_so_of_one_device_is_said_of_several_as_people_say_it() {
        for (summary, devices, said) in [
            ("locks after 15 min", 13, "devices lock after 15 min"),
            ("locks after 15 min", 1, "device locks after 15 min"),
            ("never locks on battery", 2, "devices never lock on battery"),
            ("never locks by itself", 2, "devices never lock by themselves"),
            ("not seen for 9 days", 1, "device has not been seen for 9 days"),
            ("signatures are 9 days old", 2, "devices have signatures that are 9 days old"),
            ("no password", 1, "device has an account without a password"),
            ("bypass tool, no package owns it", 2, "devices have a file that nobody installed: bypass tool"),
            ("something new", 2, "devices: something new"),
        ] {
            assert_eq!(predicate(summary, devices), said);
        }
    }

    #[test]
    fn how_we_know_follows_in_a_sentence_of_its_own() {
        let set = "the policy says 5 min; set by GNOME: idle-delay = 900 in /etc/dconf/db/local";
        let told = "; the policy says 5 min. Set by: GNOME: idle-delay = 900 in /etc/dconf/db/local";
        assert_eq!(because("E2", true, set), told);
        assert_eq!(because("E2", true, "GNOME: lock-enabled = false"), ". Set by: GNOME: lock-enabled = false");
        assert_eq!(because("E4", true, "pe file of pupil.one"), ". Pe file of pupil.one");
        assert_eq!(because("E1", false, "/etc/clamav: denied."), ". /etc/clamav: denied");
        assert_eq!(because("E1", true, ""), "");
    }
}
