//! Terms as text: as `io_lib:format` writes them with `~w`, with `~p` on one line, and as `erlang:display/1` does.

use alloc::vec::Vec;
use core::fmt::{Error, Result, Write};

use emberl_format::etf::{write_atom, write_displayed_atom, write_float, write_fun_name};
use num_bigint::BigUint;

use crate::atoms::Atom;
use crate::code::Code;
use crate::heap::{Bits, External, Map, Store, View};
use crate::memory::Budget;
use crate::steps::Steps;
use crate::term::Term;

/// How to write a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As `~w`.
    Plain,
    /// As `~p` with lines without end: lists of printable characters as strings, binaries likewise.
    Pretty,
    /// As `erlang:display/1`.
    Display,
}

/// Writes a term. An error means that `out` had one, or that there was no memory.
///
/// A map of more than 32 keys prints in the order of its nodes, as in OTP.
///
/// # Errors
/// As said.
pub fn print(store: Store<'_>, code: &Code, term: Term, mode: Mode, budget: &Budget, out: &mut dyn Write) -> Result {
    let mut printer = Printer { store, code, mode, budget, out, todo: Vec::new(), first: true };
    let result = printer.run(term);
    budget.drop_vector(printer.todo);
    result
}

/// What is left to write; the last one is next.
enum Todo<'a> {
    /// The end of something.
    End(&'static str),
    Term(Term),
    Value(Term),
    /// Elements, with commas between.
    Terms(&'a [u32]),
    /// The rest of a list.
    List(Term),
    /// Keys and values.
    Pairs(&'a [u32], &'a [u32]),
    /// Nodes and leaves of a larger map.
    Nodes(&'a [u32]),
}

struct Printer<'a, 'o> {
    store: Store<'a>,
    code: &'a Code,
    mode: Mode,
    budget: &'a Budget,
    out: &'o mut dyn Write,
    todo: Vec<Todo<'a>>,
    /// Whether something was opened and nothing written in it yet: then no comma is due.
    first: bool,
}

impl<'a> Printer<'a, '_> {
    fn run(&mut self, term: Term) -> Result {
        self.push(Todo::Term(term))?;
        let mut steps = Steps::new(self.store);
        while let Some(next) = self.todo.pop() {
            steps.take().map_err(|_| Error)?;
            match next {
                Todo::End(text) => {
                    self.out.write_str(text)?;
                    self.first = false;
                }
                Todo::Term(term) => self.term(term)?,
                Todo::Value(term) => {
                    self.out.write_str(if self.mode == Mode::Display { "=>" } else { " => " })?;
                    self.term(term)?;
                }
                Todo::Terms(terms) => {
                    if let Some((&term, rest)) = terms.split_first() {
                        self.push(Todo::Terms(rest))?;
                        self.comma()?;
                        self.term(Term(term))?;
                    }
                }
                Todo::List(rest) => match self.store.cell(rest) {
                    Some((head, tail)) => {
                        self.push(Todo::List(tail))?;
                        self.comma()?;
                        self.term(head)?;
                    }
                    None if rest != Term::NIL => {
                        self.out.write_char('|')?;
                        self.term(rest)?;
                    }
                    None => {}
                },
                Todo::Pairs(keys, values) => {
                    if let (Some((&key, keys)), Some((&value, values))) = (keys.split_first(), values.split_first()) {
                        self.push(Todo::Pairs(keys, values))?;
                        self.pair(Term(key), Term(value))?;
                    }
                }
                Todo::Nodes(nodes) => {
                    if let Some((&node, rest)) = nodes.split_first() {
                        self.push(Todo::Nodes(rest))?;
                        self.node(Term(node))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, todo: Todo<'a>) -> Result {
        self.budget.reserve(&mut self.todo, 1).map_err(|_| Error)?;
        self.todo.push(todo);
        Ok(())
    }

    fn comma(&mut self) -> Result {
        if !core::mem::take(&mut self.first) {
            self.out.write_char(',')?;
        }
        Ok(())
    }

    fn pair(&mut self, key: Term, value: Term) -> Result {
        self.push(Todo::Value(value))?;
        self.comma()?;
        self.term(key)
    }

    fn node(&mut self, node: Term) -> Result {
        if let Some((key, value)) = self.store.cell(node) {
            return self.pair(key, value);
        }
        match self.store.view(node) {
            View::HashNode(_, entries) | View::Tuple(entries) => self.push(Todo::Nodes(entries.0)),
            _ => Ok(()),
        }
    }

    fn open(&mut self, start: &str, end: &'static str, parts: Todo<'a>) -> Result {
        self.out.write_str(start)?;
        self.first = true;
        self.push(Todo::End(end))?;
        self.push(parts)
    }

    /// Writes a leaf, or the opening of a term whose parts go on the list of what to do.
    fn term(&mut self, term: Term) -> Result {
        let store = self.store;
        match store.view(term) {
            View::Small(value) => write!(self.out, "{value}"),
            View::Big { negative, magnitude } => {
                // The digits, and what dividing needs.
                self.budget.probe(magnitude.len() * 32).map_err(|_| Error)?;
                let sign = if negative { "-" } else { "" };
                write!(self.out, "{sign}{}", BigUint::from_slice(magnitude))
            }
            View::Float(value) if self.mode == Mode::Display => {
                // As `%e` of C.
                let text = alloc::format!("{value:.6e}");
                let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
                let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
                write!(self.out, "{mantissa}e{sign}{digits:0>2}")
            }
            View::Float(value) => write_float(&mut self.out, value),
            View::Atom(atom) => self.atom(atom),
            View::Nil => self.out.write_str("[]"),
            View::Cell(..) if self.mode != Mode::Plain && self.is_text(term) => {
                self.out.write_char('"')?;
                for character in store.list(term) {
                    self.character(character.as_small().unwrap_or_default() as u8)?;
                }
                self.out.write_char('"')
            }
            View::Cell(..) => self.open("[", "]", Todo::List(term)),
            View::Tuple(elements) => self.open("{", "}", Todo::Terms(elements.0)),
            View::Map(Map::Flat { keys, values, .. }) => self.open("#{", "}", Todo::Pairs(keys.0, values.0)),
            View::Map(Map::Hash { root, .. }) => {
                let entries = match store.view(root) {
                    View::HashNode(_, entries) | View::Tuple(entries) => entries.0,
                    _ => &[],
                };
                self.open("#{", "}", Todo::Nodes(entries))
            }
            View::Bits(bits) | View::Context(bits) => self.bits(bits),
            View::Fun { entry, .. } => {
                let Some(lambda) = self.code.lambdas.get(entry as usize) else { return self.out.write_str("#Fun<>") };
                // Without quotes, as in OTP, whatever the name.
                self.out.write_str("#Fun<")?;
                self.out.write_str(store.atoms().name(lambda.module))?;
                write!(self.out, ".{}.{}>", lambda.index, lambda.old_unique)
            }
            View::ExportFun(export) => {
                let Some(export) = self.code.exports.get(export as usize) else { return self.out.write_str("#Fun<>") };
                self.out.write_str("fun ")?;
                write_fun_name(&mut self.out, store.atoms().name(export.module))?;
                self.out.write_char(':')?;
                write_fun_name(&mut self.out, store.atoms().name(export.function))?;
                write!(self.out, "/{}", export.arity)
            }
            View::Pid(number) => write!(self.out, "<0.{number}.0>"),
            View::Port(number) => write!(self.out, "#Port<0.{number}>"),
            View::Reference([low, middle, high]) => write!(self.out, "#Ref<0.{high}.{middle}.{low}>"),
            View::External(&[kind, node, creation, _, ref numbers @ ..]) => {
                // A number for the node, as OTP has one; 0 is this node's.
                let here = node == Term::atom(crate::atoms::NONODE_AT_NOHOST).0 && creation == 0;
                let node = if here { 0 } else { Term(node).as_atom().map_or(0, |atom| atom.0) };
                match numbers {
                    [number, serial] if kind == External::Pid as u32 => {
                        write!(self.out, "<{node}.{number}.{serial}>")
                    }
                    &[low, high] if kind == External::Port as u32 => {
                        write!(self.out, "#Port<{node}.{}>", u64::from(high) << 32 | u64::from(low))
                    }
                    numbers => {
                        write!(self.out, "#Ref<{node}")?;
                        numbers.iter().rev().try_for_each(|number| write!(self.out, ".{number}"))?;
                        self.out.write_char('>')
                    }
                }
            }
            View::External(_) | View::HashNode(..) | View::Invalid => self.out.write_str("?"),
        }
    }

    fn atom(&mut self, atom: Atom) -> Result {
        let store = self.store;
        let name = store.atoms().name(atom);
        if self.mode == Mode::Display {
            write_displayed_atom(&mut self.out, name)
        } else {
            write_atom(&mut self.out, name)
        }
    }

    /// Whether a list prints as a string.
    fn is_text(&self, list: Term) -> bool {
        let mut elements = self.store.list(list);
        let printable = |element: Term| element.as_small().is_some_and(|value| self.is_printable(value));
        elements.by_ref().all(printable) && elements.is_proper()
    }

    fn is_printable(&self, character: i32) -> bool {
        match character {
            8 | 11 | 12 | 27 => self.mode == Mode::Pretty,
            32..=126 | 160..=255 | 9..=13 => true,
            _ => false,
        }
    }

    /// A character of a string.
    fn character(&mut self, character: u8) -> Result {
        match character {
            b'"' => self.out.write_str("\\\""),
            // The emulator itself escapes no more than quotes and line ends.
            other if self.mode == Mode::Display && other != b'\n' => self.out.write_char(char::from(other)),
            b'\\' => self.out.write_str("\\\\"),
            b'\n' => self.out.write_str("\\n"),
            b'\r' => self.out.write_str("\\r"),
            b'\t' => self.out.write_str("\\t"),
            11 => self.out.write_str("\\v"),
            8 => self.out.write_str("\\b"),
            12 => self.out.write_str("\\f"),
            27 => self.out.write_str("\\e"),
            other => self.out.write_char(char::from(other)),
        }
    }

    fn bits(&mut self, bits: Bits<'_>) -> Result {
        let printable = |byte: u8| match self.mode {
            Mode::Plain => false,
            Mode::Pretty => self.is_printable(i32::from(byte)),
            Mode::Display => matches!(byte, 32..=126),
        };
        if bits.is_binary() && bits.size > 0 && bits.iter().all(printable) {
            self.out.write_str("<<\"")?;
            bits.iter().try_for_each(|byte| self.character(byte))?;
            return self.out.write_str("\">>");
        }
        self.out.write_str("<<")?;
        for (place, byte) in bits.iter().enumerate() {
            if place > 0 {
                self.out.write_char(',')?;
            }
            let left = bits.size - place * 8;
            if left < 8 {
                write!(self.out, "{}:{left}", byte >> (8 - left))?;
            } else {
                write!(self.out, "{byte}")?;
            }
        }
        self.out.write_str(">>")
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;
    use crate::external::{DecodeOptions, Target, decode};
    use crate::heap::Heap;

    fn text(bytes: &[u8], mode: Mode) -> String {
        let mut heap = Heap::new(Budget::new(usize::MAX), 0);
        let platform = alloc::boxed::Box::new(crate::external::tests::Nothing);
        let mut shared = crate::shared::Shared::new(platform, Budget::new(usize::MAX)).unwrap();
        let target = Target { heap: &mut heap, shared: &mut shared };
        let (term, _) = decode(target, &[b"\x83", bytes].concat(), DecodeOptions::default()).unwrap();
        let mut out = String::new();
        print(shared.store(&heap), &shared.code, term, mode, &shared.budget, &mut out).unwrap();
        out
    }

    #[test]
    fn terms_print_as_in_otp() {
        let cases: &[(&[u8], &str, &str, &str)] = &[
            (b"\x61\x05", "5", "5", "5"),
            (b"\x6a", "[]", "[]", "[]"),
            (b"\x68\0", "{}", "{}", "{}"),
            (b"\x6b\0\x03abc", "[97,98,99]", "\"abc\"", "\"abc\""),
            (b"\x6b\0\x02\x01\x02", "[1,2]", "[1,2]", "[1,2]"),
            (b"\x6b\0\x04a\"b\\", "[97,34,98,92]", "\"a\\\"b\\\\\"", "\"a\\\"b\\\""),
            (b"\x6b\0\x02\x1b\x08", "[27,8]", "\"\\e\\b\"", "[27,8]"),
            (b"\x6c\0\0\0\x02\x61\x61\x6a\x64\0\x01b", "[97,[]|b]", "[97,[]|b]", "[97,[]|b]"),
            (b"\x68\x02\x6b\0\x01a\x68\x01\x6d\0\0\0\x01\x01", "{[97],{<<1>>}}", "{\"a\",{<<1>>}}", "{\"a\",{<<1>>}}"),
            (
                b"\x74\0\0\0\x02\x64\0\x01b\x6b\0\x01x\x64\0\x01a\x61\x01",
                "#{a => 1,b => [120]}",
                "#{a => 1,b => \"x\"}",
                "#{a=>1,b=>\"x\"}",
            ),
            (b"\x6d\0\0\0\x03abc", "<<97,98,99>>", "<<\"abc\">>", "<<\"abc\">>"),
            (b"\x6d\0\0\0\x02a\n", "<<97,10>>", "<<\"a\\n\">>", "<<97,10>>"),
            (b"\x6d\0\0\0\0", "<<>>", "<<>>", "<<>>"),
            (b"\x4d\0\0\0\x02\x03\x01\x40", "<<1,2:3>>", "<<1,2:3>>", "<<1,2:3>>"),
            (b"\x64\0\x03a b", "'a b'", "'a b'", "'a b'"),
            (b"\x64\0\x03a@b", "a@b", "a@b", "'a@b'"),
            (b"\x64\0\x03and", "'and'", "'and'", "and"),
            (b"\x46\x3f\xf8\0\0\0\0\0\0", "1.5", "1.5", "1.500000e+00"),
            (b"\x46\x40\xf8\x6a\0\0\0\0\0", "1.0e5", "1.0e5", "1.000000e+05"),
            (b"\x46\x80\0\0\0\0\0\0\0", "-0.0", "-0.0", "-0.000000e+00"),
            (
                b"\x6e\x09\x01\0\0\0\0\0\0\0\0\x01",
                "-18446744073709551616",
                "-18446744073709551616",
                "-18446744073709551616",
            ),
            (b"\x58\x77\x0dnonode@nohost\0\0\0\x09\0\0\0\0\0\0\0\0", "<0.9.0>", "<0.9.0>", "<0.9.0>"),
            (
                b"\x5a\0\x03\x77\x0dnonode@nohost\0\0\0\0\0\0\0\x03\0\0\0\x02\0\0\0\x01",
                "#Ref<0.1.2.3>",
                "#Ref<0.1.2.3>",
                "#Ref<0.1.2.3>",
            ),
            (b"\x71\x77\x03A b\x77\x03map\x61\x02", "fun 'A b':map/2", "fun 'A b':map/2", "fun 'A b':map/2"),
            (b"\x68\x03\x68\0\x74\0\0\0\0\x68\x01\x6a", "{{},#{},{[]}}", "{{},#{},{[]}}", "{{},#{},{[]}}"),
        ];
        for &(bytes, plain, pretty, display) in cases {
            assert_eq!(text(bytes, Mode::Plain), plain);
            assert_eq!(text(bytes, Mode::Pretty), pretty);
            assert_eq!(text(bytes, Mode::Display), display);
        }
    }
}
