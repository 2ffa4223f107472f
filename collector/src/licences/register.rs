//! The register as the audit reads it: everything that is in force or was, at one moment and for some sites.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::model::{Approval, Exemption, Licence, LicenceId, Pence};

/// What a school owns, has handed on, has approved and has decided to live with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Register {
    /// Licences that have not been removed, in ascending order of number; ended ones are among them.
    pub licences: Vec<Licence>,
    /// Who and what has a seat of each licence. A licence without an entry has given none.
    pub seats: BTreeMap<LicenceId, Vec<Seat>>,
    /// Seats that moved between sites, oldest first.
    pub transfers: Vec<Transfer>,
    /// Decisions that were not withdrawn, oldest first: of two about the same title and place the later one holds.
    pub approvals: Vec<Approval>,
    /// Exceptions that were not withdrawn; ended ones are among them.
    pub exemptions: Vec<Exemption>,
    /// How people call what licences are for, by slug.
    pub names: BTreeMap<String, String>,
    /// Full-time equivalents by name of the site, in hundredths. A site without an entry has told none.
    pub fte: BTreeMap<String, u64>,
}

impl Register {
    /// How many seats of the licence are still its own: its quantity less what was transferred away. A transfer makes
    /// a licence of its own at the other site, which has what it was given as its quantity.
    #[must_use]
    pub fn held(&self, licence: &Licence) -> u32 {
        let given = self.transfers.iter().filter(|transfer| transfer.source == licence.id);
        given.fold(licence.quantity, |left, transfer| left.saturating_sub(transfer.quantity))
    }
}

impl Register {
    /// What was paid for the seats that are still the licence's own: of what all of them cost, their share. `None`
    /// where that is not known. Over all licences the shares are what was paid.
    #[must_use]
    pub fn worth(&self, licence: &Licence) -> Option<Pence> {
        let paid = self.paid(licence)?;
        let given = self.transfers.iter().filter(|transfer| transfer.source == licence.id);
        let gone: u64 = given.map(|transfer| share(paid, transfer.quantity, licence.quantity).0).sum();
        Some(Pence(paid.0.saturating_sub(gone)))
    }

    /// What was paid for all seats that it ever had; of one that was handed over, its share.
    fn paid(&self, licence: &Licence) -> Option<Pence> {
        let came = self.transfers.iter().find(|transfer| transfer.target == licence.id);
        let Some(came) = came.filter(|_| licence.cost.is_none()) else { return licence.cost };
        // A licence is handed on after it was entered: the numbers fall, and this ends.
        let source = self.licences.iter().find(|source| source.id == came.source && source.id < licence.id)?;
        Some(share(self.paid(source)?, came.quantity, source.quantity))
    }
}

/// So many of all of an amount, in whole pence.
fn share(amount: Pence, of: u32, all: u32) -> Pence {
    let pence = u128::from(amount.0) * u128::from(of.min(all)) / u128::from(all.max(1));
    Pence(u64::try_from(pence).unwrap_or(u64::MAX))
}

/// Who or what a seat was given to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seat {
    /// Row number of a device.
    Device(i64),
    /// Name of a person's account: personal data.
    Account(String),
}

/// Seats that one site handed to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Its own number.
    pub id: i64,
    /// The licence that they were taken from.
    pub source: LicenceId,
    /// The licence that they became.
    pub target: LicenceId,
    /// How many, at least 1.
    pub quantity: u32,
    /// The day.
    pub on: Date,
    /// Why.
    pub reason: String,
}
