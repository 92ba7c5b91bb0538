//! The second step of loading: a translated module meets the VM's atoms, exports, natives and literals.

use alloc::format;
use alloc::vec::Vec;

use emberl_format::module::Module;

use crate::atoms::Atom;
use crate::code::{Lambda, LineTable, Loaded, Version};
use crate::external::decode::{DecodeOptions, Target, decode};
use crate::heap::Heap;
use crate::interp::op;
use crate::load::translate::{Reference, Translated};
use crate::load::{Error, identity};
use crate::memory::NoMemory;
use crate::natives;
use crate::shared::Shared;
use crate::term::Term;

/// What indices of the module mean in this VM.
struct Bound {
    atoms: Vec<Atom>,
    imports: Vec<u32>,
    literals: Vec<Term>,
    integers: Vec<Term>,
    lambdas: u32,
    strings: u32,
    base: u32,
}

/// Makes a vector of a known length, fallibly.
fn collect<T>(items: impl ExactSizeIterator<Item = Result<T, Error>>) -> Result<Vec<T>, Error> {
    let mut out = Vec::new();
    out.try_reserve_exact(items.len()).map_err(|_| NoMemory)?;
    for item in items {
        out.push(item?);
    }
    Ok(out)
}

pub(super) fn bind(shared: &mut Shared, module: &Module<'_>, mut translated: Translated) -> Result<Atom, Error> {
    let atoms = collect(module.atoms.names().iter().map(|name| Ok(shared.atoms.intern(name)?)))?;
    let atom = |index: u32| atoms.get(index.wrapping_sub(1) as usize).copied().unwrap_or(crate::atoms::NIL);
    let name = atom(1);
    let imports = collect(module.imports.iter().map(|import| {
        let (module, function) = (atom(import.module), atom(import.function));
        Ok(shared.code.export(&shared.atoms, module, function, import.arity as u8)?)
    }))?;
    let literals = literals(shared, module)?;
    let mut integers = Vec::new();
    for bytes in &translated.integers {
        integers.try_reserve(1).map_err(|_| NoMemory)?;
        integers.push(integer(shared, bytes)?);
    }
    let code = &mut shared.code;
    let bound = Bound {
        imports,
        literals,
        integers,
        lambdas: code.lambdas.len() as u32,
        strings: code.strings.len() as u32,
        base: code.words.len() as u32,
        atoms,
    };
    for index in 0..translated.relocations.len() {
        let Some(&relocation) = translated.relocations.get(index) else { break };
        relocate(shared, &bound, &mut translated.words, relocation.at as usize, relocation.by)?;
    }
    for &at in &translated.sorted {
        sort_values(&mut translated.words, at as usize);
    }
    let address = |label: u32| bound.base + translated.labels.get(label as usize).copied().unwrap_or(0);
    let code = &mut shared.code;
    code.reserve(translated.words.len(), module.strings.len(), module.lambdas.len())?;
    let atom = |index: u32| bound.atoms.get(index.wrapping_sub(1) as usize).copied().unwrap_or(crate::atoms::NIL);
    let mut exports = Vec::new();
    for row in module.exports.iter().chain(&module.locals) {
        let public = exports.len() < module.exports.len();
        exports.try_reserve(1).map_err(|_| NoMemory)?;
        exports.push((atom(row.function), row.arity as u8, address(row.label), public));
    }
    // A native function stands in for the Erlang function of the same name, for calls inside the module too.
    for &(function, arity, entry, _) in &exports {
        let id = natives::find_first(shared.atoms.name(name), shared.atoms.name(function), arity);
        let at = (entry - bound.base) as usize;
        if let (Some(id), Some(place)) = (id, translated.words.get_mut(at)) {
            *place = u32::from(op::CALL_NATIVE_ONLY) | u32::from(id.0) << 8 | u32::from(arity) << 24;
        }
    }
    let code = &mut shared.code;
    let lines = LineTable::of(module, &translated.lines)?;
    let checksum = code.checksum(identity::md5(module))?;
    let (attributes, compile) =
        (identity::kept(&shared.budget, module, b"Attr")?, identity::kept(&shared.budget, module, b"CInf")?);
    code.words.extend(&translated.words)?;
    code.strings.extend_from_slice(module.strings);
    for lambda in &module.lambdas {
        code.lambdas.push(Lambda {
            module: name,
            function: atom(lambda.function),
            arity: lambda.arity.saturating_sub(lambda.free) as u8,
            free: lambda.free as u8,
            index: lambda.index,
            old_unique: lambda.old_unique,
            checksum,
            address: address(lambda.label),
        });
    }
    // What the version before exported, and this one does not, is gone.
    code.retire(name);
    for &(function, arity, address, public) in &exports {
        if !public {
            continue;
        }
        let index = code.export(&shared.atoms, name, function, arity)?;
        // One with an on_load function is opened when that has ended.
        if translated.on_load.is_none()
            && let Some(export) = code.exports.get_mut(index as usize)
        {
            export.address = address;
        }
    }
    code.loaded.try_reserve(1).map_err(|_| NoMemory)?;
    code.loaded.push(Loaded {
        name,
        start: bound.base,
        end: code.words.len() as u32,
        functions: core::mem::take(&mut translated.functions),
        lines,
        exports,
        on_load: translated.on_load.map(|word| bound.base + word),
        checksum,
        attributes,
        compile,
        ready: translated.on_load.is_none(),
        version: Version::Current,
    });
    Ok(name)
}

/// Decodes the literals and copies them to the literal area.
fn literals(shared: &mut Shared, module: &Module<'_>) -> Result<Vec<Term>, Error> {
    let mut terms = Vec::new();
    terms.try_reserve_exact(module.literals.len() as usize).map_err(|_| NoMemory)?;
    for (index, bytes) in module.literals.iter().enumerate() {
        let mut heap = Heap::new(shared.budget.clone(), 0);
        let decoded = decode(Target { heap: &mut heap, shared }, bytes, DecodeOptions { safe: false, literal: true });
        let Shared { literals, binaries, .. } = &mut *shared;
        let term = decoded
            .map_err(|_| Error::Literal(index as u32))
            .and_then(|(term, _)| Ok(crate::copy::to_literals(heap.words.as_slice(), term, literals, binaries)?));
        heap.release(binaries);
        terms.push(term?);
    }
    Ok(terms)
}

/// An integer of the code that is not small, in the literal area.
fn integer(shared: &mut Shared, bytes: &[u8]) -> Result<Term, Error> {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    let mut magnitude: Vec<u32> = Vec::new();
    magnitude.try_reserve_exact(bytes.len() / 4 + 2).map_err(|_| NoMemory)?;
    for chunk in bytes.rchunks(4) {
        let fill = if negative { u32::MAX } else { 0 };
        magnitude.push(chunk.iter().fold(fill, |word, &byte| word << 8 | u32::from(byte)));
    }
    if negative {
        let mut carry = true;
        for word in &mut magnitude {
            let (value, overflow) = (!*word).overflowing_add(u32::from(carry));
            *word = value;
            carry = overflow;
        }
        if carry {
            magnitude.push(1);
        }
    }
    Ok(shared.literals.magnitude(negative, &magnitude)?)
}

fn relocate(shared: &mut Shared, bound: &Bound, words: &mut [u32], at: usize, by: Reference) -> Result<(), Error> {
    let set = |words: &mut [u32], at: usize, value: u32| {
        if let Some(word) = words.get_mut(at) {
            *word = value;
        }
    };
    let get = |words: &[u32], at: usize| words.get(at).copied().unwrap_or(0);
    match by {
        Reference::Atom(index) => {
            let atom = bound.atoms.get(index.wrapping_sub(1) as usize).copied().unwrap_or(crate::atoms::NIL);
            set(words, at, Term::atom(atom).0);
        }
        Reference::Literal(index) => {
            set(words, at, bound.literals.get(index as usize).copied().unwrap_or(Term::NIL).0);
        }
        Reference::Integer(index) => {
            set(words, at, bound.integers.get(index as usize).copied().unwrap_or(Term::NIL).0);
        }
        Reference::Lambda(index) => set(words, at, bound.lambdas + index),
        Reference::String => set(words, at, get(words, at).saturating_add(bound.strings)),
        Reference::Import(index) => set(words, at, bound.imports.get(index as usize).copied().unwrap_or(0)),
        Reference::Call(index) => {
            let export = bound.imports.get(index as usize).copied().unwrap_or(0);
            if export >= 1 << 24 {
                return Err(Error::NoMemory);
            }
            let first = get(words, at);
            let native = shared.code.exports.get(export as usize).and_then(|export| export.native);
            let word = match native {
                Some(native) => {
                    let number = match first as u8 {
                        op::CALL_EXPORT => op::CALL_NATIVE,
                        op::CALL_EXPORT_LAST => op::CALL_NATIVE_LAST,
                        _ => op::CALL_NATIVE_ONLY,
                    };
                    first & 0xff00_0000 | u32::from(native.0) << 8 | u32::from(number)
                }
                None => first & 0xff | export << 8,
            };
            set(words, at, word);
        }
        Reference::Bif(index) => {
            let export = bound.imports.get(index as usize).copied().unwrap_or(0);
            let Some(export) = shared.code.exports.get(export as usize) else { return Ok(()) };
            let Some(native) = export.native else {
                let (module, function) = (shared.atoms.name(export.module), shared.atoms.name(export.function));
                return Err(Error::Bif(format!("{module}:{function}/{}", export.arity)));
            };
            set(words, at, u32::from(native.0));
        }
    }
    Ok(())
}

/// Sorts the values of a `select_val`, with their labels, by the words that they are.
fn sort_values(words: &mut [u32], at: usize) {
    let Some(count) = words.get(at + 3).map(|&count| count as usize) else { return };
    let Some(values) = words.get_mut(at + 4..at + 4 + count) else { return };
    let (pairs, _) = values.as_chunks_mut::<2>();
    // No compiler gives a value twice, so the order of equal ones does not matter.
    // The order cannot fail to be told.
    let _ = crate::compare::sort(pairs, |x, y| Ok(x[0] < y[0]));
}
