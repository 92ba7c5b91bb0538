//! Terms as text, as `io_lib:format("~w", [Term])` of OTP 27 writes them.

use alloc::{format, vec, vec::Vec};
use core::{fmt, slice};

use super::term::Term;

/// The name of a node that is not distributed: pids of it print with a leading 0.
const LOCAL_NODE: &str = "nonode@nohost";

/// Erlang's reserved words as of OTP 27, sorted (`erl_scan:reserved_word/1`; `else` and `maybe` came with OTP 25 to 27).
const RESERVED: [&str; 29] = [
    "after", "and", "andalso", "band", "begin", "bnot", "bor", "bsl", "bsr", "bxor", "case", "catch", "cond", "div",
    "else", "end", "fun", "if", "let", "maybe", "not", "of", "or", "orelse", "receive", "rem", "try", "when", "xor",
];

/// Writes an atom, quoted where Erlang needs it. Characters beyond Latin-1 are written as `\x{...}`, as `~w` does.
///
/// # Errors
/// When `f` has one.
pub fn write_atom(f: &mut impl fmt::Write, name: &str) -> fmt::Result {
    if is_plain(name) && RESERVED.binary_search(&name).is_err() {
        return f.write_str(name);
    }
    f.write_char('\'')?;
    for c in name.chars() {
        match c {
            '\'' => f.write_str("\\'")?,
            '\\' => f.write_str("\\\\")?,
            ' '..='~' | '\u{a0}'..='\u{ff}' => f.write_char(c)?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\u{b}' => f.write_str("\\v")?,
            '\u{8}' => f.write_str("\\b")?,
            '\u{c}' => f.write_str("\\f")?,
            '\u{1b}' => f.write_str("\\e")?,
            '\u{7f}' => f.write_str("\\d")?,
            '\0'..='\u{9f}' => write!(f, "\\{:03o}", u32::from(c))?,
            _ => write!(f, "\\x{{{:X}}}", u32::from(c))?,
        }
    }
    f.write_char('\'')
}

/// Whether a name starts with a small letter and has letters, digits, `_` and `@` only, all in Latin-1.
fn is_plain(name: &str) -> bool {
    let mut characters = name.chars();
    matches!(characters.next(), Some('a'..='z' | 'ß'..='ö' | 'ø'..='ÿ'))
        && characters
            .all(|c| matches!(c, 'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '@' | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ÿ'))
}

/// Writes a name in a `fun m:f/a`. OTP prints those in C (`erlang:fun_to_list/1`), with rules of its own: reserved
/// words are not quoted but names with `@` are, and other characters have an escape. Characters beyond ASCII, which
/// OTP prints as the bytes of their UTF-8 form, are written as [`write_atom`] does.
///
/// # Errors
/// When `f` has one.
pub fn write_fun_name(f: &mut impl fmt::Write, name: &str) -> fmt::Result {
    if name.is_ascii() { write_displayed_atom(f, name) } else { write_atom(f, name) }
}

/// Writes an atom as `erlang:display/1` does: reserved words are not quoted but names with `@` are, and characters beyond
/// Latin-1 are written as they are.
///
/// # Errors
/// When `f` has one.
pub fn write_displayed_atom(f: &mut impl fmt::Write, name: &str) -> fmt::Result {
    if is_plain(name) && !name.contains('@') {
        return f.write_str(name);
    }
    f.write_char('\'')?;
    for c in name.chars() {
        match c {
            '\'' => f.write_str("\\'")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\u{b}' => f.write_str("\\v")?,
            '\u{8}' => f.write_str("\\b")?,
            '\u{c}' => f.write_str("\\f")?,
            ' '..='\u{7f}' | '\u{a0}'.. => f.write_char(c)?,
            _ => write!(f, "\\{:03o}", u32::from(c))?,
        }
    }
    f.write_char('\'')
}

/// What is left to write; the last one is next.
enum Todo<'a> {
    Text(&'static str),
    Term(&'a Term),
    /// Terms, each after a comma.
    Rest(slice::Iter<'a, Term>),
    /// Pairs, each after a comma.
    Pairs(slice::Iter<'a, (Term, Term)>),
}

/// The text of `~w`. A map prints in the order of its bytes; OTP prints one of more than 32 pairs in the order of its
/// own hash instead. The first number of a pid, port or reference of another node than `nonode@nohost` is an internal
/// number in OTP; the node's name takes its place.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut todo = vec![Todo::Term(self)];
        while let Some(next) = todo.pop() {
            match next {
                Todo::Text(text) => f.write_str(text)?,
                Todo::Term(term) => write_head(f, term, &mut todo)?,
                Todo::Rest(mut terms) => {
                    if let Some(term) = terms.next() {
                        f.write_str(",")?;
                        todo.push(Todo::Rest(terms));
                        write_head(f, term, &mut todo)?;
                    }
                }
                Todo::Pairs(mut pairs) => {
                    if let Some(pair) = pairs.next() {
                        f.write_str(",")?;
                        todo.push(Todo::Pairs(pairs));
                        push_pair(pair, &mut todo);
                    }
                }
            }
        }
        Ok(())
    }
}

fn push_pair<'a>((key, value): &'a (Term, Term), todo: &mut Vec<Todo<'a>>) {
    todo.extend([Todo::Term(value), Todo::Text(" => "), Todo::Term(key)]);
}

fn push_elements<'a>(elements: &'a [Term], todo: &mut Vec<Todo<'a>>) {
    let mut elements = elements.iter();
    if let Some(first) = elements.next() {
        todo.extend([Todo::Rest(elements), Todo::Term(first)]);
    }
}

/// Writes a leaf, or the opening of a term whose parts go to `todo`.
fn write_head<'a>(f: &mut fmt::Formatter<'_>, term: &'a Term, todo: &mut Vec<Todo<'a>>) -> fmt::Result {
    match term {
        Term::Atom(name) => write_atom(f, name),
        Term::Integer(value) => write!(f, "{value}"),
        Term::BigInteger(value) => write!(f, "{value}"),
        Term::Float(value) => write_float(f, *value),
        Term::Bitstring { bytes, bits } => write_bitstring(f, bytes, *bits),
        Term::Nil => f.write_str("[]"),
        Term::List { elements, tail } => {
            todo.push(Todo::Text("]"));
            if !matches!(**tail, Term::Nil) {
                todo.extend([Todo::Term(tail), Todo::Text("|")]);
            }
            push_elements(elements, todo);
            f.write_str("[")
        }
        Term::Tuple(elements) => {
            todo.push(Todo::Text("}"));
            push_elements(elements, todo);
            f.write_str("{")
        }
        Term::Map(pairs) => {
            todo.push(Todo::Text("}"));
            let mut pairs = pairs.iter();
            if let Some(first) = pairs.next() {
                todo.push(Todo::Pairs(pairs));
                push_pair(first, todo);
            }
            f.write_str("#{")
        }
        Term::Pid { node, id, serial, creation } => {
            f.write_str("<")?;
            write_node(f, node, *creation)?;
            write!(f, ".{id}.{serial}>")
        }
        Term::Port { node, id, creation } => {
            f.write_str("#Port<")?;
            write_node(f, node, *creation)?;
            write!(f, ".{id}>")
        }
        Term::Reference { node, creation, ids } => {
            f.write_str("#Ref<")?;
            write_node(f, node, *creation)?;
            for id in ids.iter().rev() {
                write!(f, ".{id}")?;
            }
            f.write_str(">")
        }
        Term::ExportFun { module, function, arity } => {
            f.write_str("fun ")?;
            write_fun_name(f, module)?;
            f.write_str(":")?;
            write_fun_name(f, function)?;
            write!(f, "/{arity}")
        }
        Term::Fun(fun) => write_fun(f, &fun.module, fun.old_index, fun.old_uniq),
        Term::OldFun(fun) => write_fun(f, &fun.module, fun.index, fun.uniq),
        Term::LocalExt(bytes) => write!(f, "#LocalExt<{} bytes>", bytes.len()),
    }
}

fn write_node(f: &mut fmt::Formatter<'_>, node: &str, creation: u32) -> fmt::Result {
    if node == LOCAL_NODE && creation == 0 { f.write_str("0") } else { write_atom(f, node) }
}

fn write_fun(f: &mut fmt::Formatter<'_>, module: &str, index: i64, uniq: i64) -> fmt::Result {
    f.write_str("#Fun<")?;
    write_fun_name(f, module)?;
    write!(f, ".{index}.{uniq}>")
}

fn write_bitstring(f: &mut fmt::Formatter<'_>, bytes: &[u8], bits: usize) -> fmt::Result {
    f.write_str("<<")?;
    let last_bits = bits % 8;
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 {
            f.write_str(",")?;
        }
        if last_bits != 0 && place + 1 == bytes.len() {
            write!(f, "{}:{last_bits}", byte >> (8 - last_bits))?;
        } else {
            write!(f, "{byte}")?;
        }
    }
    f.write_str(">>")
}

/// The shortest digits that read back as the same float. Below 2^53 the shorter of the two notations is taken, the
/// plain one when they are as long; from there on always the one with an exponent (`float_to_list(F, [short])`).
///
/// # Errors
/// When `f` has one.
pub fn write_float(f: &mut impl fmt::Write, value: f64) -> fmt::Result {
    const PRECISE_BELOW: f64 = 9_007_199_254_740_992.0;
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let plain = format!("{value:?}");
    // Rust itself turns to an exponent for very small and very large floats.
    let length = mantissa.len() + point.len() + 1 + exponent.len();
    if value.abs() < PRECISE_BELOW && plain.len() <= length && !plain.contains('e') {
        return f.write_str(&plain);
    }
    write!(f, "{mantissa}{point}e{exponent}")
}
