//! Reads who hears of what, and when there is school: `[[contacts]]`, `[alerts]` with its routes, `[calendar]`.

use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::calendar::Days;
use super::detecting::{hours, subject};
use super::routing::{Addressee, LADDER, Route};
use super::table::{Number, Section, Texts};
use super::{Advice, Alerts, Calendar, PolicyError, check, defaults};
use crate::model::Role;

const CONTACT_KEYS: &[&str] = &["name", "role", "email", "sites"];
const ALERT_KEYS: &[&str] = &["safeguarding_lead", "network_manager", "mail_from_severity", "digest_at", "routes"];
const ROUTE_KEYS: &[&str] = &["categories", "from_severity", "subject", "hours", "to"];
const CALENDAR_KEYS: &[&str] = &["time_zone", "hours", "terms", "holidays"];
const ADDRESSES: &str = "a list of e-mail addresses, for example [\"lead@example.school\"]";
const TWO: &str = "expected at least two people, the safeguarding lead and a deputy, so that a day of illness delays \
                   nothing, for example [\"pat.example@example.school\", \"sam.example@example.school\"]";
const ROLES: &str = "safeguarding-lead, deputy, head, chair";
const CONTACTS: usize = 500;
const ROUTES: usize = 100;

/// `[alerts]` as it was read.
pub(super) struct Read {
    pub(super) alerts: Alerts,
    /// Why a new file of this text is refused, although one that is in force already goes on.
    pub(super) too_few: Option<PolicyError>,
    /// What somebody should think about.
    pub(super) advice: Vec<Advice>,
}

/// Reads contacts and routes. Whether there are enough people is asked for `site`, or for any that the file may be
/// applied at.
pub(super) fn alerts(file: &Section<'_>, site: Option<&str>) -> Result<Read, PolicyError> {
    let section = file.section("alerts", ALERT_KEYS)?;
    let tables = file.tables("contacts", "contacts", CONTACT_KEYS, CONTACTS)?;
    let mut contacts = tables.iter().map(contact).collect::<Result<Vec<_>, _>>()?;
    let leads = addresses(&section, "safeguarding_lead", 1)?;
    if leads.is_some() && !contacts.is_empty() {
        let expected = "expected either this list or [[contacts]]: take it out, its people belong under [[contacts]]";
        return Err(section.fault("safeguarding_lead", "says again who hears of alerts", expected));
    }
    let mut advice = shared_mailboxes(&section, &tables, leads.as_deref());
    contacts.extend(leads.into_iter().flatten().enumerate().map(|(at, email)| {
        let role = if at == 0 { Role::SafeguardingLead } else { Role::Deputy };
        Addressee { name: String::new(), role, email, sites: Vec::new() }
    }));
    if contacts.is_empty() {
        return Err(section.missing("safeguarding_lead", ADDRESSES));
    }
    let routes = section.tables("routes", "alerts.routes", ROUTE_KEYS, ROUTES)?;
    let read = routes.iter().map(route).collect::<Result<Vec<_>, _>>()?;
    let too_few = too_few(&section, &tables, &contacts, routes.iter().zip(&read), site);
    if !contacts.iter().any(|contact| contact.role == Role::Chair) && !tables.is_empty() {
        let remark = "nobody has role = \"chair\": a concern about the head reaches the safeguarding lead at most (D4)";
        advice.push(Advice { line: tables[0].line(), field: "contacts".into(), remark: remark.into() });
    }
    let level = Number { what: "a level", range: 1..=5, example: 3 };
    let mail_from = section.number("mail_from_severity", &level)?.and_then(|level| u8::try_from(level).ok());
    let digest_at = section.text("digest_at", "a time of day, for example \"07:30\"", time_of_day)?;
    let alerts = Alerts {
        contacts,
        routes: read,
        network_manager: addresses(&section, "network_manager", 1)?
            .ok_or_else(|| section.missing("network_manager", ADDRESSES))?,
        mail_from_severity: mail_from.unwrap_or(defaults::MAIL_FROM_SEVERITY),
        digest_at: digest_at.and_then(|text| text.parse().ok()).unwrap_or(defaults::DIGEST_AT),
    };
    Ok(Read { alerts, too_few, advice })
}

/// Reads the calendar; what it does not say is as by default.
pub(super) fn calendar(file: &Section<'_>) -> Result<Calendar, PolicyError> {
    let section = file.section("calendar", CALENDAR_KEYS)?;
    let zone = section.text("time_zone", "the name of a time zone, for example \"Europe/London\"", time_zone)?;
    let days = Texts {
        list: "a list of days, for example [\"2026-09-02 to 2026-12-18\", \"2027-01-04\"]",
        fault: |text| {
            let expected = "expected a day or days, for example \"2026-12-18\" or \"2026-09-02 to 2026-12-18\"";
            Days::parse(text).is_none().then(|| expected.to_owned())
        },
        count: 0..=200,
    };
    let read = |key| Ok::<_, PolicyError>(section.texts(key, &days)?.map(|texts| parsed(&texts)).unwrap_or_default());
    Ok(Calendar {
        time_zone: zone.and_then(|name| TimeZone::get(&name).ok()),
        hours: hours(&section)?.unwrap_or(Calendar::default().hours),
        terms: read("terms")?,
        holidays: read("holidays")?,
    })
}

fn parsed(texts: &[String]) -> Vec<Days> {
    texts.iter().filter_map(|text| Days::parse(text)).collect()
}

fn contact(section: &Section<'_>) -> Result<Addressee, PolicyError> {
    let role = section.text("role", "a role, for example \"deputy\"", check::alerted_role)?;
    let role = role.ok_or_else(|| section.missing("role", &format!("role = one of {ROLES}")))?;
    let email =
        section.text("email", "an e-mail address, for example \"pat.example@example.school\"", check::address)?;
    let sites = Texts { list: "a list of sites, for example [\"North\"]", fault: check::group, count: 0..=500 };
    Ok(Addressee {
        name: section.text("name", "what people call them, for example \"Pat Example\"", check::person)?.ok_or_else(
            || section.missing("name", "name = \"...\": mail goes to people, not to mailboxes that many share"),
        )?,
        role: Role::parse(&role).unwrap_or(Role::SafeguardingLead),
        email: email.ok_or_else(|| section.missing("email", "email = \"pat.example@example.school\""))?,
        sites: section.texts("sites", &sites)?.unwrap_or_default(),
    })
}

fn route(section: &Section<'_>) -> Result<Route, PolicyError> {
    let categories =
        Texts { list: "a list of categories, for example [\"extremism\"]", fault: check::category, count: 0..=100 };
    let level = Number { what: "a level", range: 1..=5, example: 4 };
    let roles =
        Texts { list: "a list of roles, for example [\"head\", \"chair\"]", fault: check::alerted_role, count: 1..=4 };
    let to = section.texts("to", &roles)?;
    let to = to.ok_or_else(|| section.missing("to", &format!("to = a list of roles: {ROLES}")))?;
    let from = section.number("from_severity", &level)?.and_then(|level| u8::try_from(level).ok());
    Ok(Route {
        categories: section.texts("categories", &categories)?.unwrap_or_default(),
        from_severity: from.unwrap_or(1),
        subject: subject(section)?,
        hours: hours(section)?.unwrap_or_default(),
        to: to.iter().filter_map(|word| Role::parse(word)).collect(),
    })
}

/// The first route that fewer than two people stand behind; without a route that takes everything, the ladder too.
fn too_few<'s>(
    alerts: &Section<'_>,
    tables: &[Section<'_>],
    contacts: &[Addressee],
    routes: impl Iterator<Item = (&'s Section<'s>, &'s Route)>,
    site: Option<&str>,
) -> Option<PolicyError> {
    let enough = |to: &[Role]| {
        let here = contacts.iter().filter(|contact| contact.serves(site) && to.contains(&contact.role));
        let mut people: Vec<String> = here.map(|contact| contact.email.to_lowercase()).collect();
        people.sort();
        people.dedup();
        people.len() >= 2
    };
    let at = site.map_or_else(String::new, |site| format!(" at {site}"));
    let expected = format!(
        "expected a route that reaches at least two people{at}, so that a day of illness delays nothing: add \
         [[contacts]] with these roles, or more roles"
    );
    let mut rest_falls_through = true;
    for (section, route) in routes {
        if !enough(&route.to) {
            return Some(section.fault("to", "reaches fewer than two people", &expected));
        }
        rest_falls_through &= !route.takes_all();
    }
    if !rest_falls_through || enough(&LADDER) {
        return None;
    }
    Some(match tables.first() {
        None => alerts.fault("safeguarding_lead", "names one person", TWO),
        Some(first) => first.fault(
            "role",
            "is the only one who hears of alerts",
            &format!(
                "expected at least two people{at}, so that a day of illness delays nothing: add [[contacts]] with \
                 role = \"deputy\""
            ),
        ),
    })
}

/// Mailboxes that more than one person reads, by their names.
fn shared_mailboxes(alerts: &Section<'_>, tables: &[Section<'_>], leads: Option<&[String]>) -> Vec<Advice> {
    let mut advice = Vec::new();
    let mut look = |section: &Section<'_>, key: &str, email: &str| {
        if check::is_shared_mailbox(email) {
            let field = format!("{} = \"{email}\"", section.dotted(key));
            let remark = "looks like a mailbox that more than one person reads; an alert goes to a person by name, at \
                          an address that only they open";
            advice.push(Advice { line: section.line_of(key), field, remark: remark.into() });
        }
    };
    for table in tables {
        if let Ok(Some(email)) = table.text("email", "", |_| None) {
            look(table, "email", &email);
        }
    }
    for email in leads.unwrap_or_default() {
        look(alerts, "safeguarding_lead", email);
    }
    advice
}

pub(super) fn time_of_day(text: &str) -> Option<String> {
    let good = text.len() == 5 && text.parse::<Time>().is_ok();
    (!good).then(|| "expected a time of day, for example \"07:30\"".to_owned())
}

fn time_zone(text: &str) -> Option<String> {
    let expected = "expected the name of a time zone, for example \"Europe/London\"";
    TimeZone::get(text).is_err().then(|| expected.to_owned())
}

pub(super) fn addresses(section: &Section<'_>, key: &str, least: usize) -> Result<Option<Vec<String>>, PolicyError> {
    section.texts(key, &Texts { list: ADDRESSES, fault: check::address, count: least..=50 })
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;
    use jiff::tz::TimeZone;

    use super::super::{Policy, PolicyError};
    use crate::model::{Role, SubjectKind};

    const MANAGER: &str = "[alerts]\nnetwork_manager = ['it@example.school']\n";

    fn contact(role: &str, email: &str, more: &str) -> String {
        format!("[[contacts]]\nname = 'A'\nrole = '{role}'\nemail = '{email}@example.school'\n{more}\n")
    }

    fn two() -> String {
        contact("safeguarding-lead", "pat", "") + &contact("deputy", "sam", "sites = ['North']")
    }

    fn refused(text: &str, site: Option<&str>) -> PolicyError {
        Policy::accept(text, site).expect_err(text)
    }

    #[test]
    fn every_key_about_people_and_the_calendar_is_read() {
        let text = two()
            + MANAGER
            + "digest_at = '06:45'
               [[alerts.routes]]
               categories = ['extremism']
               from_severity = 4
               subject = 'staff'
               hours = ['sat-sun 00:00-24:00']
               to = ['deputy', 'safeguarding-lead']
               [calendar]
               time_zone = 'Europe/London'
               hours = ['mon-thu 08:00-16:00']
               terms = ['2026-09-02 to 2026-12-18']
               holidays = ['2026-10-26 to 2026-10-30', '2026-11-27']";
        let policy = Policy::accept(&text, Some("north")).expect("a policy").policy;
        let [lead, deputy] = policy.alerts.contacts.as_slice() else { panic!("two people") };
        assert_eq!(
            (lead.role, lead.email.as_str(), lead.sites.len()),
            (Role::SafeguardingLead, "pat@example.school", 0)
        );
        assert_eq!((deputy.role, deputy.sites.as_slice()), (Role::Deputy, &["North".to_owned()][..]));
        let route = &policy.alerts.routes[0];
        assert_eq!((route.from_severity, route.subject), (4, Some(SubjectKind::Staff)));
        assert_eq!(route.to, [Role::Deputy, Role::SafeguardingLead]);
        assert_eq!(route.hours.texts(), ["sat-sun 00:00-24:00"]);
        assert_eq!(policy.alerts.digest_at, time(6, 45, 0, 0));
        let calendar = policy.calendar;
        assert_eq!(calendar.time_zone, TimeZone::get("Europe/London").ok());
        assert_eq!((calendar.terms.len(), calendar.holidays.len()), (1, 2));
        assert_eq!(calendar.hours.texts(), ["mon-thu 08:00-16:00"]);
    }

    #[test]
    fn one_person_is_not_enough_for_a_new_file_and_goes_on_in_one_that_is_in_force() {
        let old = format!("{MANAGER}safeguarding_lead = ['pat@example.school']\n");
        let policy = Policy::parse(&old).expect("stays in force");
        assert_eq!(policy.alerts.contacts[0].role, Role::SafeguardingLead);
        let error = refused(&old, None);
        assert_eq!(error.line, 3);
        assert_eq!(error.field, "alerts.safeguarding_lead = ['pat@example.school']");
        assert!(
            error.expected.starts_with("expected at least two people, the safeguarding lead and a deputy"),
            "{error}"
        );
        let twice = refused(&old.replace("'pat@", "'PAT@example.school', 'pat@"), None);
        assert!(twice.expected.starts_with("expected at least two people"), "the same person twice: {twice}");

        let both =
            format!("{MANAGER}safeguarding_lead = ['pat@example.school', 'sam@example.school', 'kim@example.school']");
        let roles: Vec<_> = Policy::accept(&both, None).expect("good").policy.alerts.contacts;
        let roles: Vec<_> = roles.iter().map(|contact| contact.role).collect();
        assert_eq!(roles, [Role::SafeguardingLead, Role::Deputy, Role::Deputy]);
    }

    #[test]
    fn each_route_must_reach_two_people_at_the_site_that_it_is_applied_at() {
        let text = two() + MANAGER;
        assert!(Policy::accept(&text, None).is_ok() && Policy::accept(&text, Some("North")).is_ok());
        let south = refused(&text, Some("South"));
        assert!(south.expected.starts_with("expected at least two people at South"), "{south}");
        let routed = format!("{text}[[alerts.routes]]\ncategories = ['hate']\nto = ['deputy', 'chair']\n");
        let error = refused(&routed, Some("North"));
        assert_eq!((error.line, error.field.as_str()), (15, "alerts.routes.to = ['deputy', 'chair']"));
        assert!(error.expected.starts_with("expected a route that reaches at least two people at North"), "{error}");
        assert!(Policy::parse(&routed).is_ok());
    }

    #[test]
    fn what_is_wrong_about_people_is_told_with_line_and_remedy() {
        for (text, line, field, expected) in [
            (
                contact("governor", "pat", ""),
                3,
                "contacts.role = 'governor'",
                "there is no such role that hears of alerts; there are: ",
            ),
            (contact("network-manager", "pat", ""), 3, "contacts.role", "there is no such role"),
            ("[[contacts]]\nrole = 'deputy'\nemail = 'a@b'\n".into(), 1, "contacts.name", "missing: add name = "),
            ("[[contacts]]\nname = 'A'\nrole = 'deputy'\n".into(), 1, "contacts.email", "missing: add email = "),
            ("[[contacts]]\nname = 'A'\nemail = 'a@b'\n".into(), 1, "contacts.role", "missing: add role = one of"),
            (contact("deputy", "a b", ""), 4, "contacts.email", "expected one e-mail address"),
            (
                "[calendar]\ntime_zone = 'Europe/Londres'\n".into(),
                2,
                "calendar.time_zone",
                "expected the name of a time zone",
            ),
            (
                "[calendar]\nterms = ['autumn']\n".into(),
                2,
                "calendar.terms entry 1 = 'autumn'",
                "expected a day or days",
            ),
            ("[calendar]\nhours = ['8-4']\n".into(), 2, "calendar.hours entry 1", "expected days and a time of day"),
        ] {
            let error = refused(&format!("{text}{}{MANAGER}", two()), None);
            assert_eq!(error.line, line, "{error}");
            assert!(error.field.starts_with(field) && error.expected.starts_with(expected), "{error}");
        }
        for (more, expected) in [
            ("digest_at = '7'", "expected a time of day"),
            ("digest_at = '2026-11-21T07:00'", "expected a time of day"),
            ("safeguarding_lead = ['pat@example.school']", "expected either this list or [[contacts]]"),
            ("[[alerts.routes]]\ncategories = ['hate']", "missing: add to = a list of roles"),
            ("[[alerts.routes]]\nto = ['head']\nsubject = 'cat'", "expected \"pupil\" or \"staff\""),
            (
                "[[alerts.routes]]\nto = ['head']\ncategories = ['hats']",
                "there is no such category; did you mean \"hate\"?",
            ),
        ] {
            let error = refused(&format!("{}{MANAGER}{more}", two()), None);
            assert!(error.expected.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn a_mailbox_of_an_office_and_a_school_without_a_chair_are_worth_a_remark() {
        let shared =
            contact("safeguarding-lead", "Safeguarding-Lead", "") + &contact("deputy", "office2", "") + MANAGER;
        let advice = Policy::accept(&shared, None).expect("good").advice;
        let told: Vec<_> = advice.iter().map(|advice| (advice.line, advice.field.as_str())).collect();
        assert_eq!(
            told,
            [
                (4, "contacts.email = \"Safeguarding-Lead@example.school\""),
                (9, "contacts.email = \"office2@example.school\""),
                (1, "contacts")
            ]
        );
        let named = contact("safeguarding-lead", "p.head", "") + &contact("chair", "admina", "") + MANAGER;
        assert_eq!(Policy::accept(&named, None).expect("good").advice, []);
        let old = format!("{MANAGER}safeguarding_lead = ['info@example.school', 'pat@example.school']\n");
        assert_eq!(Policy::accept(&old, None).expect("good").advice.len(), 1);
        assert_eq!(Policy::accept(super::super::PRESET, None).expect("the preset may be applied").advice, []);
    }
}
