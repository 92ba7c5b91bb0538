//! The clocks: time since the start, by the system timer, which runs on the crystal; and the calendar, which begins with
//! 1970 when the power comes, and is right once it was set.
//!
//! The calendar goes on in the timer of the RTC while the chip is reset or sleeps deeply. That timer's own clock may be a
//! per cent off, so it is asked at the start only.

use core::cell::Cell;

use critical_section::Mutex;
use esp_hal::peripherals::RTC_TIMER;
use esp_hal::rtc_cntl::Rtc;
use esp_hal::time::Instant;

/// Nanoseconds of a microsecond.
const MICROSECOND: u64 = 1000;

/// The calendar at the start of the system timer, in microseconds since 1970-01-01, UTC.
static BASE: Mutex<Cell<u64>> = Mutex::new(Cell::new(0));

/// Takes the calendar from before the start. To be called once.
pub fn begin(timer: RTC_TIMER<'static>) {
    let base = Rtc::new(timer).current_time_us().saturating_sub(micros());
    critical_section::with(|section| BASE.borrow(section).set(base));
}

/// The time since the start, in microseconds.
#[must_use]
pub fn micros() -> u64 {
    Instant::now().duration_since_epoch().as_micros()
}

/// The time since the start, in nanoseconds.
#[must_use]
pub fn monotonic() -> u64 {
    micros().saturating_mul(MICROSECOND)
}

/// The time since 1970-01-01, UTC, in nanoseconds.
#[must_use]
pub fn calendar() -> u64 {
    let base = critical_section::with(|section| BASE.borrow(section).get());
    base.saturating_add(micros()).saturating_mul(MICROSECOND)
}

/// Sets that time: seconds, and microseconds of the next.
pub fn set_calendar(seconds: u64, micros_of_second: u32) {
    let now = seconds.saturating_mul(1_000_000).saturating_add(u64::from(micros_of_second));
    let base = now.saturating_sub(micros());
    critical_section::with(|section| BASE.borrow(section).set(base));
    // SAFETY: `begin` was given the only owner of the timer and has let it go; setting its time is a pair of writes to
    // registers that nothing else uses.
    Rtc::new(unsafe { RTC_TIMER::steal() }).set_current_time_us(now);
}
