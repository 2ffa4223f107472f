//! Canaries: how far each has come, who has not proven itself, and the certificate.

use caretaker_proto::console::v1::{Canary, CanaryRun, Certificate, DeviceProof};

use super::table::{Cell, Column, Table};
use super::text::{counted, hang, safe};
use super::{Ink, Screen, time};

/// After `canary run --wait`, before anything has come back.
#[must_use]
pub fn asked(run: &CanaryRun, screen: &Screen) -> String {
    let devices = counted(number(run.canaries.len()), "device");
    hang(
        "",
        &format!(
            "Asked {devices}. A device that is on hears of it within five minutes; then the mail goes out, and waits \
                  for its answer."
        ),
        screen.width,
    ) + "\n"
}

/// A run, device by device.
#[must_use]
pub fn run(run: &CanaryRun, screen: &Screen) -> String {
    let mut table = Table::new(vec![
        Column::text("Device").shrinks(12),
        Column::text("Site").shrinks(8).spare(),
        Column::text("State"),
        Column::text("Case"),
        Column::text("Since"),
    ]);
    for canary in &run.canaries {
        let (words, ink, since) = state(canary);
        table.row(vec![
            Cell(canary.device.clone(), Ink::Strong),
            canary.site.clone().into(),
            Cell(words.to_owned(), ink),
            if canary.reference.is_empty() { "-".into() } else { canary.reference.clone().into() },
            time::ago_or(since, "-", &screen.now).into(),
        ]);
    }
    let proven = run.canaries.iter().filter(|canary| canary.state == "proven").count();
    let mut shown = table.show(screen);
    shown.push('\n');
    let told = format!("{proven} of {} proven. ", counted(number(run.canaries.len()), "device"));
    shown.push_str(&hang("", &(told + &next(run)), screen.width));
    shown
}

/// What is to be done about a run.
fn next(run: &CanaryRun) -> String {
    let in_state = |state: &str| run.canaries.iter().find(|canary| canary.state == state);
    if let Some(canary) = in_state("mailed").or_else(|| in_state("arrived")) {
        return format!("The lead answers with:  caretaker-collector canary ack {}", safe(&canary.reference));
    }
    if run.canaries.iter().all(|canary| canary.state == "proven") {
        return match run.canaries.first() {
            Some(canary) => {
                format!("Its certificate:  caretaker-collector canary certificate {}", safe(&canary.device))
            }
            None => String::new(),
        };
    }
    "The others answer when they are on:  caretaker-collector canary list".into()
}

fn state(canary: &Canary) -> (&str, Ink, &str) {
    match canary.state.as_str() {
        "proven" => ("proven", Ink::Good, &canary.proven_at),
        "mailed" => ("mailed, nobody has answered", Ink::Unsure, &canary.mailed_at),
        "arrived" => ("arrived, not mailed yet", Ink::Unsure, &canary.arrived_at),
        "on its way" => ("the device was told", Ink::Unsure, &canary.told_at),
        "asked" => ("the device has not called", Ink::Unsure, &canary.asked_at),
        "expired" => ("did not answer in time", Ink::Bad, &canary.expires_at),
        other => (other, Ink::Plain, &canary.asked_at),
    }
}

/// How many devices of a school have proven themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    devices: usize,
    proven: usize,
    since: String,
}

impl Stand {
    /// Of all devices.
    #[must_use]
    pub fn of(devices: &[DeviceProof]) -> Self {
        let proven = devices.iter().filter(|device| device.proven_this_term).count();
        Self { devices: devices.len(), proven, since: since(devices) }
    }

    /// Whether every device has.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.proven == self.devices
    }
}

/// `canary list`: these devices of a school that stands so.
#[must_use]
pub fn list(devices: &[DeviceProof], stand: &Stand, screen: &Screen) -> String {
    if stand.devices == 0 {
        return "No device is enrolled: there is nothing to prove.\n".into();
    }
    let head =
        format!("{} of {} proven since {}.", stand.proven, counted(number(stand.devices), "device"), stand.since);
    if devices.is_empty() {
        return hang("", &format!("{head} Every device has proven that its alerts arrive."), screen.width);
    }
    let mut table = Table::new(vec![
        Column::text("Device").shrinks(12),
        Column::text("Site").shrinks(8).spare(),
        Column::text("This term"),
        Column::text("Proven"),
        Column::text("Seen"),
        Column::text("Newest canary").spare(),
    ]);
    for device in devices {
        let (words, ink) = if device.proven_this_term { ("yes", Ink::Good) } else { ("no", Ink::Bad) };
        table.row(vec![
            Cell(device.device.clone(), Ink::Strong),
            device.site.clone().into(),
            Cell(words.into(), ink),
            time::ago_or(&device.proven_at, "never", &screen.now).into(),
            time::ago_or(&device.last_seen_at, "never", &screen.now).into(),
            if device.state.is_empty() { "-".into() } else { device.state.clone().into() },
        ]);
    }
    let ask = if stand.is_proven() { "" } else { " Ask them:  caretaker-collector canary run --all" };
    format!("{}\n{}", table.show(screen), hang("", &format!("{head}{ask}"), screen.width))
}

/// The first day that counts: of all sites where they differ.
fn since(devices: &[DeviceProof]) -> String {
    devices.iter().map(|device| device.since.as_str()).min().map_or_else(String::new, safe)
}

/// `canary certificate`.
#[must_use]
pub fn certificate(certificate: &Certificate, screen: &Screen) -> String {
    let canary = certificate.canary.clone().unwrap_or_default();
    let at = |text: &str| time::parse(text).map_or_else(|| "-".into(), |at| time::head(at, &screen.now));
    let title = format!("{} can raise the alarm", safe(&canary.device));
    let mut shown =
        format!("{}\n{}, {}\n\n", screen.ink(Ink::Strong, &title), safe(&certificate.school), safe(&canary.site));
    let sealed = if canary.sealed {
        "sealed for those who may open evidence"
    } else {
        "not sealed: this device has no recipients"
    };
    let lines = [
        ("asked", format!("{}, by {}", at(&canary.asked_at), safe(&canary.asked_by))),
        ("device told", at(&canary.told_at)),
        ("sentence read", format!("by the device itself, met the demonstration rule, {sealed}")),
        ("arrived", format!("{}, as case {}", at(&canary.arrived_at), safe(&canary.reference))),
        ("mailed", at(&canary.mailed_at)),
        ("answered", format!("{}, by {}", at(&canary.acknowledged_at), safe(&canary.acknowledged_by))),
        ("proven", at(&canary.proven_at)),
    ];
    for (name, text) in lines {
        shown.push_str(&hang(&format!("  {name:<15}"), &text, screen.width));
    }
    shown.push_str(&format!(
        "\nAudit chain, row {}\n  {}\nSHA-256 of this statement\n  {}\n",
        certificate.audit_row,
        safe(&certificate.audit_hash),
        safe(&certificate.digest)
    ));
    let (first, second) = certificate.signature.split_at_checked(64).unwrap_or((&certificate.signature, ""));
    shown.push_str(&format!(
        "Signed with the key of the checkpoints\n  {}\n  {}\n  {}\n\n",
        safe(&certificate.key),
        safe(first),
        safe(second)
    ));
    let limit = "It proves the way of one sentence on one day. It does not prove that every rule fires, nor that the device \
                 was on since. Whoever has a mailed checkpoint can compare the key, and with a copy of the audit chain the row.";
    shown + &hang("", limit, screen.width)
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
