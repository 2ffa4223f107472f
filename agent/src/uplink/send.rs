//! The one loop that speaks to the collector: greet, deliver, wait for something to say or for the heart to beat.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::backoff::heartbeat;
use super::session::Broken;
use super::{Backoff, Course, Session, Uplink};
use crate::identity::refused;
use crate::platform::service::{self, Note};
use crate::spool::SpoolError;

/// How long the last records may take on their way out when the agent stops. What stays is delivered next time.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Speaks to the collector until `stop`, then delivers what it can in five seconds. A failure to deliver is never an
/// end: everything stays in the spool.
///
/// # Errors
/// When the spool is damaged: the agent has to start again, and then sets it aside.
pub async fn run<U: Uplink>(mut session: Session<U>, stop: CancellationToken) -> Result<(), SpoolError> {
    let mut pace = Pace::default();
    while !stop.is_cancelled() {
        let outcome = tokio::select! {
            outcome = round(&mut session, &mut pace) => outcome,
            () = stop.cancelled() => break,
        };
        let until = match outcome {
            Ok(()) => pace.rest(),
            Err(Broken::Spool(error)) if error.is_damage() => return Err(error),
            Err(broken) => pace.retreat(&mut session, &broken).await,
        };
        wait(&mut session, &pace, until, &stop).await;
    }
    if !matches!(timeout(LAST_WORDS, session.deliver()).await, Ok(Ok(()))) {
        tracing::info!("not everything was delivered before the stop; it is kept");
    }
    Ok(())
}

/// What the loop remembers from one round to the next.
#[derive(Debug, Default)]
struct Pace {
    backoff: Backoff,
    /// When the next greeting is due; `None` when at once.
    greeting: Option<Instant>,
    retreating: bool,
    /// The failure that was told last, so that each is told once.
    told: Option<String>,
}

impl Pace {
    /// Whether the last round failed.
    fn away(&self) -> bool {
        self.told.is_some()
    }

    /// All is said: rest until the next greeting.
    fn rest(&mut self) -> Instant {
        self.backoff.reset();
        self.retreating = false;
        if self.told.take().is_some() {
            tracing::info!("the collector answers again");
        }
        self.greeting.unwrap_or_else(Instant::now)
    }

    /// Something went wrong: how long to stay away.
    async fn retreat<U: Uplink>(&mut self, session: &mut Session<U>, broken: &Broken) -> Instant {
        if std::mem::take(&mut session.moved) {
            self.backoff.reset();
        }
        let course = match broken {
            Broken::Uplink(error) => Course::after(error),
            Broken::WentBack => Course::Greet,
            Broken::Stalled | Broken::Spool(_) => Course::Later,
        };
        self.greeting = None;
        self.retreating = course != Course::Hourly;
        let wait = self.backoff.next(course, session.urgent().await, (session.wiring.chance)());
        let reason = match broken {
            Broken::Uplink(error) => {
                let plain = refused(error, &session.wiring.keeper.identity().collector.address);
                format!("{}; {}", plain.problem, plain.remedy)
            }
            Broken::Spool(_) | Broken::Stalled | Broken::WentBack => broken.to_string(),
        };
        if self.told.as_ref() != Some(&reason) {
            tracing::warn!(%reason, retry_seconds = wait.as_secs(), "not delivered; everything is kept");
            if course == Course::Hourly {
                service::note(&Note::Refused(reason.clone()));
            }
            self.told = Some(reason);
        }
        Instant::now() + wait
    }
}

async fn round<U: Uplink>(session: &mut Session<U>, pace: &mut Pace) -> Result<(), Broken> {
    if pace.greeting.is_none_or(|due| due <= Instant::now()) {
        let welcome = session.greet().await?;
        let beat = heartbeat(welcome.heartbeat_seconds, (session.wiring.chance)());
        pace.greeting = Some(Instant::now() + beat);
    }
    session.deliver().await?;
    session.offer().await?;
    session.deliver().await
}

/// Waits until `until`, or until there is something to say. While the collector is away, only a safeguarding record
/// shortens the wait, and to half a minute at most.
async fn wait<U: Uplink>(session: &mut Session<U>, pace: &Pace, mut until: Instant, stop: &CancellationToken) {
    let mut listening = true;
    loop {
        let spool = session.wiring.spool.clone();
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep_until(until) => return,
            () = spool.enqueued() => {
                if !pace.away() {
                    return;
                }
                if pace.retreating && session.urgent().await {
                    until = until.min(Instant::now() + pace.backoff.urgent((session.wiring.chance)()));
                }
            }
            changed = session.wiring.executables.changed(), if listening && !pace.away() => {
                if changed.is_ok() {
                    session.wiring.executables.mark_changed();
                    return;
                }
                listening = false;
            }
        }
    }
}
