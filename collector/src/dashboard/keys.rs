//! What each key does.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::app::{App, Effect, Overlay};
use super::draw;
use super::number::{Columns, Number};
use super::screen::{Card, Devices, Front, Screen, Search, Software};

/// A key that does something somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Step(Step),
    Left,
    Right,
    Enter,
    Escape,
    Backspace,
    Letter(char),
}

/// Keys that are no letters.
const NAMED: [(KeyCode, Key); 13] = [
    (KeyCode::Up, Key::Step(Step::Up)),
    (KeyCode::Down, Key::Step(Step::Down)),
    (KeyCode::PageUp, Key::Step(Step::PageUp)),
    (KeyCode::PageDown, Key::Step(Step::PageDown)),
    (KeyCode::Home, Key::Step(Step::First)),
    (KeyCode::End, Key::Step(Step::Last)),
    (KeyCode::Left, Key::Left),
    (KeyCode::BackTab, Key::Left),
    (KeyCode::Right, Key::Right),
    (KeyCode::Tab, Key::Right),
    (KeyCode::Enter, Key::Enter),
    (KeyCode::Esc, Key::Escape),
    (KeyCode::Backspace, Key::Backspace),
];

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
            return match key.code.as_char() {
                Some('c' | 'd') => vec![Effect::Quit],
                Some('l') => self.ask(),
                Some(_) | None => Vec::new(),
            };
        }
        let named = NAMED.into_iter().find(|(code, _)| *code == key.code).map(|(_, key)| key);
        let Some(key) = named.or_else(|| key.code.as_char().map(Key::Letter)) else { return Vec::new() };
        match self.overlay.clone() {
            Some(Overlay::Help) => {
                self.overlay = None;
                Vec::new()
            }
            Some(Overlay::Sites { on }) => self.key_of_sites(key, on),
            None if self.is_typing() => self.key_of_search(key),
            None => self.key_of_screen(key),
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

    fn key_of_screen(&mut self, key: Key) -> Vec<Effect> {
        match key.moving() {
            Key::Step(step) => self.step(step),
            side @ (Key::Left | Key::Right) => {
                if let Screen::Front(front) = self.screen_mut() {
                    front.sideways(side == Key::Left);
                }
            }
            Key::Enter => return self.enter(),
            Key::Escape | Key::Backspace => return self.leave(),
            Key::Letter('q') => return vec![Effect::Quit],
            Key::Letter('?') => self.overlay = Some(Overlay::Help),
            Key::Letter('r') => return self.ask(),
            Key::Letter('s') => self.open_sites(),
            Key::Letter('/') => return self.begin_search(),
            Key::Letter(_) => {}
        }
        Vec::new()
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
                Screen::Card(Box::new(Card { id, name, held: Default::default(), scroll: 0 }))
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

    fn key_of_search(&mut self, key: Key) -> Vec<Effect> {
        let (Screen::Devices(Devices { search, on, .. }) | Screen::Software(Software { search, on, .. })) =
            self.screen_mut()
        else {
            return Vec::new();
        };
        match key {
            Key::Letter(letter) => {
                search.text.push(letter);
                *on = 0;
            }
            Key::Backspace if search.text.is_empty() => search.typing = false,
            Key::Backspace => {
                search.text.pop();
                *on = 0;
            }
            Key::Escape => (*search, *on) = (Search::default(), 0),
            Key::Enter => {
                search.typing = false;
                return self.enter();
            }
            Key::Step(step) => self.step(step),
            Key::Left | Key::Right => {}
        }
        Vec::new()
    }

    fn open_sites(&mut self) {
        match self.sites.len() {
            0 => self.note = Some("The sites are not known yet.".into()),
            1 => self.note = Some(format!("There is one site: {}.", self.sites[0])),
            _ => {
                let of = |site: &String| self.sites.iter().position(|name| name.eq_ignore_ascii_case(site));
                let on = self.site.as_ref().and_then(of).map_or(0, |at| at + 1);
                self.overlay = Some(Overlay::Sites { on });
            }
        }
    }

    fn key_of_sites(&mut self, key: Key, on: usize) -> Vec<Effect> {
        match key.moving() {
            Key::Step(step) => {
                // All sites stand first.
                let on = moved(on, step, self.sites.len() + 1, draw::page(self.size.1));
                self.overlay = Some(Overlay::Sites { on });
            }
            Key::Enter => {
                self.overlay = None;
                let site = on.checked_sub(1).and_then(|at| self.sites.get(at)).cloned();
                return self.choose(site);
            }
            Key::Escape | Key::Backspace | Key::Letter('q' | 's') => self.overlay = None,
            Key::Left | Key::Right | Key::Letter(_) => {}
        }
        Vec::new()
    }
}

impl Key {
    /// What a letter moves where letters are not typed.
    fn moving(self) -> Self {
        match self {
            Self::Letter('k') => Self::Step(Step::Up),
            Self::Letter('j') => Self::Step(Step::Down),
            Self::Letter(' ') => Self::Step(Step::PageDown),
            Self::Letter('h') => Self::Left,
            Self::Letter('l') => Self::Right,
            Self::Step(_)
            | Self::Left
            | Self::Right
            | Self::Enter
            | Self::Escape
            | Self::Backspace
            | Self::Letter(_) => self,
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
