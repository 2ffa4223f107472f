//! Files that run and that no package owns, and media files by folder.

use jiff::Timestamp;
use serde::Serialize;

use crate::digest::Sha256;

/// What one scan found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Executables {
    /// What runs and belongs to no package, by path.
    pub files: Vec<Executable>,
    /// Where music and videos lie, by folder (E6).
    pub media: Vec<MediaFolder>,
}

/// One file that runs and that no package owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Executable {
    /// Where it lies. Bytes of a name that are not UTF-8 are replaced.
    pub path: String,
    /// Of its content.
    pub sha256: Sha256,
    /// Of its content.
    pub size_bytes: u64,
    /// Last change of its content.
    pub modified_at: Timestamp,
    /// Account name of its owner, or the account's number.
    pub owner: String,
    /// What kind of file it is, by its first bytes.
    pub format: ExecutableFormat,
    /// What the shipped catalogue takes it for; `None` for what it does not know.
    pub class: Option<SoftwareClass>,
    /// Whom its signature names; `None` for a file without one. Read from the file, not verified: never call it trusted.
    pub signer: Option<String>,
    /// Whether it lies on a removable medium.
    pub removable: bool,
}

/// What makes a file run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExecutableFormat {
    /// Begins with `7F 45 4C 46`.
    Elf,
    /// Begins with `#!`, or is a script by its name on a system that runs it by name (`.ps1`, `.bat`).
    Script,
    /// Begins with `MZ`, and its header leads to `PE`.
    Pe,
    /// Begins with one of the Mach-O or fat-binary marks.
    MachO,
    /// A compound file that is an installer package.
    Msi,
    /// A ZIP archive with a Java manifest.
    Jar,
    /// An ELF file with `AI` at offset 8.
    AppImage,
}

impl ExecutableFormat {
    /// Every format.
    pub const ALL: [Self; 7] = [Self::Elf, Self::Script, Self::Pe, Self::MachO, Self::Msi, Self::Jar, Self::AppImage];

    /// One word: elf, script, pe, mach-o, msi, jar, appimage.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Elf => "elf",
            Self::Script => "script",
            Self::Pe => "pe",
            Self::MachO => "mach-o",
            Self::Msi => "msi",
            Self::Jar => "jar",
            Self::AppImage => "appimage",
        }
    }

    /// The format of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }

    /// For people: "Windows program", "script", "installer".
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::Elf => "Linux program",
            Self::Script => "script",
            Self::Pe => "Windows program",
            Self::MachO => "Mac program",
            Self::Msi => "installer",
            Self::Jar => "Java program",
            Self::AppImage => "AppImage",
        }
    }
}

/// What a program is for, as far as a school's rules care (E4, E6, E7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SoftwareClass {
    /// A game, or a shop and launcher of games.
    Game,
    /// Plays music or videos.
    MediaPlayer,
    /// Gets around filtering: proxy, VPN, Tor.
    Bypass,
    /// Lets somebody elsewhere see or control the device.
    RemoteControl,
    /// Installs something.
    Installer,
}

impl SoftwareClass {
    /// Every class.
    pub const ALL: [Self; 5] = [Self::Game, Self::MediaPlayer, Self::Bypass, Self::RemoteControl, Self::Installer];

    /// A stable word: game, media-player, bypass, remote-control, installer.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Game => "game",
            Self::MediaPlayer => "media-player",
            Self::Bypass => "bypass",
            Self::RemoteControl => "remote-control",
            Self::Installer => "installer",
        }
    }

    /// The class of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word() == word)
    }

    /// For people: "game", "media player", "bypass tool", "remote control", "installer".
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::Game => "game",
            Self::MediaPlayer => "media player",
            Self::Bypass => "bypass tool",
            Self::RemoteControl => "remote control",
            Self::Installer => "installer",
        }
    }
}

/// Music and videos of one folder, without its subfolders.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MediaFolder {
    /// The folder.
    pub path: String,
    /// Account name of the owner of most of them.
    pub owner: String,
    /// How many music files.
    pub audio: u32,
    /// How many video files.
    pub video: u32,
    /// Their size together.
    pub bytes: u64,
    /// Their names: empty unless the policy asks for them.
    pub names: Vec<String>,
}

/// What is true of an executable's bytes wherever they lie: sent once per fleet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExecutableFacts {
    /// Of the content.
    pub sha256: Sha256,
    /// Of the content.
    pub size_bytes: u64,
    /// By the first bytes.
    pub format: ExecutableFormat,
    /// The machine of a program ("x86_64"), the interpreter of a script ("/bin/sh").
    pub runs_on: String,
    /// The name it was first met under, without its folder.
    pub file_name: String,
    /// What its version resource or manifest says; all empty where there is none. A claim of the file, not a proof.
    pub version: VersionInfo,
    /// Whom its signature names; `None` for a file without one. Not verified.
    pub signer: Option<String>,
    /// What the shipped catalogue takes it for.
    pub class: Option<SoftwareClass>,
}

/// The version resource of a PE file, the properties of an MSI, the manifest of a JAR.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct VersionInfo {
    /// "Example Software Ltd".
    pub company: String,
    /// "Example Player".
    pub product: String,
    /// What this file of the product does.
    pub description: String,
    /// As people write it.
    pub version: String,
    /// What its maker called it, which tells a renamed file.
    pub original_name: String,
}
