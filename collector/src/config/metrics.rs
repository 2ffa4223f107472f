//! `[metrics]`: figures for a monitoring system on this machine.

use std::net::SocketAddr;

use serde::Deserialize;
use toml::Spanned;

use super::ConfigError;
use super::place::Place;

/// The section as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMetrics {
    listen: Spanned<String>,
}

/// Checks the section: nobody proves who they are at this port, so it is open to this machine alone.
pub(super) fn check(raw: &RawMetrics, place: &Place<'_>) -> Result<SocketAddr, ConfigError> {
    let wrong = |problem, expected| place.wrong(&raw.listen, "metrics.listen", problem, expected);
    let address: SocketAddr = raw.listen.get_ref().parse().map_err(|_| {
        wrong("is not an IP address with a port", "expected an address of this machine, for example \"127.0.0.1:9464\"")
    })?;
    if !address.ip().is_loopback() {
        let expected = "expected 127.0.0.1 or [::1]; let your monitoring ask through its agent on this machine";
        return Err(wrong("would be open to the network", expected));
    }
    Ok(address)
}
