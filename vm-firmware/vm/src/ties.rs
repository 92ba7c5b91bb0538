//! What ties processes together: links, monitors, aliases, and the timers whose messages are for a process.
//!
//! All ties of all processes are nodes of one array. A node hangs in the ring of each process that it concerns, so that
//! the end of a process costs as much as it has ties; and it is found by its key (the two processes of a link, the
//! reference of anything else), so that to make, find and end a tie costs the same however many there are. A process
//! without ties holds nothing here.

use alloc::boxed::Box;

use crate::atoms::Atom;
use crate::binaries::Binaries;
use crate::heap::Heap;
use crate::index::Index;
use crate::memory::{Budget, NoMemory};
use crate::slab::Slab;
use crate::term::Term;

/// How an alias ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alias {
    /// There is none.
    No,
    /// By `unalias/1` only.
    Explicit,
    /// When the monitor is gone.
    Demonitor,
    /// As that, or with the first message that came by it.
    Reply,
}

/// What a tie is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A place for a new one.
    Free,
    /// A link, between two processes.
    Link,
    /// A monitor: the first process watches the second.
    Monitor,
    /// An alias of the first process; there is no second.
    Alias,
    /// The first process suspends the second, `value` times.
    Suspend,
    /// A timer whose message is for the first process, if it is for one by its pid; there is no second.
    Timer,
    /// A handle of the machine's network, which the first process owns; there is no second. Its reference holds it.
    Handle,
}

/// The tag of a monitor's message, if it is no immediate term: it stands in a heap of its own.
pub type Kept = Box<(Heap, Term)>;

/// A tie.
#[derive(Debug)]
pub struct Tie {
    /// What it is.
    pub kind: Kind,
    /// What becomes of the alias that is the same reference.
    pub alias: Alias,
    /// The processes; 0 for none.
    pub ends: [u32; 2],
    /// The words of its reference, but the last, which is the number of the process that made it.
    pub reference: [u32; 3],
    /// The name that a monitor was given by; of a timer, which it is.
    pub value: u32,
    /// The tag of a monitor's message, `DOWN` or another one.
    pub tag: Term,
    /// The same, where it is no immediate term.
    pub kept: Option<Kept>,
    /// The next in the ring of each end.
    next: [u32; 2],
    /// The one before.
    before: [u32; 2],
}

/// No name.
const NAMELESS: u32 = u32::MAX;

impl Tie {
    /// A tie that is no monitor.
    #[must_use]
    pub const fn new(kind: Kind, ends: [u32; 2], reference: [u32; 3]) -> Self {
        Self {
            kind,
            alias: Alias::No,
            ends,
            reference,
            value: NAMELESS,
            tag: Term::NIL,
            kept: None,
            next: [NONE; 2],
            before: [NONE; 2],
        }
    }

    /// A link.
    #[must_use]
    pub const fn link(a: u32, b: u32) -> Self {
        Self::new(Kind::Link, if a < b { [a, b] } else { [b, a] }, [0; 3])
    }

    /// The name that a monitor was given by.
    #[must_use]
    pub const fn name(&self) -> Option<Atom> {
        if self.value == NAMELESS { None } else { Some(Atom(self.value)) }
    }

    /// The process at the other end.
    #[must_use]
    pub const fn other(&self, number: u32) -> u32 {
        let [a, b] = self.ends;
        if a == number { b } else { a }
    }
}

/// Where a tie stands.
pub type TieId = u32;

/// No tie.
pub const NONE: TieId = u32::MAX;

/// All ties.
pub struct Ties {
    nodes: Slab<Tie>,
    index: Index<TieId>,
    budget: Budget,
}

/// Mixes the words of a key.
fn mix(words: [u32; 2]) -> u64 {
    let word = (u64::from(words[0]) | u64::from(words[1]) << 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word ^ word >> 29
}

fn hash(kind: Kind, ends: [u32; 2], reference: [u32; 3]) -> u64 {
    if matches!(kind, Kind::Link | Kind::Suspend) { mix(ends) } else { mix([reference[0], reference[1]]) }
}

impl Default for Tie {
    fn default() -> Self {
        Self::new(Kind::Free, [0; 2], [0; 3])
    }
}

/// How the index hashes a tie.
fn rehash(nodes: &Slab<Tie>) -> impl Fn(&TieId) -> u64 {
    |id| nodes.get(*id).map_or(0, |tie| hash(tie.kind, tie.ends, tie.reference))
}

impl Ties {
    /// None.
    #[must_use]
    pub const fn new(budget: Budget) -> Self {
        Self { nodes: Slab::new(), index: Index::new(), budget }
    }

    /// A tie.
    #[must_use]
    pub fn get(&self, id: TieId) -> Option<&Tie> {
        self.nodes.get(id)
    }

    /// A tie, to change. Its key and its ends must stay.
    pub fn get_mut(&mut self, id: TieId) -> Option<&mut Tie> {
        self.nodes.get_mut(id)
    }

    /// The link between two processes.
    #[must_use]
    pub fn find_link(&self, a: u32, b: u32) -> Option<TieId> {
        let ends = if a < b { [a, b] } else { [b, a] };
        let same = |id: &TieId| self.get(*id).is_some_and(|tie| tie.kind == Kind::Link && tie.ends == ends);
        self.index.find(mix(ends), same).copied()
    }

    /// By what one process suspends another.
    #[must_use]
    pub fn find_suspend(&self, suspender: u32, number: u32) -> Option<TieId> {
        let ends = [suspender, number];
        let same = |id: &TieId| self.get(*id).is_some_and(|tie| tie.kind == Kind::Suspend && tie.ends == ends);
        self.index.find(mix(ends), same).copied()
    }

    /// The monitor, alias or timer of a reference.
    #[must_use]
    pub fn find(&self, reference: [u32; 3]) -> Option<TieId> {
        let pair = |kind| matches!(kind, Kind::Link | Kind::Suspend);
        let same = |id: &TieId| self.get(*id).is_some_and(|tie| !pair(tie.kind) && tie.reference == reference);
        self.index.find(mix([reference[0], reference[1]]), same).copied()
    }

    /// Makes room for one more.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn reserve(&mut self) -> Result<(), NoMemory> {
        let Self { nodes, index, budget } = self;
        index.reserve(budget, &rehash(nodes))?;
        nodes.reserve(budget)
    }

    /// Adds a tie at the end of the rings of its processes, whose first ties are given; there is room for it. Gives where
    /// it stands; a process whose ring was empty begins with it.
    pub fn add(&mut self, tie: Tie, heads: [TieId; 2]) -> TieId {
        let (key, ends) = (hash(tie.kind, tie.ends, tie.reference), tie.ends);
        let id = self.nodes.add(tie);
        for (side, (&number, &head)) in ends.iter().zip(&heads).enumerate() {
            if number == 0 {
                continue;
            }
            let first = if head == NONE { id } else { head };
            let last = if head == NONE { id } else { self.step(head, number, false) };
            self.join(last, id, number, side);
            self.join_to(id, side, first, number);
        }
        let Self { nodes, index, .. } = self;
        index.add(key, id, &rehash(nodes));
        id
    }

    /// `before` is followed by side `side` of `id`, in the ring of a process.
    fn join(&mut self, before: TieId, id: TieId, number: u32, side: usize) {
        if let Some(place) = self.link_of(before, number, true) {
            *place = id;
        }
        if let Some(place) = self.nodes.get_mut(id).and_then(|tie| tie.before.get_mut(side)) {
            *place = before;
        }
    }

    /// Side `side` of `id` is followed by `next`, in the ring of a process.
    fn join_to(&mut self, id: TieId, side: usize, next: TieId, number: u32) {
        if let Some(place) = self.nodes.get_mut(id).and_then(|tie| tie.next.get_mut(side)) {
            *place = next;
        }
        if let Some(place) = self.link_of(next, number, false) {
            *place = id;
        }
    }

    fn link_of(&mut self, id: TieId, number: u32, forwards: bool) -> Option<&mut TieId> {
        let tie = self.nodes.get_mut(id)?;
        let side = usize::from(tie.ends[0] != number);
        if forwards { tie.next.get_mut(side) } else { tie.before.get_mut(side) }
    }

    fn step(&self, id: TieId, number: u32, forwards: bool) -> TieId {
        let Some(tie) = self.get(id) else { return NONE };
        let side = usize::from(tie.ends[0] != number);
        (if forwards { tie.next } else { tie.before }).get(side).copied().unwrap_or(NONE)
    }

    /// The tie that follows in the ring of a process.
    #[must_use]
    pub fn next(&self, id: TieId, number: u32) -> TieId {
        self.step(id, number, true)
    }

    /// Takes a tie out of the ring of one of its processes: gives what the first of that ring is now.
    fn cut(&mut self, id: TieId, number: u32, head: TieId) -> TieId {
        let (next, before) = (self.step(id, number, true), self.step(id, number, false));
        if next == id {
            return NONE;
        }
        if let Some(place) = self.link_of(before, number, true) {
            *place = next;
        }
        if let Some(place) = self.link_of(next, number, false) {
            *place = before;
        }
        if head == id { next } else { head }
    }

    /// Takes a tie away from its processes, whose first ties are given and brought up to date. Gives it without a tag that
    /// stood in a heap.
    pub fn remove(&mut self, id: TieId, heads: &mut [TieId; 2], binaries: &mut Binaries) -> Option<Tie> {
        let tie = self.get(id)?;
        let (ends, key) = (tie.ends, hash(tie.kind, tie.ends, tie.reference));
        for (&number, head) in ends.iter().zip(heads) {
            if number != 0 {
                *head = self.cut(id, number, *head);
            }
        }
        let Self { nodes, index, budget } = self;
        index.remove(budget, key, |&other| other == id, &rehash(nodes));
        let mut tie = nodes.remove(budget, id)?;
        if let Some(kept) = tie.kept.take() {
            drop_kept(budget, kept, binaries);
        }
        Some(tie)
    }

    /// Makes an alias of a monitor that is over: its other end is free. Its first ties are given as for `remove`.
    pub fn turn_to_alias(&mut self, id: TieId, head: TieId, binaries: &mut Binaries) -> TieId {
        let Some(&Tie { ends: [_, watched], .. }) = self.get(id) else { return head };
        let head = self.cut(id, watched, head);
        let Some(tie) = self.nodes.get_mut(id) else { return head };
        tie.kind = Kind::Alias;
        tie.ends[1] = 0;
        tie.next[1] = NONE;
        tie.before[1] = NONE;
        if let Some(kept) = tie.kept.take() {
            drop_kept(&self.budget, kept, binaries);
        }
        head
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }
}

/// Keeps a term in a heap of its own.
///
/// # Errors
/// When there is no memory.
pub fn keep(budget: &Budget, source: &[u32], term: Term, binaries: &mut Binaries) -> Result<Kept, NoMemory> {
    let mut heap = Heap::new(budget.clone(), 0);
    let copied = crate::copy::copy(source, term, &mut heap, binaries)?;
    crate::processes::try_box(budget, (heap, copied)).map_err(|(mut heap, _)| {
        heap.release(binaries);
        NoMemory
    })
}

/// Gives the memory of a kept term back.
#[allow(clippy::boxed_local)] // The box is what the budget counts.
pub fn drop_kept(budget: &Budget, mut kept: Kept, binaries: &mut Binaries) {
    kept.0.release(binaries);
    budget.give(size_of::<(Heap, Term)>());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::vec::Vec;

    /// Ties, and what their rings should be.
    struct World {
        ties: Ties,
        heads: BTreeMap<u32, TieId>,
        rings: BTreeMap<u32, Vec<TieId>>,
        binaries: Binaries,
    }

    impl World {
        fn heads(&self, ends: [u32; 2]) -> [TieId; 2] {
            ends.map(|end| self.heads.get(&end).copied().unwrap_or(NONE))
        }

        fn add(&mut self, tie: Tie) -> TieId {
            let ends = tie.ends;
            let heads = self.heads(ends);
            self.ties.reserve().unwrap();
            let id = self.ties.add(tie, heads);
            for (end, head) in ends.into_iter().zip(heads).filter(|&(end, _)| end != 0) {
                self.heads.insert(end, if head == NONE { id } else { head });
                self.rings.entry(end).or_default().push(id);
            }
            id
        }

        fn remove(&mut self, id: TieId) {
            let ends = self.ties.get(id).unwrap().ends;
            let mut heads = self.heads(ends);
            self.ties.remove(id, &mut heads, &mut self.binaries).unwrap();
            for (end, head) in ends.into_iter().zip(heads) {
                self.heads.insert(end, head);
                self.rings.entry(end).or_default().retain(|&other| other != id);
            }
        }

        fn check(&self) {
            for (&number, ring) in self.rings.iter().filter(|&(&number, _)| number != 0) {
                let head = self.heads([number, 0])[0];
                let mut found = Vec::new();
                let mut at = head;
                while at != NONE {
                    found.push(at);
                    at = self.ties.next(at, number);
                    if at == head {
                        break;
                    }
                }
                assert_eq!(&found, ring, "the ring of {number}");
            }
        }
    }

    #[test]
    fn rings_hold_what_was_put_into_them() {
        let budget = Budget::new(1 << 24);
        let binaries = Binaries::new(budget.clone());
        let mut world =
            World { ties: Ties::new(budget.clone()), heads: BTreeMap::new(), rings: BTreeMap::new(), binaries };
        let mut live: Vec<TieId> = Vec::new();
        let mut random = 1_u64;
        for round in 1..4000_u32 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (a, b) = ((random >> 40) as u32 % 12 + 1, (random >> 50) as u32 % 12 + 1);
            let grows = if round % 1000 < 500 { random >> 33 & 3 != 0 } else { random >> 33 & 3 == 0 };
            if grows || live.is_empty() {
                let tie = match random >> 60 & 3 {
                    _ if a == b => Tie::new(Kind::Alias, [a, 0], [round, 0, a]),
                    0 if world.ties.find_link(a, b).is_none() => Tie::link(a, b),
                    _ => Tie::new(Kind::Monitor, [a, b], [round, 0, a]),
                };
                live.push(world.add(tie));
            } else {
                let id = live.swap_remove((random >> 20) as usize % live.len());
                let tie = world.ties.get(id).unwrap();
                let found = match tie.kind {
                    Kind::Link => world.ties.find_link(tie.ends[1], tie.ends[0]),
                    _ => world.ties.find(tie.reference),
                };
                assert_eq!(found, Some(id));
                world.remove(id);
            }
            if round % 50 == 0 {
                world.check();
            }
        }
        for id in live {
            world.remove(id);
        }
        world.check();
        assert!(world.ties.is_empty());
        assert_eq!(budget.used(), 0);
    }
}
