//! Which questions to ask on Windows: the Security Center, Defender itself, and the services of products that neither
//! knows, as on servers, which have no Security Center.

mod defender;
mod detections;
mod moment;
mod registered;
#[cfg(test)]
mod tests;
mod vendors;

use std::io::ErrorKind;

use caretaker_shared::model::{AntivirusProduct, Engine, RealTime};

use self::vendors::{VENDORS, Vendor};
use super::gathered::Gathered;
use crate::host::Host;
use crate::host::windows::{Key, ServiceState, Windows};
use crate::probes::security_center::{self, Activity, NAMESPACE, Registered};

/// Says whether this is a workstation ("WinNT") or a server.
const PRODUCT_OPTIONS: &str = r"SYSTEM\CurrentControlSet\Control\ProductOptions";

pub(super) fn ask(host: &dyn Host) -> Gathered {
    let mut gathered = Gathered::default();
    let windows = match host.windows() {
        Ok(windows) => windows,
        Err(error) => {
            gathered.flaws.push(format!("Windows cannot be asked: {}", error.kind()));
            return gathered;
        }
    };
    let registered = registered_products(windows, &mut gathered.flaws);
    let (microsoft, others): (Vec<Registered>, Vec<Registered>) = registered.into_iter().partition(is_defender);
    let flaws = &mut gathered.flaws;
    if let Some(mut product) = defender::ask(windows, !microsoft.is_empty(), flaws) {
        microsoft.iter().for_each(|claim| merge(claim, &mut product));
        gathered.detections = match product.engine {
            Engine::Running => detections::ask(windows, flaws),
            Engine::Stopped | Engine::Unknown => Vec::new(),
        };
        gathered.products.push(product);
    }
    for claim in &others {
        let product = registered::judge(host, windows, claim, flaws);
        gathered.products.push(product);
    }
    for vendor in &VENDORS {
        let known = others.iter().any(|claim| vendors::of(&claim.name).is_some_and(|of| of.name == vendor.name));
        if !known && let Some(product) = by_service(host, windows, vendor, flaws) {
            gathered.products.push(product);
        }
    }
    gathered
}

/// What registered with the Security Center. A server has none, and that is no flaw.
fn registered_products(windows: &dyn Windows, flaws: &mut Vec<String>) -> Vec<Registered> {
    match security_center::registered(windows, security_center::ANTIVIRUS) {
        Ok(registered) => registered,
        Err(error) if error.kind() == ErrorKind::Unsupported && is_server(windows) => Vec::new(),
        Err(error) => {
            let what =
                if error.kind() == ErrorKind::Unsupported { "is not there".into() } else { error.kind().to_string() };
            flaws.push(format!("{NAMESPACE}: {what}"));
            Vec::new()
        }
    }
}

fn is_server(windows: &dyn Windows) -> bool {
    let kind = windows.registry().values(&Key::machine(PRODUCT_OPTIONS)).map(|values| values.text("ProductType"));
    kind.is_ok_and(|kind| ["ServerNT", "LanmanNT"].iter().any(|server| kind.eq_ignore_ascii_case(server)))
}

fn is_defender(claim: &Registered) -> bool {
    claim.state.is_some_and(|state| state.microsoft)
        || ["microsoft defender", "windows defender"].iter().any(|name| claim.name.to_lowercase().starts_with(name))
}

/// Adds the Security Center's view of Defender to Defender's own: one product, not two. Its own view is the nearer one.
fn merge(claim: &Registered, product: &mut AntivirusProduct) {
    let Some(state) = claim.state else { return };
    product.evidence.push(format!("Security Center: productState {} (0x{:06x})", state.raw, state.raw));
    product.claims_up_to_date = product.claims_up_to_date.or(state.up_to_date);
    if state.activity == Activity::Expired {
        product.expired = Some(true);
    }
    if product.real_time == RealTime::Unknown {
        product.real_time = match (state.activity, product.engine) {
            (Activity::On, Engine::Running) => RealTime::Blocking,
            (Activity::Off | Activity::Snoozed | Activity::Expired, _) => RealTime::Off,
            (Activity::On | Activity::Unknown, _) => RealTime::Unknown,
        };
    }
}

/// A product of which only its service tells: its engine runs or does not, and no more is known. One that does not run
/// and that nothing else knows may be the remains of one that was removed; it is listed where it is all there is.
fn by_service(
    host: &dyn Host,
    windows: &dyn Windows,
    vendor: &Vendor,
    flaws: &mut Vec<String>,
) -> Option<AntivirusProduct> {
    let (name, state) = registered::service(windows, vendor, flaws)?;
    let (engine, real_time, said) = match state {
        ServiceState::Running => (Engine::Running, RealTime::Unknown, "runs; what it protects it does not tell"),
        ServiceState::Changing => (Engine::Unknown, RealTime::Unknown, "starts or stops"),
        ServiceState::Stopped => (Engine::Stopped, RealTime::Off, "does not run"),
    };
    let mut product = AntivirusProduct {
        name: vendor.name.into(),
        engine,
        real_time,
        evidence: vec![format!("service {name} {said}")],
        ..AntivirusProduct::default()
    };
    registered::detail(host, windows, vendor, &mut product);
    Some(product)
}
