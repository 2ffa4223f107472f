//! What is mounted on Linux, and the block devices beneath it: `/proc/self/mountinfo`, `/proc/swaps`, `/sys/class/block`.
//!
//! A device is what its folder in `/sys` says. Whether it can be taken out, its bus says: `removable` is 0 for USB disks,
//! and a USB device that calls itself "fixed" is a stick all the same (platform-facts.md section 15, cases 42 and 43).

use std::io;
use std::path::{Path, PathBuf};

use super::{Host, if_there};

const MOUNTS: &str = "/proc/self/mountinfo";
const SWAPS: &str = "/proc/swaps";
const TABLE_BYTES: u64 = 4 * 1024 * 1024;
const ATTRIBUTE_BYTES: u64 = 4 * 1024;
/// Devices beneath a device: real machines stack three or four.
const DEEPEST: usize = 16;
/// Folders above a device that may hold what its maker wrote into it.
const PARENTS: usize = 8;
const SECTOR_BYTES: u64 = 512;

/// One mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Where people see it.
    pub point: String,
    /// "ext4".
    pub file_system: String,
    /// What is mounted: "/dev/mapper/home", "server:/export", "tmpfs".
    pub source: String,
    /// Major and minor number: "254:0".
    pub number: String,
}

/// One block device, by its folder in `/sys`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// "sda1", "dm-0".
    pub name: String,
    folder: PathBuf,
}

/// How a removable device is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outside {
    /// By USB.
    Usb,
    /// In a card reader.
    Card,
    /// By FireWire or Thunderbolt.
    Wire,
}

impl Outside {
    /// One word: usb, sd, thunderbolt.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Usb => "usb",
            Self::Card => "sd",
            Self::Wire => "thunderbolt",
        }
    }
}

/// Everything that is mounted, in the order of mounting.
///
/// # Errors
/// When the table cannot be read.
pub fn mounts(host: &dyn Host) -> io::Result<Vec<Mount>> {
    let table = host.read(Path::new(MOUNTS), TABLE_BYTES)?;
    Ok(String::from_utf8_lossy(&table).lines().filter_map(mount).collect())
}

/// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue` (proc_pid_mountinfo(5)).
fn mount(line: &str) -> Option<Mount> {
    let (before, after) = line.split_once(" - ")?;
    let mut before = before.split(' ').skip(2);
    let (number, point) = (before.next()?, before.nth(1)?);
    let mut after = after.split(' ');
    let (file_system, source) = (after.next()?, after.next()?);
    Some(Mount {
        point: unescape(point),
        file_system: file_system.to_owned(),
        source: unescape(source),
        number: number.to_owned(),
    })
}

/// The kernel writes blanks, tabs, line ends and backslashes of names as three octal digits.
fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = text.get(at + 1..at + 4).filter(|_| bytes[at] == b'\\');
        match code.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                plain.push(byte);
                at += 4;
            }
            None => {
                plain.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Where memory is written out to: devices and files. Compressed memory (zram) is not written out.
///
/// # Errors
/// When the table cannot be read.
pub fn swaps(host: &dyn Host) -> io::Result<Vec<String>> {
    let Some(table) = if_there(host.read(Path::new(SWAPS), TABLE_BYTES))? else { return Ok(Vec::new()) };
    let table = String::from_utf8_lossy(&table);
    let names = table.lines().skip(1).filter_map(|line| line.split_whitespace().next()).map(unescape);
    Ok(names.filter(|name| !name.starts_with("/dev/zram")).collect())
}

impl Device {
    /// The device of a mount; `None` for one that no block device stands behind.
    ///
    /// # Errors
    /// When `/sys` cannot be looked at.
    pub fn of(host: &dyn Host, mount: &Mount) -> io::Result<Option<Self>> {
        if mount.source.starts_with("/dev/")
            && let Some(device) = Self::at(host, &mount.source)?
        {
            return Ok(Some(device));
        }
        // The root file system may have been mounted as "/dev/root", which is nowhere.
        Self::in_sys(host, &Path::new("/sys/dev/block").join(&mount.number))
    }

    /// The device of a path below `/dev`, links followed.
    ///
    /// # Errors
    /// When `/sys` cannot be looked at.
    pub fn at(host: &dyn Host, path: &str) -> io::Result<Option<Self>> {
        let Some(real) = if_there(host.resolve(Path::new(path)))? else { return Ok(None) };
        let Some(name) = real.file_name() else { return Ok(None) };
        Self::in_sys(host, &Path::new("/sys/class/block").join(name))
    }

    fn in_sys(host: &dyn Host, link: &Path) -> io::Result<Option<Self>> {
        let Some(folder) = if_there(host.resolve(link))? else { return Ok(None) };
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(name.map(|name| Self { name, folder }))
    }

    /// One of its attributes, without the blanks around it; empty when it has none such.
    #[must_use]
    pub fn attribute(&self, host: &dyn Host, name: &str) -> String {
        text(host, &self.folder.join(name))
    }

    /// What the device is made of: empty for a disk and for a part of one.
    ///
    /// # Errors
    /// When `/sys` cannot be looked at.
    pub fn beneath(&self, host: &dyn Host) -> io::Result<Vec<Self>> {
        let slaves = self.folder.join("slaves");
        let names = if_there(host.list(&slaves))?.unwrap_or_default();
        let found: io::Result<Vec<Option<Self>>> =
            names.iter().map(|name| Self::in_sys(host, &slaves.join(name))).collect();
        Ok(found?.into_iter().flatten().collect())
    }

    /// The disks at the bottom.
    ///
    /// # Errors
    /// When `/sys` cannot be looked at.
    pub fn disks(&self, host: &dyn Host) -> io::Result<Vec<Self>> {
        let (mut layer, mut disks) = (vec![self.clone()], Vec::new());
        for _ in 0..DEEPEST {
            let mut next = Vec::new();
            for device in &layer {
                let beneath = device.beneath(host)?;
                if beneath.is_empty() { disks.push(device.clone()) } else { next.extend(beneath) }
            }
            layer = next;
        }
        Ok(disks)
    }

    /// How it is connected, when it can be taken out.
    #[must_use]
    pub fn outside(&self, host: &dyn Host) -> Option<Outside> {
        let folder = self.folder.to_string_lossy();
        if folder.contains("/usb") {
            return Some(Outside::Usb);
        }
        if folder.contains("/fw-") || folder.contains("/firewire") {
            return Some(Outside::Wire);
        }
        // What is soldered in is "MMC", what is put in is "SD".
        (self.name.starts_with("mmcblk") && self.described(host, &["type"]) == "SD").then_some(Outside::Card)
    }

    /// Its size in bytes; 0 when it does not tell.
    #[must_use]
    pub fn size_bytes(&self, host: &dyn Host) -> u64 {
        self.attribute(host, "size").parse().map_or(0, |sectors: u64| sectors.saturating_mul(SECTOR_BYTES))
    }

    /// Maker and model, as the device tells them.
    #[must_use]
    pub fn model(&self, host: &dyn Host) -> String {
        let maker = self.described(host, &["vendor", "manufacturer"]);
        let model = self.described(host, &["model", "product", "name"]);
        // An internal disk calls its maker "ATA", and a number is no maker either.
        let maker = if maker == "ATA" || maker.starts_with("0x") { String::new() } else { maker };
        format!("{maker} {model}").trim().to_owned()
    }

    /// Its serial number; empty when it does not tell.
    #[must_use]
    pub fn serial(&self, host: &dyn Host) -> String {
        self.described(host, &["serial"])
    }

    /// The first of these attributes that the device or what it hangs on has.
    fn described(&self, host: &dyn Host, names: &[&str]) -> String {
        let own = ["device", "../device"].map(|below| self.folder.join(below));
        let own = own.iter().filter_map(|link| host.resolve(link).ok()).next();
        let Some(start) = own else { return String::new() };
        let found =
            start.ancestors().take(PARENTS).take_while(|folder| folder.starts_with("/sys/devices")).find_map(
                |folder| names.iter().map(|name| text(host, &folder.join(name))).find(|value| !value.is_empty()),
            );
        found.unwrap_or_default()
    }
}

/// What a small file of the kernel says; empty when it cannot be read.
#[must_use]
pub fn text(host: &dyn Host, file: &Path) -> String {
    let bytes = host.read(file, ATTRIBUTE_BYTES).unwrap_or_default();
    String::from_utf8_lossy(&bytes).trim_matches(['\0', ' ', '\n', '\t']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Mount, mount, unescape};

    #[test]
    fn reads_a_line_with_and_without_optional_fields() {
        let with = "36 35 98:0 /mnt1 /media/pupil.one/MY\\040STICK rw master:1 shared:2 - vfat /dev/sdb1 rw";
        let without = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw";
        let expected = Mount {
            point: "/media/pupil.one/MY STICK".into(),
            file_system: "vfat".into(),
            source: "/dev/sdb1".into(),
            number: "98:0".into(),
        };
        assert_eq!(mount(with), Some(expected));
        assert_eq!(mount(without).map(|mount| mount.source), Some("/dev/vda".into()));
        assert_eq!(mount("torn line"), None);
    }

    #[test]
    fn a_backslash_at_the_end_stays() {
        assert_eq!(unescape("a\\134b\\"), "a\\b\\");
        assert_eq!(unescape("\\9zz"), "\\9zz");
    }
}
