//! Calls of modules whose `on_load` function has not ended yet, and the instructions that belong to no module: they begin
//! and end the process of such a function, and make a call that had to wait. And calls of funs whose module is not there.

use crate::atoms::{self, Atom};
use crate::code::{self, Code, Lambda};
use crate::interp::Machine;
use crate::interp::calls::Mode;
use crate::interp::exceptions::First;
use crate::memory::NoMemory;
use crate::natives::NativeId;
use crate::on_load::{self, Presence};
use crate::process::State;
use crate::raise::Class;
use crate::term::Term;
use crate::vm::Outcome;

impl Machine<'_> {
    /// Calls a function of a module that is being loaded: the process waits, then calls it by [`code::RETRY`].
    #[cold]
    pub(super) fn call_later(&mut self, module: Atom, function: Atom, arity: usize, mode: Mode) -> Option<Outcome> {
        let Ok(arguments) = self.arguments(arity) else { return Some(self.out_of_memory()) };
        if on_load::wait(self.shared, module, self.process.number).is_err() {
            return Some(self.out_of_memory());
        }
        self.prepare(mode);
        // Each message wakes the process, and brings it there.
        self.process.state = State::Waiting;
        self.leave_for([Term::atom(module), Term::atom(function), arguments], Outcome::Waiting)
    }

    /// Calls a native function again after other processes have run, by [`code::RETRY`].
    #[cold]
    pub(super) fn call_again_later(&mut self, native: NativeId, arity: usize, mode: Mode) -> Option<Outcome> {
        let Ok(arguments) = self.arguments(arity) else { return Some(self.out_of_memory()) };
        self.prepare(mode);
        self.process.reductions = self.process.reductions.min(0);
        self.leave_for([Term::tiny(native.0.into()), Term::NIL, arguments], Outcome::Yielded)
    }

    /// Leaves; then a call is made, of module, function and arguments.
    fn leave_for(&mut self, call: [Term; 3], outcome: Outcome) -> Option<Outcome> {
        for (number, term) in call.into_iter().enumerate() {
            self.set_x(number, term);
        }
        self.ip = code::RETRY as usize;
        if !self.ensure(0, 3) {
            return Some(self.out_of_memory());
        }
        Some(self.leave(3, outcome))
    }

    /// The instructions of this file, by the address that they stand at.
    #[cold]
    pub(super) fn loading_instruction(&mut self) -> Option<Outcome> {
        match self.ip as u32 {
            code::ON_LOAD => self.begin_on_load(),
            code::ON_LOADED => {
                // OTP's process ends by exit/1 with what the function returned: `ok` by either way is `ok`.
                Some(Outcome::Exited { class: Class::Exit, reason: self.x(0), trace: Term::NIL })
            }
            code::RETRY => self.call_again(true),
            code::GIVE_UP => self.call_again(false),
            _ => self.error(atoms::UNDEF),
        }
    }

    /// Enters the `on_load` function of the module in x0, exported or not.
    fn begin_on_load(&mut self) -> Option<Outcome> {
        let entry = self.x(0).as_atom().and_then(|module| self.shared.code.on_load(module));
        let Some(entry) = entry else { return self.error(atoms::UNDEF) };
        self.process.continuation = Term::continuation(code::ON_LOADED);
        self.enter(entry as usize, 0)
    }

    /// Makes the call that waited: module, function and arguments stand in the registers; of a native function its number
    /// stands for the first two. The process returns where the
    /// call was to return to.
    fn call_again(&mut self, loaded: bool) -> Option<Outcome> {
        if let Some(native) = self.x(0).as_small() {
            let Some(arity) = self.spread(self.x(2)) else { return self.error(atoms::BADARG) };
            return self.call_native(NativeId(native as u16), arity, Mode::Only);
        }
        let (Some(module), Some(function)) = (self.x(0).as_atom(), self.x(1).as_atom()) else {
            return self.error(atoms::BADARG);
        };
        let Some(arity) = self.spread(self.x(2)) else { return self.error(atoms::BADARG) };
        if !loaded {
            return self.undefined(module, function, arity, Mode::Only);
        }
        match self.named(module, function, arity) {
            Some(target) => self.invoke(target, arity, Mode::Only),
            None => Some(self.out_of_memory()),
        }
    }
}

impl Machine<'_> {
    /// Where the code of a fun is. One that came from outside before its module was there leads nowhere: then the module
    /// is looked for, as OTP's `error_handler` does.
    #[inline]
    pub(super) fn lambda(&mut self, lambda: &Lambda) -> Option<u32> {
        if lambda.address != 0 { Some(lambda.address) } else { self.find_lambda(lambda) }
    }

    #[cold]
    #[inline(never)]
    fn find_lambda(&mut self, wanted: &Lambda) -> Option<u32> {
        if on_load::find(self.shared, wanted.module, self.process.number) != Presence::Ready {
            return None;
        }
        self.shared
            .code
            .lambdas
            .iter()
            .find(|lambda| lambda.address != 0 && lambda.is(wanted))
            .map(|found| found.address)
    }

    /// A fun was called whose code is not there.
    #[cold]
    pub(super) fn undefined_fun(&mut self, fun: Term, arity: usize) -> Option<Outcome> {
        let entry = self.arguments(arity).and_then(|list| self.process.heap.tuple(&[fun, list, Term::NIL]));
        match entry {
            Ok(entry) => self.throw(Class::Error, Term::atom(atoms::UNDEF), First::Entry(entry)),
            Err(NoMemory) => Some(self.out_of_memory()),
        }
    }
}

impl Code {
    /// The entry of a module's `on_load` function.
    fn on_load(&self, module: Atom) -> Option<u32> {
        let info = self.module(module)?.on_load?;
        // Behind the `func_info`, whose first word has its length.
        Some(info + (self.words.as_slice().get(info as usize)? >> 8))
    }
}
