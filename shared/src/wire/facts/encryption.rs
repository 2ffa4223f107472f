//! Volumes and removable media, and how their content is protected.

use caretaker_proto::agent::v1 as proto;

use crate::model::{Protection, RemovableMedium, Volume, VolumeRole};
use crate::wire::common::{WireError, fit_path, fit_text, path, same_names, text};

same_names!(VolumeRole, "role": Data, Boot, Swap);

impl From<&Protection> for proto::Protection {
    fn from(protection: &Protection) -> Self {
        let (state, reason) = match protection {
            Protection::On => (proto::ProtectionState::On, ""),
            Protection::Off => (proto::ProtectionState::Off, ""),
            Protection::Suspended => (proto::ProtectionState::Suspended, ""),
            Protection::Changing => (proto::ProtectionState::Changing, ""),
            Protection::Unknown(reason) => (proto::ProtectionState::Unknown, reason.as_str()),
        };
        Self { state: state.into(), reason: fit_text(reason) }
    }
}

impl TryFrom<Option<proto::Protection>> for Protection {
    type Error = WireError;

    fn try_from(protection: Option<proto::Protection>) -> Result<Self, WireError> {
        let protection = protection.ok_or(WireError::Missing("protection"))?;
        match protection.state() {
            proto::ProtectionState::On => Ok(Self::On),
            proto::ProtectionState::Off => Ok(Self::Off),
            proto::ProtectionState::Suspended => Ok(Self::Suspended),
            proto::ProtectionState::Changing => Ok(Self::Changing),
            proto::ProtectionState::Unknown => Ok(Self::Unknown(text(protection.reason, "reason")?)),
            proto::ProtectionState::Unspecified => Err(WireError::Unknown("protection")),
        }
    }
}

impl From<&Volume> for proto::Volume {
    fn from(volume: &Volume) -> Self {
        Self {
            mount: fit_path(&volume.mount),
            device: fit_text(&volume.device),
            removable: volume.removable,
            role: proto::VolumeRole::from(volume.role).into(),
            protection: Some((&volume.protection).into()),
            method: fit_text(&volume.method),
            evidence: fit_text(&volume.evidence),
        }
    }
}

impl TryFrom<proto::Volume> for Volume {
    type Error = WireError;

    fn try_from(volume: proto::Volume) -> Result<Self, WireError> {
        Ok(Self {
            role: volume.role().try_into()?,
            mount: path(volume.mount, "mount")?,
            device: text(volume.device, "device")?,
            removable: volume.removable,
            protection: volume.protection.try_into()?,
            method: text(volume.method, "method")?,
            evidence: text(volume.evidence, "evidence")?,
        })
    }
}

impl From<&RemovableMedium> for proto::RemovableMedium {
    fn from(medium: &RemovableMedium) -> Self {
        Self {
            mount: fit_path(&medium.mount),
            name: fit_text(&medium.name),
            serial: fit_text(&medium.serial),
            bus: fit_text(&medium.bus),
            file_system: fit_text(&medium.file_system),
            size_bytes: medium.size_bytes,
            protection: Some((&medium.protection).into()),
        }
    }
}

impl TryFrom<proto::RemovableMedium> for RemovableMedium {
    type Error = WireError;

    fn try_from(medium: proto::RemovableMedium) -> Result<Self, WireError> {
        Ok(Self {
            mount: path(medium.mount, "mount")?,
            name: text(medium.name, "name")?,
            serial: text(medium.serial, "serial")?,
            bus: text(medium.bus, "bus")?,
            file_system: text(medium.file_system, "file_system")?,
            size_bytes: medium.size_bytes,
            protection: medium.protection.try_into()?,
        })
    }
}
