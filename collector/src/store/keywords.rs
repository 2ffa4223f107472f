//! What a keyword event says beyond what all events say.

use caretaker_shared::lexicon::{Arithmetic, Part, Reason, category};
use caretaker_shared::model::{Content, Severity};
use rusqlite::{Connection, Row, Transaction, params};

use super::StoreError;
use super::alerts::Met;

/// Causes of one alert that are told.
const TOLD: u32 = 10;

/// An event behind an alert: no rule, no category, no word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseRow {
    /// 1 to 5.
    pub severity: u32,
    /// "documents", "searches", "titles", "addresses".
    pub source: String,
    /// "base 3, intent +1, time +1: 5 of 5".
    pub arithmetic: String,
    /// How often the rule was met.
    pub times: u32,
    /// Somebody asks for help.
    pub help_seeking: bool,
}

/// Keeps it, in the transaction of the event.
pub(super) fn keep(tx: &Transaction<'_>, met: &Met<'_>) -> Result<(), StoreError> {
    let event = met.event;
    let part = |part: Part| format!("{} {}", part.reason.word(), part.points);
    let score: Vec<String> = event.arithmetic.parts().map(part).collect();
    let conflict: Vec<&str> = event.conflict.iter().map(|role| role.word()).collect();
    tx.prepare_cached(
        "INSERT INTO keyword (event, site, occurred_at, topic, source, user, times, help_seeking, score, unsealed,
                              subject, conflict)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        met.event_rowid,
        met.site_rowid,
        event.occurred_at.as_millisecond(),
        event.topic,
        event.source.word(),
        event.user.map(|user| user.as_bytes().to_vec()),
        event.count,
        event.help_seeking,
        score.join(", "),
        match event.content {
            Content::Sealed(_) => None,
            Content::Nothing(reason) => Some(reason.word()),
        },
        event.subject.word(),
        conflict.join(" ")
    ])?;
    Ok(())
}

/// The events behind an alert, the gravest first.
pub(super) fn causes(connection: &Connection, alert: i64) -> Result<Vec<CauseRow>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT event.severity, event.category, keyword.source, keyword.score, keyword.times, keyword.help_seeking
         FROM event JOIN keyword ON keyword.event = event.id
         WHERE event.alert = ?1 ORDER BY event.severity DESC, event.id LIMIT ?2",
    )?;
    let rows = query.query_map(params![alert, TOLD], cause)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn cause(row: &Row<'_>) -> rusqlite::Result<CauseRow> {
    let (severity, id): (u32, String) = (row.get(0)?, row.get(1)?);
    let arithmetic = arithmetic(&row.get::<_, String>(3)?, &id, severity);
    // A repeat weighs more here than the device could know.
    let repeated = arithmetic.parts().any(|part| part.reason == Reason::Repeat);
    Ok(CauseRow {
        severity: if repeated { severity.max(arithmetic.severity().level().into()) } else { severity },
        source: row.get(2)?,
        arithmetic: arithmetic.to_string(),
        times: row.get(4)?,
        help_seeking: row.get(5)?,
    })
}

/// The arithmetic, from how it is kept: 'base 3, intent 1'.
fn arithmetic(score: &str, id: &str, severity: u32) -> Arithmetic {
    let part = |part: &str| {
        let (reason, points) = part.rsplit_once(' ')?;
        Some(Part { reason: Reason::from_word(reason)?, points: points.parse().ok()? })
    };
    let level = Severity::new(severity).unwrap_or(Severity::LOWEST);
    let (least, most) = category(id).map_or((level, level), |category| (category.least, category.most));
    Arithmetic::of(score.split(", ").filter_map(part), least.min(level), most.max(level))
}
