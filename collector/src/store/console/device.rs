//! Everything that is known of one device.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{Facts, Hardware, HostFacts, ProbeName, Reading};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use super::super::moment::moment;
use super::super::{Store, StoreError, facts};
use super::{DeviceRow, count};

/// What stands behind a device's row.
#[derive(Debug, Clone)]
pub struct DeviceCard {
    /// The newest reading of each probe that ever answered, by the probe's name.
    pub readings: Vec<ReadingRow>,
    /// Files that no package owns, those first that were first seen last; not all of them where there are very many.
    pub executables: Vec<ExecutableRow>,
    /// How many such files there are.
    pub executable_count: u32,
    /// Installed titles.
    pub software_titles: u32,
    /// Numbers that the device gave up.
    pub records_lost: u64,
    /// Open findings: since when each is so.
    pub findings: Vec<OpenFinding>,
    /// Text of the policy in force at its site.
    pub policy: Option<String>,
}

/// The newest answer of a probe.
#[derive(Debug, Clone)]
pub struct ReadingRow {
    /// Name of the probe.
    pub probe: String,
    /// "complete", "partial", "unsupported", "failed".
    pub completeness: String,
    /// Why it is not complete.
    pub reason: String,
    /// When.
    pub taken_at: Timestamp,
    facts: Option<Vec<u8>>,
}

/// A file that runs and that no package owns.
#[derive(Debug, Clone)]
pub struct ExecutableRow {
    /// Where it lies.
    pub path: String,
    /// Of its content; `None` when the row is damaged.
    pub sha256: Option<Sha256>,
    /// Of its content.
    pub size_bytes: u64,
    /// Last change of its content.
    pub modified_at: Timestamp,
    /// Account of its owner.
    pub owner: String,
    /// "elf", "script".
    pub format: String,
    /// When the collector first heard of it there.
    pub first_seen_at: Timestamp,
}

/// What is open at a device.
#[derive(Debug, Clone)]
pub struct OpenFinding {
    /// Id of the requirement.
    pub requirement: String,
    /// What it is about; empty for the device.
    pub subject: String,
    /// "fails", "unknown".
    pub verdict: String,
    /// In a few words.
    pub summary: String,
    /// How we know.
    pub reason: String,
    /// What to do.
    pub remedy: String,
    /// Since when.
    pub opened_at: Timestamp,
}

impl ReadingRow {
    /// The reading as the rules judge it: what the probe said last. `None` for a probe that this version does not know.
    #[must_use]
    pub fn reading(&self) -> Option<Reading> {
        let probe = ProbeName::parse(&self.probe)?;
        let outcome = facts::outcome(&self.completeness, self.reason.clone(), self.facts.as_deref());
        Some(Reading { probe, taken_at: self.taken_at, outcome })
    }

    /// The machine and its system, when this is the host's reading.
    #[must_use]
    pub fn host(&self) -> Option<HostFacts> {
        if let Facts::Host(host) = self.facts()? { Some(host) } else { None }
    }

    /// What the machine is made of, when this is the hardware's reading.
    #[must_use]
    pub fn hardware(&self) -> Option<Hardware> {
        if let Facts::Hardware(hardware) = self.facts()? { Some(hardware) } else { None }
    }

    /// What the probe found last; `None` when it never found anything.
    #[must_use]
    pub fn facts(&self) -> Option<Facts> {
        facts::decode(self.facts.as_deref()?)
    }
}

impl Store {
    /// What is known of a device, with at most `executables` of its files.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn device_card(&self, device: &DeviceRow, executables: usize) -> Result<DeviceCard, StoreError> {
        let rowid = device.rowid;
        self.read(move |connection| {
            let one = |sql: &str| connection.prepare_cached(sql)?.query_row([rowid], |row| row.get::<_, i64>(0));
            Ok(DeviceCard {
                readings: readings(connection, rowid)?,
                executables: files(connection, rowid, executables)?,
                executable_count: count(one("SELECT count(*) FROM executable WHERE device = ?1")?),
                software_titles: count(one("SELECT count(*) FROM software WHERE device = ?1")?),
                records_lost: u64::try_from(one("SELECT coalesce(sum(g.last - g.first + 1), 0)
                    FROM gap g JOIN epoch e ON e.id = g.epoch WHERE e.device = ?1")?)
                .unwrap_or_default(),
                findings: open_findings(connection, rowid)?,
                policy: policy(connection, rowid)?,
            })
        })
        .await
    }
}

fn readings(connection: &Connection, device: i64) -> Result<Vec<ReadingRow>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT probe, completeness, reason, taken_at, facts FROM reading WHERE device = ?1 ORDER BY probe",
    )?;
    let rows = query.query_map([device], |row| {
        Ok(ReadingRow {
            probe: row.get(0)?,
            completeness: row.get(1)?,
            reason: row.get(2)?,
            taken_at: moment(row.get(3)?),
            facts: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn files(connection: &Connection, device: i64, limit: usize) -> Result<Vec<ExecutableRow>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT path, sha256, size_bytes, modified_at, owner, format, first_seen_at FROM executable
         WHERE device = ?1 ORDER BY first_seen_at DESC, path LIMIT ?2",
    )?;
    let rows = query.query_map([device, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        Ok(ExecutableRow {
            path: row.get(0)?,
            sha256: Sha256::from_slice(&row.get::<_, Vec<u8>>(1)?),
            size_bytes: u64::try_from(row.get::<_, i64>(2)?).unwrap_or_default(),
            modified_at: moment(row.get(3)?),
            owner: row.get(4)?,
            format: row.get(5)?,
            first_seen_at: moment(row.get(6)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn open_findings(connection: &Connection, device: i64) -> Result<Vec<OpenFinding>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT requirement, subject, verdict, summary, reason, remedy, opened_at FROM finding
         WHERE device = ?1 AND closed_at IS NULL ORDER BY requirement, subject",
    )?;
    let rows = query.query_map([device], |row| {
        Ok(OpenFinding {
            requirement: row.get(0)?,
            subject: row.get(1)?,
            verdict: row.get(2)?,
            summary: row.get(3)?,
            reason: row.get(4)?,
            remedy: row.get(5)?,
            opened_at: moment(row.get(6)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn policy(connection: &Connection, device: i64) -> Result<Option<String>, StoreError> {
    let text = connection
        .prepare_cached(
            "SELECT p.toml FROM policy p JOIN device d ON d.site = p.site WHERE d.id = ?1
             ORDER BY p.version DESC LIMIT 1",
        )?
        .query_row([device], |row| row.get(0))
        .optional()?;
    Ok(text)
}
