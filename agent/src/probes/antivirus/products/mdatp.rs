//! What `mdatp health --output json` says: Microsoft Defender for Endpoint on Linux and macOS.
//!
//! The program ends well and writes its answer also when it is not healthy: such a product is a row with reasons.

use caretaker_shared::model::{AntivirusProduct, Engine, RealTime};
use jiff::Timestamp;
use serde_json::Value;

/// Signatures that say they are older were never updated: the program counts from the beginning of 1970 then.
const NEVER_MINUTES: i64 = 10 * 365 * 24 * 60;
/// Nothing was made before it: the first second of 2000.
const OLDEST: i64 = 946_684_800;
/// Reasons for not being healthy that are kept.
const ISSUES: usize = 8;

pub(in super::super) fn read(text: &str, row: &mut AntivirusProduct) -> Result<(), &'static str> {
    let health: Value = serde_json::from_str(text).map_err(|_| "its answer is no JSON")?;
    let healthy = flag(&health, "healthy").ok_or("its answer does not say whether it is healthy")?;
    row.version = words(&health, "appVersion");
    row.engine = engine(&health, healthy);
    row.passive = flag(&health, "passiveModeEnabled");
    row.real_time = match flag(&health, "realTimeProtectionEnabled") {
        Some(true) => RealTime::Blocking,
        Some(false) => RealTime::Off,
        None => RealTime::Unknown,
    };
    row.tamper_protection = match words(&health, "tamperProtection").as_str() {
        "block" => Some(true),
        "audit" | "disabled" => Some(false),
        _ => None,
    };
    row.expired = flag(&health, "licensed").map(|licensed| !licensed);
    signatures(&health, row);
    row.evidence.push(format!("mdatp health: healthy = {healthy}"));
    if health.pointer("/realTimeProtectionEnabled/managedBy").is_some() {
        row.evidence.push("real-time protection is set by the organisation".into());
    }
    let issues = health.get("healthIssues").and_then(Value::as_array).into_iter().flatten();
    row.evidence.extend(issues.filter_map(Value::as_str).take(ISSUES).map(|issue| format!("mdatp health: {issue}")));
    Ok(())
}

fn engine(health: &Value, healthy: bool) -> Engine {
    let loaded = words(health, "engineLoadStatus").to_lowercase();
    match (loaded.contains("succeeded"), loaded.contains("fail")) {
        (true, _) => Engine::Running,
        (false, true) => Engine::Stopped,
        (false, false) if healthy => Engine::Running,
        (false, false) => Engine::Unknown,
    }
}

fn signatures(health: &Value, row: &mut AntivirusProduct) {
    row.signature_version = words(health, "definitionsVersion");
    row.claims_up_to_date = match words(health, "definitionsStatus").as_str() {
        "" => None,
        status => Some(status == "upToDate"),
    };
    let minutes = number(health, "definitionsUpdatedMinutesAgo");
    let built = number(health, "definitionsUpdated").map(|milliseconds| milliseconds / 1000);
    if minutes.is_some_and(|minutes| minutes > NEVER_MINUTES) || built.is_some_and(|seconds| seconds < OLDEST) {
        row.evidence.push("its signatures were never updated".into());
        row.claims_up_to_date = Some(false);
    } else {
        row.signatures_built_at = built.and_then(|seconds| Timestamp::from_second(seconds).ok());
    }
}

/// A value; of one that the organisation set, the one in force.
fn value<'a>(health: &'a Value, name: &str) -> Option<&'a Value> {
    let field = health.get(name)?;
    field.get("value").or_else(|| field.get("$type")).or(Some(field))
}

fn flag(health: &Value, name: &str) -> Option<bool> {
    match value(health, name)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.split_whitespace().next()?.parse().ok(),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn number(health: &Value, name: &str) -> Option<i64> {
    match value(health, name)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn words(health: &Value, name: &str) -> String {
    value(health, name).and_then(Value::as_str).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEALTHY: &str = include_str!("../testdata/linux-mdatp-101-healthy.json");
    const UNHEALTHY: &str = include_str!("../testdata/linux-mdatp-101-unhealthy.json");

    fn row(text: &str) -> AntivirusProduct {
        let mut row = AntivirusProduct::default();
        read(text, &mut row).expect("an answer");
        row
    }

    #[test]
    fn reads_a_healthy_product_with_values_that_the_organisation_set() {
        let row = row(HEALTHY);
        assert_eq!((row.engine, row.real_time, row.passive), (Engine::Running, RealTime::Blocking, Some(false)));
        assert_eq!((row.claims_up_to_date, row.expired, row.tamper_protection), (Some(true), Some(false), Some(true)));
        assert_eq!(row.signature_version, "1.421.108.0");
        assert_eq!(row.signatures_built_at.map(|at| at.to_string()).as_deref(), Some("2026-11-21T06:12:31Z"));
    }

    #[test]
    fn case_24_a_product_that_is_not_healthy_is_a_row_with_reasons() {
        let row = row(UNHEALTHY);
        assert_eq!(row.real_time, RealTime::Off);
        assert!(row.evidence.iter().any(|line| line.ends_with("no active event provider")), "{:?}", row.evidence);
    }

    #[test]
    fn case_25_minutes_since_1970_mean_never() {
        let row = row(UNHEALTHY);
        assert_eq!((row.signatures_built_at, row.claims_up_to_date), (None, Some(false)));
        assert!(row.evidence.iter().any(|line| line == "its signatures were never updated"));
    }

    #[test]
    fn other_text_is_no_answer() {
        for text in ["", "[]", "{}", "Could not connect to the daemon", r#"{"healthy": "perhaps"}"#] {
            assert!(read(text, &mut AntivirusProduct::default()).is_err(), "{text}");
        }
    }
}
