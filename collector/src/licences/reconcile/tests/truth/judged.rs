//! How the licences of a title stand.

use super::{Computer, GROUPS, Lot, Room, SITES, Supply, Sure, World, capacity, lacking};
use crate::licences::{Counted, Doubt, Metric, TitleState};

/// How the licences stand.
pub(super) struct Judged {
    pub(super) state: TitleState,
    pub(super) over: u32,
    pub(super) over_of: Counted,
    pub(super) doubts: Vec<Doubt>,
    /// Those of `wanting` among which seats are missing.
    pub(super) short: Vec<usize>,
}

impl Judged {
    pub(super) fn of(
        world: &World,
        lots: &[Lot<'_>],
        wanting: &[(usize, &Computer)],
        (installed, stale): (u32, u32),
    ) -> Self {
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
