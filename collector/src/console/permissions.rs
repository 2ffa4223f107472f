//! Who may do what: the one table of roles and permissions (detection.md 4.3; docs/security.md prints it).
//!
//! What a role may do with a single case depends on the case too: who is its subject, how grave it is, who opened it.
//! The table says who may come near at all.

use caretaker_shared::model::Role;
use caretaker_shared::model::Role::{
    Auditor, BusinessManager, Chair, Deputy, Governor, Head, NetworkManager, SafeguardingLead, Technician,
};

/// Something that an operator may or may not do.
///
/// Its place here is its row in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Permission {
    /// What every operator does: say who they are, renew or end their own access.
    OwnAccess,
    /// How the school stands, in counts.
    StatusRead,
    /// Single devices, and what holds on them.
    DevicesRead,
    /// Names of the accounts on devices, and of folders that are called after people.
    AccountsRead,
    /// Shutting devices out, disposal, loss.
    DevicesChange,
    /// Findings, device by device.
    FindingsRead,
    /// Executables, wherever they lie.
    ExecutablesRead,
    /// Installed titles, counted.
    SoftwareRead,
    /// Licences owned, installed, over, unused.
    LicencesRead,
    /// The register of licences and approvals.
    LicencesChange,
    /// Policies in force.
    PolicyRead,
    /// Putting a policy in force.
    PolicyApply,
    /// Enrolment tokens.
    TokensCreate,
    /// The list of alerts, of the kinds and with the fields that the role may see.
    AlertsRead,
    /// Taking and closing alerts, of the kinds that the role works on.
    AlertsAnswer,
    /// Alerts about devices, whole.
    DeviceAlertsRead,
    /// Taking and closing alerts about devices.
    DeviceAlertsAnswer,
    /// How many safeguarding cases there are, and their references.
    CasesCount,
    /// The list of cases: level, state, deadlines.
    CasesList,
    /// One case without its sealed content.
    CasesShow,
    /// Acknowledging, assigning, notes, closing, reopening, linking.
    CasesAct,
    /// Receiving the sealed content of a case.
    CasesOpen,
    /// Being the second person who allows an opening.
    CasesApprove,
    /// Export for the child-protection file, and the incident log.
    CasesExport,
    /// The recipient set in force.
    KeysRead,
    /// Publishing a new recipient set.
    KeysPublish,
    /// To whom alerts go.
    RoutingRead,
    /// Changing to whom alerts go, and the school calendar.
    RoutingChange,
    /// Whether alerts reach people.
    DeliveryRead,
    /// Whether the audit chain is whole.
    AuditVerify,
    /// One's own rows of the audit chain.
    AuditOwn,
    /// Everybody's rows of the audit chain.
    AuditAll,
    /// The register of requests by people about their data.
    RequestsRegister,
    /// The export of one person's data.
    SubjectExport,
    /// Erasing one person's data.
    SubjectErase,
    /// What is kept for how long, and what was purged.
    RetentionRead,
    /// Setting and lifting a legal hold.
    RetentionHold,
    /// The term's report: counts and trends without names.
    ReportsTerm,
    /// The evidence pack of a review.
    ReportsReview,
    /// Which devices have proven themselves.
    CanaryRead,
    /// Sending a canary.
    CanaryRun,
    /// Who has access.
    OperatorsRead,
    /// Giving and taking access.
    OperatorsManage,
}

/// Everybody who works on a child's concern; what each may do with a single case depends on the case.
const SAFEGUARDING: &[Role] = &[SafeguardingLead, Deputy, Head, Chair];

/// What each permission lets somebody do, and the roles that have it. Those that no role has are the right of the
/// administrator of the collector's machine alone.
const TABLE: [(Permission, &str, &[Role]); 43] = [
    (Permission::OwnAccess, "use the console", &Role::ALL),
    (
        Permission::StatusRead,
        "see how the school stands",
        &[NetworkManager, SafeguardingLead, Deputy, Head, BusinessManager, Technician, Auditor],
    ),
    (Permission::DevicesRead, "see single devices", &[NetworkManager, Technician]),
    (Permission::AccountsRead, "see whose account or file it is", &[NetworkManager]),
    (Permission::DevicesChange, "shut out, retire or report devices lost", &[NetworkManager]),
    (Permission::FindingsRead, "see findings of single devices", &[NetworkManager, Technician]),
    (Permission::ExecutablesRead, "see executables", &[NetworkManager, Technician]),
    (Permission::SoftwareRead, "see installed software", &[NetworkManager, BusinessManager, Technician]),
    (Permission::LicencesRead, "see licences", &[NetworkManager, BusinessManager, Technician]),
    (Permission::LicencesChange, "change licences and approvals", &[NetworkManager, BusinessManager]),
    (
        Permission::PolicyRead,
        "see policies",
        &[NetworkManager, SafeguardingLead, Deputy, Head, Chair, Governor, Technician, Auditor],
    ),
    (Permission::PolicyApply, "put a policy in force", &[NetworkManager]),
    (Permission::TokensCreate, "make enrolment tokens", &[]),
    (Permission::AlertsRead, "see alerts", &[NetworkManager, SafeguardingLead, Deputy, Head, Technician]),
    (Permission::AlertsAnswer, "answer alerts", &[NetworkManager, SafeguardingLead, Deputy, Head]),
    (Permission::DeviceAlertsRead, "see what an alert about a device says", &[NetworkManager, Technician]),
    (Permission::DeviceAlertsAnswer, "answer an alert about a device", &[NetworkManager]),
    (
        Permission::CasesCount,
        "see how many safeguarding cases there are",
        &[NetworkManager, SafeguardingLead, Deputy, Head, Chair],
    ),
    (Permission::CasesList, "list safeguarding cases", SAFEGUARDING),
    (Permission::CasesShow, "see a safeguarding case", SAFEGUARDING),
    (Permission::CasesAct, "work on a safeguarding case", SAFEGUARDING),
    (Permission::CasesOpen, "open the content of a case", SAFEGUARDING),
    (Permission::CasesApprove, "allow somebody to open a case", SAFEGUARDING),
    (Permission::CasesExport, "export a case or the incident log", SAFEGUARDING),
    (
        Permission::KeysRead,
        "see to whom evidence is sealed",
        &[NetworkManager, SafeguardingLead, Deputy, Head, Chair, Auditor],
    ),
    (Permission::KeysPublish, "publish to whom evidence is sealed", &[SafeguardingLead]),
    (Permission::RoutingRead, "see to whom alerts go", &[NetworkManager, SafeguardingLead, Deputy, Head, Auditor]),
    (Permission::RoutingChange, "change to whom alerts go", &[SafeguardingLead, Head]),
    (
        Permission::DeliveryRead,
        "see whether alerts reach people",
        &[NetworkManager, SafeguardingLead, Deputy, Head, Auditor],
    ),
    (
        Permission::AuditVerify,
        "prove the audit chain",
        &[NetworkManager, SafeguardingLead, Deputy, Head, Chair, Auditor],
    ),
    (Permission::AuditOwn, "see their own entries of the audit chain", &Role::ALL),
    (Permission::AuditAll, "see all entries of the audit chain", &[Head, Chair, Auditor]),
    (Permission::RequestsRegister, "keep the register of data requests", &[SafeguardingLead, Deputy, Head]),
    (Permission::SubjectExport, "export one person's data", &[SafeguardingLead, Head]),
    (Permission::SubjectErase, "erase one person's data", &[SafeguardingLead, Head]),
    (
        Permission::RetentionRead,
        "see what is kept and what was purged",
        &[NetworkManager, SafeguardingLead, Deputy, Head, Auditor],
    ),
    (Permission::RetentionHold, "set or lift a legal hold", &[SafeguardingLead, Head]),
    (Permission::ReportsTerm, "see the report of a term", &[SafeguardingLead, Deputy, Head, Chair, Governor, Auditor]),
    (
        Permission::ReportsReview,
        "see the evidence pack of a review",
        &[NetworkManager, SafeguardingLead, Deputy, Head, Chair, Governor, Auditor],
    ),
    (
        Permission::CanaryRead,
        "see which devices have proven themselves",
        &[NetworkManager, SafeguardingLead, Deputy, Head, Technician, Auditor],
    ),
    (Permission::CanaryRun, "send a canary", &[NetworkManager, SafeguardingLead, Deputy]),
    (
        Permission::OperatorsRead,
        "see who has access",
        &[NetworkManager, SafeguardingLead, Deputy, Head, Chair, Auditor],
    ),
    (Permission::OperatorsManage, "give and take access", &[]),
];

impl Permission {
    /// What it lets somebody do: "see single devices".
    pub(crate) fn what(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// The roles that have it.
    pub(crate) fn roles(self) -> &'static [Role] {
        TABLE[self as usize].2
    }

    /// Whether this role has it.
    pub(crate) fn is_of(self, role: Role) -> bool {
        self.roles().contains(&role)
    }

    /// Whether the administrator of the collector's machine has it: a network manager who also lets people and devices
    /// in.
    pub(crate) fn is_of_administrator(self) -> bool {
        self.roles().is_empty() || self.is_of(NetworkManager)
    }
}

/// All permissions, in the order of the table.
pub(super) fn all() -> impl Iterator<Item = Permission> {
    TABLE.into_iter().map(|(permission, ..)| permission)
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::Role;

    use super::{Permission, TABLE, all};

    /// The table as docs/security.md shows it: one line a permission, one column a role.
    fn printed() -> String {
        let line = |permission: Permission| {
            let mark = |role| if permission.is_of(role) { " x |" } else { " |" };
            let marks: String = Role::ALL.into_iter().map(mark).collect();
            let administrator = if permission.is_of_administrator() { " x |" } else { " |" };
            format!("| {} |{administrator}{marks}\n", permission.what())
        };
        all().map(line).collect()
    }

    #[test]
    fn every_permission_stands_at_its_place() {
        for (place, (permission, what, _)) in TABLE.into_iter().enumerate() {
            assert_eq!(permission as usize, place, "{what}");
        }
    }

    #[test]
    fn the_documented_table_is_the_one_in_force() {
        let documented = include_str!("../../../docs/security.md");
        assert!(documented.contains(&printed()), "docs/security.md has to say:\n{}", printed());
    }

    #[test]
    fn nobody_but_those_who_work_on_concerns_comes_near_one() {
        let near = ["CasesList", "CasesShow", "CasesAct", "CasesOpen", "CasesApprove", "CasesExport", "SubjectExport"];
        for permission in all().filter(|permission| near.contains(&format!("{permission:?}").as_str())) {
            for role in Role::ALL {
                let safeguarding = [Role::SafeguardingLead, Role::Deputy, Role::Head, Role::Chair].contains(&role);
                assert!(safeguarding || !permission.is_of(role), "{role} may {}", permission.what());
            }
            assert!(!permission.is_of_administrator(), "{}", permission.what());
        }
    }
}
