//! The register of approvals (A5): which title was decided on by whom.

use jiff::Timestamp;
use rusqlite::{Connection, Row, named_params, params};

use super::super::moment::moment;
use super::super::{Order, SiteScope, Store, StoreError};
use super::row::{day, word};
use super::{Done, Hand, Unfit, add, title};
use crate::licences::{Approval, Decision, Scope};

/// A decision and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRow {
    /// Its number.
    pub id: i64,
    /// What was decided.
    pub approval: Approval,
    /// The title's name; as it was written where the catalogue has none.
    pub title_name: String,
    /// Whether the catalogue knows the title.
    pub known: bool,
    /// In the school's own words.
    pub note: String,
    /// Who entered it.
    pub recorded_by: String,
    /// When and why it was withdrawn.
    pub withdrawn: Option<(Timestamp, String)>,
    /// Whether the reader is responsible for it.
    own: bool,
}

impl Store {
    /// Decisions for these sites and for all, oldest first; withdrawn ones too.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn approvals(&self, sites: SiteScope) -> Result<Vec<ApprovalRow>, StoreError> {
        self.read(move |connection| rows(connection, &sites, None)).await
    }

    /// Enters a decision, whose title is the text that was written.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_approval(
        &self,
        approval: Approval,
        note: String,
        sites: SiteScope,
        hand: Hand,
    ) -> Done<ApprovalRow> {
        let catalogue = self.catalogue();
        self.write(Order::First, move |tx| {
            let title = match add::find_title(tx, &catalogue, &approval.title)? {
                Ok(title) => title,
                Err(unfit) => return Ok(Err(unfit)),
            };
            let site = match add::own_site(tx, approval.scope.site.clone(), &sites)? {
                Ok(site) => site,
                Err(unfit) => return Ok(Err(unfit)),
            };
            tx.prepare_cached(
                "INSERT INTO approval (title, title_name, decided_by, decided_on, decision, site, place, ends_on, note,
                     recorded_at, recorded_by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                title.slug,
                title.name,
                approval.decided_by,
                approval.decided_on.to_string(),
                approval.decision.word(),
                site.as_ref().map(|(row, _)| row),
                approval.scope.place,
                approval.ends_on.map(|day| day.to_string()),
                note,
                hand.at.as_millisecond(),
                hand.actor
            ])?;
            let id = tx.last_insert_rowid();
            let site = site.map_or_else(|| "all sites".to_owned(), |(_, name)| name);
            let detail = format!("{}: {} on {}, {site}", title.slug, approval.decision.word(), approval.decided_on);
            hand.write_down(tx, "approval.add", number(id), detail)?;
            one(tx, id, &sites)
        })
        .await
    }

    /// Withdraws a decision, for a reason.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn withdraw_approval(&self, id: i64, reason: String, sites: SiteScope, hand: Hand) -> Done<ApprovalRow> {
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
            tx.prepare_cached("UPDATE approval SET withdrawn_at = ?2, withdrawn_why = ?3 WHERE id = ?1")?
                .execute(params![id, hand.at.as_millisecond(), reason])?;
            hand.write_down(tx, "approval.withdraw", number(id), row.approval.title)?;
            one(tx, id, &sites)
        })
        .await
    }
}

/// "A-0007".
fn number(id: i64) -> String {
    format!("A-{id:04}")
}

fn one(connection: &Connection, id: i64, sites: &SiteScope) -> Done<ApprovalRow> {
    Ok(rows(connection, sites, Some(id))?.pop().ok_or(Unfit::Unknown))
}

fn rows(connection: &Connection, sites: &SiteScope, id: Option<i64>) -> Result<Vec<ApprovalRow>, StoreError> {
    let join = title::JOIN;
    let mut query = connection.prepare_cached(&format!(
        "SELECT l.id, coalesce(t.slug, l.title), coalesce(t.name, l.title_name), coalesce(t.known, 0), l.decision,
             l.decided_by, l.decided_on, s.name, l.place, l.ends_on, l.note, l.recorded_by, l.withdrawn_at,
             coalesce(l.withdrawn_why, ''),
             coalesce(:sites IS NULL OR l.site IN (SELECT value FROM json_each(:sites)), 0)
         FROM approval l LEFT JOIN site s ON s.id = l.site {join}
         WHERE (:sites IS NULL OR l.site IS NULL OR l.site IN (SELECT value FROM json_each(:sites)))
             AND (:id IS NULL OR l.id = :id)
         ORDER BY l.decided_on, l.id"
    ))?;
    let rows = query.query_map(named_params! { ":sites": sites, ":id": id }, read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<ApprovalRow> {
    let why = row.get(13)?;
    Ok(ApprovalRow {
        id: row.get(0)?,
        approval: Approval {
            title: row.get(1)?,
            decision: word(row, 4, Decision::parse)?,
            decided_by: row.get(5)?,
            decided_on: word(row, 6, |text| text.parse().ok())?,
            scope: Scope { site: row.get(7)?, place: row.get(8)? },
            ends_on: day(row, 9)?,
        },
        title_name: row.get(2)?,
        known: row.get(3)?,
        note: row.get(10)?,
        recorded_by: row.get(11)?,
        withdrawn: row.get::<_, Option<i64>>(12)?.map(|at| (moment(at), why)),
        own: row.get(14)?,
    })
}
