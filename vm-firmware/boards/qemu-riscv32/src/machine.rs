//! The processor and the registers of QEMU's machine `virt`: all access to them is here, and `unsafe` of this board is
//! only here, in `virtio.rs`, whose memory devices write to, and in `prologue.rs`. Addresses are those of QEMU's
//! `hw/riscv/virt.c`.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ptr::{read_volatile, write_volatile};
use core::sync::atomic::{AtomicU32, Ordering};

use embedded_alloc::TlsfHeap;
use riscv::interrupt::Interrupt as Core;

/// The transmit register of the 16550 UART. QEMU takes bytes at any speed.
const UART: usize = 0x1000_0000;
/// Goldfish real-time clock: the low word, whose reading keeps the high word for the next.
const RTC: usize = 0x0010_1000;
/// CLINT: the low and the high word of the time, at 10 MHz.
const TIME: usize = 0x0200_bff8;
/// CLINT: the time at which hart 0 gets its timer interrupt, low and high word.
const ALARM: usize = 0x0200_4000;
/// The test device, which ends QEMU.
const TEST: usize = 0x0010_0000;
/// Nanoseconds of one count of the time.
const NANOSECONDS: u64 = 100;
/// Counts of the time in a second. There is no other clock: instructions take what QEMU takes for them.
pub const FREQUENCY: u32 = 10_000_000;

/// PLIC: the priorities of the sources, a word each.
const PRIORITIES: usize = 0x0c00_0000;
/// PLIC: a bit for each source whose interrupts go to hart 0 in machine mode.
const ENABLED: usize = 0x0c00_2000;
/// PLIC: the priority above which an interrupt is told to hart 0.
const THRESHOLD: usize = 0x0c20_0000;
/// PLIC: read, the source of the next interrupt, which is not told again until its number is written.
const CLAIM: usize = 0x0c20_0004;

/// The first of the places for virtio devices, and how far they are apart.
const SLOTS: (usize, usize) = (0x1000_1000, 0x1000);
/// The places. QEMU fills them from the last to the first.
const SLOT_COUNT: usize = 8;
/// The source of interrupts of the first place; the others follow.
const SLOT_SOURCE: u32 = 1;

/// The second bank of flash memory; the first is where QEMU would start from if it held something.
const FLASH: usize = 0x2200_0000;
/// Bytes of a bank.
const FLASH_SIZE: usize = 32 << 20;

/// Where the pack is.
const PACK: usize = 0x8400_0000;
/// The memory from there to the end, of 128 MiB.
const PACK_ROOM: usize = 0x0400_0000;
/// Memory at its end that no pack reaches, and QEMU writes nothing to when the machine starts anew: what is kept, then a
/// page for words.
const KEPT: usize = PACK + PACK_ROOM - 0x2000;
const KEPT_SIZE: usize = 0x1000;
/// How the machine was left: one of [`LEFT`], and its complement.
const LEFT_AT: usize = KEPT + KEPT_SIZE;
/// What stands there while the program runs, and when it has ended by itself, by a sleep that time or pins have ended.
const LEFT: [(u32, Start); 4] = [
    (0x454d_4200, Start::Reset),
    (0x454d_4201, Start::Program),
    (0x454d_4202, Start::Timer),
    (0x454d_4203, Start::Pins),
];
/// What is written to the test device to start the machine anew.
const RESET: u32 = 0x7777;

/// Bytes of the heap: `_heap_size` in `memory.x`.
const HEAP_SIZE: usize = 48 << 20;

/// Two levels of lists by size: however many blocks there are, taking one and giving it back are some 160 instructions,
/// where one list of free blocks took thousands in a heap of this size.
#[global_allocator]
static HEAP: Counted = Counted { heap: TlsfHeap::empty(), used: Cell::new(0), peak: Cell::new(0) };

/// The heap, and how much of it is taken.
struct Counted {
    heap: TlsfHeap,
    used: Cell<usize>,
    peak: Cell<usize>,
}

// SAFETY: there is one hart, and no interrupt is ever taken: nothing runs beside what counts.
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
    [HEAP.used.get() as u32, HEAP.peak.get() as u32, HEAP_SIZE as u32]
}

/// A bit for each source of interrupts that is claimed and not completed.
static CLAIMED: AtomicU32 = AtomicU32::new(0);

fn read(address: usize) -> u32 {
    // SAFETY: only called with the addresses above: aligned registers or words whose reading is defined.
    unsafe { read_volatile(address as *const u32) }
}

fn write(address: usize, value: u32) {
    // SAFETY: only called with the addresses above: aligned registers that are not memory of the program.
    unsafe { write_volatile(address as *mut u32, value) }
}

/// All of the hardware that has one owner.
pub struct Machine {
    /// The memory that QEMU's loader has put a pack into. What follows the pack there is unspecified, but does not change.
    pub pack: &'static [u8],
    /// The places for virtio devices.
    pub slots: [Slot; SLOT_COUNT],
    /// A bank of flash memory.
    pub flash: Window,
    /// Memory that stays through a restart.
    pub kept: &'static mut [u8],
    /// Why the machine was started.
    pub start: Start,
}

/// Why the machine was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// It was off.
    Power,
    /// It was reset from outside: QEMU's `system_reset`.
    Reset,
    /// The program asked for it.
    Program,
    /// A sleep has ended by its time.
    Timer,
    /// A sleep has ended by a pin.
    Pins,
}

impl Start {
    /// Notes that the machine is left so.
    fn leave(self) {
        if let Some((word, _)) = LEFT.iter().find(|(_, start)| *start == self) {
            write(LEFT_AT, *word);
            write(LEFT_AT + 4, !*word);
        }
    }
}

/// How the machine was left; it runs from now on.
fn started() -> Start {
    let left = told(LEFT_AT).and_then(|left| LEFT.iter().find(|(word, _)| *word == left));
    Start::Reset.leave();
    left.map_or(Start::Power, |(_, start)| *start)
}

impl Machine {
    /// Takes the hardware and makes the heap. To be called once, at the start.
    pub fn take() -> Self {
        // SAFETY: the linker has reserved these bytes, nothing else uses them, and `main` is entered once.
        unsafe { HEAP.heap.init(riscv_rt::heap_start() as usize, HEAP_SIZE) }
        write(THRESHOLD, 0);
        for interrupt in [Core::MachineTimer, Core::MachineExternal] {
            // SAFETY: interrupts stay disabled as a whole: these only end a wait.
            unsafe { riscv::register::mie::enable(interrupt) }
        }
        // SAFETY: memory that the linker does not know, so nothing writes to it; every byte is a valid `u8`.
        let pack = unsafe { core::slice::from_raw_parts(PACK as *const u8, KEPT - PACK) };
        // SAFETY: memory behind that, that nothing else uses; every byte is a valid `u8`; and this is called once.
        let kept = unsafe { core::slice::from_raw_parts_mut(KEPT as *mut u8, KEPT_SIZE) };
        let mut source = SLOT_SOURCE;
        let mut address = SLOTS.0;
        let slots = [(); SLOT_COUNT].map(|()| {
            let slot = Slot { address, interrupt: Interrupt(source) };
            (source, address) = (source + 1, address + SLOTS.1);
            slot
        });
        Self { pack, slots, flash: Window { start: FLASH, size: FLASH_SIZE }, kept, start: started() }
    }
}

/// A place for a virtio device. There is one of each: whoever has it has the registers.
pub struct Slot {
    address: usize,
    /// The interrupt of the device.
    pub interrupt: Interrupt,
}

impl Slot {
    /// Bytes of registers and configuration that a device has there (QEMU's `hw/virtio/virtio-mmio.c`).
    pub const SIZE: usize = 0x200;

    /// Where its registers begin: mapped for all time, and aligned to a page.
    pub const fn address(&self) -> usize {
        self.address
    }
}

/// A source of interrupts.
pub struct Interrupt(u32);

impl Interrupt {
    /// Lets it end waits.
    pub fn enable(&self) {
        write(PRIORITIES + 4 * self.0 as usize, 1);
        write(ENABLED, read(ENABLED) | 1 << self.0);
    }

    /// Whether it is told and not yet completed. Until then it ends no more waits.
    pub fn is_raised(&self) -> bool {
        claim();
        CLAIMED.load(Ordering::Relaxed) & 1 << self.0 != 0
    }

    /// Lets it end waits again. Its device was asked to take it back before.
    pub fn complete(&self) {
        CLAIMED.store(CLAIMED.load(Ordering::Relaxed) & !(1 << self.0), Ordering::Relaxed);
        write(CLAIM, self.0);
    }
}

/// Whether a source that is not claimed tells an interrupt.
fn is_external() -> bool {
    riscv::register::mip::read().is_pending(Core::MachineExternal)
}

/// Claims what is told. The sources enabled are below 32, so that each has its bit.
fn claim() {
    while is_external() {
        match read(CLAIM) {
            // Another reader had it, or it was taken back.
            0 => break,
            source => CLAIMED.store(CLAIMED.load(Ordering::Relaxed) | 1 << (source & 31), Ordering::Relaxed),
        }
    }
}

/// Words of a device that are read and written as memory is, by offsets in bytes from its start.
pub struct Window {
    start: usize,
    size: usize,
}

impl Window {
    /// Bytes of it.
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Where a word is. One outside is the last: callers check offsets before they come here, and memory of the program
    /// is never met.
    const fn at(&self, offset: usize) -> usize {
        self.start + (if offset < self.size { offset } else { self.size - 4 } & !3)
    }

    /// Reads the word at an offset, of which the last two bits do not count.
    pub fn read(&self, offset: usize) -> u32 {
        read(self.at(offset))
    }

    /// Writes it.
    pub fn write(&mut self, offset: usize, value: u32) {
        write(self.at(offset), value);
    }
}

/// The bytes that the virtual machine may use, where QEMU's loader was told to put them, and their complement, into the
/// last eight bytes of the memory.
pub fn memory() -> Option<usize> {
    told(PACK + PACK_ROOM - 8).map(|bytes| bytes as usize)
}

/// Which pools the network is to have, told in the same way in the eight bytes before.
pub fn pools() -> Option<u32> {
    told(PACK + PACK_ROOM - 16)
}

/// A word whose complement follows it; anything else was not told.
fn told(address: usize) -> Option<u32> {
    let word = read(address);
    (read(address + 4) == !word).then_some(word)
}

/// Writes to the console.
pub fn print(bytes: &[u8]) {
    for &byte in bytes {
        // SAFETY: the transmit register takes any byte.
        unsafe { write_volatile(UART as *mut u8, byte) }
    }
}

/// The time since the start, in nanoseconds.
pub fn time() -> u64 {
    counts().wrapping_mul(NANOSECONDS)
}

fn counts() -> u64 {
    loop {
        let high = read(TIME + 4);
        let low = read(TIME);
        // The low word may have overflowed between.
        if read(TIME + 4) == high {
            return u64::from(high) << 32 | u64::from(low);
        }
    }
}

/// The time since 1970-01-01, UTC, in nanoseconds.
pub fn calendar() -> u64 {
    let low = read(RTC);
    u64::from(read(RTC + 4)) << 32 | u64::from(low)
}

/// Sets that time.
pub fn set_calendar(time: u64) {
    // Each half is set on its own, and the clock goes on from it.
    write(RTC + 4, (time >> 32) as u32);
    write(RTC, time as u32);
}

/// A count that goes on with every instruction.
pub fn cycles() -> u64 {
    riscv::register::mcycle::read64()
}

/// Sleeps until the time since the start is at least `deadline` nanoseconds, or until a device tells something that no
/// wait was ended by before.
pub fn wait(deadline: Option<u64>) {
    let alarm = deadline.map_or(u64::MAX, |deadline| deadline.div_ceil(NANOSECONDS));
    // The high word first at its largest, so that no alarm between the two is too early.
    write(ALARM + 4, u32::MAX);
    write(ALARM, alarm as u32);
    write(ALARM + 4, (alarm >> 32) as u32);
    while !is_external() && counts() < alarm {
        riscv::asm::wfi();
    }
    claim();
    write(ALARM + 4, u32::MAX);
}

/// Starts the machine anew, which then finds why.
pub fn restart(why: Start) -> ! {
    why.leave();
    write(TEST, RESET);
    loop {
        riscv::asm::wfi();
    }
}

/// Ends QEMU with this exit status.
pub fn exit(status: u8) -> ! {
    write(TEST, if status == 0 { 0x5555 } else { u32::from(status) << 16 | 0x3333 });
    loop {
        riscv::asm::wfi();
    }
}
