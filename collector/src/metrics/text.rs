//! The figures as Prometheus reads them. Names are stable: docs/operations.md lists them.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::console::Figures;

/// The text of all figures.
pub(super) fn text(figures: &Figures) -> String {
    let mut page = Page::default();
    let version = env!("CARGO_PKG_VERSION");
    page.family("caretaker_build_info", "gauge", "The collector's version; always 1.");
    page.sample(&[("version", version)], 1);
    page.family("caretaker_start_timestamp_seconds", "gauge", "When the collector started.");
    page.sample(&[], seconds(figures.started_at));
    page.family("caretaker_devices", "gauge", "Active devices by when they were last heard of.");
    for site in &figures.sites {
        for (heard, devices) in site.devices {
            page.sample(&[("site", &site.site), ("heard", heard)], devices.into());
        }
    }
    page.family("caretaker_devices_departed", "gauge", "Devices that were revoked, retired or lost.");
    page.sample(&[], figures.departed.into());
    let help = "Active devices by how they stand to a requirement; unknown is never met.";
    page.family("caretaker_requirement_devices", "gauge", help);
    for site in &figures.sites {
        for row in &site.requirements {
            for (state, devices) in [("met", row.met), ("not_met", row.not_met), ("unknown", row.unknown)] {
                let labels = [("site", site.site.as_str()), ("requirement", &row.requirement), ("state", state)];
                page.sample(&labels, devices.into());
            }
        }
    }
    page.family("caretaker_alerts", "gauge", "Open alerts, by what was done about them.");
    for (state, alerts) in figures.alerts {
        page.sample(&[("state", state)], alerts.into());
    }
    mail(figures, &mut page);
    page.family("caretaker_audit_state", "gauge", "How the audit log stands: 1 for the state that it is in.");
    page.states(&["checking", "whole", "broken", "unknown"], figures.audit);
    if let Some(at) = figures.checkpoint_at {
        let help = "When the newest checkpoint of the audit log was made.";
        page.family("caretaker_audit_checkpoint_timestamp_seconds", "gauge", help);
        page.sample(&[], seconds(at));
    }
    let help = "Records in uploads that were taken in since the start, repetitions included.";
    page.family("caretaker_ingest_records_total", "counter", help);
    for (stream, records) in &figures.taken {
        page.sample(&[("stream", &stream.to_string())], i64::try_from(*records).unwrap_or(i64::MAX));
    }
    page.text
}

fn mail(figures: &Figures, page: &mut Page) {
    page.family("caretaker_mail_state", "gauge", "How alert mail stands: 1 for the state that it is in.");
    page.states(&["healthy", "waiting", "failing", "unused"], &figures.mail);
    page.family("caretaker_mail_waiting", "gauge", "Mails that must still go out.");
    page.sample(&[], figures.mail_waiting.into());
    page.family("caretaker_mail_unheard_alerts", "gauge", "Open alerts that nobody could be told of.");
    page.sample(&[], figures.mail_unheard.into());
    if let Some(at) = figures.mail_sent_at {
        page.family("caretaker_mail_sent_timestamp_seconds", "gauge", "When a mail last went out.");
        page.sample(&[], seconds(at));
    }
}

fn seconds(at: Timestamp) -> i64 {
    at.as_second()
}

/// A text that grows by families of samples.
#[derive(Default)]
struct Page {
    text: String,
    family: &'static str,
}

impl Page {
    fn family(&mut self, name: &'static str, kind: &str, help: &str) {
        self.family = name;
        // Writing into memory does not fail.
        let _ = write!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn sample(&mut self, labels: &[(&str, &str)], value: i64) {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.text, "{}{labels} {value}", self.family);
    }

    /// One sample a state, of which one is 1.
    fn states(&mut self, states: &[&str], now: &str) {
        for state in states {
            self.sample(&[("state", state)], i64::from(*state == now));
        }
    }
}

/// A label's value: backslash, quotation mark and line feed are escaped.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
