//! Events and the agent's own cost.

use std::time::Duration;

use caretaker_proto::agent::v1 as proto;

use super::common::{
    WireError, digest, fit_path, fit_text, identifier, path, same_names, text, texts, timestamp, unix_ms,
};
use super::limits;
use crate::model::{AgentCost, DeviceEvent, DeviceEventKind, KeywordEvent, Severity};

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

same_names!(
    DeviceEventKind, "device_event.kind":
    Started, StartedAfterKill, Stopped, SpoolSetAside, AntivirusOff, AntivirusOn, VirusFound, AdministratorAdded,
    AdministratorRemoved, MediumMounted, MediumRemoved,
);

impl From<&DeviceEvent> for proto::DeviceEvent {
    fn from(event: &DeviceEvent) -> Self {
        Self {
            kind: proto::DeviceEventKind::from(event.kind).into(),
            occurred_unix_ms: unix_ms(event.occurred_at),
            users: event.users.iter().take(limits::EVENT_USERS).map(|user| fit_text(user)).collect(),
            subject: fit_text(&event.subject),
            detail: fit_path(&event.detail),
        }
    }
}

impl TryFrom<proto::DeviceEvent> for DeviceEvent {
    type Error = WireError;

    fn try_from(event: proto::DeviceEvent) -> Result<Self, WireError> {
        Ok(Self {
            kind: event.kind().try_into()?,
            occurred_at: timestamp(event.occurred_unix_ms, "occurred_unix_ms")?,
            users: texts(event.users, limits::EVENT_USERS, limits::TEXT_BYTES, "users")?,
            subject: text(event.subject, "subject")?,
            detail: path(event.detail, "detail")?,
        })
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
