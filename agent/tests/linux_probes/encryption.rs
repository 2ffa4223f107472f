//! Volumes over made-up block devices.

use caretaker_agent::probes::encryption::Encryption;
use caretaker_agent::probes::removable::Removable;
use caretaker_shared::model::{Facts, Outcome, Protection, RemovableMedium, Volume, VolumeRole};

use crate::tree::Tree;

/// A disk or a part of one, by its folder below `/sys/devices`.
fn block(tree: &Tree, folder: &str) {
    let name = folder.rsplit('/').next().expect("a name");
    tree.folder(&format!("/sys/devices/{folder}/slaves"));
    tree.file(&format!("/sys/devices/{folder}/size"), "2048\n");
    tree.link(&format!("/sys/class/block/{name}"), &real(tree, folder));
    tree.file(&format!("/dev/{name}"), "");
}

fn real(tree: &Tree, folder: &str) -> String {
    tree.real(&format!("/sys/devices/{folder}")).to_string_lossy().into_owned()
}

/// A layer of the device mapper over others.
fn layer(tree: &Tree, name: &str, uuid: &str, beneath: &[&str]) {
    block(tree, &format!("virtual/block/{name}"));
    tree.file(&format!("/sys/devices/virtual/block/{name}/dm/uuid"), format!("{uuid}\n"));
    for folder in beneath {
        let below = folder.rsplit('/').next().expect("a name");
        tree.link(&format!("/sys/devices/virtual/block/{name}/slaves/{below}"), &real(tree, folder));
    }
}

fn mounts(tree: &Tree, lines: &[(&str, &str, &str)]) {
    let line = |(point, file_system, source): &(&str, &str, &str)| {
        format!("30 1 8:1 / {point} rw,relatime shared:1 - {file_system} {source} rw\n")
    };
    tree.file("/proc/self/mountinfo", lines.iter().map(line).collect::<String>());
}

fn volumes(outcome: &Outcome) -> &[Volume] {
    match outcome.facts() {
        Some(Facts::Encryption(volumes)) => volumes,
        other => panic!("volumes, not {other:?} of {outcome:?}"),
    }
}

fn media(outcome: &Outcome) -> &[RemovableMedium] {
    match outcome.facts() {
        Some(Facts::Removable(media)) => media,
        other => panic!("media, not {other:?} of {outcome:?}"),
    }
}

const DISK: &str = "pci0000:00/ata1/block/sda";

#[test]
fn case_31_lvm_on_luks_is_encrypted_and_boot_in_the_clear_is_told_apart() {
    let tree = Tree::new();
    for part in ["sda1", "sda2"] {
        block(&tree, &format!("{DISK}/{part}"));
    }
    layer(&tree, "dm-0", "CRYPT-LUKS2-0123-root_crypt", &[&format!("{DISK}/sda2")]);
    layer(&tree, "dm-1", "LVM-abcdef", &["virtual/block/dm-0"]);
    tree.link("/dev/mapper/vg-root", &tree.real("/dev/dm-1").to_string_lossy());
    mounts(&tree, &[("/", "ext4", "/dev/mapper/vg-root"), ("/boot", "ext4", "/dev/sda1")]);
    let outcome = tree.ask(&Encryption);
    let [root, boot] = volumes(&outcome) else { panic!("two volumes: {outcome:?}") };
    assert_eq!((root.mount.as_str(), &root.protection, root.role), ("/", &Protection::On, VolumeRole::Data));
    assert_eq!(root.method, "LUKS2");
    assert_eq!((boot.mount.as_str(), &boot.protection, boot.role), ("/boot", &Protection::Off, VolumeRole::Boot));
}

#[test]
fn a_volume_over_two_disks_is_encrypted_only_when_both_are() {
    let tree = Tree::new();
    for part in ["sda1", "sda2"] {
        block(&tree, &format!("{DISK}/{part}"));
    }
    layer(&tree, "dm-0", "CRYPT-LUKS1-0123-one", &[&format!("{DISK}/sda1")]);
    layer(&tree, "dm-1", "LVM-abcdef", &["virtual/block/dm-0", &format!("{DISK}/sda2")]);
    mounts(&tree, &[("/", "ext4", "/dev/dm-1")]);
    assert_eq!(volumes(&tree.ask(&Encryption))[0].protection, Protection::Off);
}

#[test]
fn case_32_encryption_by_the_drive_is_encryption() {
    let tree = Tree::new();
    block(&tree, &format!("{DISK}/sda1"));
    layer(&tree, "dm-0", "CRYPT-LUKS2-OPAL-0123-root", &[&format!("{DISK}/sda1")]);
    mounts(&tree, &[("/", "ext4", "/dev/dm-0")]);
    let outcome = tree.ask(&Encryption);
    assert_eq!(volumes(&outcome)[0].protection, Protection::On);
    assert!(volumes(&outcome)[0].method.contains("OPAL"));
}

#[test]
fn memory_that_is_written_out_is_judged_and_compressed_memory_is_not() {
    let tree = Tree::new();
    block(&tree, &format!("{DISK}/sda1"));
    block(&tree, &format!("{DISK}/sda3"));
    tree.file(
        "/proc/swaps",
        "Filename Type Size Used Priority\n/dev/sda3 partition 1 0 -2\n/dev/zram0 partition 1 0 5\n\
         /dev/gone partition 1 0 -3\n",
    );
    mounts(&tree, &[("/", "ext4", "/dev/sda1")]);
    let outcome = tree.ask(&Encryption);
    let swaps: Vec<_> = volumes(&outcome).iter().filter(|volume| volume.role == VolumeRole::Swap).collect();
    assert_eq!(swaps.len(), 2, "{outcome:?}");
    assert!(matches!(swaps[0].protection, Protection::Unknown(_)), "its device cannot be found");
    assert_eq!(swaps[1].protection, Protection::Off);
}

#[test]
fn what_cannot_be_found_in_sys_is_unknown() {
    let tree = Tree::new();
    mounts(&tree, &[("/", "ext4", "/dev/sdz9")]);
    assert!(matches!(volumes(&tree.ask(&Encryption))[0].protection, Protection::Unknown(_)));
}

#[test]
fn a_machine_without_volumes_of_its_own_is_unsupported() {
    let tree = Tree::new();
    mounts(&tree, &[("/", "overlay", "overlay")]);
    assert!(matches!(tree.ask(&Encryption), Outcome::Unsupported { .. }));
}

#[test]
fn case_42_and_43_the_bus_decides_what_is_removable() {
    let tree = Tree::new();
    let stick = "pci0000:00/usb1/1-4/1-4:1.0/host2/target2/2:0:0:0/block/sdb";
    block(&tree, &format!("{stick}/sdb1"));
    tree.file(&format!("/sys/devices/{stick}/removable"), "0\n");
    tree.file("/sys/devices/pci0000:00/usb1/1-4/removable", "fixed\n");
    tree.file("/sys/devices/pci0000:00/usb1/1-4/serial", "XX0000004\n");
    tree.file("/sys/devices/pci0000:00/usb1/1-4/1-4:1.0/host2/target2/2:0:0:0/vendor", "Example \n");
    tree.file("/sys/devices/pci0000:00/usb1/1-4/1-4:1.0/host2/target2/2:0:0:0/model", "Flash Disk\n");
    let device = tree.real("/sys/devices/pci0000:00/usb1/1-4/1-4:1.0/host2/target2/2:0:0:0");
    tree.link(&format!("/sys/devices/{stick}/device"), &device.to_string_lossy());
    block(&tree, &format!("{DISK}/sda1"));
    tree.file(&format!("/sys/devices/{DISK}/removable"), "1\n");
    mounts(&tree, &[("/", "ext4", "/dev/sda1"), ("/media/pupil.one/STICK", "vfat", "/dev/sdb1")]);
    let outcome = tree.ask(&Removable);
    let [medium] = media(&outcome) else { panic!("one medium: {outcome:?}") };
    assert_eq!(medium.mount, "/media/pupil.one/STICK");
    assert_eq!((medium.bus.as_str(), medium.name.as_str()), ("usb", "Example Flash Disk"));
    assert_eq!((medium.serial.as_str(), medium.size_bytes), ("XX0000004", 2048 * 512));
    assert_eq!(medium.protection, Protection::Off);
}
