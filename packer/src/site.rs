//! The places where a function calls by name: `Module:function(...)` with a module, or a function, that is known only when
//! the program runs, and the functions of `erlang` that take module and name as arguments.
//!
//! What is in the `x` registers is followed along each straight piece of code: where an atom was put into the register of
//! the name, the place calls that name only; else any.

use std::ops::Range;

use emberl_format::code::Instruction;
use emberl_format::compact::Operand;
use emberl_format::opcode::{Flow, Kind, Op};

use crate::unit::Unit;

/// A place that calls by name, or hands a name over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Site {
    /// It calls a function of this name, by the index of the atom, and arity, where that is known.
    Named(u32, Option<u8>),
    /// It calls a function whose name is known only when the program runs, with this arity, where that is known.
    Open(Option<u8>),
    /// It calls the function of this import with the atom of this index as an argument, not the first.
    Passed(u32, u32),
    /// It calls a function of its own module with the atom of this index as an argument.
    Kept(u32),
}

/// The functions of `erlang` that call `Module:Name`, or make a fun of it: their names and arities, and which argument is
/// the name; `None` where that differs (OTP, the manual of `erlang`).
const CALLERS: [(&str, u32, Option<usize>); 14] = [
    ("apply", 3, Some(1)),
    ("hibernate", 3, Some(1)),
    ("make_fun", 3, Some(1)),
    ("spawn", 3, Some(1)),
    ("spawn", 4, Some(2)),
    ("spawn_link", 3, Some(1)),
    ("spawn_link", 4, Some(2)),
    ("spawn_monitor", 3, Some(1)),
    ("spawn_monitor", 4, Some(2)),
    ("spawn_opt", 4, Some(1)),
    ("spawn_opt", 5, Some(2)),
    ("spawn_request", 3, None),
    ("spawn_request", 4, None),
    ("spawn_request", 5, Some(2)),
];

/// What is in the `x` registers, along one function's code.
#[derive(Debug, Default)]
pub(crate) struct Sites {
    /// By register: the index of the atom that it holds, or 0.
    atoms: Vec<u32>,
}

impl Sites {
    /// Follows one more instruction, and tells what it calls by name or hands over.
    pub(crate) fn read(&mut self, unit: &Unit<'_>, instruction: &Instruction, mut found: impl FnMut(Site)) {
        let arity = || match unit.code.operand(instruction, 0) {
            Operand::Unsigned(arity) => usize::try_from(arity).unwrap_or(usize::MAX),
            _ => 0,
        };
        match instruction.op {
            Op::Label => self.atoms.clear(),
            Op::Move => self.moved(unit.code.operand(instruction, 0), unit.code.operand(instruction, 1)),
            Op::Apply | Op::ApplyLast => {
                let arity = arity();
                found(self.site(arity.saturating_add(1), u8::try_from(arity).ok()));
            }
            Op::Call | Op::CallLast | Op::CallOnly => {
                let passed = self.atoms.iter().take(arity()).filter(|&&atom| atom != 0);
                passed.for_each(|&atom| found(Site::Kept(atom)));
            }
            Op::PutTuple2 => {
                let elements = unit.code.elements(unit.code.operand(instruction, 1));
                for window in elements.windows(3) {
                    if let [module, Operand::Atom(name), _] = *window
                        && (module.x().is_some() || module.y().is_some())
                    {
                        found(Site::Named(name, None));
                    }
                }
            }
            Op::CallExt | Op::CallExtLast | Op::CallExtOnly => self.call(unit, instruction, arity(), &mut found),
            _ => {}
        }
        if instruction.op.info().flow == Flow::Stop || is_call(instruction.op) {
            self.atoms.clear();
        } else if instruction.op != Op::Move {
            self.written(unit, instruction);
        }
    }

    fn call(&self, unit: &Unit<'_>, instruction: &Instruction, arity: usize, found: &mut impl FnMut(Site)) {
        let Operand::Unsigned(index) = unit.code.operand(instruction, 1) else { return };
        let Some(import) = usize::try_from(index).ok().and_then(|index| unit.module.imports.get(index)) else { return };
        if unit.module.atom(import.module) == "erlang" {
            let name = unit.module.atom(import.function);
            if let Some(&(_, _, argument)) = CALLERS.iter().find(|row| (row.0, row.1) == (name, import.arity)) {
                found(argument.map_or(Site::Open(None), |argument| self.site(argument, None)));
                return;
            }
        }
        let passed = self.atoms.iter().take(arity).skip(1).filter(|&&atom| atom != 0);
        passed.for_each(|&atom| found(Site::Passed(index as u32, atom)));
    }

    fn site(&self, register: usize, arity: Option<u8>) -> Site {
        match self.atoms.get(register) {
            Some(&atom) if atom != 0 => Site::Named(atom, arity),
            _ => Site::Open(arity),
        }
    }

    fn moved(&mut self, from: Operand, to: Operand) {
        let atom = match from {
            Operand::Atom(atom) => atom,
            _ => from.x().and_then(|register| self.atoms.get(usize::from(register)).copied()).unwrap_or(0),
        };
        if let Some(register) = to.x() {
            self.set(usize::from(register), atom);
        }
    }

    fn set(&mut self, register: usize, atom: u32) {
        if self.atoms.len() <= register {
            if atom == 0 {
                return;
            }
            self.atoms.resize(register + 1, 0);
        }
        if let Some(place) = self.atoms.get_mut(register) {
            *place = atom;
        }
    }

    /// Forgets what is in the registers that an instruction writes.
    fn written(&mut self, unit: &Unit<'_>, instruction: &Instruction) {
        let operands = unit.code.operands(instruction);
        for (kind, operand) in instruction.op.info().operands.iter().zip(operands) {
            match kind {
                Kind::Destination | Kind::MoveDestination | Kind::Context => self.moved(Operand::Nil, operand),
                Kind::KeysToDestinations => {
                    unit.code.elements(operand).iter().for_each(|&element| self.moved(Operand::Nil, element));
                }
                // What it writes stands in the list.
                Kind::MatchCommands => self.atoms.clear(),
                _ => {}
            }
        }
    }
}

/// Whether an instruction leaves nothing in the registers that was there.
fn is_call(op: Op) -> bool {
    let is_called = |kind: &Kind| matches!(kind, Kind::Entry | Kind::Import);
    matches!(op, Op::Apply | Op::CallFun | Op::CallFun2 | Op::Send | Op::TryCase | Op::CatchEnd)
        || op.info().operands.iter().any(is_called)
}

/// The straight pieces of a function's code that end in `erlang:error/1,2,3`. What they make is an exception's reason and
/// what explains it: it is looked at and printed, and nothing is called by its atoms.
pub(crate) fn raised(unit: &Unit<'_>, range: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = range.start;
    let instructions = unit.code.instructions().get(range.clone()).unwrap_or_default();
    for (at, instruction) in (range.start..).zip(instructions) {
        let branches = |kind: &Kind| matches!(kind, Kind::Fail | Kind::FailOrAtom | Kind::Jump | Kind::Handler);
        if instruction.op == Op::Label || is_call(instruction.op) {
            if is_error(unit, instruction) {
                found.push(start..at + 1);
            }
            start = at + 1;
        } else if instruction
            .op
            .info()
            .operands
            .iter()
            .zip(unit.code.operands(instruction))
            .any(|(kind, operand)| branches(kind) && operand != Operand::Label(0))
        {
            start = at + 1;
        }
    }
    found
}

fn is_error(unit: &Unit<'_>, instruction: &Instruction) -> bool {
    let is_external = matches!(instruction.op, Op::CallExt | Op::CallExtLast | Op::CallExtOnly);
    let index = match unit.code.operand(instruction, 1) {
        Operand::Unsigned(index) if is_external => usize::try_from(index).ok(),
        _ => None,
    };
    index.and_then(|index| unit.module.imports.get(index)).is_some_and(|import| {
        (unit.module.atom(import.module), unit.module.atom(import.function)) == ("erlang", "error")
    })
}
