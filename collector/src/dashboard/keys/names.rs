//! Choosing a site or a group of devices.

use super::{Key, moved};
use crate::dashboard::app::{App, Effect, Overlay};
use crate::dashboard::draw;
use crate::dashboard::filter::Filter;

impl App {
    /// Opens the names to choose from, or says why there are none.
    pub(super) fn open_names(&mut self, of: Filter) {
        match (of, self.names(of)) {
            (Filter::Site, []) => self.note = Some("The sites are not known yet.".into()),
            (Filter::Site, [one]) => self.note = Some(format!("There is one site: {one}.")),
            (Filter::Group, []) if self.front().is_none() => self.note = Some("The groups are not known yet.".into()),
            (Filter::Group, []) => self.note = Some(self.no_groups()),
            (Filter::Site | Filter::Group, names) => {
                let same = |chosen: &str| names.iter().position(|name| name.eq_ignore_ascii_case(chosen));
                let on = self.scope.of(of).and_then(same).map_or(0, |at| at + 1);
                self.overlay = Some(Overlay::Names { of, on });
            }
        }
    }

    /// Where groups are made.
    fn no_groups(&self) -> String {
        match (&self.scope.site, self.sites.len()) {
            (Some(site), 2..) => format!("The policy of {site} has no [[groups]] of devices."),
            (None, 2..) => "No policy has [[groups]] of devices.".into(),
            (_, _) => "Your policy has no [[groups]] of devices.".into(),
        }
    }

    /// A key while names lie over the screen.
    pub(super) fn key_of_names(&mut self, key: Key, of: Filter, on: usize) -> Vec<Effect> {
        match key.moving() {
            Key::Step(step) => {
                // What narrows nothing stands first.
                let on = moved(on, step, self.names(of).len() + 1, draw::page(self.size.1));
                self.overlay = Some(Overlay::Names { of, on });
            }
            Key::Enter => {
                self.overlay = None;
                let name = on.checked_sub(1).and_then(|at| self.names(of).get(at)).cloned();
                return self.choose(of, name);
            }
            Key::Escape | Key::Backspace | Key::Letter('q') => self.overlay = None,
            Key::Letter(letter) if letter == of.letter() => self.overlay = None,
            Key::Side(_) | Key::Letter(_) => {}
        }
        Vec::new()
    }
}
