//! The spool as somebody sees it who only looks: the `status` and `explain` commands, while the agent runs or not.

use std::path::Path;

use caretaker_shared::model::Stream;
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

use super::rows::{mark, unsigned};
use super::{Options, SpoolError, notes};

/// What waits in one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamOverview {
    /// Which stream.
    pub stream: Stream,
    /// Records that the collector has not acknowledged.
    pub waiting: u64,
    /// Last number acknowledged.
    pub acknowledged: u64,
    /// Last number given out.
    pub last: u64,
}

/// The spool at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// Every stream, most urgent first.
    pub streams: Vec<StreamOverview>,
    /// When the collector last answered.
    pub last_contact: Option<Timestamp>,
    /// The policy in force, as its bytes.
    pub policy: Option<Vec<u8>>,
    /// The rules that the school has added, as they came.
    pub lexicons: Option<Vec<u8>>,
}

impl Overview {
    /// Looks, without changing anything; `None` when there is no spool yet.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(state: &Path) -> Result<Option<Self>, SpoolError> {
        let file = Options::within(state).file();
        if !file.try_exists().map_err(SpoolError::Folder)? {
            return Ok(None);
        }
        let flags =
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version == 0 {
            return Ok(None);
        }
        let streams = Stream::ALL.into_iter().map(|stream| stream_overview(&connection, stream));
        Ok(Some(Self {
            streams: streams.collect::<Result<_, _>>()?,
            last_contact: notes::time(&connection, notes::CONTACT)?,
            policy: notes::read(&connection, notes::POLICY)?,
            lexicons: notes::read(&connection, notes::LEXICONS)?,
        }))
    }
}

fn stream_overview(connection: &Connection, stream: Stream) -> Result<StreamOverview, SpoolError> {
    let mark = mark(connection, stream)?;
    let waiting = connection.query_row(
        "SELECT count(*) FROM record WHERE stream = ?1 AND acknowledged_ms IS NULL",
        [stream.priority()],
        |row| unsigned(row, 0),
    )?;
    Ok(StreamOverview { stream, waiting, acknowledged: mark.acknowledged, last: mark.last })
}
