//! For which devices of its site something is meant: the place that it names is a group of devices, or no one knows.

use crate::licences::estate::Estate;
use crate::licences::model::{Licence, Scope};

/// Of which devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// Of all at its site.
    Whole,
    /// Of the group at this place in the estate.
    Group(usize),
    /// It names a place that no device at its site belongs to.
    NotTold,
}

impl Room {
    /// Of what is meant for a place.
    pub(super) fn of(estate: &Estate, scope: &Scope) -> Self {
        let name = scope.place.trim();
        if name.is_empty() {
            return Self::Whole;
        }
        let here = |device: &u32| {
            let site = super::view::place(*device).and_then(|device| estate.devices.get(device)).map(|one| one.site);
            let site = site.and_then(super::view::place).and_then(|site| estate.sites.get(site));
            scope.site.as_ref().is_none_or(|wanted| site.is_some_and(|site| wanted.eq_ignore_ascii_case(site)))
        };
        let fits = |group: &crate::licences::estate::Group| {
            group.name.trim().eq_ignore_ascii_case(name) && group.devices.iter().any(here)
        };
        estate.groups.iter().position(fits).map_or(Self::NotTold, Self::Group)
    }

    /// Of a licence.
    pub(super) fn of_licence(estate: &Estate, licence: &Licence) -> Self {
        if licence.metric.binds_to_place() { Self::of(estate, &licence.scope) } else { Self::Whole }
    }
}

/// Whether a device is in the group at this place.
pub(super) fn is_in(estate: &Estate, group: usize, device: u32) -> bool {
    estate.groups.get(group).is_some_and(|group| group.devices.binary_search(&device).is_ok())
}
