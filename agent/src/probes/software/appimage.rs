//! AppImages: programs in one file that no list knows, where people keep them. Told by their first bytes.

use std::io::Read;
use std::path::{Path, PathBuf};

use caretaker_shared::model::SoftwareTitle;

use super::listing::Listing;
use crate::host::{Account, Host, Kind, if_there, why};

const SYSTEM: &str = "/opt";
const USER: [&str; 4] = ["Applications", "Downloads", ".local/bin", "Desktop"];
/// One folder; whoever has more AppImages in it collects them.
const FILES: usize = 500;

/// Adds those of the machine and of these people, one folder deep.
pub(super) fn list(host: &dyn Host, accounts: &[Account], listing: &mut Listing) {
    folder(host, Path::new(SYSTEM), "", listing);
    for account in accounts {
        USER.iter().for_each(|below| folder(host, &account.home.join(below), &account.name, listing));
    }
}

fn folder(host: &dyn Host, folder: &Path, user: &str, listing: &mut Listing) {
    let names = listing.read_if_there(folder, host.list(folder)).unwrap_or_default();
    let named = |name: &&String| name.to_ascii_lowercase().ends_with(".appimage");
    for (index, name) in names.iter().filter(named).enumerate() {
        if index == FILES {
            listing.lacks(format!("{}: more than {FILES} AppImages; the rest is left out", folder.display()));
            return;
        }
        match title(host, folder.join(name), name) {
            Ok(title) => listing.titles.extend(title.map(|title| SoftwareTitle { user: user.to_owned(), ..title })),
            Err(reason) => listing.lacks(reason),
        }
    }
}

/// The title in a file; `None` when it is no AppImage, whatever its name.
fn title(host: &dyn Host, path: PathBuf, file_name: &str) -> Result<Option<SoftwareTitle>, String> {
    // A link to one is not another one, and the file that it leads to may lie anywhere.
    if host.status(&path).is_ok_and(|status| status.kind != Kind::File) {
        return Ok(None);
    }
    let Some(mut file) = if_there(host.open(&path)).map_err(|error| why(&path, &error))? else { return Ok(None) };
    let mut start = [0; 11];
    let magic = file.content.read_exact(&mut start).is_ok() && start.starts_with(b"\x7fELF");
    if !magic || !matches!(&start[8..], b"AI\x01" | b"AI\x02") {
        return Ok(None);
    }
    let (name, version, architecture) = parts(file_name);
    Ok(Some(SoftwareTitle {
        name,
        version,
        architecture,
        source: "appimage".into(),
        id: file_name.to_owned(),
        installed_at: Some(file.status.modified_at),
        size_bytes: Some(file.status.size_bytes),
        ..SoftwareTitle::default()
    }))
}

/// Name, version and architecture, as far as a file name tells: "Krita-5.2.2-x86_64.AppImage".
fn parts(file_name: &str) -> (String, String, String) {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    let architectures =
        [("x86_64", "amd64"), ("amd64", "amd64"), ("aarch64", "arm64"), ("arm64", "arm64"), ("i386", "x86")];
    let find = |(text, architecture): &(&str, &'static str)| {
        let rest = stem.strip_suffix(text)?.strip_suffix(['-', '_', '.'])?;
        Some((rest, *architecture))
    };
    let (rest, architecture) = architectures.iter().find_map(find).unwrap_or((stem, ""));
    let versions = rest.match_indices(['-', '_', ' ']).map(|(place, _)| rest.split_at(place));
    let starts_version = |text: &str| {
        let text = text.trim_start_matches(['v', 'V']);
        text.starts_with(|letter: char| letter.is_ascii_digit())
    };
    let mut versions = versions.filter(|(name, version)| !name.is_empty() && starts_version(&version[1..]));
    let (name, version) = versions.next().map_or((rest, ""), |(name, version)| (name, &version[1..]));
    (name.to_owned(), version.to_owned(), architecture.to_owned())
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn tells_name_version_and_architecture_from_a_file_name() {
        for (file, name, version, architecture) in [
            ("Krita-5.2.2-x86_64.AppImage", "Krita", "5.2.2", "amd64"),
            ("nvim.appimage", "nvim", "", ""),
            ("Slate_Editor-v1.0-beta.AppImage", "Slate_Editor", "v1.0-beta", ""),
            ("Marble Run 0.9_aarch64.AppImage", "Marble Run", "0.9", "arm64"),
            ("-1.AppImage", "-1", "", ""),
        ] {
            assert_eq!(parts(file), (name.into(), version.into(), architecture.into()), "{file}");
        }
    }
}
