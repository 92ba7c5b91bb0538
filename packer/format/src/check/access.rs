//! What the flow checker asks of a state before an instruction may run, and how an instruction changes it.

use super::rule::{Broken, Place, Rule, broken};
use super::state::{Frame, State, Value};
use crate::compact::Operand;

/// The outcome of one step along a path.
pub(super) type Step = Result<(), Broken>;

pub(super) const fn place_of(operand: Operand) -> Place {
    match operand {
        Operand::Y(number) | Operand::TypedY(number, _) => Place::Y(number),
        Operand::FloatRegister(number) => Place::Float(number),
        Operand::X(number) | Operand::TypedX(number, _) => Place::X(number),
        _ => Place::X(0),
    }
}

/// What an operand holds; constants are terms.
pub(super) fn read(state: &State, operand: Operand) -> Result<Value, Broken> {
    match operand {
        Operand::X(number) | Operand::TypedX(number, _) => Ok(state.get_x(number)),
        Operand::Y(number) | Operand::TypedY(number, _) => match state.y.get(usize::from(number)) {
            Some(&value) => Ok(value),
            None => broken(no_such_slot(state, number)),
        },
        _ => Ok(Value::TERM),
    }
}

pub(super) fn no_such_slot(state: &State, slot: u16) -> Rule {
    let frame = (state.frame == Frame::Here).then_some(state.y.len() as u32);
    Rule::NoSuchSlot { slot, frame }
}

/// An operand that is used as a term.
pub(super) fn term(state: &State, operand: Operand) -> Step {
    match read(state, operand)? {
        value if value.is_term() => Ok(()),
        Value::UNINITIALIZED => broken(Rule::Uninitialized(place_of(operand))),
        Value::MARKER | Value::UNUSABLE => broken(Rule::Marker(place_of(operand))),
        Value::CONTEXT | Value::MIXED => broken(Rule::ContextAsTerm(place_of(operand))),
        _ => broken(Rule::TagTouched(place_of(operand))),
    }
}

/// An operand that is moved, or begun to be matched: a term or a match context.
pub(super) fn movable(state: &State, operand: Operand) -> Result<Value, Broken> {
    match read(state, operand)? {
        Value::UNINITIALIZED => broken(Rule::Uninitialized(place_of(operand))),
        value if value.is_tag() => broken(Rule::TagTouched(place_of(operand))),
        value => Ok(value),
    }
}

/// An operand that a match begins with, or whose size is asked: a term or a match context.
pub(super) fn matchable(state: &State, operand: Operand) -> Result<Value, Broken> {
    match movable(state, operand)? {
        Value::MARKER | Value::UNUSABLE => broken(Rule::Marker(place_of(operand))),
        value => Ok(value),
    }
}

/// An argument that another function gets.
pub(super) fn no_marker(state: &State, number: u16) -> Step {
    match state.get_x(number) {
        Value::MARKER | Value::UNUSABLE => broken(Rule::Marker(Place::X(number))),
        _ => Ok(()),
    }
}

pub(super) fn context(state: &State, operand: Operand) -> Step {
    match read(state, operand)? {
        Value::CONTEXT => Ok(()),
        Value::UNINITIALIZED => broken(Rule::Uninitialized(place_of(operand))),
        _ => broken(Rule::TermAsContext(place_of(operand))),
    }
}

pub(super) fn float(state: &State, operand: Operand) -> Step {
    match operand {
        Operand::FloatRegister(number) if !state.get_float(number) => broken(Rule::Uninitialized(Place::Float(number))),
        _ => Ok(()),
    }
}

pub(super) fn write(state: &mut State, operand: Operand, value: Value) -> Step {
    match operand {
        Operand::X(number) | Operand::TypedX(number, _) => {
            state.set_x(number, value);
            Ok(())
        }
        Operand::Y(number) | Operand::TypedY(number, _) => match state.y.get_mut(usize::from(number)) {
            Some(place) if place.is_tag() => broken(Rule::TagTouched(Place::Y(number))),
            Some(place) => {
                *place = value;
                Ok(())
            }
            None => broken(no_such_slot(state, number)),
        },
        _ => Ok(()),
    }
}

/// The first `count` `x` registers must be written.
pub(super) fn live(state: &State, count: u64) -> Step {
    let known = state.x.iter().take(count as usize);
    match known.clone().position(|value| *value == Value::UNINITIALIZED) {
        Some(number) => broken(Rule::Uninitialized(Place::X(number as u16))),
        None if (known.len() as u64) < count => broken(Rule::Uninitialized(Place::X(known.len() as u16))),
        None => Ok(()),
    }
}

/// All slots of the frame must be written: the collector, or the search for a handler, may meet them.
pub(super) fn initialized(state: &State) -> Step {
    match state.y.iter().position(|value| *value == Value::UNINITIALIZED) {
        Some(slot) => broken(Rule::Uninitialized(Place::Y(slot as u16))),
        None if state.hidden => broken(Rule::NoFrame),
        None => Ok(()),
    }
}

/// The tuple of `set_tuple_element` must be the one that `setelement/3` has just made, and the element another term: no
/// other term holds the tuple yet, and none can come to hold itself.
pub(super) fn overwrite(state: &State, element: Operand, tuple: Operand) -> Step {
    if !state.mutable || read(state, tuple)? != Value::FRESH || read(state, element)? == Value::FRESH {
        return broken(Rule::Overwritten(place_of(tuple)));
    }
    Ok(())
}

/// Takes the frame away.
pub(super) fn leave_frame(state: &mut State, size: u64) -> Step {
    if state.frame != Frame::Here {
        return broken(Rule::NoFrame);
    }
    let slots = state.y.len() as u32;
    if u64::from(slots) != size {
        return broken(Rule::FrameSize { given: size, needed: slots });
    }
    no_catch(state)?;
    state.frame = Frame::None;
    state.y.clear();
    Ok(())
}

pub(super) fn no_frame(state: &State) -> Step {
    if state.frame != Frame::None {
        return broken(Rule::FrameLeft);
    }
    if state.receiving {
        // The next receive would go on behind messages that it has not seen.
        return broken(Rule::OpenReceive);
    }
    no_catch(state)
}

pub(super) fn no_catch(state: &State) -> Step {
    match &state.catches {
        Some(catches) if catches.is_empty() => Ok(()),
        _ => broken(Rule::OpenCatch),
    }
}

pub(super) fn take_heap(state: &mut State, kind: usize, need: u64) -> Step {
    let what = ["words", "floats", "funs"].get(kind).copied().unwrap_or_default();
    let Some(left) = state.heap.get_mut(kind) else { return Ok(()) };
    match u64::from(*left).checked_sub(need) {
        Some(rest) => {
            *left = rest as u32;
            Ok(())
        }
        None => broken(Rule::Heap { what, need, left: *left }),
    }
}
