//! To whom something about a case was disclosed, and who decided that (E10).

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{named_params, params};

use super::super::{Store, StoreError};
use super::viewer::{MAY_KNOW, Viewer};
use super::work::Worked;

/// A disclosure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisclosureRow {
    /// The case.
    pub reference: String,
    /// When.
    pub on_day: Date,
    /// An office: "children's social care".
    pub recipient: String,
    /// What was handed over.
    pub what: String,
    /// On which ground: "vital interests", "consent", "court order".
    pub basis: String,
    /// Who decided it.
    pub decided_by: String,
    /// Why.
    pub reason: String,
    /// Who entered it.
    pub added_by: String,
}

impl Store {
    /// Enters a disclosure about a case.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_disclosure(
        &self,
        disclosure: DisclosureRow,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Worked, StoreError> {
        let reference = disclosure.reference.clone();
        self.work(&reference, viewer, now, move |scene| {
            let DisclosureRow { on_day, recipient, what, basis, decided_by, reason, .. } = &disclosure;
            scene
                .tx
                .prepare_cached(
                    "INSERT INTO disclosure (alert, on_day, recipient, what, basis, decided_by, reason, added_at,
                                             added_by)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?
                .execute(params![
                    scene.case.rowid,
                    on_day.to_string(),
                    recipient,
                    what,
                    basis,
                    decided_by,
                    reason,
                    now.as_millisecond(),
                    scene.viewer.actor
                ])?;
            scene.audit("disclosure.add", &format!("to {recipient}, decided by {decided_by}")).map(|()| true)
        })
        .await
    }

    /// Disclosures about the cases that the viewer may know of, or about one of them; the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn list_disclosures(&self, reference: String, viewer: Viewer) -> Result<Vec<DisclosureRow>, StoreError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(&format!(
                "SELECT a.reference, x.on_day, x.recipient, x.what, x.basis, x.decided_by, x.reason, x.added_by
                 FROM disclosure x JOIN alert a ON a.id = x.alert JOIN case_file f ON f.alert = a.id
                 WHERE (:reference = '' OR a.reference = :reference) AND {MAY_KNOW}
                 ORDER BY x.on_day DESC, x.id DESC LIMIT 1000"
            ))?;
            let values = named_params! { ":reference": reference, ":role": viewer.role.word(), ":sites": viewer.sites };
            let rows = query.query_map(values, |row| {
                Ok(DisclosureRow {
                    reference: row.get(0)?,
                    on_day: row.get::<_, String>(1)?.parse().unwrap_or(Date::MIN),
                    recipient: row.get(2)?,
                    what: row.get(3)?,
                    basis: row.get(4)?,
                    decided_by: row.get(5)?,
                    reason: row.get(6)?,
                    added_by: row.get(7)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
