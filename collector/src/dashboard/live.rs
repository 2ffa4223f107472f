//! The loop that joins the state machine to a terminal and a collector.

use std::io;
use std::time::Duration;

use caretaker_shared::clock::{Clock as _, SystemClock};
use crossterm::event::{Event, EventStream, KeyEventKind};
use jiff::Zoned;
use jiff::tz::TimeZone;
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;
use tokio_stream::StreamExt as _;

use super::Wish;
use super::app::{App, Effect};
use super::ask::{Answer, Collector, Question, Unanswered};
use super::draw;
use super::look::Look;
use super::terminal::Taken;

/// How often the screen says how old its figures are.
const TICK: Duration = Duration::from_secs(1);

type Heard = (Question, Result<Answer, Unanswered>);

pub(super) async fn run(wish: Wish, collector: Collector) -> anyhow::Result<()> {
    let look = Look::of(|name| std::env::var(name).ok());
    let mut stop = Box::pin(stop()?);
    let mut screen = Taken::take()?;
    let mut keys = EventStream::new();
    let (told, mut heard) = channel::<Heard>(8);
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let size = screen.0.size()?;
    let mut app = App::new(wish, (size.width, size.height), now());
    let mut asking: Option<JoinHandle<()>> = None;
    loop {
        screen.0.draw(|frame| draw::screen(frame, &app, look))?;
        let effects = tokio::select! {
            biased;
            () = &mut stop => return Ok(()),
            event = keys.next() => match event {
                Some(Ok(Event::Key(key))) if key.kind != KeyEventKind::Release => app.key(key),
                Some(Ok(Event::Resize(width, height))) => {
                    app.resize((width, height));
                    Vec::new()
                }
                Some(Ok(_)) => Vec::new(),
                // The terminal is gone.
                Some(Err(_)) | None => return Ok(()),
            },
            Some((question, answer)) = heard.recv() => app.answer(&question, answer, now()),
            _ = ticks.tick() => app.tick(now()),
        };
        for effect in effects {
            match effect {
                Effect::Quit => return Ok(()),
                Effect::Ask(question) => {
                    if let Some(earlier) = asking.replace(ask(&collector, question, &told)) {
                        earlier.abort();
                    }
                }
            }
        }
    }
}

fn ask(collector: &Collector, question: Question, told: &Sender<Heard>) -> JoinHandle<()> {
    let (collector, told) = (collector.clone(), told.clone());
    tokio::spawn(async move {
        let answer = collector.ask(question.clone()).await;
        // Nobody hears it when the dashboard has ended.
        let _ = told.send((question, answer)).await;
    })
}

fn now() -> Zoned {
    SystemClock.now().to_zoned(TimeZone::system())
}

/// Ends when the system asks this program to stop, or its terminal was closed.
fn stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}
