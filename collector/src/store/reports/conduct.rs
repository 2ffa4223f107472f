//! What staff did in a period: openings, exports, changes of rules. Counted exactly: these are acts of adults in office.

use jiff::Timestamp;
use rusqlite::{Connection, named_params};

use super::concerns::{COUNTED, ReportScope};
use crate::store::console::count;
use crate::store::moment::moment;
use crate::store::{Store, StoreError};

/// Rows of changes that are told.
const MOST: u32 = 200;

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conduct {
    /// Openings and exports, by office.
    pub opened: Vec<OpenedRow>,
    /// Content opened by one person where two are the rule,
    pub broken_glass: u32,
    /// and how often the second person has looked at that.
    pub reviewed: u32,
    /// Changes of policies and rules, newest first.
    pub changes: Vec<ChangeRow>,
    /// Concerns that nobody has taken in time, now.
    pub overdue: u32,
    /// Events of texts,
    pub texts: u32,
    /// and those of them that were sealed.
    pub sealed: u32,
}

/// What people of one office did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedRow {
    /// "safeguarding lead"; "-" for the machine's administrator.
    pub office: String,
    /// Different people.
    pub people: u32,
    /// How often they opened content.
    pub opened: u32,
    /// How often they exported it.
    pub exported: u32,
}

/// A change of a policy or of the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// "policy.apply".
    pub action: String,
    /// A site, a pack.
    pub subject: String,
    /// "version 4".
    pub detail: String,
}

impl Store {
    /// What staff did in a period; a concern is overdue after half an hour at level 5, after a day at 3 and 4.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn conduct(&self, scope: &ReportScope, now: Timestamp) -> Result<Conduct, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| {
            let mut conduct = Conduct {
                opened: opened(connection, &scope)?,
                changes: changes(connection, &scope)?,
                ..Conduct::default()
            };
            let one = |sql: &str| -> Result<u32, StoreError> {
                let values = named_params! {
                    ":role": scope.role.word(), ":sites": scope.sites, ":site": scope.site,
                    ":from": scope.from.as_millisecond(), ":to": scope.to.as_millisecond(),
                    ":now": now.as_millisecond(),
                };
                // A statement takes no parameter that it does not name.
                let sql = format!("{sql} AND :from <= :to AND :now >= 0");
                Ok(count(connection.prepare_cached(&sql)?.query_row(values, |row| row.get(0))?))
            };
            let joined = "JOIN case_file f ON f.alert = a.id JOIN site s ON s.id = a.site";
            let glass = format!(
                "SELECT count(*) FROM opening o JOIN alert a ON a.id = o.alert {joined}
                 WHERE {COUNTED} AND o.broke_glass = 1 AND o.asked_at BETWEEN :from AND :to - 1"
            );
            conduct.broken_glass = one(&glass)?;
            conduct.reviewed = one(&format!("{glass} AND o.reviewed_at IS NOT NULL"))?;
            conduct.overdue = one(&format!(
                "SELECT count(*) FROM alert a {joined} WHERE {COUNTED} AND a.state = 'new' AND a.severity >= 3
                   AND a.raised_at < :now - iif(a.severity = 5, 30 * 60 * 1000, 24 * 60 * 60 * 1000)"
            ))?;
            let texts = "SELECT count(*) FROM keyword k JOIN site s ON s.id = k.site JOIN event e ON e.id = k.event
                 WHERE k.occurred_at BETWEEN :from AND :to - 1 AND e.severity > 1 AND :role <> ''
                   AND (:sites IS NULL OR k.site IN (SELECT value FROM json_each(:sites)))
                   AND (:site = '' OR s.name = :site COLLATE NOCASE)";
            conduct.texts = one(texts)?;
            conduct.sealed = one(&format!("{texts} AND k.unsealed IS NULL"))?;
            Ok(conduct)
        })
        .await
    }
}

/// Steps on cases by the office that stands behind each name: "Anna Example (safeguarding lead)".
fn opened(connection: &Connection, scope: &ReportScope) -> Result<Vec<OpenedRow>, StoreError> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT iif(instr(c.actor, '(') > 0, rtrim(substr(c.actor, instr(c.actor, '(') + 1), ')'), '-') AS office,
                count(DISTINCT c.actor), count(*) FILTER (WHERE c.step = 'opened'),
                count(*) FILTER (WHERE c.step = 'exported')
         FROM case_step c JOIN alert a ON a.id = c.alert JOIN case_file f ON f.alert = a.id JOIN site s ON s.id = a.site
         WHERE {COUNTED} AND c.step IN ('opened', 'exported') AND c.at >= :from AND c.at < :to
         GROUP BY office ORDER BY office"
    ))?;
    let values = named_params! {
        ":role": scope.role.word(), ":sites": scope.sites, ":site": scope.site,
        ":from": scope.from.as_millisecond(), ":to": scope.to.as_millisecond(),
    };
    let rows = query.query_map(values, |row| {
        Ok(OpenedRow {
            office: row.get(0)?,
            people: count(row.get(1)?),
            opened: count(row.get(2)?),
            exported: count(row.get(3)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn changes(connection: &Connection, scope: &ReportScope) -> Result<Vec<ChangeRow>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT at, actor, action, subject, detail FROM audit
         WHERE (action = 'policy.apply' OR action LIKE 'lexicon.%') AND at >= :from AND at < :to
         ORDER BY n DESC LIMIT :most",
    )?;
    let values = named_params! {
        ":from": scope.from.as_millisecond(), ":to": scope.to.as_millisecond(), ":most": MOST,
    };
    let rows = query.query_map(values, |row| {
        Ok(ChangeRow {
            at: moment(row.get(0)?),
            actor: row.get(1)?,
            action: row.get(2)?,
            subject: row.get(3)?,
            detail: row.get(4)?,
        })
    })?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let here = |site: &str| scope.sites.holds(site) && (scope.site.is_empty() || scope.site.eq_ignore_ascii_case(site));
    Ok(rows.into_iter().filter(|row| row.action != "policy.apply" || here(&row.subject)).collect())
}
