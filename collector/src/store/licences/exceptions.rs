//! Exceptions: what the audit shall not complain of, why and until when.

use jiff::Timestamp;
use rusqlite::{Connection, Row, named_params, params};

use super::super::moment::moment;
use super::super::{Order, SiteScope, Store, StoreError};
use super::row::word;
use super::{Done, Hand, Unfit, add, title};
use crate::licences::{Exemption, Scope};

/// An exception and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionRow {
    /// Its number.
    pub id: i64,
    /// What it says.
    pub exemption: Exemption,
    /// The title's name; as it was written where the catalogue has none.
    pub title_name: String,
    /// Whether the catalogue knows the title.
    pub known: bool,
    /// Name of the one device that it is for.
    pub device_name: Option<String>,
    /// Who entered it.
    pub recorded_by: String,
    /// When and why it was withdrawn.
    pub withdrawn: Option<(Timestamp, String)>,
    /// Whether the reader is responsible for it.
    own: bool,
}

impl Store {
    /// Exceptions for these sites and for all, what ends first; withdrawn ones too.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn exceptions(&self, sites: SiteScope) -> Result<Vec<ExceptionRow>, StoreError> {
        self.read(move |connection| rows(connection, &sites, None)).await
    }

    /// Enters an exception, whose title is the text that was written. One for a device is of the device's site.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_exception(&self, exemption: Exemption, sites: SiteScope, hand: Hand) -> Done<ExceptionRow> {
        let catalogue = self.catalogue();
        self.write(Order::First, move |tx| {
            let title = match add::find_title(tx, &catalogue, &exemption.title)? {
                Ok(title) => title,
                Err(unfit) => return Ok(Err(unfit)),
            };
            let site = match add::own_site(tx, exemption.scope.site.clone(), &sites)? {
                Ok(site) => site,
                Err(unfit) => return Ok(Err(unfit)),
            };
            tx.prepare_cached(
                "INSERT INTO licence_exception (title, title_name, site, device, reason, ends_on, recorded_at,
                     recorded_by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                title.slug,
                title.name,
                site.as_ref().map(|(row, _)| row),
                exemption.device,
                exemption.reason,
                exemption.ends_on.to_string(),
                hand.at.as_millisecond(),
                hand.actor
            ])?;
            let id = tx.last_insert_rowid();
            let site = site.map_or_else(|| "all sites".to_owned(), |(_, name)| name);
            let whole = if exemption.device.is_some() { "one device of " } else { "" };
            let detail = format!("{}: {whole}{site}, until {}", title.slug, exemption.ends_on);
            hand.write_down(tx, "exception.add", number(id), detail)?;
            one(tx, id, &sites)
        })
        .await
    }

    /// Withdraws an exception, for a reason.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn withdraw_exception(
        &self,
        id: i64,
        reason: String,
        sites: SiteScope,
        hand: Hand,
    ) -> Done<ExceptionRow> {
        self.write(Order::First, move |tx| {
            let row = match one(tx, id, &sites)? {
                Ok(row) if row.own => row,
                Ok(_) => return Ok(Err(Unfit::NotTheirs)),
                Err(unfit) => return Ok(Err(unfit)),
            };
            if row.withdrawn.is_some() {
                let problem = format!("{} was withdrawn before", number(id));
                return Ok(Unfit::because("number", problem, "nothing was changed"));
            }
            tx.prepare_cached("UPDATE licence_exception SET withdrawn_at = ?2, withdrawn_why = ?3 WHERE id = ?1")?
                .execute(params![id, hand.at.as_millisecond(), reason])?;
            hand.write_down(tx, "exception.withdraw", number(id), row.exemption.title)?;
            one(tx, id, &sites)
        })
        .await
    }
}

/// "X-0003".
fn number(id: i64) -> String {
    format!("X-{id:04}")
}

fn one(connection: &Connection, id: i64, sites: &SiteScope) -> Done<ExceptionRow> {
    Ok(rows(connection, sites, Some(id))?.pop().ok_or(Unfit::Unknown))
}

fn rows(connection: &Connection, sites: &SiteScope, id: Option<i64>) -> Result<Vec<ExceptionRow>, StoreError> {
    let join = title::JOIN;
    let mut query = connection.prepare_cached(&format!(
        "SELECT l.id, coalesce(t.slug, l.title), coalesce(t.name, l.title_name), coalesce(t.known, 0), s.name, l.device,
             d.name, l.reason, l.ends_on, l.recorded_by, l.withdrawn_at, coalesce(l.withdrawn_why, ''),
             coalesce(:sites IS NULL OR l.site IN (SELECT value FROM json_each(:sites)), 0)
         FROM licence_exception l LEFT JOIN site s ON s.id = l.site LEFT JOIN device d ON d.id = l.device {join}
         WHERE (:sites IS NULL OR l.site IS NULL OR l.site IN (SELECT value FROM json_each(:sites)))
             AND (:id IS NULL OR l.id = :id)
         ORDER BY l.ends_on, l.id"
    ))?;
    let rows = query.query_map(named_params! { ":sites": sites, ":id": id }, read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<ExceptionRow> {
    let why = row.get(11)?;
    Ok(ExceptionRow {
        id: row.get(0)?,
        exemption: Exemption {
            title: row.get(1)?,
            scope: Scope { site: row.get(4)?, place: String::new() },
            device: row.get(5)?,
            reason: row.get(7)?,
            ends_on: word(row, 8, |text| text.parse().ok())?,
        },
        title_name: row.get(2)?,
        known: row.get(3)?,
        device_name: row.get(6)?,
        recorded_by: row.get(9)?,
        withdrawn: row.get::<_, Option<i64>>(10)?.map(|at| (moment(at), why)),
        own: row.get(12)?,
    })
}
