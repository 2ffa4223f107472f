//! `subject export`, `subject erase`: one person's data. Who it is stays on this machine: the collector is asked by a
//! pseudonym that only somebody with a key can make.

mod pages;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use caretaker_proto::console::v1::keys_client::KeysClient;
use caretaker_proto::console::v1::proof_client::ProofClient;
use caretaker_proto::console::v1::{EraseSubjectRequest, ExportSubjectRequest, GetRecipientsRequest};
use caretaker_shared::digest::Sha256;
use caretaker_shared::private_file;
use caretaker_shared::sealing::{PersonKey, SignedSet};
use clap::builder::NonEmptyStringValueParser;
use tonic::transport::Channel;
use zeroize::Zeroizing;

use super::keyholder::KeyArgs;
use super::output::Output;
use super::refused::{failure, refused};
use super::{Exit, Failure};
use crate::console::ANSWER_BYTES;
use crate::render;

/// Letters of an account that is read from elsewhere.
const ACCOUNT_BYTES: u64 = 1024;

/// What can be done with one person's data.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum SubjectCommand {
    /// Write down what is held about one person, for them
    Export(ExportArgs),
    /// Erase what may be erased about one person, and say what stays and why
    Erase(EraseArgs),
}

/// Who it is about.
#[derive(Debug, Clone, clap::Args)]
struct PersonArgs {
    /// The account that they log in with, or - to read it from the input, so that it stays out of the history of your
    /// shell
    #[arg(value_name = "PERSON", value_parser = NonEmptyStringValueParser::new())]
    account: String,
    /// Why, without a name: the number of the request, for example R26-0003
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    reason: String,
    #[command(flatten)]
    key: KeyArgs,
}

/// Options of `subject export`.
#[derive(Debug, Clone, clap::Args)]
pub struct ExportArgs {
    #[command(flatten)]
    person: PersonArgs,
    /// Folder for the two files
    #[arg(long, value_name = "DIR", default_value = ".")]
    to: PathBuf,
}

/// Options of `subject erase`.
#[derive(Debug, Clone, clap::Args)]
pub struct EraseArgs {
    #[command(flatten)]
    person: PersonArgs,
    /// Do it; without this it is only said what would be done
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(command: SubjectCommand, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    match command {
        SubjectCommand::Export(args) => export(args, channel, output).await,
        SubjectCommand::Erase(args) => erase(args, channel, output).await,
    }
}

async fn export(args: ExportArgs, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    if !args.to.is_dir() {
        let text = format!("{} is not a folder\n  name one that is there:  --to DIR", args.to.display());
        return Err(failure(Exit::Usage, text).into());
    }
    let account = account(&args.person.account)?;
    let (pseudonym, key) = pseudonym(&account, &args.person.key, channel.clone()).await?;
    let request = ExportSubjectRequest { pseudonym: pseudonym.as_bytes().to_vec(), reason: args.person.reason.clone() };
    let mut client = ProofClient::new(channel).max_decoding_message_size(ANSWER_BYTES);
    let mut answer = client.export_subject(request).await.map_err(|status| refused(&status))?.into_inner();
    answer.seats.retain(|seat| key.pseudonym(&seat.account) == pseudonym);
    let pdf = Zeroizing::new(pages::pdf(&answer, &account, &args.person.reason, &output.screen.now)?);
    let json = Zeroizing::new(pages::json(&answer, &account, &args.person.reason, &output.screen.now)?);
    // A file's name is no place for a person's.
    let tag: String = pseudonym.to_string().chars().take(6).collect();
    let name = |kind: &str| args.to.join(format!("subject-{tag}.{kind}"));
    write(&name("pdf"), &pdf)?;
    write(&name("json"), &json)?;
    let files = format!("  {}\n  {}", name("pdf").display(), name("json").display());
    output.text(&render::proof::exported(&answer, &files))
}

async fn erase(args: EraseArgs, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let account = account(&args.person.account)?;
    let (pseudonym, key) = pseudonym(&account, &args.person.key, channel.clone()).await?;
    let mut client = ProofClient::new(channel).max_decoding_message_size(ANSWER_BYTES);
    let mut request = EraseSubjectRequest {
        pseudonym: pseudonym.as_bytes().to_vec(),
        reason: args.person.reason,
        really: false,
        seats: Vec::new(),
    };
    let mut answer = client.erase_subject(request.clone()).await.map_err(|status| refused(&status))?.into_inner();
    answer.seats.retain(|seat| key.pseudonym(&seat.account) == pseudonym);
    if args.yes {
        (request.really, request.seats) = (true, answer.seats);
        answer = client.erase_subject(request).await.map_err(|status| refused(&status))?.into_inner();
    }
    output.text(&render::proof::erased(&answer, args.yes, output.screen))
}

fn account(typed: &str) -> Result<Zeroizing<String>, Failure> {
    if typed != "-" {
        return Ok(Zeroizing::new(typed.to_owned()));
    }
    let mut line = Zeroizing::new(String::new());
    std::io::stdin()
        .take(ACCOUNT_BYTES)
        .read_to_string(&mut line)
        .map_err(|error| failure(Exit::Usage, format!("the input cannot be read: {error}")))?;
    Ok(Zeroizing::new(line.lines().next().unwrap_or_default().trim().to_owned()))
}

/// The pseudonym of an account, made with the person key that lies sealed in the recipients in force; and that key.
async fn pseudonym(account: &str, key: &KeyArgs, channel: Channel) -> Result<(Sha256, PersonKey), Failure> {
    let held = key.open()?;
    let request = GetRecipientsRequest { digest: Vec::new() };
    let answer = KeysClient::new(channel)
        .max_decoding_message_size(ANSWER_BYTES)
        .get_recipients(request)
        .await
        .map_err(|status| refused(&status))?;
    let foreign = |problem: &str| {
        failure(
            Exit::Denied,
            format!(
                "the recipients that the collector names are not to be trusted: {problem}\n  tell the safeguarding lead"
            ),
        )
    };
    let set = SignedSet::parse(&answer.into_inner().signed).map_err(|error| foreign(&error.to_string()))?;
    if let Some(root) = &held.root {
        set.follows(root, None).map_err(|error| foreign(&error.to_string()))?;
    }
    let person_key = set.person_key(&held.key).ok_or_else(|| {
        let text = "this key cannot tell people apart\n  it has to be the key of a recipient in force:  keys list";
        failure(Exit::Usage, text.into())
    })?;
    Ok((person_key.pseudonym(account), person_key))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    private_file::write(path, bytes)
        .map_err(|error| failure(Exit::Findings, format!("{} cannot be written: {error}", path.display())))
}
