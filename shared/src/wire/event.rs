//! Events and the agent's own cost.

use std::time::Duration;

use caretaker_proto::agent::v1 as proto;

use super::common::{WireError, digest, identifier, timestamp, unix_ms};
use crate::model::{AgentCost, KeywordEvent, Severity, TamperEvent, TamperKind};

impl From<&KeywordEvent> for proto::KeywordEvent {
    fn from(event: &KeywordEvent) -> Self {
        Self {
            rule: event.rule.clone(),
            category: event.category.clone(),
            severity: event.severity.level().into(),
            document: event.document.as_bytes().to_vec(),
            occurred_unix_ms: unix_ms(event.occurred_at),
        }
    }
}

impl TryFrom<proto::KeywordEvent> for KeywordEvent {
    type Error = WireError;

    fn try_from(event: proto::KeywordEvent) -> Result<Self, WireError> {
        Ok(Self {
            rule: identifier(event.rule, "rule")?,
            category: identifier(event.category, "category")?,
            severity: Severity::new(event.severity).ok_or(WireError::Malformed("severity"))?,
            document: digest(&event.document, "document")?,
            occurred_at: timestamp(event.occurred_unix_ms, "occurred_unix_ms")?,
        })
    }
}

impl From<&TamperEvent> for proto::TamperEvent {
    fn from(event: &TamperEvent) -> Self {
        let kind = match event.kind {
            TamperKind::Started => proto::TamperKind::Started,
            TamperKind::StartedAfterKill => proto::TamperKind::StartedAfterKill,
            TamperKind::Stopped => proto::TamperKind::Stopped,
            TamperKind::SpoolSetAside => proto::TamperKind::SpoolSetAside,
            TamperKind::AntivirusOff => proto::TamperKind::AntivirusOff,
            TamperKind::AntivirusOn => proto::TamperKind::AntivirusOn,
        };
        Self { kind: kind.into(), occurred_unix_ms: unix_ms(event.occurred_at) }
    }
}

impl TryFrom<proto::TamperEvent> for TamperEvent {
    type Error = WireError;

    fn try_from(event: proto::TamperEvent) -> Result<Self, WireError> {
        let kind = match event.kind() {
            proto::TamperKind::Started => TamperKind::Started,
            proto::TamperKind::StartedAfterKill => TamperKind::StartedAfterKill,
            proto::TamperKind::Stopped => TamperKind::Stopped,
            proto::TamperKind::SpoolSetAside => TamperKind::SpoolSetAside,
            proto::TamperKind::AntivirusOff => TamperKind::AntivirusOff,
            proto::TamperKind::AntivirusOn => TamperKind::AntivirusOn,
            proto::TamperKind::Unspecified => return Err(WireError::Unknown("tamper.kind")),
        };
        Ok(Self { kind, occurred_at: timestamp(event.occurred_unix_ms, "occurred_unix_ms")? })
    }
}

impl From<&AgentCost> for proto::Metrics {
    fn from(cost: &AgentCost) -> Self {
        let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self {
            resident_bytes: cost.resident_bytes,
            processor_ms: ms(cost.processor),
            spool_bytes: cost.spool_bytes,
            uptime_ms: ms(cost.uptime),
        }
    }
}

impl TryFrom<proto::Metrics> for AgentCost {
    type Error = WireError;

    fn try_from(metrics: proto::Metrics) -> Result<Self, WireError> {
        Ok(Self {
            resident_bytes: metrics.resident_bytes,
            processor: Duration::from_millis(metrics.processor_ms),
            spool_bytes: metrics.spool_bytes,
            uptime: Duration::from_millis(metrics.uptime_ms),
        })
    }
}
