//! Executables, media folders, and what is true of an executable wherever it lies.

use caretaker_proto::agent::v1 as proto;

use crate::model::{Executable, ExecutableFacts, ExecutableFormat, MediaFolder, SoftwareClass, VersionInfo};
use crate::wire::common::{WireError, digest, fit_path, fit_text, path, same_names, text, texts, timestamp, unix_ms};
use crate::wire::limits;

same_names!(ExecutableFormat, "format": Elf, Script, Pe, MachO, Msi, Jar, AppImage);
same_names!(SoftwareClass, "class": Game, MediaPlayer, Bypass, RemoteControl, Installer);

impl From<&Executable> for proto::Executable {
    fn from(file: &Executable) -> Self {
        Self {
            path: fit_path(&file.path),
            sha256: file.sha256.as_bytes().to_vec(),
            size_bytes: file.size_bytes,
            modified_unix_ms: unix_ms(file.modified_at),
            owner: fit_text(&file.owner),
            format: proto::ExecutableFormat::from(file.format).into(),
            class: class_out(file.class),
            signer: file.signer.as_deref().map(fit_text),
            removable: file.removable,
        }
    }
}

impl TryFrom<proto::Executable> for Executable {
    type Error = WireError;

    fn try_from(file: proto::Executable) -> Result<Self, WireError> {
        Ok(Self {
            format: file.format().try_into()?,
            class: class_in(file.class())?,
            path: path(file.path, "path")?,
            sha256: digest(&file.sha256, "sha256")?,
            size_bytes: file.size_bytes,
            modified_at: timestamp(file.modified_unix_ms, "modified_unix_ms")?,
            owner: text(file.owner, "owner")?,
            signer: file.signer.map(|signer| text(signer, "signer")).transpose()?,
            removable: file.removable,
        })
    }
}

fn class_out(class: Option<SoftwareClass>) -> i32 {
    class.map_or(proto::SoftwareClass::Unspecified, Into::into).into()
}

/// No class is an answer here: most programs have none.
fn class_in(class: proto::SoftwareClass) -> Result<Option<SoftwareClass>, WireError> {
    if class == proto::SoftwareClass::Unspecified { Ok(None) } else { class.try_into().map(Some) }
}

impl From<&MediaFolder> for proto::MediaFolder {
    fn from(folder: &MediaFolder) -> Self {
        Self {
            path: fit_path(&folder.path),
            owner: fit_text(&folder.owner),
            audio: folder.audio,
            video: folder.video,
            bytes: folder.bytes,
            names: folder.names.iter().take(limits::MEDIA_NAMES).map(|name| fit_text(name)).collect(),
        }
    }
}

impl TryFrom<proto::MediaFolder> for MediaFolder {
    type Error = WireError;

    fn try_from(folder: proto::MediaFolder) -> Result<Self, WireError> {
        Ok(Self {
            path: path(folder.path, "path")?,
            owner: text(folder.owner, "owner")?,
            audio: folder.audio,
            video: folder.video,
            bytes: folder.bytes,
            names: texts(folder.names, limits::MEDIA_NAMES, limits::TEXT_BYTES, "names")?,
        })
    }
}

impl From<&ExecutableFacts> for proto::ExecutableFacts {
    fn from(facts: &ExecutableFacts) -> Self {
        Self {
            sha256: facts.sha256.as_bytes().to_vec(),
            size_bytes: facts.size_bytes,
            format: proto::ExecutableFormat::from(facts.format).into(),
            runs_on: fit_text(&facts.runs_on),
            file_name: fit_text(&facts.file_name),
            company: fit_text(&facts.version.company),
            product: fit_text(&facts.version.product),
            description: fit_text(&facts.version.description),
            version: fit_text(&facts.version.version),
            original_name: fit_text(&facts.version.original_name),
            signer: facts.signer.as_deref().map(fit_text),
            class: class_out(facts.class),
        }
    }
}

impl TryFrom<proto::ExecutableFacts> for ExecutableFacts {
    type Error = WireError;

    fn try_from(facts: proto::ExecutableFacts) -> Result<Self, WireError> {
        Ok(Self {
            format: facts.format().try_into()?,
            class: class_in(facts.class())?,
            sha256: digest(&facts.sha256, "sha256")?,
            size_bytes: facts.size_bytes,
            runs_on: text(facts.runs_on, "runs_on")?,
            file_name: text(facts.file_name, "file_name")?,
            version: VersionInfo {
                company: text(facts.company, "company")?,
                product: text(facts.product, "product")?,
                description: text(facts.description, "description")?,
                version: text(facts.version, "version")?,
                original_name: text(facts.original_name, "original_name")?,
            },
            signer: facts.signer.map(|signer| text(signer, "signer")).transpose()?,
        })
    }
}
