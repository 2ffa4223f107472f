//! What is on the screen and what has to be asked: events in, effects out. Nothing here draws, waits or reads a clock.

use caretaker_proto::console::v1::GetDashboardResponse;
use jiff::{SignedDuration, Zoned};

use super::Wish;
use super::ask::{Answer, Question, Unanswered};
use super::screen::{Front, Screen};

/// How often it is tried again while nobody answers, where one asks less often.
const AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// The dashboard.
#[derive(Debug)]
pub(super) struct App {
    every: SignedDuration,
    /// The time, where the reader is.
    pub(super) now: Zoned,
    /// Columns and rows of the terminal.
    pub(super) size: (u16, u16),
    /// The one site that is shown; `None` for all.
    pub(super) site: Option<String>,
    /// Names of the sites to choose from.
    pub(super) sites: Vec<String>,
    /// The front page, and what was opened from it.
    pub(super) screens: Vec<Screen>,
    /// What lies over the screen.
    pub(super) overlay: Option<Overlay>,
    /// What has to be said about the last key; gone with the next one.
    pub(super) note: Option<String>,
    /// Why the last question has no answer; `None` when it has one.
    pub(super) trouble: Option<Unanswered>,
    /// When the collector last answered.
    pub(super) heard_at: Option<Zoned>,
    /// The question that is on its way.
    asked: Option<Question>,
    asked_at: Option<Zoned>,
}

/// Something that lies over a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Overlay {
    /// The keys.
    Help,
    /// The sites to choose from; all sites stand first.
    Sites { on: usize },
}

/// What the loop has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    /// Ask the collector; an answer to an earlier question is not waited for any more.
    Ask(Question),
    /// End.
    Quit,
}

impl App {
    /// An empty front page.
    pub(super) fn new(wish: Wish, size: (u16, u16), now: Zoned) -> Self {
        Self {
            every: wish.every,
            now,
            size,
            site: wish.site,
            sites: Vec::new(),
            screens: vec![Screen::Front(Box::new(Front::new()))],
            overlay: None,
            note: None,
            trouble: None,
            heard_at: None,
            asked: None,
            asked_at: None,
        }
    }

    /// The screen that is seen.
    pub(super) fn screen(&self) -> &Screen {
        self.screens.last().expect("the front page is never closed")
    }

    pub(super) fn screen_mut(&mut self) -> &mut Screen {
        self.screens.last_mut().expect("the front page is never closed")
    }

    /// The front page as it was last told.
    pub(super) fn front(&self) -> Option<&GetDashboardResponse> {
        match self.screens.first() {
            Some(Screen::Front(front)) => front.held.get(),
            Some(Screen::Devices(_) | Screen::Card(_) | Screen::Software(_)) | None => None,
        }
    }

    /// How often the collector is asked.
    pub(super) fn every(&self) -> SignedDuration {
        self.every
    }

    /// Time passes: asks anew when it is time.
    pub(super) fn tick(&mut self, now: Zoned) -> Vec<Effect> {
        self.now = now;
        let every = if self.trouble.is_some() { self.every.min(AGAIN) } else { self.every };
        let due = |asked_at: &Zoned| self.now.duration_since(asked_at) >= every;
        if self.asked.is_none() && self.asked_at.as_ref().is_none_or(due) { self.ask() } else { Vec::new() }
    }

    /// The terminal has another size.
    pub(super) fn resize(&mut self, size: (u16, u16)) {
        self.size = size;
    }

    /// An answer has come, or none will.
    pub(super) fn answer(
        &mut self,
        question: &Question,
        answer: Result<Answer, Unanswered>,
        now: Zoned,
    ) -> Vec<Effect> {
        self.now = now;
        if self.asked.as_ref() != Some(question) {
            return Vec::new();
        }
        self.asked = None;
        match answer {
            Ok(answer) => {
                self.trouble = None;
                self.heard_at = Some(self.now.clone());
                if let Answer::Front(page) = &answer {
                    self.sites.clone_from(&page.sites);
                }
                let now = self.now.clone();
                self.screen_mut().put(answer, &now);
            }
            Err(why) => self.trouble = Some(why),
        }
        Vec::new()
    }

    /// Asks what the screen shows, unless that is on its way.
    pub(super) fn ask(&mut self) -> Vec<Effect> {
        let question = self.screen().question(self.site.as_deref());
        if self.asked.as_ref() == Some(&question) {
            return Vec::new();
        }
        self.asked = Some(question.clone());
        self.asked_at = Some(self.now.clone());
        vec![Effect::Ask(question)]
    }

    /// Opens a screen over this one.
    pub(super) fn open(&mut self, screen: Screen) -> Vec<Effect> {
        self.screens.push(screen);
        self.ask()
    }

    /// Goes back to the screen under this one.
    pub(super) fn back(&mut self) -> Vec<Effect> {
        if self.screens.len() == 1 {
            return Vec::new();
        }
        self.screens.pop();
        self.ask()
    }

    /// Shows another site, from the front page on. What was held of the one before is not shown any more.
    pub(super) fn choose(&mut self, site: Option<String>) -> Vec<Effect> {
        self.site = site;
        self.screens = vec![Screen::Front(Box::new(Front::new()))];
        self.ask()
    }
}
