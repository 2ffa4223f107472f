//! Which questions to ask on macOS: what Apple's own protection says, Microsoft Defender, and which security extensions
//! of other makers are active.

use std::io::ErrorKind;
use std::path::Path;

use caretaker_shared::model::{AntivirusProduct, Engine, RealTime};
use plist::{Dictionary, Value};

use super::gathered::Gathered;
use super::products::mdatp;
use crate::host::program::Program;
use crate::host::property_list::property_list;
use crate::host::{Host, if_there, why};

/// Where the rules lie; from macOS 15 on the first is the one in force, and the second stays behind.
const RULES: [&str; 2] = [
    "/var/protected/xprotect/XProtect.bundle/Contents/Info.plist",
    "/Library/Apple/System/Library/CoreServices/XProtect.bundle/Contents/Info.plist",
];
const EXTENSIONS: &str = "/Library/SystemExtensions/db.plist";
const ENDPOINT_SECURITY: &str = "com.apple.system_extension.endpoint_security";
const ACTIVE: &str = "activated_enabled";
const PLIST_BYTES: u64 = 4 * 1024 * 1024;
/// Extensions that are looked at.
const MOST: usize = 64;
const DEFENDER: &str = "/usr/local/bin/mdatp";

pub(super) fn ask(host: &dyn Host) -> Gathered {
    let mut gathered = Gathered::default();
    let xprotect = xprotect(host, &mut gathered.flaws);
    gathered.products.extend(xprotect);
    let defender = defender(host, &mut gathered.flaws);
    gathered.products.extend(defender);
    let extensions = dictionary(host, EXTENSIONS).unwrap_or_else(|flaw| {
        gathered.flaws.push(flaw);
        None
    });
    gathered.products.extend(extensions.iter().flat_map(active));
    gathered
}

fn xprotect(host: &dyn Host, flaws: &mut Vec<String>) -> Option<AntivirusProduct> {
    let mut product =
        AntivirusProduct { name: "XProtect".into(), vendor: "Apple".into(), ..AntivirusProduct::default() };
    for file in RULES {
        match dictionary(host, file) {
            Ok(Some(rules)) => {
                let version = rules.get("CFBundleShortVersionString").and_then(Value::as_string).unwrap_or_default();
                product.signature_version = version.to_owned();
                // The rules come by ways that leave no record but the file's own time.
                product.signatures_built_at = host.status(Path::new(file)).ok().map(|status| status.modified_at);
                product.evidence.push(format!("rules {version} from {file}"));
                break;
            }
            Ok(None) => {}
            Err(flaw) => flaws.push(flaw),
        }
    }
    (product.engine, product.real_time) = match host.run(&Program::XPROTECT) {
        Ok(written) => scans(&written.out, &mut product.evidence),
        Err(error) => {
            // Before macOS 15 there is no such program, and nothing else tells.
            if error.kind() != ErrorKind::NotFound {
                flaws.push(why(Path::new(Program::XPROTECT.path()), &error));
            }
            product.evidence.push("whether it scans could not be asked".into());
            (Engine::Unknown, RealTime::Unknown)
        }
    };
    if product.signature_version.is_empty() && product.engine == Engine::Unknown {
        return None;
    }
    gatekeeper(host, &mut product.evidence);
    Some(product)
}

/// "launch scans: enabled", "background scans: enabled". The first is what happens when a program is opened.
fn scans(text: &str, evidence: &mut Vec<String>) -> (Engine, RealTime) {
    let lower = text.to_lowercase();
    let said = |what: &str| {
        let line = lower.lines().find_map(|line| line.trim().strip_prefix(what))?;
        match line.trim_matches(|letter: char| letter == ':' || letter.is_whitespace()) {
            "enabled" => Some(true),
            "disabled" => Some(false),
            _ => None,
        }
    };
    let launch = said("launch scans").or_else(|| said("xprotect launch scans"));
    let background = said("background scans").or_else(|| said("xprotect background scans"));
    let word = |answer| match answer {
        Some(true) => "enabled",
        Some(false) => "disabled",
        None => "not told",
    };
    evidence.push(format!("xprotect status: launch scans {}, background scans {}", word(launch), word(background)));
    match (launch, background) {
        (Some(true), _) => (Engine::Running, RealTime::Blocking),
        (Some(false), Some(true)) => (Engine::Running, RealTime::Off),
        (Some(false), Some(false)) => (Engine::Stopped, RealTime::Off),
        (_, _) => (Engine::Unknown, RealTime::Unknown),
    }
}

fn gatekeeper(host: &dyn Host, evidence: &mut Vec<String>) {
    let said = match host.run(&Program::GATEKEEPER) {
        Ok(written) if written.out.contains("assessments enabled") => "on",
        Ok(written) if written.out.contains("assessments disabled") => "off",
        Ok(_) | Err(_) => "not known",
    };
    evidence.push(format!("Gatekeeper is {said}"));
}

fn defender(host: &dyn Host, flaws: &mut Vec<String>) -> Option<AntivirusProduct> {
    match if_there(host.status(Path::new(DEFENDER))) {
        Ok(Some(_)) => {}
        Ok(None) => return None,
        Err(error) => {
            flaws.push(why(Path::new(DEFENDER), &error));
            return None;
        }
    }
    let mut product = AntivirusProduct {
        name: "Microsoft Defender for Endpoint".into(),
        vendor: "Microsoft".into(),
        evidence: vec![format!("installed at {DEFENDER}")],
        ..AntivirusProduct::default()
    };
    let told = host.run(&Program::DEFENDER_MACOS).map_err(|error| why(Path::new(DEFENDER), &error));
    let told =
        told.and_then(|written| mdatp::read(&written.out, &mut product).map_err(|flaw| format!("{DEFENDER}: {flaw}")));
    if let Err(flaw) = told {
        product.evidence.push(flaw.clone());
        flaws.push(flaw);
    }
    Some(product)
}

/// Products whose security extension the system runs. What they do with a file is theirs to know.
fn active(extensions: &Dictionary) -> Vec<AntivirusProduct> {
    let all = extensions.get("extensions").and_then(Value::as_array).into_iter().flatten().take(MOST);
    all.filter_map(Value::as_dictionary).filter_map(product).collect()
}

fn product(extension: &Dictionary) -> Option<AntivirusProduct> {
    let text = |name: &str| extension.get(name).and_then(Value::as_string).unwrap_or_default();
    let categories = extension.get("categories").and_then(Value::as_array)?;
    let guards = categories.iter().filter_map(Value::as_string).any(|category| category == ENDPOINT_SECURITY);
    let identifier = text("identifier");
    // Defender tells of itself.
    if !guards || identifier.starts_with("com.microsoft.wdav") {
        return None;
    }
    let state = text("state");
    let bundle = extension.get("bundleVersion").and_then(Value::as_dictionary);
    let version = bundle.and_then(|bundle| bundle.get("CFBundleShortVersionString")).and_then(Value::as_string);
    Some(AntivirusProduct {
        name: identifier.to_owned(),
        version: version.unwrap_or_default().to_owned(),
        engine: if state == ACTIVE { Engine::Running } else { Engine::Stopped },
        real_time: if state == ACTIVE { RealTime::Unknown } else { RealTime::Off },
        evidence: vec![format!("{EXTENSIONS}: {state}, team {}", text("teamID"))],
        ..AntivirusProduct::default()
    })
}

fn dictionary(host: &dyn Host, file: &str) -> Result<Option<Dictionary>, String> {
    let read = if_there(host.read(Path::new(file), PLIST_BYTES)).map_err(|error| why(Path::new(file), &error))?;
    let Some(bytes) = read else { return Ok(None) };
    let value = property_list(&bytes).ok().and_then(Value::into_dictionary);
    value.map(Some).ok_or_else(|| format!("{file}: no property list"))
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Antivirus, Facts};
    use jiff::Timestamp;

    use super::*;
    use crate::host::System;
    use crate::host::sample::Sample;

    const INFO: &str = include_str!("testdata/macos-15-xprotect-info.plist");
    const DB: &str = include_str!("testdata/macos-15-extensions-db.plist");
    const STATUS: &str = "launch scans: enabled\nbackground scans: enabled\n";

    fn found(host: &Sample) -> (&'static str, Antivirus) {
        let outcome = ask(host).outcome(None);
        let Some(Facts::Antivirus(found)) = outcome.facts() else { panic!("products, not {outcome:?}") };
        (outcome.word(), found.clone())
    }

    fn mac() -> Sample {
        let built = Timestamp::from_second(1_795_000_000).expect("in range");
        Sample::of(System::MacOs)
            .file_of(RULES[0], INFO, built)
            .file(RULES[1], INFO.replace("5297", "5275"))
            .program(&Program::XPROTECT, STATUS)
            .program(&Program::GATEKEEPER, "assessments enabled\n")
    }

    #[test]
    fn the_rules_in_force_are_those_of_the_newer_place() {
        let (word, found) = found(&mac());
        let xprotect = &found.products[0];
        assert_eq!((word, xprotect.signature_version.as_str()), ("complete", "5297"));
        assert_eq!((xprotect.engine, xprotect.real_time), (Engine::Running, RealTime::Blocking));
        assert_eq!(xprotect.signatures_built_at.map(Timestamp::as_second), Some(1_795_000_000));
        assert!(xprotect.evidence.iter().any(|line| line == "Gatekeeper is on"));
    }

    #[test]
    fn scans_that_are_off_or_not_told_are_not_on() {
        for (text, engine, real_time) in [
            ("launch scans: disabled\nbackground scans: enabled", Engine::Running, RealTime::Off),
            ("launch scans: disabled\nbackground scans: disabled", Engine::Stopped, RealTime::Off),
            ("", Engine::Unknown, RealTime::Unknown),
        ] {
            assert_eq!(scans(text, &mut Vec::new()), (engine, real_time), "{text}");
        }
    }

    #[test]
    fn an_active_extension_is_a_product_that_runs_and_one_that_waits_is_none() {
        let (_, found) = found(&mac().file(EXTENSIONS, DB));
        let rows: Vec<_> = found.products[1..].iter().map(|it| (it.name.as_str(), it.engine, it.real_time)).collect();
        assert_eq!(
            rows,
            [
                ("com.example.guard", Engine::Running, RealTime::Unknown),
                ("com.example.waits", Engine::Stopped, RealTime::Off)
            ]
        );
    }

    #[test]
    fn defender_tells_of_itself_as_on_linux() {
        let health = include_str!("testdata/linux-mdatp-101-healthy.json");
        let (word, told) = found(&mac().file(DEFENDER, "").program(&Program::DEFENDER_MACOS, health));
        assert_eq!((word, told.products[1].real_time), ("complete", RealTime::Blocking));
        let (word, mute) = found(&mac().file(DEFENDER, ""));
        assert_eq!((word, mute.products[1].real_time), ("partial", RealTime::Unknown));
    }
}
