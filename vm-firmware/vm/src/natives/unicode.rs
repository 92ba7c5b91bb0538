//! Natives of the module `unicode`: characters from lists and binaries of UTF-8 or Latin-1. Other encodings are the
//! library's business, which these call.

use alloc::vec::Vec;

use super::binary::bytes;
use super::names::is_latin1;
use super::{Context, Native, natives};
use crate::atoms::{self, Atom};
use crate::bits::{self, Read};
use crate::heap::{Bits, Store, View};
use crate::matching::part_of;
use crate::memory::Budget;
use crate::raise::{Raise, Result};
use crate::steps::Steps;
use crate::term::Term;

pub(super) static UNICODE: &[Native] = natives! {
    "unicode";
    "bin_is_7bit"/1 => bin_is_7bit;
    "characters_to_binary"/2 => characters_to_binary;
    "characters_to_list"/2 => characters_to_list;
};

fn bin_is_7bit(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let bits = arguments.first().map(|&term| context.store().view(term));
    let plain = match bits {
        Some(View::Bits(bits)) if bits.is_binary() => match bits.as_bytes() {
            Some(bytes) => bytes.is_ascii(),
            None => bits.iter().all(|byte| byte < 0x80),
        },
        _ => false,
    };
    Ok(Term::boolean(plain))
}

/// How a conversion ended.
enum End {
    /// Everything was converted.
    All,
    /// The data ends within a character, of which these bytes are there.
    Incomplete([u8; 4], usize),
    /// Something is no character. Before it stand bytes of a character that another binary began; it stands in the
    /// data at `at`, and if that is a binary or a cell of one, `offset` bytes into that.
    Error { begun: [u8; 4], count: usize, at: Term, offset: usize },
}

/// Checks that data is lists of integers and binaries, and not more.
fn check(store: Store<'_>, budget: &Budget, stack: &mut Vec<Term>, data: Term) -> Result<()> {
    let mut term = data;
    let mut steps = Steps::new(store);
    loop {
        steps.take()?;
        if let Some((head, tail)) = store.cell(term) {
            match store.view(head) {
                View::Cell(..) => {
                    budget.reserve(stack, 1)?;
                    stack.push(tail);
                    term = head;
                    continue;
                }
                View::Small(_) | View::Big { .. } | View::Nil => {}
                View::Bits(bits) if bits.is_binary() => {}
                _ => return Err(Raise::BADARG),
            }
            term = tail;
            continue;
        }
        match store.view(term) {
            View::Nil => {}
            View::Bits(bits) if bits.is_binary() => {}
            _ => return Err(Raise::BADARG),
        }
        match stack.pop() {
            Some(next) => term = next,
            None => return Ok(()),
        }
    }
}

/// The work at hand.
struct Conversion<'a> {
    store: Store<'a>,
    budget: &'a Budget,
    latin1: bool,
    /// The characters so far, in UTF-8.
    output: &'a mut Vec<u8>,
    /// Bytes of a character that a binary ended in.
    begun: [u8; 4],
    count: usize,
}

impl Conversion<'_> {
    fn push(&mut self, code: u32) -> Result<()> {
        let (bytes, length) = bits::to_utf8(code);
        self.budget.reserve(self.output, length)?;
        self.output.extend_from_slice(bytes.get(..length).unwrap_or_default());
        Ok(())
    }

    /// Converts a binary; gives where in it something is no character.
    fn binary(&mut self, term: Term) -> Result<Option<usize>> {
        let bytes = bytes(self.store, self.budget, term)?;
        if self.latin1 {
            bytes.iter().try_for_each(|&byte| self.push(byte.into()))?;
            return Ok(None);
        }
        let mut at = 0;
        let (begun, count) = (self.begun, self.count);
        while self.count != 0 {
            let Some(&byte) = bytes.get(at) else { return Ok(None) };
            at += 1;
            if let Some(place) = self.begun.get_mut(self.count) {
                *place = byte;
            }
            self.count += 1;
            match bits::utf8(self.begun.get(..self.count).unwrap_or_default()) {
                Read::Incomplete => {}
                Read::Character(code, _) => {
                    self.push(code)?;
                    self.count = 0;
                }
                Read::Invalid => {
                    (self.begun, self.count) = (begun, count);
                    return Ok(Some(0));
                }
            }
        }
        let rest = bytes.get(at..).unwrap_or_default();
        // What is valid is copied in one go; what stops it is looked at as OTP does.
        let valid = match core::str::from_utf8(rest) {
            Ok(_) => rest.len(),
            Err(error) => error.valid_up_to(),
        };
        self.budget.reserve(self.output, valid)?;
        self.output.extend_from_slice(rest.get(..valid).unwrap_or_default());
        let rest = rest.get(valid..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(None);
        }
        match bits::utf8(rest) {
            Read::Incomplete => {
                self.begun.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                self.count = rest.len();
                Ok(None)
            }
            _ => Ok(Some(at + valid)),
        }
    }

    fn run(&mut self, stack: &mut Vec<Term>, data: Term) -> Result<End> {
        let mut term = data;
        let mut steps = Steps::new(self.store);
        loop {
            steps.take()?;
            let (item, next) = match self.store.cell(term) {
                Some((head, tail)) => (head, Some(tail)),
                None => (term, None),
            };
            match self.store.view(item) {
                View::Cell(..) => {
                    // Only a head: a tail that is a cell was split above.
                    self.budget.reserve(stack, 1)?;
                    stack.push(next.unwrap_or(Term::NIL));
                    term = item;
                    continue;
                }
                View::Small(_) | View::Big { .. } => {
                    let limit = if self.latin1 { 0xff } else { 0x10_ffff };
                    let code = item.as_small().and_then(|code| u32::try_from(code).ok());
                    match code.filter(|&code| code <= limit && bits::is_character(code) && self.count == 0) {
                        Some(code) => self.push(code)?,
                        None => {
                            return Ok(End::Error { begun: self.begun, count: self.count, at: term, offset: 0 });
                        }
                    }
                }
                View::Bits(_) => {
                    if let Some(offset) = self.binary(item)? {
                        let count = if offset == 0 { self.count } else { 0 };
                        return Ok(End::Error { begun: self.begun, count, at: term, offset });
                    }
                }
                _ => {}
            }
            match next.or_else(|| stack.pop()) {
                Some(next) => term = next,
                None if self.count != 0 => return Ok(End::Incomplete(self.begun, self.count)),
                None => return Ok(End::All),
            }
        }
    }
}

/// What was not converted, from the place of the error on, with the lists around it.
fn rest_of(context: &mut Context<'_>, at: Term, offset: usize, stack: &[Term]) -> Result {
    let cell = context.store().cell(at);
    let item = cell.map_or(at, |(head, _)| head);
    let mut rest = at;
    if offset != 0
        && let View::Bits(Bits { size, .. }) = context.store().view(item)
    {
        rest = part_of(context, item, offset * 8, size.saturating_sub(offset * 8))?;
        if let Some((_, tail)) = cell {
            rest = context.process.heap.cons(rest, tail)?;
        }
    }
    for &tail in stack.iter().rev() {
        rest = context.process.heap.cons(rest, tail)?;
    }
    Ok(rest)
}

fn result_of(context: &mut Context<'_>, output: &[u8], list: bool) -> Result {
    let heap = &mut context.process.heap;
    if list {
        let text = core::str::from_utf8(output).unwrap_or_default();
        return Ok(heap.string(text)?);
    }
    let mut copy = super::binary::vector(&context.shared.budget, output.len())?;
    copy.extend_from_slice(output);
    Ok(heap.binary(&mut context.shared.binaries, copy)?)
}

fn convert(context: &mut Context<'_>, arguments: &[Term], list: bool, library: &str) -> Result {
    let &[data, encoding] = arguments else { return Err(Raise::BADARG) };
    let Some(latin1) = is_latin1(encoding) else {
        let function = context.shared.atoms.intern(library)?;
        let arguments = context.process.heap.list(arguments)?;
        return Err(Raise::call(context.heap(), atoms::UNICODE, function, arguments));
    };
    let budget = context.shared.budget.clone();
    // A binary that is UTF-8 already is its own result.
    if !list && let View::Bits(bits) = context.store().view(data) {
        let plain = |bytes: &[u8]| if latin1 { bytes.is_ascii() } else { core::str::from_utf8(bytes).is_ok() };
        if bits.as_bytes().is_some_and(plain) {
            context.bump(bits.size / 512);
            return Ok(data);
        }
    }
    let (mut stack, mut output) = (Vec::new(), Vec::new());
    let result = convert_with(context, &budget, &mut stack, &mut output, data, latin1, list);
    budget.drop_vector(stack);
    budget.drop_vector(output);
    result
}

fn convert_with(
    context: &mut Context<'_>,
    budget: &Budget,
    stack: &mut Vec<Term>,
    output: &mut Vec<u8>,
    data: Term,
    latin1: bool,
    list: bool,
) -> Result {
    let store = context.store();
    check(store, budget, stack, data)?;
    let end = Conversion { store, budget, latin1, output, begun: [0; 4], count: 0 }.run(stack, data)?;
    context.bump(output.len() / 32);
    let converted = result_of(context, output, list)?;
    let (what, rest): (Atom, Term) = match end {
        End::All => return Ok(converted),
        End::Incomplete(bytes, count) => {
            // Only now OTP looks at what follows the first byte.
            let begun = bytes.get(..count).unwrap_or_default();
            let may_go_on = begun.iter().skip(1).all(|byte| byte & 0xc0 == 0x80);
            let what = if may_go_on { atoms::INCOMPLETE } else { atoms::ERROR };
            (what, context.process.heap.heap_binary(begun)?)
        }
        End::Error { begun, count, at, offset } => {
            let mut rest = rest_of(context, at, offset, stack)?;
            if count != 0 {
                let begun = context.process.heap.heap_binary(begun.get(..count).unwrap_or_default())?;
                rest = context.process.heap.list(&[begun, rest])?;
            }
            (atoms::ERROR, rest)
        }
    };
    Ok(context.process.heap.tuple(&[Term::atom(what), converted, rest])?)
}

pub(super) fn characters_to_binary(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    convert(context, arguments, false, "characters_to_binary_int")
}

fn characters_to_list(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    convert(context, arguments, true, "characters_to_list_int")
}
