//! Mains or battery, from `pmset -g batt`.

use std::io;

use crate::host::program::Program;
use crate::host::{Host, Power};

/// What the machine runs on.
pub(super) fn power(host: &dyn Host) -> io::Result<Power> {
    let written = host.run(&Program::MAC_POWER)?;
    parse(&written.out).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "pmset does not say what is drawn on"))
}

/// `Now drawing from 'Battery Power'`, then a line for each battery: ` -InternalBattery-0 (id=1)  85%; discharging; ...`.
/// Mains that failed behind a "UPS" are a battery too.
fn parse(told: &str) -> Option<Power> {
    let source = told.lines().find_map(|line| line.trim().strip_prefix("Now drawing from '"))?;
    let batteries = told.lines().filter(|line| line.trim_start().starts_with('-'));
    let full = |line: &str| {
        let before = line.split_once('%')?.0;
        before.rsplit(|letter: char| !letter.is_ascii_digit()).next()?.parse::<u8>().ok()
    };
    let percent = batteries.filter_map(full).max().map(|percent| percent.min(100));
    Some(Power { on_battery: !source.starts_with("AC Power"), percent })
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::host::Power;

    #[test]
    fn reads_what_pmset_says() {
        let laptop = "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=4653155)\t85%; discharging; 5:08 remaining present: true\n";
        assert_eq!(parse(laptop), Some(Power { on_battery: true, percent: Some(85) }));
        let plugged = "Now drawing from 'AC Power'\n -InternalBattery-0 (id=4653155)\t100%; charged; 0:00 remaining present: true\n";
        assert_eq!(parse(plugged), Some(Power { on_battery: false, percent: Some(100) }));
        assert_eq!(parse("Now drawing from 'AC Power'\n"), Some(Power { on_battery: false, percent: None }));
    }

    #[test]
    fn other_words_say_nothing() {
        assert_eq!(parse(""), None);
        assert_eq!(parse("pmset: unknown option\n"), None);
    }
}
