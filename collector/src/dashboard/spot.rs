//! The places of the front page that the cursor comes to, and its way among them.

use caretaker_proto::console::v1::GetDashboardResponse;

use super::number::Number;

/// A place; enter opens what is behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spot {
    /// A number that has devices behind it.
    Number(Number),
    /// The open alerts.
    Alerts,
    /// Whether mail about them arrives.
    Mail,
    /// What the newest licence audit found.
    Licences,
    /// Whether the audit log is whole.
    Log,
}

/// A way from place to place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// The places of a page as they stand.
pub(super) struct Grid {
    /// One or two facts beside each other; right of the first two stands the number of those that never reported.
    facts: Vec<(Spot, Option<Spot>)>,
    requirements: Vec<Spot>,
    /// Ages, then times.
    bands: Vec<Spot>,
}

const REPORTING: Spot = Spot::Number(Number::Reporting);
const SILENT: Spot = Spot::Number(Number::Silent);
const NEVER: Spot = Spot::Number(Number::NeverReported);

impl Grid {
    /// Those of a front page: what the role does not see is no place.
    pub(super) fn of(page: &GetDashboardResponse) -> Self {
        let facts = [
            (Some(REPORTING), Some(SILENT)),
            (page.alerts.map(|_| Spot::Alerts), page.mail.as_ref().map(|_| Spot::Mail)),
            (Some(Spot::Number(Number::Policy)), page.executables.map(|_| Spot::Number(Number::Executables))),
            (page.licences.as_ref().map(|_| Spot::Licences), page.audit.as_ref().map(|_| Spot::Log)),
        ];
        // What stands alone on its line stands first.
        let pair = |(first, second): (Option<Spot>, Option<Spot>)| match first {
            Some(first) => Some((first, second)),
            None => second.map(|second| (second, None)),
        };
        let number = |number| Spot::Number(number);
        let requirements = page.requirements.iter().map(|row| Number::Requirement(row.requirement.clone()));
        let ages = page.signatures.iter().map(|band| Number::Signatures(band.band.clone()));
        let times = page.locks.iter().map(|band| Number::Lock(band.band.clone()));
        Self {
            facts: facts.into_iter().filter_map(pair).collect(),
            requirements: requirements.map(number).collect(),
            bands: ages.chain(times).map(number).collect(),
        }
    }

    /// Whether the page has this place.
    pub(super) fn has(&self, spot: &Spot) -> bool {
        *spot == NEVER || self.left().contains(&spot) || self.right().contains(&spot)
    }

    /// The column that a place stands in, and where in it.
    pub(super) fn column(&self, spot: &Spot) -> (Vec<&Spot>, usize) {
        let spot = if *spot == NEVER { &SILENT } else { spot };
        let (left, right) = (self.left(), self.right());
        let column = if right.contains(&spot) { right } else { left };
        let at = column.iter().position(|one| *one == spot).unwrap_or_default();
        (column, at)
    }

    /// The place beside one; what stands beside each other on a line is walked through first.
    pub(super) fn beside(&self, spot: &Spot, side: Side) -> Option<&Spot> {
        if *spot == NEVER {
            return if side == Side::Left { Some(&SILENT) } else { self.bands.first() };
        }
        let row = self.facts.iter().find(|(first, second)| first == spot || second.as_ref() == Some(spot));
        match (row, side) {
            (Some((first, _)), Side::Left) => Some(first),
            (Some(_), Side::Right) if *spot == SILENT => Some(&NEVER),
            (Some((first, Some(second))), Side::Right) if first == spot => Some(second),
            (Some(_), Side::Right) => self.bands.first(),
            (None, Side::Left) if self.bands.contains(spot) => self.requirements.first(),
            (None, Side::Left) => None,
            (None, Side::Right) if self.bands.contains(spot) => None,
            (None, Side::Right) => self.bands.first(),
        }
    }

    fn left(&self) -> Vec<&Spot> {
        self.facts.iter().map(|(first, _)| first).chain(&self.requirements).collect()
    }

    fn right(&self) -> Vec<&Spot> {
        self.facts.iter().filter_map(|(_, second)| second.as_ref()).chain(&self.bands).collect()
    }
}
