//! Who hears of a concern, and in which order, when nobody answers.
//!
//! A route names roles; the people behind them are the contacts of the file. Whom a concern is about never hears of it:
//! every address of somebody who holds a role in conflict is left out, whatever else they are, and whoever stands above
//! comes first (D4).

use jiff::civil::DateTime;

use super::Hours;
use crate::model::{Role, SubjectKind};

/// Roles that may hear of a concern about a child, and the order in which they do when no route says otherwise.
pub const LADDER: [Role; 4] = [Role::SafeguardingLead, Role::Deputy, Role::Head, Role::Chair];

/// Somebody who hears of concerns, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    /// How people call them; stands in no mail.
    pub name: String,
    /// One of [`LADDER`].
    pub role: Role,
    /// Their address.
    pub email: String,
    /// The sites that they answer for; every site when empty.
    pub sites: Vec<String>,
}

impl Addressee {
    /// Whether they answer for `site`, any case; for every site that the file may be applied at when it is `None`.
    #[must_use]
    pub fn serves(&self, site: Option<&str>) -> bool {
        let named = |site| self.sites.iter().any(|own| own.to_lowercase() == str::to_lowercase(site));
        self.sites.is_empty() || site.is_none_or(named)
    }
}

/// `[[alerts.routes]]`: for some concerns, who hears of them first, and who after that.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Categories; every one when empty.
    pub categories: Vec<String>,
    /// From which level on, 1 to 5.
    pub from_severity: u8,
    /// About whom; about anybody when it is `None`.
    pub subject: Option<SubjectKind>,
    /// When it was met, by the clock at the school; at all times when empty.
    pub hours: Hours,
    /// Roles in the order in which they hear of it, of [`LADDER`].
    pub to: Vec<Role>,
}

/// What decides who hears of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern<'a> {
    /// Name of the site; `None` for any that the file may be applied at.
    pub site: Option<&'a str>,
    /// Category; empty when nobody can tell.
    pub category: &'a str,
    /// 1 to 5.
    pub severity: u8,
    /// Whom it is about.
    pub subject: SubjectKind,
    /// Roles of the person whom it is about.
    pub conflicts: &'a [Role],
    /// When it was met, by the clock at the school.
    pub at: DateTime,
}

/// People of one role, who hear of something together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Their role.
    pub role: Role,
    /// Their addresses, as written; at least one.
    pub addresses: Vec<String>,
}

impl Route {
    fn fits(&self, concern: &Concern<'_>) -> bool {
        concern.severity >= self.from_severity
            && (self.categories.is_empty() || self.categories.iter().any(|own| own == concern.category))
            && self.subject.is_none_or(|subject| subject == concern.subject)
            && self.hours.contains(concern.at)
    }

    /// Whether it takes every concern.
    pub(super) fn takes_all(&self) -> bool {
        self.categories.is_empty() && self.from_severity == 1 && self.subject.is_none() && self.hours.is_always()
    }
}

/// The people who hear of a concern, in order: the first route that fits, or [`LADDER`]. Nobody stands on two rungs.
///
/// Empty only when everybody whom the file names is in conflict.
#[must_use]
pub fn rungs(contacts: &[Addressee], routes: &[Route], concern: &Concern<'_>) -> Vec<Rung> {
    let route = routes.iter().find(|route| route.fits(concern));
    let to = route.map_or(&LADDER[..], |route| &route.to);
    let found = climb(contacts, concern, to);
    // A route that leads to nobody but the subject: whoever is left hears of it.
    if found.is_empty() { climb(contacts, concern, &LADDER) } else { found }
}

fn climb(contacts: &[Addressee], concern: &Concern<'_>, to: &[Role]) -> Vec<Rung> {
    let in_conflict = |role: &Role| concern.conflicts.contains(role);
    let here = || contacts.iter().filter(|contact| contact.serves(concern.site));
    let folded = |contact: &Addressee| contact.email.to_lowercase();
    // Under whichever role: the head may be the deputy lead too. At any site: a person is one.
    let mut taken: Vec<String> = contacts.iter().filter(|contact| in_conflict(&contact.role)).map(folded).collect();
    let mut roles: Vec<Role> = concern.conflicts.iter().filter_map(|role| above(*role, concern.conflicts)).collect();
    roles.extend(to.iter().copied());
    let mut rungs: Vec<Rung> = Vec::new();
    for role in roles.into_iter().filter(|role| !in_conflict(role)) {
        let mut addresses = Vec::new();
        for contact in here().filter(|contact| contact.role == role) {
            if !taken.contains(&folded(contact)) {
                taken.push(folded(contact));
                addresses.push(contact.email.clone());
            }
        }
        if !addresses.is_empty() {
            rungs.push(Rung { role, addresses });
        }
    }
    rungs
}

/// Whoever stands above a role and is not in conflict too.
fn above(role: Role, conflicts: &[Role]) -> Option<Role> {
    let next = match role {
        Role::Deputy => Role::SafeguardingLead,
        Role::SafeguardingLead => Role::Head,
        Role::Head => Role::Chair,
        Role::Chair
        | Role::NetworkManager
        | Role::Governor
        | Role::BusinessManager
        | Role::Technician
        | Role::Auditor => return None,
    };
    if conflicts.contains(&next) { above(next, conflicts) } else { Some(next) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Addressee, Concern, LADDER, Route, rungs};
    use crate::model::{Role, SubjectKind};
    use crate::policy::Hours;

    fn contact(role: Role, email: &str, sites: &[&str]) -> Addressee {
        let sites = sites.iter().map(|&site| site.to_owned()).collect();
        Addressee { name: String::new(), role, email: format!("{email}@example.school"), sites }
    }

    fn school() -> Vec<Addressee> {
        vec![
            contact(Role::SafeguardingLead, "lead", &[]),
            contact(Role::Deputy, "deputy.north", &["North"]),
            contact(Role::Deputy, "deputy.south", &["South"]),
            contact(Role::Head, "head", &[]),
            contact(Role::Chair, "chair", &[]),
        ]
    }

    fn concern(conflicts: &[Role]) -> Concern<'_> {
        Concern {
            site: Some("north"),
            category: "selfharm",
            severity: 5,
            subject: SubjectKind::Pupil,
            conflicts,
            at: date(2026, 11, 23).at(10, 0, 0, 0),
        }
    }

    fn route(to: &[Role]) -> Route {
        Route { categories: Vec::new(), from_severity: 1, subject: None, hours: Hours::default(), to: to.to_vec() }
    }

    fn told(contacts: &[Addressee], routes: &[Route], concern: &Concern<'_>) -> String {
        let rungs = rungs(contacts, routes, concern);
        let rungs: Vec<_> = rungs.iter().map(|rung| rung.addresses.join("+").replace("@example.school", "")).collect();
        rungs.join(" ")
    }

    #[test]
    fn without_a_route_it_goes_from_the_lead_to_the_chair_of_the_own_site() {
        assert_eq!(told(&school(), &[], &concern(&[])), "lead deputy.north head chair");
        let anywhere = Concern { site: None, ..concern(&[]) };
        assert_eq!(told(&school(), &[], &anywhere), "lead deputy.north+deputy.south head chair");
    }

    #[test]
    fn a_concern_about_somebody_never_reaches_them_and_reaches_who_stands_above_first() {
        for (conflicts, expected) in [
            (&[Role::Head][..], "chair lead deputy.north"),
            (&[Role::SafeguardingLead], "head deputy.north chair"),
            (&[Role::SafeguardingLead, Role::Head], "chair deputy.north"),
            (&[Role::Deputy], "lead head chair"),
            (&[Role::Chair], "lead deputy.north head"),
            (&[Role::NetworkManager], "lead deputy.north head chair"),
            (&LADDER, ""),
        ] {
            assert_eq!(told(&school(), &[], &concern(conflicts)), expected, "{conflicts:?}");
        }
    }

    #[test]
    fn somebody_in_conflict_is_left_out_under_every_role_that_they_hold() {
        let mut school = school();
        school.push(contact(Role::Deputy, "HEAD", &["North"]));
        assert_eq!(told(&school, &[], &concern(&[])), "lead deputy.north+HEAD chair", "one mail for one person");
        assert_eq!(told(&school, &[], &concern(&[Role::Head])), "chair lead deputy.north");
        let elsewhere = vec![contact(Role::Head, "boss", &["South"]), contact(Role::Deputy, "boss", &["North"])];
        assert_eq!(told(&elsewhere, &[], &concern(&[Role::Head])), "");
    }

    #[test]
    fn the_first_route_that_fits_by_category_level_subject_and_hours_decides() {
        let routes = [
            Route { categories: vec!["extremism".into()], from_severity: 4, ..route(&[Role::Head, Role::Chair]) },
            Route { subject: Some(SubjectKind::Staff), ..route(&[Role::Chair, Role::Head]) },
            Route {
                hours: Hours::parse(&["sat-sun 00:00-24:00"]).expect("hours"),
                ..route(&[Role::Deputy, Role::Head])
            },
        ];
        let school = school();
        let all = "lead deputy.north head chair";
        for (concern, expected) in [
            (concern(&[]), all),
            (Concern { category: "extremism", ..concern(&[]) }, "head chair"),
            (Concern { category: "extremism", severity: 3, ..concern(&[]) }, all),
            (Concern { subject: SubjectKind::Staff, ..concern(&[]) }, "chair head"),
            (Concern { at: date(2026, 11, 22).at(23, 59, 0, 0), ..concern(&[]) }, "deputy.north head"),
            (Concern { category: "extremism", ..concern(&[Role::Head]) }, "chair"),
        ] {
            assert_eq!(told(&school, &routes, &concern), expected, "{concern:?}");
        }
    }

    #[test]
    fn a_route_that_leads_to_the_subject_alone_gives_way() {
        let routes = [route(&[Role::Chair])];
        assert_eq!(told(&school(), &routes, &concern(&[Role::Chair])), "lead deputy.north head");
    }
}
