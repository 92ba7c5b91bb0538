//! The order of terms among the keys of a map, and the equality that belongs to it.
//!
//! It is the order of `<`, except that integers come before floats and are never equal to them (OTP, `maps` and
//! "Term comparisons" of the reference manual). Maps are compared with their pairs sorted by key. So that a map inside
//! the key of a map needs no recursion, the sorted order of every map is worked out first, innermost maps first.

use alloc::{collections::BTreeMap, vec, vec::Vec};
use core::cmp::Ordering;

use num_bigint::BigInt;

use super::term::{FunTerm, OldFunTerm, Term};

type Pairs = [(Term, Term)];

/// For each map of two pairs or more, by where its pairs are: the places of its pairs in the order of the keys.
#[derive(Default)]
pub(super) struct MapOrders(BTreeMap<usize, Vec<usize>>);

/// Where the pairs of a map are: its name for as long as it is borrowed.
fn address(pairs: &Pairs) -> usize {
    pairs.as_ptr() as usize
}

impl MapOrders {
    /// Adds all maps in `term`, and gives whether one of them has a key twice.
    pub(super) fn add(&mut self, term: &Term) -> bool {
        let mut maps: Vec<&Pairs> = vec![];
        let mut todo = vec![term];
        while let Some(term) = todo.pop() {
            if let Term::Map(pairs) = term
                && pairs.len() > 1
            {
                maps.push(pairs);
            }
            term.for_each_part(|part| {
                if !part.is_leaf() {
                    todo.push(part);
                }
            });
        }
        let mut duplicate = false;
        // A map was met before the maps inside it: from the back, inner ones come first.
        for pairs in maps.into_iter().rev() {
            let mut keys: Vec<(usize, &Term)> = pairs.iter().map(|(key, _)| key).enumerate().collect();
            keys.sort_by(|(_, a), (_, b)| {
                let order = self.compare(a, b);
                duplicate |= order.is_eq();
                order
            });
            let places = keys.into_iter().map(|(place, _)| place).collect();
            self.0.insert(address(pairs), places);
        }
        duplicate
    }

    /// The pair of `pairs` that is at `place` when they are sorted by key. The map must have been added.
    pub(super) fn pair<'a>(&self, pairs: &'a Pairs, place: usize) -> Option<&'a (Term, Term)> {
        let place = match self.0.get(&address(pairs)) {
            Some(places) => *places.get(place)?,
            None => place,
        };
        pairs.get(place)
    }

    /// Compares two terms whose maps have been added.
    fn compare<'a>(&self, a: &'a Term, b: &'a Term) -> Ordering {
        let mut todo = vec![];
        let mut order = compare_heads(a, b, &mut todo);
        while order.is_eq() {
            order = match todo.pop() {
                None => return order,
                Some(Todo::Terms(a, b)) => compare_heads(a, b, &mut todo),
                Some(Todo::Slices(a, b)) => match (a.split_first(), b.split_first()) {
                    (Some((a, rest_a)), Some((b, rest_b))) => {
                        todo.push(Todo::Slices(rest_a, rest_b));
                        compare_heads(a, b, &mut todo)
                    }
                    (a, b) => a.is_some().cmp(&b.is_some()),
                },
                Some(Todo::Lists(a, b)) => compare_lists(a, b, &mut todo),
                Some(Todo::Keys(a, b, place)) => match (self.pair(a, place), self.pair(b, place)) {
                    (Some((a_key, _)), Some((b_key, _))) => {
                        todo.push(Todo::Keys(a, b, place + 1));
                        compare_heads(a_key, b_key, &mut todo)
                    }
                    _ => Ordering::Equal,
                },
                Some(Todo::Values(a, b, place)) => match (self.pair(a, place), self.pair(b, place)) {
                    (Some((_, a_value)), Some((_, b_value))) => {
                        todo.push(Todo::Values(a, b, place + 1));
                        compare_heads(a_value, b_value, &mut todo)
                    }
                    _ => Ordering::Equal,
                },
            };
        }
        order
    }
}

/// Whether a map in `term` has a key twice.
pub(super) fn has_duplicate_key(term: &Term) -> bool {
    MapOrders::default().add(term)
}

/// Whether `a =:= b`.
pub(super) fn equal(a: &Term, b: &Term) -> bool {
    let mut orders = MapOrders::default();
    if !a.is_leaf() && !b.is_leaf() {
        orders.add(a);
        orders.add(b);
    }
    orders.compare(a, b).is_eq()
}

/// The elements of a list that are not yet compared, and its tail.
type List<'a> = (&'a [Term], &'a Term);

/// What is left to compare; the last one is next.
enum Todo<'a> {
    Terms(&'a Term, &'a Term),
    Slices(&'a [Term], &'a [Term]),
    Lists(List<'a>, List<'a>),
    Keys(&'a Pairs, &'a Pairs, usize),
    Values(&'a Pairs, &'a Pairs, usize),
}

/// The kinds in their order. An integer beyond `i64` ranks with the others.
const fn rank(term: &Term) -> u8 {
    match term {
        Term::Integer(_) | Term::BigInteger(_) => 0,
        Term::Float(_) => 1,
        Term::Atom(_) => 2,
        Term::Reference { .. } => 3,
        Term::OldFun(_) => 4,
        Term::Fun(_) => 5,
        Term::ExportFun { .. } => 6,
        Term::Port { .. } => 7,
        Term::Pid { .. } => 8,
        Term::Tuple(_) => 9,
        Term::Map(_) => 10,
        Term::Nil => 11,
        Term::List { .. } => 12,
        Term::Bitstring { .. } => 13,
        Term::LocalExt(_) => 14,
    }
}

/// Compares what can be compared at once, and leaves the parts in `todo`.
fn compare_heads<'a>(a: &'a Term, b: &'a Term, todo: &mut Vec<Todo<'a>>) -> Ordering {
    match (a, b) {
        (Term::Integer(a), Term::Integer(b)) => a.cmp(b),
        (Term::BigInteger(a), Term::BigInteger(b)) => a.cmp(b),
        (Term::Integer(a), Term::BigInteger(b)) => BigInt::from(*a).cmp(b),
        (Term::BigInteger(a), Term::Integer(b)) => a.cmp(&BigInt::from(*b)),
        (Term::Float(a), Term::Float(b)) => a.total_cmp(b),
        (Term::Atom(a), Term::Atom(b)) => a.cmp(b),
        (
            Term::Reference { node: a_node, creation: a_creation, ids: a },
            Term::Reference { node: b_node, creation: b_creation, ids: b },
        ) => a_node.cmp(b_node).then(a_creation.cmp(b_creation)).then_with(|| compare_words(a, b)),
        (Term::Fun(a), Term::Fun(b)) => {
            todo.push(Todo::Slices(&a.free, &b.free));
            compare_funs(a, b)
        }
        (Term::OldFun(a), Term::OldFun(b)) => {
            todo.push(Todo::Slices(&a.free, &b.free));
            compare_old_funs(a, b)
        }
        (
            Term::ExportFun { module: a_module, function: a_function, arity: a },
            Term::ExportFun { module: b_module, function: b_function, arity: b },
        ) => a_module.cmp(b_module).then_with(|| a_function.cmp(b_function)).then(a.cmp(b)),
        (
            Term::Port { node: a_node, id: a, creation: a_creation },
            Term::Port { node: b_node, id: b, creation: b_creation },
        ) => a_node.cmp(b_node).then(a_creation.cmp(b_creation)).then(a.cmp(b)),
        (Term::Pid { .. }, Term::Pid { .. }) => compare_pids(a, b),
        (Term::Tuple(a), Term::Tuple(b)) => {
            todo.push(Todo::Slices(a, b));
            a.len().cmp(&b.len())
        }
        (Term::Map(a), Term::Map(b)) => {
            todo.push(Todo::Values(a, b, 0));
            todo.push(Todo::Keys(a, b, 0));
            a.len().cmp(&b.len())
        }
        (Term::List { elements: a, tail: a_tail }, Term::List { elements: b, tail: b_tail }) => {
            // Not compared here: that would be a recursion by way of the first elements.
            todo.push(Todo::Lists((a, a_tail), (b, b_tail)));
            Ordering::Equal
        }
        (Term::Bitstring { bytes: a, bits: a_bits }, Term::Bitstring { bytes: b, bits: b_bits }) => {
            // Unused bits are zero, so the bytes decide unless one is a prefix of the other.
            a.cmp(b).then(a_bits.cmp(b_bits))
        }
        (Term::LocalExt(a), Term::LocalExt(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

/// A reference is a number whose last word counts most.
fn compare_words(a: &[u32], b: &[u32]) -> Ordering {
    let significant = |ids: &[u32]| ids.iter().rposition(|&id| id != 0).map_or(0, |last| last + 1);
    significant(a).cmp(&significant(b)).then_with(|| {
        let words = |ids| <[u32]>::iter(ids).rev().skip_while(|&&id| id == 0);
        words(a).cmp(words(b)).then(a.len().cmp(&b.len()))
    })
}

fn compare_pids(a: &Term, b: &Term) -> Ordering {
    match (a, b) {
        (
            Term::Pid { node: a_node, id: a, serial: a_serial, creation: a_creation },
            Term::Pid { node: b_node, id: b, serial: b_serial, creation: b_creation },
        ) => a_serial.cmp(b_serial).then(a.cmp(b)).then_with(|| a_node.cmp(b_node)).then(a_creation.cmp(b_creation)),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn compare_funs(a: &FunTerm, b: &FunTerm) -> Ordering {
    a.module
        .cmp(&b.module)
        .then(a.old_index.cmp(&b.old_index))
        .then(a.old_uniq.cmp(&b.old_uniq))
        .then(a.free.len().cmp(&b.free.len()))
        .then((a.arity, a.index, a.uniq).cmp(&(b.arity, b.index, b.uniq)))
        .then_with(|| compare_pids(&a.creator, &b.creator))
}

fn compare_old_funs(a: &OldFunTerm, b: &OldFunTerm) -> Ordering {
    a.module
        .cmp(&b.module)
        .then(a.index.cmp(&b.index))
        .then(a.uniq.cmp(&b.uniq))
        .then(a.free.len().cmp(&b.free.len()))
        .then_with(|| compare_pids(&a.creator, &b.creator))
}

/// Compares the next elements; a list that ends goes on with its tail.
fn compare_lists<'a>(a: List<'a>, b: List<'a>, todo: &mut Vec<Todo<'a>>) -> Ordering {
    match (a.0.split_first(), b.0.split_first()) {
        (Some((a_first, a_rest)), Some((b_first, b_rest))) => {
            todo.push(Todo::Lists((a_rest, a.1), (b_rest, b.1)));
            compare_heads(a_first, b_first, todo)
        }
        (None, None) => {
            todo.push(Todo::Terms(a.1, b.1));
            Ordering::Equal
        }
        // A tail that is a list itself is not made by this crate, but it can be made by hand.
        (None, Some(_)) => match a.1 {
            Term::List { elements, tail } => {
                todo.push(Todo::Lists((elements, tail), b));
                Ordering::Equal
            }
            other => rank(other).cmp(&LIST_RANK),
        },
        (Some(_), None) => match b.1 {
            Term::List { elements, tail } => {
                todo.push(Todo::Lists(a, (elements, tail)));
                Ordering::Equal
            }
            other => LIST_RANK.cmp(&rank(other)),
        },
    }
}

/// As [`rank`] has it.
const LIST_RANK: u8 = 12;
