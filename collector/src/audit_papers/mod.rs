//! A licence audit as it leaves the house: as a spreadsheet, a table, a page to print, and as data.
//!
//! The school's own papers have everything but people. Those for a provider (D3) have no money either: no cost, no
//! supplier, no order, no place of a licence, which is free text. Nothing here knows who was given a seat, who keeps a
//! proof or who approved: what an audit keeps has none of it. A device stands under its name, because a technician works
//! on it; where that name holds the name of somebody whom the collector knows, the provider reads the device's id.

mod csv;
mod devices;
mod page;
mod sheets;
mod table;
mod trend;
mod xlsx;

#[cfg(test)]
pub(crate) mod tests;

use jiff::Zoned;
use jiff::civil::Date;

use crate::licences::{Doubt, Number, Outcome, TitleOutcome};
use crate::paper::PaperError;
use crate::render::report;
use crate::store::licence_audit::{AuditDevice, AuditDiff, AuditRow, TrendWeek};

pub use csv::cell as csv_cell;
pub(crate) use devices::SHOWN;
pub use page::leaflet;
pub(crate) use page::{at_least, is_dangerous};
pub use table::{Cell, Column, Sheet};

/// For whom papers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The school's own people: with costs.
    School,
    /// An outside technician: without costs, and without whatever may name somebody.
    Provider,
}

impl Audience {
    /// Whether they see what licences cost, and from whom they are.
    #[must_use]
    pub fn sees_money(self) -> bool {
        match self {
            Self::School => true,
            Self::Provider => false,
        }
    }
}

/// In which form papers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// A spreadsheet with a sheet each for the summary, titles, licences, changes and devices.
    Xlsx,
    /// One table: the titles.
    Csv,
    /// A page with charts, for a browser and a printer.
    Html,
    /// What was found, as data.
    Json,
    /// The page as PDF.
    Pdf,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 5] = [Self::Xlsx, Self::Csv, Self::Html, Self::Json, Self::Pdf];

    /// The end of its files' names: xlsx, csv, html, json, pdf.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Html => "html",
            Self::Json => "json",
            Self::Pdf => "pdf",
        }
    }

    /// The form of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.word() == word)
    }

    /// What mail calls it.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/json",
            Self::Pdf => "application/pdf",
        }
    }
}

/// Devices behind a number of a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// The title.
    pub slug: String,
    /// Which of its numbers.
    pub number: Number,
    /// The devices, by name.
    pub devices: Vec<AuditDevice>,
}

/// All that papers are written from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Papers {
    /// For whom.
    pub audience: Audience,
    /// Name of the school or trust.
    pub school: String,
    /// Which audit.
    pub row: AuditRow,
    /// What it found.
    pub outcome: Outcome,
    /// What changed since the one before; none for the first.
    pub diff: Option<AuditDiff>,
    /// The weeks up to it, the earliest first.
    pub trend: Vec<TrendWeek>,
    /// Whether single devices are theirs to see (`Permission::DevicesRead`); else they are counted by site.
    pub names_devices: bool,
    /// The devices that want a look.
    pub behind: Vec<Behind>,
    /// Names of people whom the collector knows, as written: accounts with a seat, operators, contacts. Never printed.
    pub people: Vec<String>,
}

/// Why papers cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum UnwrittenError {
    /// The spreadsheet.
    #[error("the spreadsheet cannot be written")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// The table.
    #[error("the table cannot be written")]
    Csv(#[from] ::csv::Error),
    /// The pages.
    #[error("the pages cannot be set")]
    Pdf(#[from] PaperError),
    /// The data.
    #[error("the data cannot be written")]
    Json(#[from] serde_json::Error),
}

impl Papers {
    /// Writes them in one form; `now` is when, by the clock at the school.
    ///
    /// # Errors
    /// When a writer refuses, which what an audit keeps does not lead to.
    pub fn write(&self, form: Form, now: &Zoned) -> Result<Vec<u8>, UnwrittenError> {
        Ok(match form {
            Form::Xlsx => xlsx::write(&sheets::all(self))?,
            Form::Csv => csv::write(&sheets::titles(self))?,
            Form::Html => report::html(&leaflet(self, now)).into_bytes(),
            Form::Pdf => report::pdf(&leaflet(self, now), "Caretaker", now)?,
            Form::Json => serde_json::to_vec_pretty(&self.told())?,
        })
    }

    /// "licence-audit-2026-w47.xlsx", with "-provider" before the end for one.
    #[must_use]
    pub fn file_name(&self, form: Form) -> String {
        let (year, week) = self.outcome.week();
        let of = match self.audience {
            Audience::School => "",
            Audience::Provider => "-provider",
        };
        format!("licence-audit-{year}-w{week:02}{of}.{}", form.word())
    }

    /// "week 47 (Mon 16 Nov 2026)".
    #[must_use]
    pub fn week(&self) -> String {
        format!("week {} ({})", self.outcome.week().1, day(self.outcome.on))
    }

    /// What was found, without what the audience does not see.
    #[must_use]
    pub fn told(&self) -> Outcome {
        let mut outcome = self.outcome.clone();
        if self.audience.sees_money() {
            return outcome;
        }
        let totals = &mut outcome.totals;
        (totals.at_risk, totals.wasted) = Default::default();
        (totals.at_risk_unknown, totals.wasted_unknown) = Default::default();
        for title in &mut outcome.titles {
            (title.at_risk, title.wasted) = (None, None);
            title.doubts.retain(|doubt| !matches!(doubt, Doubt::PlaceNotTold { .. }));
            for licence in &mut title.licences {
                (licence.cost, licence.notice_on) = (None, None);
                licence.supplier.clear();
                licence.order_ref.clear();
                licence.place.clear();
            }
        }
        outcome
    }

    /// What a title is called.
    fn title<'a>(&'a self, slug: &'a str) -> &'a str {
        self.outcome.title(slug).map_or(slug, |title| title.name.as_str())
    }

    /// Titles by name, of those that `keep` wants.
    fn titles(&self, keep: impl Fn(&TitleOutcome) -> bool) -> Vec<&TitleOutcome> {
        let mut titles: Vec<_> = self.outcome.titles.iter().filter(|title| keep(title)).collect();
        titles.sort_by_cached_key(|title| (title.name.to_lowercase(), title.slug.clone()));
        titles
    }
}

/// "Mon 16 Nov 2026".
pub(crate) fn day(day: Date) -> String {
    day.strftime("%a %-d %b %Y").to_string()
}
