//! Licences between the contract and the model.

use caretaker_proto::console::v1 as proto;
use jiff::civil::Date;

use super::super::refusal::Refusal;
use crate::licences::{Change, Edit, Licence, LicenceId, Metric, Next, Pence, Problem, Scope, Standing, Term};
use crate::store::licences::LicenceRow;

/// The changes that a request asks for.
pub(super) fn edit(terms: proto::LicenceTerms, clear_cost: bool) -> Result<Edit, Problem> {
    let text = |text: Option<String>| text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let cost = terms.cost_pence.map(|pence| Some(Pence(pence)));
    Ok(Edit {
        title: text(terms.title),
        version: text(terms.version),
        edition: text(terms.edition),
        metric: terms.metric.map(|word| metric(&word)).transpose()?,
        term: terms.term.map(|word| term(&word)).transpose()?,
        quantity: terms.quantity,
        site: text(terms.site).map(|site| (!site.is_empty()).then_some(site)),
        place: text(terms.place),
        starts_on: terms.starts_on.map(|text| day("start", &text)).transpose()?,
        ends_on: terms.ends_on.map(|text| day("end", &text)).transpose()?,
        notice_on: terms.notice_on.map(|text| day("notice", &text)).transpose()?,
        cost: if clear_cost { Some(None) } else { cost },
        supplier: text(terms.supplier),
        order_ref: text(terms.order_ref),
        proof_holder: text(terms.proof_holder),
        note: text(terms.note),
    })
}

/// A licence that does not exist yet.
pub(super) fn new(terms: proto::LicenceTerms) -> Result<Licence, Problem> {
    let empty = Licence {
        id: LicenceId(0),
        title: String::new(),
        version: String::new(),
        edition: String::new(),
        metric: Metric::Device,
        term: Term::Perpetual,
        quantity: 0,
        scope: Scope::default(),
        starts_on: None,
        ends_on: None,
        notice_on: None,
        cost: None,
        supplier: String::new(),
        order_ref: String::new(),
        proof_holder: String::new(),
        note: String::new(),
    };
    if terms.metric.is_none() || terms.term.is_none() {
        return Err(Problem::new("kind", "the kind is missing", "say what it counts and for how long"));
    }
    Ok(edit(terms, false)?.apply(&empty))
}

fn metric(word: &str) -> Result<Metric, Problem> {
    let words = Metric::ALL.map(Metric::word).join(", ");
    Metric::parse(word).ok_or_else(|| Problem::new("metric", "metric is none", format!("one of:  {words}")))
}

fn term(word: &str) -> Result<Term, Problem> {
    let words = Term::ALL.map(Term::word).join(", ");
    Term::parse(word).ok_or_else(|| Problem::new("term", "term is none", format!("one of:  {words}")))
}

/// A day of a field; `None` for an empty text.
fn day(field: &'static str, text: &str) -> Result<Option<Date>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let problem = || Problem::new(field, format!("{field} \"{text}\" is no day"), "write it as 2026-12-31");
    text.parse().map(Some).map_err(|_| problem())
}

/// The same of a request whose days stand alone.
pub(super) fn asked_day(field: &'static str, text: &str) -> Result<Option<Date>, Refusal> {
    day(field, text).map_err(|problem| Refusal::Entry { problem: problem.problem, remedy: problem.remedy })
}

/// A licence as its reader sees it on a day.
pub(super) fn message(row: LicenceRow, today: Date) -> proto::Licence {
    let next = Next::of(&row.licence, today);
    let state = if row.removed.is_some() { "removed" } else { Standing::of(&row.licence, today).word() };
    let held = row.held();
    let (removed_at, removed_why) = row.removed.map(|(at, why)| (at.to_string(), why)).unwrap_or_default();
    proto::Licence {
        number: row.licence.id.to_string(),
        terms: Some(terms(row.licence)),
        title_name: row.title_name,
        in_catalogue: row.known,
        state: state.to_owned(),
        days_left: next.map(|next| next.days_left).filter(|days| *days >= 0),
        notice_next: next.is_some_and(|next| next.is_notice),
        held,
        seats_devices: row.seats.devices,
        seats_accounts: row.seats.accounts,
        came_from: row.came_from.map(|id| id.to_string()).unwrap_or_default(),
        added_at: row.added_at.to_string(),
        added_by: row.added_by,
        changed_at: row.changed_at.to_string(),
        removed_at,
        removed_why,
        own: row.own,
    }
}

fn terms(licence: Licence) -> proto::LicenceTerms {
    let day = |day: Option<Date>| Some(day.map(|day| day.to_string()).unwrap_or_default());
    proto::LicenceTerms {
        title: Some(licence.title),
        version: Some(licence.version),
        edition: Some(licence.edition),
        metric: Some(licence.metric.word().to_owned()),
        term: Some(licence.term.word().to_owned()),
        quantity: Some(licence.quantity),
        site: Some(licence.scope.site.unwrap_or_default()),
        place: Some(licence.scope.place),
        starts_on: day(licence.starts_on),
        ends_on: day(licence.ends_on),
        notice_on: day(licence.notice_on),
        cost_pence: licence.cost.map(|cost| cost.0),
        supplier: Some(licence.supplier),
        order_ref: Some(licence.order_ref),
        proof_holder: Some(licence.proof_holder),
        note: Some(licence.note),
    }
}

/// Fields that differ, for a reader.
pub(super) fn changes(changes: Vec<Change>) -> Vec<proto::FieldChange> {
    let message =
        |change: Change| proto::FieldChange { field: change.field.into(), before: change.before, after: change.after };
    changes.into_iter().map(message).collect()
}
