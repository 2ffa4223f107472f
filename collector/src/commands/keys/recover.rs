//! `keys change-passphrase` and `keys recover`.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use caretaker_shared::sealing::sheet::{Sheet, SheetError};
use caretaker_shared::sealing::{Card, Holder, KeyFile};
use caretaker_shared::secret::Secret;

use super::KeyArgs;
use super::files::holder;
use super::passphrase::Passphrase;
use crate::commands::output::Output;
use crate::commands::refused::failure;
use crate::commands::{Exit, Failure};
use crate::render;
use crate::render::sheet::words_of;

/// Options of `keys change-passphrase`.
#[derive(Debug, Clone, clap::Args)]
pub struct ChangeArgs {
    #[command(flatten)]
    key: KeyArgs,
    /// A file with the new passphrase, which only you can read [default: asked for on the terminal]
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
}

/// Options of `keys recover`.
#[derive(Debug, Clone, clap::Args)]
pub struct RecoverArgs {
    /// A text file with what stands on the sheet: its four numbered lines are enough
    sheet: PathBuf,
    /// Your name, where the sheet's first lines were not typed
    #[arg(long)]
    name: Option<String>,
    /// Name of the school or trust, where the sheet's first lines were not typed
    #[arg(long)]
    school: Option<String>,
    #[command(flatten)]
    key: KeyArgs,
}

pub(super) fn change(args: &ChangeArgs, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let (file, key) = args.key.unlocked()?;
    let passphrase = Passphrase { file: args.new_passphrase_file.as_deref() }.new_one()?;
    args.key.keep(&KeyFile::lock(&key, file.root, &passphrase)?)?;
    output.text("The key file has its new passphrase. Copies of the file from before still open with the old one.\n")
}

pub(super) fn recover(args: &RecoverArgs, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    args.key.must_be_free()?;
    let text = fs::read_to_string(&args.sheet).map(Secret::new);
    let text = text.with_context(|| format!("{} cannot be read", args.sheet.display()))?;
    let sheet = Sheet::parse(text.expose()).map_err(mistyped)?;
    let words = words_of(text.expose());
    let missing =
        |what: &str, option: &str| failure(Exit::Usage, format!("the sheet does not say {what}\n  say it:  {option}"));
    let name = args.name.clone().or(words.name).ok_or_else(|| missing("whose it is", "--name NAME"))?;
    let school = args.school.clone().or(words.school).ok_or_else(|| missing("which school", "--school SCHOOL"))?;
    let holder = Holder { sites: words.sites, accounts: words.accounts, ..holder(&school, &name, sheet.role) };
    let passphrase = args.key.passphrase().new_one()?;
    let key = sheet.key(holder);
    let root = key.root().map(|root| root.fingerprint());
    args.key.keep(&KeyFile::lock(&key, root, &passphrase)?)?;
    output.text(&render::keys::recovered(&Card::of(&key), root.as_ref(), &args.key.key))
}

fn mistyped(error: SheetError) -> Failure {
    failure(Exit::Usage, format!("{error}\n  compare it with the paper and type that line again"))
}
