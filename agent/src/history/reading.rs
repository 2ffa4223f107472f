//! Reads what is new in the histories of one home.
//!
//! What is due is found out by looking at files from outside (`Plan`); only then is a database copied and read
//! (`run`), in the child. A profile that cannot be read has a reason, and keeps its place for the next time.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use caretaker_shared::digest::{Sha256, keyed};
use caretaker_shared::secret::Secret;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::address::Address;
use super::browser::Browser;
use super::copy::{self, Copy};
use super::family::RawVisit;
use super::marks::{Last, Mark, Marks};
use super::visit::{Visit, VisitKind};
use super::{Excluded, Home, database, engines, home};
use crate::host::System;

/// A first reading looks back this far, and no later one looks further back beyond the one before.
const LOOK_BACK: Duration = Duration::from_secs(24 * 3600);
/// A visit is told when it is this old: a page gets its title some time after it was opened.
const SETTLED: Duration = Duration::from_secs(10);
/// A visit that lies further ahead than this was made under another clock, and is not waited for.
const AHEAD: Duration = Duration::from_secs(60);
/// What failed is tried again after this time; and Windows may leave the time of an open file's last change behind, so
/// that files there are trusted to be unchanged for no longer.
const AGAIN: Duration = Duration::from_secs(15 * 60);
/// Longest time that SQLite may take over one database.
const WITHIN: Duration = Duration::from_secs(5);
/// Longest text that a visit gives.
const TEXT_BYTES: usize = 2_048;

/// How histories are read.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whose places are looked at.
    pub system: System,
    /// The key under which profiles are named.
    pub key: Secret<[u8; 32]>,
    /// A folder that is made for copies and removed again; nothing else may be in it.
    pub copies: PathBuf,
    /// What is dropped before it is told.
    pub excluded: Excluded,
    /// Visits that are looked at in one profile in one reading; the rest is read the next time.
    pub most_visits: usize,
}

impl Settings {
    /// Visits that are looked at in one profile in one reading: three texts each, some hundred kilobytes in all.
    pub const MOST_VISITS: usize = 1_000;
}

/// Why a history was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unread {
    /// The system does not allow it; on macOS, Safari's history needs Full Disk Access.
    #[error("the system refuses to open it: on macOS allow Full Disk Access to the agent")]
    Refused,
    /// It went away, or a link stands in its place.
    #[error("it is gone, or a link stands in its place")]
    Gone,
    /// Beyond 512 MiB.
    #[error("it is larger than 512 MiB")]
    TooLarge,
    /// The browser wrote into it all the time.
    #[error("the browser changed it while it was copied")]
    Changing,
    /// No room, or no right to use the agent's own folder.
    #[error("it could not be copied to the agent's folder")]
    NotCopied,
    /// No database of a browser that is known, or a damaged one.
    #[error("it is damaged, or of a form that this version does not know")]
    Broken,
    /// Reading did not come to an end in time.
    #[error("reading it took too long")]
    Slow,
    /// The child ended without an answer.
    #[error("the child that read it ended without an answer")]
    Died,
    /// The child could not be started.
    #[error("the child that reads it could not be started")]
    NotStarted,
}

impl Unread {
    pub(super) fn opening(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound { Self::Gone } else { Self::Refused }
    }

    /// Whether the same files would fail the same way.
    fn is_final(self) -> bool {
        match self {
            Self::TooLarge | Self::Broken => true,
            // A busy machine is slow, too.
            Self::Refused
            | Self::Gone
            | Self::Changing
            | Self::NotCopied
            | Self::Slow
            | Self::Died
            | Self::NotStarted => false,
        }
    }

    /// Whether it is worth trying at the next occasion.
    fn is_brief(self) -> bool {
        match self {
            Self::Changing | Self::NotStarted | Self::Gone => true,
            Self::Refused | Self::TooLarge | Self::NotCopied | Self::Broken | Self::Slow | Self::Died => false,
        }
    }
}

/// What was read in one home.
#[derive(Debug, Default)]
pub struct Reading {
    /// The texts of new visits, in the order of the visits in each profile.
    pub visits: Vec<Visit>,
    /// New marks of the profiles that were tried. Keep them when what follows from the visits is kept, not before.
    pub marks: Marks,
}

/// Reads what is new in one home, in this process: for tests and for measuring. The service asks a child
/// ([`super::read_in_child`]).
#[must_use]
pub fn read(home: &Home, marks: &Marks, settings: &Settings, now: Timestamp) -> Reading {
    let mut plan = Plan::of(home, marks, settings, now);
    let work = Work { excluded: &settings.excluded, copies: &settings.copies, now, most: settings.most_visits };
    for (task, pending) in std::mem::take(&mut plan.pending) {
        let mut visits = Vec::new();
        let done = run(&task, &home.folder, &work, &mut |kind, text, visited_at| {
            visits.push(pending.visit(&home.user, kind, Zeroizing::new(text.to_owned()), visited_at));
        });
        plan.keep(&pending, done, visits, now);
    }
    plan.reading
}

/// A history that is due, as the child is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Task {
    pub(super) browser: Browser,
    /// Relative to the home.
    pub(super) database: PathBuf,
    pub(super) mark: Option<Mark>,
}

/// What the service keeps of a task until it is done.
pub(super) struct Pending {
    profile: Sha256,
    browser: Browser,
    before: Mark,
    looks: Sha256,
}

impl Pending {
    pub(super) fn visit(&self, user: &str, kind: VisitKind, text: Zeroizing<String>, visited_at: Timestamp) -> Visit {
        Visit { kind, text, profile: self.profile, user: user.to_owned(), browser: self.browser, visited_at }
    }
}

/// What is due in a home, and what came of it so far.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) pending: Vec<(Task, Pending)>,
    pub(super) reading: Reading,
}

impl Plan {
    /// Looks at the files, reads none.
    pub(super) fn of(home: &Home, marks: &Marks, settings: &Settings, now: Timestamp) -> Self {
        let mut plan = Self::default();
        for home::Profile { browser, database } in home::profiles(settings.system, &home.folder) {
            let path = home.folder.join(&database);
            let profile = keyed(settings.key.expose(), path.as_os_str().as_encoded_bytes());
            let mark = marks.get(&profile).cloned();
            let before = mark.clone().unwrap_or_default();
            match copy::looks(&home.folder, &database) {
                Ok(looks) if is_due(&before, looks, settings.system, now) => {
                    plan.pending.push((Task { browser, database, mark }, Pending { profile, browser, before, looks }));
                }
                Ok(_) => {}
                Err(unread) => {
                    let pending = Pending { profile, browser, before, looks: Sha256::from([0; 32]) };
                    plan.keep(&pending, Err(unread), Vec::new(), now);
                }
            }
        }
        plan
    }

    /// Takes in what came of a task. Says why a history could not be read, once.
    pub(super) fn keep(
        &mut self,
        pending: &Pending,
        done: Result<Progress, Unread>,
        visits: Vec<Visit>,
        now: Timestamp,
    ) {
        let looks = *pending.looks.as_bytes();
        let mark = match done {
            Ok(Progress { last, more }) => {
                self.reading.visits.extend(visits);
                let looks = (!more).then_some(looks);
                Mark { last, read_at: Some(now), tried_at: Some(now), looks, unread: None }
            }
            Err(unread) => {
                if pending.before.unread != Some(unread) {
                    let profile = pending.profile.to_string();
                    let (profile, browser) = (profile.get(..12), pending.browser.name());
                    tracing::warn!(profile, browser, reason = %unread, "a history was not read");
                }
                let looks = unread.is_final().then_some(looks);
                Mark { tried_at: Some(now), looks, unread: Some(unread), ..pending.before }
            }
        };
        self.reading.marks.insert(pending.profile, mark);
    }
}

fn is_due(mark: &Mark, looks: Sha256, system: System, now: Timestamp) -> bool {
    // A clock that was set back makes a past that lies ahead; then waiting would have no end.
    let waited = mark.tried_at.is_none_or(|tried| tried > now || now.duration_since(tried).unsigned_abs() >= AGAIN);
    if mark.looks == Some(*looks.as_bytes()) {
        return system == System::Windows && waited;
    }
    waited || mark.unread.is_none_or(Unread::is_brief)
}

/// How far a history has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    pub(super) last: Option<Last>,
    /// More waits in it.
    pub(super) more: bool,
}

/// What holds for all tasks of a reading.
pub(super) struct Work<'a> {
    pub(super) excluded: &'a Excluded,
    pub(super) copies: &'a Path,
    pub(super) now: Timestamp,
    pub(super) most: usize,
}

/// Copies one history, reads what is new in it, and tells its texts.
pub(super) fn run(
    task: &Task,
    home: &Path,
    work: &Work<'_>,
    tell: &mut dyn FnMut(VisitKind, &str, Timestamp),
) -> Result<Progress, Unread> {
    let copy = Copy::take(home, &task.database, work.copies)?;
    let failed = |error| database::reason(&error);
    let database = database::open(&copy.database(), WITHIN).map_err(failed)?;
    let family = task.browser.family();
    let mark = task.mark.clone().unwrap_or_default();
    let Some(start) = start(family, &database, &mark, work.now).map_err(failed)? else {
        return Ok(Progress { last: family.newest(&database).map_err(failed)?, more: false });
    };
    let now_us = work.now.as_microsecond();
    let unsettled = now_us - microseconds(SETTLED)..=now_us + microseconds(AHEAD);
    let (mut last, mut more, mut looked_at) = (mark.last, false, 0);
    let visit = |raw: RawVisit| {
        if unsettled.contains(&raw.visited_us) {
            more = true;
            return false;
        }
        last = Some(Last { id: raw.id, visited_us: raw.visited_us });
        looked_at += 1;
        if raw.counts && raw.visited_us >= start.from_us {
            texts(raw, work.excluded, tell);
        }
        true
    };
    family.after(&database, start.after, work.most, visit).map_err(failed)?;
    Ok(Progress { last, more: more || looked_at >= work.most })
}

struct Start {
    /// The number above which visits are new.
    after: i64,
    /// Visits before this time are not told: old ones that were brought in later.
    from_us: i64,
}

/// Where to begin; `None` when there is nothing to read.
fn start(
    family: super::browser::Family,
    database: &rusqlite::Connection,
    mark: &Mark,
    now: Timestamp,
) -> rusqlite::Result<Option<Start>> {
    let read_us = mark.read_at.unwrap_or(now).as_microsecond();
    let floor_us = read_us - microseconds(LOOK_BACK);
    let from_us = match mark.last {
        Some(last) if family.time_of(database, last.id)? == Some(last.visited_us) => {
            return Ok(Some(Start { after: last.id, from_us: floor_us }));
        }
        // Cleared, or made anew: numbers begin again, and only times tell what was read.
        Some(last) => read_us.min(last.visited_us.saturating_add(1)),
        None => floor_us,
    };
    let first = family.since(database, from_us)?;
    Ok(first.map(|id| Start { after: id.saturating_sub(1), from_us }))
}

/// The texts of one visit, unless its address is excluded or none of the web.
fn texts(raw: RawVisit, excluded: &Excluded, tell: &mut dyn FnMut(VisitKind, &str, Timestamp)) {
    let Ok(visited_at) = Timestamp::from_microsecond(raw.visited_us) else { return };
    let Some(address) = Address::parse(&raw.address) else { return };
    if excluded.covers(&address) {
        return;
    }
    let known = Some(raw.search).filter(|search| !search.trim().is_empty());
    let search = known.or_else(|| engines::search_of(&address)).unwrap_or_default();
    for (kind, text) in
        [(VisitKind::Search, &search), (VisitKind::Title, &raw.title), (VisitKind::Address, &address.words())]
    {
        let text = text.trim();
        if !text.is_empty() {
            tell(kind, &text[..text.floor_char_boundary(TEXT_BYTES)], visited_at);
        }
    }
}

fn microseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
