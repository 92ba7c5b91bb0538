//! Natives on terms as bytes and as text: the external term format, checksums, and pids, references and ports as lists.

use alloc::vec::Vec;
use core::fmt::{self, Write};

use crate::atoms;
use crate::checksum::{self, MD5_STATE, Md5};
use crate::copy::flat_size as count_words;
use crate::external::encode::size;
use crate::external::{DecodeOptions, EncodeOptions, Target, decode, encode};
use crate::heap::{External, Store, View};
use crate::memory::{Budget, NoMemory};
use crate::natives::{Context, Native, natives};
use crate::platform::Stream;
use crate::print::{Mode, print};
use crate::raise::{Raise, Result};
use crate::steps::Steps;
use crate::term::{Kind, Term};

/// Of the module `erlang`.
pub static ERLANG: &[Native] = natives! { "erlang";
    "term_to_binary"/1 => term_to_binary;
    "term_to_binary"/2 => term_to_binary;
    "term_to_iovec"/1 => term_to_iovec;
    "term_to_iovec"/2 => term_to_iovec;
    "binary_to_term"/1 => binary_to_term;
    "binary_to_term"/2 => binary_to_term;
    "external_size"/1 => external_size;
    "external_size"/2 => external_size;
    "display"/1 => display;
    "display_string"/1 => display_string;
    "display_string"/2 => display_string;
    "md5"/1 => md5;
    "md5_init"/0 => md5_init;
    "md5_update"/2 => md5_update;
    "md5_final"/1 => md5_final;
    "crc32"/1 => crc32;
    "crc32"/2 => crc32;
    "crc32_combine"/3 => crc32_combine;
    "adler32"/1 => adler32;
    "adler32"/2 => adler32;
    "adler32_combine"/3 => adler32_combine;
    "pid_to_list"/1 => pid_to_list;
    "ref_to_list"/1 => ref_to_list;
    "port_to_list"/1 => port_to_list;
    "fun_to_list"/1 => fun_to_list;
    "list_to_pid"/1 => list_to_pid;
    "list_to_ref"/1 => list_to_ref;
    "list_to_port"/1 => list_to_port;
};

/// Of the module `erts_debug`.
pub static ERTS_DEBUG: &[Native] = natives! { "erts_debug";
    "flat_size"/1 => flat_size;
    "same"/2 => same;
};

fn argument(arguments: &[Term], index: usize) -> Result {
    arguments.get(index).copied().ok_or(Raise::BADARG)
}

/// Calls `each` with the options of the list in the second argument, if there is one: name, and value when it is a pair.
fn options(store: Store<'_>, arguments: &[Term], mut each: impl FnMut(Term, Option<Term>) -> Option<()>) -> Result<()> {
    let Some(&list) = arguments.get(1) else { return Ok(()) };
    let mut elements = store.list(list);
    for option in elements.by_ref() {
        let (name, value) = match store.tuple(option) {
            Some(pair) if pair.len() == 2 => (pair.get(0).unwrap_or(Term::NIL), pair.get(1)),
            Some(_) => return Err(Raise::BADARG),
            None => (option, None),
        };
        each(name, value).ok_or(Raise::BADARG)?;
    }
    if elements.is_proper() { Ok(()) } else { Err(Raise::BADARG) }
}

fn encode_options(store: Store<'_>, arguments: &[Term], highest: i32) -> Result<EncodeOptions> {
    let mut chosen = EncodeOptions::default();
    let number = |value: Term, highest: i32| value.as_small().filter(|value| (0..=highest).contains(value));
    options(store, arguments, |name, value| {
        match (name.as_atom()?, value) {
            (atoms::MINOR_VERSION, Some(value)) => chosen.minor_version = number(value, highest)? as u8,
            // With a lower limit these are the options of external_size/2, which has no others.
            _ if highest < 2 => return None,
            (atoms::COMPRESSED, None) => chosen.compressed = 6,
            (atoms::COMPRESSED, Some(value)) => chosen.compressed = number(value, 9)? as u8,
            (atoms::DETERMINISTIC, None) => chosen.deterministic = true,
            (atoms::LOCAL, None) => chosen.local = true,
            _ => return None,
        }
        Some(())
    })?;
    Ok(chosen)
}

fn term_to_binary(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let term = argument(arguments, 0)?;
    let store = context.store();
    let chosen = encode_options(store, arguments, 2)?;
    let shared = &*context.shared;
    let bytes = encode(store, &shared.code, term, chosen, &shared.budget)?;
    context.bump(bytes.len() / 64);
    // The binary counts its memory itself.
    context.shared.budget.give(bytes.capacity());
    context.binary(bytes)
}

fn term_to_iovec(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let binary = term_to_binary(context, arguments)?;
    Ok(context.heap().list(&[binary])?)
}

fn external_size(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let term = argument(arguments, 0)?;
    let store = context.store();
    let chosen = encode_options(store, arguments, 1)?;
    let size = size(store, &context.shared.code, term, chosen, &context.shared.budget)?;
    context.bump(size / 64);
    Ok(context.heap().unsigned(size as u64)?)
}

fn binary_to_term(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let store = context.store();
    let View::Bits(bits) = store.view(argument(arguments, 0)?) else { return Err(Raise::BADARG) };
    if !bits.is_binary() {
        return Err(Raise::BADARG);
    }
    let (mut chosen, mut used) = (DecodeOptions::default(), false);
    options(store, arguments, |name, value| {
        match (name.as_atom()?, value) {
            (atoms::SAFE, None) => chosen.safe = true,
            (atoms::USED, None) => used = true,
            _ => return None,
        }
        Some(())
    })?;
    let mut bytes = Vec::new();
    context.shared.budget.reserve(&mut bytes, bits.size / 8)?;
    match bits.as_bytes() {
        Some(all) => bytes.extend_from_slice(all),
        None => bytes.extend(bits.iter()),
    }
    context.bump(bytes.len() / 64);
    let shared = &mut *context.shared;
    let target = Target { heap: &mut context.process.heap, shared: &mut *shared };
    let result = decode(target, &bytes, chosen);
    shared.budget.drop_vector(bytes);
    let (term, length) = result?;
    if !used {
        return Ok(term);
    }
    let length = context.heap().unsigned(length as u64)?;
    Ok(context.heap().tuple(&[term, length])?)
}

/// Text whose memory is counted.
struct Text<'a> {
    bytes: Vec<u8>,
    budget: &'a Budget,
}

impl Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.budget.reserve(&mut self.bytes, text.len()).map_err(|NoMemory| fmt::Error)?;
        self.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// The text of a term; its memory is counted in the budget.
fn text(context: &Context<'_>, term: Term, mode: Mode) -> Result<Vec<u8>> {
    let shared = &*context.shared;
    let mut text = Text { bytes: Vec::new(), budget: &shared.budget };
    let result = print(context.store(), &shared.code, term, mode, &shared.budget, &mut text);
    let bytes = text.bytes;
    if result.is_err() {
        shared.budget.drop_vector(bytes);
        return Err(Raise::NoMemory);
    }
    Ok(bytes)
}

fn display(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let mut bytes = text(context, argument(arguments, 0)?, Mode::Display)?;
    let shared = &mut *context.shared;
    if shared.budget.reserve(&mut bytes, 1).is_ok() {
        bytes.push(b'\n');
    }
    shared.platform.write(Stream::Output, &bytes);
    shared.budget.drop_vector(bytes);
    Ok(Term::boolean(true))
}

/// Text as it is, to standard error if no device is named: a list of characters, or a binary.
fn display_string(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (device, text) = match *arguments {
        [device, text] => (device.as_atom().map(|device| context.shared.atoms.name(device)).unwrap_or_default(), text),
        _ => ("stderr", argument(arguments, 0)?),
    };
    let stream = match device {
        "stdout" => Stream::Output,
        "stderr" => Stream::Error,
        _ => return Err(Raise::BADARG),
    };
    let store = context.store();
    let mut out = Text { bytes: Vec::new(), budget: &context.shared.budget };
    let written = match store.view(text) {
        View::Bits(bits) if bits.is_binary() => {
            let budget = &context.shared.budget;
            budget.reserve(&mut out.bytes, bits.size / 8).map(|()| out.bytes.extend(bits.iter())).map_err(Raise::from)
        }
        View::Nil | View::Cell(..) => characters(store, text, &mut out),
        _ => Err(Raise::BADARG),
    };
    let bytes = out.bytes;
    if written.is_ok() {
        context.shared.platform.write(stream, &bytes);
    }
    context.shared.budget.drop_vector(bytes);
    written.map(|()| Term::boolean(true))
}

/// Writes the characters of a list.
fn characters(store: Store<'_>, list: Term, out: &mut Text<'_>) -> Result<()> {
    let mut elements = store.list(list);
    for element in elements.by_ref() {
        let code = element.as_small().and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32);
        out.write_char(code.ok_or(Raise::BADARG)?).map_err(|fmt::Error| Raise::NoMemory)?;
    }
    if elements.is_proper() { Ok(()) } else { Err(Raise::BADARG) }
}

/// Calls `each` with the bytes of iodata, piece by piece.
fn io_data(store: Store<'_>, budget: &Budget, data: Term, mut each: impl FnMut(&[u8])) -> Result<()> {
    let mut todo = Vec::new();
    let result = walk(store, budget, data, &mut todo, &mut each);
    budget.drop_vector(todo);
    result
}

fn walk(
    store: Store<'_>,
    budget: &Budget,
    data: Term,
    todo: &mut Vec<Term>,
    each: &mut dyn FnMut(&[u8]),
) -> Result<()> {
    let mut next = Some(data);
    let mut steps = Steps::new(store);
    while let Some(term) = next {
        steps.take()?;
        next = None;
        match store.view(term) {
            View::Nil => {}
            View::Bits(bits) if bits.is_binary() => {
                steps.take_bytes(bits.size / 8)?;
                match bits.as_bytes() {
                    Some(bytes) => each(bytes),
                    None => bits.iter().for_each(|byte| each(&[byte])),
                }
            }
            View::Cell(head, tail) => {
                match head.as_small() {
                    Some(value) => each(&[u8::try_from(value).map_err(|_| Raise::BADARG)?]),
                    None => {
                        // The list goes on after what stands in it.
                        budget.reserve(todo, 1)?;
                        todo.push(tail);
                        next = Some(head);
                        continue;
                    }
                }
                next = Some(tail);
            }
            _ => return Err(Raise::BADARG),
        }
        if next.is_none() {
            next = todo.pop();
        }
    }
    Ok(())
}

fn md5(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let mut md5 = Md5::default();
    let mut count = 0;
    io_data(context.store(), &context.shared.budget, argument(arguments, 0)?, |bytes| {
        count += bytes.len();
        md5.update(bytes);
    })?;
    context.bump(count / 64);
    Ok(context.heap().heap_binary(&md5.finish())?)
}

fn md5_init(context: &mut Context<'_>, _: &[Term]) -> Result {
    state(context, &Md5::default())
}

/// A binary of an MD5's state.
fn state(context: &mut Context<'_>, md5: &Md5) -> Result {
    let mut bytes = Vec::new();
    context.shared.budget.probe(MD5_STATE)?;
    bytes.try_reserve_exact(MD5_STATE).map_err(|_| NoMemory)?;
    bytes.extend_from_slice(&md5.to_bytes());
    context.binary(bytes)
}

/// The MD5 whose state a binary is.
fn state_of(store: Store<'_>, term: Term) -> Result<Md5> {
    let View::Bits(bits) = store.view(term) else { return Err(Raise::BADARG) };
    let mut bytes = [0; MD5_STATE];
    bytes.iter_mut().zip(bits.iter()).for_each(|(place, byte)| *place = byte);
    if bits.size == MD5_STATE * 8 { Md5::from_bytes(&bytes).ok_or(Raise::BADARG) } else { Err(Raise::BADARG) }
}

fn md5_update(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let mut md5 = state_of(context.store(), argument(arguments, 0)?)?;
    let mut count = 0;
    io_data(context.store(), &context.shared.budget, argument(arguments, 1)?, |bytes| {
        count += bytes.len();
        md5.update(bytes);
    })?;
    context.bump(count / 64);
    state(context, &md5)
}

fn md5_final(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let md5 = state_of(context.store(), argument(arguments, 0)?)?;
    Ok(context.heap().heap_binary(&md5.finish())?)
}

/// An integer from 0 to `highest`.
fn unsigned(store: Store<'_>, term: Term, highest: u64) -> Result<u64> {
    let value = match store.view(term) {
        View::Small(value) => u64::try_from(value).ok(),
        View::Big { negative: false, magnitude: &[low] } => Some(u64::from(low)),
        View::Big { negative: false, magnitude: &[low, high] } => Some(u64::from(high) << 32 | u64::from(low)),
        _ => None,
    };
    value.filter(|&value| value <= highest).ok_or(Raise::BADARG)
}

/// A checksum of iodata, with one of what stands before it as the first of two arguments.
fn checksum(context: &mut Context<'_>, arguments: &[Term], start: u32, function: fn(u32, &[u8]) -> u32) -> Result {
    let (mut sum, data) = match *arguments {
        [data] => (start, data),
        [before, data] => (unsigned(context.store(), before, u64::from(u32::MAX))? as u32, data),
        _ => return Err(Raise::BADARG),
    };
    let mut count = 0;
    io_data(context.store(), &context.shared.budget, data, |bytes| {
        count += bytes.len();
        sum = function(sum, bytes);
    })?;
    context.bump(count / 64);
    Ok(context.heap().unsigned(u64::from(sum))?)
}

fn combine(context: &mut Context<'_>, arguments: &[Term], function: fn(u32, u32, u64) -> u32) -> Result {
    let &[first, second, length] = arguments else { return Err(Raise::BADARG) };
    let store = context.store();
    let word = u64::from(u32::MAX);
    let (first, second) = (unsigned(store, first, word)? as u32, unsigned(store, second, word)? as u32);
    let length = unsigned(store, length, word)?;
    Ok(context.heap().unsigned(u64::from(function(first, second, length)))?)
}

fn crc32(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    checksum(context, arguments, 0, checksum::crc32)
}

fn crc32_combine(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    combine(context, arguments, checksum::crc32_combine)
}

fn adler32(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    checksum(context, arguments, 1, checksum::adler32)
}

fn adler32_combine(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    combine(context, arguments, checksum::adler32_combine)
}

/// The text of a term as a list of characters.
fn text_list(context: &mut Context<'_>, term: Term) -> Result {
    let bytes = text(context, term, Mode::Display)?;
    let list = context.process.heap.string(core::str::from_utf8(&bytes).unwrap_or_default());
    context.shared.budget.drop_vector(bytes);
    Ok(list?)
}

fn is_external(view: View<'_>, kind: External) -> bool {
    matches!(view, View::External(&[what, ..]) if what == kind as u32)
}

fn pid_to_list(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let term = argument(arguments, 0)?;
    match context.store().view(term) {
        View::Pid(_) => text_list(context, term),
        view if is_external(view, External::Pid) => text_list(context, term),
        _ => Err(Raise::BADARG),
    }
}

fn ref_to_list(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let term = argument(arguments, 0)?;
    match context.store().view(term) {
        View::Reference(_) => text_list(context, term),
        view if is_external(view, External::Reference) => text_list(context, term),
        _ => Err(Raise::BADARG),
    }
}

fn port_to_list(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let term = argument(arguments, 0)?;
    match context.store().view(term) {
        View::Port(_) => text_list(context, term),
        view if is_external(view, External::Port) => text_list(context, term),
        _ => Err(Raise::BADARG),
    }
}

fn fun_to_list(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let term = argument(arguments, 0)?;
    match context.store().view(term) {
        View::Fun { .. } | View::ExportFun(_) => text_list(context, term),
        _ => Err(Raise::BADARG),
    }
}

/// The numbers in a list of characters: `prefix`, `COUNT` of them with dots between, `>`. All below 2^32.
fn numbers<const COUNT: usize>(store: Store<'_>, list: Term, prefix: &str) -> Option<[u32; COUNT]> {
    let mut elements = store.list(list);
    for expected in prefix.bytes() {
        if elements.next()? != Term::tiny(i32::from(expected)) {
            return None;
        }
    }
    let mut numbers = [0; COUNT];
    for (at, number) in numbers.iter_mut().enumerate() {
        let end = if at + 1 == COUNT { b'>' } else { b'.' };
        let (mut value, mut digits) = (0_u32, 0_usize);
        loop {
            match u8::try_from(elements.next()?.as_small()?).ok()? {
                digit @ b'0'..=b'9' => {
                    value = value.checked_mul(10)?.checked_add(u32::from(digit - b'0'))?;
                    digits += 1;
                }
                other if other == end && digits > 0 => break,
                _ => return None,
            }
        }
        *number = value;
    }
    elements.is_proper().then_some(numbers)
}

/// Numbers of pids and ports that a list can name are smaller.
const NUMBER_LIMIT: u32 = 1 << 28;
/// Serials are smaller.
const SERIAL_LIMIT: u32 = 1 << 13;

fn list_to_pid(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    match numbers(context.store(), argument(arguments, 0)?, "<") {
        Some([0, number, 0]) if number < NUMBER_LIMIT => Ok(Term::pid(number)),
        Some([0, number, serial]) if number < NUMBER_LIMIT && serial < SERIAL_LIMIT => {
            let node = Term::atom(atoms::NONODE_AT_NOHOST).0;
            Ok(context.heap().boxed(Kind::External, &[External::Pid as u32, node, 0, 2, number, serial])?)
        }
        _ => Err(Raise::BADARG),
    }
}

fn list_to_ref(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    match numbers(context.store(), argument(arguments, 0)?, "#Ref<") {
        Some([0, high, middle, low]) if low < 1 << 18 => {
            Ok(context.heap().boxed(Kind::Reference, &[low, middle, high])?)
        }
        _ => Err(Raise::BADARG),
    }
}

fn list_to_port(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    match numbers(context.store(), argument(arguments, 0)?, "#Port<") {
        Some([0, number]) if number < NUMBER_LIMIT => Ok(context.heap().boxed(Kind::Port, &[number, 0])?),
        _ => Err(Raise::BADARG),
    }
}

fn flat_size(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let size = count_words(context.process.heap.words.as_slice(), argument(arguments, 0)?, &context.shared.budget)?;
    Ok(context.heap().unsigned(size as u64)?)
}

fn same(_: &mut Context<'_>, arguments: &[Term]) -> Result {
    Ok(Term::boolean(argument(arguments, 0)? == argument(arguments, 1)?))
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use alloc::string::String;

    use super::*;
    use crate::process::Process;
    use crate::shared::Shared;

    fn with(run: impl FnOnce(&mut Context<'_>)) {
        let budget = Budget::new(usize::MAX);
        let mut shared = Shared::new(Box::new(crate::external::tests::Nothing), budget.clone()).unwrap();
        let mut process = Process::new(1, &budget);
        let before = budget.used();
        run(&mut Context { process: &mut process, shared: &mut shared });
        process.heap.release(&mut shared.binaries);
        drop(process);
        // All but what the tables took.
        assert!(budget.used() <= before + 4096, "{} of {before}", budget.used());
    }

    fn call(context: &mut Context<'_>, name: &str, arguments: &[Term]) -> Result {
        let native = ERLANG.iter().find(|row| row.name == name && usize::from(row.arity) == arguments.len()).unwrap();
        (native.function)(context, arguments)
    }

    fn shown(context: &Context<'_>, term: Term) -> String {
        String::from_utf8(text(context, term, Mode::Pretty).unwrap()).unwrap()
    }

    #[test]
    fn terms_and_options() {
        with(|context| {
            let list = context.heap().string("abc").unwrap();
            let large = context.heap().heap_binary(&[7; 300]).unwrap();
            let term = context.heap().tuple(&[list, large]).unwrap();
            let bytes = call(context, "term_to_binary", &[term]).unwrap();
            let used = context.heap().list(&[Term::atom(atoms::USED), Term::atom(atoms::SAFE)]).unwrap();
            let pair = call(context, "binary_to_term", &[bytes, used]).unwrap();
            let pair = context.store().tuple(pair).unwrap();
            let (again, length) = (pair.get(0).unwrap(), pair.get(1).unwrap());
            assert_eq!(length, Term::tiny(3 + 6 + 5 + 300));
            assert_eq!(shown(context, again), shown(context, term));
            assert_eq!(call(context, "external_size", &[term]), Ok(length));
            let small = context.heap().list(&[Term::atom(atoms::COMPRESSED)]).unwrap();
            let bytes = call(context, "term_to_binary", &[term, small]).unwrap();
            assert!(context.store().bits(bytes).unwrap().size < 800);
            let again = call(context, "binary_to_term", &[bytes]).unwrap();
            assert_eq!(shown(context, again), shown(context, term));
            assert_eq!(call(context, "external_size", &[term, small]), Err(Raise::BADARG));
            for bad in [list, large, Term::tiny(1)] {
                assert_eq!(call(context, "binary_to_term", &[bytes, bad]), Err(Raise::BADARG));
                assert_eq!(call(context, "term_to_binary", &[bytes, bad]), Err(Raise::BADARG));
            }
            let improper = context.heap().cons(Term::atom(atoms::SAFE), Term::tiny(1)).unwrap();
            assert_eq!(call(context, "binary_to_term", &[bytes, improper]), Err(Raise::BADARG));
            assert_eq!(call(context, "binary_to_term", &[list]), Err(Raise::BADARG));
            let display = call(context, "display", &[term]);
            assert_eq!(display, Ok(Term::boolean(true)));
        });
    }

    #[test]
    fn checksums_of_iodata() {
        with(|context| {
            let inner = context.heap().string("bc").unwrap();
            let rest = context.heap().heap_binary(b"de").unwrap();
            let data = context.heap().list_with([Term::tiny(97), inner].into_iter(), rest).unwrap();
            let crc = call(context, "crc32", &[data]).unwrap();
            assert_eq!(shown(context, crc), "2240272485");
            let adler = call(context, "adler32", &[data]).unwrap();
            assert_eq!(shown(context, adler), "96993776");
            let state = call(context, "md5_init", &[]).unwrap();
            let state = call(context, "md5_update", &[state, data]).unwrap();
            let piecewise = call(context, "md5_final", &[state]).unwrap();
            let digest = call(context, "md5", &[data]).unwrap();
            assert_eq!(shown(context, piecewise), shown(context, digest));
            assert_eq!(shown(context, digest), "<<171,86,180,217,43,64,113,58,204,90,248,153,133,212,183,134>>");
            for bad in [Term::tiny(1), Term::boolean(true)] {
                assert_eq!(call(context, "md5", &[bad]), Err(Raise::BADARG));
                assert_eq!(call(context, "md5_final", &[bad]), Err(Raise::BADARG));
            }
            let bad = context.heap().list(&[Term::tiny(300)]).unwrap();
            assert_eq!(call(context, "crc32", &[bad]), Err(Raise::BADARG));
            assert_eq!(call(context, "crc32", &[Term::tiny(-1), data]), Err(Raise::BADARG));
        });
    }

    #[test]
    fn names_as_lists() {
        with(|context| {
            for (name, back, right) in [
                ("list_to_pid", "pid_to_list", "<0.5.0>"),
                ("list_to_pid", "pid_to_list", "<0.5.1>"),
                ("list_to_ref", "ref_to_list", "#Ref<0.3.2.1>"),
                ("list_to_port", "port_to_list", "#Port<0.5>"),
            ] {
                let list = context.heap().string(right).unwrap();
                let term = call(context, name, &[list]).unwrap();
                assert_eq!(shown(context, term), right);
                let text = call(context, back, &[term]).unwrap();
                assert_eq!(shown(context, text), alloc::format!("{right:?}"));
                assert_eq!(call(context, back, &[list]), Err(Raise::BADARG));
            }
            for (name, wrong) in [
                ("list_to_pid", "<1.5.1>"),
                ("list_to_pid", "<0.5.1> "),
                ("list_to_pid", "<0..0>"),
                ("list_to_pid", "<0.999999999999.1>"),
                ("list_to_pid", "<0.268435456.0>"),
                ("list_to_pid", "<0.5.8192>"),
                ("list_to_ref", "#Ref<0.1>"),
                ("list_to_ref", "#Ref<0.4.3.2.1>"),
                ("list_to_ref", "#Ref<0.3.2.999999>"),
                ("list_to_port", "#Port<0.5"),
                ("list_to_port", "#Port<0.1152921504606846976>"),
            ] {
                let list = context.heap().string(wrong).unwrap();
                assert_eq!(call(context, name, &[list]), Err(Raise::BADARG), "{wrong}");
            }
        });
    }
}
