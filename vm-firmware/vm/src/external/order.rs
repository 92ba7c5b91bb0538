//! The order of keys in flat maps: the order of terms, where integers come before floats. Stands in until the VM's own
//! comparison of terms takes over.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::heap::{Store, View};
use crate::memory::{Budget, NoMemory};
use crate::term::Term;

/// The place of a type in the order of terms.
fn rank(view: View<'_>) -> u8 {
    match view {
        View::Small(_) | View::Big { .. } => 0,
        View::Float(_) => 1,
        View::Atom(_) => 2,
        View::Reference(_) => 3,
        View::Fun { .. } | View::ExportFun(_) => 4,
        View::Port(_) => 5,
        View::Pid(_) | View::External(_) => 6,
        View::Tuple(_) => 7,
        View::Map(_) | View::HashNode(..) => 8,
        View::Nil => 9,
        View::Cell(..) => 10,
        View::Bits(_) | View::Context(_) | View::Invalid => 11,
    }
}

fn sign(view: View<'_>) -> i8 {
    match view {
        View::Big { negative: true, .. } => -1,
        View::Big { .. } => 1,
        _ => 0,
    }
}

/// Compares two terms as keys of a flat map.
pub(super) fn compare(store: Store<'_>, a: Term, b: Term, budget: &Budget) -> Result<Ordering, NoMemory> {
    let mut todo = Vec::new();
    let result = run(store, a, b, budget, &mut todo);
    budget.drop_vector(todo);
    result
}

fn run(
    store: Store<'_>,
    mut a: Term,
    mut b: Term,
    budget: &Budget,
    todo: &mut Vec<(Term, Term)>,
) -> Result<Ordering, NoMemory> {
    loop {
        let order = if a == b { Ordering::Equal } else { step(store, a, b, budget, todo)? };
        if order != Ordering::Equal {
            return Ok(order);
        }
        let Some(next) = todo.pop() else { return Ok(Ordering::Equal) };
        (a, b) = next;
    }
}

/// Compares what can be seen at once, and puts the parts on the list of what to do, the first one last.
fn step(
    store: Store<'_>,
    a: Term,
    b: Term,
    budget: &Budget,
    todo: &mut Vec<(Term, Term)>,
) -> Result<Ordering, NoMemory> {
    let (left, right) = (store.view(a), store.view(b));
    Ok(match (left, right) {
        (View::Small(a), View::Small(b)) => a.cmp(&b),
        (View::Big { magnitude: a, negative }, View::Big { magnitude: b, negative: other }) if negative == other => {
            let order = a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()));
            if negative { order.reverse() } else { order }
        }
        (View::Float(a), View::Float(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        (View::Atom(a), View::Atom(b)) => store.atoms.compare(a, b),
        (View::Pid(a), View::Pid(b)) => a.cmp(&b),
        (View::Port(a), View::Port(b)) => a.cmp(&b),
        (View::Reference(a), View::Reference(b)) => a.iter().rev().cmp(b.iter().rev()),
        (View::Tuple(a), View::Tuple(b)) => {
            if a.len() == b.len() {
                budget.reserve(todo, a.len())?;
                todo.extend(a.iter().zip(b.iter()).rev());
            }
            a.len().cmp(&b.len())
        }
        (View::Cell(a, rest), View::Cell(b, other)) => {
            budget.reserve(todo, 2)?;
            todo.push((rest, other));
            todo.push((a, b));
            Ordering::Equal
        }
        (View::Bits(a), View::Bits(b)) => a.iter().cmp(b.iter()).then(a.size.cmp(&b.size)),
        _ => {
            let order = rank(left).cmp(&rank(right)).then(sign(left).cmp(&sign(right)));
            // Maps, funs and terms of other nodes: some order, the same each time.
            match (order, store.object(a), store.object(b)) {
                (Ordering::Equal, Some((kind, one)), Some((other, two))) => {
                    let raw = kind.raw().min(one.len()).min(two.len());
                    let terms = one.len().saturating_sub(raw);
                    let order = (kind as u8).cmp(&(other as u8)).then(one.len().cmp(&two.len()));
                    if order != Ordering::Equal {
                        return Ok(order);
                    }
                    budget.reserve(todo, terms)?;
                    todo.extend(one.iter().zip(two).skip(raw).map(|(&a, &b)| (Term(a), Term(b))).rev());
                    one.iter().take(raw).cmp(two.iter().take(raw))
                }
                _ => order,
            }
        }
    })
}
