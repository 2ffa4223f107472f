//! Installed software titles.

use jiff::Timestamp;
use serde::Serialize;

/// One installed title. Two with the same name may differ in version, architecture, list or user, and are two.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct SoftwareTitle {
    /// As people know it; a package's own name where it has no other. Never a raw resource reference.
    pub name: String,
    /// As its package states it.
    pub version: String,
    /// "amd64", "x86", "all".
    pub architecture: String,
    /// Which list it stands in: "dpkg", "rpm", "flatpak", "snap", "appimage", "uninstall", "msix", "bundle", "antivirus".
    pub source: String,
    /// Account that it is installed for; empty for the whole machine.
    pub user: String,
    /// What its list calls it: a product code, a package family, a bundle identifier; empty where the name is all.
    pub id: String,
    /// Who made or packaged it, as the package says; empty when it does not.
    pub publisher: String,
    /// A title, an update of one, or a part of one.
    pub kind: TitleKind,
    /// Groups the versions of one product: an MSI upgrade code; empty where there is none.
    pub upgrade_code: String,
    /// Where it came from: "Store", "Debian", a folder; empty when not known.
    pub origin: String,
    /// What its packager files it under ("games", "public.app-category.games"); empty when not known.
    pub section: String,
    /// When it was installed or last updated, where the system knows.
    pub installed_at: Option<Timestamp>,
    /// Its size on disk, where the package states it.
    pub size_bytes: Option<u64>,
    /// When it was last started, where the system knows. Absent is not "never".
    pub last_used_at: Option<Timestamp>,
}

/// What an entry of a software list stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TitleKind {
    /// Something that a school may need a licence for.
    #[default]
    Title,
    /// An update of a title.
    Update,
    /// A part that its list hides from people: a run-time component, a dependency of the system.
    Component,
}

impl TitleKind {
    /// One word: title, update, component.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Update => "update",
            Self::Component => "component",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Title, Self::Update, Self::Component].into_iter().find(|kind| kind.word() == word)
    }
}
