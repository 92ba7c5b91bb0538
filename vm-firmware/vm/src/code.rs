//! Loaded code: the words of all modules, and the tables of modules, exports and lambdas.

use alloc::vec::Vec;

use hashbrown::HashTable;

use crate::atoms::Atom;
use crate::heap::Words;
use crate::memory::{Budget, NoMemory};
use crate::natives::NativeId;

/// The code address where every process begins: calls the function that its first three registers name, a module, a
/// function and a list of arguments.
pub const START: u32 = 0;

/// A function that can be called from other modules, or a native one; made at the first mention, defined or not.
#[derive(Clone, Copy, Debug)]
pub struct Export {
    /// Its module.
    pub module: Atom,
    /// Its name.
    pub function: Atom,
    /// Its arity.
    pub arity: u8,
    /// The native function, if it is one.
    pub native: Option<NativeId>,
    /// Its code address; 0 when no loaded module defines it. For native functions too: the code there calls them.
    pub address: u32,
}

/// An entry for funs of one place in the code.
#[derive(Clone, Copy, Debug)]
pub struct Lambda {
    /// The module.
    pub module: Atom,
    /// The function that holds the fun's body.
    pub function: Atom,
    /// The arity of the fun as called.
    pub arity: u8,
    /// The number of its free variables.
    pub free: u8,
    /// Its index in the module's table.
    pub index: u32,
    /// The old unique number that the compiler gave.
    pub old_unique: u32,
    /// Its code address; 0 when the module is not loaded.
    pub address: u32,
}

/// All loaded code.
pub struct Code {
    /// The words of all modules, one after another.
    pub words: Words,
    /// All exports ever mentioned.
    pub exports: Vec<Export>,
    export_index: HashTable<u32>,
    /// All lambdas.
    pub lambdas: Vec<Lambda>,
    budget: Budget,
}

fn hash(module: Atom, function: Atom, arity: u8) -> u64 {
    let key = u64::from(module.0) << 32 ^ u64::from(function.0) << 8 ^ u64::from(arity);
    let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 29
}

impl Code {
    /// No code.
    #[must_use]
    pub fn new(budget: Budget) -> Self {
        Self {
            words: Words::new(budget.clone()),
            exports: Vec::new(),
            export_index: HashTable::new(),
            lambdas: Vec::new(),
            budget,
        }
    }

    /// The index of an export, if it was ever mentioned.
    #[must_use]
    pub fn find_export(&self, module: Atom, function: Atom, arity: u8) -> Option<u32> {
        let same = |&index: &u32| {
            self.exports
                .get(index as usize)
                .is_some_and(|export| export.module == module && export.function == function && export.arity == arity)
        };
        self.export_index.find(hash(module, function, arity), same).copied()
    }

    /// The index of an export, made when it is new.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn export(&mut self, module: Atom, function: Atom, arity: u8) -> Result<u32, NoMemory> {
        if let Some(index) = self.find_export(module, function, arity) {
            return Ok(index);
        }
        let Self { exports, export_index, budget, .. } = self;
        budget.reserve(exports, 1)?;
        let rehash = |&index: &u32| {
            exports.get(index as usize).map_or(0, |export| hash(export.module, export.function, export.arity))
        };
        if export_index.len() == export_index.capacity() {
            let room = export_index.capacity().max(64);
            budget.take(room * 5)?;
            export_index.try_reserve(room, rehash).map_err(|_| NoMemory)?;
        }
        let index = exports.len() as u32;
        export_index.insert_unique(hash(module, function, arity), index, rehash);
        exports.push(Export { module, function, arity, native: None, address: 0 });
        Ok(index)
    }
}
