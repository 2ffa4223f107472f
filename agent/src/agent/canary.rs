//! Proves that this device's way of an alert works: a harmless sentence of its own goes once through everything that a
//! pupil's text goes through, from a file through the child that reads it, the rules and the seal into the spool.
//!
//! The collector asks by a number and nothing else. What is read, which rule it meets and that it can meet no other is
//! decided here, so that the question cannot be made into a command. Until it is answered it comes with every greeting.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use caretaker_shared::digest::keyed;
use caretaker_shared::lexicon::{AgeProfile, Ask};
use caretaker_shared::model::{CanaryNonce, Source, SubjectKind};
use caretaker_shared::private_file;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::looking::Looking;
use crate::blocking::blocking;
use crate::detection::{self, Event, Met, Subject, Week};
use crate::documents::extract::{Launch, text_of};

/// The sentence. It holds the phrase of the rule that is there to be tried, and says what it is.
const SENTENCE: &str = "This is the caretaker demonstration phrase. This computer wrote it by itself, to prove that \
                        its alerts arrive. Nobody is concerned by it.\n";
/// The only category that it is held against, whatever the policy says.
const CATEGORY: &str = "demonstration";

/// What it takes to prove it.
pub(super) struct Proving {
    pub(super) looking: Looking,
    /// How the child that takes text out of files is started.
    pub(super) launch: Launch,
    /// A folder of its own, that is there while it is needed.
    pub(super) folder: PathBuf,
}

impl Proving {
    /// Answers what is asked until `stop`.
    pub(super) async fn run(self, mut asked: watch::Receiver<Option<CanaryNonce>>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                changed = asked.changed() => if changed.is_err() {
                    return stop.cancelled().await;
                },
            }
            let Some(nonce) = *asked.borrow_and_update() else { continue };
            let answered = tokio::select! {
                () = stop.cancelled() => return,
                answered = self.answer(nonce) => answered,
            };
            match answered {
                Ok(true) => tracing::info!("this device has sent its canary"),
                Ok(false) => {}
                Err(error) => tracing::error!(reason = %format!("{error:#}"), "the canary was not sent"),
            }
        }
    }

    /// Answers a question that is new; says whether it was.
    async fn answer(&self, nonce: CanaryNonce) -> anyhow::Result<bool> {
        let spool = &self.looking.spool;
        if spool.run(move |spool| spool.has_answered(nonce)).await? {
            return Ok(false);
        }
        let folder = self.folder.clone();
        let file = blocking(move || written(&folder, nonce)).await.context("the sentence is not written")??;
        let read = text_of(file, &self.launch).await.map_err(|unread| anyhow::anyhow!("{unread}"));
        let folder = self.folder.clone();
        blocking(move || std::fs::remove_dir_all(folder)).await.context("the sentence is not removed")??;
        let event = self.met(read.context("the sentence is not read")?.as_str(), nonce)?;
        spool.run(move |spool| spool.answer(nonce, &event)).await?;
        Ok(true)
    }

    /// The event that the sentence is worth.
    fn met(&self, text: &str, nonce: CanaryNonce) -> anyhow::Result<Event> {
        let categories = BTreeSet::from([CATEGORY.to_owned()]);
        let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
        let path = path(&self.folder, nonce);
        let met = Met::all(&self.looking.rules, text, &ask, &path.to_string_lossy(), "")
            .context("the rules of this device fail at its own sentence")?;
        let at = self.looking.clock.now();
        let document = keyed(self.looking.key.expose(), path.as_os_str().as_encoded_bytes());
        let subject = Subject { source: Source::Document, document, user: None, kind: SubjectKind::Pupil, at };
        let news = detection::news(&[], met, &Week::default(), &subject, at);
        news.events.into_iter().next().context("the rules of this device do not find its own sentence")
    }
}

fn path(folder: &Path, nonce: CanaryNonce) -> PathBuf {
    folder.join(format!("{nonce}.txt"))
}

fn written(folder: &Path, nonce: CanaryNonce) -> std::io::Result<File> {
    private_file::create_folder(folder)?;
    let path = path(folder, nonce);
    private_file::write(&path, SENTENCE.as_bytes())?;
    File::open(path)
}
