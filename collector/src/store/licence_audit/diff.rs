//! What changed between two audits, and why.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::Connection;

use super::rows::{self, AuditRow, KeptAudit, WhichAudit};
use crate::licences::{LicencePosition, Number, Outcome, Owned, Permission, Phase, TitleOutcome, TitleState};
use crate::store::moment::moment;
use crate::store::{SiteScope, Store, StoreError};

/// Two audits and what lies between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditDiff {
    /// The earlier.
    pub before: KeptAudit,
    /// The later.
    pub after: KeptAudit,
    /// Whether the names were read by another catalogue.
    pub catalogue_changed: bool,
    /// Titles of which something changed, by slug.
    pub titles: Vec<TitleDiff>,
}

/// A title of which something changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleDiff {
    /// Its slug.
    pub slug: String,
    /// Before; `None` where it was not there.
    pub before: Option<TitleOutcome>,
    /// After; likewise.
    pub after: Option<TitleOutcome>,
    /// Devices that have it now and had not, in ascending order of row,
    pub came: Vec<DeviceMove>,
    /// and those that had it and have not.
    pub went: Vec<DeviceMove>,
    /// Licences that are not as they were.
    pub licences: Vec<LicenceMove>,
}

/// A device that came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceMove {
    /// Its row.
    pub row: i64,
    /// Why.
    pub reason: Reason,
}

/// Why a device counts that did not, or does not count that did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It was enrolled since.
    Enrolled,
    /// It was stale, lost or shut out, and is heard of again.
    Returned,
    /// It had given no list of software.
    FirstList,
    /// The title was installed,
    Installed,
    /// or the catalogue reads its names otherwise: it is another catalogue.
    InstalledOrCatalogue,
    /// It is retired, lost or revoked.
    Gone,
    /// It was not heard of for long.
    Stale,
    /// It is not in the later audit at all.
    Forgotten,
    /// The title was removed,
    Removed,
    /// or the catalogue reads its names otherwise.
    RemovedOrCatalogue,
}

impl Reason {
    /// For people: "newly enrolled", "installed".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Enrolled => "newly enrolled",
            Self::Returned => "returned",
            Self::FirstList => "gave its first list",
            Self::Installed => "installed",
            Self::InstalledOrCatalogue => "installed, or told by the new catalogue",
            Self::Gone => "retired, lost or shut out",
            Self::Stale => "not seen for long",
            Self::Forgotten => "no longer kept",
            Self::Removed => "removed",
            Self::RemovedOrCatalogue => "removed, or told otherwise by the new catalogue",
        }
    }
}

/// What became of a licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenceMove {
    /// Its number.
    pub id: i64,
    /// "added", "removed", "ended", "begun", "maintenance ended", "handed on 5 seats", "changed: quantity 20 -> 30".
    pub what: String,
}

impl Store {
    /// What changed between two audits at every site, or at the one of this name: of devices, only those of `sites`.
    /// `None` where one of them does not exist.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn diff_licence_audits(
        &self,
        before: Option<WhichAudit>,
        after: WhichAudit,
        site: Option<String>,
        sites: &SiteScope,
    ) -> Result<Option<AuditDiff>, StoreError> {
        let sites = sites.clone();
        self.read(move |connection| {
            let Some(after) = kept(connection, after, site.as_deref())? else { return Ok(None) };
            let before = before.unwrap_or(WhichAudit::Before(after.row.id));
            let Some(before) = kept(connection, before, site.as_deref())? else { return Ok(None) };
            diff(connection, before, after, &sites).map(Some)
        })
        .await
    }
}

fn kept(connection: &Connection, which: WhichAudit, site: Option<&str>) -> Result<Option<KeptAudit>, StoreError> {
    let Some(row) = rows::find(connection, which)? else { return Ok(None) };
    Ok(rows::outcome(connection, row.id, site)?.map(|outcome| KeptAudit { row, outcome }))
}

pub(super) fn diff(
    connection: &Connection,
    before: KeptAudit,
    after: KeptAudit,
    sites: &SiteScope,
) -> Result<AuditDiff, StoreError> {
    let catalogue_changed = before.outcome.catalogue != after.outcome.catalogue;
    let devices = Devices::read(connection, &before.row, &after.row, &after.outcome, sites)?;
    let slugs: BTreeSet<&str> = [&before.outcome, &after.outcome]
        .into_iter()
        .flat_map(|one| &one.titles)
        .map(|one| one.slug.as_str())
        .collect();
    let mut titles = Vec::new();
    for slug in slugs {
        let (was, is) = (before.outcome.title(slug), after.outcome.title(slug));
        let set = |audit: i64, number: Number| -> Result<BTreeSet<i64>, StoreError> {
            Ok(rows::set(connection, audit, slug, number.word())?.into_iter().collect())
        };
        let (had, has) = (set(before.row.id, Number::Installed)?, set(after.row.id, Number::Installed)?);
        let came = has.difference(&had).filter_map(|row| devices.came(*row, catalogue_changed)).collect();
        let went = had.difference(&has).filter_map(|row| devices.went(*row, catalogue_changed)).collect();
        let found = TitleDiff {
            slug: slug.to_owned(),
            came,
            went,
            licences: licences(was, is),
            before: was.cloned(),
            after: is.cloned(),
        };
        let moved = was.map(figures) != is.map(figures) || !found.licences.is_empty();
        if moved || !found.came.is_empty() || !found.went.is_empty() {
            titles.push(found);
        }
    }
    Ok(AuditDiff { before, after, catalogue_changed, titles })
}

/// What makes a title worth telling of: not how many days a licence has left, which changes by itself.
fn figures(title: &TitleOutcome) -> (TitleState, Permission, Owned, [u32; 7]) {
    let counts =
        [title.installed, title.assigned, title.unused, title.over, title.exempt, title.unapproved, title.refused];
    (title.state, title.permission, title.owned, counts)
}

/// What the devices of two audits counted for.
struct Devices {
    /// Enrolment and site of each, as of today: only those that may be told of.
    known: BTreeMap<i64, (Timestamp, String)>,
    site: Option<String>,
    before: Timestamp,
    was: BTreeMap<i64, &'static str>,
    is: BTreeMap<i64, &'static str>,
}

impl Devices {
    fn read(
        connection: &Connection,
        before: &AuditRow,
        after: &AuditRow,
        outcome: &Outcome,
        sites: &SiteScope,
    ) -> Result<Self, StoreError> {
        let parts = |audit: i64| -> Result<BTreeMap<i64, &'static str>, StoreError> {
            let mut parts = BTreeMap::new();
            for part in ["counted", "stale", "silent", "gone"] {
                parts.extend(rows::set(connection, audit, "", part)?.into_iter().map(|row| (row, part)));
            }
            Ok(parts)
        };
        let mut query = connection.prepare_cached(
            "SELECT d.id, d.enrolled_at, site.name FROM device d JOIN site ON site.id = d.site
             WHERE ?1 IS NULL OR d.site IN (SELECT value FROM json_each(?1))",
        )?;
        let known = query
            .query_map([sites], |row| Ok((row.get(0)?, (moment(row.get(1)?), row.get(2)?))))?
            .collect::<Result<_, _>>()?;
        Ok(Self { known, site: outcome.site.clone(), before: before.at, was: parts(before.id)?, is: parts(after.id)? })
    }

    fn here(&self, row: i64) -> Option<&(Timestamp, String)> {
        let device = self.known.get(&row)?;
        self.site.as_ref().is_none_or(|site| site.eq_ignore_ascii_case(&device.1)).then_some(device)
    }

    fn came(&self, row: i64, catalogue: bool) -> Option<DeviceMove> {
        let (enrolled, _) = self.here(row)?;
        let reason = match self.was.get(&row).copied() {
            _ if *enrolled > self.before => Reason::Enrolled,
            Some("stale" | "gone") => Reason::Returned,
            Some("silent") => Reason::FirstList,
            Some(_) | None if catalogue => Reason::InstalledOrCatalogue,
            Some(_) | None => Reason::Installed,
        };
        Some(DeviceMove { row, reason })
    }

    fn went(&self, row: i64, catalogue: bool) -> Option<DeviceMove> {
        self.here(row)?;
        let reason = match self.is.get(&row).copied() {
            Some("stale") => Reason::Stale,
            Some("gone") => Reason::Gone,
            Some(_) if catalogue => Reason::RemovedOrCatalogue,
            Some(_) => Reason::Removed,
            None => Reason::Forgotten,
        };
        Some(DeviceMove { row, reason })
    }
}

fn licences(was: Option<&TitleOutcome>, is: Option<&TitleOutcome>) -> Vec<LicenceMove> {
    let by_id = |title: Option<&TitleOutcome>| -> BTreeMap<i64, LicencePosition> {
        title.into_iter().flat_map(|title| &title.licences).map(|one| (one.id, one.clone())).collect()
    };
    let (was, is) = (by_id(was), by_id(is));
    let ids: BTreeSet<i64> = was.keys().chain(is.keys()).copied().collect();
    let mut moves = Vec::new();
    for id in ids {
        let what = match (was.get(&id), is.get(&id)) {
            (None, Some(_)) => Some("added".to_owned()),
            (Some(_), None) => Some("removed from the register".to_owned()),
            (Some(was), Some(is)) => changed(was, is),
            (None, None) => None,
        };
        moves.extend(what.map(|what| LicenceMove { id, what }));
    }
    moves
}

fn changed(was: &LicencePosition, is: &LicencePosition) -> Option<String> {
    let mut parts = Vec::new();
    match (was.phase, is.phase) {
        (before, after) if before == after => {}
        (_, Phase::Expired) => parts.push("ended".to_owned()),
        (_, Phase::MaintenanceEnded) => parts.push("maintenance ended".into()),
        (_, Phase::InForce) => parts.push("in force".into()),
        (_, Phase::NotStarted) => parts.push("begins later".into()),
    }
    if is.handed_on > was.handed_on {
        let seats = is.handed_on - was.handed_on;
        parts.push(format!("handed on {}", crate::render::text::counted(seats, "seat")));
    } else if is.quantity != was.quantity {
        parts.push(format!("quantity {} -> {}", was.quantity, is.quantity));
    }
    if was.ends_on != is.ends_on {
        let day = |day: Option<jiff::civil::Date>| day.map_or_else(|| "no end".to_owned(), |day| day.to_string());
        parts.push(format!("end {} -> {}", day(was.ends_on), day(is.ends_on)));
    }
    let terms = |one: &LicencePosition| {
        (one.metric.clone(), one.term.clone(), one.version.clone(), one.edition.clone(), one.site.clone())
    };
    if terms(was) != terms(is) {
        parts.push("terms changed".into());
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}
