//! The settings that a new collector begins with. The comments are the documentation.

use super::is_address;

/// The port that is used where none is given.
const PORT: &str = "7443";

/// A settings file for a school whose devices reach the collector at `address`.
#[must_use]
pub fn template(school: &str, address: &str) -> String {
    let (host, port) = address.rsplit_once(':').filter(|_| is_address(address)).unwrap_or((address, PORT));
    let host = host.trim_start_matches('[').trim_end_matches(']');
    // A collector that is only for this machine does not open a port to others.
    let alone = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    let listen = match (alone, host) {
        (true, "::1") => format!("[::1]:{port}"),
        (true, "localhost") => format!("127.0.0.1:{port}"),
        (true, host) => format!("{host}:{port}"),
        (false, _) => format!("0.0.0.0:{port}"),
    };
    include_str!("collector.toml")
        .replace("@SCHOOL@", &quoted(school))
        .replace("@ADDRESS@", &quoted(address))
        .replace("@LISTEN@", &quoted(&listen))
}

/// Every JSON string is a TOML string too.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}
