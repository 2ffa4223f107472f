//! What each key does.

mod names;
mod open;
mod search;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::app::{App, Effect, Overlay};
use super::draw;
use super::filter::Filter;
use super::number::Number;
use super::screen::{Front, Screen};
use super::spot::{Grid, Side, Spot};

/// A key that does something somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Step(Step),
    Side(Side),
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
    (KeyCode::Left, Key::Side(Side::Left)),
    (KeyCode::BackTab, Key::Side(Side::Left)),
    (KeyCode::Right, Key::Side(Side::Right)),
    (KeyCode::Tab, Key::Side(Side::Right)),
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
            Some(Overlay::Names { of, on }) => self.key_of_names(key, of, on),
            None if self.is_typing() => self.key_of_search(key),
            None => self.key_of_screen(key),
        }
    }

    fn key_of_screen(&mut self, key: Key) -> Vec<Effect> {
        match key.moving() {
            Key::Step(step) => self.step(step),
            Key::Side(side) => return self.sideways(side),
            Key::Enter => return self.enter(),
            Key::Escape | Key::Backspace => return self.leave(),
            Key::Letter('q') => return vec![Effect::Quit],
            Key::Letter('?') => self.overlay = Some(Overlay::Help),
            Key::Letter('r') => return self.ask(),
            Key::Letter('s') => self.open_names(Filter::Site),
            Key::Letter('g') => self.open_names(Filter::Group),
            Key::Letter('/') => return self.begin_search(),
            Key::Letter(_) => {}
        }
        Vec::new()
    }

    fn step(&mut self, step: Step) {
        let page = draw::page(self.size.1);
        let lines = draw::page_lines(self);
        match self.screen_mut() {
            Screen::Front(front) => front.step(step),
            Screen::Page(sheet) => {
                let most = (lines + 1).saturating_sub(page);
                sheet.scroll = moved(sheet.scroll, step, most.max(1), page);
            }
            list @ (Screen::Devices(_)
            | Screen::Software(_)
            | Screen::Alerts(_)
            | Screen::Licences(_)
            | Screen::Holders(_)) => {
                if let Some(list) = list.list_mut() {
                    let count = list.count();
                    let (_, on) = list.parts();
                    *on = moved(*on, step, count, page);
                }
            }
        }
    }

    /// From column to column of the front page, and from number to number of a title.
    fn sideways(&mut self, side: Side) -> Vec<Effect> {
        match self.screen_mut() {
            Screen::Front(front) => front.sideways(side),
            Screen::Holders(holders) => {
                if let Some(next) = holders.beside(side) {
                    **holders = next;
                    return self.ask();
                }
            }
            Screen::Devices(_) | Screen::Software(_) | Screen::Alerts(_) | Screen::Licences(_) | Screen::Page(_) => {}
        }
        Vec::new()
    }

    fn leave(&mut self) -> Vec<Effect> {
        match self.screen_mut().list_mut().map(|list| list.parts()) {
            Some((search, on)) if !search.text.is_empty() => {
                (*search, *on) = Default::default();
                Vec::new()
            }
            Some(_) | None => self.back(),
        }
    }
}

impl Key {
    /// What a letter moves where letters are not typed.
    fn moving(self) -> Self {
        match self {
            Self::Letter('k') => Self::Step(Step::Up),
            Self::Letter('j') => Self::Step(Step::Down),
            Self::Letter(' ') => Self::Step(Step::PageDown),
            Self::Letter('h') => Self::Side(Side::Left),
            Self::Letter('l') => Self::Side(Side::Right),
            Self::Step(_) | Self::Side(_) | Self::Enter | Self::Escape | Self::Backspace | Self::Letter(_) => self,
        }
    }
}

impl Front {
    fn step(&mut self, step: Step) {
        let Some(page) = self.held.get() else { return };
        let grid = Grid::of(page);
        let (column, at) = grid.column(&self.on);
        let next = moved(at, step, column.len(), column.len());
        if next != at {
            self.on = column[next].clone();
        }
    }

    fn sideways(&mut self, side: Side) {
        let Some(page) = self.held.get() else { return };
        if let Some(next) = Grid::of(page).beside(&self.on, side) {
            self.on = next.clone();
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
