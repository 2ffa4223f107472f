//! Envelopes.

use std::time::Duration;

use caretaker_proto::agent::v1 as proto;
use caretaker_proto::agent::v1::envelope::Body;

use super::common::{WireError, digest, timestamp, unix_ms};
use super::limits;
use crate::digest::Sha256;
use crate::model::{BootId, DeviceClock, Envelope, Gap, GapReason, Payload, ProbeName, StateDigests, Unchanged};
use crate::order;

impl From<&Envelope> for proto::Envelope {
    fn from(envelope: &Envelope) -> Self {
        let clock = proto::DeviceClock::from(envelope.recorded);
        let body = match &envelope.payload {
            Payload::Reading(reading) => Body::Reading(reading.into()),
            Payload::Unchanged(unchanged) => Body::ReadingUnchanged(unchanged.into()),
            Payload::ExecutableFacts(facts) => Body::ExecutableFacts(facts.into()),
            Payload::Digests(digests) => Body::StateDigests(digests.into()),
            Payload::Keyword(event) => Body::KeywordEvent(event.into()),
            Payload::Device(event) => Body::DeviceEvent(event.into()),
            Payload::Cost(cost) => Body::Metrics(cost.into()),
            Payload::Gap(gap) => Body::Gap(gap.into()),
        };
        Self {
            recorded_unix_ms: clock.wall_unix_ms,
            recorded_steady_ms: clock.steady_ms,
            boot_id: clock.boot_id,
            body: Some(body),
        }
    }
}

impl TryFrom<proto::Envelope> for Envelope {
    type Error = WireError;

    fn try_from(envelope: proto::Envelope) -> Result<Self, WireError> {
        let recorded = proto::DeviceClock {
            wall_unix_ms: envelope.recorded_unix_ms,
            steady_ms: envelope.recorded_steady_ms,
            boot_id: envelope.boot_id,
        };
        let payload = match envelope.body.ok_or(WireError::Missing("body"))? {
            Body::Reading(reading) => Payload::Reading(reading.try_into()?),
            Body::ReadingUnchanged(unchanged) => Payload::Unchanged(unchanged.try_into()?),
            Body::ExecutableFacts(facts) => Payload::ExecutableFacts(facts.try_into()?),
            Body::StateDigests(digests) => Payload::Digests(digests.try_into()?),
            Body::KeywordEvent(event) => Payload::Keyword(event.try_into()?),
            Body::DeviceEvent(event) => Payload::Device(event.try_into()?),
            Body::Metrics(cost) => Payload::Cost(cost.try_into()?),
            Body::Gap(gap) => Payload::Gap(gap.try_into()?),
        };
        Ok(Self { recorded: recorded.try_into()?, payload })
    }
}

impl From<DeviceClock> for proto::DeviceClock {
    fn from(clock: DeviceClock) -> Self {
        Self {
            wall_unix_ms: unix_ms(clock.wall),
            steady_ms: i64::try_from(clock.steady.as_millis()).unwrap_or(i64::MAX),
            boot_id: clock.boot.as_bytes().to_vec(),
        }
    }
}

impl TryFrom<proto::DeviceClock> for DeviceClock {
    type Error = WireError;

    fn try_from(clock: proto::DeviceClock) -> Result<Self, WireError> {
        let steady = u64::try_from(clock.steady_ms).map_err(|_| WireError::Malformed("steady_ms"))?;
        Ok(Self {
            wall: timestamp(clock.wall_unix_ms, "wall_unix_ms")?,
            steady: Duration::from_millis(steady),
            boot: BootId::from_slice(&clock.boot_id).ok_or(WireError::Malformed("boot_id"))?,
        })
    }
}

impl From<&Unchanged> for proto::ReadingUnchanged {
    fn from(unchanged: &Unchanged) -> Self {
        Self {
            probe: unchanged.probe.as_str().to_owned(),
            taken_unix_ms: unix_ms(unchanged.taken_at),
            digest: unchanged.digest.as_bytes().to_vec(),
        }
    }
}

impl TryFrom<proto::ReadingUnchanged> for Unchanged {
    type Error = WireError;

    fn try_from(unchanged: proto::ReadingUnchanged) -> Result<Self, WireError> {
        Ok(Self {
            probe: ProbeName::parse(&unchanged.probe).ok_or(WireError::Unknown("probe"))?,
            taken_at: timestamp(unchanged.taken_unix_ms, "taken_unix_ms")?,
            digest: digest(&unchanged.digest, "digest")?,
        })
    }
}

impl From<&StateDigests> for proto::StateDigests {
    fn from(digests: &StateDigests) -> Self {
        let probe = |(probe, digest): (&ProbeName, &Sha256)| proto::ProbeDigest {
            probe: probe.as_str().to_owned(),
            digest: digest.as_bytes().to_vec(),
        };
        Self { taken_unix_ms: unix_ms(digests.taken_at), probes: digests.probes.iter().map(probe).collect() }
    }
}

impl TryFrom<proto::StateDigests> for StateDigests {
    type Error = WireError;

    fn try_from(digests: proto::StateDigests) -> Result<Self, WireError> {
        if digests.probes.len() > limits::PROBES {
            return Err(WireError::TooLarge("probes"));
        }
        let probe = |entry: proto::ProbeDigest| {
            let probe = ProbeName::parse(&entry.probe).ok_or(WireError::Unknown("probe"))?;
            Ok((probe, digest(&entry.digest, "digest")?))
        };
        Ok(Self {
            taken_at: timestamp(digests.taken_unix_ms, "taken_unix_ms")?,
            probes: order::map(digests.probes.into_iter().map(probe).collect::<Result<Vec<_>, WireError>>()?),
        })
    }
}

impl From<&Gap> for proto::Gap {
    fn from(gap: &Gap) -> Self {
        let reason = match gap.reason {
            GapReason::Quota => proto::GapReason::Quota,
            GapReason::LostInRestore => proto::GapReason::LostInRestore,
        };
        Self { from: gap.from, to: gap.to, reason: reason.into() }
    }
}

impl TryFrom<proto::Gap> for Gap {
    type Error = WireError;

    fn try_from(gap: proto::Gap) -> Result<Self, WireError> {
        if gap.from == 0 || gap.from > gap.to {
            return Err(WireError::Malformed("gap"));
        }
        let reason = match gap.reason() {
            proto::GapReason::Quota => GapReason::Quota,
            proto::GapReason::LostInRestore => GapReason::LostInRestore,
            proto::GapReason::Unspecified => return Err(WireError::Unknown("gap.reason")),
        };
        Ok(Self { from: gap.from, to: gap.to, reason })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use proptest::prelude::*;

    use crate::digest::Sha256;
    use crate::lexicon::Reason;
    use crate::model::{
        BootId, DeviceClock, Envelope, Executable, ExecutableFormat, Executables, Facts, Idle, KeywordEvent, Outcome,
        Payload, Reading, ScreenLock, Severity, SoftwareTitle, Source,
    };
    use crate::wire::{WireError, decode, encode};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("in range")
    }

    fn envelope(payload: Payload) -> Envelope {
        let recorded =
            DeviceClock { wall: at(1_795_301_389), steady: Duration::from_millis(77), boot: BootId::random() };
        Envelope { recorded, payload }
    }

    fn complete(facts: Facts) -> Payload {
        Payload::Reading(Reading { probe: facts.probe(), taken_at: at(1), outcome: Outcome::Complete(facts) })
    }

    proptest! {
        #[test]
        fn readings_come_back_as_they_were(
            names in prop::collection::btree_set("[a-z0-9+.-]{1,40}", 0..40),
            size in proptest::option::of(0_u64..1 << 50),
            seconds in 0_u32..100_000,
        ) {
            let titles = names.iter().map(|name| SoftwareTitle {
                name: name.clone(),
                version: "1.0-1".into(),
                architecture: "amd64".into(),
                publisher: String::new(),
                source: "dpkg".into(),
                installed_at: None,
                size_bytes: size, ..SoftwareTitle::default() });
            let software = envelope(complete(Facts::Software(titles.collect())));
            prop_assert_eq!(decode(&encode(&software)), Ok(software));

            let lock = ScreenLock {
                user: "pupil.one".into(),
                desktop: "GNOME".into(),
                until_covered: Idle::Seconds(seconds),
                until_password: Idle::Unknown("no schema".into()),
                setting: "idle-delay = 300".into(),
                place: "/etc/dconf/db/local".into(),
                user_can_change: false, on_battery: None, weighed: Vec::new() };
            let locks = envelope(complete(Facts::ScreenLock(vec![lock])));
            prop_assert_eq!(decode(&encode(&locks)), Ok(locks));
        }

        #[test]
        fn any_bytes_are_read_or_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = decode(&bytes);
        }
    }

    #[test]
    fn events_come_back_as_they_were() {
        let plain = KeywordEvent::met("selfharm.plan.03", "selfharm", Severity::HIGHEST, Sha256::of(b"a path"), at(2));
        let mut arithmetic = plain.arithmetic.clone();
        arithmetic.add(Reason::Time, 1);
        arithmetic.add(Reason::Study, -2);
        let full = KeywordEvent {
            severity: arithmetic.severity(),
            arithmetic,
            count: 3,
            help_seeking: true,
            topic: "exams".into(),
            source: Source::Search,
            user: Some(Sha256::of(b"an account")),
            ..plain.clone()
        };
        for event in [plain, full] {
            let event = envelope(Payload::Keyword(event));
            assert_eq!(decode(&encode(&event)), Ok(event));
        }
    }

    #[test]
    fn text_of_the_system_is_made_fit_on_the_device() {
        let executable = |path: &str| Executable {
            path: path.into(),
            sha256: Sha256::of(b"x"),
            size_bytes: 1,
            modified_at: at(0),
            owner: "root".into(),
            format: ExecutableFormat::Elf,
            class: None,
            signer: None,
            removable: false,
        };
        let odd = envelope(complete(Facts::Executables(Executables {
            files: vec![executable("/tmp/\u{1b}[31mred\n")],
            media: Vec::new(),
        })));
        let read = decode(&encode(&odd)).expect("made fit");
        let fit = envelope(complete(Facts::Executables(Executables {
            files: vec![executable("/tmp/\u{fffd}[31mred\u{fffd}")],
            media: Vec::new(),
        })));
        assert_eq!(read.payload, fit.payload);
    }

    #[test]
    fn a_severity_of_nine_is_refused() {
        use caretaker_proto::agent::v1 as proto;
        use prost::Message as _;
        let event = KeywordEvent::met("r", "c", Severity::HIGHEST, Sha256::of(b""), at(2));
        let good = envelope(Payload::Keyword(event));
        let mut message = proto::Envelope::from(&good);
        if let Some(proto::envelope::Body::KeywordEvent(event)) = &mut message.body {
            event.severity = 9;
        }
        assert_eq!(decode(&message.encode_to_vec()), Err(WireError::Malformed("severity")));
    }
}
