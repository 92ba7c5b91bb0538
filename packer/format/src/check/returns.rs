//! Which functions may return.
//!
//! A compiler that knows that a function always raises puts nothing sensible behind a call to it: the code may run into
//! whatever stands next. So the checker must know too. This finds the functions that may return, by reachability: each
//! instruction is visited at most once, and a path that stops at a call to a function not yet known to return goes on
//! when it is.

use alloc::vec;
use alloc::vec::Vec;

use crate::code::{Decoded, Instruction};
use crate::compact::Operand;
use crate::functions::Functions;
use crate::module::Module;
use crate::opcode::{Flow, Kind, Op};

/// Which functions and imports may return.
#[derive(Clone, Debug)]
pub struct Returns {
    functions: Vec<bool>,
    imports: Vec<bool>,
}

impl Returns {
    /// Finds them. Of functions that are replaced, by their index in [`Functions::list`], nothing is known: they may.
    #[must_use]
    pub fn find(module: &Module<'_>, code: &Decoded<'_>, functions: &Functions, replaced: &[bool]) -> Self {
        let mut finder = Finder {
            code,
            functions,
            returns: Self { functions: vec![false; functions.list().len()], imports: imports(module) },
            visited: vec![false; code.instructions().len()],
            waiting: vec![Vec::new(); functions.list().len()],
            paths: Vec::new(),
        };
        for (number, function) in functions.list().iter().enumerate() {
            finder.paths.push((number, function.body));
        }
        for (number, _) in replaced.iter().enumerate().filter(|(_, replaced)| **replaced) {
            finder.may_return(number);
        }
        while let Some((number, start)) = finder.paths.pop() {
            finder.follow(number, start);
        }
        finder.returns
    }

    /// Whether a function of this module may return, by its index in [`Functions::list`].
    #[must_use]
    pub fn function(&self, number: usize) -> bool {
        self.functions.get(number).copied().unwrap_or(true)
    }

    /// Whether an imported function may return. Those that may not are the BIFs of `erlang` that always raise.
    #[must_use]
    pub fn import(&self, index: u64) -> bool {
        self.imports.get(index as usize).copied().unwrap_or(true)
    }
}

fn imports(module: &Module<'_>) -> Vec<bool> {
    let always_raises = |name: &str, arity: u32| {
        matches!((name, arity), ("error", 1..=3) | ("exit" | "throw", 1) | ("nif_error", 1 | 2))
    };
    module
        .imports
        .iter()
        .map(|import| {
            module.atom(import.module) != "erlang" || !always_raises(module.atom(import.function), import.arity)
        })
        .collect()
}

/// What a path that has stopped waits to do.
#[derive(Clone, Copy)]
enum Then {
    /// Go on in this function at this instruction.
    GoOn(usize, usize),
    /// This function may return.
    Returns(usize),
}

struct Finder<'m, 'a> {
    code: &'m Decoded<'a>,
    functions: &'m Functions,
    returns: Returns,
    visited: Vec<bool>,
    /// By function: what waits until it is known to return.
    waiting: Vec<Vec<Then>>,
    /// Paths to follow: a function and an instruction of it.
    paths: Vec<(usize, usize)>,
}

impl Finder<'_, '_> {
    fn may_return(&mut self, number: usize) {
        let mut numbers = vec![number];
        while let Some(number) = numbers.pop() {
            match self.returns.functions.get_mut(number) {
                Some(known) if !*known => *known = true,
                _ => continue,
            }
            for then in self.waiting.get_mut(number).map(core::mem::take).unwrap_or_default() {
                match then {
                    Then::GoOn(function, at) => self.paths.push((function, at)),
                    Then::Returns(function) => numbers.push(function),
                }
            }
        }
    }

    fn wait(&mut self, callee: usize, then: Then) {
        if let Some(waiting) = self.waiting.get_mut(callee) {
            waiting.push(then);
        }
    }

    fn follow(&mut self, number: usize, start: usize) {
        let mut at = start;
        loop {
            match self.visited.get_mut(at) {
                Some(visited) if !*visited => *visited = true,
                _ => return,
            }
            let Some(&instruction) = self.code.instructions().get(at) else { return };
            self.jumps(number, &instruction);
            if !self.goes_on(number, at, &instruction) {
                return;
            }
            at += 1;
        }
    }

    fn callee(&self, instruction: &Instruction) -> Option<usize> {
        match self.code.operand(instruction, 1) {
            Operand::Label(label) => self.functions.entered_at(label),
            _ => None,
        }
    }

    fn goes_on(&mut self, number: usize, at: usize, instruction: &Instruction) -> bool {
        match instruction.op {
            Op::Call => match self.callee(instruction) {
                Some(callee) if !self.returns.function(callee) => {
                    self.wait(callee, Then::GoOn(number, at + 1));
                    false
                }
                _ => true,
            },
            Op::CallLast | Op::CallOnly => {
                match self.callee(instruction) {
                    Some(callee) if !self.returns.function(callee) => self.wait(callee, Then::Returns(number)),
                    _ => self.may_return(number),
                }
                false
            }
            Op::CallExt | Op::CallExtLast | Op::CallExtOnly => {
                let returns = match self.code.operand(instruction, 1) {
                    Operand::Unsigned(import) => self.returns.import(import),
                    _ => true,
                };
                if returns && instruction.op != Op::CallExt {
                    self.may_return(number);
                }
                returns && instruction.op == Op::CallExt
            }
            Op::Return | Op::ApplyLast => {
                self.may_return(number);
                false
            }
            op => op.info().flow == Flow::Next,
        }
    }

    fn jumps(&mut self, number: usize, instruction: &Instruction) {
        let functions = self.functions;
        let mut jump = |label: u32| {
            if let Some(to) = functions.label(label) {
                self.paths.push((number, to));
            }
        };
        for (kind, operand) in instruction.op.info().operands.iter().zip(self.code.operands(instruction)) {
            match (kind, operand) {
                (Kind::Fail | Kind::FailOrAtom | Kind::Jump | Kind::Handler, Operand::Label(label)) => jump(label),
                (Kind::SelectValues | Kind::SelectArities, list) => {
                    for &element in self.code.elements(list).iter().skip(1).step_by(2) {
                        if let Operand::Label(label) = element {
                            jump(label);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}
