//! What a title is for, as far as the rules care.

use caretaker_shared::model::{SoftwareClass, SoftwareTitle, TitleKind};

/// What a title was taken for, and why.
pub(super) struct Class {
    pub(super) class: SoftwareClass,
    /// "its packager files it under games".
    pub(super) why: String,
}

/// What a title is for; `None` for one of no concern. Updates and parts of titles are none themselves.
pub(super) fn of_title(title: &SoftwareTitle) -> Option<Class> {
    if title.kind != TitleKind::Title {
        return None;
    }
    filed_under_games(&title.section)
        .then(|| Class { class: SoftwareClass::Game, why: format!("its packager files it under {}", title.section) })
}

/// "games", "universe/games", "public.app-category.games", "public.app-category.puzzle-games".
fn filed_under_games(section: &str) -> bool {
    let last = section.rsplit(['/', '.']).next().unwrap_or_default().to_ascii_lowercase();
    last == "games" || last.ends_with("-games")
}

/// Whether the policy lets a title be, by name in any case.
pub(super) fn is_allowed(name: &str, allowed: &[String]) -> bool {
    let name = name.trim().to_lowercase();
    allowed.iter().any(|entry| entry.trim().to_lowercase() == name)
}

#[cfg(test)]
mod tests {
    use super::filed_under_games;

    #[test]
    fn a_section_tells_games_on_every_system() {
        for section in ["games", "universe/games", "public.app-category.games", "public.app-category.card-games"] {
            assert!(filed_under_games(section), "{section}");
        }
        for section in ["", "utils", "public.app-category.education", "gamesomething"] {
            assert!(!filed_under_games(section), "{section}");
        }
    }
}
