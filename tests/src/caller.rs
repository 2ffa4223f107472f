//! A device without an agent: it says over the wire what a story wants it to say.

use std::sync::Arc;
use std::time::Duration;

use caretaker_proto::agent::v1 as proto;
use caretaker_proto::agent::v1::agent_client::AgentClient;
use caretaker_shared::clock::SystemClock;
use caretaker_shared::model::{
    BootId, DeviceClock, Envelope, EpochId, EpochReason, Facts, Outcome, Payload, ProbeName, Reading, SoftwareTitle,
    Stream,
};
use caretaker_shared::pki::DeviceKey;
use caretaker_shared::secret::Secret;
use caretaker_shared::tls::{self, Identity};
use caretaker_shared::token::EnrolmentToken;
use caretaker_shared::wire::{self, Hello, Upload};
use jiff::Timestamp;
use tonic::transport::Channel;

use crate::school::School;

/// A caller with a certificate of its own making or of the school's.
pub struct Caller {
    /// Whom it trusts.
    pub authority_pem: String,
    /// What it shows.
    pub certificate_pem: String,
    /// What it proves that with.
    pub key: Secret<String>,
    /// Where the collector is.
    pub address: String,
}

impl Caller {
    /// Enrols over the wire, as an agent does.
    ///
    /// # Panics
    /// When enrolment fails.
    pub async fn enrol(school: &School, name: &str) -> Self {
        let token: EnrolmentToken = school.token().parse().expect("a token");
        let key = DeviceKey::generate().expect("a key");
        let channel = tls::enrol_channel(&token.address, token.authority, Arc::new(SystemClock)).expect("a channel");
        let request = proto::EnrolRequest {
            token_secret: token.secret().expose().clone(),
            csr_der: key.request().expect("a request"),
            hostname: name.to_owned(),
            agent_version: "0.0.0".to_owned(),
        };
        let answer = AgentClient::new(channel).enrol(request).await.expect("enrols").into_inner();
        Self {
            authority_pem: answer.authority_pem,
            certificate_pem: answer.certificate_pem,
            key: key.to_pem(),
            address: token.address,
        }
    }

    /// The collector's services, as its certificate opens them.
    ///
    /// # Panics
    /// When the certificate cannot be used.
    #[must_use]
    pub fn client(&self) -> AgentClient<Channel> {
        let identity = Identity { chain_pem: &self.certificate_pem, key_pem: &self.key };
        let channel = tls::device_channel(&self.address, &identity, &self.authority_pem, Arc::new(SystemClock));
        AgentClient::new(channel.expect("a channel"))
    }
}

/// A device that reports what is installed on it.
pub struct Computer {
    client: AgentClient<Channel>,
    epoch: EpochId,
    reported: u64,
}

impl Computer {
    /// Enrols and greets.
    ///
    /// # Panics
    /// When the collector does not welcome it.
    pub async fn enrol(school: &School, name: &str) -> Self {
        let (mut client, epoch) = (Caller::enrol(school, name).await.client(), EpochId::random());
        let hello = Hello { hostname: name.to_owned(), ..greeting(epoch) };
        client.hello(proto::HelloRequest::from(hello)).await.expect("is welcome");
        Self { client, epoch, reported: 0 }
    }

    /// Reports its whole list of software, and returns when that is stored.
    ///
    /// # Panics
    /// When the collector does not take it.
    pub async fn reports(&mut self, software: Vec<SoftwareTitle>) {
        self.reported += 1;
        let outcome = Outcome::Complete(Facts::Software(software));
        let reading = Reading { probe: ProbeName::Software, taken_at: Timestamp::now(), outcome };
        let envelope = wire::encode(&Envelope { recorded: clock(), payload: Payload::Reading(reading) });
        let records = vec![(self.reported, envelope)];
        let upload = Upload { epoch: self.epoch, stream: Stream::State, records, clock: clock() };
        let answer = self.client.upload(proto::UploadRequest::from(upload)).await.expect("is stored").into_inner();
        assert_eq!(answer.high_water, self.reported);
    }
}

/// Both clocks of a device, a minute after its start.
#[must_use]
pub fn clock() -> DeviceClock {
    DeviceClock { wall: Timestamp::now(), steady: Duration::from_secs(60), boot: BootId::random() }
}

/// What a new device says first.
#[must_use]
pub fn greeting(epoch: EpochId) -> Hello {
    Hello {
        epoch,
        previous: None,
        reason: EpochReason::NewInstall,
        marks: Vec::new(),
        agent_version: "0.0.0".to_owned(),
        hostname: "DESKTOP-01".to_owned(),
        policy_version: 0,
        clock: clock(),
        root: None,
        recipients: None,
        checkpoint: None,
    }
}
