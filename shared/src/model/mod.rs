//! The domain: what a device is, what it reports, what that means. Types only, no input or output.

mod event;
mod facts;
mod ids;
mod reading;
mod record;
mod requirement;
mod role;
mod source;

pub use event::{AgentCost, Content, DeviceEvent, DeviceEventKind, KeywordEvent, SubjectKind, Unsealed};
pub use facts::{
    Antivirus, AntivirusProduct, Detection, Engine, Executable, ExecutableFacts, ExecutableFormat, Executables,
    FirewallProfile, FirewallState, Hardware, HostFacts, Idle, InstalledUpdate, LocalAccount, LockTimes, MediaFolder,
    Network, PasswordEnds, PasswordState, Protection, ProxyKind, ProxySetting, RealTime, RemovableMedium, ScreenLock,
    SessionKind, SoftwareClass, SoftwareTitle, TitleKind, Tunnel, Updates, UserSession, VersionInfo, Volume,
    VolumeRole,
};
pub use ids::{BootId, CanaryNonce, DeviceId, EpochId, OperatorId};
pub use reading::{Facts, Outcome, ProbeName, Reading};
pub use record::{
    DeviceClock, Envelope, EpochReason, Gap, GapReason, Payload, StateDigests, Stream, StreamMark, Unchanged,
};
pub use requirement::Requirement;
pub use role::Role;
pub use source::Source;

pub use crate::lexicon::Severity;
