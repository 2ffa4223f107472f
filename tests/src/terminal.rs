//! A terminal of 80 columns and 24 rows, and a person in front of it. `script` of util-linux has the other end.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::wait;

/// How long something may take to be seen, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// What runs on the terminal: the program, and then whether the terminal is as it was.
const RUN: &str = r#"stty rows 24 cols 80; before=$(stty -g)
sh -c 'echo $$ > "$PID_FILE"; exec "$@"' sh "$@"
ended=$?; if [ "$before" = "$(stty -g)" ]; then echo "ended $ended, terminal restored"; else echo "ended $ended, terminal broken"; fi"#;

/// A program on a terminal of its own.
pub struct Terminal {
    script: Child,
    keys: Option<ChildStdin>,
    screen: Arc<Mutex<vt100::Parser>>,
    pid_file: PathBuf,
}

impl Terminal {
    /// Starts a program with these arguments and variables; `folder` takes a file of the terminal's own.
    ///
    /// # Panics
    /// When there is no `script`.
    #[must_use]
    pub fn open(program: &Path, arguments: &[&str], variables: &[(&str, &str)], folder: &Path) -> Self {
        let pid_file = folder.join("terminal.pid");
        // The arguments reach the shell as they are: as variables, not as text of a command.
        let mut names = String::new();
        let mut command = Command::new("script");
        for (at, argument) in std::iter::once(&*program.to_string_lossy()).chain(arguments.iter().copied()).enumerate()
        {
            command.env(format!("ARGUMENT_{at}"), argument);
            names += &format!(" \"$ARGUMENT_{at}\"");
        }
        let mut script = command
            .args(["-qfec", &format!("set --{names}\n{RUN}"), "/dev/null"])
            .env("PID_FILE", &pid_file)
            .env("SHELL", "/bin/sh")
            .envs([("TERM", "xterm-256color"), ("LC_ALL", "C.UTF-8")])
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("script of util-linux is installed");
        let screen = Arc::new(Mutex::new(vt100::Parser::new(24, 80, 0)));
        let (mut output, shown) = (script.stdout.take().expect("was piped"), screen.clone());
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut piece) {
                shown.lock().unwrap_or_else(PoisonError::into_inner).process(&piece[..length]);
            }
        });
        let keys = script.stdin.take();
        Self { script, keys, screen, pid_file }
    }

    /// Presses keys, as the bytes that a terminal sends for them.
    ///
    /// # Panics
    /// When nobody reads them.
    pub fn press(&mut self, keys: &str) {
        let end = self.keys.as_mut().expect("the terminal is open");
        end.write_all(keys.as_bytes()).and_then(|()| end.flush()).expect("the terminal takes keys");
    }

    /// What is on the screen, a line a row.
    #[must_use]
    pub fn seen(&self) -> String {
        self.parser().screen().contents()
    }

    /// Whether a program has the whole screen.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.parser().screen().alternate_screen()
    }

    /// Waits until the screen has all of these texts; returns what is seen then.
    ///
    /// # Panics
    /// When it does not.
    pub fn wait_for(&self, texts: &[&str]) -> String {
        self.wait_until(&format!("{texts:?}"), |seen| texts.iter().all(|text| seen.contains(text)))
    }

    /// Waits until the screen is as `looks` says; returns what is seen then.
    ///
    /// # Panics
    /// When it does not come to that.
    pub fn wait_until(&self, what: &str, looks: impl Fn(&str) -> bool) -> String {
        let last = std::cell::RefCell::new(String::new());
        let waited = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            wait::until(what, PATIENCE, || {
                *last.borrow_mut() = self.seen();
                looks(&last.borrow()).then(|| last.borrow().clone())
            })
        }));
        match waited {
            Ok(seen) => seen,
            Err(_) => panic!("waited in vain for {what}; the screen shows:\n{}", last.borrow()),
        }
    }

    /// Asks the program on the terminal to stop, as the system does.
    ///
    /// # Panics
    /// When it does not run.
    pub fn ask_to_stop(&self) {
        let pid = std::fs::read_to_string(&self.pid_file).expect("the program has started");
        let asked = Command::new("sh").arg("-c").arg(format!("kill {}", pid.trim())).status().expect("sh runs");
        assert!(asked.success(), "the program could not be signalled");
    }

    /// Waits until the program has ended: with which code, and with the terminal as it was.
    ///
    /// # Panics
    /// When it does not end, or leaves the terminal otherwise.
    pub fn wait_for_end(mut self, code: i32) {
        self.wait_for(&[&format!("ended {code}, terminal restored")]);
        assert!(!self.is_taken(), "the screen was not given back");
        drop(self.keys.take());
        wait::until("script to end", PATIENCE, || self.script.try_wait().expect("the system knows its children"));
    }

    fn parser(&self) -> MutexGuard<'_, vt100::Parser> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.script.kill();
        let _ = self.script.wait();
    }
}
