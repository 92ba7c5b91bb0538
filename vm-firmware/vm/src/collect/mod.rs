//! The garbage collector of one process's heap. Owns what the roots are, when the next collection is due, and the
//! references to large binaries that die with their objects. How objects move is in [`copying`], and, where there is no
//! memory for a copy, in [`compact`]; [`verify`] checks a heap.
//!
//! When a collection is due: when the heap is longer than its `limit`. A collection sets that to twice what lives (or
//! beyond that by the length of the stack), so that its cost, which grows with both, is paid for by as much allocation. Large binaries weigh in: each one that
//! a heap comes to refer to lowers the limit by [`weight_words`], so that a process cannot hold dead ones without bound,
//! and those that live raise it by as much.

use crate::binaries::{Binaries, BinaryId};
use crate::heap::words::Words;
use crate::heap::{Heap, MIN_HEAP_WORDS};
use crate::memory::NoMemory;
use crate::process::Process;
use crate::processes::shrink_messages;
use crate::term::Term;

pub mod compact;
pub mod copying;
#[cfg(test)]
mod tests;
pub mod verify;

/// What words of dead heap are replaced by in zeal mode: a header-like pattern that no object has, so that a reader who
/// kept an old index is found out.
pub const POISON: u32 = 0xFFFF_FFEE;

/// How many words of heap a large binary of so many bytes counts as, for when to collect: half its size. Binaries cost
/// the collector nothing to keep, so they may pile up further than objects.
#[must_use]
#[inline]
pub const fn weight_words(bytes: usize) -> usize {
    bytes / 8
}

/// Words of what lives and of the stack for which a collection counts as a reduction.
const WORDS_A_REDUCTION: usize = 16;

/// In zeal mode a heap may grow by one part in this many before it is collected again. A heap of less than that many
/// words is collected at every chance; a large one would take a time that is quadratic in what it allocates.
const ZEAL_SHARE: usize = 32;

/// Collects a process's heap, and makes room for `need` more words.
///
/// `registers` are the live `x` registers of a process that runs; for one that does not, they are in
/// `process.registers`, and the slice is empty. In `zeal` mode the next collection is due as soon as the heap has grown by
/// a 32nd of itself (at once, for small ones), and what was left is poisoned.
///
/// # Errors
/// When there is no room for `need` more words. The heap is whole then, collected or not.
#[cfg_attr(target_os = "none", inline)]
pub fn collect(
    process: &mut Process,
    registers: &mut [u32],
    binaries: &mut Binaries,
    need: usize,
    zeal: bool,
) -> Result<(), NoMemory> {
    if copying::collect(process, registers, binaries, zeal).is_err() {
        compact::collect(process, registers, binaries, zeal)?;
    }
    process.collections = process.collections.wrapping_add(1);
    // A queue that was long once.
    if process.mailbox.capacity() / 4 > process.mailbox.len() + 16 {
        let spare = process.mailbox.len() + 16;
        shrink_messages(process.heap.words.budget(), &mut process.mailbox, spare);
    }
    // A heap that is nearly full is collected for every few words: that must not make a time slice endless.
    let stack = process.stack.len();
    process.bump((process.heap.words.len() + stack) / WORDS_A_REDUCTION);
    settle(&mut process.heap, stack, binaries, need, zeal)
}

/// After a collection: the weight, the limit and the capacity. The stack was gone through as what lives was, so it counts
/// in when the next one is due.
fn settle(heap: &mut Heap, stack: usize, binaries: &Binaries, need: usize, zeal: bool) -> Result<(), NoMemory> {
    heap.weight = weigh(heap, binaries);
    let live = heap.words.len();
    let wanted = live.checked_add(need).ok_or(NoMemory)?;
    let allowance = live.max(weight_words(heap.weight)).max(stack);
    let limit = live.saturating_add(allowance).max(wanted).max(MIN_HEAP_WORDS);
    heap.limit = if zeal { live.saturating_add((live + stack) / ZEAL_SHARE) } else { limit };
    if heap.words.capacity() / 2 > limit {
        // Shrinking may copy, and must not fail.
        if heap.words.budget().probe(limit.saturating_mul(4)).is_ok() {
            heap.words.shrink(limit);
        }
    }
    heap.reserve(need)
}

/// Calls `visit` with each root that points into the process's heap; it gives what to put in its place. Every place
/// where a process keeps terms is listed here, and only here.
#[cfg_attr(target_os = "none", inline)]
pub fn roots(process: &mut Process, registers: &mut [u32], visit: &mut dyn FnMut(Term) -> Term) {
    let mut words = |words: &mut [u32]| {
        for word in words {
            // Continuations and catch tags are no pointers.
            if Term(*word).is_local_pointer() {
                *word = visit(Term(*word)).0;
            }
        }
    };
    words(registers);
    words(process.stack.as_mut_slice());
    words(&mut process.registers);
    let single = [&mut process.dictionary, &mut process.group_leader];
    for term in single.into_iter().chain(&mut process.exception).chain(&mut process.mailbox) {
        if term.is_local_pointer() {
            *term = visit(*term);
        }
    }
}

/// Gives back the references of the large binaries whose objects died; `lives` tells by the index of an object in the
/// heap as it was.
fn release_dead(words: &Words, first: u32, binaries: &mut Binaries, lives: &dyn Fn(usize) -> bool) {
    let mut next = first;
    while let Some(index) = (next as usize).checked_sub(1) {
        let Some(&[_, id, _, link]) = words.as_slice().get(index..index + 4) else { break };
        if !lives(index) {
            binaries.release(BinaryId(id));
        }
        next = link;
    }
}

/// Bytes of the large binaries that a heap's objects refer to; of a binary with several references only a share.
fn weigh(heap: &Heap, binaries: &Binaries) -> usize {
    let mut weight = 0_usize;
    let mut next = heap.shared;
    while let Some(index) = (next as usize).checked_sub(1) {
        let Some(&[_, id, size, link]) = heap.words.as_slice().get(index..index + 4) else { break };
        weight = weight.saturating_add(size as usize / binaries.references(BinaryId(id)).max(1) as usize);
        next = link;
    }
    weight
}
