//! Events and the agent's own cost.

use std::collections::BTreeSet;
use std::time::Duration;

use caretaker_proto::agent::v1 as proto;

use super::common::{
    WireError, digest, fit_path, fit_text, identifier, path, same_names, text, texts, timestamp, unix_ms,
};
use super::limits;
use crate::lexicon::{Arithmetic, Part, Reason, category};
use crate::model::{
    AgentCost, CanaryNonce, Content, DeviceEvent, DeviceEventKind, KeywordEvent, Role, Severity, Source, SubjectKind,
    Unsealed,
};
use crate::order;

impl From<&KeywordEvent> for proto::KeywordEvent {
    fn from(event: &KeywordEvent) -> Self {
        Self {
            rule: event.rule.clone(),
            category: event.category.clone(),
            severity: event.severity.level().into(),
            document: event.document.as_bytes().to_vec(),
            occurred_unix_ms: unix_ms(event.occurred_at),
            source: proto::Source::from(event.source).into(),
            user: event.user.map(|user| user.as_bytes().to_vec()).unwrap_or_default(),
            count: event.count,
            score: event.arithmetic.parts().map(score_part).collect(),
            help_seeking: event.help_seeking,
            topic: if event.topic == event.category { String::new() } else { event.topic.clone() },
            sealed: match &event.content {
                Content::Sealed(sealed) => sealed.clone(),
                Content::Nothing(_) => Vec::new(),
            },
            unsealed: match event.content {
                Content::Sealed(_) => proto::Unsealed::Unspecified.into(),
                Content::Nothing(reason) => proto::Unsealed::from(reason).into(),
            },
            subject: proto::SubjectKind::from(event.subject).into(),
            conflict: event.conflict.iter().map(|role| role.word().to_owned()).collect(),
            canary: event.canary.map(|nonce| nonce.as_bytes().to_vec()).unwrap_or_default(),
        }
    }
}

impl TryFrom<proto::KeywordEvent> for KeywordEvent {
    type Error = WireError;

    fn try_from(event: proto::KeywordEvent) -> Result<Self, WireError> {
        let source = event.source().try_into()?;
        let subject = event.subject().into();
        let unsealed = event.unsealed().into();
        if event.sealed.len() > limits::SEALED_BYTES {
            return Err(WireError::TooLarge("sealed"));
        }
        let category_id = identifier(event.category, "category")?;
        let severity = Severity::new(event.severity).ok_or(WireError::Malformed("severity"))?;
        if event.score.len() > limits::SCORE_PARTS {
            return Err(WireError::TooLarge("score"));
        }
        let arithmetic = stated(event.score, &category_id, severity)?;
        Ok(Self {
            rule: identifier(event.rule, "rule")?,
            topic: if event.topic.is_empty() { category_id.clone() } else { identifier(event.topic, "topic")? },
            category: category_id,
            severity,
            arithmetic,
            count: event.count.max(1),
            help_seeking: event.help_seeking,
            source,
            document: digest(&event.document, "document")?,
            user: if event.user.is_empty() { None } else { Some(digest(&event.user, "user")?) },
            occurred_at: timestamp(event.occurred_unix_ms, "occurred_unix_ms")?,
            subject,
            conflict: roles(event.conflict)?,
            canary: nonce(&event.canary)?,
            content: if event.sealed.is_empty() { Content::Nothing(unsealed) } else { Content::Sealed(event.sealed) },
        })
    }
}

impl From<Unsealed> for proto::Unsealed {
    fn from(reason: Unsealed) -> Self {
        match reason {
            Unsealed::Older => Self::Unspecified,
            Unsealed::NoRoot => Self::NoRoot,
            Unsealed::NoRecipients => Self::NoRecipients,
            Unsealed::Nobody => Self::Nobody,
            Unsealed::Failed => Self::Failed,
        }
    }
}

impl From<proto::Unsealed> for Unsealed {
    fn from(reason: proto::Unsealed) -> Self {
        match reason {
            proto::Unsealed::Unspecified => Self::Older,
            proto::Unsealed::NoRoot => Self::NoRoot,
            proto::Unsealed::NoRecipients => Self::NoRecipients,
            proto::Unsealed::Nobody => Self::Nobody,
            proto::Unsealed::Failed => Self::Failed,
        }
    }
}

impl From<SubjectKind> for proto::SubjectKind {
    fn from(subject: SubjectKind) -> Self {
        match subject {
            SubjectKind::Pupil => Self::Pupil,
            SubjectKind::Staff => Self::Staff,
        }
    }
}

impl From<proto::SubjectKind> for SubjectKind {
    fn from(subject: proto::SubjectKind) -> Self {
        match subject {
            proto::SubjectKind::Unspecified | proto::SubjectKind::Pupil => Self::Pupil,
            proto::SubjectKind::Staff => Self::Staff,
        }
    }
}

/// What a device was asked with; `None` for no bytes.
fn nonce(bytes: &[u8]) -> Result<Option<CanaryNonce>, WireError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    CanaryNonce::from_slice(bytes).map(Some).ok_or(WireError::Malformed("canary"))
}

/// Offices by their words. One that this version does not know cannot be kept out: the event is refused.
fn roles(words: Vec<String>) -> Result<BTreeSet<Role>, WireError> {
    if words.len() > Role::ALL.len() {
        return Err(WireError::TooLarge("conflict"));
    }
    let roles = words.iter().map(|word| Role::parse(word).ok_or(WireError::Unknown("conflict")));
    roles.collect::<Result<Vec<_>, _>>().map(order::set)
}

fn score_part(part: Part) -> proto::ScorePart {
    proto::ScorePart { reason: part.reason.word().to_owned(), points: part.points.into() }
}

/// The arithmetic as the device states it. Its result is the severity of the event, whatever this version makes of it.
fn stated(score: Vec<proto::ScorePart>, id: &str, severity: Severity) -> Result<Arithmetic, WireError> {
    let mut parts = Vec::with_capacity(score.len());
    for part in score {
        let points = i8::try_from(part.points).map_err(|_| WireError::Malformed("score.points"))?;
        // A later agent may have reasons that this version does not know.
        if let Some(reason) = Reason::from_word(&identifier(part.reason, "score.reason")?) {
            parts.push(Part { reason, points });
        }
    }
    let range = category(id).map(|category| (category.least.min(severity), category.most.max(severity)));
    let known = range.map(|(least, most)| Arithmetic::of(parts.clone(), least, most));
    let agrees = known.filter(|arithmetic| arithmetic.severity() == severity);
    Ok(agrees.unwrap_or_else(|| Arithmetic::of(parts, severity, severity)))
}

same_names!(Source, "source": Document, Search, Title, Address);

same_names!(
    DeviceEventKind, "device_event.kind":
    Started, StartedAfterKill, Stopped, SpoolSetAside, AntivirusOff, AntivirusOn, VirusFound, AdministratorAdded,
    AdministratorRemoved, MediumMounted, MediumRemoved, RecipientsRefused, TextUnread, CheckpointRefused,
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
