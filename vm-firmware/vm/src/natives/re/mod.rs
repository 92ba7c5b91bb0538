//! OTP's module `re`: what is native in it. Patterns are PCRE's; `translate` puts them into the syntax of the engine,
//! the crate `fancy-regex`, which searches by automata where it can and backtracks where it must.
//!
//! Only builds with the feature `re` have it, and that is the desktop: the engine's memory is not counted in the VM's
//! budget, and its tables of Unicode are larger than all of a device's firmware.
//!
//! A compiled pattern is a tuple as OTP's, `{re_pattern, Captures, Unicode, UseCrlf, Code}`; its code is the pattern's text
//! and options. What the engine made of those is kept in a table of the last ones that were used.

mod options;
mod set;
mod translate;

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::OnceCell;

use fancy_regex::{BytesMode, CompileError, Error, ParseError, Regex, RegexInput, RuntimeError};

use super::binary::{argument, bytes, vector};
use super::{Builds, Context, Native};
use crate::atoms;
use crate::heap::Store;
use crate::matching::part_of;
use crate::raise::{Raise, Result};
use crate::term::Term;
use options::{Capture, Options, Type};
use translate::{Failure, Pattern, flag};

const fn native(name: &'static str, arity: u8, function: super::Function) -> Native {
    Native { module: "re", name, arity, function, guard: false, builds: Builds::Desktop }
}

/// The natives of this file.
pub(super) static RE: &[Native] = &[
    native("version", 0, version),
    native("compile", 1, compile),
    native("compile", 2, compile),
    native("run", 2, run),
    native("run", 3, run),
    native("internal_run", 4, internal_run),
    native("inspect", 2, inspect),
    native("import", 1, import),
];

/// What the code of a compiled pattern begins with; its options follow, in four bytes, and its text.
const MARK: &[u8] = b"emberl.re";
/// How often a search may go back, when the program does not say: a fraction of a second.
const BACKTRACK_LIMIT: usize = 1_000_000;
/// How many patterns are kept ready.
const KEPT: usize = 64;
/// Bytes that the engine may use for one pattern.
const MOST_BYTES: usize = 4 << 20;

/// What a pattern was made into.
struct Compiled {
    pattern: Pattern,
    engine: Regex,
    limit: usize,
    /// One that finds no empty match; made when it is needed. None where all matches are empty.
    not_empty: OnceCell<Option<Regex>>,
}

/// The patterns that were used last, the latest at the end; by options, limit, and text.
#[derive(Default)]
pub struct Patterns(Vec<(u32, usize, Vec<u8>, Rc<Compiled>)>);

impl core::fmt::Debug for Patterns {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Patterns({})", self.0.len())
    }
}

fn build(pattern: &Pattern, limit: usize, not_empty: bool) -> core::result::Result<Regex, Error> {
    let unicode = pattern.flags & flag::UNICODE != 0;
    fancy_regex::RegexBuilder::new(&pattern.text)
        .bytes_mode(if unicode { BytesMode::Unicode } else { BytesMode::Ascii })
        .backtrack_limit(limit)
        .delegate_size_limit(MOST_BYTES)
        .max_prog_size(MOST_BYTES / 64)
        .find_not_empty(not_empty)
        .build()
}

impl Compiled {
    fn new(text: &[u8], flags: u32, limit: usize) -> core::result::Result<Self, Failure> {
        if flags & flag::UNICODE != 0 && core::str::from_utf8(text).is_err() {
            let at = core::str::from_utf8(text).map_or_else(|error| error.valid_up_to(), |_| 0);
            return Err(Failure { message: "invalid UTF-8 string", at });
        }
        let pattern = translate::translate(text, flags)?;
        let engine = build(&pattern, limit, false).map_err(|error| {
            let message = match error {
                Error::ParseError(_, ParseError::RecursionExceeded) => "parentheses are too deeply nested",
                Error::CompileError(error) => match *error {
                    CompileError::LookBehindNotConst | CompileError::DfaBuildError(..) => {
                        "lookbehind assertion is not fixed length"
                    }
                    CompileError::InnerError(_) | CompileError::PatternTooComplex => "regular expression is too large",
                    _ => "this is not supported here",
                },
                _ => "this is not supported here",
            };
            Failure { message, at: text.len() }
        })?;
        Ok(Self { pattern, engine, limit, not_empty: OnceCell::new() })
    }

    fn not_empty(&self) -> Option<&Regex> {
        self.not_empty.get_or_init(|| build(&self.pattern, self.limit, true).ok()).as_ref()
    }

    /// Where each of PCRE's groups is in a match; groups behind the last that took part are left out.
    fn search(&self, subject: &Subject<'_>, search: &Search) -> core::result::Result<Option<Found>, Error> {
        if search.offset > subject.bytes().len() {
            return Ok(None);
        }
        let (flags, mut anchored, mut from) = (self.pattern.flags | search.flags, search.anchored, search.offset);
        anchored |= flags & flag::ANCHORED != 0;
        if flags & flag::NOTEMPTY != 0 {
            let Some(engine) = self.not_empty() else { return Ok(None) };
            return self.find(engine, subject, from, anchored);
        }
        if flags & flag::NOTEMPTY_ATSTART != 0 {
            if let Some(engine) = self.not_empty()
                && let Some(found) = self.find(engine, subject, from, true)?
            {
                return Ok(Some(found));
            }
            if anchored || from == subject.bytes().len() {
                return Ok(None);
            }
            from += subject.character(from);
        }
        self.find(&self.engine, subject, from, anchored)
    }

    fn find(
        &self,
        engine: &Regex,
        subject: &Subject<'_>,
        from: usize,
        anchored: bool,
    ) -> core::result::Result<Option<Found>, Error> {
        let mut found: Found = Vec::new();
        // Of groups that share a number, the one that took part.
        let mut take = |get: &dyn Fn(usize) -> Option<(usize, usize)>| {
            let group = |numbers: &Vec<u16>| numbers.iter().find_map(|&number| get(usize::from(number)));
            found = self.pattern.groups.iter().map(group).collect();
        };
        match subject {
            Subject::Text(text) => {
                let input = RegexInput::new(*text).from_pos(from).anchored(anchored);
                let Some(captures) = engine.captures_input(input)? else { return Ok(None) };
                take(&|number| captures.get(number).map(|group| (group.start(), group.end())));
            }
            Subject::Bytes(bytes) => {
                let input = RegexInput::new(*bytes).from_pos(from).anchored(anchored);
                let Some(captures) = engine.captures_input(input)? else { return Ok(None) };
                take(&|number| captures.get(number).map(|group| (group.start(), group.end())));
            }
        }
        let length = found.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        found.truncate(length);
        if self.pattern.flags & flag::FIRSTLINE != 0 {
            let line = subject.bytes().get(from..).unwrap_or_default();
            let end = line.iter().position(|&byte| byte == b'\n').map_or(usize::MAX, |at| from + at);
            let starts = found.first().copied().flatten().map_or(0, |(start, _)| start);
            if starts > end {
                return Ok(None);
            }
        }
        Ok(Some(found))
    }
}

/// Start and end of each group.
type Found = Vec<Option<(usize, usize)>>;

/// How to search.
struct Search {
    offset: usize,
    anchored: bool,
    flags: u32,
}

/// What is searched.
enum Subject<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl Subject<'_> {
    const fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }

    /// The length of the character that begins here.
    fn character(&self, at: usize) -> usize {
        let first = self.bytes().get(at).copied().unwrap_or(0);
        match self {
            Self::Text(_) => (first.leading_ones() as usize).max(1),
            Self::Bytes(_) => 1,
        }
    }
}

/// A pattern as the program gave it.
struct Source {
    text: Vec<u8>,
    flags: u32,
    compiled: bool,
}

fn version(cx: &mut Context<'_>, _: &[Term]) -> Result {
    // Not the version of any PCRE: Elixir then knows that what another one compiled is to be compiled again.
    Ok(cx.heap().heap_binary(b"fancy-regex 0.20")?)
}

/// A binary of characters, or of bytes.
fn flat(cx: &mut Context<'_>, data: Term, unicode: bool) -> Result {
    if !unicode {
        return super::binary::iolist_to_binary(cx, &[data]);
    }
    if cx.store().bits(data).is_some() {
        return Ok(data);
    }
    let encoding = Term::atom(atoms::UNICODE);
    let binary = super::unicode::characters_to_binary(cx, &[data, encoding])?;
    if cx.store().bits(binary).is_some() { Ok(binary) } else { Err(Raise::BADARG) }
}

/// A copy of a binary's bytes.
fn copied(cx: &Context<'_>, binary: Term) -> Result<Vec<u8>> {
    let bytes = bytes(cx.store(), &cx.shared.budget, binary)?;
    let mut copy = vector(&cx.shared.budget, bytes.len())?;
    copy.extend_from_slice(&bytes);
    Ok(copy)
}

/// The code of a compiled pattern, which [`compiled_term`] made.
fn code_of(store: Store<'_>, term: Term) -> Option<Term> {
    let parts = store.tuple(term).filter(|parts| parts.len() == 5)?;
    let is_pattern = parts.get(0)?.as_atom().is_some_and(|name| store.atoms().name(name) == "re_pattern");
    parts.get(4).filter(|_| is_pattern)
}

fn source(cx: &mut Context<'_>, term: Term, flags: u32) -> Result<Source> {
    if cx.store().tuple(term).is_some() {
        let code = code_of(cx.store(), term).ok_or(Raise::BADARG)?;
        let code = copied(cx, code)?;
        let rest = code.strip_prefix(MARK).ok_or(Raise::BADARG)?;
        let (flags, text) = rest.split_first_chunk().ok_or(Raise::BADARG)?;
        return Ok(Source { text: text.to_vec(), flags: u32::from_le_bytes(*flags), compiled: true });
    }
    let binary = flat(cx, term, flags & flag::UNICODE != 0)?;
    Ok(Source { text: copied(cx, binary)?, flags, compiled: false })
}

/// What the engine made of a pattern: from the table, or made now.
fn prepared(
    cx: &mut Context<'_>,
    text: &[u8],
    flags: u32,
    limit: usize,
) -> core::result::Result<Rc<Compiled>, Failure> {
    let kept = &mut cx.shared.patterns.0;
    let same = |entry: &(u32, usize, Vec<u8>, _)| entry.0 == flags && entry.1 == limit && entry.2 == text;
    if let Some(place) = kept.iter().rposition(same) {
        let entry = kept.remove(place);
        let compiled = Rc::clone(&entry.3);
        kept.push(entry);
        return Ok(compiled);
    }
    let compiled = Rc::new(Compiled::new(text, flags, limit)?);
    if kept.len() >= KEPT {
        kept.remove(0);
    }
    kept.push((flags, limit, text.to_vec(), Rc::clone(&compiled)));
    cx.bump(text.len() * 16);
    Ok(compiled)
}

fn pair(cx: &mut Context<'_>, first: Term, second: Term) -> Result {
    Ok(cx.heap().tuple(&[first, second])?)
}

fn number(cx: &mut Context<'_>, value: usize) -> Result {
    Ok(cx.heap().unsigned(value as u64)?)
}

/// `{Message, Position}`.
fn failure(cx: &mut Context<'_>, failure: &Failure) -> Result {
    let message = cx.heap().string(failure.message)?;
    let at = number(cx, failure.at)?;
    pair(cx, message, at)
}

fn compile(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let list = arguments.get(1).copied().unwrap_or(Term::NIL);
    let options = options::read(cx.store(), list)?;
    if options.runs {
        return Err(Raise::BADARG);
    }
    let pattern = argument(arguments, 0);
    if cx.store().tuple(pattern).is_some() {
        return Err(Raise::BADARG);
    }
    let source = source(cx, pattern, options.flags)?;
    if options.flags & flag::UNICODE != 0 && options.flags & flag::NEVER_UTF != 0 {
        return Err(Raise::BADARG);
    }
    match prepared(cx, &source.text, source.flags, BACKTRACK_LIMIT) {
        Ok(compiled) => {
            let mut term = compiled_term(cx, &source, &compiled.pattern)?;
            if options.export {
                term = exported(cx, pattern, list, term)?;
            }
            pair(cx, Term::atom(atoms::OK), term)
        }
        Err(error) => {
            let error = failure(cx, &error)?;
            pair(cx, Term::atom(atoms::ERROR), error)
        }
    }
}

fn compiled_term(cx: &mut Context<'_>, source: &Source, pattern: &Pattern) -> Result {
    let mut code = vector(&cx.shared.budget, MARK.len() + 4 + source.text.len())?;
    code.extend_from_slice(MARK);
    code.extend_from_slice(&source.flags.to_le_bytes());
    code.extend_from_slice(&source.text);
    let code = cx.binary(code)?;
    let name = Term::atom(cx.shared.atoms.intern("re_pattern")?);
    let flag = |flags: u32, flag| Term::tiny(i32::from(flags & flag != 0));
    let crlf = flag(pattern.flags, flag::NEWLINE_CRLF | flag::NEWLINE_ANYCRLF | flag::NEWLINE_ANY);
    // That of the option alone: it says what a subject is that is no binary.
    let unicode = flag(source.flags, flag::UNICODE);
    let captures = number(cx, pattern.groups.len().saturating_sub(1))?;
    Ok(cx.heap().tuple(&[name, captures, unicode, crlf, code])?)
}

/// A pattern that may be kept and brought back by [`import`], as since OTP 28: who made it, its text and options, its code.
fn exported(cx: &mut Context<'_>, pattern: Term, options: Term, compiled: Term) -> Result {
    let name = Term::atom(cx.shared.atoms.intern("re_exported_pattern")?);
    let header = version(cx, &[])?;
    let code = code_of(cx.store(), compiled).ok_or(Raise::BADARG)?;
    Ok(cx.heap().tuple(&[name, header, pattern, options, code])?)
}

/// One that was exported, by whomever, is compiled again from its text.
fn import(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let store = cx.store();
    let parts = store.tuple(argument(arguments, 0)).filter(|parts| parts.len() == 5).ok_or(Raise::BADARG)?;
    let part = |index| parts.get(index).ok_or(Raise::BADARG);
    let (name, pattern, list) = (part(0)?, part(2)?, part(3)?);
    if !is_atom(store, name, "re_exported_pattern") {
        return Err(Raise::BADARG);
    }
    let options = options::read(store, list)?;
    let source = source(cx, pattern, options.flags)?;
    let compiled = prepared(cx, &source.text, source.flags, BACKTRACK_LIMIT).map_err(|_| Raise::BADARG)?;
    compiled_term(cx, &source, &compiled.pattern)
}

fn inspect(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (pattern, item) = (argument(arguments, 0), argument(arguments, 1));
    if cx.store().tuple(pattern).is_none() || !is_atom(cx.store(), item, "namelist") {
        return Err(Raise::BADARG);
    }
    let source = source(cx, pattern, 0)?;
    let compiled = prepared(cx, &source.text, source.flags, BACKTRACK_LIMIT).map_err(|_| Raise::BADARG)?;
    let mut names: Vec<&[u8]> = compiled.pattern.names.iter().map(|(name, _)| name.as_slice()).collect();
    names.dedup();
    let mut list = Term::NIL;
    for name in names.into_iter().rev() {
        let name = cx.heap().heap_binary(name)?;
        list = cx.heap().cons(name, list)?;
    }
    pair(cx, item, list)
}

fn is_atom(store: Store<'_>, term: Term, name: &str) -> bool {
    term.as_atom().is_some_and(|atom| store.atoms().name(atom) == name)
}

/// The fourth argument says whether it is the first of many searches, which is the library's business.
fn internal_run(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    run(cx, arguments.get(..3).unwrap_or_default())
}

fn run(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let list = arguments.get(2).copied().unwrap_or(Term::NIL);
    let options = options::read(cx.store(), list)?;
    let source = source(cx, argument(arguments, 1), options.flags)?;
    if source.compiled && options.compiles {
        return Err(Raise::BADARG);
    }
    // A run may say otherwise what a newline is.
    let mut flags = source.flags | options.flags;
    for group in [flag::NEWLINE, flag::BSR] {
        if options.flags & group != 0 {
            flags = flags & !group | options.flags & group;
        }
    }
    if flags & flag::UNICODE != 0 && flags & flag::NEVER_UTF != 0 {
        return Err(Raise::BADARG);
    }
    // These matter to the search only.
    let search_flags = flags & (flag::NOTEMPTY | flag::NOTEMPTY_ATSTART | flag::ANCHORED);
    let limit = options.match_limit.unwrap_or(BACKTRACK_LIMIT);
    let compiled = match prepared(cx, &source.text, flags & !search_flags, limit) {
        Ok(compiled) => compiled,
        Err(_) if !options.report_errors => return Err(Raise::BADARG),
        Err(error) => {
            let error = failure(cx, &error)?;
            let kind = Term::atom(cx.shared.atoms.intern("compile")?);
            let error = pair(cx, kind, error)?;
            return pair(cx, Term::atom(atoms::ERROR), error);
        }
    };
    let unicode = compiled.pattern.flags & flag::UNICODE != 0;
    let subject = flat(cx, argument(arguments, 0), flags & flag::UNICODE != 0)?;
    let mut matches: Vec<Found> = Vec::new();
    let searched = {
        let bytes = bytes(cx.store(), &cx.shared.budget, subject)?;
        let text = if unicode {
            Subject::Text(core::str::from_utf8(&bytes).map_err(|_| Raise::BADARG)?)
        } else {
            Subject::Bytes(&bytes)
        };
        if options.offset > bytes.len() && !options.global {
            return Err(Raise::BADARG);
        }
        let search = Search { offset: options.offset, anchored: false, flags: search_flags };
        let result = if options.global {
            all(&compiled, &text, search, &mut matches)
        } else {
            compiled.search(&text, &search).map(|found| matches.extend(found))
        };
        result.map(|()| bytes.len())
    };
    match searched {
        Ok(size) => cx.bump(size / 32 + matches.len()),
        Err(Error::RuntimeError(RuntimeError::BacktrackLimitExceeded | RuntimeError::StackOverflow)) => {
            cx.bump(limit / 100);
            if options.report_errors {
                let name = Term::atom(cx.shared.atoms.intern("match_limit")?);
                return pair(cx, Term::atom(atoms::ERROR), name);
            }
            return Ok(Term::atom(atoms::NOMATCH));
        }
        Err(_) => return Ok(Term::atom(atoms::NOMATCH)),
    }
    result(cx, subject, &compiled.pattern, &options, &matches)
}

/// All matches, one behind the other. Where one is empty, one that is not is looked for at the same place; and then the
/// search goes on one character further.
fn all(
    compiled: &Compiled,
    subject: &Subject<'_>,
    mut search: Search,
    matches: &mut Vec<Found>,
) -> core::result::Result<(), Error> {
    let length = subject.bytes().len();
    while search.offset <= length {
        let Some(found) = compiled.search(subject, &search)? else { break };
        let (start, end) = found.first().copied().flatten().unwrap_or_default();
        matches.push(found);
        if end > start {
            search.offset = end;
            continue;
        }
        let flags = search.flags | flag::NOTEMPTY_ATSTART;
        let again = Search { offset: search.offset, anchored: true, flags };
        if let Some(found) = compiled.search(subject, &again)? {
            let (first, last) = found.first().copied().flatten().unwrap_or_default();
            matches.push(found);
            if last > first {
                search.offset = start + last - first;
                continue;
            }
        }
        let crlf = flag::NEWLINE_CRLF | flag::NEWLINE_ANYCRLF | flag::NEWLINE_ANY;
        let rest = subject.bytes().get(start..).unwrap_or_default();
        let both = compiled.pattern.flags & crlf != 0 && rest.starts_with(b"\r\n");
        search.offset = start + if both { 2 } else { subject.character(start) };
    }
    Ok(())
}

/// The numbers of the groups that the program wants, where it does not want them all.
fn wanted(store: Store<'_>, pattern: &Pattern, capture: Capture) -> Result<Option<Vec<Vec<usize>>>> {
    let of_name = |name: &[u8]| -> Vec<usize> {
        pattern.names.iter().filter(|(other, _)| other == name).map(|(_, number)| usize::from(*number)).collect()
    };
    Ok(match capture {
        Capture::All | Capture::AllButFirst | Capture::First => None,
        Capture::AllNames => {
            let mut names: Vec<&[u8]> = pattern.names.iter().map(|(name, _)| name.as_slice()).collect();
            names.dedup();
            Some(names.into_iter().map(of_name).collect())
        }
        Capture::List(list) => {
            let mut elements = store.list(list);
            let mut all = Vec::new();
            for element in elements.by_ref() {
                if let Some(number) = store.integer(element) {
                    all.push(alloc::vec![usize::try_from(number).map_err(|_| Raise::BADARG)?]);
                } else if let Some(atom) = element.as_atom() {
                    all.push(of_name(store.atoms().name(atom).as_bytes()));
                } else if store.bits(element).is_some() {
                    all.push(of_name(&bytes(store, store.budget(), element)?));
                } else {
                    let mut characters = store.list(element);
                    let mut name = Vec::new();
                    for character in characters.by_ref() {
                        let byte = character.as_small().and_then(|code| u8::try_from(code).ok());
                        name.push(byte.ok_or(Raise::BADARG)?);
                    }
                    if !characters.is_proper() {
                        return Err(Raise::BADARG);
                    }
                    all.push(of_name(&name));
                }
            }
            if !elements.is_proper() {
                return Err(Raise::BADARG);
            }
            Some(all)
        }
    })
}

fn result(cx: &mut Context<'_>, subject: Term, pattern: &Pattern, options: &Options, matches: &[Found]) -> Result {
    let wanted = wanted(cx.store(), pattern, options.capture)?;
    if matches.is_empty() {
        return Ok(Term::atom(atoms::NOMATCH));
    }
    let kind = Term::atom(cx.shared.atoms.intern("match")?);
    if wanted.as_ref().is_some_and(Vec::is_empty) {
        return Ok(kind);
    }
    let mut list = Term::NIL;
    for found in matches.iter().rev() {
        let groups: Found = match &wanted {
            Some(numbers) => {
                let group = |same: &Vec<usize>| same.iter().find_map(|&number| found.get(number).copied().flatten());
                numbers.iter().map(group).collect()
            }
            None => match options.capture {
                Capture::AllButFirst => found.get(1..).unwrap_or_default().to_vec(),
                Capture::First => found.get(..1).unwrap_or_default().to_vec(),
                _ => found.clone(),
            },
        };
        let mut captured = Term::NIL;
        for &group in groups.iter().rev() {
            let term = one(cx, subject, group, options.kind, pattern.flags & flag::UNICODE != 0)?;
            captured = cx.heap().cons(term, captured)?;
        }
        if !options.global {
            return pair(cx, kind, captured);
        }
        list = cx.heap().cons(captured, list)?;
    }
    pair(cx, kind, list)
}

/// What is told of a group: where it is, or its text.
fn one(cx: &mut Context<'_>, subject: Term, group: Option<(usize, usize)>, kind: Type, unicode: bool) -> Result {
    let (start, end) = group.unwrap_or_default();
    match kind {
        Type::Index if group.is_none() => pair(cx, Term::tiny(-1), Term::tiny(0)),
        Type::Index => {
            let first = number(cx, start)?;
            let length = cx.heap().integer(end as i64 - start as i64)?;
            pair(cx, first, length)
        }
        Type::Binary => part_of(cx, subject, start * 8, end.saturating_sub(start) * 8),
        Type::List => {
            let part = part_of(cx, subject, start * 8, end.saturating_sub(start) * 8)?;
            let text = copied(cx, part)?;
            if unicode {
                let text = String::from_utf8(text).map_err(|_| Raise::BADARG)?;
                return Ok(cx.heap().string(&text)?);
            }
            Ok(cx.heap().list_with(text.iter().map(|&byte| Term::tiny(byte.into())), Term::NIL)?)
        }
    }
}
