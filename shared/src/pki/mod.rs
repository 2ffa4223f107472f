//! Identity: the collector's own certificate authority, the device's key and request, and what a certificate says.
//!
//! Keys are ECDSA P-256 (measured as fast as Ed25519 here, and every TPM has it). A device is named by one URI in its
//! certificate, `urn:caretaker:device:<uuid>`, and an operator by `urn:caretaker:operator:<uuid>`. The authority writes
//! them; nothing of a request but its public key is ever signed.

mod authority;
mod certificate;
mod request;

pub use authority::{Authority, AuthorityError, Issued, Validity};
pub use certificate::{Certificate, CertificateError, signer_of};
pub use request::{DeviceKey, KeyError};

/// How long a device certificate is good for. A school's summer is 42 days (reliability.md, goal G4).
pub const DEVICE_DAYS: u32 = 100;
/// A device renews once this many days or fewer are left.
pub const DEVICE_RENEW_DAYS: u32 = 50;
/// How long an operator's certificate is good for: a lead who is away over the summer comes back to a good one.
pub const OPERATOR_DAYS: u32 = 100;
/// An operator's program renews once this many days or fewer are left.
pub const OPERATOR_RENEW_DAYS: u32 = 50;
/// How long the collector's server certificate is good for.
pub const SERVER_DAYS: u32 = 90;
/// The collector makes itself a new server certificate once this many days or fewer are left.
pub const SERVER_RENEW_DAYS: u32 = 30;
/// How long the authority is good for: ten years.
pub const AUTHORITY_DAYS: u32 = 3650;

/// Certificates begin a little in the past, for devices whose clock is behind.
const BACKDATE: std::time::Duration = std::time::Duration::from_secs(60 * 60);
