//! Who looks at cases, as far as the store must know to leave out what is not theirs.

use caretaker_shared::model::Role;

use crate::store::SiteScope;

/// Somebody who looks at a case or works on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Who they are: an operator's id. Two of one id are not two people.
    pub id: String,
    /// As the audit chain names them: "Anna Example (safeguarding lead)".
    pub actor: String,
    /// Their role. A case that is about it does not exist for them.
    pub role: Role,
    /// The sites that they look after.
    pub sites: SiteScope,
}

/// Holds of a row of `alert a` and `case_file f` exactly when the viewer may know that it is there
/// (detection.md 4.3, 4.4): the lead and the deputies of everything, the head of what is grave or about staff, the chair
/// of what is about the head; both of what somebody asked a second person to open; nobody of what is about them.
pub(super) const MAY_KNOW: &str = "instr(f.conflicts, ',' || :role || ',') = 0
    AND (:sites IS NULL OR a.site IN (SELECT value FROM json_each(:sites)))
    AND CASE :role
        WHEN 'safeguarding-lead' THEN 1
        WHEN 'deputy' THEN 1
        WHEN 'head' THEN a.severity = 5 OR f.subject = 'staff' OR f.conflicts <> ''
                         OR EXISTS (SELECT 1 FROM opening o WHERE o.alert = a.id)
        WHEN 'chair' THEN instr(f.conflicts, ',head,') > 0
                          OR EXISTS (SELECT 1 FROM opening o WHERE o.alert = a.id)
        ELSE 0 END";
