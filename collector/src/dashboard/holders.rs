//! The devices behind a title of a licence audit, number by number.

use caretaker_proto::console::v1::{AuditDevice, AuditTitle};

use super::list::List;
use super::spot::Side;
use crate::licences::Number as Seats;

/// The devices behind one number of a title.
#[derive(Debug)]
pub(super) struct Holders {
    /// Number of the audit.
    pub(super) audit: u64,
    pub(super) title: AuditTitle,
    pub(super) number: Seats,
    pub(super) list: List<AuditDevice>,
}

impl Holders {
    /// Those that the title's state is about: those that lack a licence, else those that have it; `None` where no number
    /// has a device.
    pub(super) fn of(audit: u64, title: AuditTitle) -> Option<Self> {
        let numbers = numbers(&title);
        let over = numbers.iter().find(|number| **number == Seats::Over && title.over_of == "devices");
        let number = *over.or(numbers.first())?;
        Some(Self { audit, title, number, list: List::default() })
    }

    /// The numbers that have devices behind them.
    pub(super) fn numbers(&self) -> Vec<Seats> {
        numbers(&self.title)
    }

    /// Those of the next number, or of the one before; `None` at either end.
    pub(super) fn beside(&self, side: Side) -> Option<Self> {
        let numbers = self.numbers();
        let at = numbers.iter().position(|number| *number == self.number)?;
        let next = match side {
            Side::Left => at.checked_sub(1)?,
            Side::Right => at + 1,
        };
        let number = *numbers.get(next)?;
        Some(Self { audit: self.audit, title: self.title.clone(), number, list: List::default() })
    }
}

fn numbers(title: &AuditTitle) -> Vec<Seats> {
    Seats::ALL.into_iter().filter(|number| count(title, *number) > 0).collect()
}

/// How many a title has of it.
pub(super) fn count(title: &AuditTitle, number: Seats) -> u32 {
    match number {
        Seats::Installed => title.installed,
        Seats::Stale => title.stale,
        Seats::Exempt => title.exempt,
        Seats::Used => title.used,
        Seats::Unused => title.unused,
        Seats::Over => title.over,
        Seats::Unapproved => title.unapproved,
        Seats::Refused => title.refused,
    }
}

/// What its devices are: "have it", "do not use it".
pub(super) fn words(number: Seats) -> &'static str {
    match number {
        Seats::Installed => "have it",
        Seats::Stale => "had it, not seen for long",
        Seats::Exempt => "have it by an exception",
        Seats::Used => "use it",
        Seats::Unused => "do not use it",
        Seats::Over => "among which licences are missing",
        Seats::Unapproved => "have it, and nobody approved it",
        Seats::Refused => "have it, and it was refused",
    }
}
