//! What each action of the audit chain is called.

use caretaker_proto::console::v1::AuditRow;

use super::super::text::safe;

/// Action, and what was done: `{}` is the subject.
const WORDS: &[(&str, &str)] = &[
    ("ingest", "delivered reports"),
    ("enrol", "joined the school"),
    ("renew", "has a new certificate"),
    ("revoke", "shut out the device {}"),
    ("retire", "retired the device {}"),
    ("lose", "reported the device {} lost"),
    ("denied", "was refused {}"),
    ("policy.apply", "put a policy in force at {}"),
    ("token.create", "made an enrolment token for {}"),
    ("keys.publish", "published who may open evidence"),
    ("lexicon.add", "added the rules {}"),
    ("lexicon.remove", "removed the rules {}"),
    ("alert.raise", "raised {}"),
    ("alert.fold", "took one more report into {}"),
    ("alert.read", "looked at {}"),
    ("alert.acknowledge", "took {}"),
    ("alert.close", "closed {}"),
    ("case.acknowledge", "took the case {}"),
    ("case.assign", "gave the case {} to somebody"),
    ("case.note", "wrote a note on the case {}"),
    ("case.close", "closed the case {}"),
    ("case.reopen", "opened the case {} anew"),
    ("case.link", "linked the case {} with another"),
    ("case.open", "received the content of the case {}"),
    ("case.ask", "asked a second person to open the case {}"),
    ("case.approve", "allowed the case {} to be opened"),
    ("case.refuse", "did not allow the case {} to be opened"),
    ("case.break-glass", "opened the case {} alone"),
    ("case.review", "looked at the opening of the case {} by one person"),
    ("case.export", "made an export of the case {}"),
    ("case.file", "says that an export of the case {} is filed"),
    ("case.incident-log", "read the incident log"),
    ("case.hold", "put a legal hold on the case {}"),
    ("case.hold-ask", "asked to lift the legal hold of the case {}"),
    ("case.hold-release", "lifted the legal hold of the case {}"),
    ("operator.add", "gave access to {}"),
    ("operator.code", "made a login code for {}"),
    ("operator.login", "logged in"),
    ("operator.renew", "has a new certificate"),
    ("operator.logout", "logged out"),
    ("operator.revoke", "shut out {}"),
    ("audit.checkpoint", "signed the log up to {}"),
    ("audit.trim", "erased the oldest rows, up to {}"),
    ("purge", "erased what is past its time, {}"),
    ("backup.create", "made a backup"),
    ("restore", "was restored from a backup"),
    ("subject.export", "exported the data of one person"),
    ("subject.erase", "erased the data of one person"),
    ("request.add", "entered the data request {}"),
    ("request.extend", "extended the data request {}"),
    ("request.close", "closed the data request {}"),
    ("disclosure.add", "entered a disclosure about the case {}"),
    ("licence.add", "entered the licence {}"),
    ("licence.edit", "changed the licence {}"),
    ("licence.remove", "took the licence {} out of the register"),
    ("licence.transfer", "handed seats of the licence {} to another site"),
    ("licence.assign", "gave seats of the licence {}"),
    ("licence.unassign", "took back seats of the licence {}"),
    ("licence.fte", "told how many full-time equivalents {} has"),
    ("approval.add", "entered the approval {}"),
    ("approval.withdraw", "withdrew the approval {}"),
    ("exception.add", "entered the exception {}"),
    ("exception.withdraw", "withdrew the exception {}"),
];

/// A row without who and when: "took the case 26-0042", and what else it says.
pub(super) fn sentence(row: &AuditRow) -> String {
    let (subject, detail) = (safe(&row.subject), safe(&row.detail));
    let known = WORDS.iter().find(|(action, _)| *action == row.action);
    let done =
        known.map_or_else(|| format!("{} {subject}", safe(&row.action)), |(_, words)| words.replace("{}", &subject));
    if detail.is_empty() { done } else { format!("{done} ({detail})") }
}

#[cfg(test)]
mod tests {
    use caretaker_proto::console::v1::AuditRow;

    use super::sentence;

    #[test]
    fn a_row_is_a_sentence_and_an_unknown_one_still_says_everything() {
        let row = |action: &str, detail: &str| AuditRow {
            action: action.into(),
            subject: "26-0042".into(),
            detail: detail.into(),
            ..AuditRow::default()
        };
        assert_eq!(sentence(&row("case.acknowledge", "")), "took the case 26-0042");
        assert_eq!(
            sentence(&row("case.open", "read, alone")),
            "received the content of the case 26-0042 (read, alone)"
        );
        assert_eq!(sentence(&row("case.invented", "x")), "case.invented 26-0042 (x)");
    }
}
