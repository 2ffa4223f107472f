//! Pages: how many rows, after which, and where the next one begins.
//!
//! A cursor is the sort key of the last row, as JSON in base64url: nobody but this file reads it. Where rows come in an
//! order that somebody chose, it is how many of them there were.

use caretaker_proto::console::v1::{Page, View};
use data_encoding::BASE64URL_NOPAD;
use prost::Message;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ANSWER_BYTES;
use super::peer::Operator;
use super::permissions::Permission;
use super::refusal::Refusal;
use crate::filter::{Chosen, Column};

/// Rows of the largest page.
const ROWS: usize = 1_000;
/// Bytes of rows after which a page ends early, so that the message around them fits too.
const PAGE_BYTES: usize = ANSWER_BYTES / 4 * 3;

/// A page that was asked for.
pub(super) struct Asked<K> {
    /// Rows to show.
    pub(super) size: usize,
    /// Key of the last row that was shown.
    pub(super) after: Option<K>,
    /// Rows before the page, where no key says it.
    skip: u64,
}

/// Where the next page begins.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Cursor<K> {
    Skip { skip: u64 },
    After(K),
}

impl<K: DeserializeOwned> Asked<K> {
    /// Reads the request's page.
    pub(super) fn read(page: Option<Page>) -> Result<Self, Refusal> {
        let page = page.unwrap_or_default();
        let size = match usize::try_from(page.size).unwrap_or(ROWS) {
            0 => ROWS,
            size => size.min(ROWS),
        };
        let (after, skip) = match if page.after.is_empty() { None } else { Some(key(&page.after)?) } {
            None => (None, 0),
            Some(Cursor::After(key)) => (Some(key), 0),
            Some(Cursor::Skip { skip }) => (None, skip),
        };
        Ok(Self { size, after, skip })
    }

    /// What is to be shown, for the query; and what [`cut`] has to know of it.
    pub(super) fn view(
        &self,
        view: &View,
        columns: &[Column],
        operator: &Operator,
        now: jiff::Timestamp,
    ) -> Result<(Chosen, Order), Refusal> {
        let whole = operator.may(Permission::AccountsRead);
        let mut chosen = Chosen::read(&view.filter, &view.sort, columns, whole, now)?;
        let first = self.skip == 0 && self.after.is_none();
        chosen.skip = if first { view.skip } else { self.skip };
        let order = if chosen.is_sorted() { Order::Chosen { skipped: chosen.skip } } else { Order::Own };
        Ok((chosen, order))
    }

    /// Rows to read: one more than are shown, to know whether there is a next page.
    pub(super) fn limit(&self) -> usize {
        self.size + 1
    }
}

/// In which order rows come.
#[derive(Debug, Clone, Copy)]
pub(super) enum Order {
    /// The list's own.
    Own,
    /// Somebody's; so many came before.
    Chosen { skipped: u64 },
}

/// Cuts rows in the list's own order to the page that was asked for; the second value is the next page's cursor, empty at
/// the end.
pub(super) fn cut<R, K: Serialize, M: Message>(
    rows: Vec<R>,
    size: usize,
    key: impl Fn(&R) -> K,
    message: impl Fn(R) -> M,
) -> (Vec<M>, String) {
    cut_in(Order::Own, rows, size, key, message)
}

/// The same of rows in any order.
pub(super) fn cut_in<R, K: Serialize, M: Message>(
    order: Order,
    rows: Vec<R>,
    size: usize,
    key: impl Fn(&R) -> K,
    message: impl Fn(R) -> M,
) -> (Vec<M>, String) {
    let total = rows.len();
    let (mut messages, mut bytes, mut last) = (Vec::new(), 0, None);
    for row in rows {
        let after = key(&row);
        let message = message(row);
        bytes += message.encoded_len();
        if messages.len() == size || (bytes > PAGE_BYTES && !messages.is_empty()) {
            break;
        }
        messages.push(message);
        last = Some(after);
    }
    let next = last.filter(|_| messages.len() < total).map(|key| match order {
        Order::Own => cursor(&Cursor::After(key)),
        Order::Chosen { skipped } => cursor(&Cursor::<K>::Skip { skip: skipped + messages.len() as u64 }),
    });
    (messages, next.unwrap_or_default())
}

fn cursor<K: Serialize>(key: &K) -> String {
    BASE64URL_NOPAD.encode(&serde_json::to_vec(key).expect("texts and numbers are JSON"))
}

fn key<K: DeserializeOwned>(cursor: &str) -> Result<K, Refusal> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok();
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or(Refusal::Field {
        field: "page.after",
        problem: "is not what this list gave out",
        remedy: "give next_page of the page before as it was, or nothing for the first page",
    })
}
