//! Instructions in their plain form: those that are rare, and the rare forms of others.

use crate::atoms;
use crate::heap::View;
use crate::interp::calls::Mode;
use crate::interp::exceptions::First;
use crate::interp::{Machine, Trouble, op};
use crate::markers;
use crate::process::{NEVER, Process, State};
use crate::raise::Class;
use crate::term::Term;
use crate::vm::Outcome;

/// A test: goes on when it holds, else to the label in word 1. A test without a label that fails raises.
macro_rules! test {
    ($machine:ident, $condition:expr) => {{ if $condition { $machine.proceed() } else { $machine.fail() } }};
}

/// A comparison: as a test, but it may have had no memory.
macro_rules! compare {
    ($machine:ident, $condition:expr) => {{
        let holds = $condition;
        $machine.decide(holds)
    }};
}

impl Machine<'_> {
    /// Runs the instruction at hand, of this number.
    #[inline(never)]
    pub(super) fn plain(&mut self, number: u8) -> Option<Outcome> {
        match number {
            // Moves.
            op::MOVE => {
                let value = self.operand(1);
                self.assign(self.word(2), value);
                self.proceed()
            }
            op::SWAP => {
                let (a, b) = (self.operand(1), self.operand(2));
                self.assign(self.word(1), b);
                self.assign(self.word(2), a);
                self.proceed()
            }
            op::INIT => {
                self.assign(self.word(1), Term::NIL);
                self.proceed()
            }
            op::INIT_YREGS => {
                for index in 0..self.word(1) as usize {
                    self.assign(self.word(2 + index), Term::NIL);
                }
                self.proceed()
            }

            // Frames.
            op::ALLOCATE | op::ALLOCATE_ZERO => {
                if !self.allocate(self.word(1) as usize) {
                    return Some(self.out_of_memory());
                }
                self.proceed()
            }
            op::ALLOCATE_HEAP | op::ALLOCATE_HEAP_ZERO => {
                let (need, live) = (self.word(2) as usize, self.word(3) as usize);
                if !self.ensure(need, live) || !self.allocate(self.word(1) as usize) {
                    return Some(self.out_of_memory());
                }
                self.proceed()
            }
            op::TEST_HEAP => {
                let (need, live) = (self.word(1) as usize, self.word(2) as usize);
                if !self.ensure(need, live) {
                    return Some(self.out_of_memory());
                }
                self.proceed()
            }
            op::DEALLOCATE => {
                self.deallocate(self.word(1) as usize);
                self.proceed()
            }
            // Calls.
            op::CALL => {
                let (ip, arity, distance) = (self.ip as u32, self.word(1), self.word(2));
                self.process.continuation = Term::continuation(ip + 3);
                self.enter(ip.wrapping_add(1).wrapping_add(distance) as usize, arity as usize)
            }
            op::CALL_LAST => {
                let (ip, arity, distance) = (self.ip as u32, self.word(1), self.word(2));
                self.deallocate(self.word(3) as usize);
                self.enter(ip.wrapping_add(1).wrapping_add(distance) as usize, arity as usize)
            }
            op::CALL_ONLY => {
                let (ip, arity, distance) = (self.ip as u32, self.word(1), self.word(2));
                self.enter(ip.wrapping_add(1).wrapping_add(distance) as usize, arity as usize)
            }
            op::CALL_FUN => {
                let arity = self.word(1) as usize;
                self.call_fun(self.x(arity), arity, Mode::Call)
            }
            op::CALL_FUN2 => {
                let (arity, fun) = (self.word(2) as usize, self.operand(3));
                self.call_fun(fun, arity, Mode::Call)
            }
            op::APPLY => self.apply(self.word(1) as usize, Mode::Call),
            op::APPLY_LAST => {
                let mode = Mode::Last(self.word(2) as usize);
                self.apply(self.word(1) as usize, mode)
            }
            op::JUMP => self.jump(self.word(1)),
            // Native records cannot be made here, so no term is one: OTP's library only asks.
            op::IS_ANY_NATIVE_RECORD | op::IS_NATIVE_RECORD | op::IS_RECORD_ACCESSIBLE => self.jump(self.word(1)),
            op::START => self.start(),
            op::FINISH => Some(Outcome::Returned(self.x(0))),

            // Tests.
            op::IS_LT => compare!(self, self.less(self.operand(2), self.operand(3))),
            op::IS_GE => compare!(self, !self.less(self.operand(2), self.operand(3))),
            op::IS_EQ => compare!(self, self.equal(self.operand(2), self.operand(3))),
            op::IS_NE => compare!(self, !self.equal(self.operand(2), self.operand(3))),
            op::IS_EQ_EXACT => compare!(self, self.same(self.operand(2), self.operand(3))),
            op::IS_NE_EXACT => compare!(self, !self.same(self.operand(2), self.operand(3))),
            op::IS_NIL => test!(self, self.operand(2) == Term::NIL),
            op::IS_NONEMPTY_LIST => test!(self, self.operand(2).is_list()),
            op::IS_LIST => {
                let term = self.operand(2);
                test!(self, term.is_list() || term == Term::NIL)
            }
            op::IS_ATOM => test!(self, self.operand(2).is_atom()),
            op::IS_BOOLEAN => test!(self, self.operand(2).as_boolean().is_some()),
            op::IS_TUPLE => test!(self, self.tuple_size(self.operand(2)).is_some()),
            op::TEST_ARITY => {
                test!(self, self.tuple_size(self.operand(2)) == Some(self.word(3) as usize))
            }
            op::IS_TAGGED_TUPLE => test!(self, {
                let tuple = self.operand(2);
                self.tuple_size(tuple) == Some(self.word(3) as usize)
                    && self.element(tuple, 0) == Some(Term(self.word(4)))
            }),
            op::IS_INTEGER => test!(self, {
                let term = self.operand(2);
                term.is_small() || self.is_big(term)
            }),
            op::IS_FLOAT
            | op::IS_NUMBER
            | op::IS_PID
            | op::IS_REFERENCE
            | op::IS_PORT
            | op::IS_BINARY
            | op::IS_BITSTR
            | op::IS_MAP
            | op::IS_FUNCTION => {
                test!(self, self.is_of_type(self.word(0) as u8, self.operand(2)))
            }
            op::IS_FUNCTION2 => test!(self, self.is_function(self.operand(2), self.operand(3))),
            op::SELECT_TUPLE_ARITY => self.select_arity(),

            // Lists and tuples.
            op::GET_LIST => match self.cell(self.operand(1)) {
                Some((head, tail)) => {
                    self.assign(self.word(2), head);
                    self.assign(self.word(3), tail);
                    self.proceed()
                }
                None => self.error(atoms::BADARG),
            },
            op::GET_HD => match self.cell(self.operand(1)) {
                Some((head, _)) => {
                    self.assign(self.word(2), head);
                    self.proceed()
                }
                None => self.error(atoms::BADARG),
            },
            op::GET_TL => match self.cell(self.operand(1)) {
                Some((_, tail)) => {
                    self.assign(self.word(2), tail);
                    self.proceed()
                }
                None => self.error(atoms::BADARG),
            },
            op::PUT_LIST => {
                let (head, tail) = (self.operand(1), self.operand(2));
                match self.process.heap.cons(head, tail) {
                    Ok(list) => self.assign(self.word(3), list),
                    Err(_) => return Some(self.out_of_memory()),
                }
                self.proceed()
            }
            op::GET_TUPLE_ELEMENT => match self.element(self.operand(1), self.word(2) as usize) {
                Some(element) => {
                    self.assign(self.word(3), element);
                    self.proceed()
                }
                None => self.error(atoms::BADARG),
            },
            op::SET_TUPLE_ELEMENT => self.set_tuple_element(),
            // Functions of guards, arithmetic.
            op::BIF0 => self.bif0(),
            op::BIF3 => self.bif(3),
            op::GC_BIF3 => self.gc_bif(3),
            // Funs and maps.
            op::MAKE_FUN2 => self.make_fun2(),
            op::PUT_MAP_ASSOC => self.put_map(false),
            op::PUT_MAP_EXACT => self.put_map(true),
            // Exceptions.
            op::CATCH | op::TRY => {
                let handler = (self.ip as u32).wrapping_add(1).wrapping_add(self.word(2));
                self.assign(self.word(1), Term::catch(handler));
                self.proceed()
            }
            op::TRY_END => {
                self.assign(self.word(1), Term::NIL);
                self.proceed()
            }
            op::CATCH_END => self.catch_end(),
            op::TRY_CASE => {
                let [reason, trace] = core::mem::replace(&mut self.process.exception, [Term::NIL; 2]);
                let Some(class) = self.class_of(trace) else {
                    // Not reached by an exception: the frame may be another.
                    return self.error(atoms::BADARG);
                };
                self.assign(self.word(1), Term::NIL);
                self.set_x(0, Term::atom(class.atom()));
                self.set_x(1, reason);
                self.set_x(2, trace);
                self.proceed()
            }
            op::RAISE => {
                let (trace, reason) = (self.operand(1), self.operand(2));
                let class = self.class_of(trace);
                self.unwind(class.unwrap_or(Class::Error), reason, trace)
            }
            op::RAW_RAISE => match Class::of(self.x(0)) {
                Some(class) => self.reraise(class),
                None => {
                    self.set_x(0, Term::atom(atoms::BADARG));
                    self.proceed()
                }
            },
            op::BUILD_STACKTRACE => match self.build_trace(self.x(0)) {
                Ok(trace) => {
                    self.set_x(0, trace);
                    self.proceed()
                }
                Err(_) => Some(self.out_of_memory()),
            },
            op::FUNC_INFO => self.function_clause(),
            op::BADMATCH => self.error_with(atoms::BADMATCH, self.operand(1)),
            op::CASE_END => self.error_with(atoms::CASE_CLAUSE, self.operand(1)),
            op::TRY_CASE_END => self.error_with(atoms::TRY_CLAUSE, self.operand(1)),
            op::BADRECORD => self.error_with(atoms::BADRECORD, self.operand(1)),
            op::IF_END => self.error(atoms::IF_CLAUSE),

            // Messages.
            op::SEND => {
                let Some(native) = self.shared.send else { return self.error(atoms::UNDEF) };
                self.call_native(native, 2, Mode::Call)
            }
            op::LOOP_REC => match self.process.mailbox.get(self.process.cursor as usize).copied() {
                Some(message) => {
                    self.assign(self.word(2), message);
                    self.proceed()
                }
                None => self.jump(self.word(1)),
            },
            op::REMOVE_MESSAGE => {
                self.process.mailbox.remove(self.process.cursor as usize);
                if self.process.markers.is_some() {
                    markers::removed(&mut self.process.markers, self.process.cursor);
                }
                self.process.cursor = 0;
                self.process.deadline = NEVER;
                self.proceed()
            }
            op::LOOP_REC_END => {
                self.process.cursor += 1;
                self.jump(self.word(1))
            }
            op::WAIT => {
                if let Some(outcome) = self.jump(self.word(1)) {
                    return Some(outcome);
                }
                self.process.state = State::Waiting;
                Some(self.leave(0, Outcome::Waiting))
            }
            op::WAIT_TIMEOUT => self.wait_timeout(),
            op::TIMEOUT => {
                self.process.cursor = 0;
                self.process.deadline = NEVER;
                self.proceed()
            }
            // Markers make a receive skip messages older than a reference.
            op::RECV_MARKER_RESERVE => {
                let Process { markers: held, mailbox, .. } = &mut *self.process;
                let marker = markers::reserve(held, &self.shared.budget, mailbox);
                self.assign(self.word(1), marker);
                self.proceed()
            }
            op::RECV_MARKER_BIND => {
                let marker = self.operand(1);
                if let View::Reference(reference) = self.store().view(self.operand(2)) {
                    markers::bind(&mut self.process.markers, marker, reference);
                }
                self.proceed()
            }
            number @ (op::RECV_MARKER_CLEAR | op::RECV_MARKER_USE) => {
                if let View::Reference(reference) = self.store().view(self.operand(1)) {
                    if number == op::RECV_MARKER_CLEAR {
                        markers::clear(&mut self.process.markers, &self.shared.budget, reference);
                    } else {
                        self.process.cursor = markers::place(&self.process.markers, reference);
                    }
                }
                self.proceed()
            }

            number => self.binary_instruction(number),
        }
    }

    /// Goes on, or to the label in word 1, as a comparison found; unless it had no memory.
    pub(super) fn decide(&mut self, holds: bool) -> Option<Outcome> {
        if self.trouble.get() != Trouble::None
            && let Some(outcome) = self.settle()
        {
            return Some(outcome);
        }
        if holds { self.proceed() } else { self.fail() }
    }

    /// Counts long walks as reductions; where one had no memory, the process ends.
    #[cold]
    #[inline(never)]
    pub(super) fn settle(&mut self) -> Option<Outcome> {
        let trouble = self.trouble.replace(Trouble::None);
        let walked = self.shared.budget.take_walked();
        self.process.bump(walked as usize / 10);
        (trouble == Trouble::NoMemory).then(|| self.out_of_memory())
    }

    /// As [`settle`](Self::settle), after a packed comparison, which then goes on where its answer says.
    #[cold]
    #[inline(never)]
    pub(super) fn settle_test(&mut self, word: u32, holds: bool) -> Option<Outcome> {
        if let Some(outcome) = self.settle() {
            return Some(outcome);
        }
        if holds {
            self.ip += 2;
            return None;
        }
        self.jump((word as i32 >> 16) as u32)
    }

    /// A test failed: to the label, or (without one) an exception.
    #[inline(always)]
    pub(super) fn fail(&mut self) -> Option<Outcome> {
        match self.word(1) {
            0 => self.error(atoms::BADARG),
            distance => self.jump(distance),
        }
    }

    /// Goes on with the next instruction.
    #[inline(always)]
    pub(super) fn proceed(&mut self) -> Option<Outcome> {
        self.ip += self.length();
        None
    }

    /// The class that a raw trace tells.
    fn class_of(&self, trace: Term) -> Option<Class> {
        self.store().tuple(trace).and_then(|tuple| tuple.get(0)).and_then(Class::of)
    }

    fn function_clause(&mut self) -> Option<Outcome> {
        let arity = self.word(3) as usize;
        let entry = self.arguments(arity).and_then(|list| self.entry(self.ip as u32, Some(list), Term::NONE));
        let reason = Term::atom(atoms::FUNCTION_CLAUSE);
        match entry {
            Ok(Some(entry)) => self.throw(Class::Error, reason, First::Instead(entry)),
            Ok(None) => self.throw(Class::Error, reason, First::Here),
            Err(_) => Some(self.out_of_memory()),
        }
    }

    fn reraise(&mut self, class: Class) -> Option<Outcome> {
        let (reason, trace) = (self.x(1), self.x(2));
        // What raise/3 of the program gave may be a list that was built already.
        if self.store().tuple(trace).is_some() {
            return self.unwind(class, reason, trace);
        }
        self.throw(class, reason, First::Given(trace))
    }

    fn catch_end(&mut self) -> Option<Outcome> {
        self.assign(self.word(1), Term::NIL);
        if self.x(0) == Term::NONE {
            let [reason, trace] = core::mem::replace(&mut self.process.exception, [Term::NIL; 2]);
            let result = match self.class_of(trace) {
                Some(Class::Throw) => Ok(reason),
                Some(Class::Exit) => self.process.heap.tuple(&[Term::atom(atoms::EXIT_SIGNAL), reason]),
                _ => self.build_trace(trace).and_then(|trace| {
                    let pair = self.process.heap.tuple(&[reason, trace])?;
                    self.process.heap.tuple(&[Term::atom(atoms::EXIT_SIGNAL), pair])
                }),
            };
            match result {
                Ok(result) => self.set_x(0, result),
                Err(_) => return Some(self.out_of_memory()),
            }
        }
        self.proceed()
    }

    fn wait_timeout(&mut self) -> Option<Outcome> {
        // A receive without patterns has its label here: it waits whatever has come. (Distances count from the next word.)
        let news = self.word(1) != u32::MAX && (self.process.cursor as usize) < self.process.mailbox.len();
        if self.process.deadline == NEVER {
            let time = self.operand(2);
            if time == Term::atom(atoms::INFINITY) {
                self.process.deadline = NEVER;
            } else {
                match self.store().integer(time) {
                    Some(0) => return self.proceed(),
                    Some(milliseconds @ 1..=0xffff_ffff) => {
                        let now = self.shared.platform.monotonic();
                        self.process.deadline = now.saturating_add(milliseconds as u64 * 1_000_000).min(NEVER - 1);
                    }
                    _ => return self.error(atoms::TIMEOUT_VALUE),
                }
            }
        } else if news {
            return self.jump(self.word(1));
        } else if self.process.deadline <= self.shared.platform.monotonic() {
            self.process.deadline = NEVER;
            return self.proceed();
        }
        if news {
            return self.jump(self.word(1));
        }
        // The time may be asked for again. No other register lives, and the collector must not see what they held.
        let time = Term(self.word(2));
        let live = match time.operand_register() {
            (false, number) if time.is_operand() => number + 1,
            _ => 0,
        };
        for number in 0..live.saturating_sub(1) {
            self.set_x(number, Term::NIL);
        }
        if self.process.deadline != NEVER && self.shared.processes.timers.reserve().is_err() {
            self.give_back_memory(live);
            if self.shared.processes.timers.reserve().is_err() {
                return Some(self.out_of_memory());
            }
        }
        self.process.state = State::Waiting;
        Some(self.leave(live, Outcome::Waiting))
    }
}
