//! A collector's service on a port of its own, and devices made of the agent's own parts.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use caretaker_agent::checkpoints::Checkpoints;
use caretaker_agent::clocks::DeviceClocks;
use caretaker_agent::detection::Rules;
use caretaker_agent::identity::{self, Identity, Keeper};
use caretaker_agent::sealing::Sealer;
use caretaker_agent::spool::{Options, Spool};
use caretaker_agent::uplink::{self, Grpc, Session, Wiring};
use caretaker_collector::data::DataFolder;
use caretaker_collector::grpc::{self, AddedLexicons, AdmissionService, AgentParts, AgentService, Limits, Port};
use caretaker_collector::store::{NewToken, Store};
use caretaker_shared::clock::{Clock as _, ManualClock};
use caretaker_shared::model::{DeviceEvent, DeviceEventKind, Payload};
use caretaker_shared::pki::{Authority, DEVICE_RENEW_DAYS, Validity};
use caretaker_shared::policy::PRESET;
use caretaker_shared::tls::{self, Acceptor};
use caretaker_shared::token::{self, EnrolmentToken};
use caretaker_tests::wait;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Days that a device's certificate is good for here: ten before it is renewed.
pub(crate) const DEVICE_DAYS: u32 = DEVICE_RENEW_DAYS + 10;
/// How long a device may take to report on a busy machine.
const REPORTED: Duration = Duration::from_secs(60);

pub(crate) struct House {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) address: String,
    store: Store,
    authority: Arc<Authority>,
    _stop: DropGuard,
    _data: TempDir,
}

impl House {
    pub(crate) async fn open() -> Self {
        tls::install_provider();
        let data = tempfile::tempdir().expect("a folder");
        let store = Store::open(&data.path().join("caretaker.db")).expect("a new database");
        let clock = Arc::new(ManualClock::new("2026-11-23T08:50:00Z".parse().expect("a time")));
        store.apply_policy("Main", PRESET, "the test", clock.now()).await.expect("a site");
        let (authority, _) = Authority::generate("Northfield School", clock.now()).expect("an authority");
        let authority = Arc::new(authority);
        let validity = Validity { now: clock.now(), days: 400 };
        let (server, key) = authority.issue_server(validity).expect("a server certificate");
        let identity = tls::Identity { chain_pem: &server.pem, key_pem: &key };
        let acceptor = Acceptor::new(&identity, authority.pem(), clock.clone()).expect("an acceptor");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let agent = AgentService::new(AgentParts {
            store: store.clone(),
            authority: authority.clone(),
            clock: clock.clone(),
            school: "Northfield School".into(),
            device_days: DEVICE_DAYS,
            mail_waits: Arc::new(Notify::new()),
            lexicons: AddedLexicons::of(DataFolder::at(data.path())),
        });
        let stop = CancellationToken::new();
        // The sender is dropped: the collector's own certificate is never renewed here.
        let (_, acceptor) = watch::channel(acceptor);
        let school = "Northfield School".to_owned();
        let admission = AdmissionService::new(store.clone(), authority.clone(), clock.clone(), school);
        // No operator comes here.
        let (operators, _) = grpc::to_console();
        let port = Port { listener, acceptor, limits: Limits::default(), agent, admission, operators };
        tokio::spawn(port.serve(stop.clone()));
        Self { clock, address, store, authority, _stop: stop.drop_guard(), _data: data }
    }

    /// A token for one device, as a person copies it.
    pub(crate) async fn token(&self) -> EnrolmentToken {
        let token = EnrolmentToken::generate(self.address.clone(), self.authority.fingerprint(), None);
        let now = self.clock.now();
        let new = NewToken {
            fingerprint: token::fingerprint(token.secret().expose()),
            site: "Main".into(),
            uses: 1,
            created_at: now,
            expires_at: now.checked_add(DAY).expect("in range"),
        };
        self.store.create_token(new, "the test").await.expect("stores").expect("the site exists");
        token.reveal().expose().parse().expect("what was copied is whole")
    }
}

/// A device's state folder.
pub(crate) struct Device {
    state: TempDir,
}

impl Device {
    pub(crate) fn new() -> Self {
        Self { state: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) async fn enrol(house: &House) -> Self {
        let device = Self::new();
        device.enrols(house, &house.token().await).await.expect("enrols");
        device
    }

    pub(crate) async fn enrols(&self, house: &House, token: &EnrolmentToken) -> anyhow::Result<Identity> {
        identity::enrol(self.state(), token, "library-07", house.clock.clone()).await
    }

    pub(crate) fn state(&self) -> &Path {
        self.state.path()
    }

    /// The identity in force, as it lies on the disk.
    pub(crate) fn identity(&self) -> Identity {
        identity::load(self.state()).expect("reads").expect("is enrolled")
    }

    /// Runs the agent's uplink until the collector has acknowledged one new record, then ends it.
    pub(crate) async fn reports(&self, house: &House) {
        let clocks = DeviceClocks::of_this_boot(house.clock.clone());
        let spool = Arc::new(Spool::open(&Options::within(self.state()), clocks.clone()).expect("opens"));
        let started = DeviceEvent::of_agent(DeviceEventKind::Started, house.clock.now());
        spool.push(&Payload::Device(started)).expect("queued");
        let keeper = Keeper::open(self.state()).expect("reads").expect("is enrolled");
        let grpc = Grpc::new(keeper.identity(), house.clock.clone()).expect("an identity");
        let sealer = Arc::new(Sealer::open(self.state(), keeper.identity()));
        let checkpoints = Arc::new(Checkpoints::open(self.state(), keeper.identity()));
        let wiring = Wiring {
            spool: spool.clone(),
            keeper,
            clocks,
            hostname: "library-07".into(),
            policy: watch::channel(None).0,
            rules: Rules::builtin(),
            sealer,
            checkpoints,
            resend: mpsc::channel(8).0,
            executables: watch::channel(Arc::default()).1,
            describe: Arc::new(|_| Box::pin(async { Vec::new() })),
            chance: || 0.5,
        };
        let stop = CancellationToken::new();
        let running = tokio::spawn(uplink::run(Session::new(grpc, wiring), stop.clone()));
        let delivered = move || spool.marks().expect("reads").iter().all(|mark| mark.acknowledged == mark.last);
        let wait = move || wait::until("the collector's word", REPORTED, || delivered().then_some(()));
        tokio::task::spawn_blocking(wait).await.expect("the record is acknowledged");
        stop.cancel();
        running.await.expect("ends").expect("in good order");
    }
}
