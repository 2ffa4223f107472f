//! Which questions to ask on Windows: the three profiles of its own firewall, and firewalls of other makers.

use std::io::ErrorKind;

use caretaker_shared::model::{Facts, FirewallProfile, FirewallState, Outcome};

use crate::host::Host;
use crate::host::windows::{Key, ServiceState, Windows};
use crate::probes::security_center::{self, Activity, NAMESPACE, Registered};

const PRODUCT: &str = "Windows Defender Firewall";
const SERVICE: &str = "MpsSvc";
/// Both below `HKEY_LOCAL_MACHINE`. Where the system keeps its own, the private profile is called the standard one.
const OWN: &str = r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy";
const POLICY: &str = r"SOFTWARE\Policies\Microsoft\WindowsFirewall";
/// What people call a profile, its key in the system's settings, and that in the policy.
const PROFILES: [(&str, &str, &str); 3] = [
    ("domain", "DomainProfile", "DomainProfile"),
    ("private", "StandardProfile", "PrivateProfile"),
    ("public", "PublicProfile", "PublicProfile"),
];
const SWITCH: &str = "EnableFirewall";
const INBOUND: &str = "DefaultInboundAction";
/// Firewalls of other makers that are reported.
const OTHERS: usize = 8;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let windows = match host.windows() {
        Ok(windows) => windows,
        Err(error) => return Outcome::Failed { reason: format!("Windows cannot be asked: {}", error.kind()) },
    };
    let mut flaws = Vec::new();
    let service = service(windows, &mut flaws);
    let profiles = PROFILES.iter().map(|names| profile(windows, names, service.as_ref(), &mut flaws));
    let mut profiles: Vec<FirewallProfile> = profiles.collect();
    match security_center::registered(windows, security_center::FIREWALLS) {
        Ok(others) => profiles.extend(others.iter().take(OTHERS).map(other)),
        // A server has no Security Center, and no other maker's firewall registers there.
        Err(error) if error.kind() == ErrorKind::Unsupported => {}
        Err(error) => flaws.push(format!("{NAMESPACE}: {}", error.kind())),
    }
    let facts = Facts::Firewall(profiles);
    if flaws.is_empty() { Outcome::Complete(facts) } else { Outcome::Partial { facts, reason: flaws.join("; ") } }
}

/// Why the settings do not count: the service that follows them does not run. `None` when it does.
fn service(windows: &dyn Windows, flaws: &mut Vec<String>) -> Option<FirewallState> {
    match windows.service(SERVICE) {
        Ok(Some(ServiceState::Running)) => None,
        Ok(Some(ServiceState::Stopped)) => Some(FirewallState::Off),
        Ok(Some(ServiceState::Changing)) => {
            Some(FirewallState::Unknown(format!("service {SERVICE} is starting or stopping")))
        }
        Ok(None) => Some(FirewallState::Unknown(format!("there is no service {SERVICE}"))),
        Err(error) => {
            let reason = format!("service {SERVICE}: {}", error.kind());
            flaws.push(reason.clone());
            Some(FirewallState::Unknown(reason))
        }
    }
}

/// A number, and where it stands: the policy's, or else the system's own.
fn setting(
    windows: &dyn Windows,
    (_, own, policy): &(&str, &str, &str),
    name: &str,
    flaws: &mut Vec<String>,
) -> Option<(u64, String)> {
    for (root, profile) in [(POLICY, policy), (OWN, own)] {
        let key = Key::machine(root).below(profile);
        match windows.registry().value(&key, name) {
            Ok(Some(value)) => {
                if let Some(number) = value.number() {
                    return Some((number, format!("{key}\\{name} = {number}")));
                }
            }
            Ok(None) => {}
            Err(error) => {
                flaws.push(format!("{key}: {}", error.kind()));
                return None;
            }
        }
    }
    None
}

fn profile(
    windows: &dyn Windows,
    names: &(&str, &str, &str),
    service: Option<&FirewallState>,
    flaws: &mut Vec<String>,
) -> FirewallProfile {
    let switch = setting(windows, names, SWITCH, flaws);
    let inbound = setting(windows, names, INBOUND, flaws);
    let (state, mut place) = match (switch, service) {
        (_, Some(state)) => (state.clone(), format!("service {SERVICE} does not run")),
        (Some((0, place)), None) => (FirewallState::Off, place),
        (Some((1, place)), None) => (FirewallState::On, place),
        (Some((_, place)), None) => (FirewallState::Unknown(format!("{SWITCH} is neither 0 nor 1")), place),
        (None, None) => {
            (FirewallState::Unknown(format!("{SWITCH} is not set")), Key::machine(OWN).below(names.1).to_string())
        }
    };
    let blocks_inbound = match (&state, inbound) {
        (FirewallState::Off, _) => Some(false),
        (FirewallState::Unknown(_), _) => None,
        (FirewallState::On, Some((action, at))) => {
            place = format!("{place}; {at}");
            (action <= 1).then_some(action == 1)
        }
        (FirewallState::On, None) => {
            place = format!("{place}; {INBOUND} is not set, and Windows then blocks");
            Some(true)
        }
    };
    FirewallProfile { name: names.0.into(), product: PRODUCT.into(), state, blocks_inbound, place }
}

fn other(registered: &Registered) -> FirewallProfile {
    let state = match registered.state.map(|state| state.activity) {
        Some(Activity::On) => FirewallState::On,
        Some(Activity::Off | Activity::Snoozed | Activity::Expired) => FirewallState::Off,
        Some(Activity::Unknown) | None => {
            FirewallState::Unknown("its state in the Security Center is not known".into())
        }
    };
    let raw = registered.state.map_or_else(|| "none".to_owned(), |state| state.raw.to_string());
    FirewallProfile {
        name: "all".into(),
        product: registered.name.clone(),
        state,
        blocks_inbound: None,
        place: format!("{NAMESPACE} FirewallProduct, productState {raw}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::System;
    use crate::host::sample::Sample;
    use crate::host::windows::{WmiObject, WmiValue};

    const SETTINGS: &str = include_str!("testdata/windows-11-firewall.reg");

    fn machine() -> Sample {
        let mut host = Sample::of(System::Windows).registry(SETTINGS);
        host.services.insert(SERVICE.into(), ServiceState::Running);
        host
    }

    fn states(host: &Sample) -> (&'static str, Vec<FirewallProfile>) {
        let outcome = ask(host);
        let Some(Facts::Firewall(profiles)) = outcome.facts() else { panic!("profiles, not {outcome:?}") };
        (outcome.word(), profiles.clone())
    }

    #[test]
    fn the_policy_wins_for_its_profile_and_the_standard_profile_is_the_private_one() {
        let (word, profiles) = states(&machine());
        assert_eq!(word, "complete");
        let found: Vec<_> = profiles.iter().map(|it| (it.name.as_str(), it.state.clone(), it.blocks_inbound)).collect();
        let expected = [
            ("domain", FirewallState::On, Some(true)),
            ("private", FirewallState::Off, Some(false)),
            ("public", FirewallState::On, Some(false)),
        ];
        assert_eq!(found, expected);
        assert!(profiles[1].place.contains(r"Policies\Microsoft\WindowsFirewall\PrivateProfile\EnableFirewall = 0"));
        assert!(profiles[0].place.ends_with("DefaultInboundAction is not set, and Windows then blocks"));
    }

    #[test]
    fn settings_do_not_count_while_the_service_does_not_run() {
        let mut host = machine();
        host.services.insert(SERVICE.into(), ServiceState::Stopped);
        assert!(states(&host).1.iter().all(|profile| profile.state == FirewallState::Off));
        host.services.insert(SERVICE.into(), ServiceState::Changing);
        assert!(states(&host).1.iter().all(|profile| matches!(profile.state, FirewallState::Unknown(_))));
        host.services.clear();
        assert!(states(&host).1.iter().all(|profile| matches!(profile.state, FirewallState::Unknown(_))));
    }

    #[test]
    fn what_is_not_set_is_not_known() {
        let mut host = Sample::of(System::Windows);
        host.services.insert(SERVICE.into(), ServiceState::Running);
        assert!(states(&host).1.iter().all(|profile| matches!(profile.state, FirewallState::Unknown(_))));
    }

    #[test]
    fn another_makers_firewall_is_listed_and_a_silent_source_makes_the_answer_partial() {
        let object: WmiObject = [
            ("displayName".to_owned(), WmiValue::Text("Example Firewall".into())),
            ("productState".to_owned(), WmiValue::Number(266_240)),
        ]
        .into();
        let (word, profiles) = states(&machine().wmi(NAMESPACE, security_center::FIREWALLS, vec![object]));
        assert_eq!((word, profiles[3].product.as_str()), ("complete", "Example Firewall"));
        assert_eq!(profiles[3].state, FirewallState::On);
        let (word, profiles) = states(&machine().wmi_broken(NAMESPACE, ErrorKind::TimedOut));
        assert_eq!((word, profiles.len()), ("partial", 3));
    }
}
