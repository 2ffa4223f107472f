//! The fields of a licence as options.

use caretaker_proto::console::v1::LicenceTerms;

use crate::commands::refused::failure;
use crate::commands::{Exit, Failure};
use crate::licences::Kind;
use crate::licences::import::cells::{self, Wrong};
use crate::licences::import::sheet::Cell;

/// What can be said about a licence beside its title. An empty text clears a field.
#[derive(Debug, Clone, clap::Args)]
pub struct Fields {
    /// What is counted and for how long: "per device", "per user", "per FTE", "concurrent", "site", "trust";
    /// "subscription", "perpetual", "perpetual with maintenance", "bundled", "free", "trial"; or both in one text
    #[arg(long)]
    kind: Option<String>,
    /// How many
    #[arg(long, value_name = "N")]
    quantity: Option<String>,
    /// The site that it is for [default: all sites]
    #[arg(long)]
    site: Option<String>,
    /// Room, group or phase that it is for: of a group of devices that is called so, these alone count against it
    #[arg(long)]
    place: Option<String>,
    /// The newest version that is covered [default: every version]
    #[arg(long)]
    version: Option<String>,
    /// The edition that is covered [default: every edition]
    #[arg(long)]
    edition: Option<String>,
    /// Its first day, for example 01/09/2026 or 2026-09-01
    #[arg(long, value_name = "DAY")]
    start: Option<String>,
    /// Its last day; of perpetual with maintenance, the last day of the maintenance
    #[arg(long, value_name = "DAY")]
    end: Option<String>,
    /// The last day on which notice can be given
    #[arg(long, value_name = "DAY")]
    notice: Option<String>,
    /// What all of it cost, of a subscription in a year, for example 1208.00
    #[arg(long, value_name = "POUNDS")]
    cost: Option<String>,
    /// Whom it was bought from
    #[arg(long)]
    supplier: Option<String>,
    /// Number of the order or invoice
    #[arg(long, value_name = "REF")]
    order: Option<String>,
    /// Who keeps the proof of purchase
    #[arg(long, value_name = "WHO")]
    proof: Option<String>,
    /// Anything else, on one line
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

impl Fields {
    /// Whether the cost is to be forgotten.
    pub(super) fn clear_cost(&self) -> bool {
        self.cost.as_ref().is_some_and(|cost| cost.trim().is_empty())
    }

    /// The fields of a new licence; what its kind leaves open follows from the others.
    pub(super) fn of_new(self, title: String) -> Result<LicenceTerms, Failure> {
        let kind = self.read_kind()?.unwrap_or_default();
        let mut terms = self.changes()?;
        let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        let counted = terms.quantity.is_some_and(|quantity| quantity > 0);
        let (metric, term) = kind.or_usual(counted, given(&terms.site), given(&terms.ends_on));
        (terms.metric, terms.term) = (Some(metric.word().to_owned()), Some(term.word().to_owned()));
        terms.title = Some(title);
        Ok(terms)
    }

    /// The fields that were given.
    pub(super) fn changes(self) -> Result<LicenceTerms, Failure> {
        let kind = self.read_kind()?.unwrap_or_default();
        let day = |option, text: Option<String>| {
            read(option, text, cells::day).map(|day| day.map(|day| day.map(|day| day.to_string()).unwrap_or_default()))
        };
        Ok(LicenceTerms {
            title: None,
            version: self.version,
            edition: self.edition,
            metric: kind.metric.map(|metric| metric.word().to_owned()),
            term: kind.term.map(|term| term.word().to_owned()),
            quantity: read("quantity", self.quantity, cells::count)?.map(Option::unwrap_or_default),
            site: self.site,
            place: self.place,
            starts_on: day("start", self.start)?,
            ends_on: day("end", self.end)?,
            notice_on: day("notice", self.notice)?,
            cost_pence: read("cost", self.cost, cells::money)?.flatten().map(|cost| cost.0),
            supplier: self.supplier,
            order_ref: self.order,
            proof_holder: self.proof,
            note: self.note,
        })
    }

    fn read_kind(&self) -> Result<Option<Kind>, Failure> {
        let Some(text) = &self.kind else { return Ok(None) };
        let text_of_failure =
            || format!("--kind {text} is no kind of licence\n  it is one or two of:  {}", Kind::WORDS);
        Kind::parse(text).map(Some).ok_or_else(|| failure(Exit::Usage, text_of_failure()))
    }
}

/// An option's value as a cell of a table is read; `None` for an option that was not given.
pub(super) fn read<T>(
    option: &str,
    text: Option<String>,
    read: impl Fn(&Cell) -> Result<Option<T>, Wrong>,
) -> Result<Option<Option<T>>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let wrong = |wrong: Wrong| failure(Exit::Usage, format!("--{option} {}\n  {}", wrong.problem, wrong.remedy));
    read(&cells::of(&text)).map(Some).map_err(wrong)
}

/// A day in ISO 8601, empty when none was given.
pub(super) fn day(option: &str, text: Option<String>) -> Result<String, Failure> {
    Ok(read(option, text, cells::day)?.flatten().map(|day| day.to_string()).unwrap_or_default())
}
