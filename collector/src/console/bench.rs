//! A console for tests: the guard and all services, reached as over the port, without a port.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{self, Poll};
use std::time::Duration;

use caretaker_proto::console::v1::catalogue_client::CatalogueClient;
use caretaker_proto::console::v1::console_client::ConsoleClient;
use caretaker_proto::console::v1::dashboard_client::DashboardClient;
use caretaker_proto::console::v1::licences_client::LicencesClient;
use caretaker_proto::console::v1::operators_client::OperatorsClient;
use caretaker_proto::console::v1::reports_client::ReportsClient;
use caretaker_shared::clock::{Clock as _, ManualClock};
use caretaker_shared::login_code::LoginCode;
use caretaker_shared::model::Role;
use caretaker_shared::pki::{Authority, DeviceKey, Validity};
use caretaker_shared::policy::PRESET;
use caretaker_shared::tls::Peer;
use data_encoding::BASE64;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tonic::body::Body;
use tonic::codegen::http::{Request, Response};
use tonic::{Code, Status};
use tower::{Service, ServiceExt as _};

use super::{Context, Services, services};
use crate::data::{DataFolder, OwnRules};
use crate::grpc::ConnectInfo;
use crate::guidance::Guidance;
use crate::store::{Added, LoginStanding, NewLogin, NewOperator, OperatorRow, Store};

/// A console of a school with the sites North and South.
pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(super) clock: Arc<ManualClock>,
    pub(super) authority: Arc<Authority>,
    services: Services,
    context: Context,
    _folder: tempfile::TempDir,
}

/// Somebody at the other end of a connection.
#[derive(Clone)]
pub(super) struct Caller {
    services: Services,
    connection: Option<ConnectInfo>,
}

pub(crate) fn start() -> Timestamp {
    "2026-11-21T14:02:00Z".parse().expect("a time")
}

impl Bench {
    /// What the services work with.
    pub(crate) fn context(&self) -> Context {
        self.context.clone()
    }

    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("caretaker.db")).expect("a fresh database");
        let clock = Arc::new(ManualClock::new(start()));
        for site in ["North", "South"] {
            store.apply_policy(site, PRESET, "the test", clock.now()).await.expect("a first policy");
        }
        let (authority, _) = Authority::generate("Northfield School", clock.now()).expect("an authority");
        let authority = Arc::new(authority);
        let context = Context {
            store: store.clone(),
            clock: clock.clone(),
            zone: TimeZone::UTC,
            school: "Northfield School".into(),
            address: "collector.northfield.example:7443".into(),
            authority: authority.clone(),
            routes: crate::console::MailRoutes::default(),
            audit: Arc::default(),
            guidance: Guidance::new(folder.path().join("guidance.txt"), None),
            rules: OwnRules::of(DataFolder::at(folder.path())),
            audit_key: Arc::new(caretaker_shared::checkpoint::AuditKey::generate().0),
            started_at: clock.now(),
        };
        let services = services(context.clone());
        Self { store, clock, authority, services, context, _folder: folder }
    }

    /// Puts a policy in force at a site that has these groups of devices: names and patterns.
    pub(super) async fn group(&self, site: &str, groups: &[(&str, &str)]) {
        let table = |(name, pattern): &(&str, &str)| format!("[[groups]]\nname = '{name}'\ndevices = ['{pattern}']\n");
        let toml = format!("{PRESET}\n{}", groups.iter().map(table).collect::<String>());
        self.store.apply_policy(site, &toml, "the test", self.clock.now()).await.expect("is in force");
    }

    /// Adds somebody who has logged in.
    pub(super) async fn operator(&self, name: &str, role: Role, sites: &[&str]) -> (OperatorRow, Caller) {
        let now = self.clock.now();
        let code = LoginCode::generate("collector.northfield.example:7443".into(), self.authority.fingerprint());
        let new = NewOperator {
            name: name.to_owned(),
            role,
            email: String::new(),
            sites: sites.iter().map(|&site| site.to_owned()).collect(),
            code: code.fingerprint(),
            code_until: now.checked_add(Duration::from_secs(60)).expect("in range"),
        };
        let Ok(Added::Done(row)) = self.store.add_operator(new, "root on this machine", now).await else {
            panic!("{name} cannot be added")
        };
        let csr = DeviceKey::generate().and_then(|key| key.request()).expect("a request");
        let validity = Validity { now, days: 100 };
        let issued = self.authority.issue_operator(row.id, &csr, validity).expect("a certificate");
        let login = NewLogin { code: code.fingerprint(), certificate: issued.certificate };
        let standing = self.store.log_in(login, now).await.expect("the database answers");
        assert!(matches!(standing, LoginStanding::Good(_)));
        (row, self.caller(Some(Peer::Operator(der(&issued.pem)))))
    }

    /// Somebody whose handshake has proved this; `None` for a connection of which nothing is known.
    pub(super) fn caller(&self, peer: Option<Peer>) -> Caller {
        let address = ([127, 0, 0, 1], 7443).into();
        let connection = peer.map(|peer| ConnectInfo { peer: Arc::new(peer), address });
        Caller { services: self.services.clone(), connection }
    }
}

/// The certificate of a PEM text, DER.
pub(super) fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    BASE64.decode(body.as_bytes()).expect("a PEM text")
}

impl Caller {
    pub(super) fn console(&self) -> ConsoleClient<Self> {
        ConsoleClient::new(self.clone())
    }

    pub(super) fn operators(&self) -> OperatorsClient<Self> {
        OperatorsClient::new(self.clone())
    }

    pub(super) fn catalogue(&self) -> CatalogueClient<Self> {
        CatalogueClient::new(self.clone())
    }

    pub(super) fn licences(&self) -> LicencesClient<Self> {
        LicencesClient::new(self.clone())
    }

    pub(super) fn dashboard(&self) -> DashboardClient<Self> {
        DashboardClient::new(self.clone())
    }

    pub(super) fn reports(&self) -> ReportsClient<Self> {
        ReportsClient::new(self.clone())
    }

    /// Makes a call, by its path, whose request says nothing.
    pub(super) async fn call(&self, path: &str) -> Status {
        // A message that is not compressed and has no bytes.
        let request = Request::post(format!("http://console{path}"))
            .header("content-type", "application/grpc")
            .body(Body::new("\0\0\0\0\0".to_owned()))
            .expect("a request");
        let response = self.clone().oneshot(request).await.expect("always an answer");
        Status::from_header_map(response.headers()).unwrap_or_else(|| Status::new(Code::Ok, ""))
    }
}

impl Service<Request<Body>> for Caller {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = <Services as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, task: &mut task::Context<'_>) -> Poll<Result<(), Infallible>> {
        self.services.poll_ready(task)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        if let Some(connection) = &self.connection {
            request.extensions_mut().insert(connection.clone());
        }
        self.services.call(request)
    }
}
