//! The ladder of a case: who is told, when, until somebody has it. Pure.
//!
//! Rungs are the people of [`caretaker_shared::policy::rungs`], in order. At the highest level the first two hear of it
//! at once and again after a quarter of an hour; when nobody has answered after half an hour the next rung does, and so
//! on, at any hour. One level below, the first rung hears of it at once and each school day one more does. Waits count
//! from the step before, not from the alert: a collector that was away tells people one after the other all the same.
//! Whoever answers ends it; when the rungs are used up, the alarm leaves by another way, and people are reminded.

use std::ops::Range;

use caretaker_shared::policy::Calendar;
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};

/// The level at which a life may be in danger.
pub(crate) const URGENT: u8 = 5;
/// The level at which one person hears at once.
pub(crate) const SERIOUS: u8 = 4;
/// Rungs that hear of an urgent case at once: the lead and the deputies.
const AT_ONCE: usize = 2;
/// Between two steps of an urgent case.
const QUARTER: SignedDuration = SignedDuration::from_mins(15);
/// No step waits longer for a school day, whatever the calendar says: half of the summer is no time for a child to wait.
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// These rungs hear of it for the first time.
    Tell(Range<usize>),
    /// These rungs hear of it once more.
    Again(Range<usize>),
    /// Nobody is left to tell: by webhook.
    Outside,
    /// It stands in the daily list of the first rung.
    Daily,
    /// It stands in the weekly list of the first rung.
    Weekly,
}

/// What is done, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) act: Act,
    pub(crate) at: Timestamp,
}

/// When there is school, and when lists go out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rhythm<'a> {
    pub(crate) calendar: &'a Calendar,
    pub(crate) digest_at: Time,
}

/// Step `number` (from 0) of a case of that level with so many rungs, when the step before was taken, or the alert
/// raised, at `before`. `None` when nothing is left to do.
pub(crate) fn step(level: u8, number: u32, rungs: usize, before: Timestamp, rhythm: &Rhythm<'_>) -> Option<Step> {
    let Rhythm { calendar, digest_at } = *rhythm;
    let place = usize::try_from(number).unwrap_or(usize::MAX);
    let next_day = || calendar.next_school_day(before).min(after(before, LONGEST));
    let (act, at) = match level {
        URGENT.. => {
            let act = urgent(place, rungs);
            let reminds = place > last_of_urgent(rungs);
            let at = if place == 0 {
                before
            } else if reminds {
                next_day()
            } else {
                after(before, QUARTER)
            };
            (act, at)
        }
        SERIOUS => (serious(place, rungs), if place == 0 { before } else { next_day() }),
        3 if place == 0 => (Act::Daily, calendar.next_on_school_day(before, digest_at)),
        2 if place == 0 => (Act::Weekly, calendar.next_on_first_of_week(before, digest_at)),
        0..=3 => return None,
    };
    Some(Step { act, at })
}

/// The rung that is told next after step `number`, which is taken at `at`, and when, if nobody answers.
pub(crate) fn then(
    level: u8,
    number: u32,
    rungs: usize,
    at: Timestamp,
    rhythm: &Rhythm<'_>,
) -> Option<(usize, Timestamp)> {
    let mut before = at;
    for number in number.saturating_add(1)..number.saturating_add(4) {
        let Step { act, at } = step(level, number, rungs, before, rhythm)?;
        match act {
            Act::Tell(rungs) => return Some((rungs.start, at)),
            Act::Again(_) => before = at,
            Act::Outside | Act::Daily | Act::Weekly => return None,
        }
    }
    None
}

/// The step to take when nobody of those who were told could be reached: never one that tells the same people again.
pub(crate) fn hurried(level: u8, number: u32) -> u32 {
    if level >= URGENT && number % 2 == 1 { number + 1 } else { number }
}

/// At even places a rung is told, at odd ones it is told again.
fn urgent(place: usize, rungs: usize) -> Act {
    let last = last_of_urgent(rungs);
    let newest = if place < 2 { 0..AT_ONCE.min(rungs) } else { place / 2 + 1..place / 2 + 2 };
    match place {
        0 if rungs == 0 => Act::Outside,
        0 => Act::Tell(newest),
        place if place > last => Act::Again(0..rungs),
        place if place == last => Act::Outside,
        place if place % 2 == 1 => Act::Again(newest),
        _ => Act::Tell(newest),
    }
}

/// The place at which the rungs are used up.
fn last_of_urgent(rungs: usize) -> usize {
    2 * (rungs.max(AT_ONCE) - 1)
}

fn serious(place: usize, rungs: usize) -> Act {
    match place {
        place if place < rungs => Act::Tell(place..place + 1),
        place if place == rungs => Act::Outside,
        _ => Act::Again(0..rungs),
    }
}

fn after(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use caretaker_shared::policy::{Calendar, Days, Hours};
    use jiff::Timestamp;
    use jiff::civil::time;
    use jiff::tz::TimeZone;

    use super::{Act, Rhythm, Step, hurried, step, then};

    fn calendar() -> Calendar {
        Calendar {
            time_zone: TimeZone::get("Europe/London").ok(),
            hours: Hours::parse(&["mon-fri 08:30-15:30"]).expect("hours"),
            terms: ["2026-09-02 to 2026-12-18", "2027-01-05 to 2027-03-26"]
                .map(|days| Days::parse(days).expect("days"))
                .into(),
            holidays: Vec::new(),
        }
    }

    /// The steps of a case that nobody answers, each taken when it is due: "+0 tell 0-1".
    fn unanswered(level: u8, rungs: usize, raised: &str, most: u32) -> Vec<String> {
        let calendar = calendar();
        let rhythm = Rhythm { calendar: &calendar, digest_at: time(7, 30, 0, 0) };
        let raised: Timestamp = raised.parse().expect("a moment");
        let mut at = raised;
        let mut told = Vec::new();
        for number in 0..most {
            let Some(Step { act, at: due }) = step(level, number, rungs, at, &rhythm) else { break };
            at = due;
            let wait = at.duration_since(raised);
            let when = if wait.as_hours() < 12 {
                format!("+{}", wait.as_mins())
            } else {
                at.to_zoned(calendar.zone()).strftime("%a %d %b %H:%M").to_string()
            };
            let act = match act {
                Act::Tell(rungs) => format!("tell {rungs:?}"),
                Act::Again(rungs) => format!("again {rungs:?}"),
                Act::Outside => "outside".into(),
                Act::Daily => "daily".into(),
                Act::Weekly => "weekly".into(),
            };
            told.push(format!("{when} {act}"));
        }
        told
    }

    #[test]
    fn an_urgent_case_climbs_from_the_lead_to_the_chair_in_an_hour_at_any_hour() {
        let climbed = [
            "+0 tell 0..2",
            "+15 again 0..2",
            "+30 tell 2..3",
            "+45 again 2..3",
            "+60 tell 3..4",
            "+75 again 3..4",
            "+90 outside",
            "Mon 23 Nov 08:30 again 0..4",
            "Tue 24 Nov 08:30 again 0..4",
        ];
        assert_eq!(unanswered(5, 4, "2026-11-22T02:00:00Z", 9), climbed, "a Sunday night");
        assert_eq!(unanswered(5, 2, "2026-11-22T02:00:00Z", 3), ["+0 tell 0..2", "+15 again 0..2", "+30 outside"]);
        assert_eq!(unanswered(5, 1, "2026-11-22T02:00:00Z", 3), ["+0 tell 0..1", "+15 again 0..1", "+30 outside"]);
        assert_eq!(unanswered(5, 0, "2026-11-22T02:00:00Z", 1), ["+0 outside"]);
    }

    #[test]
    fn a_serious_case_climbs_one_rung_each_school_day() {
        let climbed = [
            "+0 tell 0..1",
            "Mon 23 Nov 08:30 tell 1..2",
            "Tue 24 Nov 08:30 tell 2..3",
            "Wed 25 Nov 08:30 outside",
            "Thu 26 Nov 08:30 again 0..3",
        ];
        assert_eq!(unanswered(4, 3, "2026-11-20T23:00:00Z", 5), climbed, "a Friday night");
        let christmas = unanswered(4, 2, "2026-12-18T16:00:00Z", 2);
        assert_eq!(christmas[1], "Fri 25 Dec 16:00 tell 1..2", "never longer than a week");
    }

    #[test]
    fn what_is_not_serious_stands_in_one_list_and_what_is_noise_in_none() {
        assert_eq!(unanswered(3, 2, "2026-11-20T16:00:00Z", 9), ["Mon 23 Nov 07:30 daily"]);
        assert_eq!(unanswered(2, 2, "2026-11-23T08:00:00Z", 9), ["Mon 30 Nov 07:30 weekly"]);
        assert_eq!(unanswered(1, 2, "2026-11-23T08:00:00Z", 9), Vec::<String>::new());
    }

    #[test]
    fn a_mail_can_say_who_is_told_next_and_when() {
        let calendar = calendar();
        let rhythm = Rhythm { calendar: &calendar, digest_at: time(7, 30, 0, 0) };
        let at: Timestamp = "2026-11-23T10:14:00Z".parse().expect("a moment");
        let minutes = |level, number, rungs| {
            then(level, number, rungs, at, &rhythm).map(|(rung, then)| (rung, then.duration_since(at).as_mins()))
        };
        assert_eq!(minutes(5, 0, 4), Some((2, 30)));
        assert_eq!(minutes(5, 1, 4), Some((2, 15)));
        assert_eq!(minutes(5, 2, 4), Some((3, 30)));
        assert_eq!((minutes(5, 4, 4), minutes(5, 0, 2), minutes(3, 0, 2)), (None, None, None));
        assert_eq!(minutes(4, 0, 2), Some((1, 22 * 60 + 16)));
        assert_eq!(minutes(4, 1, 2), None);
    }

    #[test]
    fn who_could_not_be_reached_is_not_tried_again() {
        assert_eq!((hurried(5, 1), hurried(5, 2), hurried(4, 1)), (2, 2, 1));
    }
}
