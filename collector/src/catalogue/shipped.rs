//! The rules that the product ships. A new file is one more line here; a test holds the list against the folder.

/// Name and text.
pub(super) const FILES: &[(&str, &str)] = &[
    ("adobe.toml", include_str!("../../../packaging/catalogue/titles/adobe.toml")),
    ("antivirus.toml", include_str!("../../../packaging/catalogue/titles/antivirus.toml")),
    ("browsers.toml", include_str!("../../../packaging/catalogue/titles/browsers.toml")),
    ("bypass.toml", include_str!("../../../packaging/catalogue/titles/bypass.toml")),
    ("classroom.toml", include_str!("../../../packaging/catalogue/titles/classroom.toml")),
    ("developer.toml", include_str!("../../../packaging/catalogue/titles/developer.toml")),
    ("games.toml", include_str!("../../../packaging/catalogue/titles/games.toml")),
    ("media.toml", include_str!("../../../packaging/catalogue/titles/media.toml")),
    ("microsoft.toml", include_str!("../../../packaging/catalogue/titles/microsoft.toml")),
    ("mis.toml", include_str!("../../../packaging/catalogue/titles/mis.toml")),
    ("office.toml", include_str!("../../../packaging/catalogue/titles/office.toml")),
    ("remote-control.toml", include_str!("../../../packaging/catalogue/titles/remote-control.toml")),
    ("sen.toml", include_str!("../../../packaging/catalogue/titles/sen.toml")),
    ("system-tools.toml", include_str!("../../../packaging/catalogue/titles/system-tools.toml")),
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
