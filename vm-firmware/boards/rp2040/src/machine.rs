//! The chip: starts it, with its clocks and its heap; the interrupts, the sleep between steps of the program, what ends it,
//! and the restart.
//!
//! Only the first of the two processors runs; the second stays in the ROM, where it sleeps. Interrupts put what has come into
//! queues and [`ring`].

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ptr::addr_of_mut;
use core::sync::atomic::{AtomicBool, Ordering};

use cortex_m::peripheral::NVIC;
use critical_section::Mutex;
use embedded_alloc::TlsfHeap;
use emberl_vm::hardware::Error;
pub(crate) use rp2040_pac::Interrupt;
use rp2040_pac::interrupt;

use crate::peripherals::pins;
use crate::registers::{CHIP_RESET, PSM, RESET_IO_BANK0, RESET_PADS_BANK0, RESET_TIMER, SYSINFO, WATCHDOG};
use crate::{clock, console, oscillators, serial};

/// Bytes of the heap that are not the virtual machine's: what peripherals and the loading of modules take beside it. The radio
/// and the network take more once they are started; were that kept from the beginning, modules could not be loaded that need
/// much for a while. Where nothing is left for them, their start fails.
const KEPT: usize = if cfg!(feature = "wifi") { 12 << 10 } else { 4 << 10 };

/// Offset of the watchdog: its control.
const CONTROL: usize = 0x0;
/// Bit of it: it counts.
const ENABLE: u32 = 1 << 30;
/// As [`ENABLE`]: it bites now.
const TRIGGER: u32 = 1 << 31;
/// Offset: from what it counts down.
const LOAD: usize = 0x4;
/// What it counts in a millisecond: it counts each microsecond twice (the data sheet's erratum E1).
const COUNTS: u32 = 2000;
/// The most that it counts, 24 bits: 8.3 seconds.
const MOST: u32 = 0xff_ffff;
/// Offset: why it bit last; 0 after any other start.
const REASON: usize = 0x8;
/// Bit of it: it was not fed in time.
const UNFED: u32 = 1;
/// Offset: a word that stays through its bite, and that the ROM does not look at.
const SCRATCH: usize = 0xc;
/// In that word: this program restarted the chip, since it was to.
const RESTARTED: u32 = 0x454d_4201;
/// In that word: since the virtual machine had failed.
const FAILED: u32 = 0x454d_4202;

/// Offset of PSM: what the watchdog starts anew.
const STARTED_ANEW: usize = 0x8;
/// All but the two oscillators.
const ALL_BUT_OSCILLATORS: u32 = 0x1fffc;

/// Offset of the chip's reset: why it was started.
const CAUSE: usize = 0x8;
/// Bits of it: the power came; the pin RUN.
const POWER: u32 = 1 << 8;
/// As [`POWER`].
const RUN: u32 = 1 << 16;

unsafe extern "C" {
    /// Ends the program's own data; `cortex-m-rt` names it.
    static mut __sheap: u32;
    /// Ends the RAM: `memory.x`.
    static mut _heap_end: u32;
    /// Of what is kept through a restart: `memory.x`.
    static mut _kept_start: u32;
    /// Its end.
    static mut _kept_end: u32;
    /// The stack's end, downwards: `memory.x`.
    static mut _stack_end: u32;
    /// Where it begins.
    static mut _stack_start: u32;
}

/// Two levels of lists by size: taking a block and giving it back take the same time however many there are.
#[global_allocator]
static HEAP: Counted = Counted { heap: TlsfHeap::empty(), size: Cell::new(0), used: Cell::new(0), peak: Cell::new(0) };

/// The heap, and how much of it is taken.
struct Counted {
    heap: TlsfHeap,
    size: Cell<usize>,
    used: Cell<usize>,
    peak: Cell<usize>,
}

// SAFETY: one processor runs, and no interrupt takes memory or asks for the counts: nothing runs beside what counts.
unsafe impl Sync for Counted {}

impl Counted {
    fn count(&self, used: usize) {
        self.used.set(used);
        self.peak.set(self.peak.get().max(used));
    }
}

// SAFETY: all is done by the heap below; counting changes nothing of that.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps to what is asked of it.
        let place = unsafe { self.heap.alloc(layout) };
        if !place.is_null() {
            self.count(self.used.get() + layout.size());
        }
        place
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { self.heap.dealloc(place, layout) }
        self.count(self.used.get() - layout.size());
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        let moved = unsafe { self.heap.realloc(place, layout, size) };
        if !moved.is_null() {
            self.count(self.used.get() - layout.size() + size);
        }
        moved
    }
}

/// The heap: bytes that are taken, the most that were, and all.
#[must_use]
pub fn heap() -> [u32; 3] {
    [HEAP.used.get() as u32, HEAP.peak.get() as u32, HEAP.size.get() as u32]
}

/// Bytes that the virtual machine may use: what is free now, less what else takes some.
#[must_use]
pub fn memory() -> Option<usize> {
    Some(HEAP.size.get().saturating_sub(HEAP.used.get()).saturating_sub(KEPT))
}

/// What the stack was filled with.
const UNUSED: u32 = 0x5354_4143;
/// Bytes of it that are in use when it is filled.
const IN_USE: usize = 512;

/// The stack: the most bytes of it that were in use, and all.
#[must_use]
pub fn stack() -> [u32; 2] {
    let (end, start) = (&raw const _stack_end as usize, &raw const _stack_start as usize);
    let mut at = end;
    // SAFETY: aligned words of the stack's memory; what is there is read, whatever it is.
    while at < start && unsafe { core::ptr::read_volatile(at as *const u32) } == UNUSED {
        at += size_of::<u32>();
    }
    [(start - at) as u32, (start - end) as u32]
}

/// Fills the part of the stack that is not in use.
fn fill_stack() {
    let (mut at, end) = (&raw const _stack_end as usize, &raw const _stack_start as usize - IN_USE);
    while at < end {
        // SAFETY: below what `main` and this function use of the stack, which is far less than what is left out; the
        // linker puts nothing else there.
        unsafe { core::ptr::write_volatile(at as *mut u32, UNUSED) }
        at += size_of::<u32>();
    }
}

/// Whether the hardware was taken.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// What has one owner.
#[derive(Debug)]
pub struct Machine {
    /// Memory that stays through a restart: whatever was there when the power came.
    pub kept: &'static mut [u8],
    /// Why the chip was started: by ESP-IDF's names.
    pub reset_reason: &'static str,
}

impl Machine {
    /// Takes the hardware and makes the heap. `None` when that was done before.
    #[must_use]
    pub fn take() -> Option<Self> {
        // Nothing else runs that could take it between these two.
        if TAKEN.load(Ordering::Relaxed) {
            return None;
        }
        TAKEN.store(true, Ordering::Relaxed);
        fill_stack();
        let (start, end) = (&raw const __sheap as usize, &raw const _heap_end as usize);
        // SAFETY: the linker has put nothing between these two, which are in the RAM; `take` above happens once.
        unsafe { HEAP.heap.init(start, end - start) }
        HEAP.size.set(end - start);
        let reset_reason = reset_reason();
        oscillators::begin();
        for reset in [RESET_IO_BANK0, RESET_PADS_BANK0, RESET_TIMER] {
            reset.release();
        }
        console::begin();
        enable(Interrupt::TIMER_IRQ_0);
        enable(Interrupt::IO_IRQ_BANK0);
        let (first, end) = (addr_of_mut!(_kept_start).cast::<u8>(), &raw const _kept_end as usize);
        // SAFETY: the linker puts nothing there, every byte is a valid `u8`, and `take` above happens once.
        let kept = unsafe { core::slice::from_raw_parts_mut(first, end - first as usize) };
        Some(Self { kept, reset_reason })
    }
}

/// Why the chip was started. What was noted for that is noted no longer.
fn reset_reason() -> &'static str {
    WATCHDOG.clear(CONTROL, ENABLE);
    let noted = WATCHDOG.read(SCRATCH);
    WATCHDOG.write(SCRATCH, 0);
    let reason = WATCHDOG.read(REASON);
    if reason != 0 {
        return match noted {
            RESTARTED => "esp_rst_sw",
            FAILED => "esp_rst_panic",
            _ if reason & UNFED != 0 => "esp_rst_task_wdt",
            _ => "esp_rst_wdt",
        };
    }
    match CHIP_RESET.read(CAUSE) {
        cause if cause & RUN != 0 => "esp_rst_ext",
        cause if cause & POWER != 0 => "esp_rst_poweron",
        _ => "esp_rst_unknown",
    }
}

/// The chip's revision.
#[must_use]
pub fn revision() -> u16 {
    (SYSINFO.read(0) >> 28) as u16
}

/// Restarts the chip after so many milliseconds, in which the console shows what was told.
pub fn restart(pause: u64) -> ! {
    again(pause, RESTARTED)
}

/// As [`restart`], after the virtual machine has failed.
pub fn restart_failed(pause: u64) -> ! {
    again(pause, FAILED)
}

fn again(pause: u64, why: u32) -> ! {
    // The program's, if there is one, would bite before.
    WATCHDOG.clear(CONTROL, ENABLE);
    console::flush();
    clock::pause(pause * 1000);
    WATCHDOG.write(SCRATCH, why);
    PSM.set(STARTED_ANEW, ALL_BUT_OSCILLATORS);
    WATCHDOG.set(CONTROL, TRIGGER);
    loop {
        cortex_m::asm::wfi();
    }
}

/// The watchdog of programs, which starts the chip anew when it is not fed in time.
#[derive(Debug, Default)]
pub(crate) struct Watchdog {
    /// From what it counts down, while it does.
    counts: Option<u32>,
}

impl Watchdog {
    /// Begins it anew with a time in milliseconds, or ends it.
    ///
    /// # Errors
    /// `einval` where the time is too long.
    pub(crate) fn set(&mut self, milliseconds: Option<u32>) -> Result<(), Error> {
        let counts = match milliseconds {
            Some(time) => Some(time.checked_mul(COUNTS).filter(|&counts| counts <= MOST).ok_or("einval")?),
            None => None,
        };
        WATCHDOG.clear(CONTROL, ENABLE);
        self.counts = counts;
        if counts.is_some() {
            PSM.set(STARTED_ANEW, ALL_BUT_OSCILLATORS);
            self.feed();
            WATCHDOG.set(CONTROL, ENABLE);
        }
        Ok(())
    }

    /// Lets it count from the beginning.
    pub(crate) fn feed(&mut self) {
        if let Some(counts) = self.counts {
            WATCHDOG.write(LOAD, counts);
        }
    }
}

/// Whether something has come since the last sleep.
static RUNG: Mutex<Cell<bool>> = Mutex::new(Cell::new(false));

/// Ends the main loop's sleep, or its next one: there is something new to look at. For interrupts.
pub(crate) fn ring() {
    critical_section::with(|section| RUNG.borrow(section).set(true));
}

/// Sleeps until the time since the start is at least `deadline` nanoseconds, or until something rings, or has rung since
/// the last sleep. Meanwhile the processor waits for interrupts.
pub fn sleep(deadline: Option<u64>) {
    let deadline = deadline.map_or(u64::MAX, |deadline| deadline.div_ceil(1000));
    // What the radio waits for ends the sleep as well.
    #[cfg(feature = "wifi")]
    let deadline = deadline.min(crate::task::due());
    loop {
        clock::set_alarm(deadline);
        let is_over = critical_section::with(|section| {
            let is_over = RUNG.borrow(section).take() || clock::micros() >= deadline;
            if !is_over {
                // Interrupts are not taken here, but they end this: none is lost between the question and the wait.
                cortex_m::asm::wfi();
            }
            is_over
        });
        if is_over {
            break;
        }
    }
    clock::end_alarm();
}

/// Lets an interrupt be taken. Its handler is in this file.
pub(crate) fn enable(interrupt: Interrupt) {
    // SAFETY: no critical section here is built on interrupts that are masked one by one, and what the handlers share with
    // the main loop is shared by critical sections.
    unsafe { NVIC::unmask(interrupt) }
}

#[interrupt]
fn TIMER_IRQ_0() {
    clock::end_alarm();
}

#[interrupt]
fn IO_IRQ_BANK0() {
    pins::interrupted();
}

#[interrupt]
fn UART0_IRQ() {
    serial::interrupted(0);
}

#[interrupt]
fn UART1_IRQ() {
    serial::interrupted(1);
}

/// Whether the machine fails already: a fault on the way to tell of one is not told.
static FAILING: AtomicBool = AtomicBool::new(false);

/// Whether this is the first failure since the start.
#[must_use]
pub fn fails_first() -> bool {
    let first = !FAILING.load(Ordering::Relaxed);
    FAILING.store(true, Ordering::Relaxed);
    first
}
