//! Host facts.

use caretaker_proto::agent::v1 as proto;

use crate::model::HostFacts;
use crate::wire::common::{WireError, fit_text, text, timestamp, unix_ms};

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
