//! Settings that lead traffic around the school's filter: proxies, private networks, the hosts file (E7).
//!
//! What is set is read, not what was visited. Of a proxy's address nothing before an `@` is kept: it may be a password.

mod gnome;
mod linux;
mod macos;
mod parse;
mod scutil;
mod windows;

use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};

use super::{Probe, ProbeSettings};
use crate::host::{Host, System, system_of};

/// The probe.
#[derive(Debug)]
pub struct Network;

impl Probe for Network {
    fn name(&self) -> ProbeName {
        ProbeName::Network
    }

    fn every(&self) -> Duration {
        Duration::from_secs(3600)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn collects(&self) -> &'static [&'static str] {
        &[
            "which proxies are set for the machine and for logged-in accounts: host and port, never a password",
            "which private networks (VPN) are set up, and how many names the hosts file sends elsewhere",
            "no address that was visited and no traffic",
        ]
    }

    fn ask(&self, host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        match system_of(host) {
            System::Linux => linux::ask(host),
            System::Windows => windows::ask(host),
            System::MacOs => macos::ask(host),
            System::Other => {
                Outcome::Unsupported { reason: "this version does not read the network settings of this system".into() }
            }
        }
    }
}
