//! What Caretaker promises, shown with the Windows agent under Wine. One file a story.

mod probes;
mod reports;
mod service;
