//! The loop: one `match` over the number of the instruction at hand. Small instructions stand here, others elsewhere.

use crate::atoms;
use crate::interp::calls::Mode;
use crate::interp::exceptions::First;
use crate::interp::{Machine, op};
use crate::process::State;
use crate::raise::Class;
use crate::term::Term;
use crate::vm::Outcome;

/// Goes on with the next instruction.
macro_rules! next {
    ($machine:ident) => {{
        $machine.ip += $machine.length();
        continue;
    }};
}

/// Goes on where the handler says, or leaves.
macro_rules! follow {
    ($step:expr) => {
        match $step {
            None => continue,
            Some(outcome) => return outcome,
        }
    };
}

/// A test: goes on when it holds, else to the label in word 1. A test without a label that fails raises.
macro_rules! test {
    ($machine:ident, $condition:expr) => {{
        if $condition {
            next!($machine)
        }
        follow!($machine.fail())
    }};
}

/// A comparison: as a test, but it may have had no memory.
macro_rules! compare {
    ($machine:ident, $condition:expr) => {{
        let holds = $condition;
        if $machine.failed.get() {
            return $machine.out_of_memory();
        }
        test!($machine, holds)
    }};
}

impl Machine<'_> {
    pub(super) fn run(mut self) -> Outcome {
        let machine = &mut self;
        loop {
            match machine.word(0) as u8 {
                // Moves.
                op::MOVE => {
                    let value = machine.operand(1);
                    machine.assign(machine.word(2), value);
                    next!(machine)
                }
                op::SWAP => {
                    let (a, b) = (machine.operand(1), machine.operand(2));
                    machine.assign(machine.word(1), b);
                    machine.assign(machine.word(2), a);
                    next!(machine)
                }
                op::INIT => {
                    machine.assign(machine.word(1), Term::NIL);
                    next!(machine)
                }
                op::INIT_YREGS => {
                    for index in 0..machine.word(1) as usize {
                        machine.assign(machine.word(2 + index), Term::NIL);
                    }
                    next!(machine)
                }

                // Frames.
                op::ALLOCATE | op::ALLOCATE_ZERO => {
                    if !machine.allocate(machine.word(1) as usize) {
                        return machine.out_of_memory();
                    }
                    next!(machine)
                }
                op::ALLOCATE_HEAP | op::ALLOCATE_HEAP_ZERO => {
                    let (need, live) = (machine.word(2) as usize, machine.word(3) as usize);
                    if !machine.ensure(need, live) || !machine.allocate(machine.word(1) as usize) {
                        return machine.out_of_memory();
                    }
                    next!(machine)
                }
                op::TEST_HEAP => {
                    let (need, live) = (machine.word(1) as usize, machine.word(2) as usize);
                    if !machine.ensure(need, live) {
                        return machine.out_of_memory();
                    }
                    next!(machine)
                }
                op::DEALLOCATE => {
                    machine.deallocate(machine.word(1) as usize);
                    next!(machine)
                }
                op::TRIM => {
                    let left = machine.process.stack.len().saturating_sub(machine.word(1) as usize);
                    machine.process.stack.truncate(left);
                    next!(machine)
                }

                // Calls.
                op::CALL => {
                    let (ip, arity, distance) = (machine.ip as u32, machine.word(1), machine.word(2));
                    machine.process.continuation = Term::continuation(ip + 3);
                    follow!(machine.enter(ip.wrapping_add(1).wrapping_add(distance) as usize, arity as usize))
                }
                op::CALL_LAST => {
                    let (ip, arity, distance) = (machine.ip as u32, machine.word(1), machine.word(2));
                    machine.deallocate(machine.word(3) as usize);
                    follow!(machine.enter(ip.wrapping_add(1).wrapping_add(distance) as usize, arity as usize))
                }
                op::CALL_ONLY => {
                    let (ip, arity, distance) = (machine.ip as u32, machine.word(1), machine.word(2));
                    follow!(machine.enter(ip.wrapping_add(1).wrapping_add(distance) as usize, arity as usize))
                }
                op::CALL_EXT => {
                    let target = machine.export(machine.word(2));
                    follow!(machine.invoke(target, machine.word(1) as usize, Mode::Call))
                }
                op::CALL_EXT_LAST => {
                    let target = machine.export(machine.word(2));
                    let mode = Mode::Last(machine.word(3) as usize);
                    follow!(machine.invoke(target, machine.word(1) as usize, mode))
                }
                op::CALL_EXT_ONLY => {
                    let target = machine.export(machine.word(2));
                    follow!(machine.invoke(target, machine.word(1) as usize, Mode::Only))
                }
                op::CALL_NATIVE => follow!(machine.native(Mode::Call)),
                op::CALL_NATIVE_LAST => follow!(machine.native(Mode::Last(machine.word(3) as usize))),
                op::CALL_NATIVE_ONLY => follow!(machine.native(Mode::Only)),
                op::CALL_FUN => {
                    let arity = machine.word(1) as usize;
                    follow!(machine.call_fun(machine.x(arity), arity, Mode::Call))
                }
                op::CALL_FUN2 => {
                    let (arity, fun) = (machine.word(2) as usize, machine.operand(3));
                    follow!(machine.call_fun(fun, arity, Mode::Call))
                }
                op::APPLY => follow!(machine.apply(machine.word(1) as usize, Mode::Call)),
                op::APPLY_LAST => {
                    let mode = Mode::Last(machine.word(2) as usize);
                    follow!(machine.apply(machine.word(1) as usize, mode))
                }
                op::RETURN => {
                    machine.give_back();
                }
                op::JUMP => follow!(machine.jump(machine.word(1))),
                op::START => follow!(machine.start()),
                op::FINISH => return Outcome::Returned(machine.x(0)),

                // Tests.
                op::IS_LT => compare!(machine, machine.less(machine.operand(2), machine.operand(3))),
                op::IS_GE => compare!(machine, !machine.less(machine.operand(2), machine.operand(3))),
                op::IS_EQ => compare!(machine, machine.equal(machine.operand(2), machine.operand(3))),
                op::IS_NE => compare!(machine, !machine.equal(machine.operand(2), machine.operand(3))),
                op::IS_EQ_EXACT => compare!(machine, machine.same(machine.operand(2), machine.operand(3))),
                op::IS_NE_EXACT => compare!(machine, !machine.same(machine.operand(2), machine.operand(3))),
                op::IS_NIL => test!(machine, machine.operand(2) == Term::NIL),
                op::IS_NONEMPTY_LIST => test!(machine, machine.operand(2).is_list()),
                op::IS_LIST => {
                    let term = machine.operand(2);
                    test!(machine, term.is_list() || term == Term::NIL)
                }
                op::IS_ATOM => test!(machine, machine.operand(2).is_atom()),
                op::IS_BOOLEAN => test!(machine, machine.operand(2).as_boolean().is_some()),
                op::IS_TUPLE => test!(machine, machine.tuple_size(machine.operand(2)).is_some()),
                op::TEST_ARITY => {
                    test!(machine, machine.tuple_size(machine.operand(2)) == Some(machine.word(3) as usize))
                }
                op::IS_TAGGED_TUPLE => test!(machine, {
                    let tuple = machine.operand(2);
                    machine.tuple_size(tuple) == Some(machine.word(3) as usize)
                        && machine.element(tuple, 0) == Some(Term(machine.word(4)))
                }),
                op::IS_INTEGER => test!(machine, {
                    let term = machine.operand(2);
                    term.is_small() || machine.is_big(term)
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
                    test!(machine, machine.is_of_type(machine.word(0) as u8, machine.operand(2)))
                }
                op::IS_FUNCTION2 => test!(machine, machine.is_function(machine.operand(2), machine.operand(3))),
                op::SELECT_VAL => follow!(machine.select_value()),
                op::SELECT_TUPLE_ARITY => follow!(machine.select_arity()),

                // Lists and tuples.
                op::GET_LIST => match machine.cell(machine.operand(1)) {
                    Some((head, tail)) => {
                        machine.assign(machine.word(2), head);
                        machine.assign(machine.word(3), tail);
                        next!(machine)
                    }
                    None => follow!(machine.error(atoms::BADARG)),
                },
                op::GET_HD => match machine.cell(machine.operand(1)) {
                    Some((head, _)) => {
                        machine.assign(machine.word(2), head);
                        next!(machine)
                    }
                    None => follow!(machine.error(atoms::BADARG)),
                },
                op::GET_TL => match machine.cell(machine.operand(1)) {
                    Some((_, tail)) => {
                        machine.assign(machine.word(2), tail);
                        next!(machine)
                    }
                    None => follow!(machine.error(atoms::BADARG)),
                },
                op::PUT_LIST => {
                    let (head, tail) = (machine.operand(1), machine.operand(2));
                    match machine.process.heap.cons(head, tail) {
                        Ok(list) => machine.assign(machine.word(3), list),
                        Err(_) => return machine.out_of_memory(),
                    }
                    next!(machine)
                }
                op::GET_TUPLE_ELEMENT => match machine.element(machine.operand(1), machine.word(2) as usize) {
                    Some(element) => {
                        machine.assign(machine.word(3), element);
                        next!(machine)
                    }
                    None => follow!(machine.error(atoms::BADARG)),
                },
                op::PUT_TUPLE2 => follow!(machine.put_tuple()),
                op::SET_TUPLE_ELEMENT => follow!(machine.set_tuple_element()),
                op::UPDATE_RECORD => follow!(machine.update_record()),

                // Functions of guards, arithmetic.
                op::ADD => {
                    let (a, b) = (machine.operand(4), machine.operand(5));
                    if a.0 & b.0 & 3 == 3
                        && let Some(sum) = (a.0 as i32).checked_add((b.0 & !3) as i32)
                    {
                        machine.assign(machine.word(6), Term(sum as u32));
                        next!(machine)
                    }
                    follow!(machine.gc_bif(2))
                }
                op::SUBTRACT => {
                    let (a, b) = (machine.operand(4), machine.operand(5));
                    if a.0 & b.0 & 3 == 3
                        && let Some(difference) = (a.0 as i32).checked_sub((b.0 & !3) as i32)
                    {
                        machine.assign(machine.word(6), Term(difference as u32));
                        next!(machine)
                    }
                    follow!(machine.gc_bif(2))
                }
                op::BAND => {
                    let (a, b) = (machine.operand(4), machine.operand(5));
                    if a.0 & b.0 & 3 == 3 {
                        machine.assign(machine.word(6), Term(a.0 & b.0));
                        next!(machine)
                    }
                    follow!(machine.gc_bif(2))
                }
                op::BIF0 => follow!(machine.bif0()),
                op::BIF1 => follow!(machine.bif(1)),
                op::BIF2 => follow!(machine.bif(2)),
                op::BIF3 => follow!(machine.bif(3)),
                op::GC_BIF1 => follow!(machine.gc_bif(1)),
                op::GC_BIF2 => follow!(machine.gc_bif(2)),
                op::GC_BIF3 => follow!(machine.gc_bif(3)),
                op::FMOVE => follow!(machine.float_in()),
                op::FMOVE_OUT => follow!(machine.float_out()),
                op::FCONV => follow!(machine.float_convert()),
                op::FADD => follow!(machine.float_operation(|a, b| a + b)),
                op::FSUB => follow!(machine.float_operation(|a, b| a - b)),
                op::FMUL => follow!(machine.float_operation(|a, b| a * b)),
                op::FDIV => follow!(machine.float_operation(|a, b| a / b)),
                op::FNEGATE => {
                    let value = -machine.float(machine.word(2));
                    machine.set_float(machine.word(3), value);
                    next!(machine)
                }

                // Funs and maps.
                op::MAKE_FUN2 => follow!(machine.make_fun2()),
                op::MAKE_FUN3 => follow!(machine.make_fun3()),
                op::PUT_MAP_ASSOC => follow!(machine.put_map(false)),
                op::PUT_MAP_EXACT => follow!(machine.put_map(true)),
                op::HAS_MAP_FIELDS => compare!(machine, machine.has_map_fields()),
                op::GET_MAP_ELEMENTS => compare!(machine, machine.get_map_elements()),

                // Exceptions.
                op::CATCH | op::TRY => {
                    let handler = (machine.ip as u32).wrapping_add(1).wrapping_add(machine.word(2));
                    machine.assign(machine.word(1), Term::catch(handler));
                    next!(machine)
                }
                op::TRY_END => {
                    machine.assign(machine.word(1), Term::NIL);
                    next!(machine)
                }
                op::CATCH_END => follow!(machine.catch_end()),
                op::TRY_CASE => {
                    machine.assign(machine.word(1), Term::NIL);
                    if machine.process.exception == [Term::NIL; 3] {
                        // Not reached by an exception: code that no compiler makes.
                        follow!(machine.error(atoms::BADARG))
                    }
                    let [class, reason, trace] = core::mem::replace(&mut machine.process.exception, [Term::NIL; 3]);
                    machine.set_x(0, class);
                    machine.set_x(1, reason);
                    machine.set_x(2, trace);
                    next!(machine)
                }
                op::RAISE => {
                    let (trace, reason) = (machine.operand(1), machine.operand(2));
                    let class = machine.store().tuple(trace).and_then(|tuple| tuple.get(0)).and_then(Class::of);
                    follow!(machine.unwind(class.unwrap_or(Class::Error), reason, trace))
                }
                op::RAW_RAISE => match Class::of(machine.x(0)) {
                    Some(class) => follow!(machine.reraise(class)),
                    None => {
                        machine.set_x(0, Term::atom(atoms::BADARG));
                        next!(machine)
                    }
                },
                op::BUILD_STACKTRACE => match machine.build_trace(machine.x(0)) {
                    Ok(trace) => {
                        machine.set_x(0, trace);
                        next!(machine)
                    }
                    Err(_) => return machine.out_of_memory(),
                },
                op::FUNC_INFO => follow!(machine.function_clause()),
                op::BADMATCH => follow!(machine.error_with(atoms::BADMATCH, machine.operand(1))),
                op::CASE_END => follow!(machine.error_with(atoms::CASE_CLAUSE, machine.operand(1))),
                op::TRY_CASE_END => follow!(machine.error_with(atoms::TRY_CLAUSE, machine.operand(1))),
                op::BADRECORD => follow!(machine.error_with(atoms::BADRECORD, machine.operand(1))),
                op::IF_END => follow!(machine.error(atoms::IF_CLAUSE)),

                // Messages.
                op::SEND => {
                    let Some(native) = machine.shared.send else { follow!(machine.error(atoms::UNDEF)) };
                    follow!(machine.call_native(native, 2, Mode::Call))
                }
                op::LOOP_REC => match machine.process.mailbox.get(machine.process.cursor).copied() {
                    Some(message) => {
                        machine.assign(machine.word(2), message);
                        next!(machine)
                    }
                    None => follow!(machine.jump(machine.word(1))),
                },
                op::REMOVE_MESSAGE => {
                    machine.process.mailbox.remove(machine.process.cursor);
                    machine.process.cursor = 0;
                    machine.process.deadline = None;
                    next!(machine)
                }
                op::LOOP_REC_END => {
                    machine.process.cursor += 1;
                    follow!(machine.jump(machine.word(1)))
                }
                op::WAIT => {
                    if let Some(outcome) = machine.jump(machine.word(1)) {
                        return outcome;
                    }
                    machine.process.state = State::Waiting;
                    return machine.leave(0, Outcome::Waiting);
                }
                op::WAIT_TIMEOUT => follow!(machine.wait_timeout()),
                op::TIMEOUT => {
                    machine.process.cursor = 0;
                    machine.process.deadline = None;
                    next!(machine)
                }
                // Markers make a receive skip messages older than a reference: looking at all of them finds the same.
                op::RECV_MARKER_RESERVE => {
                    machine.assign(machine.word(1), Term::NIL);
                    next!(machine)
                }
                op::RECV_MARKER_BIND | op::RECV_MARKER_CLEAR | op::RECV_MARKER_USE => next!(machine),

                number => follow!(machine.binary_instruction(number)),
            }
        }
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

    fn native(&mut self, mode: Mode) -> Option<Outcome> {
        let native = crate::natives::NativeId(self.word(2) as u16);
        self.call_native(native, self.word(1) as usize, mode)
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
            let [class, reason, trace] = core::mem::replace(&mut self.process.exception, [Term::NIL; 3]);
            let result = match Class::of(class) {
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
        let news = self.word(1) != u32::MAX && self.process.cursor < self.process.mailbox.len();
        if self.process.deadline.is_none() {
            let time = self.operand(2);
            if time == Term::atom(atoms::INFINITY) {
                self.process.deadline = None;
            } else {
                match self.store().integer(time) {
                    Some(0) => return self.proceed(),
                    Some(milliseconds @ 1..=0xffff_ffff) => {
                        let now = self.shared.platform.monotonic();
                        self.process.deadline = Some(now.saturating_add(milliseconds as u64 * 1_000_000));
                    }
                    _ => return self.error(atoms::TIMEOUT_VALUE),
                }
            }
        } else if news {
            return self.jump(self.word(1));
        } else if self.process.deadline.is_some_and(|deadline| deadline <= self.shared.platform.monotonic()) {
            self.process.deadline = None;
            return self.proceed();
        }
        if news {
            return self.jump(self.word(1));
        }
        self.process.state = State::Waiting;
        // The time may be asked for again.
        let time = Term(self.word(2));
        let live = match time.operand_register() {
            (false, number) if time.is_operand() => number + 1,
            _ => 0,
        };
        Some(self.leave(live, Outcome::Waiting))
    }
}
