//! The watchdog: a virtual machine that hangs restarts the chip. The main loop feeds it between steps, which end by
//! themselves, also while a program only computes; it is the RTC's own, which needs no other part of the chip to work.

use esp_hal::peripherals::RTC_TIMER;
use esp_hal::rtc_cntl::{Rtc, Rwdt, RwdtStage};
use esp_hal::time::Duration;

/// How long the main loop may take between two feedings, in seconds. Nothing that is meant takes half of it: the longest
/// are single natives on large integers, and TLS's mathematics.
const PATIENCE: u64 = 60;
/// How long the main loop may sleep, in microseconds.
pub const REST: u64 = PATIENCE * 1_000_000 / 4;

fn watchdog() -> Rwdt {
    // SAFETY: the timer's other user is the clock, which touches other registers; both are in the main thread.
    Rtc::new(unsafe { RTC_TIMER::steal() }).rwdt
}

/// Starts it. To be called once. In deep sleep it rests.
pub fn begin() {
    let mut watchdog = watchdog();
    watchdog.set_timeout(RwdtStage::Stage0, Duration::from_secs(PATIENCE));
    watchdog.enable();
}

/// The main loop is well.
pub fn feed() {
    watchdog().feed();
}
