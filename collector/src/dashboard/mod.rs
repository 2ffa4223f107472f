//! `dashboard`: the school on one screen, kept up to date, with what is behind every number.
//!
//! A pure state machine (`app`) takes keys, the time and answers, and says what to ask; pure functions (`draw`) make
//! a screen of it; a thin loop (`live`) joins both to a terminal and a collector. Old figures are never shown as new:
//! everything held has the time at which it came, and the screen says when nothing comes any more.

mod app;
mod ask;
mod draw;
mod filter;
mod held;
mod holders;
mod keys;
mod list;
mod live;
mod look;
mod number;
mod page;
mod screen;
mod spot;
mod terminal;
#[cfg(test)]
mod tests;

use jiff::SignedDuration;
use tonic::transport::Channel;

use crate::commands::Failure;

/// What somebody wants to see.
#[derive(Debug, Clone)]
pub struct Wish {
    /// One site and one group of devices alone, or all that the operator sees.
    scope: filter::Scope,
    /// How often the collector is asked anew.
    every: SignedDuration,
}

impl Wish {
    /// To see one site or all of them, and there one group of devices or all of them, asked for anew so often.
    #[must_use]
    pub fn new(site: Option<String>, group: Option<String>, every: SignedDuration) -> Self {
        Self { scope: filter::Scope { site, group }, every }
    }
}

/// Makes sure that there is a terminal to draw on, before anybody is asked for anything.
///
/// # Errors
/// When there is none, or one that cannot be drawn on; the text says what to do.
pub fn check_terminal() -> Result<(), Failure> {
    terminal::check()
}

/// Shows the dashboard until whoever looks has seen enough, or the program is asked to stop. The terminal is as it was
/// afterwards, whatever happens.
///
/// # Errors
/// When the terminal cannot be written to.
pub async fn run(wish: Wish, channel: Channel) -> anyhow::Result<()> {
    live::run(wish, ask::Collector::at(channel)).await
}
