//! What has to be written: what shall stand in flash is compared with what stands there, by digests that the board makes
//! of its flash, from the whole down to single sectors.

use emberl_image::partition::SECTOR;
use md5::{Digest as _, Md5};

/// The digest of bytes that boot loaders make.
pub type Digest = [u8; 16];

/// Bytes of a sector.
const SECTOR_BYTES: usize = SECTOR as usize;
/// How many bytes are compared at once where a larger part differs.
const BLOCK: usize = 16 * SECTOR_BYTES;

/// Longer runs are cut: a board is waited for as long as the whole of a run may take it.
const LONGEST_RUN: usize = 64 * SECTOR_BYTES;

/// What shall stand at a place in flash: whole sectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    offset: u32,
    data: Vec<u8>,
}

impl Region {
    /// What shall stand from `offset` on, which begins a sector. The rest of the last sector shall be empty.
    #[must_use]
    pub fn new(offset: u32, mut data: Vec<u8>) -> Self {
        data.resize(data.len().next_multiple_of(SECTOR_BYTES), 0xFF);
        Self { offset, data }
    }

    /// Where it begins in flash.
    #[must_use]
    pub const fn offset(&self) -> u32 {
        self.offset
    }

    /// What shall stand there: whole sectors.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// How many sectors it has.
    #[must_use]
    pub fn sectors(&self) -> usize {
        self.data.len() / SECTOR_BYTES
    }
}

/// The digest of bytes.
#[must_use]
pub fn digest(bytes: &[u8]) -> Digest {
    Md5::digest(bytes).into()
}

/// Whether all of it is as erased flash is.
#[must_use]
pub fn is_empty(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| byte == 0xFF)
}

/// The parts of `region` that the board has not got, in order: whole sectors, neighbours together
/// up to 64.
///
/// `on_board` gives the digest of the bytes of flash from an offset on.
///
/// # Errors
/// Those of `on_board`.
pub fn changed<E>(region: &Region, mut on_board: impl FnMut(u32, u32) -> Result<Digest, E>) -> Result<Vec<Region>, E> {
    let mut differs = |at: usize, part: &[u8]| -> Result<(bool, Digest), E> {
        // Places in flash and lengths are within 4 GiB, as those who make regions see to.
        let found = on_board(region.offset + at as u32, part.len() as u32)?;
        Ok((found != digest(part), found))
    };
    let mut runs = Runs { offset: region.offset, runs: Vec::new() };
    if region.data.is_empty() || !differs(0, &region.data)?.0 {
        return Ok(runs.runs);
    }
    let empty_block = digest(&[0xFF; BLOCK]);
    for (number, block) in region.data.chunks(BLOCK).enumerate() {
        let start = number * BLOCK;
        let (is_other, found) = match block.len() == region.data.len() {
            true => (true, Digest::default()),
            false => differs(start, block)?,
        };
        if !is_other {
            continue;
        }
        // Where the board has nothing, it need not be asked for each sector.
        let was_empty = block.len() == BLOCK && found == empty_block;
        for (number, sector) in block.chunks(SECTOR_BYTES).enumerate() {
            let at = start + number * SECTOR_BYTES;
            let is_changed = match was_empty {
                true => !is_empty(sector),
                false if block.len() == SECTOR_BYTES => true,
                false => differs(at, sector)?.0,
            };
            if is_changed {
                runs.push(at, sector);
            }
        }
    }
    Ok(runs.runs)
}

/// Sectors, neighbours together.
struct Runs {
    offset: u32,
    runs: Vec<Region>,
}

impl Runs {
    fn push(&mut self, at: usize, sector: &[u8]) {
        let offset = self.offset + at as u32;
        match self.runs.last_mut() {
            Some(last) if last.offset + last.data.len() as u32 == offset && last.data.len() < LONGEST_RUN => {
                last.data.extend(sector);
            }
            _ => self.runs.push(Region { offset, data: sector.to_vec() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    /// The runs as (offset, sectors), and how many digests were asked for.
    fn compare(region: &Region, flash: &[u8]) -> (Vec<(u32, usize)>, usize) {
        let mut asked = 0;
        let runs = changed(region, |offset, length| {
            asked += 1;
            let at = offset as usize;
            Ok::<_, Infallible>(digest(&flash[at..at + length as usize]))
        });
        let Ok(runs) = runs;
        // What is written makes the flash what it shall be, and no sector is written that was right.
        let mut after = flash.to_vec();
        for run in &runs {
            let at = run.offset() as usize;
            for (number, sector) in run.data().chunks(4096).enumerate() {
                let at = at + number * 4096;
                assert_ne!(&after[at..at + 4096], sector);
                after[at..at + 4096].copy_from_slice(sector);
            }
        }
        let at = region.offset() as usize;
        assert_eq!(&after[at..at + region.data().len()], region.data());
        (runs.iter().map(|run| (run.offset(), run.sectors())).collect(), asked)
    }

    fn bytes(count: usize) -> Vec<u8> {
        (0..count as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
    }

    #[test]
    fn only_what_differs_is_written() {
        let region = Region::new(0x2000, bytes(300_000));
        assert_eq!(region.sectors(), 74);
        let mut flash = vec![0xFF; 0x8_0000];
        // All of it on an empty board; one digest of the whole, and one a block, the last of which is not full.
        assert_eq!(compare(&region, &flash), (vec![(0x2000, 64), (0x4_2000, 10)], 1 + 5 + 10));
        flash[0x2000..0x2000 + region.data().len()].copy_from_slice(region.data());
        assert_eq!(compare(&region, &flash), (vec![], 1));
        flash[0x2000 + 5 * 4096] ^= 1;
        flash[0x2000 + 7 * 4096 - 1] ^= 1;
        flash[0x2000 + 20 * 4096] ^= 1;
        assert_eq!(compare(&region, &flash), (vec![(0x7000, 2), (0x2000 + 20 * 4096, 1)], 1 + 5 + 32));
        // What stands beside it does not matter.
        flash[0x1fff] = 0;
        assert_eq!(compare(&region, &flash).0.len(), 2);
    }

    #[test]
    fn empty_and_small_regions() {
        let flash = vec![0xFF; 0x4000];
        assert_eq!(compare(&Region::new(0, Vec::new()), &flash), (vec![], 0));
        assert_eq!(compare(&Region::new(0, vec![1]), &flash), (vec![(0, 1)], 1));
        assert_eq!(compare(&Region::new(0x1000, vec![0xFF; 5000]), &flash), (vec![], 1));
        let mut two = vec![0xFF; 5000];
        two[4999] = 0;
        assert_eq!(compare(&Region::new(0x1000, two), &flash).0, [(0x2000, 1)]);
    }
}
