//! Titles on devices: rows of `installation` are what the catalogue makes of a device's software and files.
//!
//! They are brought in line in the transaction that changes a list or a file, and replayed over everything stored when
//! the catalogue changes. Only what differs is written; `title_count` is kept by triggers.

mod entries;
mod fleet;
mod lists;
mod replay;
mod settle;
mod shelf;
#[cfg(test)]
mod tests;

pub use entries::{EntryFilter, EntryKey, EntryRow};
pub use fleet::Effect;
pub use lists::{MostKey, RawName, SiteDevices, TitleDetail, TitleFilter, TitleKey, TitleRow};
pub use replay::{Chunk, Replayed};
pub use settle::Moved;
pub(super) use settle::{described, settle};
pub(super) use shelf::Shelf;
