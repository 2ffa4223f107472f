//! What each key does.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::app::{App, Effect, Overlay};
use super::draw;
use super::number::{Columns, Number};
use super::screen::{Card, Devices, Front, Screen, Search, Software};

/// A step of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
}

impl App {
    /// A key was pressed.
    pub(super) fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        self.note = None;
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return match key.code {
                KeyCode::Char('c' | 'd') => vec![Effect::Quit],
                KeyCode::Char('l') => self.ask(),
                _ => Vec::new(),
            };
        }
        match self.overlay.clone() {
            Some(Overlay::Help) => {
                self.overlay = None;
                Vec::new()
            }
            Some(Overlay::Sites { on }) => self.key_of_sites(key.code, on),
            None if self.is_typing() => self.key_of_search(key.code),
            None => self.key_of_screen(key.code),
        }
    }

    /// Whether keys are letters of a search.
    pub(super) fn is_typing(&self) -> bool {
        match self.screen() {
            Screen::Devices(list) => list.search.typing,
            Screen::Software(list) => list.search.typing,
            Screen::Front(_) | Screen::Card(_) => false,
        }
    }

    fn key_of_screen(&mut self, key: KeyCode) -> Vec<Effect> {
        if let Some(step) = step(key) {
            self.step(step);
            return Vec::new();
        }
        match key {
            KeyCode::Char('q') => vec![Effect::Quit],
            KeyCode::Char('?') => {
                self.overlay = Some(Overlay::Help);
                Vec::new()
            }
            KeyCode::Char('r') => self.ask(),
            KeyCode::Char('s') => self.open_sites(),
            KeyCode::Char('/') => self.begin_search(),
            KeyCode::Enter => self.enter(),
            KeyCode::Esc | KeyCode::Backspace => self.leave(),
            KeyCode::Left | KeyCode::Right | KeyCode::Tab | KeyCode::BackTab | KeyCode::Char('h' | 'l') => {
                if let Screen::Front(front) = self.screen_mut() {
                    front.sideways(matches!(key, KeyCode::Left | KeyCode::BackTab | KeyCode::Char('h')));
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn step(&mut self, step: Step) {
        let (width, height) = self.size;
        let (page, now) = (draw::page(height), self.now.clone());
        match self.screen_mut() {
            Screen::Front(front) => front.step(step),
            Screen::Devices(list) => list.on = moved(list.on, step, list.shown().len(), page),
            Screen::Software(list) => list.on = moved(list.on, step, list.shown().len(), page),
            Screen::Card(card) => {
                let lines = draw::card_lines(card, width, &now).len();
                let most = (lines + 1).saturating_sub(page);
                card.scroll = moved(card.scroll, step, most.max(1), page);
            }
        }
    }

    fn enter(&mut self) -> Vec<Effect> {
        let next = match self.screen() {
            Screen::Front(front) => match front.held.get() {
                None => None,
                Some(page) if !page.may_list => {
                    self.note = Some("Your role may see how many, not which: single devices are not shown.".into());
                    None
                }
                Some(_) => Some(Screen::Devices(Devices::new(front.on.clone(), Search::default()))),
            },
            Screen::Devices(list) => list.shown().get(list.on).map(|device| {
                let (id, name) = (device.id.clone(), device.name.clone());
                Screen::Card(Card { id, name, held: Default::default(), scroll: 0 })
            }),
            Screen::Card(card) => {
                let (id, search) = (card.id.clone(), Search::default());
                Some(Screen::Software(Software { id, held: Default::default(), search, on: 0 }))
            }
            Screen::Software(_) => None,
        };
        next.map(|screen| self.open(screen)).unwrap_or_default()
    }

    fn leave(&mut self) -> Vec<Effect> {
        match self.screen_mut() {
            Screen::Devices(Devices { search, on, .. }) | Screen::Software(Software { search, on, .. })
                if !search.text.is_empty() =>
            {
                (*search, *on) = (Search::default(), 0);
                Vec::new()
            }
            Screen::Front(_) | Screen::Devices(_) | Screen::Card(_) | Screen::Software(_) => self.back(),
        }
    }

    fn begin_search(&mut self) -> Vec<Effect> {
        let typing = Search { text: String::new(), typing: true };
        match self.screen_mut() {
            Screen::Devices(Devices { search, on, .. }) | Screen::Software(Software { search, on, .. }) => {
                (*search, *on) = (typing, 0);
                Vec::new()
            }
            Screen::Front(_) | Screen::Card(_) => {
                if self.front().is_some_and(|page| !page.may_list) {
                    self.note = Some("Your role may not look for single devices.".into());
                    return Vec::new();
                }
                self.screens.truncate(1);
                self.open(Screen::Devices(Devices::new(Number::All, typing)))
            }
        }
    }

    fn key_of_search(&mut self, key: KeyCode) -> Vec<Effect> {
        let (Screen::Devices(Devices { search, on, .. }) | Screen::Software(Software { search, on, .. })) =
            self.screen_mut()
        else {
            return Vec::new();
        };
        match key {
            KeyCode::Char(letter) if !letter.is_control() => {
                search.text.push(letter);
                *on = 0;
            }
            KeyCode::Backspace if search.text.is_empty() => search.typing = false,
            KeyCode::Backspace => {
                search.text.pop();
                *on = 0;
            }
            KeyCode::Esc => (*search, *on) = (Search::default(), 0),
            KeyCode::Enter => {
                search.typing = false;
                return self.enter();
            }
            key => {
                if let Some(step) = step(key) {
                    self.step(step);
                }
            }
        }
        Vec::new()
    }

    fn open_sites(&mut self) -> Vec<Effect> {
        match self.sites.len() {
            0 => self.note = Some("The sites are not known yet.".into()),
            1 => self.note = Some(format!("There is one site: {}.", self.sites[0])),
            _ => {
                let of = |site: &String| self.sites.iter().position(|name| name.eq_ignore_ascii_case(site));
                let on = self.site.as_ref().and_then(of).map_or(0, |at| at + 1);
                self.overlay = Some(Overlay::Sites { on });
            }
        }
        Vec::new()
    }

    fn key_of_sites(&mut self, key: KeyCode, on: usize) -> Vec<Effect> {
        if let Some(step) = step(key) {
            // All sites stand first.
            let on = moved(on, step, self.sites.len() + 1, draw::page(self.size.1));
            self.overlay = Some(Overlay::Sites { on });
            return Vec::new();
        }
        match key {
            KeyCode::Enter => {
                self.overlay = None;
                let site = on.checked_sub(1).and_then(|at| self.sites.get(at)).cloned();
                self.choose(site)
            }
            KeyCode::Esc | KeyCode::Backspace | KeyCode::Char('q' | 's') => {
                self.overlay = None;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }
}

impl Front {
    fn step(&mut self, step: Step) {
        let Some(page) = self.held.get() else { return };
        let Columns { left, right } = Columns::of(page);
        let column = if right.contains(&self.on) { right } else { left };
        let at = column.iter().position(|number| *number == self.on).unwrap_or_default();
        if let Some(number) = column.get(moved(at, step, column.len(), column.len())) {
            self.on = number.clone();
        }
    }

    /// From column to column; what stands beside each other on the first line is walked through first.
    fn sideways(&mut self, back: bool) {
        let Some(page) = self.held.get() else { return };
        let Columns { left, right } = Columns::of(page);
        let next = match (&self.on, back) {
            (Number::Reporting, false) | (Number::NeverReported, true) => Some(Number::Silent),
            (Number::Silent, false) => Some(Number::NeverReported),
            (Number::Silent, true) => Some(Number::Reporting),
            (Number::Policy, false) => left.get(4).filter(|number| **number == Number::Executables).cloned(),
            (Number::Executables, true) => Some(Number::Policy),
            (on, false) if !right.contains(on) => right.first().cloned(),
            (on, true) if right.contains(on) => {
                left.iter().find(|number| matches!(number, Number::Requirement(_))).cloned()
            }
            _ => None,
        };
        if let Some(next) = next {
            self.on = next;
        }
    }
}

fn step(key: KeyCode) -> Option<Step> {
    match key {
        KeyCode::Up | KeyCode::Char('k') => Some(Step::Up),
        KeyCode::Down | KeyCode::Char('j') => Some(Step::Down),
        KeyCode::PageUp => Some(Step::PageUp),
        KeyCode::PageDown | KeyCode::Char(' ') => Some(Step::PageDown),
        KeyCode::Home => Some(Step::First),
        KeyCode::End => Some(Step::Last),
        _ => None,
    }
}

/// The place after a step, of so many.
fn moved(at: usize, step: Step, of: usize, page: usize) -> usize {
    let last = of.saturating_sub(1);
    match step {
        Step::Up => at.saturating_sub(1),
        Step::Down => at + 1,
        Step::PageUp => at.saturating_sub(page),
        Step::PageDown => at + page,
        Step::First => 0,
        Step::Last => last,
    }
    .min(last)
}
