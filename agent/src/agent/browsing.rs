//! Reads on a timer what browsers remember, as the policy says, and hands what is found to the spool.
//!
//! Marks of what was read are kept in the transaction of the events that it gave rise to: after a kill at any moment
//! each visit is told once. A text lives until it was matched, and no longer.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use caretaker_shared::digest::keyed;
use caretaker_shared::model::Source;
use caretaker_shared::order;
use caretaker_shared::policy::DevicePolicy;
use jiff::Timestamp;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::looking::Looking;
use crate::detection::{self, Met, Visited, Visitor, WEEK, Week};
use crate::history::{self, Excluded, Home, Launch, Reading, Settings, Visit, VisitKind};
use crate::host::{Host, system_of};
use crate::spool::Spool;

/// Between two readings: an alert is to be out within two minutes.
const EVERY: Duration = Duration::from_secs(45);
/// Homes of people who are not logged in that have their turn in one reading.
const QUIET_HOMES: usize = 16;

/// Histories, and a folder for copies of them.
pub(super) struct Browsing {
    pub(super) looking: Looking,
    pub(super) copies: PathBuf,
}

impl Browsing {
    /// Reads until `stop`.
    pub(super) async fn run(mut self, launch: Launch, stop: CancellationToken) {
        let mut tick = interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut turn = 0;
        // A killed agent may have left words behind, also where the policy has no history read any more.
        history::clear(self.copies.clone()).await;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = tick.tick() => {}
            }
            let policy = self.looking.policy.borrow_and_update().clone();
            let Some(policy) = policy.filter(|policy| looks(policy)) else { continue };
            tokio::select! {
                () = stop.cancelled() => return,
                done = self.pass(&launch, &policy, turn) => match done {
                    Ok(()) => turn += 1,
                    Err(error) => tracing::warn!(reason = %format!("{error:#}"), "histories are not read this time"),
                }
            }
        }
    }

    async fn pass(&self, launch: &Launch, policy: &Arc<DevicePolicy>, turn: usize) -> anyhow::Result<()> {
        let host = self.looking.host.clone();
        let homes = tokio::task::spawn_blocking(move || due(host.as_ref(), turn)).await??;
        let marks = self.looking.spool.run(Spool::visit_marks).await?;
        let settings = Settings {
            system: system_of(self.looking.host.as_ref()),
            key: self.looking.key.clone(),
            copies: self.copies.clone(),
            excluded: Excluded::parse(&policy.detection.excluded_addresses)?,
            most_visits: Settings::MOST_VISITS,
        };
        history::clear(self.copies.clone()).await;
        // One after the other, so that no more than one home's words are in memory.
        for home in homes {
            let reading = history::read_in_child(launch, &home, &marks, &settings, self.looking.clock.now()).await;
            if reading.marks.is_empty() {
                continue;
            }
            if let Err(error) = self.tell(reading, policy.clone()).await {
                tracing::warn!(reason = %format!("{error:#}"), "what was visited is read again the next time");
            }
        }
        Ok(())
    }

    /// Keeps what follows from a reading, and that it was read.
    async fn tell(&self, reading: Reading, policy: Arc<DevicePolicy>) -> anyhow::Result<()> {
        for mark in reading.marks.values() {
            if let Some(unread) = mark.unread {
                tracing::info!(reason = %unread, "a history was not read");
            }
        }
        let Looking { spool, key, device, rules, .. } = self.looking.clone();
        let now = self.looking.clock.now();
        tokio::task::spawn_blocking(move || {
            let mut visited = Visited::default();
            let mut unread = 0_u32;
            for visit in reading.visits {
                let source = Source::from(visit.kind);
                let scope = policy.detection.scope(&device, Some(&visit.user));
                if !scope.reads(source, detection::on_the_wall(visit.visited_at)) {
                    continue;
                }
                let found = Met::all(&rules, &visit.text, &detection::ask(&scope), place(&visit), &visit.user);
                let Some(met) = found else {
                    unread += 1;
                    continue;
                };
                if met.is_empty() {
                    continue;
                }
                let user = keyed(key.expose(), visit.user.as_bytes());
                let visitor = Visitor { profile: visit.profile, user, kind: scope.subject, source };
                visited.add(visitor, visit.visited_at, met);
            }
            let since = now.checked_sub(WEEK).unwrap_or(Timestamp::UNIX_EPOCH);
            let news = visited.news(
                |profile| spool.told_of(profile),
                |user| -> anyhow::Result<Week> { spool.week_of(user, since) },
                now,
            )?;
            if unread > 0 {
                tracing::error!(unread, "the rules failed at what was visited; it counts as read");
                spool.tell_text_unread()?;
            }
            spool.record_visits(&reading.marks, &news)
        })
        .await?
    }
}

/// Where a visit was, as far as the reading of histories says: the address, or else the browser.
fn place(visit: &Visit) -> &str {
    match visit.kind {
        VisitKind::Address => &visit.text,
        VisitKind::Search | VisitKind::Title => visit.browser.name(),
    }
}

/// Whether anybody's history is read.
fn looks(policy: &DevicePolicy) -> bool {
    [Source::Search, Source::Title, Source::Address].into_iter().any(|source| policy.detection.may_read(source))
}

/// The homes that have their turn: of everybody who is logged in, and some of the others, so that a computer with
/// hundreds of profiles does not look through all of them.
fn due(host: &dyn Host, turn: usize) -> std::io::Result<Vec<Home>> {
    let present = host.accounts()?.into_iter().filter(|account| account.logged_in).map(|account| account.name);
    let present = order::set(present);
    let (mut homes, others): (Vec<_>, Vec<_>) =
        history::homes(host)?.into_iter().partition(|home| present.contains(&home.user));
    if !others.is_empty() {
        let from = turn * QUIET_HOMES % others.len();
        homes.extend(others.iter().cycle().skip(from).take(QUIET_HOMES.min(others.len())).cloned());
    }
    Ok(homes)
}
