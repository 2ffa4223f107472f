//! Whether somebody approved a title (A5).
//!
//! Every title that the catalogue knows needs an approval, also a free one: what is installed on a pupil's device was
//! decided by somebody. None is needed by what comes with the system or with another product (category "system",
//! licensing "bundled"). An approval of a suite holds for its members. Of several decisions in force the one about the
//! title itself goes before the suite's, one for the site before one for all, one for a group of devices before one for
//! everybody, and a later one before an earlier. Of a group that no device is in nobody knows which devices it uses: what
//! was approved for it is approved, unless something else was decided for everybody, and what was refused is not.

use super::room::{Room, is_in};
use super::view::{View, place};
use crate::licences::estate::Title;
use crate::licences::model::{Approval, Decision};

/// What was decided about a title for a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ruling {
    /// It may be there.
    Approved,
    /// It may not.
    Refused,
    /// Nothing.
    Missing,
}

/// What was decided about a title.
pub(super) struct Rulings<'a> {
    view: &'a View<'a>,
    title: &'a Title,
    /// Decisions in force, and for whom.
    about: Vec<(&'a Approval, Room)>,
    /// By place of the site, for all devices that are in no group that was decided about.
    of_sites: Vec<Ruling>,
}

/// What was decided; `None` where no approval is needed, or nobody can tell whether it is.
pub(super) fn rulings<'a>(view: &'a View<'a>, title: &'a Title) -> Option<Rulings<'a>> {
    if !is_needed(title) {
        return None;
    }
    let in_force = |approval: &&Approval| {
        let about = approval.title == title.slug || (!title.suite.is_empty() && approval.title == title.suite);
        let begun = approval.decided_on <= view.today;
        about && begun && approval.ends_on.is_none_or(|last| last >= view.today)
    };
    let found = view.register.approvals.iter().filter(in_force);
    let about = found.map(|approval| (approval, Room::of(view.estate, &approval.scope))).collect();
    let mut rulings = Rulings { view, title, about, of_sites: Vec::new() };
    rulings.of_sites = view.estate.sites.iter().map(|site| rulings.ruling(site, &[])).collect();
    Some(rulings)
}

/// Whether a title needs an approval.
pub(super) fn is_needed(title: &Title) -> bool {
    title.known && title.category != "system" && title.licensing != "bundled"
}

impl Rulings<'_> {
    /// What was decided for a device, by its place and that of its site.
    pub(super) fn of(&self, device: u32, site: u32) -> Option<Ruling> {
        let groups: Vec<usize> = self.about.iter().filter_map(|(_, room)| self.within(*room, device)).collect();
        if groups.is_empty() {
            return place(site).and_then(|site| self.of_sites.get(site).copied());
        }
        Some(self.ruling(self.view.site_name(site), &groups))
    }

    /// The group, where the device is in it.
    fn within(&self, room: Room, device: u32) -> Option<usize> {
        match room {
            Room::Whole | Room::NotTold => None,
            Room::Group(group) => is_in(self.view.estate, group, device).then_some(group),
        }
    }

    /// What was decided at a site for devices of these groups.
    fn ruling(&self, site: &str, groups: &[usize]) -> Ruling {
        let fits = |(approval, room): &(&Approval, Room)| {
            let here = approval.scope.site.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(site));
            let theirs = match room {
                Room::Whole => true,
                Room::Group(group) => groups.contains(group),
                Room::NotTold => approval.decision == Decision::Approved,
            };
            here && theirs
        };
        let weight = |(at, (approval, room)): &(usize, &(&Approval, Room))| {
            let closeness = match room {
                Room::NotTold => 0,
                Room::Whole => 1,
                Room::Group(_) => 2,
            };
            (approval.title == self.title.slug, approval.scope.site.is_some(), closeness, *at)
        };
        let found = self.about.iter().enumerate().filter(|(_, one)| fits(one)).max_by_key(weight);
        match found.map(|(_, (approval, _))| approval.decision) {
            Some(Decision::Approved) => Ruling::Approved,
            Some(Decision::Refused) => Ruling::Refused,
            None => Ruling::Missing,
        }
    }
}
