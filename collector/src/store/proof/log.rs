//! Rows of the audit chain as people ask for them.

use caretaker_shared::model::Role;
use jiff::Timestamp;
use rusqlite::named_params;

use super::super::{SiteScope, Store, StoreError, moment::moment};

/// Which rows are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Only about this; everything when empty.
    pub subject: String,
    /// Only by whom this is part of the name; everybody when empty.
    pub actor: String,
    /// Only from then on.
    pub since: Option<Timestamp>,
    /// Only rows before this one.
    pub before: Option<i64>,
    /// At most so many.
    pub most: u32,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number.
    pub n: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What, as a stable word.
    pub action: String,
    /// To what.
    pub subject: String,
    /// More.
    pub detail: String,
}

/// Rows, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditRows {
    /// The rows.
    pub rows: Vec<AuditRow>,
    /// There are older ones.
    pub more: bool,
}

/// Whose rows somebody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// As the chain names them: their own rows are always theirs to see.
    pub own: String,
    /// Whether they see those of others.
    pub all: bool,
    /// Their role: of a case that is about it there is no row for them.
    pub role: Role,
    /// Their sites: of what is at another there is no row for them.
    pub sites: SiteScope,
}

impl Store {
    /// Rows of the audit chain, newest first, as far as this reader may see them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn audit_rows(&self, query: AuditQuery, reader: Reader) -> Result<AuditRows, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT n, at, actor, action, subject, detail FROM audit
                 WHERE n < :before AND at >= :since AND (:subject = '' OR subject = :subject)
                   AND (:actor = '' OR instr(lower(actor), lower(:actor)) > 0)
                   AND (actor = :own OR :all
                        AND NOT EXISTS (SELECT 1 FROM alert JOIN case_file ON case_file.alert = alert.id
                                        WHERE alert.reference = audit.subject
                                          AND instr(case_file.conflicts, ',' || :role || ',') > 0)
                        AND (:sites IS NULL
                             OR EXISTS (SELECT 1 FROM alert WHERE reference = audit.subject
                                        AND site IN (SELECT value FROM json_each(:sites)))
                             OR EXISTS (SELECT 1 FROM site WHERE name = audit.subject
                                        AND id IN (SELECT value FROM json_each(:sites)))))
                 ORDER BY n DESC LIMIT :most",
            )?;
            let most = i64::from(query.most);
            let values = named_params! {
                ":before": query.before.unwrap_or(i64::MAX),
                ":since": query.since.map_or(i64::MIN, Timestamp::as_millisecond),
                ":subject": query.subject,
                ":actor": query.actor,
                ":own": reader.own,
                ":all": reader.all,
                ":role": reader.role.word(),
                ":sites": reader.sites,
                ":most": most + 1,
            };
            let found = statement.query_map(values, |row| {
                Ok(AuditRow {
                    n: row.get(0)?,
                    at: moment(row.get(1)?),
                    actor: row.get(2)?,
                    action: row.get(3)?,
                    subject: row.get(4)?,
                    detail: row.get(5)?,
                })
            })?;
            let mut rows = found.collect::<Result<Vec<_>, _>>()?;
            let more = rows.len() > usize::try_from(most).unwrap_or(usize::MAX);
            rows.truncate(usize::try_from(most).unwrap_or(usize::MAX));
            Ok(AuditRows { rows, more })
        })
        .await
    }
}
