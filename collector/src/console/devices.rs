//! Calls about devices and what is installed on them.

use caretaker_proto::console::v1 as proto;
use jiff::{SignedDuration, Timestamp};
use prost::Message as _;
use uuid::Uuid;

use super::findings::{requirement, time};
use super::paging::{Asked, cut_in};
use super::peer::Operator;
use super::refusal::Refusal;
use super::{Context, farewell, personal, policies, verdicts};
use crate::store::console::{
    ChangeRow, DEVICE_COLUMNS, DeviceFilter, DeviceRow, ExecutableRow, ReadingRow, SOFTWARE_COLUMNS, SoftwareFilter,
    SoftwareKey, SoftwareRow,
};

/// Files that one answer about a device may list, and the bytes that they may take.
const EXECUTABLES: usize = 4_000;
const EXECUTABLE_BYTES: usize = 2 * 1024 * 1024;
/// How far back a device's changes are told, and how many of them.
const CHANGES_SINCE: SignedDuration = SignedDuration::from_hours(7 * 24);
const CHANGES: usize = 100;
/// Longest reason for shutting a device out, in letters.
const REASON_LETTERS: usize = 300;

pub(super) async fn list(
    context: &Context,
    request: proto::ListDevicesRequest,
    operator: &Operator,
) -> Result<proto::ListDevicesResponse, Refusal> {
    let asked: Asked<(String, String)> = Asked::read(request.page)?;
    let wanted = request.view.unwrap_or_default();
    let (view, order) = asked.view(&wanted, DEVICE_COLUMNS, operator, context.clock.now())?;
    let filter = DeviceFilter {
        sites: operator.sites().clone(),
        site: policies::known_site(context, &request.site, operator).await?,
        finding: requirement(&request.finding)?,
        overdue: request.overdue,
        view,
    };
    let total = if wanted.count { context.store.count_devices(filter.clone()).await? } else { 0 };
    let limit = asked.limit();
    let after = asked.after.map(|(name, id)| (name, Uuid::parse_str(&id).unwrap_or_default()));
    let rows = context.store.list_devices(filter, after, limit).await?;
    let key = |row: &DeviceRow| (row.name.clone(), row.id.to_string());
    let (devices, next_page) = cut_in(order, rows, asked.size, key, device);
    Ok(proto::ListDevicesResponse { devices, next_page, total })
}

pub(super) async fn show(
    context: &Context,
    request: proto::GetDeviceRequest,
    operator: &Operator,
) -> Result<proto::GetDeviceResponse, Refusal> {
    let row = one(context, request.device, operator).await?;
    let card = context.store.device_card(&row, EXECUTABLES).await?;
    let (verdicts, verdicts_left_out) = verdicts::of(&row, &card, context.clock.now());
    let host = card.readings.iter().find_map(ReadingRow::host);
    let hardware = card.readings.iter().find_map(ReadingRow::hardware).unwrap_or_default();
    let (disposal, loss) = context.store.departure(&row).await?;
    let since = context.clock.now().checked_sub(CHANGES_SINCE).unwrap_or(Timestamp::UNIX_EPOCH);
    let changes = context.store.device_changes(&row, since, CHANGES).await?;
    let mut bytes = 0;
    let executables = card.executables.into_iter().map(executable).take_while(|file| {
        bytes += file.encoded_len();
        bytes <= EXECUTABLE_BYTES
    });
    let mut answer = proto::GetDeviceResponse {
        device: Some(device(row)),
        verdicts,
        verdicts_left_out,
        executables: executables.collect(),
        executable_count: card.executable_count,
        probes: card.readings.into_iter().map(probe).collect(),
        software_titles: card.software_titles,
        records_lost: card.records_lost,
        kernel: host.as_ref().map(|host| host.kernel.clone()).unwrap_or_default(),
        architecture: host.as_ref().map(|host| host.architecture.clone()).unwrap_or_default(),
        processors: host.as_ref().map(|host| host.processors).unwrap_or_default(),
        memory_bytes: host.as_ref().map(|host| host.memory_bytes).unwrap_or_default(),
        manufacturer: hardware.manufacturer,
        model: hardware.model,
        serial: hardware.serial,
        asset_tag: hardware.asset_tag,
        form: hardware.form,
        changes: changes.into_iter().map(change).collect(),
        disposal: disposal.map(farewell::disposal_message),
        loss: loss.map(farewell::loss_message),
    };
    personal::device(&mut answer, operator);
    Ok(answer)
}

pub(super) async fn revoke(
    context: &Context,
    request: proto::RevokeDeviceRequest,
    operator: &Operator,
) -> Result<proto::RevokeDeviceResponse, Refusal> {
    let reason = request.reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_LETTERS || reason.chars().any(char::is_control) {
        return Err(Refusal::Field {
            field: "reason",
            problem: "is missing, or too long",
            remedy: "say in one line why, for example: --reason \"laptop was stolen\"",
        });
    }
    let row = one(context, request.device, operator).await?;
    context.store.revoke_device(row.id, reason, &operator.actor, context.clock.now()).await?;
    let row = one(context, row.id.to_string(), operator).await?;
    Ok(proto::RevokeDeviceResponse { device: Some(device(row)) })
}

pub(super) async fn software(
    context: &Context,
    request: proto::ListSoftwareRequest,
    operator: &Operator,
) -> Result<proto::ListSoftwareResponse, Refusal> {
    let asked: Asked<SoftwareKey> = Asked::read(request.page)?;
    let device = if request.device.is_empty() { None } else { Some(one(context, request.device, operator).await?) };
    let limit = asked.limit();
    let wanted = request.view.unwrap_or_default();
    let (view, order) = asked.view(&wanted, SOFTWARE_COLUMNS, operator, context.clock.now())?;
    let filter = SoftwareFilter { sites: operator.sites().clone(), device, name: request.name, view };
    let total = if wanted.count { context.store.count_software(filter.clone()).await? } else { 0 };
    let rows = context.store.list_software(filter, asked.after, limit).await?;
    let key = |row: &SoftwareRow| -> SoftwareKey {
        (row.name.clone(), row.version.clone(), row.source.clone(), row.publisher.clone())
    };
    let (titles, next_page) = cut_in(order, rows, asked.size, key, title);
    Ok(proto::ListSoftwareResponse { titles, next_page, total })
}

/// The one device of that id or name, at a site that the operator sees.
pub(super) async fn one(context: &Context, device: String, operator: &Operator) -> Result<DeviceRow, Refusal> {
    let mut found = context.store.find_devices(&device, operator.sites()).await?;
    match found.len() {
        0 => Err(Refusal::NoDevice(device)),
        1 => Ok(found.remove(0)),
        _ => Err(Refusal::SeveralDevices { name: device, ids: found.iter().map(|row| row.id.to_string()).collect() }),
    }
}

pub(super) fn device(row: DeviceRow) -> proto::Device {
    proto::Device {
        id: row.id.to_string(),
        name: row.name,
        site: row.site,
        status: row.status,
        os: row.os,
        agent_version: row.agent_version,
        enrolled_at: row.enrolled_at.to_string(),
        last_seen_at: time(row.last_seen_at),
        policy_version: row.policy_version,
        findings: row.findings,
        unknowns: row.unknowns,
        certificate_ends_at: time(row.certificate_ends_at),
        overdue: row.overdue,
        groups: row.groups,
    }
}

fn probe(row: ReadingRow) -> proto::ProbeState {
    proto::ProbeState {
        taken_at: row.taken_at.to_string(),
        probe: row.probe,
        completeness: row.completeness,
        reason: row.reason,
    }
}

fn change(row: ChangeRow) -> proto::Change {
    proto::Change { at: row.at.to_string(), kind: row.kind, probe: row.probe, text: row.text }
}

fn executable(row: ExecutableRow) -> proto::Executable {
    proto::Executable {
        path: row.path,
        sha256: row.sha256.map(|digest| digest.to_string()).unwrap_or_default(),
        size_bytes: row.size_bytes,
        modified_at: row.modified_at.to_string(),
        owner: row.owner,
        format: row.format,
        first_seen_at: row.first_seen_at.to_string(),
    }
}

fn title(row: SoftwareRow) -> proto::SoftwareTitle {
    proto::SoftwareTitle {
        name: row.name,
        version: row.version,
        publisher: row.publisher,
        source: row.source,
        devices: row.devices,
        installed_at: time(row.installed_at),
    }
}
