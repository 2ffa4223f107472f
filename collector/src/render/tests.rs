//! Whole screens of an invented school, at both widths that matter.

use caretaker_proto::console::v1::{
    AlertCounts, AuditHealth, ChannelHealth, Compliance, Device, DeviceCounts, Finding, LicenceStanding, MailHealth,
    SitePolicy, SoftwareTitle, StatusResponse,
};

use super::text::width;
use super::{Ink, Screen, devices, findings, software, status};

fn screen(width: usize) -> Screen {
    Screen { width, colour: false, now: "2026-11-21T14:02:00+00:00[Europe/London]".parse().expect("a time") }
}

/// Shows the screen at 100 and at 80 columns; no line may be wider.
fn at_both_widths(name: &str, show: impl Fn(&Screen) -> String) {
    for columns in [100, 80] {
        let shown = show(&screen(columns));
        for line in shown.lines() {
            assert!(width(line) <= columns, "wider than {columns}: {line}");
            assert_eq!(line.trim_end(), line, "blanks at the end");
        }
        insta::assert_snapshot!(format!("{name}_{columns}"), shown);
    }
}

fn school() -> StatusResponse {
    let requirement = |requirement: &str, title: &str, met, not_met, unknown| Compliance {
        requirement: requirement.into(),
        title: title.into(),
        met,
        not_met,
        unknown,
    };
    StatusResponse {
        school: "Northfield School".into(),
        now: "2026-11-21T14:02:00Z".into(),
        started_at: "2026-11-09T13:00:00Z".into(),
        devices: Some(DeviceCounts {
            enrolled: 1_204,
            reported_today: 1_187,
            silent: 12,
            never_reported: 5,
            revoked: 3,
        }),
        policies: vec![SitePolicy { site: "Main".into(), version: 14, devices: 1_187, devices_current: 1_180 }],
        mail: Some(MailHealth {
            state: "healthy".into(),
            last_delivered_at: "2026-11-21T13:41:00Z".into(),
            waiting: 0,
            last_error: String::new(),
            route: "smtp mail.northfield.example:587".into(),
            ..MailHealth::default()
        }),
        requirements: vec![
            requirement("E1", "approved antivirus installed and on", 1_171, 26, 7),
            requirement("E2", "locks within 5 minutes, with password", 1_038, 159, 7),
            requirement("A1", "seen on the network every week", 1_204, 0, 0),
            requirement("A1.signatures", "antivirus signatures up to date", 1_203, 0, 1),
            requirement("E4", "no unknown executables", 1_180, 24, 0),
            requirement("integrity", "reports agree with themselves", 1_204, 0, 0),
        ],
        alerts: Some(AlertCounts { new: 2, acknowledged: 1 }),
        audit: Some(AuditHealth { state: "whole".into(), rows: 40_112, broken_row: 0 }),
        data_requests: None,
        licences: Some(LicenceStanding { audited: true, met: 41, not_met: 3, unknown: 2 }),
    }
}

fn finding(device: String, verdict: &str, summary: &str, reason: &str, remedy: &str) -> Finding {
    Finding {
        requirement: "E2".into(),
        title: "locks within 5 minutes, with password".into(),
        device_id: device.clone(),
        device,
        site: "Main".into(),
        verdict: verdict.into(),
        summary: summary.into(),
        reason: reason.into(),
        remedy: remedy.into(),
        opened_at: "2026-11-17T10:14:00Z".into(),
        ..Finding::default()
    }
}

#[test]
fn status_of_a_school() {
    at_both_widths("status", |screen| status::show(&school(), screen));
}

#[test]
fn status_while_mail_fails() {
    let mut school = school();
    school.mail = Some(MailHealth {
        state: "failing".into(),
        waiting: 4,
        last_error: "the mail server could not be reached".into(),
        route: "smtp mail.northfield.example:587".into(),
        ..MailHealth::default()
    });
    school.audit = Some(AuditHealth { state: "broken".into(), rows: 0, broken_row: 1_204 });
    let site = |n: u32| SitePolicy {
        site: format!("A school with a long name number {n}"),
        version: 1,
        devices: 4,
        devices_current: 3,
    };
    school.policies = (1..=8).map(site).collect();
    at_both_widths("status_mail_fails", |screen| status::show(&school, screen));
}

#[test]
fn status_while_another_way_has_taken_over() {
    let mut school = school();
    let channel = |name: &str, route: &str, state: &str, last_error: &str| ChannelHealth {
        name: name.into(),
        route: route.into(),
        state: state.into(),
        last_used_at: "2026-11-21T13:41:00Z".into(),
        last_error: last_error.into(),
    };
    school.mail = Some(MailHealth {
        state: "failing".into(),
        last_delivered_at: "2026-11-21T13:41:00Z".into(),
        last_error: "the mail server could not be reached".into(),
        route: "smtp mail.northfield.example:587".into(),
        failing_since: "2026-11-21T13:20:00Z".into(),
        others: vec![
            channel("second", "smtp mail.northfield.example:587", "works", ""),
            channel("webhook", "alerts.northfield.example:443", "failing", "the webhook answers 401"),
        ],
        unheard: 1,
        ..MailHealth::default()
    });
    at_both_widths("status_another_way", |screen| status::show(&school, screen));
}

#[test]
fn findings_of_a_requirement() {
    let (lab, office) =
        ("GNOME: idle-delay = 900 in /etc/dconf/db/local", "GNOME: lock-enabled = false in /etc/dconf/db/site");
    let remedy = "Set the lock time of GNOME to 5 minutes or less for all users, and lock the setting.";
    let mut all: Vec<Finding> = (1..=129)
        .map(|n| finding(format!("PC-LAB{}-{:02}", n / 30, n % 30), "fails", "locks after 15 minutes", lab, remedy))
        .collect();
    all.extend((1..=9).map(|n| finding(format!("PC-OFFICE-{n:02}"), "fails", "never locks", office, remedy)));
    all.push(finding("LT-ART-02".into(), "fails", "locks after 5 minutes 5 seconds", lab, remedy));
    let reason = "the user's settings could not be read: /home/staff.two/.config/dconf/user: permission denied";
    let check = "Remove what keeps the agent from reading the setting, or check this device by hand.";
    all.extend(
        (1..=7).map(|n| finding(format!("LT-STAFF-{n:02}"), "unknown", "cannot tell when it locks", reason, check)),
    );
    at_both_widths("findings", |screen| findings::show(&all, screen).expect("there are findings"));
}

#[test]
fn devices_with_names_of_all_lengths() {
    let device = |name: &str, os: &str, seen: &str, findings: u32, unknowns: u32| Device {
        id: "00000000-0000-4000-8000-000000000000".into(),
        name: name.into(),
        site: "Northfield Upper School".into(),
        status: "active".into(),
        os: os.into(),
        agent_version: "0.1.0".into(),
        last_seen_at: seen.into(),
        findings,
        unknowns,
        ..Device::default()
    };
    let long = "the-laptop-with-the-longest-name-that-anybody-ever-gave-to-one.northfield.example";
    let mut all = vec![
        device("LT-ART-02", "Debian GNU/Linux 12 (bookworm)", "2026-11-21T14:01:56Z", 0, 0),
        device(long, "Debian GNU/Linux 12 (bookworm)", "2026-11-17T10:14:00Z", 12, 1),
        device("学校のコンピューター", "", "", 0, 6),
    ];
    all[1].status = "revoked".into();
    let asked = devices::Asked { site: Some("Northfield Upper School"), finding: None, overdue: false };
    at_both_widths("devices", |screen| devices::list(&all, asked, screen).expect("there are devices"));
}

#[test]
fn software_of_the_fleet() {
    let title = |name: &str, version: &str, devices| SoftwareTitle {
        name: name.into(),
        version: version.into(),
        publisher: "Debian Sample Maintainers <sample@northfield.example>".into(),
        source: "dpkg".into(),
        devices,
        installed_at: String::new(),
    };
    let all = vec![
        title("bash", "5.2.15-2+b7", 1_204),
        title("libreoffice-l10n-cy-with-a-very-long-name-indeed-so-that-it-must-be-cut", "4:7.4.7-1+deb12u5", 8),
    ];
    at_both_widths("software", |screen| software::list(&all, None, screen).expect("there are titles"));
}

#[test]
fn colour_is_only_for_terminals_and_changes_no_word() {
    let plain = screen(100);
    let colour = Screen { colour: true, ..plain.clone() };
    assert_eq!(plain.ink(Ink::Bad, "fails"), "fails");
    assert_eq!(colour.ink(Ink::Bad, "fails"), "\u{1b}[1;31mfails\u{1b}[0m");
    let shown = status::show(&school(), &colour);
    let mut words = String::new();
    for (at, part) in shown.split('\u{1b}').enumerate() {
        words.push_str(if at == 0 { part } else { part.split_once('m').map_or("", |(_, rest)| rest) });
    }
    assert_eq!(words, status::show(&school(), &plain));
}
