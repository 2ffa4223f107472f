//! Who looks at cases, as far as the store must know to leave out what is not theirs.

use caretaker_shared::model::Role;
use rusqlite::types::Value;

/// Somebody who looks at a case or works on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// As the audit chain names them.
    pub actor: String,
    /// Their role. A case that is about it does not exist for them.
    pub role: Role,
    /// Names of the sites that they look after; empty for all.
    pub sites: Vec<String>,
}

/// Holds of a row of `alert a`, `site s` and `case_file f` exactly when the viewer may know that it is there
/// (detection.md 4.3, 4.4): the lead and the deputies of everything, the head of what is grave or about staff, the chair
/// of what is about the head; both of what somebody asked a second person to open; nobody of what is about them.
pub(super) const MAY_KNOW: &str = "instr(f.conflicts, ',' || :role || ',') = 0
    AND (:sites IS NULL OR s.name COLLATE NOCASE IN (SELECT value FROM json_each(:sites)))
    AND CASE :role
        WHEN 'safeguarding-lead' THEN 1
        WHEN 'deputy' THEN 1
        WHEN 'head' THEN a.severity = 5 OR f.subject = 'staff' OR f.conflicts <> ''
                         OR EXISTS (SELECT 1 FROM opening o WHERE o.alert = a.id)
        WHEN 'chair' THEN instr(f.conflicts, ',head,') > 0
                          OR EXISTS (SELECT 1 FROM opening o WHERE o.alert = a.id)
        ELSE 0 END";

impl Viewer {
    /// For `:sites` of [`MAY_KNOW`]: a list in JSON, or nothing for all.
    pub(super) fn sites(&self) -> Value {
        if self.sites.is_empty() {
            return Value::Null;
        }
        Value::Text(serde_json::to_string(&self.sites).expect("texts are JSON"))
    }
}
