//! What missing and idle seats cost, in whole pence.
//!
//! A seat of a licence costs `cost / quantity`, of what was bought; one that came from another site, what it cost where it
//! was bought. Licences that nobody paid for by themselves (bundled, free, trial) have no price; where another that is
//! looked at has none recorded, the sum is not known.
//!
//! - At risk: `over` times the dearest seat among the licences in force, or among all others where none is in force,
//!   rounded up. Of one without seats (a site's, the trust's) it is the whole cost.
//! - Wasted: idle seats are the cheapest ones, licence by licence up to what each has, each sum rounded down.

use std::cmp::Ordering;

use super::view::Holding;
use crate::licences::model::Pence;

/// What the missing seats would cost.
pub(super) fn at_risk(holdings: &[Holding<'_>], over: u64) -> Option<Pence> {
    if over == 0 {
        return None;
    }
    let owned: Vec<&Holding<'_>> =
        holdings.iter().filter(|holding| holding.is_owned() && !holding.comes_free()).collect();
    let looked_at = if owned.is_empty() {
        holdings.iter().filter(|holding| !holding.is_owned() && !holding.comes_free()).collect()
    } else {
        owned
    };
    let sums = looked_at.into_iter().map(|holding| {
        let (cost, bought) = holding.price?;
        let cost = u128::from(cost);
        let sum = match u128::from(bought) {
            0 => cost,
            bought => (cost * u128::from(over)).div_ceil(bought),
        };
        Some(Pence(u64::try_from(sum).unwrap_or(u64::MAX)))
    });
    sums.collect::<Option<Vec<Pence>>>()?.into_iter().max()
}

/// Spreads idle seats over the licences with seats, the cheapest first; by holding, and what they cost.
pub(super) fn wasted(holdings: &[Holding<'_>], idle: u64) -> (Vec<u64>, Option<Pence>) {
    let mut spread = vec![0; holdings.len()];
    let paid = |holding: &Holding<'_>| holding.is_owned() && holding.has_seats() && !holding.comes_free();
    let mut order: Vec<usize> = (0..holdings.len()).filter(|at| paid(&holdings[*at])).collect();
    order.sort_by(|one, other| dearer(&holdings[*one], &holdings[*other]).then(one.cmp(other)));
    let mut left = idle;
    let mut sum = Some(0_u64);
    for at in order {
        let holding = &holdings[at];
        let here = left.min(holding.capacity);
        if here == 0 {
            continue;
        }
        spread[at] = here;
        left -= here;
        let price = holding.price.map(|(cost, bought)| {
            let sum = u128::from(cost) * u128::from(here) / u128::from(bought.max(1));
            u64::try_from(sum).unwrap_or(u64::MAX)
        });
        sum = sum.zip(price).map(|(sum, price)| sum.saturating_add(price));
    }
    let some = spread.iter().any(|seats| *seats > 0);
    (spread, sum.filter(|_| some).map(Pence))
}

/// By the price of a seat; one that nobody recorded comes first, so that a sum is never called known that is not.
fn dearer(one: &Holding<'_>, other: &Holding<'_>) -> Ordering {
    let price =
        |holding: &Holding<'_>| holding.price.map(|(cost, bought)| (u128::from(cost), u128::from(bought.max(1))));
    match (price(one), price(other)) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some((cost, seats)), Some((others, of))) => (cost * of).cmp(&(others * seats)),
    }
}
