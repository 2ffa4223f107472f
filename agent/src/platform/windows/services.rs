//! Services.

use std::io;

use windows_service::Error;
use windows_service::service::{ServiceAccess, ServiceState as State};
use windows_service::service_manager::{ServiceManager, ServiceManagerAccess};
use windows_sys::Win32::Foundation::{ERROR_INVALID_NAME, ERROR_SERVICE_DOES_NOT_EXIST};

use crate::host::windows::ServiceState;

/// The state of a service; `None` when there is none of that name.
pub(super) fn state(name: &str) -> io::Result<Option<ServiceState>> {
    let manager = ServiceManager::local_computer(None::<&str>, ServiceManagerAccess::CONNECT).map_err(failure)?;
    let service = match manager.open_service(name, ServiceAccess::QUERY_STATUS).map_err(failure) {
        Ok(service) => service,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let status = service.query_status().map_err(failure)?;
    Ok(Some(match status.current_state {
        State::Running => ServiceState::Running,
        State::Stopped => ServiceState::Stopped,
        State::StartPending | State::StopPending | State::ContinuePending | State::PausePending | State::Paused => {
            ServiceState::Changing
        }
    }))
}

fn is_absent(error: &io::Error) -> bool {
    let code = error.raw_os_error().and_then(|code| u32::try_from(code).ok());
    matches!(code, Some(ERROR_SERVICE_DOES_NOT_EXIST | ERROR_INVALID_NAME))
}

fn failure(error: Error) -> io::Error {
    if let Error::Winapi(error) = error { error } else { io::Error::other(error) }
}
