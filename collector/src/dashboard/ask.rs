//! Questions to the collector and its answers.

use std::time::Duration;

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::console_client::ConsoleClient;
use caretaker_proto::console::v1::dashboard_client::DashboardClient;
use caretaker_proto::console::v1::licence_audit_client::LicenceAuditClient;
use caretaker_proto::console::v1::proof_client::ProofClient;
use tonic::transport::Channel;
use tonic::{Code, Status};

use super::filter::Scope;
use crate::console::ANSWER_BYTES;
use crate::render::text::safe;

/// How long an answer may take before it counts as none.
const PATIENCE: Duration = Duration::from_secs(10);
/// The same of the proof of the audit log, which reads every row; the connection waits no longer.
const LONG_PATIENCE: Duration = Duration::from_secs(30);

/// What a screen asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    /// The front page.
    Front(Scope),
    /// The devices behind a number.
    Behind { scope: Scope, number: String },
    /// Everything about a device.
    Device { id: String },
    /// What is installed on a device.
    Software { id: String },
    /// The open alerts, of all sites.
    Alerts,
    /// Everything about an alert.
    Alert { reference: String },
    /// The newest licence audit, of a site or of all.
    Licences { site: Option<String> },
    /// One title of an audit.
    Title { audit: u64, slug: String, site: Option<String> },
    /// The devices behind a number of a title.
    Holders { audit: u64, slug: String, number: &'static str, site: Option<String> },
    /// Whether the audit log is whole.
    Log,
}

/// What the collector says.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    Front(Box<proto::GetDashboardResponse>),
    Behind(proto::ListBehindResponse),
    Device(Box<proto::GetDeviceResponse>),
    Software(Vec<proto::SoftwareTitle>),
    Alerts(Vec<proto::Alert>),
    Alert(Box<proto::GetAlertResponse>),
    /// Titles of an audit, or one.
    Audit(Box<proto::GetAuditResponse>),
    Holders(Vec<proto::AuditDevice>),
    Log(Box<proto::VerifyAuditResponse>),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// Nobody answers, or not in time.
    Silence,
    /// The collector says why not, in one line.
    Refused(String),
}

/// The collector at the other end.
#[derive(Clone)]
pub(super) struct Collector {
    dashboard: DashboardClient<Channel>,
    console: ConsoleClient<Channel>,
    licences: LicenceAuditClient<Channel>,
    proof: ProofClient<Channel>,
}

impl Collector {
    /// The one behind a channel. The channel connects anew by itself when it was lost.
    pub(super) fn at(channel: Channel) -> Self {
        Self {
            dashboard: DashboardClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES),
            console: ConsoleClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES),
            licences: LicenceAuditClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES),
            proof: ProofClient::new(channel),
        }
    }

    /// Asks, and waits for as long as one may wait.
    pub(super) async fn ask(self, question: Question) -> Result<Answer, Unanswered> {
        let patience = if question == Question::Log { LONG_PATIENCE } else { PATIENCE };
        match tokio::time::timeout(patience, self.answer(question)).await {
            Ok(answer) => answer.map_err(|status| unanswered(&status)),
            Err(_) => Err(Unanswered::Silence),
        }
    }

    async fn answer(mut self, question: Question) -> Result<Answer, Status> {
        Ok(match question {
            Question::Front(Scope { site, group }) => {
                let (site, group) = (site.unwrap_or_default(), group.unwrap_or_default());
                let page = self.dashboard.get_dashboard(proto::GetDashboardRequest { site, group }).await?;
                Answer::Front(Box::new(page.into_inner()))
            }
            Question::Behind { scope: Scope { site, group }, number } => {
                let (site, group) = (site.unwrap_or_default(), group.unwrap_or_default());
                let request = proto::ListBehindRequest { site, group, number };
                Answer::Behind(self.dashboard.list_behind(request).await?.into_inner())
            }
            Question::Device { id } => {
                let device = self.console.get_device(proto::GetDeviceRequest { device: id }).await?;
                Answer::Device(Box::new(device.into_inner()))
            }
            Question::Software { id } => Answer::Software(self.software(id).await?),
            Question::Alerts => Answer::Alerts(self.alerts().await?),
            Question::Alert { reference } => {
                let alert = self.console.get_alert(proto::GetAlertRequest { reference }).await?;
                Answer::Alert(Box::new(alert.into_inner()))
            }
            Question::Licences { site } => self.audit(proto::WhichAudit::default(), site, String::new()).await?,
            Question::Title { audit, slug, site } => self.audit(of(audit), site, slug).await?,
            Question::Holders { audit, slug, number, site } => {
                let request = proto::GetAuditDevicesRequest {
                    which: Some(of(audit)),
                    title: slug,
                    number: number.to_owned(),
                    site: site.unwrap_or_default(),
                };
                Answer::Holders(self.licences.get_audit_devices(request).await?.into_inner().devices)
            }
            Question::Log => {
                let proof = self.proof.verify_audit(proto::VerifyAuditRequest::default()).await?;
                Answer::Log(Box::new(proof.into_inner()))
            }
        })
    }

    async fn audit(&mut self, which: proto::WhichAudit, site: Option<String>, title: String) -> Result<Answer, Status> {
        let (which, site) = (Some(which), site.unwrap_or_default());
        let request = proto::GetAuditRequest { which, site, title, everything: false };
        Ok(Answer::Audit(Box::new(self.licences.get_audit(request).await?.into_inner())))
    }

    async fn software(&mut self, device: String) -> Result<Vec<proto::SoftwareTitle>, Status> {
        let (mut titles, mut after) = (Vec::new(), String::new());
        loop {
            let page = Some(proto::Page { size: 0, after });
            let request = proto::ListSoftwareRequest { page, device: device.clone(), name: String::new(), view: None };
            let answer = self.console.list_software(request).await?.into_inner();
            titles.extend(answer.titles);
            after = answer.next_page;
            if after.is_empty() {
                return Ok(titles);
            }
        }
    }

    async fn alerts(&mut self) -> Result<Vec<proto::Alert>, Status> {
        let (mut alerts, mut after) = (Vec::new(), String::new());
        loop {
            let page = Some(proto::Page { size: 0, after });
            let request = proto::ListAlertsRequest { page, include_closed: false };
            let answer = self.console.list_alerts(request).await?.into_inner();
            alerts.extend(answer.alerts);
            after = answer.next_page;
            if after.is_empty() {
                return Ok(alerts);
            }
        }
    }
}

/// The audit of a number.
fn of(id: u64) -> proto::WhichAudit {
    proto::WhichAudit { id, week: 0 }
}

fn unanswered(status: &Status) -> Unanswered {
    match status.code() {
        // What breaks on the way comes as any of these.
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::Unknown | Code::Aborted => {
            Unanswered::Silence
        }
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::Internal
        | Code::DataLoss
        | Code::Unauthenticated => {
            Unanswered::Refused(safe(status.message().lines().next().unwrap_or("it does not say why")))
        }
    }
}
