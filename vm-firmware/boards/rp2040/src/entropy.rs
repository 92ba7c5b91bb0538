//! Randomness: the ring oscillator's bit (data sheet, 2.17.5), which jitters against the crystal. The data sheet says of it
//! that it is not fit for systems that must be safe, and nothing here measures how random it is: neighbours are taken as
//! pairs, of which only those that differ count (von Neumann), and each byte is made of 16 such bits, mixed. Good for
//! what is to differ from board to board and start to start; keys of value should not come from here.

use core::cell::Cell;

use critical_section::Mutex;

use crate::clock;
use crate::registers::ROSC;

/// Offset: the bit.
const BIT: usize = 0x1c;
/// Pairs that are looked at for a bit; where all are alike, the oscillator does not run, and the time has to do.
const PAIRS: u32 = 16;
/// Cycles between two looks: some of the oscillator's, which has 6 MHz to the processor's 125.
const APART: u32 = 50;

/// The state of the mixer.
static MIXED: Mutex<Cell<u64>> = Mutex::new(Cell::new(0));

fn look() -> u32 {
    cortex_m::asm::delay(APART);
    ROSC.read(BIT) & 1
}

/// A bit; whether it came from the oscillator does not matter to whoever asks.
fn bit() -> u64 {
    for _ in 0..PAIRS {
        let (first, second) = (look(), look());
        if first != second {
            return first.into();
        }
    }
    clock::micros() & 1
}

/// Fills with random bytes.
pub fn fill(bytes: &mut [u8]) {
    for part in bytes.chunks_mut(4) {
        let gathered = (0..16 * part.len()).fold(0, |gathered, _| gathered << 1 | bit());
        let mixed = critical_section::with(|section| {
            let state = MIXED.borrow(section);
            state.set(mix(state.get() ^ gathered).wrapping_add(clock::micros()));
            mix(state.get() ^ gathered.rotate_left(32))
        });
        for (to, from) in part.iter_mut().zip(mixed.to_le_bytes()) {
            *to = from;
        }
    }
}

/// Bits that differ from start to start.
#[cfg(feature = "wifi")]
#[must_use]
pub fn seed() -> u64 {
    let mut bytes = [0; 8];
    fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// Stafford's mix 13, as in SplitMix64: each bit of the result depends on each of the number.
fn mix(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}
