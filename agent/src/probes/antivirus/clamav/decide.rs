//! From what was seen of ClamAV to what it does. Pure.

use caretaker_shared::model::{Engine, RealTime};

use super::parse::Settings;

/// The two programs of ClamAV that matter while nobody asks for a scan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Running {
    /// The engine.
    pub(super) clamd: bool,
    /// What hands files to the engine as they are opened.
    pub(super) clamonacc: bool,
}

/// Whether the engine runs. `None`: the running programs are not known.
pub(super) fn engine(running: Option<Running>) -> (Engine, &'static str) {
    match running {
        None => (Engine::Unknown, "the running programs could not be listed"),
        Some(Running { clamd: true, .. }) => (Engine::Running, "clamd runs"),
        Some(Running { clamd: false, .. }) => (Engine::Stopped, "clamd does not run"),
    }
}

/// What happens when a file is opened. `None` for settings: there is a file, but it cannot be read, or there is none.
pub(super) fn real_time(running: Option<Running>, settings: Option<&Settings>) -> (RealTime, &'static str) {
    let Some(running) = running else {
        return (RealTime::Unknown, "whether clamonacc runs could not be told");
    };
    if !running.clamonacc {
        return (RealTime::Off, "clamonacc does not run; clamd alone scans only what it is asked to");
    }
    let Some(settings) = settings else {
        return (RealTime::Unknown, "clamonacc runs, but its settings could not be read");
    };
    let watches = ["OnAccessIncludePath", "OnAccessMountPath"].iter().any(|key| settings.first(key).is_some());
    match (watches, running.clamd) {
        (false, _) => (RealTime::Off, "clamonacc runs, but no OnAccessIncludePath or OnAccessMountPath is set"),
        (true, false) if settings.first("TCPSocket").is_some() => {
            (RealTime::Unknown, "clamonacc runs, and its engine may run on another machine")
        }
        (true, false) => (RealTime::Off, "clamonacc runs, but there is no clamd to look at the files"),
        (true, true) if settings.yes("OnAccessPrevention") => {
            (RealTime::Blocking, "clamonacc runs, and OnAccessPrevention = yes")
        }
        (true, true) => (RealTime::DetectOnly, "clamonacc runs, but OnAccessPrevention is not yes: it only tells"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: Option<Running> = Some(Running { clamd: true, clamonacc: true });

    fn verdict(running: Option<Running>, settings: Option<&str>) -> RealTime {
        real_time(running, settings.map(Settings::parse).as_ref()).0
    }

    #[test]
    fn real_time_protection_needs_engine_scanner_and_a_place_to_watch() {
        let clamd_alone = Some(Running { clamd: true, clamonacc: false });
        let scanner_alone = Some(Running { clamd: false, clamonacc: true });
        let watch = "OnAccessIncludePath /home\n";
        let block = "OnAccessMountPath /\nOnAccessPrevention yes\n";
        let table = [
            (BOTH, Some(block), RealTime::Blocking),
            (BOTH, Some(watch), RealTime::DetectOnly),
            (BOTH, Some("OnAccessPrevention yes\n"), RealTime::Off),
            (BOTH, None, RealTime::Unknown),
            (clamd_alone, Some(block), RealTime::Off),
            (clamd_alone, None, RealTime::Off),
            (scanner_alone, Some(block), RealTime::Off),
            (scanner_alone, Some("OnAccessIncludePath /home\nTCPSocket 3310\n"), RealTime::Unknown),
            (None, Some(block), RealTime::Unknown),
        ];
        for (running, settings, expected) in table {
            assert_eq!(verdict(running, settings), expected, "{running:?} {settings:?}");
        }
    }

    #[test]
    fn an_engine_that_cannot_be_seen_is_not_stopped() {
        assert_eq!(engine(None).0, Engine::Unknown);
        assert_eq!(engine(BOTH).0, Engine::Running);
        assert_eq!(engine(Some(Running { clamd: false, clamonacc: true })).0, Engine::Stopped);
    }
}
