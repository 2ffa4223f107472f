//! The proof of the log, by a collector that runs or by this program on the folder of one that does not.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use caretaker_proto::console::v1::proof_client::ProofClient;
use caretaker_proto::console::v1::{VerifyAuditRequest, VerifyAuditResponse};
use caretaker_shared::checkpoint::SignedCheckpoint;
use tonic::transport::Channel;

use super::VerifyArgs;
use crate::commands::Exit;
use crate::commands::output::Output;
use crate::commands::progress::Progress;
use crate::commands::refused::{failure, refused};
use crate::console::audit_message;
use crate::data::{DataFolder, Lock, LockError};
use crate::render;
use crate::store::proof::prove_file;

/// Bytes of a mail that may hold a checkpoint.
const MAIL_BYTES: u64 = 1024 * 1024;

pub(super) async fn running(args: VerifyArgs, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let kept = kept(&args)?;
    let checkpoint = kept.as_ref().map(SignedCheckpoint::encoded).unwrap_or_default();
    let progress = Progress::new("Proving the audit log");
    let answer = ProofClient::new(channel).verify_audit(VerifyAuditRequest { checkpoint }).await;
    drop(progress);
    tell(&answer.map_err(|status| refused(&status))?.into_inner(), &args, output)
}

/// The same on a data folder whose collector does not run; `None` when it does run.
pub(in crate::commands) fn stopped(
    args: &VerifyArgs,
    data: &Path,
    output: &mut Output<'_>,
) -> anyhow::Result<Option<Exit>> {
    let folder = DataFolder::at(data);
    if !folder.database().exists() {
        return Ok(None);
    }
    let _lock = match Lock::take(&folder) {
        Ok(lock) => lock,
        Err(LockError::Held(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let kept = kept(args)?;
    let checked = kept.as_ref().map_or(0, |kept| kept.checkpoint().row);
    let database = folder.database();
    let progress = Progress::new("Proving the audit log");
    let proof = prove_file(&database, kept).with_context(|| format!("{} cannot be proved", database.display()))?;
    drop(progress);
    tell(&audit_message(&proof, checked), args, output).map(Some)
}

pub(super) async fn checkpoint(channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let answer = ProofClient::new(channel).verify_audit(VerifyAuditRequest::default()).await;
    let newest = answer.map_err(|status| refused(&status))?.into_inner().newest;
    if newest.is_empty() {
        let text = "there is no checkpoint yet\n  the collector makes one each day";
        return Err(failure(Exit::Findings, text.into()).into());
    }
    let newest = SignedCheckpoint::parse(&newest).context("the collector hands out something that is no checkpoint")?;
    output.text(&render::proof::checkpoint(&newest))
}

fn tell(answer: &VerifyAuditResponse, args: &VerifyArgs, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    if args.json {
        output.json(answer)?;
    } else {
        output.text(&render::proof::verdict(answer, output.screen))?;
    }
    Ok(if answer.verdict == "whole" { Exit::Fine } else { Exit::Findings })
}

/// The checkpoint that was handed in.
fn kept(args: &VerifyArgs) -> anyhow::Result<Option<SignedCheckpoint>> {
    let Some(path) = &args.from else { return Ok(None) };
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(MAIL_BYTES).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAIL_BYTES).read_to_string(&mut text))
    };
    read.with_context(|| format!("{} cannot be read", path.display()))?;
    let wrong = |error| {
        failure(
            Exit::Usage,
            format!(
                "{}: {error}\n  hand in the whole text of a checkpoint mail, with both lines of dashes",
                path.display()
            ),
        )
    };
    Ok(Some(SignedCheckpoint::from_text(&text).map_err(wrong)?))
}
