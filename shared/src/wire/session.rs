//! What opens a session and what carries records.

use caretaker_proto::agent::v1 as proto;

use super::common::{WireError, digest, text};
use super::limits;
use crate::digest::Sha256;
use crate::model::{DeviceClock, EpochId, EpochReason, Stream, StreamMark};

/// A checked [`proto::HelloRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct Hello {
    /// The epoch that the device's spool is in.
    pub epoch: EpochId,
    /// The one before, when there was one.
    pub previous: Option<EpochId>,
    /// Why this one began.
    pub reason: EpochReason,
    /// How far each stream has come; at most one mark a stream.
    pub marks: Vec<StreamMark>,
    /// Version of the agent.
    pub agent_version: String,
    /// What people call the machine.
    pub hostname: String,
    /// Version of the policy that the device has; 0 for none.
    pub policy_version: u64,
    /// Both clocks at the moment of sending.
    pub clock: DeviceClock,
    /// The fingerprint of the safeguarding root that the device knows.
    pub root: Option<Sha256>,
    /// The digest of the recipients that it seals for.
    pub recipients: Option<Sha256>,
    /// The digest of the newest checkpoint of the audit chain that it keeps.
    pub checkpoint: Option<Sha256>,
}

/// A checked [`proto::UploadRequest`]. The envelopes are still bytes: one that cannot be read must not stop the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Upload {
    /// The epoch that the records belong to.
    pub epoch: EpochId,
    /// The stream that they belong to.
    pub stream: Stream,
    /// Sequence number and envelope, numbers rising.
    pub records: Vec<(u64, Vec<u8>)>,
    /// Both clocks at the moment of sending.
    pub clock: DeviceClock,
}

impl From<Stream> for proto::Stream {
    fn from(stream: Stream) -> Self {
        match stream {
            Stream::Safeguarding => Self::Safeguarding,
            Stream::Tamper => Self::Tamper,
            Stream::State => Self::State,
            Stream::Metrics => Self::Metrics,
        }
    }
}

impl TryFrom<proto::Stream> for Stream {
    type Error = WireError;

    fn try_from(stream: proto::Stream) -> Result<Self, WireError> {
        match stream {
            proto::Stream::Safeguarding => Ok(Self::Safeguarding),
            proto::Stream::Tamper => Ok(Self::Tamper),
            proto::Stream::State => Ok(Self::State),
            proto::Stream::Metrics => Ok(Self::Metrics),
            proto::Stream::Unspecified => Err(WireError::Unknown("stream")),
        }
    }
}

impl From<Hello> for proto::HelloRequest {
    fn from(hello: Hello) -> Self {
        let reason = match hello.reason {
            EpochReason::NewInstall => proto::EpochReason::NewInstall,
            EpochReason::SpoolDamaged => proto::EpochReason::SpoolDamaged,
        };
        let marks = hello.marks.iter().map(|mark| proto::StreamMark {
            stream: proto::Stream::from(mark.stream).into(),
            acknowledged: mark.acknowledged,
            last: mark.last,
        });
        Self {
            epoch_id: hello.epoch.as_bytes().to_vec(),
            previous_epoch_id: hello.previous.map(|epoch| epoch.as_bytes().to_vec()).unwrap_or_default(),
            epoch_reason: reason.into(),
            marks: marks.collect(),
            agent_version: hello.agent_version,
            hostname: super::common::fit(&hello.hostname, limits::TEXT_BYTES),
            policy_version: hello.policy_version,
            clock: Some(hello.clock.into()),
            root: hello.root.map(|root| root.as_bytes().to_vec()).unwrap_or_default(),
            recipients_digest: hello.recipients.map(|digest| digest.as_bytes().to_vec()).unwrap_or_default(),
            checkpoint_digest: hello.checkpoint.map(|digest| digest.as_bytes().to_vec()).unwrap_or_default(),
        }
    }
}

impl TryFrom<proto::HelloRequest> for Hello {
    type Error = WireError;

    fn try_from(hello: proto::HelloRequest) -> Result<Self, WireError> {
        let reason = match hello.epoch_reason() {
            proto::EpochReason::NewInstall => EpochReason::NewInstall,
            proto::EpochReason::SpoolDamaged => EpochReason::SpoolDamaged,
            proto::EpochReason::Unspecified => return Err(WireError::Unknown("epoch_reason")),
        };
        let previous = match hello.previous_epoch_id.as_slice() {
            [] => None,
            id => Some(EpochId::from_slice(id).ok_or(WireError::Malformed("previous_epoch_id"))?),
        };
        let mut marks: Vec<StreamMark> = Vec::with_capacity(Stream::ALL.len());
        for mark in hello.marks.iter().take(Stream::ALL.len() + 1) {
            let stream = Stream::try_from(mark.stream())?;
            if mark.acknowledged > mark.last || marks.iter().any(|known| known.stream == stream) {
                return Err(WireError::Malformed("marks"));
            }
            marks.push(StreamMark { stream, acknowledged: mark.acknowledged, last: mark.last });
        }
        Ok(Self {
            epoch: EpochId::from_slice(&hello.epoch_id).ok_or(WireError::Malformed("epoch_id"))?,
            previous,
            reason,
            marks,
            agent_version: text(hello.agent_version, "agent_version")?,
            hostname: text(hello.hostname, "hostname")?,
            policy_version: hello.policy_version,
            clock: hello.clock.ok_or(WireError::Missing("clock"))?.try_into()?,
            root: maybe_digest(&hello.root, "root")?,
            recipients: maybe_digest(&hello.recipients_digest, "recipients_digest")?,
            checkpoint: maybe_digest(&hello.checkpoint_digest, "checkpoint_digest")?,
        })
    }
}

fn maybe_digest(bytes: &[u8], field: &'static str) -> Result<Option<Sha256>, WireError> {
    if bytes.is_empty() { Ok(None) } else { digest(bytes, field).map(Some) }
}

impl From<Upload> for proto::UploadRequest {
    fn from(upload: Upload) -> Self {
        let records = upload.records.into_iter().map(|(sequence, envelope)| proto::Record { sequence, envelope });
        Self {
            epoch_id: upload.epoch.as_bytes().to_vec(),
            stream: proto::Stream::from(upload.stream).into(),
            records: records.collect(),
            clock: Some(upload.clock.into()),
        }
    }
}

impl TryFrom<proto::UploadRequest> for Upload {
    type Error = WireError;

    fn try_from(upload: proto::UploadRequest) -> Result<Self, WireError> {
        let stream = Stream::try_from(upload.stream())?;
        if upload.records.len() > limits::UPLOAD_RECORDS {
            return Err(WireError::TooLarge("records"));
        }
        let together: usize = upload.records.iter().map(|record| record.envelope.len()).sum();
        if upload.records.len() > 1 && together > limits::UPLOAD_BYTES {
            return Err(WireError::TooLarge("records"));
        }
        let mut last = 0;
        let mut records = Vec::with_capacity(upload.records.len());
        for record in upload.records {
            if record.sequence <= last || i64::try_from(record.sequence).is_err() {
                return Err(WireError::Malformed("sequence"));
            }
            last = record.sequence;
            records.push((record.sequence, record.envelope));
        }
        Ok(Self {
            epoch: EpochId::from_slice(&upload.epoch_id).ok_or(WireError::Malformed("epoch_id"))?,
            stream,
            records,
            clock: upload.clock.ok_or(WireError::Missing("clock"))?.try_into()?,
        })
    }
}
