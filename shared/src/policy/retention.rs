//! `[retention]`: how long what is kept, and no less than what an inspection or an inquiry needs.

use super::PolicyError;
use super::table::{Number, Section};

/// How long what is kept (detection.md 4.5). Nothing that is under a legal hold is erased by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Content of levels 1 and 2, in days.
    pub low_days: u32,
    /// Content of higher levels that nobody took, in days.
    pub unopened_days: u32,
    /// Content of a case that was closed and is not filed elsewhere, in days after it was closed.
    pub closed_days: u32,
    /// Content of a false alarm, in hours after it was closed as one.
    pub false_alarm_hours: u32,
    /// Content of a case after its export was filed in the child-protection file, in days.
    pub filed_days: u32,
    /// What remains of an event without its content, in days: rule, time, device, account as a number.
    pub events_days: u32,
    /// Findings after they were closed, and what changed on devices, in days.
    pub findings_days: u32,
    /// Readings and inventories of devices that have left, in days.
    pub departed_days: u32,
    /// Mail that was sent, in days.
    pub mails_days: u32,
    /// The audit log, in years.
    pub audit_years: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            low_days: 7,
            unopened_days: 90,
            closed_days: 365,
            false_alarm_hours: 24,
            filed_days: 30,
            events_days: 365,
            findings_days: 365,
            departed_days: 365,
            mails_days: 90,
            audit_years: 7,
        }
    }
}

const KEYS: [&str; 10] = [
    "low_days",
    "unopened_days",
    "closed_days",
    "false_alarm_hours",
    "filed_days",
    "events_days",
    "findings_days",
    "departed_days",
    "mails_days",
    "audit_years",
];
const DAYS: &str = "a whole number of days";

/// Reads the section. The least of each is what others rely on: an inquiry may come after months, an inspection after
/// years.
pub(super) fn read(file: &Section<'_>) -> Result<Retention, PolicyError> {
    let section = file.section("retention", &KEYS)?;
    let days = |key, least, most, default| -> Result<u32, PolicyError> {
        let number = Number { what: DAYS, range: least..=most, example: default };
        Ok(section.number(key, &number)?.unwrap_or(default))
    };
    let of = Retention::default();
    let hours = Number { what: "a whole number of hours", range: 24..=24 * 90, example: of.false_alarm_hours };
    let years = Number { what: "a whole number of years", range: 6..=25, example: of.audit_years };
    Ok(Retention {
        low_days: days("low_days", 1, 90, of.low_days)?,
        unopened_days: days("unopened_days", 30, 365, of.unopened_days)?,
        closed_days: days("closed_days", 90, 7 * 365, of.closed_days)?,
        false_alarm_hours: section.number("false_alarm_hours", &hours)?.unwrap_or(of.false_alarm_hours),
        filed_days: days("filed_days", 7, 90, of.filed_days)?,
        events_days: days("events_days", 90, 7 * 365, of.events_days)?,
        findings_days: days("findings_days", 30, 7 * 365, of.findings_days)?,
        departed_days: days("departed_days", 30, 7 * 365, of.departed_days)?,
        mails_days: days("mails_days", 30, 365, of.mails_days)?,
        audit_years: section.number("audit_years", &years)?.unwrap_or(of.audit_years),
    })
}
