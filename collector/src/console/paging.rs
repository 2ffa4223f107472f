//! Pages: how many rows, after which, and where the next one begins.
//!
//! A cursor is the sort key of the last row, as JSON in base64url: nobody but this file reads it.

use caretaker_proto::console::v1::Page;
use data_encoding::BASE64URL_NOPAD;
use prost::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ANSWER_BYTES;
use super::refusal::Refusal;

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
}

impl<K: DeserializeOwned> Asked<K> {
    /// Reads the request's page.
    pub(super) fn read(page: Option<Page>) -> Result<Self, Refusal> {
        let page = page.unwrap_or_default();
        let size = match usize::try_from(page.size).unwrap_or(ROWS) {
            0 => ROWS,
            size => size.min(ROWS),
        };
        let after = if page.after.is_empty() { None } else { Some(key(&page.after)?) };
        Ok(Self { size, after })
    }

    /// Rows to read: one more than are shown, to know whether there is a next page.
    pub(super) fn limit(&self) -> usize {
        self.size + 1
    }
}

/// Cuts rows to the page that was asked for; the second value is the next page's cursor, empty at the end.
pub(super) fn cut<R, K: Serialize, M: Message>(
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
    let next = last.filter(|_| messages.len() < total).map(|key| cursor(&key)).unwrap_or_default();
    (messages, next)
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
