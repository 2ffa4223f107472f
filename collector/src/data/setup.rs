//! Setting a collector up: every piece is made once, and what is there is left as it is. A crash half-way is completed
//! the next time. The settings come last, so that a folder that has them has everything.

use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use caretaker_shared::clock::Clock;
use caretaker_shared::pki::Authority;
use caretaker_shared::policy::PRESET;
use caretaker_shared::private_file;

use super::identity::{read_secret, write};
use super::{DataFolder, FolderError, Lock, LockError, ServerIdentity, load_authority};
use crate::config;
use crate::store::Store;

/// What is wanted of a new collector.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Name of the school.
    pub school: String,
    /// Host and port under which devices reach the collector.
    pub address: String,
    /// Name of the first site.
    pub site: String,
    /// Who does it, for the audit chain.
    pub actor: String,
}

/// One piece of a collector and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// "authority.pem".
    pub piece: String,
    /// What it is for.
    pub about: String,
    /// What was done.
    pub outcome: StepOutcome,
}

/// What was done about a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepOutcome {
    /// It was not there.
    Made,
    /// It was there and is as it was.
    Exists,
}

const AUDIT_KEY: &str = "the key that signs the audit log";

/// Names by which a folder is known as ours.
const OURS: [&str; 12] = [
    "collector.lock",
    "collector.toml",
    "caretaker.db",
    "authority.pem",
    "authority.key",
    "audit.key",
    "retention.keys",
    "server.pem",
    "server.key",
    "mail",
    "lexicons",
    "console.sock",
];

/// Sets a collector up, or completes one.
///
/// # Errors
/// When the folder belongs to something else, cannot be written, or lacks a piece that cannot be made again.
pub async fn set_up(folder: &DataFolder, setup: &Setup, clock: Arc<dyn Clock>) -> anyhow::Result<Vec<Step>> {
    let mut steps = vec![make_folder(folder)?];
    let _lock = match Lock::take(folder) {
        Ok(lock) => lock,
        // A collector that runs has everything; looking is all there is to do.
        Err(LockError::Held(_)) if folder.settings().exists() => {
            steps.extend(pieces(folder).map(|(path, about)| step(&path, about, StepOutcome::Exists)));
            return Ok(steps);
        }
        Err(error) => return Err(error.into()),
    };
    let authority = Arc::new(make_authority(folder, setup, clock.as_ref(), &mut steps)?);
    let identity = ServerIdentity::new(folder.clone(), authority, clock.clone());
    // A certificate of the server from before its authority had one would not be believed.
    let authority_made = steps.iter().any(|step| step.piece == "authority.pem" && step.outcome == StepOutcome::Made);
    let keep = !authority_made && folder.server_pem().exists() && folder.server_key().exists();
    if !keep {
        identity.renew(clock.now())?;
    }
    let done = if keep { StepOutcome::Exists } else { StepOutcome::Made };
    steps.push(step(&folder.server_pem(), "the server's certificate, renewed by itself", done));
    steps.push(step(&folder.server_key(), "its private key", done));
    let audit = step(
        &folder.audit_key(),
        AUDIT_KEY,
        if folder.audit_key().exists() { StepOutcome::Exists } else { StepOutcome::Made },
    );
    super::audit_key(folder)?;
    steps.push(audit);
    steps.push(make_database(folder, setup, clock.as_ref()).await?);
    steps.push(make_mail_folder(folder)?);
    steps.push(make_settings(folder, setup)?);
    Ok(steps)
}

fn pieces(folder: &DataFolder) -> impl Iterator<Item = (std::path::PathBuf, &'static str)> {
    [
        (folder.authority_pem(), "the authority that devices trust"),
        (folder.authority_key(), "its private key: keep a copy in a safe place, show it to nobody"),
        (folder.server_pem(), "the server's certificate, renewed by itself"),
        (folder.server_key(), "its private key"),
        (folder.audit_key(), AUDIT_KEY),
        (folder.database(), "the database"),
        (folder.mail(), "mail that is kept on this machine"),
        (folder.settings(), "the settings"),
    ]
    .into_iter()
}

fn make_folder(folder: &DataFolder) -> anyhow::Result<Step> {
    let path = folder.path();
    let about = "everything of this collector, for its owner only";
    match folder.check() {
        Ok(()) => {}
        Err(FolderError::NotSetUp(_)) => {
            private_file::create_folder(path).with_context(|| format!("{} cannot be made", path.display()))?;
            return Ok(Step { piece: path.display().to_string(), about: about.into(), outcome: StepOutcome::Made });
        }
        Err(error) => return Err(error.into()),
    }
    let unusable = |source: io::Error| FolderError::Unusable { path: path.to_owned(), source };
    let names = std::fs::read_dir(path)
        .and_then(|entries| {
            entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<io::Result<Vec<_>>>()
        })
        .map_err(unusable)?;
    let ours = |name: &String| OURS.iter().any(|known| name.starts_with(known));
    if names.is_empty() {
        private_file::close_folder(path).map_err(unusable)?;
    }
    if !names.is_empty() && !names.iter().any(ours) {
        return Err(FolderError::Foreign { path: path.to_owned(), found: names[0].clone() }.into());
    }
    Ok(Step { piece: path.display().to_string(), about: about.into(), outcome: StepOutcome::Exists })
}

fn make_authority(
    folder: &DataFolder,
    setup: &Setup,
    clock: &dyn Clock,
    steps: &mut Vec<Step>,
) -> anyhow::Result<Authority> {
    let (pem, key) = (folder.authority_pem(), folder.authority_key());
    let (pem_about, key_about) =
        ("the authority that devices trust", "its private key: keep a copy in a safe place, show it to nobody");
    let (authority, pem_done, key_done) = match (pem.exists(), key.exists()) {
        (true, true) => (load_authority(folder)?, StepOutcome::Exists, StepOutcome::Exists),
        (true, false) => bail!(
            "{} is missing beside authority.pem; without it no device can be enrolled: put it back from a backup",
            key.display()
        ),
        // The key is written first: one that stands alone has not signed anything yet.
        (false, true) => {
            let key_pem = read_secret(&key).with_context(|| format!("{} cannot be used", key.display()))?;
            let authority = Authority::certify(&setup.school, &key_pem, clock.now())
                .with_context(|| format!("{} cannot be used", key.display()))?;
            write(&pem, authority.pem().as_bytes())?;
            (authority, StepOutcome::Made, StepOutcome::Exists)
        }
        (false, false) => {
            let (authority, key_pem) =
                Authority::generate(&setup.school, clock.now()).context("the authority cannot be made")?;
            write(&key, key_pem.expose().as_bytes())?;
            write(&pem, authority.pem().as_bytes())?;
            (authority, StepOutcome::Made, StepOutcome::Made)
        }
    };
    steps.push(step(&pem, pem_about, pem_done));
    steps.push(step(&key, key_about, key_done));
    Ok(authority)
}

async fn make_database(folder: &DataFolder, setup: &Setup, clock: &dyn Clock) -> anyhow::Result<Step> {
    let path = folder.database();
    if !path.exists() {
        // Empty, and owner-only from its first moment; SQLite gives its other files the same mode.
        write(&path, &[])?;
    }
    let about = || format!("{} cannot be used", path.display());
    let store = Store::open(&path).with_context(about)?;
    let made = store.site_names().await.with_context(about)?.is_empty();
    if made {
        store.apply_policy(&setup.site, PRESET, &setup.actor, clock.now()).await.with_context(about)?;
    }
    let about = format!("the database, with the site {} and its first policy", setup.site);
    let outcome = if made { StepOutcome::Made } else { StepOutcome::Exists };
    Ok(step(&path, if made { &about } else { "the database" }, outcome))
}

/// A folder for mail until a mail server is set: a collector that has settings may have one already.
fn make_mail_folder(folder: &DataFolder) -> anyhow::Result<Step> {
    let path = folder.mail();
    let exists = path.exists() || folder.settings().exists();
    if !exists {
        private_file::create_folder(&path).with_context(|| format!("{} cannot be made", path.display()))?;
    }
    Ok(step(&path, "mail that is kept on this machine", if exists { StepOutcome::Exists } else { StepOutcome::Made }))
}

fn make_settings(folder: &DataFolder, setup: &Setup) -> anyhow::Result<Step> {
    let path = folder.settings();
    let exists = path.exists();
    if !exists {
        write(&path, config::template(&setup.school, &setup.address).as_bytes())?;
    }
    Ok(step(&path, "the settings", if exists { StepOutcome::Exists } else { StepOutcome::Made }))
}

fn step(path: &Path, about: &str, outcome: StepOutcome) -> Step {
    let piece = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Step { piece, about: about.into(), outcome }
}
