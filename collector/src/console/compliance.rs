//! How many devices meet each requirement. Unknown is never green: what was not reported is not met.

use caretaker_proto::console::v1::Compliance;
use caretaker_shared::model::Requirement;
use jiff::{SignedDuration, Timestamp};

use crate::store::DeviceState;

/// How a device stands to a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It meets it.
    Met,
    /// It does not.
    NotMet,
    /// Nobody knows.
    Unknown,
}

/// Counts the devices of each requirement; `silence` gives the time after which a device counts as silent.
pub(super) fn count<'a>(
    devices: impl Iterator<Item = &'a DeviceState> + Clone,
    silence: impl Fn(&DeviceState) -> SignedDuration,
    now: Timestamp,
) -> Vec<Compliance> {
    let counted = Requirement::ALL.map(|requirement| {
        let standings = devices.clone().map(|device| standing(device, requirement, silence(device), now));
        let (mut met, mut not_met, mut unknown) = (0, 0, 0);
        for standing in standings {
            match standing {
                Standing::Met => met += 1,
                Standing::NotMet => not_met += 1,
                Standing::Unknown => unknown += 1,
            }
        }
        let (id, title) = (requirement.id().to_owned(), requirement.title().to_owned());
        Compliance { requirement: id, title, met, not_met, unknown }
    });
    counted.into()
}

/// How a device stands to a requirement, where silence of that length is allowed.
pub(super) fn standing(
    device: &DeviceState,
    requirement: Requirement,
    silence: SignedDuration,
    now: Timestamp,
) -> Standing {
    if device.fails.contains(&requirement) {
        return Standing::NotMet;
    }
    if device.unknown.contains(&requirement) {
        return Standing::Unknown;
    }
    let silent = device.last_seen_at.is_some_and(|seen| now.duration_since(seen) > silence);
    // The finding is opened by a timer: until it runs, the clock says the same.
    if requirement == Requirement::A1Seen && silent {
        return Standing::NotMet;
    }
    // Nothing has contradicted itself where nothing was said, but then nothing is known either.
    let answered =
        device.last_seen_at.is_some() && requirement.probes().iter().all(|probe| device.answered.contains(probe));
    // What a device said before it fell silent may be so no longer.
    if answered && !silent { Standing::Met } else { Standing::Unknown }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use caretaker_shared::model::{ProbeName, Requirement};
    use jiff::{SignedDuration, Timestamp};

    use super::count;
    use crate::store::DeviceState;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn row(devices: &[DeviceState], requirement: Requirement) -> (u32, u32, u32) {
        let week = |_: &DeviceState| SignedDuration::from_hours(7 * 24);
        let counted = count(devices.iter(), week, NOW);
        let row = counted.iter().find(|row| row.requirement == requirement.id()).expect("every requirement is counted");
        (row.met, row.not_met, row.unknown)
    }

    fn seen(hours_ago: i64) -> DeviceState {
        DeviceState { last_seen_at: Some(NOW - SignedDuration::from_hours(hours_ago)), ..DeviceState::default() }
    }

    #[test]
    fn a_device_that_said_nothing_is_unknown_everywhere() {
        for requirement in Requirement::ALL {
            assert_eq!(row(&[DeviceState::default()], requirement), (0, 0, 1), "{requirement}");
        }
    }

    #[test]
    fn an_answer_without_a_finding_is_met() {
        let device = DeviceState { answered: HashSet::from([ProbeName::Antivirus]), ..seen(1) };
        assert_eq!(row(std::slice::from_ref(&device), Requirement::E1), (1, 0, 0));
        assert_eq!(row(&[device], Requirement::E2), (0, 0, 1), "another probe's answer does not count");
    }

    #[test]
    fn what_a_device_said_before_it_fell_silent_is_met_no_longer() {
        let silent = DeviceState { answered: HashSet::from([ProbeName::ScreenLock]), ..seen(7 * 24 + 1) };
        assert_eq!(row(std::slice::from_ref(&silent), Requirement::E2), (0, 0, 1));
        let fails = DeviceState { fails: HashSet::from([Requirement::E2]), ..silent };
        assert_eq!(row(&[fails], Requirement::E2), (0, 1, 0), "what failed then is not better for it");
    }

    #[test]
    fn what_fails_weighs_more_than_what_is_unknown() {
        let both = HashSet::from([Requirement::E2]);
        let device = DeviceState { fails: both.clone(), unknown: both, ..seen(1) };
        assert_eq!(row(&[device], Requirement::E2), (0, 1, 0));
    }

    #[test]
    fn silence_is_not_met_before_the_timer_has_said_so() {
        assert_eq!(row(&[seen(7 * 24)], Requirement::A1Seen), (1, 0, 0));
        assert_eq!(row(&[seen(7 * 24 + 1)], Requirement::A1Seen), (0, 1, 0));
    }
}
