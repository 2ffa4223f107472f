//! Rows of mail that must go out: written with their cause, leased, sent outside of any transaction, marked.
//!
//! A row that is leased and never marked (the collector died in between) is due again when its lease ends, with the
//! same Message-ID: mail goes out at least once, and a mail program can tell that both are one.
//!
//! The most urgent goes first; among equals, who was not told of within the hour. A flood of one pupil's alerts, at
//! whatever level, therefore stands behind another pupil's first.

mod channels;
mod due;
mod lease;
mod mark;
mod queue;

pub use channels::ChannelState;
pub use due::{Call, DueMail, ListKind, ListedCase, MailedAlert, MailedAudit, MailedKind, MailedList, Matter, Then};
pub use mark::{Failed, Way};

pub(super) use channels::read as channels;
pub(super) use due::{ABOUT_ALERT, NETWORK_MANAGER};
pub(super) use queue::{
    Post, next_turn, queue, queue_checkpoint, queue_licences, queue_list, queue_webhook, queue_weekly,
};
