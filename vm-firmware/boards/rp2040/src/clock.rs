//! The clocks: time since the start, by the chip's timer, which counts microseconds of the crystal; and the calendar, which
//! begins with 1970 at each start, since nothing on the board knows better, and is right once the network has set it.

use core::cell::Cell;

use critical_section::Mutex;

use crate::registers::TIMER;

/// Nanoseconds of a microsecond.
const MICROSECOND: u64 = 1000;

/// Offset: the time at which the first alarm is told, its low word.
const ALARM0: usize = 0x10;
/// Offset: a bit for each alarm that is set; written, it is no longer.
const ARMED: usize = 0x20;
/// Offset: the time, its high word.
const TIME_HIGH: usize = 0x24;
/// Offset: its low word.
const TIME_LOW: usize = 0x28;
/// Offset: a bit for each alarm that was told; written, it is not told any more.
const TOLD: usize = 0x34;
/// Offset: a bit for each alarm whose interrupt is enabled.
const ENABLED: usize = 0x38;
/// The bit of the first alarm.
const FIRST: u32 = 1;
/// The furthest alarm, in microseconds: those of more than 32 bits there are none of.
const FURTHEST: u64 = 1 << 30;

/// The time since the start, in microseconds.
#[must_use]
pub fn micros() -> u64 {
    loop {
        let high = TIMER.read(TIME_HIGH);
        let low = TIMER.read(TIME_LOW);
        // The low word may have overflowed between.
        if TIMER.read(TIME_HIGH) == high {
            return u64::from(high) << 32 | u64::from(low);
        }
    }
}

/// The time since the start, in nanoseconds.
#[must_use]
pub fn monotonic() -> u64 {
    micros().saturating_mul(MICROSECOND)
}

/// The calendar at the start, in nanoseconds since 1970-01-01, UTC.
static BASE: Mutex<Cell<u64>> = Mutex::new(Cell::new(0));

/// The time since 1970-01-01, UTC, in nanoseconds.
#[must_use]
pub fn calendar() -> u64 {
    critical_section::with(|section| BASE.borrow(section).get()).saturating_add(monotonic())
}

/// Sets that time: seconds, and microseconds of the next.
#[cfg(feature = "wifi")]
pub fn set_calendar(seconds: u64, micros_of_second: u32) {
    let micros = seconds.saturating_mul(1_000_000).saturating_add(u64::from(micros_of_second));
    let base = micros.saturating_mul(MICROSECOND).saturating_sub(monotonic());
    critical_section::with(|section| BASE.borrow(section).set(base));
}

/// Waits so many microseconds, while interrupts do their work.
pub fn pause(time: u64) {
    let end = micros().saturating_add(time);
    while micros() < end {}
}

/// Has the alarm told at a time, or when it is past; sooner where that is far away.
pub(crate) fn set_alarm(at: u64) {
    TIMER.set(ENABLED, FIRST);
    let now = micros();
    // It is told when the low words are the same, so it must not be past when it is set.
    TIMER.write(ALARM0, at.clamp(now + 2, now + FURTHEST) as u32);
}

/// The alarm is told no more.
pub(crate) fn end_alarm() {
    TIMER.write(ARMED, FIRST);
    TIMER.write(TOLD, FIRST);
}
