//! Comparing terms: `=:=`, `==`, the order of terms, and the order of map keys. Owns what those mean.
//!
//! One loop serves all four, with a stack of its own: the first levels need no memory, deeper ones ask for it and may be
//! refused. What is compared may stand in two heaps.

use core::cmp::Ordering;

use crate::atoms::{self, Atom};
use crate::heap::{Bits, Map, Store, View};
use crate::maps;
use crate::memory::{NoMemory, Scratch};
use crate::steps::Steps;
use crate::term::{Kind, Term};

/// How two terms are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// `1 == 1.0`.
    Loose,
    /// Integers are before floats, and never equal to them.
    Exact,
    /// Entries of a large map's node, whose keys are compared exactly and values loosely.
    Entries,
}

/// Two runs of words that are yet to be compared.
#[derive(Clone, Copy)]
struct Frame<'a> {
    a: &'a [u32],
    b: &'a [u32],
    mode: Mode,
}

const EMPTY: Frame<'static> = Frame { a: &[], b: &[], mode: Mode::Loose };
const INLINE: usize = 6;

/// How deep keys that are large maps may be nested in keys that are large maps, for their order to be told: each level
/// costs native stack.
const KEY_DEPTH: u8 = 6;

struct Stack<'a> {
    inline: [Frame<'a>; INLINE],
    count: usize,
    spilled: Scratch<'a, Frame<'a>>,
}

impl<'a> Stack<'a> {
    #[inline]
    fn push(&mut self, frame: Frame<'a>) -> Result<(), NoMemory> {
        if let Some(place) = self.inline.get_mut(self.count) {
            *place = frame;
            self.count += 1;
            return Ok(());
        }
        self.spilled.push(frame)
    }

    #[inline]
    fn pop(&mut self) -> Option<Frame<'a>> {
        if let Some(frame) = self.spilled.pop() {
            return Some(frame);
        }
        self.count = self.count.checked_sub(1)?;
        self.inline.get(self.count).copied()
    }
}

/// `=:=`.
///
/// # Errors
/// When the terms are nested deeply and there is no memory for a stack; so with all that follow.
#[inline]
pub fn equal_exact(store: Store<'_>, a: Term, b: Term) -> Result<bool, NoMemory> {
    if a == b {
        return Ok(true);
    }
    // Different words of which one is no pointer are different terms.
    if !(a.is_pointer() && b.is_pointer()) || a.is_list() != b.is_list() {
        return Ok(false);
    }
    if let Some(equal) = equal_raw(store, a, b) {
        return Ok(equal);
    }
    Ok(run((store, a), (store, b), Mode::Exact, false, 0)? == Ordering::Equal)
}

/// Whether two boxed terms are the same, where their headers and words tell it: of integers and tuples. A float is
/// compared as a number: 0.0 is -0.0.
#[inline]
fn equal_raw(store: Store<'_>, a: Term, b: Term) -> Option<bool> {
    let (kind_a, words_a) = store.object(a)?;
    let (kind_b, words_b) = store.object(b)?;
    match kind_a {
        Kind::PositiveInteger | Kind::NegativeInteger => Some(kind_a == kind_b && words_a == words_b),
        Kind::Tuple if kind_b != Kind::Tuple || words_a.len() != words_b.len() => Some(false),
        Kind::Tuple => {
            // Most differ in an atom or a small integer, or in nothing.
            let mut deep = false;
            for (&x, &y) in words_a.iter().zip(words_b).filter(|(x, y)| x != y) {
                if !(Term(x).is_pointer() && Term(y).is_pointer()) {
                    return Some(false);
                }
                deep = true;
            }
            if deep { None } else { Some(true) }
        }
        _ => None,
    }
}

/// `==`.
#[inline]
pub fn equal(store: Store<'_>, a: Term, b: Term) -> Result<bool, NoMemory> {
    if a == b {
        return Ok(true);
    }
    if !(a.is_boxed() || b.is_boxed() || (a.is_list() && b.is_list())) {
        return Ok(false);
    }
    Ok(run((store, a), (store, b), Mode::Loose, false, 0)? == Ordering::Equal)
}

/// The order of terms.
#[inline]
pub fn compare(store: Store<'_>, a: Term, b: Term) -> Result<Ordering, NoMemory> {
    if a.is_small() && b.is_small() {
        return Ok(a.small_value().cmp(&b.small_value()));
    }
    if a == b {
        return Ok(Ordering::Equal);
    }
    if let (Some(x), Some(y)) = (a.as_atom(), b.as_atom()) {
        return Ok(store.atoms().compare(x, y));
    }
    if !(a.is_pointer() && b.is_pointer()) {
        return Ok(leaves(store, &store.view(a), &store.view(b), false));
    }
    compare_in((store, a), (store, b))
}

/// The order of the keys of maps: as [`compare`], but integers are before floats, whatever their values.
#[inline]
pub fn compare_exact(store: Store<'_>, a: Term, b: Term) -> Result<Ordering, NoMemory> {
    if a.is_small() && b.is_small() {
        return Ok(a.small_value().cmp(&b.small_value()));
    }
    if a == b {
        return Ok(Ordering::Equal);
    }
    if let (Some(x), Some(y)) = (a.as_atom(), b.as_atom()) {
        return Ok(store.atoms().compare(x, y));
    }
    if !(a.is_pointer() && b.is_pointer()) {
        return Ok(leaves(store, &store.view(a), &store.view(b), true));
    }
    compare_exact_in((store, a), (store, b))
}

/// [`compare`] of terms of two heaps.
pub fn compare_in(a: (Store<'_>, Term), b: (Store<'_>, Term)) -> Result<Ordering, NoMemory> {
    run(a, b, Mode::Loose, true, 0)
}

/// [`compare_exact`] of terms of two heaps.
pub fn compare_exact_in(a: (Store<'_>, Term), b: (Store<'_>, Term)) -> Result<Ordering, NoMemory> {
    run(a, b, Mode::Exact, true, 0)
}

/// [`equal_exact`] of terms of two heaps.
pub fn equal_exact_in(a: (Store<'_>, Term), b: (Store<'_>, Term)) -> Result<bool, NoMemory> {
    Ok(run(a, b, Mode::Exact, false, 0)? == Ordering::Equal)
}

/// The work: when `order` is not asked for, anything but `Equal` means only that the terms differ.
#[cfg_attr(target_os = "none", inline)]
fn run<'a>(
    (store_a, mut a): (Store<'a>, Term),
    (store_b, mut b): (Store<'a>, Term),
    mut mode: Mode,
    order: bool,
    depth: u8,
) -> Result<Ordering, NoMemory> {
    let same_heap = core::ptr::eq(store_a.heap(), store_b.heap());
    let mut stack = Stack { inline: [EMPTY; INLINE], count: 0, spilled: store_a.budget().scratch() };
    let words = store_a.heap().len() + store_a.literals().len() + if same_heap { 0 } else { store_b.heap().len() };
    let mut steps = Steps::of(words, store_a.budget());
    loop {
        steps.take()?;
        if a != b || (!same_heap && a.is_local_pointer()) {
            let mut frame = None;
            if let (Some((head_a, tail_a)), Some((head_b, tail_b))) = (pair(store_a, a), pair(store_b, b)) {
                // A list, or the key and value of an entry.
                let tails = if mode == Mode::Entries { Mode::Loose } else { mode };
                stack.push(Frame { a: tail_a, b: tail_b, mode: tails })?;
                let heads = if mode == Mode::Entries { Mode::Exact } else { mode };
                frame = Some(Frame { a: head_a, b: head_b, mode: heads });
            } else {
                let ordering = match (store_a.view(a), store_b.view(b)) {
                    (View::Tuple(x), View::Tuple(y)) => {
                        if x.len() == y.len() {
                            frame = Some(Frame { a: x.0, b: y.0, mode });
                        }
                        x.len().cmp(&y.len())
                    }
                    (View::Map(x), View::Map(y)) => match (x, y) {
                        (
                            Map::Flat { keys: x, values: values_x, key_tuple: tuple_x },
                            Map::Flat { keys: y, values: values_y, key_tuple: tuple_y },
                        ) => {
                            if x.len() == y.len() {
                                let values = Frame { a: values_x.0, b: values_y.0, mode };
                                if tuple_x == tuple_y && (same_heap || tuple_x.is_literal()) {
                                    frame = Some(values);
                                } else {
                                    stack.push(values)?;
                                    frame = Some(Frame { a: x.0, b: y.0, mode: Mode::Exact });
                                }
                            }
                            x.len().cmp(&y.len())
                        }
                        (Map::Hash { size: x, root: root_x }, Map::Hash { size: y, root: root_y }) => {
                            if x != y {
                                x.cmp(&y)
                            } else if order {
                                order_maps((store_a, a), (store_b, b), mode, &mut stack, depth)?
                            } else {
                                // Tries of the same keys have the same shape.
                                (a, b) = (root_x, root_y);
                                mode = if mode == Mode::Exact { Mode::Exact } else { Mode::Entries };
                                continue;
                            }
                        }
                        (x, y) => size(x).cmp(&size(y)),
                    },
                    (View::HashNode(x, entries_x), View::HashNode(y, entries_y)) => {
                        if x == y && entries_x.len() == entries_y.len() {
                            frame = Some(Frame { a: entries_x.0, b: entries_y.0, mode });
                        }
                        x.cmp(&y)
                    }
                    (View::Fun { entry: x, free: free_x, .. }, View::Fun { entry: y, free: free_y, .. }) => {
                        let ordering = order_lambdas(store_a, x, y).then(free_x.len().cmp(&free_y.len()));
                        if ordering.is_eq() {
                            frame = Some(Frame { a: free_x.0, b: free_y.0, mode });
                        }
                        ordering
                    }
                    (x, y) => {
                        if let (View::Bits(x), View::Bits(y)) = (&x, &y) {
                            steps.take_bytes(x.size.min(y.size) / 8)?;
                        }
                        leaves(store_a, &x, &y, mode != Mode::Loose)
                    }
                };
                if ordering.is_ne() {
                    return Ok(ordering);
                }
            }
            if let Some(frame) = frame {
                stack.push(frame)?;
            }
        }
        // The next two words that differ.
        loop {
            let Some(frame) = stack.pop() else { return Ok(Ordering::Equal) };
            let Some(((&x, rest_a), (&y, rest_b))) = frame.a.split_first().zip(frame.b.split_first()) else { continue };
            (a, b, mode) = (Term(x), Term(y), frame.mode);
            if a.is_small() && b.is_small() && a != b {
                return Ok(a.small_value().cmp(&b.small_value()));
            }
            if !rest_a.is_empty() {
                stack.push(Frame { a: rest_a, b: rest_b, mode })?;
            }
            if a != b || (!same_heap && a.is_local_pointer()) {
                break;
            }
        }
    }
}

/// Head and tail of a list cell, each as a run of one word.
#[inline]
fn pair(store: Store<'_>, term: Term) -> Option<(&[u32], &[u32])> {
    if !term.is_list() {
        return None;
    }
    let area = if term.is_literal() { store.literals() } else { store.heap() };
    area.get(term.index()..term.index() + 2)?.split_at_checked(1)
}

fn size(map: Map<'_>) -> usize {
    match map {
        Map::Flat { keys, .. } => keys.len(),
        Map::Hash { size, .. } => size,
    }
}

/// The order of two large maps of the same size: by their keys in order. When those are the same, the values are left
/// on the stack, the first key's on top.
#[cold]
#[inline(never)]
fn order_maps<'a>(
    a: (Store<'a>, Term),
    b: (Store<'a>, Term),
    mode: Mode,
    stack: &mut Stack<'a>,
    depth: u8,
) -> Result<Ordering, NoMemory> {
    if depth >= KEY_DEPTH {
        return Err(NoMemory);
    }
    let x = sorted_entries(a.0, a.1, depth)?;
    let y = sorted_entries(b.0, b.1, depth)?;
    for (&(key_x, _), &(key_y, _)) in x.iter().zip(y.iter()) {
        let ordering = run((a.0, key_x), (b.0, key_y), Mode::Exact, true, depth + 1)?;
        if ordering.is_ne() {
            return Ok(ordering);
        }
    }
    for (&(_, value_x), &(_, value_y)) in x.iter().zip(y.iter()).rev() {
        stack.push(Frame { a: value_x, b: value_y, mode })?;
    }
    Ok(Ordering::Equal)
}

/// Keys of a large map in order, with their values as runs of one word.
fn sorted_entries<'a>(store: Store<'a>, map: Term, depth: u8) -> Result<Scratch<'a, (Term, &'a [u32])>, NoMemory> {
    let mut entries = store.budget().scratch();
    let mut cursor = maps::Cursor::new(store, map);
    while let Some(cell) = cursor.next_cell(store) {
        let Some((&[key], value)) = pair(store, cell) else { continue };
        entries.push((Term(key), value))?;
    }
    sort(&mut entries, |x, y| Ok(run((store, x.0), (store, y.0), Mode::Exact, true, depth + 1)?.is_lt()))?;
    Ok(entries)
}

/// Sorts in place, without memory, by an order that may fail to be told. Not stable.
///
/// # Errors
/// What `less` says.
pub fn sort<T>(items: &mut [T], mut less: impl FnMut(&T, &T) -> Result<bool, NoMemory>) -> Result<(), NoMemory> {
    // A heap sort: the library's own sorts may panic when the order contradicts itself, as it does when it fails.
    let length = items.len();
    for step in (0..length + length / 2).rev() {
        let (mut root, end) = if step >= length {
            (step - length, length)
        } else {
            items.swap(0, step);
            (0, step)
        };
        loop {
            let mut child = 2 * root + 1;
            if child >= end {
                break;
            }
            if let (Some(left), Some(right)) = (items.get(child), items.get(child + 1))
                && child + 1 < end
                && less(left, right)?
            {
                child += 1;
            }
            match (items.get(root), items.get(child)) {
                (Some(parent), Some(largest)) if less(parent, largest)? => items.swap(root, child),
                _ => break,
            }
            root = child;
        }
    }
    Ok(())
}

/// Where the type of a term stands in the order.
fn rank(view: &View<'_>) -> u8 {
    match view {
        View::Small(_) | View::Big { .. } | View::Float(_) => 0,
        View::Atom(_) => 1,
        View::Reference(_) => 2,
        View::Fun { .. } => 3,
        View::ExportFun(_) => 4,
        View::Port(_) => 5,
        View::Pid(_) => 6,
        View::External(words) => match words.first() {
            Some(0) => 6,
            Some(1) => 5,
            _ => 2,
        },
        View::Tuple(_) => 7,
        View::Map(_) => 8,
        View::Nil => 9,
        View::Cell(..) => 10,
        View::Bits(_) | View::Context(_) => 11,
        View::HashNode(..) | View::Invalid => 12,
    }
}

/// The order of terms of different types, or of the same type when they have no parts.
fn leaves(store: Store<'_>, a: &View<'_>, b: &View<'_>, exact: bool) -> Ordering {
    match (a, b) {
        (View::Atom(x), View::Atom(y)) => return store.atoms().compare(*x, *y),
        (View::Bits(x) | View::Context(x), View::Bits(y) | View::Context(y)) => return order_bits(*x, *y),
        (View::ExportFun(x), View::ExportFun(y)) => return order_exports(store, *x, *y),
        _ => {}
    }
    let (rank_a, rank_b) = (rank(a), rank(b));
    if rank_a != rank_b {
        return rank_a.cmp(&rank_b);
    }
    match rank_a {
        0 => order_numbers(a, b, exact),
        // References and ports: by node first. Pids: by number first.
        2 | 5 => {
            let (x, y) = (identity(a), identity(b));
            order_nodes(store, &x, &y).then_with(|| x.numbers.cmp(&y.numbers))
        }
        6 => {
            let (x, y) = (identity(a), identity(b));
            x.numbers.cmp(&y.numbers).then_with(|| order_nodes(store, &x, &y))
        }
        _ => Ordering::Equal,
    }
}

/// External funs are ordered by the names of module and function, then by arity; `x` and `y` are places in the exports.
fn order_exports(store: Store<'_>, x: u32, y: u32) -> Ordering {
    let exports = &store.code().exports;
    match (exports.get(x as usize), exports.get(y as usize)) {
        (Some(a), Some(b)) if x != y => {
            let names = store.atoms().compare(a.module, b.module);
            names.then_with(|| store.atoms().compare(a.function, b.function)).then(a.arity.cmp(&b.arity))
        }
        _ => x.cmp(&y),
    }
}

/// Local funs are ordered by the name of the module, then by their place in it; `x` and `y` are places in the lambdas.
fn order_lambdas(store: Store<'_>, x: u32, y: u32) -> Ordering {
    let lambdas = &store.code().lambdas;
    match (lambdas.get(x as usize), lambdas.get(y as usize)) {
        (Some(a), Some(b)) if x != y => {
            let modules = store.atoms().compare(a.module, b.module);
            let places = (a.index, a.old_unique).cmp(&(b.index, b.old_unique));
            // Two versions of a module: the older one first.
            modules.then(places).then(x.cmp(&y))
        }
        _ => x.cmp(&y),
    }
}

/// What makes a pid, port or reference: its node, and its numbers, most significant first.
struct Identity {
    node: Atom,
    creation: u32,
    numbers: [u32; 5],
}

fn identity(view: &View<'_>) -> Identity {
    let mut numbers = [0; 5];
    let mut node = atoms::NONODE_AT_NOHOST;
    let mut creation = 0;
    let mut fill = |words: &[u32]| {
        for (place, &word) in numbers.iter_mut().rev().zip(words) {
            *place = word;
        }
    };
    match *view {
        View::Pid(number) => fill(&[number]),
        View::Port(number) => fill(&[number as u32, (number >> 32) as u32]),
        View::Reference(words) => fill(&words),
        View::External([_, name, made, _, words @ ..]) => {
            // The name of the node stands there as the atom's term.
            node = Term(*name).as_atom().unwrap_or(Atom(*name));
            creation = *made;
            fill(words);
        }
        _ => {}
    }
    Identity { node, creation, numbers }
}

fn order_nodes(store: Store<'_>, a: &Identity, b: &Identity) -> Ordering {
    store.atoms().compare(a.node, b.node).then(a.creation.cmp(&b.creation))
}

fn order_bits(a: Bits<'_>, b: Bits<'_>) -> Ordering {
    if let (Some(x), Some(y)) = (a.as_bytes(), b.as_bytes()) {
        return x.cmp(y);
    }
    let common = a.size.min(b.size);
    let whole = common / 8;
    for index in 0..whole {
        let ordering = a.byte(index).cmp(&b.byte(index));
        if ordering.is_ne() {
            return ordering;
        }
    }
    let rest = common % 8;
    if rest != 0 {
        let mask = !(0xff_u8 >> rest);
        let ordering = (a.byte(whole) & mask).cmp(&(b.byte(whole) & mask));
        if ordering.is_ne() {
            return ordering;
        }
    }
    a.size.cmp(&b.size)
}

fn order_numbers(a: &View<'_>, b: &View<'_>, exact: bool) -> Ordering {
    match (a, b) {
        (View::Small(x), View::Small(y)) => x.cmp(y),
        (View::Float(x), View::Float(y)) => x.partial_cmp(y).unwrap_or(Ordering::Equal),
        (View::Float(_), _) if exact => Ordering::Greater,
        (_, View::Float(_)) if exact => Ordering::Less,
        (View::Small(x), View::Float(y)) => f64::from(*x).partial_cmp(y).unwrap_or(Ordering::Equal),
        (View::Float(x), View::Small(y)) => x.partial_cmp(&f64::from(*y)).unwrap_or(Ordering::Equal),
        (View::Big { negative, .. }, View::Small(_)) | (View::Small(_), View::Big { negative, .. }) => {
            let big_first = matches!(a, View::Big { .. });
            if big_first == *negative { Ordering::Less } else { Ordering::Greater }
        }
        (View::Big { negative, magnitude }, View::Float(y)) => big_and_float(*negative, magnitude, *y),
        (View::Float(x), View::Big { negative, magnitude }) => big_and_float(*negative, magnitude, *x).reverse(),
        (View::Big { negative: x, magnitude: words_x }, View::Big { negative: y, magnitude: words_y }) => {
            if x != y {
                return if *x { Ordering::Less } else { Ordering::Greater };
            }
            let ordering =
                words_x.len().cmp(&words_y.len()).then_with(|| words_x.iter().rev().cmp(words_y.iter().rev()));
            if *x { ordering.reverse() } else { ordering }
        }
        _ => Ordering::Equal,
    }
}

/// The order of a big integer and a float, by their exact values.
fn big_and_float(negative: bool, magnitude: &[u32], float: f64) -> Ordering {
    if negative != (float < 0.0) {
        return if negative { Ordering::Less } else { Ordering::Greater };
    }
    let bits = float.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32 - 1075;
    // A denormal float is far below any big integer: its lost exponent does not matter.
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let top = magnitude.last().map_or(0, |word| 32 - word.leading_zeros() as i32);
    let length = (magnitude.len() as i32 - 1).saturating_mul(32).saturating_add(top);
    let ordering = length.cmp(&(exponent + 53)).then_with(|| {
        // As many digits before the point: compare word by word from the top, then look behind the point.
        for (index, &word) in magnitude.iter().enumerate().rev() {
            let ordering = word.cmp(&word_of(mantissa, exponent, index));
            if ordering.is_ne() {
                return ordering;
            }
        }
        let fraction = exponent < 0 && mantissa.trailing_zeros() < exponent.unsigned_abs();
        if fraction { Ordering::Less } else { Ordering::Equal }
    });
    if negative { ordering.reverse() } else { ordering }
}

/// The 32 bits from bit `32 * index` on of `mantissa * 2^exponent`.
fn word_of(mantissa: u64, exponent: i32, index: usize) -> u32 {
    let shift = index as i32 * 32 - exponent;
    match shift {
        0..=63 => (mantissa >> shift) as u32,
        -31..=-1 => (mantissa << -shift) as u32,
        _ => 0,
    }
}
