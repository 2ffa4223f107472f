//! The sites that somebody may see: every query on somebody's behalf takes one.

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, Value};

/// All sites, or some of them.
///
/// As a parameter of a query it is NULL for all, else a JSON list of the sites' numbers:
/// `(:sites IS NULL OR d.site IN (SELECT value FROM json_each(:sites)))`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteScope(Option<Vec<(i64, String)>>);

impl SiteScope {
    /// Every site that there is and will be.
    #[must_use]
    pub fn all() -> Self {
        Self(None)
    }

    /// These sites, by number and name; of none, nothing is seen.
    #[must_use]
    pub(crate) fn only(sites: Vec<(i64, String)>) -> Self {
        Self(Some(sites))
    }

    /// No site: nothing is seen.
    #[must_use]
    pub fn of_no_site() -> Self {
        Self(Some(Vec::new()))
    }

    /// Whether every site is seen.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.0.is_none()
    }

    /// Whether the site of this name is seen; names are told apart as the database does, whatever their case.
    #[must_use]
    pub fn holds(&self, site: &str) -> bool {
        self.0.as_ref().is_none_or(|sites| sites.iter().any(|(_, name)| name.eq_ignore_ascii_case(site)))
    }

    /// The scope of counted rows that holds the same devices: 0 for every site, else the site; `None` where it takes
    /// several, or none.
    #[must_use]
    pub(super) fn one(&self) -> Option<i64> {
        match self.0.as_deref() {
            None => Some(0),
            Some([(site, _)]) => Some(*site),
            Some(_) => None,
        }
    }

    /// Names of the sites; none when every site is seen.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flatten().map(|(_, name)| name.as_str())
    }
}

impl ToSql for SiteScope {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let list = |sites: &Vec<(i64, String)>| {
            let rows: Vec<String> = sites.iter().map(|(row, _)| row.to_string()).collect();
            Value::Text(format!("[{}]", rows.join(",")))
        };
        Ok(ToSqlOutput::Owned(self.0.as_ref().map_or(Value::Null, list)))
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::SiteScope;

    #[test]
    fn a_query_sees_what_the_scope_holds() {
        let connection = Connection::open_in_memory().expect("a database");
        let sql = "SELECT count(*) FROM (SELECT 1 AS site UNION SELECT 2 UNION SELECT 3)
                   WHERE (?1 IS NULL OR site IN (SELECT value FROM json_each(?1)))";
        let seen = |scope: SiteScope| connection.query_row(sql, [scope], |row| row.get::<_, i64>(0)).expect("a count");
        assert_eq!(seen(SiteScope::all()), 3);
        assert_eq!(seen(SiteScope::only(vec![(1, "North".into()), (3, "South".into())])), 2);
        assert_eq!(seen(SiteScope::only(Vec::new())), 0);
    }

    #[test]
    fn names_are_held_in_any_case() {
        let north = SiteScope::only(vec![(1, "North".into())]);
        assert!(north.holds("north") && !north.holds("South"));
        assert!(SiteScope::all().holds("anything"));
    }
}
