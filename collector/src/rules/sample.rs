//! A policy and a moment that tests share.

use std::collections::BTreeMap;

use caretaker_shared::model::Role;
use caretaker_shared::policy::{
    Accounts, Addressee, Alerts, Antivirus, Calendar, Cases, Contact, Detection, Documents, Encryption, Executables,
    Licences, Network, Notice, Policy, Removable, Retention, ScreenLock, Sessions, Updates,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Sat 21 Nov 2026, 14:02 UTC.
pub(crate) fn now() -> Timestamp {
    "2026-11-21T14:02:00Z".parse().expect("a moment in RFC 3339")
}

/// ClamAV with real-time protection, signatures of a week, five minutes to the lock, seven days of silence.
pub(crate) fn policy() -> Policy {
    Policy {
        documents: Documents { enabled: true, folders: Vec::new(), removable_media: false },
        detection: Detection::default(),
        executables: Executables {
            folders: vec!["~".into()],
            allowed: Vec::new(),
            allowed_media_folders: Vec::new(),
            allowed_titles: Vec::new(),
            media_names: false,
            pause_below_battery_percent: 30,
        },
        antivirus: Antivirus { approved: vec!["ClamAV".into()], real_time: true, signature_max_age_hours: 168 },
        screen_lock: ScreenLock { max_seconds: 300 },
        encryption: Encryption::default(),
        updates: Updates::default(),
        accounts: Accounts::default(),
        sessions: Sessions::default(),
        removable: Removable::default(),
        network: Network::default(),
        contact: Contact { silent_after_days: 7 },
        groups: Vec::new(),
        alerts: Alerts {
            contacts: vec![
                somebody(Role::SafeguardingLead, "lead@northfield.example"),
                somebody(Role::Deputy, "deputy@northfield.example"),
                somebody(Role::Head, "head@northfield.example"),
                somebody(Role::Chair, "chair@northfield.example"),
            ],
            routes: Vec::new(),
            network_manager: vec!["network@northfield.example".into()],
            mail_from_severity: 2,
            digest_at: jiff::civil::time(7, 30, 0, 0),
        },
        cases: Cases::default(),
        notice: Notice::default(),
        retention: Retention::default(),
        licences: Licences::default(),
        calendar: Calendar { time_zone: Some(TimeZone::UTC), ..Calendar::default() },
        schedule: BTreeMap::new(),
    }
}

fn somebody(role: Role, email: &str) -> Addressee {
    Addressee { name: "Example".into(), role, email: email.into(), sites: Vec::new() }
}

/// "meets", "fails" or "unknown", the subject, the summary and the reason of each verdict.
pub(crate) fn told(verdicts: &[super::Verdict]) -> Vec<(&'static str, &str, &str, &str)> {
    let told = |verdict| {
        let super::Verdict { subject, outcome, .. }: &super::Verdict = verdict;
        let (word, summary, reason) = match outcome {
            super::VerdictOutcome::Meets { summary, reason } => ("meets", summary, reason),
            super::VerdictOutcome::Fails { summary, reason, .. } => ("fails", summary, reason),
            super::VerdictOutcome::Unknown { summary, reason, .. } => ("unknown", summary, reason),
        };
        (word, subject.as_str(), summary.as_str(), reason.as_str())
    };
    verdicts.iter().map(told).collect()
}
