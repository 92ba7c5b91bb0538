//! The watchdog of programs: that of the first timer group, whose timer is the scheduler's. The RTC's, in
//! `crate::watchdog`, is for the virtual machine itself.

use emberl_vm::hardware::Error;
use esp_hal::peripherals::TIMG0;
use esp_hal::time::Duration;
use esp_hal::timer::timg::{MwdtStage, Wdt};

/// The hardware.
pub type Timer = Wdt<TIMG0<'static>>;

/// The longest time in milliseconds, 40 days: the counter has 32 bits, its divider 16, and the fastest clock is one of 80 MHz.
const LONGEST: u32 = 40 * 24 * 3600 * 1000;

/// The watchdog. It ends with the program.
pub(super) struct Watchdog {
    timer: Timer,
    /// The driver counts who wants the clock: it is to be enabled once, and disabled once.
    is_on: bool,
}

impl Watchdog {
    pub(super) const fn new(timer: Timer) -> Self {
        Self { timer, is_on: false }
    }

    /// Begins it anew, or ends it.
    pub(super) fn set(&mut self, milliseconds: Option<u32>) -> Result<(), Error> {
        let Some(time) = milliseconds else {
            self.end();
            return Ok(());
        };
        if time > LONGEST {
            return Err("einval");
        }
        // Fed first: what has been counted may be more than the new time.
        self.timer.feed();
        self.timer.set_timeout(MwdtStage::Stage0, Duration::from_millis(time.into()));
        if !self.is_on {
            self.timer.enable();
            self.is_on = true;
        }
        self.timer.feed();
        Ok(())
    }

    pub(super) fn feed(&mut self) {
        self.timer.feed();
    }

    fn end(&mut self) {
        if self.is_on {
            self.timer.disable();
            self.is_on = false;
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.end();
    }
}
