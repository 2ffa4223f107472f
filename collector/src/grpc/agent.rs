//! The service that devices call: each call finds its caller, checks the message, takes one step in the store, answers.

use std::sync::Arc;

use caretaker_proto::agent::v1 as proto;
use caretaker_proto::agent::v1::agent_server::Agent;
use caretaker_shared::clock::Clock;
use caretaker_shared::model::DeviceId;
use caretaker_shared::pki::{Authority, AuthorityError, Issued, Validity};
use caretaker_shared::refusal::Refusal;
use caretaker_shared::token;
use caretaker_shared::wire::{Enrolment, Hello, Offer, Renewal, Upload, WireError, unix_ms};
use prost::Message as _;
use tokio::sync::Notify;
use tonic::{Request, Response, Status};

use super::added::AddedLexicons;
use super::allowance::{Allowance, Rate};
use super::callers;
use super::status::Refused;
use crate::store::{NewDevice, Store, TokenStanding};

/// Calls of one device.
const CALLS: Rate = Rate { burst: 120, per_minute: 60 };
/// Wrong tokens of all callers together. Good ones are never held up.
const WRONG_TOKENS: Rate = Rate { burst: 50, per_minute: 50 };
/// Between two Hellos of a device that has nothing else to say.
const HEARTBEAT_SECONDS: u32 = 300;

/// What the service works with.
pub struct AgentParts {
    /// The collector's memory.
    pub store: Store,
    /// Signs the certificates of devices.
    pub authority: Arc<Authority>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Name of the school.
    pub school: String,
    /// How long a device's certificate is good for.
    pub device_days: u32,
    /// Told when mail waits to go out.
    pub mail_waits: Arc<Notify>,
    /// The rules that the school has added.
    pub lexicons: Arc<AddedLexicons>,
}

/// The service.
pub struct AgentService {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) calls: Allowance<DeviceId>,
    wrong_tokens: Allowance<()>,
    authority: Arc<Authority>,
    school: String,
    device_days: u32,
    mail_waits: Arc<Notify>,
    lexicons: Arc<AddedLexicons>,
}

impl AgentService {
    /// A service that has heard nothing yet.
    #[must_use]
    pub fn new(parts: AgentParts) -> Self {
        let AgentParts { store, authority, clock, school, device_days, mail_waits, lexicons } = parts;
        let (calls, wrong_tokens) = (Allowance::new(CALLS), Allowance::new(WRONG_TOKENS));
        Self { store, clock, calls, wrong_tokens, authority, school, device_days, mail_waits, lexicons }
    }

    fn sign(&self, device: DeviceId, csr_der: &[u8]) -> Result<Issued, Refused> {
        let validity = Validity { now: self.clock.now(), days: self.device_days };
        self.authority.issue_device(device, csr_der, validity).map_err(|error| match error {
            AuthorityError::Request(_) => WireError::Malformed("csr_der").into(),
            AuthorityError::Key(_) | AuthorityError::Issued(_) | AuthorityError::Validity => {
                tracing::error!(error = &error as &dyn std::error::Error, "a certificate could not be signed");
                Refusal::Unavailable.into()
            }
        })
    }

    /// The site that a token opens. A wrong token counts; a good one does not, however many wrong ones came before.
    fn opened(&self, standing: TokenStanding) -> Result<String, Refused> {
        let refusal = match standing {
            TokenStanding::Good { site } => return Ok(site),
            TokenStanding::Unknown => Refusal::TokenUnknown,
            TokenStanding::Expired => Refusal::TokenExpired,
            TokenStanding::UsedUp => Refusal::TokenUsedUp,
        };
        if !self.wrong_tokens.take((), self.clock.steady()) {
            return Err(Refused::TooManyWrongTokens);
        }
        tracing::warn!(reason = refusal.as_str(), "an enrolment was refused");
        Err(refusal.into())
    }

    async fn let_in(&self, request: proto::EnrolRequest) -> Result<proto::EnrolResponse, Refused> {
        let Enrolment { token_secret, csr_der, hostname, agent_version } = request.try_into()?;
        let (token, now) = (token::fingerprint(token_secret.expose()), self.clock.now());
        // Looked at first, so that nothing is signed for a stranger without a good token.
        self.opened(self.store.token_standing(token, now).await?)?;
        let device = DeviceId::random();
        let Issued { pem, certificate } = self.sign(device, &csr_der)?;
        let new = NewDevice { device, hostname, agent_version, token, certificate };
        let site = self.opened(self.store.enrol(new, now).await?)?;
        tracing::info!(device.id = %device, "enrolled");
        let authority_pem = self.authority.pem().to_owned();
        Ok(proto::EnrolResponse { certificate_pem: pem, authority_pem, school: self.school.clone(), site })
    }
}

#[tonic::async_trait]
impl Agent for AgentService {
    async fn enrol(&self, request: Request<proto::EnrolRequest>) -> Result<Response<proto::EnrolResponse>, Status> {
        callers::stranger(&request)?;
        Ok(Response::new(self.let_in(request.into_inner()).await?))
    }

    async fn renew(&self, request: Request<proto::RenewRequest>) -> Result<Response<proto::RenewResponse>, Status> {
        let caller = self.device(&request).await?;
        let Renewal { csr_der } = request.into_inner().try_into().map_err(Refused::Wire)?;
        let Issued { pem, certificate } = self.sign(caller.device, &csr_der)?;
        self.store.renewed(caller, certificate, self.clock.now()).await.map_err(Refused::Store)?;
        tracing::info!(device.id = %caller.device, "certificate renewed");
        Ok(Response::new(proto::RenewResponse { certificate_pem: pem }))
    }

    async fn hello(&self, request: Request<proto::HelloRequest>) -> Result<Response<proto::HelloResponse>, Status> {
        let caller = self.device(&request).await?;
        let hello = Hello::try_from(request.into_inner()).map_err(Refused::Wire)?;
        let now = self.clock.now();
        let welcome = self.store.hello(caller, hello, now).await.map_err(Refused::Store)?;
        let lexicons = self.lexicons.current(self.clock.steady()).await;
        let high_water = welcome
            .high_water
            .map(|(stream, sequence)| proto::HighWater { stream: proto::Stream::from(stream).into(), sequence });
        let checkpoint = |signed: &Vec<u8>| proto::SignedCheckpoint::decode(signed.as_slice()).ok();
        Ok(Response::new(proto::HelloResponse {
            high_water: high_water.into(),
            policy_version: welcome.policy_version,
            collector_unix_ms: unix_ms(now),
            heartbeat_seconds: HEARTBEAT_SECONDS,
            lexicons_unknown: lexicons.is_unknown,
            recipients_digest: welcome.recipients.map(|digest| digest.as_bytes().to_vec()).unwrap_or_default(),
            checkpoints: welcome.checkpoints.iter().filter_map(checkpoint).collect(),
            canary_nonce: welcome.canary.map(|nonce| nonce.as_bytes().to_vec()).unwrap_or_default(),
            lexicons_digest: lexicons.digest.map(|digest| digest.as_bytes().to_vec()).unwrap_or_default(),
        }))
    }

    async fn upload(&self, request: Request<proto::UploadRequest>) -> Result<Response<proto::UploadResponse>, Status> {
        let caller = self.device(&request).await?;
        let upload = Upload::try_from(request.into_inner()).map_err(Refused::Wire)?;
        let outcome = self.store.ingest(caller, upload, self.clock.now()).await.map_err(Refused::Store)?;
        let ingested = outcome.map_err(Refused::from)?;
        if ingested.alerts_raised {
            self.mail_waits.notify_one();
        }
        let resend_probes = ingested.resend.iter().map(ToString::to_string).collect();
        Ok(Response::new(proto::UploadResponse { high_water: ingested.high_water, resend_probes }))
    }

    async fn policy(&self, request: Request<proto::PolicyRequest>) -> Result<Response<proto::PolicyResponse>, Status> {
        let caller = self.device(&request).await?;
        let held = request.into_inner().version;
        let policy = self.store.device_policy(caller, self.school.clone(), held).await.map_err(Refused::Store)?;
        Ok(Response::new(proto::PolicyResponse { policy: policy.as_ref().map(Into::into) }))
    }

    async fn offer_executables(
        &self,
        request: Request<proto::OfferExecutablesRequest>,
    ) -> Result<Response<proto::OfferExecutablesResponse>, Status> {
        self.device(&request).await?;
        let Offer { digests } = request.into_inner().try_into().map_err(Refused::Wire)?;
        let wanted = self.store.undescribed(digests).await.map_err(Refused::Store)?;
        let wanted = wanted.iter().map(|digest| digest.as_bytes().to_vec()).collect();
        Ok(Response::new(proto::OfferExecutablesResponse { wanted }))
    }

    async fn lexicons(
        &self,
        request: Request<proto::LexiconsRequest>,
    ) -> Result<Response<proto::LexiconsResponse>, Status> {
        self.device(&request).await?;
        let proto::LexiconsRequest { digest, offset } = request.into_inner();
        let bundle = self.lexicons.current(self.clock.steady()).await;
        Ok(Response::new(bundle.piece(&digest, offset)))
    }

    async fn recipients(
        &self,
        request: Request<proto::RecipientsRequest>,
    ) -> Result<Response<proto::RecipientsResponse>, Status> {
        self.device(&request).await?;
        let in_force = self.store.recipients().await.map_err(Refused::Store)?;
        let recipients = in_force.and_then(|row| proto::SignedRecipients::decode(row.signed.as_slice()).ok());
        Ok(Response::new(proto::RecipientsResponse { recipients }))
    }
}
