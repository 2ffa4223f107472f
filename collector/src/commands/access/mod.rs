//! Access from an operator's own machine: login, logout, who am I, and the list of those who have access.

mod login;
mod operators;
mod profile;
mod remote;
mod whoami;

pub use login::LoginArgs;
pub use operators::OperatorsCommand;
pub use whoami::WhoAmIArgs;

pub(super) use login::{chosen, login, logout, nobody};
pub(super) use operators::run as operators;
pub(super) use profile::Profile;
pub(super) use remote::connect;
pub(super) use whoami::run as whoami;
