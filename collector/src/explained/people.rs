//! Who hears of what, who opens what, and what people are told.

use caretaker_shared::model::SubjectKind;
use caretaker_shared::policy::{Addressee, Calendar, LADDER, NameForm, Policy, Route};

use super::words::{category_title, list, role};
use super::{Measure, Statement};

pub(super) fn statements(policy: &Policy) -> Vec<Statement> {
    [contacts(policy), levels(policy), vec![managers(policy)], openings(policy), calendar(&policy.calendar)].concat()
}

/// One statement a role.
fn contacts(policy: &Policy) -> Vec<Statement> {
    let of_role = |wanted| {
        let people: Vec<String> = policy
            .alerts
            .contacts
            .iter()
            .filter(|contact| contact.role == wanted)
            .map(|contact| {
                let Addressee { name, email, sites, .. } = contact;
                let who = if name.is_empty() { email.clone() } else { format!("{name} <{email}>") };
                if sites.is_empty() { who } else { format!("{who} for {}", list(sites)) }
            })
            .collect();
        let says = || format!("{}: {}.", capital(role(wanted)), list(&people));
        (!people.is_empty()).then(|| Statement::of("contacts", role(wanted), says()))
    };
    LADDER.into_iter().filter_map(of_role).collect()
}

fn levels(policy: &Policy) -> Vec<Statement> {
    let alerts = &policy.alerts;
    let mut statements: Vec<Statement> = alerts
        .routes
        .iter()
        .enumerate()
        .map(|(at, route)| Statement::of("alerts.routes", (at + 1).to_string(), told(route)))
        .collect();
    let order: Vec<&str> = LADDER.into_iter().map(role).collect();
    let rest = if statements.is_empty() { "A concern" } else { "Any other concern" };
    statements.push(Statement::fixed(&["C5"], &format!("{rest} goes to: {}, in this order.", order.join(", "))));
    let ladder = "Level 5 reaches the first two of them at once, at any hour, and the next after 30 minutes without an \
                  answer; level 4 the first at once, and the next on the next school day; level 3 comes in a daily \
                  list, level 2 in a weekly one, level 1 is counted.";
    statements.push(Statement::fixed(&["C5"], ladder));
    statements.push(Statement::fixed(&["D4"], "Whom a concern is about neither hears of it nor finds it."));
    let mail = "A mail says level, time, site and number: no name, no word, no category.";
    statements.push(Statement::fixed(&["A11", "B7"], mail));
    let from = alerts.mail_from_severity;
    let says = format!("There is mail from level {from} on.");
    statements.push(Statement::new("alerts.mail_from_severity", Measure::Limit(from.into()), says));
    let at = clock(alerts.digest_at);
    let says = format!("The lists go out on school days at {at}.");
    statements.push(Statement::new("alerts.digest_at", Measure::Other(at), says));
    statements
}

/// "07:30".
pub(super) fn clock(at: jiff::civil::Time) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// "Extremism of level 4 or above about staff goes to: head, chair of governors."
fn told(route: &Route) -> String {
    let what = if route.categories.is_empty() {
        "What".to_owned()
    } else {
        let titles: Vec<String> = route.categories.iter().map(|id| category_title(id)).collect();
        capital(&list(&titles))
    };
    let level = match (route.from_severity, route.categories.is_empty()) {
        (1, _) => String::new(),
        (level, true) => format!(" is of level {level} or above"),
        (level, false) => format!(", level {level} or above,"),
    };
    let about = match (route.subject, route.categories.is_empty(), route.from_severity) {
        (None, _, _) => "",
        (Some(SubjectKind::Staff), true, 1) => " is about staff",
        (Some(SubjectKind::Pupil), true, 1) => " is about pupils",
        (Some(SubjectKind::Staff), true, _) => " and about staff",
        (Some(SubjectKind::Pupil), true, _) => " and about pupils",
        (Some(SubjectKind::Staff), false, _) => " about staff",
        (Some(SubjectKind::Pupil), false, _) => " about pupils",
    };
    let what = if route.categories.is_empty() && route.subject.is_none() && route.from_severity == 1 {
        "Everything".to_owned()
    } else {
        what
    };
    let when = if route.hours.is_always() { String::new() } else { format!(" ({})", route.hours.texts().join("; ")) };
    let to: Vec<&str> = route.to.iter().map(|&to| role(to)).collect();
    format!("{what}{level}{about}{when} goes to: {}, in this order.", to.join(", "))
}

fn managers(policy: &Policy) -> Statement {
    let addresses = &policy.alerts.network_manager;
    let says = format!("Of devices, and never of what a pupil wrote, hears: {}.", list(addresses));
    Statement::new("alerts.network_manager", Measure::Other(addresses.join(", ")), says)
}

fn openings(policy: &Policy) -> Vec<Statement> {
    let cases = &policy.cases;
    let alone = "What is about a pupil, of level 3 or above, the safeguarding lead or a deputy opens alone; all else \
                 takes two people and a reason, and each opening is written down.";
    let staff = if cases.chair_approves_staff {
        "What is about staff opens only when the chair of governors has approved it."
    } else {
        "What is about staff opens when a second senior person has approved it."
    };
    let names = match cases.names {
        NameForm::Pseudonym => "An opened case names a pupil by a pseudonym; 'case open --full-name' by the account.",
        NameForm::Initials => "An opened case names a pupil by initials; 'case open --full-name' by the account.",
        NameForm::Full => "An opened case names a pupil as the account is called.",
    };
    let form = NameForm::ALL.into_iter().position(|form| form == cases.names).unwrap_or_default();
    let notice = policy.notice.text.as_str();
    let told = match notice {
        "" => "Before they log in, people are told nothing.".to_owned(),
        notice => format!("Before they log in, people are told: \"{notice}\""),
    };
    vec![
        Statement::fixed(&["C8"], alone),
        Statement::new("cases.chair_approves_staff", Measure::Asked(cases.chair_approves_staff), staff),
        Statement::new("cases.names", Measure::Limit(u64::try_from(form).unwrap_or_default()), names),
        Statement::new("notice.text", Measure::Other(notice.to_owned()), told),
    ]
}

fn calendar(calendar: &Calendar) -> Vec<Statement> {
    let hours = calendar.hours.texts();
    let zone = calendar.time_zone.as_ref().and_then(jiff::tz::TimeZone::iana_name);
    let place = zone.map_or_else(|| "by the collector's clock".to_owned(), |zone| format!("by the clock of {zone}"));
    let terms = match calendar.terms.len() {
        0 => "every week of the year is taught".to_owned(),
        1 => "in the one term that it names".to_owned(),
        terms => format!("in the {terms} terms that it names"),
    };
    let says = format!("School is {}, {place}; {terms}.", hours.join("; "));
    let whole = format!("{} {place} {:?} {:?}", hours.join("; "), calendar.terms, calendar.holidays);
    vec![Statement::new("calendar", Measure::Other(whole), says)]
}

/// With a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
