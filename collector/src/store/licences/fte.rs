//! How many full-time equivalents a site has.

use jiff::Timestamp;
use rusqlite::{Connection, named_params, params};

use super::super::moment::moment;
use super::super::{Order, SiteScope, Store, StoreError};
use super::{Done, Hand, add};

/// A site and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FteRow {
    /// Name of the site.
    pub site: String,
    /// Hundredths, when, and who told; `None` where nobody has.
    pub told: Option<(u32, Timestamp, String)>,
}

impl Store {
    /// These sites by name, whether somebody has told of them or not.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn fte(&self, sites: SiteScope) -> Result<Vec<FteRow>, StoreError> {
        self.read(move |connection| all(connection, &sites)).await
    }

    /// Records how many a site has, in hundredths; gives all sites.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_fte(&self, site: String, hundredths: u32, sites: SiteScope, hand: Hand) -> Done<Vec<FteRow>> {
        self.write(Order::First, move |tx| {
            let (row, name) = match add::own_site(tx, Some(site.clone()), &sites)? {
                Ok(Some(found)) => found,
                Ok(None) => return Ok(Err(super::Unfit::NoSite(site))),
                Err(unfit) => return Ok(Err(unfit)),
            };
            let before = all(tx, &sites)?.into_iter().find(|row| row.site == name).and_then(|row| row.told);
            tx.prepare_cached(
                "INSERT INTO fte (site, hundredths, recorded_at, recorded_by) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET hundredths = ?2, recorded_at = ?3, recorded_by = ?4",
            )?
            .execute(params![row, hundredths, hand.at.as_millisecond(), hand.actor])?;
            let shown = |n: u32| format!("{}.{:02}", n / 100, n % 100);
            let before = before.map_or_else(|| "none".to_owned(), |(n, ..)| shown(n));
            hand.write_down(tx, "licence.fte", name, format!("{before} -> {}", shown(hundredths)))?;
            Ok(Ok(all(tx, &sites)?))
        })
        .await
    }
}

fn all(connection: &Connection, sites: &SiteScope) -> Result<Vec<FteRow>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT s.name, f.hundredths, f.recorded_at, f.recorded_by FROM site s LEFT JOIN fte f ON f.site = s.id
         WHERE :sites IS NULL OR s.id IN (SELECT value FROM json_each(:sites)) ORDER BY s.name",
    )?;
    let rows = query.query_map(named_params! { ":sites": sites }, |row| {
        let told = match row.get::<_, Option<u32>>(1)? {
            Some(hundredths) => Some((hundredths, moment(row.get(2)?), row.get(3)?)),
            None => None,
        };
        Ok(FteRow { site: row.get(0)?, told })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
