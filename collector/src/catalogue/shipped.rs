//! The rules that the product ships. A new file is one more line here; a test holds the list against the folder.

/// Name and text.
pub(super) const FILES: &[(&str, &str)] = &[
    ("adobe.toml", include_str!("../../../packaging/catalogue/titles/adobe.toml")),
    ("microsoft.toml", include_str!("../../../packaging/catalogue/titles/microsoft.toml")),
    ("system.toml", include_str!("../../../packaging/catalogue/titles/system.toml")),
];
/// Which packages of a Linux distribution count.
pub(super) const PACKAGES: &str = include_str!("../../../packaging/catalogue/packages.toml");
