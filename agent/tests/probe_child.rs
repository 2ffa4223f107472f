//! The real child that asks a probe, started as the agent starts it.

use std::path::PathBuf;
use std::time::Duration;

use caretaker_agent::host::Host;
use caretaker_agent::probes::host::HostProbe;
use caretaker_agent::probes::{Probe, ProbeSettings};
use caretaker_agent::runner::{Asking, Launch, run};
use caretaker_shared::clock::SystemClock;
use caretaker_shared::model::{Facts, Outcome, ProbeName, Reading};

fn launch() -> Launch {
    Launch { program: PathBuf::from(env!("CARGO_BIN_EXE_caretaker-agent")) }
}

async fn asked(probe: &'static dyn Probe, launch: Launch) -> Reading {
    run(probe, &Asking::Child(launch), ProbeSettings::default(), &SystemClock).await
}

/// Has the name of a probe that the child knows, and no time.
struct Hurried;

impl Probe for Hurried {
    fn name(&self) -> ProbeName {
        ProbeName::Host
    }

    fn every(&self) -> Duration {
        Duration::from_secs(3600)
    }

    fn deadline(&self) -> Duration {
        Duration::ZERO
    }

    fn collects(&self) -> &'static [&'static str] {
        &["nothing"]
    }

    fn ask(&self, _host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        Outcome::Failed { reason: "asked here and not in the child".into() }
    }
}

#[tokio::test]
async fn answers_as_a_thread_would() {
    let reading = asked(&HostProbe, launch()).await;
    assert!(matches!(reading.outcome, Outcome::Complete(Facts::Host(_))), "{reading:?}");
}

#[tokio::test]
async fn is_ended_at_the_deadline() {
    let reading = asked(&Hurried, launch()).await;
    assert_eq!(reading.outcome, Outcome::Failed { reason: "gave no answer within 0 s".into() });
}

#[tokio::test]
async fn a_program_that_is_not_there_and_one_that_is_not_ours_are_failed_readings() {
    let missing = asked(&HostProbe, Launch { program: PathBuf::from("nowhere/caretaker-agent") }).await;
    let reason = "the child that asks could not be started: entity not found";
    assert_eq!(missing.outcome.reason(), Some(reason));
    let other = asked(&HostProbe, Launch { program: std::env::current_exe().expect("this test was started") }).await;
    assert_eq!(other.outcome.reason(), Some("the probe ended without an answer"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn describes_what_is_still_there_and_the_same() {
    use caretaker_agent::runner::describe;
    use caretaker_shared::digest::Sha256;
    use caretaker_shared::model::{Executable, ExecutableFormat};
    use caretaker_shared::private_file;

    let home = tempfile::tempdir().expect("a folder");
    let made = |name: &str| {
        let path = home.path().join(name);
        private_file::write(&path, b"#!/bin/sh\n").expect("a file can be written");
        let changed = std::fs::metadata(&path).and_then(|status| status.modified()).expect("it has a time");
        Executable {
            path: path.to_string_lossy().into_owned(),
            sha256: Sha256::of(name.as_bytes()),
            size_bytes: 10,
            modified_at: changed.try_into().expect("it is a time of today"),
            owner: "pupil.one".into(),
            format: ExecutableFormat::Script,
            class: None,
            signer: None,
            removable: false,
        }
    };
    let (kept, gone) = (made("kept"), made("gone"));
    std::fs::remove_file(&gone.path).expect("it was made above");
    let grown = Executable { size_bytes: 11, ..made("grown") };
    let described = describe(&launch(), vec![gone, kept.clone(), grown]).await;
    let told: Vec<(Sha256, &str)> = described.iter().map(|facts| (facts.sha256, facts.runs_on.as_str())).collect();
    assert_eq!(told, [(kept.sha256, "/bin/sh")]);
}
