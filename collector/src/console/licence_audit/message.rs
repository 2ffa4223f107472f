//! Outcomes as messages.

use caretaker_proto::console::v1 as proto;

use super::super::findings::time;
use crate::licences::{Doubt, Fleet, LicenceId, LicencePosition, Owned, Pence, TitleCounts, TitleOutcome, Totals};
use crate::render::text::counted;
use crate::store::licence_audit::{AuditDevice, AuditRow, LicenceMove};

/// What may be told of what was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purse {
    /// Everything.
    Whole,
    /// Not for all sites.
    OfSites,
    /// Nothing.
    Closed,
}

impl Purse {
    /// Whether the cost of licences may be told, `shared` of which hold for all sites.
    fn tells(self, shared: bool) -> bool {
        match self {
            Self::Whole => true,
            Self::OfSites => !shared,
            Self::Closed => false,
        }
    }
}

pub(super) fn head(row: &AuditRow, counts: TitleCounts) -> proto::AuditHead {
    let (year, week) = row.week();
    proto::AuditHead {
        id: u64::try_from(row.id).unwrap_or_default(),
        at: row.at.to_string(),
        day: row.day.to_string(),
        year: year.into(),
        week: week.into(),
        asked_by: row.asked_by.clone(),
        met: counts.met,
        not_met: counts.not_met,
        unknown: counts.unknown,
    }
}

pub(super) fn fleet(fleet: &Fleet) -> proto::AuditFleet {
    let Fleet { enrolled, counted, stale, silent, partial, without_use, gone } = *fleet;
    proto::AuditFleet { enrolled, counted, stale, silent, partial, without_use, gone }
}

/// The sums; without those of money where what was paid for all sites is in them.
pub(super) fn totals(totals: &Totals, titles: &[proto::AuditTitle]) -> proto::AuditTotals {
    let sum = |pence: fn(&proto::AuditTitle) -> Option<u64>| titles.iter().filter_map(pence).sum();
    proto::AuditTotals {
        states: totals.states.clone().into_iter().collect(),
        unapproved: totals.unapproved,
        refused: totals.refused,
        unused: totals.unused,
        ending: totals.ending.to_vec(),
        expired: totals.expired,
        at_risk_pence: sum(|title| title.at_risk_pence),
        at_risk_unknown: totals.at_risk_unknown,
        wasted_pence: sum(|title| title.wasted_pence),
        wasted_unknown: totals.wasted_unknown,
    }
}

pub(super) fn title(title: &TitleOutcome, purse: Purse) -> proto::AuditTitle {
    let (owned, unlimited) = match title.owned {
        Owned::Seats(seats) => (seats, false),
        Owned::Unlimited => (0, true),
    };
    let told = purse.tells(title.licences.iter().any(|licence| licence.site.is_none()));
    let pence = |sum: Option<Pence>| sum.filter(|_| told).map(|Pence(pence)| pence);
    proto::AuditTitle {
        slug: title.slug.clone(),
        name: title.name.clone(),
        category: title.category.clone(),
        licensing: title.licensing.clone(),
        suite: title.suite.clone(),
        state: title.state.word().into(),
        permission: title.permission.word().into(),
        owned,
        unlimited,
        installed: title.installed,
        stale: title.stale,
        exempt: title.exempt,
        in_suite: title.in_suite,
        assigned: title.assigned,
        used: title.used,
        unused: title.unused,
        use_unknown: title.use_unknown,
        over: title.over,
        over_of: title.over_of.word().into(),
        spare: title.spare,
        unapproved: title.unapproved,
        refused: title.refused,
        at_risk_pence: pence(title.at_risk),
        wasted_pence: pence(title.wasted),
        doubts: title.doubts.iter().map(doubt).collect(),
        licences: title.licences.iter().map(|one| licence(one, purse)).collect(),
    }
}

fn licence(one: &LicencePosition, purse: Purse) -> proto::AuditLicence {
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    proto::AuditLicence {
        id: LicenceId(one.id).to_string(),
        metric: one.metric.clone(),
        term: one.term.clone(),
        version: one.version.clone(),
        edition: one.edition.clone(),
        site: one.site.clone().unwrap_or_default(),
        place: one.place.clone(),
        quantity: one.quantity,
        taken: one.taken,
        idle: one.idle,
        assigned: one.assigned,
        freed: one.freed,
        handed_on: one.handed_on,
        phase: one.phase.word().into(),
        ends_on: day(one.ends_on),
        ends_in: one.ends_in,
        notice_on: day(one.notice_on),
        cost_pence: one.cost.filter(|_| purse.tells(one.site.is_none())).map(|Pence(pence)| pence),
        supplier: one.supplier.clone(),
        order_ref: one.order_ref.clone(),
    }
}

/// A doubt in words.
pub(super) fn doubt(doubt: &Doubt) -> String {
    match doubt {
        Doubt::VersionNotTold { devices } => {
            let copies = if *devices == 1 { "1 copy does".into() } else { format!("{devices} copies do") };
            format!("{copies} not tell the version or edition that a licence asks for")
        }
        Doubt::PlaceNotTold { licence, place, every_site, devices } => {
            let over = if *every_site { "every site" } else { "the whole site" };
            let id = LicenceId(*licence);
            let told = format!("{id} is for '{place}', which is no group of devices: counted over {over}");
            match devices {
                0 => told,
                1 => format!("{told}; 1 copy hangs on that"),
                _ => format!("{told}; {devices} copies hang on that"),
            }
        }
        Doubt::Concurrent { beyond } => {
            format!("{beyond} more installed than may run at the same time; nobody counts how many do")
        }
        Doubt::FteNotTold { sites } => {
            format!("nobody recorded how many full-time equivalents {} has", sites.join(", "))
        }
        Doubt::NotInCatalogue => "not in the catalogue: nobody can tell where it is installed".into(),
        Doubt::LicensingNotTold => "the catalogue does not say whether it has to be paid for".into(),
        Doubt::Freemium => "free for some uses; no licence says that it may be used here".into(),
        Doubt::NoQuantity => "a licence counts seats, and nobody recorded how many".into(),
        Doubt::OnlyStale { devices } => {
            format!("only on {} not seen for long, and nothing covers it", counted(*devices, "device"))
        }
        Doubt::FteShort { seats } => format!("{seats} more full-time equivalents than are paid for"),
    }
}

pub(super) fn device(device: AuditDevice, reason: &str) -> proto::AuditDevice {
    proto::AuditDevice {
        id: device.id,
        name: device.name,
        site: device.site,
        status: device.status,
        last_seen_at: time(device.last_seen_at),
        reason: reason.to_owned(),
    }
}

pub(super) fn licence_move(one: &LicenceMove) -> proto::AuditLicenceMove {
    proto::AuditLicenceMove { id: LicenceId(one.id).to_string(), what: one.what.clone() }
}
