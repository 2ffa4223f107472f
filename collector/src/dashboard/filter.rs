//! What the numbers are narrowed to: a site, and a group of its devices.

/// Something that numbers are narrowed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    /// A site.
    Site,
    /// A group of devices, which a policy makes.
    Group,
}

/// What they are narrowed to; `None` for all that the operator sees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) site: Option<String>,
    pub(super) group: Option<String>,
}

impl Filter {
    /// Over the names to choose from.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Site => "Show one site",
            Self::Group => "Show one group of devices",
        }
    }

    /// What is chosen to narrow nothing.
    pub(super) fn all(self) -> &'static str {
        match self {
            Self::Site => "all sites",
            Self::Group => "all devices",
        }
    }

    /// The key that opens the names, and closes them.
    pub(super) fn letter(self) -> char {
        match self {
            Self::Site => 's',
            Self::Group => 'g',
        }
    }
}

impl Scope {
    /// The name that one of both is narrowed to.
    pub(super) fn of(&self, filter: Filter) -> Option<&str> {
        match filter {
            Filter::Site => self.site.as_deref(),
            Filter::Group => self.group.as_deref(),
        }
    }

    /// The same with another name. Groups are those of a site, so another site begins without one.
    pub(super) fn with(self, filter: Filter, name: Option<String>) -> Self {
        match filter {
            Filter::Site => Self { site: name, group: None },
            Filter::Group => Self { group: name, ..self },
        }
    }
}
