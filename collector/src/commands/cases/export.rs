//! `case export` and `case receipt`: the pages for the child-protection file, made on the machine of whoever exports.

use std::path::Path;

use caretaker_proto::console::v1::{
    ConfirmFiledRequest, GetCaseRequest, OpenCaseRequest, OpenCaseResponse, RecordExportRequest,
};
use caretaker_shared::digest::Sha256;
use caretaker_shared::private_file;
use zeroize::Zeroizing;

use super::desk::{Desk, statements};
use super::list::steps;
use super::open::{Asked, ask, open_all};
use super::pages::{Export, json, pdf};
use super::{ExportArgs, ReceiptArgs};
use crate::commands::keyholder::Held;
use crate::commands::output::Output;
use crate::commands::refused::{failure, refused};
use crate::commands::{Exit, Failure};
use crate::render;

pub(super) async fn run(args: ExportArgs, mut desk: Desk, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    if !args.to.is_dir() {
        let text = format!("{} is not a folder\n  name one that is there:  --to DIR", args.to.display());
        return Err(failure(Exit::Usage, text).into());
    }
    let held = args.key.open()?;
    let request = OpenCaseRequest {
        reference: args.reference,
        reason: args.reason.unwrap_or_default(),
        export: true,
        break_glass: false,
        halves: Vec::new(),
        key: held.key.id().to_string(),
    };
    let answer = match ask(&mut desk, &held, request).await? {
        Asked::Waits(text) => return output.text(&text(output.screen)),
        Asked::Open(answer) => answer,
    };
    let export = gather(&mut desk, &held, *answer).await?;
    let (pdf, json) = (Zeroizing::new(pdf(&export, &output.screen.now)?), Zeroizing::new(json(&export)?));
    let name = |kind: &str| args.to.join(format!("case-{}.{kind}", export.receipt));
    write(&name("pdf"), &pdf)?;
    write(&name("json"), &json)?;
    let request = RecordExportRequest {
        number: export.receipt.clone(),
        pdf_sha256: Sha256::of(&pdf).as_bytes().to_vec(),
        json_sha256: Sha256::of(&json).as_bytes().to_vec(),
    };
    let receipt = desk.cases.record_export(request).await.map_err(|status| refused(&status))?.into_inner();
    let told = render::cases::receipt(&receipt.receipt.unwrap_or_default(), output.screen);
    output.text(&format!(
        "Written, for your eyes only:\n  {}\n  {}\n\n{told}",
        name("pdf").display(),
        name("json").display()
    ))
}

/// Everything that stands on the pages.
async fn gather(desk: &mut Desk, held: &Held, answer: OpenCaseResponse) -> anyhow::Result<Export> {
    let reference = answer.case.as_ref().map(|case| case.reference.clone()).unwrap_or_default();
    let (opened, without) = open_all(&answer.evidence, held);
    let request = GetCaseRequest { reference: reference.clone() };
    let card = desk.cases.get_case(request).await.map_err(|status| refused(&status))?.into_inner();
    let images = card.case.as_ref().is_some_and(|case| case.images);
    let steps = steps(desk, &reference, images).await?;
    let statements = statements(&reference, &card.steps, Some(&held.key));
    Ok(Export {
        receipt: answer.receipt,
        school: held.key.holder.school.clone(),
        made_by: format!("{} ({})", held.key.holder.name, held.key.holder.role),
        card,
        opened: opened.into_iter().map(|(_, opened)| opened).collect(),
        without: if images { String::new() } else { without },
        statements,
        steps,
    })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    private_file::write(path, bytes)
        .map_err(|error| failure(Exit::Findings, format!("{} cannot be written: {error}", path.display())))
}

pub(super) async fn receipt(args: ReceiptArgs, mut desk: Desk, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let request = ConfirmFiledRequest { number: args.number };
    let answer = desk.cases.confirm_filed(request).await.map_err(|status| refused(&status))?.into_inner();
    if args.json {
        return output.json(&answer);
    }
    output.text(&render::cases::receipt(&answer.receipt.unwrap_or_default(), output.screen))
}
