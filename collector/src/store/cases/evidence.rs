//! What a case holds for those who may open it: the events behind it, with what their devices sealed.

use std::sync::Arc;

use caretaker_shared::model::SubjectKind;
use caretaker_shared::policy::{NameForm, Policy, Retention};
use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::super::in_force::Policies;
use super::super::vault::Vault;
use super::super::{StoreError, moment::moment, sealed};
use super::row::CaseRow;

/// Why nothing is sealed any more.
pub(in crate::store) const ERASED: &str = "erased";
/// Events whose content is handed out; a case of more has the gravest.
const MOST: u32 = 50;

/// An event behind a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRow {
    pub(crate) event: i64,
    /// Id of the rule.
    pub rule: String,
    /// Id of the category.
    pub category: String,
    /// 1 to 5, as the device said.
    pub severity: u32,
    /// Where the text was: "documents", "searches".
    pub source: String,
    /// When.
    pub occurred_at: Timestamp,
    /// Keyed hash of the account, as the device has it.
    pub user: Option<Vec<u8>>,
    /// What the device sealed; empty for nothing.
    pub sealed: Vec<u8>,
    /// Why nothing is sealed; empty when something is.
    pub unsealed: String,
    /// Of the device that sealed it, DER; empty for nothing.
    pub certificate: Vec<u8>,
    /// What the other of two people has taken off: their partner (empty for whoever asked), and the bytes.
    pub halves: Vec<(String, Vec<u8>)>,
    /// Month and bytes of the wraps that belong to what is sealed.
    pub(super) wrap: Option<(String, Vec<u8>)>,
}

/// Puts the wraps back to what was sealed, so that it is as its device sent it.
pub(super) fn complete(vault: &Vault, rows: &mut [EvidenceRow]) {
    for row in rows.iter_mut() {
        let Some(wrap) = row.wrap.take() else { continue };
        row.sealed = sealed::whole(vault, row.event, &row.sealed, &wrap);
        if row.sealed.is_empty() {
            row.unsealed = ERASED.into();
        }
    }
}

/// The events of a case, the gravest first; with what was kept of that side of an opening.
pub(super) fn of_case(
    connection: &Connection,
    case: &CaseRow,
    opening: Option<(i64, &str)>,
) -> Result<Vec<EvidenceRow>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT event.id, event.rule, event.category, event.severity, keyword.source, keyword.occurred_at, keyword.user,
                sealed.content, keyword.unsealed, device_certificate.der, wrap.month, wrap.bytes
         FROM event JOIN keyword ON keyword.event = event.id LEFT JOIN sealed ON sealed.event = event.id
         LEFT JOIN wrap ON wrap.event = event.id
         LEFT JOIN device_certificate ON device_certificate.fingerprint = sealed.certificate
         WHERE event.alert = ?1 ORDER BY event.severity DESC, event.id LIMIT ?2",
    )?;
    let rows = query.query_map(params![case.rowid, MOST], |row| {
        Ok(EvidenceRow {
            event: row.get(0)?,
            rule: row.get(1)?,
            category: row.get(2)?,
            severity: row.get(3)?,
            source: row.get(4)?,
            occurred_at: moment(row.get(5)?),
            user: row.get(6)?,
            sealed: row.get::<_, Option<_>>(7)?.unwrap_or_default(),
            unsealed: row.get::<_, Option<_>>(8)?.unwrap_or_default(),
            certificate: row.get::<_, Option<_>>(9)?.unwrap_or_default(),
            halves: Vec::new(),
            wrap: row.get::<_, Option<String>>(10)?.zip(row.get::<_, Option<Vec<u8>>>(11)?),
        })
    })?;
    let mut evidence = rows.collect::<Result<Vec<_>, _>>()?;
    if let Some((opening, side)) = opening {
        let mut query = connection.prepare_cached(
            "SELECT partner, half FROM opening_half WHERE opening = ?1 AND event = ?2 AND side = ?3 ORDER BY partner",
        )?;
        for row in &mut evidence {
            let halves = query.query_map(params![opening, row.event, side], |half| Ok((half.get(0)?, half.get(1)?)))?;
            row.halves = halves.collect::<Result<_, _>>()?;
        }
    }
    Ok(evidence)
}

/// Whether the policy of the case's site asks for the chair's approval of what is about staff (D5).
pub(super) fn chair_approves(connection: &Connection, policies: &Policies, case: &CaseRow) -> Result<bool, StoreError> {
    Ok(policy(connection, policies, case)?.is_some_and(|policy| policy.cases.chair_approves_staff))
}

/// How the account that the case is about is shown once it was opened (E9): pupils as the policy says, staff as they are
/// called.
pub(super) fn names(connection: &Connection, policies: &Policies, case: &CaseRow) -> Result<NameForm, StoreError> {
    let asked = policy(connection, policies, case)?.map(|policy| policy.cases.names).unwrap_or_default();
    Ok(if case.subject == SubjectKind::Staff.word() { NameForm::Full } else { asked })
}

/// Days after which the copy here goes, once an export is filed.
pub(super) fn filed_days(connection: &Connection, policies: &Policies, case: &CaseRow) -> Result<u32, StoreError> {
    let policy = policy(connection, policies, case)?;
    Ok(policy.map_or_else(Retention::default, |policy| policy.retention).filed_days)
}

/// The policy of the case's site.
pub(super) fn policy(
    connection: &Connection,
    policies: &Policies,
    case: &CaseRow,
) -> Result<Option<Arc<Policy>>, StoreError> {
    let site =
        connection.prepare_cached("SELECT site FROM alert WHERE id = ?1")?.query_row([case.rowid], |row| row.get(0))?;
    Ok(policies.in_force(connection, site)?.map(|(_, policy)| policy))
}
