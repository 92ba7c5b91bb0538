//! The loop: one `match` over the number of the instruction at hand. Packed instructions stand here, and the plain ones
//! that are common; the others are in [`super::plain`].
//!
//! Where the process is in the code, and where the code is, the loop keeps for itself: handlers that stand elsewhere find
//! the first in the machine, and may change both.

use crate::atoms;
use crate::integers::{self, Operation};
use crate::interp::calls::Mode;
use crate::interp::{Machine, Trouble, op};
use crate::natives::NativeId;
use crate::raise::Raise;
use crate::term::Term;
use crate::vm::Outcome;

/// Operand `a`, `b` or `c` of a packed instruction.
#[inline(always)]
const fn a(word: u32) -> u32 {
    word >> 8 & 0xff
}

#[inline(always)]
const fn b(word: u32) -> u32 {
    word >> 16 & 0xff
}

#[inline(always)]
const fn c(word: u32) -> u32 {
    word >> 24
}

/// Operand `e`, unsigned and signed.
#[inline(always)]
const fn e(word: u32) -> usize {
    (word >> 8) as usize
}

#[inline(always)]
const fn near(word: u32) -> usize {
    (word as i32 >> 8) as isize as usize
}

/// One of four operands of 6 bits.
#[inline(always)]
const fn sixth(word: u32, index: u32) -> usize {
    (word >> (8 + 6 * index) & 63) as usize
}

impl Machine<'_> {
    /// Runs until the process is to be left.
    #[cfg_attr(target_os = "none", inline)]
    pub(super) fn run(mut self) -> Outcome {
        let machine = &mut self;
        let mut ip = machine.ip;
        let mut code = machine.shared.code.words.cursor();

        // Goes on so many words further.
        macro_rules! next {
            ($length:expr) => {{
                ip += $length;
                continue;
            }};
        }
        // Lets a handler do the instruction at hand, and goes on where it says, or leaves.
        macro_rules! follow {
            ($step:expr) => {{
                machine.ip = ip;
                if let Some(outcome) = $step {
                    return outcome;
                }
                ip = machine.ip;
                code = machine.shared.code.words.cursor();
                continue;
            }};
        }
        // Enters a function at an address.
        macro_rules! enter {
            ($address:expr) => {{
                ip = $address;
                let process = &mut *machine.process;
                process.reductions -= 1;
                // Natives and matches allocate without collecting; every loop comes by here.
                if process.reductions <= 0 || process.heap.words.len() > process.heap.limit {
                    follow!(machine.pause())
                }
                continue;
            }};
        }
        // Goes to a distance, counted from the word after the first. Going back costs a reduction, so that nothing loops
        // for ever inside a time slice.
        macro_rules! jump {
            ($distance:expr) => {{
                let distance: isize = $distance;
                if distance < 0 {
                    follow!(machine.jump(distance as u32))
                }
                ip = ip.wrapping_add(1).wrapping_add_signed(distance);
                continue;
            }};
        }
        // A packed test of so many words.
        macro_rules! test {
            ($word:ident, $length:literal, $condition:expr) => {{
                if $condition {
                    next!($length)
                }
                jump!(($word as i32 >> 16) as isize)
            }};
        }
        // A packed comparison: what can be seen at once, or by calling another function, which may have no memory.
        macro_rules! compare {
            ($word:ident, $quick:expr, $slow:expr) => {{
                match $quick {
                    Some(true) => next!(2),
                    Some(false) => jump!(($word as i32 >> 16) as isize),
                    None => {
                        let holds = $slow;
                        if machine.trouble.get() != Trouble::None {
                            // All else is read anew, so that the loop keeps nothing over this call.
                            follow!(machine.settle_test($word, holds))
                        }
                        test!($word, 2, holds)
                    }
                }
            }};
        }
        // Arithmetic of two small integers at once; of larger ones, and of floats, by a call. `$set` takes the result.
        macro_rules! arithmetic {
            ($word:ident, $operation:ident, $x:ident, $y:ident, $result:expr, $set:expr) => {{
                if $x.0 & $y.0 & 3 == 3
                    && let Some(result) = $result
                {
                    $set(machine, result);
                    next!(2)
                }
                // The heap may pass its limit by the few words of the result: the next call collects.
                let heap = &mut machine.process.heap;
                match integers::fast(heap, &machine.shared.literals, Operation::$operation, $x, $y) {
                    Some(term) => {
                        $set(machine, term);
                        next!(2)
                    }
                    None => follow!(machine.arithmetic($word)),
                }
            }};
        }
        // The three forms of an operator: of any register and value, of `x` and a constant, of two `x`.
        macro_rules! any {
            ($word:ident, $operation:ident, |$x:ident, $y:ident| $result:expr) => {{
                let ($x, $y) = (machine.register(a($word)), machine.value(code.at(ip + 1)));
                let set = |machine: &mut Self, result| machine.set_register(b($word), result);
                arithmetic!($word, $operation, $x, $y, $result, set)
            }};
        }
        macro_rules! constant {
            ($word:ident, $operation:ident, |$x:ident, $y:ident| $result:expr) => {{
                let ($x, $y) = (machine.x(a($word) as usize), Term(code.at(ip + 1)));
                let set = |machine: &mut Self, result| machine.set_x(b($word) as usize, result);
                arithmetic!($word, $operation, $x, $y, $result, set)
            }};
        }
        macro_rules! both {
            ($word:ident, $operation:ident, |$x:ident, $y:ident| $result:expr) => {{
                let ($x, $y) = (machine.x(a($word) as usize), machine.x(b($word) as usize));
                let set = |machine: &mut Self, result| machine.set_x(c($word) as usize, result);
                arithmetic!($word, $operation, $x, $y, $result, set)
            }};
        }
        // A packed comparison of an `x` register with a small integer.
        macro_rules! compare_small {
            ($word:ident, |$x:ident, $y:ident| $holds:expr, $slow:expr) => {{
                let ($x, $y) = (machine.x(a($word) as usize), Term(code.at(ip + 1)));
                compare!($word, $x.is_small().then_some($holds), $slow)
            }};
        }
        // An operation on two float registers: plain.
        macro_rules! float {
            ($operator:tt) => {{
                let value = machine.float(code.at(ip + 2)) $operator machine.float(code.at(ip + 3));
                if !value.is_finite() {
                    follow!(machine.float_failed())
                }
                machine.set_float(code.at(ip + 4), value);
                next!(5)
            }};
        }

        loop {
            let word = code.at(ip);
            match word as u8 {
                // Moves.
                op::MOVE_XX => {
                    let value = machine.x(a(word) as usize);
                    machine.set_x(b(word) as usize, value);
                    next!(1)
                }
                op::MOVE_2 => {
                    let value = machine.x(sixth(word, 0));
                    machine.set_x(sixth(word, 1), value);
                    let value = machine.x(sixth(word, 2));
                    machine.set_x(sixth(word, 3), value);
                    next!(1)
                }
                op::MOVE_XY => {
                    let value = machine.x(a(word) as usize);
                    machine.set_y(b(word) as usize, value);
                    next!(1)
                }
                op::MOVE_YX => {
                    let value = machine.y(a(word) as usize);
                    machine.set_x(b(word) as usize, value);
                    next!(1)
                }
                op::MOVE_CONSTANT => {
                    machine.set_register(a(word), Term(code.at(ip + 1)));
                    next!(2)
                }
                op::MOVE_RETURN => {
                    let value = machine.register(a(word));
                    machine.set_x(0, value);
                    ip = machine.returned();
                }
                op::CONSTANT_RETURN => {
                    machine.set_x(0, Term(code.at(ip + 1)));
                    ip = machine.returned();
                }

                // Frames.
                op::FRAME => {
                    let slots = (word >> 16) as usize;
                    if !machine.allocate(slots) {
                        machine.ip = ip;
                        if !machine.give_back_memory(a(word) as usize) || !machine.allocate(slots) {
                            return machine.out_of_memory();
                        }
                    }
                    next!(1)
                }
                op::FRAME_HEAP => {
                    machine.ip = ip;
                    let live = c(word) as usize;
                    if !machine.ensure(b(word) as usize, live) {
                        return machine.out_of_memory();
                    }
                    let slots = a(word) as usize;
                    if !machine.allocate(slots) {
                        let room = machine.give_back_memory(live) && machine.ensure(b(word) as usize, live);
                        if !room || !machine.allocate(slots) {
                            return machine.out_of_memory();
                        }
                    }
                    next!(1)
                }
                op::HEAP => {
                    machine.ip = ip;
                    if !machine.ensure((word >> 16) as usize, a(word) as usize) {
                        return machine.out_of_memory();
                    }
                    next!(1)
                }
                op::UNFRAME => {
                    machine.deallocate(e(word));
                    next!(1)
                }
                op::UNFRAME_RETURN => {
                    machine.deallocate(e(word));
                    ip = machine.returned();
                }
                op::RETURN => ip = machine.returned(),
                op::TRIM => {
                    let stack = &mut machine.process.stack;
                    let left = stack.len().saturating_sub(code.at(ip + 1) as usize);
                    stack.truncate(left);
                    next!(3)
                }

                // Calls.
                op::CALL_NEAR => {
                    machine.process.continuation = Term::continuation(ip as u32 + 1);
                    enter!(ip.wrapping_add(1).wrapping_add(near(word)))
                }
                op::CALL_LAST_NEAR => {
                    machine.deallocate(code.at(ip + 1) as usize);
                    enter!(ip.wrapping_add(1).wrapping_add(near(word)))
                }
                op::CALL_ONLY_NEAR => enter!(ip.wrapping_add(1).wrapping_add(near(word))),
                op::CALL_EXPORT => match machine.shared.code.address(e(word)) {
                    Some(address) => {
                        machine.process.continuation = Term::continuation(ip as u32 + 1);
                        enter!(address)
                    }
                    None => follow!(machine.call_export(e(word), Mode::Call)),
                },
                op::CALL_EXPORT_LAST => match machine.shared.code.address(e(word)) {
                    Some(address) => {
                        machine.deallocate(code.at(ip + 1) as usize);
                        enter!(address)
                    }
                    None => follow!(machine.call_export(e(word), Mode::Last(code.at(ip + 1) as usize))),
                },
                op::CALL_EXPORT_ONLY => match machine.shared.code.address(e(word)) {
                    Some(address) => enter!(address),
                    None => follow!(machine.call_export(e(word), Mode::Only)),
                },
                op::CALL_NATIVE => {
                    follow!(machine.call_native(NativeId((word >> 8) as u16), c(word) as usize, Mode::Call))
                }
                op::CALL_NATIVE_LAST => {
                    let mode = Mode::Last(code.at(ip + 1) as usize);
                    follow!(machine.call_native(NativeId((word >> 8) as u16), c(word) as usize, mode))
                }
                op::CALL_NATIVE_ONLY => {
                    follow!(machine.call_native(NativeId((word >> 8) as u16), c(word) as usize, Mode::Only))
                }
                op::CALL_FUN_NEAR => {
                    follow!(machine.call_fun(machine.register(b(word)), a(word) as usize, Mode::Call))
                }
                op::CALL_FUN => {
                    let arity = code.at(ip + 1) as usize;
                    follow!(machine.call_fun(machine.x(arity), arity, Mode::Call))
                }
                op::JUMP_NEAR => jump!(near(word) as isize),

                // Tests.
                op::NEAR_IS_NIL => test!(word, 1, machine.register(a(word)) == Term::NIL),
                op::NEAR_IS_NONEMPTY_LIST => test!(word, 1, machine.register(a(word)).is_list()),
                op::NEAR_IS_LIST => {
                    let term = machine.register(a(word));
                    test!(word, 1, term.is_list() || term == Term::NIL)
                }
                op::NEAR_IS_ATOM => test!(word, 1, machine.register(a(word)).is_atom()),
                op::NEAR_IS_INTEGER => {
                    let term = machine.register(a(word));
                    test!(word, 1, term.is_small() || machine.is_big(term))
                }
                op::NEAR_IS_TUPLE => test!(word, 1, machine.tuple_size(machine.register(a(word))).is_some()),
                op::NEAR_IS_OF_TYPE => {
                    test!(word, 2, machine.is_of_type(code.at(ip + 1) as u8, machine.register(a(word))))
                }
                op::NEAR_HAS_HEADER => {
                    let term = machine.register(a(word));
                    test!(word, 2, term.is_boxed() && machine.at(term, 0).0 == code.at(ip + 1))
                }
                op::NEAR_IS_TAGGED => {
                    let term = machine.register(a(word));
                    test!(
                        word,
                        3,
                        term.is_boxed()
                            && machine.at(term, 0).0 == code.at(ip + 1)
                            && (word_size(code.at(ip + 1)) != 0 && machine.at(term, 1).0 == code.at(ip + 2))
                    )
                }
                op::NEAR_IS => test!(word, 2, machine.register(a(word)).0 == code.at(ip + 1)),
                op::NEAR_IS_NOT => test!(word, 2, machine.register(a(word)).0 != code.at(ip + 1)),
                op::NEAR_EQUAL => {
                    let (x, y) = (machine.register(a(word)), machine.value(code.at(ip + 1)));
                    compare!(word, same_at_once(x, y), machine.same(x, y))
                }
                op::NEAR_NOT_EQUAL => {
                    let (x, y) = (machine.register(a(word)), machine.value(code.at(ip + 1)));
                    compare!(word, same_at_once(x, y).map(|same| !same), !machine.same(x, y))
                }
                op::NEAR_LESS => {
                    let (x, y) = (machine.register(a(word)), machine.value(code.at(ip + 1)));
                    compare!(word, less_at_once(x, y), machine.less(x, y))
                }
                op::NEAR_NOT_LESS => {
                    let (x, y) = (machine.register(a(word)), machine.value(code.at(ip + 1)));
                    compare!(word, less_at_once(x, y).map(|less| !less), !machine.less(x, y))
                }
                op::NEAR_GREATER => {
                    let (x, y) = (machine.register(a(word)), machine.value(code.at(ip + 1)));
                    compare!(word, less_at_once(y, x), machine.less(y, x))
                }
                op::NEAR_NOT_GREATER => {
                    let (x, y) = (machine.register(a(word)), machine.value(code.at(ip + 1)));
                    compare!(word, less_at_once(y, x).map(|less| !less), !machine.less(y, x))
                }
                op::NEAR_LESS_XC => compare_small!(word, |x, y| (x.0 as i32) < y.0 as i32, machine.less(x, y)),
                op::NEAR_NOT_LESS_XC => compare_small!(word, |x, y| x.0 as i32 >= y.0 as i32, !machine.less(x, y)),
                op::NEAR_GREATER_XC => compare_small!(word, |x, y| x.0 as i32 > y.0 as i32, machine.less(y, x)),
                op::NEAR_NOT_GREATER_XC => compare_small!(word, |x, y| x.0 as i32 <= y.0 as i32, !machine.less(y, x)),
                op::SELECT_VAL => follow!(machine.select_value()),
                op::SELECT_SORTED => follow!(machine.select_sorted()),

                // Lists and tuples.
                op::CELL => match machine.cell(machine.register(a(word))) {
                    Some((head, tail)) => {
                        machine.set_register(b(word), head);
                        machine.set_register(c(word), tail);
                        next!(1)
                    }
                    None => follow!(machine.error(atoms::BADARG)),
                },
                op::IS_CELL => {
                    let Some((head, tail)) = machine.cell(machine.register(a(word))) else {
                        jump!((word as i32 >> 16) as isize)
                    };
                    let to = code.at(ip + 1);
                    machine.set_register(to & 0xff, head);
                    machine.set_register(to >> 8, tail);
                    next!(2)
                }
                op::HEAD => match machine.cell(machine.register(a(word))) {
                    Some((head, _)) => {
                        machine.set_register(b(word), head);
                        next!(1)
                    }
                    None => follow!(machine.error(atoms::BADARG)),
                },
                op::TAIL => match machine.cell(machine.register(a(word))) {
                    Some((_, tail)) => {
                        machine.set_register(b(word), tail);
                        next!(1)
                    }
                    None => follow!(machine.error(atoms::BADARG)),
                },
                op::CONS => {
                    let (head, tail) = (machine.register(a(word)), machine.register(b(word)));
                    match machine.process.heap.cons(head, tail) {
                        Ok(list) => machine.set_register(c(word), list),
                        Err(_) => return machine.out_of_memory(),
                    }
                    next!(1)
                }
                op::CONS_NIL => {
                    let head = machine.register(a(word));
                    match machine.process.heap.cons(head, Term::NIL) {
                        Ok(list) => machine.set_register(b(word), list),
                        Err(_) => return machine.out_of_memory(),
                    }
                    next!(1)
                }
                op::PUT_LIST => {
                    let (head, tail) = (machine.value(code.at(ip + 1)), machine.value(code.at(ip + 2)));
                    match machine.process.heap.cons(head, tail) {
                        Ok(list) => machine.assign(code.at(ip + 3), list),
                        Err(_) => return machine.out_of_memory(),
                    }
                    next!(4)
                }
                op::ELEMENT => match machine.element(machine.register(a(word)), b(word) as usize) {
                    Some(element) => {
                        machine.set_register(c(word), element);
                        next!(1)
                    }
                    None => follow!(machine.error(atoms::BADARG)),
                },
                op::ELEMENT_2 => {
                    let (tuple, index) = (machine.x(sixth(word, 0)), sixth(word, 1));
                    match machine.tuple_size(tuple) {
                        Some(size) if size > index + 1 => {
                            let (first, second) = (machine.at(tuple, index + 1), machine.at(tuple, index + 2));
                            machine.set_x(sixth(word, 2), first);
                            machine.set_x(sixth(word, 3), second);
                            next!(1)
                        }
                        _ => follow!(machine.error(atoms::BADARG)),
                    }
                }
                op::PUT_TUPLE2 => follow!(machine.put_tuple()),
                op::UPDATE_RECORD => follow!(machine.update_record()),

                // Arithmetic.
                op::ADD => any!(word, Add, |x, y| add(x, y)),
                op::SUBTRACT => any!(word, Subtract, |x, y| subtract(x, y)),
                op::MULTIPLY => any!(word, Multiply, |x, y| multiply(x, y)),
                op::DIVIDE => any!(word, Divide, |x, y| divide(x, y)),
                op::REMAINDER => any!(word, Remainder, |x, y| remainder(x, y)),
                op::BAND => any!(word, And, |x, y| Some(Term(x.0 & y.0))),
                op::BOR => any!(word, Or, |x, y| Some(Term(x.0 | y.0))),
                op::BXOR => any!(word, Xor, |x, y| Some(Term(x.0 ^ y.0 | 3))),
                op::SHIFT_LEFT => any!(word, ShiftLeft, |x, y| shift_left(x, y)),
                op::SHIFT_RIGHT => any!(word, ShiftRight, |x, y| shift_right(x, y)),
                op::ADD_XC => constant!(word, Add, |x, y| add(x, y)),
                op::SUBTRACT_XC => constant!(word, Subtract, |x, y| subtract(x, y)),
                op::MULTIPLY_XC => constant!(word, Multiply, |x, y| multiply(x, y)),
                op::DIVIDE_XC => constant!(word, Divide, |x, y| divide(x, y)),
                op::REMAINDER_XC => constant!(word, Remainder, |x, y| remainder(x, y)),
                op::BAND_XC => constant!(word, And, |x, y| Some(Term(x.0 & y.0))),
                op::BOR_XC => constant!(word, Or, |x, y| Some(Term(x.0 | y.0))),
                op::BXOR_XC => constant!(word, Xor, |x, y| Some(Term(x.0 ^ y.0 | 3))),
                op::SHIFT_LEFT_XC => constant!(word, ShiftLeft, |x, y| shift_left(x, y)),
                op::SHIFT_RIGHT_XC => constant!(word, ShiftRight, |x, y| shift_right(x, y)),
                op::ADD_XX => both!(word, Add, |x, y| add(x, y)),
                op::SUBTRACT_XX => both!(word, Subtract, |x, y| subtract(x, y)),
                op::MULTIPLY_XX => both!(word, Multiply, |x, y| multiply(x, y)),
                op::DIVIDE_XX => both!(word, Divide, |x, y| divide(x, y)),
                op::REMAINDER_XX => both!(word, Remainder, |x, y| remainder(x, y)),
                op::BAND_XX => both!(word, And, |x, y| Some(Term(x.0 & y.0))),
                op::BOR_XX => both!(word, Or, |x, y| Some(Term(x.0 | y.0))),
                op::BXOR_XX => both!(word, Xor, |x, y| Some(Term(x.0 ^ y.0 | 3))),
                op::SHIFT_LEFT_XX => both!(word, ShiftLeft, |x, y| shift_left(x, y)),
                op::SHIFT_RIGHT_XX => both!(word, ShiftRight, |x, y| shift_right(x, y)),
                op::BIF1 => follow!(machine.bif(1)),
                op::BIF2 => follow!(machine.bif(2)),
                op::GC_BIF1 => follow!(machine.gc_bif(1)),
                op::GC_BIF2 => follow!(machine.gc_bif(2)),

                // Floats.
                op::FMOVE => {
                    let term = machine.value(code.at(ip + 1));
                    let Some(value) = machine.float_value(term) else { follow!(machine.error(atoms::BADARITH)) };
                    machine.set_float(code.at(ip + 2), value);
                    next!(3)
                }
                op::FMOVE_OUT => match machine.process.heap.float(machine.float(code.at(ip + 1))) {
                    Ok(term) => {
                        machine.assign(code.at(ip + 2), term);
                        next!(3)
                    }
                    Err(_) => return machine.out_of_memory(),
                },
                op::FCONV => {
                    let term = machine.value(code.at(ip + 1));
                    let Some(value) = machine.to_float(term) else { follow!(machine.error(atoms::BADARITH)) };
                    machine.set_float(code.at(ip + 2), value);
                    next!(3)
                }
                op::FADD => float!(+),
                op::FSUB => float!(-),
                op::FMUL => float!(*),
                op::FDIV => float!(/),
                op::FNEGATE => {
                    let value = -machine.float(code.at(ip + 2));
                    machine.set_float(code.at(ip + 3), value);
                    next!(4)
                }

                // Funs and maps.
                op::MAKE_FUN3 => follow!(machine.make_fun3()),
                op::HAS_MAP_FIELDS => {
                    machine.ip = ip;
                    let holds = machine.has_map_fields();
                    follow!(machine.decide(holds))
                }
                op::GET_MAP_ELEMENTS => {
                    machine.ip = ip;
                    let holds = machine.get_map_elements();
                    follow!(machine.decide(holds))
                }

                // Bit syntax.
                op::BS_START_MATCH3 => follow!(machine.start_match(2)),
                op::BS_START_MATCH4 => follow!(machine.start_match(3)),
                op::BS_MATCH => follow!(machine.match_commands::<true>()),
                op::BS_STEPS => follow!(machine.match_commands::<false>()),
                op::BS_CREATE_BIN => follow!(machine.create_binary()),

                number => follow!(machine.plain(number)),
            }
        }
    }

    /// A function was entered, and the process has run long enough, or its heap is to be collected.
    #[cold]
    #[cfg_attr(not(target_os = "none"), inline(never))]
    #[cfg_attr(target_os = "none", inline)]
    fn pause(&mut self) -> Option<Outcome> {
        // The word before the entry is the last of its `func_info`: the arity.
        let arity = self.shared.code.words.at(self.ip.saturating_sub(1)) as usize;
        if !self.ensure(0, arity) {
            return Some(self.out_of_memory());
        }
        (self.process.reductions <= 0).then(|| self.leave(arity, Outcome::Yielded))
    }

    /// Calls an export that is native, of a module not loaded yet, or missing.
    #[cfg_attr(not(target_os = "none"), inline(never))]
    #[cfg_attr(target_os = "none", inline)]
    fn call_export(&mut self, index: usize, mode: Mode) -> Option<Outcome> {
        let arity = self.shared.code.exports.get(index).map_or(0, |export| usize::from(export.arity));
        let target = self.export(index as u32);
        self.invoke(target, arity, mode)
    }

    /// Where the function at hand returns to.
    #[inline(always)]
    fn returned(&mut self) -> usize {
        let address = self.process.continuation.address();
        self.process.continuation = Term::NIL;
        address as usize
    }

    /// A packed instruction of arithmetic on terms that are not both small, or with a result that is not.
    #[inline(never)]
    fn arithmetic(&mut self, word: u32) -> Option<Outcome> {
        // The place among the operators, the destination, the live registers.
        let (place, to, live) = match word as u8 {
            number @ op::ADD_XC..=op::SHIFT_RIGHT_XC => (number - op::ADD_XC, b(word), c(word)),
            number @ op::ADD_XX..=op::SHIFT_RIGHT_XX => (number - op::ADD_XX, c(word), self.word(1)),
            number => (number.wrapping_sub(op::ADD), b(word), c(word)),
        };
        let native = self.shared.arithmetic.get(usize::from(place)).copied().flatten();
        let Some((native, row)) = native.and_then(|native| Some((native, native.get()?))) else {
            return self.error(atoms::UNDEF);
        };
        let given = self.operands_of(word);
        let mut result = (row.function)(&mut self.context(), &given);
        if result == Err(Raise::NoMemory) && self.give_back_memory(live as usize) {
            let given = self.operands_of(word);
            result = (row.function)(&mut self.context(), &given);
        }
        match result {
            Ok(term) => {
                let Some(term) = self.ensure_keeping(live as usize, term) else { return Some(self.out_of_memory()) };
                self.set_register(to, term);
                self.ip += 2;
                None
            }
            Err(raise) => {
                let given = self.operands_of(word);
                self.raised(raise, native, &given)
            }
        }
    }

    /// The operands of a packed operator.
    fn operands_of(&self, word: u32) -> [Term; 2] {
        let second = match word as u8 {
            op::ADD_XC..=op::SHIFT_RIGHT_XC => Term(self.word(1)),
            op::ADD_XX..=op::SHIFT_RIGHT_XX => self.register(b(word)),
            _ => self.operand(1),
        };
        [self.register(a(word)), second]
    }
}

/// The operators of two small integers: `None` when the result is not small, or an error.
#[inline(always)]
fn add(x: Term, y: Term) -> Option<Term> {
    (x.0 as i32).checked_add((y.0 & !3) as i32).map(|sum| Term(sum as u32))
}

#[inline(always)]
fn subtract(x: Term, y: Term) -> Option<Term> {
    (x.0 as i32).checked_sub((y.0 & !3) as i32).map(|difference| Term(difference as u32))
}

#[inline(always)]
fn multiply(x: Term, y: Term) -> Option<Term> {
    ((x.0 & !3) as i32).checked_mul(y.small_value()).map(|product| Term(product as u32 | 3))
}

#[inline(always)]
fn divide(x: Term, y: Term) -> Option<Term> {
    x.small_value().checked_div(y.small_value()).and_then(|quotient| Term::small(quotient.into()))
}

#[inline(always)]
fn remainder(x: Term, y: Term) -> Option<Term> {
    x.small_value().checked_rem(y.small_value()).map(Term::tiny)
}

#[inline(always)]
fn shift_left(x: Term, y: Term) -> Option<Term> {
    let (value, shift) = (x.small_value(), y.small_value());
    (0..30).contains(&shift).then(|| i64::from(value) << shift).and_then(Term::small)
}

#[inline(always)]
fn shift_right(x: Term, y: Term) -> Option<Term> {
    let (value, shift) = (x.small_value(), y.small_value());
    (shift >= 0).then(|| Term::tiny(value >> shift.min(31)))
}

/// The size in a header.
#[inline(always)]
const fn word_size(header: u32) -> usize {
    Term(header).size()
}

/// Whether two terms are exactly equal, where their words tell.
#[inline(always)]
fn same_at_once(x: Term, y: Term) -> Option<bool> {
    if x == y {
        Some(true)
    } else if x.is_pointer() && y.is_pointer() {
        None
    } else {
        Some(false)
    }
}

/// Whether a term is less than another, where their words tell.
#[inline(always)]
fn less_at_once(x: Term, y: Term) -> Option<bool> {
    (x.0 & y.0 & 3 == 3).then_some((x.0 as i32) < y.0 as i32)
}
