//! The child: reads one request, asks, writes the answers, ends.
//!
//! It writes nothing but frames to standard output and says nothing on standard error that holds what it read.

use std::io::{self, BufRead as _, Read as _, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::clock::{Clock as _, SystemClock};
use caretaker_shared::model::{Outcome, ProbeName, Reading};

use super::exchange::{Frame, Question, REQUEST_BYTES, Request, Wanted};
use crate::host::Host;
use crate::platform::{self, Machine};
use crate::probes::{self, Probe, ProbeSettings};

/// Exit code of a child that did not understand its request.
const NO_REQUEST: u8 = 25;
/// Exit code of a child that nobody waits for any more.
const UNATTENDED: i32 = 26;
/// Exit code of a child that could not write its answer.
const NO_ANSWER: u8 = 27;
const WATCHER_STACK_BYTES: usize = 64 * 1024;

/// The whole of the hidden command.
#[must_use]
pub fn child_main() -> ExitCode {
    let Some(request) = request() else { return ExitCode::from(NO_REQUEST) };
    if let Err(error) = platform::be_first_to_go() {
        tracing::debug!(reason = %error, "the child is no more likely to go than the service");
    }
    if request.attended && watch_for_the_end().is_err() {
        return ExitCode::from(NO_REQUEST);
    }
    let host = Machine::at(request.root.unwrap_or_else(|| PathBuf::from("/")));
    let mut out = io::stdout().lock();
    let answered = match request.question {
        Question::Probe { name, settings } => {
            let name = ProbeName::parse(&name);
            let Some(probe) = probes::all().iter().copied().find(|probe| Some(probe.name()) == name) else {
                return ExitCode::from(NO_REQUEST);
            };
            answer(probe, &host, &settings, &mut out)
        }
        Question::Describe(files) => describe(files, &host, &mut out),
    };
    answered.map_or_else(|_| ExitCode::from(NO_ANSWER), |()| ExitCode::SUCCESS)
}

fn request() -> Option<Request> {
    let mut line = Vec::new();
    io::stdin().lock().take(REQUEST_BYTES).read_until(b'\n', &mut line).ok()?;
    serde_json::from_slice(&line).ok()
}

/// The service holds the child's input open for as long as it waits. However it ends, its input ends with it.
fn watch_for_the_end() -> io::Result<()> {
    let watch = || {
        // Nothing more is sent, and an error is an end as well.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        std::process::exit(UNATTENDED)
    };
    std::thread::Builder::new().name("end".into()).stack_size(WATCHER_STACK_BYTES).spawn(watch)?;
    Ok(())
}

fn answer(probe: &dyn Probe, host: &dyn Host, settings: &ProbeSettings, out: &mut impl Write) -> io::Result<()> {
    if probe.gives_way()
        && let Err(error) = platform::give_way()
    {
        tracing::debug!(reason = %error, "the child keeps the service's priority");
    }
    let reading = |outcome| {
        let reading = Reading { probe: probe.name(), taken_at: SystemClock.now(), outcome };
        proto::Reading::from(&reading)
    };
    let mut told = Ok(());
    let mut tell = |outcome: Outcome| told = Frame::Earlier(reading(outcome)).write(out);
    let outcome = probe.ask_at_length(host, settings, &mut tell);
    told?;
    Frame::Last(reading(outcome)).write(out)
}

/// One file that makes its parser panic keeps nothing from the others.
fn describe(files: Vec<Wanted>, host: &dyn Host, out: &mut impl Write) -> io::Result<()> {
    for executable in files.into_iter().filter_map(Wanted::executable) {
        let described = catch_unwind(AssertUnwindSafe(|| probes::executables::describe(host, &executable)));
        if let Ok(Some(facts)) = described {
            Frame::Facts(proto::ExecutableFacts::from(&facts)).write(out)?;
        }
    }
    Frame::End.write(out)
}
