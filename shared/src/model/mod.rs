//! The domain: what a device is, what it reports, what that means. Types only, no input or output.

mod event;
mod ids;
mod reading;
mod record;
mod requirement;

pub use event::{AgentCost, KeywordEvent, Severity, TamperEvent, TamperKind};
pub use ids::{BootId, DeviceId, EpochId};
pub use reading::{
    Antivirus, AntivirusProduct, Engine, Executable, ExecutableFacts, ExecutableFormat, Facts, HostFacts, Idle,
    Outcome, ProbeName, Reading, RealTime, ScreenLock, SoftwareTitle,
};
pub use record::{DeviceClock, Envelope, EpochReason, Gap, GapReason, Payload, Stream, StreamMark, Unchanged};
pub use requirement::Requirement;
