//! The clocks' sources: the Pico's crystal of 12 MHz, multiplied, for all but the ring oscillator's randomness (data sheet,
//! 2.15 to 2.18).

use crate::registers::{Block, CLOCKS, PLL_SYS, PLL_USB, RESET_PLL_SYS, RESET_PLL_USB, Reset, WATCHDOG, XOSC};

/// Megahertz of the crystal.
const CRYSTAL: u32 = 12;
/// Hertz of the processor, of serial ports, SPI buses, I2C buses and pulses.
pub const CLOCK: u32 = 125_000_000;

/// Offset of the crystal's oscillator: its control; on, for 1 to 15 MHz.
const OSCILLATOR: usize = 0x0;
const ON: u32 = 0xfa_baa0;
/// Offset: how it stands; it is stable.
const STATUS: usize = 0x4;
const STABLE: u32 = 1 << 31;
/// Offset: how long it takes to be: 256ths of cycles. One millisecond.
const STARTUP: usize = 0xc;
const MILLISECOND: u32 = CRYSTAL * 1000 / 256 + 1;

/// Offset of a multiplier: its divisor of what comes in, and how it stands; it has found its frequency.
const INPUT: usize = 0x0;
const LOCKED: u32 = 1 << 31;
/// Offset: which parts of it have no power.
const OFF: usize = 0x4;
const OSCILLATOR_OFF: u32 = 1 | 1 << 5;
const DIVISORS_OFF: u32 = 1 << 3;
/// Offset: by how much it multiplies.
const FACTOR: usize = 0x8;
/// Offset: the two divisors of what goes out.
const DIVISORS: usize = 0xc;

/// Offsets of the clocks: of the one that counts time, of the processor, of peripherals, of the converter.
const REFERENCE: usize = 0x30;
const SYSTEM: usize = 0x3c;
const PERIPHERALS: usize = 0x48;
const CONVERTER: usize = 0x60;
/// Offsets beside these: the divisor; a bit for the source that it has.
const DIVISOR: usize = 0x4;
const SELECTED: usize = 0x8;
/// A clock without a choice of sources is on.
const ENABLED: u32 = 1 << 11;
/// The divisor 1.
const ONE: u32 = 1 << 8;

/// Offset of the watchdog: what makes microseconds of the first clock, for the timer too.
const TICK: usize = 0x2c;
const TICK_ON: u32 = 1 << 9;

/// Has all clocks run by the crystal.
pub(crate) fn begin() {
    XOSC.write(STARTUP, MILLISECOND);
    XOSC.write(OSCILLATOR, ON);
    while XOSC.read(STATUS) & STABLE == 0 {}
    // What may run by a multiplier is taken off it first.
    select(SYSTEM, 0);
    select(REFERENCE, 0);
    multiply(PLL_SYS, RESET_PLL_SYS, 125, 6, 2);
    multiply(PLL_USB, RESET_PLL_USB, 100, 5, 5);
    CLOCKS.write(REFERENCE + DIVISOR, ONE);
    select(REFERENCE, 2);
    CLOCKS.write(SYSTEM + DIVISOR, ONE);
    select(SYSTEM, 1);
    CLOCKS.write(PERIPHERALS, ENABLED);
    CLOCKS.write(CONVERTER + DIVISOR, ONE);
    CLOCKS.write(CONVERTER, ENABLED);
    WATCHDOG.write(TICK, TICK_ON | CRYSTAL);
}

/// Gives a clock one of its sources; of the multiplied ones, the first.
fn select(clock: usize, source: u32) {
    CLOCKS.write(clock, source);
    while CLOCKS.read(clock + SELECTED) & 1 << source == 0 {}
}

/// Has a multiplier make the crystal's frequency times `factor`, divided twice.
fn multiply(block: Block, reset: Reset, factor: u32, first: u32, second: u32) {
    reset.hold();
    reset.release();
    block.write(INPUT, 1);
    block.write(FACTOR, factor);
    block.clear(OFF, OSCILLATOR_OFF);
    while block.read(INPUT) & LOCKED == 0 {}
    block.write(DIVISORS, first << 16 | second << 12);
    block.clear(OFF, DIVISORS_OFF);
}
