//! What a column of a table may say, and the headers that people and programs give it.

/// What a column may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The product.
    Title,
    /// Slug of the product; stands before its name.
    Slug,
    /// Newest version that is covered.
    Version,
    /// Edition that is covered.
    Edition,
    /// What is counted and for how long, in one text.
    Kind,
    /// What is counted.
    Metric,
    /// For how long.
    Term,
    /// How many.
    Quantity,
    /// Site.
    Site,
    /// Room, group or phase.
    Place,
    /// First day.
    Start,
    /// Last day.
    End,
    /// Last day for notice.
    Notice,
    /// What all of it cost.
    Cost,
    /// What one of it cost.
    UnitCost,
    /// Supplier.
    Supplier,
    /// Order or invoice.
    Order,
    /// Who keeps the proof.
    Proof,
    /// Note.
    Note,
}

/// Every field: its name for `--map`, and the headers by which it is found, the first one being ours.
const FIELDS: [(Field, &str, &str); 19] = [
    (
        Field::Title,
        "title",
        "title, product, product name, software, software title, software name, application, app, \
         program, package, name, item, item name, licence, license, licence name, license name, \
         description",
    ),
    (Field::Slug, "slug", "slug"),
    (Field::Version, "version", "version, product version, release"),
    (Field::Edition, "edition", "edition, product edition"),
    (
        Field::Kind,
        "kind",
        "kind, licence type, license type, type, licence kind, licensing model, type of licence, model",
    ),
    (Field::Metric, "metric", "metric, licence metric, license metric, licensed per, counted per"),
    (Field::Term, "term", "term, licence term, license term"),
    (
        Field::Quantity,
        "quantity",
        "quantity, qty, seats, no of licences, number of licences, no of licenses, number of licenses, \
         licences, licenses, licence count, license count, number, count, no, users, devices, number of \
         seats, no of seats, purchased, total",
    ),
    (Field::Site, "site", "site, school, campus, academy, company"),
    (Field::Place, "place", "place, room, group, phase, department, location, faculty, used by, for"),
    (
        Field::Start,
        "start",
        "start, start date, starts, starts on, from, valid from, purchase date, purchased on, date \
         purchased, date of purchase, order date, bought",
    ),
    (
        Field::End,
        "end",
        "end, end date, ends, ends on, expiry, expiry date, expires, expires on, expiration, expiration \
         date, renewal, renewal date, renewal due, valid to, valid until, until, to",
    ),
    (
        Field::Notice,
        "notice",
        "notice, notice date, notice by, notice until, termination date, cancel by, cancellation date",
    ),
    (
        Field::Cost,
        "cost",
        "cost, price, total cost, total price, annual cost, yearly cost, cost per year, amount, purchase \
         cost, purchase price, value, cost gbp, net cost",
    ),
    (
        Field::UnitCost,
        "unit-cost",
        "unit cost, unit price, price each, cost each, cost per licence, cost per license, price per unit",
    ),
    (Field::Supplier, "supplier", "supplier, vendor, reseller, bought from, purchased from"),
    (
        Field::Order,
        "order",
        "order reference, order ref, order number, order no, order, po, po number, purchase order, \
         invoice, invoice number, invoice no, reference, ref",
    ),
    (
        Field::Proof,
        "proof",
        "proof holder, proof, proof of purchase, held by, licence holder, kept by, owner, certificate",
    ),
    (Field::Note, "note", "note, notes, comment, comments, remarks"),
];

impl Field {
    /// Its name for `--map`.
    #[must_use]
    pub fn word(self) -> &'static str {
        FIELDS.iter().find(|(field, ..)| *field == self).map_or("", |(_, word, _)| word)
    }

    /// Names of all fields.
    #[must_use]
    pub fn words() -> String {
        FIELDS.map(|(_, word, _)| word).join(", ")
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        let word = bare(word);
        FIELDS.iter().find(|(_, name, _)| bare(name) == word).map(|(field, ..)| *field)
    }

    /// The field of a header, and how usual that header is for it: 0 is ours.
    pub(super) fn of_header(header: &str) -> Option<(Self, usize)> {
        let header = bare(header);
        FIELDS.iter().find_map(|(field, _, headers)| {
            headers.split(", ").position(|known| known == header).map(|place| (*field, place))
        })
    }

    /// The field that a problem of an entry is about.
    #[must_use]
    pub fn of_problem(field: &str) -> Option<Self> {
        match field {
            "order reference" => Some(Self::Order),
            "proof holder" => Some(Self::Proof),
            other => Self::parse(other),
        }
    }
}

/// Letters and digits of a header in lower case, words one blank apart: "Qty.", "Cost (£)" and "cost" are what they
/// seem.
pub(super) fn bare(header: &str) -> String {
    let lower = header.to_lowercase().replace(['(', ')', '£', '.', ':', '#', '*', '\''], " ");
    let apart = lower.replace(['_', '-', '/'], " ");
    apart.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::FIELDS;

    #[test]
    fn no_header_means_two_fields() {
        let mut all: Vec<&str> = FIELDS.iter().flat_map(|(_, _, headers)| headers.split(", ")).collect();
        all.sort_unstable();
        assert_eq!(all.windows(2).find(|pair| pair[0] == pair[1]), None);
    }
}
