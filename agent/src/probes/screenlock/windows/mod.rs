//! The screen lock on Windows, by the precedence of its many settings.

mod ask;
pub(super) mod logged_off;
mod machine;
mod precedence;
mod profile;
mod saver;
#[cfg(test)]
mod tests;
mod value;

pub(super) use self::ask::ask;
