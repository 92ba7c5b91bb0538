//! The functions of a module's code: where each begins and ends, and what its labels are.
//!
//! A function is `label`, perhaps `line`, `func_info`, then `label` (its entry) and its body, up to the next function
//! (OTP: `beam_asm`, and the loader's transformation of `func_info`).

use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use crate::code::Decoded;
use crate::compact::Operand;
use crate::error::{ChunkId, Error, ErrorKind};
use crate::module::Module;
use crate::opcode::Op;
use crate::reader::Result;

/// One function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Atom index of its name.
    pub name: u32,
    /// Its arity, at most 255.
    pub arity: u8,
    /// The label before its `func_info`, where a call goes that no clause matches.
    pub info_label: u32,
    /// The label where a call enters it.
    pub entry: u32,
    /// Its instructions, by index, from the label before `func_info`.
    pub instructions: Range<usize>,
    /// Index of the instruction at `entry`.
    pub body: usize,
}

/// All functions of a module, and where each label stands.
#[derive(Clone, Debug)]
pub struct Functions {
    list: Vec<Function>,
    /// By label: index of its `label` instruction plus 1, or 0.
    labels: Vec<u32>,
    /// By label: index of the function that it is the entry of, plus 1, or 0.
    entries: Vec<u32>,
}

const NONE: u32 = 0;

impl Functions {
    /// Finds the functions of decoded code.
    ///
    /// # Errors
    /// When a label is defined twice or beyond the header's number, when code stands outside a function, when a
    /// function has no entry label or another module's name, or is there twice, or the number differs from the header's.
    pub fn find(module: &Module<'_>, code: &Decoded<'_>) -> Result<Self> {
        let mut finder = Finder { module, code, at: 0 };
        finder.run().map_err(|kind| {
            let offset = code.instructions().get(finder.at).map_or(0, |instruction| code.chunk_offset(instruction));
            Error::new(offset, kind).within(ChunkId(*b"Code"))
        })
    }

    /// The functions, in the order of the code.
    #[must_use]
    pub fn list(&self) -> &[Function] {
        &self.list
    }

    /// The index of the `label` instruction that defines a label.
    #[must_use]
    #[inline]
    pub fn label(&self, label: u32) -> Option<usize> {
        match self.labels.get(label as usize) {
            None | Some(&NONE) => None,
            Some(&index) => Some(index as usize - 1),
        }
    }

    /// The index of the function that a label is the entry of.
    #[must_use]
    #[inline]
    pub fn entered_at(&self, label: u32) -> Option<usize> {
        match self.entries.get(label as usize) {
            None | Some(&NONE) => None,
            Some(&index) => Some(index as usize - 1),
        }
    }
}

struct Finder<'m, 'a> {
    module: &'m Module<'a>,
    code: &'m Decoded<'a>,
    at: usize,
}

impl Finder<'_, '_> {
    fn run(&mut self) -> core::result::Result<Functions, ErrorKind> {
        let instructions = self.code.instructions();
        let label_count = self.module.code.label_count as usize;
        let mut found =
            Functions { list: Vec::new(), labels: vec![NONE; label_count], entries: vec![NONE; label_count] };
        for (index, instruction) in instructions.iter().enumerate() {
            self.at = index;
            match instruction.op {
                Op::Label => self.define(&mut found, index)?,
                Op::FuncInfo => self.begin(&mut found, index)?,
                _ => {}
            }
        }
        self.at = 0;
        let end = instructions.len().saturating_sub(1);
        if let Some(last) = found.list.last_mut() {
            last.instructions.end = end;
        }
        let first = found.list.first().map_or(end, |function| function.instructions.start);
        if first != 0 {
            return Err(ErrorKind::Invalid { what: "code stands before the first function" });
        }
        self.check_names(&found)?;
        let count = self.module.code.function_count;
        if found.list.len() as u32 != count {
            let (value, limit) = (found.list.len() as u64, u64::from(count));
            return Err(ErrorKind::OutOfRange {
                what: "the number of functions (the header says another)",
                value,
                limit,
            });
        }
        Ok(found)
    }

    fn number(&self, index: usize, operand: usize) -> u64 {
        match self.code.instructions().get(index).map(|instruction| self.code.operand(instruction, operand)) {
            Some(Operand::Unsigned(number)) => number,
            Some(Operand::Atom(number)) => u64::from(number),
            _ => u64::MAX,
        }
    }

    fn define(&self, found: &mut Functions, index: usize) -> core::result::Result<(), ErrorKind> {
        let label = self.number(index, 0);
        let limit = found.labels.len() as u64;
        match usize::try_from(label).ok().and_then(|label| found.labels.get_mut(label)) {
            Some(_) if label == 0 => Err(ErrorKind::Invalid { what: "label 0 is defined; labels start at 1" }),
            Some(place) if *place != NONE => Err(ErrorKind::Invalid { what: "a label is defined twice" }),
            Some(place) => {
                *place = index as u32 + 1;
                Ok(())
            }
            None => Err(ErrorKind::OutOfRange { what: "a label", value: label, limit }),
        }
    }

    /// A `func_info` at `index`: ends the function before it and begins another.
    fn begin(&self, found: &mut Functions, index: usize) -> core::result::Result<(), ErrorKind> {
        let instructions = self.code.instructions();
        let op = |index: usize| instructions.get(index).map(|instruction| instruction.op);
        let mut start = index;
        loop {
            start = start.wrapping_sub(1);
            match op(start) {
                Some(Op::Label) => break,
                Some(Op::Line) => {}
                _ => return Err(ErrorKind::Invalid { what: "a func_info has no label before it" }),
            }
        }
        if op(index + 1) != Some(Op::Label) {
            return Err(ErrorKind::Invalid { what: "a func_info has no entry label behind it" });
        }
        let (module, name, arity) = (self.number(index, 0), self.number(index, 1), self.number(index, 2));
        let limit = u64::from(self.module.atoms.len());
        if module != 1 {
            return Err(ErrorKind::Invalid { what: "a func_info names another module than the atom table" });
        }
        if name > limit {
            return Err(ErrorKind::OutOfRange { what: "an atom's index", value: name, limit: limit + 1 });
        }
        let arity =
            u8::try_from(arity).map_err(|_| ErrorKind::OutOfRange { what: "an arity", value: arity, limit: 256 })?;
        if let Some(last) = found.list.last_mut() {
            last.instructions.end = start;
        }
        let entry = self.number(index + 1, 0) as u32;
        if let Some(place) = found.entries.get_mut(entry as usize) {
            *place = found.list.len() as u32 + 1;
        }
        found.list.push(Function {
            name: name as u32,
            arity,
            info_label: self.number(start, 0) as u32,
            entry,
            instructions: start..instructions.len(),
            body: index + 1,
        });
        Ok(())
    }

    fn check_names(&self, found: &Functions) -> core::result::Result<(), ErrorKind> {
        let key = |function: &Function| u64::from(function.name) << 8 | u64::from(function.arity);
        let mut names: Vec<u64> = found.list.iter().map(key).collect();
        crate::sort::sort(&mut names);
        if names.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(ErrorKind::Invalid { what: "a function is there twice" });
        }
        for row in self.module.exports.iter().chain(&self.module.locals) {
            if !self.matches(found, row.function, row.arity, row.label) {
                let what = "a table of functions names a label that is not that function's entry";
                return Err(ErrorKind::Invalid { what });
            }
        }
        for lambda in &self.module.lambdas {
            if !self.matches(found, lambda.function, lambda.arity, lambda.label) {
                return Err(ErrorKind::Invalid { what: "a lambda's label is not its function's entry" });
            }
        }
        Ok(())
    }

    fn matches(&self, found: &Functions, name: u32, arity: u32, label: u32) -> bool {
        found
            .entered_at(label)
            .and_then(|index| found.list.get(index))
            .is_some_and(|function| function.name == name && u32::from(function.arity) == arity)
    }
}
