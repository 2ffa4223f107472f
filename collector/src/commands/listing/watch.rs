//! A list that is shown again and again, until somebody has seen enough.
//!
//! At a terminal it takes the whole screen, which is as before afterwards. For a program it is one JSON document a line.

use std::io::Write;
use std::time::Duration;

use anyhow::Context as _;
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode, size,
};
use crossterm::{execute, queue};
use tokio_stream::StreamExt as _;

use crate::commands::refused::failure;
use crate::commands::{Exit, exit_of};
use crate::render::text::{safe, shorten};
use crate::render::{Screen, time};

/// Looks, every so many seconds. `look` writes the list as it is now into the bytes.
///
/// # Errors
/// When the first look fails, or a later one for another reason than that nobody answers; when the terminal cannot be
/// written to; when there is none and what is asked for is not JSON.
pub(in crate::commands) async fn watch(
    seconds: u32,
    for_machine: bool,
    terminal: bool,
    mut out: &mut dyn Write,
    mut look: impl AsyncFnMut(&mut Vec<u8>) -> anyhow::Result<Exit>,
) -> anyhow::Result<Exit> {
    let pause = Duration::from_secs(seconds.into());
    if for_machine {
        return lines(pause, out, look).await;
    }
    if !terminal {
        let text = "--watch needs a terminal\n  for a program:  --watch --json, one document a line";
        return Err(failure(Exit::Usage, text.to_owned()).into());
    }
    let mut shown = Vec::new();
    look(&mut shown).await?;
    let _whole = WholeScreen::take(&mut out)?;
    let mut keys = EventStream::new();
    let mut lost = None;
    loop {
        let now = Screen::of_stdout().now;
        let status = match &lost {
            None => format!("every {seconds} s, last at {}   q ends", time::clock_of(&now)),
            Some((since, why)) => format!("no answer since {since} ({why}); trying again   q ends"),
        };
        let (columns, rows) = size().unwrap_or((80, 24));
        frame(&mut out, &String::from_utf8_lossy(&shown), &status, columns, rows).context("the terminal is gone")?;
        match wait(&mut keys, pause).await {
            Then::End => return Ok(Exit::Fine),
            Then::Draw => continue,
            Then::Look => {}
        }
        let mut next = Vec::new();
        match look(&mut next).await {
            Ok(_) => (shown, lost) = (next, None),
            Err(error) if exit_of(&error) == Exit::Unreachable => {
                let why = error.to_string();
                let why = shorten(&safe(why.lines().next().unwrap_or_default()), 40);
                lost = lost.or_else(|| Some((time::clock_of(&Screen::of_stdout().now), why)));
            }
            Err(error) => return Err(error),
        }
    }
}

/// One document a line; nobody who answers is an error, as it is without --watch.
async fn lines(
    pause: Duration,
    out: &mut dyn Write,
    mut look: impl AsyncFnMut(&mut Vec<u8>) -> anyhow::Result<Exit>,
) -> anyhow::Result<Exit> {
    loop {
        let mut document = Vec::new();
        look(&mut document).await?;
        out.write_all(&document)?;
        out.flush()?;
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            ended = tokio::signal::ctrl_c() => { ended?; return Ok(Exit::Fine) }
        }
    }
}

/// What comes after a wait.
enum Then {
    Look,
    Draw,
    End,
}

async fn wait(keys: &mut EventStream, pause: Duration) -> Then {
    let until = tokio::time::Instant::now() + pause;
    loop {
        match tokio::time::timeout_at(until, keys.next()).await {
            Err(_) => return Then::Look,
            Ok(Some(Ok(Event::Key(key)))) if key.kind != KeyEventKind::Release && ends(key) => return Then::End,
            Ok(Some(Ok(Event::Key(KeyEvent { code: KeyCode::Char(' ' | 'r'), .. })))) => return Then::Look,
            Ok(Some(Ok(Event::Resize(..)))) => return Then::Draw,
            Ok(Some(Ok(_))) => {}
            // Nobody is there to press a key.
            Ok(Some(Err(_)) | None) => return Then::End,
        }
    }
}

fn ends(key: KeyEvent) -> bool {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let quits = matches!(key.code, KeyCode::Char('q' | 'Q') | KeyCode::Esc);
    quits || (control && matches!(key.code, KeyCode::Char('c' | 'd')))
}

/// Draws what is shown, cut to the screen, with the status on its last line. Each line is written over the one before
/// and only what is left of that is cleared, so that nothing flickers.
fn frame(out: &mut impl Write, shown: &str, status: &str, columns: u16, rows: u16) -> std::io::Result<()> {
    let room = usize::from(rows.saturating_sub(1));
    queue!(out, BeginSynchronizedUpdate)?;
    let lines: Vec<&str> = shown.lines().collect();
    let cut = lines.len() > room;
    for at in 0..room {
        queue!(out, MoveTo(0, u16::try_from(at).unwrap_or(u16::MAX)))?;
        let more = cut && at + 1 == room;
        let text = if more { format!("… {} lines more", lines.len() - at) } else { String::new() };
        let line = if more { &text } else { lines.get(at).copied().unwrap_or_default() };
        queue!(out, Print(line), Clear(ClearType::UntilNewLine))?;
    }
    queue!(out, MoveTo(0, rows.saturating_sub(1)), Print(shorten(status, usize::from(columns).saturating_sub(1))))?;
    queue!(out, Clear(ClearType::UntilNewLine), EndSynchronizedUpdate)?;
    out.flush()
}

/// The whole screen, until it is dropped.
struct WholeScreen;

impl WholeScreen {
    fn take(out: &mut impl Write) -> std::io::Result<Self> {
        enable_raw_mode()?;
        // From here on it is given back, whatever happens.
        let whole = Self;
        execute!(out, EnterAlternateScreen, Hide, Clear(ClearType::All))?;
        Ok(whole)
    }
}

impl Drop for WholeScreen {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing back.
        let _ = execute!(std::io::stdout(), Show, LeaveAlternateScreen);
        let _ = disable_raw_mode();
    }
}

#[cfg(test)]
mod tests {
    use super::frame;

    #[test]
    fn a_frame_covers_the_one_before() {
        let mut terminal = vt100::Parser::new(5, 30, 0);
        for (text, status) in [("a long first line\nb\nc\nd\ne\nf\n", "every 5 s"), ("short\n", "no answer")] {
            let mut drawn = Vec::new();
            frame(&mut drawn, text, status, 30, 5).expect("memory takes bytes");
            terminal.process(&drawn);
        }
        assert_eq!(terminal.screen().contents().trim_end(), "short\n\n\n\nno answer");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut terminal = vt100::Parser::new(4, 30, 0);
        let mut drawn = Vec::new();
        frame(&mut drawn, "1\n2\n3\n4\n5\n", "every 5 s, last at 14:02:00   q ends", 30, 4)
            .expect("memory takes bytes");
        terminal.process(&drawn);
        let shown = terminal.screen().contents();
        assert!(shown.starts_with("1\n2\n… 3 lines more\nevery"), "{shown}");
    }
}
