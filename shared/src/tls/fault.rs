//! Why a call failed that never reached the collector's services.

use std::io;

use rustls::AlertDescription;

/// Why a call did not reach the collector, in the words a person needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nobody answers there.
    Unreachable,
    /// Somebody answers who is not our collector.
    WrongAuthority,
    /// The collector's certificate is out of its time, or this machine's clock is wrong.
    CollectorExpired,
    /// The collector says that the certificate of this device or operator is out of its time.
    DeviceExpired,
    /// The collector does not trust the certificate of this device or operator.
    DeviceUnknown,
}

/// Finds the reason for a failed call among the causes of its error; `None` when the call did reach the collector.
#[must_use]
pub fn fault(error: &(dyn std::error::Error + 'static)) -> Option<Fault> {
    let mut cause = Some(error);
    let mut unreachable = None;
    while let Some(error) = cause {
        let carried = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let tls = error.downcast_ref::<rustls::Error>().or_else(|| carried.and_then(|inner| inner.downcast_ref()));
        if let Some(tls) = tls {
            return Some(tls_fault(tls));
        }
        if error.is::<io::Error>() || error.is::<tonic::transport::Error>() {
            unreachable = Some(Fault::Unreachable);
        }
        cause = error.source();
    }
    unreachable
}

fn tls_fault(error: &rustls::Error) -> Fault {
    use rustls::CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
    if let rustls::Error::AlertReceived(alert) = error {
        // Our collector and we always have a cipher and a signature in common: it is another that misses one.
        return if *alert == AlertDescription::CertificateExpired {
            Fault::DeviceExpired
        } else if *alert == AlertDescription::HandshakeFailure {
            Fault::WrongAuthority
        } else {
            Fault::DeviceUnknown
        };
    }
    let out_of_time = matches!(
        error,
        rustls::Error::InvalidCertificate(Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. })
    );
    if out_of_time { Fault::CollectorExpired } else { Fault::WrongAuthority }
}
