//! Where a command's answer goes: as a screen for a person, or as JSON for a script.

use std::io::Write;

use serde::Serialize;

use super::Exit;
use crate::render::Screen;

/// The way out of one command.
pub(super) struct Output<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) screen: &'a Screen,
    /// Whether only the person who typed sees it: a terminal, and not a file or another program.
    pub(super) personal: bool,
}

impl Output<'_> {
    /// Writes a screen.
    pub(super) fn text(&mut self, text: &str) -> anyhow::Result<Exit> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()?;
        Ok(Exit::Fine)
    }

    /// Writes a message as the contract names its fields.
    pub(super) fn json(&mut self, message: &impl Serialize) -> anyhow::Result<Exit> {
        let text = serde_json::to_string_pretty(message).expect("messages of texts, numbers and lists are JSON");
        self.text(&(text + "\n"))
    }
}

/// The request for the page after `after`, as large as pages are.
pub(super) fn page(after: &str) -> Option<caretaker_proto::console::v1::Page> {
    Some(caretaker_proto::console::v1::Page { size: 0, after: after.to_owned() })
}
