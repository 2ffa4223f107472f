//! A title at two sites as it truly is, and what follows from that: counted by trying every set of devices, in the words
//! of the documentation. Nothing here is taken from the code that is put to the test.

mod judged;
mod money;

use std::collections::{BTreeMap, BTreeSet};

use judged::Judged;
use money::{at_risk, spare};

use crate::licences::{Counted, Doubt, Metric, Number, Owned, Pence, Permission, Term, TitleState};

pub(super) const SITES: [&str; 2] = ["North", "South"];
/// Nobody knows the first; the others ascend as numbers do, and not as letters.
pub(super) const VERSIONS: [&str; 4] = ["", "2", "9", "10"];
pub(super) const EDITIONS: [&str; 3] = ["", "standard", "pro"];
/// Groups of devices. In the last there is none.
pub(super) const GROUPS: [&str; 3] = ["Lab 3", "Trolley", "Phase 2"];

/// Everything that there is.
#[derive(Debug, Clone)]
pub(super) struct World {
    /// "paid", "free", "freemium" or nothing.
    pub(super) licensing: &'static str,
    /// Whether the catalogue has the title.
    pub(super) known: bool,
    pub(super) computers: Vec<Computer>,
    pub(super) purchases: Vec<Purchase>,
    /// Oldest first.
    pub(super) decisions: Vec<Decided>,
    pub(super) exceptions: Vec<Excepted>,
    /// Hundredths of full-time equivalents, by site.
    pub(super) fte: [Option<u64>; 2],
}

#[derive(Debug, Clone)]
pub(super) struct Computer {
    pub(super) site: usize,
    pub(super) fate: Fate,
    /// Whether the title is on it.
    pub(super) has: bool,
    /// Place in `VERSIONS`.
    pub(super) version: usize,
    /// Place in `EDITIONS`.
    pub(super) edition: usize,
    /// Places in `GROUPS`.
    pub(super) groups: BTreeSet<usize>,
    /// Accounts with a copy of their own; 0 for the machine's.
    pub(super) accounts: u32,
    /// Days since it was opened.
    pub(super) opened: Option<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Whole,
    Partial,
    Stale,
    Silent,
    Gone,
}

/// What was bought in one go, and which seats of it went on to other sites, each time from where the last went.
#[derive(Debug, Clone)]
pub(super) struct Purchase {
    pub(super) metric: Metric,
    pub(super) term: Term,
    pub(super) quantity: u32,
    pub(super) site: Option<usize>,
    pub(super) version: usize,
    pub(super) edition: usize,
    /// Place in `GROUPS`.
    pub(super) group: Option<usize>,
    /// Days from today; what lies ahead has not begun.
    pub(super) begins: i32,
    pub(super) ends: Option<i32>,
    pub(super) cost: Option<u64>,
    pub(super) handed: Vec<(u32, usize)>,
    /// Computers that were given a seat, where devices are given any; as many people where people are.
    pub(super) holders: BTreeSet<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct Decided {
    pub(super) approved: bool,
    pub(super) site: Option<usize>,
    /// The group of devices that it is for, by its place in `GROUPS`.
    pub(super) group: Option<usize>,
    /// Days from today.
    pub(super) on: i32,
    pub(super) ends: Option<i32>,
}

#[derive(Debug, Clone)]
pub(super) struct Excepted {
    pub(super) computer: Option<usize>,
    pub(super) site: Option<usize>,
    /// Days from today.
    pub(super) ends: i32,
}

/// Seats that are at one place: an entry of the register.
#[derive(Debug, Clone)]
pub(super) struct Lot<'a> {
    pub(super) of: &'a Purchase,
    pub(super) site: Option<usize>,
    /// For which computers of its site.
    pub(super) room: Room,
    /// What it began with,
    pub(super) received: u32,
    /// and what is left of that.
    pub(super) seats: u32,
    /// The lot that it was taken from.
    pub(super) source: Option<usize>,
}

/// For which computers of a site something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    All,
    /// For those of a group.
    Of(usize),
    /// For a group that no computer of the site is in.
    NotTold(usize),
}

/// How sure it is that a licence covers a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sure {
    /// As long as its version is covered, which nobody knows.
    Perhaps,
    /// As long as it is in the place that the licence is for, which nobody knows.
    Placeless,
    Yes,
}

/// What an audit should say of the title.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) state: TitleState,
    pub(super) permission: Permission,
    pub(super) owned: Owned,
    pub(super) over: u32,
    pub(super) over_of: Counted,
    pub(super) doubts: Vec<Doubt>,
    pub(super) assigned: u32,
    pub(super) used: u32,
    pub(super) use_unknown: u32,
    pub(super) at_risk: Option<Pence>,
    /// Spare seats and what idle ones cost; `None` where some spread would say another.
    pub(super) spare: Option<(u32, Option<Pence>)>,
    /// Places of the computers behind each number.
    pub(super) behind: BTreeMap<Number, Vec<usize>>,
}

/// So many seats (`None` for any number) for the computers of a set.
type Supply = (Option<u32>, u32);

impl Lot<'_> {
    fn has_begun(&self) -> bool {
        self.of.begins <= 0
    }

    pub(super) fn has_lapsed(&self) -> bool {
        let lapses = matches!(self.of.term, Term::Subscription | Term::Trial);
        self.has_begun() && lapses && self.of.ends.is_some_and(|ends| ends < 0)
    }

    fn is_owned(&self) -> bool {
        self.has_begun() && !self.has_lapsed()
    }

    fn came_free(&self) -> bool {
        matches!(self.of.term, Term::Bundled | Term::Free | Term::Trial)
    }

    pub(super) fn is_counted(&self) -> bool {
        !matches!(self.of.metric, Metric::Site | Metric::Trust)
    }

    fn is_endless(&self) -> bool {
        !self.is_counted() || (self.received == 0 && self.came_free())
    }

    fn has_seats(&self) -> bool {
        matches!(self.of.metric, Metric::Device | Metric::User) && !self.is_endless()
    }

    /// Days until something ends that is told of.
    pub(super) fn ends_in(&self) -> Option<i32> {
        let ends = matches!(self.of.term, Term::Subscription | Term::Trial | Term::Maintenance) && self.has_begun();
        self.of.ends.filter(|days| ends && (0..=90).contains(days))
    }

    /// Whether it covers a copy, and how surely.
    fn covers(&self, computer: &Computer) -> Option<Sure> {
        let here = match (self.site, self.room) {
            (Some(site), _) => site == computer.site,
            (None, _) => true,
        };
        let room = match self.room {
            Room::Of(group) if computer.groups.contains(&group) => Sure::Yes,
            Room::Of(_) => return None,
            Room::All | Room::NotTold(_) if self.of.metric == Metric::Site && self.site.is_none() => Sure::Perhaps,
            Room::All => Sure::Yes,
            Room::NotTold(_) => Sure::Placeless,
        };
        let version = match (self.of.version, computer.version) {
            (0, _) => Sure::Yes,
            (_, 0) => Sure::Perhaps,
            (owned, installed) if installed <= owned => Sure::Yes,
            (_, _) => return None,
        };
        let edition = match (self.of.edition, computer.edition) {
            (0, _) => Sure::Yes,
            (_, 0) => Sure::Perhaps,
            (owned, installed) if owned == installed => Sure::Yes,
            (_, _) => return None,
        };
        here.then_some(room.min(version).min(edition))
    }

    /// The places of those that it covers at least so surely, as bits.
    fn reach(&self, computers: &[(usize, &Computer)], least: Sure) -> u32 {
        let covered = |(_, (_, one)): &(usize, &(usize, &Computer))| self.covers(one).is_some_and(|sure| sure >= least);
        computers.iter().enumerate().filter(covered).fold(0, |bits, (at, _)| bits | 1 << at)
    }
}

/// The most of any set of computers that the seats for it do not serve: the marriage theorem, set by set. Each computer
/// is in need of so many seats.
fn lacking(needs: &[u32], supplies: &[Supply]) -> u32 {
    let worst = (0_u32..1 << needs.len()).map(|set| {
        let within = needs.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1);
        let wanted: u32 = within.map(|(_, need)| need).sum();
        let here = supplies.iter().filter(|(_, reach)| reach & set != 0);
        let seats = here.map(|(seats, _)| seats.unwrap_or(u32::MAX)).fold(0, u32::saturating_add);
        wanted.saturating_sub(seats)
    });
    worst.max().unwrap_or_default()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("few")
}

impl World {
    pub(super) fn lots(&self) -> Vec<Lot<'_>> {
        let mut lots: Vec<Lot<'_>> = Vec::new();
        for of in &self.purchases {
            let room = match of.metric {
                Metric::Device | Metric::Concurrent | Metric::Site => self.room(of.group, of.site),
                Metric::User | Metric::Fte | Metric::Trust => Room::All,
            };
            lots.push(Lot { of, site: of.site, room, received: of.quantity, seats: of.quantity, source: None });
            for (seats, site) in &of.handed {
                let at = lots.len() - 1;
                let last = &mut lots[at];
                let seats = (*seats).min(last.seats);
                if seats == 0 || !last.is_counted() || last.site == Some(*site) {
                    break;
                }
                last.seats -= seats;
                lots.push(Lot { of, site: Some(*site), room: Room::All, received: seats, seats, source: Some(at) });
            }
        }
        lots
    }

    /// Of which computers something is that names a group.
    fn room(&self, group: Option<usize>, site: Option<usize>) -> Room {
        let Some(group) = group else { return Room::All };
        let here = self.computers.iter().filter(|one| site.is_none_or(|site| site == one.site));
        if here.into_iter().any(|one| one.groups.contains(&group)) { Room::Of(group) } else { Room::NotTold(group) }
    }

    fn with(&self, fates: &[Fate]) -> Vec<(usize, &Computer)> {
        let fits = |(_, one): &(usize, &Computer)| one.has && fates.contains(&one.fate);
        self.computers.iter().enumerate().filter(fits).collect()
    }

    fn is_exempt(&self, at: usize, computer: &Computer) -> bool {
        self.exceptions.iter().filter(|one| one.ends >= 0).any(|one| match (one.computer, one.site) {
            (Some(only), _) => only == at,
            (None, Some(site)) => site == computer.site,
            (None, None) => true,
        })
    }

    /// What was decided last and closest for a computer: `None` where nothing was.
    fn decided(&self, computer: &Computer) -> Option<bool> {
        let holds = |one: &&Decided| one.on <= 0 && one.ends.is_none_or(|ends| ends >= 0);
        let closest = |one: &Decided| match self.room(one.group, one.site) {
            Room::Of(group) => computer.groups.contains(&group).then_some(0),
            Room::All => Some(1),
            // Which computers it is for, nobody knows: what may be there, may be there.
            Room::NotTold(_) => one.approved.then_some(2),
        };
        for (site, closeness) in [(true, 0), (true, 1), (true, 2), (false, 0), (false, 1), (false, 2)] {
            let fits = |one: &&Decided| {
                let here = if site { one.site == Some(computer.site) } else { one.site.is_none() };
                here && closest(one) == Some(closeness)
            };
            if let Some(last) = self.decisions.iter().filter(holds).rfind(fits) {
                return Some(last.approved);
            }
        }
        None
    }

    /// What the audit should say; `None` where there is nothing to say.
    pub(super) fn figures(&self) -> Option<Figures> {
        let lots = self.lots();
        let (counted, stale) = (self.with(&[Fate::Whole, Fate::Partial]), self.with(&[Fate::Stale]));
        if counted.is_empty() && stale.is_empty() && lots.is_empty() {
            return None;
        }
        let exempt = |(at, one): &&(usize, &Computer)| self.is_exempt(*at, one);
        let wanting: Vec<_> = counted.iter().filter(|one| !exempt(one)).copied().collect();
        let stale_wanting = number(stale.iter().filter(|one| !exempt(one)).count());
        let mut behind: BTreeMap<Number, Vec<usize>> = BTreeMap::new();
        let mut put = |number, of: Vec<usize>| drop((!of.is_empty()).then(|| behind.insert(number, of)));
        let places = |of: &[(usize, &Computer)], fits: &dyn Fn(usize, &Computer) -> bool| {
            of.iter().filter(|(at, one)| fits(*at, one)).map(|(at, _)| *at).collect::<Vec<usize>>()
        };
        put(Number::Installed, places(&counted, &|_, _| true));
        put(Number::Stale, places(&stale, &|_, _| true));
        put(Number::Exempt, places(&counted, &|at, one| self.is_exempt(at, one)));
        put(Number::Used, places(&counted, &|_, one| one.opened.is_some_and(|days| days <= 90)));
        put(Number::Unused, places(&counted, &|_, one| one.opened.is_some_and(|days| days > 90)));
        if self.known {
            put(Number::Refused, places(&wanting, &|_, one| self.decided(one) == Some(false)));
            put(Number::Unapproved, places(&wanting, &|_, one| self.decided(one).is_none()));
        }
        let permission = if behind.contains_key(&Number::Refused) {
            Permission::Refused
        } else if behind.contains_key(&Number::Unapproved) {
            Permission::Missing
        } else if wanting.is_empty() {
            Permission::NotNeeded
        } else if self.known {
            Permission::Approved
        } else {
            Permission::Unknown
        };
        let judged = Judged::of(self, &lots, &wanting, (number(counted.len()), stale_wanting));
        if !judged.short.is_empty() {
            behind.insert(Number::Over, judged.short.iter().map(|at| wanting[*at].0).collect());
        }
        let opened = |known: bool| number(counted.iter().filter(|(_, one)| one.opened.is_some() == known).count());
        let unused = number(behind.get(&Number::Unused).map_or(0, Vec::len));
        Some(Figures {
            state: judged.state,
            permission,
            owned: owned(&lots),
            over: judged.over,
            over_of: judged.over_of,
            assigned: lots.iter().filter(|lot| lot.is_owned()).map(|lot| self.assigned(lot).0).sum(),
            used: opened(true) - unused,
            use_unknown: opened(false),
            at_risk: at_risk(&lots, judged.over),
            spare: spare(&lots, &wanting, stale_wanting, judged.state),
            doubts: judged.doubts,
            behind,
        })
    }

    /// Seats of a lot that were given out, and those of them that are free again: whoever had them has left.
    pub(super) fn assigned(&self, lot: &Lot<'_>) -> (u32, u32) {
        if lot.source.is_some() {
            return (0, 0);
        }
        let left = lot.of.holders.iter().filter(|at| self.computers[**at].fate == Fate::Gone).count();
        match lot.of.metric {
            Metric::Device => (number(lot.of.holders.len() - left), number(left)),
            Metric::User => (number(lot.of.holders.len()), 0),
            Metric::Fte | Metric::Concurrent | Metric::Site | Metric::Trust => (0, 0),
        }
    }

    /// Sites where copies are left over after the seats, and that a licence per full-time equivalent has to carry; and
    /// what that lacks there, in hundredths.
    fn fte(&self, lots: &[Lot<'_>], wanting: &[(usize, &Computer)]) -> (Vec<usize>, u32) {
        let (per_fte, others): (Vec<&Lot<'_>>, Vec<_>) =
            lots.iter().filter(|lot| lot.is_owned()).partition(|lot| lot.of.metric == Metric::Fte);
        let mut drawn = Vec::new();
        for site in 0..SITES.len() {
            let here: Vec<_> = wanting.iter().filter(|(_, one)| one.site == site).copied().collect();
            let supplies: Vec<Supply> = others.iter().map(|lot| (capacity(lot), lot.reach(&here, Sure::Yes))).collect();
            let is_for = |lot: &&Lot<'_>| lot.site.is_none_or(|of| of == site);
            if per_fte.iter().any(is_for) && lacking(&vec![1; here.len()], &supplies) > 0 {
                drawn.push(site);
            }
        }
        let told = |site: &usize| u32::try_from(self.fte[*site].unwrap_or_default()).expect("small");
        let needs: Vec<u32> = drawn.iter().map(told).collect();
        let reach = |lot: &&Lot<'_>| {
            let sites = drawn.iter().enumerate().filter(|(_, site)| lot.site.is_none_or(|of| of == **site));
            (Some(lot.seats * 100), sites.fold(0, |bits, (at, _)| bits | 1 << at))
        };
        let short = lacking(&needs, &per_fte.iter().map(reach).collect::<Vec<Supply>>());
        (drawn, short)
    }
}

/// What a lot has to give of itself.
fn capacity(lot: &Lot<'_>) -> Option<u32> {
    (!lot.is_endless() && lot.of.metric != Metric::Fte).then_some(lot.seats)
}

fn owned(lots: &[Lot<'_>]) -> Owned {
    let owned: Vec<_> = lots.iter().filter(|lot| lot.is_owned()).collect();
    if owned.iter().any(|lot| lot.is_endless() || lot.of.metric == Metric::Fte) {
        Owned::Unlimited
    } else {
        Owned::Seats(owned.iter().map(|lot| lot.seats).sum())
    }
}
