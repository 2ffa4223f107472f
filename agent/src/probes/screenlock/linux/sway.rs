//! How sway locks: by swayidle, which the user's sway configuration starts, with its events as arguments or in a file.

use std::path::{Path, PathBuf};

use caretaker_shared::model::ScreenLock;

use super::account::Who;
use super::commands::{Does, does, words};
use super::idle_daemon::{Event, Events};

const DESKTOP: &str = "sway";
const SYSTEM: &str = "/etc/sway/config";
const OWN: [&str; 2] = [".config/sway/config", ".sway/config"];
const IDLE_SYSTEM: &str = "/etc/xdg/swayidle/config";
const IDLE_OWN: [&str; 3] = [".config/swayidle/config", ".swayidle/config", "swayidle/config"];
const MOST_INCLUDED: usize = 32;

/// The effective lock of an account.
///
/// # Errors
/// Why a file could not be read.
pub(super) fn decide(who: &Who<'_>) -> Result<ScreenLock, String> {
    let own = OWN.iter().filter_map(|path| who.home(path));
    let (place, text) = who.first(own.chain([PathBuf::from(SYSTEM)]))?.unwrap_or_default();
    let mut events = Events::default();
    let mut starts = started(&mut events, &text, &place, who)?;
    if !who.runs("swayidle")? {
        return Ok(Events::default().decide(who.name(), DESKTOP, ("swayidle does not run for this account", "/proc")));
    }
    // What runs for someone who is logged in was started by something, if not by sway's configuration.
    let elsewhere = !starts && who.account.is_some_and(|account| account.logged_in);
    starts |= elsewhere;
    if !starts {
        let doubts = events.doubts;
        let nothing = Events { doubts, ..Events::default() };
        return Ok(nothing.decide(who.name(), DESKTOP, ("sway's configuration does not start swayidle", &place)));
    }
    let own = IDLE_OWN.iter().filter_map(|path| who.home(path));
    if let Some((place, text)) = who.first(own.chain([PathBuf::from(IDLE_SYSTEM)]))? {
        words(&text).iter().for_each(|words| read(&mut events, words, &place));
    }
    if elsewhere {
        events.doubts.push("swayidle was not started by sway's configuration; its arguments are not seen".to_owned());
    }
    Ok(events.decide(who.name(), DESKTOP, ("swayidle runs, and none of its events locks", &place)))
}

/// Takes up the events of every `exec swayidle`, and says whether there is one. Files that are named without doubt are
/// read too.
fn started(events: &mut Events, text: &str, place: &str, who: &Who<'_>) -> Result<bool, String> {
    let mut found = starts(events, text, place);
    for words in words(text).iter().filter(|words| words.first().is_some_and(|word| word == "include")) {
        let Some(files) = words.get(1).and_then(|path| included(path, who)) else {
            events.doubts.push(format!("{place} includes files whose names this version cannot tell"));
            continue;
        };
        for file in files.iter().take(MOST_INCLUDED) {
            if let Some(text) = who.text(file)? {
                found |= starts(events, &text, &file.display().to_string());
            }
        }
    }
    Ok(found)
}

fn starts(events: &mut Events, text: &str, place: &str) -> bool {
    let mut found = false;
    for words in words(text) {
        let exec = words.first().is_some_and(|word| matches!(word.as_str(), "exec" | "exec_always"));
        // The whole command may stand in quotes of its own.
        let words = match &words[..] {
            [_, command] if exec && command.contains(' ') => {
                std::iter::once("exec".to_owned()).chain(self::words(command).concat()).collect()
            }
            _ => words,
        };
        let Some(at) = words.iter().position(|word| word.rsplit('/').next() == Some("swayidle")).filter(|_| exec)
        else {
            continue;
        };
        found = true;
        let arguments = &words[at + 1..];
        if arguments.iter().any(|word| word == "-C") {
            events.doubts.push(format!("{place} gives swayidle a file of its own, which is not read"));
        }
        read(events, arguments, place);
    }
    found
}

/// Files of "/etc/sway/config.d/*" or of a plain full path; `None` for other patterns.
fn included(pattern: &str, who: &Who<'_>) -> Option<Vec<PathBuf>> {
    let path = match pattern.strip_prefix("~/") {
        Some(rest) => who.home(rest)?,
        None => PathBuf::from(pattern),
    };
    let text = path.to_str()?;
    if !text.starts_with('/') || text.contains(['$', '`', '?', '[', '{']) {
        return None;
    }
    match text.strip_suffix("/*").or_else(|| text.strip_suffix("/*.conf")) {
        Some(folder) if !folder.contains('*') => {
            let names = who.host.list(Path::new(folder)).unwrap_or_default();
            let wanted = |name: &String| !text.ends_with(".conf") || name.ends_with(".conf");
            Some(names.into_iter().filter(wanted).map(|name| Path::new(folder).join(name)).collect())
        }
        Some(_) => None,
        None => (!text.contains('*')).then(|| vec![path]),
    }
}

/// Takes up the events among swayidle's words.
fn read(events: &mut Events, words: &[String], place: &str) {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "timeout" => {
                let (after, command) = (words.next().and_then(|word| word.parse().ok()), words.next());
                let (Some(seconds), Some(command)) = (after, command) else {
                    events.doubts.push(format!("{place} has a timeout that cannot be understood"));
                    continue;
                };
                events.timed.push(Event { seconds, command: command.clone(), place: place.to_owned() });
            }
            "lock" => events.answers |= words.next().is_some_and(|command| does(command) == Does::Lock),
            "resume" | "before-sleep" | "after-resume" | "unlock" | "idlehint" => {
                words.next();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::Idle;

    use super::super::account::tests::with_programs;
    use super::*;

    const HOME: &str = "/home/pupil.one/.config/sway/config";
    const IDLE: &str = "/home/pupil.one/.config/swayidle/config";

    fn lock(files: &[(&str, &str)]) -> ScreenLock {
        with_programs(files, &["swayidle"], decide).expect("it can be read")
    }

    #[test]
    fn locks_when_a_locker_runs_after_a_time() {
        let config = "exec swayidle -w \\\n  timeout 300 'swaylock -f' \\\n  timeout 200 'swaymsg \"output * dpms off\"' \
                      resume 'swaymsg \"output * dpms on\"' \\\n  before-sleep 'swaylock -f'\n";
        let lock = lock(&[(HOME, config)]);
        assert_eq!((lock.until_covered, lock.until_password), (Idle::Seconds(200), Idle::Seconds(300)));
        assert_eq!((lock.setting.as_str(), lock.place.as_str()), ("timeout 300 swaylock -f", HOME));
    }

    #[test]
    fn the_events_may_stand_in_a_file_and_ask_for_the_lock() {
        let asks = "timeout 600 'loginctl lock-session'\n";
        let files = [(HOME, "exec \"swayidle -w\"\n"), (IDLE, asks)];
        assert!(matches!(lock(&files).until_password, Idle::Unknown(_)), "nothing answers");
        let answered = format!("{asks}lock 'swaylock -f'\n");
        assert_eq!(lock(&[files[0], (IDLE, &answered)]).until_password, Idle::Seconds(600));
    }

    #[test]
    fn a_command_that_is_not_known_is_a_doubt() {
        let unsure = lock(&[(HOME, "exec swayidle timeout 60 ~/bin/away.sh\n")]);
        assert!(matches!(unsure.until_password, Idle::Unknown(_)));
        let bounded = lock(&[(HOME, "exec swayidle timeout 60 ~/bin/away.sh timeout 300 swaylock\n")]);
        assert_eq!(bounded.until_password, Idle::Seconds(300), "what is certain holds as the longest");
        let foreign = lock(&[(HOME, "include $dir/idle\n")]);
        assert!(matches!(foreign.until_password, Idle::Unknown(_)));
    }

    #[test]
    fn included_files_count() {
        let files = [
            (SYSTEM, "include /etc/sway/config.d/*\n"),
            ("/etc/sway/config.d/idle", "exec swayidle timeout 120 swaylock\n"),
        ];
        let lock = lock(&files);
        assert_eq!((lock.until_password, lock.place.as_str()), (Idle::Seconds(120), "/etc/sway/config.d/idle"));
    }

    #[test]
    fn what_does_not_run_never_locks() {
        let files = [(HOME, "exec swayidle timeout 300 swaylock\n")];
        let stopped = with_programs(&files, &[], decide).expect("it can be read");
        assert_eq!(
            (stopped.until_password, stopped.setting.as_str()),
            (Idle::Never, "swayidle does not run for this account")
        );
    }
}
