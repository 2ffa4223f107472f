//! Linux: mounts whose disk hangs on USB, in a card reader, or on FireWire.

use std::io;

use caretaker_shared::model::{Facts, Outcome, RemovableMedium};
use caretaker_shared::order;
use caretaker_shared::wire::limits;

use crate::host::Host;
use crate::host::block::{self, Device, Mount};
use crate::probes::encryption::linux_protection;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let mounts = match block::mounts(host) {
        Ok(mounts) => mounts,
        Err(error) => return Outcome::Failed { reason: format!("/proc/self/mountinfo: {error}") },
    };
    let (mut media, mut flaws) = (Vec::new(), Vec::new());
    for mount in mounts.iter().filter(|mount| mount.source.starts_with("/dev/")) {
        match medium(host, mount) {
            Ok(found) => media.extend(found),
            Err(error) => flaws.push(format!("{}: {}", mount.source, error.kind())),
        }
    }
    order::sort(&mut media);
    media.dedup();
    if media.len() > limits::VOLUMES {
        flaws.push(format!("more than {} are in; the rest is left out", limits::VOLUMES));
        media.truncate(limits::VOLUMES);
    }
    match flaws.is_empty() {
        true => Outcome::Complete(Facts::Removable(media)),
        false => Outcome::Partial { facts: Facts::Removable(media), reason: flaws.join("; ") },
    }
}

fn medium(host: &dyn Host, mount: &Mount) -> io::Result<Option<RemovableMedium>> {
    let Some(device) = Device::of(host, mount)? else { return Ok(None) };
    let disks = device.disks(host)?;
    let Some((disk, outside)) = disks.iter().find_map(|disk| Some((disk, disk.outside(host)?))) else {
        return Ok(None);
    };
    let (protection, ..) = linux_protection(host, &device);
    Ok(Some(RemovableMedium {
        mount: mount.point.clone(),
        name: disk.model(host),
        serial: disk.serial(host),
        bus: outside.word().to_owned(),
        file_system: mount.file_system.clone(),
        size_bytes: device.size_bytes(host),
        protection,
    }))
}
