//! The disassembly as text, in the style of the `.S` files of `erlc -S`: a form a line, which `file:consult/1` reads.
//!
//! `consult` does not read pids, ports, references and funs with an environment. No compiler puts them into literals,
//! and they are written as Erlang's shell would.

use std::fmt::{self, Write};
use std::slice;

use emberl_format::etf::{self, Term, write_atom};
use emberl_format::opcode::Op;

use super::{Dialect, Disassembler, atom, head, named, tuple};
use crate::unit::Unit;

/// What [`write_text`] writes.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextOptions<'o> {
    /// Whose forms.
    pub dialect: Dialect,
    /// Only the functions with this name, without the head of the file.
    pub name: Option<&'o str>,
    /// Only the functions with this arity, without the head of the file.
    pub arity: Option<u8>,
}

/// Writes a unit's disassembly: module, exports, attributes, number of labels, then the functions. A `line` instruction
/// that has an index only is followed by a comment with its place in the source.
///
/// # Errors
/// Only those of `out`.
pub fn write_text(unit: &Unit<'_>, out: &mut impl Write, options: &TextOptions<'_>) -> fmt::Result {
    if options.name.is_none() && options.arity.is_none() {
        write_head(unit, out)?;
    }
    let mut disassembler = Disassembler::new(unit, options.dialect);
    for function in unit.functions.list() {
        let (name, arity) = unit.name_of(function);
        if options.name.is_some_and(|only| only != name) || options.arity.is_some_and(|only| only != arity) {
            continue;
        }
        let [function_atom, name, arity, entry] = head(unit, function);
        write!(out, "\n{{{}, {}, {}, {}}}.\n", function_atom, Text(&name), Text(&arity), Text(&entry))?;
        for index in disassembler.indices(function) {
            let Some(instruction) = unit.code.instructions().get(index) else { continue };
            let indent = if instruction.op == Op::Label { "  " } else { "    " };
            write!(out, "{indent}{}.", Text(&disassembler.instruction(instruction)))?;
            let indexed = matches!(instruction.op, Op::ExecutableLine | Op::DebugLine)
                || (instruction.op == Op::Line && options.dialect != Dialect::Otp29);
            if indexed && let Some(place) = unit.location(index) {
                write!(out, "  %% {}:{}", place.file.escape_debug(), place.line)?;
            }
            out.write_char('\n')?;
        }
    }
    Ok(())
}

fn write_head(unit: &Unit<'_>, out: &mut impl Write) -> fmt::Result {
    let module = &unit.module;
    writeln!(out, "{{module, {}}}.\n", Text(&atom(unit.name())))?;
    let exports =
        module.exports.iter().map(|row| tuple([atom(module.atom(row.function)), Term::Integer(i64::from(row.arity))]));
    writeln!(out, "{{exports, {}}}.\n", Text(&Term::list(exports.collect())))?;
    let attributes = match module.chunks.get(b"Attr") {
        None => Term::Nil,
        Some(chunk) => etf::decode(chunk.data).unwrap_or_else(|_| named("invalid", atom("attributes"))),
    };
    writeln!(out, "{{attributes, {}}}.\n", Text(&attributes))?;
    writeln!(out, "{{labels, {}}}.\n", module.code.label_count)
}

/// A term as text, with strings where a list or a binary is one. It does not recurse.
struct Text<'t>(&'t Term);

/// What is left to write; the last one is next.
enum Todo<'t> {
    Text(&'static str),
    Term(&'t Term),
    Rest(slice::Iter<'t, Term>),
    Pairs(slice::Iter<'t, (Term, Term)>),
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut todo = vec![Todo::Term(self.0)];
        while let Some(next) = todo.pop() {
            match next {
                Todo::Text(text) => f.write_str(text)?,
                Todo::Term(term) => write_one(f, term, &mut todo)?,
                Todo::Rest(mut terms) => {
                    if let Some(term) = terms.next() {
                        todo.extend([Todo::Rest(terms), Todo::Term(term), Todo::Text(",")]);
                    }
                }
                Todo::Pairs(mut pairs) => {
                    if let Some((key, value)) = pairs.next() {
                        let more = [Todo::Term(value), Todo::Text(" => "), Todo::Term(key), Todo::Text(",")];
                        todo.push(Todo::Pairs(pairs));
                        todo.extend(more);
                    }
                }
            }
        }
        Ok(())
    }
}

fn write_one<'t>(f: &mut fmt::Formatter<'_>, term: &'t Term, todo: &mut Vec<Todo<'t>>) -> fmt::Result {
    match term {
        Term::Atom(name) => write_atom(f, name),
        Term::List { elements, tail } => {
            if **tail == Term::Nil && elements.iter().all(|element| printable(element).is_some()) {
                return write_string(f, elements.iter().filter_map(printable));
            }
            todo.push(Todo::Text("]"));
            if **tail != Term::Nil {
                todo.extend([Todo::Term(tail), Todo::Text("|")]);
            }
            f.write_char('[')?;
            push_first(elements, todo);
            Ok(())
        }
        Term::Tuple(elements) => {
            f.write_char('{')?;
            todo.push(Todo::Text("}"));
            push_first(elements, todo);
            Ok(())
        }
        Term::Map(pairs) => {
            f.write_str("#{")?;
            todo.push(Todo::Text("}"));
            let mut rest = pairs.iter();
            if let Some((key, value)) = rest.next() {
                todo.extend([Todo::Pairs(rest), Todo::Term(value), Todo::Text(" => "), Todo::Term(key)]);
            }
            Ok(())
        }
        Term::Bitstring { bytes, bits }
            if !bytes.is_empty() && *bits == bytes.len() * 8 && bytes.iter().all(|&byte| is_text(byte)) =>
        {
            f.write_str("<<")?;
            write_string(f, bytes.iter().copied())?;
            f.write_str(">>")
        }
        other => fmt::Display::fmt(other, f),
    }
}

fn push_first<'t>(elements: &'t [Term], todo: &mut Vec<Todo<'t>>) {
    let mut rest = elements.iter();
    if let Some(first) = rest.next() {
        todo.extend([Todo::Rest(rest), Todo::Term(first)]);
    }
}

const fn is_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')
}

/// The character that a term is, if it is one of printable ASCII.
fn printable(term: &Term) -> Option<u8> {
    match term {
        Term::Integer(code) => u8::try_from(*code).ok().filter(|&byte| is_text(byte)),
        _ => None,
    }
}

fn write_string(f: &mut fmt::Formatter<'_>, text: impl Iterator<Item = u8>) -> fmt::Result {
    f.write_char('"')?;
    for byte in text {
        match byte {
            b'"' => f.write_str("\\\"")?,
            b'\\' => f.write_str("\\\\")?,
            b'\n' => f.write_str("\\n")?,
            b'\r' => f.write_str("\\r")?,
            b'\t' => f.write_str("\\t")?,
            _ => f.write_char(char::from(byte))?,
        }
    }
    f.write_char('"')
}
