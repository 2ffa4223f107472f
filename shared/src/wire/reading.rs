//! Readings of the probes. Texts that come from the operating system are made fit on the way out and checked on the
//! way in.

use caretaker_proto::agent::v1 as proto;

use super::canonical::canonical;
use super::common::{WireError, fit_text, list, text, timestamp, unix_ms};
use super::limits;
use crate::model::{Antivirus, Executables, Facts, Network, Outcome, ProbeName, Reading, Updates};

impl From<&Reading> for proto::Reading {
    fn from(reading: &Reading) -> Self {
        let completeness = match reading.outcome {
            Outcome::Complete(_) => proto::Completeness::Complete,
            Outcome::Partial { .. } => proto::Completeness::Partial,
            Outcome::Unsupported { .. } => proto::Completeness::Unsupported,
            Outcome::Failed { .. } => proto::Completeness::Failed,
        };
        Self {
            probe: reading.probe.as_str().to_owned(),
            taken_unix_ms: unix_ms(reading.taken_at),
            completeness: completeness.into(),
            reason: fit_text(reading.outcome.reason().unwrap_or_default()),
            facts: reading.outcome.facts().map(Into::into),
        }
    }
}

impl TryFrom<proto::Reading> for Reading {
    type Error = WireError;

    fn try_from(reading: proto::Reading) -> Result<Self, WireError> {
        let probe = ProbeName::parse(&reading.probe).ok_or(WireError::Unknown("probe"))?;
        let completeness = reading.completeness();
        let reason = text(reading.reason, "reason")?;
        let facts = reading.facts.map(Facts::try_from).transpose()?;
        if facts.as_ref().is_some_and(|facts| facts.probe() != probe) {
            return Err(WireError::Malformed("facts"));
        }
        let facts = || facts.ok_or(WireError::Missing("facts"));
        let outcome = match completeness {
            proto::Completeness::Complete => Outcome::Complete(facts()?),
            proto::Completeness::Partial => Outcome::Partial { facts: facts()?, reason },
            proto::Completeness::Unsupported => Outcome::Unsupported { reason },
            proto::Completeness::Failed => Outcome::Failed { reason },
            proto::Completeness::Unspecified => return Err(WireError::Unknown("completeness")),
        };
        Ok(Self { probe, taken_at: timestamp(reading.taken_unix_ms, "taken_unix_ms")?, outcome })
    }
}

impl From<&Facts> for proto::reading::Facts {
    fn from(facts: &Facts) -> Self {
        match facts {
            Facts::Host(host) => Self::Host(host.into()),
            Facts::Hardware(hardware) => Self::Hardware(hardware.into()),
            Facts::Software(titles) => Self::Software(proto::SoftwareInventory { titles: canonical(all(titles)) }),
            Facts::Executables(found) => Self::Executables(proto::ExecutableInventory {
                executables: canonical(all(&found.files)),
                media: canonical(all(&found.media)),
            }),
            Facts::Antivirus(found) => Self::Antivirus(proto::AntivirusFacts {
                products: all(&found.products),
                detections: all(&found.detections),
            }),
            Facts::ScreenLock(locks) => Self::ScreenLock(proto::ScreenLockFacts { locks: all(locks) }),
            Facts::Encryption(volumes) => Self::Encryption(proto::EncryptionFacts { volumes: canonical(all(volumes)) }),
            Facts::Firewall(profiles) => Self::Firewall(proto::FirewallFacts { profiles: all(profiles) }),
            Facts::Updates(updates) => Self::Updates(updates.into()),
            Facts::Accounts(accounts) => Self::Accounts(proto::AccountFacts { accounts: canonical(all(accounts)) }),
            Facts::Sessions(sessions) => Self::Sessions(proto::SessionFacts { sessions: all(sessions) }),
            Facts::Removable(media) => Self::Removable(proto::RemovableFacts { media: canonical(all(media)) }),
            Facts::Network(network) => Self::Network(proto::NetworkFacts {
                proxies: all(&network.proxies),
                tunnels: all(&network.tunnels),
                hosts_entries: network.hosts_entries,
            }),
        }
    }
}

fn all<'a, M, P: From<&'a M>>(entries: &'a [M]) -> Vec<P> {
    entries.iter().map(P::from).collect()
}

impl TryFrom<proto::reading::Facts> for Facts {
    type Error = WireError;

    fn try_from(facts: proto::reading::Facts) -> Result<Self, WireError> {
        use proto::reading::Facts as Wire;
        Ok(match facts {
            Wire::Host(host) => Self::Host(host.try_into()?),
            Wire::Hardware(hardware) => Self::Hardware(hardware.try_into()?),
            Wire::Software(software) => Self::Software(list(software.titles, limits::TITLES, "titles")?),
            Wire::Executables(found) => Self::Executables(Executables {
                files: list(found.executables, limits::EXECUTABLES, "executables")?,
                media: list(found.media, limits::MEDIA_FOLDERS, "media")?,
            }),
            Wire::Antivirus(found) => Self::Antivirus(Antivirus {
                products: list(found.products, limits::PRODUCTS, "products")?,
                detections: list(found.detections, limits::DETECTIONS, "detections")?,
            }),
            Wire::ScreenLock(found) => Self::ScreenLock(list(found.locks, limits::LOCKS, "locks")?),
            Wire::Encryption(found) => Self::Encryption(list(found.volumes, limits::VOLUMES, "volumes")?),
            Wire::Firewall(found) => Self::Firewall(list(found.profiles, limits::PRODUCTS, "profiles")?),
            Wire::Updates(updates) => Self::Updates(Updates::try_from(updates)?),
            Wire::Accounts(found) => Self::Accounts(list(found.accounts, limits::ACCOUNTS, "accounts")?),
            Wire::Sessions(found) => Self::Sessions(list(found.sessions, limits::LOCKS, "sessions")?),
            Wire::Removable(found) => Self::Removable(list(found.media, limits::VOLUMES, "media")?),
            Wire::Network(found) => Self::Network(Network {
                proxies: list(found.proxies, limits::NETWORK_SETTINGS, "proxies")?,
                tunnels: list(found.tunnels, limits::NETWORK_SETTINGS, "tunnels")?,
                hosts_entries: found.hosts_entries,
            }),
        })
    }
}
