//! What probes find out: one file for each subject. Texts that come from the operating system are made fit on the way
//! out and checked on the way in.

mod accounts;
mod antivirus;
mod encryption;
mod executables;
mod firewall;
mod hardware;
mod host;
mod network;
mod screen_lock;
mod sessions;
mod software;
mod updates;
