//! Products of other makers on Linux: where each lies, which of its programs to look for, and what its own program says.

mod bitdefender;
mod eset;
mod kaspersky;
pub(super) mod mdatp;
mod sentinelone;
mod sophos;

use caretaker_shared::model::AntivirusProduct;

use crate::host::program::Program;

/// Reads what a product's program wrote into the product's row.
///
/// # Errors
/// When it is no answer, in words.
pub(super) type Read = fn(&str, &mut AntivirusProduct) -> Result<(), &'static str>;

/// Reads the end of a product's log into the product's row.
pub(super) type ReadLog = fn(&str, &mut AntivirusProduct);

/// One product.
pub(super) struct Product {
    pub(super) name: &'static str,
    pub(super) vendor: &'static str,
    /// It is installed when this folder is there.
    pub(super) folder: &'static str,
    /// Its engine is this program.
    pub(super) engine: Option<&'static str>,
    /// It looks at files as they are opened while this program runs.
    pub(super) on_access: Option<&'static str>,
    /// What to run, and who reads it.
    pub(super) asked: Option<(Program, Read)>,
    /// Its log, and who reads the end of that.
    pub(super) log: Option<(&'static str, ReadLog)>,
}

/// A product that is only seen: whether it protects is not known.
const SEEN: Product =
    Product { name: "", vendor: "", folder: "", engine: None, on_access: None, asked: None, log: None };

/// All of them.
pub(super) static LINUX: [Product; 9] = [
    Product {
        name: "Microsoft Defender for Endpoint",
        vendor: "Microsoft",
        folder: "/opt/microsoft/mdatp",
        asked: Some((Program::DEFENDER, mdatp::read)),
        ..SEEN
    },
    Product {
        name: "Sophos Protection for Linux",
        vendor: "Sophos",
        folder: "/opt/sophos-spl",
        engine: Some("sophos_threat_detector"),
        on_access: Some("soapd"),
        log: Some(("/opt/sophos-spl/plugins/av/chroot/log/sophos_threat_detector.log", sophos::read_log)),
        ..SEEN
    },
    Product {
        name: "ESET Endpoint Antivirus",
        vendor: "ESET",
        folder: "/opt/eset/eea",
        engine: Some("scand"),
        asked: Some((Program::ESET, eset::read)),
        ..SEEN
    },
    Product {
        name: "Bitdefender Endpoint Security",
        vendor: "Bitdefender",
        folder: "/opt/bitdefender-security-tools",
        asked: Some((Program::BITDEFENDER, bitdefender::read)),
        ..SEEN
    },
    Product {
        name: "Kaspersky Endpoint Security",
        vendor: "Kaspersky",
        folder: "/opt/kaspersky/kesl",
        engine: Some("kesl"),
        asked: Some((Program::KASPERSKY, kaspersky::read)),
        ..SEEN
    },
    Product {
        name: "SentinelOne",
        vendor: "SentinelOne",
        folder: "/opt/sentinelone",
        asked: Some((Program::SENTINELONE, sentinelone::read)),
        ..SEEN
    },
    Product {
        name: "CrowdStrike Falcon",
        vendor: "CrowdStrike",
        folder: "/opt/CrowdStrike",
        engine: Some("falcon-sensor"),
        ..SEEN
    },
    Product { name: "Cortex XDR", vendor: "Palo Alto Networks", folder: "/opt/traps", engine: Some("pmd"), ..SEEN },
    Product { name: "Dr.Web", vendor: "Doctor Web", folder: "/opt/drweb.com", engine: Some("drweb-configd"), ..SEEN },
];

/// What stands behind a key in lines such as `Engines version: 7.1` or `Agent state    Enabled`.
fn after<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let value = text.lines().find_map(|line| {
        let line = line.trim();
        let beginning = line.get(..key.len())?;
        let rest = line.get(key.len()..)?;
        let ends = rest.starts_with(|letter: char| letter == ':' || letter.is_whitespace());
        (beginning.eq_ignore_ascii_case(key) && ends).then(|| rest.trim_start_matches(':').trim())
    })?;
    (!value.is_empty()).then_some(value)
}
