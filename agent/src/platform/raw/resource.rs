//! References to texts in resources.

/// Whether a reference leads to a package or a drive of this machine. Accounts write such references into their own
/// settings, and following one to a share would give this machine's password to whoever runs the share.
pub(in crate::platform) fn is_local(reference: &str) -> bool {
    let Some(target) = reference.strip_prefix('@') else { return false };
    let remote = target.contains(r"\\") || target.contains("//") && !target.starts_with('{');
    let bytes = target.as_bytes();
    let on_drive = bytes.len() > 3 && bytes[0].is_ascii_alphabetic() && &bytes[1..3] == b":\\";
    reference.len() <= 4096 && !remote && (target.starts_with(['{', '%']) || on_drive)
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn packages_and_own_files_are_local() {
        for reference in [
            r"@{Microsoft.WindowsCalculator_11.2_x64__8wekyb3d8bbwe?ms-resource://Microsoft.WindowsCalculator/Resources/AppName}",
            r"@%SystemRoot%\system32\shell32.dll,-21813",
            r"@C:\Program Files\School\school.dll,-1",
        ] {
            assert!(is_local(reference), "{reference}");
        }
    }

    #[test]
    fn shares_and_relative_files_are_not() {
        for reference in
            [r"@\\evil\share\x.dll,-1", "@//evil/share/x.dll,-1", r"@C:\\evil\x.dll,-1", "@x.dll,-1", "text", ""]
        {
            assert!(!is_local(reference), "{reference}");
        }
        assert!(!is_local(r"@{\\evil\share\x.pri?ms-resource://x/y}"));
    }
}
