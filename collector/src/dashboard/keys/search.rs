//! Looking for a part of a name.

use super::{Key, Number, Screen};
use crate::dashboard::app::{App, Effect};
use crate::dashboard::list::{List, Search};
use crate::dashboard::screen::Devices;

impl App {
    /// Whether keys are letters of a search.
    pub(in crate::dashboard) fn is_typing(&self) -> bool {
        self.screen().list().is_some_and(|list| list.search().typing)
    }

    /// Begins to look in the list that is seen, else among all devices.
    pub(super) fn begin_search(&mut self) -> Vec<Effect> {
        if let Some(list) = self.screen_mut().list_mut() {
            let (search, on) = list.parts();
            (*search, *on) = (Search::begun(), 0);
            return Vec::new();
        }
        if self.front().is_some_and(|page| !page.may_list) {
            self.note = Some("Your role may not look for single devices.".into());
            return Vec::new();
        }
        self.screens.truncate(1);
        let list = List::looking_for(Search::begun());
        self.open(Screen::Devices(Devices { number: Number::All, list, left_out: 0 }))
    }

    /// A key while letters are typed.
    pub(super) fn key_of_search(&mut self, key: Key) -> Vec<Effect> {
        let Some(list) = self.screen_mut().list_mut() else { return Vec::new() };
        let (search, on) = list.parts();
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
            Key::Escape => (*search, *on) = Default::default(),
            Key::Enter => {
                search.typing = false;
                return self.enter();
            }
            Key::Step(step) => self.step(step),
            Key::Side(_) => {}
        }
        Vec::new()
    }
}
