//! The screens, each with what it holds and where its cursor stands.

use std::cmp::Reverse;

use caretaker_proto::console::v1::{Alert, AuditHead, AuditTitle, BehindDevice, GetDashboardResponse, SoftwareTitle};
use jiff::Zoned;

use super::ask::{Answer, Question};
use super::filter::Scope;
use super::held::Held;
use super::holders::Holders;
use super::list::{Lines, List};
use super::number::Number;
use super::page::{Page, Sheet};
use super::spot::{Grid, Spot};
use crate::licences::TitleState;

/// One screen. Those under it wait to be come back to.
#[derive(Debug)]
pub(super) enum Screen {
    /// All numbers.
    Front(Box<Front>),
    /// The devices behind one.
    Devices(Devices),
    /// What is installed on a device.
    Software(Software),
    /// The open alerts.
    Alerts(Alerts),
    /// The titles of the newest licence audit.
    Licences(Licences),
    /// The devices behind a title.
    Holders(Box<Holders>),
    /// What is read.
    Page(Box<Page>),
}

/// The front page.
#[derive(Debug)]
pub(super) struct Front {
    pub(super) held: Held<GetDashboardResponse>,
    /// Where the cursor is.
    pub(super) on: Spot,
}

/// The devices behind a number.
#[derive(Debug)]
pub(super) struct Devices {
    pub(super) number: Number,
    pub(super) list: List<BehindDevice>,
    /// Devices that did not fit.
    pub(super) left_out: u32,
}

/// What is installed on a device.
#[derive(Debug)]
pub(super) struct Software {
    pub(super) id: String,
    pub(super) list: List<SoftwareTitle>,
}

/// The open alerts.
#[derive(Debug)]
pub(super) struct Alerts {
    /// Of this site alone; `None` for all that the operator sees.
    pub(super) site: Option<String>,
    pub(super) list: List<Alert>,
}

/// The titles of the newest licence audit.
#[derive(Debug, Default)]
pub(super) struct Licences {
    /// Which audit; `None` before the first answer.
    pub(super) audit: Option<AuditHead>,
    /// Titles of which there is nothing to say.
    pub(super) left_out: u32,
    pub(super) list: List<AuditTitle>,
}

impl Front {
    pub(super) fn new() -> Self {
        Self { held: Held::default(), on: Spot::Number(Number::Reporting) }
    }
}

impl Screen {
    /// What it asks the collector.
    pub(super) fn question(&self, scope: &Scope) -> Question {
        match self {
            Self::Front(_) => Question::Front(scope.clone()),
            Self::Devices(list) => Question::Behind { scope: scope.clone(), number: list.number.word() },
            Self::Software(list) => Question::Software { id: list.id.clone() },
            Self::Alerts(_) => Question::Alerts,
            Self::Licences(_) => Question::Licences { site: scope.site.clone() },
            Self::Holders(list) => Question::Holders {
                audit: list.audit,
                slug: list.title.slug.clone(),
                number: list.number.word(),
                site: scope.site.clone(),
            },
            Self::Page(page) => page.question(scope),
        }
    }

    /// Whether it is asked anew as time passes. Each look at alerts is written down, so somebody has to look; the proof
    /// of the audit log reads all of it; an audit of licences stays what it was.
    pub(super) fn is_live(&self) -> bool {
        match self {
            Self::Front(_) | Self::Devices(_) | Self::Software(_) => true,
            Self::Alerts(_) | Self::Licences(_) | Self::Holders(_) => false,
            Self::Page(page) => match page.sheet {
                Sheet::Device { .. } | Sheet::Mail { .. } => true,
                Sheet::Alert { .. } | Sheet::Title { .. } | Sheet::Log { .. } => false,
            },
        }
    }

    /// Whether a group narrows what it shows. Alerts, licences, mail and the audit log are of no group.
    pub(super) fn narrows(&self) -> bool {
        match self {
            Self::Front(_) | Self::Devices(_) | Self::Software(_) => true,
            Self::Alerts(_) | Self::Licences(_) | Self::Holders(_) => false,
            Self::Page(page) => matches!(page.sheet, Sheet::Device { .. }),
        }
    }

    /// Takes an answer to its question.
    pub(super) fn put(&mut self, answer: Answer, now: &Zoned) {
        match (self, answer) {
            (Self::Front(front), Answer::Front(page)) => {
                if !Grid::of(&page).has(&front.on) {
                    front.on = Spot::Number(Number::Reporting);
                }
                front.held.put(*page, now);
            }
            (Self::Devices(list), Answer::Behind(behind)) => {
                list.left_out = behind.left_out;
                list.list.put(behind.devices, now);
            }
            (Self::Software(list), Answer::Software(titles)) => list.list.put(titles, now),
            (Self::Alerts(list), Answer::Alerts(mut alerts)) => {
                if let Some(site) = &list.site {
                    alerts.retain(|alert| alert.site.eq_ignore_ascii_case(site));
                }
                list.list.put(alerts, now);
            }
            (Self::Licences(list), Answer::Audit(audit)) => {
                let mut titles = audit.titles;
                // Where the state is the same, what may cost most stands first.
                titles.sort_by_cached_key(|title| {
                    let grave = Reverse((title.at_risk_pence, title.over, title.installed));
                    (place(title), grave, title.name.to_lowercase())
                });
                (list.audit, list.left_out) = (audit.audit, audit.left_out);
                list.list.put(titles, now);
            }
            (Self::Holders(list), Answer::Holders(devices)) => list.list.put(devices, now),
            (Self::Page(page), answer) => page.put(answer, now),
            // An answer is of the kind of its question; another one is nobody's.
            (
                Self::Front(_)
                | Self::Devices(_)
                | Self::Software(_)
                | Self::Alerts(_)
                | Self::Licences(_)
                | Self::Holders(_),
                _,
            ) => {}
        }
    }

    /// When what it shows came; `None` while it shows nothing.
    pub(super) fn at(&self) -> Option<&Zoned> {
        match self {
            Self::Front(front) => front.held.at(),
            Self::Devices(list) => list.list.at(),
            Self::Software(list) => list.list.at(),
            Self::Alerts(list) => list.list.at(),
            Self::Licences(list) => list.list.at(),
            Self::Holders(list) => list.list.at(),
            Self::Page(page) => page.at(),
        }
    }

    /// Its list, where it is one.
    pub(super) fn list(&self) -> Option<&dyn Lines> {
        match self {
            Self::Devices(list) => Some(&list.list),
            Self::Software(list) => Some(&list.list),
            Self::Alerts(list) => Some(&list.list),
            Self::Licences(list) => Some(&list.list),
            Self::Holders(list) => Some(&list.list),
            Self::Front(_) | Self::Page(_) => None,
        }
    }

    /// The same to move in it.
    pub(super) fn list_mut(&mut self) -> Option<&mut dyn Lines> {
        match self {
            Self::Devices(list) => Some(&mut list.list),
            Self::Software(list) => Some(&mut list.list),
            Self::Alerts(list) => Some(&mut list.list),
            Self::Licences(list) => Some(&mut list.list),
            Self::Holders(list) => Some(&mut list.list),
            Self::Front(_) | Self::Page(_) => None,
        }
    }

    /// Its name on the way to it; empty for the front page.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Front(_) => String::new(),
            Self::Devices(list) => list.number.title(),
            Self::Software(_) => "software".into(),
            Self::Alerts(_) => "open alerts".into(),
            Self::Licences(_) => "licences".into(),
            Self::Holders(_) => "devices".into(),
            Self::Page(page) => page.name(),
        }
    }
}

/// The place of a title's state: those stand first that are not in order, then those of which it is not known.
fn place(title: &AuditTitle) -> usize {
    let place = TitleState::ALL.into_iter().position(|state| state.word() == title.state);
    place.unwrap_or(TitleState::ALL.len())
}
