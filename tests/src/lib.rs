//! The stage for the stories: real processes of agent, collector and mail server, in folders that vanish.
//!
//! A story starts what it needs, does what a person or a fault would do, and looks only at what people can see: the
//! command line, mail, and, where "stored once" is the claim, the database file.

pub mod agent;
pub mod binaries;
pub mod caller;
pub mod desk;
pub mod mail;
pub mod memory;
pub mod pager;
pub mod process;
pub mod school;
pub mod search;
pub mod terminal;
pub mod wait;
pub mod wine;
