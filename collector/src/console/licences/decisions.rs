//! Approvals and exceptions.

use caretaker_proto::console::v1 as proto;
use jiff::civil::Date;
use tonic::Status;

use super::super::peer::Operator;
use super::super::permissions::Permission;
use super::super::proof::today;
use super::super::refusal::Refusal;
use super::super::{Context, devices};
use super::terms::asked_day;
use super::{done, hand, reason};
use crate::licences::{Approval, Decision, Exemption, Scope, Standing};
use crate::store::licences::{ApprovalRow, ExceptionRow};

pub(super) async fn list_approvals(
    context: &Context,
    request: proto::ListApprovalsRequest,
    operator: &Operator,
) -> Result<proto::ListApprovalsResponse, Refusal> {
    let rows = context.store.approvals(operator.sites().clone()).await?;
    let (text, today) = (request.title.to_lowercase(), today(context));
    let states: Vec<&str> = (0..rows.len()).map(|at| approval_state(&rows, at, today)).collect();
    let fits = |row: &ApprovalRow, state: &str| {
        (request.all || ["in-force", "ends-soon"].contains(&state))
            && (row.title_name.to_lowercase().contains(&text) || row.approval.title.contains(&text))
    };
    let placed = rows.into_iter().zip(states).filter(|(row, state)| fits(row, state));
    let mut approvals: Vec<_> = placed.map(|(row, state)| approval(row, state)).collect();
    let place = |approval: &proto::Approval| {
        let soon = approval.state == "ends-soon";
        (!soon, if soon { approval.ends_on.clone() } else { String::new() }, approval.title_name.to_lowercase())
    };
    approvals.sort_by_cached_key(place);
    Ok(proto::ListApprovalsResponse { approvals })
}

/// How an approval stands; the rows are in the order in which it was decided.
fn approval_state(rows: &[ApprovalRow], at: usize, today: Date) -> &'static str {
    let row = &rows[at];
    if row.withdrawn.is_some() {
        return "withdrawn";
    }
    let later = |other: &ApprovalRow| {
        other.withdrawn.is_none()
            && other.approval.title == row.approval.title
            && other.approval.scope == row.approval.scope
    };
    if rows[at + 1..].iter().any(later) {
        return "overtaken";
    }
    Standing::between(None, row.approval.ends_on, row.approval.ends_on, today).word()
}

pub(super) async fn add_approval(
    context: &Context,
    request: proto::AddApprovalRequest,
    operator: &Operator,
) -> Result<proto::ApprovalResponse, Refusal> {
    let asked = request.approval.unwrap_or_default();
    let today = today(context);
    let decided_on = asked_day("the day", &asked.decided_on)?.unwrap_or(today);
    if decided_on > today {
        return Err(Refusal::Field {
            field: "the day",
            problem: "of the decision lies ahead",
            remedy: "give the day on which it was decided",
        });
    }
    let ends_on = asked_day("the end", &asked.ends_on)?;
    if ends_on.is_some_and(|day| day < decided_on) {
        return Err(Refusal::Field {
            field: "the end",
            problem: "lies before the decision",
            remedy: "mend one of the two days",
        });
    }
    let decision = Decision::parse(&asked.decision).ok_or(Refusal::Field {
        field: "the decision",
        problem: "is none",
        remedy: "one of:  approved, refused",
    })?;
    let site = asked.site.trim();
    let approval = Approval {
        title: asked.title,
        decision,
        decided_by: line(&asked.decided_by, "who decided", true)?,
        decided_on,
        scope: Scope {
            site: (!site.is_empty()).then(|| site.to_owned()),
            place: line(&asked.place, "the group", false)?,
        },
        ends_on,
    };
    let note = line(&asked.note, "the note", false)?;
    let came = context.store.add_approval(approval, note, operator.sites().clone(), hand(context, operator)).await;
    let row = done(context, came, "approval", operator).await?;
    answer_approval(row, today)
}

pub(super) async fn withdraw_approval(
    context: &Context,
    request: proto::WithdrawApprovalRequest,
    operator: &Operator,
) -> Result<proto::ApprovalResponse, Refusal> {
    let what = format!("approval {}", request.number);
    let id = number(&request.number, 'A').ok_or_else(|| Refusal::NoEntry { what: what.clone() })?;
    let why = reason(&request.reason)?;
    let came = context.store.withdraw_approval(id, why, operator.sites().clone(), hand(context, operator)).await;
    answer_approval(done(context, came, &what, operator).await?, today(context))
}

fn answer_approval(row: ApprovalRow, today: Date) -> Result<proto::ApprovalResponse, Refusal> {
    let state = approval_state(std::slice::from_ref(&row), 0, today);
    Ok(proto::ApprovalResponse { approval: Some(approval(row, state)) })
}

fn approval(row: ApprovalRow, state: &str) -> proto::Approval {
    let (withdrawn_at, withdrawn_why) = row.withdrawn.map(|(at, why)| (at.to_string(), why)).unwrap_or_default();
    proto::Approval {
        number: format!("A-{:04}", row.id),
        title: row.approval.title,
        title_name: row.title_name,
        in_catalogue: row.known,
        decision: row.approval.decision.word().to_owned(),
        decided_by: row.approval.decided_by,
        decided_on: row.approval.decided_on.to_string(),
        site: row.approval.scope.site.unwrap_or_default(),
        place: row.approval.scope.place,
        ends_on: row.approval.ends_on.map(|day| day.to_string()).unwrap_or_default(),
        note: row.note,
        recorded_by: row.recorded_by,
        withdrawn_at,
        withdrawn_why,
        state: state.to_owned(),
    }
}

pub(super) async fn list_exceptions(
    context: &Context,
    request: proto::ListExceptionsRequest,
    operator: &Operator,
) -> Result<proto::ListExceptionsResponse, Refusal> {
    let rows = context.store.exceptions(operator.sites().clone()).await?;
    let today = today(context);
    let messages = rows.into_iter().map(|row| exception(row, today, operator));
    let exceptions =
        messages.filter(|message| request.all || ["in-force", "ends-soon"].contains(&message.state.as_str()));
    Ok(proto::ListExceptionsResponse { exceptions: exceptions.collect() })
}

pub(super) async fn add_exception(
    context: &Context,
    request: proto::AddExceptionRequest,
    operator: &Operator,
) -> Result<proto::ExceptionResponse, Status> {
    let asked = request.exception.unwrap_or_default();
    let why = reason(&asked.reason)?;
    let today = today(context);
    let ends_on = asked_day("the end", &asked.ends_on)?.filter(|day| *day >= today).ok_or(Refusal::Field {
        field: "the end",
        problem: "is missing, or has passed",
        remedy: "an exception ends: say when, for example --until 2027-07-31",
    })?;
    let device = match asked.device.as_str() {
        "" => None,
        device => {
            operator.require(Permission::DevicesRead)?;
            Some(devices::one(context, device.to_owned(), operator).await?)
        }
    };
    let site = asked.site.trim();
    let site = (!site.is_empty()).then(|| site.to_owned()).or(device.as_ref().map(|device| device.site.clone()));
    if device.as_ref().is_some_and(|device| site.as_ref().is_some_and(|site| !site.eq_ignore_ascii_case(&device.site)))
    {
        let (problem, remedy) = ("is another one than the device's", "leave the site out");
        return Err(Refusal::Field { field: "the site", problem, remedy }.into());
    }
    let exemption = Exemption {
        title: asked.title,
        scope: Scope { site, place: String::new() },
        device: device.map(|device| device.rowid),
        reason: why,
        ends_on,
    };
    let came = context.store.add_exception(exemption, operator.sites().clone(), hand(context, operator)).await;
    let row = done(context, came, "exception", operator).await?;
    Ok(proto::ExceptionResponse { exception: Some(exception(row, today, operator)) })
}

pub(super) async fn withdraw_exception(
    context: &Context,
    request: proto::WithdrawExceptionRequest,
    operator: &Operator,
) -> Result<proto::ExceptionResponse, Refusal> {
    let what = format!("exception {}", request.number);
    let id = number(&request.number, 'X').ok_or_else(|| Refusal::NoEntry { what: what.clone() })?;
    let why = reason(&request.reason)?;
    let came = context.store.withdraw_exception(id, why, operator.sites().clone(), hand(context, operator)).await;
    let row = done(context, came, &what, operator).await?;
    Ok(proto::ExceptionResponse { exception: Some(exception(row, today(context), operator)) })
}

fn exception(row: ExceptionRow, today: Date, operator: &Operator) -> proto::LicenceException {
    let ends_on = Some(row.exemption.ends_on);
    let state = match row.withdrawn {
        Some(_) => "withdrawn",
        None => Standing::between(None, ends_on, ends_on, today).word(),
    };
    let (withdrawn_at, withdrawn_why) = row.withdrawn.map(|(at, why)| (at.to_string(), why)).unwrap_or_default();
    proto::LicenceException {
        number: format!("X-{:04}", row.id),
        title: row.exemption.title,
        title_name: row.title_name,
        in_catalogue: row.known,
        site: row.exemption.scope.site.unwrap_or_default(),
        one_device: row.exemption.device.is_some(),
        device: row.device_name.filter(|_| operator.may(Permission::DevicesRead)).unwrap_or_default(),
        reason: row.exemption.reason,
        ends_on: row.exemption.ends_on.to_string(),
        recorded_by: row.recorded_by,
        withdrawn_at,
        withdrawn_why,
        state: state.to_owned(),
    }
}

/// Reads "A-0007", "a-7" or "7".
fn number(text: &str, letter: char) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix([letter, letter.to_ascii_lowercase()]);
    let digits = digits.map_or(text, |digits| digits.strip_prefix('-').unwrap_or(digits));
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|number| plain && *number > 0)
}

fn line(text: &str, field: &'static str, needed: bool) -> Result<String, Refusal> {
    let text = text.trim();
    let fits = text.chars().count() <= 200 && !text.chars().any(char::is_control) && !(needed && text.is_empty());
    let refusal =
        Refusal::Field { field, problem: "is missing or too long", remedy: "one line of at most 200 letters" };
    if fits { Ok(text.to_owned()) } else { Err(refusal) }
}
