//! The one task of futures on this board, the radio's: when it is to be polled again. Owns the time of embassy-time, by the chip's
//! timer, and the waker. Both end the main loop's sleep, which has the task polled; so it does not matter which of its futures was
//! woken, and nothing has to be kept of them.

use core::cell::Cell;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::ptr;
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use critical_section::Mutex;
use embassy_time_driver::Driver;

use crate::{clock, machine};

/// Whether something has woken the task since it was polled last.
static WOKEN: Mutex<Cell<bool>> = Mutex::new(Cell::new(false));
/// The next time that a future waits for, in microseconds since the start.
static NEXT: Mutex<Cell<u64>> = Mutex::new(Cell::new(u64::MAX));

/// The time as embassy-time has it: a tick is a microsecond.
struct Ticks;

embassy_time_driver::time_driver_impl!(static TICKS: Ticks = Ticks);

impl Driver for Ticks {
    fn now(&self) -> u64 {
        clock::micros()
    }

    fn schedule_wake(&self, at: u64, _: &Waker) {
        wake_at(at);
    }
}

/// Has the task polled soon, also from interrupts.
pub(crate) fn wake() {
    critical_section::with(|section| WOKEN.borrow(section).set(true));
    machine::ring();
}

/// Has the task polled at that time, in microseconds since the start, or sooner.
pub(crate) fn wake_at(at: u64) {
    critical_section::with(|section| {
        let next = NEXT.borrow(section);
        next.set(next.get().min(at));
    });
}

/// When the task is to be polled, in microseconds since the start; `u64::MAX` while it waits for something else than time.
pub(crate) fn due() -> u64 {
    critical_section::with(|section| if WOKEN.borrow(section).get() { 0 } else { NEXT.borrow(section).get() })
}

/// Whether the task is to be polled now. Then what was asked for is forgotten: who still waits asks again.
pub(crate) fn begin() -> bool {
    if due() > clock::micros() {
        return false;
    }
    critical_section::with(|section| {
        WOKEN.borrow(section).set(false);
        NEXT.borrow(section).set(u64::MAX);
    });
    true
}

/// Polls what the task is.
pub(crate) fn poll<T>(future: Pin<&mut (impl Future<Output = T> + ?Sized)>) -> Poll<T> {
    future.poll(&mut Context::from_waker(&waker()))
}

/// What wakes the task, as a waker.
const fn waker() -> Waker {
    const CALLS: RawWakerVTable = RawWakerVTable::new(|_| WAKER, |_| wake(), |_| wake(), |_| {});
    const WAKER: RawWaker = RawWaker::new(ptr::null(), &CALLS);
    // SAFETY: none of the functions looks at the pointer, and they may be called from anywhere, as `wake` may be.
    unsafe { Waker::from_raw(WAKER) }
}

/// Lets the rest of the machine have a turn.
pub(crate) async fn pause() {
    let mut paused = false;
    poll_fn(|context| {
        if core::mem::replace(&mut paused, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
