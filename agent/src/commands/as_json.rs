//! A reading as JSON. The field names are those of the contract and stay.

use caretaker_shared::model::{
    AntivirusProduct, Executable, Facts, HostFacts, Idle, Reading, ScreenLock, SoftwareTitle,
};
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
        Facts::Host(facts) => host(facts),
        Facts::Software(titles) => json!({ "titles": titles.iter().map(title).collect::<Vec<_>>() }),
        Facts::Executables(files) => json!({ "executables": files.iter().map(executable).collect::<Vec<_>>() }),
        Facts::Antivirus(found) => json!({ "products": found.products.iter().map(product).collect::<Vec<_>>() }),
        Facts::ScreenLock(locks) => json!({ "locks": locks.iter().map(lock).collect::<Vec<_>>() }),
    }
}

fn host(facts: &HostFacts) -> Value {
    json!({
        "hostname": facts.hostname,
        "os": facts.os,
        "platform": facts.platform,
        "kernel": facts.kernel,
        "architecture": facts.architecture,
        "processors": facts.processors,
        "memory_bytes": facts.memory_bytes,
        "booted_at": facts.booted_at.to_string(),
    })
}

fn title(title: &SoftwareTitle) -> Value {
    json!({
        "name": title.name,
        "version": title.version,
        "architecture": title.architecture,
        "publisher": title.publisher,
        "source": title.source,
        "installed_at": title.installed_at.map(|at| at.to_string()),
        "size_bytes": title.size_bytes,
    })
}

fn executable(file: &Executable) -> Value {
    json!({
        "path": file.path,
        "sha256": file.sha256.to_string(),
        "size_bytes": file.size_bytes,
        "modified_at": file.modified_at.to_string(),
        "owner": file.owner,
        "format": file.format.word(),
    })
}

fn product(product: &AntivirusProduct) -> Value {
    json!({
        "name": product.name,
        "version": product.version,
        "engine": product.engine.word(),
        "real_time": product.real_time.word(),
        "signature_version": product.signature_version,
        "signatures_built_at": product.signatures_built_at.map(|at| at.to_string()),
        "evidence": product.evidence,
    })
}

fn lock(lock: &ScreenLock) -> Value {
    json!({
        "user": lock.user,
        "desktop": lock.desktop,
        "until_covered": idle(&lock.until_covered),
        "until_password": idle(&lock.until_password),
        "setting": lock.setting,
        "place": lock.place,
        "user_can_change": lock.user_can_change,
    })
}

fn idle(idle: &Idle) -> Value {
    match idle {
        Idle::Seconds(seconds) => json!({ "seconds": seconds }),
        Idle::Never => json!({ "never": true }),
        Idle::Unknown(reason) => json!({ "unknown": reason }),
    }
}
