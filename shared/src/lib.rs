//! What agent and collector both need.
//!
//! The domain model and its way over the wire, the site policy, the keyword rules, the list of known programs, identity and TLS, checkpoints of the audit chain, and the few
//! things that every long-running program of ours does the same: clock, log, shutdown, private files. No input or
//! output of either program lives here, and only this crate names rustls and ring.

pub use caretaker_lexicon as lexicon;

pub mod archive;
pub mod catalogue;
pub mod checkpoint;
pub mod clock;
pub mod digest;
pub mod log;
pub mod login_code;
pub mod model;
pub mod month_key;
pub mod order;
pub mod outside;
pub mod pki;
pub mod policy;
pub mod private_file;
pub mod refusal;
pub mod sealing;
pub mod secret;
pub mod shutdown;
pub mod tls;
pub mod token;
pub mod wire;
