//! Browser history as a source of text: what was searched for, the titles of pages, the words of their addresses.
//!
//! A browser keeps its history in an SQLite file in a person's home. That file is never opened with SQLite: it and what
//! SQLite keeps beside it are copied to an owner-only folder (`copy`), the copy is read and removed. So the browser is
//! never held up, and nothing is ever written in a home. Links are not followed: a pupil owns that folder.
//!
//! A pupil can put any bytes there, so SQLite reads them in a short-lived child of this program ([`read_in_child`],
//! [`child_main`]), as probes are asked (docs/adr/0006): it must open files of all homes, which the child for documents,
//! without rights and without a second open file, could not. What SQLite needed of memory, words of children among it,
//! goes back to the system with the child. Text crosses a pipe and nothing else.
//!
//! A visit to an address that the policy excludes is dropped there, before any text leaves it. Each profile of a browser
//! has a [`Mark`], so that a visit is told once; a first reading looks back 24 hours.
//!
//! What cannot be seen: private windows leave no history; a person can clear theirs before it was read, or keep a profile
//! in an unusual place. That there is nothing proves nothing. Visits that came from another device are left out where
//! the browser says so, which Chromium and Safari do, and Firefox does not.

mod address;
mod browser;
mod child;
mod copy;
mod database;
mod engines;
mod exchange;
mod excluded;
mod family;
mod home;
mod host_name;
mod marks;
mod process;
mod reading;
#[cfg(test)]
mod tests;
mod visit;

pub use self::browser::Browser;
pub use self::child::child_main;
pub use self::copy::remove_stale;
pub use self::excluded::{BadRule, Excluded};
pub use self::home::{Home, homes};
pub use self::marks::{Last, Mark, Marks};
pub use self::process::{Launch, clear, read_in_child};
pub use self::reading::{Reading, Settings, Unread, read};
pub use self::visit::{Visit, VisitKind};

/// The hidden argument that makes this program the child.
pub const ARGUMENT: &str = "history";
