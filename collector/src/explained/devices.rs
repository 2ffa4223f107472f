//! What is asked of devices.

use caretaker_shared::policy::{DeviceGroup, Policy};

use super::words::{counted, hours, list, minutes, seconds};
use super::{Measure, Statement};

pub(super) fn statements(policy: &Policy) -> Vec<Statement> {
    let groups = policy.groups.iter().map(group).collect();
    [protection(policy), access(policy), software(policy), rhythm(policy), groups].concat()
}

fn protection(policy: &Policy) -> Vec<Statement> {
    let (antivirus, days) = (&policy.antivirus, policy.contact.silent_after_days);
    let age = antivirus.signature_max_age_hours;
    vec![
        Statement::new(
            "contact.silent_after_days",
            Measure::Limit(days.into()),
            format!("A device joins the school network at least every {}; one that stays away is found.", every(days)),
        ),
        Statement::new(
            "antivirus.approved",
            Measure::Allowed(antivirus.approved.clone()),
            format!("Antivirus is installed and on, of what the school has approved: {}.", list(&antivirus.approved)),
        ),
        Statement::new(
            "antivirus.real_time",
            Measure::Asked(antivirus.real_time),
            if antivirus.real_time {
                "It looks at files as they are opened; turning it off is told at once."
            } else {
                "It need not look at files as they are opened; turning it off is told at once."
            },
        ),
        Statement::new(
            "antivirus.signature_max_age_hours",
            Measure::Limit(age.into()),
            format!("Its signatures are no older than {}.", hours(age)),
        ),
        Statement::new(
            "updates.max_days",
            Measure::Limit(policy.updates.max_days.into()),
            format!("The last security update is no older than {}.", counted(policy.updates.max_days, "day")),
        ),
        asked("encryption.required", policy.encryption.required, "Disks with the system or people's files"),
        asked("removable.encrypted", policy.removable.encrypted, "Sticks and other removable media"),
    ]
}

fn asked(key: &'static str, encrypted: bool, what: &str) -> Statement {
    let ask = if encrypted { "are" } else { "need not be" };
    Statement::new(key, Measure::Asked(encrypted), format!("{what} {ask} encrypted."))
}

fn every(days: u32) -> String {
    match days {
        1 => "day".to_owned(),
        7 => "week".to_owned(),
        days => counted(days, "day"),
    }
}

fn access(policy: &Policy) -> Vec<Statement> {
    let (lock, open, accounts) = (policy.screen_lock.max_seconds, policy.sessions.open_hours, &policy.accounts);
    let administrators = if accounts.administrators.is_empty() {
        "Nobody may be an administrator.".to_owned()
    } else {
        format!("Administrators are {}, and nobody else.", list(&accounts.administrators))
    };
    vec![
        Statement::new(
            "screen_lock.max_seconds",
            Measure::Limit(lock.into()),
            format!("A device that is left alone locks itself within {} and asks for the password.", seconds(lock)),
        ),
        Statement::new(
            "sessions.open_hours",
            Measure::Limit(open.into()),
            format!("Nobody stays logged in, unlocked and away, for {}.", counted(open, "hour")),
        ),
        Statement::new(
            "accounts.password_max_age_days",
            Measure::Limit(accounts.password_max_age_days.into()),
            format!(
                "Accounts of the device itself have a password, and change it every {}.",
                counted(accounts.password_max_age_days, "day")
            ),
        ),
        Statement::new("accounts.administrators", Measure::Allowed(accounts.administrators.clone()), administrators),
    ]
}

fn software(policy: &Policy) -> Vec<Statement> {
    let (files, network) = (&policy.executables, &policy.network);
    let names = if files.media_names {
        "Music and videos elsewhere are reported by name."
    } else {
        "Music and videos elsewhere are counted by folder; their names stay on the device."
    };
    vec![
        Statement::new(
            "executables.folders",
            Measure::Watched(files.folders.clone()),
            format!(
                "Programs that no package put there are looked for in {}, and on sticks.",
                list(&homes(&files.folders))
            ),
        ),
        allowed(
            "executables.allowed",
            &files.allowed,
            "Of these are the school's own",
            "None of these is the school's own.",
        ),
        allowed("executables.allowed_titles", &files.allowed_titles, "Games for teaching are", "No game may be there."),
        allowed(
            "executables.allowed_media_folders",
            &files.allowed_media_folders,
            "Music and videos for teaching lie in",
            "No folder is set apart for music and videos for teaching.",
        ),
        Statement::new("executables.media_names", Measure::Asked(files.media_names), names),
        allowed(
            "network.approved_proxies",
            &network.approved_proxies,
            "The school's own proxies are",
            "Any proxy is a way around the filter: the school has none of its own.",
        ),
        allowed(
            "network.approved_tunnels",
            &network.approved_tunnels,
            "The school's own private networks (VPN) are",
            "Any private network (VPN) is a way around the filter: the school has none of its own.",
        ),
    ]
}

fn allowed(key: &'static str, what: &[String], some: &str, none: &str) -> Statement {
    let says = if what.is_empty() { none.to_owned() } else { format!("{some}: {}.", list(what)) };
    Statement::new(key, Measure::Allowed(what.to_vec()), says)
}

/// `~` as people say it.
pub(super) fn homes(folders: &[String]) -> Vec<String> {
    let home = |folder: &String| if folder == "~" { "each user's home".to_owned() } else { folder.clone() };
    folders.iter().map(home).collect()
}

fn rhythm(policy: &Policy) -> Vec<Statement> {
    let percent = policy.executables.pause_below_battery_percent;
    let battery = match percent {
        0 => "A laptop searches on battery too.".to_owned(),
        percent => format!("A laptop on battery below {percent} % puts the search for programs off."),
    };
    let mut statements =
        vec![Statement::new("executables.pause_below_battery_percent", Measure::Other(percent.to_string()), battery)];
    let own: Vec<String> =
        policy.schedule.iter().map(|(probe, &every)| format!("{} every {}", probe.as_str(), minutes(every))).collect();
    let says = if own.is_empty() {
        "Each check keeps a rhythm of its own, from minutes to a day.".to_owned()
    } else {
        format!("Checks keep a rhythm of their own, but {}.", list(&own))
    };
    statements.push(Statement::new("schedule", Measure::Other(own.join(", ")), says));
    statements
}

/// "Lab 3 are LAB3-* and TEACHER-3: ...".
fn group(group: &DeviceGroup) -> Statement {
    let says = format!(
        "{} are the devices {}: lists, the dashboard and licences can be for them alone; nothing else is asked of them.",
        group.name,
        list(&group.devices)
    );
    Statement::of("groups", group.name.clone(), says)
}
