//! Sites: the schools of a trust, the buildings of a school. One begins with its first policy.

use rusqlite::{Connection, OptionalExtension as _};

use super::{Store, StoreError};

impl Store {
    /// Names of all sites, sorted.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn site_names(&self) -> Result<Vec<String>, StoreError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT name FROM site ORDER BY name")?;
            let names = query.query_map([], |row| row.get(0))?;
            Ok(names.collect::<Result<_, _>>()?)
        })
        .await
    }
}

/// Number and name, as it was written first, of the site that goes by this name in any case.
pub(super) fn by_name(connection: &Connection, name: &str) -> Result<Option<(i64, String)>, StoreError> {
    let mut query = connection.prepare_cached("SELECT id, name FROM site WHERE name = ?1")?;
    Ok(query.query_row([name], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}
