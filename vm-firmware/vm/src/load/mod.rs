//! Loading: bytes of a `.beam`, read, checked, translated, and bound to a VM.

pub mod bind;
pub mod cost;
pub mod identity;
mod packed;
mod replaced;
pub mod translate;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use emberl_format::check::{self, operands::Literals};
use emberl_format::compact::NO_ROOM;
use emberl_format::functions::{Function, Functions};
use emberl_format::module::Module;

use crate::atoms::Atom;
use crate::memory::NoMemory;
use crate::shared::Shared;

/// Why a module cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The file is not a module, or a broken one.
    File(emberl_format::Error),
    /// The checker found that the code is not safe to run: function and rule.
    Unsafe(String),
    /// The code needs an instruction that the VM does not run.
    Instruction(&'static str),
    /// A literal does not decode.
    Literal(u32),
    /// A guard calls a function that the VM does not have.
    Bif(String),
    /// There is no memory for it.
    NoMemory,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "{error}"),
            Self::Unsafe(what) => write!(f, "the code is not safe to run: {what}"),
            Self::Instruction(name) => write!(f, "the code needs the instruction {name}, which this VM does not run"),
            Self::Literal(index) => write!(f, "literal {index} does not decode"),
            Self::Bif(name) => write!(f, "the code calls {name} in a guard, which this VM does not have"),
            Self::NoMemory => f.write_str("there is no memory for the module"),
        }
    }
}

impl From<NoMemory> for Error {
    fn from(_: NoMemory) -> Self {
        Self::NoMemory
    }
}

impl From<emberl_format::Error> for Error {
    fn from(error: emberl_format::Error) -> Self {
        Self::File(error)
    }
}

/// Loads a module and gives its name. Of a module with that name that is there already, running code goes on; new
/// calls from outside go to the new one. An `on_load` function runs when the module is first called: [`crate::on_load`].
///
/// # Errors
/// As [`Error`] says. Nothing of the module can then be called.
pub fn load(shared: &mut Shared, beam: &[u8]) -> Result<Atom, Error> {
    let module = Module::parse(beam)?;
    ask_for(module.code.decoding_room())?;
    let code = module
        .code
        .decode()
        .map_err(|error| if error.kind == NO_ROOM { Error::NoMemory } else { Error::File(error) })?;
    let functions = Functions::find(&module, &code)?;
    // The literals are decoded when the module is bound; one that is no term is refused there. So are the natives put in.
    let is_replaced = |function: &Function| replaced::is_replaced(&module, function);
    if let Some(finding) = check::check_with(&module, &code, &functions, &Literals::Decoded, &is_replaced).first() {
        let function = functions.list().get(finding.function);
        let (name, arity) = function.map_or(("?", 0), |function| (module.atom(function.name), function.arity));
        return Err(Error::Unsafe(format!("{}:{name}/{arity}: {}", module.name(), finding.rule)));
    }
    if let Some(instruction) = code.instructions().iter().find(|instruction| !runs(instruction.op)) {
        return Err(Error::Instruction(instruction.op.name()));
    }
    if let Some(what) = translate::bit_syntax::refuse(&code) {
        return Err(Error::Unsafe(format!("{}: {what}", module.name())));
    }
    if replaced::jumps_to_native(&module, &code, &functions) {
        return Err(Error::Unsafe(format!("{}: a function that the VM has itself jumps to its entry", module.name())));
    }
    let translated = translate::translate(&module, &code)?;
    // Far more than what it was translated to, which needs room twice when it is bound.
    drop(functions);
    drop(code);
    bind::bind(shared, &module, translated)
}

/// Sees that there is memory to read code and to check it, before the first of it is taken. The check takes its memory
/// unasked, as tools on a desktop may; on a device a module that is too large must not end the machine. Half as much again
/// as reading takes is reckoned for it.
fn ask_for(bytes: usize) -> Result<(), NoMemory> {
    let (mut reading, mut checking) = (Vec::<u8>::new(), Vec::<u8>::new());
    reading.try_reserve_exact(bytes).map_err(|_| NoMemory)?;
    checking.try_reserve_exact(bytes / 2).map_err(|_| NoMemory)
}

/// Whether the loader takes an instruction: whether the interpreter has it.
#[must_use]
pub fn runs(op: emberl_format::opcode::Op) -> bool {
    op.info().runs
}
