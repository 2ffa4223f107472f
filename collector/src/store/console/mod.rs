//! What operators ask for: reads that join, count and sort. Nothing here writes.
//!
//! A list is read by its sort key: the caller gives the key of the last row that it has and how many more it wants, so
//! that a page never repeats or skips a row because others came or went.

mod alerts;
mod changes;
mod chosen;
mod contents;
#[cfg(test)]
mod counted_tests;
mod device;
mod devices;
mod executables;
mod findings;
#[cfg(test)]
pub(crate) mod sample;
mod software;

pub use super::keywords::CauseRow;
pub(in crate::store) use alerts::SEEN as ALERTS_SEEN;
pub(in crate::store) use alerts::by_reference as alert_by_reference;
pub use alerts::{AlertKey, AlertRow, AlertSight, DeliveryRow};
pub use changes::ChangeRow;
pub use contents::{CONTENT_COLUMNS, ContentFilter, ContentKey};
pub use device::{DeviceCard, ExecutableRow, OpenFinding, ReadingRow};
pub use devices::{DEVICE_COLUMNS, DeviceFilter, DeviceKey, DeviceRow};
pub use executables::{Content, ContentRow, PlaceRow};
pub use findings::{FINDING_COLUMNS, FindingFilter, FindingKey, FindingRow};
pub use software::{SOFTWARE_COLUMNS, SoftwareFilter, SoftwareKey, SoftwareRow};

/// A stored count or number as the contract has it.
pub(in crate::store) fn count(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(if n < 0 { 0 } else { u32::MAX })
}
