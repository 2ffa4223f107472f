//! A process that a story started, and that ends with it.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use crate::wait;

/// A running program; killed when it goes out of scope.
pub struct Process {
    child: Child,
    name: &'static str,
}

impl Process {
    /// Starts a program with its output going to the end of `log`.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start(name: &'static str, command: &mut Command, log: &Path) -> Self {
        let log = File::options().create(true).append(true).open(log).expect("opens the log");
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .spawn()
            .expect("the program starts");
        Self { child, name }
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    ///
    /// # Panics
    /// When the system does not say.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("the system knows its children").is_none()
    }

    /// Ends it at once, as a power cut to this process would.
    ///
    /// # Panics
    /// When the system refuses.
    pub fn kill(mut self) {
        self.child.kill().expect("kills its own child");
        self.child.wait().expect("waits for its own child");
    }

    /// Asks it to stop, and waits until it has.
    ///
    /// # Panics
    /// When it does not stop within 20 seconds.
    pub fn stop(mut self) -> ExitStatus {
        // The shell's own kill: a small system has no other.
        let asked = Command::new("sh").arg("-c").arg(format!("kill {}", self.child.id())).status().expect("sh runs");
        assert!(asked.success(), "{} could not be signalled", self.name);
        wait::until(self.name, Duration::from_secs(20), || {
            self.child.try_wait().expect("the system knows its children")
        })
    }

    /// Resident memory in bytes.
    ///
    /// # Panics
    /// When the process is gone.
    #[must_use]
    pub fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux says VmRSS");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number of kB") * 1024
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end, with something on its standard input.
///
/// # Panics
/// When it cannot be started, or does not read its input.
#[must_use]
pub fn with_input(command: &mut Command, input: &str) -> Said {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let written = child.stdin.take().expect("was piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("the command ends");
    written.expect("the command reads its input");
    output.into()
}

/// What a command that ran to its end has said.
#[derive(Debug)]
pub struct Said {
    /// Exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// Runs a command to its end.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn by(command: &mut Command) -> Self {
        command.output().expect("the command starts").into()
    }

    /// Its output, when it ended well.
    ///
    /// # Panics
    /// When it did not.
    #[must_use]
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
