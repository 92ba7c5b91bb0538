//! The chip: starts it, with its clocks, its heap and its scheduler, and gives each part of it to its owner; the sleep
//! between steps of the program, what ends it, and the restart.
//!
//! The program runs in the scheduler's main thread, of the lowest priority; the radio has threads of its own, which share
//! nothing with it but the radio's queues. Beside these, interrupts run; all that they and the radio do here is to
//! [`ring`].

use alloc::boxed::Box;
use core::cell::Cell;
use core::ptr;
use core::task::{RawWaker, RawWakerVTable, Waker};

use critical_section::Mutex;
use esp_hal::clock::CpuClock;
#[cfg(feature = "uart")]
use esp_hal::gpio::Pin;
#[cfg(feature = "wifi")]
use esp_hal::peripherals::WIFI;
use esp_hal::peripherals::{IO_MUX, LEDC};
use esp_hal::time::{Duration, Instant};
use esp_hal::timer::timg::TimerGroup;
use esp_radio_rtos_driver::semaphore::{SemaphoreHandle, SemaphoreKind};

use crate::flash::Flash;
use crate::peripherals::watchdog::Timer;
use crate::{clock, console, entropy, watchdog};

/// Bytes of the heap among the program's own data: what these leave, less the stack of the main thread, 32 KB. The linker
/// says when it is too much. Where nothing was linked yet it is a guess.
const HEAP_SIZE: usize = match (cfg!(feature = "wifi"), cfg!(feature = "esp32c3"), cfg!(feature = "esp32c6")) {
    (true, true, _) => 196 << 10,
    (true, _, true) => 288 << 10,
    (true, ..) => 64 << 10,
    (false, true, _) => 256 << 10,
    (false, _, true) => 384 << 10,
    (false, ..) => 128 << 10,
};
/// Bytes of the heap in memory that the boot loader has used.
const RECLAIMED: usize = 64 << 10;

/// Bytes of the heap that are kept for the radio (47 to 63 KB, by esp-radio's notes), the network's pools, TLS, and always
/// for what inflates a module (12 KB).
const KEPT: usize = match (cfg!(feature = "wifi"), cfg!(feature = "tls")) {
    (_, true) => 128 << 10,
    (true, false) => 80 << 10,
    (false, false) => 16 << 10,
};

/// What ends a sleep of the main thread.
static BELL: Mutex<Cell<Option<&'static SemaphoreHandle>>> = Mutex::new(Cell::new(None));

/// All of the hardware that has one owner, and is not given away yet.
pub struct Machine {
    /// The flash memory.
    pub flash: Flash,
    /// The pads' functions and their interrupt.
    pub pads: IO_MUX<'static>,
    /// Pulses.
    pub pulses: LEDC<'static>,
    /// The watchdog of programs.
    pub watchdog: Timer,
    /// The radio.
    #[cfg(feature = "wifi")]
    pub radio: WIFI<'static>,
    bell: &'static SemaphoreHandle,
}

impl Machine {
    /// Takes the hardware. To be called once, at the start.
    #[must_use]
    pub fn take() -> Self {
        let hardware = esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()));
        esp_alloc::heap_allocator!(#[esp_hal::ram(reclaimed)] size: RECLAIMED);
        esp_alloc::heap_allocator!(size: HEAP_SIZE);
        clock::begin(hardware.RTC_TIMER);
        watchdog::begin();
        let timers = TimerGroup::new(hardware.TIMG0);
        esp_rtos::start(timers.timer0, hardware.FROM_CPU_INTR0);
        let bell = SemaphoreHandle::new(SemaphoreKind::Counting { max: 1, initial: 0 });
        let bell: &'static SemaphoreHandle = Box::leak(Box::new(bell));
        critical_section::with(|section| BELL.borrow(section).set(Some(bell)));
        #[cfg(feature = "usb-serial")]
        console::begin(hardware.USB_DEVICE);
        #[cfg(all(feature = "uart", feature = "esp32"))]
        console::begin((hardware.UART0, hardware.GPIO3.degrade(), hardware.GPIO1.degrade()));
        #[cfg(all(feature = "uart", feature = "esp32c3"))]
        console::begin((hardware.UART0, hardware.GPIO20.degrade(), hardware.GPIO21.degrade()));
        #[cfg(all(feature = "uart", feature = "esp32c6"))]
        console::begin((hardware.UART0, hardware.GPIO17.degrade(), hardware.GPIO16.degrade()));
        #[cfg(all(feature = "uart", any(feature = "esp32s2", feature = "esp32s3")))]
        console::begin((hardware.UART0, hardware.GPIO44.degrade(), hardware.GPIO43.degrade()));
        entropy::begin(hardware.RNG, hardware.ADC1);
        Self {
            flash: Flash::new(hardware.FLASH),
            pads: hardware.IO_MUX,
            pulses: hardware.LEDC,
            watchdog: timers.wdt,
            #[cfg(feature = "wifi")]
            radio: hardware.WIFI,
            bell,
        }
    }
}

/// The main thread's sleep.
#[derive(Clone, Copy)]
pub struct Sleeper(&'static SemaphoreHandle);

impl Machine {
    /// What the main thread sleeps by.
    #[must_use]
    pub const fn sleeper(&self) -> Sleeper {
        Sleeper(self.bell)
    }
}

impl Sleeper {
    /// Sleeps until the time since the start is at least `deadline` nanoseconds, or until the bell rings, or has rung since
    /// the last sleep, or until the watchdog has to be fed. Meanwhile the processor waits for interrupts.
    pub fn sleep(self, deadline: Option<u64>) {
        let feeding = clock::micros().saturating_add(watchdog::REST);
        let deadline = deadline.map_or(feeding, |deadline| deadline.div_ceil(1000).min(feeding));
        self.0.take_with_deadline(Some(deadline));
    }
}

/// Ends the main thread's sleep, or its next one: there is something new to look at. For interrupts and other threads.
pub fn ring() {
    if let Some(bell) = critical_section::with(|section| BELL.borrow(section).get()) {
        // It cannot ring more than once.
        let _ = bell.try_give_from_isr(None);
    }
}

/// What rings as a waker.
#[must_use]
pub const fn ringer() -> Waker {
    const CALLS: RawWakerVTable = RawWakerVTable::new(|_| RINGER, |_| ring(), |_| ring(), |_| {});
    const RINGER: RawWaker = RawWaker::new(ptr::null(), &CALLS);
    // SAFETY: none of the functions looks at the pointer, and they may be called from anywhere, as `ring` may be.
    unsafe { Waker::from_raw(RINGER) }
}

/// The heap: bytes that are taken, the most that were, and all.
#[must_use]
pub fn heap() -> [u32; 3] {
    let stats = esp_alloc::HEAP.stats();
    [stats.current_usage as u32, stats.max_usage as u32, stats.size as u32]
}

/// Restarts the chip after so many milliseconds, in which the console shows what was told.
pub fn restart(pause: u64) -> ! {
    console::flush();
    let until = Instant::now() + Duration::from_millis(pause);
    while Instant::now() < until {}
    esp_hal::system::software_reset()
}

/// Bytes that the virtual machine may use: what is free now, less what the radio and the network take when they are started,
/// so that a program's hunger ends the program and not the radio.
#[must_use]
pub fn memory() -> Option<usize> {
    Some(esp_alloc::HEAP.free().saturating_sub(KEPT))
}
