//! Large binaries, kept outside the heaps and shared by a count of references. Owns their bytes; heaps hold
//! `SharedBinary` objects that each count as one reference.

use alloc::vec::Vec;

use crate::memory::{Budget, NoMemory};
use crate::slab::Slab;

/// Binaries of more bytes than this are kept here; smaller ones on the heap (OTP: `ERL_ONHEAP_BIN_LIMIT`).
pub const HEAP_BINARY_LIMIT: usize = 64;

/// Most bytes of a binary: offsets are counted in bits, in 32 of them.
pub const MAX_BYTES: usize = (1 << 29) - 1;

/// Which binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BinaryId(pub u32);

#[derive(Default)]
struct Slot {
    bytes: Vec<u8>,
    /// Bits that hold data: what may be appended to stands right behind them.
    bits: u32,
    references: u32,
}

/// All large binaries of a VM.
pub struct Binaries {
    slots: Slab<Slot>,
    budget: Budget,
}

impl Binaries {
    /// No binaries.
    #[must_use]
    pub const fn new(budget: Budget) -> Self {
        Self { slots: Slab::new(), budget }
    }

    /// Takes bytes in, with one reference, which belongs to the caller. The vector's memory must not yet be counted in
    /// the budget: this counts it.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn add(&mut self, bytes: Vec<u8>) -> Result<BinaryId, NoMemory> {
        self.budget.take(bytes.capacity())?;
        if let Err(error) = self.slots.reserve(&self.budget) {
            self.budget.drop_vector(bytes);
            return Err(error);
        }
        let slot = Slot { bits: (bytes.len() * 8) as u32, bytes, references: 1 };
        Ok(BinaryId(self.slots.add(slot)))
    }

    /// Counts one reference more.
    pub fn retain(&mut self, id: BinaryId) {
        if let Some(slot) = self.slots.get_mut(id.0) {
            slot.references += 1;
        }
    }

    /// Counts one reference less; the last one frees the bytes.
    pub fn release(&mut self, id: BinaryId) {
        let Some(slot) = self.slots.get_mut(id.0).filter(|slot| slot.references != 0) else { return };
        slot.references -= 1;
        if slot.references == 0
            && let Some(slot) = self.slots.remove(&self.budget, id.0)
        {
            self.budget.drop_vector(slot.bytes);
        }
    }

    /// The bytes.
    #[must_use]
    #[inline]
    pub fn bytes(&self, id: BinaryId) -> &[u8] {
        self.slots.get(id.0).map_or(&[], |slot| &slot.bytes)
    }

    /// The bytes, to write those that no term shows yet.
    #[must_use]
    pub fn bytes_mut(&mut self, id: BinaryId) -> &mut [u8] {
        self.slots.get_mut(id.0).map_or(&mut [], |slot| &mut slot.bytes)
    }

    /// Takes the bytes out for a moment, to write them while other binaries are read; [`give_back`](Self::give_back)
    /// follows. Their memory stays counted.
    #[must_use]
    pub fn lend(&mut self, id: BinaryId) -> Vec<u8> {
        self.slots.get_mut(id.0).map_or(Vec::new(), |slot| core::mem::take(&mut slot.bytes))
    }

    /// Puts bytes back that were lent.
    pub fn give_back(&mut self, id: BinaryId, bytes: Vec<u8>) {
        if let Some(slot) = self.slots.get_mut(id.0) {
            slot.bytes = bytes;
        }
    }

    /// How many references there are.
    #[must_use]
    pub fn references(&self, id: BinaryId) -> u32 {
        self.slots.get(id.0).map_or(0, |slot| slot.references)
    }

    /// Makes the binary longer in place, if its data ends at bit `end`: then no term that exists sees a difference,
    /// since each says where its own part ends. Gives the bytes from the byte that holds bit `end` on, where the caller
    /// writes `bits` new bits behind the old; `None` when somebody else has appended already, and the caller must copy.
    ///
    /// # Errors
    /// When there is no memory, or the binary would be too large.
    pub fn append(&mut self, id: BinaryId, end: u32, bits: u32) -> Result<Option<&mut [u8]>, NoMemory> {
        let Self { slots, budget, .. } = self;
        let Some(slot) = slots.get_mut(id.0) else { return Ok(None) };
        if slot.bits != end {
            return Ok(None);
        }
        let total = end.checked_add(bits).filter(|&total| total as usize <= MAX_BYTES * 8).ok_or(NoMemory)?;
        let length = total.div_ceil(8) as usize;
        let additional = length.saturating_sub(slot.bytes.len());
        if slot.bytes.capacity() - slot.bytes.len() < additional {
            // Twice as much, so that a binary that is built piece by piece costs what its size says.
            let room = slot.bytes.len().max(additional).max(256);
            budget.reserve(&mut slot.bytes, room).or_else(|NoMemory| budget.reserve(&mut slot.bytes, additional))?;
        }
        slot.bytes.resize(length, 0);
        slot.bits = total;
        Ok(slot.bytes.get_mut(end as usize / 8..))
    }

    /// Bytes that all large binaries hold.
    #[must_use]
    pub fn total(&self) -> usize {
        self.slots.iter().map(|slot| slot.bytes.capacity()).sum()
    }

    /// How many binaries there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.slots.count()
    }
}
