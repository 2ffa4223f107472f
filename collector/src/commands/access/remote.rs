//! The way to a collector on another machine: the port, with the certificate of a profile.

use std::path::Path;
use std::sync::Arc;

use caretaker_proto::console::v1::operators_client::OperatorsClient;
use caretaker_proto::console::v1::{RenewOperatorRequest, WhoAmIRequest};
use caretaker_shared::clock::{Clock, SystemClock};
use caretaker_shared::pki::{Certificate, DeviceKey, OPERATOR_RENEW_DAYS};
use caretaker_shared::tls::{self, Fault, Identity};
use tonic::Status;
use tonic::transport::Channel;

use super::profile::Profile;
use crate::commands::refused::{failure, refused};
use crate::commands::{Exit, Failure};

/// Connects to the collector of a profile, and renews the certificate when it is time; what cannot be renewed today is
/// tried again with the next command.
///
/// # Errors
/// When nobody answers, or the collector does not let this operator in; the text says what to do.
pub(in crate::commands) async fn connect(profile: Profile, folder: &Path) -> anyhow::Result<Channel> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let certificate = Certificate::from_pem(&profile.certificate_pem)?;
    let left = certificate.not_after.duration_since(clock.now());
    if left.is_negative() {
        return Err(ended(&profile).into());
    }
    let channel = channel(&profile, clock)?;
    // Asked first: it tells a person who is not let in from a command that is refused.
    let mut operators = OperatorsClient::new(channel.clone());
    operators.who_am_i(WhoAmIRequest {}).await.map_err(|status| turned_away(&status, &profile))?;
    if left.as_hours() <= 24 * i64::from(OPERATOR_RENEW_DAYS) {
        if let Err(error) = renew(profile, &mut operators, folder).await {
            tracing::warn!(error = format!("{error:#}"), "the certificate could not be renewed");
        }
    }
    Ok(channel)
}

fn channel(profile: &Profile, clock: Arc<dyn Clock>) -> anyhow::Result<Channel> {
    let identity = Identity { chain_pem: &profile.certificate_pem, key_pem: &profile.key_pem };
    Ok(tls::console_channel(&profile.address, &identity, &profile.authority_pem, clock)?)
}

async fn renew(profile: Profile, operators: &mut OperatorsClient<Channel>, folder: &Path) -> anyhow::Result<()> {
    let key = DeviceKey::generate()?;
    let request = RenewOperatorRequest { csr_der: key.request()? };
    let answer = operators.renew_operator(request).await?.into_inner();
    let certificate_pem = answer.certificate_pem;
    Profile { certificate_pem, key_pem: key.to_pem(), ..profile }.save(folder)?;
    Ok(())
}

/// Why a first call did not get through.
pub(super) fn turned_away(status: &Status, profile: &Profile) -> Failure {
    match tls::fault(status) {
        None => refused(status),
        Some(Fault::DeviceExpired) => ended(profile),
        Some(fault) => unreached(fault, &profile.address),
    }
}

/// Why nobody was spoken to, in the words that a person needs.
pub(super) fn unreached(fault: Fault, address: &str) -> Failure {
    let (exit, text) = match fault {
        Fault::Unreachable => (
            Exit::Unreachable,
            format!(
                "no collector answers at {address}\n  is this machine on the school's network, and the collector running?"
            ),
        ),
        Fault::WrongAuthority => (
            Exit::Unreachable,
            format!(
                "who answers at {address} is not the collector of your school\n  a proxy that opens TLS has to exempt this port"
            ),
        ),
        Fault::CollectorExpired => (
            Exit::Unreachable,
            format!(
                "the certificate of the collector at {address} is out of its time\n  is the clock of this machine right?"
            ),
        ),
        Fault::DeviceExpired | Fault::DeviceUnknown => (
            Exit::Denied,
            format!(
                "the collector at {address} does not take this certificate\n  log in with a new code:  caretaker-collector login"
            ),
        ),
    };
    failure(exit, text)
}

fn ended(profile: &Profile) -> Failure {
    failure(
        Exit::Denied,
        format!(
            "your access to {} has ended: it was not used for a long time\n  ask for a new code, then:  \
             caretaker-collector logout  and  caretaker-collector login",
            profile.address
        ),
    )
}
