//! How xfce4-screensaver decides when the screen locks: minutes until it is covered, and minutes from there to the lock.

use caretaker_shared::model::{Idle, ScreenLock};

use super::account::Who;
use super::xfconf::{Channel, Property};
use super::{BUILT_IN, Told};

const SYSTEM: &str = "/etc/xdg/xfce4/xfconf/xfce-perchannel-xml";
const OWN: &str = ".config/xfce4/xfconf/xfce-perchannel-xml";

const POWER_MANAGER: &str = "xfce4-power-manager";

/// The two files of a channel.
struct Files {
    system: (String, Channel),
    own: (String, Channel),
}

/// One value that counts.
struct Stated<T> {
    value: T,
    setting: String,
    place: String,
    user_can_change: bool,
}

/// The effective lock of an account.
///
/// # Errors
/// Why a file could not be read, or what cannot be understood.
pub(super) fn decide(who: &Who<'_>, desktop: &str) -> Result<ScreenLock, String> {
    let files = Files::read(who, "xfce4-screensaver")?;
    let truth = |path: &str, built_in: bool| files.get(who, path, built_in);
    let delay = files.get(who, "/saver/idle-activation/delay", 5_u32)?;
    let wait = files.get(who, "/lock/saver-activation/delay", 0_u32)?;
    let (mut weighed, presents) = inhibitors(who, &files)?;
    let after = |minutes: u32| match &presents {
        Some(reason) => Idle::Unknown(reason.clone()),
        None => Idle::Seconds(minutes.saturating_mul(60)),
    };
    let covered = after(delay.value);
    for path in ["/saver/enabled", "/saver/idle-activation/enabled"] {
        let starts = truth(path, true)?;
        if !starts.value {
            return Ok(told(who, desktop, Idle::Never, Idle::Never, starts, weighed));
        }
    }
    if delay.value == 0 {
        let reason = format!("{} in {}, which xfce4-screensaver does not offer", delay.setting, delay.place);
        return Err(reason);
    }
    for path in ["/lock/enabled", "/lock/saver-activation/enabled"] {
        let locks = truth(path, true)?;
        if !locks.value {
            return Ok(told(who, desktop, covered, Idle::Never, locks, weighed));
        }
    }
    let password = after(delay.value.saturating_add(wait.value));
    let (winner, other) = if wait.value > delay.value { (wait, delay) } else { (delay, wait) };
    weighed.insert(0, format!("{} minutes in {}", other.setting, other.place));
    let winner = Stated { setting: format!("{} minutes", winner.setting), ..winner };
    Ok(told(who, desktop, covered, password, winner, weighed))
}

fn told<T>(
    who: &Who<'_>,
    desktop: &str,
    covered: Idle,
    password: Idle,
    stated: Stated<T>,
    weighed: Vec<String>,
) -> ScreenLock {
    let Stated { setting, place, user_can_change, .. } = stated;
    let lock = Told { covered, password, setting, place, user_can_change }.lock(who.name(), desktop);
    ScreenLock { weighed, ..lock }
}

/// What keeps the screen from locking while it lasts, a line each; and apart what does so until the user ends it.
fn inhibitors(who: &Who<'_>, files: &Files) -> Result<(Vec<String>, Option<String>), String> {
    let mut lines = Vec::new();
    let fullscreen = files.get(who, "/saver/fullscreen-inhibit", true)?;
    if fullscreen.value {
        lines.push(format!(
            "a window over the whole screen holds it off: {} in {}",
            fullscreen.setting, fullscreen.place
        ));
    }
    let power = Files::read(who, POWER_MANAGER)?;
    let presents = power.get(who, "/xfce4-power-manager/presentation-mode", false)?;
    if !presents.value {
        return Ok((lines, None));
    }
    let line = format!("presentation mode holds it off: {} in {}", presents.setting, presents.place);
    lines.push(line.clone());
    // Without the program that follows the setting it holds nothing off.
    Ok((lines, who.runs(POWER_MANAGER)?.then_some(line)))
}

impl Files {
    fn read(who: &Who<'_>, channel: &str) -> Result<Self, String> {
        let read = |place: String| {
            let text = who.text(place.as_ref())?;
            let channel = text.as_deref().map(Channel::read).unwrap_or(Ok(Channel::default()));
            channel.map(|channel| (place.clone(), channel)).map_err(|reason| format!("{place}: {reason}"))
        };
        let own = match who.home(OWN) {
            Some(folder) => read(folder.join(format!("{channel}.xml")).display().to_string())?,
            None => (String::new(), Channel::default()),
        };
        Ok(Self { system: read(format!("{SYSTEM}/{channel}.xml"))?, own })
    }

    /// The user's own value, unless the machine's file keeps it from the user; else the machine's; else the built-in.
    fn get<T>(&self, who: &Who<'_>, path: &str, built_in: T) -> Result<Stated<T>, String>
    where
        T: std::str::FromStr + std::fmt::Display,
    {
        let key = path.trim_start_matches('/');
        let system = self.system.1.get(path);
        let locked = system.map_or(Ok(false), |property| locked(property, who.name(), &self.system.0))?;
        let own = self.own.1.get(path).filter(|_| !locked).map(|property| (&self.own.0, property));
        let Some((place, property)) = own.or(system.map(|property| (&self.system.0, property))) else {
            let setting = format!("{key} = {built_in}");
            return Ok(Stated { value: built_in, setting, place: BUILT_IN.to_owned(), user_can_change: true });
        };
        let characters = property.value.chars().count();
        let value: T = property.value.parse().map_err(|_| {
            format!("{key} in {place} is a text of {characters} characters that this version cannot read")
        })?;
        Ok(Stated { setting: format!("{key} = {value}"), value, place: place.clone(), user_can_change: !locked })
    }
}

/// Whether a property of the machine's file is kept from an account.
fn locked(property: &Property, user: &str, place: &str) -> Result<bool, String> {
    if property.locked.iter().any(|name| name == "*" || (name == user && !user.is_empty())) {
        return Ok(true);
    }
    match property.locked.iter().find(|name| name.starts_with('@')) {
        Some(_) => Err(format!("{place} keeps a setting from a group, and who belongs to it is not asked")),
        None => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::super::account::tests::{asked, with_programs};
    use super::*;

    const REAL: &str = include_str!("../testdata/debian-12-xfconf-4.18-xfce4-screensaver.xml");
    const PRESENTING: &str = include_str!("../testdata/debian-12-xfconf-4.18-xfce4-power-manager.xml");
    const HOME: &str = "/home/pupil.one/.config/xfce4/xfconf/xfce-perchannel-xml/xfce4-screensaver.xml";
    const POWER: &str = "/home/pupil.one/.config/xfce4/xfconf/xfce-perchannel-xml/xfce4-power-manager.xml";
    const ETC: &str = "/etc/xdg/xfce4/xfconf/xfce-perchannel-xml/xfce4-screensaver.xml";

    fn lock(files: &[(&str, &str)]) -> Result<ScreenLock, String> {
        asked(files, |who| decide(who, "Xfce"))
    }

    fn times(files: &[(&str, &str)]) -> (Idle, Idle) {
        let lock = lock(files).expect("it can be read");
        (lock.until_covered, lock.until_password)
    }

    fn set(path: &str, value: &str) -> String {
        let (open, close): (Vec<_>, Vec<_>) =
            path.split('/').map(|name| (format!("<property name=\"{name}\""), "</property>")).unzip();
        format!("<channel>{} value=\"{value}\">{}</channel>", open.join(">"), close.concat())
    }

    #[test]
    fn a_fresh_xfce_locks_after_five_minutes() {
        assert_eq!(times(&[]), (Idle::Seconds(300), Idle::Seconds(300)));
    }

    #[test]
    fn both_delays_are_minutes() {
        let lock = lock(&[(HOME, REAL)]).expect("it can be read");
        assert_eq!((lock.until_covered, lock.until_password), (Idle::Seconds(720), Idle::Seconds(840)));
        assert_eq!((lock.setting.as_str(), lock.place.as_str()), ("saver/idle-activation/delay = 12 minutes", HOME));
        assert_eq!(lock.weighed[0], format!("lock/saver-activation/delay = 2 minutes in {HOME}"));
    }

    #[test]
    fn what_is_switched_off_never_locks() {
        for path in ["saver/enabled", "saver/idle-activation/enabled"] {
            assert_eq!(times(&[(HOME, &set(path, "false"))]), (Idle::Never, Idle::Never), "{path}");
        }
        for path in ["lock/enabled", "lock/saver-activation/enabled"] {
            assert_eq!(times(&[(HOME, &set(path, "false"))]), (Idle::Seconds(300), Idle::Never), "{path}");
        }
    }

    #[test]
    fn what_the_machine_keeps_from_the_user_counts() {
        let etc = set("saver/idle-activation/delay", "3");
        assert_eq!(times(&[(ETC, &etc), (HOME, REAL)]).0, Idle::Seconds(720));
        let kept = etc.replace("<channel>", "<channel locked=\"*\">");
        let lock = lock(&[(ETC, &kept), (HOME, REAL)]).expect("it can be read");
        assert_eq!((lock.until_covered, lock.user_can_change), (Idle::Seconds(180), false));
        let group = etc.replace("<channel>", "<channel locked=\"@pupils\">");
        assert!(self::lock(&[(ETC, &group), (HOME, REAL)]).is_err());
    }

    #[test]
    fn what_holds_the_lock_off_is_said() {
        let lock = lock(&[(HOME, REAL), (POWER, PRESENTING)]).expect("it can be read");
        assert!(lock.weighed.iter().any(|line| line.starts_with("presentation mode holds it off")));
        assert!(lock.weighed.iter().any(|line| line.starts_with("a window over the whole screen")));
    }

    #[test]
    fn what_presents_without_end_has_no_known_lock_as_long_as_its_program_runs() {
        let files = [(HOME, REAL), (POWER, PRESENTING)];
        let locks = |programs: &[&str]| with_programs(&files, programs, |who| decide(who, "Xfce")).expect("it is read");
        let held = locks(&["xfce4-power-man"]);
        assert!(matches!(&held.until_password, Idle::Unknown(why) if why.starts_with("presentation mode")), "{held:?}");
        assert!(matches!(held.until_covered, Idle::Unknown(_)));
        assert_eq!(locks(&[]).until_password, Idle::Seconds(840));
    }

    #[test]
    fn damaged_files_are_errors() {
        assert!(lock(&[(HOME, "no settings")]).is_err());
        assert!(lock(&[(HOME, "<channel>")]).is_err());
        assert!(lock(&[(HOME, &set("saver/idle-activation/delay", "soon"))]).is_err());
    }
}
