//! A person's words about a case: sealed on their own machine, and plain only while the school has no recipients.

use caretaker_proto::console::v1 as proto;
use prost::Message as _;

use crate::console::Context;
use crate::console::refusal::Refusal;
use crate::store::cases::{Form, Words};

/// Most letters of a statement.
const LETTERS: usize = 4_000;
/// Most letters of "by whom".
const INITIALS: usize = 60;
/// Most bytes of a sealed statement.
const SEALED_BYTES: usize = 32 * 1024;

/// The words of a request, as this school keeps them.
pub(super) async fn of(context: &Context, words: Option<proto::Words>) -> Result<Words, Refusal> {
    read(words, context.store.recipients().await?.is_some())
}

fn read(words: Option<proto::Words>, recipients: bool) -> Result<Words, Refusal> {
    let missing =
        Refusal::Field { field: "the reason", problem: "is missing", remedy: "say why:  --reason \"what was done\"" };
    match words.and_then(|words| words.form) {
        None => Err(missing),
        Some(proto::words::Form::Sealed(bytes)) if (1..=SEALED_BYTES).contains(&bytes.len()) => {
            Ok(Words { bytes, form: Form::Sealed })
        }
        Some(proto::words::Form::Sealed(_)) => Err(too_long()),
        Some(proto::words::Form::Plain(_)) if recipients => Err(Refusal::Field {
            field: "the text",
            problem: "is not sealed",
            remedy: "this school has recipients: words about a case are sealed on the machine of whoever writes them",
        }),
        Some(proto::words::Form::Plain(statement)) => {
            if statement.text.trim().is_empty() {
                return Err(missing);
            }
            if statement.text.chars().count() > LETTERS || statement.by_whom.chars().count() > INITIALS {
                return Err(too_long());
            }
            Ok(Words { bytes: statement.encode_to_vec(), form: Form::Plain })
        }
    }
}

fn too_long() -> Refusal {
    Refusal::Field {
        field: "the text",
        problem: "is too long",
        remedy: "write at most 4,000 letters; what is longer belongs into the child-protection file",
    }
}
