//! Which questions to ask on Linux: the files of the package lists themselves. No program is run.

use caretaker_shared::model::Outcome;

use super::listing::Listing;
use super::{appimage, dpkg, flatpak, rpm, snap};
use crate::host::Host;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let mut listing = Listing::default();
    let dpkg = dpkg::list(host, &mut listing);
    let rpm = rpm::list(host, &mut listing);
    if !dpkg && !rpm {
        let reason = format!("neither {} nor a list of rpm is there: this is another kind of Linux", dpkg::STATUS);
        return Outcome::Unsupported { reason };
    }
    let accounts = listing.read("/etc/passwd".as_ref(), host.accounts()).unwrap_or_default();
    flatpak::list(host, &accounts, &mut listing);
    snap::list(host, &mut listing);
    appimage::list(host, &accounts, &mut listing);
    listing.outcome()
}
