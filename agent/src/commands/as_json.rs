//! A reading as JSON. The field names are those of the model and stay.

use caretaker_shared::model::{Facts, Reading};
use serde_json::{Value, json};

pub(super) fn reading(reading: &Reading) -> Value {
    json!({
        "probe": reading.probe.as_str(),
        "taken_at": reading.taken_at.to_string(),
        "completeness": reading.outcome.word(),
        "reason": reading.outcome.reason(),
        "facts": reading.outcome.facts().map(facts),
    })
}

fn facts(facts: &Facts) -> Value {
    match facts {
        Facts::Host(host) => json!(host),
        Facts::Hardware(hardware) => json!(hardware),
        Facts::Software(titles) => json!({ "titles": titles }),
        Facts::Executables(found) => json!({ "executables": found.files, "media": found.media }),
        Facts::Antivirus(found) => json!(found),
        Facts::ScreenLock(locks) => json!({ "locks": locks }),
        Facts::Encryption(volumes) => json!({ "volumes": volumes }),
        Facts::Firewall(profiles) => json!({ "profiles": profiles }),
        Facts::Updates(updates) => json!(updates),
        Facts::Accounts(accounts) => json!({ "accounts": accounts }),
        Facts::Sessions(sessions) => json!({ "sessions": sessions }),
        Facts::Removable(media) => json!({ "media": media }),
        Facts::Network(network) => json!(network),
    }
}
