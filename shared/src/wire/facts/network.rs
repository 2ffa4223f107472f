//! Proxies and private networks.

use caretaker_proto::agent::v1 as proto;

use crate::model::{ProxyKind, ProxySetting, Tunnel};
use crate::wire::common::{WireError, fit_path, fit_text, path, same_names, text};

same_names!(ProxyKind, "kind": Manual, Script, Detected);

impl From<&ProxySetting> for proto::ProxySetting {
    fn from(proxy: &ProxySetting) -> Self {
        Self {
            user: fit_text(&proxy.user),
            kind: proto::ProxyKind::from(proxy.kind).into(),
            target: fit_text(&proxy.target),
            place: fit_path(&proxy.place),
        }
    }
}

impl TryFrom<proto::ProxySetting> for ProxySetting {
    type Error = WireError;

    fn try_from(proxy: proto::ProxySetting) -> Result<Self, WireError> {
        Ok(Self {
            kind: proxy.kind().try_into()?,
            user: text(proxy.user, "user")?,
            target: text(proxy.target, "target")?,
            place: path(proxy.place, "place")?,
        })
    }
}

impl From<&Tunnel> for proto::Tunnel {
    fn from(tunnel: &Tunnel) -> Self {
        Self {
            name: fit_text(&tunnel.name),
            kind: fit_text(&tunnel.kind),
            active: tunnel.active,
            place: fit_path(&tunnel.place),
        }
    }
}

impl TryFrom<proto::Tunnel> for Tunnel {
    type Error = WireError;

    fn try_from(tunnel: proto::Tunnel) -> Result<Self, WireError> {
        Ok(Self {
            name: text(tunnel.name, "name")?,
            kind: text(tunnel.kind, "kind")?,
            active: tunnel.active,
            place: path(tunnel.place, "place")?,
        })
    }
}
