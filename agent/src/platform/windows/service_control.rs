//! The running service, as the Windows service manager sees it.
//!
//! The manager calls [`service_main`] on a thread of its own, so what it needs waits in two places that are set once.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use windows_service::service::{
    ServiceControl, ServiceControlAccept, ServiceExitCode, ServiceState, ServiceStatus, ServiceType,
};
use windows_service::service_control_handler::{self, ServiceControlHandlerResult, ServiceStatusHandle};
use windows_service::{define_windows_service, service_dispatcher};

use super::event_log;
use crate::plain::{Exit, Plain};
use crate::platform::service::{Moment, Note, Work};

/// What Windows calls the service.
pub(super) const NAME: &str = "CaretakerAgent";
/// Longest time that a start or a stop may take: the spool is checked page by page, last words are delivered.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// Says in the service manager's own field that the agent ended with a failure, so that it is started again.
const FAILED: u32 = 1;

static JOB: OnceLock<(PathBuf, Work)> = OnceLock::new();
static MANAGER: OnceLock<ServiceStatusHandle> = OnceLock::new();

define_windows_service!(entry, service_main);

/// Hands this process to the service manager, which starts `work` and stops it.
///
/// # Errors
/// When the process was not started by the service manager.
pub fn serve(state: PathBuf, work: Work) -> anyhow::Result<()> {
    let _ = JOB.set((state, work));
    service_dispatcher::start(NAME, entry).map_err(|_| {
        Plain::new(
            Exit::Usage,
            "this command is for Windows itself, which starts the service with it",
            "use:  caretaker-agent service start;  or, without the service:  caretaker-agent run",
        )
        .into()
    })
}

/// Tells the service manager. Outside of a service nobody listens.
pub fn tell(moment: Moment) {
    match moment {
        Moment::Ready => say(ServiceState::Running, ServiceExitCode::NO_ERROR),
        // It does not ask.
        Moment::Alive => {}
        Moment::Stopping => say(ServiceState::StopPending, ServiceExitCode::NO_ERROR),
    }
}

fn service_main(_arguments: Vec<OsString>) {
    let Some((state, work)) = JOB.get() else { return };
    let stop = CancellationToken::new();
    let token = stop.clone();
    let answer = move |control| {
        if matches!(control, ServiceControl::Stop | ServiceControl::Preshutdown) {
            tell(Moment::Stopping);
            token.cancel();
            return ServiceControlHandlerResult::NoError;
        }
        let asks_only = matches!(control, ServiceControl::Interrogate);
        if asks_only { ServiceControlHandlerResult::NoError } else { ServiceControlHandlerResult::NotImplemented }
    };
    // Without it there is nobody to tell, and the manager gives the start up by itself.
    let Ok(manager) = service_control_handler::register(NAME, answer) else { return };
    let _ = MANAGER.set(manager);
    say(ServiceState::StartPending, ServiceExitCode::NO_ERROR);
    let exit = match work(state.clone(), stop) {
        Ok(()) => {
            event_log::report(&Note::Stopped);
            ServiceExitCode::NO_ERROR
        }
        Err(error) => {
            event_log::report(&Note::Failed(format!("{error:#}")));
            ServiceExitCode::ServiceSpecific(FAILED)
        }
    };
    say(ServiceState::Stopped, exit);
}

fn say(state: ServiceState, exit_code: ServiceExitCode) {
    let Some(manager) = MANAGER.get() else { return };
    let is_pending = matches!(state, ServiceState::StartPending | ServiceState::StopPending);
    let is_running = state == ServiceState::Running;
    let status = ServiceStatus {
        service_type: ServiceType::OWN_PROCESS,
        current_state: state,
        // Preshutdown comes early enough to deliver the last words; a plain shutdown leaves five seconds.
        controls_accepted: if is_running {
            ServiceControlAccept::STOP | ServiceControlAccept::PRESHUTDOWN
        } else {
            ServiceControlAccept::empty()
        },
        exit_code,
        checkpoint: 0,
        wait_hint: if is_pending { PATIENCE } else { Duration::ZERO },
        process_id: None,
    };
    if let Err(error) = manager.set_service_status(status) {
        tracing::debug!(reason = %error, "the service manager was not told");
    }
}
