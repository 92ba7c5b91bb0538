//! Calls: local, external, native, of funs; frames; and the scheduler's share, a reduction a call.

use crate::atoms::{self, Atom};
use crate::code::{FINISH, START};
use crate::interp::Machine;
use crate::interp::exceptions::First;
use crate::memory::NoMemory;
use crate::natives::{self, Context, NativeId};
use crate::on_load::{self, Presence};
use crate::process::State;
use crate::raise::{Class, Raise};
use crate::shared::Shared;
use crate::term::{Kind, Term};
use crate::vm::Outcome;

/// What is called.
#[derive(Clone, Copy)]
pub(super) enum Target {
    /// Code at an address.
    Address(u32),
    /// A native function.
    Native(NativeId),
    /// Nothing: the function does not exist.
    Undefined(Atom, Atom),
    /// A function of a module whose `on_load` function has not ended yet.
    Loading(Atom, Atom),
}

/// How a call returns.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Mode {
    /// To the next instruction.
    Call,
    /// To the caller's caller; a frame of so many slots is taken away first.
    Last(usize),
    /// To the caller's caller; there is no frame.
    Only,
}

impl Machine<'_> {
    /// Allocates a frame: the continuation, then slots of nil.
    #[inline(always)]
    pub(super) fn allocate(&mut self, slots: usize) -> bool {
        let stack = &mut self.process.stack;
        if stack.reserve(slots + 1).is_err() {
            return false;
        }
        stack.push_reserved(self.process.continuation.0);
        for _ in 0..slots {
            stack.push_reserved(Term::NIL.0);
        }
        self.process.continuation = Term::NIL;
        true
    }

    /// Takes a frame away.
    #[inline(always)]
    pub(super) fn deallocate(&mut self, slots: usize) {
        let stack = &mut self.process.stack;
        let at = stack.len().wrapping_sub(slots + 1);
        self.process.continuation = Term(stack.at(at));
        stack.truncate(at);
    }

    /// Returns to the continuation.
    #[inline(always)]
    pub(super) fn give_back(&mut self) {
        self.ip = self.process.continuation.address() as usize;
        self.process.continuation = Term::NIL;
    }

    /// Goes to a label, by a distance from the word after the instruction's first. Going back costs a reduction, so that
    /// nothing loops for ever inside a time slice.
    #[inline(always)]
    pub(super) fn jump(&mut self, distance: u32) -> Option<Outcome> {
        self.ip = (self.ip as u32).wrapping_add(1).wrapping_add(distance) as usize;
        if (distance as i32) < 0 { self.jumped_back() } else { None }
    }

    #[cfg_attr(not(target_os = "none"), inline(never))]
    #[cfg_attr(target_os = "none", inline)]
    fn jumped_back(&mut self) -> Option<Outcome> {
        self.process.reductions -= 1;
        // Which registers live is not known here, so all are kept as they are: nothing collects a process that waits.
        (self.process.reductions <= 0).then(|| self.leave(super::REGISTERS, Outcome::Yielded))
    }

    /// Enters a function.
    #[inline(always)]
    pub(super) fn enter(&mut self, address: usize, arity: usize) -> Option<Outcome> {
        self.ip = address;
        self.process.reductions -= 1;
        // Natives and matches allocate without collecting; every loop comes by here.
        if !self.ensure(0, arity) {
            return Some(self.out_of_memory());
        }
        if self.process.reductions <= 0 { Some(self.leave(arity, Outcome::Yielded)) } else { None }
    }

    #[inline(always)]
    pub(super) fn prepare(&mut self, mode: Mode) {
        match mode {
            Mode::Call => self.process.continuation = Term::continuation((self.ip + self.length()) as u32),
            Mode::Last(slots) => self.deallocate(slots),
            Mode::Only => {}
        }
    }

    /// Calls.
    #[inline]
    pub(super) fn invoke(&mut self, target: Target, arity: usize, mode: Mode) -> Option<Outcome> {
        match target {
            Target::Address(address) => {
                self.prepare(mode);
                self.enter(address as usize, arity)
            }
            Target::Native(native) => self.call_native(native, arity, mode),
            Target::Undefined(module, function) => self.undefined(module, function, arity, mode),
            Target::Loading(module, function) => self.call_later(module, function, arity, mode),
        }
    }

    #[cold]
    pub(super) fn undefined(&mut self, module: Atom, function: Atom, arity: usize, mode: Mode) -> Option<Outcome> {
        let list = self.arguments(arity);
        // As OTP's `error_handler`: a module may have a function for this.
        let handler = self.shared.atoms.find("$handle_undefined_function");
        let handler = handler.and_then(|name| self.shared.code.find_export(module, name, 2));
        if let Some(address) = handler.and_then(|index| self.shared.code.address(index as usize))
            && let Ok(list) = list
        {
            self.set_x(0, Term::atom(function));
            self.set_x(1, list);
            return self.invoke(Target::Address(address as u32), 2, mode);
        }
        let entry =
            list.and_then(|list| self.process.heap.tuple(&[Term::atom(module), Term::atom(function), list, Term::NIL]));
        match entry {
            Ok(entry) => self.throw(Class::Error, Term::atom(atoms::UNDEF), First::called(entry, mode)),
            Err(NoMemory) => Some(self.out_of_memory()),
        }
    }

    /// What an export leads to. A module that is not loaded is looked for first.
    #[inline]
    pub(super) fn export(&mut self, index: u32) -> Target {
        match self.shared.code.exports.get(index as usize) {
            Some(export) if export.address != 0 => match export.native {
                Some(native) => Target::Native(native),
                None => Target::Address(export.address),
            },
            Some(export) => match export.native {
                Some(native) => Target::Native(native),
                None => {
                    let (module, function) = (export.module, export.function);
                    self.find_module(index, module, function)
                }
            },
            None => Target::Undefined(atoms::UNDEFINED, atoms::UNDEFINED),
        }
    }

    #[cold]
    fn find_module(&mut self, index: u32, module: Atom, function: Atom) -> Target {
        match on_load::find(self.shared, module, self.process.number) {
            Presence::Loading => return Target::Loading(module, function),
            Presence::Absent => {}
            Presence::Ready => match self.shared.code.exports.get(index as usize) {
                Some(export) if export.address != 0 => return Target::Address(export.address),
                _ => {}
            },
        }
        // One that stands in for the library's.
        let Shared { code, atoms, .. } = &*self.shared;
        let arity = code.exports.get(index as usize).map_or(0, |export| export.arity);
        match natives::find(atoms.name(module), atoms.name(function), arity) {
            Some(native) => Target::Native(native),
            None => Target::Undefined(module, function),
        }
    }

    /// What `module:function/arity` leads to.
    pub(super) fn named(&mut self, module: Atom, function: Atom, arity: usize) -> Option<Target> {
        let Ok(arity) = u8::try_from(arity) else { return Some(Target::Undefined(module, function)) };
        let index = self.shared.code.export(&self.shared.atoms, module, function, arity).ok()?;
        Some(self.export(index))
    }

    /// Calls a native function with the first registers.
    #[cfg_attr(target_os = "none", inline)]
    pub(super) fn call_native(&mut self, native: NativeId, arity: usize, mode: Mode) -> Option<Outcome> {
        let Some(row) = native.get() else { return self.error(atoms::UNDEF) };
        self.process.reductions -= 1;
        // What `process_info` tells of the caller.
        self.process.ip = self.ip as u32;
        let arguments = self.x.get(..arity).unwrap_or_default();
        let mut result = (row.function)(&mut Context { process: self.process, shared: self.shared }, arguments);
        if result == Err(Raise::NoMemory) && self.give_back_memory(arity) {
            let arguments = self.x.get(..arity).unwrap_or_default();
            result = (row.function)(&mut Context { process: self.process, shared: self.shared }, arguments);
        }
        match result {
            Ok(term) => self.native_done(term, mode),
            Err(raise) => self.native_raised(raise, native, arity, mode),
        }
    }

    #[inline(always)]
    fn native_done(&mut self, term: Term, mode: Mode) -> Option<Outcome> {
        self.set_x(0, term);
        match mode {
            Mode::Call => self.ip += self.length(),
            Mode::Last(slots) => {
                self.deallocate(slots);
                self.give_back();
            }
            Mode::Only => self.give_back(),
        }
        if !self.ensure(0, 1) {
            return Some(self.out_of_memory());
        }
        if self.shared.budget.walked() > 0 {
            let _ = self.settle();
        }
        if self.process.reductions <= 0 { Some(self.leave(1, Outcome::Yielded)) } else { None }
    }

    #[cold]
    fn native_raised(&mut self, raise: Raise, native: NativeId, arity: usize, mode: Mode) -> Option<Outcome> {
        match raise {
            Raise::Yield(term) => {
                self.process.reductions = 0;
                self.native_done(term, mode)
            }
            Raise::Wait => {
                self.process.state = State::Waiting;
                Some(self.leave(arity, Outcome::Waiting))
            }
            Raise::Again(first) => {
                self.set_x(0, first);
                self.call_again_later(native, arity, mode)
            }
            Raise::Hibernate => {
                self.process.stack.truncate(0);
                self.ip = START as usize;
                if !self.process.mailbox.is_empty() {
                    return None;
                }
                // What waits a long time should hold little.
                self.process.heap.limit = 0;
                self.process.state = State::Waiting;
                Some(self.leave(arity, Outcome::Waiting))
            }
            Raise::Call(call) => {
                let [module, function, arguments] = self.triple(call);
                let (Some(module), Some(function)) = (module.as_atom(), function.as_atom()) else {
                    return self.error(atoms::BADARG);
                };
                let Some(arity) = self.spread(arguments) else { return self.error(atoms::BADARG) };
                match self.named(module, function, arity) {
                    Some(target) => self.invoke(target, arity, mode),
                    None => Some(self.out_of_memory()),
                }
            }
            Raise::CallFun(call) => {
                let store = self.shared.store(&self.process.heap);
                let Some((fun, arguments)) = store.cell(call) else { return self.error(atoms::BADARG) };
                let Some(arity) = self.spread(arguments) else { return self.error(atoms::BADARG) };
                self.call_fun(fun, arity, mode)
            }
            other => {
                // No native function has more arguments.
                let mut arguments = [Term::NIL; 16];
                for (place, &term) in arguments.iter_mut().zip(self.x.iter()) {
                    *place = term;
                }
                if let Some(named) = natives::paused_argument(self.store(), arguments[0]) {
                    arguments[0] = named;
                }
                self.raised_in(other, native, arguments.get(..arity).unwrap_or_default(), mode)
            }
        }
    }

    /// Puts the elements of a list into the first registers: how many; `None` when it is not a proper list or too long.
    pub(super) fn spread(&mut self, list: Term) -> Option<usize> {
        let store = self.shared.store(&self.process.heap);
        let mut elements = store.list(list);
        let mut count = 0;
        for element in elements.by_ref() {
            if count == 255 {
                return None;
            }
            *self.x.get_mut(count)? = element;
            count += 1;
        }
        elements.is_proper().then_some(count)
    }

    /// Calls a fun with the first `arity` registers.
    #[cfg_attr(target_os = "none", inline)]
    pub(super) fn call_fun(&mut self, fun: Term, arity: usize, mode: Mode) -> Option<Outcome> {
        let store = self.shared.store(&self.process.heap);
        match store.object(fun) {
            Some((Kind::Fun, &[entry, _, ref free @ ..])) => {
                let Some(&lambda) = self.shared.code.lambdas.get(entry as usize) else {
                    return self.error_with(atoms::BADFUN, fun);
                };
                if usize::from(lambda.arity) != arity {
                    return self.bad_arity(fun, arity);
                }
                for (place, &term) in self.x.iter_mut().skip(arity).zip(free) {
                    *place = Term(term);
                }
                let total = arity + free.len();
                match self.lambda(&lambda) {
                    Some(address) => self.invoke(Target::Address(address), total, mode),
                    None => self.undefined_fun(fun, arity),
                }
            }
            Some((Kind::ExportFun, &[index])) => {
                if self.shared.code.exports.get(index as usize).is_none_or(|export| usize::from(export.arity) != arity)
                {
                    return self.bad_arity(fun, arity);
                }
                let target = self.export(index);
                self.invoke(target, arity, mode)
            }
            _ => self.error_with(atoms::BADFUN, fun),
        }
    }

    #[cold]
    fn bad_arity(&mut self, fun: Term, arity: usize) -> Option<Outcome> {
        let pair = self.arguments(arity).and_then(|list| self.process.heap.tuple(&[fun, list]));
        match pair {
            Ok(pair) => self.error_with(atoms::BADARITY, pair),
            Err(NoMemory) => Some(self.out_of_memory()),
        }
    }

    /// `apply` of module and function in the registers behind `arity` arguments.
    pub(super) fn apply(&mut self, arity: usize, mode: Mode) -> Option<Outcome> {
        let (module, function) = (self.x(arity), self.x(arity + 1));
        let (Some(module), Some(function)) = (module.as_atom(), function.as_atom()) else {
            return self.bad_apply(module, function, arity);
        };
        match self.named(module, function, arity) {
            Some(target) => self.invoke(target, arity, mode),
            None => Some(self.out_of_memory()),
        }
    }

    #[cold]
    fn bad_apply(&mut self, module: Term, function: Term, arity: usize) -> Option<Outcome> {
        let entry = self.arguments(arity).and_then(|list| {
            let apply = Term::atom(atoms::APPLY);
            let arguments = self.process.heap.list(&[module, function, list])?;
            self.process.heap.tuple(&[Term::atom(atoms::ERLANG), apply, arguments, Term::NIL])
        });
        match entry {
            Ok(entry) => self.throw(Class::Error, Term::atom(atoms::BADARG), First::Entry(entry)),
            Err(NoMemory) => Some(self.out_of_memory()),
        }
    }

    /// The first instruction of a process: module, function and arguments stand in the registers.
    pub(super) fn start(&mut self) -> Option<Outcome> {
        let (module, function, arguments) = (self.x(0), self.x(1), self.x(2));
        self.process.continuation = Term::continuation(FINISH);
        let Some(arity) = self.spread(arguments) else { return self.error(atoms::BADARG) };
        match (module.as_atom(), function.as_atom()) {
            (Some(module), Some(function)) => match self.named(module, function, arity) {
                Some(target) => self.invoke(target, arity, Mode::Only),
                None => Some(self.out_of_memory()),
            },
            // A fun to be called: it stands where the module would.
            _ => self.call_fun(module, arity, Mode::Only),
        }
    }
}
