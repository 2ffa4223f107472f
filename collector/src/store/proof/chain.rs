//! The proof of the audit chain: each row follows from the one before, each checkpoint of our own is met, and so is one
//! that was kept elsewhere.

use std::path::Path;

use caretaker_shared::checkpoint::{Incarnation, PublicAuditKey, SignedCheckpoint};
use rusqlite::{Connection, OptionalExtension as _};

use super::super::audit::{AuditChain, Proven, prove};
use super::super::{Store, StoreError, connection};
use super::checkpoints;

/// What the proof came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every row follows, every checkpoint is met.
    Whole,
    /// A row was edited, removed, put in or moved: the first one, or the number under which one is missing.
    Broken(i64),
    /// The chain ends before the row of a checkpoint.
    CutOff(i64),
    /// At the row of a checkpoint stands another one: everything from some row before it on was written anew.
    Rewritten(i64),
    /// The checkpoint that was handed in is of another collector, or another key has signed it.
    Foreign,
    /// The checkpoint is of rows that a restore from a backup has lost.
    LostByRestore(i64),
    /// The checkpoint is older than the oldest row that is kept.
    Erased(i64),
}

/// The proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What it came to.
    pub verdict: Verdict,
    /// Number of the first row that is kept.
    pub first: i64,
    /// Number of the last row that follows.
    pub last: i64,
    /// Hash of that row.
    pub hash: Vec<u8>,
    /// Own checkpoints that were held against the chain.
    pub checkpoints: u32,
    /// The key that signs here.
    pub key: Option<PublicAuditKey>,
    /// Life of this database.
    pub incarnation: Incarnation,
    /// The newest own checkpoint.
    pub newest: Option<SignedCheckpoint>,
}

impl Store {
    /// Proves the audit chain from its first row on, and its own checkpoints.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn verify_audit(&self) -> Result<AuditChain, StoreError> {
        let proof = self.prove_audit(None).await?;
        Ok(match proof.verdict {
            Verdict::Whole | Verdict::Foreign | Verdict::LostByRestore(_) | Verdict::Erased(_) => {
                AuditChain::Whole { rows: u64::try_from(proof.last - proof.first + 1).unwrap_or_default() }
            }
            Verdict::Broken(row) | Verdict::CutOff(row) | Verdict::Rewritten(row) => AuditChain::Broken { row },
        })
    }

    /// The same, with a checkpoint that was kept elsewhere.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prove_audit(&self, kept: Option<SignedCheckpoint>) -> Result<Proof, StoreError> {
        let mut proven = self.read(Proven::start).await?;
        let (start, mut first) = (proven.last, true);
        loop {
            let before = (proven.last, proven.hash.clone());
            proven = match self.read(move |connection| prove(connection, proven, first)).await? {
                Ok(proven) => proven,
                Err(row) => {
                    let before = Proven { last: before.0, hash: before.1 };
                    return self.read(move |connection| proof(connection, start, before, Err(row))).await;
                }
            };
            first = false;
            if proven.last == before.0 {
                let end = Proven { last: before.0, hash: before.1 };
                return self.read(move |connection| proof(connection, start, end, Ok(kept))).await;
            }
        }
    }
}

/// Proves the chain of a database that no collector works on; changes nothing.
///
/// # Errors
/// When the file cannot be read, or is of another version.
pub fn prove_file(path: &Path, kept: Option<SignedCheckpoint>) -> Result<Proof, StoreError> {
    let connection = connection::open_reader(path)?;
    connection::check_version(&connection)?;
    prove_all(&connection, kept)
}

/// The proof, in one go.
pub(super) fn prove_all(connection: &Connection, kept: Option<SignedCheckpoint>) -> Result<Proof, StoreError> {
    let mut proven = Proven::start(connection)?;
    let (start, mut first) = (proven.last, true);
    loop {
        let before = Proven { last: proven.last, hash: proven.hash.clone() };
        proven = match prove(connection, proven, first)? {
            Ok(proven) => proven,
            Err(row) => return proof(connection, start, before, Err(row)),
        };
        first = false;
        if proven.last == before.last {
            return proof(connection, start, proven, Ok(kept));
        }
    }
}

/// Holds the checkpoints against a chain whose rows follow; `Err` names the first that does not.
fn proof(
    connection: &Connection,
    start: i64,
    end: Proven,
    followed: Result<Option<SignedCheckpoint>, i64>,
) -> Result<Proof, StoreError> {
    let own = checkpoints::all(connection)?;
    let newest = own.last().and_then(|(_, signed)| signed.clone());
    let scene = Scene { connection, start, last: end.last, key: newest.as_ref().map(SignedCheckpoint::key) };
    let verdict = match followed {
        Err(row) => Verdict::Broken(row),
        Ok(kept) => match scene.own(&own)? {
            Verdict::Whole => kept.map_or(Ok(Verdict::Whole), |kept| scene.kept(&kept))?,
            broken => broken,
        },
    };
    Ok(Proof {
        verdict,
        first: start + 1,
        last: end.last,
        hash: end.hash,
        checkpoints: u32::try_from(own.len()).unwrap_or(u32::MAX),
        key: scene.key,
        incarnation: checkpoints::incarnation(connection)?,
        newest,
    })
}

struct Scene<'a> {
    connection: &'a Connection,
    /// Last row that was erased.
    start: i64,
    last: i64,
    key: Option<PublicAuditKey>,
}

impl Scene<'_> {
    /// Our own checkpoints: each signed by the one key, each met.
    fn own(&self, all: &[(i64, Option<SignedCheckpoint>)]) -> Result<Verdict, StoreError> {
        let mut before: Option<&SignedCheckpoint> = None;
        for (row, signed) in all {
            let Some(signed) = signed else { return Ok(Verdict::Broken(*row)) };
            let linked = signed.checkpoint().previous == before.map(SignedCheckpoint::digest);
            if Some(signed.key()) != self.key || !linked {
                return Ok(Verdict::Rewritten(*row));
            }
            match self.met(signed)? {
                Verdict::Whole | Verdict::Erased(_) => before = Some(signed),
                broken => return Ok(broken),
            }
        }
        Ok(Verdict::Whole)
    }

    /// One that was kept elsewhere.
    fn kept(&self, kept: &SignedCheckpoint) -> Result<Verdict, StoreError> {
        let row = i64::try_from(kept.checkpoint().row).unwrap_or(i64::MAX);
        if self.key.is_some_and(|key| key != kept.key()) {
            return Ok(Verdict::Foreign);
        }
        let Incarnation { number, id } = kept.checkpoint().incarnation;
        let known: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT id FROM incarnation WHERE number = ?1")?
            .query_row([number], |row| row.get(0))
            .optional()?;
        match known {
            // A database from before the life in which it was made.
            None => return Ok(Verdict::CutOff(row)),
            Some(known) if known != id => return Ok(Verdict::Rewritten(row)),
            Some(_) => {}
        }
        let lost_after: Option<i64> = self
            .connection
            .prepare_cached("SELECT from_row FROM incarnation WHERE number = ?1 + 1")?
            .query_row([number], |row| row.get(0))
            .optional()?;
        if lost_after.is_some_and(|from| row > from) {
            return Ok(Verdict::LostByRestore(row));
        }
        self.met(kept)
    }

    /// Whether the row of a checkpoint has its hash.
    fn met(&self, signed: &SignedCheckpoint) -> Result<Verdict, StoreError> {
        let row = i64::try_from(signed.checkpoint().row).unwrap_or(i64::MAX);
        if row > self.last {
            return Ok(Verdict::CutOff(row));
        }
        if row <= self.start {
            return Ok(Verdict::Erased(row));
        }
        let hash: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT hash FROM audit WHERE n = ?1")?
            .query_row([row], |row| row.get(0))
            .optional()?;
        let met = hash.is_some_and(|hash| hash == signed.checkpoint().hash.as_bytes());
        Ok(if met { Verdict::Whole } else { Verdict::Rewritten(row) })
    }
}
