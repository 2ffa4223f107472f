//! What a title is for, as far as the rules care.

use caretaker_shared::catalogue;
use caretaker_shared::model::{SoftwareClass, SoftwareTitle, TitleKind};

/// What a title was taken for, and why.
pub(super) struct Class {
    pub(super) class: SoftwareClass,
    /// `section "games"`, `title "Tor Browser"`.
    pub(super) why: String,
}

/// What a title is for; `None` for one of no concern. Updates and parts of titles are none themselves.
pub(super) fn of_title(title: &SoftwareTitle) -> Option<Class> {
    if title.kind != TitleKind::Title {
        return None;
    }
    catalogue::class_of_title(title).map(|found| Class { class: found.class, why: found.why })
}

/// Whether the policy lets a title be, by name in any case.
pub(super) fn is_allowed(name: &str, allowed: &[String]) -> bool {
    let name = name.trim().to_lowercase();
    allowed.iter().any(|entry| entry.trim().to_lowercase() == name)
}
