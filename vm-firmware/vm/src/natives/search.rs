//! Searching in binaries: what of the module `binary` finds, splits at and replaces patterns.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::binary::{argument, bytes, pair, range, vector};
use super::{Context, Native, natives};
use crate::atoms;
use crate::heap::Store;
use crate::matching::part_of;
use crate::memory::{Budget, NoMemory};
use crate::raise::{Raise, Result};
use crate::term::Term;

pub(super) static BINARY: &[Native] = natives! {
    "binary";
    "match"/2 => match_first;
    "match"/3 => match_first;
    "matches"/2 => match_all;
    "matches"/3 => match_all;
    "split"/2 => split;
    "split"/3 => split;
    "compile_pattern"/1 => compile_pattern;
    "replace"/3 => replace;
    "replace"/4 => replace;
};

/// What is searched for: any of some strings of bytes, none empty.
struct Patterns<'a> {
    strings: Vec<Cow<'a, [u8]>>,
    /// The bytes that they begin with, a bit each.
    starts: [u32; 8],
    /// For one long string: of each of its beginnings the length of the longest shorter beginning that it ends with.
    /// With it the search takes a time linear in the subject whatever the string repeats.
    borders: Vec<u32>,
}

/// A string up to this length is searched for in the plain way.
const PLAIN: usize = 8;

impl<'a> Patterns<'a> {
    /// Reads a pattern: a binary, a list of binaries, or what [`compile_pattern`] made.
    fn new(store: Store<'a>, budget: &Budget, pattern: Term) -> Result<Self> {
        let compiled = store.tuple(pattern).map(|tuple| tuple.0);
        let pattern = match compiled {
            Some(&[kind, inner]) if [atom(store, "bm"), atom(store, "ac")].contains(&Some(Term(kind))) => Term(inner),
            Some(_) => return Err(Raise::BADARG),
            None => pattern,
        };
        let mut patterns = Self { strings: Vec::new(), starts: [0; 8], borders: Vec::new() };
        if pattern.is_list() {
            let mut list = store.list(pattern);
            for term in list.by_ref() {
                patterns.add(bytes(store, budget, term)?)?;
            }
            if !list.is_proper() {
                return Err(Raise::BADARG);
            }
        } else {
            patterns.add(bytes(store, budget, pattern)?)?;
        }
        if let [string] = patterns.strings.as_slice()
            && string.len() > PLAIN
        {
            budget.probe(string.len() * 4)?;
            patterns.borders = borders(string)?;
        }
        Ok(patterns)
    }

    fn add(&mut self, string: Cow<'a, [u8]>) -> Result<()> {
        let &first = string.first().ok_or(Raise::BADARG)?;
        self.strings.try_reserve(1).map_err(|_| NoMemory)?;
        if let Some(word) = self.starts.get_mut(usize::from(first / 32)) {
            *word |= 1 << (first % 32);
        }
        self.strings.push(string);
        Ok(())
    }

    fn find_long(&self, string: &[u8], subject: &[u8], from: usize) -> Option<(usize, usize)> {
        let mut length = 0;
        for (index, &byte) in subject.iter().enumerate().skip(from) {
            length = shorten(string, &self.borders, length, byte);
            length += usize::from(string.get(length) == Some(&byte));
            if length == string.len() {
                return Some((index + 1 - length, length));
            }
        }
        None
    }

    /// The first place at or behind `from`, and of the strings found there the longest: start and length.
    fn find(&self, subject: &[u8], from: usize) -> Option<(usize, usize)> {
        if let [string] = self.strings.as_slice() {
            if !self.borders.is_empty() {
                return self.find_long(string, subject, from);
            }
            let &first = string.first()?;
            let mut start = from;
            loop {
                let rest = subject.get(start..)?;
                if rest.len() < string.len() {
                    return None;
                }
                start += rest.iter().position(|&byte| byte == first)?;
                if subject.get(start..)?.starts_with(string) {
                    return Some((start, string.len()));
                }
                start += 1;
            }
        }
        for (start, &byte) in subject.iter().enumerate().skip(from) {
            if self.starts.get(usize::from(byte / 32)).is_some_and(|word| word >> (byte % 32) & 1 == 1) {
                let rest = subject.get(start..).unwrap_or_default();
                let longest = self.strings.iter().filter(|string| rest.starts_with(string)).map(|string| string.len());
                if let Some(length) = longest.max() {
                    return Some((start, length));
                }
            }
        }
        None
    }
}

/// The table of [`Patterns::borders`] for a string.
fn borders(string: &[u8]) -> Result<Vec<u32>> {
    let mut borders: Vec<u32> = Vec::new();
    borders.try_reserve_exact(string.len()).map_err(|_| NoMemory)?;
    let mut border = 0;
    for (index, &byte) in string.iter().enumerate() {
        if index != 0 {
            border = shorten(string, &borders, border, byte);
            border += usize::from(string.get(border) == Some(&byte));
        }
        borders.push(border as u32);
    }
    Ok(borders)
}

/// The longest beginning of a string, of at most `length` bytes, that what was read ends with and that `byte` may
/// continue; 0 where none is.
fn shorten(string: &[u8], borders: &[u32], length: usize, byte: u8) -> usize {
    let mut length = length;
    while length != 0 && string.get(length) != Some(&byte) {
        length = borders.get(length - 1).map_or(0, |&border| border as usize);
    }
    length
}

fn atom(store: Store<'_>, name: &str) -> Option<Term> {
    store.atoms().find(name).map(Term::atom)
}

fn compile_pattern(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let pattern = argument(arguments, 0);
    if context.store().tuple(pattern).is_some() {
        return Err(Raise::BADARG);
    }
    let count = Patterns::new(context.store(), &context.shared.budget, pattern)?.strings.len();
    let kind = context.shared.atoms.intern(if count == 1 { "bm" } else { "ac" })?;
    Ok(context.process.heap.tuple(&[Term::atom(kind), pattern])?)
}

/// What the options of a search say.
#[derive(Default)]
struct Options {
    /// First byte and end.
    scope: Option<(usize, usize)>,
    global: bool,
    trim: bool,
    trim_all: bool,
}

fn options(store: Store<'_>, list: Option<&Term>, size: usize, splits: bool) -> Result<Options> {
    let mut options = Options::default();
    let Some(&list) = list else { return Ok(options) };
    let mut list = store.list(list);
    for option in list.by_ref() {
        match option.as_atom() {
            Some(atoms::GLOBAL) if splits => options.global = true,
            Some(atoms::TRIM) if splits => options.trim = true,
            Some(atoms::TRIM_ALL) if splits => options.trim_all = true,
            Some(_) => return Err(Raise::BADARG),
            None => {
                let (name, scope) = pair(store, option)?;
                if name.as_atom() != Some(atoms::SCOPE) {
                    return Err(Raise::BADARG);
                }
                let (position, length) = pair(store, scope)?;
                let (start, length) = range(store, position, length, size).ok_or(Raise::BADARG)?;
                options.scope = Some((start, start + length));
            }
        }
    }
    if list.is_proper() { Ok(options) } else { Err(Raise::BADARG) }
}

/// Start and length of each match, the options, and the size of the subject.
type Matches = (Vec<(u32, u32)>, Options, usize);

/// The matches of a pattern in a subject, all or the first. Gives the options too.
fn search(context: &mut Context<'_>, arguments: &[Term], splits: bool, all: bool) -> Result<Matches> {
    let (store, budget) = (context.store(), &context.shared.budget);
    let subject = bytes(store, budget, argument(arguments, 0))?;
    let options = options(store, arguments.get(2), subject.len(), splits)?;
    let (mut from, end) = options.scope.unwrap_or((0, subject.len()));
    if from == end {
        // Where there is nothing to search OTP does not look at the pattern.
        return Ok((Vec::new(), options, subject.len()));
    }
    let patterns = Patterns::new(store, budget, argument(arguments, 1))?;
    let scope = subject.get(..end).unwrap_or_default();
    let mut found: Vec<(u32, u32)> = Vec::new();
    while let Some((start, length)) = patterns.find(scope, from) {
        found.try_reserve(1).map_err(|_| NoMemory)?;
        found.push((start as u32, length as u32));
        if !all && !options.global {
            break;
        }
        from = start + length;
    }
    let size = subject.len();
    drop(subject);
    drop(patterns);
    context.bump(size / 64);
    Ok((found, options, size))
}

fn place(context: &mut Context<'_>, (start, length): (u32, u32)) -> Result {
    let heap = &mut context.process.heap;
    let (start, length) = (heap.unsigned(start.into())?, heap.unsigned(length.into())?);
    Ok(heap.tuple(&[start, length])?)
}

fn match_first(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (found, ..) = search(context, arguments, false, false)?;
    match found.first() {
        Some(&found) => place(context, found),
        None => Ok(Term::atom(atoms::NOMATCH)),
    }
}

fn match_all(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (found, ..) = search(context, arguments, false, true)?;
    let mut list = Term::NIL;
    for found in found.into_iter().rev() {
        let place = place(context, found)?;
        list = context.process.heap.cons(place, list)?;
    }
    Ok(list)
}

fn split(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let subject = argument(arguments, 0);
    let (found, options, size) = search(context, arguments, true, false)?;
    // From the last part to the first.
    let mut list = Term::NIL;
    let mut end = size;
    let starts = found.iter().rev().map(|&(start, length)| (start as usize, (start + length) as usize));
    for (next_end, start) in starts.chain(core::iter::once((0, 0))) {
        let empty = start == end;
        let trimmed = empty && (options.trim_all || options.trim && list == Term::NIL);
        if !trimmed {
            let part = part_of(context, subject, start * 8, (end - start) * 8)?;
            list = context.process.heap.cons(part, list)?;
        }
        end = next_end;
    }
    Ok(list)
}

/// What the options of `binary:replace/4` say: the list of those that a search knows, and where in the replacement the
/// part that was found is put.
struct Replacing {
    search: Term,
    global: bool,
    positions: Vec<usize>,
}

fn replacing(context: &mut Context<'_>, list: Term) -> Result<Replacing> {
    let mut made = Replacing { search: Term::NIL, global: false, positions: Vec::new() };
    let mut scope = None;
    let store = context.store();
    let mut elements = store.list(list);
    for option in elements.by_ref() {
        if option == Term::atom(atoms::GLOBAL) {
            made.global = true;
            continue;
        }
        let (name, value) = pair(store, option)?;
        let name = name.as_atom().ok_or(Raise::BADARG)?;
        if name == atoms::SCOPE {
            scope = Some(option);
            continue;
        }
        if store.atoms().name(name) != "insert_replaced" {
            return Err(Raise::BADARG);
        }
        made.positions.clear();
        let mut positions = store.list(value);
        let one = (!value.is_list()).then_some(value).filter(|value| *value != Term::NIL);
        for position in one.into_iter().chain(positions.by_ref()) {
            let position = store.integer(position).and_then(|position| usize::try_from(position).ok());
            made.positions.try_reserve(1).map_err(|_| NoMemory)?;
            made.positions.push(position.ok_or(Raise::BADARG)?);
        }
        if one.is_none() && !positions.is_proper() {
            return Err(Raise::BADARG);
        }
    }
    if !elements.is_proper() {
        return Err(Raise::BADARG);
    }
    crate::compare::sort(&mut made.positions, |x, y| Ok(x < y))?;
    if let Some(scope) = scope {
        made.search = context.heap().list(&[scope])?;
    }
    Ok(made)
}

/// The replacement is a binary: one that a fun would make is the library's business.
fn replace(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (subject, pattern, by) = (argument(arguments, 0), argument(arguments, 1), argument(arguments, 2));
    let options = replacing(context, arguments.get(3).copied().unwrap_or(Term::NIL))?;
    let length = bytes(context.store(), &context.shared.budget, by)?.len();
    if options.positions.last().is_some_and(|&last| last > length) {
        return Err(Raise::BADARG);
    }
    let (found, _, size) = search(context, &[subject, pattern, options.search], false, options.global)?;
    if found.is_empty() {
        return Ok(subject);
    }
    let grown = found.iter().fold(size, |sum, &(_, part)| {
        sum.saturating_add(length).saturating_add((part as usize).saturating_mul(options.positions.len()))
    });
    let (store, budget) = (context.store(), &context.shared.budget);
    let mut out = vector(budget, grown)?;
    let (subject, by) = (bytes(store, budget, subject)?, bytes(store, budget, by)?);
    let mut from = 0;
    for (start, part) in found {
        let (start, end) = (start as usize, (start + part) as usize);
        out.extend_from_slice(subject.get(from..start).unwrap_or_default());
        let mut at = 0;
        for &position in &options.positions {
            out.extend_from_slice(by.get(at..position).unwrap_or_default());
            out.extend_from_slice(subject.get(start..end).unwrap_or_default());
            at = position;
        }
        out.extend_from_slice(by.get(at..).unwrap_or_default());
        from = end;
    }
    out.extend_from_slice(subject.get(from..).unwrap_or_default());
    drop(subject);
    drop(by);
    context.bump(out.len() / 64);
    context.binary(out)
}
