//! `privacy dpia`, `privacy notice`.

use caretaker_proto::console::v1::operators_client::OperatorsClient;
use caretaker_proto::console::v1::{GetPolicyRequest, WhoAmIRequest};
use caretaker_shared::policy::Policy;
use clap::builder::NonEmptyStringValueParser;
use tonic::transport::Channel;

use super::Exit;
use super::connect::console;
use super::output::Output;
use super::refused::{failure, refused};
use super::report::Form;
use crate::render::privacy::{self, Audience, Origin};

/// What can be printed about privacy.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PrivacyCommand {
    /// A data protection impact assessment, filled from the policy in force; the school completes it
    Dpia(Args),
    /// A privacy notice, filled from the policy in force
    Notice(NoticeArgs),
}

/// Of which policy.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The site whose policy it is filled from
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    site: String,
    #[command(flatten)]
    form: Form,
}

/// Options of `privacy notice`.
#[derive(Debug, Clone, clap::Args)]
pub struct NoticeArgs {
    /// For whom it is
    #[arg(long, value_enum, default_value = "parents")]
    audience: Audience,
    #[command(flatten)]
    args: Args,
}

pub(super) async fn run(command: PrivacyCommand, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let (audience, args) = match command {
        PrivacyCommand::Dpia(args) => (None, args),
        PrivacyCommand::Notice(notice) => (Some(notice.audience), notice.args),
    };
    let request = GetPolicyRequest { site: args.site };
    let found = console(channel.clone()).get_policy(request).await.map_err(|status| refused(&status))?.into_inner();
    let school = OperatorsClient::new(channel).who_am_i(WhoAmIRequest {}).await.map_err(|status| refused(&status))?;
    let school = school.into_inner().school;
    let policy = Policy::parse(&found.toml).map_err(|error| {
        let remedy = "this program is of another version than the collector: use the one that runs there";
        failure(Exit::Findings, format!("the policy of {} is not understood: {error}\n  {remedy}", found.site))
    })?;
    let origin = Origin { school: &school, site: &found.site, version: found.version, applied_at: &found.applied_at };
    let now = &output.screen.now;
    let leaflet = match audience {
        None => privacy::dpia(&policy, &origin, now),
        Some(audience) => privacy::notice(audience, &policy, &origin, now),
    };
    let data = serde_json::json!({
        "school": school, "site": found.site, "policy_version": found.version, "title": leaflet.title,
        "text": crate::render::report::plain(&leaflet, output.screen),
    });
    args.form.write(&leaflet, &data, output)
}
