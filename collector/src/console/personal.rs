//! What is taken out of an answer for those who work on devices but may not see who uses them: names of accounts, and
//! the folders that are called after people.
//!
//! A text may name somebody anywhere. So one stays only where it cannot: names are not looked for one by one.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::model::Requirement;

use super::peer::Operator;
use super::permissions::Permission;

/// Stands for somebody.
const SOMEBODY: &str = "a user";
/// Stands for a text that may name somebody.
const WITHHELD: &str = "names of people are not shown to this role";
/// Folders whose folders are called after people.
const HOMES: [&str; 4] = ["home", "users", "profiles", "documents and settings"];

/// A licence for this operator: who does not keep the register has no business with money, and with who keeps the proof.
pub(super) fn licence(mut licence: proto::Licence, operator: &Operator) -> proto::Licence {
    if !operator.may(Permission::LicencesChange) {
        licence.added_by.clear();
        if let Some(terms) = &mut licence.terms {
            (terms.cost_pence, terms.proof_holder, terms.note) = (None, None, None);
        }
    }
    licence
}

/// A finding for this operator.
pub(super) fn finding(finding: &mut proto::Finding, operator: &Operator) {
    if operator.may(Permission::AccountsRead) {
        return;
    }
    let proto::Finding { requirement, subject, summary, reason, remedy, .. } = finding;
    verdict(requirement, subject, reason, [summary, remedy]);
}

/// What is known of a device, for this operator.
pub(super) fn device(answer: &mut proto::GetDeviceResponse, operator: &Operator) {
    if operator.may(Permission::AccountsRead) {
        return;
    }
    for told in &mut answer.verdicts {
        let proto::Verdict { requirement, subject, summary, reason, remedy, .. } = told;
        verdict(requirement, subject, reason, [summary, remedy]);
    }
    for found in &mut answer.executables {
        found.path = file(&found.path);
        found.owner.clear();
    }
    for change in &mut answer.changes {
        change.text = shortened(&change.text);
    }
    for probe in &mut answer.probes {
        probe.reason = shortened(&probe.reason);
    }
    if let Some(disposal) = &mut answer.disposal {
        disposal.authorised_by.clear();
        disposal.recipient.clear();
    }
    if let Some(loss) = &mut answer.loss {
        loss.note.clear();
        loss.reported_by.clear();
    }
}

/// One content in a list, for this operator.
pub(super) fn executable(summary: &mut proto::ExecutableSummary, operator: &Operator) {
    if !operator.may(Permission::AccountsRead) {
        summary.path = file(&summary.path);
    }
}

/// One place of a content, for this operator.
pub(super) fn place(place: &mut proto::ExecutablePlace, operator: &Operator) {
    if !operator.may(Permission::AccountsRead) {
        place.path = file(&place.path);
        place.owner.clear();
    }
}

/// What an alert about a device says, for this operator: what happened, without to what and who was there.
pub(super) fn about(about: String, operator: &Operator) -> String {
    if operator.may(Permission::AccountsRead) {
        return about;
    }
    about.split([':', ';']).next().unwrap_or_default().to_owned()
}

fn verdict(requirement: &str, subject: &mut String, reason: &mut String, others: [&mut String; 2]) {
    let (of_accounts, reason_names) = Requirement::parse(requirement).map_or((true, true), names_in);
    let named = std::mem::take(subject);
    if reason_names && !reason.is_empty() {
        WITHHELD.clone_into(reason);
    }
    for text in others.into_iter().chain([reason]) {
        if !named.is_empty() && of_accounts && text.contains(&named) {
            WITHHELD.clone_into(text);
        }
        *text = shortened(text);
    }
    *subject = if of_accounts && !named.is_empty() { SOMEBODY.to_owned() } else { shortened(&named) };
}

/// Whether the subjects of this requirement are, or hold, names of accounts; and whether its reasons name owners.
fn names_in(requirement: Requirement) -> (bool, bool) {
    match requirement {
        Requirement::E2 | Requirement::A3 => (true, false),
        Requirement::E3 | Requirement::C2 | Requirement::D2 | Requirement::E7 => (true, true),
        Requirement::E4 | Requirement::E6 => (false, true),
        Requirement::E1
        | Requirement::A1Seen
        | Requirement::A1Signatures
        | Requirement::B2
        | Requirement::B4
        | Requirement::A8
        | Requirement::Integrity => (false, false),
    }
}

/// A text up to where it enters a folder that is called after somebody.
fn shortened(text: &str) -> String {
    match home(text) {
        Some(end) => format!("{}\u{2026}", &text[..end]),
        None => text.to_owned(),
    }
}

/// A file's path without the folders in somebody's home: "/home/\u{2026}/game".
fn file(path: &str) -> String {
    let Some(end) = home(path) else { return path.to_owned() };
    let name = path[end..].rsplit(['/', '\\']).next().unwrap_or_default();
    let separator = path[..end].chars().next_back().unwrap_or('/');
    format!("{}\u{2026}{separator}{name}", &path[..end])
}

/// Where the first folder of [`HOMES`] and the separator behind it end.
fn home(text: &str) -> Option<usize> {
    let mut begins = 0;
    for (at, separator) in text.match_indices(['/', '\\']) {
        let folder = &text[begins..at];
        begins = at + separator.len();
        if HOMES.iter().any(|home| folder.eq_ignore_ascii_case(home)) && begins < text.len() {
            return Some(begins);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use caretaker_proto::console::v1 as proto;
    use caretaker_shared::model::{OperatorId, Requirement, Role};

    use super::{device, file, finding, shortened};
    use crate::console::peer::Operator;
    use crate::store::SiteScope;

    fn somebody(role: Role) -> Operator {
        Operator::certified(OperatorId::random(), Vec::new(), "T. Example".into(), role, SiteScope::all())
    }

    #[test]
    fn a_home_is_left_at_its_door() {
        assert_eq!(file("/home/2024/pupil.one/Downloads/game"), "/home/\u{2026}/game");
        assert_eq!(file(r"C:\Users\Pupil One\tool.exe"), "C:\\Users\\\u{2026}\\tool.exe");
        assert_eq!(file("/srv/games/game-01"), "/srv/games/game-01");
        assert_eq!(
            shortened("27 unknown executables under /home/pupil.one/app"),
            "27 unknown executables under /home/\u{2026}"
        );
    }

    #[test]
    fn no_finding_names_anybody_to_a_technician() {
        for requirement in Requirement::ALL {
            for subject in ["pupil.one", "/home/pupil.one/game", "proxy of pupil.one", ""] {
                let by_name = ["of pupil.one, changed 21 Nov", "only root, pupil.one", "Have pupil.one change it"];
                // Reasons may name owners; the other texts name the subject alone, or a path.
                let mut told = proto::Finding {
                    requirement: requirement.id().into(),
                    subject: subject.into(),
                    summary: "2 files under /home/pupil.one/app".into(),
                    reason: "set in /home/pupil.one/.config/x".into(),
                    remedy: format!("Look at {subject}"),
                    ..proto::Finding::default()
                };
                if ["E3", "C2", "D2", "E4", "E6", "E7"].contains(&requirement.id()) {
                    told.reason = by_name.join("; ");
                }
                if subject == "pupil.one" && !["E2", "A3", "E3", "C2", "D2"].contains(&requirement.id()) {
                    continue;
                }
                if subject.starts_with("proxy") && requirement != Requirement::E7 {
                    continue;
                }
                finding(&mut told, &somebody(Role::Technician));
                assert!(!format!("{told:?}").contains("pupil.one"), "{told:?}");
            }
        }
    }

    #[test]
    fn the_network_manager_sees_whose_it_is() {
        let mut answer = proto::GetDeviceResponse::default();
        answer.executables.push(proto::Executable {
            path: "/home/pupil.one/game".into(),
            owner: "pupil.one".into(),
            ..proto::Executable::default()
        });
        let mut masked = answer.clone();
        device(&mut answer, &somebody(Role::NetworkManager));
        assert_eq!((answer.executables[0].owner.as_str()), "pupil.one");
        device(&mut masked, &somebody(Role::Technician));
        assert_eq!(masked.executables[0].path, "/home/\u{2026}/game");
        assert!(masked.executables[0].owner.is_empty());
    }
}
