//! Checksums of bytes as OTP has them: MD5, whose state programs can keep as a binary, CRC-32 and Adler-32.

/// Bytes of an MD5 state as a binary: four words, the count of bits in 64 bits, a block (as OTP's).
pub const MD5_STATE: usize = 88;

/// For each step the fraction of the sine of its number, in 32 bits (RFC 1321).
#[rustfmt::skip]
const SINES: [u32; 64] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
];
/// How far each of four steps rotates, for each round.
const ROTATIONS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// An MD5 of bytes that come piece by piece.
#[derive(Clone)]
pub struct Md5 {
    state: [u32; 4],
    bits: u64,
    block: [u8; 64],
}

impl Default for Md5 {
    fn default() -> Self {
        Self { state: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476], bits: 0, block: [0; 64] }
    }
}

impl Md5 {
    /// The state that bytes say.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; MD5_STATE] = bytes.try_into().ok()?;
        let (state, rest) = bytes.split_first_chunk::<16>()?;
        let (bits, block) = rest.split_first_chunk::<8>()?;
        let mut md5 = Self { state: [0; 4], bits: u64::from_le_bytes(*bits), block: *block.first_chunk()? };
        for (word, bytes) in md5.state.iter_mut().zip(state.chunks_exact(4)) {
            *word = bytes.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte));
        }
        Some(md5)
    }

    /// The state as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; MD5_STATE] {
        let mut bytes = [0; MD5_STATE];
        let words = self.state.iter().flat_map(|word| word.to_le_bytes());
        let all = words.chain(self.bits.to_le_bytes()).chain(self.block);
        bytes.iter_mut().zip(all).for_each(|(place, byte)| *place = byte);
        bytes
    }

    /// Takes more bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let at = (self.bits / 8 % 64) as usize;
            let (now, later) = bytes.split_at(bytes.len().min(64 - at));
            if let Some(place) = self.block.get_mut(at..at + now.len()) {
                place.copy_from_slice(now);
            }
            self.bits = self.bits.wrapping_add(now.len() as u64 * 8);
            if at + now.len() == 64 {
                self.transform();
            }
            bytes = later;
        }
    }

    /// The digest.
    #[must_use]
    pub fn finish(mut self) -> [u8; 16] {
        let bits = self.bits;
        self.update(&[0x80]);
        while self.bits / 8 % 64 != 56 {
            self.update(&[0]);
        }
        self.update(&bits.to_le_bytes());
        let mut digest = [0; 16];
        let bytes = self.state.iter().flat_map(|word| word.to_le_bytes());
        digest.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
        digest
    }

    fn transform(&mut self) {
        let mut words = [0_u32; 16];
        for (word, bytes) in words.iter_mut().zip(self.block.chunks_exact(4)) {
            *word = bytes.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte));
        }
        let [mut a, mut b, mut c, mut d] = self.state;
        for (step, &sine) in SINES.iter().enumerate() {
            let round = step / 16;
            let (mixed, word) = match round {
                0 => (b & c | !b & d, step),
                1 => (d & b | !d & c, 5 * step + 1),
                2 => (b ^ c ^ d, 3 * step + 5),
                _ => (c ^ (b | !d), 7 * step),
            };
            let word = words.get(word % 16).copied().unwrap_or_default();
            let rotation = ROTATIONS.get(round).and_then(|row| row.get(step % 4)).copied().unwrap_or_default();
            let sum = a.wrapping_add(mixed).wrapping_add(sine).wrapping_add(word);
            (a, d, c, b) = (d, c, b, b.wrapping_add(sum.rotate_left(rotation)));
        }
        for (word, more) in self.state.iter_mut().zip([a, b, c, d]) {
            *word = word.wrapping_add(more);
        }
    }
}

/// The polynomial of CRC-32, the lowest power in the highest bit.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// What four bits contribute to a CRC-32.
const NIBBLES: [u32; 16] = {
    let mut table = [0; 16];
    let mut index = 0;
    while index < 16 {
        let mut value = index as u32;
        let mut bit = 0;
        while bit < 4 {
            value = if value & 1 == 1 { value >> 1 ^ POLYNOMIAL } else { value >> 1 };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
};

/// The CRC-32 of bytes that follow others whose CRC-32 is given; of none that is 0.
#[must_use]
pub fn crc32(before: u32, bytes: &[u8]) -> u32 {
    let half = |crc: u32| crc >> 4 ^ NIBBLES.get((crc & 15) as usize).copied().unwrap_or_default();
    !bytes.iter().fold(!before, |crc, &byte| half(half(crc ^ u32::from(byte))))
}

/// The CRC-32 of two runs of bytes one after another; `length` is that of the second.
#[must_use]
pub fn crc32_combine(first: u32, second: u32, length: u64) -> u32 {
    // Zero bits behind the first run multiply its remainder by a power of x: 8 for each byte.
    let (mut power, mut square) = (1 << 31, 1 << 23);
    let mut left = length;
    while left != 0 {
        if left & 1 == 1 {
            power = multiply(power, square);
        }
        square = multiply(square, square);
        left >>= 1;
    }
    multiply(power, first) ^ second
}

/// The product of two polynomials, modulo that of CRC-32.
fn multiply(a: u32, mut b: u32) -> u32 {
    let mut product = 0;
    for bit in (0..32).rev() {
        if a >> bit & 1 == 1 {
            product ^= b;
        }
        b = if b & 1 == 1 { b >> 1 ^ POLYNOMIAL } else { b >> 1 };
    }
    product
}

/// The modulus of Adler-32.
const BASE: u32 = 65521;

/// The Adler-32 of bytes that follow others whose Adler-32 is given; of none that is 1.
#[must_use]
pub fn adler32(before: u32, bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (before & 0xffff, before >> 16);
    // As many bytes as the sums can take before they must be reduced.
    for run in bytes.chunks(5552) {
        for &byte in run {
            low += u32::from(byte);
            high += low;
        }
        low %= BASE;
        high %= BASE;
    }
    high << 16 | low
}

/// The Adler-32 of two runs of bytes one after another; `length` is that of the second.
#[must_use]
pub fn adler32_combine(first: u32, second: u32, length: u64) -> u32 {
    if length == 0 {
        return first;
    }
    let rest = (length % u64::from(BASE)) as u32;
    let low = (first & 0xffff) + (second & 0xffff) + BASE - 1;
    let product = u64::from(rest) * u64::from(first & 0xffff) % u64::from(BASE);
    let high = product as u32 + (first >> 16) + (second >> 16) + BASE - rest;
    // Sums that are no remainders, as a program may give them, are reduced as zlib does.
    let reduce = |sum: u32, by: u32| if sum >= by { sum - by } else { sum };
    let low = reduce(reduce(low, BASE), BASE);
    let high = reduce(reduce(high, 2 * BASE), BASE);
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_otp() {
        let mut md5 = Md5::default();
        md5.update(b"a");
        let mut md5 = Md5::from_bytes(&md5.to_bytes()).unwrap();
        md5.update(b"bc");
        assert_eq!(md5.finish(), [144, 1, 80, 152, 60, 210, 79, 176, 214, 150, 63, 125, 40, 225, 127, 114]);
        let mut md5 = Md5::default();
        md5.update(&[7; 1000]);
        let tail: &[u8] = &md5.finish();
        assert_eq!(tail.len(), 16);
        assert_eq!(crc32(0, b"abc"), 891_568_578);
        assert_eq!(crc32(5, b"abc"), 871_334_697);
        assert_eq!(crc32_combine(1, 2, 3), 29_518_389);
        assert_eq!(crc32_combine(crc32(0, b"abc"), crc32(0, b"defgh"), 5), 2_934_909_520);
        assert_eq!(adler32(1, b"abc"), 38_600_999);
        assert_eq!(adler32(0xffff_ffff, b"abc"), 42_074_420);
        assert_eq!(adler32_combine(1, 2, 3), 2);
        assert_eq!(adler32_combine(adler32(1, b"abc"), adler32(1, b"defgh"), 5), 234_881_829);
        assert_eq!(adler32_combine(0xffff_ffff, 0xffff_fff0, 0), 0xffff_ffff);
        assert_eq!(adler32_combine(0xffff_ffff, 0xffff_fff0, 7), 7_864_317);
        assert_eq!(crc32_combine(1, 2, 0), 3);
        assert_eq!(crc32_combine(1, 2, 0xffff_ffff), 3);
        assert_eq!(crc32_combine(1, 2, 0x7fff_ffff), 18);
    }
}
