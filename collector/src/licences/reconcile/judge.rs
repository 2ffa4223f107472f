//! What the figures of a title mean.

use super::fte::Reach;
use super::room::Room;
use super::spread::Lack;
use super::view::{Holding, small};
use crate::licences::estate::Title;
use crate::licences::outcome::{Counted, Doubt, Phase, TitleState};

/// The figures.
pub(super) struct Figures<'a> {
    pub(super) title: &'a Title,
    /// Whether the catalogue has it, be it as a suite.
    pub(super) in_catalogue: bool,
    pub(super) holdings: &'a [Holding<'a>],
    /// Those of its suite.
    pub(super) of_suite: &'a [Holding<'a>],
    /// Whether any site has a licence of it, be it lapsed.
    pub(super) is_bought: bool,
    pub(super) lack: Lack,
    /// What is lacking when accounts are counted.
    pub(super) lack_of_users: u64,
    pub(super) reach: &'a Reach,
    /// Counted copies that need a licence of their own.
    pub(super) wanting: u64,
    /// Counted copies that the suite's licence has to cover.
    pub(super) in_suite: u32,
    pub(super) installed: u32,
    pub(super) exempt: u32,
    /// Stale copies without an exception.
    pub(super) stale: u32,
}

/// What they mean.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) state: TitleState,
    pub(super) over: u64,
    pub(super) over_of: Counted,
    pub(super) doubts: Vec<Doubt>,
}

/// Judges a title. Unknown is never in order.
pub(super) fn judge(figures: &Figures<'_>) -> Judged {
    let calm = |state, doubts| Judged { state, over: 0, over_of: Counted::Devices, doubts };
    let title = figures.title;
    if !title.known && figures.in_catalogue && figures.holdings.is_empty() {
        return calm(TitleState::UnknownName, Vec::new());
    }
    if !title.known {
        let lapsed = lacking(figures.holdings) == TitleState::Expired;
        let state = if lapsed { TitleState::Expired } else { TitleState::CannotTell };
        return calm(state, vec![Doubt::NotInCatalogue]);
    }
    match title.licensing.as_str() {
        "free" | "open-source" | "bundled" => return calm(TitleState::NotNeeded, Vec::new()),
        "freemium" if figures.lack.end > 0 => return calm(TitleState::CannotTell, vec![Doubt::Freemium]),
        "" if !figures.is_bought && figures.installed + figures.stale > 0 => {
            return calm(TitleState::CannotTell, vec![Doubt::LicensingNotTold]);
        }
        _ => {}
    }
    let (over, over_of, mut doubts) = missing(figures);
    let state = if over > 0 { lacking(figures.holdings) } else { enough(figures, &doubts) };
    if state == TitleState::CannotTell && doubts.iter().all(Doubt::is_remark) {
        doubts.push(Doubt::OnlyStale { devices: figures.stale });
    }
    Judged { state, over, over_of, doubts }
}

fn missing(figures: &Figures<'_>) -> (u64, Counted, Vec<Doubt>) {
    let lack = figures.lack;
    let mut doubts = Vec::new();
    // What is left over of the suite's may cover it too.
    let suites = figures.of_suite.iter().filter(|_| lack.sure > lack.place);
    let holdings = figures.holdings.iter().chain(suites);
    let placeless = holdings.filter(|one| one.is_owned() && one.room == Room::NotTold);
    doubts.extend(placeless.map(|holding| Doubt::PlaceNotTold {
        licence: holding.licence.id.0,
        place: holding.licence.scope.place.clone(),
        every_site: holding.licence.scope.site.is_none(),
        devices: small(lack.sure - lack.place),
    }));
    if lack.place > lack.version {
        doubts.push(Doubt::VersionNotTold { devices: small(lack.place - lack.version) });
    }
    if lack.version > lack.beyond {
        doubts.push(Doubt::Concurrent { beyond: small(lack.version - lack.beyond) });
    }
    if lack.beyond > lack.end {
        doubts.push(Doubt::NoQuantity);
    }
    if !figures.reach.untold.is_empty() {
        doubts.push(Doubt::FteNotTold { sites: figures.reach.untold.clone() });
    }
    let fte = figures.reach.short.div_ceil(100);
    let (over, over_of) = if figures.lack_of_users > lack.end {
        (figures.lack_of_users, Counted::Users)
    } else if lack.end > 0 {
        (lack.end, Counted::Devices)
    } else {
        (fte, if fte > 0 { Counted::Fte } else { Counted::Devices })
    };
    if fte > 0 && over_of != Counted::Fte {
        doubts.push(Doubt::FteShort { seats: small(fte) });
    }
    (over, over_of, doubts)
}

fn lacking(holdings: &[Holding<'_>]) -> TitleState {
    if holdings.iter().any(Holding::is_owned) {
        TitleState::Over
    } else if holdings.iter().any(|holding| holding.phase == Phase::Expired) {
        TitleState::Expired
    } else {
        TitleState::Unlicensed
    }
}

fn enough(figures: &Figures<'_>, doubts: &[Doubt]) -> TitleState {
    let owned = figures.holdings.iter().any(Holding::is_owned);
    let in_suite = figures.in_suite > 0 && figures.wanting == 0;
    if doubts.iter().any(|doubt| !doubt.is_remark()) || (!owned && !in_suite && figures.stale > 0) {
        TitleState::CannotTell
    } else if in_suite {
        TitleState::InSuite
    } else if figures.installed == 0 {
        TitleState::NotInstalled
    } else if figures.installed == figures.exempt {
        TitleState::Exempt
    } else {
        TitleState::InOrder
    }
}
