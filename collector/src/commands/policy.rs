//! `policy check`, `policy apply`, `policy show`; what needs no collector stands in `presets`.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use caretaker_proto::console::v1::{ApplyPolicyRequest, GetPolicyRequest};
use caretaker_shared::policy::Policy;
use clap::builder::NonEmptyStringValueParser;

use super::connect::Client;
use super::output::Output;
use super::refused::{failure, refused};
use super::{Exit, Failure, presets};
use crate::console::POLICY_BYTES;
use crate::render;

/// What can be done with policies.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PolicyCommand {
    /// List the policies to begin with
    List(presets::ListArgs),
    /// Print the file of a policy to begin with
    Preset(presets::PresetArgs),
    /// Say a policy in plain English: what is asked, who hears of what, what is looked at, and what holds which clause
    Explain(presets::ExplainArgs),
    /// Say what differs between two policies, and which is stricter; ends with 1 when anything does
    Diff(presets::DiffArgs),
    /// Check a policy file; ends with 1 when it has a mistake
    Check(CheckArgs),
    /// Put a policy file in force at a site, which begins with it when it is new
    Apply(ApplyArgs),
    /// Print the policy in force at a site
    Show(ShowArgs),
}

/// Options of `policy check`.
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArgs {
    /// The policy file
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `policy apply`.
#[derive(Debug, Clone, clap::Args)]
pub struct ApplyArgs {
    /// The site
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    site: String,
    /// The policy file
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `policy show`.
#[derive(Debug, Clone, clap::Args)]
pub struct ShowArgs {
    /// The site
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    site: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl PolicyCommand {
    /// Whether it asks a running collector.
    #[must_use]
    pub fn needs_collector(&self) -> bool {
        matches!(self, Self::Apply(_) | Self::Show(_))
    }
}

/// Does what needs no collector.
pub(super) fn here(command: &PolicyCommand, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    match command {
        PolicyCommand::List(args) => presets::list(args, output),
        PolicyCommand::Preset(args) => presets::text(args, output),
        PolicyCommand::Explain(args) => presets::explain(args, output),
        PolicyCommand::Diff(args) => presets::diff(args, output),
        PolicyCommand::Check(args) => check(args, output),
        PolicyCommand::Apply(_) | PolicyCommand::Show(_) => anyhow::bail!("this asks a running collector"),
    }
}

fn check(args: &CheckArgs, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let text = read(&args.file)?;
    let checked = Policy::accept(&text, None);
    if args.json {
        let mistake = checked.as_ref().err().map(|error| {
            serde_json::json!({
                "line": error.line,
                "field": error.field,
                "problem": error.problem,
                "expected": error.expected,
            })
        });
        let advice = checked.iter().flat_map(|accepted| &accepted.advice);
        let advice: Vec<_> = advice
            .map(|one| serde_json::json!({ "line": one.line, "field": one.field, "remark": one.remark }))
            .collect();
        output.json(&serde_json::json!({ "good": checked.is_ok(), "mistake": mistake, "advice": advice }))?;
        return Ok(if checked.is_ok() { Exit::Fine } else { Exit::Findings });
    }
    match checked {
        Ok(accepted) => output.text(&render::made::good_policy(&args.file.display().to_string(), &accepted.advice)),
        Err(error) => Err(failure(Exit::Findings, error.at(&args.file.display().to_string())).into()),
    }
}

pub(super) async fn run(command: PolicyCommand, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    match command {
        PolicyCommand::List(_)
        | PolicyCommand::Preset(_)
        | PolicyCommand::Explain(_)
        | PolicyCommand::Diff(_)
        | PolicyCommand::Check(_) => here(&command, output),
        PolicyCommand::Apply(args) => {
            let request = ApplyPolicyRequest { site: args.site, toml: read(&args.file)? };
            let applied =
                client.apply_policy(request).await.map_err(|status| mistake(&status, &args.file))?.into_inner();
            if args.json { output.json(&applied) } else { output.text(&render::made::policy(&applied)) }
        }
        PolicyCommand::Show(args) => {
            let policy = client
                .get_policy(GetPolicyRequest { site: args.site })
                .await
                .map_err(|status| refused(&status))?
                .into_inner();
            if args.json {
                return output.json(&policy);
            }
            output.text(&render::made::policy_text(&policy, output.screen))
        }
    }
}

/// A mistake in the file is told by its line; which file that is, only this side knows.
fn mistake(status: &tonic::Status, file: &Path) -> Failure {
    let refused = refused(status);
    if refused.message.starts_with("line ") {
        // As `policy check` ends with the same file.
        return failure(Exit::Findings, format!("{}, {}", file.display(), refused.message));
    }
    refused
}

/// The text of a policy file. What is no such file, or has no end, is not read to its end.
pub(super) fn read(file: &Path) -> Result<String, Failure> {
    let unusable = |problem: &str| {
        let remedy = "name a policy file; one to begin with:  caretaker-collector policy list";
        failure(Exit::Usage, format!("{} {problem}\n  {remedy}", file.display()))
    };
    let mut bytes = Vec::new();
    let most = u64::try_from(POLICY_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    if let Err(error) = File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes)) {
        let known = [
            (ErrorKind::NotFound, "does not exist"),
            (ErrorKind::IsADirectory, "is a folder"),
            (ErrorKind::PermissionDenied, "may not be read by this account"),
        ];
        let problem = known.iter().find(|(kind, _)| *kind == error.kind()).map(|(_, problem)| (*problem).to_owned());
        return Err(unusable(&problem.unwrap_or_else(|| format!("cannot be read: {error}"))));
    }
    if bytes.len() > POLICY_BYTES {
        return Err(unusable("is larger than 64 KiB"));
    }
    String::from_utf8(bytes).map_err(|_| unusable("is not text"))
}
