//! Becoming a device of a school: a token, a key made here, a certificate back.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use caretaker_proto::agent::v1::agent_client::AgentClient;
use caretaker_proto::agent::v1::{EnrolRequest, EnrolResponse};
use caretaker_shared::clock::Clock;
use caretaker_shared::pki::{Certificate, DeviceKey};
use caretaker_shared::refusal::Refusal;
use caretaker_shared::secret::Secret;
use caretaker_shared::tls::{self, Fault};
use caretaker_shared::token::EnrolmentToken;
use caretaker_shared::wire::limits;

use super::{CollectorPlace, Identity, store};
use crate::plain::{Exit, Plain, printable};
use crate::uplink::UplinkError;

/// Enrols this device and puts its identity in force. The key is written after everything else has been checked.
///
/// # Errors
/// A [`Plain`] failure for what a person can do something about.
pub async fn enrol(
    state: &Path,
    token: &EnrolmentToken,
    hostname: &str,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Identity> {
    let key = DeviceKey::generate().context("no key could be made")?;
    let request = EnrolRequest {
        token_secret: token.secret().expose().clone(),
        csr_der: key.request().context("no certificate request could be made")?,
        hostname: hostname.to_owned(),
        agent_version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let channel = tls::enrol_channel(&token.address, token.authority, clock).map_err(|_| bad_address(token))?;
    let mut client = AgentClient::new(channel).max_decoding_message_size(limits::RESPONSE_BYTES);
    let answer = client.enrol(request).await.map_err(|status| refused(&UplinkError::from(status), &token.address))?;
    let identity = checked(token, key.to_pem(), answer.into_inner())?;
    let number = store::put(state, &identity)?;
    store::keep_only(state, number)?;
    Ok(identity)
}

/// The key and the certificate of an identity belong together, and its authority is one.
pub(super) fn check_pair(identity: &Identity) -> anyhow::Result<()> {
    tls::device_channel(
        &identity.collector.address,
        &identity.tls(),
        &identity.authority_pem,
        Arc::new(caretaker_shared::clock::SystemClock),
    )
    .map(drop)
    .context("the certificate does not fit the key that was made for it")
}

fn checked(token: &EnrolmentToken, key_pem: Secret<String>, answer: EnrolResponse) -> anyhow::Result<Identity> {
    let authority = Certificate::from_pem(&answer.authority_pem).context("the collector's authority")?;
    if authority.fingerprint != token.authority {
        return Err(wrong_authority(&token.address).into());
    }
    let certificate = Certificate::from_pem(&answer.certificate_pem).context("the device certificate")?;
    certificate.device().context("the device certificate")?;
    let identity = Identity {
        key_pem,
        certificate_pem: answer.certificate_pem,
        certificate,
        authority_pem: answer.authority_pem,
        collector: CollectorPlace {
            address: token.address.clone(),
            school: printable(&answer.school),
            site: printable(&answer.site),
            root: token.root,
        },
    };
    check_pair(&identity)?;
    Ok(identity)
}

fn bad_address(token: &EnrolmentToken) -> Plain {
    Plain::new(
        Exit::Failed,
        format!("the enrolment token leads to {:?}, which is no host:port", token.address),
        "set the collector's address in its config file, then ask for a new token",
    )
}

fn wrong_authority(address: &str) -> Plain {
    Plain::new(
        Exit::Denied,
        format!("{address} answered, but it is not the collector that made the token"),
        "check the address; if the collector was set up again, ask for a new token",
    )
}

/// What a failed call means for the person who waits for it.
#[must_use]
pub fn refused(error: &UplinkError, address: &str) -> Plain {
    match error {
        UplinkError::Unreached(fault) => unreached(*fault, address),
        UplinkError::Refused { reason: Some(reason), message } => turned_down(*reason, message),
        UplinkError::Refused { reason: None, message } => Plain::new(
            Exit::Failed,
            format!("the collector turned the request down: {message}"),
            "its log says more:  journalctl -u caretaker-collector",
        ),
        UplinkError::Answer(field) => Plain::new(
            Exit::Failed,
            format!("the collector's answer cannot be used: {field}"),
            "install the agent that belongs to this collector",
        ),
    }
}

fn unreached(fault: Fault, address: &str) -> Plain {
    match fault {
        Fault::Unreachable => Plain::new(
            Exit::Unreachable,
            format!("nobody answers at {address}"),
            "check that the collector runs and that no firewall is between:  caretaker-collector status",
        ),
        Fault::WrongAuthority => wrong_authority(address),
        Fault::CollectorExpired => Plain::new(
            Exit::Denied,
            "the collector's certificate is out of its time, or this machine's clock is wrong",
            "check the clock here:  timedatectl;  then start the collector again, it renews its certificate",
        ),
        Fault::DeviceExpired => expired(),
        Fault::DeviceUnknown => unknown(),
    }
}

fn expired() -> Plain {
    Plain::new(
        Exit::Denied,
        "this device's certificate has expired",
        "enrol it again:  caretaker-agent enrol --again TOKEN",
    )
}

fn unknown() -> Plain {
    Plain::new(
        Exit::Denied,
        "the collector does not know this device",
        "enrol it again:  caretaker-agent enrol --again TOKEN",
    )
}

fn turned_down(reason: Refusal, message: &str) -> Plain {
    let new_token = "ask for a new one:  caretaker-collector token create --site SITE";
    let denied = |problem: &str, remedy: &str| Plain::new(Exit::Denied, problem, remedy);
    match reason {
        Refusal::TokenUnknown => denied("the collector does not know this enrolment token", new_token),
        Refusal::TokenExpired => denied("the enrolment token has expired", new_token),
        Refusal::TokenUsedUp => denied("the enrolment token has been used as often as it may", new_token),
        Refusal::DeviceRevoked => denied(
            "this device was revoked",
            "ask the network manager; to let it in again:  caretaker-agent enrol --again TOKEN",
        ),
        Refusal::DeviceUnknown => unknown(),
        Refusal::Unavailable => Plain::new(
            Exit::Unreachable,
            "the collector cannot do it now",
            "try again in a minute; nothing was changed",
        ),
        Refusal::Malformed | Refusal::TooLarge | Refusal::SequenceGap | Refusal::EpochUnknown => Plain::new(
            Exit::Failed,
            format!("the collector turned the request down ({reason}): {message}"),
            "install the agent that belongs to this collector",
        ),
    }
}
