//! One person's data.

use caretaker_proto::console::v1 as proto;

use super::registers;
use super::retention::reason;
use crate::console::Context;
use crate::console::cases::{case_message, category_title, viewer_of};
use crate::console::peer::Operator;
use crate::console::refusal::Refusal;
use crate::licences::LicenceId;
use crate::store::cases::SubjectSeat;

pub(super) async fn export(
    context: &Context,
    request: proto::ExportSubjectRequest,
    operator: Operator,
) -> Result<proto::ExportSubjectResponse, Refusal> {
    let (person, reason) = (pseudonym(&request.pseudonym)?, reason(request.reason)?);
    let viewer = viewer_of(operator);
    let data = context.store.export_subject(person, reason, viewer.clone(), context.clock.now()).await?;
    let mut disclosures = context.store.list_disclosures(String::new(), viewer).await?;
    disclosures.retain(|one| data.cases.iter().any(|case| case.reference == one.reference));
    let event = |event: crate::store::cases::SubjectEvent| proto::SubjectEvent {
        occurred_at: event.occurred_at.to_string(),
        category_title: category_title(&event.category),
        category: event.category,
        level: event.severity,
        source: event.source,
        device: event.device,
        reference: event.reference,
        has_content: event.has_content,
    };
    let access = |access: crate::store::cases::SubjectAccess| proto::SubjectAccess {
        at: access.at.to_string(),
        actor: access.actor,
        action: access.action,
        reference: access.reference,
    };
    Ok(proto::ExportSubjectResponse {
        school: context.school.clone(),
        cases: data.cases.into_iter().map(case_message).collect(),
        events: data.events.into_iter().map(event).collect(),
        access: data.access.into_iter().map(access).collect(),
        disclosures: disclosures.into_iter().map(registers::disclosure).collect(),
        accounts: data.accounts,
        unopened: data.unopened,
        seats: data.seats.into_iter().map(seat).collect(),
    })
}

pub(super) async fn erase(
    context: &Context,
    request: proto::EraseSubjectRequest,
    operator: Operator,
) -> Result<proto::EraseSubjectResponse, Refusal> {
    let (person, reason) = (pseudonym(&request.pseudonym)?, reason(request.reason)?);
    let key = request.really.then(|| context.audit_key.clone());
    let now = context.clock.now();
    let seats = request.seats.into_iter().filter_map(|seat| Some((LicenceId::parse(&seat.licence)?, seat.account)));
    let theirs = (person, seats.collect());
    let told = context.store.erase_subject(theirs, reason, key, viewer_of(operator), now).await?;
    let kept = |(reference, why): (String, &str)| proto::KeptCase { reference, why: why.into() };
    Ok(proto::EraseSubjectResponse {
        erased: told.erased,
        events: told.events,
        kept: told.kept.into_iter().map(kept).collect(),
        seats: told.seats.into_iter().map(seat).collect(),
    })
}

fn seat(seat: SubjectSeat) -> proto::SubjectSeat {
    proto::SubjectSeat {
        licence: seat.licence.to_string(),
        title: seat.title,
        account: seat.account,
        given_at: seat.given_at.to_string(),
    }
}

fn pseudonym(bytes: &[u8]) -> Result<[u8; 32], Refusal> {
    bytes.try_into().map_err(|_| Refusal::Field {
        field: "pseudonym",
        problem: "is not 32 bytes",
        remedy: "use the program",
    })
}
