//! E6, music and videos: none outside of the folders that the policy names. By folder, never by the name of a file.

use caretaker_shared::model::MediaFolder;
use caretaker_shared::policy::Policy;

use super::{VerdictOutcome, place, words};

const REMEDY: &str = "Have the owner move private music and videos off the device, or name the folder in the policy, under \
                      [executables] allowed_media_folders.";

/// What is to be said of folders with music or videos; many in one tree are one.
pub(super) fn judge(folders: &[MediaFolder], policy: &Policy) -> Vec<(String, VerdictOutcome)> {
    let allowed = |folder: &&MediaFolder| {
        policy.executables.allowed_media_folders.iter().any(|entry| place::lies_in(&folder.path, entry))
    };
    let others: Vec<&MediaFolder> =
        folders.iter().filter(|folder| !allowed(folder) && folder.audio + folder.video > 0).collect();
    let (alone, trees) = place::gather(others.iter().copied(), |folder| &folder.path);
    let one = |folder: &MediaFolder| {
        let outcome = VerdictOutcome::fails("music or videos", told(&[folder]), REMEDY);
        (folder.path.clone(), outcome)
    };
    let many = |(path, folders): (String, Vec<&MediaFolder>)| {
        let reason = format!("{} in {} folders", told(&folders), folders.len());
        (path, VerdictOutcome::fails("music or videos", reason, REMEDY))
    };
    let (_, allowed_trees) = place::gather(folders.iter().filter(allowed), |folder| &folder.path);
    let allowed = folders.iter().filter(allowed).map(|folder| folder.path.clone());
    let met = |path| (path, VerdictOutcome::meets("music or videos that the policy allows", "by their folder"));
    let own = allowed.chain(allowed_trees.into_keys()).map(met);
    alone.into_iter().map(one).chain(trees.into_iter().map(many)).chain(own).collect()
}

/// "1204 music files and 3 videos of pupil.one, 4.1 GB".
fn told(folders: &[&MediaFolder]) -> String {
    let sum = |count: fn(&MediaFolder) -> u32| folders.iter().map(|folder| count(folder) as usize).sum();
    let (audio, video): (usize, usize) = (sum(|folder| folder.audio), sum(|folder| folder.video));
    let kinds = match (audio, video) {
        (0, video) => words::counted(video, "video"),
        (audio, 0) => words::counted(audio, "music file"),
        (audio, video) => format!("{} and {}", words::counted(audio, "music file"), words::counted(video, "video")),
    };
    let owner = folders.first().map(|folder| folder.owner.as_str()).unwrap_or_default();
    let more = if folders.iter().any(|folder| folder.owner != owner) { " and others" } else { "" };
    let bytes = folders.iter().fold(0_u64, |sum, folder| sum.saturating_add(folder.bytes));
    format!("{kinds} of {owner}{more}, {}", words::size(bytes))
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::MediaFolder;

    use super::super::{VerdictOutcome, sample};
    use super::judge;

    fn folder(path: &str, audio: u32, video: u32) -> MediaFolder {
        MediaFolder {
            path: path.into(),
            owner: "pupil.one".into(),
            audio,
            video,
            bytes: 4_123_000_000,
            names: Vec::new(),
        }
    }

    fn judged(folders: &[MediaFolder], allowed: &[&str]) -> Vec<(String, String)> {
        let mut policy = sample::policy();
        policy.executables.allowed_media_folders = allowed.iter().map(|&folder| folder.to_owned()).collect();
        let reason = |outcome| match outcome {
            VerdictOutcome::Fails { reason, .. } => Some(reason),
            VerdictOutcome::Meets { .. } => None,
            VerdictOutcome::Unknown { .. } => panic!("it was counted, so it is known"),
        };
        judge(folders, &policy).into_iter().filter_map(|(folder, outcome)| Some((folder, reason(outcome)?))).collect()
    }

    #[test]
    fn a_folder_is_told_by_count_owner_and_size() {
        for (audio, video, told) in [
            (1204, 3, "1204 music files and 3 videos of pupil.one, 4.1 GB"),
            (1, 0, "1 music file of pupil.one, 4.1 GB"),
            (0, 1, "1 video of pupil.one, 4.1 GB"),
        ] {
            assert_eq!(judged(&[folder("/home/pupil.one/Music", audio, video)], &[])[0].1, told);
        }
        assert!(judged(&[folder("/home/pupil.one/Music", 0, 0)], &[]).is_empty());
    }

    #[test]
    fn folders_of_the_policy_are_left_alone_on_every_system() {
        let folders = [folder("/srv/music-lessons/choir", 9, 0), folder(r"D:\Music lessons\choir", 9, 0)];
        assert_eq!(judged(&folders, &["/srv/music-lessons", r"d:\music lessons\"]), []);
        assert_eq!(judged(&folders, &["/srv/music"]).len(), 2);
    }

    #[test]
    fn many_folders_of_one_tree_are_one() {
        let folders: Vec<_> = (0..30).map(|n| folder(&format!("/home/pupil.one/Music/{n}/x"), 2, 0)).collect();
        let told = judged(&folders, &[]);
        assert_eq!(
            told,
            [("/home/pupil.one/Music".into(), "60 music files of pupil.one, 123 GB in 30 folders".into())]
        );
    }
}
