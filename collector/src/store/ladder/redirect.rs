//! A new policy names other people.

use caretaker_shared::policy::{Policy, Rung};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::case::{Case, SELECT};
use crate::store::StoreError;
use crate::store::outbox::{ABOUT_ALERT, Call, NETWORK_MANAGER, Post, next_turn, queue};

/// Turns mail about a site's open alerts that has reached nobody at its address to the addresses that the policy names
/// now: an address that was wrong, or belongs to somebody who has left, must not keep an alert from those whom it
/// concerns. What went out, or is on its way, stays.
pub(in crate::store) fn redirect(
    tx: &Transaction<'_>,
    site: i64,
    policy: &Policy,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = format!(
        "{SELECT}
         WHERE ladder.alert IS NOT NULL AND alert.site = ?1 AND alert.state <> 'closed' AND EXISTS (
             SELECT 1 FROM outbox WHERE outbox.alert = alert.id AND {ABOUT_ALERT}
             AND outbox.state IN ('waiting', 'failed'))
         ORDER BY alert.id"
    );
    let cases = tx.prepare_cached(&sql)?.query_map([site], Case::read)?.collect::<Result<Vec<_>, _>>()?;
    for case in cases {
        let rungs = case.rungs(policy);
        let told: Vec<&Rung> = rungs.iter().take(case.told.max(1)).collect();
        let named = told.iter().flat_map(|rung| rung.addresses.iter().map(String::as_str)).collect::<Vec<_>>();
        let held = drop_unnamed(tx, case.alert, &named)?;
        let turn = next_turn(tx, &case.source, now)?;
        for rung in told {
            let news = Rung { role: rung.role, addresses: not_among(&rung.addresses, &held) };
            case.mail(tx, &news, Call::First, turn, now)?;
        }
    }
    redirect_others(tx, site, policy, now)
}

/// Alerts about devices.
fn redirect_others(tx: &Transaction<'_>, site: i64, policy: &Policy, now: Timestamp) -> Result<(), StoreError> {
    let alerts = tx
        .prepare_cached(
            "SELECT DISTINCT alert.id, alert.reference, alert.severity
             FROM outbox JOIN alert ON alert.id = outbox.alert
             WHERE outbox.state IN ('waiting', 'failed') AND alert.site = ?1 AND alert.state <> 'closed'
               AND alert.kind = 'device' ORDER BY alert.id",
        )?
        .query_map([site], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<Vec<(i64, String, u8)>, _>>()?;
    for (alert, reference, urgency) in alerts {
        let addresses = &policy.alerts.network_manager;
        let held = drop_unnamed(tx, alert, &addresses.iter().map(String::as_str).collect::<Vec<_>>())?;
        let post = Post {
            alert,
            reference: &reference,
            call: Call::First,
            role: NETWORK_MANAGER,
            urgency,
            source: "",
            turn: 0,
            now,
        };
        queue(tx, &post, &not_among(addresses, &held))?;
    }
    Ok(())
}

/// Drops unsent mail to addresses that are not named any more; says to which there was mail.
fn drop_unnamed(tx: &Transaction<'_>, alert: i64, named: &[&str]) -> Result<Vec<String>, StoreError> {
    let rows = tx
        .prepare_cached(&format!(
            "SELECT id, address, state IN ('waiting', 'failed') FROM outbox WHERE alert = ?1 AND {ABOUT_ALERT}"
        ))?
        .query_map([alert], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<Vec<(i64, String, bool)>, _>>()?;
    for (row, _, _) in rows.iter().filter(|(_, address, unsent)| *unsent && !named.iter().any(|one| same(one, address)))
    {
        tx.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute(params![row])?;
    }
    Ok(rows.into_iter().map(|(_, address, _)| address).collect())
}

fn not_among(addresses: &[String], held: &[String]) -> Vec<String> {
    addresses.iter().filter(|named| !held.iter().any(|address| same(named, address))).cloned().collect()
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}
