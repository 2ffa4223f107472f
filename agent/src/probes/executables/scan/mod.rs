//! One search of all folders: walk, dismiss what is owned or known, open what is left.

mod search;

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Seek as _, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{Executable, ExecutableFormat, Executables, Facts, Outcome};

use super::cache::{Kept, Verdict};
use super::folders;
use super::listing::Listing;
use super::media::Media;
use super::memory::Memory;
use super::ownership::{Owned, Unknown};
use super::pace::{Pace, Paced};
use super::unreadable::Unreadable;
use super::{candidate, facts, parse};
use crate::host::{FileStatus, Host, OpenFile, System, if_there, system_of, why};
use crate::probes::ProbeSettings;

/// What is larger is named in the reason, not hashed.
const HASHED_BYTES: u64 = 512 * 1024 * 1024;
/// Files that look like no program and that one search looks into all the same: in the first one, which has enough to do,
/// and in the later ones.
const LOOKED_INTO_FIRST: usize = 2_000;
const LOOKED_INTO: usize = 20_000;
/// When a first search has said nothing for so long, it says what it has.
const TOLD_AFTER: Duration = Duration::from_secs(60);
const STORED_EVERY: Duration = Duration::from_secs(600);

/// Searches, by the settings, and answers.
pub(super) fn ask(host: &dyn Host, settings: &ProbeSettings, tell: &mut dyn FnMut(Outcome)) -> Outcome {
    if settings.executable_folders.is_empty() {
        return Outcome::Unsupported { reason: "the policy names no folder to search".into() };
    }
    let pace = Pace::begin(host, settings);
    let mut memory = Memory::load(settings.memory.as_deref());
    if let Some(reason) = pace.paused() {
        let facts = Facts::Executables(memory.found().unwrap_or_default());
        return Outcome::Partial { facts, reason };
    }
    let (owned, flaw) = match Owned::of(host, memory.cache.key, settings.memory.as_deref()) {
        Ok(answer) => answer,
        Err(Unknown::Unsupported(reason)) => return Outcome::Unsupported { reason },
        Err(Unknown::Failed(reason)) => return Outcome::Failed { reason },
    };
    let accounts = match host.accounts().and_then(|accounts| Ok((accounts, host.account_names()?))) {
        Ok(accounts) => accounts,
        Err(error) => return Outcome::Failed { reason: format!("the list of accounts: {}", error.kind()) },
    };
    let (places, flaws) = folders::plan(host, &settings.executable_folders, &accounts.0);
    let looked_into = match (&settings.memory, memory.is_new()) {
        (None, _) => usize::MAX,
        (Some(_), true) => LOOKED_INTO_FIRST,
        (Some(_), false) => LOOKED_INTO,
    };
    let mut scan = Scan {
        host,
        settings,
        pace: &pace,
        owned,
        names: accounts.1,
        tell: memory.is_new().then_some(tell),
        stored: Duration::ZERO,
        memory: &mut memory,
        listing: Listing::default(),
        media: Media::new(settings.media_names),
        looked_into,
        waiting: 0,
        removable: false,
        flaws: flaws.into_iter().chain(flaw).collect(),
        unreadable: Unreadable::default(),
        large: Unreadable::default(),
        stopped: None,
        changed: false,
    };
    scan.search(&places);
    scan.finish()
}

struct Scan<'a> {
    host: &'a dyn Host,
    settings: &'a ProbeSettings,
    pace: &'a Pace<'a>,
    owned: Owned,
    names: BTreeMap<u32, String>,
    /// Until it has been told once, and only when the collector knows nothing yet.
    tell: Option<&'a mut dyn FnMut(Outcome)>,
    stored: Duration,
    memory: &'a mut Memory,
    listing: Listing,
    media: Media,
    looked_into: usize,
    /// Files that have not been looked into yet.
    waiting: usize,
    removable: bool,
    flaws: Vec<String>,
    unreadable: Unreadable,
    large: Unreadable,
    stopped: Option<String>,
    /// Whether there is something new to remember.
    changed: bool,
}

impl Scan<'_> {
    fn go_on(&mut self) -> ControlFlow<()> {
        if let ControlFlow::Break(reason) = self.pace.step() {
            self.stopped.get_or_insert(reason);
        }
        if self.stopped.is_some() {
            return ControlFlow::Break(());
        }
        if self.settings.hurry || self.pace.passed() < self.stored + TOLD_AFTER {
            return ControlFlow::Continue(());
        }
        self.report();
        ControlFlow::Continue(())
    }

    /// Says what is known so far, once, and keeps what was learnt, now and then.
    fn report(&mut self) {
        if let Some(tell) = self.tell.take() {
            let facts = Facts::Executables(self.found());
            tell(Outcome::Partial { facts, reason: "still looking: this is the first search".into() });
        }
        self.changed |= self.memory.cache.settle(false);
        self.store();
        self.stored = self.pace.passed() + STORED_EVERY;
    }

    fn file(&mut self, path: &Path, status: &FileStatus) -> io::Result<()> {
        if self.owned.owns(path) {
            return Ok(());
        }
        let text = path.to_string_lossy();
        let separator = if system_of(self.host) == System::Windows { '\\' } else { '/' };
        let (folder, name) = text.rsplit_once(separator).unwrap_or(("", &text));
        if let Some(medium) = candidate::medium(name.as_bytes()) {
            self.media.count(folder, name, status, medium);
        }
        if status.elsewhere || status.size_bytes == 0 {
            return Ok(());
        }
        let print = self.memory.cache.print(status);
        match self.memory.cache.known(print) {
            Some(Verdict::Plain) => return Ok(()),
            Some(Verdict::Unlisted) if !self.listing.has_room(&text) => return Ok(()),
            Some(Verdict::Program(Kept { digest: None, .. })) => {
                self.large.add(path);
                return Ok(());
            }
            Some(Verdict::Program(kept)) => {
                self.list(path, &text, status, kept);
                return Ok(());
            }
            Some(Verdict::Unlisted) => {}
            None if candidate::is_likely(name.as_bytes(), status, system_of(self.host)) => {}
            None if self.looked_into == 0 => {
                self.waiting += 1;
                return Ok(());
            }
            None => self.looked_into -= 1,
        }
        let verdict = self.look(path, (&text, name), status)?;
        if let Some(verdict) = verdict {
            if let Verdict::Program(kept) = &verdict {
                self.list(path, &text, status, kept.clone());
            }
            self.memory.cache.keep(print, verdict);
        }
        Ok(())
    }

    /// Opens a file and says what it is; `None` when it has vanished.
    fn look(&mut self, path: &Path, names: (&str, &str), status: &FileStatus) -> io::Result<Option<Verdict>> {
        let (text, name) = names;
        let Some(mut file) = self.opened(path, status)? else { return Ok(None) };
        let windows = system_of(self.host) == System::Windows;
        // Only Windows runs a file by the ending of its name.
        let program = parse::named_program(&mut file.content, if windows { name } else { "" })?;
        let Some(program) = program else { return Ok(Some(Verdict::Plain)) };
        // A script that nobody may run is text; a program can be run through its loader.
        if program.format == ExecutableFormat::Script && !status.runnable && !windows {
            return Ok(Some(Verdict::Plain));
        }
        let class = facts::class_of(&program, name);
        let kept = Kept { format: program.format, class, signer: program.signer, digest: None };
        if status.size_bytes > HASHED_BYTES {
            self.large.add(path);
            return Ok(Some(Verdict::Program(kept)));
        }
        if !self.listing.has_room(text) {
            return Ok(Some(Verdict::Unlisted));
        }
        file.content.seek(SeekFrom::Start(0))?;
        let content = io::Read::take(file.content, HASHED_BYTES);
        let digest = Sha256::of_reader(Paced { content, pace: self.pace })?;
        match if_there(self.host.status(path))? {
            Some(after) if after == *status => Ok(Some(Verdict::Program(Kept { digest: Some(digest), ..kept }))),
            Some(_) => Err(ErrorKind::ResourceBusy.into()),
            None => Ok(None),
        }
    }

    /// The file that the walk met; `None` when it has vanished, an error when another has taken its place since.
    fn opened(&self, path: &Path, status: &FileStatus) -> io::Result<Option<OpenFile>> {
        match if_there(self.host.open(path))? {
            Some(file) if file.status != *status => Err(ErrorKind::ResourceBusy.into()),
            file => Ok(file),
        }
    }

    fn list(&mut self, path: &Path, text: &str, status: &FileStatus, kept: Kept) {
        let Some(sha256) = kept.digest else { return };
        if !self.listing.has_room(text) {
            return;
        }
        let owner = match system_of(self.host) {
            System::Linux => self.names.get(&status.uid).cloned(),
            System::Windows | System::MacOs | System::Other => self.host.owner(path, status).ok(),
        };
        self.listing.add(Executable {
            path: text.to_owned(),
            sha256,
            size_bytes: status.size_bytes,
            modified_at: status.modified_at,
            owner: owner.unwrap_or_else(|| status.uid.to_string()),
            format: kept.format,
            class: kept.class,
            signer: kept.signer,
            removable: self.removable,
        });
    }

    fn found(&self) -> Executables {
        let owner = |uid: u32, folder: &str| {
            let own = match system_of(self.host) {
                System::Linux => self.names.get(&uid).cloned(),
                System::Windows | System::MacOs | System::Other => {
                    let folder = Path::new(folder);
                    self.host.status(folder).and_then(|status| self.host.owner(folder, &status)).ok()
                }
            };
            own.unwrap_or_else(|| uid.to_string())
        };
        Executables { files: self.listing.files(), media: self.media.folders(owner) }
    }

    fn store(&mut self) {
        let Some(folder) = self.settings.memory.as_ref().filter(|_| self.changed) else { return };
        self.changed = false;
        if let Err(error) = self.memory.store(folder) {
            self.flaws.push(format!("nothing is remembered for the next search: {}", why(folder, &error)));
        }
    }

    fn finish(mut self) -> Outcome {
        if self.stopped.is_some() {
            self.changed |= self.memory.cache.settle(false);
        }
        self.store();
        let (facts, flaws) = (Facts::Executables(self.found()), self.flaws());
        if flaws.is_empty() { Outcome::Complete(facts) } else { Outcome::Partial { facts, reason: flaws.join("; ") } }
    }

    /// Why there may be more than what was found.
    fn flaws(&self) -> Vec<String> {
        let mut flaws: Vec<String> = self.stopped.iter().chain(&self.flaws).cloned().collect();
        let waiting = || format!("{} files that are not called like programs are looked into later", self.waiting);
        flaws.extend((self.waiting > 0).then(waiting));
        flaws.extend(self.listing.flaw());
        flaws.extend(self.large.flaw("larger than 512 MiB"));
        flaws.extend(self.unreadable.flaw("could not be read"));
        flaws
    }
}
