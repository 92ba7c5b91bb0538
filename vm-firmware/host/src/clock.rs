//! The monotonic clock, which the VM and the loop that drives it share.

use std::thread;
use std::time::{Duration, Instant};

/// Nanoseconds since it was made. Copies tell the same time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that begins now.
    #[must_use]
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }

    /// The time, in nanoseconds; never goes back.
    #[must_use]
    pub fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Sleeps until a time of this clock, in nanoseconds; not at all when it is past.
    pub fn sleep_until(&self, time: u64) {
        let now = self.now();
        if time > now {
            thread::sleep(Duration::from_nanos(time - now));
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sleeps_until_a_time() {
        let clock = Clock::new();
        let copy = clock;
        let goal = clock.now() + 5_000_000;
        clock.sleep_until(goal);
        assert!(copy.now() >= goal);
        // A time in the past is no wait.
        clock.sleep_until(0);
    }
}
