//! Changing the register.

use caretaker_proto::console::v1 as proto;
use jiff::civil::Date;

use super::super::Context;
use super::super::peer::Operator;
use super::super::proof::today;
use super::super::refusal::Refusal;
use super::{done, hand, licence_id, reason, refusal, terms, what};
use crate::licences::{Change, Problem};
use crate::store::licences::{Outcome, Unfit};

/// Licences that may be entered at once.
const AT_ONCE: usize = 5_000;

pub(super) async fn add(
    context: &Context,
    request: proto::AddLicencesRequest,
    operator: &Operator,
) -> Result<proto::AddLicencesResponse, Refusal> {
    if request.licences.is_empty() || request.licences.len() > AT_ONCE {
        return Err(Refusal::Field {
            field: "the list",
            problem: "is empty, or too long",
            remedy: "1 to 5000 licences at once",
        });
    }
    let asked: Vec<Result<_, Problem>> = request.licences.into_iter().map(terms::new).collect();
    let readable: Vec<_> = asked.iter().filter_map(|licence| licence.clone().ok()).collect();
    let really = request.really && readable.len() == asked.len();
    let sites = operator.sites().clone();
    let mut outcomes = context.store.add_licences(readable, sites, really, hand(context, operator)).await?.into_iter();
    let mut licences = Vec::with_capacity(asked.len());
    for licence in asked {
        let outcome = match licence {
            Ok(_) => outcomes.next().unwrap_or(Outcome::Unfit(Unfit::Unknown)),
            Err(problem) => Outcome::Unfit(Unfit::Problem(problem)),
        };
        licences.push(message(context, outcome, today(context), operator).await);
    }
    let done = really && licences.iter().all(|licence| licence.outcome != "refused");
    if !done {
        // No number was given to what was not entered.
        let new = licences.iter_mut().filter(|licence| licence.outcome == "new").filter_map(|new| new.licence.as_mut());
        new.for_each(|licence| licence.number.clear());
    }
    Ok(proto::AddLicencesResponse { licences, done })
}

async fn message(context: &Context, outcome: Outcome, today: Date, operator: &Operator) -> proto::AddedLicence {
    let answer = |outcome: &str, row| proto::AddedLicence {
        outcome: outcome.to_owned(),
        licence: Some(terms::message(row, today)),
        ..Default::default()
    };
    match outcome {
        Outcome::New(row) => answer("new", row),
        Outcome::There(row) => answer("there", row),
        Outcome::Differs { row, wanted } => {
            let differences = terms::changes(Change::between(&row.licence, &wanted));
            proto::AddedLicence { differences, ..answer("differs", row) }
        }
        Outcome::Unfit(unfit) => {
            let field = field(&unfit).to_owned();
            let text = refusal(context, unfit, "licence", operator).await.to_string();
            let (problem, remedy) = text.split_once("\n  ").unwrap_or((&text, ""));
            let (problem, remedy) = (problem.to_owned(), remedy.to_owned());
            proto::AddedLicence { outcome: "refused".to_owned(), field, problem, remedy, ..Default::default() }
        }
    }
}

fn field(unfit: &Unfit) -> &'static str {
    match unfit {
        Unfit::Problem(problem) => problem.field,
        Unfit::NoSite(_) | Unfit::NotTheirs => "site",
        Unfit::Unknown => "",
    }
}

pub(super) async fn edit(
    context: &Context,
    request: proto::EditLicenceRequest,
    operator: &Operator,
) -> Result<proto::EditLicenceResponse, Refusal> {
    let id = licence_id(&request.number)?;
    let edit = terms::edit(request.terms.unwrap_or_default(), request.clear_cost)
        .map_err(|Problem { problem, remedy, .. }| Refusal::Entry { problem, remedy })?;
    let came = context.store.edit_licence(id, edit, operator.sites().clone(), hand(context, operator)).await;
    let (row, changes) = done(context, came, &what(&request.number), operator).await?;
    let changes = terms::changes(changes);
    Ok(proto::EditLicenceResponse { licence: Some(terms::message(row, today(context))), changes })
}

pub(super) async fn remove(
    context: &Context,
    request: proto::RemoveLicenceRequest,
    operator: &Operator,
) -> Result<proto::LicenceResponse, Refusal> {
    let (id, why) = (licence_id(&request.number)?, reason(&request.reason)?);
    let came = context.store.remove_licence(id, why, operator.sites().clone(), hand(context, operator)).await;
    let row = done(context, came, &what(&request.number), operator).await?;
    Ok(proto::LicenceResponse { licence: Some(terms::message(row, today(context))) })
}

pub(super) async fn transfer(
    context: &Context,
    request: proto::TransferLicenceRequest,
    operator: &Operator,
) -> Result<proto::TransferLicenceResponse, Refusal> {
    let (id, why) = (licence_id(&request.number)?, reason(&request.reason)?);
    let (sites, hand) = (operator.sites().clone(), hand(context, operator));
    let came = context.store.transfer_licence(id, request.to_site, request.quantity, why, sites, hand).await;
    let (source, target) = done(context, came, &what(&request.number), operator).await?;
    let message = |row| Some(terms::message(row, today(context)));
    Ok(proto::TransferLicenceResponse { source: message(source), target: message(target) })
}
