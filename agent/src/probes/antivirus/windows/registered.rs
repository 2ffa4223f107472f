//! A product that the Security Center knows: what it claims, held against its program and its service.
//!
//! A product that was removed badly stays registered, and on. It is on when it says so, its program is there, and its
//! service runs.

use std::path::Path;

use caretaker_shared::model::{AntivirusProduct, Engine, RealTime};

use super::vendors::{self, Vendor};
use crate::host::windows::{Key, ServiceState, Windows};
use crate::host::{Host, if_there};
use crate::probes::security_center::{Activity, Registered};

/// What the programs of a product tell of it.
enum Alive {
    Yes(String),
    No(String),
    Unknown(String),
}

pub(super) fn judge(
    host: &dyn Host,
    windows: &dyn Windows,
    claim: &Registered,
    flaws: &mut Vec<String>,
) -> AntivirusProduct {
    let vendor = vendors::of(&claim.name);
    let mut product = AntivirusProduct { name: claim.name.clone(), ..AntivirusProduct::default() };
    let (activity, raw) = claim.state.map_or((Activity::Unknown, 0), |state| (state.activity, state.raw));
    product.evidence.push(format!("Security Center: productState {raw} (0x{raw:06x})"));
    product.claims_up_to_date = claim.state.and_then(|state| state.up_to_date);
    product.expired = claim.state.map(|_| activity == Activity::Expired);
    let (engine, said) = match alive(host, windows, vendor, &claim.reporting_exe, flaws) {
        Alive::Yes(said) => (Engine::Running, said),
        Alive::No(said) => (Engine::Stopped, said),
        Alive::Unknown(said) => (Engine::Unknown, said),
    };
    product.engine = engine;
    product.evidence.push(said);
    product.real_time = match (activity, engine) {
        (_, Engine::Stopped) | (Activity::Off | Activity::Snoozed | Activity::Expired, _) => RealTime::Off,
        (Activity::On, Engine::Running) => RealTime::Blocking,
        (Activity::On, Engine::Unknown) | (Activity::Unknown, _) => RealTime::Unknown,
    };
    if let Some(vendor) = vendor {
        detail(host, windows, vendor, &mut product);
    }
    product
}

/// Adds what the product keeps of its signatures.
pub(super) fn detail(host: &dyn Host, windows: &dyn Windows, vendor: &Vendor, product: &mut AntivirusProduct) {
    let signatures = (vendor.read)(host, windows);
    product.vendor = vendor.maker.into();
    product.version = signatures.product_version;
    product.signature_version = signatures.version;
    product.signatures_built_at = signatures.built_at;
    if !signatures.place.is_empty() {
        product.evidence.push(format!("signatures read from {}", signatures.place));
    }
}

/// The state of the first of a maker's services that is there.
pub(super) fn service(
    windows: &dyn Windows,
    vendor: &Vendor,
    flaws: &mut Vec<String>,
) -> Option<(&'static str, ServiceState)> {
    let mut found = None;
    for name in vendor.services {
        match windows.service(name) {
            Ok(Some(ServiceState::Running)) => return Some((name, ServiceState::Running)),
            Ok(Some(state)) => found = found.or(Some((*name, state))),
            Ok(None) => {}
            Err(error) => flaws.push(format!("service {name}: {}", error.kind())),
        }
    }
    found
}

fn alive(host: &dyn Host, windows: &dyn Windows, vendor: Option<&Vendor>, exe: &str, flaws: &mut Vec<String>) -> Alive {
    let exe = expanded(windows, exe);
    if let Some(exe) = &exe {
        match if_there(host.status(Path::new(exe))) {
            Ok(None) => return Alive::No(format!("{exe} is gone: what is registered was left behind")),
            Ok(Some(_)) => {}
            Err(error) => flaws.push(crate::host::why(Path::new(exe), &error)),
        }
    }
    match vendor.and_then(|vendor| service(windows, vendor, flaws)) {
        Some((name, ServiceState::Running)) => Alive::Yes(format!("service {name} runs")),
        Some((name, ServiceState::Changing)) => Alive::Unknown(format!("service {name} starts or stops")),
        Some((name, ServiceState::Stopped)) => Alive::No(format!("service {name} does not run")),
        None => by_program(host, exe.as_deref()),
    }
}

/// Where no service is known: whether the program that reports for the product runs itself.
fn by_program(host: &dyn Host, exe: Option<&str>) -> Alive {
    let name = exe.and_then(|exe| exe.rsplit('\\').next());
    let (Some(name), Ok(running)) = (name, host.processes()) else {
        return Alive::Unknown("which service it runs is not known".into());
    };
    if running.iter().any(|process| process.name.eq_ignore_ascii_case(name)) {
        Alive::Yes(format!("{name} runs"))
    } else {
        Alive::Unknown(format!("{name} does not run, and which service it runs is not known"))
    }
}

/// A path with its variables filled in; `None` when it is none, as "windowsdefender://", or a variable is not known.
fn expanded(windows: &dyn Windows, path: &str) -> Option<String> {
    let path = path.trim().trim_matches('"');
    let full = match path.strip_prefix('%').and_then(|rest| rest.split_once('%')) {
        None => path.to_owned(),
        Some((variable, rest)) => {
            let (key, value, usual) = match variable.to_lowercase().as_str() {
                "programfiles" => {
                    (r"SOFTWARE\Microsoft\Windows\CurrentVersion", "ProgramFilesDir", r"C:\Program Files")
                }
                "programfiles(x86)" => {
                    (r"SOFTWARE\Microsoft\Windows\CurrentVersion", "ProgramFilesDir (x86)", r"C:\Program Files (x86)")
                }
                "systemroot" | "windir" => {
                    (r"SOFTWARE\Microsoft\Windows NT\CurrentVersion", "SystemRoot", r"C:\Windows")
                }
                "programdata" => (
                    r"SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\Shell Folders",
                    "Common AppData",
                    r"C:\ProgramData",
                ),
                _ => return None,
            };
            let told = windows.registry().values(&Key::machine(key)).map(|values| values.text(value));
            let folder = told.ok().filter(|folder| !folder.is_empty()).unwrap_or_else(|| usual.to_owned());
            format!("{folder}{rest}")
        }
    };
    (full.get(1..3) == Some(":\\")).then_some(full)
}
