//! Firewalls.

use caretaker_proto::agent::v1 as proto;

use crate::model::{FirewallProfile, FirewallState};
use crate::wire::common::{WireError, fit_text, text};

impl From<&FirewallProfile> for proto::FirewallProfile {
    fn from(profile: &FirewallProfile) -> Self {
        let (state, reason) = match &profile.state {
            FirewallState::On => (proto::FirewallState::On, ""),
            FirewallState::Off => (proto::FirewallState::Off, ""),
            FirewallState::Unknown(reason) => (proto::FirewallState::Unknown, reason.as_str()),
        };
        Self {
            name: fit_text(&profile.name),
            product: fit_text(&profile.product),
            state: state.into(),
            reason: fit_text(reason),
            blocks_inbound: profile.blocks_inbound,
            place: fit_text(&profile.place),
        }
    }
}

impl TryFrom<proto::FirewallProfile> for FirewallProfile {
    type Error = WireError;

    fn try_from(profile: proto::FirewallProfile) -> Result<Self, WireError> {
        let state = match profile.state() {
            proto::FirewallState::On => FirewallState::On,
            proto::FirewallState::Off => FirewallState::Off,
            proto::FirewallState::Unknown => FirewallState::Unknown(text(profile.reason, "reason")?),
            proto::FirewallState::Unspecified => return Err(WireError::Unknown("state")),
        };
        Ok(Self {
            name: text(profile.name, "name")?,
            product: text(profile.product, "product")?,
            state,
            blocks_inbound: profile.blocks_inbound,
            place: text(profile.place, "place")?,
        })
    }
}
