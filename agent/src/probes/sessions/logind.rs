//! What systemd's login service tells of a session, as `Name=value` lines. Pure.

use caretaker_shared::model::{SessionKind, UserSession};
use jiff::Timestamp;

/// Desktops that tell the login service when they lock and unlock. With any other, "not locked" may only mean that
/// nobody ever said so.
const TELL: [&str; 6] = ["gnome", "ubuntu", "pop", "zorin", "kde", "plasma"];
const MICROSECONDS: i64 = 1_000_000;

/// Numbers of sessions in what `loginctl list-sessions --no-legend` writes: the first word of each line.
pub(super) fn ids(list: &str) -> impl Iterator<Item = &str> {
    list.lines().filter_map(|line| line.split_whitespace().next())
}

/// Whether a session of this class is a person's: since systemd 256 the administrator's is "user-early", and one that
/// starts no services of its own is "user-light".
fn of_a_person(class: Option<&str>) -> bool {
    matches!(class, Some("user" | "user-early" | "user-light" | "user-early-light"))
}

/// What is said under a name; `None` for nothing.
fn said<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?.trim();
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    Some(quoted.unwrap_or(value)).filter(|value| !value.is_empty())
}

/// A session as `loginctl show-session` writes it. `None` for one that is not a person's, or that has ended.
pub(super) fn shown(text: &str) -> Option<UserSession> {
    let of_a_person = of_a_person(said(text, "Class")) && said(text, "State") != Some("closing");
    let user = said(text, "Name").filter(|_| of_a_person)?.to_owned();
    let idle = said(text, "IdleHint") == Some("yes");
    Some(UserSession {
        user,
        kind: kind(said(text, "Remote") == Some("yes")),
        active: said(text, "State") == Some("active"),
        locked: locked(said(text, "LockedHint"), said(text, "Type"), said(text, "Desktop")),
        began_at: said(text, "Timestamp").and_then(utc),
        idle_since: said(text, "IdleSinceHint").filter(|_| idle).and_then(microseconds),
    })
}

/// A session as the login service notes it for itself in `/run/systemd/sessions`.
pub(super) fn noted(text: &str) -> Option<UserSession> {
    let of_a_person = of_a_person(said(text, "CLASS")) && said(text, "STATE") != Some("closing");
    let user = said(text, "USER").filter(|_| of_a_person)?.to_owned();
    Some(UserSession {
        user,
        kind: kind(said(text, "REMOTE") == Some("1")),
        active: said(text, "STATE") == Some("active"),
        locked: None,
        began_at: began_at(text),
        idle_since: None,
    })
}

/// When a session began, by the same note.
pub(super) fn began_at(note: &str) -> Option<Timestamp> {
    said(note, "REALTIME").and_then(microseconds)
}

fn kind(remote: bool) -> SessionKind {
    if remote { SessionKind::Remote } else { SessionKind::Console }
}

fn locked(hint: Option<&str>, kind: Option<&str>, desktop: Option<&str>) -> Option<bool> {
    let graphical = matches!(kind, Some("x11" | "wayland" | "mir"));
    let desktop = desktop.unwrap_or_default().to_ascii_lowercase();
    // "gnome-xorg", "plasmawayland"; but "kubuntu" is no "ubuntu".
    let tells = graphical && TELL.iter().any(|name| desktop.starts_with(name));
    match hint {
        Some("yes") => Some(true),
        Some("no") if tells => Some(false),
        Some(_) | None => None,
    }
}

fn microseconds(text: &str) -> Option<Timestamp> {
    let number: i64 = text.parse().ok().filter(|number| *number > 0)?;
    let nanoseconds = i32::try_from(number % MICROSECONDS * 1000).ok()?;
    Timestamp::new(number / MICROSECONDS, nanoseconds).ok()
}

/// "Fri 2026-11-20 08:55:03 UTC". Times of other zones are not read: their short names are ambiguous.
fn utc(text: &str) -> Option<Timestamp> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [_, date, time, "UTC"] = words[..] else { return None };
    format!("{date}T{time}Z").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{ids, locked, noted, shown};

    #[test]
    fn lists_of_any_width_begin_with_the_number() {
        let old = "      2 1000 pupil.one seat0 tty2\n     c1  120 gdm       seat0 tty1\n";
        assert_eq!(ids(old).collect::<Vec<_>>(), ["2", "c1"]);
        assert_eq!(ids("3 1000 pupil.one seat0 2411 user tty2 no -\n\n").collect::<Vec<_>>(), ["3"]);
    }

    #[test]
    fn not_locked_counts_only_where_the_desktop_says_when_it_locks() {
        let table = [
            (Some("no"), Some("wayland"), Some("gnome"), Some(false)),
            (Some("no"), Some("x11"), Some("ubuntu-xorg"), Some(false)),
            (Some("no"), Some("x11"), Some("KDE"), Some(false)),
            (Some("no"), Some("x11"), Some("plasmax11"), Some(false)),
            (Some("no"), Some("x11"), Some("xfce"), None),
            (Some("no"), Some("x11"), None, None),
            (Some("no"), Some("tty"), Some("gnome"), None),
            (Some("yes"), Some("x11"), Some("xfce"), Some(true)),
            (None, Some("wayland"), Some("gnome"), None),
        ];
        for (hint, kind, desktop, expected) in table {
            assert_eq!(locked(hint, kind, desktop), expected, "{hint:?} {kind:?} {desktop:?}");
        }
    }

    #[test]
    fn greeters_and_sessions_that_have_ended_are_nobodys() {
        assert_eq!(shown("Id=c1\nName=gdm\nClass=greeter\nState=active\n"), None);
        assert_eq!(shown("Id=5\nName=pupil.one\nClass=user\nState=closing\n"), None);
        assert_eq!(shown("Id=5\nName=pupil.one\nClass=manager\nState=active\n"), None);
        assert_eq!(noted("USER=lightdm\nCLASS=greeter\nSTATE=active\n"), None);
        assert_eq!(noted("torn"), None);
        assert!(shown("Id=1\nName=root\nClass=user-early\nState=active\n").is_some(), "the administrator is a person");
    }
}
