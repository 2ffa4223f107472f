//! The passphrase of a key file: from the terminal, where nobody sees it, or from a file that only its owner reads.
//! Never from the command line or the environment, where others can.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use anyhow::Context as _;
use caretaker_shared::sealing::weakness;
use caretaker_shared::secret::Secret;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::commands::refused::failure;
use crate::commands::{Exit, Failure};
use crate::data::read_secret;

/// Bytes of a passphrase, so that a wrong file is not read to its end.
const MOST: usize = 4 * 1024;

/// Where a passphrase comes from.
#[derive(Debug, Clone, Copy)]
pub(in crate::commands) struct Passphrase<'a> {
    /// The file, else the terminal is asked.
    pub(in crate::commands) file: Option<&'a Path>,
}

impl Passphrase<'_> {
    /// The passphrase of a key file that exists.
    pub(in crate::commands) fn known(self, whose: &str) -> anyhow::Result<Secret<String>> {
        match self.file {
            Some(file) => of_file(file),
            None => Terminal::open()?.ask(&format!("Passphrase of {whose}: ")),
        }
    }

    /// A passphrase for a new key file: typed twice, and not a weak one.
    pub(in crate::commands) fn new_one(self) -> anyhow::Result<Secret<String>> {
        let chosen = match self.file {
            Some(file) => of_file(file)?,
            None => {
                let mut terminal = Terminal::open()?;
                let first = terminal.ask("A new passphrase, at least 12 characters: ")?;
                let again = terminal.ask("The same again: ")?;
                if first.expose() != again.expose() {
                    return Err(wrong("the two passphrases differ; nothing was made").into());
                }
                first
            }
        };
        match weakness(chosen.expose()) {
            Some(why) => Err(wrong(&format!("this passphrase is too weak: {why}")).into()),
            None => Ok(chosen),
        }
    }
}

fn wrong(why: &str) -> Failure {
    failure(Exit::Usage, why.to_owned())
}

fn of_file(file: &Path) -> anyhow::Result<Secret<String>> {
    let text = read_secret(file).with_context(|| format!("{} cannot be used", file.display()))?;
    let line = text.expose().lines().next().unwrap_or_default().to_owned();
    Ok(Secret::new(line))
}

/// The terminal that this program was started from, whatever its input and output are.
struct Terminal {
    device: File,
}

/// Puts the terminal back as it was.
struct Quiet<'a> {
    device: &'a File,
    before: Termios,
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        // Nothing is left to be done for a terminal that went away.
        let _ = tcsetattr(self.device, OptionalActions::Flush, &self.before);
    }
}

impl Terminal {
    fn open() -> Result<Self, Failure> {
        let device = File::options().read(true).write(true).open("/dev/tty").map_err(|_| {
            wrong("there is no terminal to ask for the passphrase on\n  name a file that only you can read:  --passphrase-file FILE")
        })?;
        Ok(Self { device })
    }

    /// Asks for a line without showing it.
    fn ask(&mut self, question: &str) -> anyhow::Result<Secret<String>> {
        self.device.write_all(question.as_bytes()).context("the terminal cannot be written to")?;
        let before = tcgetattr(&self.device).context("the terminal cannot be asked")?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        silent.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(&self.device, OptionalActions::Flush, &silent).context("the terminal cannot be made silent")?;
        let quiet = Quiet { device: &self.device, before };
        // One byte at a time is what a terminal gives; a buffer that grew would leave pieces behind.
        let mut line = Zeroizing::new(Vec::with_capacity(MOST));
        let mut source = BufReader::with_capacity(1, quiet.device);
        loop {
            let byte = source.fill_buf().context("the terminal cannot be read")?.first().copied();
            match byte {
                None | Some(b'\n') => break,
                Some(_) if line.len() == MOST => return Err(wrong("the passphrase is too long").into()),
                Some(byte) => line.push(byte),
            }
            source.consume(1);
        }
        drop(quiet);
        let text = std::str::from_utf8(&line).map_err(|_| wrong("the passphrase is not text"))?;
        Ok(Secret::new(text.to_owned()))
    }
}
