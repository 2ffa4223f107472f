//! Makes an audit.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, Transaction, params};

use super::rows::AuditRow;
use super::{EVERY_SITE, estate, mails, sets};
use crate::audit::Entry;
use crate::licences::{Audited, Measures, Outcome, audit as reconcile};
use crate::store::licences::register;
use crate::store::{Order, SiteScope, Store, StoreError, audit};

/// What one look at the database came to.
struct Found {
    audited: Audited,
    /// Rows of the sites, in the order of the outcomes.
    sites: Vec<i64>,
    at: Timestamp,
}

impl Store {
    /// Holds the register against what is installed, in one look at the database, and keeps what came of it. A site is
    /// audited as part of all; who asked is named in the audit chain.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn run_licence_audit(
        &self,
        asked_by: &str,
        zone: TimeZone,
        measures: Measures,
        now: Timestamp,
    ) -> Result<AuditRow, StoreError> {
        let found = self.read(move |connection| look(connection, &zone, &measures, now)).await?;
        let asked_by = asked_by.to_owned();
        let policies = self.policies.clone();
        self.write(Order::First, move |tx| {
            let kept = keep(tx, &found, &asked_by)?;
            if asked_by == super::WEEKLY {
                mails::queue(tx, &policies, kept.id, now)?;
            }
            Ok(kept)
        })
        .await
    }
}

fn look(connection: &Connection, zone: &TimeZone, measures: &Measures, now: Timestamp) -> Result<Found, StoreError> {
    let moment = connection.unchecked_transaction()?;
    let estate = estate::read(&moment, zone, now)?;
    let register = register::read(&moment, &SiteScope::all())?;
    let mut query = moment.prepare_cached("SELECT id FROM site ORDER BY id")?;
    let sites = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    drop(query);
    moment.finish()?;
    let today = now.to_zoned(zone.clone()).date();
    Ok(Found { audited: reconcile(&estate, &register, today, measures), sites, at: now })
}

fn keep(tx: &Transaction<'_>, found: &Found, asked_by: &str) -> Result<AuditRow, StoreError> {
    let outcome = &found.audited.outcome;
    tx.prepare_cached("INSERT INTO licence_audit (at, day, asked_by) VALUES (?1, ?2, ?3)")?.execute(params![
        found.at.as_millisecond(),
        outcome.on.to_string(),
        asked_by
    ])?;
    let id = tx.last_insert_rowid();
    let of_sites = found.sites.iter().copied().zip(&found.audited.sites);
    for (site, outcome) in std::iter::once((EVERY_SITE, outcome)).chain(of_sites) {
        let counts = outcome.counts();
        tx.prepare_cached(
            "INSERT INTO licence_audit_outcome (audit, site, met, not_met, unknown, result)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![id, site, counts.met, counts.not_met, counts.unknown, written(outcome)])?;
    }
    let mut devices =
        tx.prepare_cached("INSERT INTO licence_audit_devices (audit, title, number, devices) VALUES (?1, ?2, ?3, ?4)")?;
    for (part, rows) in &found.audited.fleet {
        devices.execute(params![id, "", part, sets::pack(rows)])?;
    }
    for behind in &found.audited.behind {
        devices.execute(params![id, behind.slug, behind.number.word(), sets::pack(&behind.devices)])?;
    }
    let counts = outcome.counts();
    let entry = Entry {
        at_ms: found.at.as_millisecond(),
        actor: if asked_by == super::WEEKLY { "collector".to_owned() } else { asked_by.to_owned() },
        action: "licences.audit".into(),
        subject: format!("audit {id}"),
        detail: format!("{} met, {} not met, {} unknown", counts.met, counts.not_met, counts.unknown),
    };
    audit::append(tx, &entry)?;
    Ok(AuditRow { id, at: found.at, day: outcome.on, asked_by: asked_by.to_owned() })
}

fn written(outcome: &Outcome) -> String {
    serde_json::to_string(outcome).expect("numbers, texts, lists and maps with texts as keys are JSON")
}
