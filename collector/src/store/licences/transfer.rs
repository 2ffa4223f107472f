//! Seats that one site hands to another.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, named_params, params};

use super::super::console::count;
use super::super::moment::moment;
use super::super::{Order, SiteScope, Store, StoreError};
use super::row::{self, LicenceRow};
use super::{Done, Hand, Unfit, add, owned};
use crate::licences::{Licence, LicenceId};

/// A transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferRow {
    /// The licence that gave.
    pub source: LicenceId,
    /// The licence that the seats became.
    pub target: LicenceId,
    /// Site of the target; `None` where it is not the reader's to see.
    pub site: Option<String>,
    /// Seats.
    pub quantity: u32,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

impl Store {
    /// Hands seats that nobody has to another site: there they are a licence of their own on the same terms. Gives both.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn transfer_licence(
        &self,
        id: LicenceId,
        to_site: String,
        quantity: u32,
        reason: String,
        sites: SiteScope,
        hand: Hand,
    ) -> Done<(LicenceRow, LicenceRow)> {
        self.write(Order::First, move |tx| {
            let row = match owned(tx, id, &sites)? {
                Ok(row) => row,
                Err(unfit) => return Ok(Err(unfit)),
            };
            let site = match add::own_site(tx, Some(to_site), &sites)? {
                Ok(site) => site.map(|(_, name)| name),
                Err(unfit) => return Ok(Err(unfit)),
            };
            if let Err(unfit) = can_go(&row, site.as_deref(), quantity) {
                return Ok(Err(unfit));
            }
            let target = hand_over(tx, &row, site, quantity, &reason, &sites, &hand)?;
            let source = row::one(tx, id, &sites)?.ok_or(StoreError::Stumbled)?;
            Ok(Ok((source, target)))
        })
        .await
    }

    /// Transfers from and to a licence, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn licence_transfers(&self, id: LicenceId, sites: SiteScope) -> Result<Vec<TransferRow>, StoreError> {
        self.read(move |connection| of(connection, id, &sites)).await
    }
}

fn of(connection: &Connection, id: LicenceId, sites: &SiteScope) -> Result<Vec<TransferRow>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT x.source, x.target, s.name, x.quantity, x.reason, x.at, x.by
         FROM licence_transfer x JOIN licence l ON l.id = x.target
         LEFT JOIN site s ON s.id = l.site AND (:sites IS NULL OR s.id IN (SELECT value FROM json_each(:sites)))
         WHERE :id IN (x.source, x.target) ORDER BY x.id",
    )?;
    let rows = query.query_map(named_params! { ":id": id.0, ":sites": sites }, |row| {
        Ok(TransferRow {
            source: LicenceId(row.get(0)?),
            target: LicenceId(row.get(1)?),
            site: row.get(2)?,
            quantity: count(row.get(3)?),
            reason: row.get(4)?,
            at: moment(row.get(5)?),
            by: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn can_go(row: &LicenceRow, site: Option<&str>, quantity: u32) -> Result<(), Unfit> {
    let (id, licence) = (row.licence.id, &row.licence);
    if !licence.metric.is_counted() {
        let problem = format!("{id} is for a {} and has no seats to hand on", licence.metric.word());
        let remedy = format!("give it another site instead:  caretaker-collector licences edit {id} --site");
        return Unfit::because("number", problem, remedy);
    }
    if site == licence.scope.site.as_deref() {
        return Unfit::because("to", format!("{id} is of that site already"), "name another site");
    }
    let free = row.held().saturating_sub(row.seats.devices + row.seats.accounts);
    if quantity == 0 || quantity > free {
        let given = row.seats.devices + row.seats.accounts;
        let problem = format!("{quantity} seats cannot go: {id} has {} of its own, {given} of them given", row.held());
        let remedy = if free == 0 {
            format!("take seats back first:  caretaker-collector licences unassign {id}")
        } else {
            format!("1 to {free} can go")
        };
        return Unfit::because("quantity", problem, remedy);
    }
    Ok(())
}

fn hand_over(
    tx: &Transaction<'_>,
    row: &LicenceRow,
    site: Option<String>,
    quantity: u32,
    reason: &str,
    sites: &SiteScope,
    hand: &Hand,
) -> Result<LicenceRow, StoreError> {
    let mut wanted = Licence { quantity, cost: None, note: String::new(), ..row.licence.clone() };
    wanted.scope.site = site;
    wanted.scope.place = String::new();
    let target = add::insert(tx, &wanted, &row.title_name, sites, hand)?;
    let (from, to) = (row.licence.id, target.licence.id);
    tx.prepare_cached(
        "INSERT INTO licence_transfer (source, target, quantity, reason, at, by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![from.0, to.0, quantity, reason, hand.at.as_millisecond(), hand.actor])?;
    let place = |licence: &Licence| licence.scope.site.clone().unwrap_or_else(|| "all sites".into());
    let detail = format!("{quantity} seats: {} -> {} as {to}", place(&row.licence), place(&target.licence));
    hand.write_down(tx, "licence.transfer", from.to_string(), detail)?;
    row::one(tx, to, sites)?.ok_or(StoreError::Stumbled)
}
