//! Firewalls: whether callers from outside are kept away, by what is in force and not by what is installed.

mod iptables;
mod linux;
mod macos;
mod nftables;
mod rules;
mod windows;

use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};

use super::{Probe, ProbeSettings};
use crate::host::{Host, System, system_of};

/// The probe.
#[derive(Debug)]
pub struct Firewall;

impl Probe for Firewall {
    fn name(&self) -> ProbeName {
        ProbeName::Firewall
    }

    fn every(&self) -> Duration {
        Duration::from_secs(3600)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn collects(&self) -> &'static [&'static str] {
        &[
            "Windows: whether the firewall is on for each kind of network, from the registry and its service",
            "Windows: which other firewalls the Security Center knows",
            "Linux: whether the kernel's rules turn callers away, from nft and iptables; single rules are not kept",
            "macOS: the state of its firewall, from com.apple.alf.plist or socketfilterfw",
        ]
    }

    fn ask(&self, host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        match system_of(host) {
            System::Linux => linux::ask(host),
            System::Windows => windows::ask(host),
            System::MacOs => macos::ask(host),
            System::Other => Outcome::Unsupported { reason: "this system's firewall is not known".into() },
        }
    }
}
