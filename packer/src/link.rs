//! The link check: every call, fun and guard BIF leads to a function of the pack, of the packs beside it, or to a native
//! of the target, and every instruction is one that the target runs.

use std::collections::HashMap;

use emberl_format::code::Instruction;
use emberl_format::compact::Operand;
use emberl_format::etf;
use emberl_format::opcode::{Kind, Op};
use emberl_format::{ChunkId, check::operands::MatchCommands};
use rayon::prelude::*;

use crate::codes;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::profile::{Native, Platform, Profile};
use crate::suggest::{self, Mfa};
use crate::unit::Unit;

/// What links are checked against.
#[derive(Clone, Copy, Debug)]
pub struct Target<'t> {
    /// What the virtual machine can run.
    pub profile: &'static Profile,
    /// The platform, when it is known; natives of all platforms count otherwise.
    pub platform: Option<Platform>,
    /// Modules that are on the device already: they resolve links, and are not checked.
    pub with: &'t [Unit<'t>],
    /// Modules that are among the inputs but could not be read: what calls them is not judged.
    pub damaged: &'t [String],
}

/// Checks the links of `units`, the modules that run together. `reached` tells which functions (unit, function) count.
#[must_use]
pub fn check(
    units: &[Unit<'_>],
    target: &Target<'_>,
    reached: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Vec<Diagnostic> {
    let known = Known::new(units, target);
    let found: Vec<Vec<Diagnostic>> = units
        .par_iter()
        .enumerate()
        .map(|(number, unit)| {
            let mut checker = Checker { unit, target, known: &known, found: Vec::new(), literals: HashMap::new() };
            checker.run(&|function| reached(number, function));
            checker.found
        })
        .collect();
    found.into_iter().flatten().collect()
}

/// A function of a module that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exported {
    /// It has a body.
    Yes,
    /// Its body only stands for a native.
    Stub,
}

/// All functions that modules export.
struct Known<'u> {
    modules: HashMap<&'u str, HashMap<(&'u str, u8), Exported>>,
    /// The modules that export a function, by its name.
    exporters: HashMap<(&'u str, u8), Vec<&'u str>>,
}

impl<'u> Known<'u> {
    fn new<'a: 'u>(units: &'u [Unit<'a>], target: &Target<'u>) -> Self {
        let mut modules: HashMap<&'u str, HashMap<(&'u str, u8), Exported>> = HashMap::new();
        let mut exporters: HashMap<(&'u str, u8), Vec<&'u str>> = HashMap::new();
        for unit in units.iter().chain(target.with) {
            if modules.contains_key(unit.name()) {
                continue;
            }
            let mut exports = HashMap::with_capacity(unit.module.exports.len());
            for export in &unit.module.exports {
                let key = (unit.module.atom(export.function), export.arity as u8);
                let stub = unit.functions.entered_at(export.label).is_some_and(|function| is_stub(unit, function));
                exports.insert(key, if stub { Exported::Stub } else { Exported::Yes });
                exporters.entry(key).or_default().push(unit.name());
            }
            modules.insert(unit.name(), exports);
        }
        Self { modules, exporters }
    }
}

/// Whether a function does nothing but call `erlang:nif_error`.
fn is_stub(unit: &Unit<'_>, function: usize) -> bool {
    let Some(function) = unit.functions.list().get(function) else { return false };
    let body = unit.code.instructions().get(function.body..function.instructions.end).unwrap_or_default();
    for instruction in body {
        match instruction.op {
            Op::Label
            | Op::Line
            | Op::ExecutableLine
            | Op::DebugLine
            | Op::NifStart
            | Op::Move
            | Op::Allocate
            | Op::AllocateHeap
            | Op::TestHeap
            | Op::PutList
            | Op::PutTuple2
            | Op::InitYregs => {}
            Op::CallExt | Op::CallExtLast | Op::CallExtOnly => {
                let Operand::Unsigned(import) = unit.code.operand(instruction, 1) else { return false };
                let Some(import) = unit.module.imports.get(import as usize) else { return false };
                return unit.module.atom(import.module) == "erlang" && unit.module.atom(import.function) == "nif_error";
            }
            _ => return false,
        }
    }
    false
}

/// Names and functions that a literal holds.
#[derive(Default)]
struct Exports(Vec<(String, String, u8)>);

impl etf::Visitor for Exports {
    fn export(&mut self, module: &str, function: &str, arity: u8) {
        self.0.push((module.to_owned(), function.to_owned(), arity));
    }
}

struct Checker<'c, 'u> {
    unit: &'c Unit<'u>,
    target: &'c Target<'c>,
    known: &'c Known<'c>,
    found: Vec<Diagnostic>,
    /// The funs in literals that were looked at.
    literals: HashMap<u32, Vec<(String, String, u8)>>,
}

/// What is wrong with one reference.
struct Fault {
    code: u16,
    severity: Severity,
    what: String,
    why: String,
    cure: String,
}

impl Checker<'_, '_> {
    fn run(&mut self, reached: &dyn Fn(usize) -> bool) {
        let code = &self.unit.code;
        for (number, function) in self.unit.functions.list().iter().enumerate() {
            if !reached(number) {
                continue;
            }
            let first = self.found.len();
            let instructions = code.instructions().get(function.instructions.clone()).unwrap_or_default();
            for (at, instruction) in function.instructions.clone().zip(instructions) {
                if !self.target.profile.runs(instruction.op.number()) {
                    let fault = self.instruction_fault(instruction);
                    self.push(number, at, first, fault);
                    continue;
                }
                self.operands(number, at, first, instruction);
            }
        }
    }

    /// Adds a fault, or counts it where the same function already has it.
    fn push(&mut self, function: usize, at: usize, first: usize, fault: Fault) {
        let known = self.found.iter_mut().skip(first);
        for seen in known {
            if seen.code.0 == fault.code && seen.what == fault.what {
                seen.more += 1;
                return;
            }
        }
        let unit = self.unit;
        let instruction = unit.code.instructions().get(at);
        self.found.push(Diagnostic {
            code: Code(fault.code),
            severity: fault.severity,
            file: unit.file.clone(),
            module: Some(unit.name().to_owned()),
            function: unit.functions.list().get(function).map(|function| {
                let (name, arity) = unit.name_of(function);
                (name.to_owned(), arity)
            }),
            location: unit.location(at),
            place: instruction.map(|instruction| (Some(ChunkId(*b"Code")), unit.code.chunk_offset(instruction))),
            what: fault.what,
            why: fault.why,
            cure: fault.cure,
            more: 0,
        });
    }

    fn instruction_fault(&self, instruction: &Instruction) -> Fault {
        let info = instruction.op.info();
        let profile = self.target.profile;
        let (oldest, newest) = profile.compilers();
        let mut why = format!("the {} profile does not run it", profile.name());
        if profile.stops_at_unknown_instructions() {
            why.push_str(": its loader stops the whole virtual machine, even if the function is never called");
        }
        let cure = match instruction.op {
            Op::ExecutableLine => "compile without line_coverage".to_owned(),
            Op::DebugLine => "compile without beam_debug_info".to_owned(),
            Op::OnLoad => "remove -on_load; call the function from start/0".to_owned(),
            Op::NifStart => "remove -nifs, or provide the module's functions in Erlang".to_owned(),
            _ if info.first_release >= 29 => {
                "do not use native records (-record #name{}) on this target; -record(name, {}) runs".to_owned()
            }
            _ => format!("compile with OTP {oldest} to {newest}"),
        };
        Fault {
            code: codes::INSTRUCTION,
            severity: Severity::Error,
            what: format!("instruction {} ({}) is not run by the target", info.name, info.doc.trim_end_matches('.')),
            why,
            cure,
        }
    }

    fn operands(&mut self, function: usize, at: usize, first: usize, instruction: &Instruction) {
        let unit = self.unit;
        for (&kind, operand) in instruction.op.info().operands.iter().zip(unit.code.operands(instruction)) {
            match (kind, operand) {
                (Kind::Import | Kind::Bif, Operand::Unsigned(index)) => {
                    let Some(import) = unit.module.imports.get(index as usize) else { continue };
                    let (module, name) = (unit.module.atom(import.module), unit.module.atom(import.function));
                    if let Some(fault) = self.link(module, name, import.arity as u8, kind == Kind::Bif) {
                        self.push(function, at, first, fault);
                    }
                }
                (Kind::MatchCommands, list) => {
                    if let Some(fault) = self.match_commands(unit.code.elements(list)) {
                        self.push(function, at, first, fault);
                    }
                }
                (Kind::Segments, list) => {
                    if let Some(fault) = self.segments(unit.code.elements(list)) {
                        self.push(function, at, first, fault);
                    }
                    self.elements(function, at, first, list);
                }
                (_, list @ Operand::List { .. }) => self.elements(function, at, first, list),
                (_, operand) => self.term(function, at, first, operand),
            }
        }
        if instruction.op == Op::BsGetBinary2 && !self.target.profile.unaligned_bitstrings() {
            let unit_of = match unit.code.operand(instruction, 4) {
                Operand::Unsigned(unit) => unit,
                _ => 8,
            };
            if unit_of % 8 != 0 {
                self.push(function, at, first, self.bit_fault("a bitstring of single bits is matched"));
            }
        }
    }

    fn elements(&mut self, function: usize, at: usize, first: usize, list: Operand) {
        for &element in self.unit.code.elements(list) {
            self.term(function, at, first, element);
        }
    }

    /// Literals with funs, integers and registers beyond the target's limits.
    fn term(&mut self, function: usize, at: usize, first: usize, operand: Operand) {
        match operand {
            Operand::Literal(index) => {
                let unit = self.unit;
                let exports = self.literals.entry(index).or_insert_with(|| {
                    let mut exports = Exports::default();
                    // A literal that is no term is the code half's finding.
                    let _ = etf::visit(unit.module.literals.get(index).unwrap_or_default(), &mut exports);
                    exports.0
                });
                for (module, name, arity) in exports.clone() {
                    if let Some(fault) = self.link(&module, &name, arity, false) {
                        self.push(function, at, first, fault);
                    }
                }
                self.literal_integer(function, at, first, index);
            }
            Operand::BigInteger { length, .. } => {
                let bits = u64::from(length) * 8 - 1;
                if let Some(limit) = self.target.profile.max_integer_bits().filter(|&limit| bits > u64::from(limit) + 7)
                {
                    self.push(function, at, first, self.integer_fault(limit));
                }
            }
            Operand::FloatRegister(number) => {
                if let Some(limit) = self.target.profile.float_registers().filter(|&limit| number >= limit) {
                    let fault = Fault {
                        code: codes::FLOAT_REGISTERS,
                        severity: Severity::Error,
                        what: format!("the function computes with more than {limit} floats at once"),
                        why: format!("the {} profile has {limit} floating-point registers", self.target.profile.name()),
                        cure: "split the expression into functions".to_owned(),
                    };
                    self.push(function, at, first, fault);
                }
            }
            _ => {}
        }
    }

    fn literal_integer(&mut self, function: usize, at: usize, first: usize, index: u32) {
        let Some(limit) = self.target.profile.max_integer_bits() else { return };
        // An integer by itself is SMALL_BIG_EXT with its number of bytes; inside of other terms they are rare.
        if let Some(&[131, 110, bytes, ..]) = self.unit.module.literals.get(index)
            && u32::from(bytes) * 8 > limit
        {
            self.push(function, at, first, self.integer_fault(limit));
        } else if let Some(&[131, 111, ..]) = self.unit.module.literals.get(index) {
            self.push(function, at, first, self.integer_fault(limit));
        }
    }

    fn integer_fault(&self, limit: u32) -> Fault {
        Fault {
            code: codes::INTEGER,
            severity: Severity::Error,
            what: format!("an integer of more than {limit} bits"),
            why: format!("integers of the {} profile have {limit} bits and a sign", self.target.profile.name()),
            cure: "compute with smaller integers, or with binaries".to_owned(),
        }
    }

    fn bit_fault(&self, what: &str) -> Fault {
        Fault {
            code: codes::BIT_SYNTAX,
            severity: Severity::Warning,
            what: what.to_owned(),
            why: format!(
                "bitstrings of the {} profile are whole bytes; others raise unsupported",
                self.target.profile.name()
            ),
            cure: "match integers instead, and the rest as /binary".to_owned(),
        }
    }

    fn match_commands(&self, elements: &[Operand]) -> Option<Fault> {
        if self.target.profile.unaligned_bitstrings() {
            return None;
        }
        for command in MatchCommands::new(&self.unit.module, elements) {
            let command = command.ok()?;
            // `binary` takes size times unit bits.
            if command.name == "binary" && command.bits.is_some_and(|bits| bits % 8 != 0) {
                return Some(self.bit_fault("a bitstring of single bits is matched"));
            }
        }
        None
    }

    fn segments(&self, elements: &[Operand]) -> Option<Fault> {
        if self.target.profile.unaligned_bitstrings() {
            return None;
        }
        let mut total = Some(0u64);
        for segment in elements.chunks_exact(6) {
            let &[Operand::Atom(kind), _, Operand::Unsigned(unit), _, _, size] = segment else { return None };
            match (self.unit.module.atom(kind), size) {
                ("string", Operand::Integer(bytes)) => {
                    total = total.map(|bits| bits.wrapping_add(bytes.unsigned_abs() * 8))
                }
                ("integer" | "float", Operand::Integer(size)) => {
                    total = total.map(|bits| bits.wrapping_add(size.unsigned_abs().wrapping_mul(unit)));
                }
                ("integer" | "float", _) if unit % 8 != 0 => total = None,
                _ => {}
            }
        }
        match total {
            Some(bits) if bits % 8 != 0 => Some(self.bit_fault("a bitstring of single bits is built")),
            _ => None,
        }
    }

    /// What is wrong with a reference to `module:name/arity`, if anything.
    fn link(&self, module: &str, name: &str, arity: u8, guard: bool) -> Option<Fault> {
        let native = self.target.profile.native(module, name, arity);
        if native.on(self.target.platform) {
            return None;
        }
        let shown = format!("{}:{}/{arity}", quoted(module), quoted(name));
        let profile = self.target.profile.name();
        if let Native::PresentOnly(platforms) = native {
            return Some(Fault {
                code: codes::OTHER_PLATFORM,
                severity: Severity::Error,
                what: match self.target.platform {
                    Some(platform) => format!("{shown} is not a native of the platform {}", platform.name()),
                    None => format!("{shown} is not a native of every platform"),
                },
                why: format!("the {profile} profile has it on {platforms} only"),
                cure: match self.target.platform {
                    Some(_) => "choose another platform with --platform, or leave the call out on this one",
                    None => "name the platform with --platform, or leave the call out",
                }
                .to_owned(),
            });
        }
        if guard {
            return Some(Fault {
                code: codes::UNKNOWN_BIF,
                severity: Severity::Error,
                what: format!("guard BIF {shown} is missing"),
                why: format!("the {profile} profile has no such BIF, and no module can stand in for it"),
                cure: self.nearest(module, name, arity, "write the test without it"),
            });
        }
        match self.known.modules.get(module) {
            Some(exports) => match exports.get(&(name, arity)) {
                Some(Exported::Yes) => None,
                Some(Exported::Stub) => Some(Fault {
                    code: codes::STUB,
                    severity: Severity::Error,
                    what: format!("call to {shown}, which needs a native function"),
                    why: format!("its body is a stub, and the {profile} profile has no such native"),
                    cure: self.nearest(module, name, arity, "use another function, which does not need it"),
                }),
                None => Some(self.missing_function(module, name, arity, &shown)),
            },
            None if self.target.damaged.iter().any(|damaged| damaged == module) => None,
            None => Some(self.missing_module(module, name, arity, &shown)),
        }
    }

    fn missing_function(&self, module: &str, name: &str, arity: u8, shown: &str) -> Fault {
        let private = module == self.unit.name()
            && self.unit.functions.list().iter().any(|function| self.unit.name_of(function) == (name, arity));
        if private {
            return Fault {
                code: codes::NOT_EXPORTED,
                severity: Severity::Error,
                what: format!("call to {shown}, which is not exported"),
                why: "a call with a module name reaches exported functions only".to_owned(),
                cure: format!("add -export([{}/{arity}]), or call it without the module name", quoted(name)),
            };
        }
        Fault {
            code: codes::UNKNOWN_FUNCTION,
            severity: Severity::Error,
            what: format!("call to undefined function {shown}"),
            why: format!("the module {} does not export it", quoted(module)),
            cure: self.nearest(module, name, arity, "check the name, the arity, and the version of the module"),
        }
    }

    fn missing_module(&self, module: &str, name: &str, arity: u8, shown: &str) -> Fault {
        let profile = self.target.profile;
        let natives = profile.natives_of(module).next().is_some();
        let (code, what) = if natives {
            (codes::UNKNOWN_FUNCTION, format!("call to undefined function {shown}"))
        } else {
            (codes::UNKNOWN_MODULE, format!("call to {shown} of an unknown module"))
        };
        let fallback = match profile.library_module(module) {
            Some(library) => format!(
                "the target's library {library} has a module {}: pass its pack with --with atomvmlib.avm",
                quoted(module)
            ),
            // The machine has functions of this module itself, and not this one.
            None if natives => {
                format!("there is no {shown} on the target: do it another way, or ask for the native function")
            }
            // A file's name has no quotes.
            None => {
                let file = quoted(module);
                format!("add {}.beam to the inputs, or pass a pack that has it with --with", file.trim_matches('\''))
            }
        };
        Fault {
            code,
            severity: Severity::Error,
            what,
            why: format!(
                "no module of that name is in the pack, and the {} profile has no such native",
                profile.name()
            ),
            cure: self.nearest(module, name, arity, &fallback),
        }
    }

    /// "did you mean ...?", or else `fallback`.
    fn nearest(&self, module: &str, name: &str, arity: u8, fallback: &str) -> String {
        let exports = self.known.modules.get_key_value(module).into_iter().flat_map(|(&module, exports)| {
            exports.keys().map(move |&(function, arity)| Mfa::new(module, function, arity))
        });
        let others =
            self.known.exporters.get_key_value(&(name, arity)).into_iter().flat_map(|(&(function, arity), modules)| {
                // A module that calls another by name does not mean a function of its own.
                let others = modules.iter().filter(|&&module| module != self.unit.name());
                others.map(move |&module| Mfa::new(module, function, arity))
            });
        let profile = self.target.profile;
        let natives = profile.natives().map(|(module, function, arity, _)| Mfa::new(module, function, arity));
        let candidates = exports.chain(others).chain(natives);
        match suggest::nearest(Mfa::new(module, name, arity), candidates) {
            Some(near) => format!(
                "did you mean {}:{}/{}? else {fallback}",
                quoted(near.module),
                quoted(near.function),
                near.arity
            ),
            None => fallback.to_owned(),
        }
    }
}

/// An atom as Erlang source has it.
#[must_use]
pub fn quoted(name: &str) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = etf::write_atom(&mut text, name);
    text
}
