//! Exceptions: finding the handler, and stack traces.
//!
//! While an exception is on its way its trace is *raw*: a tuple of the class, the first entry if that was made already (a
//! native function with its arguments, ...) or `[]`, and code addresses as small integers. `build_stacktrace` makes
//! the list that programs see.

use crate::atoms;
use crate::heap::{Heap, Store};
use crate::interp::Machine;
use crate::interp::calls::Mode;
use crate::memory::NoMemory;
use crate::natives::NativeId;
use crate::raise::{Class, Raise};
use crate::shared::Shared;
use crate::term::{Kind, Term};
use crate::vm::Outcome;

/// Entries of a stack trace (OTP: `backtrace_depth`).
const DEPTH: usize = 8;

/// How a trace begins.
#[derive(Clone, Copy)]
pub(super) enum First {
    /// With the instruction at hand.
    Here,
    /// With this entry, then the instruction at hand.
    Entry(Term),
    /// With this entry, then what the function at hand returns to.
    Instead(Term),
    /// This is the whole trace, as a list.
    Given(Term),
}

impl First {
    /// With the entry of a function that was called: after a tail call, the caller is not in the trace.
    pub(super) fn called(entry: Term, mode: Mode) -> Self {
        if mode == Mode::Call { Self::Entry(entry) } else { Self::Instead(entry) }
    }

    /// With the entry of a native function: OTP's calls of those are no tail calls.
    fn native(entry: Term, native: NativeId, mode: Mode) -> Self {
        let is_erlang = native.get().is_some_and(crate::natives::Native::is_erlang_in_otp);
        Self::called(entry, if is_erlang { mode } else { Mode::Call })
    }
}

impl Machine<'_> {
    /// Raises an error with an atom as its reason.
    #[cold]
    pub(super) fn error(&mut self, reason: atoms::Atom) -> Option<Outcome> {
        self.throw(Class::Error, Term::atom(reason), First::Here)
    }

    /// Raises `{tag, value}`.
    #[cold]
    pub(super) fn error_with(&mut self, tag: atoms::Atom, value: Term) -> Option<Outcome> {
        match self.process.heap.tuple(&[Term::atom(tag), value]) {
            Ok(reason) => self.throw(Class::Error, reason, First::Here),
            Err(NoMemory) => Some(self.out_of_memory()),
        }
    }

    /// Raises an exception: goes on at its handler, or ends the process.
    #[cold]
    pub(super) fn throw(&mut self, class: Class, reason: Term, first: First) -> Option<Outcome> {
        match self.raw_trace(class, first) {
            Ok(trace) => self.unwind(class, reason, trace),
            Err(NoMemory) => Some(self.out_of_memory()),
        }
    }

    fn raw_trace(&mut self, class: Class, first: First) -> Result<Term, NoMemory> {
        let mut words = [Term::NIL; DEPTH + 2];
        let (head, here) = match first {
            First::Here => (Term::NIL, true),
            First::Entry(entry) => (entry, true),
            First::Instead(entry) => (entry, false),
            First::Given(list) => {
                return self.process.heap.tuple(&[Term::atom(class.atom()), Term::atom(atoms::STACKTRACE), list]);
            }
        };
        let here = here.then_some(self.ip as u32);
        // The instruction before the one that a call returns to.
        let before = |term: &Term| term.address().saturating_sub(1);
        let continuation = Some(self.process.continuation).filter(|term| term.is_continuation());
        let stack = self.process.stack.as_slice().iter().rev().map(|&word| Term(word));
        let returns = stack.filter(|term| term.is_continuation());
        let addresses =
            here.into_iter().chain(continuation.iter().map(before)).chain(returns.map(|term| before(&term)));
        let depth = DEPTH - usize::from(head != Term::NIL);
        let mut count = 2;
        let (class_place, rest) = words.split_at_mut(1);
        if let ([class_place], [head_place, places @ ..]) = (class_place, rest) {
            *class_place = Term::atom(class.atom());
            *head_place = head;
            // Of a recursion that returns to one place again and again OTP tells once.
            let mut last = None;
            let differs = |&address: &u32| last.replace(address) != Some(address);
            for (place, address) in places.iter_mut().zip(addresses.filter(differs).take(depth)) {
                *place = Term::tiny(address as i32);
                count += 1;
            }
        }
        self.process.heap.tuple(words.get(..count).unwrap_or_default())
    }

    /// Goes to the innermost handler.
    pub(super) fn unwind(&mut self, class: Class, reason: Term, trace: Term) -> Option<Outcome> {
        let stack = self.process.stack.as_slice();
        let mut top = stack.len();
        let mut found = None;
        for (at, &word) in stack.iter().enumerate().rev() {
            let term = Term(word);
            if term.is_continuation() {
                top = at;
            } else if term.is_catch() {
                found = Some(term.address());
                break;
            }
        }
        let Some(handler) = found else {
            let trace = self.build_trace(trace).unwrap_or(Term::NIL);
            return Some(Outcome::Exited { class, reason, trace });
        };
        self.process.stack.truncate(top);
        self.process.continuation = Term::NIL;
        let Ok(trace) = self.traced_as(class, trace) else { return Some(self.out_of_memory()) };
        self.process.exception = [reason, trace];
        self.set_x(0, Term::NONE);
        self.ip = handler as usize;
        // Code that loops by exceptions alone must come to the end of its time slice and to a collection, too.
        self.process.reductions -= 1;
        if !self.ensure(0, 1) {
            return Some(self.out_of_memory());
        }
        (self.process.reductions <= 0).then(|| self.leave(1, Outcome::Yielded))
    }

    /// A raw trace that tells this class: the same, where it does so already. A program may raise what it caught as
    /// something else.
    fn traced_as(&mut self, class: Class, trace: Term) -> Result<Term, NoMemory> {
        let Shared { literals, .. } = &*self.shared;
        let heap = &mut self.process.heap;
        match Store::new(heap, self.shared).tuple(trace).map(|tuple| tuple.get(0)) {
            Some(Some(told)) if told == Term::atom(class.atom()) => Ok(trace),
            Some(Some(_)) => heap.copy_edited(literals, trace, 0, 1, &[Term::atom(class.atom()).0]),
            _ => heap.tuple(&[Term::atom(class.atom()), Term::NIL]),
        }
    }

    /// The list for a raw trace; `[]` for anything else.
    pub(super) fn build_trace(&mut self, raw: Term) -> Result<Term, NoMemory> {
        let mut addresses = [Term::NIL; DEPTH];
        let Some(tuple) = self.store().tuple(raw) else { return Ok(Term::NIL) };
        let Some(head) = tuple.get(1) else { return Ok(Term::NIL) };
        if head == Term::atom(atoms::STACKTRACE) {
            return Ok(tuple.get(2).unwrap_or(Term::NIL));
        }
        let count = tuple.len().saturating_sub(2).min(DEPTH);
        for (place, address) in addresses.iter_mut().zip(tuple.iter().skip(2)) {
            *place = address;
        }
        let mut list = Term::NIL;
        for address in addresses.iter().take(count).rev() {
            let address = address.as_small().unwrap_or(0) as u32;
            if let Some(entry) = self.entry(address, None, Term::NONE)? {
                list = self.process.heap.cons(entry, list)?;
            }
        }
        if head != Term::NIL {
            list = self.process.heap.cons(head, list)?;
        }
        Ok(list)
    }

    /// The entry of a trace for a code address: `{Module, Function, ArityOrArguments, Location}`.
    pub(super) fn entry(
        &mut self,
        address: u32,
        arguments: Option<Term>,
        info: Term,
    ) -> Result<Option<Term>, NoMemory> {
        trace_entry(self.shared, &mut self.process.heap, address, arguments, info)
    }

    /// The list of the first `arity` registers.
    pub(super) fn arguments(&mut self, arity: usize) -> Result<Term, NoMemory> {
        self.process.heap.list(self.x.get(..arity).unwrap_or_default())
    }

    /// An exception, or whatever else a native function said, that is no matter of calls.
    #[cold]
    pub(super) fn raised(&mut self, raise: Raise, native: NativeId, arguments: &[Term]) -> Option<Outcome> {
        self.raised_in(raise, native, arguments, Mode::Call)
    }

    /// The same, for a native function called like this.
    #[cold]
    pub(super) fn raised_in(
        &mut self,
        raise: Raise,
        native: NativeId,
        arguments: &[Term],
        mode: Mode,
    ) -> Option<Outcome> {
        self.try_raised(raise, native, arguments, mode).unwrap_or_else(|NoMemory| Some(self.out_of_memory()))
    }

    fn try_raised(
        &mut self,
        raise: Raise,
        native: NativeId,
        arguments: &[Term],
        mode: Mode,
    ) -> Result<Option<Outcome>, NoMemory> {
        Ok(match raise {
            Raise::Error(reason) => {
                let entry = self.native_entry(native, arguments, None)?;
                self.throw(Class::Error, reason, First::native(entry, native, mode))
            }
            Raise::ErrorWithCause(cause) => {
                let entry = self.native_entry(native, arguments, Some(Term::atom(cause)))?;
                self.throw(Class::Error, Term::atom(atoms::BADARG), First::native(entry, native, mode))
            }
            Raise::Class(class, reason) => self.throw(class, reason, First::Here),
            Raise::ErrorAs(error) => {
                let [reason, arguments, info] = self.triple(error);
                let list = (arguments != Term::NONE).then_some(arguments);
                match self.entry(self.ip as u32, list, info)? {
                    Some(entry) => self.throw(Class::Error, reason, First::Instead(entry)),
                    None => self.throw(Class::Error, reason, First::Here),
                }
            }
            Raise::Given(given) => {
                let [class, reason, trace] = self.triple(given);
                self.throw(Class::of(class).unwrap_or(Class::Error), reason, First::Given(trace))
            }
            Raise::Exit(reason) => Some(Outcome::Exited { class: Class::Exit, reason, trace: Term::NIL }),
            Raise::Halt(status) => Some(Outcome::Halted(status)),
            _ => Some(self.out_of_memory()),
        })
    }

    /// The three terms that a [`Raise`] has in a tuple.
    pub(super) fn triple(&self, tuple: Term) -> [Term; 3] {
        let terms = self.shared.store(&self.process.heap).tuple(tuple);
        [0, 1, 2].map(|index| terms.and_then(|terms| terms.get(index)).unwrap_or(Term::NIL))
    }

    /// The entry for a native function: its arguments, and who can explain the error.
    fn native_entry(&mut self, native: NativeId, arguments: &[Term], cause: Option<Term>) -> Result<Term, NoMemory> {
        let Some(row) = native.get() else { return Ok(Term::NIL) };
        let module = self.shared.atoms.intern(row.module)?;
        // OTP's operator is `erlang:send/2`.
        let name = if row.name == "!" { "send" } else { row.name };
        let function = self.shared.atoms.intern(name)?;
        let heap = &mut self.process.heap;
        let list = heap.list(arguments)?;
        let explains = match row.module {
            "erlang" | "atomics" | "counters" | "erts_internal" | "persistent_term" => atoms::ERL_ERTS_ERRORS,
            "os" | "code" => atoms::ERL_KERNEL_ERRORS,
            _ => atoms::ERL_STDLIB_ERRORS,
        };
        let info = match cause {
            None => {
                let keys = heap.tuple(&[Term::atom(atoms::MODULE)])?;
                heap.boxed(Kind::Map, &[keys.0, Term::atom(explains).0])?
            }
            Some(cause) => {
                let keys = heap.tuple(&[Term::atom(atoms::CAUSE), Term::atom(atoms::MODULE)])?;
                heap.boxed(Kind::Map, &[keys.0, cause.0, Term::atom(explains).0])?
            }
        };
        let pair = heap.tuple(&[Term::atom(atoms::ERROR_INFO), info])?;
        let location = heap.cons(pair, Term::NIL)?;
        heap.tuple(&[Term::atom(module), Term::atom(function), list, location])
    }
}

/// The entry of a trace for a code address: `{Module, Function, ArityOrArguments, Location}`.
///
/// # Errors
/// When there is no memory.
pub(crate) fn trace_entry(
    shared: &Shared,
    heap: &mut Heap,
    address: u32,
    arguments: Option<Term>,
    info: Term,
) -> Result<Option<Term>, NoMemory> {
    let Some(place) = shared.code.place(address) else { return Ok(None) };
    let mut location = Term::NIL;
    if info != Term::NONE {
        let pair = heap.tuple(&[Term::atom(atoms::ERROR_INFO), info])?;
        location = heap.cons(pair, location)?;
    }
    if let Some((file, line)) = place.line {
        let pair = heap.tuple(&[Term::atom(atoms::LINE), Term::tiny(line as i32)])?;
        location = heap.cons(pair, location)?;
        let name = match file {
            Some(bytes) => string(heap, bytes, Term::NIL)?,
            None => {
                let end = string(heap, b".erl", Term::NIL)?;
                string(heap, shared.atoms.name(place.module).as_bytes(), end)?
            }
        };
        let pair = heap.tuple(&[Term::atom(atoms::FILE), name])?;
        location = heap.cons(pair, location)?;
    }
    let arguments = arguments.unwrap_or(Term::tiny(i32::from(place.arity)));
    heap.tuple(&[Term::atom(place.module), Term::atom(place.function), arguments, location]).map(Some)
}

fn string(heap: &mut Heap, text: &[u8], tail: Term) -> Result<Term, NoMemory> {
    heap.list_with(text.iter().map(|&byte| Term::tiny(i32::from(byte))), tail)
}
