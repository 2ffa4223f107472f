//! `[calendar]`: when there is school, by the clock on the school's wall.
//!
//! Pure: every answer follows from the file and the moment that is asked about. A span that a change of the clocks
//! swallows begins when the clock goes on; one that comes twice counts both times.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::Hours;

/// Days after which a search for the next school day gives up and takes the next weekday of the hours: the file names
/// no term that is still to come.
const SEARCHED: i32 = 120;

/// When there is school.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// Where the school's clocks are; `None` for where the collector is.
    pub time_zone: Option<TimeZone>,
    /// Days of the week and hours with school in them. None at all: every day, all day.
    pub hours: Hours,
    /// Terms; none at all: the whole year.
    pub terms: Vec<Days>,
    /// Days within terms without school.
    pub holidays: Vec<Days>,
}

/// Some days in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub first: Date,
    /// The last, itself included.
    pub last: Date,
}

impl Days {
    /// Reads `2026-09-02 to 2026-12-18`, or one day.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once(" to ").unwrap_or((text, text));
        let day = |text: &str| text.trim().parse::<Date>().ok();
        let days = Self { first: day(first)?, last: day(last)? };
        (days.first <= days.last).then_some(days)
    }

    /// Whether `date` is one of them.
    #[must_use]
    pub fn contains(self, date: Date) -> bool {
        (self.first..=self.last).contains(&date)
    }
}

impl Calendar {
    /// The zone of the school's clocks.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        self.time_zone.clone().unwrap_or_else(TimeZone::system)
    }

    /// Whether there is school on `date`.
    #[must_use]
    pub fn is_school_day(&self, date: Date) -> bool {
        let in_term = self.terms.is_empty() || self.terms.iter().any(|term| term.contains(date));
        in_term && !self.holidays.iter().any(|holiday| holiday.contains(date)) && self.hours.begin_on(date).is_some()
    }

    /// Whether there is school at that moment.
    #[must_use]
    pub fn in_hours(&self, at: Timestamp) -> bool {
        let at = at.to_zoned(self.zone()).datetime();
        self.is_school_day(at.date()) && self.hours.contains(at)
    }

    /// When school begins on the first school day after the day of `after`.
    #[must_use]
    pub fn next_school_day(&self, after: Timestamp) -> Timestamp {
        let today = after.to_zoned(self.zone()).date();
        let date = self.school_day_from(today.tomorrow().unwrap_or(today));
        self.moment(date, self.hours.begin_on(date).unwrap_or(Time::midnight())).max(after)
    }

    /// The first moment after `after` at which it is `time` on a school day.
    #[must_use]
    pub fn next_on_school_day(&self, after: Timestamp, time: Time) -> Timestamp {
        self.next_at(after, time, |_| true)
    }

    /// The first moment after `after` at which it is `time` on the first school day of a week.
    #[must_use]
    pub fn next_on_first_of_week(&self, after: Timestamp, time: Time) -> Timestamp {
        self.next_at(after, time, |date| {
            let monday = date.checked_sub(i32::from(date.weekday().to_monday_zero_offset()).days()).unwrap_or(date);
            monday.series(1.day()).take_while(|day| *day < date).all(|day| !self.is_school_day(day))
        })
    }

    fn next_at(&self, after: Timestamp, time: Time, fits: impl Fn(Date) -> bool) -> Timestamp {
        let mut date = after.to_zoned(self.zone()).date();
        loop {
            date = self.school_day_from(date);
            let at = self.moment(date, time);
            // After the fallback of a calendar without terms to come every weekday fits.
            if at > after && (fits(date) || !self.is_school_day(date)) {
                return at;
            }
            let Ok(next) = date.tomorrow() else { return after };
            date = next;
        }
    }

    /// The first school day from `date` on. Without one, the first day of the week with hours: an alert must not wait
    /// for a term that nobody has written down.
    fn school_day_from(&self, date: Date) -> Date {
        let days = || date.series(1.day()).take(usize::try_from(SEARCHED).unwrap_or_default());
        let taught = days().find(|day| self.is_school_day(*day));
        taught.or_else(|| days().find(|day| self.hours.begin_on(*day).is_some())).unwrap_or(date)
    }

    /// That time of that day; where the clocks leave it out, as much later as they go on.
    fn moment(&self, date: Date, time: Time) -> Timestamp {
        date.to_datetime(time).to_zoned(self.zone()).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
    }

    /// The term that `date` lies in; between two of them the one that was last, and before the first the first. `None`
    /// for a file without terms.
    #[must_use]
    pub fn term_of(&self, date: Date) -> Option<Days> {
        let begun = self.terms.iter().filter(|term| term.first <= date).max_by_key(|term| term.first);
        begun.or_else(|| self.terms.iter().min_by_key(|term| term.first)).copied()
    }

    /// Whether no term of the file is still to come or under way on `date`: the file wants a new year's terms.
    #[must_use]
    pub fn is_over(&self, date: Date) -> bool {
        !self.terms.is_empty() && self.terms.iter().all(|term| term.last < date)
    }
}

impl Default for Calendar {
    fn default() -> Self {
        let days = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
        Self { time_zone: None, hours: Hours::on(&days, (8, 30), (15, 30)), terms: Vec::new(), holidays: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::time;
    use jiff::tz::TimeZone;

    use super::{Calendar, Days};
    use crate::policy::Hours;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment in RFC 3339")
    }

    fn days(texts: &[&str]) -> Vec<Days> {
        texts.iter().map(|text| Days::parse(text).expect("days")).collect()
    }

    fn school() -> Calendar {
        Calendar {
            time_zone: Some(TimeZone::get("Europe/London").expect("a zone")),
            hours: Hours::parse(&["mon-thu 08:30-15:30", "fri 08:30-14:00"]).expect("hours"),
            terms: days(&["2026-09-02 to 2026-12-18", "2027-01-05 to 2027-03-26", "2027-04-12 to 2027-07-21"]),
            holidays: days(&["2026-10-26 to 2026-10-30", "2026-11-27"]),
        }
    }

    #[test]
    fn what_lies_between_two_terms_belongs_to_the_one_before() {
        let first_of = |date: &str| school().term_of(date.parse().expect("a date")).map(|term| term.first.to_string());
        for (date, first) in [
            ("2026-08-01", "2026-09-02"),
            ("2026-09-02", "2026-09-02"),
            ("2026-12-25", "2026-09-02"),
            ("2027-01-05", "2027-01-05"),
            ("2027-12-01", "2027-04-12"),
        ] {
            assert_eq!(first_of(date).as_deref(), Some(first), "{date}");
        }
        assert_eq!(Calendar::default().term_of("2026-09-02".parse().expect("a date")), None);
    }

    #[test]
    fn the_next_school_day_passes_over_weekends_holidays_and_the_time_between_terms() {
        for (after, next, why) in [
            ("2026-11-23T10:00:00Z", "2026-11-24T08:30:00Z", "Monday to Tuesday"),
            ("2026-11-23T03:00:00Z", "2026-11-24T08:30:00Z", "before school on Monday: the day after"),
            ("2026-11-20T23:59:00Z", "2026-11-23T08:30:00Z", "Friday night to Monday"),
            ("2026-11-26T10:00:00Z", "2026-11-30T08:30:00Z", "a day off on Friday"),
            ("2026-10-23T10:00:00Z", "2026-11-02T08:30:00Z", "half term, over the change to winter time"),
            ("2026-12-18T15:00:00Z", "2027-01-05T08:30:00Z", "Christmas"),
        ] {
            assert_eq!(school().next_school_day(at(after)), at(next), "{why}");
        }
    }

    #[test]
    fn school_begins_by_the_clock_on_the_wall_in_winter_and_in_summer() {
        let school = school();
        assert_eq!(school.next_school_day(at("2027-03-25T12:00:00Z")), at("2027-03-26T08:30:00Z"));
        assert_eq!(school.next_school_day(at("2027-04-12T12:00:00Z")), at("2027-04-13T07:30:00Z"), "summer time");
        assert!(school.in_hours(at("2027-04-13T07:30:00Z")) && !school.in_hours(at("2027-04-13T07:29:59Z")));
        assert!(school.in_hours(at("2026-11-23T15:29:59Z")) && !school.in_hours(at("2026-11-23T15:30:00Z")));
        assert!(!school.in_hours(at("2026-11-20T14:00:00Z")), "a short Friday");
        assert!(!school.in_hours(at("2026-10-27T10:00:00Z")), "half term");
    }

    #[test]
    fn an_hour_that_the_clocks_leave_out_or_show_twice_comes_once() {
        let night =
            Calendar { hours: Hours::parse(&["sun 01:30-03:00"]).expect("hours"), terms: Vec::new(), ..school() };
        // On 28 March 2027 it is 02:00 right after 00:59:59.
        assert_eq!(night.next_school_day(at("2027-03-27T12:00:00Z")), at("2027-03-28T01:30:00Z"), "02:30 on the wall");
        // On 31 October 2027 it is 01:30 twice.
        assert_eq!(night.next_on_school_day(at("2027-10-30T12:00:00Z"), time(1, 30, 0, 0)), at("2027-10-31T00:30:00Z"));
        assert_eq!(night.next_on_school_day(at("2027-10-31T00:30:00Z"), time(1, 30, 0, 0)), at("2027-11-07T01:30:00Z"));
    }

    #[test]
    fn a_digest_comes_on_each_school_day_or_on_the_first_of_a_week() {
        let (school, seven) = (school(), time(7, 0, 0, 0));
        let daily = |after| school.next_on_school_day(at(after), seven);
        assert_eq!(daily("2026-11-23T06:59:59Z"), at("2026-11-23T07:00:00Z"));
        assert_eq!(daily("2026-11-23T07:00:00Z"), at("2026-11-24T07:00:00Z"));
        assert_eq!(daily("2027-04-09T07:00:00Z"), at("2027-04-12T06:00:00Z"), "summer time after Easter");
        let weekly = |after| school.next_on_first_of_week(at(after), seven);
        assert_eq!(weekly("2026-11-23T06:00:00Z"), at("2026-11-23T07:00:00Z"));
        assert_eq!(weekly("2026-11-23T07:00:00Z"), at("2026-11-30T07:00:00Z"));
        assert_eq!(weekly("2026-12-16T07:00:00Z"), at("2027-01-05T07:00:00Z"), "the first week begins on a Tuesday");
    }

    #[test]
    fn a_calendar_whose_terms_are_over_falls_back_to_its_weekdays() {
        let school = school();
        let after = at("2027-07-23T12:00:00Z");
        assert!(school.is_over(after.to_zoned(TimeZone::UTC).date()));
        assert_eq!(school.next_school_day(after), at("2027-07-26T07:30:00Z"), "a Monday");
        assert_eq!(school.next_on_school_day(after, time(7, 0, 0, 0)), at("2027-07-26T06:00:00Z"));
        let never = Calendar { holidays: days(&["2020-01-01 to 2040-01-01"]), ..school };
        assert_eq!(never.next_on_first_of_week(after, time(7, 0, 0, 0)), at("2027-07-26T06:00:00Z"));
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        assert_eq!(Days::parse("2026-11-27"), Days::parse("2026-11-27 to 2026-11-27"));
        for text in ["", "2026-11-31", "27 November", "2026-12-18 to 2026-09-02", "2026-09-02 - 2026-12-18"] {
            assert_eq!(Days::parse(text), None, "{text:?}");
        }
    }
}
