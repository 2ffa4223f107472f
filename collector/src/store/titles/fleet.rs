//! What another catalogue would change, before it is used.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Connection;

use super::settle::titles_of;
use crate::audit::Entry;
use crate::catalogue::{Catalogue, Memory};
use crate::store::{Order, Store, StoreError, audit};

/// A title of which another number of active devices would have it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effect {
    /// Which.
    pub slug: String,
    /// For people.
    pub name: String,
    /// Active devices that have it.
    pub before: u32,
    /// Active devices that would.
    pub after: u32,
}

impl Store {
    /// What a catalogue would change, the largest change first. Nothing is written.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn effect_of(&self, catalogue: Arc<Catalogue>) -> Result<Vec<Effect>, StoreError> {
        self.read(move |connection| {
            let mut effects = before(connection)?;
            let mut memory = Memory::of(catalogue);
            let mut query = connection.prepare_cached("SELECT id FROM device WHERE status = 'active' ORDER BY id")?;
            let devices: Vec<i64> = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            for device in devices {
                for installed in titles_of(connection, device, &mut memory)? {
                    let effect = effects.entry(installed.title.slug.clone()).or_default();
                    effect.name.clone_from(&installed.title.name);
                    effect.after += 1;
                }
            }
            let effects = effects.into_iter().map(|(slug, effect)| Effect { slug, ..effect });
            let mut effects: Vec<Effect> = effects.filter(|effect| effect.before != effect.after).collect();
            effects
                .sort_by_key(|effect| (std::cmp::Reverse(effect.before.abs_diff(effect.after)), effect.slug.clone()));
            Ok(effects)
        })
        .await
    }

    /// Writes down that rules came or went.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn write_down_rules(
        &self,
        action: &'static str,
        slugs: &[String],
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (actor, slugs) = (actor.to_owned(), slugs.to_vec());
        self.write(Order::First, move |transaction| {
            for slug in slugs {
                let entry = Entry {
                    at_ms: now.as_millisecond(),
                    actor: actor.clone(),
                    action: action.into(),
                    subject: slug,
                    detail: String::new(),
                };
                audit::append(transaction, &entry)?;
            }
            Ok(())
        })
        .await
    }
}

fn before(connection: &Connection) -> Result<BTreeMap<String, Effect>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT t.slug, t.name, sum(c.devices) FROM title_count c JOIN title t ON t.id = c.title GROUP BY t.id",
    )?;
    let rows = query.query_map([], |row| {
        let effect = Effect { name: row.get(1)?, before: row.get(2)?, ..Effect::default() };
        Ok((row.get(0)?, effect))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
