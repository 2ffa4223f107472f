//! Readings of the probes. Texts that come from the operating system are made fit on the way out and checked on the
//! way in.

use caretaker_proto::agent::v1 as proto;

use super::common::{WireError, digest, fit, list, path, text, timestamp, unix_ms};
use super::limits;
use crate::model::{
    Antivirus, AntivirusProduct, Engine, Executable, ExecutableFacts, ExecutableFormat, Facts, HostFacts, Idle,
    Outcome, ProbeName, Reading, RealTime, ScreenLock, SoftwareTitle,
};

fn fit_text(value: &str) -> String {
    fit(value, limits::TEXT_BYTES)
}

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
            Facts::Software(titles) => {
                Self::Software(proto::SoftwareInventory { titles: titles.iter().map(Into::into).collect() })
            }
            Facts::Executables(files) => {
                Self::Executables(proto::ExecutableInventory { executables: files.iter().map(Into::into).collect() })
            }
            Facts::Antivirus(antivirus) => {
                Self::Antivirus(proto::AntivirusFacts { products: antivirus.products.iter().map(Into::into).collect() })
            }
            Facts::ScreenLock(locks) => {
                Self::ScreenLock(proto::ScreenLockFacts { locks: locks.iter().map(Into::into).collect() })
            }
        }
    }
}

impl TryFrom<proto::reading::Facts> for Facts {
    type Error = WireError;

    fn try_from(facts: proto::reading::Facts) -> Result<Self, WireError> {
        use proto::reading::Facts as Wire;
        Ok(match facts {
            Wire::Host(host) => Self::Host(host.try_into()?),
            Wire::Software(software) => Self::Software(list(software.titles, limits::TITLES, "titles")?),
            Wire::Executables(found) => Self::Executables(list(found.executables, limits::EXECUTABLES, "executables")?),
            Wire::Antivirus(antivirus) => {
                Self::Antivirus(Antivirus { products: list(antivirus.products, limits::PRODUCTS, "products")? })
            }
            Wire::ScreenLock(found) => Self::ScreenLock(list(found.locks, limits::LOCKS, "locks")?),
        })
    }
}

impl From<&HostFacts> for proto::HostFacts {
    fn from(host: &HostFacts) -> Self {
        Self {
            hostname: fit_text(&host.hostname),
            os: fit_text(&host.os),
            platform: fit_text(&host.platform),
            kernel: fit_text(&host.kernel),
            architecture: fit_text(&host.architecture),
            processors: host.processors,
            memory_bytes: host.memory_bytes,
            booted_unix_ms: unix_ms(host.booted_at),
        }
    }
}

impl TryFrom<proto::HostFacts> for HostFacts {
    type Error = WireError;

    fn try_from(host: proto::HostFacts) -> Result<Self, WireError> {
        Ok(Self {
            hostname: text(host.hostname, "hostname")?,
            os: text(host.os, "os")?,
            platform: text(host.platform, "platform")?,
            kernel: text(host.kernel, "kernel")?,
            architecture: text(host.architecture, "architecture")?,
            processors: host.processors,
            memory_bytes: host.memory_bytes,
            booted_at: timestamp(host.booted_unix_ms, "booted_unix_ms")?,
        })
    }
}

impl From<&SoftwareTitle> for proto::SoftwareTitle {
    fn from(title: &SoftwareTitle) -> Self {
        Self {
            name: fit_text(&title.name),
            version: fit_text(&title.version),
            architecture: fit_text(&title.architecture),
            publisher: fit_text(&title.publisher),
            source: fit_text(&title.source),
            installed_unix_ms: title.installed_at.map(unix_ms),
            size_bytes: title.size_bytes,
        }
    }
}

impl TryFrom<proto::SoftwareTitle> for SoftwareTitle {
    type Error = WireError;

    fn try_from(title: proto::SoftwareTitle) -> Result<Self, WireError> {
        if title.name.is_empty() {
            return Err(WireError::Missing("name"));
        }
        Ok(Self {
            name: text(title.name, "name")?,
            version: text(title.version, "version")?,
            architecture: text(title.architecture, "architecture")?,
            publisher: text(title.publisher, "publisher")?,
            source: text(title.source, "source")?,
            installed_at: title.installed_unix_ms.map(|ms| timestamp(ms, "installed_unix_ms")).transpose()?,
            size_bytes: title.size_bytes,
        })
    }
}

impl From<&Executable> for proto::Executable {
    fn from(file: &Executable) -> Self {
        Self {
            path: fit(&file.path, limits::PATH_BYTES),
            sha256: file.sha256.as_bytes().to_vec(),
            size_bytes: file.size_bytes,
            modified_unix_ms: unix_ms(file.modified_at),
            owner: fit_text(&file.owner),
            format: proto::ExecutableFormat::from(file.format).into(),
        }
    }
}

impl TryFrom<proto::Executable> for Executable {
    type Error = WireError;

    fn try_from(file: proto::Executable) -> Result<Self, WireError> {
        Ok(Self {
            format: file.format().try_into()?,
            path: path(file.path, "path")?,
            sha256: digest(&file.sha256, "sha256")?,
            size_bytes: file.size_bytes,
            modified_at: timestamp(file.modified_unix_ms, "modified_unix_ms")?,
            owner: text(file.owner, "owner")?,
        })
    }
}

impl From<ExecutableFormat> for proto::ExecutableFormat {
    fn from(format: ExecutableFormat) -> Self {
        match format {
            ExecutableFormat::Elf => Self::Elf,
            ExecutableFormat::Script => Self::Script,
        }
    }
}

impl TryFrom<proto::ExecutableFormat> for ExecutableFormat {
    type Error = WireError;

    fn try_from(format: proto::ExecutableFormat) -> Result<Self, WireError> {
        match format {
            proto::ExecutableFormat::Elf => Ok(Self::Elf),
            proto::ExecutableFormat::Script => Ok(Self::Script),
            proto::ExecutableFormat::Unspecified => Err(WireError::Unknown("format")),
        }
    }
}

impl From<&ExecutableFacts> for proto::ExecutableFacts {
    fn from(facts: &ExecutableFacts) -> Self {
        Self {
            sha256: facts.sha256.as_bytes().to_vec(),
            size_bytes: facts.size_bytes,
            format: proto::ExecutableFormat::from(facts.format).into(),
            runs_on: fit_text(&facts.runs_on),
            file_name: fit_text(&facts.file_name),
        }
    }
}

impl TryFrom<proto::ExecutableFacts> for ExecutableFacts {
    type Error = WireError;

    fn try_from(facts: proto::ExecutableFacts) -> Result<Self, WireError> {
        Ok(Self {
            format: facts.format().try_into()?,
            sha256: digest(&facts.sha256, "sha256")?,
            size_bytes: facts.size_bytes,
            runs_on: text(facts.runs_on, "runs_on")?,
            file_name: text(facts.file_name, "file_name")?,
        })
    }
}

impl From<&AntivirusProduct> for proto::AntivirusProduct {
    fn from(product: &AntivirusProduct) -> Self {
        let engine = match product.engine {
            Engine::Running => proto::Engine::Running,
            Engine::Stopped => proto::Engine::Stopped,
            Engine::Unknown => proto::Engine::Unknown,
        };
        let real_time = match product.real_time {
            RealTime::Blocking => proto::RealTime::Blocking,
            RealTime::DetectOnly => proto::RealTime::DetectOnly,
            RealTime::Off => proto::RealTime::Off,
            RealTime::Unknown => proto::RealTime::Unknown,
        };
        Self {
            name: fit_text(&product.name),
            version: fit_text(&product.version),
            engine: engine.into(),
            real_time: real_time.into(),
            signature_version: fit_text(&product.signature_version),
            signatures_built_unix_ms: product.signatures_built_at.map(unix_ms),
            evidence: product.evidence.iter().take(limits::EVIDENCE).map(|line| fit_text(line)).collect(),
        }
    }
}

impl TryFrom<proto::AntivirusProduct> for AntivirusProduct {
    type Error = WireError;

    fn try_from(product: proto::AntivirusProduct) -> Result<Self, WireError> {
        let engine = match product.engine() {
            proto::Engine::Running => Engine::Running,
            proto::Engine::Stopped => Engine::Stopped,
            proto::Engine::Unknown => Engine::Unknown,
            proto::Engine::Unspecified => return Err(WireError::Unknown("engine")),
        };
        let real_time = match product.real_time() {
            proto::RealTime::Blocking => RealTime::Blocking,
            proto::RealTime::DetectOnly => RealTime::DetectOnly,
            proto::RealTime::Off => RealTime::Off,
            proto::RealTime::Unknown => RealTime::Unknown,
            proto::RealTime::Unspecified => return Err(WireError::Unknown("real_time")),
        };
        if product.evidence.len() > limits::EVIDENCE {
            return Err(WireError::TooLarge("evidence"));
        }
        Ok(Self {
            name: text(product.name, "name")?,
            version: text(product.version, "version")?,
            engine,
            real_time,
            signature_version: text(product.signature_version, "signature_version")?,
            signatures_built_at: product
                .signatures_built_unix_ms
                .map(|ms| timestamp(ms, "signatures_built_unix_ms"))
                .transpose()?,
            evidence: product.evidence.into_iter().map(|line| text(line, "evidence")).collect::<Result<_, _>>()?,
        })
    }
}

impl From<&ScreenLock> for proto::ScreenLock {
    fn from(lock: &ScreenLock) -> Self {
        Self {
            user: fit_text(&lock.user),
            desktop: fit_text(&lock.desktop),
            until_covered: Some((&lock.until_covered).into()),
            until_password: Some((&lock.until_password).into()),
            setting: fit_text(&lock.setting),
            place: fit(&lock.place, limits::PATH_BYTES),
            user_can_change: lock.user_can_change,
        }
    }
}

impl TryFrom<proto::ScreenLock> for ScreenLock {
    type Error = WireError;

    fn try_from(lock: proto::ScreenLock) -> Result<Self, WireError> {
        Ok(Self {
            user: text(lock.user, "user")?,
            desktop: text(lock.desktop, "desktop")?,
            until_covered: lock.until_covered.ok_or(WireError::Missing("until_covered"))?.try_into()?,
            until_password: lock.until_password.ok_or(WireError::Missing("until_password"))?.try_into()?,
            setting: text(lock.setting, "setting")?,
            place: path(lock.place, "place")?,
            user_can_change: lock.user_can_change,
        })
    }
}

impl From<&Idle> for proto::Idle {
    fn from(idle: &Idle) -> Self {
        use proto::idle::Idle as Wire;
        let idle = match idle {
            Idle::Seconds(seconds) => Wire::Seconds(*seconds),
            Idle::Never => Wire::Never(true),
            Idle::Unknown(reason) => Wire::Unknown(fit_text(reason)),
        };
        Self { idle: Some(idle) }
    }
}

impl TryFrom<proto::Idle> for Idle {
    type Error = WireError;

    fn try_from(idle: proto::Idle) -> Result<Self, WireError> {
        use proto::idle::Idle as Wire;
        Ok(match idle.idle.ok_or(WireError::Missing("idle"))? {
            Wire::Seconds(seconds) => Self::Seconds(seconds),
            Wire::Never(_) => Self::Never,
            Wire::Unknown(reason) => Self::Unknown(text(reason, "idle.unknown")?),
        })
    }
}
