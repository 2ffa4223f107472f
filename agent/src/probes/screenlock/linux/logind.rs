//! What the login service does when all sessions are idle. It only asks sessions to lock, and only when each of them
//! has said that it is idle, which many never do: so this is told beside the lock and never counts as one.

use std::collections::BTreeMap;
use std::path::Path;

use super::account::Who;
use super::keyfile::Keyfile;
use crate::host::if_there;

const FILE: &str = "/etc/systemd/logind.conf";
/// From the weakest: a file hides those of the same name in the folders before.
const FOLDERS: [&str; 4] = [
    "/usr/lib/systemd/logind.conf.d",
    "/usr/local/lib/systemd/logind.conf.d",
    "/run/systemd/logind.conf.d",
    "/etc/systemd/logind.conf.d",
];
const MOST_FILES: usize = 64;
const DEFAULT_AFTER: &str = "30min";

/// A line about it when it does anything; a file that cannot be read counts as none, since none of it decides.
pub(super) fn note(who: &Who<'_>) -> Option<String> {
    let mut drop_ins = BTreeMap::new();
    for folder in FOLDERS {
        let names = if_there(who.host.list(Path::new(folder))).ok().flatten().unwrap_or_default();
        for name in names.into_iter().filter(|name| name.ends_with(".conf")).take(MOST_FILES) {
            let place = format!("{folder}/{name}");
            drop_ins.insert(name, place);
        }
    }
    let (mut action, mut after) = (None, None);
    for place in std::iter::once(FILE.to_owned()).chain(drop_ins.into_values()) {
        let Ok(Some(text)) = who.text(place.as_ref()) else { continue };
        let file = Keyfile::read(&text);
        let set = |key| file.value("Login", key).map(|value| (value.text.clone(), place.clone()));
        action = set("IdleAction").or(action);
        after = set("IdleActionSec").or(after);
    }
    let (action, place) = action.filter(|(action, _)| !matches!(action.as_str(), "" | "ignore"))?;
    let after = after.map_or_else(|| DEFAULT_AFTER.to_owned(), |(after, _)| after);
    Some(format!("IdleAction = {action} in {place}: {after} after every session has called itself idle"))
}

#[cfg(test)]
mod tests {
    use super::super::account::tests::asked;
    use super::note;

    #[test]
    fn later_files_count_and_ignore_is_nothing() {
        assert_eq!(asked(&[], note), None);
        let main = ("/etc/systemd/logind.conf", "[Login]\n#IdleAction=ignore\nIdleAction=lock\n");
        let told = asked(&[main], note).expect("it locks");
        assert_eq!(
            told,
            "IdleAction = lock in /etc/systemd/logind.conf: 30min after every session has called itself idle"
        );
        let drop_in = ("/etc/systemd/logind.conf.d/50-school.conf", "[Login]\nIdleActionSec=5min\n");
        assert!(asked(&[main, drop_in], note).expect("it locks").contains("5min after"));
        let hidden = ("/usr/lib/systemd/logind.conf.d/50-school.conf", "[Login]\nIdleAction=ignore\n");
        assert!(asked(&[main, drop_in, hidden], note).is_some(), "the file in /etc hides it");
        let off = ("/run/systemd/logind.conf.d/60-off.conf", "[Login]\nIdleAction=ignore\n");
        assert_eq!(asked(&[main, off], note), None);
    }
}
