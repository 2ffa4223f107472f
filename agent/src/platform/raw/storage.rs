//! What a disk says about itself (`STORAGE_DEVICE_DESCRIPTOR`).

use crate::host::windows::Bus;

/// What a disk says about itself.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::platform) struct Disk {
    /// How it is connected.
    pub(in crate::platform) bus: Bus,
    /// Maker and model.
    pub(in crate::platform) model: String,
    /// Serial number.
    pub(in crate::platform) serial: String,
}

/// Takes a descriptor apart; `None` when it is too short to say how the disk is connected.
pub(in crate::platform) fn disk(descriptor: &[u8]) -> Option<Disk> {
    let four = |at: usize| descriptor.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    let text = |at: usize| four(at).and_then(|offset| text(descriptor, offset)).unwrap_or_default();
    let bus = bus(four(28)?);
    let model = format!("{} {}", text(12), text(16));
    Some(Disk { bus, model: model.trim().to_owned(), serial: text(24) })
}

/// An offset of 0 means that there is none; some drivers say -1.
fn text(descriptor: &[u8], offset: u32) -> Option<String> {
    let offset = usize::try_from(offset).ok().filter(|offset| *offset != 0)?;
    let rest = descriptor.get(offset..)?;
    let end = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
    let text: String = String::from_utf8_lossy(&rest[..end]).chars().filter(|letter| !letter.is_control()).collect();
    Some(text.trim().to_owned())
}

/// `STORAGE_BUS_TYPE`.
fn bus(number: u32) -> Bus {
    match number {
        7 => Bus::Usb,
        12 | 13 => Bus::Card,
        14 | 15 => Bus::Virtual,
        // SCSI, ATAPI, ATA, RAID, SAS, SATA, storage spaces, NVMe, persistent memory, UFS.
        1 | 2 | 3 | 8 | 10 | 11 | 16 | 17 | 18 | 19 => Bus::Internal,
        // FireWire, Fibre Channel, iSCSI and whatever is new.
        _ => Bus::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptor(bus: u32, serial_offset: u32) -> Vec<u8> {
        let mut bytes = vec![0; 40];
        bytes[12..16].copy_from_slice(&40_u32.to_le_bytes());
        bytes[16..20].copy_from_slice(&49_u32.to_le_bytes());
        bytes[24..28].copy_from_slice(&serial_offset.to_le_bytes());
        bytes[28..32].copy_from_slice(&bus.to_le_bytes());
        bytes.extend(b"Kingston\0DataTraveler 3.0 \0 60A44C\n\0");
        bytes
    }

    #[test]
    fn a_stick_names_its_maker_and_number() {
        let expected = Disk { bus: Bus::Usb, model: "Kingston DataTraveler 3.0".into(), serial: "60A44C".into() };
        assert_eq!(disk(&descriptor(7, 67)), Some(expected));
    }

    #[test]
    fn offsets_that_lead_nowhere_are_no_text() {
        for offset in [0, u32::MAX, 4000] {
            assert_eq!(
                disk(&descriptor(17, offset)).map(|disk| (disk.bus, disk.serial)),
                Some((Bus::Internal, String::new()))
            );
        }
        assert_eq!(disk(&[0; 20]), None);
    }

    #[test]
    fn every_kind_of_bus_is_known_or_says_so() {
        let of = |number| disk(&descriptor(number, 0)).map(|disk| disk.bus);
        assert_eq!([of(11), of(12), of(13), of(15)], [Bus::Internal, Bus::Card, Bus::Card, Bus::Virtual].map(Some));
        assert_eq!([of(0), of(4), of(9), of(99)], [Some(Bus::Unknown); 4]);
    }
}
