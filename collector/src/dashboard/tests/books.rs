//! What the collector of the test has in its books: alerts, an audit of licences, a proof of the log.

use caretaker_proto::console::v1::{
    Alert, AuditDevice, AuditFleet, AuditHead, AuditLicence, AuditTitle, ChannelHealth, Delivery, GetAlertResponse,
    GetAuditResponse, MailHealth, VerifyAuditResponse,
};
use caretaker_shared::checkpoint::{AuditKey, Checkpoint, Incarnation};
use caretaker_shared::digest::Sha256;

/// Three open alerts at two sites, as a network manager sees them.
pub(super) fn alerts() -> Vec<Alert> {
    let alert = |reference: &str, kind: &str, severity: u32, site: &str, state: &str, about: &str| Alert {
        reference: reference.into(),
        kind: kind.into(),
        severity,
        site: site.into(),
        state: state.into(),
        about: about.into(),
        raised_at: "2026-11-21T13:40:00Z".into(),
        ..Alert::default()
    };
    vec![
        alert("26-0042", "safeguarding", 5, "North", "new", ""),
        alert("26-0041", "device", 3, "South", "acknowledged", "PC-LAB3-04 sends reports that do not agree"),
        alert("26-0040", "device", 4, "North", "new", "PC-LIBRARY-02 was cloned"),
    ]
}

/// What is told of the last of them.
pub(super) fn alert() -> GetAlertResponse {
    let delivery = |to: &str, state: &str, last_error: &str| Delivery {
        to: to.into(),
        state: state.into(),
        attempts: 2,
        sent_at: if state == "sent" { "2026-11-21T13:41:00Z".into() } else { String::new() },
        last_error: last_error.into(),
    };
    GetAlertResponse {
        alert: Some(Alert { may_answer: true, ..alerts().remove(2) }),
        deliveries: vec![delivery("network manager", "sent", ""), delivery("head", "failed", "550 no such mailbox")],
        causes: Vec::new(),
    }
}

/// An audit with a title in each kind of state, in an order that is not that of the list.
pub(super) fn audit() -> GetAuditResponse {
    let title = |name: &str, state: &str, permission: &str, owned: u32, installed: u32| AuditTitle {
        slug: name.to_lowercase().replace(' ', "-"),
        name: name.into(),
        state: state.into(),
        permission: permission.into(),
        owned,
        installed,
        ..AuditTitle::default()
    };
    GetAuditResponse {
        audit: Some(head()),
        titles: vec![
            title("Aster Paint", "in-order", "approved", 60, 41),
            title("Birch Quiz", "cannot-tell", "unknown", 0, 7),
            title("Cedar Office", "not-installed", "approved", 15, 0),
            over(),
            title("Elm Chess", "unlicensed", "missing", 0, 12),
        ],
        left_out: 188,
        fleet: Some(fleet()),
        unused_days: 90,
        ..GetAuditResponse::default()
    }
}

/// The one of which licences are missing.
pub(super) fn title() -> GetAuditResponse {
    GetAuditResponse { titles: vec![over()], left_out: 192, ..audit() }
}

/// The devices that have it.
pub(super) fn holders() -> Vec<AuditDevice> {
    let device = |name: &str, status: &str| AuditDevice {
        id: format!("id-{name}"),
        name: name.into(),
        site: "North".into(),
        status: status.into(),
        last_seen_at: "2026-11-21T13:58:59Z".into(),
        reason: String::new(),
    };
    vec![device("PC-LAB3-04", "active"), device("PC-LAB3-11", "active"), device("PC-OLD-01", "retired")]
}

fn head() -> AuditHead {
    AuditHead { id: 7, at: "2026-11-16T06:00:00Z".into(), year: 2026, week: 47, ..AuditHead::default() }
}

fn fleet() -> AuditFleet {
    AuditFleet { enrolled: 1_204, counted: 1_190, ..AuditFleet::default() }
}

fn over() -> AuditTitle {
    AuditTitle {
        slug: "dune-studio".into(),
        name: "Dune Studio".into(),
        state: "over".into(),
        permission: "approved".into(),
        owned: 40,
        installed: 52,
        used: 30,
        unused: 22,
        over: 12,
        over_of: "devices".into(),
        at_risk_pence: Some(120_850),
        licences: vec![AuditLicence {
            id: "L-0042".into(),
            metric: "device".into(),
            term: "subscription".into(),
            quantity: 40,
            taken: 40,
            phase: "in-force".into(),
            ends_on: "2027-08-31".into(),
            ..AuditLicence::default()
        }],
        ..AuditTitle::default()
    }
}

/// Mail that goes one way and not the other, and an alert that nobody may hear of.
pub(super) fn mail() -> MailHealth {
    MailHealth {
        state: "failing".into(),
        last_delivered_at: "2026-11-21T13:41:00Z".into(),
        waiting: 3,
        last_error: "connection refused".into(),
        route: "smtp mail.example.school:587".into(),
        failing_since: "2026-11-21T13:45:00Z".into(),
        others: vec![ChannelHealth {
            name: "webhook".into(),
            route: "alerts.example.school:443".into(),
            state: "works".into(),
            last_used_at: "2026-11-21T13:50:00Z".into(),
            last_error: String::new(),
        }],
        unheard: 1,
    }
}

/// A log that is whole, with a checkpoint of last night.
pub(super) fn proof() -> VerifyAuditResponse {
    let (key, _) = AuditKey::generate();
    let newest = key.sign(&Checkpoint {
        school: "Northfield School".into(),
        row: 12_300,
        hash: Sha256::of(b"row"),
        made_at: "2026-11-21T00:10:00Z".parse().expect("a time"),
        incarnation: Incarnation { number: 1, id: [7; 16] },
        previous: None,
    });
    VerifyAuditResponse {
        verdict: "whole".into(),
        first_row: 1,
        last_row: 12_345,
        last_hash: "0123456789abcdef0123456789abcdef".into(),
        checkpoints: 12,
        key: "fedcba9876543210fedcba9876543210".into(),
        incarnation: 1,
        newest: newest.encoded(),
        ..VerifyAuditResponse::default()
    }
}
