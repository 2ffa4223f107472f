//! `status --check`: one line and an exit code, as monitoring plug-ins have them (0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN).
//!
//! What is not known is never OK. A collector that does not run on this machine is CRITICAL, because no alert leaves the
//! house; one that cannot be reached or asked is UNKNOWN.

use std::fmt::Write as _;

use caretaker_proto::console::v1::StatusResponse;

use super::Exit;
use super::client::Place;
use crate::render::text::{counted, safe, shorten};

/// Columns of a reason that somebody else wrote.
const REASON: usize = 80;

/// How a school stands, for a monitoring system; the gravest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Good,
    Unknown,
    Warning,
    Critical,
}

/// From which share on something is a WARNING, in percent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Devices that are silent or never reported.
    pub(super) silent: u32,
    /// Devices that do not meet a requirement, or of which it is not known; `None` for never.
    pub(super) unmet: Option<u32>,
}

/// The line, and how the command ends.
pub(super) fn line(status: &StatusResponse, limits: Limits) -> (String, Exit) {
    let mut told = Vec::new();
    mail(status, &mut told);
    audit(status, &mut told);
    devices(status, limits, &mut told);
    if let Some(requests) = status.data_requests.filter(|requests| requests.overdue > 0) {
        told.push((State::Warning, format!("{} overdue", counted(requests.overdue, "data request"))));
    }
    let state = told.iter().map(|(state, _)| *state).max().unwrap_or(State::Good);
    // The gravest first; what is good goes unsaid beside what is not.
    told.sort_by_key(|(state, _)| std::cmp::Reverse(*state));
    let said: Vec<String> =
        told.into_iter().filter(|(of, _)| state == State::Good || *of > State::Good).map(|(_, text)| text).collect();
    (format!("{} - {} | {}\n", word(state), said.join("; "), performance(status)), exit(state))
}

/// The line where nobody answers: what was tried, and why it failed.
pub(super) fn unreached(error: &anyhow::Error, place: &Place) -> (String, Exit) {
    let here = matches!(place, Place::Data(_)) && super::exit_of(error) == Exit::Unreachable;
    let state = if here { State::Critical } else { State::Unknown };
    let why = error.to_string();
    let why = shorten(&clean(why.lines().next().unwrap_or_default()), REASON);
    (format!("{} - {why}\n", word(state)), exit(state))
}

fn mail(status: &StatusResponse, told: &mut Vec<(State, String)>) {
    let Some(mail) = &status.mail else {
        told.push((State::Unknown, "whether alert mail arrives is not shown to this role".to_owned()));
        return;
    };
    let why = shorten(&clean(&mail.last_error), REASON);
    let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
    told.push(match mail.state.as_str() {
        "healthy" => (State::Good, "alert mail healthy".to_owned()),
        "waiting" => (State::Warning, format!("alert mail waits after a failure{why}")),
        "failing" if mail.unheard > 0 => {
            (State::Critical, format!("{} that nobody could be told of", counted(mail.unheard, "alert")))
        }
        "failing" => (State::Critical, format!("alert mail is failing{why}")),
        "unused" => (State::Unknown, "no mail has gone out yet: prove it with canary run".to_owned()),
        other => (State::Unknown, format!("alert mail: {}", clean(other))),
    });
    let failing = mail.others.iter().filter(|other| other.state == "failing");
    told.extend(failing.map(|other| (State::Warning, format!("the {} way out fails", clean(&other.name)))));
}

fn audit(status: &StatusResponse, told: &mut Vec<(State, String)>) {
    let Some(audit) = &status.audit else {
        told.push((State::Unknown, "the audit log is not shown to this role".to_owned()));
        return;
    };
    told.push(match audit.state.as_str() {
        "whole" => (State::Good, "audit log whole".to_owned()),
        "broken" => (State::Critical, "the audit log is broken: audit verify".to_owned()),
        "checking" => (State::Unknown, "the audit log is being checked".to_owned()),
        _ => (State::Unknown, "the audit log could not be read".to_owned()),
    });
}

fn devices(status: &StatusResponse, limits: Limits, told: &mut Vec<(State, String)>) {
    let devices = status.devices.unwrap_or_default();
    if devices.enrolled == 0 {
        told.push((State::Unknown, "no device is enrolled".to_owned()));
        return;
    }
    let away = devices.silent + devices.never_reported;
    let over = |part: u32, percent: u32| u64::from(part) * 100 > u64::from(devices.enrolled) * u64::from(percent);
    let text = format!("{} of {} silent or never seen", away, counted(devices.enrolled, "device"));
    told.push((if over(away, limits.silent) { State::Warning } else { State::Good }, text));
    let Some(unmet) = limits.unmet else { return };
    for row in status.requirements.iter().filter(|row| over(row.not_met + row.unknown, unmet)) {
        let text = format!("{} not met or unknown on {}", clean(&row.requirement), row.not_met + row.unknown);
        told.push((State::Warning, text));
    }
}

/// "'devices'=1204;;;0 ...": labels in quotes, numbers of no unit.
fn performance(status: &StatusResponse) -> String {
    let devices = status.devices.unwrap_or_default();
    let mut data = format!(
        "devices={};;;0 reported_today={};;;0 silent={};;;0 never_reported={};;;0",
        devices.enrolled, devices.reported_today, devices.silent, devices.never_reported
    );
    if let Some(mail) = &status.mail {
        let _ = write!(data, " mail_waiting={};;;0", mail.waiting);
    }
    if let Some(alerts) = status.alerts {
        let _ = write!(data, " alerts_new={};;;0 alerts_acknowledged={};;;0", alerts.new, alerts.acknowledged);
    }
    for row in &status.requirements {
        let _ = write!(data, " '{}_not_met'={};;;0 '{0}_unknown'={};;;0", row.requirement, row.not_met, row.unknown);
    }
    data
}

/// A text of somebody else on one line, without what parts text from performance data.
fn clean(text: &str) -> String {
    safe(text).replace('|', "/")
}

fn word(state: State) -> &'static str {
    match state {
        State::Good => "CARETAKER OK",
        State::Unknown => "CARETAKER UNKNOWN",
        State::Warning => "CARETAKER WARNING",
        State::Critical => "CARETAKER CRITICAL",
    }
}

fn exit(state: State) -> Exit {
    match state {
        State::Good => Exit::Fine,
        State::Warning => Exit::Findings,
        State::Critical => Exit::Critical,
        State::Unknown => Exit::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use caretaker_proto::console::v1::{AuditHealth, Compliance, DeviceCounts, MailHealth, StatusResponse};

    use super::{Limits, line, unreached};
    use crate::commands::client::Place;
    use crate::commands::{Exit, Failure};

    const LIMITS: Limits = Limits { silent: 10, unmet: None };

    fn good() -> StatusResponse {
        StatusResponse {
            devices: Some(DeviceCounts { enrolled: 100, reported_today: 90, silent: 9, ..DeviceCounts::default() }),
            mail: Some(MailHealth { state: "healthy".into(), ..MailHealth::default() }),
            audit: Some(AuditHealth { state: "whole".into(), ..AuditHealth::default() }),
            requirements: vec![Compliance {
                requirement: "E2".into(),
                met: 60,
                not_met: 30,
                unknown: 10,
                ..Compliance::default()
            }],
            ..StatusResponse::default()
        }
    }

    fn told(change: impl FnOnce(&mut StatusResponse)) -> (String, Exit) {
        let mut status = good();
        change(&mut status);
        line(&status, LIMITS)
    }

    #[test]
    fn all_well_is_one_line_with_numbers() {
        let (text, exit) = told(|_| {});
        assert_eq!(
            text,
            "CARETAKER OK - alert mail healthy; audit log whole; 9 of 100 devices silent or never seen | \
             devices=100;;;0 reported_today=90;;;0 silent=9;;;0 never_reported=0;;;0 mail_waiting=0;;;0 \
             'E2_not_met'=30;;;0 'E2_unknown'=10;;;0\n"
        );
        assert_eq!(exit, Exit::Fine);
    }

    #[test]
    fn the_gravest_decides_and_comes_first() {
        let mail = |status: &mut StatusResponse, state: &str| {
            status.mail.as_mut().expect("shown").state = state.into();
            status.mail.as_mut().expect("shown").last_error = "550 no | such".into();
        };
        let audit =
            |status: &mut StatusResponse, state: &str| status.audit.as_mut().expect("shown").state = state.into();
        let silent = |status: &mut StatusResponse| status.devices.as_mut().expect("counts").silent = 11;
        let (text, exit) = told(|status| {
            mail(status, "failing");
            silent(status);
        });
        assert!(text.starts_with("CARETAKER CRITICAL - alert mail is failing (550 no / such); 11 of 100"), "{text}");
        assert_eq!((exit, text.lines().count(), text.matches('|').count()), (Exit::Critical, 1, 1));
        assert_eq!(told(|status| audit(status, "broken")).1, Exit::Critical);
        assert_eq!(told(silent).1, Exit::Findings);
        assert_eq!(told(|status| mail(status, "waiting")).1, Exit::Findings);
    }

    #[test]
    fn what_is_not_known_is_never_ok() {
        for (text, exit) in [
            told(|status| status.mail = None),
            told(|status| status.audit = None),
            told(|status| status.devices = None),
            told(|status| status.mail.as_mut().expect("shown").state = "unused".into()),
            told(|status| status.audit.as_mut().expect("shown").state = "checking".into()),
        ] {
            assert!(text.starts_with("CARETAKER UNKNOWN - "), "{text}");
            assert_eq!(exit, Exit::Unknown);
        }
    }

    #[test]
    fn requirements_count_where_that_is_asked_for() {
        let status = good();
        assert_eq!(line(&status, Limits { unmet: Some(50), ..LIMITS }).1, Exit::Fine);
        let (text, exit) = line(&status, Limits { unmet: Some(39), ..LIMITS });
        assert!(text.starts_with("CARETAKER WARNING - E2 not met or unknown on 40 |"), "{text}");
        assert_eq!(exit, Exit::Findings);
    }

    #[test]
    fn a_collector_that_does_not_run_here_is_critical_and_one_elsewhere_unknown() {
        let failed =
            |exit| anyhow::Error::from(Failure { exit, message: "the collector is not running\n  start it".into() });
        let here = Place::Data("data".into());
        let there = Place::Profile("profiles".into(), "school".into());
        let (text, exit) = unreached(&failed(Exit::Unreachable), &here);
        assert_eq!((text.as_str(), exit), ("CARETAKER CRITICAL - the collector is not running\n", Exit::Critical));
        assert_eq!(unreached(&failed(Exit::Unreachable), &there).1, Exit::Unknown);
        assert_eq!(unreached(&failed(Exit::Denied), &here).1, Exit::Unknown);
    }
}
