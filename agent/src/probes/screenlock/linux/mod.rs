//! The screen lock on Linux, by the desktop that an account uses.

mod account;
mod ask;
mod commands;
mod dconf;
mod desktop;
mod gnome;
mod gvdb;
mod hyprland;
mod idle_daemon;
mod kde;
mod keyfile;
mod kin;
mod layers;
mod light_locker;
mod lockers;
mod logind;
mod sway;
mod told;
mod xfce;
mod xfconf;
mod xscreensaver;

pub(super) use self::ask::ask;
pub(in crate::probes) use self::dconf::texts;
use self::layers::BUILT_IN;
use self::told::{Told, verdict};
