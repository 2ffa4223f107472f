//! How queries bind what somebody chose to see.

use rusqlite::{Connection, Row, ToSql};

use super::super::StoreError;
use crate::filter::Chosen;

/// Ids of requirements: what a field that holds them is compared with, and nothing else.
pub(super) const REQUIREMENTS: &[&str] =
    &["E1", "E2", "A3", "A1", "A1.signatures", "B2", "B4", "A8", "E3", "C2", "D2", "E4", "E6", "E7", "integrity"];

/// Parameters by name.
pub(super) type Named<'a> = [(&'a str, &'a dyn ToSql)];

/// Rows of a query with parameters of its own and those of a choice. Parameters that the query does not have are left
/// out.
pub(super) fn rows<T>(
    connection: &Connection,
    sql: &str,
    own: &Named<'_>,
    chosen: &Chosen,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut query = connection.prepare_cached(sql)?;
    for (parameter, value) in own {
        if let Some(at) = query.parameter_index(parameter)? {
            query.raw_bind_parameter(at, value)?;
        }
    }
    for (parameter, value) in chosen.values() {
        if let Some(at) = query.parameter_index(&parameter)? {
            query.raw_bind_parameter(at, value)?;
        }
    }
    Ok(query.raw_query().mapped(read).collect::<Result<_, _>>()?)
}

/// The number that a query counts.
pub(super) fn total(connection: &Connection, sql: &str, own: &Named<'_>, chosen: &Chosen) -> Result<u64, StoreError> {
    let counted = rows(connection, sql, own, chosen, |row| row.get::<_, i64>(0))?;
    Ok(counted.first().and_then(|n| u64::try_from(*n).ok()).unwrap_or_default())
}

/// A number of rows for LIMIT or OFFSET.
pub(super) fn many(rows: impl TryInto<i64>) -> i64 {
    rows.try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::Requirement;

    #[test]
    fn every_requirement_can_be_filtered_by() {
        assert_eq!(super::REQUIREMENTS, Requirement::ALL.map(Requirement::id));
    }
}
