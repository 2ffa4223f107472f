//! A school that a test writes down device by device.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use crate::licences::{
    Approval, Audited, Build, Day, Decision, Device, Estate, Exemption, Group, Installation, Licence, LicenceId,
    Measures, Metric, Pence, Reading, Register, Scope, Term, Title, TitleOutcome, audit,
};

/// Sunday of week 47.
pub(super) const TODAY: Date = date(2026, 11, 22);

/// So many days before (or after) today.
pub(super) fn ago(days: i32) -> Date {
    TODAY.checked_sub(days.days()).expect("in range")
}

/// A device and what is on it: title, edition, major, users, days since it was opened.
#[derive(Debug, Clone)]
pub(super) struct Machine {
    pub(super) site: u32,
    pub(super) gone: bool,
    pub(super) seen: Option<i32>,
    pub(super) reading: Reading,
    pub(super) copies: BTreeMap<&'static str, Copy>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Copy {
    pub(super) edition: String,
    pub(super) major: String,
    pub(super) users: u32,
    pub(super) used: Option<i32>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct School {
    pub(super) sites: Vec<&'static str>,
    pub(super) machines: Vec<Machine>,
    pub(super) titles: Vec<Title>,
    pub(super) register: Register,
    pub(super) groups: Vec<Group>,
}

impl School {
    pub(super) fn new(sites: &[&'static str]) -> Self {
        Self { sites: sites.to_vec(), ..Self::default() }
    }

    pub(super) fn title(&mut self, slug: &str, licensing: &str, suite: &str) {
        self.titles.push(Title {
            slug: slug.into(),
            name: slug.to_uppercase(),
            category: "teaching".into(),
            licensing: licensing.into(),
            suite: suite.into(),
            known: true,
        });
    }

    /// So many machines at a site that have these titles; they were seen today.
    pub(super) fn machines(&mut self, count: usize, site: u32, titles: &[&'static str]) {
        let copies: BTreeMap<_, _> = titles.iter().map(|title| (*title, Copy::default())).collect();
        let machine = Machine { site, gone: false, seen: Some(0), reading: Reading::Whole, copies };
        self.machines.extend(std::iter::repeat_n(machine, count));
    }

    pub(super) fn own(&mut self, title: &str, quantity: u32) -> &mut Licence {
        let id = LicenceId(i64::try_from(self.register.licences.len()).expect("few") + 1);
        self.register.licences.push(Licence {
            id,
            title: title.into(),
            version: String::new(),
            edition: String::new(),
            metric: Metric::Device,
            term: Term::Subscription,
            quantity,
            scope: Scope::default(),
            starts_on: None,
            ends_on: None,
            notice_on: None,
            cost: Some(Pence(1000 * u64::from(quantity))),
            supplier: String::new(),
            order_ref: String::new(),
            proof_holder: String::new(),
            note: String::new(),
        });
        self.register.licences.last_mut().expect("it was just added")
    }

    pub(super) fn decide(&mut self, title: &str, decision: Decision, site: Option<&str>) {
        let scope = Scope { site: site.map(Into::into), place: String::new() };
        let decided_by = "software group".to_owned();
        self.register.approvals.push(Approval {
            title: title.into(),
            decision,
            decided_by,
            decided_on: ago(9),
            scope,
            ends_on: None,
        });
    }

    pub(super) fn exempt(&mut self, title: &str, device: Option<i64>, ends_on: Date) {
        let reason = "it is being replaced".to_owned();
        self.register.exemptions.push(Exemption {
            title: title.into(),
            scope: Scope::default(),
            device,
            reason,
            ends_on,
        });
    }

    pub(super) fn estate(&self) -> Estate {
        let mut builds: Vec<Build> = Vec::new();
        let mut installations = Vec::new();
        for (title, one) in (0_u32..).zip(&self.titles) {
            for (device, machine) in (0_u32..).zip(&self.machines) {
                let Some(copy) = machine.copies.get(one.slug.as_str()) else { continue };
                let build = Build { edition: copy.edition.clone(), major: copy.major.clone() };
                let place = builds.iter().position(|known| *known == build).unwrap_or_else(|| {
                    builds.push(build);
                    builds.len() - 1
                });
                installations.push(Installation {
                    title,
                    device,
                    build: u32::try_from(place).expect("few"),
                    users: copy.users,
                    used: copy.used.map(|days| Day::from(ago(days))),
                });
            }
        }
        let device = |(row, machine): (i64, &Machine)| Device {
            row,
            site: machine.site,
            gone: machine.gone,
            seen: machine.seen.map(|days| Day::from(ago(days))),
            reading: machine.reading,
        };
        Estate {
            sites: self.sites.iter().map(|site| (*site).to_owned()).collect(),
            devices: (1_i64..).zip(&self.machines).map(device).collect(),
            titles: self.titles.clone(),
            builds,
            installations,
            groups: self.groups.clone(),
            catalogue: String::new(),
        }
    }

    pub(super) fn audited(&self) -> Audited {
        audit(&self.estate(), &self.register, TODAY, &Measures::default())
    }

    pub(super) fn outcome(&self, title: &str) -> TitleOutcome {
        self.audited().outcome.title(title).expect("the title is in the outcome").clone()
    }
}
