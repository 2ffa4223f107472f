//! What is missing and what is idle, in pence.

use super::{Computer, Lot, Supply, Sure, capacity, lacking, number};
use crate::licences::{Pence, TitleState};

/// What a seat of each lot cost, in pence for so many: of one that was handed on, what it cost where it came from.
fn price(lots: &[Lot<'_>], lot: &Lot<'_>) -> Option<(u128, u128)> {
    let mut first = lot;
    while let Some(source) = first.source {
        first = &lots[source];
    }
    first.of.cost.map(|cost| (u128::from(cost), u128::from(first.received)))
}

/// So many of the dearest seats that were bought: of those in force, or of all where none is.
pub(super) fn at_risk(lots: &[Lot<'_>], over: u32) -> Option<Pence> {
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
pub(super) fn spare(
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
