//! Changing a licence, and taking it out of the register.

use rusqlite::{Transaction, params};

use super::super::{Order, SiteScope, Store, StoreError};
use super::row::{self, LicenceRow};
use super::{Done, Hand, Unfit, add, owned};
use crate::licences::{Change, Edit, Licence, LicenceId, Metric, Pence};

impl Store {
    /// Changes fields of a licence; gives it as it is now, and what changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn edit_licence(
        &self,
        id: LicenceId,
        edit: Edit,
        sites: SiteScope,
        hand: Hand,
    ) -> Done<(LicenceRow, Vec<Change>)> {
        let catalogue = self.catalogue();
        self.write(Order::First, move |tx| {
            let row = match owned(tx, id, &sites)? {
                Ok(row) => row,
                Err(unfit) => return Ok(Err(unfit)),
            };
            let retitled = edit.title.is_some();
            let wanted = edit.apply(&row.licence);
            let (mut wanted, mut name) = match add::fit(tx, &catalogue, wanted, &sites)? {
                Ok(fit) => fit,
                Err(unfit) => return Ok(Err(unfit)),
            };
            if !retitled {
                (wanted.title, name) = (row.licence.title.clone(), row.title_name.clone());
            }
            if let Err(unfit) = keeps_its_seats(&row, &wanted) {
                return Ok(Err(unfit));
            }
            let changes = Change::between(&row.licence, &wanted);
            if !changes.is_empty() {
                update(tx, &wanted, &name, &hand)?;
                let told: Vec<String> = changes.iter().map(Change::without_names).collect();
                hand.write_down(tx, "licence.edit", id.to_string(), told.join("; "))?;
            }
            let row = row::one(tx, id, &sites)?.ok_or(StoreError::Stumbled)?;
            Ok(Ok((row, changes)))
        })
        .await
    }

    /// Takes a licence out of the register, for a reason.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn remove_licence(
        &self,
        id: LicenceId,
        reason: String,
        sites: SiteScope,
        hand: Hand,
    ) -> Done<LicenceRow> {
        self.write(Order::First, move |tx| {
            if let Err(unfit) = owned(tx, id, &sites)? {
                return Ok(Err(unfit));
            }
            if let Some(other) = handed_to(tx, id)? {
                let problem = format!("{id} has handed seats to {other}, which is in the register");
                let remedy = format!("take that out first:  caretaker-collector licences remove {other}");
                return Ok(Unfit::because("number", problem, remedy));
            }
            let now = hand.at.as_millisecond();
            tx.prepare_cached("UPDATE licence SET removed_at = ?2, removed_why = ?3, changed_at = ?2 WHERE id = ?1")?
                .execute(params![id.0, now, reason])?;
            hand.write_down(tx, "licence.remove", id.to_string(), String::new())?;
            Ok(row::one(tx, id, &sites)?.ok_or(Unfit::Unknown))
        })
        .await
    }
}

/// Seats that were given or handed on stay what they are.
fn keeps_its_seats(row: &LicenceRow, wanted: &Licence) -> Result<(), Unfit> {
    let given = row.seats.devices + row.seats.accounts;
    let id = row.licence.id;
    let to_free = format!("take them back first:  caretaker-collector licences unassign {id}");
    if given + row.handed_on > 0 && wanted.metric != row.licence.metric {
        let problem = format!("{id} has given or handed on seats per {}", row.licence.metric.word());
        return Unfit::because("metric", problem, to_free);
    }
    if wanted.metric.is_counted() && wanted.quantity < given + row.handed_on {
        let problem = format!(
            "quantity {} is less than the {given} seats given and {} handed on",
            wanted.quantity, row.handed_on
        );
        return Unfit::because("quantity", problem, to_free);
    }
    let moved = wanted.scope.site.is_some() && wanted.scope.site != row.licence.scope.site;
    if moved && row.seats.devices > 0 {
        let problem = format!("{id} has given seats to {} devices of its site", row.seats.devices);
        return Unfit::because("site", problem, to_free);
    }
    Ok(())
}

/// A licence in the register that was handed over from this one.
fn handed_to(tx: &Transaction<'_>, id: LicenceId) -> Result<Option<LicenceId>, StoreError> {
    let mut query = tx.prepare_cached(
        "SELECT l.id FROM licence_transfer x JOIN licence l ON l.id = x.target
         WHERE x.source = ?1 AND l.removed_at IS NULL ORDER BY l.id LIMIT 1",
    )?;
    let mut rows = query.query_map([id.0], |row| row.get(0).map(LicenceId))?;
    Ok(rows.next().transpose()?)
}

fn update(tx: &Transaction<'_>, licence: &Licence, title_name: &str, hand: &Hand) -> Result<(), StoreError> {
    tx.prepare_cached(
        "UPDATE licence SET title = ?2, title_name = ?3, version = ?4, edition = ?5, metric = ?6, term = ?7,
             quantity = ?8, site = (SELECT id FROM site WHERE name = ?9), place = ?10, starts_on = ?11, ends_on = ?12,
             notice_on = ?13, cost_pence = ?14, supplier = ?15, order_ref = ?16, proof_holder = ?17, note = ?18,
             changed_at = ?19
         WHERE id = ?1",
    )?
    .execute(params![
        licence.id.0,
        licence.title,
        title_name,
        licence.version,
        licence.edition,
        licence.metric.word(),
        licence.term.word(),
        counted(licence.metric, licence.quantity),
        licence.scope.site,
        licence.scope.place,
        licence.starts_on.map(|day| day.to_string()),
        licence.ends_on.map(|day| day.to_string()),
        licence.notice_on.map(|day| day.to_string()),
        licence.cost.map(pence),
        licence.supplier,
        licence.order_ref,
        licence.proof_holder,
        licence.note,
        hand.at.as_millisecond()
    ])?;
    Ok(())
}

/// A number of seats as the database has it.
pub(super) fn counted(metric: Metric, quantity: u32) -> Option<u32> {
    metric.is_counted().then_some(quantity)
}

/// Money as the database has it.
pub(super) fn pence(cost: Pence) -> i64 {
    i64::try_from(cost.0).unwrap_or(i64::MAX)
}
