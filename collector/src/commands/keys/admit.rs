//! `keys admit` and `keys remove`: the list of those who may open evidence, signed anew by the root.

use caretaker_shared::clock::{Clock as _, SystemClock};
use caretaker_shared::sealing::{Kind, MOST_AT_ONE_SITE, PersonalKey, RecipientSet, SetError, SignedSet};
use jiff::{SignedDuration, Timestamp};

use super::KeyArgs;
use super::files::card;
use crate::commands::output::Output;
use crate::commands::refused::failure;
use crate::commands::{Exit, Failure};
use crate::render;

/// How long a list is good: a school year, and a summer in which nobody signs.
const GOOD: SignedDuration = SignedDuration::from_hours(400 * 24);

/// Options of `keys admit`.
#[derive(Debug, Clone, clap::Args)]
pub struct AdmitArgs {
    /// Cards, or files with one; the three keepers of the recovery together
    #[arg(required = true)]
    cards: Vec<String>,
    #[command(flatten)]
    key: KeyArgs,
}

/// Options of `keys remove`.
#[derive(Debug, Clone, clap::Args)]
pub struct RemoveArgs {
    /// The key, as `keys list` prints it: eight digits
    id: String,
    #[command(flatten)]
    key: KeyArgs,
}

pub(super) fn admit(args: &AdmitArgs, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let cards = args.cards.iter().map(|given| card(given)).collect::<anyhow::Result<Vec<_>>>()?;
    let (root, held) = root_and_list(&args.key)?;
    let mut set = held.set().clone();
    for card in &cards {
        if card.holder.school != set.school {
            let text = format!("the card of {} is of another school: {}", card.holder.name, card.holder.school);
            return Err(failure(Exit::Usage, text).into());
        }
        let list = if card.kind == Kind::Recovery { &mut set.recovery } else { &mut set.recipients };
        list.retain(|one| one.key != card.key);
        list.push(card.clone().recipient());
    }
    let signed = sign_next(&args.key, &root, set)?;
    output.text(&render::keys::admitted(&cards, &signed))
}

pub(super) fn remove(args: &RemoveArgs, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let (root, held) = root_and_list(&args.key)?;
    let mut set = held.set().clone();
    let before = set.recipients.len() + set.recovery.len();
    set.recipients.retain(|one| one.id().to_string() != args.id);
    let recovery = set.recovery.len();
    set.recovery.retain(|one| one.id().to_string() != args.id);
    if set.recovery.len() != recovery {
        // Two of two are not a recovery: the three are named together.
        set.recovery.clear();
    }
    if set.recipients.len() + set.recovery.len() == before {
        let text = format!("nobody in the list has the key {}\n  list them:  caretaker-collector keys list", args.id);
        return Err(failure(Exit::Usage, text).into());
    }
    let signed = sign_next(&args.key, &root, set)?;
    output.text(&render::keys::list(&signed, &render::keys::entries(&signed), output.screen))
}

/// The root's key, unlocked, and the list beside it.
fn root_and_list(args: &KeyArgs) -> anyhow::Result<(PersonalKey, SignedSet)> {
    let (_, key) = args.unlocked()?;
    let text = "there is no list beside this key\n  fetch the one in force:  caretaker-collector keys verify --save";
    let held = args.list()?.ok_or_else(|| failure(Exit::Usage, text.to_owned()))?;
    match key.root() {
        Some(root) => held.follows(&root.fingerprint(), None).map_err(valid)?,
        None => return Err(valid(SetError::NoRoot).into()),
    }
    Ok((key, held))
}

fn sign_next(args: &KeyArgs, root: &PersonalKey, set: RecipientSet) -> anyhow::Result<SignedSet> {
    let now = SystemClock.now();
    let next = RecipientSet { version: set.version + 1, made_at: now, expires_at: expires(now), ..set };
    let signed = next.sign(root).map_err(valid)?;
    args.keep_list(&signed)?;
    Ok(signed)
}

/// When a list that is made now is to be made anew.
pub(super) fn expires(now: Timestamp) -> Timestamp {
    now.checked_add(GOOD).unwrap_or(now)
}

/// Why a list was not made, for the person who makes it.
pub(super) fn valid(error: SetError) -> Failure {
    let text = match error {
        SetError::Malformed("recovery") => {
            "the recovery has three keepers, or none\n  admit the three together:  keys admit CARD CARD CARD".to_owned()
        }
        SetError::Malformed("recipients") => {
            format!(
                "no more than {MOST_AT_ONE_SITE} people may answer for one site\n  give their keys sites:  keys add --site SITE"
            )
        }
        SetError::Malformed("recipients.role") => "a safeguarding lead or a deputy has to be in the list".to_owned(),
        SetError::NoRoot => {
            "only the holder of the safeguarding root changes the list\n  hand your card to them:  keys show".to_owned()
        }
        SetError::Malformed(_) | SetError::Unsigned | SetError::Foreign | SetError::Older { .. } => error.to_string(),
    };
    failure(Exit::Usage, text)
}
