//! The key of whoever types, opened on their own machine: from its file, with its passphrase.

use std::io::{self, BufRead as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

use caretaker_shared::digest::Sha256;
use caretaker_shared::sealing::{KeyFile, PersonalKey};
use caretaker_shared::secret::Secret;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use super::refused::failure;
use super::{Exit, Failure};

/// Names the key file where `--key` does not.
const VARIABLE: &str = "CARETAKER_KEY";
/// Most bytes of a key file, and of a passphrase.
const FILE_BYTES: u64 = 64 * 1024;
const PASSPHRASE_BYTES: u64 = 1024;

/// Where a key lies.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct KeyArgs {
    /// Your key file [default: CARETAKER_KEY]
    #[arg(long, value_name = "FILE")]
    pub(super) key: Option<PathBuf>,
    /// File that holds its passphrase, instead of being asked for it
    #[arg(long, value_name = "FILE")]
    pub(super) passphrase_file: Option<PathBuf>,
}

/// A key, opened, and the root that its holder knows.
pub(super) struct Held {
    pub(super) key: PersonalKey,
    pub(super) root: Option<Sha256>,
}

impl KeyArgs {
    /// The path of the key file; `None` when nobody named one.
    fn path(&self) -> Option<PathBuf> {
        let named = || std::env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
        self.key.clone().or_else(named)
    }

    /// The key, when one is named.
    pub(super) fn open_if_named(&self) -> Result<Option<Held>, Failure> {
        self.path().map(|path| self.open_at(&path)).transpose()
    }

    /// The key.
    pub(super) fn open(&self) -> Result<Held, Failure> {
        let missing = || {
            let text = format!("no key is named\n  name your key file:  --key FILE, or set {VARIABLE}");
            failure(Exit::Usage, text)
        };
        self.open_at(&self.path().ok_or_else(missing)?)
    }

    /// The root that the holder of the key file knows; needs no passphrase. `None` without a file.
    pub(super) fn root(&self) -> Result<Option<Sha256>, Failure> {
        let Some(path) = self.path() else { return Ok(None) };
        Ok(file(&path)?.root)
    }

    fn open_at(&self, path: &Path) -> Result<Held, Failure> {
        let file = file(path)?;
        let passphrase = match &self.passphrase_file {
            Some(from) => first_line(from)?,
            None => ask(&format!("Passphrase of the key of {}: ", crate::render::text::safe(&file.card.holder.name)))
                .map_err(|error| unreadable("the terminal", &error))?,
        };
        let key =
            file.open(&passphrase).map_err(|error| failure(Exit::Usage, format!("{}: {error}", path.display())))?;
        let root = key.root().map(|root| root.fingerprint()).or(file.root);
        Ok(Held { key, root })
    }
}

fn file(path: &Path) -> Result<KeyFile, Failure> {
    let text = read(path, FILE_BYTES).map_err(|error| unreadable(&path.display().to_string(), &error))?;
    KeyFile::parse(&text).map_err(|error| failure(Exit::Usage, format!("{}: {error}", path.display())))
}

fn first_line(path: &Path) -> Result<Secret<String>, Failure> {
    let text = read(path, PASSPHRASE_BYTES).map_err(|error| unreadable(&path.display().to_string(), &error))?;
    Ok(Secret::new(text.lines().next().unwrap_or_default().to_owned()))
}

fn read(path: &Path, most: u64) -> io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(most).read_to_string(&mut text)?;
    Ok(text)
}

/// Asks on the terminal itself, whatever else is piped, and shows nothing of what is typed.
fn ask(prompt: &str) -> io::Result<Secret<String>> {
    let mut terminal = std::fs::File::options().read(true).write(true).open("/dev/tty")?;
    terminal.write_all(prompt.as_bytes())?;
    let shown = tcgetattr(&terminal)?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&terminal, OptionalActions::Flush, &hidden)?;
    let mut line = String::new();
    let typed = io::BufReader::new(terminal.try_clone()?).take(PASSPHRASE_BYTES).read_line(&mut line);
    // However the typing ended, the terminal shows again what is typed.
    tcsetattr(&terminal, OptionalActions::Flush, &shown)?;
    terminal.write_all(b"\n")?;
    typed?;
    Ok(Secret::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

fn unreadable(what: &str, error: &io::Error) -> Failure {
    failure(Exit::Usage, format!("{what} cannot be read: {error}"))
}
