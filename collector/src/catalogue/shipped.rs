//! The rules that the product ships. A new file is one more line here; a test holds the list against the folder.

/// Name and text.
pub(super) const FILES: &[(&str, &str)] = &[
    ("adobe.toml", include_str!("../../../packaging/catalogue/titles/adobe.toml")),
    ("classroom.toml", include_str!("../../../packaging/catalogue/titles/classroom.toml")),
    ("microsoft.toml", include_str!("../../../packaging/catalogue/titles/microsoft.toml")),
    ("mis.toml", include_str!("../../../packaging/catalogue/titles/mis.toml")),
    ("office.toml", include_str!("../../../packaging/catalogue/titles/office.toml")),
    ("system.toml", include_str!("../../../packaging/catalogue/titles/system.toml")),
    ("teaching-computing.toml", include_str!("../../../packaging/catalogue/titles/teaching-computing.toml")),
    ("teaching-design.toml", include_str!("../../../packaging/catalogue/titles/teaching-design.toml")),
    (
        "teaching-languages-literacy.toml",
        include_str!("../../../packaging/catalogue/titles/teaching-languages-literacy.toml"),
    ),
    ("teaching-maths.toml", include_str!("../../../packaging/catalogue/titles/teaching-maths.toml")),
    ("teaching-music.toml", include_str!("../../../packaging/catalogue/titles/teaching-music.toml")),
    ("teaching-science.toml", include_str!("../../../packaging/catalogue/titles/teaching-science.toml")),
];
/// Which packages of a Linux distribution count.
pub(super) const PACKAGES: &str = include_str!("../../../packaging/catalogue/packages.toml");
