//! E4: no executable outside of packages but those that the policy allows. One finding for each path; where very many
//! lie in one tree, such as a developer's project, one finding for the tree.

use std::collections::{BTreeMap, BTreeSet};

use caretaker_shared::model::{Executable, ExecutableFormat, Requirement, SoftwareClass};
use caretaker_shared::policy::Policy;

use super::{Verdict, VerdictOutcome, place, words};

/// Paths that get a finding of their own; those beyond are counted in one more.
const MOST_PATHS: usize = 200;
/// Subject of the finding that counts the rest.
const REST: &str = "(more)";

/// Judges all executables of a device. `missing` says what kept the probe from seeing the rest.
pub(super) fn judge(files: &[Executable], missing: Option<&str>, policy: &Policy) -> Vec<Verdict> {
    let mut unknown: Vec<&Executable> = files.iter().filter(|file| !is_allowed(file, policy)).collect();
    unknown.sort_by(|one, other| one.path.cmp(&other.path));
    unknown.dedup_by(|one, other| one.path == other.path);
    // What gets around the filter, or brings more in, is never one of many.
    let (named, others): (Vec<_>, Vec<_>) = unknown.into_iter().partition(|file| {
        matches!(file.class, Some(SoftwareClass::Bypass | SoftwareClass::Installer | SoftwareClass::RemoteControl))
    });
    let (alone, trees) = place::gather(others.iter().copied(), |file| &file.path);
    let single: Vec<&Executable> = named.into_iter().chain(alone).collect();

    let mut verdicts: Vec<Verdict> = single.iter().take(MOST_PATHS).map(|file| found(file)).collect();
    if single.len() > MOST_PATHS {
        verdicts.push(rest(single.len() - MOST_PATHS));
    }
    verdicts.extend(trees.iter().map(|(folder, files)| found_many(folder, files)));
    if let Some(missing) = missing {
        verdicts.extend(allowed(files, policy));
        verdicts.push(Verdict::device(
            Requirement::E4,
            VerdictOutcome::unknown(
                "not all folders could be searched",
                missing,
                "Let a search that goes on finish; else let the agent read the folders that the policy names.",
            ),
        ));
    } else if verdicts.is_empty() {
        let reason = format!("{} executables that no package owns, all of them allowed", files.len());
        verdicts.push(Verdict::device(Requirement::E4, VerdictOutcome::meets("no unknown executables", reason)));
    }
    verdicts
}

/// Whether the policy allows a file: by the digest of its content, or by a folder that it lies in.
pub(super) fn is_allowed(file: &Executable, policy: &Policy) -> bool {
    policy.executables.allowed.iter().any(|entry| match entry.strip_prefix("sha256:") {
        Some(digest) => digest.eq_ignore_ascii_case(&file.sha256.to_string()),
        None => place::lies_in(&file.path, entry),
    })
}

/// What the policy allows, file by file and tree by tree: a search that never sees everything closes only what it says
/// is met.
fn allowed(files: &[Executable], policy: &Policy) -> Vec<Verdict> {
    let files: Vec<&Executable> = files.iter().filter(|file| is_allowed(file, policy)).collect();
    let (_, trees) = place::gather(files.iter().copied(), |file| &file.path);
    let subjects = files.iter().map(|file| file.path.as_str()).chain(trees.keys().map(String::as_str));
    let subjects: BTreeSet<&str> = subjects.collect();
    let met = || VerdictOutcome::meets("an executable that the policy allows", "by its folder or its content");
    subjects.into_iter().map(|subject| Verdict::of(Requirement::E4, subject, met())).collect()
}

fn found(file: &Executable) -> Verdict {
    let summary = match file.class {
        Some(class) => format!("{}, no package owns it", class.told()),
        None => "no package owns it".to_owned(),
    };
    let remedy = "Remove the file, or allow its folder or its sha256 in the policy, under [executables] allowed.";
    Verdict::of(Requirement::E4, &file.path, VerdictOutcome::fails(summary, told(file), remedy))
}

/// "Windows program of pupil.one, changed 21 Nov 2026, unsigned, on a removable medium". Short, so that files of one kind stand
/// together; size and digest stand in the device's list of executables.
pub(super) fn told(file: &Executable) -> String {
    let changed = file.modified_at.strftime("%-d %b %Y");
    let mut told = format!("{} of {}, changed {changed}", file.format.told(), file.owner);
    match &file.signer {
        Some(signer) => told.push_str(&format!(", signed as {signer} (not verified)")),
        None if can_be_signed(file.format) => told.push_str(", unsigned"),
        None => {}
    }
    if file.removable {
        told.push_str(", on a removable medium");
    }
    told
}

/// Whether makers usually sign files of this format, so that it says something when they did not.
fn can_be_signed(format: ExecutableFormat) -> bool {
    match format {
        ExecutableFormat::Pe | ExecutableFormat::MachO | ExecutableFormat::Msi | ExecutableFormat::Jar => true,
        ExecutableFormat::Elf | ExecutableFormat::Script | ExecutableFormat::AppImage => false,
    }
}

fn found_many(folder: &str, files: &[&Executable]) -> Verdict {
    let mut formats: BTreeMap<&str, usize> = BTreeMap::new();
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    for file in files {
        *formats.entry(file.format.told()).or_default() += 1;
        *owners.entry(&file.owner).or_default() += 1;
    }
    let counted: Vec<String> = formats
        .iter()
        .map(|(format, count)| format!("{count} {format}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    let newest = files.iter().map(|file| file.modified_at).max();
    let changed = newest.map(|at| format!(", the newest changed {}", at.strftime("%-d %b %Y"))).unwrap_or_default();
    let owner = owners.iter().max_by_key(|(_, count)| **count).map(|(owner, _)| *owner).unwrap_or_default();
    let more = if owners.len() > 1 { " and others" } else { "" };
    let reason = format!("{} of {owner}{more}{changed}", words::names(counted.iter().map(String::as_str)));
    let remedy = "Look at what lies there; remove it, or allow the folder in the policy, under [executables] allowed.";
    let summary = format!("{} unknown executables under {folder}", files.len());
    Verdict::of(Requirement::E4, folder, VerdictOutcome::fails(summary, reason, remedy))
}

fn rest(count: usize) -> Verdict {
    let summary = format!("{count} more unknown executables");
    let reason = format!("the first {MOST_PATHS} are listed one by one");
    let remedy = "Clear or allow those that are listed; the next report lists the others.";
    Verdict::of(Requirement::E4, REST, VerdictOutcome::fails(summary, reason, remedy))
}

#[cfg(test)]
mod tests {
    use caretaker_shared::digest::Sha256;
    use caretaker_shared::model::{Executable, ExecutableFormat, SoftwareClass};

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
            (r"C:\Whiteboard\tool.exe", r"c:\whiteboard", true),
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
        let files: Vec<_> = (0..MOST_PATHS + 5).map(|n| file(&format!("/home/pupil.one/{n:04}/game"))).collect();
        let verdicts = judged(&files, &[], None);
        assert_eq!(verdicts.len(), MOST_PATHS + 1);
        let last = verdicts.last().expect("the one that counts the rest");
        let VerdictOutcome::Fails { summary, .. } = &last.outcome else { panic!("the rest fails too") };
        assert_eq!(summary, "5 more unknown executables");
        assert_eq!(judged(&files[..MOST_PATHS], &[], None).len(), MOST_PATHS);
    }

    #[test]
    fn a_developers_project_is_one_finding_and_what_matters_in_it_stands_alone() {
        let mut files: Vec<_> = (0..30).map(|n| file(&format!("/home/teacher.two/app/target/{n}"))).collect();
        files[0].format = ExecutableFormat::Script;
        for (n, class) in [(28, SoftwareClass::Bypass), (29, SoftwareClass::Installer)] {
            files[n].class = Some(class);
        }
        files.push(file("/home/pupil.one/game"));
        let verdicts = judged(&files, &[], None);
        let told: Vec<_> = sample::told(&verdicts).iter().map(|told| (told.1, told.2)).collect();
        assert_eq!(
            told,
            [
                ("/home/teacher.two/app/target/28", "bypass tool, no package owns it"),
                ("/home/teacher.two/app/target/29", "installer, no package owns it"),
                ("/home/pupil.one/game", "no package owns it"),
                ("/home/teacher.two/app/target", "28 unknown executables under /home/teacher.two/app/target"),
            ]
        );
        let reason = sample::told(&verdicts)[3].3;
        assert_eq!(reason, "27 Linux programs, 1 script of pupil.one, the newest changed 21 Nov 2026");
    }

    #[test]
    fn the_reason_says_who_signed_a_file_that_can_be_signed_and_where_it_lies() {
        let pe = Executable { format: ExecutableFormat::Pe, ..file(r"E:\setup.exe") };
        for (file, end) in [
            (pe.clone(), ", unsigned"),
            (Executable { signer: Some("Example Ltd".into()), ..pe.clone() }, ", signed as Example Ltd (not verified)"),
            (Executable { removable: true, ..pe }, ", unsigned, on a removable medium"),
            (file("/home/pupil.one/game"), "Linux program of pupil.one, changed 21 Nov 2026"),
        ] {
            let verdicts = judged(&[file], &[], None);
            let reason = sample::told(&verdicts)[0].3;
            assert!(reason.ends_with(end), "{reason}");
        }
    }

    #[test]
    fn what_a_policy_allows_is_said_to_be_met_where_not_all_could_be_searched() {
        let files: Vec<_> = (0..30).map(|n| file(&format!("/home/teacher.two/app/target/{n}"))).collect();
        let missing = Some("/home/pupil.two: permission denied");
        let before = judged(&files, &[], missing);
        let after = judged(&files, &["/home/teacher.two/app"], missing);
        for verdict in before.iter().filter(|verdict| fails(verdict)) {
            let met = |other: &&Verdict| {
                other.subject == verdict.subject && matches!(other.outcome, VerdictOutcome::Meets { .. })
            };
            assert!(after.iter().any(|other| met(&other)), "{} stays open", verdict.subject);
        }
        assert!(matches!(after.last().expect("the rest").outcome, VerdictOutcome::Unknown { .. }));
    }

    #[test]
    fn nothing_unknown_meets_when_all_was_searched_and_is_unknown_otherwise() {
        assert!(matches!(judged(&[], &[], None)[0].outcome, VerdictOutcome::Meets { .. }));
        let verdicts = judged(&[], &[], Some("/home/pupil.two: permission denied"));
        assert!(matches!(verdicts[0].outcome, VerdictOutcome::Unknown { .. }));
    }
}
