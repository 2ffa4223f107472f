//! Linux: each mount is followed through `/sys` down to its disks. It is encrypted when every way down passes a layer
//! that the device mapper calls `CRYPT-...`.

use std::collections::BTreeMap;
use std::io;

use caretaker_shared::model::{Facts, Outcome, Protection, Volume, VolumeRole};
use caretaker_shared::order;
use caretaker_shared::wire::limits;

use crate::host::Host;
use crate::host::block::{self, Device, Mount};

/// Layers beneath a volume: real machines stack three or four.
const DEEPEST: usize = 16;
/// File systems that hold what somebody else packed: they are no place for people's files.
const PACKED: [&str; 4] = ["squashfs", "iso9660", "udf", "erofs"];
const BOOT: [&str; 3] = ["/boot", "/boot/efi", "/efi"];

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let mounts = match block::mounts(host) {
        Ok(mounts) => mounts,
        Err(error) => return Outcome::Failed { reason: format!("/proc/self/mountinfo: {error}") },
    };
    let mut volumes: Vec<Volume> = chosen(mounts).iter().filter_map(|mount| of_mount(host, mount)).collect();
    let mut flaw = None;
    match block::swaps(host) {
        Ok(swaps) => volumes.extend(swaps.iter().filter_map(|swap| of_swap(host, swap))),
        Err(error) => flaw = Some(format!("/proc/swaps: {error}")),
    }
    order::sort(&mut volumes);
    if volumes.len() > limits::VOLUMES {
        volumes.truncate(limits::VOLUMES);
        flaw = Some(format!("there are more than {} volumes", limits::VOLUMES));
    }
    if !volumes.iter().any(|volume| volume.role == VolumeRole::Data) {
        return Outcome::Unsupported { reason: "no file system here lies on a disk of its own".into() };
    }
    match flaw {
        None => Outcome::Complete(Facts::Encryption(volumes)),
        Some(reason) => Outcome::Partial { facts: Facts::Encryption(volumes), reason },
    }
}

/// Each file system once, where it is nearest to the root: the same one may be mounted in several places.
fn chosen(mounts: Vec<Mount>) -> Vec<Mount> {
    let mut nearest: BTreeMap<String, Mount> = BTreeMap::new();
    for mount in mounts.into_iter().filter(lies_here) {
        let is_nearer = |held: &Mount| mount.point.len() < held.point.len();
        if nearest.get(&mount.source).is_none_or(is_nearer) {
            nearest.insert(mount.source.clone(), mount);
        }
    }
    nearest.into_values().collect()
}

/// Whether a mount holds files of this machine.
fn lies_here(mount: &Mount) -> bool {
    let on_device = mount.source.starts_with("/dev/") || matches!(mount.file_system.as_str(), "zfs" | "ecryptfs");
    let loops = mount.source.starts_with("/dev/loop") || mount.source.starts_with("/dev/fuse");
    on_device && !loops && !PACKED.contains(&mount.file_system.as_str())
}

fn of_mount(host: &dyn Host, mount: &Mount) -> Option<Volume> {
    let role = if BOOT.contains(&mount.point.as_str()) { VolumeRole::Boot } else { VolumeRole::Data };
    let volume = |device: String, removable, (protection, method, evidence)| Volume {
        mount: mount.point.clone(),
        device,
        removable,
        role,
        protection,
        method,
        evidence,
    };
    match mount.file_system.as_str() {
        "zfs" => {
            let reason = "ZFS encrypts by itself, and this version does not ask it".to_owned();
            let told = (Protection::Unknown(reason), String::new(), format!("{} is ZFS", mount.source));
            return Some(volume(mount.source.clone(), false, told));
        }
        "ecryptfs" => {
            let told = (Protection::On, "eCryptfs".to_owned(), format!("{} is eCryptfs", mount.point));
            return Some(volume(mount.source.clone(), false, told));
        }
        _ => {}
    }
    Some(match Device::of(host, mount) {
        Ok(Some(device)) => {
            let removable = is_outside(host, &device);
            volume(mount.source.clone(), removable, protection(host, &device))
        }
        Ok(None) => volume(mount.source.clone(), false, unknown("its device is not in /sys")),
        Err(error) => volume(mount.source.clone(), false, unknown(&format!("/sys/class/block: {}", error.kind()))),
    })
}

/// A file lies on a volume that is judged itself.
fn of_swap(host: &dyn Host, swap: &str) -> Option<Volume> {
    if !swap.starts_with("/dev/") {
        return None;
    }
    let (protection, method, evidence) = match Device::at(host, swap) {
        Ok(Some(device)) => protection(host, &device),
        Ok(None) => unknown("its device is not in /sys"),
        Err(error) => unknown(&format!("/sys/class/block: {}", error.kind())),
    };
    Some(Volume {
        mount: "swap".into(),
        device: swap.to_owned(),
        removable: false,
        role: VolumeRole::Swap,
        protection,
        method,
        evidence,
    })
}

fn is_outside(host: &dyn Host, device: &Device) -> bool {
    device.disks(host).is_ok_and(|disks| disks.iter().any(|disk| disk.outside(host).is_some()))
}

fn unknown(reason: &str) -> (Protection, String, String) {
    (Protection::Unknown(reason.to_owned()), String::new(), reason.to_owned())
}

/// Whether what lies on a device is protected, by which method, and how we know.
pub(in crate::probes) fn protection(host: &dyn Host, device: &Device) -> (Protection, String, String) {
    match method(host, device, DEEPEST) {
        Ok(Some(found)) => (Protection::On, found.method, format!("{} is a {} layer", found.device, found.uuid)),
        Ok(None) => (Protection::Off, String::new(), format!("no layer of /dev/{} is encrypted", device.name)),
        Err(error) => unknown(&format!("/sys/class/block/{}: {}", device.name, error.kind())),
    }
}

/// A layer that encrypts.
struct Layer {
    device: String,
    method: String,
    uuid: String,
}

/// The encrypting layer that every way down passes. Of a volume over two disks, one in the clear is enough to read it.
fn method(host: &dyn Host, device: &Device, deepest: usize) -> io::Result<Option<Layer>> {
    let uuid = device.attribute(host, "dm/uuid");
    if let Some(kind) = uuid.strip_prefix("CRYPT-") {
        let kind = kind.split('-').next().unwrap_or_default();
        let method = match kind {
            "LUKS2" if uuid.contains("OPAL") => "LUKS2, by the drive itself (OPAL)".to_owned(),
            "PLAIN" => "dm-crypt without a header".to_owned(),
            "BITLK" => "BitLocker".to_owned(),
            kind => kind.to_owned(),
        };
        return Ok(Some(Layer { device: device.name.clone(), method, uuid: format!("CRYPT-{kind}") }));
    }
    if deepest == 0 {
        return Err(io::Error::other("its layers have no end"));
    }
    let mut found = None;
    for beneath in device.beneath(host)? {
        match method(host, &beneath, deepest - 1)? {
            Some(layer) => found = Some(layer),
            None => return Ok(None),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{Mount, chosen};

    fn mount(point: &str, file_system: &str, source: &str) -> Mount {
        Mount { point: point.into(), file_system: file_system.into(), source: source.into(), number: "8:1".into() }
    }

    #[test]
    fn a_file_system_counts_once_and_where_people_know_it() {
        let mounts = vec![
            mount("/var/lib/containers/overlay", "ext4", "/dev/sda2"),
            mount("/", "ext4", "/dev/sda2"),
            mount("/snap/core/1", "squashfs", "/dev/loop3"),
            mount("/media/dvd", "iso9660", "/dev/sr0"),
            mount("/srv", "nfs4", "server.example.school:/srv"),
            mount("/run", "tmpfs", "tmpfs"),
            mount("/tank", "zfs", "tank"),
        ];
        let points: Vec<String> = chosen(mounts).into_iter().map(|mount| mount.point).collect();
        assert_eq!(points, ["/", "/tank"]);
    }
}
