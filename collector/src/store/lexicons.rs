//! Changes of the rules that a school has added; their files stand beside the database.

use jiff::Timestamp;

use super::{Order, Store, StoreError, audit};
use crate::audit::Entry;

impl Store {
    /// Writes down that a pack of rules was imported or removed. `detail` names no word of it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_lexicon(
        &self,
        action: &'static str,
        name: &str,
        detail: String,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let entry = Entry {
            at_ms: now.as_millisecond(),
            actor: actor.to_owned(),
            action: action.to_owned(),
            subject: name.to_owned(),
            detail,
        };
        self.write(Order::First, move |tx| audit::append(tx, &entry)).await
    }
}
