//! The collector for when there is memory: copies what lives into a new space, breadth first (Cheney's algorithm). It
//! needs no stack, and visits dead objects never.
//!
//! An object that was copied leaves where it is now: a boxed term in place of its header, or [`Term::MOVED`] in the head
//! of a list cell and the new cell in its tail.

use crate::binaries::Binaries;
use crate::collect::{POISON, release_dead, roots};
use crate::heap::Words;
use crate::memory::NoMemory;
use crate::process::Process;
use crate::term::{Kind, Term};

/// Collects.
///
/// # Errors
/// When there is no memory for the copy; then nothing was changed.
#[cfg_attr(target_os = "none", inline)]
pub fn collect(
    process: &mut Process,
    registers: &mut [u32],
    binaries: &mut Binaries,
    zeal: bool,
) -> Result<(), NoMemory> {
    let budget = process.heap.words.budget().clone();
    let mut to = Words::new(budget.clone());
    // What lives is not more than what is there.
    to.reserve_exact(process.heap.words.len())?;
    let mut from = core::mem::replace(&mut process.heap.words, Words::new(budget));

    roots(process, registers, &mut |term| forward(&mut from, &mut to, term));
    let shared = scan(&mut from, &mut to);

    let lives = |index: usize| !Term(from.at(index)).is_header();
    release_dead(&from, process.heap.shared, binaries, &lives);
    if zeal {
        from.as_mut_slice().fill(POISON);
    }
    process.heap.words = to;
    process.heap.shared = shared;
    Ok(())
}

/// Updates all that was copied, which copies more, until there is no more. Chains the objects of large binaries anew and
/// gives the first, as [`Heap::shared`](crate::heap::Heap::shared) counts.
#[cfg_attr(target_os = "none", inline)]
fn scan(from: &mut Words, to: &mut Words) -> u32 {
    let mut shared = 0;
    let mut next = 0;
    while next < to.len() {
        let first = Term(to.at(next));
        let (mut at, end) = if first.is_header() {
            let end = next + 1 + first.size();
            if first.kind() == Kind::SharedBinary {
                to.set(end - 1, shared);
                shared = next as u32 + 1;
            }
            (next.saturating_add(1).saturating_add(first.kind().raw()), end)
        } else {
            (next, next + 2)
        };
        while at < end {
            let term = Term(to.at(at));
            if term.is_local_pointer() {
                let new = forward(from, to, term);
                to.set(at, new.0);
            }
            at += 1;
        }
        next = end;
    }
    shared
}

/// Copies an object, if that was not done yet: gives its new term.
#[inline]
fn forward(from: &mut Words, to: &mut Words, term: Term) -> Term {
    let index = term.index();
    let first = Term(from.at(index));
    if term.is_list() {
        if first == Term::MOVED {
            return Term(from.at(index + 1));
        }
        let new = Term::list(to.len(), 0);
        to.push_reserved(first.0);
        to.push_reserved(from.at(index + 1));
        from.set(index, Term::MOVED.0);
        from.set(index + 1, new.0);
        return new;
    }
    if !first.is_header() {
        return first;
    }
    let new = Term::boxed(to.len(), 0);
    to.push_reserved(first.0);
    for at in index + 1..=index + first.size() {
        to.push_reserved(from.at(at));
    }
    from.set(index, new.0);
    new
}
