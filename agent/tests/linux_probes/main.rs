//! Each probe against a machine laid out in a folder.
#![cfg(target_os = "linux")]

mod antivirus;
mod encryption;
mod executables;
mod hardware;
mod host;
mod narrowing;
mod screenlock;
mod settings;
mod software;
mod tree;
