//! All that papers about an audit are written from, in one look at the database.

use rusqlite::{Connection, OptionalExtension as _};

use super::diff::diff;
use super::rows::{self, KeptAudit, WhichAudit};
use super::trend;
use crate::audit_papers::{Audience, Behind, Papers, SHOWN};
use crate::licences::{Number, TitleOutcome};
use crate::store::in_force::Policies;
use crate::store::{SiteScope, Store, StoreError};

/// Which papers somebody asks for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Which audit.
    pub which: WhichAudit,
    /// What it found at this site; `None` for every site.
    pub site: Option<String>,
    /// Sites whose devices they may see.
    pub sites: SiteScope,
    /// Who reads them.
    pub audience: Audience,
    /// Whether they may see single devices.
    pub names_devices: bool,
    /// Whether they may read what was paid for every site.
    pub whole_purse: bool,
}

impl Store {
    /// What papers are written from; `None` where there is no such audit, or none of that site.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn licence_papers(&self, asked: Asked, school: &str) -> Result<Option<Papers>, StoreError> {
        let (school, policies) = (school.to_owned(), self.policies.clone());
        self.read(move |connection| {
            let Asked { which, site, sites, audience, names_devices, whole_purse } = asked;
            let Some(row) = rows::find(connection, which)? else { return Ok(None) };
            let Some(mut outcome) = rows::outcome(connection, row.id, site.as_deref())? else { return Ok(None) };
            if !whole_purse {
                outcome.without_shared_costs();
            }
            let sites = match &site {
                Some(name) => of_site(connection, name, &sites)?,
                None => sites,
            };
            let before = match rows::find(connection, WhichAudit::Before(row.id))? {
                Some(before) => rows::outcome(connection, before.id, site.as_deref())?.map(|found| (before, found)),
                None => None,
            };
            let compared = before.map(|(before, found)| {
                let before = KeptAudit { row: before, outcome: found };
                let after = KeptAudit { row: row.clone(), outcome: outcome.clone() };
                diff(connection, before, after, &sites)
            });
            let diff = compared.transpose()?;
            let behind = behind(connection, row.id, &outcome.titles, &sites)?;
            let people = if audience.sees_money() { Vec::new() } else { people(connection, &policies)? };
            let trend = trend::read(connection, &row, site.as_deref())?;
            Ok(Some(Papers { audience, school, row, outcome, diff, trend, names_devices, behind, people }))
        })
        .await
    }
}

/// The one site, where it is among these.
fn of_site(connection: &Connection, name: &str, sites: &SiteScope) -> Result<SiteScope, StoreError> {
    if !sites.holds(name) {
        return Ok(SiteScope::of_no_site());
    }
    let row = connection
        .prepare_cached("SELECT id, name FROM site WHERE name = ?1")?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(SiteScope::only(row.into_iter().collect()))
}

fn behind(
    connection: &Connection,
    audit: i64,
    titles: &[TitleOutcome],
    sites: &SiteScope,
) -> Result<Vec<Behind>, StoreError> {
    let mut found = Vec::new();
    for title in titles {
        for number in SHOWN.into_iter().filter(|number| wants_a_look(title, *number)) {
            let rows = rows::set(connection, audit, &title.slug, number.word())?;
            let mut devices: Vec<_> = rows::named(connection, &rows, sites)?.into_values().collect();
            devices.sort_by(|one, other| (&one.name, one.row).cmp(&(&other.name, other.row)));
            if !devices.is_empty() {
                found.push(Behind { slug: title.slug.clone(), number, devices });
            }
        }
    }
    Ok(found)
}

/// Whether there is something to do about it: a free title that nobody opens costs nothing.
fn wants_a_look(title: &TitleOutcome, number: Number) -> bool {
    let is_owned = !title.licences.is_empty();
    match number {
        Number::Over => title.over > 0,
        Number::Refused => title.refused > 0,
        Number::Unapproved => title.unapproved > 0,
        Number::Unused => is_owned && title.unused > 0,
        Number::Stale => is_owned && title.stale > 0,
        Number::Installed | Number::Exempt | Number::Used => false,
    }
}

/// Names of people: of accounts with a seat, of operators, and of those whom a policy names.
fn people(connection: &Connection, policies: &Policies) -> Result<Vec<String>, StoreError> {
    let mut query = connection
        .prepare_cached("SELECT account FROM licence_seat WHERE account IS NOT NULL UNION SELECT name FROM operator")?;
    let mut names = query.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    let mut query = connection.prepare_cached("SELECT id FROM site")?;
    for site in query.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()? {
        let policy = policies.in_force(connection, site)?.map(|(_, policy)| policy);
        names.extend(policy.iter().flat_map(|policy| policy.alerts.contacts.iter().map(|one| one.name.clone())));
    }
    Ok(names)
}
