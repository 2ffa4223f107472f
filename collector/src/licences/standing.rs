//! How a dated entry stands on a day: in force, about to end, ended.

use jiff::civil::Date;

use super::model::Licence;

/// Days before its end from which on an entry ends soon.
const SOON_DAYS: i32 = 90;

/// How an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It ended within the last 90 days.
    JustEnded,
    /// It ends, or must be given notice, within 90 days.
    EndsSoon,
    /// It holds.
    InForce,
    /// Its first day lies ahead.
    NotBegun,
    /// It ended longer ago.
    Ended,
}

impl Standing {
    /// How something with these days stands. What is perpetual has no end here: see [`Standing::of`].
    #[must_use]
    pub fn between(starts_on: Option<Date>, next: Option<Date>, ends_on: Option<Date>, today: Date) -> Self {
        let ahead = |day: Date| days(today, day);
        match ends_on.map(ahead) {
            Some(left) if left < -SOON_DAYS => return Self::Ended,
            Some(left) if left < 0 => return Self::JustEnded,
            Some(_) | None => {}
        }
        if starts_on.is_some_and(|day| day > today) {
            return Self::NotBegun;
        }
        let soon = next.is_some_and(|day| (0..=SOON_DAYS).contains(&ahead(day)));
        if soon { Self::EndsSoon } else { Self::InForce }
    }

    /// How a licence stands. One for ever does not end with its maintenance.
    #[must_use]
    pub fn of(licence: &Licence, today: Date) -> Self {
        let next = Next::of(licence, today).map(|next| next.day);
        let ends_on = licence.ends_on.filter(|_| licence.term.lapses());
        Self::between(licence.starts_on, next, ends_on, today)
    }

    /// One word: ended, ends-soon, in-force, not-begun.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::JustEnded | Self::Ended => "ended",
            Self::EndsSoon => "ends-soon",
            Self::InForce => "in-force",
            Self::NotBegun => "not-begun",
        }
    }
}

/// The next day of a licence that somebody must not miss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// The day.
    pub day: Date,
    /// It is the last one for giving notice, not the licence's own.
    pub is_notice: bool,
    /// Days until then; negative once it has passed.
    pub days_left: i32,
}

impl Next {
    /// The last day for notice while it lies ahead, else the end.
    #[must_use]
    pub fn of(licence: &Licence, today: Date) -> Option<Self> {
        let notice = licence.notice_on.filter(|day| *day >= today);
        let (day, is_notice) = notice.map(|day| (day, true)).or(licence.ends_on.map(|day| (day, false)))?;
        Some(Self { day, is_notice, days_left: days(today, day) })
    }
}

/// Days from one day to another.
fn days(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MAX, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::Standing;

    const TODAY: Date = date(2026, 11, 21);

    #[test]
    fn an_entry_holds_on_its_last_day_and_not_on_the_next() {
        let on = |ends: Date| Standing::between(None, Some(ends), Some(ends), TODAY);
        assert_eq!(on(date(2026, 11, 20)), Standing::JustEnded);
        assert_eq!(on(TODAY), Standing::EndsSoon);
        assert_eq!(on(date(2027, 2, 19)), Standing::EndsSoon, "90 days");
        assert_eq!(on(date(2027, 2, 20)), Standing::InForce, "91 days");
        assert_eq!(on(date(2026, 8, 23)), Standing::JustEnded, "90 days ago");
        assert_eq!(on(date(2026, 8, 22)), Standing::Ended, "91 days ago");
    }

    #[test]
    fn what_has_not_begun_does_not_hold() {
        let ends = Some(date(2027, 11, 30));
        assert_eq!(Standing::between(Some(date(2026, 12, 1)), ends, ends, TODAY), Standing::NotBegun);
        assert_eq!(Standing::between(Some(TODAY), ends, ends, TODAY), Standing::InForce);
        assert_eq!(Standing::between(None, None, None, TODAY), Standing::InForce);
    }
}
