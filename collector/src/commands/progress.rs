//! That something takes long: a line on standard error, once it has taken two seconds, and never where that is no terminal.

use std::io::IsTerminal as _;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What is short needs no telling.
const SHORT: Duration = Duration::from_secs(2);
/// Between two turns of the wheel.
const TURN: Duration = Duration::from_millis(120);
/// With an amount that is known, and without.
const BAR: &str = "{msg} {bar:24} {human_pos} of {human_len}  {elapsed}, {eta} left";
const WHEEL: &str = "{spinner} {msg}, {elapsed}";

/// Work that may take long; the line is gone when this is.
pub(super) struct Progress {
    bar: ProgressBar,
    /// Dropped to end the wait.
    done: Option<Sender<()>>,
    shows: Option<JoinHandle<()>>,
}

impl Progress {
    /// Work of which is not known how much it is: "Looking through the backup".
    #[must_use]
    pub(super) fn new(what: &'static str) -> Self {
        Self::begin(None, what, std::io::stderr().is_terminal().then(ProgressDrawTarget::stderr))
    }

    /// Work of so many parts.
    #[must_use]
    pub(super) fn of(total: u64, what: &'static str) -> Self {
        Self::begin(Some(total), what, std::io::stderr().is_terminal().then(ProgressDrawTarget::stderr))
    }

    fn begin(total: Option<u64>, what: &'static str, screen: Option<ProgressDrawTarget>) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        bar.set_style(style(if total.is_some() { BAR } else { WHEEL }));
        bar.set_message(what);
        let Some(screen) = screen else { return Self { bar, done: None, shows: None } };
        let (done, ended) = mpsc::channel::<()>();
        let shown = bar.clone();
        let shows = std::thread::spawn(move || {
            if ended.recv_timeout(SHORT) == Err(RecvTimeoutError::Timeout) {
                shown.set_draw_target(screen);
                shown.enable_steady_tick(TURN);
            }
        });
        Self { bar, done: Some(done), shows: Some(shows) }
    }

    /// What is done now.
    pub(super) fn step(&self, what: &'static str) {
        self.bar.set_message(what);
    }

    /// So many parts are done, of so many that there are, as far as is known now.
    pub(super) fn reach(&self, parts: u64, total: u64) {
        if self.bar.length().is_none() {
            self.bar.set_style(style(BAR));
        }
        self.bar.set_length(total);
        self.bar.set_position(parts);
    }

    /// So many parts more are done.
    pub(super) fn add(&self, parts: u64) {
        self.bar.inc(parts);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.done.take());
        if let Some(shows) = self.shows.take() {
            // It cannot have panicked but for a terminal that is gone.
            let _ = shows.join();
        }
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("a template of ours").progress_chars("##-").tick_chars("|/-\\ ")
}

#[cfg(test)]
mod tests {
    use indicatif::{InMemoryTerm, ProgressDrawTarget};

    use super::Progress;

    #[test]
    fn what_is_short_leaves_no_trace() {
        let terminal = InMemoryTerm::new(5, 80);
        let progress =
            Progress::begin(Some(10), "Counting", Some(ProgressDrawTarget::term_like(Box::new(terminal.clone()))));
        progress.add(3);
        progress.step("Counting on");
        drop(progress);
        assert_eq!(terminal.contents(), "");
    }

    #[test]
    fn what_is_long_says_how_far_it_is() {
        let terminal = InMemoryTerm::new(5, 80);
        let progress =
            Progress::begin(Some(10), "Counting", Some(ProgressDrawTarget::term_like(Box::new(terminal.clone()))));
        progress.bar.set_draw_target(ProgressDrawTarget::term_like(Box::new(terminal.clone())));
        progress.add(5);
        progress.bar.force_draw();
        let shown = terminal.contents();
        assert!(shown.starts_with("Counting ############") && shown.contains(" 5 of 10 "), "{shown}");
        drop(progress);
        assert_eq!(terminal.contents(), "");
    }

    #[test]
    fn work_of_which_the_amount_is_learned_on_the_way_says_it_then() {
        let terminal = InMemoryTerm::new(5, 80);
        let screen = || ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let progress = Progress::begin(None, "Counting", Some(screen()));
        progress.bar.set_draw_target(screen());
        progress.bar.force_draw();
        let shown = terminal.contents();
        assert!(shown.contains("Counting") && !shown.contains(" of "), "{shown}");
        progress.reach(1_250, 5_000);
        progress.bar.force_draw();
        let shown = terminal.contents();
        assert!(shown.starts_with("Counting ######") && shown.contains(" 1,250 of 5,000 "), "{shown}");
    }
}
