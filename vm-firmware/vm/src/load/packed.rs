//! Packed instructions: which instructions of a module, or pairs of them, take a form of few words, with all that is
//! needed in the word of the number. [`crate::interp::op`] tells the forms.
//!
//! A form serves the operands that are common (registers of low numbers, labels near by); for any other the plain form
//! remains.

use emberl_format::code::Instruction;
use emberl_format::compact::Operand;
use emberl_format::opcode::Op;

use crate::interp::op;
use crate::load::translate::{Distance, Reference, Stop, Translator};
use crate::term::{Kind, Term};

/// A register as 8 bits: `x` below 128, or `y`.
fn register(operand: Operand) -> Option<u32> {
    match operand {
        Operand::X(number) | Operand::TypedX(number, _) if number < 128 => Some(u32::from(number)),
        Operand::Y(number) | Operand::TypedY(number, _) if number < 128 => Some(128 | u32::from(number)),
        _ => None,
    }
}

fn is_register(operand: Operand) -> bool {
    matches!(operand, Operand::X(_) | Operand::TypedX(..) | Operand::Y(_) | Operand::TypedY(..))
}

/// A plain number of at most so many bits.
fn number(operand: Operand, bits: u32) -> Option<u32> {
    match operand {
        Operand::Unsigned(value) if value < 1 << bits => Some(value as u32),
        _ => None,
    }
}

/// A label, unless it is 0.
fn label(operand: Operand) -> Option<u32> {
    match operand {
        Operand::Label(label) if label != 0 => Some(label),
        _ => None,
    }
}

/// Whether a term in the code is one word, with which equality is identity.
fn is_immediate(operand: Operand) -> bool {
    match operand {
        Operand::Atom(_) | Operand::Nil => true,
        Operand::Integer(value) => Term::small(value).is_some(),
        _ => false,
    }
}

/// The word of number and operands.
fn word(number: u8, a: u32, b: u32, c: u32) -> u32 {
    u32::from(number) | a << 8 | b << 16 | c << 24
}

/// Four `x` registers below 64, or other numbers, as 24 bits.
fn four(numbers: [u32; 4]) -> Option<u32> {
    let packed = numbers.iter().rev().fold(0, |packed, &number| packed << 6 | number);
    numbers.iter().all(|&number| number < 64).then_some(packed)
}

/// What an instruction became.
pub(super) enum Packing {
    /// Nothing: the plain form is needed.
    Plain,
    /// Packed words, for so many instructions.
    Done(usize),
}

impl Translator<'_, '_> {
    /// Translates the first of these instructions into a packed form, if it has one; maybe the second along with it.
    pub(super) fn pack(&mut self, rest: &[Instruction]) -> Result<Packing, Stop> {
        let [instruction, after @ ..] = rest else { return Ok(Packing::Plain) };
        let code = self.code;
        // An allocation list may stand before other operands.
        let operand = |index: usize| code.operands(instruction).nth(index).unwrap_or(Operand::Nil);
        let next = after.first();
        let next_operand = |index: usize| next.map_or(Operand::Nil, |next| code.operand(next, index));
        let next_op = next.map(|next| next.op);
        let mut taken = 1;
        match instruction.op {
            Op::Move => {
                let (from, to) = (operand(0), operand(1));
                let returns = next_op == Some(Op::Return) && register(to) == Some(0);
                match (register(from), register(to)) {
                    (Some(from), Some(_)) if returns => {
                        taken = 2;
                        self.one(word(op::MOVE_RETURN, from, 0, 0))?;
                    }
                    (None, Some(_)) if returns && !is_register(from) => {
                        taken = 2;
                        self.one(word(op::CONSTANT_RETURN, 0, 0, 0))?;
                        self.term(from)?;
                    }
                    (Some(a), Some(b)) if a < 128 && b < 128 => {
                        let second = match (next_op, register(next_operand(0)), register(next_operand(1))) {
                            (Some(Op::Move), Some(c), Some(d)) => {
                                // A move to x0 with a return behind it is worth more.
                                let returns = d == 0 && after.get(1).is_some_and(|third| third.op == Op::Return);
                                four([a, b, c, d]).filter(|_| !returns)
                            }
                            _ => None,
                        };
                        match second {
                            Some(moves) => {
                                taken = 2;
                                self.one(u32::from(op::MOVE_2) | moves << 8)?;
                            }
                            None => self.one(word(op::MOVE_XX, a, b, 0))?,
                        }
                    }
                    (Some(a), Some(b)) if a < 128 => self.one(word(op::MOVE_XY, a, b & 127, 0))?,
                    (Some(a), Some(b)) if b < 128 => self.one(word(op::MOVE_YX, a & 127, b, 0))?,
                    (None, Some(to)) if !is_register(from) => {
                        self.one(word(op::MOVE_CONSTANT, to, 0, 0))?;
                        self.term(from)?;
                    }
                    _ => return Ok(Packing::Plain),
                }
            }

            // Frames. Their slots are always made with a value, so to make them so again says nothing new.
            Op::Allocate | Op::AllocateZero => {
                let (Some(slots), Some(live)) = (number(operand(0), 16), number(operand(1), 8)) else {
                    return Ok(Packing::Plain);
                };
                self.one(word(op::FRAME, live, slots & 255, slots >> 8))?;
                taken += usize::from(matches!(next_op, Some(Op::InitYregs)));
            }
            Op::AllocateHeap | Op::AllocateHeapZero => {
                let need = self.heap_need(operand(1));
                match (number(operand(0), 8), number(operand(2), 8)) {
                    (Some(slots), Some(live)) if need < 256 => self.one(word(op::FRAME_HEAP, slots, need, live))?,
                    _ => return Ok(Packing::Plain),
                }
                taken += usize::from(matches!(next_op, Some(Op::InitYregs)));
            }
            Op::TestHeap => {
                let need = self.heap_need(operand(0));
                match number(operand(1), 8) {
                    Some(live) if need < 1 << 16 => self.one(word(op::HEAP, live, need & 255, need >> 8))?,
                    _ => return Ok(Packing::Plain),
                }
            }
            Op::Deallocate => {
                let Some(slots) = number(operand(0), 24) else { return Ok(Packing::Plain) };
                let returns = next_op == Some(Op::Return);
                taken += usize::from(returns);
                self.one(u32::from(if returns { op::UNFRAME_RETURN } else { op::UNFRAME }) | slots << 8)?;
            }

            // Calls.
            Op::Call | Op::CallLast | Op::CallOnly => {
                let Some(label) = label(operand(1)).filter(|_| !self.far) else { return Ok(Packing::Plain) };
                let (near, slots) = match instruction.op {
                    Op::Call => (op::CALL_NEAR, None),
                    Op::CallLast => (op::CALL_LAST_NEAR, Some(operand(2))),
                    _ => (op::CALL_ONLY_NEAR, None),
                };
                self.begin(u32::from(near))?;
                self.distance(label, Distance::High24)?;
                if let Some(slots) = slots {
                    self.push(number(slots, 31).unwrap_or(u32::MAX))?;
                }
            }
            Op::CallExt | Op::CallExtLast | Op::CallExtOnly => {
                let Operand::Unsigned(import) = operand(1) else { return Ok(Packing::Plain) };
                let (export, slots) = match instruction.op {
                    Op::CallExt => (op::CALL_EXPORT, None),
                    Op::CallExtLast => (op::CALL_EXPORT_LAST, Some(operand(2))),
                    _ => (op::CALL_EXPORT_ONLY, None),
                };
                let arity = number(operand(0), 8).unwrap_or(255);
                self.start = self.here() as usize;
                self.relocate(Reference::Call(import as u32), word(export, 0, 0, arity))?;
                if let Some(slots) = slots {
                    self.push(number(slots, 31).unwrap_or(u32::MAX))?;
                }
            }
            Op::CallFun2 => match (number(operand(1), 8), register(operand(2))) {
                (Some(arity), Some(fun)) => self.one(word(op::CALL_FUN_NEAR, arity, fun, 0))?,
                _ => return Ok(Packing::Plain),
            },
            Op::Jump => {
                let Some(label) = label(operand(0)).filter(|_| !self.far) else { return Ok(Packing::Plain) };
                self.begin(u32::from(op::JUMP_NEAR))?;
                self.distance(label, Distance::High24)?;
            }

            // Lists and tuples.
            Op::GetList => match (register(operand(0)), register(operand(1)), register(operand(2))) {
                (Some(cell), Some(head), Some(tail)) => self.one(word(op::CELL, cell, head, tail))?,
                _ => return Ok(Packing::Plain),
            },
            Op::GetHd | Op::GetTl => match (register(operand(0)), register(operand(1))) {
                (Some(cell), Some(to)) => {
                    let number = if instruction.op == Op::GetHd { op::HEAD } else { op::TAIL };
                    self.one(word(number, cell, to, 0))?;
                }
                _ => return Ok(Packing::Plain),
            },
            Op::PutList => match (register(operand(0)), register(operand(1)), register(operand(2))) {
                (Some(head), Some(tail), Some(to)) => self.one(word(op::CONS, head, tail, to))?,
                (Some(head), None, Some(to)) if operand(1) == Operand::Nil => {
                    self.one(word(op::CONS_NIL, head, to, 0))?;
                }
                _ => return Ok(Packing::Plain),
            },
            Op::GetTupleElement => match (register(operand(0)), number(operand(1), 8), register(operand(2))) {
                (Some(tuple), Some(index), Some(to)) => {
                    let second = (next_op == Some(Op::GetTupleElement)
                        && register(next_operand(0)) == Some(tuple)
                        && number(next_operand(1), 8) == Some(index + 1)
                        && to != tuple)
                        .then(|| register(next_operand(2)))
                        .flatten();
                    match second.and_then(|second| four([tuple, index, to, second])) {
                        Some(packed) => {
                            taken = 2;
                            self.one(u32::from(op::ELEMENT_2) | packed << 8)?;
                        }
                        None => self.one(word(op::ELEMENT, tuple, index, to))?,
                    }
                }
                _ => return Ok(Packing::Plain),
            },

            // Tests of types.
            Op::IsNonemptyList => {
                let (Some(term), Some(label)) = (register(operand(1)), self.near(operand(0))) else {
                    return Ok(Packing::Plain);
                };
                let same = next_op == Some(Op::GetList) && register(next_operand(0)) == Some(term);
                match (register(next_operand(1)), register(next_operand(2))) {
                    (Some(head), Some(tail)) if same => {
                        taken = 2;
                        self.test(op::IS_CELL, term, label)?;
                        self.push(word(0, head, tail, 0) >> 8)?;
                    }
                    _ => self.test(op::NEAR_IS_NONEMPTY_LIST, term, label)?,
                }
            }
            Op::IsTuple => {
                let (Some(term), Some(label)) = (register(operand(1)), self.near(operand(0))) else {
                    return Ok(Packing::Plain);
                };
                // The test of the size is a test of the type as well.
                let same = next_op == Some(Op::TestArity)
                    && register(next_operand(1)) == Some(term)
                    && next_operand(0) == operand(0);
                match number(next_operand(2), 24) {
                    Some(size) if same => {
                        taken = 2;
                        self.test(op::NEAR_HAS_HEADER, term, label)?;
                        self.push(Term::header(Kind::Tuple, size as usize).0)?;
                    }
                    _ => self.test(op::NEAR_IS_TUPLE, term, label)?,
                }
            }
            Op::TestArity => match (register(operand(1)), self.near(operand(0)), number(operand(2), 24)) {
                (Some(term), Some(label), Some(size)) => {
                    self.test(op::NEAR_HAS_HEADER, term, label)?;
                    self.push(Term::header(Kind::Tuple, size as usize).0)?;
                }
                _ => return Ok(Packing::Plain),
            },
            Op::IsTaggedTuple => match (register(operand(1)), self.near(operand(0)), number(operand(2), 24)) {
                (Some(term), Some(label), Some(size)) => {
                    self.test(op::NEAR_IS_TAGGED, term, label)?;
                    self.push(Term::header(Kind::Tuple, size as usize).0)?;
                    self.term(operand(3))?;
                }
                _ => return Ok(Packing::Plain),
            },
            Op::IsNil
            | Op::IsList
            | Op::IsAtom
            | Op::IsInteger
            | Op::IsFloat
            | Op::IsNumber
            | Op::IsPid
            | Op::IsReference
            | Op::IsPort
            | Op::IsBinary
            | Op::IsBitstr
            | Op::IsMap
            | Op::IsFunction => {
                let (Some(term), Some(label)) = (register(operand(1)), self.near(operand(0))) else {
                    return Ok(Packing::Plain);
                };
                let near = match instruction.op {
                    Op::IsNil => op::NEAR_IS_NIL,
                    Op::IsList => op::NEAR_IS_LIST,
                    Op::IsAtom => op::NEAR_IS_ATOM,
                    Op::IsInteger => op::NEAR_IS_INTEGER,
                    _ => op::NEAR_IS_OF_TYPE,
                };
                self.test(near, term, label)?;
                if near == op::NEAR_IS_OF_TYPE {
                    self.push(u32::from(instruction.op.number()))?;
                }
            }

            // Comparisons.
            Op::IsEqExact | Op::IsNeExact | Op::IsLt | Op::IsGe => {
                let Some(label) = self.near(operand(0)) else { return Ok(Packing::Plain) };
                let (mut first, mut second) = (operand(1), operand(2));
                let swapped = register(first).is_none();
                if swapped {
                    (first, second) = (second, first);
                }
                let Some(term) = register(first) else { return Ok(Packing::Plain) };
                let quick = term < 128 && matches!(second, Operand::Integer(_)) && is_immediate(second);
                let near = match instruction.op {
                    Op::IsLt if quick && swapped => op::NEAR_GREATER_XC,
                    Op::IsLt if quick => op::NEAR_LESS_XC,
                    Op::IsGe if quick && swapped => op::NEAR_NOT_GREATER_XC,
                    Op::IsGe if quick => op::NEAR_NOT_LESS_XC,
                    Op::IsEqExact if is_immediate(second) => op::NEAR_IS,
                    Op::IsNeExact if is_immediate(second) => op::NEAR_IS_NOT,
                    Op::IsEqExact => op::NEAR_EQUAL,
                    Op::IsNeExact => op::NEAR_NOT_EQUAL,
                    Op::IsLt if swapped => op::NEAR_GREATER,
                    Op::IsLt => op::NEAR_LESS,
                    _ if swapped => op::NEAR_NOT_GREATER,
                    _ => op::NEAR_NOT_LESS,
                };
                self.test(near, term, label)?;
                self.term(second)?;
            }

            // Arithmetic where no label is given: in bodies.
            Op::GcBif2 if operand(0) == Operand::Label(0) => {
                let Operand::Unsigned(import) = operand(2) else { return Ok(Packing::Plain) };
                let Some(number_of) = self.arithmetic(import) else { return Ok(Packing::Plain) };
                let second = operand(4);
                match (register(operand(3)), register(operand(5)), number(operand(1), 8)) {
                    (Some(first @ 0..128), Some(to @ 0..128), Some(live)) if !is_register(second) => {
                        self.one(word(number_of - op::ADD + op::ADD_XC, first, to, live))?;
                        self.term(second)?;
                    }
                    (Some(first), Some(to), Some(live)) => match register(second) {
                        Some(second) if first | second | to < 128 => {
                            self.one(word(number_of - op::ADD + op::ADD_XX, first, second, to))?;
                            self.push(live)?;
                        }
                        _ => {
                            self.one(word(number_of, first, to, live))?;
                            self.term(second)?;
                        }
                    },
                    _ => return Ok(Packing::Plain),
                }
            }
            _ => return Ok(Packing::Plain),
        }
        Ok(Packing::Done(taken))
    }

    /// Begins an instruction with a whole word.
    fn one(&mut self, word: u32) -> Result<(), Stop> {
        Ok(self.begin(word)?)
    }

    /// A label for the 16 bits of a packed test.
    fn near(&self, operand: Operand) -> Option<u32> {
        label(operand).filter(|_| !self.far)
    }

    fn test(&mut self, number: u8, term: u32, label: u32) -> Result<(), Stop> {
        self.begin(word(number, term, 0, 0))?;
        Ok(self.distance(label, Distance::High16)?)
    }

    /// The instruction for a function of arithmetic that is imported.
    fn arithmetic(&self, import: u64) -> Option<u8> {
        let import = self.module.imports.get(import as usize)?;
        if import.arity != 2 || self.module.atom(import.module) != "erlang" {
            return None;
        }
        Some(match self.module.atom(import.function) {
            "+" => op::ADD,
            "-" => op::SUBTRACT,
            "*" => op::MULTIPLY,
            "div" => op::DIVIDE,
            "rem" => op::REMAINDER,
            "band" => op::BAND,
            "bor" => op::BOR,
            "bxor" => op::BXOR,
            "bsl" => op::SHIFT_LEFT,
            "bsr" => op::SHIFT_RIGHT,
            _ => return None,
        })
    }
}
