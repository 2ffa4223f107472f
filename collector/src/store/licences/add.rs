//! Entering licences: all of a list or none, and none twice.

use std::collections::BTreeMap;

use rusqlite::{Transaction, params};

use super::super::{Order, SiteScope, Store, StoreError, sites};
use super::row::{self, LicenceRow};
use super::{Done, Hand, Unfit, title, work};
use crate::catalogue::Catalogue;
use crate::licences::{Licence, LicenceId, Metric, Problem, Term};

/// What came of one of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was entered, or would be.
    New(LicenceRow),
    /// The register has the same.
    There(LicenceRow),
    /// The register has it with other details: those of the register stay.
    Differs {
        /// As the register has it.
        row: LicenceRow,
        /// As it was to be.
        wanted: Box<Licence>,
    },
    /// It cannot be entered, so none of the list is.
    Unfit(Unfit),
}

/// What two entries of the same purchase have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    title: String,
    version: String,
    edition: String,
    site: Option<String>,
    place: String,
    starts_on: Option<jiff::civil::Date>,
    order_ref: String,
}

impl Store {
    /// Enters licences: all of them when none is unfit and `really` is set, else none. What the register has already,
    /// by order reference, title, quantity, site and start, is not entered again. Of each the number is ignored, the
    /// title is the text that was written, and the site a name in any case.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_licences(
        &self,
        new: Vec<Licence>,
        sites: SiteScope,
        really: bool,
        hand: Hand,
    ) -> Result<Vec<Outcome>, StoreError> {
        let catalogue = self.catalogue();
        self.write(Order::First, move |tx| {
            tx.execute_batch("SAVEPOINT licences")?;
            let outcomes = enter(tx, &catalogue, new, &sites, &hand)?;
            let unfit = outcomes.iter().any(|outcome| matches!(outcome, Outcome::Unfit(_)));
            if unfit || !really {
                tx.execute_batch("ROLLBACK TO licences")?;
            }
            tx.execute_batch("RELEASE licences")?;
            Ok(outcomes)
        })
        .await
    }
}

fn enter(
    tx: &Transaction<'_>,
    catalogue: &Catalogue,
    new: Vec<Licence>,
    sites: &SiteScope,
    hand: &Hand,
) -> Result<Vec<Outcome>, StoreError> {
    // Each entry of the register stands for one of the list: a purchase that was made twice is entered twice.
    let mut there: BTreeMap<Key, Vec<LicenceRow>> = BTreeMap::new();
    for row in row::all(tx, sites, false)?.into_iter().rev() {
        there.entry(key(&row.licence)).or_default().push(row);
    }
    let mut outcomes = Vec::with_capacity(new.len());
    for wanted in new {
        outcomes.push(match fit(tx, catalogue, wanted, sites)? {
            Err(unfit) => Outcome::Unfit(unfit),
            Ok((wanted, name)) => match there.get_mut(&key(&wanted)).and_then(|rows| take(rows, &wanted)) {
                Some(row) if same(&row, &wanted) => Outcome::There(row),
                Some(row) => Outcome::Differs { row, wanted: Box::new(wanted) },
                None => Outcome::New(insert(tx, &wanted, &name, sites, hand)?),
            },
        });
    }
    Ok(outcomes)
}

/// Of the rows with as many seats the one that is the same in everything, else the first.
fn take(rows: &mut Vec<LicenceRow>, wanted: &Licence) -> Option<LicenceRow> {
    let as_many = |row: &LicenceRow| [row.licence.quantity, row.held()].contains(&wanted.quantity);
    let at =
        rows.iter().rposition(|row| as_many(row) && same(row, wanted)).or_else(|| rows.iter().rposition(as_many))?;
    Some(rows.remove(at))
}

/// A licence of which seats were handed on, or that was handed over, is listed with the seats and the money that are
/// its own now.
fn same(row: &LicenceRow, wanted: &Licence) -> bool {
    let kept = &row.licence;
    let mut wanted = Licence { id: kept.id, ..wanted.clone() };
    if row.handed_on > 0 || row.came_from.is_some() {
        (wanted.quantity, wanted.cost) = (kept.quantity, kept.cost);
    }
    *kept == wanted
}

fn key(licence: &Licence) -> Key {
    Key {
        title: licence.title.clone(),
        version: licence.version.to_lowercase(),
        edition: licence.edition.to_lowercase(),
        site: licence.scope.site.clone(),
        place: licence.scope.place.to_lowercase(),
        starts_on: licence.starts_on,
        order_ref: licence.order_ref.to_lowercase(),
    }
}

/// The licence with its title and site as the database has them, and the name of the title; or why it is none. Version
/// and edition that stand in the name of the title count where nothing else is said of them; of a subscription the
/// version does not, for it covers those that come.
pub(super) fn fit(
    tx: &Transaction<'_>,
    catalogue: &Catalogue,
    mut licence: Licence,
    scope: &SiteScope,
) -> Done<(Licence, String)> {
    if let Err(problem) = licence.check() {
        return Ok(Err(Unfit::Problem(problem)));
    }
    let title = match find_title(tx, catalogue, &licence.title)? {
        Ok(title) => title,
        Err(unfit) => return Ok(Err(unfit)),
    };
    if licence.scope.site.is_none() && licence.metric == Metric::Site {
        licence.scope.site = only_site(tx)?;
        if licence.scope.site.is_none() {
            let problem = Problem::new(
                "site",
                "site is missing of a licence for a site",
                "name it, or call it a licence for the trust",
            );
            return Ok(Err(Unfit::Problem(problem)));
        }
    }
    match own_site(tx, licence.scope.site.take(), scope)? {
        Ok(site) => licence.scope.site = site.map(|(_, name)| name),
        Err(unfit) => return Ok(Err(unfit)),
    }
    licence.title = title.slug;
    if licence.edition.is_empty() {
        licence.edition = title.edition;
    }
    if licence.version.is_empty() && licence.term != Term::Subscription {
        licence.version = title.version;
    }
    Ok(Ok((licence, title.name)))
}

/// The title that a text means, or what is wrong with it.
pub(super) fn find_title(tx: &Transaction<'_>, catalogue: &Catalogue, text: &str) -> Done<title::Title> {
    if let Err(problem) = crate::licences::check::line("title", text, 200) {
        return Ok(Err(Unfit::Problem(problem)));
    }
    let missing = || Problem::new("title", "title is missing", "name the product, as the catalogue or the order does");
    Ok(title::find(tx, catalogue, text)?.ok_or_else(|| Unfit::Problem(missing())))
}

/// The only site that there is.
fn only_site(tx: &Transaction<'_>) -> Result<Option<String>, StoreError> {
    let mut query = tx.prepare_cached("SELECT name FROM site LIMIT 2")?;
    let mut names: Vec<String> = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(if names.len() == 1 { names.pop() } else { None })
}

/// Row and name of a site that the caller may change; `None` for all sites, which is theirs only who see every site.
pub(super) fn own_site(tx: &Transaction<'_>, site: Option<String>, scope: &SiteScope) -> Done<Option<(i64, String)>> {
    let Some(site) = site else {
        return Ok(if scope.is_all() { Ok(None) } else { Err(Unfit::NotTheirs) });
    };
    let found = sites::by_name(tx, &site)?.filter(|(_, name)| scope.holds(name));
    Ok(found.map(Some).ok_or(Unfit::NoSite(site)))
}

/// Enters a licence whose title and site are the database's.
pub(super) fn insert(
    tx: &Transaction<'_>,
    licence: &Licence,
    title_name: &str,
    sites: &SiteScope,
    hand: &Hand,
) -> Result<LicenceRow, StoreError> {
    let now = hand.at.as_millisecond();
    tx.prepare_cached(
        "INSERT INTO licence (title, title_name, version, edition, metric, term, quantity, site, place, starts_on,
             ends_on, notice_on, cost_pence, supplier, order_ref, proof_holder, note, added_at, added_by, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, (SELECT id FROM site WHERE name = ?8), ?9, ?10, ?11, ?12, ?13, ?14, ?15,
             ?16, ?17, ?18, ?19, ?18)",
    )?
    .execute(params![
        licence.title,
        title_name,
        licence.version,
        licence.edition,
        licence.metric.word(),
        licence.term.word(),
        work::counted(licence.metric, licence.quantity),
        licence.scope.site,
        licence.scope.place,
        licence.starts_on.map(|day| day.to_string()),
        licence.ends_on.map(|day| day.to_string()),
        licence.notice_on.map(|day| day.to_string()),
        licence.cost.map(work::pence),
        licence.supplier,
        licence.order_ref,
        licence.proof_holder,
        licence.note,
        now,
        hand.actor
    ])?;
    let id = LicenceId(tx.last_insert_rowid());
    let number = if licence.metric.is_counted() { format!("{} ", licence.quantity) } else { String::new() };
    let site = licence.scope.site.as_deref().unwrap_or("all sites");
    let (metric, term) = (licence.metric.word(), licence.term.word());
    let detail = format!("{}: {number}{metric} {term}, {site}", licence.title);
    hand.write_down(tx, "licence.add", id.to_string(), detail)?;
    row::one(tx, id, sites)?.ok_or(StoreError::Stumbled)
}
