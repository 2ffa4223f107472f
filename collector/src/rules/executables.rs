//! E4: no executable outside of packages but those that the policy allows. One finding for each path.

use caretaker_shared::model::{Executable, Requirement};
use caretaker_shared::policy::Policy;

use super::{Verdict, VerdictOutcome};

/// Paths that get a finding of their own; those beyond are counted in one more.
const MOST_PATHS: usize = 200;
/// Subject of the finding that counts the rest.
const REST: &str = "(more)";

/// Judges all executables of a device. `missing` says what kept the probe from seeing the rest.
pub(super) fn judge(files: &[Executable], missing: Option<&str>, policy: &Policy) -> Vec<Verdict> {
    let allowed = &policy.executables.allowed;
    let mut unknown: Vec<&Executable> =
        files.iter().filter(|file| !allowed.iter().any(|entry| allows(entry, file))).collect();
    unknown.sort_by(|one, other| one.path.cmp(&other.path));
    unknown.dedup_by(|one, other| one.path == other.path);

    let mut verdicts: Vec<Verdict> = unknown.iter().take(MOST_PATHS).map(|file| found(file)).collect();
    if unknown.len() > MOST_PATHS {
        verdicts.push(rest(unknown.len() - MOST_PATHS));
    }
    if let Some(missing) = missing {
        verdicts.push(Verdict::device(
            Requirement::E4,
            VerdictOutcome::unknown(
                "not all folders could be searched",
                missing,
                "Let the agent read the folders that the policy names, or take them off its list.",
            ),
        ));
    } else if verdicts.is_empty() {
        let reason = format!("{} executables that no package owns, all of them allowed", files.len());
        verdicts.push(Verdict::device(Requirement::E4, VerdictOutcome::meets("no unknown executables", reason)));
    }
    verdicts
}

/// Whether an entry of the list covers a file: by the digest of its content, or by a folder that it lies in.
fn allows(entry: &str, file: &Executable) -> bool {
    if let Some(digest) = entry.strip_prefix("sha256:") {
        return digest.eq_ignore_ascii_case(&file.sha256.to_string());
    }
    let folder = entry.trim_end_matches(['/', '\\']);
    // A path that climbs out of the folder again only pretends to lie in it.
    if folder.is_empty() || file.path.split(['/', '\\']).any(|part| part == "..") {
        return false;
    }
    file.path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '\\']))
}

fn found(file: &Executable) -> Verdict {
    // Short, so that files of one kind stand together; size and digest stand in the device's list of executables.
    let changed = file.modified_at.strftime("%-d %b %Y");
    let reason = format!("{} file of {}, changed {changed}", file.format.word(), file.owner);
    let remedy = "Remove the file, or allow its folder or its sha256 in the policy, under [executables] allowed.";
    Verdict {
        requirement: Requirement::E4,
        subject: file.path.clone(),
        outcome: VerdictOutcome::fails("no package owns it", reason, remedy),
    }
}

fn rest(count: usize) -> Verdict {
    let summary = format!("{count} more unknown executables");
    let reason = format!("the first {MOST_PATHS} are listed one by one");
    let remedy = "Clear or allow those that are listed; the next report lists the others.";
    Verdict {
        requirement: Requirement::E4,
        subject: REST.to_owned(),
        outcome: VerdictOutcome::fails(summary, reason, remedy),
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::digest::Sha256;
    use caretaker_shared::model::{Executable, ExecutableFormat};

    use super::super::{Verdict, VerdictOutcome, sample};
    use super::{MOST_PATHS, judge};

    fn file(path: &str) -> Executable {
        Executable {
            path: path.into(),
            sha256: Sha256::of(b"abc"),
            size_bytes: 3,
            modified_at: sample::now(),
            owner: "pupil.one".into(),
            format: ExecutableFormat::Elf,
            class: None,
            signer: None,
            removable: false,
        }
    }

    fn judged(files: &[Executable], allowed: &[&str], missing: Option<&str>) -> Vec<Verdict> {
        let mut policy = sample::policy();
        policy.executables.allowed = allowed.iter().map(|entry| (*entry).to_owned()).collect();
        judge(files, missing, &policy)
    }

    fn fails(verdict: &Verdict) -> bool {
        matches!(verdict.outcome, VerdictOutcome::Fails { .. })
    }

    #[test]
    fn a_file_is_allowed_by_its_folder_or_its_content() {
        let digest = format!("sha256:{}", Sha256::of(b"abc").to_string().to_uppercase());
        for (path, allowed, verdict) in [
            ("/opt/school/bin/tool", "/opt/school", true),
            ("/opt/school/bin/tool", "/opt/school/", true),
            ("/opt/school", "/opt/school", true),
            ("/opt/schoolyard/game", "/opt/school", false),
            ("/opt/school/../../home/pupil.one/game", "/opt/school", false),
            ("/home/pupil.one/game", "/opt/school", false),
            ("/home/pupil.one/game", digest.as_str(), true),
            ("/home/pupil.one/game", "sha256:00", false),
            ("/home/pupil.one/game", "", false),
        ] {
            let verdicts = judged(&[file(path)], &[allowed], None);
            assert_eq!(!fails(&verdicts[0]), verdict, "{path} by {allowed}");
        }
    }

    #[test]
    fn each_unknown_path_is_a_finding_of_its_own() {
        let verdicts =
            judged(&[file("/home/pupil.one/b"), file("/home/pupil.one/a"), file("/opt/x/c")], &["/opt/x"], None);
        let subjects: Vec<_> = verdicts.iter().map(|verdict| verdict.subject.as_str()).collect();
        assert_eq!(subjects, ["/home/pupil.one/a", "/home/pupil.one/b"]);
    }

    #[test]
    fn beyond_two_hundred_paths_one_finding_counts_the_rest() {
        let files: Vec<_> = (0..MOST_PATHS + 5).map(|n| file(&format!("/home/pupil.one/{n:04}"))).collect();
        let verdicts = judged(&files, &[], None);
        assert_eq!(verdicts.len(), MOST_PATHS + 1);
        let last = verdicts.last().expect("the one that counts the rest");
        let VerdictOutcome::Fails { summary, .. } = &last.outcome else { panic!("the rest fails too") };
        assert_eq!(summary, "5 more unknown executables");
        assert_eq!(judged(&files[..MOST_PATHS], &[], None).len(), MOST_PATHS);
    }

    #[test]
    fn nothing_unknown_meets_when_all_was_searched_and_is_unknown_otherwise() {
        assert!(matches!(judged(&[], &[], None)[0].outcome, VerdictOutcome::Meets { .. }));
        let verdicts = judged(&[], &[], Some("/home/pupil.two: permission denied"));
        assert!(matches!(verdicts[0].outcome, VerdictOutcome::Unknown { .. }));
    }
}
