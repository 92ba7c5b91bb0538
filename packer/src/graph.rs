//! What each function refers to: the data that the pruner follows and the link checker judges.
//!
//! It is read once a module, in one pass over the instructions. Every reference keeps the index of its instruction, so
//! that its source line can be told. An atom counts wherever it is a term: an operand that is moved, passed, compared
//! with, put into a term or used as a key, and inside literals. (A value from outside, once compared with an atom, may be
//! called by it.) The tag of `is_tagged_tuple` does not count: a record's name is no value of its own. Nor do the keys of a
//! map, unless all of them name modules, nor what code makes only to raise it with `erlang:error`.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::Range;

use emberl_format::code::Instruction;
use emberl_format::compact::Operand;
use emberl_format::etf::{self, Term};
use emberl_format::opcode::{Kind, Op};
use emberl_format::{ChunkId, Error};
use rayon::prelude::*;

use crate::protocol::{self, Protocols};
use crate::rewrite;
use crate::site::{self, Site, Sites};
use crate::unit::Unit;

/// Stands for "none" in the tables of numbers.
pub(crate) const NONE: u32 = u32::MAX;

/// What an instruction refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A call of a function of the same module, by its index in [`Functions::list`].
    ///
    /// [`Functions::list`]: emberl_format::functions::Functions::list
    Call(u32),
    /// A fun whose body is a function of the same module, by its index.
    Fun(u32),
    /// A call of a function of another module (or a guard BIF), by its index in the import table.
    Import(u32),
    /// A literal that names functions or atoms that matter, by its index in the literal table.
    Literal(u32),
    /// A literal of an exception's reason, which has `error_info` or names functions by `fun M:F/A`.
    Raised(u32),
    /// An atom that names a module, an exported function or a struct of the set, by its index in the atom table.
    Atom(u32),
}

/// One reference of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Index of the instruction; [`Unit::location`] gives its source line.
    pub at: u32,
    /// What it refers to.
    pub target: Target,
}

/// A `fun Module:Function/Arity` inside a literal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunExport {
    /// The module.
    pub module: String,
    /// The function's name.
    pub function: String,
    /// Its arity.
    pub arity: u8,
}

/// A literal that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLiteral {
    /// The index of the unit.
    pub unit: usize,
    /// Its file.
    pub file: String,
    /// What is wrong, and where in the literal table.
    pub error: Error,
}

impl fmt::Display for BadLiteral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; compile the module again", self.file, self.error)
    }
}

impl std::error::Error for BadLiteral {}

/// What an import leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Imported {
    /// A function of the set, by its number.
    Function(u32),
    /// A native, or something that is missing.
    Outside,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct LiteralNames {
    pub(crate) names: Vec<u32>,
    pub(crate) exports: Vec<FunExport>,
    /// The numbers of those exports that are functions of the set.
    pub(crate) functions: Vec<u32>,
    /// Whether the atom `exports` or `functions` is in it.
    asks: bool,
}

/// What the functions of one unit refer to.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnitGraph {
    references: Vec<Reference>,
    /// By function: its references.
    ranges: Vec<Range<u32>>,
    /// By literal.
    pub(crate) literals: Vec<LiteralNames>,
    /// By function: where it calls by name, with the numbers of names.
    pub(crate) sites: Vec<Vec<Site>>,
    /// By import.
    pub(crate) imports: Vec<Imported>,
    /// By atom index: its name's number, or [`NONE`].
    pub(crate) atoms: Vec<u32>,
    /// The exported functions: the number of the name, the arity, and the index of the function.
    pub(crate) exports: Vec<(u32, u8, u32)>,
    /// The function with `-on_load`, by its index.
    pub(crate) on_load: Option<u32>,
    /// `module_info/0` and `module_info/1`, by their index.
    pub(crate) module_info: [u32; 2],
    /// By function: whether it has the atom `exports` or `functions`, even only to compare with it. Without it no code
    /// picks function names out of what `module_info` gives.
    pub(crate) asks: Vec<bool>,
    /// By function: whether it asks the VM for the exports of a module, by `erlang:get_module_info/1,2`.
    pub(crate) reflects: Vec<bool>,
    /// Whether the module is written as it is, with all functions.
    pub(crate) whole: bool,
}

/// What all functions of a set of modules refer to.
///
/// Of modules with the same name the first one counts; the others are unreachable, as they are in a pack.
#[derive(Clone, Debug)]
pub struct Graph {
    pub(crate) units: Vec<UnitGraph>,
    /// By unit: the number of its first function; the last element is the number of all functions.
    pub(crate) first: Vec<u32>,
    /// By name: the unit that has it, or [`NONE`].
    pub(crate) modules: Vec<u32>,
    /// By name: the functions that are exported under it: unit, arity, number.
    pub(crate) exporters: Vec<Vec<(u32, u8, u32)>>,
    pub(crate) protocols: Protocols,
    /// The number of the name `error_info`.
    pub(crate) error_info: u32,
    /// The number of the name `format_error`.
    pub(crate) format_error: u32,
    by_name: HashMap<String, u32>,
    /// The names of modules that are not in the set, by their numbers.
    outside: HashMap<u32, String>,
}

impl Graph {
    /// Reads the references of all functions of `units`, the modules that are to run together.
    ///
    /// # Errors
    /// When a literal is not a readable term.
    pub fn build(units: &[Unit<'_>]) -> Result<Self, BadLiteral> {
        Self::build_beside(units, &[])
    }

    /// As [`build`](Self::build), with the names of modules that are not in the set, but could be added to it: atoms that
    /// name them are references, too.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn build_beside(units: &[Unit<'_>], outside: &[&str]) -> Result<Self, BadLiteral> {
        let mut names = Names::default();
        let (error_info, format_error) = (names.number("error_info"), names.number("format_error"));
        let outside: HashMap<u32, String> =
            outside.iter().map(|name| (names.number(name), (*name).to_owned())).collect();
        names.modules.extend(outside.keys());
        let mut modules = Vec::new();
        for (index, unit) in units.iter().enumerate() {
            let name = names.number(unit.name());
            names.modules.insert(name);
            let name = name as usize;
            grow(&mut modules, name, NONE);
            if let Some(place @ &mut NONE) = modules.get_mut(name) {
                *place = index as u32;
            }
            for export in &unit.module.exports {
                names.number(unit.module.atom(export.function));
            }
        }
        let by_name: HashMap<String, u32> = units
            .iter()
            .enumerate()
            .filter_map(|(index, unit)| {
                let number = *names.numbers.get(unit.name())?;
                (modules.get(number as usize) == Some(&(index as u32))).then(|| (unit.name().to_owned(), index as u32))
            })
            .collect();
        let protocols = protocol::find(units, &by_name, |name| names.number(name));
        let count = names.numbers.len();
        grow(&mut modules, count.saturating_sub(1), NONE);
        let mut graphs = units
            .par_iter()
            .enumerate()
            .map(|(index, unit)| {
                read(unit, &names, protocols.is_implementation(index as u32)).map_err(|error| BadLiteral {
                    unit: index,
                    file: unit.file.clone(),
                    error,
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let mut first = vec![0];
        let mut total = 0u32;
        let mut exporters = vec![Vec::new(); count];
        let mut exported = HashMap::new();
        for (index, (unit, graph)) in units.iter().zip(&graphs).enumerate() {
            let shadowed = by_name.get(unit.name()) != Some(&(index as u32));
            for &(name, arity, function) in graph.exports.iter().filter(|_| !shadowed) {
                if let Some(list) = exporters.get_mut(name as usize) {
                    list.push((index as u32, arity, total.saturating_add(function)));
                }
                exported.insert((index as u32, name, arity), total.saturating_add(function));
            }
            total = total.saturating_add(unit.functions.list().len() as u32);
            first.push(total);
        }
        let find = |module: &str, function: &str, arity: u32| {
            let unit = by_name.get(module)?;
            let name = names.numbers.get(function)?;
            exported.get(&(*unit, *name, u8::try_from(arity).ok()?)).copied()
        };
        graphs.par_iter_mut().zip(units).for_each(|(graph, unit)| {
            graph.imports = unit
                .module
                .imports
                .iter()
                .map(|import| {
                    let (module, function) = (unit.module.atom(import.module), unit.module.atom(import.function));
                    match find(module, function, import.arity) {
                        Some(number) => Imported::Function(number),
                        None => Imported::Outside,
                    }
                })
                .collect();
            for literal in &mut graph.literals {
                literal.functions = literal
                    .exports
                    .iter()
                    .filter_map(|export| find(&export.module, &export.function, u32::from(export.arity)))
                    .collect();
            }
        });
        Ok(Self { units: graphs, first, modules, exporters, protocols, error_info, format_error, by_name, outside })
    }

    /// What a function refers to, in the order of its instructions.
    #[must_use]
    pub fn references(&self, unit: usize, function: usize) -> &[Reference] {
        let Some(graph) = self.units.get(unit) else { return &[] };
        let Some(range) = graph.ranges.get(function) else { return &[] };
        graph.references.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// The `fun M:F/A` inside a literal.
    #[must_use]
    pub fn fun_exports(&self, unit: usize, literal: u32) -> &[FunExport] {
        self.units
            .get(unit)
            .and_then(|graph| graph.literals.get(literal as usize))
            .map_or(&[], |literal| literal.exports.as_slice())
    }

    /// The name of a module that is not in the set, by its number.
    pub(crate) fn outside(&self, name: u32) -> Option<&str> {
        self.outside.get(&name).map(String::as_str)
    }

    /// The unit that has this module name: the first, where several have it.
    #[must_use]
    pub fn unit(&self, module: &str) -> Option<usize> {
        self.by_name.get(module).map(|&unit| unit as usize)
    }

    /// The unit of the module with this name.
    pub(crate) fn module(&self, name: u32) -> Option<usize> {
        self.modules.get(name as usize).filter(|&&unit| unit != NONE).map(|&unit| unit as usize)
    }

    /// The number of a function among all.
    pub(crate) fn number(&self, unit: usize, function: usize) -> Option<u32> {
        let (first, next) = (*self.first.get(unit)?, *self.first.get(unit + 1)?);
        let number = first.checked_add(u32::try_from(function).ok()?)?;
        (number < next).then_some(number)
    }

    /// The unit and the index of a function.
    pub(crate) fn place(&self, number: u32) -> (usize, usize) {
        let unit = self.first.partition_point(|&first| first <= number).saturating_sub(1);
        (unit, number.saturating_sub(self.first.get(unit).copied().unwrap_or(0)) as usize)
    }
}

/// Numbers for the names that matter: of modules, exported functions and structs.
#[derive(Default)]
struct Names<'n> {
    numbers: HashMap<&'n str, u32>,
    /// Those of modules, of the set or beside it.
    modules: HashSet<u32>,
}

impl<'n> Names<'n> {
    fn number(&mut self, name: &'n str) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry(name).or_insert(next)
    }

    fn find(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    fn is_module(&self, name: &str) -> bool {
        self.find(name).is_some_and(|name| self.modules.contains(&name))
    }
}

fn grow<T: Clone>(list: &mut Vec<T>, index: usize, fill: T) {
    if list.len() <= index {
        list.resize(index + 1, fill);
    }
}

/// Collects what a literal names.
struct Collect<'n, 'a> {
    names: &'n Names<'a>,
    found: LiteralNames,
    has_map: bool,
}

impl Collect<'_, '_> {
    fn name(&mut self, name: &str) {
        if let Some(number) = self.names.find(name)
            && !self.found.names.contains(&number)
        {
            self.found.names.push(number);
        }
    }

    /// Takes the names from the term, but for those that are only keys.
    fn without_keys(&mut self, term: &Term) {
        self.found.names.clear();
        let mut left = vec![term];
        while let Some(term) = left.pop() {
            match term {
                Term::Atom(name) => self.name(name),
                Term::List { elements, tail } => left.extend(elements.iter().chain([&**tail])),
                Term::Tuple(elements) => left.extend(elements),
                Term::Map(pairs) => {
                    let is_name = |key: &Term| matches!(key, Term::Atom(name) if self.names.is_module(name));
                    let is_table = pairs.iter().all(|(key, _)| is_name(key));
                    let keys = pairs.iter().map(|(key, _)| key);
                    left.extend(keys.filter(|key| is_table || !matches!(key, Term::Atom(_))));
                    left.extend(pairs.iter().map(|(_, value)| value));
                }
                _ => {}
            }
        }
    }
}

impl etf::Visitor for Collect<'_, '_> {
    fn atom(&mut self, name: &str) {
        self.found.asks |= is_question(name);
        self.name(name);
    }

    fn map(&mut self, _: usize) {
        self.has_map = true;
    }

    fn export(&mut self, module: &str, function: &str, arity: u8) {
        self.found.exports.push(FunExport { module: module.to_owned(), function: function.to_owned(), arity });
    }
}

fn read(unit: &Unit<'_>, names: &Names<'_>, is_implementation: bool) -> Result<UnitGraph, Error> {
    let literals = (0..unit.module.literals.len())
        .map(|index| {
            let mut collect = Collect { names, found: LiteralNames::default(), has_map: false };
            let bytes = unit.module.literals.get(index).unwrap_or_default();
            let read = etf::visit(bytes, &mut collect).and_then(|_| {
                if collect.has_map && !collect.found.names.is_empty() {
                    collect.without_keys(&etf::decode_prefix(bytes)?.0);
                }
                Ok(())
            });
            read.map_err(|error| error.shifted(unit.module.literals.offset(index)).within(ChunkId(*b"LitT")))?;
            Ok(collect.found)
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let atom_names = unit.module.atoms.names();
    let number = |name: &&str| names.numbers.get(*name).copied().unwrap_or(NONE);
    let mut graph = UnitGraph {
        literals,
        atoms: std::iter::once(NONE).chain(atom_names.iter().map(number)).collect(),
        module_info: [NONE; 2],
        whole: rewrite::kept_whole(unit).is_some(),
        ..UnitGraph::default()
    };
    for export in &unit.module.exports {
        let name = graph.atoms.get(export.function as usize).copied().unwrap_or(NONE);
        if let (Some(function), Ok(arity)) = (unit.functions.entered_at(export.label), u8::try_from(export.arity)) {
            graph.exports.push((name, arity, function as u32));
        }
    }
    for (index, function) in unit.functions.list().iter().enumerate() {
        let (name, arity) = unit.name_of(function);
        if name == "module_info"
            && let Some(place) = graph.module_info.get_mut(usize::from(arity))
        {
            *place = index as u32;
        }
        // These name their own module (and an implementation its protocol and struct) only to tell it.
        let tells_its_name =
            (name == "module_info" && arity < 2) || (is_implementation && name == "__impl__" && arity == 1);
        // Elixir's `__info__/1` asks for attributes, options and checksum of its own module only.
        let may_ask = !(tells_its_name || (name == "__info__" && arity == 1));
        let (mut asks, mut reflects) = (false, false);
        let mut item = None;
        let (mut registers, mut sites) = (Sites::default(), Vec::new());
        let start = graph.references.len() as u32;
        let raised = site::raised(unit, function.instructions.clone());
        for (at, instruction) in function_code(unit, function.instructions.clone()) {
            if instruction.op == Op::OnLoad {
                graph.on_load = Some(index as u32);
            }
            let is_raised = raised.iter().any(|range| range.contains(&at));
            References { unit, names, graph: &mut graph, at: at as u32, tells_its_name, is_raised }.read(instruction);
            registers.read(unit, instruction, |site| sites.extend(numbered(site, &graph.atoms)));
            if may_ask {
                asks |= asks_for_exports(unit, &graph, instruction);
                reflects |= asks_the_vm(unit, instruction, &mut item);
            }
        }
        sites.sort_unstable();
        sites.dedup();
        graph.sites.push(sites);
        graph.asks.push(asks);
        graph.reflects.push(reflects);
        graph.ranges.push(start..graph.references.len() as u32);
    }
    Ok(graph)
}

/// A site with the number of its name instead of an index; none, if no module and no function has that name.
fn numbered(site: Site, atoms: &[u32]) -> Option<Site> {
    let number = |atom: u32| atoms.get(atom as usize).copied().filter(|&name| name != NONE);
    Some(match site {
        Site::Named(atom, arity) => Site::Named(number(atom)?, arity),
        Site::Passed(import, atom) => Site::Passed(import, number(atom)?),
        Site::Kept(atom) => Site::Kept(number(atom)?),
        Site::Open(_) => site,
    })
}

fn asks_for_exports(unit: &Unit<'_>, graph: &UnitGraph, instruction: &Instruction) -> bool {
    let asks = |operand: &Operand| match *operand {
        Operand::Atom(index) => is_question(unit.module.atom(index)),
        Operand::Literal(index) => graph.literals.get(index as usize).is_some_and(|literal| literal.asks),
        _ => false,
    };
    let mut operands = unit.code.operands(instruction);
    operands.any(|operand| asks(&operand) || unit.code.elements(operand).iter().any(asks))
}

/// Whether an instruction calls `erlang:get_module_info/1`, or `/2` with an item that may name functions. `item` is the
/// atom that the instructions before it moved to `x1`.
fn asks_the_vm<'a>(unit: &Unit<'a>, instruction: &Instruction, item: &mut Option<&'a str>) -> bool {
    let code = &unit.code;
    match instruction.op {
        Op::Line | Op::InitYregs | Op::Allocate => false,
        Op::Move => {
            if code.operand(instruction, 1).x() == Some(1) {
                *item = match code.operand(instruction, 0) {
                    Operand::Atom(atom) => Some(unit.module.atom(atom)),
                    _ => None,
                };
            }
            false
        }
        Op::CallExt | Op::CallExtLast | Op::CallExtOnly => {
            let item = item.take();
            let Operand::Unsigned(index) = code.operand(instruction, 1) else { return false };
            let import = usize::try_from(index).ok().and_then(|index| unit.module.imports.get(index));
            import.is_some_and(|import| {
                unit.module.atom(import.module) == "erlang"
                    && unit.module.atom(import.function) == "get_module_info"
                    && (import.arity == 1 || item.is_none_or(is_question))
            })
        }
        _ => {
            *item = None;
            false
        }
    }
}

/// The items of `module_info` that name functions.
fn is_question(atom: &str) -> bool {
    matches!(atom, "exports" | "functions")
}

fn function_code<'u>(unit: &'u Unit<'_>, range: Range<usize>) -> impl Iterator<Item = (usize, &'u Instruction)> {
    let start = range.start;
    let instructions = unit.code.instructions().get(range).unwrap_or_default();
    instructions.iter().enumerate().map(move |(offset, instruction)| (start + offset, instruction))
}

/// The references of one instruction.
struct References<'r, 'u, 'a> {
    unit: &'u Unit<'a>,
    names: &'r Names<'u>,
    graph: &'r mut UnitGraph,
    at: u32,
    /// Whether atoms do not count.
    tells_its_name: bool,
    /// Whether it makes something that is only raised.
    is_raised: bool,
}

impl References<'_, '_, '_> {
    fn read(&mut self, instruction: &Instruction) {
        let operands = self.unit.code.operands(instruction);
        for (kind, operand) in instruction.op.info().operands.iter().zip(operands) {
            match (kind, operand) {
                (Kind::Entry, Operand::Label(label)) => {
                    if let Some(function) = self.unit.functions.entered_at(label) {
                        self.add(Target::Call(function as u32));
                    }
                }
                (Kind::Lambda | Kind::FunTag, Operand::Unsigned(index)) => self.lambda(index),
                (Kind::Import | Kind::Bif, Operand::Unsigned(index)) => {
                    if let Some(index) = u32::try_from(index).ok().filter(|&index| self.is_import(index)) {
                        self.add(Target::Import(index));
                    }
                }
                (Kind::Source | Kind::MoveSource, _) => self.term(operand),
                (Kind::Sources | Kind::SelectValues | Kind::Updates, _) => {
                    for &element in self.unit.code.elements(operand) {
                        self.term(element);
                    }
                }
                (Kind::KeysAndValues, _) => self.map(self.unit.code.elements(operand)),
                (Kind::Segments, _) => {
                    for segment in self.unit.code.elements(operand).chunks(6) {
                        for &term in segment.iter().skip(4) {
                            self.term(term);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The keys and values that are put into a map.
    fn map(&mut self, elements: &[Operand]) {
        let is_name = |key: Operand| match key {
            Operand::Atom(index) => self.names.is_module(self.unit.module.atom(index)),
            _ => false,
        };
        let is_table = elements.iter().step_by(2).all(|&key| is_name(key));
        for (place, &element) in elements.iter().enumerate() {
            if place % 2 == 1 || is_table || !matches!(element, Operand::Atom(_)) {
                self.term(element);
            }
        }
    }

    fn add(&mut self, target: Target) {
        self.graph.references.push(Reference { at: self.at, target });
    }

    fn lambda(&mut self, index: u64) {
        let lambda = usize::try_from(index).ok().and_then(|index| self.unit.module.lambdas.get(index));
        if let Some(function) = lambda.and_then(|lambda| self.unit.functions.entered_at(lambda.label)) {
            self.add(Target::Fun(function as u32));
        }
    }

    fn is_import(&self, index: u32) -> bool {
        (index as usize) < self.unit.module.imports.len()
    }

    fn term(&mut self, operand: Operand) {
        match operand {
            Operand::Atom(index) => {
                let counts = !(self.tells_its_name || self.is_raised);
                let is_name = self.graph.atoms.get(index as usize).is_some_and(|&name| name != NONE);
                if is_name && (counts || self.unit.module.atom(index) == "error_info") {
                    self.add(Target::Atom(index));
                }
            }
            Operand::Literal(index) => {
                let says = self.graph.literals.get(index as usize);
                if says.is_none_or(|says| says.names.is_empty() && says.exports.is_empty()) {
                    return;
                }
                self.add(if self.is_raised { Target::Raised(index) } else { Target::Literal(index) });
            }
            _ => {}
        }
    }
}
