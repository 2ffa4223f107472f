//! Registers the service with Windows, and starts, stops and removes it.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use caretaker_shared::private_file;
use windows_service::Error;
use windows_service::service::{
    Service, ServiceAccess, ServiceAction, ServiceActionType, ServiceErrorControl, ServiceFailureActions,
    ServiceFailureResetPeriod, ServiceInfo, ServiceSidType, ServiceStartType, ServiceState, ServiceType,
};
use windows_service::service_manager::{ServiceManager, ServiceManagerAccess};
use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_SERVICE_ALREADY_RUNNING, ERROR_SERVICE_DOES_NOT_EXIST, ERROR_SERVICE_EXISTS,
    ERROR_SERVICE_NOT_ACTIVE,
};

use super::service_control::{NAME, PATIENCE};
use super::{access, event_log};
use crate::plain::{Exit, Plain};
use crate::platform::service::Ask;

const TITLE: &str = "Caretaker";
const DESCRIPTION: &str = "Reports installed software, antivirus and settings of this computer to the school, and flags \
                           documents that may show a child at risk. caretaker-agent explain says exactly what.";
/// Restarts after a failure, the last one for every further failure.
const RESTARTS: [Duration; 3] = [Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(60)];
/// After this long without a failure the first restart is quick again.
const FORGIVEN: Duration = Duration::from_secs(86_400);
/// `ACCESS_SYSTEM_SECURITY`: the right to set what is recorded.
const MAY_AUDIT: ServiceAccess = ServiceAccess::from_bits_retain(0x0100_0000);
const LOOK: Duration = Duration::from_millis(100);

/// Does what was asked. Returns what could not be set, each with its reason.
///
/// # Errors
/// When this account may not, or the service manager refuses.
pub fn ask(ask: Ask<'_>) -> anyhow::Result<Vec<String>> {
    match ask {
        Ask::Install(state) => install(state),
        Ask::Uninstall => uninstall(),
        Ask::Start => start(),
        Ask::Stop => stop(),
    }
    .map_err(plainly)
}

fn install(state: &Path) -> anyhow::Result<Vec<String>> {
    let folder = || format!("the folder {}", state.display());
    private_file::create_folder(state).with_context(folder)?;
    private_file::close_folder(state).with_context(folder)?;
    private_file::check_folder(state).with_context(folder)?;
    event_log::register().context("the event log")?;
    let audits = access::may_audit();
    let service = registered(&information(state)?, audits.is_ok())?;
    service.set_description(DESCRIPTION)?;
    service.update_failure_actions(restarts())?;
    let mut missing = Vec::new();
    let mut note =
        |what: &str, done: io::Result<()>| missing.extend(done.err().map(|error| format!("{what}: {error}")));
    note(
        "restarts after a failure that is no crash",
        service.set_failure_actions_on_non_crash_failures(true).map_err(cause),
    );
    note("its own account name", service.set_config_service_sid_info(ServiceSidType::Unrestricted).map_err(cause));
    note("its time before shutdown", service.set_preshutdown_timeout(PATIENCE).map_err(cause));
    note("a record of attempts to stop it", audits.and_then(|()| access::audit(&service)));
    note("who may stop it", access::close(&service));
    Ok(missing)
}

/// The service: a new one, or the one that is there with its settings renewed.
fn registered(wanted: &ServiceInfo, audits: bool) -> anyhow::Result<Service> {
    let manager = manager(ServiceManagerAccess::CONNECT | ServiceManagerAccess::CREATE_SERVICE)?;
    let mut rights = ServiceAccess::ALL_ACCESS;
    if audits {
        rights |= MAY_AUDIT;
    }
    match manager.create_service(wanted, rights) {
        Ok(service) => Ok(service),
        Err(error) if is(&error, ERROR_SERVICE_EXISTS) => {
            let service = manager.open_service(NAME, rights)?;
            service.change_config(wanted)?;
            Ok(service)
        }
        Err(error) => Err(error.into()),
    }
}

/// Started with the computer, as the system's own account, from the file that this program is. The crate quotes a path
/// with spaces, so that no program of another name can take its place.
fn information(state: &Path) -> anyhow::Result<ServiceInfo> {
    // The folder is named although it is the usual one: a service may have another environment than who installs it.
    let launch_arguments: Vec<OsString> = vec!["service".into(), "run".into(), "--state".into(), state.into()];
    Ok(ServiceInfo {
        name: NAME.into(),
        display_name: TITLE.into(),
        service_type: ServiceType::OWN_PROCESS,
        start_type: ServiceStartType::AutoStart,
        error_control: ServiceErrorControl::Normal,
        executable_path: std::env::current_exe().context("the agent's own file")?,
        launch_arguments,
        dependencies: Vec::new(),
        account_name: None,
        account_password: None,
    })
}

fn restarts() -> ServiceFailureActions {
    let actions = RESTARTS.map(|delay| ServiceAction { action_type: ServiceActionType::Restart, delay });
    ServiceFailureActions {
        reset_period: ServiceFailureResetPeriod::After(FORGIVEN),
        reboot_msg: None,
        command: None,
        actions: Some(actions.into()),
    }
}

fn uninstall() -> anyhow::Result<Vec<String>> {
    let service = opened(ServiceAccess::DELETE | ServiceAccess::STOP | ServiceAccess::QUERY_STATUS)?;
    halt(&service)?;
    service.delete()?;
    let forgotten = event_log::unregister();
    Ok(forgotten.err().map(|error| format!("its entry for the event log stays: {error}")).into_iter().collect())
}

fn start() -> anyhow::Result<Vec<String>> {
    let service = opened(ServiceAccess::START | ServiceAccess::QUERY_STATUS)?;
    match service.start::<OsString>(&[]) {
        Err(error) if !is(&error, ERROR_SERVICE_ALREADY_RUNNING) => return Err(error.into()),
        Ok(()) | Err(_) => {}
    }
    match settle(&service, ServiceState::StartPending)? {
        ServiceState::Running => Ok(Vec::new()),
        ServiceState::Stopped
        | ServiceState::StartPending
        | ServiceState::StopPending
        | ServiceState::ContinuePending
        | ServiceState::PausePending
        | ServiceState::Paused => anyhow::bail!(Plain::new(
            Exit::Failed,
            "the service was started and does not run",
            "the event log says why, under Application, source CaretakerAgent",
        )),
    }
}

fn stop() -> anyhow::Result<Vec<String>> {
    let service = opened(ServiceAccess::STOP | ServiceAccess::QUERY_STATUS)?;
    halt(&service)?;
    Ok(Vec::new())
}

fn halt(service: &Service) -> anyhow::Result<()> {
    match service.stop() {
        Err(error) if !is(&error, ERROR_SERVICE_NOT_ACTIVE) => return Err(error.into()),
        Ok(_) | Err(_) => {}
    }
    let state = settle(service, ServiceState::StopPending)?;
    anyhow::ensure!(state == ServiceState::Stopped, "the service was asked to stop and still runs");
    Ok(())
}

/// Waits while the service is on its way, and says where it got.
fn settle(service: &Service, on_its_way: ServiceState) -> anyhow::Result<ServiceState> {
    let mut looks = PATIENCE.as_millis() / LOOK.as_millis();
    loop {
        let state = service.query_status()?.current_state;
        if state != on_its_way || looks == 0 {
            return Ok(state);
        }
        looks -= 1;
        std::thread::sleep(LOOK);
    }
}

fn opened(rights: ServiceAccess) -> anyhow::Result<Service> {
    Ok(manager(ServiceManagerAccess::CONNECT)?.open_service(NAME, rights)?)
}

fn manager(rights: ServiceManagerAccess) -> anyhow::Result<ServiceManager> {
    Ok(ServiceManager::local_computer(None::<&str>, rights)?)
}

fn is(error: &Error, code: u32) -> bool {
    matches!(error, Error::Winapi(cause) if cause.raw_os_error() == Some(code.cast_signed()))
}

fn cause(error: Error) -> io::Error {
    if let Error::Winapi(cause) = error { cause } else { io::Error::other(error) }
}

/// What a person is told instead of a number.
fn plainly(error: anyhow::Error) -> anyhow::Error {
    let Some(failure) = error.downcast_ref::<Error>() else { return error };
    if is(failure, ERROR_SERVICE_DOES_NOT_EXIST) {
        let remedy = "as administrator:  caretaker-agent service install";
        return Plain::new(Exit::Failed, "the service is not installed", remedy).into();
    }
    if is(failure, ERROR_ACCESS_DENIED) {
        return Plain::new(
            Exit::Denied,
            "Windows does not allow this account to do that with the service",
            "run it as administrator; once installed, only the system itself may stop or remove it: uninstall \
             Caretaker under Settings, Apps",
        )
        .into();
    }
    error
}
