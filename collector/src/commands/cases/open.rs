//! `case open` and `case approve`: with the key of whoever types, on their machine, on their terminal.

use caretaker_proto::console::v1::{
    ApproveOpeningRequest, Evidence, GetCaseRequest, Half, NamePersonRequest, OpenCaseRequest, OpenCaseResponse,
};
use caretaker_shared::sealing::{Half as KeyHalf, OpenError, Opened, Sealed, SignedSet};

use super::desk::{Desk, opened, statements};
use super::list::steps;
use super::{ApproveArgs, OpenArgs};
use crate::commands::keyholder::Held;
use crate::commands::output::Output;
use crate::commands::refused::{failure, refused};
use crate::commands::{Exit, Failure};
use crate::render;
use crate::render::cases::{Content, Passage, Shown};

pub(super) async fn run(args: OpenArgs, mut desk: Desk, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    if !output.personal {
        let text = "what a child wrote is shown on a terminal only\n  run the command without | or >";
        return Err(failure(Exit::Usage, text.into()).into());
    }
    // The passphrase first: a wrong one must not make the collector hand anything out.
    let held = args.key.open()?;
    let request = OpenCaseRequest {
        reference: args.reference,
        break_glass: args.break_glass.is_some(),
        reason: args.break_glass.or(args.reason).unwrap_or_default(),
        export: false,
        halves: Vec::new(),
        key: held.key.id().to_string(),
    };
    match ask(&mut desk, &held, request).await? {
        Asked::Waits(text) => output.text(&text(output.screen)),
        Asked::Open(answer) => show(&answer, &held, desk, output).await,
    }
}

/// What came of asking for content.
pub(super) enum Asked {
    /// It is here.
    Open(Box<OpenCaseResponse>),
    /// A second person has to approve: what to say.
    Waits(Box<dyn Fn(&render::Screen) -> String + Send>),
}

/// Asks for content; where two keys open it, takes off the own layer for whoever may be the second.
pub(super) async fn ask(desk: &mut Desk, held: &Held, mut request: OpenCaseRequest) -> Result<Asked, Failure> {
    let answer = desk.cases.open_case(request.clone()).await.map_err(|status| refused(&status))?.into_inner();
    let Some(opening) = answer.waiting.clone() else { return Ok(Asked::Open(Box::new(answer))) };
    request.halves = own_layers(desk, held, &answer.evidence).await?;
    if !request.halves.is_empty() {
        desk.cases.open_case(request).await.map_err(|status| refused(&status))?;
    }
    Ok(Asked::Waits(Box::new(move |screen| render::cases::asked(&opening, screen))))
}

/// For each event, the outer layer taken off for each person who could be the second.
async fn own_layers(desk: &mut Desk, held: &Held, evidence: &[Evidence]) -> Result<Vec<Half>, Failure> {
    let mut halves = Vec::new();
    for event in evidence.iter().filter(|event| !event.sealed.is_empty()) {
        let sealed = Sealed::parse(&event.sealed).map_err(broken)?;
        let Some(set) = desk.recipients(Some(sealed.recipients()), held.root.as_ref()).await? else { continue };
        for partner in sealed.ways(&held.key.id()).before {
            let Some(second) = key_of(&set, &partner) else { continue };
            let half = sealed.half(&held.key, &second.id()).map_err(broken)?;
            halves.push(Half { event: event.event, partner, sealed: half.encoded() });
        }
    }
    Ok(halves)
}

fn key_of<'a>(set: &'a SignedSet, short: &str) -> Option<&'a caretaker_shared::sealing::Recipient> {
    let everybody = set.set().recipients.iter().chain(&set.set().recovery);
    everybody.into_iter().find(|one| one.id().to_string() == short)
}

async fn show(answer: &OpenCaseResponse, held: &Held, mut desk: Desk, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let reference = answer.case.as_ref().map(|case| case.reference.clone()).unwrap_or_default();
    let (found, without) = open_all(&answer.evidence, held);
    name(&mut desk, &reference, &found, held).await?;
    let request = GetCaseRequest { reference: reference.clone() };
    let card = desk.cases.get_case(request).await.map_err(|status| refused(&status))?.into_inner();
    let images = card.case.as_ref().is_some_and(|case| case.images);
    let steps = steps(&mut desk, &reference, images).await?;
    let statements = statements(&reference, &card.steps, Some(&held.key));
    let content: Vec<Content> = found.iter().map(|(_, opened)| content(opened)).collect();
    let without = if images { String::new() } else { without };
    let shown = Shown { answer: &card, content: &content, statements: &statements, without: &without, steps: &steps };
    output.text(&render::cases::show(&shown, output.screen))
}

/// Everything that this key opens, and what to say of the rest.
pub(super) fn open_all(evidence: &[Evidence], held: &Held) -> (Vec<(i64, Opened)>, String) {
    let (mut found, mut without) = (Vec::new(), Vec::new());
    for event in evidence {
        if event.sealed.is_empty() {
            without.push(unsealed(&event.unsealed).to_owned());
            continue;
        }
        match opened(event, held) {
            Ok(opened) => found.push((event.event, opened)),
            Err(OpenError::NotForThisKey) => without.push("Some of it was not sealed for your key.".into()),
            Err(error) => without.push(format!("Some of it cannot be opened: {error}. Tell the network manager.")),
        }
    }
    without.dedup();
    (found, without.join(" "))
}

fn unsealed(reason: &str) -> &'static str {
    match reason {
        "no-root" => "The device was enrolled before the school had keys, and sealed nothing: enrol it again.",
        "no-recipients" => "The device had no recipients yet, and sealed nothing.",
        "nobody" => "Nobody was left who may open it, so nothing was sealed.",
        "erased" => "It was erased, as its time was over.",
        "failed" => "Sealing failed on the device, so nothing of the text left it.",
        _ => "The device's agent is from before there was sealing, and sent nothing of the text.",
    }
}

/// Tells the collector which pseudonym the accounts have: then it finds their cases on other devices.
async fn name(desk: &mut Desk, reference: &str, found: &[(i64, Opened)], held: &Held) -> Result<(), Failure> {
    let Some(set) = desk.recipients(None, held.root.as_ref()).await? else { return Ok(()) };
    let Some(person_key) = set.person_key(&held.key) else { return Ok(()) };
    for (event, opened) in found.iter().filter(|(_, opened)| opened.person.is_some() && !opened.user.is_empty()) {
        let pseudonym = person_key.pseudonym(&opened.user).as_bytes().to_vec();
        let request = NamePersonRequest { reference: reference.to_owned(), event: *event, pseudonym };
        desk.cases.name_person(request).await.map_err(|status| refused(&status))?;
    }
    Ok(())
}

pub(super) fn content(opened: &Opened) -> Content {
    let passage = opened.quoted.as_ref().map(|quoted| Passage {
        text: quoted.passage.clone(),
        met: quoted.met.clone(),
        place: quoted.place.clone(),
    });
    Content { user: opened.user.clone(), passage }
}

pub(super) async fn approve(args: ApproveArgs, mut desk: Desk, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let reference = args.one.reference.clone();
    let mut request = ApproveOpeningRequest { reference, refuse: args.refuse, halves: Vec::new() };
    let mut answer = desk.cases.approve_opening(request.clone()).await.map_err(|status| refused(&status))?.into_inner();
    if !answer.evidence.is_empty() {
        let held = args.key.open()?;
        let asker = answer.opening.clone().unwrap_or_default().asker_key;
        request.halves = for_asker(&mut desk, &held, &asker, &answer.evidence).await?;
        answer = desk.cases.approve_opening(request).await.map_err(|status| refused(&status))?.into_inner();
    }
    if args.one.json {
        return output.json(&answer);
    }
    output.text(&render::cases::approved(&answer.opening.unwrap_or_default(), output.screen))
}

/// What the second person gives: the own layer taken off where it is the outer one, the key handed over where it is
/// the inner one, or where it is theirs alone. Neither shows the approver anything.
async fn for_asker(desk: &mut Desk, held: &Held, asker: &str, evidence: &[Evidence]) -> Result<Vec<Half>, Failure> {
    let mut halves = Vec::new();
    for event in evidence.iter().filter(|event| !event.sealed.is_empty()) {
        let sealed = Sealed::parse(&event.sealed).map_err(broken)?;
        let Some(set) = desk.recipients(Some(sealed.recipients()), held.root.as_ref()).await? else { continue };
        // Somebody who is on the list by now, but was not when it was sealed, is handed the key all the same.
        let newest = desk.recipients(None, held.root.as_ref()).await?;
        let Some(asker) = key_of(&set, asker).or_else(|| key_of(newest.as_ref()?, asker)) else { continue };
        let own = held.key.id().to_string();
        let bytes = match event.halves.iter().find(|half| half.partner == own) {
            Some(half) => {
                let half = KeyHalf::parse(&half.sealed).map_err(broken)?;
                let key = sealed.key_of_half(&half, &held.key).map_err(broken)?;
                key.grant(&sealed, &asker.key).map_err(broken)?
            }
            None if sealed.ways(&held.key.id()).alone => {
                let key = sealed.key_alone(&held.key).map_err(broken)?;
                key.grant(&sealed, &asker.key).map_err(broken)?
            }
            None => sealed.half(&held.key, &asker.id()).map_err(broken)?.encoded(),
        };
        halves.push(Half { event: event.event, partner: String::new(), sealed: bytes });
    }
    if halves.is_empty() {
        let text = "your key does not open this, or whoever asks has none\n  another second person has to approve";
        return Err(failure(Exit::Denied, text.into()));
    }
    Ok(halves)
}

fn broken(error: OpenError) -> Failure {
    failure(Exit::Findings, format!("what the device sealed cannot be opened: {error}"))
}
