//! Questions to the collector and its answers.

use std::time::Duration;

use caretaker_proto::console::v1::console_client::ConsoleClient;
use caretaker_proto::console::v1::dashboard_client::DashboardClient;
use caretaker_proto::console::v1::{
    GetDashboardRequest, GetDashboardResponse, GetDeviceRequest, GetDeviceResponse, ListBehindRequest,
    ListBehindResponse, ListSoftwareRequest, Page, SoftwareTitle,
};
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::console::ANSWER_BYTES;
use crate::render::text::safe;

/// How long an answer may take before it counts as none.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a screen asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    /// The front page of a site; empty for all.
    Front { site: String },
    /// The devices behind a number.
    Behind { site: String, number: String },
    /// Everything about a device.
    Device { id: String },
    /// What is installed on a device.
    Software { id: String },
}

/// What the collector says.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    Front(Box<GetDashboardResponse>),
    Behind(ListBehindResponse),
    Device(Box<GetDeviceResponse>),
    Software(Vec<SoftwareTitle>),
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
}

impl Collector {
    /// The one behind a channel. The channel connects anew by itself when it was lost.
    pub(super) fn at(channel: Channel) -> Self {
        Self {
            dashboard: DashboardClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES),
            console: ConsoleClient::new(channel).max_decoding_message_size(ANSWER_BYTES),
        }
    }

    /// Asks, and waits for as long as one may wait.
    pub(super) async fn ask(self, question: Question) -> Result<Answer, Unanswered> {
        match tokio::time::timeout(PATIENCE, self.answer(question)).await {
            Ok(answer) => answer.map_err(|status| unanswered(&status)),
            Err(_) => Err(Unanswered::Silence),
        }
    }

    async fn answer(mut self, question: Question) -> Result<Answer, Status> {
        Ok(match question {
            Question::Front { site } => {
                let page = self.dashboard.get_dashboard(GetDashboardRequest { site, group: String::new() }).await?;
                Answer::Front(Box::new(page.into_inner()))
            }
            Question::Behind { site, number } => Answer::Behind(
                self.dashboard
                    .list_behind(ListBehindRequest { site, group: String::new(), number })
                    .await?
                    .into_inner(),
            ),
            Question::Device { id } => {
                Answer::Device(Box::new(self.console.get_device(GetDeviceRequest { device: id }).await?.into_inner()))
            }
            Question::Software { id } => Answer::Software(self.software(id).await?),
        })
    }

    async fn software(&mut self, device: String) -> Result<Vec<SoftwareTitle>, Status> {
        let (mut titles, mut after) = (Vec::new(), String::new());
        loop {
            let page = Some(Page { size: 0, after });
            let request = ListSoftwareRequest { page, device: device.clone(), name: String::new(), view: None };
            let answer = self.console.list_software(request).await?.into_inner();
            titles.extend(answer.titles);
            after = answer.next_page;
            if after.is_empty() {
                return Ok(titles);
            }
        }
    }
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
