//! What dpkg's packages own.
//!
//! dpkg lists each package's files by the paths in the package. On disk a file may lie elsewhere: a folder on the way
//! may be a link (`/bin` to `/usr/bin`), and a diversion may have moved one package's file out of another's way.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::host::{FileStatus, Host, if_there, why};

const INFO: &str = "/var/lib/dpkg/info";
const DIVERSIONS: &str = "/var/lib/dpkg/diversions";
const LIST_BYTES: u64 = 64 * 1024 * 1024;
/// Folders whose place is remembered at a time.
const MOST_FOLDERS: usize = 4096;

/// What the lists were made of: it changes with every package that comes or goes. `None` where there is no dpkg.
pub(super) fn state(host: &dyn Host) -> Result<Option<(FileStatus, Option<FileStatus>)>, String> {
    let status = |path: &str| {
        let path = Path::new(path);
        if_there(host.status(path)).map_err(|error| why(path, &error))
    };
    Ok(match status(INFO)? {
        Some(info) => Some((info, status(DIVERSIONS)?)),
        None => None,
    })
}

/// Gives every path of every list to `take`, as it lies on disk, and says why some may be missing.
///
/// # Errors
/// When the lists cannot be found.
pub(super) fn each(host: &dyn Host, take: &mut dyn FnMut(&Path)) -> Result<Option<String>, String> {
    let info = Path::new(INFO);
    let files = host.list(info).map_err(|error| why(info, &error))?;
    let diversions = diversions(host)?;
    let mut folders = Folders { host, known: HashMap::new() };
    let (mut unreadable, mut first) = (0_usize, None);
    for file in &files {
        let Some(package) = file.strip_suffix(".list") else { continue };
        let package = package.split(':').next().unwrap_or(package);
        let path = info.join(file);
        match host.read(&path, LIST_BYTES) {
            Ok(list) => {
                for line in String::from_utf8_lossy(&list).lines() {
                    folders.place(diversions.place(line, package), take);
                }
            }
            Err(error) => {
                unreadable += 1;
                first.get_or_insert_with(|| why(&path, &error));
            }
        }
    }
    Ok(first.map(|first| format!("the files of {unreadable} packages are not known; first {first}")))
}

/// Where listed folders lie. A package lists hundreds of files of few folders.
struct Folders<'a> {
    host: &'a dyn Host,
    known: HashMap<String, Option<PathBuf>>,
}

impl Folders<'_> {
    fn place(&mut self, listed: &str, take: &mut dyn FnMut(&Path)) {
        let Some((folder, name)) = listed.rsplit_once('/') else { return };
        if !self.known.contains_key(folder) {
            if self.known.len() == MOST_FOLDERS {
                self.known.clear();
            }
            let whole = if folder.is_empty() { "/" } else { folder };
            self.known.insert(folder.to_owned(), self.host.resolve(Path::new(whole)).ok());
        }
        if let Some(Some(real)) = self.known.get(folder) {
            take(&real.join(name));
        }
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

    const RECORDED: &str = include_str!("../testdata/debian-12-diversions");

    #[test]
    fn a_diverted_file_lies_elsewhere_but_for_the_package_that_asked() {
        let diversions = Diversions::parse(RECORDED);
        assert_eq!(diversions.place("/bin/sh", "dash"), "/bin/sh");
        assert_eq!(diversions.place("/bin/sh", "another-shell"), "/bin/sh.distrib");
        assert_eq!(diversions.place("/usr/bin/scratch", "scratch"), "/usr/bin/scratch.real", "diverted by a person");
        assert_eq!(diversions.place("/bin/ls", "coreutils"), "/bin/ls");
    }
}
