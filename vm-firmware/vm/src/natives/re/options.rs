//! The options of `re:compile/2` and `re:run/3`.

use super::translate::flag;
use crate::heap::Store;
use crate::raise::{Raise, Result};
use crate::term::Term;

/// Which groups a program wants to know of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Capture {
    All,
    AllButFirst,
    AllNames,
    First,
    /// Those of a list, by number or name.
    List(Term),
}

/// As what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Index,
    List,
    Binary,
}

/// What the options say.
#[derive(Debug)]
pub(super) struct Options {
    pub flags: u32,
    pub global: bool,
    pub report_errors: bool,
    pub export: bool,
    pub offset: usize,
    pub match_limit: Option<usize>,
    pub capture: Capture,
    pub kind: Type,
    /// One of them is for running only, and one for compiling only.
    pub runs: bool,
    pub compiles: bool,
}

/// When an option may be given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Compiling,
    Running,
    Both,
}

/// The options that are atoms.
const FLAGS: &[(&str, u32, When)] = &[
    ("unicode", flag::UNICODE, When::Compiling),
    ("caseless", flag::CASELESS, When::Compiling),
    ("multiline", flag::MULTILINE, When::Compiling),
    ("dotall", flag::DOTALL, When::Compiling),
    ("extended", flag::EXTENDED, When::Compiling),
    ("dollar_endonly", flag::DOLLAR_ENDONLY, When::Compiling),
    ("ungreedy", flag::UNGREEDY, When::Compiling),
    ("no_auto_capture", flag::NO_AUTO_CAPTURE, When::Compiling),
    ("firstline", flag::FIRSTLINE, When::Compiling),
    ("dupnames", flag::DUPNAMES, When::Compiling),
    ("ucp", flag::UCP, When::Compiling),
    ("never_utf", flag::NEVER_UTF, When::Compiling),
    ("no_start_optimize", 0, When::Compiling),
    ("anchored", flag::ANCHORED, When::Both),
    ("bsr_anycrlf", flag::BSR_ANYCRLF, When::Both),
    ("bsr_unicode", flag::BSR_UNICODE, When::Both),
    ("notbol", flag::NOTBOL, When::Running),
    ("noteol", flag::NOTEOL, When::Running),
    ("notempty", flag::NOTEMPTY, When::Running),
    ("notempty_atstart", flag::NOTEMPTY_ATSTART, When::Running),
];

const NEWLINES: &[(&str, u32)] = &[
    ("lf", flag::NEWLINE_LF),
    ("cr", flag::NEWLINE_CR),
    ("crlf", flag::NEWLINE_CRLF),
    ("anycrlf", flag::NEWLINE_ANYCRLF),
    ("any", flag::NEWLINE_ANY),
];

/// Reads a list of options.
pub(super) fn read(store: Store<'_>, list: Term) -> Result<Options> {
    let mut options = Options {
        flags: 0,
        global: false,
        report_errors: false,
        export: false,
        offset: 0,
        match_limit: None,
        capture: Capture::All,
        kind: Type::Index,
        runs: false,
        compiles: false,
    };
    let mut elements = store.list(list);
    for option in elements.by_ref() {
        let name = |term: Term| term.as_atom().map(|atom| store.atoms().name(atom));
        if let Some(name) = name(option) {
            match name {
                "global" => options.global = true,
                "report_errors" => options.report_errors = true,
                "export" => {
                    options.export = true;
                    options.compiles = true;
                    continue;
                }
                _ => {
                    let known = FLAGS.iter().find(|(other, ..)| *other == name);
                    let &(_, flag, when) = known.ok_or(Raise::BADARG)?;
                    options.flags |= flag;
                    options.runs |= when == When::Running;
                    options.compiles |= when == When::Compiling;
                    continue;
                }
            }
            options.runs = true;
            continue;
        }
        let parts = store.tuple(option).ok_or(Raise::BADARG)?;
        let part = |index| parts.get(index).ok_or(Raise::BADARG);
        let value = part(1)?;
        let natural = || store.integer(value).and_then(|value| usize::try_from(value).ok()).ok_or(Raise::BADARG);
        match (name(part(0)?), parts.len()) {
            (Some("newline"), 2) => {
                let kind = name(value).and_then(|name| NEWLINES.iter().find(|(other, _)| *other == name));
                options.flags = options.flags & !flag::NEWLINE | kind.ok_or(Raise::BADARG)?.1;
                continue;
            }
            (Some("offset"), 2) => options.offset = natural()?,
            (Some("match_limit"), 2) => options.match_limit = Some(natural()?),
            // The engine does not recurse.
            (Some("match_limit_recursion"), 2) => drop(natural()?),
            (Some("capture"), 2 | 3) => {
                options.capture = match name(value) {
                    Some("all") => Capture::All,
                    Some("all_but_first") => Capture::AllButFirst,
                    Some("all_names") => Capture::AllNames,
                    Some("first") => Capture::First,
                    Some("none") => Capture::List(Term::NIL),
                    None if value.is_list() || value == Term::NIL => Capture::List(value),
                    _ => return Err(Raise::BADARG),
                };
                options.kind = match parts.get(2).map(name) {
                    None | Some(Some("index")) => Type::Index,
                    Some(Some("list")) => Type::List,
                    Some(Some("binary")) => Type::Binary,
                    Some(_) => return Err(Raise::BADARG),
                };
            }
            _ => return Err(Raise::BADARG),
        }
        options.runs = true;
    }
    if elements.is_proper() { Ok(options) } else { Err(Raise::BADARG) }
}
