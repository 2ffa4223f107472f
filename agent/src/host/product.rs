//! Which Windows this is, from its registry.

use std::fmt;
use std::io;

use super::windows::{Key, Registry};

const VERSION: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
/// Windows 11 still calls itself Windows 10 in the registry; its builds begin here.
const FIRST_BUILD_OF_11: u32 = 22_000;

/// One version of Windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// "Windows 11 Pro".
    pub name: String,
    /// "23H2"; empty before 20H2 and where it is not told.
    pub version: String,
    /// 22631.
    pub build: u32,
    /// What the last cumulative update made of the build; `None` where it is not told.
    pub revision: Option<u64>,
}

impl fmt::Display for Product {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)?;
        if !self.version.is_empty() {
            write!(out, " {}", self.version)?;
        }
        match self.revision {
            Some(revision) => write!(out, " (build {}.{revision})", self.build),
            None => write!(out, " (build {})", self.build),
        }
    }
}

/// Which Windows this is.
///
/// # Errors
/// When its name or its build cannot be read.
pub fn product(registry: &dyn Registry) -> io::Result<Product> {
    let key = Key::machine(VERSION);
    let values = registry.values(&key)?;
    let missing =
        |name: &str| io::Error::new(io::ErrorKind::InvalidData, format!("{key} {name}: missing or unreadable"));
    let build = values.text("CurrentBuildNumber").parse().map_err(|_| missing("CurrentBuildNumber"))?;
    let name = values.text("ProductName");
    if name.is_empty() {
        return Err(missing("ProductName"));
    }
    let name = match name.strip_prefix("Windows 10") {
        Some(edition) if build >= FIRST_BUILD_OF_11 => format!("Windows 11{edition}"),
        Some(_) | None => name,
    };
    Ok(Product { name, version: values.text("DisplayVersion"), build, revision: values.number("UBR") })
}

#[cfg(test)]
mod tests {
    use super::product;
    use crate::host::sample::Sample;
    use crate::host::windows::Windows;
    use crate::host::{Host, System};

    fn name(values: &str) -> Result<String, String> {
        let export = format!("[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\n{values}\n");
        let sample = Sample::of(System::Windows).registry(&export);
        let windows: &dyn Windows = sample.windows().expect("it is a Windows machine");
        product(windows.registry()).map(|product| product.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn case_36_windows_11_is_not_called_10() {
        let values = "\"ProductName\"=\"Windows 10 Pro\"\n\"CurrentBuildNumber\"=\"22631\"\n\
                      \"DisplayVersion\"=\"23H2\"\n\"UBR\"=dword:000010cd";
        assert_eq!(name(values), Ok("Windows 11 Pro 23H2 (build 22631.4301)".into()));
        let first = "\"ProductName\"=\"Windows 10 Home\"\n\"CurrentBuildNumber\"=\"22000\"";
        assert_eq!(name(first), Ok("Windows 11 Home (build 22000)".into()));
    }

    #[test]
    fn windows_10_and_servers_keep_their_names() {
        let ten =
            "\"ProductName\"=\"Windows 10 Education\"\n\"CurrentBuildNumber\"=\"19045\"\n\"DisplayVersion\"=\"22H2\"";
        assert_eq!(name(ten), Ok("Windows 10 Education 22H2 (build 19045)".into()));
        let last = "\"ProductName\"=\"Windows 10 Pro\"\n\"CurrentBuildNumber\"=\"21999\"";
        assert_eq!(name(last), Ok("Windows 10 Pro (build 21999)".into()));
        let server = "\"ProductName\"=\"Windows Server 2025 Standard\"\n\"CurrentBuildNumber\"=\"26100\"";
        assert_eq!(name(server), Ok("Windows Server 2025 Standard (build 26100)".into()));
    }

    #[test]
    fn what_is_missing_is_named_with_its_place() {
        let error = name("\"ProductName\"=\"Windows 10 Pro\"").expect_err("there is no build");
        assert_eq!(
            error,
            "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion CurrentBuildNumber: missing or unreadable"
        );
    }
}
