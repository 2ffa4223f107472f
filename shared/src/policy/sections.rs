//! The sections of a policy file: which keys there are, and what each may hold.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use toml::de::DeTable;

use super::table::{Number, Section, Texts};
use super::unreadable::unreadable;
use super::{
    Accepted, Accounts, Antivirus, Cases, Contact, Documents, Encryption, Executables, NameForm, Network, Notice,
    Policy, PolicyError, Removable, ScreenLock, Sessions, Updates, alerting, check, detecting, grouping, licensing,
    retention,
};
use crate::model::ProbeName;
use crate::wire::limits;

const SECTIONS: &[&str] = &[
    "documents",
    "detection",
    "executables",
    "antivirus",
    "screen_lock",
    "encryption",
    "updates",
    "accounts",
    "sessions",
    "removable",
    "network",
    "contact",
    "groups",
    "contacts",
    "alerts",
    "cases",
    "notice",
    "retention",
    "licences",
    "calendar",
    "schedule",
];
const SECONDS_A_DAY: u32 = 24 * 60 * 60;
const HOURS_A_YEAR: u32 = 365 * 24;
const MINUTES_A_WEEK: u32 = 7 * 24 * 60;

/// A file as it was read, and why it would be refused as a new one.
pub(super) struct Read {
    pub(super) accepted: Accepted,
    pub(super) too_few: Option<PolicyError>,
}

/// Reads a whole file; whether enough people hear of alerts is asked for `site`.
pub(super) fn read(text: &str, site: Option<&str>) -> Result<Read, PolicyError> {
    let (tree, errors) = DeTable::parse_recoverable(text);
    // The parser notices some errors late: a quotation mark that is missing, only where the next line makes no sense.
    if let Some(first) = errors.iter().min_by_key(|error| error.span().map(|span| span.start)) {
        return Err(unreadable(text, first));
    }
    let file = Section::whole(text, tree.get_ref(), SECTIONS)?;
    let (too_few, advice);
    let policy = Policy {
        documents: documents(&file)?,
        detection: detecting::read(&file)?,
        executables: executables(&file)?,
        antivirus: antivirus(&file)?,
        screen_lock: screen_lock(&file)?,
        encryption: encryption(&file)?,
        updates: updates(&file)?,
        accounts: accounts(&file)?,
        sessions: sessions(&file)?,
        removable: removable(&file)?,
        network: network(&file)?,
        contact: contact(&file)?,
        groups: grouping::read(&file)?,
        // In its place, so that the first fault in a file is the one that is named.
        alerts: {
            let read = alerting::alerts(&file, site)?;
            (too_few, advice) = (read.too_few, read.advice);
            read.alerts
        },
        cases: cases(&file)?,
        notice: notice(&file)?,
        retention: retention::read(&file)?,
        licences: licensing::read(&file)?,
        calendar: alerting::calendar(&file)?,
        schedule: schedule(&file)?,
    };
    Ok(Read { accepted: Accepted { policy, advice }, too_few })
}

fn documents(file: &Section<'_>) -> Result<Documents, PolicyError> {
    let section = file.section("documents", &["enabled", "folders", "removable_media"])?;
    let default = Documents::default();
    let enabled = section.flag("enabled")?.unwrap_or(default.enabled);
    // Nothing to read is written as enabled = false: with an empty list it would look as if documents were watched.
    let least = usize::from(enabled);
    Ok(Documents {
        enabled,
        folders: section.texts("folders", &folders(least))?.unwrap_or(default.folders),
        removable_media: section.flag("removable_media")?.unwrap_or(default.removable_media),
    })
}

fn executables(file: &Section<'_>) -> Result<Executables, PolicyError> {
    let keys =
        ["folders", "allowed", "allowed_media_folders", "allowed_titles", "media_names", "pause_below_battery_percent"];
    let section = file.section("executables", &keys)?;
    let default = Executables::default();
    let allowed = Texts {
        list: "a list of paths and digests, for example [\"/opt/whiteboard/\"]",
        fault: check::allowed,
        count: 0..=10_000,
    };
    let media = Texts {
        list: "a list of folders, for example [\"/srv/music-lessons\"]",
        fault: check::rooted,
        count: 0..=1_000,
    };
    let titles = names("a list of titles, for example [\"Minecraft Education\"]", check::title, 0..=1_000);
    let charge = Number { what: "a whole number of percent", range: 0..=100, example: 30 };
    let pause = section.number("pause_below_battery_percent", &charge)?.and_then(|percent| u8::try_from(percent).ok());
    let lowered = |entry: String| if entry.starts_with("sha256:") { entry.to_ascii_lowercase() } else { entry };
    Ok(Executables {
        folders: section.texts("folders", &folders(1))?.unwrap_or(default.folders),
        allowed: section
            .texts("allowed", &allowed)?
            .map_or(default.allowed, |entries| entries.into_iter().map(lowered).collect()),
        allowed_media_folders: section.texts("allowed_media_folders", &media)?.unwrap_or(default.allowed_media_folders),
        allowed_titles: section.texts("allowed_titles", &titles)?.unwrap_or(default.allowed_titles),
        media_names: section.flag("media_names")?.unwrap_or(default.media_names),
        pause_below_battery_percent: pause.unwrap_or(default.pause_below_battery_percent),
    })
}

fn antivirus(file: &Section<'_>) -> Result<Antivirus, PolicyError> {
    let section = file.section("antivirus", &["approved", "real_time", "signature_max_age_hours"])?;
    let default = Antivirus::default();
    let approved =
        Texts { list: "a list of products, for example [\"ClamAV\"]", fault: check::product, count: 1..=100 };
    let age = Number { what: "a whole number of hours", range: 1..=HOURS_A_YEAR, example: 168 };
    Ok(Antivirus {
        approved: section.texts("approved", &approved)?.unwrap_or(default.approved),
        real_time: section.flag("real_time")?.unwrap_or(default.real_time),
        signature_max_age_hours: section
            .number("signature_max_age_hours", &age)?
            .unwrap_or(default.signature_max_age_hours),
    })
}

fn screen_lock(file: &Section<'_>) -> Result<ScreenLock, PolicyError> {
    let section = file.section("screen_lock", &["max_seconds"])?;
    let seconds = Number { what: "a whole number of seconds", range: 1..=SECONDS_A_DAY, example: 300 };
    let max_seconds = section.number("max_seconds", &seconds)?;
    Ok(max_seconds.map_or_else(ScreenLock::default, |max_seconds| ScreenLock { max_seconds }))
}

fn encryption(file: &Section<'_>) -> Result<Encryption, PolicyError> {
    let section = file.section("encryption", &["required"])?;
    Ok(section.flag("required")?.map_or_else(Encryption::default, |required| Encryption { required }))
}

fn updates(file: &Section<'_>) -> Result<Updates, PolicyError> {
    let section = file.section("updates", &["max_days"])?;
    let days = Number { what: "a whole number of days", range: 1..=365, example: 30 };
    Ok(section.number("max_days", &days)?.map_or_else(Updates::default, |max_days| Updates { max_days }))
}

fn accounts(file: &Section<'_>) -> Result<Accounts, PolicyError> {
    let section = file.section("accounts", &["password_max_age_days", "administrators"])?;
    let default = Accounts::default();
    let days = Number { what: "a whole number of days", range: 1..=3650, example: 42 };
    let administrators = names("a list of accounts, for example [\"Administrator\"]", check::account, 0..=1_000);
    Ok(Accounts {
        password_max_age_days: section.number("password_max_age_days", &days)?.unwrap_or(default.password_max_age_days),
        administrators: section.texts("administrators", &administrators)?.unwrap_or(default.administrators),
    })
}

fn sessions(file: &Section<'_>) -> Result<Sessions, PolicyError> {
    let section = file.section("sessions", &["open_hours"])?;
    let hours = Number { what: "a whole number of hours", range: 1..=168, example: 4 };
    Ok(section.number("open_hours", &hours)?.map_or_else(Sessions::default, |open_hours| Sessions { open_hours }))
}

fn removable(file: &Section<'_>) -> Result<Removable, PolicyError> {
    let section = file.section("removable", &["encrypted"])?;
    Ok(section.flag("encrypted")?.map_or_else(Removable::default, |encrypted| Removable { encrypted }))
}

fn network(file: &Section<'_>) -> Result<Network, PolicyError> {
    let section = file.section("network", &["approved_proxies", "approved_tunnels"])?;
    let default = Network::default();
    let proxies = names(
        "a list of proxies, for example [\"proxy.example.school:8080\"]",
        check::proxy,
        0..=limits::NETWORK_SETTINGS,
    );
    let tunnels =
        names("a list of private networks, for example [\"School VPN\"]", check::tunnel, 0..=limits::NETWORK_SETTINGS);
    Ok(Network {
        approved_proxies: section.texts("approved_proxies", &proxies)?.unwrap_or(default.approved_proxies),
        approved_tunnels: section.texts("approved_tunnels", &tunnels)?.unwrap_or(default.approved_tunnels),
    })
}

fn contact(file: &Section<'_>) -> Result<Contact, PolicyError> {
    let section = file.section("contact", &["silent_after_days"])?;
    let days = Number { what: "a whole number of days", range: 1..=365, example: 7 };
    let silent_after_days = section.number("silent_after_days", &days)?;
    Ok(silent_after_days.map_or_else(Contact::default, |silent_after_days| Contact { silent_after_days }))
}

fn cases(file: &Section<'_>) -> Result<Cases, PolicyError> {
    let section = file.section("cases", &["chair_approves_staff", "names"])?;
    let names = section.text("names", "how people are named, for example \"initials\"", check::name_form)?;
    Ok(Cases {
        chair_approves_staff: section.flag("chair_approves_staff")?.unwrap_or_default(),
        names: names.and_then(|word| NameForm::from_word(&word)).unwrap_or_default(),
    })
}

fn notice(file: &Section<'_>) -> Result<Notice, PolicyError> {
    let section = file.section("notice", &["text"])?;
    let text = section.text("text", "what people read before they log in, or \"\"", check::notice)?;
    Ok(Notice { text: text.unwrap_or_default() })
}

fn schedule(file: &Section<'_>) -> Result<BTreeMap<ProbeName, u32>, PolicyError> {
    let section = file.section("schedule", &ProbeName::ALL.map(ProbeName::as_str))?;
    let minutes = Number { what: "a whole number of minutes", range: 1..=MINUTES_A_WEEK, example: 60 };
    let mut schedule = BTreeMap::new();
    for key in section.keys() {
        if let (Some(probe), Some(every)) = (ProbeName::parse(key), section.number(key, &minutes)?) {
            schedule.insert(probe, every);
        }
    }
    Ok(schedule)
}

fn names(list: &'static str, fault: fn(&str) -> Option<String>, count: RangeInclusive<usize>) -> Texts {
    Texts { list, fault, count }
}

pub(super) fn folders(least: usize) -> Texts {
    Texts {
        list: "a list of folders, for example [\"~/Documents\"]",
        fault: check::folder,
        count: least..=limits::FOLDERS,
    }
}
