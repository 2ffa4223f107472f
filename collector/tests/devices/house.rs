//! A collector on a port of its own, and devices that speak with it.

use std::sync::Arc;
use std::time::Duration;

use caretaker_collector::console;
use caretaker_collector::data::DataFolder;
use caretaker_collector::grpc::{self, AddedLexicons, AdmissionService, AgentParts, AgentService, Limits, Port};
use caretaker_collector::store::{NewToken, Store};
use caretaker_proto::agent::v1 as proto;
use caretaker_proto::agent::v1::agent_client::AgentClient;
use caretaker_shared::clock::{Clock as _, ManualClock};
use caretaker_shared::model::{BootId, DeviceClock, DeviceId, Envelope, EpochId, EpochReason, Payload, Stream};
use caretaker_shared::pki::{Authority, Certificate, DeviceKey, Validity};
use caretaker_shared::policy::PRESET;
use caretaker_shared::refusal::{REASON, Refusal};
use caretaker_shared::secret::Secret;
use caretaker_shared::tls::{self, Acceptor, Identity};
use caretaker_shared::token;
use caretaker_shared::wire::{Hello, Upload, encode};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use tonic::{Code, Status};

pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Days that a device's certificate is good for in these tests.
pub(crate) const DEVICE_DAYS: u32 = 10;

pub(crate) struct House {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) authority: Arc<Authority>,
    pub(crate) address: String,
    pub(crate) mail_waits: Arc<Notify>,
    stop: CancellationToken,
    data: tempfile::TempDir,
}

pub(crate) struct Device {
    pub(crate) id: DeviceId,
    pub(crate) serial: Vec<u8>,
    pub(crate) client: AgentClient<Channel>,
    pub(crate) epoch: EpochId,
    pub(crate) boot: BootId,
    clock: Arc<ManualClock>,
}

pub(crate) fn start_time() -> Timestamp {
    "2026-11-23T08:50:00Z".parse().expect("a time")
}

impl House {
    /// Where the database is, for what no device sends by itself.
    pub(crate) fn database(&self) -> std::path::PathBuf {
        self.data.path().join("caretaker.db")
    }

    pub(crate) async fn open() -> Self {
        Self::with(Limits::default()).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        tls::install_provider();
        let data = tempfile::tempdir().expect("a folder");
        let store = Store::open(&data.path().join("caretaker.db")).expect("a new database");
        let clock = Arc::new(ManualClock::new(start_time()));
        store.apply_policy("Main", PRESET, "the test", clock.now()).await.expect("a site");
        let (authority, _) = Authority::generate("Northfield School", clock.now()).expect("an authority");
        let authority = Arc::new(authority);
        let validity = Validity { now: clock.now(), days: 400 };
        let (server, key) = authority.issue_server(validity).expect("a server certificate");
        let identity = Identity { chain_pem: &server.pem, key_pem: &key };
        let acceptor = Acceptor::new(&identity, authority.pem(), clock.clone()).expect("an acceptor");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (stop, mail_waits) = (CancellationToken::new(), Arc::new(Notify::new()));
        let agent = AgentService::new(AgentParts {
            store: store.clone(),
            authority: authority.clone(),
            clock: clock.clone(),
            school: "Northfield School".into(),
            device_days: DEVICE_DAYS,
            mail_waits: mail_waits.clone(),
            lexicons: AddedLexicons::of(DataFolder::at(data.path())),
        });
        // The sender is dropped: the certificate is never renewed here.
        let (_, acceptor) = watch::channel(acceptor);
        let school = "Northfield School".to_owned();
        let admission = AdmissionService::new(store.clone(), authority.clone(), clock.clone(), school.clone());
        let (operators, from_port) = grpc::to_console();
        let port = Port { listener, acceptor, limits, agent, admission, operators };
        tokio::spawn(port.serve(stop.clone()));
        let context = console::Context {
            store: store.clone(),
            mail_waits: Arc::default(),
            clock: clock.clone(),
            zone: TimeZone::UTC,
            school,
            address: address.clone(),
            authority: authority.clone(),
            routes: console::MailRoutes {
                first: "maildir ./caretaker-data/mail".into(),
                ..console::MailRoutes::default()
            },
            audit: Arc::default(),
            guidance: caretaker_collector::guidance::Guidance::new("guidance.txt".into(), None),
            rules: caretaker_collector::data::OwnRules::of(DataFolder::at(data.path())),
            audit_key: std::sync::Arc::new(caretaker_shared::checkpoint::AuditKey::generate().0),
            started_at: clock.now(),
        };
        tokio::spawn(console::serve_port(from_port, console::services(context), stop.clone()));
        Self { store, clock, authority, address, mail_waits, stop, data }
    }

    /// The secret of a new token.
    pub(crate) async fn token(&self, uses: u32) -> String {
        self.token_at("Main", uses).await
    }

    async fn token_at(&self, site: &str, uses: u32) -> String {
        let secret = format!("secret-{}", DeviceId::random());
        let now = self.clock.now();
        let expires_at = now.checked_add(DAY).expect("in range");
        let fingerprint = token::fingerprint(&secret);
        let token = NewToken { fingerprint, site: site.into(), uses, created_at: now, expires_at };
        self.store.create_token(token, "the test").await.expect("stores").expect("the site exists");
        secret
    }

    pub(crate) fn stranger(&self) -> AgentClient<Channel> {
        let channel = tls::enrol_channel(&self.address, self.authority.fingerprint(), self.clock.clone());
        AgentClient::new(channel.expect("a channel"))
    }

    pub(crate) fn channel(&self, certificate_pem: &str, key_pem: &Secret<String>) -> AgentClient<Channel> {
        let identity = Identity { chain_pem: certificate_pem, key_pem };
        let channel = tls::device_channel(&self.address, &identity, self.authority.pem(), self.clock.clone());
        AgentClient::new(channel.expect("a channel"))
    }

    pub(crate) async fn enrol(&self) -> Device {
        self.enrol_at("Main").await
    }

    async fn enrol_at(&self, site: &str) -> Device {
        let key = DeviceKey::generate().expect("a key");
        let request = enrol_request(&self.token_at(site, 1).await, &key);
        let answer = self.stranger().enrol(request).await.expect("enrols").into_inner();
        let certificate = Certificate::from_pem(&answer.certificate_pem).expect("a certificate");
        Device {
            id: certificate.device().expect("names a device"),
            serial: certificate.serial,
            client: self.channel(&answer.certificate_pem, &key.to_pem()),
            epoch: EpochId::random(),
            boot: BootId::random(),
            clock: self.clock.clone(),
        }
    }

    /// A device that has said Hello.
    pub(crate) async fn device(&self) -> Device {
        self.device_at("Main").await
    }

    /// The same at another site.
    pub(crate) async fn device_at(&self, site: &str) -> Device {
        let mut device = self.enrol_at(site).await;
        device.hello().await.expect("is welcome");
        device
    }

    /// Changes the database behind the collector's back.
    pub(crate) fn tamper_with(&self, sql: &str) {
        let database = rusqlite::Connection::open(self.database()).expect("opens");
        assert!(database.execute(sql, []).expect("a change") > 0, "{sql}");
    }

    /// One value out of the database, past the collector.
    pub(crate) fn value<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        let database = rusqlite::Connection::open(self.database()).expect("opens");
        database.query_row(sql, [], |row| row.get(0)).expect("one value")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub(crate) fn enrol_request(secret: &str, key: &DeviceKey) -> proto::EnrolRequest {
    proto::EnrolRequest {
        token_secret: secret.into(),
        csr_der: key.request().expect("a request"),
        hostname: "library-07".into(),
        agent_version: "0.1.0".into(),
    }
}

impl Device {
    pub(crate) fn now(&self) -> DeviceClock {
        DeviceClock { wall: self.clock.now(), steady: self.clock.steady(), boot: self.boot }
    }

    pub(crate) async fn hello(&mut self) -> Result<proto::HelloResponse, Status> {
        let hello = Hello {
            epoch: self.epoch,
            previous: None,
            reason: EpochReason::NewInstall,
            marks: Vec::new(),
            agent_version: "0.1.0".into(),
            hostname: "library-07".into(),
            policy_version: 0,
            clock: self.now(),
            root: None,
            recipients: None,
            checkpoint: None,
        };
        Ok(self.client.hello(proto::HelloRequest::from(hello)).await?.into_inner())
    }

    pub(crate) fn envelope(&self, payload: Payload) -> Vec<u8> {
        encode(&Envelope { recorded: self.now(), payload })
    }

    pub(crate) fn request(&self, stream: Stream, records: Vec<(u64, Vec<u8>)>) -> proto::UploadRequest {
        Upload { epoch: self.epoch, stream, records, clock: self.now() }.into()
    }

    pub(crate) async fn upload(
        &mut self,
        stream: Stream,
        records: Vec<(u64, Vec<u8>)>,
    ) -> Result<proto::UploadResponse, Status> {
        Ok(self.client.upload(self.request(stream, records)).await?.into_inner())
    }

    /// Delivers one payload under this number; gives the high-water mark.
    pub(crate) async fn send(&mut self, seq: u64, payload: Payload) -> Result<u64, Status> {
        let stream = payload.stream().unwrap_or(Stream::State);
        let envelope = self.envelope(payload);
        Ok(self.upload(stream, vec![(seq, envelope)]).await?.high_water)
    }
}

/// The word of a refusal, and its code.
pub(crate) fn refusal(status: &Status) -> (Option<Refusal>, Code) {
    let word = status.metadata().get(REASON).and_then(|word| word.to_str().ok());
    (word.and_then(Refusal::parse), status.code())
}
