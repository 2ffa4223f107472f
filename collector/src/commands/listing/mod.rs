//! What every list can do: JSON, a table for spreadsheets, filter, order, pages, and being shown again and again.
//!
//! A list takes [`Listing`] among its options. One that the collector filters asks with [`Listing::fetch`]; one that is
//! small is cut to what is wanted with [`Listing::choose`]. Both give a [`Listed`], which [`Listing::machine`] writes for
//! programs and whose footer says to a person which page it is.

mod fetch;
mod listed;
#[cfg(test)]
mod tests;
mod watch;

pub(super) use listed::Listed;
pub(super) use watch::watch;

use caretaker_proto::console::v1::View;
use serde::Serialize;
use serde_json::Value as Json;

use super::output::Output;
use super::refused::failure;
use super::{Exit, Failure};
use crate::filter::{Filter, FilterError, Sort, rows};
use crate::render::text::{safe, shorten};
use crate::render::{Screen, csv};

/// Rows of a page at a terminal.
const ROWS: u64 = 50;
/// Seconds between two looks, where none are named.
const AGAIN: &str = "5";
/// Columns of a filter that found nothing.
const FILTER: usize = 60;

/// Options of every list.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "List options")]
pub(super) struct Listing {
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print a table for spreadsheets, with all fields
    #[arg(long)]
    csv: bool,
    /// Only rows that meet this, for example 'site = North and last_seen > 7d'; fields are those of --json
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// In this order, for example site,-last_seen (a minus: the largest first)
    #[arg(long, value_name = "FIELDS", allow_hyphen_values = true)]
    sort: Option<String>,
    /// So many rows at most [default: 50 at a terminal, else all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: Option<u32>,
    /// The page of so many rows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    page: Option<u32>,
    /// Show it anew every so many seconds, until q is pressed [default: 5]
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = AGAIN, conflicts_with = "csv",
          value_parser = clap::value_parser!(u32).range(1..=86_400))]
    watch: Option<u32>,
    /// Whether pages make no sense for it.
    #[arg(skip)]
    whole: bool,
}

impl Listing {
    /// Whether it asks for rows one by one: in an order, or a part of them.
    pub(super) fn is_table(&self) -> bool {
        self.sort.is_some() || self.limit.is_some() || self.page.is_some()
    }

    /// What to say instead of no rows, when that is because of what was asked for; `None` when the list is empty.
    pub(super) fn none<R>(&self, listed: &Listed<R>, screen: &Screen) -> Option<String> {
        if listed.is_beyond() {
            return Some(listed.footer(screen));
        }
        let filter = self.filter.as_deref().filter(|_| listed.rows.is_empty());
        filter.map(|filter| format!("Nothing in this list meets  {}\n", shorten(&safe(filter), FILTER)))
    }

    /// Refuses to look again and again at what lies on this computer and changes with no device.
    ///
    /// # Errors
    /// When that is asked for.
    pub(super) fn once(&self) -> Result<&Self, Failure> {
        let text = "--watch is for what a running collector knows\n  leave it out here";
        if self.watch.is_some() { Err(failure(Exit::Usage, text.to_owned())) } else { Ok(self) }
    }

    /// The same without pages.
    pub(super) fn unpaged(&self) -> Self {
        Self { whole: true, ..self.clone() }
    }

    /// Whether an order is asked for.
    pub(super) fn is_sorted(&self) -> bool {
        self.sort.is_some()
    }

    /// Whether only some rows are wanted.
    pub(super) fn is_filtered(&self) -> bool {
        self.filter.is_some()
    }

    /// Seconds between two looks, when it is to be shown again and again.
    pub(super) fn watched(&self) -> Option<u32> {
        self.watch
    }

    /// Whether a program reads it.
    pub(super) fn for_machine(&self) -> bool {
        self.json || self.csv
    }

    /// Rows before those that are shown, and how many those are; `None` for all.
    fn window(&self, personal: bool) -> Option<(u64, u64)> {
        let personal = personal && !self.whole;
        let usual = (self.page.is_some() || (personal && !self.for_machine())).then_some(ROWS);
        let limit = self.limit.map(u64::from).or(usual)?;
        Some((u64::from(self.page.unwrap_or(1) - 1) * limit, limit))
    }

    /// What the collector is asked for.
    fn view(&self, personal: bool) -> View {
        let window = self.window(personal);
        View {
            filter: self.filter.clone().unwrap_or_default(),
            sort: self.sort.clone().unwrap_or_default(),
            skip: window.map_or(0, |(skip, _)| skip),
            count: window.is_some(),
        }
    }

    /// The rows that are wanted of a list that is here already.
    ///
    /// # Errors
    /// When the filter or the order cannot be read.
    pub(super) fn choose<R: Serialize + Default>(
        &self,
        rows: Vec<R>,
        output: &Output<'_>,
    ) -> Result<Listed<R>, Failure> {
        let window = self.window(output.personal);
        let unread = |error: FilterError| failure(Exit::Usage, error.to_string());
        let mut order: Vec<usize> = (0..rows.len()).collect();
        if self.filter.is_some() || self.sort.is_some() {
            let told: Vec<Json> = rows.iter().map(listed::json).collect();
            let fields = rows::fields(&listed::names(&R::default()), &listed::json(&R::default()), &told);
            let filter =
                self.filter.as_deref().map(|typed| Filter::parse(typed, &fields)).transpose().map_err(unread)?;
            let sort = Sort::parse(self.sort.as_deref().unwrap_or_default(), &fields).map_err(unread)?;
            order = rows::choose(&told, &fields, filter.as_ref(), &sort, output.screen.now.timestamp());
        }
        let total = order.len();
        let (skip, limit) = window.unwrap_or((0, u64::MAX));
        let skipped = usize::try_from(skip).unwrap_or(usize::MAX);
        let shown = order.into_iter().skip(skipped).take(usize::try_from(limit).unwrap_or(usize::MAX));
        let mut rows: Vec<Option<R>> = rows.into_iter().map(Some).collect();
        let rows = shown.filter_map(|at| rows.get_mut(at).and_then(Option::take)).collect();
        Ok(Listed { rows, total: u64::try_from(total).unwrap_or(u64::MAX), window })
    }

    /// Writes a list: for a program under `key`, or as `text` shows it to a person, with its page below.
    pub(super) fn show<R: Serialize + Default>(
        &self,
        key: &str,
        listed: &Listed<R>,
        output: &mut Output<'_>,
        text: impl FnOnce(&[R], &Screen) -> String,
    ) -> anyhow::Result<Exit> {
        if let Some(exit) = self.machine(key, listed, output)? {
            return Ok(exit);
        }
        match self.none(listed, output.screen) {
            Some(told) => output.text(&told),
            None => output.text(&(text(&listed.rows, output.screen) + &listed.footer(output.screen))),
        }
    }

    /// Writes a list for a program, when it is for one: a table, or an object with the rows under `key`.
    pub(super) fn machine<R: Serialize + Default>(
        &self,
        key: &str,
        listed: &Listed<R>,
        output: &mut Output<'_>,
    ) -> anyhow::Result<Option<Exit>> {
        self.machine_with(key, listed, serde_json::json!({}), output)
    }

    /// The same, with what else the object has; a table has the rows alone.
    pub(super) fn machine_with<R: Serialize + Default>(
        &self,
        key: &str,
        listed: &Listed<R>,
        mut whole: Json,
        output: &mut Output<'_>,
    ) -> anyhow::Result<Option<Exit>> {
        if self.csv {
            let (header, rows) = listed.cells();
            let table = csv::table(&header, rows.iter().map(Vec::as_slice))?;
            return output.text(&table).map(Some);
        }
        if !self.json {
            return Ok(None);
        }
        whole[key] = listed.rows.iter().map(listed::json).collect();
        if listed.window.is_some() {
            whole["total"] = listed.total.into();
        }
        // One document a line for whoever reads them as they come.
        if self.watch.is_some() { output.text(&format!("{whole}\n")) } else { output.json(&whole) }.map(Some)
    }
}
