//! Drives with a letter. Shares are named and not asked: a server that is away holds up whoever asks.

use std::fs::OpenOptions;
use std::io;
use std::mem;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::AsRawHandle;
use std::ptr;

use windows_sys::Win32::Storage::FileSystem::{
    GetDiskFreeSpaceExW, GetDriveTypeW, GetLogicalDrives, GetVolumeInformationW,
};
use windows_sys::Win32::System::Diagnostics::Debug::{SEM_FAILCRITICALERRORS, SetThreadErrorMode};
use windows_sys::Win32::System::IO::DeviceIoControl;
use windows_sys::Win32::System::Ioctl::{
    IOCTL_STORAGE_QUERY_PROPERTY, PropertyStandardQuery, STORAGE_PROPERTY_QUERY, StorageDeviceProperty,
};
use windows_sys::Win32::System::WindowsProgramming::{DRIVE_NO_ROOT_DIR, DRIVE_REMOTE};

use super::text::{of_buffer, wide};
use crate::host::windows::{Bus, Drive};
use crate::platform::raw::storage;

const NAME_UNITS: u32 = 261;
const DESCRIPTOR_BYTES: usize = 1024;

/// All of them.
#[expect(unsafe_code, reason = "drives are listed by the system's own calls")]
pub(super) fn all() -> io::Result<Vec<Drive>> {
    // SAFETY: neither call takes a pointer. The second one keeps an empty card reader from asking people for a card.
    let letters = unsafe {
        SetThreadErrorMode(SEM_FAILCRITICALERRORS, ptr::null_mut());
        GetLogicalDrives()
    };
    if letters == 0 {
        return Err(io::Error::last_os_error());
    }
    let letters = ('A'..='Z').enumerate().filter(|(bit, _)| letters & (1 << bit) != 0);
    letters.filter_map(|(_, letter)| drive(&format!("{letter}:")).transpose()).collect()
}

/// `None` when it was taken away since it was listed.
#[expect(unsafe_code, reason = "drives are described by the system's own calls")]
fn drive(letter: &str) -> io::Result<Option<Drive>> {
    let root = wide(&format!("{letter}\\"))?;
    // SAFETY: the path ends with a NUL.
    let kind = unsafe { GetDriveTypeW(root.as_ptr()) };
    if kind == DRIVE_NO_ROOT_DIR {
        return Ok(None);
    }
    let network = kind == DRIVE_REMOTE;
    let mut drive = Drive {
        letter: letter.to_owned(),
        label: String::new(),
        file_system: String::new(),
        size_bytes: 0,
        bus: Bus::Unknown,
        model: String::new(),
        serial: String::new(),
        network,
    };
    if !network {
        (drive.label, drive.file_system) = names(&root);
        drive.size_bytes = size(&root);
        if let Some(disk) = disk(letter) {
            (drive.bus, drive.model, drive.serial) = (disk.bus, disk.model, disk.serial);
        }
    }
    Ok(Some(drive))
}

/// Label and file system; empty where there is no medium, or the volume is locked.
#[expect(unsafe_code, reason = "volumes are described by the system's own calls")]
fn names(root: &[u16]) -> (String, String) {
    let (mut label, mut system) = ([0; NAME_UNITS as usize], [0; NAME_UNITS as usize]);
    let none = ptr::null_mut();
    // SAFETY: the path ends with a NUL, and each buffer has as much room as the call is told.
    let got = unsafe {
        let (label, system) = (label.as_mut_ptr(), system.as_mut_ptr());
        GetVolumeInformationW(root.as_ptr(), label, NAME_UNITS, none, none, none, system, NAME_UNITS)
    };
    if got == 0 { (String::new(), String::new()) } else { (of_buffer(&label), of_buffer(&system)) }
}

#[expect(unsafe_code, reason = "volumes are described by the system's own calls")]
fn size(root: &[u16]) -> u64 {
    let mut bytes = 0;
    // SAFETY: the path ends with a NUL, and the call fills in one number.
    let got = unsafe { GetDiskFreeSpaceExW(root.as_ptr(), ptr::null_mut(), &raw mut bytes, ptr::null_mut()) };
    if got == 0 { 0 } else { bytes }
}

/// What the disk below says about itself. Asking needs no right to read the disk.
#[expect(unsafe_code, reason = "disks are asked by the system's own calls")]
fn disk(letter: &str) -> Option<storage::Disk> {
    let volume = OpenOptions::new().access_mode(0).open(format!(r"\\.\{letter}")).ok()?;
    let query = STORAGE_PROPERTY_QUERY {
        PropertyId: StorageDeviceProperty,
        QueryType: PropertyStandardQuery,
        AdditionalParameters: [0],
    };
    let mut descriptor = [0_u8; DESCRIPTOR_BYTES];
    let mut bytes = 0;
    // SAFETY: the handle is open, and both lengths are those of what the pointers lead to.
    let got = unsafe {
        DeviceIoControl(
            volume.as_raw_handle(),
            IOCTL_STORAGE_QUERY_PROPERTY,
            (&raw const query).cast(),
            u32::try_from(mem::size_of_val(&query)).ok()?,
            descriptor.as_mut_ptr().cast(),
            u32::try_from(DESCRIPTOR_BYTES).ok()?,
            &raw mut bytes,
            ptr::null_mut(),
        )
    };
    let told = usize::try_from(bytes).ok().filter(|_| got != 0)?;
    storage::disk(descriptor.get(..told)?)
}
