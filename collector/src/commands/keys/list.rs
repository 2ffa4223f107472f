//! `keys list` and `keys show`: what lies on this computer. No passphrase is needed.

use super::KeyArgs;
use super::files::open_key_file;
use crate::commands::Exit;
use crate::commands::listing::Listing;
use crate::commands::output::Output;
use crate::commands::refused::failure;
use crate::render;

/// Options of `keys list`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    listing: Listing,
}

/// Options of `keys show`.
#[derive(Debug, Clone, clap::Args)]
pub struct ShowArgs {
    #[command(flatten)]
    key: KeyArgs,
}

pub(super) fn list(args: &ListArgs, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let text = "there is no list beside this key\n  fetch the one in force:  caretaker-collector keys verify --save";
    let held = args.key.list()?.ok_or_else(|| failure(Exit::Usage, text.to_owned()))?;
    let listing = args.listing.once()?;
    let entries = listing.choose(render::keys::entries(&held), output)?;
    listing.show("keys", &entries, output, |entries, screen| render::keys::list(&held, entries, screen))
}

pub(super) fn show(args: &ShowArgs, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let file = open_key_file(&args.key.key)?;
    output.text(&render::keys::card(&file.card, file.root.as_ref()))
}
