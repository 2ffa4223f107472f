//! Microsoft Defender Antivirus on Windows: what it says of itself, or where it does not answer, what its service and
//! the registry tell.

use std::io::ErrorKind;

use caretaker_shared::model::{AntivirusProduct, Engine, RealTime};

use super::moment;
use crate::host::windows::{Key, RegistryValue, ServiceState, Windows, WmiObject, WmiValue};

pub(super) const NAME: &str = "Microsoft Defender Antivirus";
pub(super) const SERVICE: &str = "WinDefend";
pub(super) const NAMESPACE: &str = r"root\Microsoft\Windows\Defender";
/// Every property: older versions do not know the newer ones, and a query that names one of those fails.
pub(super) const STATUS: &str = "SELECT * FROM MSFT_MpComputerStatus";

const OWN: &str = r"SOFTWARE\Microsoft\Windows Defender";
const POLICY: &str = r"SOFTWARE\Policies\Microsoft\Windows Defender";
/// With a space and a hyphen. A rule that spells it otherwise finds nothing and calls that fine.
const REAL_TIME: &str = "Real-Time Protection";
const PASSIVE: (&str, &str) =
    (r"SOFTWARE\Policies\Microsoft\Windows Advanced Threat Protection", "ForceDefenderPassiveMode");
/// Settings that turn a part of it off, below the policy's real-time key.
const TURNED_OFF: [&str; 4] =
    ["DisableRealtimeMonitoring", "DisableBehaviorMonitoring", "DisableIOAVProtection", "DisableScriptScanning"];
/// Days that stand for "never".
const NEVER: [i64; 3] = [65_535, 4_294_967_295, -1];
/// Bits of `ProductStatus`.
const EXPIRED: i64 = 16_384;
const STALE: i64 = 32;

/// What Defender and its settings tell. `None` where there is no trace of it.
pub(super) fn ask(windows: &dyn Windows, claimed: bool, flaws: &mut Vec<String>) -> Option<AntivirusProduct> {
    let service = windows.service(SERVICE).unwrap_or_else(|error| {
        flaws.push(format!("service {SERVICE}: {}", error.kind()));
        None
    });
    if service.is_none() && !claimed {
        return None;
    }
    let mut product = AntivirusProduct { name: NAME.into(), vendor: "Microsoft".into(), ..AntivirusProduct::default() };
    // A Defender that stands back may leave the question unanswered until it times out: its service tells before.
    let status = match service {
        Some(ServiceState::Running | ServiceState::Changing) => status(windows, flaws),
        Some(ServiceState::Stopped) | None => None,
    };
    match status {
        Some(status) => by_itself(&status, &mut product),
        None => by_settings(windows, service, &mut product, flaws),
    }
    settings(windows, &mut product, flaws);
    Some(product)
}

fn status(windows: &dyn Windows, flaws: &mut Vec<String>) -> Option<WmiObject> {
    match windows.wmi(NAMESPACE, STATUS) {
        Ok(objects) => objects.into_iter().next(),
        Err(error) if error.kind() == ErrorKind::Unsupported => None,
        Err(error) => {
            flaws.push(format!("{NAMESPACE}: {}", error.kind()));
            None
        }
    }
}

fn by_itself(status: &WmiObject, product: &mut AntivirusProduct) {
    let flag = |name: &str| status.get(name).and_then(WmiValue::flag);
    let number = |name: &str| status.get(name).and_then(WmiValue::number);
    let text = |name: &str| status.get(name).and_then(WmiValue::text).unwrap_or_default().trim().to_owned();
    product.version = text("AMProductVersion");
    let mode = text("AMRunningMode");
    let words = mode.to_lowercase();
    product.engine = match (flag("AMServiceEnabled"), flag("AntivirusEnabled")) {
        _ if words.contains("not running") => Engine::Stopped,
        (Some(false), _) | (_, Some(false)) => Engine::Stopped,
        (Some(true), Some(true)) => Engine::Running,
        (_, _) => Engine::Unknown,
    };
    product.passive = (!words.is_empty()).then(|| words.contains("passive") || words.contains("edr block"));
    product.real_time = match (flag("RealTimeProtectionEnabled"), flag("OnAccessProtectionEnabled")) {
        (Some(false), _) | (_, Some(false)) => RealTime::Off,
        (Some(true), _) => RealTime::Blocking,
        (None, _) => RealTime::Unknown,
    };
    product.tamper_protection = flag("IsTamperProtected");
    product.signature_version = text("AntivirusSignatureVersion");
    product
        .evidence
        .push(format!("MSFT_MpComputerStatus: AMRunningMode = {}", if mode.is_empty() { "?" } else { &mode }));
    let product_status = number("ProductStatus");
    product.expired = product_status.map(|bits| bits & EXPIRED != 0);
    let stale = flag("DefenderSignaturesOutOfDate").or_else(|| product_status.map(|bits| bits & STALE != 0));
    product.claims_up_to_date = stale.map(|stale| !stale);
    if number("AntivirusSignatureAge").is_some_and(|days| NEVER.contains(&days)) {
        product.evidence.push("its signatures were never updated".into());
        product.claims_up_to_date = Some(false);
    } else {
        product.signatures_built_at = moment::of_wmi(&text("AntivirusSignatureLastUpdated"));
    }
}

/// Where Defender does not answer. Nothing that is not set is taken for on.
fn by_settings(
    windows: &dyn Windows,
    service: Option<ServiceState>,
    product: &mut AntivirusProduct,
    flaws: &mut Vec<String>,
) {
    let (engine, said) = match service {
        Some(ServiceState::Running) => (Engine::Running, "runs"),
        Some(ServiceState::Changing) => (Engine::Unknown, "starts or stops"),
        Some(ServiceState::Stopped) => (Engine::Stopped, "does not run"),
        None => (Engine::Unknown, "is not there or cannot be asked"),
    };
    product.engine = engine;
    product.evidence.push(format!("service {SERVICE} {said}"));
    // The policy wins over Defender's own setting.
    let set = [POLICY, OWN].map(|root| number(windows, &Key::machine(root).below(REAL_TIME), TURNED_OFF[0], flaws));
    product.real_time = match (engine, set[0].or(set[1])) {
        (Engine::Stopped, _) | (_, Some(1)) => RealTime::Off,
        (Engine::Running, Some(0)) => RealTime::Blocking,
        (_, _) => RealTime::Unknown,
    };
    product.tamper_protection = match number(windows, &Key::machine(OWN).below("Features"), "TamperProtection", flaws) {
        Some(0 | 4) => Some(false),
        Some(5) => Some(true),
        Some(_) | None => None,
    };
    if number(windows, &Key::machine(PASSIVE.0), PASSIVE.1, flaws) == Some(1) {
        product.passive = Some(true);
    }
    let updates = Key::machine(OWN).below("Signature Updates");
    if let Ok(values) = windows.registry().values(&updates) {
        product.signature_version = values.text("AVSignatureVersion");
        let applied = ["AVSignatureApplied", "SignaturesLastUpdated"].iter().find_map(|name| match values.get(name) {
            Some(RegistryValue::Bytes(bytes)) => moment::of_filetime(bytes),
            Some(RegistryValue::Text(_) | RegistryValue::Number(_) | RegistryValue::Texts(_)) | None => None,
        });
        product.signatures_built_at = applied;
        product.evidence.push(format!("signatures read from {updates}"));
    }
}

/// What a policy turns off, and what is excluded from scans: both weaken it, whatever it says of itself.
fn settings(windows: &dyn Windows, product: &mut AntivirusProduct, flaws: &mut Vec<String>) {
    let policy = Key::machine(POLICY);
    if number(windows, &policy, "DisableAntiSpyware", flaws) == Some(1) {
        product.evidence.push(format!("{policy}\\DisableAntiSpyware = 1"));
    }
    let real_time = policy.below(REAL_TIME);
    for name in TURNED_OFF {
        if number(windows, &real_time, name, flaws) != Some(1) {
            continue;
        }
        product.evidence.push(format!("{real_time}\\{name} = 1"));
        if name == TURNED_OFF[0] && product.real_time == RealTime::Unknown {
            product.real_time = RealTime::Off;
        }
    }
    for root in [OWN, POLICY] {
        for kind in ["Paths", "Processes", "Extensions"] {
            let key = Key::machine(root).below("Exclusions").below(kind);
            let excluded = windows.registry().values(&key).map_or(0, |values| values.iter().count());
            if excluded > 0 {
                product.evidence.push(format!("{excluded} excluded from scans: {key}"));
            }
        }
    }
}

fn number(windows: &dyn Windows, key: &Key, name: &str, flaws: &mut Vec<String>) -> Option<u64> {
    match windows.registry().value(key, name) {
        Ok(value) => value.as_ref().and_then(RegistryValue::number),
        Err(error) => {
            flaws.push(format!("{key}: {}", error.kind()));
            None
        }
    }
}
