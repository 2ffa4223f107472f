//! The child: reads one request, copies and reads histories, writes frames, ends.
//!
//! It writes nothing but frames to standard output and says nothing on standard error.

use std::io::{self, BufRead as _, BufWriter, Read as _};
use std::path::PathBuf;
use std::process::ExitCode;

use super::exchange::{REQUEST_BYTES, Request, write_done, write_text};
use super::reading::{Work, run};
use super::{Excluded, copy, database};
use crate::platform;

/// Exit code of a child that did not understand its request, or could not limit itself.
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
    let Ok(excluded) = Excluded::parse(&request.excluded) else { return ExitCode::from(NO_REQUEST) };
    if let Err(error) = platform::be_first_to_go() {
        tracing::debug!(reason = %error, "the child is no more likely to go than the service");
    }
    let watched = !request.attended || watch_for_the_end(request.copies.clone()).is_ok();
    if !watched || database::limit_memory().is_err() {
        return ExitCode::from(NO_REQUEST);
    }
    match answer(&request, &excluded) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(NO_ANSWER),
    }
}

fn request() -> Option<Request> {
    let mut line = Vec::new();
    io::stdin().lock().take(REQUEST_BYTES).read_until(b'\n', &mut line).ok()?;
    serde_json::from_slice(&line).ok()
}

/// The service holds the child's input open for as long as it waits. However it ends, its input ends with it, and what the
/// child copied goes.
fn watch_for_the_end(copies: PathBuf) -> io::Result<()> {
    let watch = move || {
        // Nothing more is sent, and an error is an end as well.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        // What cannot be removed now is removed at the next start.
        let _ = copy::remove_stale(&copies);
        std::process::exit(UNATTENDED)
    };
    std::thread::Builder::new().name("end".into()).stack_size(WATCHER_STACK_BYTES).spawn(watch)?;
    Ok(())
}

fn answer(request: &Request, excluded: &Excluded) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let work = Work { excluded, copies: &request.copies, now: request.now, most: request.most };
    for (number, task) in request.tasks.iter().enumerate() {
        let number = u16::try_from(number).map_err(|_| io::ErrorKind::InvalidInput)?;
        let mut told = Ok(());
        let done = run(task, &request.home, &work, &mut |kind, text, visited_at| {
            if told.is_ok() {
                told = write_text(&mut out, number, kind, visited_at, text);
            }
        });
        told?;
        write_done(&mut out, &done)?;
    }
    Ok(())
}
