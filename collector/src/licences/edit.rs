//! Changes of a licence: some fields of it, and what stood in them before.

use jiff::civil::Date;

use super::model::{Licence, Metric, Pence, Term};

/// New values of fields; what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edit {
    /// Name or slug.
    pub title: Option<String>,
    /// Newest version that is covered.
    pub version: Option<String>,
    /// Edition.
    pub edition: Option<String>,
    /// What it counts.
    pub metric: Option<Metric>,
    /// For how long.
    pub term: Option<Term>,
    /// How many.
    pub quantity: Option<u32>,
    /// Site; inside, `None` for all.
    pub site: Option<Option<String>>,
    /// Room, group or phase.
    pub place: Option<String>,
    /// First day; inside, `None` for none known.
    pub starts_on: Option<Option<Date>>,
    /// Last day, likewise.
    pub ends_on: Option<Option<Date>>,
    /// Last day for notice, likewise.
    pub notice_on: Option<Option<Date>>,
    /// Cost, likewise.
    pub cost: Option<Option<Pence>>,
    /// Supplier.
    pub supplier: Option<String>,
    /// Order or invoice.
    pub order_ref: Option<String>,
    /// Who keeps the proof.
    pub proof_holder: Option<String>,
    /// Note.
    pub note: Option<String>,
}

impl Edit {
    /// The licence with the new values in it. What stops counting loses its number unless it is given one.
    #[must_use]
    pub fn apply(self, to: &Licence) -> Licence {
        let metric = self.metric.unwrap_or(to.metric);
        let stays = if metric.is_counted() { to.quantity } else { 0 };
        let mut scope = to.scope.clone();
        scope.site = self.site.unwrap_or(scope.site);
        scope.place = self.place.unwrap_or(scope.place);
        Licence {
            id: to.id,
            title: self.title.unwrap_or_else(|| to.title.clone()),
            version: self.version.unwrap_or_else(|| to.version.clone()),
            edition: self.edition.unwrap_or_else(|| to.edition.clone()),
            metric,
            term: self.term.unwrap_or(to.term),
            quantity: self.quantity.unwrap_or(stays),
            scope,
            starts_on: self.starts_on.unwrap_or(to.starts_on),
            ends_on: self.ends_on.unwrap_or(to.ends_on),
            notice_on: self.notice_on.unwrap_or(to.notice_on),
            cost: self.cost.unwrap_or(to.cost),
            supplier: self.supplier.unwrap_or_else(|| to.supplier.clone()),
            order_ref: self.order_ref.unwrap_or_else(|| to.order_ref.clone()),
            proof_holder: self.proof_holder.unwrap_or_else(|| to.proof_holder.clone()),
            note: self.note.unwrap_or_else(|| to.note.clone()),
        }
    }
}

/// A field that is not the same before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// As its column in a list is called.
    pub field: &'static str,
    /// Its value before; empty for none.
    pub before: String,
    /// And after.
    pub after: String,
}

impl Change {
    /// The fields that two licences differ in, their numbers apart.
    #[must_use]
    pub fn between(before: &Licence, after: &Licence) -> Vec<Self> {
        let pairs = fields(before).into_iter().zip(fields(after));
        let differing = pairs.filter(|((_, old), (_, new))| old != new);
        differing.map(|((field, before), (_, after))| Self { field, before, after }).collect()
    }

    /// As the audit chain has it: what may name somebody is not repeated there.
    #[must_use]
    pub fn without_names(&self) -> String {
        if ["proof holder", "note"].contains(&self.field) {
            return format!("{} changed", self.field);
        }
        let shown = |value: &str| if value.is_empty() { "none".to_owned() } else { value.to_owned() };
        format!("{}: {} -> {}", self.field, shown(&self.before), shown(&self.after))
    }
}

fn fields(licence: &Licence) -> [(&'static str, String); 16] {
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let quantity = if licence.metric.is_counted() { licence.quantity.to_string() } else { String::new() };
    [
        ("title", licence.title.clone()),
        ("version", licence.version.clone()),
        ("edition", licence.edition.clone()),
        ("metric", licence.metric.word().to_owned()),
        ("term", licence.term.word().to_owned()),
        ("quantity", quantity),
        ("site", licence.scope.site.clone().unwrap_or_default()),
        ("place", licence.scope.place.clone()),
        ("start", day(licence.starts_on)),
        ("end", day(licence.ends_on)),
        ("notice", day(licence.notice_on)),
        ("cost", licence.cost.map(|cost| cost.to_string()).unwrap_or_default()),
        ("supplier", licence.supplier.clone()),
        ("order reference", licence.order_ref.clone()),
        ("proof holder", licence.proof_holder.clone()),
        ("note", licence.note.clone()),
    ]
}
