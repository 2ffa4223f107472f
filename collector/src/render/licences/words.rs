//! Pieces of a licence in words.

use caretaker_proto::console::v1::{Licence, LicenceTerms};
use jiff::civil::Date;

use crate::licences::Pence;
use crate::render::text::number;
use crate::render::{Ink, Screen};

/// What was bought; of a message without it, nothing.
pub(super) fn terms(licence: &Licence) -> &LicenceTerms {
    static NOTHING: LicenceTerms = LicenceTerms {
        title: None,
        version: None,
        edition: None,
        metric: None,
        term: None,
        quantity: None,
        site: None,
        place: None,
        starts_on: None,
        ends_on: None,
        notice_on: None,
        cost_pence: None,
        supplier: None,
        order_ref: None,
        proof_holder: None,
        note: None,
    };
    licence.terms.as_ref().unwrap_or(&NOTHING)
}

/// The title with what is covered of it; a star where the catalogue does not know it.
pub(super) fn title(licence: &Licence) -> String {
    let terms = terms(licence);
    let mut title = licence.title_name.clone();
    for part in [terms.version(), terms.edition()].into_iter().filter(|part| !part.is_empty()) {
        title.push(' ');
        title.push_str(part);
    }
    if !licence.in_catalogue {
        title.push_str(" *");
    }
    title
}

/// "per device, subscription".
pub(super) fn kind(terms: &LicenceTerms) -> String {
    let counted = ["device", "user", "fte"].contains(&terms.metric());
    format!("{}{}, {}", if counted { "per " } else { "" }, per(terms), terms.term())
}

/// "device", "FTE", "site".
pub(super) fn per(terms: &LicenceTerms) -> &str {
    if terms.metric() == "fte" { "FTE" } else { terms.metric() }
}

/// "30", or "28 of 30" once seats were given; nothing where it does not count.
pub(super) fn seats(licence: &Licence) -> String {
    let given = licence.seats_devices + licence.seats_accounts;
    match (licence.held, given) {
        (0, 0) if terms(licence).quantity() == 0 => String::new(),
        (held, 0) => number(held),
        (held, given) => format!("{} of {}", number(given), number(held)),
    }
}

/// When it ends or must be given notice, in words, and how much that matters.
pub(super) fn ends(licence: &Licence, screen: &Screen) -> (String, Ink) {
    let terms = terms(licence);
    let end = day(terms.ends_on(), screen);
    match (licence.state.as_str(), licence.days_left) {
        ("removed", _) => ("removed".into(), Ink::Faint),
        ("ended", _) => (format!("ended {end}"), Ink::Bad),
        ("not-begun", _) => (format!("from {}", day(terms.starts_on(), screen)), Ink::Plain),
        ("ends-soon", Some(days)) if licence.notice_next => (format!("notice {}", within(days)), Ink::Unsure),
        ("ends-soon", Some(days)) => (within(days), Ink::Unsure),
        (_, _) if terms.term() == "maintenance" && !end.is_empty() => (format!("support {end}"), Ink::Plain),
        (_, _) => (end, Ink::Plain),
    }
}

/// "today", "tomorrow", "in 39 days".
pub(super) fn within(days: i32) -> String {
    match days {
        0 => "today".into(),
        1 => "tomorrow".into(),
        days => format!("in {days} days"),
    }
}

/// "31 Dec", and the year where it is not this one; empty for none.
pub(super) fn day(text: &str, screen: &Screen) -> String {
    let Ok(day) = text.parse::<Date>() else { return text.to_owned() };
    let form = if day.year() == screen.now.year() { "%-d %b" } else { "%-d %b %Y" };
    day.strftime(form).to_string()
}

/// In pounds; without the pence where there are none.
pub(super) fn cost(licence: &Licence) -> String {
    let text = terms(licence).cost_pence.map(|pence| Pence(pence).to_string()).unwrap_or_default();
    text.strip_suffix(".00").map(ToOwned::to_owned).unwrap_or(text)
}
