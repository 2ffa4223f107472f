//! Hardware.

use caretaker_proto::agent::v1 as proto;

use crate::model::Hardware;
use crate::wire::common::{WireError, fit_text, text};

impl From<&Hardware> for proto::HardwareFacts {
    fn from(hardware: &Hardware) -> Self {
        Self {
            manufacturer: fit_text(&hardware.manufacturer),
            model: fit_text(&hardware.model),
            serial: fit_text(&hardware.serial),
            asset_tag: fit_text(&hardware.asset_tag),
            form: fit_text(&hardware.form),
            firmware: fit_text(&hardware.firmware),
            processor: fit_text(&hardware.processor),
            battery: hardware.battery,
        }
    }
}

impl TryFrom<proto::HardwareFacts> for Hardware {
    type Error = WireError;

    fn try_from(hardware: proto::HardwareFacts) -> Result<Self, WireError> {
        Ok(Self {
            manufacturer: text(hardware.manufacturer, "manufacturer")?,
            model: text(hardware.model, "model")?,
            serial: text(hardware.serial, "serial")?,
            asset_tag: text(hardware.asset_tag, "asset_tag")?,
            form: text(hardware.form, "form")?,
            firmware: text(hardware.firmware, "firmware")?,
            processor: text(hardware.processor, "processor")?,
            battery: hardware.battery,
        })
    }
}
