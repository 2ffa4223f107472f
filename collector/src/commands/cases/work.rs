//! `case ack`, `assign`, `note`, `close`, `reopen`, `link`.

use std::io::IsTerminal as _;

use caretaker_proto::console::v1::{
    AcknowledgeCaseRequest, AssignCaseRequest, CaseResponse, CloseCaseRequest, LinkCasesRequest, NoteOnCaseRequest,
    ReopenCaseRequest, Statement,
};
use tonic::{Response, Status};

use super::desk::Desk;
use super::{AssignArgs, CloseArgs, LinkArgs, NoteArgs, OneArgs, ReopenArgs};
use crate::commands::output::Output;
use crate::commands::refused::{failure, refused};
use crate::commands::{Exit, Failure};
use crate::console::Outcome;
use crate::render;

pub(super) async fn acknowledge(args: OneArgs, mut desk: Desk, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let request = AcknowledgeCaseRequest { reference: args.reference };
    answer(desk.cases.acknowledge_case(request).await, args.json, output)
}

pub(super) async fn assign(args: AssignArgs, mut desk: Desk, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let request = AssignCaseRequest { reference: args.one.reference, to: args.to };
    answer(desk.cases.assign_case(request).await, args.one.json, output)
}

pub(super) async fn note(args: NoteArgs, mut desk: Desk, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let text = typed(args.text, "What do you want to write down? ")?;
    let statement = Statement { text, by_whom: String::new() };
    let reference = args.one.reference;
    let words = desk.words(&reference, statement, args.key.root()?.as_ref()).await?;
    let request = NoteOnCaseRequest { reference, words: Some(words) };
    answer(desk.cases.note_on_case(request).await, args.one.json, output)
}

pub(super) async fn close(args: CloseArgs, mut desk: Desk, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let outcome = args.outcome.unwrap_or_default();
    // Asked for an outcome first: nobody types a reason for nothing.
    if Outcome::parse(&outcome, "safeguarding").is_none() {
        let what = if outcome.is_empty() { "say the outcome".into() } else { format!("\"{outcome}\" is no outcome") };
        let words = Outcome::words_for("safeguarding");
        return Err(failure(Exit::Usage, format!("{what} of the case\n  one of:  {words}")).into());
    }
    let text = typed(args.reason, "What was done, and why? ")?;
    let statement = Statement { text, by_whom: args.by_whom.unwrap_or_default() };
    let reference = args.one.reference;
    let reason = desk.words(&reference, statement, args.key.root()?.as_ref()).await?;
    let request = CloseCaseRequest { reference, outcome, reason: Some(reason) };
    answer(desk.cases.close_case(request).await, args.one.json, output)
}

pub(super) async fn reopen(args: ReopenArgs, mut desk: Desk, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let text = typed(args.reason, "Why? ")?;
    let reference = args.one.reference;
    let statement = Statement { text, by_whom: String::new() };
    let reason = desk.words(&reference, statement, args.key.root()?.as_ref()).await?;
    let request = ReopenCaseRequest { reference, reason: Some(reason) };
    answer(desk.cases.reopen_case(request).await, args.one.json, output)
}

pub(super) async fn link(args: LinkArgs, mut desk: Desk, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let request = LinkCasesRequest { reference: args.one.reference, other: args.other, why: args.why };
    answer(desk.cases.link_cases(request).await, args.one.json, output)
}

fn answer(
    answered: Result<Response<CaseResponse>, Status>,
    json: bool,
    output: &mut Output<'_>,
) -> anyhow::Result<Exit> {
    let answer = answered.map_err(|status| refused(&status))?.into_inner();
    if json {
        return output.json(&answer);
    }
    output.text(&render::cases::after(&answer.case.unwrap_or_default(), output.screen))
}

/// What was typed as an argument, else on the terminal: there it stays out of the shell's history.
fn typed(text: Option<String>, prompt: &str) -> Result<String, Failure> {
    if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
        return Ok(text);
    }
    if !std::io::stdin().is_terminal() {
        return Err(failure(Exit::Usage, "the text is missing\n  write it in quotation marks:  \"...\"".into()));
    }
    let mut line = String::new();
    // The prompt goes where the person looks, and never into a pipe.
    let asked = std::fs::File::options().write(true).open("/dev/tty").and_then(|mut terminal| {
        std::io::Write::write_all(&mut terminal, prompt.as_bytes())?;
        std::io::stdin().read_line(&mut line)
    });
    match asked {
        Ok(_) if !line.trim().is_empty() => Ok(line.trim().to_owned()),
        Ok(_) => Err(failure(Exit::Usage, "nothing was typed\n  nothing was changed".into())),
        Err(error) => Err(failure(Exit::Usage, format!("the terminal cannot be read: {error}"))),
    }
}
