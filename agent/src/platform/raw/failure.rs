//! Failures as Windows numbers them.

use std::io::{Error, ErrorKind};

/// The failure of a WMI call, by its HRESULT.
pub(in crate::platform) fn of_wmi(namespace: &str, hresult: u32) -> Error {
    let (kind, what) = match hresult {
        // Namespace, class, method not there; COM class not registered: WMI itself is not.
        0x8004_100e | 0x8004_1010 | 0x8004_1011 | 0x8004_0154 => (ErrorKind::Unsupported, "no such namespace or class"),
        0x8004_1003 | 0x8007_0005 => (ErrorKind::PermissionDenied, "permission denied"),
        0x8004_1002 => (ErrorKind::NotFound, "no such object"),
        0x8004_1069 => (ErrorKind::TimedOut, "no answer in time"),
        _ => (ErrorKind::Other, "the call failed"),
    };
    Error::new(kind, format!("WMI {namespace}: {what} (0x{hresult:08X})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_told_from_what_failed() {
        let kind = |hresult| of_wmi(r"root\SecurityCenter2", hresult).kind();
        assert_eq!(kind(0x8004_100e), ErrorKind::Unsupported);
        assert_eq!(kind(0x8004_1010), ErrorKind::Unsupported);
        assert_eq!(kind(0x8004_1003), ErrorKind::PermissionDenied);
        assert_eq!(kind(0x8007_0005), ErrorKind::PermissionDenied);
        assert_eq!(kind(0x8004_1001), ErrorKind::Other);
    }

    #[test]
    fn names_the_namespace_and_the_number() {
        assert_eq!(
            of_wmi(r"root\SecurityCenter2", 0x8004_100e).to_string(),
            r"WMI root\SecurityCenter2: no such namespace or class (0x8004100E)"
        );
    }
}
