//! What makers write, and what they forget to write.

/// The text a maker wrote; empty for what stands in its place when nobody wrote anything.
pub(super) fn written(text: &str) -> String {
    const PLACEHOLDERS: [&str; 16] = [
        "to be filled by o.e.m.",
        "to be filled by oem",
        "default string",
        "system serial number",
        "system product name",
        "system manufacturer",
        "chassis serial number",
        "no asset tag",
        "no asset information",
        "asset tag",
        "not specified",
        "not applicable",
        "none",
        "invalid",
        "o.e.m.",
        "unknown",
    ];
    let text = text.trim();
    let lower = text.to_lowercase();
    let nothing = PLACEHOLDERS.contains(&lower.as_str())
        || text.chars().all(|letter| matches!(letter, '0' | '.' | '-' | ' ' | 'x' | 'X'))
        || matches!(lower.as_str(), "123456789" | "0123456789" | "1234567890");
    if nothing { String::new() } else { text.to_owned() }
}

/// The kind of case by its SMBIOS number (DMTF DSP0134, 7.4.1); empty for one that tells nothing.
pub(super) fn form(chassis: i64) -> &'static str {
    match chassis {
        3..=7 | 13 | 15 | 16 | 24 | 34 | 35 | 36 => "desktop",
        8..=10 | 14 | 31 | 32 => "laptop",
        11 | 30 => "tablet",
        17 | 22 | 23 | 25 | 28 | 29 => "server",
        _ => "",
    }
}

/// Whether maker or model belong to a machine that is made of software.
pub(super) fn is_virtual(manufacturer: &str, model: &str) -> bool {
    const MAKERS: [&str; 9] =
        ["qemu", "vmware", "innotek", "xen", "parallels", "amazon ec2", "google compute", "openstack", "bochs"];
    const MODELS: [&str; 6] = ["virtual machine", "virtualbox", "kvm", "standard pc", "vmware", "hvm domu"];
    let (maker, model) = (manufacturer.to_lowercase(), model.to_lowercase());
    MAKERS.iter().any(|name| maker.starts_with(name)) || MODELS.iter().any(|name| model.contains(name))
}

#[cfg(test)]
mod tests {
    use super::{form, is_virtual, written};

    #[test]
    fn what_stands_in_the_place_of_nothing_is_nothing() {
        for text in ["To Be Filled By O.E.M.", "Default string", "  ", "0", "00000000", "None", "xxxxxxx", "-"] {
            assert_eq!(written(text), "", "{text}");
        }
        assert_eq!(written(" XX0000004 \n"), "XX0000004");
        assert_eq!(written("0A1"), "0A1");
    }

    #[test]
    fn names_cases_as_people_do() {
        assert_eq!(
            [form(3), form(9), form(10), form(30), form(23), form(1)],
            ["desktop", "laptop", "laptop", "tablet", "server", ""]
        );
    }

    #[test]
    fn knows_machines_of_software() {
        assert!(is_virtual("QEMU", "Standard PC (Q35 + ICH9, 2009)"));
        assert!(is_virtual("Microsoft Corporation", "Virtual Machine"));
        assert!(!is_virtual("Microsoft Corporation", "Surface Laptop 5"));
    }
}
