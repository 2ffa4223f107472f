//! Every call of the operators' interface and the permission without which nobody comes to it. A call that has no line
//! here is answered to nobody; a test holds the list against the contract.

use super::permissions::Permission;

/// Before the name of every call.
pub(super) const PACKAGE: &str = "/caretaker.console.v1.";

/// Service and call, and what it needs at the least.
pub(super) const CALLS: &[(&str, Permission)] = &[
    ("Console/Status", Permission::StatusRead),
    ("Console/ListDevices", Permission::DevicesRead),
    ("Console/GetDevice", Permission::DevicesRead),
    ("Console/RevokeDevice", Permission::DevicesChange),
    ("Console/RetireDevice", Permission::DevicesChange),
    ("Console/ReportDeviceLost", Permission::DevicesChange),
    ("Console/ListExecutables", Permission::ExecutablesRead),
    ("Console/GetExecutable", Permission::ExecutablesRead),
    ("Console/ListSoftware", Permission::SoftwareRead),
    ("Console/ListFindings", Permission::FindingsRead),
    ("Console/ListAlerts", Permission::AlertsRead),
    ("Console/GetAlert", Permission::AlertsRead),
    ("Console/AcknowledgeAlert", Permission::AlertsAnswer),
    ("Console/CloseAlert", Permission::AlertsAnswer),
    ("Cases/ListCases", Permission::CasesList),
    ("Cases/GetCase", Permission::CasesShow),
    ("Cases/AcknowledgeCase", Permission::CasesAct),
    ("Cases/AssignCase", Permission::CasesAct),
    ("Cases/NoteOnCase", Permission::CasesAct),
    ("Cases/CloseCase", Permission::CasesAct),
    ("Cases/ReopenCase", Permission::CasesAct),
    ("Cases/LinkCases", Permission::CasesAct),
    ("Cases/OpenCase", Permission::CasesOpen),
    ("Cases/ApproveOpening", Permission::CasesApprove),
    ("Cases/NamePerson", Permission::CasesOpen),
    ("Cases/IncidentLog", Permission::CasesExport),
    ("Cases/RecordExport", Permission::CasesExport),
    ("Cases/ConfirmFiled", Permission::CasesExport),
    ("Cases/Guidance", Permission::StatusRead),
    ("Reports/RunCanary", Permission::CanaryRun),
    ("Reports/GetCanaryRun", Permission::CanaryRead),
    ("Reports/AcknowledgeCanary", Permission::CasesAct),
    ("Reports/ListCanaries", Permission::CanaryRead),
    ("Reports/GetCertificate", Permission::CanaryRead),
    ("Reports/GetTermReport", Permission::ReportsTerm),
    ("Reports/GetReviewReport", Permission::ReportsReview),
    ("Console/CreateToken", Permission::TokensCreate),
    ("Console/ApplyPolicy", Permission::PolicyApply),
    ("Console/GetPolicy", Permission::PolicyRead),
    ("Keys/PublishRecipients", Permission::KeysPublish),
    ("Keys/GetRecipients", Permission::KeysRead),
    ("Proof/VerifyAudit", Permission::AuditVerify),
    ("Proof/ListAudit", Permission::AuditOwn),
    ("Proof/GetRetention", Permission::RetentionRead),
    ("Proof/HoldCase", Permission::RetentionHold),
    ("Proof/ReleaseHold", Permission::RetentionHold),
    ("Proof/ExportSubject", Permission::SubjectExport),
    ("Proof/EraseSubject", Permission::SubjectErase),
    ("Proof/AddDataRequest", Permission::RequestsRegister),
    ("Proof/ListDataRequests", Permission::RequestsRegister),
    ("Proof/ExtendDataRequest", Permission::RequestsRegister),
    ("Proof/CloseDataRequest", Permission::RequestsRegister),
    ("Proof/AddDisclosure", Permission::RequestsRegister),
    ("Proof/ListDisclosures", Permission::RequestsRegister),
    ("Dashboard/GetDashboard", Permission::StatusRead),
    ("Dashboard/ListBehind", Permission::DevicesRead),
    ("Operators/WhoAmI", Permission::OwnAccess),
    ("Operators/AddOperator", Permission::OperatorsManage),
    ("Operators/CreateLoginCode", Permission::OperatorsManage),
    ("Operators/ListOperators", Permission::OperatorsRead),
    ("Operators/RevokeOperator", Permission::OperatorsManage),
    ("Operators/RenewOperator", Permission::OwnAccess),
    ("Operators/Logout", Permission::OwnAccess),
];

/// The call that a request is for, "Console/Status", and what it needs; `None` for one that is not in the list.
pub(super) fn find(path: &str) -> Option<(&'static str, Permission)> {
    let name = path.strip_prefix(PACKAGE)?;
    CALLS.iter().copied().find(|(call, _)| *call == name)
}
