//! Lists that the collector filters, sorts and pages.

use caretaker_proto::console::v1::{Page, View};
use tonic::Status;

use super::{Listed, Listing};
use crate::commands::Failure;
use crate::commands::output::Output;
use crate::commands::refused::refused;

/// Rows of the largest page that the collector gives.
const MOST: u64 = 1_000;

/// What the collector answers: rows, the next page, and how many there are in all.
pub(in crate::commands) type Part<R> = (Vec<R>, String, u64);

impl Listing {
    /// The rows that are wanted, asked for page by page.
    ///
    /// # Errors
    /// When the collector refuses.
    pub(in crate::commands) async fn fetch<R>(
        &self,
        output: &Output<'_>,
        mut ask: impl AsyncFnMut(Option<Page>, Option<View>) -> Result<Part<R>, Status>,
    ) -> Result<Listed<R>, Failure> {
        let window = self.window(output.personal);
        let most = window.map_or(u64::MAX, |(_, limit)| limit);
        let mut view = self.view(output.personal);
        let (mut rows, mut after, mut total) = (Vec::new(), String::new(), 0);
        loop {
            let left = most.saturating_sub(u64::try_from(rows.len()).unwrap_or(u64::MAX));
            let size = u32::try_from(left.min(MOST)).unwrap_or_default();
            let page = Page { size, after };
            let (part, next, counted) = ask(Some(page), Some(view.clone())).await.map_err(|status| refused(&status))?;
            let got = part.len();
            rows.extend(part);
            if view.count {
                total = counted;
                // Once is enough.
                view.count = false;
            }
            after = next;
            let have = u64::try_from(rows.len()).unwrap_or(u64::MAX);
            if after.is_empty() || have >= most || got == 0 {
                let total = if window.is_some() { total } else { have };
                return Ok(Listed { rows, total, window });
            }
        }
    }
}
