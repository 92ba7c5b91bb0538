//! What is known at one point of a function: registers, stack frame, open catches, heap made sure of.

use alloc::vec;
use alloc::vec::Vec;

/// What a register or slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value(u32);

const CATCH: u32 = 1 << 31;
const TRY: u32 = 1 << 30;

impl Value {
    /// Not written on every path.
    pub(super) const UNINITIALIZED: Self = Self(0);
    /// A term.
    pub(super) const TERM: Self = Self(1);
    /// A match context.
    pub(super) const CONTEXT: Self = Self(2);
    /// A term on one path, a match context on another: safe to keep and to begin a match with, not to use otherwise.
    pub(super) const MIXED: Self = Self(3);
    /// A receive marker.
    pub(super) const MARKER: Self = Self(4);
    /// A marker on one path, something else on another: safe to keep, not to use.
    pub(super) const UNUSABLE: Self = Self(5);
    /// A term that is `error`, `exit` or `throw`.
    pub(super) const CLASS: Self = Self(6);
    /// A term that is the empty list.
    pub(super) const NIL: Self = Self(7);
    /// The tuple that `setelement/3` has just made, while [`State::mutable`] holds.
    pub(super) const FRESH: Self = Self(8);

    /// The tag of a `catch` or `try` with this handler.
    pub(super) const fn tag(catch: Catch) -> Self {
        Self(if catch.is_try { TRY } else { CATCH } | catch.handler)
    }

    pub(super) const fn is_tag(self) -> bool {
        self.0 & (CATCH | TRY) != 0
    }

    pub(super) const fn is_term(self) -> bool {
        matches!(self, Self::TERM | Self::CLASS | Self::NIL | Self::FRESH)
    }

    /// What is known where a term may have been written over this.
    pub(super) fn or_term(self) -> Self {
        self.join(Self::TERM)
    }

    /// What is known where two paths meet.
    fn join(self, other: Self) -> Self {
        if self == other {
            self
        } else if self == Self::UNINITIALIZED || other == Self::UNINITIALIZED || self.is_tag() || other.is_tag() {
            // A tag and something else: neither can be used, and the collector must not meet it.
            Self::UNINITIALIZED
        } else if matches!(self, Self::MARKER | Self::UNUSABLE) || matches!(other, Self::MARKER | Self::UNUSABLE) {
            Self::UNUSABLE
        } else if self.is_term() && other.is_term() {
            Self::TERM
        } else {
            Self::MIXED
        }
    }
}

/// An open `catch` or `try`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Catch {
    pub(super) is_try: bool,
    /// The handler's label, below 2^30 as the number of labels is.
    pub(super) handler: u32,
    /// The slot that holds its tag.
    pub(super) slot: u16,
}

/// The stack frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// There is none.
    None,
    /// There is one; its slots are [`State::y`].
    Here,
    /// The paths disagree.
    Undecided,
}

/// Everything that is known at one point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// The `x` registers; those behind the end are uninitialised.
    pub(super) x: Vec<Value>,
    /// The slots of the frame.
    pub(super) y: Vec<Value>,
    pub(super) frame: Frame,
    /// Which floating-point registers are written.
    pub(super) floats: Vec<bool>,
    /// The open catches, innermost last; `None` where paths disagree.
    pub(super) catches: Option<Vec<Catch>>,
    /// Heap made sure of: words, floats, funs.
    pub(super) heap: [u32; 3],
    /// Whether a binary is under construction (OTP 24's bit syntax).
    pub(super) building: bool,
    /// Whether nothing but moves happened since `setelement/3` made the tuple that is [`Value::FRESH`].
    pub(super) mutable: bool,
    /// Whether a receive loop was entered and not yet left.
    pub(super) receiving: bool,
    /// Whether an exception may have led here, and no `try_case` or `catch_end` has taken it yet.
    pub(super) raised: bool,
    /// Whether slots that only some paths' frames have may be unwritten.
    pub(super) hidden: bool,
}

impl State {
    /// The state at a function's entry.
    pub(super) fn entry(arguments: &[Value]) -> Self {
        Self {
            x: arguments.to_vec(),
            y: Vec::new(),
            frame: Frame::None,
            floats: Vec::new(),
            catches: Some(Vec::new()),
            heap: [0; 3],
            building: false,
            mutable: false,
            receiving: false,
            raised: false,
            hidden: false,
        }
    }

    /// How much memory it takes, in cells of four bytes, roughly.
    pub(super) fn cells(&self) -> usize {
        24 + self.x.len() + self.y.len() + self.floats.len() / 4 + 3 * self.catches.as_ref().map_or(0, Vec::len)
    }

    pub(super) fn get_x(&self, number: u16) -> Value {
        self.x.get(usize::from(number)).copied().unwrap_or(Value::UNINITIALIZED)
    }

    pub(super) fn set_x(&mut self, number: u16, value: Value) {
        let index = usize::from(number);
        if index >= self.x.len() {
            self.x.resize(index + 1, Value::UNINITIALIZED);
        }
        if let Some(place) = self.x.get_mut(index) {
            *place = value;
        }
    }

    pub(super) fn get_float(&self, number: u16) -> bool {
        self.floats.get(usize::from(number)).copied().unwrap_or(false)
    }

    pub(super) fn set_float(&mut self, number: u16) {
        let index = usize::from(number);
        if index >= self.floats.len() {
            self.floats.resize(index + 1, false);
        }
        if let Some(place) = self.floats.get_mut(index) {
            *place = true;
        }
    }

    /// What a call leaves: nothing but the stack.
    pub(super) fn forget_registers(&mut self) {
        self.x.clear();
        self.floats.clear();
        self.heap = [0; 3];
        self.building = false;
        self.mutable = false;
    }

    /// `setelement/3` has made a tuple, in `x0`. What an earlier one made is no longer fresh.
    pub(super) fn made_tuple(&mut self) {
        for slot in &mut self.y {
            if *slot == Value::FRESH {
                *slot = Value::TERM;
            }
        }
        self.set_x(0, Value::FRESH);
        self.mutable = true;
    }

    /// What is left when an exception enters a handler: class, reason and trace in `x0` to `x2`, and the stack.
    pub(super) fn raised(&self) -> Self {
        Self {
            x: vec![Value::CLASS, Value::TERM, Value::TERM],
            y: self.y.clone(),
            frame: self.frame,
            floats: Vec::new(),
            catches: self.catches.clone(),
            heap: [0; 3],
            building: false,
            mutable: false,
            receiving: false,
            raised: true,
            hidden: self.hidden,
        }
    }

    /// Keeps what both states know. Returns whether anything was lost.
    pub(super) fn join(&mut self, other: &Self) -> bool {
        let mut changed = false;
        if self.frame != other.frame || (self.frame == Frame::Here && self.y.len() != other.y.len()) {
            // The slots that both frames have, counted from the top of the stack, can still be read.
            changed |= self.frame != Frame::Undecided;
            self.frame = Frame::Undecided;
        }
        let unwritten = |y: &[Value], common: usize| y.iter().skip(common).any(|value| *value == Value::UNINITIALIZED);
        let common = self.y.len().min(other.y.len());
        if !self.hidden && (other.hidden || unwritten(&self.y, common) || unwritten(&other.y, common)) {
            self.hidden = true;
            changed = true;
        }
        if self.y.len() > other.y.len() {
            self.y.truncate(other.y.len());
            changed = true;
        }
        changed |= join_values(&mut self.y, &other.y);
        let common = self.x.len().min(other.x.len());
        if self.x.len() != common {
            changed |= self.x.iter().skip(common).any(|value| *value != Value::UNINITIALIZED);
            self.x.truncate(common);
        }
        changed |= join_values(&mut self.x, &other.x);
        for (index, written) in self.floats.iter_mut().enumerate() {
            if *written && !other.floats.get(index).copied().unwrap_or(false) {
                *written = false;
                changed = true;
            }
        }
        if self.catches.is_some() && self.catches != other.catches {
            self.catches = None;
            changed = true;
        }
        for (mine, theirs) in self.heap.iter_mut().zip(other.heap) {
            if theirs < *mine {
                *mine = theirs;
                changed = true;
            }
        }
        if self.building && !other.building {
            self.building = false;
            changed = true;
        }
        if self.mutable && !other.mutable {
            self.mutable = false;
            changed = true;
        }
        if other.raised && !self.raised {
            self.raised = true;
            changed = true;
        }
        if other.receiving && !self.receiving {
            self.receiving = true;
            changed = true;
        }
        changed
    }
}

fn join_values(mine: &mut [Value], theirs: &[Value]) -> bool {
    let mut changed = false;
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        let joined = mine.join(*theirs);
        changed |= joined != *mine;
        *mine = joined;
    }
    changed
}
