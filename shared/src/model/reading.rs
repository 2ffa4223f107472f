//! What a probe found out.

use std::fmt;

use jiff::Timestamp;

use crate::digest::Sha256;

/// The subjects that devices report on. The names are part of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProbeName {
    /// The machine and its operating system.
    Host,
    /// Installed software titles.
    Software,
    /// Executables that no package owns.
    Executables,
    /// Antivirus products and what they do.
    Antivirus,
    /// The effective screen lock of each user.
    ScreenLock,
}

impl ProbeName {
    /// Every probe.
    pub const ALL: [Self; 5] = [Self::Host, Self::Software, Self::Executables, Self::Antivirus, Self::ScreenLock];

    /// The name on the wire and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Software => "software",
            Self::Executables => "executables",
            Self::Antivirus => "antivirus",
            Self::ScreenLock => "screen-lock",
        }
    }

    /// The probe of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|probe| probe.as_str() == name)
    }
}

impl fmt::Display for ProbeName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// One probe's answer at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Who was asked.
    pub probe: ProbeName,
    /// When.
    pub taken_at: Timestamp,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of asking. A reason is a lower-case fragment for people: "/var/lib/dpkg/status: permission denied".
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// All there is to know.
    Complete(Facts),
    /// Some of it. What is missing here may still exist: nothing is "removed" by a partial answer.
    Partial {
        /// What was found.
        facts: Facts,
        /// What kept the rest from being found.
        reason: String,
    },
    /// This system has no way to tell.
    Unsupported {
        /// What it lacks.
        reason: String,
    },
    /// There is a way, but it did not work this time.
    Failed {
        /// What went wrong.
        reason: String,
    },
}

impl Outcome {
    /// What was found, if anything was.
    #[must_use]
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::Complete(facts) | Self::Partial { facts, .. } => Some(facts),
            Self::Unsupported { .. } | Self::Failed { .. } => None,
        }
    }

    /// Why it is not complete, when it is not.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Complete(_) => None,
            Self::Partial { reason, .. } | Self::Unsupported { reason } | Self::Failed { reason } => Some(reason),
        }
    }

    /// One word: complete, partial, unsupported, failed.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Complete(_) => "complete",
            Self::Partial { .. } => "partial",
            Self::Unsupported { .. } => "unsupported",
            Self::Failed { .. } => "failed",
        }
    }
}

/// What a probe found, by subject.
#[derive(Debug, Clone, PartialEq)]
pub enum Facts {
    /// Of [`ProbeName::Host`].
    Host(HostFacts),
    /// Of [`ProbeName::Software`].
    Software(Vec<SoftwareTitle>),
    /// Of [`ProbeName::Executables`].
    Executables(Vec<Executable>),
    /// Of [`ProbeName::Antivirus`].
    Antivirus(Antivirus),
    /// Of [`ProbeName::ScreenLock`].
    ScreenLock(Vec<ScreenLock>),
}

impl Facts {
    /// The probe that finds such facts.
    #[must_use]
    pub fn probe(&self) -> ProbeName {
        match self {
            Self::Host(_) => ProbeName::Host,
            Self::Software(_) => ProbeName::Software,
            Self::Executables(_) => ProbeName::Executables,
            Self::Antivirus(_) => ProbeName::Antivirus,
            Self::ScreenLock(_) => ProbeName::ScreenLock,
        }
    }
}

/// The machine and its operating system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostFacts {
    /// As people call it; changes, and two machines may share one.
    pub hostname: String,
    /// For people: "Debian GNU/Linux 12 (bookworm)".
    pub os: String,
    /// "linux", "windows", "macos".
    pub platform: String,
    /// Kernel release.
    pub kernel: String,
    /// "x86_64".
    pub architecture: String,
    /// Logical processors.
    pub processors: u32,
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// When it was started.
    pub booted_at: Timestamp,
}

/// One installed title. Two with the same name may differ in version or architecture, and are two.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SoftwareTitle {
    /// As its package calls it.
    pub name: String,
    /// As its package states it.
    pub version: String,
    /// "amd64", "all".
    pub architecture: String,
    /// Who packaged it, as the package says; empty when it does not.
    pub publisher: String,
    /// Which list it stands in: "dpkg".
    pub source: String,
    /// When it was installed or last updated, where the system knows.
    pub installed_at: Option<Timestamp>,
    /// Its size on disk, where the package states it.
    pub size_bytes: Option<u64>,
}

/// One file that runs and that no package owns.
#[derive(Debug, Clone, PartialEq, Eq)]
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
}

/// What makes a file run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecutableFormat {
    /// Begins with `7F 45 4C 46`.
    Elf,
    /// Begins with `#!`.
    Script,
}

impl ExecutableFormat {
    /// One word: elf, script.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Elf => "elf",
            Self::Script => "script",
        }
    }
}

/// What is true of an executable's bytes wherever they lie: sent once per fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutableFacts {
    /// Of the content.
    pub sha256: Sha256,
    /// Of the content.
    pub size_bytes: u64,
    /// By the first bytes.
    pub format: ExecutableFormat,
    /// The machine of an ELF file ("x86_64"), the interpreter of a script ("/bin/sh").
    pub runs_on: String,
    /// The name it was first met under, without its folder.
    pub file_name: String,
}

/// All antivirus products of a device. None is an answer too.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Antivirus {
    /// Those that are installed.
    pub products: Vec<AntivirusProduct>,
}

/// One antivirus product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AntivirusProduct {
    /// "ClamAV".
    pub name: String,
    /// Of the program; empty when it does not say.
    pub version: String,
    /// Whether its engine runs.
    pub engine: Engine,
    /// Whether files are looked at as they are opened.
    pub real_time: RealTime,
    /// Of its signatures; empty when there are none.
    pub signature_version: String,
    /// When its signatures were made.
    pub signatures_built_at: Option<Timestamp>,
    /// Where each answer came from, one line each.
    pub evidence: Vec<String>,
}

/// Whether an antivirus engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// It does.
    Running,
    /// It does not.
    Stopped,
    /// It cannot be told.
    Unknown,
}

impl Engine {
    /// One word: running, stopped, unknown.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Unknown => "unknown",
        }
    }
}

/// What an antivirus does when a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RealTime {
    /// Keeps an infected file from being opened.
    Blocking,
    /// Tells of it, but lets it be opened.
    DetectOnly,
    /// Nothing.
    Off,
    /// It cannot be told.
    Unknown,
}

impl RealTime {
    /// One word: blocking, detect-only, off, unknown.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::DetectOnly => "detect-only",
            Self::Off => "off",
            Self::Unknown => "unknown",
        }
    }
}

/// The effective lock of one user's session on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreenLock {
    /// Account name; empty for what holds for anyone without settings of their own.
    pub user: String,
    /// "GNOME", "none".
    pub desktop: String,
    /// Idle time until nothing can be read on the screen.
    pub until_covered: Idle,
    /// Idle time until the password is demanded.
    pub until_password: Idle,
    /// The setting that decides, as "key = value".
    pub setting: String,
    /// The file that it stands in.
    pub place: String,
    /// Whether the user may change it.
    pub user_can_change: bool,
}

/// A time of doing nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Idle {
    /// So many seconds.
    Seconds(u32),
    /// It never happens.
    Never,
    /// It cannot be told, and why.
    Unknown(String),
}
