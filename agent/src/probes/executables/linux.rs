//! Which questions to ask on Linux: walk, look, ask dpkg, hash.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{Executable, ExecutableFormat, Executables, Facts, Outcome};
use caretaker_shared::wire::limits;

use super::cache::{Cache, Verdict};
use super::{folders, ownership, parse};
use crate::host::{FileStatus, Found, Host, OpenFile, if_there, why};

const DPKG: &str = "/var/lib/dpkg/info";
/// What is larger is named in the reason, not hashed.
const HASHED_BYTES: u64 = 512 * 1024 * 1024;
/// However full the folders are, a scan ends.
const MOST_FILES: usize = 1_000_000;

pub(super) fn ask(host: &dyn Host, wanted: &[String], cache: &Mutex<Cache>) -> Outcome {
    if wanted.is_empty() {
        return Outcome::Unsupported { reason: "the policy names no folder to search".into() };
    }
    match if_there(host.status(Path::new(DPKG))) {
        Ok(Some(_)) => {}
        Ok(None) => {
            let reason = format!("{DPKG} is not there: which files belong to packages cannot be told");
            return Outcome::Unsupported { reason };
        }
        Err(error) => return Outcome::Failed { reason: why(Path::new(DPKG), &error) },
    }
    let accounts = match host.accounts() {
        Ok(accounts) => accounts,
        Err(error) => return Outcome::Failed { reason: why(Path::new("/etc/passwd"), &error) },
    };
    let (folders, flaws) = folders::expand(host, wanted, &accounts);
    let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
    let mut scan = Scan { host, old: &cache, new: cache.successor(), found: BTreeMap::new(), seen: 0, flaws };
    scan.look(folders);
    let listed = scan.listed();
    let Scan { new, flaws, .. } = scan;
    *cache = new;
    match listed {
        Err(reason) => Outcome::Failed { reason },
        Ok(listed) if flaws.is_empty() => {
            Outcome::Complete(Facts::Executables(Executables { files: listed, media: Vec::new() }))
        }
        Ok(listed) => Outcome::Partial {
            facts: Facts::Executables(Executables { files: listed, media: Vec::new() }),
            reason: flaws.join("; "),
        },
    }
}

/// One scan of all folders.
struct Scan<'a> {
    host: &'a dyn Host,
    old: &'a Cache,
    new: Cache,
    found: BTreeMap<PathBuf, (FileStatus, ExecutableFormat, Option<Sha256>)>,
    seen: usize,
    flaws: Vec<String>,
}

impl Scan<'_> {
    /// Finds what runs in the folders, owned or not.
    fn look(&mut self, folders: impl IntoIterator<Item = PathBuf>) {
        let mut unreadable = Unreadable::default();
        for folder in folders {
            let host = self.host;
            host.walk(&folder, &mut |found| {
                match found {
                    Found::Unreadable(place) => unreadable.add(&place),
                    Found::File(path, status) => {
                        self.seen += 1;
                        if self.judge(&path, &status).is_err() {
                            unreadable.add(&path);
                        }
                    }
                }
                if self.seen < MOST_FILES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        }
        if self.seen >= MOST_FILES {
            self.flaws.push(format!("the folders hold more than {MOST_FILES} files; the rest was not looked at"));
        }
        self.flaws.extend(unreadable.flaw("could not be read"));
    }

    fn judge(&mut self, path: &Path, status: &FileStatus) -> io::Result<()> {
        let verdict = match self.new.known(status).or_else(|| self.old.known(status)) {
            Some(verdict) => verdict,
            None => match self.opened(path, status)? {
                Some(mut file) => match parse::program(&mut file.content)? {
                    Some(program) => Verdict::Program(program.format, None),
                    None => Verdict::NoProgram,
                },
                None => return Ok(()),
            },
        };
        self.new.keep(status, verdict);
        if let Verdict::Program(format, digest) = verdict {
            // A script that nobody may run is text; a program can be run through its loader.
            if format == ExecutableFormat::Elf || status.runnable {
                self.found.insert(path.to_path_buf(), (*status, format, digest));
            }
        }
        Ok(())
    }

    /// The file that the walk met; `None` when it has vanished, an error when another has taken its place since.
    fn opened(&self, path: &Path, status: &FileStatus) -> io::Result<Option<OpenFile>> {
        match if_there(self.host.open(path))? {
            Some(file) if file.status != *status => Err(ErrorKind::ResourceBusy.into()),
            file => Ok(file),
        }
    }

    /// What no package owns, hashed, at most as many as a reading may hold.
    fn listed(&mut self) -> Result<Vec<Executable>, String> {
        let (owned, flaw) = ownership::owned(self.host, self.found.keys())?;
        self.flaws.extend(flaw);
        let names = self.host.account_names().map_err(|error| why(Path::new("/etc/passwd"), &error))?;
        let (mut listed, mut large, mut unreadable) = (Vec::new(), Unreadable::default(), Unreadable::default());
        for (path, (status, format, digest)) in std::mem::take(&mut self.found) {
            if owned.contains(&path) {
                continue;
            }
            if listed.len() == limits::EXECUTABLES {
                self.flaws.push(format!("there are more than {}; the rest is not listed", limits::EXECUTABLES));
                break;
            }
            if status.size_bytes > HASHED_BYTES {
                large.add(&path);
                continue;
            }
            let digest = match digest.map_or_else(|| self.hash(&path, &status), |digest| Ok(Some(digest))) {
                Ok(Some(digest)) => digest,
                Ok(None) => continue,
                Err(_) => {
                    unreadable.add(&path);
                    continue;
                }
            };
            self.new.keep(&status, Verdict::Program(format, Some(digest)));
            listed.push(Executable {
                path: path.to_string_lossy().into_owned(),
                sha256: digest,
                size_bytes: status.size_bytes,
                modified_at: status.modified_at,
                owner: names.get(&status.uid).cloned().unwrap_or_else(|| status.uid.to_string()),
                format,
                class: None,
                signer: None,
                removable: false,
            });
        }
        self.flaws.extend(large.flaw("larger than 512 MiB"));
        self.flaws.extend(unreadable.flaw("could not be read to the end"));
        Ok(listed)
    }

    /// The digest of a file that stayed the same while it was read; `None` when it has vanished.
    fn hash(&self, path: &Path, status: &FileStatus) -> io::Result<Option<Sha256>> {
        let Some(file) = self.opened(path, status)? else { return Ok(None) };
        let digest = Sha256::of_reader(io::Read::take(file.content, HASHED_BYTES))?;
        let after = if_there(self.host.status(path))?;
        match after {
            Some(after) if after == *status => Ok(Some(digest)),
            Some(_) => Err(ErrorKind::ResourceBusy.into()),
            None => Ok(None),
        }
    }
}

/// Places that something could not be done with: how many, and the first.
#[derive(Default)]
struct Unreadable {
    count: usize,
    first: Option<PathBuf>,
}

impl Unreadable {
    fn add(&mut self, place: &Path) {
        self.count += 1;
        self.first.get_or_insert_with(|| place.to_path_buf());
    }

    fn flaw(self, what: &str) -> Option<String> {
        let first = self.first?;
        Some(match self.count {
            1 => format!("{what}: {}", first.display()),
            count => format!("{what}: {count} places, the first {}", first.display()),
        })
    }
}
