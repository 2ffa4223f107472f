//! Windows: the service manager, the event log, and what the document child gives up.

mod access;
mod confinement;
mod event_log;
mod real_file;
pub(super) mod service_control;
pub(super) mod service_setup;
mod text;

pub use confinement::confine_this_process;
pub use event_log::report;
pub use real_file::real_file;
pub(super) use windows_sys::Win32::System::Threading::CREATE_NO_WINDOW as NO_WINDOW;
