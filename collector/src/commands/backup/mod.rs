//! `backup create`, `backup verify`, `backup restore`: on the machine of the collector.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use caretaker_shared::clock::{Clock as _, SystemClock};
use jiff::{SignedDuration, Timestamp};

use super::keys::Passphrase;
use super::progress::Progress;
use super::{Exit, client};
use crate::backup::{self, BACKUP, KEYS};
use crate::data::{DataFolder, Lock, LockError};
use crate::render;
use crate::store::Store;

/// Keys of months live no longer than that elsewhere, or nothing of a month is ever gone (reliability.md 5.5).
const KEY_DAYS: i64 = 30;
/// Backups live no longer than that (detection.md 4.5).
const BACKUP_DAYS: u32 = 35;

/// What can be done with backups.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum BackupCommand {
    /// Make an encrypted backup, while the collector works
    Create(CreateArgs),
    /// Look through a backup: decrypt all of it, check the database, prove the audit log
    Verify(VerifyArgs),
    /// Put a backup in place; the collector must be stopped
    Restore(RestoreArgs),
}

/// Options of `backup create`.
#[derive(Debug, Clone, clap::Args)]
pub struct CreateArgs {
    /// Folder for the backup, on another disk or machine
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// File that holds the passphrase, for its owner alone, instead of being asked for it
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Remove backups from that folder that are older than so many days
    #[arg(long, value_name = "DAYS", default_value_t = BACKUP_DAYS, value_parser = clap::value_parser!(u32).range(1..=35))]
    keep_days: u32,
}

/// Options of `backup verify`.
#[derive(Debug, Clone, clap::Args)]
pub struct VerifyArgs {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// File that holds the passphrase, for its owner alone
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// Options of `backup restore`.
#[derive(Debug, Clone, clap::Args)]
pub struct RestoreArgs {
    /// The file that ends in .backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The file that ends in .keys, for a folder that has no keys of months
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// File that holds the passphrase, for its owner alone
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// Runs a command about backups.
///
/// # Errors
/// When it could not be done; what was there before stands.
pub fn run(command: &BackupCommand, data: Option<PathBuf>, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let folder = DataFolder::at(&client::data_dir(data));
    let now = SystemClock.now();
    let text = match command {
        BackupCommand::Create(args) => create(args, &DataFolder::open(folder.path())?, now)?,
        BackupCommand::Verify(args) => {
            let secret = passphrase(args.passphrase_file.as_deref()).known("the backup")?;
            let progress = Progress::new("Looking through the backup");
            let contents = backup::verify(&args.file, &secret)?;
            drop(progress);
            let text = render::backup::contents(&contents);
            out.write_all(text.as_bytes())?;
            return Ok(if render::backup::is_whole(&contents) { Exit::Fine } else { Exit::Findings });
        }
        BackupCommand::Restore(args) => {
            let secret = passphrase(args.passphrase_file.as_deref()).known("the backup")?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let _progress = Progress::new("Putting the backup in place");
            let restored =
                runtime.block_on(backup::restore(&args.file, args.keys.as_deref(), &folder, &secret, now))?;
            render::backup::restored(&restored, folder.path())
        }
    };
    out.write_all(text.as_bytes())?;
    Ok(Exit::Fine)
}

fn passphrase(file: Option<&Path>) -> Passphrase<'_> {
    Passphrase { file }
}

fn create(args: &CreateArgs, folder: &DataFolder, now: Timestamp) -> anyhow::Result<String> {
    let secret = passphrase(args.passphrase_file.as_deref()).new_one()?;
    let progress = Progress::new("Copying and encrypting");
    let created = backup::create(folder, &args.to, &secret, now)?;
    progress.step("Looking through the backup");
    // What cannot be read back is no backup.
    let contents = backup::verify(&created.file, &secret).context("the backup that was just made is not whole")?;
    let removed = [
        expire(&args.to, KEYS, SignedDuration::from_hours(24 * KEY_DAYS), now)?,
        expire(&args.to, BACKUP, SignedDuration::from_hours(24 * i64::from(args.keep_days)), now)?,
    ]
    .concat();
    record(folder, format!("{} bytes, sha256={}", created.bytes, created.sha256), now)?;
    Ok(render::backup::created(&created, &contents, &removed))
}

/// Removes older files of that kind, by the time in their names.
fn expire(folder: &Path, kind: &str, age: SignedDuration, now: Timestamp) -> anyhow::Result<Vec<String>> {
    let oldest = format!("{}.{kind}", now.checked_sub(age)?.strftime("caretaker-%Y-%m-%dt%H%M%S"));
    let mut removed = Vec::new();
    for file in std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = file?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_ours =
            name.starts_with("caretaker-") && name.len() == oldest.len() && name.ends_with(&format!(".{kind}"));
        if is_ours && name < oldest {
            std::fs::remove_file(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
            removed.push(name);
        }
    }
    removed.sort();
    Ok(removed)
}

/// Writes it into the audit chain.
fn record(folder: &DataFolder, detail: String, now: Timestamp) -> anyhow::Result<()> {
    let _lock = match Lock::take(folder) {
        Ok(lock) => Some(lock),
        // A collector works there; the row takes its turn in the database.
        Err(LockError::Held(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { Store::open(&folder.database())?.record_backup(detail, now).await })?;
    Ok(())
}
