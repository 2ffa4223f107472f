//! Operators, listed and found.

use caretaker_shared::model::{OperatorId, Role};
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, Row, named_params};
use uuid::Uuid;

use super::super::moment::moment;
use super::super::{SiteScope, Store, StoreError};

/// Somebody who has, or had, access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorRow {
    pub(crate) rowid: i64,
    /// Their name in certificates.
    pub id: OperatorId,
    /// As people call them.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The sites that they see.
    pub sites: SiteScope,
    /// Where mail for them goes; may be empty.
    pub email: String,
    /// When they were added.
    pub added_at: Timestamp,
    /// By whom.
    pub added_by: String,
    /// When they were shut out.
    pub revoked_at: Option<Timestamp>,
    /// By whom; empty for one who has access.
    pub revoked_by: String,
    /// Whether they ever logged in.
    pub has_logged_in: bool,
    /// The end of the newest certificate of theirs that is good.
    pub certificate_ends_at: Option<Timestamp>,
}

/// Where a list of operators goes on: name and id of the last one.
pub type OperatorKey = (String, Uuid);

const COLUMNS: &str = "SELECT o.id, o.uuid, o.name, o.role, o.all_sites, o.email, o.added_at, o.added_by, o.revoked_at,
    o.revoked_by,
    EXISTS (SELECT 1 FROM operator_certificate c WHERE c.operator = o.id),
    (SELECT max(c.ends_at) FROM operator_certificate c WHERE c.operator = o.id AND c.ends_at > :now)
    FROM operator o";

impl Store {
    /// Up to `limit` operators after `after`, by name: those who see a site of `scope`, or all sites.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn list_operators(
        &self,
        scope: SiteScope,
        include_revoked: bool,
        after: Option<OperatorKey>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<OperatorRow>, StoreError> {
        self.read(move |connection| {
            let (name, id) = after.unwrap_or_default();
            let sql = format!(
                "{COLUMNS} WHERE (:revoked OR o.revoked_at IS NULL)
                   AND (:sites IS NULL OR o.all_sites OR EXISTS (SELECT 1 FROM operator_site s
                        WHERE s.operator = o.id AND s.site IN (SELECT value FROM json_each(:sites))))
                   AND (o.name, o.uuid) > (:name, :id)
                 ORDER BY o.name, o.uuid LIMIT :limit"
            );
            let mut query = connection.prepare_cached(&sql)?;
            let rows = query.query_map(
                named_params! {
                    ":now": now.as_millisecond(),
                    ":revoked": include_revoked,
                    ":sites": scope,
                    ":name": name,
                    ":id": id.as_bytes(),
                    ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
                },
                read,
            )?;
            let rows: Vec<OperatorRow> = rows.collect::<Result<_, _>>()?;
            rows.into_iter().map(|row| with_sites(connection, row)).collect()
        })
        .await
    }

    /// The operator who goes by this id, or by this name among those with access.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn find_operator(&self, operator: &str, now: Timestamp) -> Result<Option<OperatorRow>, StoreError> {
        let operator = operator.to_owned();
        self.read(move |connection| find(connection, &operator, now)).await
    }
}

/// As [`Store::find_operator`], as the caller's transaction sees it.
pub(super) fn find(connection: &Connection, operator: &str, now: Timestamp) -> Result<Option<OperatorRow>, StoreError> {
    let id = operator.parse::<OperatorId>().ok().map(|id| id.as_bytes().to_vec());
    let sql = format!("{COLUMNS} WHERE o.uuid = :id OR (:id IS NULL AND o.name = :name AND o.revoked_at IS NULL)");
    let mut query = connection.prepare_cached(&sql)?;
    let mut rows =
        query.query_map(named_params! { ":now": now.as_millisecond(), ":id": id, ":name": operator }, read)?;
    rows.next().transpose()?.map(|row| with_sites(connection, row)).transpose()
}

/// The sites of an operator who does not see all.
fn with_sites(connection: &Connection, row: OperatorRow) -> Result<OperatorRow, StoreError> {
    if row.sites.is_all() {
        return Ok(row);
    }
    Ok(OperatorRow { sites: sites_of(connection, row.rowid)?, ..row })
}

/// The sites that this operator, who does not see all, sees.
pub(super) fn sites_of(connection: &Connection, operator: i64) -> Result<SiteScope, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT site.id, site.name FROM operator_site JOIN site ON site.id = operator_site.site
         WHERE operator_site.operator = ?1 ORDER BY site.name",
    )?;
    let sites = query.query_map([operator], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(SiteScope::only(sites.collect::<Result<_, _>>()?))
}

/// The role in this column.
pub(super) fn role(row: &Row<'_>, column: usize) -> rusqlite::Result<Role> {
    let word = row.get_ref(column)?.as_str()?;
    let unknown = || format!("no role is called {word}").into();
    Role::parse(word).ok_or_else(|| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, unknown()))
}

fn read(row: &Row<'_>) -> rusqlite::Result<OperatorRow> {
    let sees_all: bool = row.get(4)?;
    Ok(OperatorRow {
        rowid: row.get(0)?,
        id: OperatorId::from_uuid(Uuid::from_bytes(row.get(1)?)),
        name: row.get(2)?,
        role: role(row, 3)?,
        sites: if sees_all { SiteScope::all() } else { SiteScope::only(Vec::new()) },
        email: row.get(5)?,
        added_at: moment(row.get(6)?),
        added_by: row.get(7)?,
        revoked_at: row.get::<_, Option<i64>>(8)?.map(moment),
        revoked_by: row.get::<_, Option<String>>(9)?.unwrap_or_default(),
        has_logged_in: row.get(10)?,
        certificate_ends_at: row.get::<_, Option<i64>>(11)?.map(moment),
    })
}
