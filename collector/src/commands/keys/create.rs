//! `keys create` and `keys add`: a new key, its file, its sheet for the printer.

use caretaker_shared::clock::{Clock as _, SystemClock};
use caretaker_shared::model::Role;
use caretaker_shared::sealing::{Card, Holder, KeyFile, Kind, PersonalKey, RecipientSet};
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};
use data_encoding::HEXLOWER;

use super::KeyArgs;
use super::admit::{expires, valid};
use super::files::holder;
use crate::commands::Exit;
use crate::commands::output::Output;
use crate::commands::refused::failure;
use crate::render;

/// Offices whose holders open evidence, and the keepers of the recovery.
const ROLES: [&str; 5] = ["safeguarding-lead", "deputy", "head", "chair", "recovery"];

/// Options of `keys create`.
#[derive(Debug, Clone, clap::Args)]
pub struct CreateArgs {
    /// Name of the school or trust, as the collector has it
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    school: String,
    /// Your name
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    name: String,
    /// A login name of yours: what is about you is never sealed for you; may be given several times
    #[arg(long = "account", value_name = "LOGIN")]
    accounts: Vec<String>,
    #[command(flatten)]
    key: KeyArgs,
}

/// Options of `keys add`.
#[derive(Debug, Clone, clap::Args)]
pub struct AddArgs {
    /// Name of the school or trust
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    school: String,
    /// Your name
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    name: String,
    /// Your office; "recovery" for one of the three who can open together what nobody else can
    #[arg(long, value_parser = PossibleValuesParser::new(ROLES))]
    role: String,
    /// A site that you answer for; may be given several times [default: all sites]
    #[arg(long = "site", value_name = "SITE", value_parser = NonEmptyStringValueParser::new())]
    sites: Vec<String>,
    /// A login name of yours: what is about you is never sealed for you; may be given several times
    #[arg(long = "account", value_name = "LOGIN")]
    accounts: Vec<String>,
    /// The fingerprint of the safeguarding root, as the lead reads it to you
    #[arg(long, value_name = "DIGITS")]
    root: Option<String>,
    #[command(flatten)]
    key: KeyArgs,
}

pub(super) fn create(args: &CreateArgs, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    args.key.must_be_free()?;
    let holder = Holder { accounts: args.accounts.clone(), ..holder(&args.school, &args.name, Role::SafeguardingLead) };
    let passphrase = args.key.passphrase().new_one()?;
    let key = PersonalKey::generate(holder, Kind::Root);
    let now = SystemClock.now();
    let set = RecipientSet {
        school: args.school.clone(),
        version: 1,
        made_at: now,
        expires_at: expires(now),
        recipients: vec![Card::of(&key).recipient()],
        recovery: Vec::new(),
    };
    let set = set.sign(&key).map_err(valid)?;
    let root = set.root().fingerprint();
    args.key.keep(&KeyFile::lock(&key, Some(root), &passphrase)?)?;
    args.key.keep_list(&set)?;
    let sheets = args.key.print_sheet(&key)?;
    output.text(&render::keys::created(&Card::of(&key), &root, &args.key.key, &sheets))
}

pub(super) fn add(args: &AddArgs, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    args.key.must_be_free()?;
    let (role, kind) = match Role::parse(&args.role) {
        Some(role) => (role, Kind::Person),
        // Who keeps a part of the recovery needs no office in the school.
        None => (Role::Governor, Kind::Recovery),
    };
    let root = args.root.as_deref().map(fingerprint).transpose()?;
    let holder =
        Holder { sites: args.sites.clone(), accounts: args.accounts.clone(), ..holder(&args.school, &args.name, role) };
    let passphrase = args.key.passphrase().new_one()?;
    let key = PersonalKey::generate(holder, kind);
    args.key.keep(&KeyFile::lock(&key, root, &passphrase)?)?;
    let sheets = args.key.print_sheet(&key)?;
    output.text(&render::keys::added(&Card::of(&key), &args.key.key, &sheets))
}

/// A fingerprint as people type it: blanks make no difference.
fn fingerprint(typed: &str) -> anyhow::Result<caretaker_shared::digest::Sha256> {
    let digits: String = typed.split_whitespace().collect::<String>().to_lowercase();
    let bytes = HEXLOWER.decode(digits.as_bytes()).ok();
    let found = bytes.and_then(|bytes| caretaker_shared::digest::Sha256::from_slice(&bytes));
    let text = "this is no fingerprint: 64 digits and letters a to f are expected\n  the lead reads it from:  \
                caretaker-collector keys show";
    Ok(found.ok_or_else(|| failure(Exit::Usage, text.to_owned()))?)
}
