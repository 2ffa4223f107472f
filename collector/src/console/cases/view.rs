//! Cases as the contract has them.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::lexicon;
use jiff::{Timestamp, ToSpan as _};
use prost::Message as _;

use crate::console::alerts::cause;
use crate::console::findings::time;
use crate::store::cases::{
    CaseCard, CaseRow, CaseState, EarlierRow, EvidenceRow, Form, IncidentRow, OpeningRow, ReceiptRow, RulePrecision,
    StepRow, Words,
};

/// How soon somebody should take a case of the highest level.
const URGENT_MINUTES: i64 = 15;
/// The highest level.
const HIGHEST: u32 = 5;

/// What people call a category; its id when this version does not know it.
pub(in crate::console) fn category_title(id: &str) -> String {
    lexicon::category(id).map_or(id, |category| category.title).to_owned()
}

pub(in crate::console) fn case(row: CaseRow) -> proto::Case {
    let waits = matches!(row.state, CaseState::New | CaseState::Seen);
    let answer_by = (waits && row.severity == HIGHEST)
        .then(|| row.raised_at.checked_add(URGENT_MINUTES.minutes()).unwrap_or(Timestamp::MAX));
    let (seen_at, seen_by) = when_and_who(row.seen);
    let (acknowledged_at, acknowledged_by) = when_and_who(row.acknowledged);
    let (closed_at, closed_by) = when_and_who(row.closed);
    proto::Case {
        reference: row.reference,
        level: row.severity,
        state: row.state.word().to_owned(),
        site: row.site,
        raised_at: row.raised_at.to_string(),
        category_title: category_title(&row.category),
        // Of a text, the source is all that its alert says.
        about: if row.category.is_empty() { row.about } else { String::new() },
        category: row.category,
        subject: row.subject,
        person: row.person,
        device: row.device,
        events: row.events,
        assigned_to: row.assigned_to,
        seen_at,
        seen_by,
        acknowledged_at,
        acknowledged_by,
        closed_at,
        closed_by,
        outcome: row.outcome,
        answer_by: time(answer_by),
        images: row.images,
        legal_hold: row.legal_hold,
        conflicts: row.conflicts,
    }
}

fn when_and_who(found: Option<(Timestamp, String)>) -> (String, String) {
    found.map_or_else(Default::default, |(at, who)| (at.to_string(), who))
}

pub(super) fn card(card: CaseCard, needs_second: bool) -> proto::GetCaseResponse {
    proto::GetCaseResponse {
        case: Some(case(card.case)),
        causes: card.causes.into_iter().map(cause).collect(),
        steps: card.steps.into_iter().map(step).collect(),
        earlier: card.earlier.into_iter().map(earlier).collect(),
        links: card.linked.into_iter().map(|(reference, why)| proto::CaseLink { reference, why }).collect(),
        precision: card.precision.into_iter().map(precision).collect(),
        needs_second,
        names: card.names.word().to_owned(),
    }
}

fn step(row: StepRow) -> proto::CaseStep {
    proto::CaseStep {
        id: row.id,
        at: row.at.to_string(),
        actor: row.actor,
        step: row.kind.map(|kind| kind.word().to_owned()).unwrap_or_default(),
        detail: row.detail,
        words: row.words.map(words),
    }
}

/// Words as they go out. Plain ones that cannot be read are left out: nothing else was ever written.
pub(super) fn words(words: Words) -> proto::Words {
    let form = match words.form {
        Form::Sealed => Some(proto::words::Form::Sealed(words.bytes)),
        Form::Plain => proto::Statement::decode(words.bytes.as_slice()).ok().map(proto::words::Form::Plain),
    };
    proto::Words { form }
}

pub(super) fn earlier(row: EarlierRow) -> proto::EarlierCase {
    proto::EarlierCase {
        reference: row.reference,
        level: row.severity,
        category_title: category_title(&row.category),
        raised_at: row.raised_at.to_string(),
        outcome: row.outcome,
    }
}

fn precision(of: RulePrecision) -> proto::RulePrecision {
    proto::RulePrecision { rule: of.rule, right: of.right, closed: of.closed }
}

pub(super) fn incident(row: IncidentRow) -> proto::Incident {
    proto::Incident {
        occurred_at: row.occurred_at.to_string(),
        action: row.action.map(words),
        case: Some(case(row.case)),
    }
}

pub(super) fn opening(row: OpeningRow) -> proto::Opening {
    let (approved_at, approved_by) = when_and_who(row.approved);
    let (reviewed_at, reviewed_by) = when_and_who(row.reviewed);
    proto::Opening {
        reference: row.reference,
        purpose: row.purpose.word().to_owned(),
        asked_at: row.asked.0.to_string(),
        asked_by: row.asked.1,
        reason: row.reason,
        expires_at: row.expires_at.to_string(),
        approved_by,
        approved_at,
        broke_glass: row.broke_glass,
        review_due: time(row.review_due),
        reviewed_by,
        reviewed_at,
        asker_key: row.asker_key,
    }
}

pub(super) fn evidence(row: EvidenceRow) -> proto::Evidence {
    proto::Evidence {
        event: row.event,
        sealed: row.sealed,
        halves: row
            .halves
            .into_iter()
            .map(|(partner, sealed)| proto::Half { event: row.event, partner, sealed })
            .collect(),
        rule: row.rule,
        category: row.category,
        severity: row.severity,
        source: row.source,
        occurred_at: row.occurred_at.to_string(),
        user: row.user.unwrap_or_default(),
        certificate: row.certificate,
        unsealed: row.unsealed,
    }
}

pub(super) fn receipt(row: ReceiptRow) -> proto::Receipt {
    let (filed_at, filed_by) = when_and_who(row.filed);
    proto::Receipt {
        number: row.number,
        reference: row.reference,
        pdf_sha256: row.pdf_sha256,
        json_sha256: row.json_sha256,
        made_at: row.made.0.to_string(),
        made_by: row.made.1,
        filed_at,
        filed_by,
        delete_after: time(row.delete_after),
    }
}
