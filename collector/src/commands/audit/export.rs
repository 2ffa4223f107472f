//! `audit export`, `audit mail`: a licence audit leaves the house.

use std::path::{Path, PathBuf};

use caretaker_proto::console::v1::licence_audit_client::LicenceAuditClient;
use caretaker_proto::console::v1::{AuditHead, ExportAuditRequest, MailAuditRequest, MailAuditResponse, WhichAudit};
use caretaker_shared::private_file;
use tonic::transport::Channel;

use crate::audit_papers::Form;
use crate::commands::output::Output;
use crate::commands::refused::{failure, refused};
use crate::commands::{Exit, Failure};
use crate::console::ANSWER_BYTES;
use crate::render::text::counted;

/// Which licence audit.
#[derive(Debug, Clone, clap::Args)]
#[group(multiple = false)]
pub(super) struct Which {
    /// The newest of this ISO week
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=53))]
    week: Option<u32>,
    /// The one of this number [default: the newest]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    audit: Option<u64>,
}

impl Which {
    fn asked(&self) -> WhichAudit {
        WhichAudit { id: self.audit.unwrap_or_default(), week: self.week.unwrap_or_default() }
    }
}

/// For whom an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Reader {
    /// Ourselves: with costs
    School,
    /// An outside technician: without costs, and without what may name somebody
    Provider,
}

/// Options of `audit export`.
#[derive(Debug, Clone, clap::Args)]
pub struct ExportArgs {
    #[command(flatten)]
    which: Which,
    /// In which form
    #[arg(long, value_enum, default_value = "xlsx")]
    format: Form,
    /// For whom; a technician gets what a provider gets
    #[arg(long = "for", value_enum, default_value = "school", value_name = "READER")]
    reader: Reader,
    /// What it found at this site [default: at every site, or at the one that is yours]
    #[arg(long)]
    site: Option<String>,
    /// Into this file; - for standard output [default: here, under the name of its week]
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
}

/// Options of `audit mail`.
#[derive(Debug, Clone, clap::Args)]
pub struct MailArgs {
    #[command(flatten)]
    which: Which,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: ExportArgs, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let ExportArgs { which, format, reader, site, into } = args;
    let request = ExportAuditRequest {
        which: Some(which.asked()),
        site: site.unwrap_or_default(),
        form: format.word().into(),
        for_provider: reader == Reader::Provider,
    };
    let mut client = LicenceAuditClient::new(channel).max_decoding_message_size(ANSWER_BYTES);
    let answer = client.export_audit(request).await.map_err(|status| refused(&status))?.into_inner();
    let file = into.unwrap_or_else(|| PathBuf::from(local_name(&answer.file_name)));
    if file == Path::new("-") {
        output.out.write_all(&answer.content)?;
        output.out.flush()?;
        return Ok(Exit::Fine);
    }
    private_file::write(&file, &answer.content).map_err(|error| unwritten(&file, &error))?;
    let what = if answer.for_provider { "no person and no cost is in it" } else { "no person is in it" };
    output.text(&format!("Written: {}   {}; {what}\n", file.display(), called(answer.audit.as_ref())))
}

/// A name in this folder, whatever the collector says.
fn local_name(name: &str) -> String {
    let good = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.');
    let name: String = name.chars().filter(good).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "licence-audit".into() } else { name.to_owned() }
}

fn called(audit: Option<&AuditHead>) -> String {
    audit.map_or_else(String::new, |audit| format!("audit {}, week {} of {}", audit.id, audit.week, audit.year))
}

fn unwritten(file: &Path, error: &std::io::Error) -> Failure {
    failure(Exit::Findings, format!("{} cannot be written: {error}\n  name another file:  --into FILE", file.display()))
}

pub(super) async fn mail(args: MailArgs, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let answer = send(&mut LicenceAuditClient::new(channel), args.which.asked()).await?;
    if args.json { output.json(&answer) } else { output.text(&told(&answer)) }
}

/// Has an audit mailed.
pub(super) async fn send(
    client: &mut LicenceAuditClient<Channel>,
    which: WhichAudit,
) -> anyhow::Result<MailAuditResponse> {
    let request = MailAuditRequest { which: Some(which) };
    Ok(client.mail_audit(request).await.map_err(|status| refused(&status))?.into_inner())
}

/// What came of it.
pub(super) fn told(answer: &MailAuditResponse) -> String {
    let called = called(answer.audit.as_ref());
    match answer.mails {
        0 => format!(
            "No policy names anybody who gets it, so {called} went to nobody.\n  name them:  business_manager and \
             provider under [licences], then caretaker-collector policy apply\n"
        ),
        mails => format!("On its way: {called}, in {}.\n", counted(mails, "mail")),
    }
}
