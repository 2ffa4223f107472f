//! Who calls: from what the handshake has proved to a device that may speak, asked of the database on every call, so
//! that a revocation acts on open connections too.

use caretaker_shared::model::DeviceId;
use caretaker_shared::pki::Certificate;
use caretaker_shared::refusal::Refusal;
use caretaker_shared::tls::Peer;
use tonic::Request;

use super::accept::ConnectInfo;
use super::agent::AgentService;
use super::status::Refused;
use crate::store::{Caller, Standing};

impl AgentService {
    /// The device that calls, within its allowance.
    pub(super) async fn device<T>(&self, request: &Request<T>) -> Result<Caller, Refused> {
        let (device, serial) = certified(request)?;
        if !self.calls.take(device, self.clock.steady()) {
            return Err(Refused::TooOften);
        }
        match self.store.standing(device, serial, self.clock.now()).await? {
            Standing::Active(caller) => Ok(caller),
            Standing::Revoked => Err(Refusal::DeviceRevoked.into()),
            Standing::Unknown => Err(Refusal::DeviceUnknown.into()),
        }
    }
}

/// Makes sure that the caller has shown nothing: a device that is in cannot use up tokens.
pub(super) fn stranger<T>(request: &Request<T>) -> Result<(), Refused> {
    match request.extensions().get::<ConnectInfo>().map(|info| info.peer.as_ref()) {
        Some(Peer::Stranger) => Ok(()),
        Some(Peer::Device(_) | Peer::Operator(_)) | None => Err(Refusal::Malformed.into()),
    }
}

fn certified<T>(request: &Request<T>) -> Result<(DeviceId, Vec<u8>), Refused> {
    let unknown = || Refused::For(Refusal::DeviceUnknown);
    let Some(Peer::Device(der)) = request.extensions().get::<ConnectInfo>().map(|info| info.peer.as_ref()) else {
        return Err(unknown());
    };
    let certificate = Certificate::from_der(der).map_err(|_| unknown())?;
    Ok((certificate.device().map_err(|_| unknown())?, certificate.serial))
}
