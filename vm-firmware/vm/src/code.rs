//! Loaded code: the words of all modules, and the tables of modules, exports and lambdas.

use alloc::vec::Vec;

use hashbrown::HashTable;

use emberl_format::module::Module;

use crate::atoms::{Atom, Atoms};
use crate::heap::Words;
use crate::interp::op;
use crate::memory::{Budget, NoMemory};
use crate::natives::{self, NativeId};
use crate::term::Term;

/// Where a process begins: an instruction there applies x0:x1 to the list x2.
pub const START: u32 = 0;
/// Where the first function of a process returns to.
pub const FINISH: u32 = 1;
/// Where the process of an `on_load` function begins: an instruction there calls that of the module x0.
pub const ON_LOAD: u32 = 2;
/// Where an `on_load` function returns to.
pub const ON_LOADED: u32 = 3;
/// Where a process waits that called a module before its `on_load` function had ended: as [`START`]. And where one goes
/// on whose native function let others run.
pub const RETRY: u32 = 4;
/// Where such a process goes on when that function failed: x0:x1 is undefined.
pub const GIVE_UP: u32 = 5;

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
    /// Which of [`Code::checksums`] is the module's.
    pub checksum: u32,
    /// Its code address; 0 when the module is not loaded.
    pub address: u32,
}

impl Lambda {
    /// Whether both are of the same place in the same module.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.module == other.module
            && self.index == other.index
            && self.old_unique == other.old_unique
            && self.checksum == other.checksum
            && self.arity == other.arity
            && self.free == other.free
    }
}

/// Where the lines of the source begin in the code of a module.
#[derive(Debug, Default)]
pub struct LineTable {
    /// The first word of a stretch, counted from the module's, with the number of the line (24 bits) and above it that of
    /// the file (0: the module's own); in order. Line 0: no line is known, or the numbers are larger than that, which
    /// OTP's loader takes as unknown too.
    pub stretches: Vec<(u32, u32)>,
    /// Names of files, from number 1.
    pub files: Vec<Vec<u8>>,
}

impl LineTable {
    /// The table of a module, given the words where its `line` instructions stood.
    pub(crate) fn of(module: &Module<'_>, lines: &[(u32, u32)]) -> Result<Self, NoMemory> {
        let mut table = Self::default();
        let Some(source) = &module.lines else { return Ok(table) };
        table.stretches.try_reserve_exact(lines.len()).map_err(|_| NoMemory)?;
        for &(word, item) in lines {
            let known = source.item(item).filter(|item| item.line >> 24 == 0 && item.file >> 8 == 0);
            table.stretches.push((word, known.map_or(0, |item| item.file << 24 | item.line)));
        }
        for file in &source.files {
            let mut name = Vec::new();
            name.try_reserve_exact(file.len()).map_err(|_| NoMemory)?;
            name.extend_from_slice(file);
            table.files.try_reserve(1).map_err(|_| NoMemory)?;
            table.files.push(name);
        }
        Ok(table)
    }
}

/// A loaded module.
#[derive(Debug)]
pub struct Loaded {
    /// Its name.
    pub name: Atom,
    /// Its first word in the code.
    pub start: u32,
    /// The word behind its last.
    pub end: u32,
    /// Where its functions begin: the word of each `func_info`, counted from `start`, in order.
    pub functions: Vec<u32>,
    /// Its lines.
    pub lines: LineTable,
    /// Its functions: name, arity, code address, and whether it is exported. Exported ones first.
    pub exports: Vec<(Atom, u8, u32, bool)>,
    /// The function to be called when it is loaded: the address of its `func_info`.
    pub on_load: Option<u32>,
    /// Which of [`Code::checksums`] is its own.
    pub checksum: u32,
    /// The chunk `Attr`, the module's attributes as an external term; empty where the file has none, as in most packs.
    pub attributes: Vec<u8>,
    /// The chunk `CInf`, likewise: compiler, options, source.
    pub compile: Vec<u8>,
    /// Whether other modules can call it: its exports lead to it.
    pub ready: bool,
    /// Which of the modules of that name it is.
    pub version: Version,
}

/// Of modules with one name, which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The one that is called.
    Current,
    /// One that was replaced or deleted; funs and processes may still be in it.
    Old,
    /// As that, and the program has said that it does not need it.
    Purged,
}

/// A place in the code: the function, and the line if known.
#[derive(Clone, Copy, Debug)]
pub struct Place<'c> {
    /// The module.
    pub module: Atom,
    /// The function.
    pub function: Atom,
    /// Its arity.
    pub arity: u8,
    /// File (`None`: the module's own) and line.
    pub line: Option<(Option<&'c [u8]>, u32)>,
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
    /// The MD5s of modules that were loaded, or that funs from elsewhere say to be of.
    pub checksums: Vec<[u8; 16]>,
    /// The string tables of all modules, one after another.
    pub strings: Vec<u8>,
    /// The modules, in the order of their code; of two with one name the later one holds.
    pub loaded: Vec<Loaded>,
    budget: Budget,
}

fn hash(module: Atom, function: Atom, arity: u8) -> u64 {
    let key = u64::from(module.0) << 32 ^ u64::from(function.0) << 8 ^ u64::from(arity);
    let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 29
}

impl Code {
    /// No code but the instructions that begin and end processes.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new(budget: Budget) -> Result<Self, NoMemory> {
        let mut words = Words::new(budget.clone());
        words.push(u32::from(op::START))?;
        words.push(u32::from(op::FINISH))?;
        // The instruction on_load does nothing in modules, and is not translated; its number serves for these.
        for _ in ON_LOAD..=GIVE_UP {
            words.push(u32::from(op::ON_LOAD) | 1 << 8)?;
        }
        Ok(Self {
            words,
            exports: Vec::new(),
            export_index: HashTable::new(),
            lambdas: Vec::new(),
            checksums: Vec::new(),
            strings: Vec::new(),
            loaded: Vec::new(),
            budget,
        })
    }

    /// Makes room for a module's words, strings and lambdas.
    pub(crate) fn reserve(&mut self, words: usize, strings: usize, lambdas: usize) -> Result<(), NoMemory> {
        // A continuation and a catch tag have 26 bits for an address.
        if self.words.len().saturating_add(words) >= 1 << 26 {
            return Err(NoMemory);
        }
        self.words.reserve(words)?;
        self.budget.reserve(&mut self.strings, strings)?;
        self.budget.reserve(&mut self.lambdas, lambdas)
    }

    /// The loaded module of that name.
    #[must_use]
    pub fn module(&self, name: Atom) -> Option<&Loaded> {
        self.loaded.iter().rev().find(|module| module.name == name && module.version == Version::Current)
    }

    /// The index of a module's MD5, kept when it is new.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn checksum(&mut self, md5: [u8; 16]) -> Result<u32, NoMemory> {
        if let Some(index) = self.checksums.iter().position(|known| *known == md5) {
            return Ok(index as u32);
        }
        self.budget.reserve(&mut self.checksums, 1)?;
        self.checksums.push(md5);
        Ok(self.checksums.len() as u32 - 1)
    }

    /// The MD5 of that index; zeros for one that is not there.
    #[must_use]
    pub fn checksum_bytes(&self, index: u32) -> [u8; 16] {
        self.checksums.get(index as usize).copied().unwrap_or_default()
    }

    /// Lets the exports of a module lead to it, now that its `on_load` function has ended well.
    pub fn open(&mut self, name: Atom) {
        let Some(at) = self.loaded.iter().rposition(|module| module.name == name && module.version == Version::Current)
        else {
            return;
        };
        let Self { loaded, exports, export_index, .. } = self;
        let Some(module) = loaded.get_mut(at) else { return };
        module.ready = true;
        for &(function, arity, address, _) in module.exports.iter().filter(|export| export.3) {
            let same = |&index: &u32| {
                exports.get(index as usize).is_some_and(|export: &Export| {
                    export.module == name && export.function == function && export.arity == arity
                })
            };
            let index = export_index.find(hash(name, function, arity), same).copied();
            if let Some(export) = index.and_then(|index| exports.get_mut(index as usize)) {
                export.address = address;
            }
        }
    }

    /// Makes the current version of a module an old one: nothing leads to it any more but what is in it. Whether there was
    /// one.
    pub fn retire(&mut self, name: Atom) -> bool {
        let current = |module: &&mut Loaded| module.name == name && module.version == Version::Current;
        let Some(module) = self.loaded.iter_mut().find(current) else { return false };
        module.version = Version::Old;
        for export in self.exports.iter_mut().filter(|export| export.module == name) {
            export.address = 0;
        }
        true
    }

    /// Whether there is an old version of a module.
    #[must_use]
    pub fn has_old(&self, name: Atom) -> bool {
        self.loaded.iter().any(|module| module.name == name && module.version == Version::Old)
    }

    /// Forgets the old versions of a module; whether there was one. Their code stays where it is.
    pub fn purge(&mut self, name: Atom) -> bool {
        let mut found = false;
        for module in self.loaded.iter_mut().filter(|module| module.name == name && module.version == Version::Old) {
            module.version = Version::Purged;
            found = true;
        }
        found
    }

    /// What stands at a code address: the function, and the line of the instruction there.
    #[must_use]
    pub fn place(&self, address: u32) -> Option<Place<'_>> {
        let after = self.loaded.partition_point(|module| module.start <= address);
        let module = self.loaded.get(after.checked_sub(1)?).filter(|module| address < module.end)?;
        let at = address - module.start;
        let function = module.functions.partition_point(|&start| start <= at).checked_sub(1)?;
        let info = *module.functions.get(function)?;
        let words = self.words.as_slice().get((module.start + info) as usize..)?;
        let &[_, _, name, arity, ..] = words else { return None };
        let stretch = module.lines.stretches.partition_point(|&(start, ..)| start <= at).checked_sub(1);
        let line = stretch.and_then(|stretch| module.lines.stretches.get(stretch)).filter(|&&(start, line)| {
            // The line of the function's head stands right at its func_info.
            line != 0 && start >= info
        });
        let line = line.map(|&(_, line)| {
            let (file, line) = (line >> 24, line & 0xff_ffff);
            let file = (file as usize).checked_sub(1).and_then(|file| module.lines.files.get(file));
            (file.map(Vec::as_slice), line)
        });
        Some(Place { module: module.name, function: Term(name).as_atom()?, arity: arity as u8, line })
    }

    /// The address of an export that is loaded, and not native.
    #[inline(always)]
    pub(crate) fn address(&self, export: usize) -> Option<usize> {
        let export = self.exports.get(export)?;
        (export.address != 0 && export.native.is_none()).then_some(export.address as usize)
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
    pub fn export(&mut self, atoms: &Atoms, module: Atom, function: Atom, arity: u8) -> Result<u32, NoMemory> {
        if let Some(index) = self.find_export(module, function, arity) {
            return Ok(index);
        }
        let Self { exports, export_index, budget, .. } = self;
        budget.reserve(exports, 1)?;
        // Behind a pointer, so that all tables share the code that grows them.
        let rehash: &dyn Fn(&u32) -> u64 = &|&index: &u32| {
            exports.get(index as usize).map_or(0, |export| hash(export.module, export.function, export.arity))
        };
        if export_index.len() == export_index.capacity() {
            let room = export_index.capacity().max(64);
            budget.take(room * 5)?;
            export_index.try_reserve(room, rehash).map_err(|_| NoMemory)?;
        }
        let index = exports.len() as u32;
        export_index.insert_unique(hash(module, function, arity), index, rehash);
        let native = natives::find_first(atoms.name(module), atoms.name(function), arity);
        exports.push(Export { module, function, arity, native, address: 0 });
        Ok(index)
    }
}
