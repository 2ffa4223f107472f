//! What people do with a case.

use caretaker_proto::console::v1 as proto;

use super::{view, words};
use crate::audit;
use crate::console::Context;
use crate::console::outcome::Outcome;
use crate::console::refusal::Refusal;
use crate::store::cases::{CaseState, LinkWhy, Viewer, Worked};

pub(super) async fn acknowledge(
    context: &Context,
    request: proto::AcknowledgeCaseRequest,
    viewer: Viewer,
) -> Result<proto::CaseResponse, Refusal> {
    let worked = context.store.acknowledge_case(&request.reference, viewer, context.clock.now()).await?;
    done(worked, "nobody takes what has an outcome")
}

pub(super) async fn assign(
    context: &Context,
    request: proto::AssignCaseRequest,
    viewer: Viewer,
) -> Result<proto::CaseResponse, Refusal> {
    let now = context.clock.now();
    let unknown = || Refusal::NoOperator(request.to.clone());
    let operator = context.store.find_operator(request.to.trim(), now).await?.ok_or_else(unknown)?;
    let to = audit::operator(&operator.name, operator.role);
    let theirs =
        Viewer { id: operator.id.to_string(), actor: to.clone(), role: operator.role, sites: operator.sites.clone() };
    // Nobody is given what is about them, or what they may not see.
    if !context.store.knows_case(&request.reference, theirs).await? {
        let reference = request.reference;
        let problem = format!("{} cannot have it", operator.name);
        let remedy = "give it to the safeguarding lead, a deputy, or whoever the route for this case names".into();
        return Err(Refusal::Opening { reference, problem, remedy });
    }
    let worked = context.store.assign_case(&request.reference, to, viewer, now).await?;
    done(worked, "nobody is given what has an outcome")
}

pub(super) async fn note(
    context: &Context,
    request: proto::NoteOnCaseRequest,
    viewer: Viewer,
) -> Result<proto::CaseResponse, Refusal> {
    let words = words::of(context, request.words).await?;
    let worked = context.store.note_on_case(&request.reference, words, viewer, context.clock.now()).await?;
    done(worked, "")
}

pub(super) async fn close(
    context: &Context,
    request: proto::CloseCaseRequest,
    viewer: Viewer,
) -> Result<proto::CaseResponse, Refusal> {
    const KIND: &str = "safeguarding";
    let Some(outcome) = Outcome::parse(&request.outcome, KIND) else {
        return Err(Refusal::NoOutcome { outcome: request.outcome, kind: KIND.to_owned() });
    };
    let reason = words::of(context, request.reason).await?;
    let now = context.clock.now();
    let worked = context.store.close_case(&request.reference, outcome.word(), reason, viewer, now).await?;
    done(worked, "nothing was changed")
}

pub(super) async fn reopen(
    context: &Context,
    request: proto::ReopenCaseRequest,
    viewer: Viewer,
) -> Result<proto::CaseResponse, Refusal> {
    let reason = words::of(context, request.reason).await?;
    let worked = context.store.reopen_case(&request.reference, reason, viewer, context.clock.now()).await?;
    done(worked, "only what is closed is opened anew")
}

pub(super) async fn link(
    context: &Context,
    request: proto::LinkCasesRequest,
    viewer: Viewer,
) -> Result<proto::CaseResponse, Refusal> {
    let why = LinkWhy::ALL.into_iter().find(|why| why.word() == request.why);
    let why = why.ok_or(Refusal::Field {
        field: "why",
        problem: "is no reason to link two cases",
        remedy: "one of:  same-person, same-incident",
    })?;
    let now = context.clock.now();
    let worked = context.store.link_cases(&request.reference, &request.other, why, viewer, now).await?;
    done(worked, "a case is not linked with itself")
}

fn done(worked: Worked, problem: &'static str) -> Result<proto::CaseResponse, Refusal> {
    match worked {
        Worked::Done(case) => Ok(proto::CaseResponse { case: Some(view::case(case)) }),
        Worked::Cannot(case) => {
            let remedy = match case.state {
                CaseState::Closed => format!("open it anew:  case reopen {}", case.reference),
                CaseState::New | CaseState::Seen | CaseState::Acting => {
                    format!("look at it:  case show {}", case.reference)
                }
            };
            Err(Refusal::CaseStands { reference: case.reference, state: case.state.word(), problem, remedy })
        }
        Worked::Unheard(reference) => Err(Refusal::NoCase(reference)),
    }
}
