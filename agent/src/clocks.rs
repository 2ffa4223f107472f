//! Both clocks of this device, read together.

use std::sync::Arc;

use caretaker_shared::clock::Clock;
use caretaker_shared::model::{BootId, DeviceClock};
use jiff::Timestamp;

use crate::platform;

/// The clock, and the boot that its steady half counts from.
#[derive(Clone)]
pub struct DeviceClocks {
    clock: Arc<dyn Clock>,
    boot: BootId,
}

impl DeviceClocks {
    /// The clocks of this boot. A system that does not name its boots gets a new name at each start: then times are
    /// compared within one run of the agent only.
    #[must_use]
    pub fn of_this_boot(clock: Arc<dyn Clock>) -> Self {
        Self { clock, boot: platform::boot_id() }
    }

    /// The time of day.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Both readings.
    #[must_use]
    pub fn read(&self) -> DeviceClock {
        DeviceClock { wall: self.clock.now(), steady: self.clock.steady(), boot: self.boot }
    }

    /// The clock itself, for what takes one.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }
}
