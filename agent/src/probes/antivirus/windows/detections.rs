//! What Microsoft Defender met, with the names that it gives to threats.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use caretaker_shared::model::Detection;

use super::defender::{NAME, NAMESPACE};
use super::moment;
use crate::host::windows::{Windows, WmiObject, WmiValue};

pub(super) const MET: &str = "SELECT * FROM MSFT_MpThreatDetection";
pub(super) const NAMES: &str = "SELECT ThreatID, ThreatName FROM MSFT_MpThreat";

/// What it keeps of its own accord, a month or so.
pub(super) fn ask(windows: &dyn Windows, flaws: &mut Vec<String>) -> Vec<Detection> {
    let mut query = |query: &str| match windows.wmi(NAMESPACE, query) {
        Ok(objects) => objects,
        Err(error) if error.kind() == ErrorKind::Unsupported => Vec::new(),
        Err(error) => {
            flaws.push(format!("{NAMESPACE}: {}", error.kind()));
            Vec::new()
        }
    };
    let met = query(MET);
    if met.is_empty() {
        return Vec::new();
    }
    let names = query(NAMES);
    let names: BTreeMap<i64, &str> = names
        .iter()
        .filter_map(|threat| Some((threat.get("ThreatID")?.number()?, threat.get("ThreatName")?.text()?)))
        .collect();
    met.iter().filter_map(|object| detection(object, &names)).collect()
}

fn detection(object: &WmiObject, names: &BTreeMap<i64, &str>) -> Option<Detection> {
    let found_at = object.get("InitialDetectionTime").and_then(WmiValue::text).and_then(moment::of_wmi)?;
    let id = object.get("ThreatID").and_then(WmiValue::number)?;
    let threat = names.get(&id).map_or_else(|| format!("threat {id}"), |name| (*name).to_owned());
    let path = object.get("Resources").and_then(place).unwrap_or_default();
    let action = object.get("ThreatStatusID").and_then(WmiValue::number).map_or("", action);
    Some(Detection { found_at, product: NAME.into(), threat, path, action: action.into() })
}

/// The first file that it names: `file:_C:\Users\pupil.one\Downloads\a.exe`, `containerfile:_...`. What else it names
/// are addresses of pages and whole command lines, which may hold passwords.
fn place(resources: &WmiValue) -> Option<String> {
    let WmiValue::List(resources) = resources else { return None };
    let file = |resource: &str| {
        let (kind, path) = resource.split_once(":_")?;
        // "webfile:_C:\Users\pupil.one\Downloads\a.exe|https://...|pid:..."
        let path = path.split('|').next().unwrap_or_default();
        matches!(kind, "file" | "containerfile" | "webfile").then(|| path.to_owned())
    };
    resources.iter().filter_map(WmiValue::text).find_map(file)
}

/// `ThreatStatusID` in words.
fn action(status: i64) -> &'static str {
    match status {
        1 => "found",
        2 => "cleaned",
        3 => "quarantined",
        4 => "removed",
        5 => "allowed",
        6 => "blocked",
        102 => "could not be quarantined",
        103 => "could not be removed",
        104 => "could not be allowed",
        105 => "left alone",
        107 => "could not be blocked",
        _ => "",
    }
}
