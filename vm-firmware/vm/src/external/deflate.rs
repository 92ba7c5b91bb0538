//! Compression of terms: deflate (RFC 1951) inside zlib (RFC 1950), in one block with the fixed codes. Codes made for the
//! data would save some tenths more, for six times this code and forty times its memory, more than many devices have.

use alloc::vec::Vec;

use crate::checksum;
use crate::memory::{Budget, NoMemory};

/// Bits of the hash of three bytes.
const HASH_BITS: u32 = 11;
/// How far back a match may begin.
const WINDOW: usize = 1 << 15;
/// The longest match.
const LONGEST: usize = 258;
/// Symbols of the code for literals and lengths: the end of the block, and the longest match.
const END: u32 = 256;
const LONGEST_SYMBOL: u32 = 285;
/// The largest prime below 2^16 and a level, as zlib's header says them.
const HEADER: [u8; 2] = [0x78, 0x9c];

struct Writer<'a> {
    out: &'a mut Vec<u8>,
    budget: &'a Budget,
    /// Bits that are no byte yet, from the lowest.
    bits: u32,
    count: u32,
}

impl Writer<'_> {
    /// Writes up to 16 bits, the lowest first.
    fn put(&mut self, bits: u32, count: u32) -> Result<(), NoMemory> {
        self.bits |= bits << self.count;
        self.count += count;
        while self.count >= 8 {
            self.budget.reserve(self.out, 1)?;
            self.out.push(self.bits as u8);
            self.bits >>= 8;
            self.count -= 8;
        }
        Ok(())
    }

    /// Writes a code, whose highest bit comes first.
    fn code(&mut self, code: u32, count: u32) -> Result<(), NoMemory> {
        self.put(code.reverse_bits() >> (32 - count), count)
    }

    /// Writes a literal, an end or a length by the fixed code.
    fn symbol(&mut self, symbol: u32) -> Result<(), NoMemory> {
        match symbol {
            0..=143 => self.code(0x30 + symbol, 8),
            144..=255 => self.code(0x190 - 144 + symbol, 9),
            256..=279 => self.code(symbol - 256, 7),
            _ => self.code(symbol - 280 + 0xc0, 8),
        }
    }

    fn matched(&mut self, length: usize, distance: usize) -> Result<(), NoMemory> {
        let (more, back) = (length as u32 - 3, distance as u32 - 1);
        if length == LONGEST {
            self.symbol(LONGEST_SYMBOL)?;
        } else if more < 8 {
            self.symbol(257 + more)?;
        } else {
            let extra = more.ilog2() - 2;
            self.symbol(261 + 4 * extra + (more >> extra & 3))?;
            self.put(more & ((1 << extra) - 1), extra)?;
        }
        if back < 4 {
            return self.code(back, 5);
        }
        let extra = back.ilog2() - 1;
        self.code(2 + 2 * extra + (back >> extra & 1), 5)?;
        self.put(back & ((1 << extra) - 1), extra)
    }
}

/// How many bytes are the same from two positions on, at most [`LONGEST`].
fn common(bytes: &[u8], from: usize, at: usize) -> usize {
    let (earlier, later) = (bytes.get(from..).unwrap_or_default(), bytes.get(at..).unwrap_or_default());
    earlier.iter().zip(later).take(LONGEST).take_while(|(x, y)| x == y).count()
}

/// Appends the compressed form of some bytes; the higher the level, 1 to 9, the more is tried. Stops when it would not be
/// shorter: then `false`.
///
/// # Errors
/// When there is no memory.
pub(super) fn zlib(bytes: &[u8], level: u8, out: &mut Vec<u8>, budget: &Budget) -> Result<bool, NoMemory> {
    let room = bytes.len().next_power_of_two().min(WINDOW);
    // The last position of each hash, and the one before each position that had the same, both counted from 1.
    let (mut heads, mut before) = (budget.scratch::<u32>(), budget.scratch::<u32>());
    for (table, size) in [(&mut heads, 1 << HASH_BITS), (&mut before, room)] {
        table.reserve(size)?;
        for _ in 0..size {
            table.push(0)?;
        }
    }
    let limit = out.len() + bytes.len();
    budget.reserve(out, HEADER.len())?;
    out.extend_from_slice(&HEADER);
    let mut writer = Writer { out, budget, bits: 0, count: 0 };
    // The last block, with the fixed codes.
    writer.put(0b011, 3)?;
    let (mut at, mut covered) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        let (mut length, mut distance) = (0, 0);
        if let Some(&[a, b, c]) = bytes.get(at..).and_then(|rest| rest.first_chunk::<3>()) {
            let hash = (u32::from_le_bytes([a, b, c, 0]).wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as usize;
            let mut candidate = heads.get(hash).copied().unwrap_or(0) as usize;
            if let (Some(head), Some(link)) = (heads.get_mut(hash), before.get_mut(at & (room - 1))) {
                *link = *head;
                *head = at as u32 + 1;
            }
            if at >= covered {
                for _ in 0..4 * u32::from(level) {
                    let Some(from) = candidate.checked_sub(1).filter(|&from| at - from <= room) else { break };
                    let same = common(bytes, from, at);
                    if same > length {
                        (length, distance) = (same, at - from);
                    }
                    // A link that later positions have taken leads no further back.
                    let next = before.get(from & (room - 1)).copied().unwrap_or(0) as usize;
                    if next >= candidate {
                        break;
                    }
                    candidate = next;
                }
            }
        }
        if at >= covered {
            if length >= 3 {
                writer.matched(length, distance)?;
                covered = at + length;
            } else {
                writer.symbol(byte.into())?;
            }
            if writer.out.len() >= limit {
                return Ok(false);
            }
        }
        at += 1;
    }
    writer.symbol(END)?;
    writer.put(0, 7)?;
    let out = writer.out;
    budget.reserve(out, 4)?;
    out.extend_from_slice(&checksum::adler32(1, bytes).to_be_bytes());
    Ok(out.len() < limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_inflates_it() {
        let mut samples: Vec<Vec<u8>> = alloc::vec![Vec::new(), alloc::vec![7], alloc::vec![1, 2, 3, 1, 2, 3, 1, 2, 3]];
        for length in [3, 4, 10, 11, 257, 258, 259, 260, 519, 70_000] {
            samples.push(alloc::vec![0; length]);
            // Numbers with distances of all sizes, and bytes of both lengths of code.
            let mut state = length as u32;
            let text = (0..length as u32).map(|at| {
                state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
                if state >> 29 == 0 { (state >> 16) as u8 } else { (at % 97) as u8 }
            });
            samples.push(text.collect());
        }
        let budget = Budget::new(usize::MAX);
        for sample in samples {
            for level in [1, 6, 9] {
                let mut out = Vec::new();
                let shorter = zlib(&sample, level, &mut out, &budget).unwrap();
                if shorter {
                    assert!(out.len() < sample.len());
                    assert_eq!(miniz_oxide::inflate::decompress_to_vec_zlib(&out).unwrap(), sample);
                } else {
                    assert!(sample.len() < 300, "{} bytes do not become fewer", sample.len());
                }
                budget.drop_vector(out);
            }
        }
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn each_amount_of_memory_does_or_does_not() {
        let sample: Vec<u8> = (0..5000_u32).map(|at| ((at * at) >> 5) as u8).collect();
        let mut enough = 0;
        for memory in (0..80_000).step_by(1000) {
            let budget = Budget::new(memory);
            let mut out = Vec::new();
            enough += u32::from(zlib(&sample, 6, &mut out, &budget).is_ok());
            budget.drop_vector(out);
            assert_eq!(budget.used(), 0);
        }
        assert!((1..79).contains(&enough), "{enough}");
    }
}
