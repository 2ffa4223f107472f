//! Calls about devices that leave the school: disposed of (B3), or lost (A7).

use std::collections::BTreeSet;

use caretaker_proto::console::v1 as proto;
use caretaker_shared::model::{Facts, ProbeName, Protection};
use jiff::Timestamp;

use super::Context;
use super::devices::{device, one};
use super::findings::time;
use super::peer::Operator;
use super::refusal::Refusal;
use crate::store::console::{DeviceCard, ReadingRow};
use crate::store::{Disposal, Loss};

/// What can become of a device.
const METHODS: [&str; 5] = ["sold", "given away", "returned", "recycled", "destroyed"];
/// Longest name or note, in letters.
const LETTERS: usize = 300;

pub(super) async fn retire(
    context: &Context,
    request: proto::RetireDeviceRequest,
    operator: &Operator,
) -> Result<proto::RetireDeviceResponse, Refusal> {
    let (authorised_by, method) = (request.authorised_by.trim(), request.method.trim());
    line(authorised_by, "who authorised it", "name the person, for example: --authorised-by \"the head\"")?;
    if !METHODS.contains(&method) {
        return Err(Refusal::Field {
            field: "what became of it",
            problem: "is not known",
            remedy: "one of:  sold  given-away  returned  recycled  destroyed",
        });
    }
    let recipient = request.recipient.trim();
    if method != "destroyed" {
        line(recipient, "who has it now", "name them, for example: --to \"Northfield Reuse\"")?;
    }
    let now = context.clock.now();
    let row = one(context, request.device, operator).await?;
    let disposal = Disposal {
        disposed_at: now,
        authorised_by: authorised_by.to_owned(),
        how: method.to_owned(),
        to_whom: recipient.to_owned(),
        wiped: request.wiped,
    };
    if !context.store.retire_device(row.id, disposal, &operator.actor, now).await? {
        return Err(Refusal::RetiredBefore(row.name));
    }
    let row = one(context, row.id.to_string(), operator).await?;
    let (disposal, _) = context.store.departure(&row).await?;
    Ok(proto::RetireDeviceResponse { device: Some(device(row)), disposal: disposal.map(disposal_message) })
}

pub(super) async fn lose(
    context: &Context,
    request: proto::ReportDeviceLostRequest,
    operator: &Operator,
) -> Result<proto::ReportDeviceLostResponse, Refusal> {
    let note = request.note.trim();
    line(note, "the note", "say in one line what is known, for example: --note \"left on the 14:10 train\"")?;
    let now = context.clock.now();
    let row = one(context, request.device, operator).await?;
    let card = context.store.device_card(&row, 0).await?;
    let loss = Loss { lost_at: now, reported_by: operator.actor.clone(), circumstances: note.to_owned() };
    if !context.store.lose_device(row.id, loss, &operator.actor, now).await? {
        return Err(Refusal::LeftBefore { device: row.name, status: row.status });
    }
    let row = one(context, row.id.to_string(), operator).await?;
    let (_, loss) = context.store.departure(&row).await?;
    let (volumes, told_at) = volumes(&card);
    Ok(proto::ReportDeviceLostResponse {
        device: Some(device(row)),
        loss: loss.map(loss_message),
        accounts: accounts(&card),
        volumes,
        media: media(&card),
        told_at: time(told_at),
    })
}

fn line(text: &str, field: &'static str, remedy: &'static str) -> Result<(), Refusal> {
    let good = !text.is_empty() && text.chars().count() <= LETTERS && !text.chars().any(char::is_control);
    if good { Ok(()) } else { Err(Refusal::Field { field, problem: "is missing, or too long", remedy }) }
}

pub(super) fn disposal_message(disposal: Disposal) -> proto::Disposal {
    proto::Disposal {
        at: disposal.disposed_at.to_string(),
        authorised_by: disposal.authorised_by,
        method: disposal.how,
        recipient: disposal.to_whom,
        wiped: disposal.wiped,
    }
}

pub(super) fn loss_message(loss: Loss) -> proto::Loss {
    proto::Loss { at: loss.lost_at.to_string(), note: loss.circumstances, reported_by: loss.reported_by }
}

fn facts(card: &DeviceCard, probe: ProbeName) -> Option<(Facts, &ReadingRow)> {
    let row = card.readings.iter().find(|row| row.probe == probe.as_str())?;
    Some((row.facts()?, row))
}

/// Everybody whose name the device knew: accounts of its own, and those with a screen lock of theirs.
fn accounts(card: &DeviceCard) -> Vec<String> {
    let mut names = BTreeSet::new();
    if let Some((Facts::Accounts(accounts), _)) = facts(card, ProbeName::Accounts) {
        names.extend(
            accounts.into_iter().filter(|account| account.enabled && !account.group).map(|account| account.name),
        );
    }
    if let Some((Facts::ScreenLock(locks), _)) = facts(card, ProbeName::ScreenLock) {
        names.extend(locks.into_iter().map(|lock| lock.user).filter(|user| !user.is_empty()));
    }
    names.into_iter().collect()
}

fn volumes(card: &DeviceCard) -> (Vec<proto::Volume>, Option<Timestamp>) {
    let Some((Facts::Encryption(volumes), row)) = facts(card, ProbeName::Encryption) else { return (Vec::new(), None) };
    let volume = |mount, protection: &Protection, method| proto::Volume { mount, protection: told(protection), method };
    let told = volumes.into_iter().map(|found| volume(found.mount, &found.protection, found.method));
    (told.collect(), Some(row.taken_at))
}

fn media(card: &DeviceCard) -> Vec<proto::Volume> {
    let Some((Facts::Removable(media), _)) = facts(card, ProbeName::Removable) else { return Vec::new() };
    let medium = |name, protection: &Protection| proto::Volume {
        mount: name,
        protection: told(protection),
        method: String::new(),
    };
    media.into_iter().map(|found| medium(found.name, &found.protection)).collect()
}

fn told(protection: &Protection) -> String {
    match protection {
        Protection::On => "encrypted",
        Protection::Off => "not encrypted",
        Protection::Suspended => "suspended",
        Protection::Changing => "changing",
        Protection::Unknown(_) => "unknown",
    }
    .to_owned()
}
