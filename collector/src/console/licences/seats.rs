//! Seats, and what licences per FTE are counted by.

use caretaker_proto::console::v1 as proto;

use super::super::peer::Operator;
use super::super::permissions::Permission;
use super::super::proof::today;
use super::super::refusal::Refusal;
use super::super::{Context, devices};
use super::{done, hand, licence_id, terms, what};
use crate::licences::Seat;
use crate::store::licences::FteRow;
use tonic::Status;

/// Seats that may change hands at once.
const AT_ONCE: usize = 500;

pub(super) async fn change(
    context: &Context,
    request: proto::ChangeSeatsRequest,
    operator: &Operator,
) -> Result<proto::ChangeSeatsResponse, Status> {
    if !request.devices.is_empty() {
        operator.require(Permission::DevicesRead)?;
    }
    let asked = request.devices.len() + request.accounts.len();
    if asked == 0 || asked > AT_ONCE {
        let (problem, remedy) = ("is empty, or too long", "name 1 to 500 with --device or --account");
        return Err(Refusal::Field { field: "the list", problem, remedy }.into());
    }
    let id = licence_id(&request.number)?;
    let mut seats = Vec::with_capacity(asked);
    for device in request.devices {
        seats.push(Seat::Device(devices::one(context, device, operator).await?.rowid));
    }
    seats.extend(request.accounts.iter().map(|account| Seat::Account(account.trim().to_owned())));
    let (sites, hand) = (operator.sites().clone(), hand(context, operator));
    let came = context.store.change_seats(id, seats, request.take_back, sites, hand).await;
    let (row, changed) = done(context, came, &what(&request.number), operator).await?;
    Ok(proto::ChangeSeatsResponse { licence: Some(terms::message(row, today(context))), changed })
}

pub(super) async fn list_fte(context: &Context, operator: &Operator) -> Result<proto::ListFteResponse, Refusal> {
    Ok(message(context.store.fte(operator.sites().clone()).await?))
}

pub(super) async fn set_fte(
    context: &Context,
    request: proto::SetFteRequest,
    operator: &Operator,
) -> Result<proto::ListFteResponse, Refusal> {
    let (sites, hand) = (operator.sites().clone(), hand(context, operator));
    let came = context.store.set_fte(request.site, request.hundredths, sites, hand).await;
    Ok(message(done(context, came, "site", operator).await?))
}

fn message(rows: Vec<FteRow>) -> proto::ListFteResponse {
    let site = |row: FteRow| {
        let (hundredths, recorded_at, recorded_by) = match row.told {
            Some((hundredths, at, by)) => (Some(hundredths), at.to_string(), by),
            None => (None, String::new(), String::new()),
        };
        proto::Fte { site: row.site, hundredths, recorded_at, recorded_by }
    };
    proto::ListFteResponse { sites: rows.into_iter().map(site).collect() }
}
