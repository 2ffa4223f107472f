//! Calls about the people whom devices seal for.

use std::sync::Arc;

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::keys_server::Keys;
use caretaker_shared::digest::Sha256;
use caretaker_shared::sealing::{SetError, SignedSet};
use caretaker_shared::wire::unix_ms;
use tonic::{Request, Response, Status};

use super::Context;
use super::peer::Operator;
use super::permissions::Permission;
use super::refusal::Refusal;
use crate::store::{Published, RecipientsRow};

/// The service.
pub(super) struct Recipients(Arc<Context>);

impl Recipients {
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    async fn publish(&self, signed: &[u8], actor: &str) -> Result<proto::PublishRecipientsResponse, Refusal> {
        let set = SignedSet::parse(signed).map_err(refused)?;
        let version = set.set().version;
        match self.0.store.publish_recipients(set, actor, self.0.clock.now()).await? {
            Published::Done { devices_without_root } => {
                tracing::info!(version, "recipients came into force");
                Ok(proto::PublishRecipientsResponse { version, devices_without_root })
            }
            Published::Refused(error) => {
                tracing::warn!(reason = %error, "recipients were refused");
                Err(refused(error))
            }
        }
    }

    async fn find(&self, digest: &[u8]) -> Result<proto::GetRecipientsResponse, Refusal> {
        let found = if digest.is_empty() {
            self.0.store.recipients().await?
        } else {
            match Sha256::from_slice(digest) {
                Some(digest) => self.0.store.recipients_of(digest).await?,
                None => None,
            }
        };
        Ok(found.map(message_of).unwrap_or_default())
    }
}

fn message_of(row: RecipientsRow) -> proto::GetRecipientsResponse {
    proto::GetRecipientsResponse { signed: row.signed, published_unix_ms: unix_ms(row.published_at) }
}

fn refused(error: SetError) -> Refusal {
    match error {
        SetError::Foreign => Refusal::Field {
            field: "recipients",
            problem: "are signed by another safeguarding root than those in force",
            remedy: "publish with the key that the school's root was made with; a lost one is made again from its \
                     recovery sheet:  keys recover SHEET",
        },
        SetError::Older { .. } => Refusal::Field {
            field: "recipients",
            problem: "are no newer than those in force",
            remedy: "sign again and publish:  keys publish",
        },
        SetError::Malformed(_) | SetError::Unsigned | SetError::NoRoot => Refusal::Field {
            field: "recipients",
            problem: "are malformed, or not signed by the root that they name",
            remedy: "make them with:  keys admit",
        },
    }
}

#[tonic::async_trait]
impl Keys for Recipients {
    async fn publish_recipients(
        &self,
        request: Request<proto::PublishRecipientsRequest>,
    ) -> Result<Response<proto::PublishRecipientsResponse>, Status> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::KeysPublish)?;
        Ok(Response::new(self.publish(&request.into_inner().signed, &operator.actor).await?))
    }

    async fn get_recipients(
        &self,
        request: Request<proto::GetRecipientsRequest>,
    ) -> Result<Response<proto::GetRecipientsResponse>, Status> {
        Operator::of(&request)?.require(Permission::KeysRead)?;
        Ok(Response::new(self.find(&request.into_inner().digest).await?))
    }
}
