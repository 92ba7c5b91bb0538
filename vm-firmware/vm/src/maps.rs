//! Maps: small ones as a tuple of keys in order and the values, larger ones as hash tries. Owns both layouts, and when
//! one becomes the other.
//!
//! A node of a trie has an entry for each bit of its bitmap: a list cell, whose head is a key and whose tail is its
//! value, or a node one level down. An entry stands as high as it can, so maps of the same keys have the same shape.

use core::cmp::Ordering;

use crate::atoms;
use crate::compare::{self, compare_exact, equal_exact};
use crate::hash;
use crate::heap::store::Terms;
use crate::heap::{Heap, Map, Store, View};
use crate::memory::{NoMemory, Scratch};
use crate::raise::{Raise, Result};
use crate::shared::Shared;
use crate::steps::Steps;
use crate::term::{Kind, Term};

/// Most keys of a small map.
pub const FLAT_LIMIT: usize = 32;

/// Levels that one hash of 32 bits serves, 5 bits each; the last has the two that are left.
const LEVELS: usize = 7;
/// Most levels. Keys would have to collide in so many different hashes that it is no case to serve.
const MAX_LEVELS: usize = 6 * LEVELS;

type Fallible<T> = core::result::Result<T, NoMemory>;

/// Which entry of a node of this level a hash leads to.
fn chunk(hash: u32, level: usize) -> u32 {
    (hash << (5 * (level % LEVELS))) >> 27
}

/// The hash of a key for the levels around `level`.
fn hash_at(store: Store<'_>, key: Term, level: usize) -> Fallible<u32> {
    hash::internal(store, key, (level / LEVELS) as u32 * 0x51ed)
}

/// The number of keys; `None` for what is no map.
#[must_use]
#[inline]
pub fn size(store: Store<'_>, map: Term) -> Option<usize> {
    match store.object(map)? {
        (Kind::Map, words) => words.len().checked_sub(1),
        (Kind::HashMap, words) => words.first().map(|&size| size as usize),
        _ => None,
    }
}

/// Whether it is a map.
#[must_use]
#[inline]
pub fn is_map(store: Store<'_>, map: Term) -> bool {
    matches!(store.object(map), Some((Kind::Map | Kind::HashMap, _)))
}

/// The value of a key; `None` also for what is no map.
///
/// # Errors
/// When keys are nested deeply and there is no memory for a stack; so with all that follow.
#[inline]
pub fn get(store: Store<'_>, map: Term, key: Term) -> Fallible<Option<Term>> {
    match store.object(map) {
        Some((Kind::Map, [keys, values @ ..])) => {
            let Some(keys) = store.tuple(Term(*keys)) else { return Ok(None) };
            let position = position(store, keys.0, key)?;
            Ok(position.and_then(|position| values.get(position)).map(|&value| Term(value)))
        }
        Some((Kind::HashMap, &[_, root])) => get_hashed(store, Term(root), key),
        _ => Ok(None),
    }
}

/// Where a key stands among those of a small map.
#[inline(always)]
fn position(store: Store<'_>, keys: &[u32], key: Term) -> Fallible<Option<usize>> {
    if !key.is_pointer() {
        // Different words are different keys.
        return Ok(keys.iter().position(|&other| other == key.0));
    }
    for (position, &other) in keys.iter().enumerate() {
        if Term(other).is_pointer() && equal_exact(store, Term(other), key)? {
            return Ok(Some(position));
        }
    }
    Ok(None)
}

/// Where a key that is not among these, which are in order, belongs.
fn place(store: Store<'_>, keys: &[u32], key: Term) -> Fallible<usize> {
    let (mut low, mut high) = (0, keys.len());
    while low < high {
        let middle = (low + high) / 2;
        let other = keys.get(middle).map_or(Term::NIL, |&other| Term(other));
        if compare_exact(store, key, other)?.is_lt() {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

/// Keys and values of a small map.
fn flat(store: Store<'_>, map: Term) -> Option<(Term, &[u32], &[u32])> {
    match store.object(map)? {
        (Kind::Map, [keys, values @ ..]) => Some((Term(*keys), store.tuple(Term(*keys))?.0, values)),
        _ => None,
    }
}

/// A small map with the values of keys set, as far as it stays small: `pairs` are keys and values in turn, as they come.
/// `None` when it is no small map or would not stay one: then no pair was used up.
///
/// # Errors
/// With `exact`, when a key is not there: `{badkey, Key}`.
pub fn put_flat(
    heap: &mut Heap,
    shared: &Shared,
    map: Term,
    pairs: impl Iterator<Item = (Term, Term)>,
    exact: bool,
) -> Result<Option<Term>> {
    let mut result = map;
    for (key, value) in pairs {
        let store = shared.store(heap);
        let Some((key_tuple, keys, values)) = flat(store, result) else { return Ok(None) };
        match position(store, keys, key)? {
            Some(position) if result == map => {
                if values.get(position) != Some(&value.0) {
                    result = heap.copy_edited(&shared.literals, map, 1 + position, 1, &[value.0])?;
                }
            }
            // A copy that nothing else has seen.
            Some(position) => heap.words.set(result.index() + 2 + position, value.0),
            None if exact => return Err(badkey(heap, key)),
            None if keys.len() >= FLAT_LIMIT => return Ok(None),
            None => {
                let place = place(store, keys, key)?;
                let key_tuple = heap.copy_edited(&shared.literals, key_tuple, place, 0, &[key.0])?;
                result = heap.copy_edited(&shared.literals, result, 1 + place, 0, &[value.0])?;
                heap.words.set(result.index() + 1, key_tuple.0);
            }
        }
    }
    Ok(Some(result))
}

fn get_hashed(store: Store<'_>, mut node: Term, key: Term) -> Fallible<Option<Term>> {
    let mut hash = 0;
    for level in 0..MAX_LEVELS {
        if level % LEVELS == 0 {
            hash = hash_at(store, key, level)?;
        }
        let Some((bitmap, entries)) = node_of(store, node) else { return Ok(None) };
        let Some(entry) = entry_of(bitmap, entries, chunk(hash, level)) else { return Ok(None) };
        if let Some((other, value)) = store.cell(entry) {
            return Ok(equal_exact(store, other, key)?.then_some(value));
        }
        node = entry;
    }
    Ok(None)
}

fn node_of(store: Store<'_>, node: Term) -> Option<(u32, &[u32])> {
    match store.object(node)? {
        (Kind::HashNode, [bitmap, entries @ ..]) => Some((*bitmap, entries)),
        _ => None,
    }
}

/// The position that an entry has, or would have.
fn position_of(bitmap: u32, chunk: u32) -> usize {
    (bitmap & ((1 << chunk) - 1)).count_ones() as usize
}

fn entry_of(bitmap: u32, entries: &[u32], chunk: u32) -> Option<Term> {
    if bitmap >> chunk & 1 == 0 {
        return None;
    }
    entries.get(position_of(bitmap, chunk)).map(|&entry| Term(entry))
}

/// A walk over the pairs of a map: small ones in the order of keys, large ones in that of their tries. It holds no
/// reference, so that terms may be made between steps.
#[derive(Clone, Copy)]
pub struct Cursor {
    /// The node at each level, or the map itself if it is small, and the next entry there.
    path: [(Term, u8); MAX_LEVELS],
    depth: usize,
    /// The key of the pair at hand was given by `peek`, its value not yet.
    pending: Option<Term>,
}

impl Cursor {
    /// A walk from the start; over nothing if it is no map.
    #[must_use]
    pub fn new(store: Store<'_>, map: Term) -> Self {
        let mut path = [(Term::NIL, 0); MAX_LEVELS];
        let start = match store.object(map) {
            Some((Kind::HashMap, &[_, root])) => Term(root),
            _ => map,
        };
        if let Some(first) = path.first_mut() {
            *first = (start, 0);
        }
        Self { path, depth: 1, pending: None }
    }

    /// The next pair.
    pub fn next(&mut self, store: Store<'_>) -> Option<(Term, Term)> {
        loop {
            let level = self.depth.checked_sub(1)?;
            let (node, position) = self.path.get_mut(level)?;
            let at = usize::from(*position);
            match store.object(*node) {
                Some((Kind::Map, [keys, values @ ..])) => {
                    let pair = store.tuple(Term(*keys))?.get(at).zip(values.get(at).map(|&value| Term(value)));
                    *position += u8::from(pair.is_some());
                    return pair;
                }
                Some((Kind::HashNode, words)) => match words.get(at + 1) {
                    None => self.depth -= 1,
                    Some(&entry) => {
                        *position += 1;
                        if let Some(pair) = store.cell(Term(entry)) {
                            return Some(pair);
                        }
                        *self.path.get_mut(self.depth)? = (Term(entry), 0);
                        self.depth += 1;
                    }
                },
                _ => return None,
            }
        }
    }

    /// The next entry of a large map: its list cell.
    pub(crate) fn next_cell(&mut self, store: Store<'_>) -> Option<Term> {
        self.next(store)?;
        let (node, position) = *self.path.get(self.depth.checked_sub(1)?)?;
        node_of(store, node)?.1.get(usize::from(position).checked_sub(1)?).map(|&entry| Term(entry))
    }

    /// The next pair, whose value [`take_value`](Self::take_value) will give once.
    pub(crate) fn peek(&mut self, store: Store<'_>) -> Option<(Term, Term)> {
        let pair = self.next(store)?;
        self.pending = Some(pair.1);
        Some(pair)
    }

    pub(crate) fn take_value(&mut self, _: Store<'_>) -> Option<Term> {
        self.pending.take()
    }

    /// Where it stands, as a number that [`resume`](Self::resume) takes; `None` at the end, and when it is somewhere
    /// too deep for a number.
    pub fn place(&mut self, store: Store<'_>) -> Option<i64> {
        // Leave the nodes that are done.
        loop {
            let level = self.depth.checked_sub(1)?;
            let &(node, position) = self.path.get(level)?;
            let count = match store.object(node) {
                Some((Kind::Map | Kind::HashNode, words)) => words.len().saturating_sub(1),
                _ => 0,
            };
            if usize::from(position) < count {
                break;
            }
            self.depth -= 1;
        }
        if self.depth > 12 {
            return None;
        }
        // Five bits a level, the root's lowest; above them a bit that tells how many there are. On the way the entry
        // that is being walked counts, in the last node the next one.
        let mut place = 1_i64 << (5 * self.depth);
        for (level, &(_, position)) in self.path.iter().take(self.depth).enumerate() {
            let digit = if level + 1 == self.depth { position } else { position.saturating_sub(1) };
            place |= i64::from(digit & 31) << (5 * level);
        }
        Some(place)
    }

    /// A walk from a place on; 0 is the start.
    #[must_use]
    pub fn resume(store: Store<'_>, map: Term, mut place: i64) -> Option<Self> {
        let mut cursor = Self::new(store, map);
        if place < 0 {
            return None;
        }
        while place > 1 {
            let digit = (place & 31) as u8;
            place >>= 5;
            let (node, position) = cursor.path.get_mut(cursor.depth - 1)?;
            *position = digit;
            if place > 1 {
                *position += 1;
                let entry = Term(*node_of(store, *node)?.1.get(usize::from(digit))?);
                node_of(store, entry)?;
                *cursor.path.get_mut(cursor.depth)? = (entry, 0);
                cursor.depth += 1;
            }
        }
        Some(cursor)
    }
}

/// A small map that is being made.
struct Flat {
    keys: [u32; FLAT_LIMIT],
    values: [u32; FLAT_LIMIT],
    count: usize,
    /// The tuple of its keys, while no key was added.
    key_tuple: Option<Term>,
}

impl Flat {
    fn new() -> Self {
        Self { keys: [0; FLAT_LIMIT], values: [0; FLAT_LIMIT], count: 0, key_tuple: None }
    }

    fn of(keys: Terms<'_>, values: Terms<'_>, key_tuple: Term) -> Self {
        let mut flat = Self::new();
        for (place, &word) in flat.keys.iter_mut().zip(keys.0) {
            *place = word;
        }
        for (place, &word) in flat.values.iter_mut().zip(values.0) {
            *place = word;
        }
        flat.count = keys.len().min(FLAT_LIMIT);
        flat.key_tuple = Some(key_tuple);
        flat
    }

    /// Where the key is, or where it belongs.
    fn find(&self, store: Store<'_>, key: Term) -> Fallible<core::result::Result<usize, usize>> {
        let keys = self.keys.get(..self.count).unwrap_or_default();
        if !key.is_pointer()
            && let Some(position) = keys.iter().position(|&other| other == key.0)
        {
            return Ok(Ok(position));
        }
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = (low + high) / 2;
            let other = keys.get(middle).map_or(Term::NIL, |&other| Term(other));
            match compare_exact(store, key, other)? {
                Ordering::Less => high = middle,
                Ordering::Greater => low = middle + 1,
                Ordering::Equal => return Ok(Ok(middle)),
            }
        }
        Ok(Err(low))
    }

    /// Sets the value of a key; says `false` when there is no room for another.
    fn put(&mut self, store: Store<'_>, key: Term, value: Term) -> Fallible<bool> {
        match self.find(store, key)? {
            Ok(position) => {
                if let Some(place) = self.values.get_mut(position) {
                    *place = value.0;
                }
            }
            Err(position) => {
                if self.count == FLAT_LIMIT {
                    return Ok(false);
                }
                self.keys.copy_within(position..self.count, position + 1);
                self.values.copy_within(position..self.count, position + 1);
                if let (Some(to_key), Some(to_value)) = (self.keys.get_mut(position), self.values.get_mut(position)) {
                    (*to_key, *to_value) = (key.0, value.0);
                }
                self.count += 1;
                self.key_tuple = None;
            }
        }
        Ok(true)
    }

    fn remove(&mut self, position: usize) {
        self.keys.copy_within(position + 1..self.count, position);
        self.values.copy_within(position + 1..self.count, position);
        self.count -= 1;
        self.key_tuple = None;
    }

    fn finish(&self, heap: &mut Heap) -> Fallible<Term> {
        let keys = match self.key_tuple {
            Some(tuple) => tuple,
            None => heap.boxed(Kind::Tuple, self.keys.get(..self.count).unwrap_or_default())?,
        };
        let map = heap.blank(Kind::Map, self.count + 1)?;
        if let Some((first, rest)) = heap.words_of(map).split_first_mut() {
            *first = keys.0;
            for (place, &value) in rest.iter_mut().zip(&self.values) {
                *place = value;
            }
        }
        Ok(map)
    }
}

/// The map without keys.
pub fn empty(heap: &mut Heap) -> Fallible<Term> {
    Flat::new().finish(heap)
}

/// The map with a key's value set; a map must be given.
pub fn put(heap: &mut Heap, shared: &Shared, map: Term, key: Term, value: Term) -> Fallible<Term> {
    match put_flat(heap, shared, map, core::iter::once((key, value)), false) {
        Ok(Some(map)) => return Ok(map),
        Ok(None) => {}
        Err(_) => return Err(NoMemory),
    }
    let store = shared.store(heap);
    match store.object(map) {
        Some((Kind::HashMap, &[size, root])) => put_hashed(heap, shared, map, size as usize, Term(root), key, value),
        Some((Kind::Map, _)) => {
            let mut pairs = shared.budget.scratch();
            collect(store, map, &mut pairs)?;
            pairs.push((key, value))?;
            from_pairs(heap, shared, &pairs)
        }
        _ => Ok(map),
    }
}

type Path = [(Term, u8); MAX_LEVELS];

fn put_hashed(
    heap: &mut Heap,
    shared: &Shared,
    map: Term,
    size: usize,
    root: Term,
    key: Term,
    value: Term,
) -> Fallible<Term> {
    let mut path: Path = [(Term::NIL, 0); MAX_LEVELS];
    let mut node = root;
    let mut hash = 0;
    for level in 0..MAX_LEVELS {
        let store = shared.store(heap);
        if level % LEVELS == 0 {
            hash = hash_at(store, key, level)?;
        }
        let chunk = chunk(hash, level);
        let Some((bitmap, entries)) = node_of(store, node) else { return Ok(map) };
        let position = position_of(bitmap, chunk);
        if let Some(place) = path.get_mut(level) {
            *place = (node, position as u8);
        }
        let Some(entry) = entry_of(bitmap, entries, chunk) else {
            // A place of its own.
            let cell = heap.cons(key, value)?;
            let copy = copy_node(heap, shared, node, bitmap | 1 << chunk, position, Change::Insert(cell))?;
            return replace_up(heap, shared, &path, level, copy, size + 1);
        };
        let Some((other, old)) = store.cell(entry) else {
            node = entry;
            continue;
        };
        if equal_exact(store, other, key)? {
            if old == value {
                return Ok(map);
            }
            let cell = heap.cons(other, value)?;
            return replace_up(heap, shared, &path, level + 1, cell, size);
        }
        // Another key in the place: both go down, until they part.
        let cell = heap.cons(key, value)?;
        let below = split(heap, shared, level + 1, (other, entry), (key, cell))?;
        return replace_up(heap, shared, &path, level + 1, below, size + 1);
    }
    Err(NoMemory)
}

/// Nodes from `level` on, down to the one where two keys part.
fn split(heap: &mut Heap, shared: &Shared, top: usize, a: (Term, Term), b: (Term, Term)) -> Fallible<Term> {
    let mut parts = [0_u8; MAX_LEVELS];
    let (mut hash_a, mut hash_b) = (0, 0);
    for level in top..MAX_LEVELS {
        let store = shared.store(heap);
        if level == top || level % LEVELS == 0 {
            hash_a = hash_at(store, a.0, level)?;
            hash_b = hash_at(store, b.0, level)?;
        }
        let (chunk_a, chunk_b) = (chunk(hash_a, level), chunk(hash_b, level));
        if chunk_a == chunk_b {
            if let Some(part) = parts.get_mut(level) {
                *part = chunk_a as u8;
            }
            continue;
        }
        let (first, second) = if chunk_a < chunk_b { (a.1, b.1) } else { (b.1, a.1) };
        let mut node = heap.boxed(Kind::HashNode, &[1 << chunk_a | 1 << chunk_b, first.0, second.0])?;
        for &part in parts.get(top..level).unwrap_or_default().iter().rev() {
            node = heap.boxed(Kind::HashNode, &[1 << part, node.0])?;
        }
        return Ok(node);
    }
    Err(NoMemory)
}

#[derive(Clone, Copy)]
enum Change {
    Insert(Term),
    Replace(Term),
    Remove,
}

fn copy_node(
    heap: &mut Heap,
    shared: &Shared,
    node: Term,
    bitmap: u32,
    position: usize,
    change: Change,
) -> Fallible<Term> {
    let (removed, new) = match &change {
        Change::Insert(new) => (0, core::slice::from_ref(&new.0)),
        Change::Replace(new) => (1, core::slice::from_ref(&new.0)),
        Change::Remove => (1, &[][..]),
    };
    let copy = heap.copy_edited(&shared.literals, node, 1 + position, removed, new)?;
    heap.words.set(copy.index() + 1, bitmap);
    Ok(copy)
}

/// Copies the nodes above `level` with what stands below them replaced, and makes the map.
fn replace_up(heap: &mut Heap, shared: &Shared, path: &Path, level: usize, below: Term, size: usize) -> Fallible<Term> {
    let mut below = below;
    for &(node, position) in path.get(..level).unwrap_or_default().iter().rev() {
        let bitmap = node_of(shared.store(heap), node).map_or(0, |(bitmap, _)| bitmap);
        below = copy_node(heap, shared, node, bitmap, usize::from(position), Change::Replace(below))?;
    }
    heap.boxed(Kind::HashMap, &[size as u32, below.0])
}

/// The map without a key, and the key's value; `None` when it has no such key.
pub fn take(heap: &mut Heap, shared: &Shared, map: Term, key: Term) -> Fallible<Option<(Term, Term)>> {
    let store = shared.store(heap);
    match store.view(map) {
        View::Map(Map::Flat { keys, values, key_tuple }) => {
            let mut flat = Flat::of(keys, values, key_tuple);
            let Ok(position) = flat.find(store, key)? else { return Ok(None) };
            let value = values.get(position).unwrap_or(Term::NIL);
            flat.remove(position);
            Ok(Some((value, flat.finish(heap)?)))
        }
        View::Map(Map::Hash { size, root }) => {
            let Some(value) = get_hashed(store, root, key)? else { return Ok(None) };
            if size <= FLAT_LIMIT + 1 {
                let mut flat = Flat::new();
                let mut cursor = Cursor::new(store, map);
                while let Some((other, value)) = cursor.next(store) {
                    if !equal_exact(store, other, key)? {
                        flat.put(store, other, value)?;
                    }
                }
                return Ok(Some((value, flat.finish(heap)?)));
            }
            Ok(Some((value, remove_hashed(heap, shared, size, root, key)?)))
        }
        _ => Ok(None),
    }
}

fn remove_hashed(heap: &mut Heap, shared: &Shared, size: usize, root: Term, key: Term) -> Fallible<Term> {
    let mut path: Path = [(Term::NIL, 0); MAX_LEVELS];
    let mut node = root;
    let mut hash = 0;
    for level in 0..MAX_LEVELS {
        let store = shared.store(heap);
        if level % LEVELS == 0 {
            hash = hash_at(store, key, level)?;
        }
        let chunk = chunk(hash, level);
        let Some((bitmap, entries)) = node_of(store, node) else { break };
        let position = position_of(bitmap, chunk);
        if let Some(place) = path.get_mut(level) {
            *place = (node, position as u8);
        }
        let Some(entry) = entry_of(bitmap, entries, chunk) else { break };
        if !entry.is_list() {
            node = entry;
            continue;
        }
        // One entry that is left alone goes up, to where it would stand had the other never been.
        if level > 0
            && entries.len() == 2
            && let Some(&alone) = entries.get(1 - position)
            && Term(alone).is_list()
        {
            let mut level = level;
            while level > 1
                && let Some(&(above, _)) = path.get(level - 1)
                && node_of(store, above).is_some_and(|(_, entries)| entries.len() == 1)
            {
                level -= 1;
            }
            return replace_up(heap, shared, &path, level, Term(alone), size - 1);
        }
        let copy = copy_node(heap, shared, node, bitmap & !(1 << chunk), position, Change::Remove)?;
        return replace_up(heap, shared, &path, level, copy, size - 1);
    }
    Err(NoMemory)
}

/// The map without a key.
pub fn remove(heap: &mut Heap, shared: &Shared, map: Term, key: Term) -> Fallible<Term> {
    Ok(take(heap, shared, map, key)?.map_or(map, |(_, rest)| rest))
}

/// Adds the pairs of a map to a vector.
pub fn collect(store: Store<'_>, map: Term, pairs: &mut Scratch<'_, (Term, Term)>) -> Fallible<()> {
    pairs.reserve(size(store, map).unwrap_or(0))?;
    let mut cursor = Cursor::new(store, map);
    while let Some((key, value)) = cursor.next(store) {
        pairs.push((key, value))?;
    }
    Ok(())
}

/// A map of pairs: of several values of a key, the last counts.
pub fn from_pairs(heap: &mut Heap, shared: &Shared, pairs: &[(Term, Term)]) -> Fallible<Term> {
    let store = shared.store(heap);
    let mut flat = Flat::new();
    let mut fits = true;
    for &(key, value) in pairs {
        if !flat.put(store, key, value)? {
            fits = false;
            break;
        }
    }
    if fits {
        return flat.finish(heap);
    }
    // More keys than that for certain: sort the pairs by hash, and drop those that others follow.
    let mut order = shared.budget.scratch();
    order.reserve(pairs.len())?;
    let mut steps = Steps::over(store, pairs.len());
    for (index, &(key, _)) in pairs.iter().enumerate() {
        order.push((hash::internal_of_many(store, key, &mut steps)?, index as u32))?;
    }
    drop(steps);
    compare::sort(&mut order, |a, b| Ok(a < b))?;
    let pair = |index: u32| pairs.get(index as usize).copied().unwrap_or((Term::NIL, Term::NIL));
    // `kept` entries at the head stay. Keys that share a hash with one that stays, but are others, come after.
    let mut kept: usize = 0;
    let mut colliding = shared.budget.scratch();
    for at in 0..order.len() {
        let Some(&(hash, index)) = order.get(at) else { break };
        let last = kept.checked_sub(1).and_then(|last| order.get_mut(last)).filter(|last| last.0 == hash);
        if let Some(last) = last {
            if equal_exact(store, pair(last.1).0, pair(index).0)? {
                last.1 = index;
            } else {
                colliding.push(index)?;
            }
            continue;
        }
        if let Some(place) = order.get_mut(kept) {
            *place = (hash, index);
        }
        kept += 1;
    }
    order.truncate(kept);
    let root = build(heap, &order, pair)?;
    let mut map = heap.boxed(Kind::HashMap, &[kept as u32, root.0])?;
    for &index in colliding.iter() {
        let (key, value) = pair(index);
        map = put(heap, shared, map, key, value)?;
    }
    Ok(map)
}

/// The root of a trie of pairs of different hashes, in their order.
fn build(heap: &mut Heap, order: &[(u32, u32)], pair: impl Fn(u32) -> (Term, Term)) -> Fallible<Term> {
    // The nodes that are open: bitmap and entries, by level.
    let mut open = [[0_u32; 33]; LEVELS];
    let mut counts = [0_usize; LEVELS];
    let mut insert = |open: &mut [[u32; 33]; LEVELS], level: usize, chunk: u32, entry: Term| {
        if let (Some(node), Some(count)) = (open.get_mut(level), counts.get_mut(level)) {
            if node.first() == Some(&0) {
                *count = 0;
            }
            *count += 1;
            if let Some(place) = node.get_mut(*count) {
                *place = entry.0;
            }
            if let Some(bitmap) = node.first_mut() {
                *bitmap |= 1 << chunk;
            }
        }
    };
    // How many levels two hashes have in common.
    let common = |a: u32, b: u32| ((a ^ b).leading_zeros() / 5) as usize;
    let mut before = 0;
    for (at, &(hash, index)) in order.iter().enumerate() {
        let after = order.get(at + 1).map_or(0, |&(next, _)| common(hash, next));
        let level = before.max(after).min(LEVELS - 1);
        let (key, value) = pair(index);
        let cell = heap.cons(key, value)?;
        insert(&mut open, level, chunk(hash, level), cell);
        // What the next hash does not share is done.
        for level in (after + 1..=level).rev() {
            let Some(words) = open.get_mut(level) else { continue };
            let count = words.first().map_or(0, |bitmap| bitmap.count_ones() as usize);
            let node = heap.boxed(Kind::HashNode, words.get(..=count).unwrap_or_default())?;
            if let Some(bitmap) = words.first_mut() {
                *bitmap = 0;
            }
            insert(&mut open, level - 1, chunk(hash, level - 1), node);
        }
        before = after;
    }
    let root = open.first().map_or(&[][..], |words| words);
    let count = root.first().map_or(0, |bitmap| bitmap.count_ones() as usize);
    heap.boxed(Kind::HashNode, root.get(..=count).unwrap_or_default())
}

/// `{badmap, Term}`.
pub fn badmap(heap: &mut Heap, term: Term) -> Raise {
    reason(heap, atoms::BADMAP, term)
}

/// `{badkey, Key}`.
pub fn badkey(heap: &mut Heap, key: Term) -> Raise {
    reason(heap, atoms::BADKEY, key)
}

fn reason(heap: &mut Heap, name: atoms::Atom, term: Term) -> Raise {
    match heap.tuple(&[name.into(), term]) {
        Ok(reason) => Raise::Error(reason),
        Err(NoMemory) => Raise::NoMemory,
    }
}

/// `put_map_assoc`: the map with the values of keys set; `pairs` are keys and values in turn.
pub fn put_assoc(heap: &mut Heap, shared: &Shared, map: Term, pairs: &[Term]) -> Result {
    put_many(heap, shared, map, pairs, false)
}

/// `put_map_exact`: likewise, of keys that are there; `{badkey, Key}` else.
pub fn put_exact(heap: &mut Heap, shared: &Shared, map: Term, pairs: &[Term]) -> Result {
    put_many(heap, shared, map, pairs, true)
}

fn put_many(heap: &mut Heap, shared: &Shared, map: Term, pairs: &[Term], exact: bool) -> Result {
    if !is_map(shared.store(heap), map) {
        return Err(badmap(heap, map));
    }
    let mut map = map;
    let mut rest = pairs;
    while let &[key, value, ref after @ ..] = rest {
        if exact && get(shared.store(heap), map, key)?.is_none() {
            return Err(badkey(heap, key));
        }
        map = put(heap, shared, map, key, value)?;
        rest = after;
    }
    Ok(map)
}
