//! Receive markers: where in its mailbox a process was when it made a reference. A `receive` for messages with that
//! reference begins there, since none that came before can hold it. As in OTP, a process has few of them: a new one takes
//! the place of one that is not needed, else of the oldest; a receive without its marker looks at all messages.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use crate::memory::Budget;
use crate::processes::try_box;
use crate::term::Term;

/// Most markers of a process (OTP: `ERTS_RECV_MARKER_BLOCK_SIZE`).
const MOST: usize = 8;

/// What a marker is for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Use {
    /// Nothing.
    None,
    /// The reference is not made yet.
    Reserved,
    /// Messages with this reference.
    Bound([u32; 3]),
}

#[derive(Clone, Copy)]
struct Marker {
    /// Of one that was reserved later it is greater.
    number: u32,
    /// The message that was to come next.
    place: u32,
    what: Use,
}

/// The markers of a process.
pub struct Markers {
    markers: [Marker; MOST],
    last: u32,
}

/// Of a process that has any.
pub type Held = Option<Box<Markers>>;

impl Markers {
    const NEW: Self = Self { markers: [Marker { number: 0, place: 0, what: Use::None }; MOST], last: 0 };
}

/// Makes a marker at the end of a mailbox, for a reference that is made next. The term stands for it; without memory it is
/// for none.
pub fn reserve(held: &mut Held, budget: &Budget, mailbox: &VecDeque<Term>) -> Term {
    if held.is_none() {
        *held = try_box(budget, Markers::NEW).ok();
    }
    let Some(markers) = held.as_deref_mut() else { return Term::tiny(0) };
    markers.last = markers.last % 0xff_ffff + 1;
    let number = markers.last;
    let rank = |marker: &Marker| match marker.what {
        Use::None => 0,
        // Age counts round the end of the numbers.
        _ => 1 + marker.number.wrapping_sub(number) % 0xff_ffff,
    };
    if let Some(marker) = markers.markers.iter_mut().min_by_key(|marker| rank(marker)) {
        *marker = Marker { number, place: mailbox.len() as u32, what: Use::Reserved };
    }
    Term::tiny(number as i32)
}

/// Binds the marker that a term stands for, if it is still there, to a reference.
pub fn bind(held: &mut Held, term: Term, reference: [u32; 3]) {
    let Some(markers) = held.as_deref_mut() else { return };
    let number = term.as_small().and_then(|number| u32::try_from(number).ok());
    let is_it = |marker: &&mut Marker| marker.what == Use::Reserved && Some(marker.number) == number;
    if let Some(marker) = markers.markers.iter_mut().find(is_it) {
        marker.what = Use::Bound(reference);
    }
}

/// The marker of a reference is needed no more.
pub fn clear(held: &mut Held, budget: &Budget, reference: [u32; 3]) {
    let mut needed = false;
    for marker in held.iter_mut().flat_map(|held| &mut held.markers) {
        if marker.what == Use::Bound(reference) {
            marker.what = Use::None;
        }
        needed |= marker.what != Use::None;
    }
    if !needed {
        drop_all(held, budget);
    }
}

/// The first message that can hold a reference: the first of all, where there is no marker for it.
#[must_use]
pub fn place(held: &Held, reference: [u32; 3]) -> u32 {
    let markers = held.iter().flat_map(|held| &held.markers);
    let mut its = markers.filter(|marker| marker.what == Use::Bound(reference));
    its.next().map_or(0, |marker| marker.place)
}

/// A message was taken out of the mailbox.
pub fn removed(held: &mut Held, place: u32) {
    for marker in held.iter_mut().flat_map(|held| &mut held.markers) {
        if marker.place > place {
            marker.place -= 1;
        }
    }
}

/// Gives the memory back.
pub fn drop_all(held: &mut Held, budget: &Budget) {
    if held.take().is_some() {
        budget.give(size_of::<Markers>());
    }
}

/// Gives the memory back, if no marker is bound: when a process waits, none is reserved that will be bound.
pub fn drop_idle(held: &mut Held, budget: &Budget) {
    let is_idle = |markers: &Markers| !markers.markers.iter().any(|marker| matches!(marker.what, Use::Bound(_)));
    if held.as_deref().is_some_and(is_idle) {
        drop_all(held, budget);
    }
}

/// The bytes that they take.
#[must_use]
pub const fn memory(held: &Held) -> usize {
    if held.is_some() { size_of::<Markers>() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(length: usize) -> VecDeque<Term> {
        core::iter::repeat_n(Term::NIL, length).collect()
    }

    #[test]
    fn markers_stay_at_their_message() {
        let budget = Budget::new(10_000);
        let mut held = None;
        let marker = reserve(&mut held, &budget, &mailbox(5));
        removed(&mut held, 7);
        removed(&mut held, 5);
        removed(&mut held, 4);
        removed(&mut held, 0);
        bind(&mut held, marker, [1, 0, 9]);
        assert_eq!(place(&held, [1, 0, 9]), 3);
        assert_eq!(place(&held, [2, 0, 9]), 0);
        drop_idle(&mut held, &budget);
        assert!(memory(&held) > 0);
        clear(&mut held, &budget, [2, 0, 9]);
        assert_eq!(place(&held, [1, 0, 9]), 3);
        // A term that stands for nothing any more binds nothing.
        bind(&mut held, marker, [4, 0, 9]);
        bind(&mut held, Term::NIL, [4, 0, 9]);
        assert_eq!(place(&held, [4, 0, 9]), 0);
        clear(&mut held, &budget, [1, 0, 9]);
        assert_eq!((memory(&held), budget.used()), (0, 0));
        reserve(&mut held, &budget, &mailbox(5));
        drop_idle(&mut held, &budget);
        assert_eq!((memory(&held), budget.used()), (0, 0));
    }

    #[test]
    fn the_oldest_goes() {
        let budget = Budget::new(10_000);
        let mut held = None;
        for number in 1..=MOST as u32 + 2 {
            let marker = reserve(&mut held, &budget, &mailbox(number as usize));
            bind(&mut held, marker, [number, 0, 0]);
            if number == 4 {
                clear(&mut held, &budget, [4, 0, 0]);
            }
        }
        // First the one that was cleared, then the first.
        let places = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(|number| place(&held, [number, 0, 0]));
        assert_eq!(places, [0, 2, 3, 0, 5, 6, 7, 8, 9, 10]);
        drop_all(&mut held, &budget);
        assert_eq!(budget.used(), 0);
        let none = Budget::new(10);
        assert_eq!(reserve(&mut held, &none, &mailbox(1)), Term::tiny(0));
    }
}
