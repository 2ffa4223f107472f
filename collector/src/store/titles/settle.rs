//! One device: from its rows of software and files to its titles.

use std::collections::HashMap;

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{ExecutableFormat, SoftwareClass, TitleKind};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::Shelf;
use crate::catalogue::{File, Installations, Installed, Memory, Reading, Times, Title, installs};
use crate::store::StoreError;

const LISTED: &str = "SELECT name, publisher, source, id, upgrade_code, section, kind, version, user, installed_at,
    last_used_at FROM software WHERE device = ?1";
/// A portable copy on a stick is not installed on the device that it is plugged into.
const FILES: &str = "SELECT f.product, coalesce(e.signer, f.signer, ''), e.path, e.format, coalesce(e.class, ''),
        f.description, f.original_name, f.company
    FROM executable e JOIN executable_facts f ON f.sha256 = e.sha256 WHERE e.device = ?1 AND e.removable = 0";
const HELD: &str = "SELECT i.title, t.slug, i.edition, i.major, i.users, i.evidence, i.installed_at, i.last_used_at
    FROM installation i JOIN title t ON t.id = i.title WHERE i.device = ?1";

/// How many rows a step has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moved {
    /// Titles that came to a device.
    pub came: u64,
    /// Titles that went from one.
    pub went: u64,
    /// Titles that stayed, in another edition or version, for others, or with other evidence.
    pub changed: u64,
}

impl std::ops::AddAssign for Moved {
    fn add_assign(&mut self, other: Self) {
        self.came += other.came;
        self.went += other.went;
        self.changed += other.changed;
    }
}

/// A row as it is.
struct Held {
    title: i64,
    edition: String,
    major: String,
    users: u32,
    evidence: String,
    times: Times,
}

/// Brings the titles of a device in line with its software and files.
pub(in crate::store) fn settle(transaction: &Transaction<'_>, device: i64, shelf: &Shelf) -> Result<Moved, StoreError> {
    let installed = titles_of(transaction, device, &mut shelf.memory())?;
    write(transaction, device, installed)
}

/// Brings every device in line that has a file which has just been described, where that tells its title.
pub(in crate::store) fn described(
    transaction: &Transaction<'_>,
    sha256: Sha256,
    shelf: &Shelf,
) -> Result<(), StoreError> {
    let devices: Vec<i64> = transaction
        .prepare_cached("SELECT DISTINCT device FROM executable WHERE sha256 = ?1")?
        .query_map([sha256.as_bytes()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for device in devices {
        settle(transaction, device, shelf)?;
    }
    Ok(())
}

/// The titles of a device, by what is stored of it.
pub(super) fn titles_of(
    connection: &Connection,
    device: i64,
    memory: &mut Memory,
) -> Result<Vec<Installed>, StoreError> {
    let mut titles = Installations::default();
    let mut listed = connection.prepare_cached(LISTED)?;
    let mut rows = listed.query([device])?;
    while let Some(row) = rows.next()? {
        let kind = TitleKind::parse(text(row, 6)?).unwrap_or_default();
        if kind != TitleKind::Title {
            continue;
        }
        let standing = memory.standing(&reading(row, kind)?);
        let times = Times { installed: row.get(9)?, last_used: row.get(10)? };
        titles.add_listed(&standing, text(row, 7)?, text(row, 8)?, times);
    }
    let mut files = connection.prepare_cached(FILES)?;
    let mut rows = files.query([device])?;
    while let Some(row) = rows.next()? {
        if let Some(title) = file(row)?.and_then(|file| memory.catalogue().title_of_file(&file)) {
            titles.add_file(&title);
        }
    }
    Ok(titles.finish())
}

/// The first columns of a row of software; see [`LISTED`].
pub(super) fn reading<'a>(row: &'a Row<'_>, kind: TitleKind) -> rusqlite::Result<Reading<'a>> {
    Ok(Reading {
        name: text(row, 0)?,
        publisher: text(row, 1)?,
        source: text(row, 2)?,
        id: text(row, 3)?,
        upgrade_code: text(row, 4)?,
        section: text(row, 5)?,
        kind,
    })
}

/// What a file says of itself; `None` for one that only brings a product.
fn file<'a>(row: &'a Row<'_>) -> rusqlite::Result<Option<File<'a>>> {
    let path = text(row, 2)?;
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let (description, original) = (text(row, 5)?, text(row, 6)?);
    let format = ExecutableFormat::parse(text(row, 3)?);
    let package = text(row, 4)? == SoftwareClass::Installer.word() || format == Some(ExecutableFormat::Msi);
    if package || installs(&[name, description, original]) {
        return Ok(None);
    }
    let product = text(row, 0)?;
    // Anybody can rename a file: its name counts where it says nothing else of itself, and never for a script.
    let silent = [product, description, original, text(row, 7)?].iter().all(|said| said.is_empty());
    let speaks = silent && format != Some(ExecutableFormat::Script);
    Ok(Some(File { product, signer: text(row, 1)?, file_name: if speaks { name } else { "" } }))
}

/// A text as it lies in the row; empty where the column holds none.
fn text<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<&'a str> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => "",
    })
}

fn write(transaction: &Transaction<'_>, device: i64, installed: Vec<Installed>) -> Result<Moved, StoreError> {
    let mut held = held(transaction, device)?;
    let mut moved = Moved::default();
    for now in installed {
        match held.remove(now.title.slug.as_str()) {
            Some(before) if is_same(&before, &now) => {}
            Some(before) => {
                keep(transaction, device, before.title, &now)?;
                moved.changed += 1;
            }
            None => {
                let title = title_row(transaction, &now.title)?;
                keep(transaction, device, title, &now)?;
                moved.came += 1;
            }
        }
    }
    let mut delete = transaction.prepare_cached("DELETE FROM installation WHERE title = ?1 AND device = ?2")?;
    for gone in held.into_values() {
        delete.execute([gone.title, device])?;
        moved.went += 1;
    }
    Ok(moved)
}

fn held(transaction: &Transaction<'_>, device: i64) -> Result<HashMap<String, Held>, StoreError> {
    let mut query = transaction.prepare_cached(HELD)?;
    let rows = query.query_map([device], |row| {
        let times = Times { installed: row.get(6)?, last_used: row.get(7)? };
        let (title, edition, major) = (row.get(0)?, row.get(2)?, row.get(3)?);
        Ok((row.get(1)?, Held { title, edition, major, users: row.get(4)?, evidence: row.get(5)?, times }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn is_same(before: &Held, now: &Installed) -> bool {
    let Held { title: _, edition, major, users, evidence, times } = before;
    *edition == now.edition
        && *major == now.major
        && *users == now.users
        && evidence == now.evidence
        && *times == now.times
}

fn keep(transaction: &Transaction<'_>, device: i64, title: i64, now: &Installed) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO installation (title, device, edition, major, users, evidence, installed_at, last_used_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT DO UPDATE SET edition = excluded.edition, major = excluded.major, users = excluded.users,
                 evidence = excluded.evidence, installed_at = excluded.installed_at,
                 last_used_at = excluded.last_used_at",
        )?
        .execute(params![
            title,
            device,
            now.edition,
            now.major,
            now.users,
            now.evidence,
            now.times.installed,
            now.times.last_used
        ])?;
    Ok(())
}

/// The row of a title, made when it is the first installation anywhere.
fn title_row(transaction: &Transaction<'_>, title: &Title) -> Result<i64, StoreError> {
    let known = transaction
        .prepare_cached("SELECT id FROM title WHERE slug = ?1")?
        .query_row([&title.slug], |row| row.get(0))
        .optional()?;
    match known {
        Some(row) => Ok(row),
        None => put_title(transaction, title),
    }
}

/// Writes what the catalogue says of a title; answers its row.
pub(super) fn put_title(transaction: &Transaction<'_>, title: &Title) -> Result<i64, StoreError> {
    Ok(transaction
        .prepare_cached(
            "INSERT INTO title (slug, name, publisher, category, licensing, suite, known)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO UPDATE SET name = excluded.name, publisher = excluded.publisher,
                 category = excluded.category, licensing = excluded.licensing, suite = excluded.suite,
                 known = excluded.known
             RETURNING id",
        )?
        .query_row(
            params![
                title.slug,
                title.name,
                title.publisher,
                title.category_word(),
                title.licensing_word(),
                title.suite,
                title.is_known()
            ],
            |row| row.get(0),
        )?)
}
