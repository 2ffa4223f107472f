//! Which of the files that were found belong to a package.
//!
//! dpkg lists each package's files by the paths in the package. On disk a file may lie elsewhere: a folder on the way
//! may be a link (`/bin` to `/usr/bin`), and a diversion may have moved one package's file out of another's way.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::host::{Host, if_there, why};

const INFO: &str = "/var/lib/dpkg/info";
const DIVERSIONS: &str = "/var/lib/dpkg/diversions";
const LIST_BYTES: u64 = 64 * 1024 * 1024;

/// The files among `found` that a package owns, and why the answer may lack some.
///
/// # Errors
/// When there is no list of packages at all, or none can be read.
pub(super) fn owned<'a>(
    host: &dyn Host,
    found: impl IntoIterator<Item = &'a PathBuf>,
) -> Result<(HashSet<PathBuf>, Option<String>), String> {
    let info = Path::new(INFO);
    let files = host.list(info).map_err(|error| why(info, &error))?;
    let diversions = diversions(host)?;
    let mut question = Question { host, by_name: HashMap::new(), folders: HashMap::new(), owned: HashSet::new() };
    for path in found {
        if let Some(name) = path.file_name() {
            question.by_name.entry(name.to_owned()).or_default().insert(path.clone());
        }
    }
    if question.by_name.is_empty() {
        return Ok((HashSet::new(), None));
    }
    let (mut unreadable, mut first) = (0_usize, None);
    for file in &files {
        let Some(package) = file.strip_suffix(".list") else { continue };
        let package = package.split(':').next().unwrap_or(package);
        let path = info.join(file);
        match host.read(&path, LIST_BYTES) {
            Ok(list) => {
                for line in String::from_utf8_lossy(&list).lines() {
                    question.answer(diversions.place(line, package));
                }
            }
            Err(error) => {
                unreadable += 1;
                first.get_or_insert_with(|| why(&path, &error));
            }
        }
    }
    let flaw = first.map(|first| format!("the files of {unreadable} packages are not known; first {first}"));
    Ok((question.owned, flaw))
}

/// The files that are asked about, by name: nearly every line of nearly every list is dismissed by its name alone.
struct Question<'a> {
    host: &'a dyn Host,
    by_name: HashMap<std::ffi::OsString, HashSet<PathBuf>>,
    folders: HashMap<PathBuf, Option<PathBuf>>,
    owned: HashSet<PathBuf>,
}

impl Question<'_> {
    fn answer(&mut self, listed: &str) {
        let listed = Path::new(listed);
        let (Some(folder), Some(name)) = (listed.parent(), listed.file_name()) else { return };
        let Some(asked) = self.by_name.get::<OsStr>(name) else { return };
        let host = self.host;
        let resolve = || host.resolve(folder).ok();
        let real = self.folders.entry(folder.to_path_buf()).or_insert_with(resolve);
        let place = real.as_ref().map(|folder| folder.join(name));
        self.owned.extend(place.filter(|place| asked.contains(place)));
    }
}

/// Files that lie elsewhere than their package says.
struct Diversions(HashMap<String, (String, String)>);

impl Diversions {
    /// Where the file that `package` lists as `listed` lies.
    fn place<'a>(&'a self, listed: &'a str, package: &str) -> &'a str {
        match self.0.get(listed) {
            Some((elsewhere, by)) if by != package => elsewhere,
            Some(_) | None => listed,
        }
    }

    /// Three lines each: the path, where it goes instead, and the package that asked for it (`:` for a person).
    fn parse(text: &str) -> Self {
        let mut lines = text.lines();
        let mut all = HashMap::new();
        while let (Some(path), Some(elsewhere), Some(by)) = (lines.next(), lines.next(), lines.next()) {
            all.insert(path.to_owned(), (elsewhere.to_owned(), by.to_owned()));
        }
        Self(all)
    }
}

fn diversions(host: &dyn Host) -> Result<Diversions, String> {
    let path = Path::new(DIVERSIONS);
    let text = if_there(host.read(path, LIST_BYTES)).map_err(|error| why(path, &error))?;
    Ok(Diversions::parse(&String::from_utf8_lossy(&text.unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::Diversions;

    const RECORDED: &str = include_str!("testdata/debian-12-diversions");

    #[test]
    fn a_diverted_file_lies_elsewhere_but_for_the_package_that_asked() {
        let diversions = Diversions::parse(RECORDED);
        assert_eq!(diversions.place("/bin/sh", "dash"), "/bin/sh");
        assert_eq!(diversions.place("/bin/sh", "another-shell"), "/bin/sh.distrib");
        assert_eq!(diversions.place("/usr/bin/scratch", "scratch"), "/usr/bin/scratch.real", "diverted by a person");
        assert_eq!(diversions.place("/bin/ls", "coreutils"), "/bin/ls");
    }
}
