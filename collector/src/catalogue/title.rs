//! A title: a product as people buy it, or as nobody has to.

/// What a title is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// For lessons.
    Teaching,
    /// Documents, mail, meetings, administration.
    Office,
    /// A game.
    Game,
    /// Music, pictures, video.
    Media,
    /// Gets past the filter.
    Bypass,
    /// Lets somebody elsewhere see or control the device.
    RemoteControl,
    /// For writing programs.
    Developer,
    /// Keeps the device going: drivers, antivirus, what comes with the system.
    System,
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 8] = [
        Self::Teaching,
        Self::Office,
        Self::Game,
        Self::Media,
        Self::Bypass,
        Self::RemoteControl,
        Self::Developer,
        Self::System,
    ];

    /// The stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Teaching => "teaching",
            Self::Office => "office",
            Self::Game => "game",
            Self::Media => "media",
            Self::Bypass => "bypass",
            Self::RemoteControl => "remote-control",
            Self::Developer => "developer",
            Self::System => "system",
        }
    }

    /// The category of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.word() == word)
    }
}

/// How a title is licensed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Licensing {
    /// Somebody has to buy it.
    Paid,
    /// Costs nothing; its source is not open, or it is free under conditions.
    Free,
    /// Under an open-source licence.
    OpenSource,
    /// Free up to a point.
    Freemium,
    /// Comes with the system or with another product.
    Bundled,
}

impl Licensing {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Paid, Self::Free, Self::OpenSource, Self::Freemium, Self::Bundled];

    /// The stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Free => "free",
            Self::OpenSource => "open-source",
            Self::Freemium => "freemium",
            Self::Bundled => "bundled",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Where a title's major version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Versions {
    /// The first number of the version text.
    First,
    /// A year, or else the first number, in the name.
    Name,
    /// It has none.
    None,
}

/// What is known of a title. One that no rule knows has neither category nor licensing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// Stable for ever: "microsoft-office"; "?" and a digest where no rule knows it.
    pub slug: String,
    /// In front of people.
    pub name: String,
    /// Who makes it; may be empty.
    pub publisher: String,
    /// What it is for.
    pub category: Option<Category>,
    /// How it is licensed.
    pub licensing: Option<Licensing>,
    /// Slug of the title whose licence covers this one too; empty for none.
    pub suite: String,
    /// The file that its rule stands in; empty where there is none.
    pub file: String,
    /// Whether the rule is the school's own.
    pub own: bool,
    /// The rule, as it is written.
    pub rule: String,
    pub(super) publishers: Vec<String>,
    pub(super) signers: Vec<String>,
    /// Words in a name, and the edition that they stand for; the longest first.
    pub(super) editions: Vec<(String, String)>,
    pub(super) versions: Versions,
}

impl Title {
    /// Whether a rule knows it.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.licensing.is_some()
    }

    /// Word of the category; empty where that is not known.
    #[must_use]
    pub fn category_word(&self) -> &'static str {
        self.category.map_or("", Category::word)
    }

    /// Word of the licensing; empty where that is not known.
    #[must_use]
    pub fn licensing_word(&self) -> &'static str {
        self.licensing.map_or("", Licensing::word)
    }
}
