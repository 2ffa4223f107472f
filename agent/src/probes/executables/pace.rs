//! How fast a scan may go: at most 5 % of one core over any minute, and not at all when the battery runs low.
//!
//! Processor time is counted like water in a bucket: half a second to begin with, 38 ms more each second. Whoever took
//! more than there was sleeps until it has come in. Over a minute that is 2.8 s at most.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::time::Duration;

use caretaker_shared::clock::{Clock as _, SystemClock};

use crate::host::Host;
use crate::platform;
use crate::probes::ProbeSettings;

const FULL: Duration = Duration::from_millis(500);
/// Seconds of processor time that come in each second.
const INFLOW: f64 = 0.038;
/// Asking how much processor time was used costs a little of it.
const LOOKED_EVERY: Duration = Duration::from_millis(20);
const POWER_EVERY: Duration = Duration::from_secs(60);
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// Well before the probe's deadline.
const LONGEST_SCAN: Duration = Duration::from_secs(5 * 3600);

/// The pace of one scan.
pub(super) struct Pace<'a> {
    host: &'a dyn Host,
    /// `None` when somebody waits.
    bucket: Option<RefCell<Bucket>>,
    pause_below_percent: u8,
    began: Duration,
    looked: Cell<Duration>,
    power_asked: Cell<Duration>,
}

impl<'a> Pace<'a> {
    /// A scan that begins now.
    pub(super) fn begin(host: &'a dyn Host, settings: &ProbeSettings) -> Self {
        let now = SystemClock.steady();
        let used = platform::own_processor_time().unwrap_or_default();
        Self {
            host,
            bucket: (!settings.hurry).then(|| RefCell::new(Bucket::new(now, used))),
            pause_below_percent: settings.pause_below_battery_percent,
            began: now,
            looked: Cell::new(now),
            power_asked: Cell::new(now),
        }
    }

    /// How long the scan has gone on.
    pub(super) fn passed(&self) -> Duration {
        SystemClock.steady().saturating_sub(self.began)
    }

    /// Sleeps as long as it takes. Breaks off, with the reason, when the scan has to end for now.
    pub(super) fn step(&self) -> ControlFlow<String> {
        let Some(bucket) = &self.bucket else { return ControlFlow::Continue(()) };
        let mut now = SystemClock.steady();
        if now.saturating_sub(self.looked.get()) < LOOKED_EVERY {
            return ControlFlow::Continue(());
        }
        let used = platform::own_processor_time().unwrap_or_default();
        let mut owed = bucket.borrow_mut().take(now, used);
        while !owed.is_zero() {
            let sleep = owed.min(LONGEST_SLEEP);
            std::thread::sleep(sleep);
            owed -= sleep;
            now = SystemClock.steady();
            self.look_at_power(now)?;
        }
        self.look_at_power(now)?;
        self.looked.set(now);
        if now.saturating_sub(self.began) > LONGEST_SCAN {
            return ControlFlow::Break("not through after five hours; the next search goes on from here".into());
        }
        ControlFlow::Continue(())
    }

    fn look_at_power(&self, now: Duration) -> ControlFlow<String> {
        if now.saturating_sub(self.power_asked.get()) < POWER_EVERY {
            return ControlFlow::Continue(());
        }
        self.power_asked.set(now);
        self.paused().map_or(ControlFlow::Continue(()), ControlFlow::Break)
    }

    /// Why nothing may be searched now; `None` when it may, and where the system does not tell.
    pub(super) fn paused(&self) -> Option<String> {
        self.bucket.as_ref()?;
        let power = self.host.power().ok().filter(|power| power.on_battery)?;
        let percent = power.percent.filter(|percent| *percent < self.pause_below_percent)?;
        let limit = self.pause_below_percent;
        Some(format!("on battery at {percent} %; below {limit} % nothing is searched"))
    }
}

/// Reads no faster than the pace allows.
pub(super) struct Paced<'a, R> {
    pub(super) content: R,
    pub(super) pace: &'a Pace<'a>,
}

impl<R: Read> Read for Paced<'_, R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        if self.pace.step().is_break() {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        self.content.read(space)
    }
}

/// Processor time that may be used.
#[derive(Debug)]
struct Bucket {
    seconds: f64,
    now: Duration,
    used: Duration,
}

impl Bucket {
    fn new(now: Duration, used: Duration) -> Self {
        Self { seconds: FULL.as_secs_f64(), now, used }
    }

    /// Takes out what was used since, lets in what came since, and says how long to sleep.
    fn take(&mut self, now: Duration, used: Duration) -> Duration {
        let came = now.saturating_sub(self.now).as_secs_f64() * INFLOW;
        let took = used.saturating_sub(self.used).as_secs_f64();
        self.seconds = (self.seconds + came).min(FULL.as_secs_f64()) - took;
        (self.now, self.used) = (now, used);
        if self.seconds >= 0.0 { Duration::ZERO } else { Duration::from_secs_f64(-self.seconds / INFLOW) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Bucket;

    /// Processor time that a scan gets in this time when it always wants more, 20 ms at a time.
    fn got(seconds: f64) -> f64 {
        let (mut now, mut used) = (Duration::ZERO, Duration::ZERO);
        let mut bucket = Bucket::new(now, used);
        while now.as_secs_f64() < seconds {
            now += Duration::from_millis(20);
            used += Duration::from_millis(20);
            now += bucket.take(now, used);
        }
        used.as_secs_f64()
    }

    #[test]
    fn a_scan_gets_five_percent_of_a_minute_and_less_of_an_hour() {
        assert!(got(60.0) <= 3.0, "{}", got(60.0));
        assert!(got(60.0) >= 2.5, "{}", got(60.0));
        assert!(got(3600.0) <= 0.04 * 3600.0, "{}", got(3600.0));
    }

    #[test]
    fn what_was_not_used_is_not_saved_up() {
        let mut bucket = Bucket::new(Duration::ZERO, Duration::ZERO);
        assert_eq!(bucket.take(Duration::from_secs(3600), Duration::from_millis(400)), Duration::ZERO);
        let owed = bucket.take(Duration::from_secs(3600), Duration::from_millis(600));
        assert!((owed.as_secs_f64() - 0.1 / 0.038).abs() < 0.01, "{owed:?}");
    }
}
