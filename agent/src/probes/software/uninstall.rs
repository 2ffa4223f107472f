//! The list that Windows shows under "installed apps": a key for every title, below `Uninstall`.

use std::io;

use caretaker_shared::model::{SoftwareTitle, TitleKind};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::host::if_there;
use crate::host::windows::{Key, Registry, Values};

pub(super) const NATIVE: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall";
pub(super) const WOW: &str = r"SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall";
/// Ten times what the fullest machine has.
const KEYS: usize = 10_000;

/// One title as the list states it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) architecture: String,
    /// Name of its key, a product code where Windows Installer put it there; both of a title that stands there twice.
    pub(super) id: String,
    pub(super) publisher: String,
    /// Word of a [`TitleKind`].
    pub(super) kind: String,
    pub(super) origin: String,
    pub(super) installed_at: Option<Timestamp>,
    pub(super) size_bytes: Option<u64>,
    /// Where it was installed to; often empty.
    pub(super) location: String,
    /// Whether Windows Installer put it there.
    pub(super) msi: bool,
}

impl Entry {
    pub(super) fn kind(&self) -> TitleKind {
        TitleKind::parse(&self.kind).unwrap_or_default()
    }

    pub(super) fn title(&self, user: &str) -> SoftwareTitle {
        SoftwareTitle {
            name: self.name.clone(),
            version: self.version.clone(),
            architecture: self.architecture.clone(),
            source: "uninstall".into(),
            user: user.to_owned(),
            id: self.id.clone(),
            publisher: self.publisher.clone(),
            kind: self.kind(),
            origin: self.origin.clone(),
            installed_at: self.installed_at,
            size_bytes: self.size_bytes,
            ..SoftwareTitle::default()
        }
    }
}

/// All titles below a key; none when it is not there.
///
/// # Errors
/// When the key, or one below it, is there but cannot be read.
pub(super) fn entries(registry: &dyn Registry, list: &Key, architecture: &str) -> io::Result<Vec<Entry>> {
    let names = if_there(registry.keys(list))?.unwrap_or_default();
    if names.len() > KEYS {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("more than {KEYS} keys")));
    }
    let mut found = Vec::new();
    for name in names {
        let key = list.below(&name);
        // A key may vanish between the two questions: something is being removed.
        let Some(values) = if_there(registry.values(&key))? else { continue };
        found.extend(entry(&name, &values, architecture).map(|entry| Entry {
            installed_at: installed_at(&values.text("InstallDate")).or_else(|| registry.written_at(&key).ok()),
            ..entry
        }));
    }
    Ok(found)
}

/// The title of a key; `None` for a stub that carries no name and is shown to nobody.
fn entry(key: &str, values: &Values, architecture: &str) -> Option<Entry> {
    let name = values.text("DisplayName");
    if name.is_empty() {
        return None;
    }
    let msi = values.number("WindowsInstaller") == Some(1) && super::msi::is_code(key);
    let bundle = Some(values.text("BundleIdentifier")).filter(|id| !id.is_empty() && !super::msi::is_code(key));
    Some(Entry {
        name,
        version: values.text("DisplayVersion"),
        architecture: architecture.to_owned(),
        id: bundle.unwrap_or_else(|| key.to_owned()),
        publisher: values.text("Publisher"),
        kind: kind(values).word().to_owned(),
        origin: origin(values),
        installed_at: None,
        size_bytes: values.number("EstimatedSize").and_then(|kib| kib.checked_mul(1024)),
        location: values.text("InstallLocation").trim_matches('"').to_owned(),
        msi,
    })
}

fn kind(values: &Values) -> TitleKind {
    let says = |name: &str| !values.text(name).is_empty();
    match () {
        () if says("ParentKeyName") || says("ParentDisplayName") || says("ReleaseType") => TitleKind::Update,
        () if values.number("SystemComponent") == Some(1) => TitleKind::Component,
        () => TitleKind::Title,
    }
}

/// Where it was installed from; the shop, of what one can only remove by going through it.
fn origin(values: &Values) -> String {
    let removal = values.text("UninstallString").to_ascii_lowercase();
    match () {
        () if removal.contains("steam://uninstall") => "Steam".into(),
        () if removal.contains("com.epicgames.launcher://") => "Epic Games".into(),
        () => values.text("InstallSource"),
    }
}

/// "20261121", "2026121" (a month of one digit), "11/21/2026": midnight in UTC of that day, as no zone is told.
fn installed_at(written: &str) -> Option<Timestamp> {
    let number = |text: &str| text.parse::<i16>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let small = |text: &str| number(text).and_then(|number| i8::try_from(number).ok());
    let date = match (written.split('/').collect::<Vec<&str>>().as_slice(), written.len()) {
        ([month, day, year], _) => Date::new(number(year)?, small(month)?, small(day)?),
        (_, 8) => Date::new(number(written.get(..4)?)?, small(written.get(4..6)?)?, small(written.get(6..)?)?),
        (_, 7) => Date::new(number(written.get(..4)?)?, small(written.get(4..5)?)?, small(written.get(5..)?)?),
        _ => return None,
    };
    // A date before Windows had such a list is somebody's mistake.
    let date = date.ok().filter(|date| date.year() >= 1995)?;
    date.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp())
}

#[cfg(test)]
mod tests {
    use super::installed_at;

    #[test]
    fn understands_every_way_in_which_dates_are_written() {
        let day = |written: &str| installed_at(written).map(|at| at.to_string());
        for written in ["20260321", "2026321", "3/21/2026"] {
            assert_eq!(day(written).as_deref(), Some("2026-03-21T00:00:00Z"), "{written}");
        }
        for written in
            ["", "21.03.2026", "2026", "20261321", "20260332", "00000000", "2O260321", "+2026321", "21/3/2026"]
        {
            assert_eq!(day(written), None, "{written}");
        }
    }
}
