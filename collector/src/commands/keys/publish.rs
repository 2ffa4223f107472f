//! `keys publish` and `keys verify`: the two that ask a collector.

use anyhow::Context as _;
use caretaker_proto::console::v1::keys_client::KeysClient;
use caretaker_proto::console::v1::{GetRecipientsRequest, PublishRecipientsRequest};
use caretaker_shared::sealing::SignedSet;
use tonic::transport::Channel;

use super::KeyArgs;
use super::files::open_key_file;
use crate::commands::Exit;
use crate::commands::output::Output;
use crate::commands::refused::{failure, refused};
use crate::render;

/// Options of `keys publish`.
#[derive(Debug, Clone, clap::Args)]
pub struct PublishArgs {
    #[command(flatten)]
    key: KeyArgs,
}

/// Options of `keys verify`.
#[derive(Debug, Clone, clap::Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    key: KeyArgs,
    /// Keep the list beside your key
    #[arg(long)]
    save: bool,
}

pub(super) async fn publish(args: &PublishArgs, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let text = "there is no list beside this key\n  fetch the one in force:  caretaker-collector keys verify --save";
    let list = args.key.list()?.ok_or_else(|| failure(Exit::Usage, text.to_owned()))?;
    let request = PublishRecipientsRequest { signed: list.encoded().to_vec() };
    let answer = KeysClient::new(channel).publish_recipients(request).await.map_err(|status| refused(&status))?;
    output.text(&render::keys::published(&list, answer.into_inner().devices_without_root))
}

pub(super) async fn verify(args: &VerifyArgs, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let request = GetRecipientsRequest { digest: Vec::new() };
    let answer = KeysClient::new(channel).get_recipients(request).await.map_err(|status| refused(&status))?;
    let signed = answer.into_inner().signed;
    if signed.is_empty() {
        let text = "the collector has no list: devices seal nothing\n  publish one:  caretaker-collector keys publish";
        return Err(failure(Exit::Findings, text.to_owned()).into());
    }
    let set = SignedSet::parse(&signed).context("the collector hands out something that is no list")?;
    let file = open_key_file(&args.key.key)?;
    if let Some(root) = &file.root {
        let swapped = |error| {
            let text = format!(
                "the list of the collector is not yours: {error}\n  somebody may be trying to read what devices seal; \
                 tell the head and do not publish anything"
            );
            failure(Exit::Findings, text)
        };
        set.follows(root, args.key.list()?.as_ref()).map_err(swapped)?;
    }
    if args.save {
        args.key.keep_list(&set)?;
    }
    output.text(&render::keys::verified(&set, file.root.is_some(), output.screen))
}
