//! Natives on the names of atoms: `erlang`'s.

use super::binary::{argument, bytes, vector};
use super::{Context, Native, natives};
use crate::atoms::{self, Atom, MAX_CHARACTERS};
use crate::heap::Store;
use crate::memory::{Budget, NoMemory};
use crate::raise::{Raise, Result};
use crate::term::Term;

pub(super) static ERLANG: &[Native] = natives! {
    "erlang";
    "atom_to_list"/1 => atom_to_list;
    "atom_to_binary"/1 => atom_to_binary;
    "atom_to_binary"/2 => atom_to_binary;
    "list_to_atom"/1 => list_to_atom;
    "list_to_existing_atom"/1 => list_to_existing_atom;
    "binary_to_atom"/1 => binary_to_atom;
    "binary_to_atom"/2 => binary_to_atom;
    "binary_to_existing_atom"/1 => binary_to_existing_atom;
    "binary_to_existing_atom"/2 => binary_to_existing_atom;
};

fn name_of(term: Term) -> Result<Atom> {
    term.as_atom().ok_or(Raise::BADARG)
}

fn atom_to_list(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let atom = name_of(argument(arguments, 0))?;
    let Context { process, shared } = context;
    Ok(process.heap.string(shared.atoms.name(atom))?)
}

/// Whether an encoding's name means Latin-1: `None` for no known name.
pub(super) fn is_latin1(encoding: Term) -> Option<bool> {
    match encoding.as_atom()? {
        atoms::LATIN1 => Some(true),
        atoms::UNICODE | atoms::UTF8 => Some(false),
        _ => None,
    }
}

fn encoding(arguments: &[Term]) -> Result<bool> {
    match arguments.get(1) {
        Some(&encoding) => is_latin1(encoding).ok_or(Raise::BADARG),
        None => Ok(false),
    }
}

fn atom_to_binary(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let atom = name_of(argument(arguments, 0))?;
    let latin1 = encoding(arguments)?;
    let Context { process, shared } = context;
    let name = shared.atoms.name(atom);
    let mut bytes = vector(&shared.budget, name.len())?;
    if latin1 {
        for character in name.chars() {
            bytes.push(u8::try_from(u32::from(character)).map_err(|_| Raise::BADARG)?);
        }
    } else {
        bytes.extend_from_slice(name.as_bytes());
    }
    Ok(process.heap.binary(&mut shared.binaries, bytes)?)
}

/// Collects an atom's name, which may be too long.
struct Name {
    text: alloc::string::String,
    characters: usize,
}

impl Name {
    fn new(budget: &Budget) -> Result<Self> {
        budget.probe(MAX_CHARACTERS * 4)?;
        let mut text = alloc::string::String::new();
        text.try_reserve_exact(MAX_CHARACTERS * 4).map_err(|_| NoMemory)?;
        Ok(Self { text, characters: 0 })
    }

    /// Adds a character; `system_limit` when there are too many.
    fn push(&mut self, code: u32) -> Result<()> {
        let character = char::from_u32(code).ok_or(Raise::BADARG)?;
        self.characters += 1;
        if self.characters > MAX_CHARACTERS {
            return Err(Raise::SYSTEM_LIMIT);
        }
        self.text.push(character);
        Ok(())
    }
}

fn list_name(store: Store<'_>, budget: &Budget, list: Term) -> Result<Name> {
    let mut name = Name::new(budget)?;
    let mut characters = store.list(list);
    for term in characters.by_ref() {
        if name.characters == MAX_CHARACTERS {
            return Err(Raise::SYSTEM_LIMIT);
        }
        name.push(term.as_small().and_then(|code| u32::try_from(code).ok()).ok_or(Raise::BADARG)?)?;
    }
    if characters.is_proper() { Ok(name) } else { Err(Raise::BADARG) }
}

fn binary_name(store: Store<'_>, budget: &Budget, term: Term, latin1: bool) -> Result<Name> {
    let bytes = bytes(store, budget, term)?;
    let mut name = Name::new(budget)?;
    if latin1 {
        bytes.iter().try_for_each(|&byte| name.push(byte.into()))?;
    } else {
        for character in core::str::from_utf8(&bytes).map_err(|_| Raise::BADARG)?.chars() {
            name.push(character.into())?;
        }
    }
    Ok(name)
}

fn intern(context: &mut Context<'_>, name: &Name) -> Result {
    Ok(Term::atom(context.shared.atoms.make(&name.text)?))
}

/// The atom of a name that must exist; whatever is wrong with the name is `badarg`.
fn existing(context: &Context<'_>, name: Result<Name>) -> Result {
    match name {
        Ok(name) => context.shared.atoms.find(&name.text).map(Term::atom).ok_or(Raise::BADARG),
        Err(Raise::NoMemory) => Err(Raise::NoMemory),
        Err(_) => Err(Raise::BADARG),
    }
}

fn list_to_atom(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = list_name(context.store(), &context.shared.budget, argument(arguments, 0))?;
    intern(context, &name)
}

fn list_to_existing_atom(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = list_name(context.store(), &context.shared.budget, argument(arguments, 0));
    existing(context, name)
}

fn binary_to_atom(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let latin1 = encoding(arguments)?;
    let name = binary_name(context.store(), &context.shared.budget, argument(arguments, 0), latin1)?;
    intern(context, &name)
}

fn binary_to_existing_atom(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let latin1 = encoding(arguments)?;
    let name = binary_name(context.store(), &context.shared.budget, argument(arguments, 0), latin1);
    existing(context, name)
}
