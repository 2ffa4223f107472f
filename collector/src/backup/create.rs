//! Making a backup.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use caretaker_shared::archive::ArchiveWriter;
use caretaker_shared::digest::Sha256;
use caretaker_shared::private_file;
use caretaker_shared::secret::Secret;
use jiff::Timestamp;

use super::{ABOUT, About, BACKUP, DATABASE, KEYS, LEXICONS, entries};
use crate::data::DataFolder;
use crate::store::{copy_database, vault};

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The backup.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Sha256,
    /// The keys of months; `None` where there are none yet.
    pub keys: Option<PathBuf>,
}

/// Makes a backup of a collector, whether it runs or not, in the folder `to`.
///
/// # Errors
/// When something cannot be read or written, or the copy of the database is not whole.
pub fn create(folder: &DataFolder, to: &Path, secret: &Secret<String>, now: Timestamp) -> anyhow::Result<Created> {
    private_file::create_folder(to).with_context(|| format!("{} cannot be made", to.display()))?;
    let stamp = now.strftime("caretaker-%Y-%m-%dt%H%M%S");
    let (file, keys) = (to.join(format!("{stamp}.{BACKUP}")), to.join(format!("{stamp}.{KEYS}")));
    if file.exists() {
        bail!("{} exists already\n  run it again: a backup is named by its second", file.display());
    }
    let copy = folder.path().join("backup.db");
    let copied = copy_database(&folder.database(), &copy).context("the database cannot be copied");
    let written = copied.and_then(|()| write(folder, &copy, &file, secret, now));
    // Plain pages must not lie about, whatever happened.
    for left in [copy.clone(), copy.with_extension("db-wal"), copy.with_extension("db-shm")] {
        match std::fs::remove_file(&left) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{} cannot be removed", left.display()));
            }
            _ => {}
        }
    }
    written?;
    let source = folder.path().join(vault::FILE);
    let keys = if source.exists() {
        write_keys(folder, &source, &keys, secret, now)?;
        Some(keys)
    } else {
        None
    };
    let reader = std::fs::File::open(&file)?;
    let bytes = reader.metadata()?.len();
    Ok(Created { sha256: Sha256::of_reader(reader)?, file, bytes, keys })
}

fn write(folder: &DataFolder, copy: &Path, file: &Path, secret: &Secret<String>, now: Timestamp) -> anyhow::Result<()> {
    let about = about(folder, BACKUP, now)?;
    private_file::write_by(file, |out| {
        let mut archive = ArchiveWriter::new(io::BufWriter::new(out), secret)?;
        entries::put(&mut archive, ABOUT, &about)?;
        entries::put_file(&mut archive, DATABASE, copy)?;
        for path in
            [folder.settings(), folder.authority_pem(), folder.authority_key(), folder.audit_key(), folder.guidance()]
        {
            if let Some(name) = path.file_name().filter(|_| path.exists()) {
                entries::put_file(&mut archive, &name.to_string_lossy(), &path)?;
            }
        }
        lexicons(&mut archive, &folder.lexicons())?;
        entries::end(&mut archive)?;
        archive.finish()?.flush()
    })
    .with_context(|| format!("{} cannot be written", file.display()))
}

fn write_keys(
    folder: &DataFolder,
    source: &Path,
    file: &Path,
    secret: &Secret<String>,
    now: Timestamp,
) -> anyhow::Result<()> {
    let about = about(folder, KEYS, now)?;
    private_file::write_by(file, |out| {
        let mut archive = ArchiveWriter::new(io::BufWriter::new(out), secret)?;
        entries::put(&mut archive, ABOUT, &about)?;
        entries::put_file(&mut archive, vault::FILE, source)?;
        entries::end(&mut archive)?;
        archive.finish()?.flush()
    })
    .with_context(|| format!("{} cannot be written", file.display()))
}

fn lexicons(archive: &mut impl Write, folder: &Path) -> io::Result<()> {
    let files = match std::fs::read_dir(folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for file in files {
        let file = file?;
        if file.file_type()?.is_file() {
            let name = format!("{LEXICONS}{}", file.file_name().to_string_lossy());
            entries::put_file(archive, &name, &file.path())?;
        }
    }
    Ok(())
}

fn about(folder: &DataFolder, kind: &str, now: Timestamp) -> anyhow::Result<Vec<u8>> {
    let path = folder.authority_pem();
    let authority = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let about = About {
        kind: kind.into(),
        authority: Sha256::of(&authority).to_string(),
        made_at: now,
        version: env!("CARGO_PKG_VERSION").into(),
    };
    Ok(serde_json::to_vec(&about)?)
}
