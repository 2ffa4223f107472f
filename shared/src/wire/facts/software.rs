//! Software titles.

use caretaker_proto::agent::v1 as proto;

use crate::model::{SoftwareTitle, TitleKind};
use crate::wire::common::{WireError, fit_path, fit_text, maybe_timestamp, path, same_names, text, unix_ms};

same_names!(TitleKind, "kind": Title, Update, Component);

impl From<&SoftwareTitle> for proto::SoftwareTitle {
    fn from(title: &SoftwareTitle) -> Self {
        Self {
            name: fit_text(&title.name),
            version: fit_text(&title.version),
            architecture: fit_text(&title.architecture),
            publisher: fit_text(&title.publisher),
            source: fit_text(&title.source),
            installed_unix_ms: title.installed_at.map(unix_ms),
            size_bytes: title.size_bytes,
            user: fit_text(&title.user),
            id: fit_text(&title.id),
            kind: proto::TitleKind::from(title.kind).into(),
            upgrade_code: fit_text(&title.upgrade_code),
            origin: fit_path(&title.origin),
            section: fit_text(&title.section),
            last_used_unix_ms: title.last_used_at.map(unix_ms),
        }
    }
}

impl TryFrom<proto::SoftwareTitle> for SoftwareTitle {
    type Error = WireError;

    fn try_from(title: proto::SoftwareTitle) -> Result<Self, WireError> {
        if title.name.is_empty() {
            return Err(WireError::Missing("name"));
        }
        Ok(Self {
            kind: title.kind().try_into()?,
            name: text(title.name, "name")?,
            version: text(title.version, "version")?,
            architecture: text(title.architecture, "architecture")?,
            source: text(title.source, "source")?,
            user: text(title.user, "user")?,
            id: text(title.id, "id")?,
            publisher: text(title.publisher, "publisher")?,
            upgrade_code: text(title.upgrade_code, "upgrade_code")?,
            origin: path(title.origin, "origin")?,
            section: text(title.section, "section")?,
            installed_at: maybe_timestamp(title.installed_unix_ms, "installed_unix_ms")?,
            size_bytes: title.size_bytes,
            last_used_at: maybe_timestamp(title.last_used_unix_ms, "last_used_unix_ms")?,
        })
    }
}
