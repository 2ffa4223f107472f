//! A title at two sites as it truly is, and what follows from that: counted by trying every set of devices, in the words
//! of the documentation. Nothing here is taken from the code that is put to the test.

use std::collections::{BTreeMap, BTreeSet};

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

/// How the licences stand.
struct Judged {
    state: TitleState,
    over: u32,
    over_of: Counted,
    doubts: Vec<Doubt>,
    /// Those of `wanting` among which seats are missing.
    short: Vec<usize>,
}

impl Judged {
    fn of(world: &World, lots: &[Lot<'_>], wanting: &[(usize, &Computer)], (installed, stale): (u32, u32)) -> Self {
        let calm = |state, doubts| Self { state, over: 0, over_of: Counted::Devices, doubts, short: Vec::new() };
        let mine: Vec<&Lot<'_>> = lots.iter().filter(|lot| lot.is_owned()).collect();
        let lapsed = mine.is_empty() && lots.iter().any(Lot::has_lapsed);
        match (world.known, world.licensing) {
            (false, _) if lots.is_empty() => return calm(TitleState::UnknownName, Vec::new()),
            (false, _) => {
                let state = if lapsed { TitleState::Expired } else { TitleState::CannotTell };
                return calm(state, vec![Doubt::NotInCatalogue]);
            }
            (true, "free") => return calm(TitleState::NotNeeded, Vec::new()),
            (true, "") if lots.is_empty() && installed + stale > 0 => {
                return calm(TitleState::CannotTell, vec![Doubt::LicensingNotTold]);
            }
            (_, _) => {}
        }
        let lacks = Lacks::of(&mine, wanting);
        if world.licensing == "freemium" && lacks.end > 0 {
            return calm(TitleState::CannotTell, vec![Doubt::Freemium]);
        }
        let (drawn, fte) = world.fte(lots, wanting);
        let (over, over_of) = if lacks.of_people > lacks.end {
            (lacks.of_people, Counted::Users)
        } else if lacks.end > 0 || fte == 0 {
            (lacks.end, Counted::Devices)
        } else {
            (fte.div_ceil(100), Counted::Fte)
        };
        let placeless = lots.iter().enumerate().filter_map(|(at, lot)| lacks.placeless(at, lot));
        let others = lacks.doubts(world, &drawn, fte.div_ceil(100), over_of);
        let hangs_on_it = lacks.sure > lacks.place || !others.is_empty();
        let mut doubts: Vec<Doubt> = placeless.chain(others).collect();
        let state = if over > 0 {
            match (mine.is_empty(), lapsed) {
                (false, _) => TitleState::Over,
                (true, true) => TitleState::Expired,
                (true, false) => TitleState::Unlicensed,
            }
        } else if hangs_on_it {
            TitleState::CannotTell
        } else if mine.is_empty() && stale > 0 {
            doubts.push(Doubt::OnlyStale { devices: stale });
            TitleState::CannotTell
        } else if installed == 0 {
            TitleState::NotInstalled
        } else if wanting.is_empty() {
            TitleState::Exempt
        } else {
            TitleState::InOrder
        };
        Self { state, over, over_of, doubts, short: short(&mine, wanting, (over, over_of)) }
    }
}

/// What is missing, depending on what is held to be covered.
struct Lacks {
    sure: u32,
    place: u32,
    version: u32,
    beyond: u32,
    end: u32,
    of_people: u32,
}

impl Lacks {
    fn of(mine: &[&Lot<'_>], wanting: &[(usize, &Computer)]) -> Self {
        let ones = vec![1; wanting.len()];
        let people = people(wanting);
        let all_for_people = !mine.is_empty() && mine.iter().all(|lot| lot.of.metric == Metric::User);
        Self {
            sure: lack(mine, wanting, (Sure::Yes, &capacity), &ones),
            place: lack(mine, wanting, (Sure::Placeless, &capacity), &ones),
            version: lack(mine, wanting, (Sure::Perhaps, &capacity), &ones),
            beyond: lack(mine, wanting, (Sure::Perhaps, &may_run), &ones),
            end: lack(mine, wanting, (Sure::Perhaps, &may_have), &ones),
            of_people: if all_for_people { lack(mine, wanting, (Sure::Perhaps, &may_have), &people) } else { 0 },
        }
    }

    /// What the audit has to say of a lot that is for a place of which no one knows.
    fn placeless(&self, at: usize, lot: &Lot<'_>) -> Option<Doubt> {
        match lot.room {
            Room::NotTold(group) if lot.is_owned() => Some(Doubt::PlaceNotTold {
                licence: i64::try_from(at).expect("few") + 1,
                place: GROUPS[group].to_uppercase(),
                every_site: lot.site.is_none(),
                devices: self.sure - self.place,
            }),
            Room::NotTold(_) | Room::All | Room::Of(_) => None,
        }
    }

    fn doubts(&self, world: &World, drawn: &[usize], fte: u32, over_of: Counted) -> Vec<Doubt> {
        let untold = drawn.iter().filter(|site| world.fte[**site].is_none());
        let sites: Vec<String> = untold.map(|site| SITES[*site].to_owned()).collect();
        let doubts = [
            (self.place > self.version).then(|| Doubt::VersionNotTold { devices: self.place - self.version }),
            (self.version > self.beyond).then(|| Doubt::Concurrent { beyond: self.version - self.beyond }),
            (self.beyond > self.end).then_some(Doubt::NoQuantity),
            (!sites.is_empty()).then_some(Doubt::FteNotTold { sites }),
            (fte > 0 && over_of != Counted::Fte).then_some(Doubt::FteShort { seats: fte }),
        ];
        doubts.into_iter().flatten().collect()
    }
}

/// How much of a lot there is; `None` for any number.
type Amount<'a> = &'a dyn Fn(&Lot<'_>) -> Option<u32>;

/// What lots do not serve of these needs, one a computer.
fn lack(lots: &[&Lot<'_>], wanting: &[(usize, &Computer)], (least, amount): (Sure, Amount<'_>), needs: &[u32]) -> u32 {
    let supplies: Vec<Supply> = lots.iter().map(|lot| (amount(lot), lot.reach(wanting, least))).collect();
    lacking(needs, &supplies)
}

/// Not all copies may run at a time,
fn may_run(lot: &Lot<'_>) -> Option<u32> {
    capacity(lot).filter(|_| lot.of.metric != Metric::Concurrent || lot.received == 0)
}

/// and there may be any number of seats that nobody counted.
fn may_have(lot: &Lot<'_>) -> Option<u32> {
    may_run(lot).filter(|_| lot.received > 0)
}

fn people(wanting: &[(usize, &Computer)]) -> Vec<u32> {
    wanting.iter().map(|(_, one)| one.accounts.max(1)).collect()
}

/// Those of whom one less helps.
fn short(mine: &[&Lot<'_>], wanting: &[(usize, &Computer)], (over, of): (u32, Counted)) -> Vec<usize> {
    let needs = match of {
        Counted::Devices => vec![1; wanting.len()],
        Counted::Users => people(wanting),
        Counted::Fte => Vec::new(),
    };
    let helps = |at: &usize| {
        let less: Vec<u32> = needs.iter().enumerate().map(|(place, need)| need - u32::from(place == *at)).collect();
        lack(mine, wanting, (Sure::Perhaps, &may_have), &less) < over
    };
    (0..needs.len()).filter(|_| over > 0).filter(helps).collect()
}

/// What a seat of each lot cost, in pence for so many: of one that was handed on, what it cost where it came from.
fn price(lots: &[Lot<'_>], lot: &Lot<'_>) -> Option<(u128, u128)> {
    let mut first = lot;
    while let Some(source) = first.source {
        first = &lots[source];
    }
    first.of.cost.map(|cost| (u128::from(cost), u128::from(first.received)))
}

/// So many of the dearest seats that were bought: of those in force, or of all where none is.
fn at_risk(lots: &[Lot<'_>], over: u32) -> Option<Pence> {
    let bought: Vec<_> = lots.iter().filter(|lot| !lot.came_free()).collect();
    let mine: Vec<_> = bought.iter().filter(|lot| lot.is_owned()).copied().collect();
    let looked_at = if mine.is_empty() { bought } else { mine };
    let sums: Option<Vec<u128>> = looked_at
        .into_iter()
        .map(|lot| {
            let (cost, of) = price(lots, lot)?;
            Some(if of == 0 { cost } else { (cost * u128::from(over)).div_ceil(of) })
        })
        .collect();
    sums?.into_iter().max().filter(|_| over > 0).map(|pence| Pence(u64::try_from(pence).expect("small")))
}

/// Seats that nobody needs: what covers any number of copies does its work first, then seats do theirs.
fn spare(
    lots: &[Lot<'_>],
    wanting: &[(usize, &Computer)],
    stale: u32,
    state: TitleState,
) -> Option<(u32, Option<Pence>)> {
    if state == TitleState::NotNeeded {
        return Some((0, None));
    }
    let mine: Vec<&Lot<'_>> = lots.iter().filter(|lot| lot.is_owned()).collect();
    let only_seats = mine.iter().all(|lot| lot.has_seats() && lot.received > 0);
    let all_known = mine.iter().all(|lot| lot.reach(wanting, Sure::Yes) == lot.reach(wanting, Sure::Perhaps));
    if !only_seats && !all_known {
        return None;
    }
    let served = |fits: &dyn Fn(&Lot<'_>) -> bool| {
        let supplies =
            mine.iter().filter(|lot| fits(lot)).map(|lot| (capacity(lot), lot.reach(wanting, Sure::Perhaps)));
        number(wanting.len()) - lacking(&vec![1; wanting.len()], &supplies.collect::<Vec<Supply>>())
    };
    let taken = served(&|lot| lot.is_endless() || lot.has_seats()) - served(&|lot| lot.is_endless());
    let seats: u32 = mine.iter().filter(|lot| lot.has_seats()).map(|lot| lot.seats).sum();
    let spare = (seats - taken).saturating_sub(stale);
    let unused = number(wanting.iter().filter(|(_, one)| one.opened.is_some_and(|days| days > 90)).count());
    let mut idle = spare + unused.min(taken);
    let mut paid: Vec<_> = mine.iter().filter(|lot| lot.has_seats() && !lot.came_free()).collect();
    // The cheapest first; where one has no price, the sum has none.
    paid.sort_by(|one, other| match (price(lots, one), price(lots, other)) {
        (Some((cost, of)), Some((others, seats))) => (cost * seats.max(1)).cmp(&(others * of.max(1))),
        (one, other) => one.is_some().cmp(&other.is_some()),
    });
    let mut sums = Vec::new();
    for lot in paid {
        let here = lot.seats.min(idle);
        idle -= here;
        if here > 0 {
            sums.push(price(lots, lot).map(|(cost, of)| cost * u128::from(here) / of.max(1)));
        }
    }
    let sum: Option<u128> = sums.iter().copied().sum();
    let sum = sum.filter(|_| !sums.is_empty()).map(|pence| Pence(u64::try_from(pence).expect("small")));
    Some((spare, sum))
}
