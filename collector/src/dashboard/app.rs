//! What is on the screen and what has to be asked: events in, effects out. Nothing here draws, waits or reads a clock.

use caretaker_proto::console::v1::GetDashboardResponse;
use jiff::{SignedDuration, Zoned};

use super::Wish;
use super::ask::{Answer, Question, Unanswered};
use super::filter::{Filter, Scope};
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
    /// What the numbers are narrowed to.
    pub(super) scope: Scope,
    /// Names of the sites to choose from.
    pub(super) sites: Vec<String>,
    /// Names of the groups of devices at the site.
    pub(super) groups: Vec<String>,
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
    /// Names to choose from; what narrows nothing stands first.
    Names { of: Filter, on: usize },
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
            scope: wish.scope,
            sites: Vec::new(),
            groups: Vec::new(),
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
            Some(
                Screen::Devices(_)
                | Screen::Software(_)
                | Screen::Alerts(_)
                | Screen::Licences(_)
                | Screen::Holders(_)
                | Screen::Page(_),
            )
            | None => None,
        }
    }

    /// The names to choose from.
    pub(super) fn names(&self, of: Filter) -> &[String] {
        match of {
            Filter::Site => &self.sites,
            Filter::Group => &self.groups,
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
        if self.asked.is_none() && self.asked_at.as_ref().is_none_or(due) { self.ask_anew() } else { Vec::new() }
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
                let now = self.now.clone();
                if let Answer::Front(page) = &answer {
                    self.sites.clone_from(&page.sites);
                    self.groups.clone_from(&page.groups);
                    if let [front, _, ..] = self.screens.as_mut_slice() {
                        front.put(answer.clone(), &now);
                    }
                }
                self.screen_mut().put(answer, &now);
            }
            Err(why) => self.trouble = Some(why),
        }
        Vec::new()
    }

    /// Asks what the screen shows, unless that is on its way.
    pub(super) fn ask(&mut self) -> Vec<Effect> {
        self.send(self.screen().question(&self.scope))
    }

    /// Asks because time has passed. A screen that is not asked anew stays as it is while the front page under it is
    /// kept up to date: what is wrong, and that nobody answers any more, is seen there as well.
    fn ask_anew(&mut self) -> Vec<Effect> {
        let screen = self.screen();
        match (screen.is_live() || screen.at().is_none(), &self.trouble) {
            // The same refusal again tells nobody more, and is one more row of the audit log.
            (true, Some(Unanswered::Refused(_))) if !screen.is_live() => Vec::new(),
            (true, _) => self.ask(),
            (false, _) => self.send(Question::Front(self.scope.clone())),
        }
    }

    fn send(&mut self, question: Question) -> Vec<Effect> {
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
        // What is on its way was for the screen that is gone, and so was a refusal.
        self.asked = None;
        if let Some(Unanswered::Refused(_)) = self.trouble {
            self.trouble = None;
        }
        if self.screen().is_live() || self.screen().at().is_none() { self.ask() } else { Vec::new() }
    }

    /// Shows another site or group, from the front page on. What was held of the one before is not shown any more.
    pub(super) fn choose(&mut self, of: Filter, name: Option<String>) -> Vec<Effect> {
        if of == Filter::Site && self.scope.site != name {
            // They were those of the site before.
            self.groups.clear();
        }
        self.scope = std::mem::take(&mut self.scope).with(of, name);
        self.screens = vec![Screen::Front(Box::new(Front::new()))];
        self.ask()
    }
}
