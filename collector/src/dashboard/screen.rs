//! The screens, each with what it holds and where its cursor stands.

use caretaker_proto::console::v1::{
    BehindDevice, GetDashboardResponse, GetDeviceResponse, ListBehindResponse, SoftwareTitle,
};
use jiff::Zoned;

use super::ask::{Answer, Question};
use super::held::Held;
use super::number::{Columns, Number};

/// One screen. Those under it wait to be come back to.
#[derive(Debug)]
pub(super) enum Screen {
    /// All numbers.
    Front(Box<Front>),
    /// The devices behind one.
    Devices(Devices),
    /// One device.
    Card(Box<Card>),
    /// What is installed on it.
    Software(Software),
}

/// The front page.
#[derive(Debug)]
pub(super) struct Front {
    pub(super) held: Held<GetDashboardResponse>,
    /// The number that the cursor is on.
    pub(super) on: Number,
}

/// The devices behind a number.
#[derive(Debug)]
pub(super) struct Devices {
    pub(super) number: Number,
    pub(super) held: Held<ListBehindResponse>,
    pub(super) search: Search,
    /// Place of the cursor among those that are shown.
    pub(super) on: usize,
}

/// One device.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) held: Held<GetDeviceResponse>,
    /// Lines above the first one that is shown.
    pub(super) scroll: usize,
}

/// What is installed on a device.
#[derive(Debug)]
pub(super) struct Software {
    pub(super) id: String,
    pub(super) held: Held<Vec<SoftwareTitle>>,
    pub(super) search: Search,
    pub(super) on: usize,
}

/// Part of a name that is looked for.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// As it was typed so far.
    pub(super) text: String,
    /// Whether keys are letters of it.
    pub(super) typing: bool,
}

impl Search {
    /// Whether a name has it, in any case.
    pub(super) fn finds(&self, name: &str) -> bool {
        self.text.is_empty() || name.to_lowercase().contains(&self.text.to_lowercase())
    }
}

impl Front {
    pub(super) fn new() -> Self {
        Self { held: Held::default(), on: Number::Reporting }
    }
}

impl Devices {
    pub(super) fn new(number: Number, search: Search) -> Self {
        Self { number, held: Held::default(), search, on: 0 }
    }

    /// Those that the search leaves.
    pub(super) fn shown(&self) -> Vec<&BehindDevice> {
        let all = self.held.get().map(|list| list.devices.as_slice()).unwrap_or_default();
        all.iter().filter(|device| self.search.finds(&device.name)).collect()
    }

    /// Holds a newer list; the cursor stays on its device.
    fn put(&mut self, list: ListBehindResponse, now: &Zoned) {
        let was_on = self.shown().get(self.on).map(|device| device.id.clone());
        self.held.put(list, now);
        let shown = self.shown();
        let same = was_on.and_then(|id| shown.iter().position(|device| device.id == id));
        self.on = same.unwrap_or_else(|| self.on.min(shown.len().saturating_sub(1)));
    }
}

impl Software {
    /// Those that the search leaves.
    pub(super) fn shown(&self) -> Vec<&SoftwareTitle> {
        let all = self.held.get().map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(|title| self.search.finds(&title.name)).collect()
    }
}

impl Screen {
    /// What it asks the collector.
    pub(super) fn question(&self, site: Option<&str>) -> Question {
        let site = site.unwrap_or_default().to_owned();
        match self {
            Self::Front(_) => Question::Front { site },
            Self::Devices(list) => Question::Behind { site, number: list.number.word() },
            Self::Card(card) => Question::Device { id: card.id.clone() },
            Self::Software(list) => Question::Software { id: list.id.clone() },
        }
    }

    /// Takes an answer to its question.
    pub(super) fn put(&mut self, answer: Answer, now: &Zoned) {
        match (self, answer) {
            (Self::Front(front), Answer::Front(page)) => {
                let columns = Columns::of(&page);
                if !columns.left.contains(&front.on) && !columns.right.contains(&front.on) {
                    front.on = Number::Reporting;
                }
                front.held.put(*page, now);
            }
            (Self::Devices(list), Answer::Behind(devices)) => list.put(devices, now),
            (Self::Card(card), Answer::Device(device)) => card.held.put(*device, now),
            (Self::Software(list), Answer::Software(titles)) => {
                list.held.put(titles, now);
                list.on = list.on.min(list.shown().len().saturating_sub(1));
            }
            // An answer is of the kind of its question; another one is nobody's.
            (Self::Front(_) | Self::Devices(_) | Self::Card(_) | Self::Software(_), _) => {}
        }
    }

    /// When what it shows came; `None` while it shows nothing.
    pub(super) fn at(&self) -> Option<&Zoned> {
        match self {
            Self::Front(front) => front.held.at(),
            Self::Devices(list) => list.held.at(),
            Self::Card(card) => card.held.at(),
            Self::Software(list) => list.held.at(),
        }
    }

    /// Its name on the way to it; empty for the front page.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Front(_) => String::new(),
            Self::Devices(list) => list.number.title(),
            Self::Card(card) => card.name.clone(),
            Self::Software(_) => "software".into(),
        }
    }
}
