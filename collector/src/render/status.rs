//! `status`: how the whole school stands.

use caretaker_proto::console::v1::{
    ChannelHealth, Compliance, DeviceCounts, LicenceStanding, MailHealth, SitePolicy, StatusResponse,
};

use super::table::{Cell, Column, Table};
use super::text::{edges, hang, number, safe, shorten, width};
use super::{Ink, Screen, time};

/// Sites whose policy is shown; the others are counted.
const SITES: usize = 6;
/// Columns that a requirement's title needs to be read.
const TITLE: usize = 37;
/// Columns of the words before a line.
const HEADING: usize = 12;

/// The screen.
#[must_use]
pub fn show(status: &StatusResponse, screen: &Screen) -> String {
    let devices = status.devices.unwrap_or_default();
    let mut shown = head(status, screen);
    shown.push_str(&alarms(status, screen));
    shown.push('\n');
    shown.push_str(&counts(&devices, screen));
    policies(&mut shown, &status.policies, screen);
    if let Some(mail) = &status.mail {
        shown.push_str(&alert_mail(mail, screen));
    }
    let alerts = status.alerts.unwrap_or_default();
    if alerts.new + alerts.acknowledged > 0 {
        let open = format!("{} new, {} acknowledged", number(alerts.new), number(alerts.acknowledged));
        let ink = if alerts.new > 0 { Ink::Bad } else { Ink::Plain };
        shown.push_str(&format!(
            "{:HEADING$}{}   {}\n",
            "Alerts",
            screen.ink(ink, &open),
            screen.ink(Ink::Faint, "alerts")
        ));
    }
    if devices.enrolled == 0 {
        shown.push('\n');
        shown.push_str(&no_devices(status.policies.first().map(|policy| policy.site.as_str()), screen));
        return shown;
    }
    shown.push('\n');
    shown.push_str(&requirements(&status.requirements, status.licences, screen));
    shown
}

/// What to do where no device has been let in yet.
#[must_use]
pub fn no_devices(site: Option<&str>, screen: &Screen) -> String {
    match site {
        Some(site) => {
            let site = if site.contains(' ') { format!("\"{}\"", safe(site)) } else { safe(site) };
            hang(
                "",
                &format!("No devices yet. Create a token: caretaker-collector token create --site {site}"),
                screen.width,
            )
        }
        None => "No site yet. Begin one with its policy:\n  caretaker-collector policy apply --site Main policy.toml\n"
            .into(),
    }
}

fn head(status: &StatusResponse, screen: &Screen) -> String {
    let now = time::parse(&status.now).unwrap_or_else(|| screen.now.timestamp());
    let up = time::parse(&status.started_at).map_or(0, |started| now.duration_since(started).as_secs());
    let right = format!("{}, collector up {}", time::head(now, &screen.now), time::stretch(up));
    let school = shorten(&safe(&status.school), screen.width.saturating_sub(width(&right) + 2).max(20));
    let line = edges(&school, &right, screen.width);
    // Ink goes on after measuring: its codes take no columns but would be counted.
    line.replacen(&school, &screen.ink(Ink::Strong, &school), 1) + "\n"
}

/// What must not be overlooked: the lines that are red.
fn alarms(status: &StatusResponse, screen: &Screen) -> String {
    let mut alarms = Vec::new();
    let mail = status.mail.clone().unwrap_or_default();
    if mail.state == "failing" && (mail.unheard == 0 || !mail.last_error.is_empty()) {
        alarms.push("Alert channel down: mail about alerts does not arrive. Look often: alerts".to_owned());
    }
    if mail.unheard > 0 {
        alarms.push(format!(
            "Alert channel down: nobody may hear of {}. Name more people in the policy, under [[contacts]].",
            super::text::counted(mail.unheard, "open alert")
        ));
    }
    if mail.others.iter().any(|other| other.name == "webhook" && other.state == "failing") {
        alarms.push("Alert channel down: the webhook does not answer.".to_owned());
    }
    match status.audit.as_ref().map(|audit| (audit.state.as_str(), audit.broken_row)) {
        Some(("broken", row)) => alarms.push(format!(
            "Audit chain broken at row {row}: somebody changed the database past Caretaker. Compare with a backup."
        )),
        Some(("unknown", _)) => alarms.push("Audit chain could not be read: the collector's log says why.".to_owned()),
        Some(_) | None => {}
    }
    if let Some(requests) = status.data_requests.filter(|requests| requests.overdue > 0) {
        alarms.push(format!(
            "Overdue: {} about data, past the statutory month. See: requests list",
            super::text::counted(requests.overdue, "request")
        ));
    }
    let ink = |line: &str| format!("{}\n", screen.ink(Ink::Bad, line));
    alarms.iter().flat_map(|alarm| super::text::wrap(alarm, screen.width)).map(|line| ink(&line)).collect()
}

fn counts(devices: &DeviceCounts, screen: &Screen) -> String {
    let mut parts = vec![format!("{} enrolled", number(devices.enrolled))];
    if devices.enrolled > 0 {
        parts.push(format!("{} reported today", number(devices.reported_today)));
        parts.push(format!("{} silent", number(devices.silent)));
        parts.push(format!("{} never reported", number(devices.never_reported)));
    }
    if devices.revoked > 0 {
        parts.push(format!("{} shut out", number(devices.revoked)));
    }
    let mut line = String::new();
    for part in parts {
        let last = line.rsplit('\n').next().unwrap_or_default();
        if line.is_empty() {
            line = part;
        } else if HEADING + width(last) + 3 + width(&part) > screen.width {
            line.push('\n');
            line.push_str(&format!("{:HEADING$}{part}", ""));
        } else {
            line.push_str(&format!("   {part}"));
        }
    }
    format!("{:HEADING$}{line}\n", "Devices")
}

fn policies(shown: &mut String, policies: &[SitePolicy], screen: &Screen) {
    for (at, policy) in policies.iter().take(SITES).enumerate() {
        let told = if policy.version == 0 {
            " has none".to_owned()
        } else if policy.devices == 0 {
            format!(" version {}, no devices", policy.version)
        } else {
            let (current, all) = (number(policy.devices_current), number(policy.devices));
            let noun = if policy.devices == 1 { "device" } else { "devices" };
            format!(" version {}, on {current} of {all} {noun}", policy.version)
        };
        let heading = if at == 0 { "Policy" } else { "" };
        let site = shorten(&safe(&policy.site), screen.width.saturating_sub(HEADING + width(&told)).max(12));
        shown.push_str(&format!("{heading:HEADING$}{site}{told}\n"));
    }
    if policies.len() > SITES {
        shown.push_str(&format!("{:HEADING$}and {} more sites\n", "", policies.len() - SITES));
    }
}

/// The ways that mail about alerts goes, and whether it arrives.
pub(crate) fn alert_mail(mail: &MailHealth, screen: &Screen) -> String {
    let (state, ink) = match mail.state.as_str() {
        "healthy" => ("healthy", Ink::Good),
        "waiting" => ("trying again", Ink::Unsure),
        "failing" => ("FAILING", Ink::Bad),
        "unused" => ("not needed yet", Ink::Plain),
        other => (other, Ink::Unsure),
    };
    let last = time::parse(&mail.last_delivered_at).map(|at| time::short(at, &screen.now));
    let mut told = state.to_owned();
    if let Some(last) = last {
        told.push_str(&format!(", last delivered {last}"));
    }
    if mail.state != "unused" {
        told.push_str(&format!(", {} waiting", number(mail.waiting)));
    }
    if !mail.route.is_empty() {
        told.push_str(&format!(", by {}", safe(&mail.route)));
    }
    let heading = format!("{:HEADING$}", "Alert mail");
    let mut shown = hang(&heading, &told, screen.width).replacen(state, &screen.ink(ink, state), 1);
    if !mail.last_error.is_empty() && mail.state != "healthy" {
        let heading = format!("{:HEADING$}", "");
        shown.push_str(&hang(&heading, &format!("because: {}", safe(&mail.last_error)), screen.width));
    }
    if let Some(since) = time::parse(&mail.failing_since).map(|at| time::short(at, &screen.now)) {
        let heading = format!("{:HEADING$}", "");
        shown.push_str(&hang(&heading, &format!("this way has failed since {since}"), screen.width));
    }
    shown.extend(mail.others.iter().map(|other| other_way(other, screen)));
    shown
}

fn other_way(other: &ChannelHealth, screen: &Screen) -> String {
    let name = match other.name.as_str() {
        "second" => "Second mail",
        "webhook" => "Webhook",
        name => name,
    };
    let (state, ink) = match other.state.as_str() {
        "works" => ("works", Ink::Good),
        "failing" => ("FAILING", Ink::Bad),
        "unused" => ("not needed yet", Ink::Plain),
        state => (state, Ink::Unsure),
    };
    let used = time::parse(&other.last_used_at).map(|at| time::short(at, &screen.now));
    let used = used.map_or_else(String::new, |used| format!(", last used {used}"));
    let because =
        if other.state == "failing" { format!("; because: {}", safe(&other.last_error)) } else { String::new() };
    let told = format!("{state}{used}, by {}{because}", safe(&other.route));
    hang(&format!("{:HEADING$}", safe(name)), &told, screen.width).replacen(state, &screen.ink(ink, state), 1)
}

fn requirements(requirements: &[Compliance], licences: Option<LicenceStanding>, screen: &Screen) -> String {
    let mut table = Table::new(vec![
        Column::text("Requirement"),
        Column::text("").shrinks(TITLE),
        Column::number("met"),
        Column::number("").spare(),
        Column::number("not met"),
        Column::number("unknown"),
    ]);
    for row in requirements {
        let all = row.met + row.not_met + row.unknown;
        let open = row.not_met + row.unknown > 0;
        let met_ink = if open { Ink::Plain } else { Ink::Good };
        table.row(vec![
            Cell(row.requirement.clone(), Ink::Strong),
            row.title.clone().into(),
            Cell(number(row.met), met_ink),
            percent(row.met, all).into(),
            count(row.not_met, Ink::Bad),
            count(row.unknown, Ink::Unsure),
        ]);
    }
    if let Some(licences) = licences {
        table.row(of_licences(licences));
    }
    let mut shown = table.show(screen);
    let closer = licences
        .filter(|one| !one.audited || one.not_met + one.unknown > 0)
        .map(|one| if one.audited { "audit\u{a0}show".to_owned() } else { "audit\u{a0}run".to_owned() });
    let open: Vec<String> = requirements
        .iter()
        .filter(|row| row.not_met + row.unknown > 0)
        .map(|row| format!("findings\u{a0}{}", row.requirement))
        .chain(closer)
        .collect();
    if !open.is_empty() {
        shown.push('\n');
        // Each command stays on one line: the blank in it is not one to break at.
        shown.push_str(&hang("Look closer  ", &open.join(", "), screen.width).replace('\u{a0}', " "));
    }
    shown
}

/// Titles, not devices: said in the column of the share.
fn of_licences(licences: LicenceStanding) -> Vec<Cell> {
    let met_ink = if licences.not_met + licences.unknown > 0 { Ink::Plain } else { Ink::Good };
    let unknown = if licences.audited { count(licences.unknown, Ink::Unsure) } else { Cell("all".into(), Ink::Unsure) };
    vec![
        Cell("C3".into(), Ink::Strong),
        "licences in order (titles)".into(),
        if licences.audited { Cell(number(licences.met), met_ink) } else { "-".into() },
        "".into(),
        count(licences.not_met, Ink::Bad),
        unknown,
    ]
}

fn count(n: u32, ink: Ink) -> Cell {
    if n == 0 { "-".into() } else { Cell(number(n), ink) }
}

/// Rounded down: 100 % is said only where all are meant.
fn percent(part: u32, all: u32) -> String {
    if all == 0 { String::new() } else { format!("{} %", u64::from(part) * 100 / u64::from(all)) }
}
