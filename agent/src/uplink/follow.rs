//! What a greeting may bring: a newer policy, rules that the school has added, the people to seal for, checkpoints of the
//! audit log.

use std::sync::Arc;

use caretaker_proto::agent::v1::SignedCheckpoint;
use caretaker_shared::digest::Sha256;
use caretaker_shared::policy::DevicePolicy;
use caretaker_shared::wire::limits;
use prost::Message as _;

use super::session::Broken;
use super::{Session, Uplink, UplinkError};
use crate::checkpoints::{Refused, Taken};
use crate::spool::Spool;

impl<U: Uplink> Session<U> {
    /// Fetches a new policy; says whether one came into force.
    pub(super) async fn follow_policy(&self, version: u64) -> Result<bool, Broken> {
        let have = self.policy_version();
        if version == have {
            return Ok(false);
        }
        let Some(policy) = self.uplink.policy(have).await? else { return Ok(false) };
        let bytes = policy.encode_to_vec();
        match DevicePolicy::try_from(policy) {
            Ok(policy) => {
                tracing::info!(policy.version = policy.version, "a policy came into force");
                self.wiring.spool.run(move |spool| spool.store_policy(&bytes)).await?;
                self.wiring.policy.send_replace(Some(Arc::new(policy)));
                Ok(true)
            }
            Err(fault) => {
                tracing::error!(reason = %fault, policy.version = version, "the new policy was not taken");
                Ok(false)
            }
        }
    }

    /// Fetches the rules that the school has added, where they are others than those that are held.
    pub(super) async fn follow_lexicons(&self, wanted: Option<Sha256>) -> Result<(), Broken> {
        let held = self.wiring.spool.run(Spool::lexicons).await?.map(|bytes| Sha256::of(&bytes));
        if held == wanted || (wanted.is_some() && self.wiring.spool.run(Spool::refused_lexicons).await? == wanted) {
            return Ok(());
        }
        let bytes = match wanted {
            Some(digest) => match self.fetch_lexicons(digest).await? {
                Some(bytes) => bytes,
                // They changed while they were fetched; the next greeting says to what.
                None => return Ok(()),
            },
            None => Vec::new(),
        };
        let rules = self.wiring.rules.clone();
        let loaded = self.wiring.spool.run(move |spool| match rules.load(&bytes) {
            Ok(packs) => spool.store_lexicons(&bytes).map(|()| Ok(packs)),
            Err(error) => spool.refuse_lexicons(&Sha256::of(&bytes)).map(|()| Err(error)),
        });
        match loaded.await? {
            Ok(packs) => tracing::info!(packs, "the rules that the school has added came into force"),
            Err(error) => tracing::error!(reason = %error, "the rules that the school has added were not taken"),
        }
        Ok(())
    }

    /// Fetches the recipients, where they are others than those that are held and than those that were refused.
    pub(super) async fn follow_recipients(&mut self, wanted: Option<Sha256>) -> Result<(), Broken> {
        let sealer = self.wiring.sealer.clone();
        let Some(wanted) = wanted.filter(|wanted| sealer.root().is_some() && sealer.recipients() != Some(*wanted))
        else {
            return Ok(());
        };
        if self.refused == Some(wanted) {
            return Ok(());
        }
        let Some(encoded) = self.uplink.recipients().await? else { return Ok(()) };
        let taken = self.wiring.spool.run(move |spool| match sealer.take(&encoded) {
            Ok(version) => Ok(Ok(version)),
            Err(error) => spool.tell_refused_recipients(&wanted, &error.to_string()).map(|()| Err(error)),
        });
        match taken.await? {
            Ok(version) => tracing::info!(version, "the people whom this device seals for came into force"),
            Err(error) => {
                self.refused = Some(wanted);
                tracing::error!(reason = %error, "the people whom this device is to seal for were refused");
            }
        }
        Ok(())
    }

    /// Keeps the next checkpoints of the collector's audit log. One that contradicts what is kept is told of in a tamper
    /// record, and so is a collector that was restored from a backup.
    pub(super) async fn follow_checkpoints(&mut self, offered: Vec<SignedCheckpoint>) -> Result<(), Broken> {
        for one in offered {
            let checkpoints = self.wiring.checkpoints.clone();
            let taken = self.wiring.spool.run(move |spool| {
                let taken = checkpoints.take(&one);
                let why = match &taken {
                    Ok(Taken::Fine) | Err(Refused::File(_)) => return Ok(taken),
                    Ok(Taken::Restored { from, to }) => {
                        format!("the collector was restored from a backup: its log went from row {from} to row {to}")
                    }
                    Err(refused @ (Refused::Checkpoint(_) | Refused::Conflict(_))) => refused.to_string(),
                };
                spool.tell_refused_checkpoint(&Sha256::of(&one.checkpoint), &why).map(|()| taken)
            });
            match taken.await? {
                Ok(Taken::Fine) => {}
                Ok(Taken::Restored { from, to }) => {
                    tracing::warn!(from, to, "the collector was restored from a backup, its audit log went back");
                }
                Err(error) => {
                    tracing::error!(reason = %error, "a checkpoint of the collector's audit log was refused");
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    async fn fetch_lexicons(&self, digest: Sha256) -> Result<Option<Vec<u8>>, UplinkError> {
        let mut bytes = Vec::new();
        loop {
            let (piece, total) = self.uplink.lexicons(digest, u32::try_from(bytes.len()).unwrap_or(u32::MAX)).await?;
            if piece.is_empty() || bytes.len() + piece.len() > limits::PACKS_BYTES {
                return Ok(None);
            }
            bytes.extend(piece);
            if u32::try_from(bytes.len()).is_ok_and(|have| have >= total) {
                return Ok(Some(bytes).filter(|bytes| Sha256::of(bytes) == digest));
            }
        }
    }
}
