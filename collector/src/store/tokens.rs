//! Enrolment tokens, made. Only the hash of a token's secret is kept.

use caretaker_shared::digest::Sha256;
use jiff::Timestamp;
use rusqlite::params;

use super::{Order, Store, StoreError, audit, sites};
use crate::audit::Entry;

/// A token to be kept.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Hash of its secret.
    pub fingerprint: Sha256,
    /// Where its devices will belong.
    pub site: String,
    /// Devices that it lets in.
    pub uses: u32,
    /// Now.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

impl Store {
    /// Keeps a token; gives the site's name as it was written first, or `None` when there is no such site.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn create_token(&self, token: NewToken, actor: &str) -> Result<Option<String>, StoreError> {
        let actor = actor.to_owned();
        self.write(Order::First, move |transaction| {
            let Some((site, name)) = sites::by_name(transaction, &token.site)? else { return Ok(None) };
            let (created, expires) = (token.created_at.as_millisecond(), token.expires_at.as_millisecond());
            transaction
                .prepare_cached(
                    "INSERT INTO token (hash, site, max_uses, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![token.fingerprint.as_bytes(), site, token.uses, created, expires])?;
            let detail = format!("{} uses, until {}", token.uses, token.expires_at);
            let entry = Entry { at_ms: created, actor, action: "token.create".into(), subject: name.clone(), detail };
            audit::append(transaction, &entry)?;
            Ok(Some(name))
        })
        .await
    }
}
