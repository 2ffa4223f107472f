//! `probe`: asks one probe now and shows what it answers. Nothing is sent.

mod executables;
mod posture;
mod system;

use std::io::Write;

use caretaker_shared::clock::SystemClock;
use caretaker_shared::model::{Facts, Outcome, ProbeName, Reading};

use super::as_json;
use crate::cli::Probe;
use crate::config;
use crate::plain::{Exit, Plain, printable, shown};
use crate::platform;
use crate::probes::{self, ProbeSettings};
use crate::runner::{self, Asking};
use crate::spool::Overview;

pub(super) fn run(options: &Probe, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let known = probes::all().iter().copied();
    let wanted = ProbeName::parse(&options.name);
    let probe = known.clone().find(|probe| Some(probe.name()) == wanted).ok_or_else(|| {
        let names: Vec<&str> = known.map(|probe| probe.name().as_str()).collect();
        Plain::new(
            Exit::Usage,
            format!("there is no probe {:?}", printable(&options.name)),
            format!("the probes of this version:  {}", names.join("  ")),
        )
    })?;
    // Whoever may not read the state folder still gets an answer, under no policy.
    let stored = Overview::of(&options.state.dir).ok().flatten().and_then(|spool| spool.policy);
    let policy = stored.and_then(|policy| config::decode(&policy).ok());
    // This program ends with the answer: a child of its own would guard nothing.
    let here = Asking::Here(platform::machine());
    let settings = ProbeSettings { hurry: true, ..config::probes(policy.as_ref(), None) };
    let reading = super::runtime()?.block_on(runner::run(probe, &here, settings, &SystemClock));
    if options.json {
        writeln!(out, "{:#}", as_json::reading(&reading))?;
    } else {
        print(&reading, out)?;
    }
    Ok(Exit::Fine)
}

fn print(reading: &Reading, out: &mut dyn Write) -> std::io::Result<()> {
    let reason = shown(reading.outcome.reason().unwrap_or_default());
    match &reading.outcome {
        Outcome::Complete(_) => writeln!(out, "{}: complete", reading.probe)?,
        Outcome::Partial { .. } => writeln!(out, "{}: partial, more may exist: {reason}", reading.probe)?,
        Outcome::Unsupported { .. } => writeln!(out, "{}: cannot be told here: {reason}", reading.probe)?,
        Outcome::Failed { .. } => writeln!(out, "{}: unknown: {reason}", reading.probe)?,
    }
    match reading.outcome.facts() {
        None => Ok(()),
        Some(Facts::Host(host)) => system::host(host, out),
        Some(Facts::Hardware(hardware)) => system::hardware(hardware, out),
        Some(Facts::Software(titles)) => system::software(titles, out),
        Some(Facts::Updates(updates)) => system::updates(updates, out),
        Some(Facts::Executables(found)) => executables::print(found, out),
        Some(Facts::Antivirus(antivirus)) => posture::antivirus(antivirus, out),
        Some(Facts::ScreenLock(locks)) => posture::screen_locks(locks, out),
        Some(Facts::Encryption(volumes)) => posture::volumes(volumes, out),
        Some(Facts::Firewall(profiles)) => posture::firewall(profiles, out),
        Some(Facts::Accounts(accounts)) => system::accounts(accounts, out),
        Some(Facts::Sessions(sessions)) => system::sessions(sessions, out),
        Some(Facts::Removable(media)) => posture::removable(media, out),
        Some(Facts::Network(network)) => system::network(network, out),
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::digest::Sha256;
    use caretaker_shared::model::{Executable, ExecutableFormat, Executables};
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn the_name_of_a_file_does_not_steer_the_terminal() {
        let file = Executable {
            path: "/tmp/\u{1b}[2Jtool\nhost: complete".into(),
            sha256: Sha256::of(b"tool"),
            size_bytes: 1,
            modified_at: Timestamp::UNIX_EPOCH,
            owner: "pupil.one".into(),
            format: ExecutableFormat::Elf,
            class: None,
            signer: None,
            removable: false,
        };
        let outcome = Outcome::Partial {
            facts: Facts::Executables(Executables { files: vec![file], media: Vec::new() }),
            reason: "/tmp/\u{1b}]0;x".into(),
        };
        let reading = Reading { probe: ProbeName::Executables, taken_at: Timestamp::UNIX_EPOCH, outcome };
        let mut out = Vec::new();
        print(&reading, &mut out).expect("memory takes everything");
        let out = String::from_utf8(out).expect("text");
        assert!(out.chars().all(|letter| letter == '\n' || !letter.is_control()), "{out:?}");
        assert!(!out.lines().any(|line| line.starts_with("host")), "{out}");
    }
}
