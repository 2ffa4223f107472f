//! Rows for tests: what devices and loops would have written, put in place directly.

use caretaker_shared::model::{DeviceId, ExecutableFacts, Reading};
use caretaker_shared::wire::facts_digest;
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::super::{Order, Store, StoreError, executables, facts};

/// A finding to put in place.
pub(crate) struct SampleFinding {
    pub(crate) device: &'static str,
    pub(crate) requirement: &'static str,
    pub(crate) subject: &'static str,
    pub(crate) verdict: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) remedy: &'static str,
    pub(crate) opened_at: Timestamp,
}

/// An alert with one mail to put in place.
pub(crate) struct SampleAlert {
    pub(crate) reference: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) severity: i64,
    pub(crate) device: &'static str,
    pub(crate) about: &'static str,
    pub(crate) raised_at: Timestamp,
    pub(crate) mail_state: &'static str,
    pub(crate) mail_error: &'static str,
}

impl Store {
    async fn put(&self, step: impl FnOnce(&Transaction<'_>) -> Result<(), StoreError> + Send + 'static) {
        self.write(Order::First, step).await.expect("a sample fits the tables");
    }

    /// Active devices of a site that exists, with the last word of each.
    pub(crate) async fn add_devices(&self, site: &'static str, devices: Vec<(String, Option<Timestamp>)>) {
        self.put(move |transaction| {
            for (name, seen) in devices {
                transaction
                    .prepare_cached(
                        "INSERT INTO device (uuid, site, name, status, enrolled_at, last_seen_at, agent_version,
                                             policy_version)
                         VALUES (?1, (SELECT id FROM site WHERE name = ?2), ?3, 'active', 1795000000000, ?4, '0.1.0', 1)",
                    )?
                    .execute(params![
                        DeviceId::random().as_bytes(),
                        site,
                        name,
                        seen.map(Timestamp::as_millisecond)
                    ])?;
            }
            Ok(())
        })
        .await;
    }

    /// The newest reading of a probe.
    pub(crate) async fn add_reading(&self, device: &'static str, reading: Reading) {
        self.put(move |transaction| {
            transaction.execute(
                "INSERT INTO reading (device, probe, completeness, reason, taken_at, received_at, facts, digest)
                 VALUES ((SELECT id FROM device WHERE name = ?1), ?2, ?3, ?4, ?5, ?5, ?6, ?7)",
                params![
                    device,
                    reading.probe.as_str(),
                    reading.outcome.word(),
                    reading.outcome.reason().unwrap_or_default(),
                    reading.taken_at.as_millisecond(),
                    reading.outcome.facts().map(facts::encode),
                    reading.outcome.facts().map(|facts| *facts_digest(facts).as_bytes())
                ],
            )?;
            Ok(())
        })
        .await;
    }

    /// Installed titles: name and version.
    pub(crate) async fn add_software(&self, device: &'static str, titles: Vec<(String, String)>) {
        self.put(move |transaction| {
            for (name, version) in titles {
                transaction
                    .prepare_cached(
                        "INSERT INTO software (device, name, version, architecture, source, publisher)
                         VALUES ((SELECT id FROM device WHERE name = ?1), ?2, ?3, 'amd64', 'dpkg', 'Sample Maker')",
                    )?
                    .execute(params![device, name, version])?;
            }
            Ok(())
        })
        .await;
    }

    /// All installed titles are of this publisher.
    pub(crate) async fn made_by(&self, publisher: &'static str) {
        self.put(move |transaction| {
            transaction.execute("UPDATE software SET publisher = ?1", [publisher])?;
            Ok(())
        })
        .await;
    }

    /// All installed titles are for this account, and come out of a folder that is called after it.
    pub(crate) async fn installed_for(&self, user: &'static str) {
        self.put(move |transaction| {
            transaction.execute("UPDATE software SET user = ?1, origin = '/home/' || ?1 || '/setup'", [user])?;
            Ok(())
        })
        .await;
    }

    /// Files that no package owns: path and when it was first seen.
    pub(crate) async fn add_executables(&self, device: &'static str, files: Vec<(String, Timestamp)>) {
        self.put(move |transaction| {
            for (path, first_seen) in files {
                transaction
                    .prepare_cached(
                        "INSERT INTO executable (device, path, sha256, size_bytes, modified_at, owner, format,
                                                 first_seen_at)
                         VALUES ((SELECT id FROM device WHERE name = ?1), ?2, zeroblob(32), 4100000, ?3, 'root', 'elf',
                                 ?3)",
                    )?
                    .execute(params![device, path, first_seen.as_millisecond()])?;
            }
            Ok(())
        })
        .await;
    }

    /// An open finding.
    /// What is true of an executable's bytes.
    pub(crate) async fn add_facts(&self, facts: ExecutableFacts) {
        self.put(move |transaction| executables::describe(transaction, &facts, Timestamp::UNIX_EPOCH).map(drop)).await;
    }

    pub(crate) async fn add_finding(&self, finding: SampleFinding) {
        self.put(move |transaction| {
            transaction.execute(
                "INSERT INTO finding (device, requirement, subject, verdict, summary, reason, remedy, opened_at, updated_at)
                 VALUES ((SELECT id FROM device WHERE name = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
                params![
                    finding.device,
                    finding.requirement,
                    finding.subject,
                    finding.verdict,
                    finding.summary,
                    finding.reason,
                    finding.remedy,
                    finding.opened_at.as_millisecond()
                ],
            )?;
            Ok(())
        })
        .await;
    }

    /// A new alert and its mail to the safeguarding lead.
    pub(crate) async fn add_alert(&self, alert: SampleAlert) {
        self.put(move |transaction| {
            let raised = alert.raised_at.as_millisecond();
            transaction.execute(
                "INSERT INTO alert (reference, kind, severity, site, device, about, state, raised_at)
                 SELECT ?1, ?2, ?3, site, id, ?5, 'new', ?6 FROM device WHERE name = ?4",
                params![alert.reference, alert.kind, alert.severity, alert.device, alert.about, raised],
            )?;
            transaction.execute(
                "INSERT INTO case_file (alert, category, subject)
                 SELECT id, 'selfharm', 'pupil' FROM alert WHERE reference = ?1 AND kind = 'safeguarding'",
                [alert.reference],
            )?;
            let sent = Some(raised + 1_000).filter(|_| alert.mail_state == "sent");
            transaction.execute(
                "INSERT INTO outbox (kind, urgency, alert, role, address, message_id, state, attempts, created_at,
                                     next_at, sent_at, last_error)
                 VALUES ('first', 4, (SELECT id FROM alert WHERE reference = ?1), 'safeguarding-lead',
                         'lead@northfield.example', ?1, ?2, 1, ?3, ?3, ?4, ?5)",
                params![alert.reference, alert.mail_state, raised, sent, alert.mail_error],
            )?;
            Ok(())
        })
        .await;
    }

    /// Actors, actions and subjects of the audit chain, oldest first.
    pub(crate) async fn audited(&self) -> Vec<(String, String, String)> {
        self.read(|connection| {
            let mut query = connection.prepare("SELECT actor, action, subject FROM audit ORDER BY n")?;
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
        .expect("the audit chain is read")
    }

    /// What the audit chain says about each time that something was done, oldest first.
    pub(crate) async fn audit_details(&self, action: &'static str) -> Vec<String> {
        self.read(move |connection| {
            let mut query = connection.prepare("SELECT detail FROM audit WHERE action = ?1 ORDER BY n")?;
            let rows = query.query_map([action], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
        .expect("the audit chain is read")
    }
}
