//! Puts together what was found of one title.

use std::collections::BTreeMap;

use super::fte::{Reach, reach};
use super::judge::{Figures, Judged, judge};
use super::money;
use super::permission;
use super::pool::{Class, Need};
use super::spread::Spread;
use super::tally::{Tally, Used};
use super::view::{Holding, View, number, small};
use crate::licences::estate::Title;
use crate::licences::model::{Metric, Term};
use crate::licences::outcome::{Counted, LicencePosition, Number, Owned, Permission, Phase, TitleOutcome, TitleState};

/// A title and everything that its figures rest on.
pub(super) struct Subject<'a> {
    pub(super) title: &'a Title,
    /// Whether the catalogue has it, be it as a suite.
    pub(super) in_catalogue: bool,
    pub(super) need: Need,
    pub(super) tally: &'a Tally,
    pub(super) spread: &'a Spread<'a>,
    /// Classes of the stale copies.
    pub(super) stale: &'a [Class],
    /// Counted devices of which the suite's licence has to cover it.
    pub(super) in_suite: u32,
}

/// Devices behind the numbers of a title, by their place in the estate.
pub(super) type Sets = BTreeMap<Number, Vec<u32>>;

impl Subject<'_> {
    /// The title's outcome, the devices behind it, and what its licences per full-time equivalent came to.
    pub(super) fn outcome(&self, view: &View<'_>) -> (TitleOutcome, Sets, Reach) {
        let (title, tally) = (self.title, self.tally);
        let holdings = view.of(&title.slug);
        let reach = reach(view, self.spread, self.need);
        let stale_wanting = copies(self.stale, self.need);
        let judged = judge(&Figures {
            title,
            in_catalogue: self.in_catalogue,
            holdings,
            of_suite: view.of(&title.suite),
            is_bought: !holdings.is_empty()
                || title.licensing.is_empty() && view.register.licences.iter().any(|one| one.title == title.slug),
            lack: self.spread.lacks.get(&self.need).copied().unwrap_or_default(),
            lack_of_users: self.spread.lacks_of_users.get(&self.need).copied().unwrap_or_default(),
            reach: &reach,
            wanting: copies(&self.spread.classes, self.need),
            in_suite: self.in_suite,
            installed: number(tally.installed.len()),
            exempt: number(tally.exempt.len()),
            stale: small(stale_wanting),
        });
        // Of what the catalogue does not know nobody can tell where it is installed, nor that it is nowhere.
        let judges_seats = judged.state != TitleState::NotNeeded && self.in_catalogue;
        let (spare, idle) = if judges_seats { self.idle(holdings, stale_wanting) } else { (0, 0) };
        let (idle, wasted) = money::wasted(holdings, idle);
        let sets = self.sets(&judged);
        let outcome = TitleOutcome {
            slug: title.slug.clone(),
            name: title.name.clone(),
            category: title.category.clone(),
            licensing: title.licensing.clone(),
            suite: title.suite.clone(),
            permission: self.permission(),
            owned: owned(holdings),
            installed: number(tally.installed.len()),
            stale: number(tally.stale.len()),
            exempt: number(tally.exempt.len()),
            in_suite: self.in_suite,
            assigned: holdings.iter().filter(|holding| holding.is_owned()).map(|holding| holding.assigned).sum(),
            used: number(tally.used.len()),
            unused: number(tally.unused.len()),
            use_unknown: tally.use_unknown,
            over: small(judged.over),
            over_of: judged.over_of,
            spare: small(spare),
            unapproved: number(tally.unapproved.len()),
            refused: number(tally.refused.len()),
            at_risk: money::at_risk(holdings, judged.over),
            wasted,
            state: judged.state,
            doubts: judged.doubts,
            licences: self.positions(view, holdings, &idle),
        };
        (outcome, sets, reach)
    }

    fn permission(&self) -> Permission {
        if !self.tally.refused.is_empty() {
            Permission::Refused
        } else if !self.tally.unapproved.is_empty() {
            Permission::Missing
        } else if self.tally.installed.is_empty() || self.tally.installed.len() == self.tally.exempt.len() {
            Permission::NotNeeded
        } else if !self.title.known {
            Permission::Unknown
        } else if permission::is_needed(self.title) {
            Permission::Approved
        } else {
            Permission::NotNeeded
        }
    }

    /// Seats that no device takes, and those with the ones that are taken and not used. A stale device may still hold
    /// a seat: so many of them are not called free.
    fn idle(&self, holdings: &[Holding<'_>], stale: u64) -> (u64, u64) {
        let seats: u64 =
            holdings.iter().filter(|holding| holding.is_owned() && holding.has_seats()).map(|one| one.capacity).sum();
        let taken: u64 = self
            .spread
            .supplies
            .iter()
            .zip(&self.spread.taken)
            .filter(|(supply, _)| supply.of == self.need && supply.is_first() && supply.holding.has_seats())
            .flat_map(|(_, taken)| taken.values())
            .sum();
        let spare = seats.saturating_sub(taken).saturating_sub(stale);
        let unused = self.classes().flat_map(|class| &class.copies).filter(|wanted| wanted.used == Used::No).count();
        let unused = u64::try_from(unused).unwrap_or(u64::MAX);
        (spare, spare + unused.min(taken))
    }

    fn classes(&self) -> impl Iterator<Item = &Class> {
        self.spread.classes.iter().filter(|class| class.need == self.need)
    }

    fn sets(&self, judged: &Judged) -> Sets {
        let contended = match judged.over_of {
            Counted::Users => &self.spread.contended_by_users,
            Counted::Devices | Counted::Fte => &self.spread.contended,
        };
        let contended = contended.get(&self.need).filter(|_| judged.over > 0);
        let sets = [
            (Number::Installed, &self.tally.installed),
            (Number::Stale, &self.tally.stale),
            (Number::Exempt, &self.tally.exempt),
            (Number::Used, &self.tally.used),
            (Number::Unused, &self.tally.unused),
            (Number::Unapproved, &self.tally.unapproved),
            (Number::Refused, &self.tally.refused),
        ];
        let over = contended.into_iter().map(|devices| (Number::Over, devices));
        sets.into_iter().chain(over).filter(|(_, devices)| !devices.is_empty()).map(|(n, d)| (n, d.clone())).collect()
    }

    fn positions(&self, view: &View<'_>, holdings: &[Holding<'_>], idle: &[u64]) -> Vec<LicencePosition> {
        let taken = |holding: &Holding<'_>| -> u64 {
            let supplies = self.spread.supplies.iter().zip(&self.spread.taken);
            let own = supplies.filter(|(supply, _)| supply.holding.licence.id == holding.licence.id);
            own.flat_map(|(_, taken)| taken.values()).sum()
        };
        let position = |(holding, idle): (&Holding<'_>, &u64)| {
            let licence = holding.licence;
            let quantity = match licence.metric {
                Metric::Fte => holding.capacity / 100,
                Metric::Device | Metric::User | Metric::Concurrent | Metric::Site | Metric::Trust => holding.capacity,
            };
            LicencePosition {
                id: licence.id.0,
                metric: licence.metric.word().to_owned(),
                term: licence.term.word().to_owned(),
                version: licence.version.clone(),
                edition: licence.edition.clone(),
                site: licence.scope.site.clone(),
                place: licence.scope.place.clone(),
                quantity: small(quantity),
                taken: small(taken(holding)),
                idle: small(*idle),
                assigned: holding.assigned,
                freed: holding.freed,
                handed_on: holding.handed_on,
                phase: holding.phase,
                ends_on: licence.ends_on,
                ends_in: ends_in(view, holding),
                notice_on: licence.notice_on,
                cost: licence.cost,
                supplier: licence.supplier.clone(),
                order_ref: licence.order_ref.clone(),
            }
        };
        holdings.iter().zip(idle).map(position).collect()
    }
}

fn copies(classes: &[Class], need: Need) -> u64 {
    let here = classes.iter().filter(|class| class.need == need);
    here.map(|class| u64::try_from(class.copies.len()).unwrap_or(u64::MAX)).sum()
}

fn owned(holdings: &[Holding<'_>]) -> Owned {
    let mut seats = 0;
    for holding in holdings.iter().filter(|holding| holding.is_owned()) {
        if holding.is_endless() || holding.licence.metric == Metric::Fte {
            return Owned::Unlimited;
        }
        seats += holding.capacity;
    }
    Owned::Seats(small(seats))
}

/// Days that are left of a licence, or of its maintenance, where it ends soon.
fn ends_in(view: &View<'_>, holding: &Holding<'_>) -> Option<u32> {
    let ends = match (holding.phase, holding.licence.term) {
        (Phase::InForce, Term::Subscription | Term::Trial | Term::Maintenance) => holding.licence.ends_on?,
        (Phase::InForce, Term::Perpetual | Term::Bundled | Term::Free)
        | (Phase::NotStarted | Phase::MaintenanceEnded | Phase::Expired, _) => return None,
    };
    let days = view.today.until(ends).ok()?.get_days();
    let longest = view.measures.warn_days.into_iter().max()?;
    u32::try_from(days).ok().filter(|days| *days <= longest)
}
