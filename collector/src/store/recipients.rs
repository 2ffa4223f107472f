//! The people whom devices seal for: published by the safeguarding lead, kept in every version.

use caretaker_shared::digest::Sha256;
use caretaker_shared::sealing::{SetError, SignedSet};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::moment::moment;
use super::{Order, Store, StoreError, audit, number};
use crate::audit::Entry;

/// Recipients as they were published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientsRow {
    /// From 1.
    pub version: u64,
    /// SHA-256 of what was signed.
    pub digest: Sha256,
    /// SHA-256 of the root's public key.
    pub root: Sha256,
    /// An encoded `SignedRecipients`.
    pub signed: Vec<u8>,
    /// When.
    pub published_at: Timestamp,
}

/// What came of publishing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// They are in force.
    Done {
        /// Active devices that know no root, and seal nothing until they are enrolled again.
        devices_without_root: u32,
    },
    /// Those before stay in force.
    Refused(SetError),
}

impl Store {
    /// Puts signed recipients in force, unless they are older than those in force or of another root.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn publish_recipients(
        &self,
        set: SignedSet,
        actor: &str,
        now: Timestamp,
    ) -> Result<Published, StoreError> {
        let actor = actor.to_owned();
        self.write(Order::First, move |tx| {
            let held = in_force(tx)?;
            let root = held.as_ref().map_or_else(|| set.root().fingerprint(), |held| held.root);
            let before = held.and_then(|held| SignedSet::parse(&held.signed).ok());
            if let Err(error) = set.follows(&root, before.as_ref()) {
                return Ok(Published::Refused(error));
            }
            if before.is_none_or(|before| before.digest() != set.digest()) {
                keep(tx, &set, &actor, now)?;
            }
            let without = tx
                .prepare_cached("SELECT count(*) FROM device WHERE status = 'active' AND root IS NULL")?
                .query_row([], |row| row.get::<_, u32>(0))?;
            Ok(Published::Done { devices_without_root: without })
        })
        .await
    }

    /// The recipients in force; `None` before the first were published.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn recipients(&self) -> Result<Option<RecipientsRow>, StoreError> {
        self.read(in_force).await
    }

    /// The recipients of a digest, whether they are still in force or not.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn recipients_of(&self, digest: Sha256) -> Result<Option<RecipientsRow>, StoreError> {
        self.read(move |connection| of_digest(connection, &digest)).await
    }
}

const COLUMNS: &str = "SELECT version, digest, root, signed, published_at FROM recipients";

/// The recipients in force.
pub(super) fn in_force(connection: &Connection) -> Result<Option<RecipientsRow>, StoreError> {
    let mut query = connection.prepare_cached(&format!("{COLUMNS} ORDER BY version DESC LIMIT 1"))?;
    Ok(query.query_row([], row).optional()?)
}

/// The recipients of a digest.
pub(super) fn of_digest(connection: &Connection, digest: &Sha256) -> Result<Option<RecipientsRow>, StoreError> {
    let mut query = connection.prepare_cached(&format!("{COLUMNS} WHERE digest = ?1"))?;
    Ok(query.query_row([digest.as_bytes()], row).optional()?)
}

fn keep(
    connection: &rusqlite::Transaction<'_>,
    set: &SignedSet,
    actor: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO recipients (version, digest, root, signed, published_at, published_by)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            number(set.set().version),
            set.digest().as_bytes(),
            set.root().fingerprint().as_bytes(),
            set.encoded(),
            now.as_millisecond(),
            actor
        ])?;
    let people: Vec<String> =
        set.set().recipients.iter().map(|one| format!("{} {}", one.role.word(), one.id())).collect();
    let entry = Entry {
        at_ms: now.as_millisecond(),
        actor: actor.to_owned(),
        action: "keys.publish".into(),
        subject: format!("recipients {}", set.set().version),
        detail: format!("root {}; {}", set.root().fingerprint(), people.join(", ")),
    };
    audit::append(connection, &entry)
}

fn row(row: &Row<'_>) -> rusqlite::Result<RecipientsRow> {
    let digest = |column| -> rusqlite::Result<Sha256> { Ok(Sha256::from(row.get::<_, [u8; 32]>(column)?)) };
    Ok(RecipientsRow {
        version: u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default(),
        digest: digest(1)?,
        root: digest(2)?,
        signed: row.get(3)?,
        published_at: moment(row.get(4)?),
    })
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::Role;
    use caretaker_shared::sealing::{Card, Holder, Kind, PersonalKey, RecipientSet, SetError, SignedSet};
    use jiff::Timestamp;

    use super::Published;
    use crate::store::Store;

    fn lead() -> PersonalKey {
        let (school, name) = ("Northfield School".to_owned(), "Anna Example".to_owned());
        let (sites, accounts) = (Vec::new(), Vec::new());
        PersonalKey::generate(Holder { school, name, role: Role::SafeguardingLead, sites, accounts }, Kind::Root)
    }

    fn set(version: u64, lead: &PersonalKey) -> SignedSet {
        let set = RecipientSet {
            school: "Northfield School".into(),
            version,
            made_at: Timestamp::UNIX_EPOCH,
            expires_at: Timestamp::UNIX_EPOCH,
            recipients: vec![Card::of(lead).recipient()],
            recovery: Vec::new(),
        };
        set.sign(lead).expect("a set")
    }

    #[tokio::test]
    async fn only_a_newer_set_of_the_same_root_comes_into_force() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("caretaker.db")).expect("a store");
        assert_eq!(store.recipients().await.expect("reads"), None);
        let (lead, now) = (lead(), Timestamp::UNIX_EPOCH);
        let publish =
            async |set: &SignedSet| store.publish_recipients(set.clone(), "a test", now).await.expect("writes");
        let (second, third) = (set(2, &lead), set(3, &lead));
        let done = Published::Done { devices_without_root: 0 };
        assert_eq!(publish(&second).await, done);
        assert_eq!(publish(&second).await, done, "the same again");
        assert_eq!(publish(&set(1, &lead)).await, Published::Refused(SetError::Older { held: 2, offered: 1 }));
        assert_eq!(publish(&set(9, &self::lead())).await, Published::Refused(SetError::Foreign));
        assert_eq!(publish(&third).await, done);
        let in_force = store.recipients().await.expect("reads").expect("some");
        assert_eq!((in_force.version, in_force.digest), (3, third.digest()));
        let before = store.recipients_of(second.digest()).await.expect("reads").expect("kept");
        assert_eq!(before.signed, second.encoded());
    }
}
