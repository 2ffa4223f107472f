//! The time, as a thing that is handed in.
//!
//! Logic takes `now` as an argument; only the loops that drive it ask a [`Clock`]. Two readings exist because a wall
//! clock may be set to anything while a steady one only says how much time has passed.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;

/// Wall time and steady time.
pub trait Clock: Send + Sync + 'static {
    /// The time of day, as far as this machine knows it.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment of this boot; never goes back, counts on through suspend where the system can.
    fn steady(&self) -> Duration;
}

/// The machine's own clocks.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[cfg(target_os = "linux")]
    fn steady(&self) -> Duration {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the steady clock")]
    fn steady(&self) -> Duration {
        use std::sync::OnceLock;
        use std::time::Instant;
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }
}

/// A clock that stands still until it is moved: for tests.
#[derive(Debug)]
pub struct ManualClock {
    reading: Mutex<(Timestamp, Duration)>,
}

impl ManualClock {
    /// Starts at `now`, with a steady reading of zero.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self { reading: Mutex::new((now, Duration::ZERO)) }
    }

    /// Moves both readings forward.
    ///
    /// # Panics
    /// When the wall time would leave the range of [`Timestamp`].
    pub fn advance(&self, by: Duration) {
        let mut reading = self.lock();
        reading.0 = reading.0.checked_add(by).expect("the test stays within the range of time");
        reading.1 += by;
    }

    /// Sets the wall time alone, as a person or a time server does.
    pub fn set_wall(&self, now: Timestamp) {
        self.lock().0 = now;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (Timestamp, Duration)> {
        self.reading.lock().expect("no holder of this lock panics")
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.lock().0
    }

    fn steady(&self) -> Duration {
        self.lock().1
    }
}
