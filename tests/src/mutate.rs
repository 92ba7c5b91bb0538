//! Damaged copies of real bytes, the same ones for the same seed.
//!
//! Random bytes hardly get past a format's first check. A real file with a few changes reaches the code behind it.

/// A small generator of numbers (SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// 2014). The same numbers on every machine, for a seed.
#[derive(Clone, Debug)]
pub struct Numbers {
    state: u64,
}

impl Numbers {
    /// A generator. Neighbouring seeds give unrelated numbers.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next number.
    pub const fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`; 0 when that is 0.
    pub const fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (self.draw() % limit as u64) as usize }
    }

    /// One of the values.
    ///
    /// # Panics
    /// When there is none.
    pub const fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }
}

/// Bytes that formats treat in a special way: limits of signed and unsigned, tags of compact and external terms.
const BYTES: [u8; 14] = [0, 1, 7, 8, 0x0f, 0x10, 0x17, 0x1f, 0x7f, 0x80, 0x83, 0xf7, 0xfe, 0xff];
/// Lengths that overflow, wrap, or ask for too much memory.
const WORDS: [u32; 12] =
    [0, 1, 2, 0xff, 0x7fff, 0x8000, 0xffff, 0x0100_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_ffff];

/// One to six changes to `bytes`. They may become empty; they grow by at most 1 KiB.
pub fn mutate(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    for _ in 0..=numbers.below(6) {
        change(bytes, numbers);
    }
}

/// `count` damaged copies of `bytes`. Copy number `n` of a seed is the same whatever the count.
pub fn mutations(bytes: &[u8], seed: u64, count: usize) -> impl Iterator<Item = Vec<u8>> {
    (0..count as u64).map(move |index| {
        let mut numbers = Numbers::new(seed.wrapping_mul(0x1_0000_01b3).wrapping_add(index));
        let mut copy = bytes.to_vec();
        mutate(&mut copy, &mut numbers);
        copy
    })
}

fn change(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let len = bytes.len();
    let at = numbers.below(len);
    let choice = numbers.below(10);
    match choice {
        0 | 1 => {
            let bit = numbers.below(8);
            put(bytes, at, |byte| byte ^ (1 << bit));
        }
        2 => {
            let value = numbers.one_of(&BYTES);
            put(bytes, at, |_| value);
        }
        3 => {
            let value = numbers.draw() as u8;
            put(bytes, at, |_| value);
        }
        4 => {
            let count = 1 + numbers.below(16);
            let value = numbers.one_of(&BYTES);
            bytes.splice(at..at, std::iter::repeat_n(value, count));
        }
        5 => {
            let end = at.saturating_add(1 + numbers.below(16)).min(len);
            bytes.drain(at..end);
        }
        6 => bytes.truncate(at),
        7 => {
            // A part from elsewhere, over what is there or between.
            let from = numbers.below(len);
            let part = bytes[from..from.saturating_add(1 + numbers.below(128)).min(len)].to_vec();
            let end = if numbers.below(2) == 0 { at } else { at.saturating_add(part.len()).min(len) };
            bytes.splice(at..end, part);
        }
        8 => {
            let word = (numbers.one_of(&WORDS) as u16).to_be_bytes();
            overwrite(bytes, at, &word);
        }
        _ => {
            // Lengths of chunks and sections are aligned to four bytes.
            let word = numbers.one_of(&WORDS).to_be_bytes();
            let aligned = if numbers.below(2) == 0 { at & !3 } else { at };
            overwrite(bytes, aligned, &word);
        }
    }
}

fn put(bytes: &mut [u8], at: usize, new: impl Fn(u8) -> u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte = new(*byte);
    }
}

fn overwrite(bytes: &mut [u8], at: usize, with: &[u8]) {
    for (byte, &new) in bytes.iter_mut().skip(at).zip(with) {
        *byte = new;
    }
}
