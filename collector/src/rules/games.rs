//! E6: no games, no private music and videos. The list of software tells of installed games, the search for executables
//! of those that nobody installed, and of media.

use caretaker_shared::model::{Executables, Requirement, SoftwareClass, SoftwareTitle};
use caretaker_shared::policy::Policy;

use super::verdict::Sum;
use super::{Verdict, VerdictOutcome, class, executables, media, words};

/// Judges installed titles.
pub(super) fn judge_titles(titles: &[SoftwareTitle], missing: Option<&str>, policy: &Policy) -> Vec<Verdict> {
    let game = |title: &SoftwareTitle| {
        let found = class::of_title(title).filter(|found| found.class == SoftwareClass::Game)?;
        Some((title.name.clone(), judge_title(title, &found.why, policy)))
    };
    let sum = Sum {
        requirement: Requirement::E6,
        missing,
        all_well: VerdictOutcome::meets(
            "no game is installed",
            format!("none among {}", words::counted(titles.len(), "installed title")),
        ),
        not_all: "not all software could be listed",
        look: "Remove what keeps the agent from listing it, or check this device by hand.",
    };
    sum.of(titles.iter().filter_map(game))
}

fn judge_title(title: &SoftwareTitle, why: &str, policy: &Policy) -> VerdictOutcome {
    if class::is_allowed(&title.name, &policy.executables.allowed_titles) {
        return VerdictOutcome::meets("a game that the policy allows", why);
    }
    let whose = if title.user.is_empty() { String::new() } else { format!(", for {}", title.user) };
    let remedy =
        "Remove the game, or name it in the policy, under [executables] allowed_titles, when it serves teaching.";
    VerdictOutcome::fails("a game is installed", format!("{why}{whose}"), remedy)
}

/// Judges what lies about: games that no package owns, and media.
pub(super) fn judge_files(found: &Executables, missing: Option<&str>, policy: &Policy) -> Vec<Verdict> {
    let games = found.files.iter().filter(|file| file.class == Some(SoftwareClass::Game));
    let games = games.map(|file| {
        let outcome = if executables::is_allowed(file, policy) {
            VerdictOutcome::meets("a game that the policy allows", "by its folder or its content")
        } else {
            let remedy = "Remove the game, or allow its folder in the policy, under [executables] allowed, when it \
                          serves teaching.";
            VerdictOutcome::fails("a game that nobody installed", executables::told(file), remedy)
        };
        (file.path.clone(), outcome)
    });
    let sum = Sum {
        requirement: Requirement::E6,
        missing,
        all_well: VerdictOutcome::meets(
            "no games and no private media lie about",
            "none in the folders that were searched",
        ),
        not_all: "not all folders could be searched",
        look: "Let a search that goes on finish; else let the agent read the folders that the policy names.",
    };
    sum.of(games.chain(media::judge(&found.media, policy)))
}

#[cfg(test)]
mod tests {
    use caretaker_shared::digest::Sha256;
    use caretaker_shared::model::{
        Executable, ExecutableFormat, Executables, MediaFolder, SoftwareClass, SoftwareTitle, TitleKind,
    };

    use super::super::sample;
    use super::{judge_files, judge_titles};

    fn title(name: &str, section: &str) -> SoftwareTitle {
        SoftwareTitle { name: name.into(), section: section.into(), ..SoftwareTitle::default() }
    }

    #[test]
    fn a_game_is_a_finding_of_its_own_unless_the_policy_allows_it() {
        let titles = [title("chess", "games"), title("vim", "editors"), title("Typing Tutor", "games")];
        let mut policy = sample::policy();
        policy.executables.allowed_titles = vec!["typing tutor".into()];
        let verdicts = judge_titles(&titles, None, &policy);
        let told = sample::told(&verdicts);
        assert_eq!((told.len(), told[0].0, told[0].1), (1, "fails", "chess"));
        assert_eq!(told[0].3, "section \"games\"");
    }

    #[test]
    fn parts_and_updates_of_games_are_no_games() {
        let part = SoftwareTitle { kind: TitleKind::Component, ..title("chess-data", "games") };
        assert_eq!(sample::told(&judge_titles(&[part], None, &sample::policy()))[0].0, "meets");
        let cut = judge_titles(&[], Some("rpm database: permission denied"), &sample::policy());
        assert_eq!(sample::told(&cut)[0].0, "unknown");
    }

    #[test]
    fn games_and_media_that_lie_about_are_told_by_place() {
        let game = Executable {
            path: r"C:\Users\pupil.one\Downloads\game.exe".into(),
            sha256: Sha256::of(b"abc"),
            size_bytes: 3,
            modified_at: sample::now(),
            owner: "pupil.one".into(),
            format: ExecutableFormat::Pe,
            class: Some(SoftwareClass::Game),
            signer: None,
            removable: false,
        };
        let music = MediaFolder {
            path: "/home/pupil.one/Music".into(),
            owner: "pupil.one".into(),
            audio: 3,
            video: 0,
            bytes: 9,
            names: Vec::new(),
        };
        let found = Executables { files: vec![game.clone()], media: vec![music] };
        let verdicts = judge_files(&found, None, &sample::policy());
        let told: Vec<_> = sample::told(&verdicts).iter().map(|told| (told.0, told.2)).collect();
        assert_eq!(told, [("fails", "music or videos"), ("fails", "a game that nobody installed")]);

        let mut policy = sample::policy();
        policy.executables.allowed = vec![r"C:\Users\pupil.one\Downloads".into()];
        let allowed = Executables { files: vec![game], media: Vec::new() };
        assert_eq!(sample::told(&judge_files(&allowed, None, &policy))[0].0, "meets");
    }
}
