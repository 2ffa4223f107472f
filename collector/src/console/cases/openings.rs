//! Content as it is handed out, the second person, and what becomes of an export.

use caretaker_proto::console::v1 as proto;

use super::view;
use crate::console::Context;
use crate::console::refusal::Refusal;
use crate::store::cases::{Approved, Ask, Filed, Purpose, Released, Viewer, Way};

/// Most letters of a typed reason.
const REASON: usize = 500;
/// Most halves of one request, and bytes of one.
const HALVES: usize = 400;
const HALF_BYTES: usize = 1024;

pub(super) async fn open(
    context: &Context,
    request: proto::OpenCaseRequest,
    viewer: Viewer,
) -> Result<proto::OpenCaseResponse, Refusal> {
    let halves = halves(request.halves)?;
    let ask = Ask {
        purpose: if request.export { Purpose::Export } else { Purpose::Read },
        reason: reason(&request.reason)?,
        break_glass: request.break_glass,
        key: key(request.key)?,
        halves: halves.into_iter().map(|half| (half.event, half.partner, half.sealed)).collect(),
    };
    match context.store.release_case(&request.reference, ask, viewer, context.clock.now()).await? {
        Released::Content(case, evidence, receipt) => Ok(proto::OpenCaseResponse {
            case: Some(view::case(case)),
            evidence: evidence.into_iter().map(view::evidence).collect(),
            waiting: None,
            receipt,
        }),
        Released::Waits(case, opening, evidence) => Ok(proto::OpenCaseResponse {
            case: Some(view::case(case)),
            evidence: evidence.into_iter().map(view::evidence).collect(),
            waiting: Some(view::opening(opening)),
            receipt: String::new(),
        }),
        Released::NeedsReason(case, second) => Err(Refusal::Opening {
            problem: format!("two people open this; {} has to approve", roles(second)),
            remedy: format!("ask, and say why without a name:  case open {} --reason \"...\"", case.reference),
            reference: case.reference,
        }),
        Released::TwoKeys(case) => Err(Refusal::Opening {
            problem: "what is about staff is sealed to two people, and nobody can open it alone".into(),
            remedy: format!("ask a second person:  case open {} --reason \"...\"", case.reference),
            reference: case.reference,
        }),
        Released::Unheard(reference) => Err(Refusal::NoCase(reference)),
    }
}

pub(super) async fn approve(
    context: &Context,
    request: proto::ApproveOpeningRequest,
    viewer: Viewer,
) -> Result<proto::ApproveOpeningResponse, Refusal> {
    let reference = request.reference;
    let halves = halves(request.halves)?.into_iter().map(|half| (half.event, half.sealed)).collect();
    let now = context.clock.now();
    match context.store.answer_opening(&reference, request.refuse, halves, viewer, now).await? {
        Approved::Done(opening) => {
            Ok(proto::ApproveOpeningResponse { opening: Some(view::opening(opening)), evidence: Vec::new() })
        }
        Approved::Halves(opening, evidence) => Ok(proto::ApproveOpeningResponse {
            opening: Some(view::opening(opening)),
            evidence: evidence.into_iter().map(view::evidence).collect(),
        }),
        Approved::NothingAsked(_) => Err(Refusal::Opening {
            reference,
            problem: "nobody waits for an approval; a request holds for 15 minutes".into(),
            remedy: "whoever wants to open it asks again".into(),
        }),
        Approved::Oneself => Err(Refusal::Opening {
            reference,
            problem: "the second person is somebody else than whoever asks".into(),
            remedy: "ask the safeguarding lead, a deputy or the head".into(),
        }),
        Approved::NotThisRole(second) => Err(Refusal::Opening {
            reference,
            problem: format!("this is for {} to approve", roles(second)),
            remedy: "the policy says so under [cases]".into(),
        }),
        Approved::Unheard(reference) => Err(Refusal::NoCase(reference)),
    }
}

pub(super) async fn name_person(
    context: &Context,
    request: proto::NamePersonRequest,
    viewer: Viewer,
) -> Result<proto::NamePersonResponse, Refusal> {
    let Ok(pseudonym) = <[u8; 32]>::try_from(request.pseudonym.as_slice()) else {
        return Err(Refusal::Field { field: "pseudonym", problem: "is not 32 bytes", remedy: "use the program" });
    };
    let now = context.clock.now();
    let earlier = context.store.name_person(&request.reference, request.event, pseudonym, viewer, now).await?;
    let earlier = earlier.ok_or(Refusal::NoCase(request.reference))?;
    Ok(proto::NamePersonResponse { earlier: earlier.into_iter().map(view::earlier).collect() })
}

pub(super) async fn record_export(
    context: &Context,
    request: proto::RecordExportRequest,
    viewer: Viewer,
) -> Result<proto::ReceiptResponse, Refusal> {
    let digest = |bytes: &[u8]| {
        <[u8; 32]>::try_from(bytes).map_err(|_| Refusal::Field {
            field: "a digest",
            problem: "is not 32 bytes",
            remedy: "use the program",
        })
    };
    let (pdf, json) = (digest(&request.pdf_sha256)?, digest(&request.json_sha256)?);
    filed(context.store.record_export(&request.number, pdf, json, viewer, context.clock.now()).await?)
}

pub(super) async fn confirm_filed(
    context: &Context,
    request: proto::ConfirmFiledRequest,
    viewer: Viewer,
) -> Result<proto::ReceiptResponse, Refusal> {
    filed(context.store.confirm_filed(&request.number, viewer, context.clock.now()).await?)
}

fn filed(filed: Filed) -> Result<proto::ReceiptResponse, Refusal> {
    match filed {
        Filed::Done(receipt) => Ok(proto::ReceiptResponse { receipt: Some(view::receipt(receipt)) }),
        Filed::Cannot(receipt) if receipt.pdf_sha256.is_empty() => {
            Err(Refusal::ReceiptStands(receipt.number, "was never made: its files were not written"))
        }
        Filed::Cannot(receipt) => Err(Refusal::ReceiptStands(receipt.number, "has other files already")),
        Filed::Unheard(number) => Err(Refusal::NoReceipt(number)),
    }
}

/// A typed reason on one line: whoever approves or reviews reads it, and it stands in the audit chain.
fn reason(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() > REASON || text.chars().any(char::is_control) {
        return Err(Refusal::Field {
            field: "the reason",
            problem: "is too long",
            remedy: "write one line of at most 500 letters, without a name",
        });
    }
    Ok(text.to_owned())
}

/// The first digits of a key's id.
fn key(short: String) -> Result<String, Refusal> {
    if short.len() <= 64 && short.chars().all(|letter| letter.is_ascii_hexdigit()) {
        return Ok(short);
    }
    Err(Refusal::Field { field: "key", problem: "is not the id of one", remedy: "use the program" })
}

fn halves(halves: Vec<proto::Half>) -> Result<Vec<proto::Half>, Refusal> {
    if halves.len() > HALVES || halves.iter().any(|half| half.sealed.len() > HALF_BYTES || half.partner.len() > 64) {
        return Err(Refusal::Field {
            field: "halves",
            problem: "are too many or too large",
            remedy: "use the program",
        });
    }
    Ok(halves)
}

/// "the safeguarding lead, a deputy or the head".
fn roles(second: Way) -> String {
    let Way::With(roles) = second else { return "nobody".into() };
    let titles: Vec<&str> = roles.iter().map(|role| role.title()).collect();
    match titles.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("the {} or {last}", rest.join(", ")),
        Some((last, _)) => format!("the {last}"),
        None => "nobody".into(),
    }
}
