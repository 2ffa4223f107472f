//! Who gets an audit by mail: a row of the outbox each, written with the audit itself.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::Transaction;

use crate::audit::Entry;
use crate::audit_papers::Audience;
use crate::store::audit as audit_log;
use crate::store::in_force::Policies;
use crate::store::outbox::queue_licences;
use crate::store::{Order, Store, StoreError};

impl Store {
    /// Queues an audit for everybody whom a policy names, and writes down who asked for that; says how many mails are on
    /// their way.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mail_licence_audit(&self, audit: i64, actor: &str, now: Timestamp) -> Result<u32, StoreError> {
        let (policies, actor) = (self.policies.clone(), actor.to_owned());
        self.write(Order::First, move |tx| {
            let mails = queue(tx, &policies, audit, now)?;
            let entry = Entry {
                at_ms: now.as_millisecond(),
                actor,
                action: "licences.mail".into(),
                subject: format!("audit {audit}"),
                detail: crate::render::text::counted(mails, "mail"),
            };
            audit_log::append(tx, &entry)?;
            Ok(mails)
        })
        .await
    }
}

/// Queues it. Whom the policy of every site names gets one mail about all of them, anybody else one a site.
pub(super) fn queue(tx: &Transaction<'_>, policies: &Policies, audit: i64, now: Timestamp) -> Result<u32, StoreError> {
    let sites = tx
        .prepare_cached("SELECT id FROM site ORDER BY id")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<Vec<i64>, _>>()?;
    let mut named: BTreeMap<(bool, String), (String, Vec<i64>)> = BTreeMap::new();
    let mut with_policy = 0;
    for site in sites {
        let Some((_, policy)) = policies.in_force(tx, site)? else { continue };
        with_policy += 1;
        let of = &policy.licences;
        let provider = of.provider.iter().map(|address| (true, address));
        for (is_provider, address) in of.business_manager.iter().map(|address| (false, address)).chain(provider) {
            let address = address.trim();
            let entry = named.entry((is_provider, address.to_lowercase()));
            let (_, here) = entry.or_insert_with(|| (address.to_owned(), Vec::new()));
            if !here.contains(&site) {
                here.push(site);
            }
        }
    }
    let mut queued = 0;
    for ((is_provider, _), (address, here)) in named {
        let audience = if is_provider { Audience::Provider } else { Audience::School };
        let of: Vec<_> = if here.len() == with_policy { vec![None] } else { here.into_iter().map(Some).collect() };
        for site in of {
            queue_licences(tx, (audit, site, queued), (audience, &address), now)?;
            queued += 1;
        }
    }
    Ok(queued)
}
