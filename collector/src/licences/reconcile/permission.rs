//! Whether somebody approved a title (A5).
//!
//! Every title that the catalogue knows needs an approval, also a free one: what is installed on a pupil's device was
//! decided by somebody. None is needed by what comes with the system or with another product (category "system",
//! licensing "bundled"). An approval of a suite holds for its members. Of several decisions in force the one about the
//! title itself goes before the suite's, one for the site before one for all, one for everybody before one for a group,
//! and a later one before an earlier. Which group a device serves is not known here: an approval for a group approves.

use super::view::View;
use crate::licences::estate::Title;
use crate::licences::model::{Approval, Decision};

/// What was decided about a title for a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ruling {
    /// It may be there.
    Approved,
    /// It may not.
    Refused,
    /// Nothing.
    Missing,
}

/// By site: `None` where no approval is needed, or nobody can tell whether it is.
pub(super) fn rulings(view: &View<'_>, title: &Title) -> Vec<Option<Ruling>> {
    if !is_needed(title) {
        return vec![None; view.estate.sites.len()];
    }
    view.estate.sites.iter().map(|site| Some(ruling(view, title, site))).collect()
}

/// Whether a title needs an approval.
pub(super) fn is_needed(title: &Title) -> bool {
    title.known && title.category != "system" && title.licensing != "bundled"
}

fn ruling(view: &View<'_>, title: &Title, site: &str) -> Ruling {
    let fits = |approval: &Approval| {
        let about = approval.title == title.slug || (!title.suite.is_empty() && approval.title == title.suite);
        let here = approval.scope.site.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(site));
        let group = approval.decision == Decision::Refused && !approval.scope.place.is_empty();
        let begun = approval.decided_on <= view.today;
        about && here && !group && begun && approval.ends_on.is_none_or(|last| last >= view.today)
    };
    let weight = |(place, approval): &(usize, &Approval)| {
        let own = approval.title == title.slug;
        (own, approval.scope.site.is_some(), approval.scope.place.is_empty(), *place)
    };
    let found = view.register.approvals.iter().enumerate().filter(|(_, approval)| fits(approval)).max_by_key(weight);
    match found.map(|(_, approval)| approval.decision) {
        Some(Decision::Approved) => Ruling::Approved,
        Some(Decision::Refused) => Ruling::Refused,
        None => Ruling::Missing,
    }
}
