//! The audit chain: proved, and read.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::checkpoint::SignedCheckpoint;
use data_encoding::HEXLOWER;

use crate::console::Context;
use crate::console::peer::Operator;
use crate::console::permissions::Permission;
use crate::console::refusal::Refusal;
use crate::store::proof::{AuditQuery, AuditRow, Proof, Reader, Verdict};

/// Rows of an answer.
const MOST: u32 = 500;
const USUAL: u32 = 100;

pub(super) async fn verify(
    context: &Context,
    request: proto::VerifyAuditRequest,
) -> Result<proto::VerifyAuditResponse, Refusal> {
    let kept = match request.checkpoint.as_slice() {
        [] => None,
        encoded => Some(SignedCheckpoint::parse(encoded).map_err(|_| Refusal::Field {
            field: "the checkpoint",
            problem: "is none, or was changed after it was signed",
            remedy: "hand in the whole text of a checkpoint mail",
        })?),
    };
    let checked = kept.as_ref().map_or(0, |kept| kept.checkpoint().row);
    Ok(message_of(&context.store.prove_audit(kept).await?, checked))
}

/// A proof as the contract tells it.
pub(crate) fn message_of(proof: &Proof, checked_row: u64) -> proto::VerifyAuditResponse {
    let (verdict, row) = match proof.verdict {
        Verdict::Whole => ("whole", 0),
        Verdict::Broken(row) => ("broken", row),
        Verdict::CutOff(row) => ("cut-off", row),
        Verdict::Rewritten(row) => ("rewritten", row),
        Verdict::Foreign => ("foreign", 0),
        Verdict::LostByRestore(row) => ("restored", row),
        Verdict::Erased(row) => ("erased", row),
    };
    proto::VerifyAuditResponse {
        verdict: verdict.into(),
        row,
        first_row: proof.first,
        last_row: proof.last,
        last_hash: HEXLOWER.encode(&proof.hash),
        checkpoints: proof.checkpoints,
        key: proof.key.map(|key| key.to_string()).unwrap_or_default(),
        incarnation: proof.incarnation.number,
        newest: proof.newest.as_ref().map(SignedCheckpoint::encoded).unwrap_or_default(),
        checked_row: i64::try_from(checked_row).unwrap_or(i64::MAX),
    }
}

pub(super) async fn list(
    context: &Context,
    request: proto::ListAuditRequest,
    operator: Operator,
) -> Result<proto::ListAuditResponse, Refusal> {
    let since = match request.since.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| Refusal::Field {
            field: "since",
            problem: "is no time",
            remedy: "write it as 2026-11-21T10:00:00Z",
        })?),
    };
    let query = AuditQuery {
        subject: request.subject,
        actor: request.actor,
        since,
        before: Some(request.before).filter(|before| *before > 0),
        most: if request.most == 0 { USUAL } else { request.most.min(MOST) },
    };
    let all = operator.may(Permission::AuditAll);
    let reader = Reader { own: operator.actor.clone(), all, role: operator.role, sites: operator.sites().clone() };
    let found = context.store.audit_rows(query, reader).await?;
    Ok(proto::ListAuditResponse { rows: found.rows.into_iter().map(row).collect(), own_only: !all, more: found.more })
}

fn row(row: AuditRow) -> proto::AuditRow {
    proto::AuditRow {
        number: row.n,
        at: row.at.to_string(),
        actor: row.actor,
        action: row.action,
        subject: row.subject,
        detail: row.detail,
    }
}
