//! The part of the checker that looks at each instruction by itself: every index exists, every label is where it must
//! be, arities agree.

use alloc::vec::Vec;
use core::ops::Range;

use super::Finding;
use super::rule::{Broken, Rule, Table, broken};
use crate::code::{Decoded, Instruction, is_source};
use crate::compact::Operand;
use crate::etf;
use crate::functions::Functions;
use crate::module::Module;
use crate::opcode::{Kind, Op};

/// Checks all instructions. Which of the literals are valid terms the caller says, as [`valid_literals`] finds it.
pub fn check(
    module: &Module<'_>,
    code: &Decoded<'_>,
    functions: &Functions,
    literals: &Literals,
    findings: &mut Vec<Finding>,
) {
    let mut checker = Checker { module, code, functions, labels: 0..0, arity: 0, literals };
    for (number, function) in functions.list().iter().enumerate() {
        checker.labels = function.instructions.clone();
        checker.arity = function.arity;
        let body = code.instructions().get(function.instructions.clone()).unwrap_or_default();
        for (index, instruction) in function.instructions.clone().zip(body) {
            if let Err(rule) = checker.instruction(instruction) {
                findings.push(Finding { function: number, instruction: index, rule: *rule });
            }
        }
    }
}

/// Which literals are valid terms.
#[derive(Clone, Debug)]
pub enum Literals {
    /// All, as far as the checker is concerned: the caller decodes them itself, and refuses the module when it cannot.
    Decoded,
    /// Each by its index.
    Valid(Vec<bool>),
}

impl Literals {
    fn is_valid(&self, index: u32) -> bool {
        match self {
            Self::Decoded => true,
            Self::Valid(valid) => valid.get(index as usize) == Some(&true),
        }
    }
}

struct Checker<'m, 'a> {
    module: &'m Module<'a>,
    code: &'m Decoded<'a>,
    functions: &'m Functions,
    /// The instructions of the function, where its labels stand.
    labels: Range<usize>,
    /// The function's arity.
    arity: u8,
    literals: &'m Literals,
}

type Check = Result<(), Broken>;

/// A list of an instruction is shorter, with room for what a VM's objects have beside the elements.
const MOST_ELEMENTS: usize = (1 << 24) - 8;

const BAD_UNIT: Rule = Rule::Operands("a unit is not between 1 and 256, or that of a string not 8");

impl Checker<'_, '_> {
    fn instruction(&mut self, instruction: &Instruction) -> Check {
        let info = instruction.op.info();
        if info.is_obsolete() {
            return broken(Rule::Obsolete(instruction.op));
        }
        for (&kind, operand) in info.operands.iter().zip(self.code.operands(instruction)) {
            self.operand(kind, operand)?;
        }
        self.together(instruction)
    }

    fn operand(&mut self, kind: Kind, operand: Operand) -> Check {
        match (kind, operand) {
            (Kind::Fail | Kind::FailOrAtom, Operand::Label(0)) => Ok(()),
            (Kind::Fail | Kind::FailOrAtom | Kind::Jump | Kind::Handler, Operand::Label(label)) => self.label(label),
            (Kind::FailOrAtom, Operand::Atom(atom)) => {
                self.one_of(atom, &["no_fail", "resume"], "the failure must be a label, no_fail or resume")
            }
            (Kind::FunTag, Operand::Atom(atom)) => {
                self.one_of(atom, &["safe", "unsafe"], "the fun must be a lambda, safe or unsafe")
            }
            (Kind::FunTag | Kind::Lambda, Operand::Unsigned(index)) => {
                below(Table::Lambdas, index, self.module.lambdas.len() as u64)
            }
            (Kind::Import | Kind::Bif, Operand::Unsigned(index)) => {
                below(Table::Imports, index, self.module.imports.len() as u64)
            }
            (Kind::Line, Operand::Unsigned(index)) => match &self.module.lines {
                Some(lines) if index > lines.items.len() as u64 => {
                    broken(Rule::Index { table: Table::Lines, index, count: lines.items.len() as u64 })
                }
                _ => Ok(()),
            },
            (Kind::Entry, Operand::Label(label)) => match self.functions.entered_at(label) {
                Some(_) => Ok(()),
                None => broken(Rule::NotAnEntry(label)),
            },
            (Kind::Arity, Operand::Unsigned(arity)) if arity > 255 => broken(Rule::Arity { given: arity, needed: 255 }),
            (Kind::Live | Kind::FrameSize | Kind::Deallocate | Kind::Remaining, Operand::Unsigned(number))
                if number > 1024 =>
            {
                broken(Rule::Operands("a number of registers or slots is over 1024"))
            }
            (Kind::Unit, Operand::Unsigned(unit)) if unit == 0 || unit > 256 => broken(BAD_UNIT),
            (Kind::HeapNeed, operand) => self.heap_need(operand),
            (kind, list) if kind.is_list() => self.list(kind, list),
            (_, operand) => self.term(operand),
        }
    }

    fn one_of(&self, atom: u32, names: &[&str], what: &'static str) -> Check {
        self.term(Operand::Atom(atom))?;
        if names.contains(&self.module.atom(atom)) { Ok(()) } else { broken(Rule::Operands(what)) }
    }

    fn label(&self, label: u32) -> Check {
        match self.functions.label(label) {
            Some(index) if self.labels.contains(&index) => Ok(()),
            _ => broken(Rule::Label(label)),
        }
    }

    /// Atoms, literals and types must exist; literals must be valid terms.
    fn term(&self, operand: Operand) -> Check {
        match operand {
            Operand::Atom(index) => {
                if index > self.module.atoms.len() {
                    let count = u64::from(self.module.atoms.len());
                    return broken(Rule::Index { table: Table::Atoms, index: u64::from(index), count });
                }
                Ok(())
            }
            Operand::Literal(index) => {
                below(Table::Literals, u64::from(index), u64::from(self.module.literals.len()))?;
                if self.literals.is_valid(index) { Ok(()) } else { broken(Rule::BadLiteral(index)) }
            }
            Operand::TypedX(_, index) | Operand::TypedY(_, index) => match &self.module.types {
                Some(types) => below(Table::Types, u64::from(index), types.rows.len() as u64),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn heap_need(&self, operand: Operand) -> Check {
        if let Operand::Unsigned(words) = operand {
            return heap_number(words);
        }
        let mut kinds = [false; 3];
        for pair in self.code.elements(operand).chunks_exact(2) {
            let [Operand::Unsigned(kind), Operand::Unsigned(number)] = *pair else {
                return broken(Rule::Operands("an allocation list must hold numbers"));
            };
            match kinds.get_mut(usize::try_from(kind).unwrap_or(usize::MAX)) {
                Some(seen) if !*seen => *seen = true,
                _ => return broken(Rule::Operands("an allocation list has an unknown kind, or one twice")),
            }
            heap_number(number)?;
        }
        Ok(())
    }

    fn list(&mut self, kind: Kind, list: Operand) -> Check {
        let elements = self.code.elements(list);
        if elements.len() >= MOST_ELEMENTS {
            return broken(Rule::Operands("a list has more elements than a tuple can have"));
        }
        match kind {
            Kind::SelectValues | Kind::SelectArities => {
                for pair in pairs(elements, "a list of values and labels has an odd length")? {
                    let [value, Operand::Label(label)] = *pair else {
                        return broken(Rule::Operands("a list of values and labels has something else than a label"));
                    };
                    match (kind, value) {
                        (Kind::SelectArities, Operand::Unsigned(_)) => {}
                        (Kind::SelectValues, value) if is_constant(value) => self.term(value)?,
                        _ => return broken(Rule::Operands("a value to select by is not a constant")),
                    }
                    self.label(label)?;
                }
                Ok(())
            }
            Kind::Slots => {
                if elements.iter().any(|slot| slot.y().is_none()) {
                    return broken(Rule::Operands("a list of slots holds something else"));
                }
                Ok(())
            }
            Kind::Sources | Kind::Keys => elements.iter().try_for_each(|&element| self.source(element)),
            Kind::KeysAndValues => {
                let _ = pairs(elements, "a list of keys and values has an odd length")?;
                elements.iter().try_for_each(|&element| self.source(element))
            }
            Kind::KeysToDestinations => {
                for pair in pairs(elements, "a list of keys and registers has an odd length")? {
                    let [key, destination] = *pair else { continue };
                    self.source(key)?;
                    if destination.x().is_none() && destination.y().is_none() {
                        return broken(Rule::Operands("a value of a map goes into something else than a register"));
                    }
                    self.term(destination)?;
                }
                Ok(())
            }
            Kind::Updates => {
                for pair in pairs(elements, "a list of updates has an odd length")? {
                    let [Operand::Unsigned(position), value] = *pair else {
                        return broken(Rule::Operands("an update has no position"));
                    };
                    if position == 0 {
                        return broken(Rule::Operands("an update has position 0; positions start at 1"));
                    }
                    self.source(value)?;
                }
                Ok(())
            }
            Kind::Segments => self.segments(elements),
            _ => self.match_commands(elements),
        }
    }

    fn source(&self, operand: Operand) -> Check {
        if !is_source(operand) {
            return broken(Rule::Operands("a list holds something else than terms"));
        }
        self.term(operand)
    }

    fn segments(&self, elements: &[Operand]) -> Check {
        if !elements.len().is_multiple_of(6) {
            return broken(Rule::Operands("the segments of bs_create_bin are not six operands each"));
        }
        for segment in elements.chunks_exact(6) {
            let [Operand::Atom(kind), Operand::Unsigned(_), Operand::Unsigned(unit), flags, value, size] = *segment
            else {
                return broken(Rule::Operands("a segment of bs_create_bin is malformed"));
            };
            self.term(Operand::Atom(kind))?;
            let name = self.module.atom(kind);
            let fits = match name {
                "utf8" | "utf16" | "utf32" => unit <= 256,
                "string" => unit == 8,
                _ => (1..=256).contains(&unit),
            };
            if !fits {
                return broken(BAD_UNIT);
            }
            self.flags(flags)?;
            self.source(size)?;
            match name {
                "string" => {
                    let (Operand::Unsigned(offset), Operand::Integer(size)) = (value, size) else {
                        return broken(Rule::Operands("a string segment has no offset and size"));
                    };
                    let size = u64::try_from(size).map_err(|_| Rule::Operands("the size of a string is negative"))?;
                    self.string(offset, size)?;
                }
                "append" | "binary" | "float" | "integer" | "private_append" | "utf8" | "utf16" | "utf32" => {
                    self.source(value)?;
                }
                _ => return broken(Rule::Operands("a segment of bs_create_bin has an unknown type")),
            }
        }
        Ok(())
    }

    fn flags(&self, flags: Operand) -> Check {
        match flags {
            Operand::Nil | Operand::Literal(_) | Operand::Unsigned(_) => self.term(flags),
            _ => broken(Rule::Operands("the flags of a segment are malformed")),
        }
    }

    /// `size` bytes from `offset` of the string table.
    fn string(&self, offset: u64, size: u64) -> Check {
        let count = self.module.strings.len() as u64;
        match offset.checked_add(size) {
            Some(end) if end <= count => Ok(()),
            end => broken(Rule::Index { table: Table::Strings, index: end.unwrap_or(u64::MAX), count }),
        }
    }

    fn match_commands(&self, elements: &[Operand]) -> Check {
        for command in MatchCommands::new(self.module, elements) {
            let command = command?;
            if let Some(flags) = command.flags {
                self.flags(flags)?;
            }
            if command.live.is_some_and(|live| live > 1024) {
                return broken(Rule::Operands("a number of registers or slots is over 1024"));
            }
            if let Some(destination) = command.destination {
                self.term(destination)?;
            }
        }
        Ok(())
    }

    /// What operands of one instruction must be to each other.
    fn together(&self, instruction: &Instruction) -> Check {
        let operand = |index| self.code.operand(instruction, index);
        let unsigned = |index| match operand(index) {
            Operand::Unsigned(number) => number,
            _ => 0,
        };
        match instruction.op {
            Op::OnLoad => same_arity(u64::from(self.arity), 0),
            Op::Fmove if is_float_register(operand(0)) == is_float_register(operand(1)) => {
                broken(Rule::Operands("fmove is not between a floating-point register and a term"))
            }
            Op::CallFun2 => {
                let Operand::Unsigned(lambda) = operand(0) else { return Ok(()) };
                let lambda = self.module.lambdas.get(lambda as usize);
                same_arity(unsigned(1), lambda.map_or(0, |lambda| u64::from(lambda.arity.saturating_sub(lambda.free))))
            }
            Op::BsStartMatch3 | Op::BsStartMatch4 | Op::BsMatch | Op::GetMapElements | Op::HasMapFields
                if operand(0) == Operand::Label(0) =>
            {
                broken(Rule::Label(0))
            }
            Op::Call | Op::CallLast | Op::CallOnly => {
                let Operand::Label(label) = operand(1) else { return Ok(()) };
                let callee = self.functions.entered_at(label).and_then(|index| self.functions.list().get(index));
                same_arity(unsigned(0), callee.map_or(0, |function| u64::from(function.arity)))
            }
            Op::CallExt | Op::CallExtLast | Op::CallExtOnly => same_arity(unsigned(0), self.import_arity(unsigned(1))),
            Op::Bif0 => same_arity(0, self.import_arity(unsigned(0))),
            Op::Bif1 => same_arity(1, self.import_arity(unsigned(1))),
            Op::Bif2 => same_arity(2, self.import_arity(unsigned(1))),
            Op::Bif3 => same_arity(3, self.import_arity(unsigned(1))),
            Op::GcBif1 => same_arity(1, self.import_arity(unsigned(2))),
            Op::GcBif2 => same_arity(2, self.import_arity(unsigned(2))),
            Op::GcBif3 => same_arity(3, self.import_arity(unsigned(2))),
            Op::MakeFun3 => {
                let free = self.module.lambdas.get(unsigned(0) as usize).map_or(0, |lambda| u64::from(lambda.free));
                let given = self.code.elements(operand(2)).len() as u64;
                if given == free { Ok(()) } else { broken(Rule::Arity { given, needed: free }) }
            }
            Op::BsMatchString => self.string(unsigned(3), unsigned(2).div_ceil(8)),
            Op::BsPutString => self.string(unsigned(1), unsigned(0)),
            Op::UpdateRecord => {
                let size = unsigned(1);
                let positions = self.code.elements(operand(4)).iter().step_by(2);
                if positions.into_iter().any(|position| matches!(position, Operand::Unsigned(at) if *at > size)) {
                    return broken(Rule::Operands("an update is beyond the record's size"));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn import_arity(&self, index: u64) -> u64 {
        self.module.imports.get(index as usize).map_or(0, |import| u64::from(import.arity))
    }
}

/// Looks at each literal once, however often code names it.
#[must_use]
pub fn valid_literals(module: &Module<'_>) -> Literals {
    Literals::Valid((0..module.literals.len()).map(|index| valid_literal(module, index)).collect())
}

fn valid_literal(module: &Module<'_>, index: u32) -> bool {
    struct Nothing;
    impl etf::Visitor for Nothing {}
    let bytes = module.literals.get(index).unwrap_or_default();
    matches!(etf::visit(bytes, &mut Nothing), Ok(used) if used == bytes.len())
}

fn same_arity(given: u64, needed: u64) -> Check {
    if given == needed { Ok(()) } else { broken(Rule::Arity { given, needed }) }
}

fn below(table: Table, index: u64, count: u64) -> Check {
    if index < count { Ok(()) } else { broken(Rule::Index { table, index, count }) }
}

fn heap_number(number: u64) -> Check {
    // OTP's compiler never asks for near as much at once: a tuple has at most 2^24 - 1 elements.
    if number <= 1 << 25 { Ok(()) } else { broken(Rule::Operands("an instruction needs more heap than there can be")) }
}

fn pairs<'o>(elements: &'o [Operand], what: &'static str) -> Result<impl Iterator<Item = &'o [Operand]>, Broken> {
    if elements.len().is_multiple_of(2) { Ok(elements.chunks_exact(2)) } else { broken(Rule::Operands(what)) }
}

const fn is_float_register(operand: Operand) -> bool {
    matches!(operand, Operand::FloatRegister(_))
}

const fn is_constant(operand: Operand) -> bool {
    matches!(
        operand,
        Operand::Atom(_) | Operand::Nil | Operand::Integer(_) | Operand::BigInteger { .. } | Operand::Literal(_)
    )
}

/// One command of `bs_match`.
#[derive(Clone, Copy, Debug, Default)]
pub struct MatchCommand<'a> {
    /// Its name.
    pub name: &'a str,
    /// How many bits it takes, where the command tells (`binary`, `integer`).
    pub bits: Option<u64>,
    /// The number of live `x` registers, where collection may happen.
    pub live: Option<u64>,
    /// The flags of the segment.
    pub flags: Option<Operand>,
    /// The register that is written.
    pub destination: Option<Operand>,
}

/// The commands of a `bs_match`, one after the other.
pub struct MatchCommands<'m, 'a, 'o> {
    module: &'m Module<'a>,
    rest: &'o [Operand],
}

impl<'m, 'a, 'o> MatchCommands<'m, 'a, 'o> {
    /// The commands in the elements of the instruction's list.
    #[must_use]
    pub const fn new(module: &'m Module<'a>, elements: &'o [Operand]) -> Self {
        Self { module, rest: elements }
    }
}

impl<'a> Iterator for MatchCommands<'_, 'a, '_> {
    type Item = Result<MatchCommand<'a>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        const MALFORMED: Rule = Rule::Operands("a command of bs_match is malformed");
        let (&name, rest) = self.rest.split_first()?;
        self.rest = &[];
        let Operand::Atom(name) = name else { return Some(broken(MALFORMED)) };
        let name = self.module.atom(name);
        let size = match name {
            "ensure_at_least" => 2,
            "ensure_exactly" | "skip" => 1,
            "binary" | "integer" => 5,
            "get_tail" | "=:=" => 3,
            _ => return Some(broken(Rule::Operands("bs_match has an unknown command"))),
        };
        let Some((command, rest)) = rest.split_at_checked(size) else { return Some(broken(MALFORMED)) };
        self.rest = rest;
        let register = |operand: Operand| operand.x().is_some() || operand.y().is_some();
        Some(match *command {
            [Operand::Unsigned(_)] | [Operand::Unsigned(_), Operand::Unsigned(_)] => {
                Ok(MatchCommand { name, ..MatchCommand::default() })
            }
            [Operand::Unsigned(live), Operand::Unsigned(_), destination] if register(destination) => {
                Ok(MatchCommand { name, live: Some(live), destination: Some(destination), ..MatchCommand::default() })
            }
            [Operand::Nil, Operand::Unsigned(_), value] if is_source(value) => {
                Ok(MatchCommand { name, ..MatchCommand::default() })
            }
            [Operand::Unsigned(live), flags, Operand::Unsigned(size), Operand::Unsigned(unit), destination]
                if register(destination) =>
            {
                let bits = size.checked_mul(unit);
                Ok(MatchCommand { name, bits, live: Some(live), flags: Some(flags), destination: Some(destination) })
            }
            _ => broken(MALFORMED),
        })
    }
}
