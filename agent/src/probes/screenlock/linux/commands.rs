//! What shell commands of people's own configuration do to the screen. Pure, and careful: what is not known for sure to
//! lock or to be harmless is a doubt.

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    /// It locks the screen.
    Lock,
    /// It asks the session to lock, which works when something answers.
    AskToLock,
    /// It turns the display off.
    Cover,
    /// Nothing that matters here.
    Nothing,
    /// It cannot be told.
    Unknown,
}

const LOCKERS: [&str; 5] = ["swaylock", "hyprlock", "gtklock", "waylock", "i3lock"];
const HARMLESS: [&str; 6] = ["notify-send", "brightnessctl", "light", "swaymsg", "hyprctl", "pidof"];

/// What a command does, by its strongest part.
pub(super) fn does(command: &str) -> Does {
    let parts = command.split([';', '&', '|']).map(str::trim).filter(|part| !part.is_empty());
    let found: Vec<Does> = parts.map(part).collect();
    let order = [Does::Lock, Does::AskToLock, Does::Unknown, Does::Cover];
    order.into_iter().find(|does| found.contains(does)).unwrap_or(Does::Nothing)
}

fn part(command: &str) -> Does {
    let words: Vec<&str> = command.split_whitespace().collect();
    let program = words.first().and_then(|word| word.rsplit('/').next()).unwrap_or_default();
    if LOCKERS.contains(&program) {
        return Does::Lock;
    }
    if program == "loginctl" {
        return if words.contains(&"lock-session") { Does::AskToLock } else { Does::Unknown };
    }
    let dark = ["dpms off", "power off"].iter().any(|off| command.contains(off));
    match (HARMLESS.contains(&program), dark) {
        (true, true) => Does::Cover,
        (true, false) => Does::Nothing,
        (false, _) => Does::Unknown,
    }
}

/// The words of shell lines: quotes hold together, a backslash carries a line on, a hash begins a remark.
pub(super) fn words(text: &str) -> Vec<Vec<String>> {
    let joined = text.replace("\\\n", " ");
    joined.lines().map(line).filter(|words| !words.is_empty()).collect()
}

fn line(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in text.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, _) if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::{Does, does, words};

    #[test]
    fn only_known_lockers_lock() {
        let table = [
            ("swaylock -f -c 000000", Does::Lock),
            ("/usr/bin/swaylock", Does::Lock),
            ("pidof hyprlock || hyprlock", Does::Lock),
            ("loginctl lock-session", Does::AskToLock),
            ("swaymsg \"output * dpms off\"", Does::Cover),
            ("hyprctl dispatch dpms off", Does::Cover),
            ("brightnessctl -s set 10", Does::Nothing),
            ("~/bin/lock.sh", Does::Unknown),
            ("echo swaylock", Does::Unknown),
            ("systemctl suspend", Does::Unknown),
            ("", Does::Nothing),
        ];
        for (command, expected) in table {
            assert_eq!(does(command), expected, "{command}");
        }
    }

    #[test]
    fn words_hold_together_in_quotes_and_over_lines() {
        let found = words("exec swayidle -w \\\n  timeout 300 'swaylock -f' # remark\n# all remark\n\n");
        assert_eq!(found, [["exec", "swayidle", "-w", "timeout", "300", "swaylock -f"]]);
    }
}
