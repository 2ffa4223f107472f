//! The loop that sends mail: take the steps that are due, lease what is queued, write it, send it, mark it.
//!
//! At least once: a row is marked after the mail server took the mail. If the collector dies in between, the lease ends
//! and the same mail goes again, with the same Message-ID and an `X-Resend` header. The loop registers for its wake-up
//! before it looks for work, so that no signal is lost, and looks again when a send ends or the next row falls due.

use std::sync::Arc;
use std::time::Duration;

use caretaker_shared::clock::Clock;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::ways::{Carried, Ways};
use crate::audit_papers::Audience;
use crate::mail::{self, Mail, MailError};
use crate::store::licence_audit::{Asked, WhichAudit};
use crate::store::{DueMail, Failed, MailedAudit, Matter, SiteScope, Store, StoreError};

/// Sends under way at once: a slow one holds up none of the others.
const AT_ONCE: usize = 4;
/// Longest pause between two looks into the queue.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Pause after the database refused.
const REFUSED_PAUSE: Duration = Duration::from_secs(5);
/// Minutes after a mail was queued at which it is tried; then every 30.
const TRIES: [i64; 7] = [0, 1, 2, 5, 10, 15, 30];
/// Distance of the tries after those.
const LATER_TRIES: i64 = 30;
/// A server that cannot be reached at all is asked more often, so that mail leaves soon after it returns (G18).
const UNREACHABLE_TRIES: i64 = 5;
/// When a mail is given up.
const GIVE_UP_MINUTES: i64 = 5 * 24 * 60;

/// A step that seems to be due later than that was written by a clock that ran ahead: the store looks closer.
const LATEST_STEP: SignedDuration = SignedDuration::from_hours(24 * 130);

/// Tells people and sends mail until `stop`; then finishes what is under way.
pub async fn run(store: Store, ways: Arc<Ways>, clock: Arc<dyn Clock>, wake: Arc<Notify>, stop: CancellationToken) {
    let mut sending = JoinSet::new();
    loop {
        let mut woken = std::pin::pin!(wake.notified());
        woken.as_mut().enable();
        let pause = match start_due(&store, &ways, &clock, &mut sending).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::error!(%error, "mail that is due could not be looked up; it is tried again");
                REFUSED_PAUSE
            }
        };
        tokio::select! {
            () = stop.cancelled() => break,
            () = woken => {}
            Some(ended) = sending.join_next() => note(ended),
            () = tokio::time::sleep(pause) => {}
        }
    }
    while let Some(ended) = sending.join_next().await {
        note(ended);
    }
}

/// Takes the steps that are due and starts as many due sends as there is room for; says how long there is nothing to do.
pub(super) async fn start_due(
    store: &Store,
    ways: &Arc<Ways>,
    clock: &Arc<dyn Clock>,
    sending: &mut JoinSet<()>,
) -> Result<Duration, StoreError> {
    let now = clock.now();
    let far = now.saturating_add(LATEST_STEP).unwrap_or(Timestamp::MAX);
    if store.next_step_due().await?.is_some_and(|next| next <= now || next > far) {
        store.climb(ways.webhook.is_some(), now).await?;
    }
    let room = AT_ONCE - sending.len();
    if room == 0 {
        return Ok(LONGEST_PAUSE);
    }
    for due in store.lease_mail(room, clock.now()).await? {
        sending.spawn(deliver(store.clone(), Arc::clone(ways), Arc::clone(clock), due));
    }
    let mail = if sending.len() == AT_ONCE { None } else { store.next_mail_due().await? };
    let next = [mail, store.next_step_due().await?].into_iter().flatten().min();
    let wait = next
        .map_or(LONGEST_PAUSE, |next| Duration::try_from(next.duration_since(clock.now())).unwrap_or(Duration::ZERO));
    // With no room left the end of a send is what to wait for, not the rows that it keeps waiting.
    Ok(wait.min(LONGEST_PAUSE))
}

async fn deliver(store: Store, ways: Arc<Ways>, clock: Arc<dyn Clock>, due: DueMail) {
    let carried = match &due.matter {
        Matter::Licences(audit) => match written(&store, &ways, &due, audit, clock.now()).await {
            Ok(Some(mail)) => ways.carry_written(&due, &mail, clock.now()).await,
            // There is no such audit any more: nothing that comes later changes that.
            Ok(None) => Carried::Refused { error: MailError::Address, ways: Vec::new() },
            Err(error) => {
                let error: &dyn std::error::Error = error.as_ref();
                tracing::error!(
                    error,
                    mail = due.label(),
                    "mail could not be written; it is tried when its lease ends"
                );
                return;
            }
        },
        Matter::Alert(_) | Matter::List(_) | Matter::Weekly(_) | Matter::Webhook(_) | Matter::Checkpoint(_) => {
            ways.carry(&due, clock.now()).await
        }
    };
    let now = clock.now();
    let marked = match carried {
        Carried::Taken(way) => {
            tracing::info!(mail = due.label(), attempt = due.attempt, way = way.name, "mail sent");
            store.mail_sent(due.id, way, now).await
        }
        Carried::Refused { error, ways: broken } => {
            let next = next_try(due.created_at, now, &error);
            report(&due, &error, next);
            let outside = ways.is_time_to_call(&due, next.is_none(), now);
            let failed = Failed { attempt: due.attempt, error: error.to_string(), next, ways: broken, outside };
            store.mail_not_sent(due.id, failed, now).await
        }
    };
    if let Err(error) = marked {
        tracing::error!(%error, mail = due.label(),
            "the result of a send could not be stored; the mail may go out twice");
    }
}

/// A mail that brings a licence audit, written from what was kept: the same at every try.
async fn written(
    store: &Store,
    ways: &Ways,
    due: &DueMail,
    audit: &MailedAudit,
    now: Timestamp,
) -> anyhow::Result<Option<Mail>> {
    let MailedAudit { audit, site, audience } = audit.clone();
    let whole_purse = site.is_none();
    // As in the console: a technician works on devices, a business manager counts them.
    let names_devices = audience == Audience::Provider;
    let which = WhichAudit::Number(audit);
    let asked = Asked { which, site, sites: SiteScope::all(), audience, names_devices, whole_purse };
    let Some(papers) = store.licence_papers(asked, &ways.school).await? else { return Ok(None) };
    let (due, now) = (due.clone(), now.to_zoned(TimeZone::system()));
    let mail = tokio::task::spawn_blocking(move || mail::of_audit(&due, &papers, &now)).await??;
    Ok(Some(mail))
}

fn report(due: &DueMail, error: &MailError, next: Option<Timestamp>) {
    let (mail, attempt) = (due.label(), due.attempt);
    match next {
        Some(_) => tracing::warn!(mail, attempt, %error, "mail not sent; it is tried again"),
        None => tracing::error!(mail, attempt, %error, "mail not sent and given up"),
    }
}

fn note(ended: Result<(), tokio::task::JoinError>) {
    if ended.is_err() {
        tracing::error!("a send broke off; its mail goes again when its lease ends");
    }
}

/// The next point of the schedule after `now`; `None` when trying again cannot help or has been done long enough.
pub(super) fn next_try(created: Timestamp, now: Timestamp, error: &MailError) -> Option<Timestamp> {
    // A mail that was queued by a clock that ran ahead and was put right since counts from now.
    let created = created.min(now);
    let gone = now.duration_since(created);
    if error.is_permanent() || gone >= SignedDuration::from_mins(GIVE_UP_MINUTES) {
        return None;
    }
    let minutes = gone.as_secs().max(0) / 60;
    let scheduled =
        TRIES.into_iter().find(|at| *at > minutes).unwrap_or_else(|| (minutes / LATER_TRIES + 1) * LATER_TRIES);
    let scheduled = created.saturating_add(SignedDuration::from_mins(scheduled)).unwrap_or(Timestamp::MAX);
    let soon = now.saturating_add(SignedDuration::from_mins(UNREACHABLE_TRIES)).unwrap_or(Timestamp::MAX);
    Some(match error {
        MailError::Unreachable(_) => scheduled.min(soon),
        MailError::Later(_)
        | MailError::Unwelcome { .. }
        | MailError::Refused(_)
        | MailError::Webhook(_)
        | MailError::Address
        | MailError::Folder(_) => scheduled,
    })
}
