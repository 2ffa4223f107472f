//! Wiring: opens what the collector needs, starts its loops, and ends them in order.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use caretaker_shared::checkpoint::AuditKey;
use caretaker_shared::clock::Clock;
use caretaker_shared::pki::{Authority, DEVICE_DAYS};
use caretaker_shared::shutdown;
use caretaker_shared::tls::Acceptor;
use jiff::tz::TimeZone;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::console;
use crate::daily::Daily;
use crate::data::{DataFolder, Lock, OwnRules, ServerIdentity, audit_key, load_authority};
use crate::grpc::{self, AddedLexicons, AdmissionService, AgentParts, AgentService, Connection, Limits, Port};
use crate::guidance::Guidance;
use crate::store::Store;
use crate::{audit_check, delivery, mail, metrics, scheduler, service_manager};

/// How long calls that are under way may take to end.
const DRAIN: Duration = Duration::from_secs(10);

/// Runs a collector until `stop`.
///
/// # Errors
/// When something that it needs is missing, taken, or of another version; the text says what and the remedy.
pub async fn serve(
    folder: DataFolder,
    config: Config,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let _lock = Lock::take(&folder)?;
    let authority = Arc::new(load_authority(&folder)?);
    let key = Arc::new(audit_key(&folder)?);
    let store = open_store(&folder)?;
    let rules = OwnRules::of(folder.clone());
    use_rules(&store, &rules)?;
    let identity = ServerIdentity::new(folder.clone(), authority.clone(), clock.clone());
    let (renewed, acceptor) = watch::channel(identity.acceptor()?);
    let console_path = folder.console_socket();
    let console = console::bind(&console_path).with_context(|| format!("{} cannot be used", console_path.display()))?;
    let listener = bind(config.listen).await?;
    let listening = listener.local_addr().context("the listening port cannot be told")?;

    let figures = figures(&config).await?;
    let ways = Arc::new(ways(&config)?);
    store.end_mail_leases(clock.now()).await.context("mail of the last run cannot be taken up")?;
    let mail_waits = Arc::new(Notify::new());
    let guidance = Guidance::new(folder.guidance(), config.social_care.clone());
    let parts = Parts {
        store,
        authority,
        clock,
        config,
        mail_waits,
        lexicons: AddedLexicons::of(folder.clone()),
        audit: audit_check::Found::default(),
        guidance,
        rules,
        key,
        stop: stop.clone(),
    };
    let tasks = TaskTracker::new();
    let (to_console, from_port) = grpc::to_console();
    let devices = tasks.spawn(parts.devices(listener, acceptor, to_console));
    let context = parts.console();
    figures.map(|listener| tasks.spawn(metrics::serve(listener, context.clone(), stop.clone())));
    let operators = tasks.spawn(parts.operators(context, console, from_port));
    let (clock, mail_waits) = (parts.clock.clone(), parts.mail_waits.clone());
    tasks.spawn(delivery::run(parts.store.clone(), ways, clock, mail_waits, stop.clone()));
    tasks.spawn(audit_check::run(parts.store.clone(), parts.audit.clone(), stop.clone()));
    tasks.spawn(scheduler::run(parts.store.clone(), parts.clock.clone(), stop.clone()));
    tasks.spawn(parts.daily().run(stop.clone()));
    tasks.spawn(keep_certificate_fresh(identity, renewed, stop.clone()));
    tasks.spawn(service_manager::watchdog(parts.store.clone(), stop.clone()));

    tracing::info!(address = %listening, data = %folder.path().display(), "listening for devices");
    service_manager::ready();
    stop.cancelled().await;
    service_manager::stopping();
    if !shutdown::drain(&tasks, DRAIN).await {
        tracing::warn!("some calls did not end in time and were cut off; devices send again what was not acknowledged");
    }
    if devices.is_finished() {
        devices.await.context("the server for devices was cut off")??;
    }
    if operators.is_finished() {
        operators.await.context("the server for operators was cut off")??;
    }
    tracing::info!("stopped");
    Ok(())
}

/// What the loops share.
struct Parts {
    store: Store,
    authority: Arc<Authority>,
    clock: Arc<dyn Clock>,
    config: Config,
    mail_waits: Arc<Notify>,
    lexicons: Arc<AddedLexicons>,
    audit: audit_check::Found,
    guidance: Guidance,
    rules: OwnRules,
    key: Arc<AuditKey>,
    stop: CancellationToken,
}

impl Parts {
    /// Serves devices. A server that fails ends the collector: a service manager starts it anew.
    fn devices(
        &self,
        listener: TcpListener,
        acceptor: watch::Receiver<Acceptor>,
        operators: mpsc::Sender<io::Result<Connection>>,
    ) -> impl Future<Output = anyhow::Result<()>> + Send + 'static {
        let agent = AgentService::new(AgentParts {
            store: self.store.clone(),
            authority: self.authority.clone(),
            clock: self.clock.clone(),
            school: self.config.school.clone(),
            device_days: DEVICE_DAYS,
            mail_waits: self.mail_waits.clone(),
            lexicons: self.lexicons.clone(),
        });
        let school = self.config.school.clone();
        let admission = AdmissionService::new(self.store.clone(), self.authority.clone(), self.clock.clone(), school);
        let port = Port { listener, acceptor, limits: Limits::default(), agent, admission, operators };
        let stop = self.stop.clone();
        async move {
            let served = port.serve(stop.clone()).await;
            stop.cancel();
            served.context("the server for devices failed")
        }
    }

    /// What is done once a day.
    fn daily(&self) -> Daily {
        Daily {
            store: self.store.clone(),
            clock: self.clock.clone(),
            zone: TimeZone::system(),
            school: self.config.school.clone(),
            key: self.key.clone(),
            mail_waits: self.mail_waits.clone(),
        }
    }

    /// Serves operators: on the socket in the data folder, and those whom the port has let in.
    fn operators(
        &self,
        context: console::Context,
        listener: UnixListener,
        from_port: mpsc::Receiver<io::Result<Connection>>,
    ) -> impl Future<Output = anyhow::Result<()>> + Send + 'static {
        let stop = self.stop.clone();
        async move {
            let services = console::services(context);
            let local = console::serve(listener, services.clone(), stop.clone());
            let served = tokio::try_join!(local, console::serve_port(from_port, services, stop.clone()));
            stop.cancel();
            served.map(drop).context("the server for operators failed")
        }
    }

    /// What is answered to operators, and what figures are made of.
    fn console(&self) -> console::Context {
        console::Context {
            store: self.store.clone(),
            mail_waits: self.mail_waits.clone(),
            clock: self.clock.clone(),
            zone: TimeZone::system(),
            school: self.config.school.clone(),
            address: self.config.address.clone(),
            authority: self.authority.clone(),
            routes: routes(&self.config),
            audit: self.audit.clone(),
            guidance: self.guidance.clone(),
            rules: self.rules.clone(),
            audit_key: self.key.clone(),
            started_at: self.clock.now(),
        }
    }
}

/// The ways out of the house that the settings name.
fn ways(config: &Config) -> anyhow::Result<delivery::Ways> {
    let settings = &config.mail;
    let first =
        mail::open(&settings.from, &settings.route).context("mail cannot be sent as [mail] in collector.toml says")?;
    let second = match &settings.second {
        None => None,
        Some(second) => {
            let mailer = mail::open(&settings.from, &mail::Route::Smtp(second.smtp.clone()))
                .context("mail cannot be sent as [mail.second] in collector.toml says")?;
            Some((mailer, second.after))
        }
    };
    let webhook = config.webhook.as_ref().map(|settings| (settings.webhook.clone(), settings.after));
    Ok(delivery::Ways { school: config.school.clone(), first, second, webhook })
}

/// The same ways, for people.
fn routes(config: &Config) -> console::MailRoutes {
    let second = config.mail.second.as_ref();
    console::MailRoutes {
        first: config.mail.route.to_string(),
        second: second.map(|second| mail::Route::Smtp(second.smtp.clone()).to_string()),
        webhook: config.webhook.as_ref().map(ToString::to_string),
    }
}

fn open_store(folder: &DataFolder) -> anyhow::Result<Store> {
    let path = folder.database();
    if !path.exists() {
        bail!(
            "{} is missing\n  put it back from a backup, or run init again to begin with an empty one",
            path.display()
        );
    }
    Store::open(&path).with_context(|| format!("{} cannot be used", path.display()))
}

/// Uses the school's own rules of titles beside ours.
fn use_rules(store: &Store, rules: &OwnRules) -> anyhow::Result<()> {
    let (catalogue, flaws) = rules.load().context("the school's own rules of titles cannot be read")?;
    for flaw in flaws {
        tracing::error!(error = %flaw, "own rules of titles are left out; correct or remove the file, and start again");
    }
    store.use_catalogue(catalogue);
    Ok(())
}

/// Where figures are asked for, when the settings say.
async fn figures(config: &Config) -> anyhow::Result<Option<TcpListener>> {
    let Some(address) = config.metrics else { return Ok(None) };
    Ok(Some(bind(address).await.context("[metrics] in collector.toml cannot be used")?))
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let remedy = [
            (ErrorKind::AddrInUse, "another program has the port\n  stop it, or set another port"),
            (ErrorKind::AddrNotAvailable, "this machine has no such address\n  set 0.0.0.0 for all that it has"),
            (ErrorKind::PermissionDenied, "this account may not\n  set a port above 1023"),
        ]
        .into_iter()
        .find(|(kind, _)| *kind == error.kind());
        match remedy {
            Some((_, remedy)) => anyhow!("cannot listen on {address}: {remedy} as \"listen\" in collector.toml"),
            None => anyhow::Error::new(error).context(format!("cannot listen on {address}")),
        }
    })
}

/// Looks each day whether the server's certificate ends soon; connections that come later get the new one.
async fn keep_certificate_fresh(identity: ServerIdentity, renewed: watch::Sender<Acceptor>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(ServerIdentity::LOOK_EVERY) => {}
        }
        if identity.is_fresh() {
            continue;
        }
        match identity.acceptor() {
            // Without a receiver nobody accepts any more.
            Ok(acceptor) => drop(renewed.send(acceptor)),
            Err(error) => tracing::error!(error = format!("{error:#}"), "the server's certificate cannot be renewed"),
        }
    }
}
