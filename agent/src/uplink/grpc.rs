//! The collector over gRPC and mutual TLS.

use std::sync::{Arc, PoisonError, RwLock};

use caretaker_proto::agent::v1 as proto;
use caretaker_proto::agent::v1::agent_client::AgentClient;
use caretaker_shared::clock::Clock;
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{CanaryNonce, ProbeName, Stream};
use caretaker_shared::tls::{self, TlsError};
use caretaker_shared::wire::{Hello, Upload, limits};
use prost::Message as _;
use tonic::transport::Channel;

use super::{Receipt, Uplink, UplinkError, Welcome};
use crate::identity::Identity;

/// One collector. Connects when something is to be said, and again whenever it must.
pub struct Grpc {
    clock: Arc<dyn Clock>,
    client: RwLock<AgentClient<Channel>>,
}

impl Grpc {
    /// The collector of an identity.
    ///
    /// # Errors
    /// When the identity cannot be used.
    pub fn new(identity: &Identity, clock: Arc<dyn Clock>) -> Result<Self, TlsError> {
        let client = RwLock::new(client(identity, clock.clone())?);
        Ok(Self { clock, client })
    }

    fn client(&self) -> AgentClient<Channel> {
        self.client.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn client(identity: &Identity, clock: Arc<dyn Clock>) -> Result<AgentClient<Channel>, TlsError> {
    let channel = tls::device_channel(&identity.collector.address, &identity.tls(), &identity.authority_pem, clock)?;
    Ok(AgentClient::new(channel)
        .max_decoding_message_size(limits::RESPONSE_BYTES)
        .max_encoding_message_size(limits::REQUEST_BYTES))
}

/// A digest; `None` for no bytes.
fn maybe(bytes: &[u8], field: &'static str) -> Result<Option<Sha256>, UplinkError> {
    if bytes.is_empty() { Ok(None) } else { Sha256::from_slice(bytes).map(Some).ok_or(UplinkError::Answer(field)) }
}

impl Uplink for Grpc {
    async fn hello(&self, hello: Hello) -> Result<Welcome, UplinkError> {
        let answer = self.client().hello(proto::HelloRequest::from(hello)).await?.into_inner();
        let mut high_water = Vec::new();
        for mark in answer.high_water.iter().take(Stream::ALL.len()) {
            let stream = Stream::try_from(mark.stream()).map_err(|_| UplinkError::Answer("high_water.stream"))?;
            high_water.push((stream, mark.sequence));
        }
        let lexicons = maybe(&answer.lexicons_digest, "lexicons_digest")?;
        let recipients = maybe(&answer.recipients_digest, "recipients_digest")?;
        // A question that is none is no reason to hear nothing else.
        let canary = CanaryNonce::from_slice(&answer.canary_nonce);
        let proto::HelloResponse { policy_version, heartbeat_seconds, lexicons_unknown, checkpoints, .. } = answer;
        Ok(Welcome {
            high_water,
            policy_version,
            heartbeat_seconds,
            lexicons,
            lexicons_unknown,
            recipients,
            checkpoints,
            canary,
        })
    }

    async fn upload(&self, upload: Upload) -> Result<Receipt, UplinkError> {
        let answer = self.client().upload(proto::UploadRequest::from(upload)).await?.into_inner();
        let resend = answer.resend_probes.iter().filter_map(|name| ProbeName::parse(name)).collect();
        Ok(Receipt { high_water: answer.high_water, resend })
    }

    async fn renew(&self, csr_der: Vec<u8>) -> Result<String, UplinkError> {
        Ok(self.client().renew(proto::RenewRequest { csr_der }).await?.into_inner().certificate_pem)
    }

    async fn policy(&self, version: u64) -> Result<Option<proto::DevicePolicy>, UplinkError> {
        Ok(self.client().policy(proto::PolicyRequest { version }).await?.into_inner().policy)
    }

    async fn offer_executables(&self, digests: Vec<Sha256>) -> Result<Vec<Sha256>, UplinkError> {
        let digests = digests.iter().map(|digest| digest.as_bytes().to_vec()).collect();
        let answer = self.client().offer_executables(proto::OfferExecutablesRequest { digests }).await?.into_inner();
        let wanted = answer.wanted.iter().map(|digest| Sha256::from_slice(digest));
        wanted.collect::<Option<_>>().ok_or(UplinkError::Answer("wanted"))
    }

    async fn lexicons(&self, digest: Sha256, offset: u32) -> Result<(Vec<u8>, u32), UplinkError> {
        let request = proto::LexiconsRequest { digest: digest.as_bytes().to_vec(), offset };
        let answer = self.client().lexicons(request).await?.into_inner();
        Ok((answer.piece, answer.total))
    }

    async fn recipients(&self) -> Result<Option<Vec<u8>>, UplinkError> {
        let answer = self.client().recipients(proto::RecipientsRequest {}).await?.into_inner();
        Ok(answer.recipients.map(|recipients| recipients.encode_to_vec()))
    }

    fn adopt(&self, identity: &Identity) -> Result<(), TlsError> {
        let client = client(identity, self.clock.clone())?;
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = client;
        Ok(())
    }
}
