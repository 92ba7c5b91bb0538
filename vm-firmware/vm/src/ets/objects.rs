//! The objects of one table: what the four types of tables do with keys.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::compare::{compare_in, equal_exact, equal_exact_in};
use crate::ets::chains::Chains;
use crate::ets::ordered::{Ordered, Place};
use crate::ets::records::{Records, Roots};
use crate::hash;
use crate::heap::{Heap, Store};
use crate::memory::{Budget, NoMemory};
use crate::shared::Shared;
use crate::term::Term;

/// The type of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One object a key.
    Set,
    /// One object a key, in the order of keys.
    OrderedSet,
    /// Any number of different objects a key.
    Bag,
    /// Any number of objects a key.
    DuplicateBag,
}

/// An object of a bag.
#[derive(Clone, Copy)]
struct Node {
    root: u32,
    /// The next one of the same key, or the next free one, plus 1; 0 for none.
    next: u32,
}

/// How objects are found.
enum Index {
    /// By the hash of the key: the root of the object.
    Set(Chains),
    /// By the hash of the key: the node of the object that came last, which leads to those before it.
    Bag { chains: Chains, nodes: Vec<Node>, free: u32 },
    /// By the order of keys: the roots.
    Ordered(Ordered),
}

impl Roots for Index {
    fn visit(&mut self, visit: &mut dyn FnMut(u32, &mut u32)) {
        match self {
            Self::Set(chains) => chains.each(visit),
            Self::Bag { nodes, .. } => {
                for (index, node) in nodes.iter_mut().enumerate() {
                    visit(index as u32, &mut node.root);
                }
            }
            Self::Ordered(ordered) => ordered.each(visit),
        }
    }

    fn at(&mut self, number: u32) -> Option<&mut u32> {
        match self {
            Self::Set(chains) => chains.value_mut(number as usize),
            Self::Bag { nodes, .. } => nodes.get_mut(number as usize).map(|node| &mut node.root),
            Self::Ordered(ordered) => ordered.at(number),
        }
    }
}

/// The objects of a table.
pub struct Objects {
    records: Records,
    index: Index,
    kind: Kind,
    /// Which element is the key, counted from 0.
    key: usize,
    count: usize,
    budget: Budget,
    /// Somebody walks over the table: slots stay where they are.
    pub fixed: bool,
}

type Fallible<T> = Result<T, NoMemory>;

/// Says of an object, a term of that heap, whether it is meant.
pub type Chosen<'a> = &'a mut dyn FnMut(&mut Shared, (&Heap, Term)) -> crate::raise::Result<bool>;

impl Objects {
    /// None.
    #[must_use]
    pub fn new(kind: Kind, key: usize, budget: &Budget) -> Self {
        let index = match kind {
            Kind::Set => Index::Set(Chains::default()),
            Kind::OrderedSet => Index::Ordered(Ordered::default()),
            Kind::Bag | Kind::DuplicateBag => Index::Bag { chains: Chains::default(), nodes: Vec::new(), free: 0 },
        };
        let records = Records::new(budget.clone());
        Self { records, index, kind, key, count: 0, budget: budget.clone(), fixed: false }
    }

    /// The type of the table.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Which element is the key, counted from 0.
    #[must_use]
    pub const fn key_index(&self) -> usize {
        self.key
    }

    /// How many objects there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// The heap that the objects stand in.
    #[must_use]
    pub const fn heap(&self) -> &Heap {
        self.records.heap()
    }

    /// The bytes that all takes.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.heap().words.capacity() * 4
            + match &self.index {
                Index::Set(chains) => chains.memory(),
                Index::Bag { chains, nodes, .. } => chains.memory() + nodes.capacity() * size_of::<Node>(),
                Index::Ordered(ordered) => ordered.memory(),
            }
    }

    /// The key of an object.
    #[must_use]
    pub fn key(&self, shared: &Shared, root: Term) -> Term {
        key_of(shared.store(self.heap()), root, self.key)
    }

    fn hash(store: Store<'_>, key: Term) -> Fallible<u32> {
        hash::internal(store, key, 0)
    }

    /// Where the objects of a key are, which is a term of that heap; `dead`: also if it was deleted while the table is
    /// fixed.
    ///
    /// # Errors
    /// When keys are nested deeply and there is no memory for a stack; so with all that compare keys.
    pub fn find(&self, shared: &Shared, heap: &Heap, key: Term, dead: bool) -> Fallible<Option<Place>> {
        let other = shared.store(heap);
        let chains = match &self.index {
            Index::Set(chains) | Index::Bag { chains, .. } => chains,
            Index::Ordered(_) => {
                let (place, found) = self.bound(shared, heap, key)?;
                return Ok(found.then_some(place));
            }
        };
        let store = shared.store(self.heap());
        let found = chains.find(Self::hash(other, key)?, |value| {
            let own = key_of(store, self.root(value), self.key);
            if key.is_pointer() { equal_exact_in((other, key), (store, own)) } else { Ok(key == own) }
        })?;
        Ok(found.filter(|&slot| dead || !chains.is_dead(slot)).map(|slot| Place(slot as u32, 0)))
    }

    /// In a table with an order: the place of the first key that is not below that one, and whether it is equal.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub fn bound(&self, shared: &Shared, heap: &Heap, key: Term) -> Fallible<(Place, bool)> {
        let Index::Ordered(ordered) = &self.index else { return Ok((Ordered::first(), false)) };
        let (store, other) = (shared.store(self.heap()), shared.store(heap));
        ordered.find(|root| order(store, key_of(store, Term(root), self.key), other, key))
    }

    /// In a table with an order: the first place of which `order` does not say that it is below, and the first that is
    /// above. Keys that it says are equal must stand together.
    ///
    /// # Errors
    /// What `order` says.
    pub fn range(
        &self,
        shared: &Shared,
        order: &mut dyn FnMut(Store<'_>, Term) -> Fallible<Ordering>,
    ) -> Fallible<(Place, Place)> {
        let Index::Ordered(ordered) = &self.index else { return Ok((Ordered::first(), Ordered::first())) };
        let store = shared.store(self.heap());
        let mut bound =
            |equal: Ordering| ordered.find(|root| Ok(order(store, key_of(store, Term(root), self.key))?.then(equal)));
        Ok((bound(Ordering::Greater)?.0, bound(Ordering::Less)?.0))
    }

    /// The root for the word of a slot: of a bag the newest.
    fn root(&self, value: u32) -> Term {
        match &self.index {
            Index::Bag { nodes, .. } => nodes.get(value as usize).map_or(Term::NIL, |node| Term(node.root)),
            _ => Term(value),
        }
    }

    /// The objects at a place, the newest first.
    #[must_use]
    pub fn at(&self, place: Place) -> At<'_> {
        match &self.index {
            Index::Set(chains) => At { root: chains.value(place.0 as usize), nodes: &[], next: 0 },
            Index::Ordered(ordered) => At { root: ordered.value(place), nodes: &[], next: 0 },
            Index::Bag { chains, nodes, .. } => {
                At { root: None, nodes, next: chains.value(place.0 as usize).map_or(0, |node| node + 1) }
            }
        }
    }

    /// The first place.
    #[must_use]
    pub fn first(&self) -> Option<Place> {
        self.from(Ordered::first())
    }

    /// This place, or the next one that has objects.
    #[must_use]
    pub fn from(&self, place: Place) -> Option<Place> {
        match &self.index {
            Index::Set(chains) | Index::Bag { chains, .. } => {
                chains.next(place.0 as usize).map(|slot| Place(slot as u32, 0))
            }
            Index::Ordered(ordered) => {
                ordered.value(place).map(|_| place).or_else(|| {
                    // Past the end of a chunk.
                    let next = Place(place.0 + 1, 0);
                    ordered.value(next).map(|_| next)
                })
            }
        }
    }

    /// The next place.
    #[must_use]
    pub fn after(&self, place: Place) -> Option<Place> {
        match &self.index {
            Index::Ordered(ordered) => self.from(ordered.after(place)),
            _ => self.from(Place(place.0 + 1, 0)),
        }
    }

    /// The last place; of a table without order the first one.
    #[must_use]
    pub fn last(&self) -> Option<Place> {
        match &self.index {
            Index::Ordered(ordered) => ordered.last(),
            _ => self.first(),
        }
    }

    /// The place before; of a table without order the next one.
    #[must_use]
    pub fn before(&self, place: Place) -> Option<Place> {
        match &self.index {
            Index::Ordered(ordered) => ordered.before(place),
            _ => self.after(place),
        }
    }

    /// Slots: places that `slot/2` counts.
    #[must_use]
    pub const fn slots(&self) -> usize {
        match &self.index {
            Index::Set(chains) | Index::Bag { chains, .. } => chains.len(),
            Index::Ordered(_) => self.count,
        }
    }

    /// The place of a slot, if there are objects.
    #[must_use]
    pub fn slot(&self, index: usize) -> Option<Place> {
        match &self.index {
            Index::Ordered(ordered) => Some(ordered.nth(index)),
            _ => self.from(Place(index as u32, 0)).filter(|place| place.0 as usize == index),
        }
    }

    /// Adds objects, terms of that heap, all or none.
    ///
    /// # Errors
    /// When there is no memory; then nothing was changed.
    pub fn insert(&mut self, shared: &mut Shared, heap: &Heap, objects: &[Term]) -> Fallible<()> {
        let budget = self.budget.clone();
        let source = heap.words.as_slice();
        if let [object] = objects {
            let root = self.records.add(source, *object, &mut shared.binaries)?;
            return self.link(shared, root).inspect_err(|_| self.records.remove(root, &mut shared.binaries));
        }
        let mut roots = budget.scratch();
        let mut add = || {
            roots.reserve(objects.len())?;
            match &mut self.index {
                Index::Set(chains) => chains.reserve(&budget, objects.len())?,
                Index::Bag { chains, nodes, .. } => {
                    chains.reserve(&budget, objects.len())?;
                    budget.reserve(nodes, objects.len())?;
                }
                Index::Ordered(_) => {}
            }
            for &object in objects {
                roots.push(self.records.add(source, object, &mut shared.binaries)?)?;
            }
            if let Index::Ordered(ordered) = &self.index {
                ordered.probe(&budget, objects.len())?;
            }
            Ok(())
        };
        let mut result = add();
        let mut linked = 0;
        while result.is_ok()
            && let Some(&root) = roots.get(linked)
        {
            result = self.link(shared, root);
            linked += usize::from(result.is_ok());
        }
        for &root in roots.get(linked..).unwrap_or_default() {
            self.records.remove(root, &mut shared.binaries);
        }
        result
    }

    /// Makes an object of the records one of the table.
    fn link(&mut self, shared: &mut Shared, root: Term) -> Fallible<()> {
        let key = self.key(shared, root);
        if let Index::Ordered(ordered) = &mut self.index {
            let store = shared.store(self.records.heap());
            let (place, found) =
                ordered.find(|other| order(store, key_of(store, Term(other), self.key), store, key))?;
            if !found {
                ordered.insert(&self.budget, place, root.0)?;
                self.count += 1;
            } else if let Some(value) = ordered.value_mut(place) {
                let old = core::mem::replace(value, root.0);
                self.records.remove(Term(old), &mut shared.binaries);
            }
            return Ok(());
        }
        let store = shared.store(self.heap());
        let hash = Self::hash(store, key)?;
        let (Index::Set(chains) | Index::Bag { chains, .. }) = &self.index else { return Ok(()) };
        let found = chains.find(hash, |value| equal_exact(store, key, key_of(store, self.root(value), self.key)))?;
        let dead = found.is_some_and(|slot| chains.is_dead(slot));
        if self.kind == Kind::Bag
            && let Some(slot) = found.filter(|_| !dead)
        {
            for other in self.at(Place(slot as u32, 0)) {
                if equal_exact(store, root, other)? {
                    self.records.remove(root, &mut shared.binaries);
                    return Ok(());
                }
            }
        }
        match &mut self.index {
            Index::Set(chains) => match found.and_then(|slot| chains.value_mut(slot)) {
                Some(value) => {
                    let old = core::mem::replace(value, root.0);
                    self.records.remove(Term(old), &mut shared.binaries);
                }
                None => {
                    chains.reserve(&self.budget, 1)?;
                    chains.add(hash, root.0);
                    self.count += 1;
                }
            },
            Index::Bag { chains, nodes, free } => match found.and_then(|slot| chains.value_mut(slot)) {
                Some(node) if dead => {
                    if let Some(node) = nodes.get_mut(*node as usize) {
                        let old = core::mem::replace(&mut node.root, root.0);
                        self.records.remove(Term(old), &mut shared.binaries);
                    }
                }
                Some(newest) => {
                    let next = *newest + 1;
                    *newest = add_node(&self.budget, nodes, free, Node { root: root.0, next })?;
                    self.count += 1;
                }
                None => {
                    chains.reserve(&self.budget, 1)?;
                    let node = add_node(&self.budget, nodes, free, Node { root: root.0, next: 0 })?;
                    chains.add(hash, node);
                    self.count += 1;
                }
            },
            Index::Ordered(_) => {}
        }
        if let (Index::Set(chains) | Index::Bag { chains, .. }, Some(slot), true) = (&mut self.index, found, dead) {
            chains.set_dead(slot, false);
            self.count += 1;
        }
        Ok(())
    }

    /// Deletes the objects of a key.
    pub fn delete(&mut self, shared: &mut Shared, place: Place) {
        self.delete_if(shared, place, &mut |_, _| Ok(true)).unwrap_or_default();
    }

    /// Deletes those objects of a key of which `chosen` says so; gives how many.
    ///
    /// # Errors
    /// What `chosen` says; objects that came before it are deleted then.
    pub fn delete_if(&mut self, shared: &mut Shared, place: Place, chosen: Chosen<'_>) -> crate::raise::Result<usize> {
        if !matches!(self.index, Index::Bag { .. }) {
            let Some(root) = self.at(place).next() else { return Ok(0) };
            if !chosen(shared, (self.heap(), root))? {
                return Ok(0);
            }
            self.forget(shared, place);
            return Ok(1);
        }
        // The nodes that stay are chained anew; the last that goes may have to stand for the key.
        let (mut deleted, mut at, mut before, mut result) = (0, self.newest(place), 0, Ok(()));
        while let Some(node) = at.checked_sub(1).and_then(|node| self.node(node)) {
            let chosen = chosen(shared, (self.heap(), Term(node.root))).unwrap_or_else(|error| {
                result = Err(error);
                false
            });
            if result.is_err() {
                break;
            }
            if !chosen {
                before = at;
            } else {
                deleted += 1;
                if before == 0 && node.next == 0 {
                    // It is the only one.
                    self.forget(shared, place);
                    break;
                }
                self.count -= 1;
                self.records.remove(Term(node.root), &mut shared.binaries);
                if let Index::Bag { chains, nodes, free } = &mut self.index {
                    match nodes.get_mut((before as usize).wrapping_sub(1)) {
                        Some(before) => before.next = node.next,
                        None => {
                            if let Some(newest) = chains.value_mut(place.0 as usize) {
                                *newest = node.next.wrapping_sub(1);
                            }
                        }
                    }
                    free_node(nodes, free, at - 1);
                }
            }
            at = node.next;
        }
        result.map(|()| deleted)
    }

    /// The newest node at a place, plus 1.
    fn newest(&self, place: Place) -> u32 {
        match &self.index {
            Index::Bag { chains, .. } => chains.value(place.0 as usize).map_or(0, |node| node + 1),
            _ => 0,
        }
    }

    fn node(&self, node: u32) -> Option<Node> {
        match &self.index {
            Index::Bag { nodes, .. } => nodes.get(node as usize).copied(),
            _ => None,
        }
    }

    /// The only object of a key goes.
    fn forget(&mut self, shared: &mut Shared, place: Place) {
        let slot = place.0 as usize;
        let root = match &mut self.index {
            Index::Ordered(ordered) => ordered.remove(place),
            Index::Set(chains) | Index::Bag { chains, .. } if self.fixed => {
                // Its key must be found by those who walk over the table.
                chains.set_dead(slot, true);
                None
            }
            Index::Set(chains) => chains.remove(slot),
            Index::Bag { chains, nodes, free } => chains.remove(slot).and_then(|node| {
                let root = nodes.get(node as usize).map(|node| node.root);
                free_node(nodes, free, node);
                root
            }),
        };
        self.count -= 1;
        if let Some(root) = root {
            self.records.remove(Term(root), &mut shared.binaries);
        }
    }

    /// Puts another object of the same key, a term of that heap, in the place of one.
    ///
    /// # Errors
    /// When there is no memory; then nothing was changed.
    pub fn replace(&mut self, shared: &mut Shared, at: Cursor, heap: &Heap, object: Term) -> Fallible<()> {
        let root = self.records.add(heap.words.as_slice(), object, &mut shared.binaries)?;
        let value = match &mut self.index {
            Index::Set(chains) => chains.value_mut(at.place.0 as usize),
            Index::Ordered(ordered) => ordered.value_mut(at.place),
            Index::Bag { nodes, .. } => nodes.get_mut((at.node as usize).wrapping_sub(1)).map(|node| &mut node.root),
        };
        let old = value.map_or(root, |value| Term(core::mem::replace(value, root.0)));
        self.records.remove(old, &mut shared.binaries);
        Ok(())
    }

    /// The first object of a place, the newest, for those that change objects meanwhile.
    #[must_use]
    pub fn cursor(&self, place: Place) -> Cursor {
        Cursor { place, node: self.newest(place) }
    }

    /// The object that a cursor stands at, and the one that comes next.
    #[must_use]
    pub fn step(&self, at: Cursor) -> Option<(Term, Option<Cursor>)> {
        if !matches!(self.index, Index::Bag { .. }) {
            return self.at(at.place).next().map(|root| (root, None));
        }
        let node = self.node(at.node.checked_sub(1)?)?;
        Some((Term(node.root), (node.next != 0).then_some(Cursor { node: node.next, ..at })))
    }

    /// Deletes all objects.
    pub fn clear(&mut self, shared: &mut Shared) {
        if self.fixed {
            // Keys must be found by those who walk over the table.
            let mut next = self.first();
            while let Some(place) = next.filter(|_| !matches!(self.index, Index::Ordered(_))) {
                self.delete(shared, place);
                next = self.from(place);
            }
            if self.count == 0 && !matches!(self.index, Index::Ordered(_)) {
                return;
            }
        }
        self.records.clear(&mut shared.binaries);
        self.count = 0;
        match &mut self.index {
            Index::Set(chains) => chains.clear(&self.budget),
            Index::Bag { chains, nodes, free } => {
                chains.clear(&self.budget);
                self.budget.drop_vector(core::mem::take(nodes));
                *free = 0;
            }
            Index::Ordered(ordered) => ordered.clear(&self.budget),
        }
    }

    /// Nobody walks over the table any more: what was deleted meanwhile is forgotten.
    pub fn unfix(&mut self, shared: &mut Shared) {
        self.fixed = false;
        let mut from = 0;
        while let Index::Set(chains) | Index::Bag { chains, .. } = &self.index
            && let Some(slot) = chains.next_dead(from)
        {
            self.count += 1;
            self.forget(shared, Place(slot as u32, 0));
            from = slot + 1;
        }
    }

    /// Gives back what deletions left, when that is much. Places change.
    pub fn tidy(&mut self) {
        match &mut self.index {
            Index::Set(chains) | Index::Bag { chains, .. } => chains.tidy(&self.budget, !self.fixed),
            Index::Ordered(ordered) => ordered.tidy(),
        }
        if self.records.is_wasteful() {
            self.records.compact(&mut self.index);
        }
    }
}

/// An object of a key.
#[derive(Clone, Copy)]
pub struct Cursor {
    place: Place,
    /// Of a bag, the node plus 1.
    node: u32,
}

/// The objects of a key.
pub struct At<'a> {
    root: Option<u32>,
    nodes: &'a [Node],
    next: u32,
}

impl Iterator for At<'_> {
    type Item = Term;

    fn next(&mut self) -> Option<Term> {
        if let Some(root) = self.root.take() {
            return Some(Term(root));
        }
        let node = self.nodes.get((self.next as usize).checked_sub(1)?)?;
        self.next = node.next;
        Some(Term(node.root))
    }
}

fn key_of(store: Store<'_>, root: Term, key: usize) -> Term {
    store.tuple(root).and_then(|elements| elements.get(key)).unwrap_or(Term::NIL)
}

/// The order of keys: of small integers at once.
fn order(store: Store<'_>, a: Term, other: Store<'_>, b: Term) -> Fallible<Ordering> {
    if let (Some(a), Some(b)) = (a.as_small(), b.as_small()) {
        return Ok(a.cmp(&b));
    }
    compare_in((store, a), (other, b))
}

fn add_node(budget: &Budget, nodes: &mut Vec<Node>, free: &mut u32, node: Node) -> Fallible<u32> {
    if let Some(index) = free.checked_sub(1)
        && let Some(place) = nodes.get_mut(index as usize)
    {
        *free = place.next;
        *place = node;
        return Ok(index);
    }
    budget.reserve(nodes, 1)?;
    nodes.push(node);
    Ok(nodes.len() as u32 - 1)
}

fn free_node(nodes: &mut [Node], free: &mut u32, index: u32) {
    if let Some(node) = nodes.get_mut(index as usize) {
        // No pointer, so that it is no root.
        *node = Node { root: Term::NIL.0, next: *free };
        *free = index + 1;
    }
}
