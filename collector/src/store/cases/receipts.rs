//! Receipts of exports: what was made, for the child-protection file, and that it lies there.

use data_encoding::HEXLOWER;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::{Connection, OptionalExtension as _, Row, named_params, params};

use super::super::{Order, Store, StoreError, moment::moment};
use super::step::StepKind;
use super::viewer::{MAY_KNOW, Viewer};
use super::work::Scene;
use super::{evidence, row};

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRow {
    /// "26-0042-1".
    pub number: String,
    /// The case.
    pub reference: String,
    /// SHA-256 of the files, in hex; empty while they were not recorded.
    pub pdf_sha256: String,
    /// The same of the other file.
    pub json_sha256: String,
    /// When it was made, and by whom.
    pub made: (Timestamp, String),
    /// When it was filed, and by whom.
    pub filed: Option<(Timestamp, String)>,
    /// When the copy here goes.
    pub delete_after: Option<Timestamp>,
}

/// What came of a change to a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filed {
    /// It is as asked.
    Done(ReceiptRow),
    /// Another digest was recorded before, or none yet: nothing was changed.
    Cannot(ReceiptRow),
    /// There is none of that number, as far as this viewer may know.
    Unheard(String),
}

const COLUMNS: &str = "SELECT r.number, a.reference, r.pdf_sha256, r.json_sha256, r.made_at, r.made_by, r.filed_at,
    r.filed_by, r.delete_after
    FROM receipt r JOIN alert a ON a.id = r.alert JOIN case_file f ON f.alert = a.id";

/// Numbers a new receipt in the transaction that hands the content out.
pub(super) fn begin(scene: &Scene<'_>) -> Result<String, StoreError> {
    let before: i64 = scene
        .tx
        .prepare_cached("SELECT count(*) FROM receipt WHERE alert = ?1")?
        .query_row([scene.case.rowid], |row| row.get(0))?;
    let number = format!("{}-{}", scene.case.reference, before + 1);
    scene
        .tx
        .prepare_cached("INSERT INTO receipt (number, alert, made_at, made_by) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![number, scene.case.rowid, scene.now.as_millisecond(), scene.viewer.actor])?;
    Ok(number)
}

impl Store {
    /// Records what was made of an export: once.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_export(
        &self,
        number: &str,
        pdf_sha256: [u8; 32],
        json_sha256: [u8; 32],
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Filed, StoreError> {
        self.on_receipt(number, viewer, now, move |scene, receipt| {
            let digests = (HEXLOWER.encode(&pdf_sha256), HEXLOWER.encode(&json_sha256));
            if !receipt.pdf_sha256.is_empty() {
                return Ok((receipt.pdf_sha256.as_str(), receipt.json_sha256.as_str()) == (&digests.0, &digests.1));
            }
            scene
                .tx
                .prepare_cached("UPDATE receipt SET pdf_sha256 = ?2, json_sha256 = ?3 WHERE number = ?1")?
                .execute(params![receipt.number, pdf_sha256, json_sha256])?;
            let detail = format!("{} sha256={}", receipt.number, digests.0);
            scene.note(StepKind::Exported, "case.export", &detail, None).map(|()| true)
        })
        .await
    }

    /// Notes that an export lies in the child-protection file; the copy here goes as many days later as the policy says,
    /// unless it is held.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn confirm_filed(&self, number: &str, viewer: Viewer, now: Timestamp) -> Result<Filed, StoreError> {
        let policies = self.policies.clone();
        self.on_receipt(number, viewer, now, move |scene, receipt| {
            if receipt.filed.is_some() {
                return Ok(true);
            }
            if receipt.pdf_sha256.is_empty() {
                return Ok(false);
            }
            let days = i64::from(evidence::filed_days(scene.tx, &policies, scene.case)?);
            let after = now.checked_add((days * 24).hours()).unwrap_or(Timestamp::MAX);
            let after = Some(after.as_millisecond()).filter(|_| !scene.case.legal_hold);
            scene
                .tx
                .prepare_cached("UPDATE receipt SET filed_at = ?2, filed_by = ?3, delete_after = ?4 WHERE number = ?1")?
                .execute(params![receipt.number, now.as_millisecond(), scene.viewer.actor, after])?;
            scene.note(StepKind::Filed, "case.file", &receipt.number, None).map(|()| true)
        })
        .await
    }

    async fn on_receipt(
        &self,
        number: &str,
        viewer: Viewer,
        now: Timestamp,
        step: impl FnOnce(&Scene<'_>, &ReceiptRow) -> Result<bool, StoreError> + Send + 'static,
    ) -> Result<Filed, StoreError> {
        let number = number.to_owned();
        self.write(Order::First, move |tx| {
            let Some(receipt) = by_number(tx, &number, &viewer)? else { return Ok(Filed::Unheard(number)) };
            let Some(case) = row::by_reference(tx, &receipt.reference, &viewer)? else {
                return Ok(Filed::Unheard(number));
            };
            let done = step(&Scene { tx, case: &case, viewer: &viewer, now }, &receipt)?;
            let receipt = by_number(tx, &number, &viewer)?.unwrap_or(receipt);
            Ok(if done { Filed::Done(receipt) } else { Filed::Cannot(receipt) })
        })
        .await
    }
}

fn by_number(connection: &Connection, number: &str, viewer: &Viewer) -> Result<Option<ReceiptRow>, StoreError> {
    let sql = format!("{COLUMNS} WHERE r.number = :number AND {MAY_KNOW}");
    let values = named_params! { ":number": number, ":role": viewer.role.word(), ":sites": viewer.sites };
    Ok(connection.prepare_cached(&sql)?.query_row(values, read).optional()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<ReceiptRow> {
    let hex =
        |at| row.get::<_, Option<Vec<u8>>>(at).map(|hash| hash.map_or_else(String::new, |of| HEXLOWER.encode(&of)));
    let (filed_at, filed_by): (Option<i64>, Option<String>) = (row.get(6)?, row.get(7)?);
    Ok(ReceiptRow {
        number: row.get(0)?,
        reference: row.get(1)?,
        pdf_sha256: hex(2)?,
        json_sha256: hex(3)?,
        made: (moment(row.get(4)?), row.get(5)?),
        filed: filed_at.map(|at| (moment(at), filed_by.unwrap_or_default())),
        delete_after: row.get::<_, Option<i64>>(8)?.map(moment),
    })
}
