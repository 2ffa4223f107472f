//! Runs the listed programs: nothing from outside reaches them, and none of them runs on.

use std::fs;
use std::io::{self, PipeReader, Read};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use caretaker_shared::clock::{Clock, SystemClock};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use crate::host::program::{Program, Written};

/// How long a program may take, and how much it may write.
struct Limits {
    time: Duration,
    out_bytes: usize,
}

const LIMITS: Limits = Limits { time: Duration::from_secs(10), out_bytes: 1024 * 1024 };

/// Runs the one that lies at `place`, when only the administrator may change it.
pub(in crate::platform) fn run(place: &Path, program: &Program) -> io::Result<Written> {
    let file = fs::canonicalize(place)?;
    for place in [Some(file.as_path()), file.parent()].into_iter().flatten() {
        let metadata = fs::metadata(place)?;
        if !is_safe(metadata.uid(), metadata.mode()) {
            let why = format!("not run: {} may be changed by others than the administrator", place.display());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        }
    }
    run_within(&file, program.path(), program.arguments(), &LIMITS)
}

/// Whether a file or folder belongs to the administrator and nobody else may write it.
fn is_safe(uid: u32, mode: u32) -> bool {
    uid == 0 && mode & 0o022 == 0
}

/// `name` is what the program hears that it is called: several programs in one file tell by it which of them to be.
fn run_within<'a>(
    file: &Path,
    name: &str,
    arguments: impl Iterator<Item = &'a str>,
    limits: &Limits,
) -> io::Result<Written> {
    #[expect(clippy::disallowed_methods, reason = "the fixed list of programs, by absolute path")]
    let mut command = Command::new(file);
    command.arg0(name).args(arguments).env_clear().env("LC_ALL", "C").current_dir("/").process_group(0);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let (end, watcher) = end_of(&child).inspect_err(|_| {
        kill(&child);
        let _ = child.wait();
    })?;
    let out = out_of(&mut child, &end, limits);
    kill(&child);
    // The watcher ends as the program does, before the number of that is given to another.
    let _ = watcher.join();
    let status = child.wait()?;
    Ok(Written { code: status.code(), out: String::from_utf8_lossy(&out?).into_owned() })
}

/// Until it is waited for, its number belongs to nobody else. What it left behind ends with it.
fn kill(child: &Child) {
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
}

/// A pipe that is closed when the program ends, and the thread that closes it.
fn end_of(child: &Child) -> io::Result<(PipeReader, JoinHandle<()>)> {
    let (end, open) = io::pipe()?;
    let pid = Pid::from_child(child);
    let watch = move || {
        // NOWAIT: its number stays taken. An error says that there is nothing to wait for.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(waitid(WaitId::Pid(pid), options), Err(Errno::INTR)) {}
        drop(open);
    };
    Ok((end, thread::Builder::new().name("program".into()).spawn(watch)?))
}

/// What it writes until it ends, even where something that it started keeps its output open.
fn out_of(child: &mut Child, end: &PipeReader, limits: &Limits) -> io::Result<Vec<u8>> {
    let deadline = SystemClock.steady() + limits.time;
    let mut pipe: Option<ChildStdout> = child.stdout.take();
    let mut out = Vec::new();
    loop {
        let left = deadline.checked_sub(SystemClock.steady()).ok_or(io::ErrorKind::TimedOut)?;
        let left = Timespec::try_from(left).map_err(|_| io::ErrorKind::InvalidInput)?;
        let mut waiting = vec![PollFd::new(end, PollFlags::IN)];
        waiting.extend(pipe.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
        match poll(&mut waiting, Some(&left)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let ended = !waiting[0].revents().is_empty();
        let written = waiting.get(1).is_some_and(|pipe| !pipe.revents().is_empty());
        if let Some(open) = pipe.as_mut().filter(|_| written) {
            if read_some(open, &mut out)? == 0 {
                pipe = None;
            }
            if out.len() > limits.out_bytes {
                let why = format!("it wrote more than {} bytes", limits.out_bytes);
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
            }
        } else if ended {
            return Ok(out);
        }
    }
}

fn read_some(pipe: &mut ChildStdout, out: &mut Vec<u8>) -> io::Result<usize> {
    let mut some = [0; 16 * 1024];
    let read = pipe.read(&mut some)?;
    out.extend(some.iter().take(read));
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limits: &Limits) -> io::Result<Written> {
        run_within(Path::new("/bin/sh"), "sh", ["-c", script].into_iter(), limits)
    }

    #[test]
    fn only_the_administrators_own_programs_are_safe() {
        assert!(is_safe(0, 0o100_755) && is_safe(0, 0o104_755) && is_safe(0, 0o040_755));
        assert!(!is_safe(1000, 0o100_755), "its owner may change it");
        assert!(!is_safe(0, 0o100_775) && !is_safe(0, 0o100_757) && !is_safe(0, 0o041_777));
    }

    #[test]
    fn nothing_of_the_agents_environment_reaches_it() {
        let written = run_within(Path::new("/usr/bin/env"), "env", std::iter::empty(), &LIMITS).expect("it runs");
        assert_eq!(written, Written { code: Some(0), out: "LC_ALL=C\n".into() });
    }

    #[test]
    fn tells_its_code_and_the_name_that_it_was_called_by() {
        let written = shell("echo $0; exit 3", &LIMITS).expect("it runs");
        assert_eq!(written, Written { code: Some(3), out: "sh\n".into() });
        assert_eq!(shell("kill -TERM $$", &LIMITS).expect("it runs").code, None);
    }

    #[test]
    fn one_that_hangs_is_ended() {
        let limits = Limits { time: Duration::from_millis(20), ..LIMITS };
        let error = shell("sleep 600 & wait", &limits).expect_err("it hangs");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn one_that_writes_without_end_is_ended() {
        let limits = Limits { out_bytes: 4096, ..LIMITS };
        let error = shell("while :; do echo again; done", &limits).expect_err("it does not stop");
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn what_it_leaves_behind_holds_nothing_up() {
        let written = shell("sleep 600 & echo done", &LIMITS).expect("it ends");
        assert_eq!(written.out, "done\n");
    }
}
