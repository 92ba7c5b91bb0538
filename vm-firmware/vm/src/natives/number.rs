//! Native functions on numbers: operators, conversions between integers and floats, and between numbers and text. The
//! work is done in [`crate::arithmetic`] and [`crate::number_text`].

use alloc::vec::Vec;

use crate::arithmetic;
use crate::atoms;
use crate::heap::View;
use crate::memory::NoMemory;
use crate::natives::{Context, Native, natives};
use crate::number_text::{self, Layout, Text};
use crate::raise::{Raise, Result};
use crate::term::Term;

/// Of `erlang`.
pub static ERLANG: &[Native] = natives! {
    "erlang";
    guard "+"/1 => plus;
    guard "+"/2 => add;
    guard "-"/1 => negate;
    guard "-"/2 => subtract;
    guard "*"/2 => multiply;
    guard "/"/2 => divide;
    guard "div"/2 => int_div;
    guard "rem"/2 => remainder;
    guard "band"/2 => band;
    guard "bor"/2 => bor;
    guard "bxor"/2 => bxor;
    guard "bnot"/1 => bnot;
    guard "bsl"/2 => bsl;
    guard "bsr"/2 => bsr;
    guard "abs"/1 => abs;
    guard "float"/1 => float;
    guard "round"/1 => round;
    guard "trunc"/1 => trunc;
    guard "ceil"/1 => ceil;
    guard "floor"/1 => floor;
    "integer_to_list"/1 => integer_to_list;
    "integer_to_list"/2 => integer_to_list;
    "integer_to_binary"/1 => integer_to_binary;
    "integer_to_binary"/2 => integer_to_binary;
    "list_to_integer"/1 => list_to_integer;
    "list_to_integer"/2 => list_to_integer;
    "binary_to_integer"/1 => binary_to_integer;
    "binary_to_integer"/2 => binary_to_integer;
    "float_to_list"/1 => float_to_list;
    "float_to_list"/2 => float_to_list;
    "float_to_binary"/1 => float_to_binary;
    "float_to_binary"/2 => float_to_binary;
    "list_to_float"/1 => list_to_float;
    "binary_to_float"/1 => binary_to_float;
};

/// Of `erts_internal`.
pub static ERTS_INTERNAL: &[Native] = natives! {
    "erts_internal";
    "list_to_integer"/2 => integer_prefix;
    "binary_to_integer"/2 => internal_binary_to_integer;
};

/// Of `string`.
pub static STRING: &[Native] = natives! {
    "string";
    "list_to_float"/1 => float_prefix;
};

macro_rules! operators {
    ($($arity:tt $($name:ident)*;)*) => { $($( operators!(@ $arity $name); )*)* };
    (@ 1 $name:ident) => {
        fn $name(context: &mut Context<'_>, arguments: &[Term]) -> Result {
            let &[a] = arguments else { return Err(Raise::BADARG) };
            arithmetic::$name(context, a)
        }
    };
    (@ 2 $name:ident) => {
        fn $name(context: &mut Context<'_>, arguments: &[Term]) -> Result {
            let &[a, b] = arguments else { return Err(Raise::BADARG) };
            arithmetic::$name(context, a, b)
        }
    };
}

operators! {
    1 plus negate bnot abs;
    2 add subtract multiply divide int_div remainder band bor bxor bsl bsr;
}

fn float(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[a] = arguments else { return Err(Raise::BADARG) };
    let store = context.store();
    if store.float(a).is_some() {
        return Ok(a);
    }
    let value = arithmetic::to_float(store, a).ok_or(Raise::BADARG)?;
    Ok(context.heap().float(value)?)
}

fn whole(context: &mut Context<'_>, arguments: &[Term], function: fn(f64) -> f64) -> Result {
    let &[a] = arguments else { return Err(Raise::BADARG) };
    let store = context.store();
    match store.float(a) {
        Some(value) => arithmetic::from_whole(context.heap(), function(value)),
        None if arithmetic::is_number(store, a) => Ok(a),
        None => Err(Raise::BADARG),
    }
}

fn round(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    whole(context, arguments, libm::round)
}

fn trunc(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    whole(context, arguments, libm::trunc)
}

fn ceil(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    whole(context, arguments, libm::ceil)
}

fn floor(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    whole(context, arguments, libm::floor)
}

/// The base in the last argument, where there are two.
fn base_of(arguments: &[Term]) -> Option<u32> {
    match arguments {
        [_] => Some(10),
        [_, base] => base.as_small().and_then(|base| u32::try_from(base).ok()).filter(|base| (2..=36).contains(base)),
        _ => None,
    }
}

fn integer_text(context: &mut Context<'_>, arguments: &[Term]) -> Result<Vec<u8>> {
    let (Some(base), Some(&term)) = (base_of(arguments), arguments.first()) else { return Err(Raise::BADARG) };
    let text = number_text::integer_to_text(&context.shared.budget, context.store(), term, base)?;
    let text = text.ok_or(Raise::BADARG)?;
    // The work for large ones grows with the square of their size.
    context.bump(text.len() / 64 * (1 + text.len() / 64));
    Ok(text)
}

fn characters(context: &mut Context<'_>, text: &[u8]) -> Result {
    context.heap().reserve(text.len().saturating_mul(2))?;
    Ok(context.heap().list_with(text.iter().map(|&byte| Term::tiny(i32::from(byte))), Term::NIL)?)
}

fn integer_to_list(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let text = integer_text(context, arguments)?;
    characters(context, &text)
}

fn integer_to_binary(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let mut text = integer_text(context, arguments)?;
    text.shrink_to_fit();
    context.binary(text)
}

/// The bytes of a proper list of bytes; `None` when it is something else.
fn list_text(context: &Context<'_>, list: Term) -> core::result::Result<Option<Vec<u8>>, NoMemory> {
    let store = context.store();
    let Some(length) = store.length(list) else { return Ok(None) };
    let mut text = number_text::scratch(&context.shared.budget, length)?;
    for element in store.list(list) {
        let Some(byte) = element.as_small().and_then(|value| u8::try_from(value).ok()) else { return Ok(None) };
        text.push(byte);
    }
    Ok(Some(text))
}

/// The bytes of a binary; `None` when it is something else.
fn binary_text(context: &Context<'_>, binary: Term) -> core::result::Result<Option<Vec<u8>>, NoMemory> {
    let View::Bits(bits) = context.store().view(binary) else { return Ok(None) };
    if !bits.is_binary() {
        return Ok(None);
    }
    let mut text = number_text::scratch(&context.shared.budget, bits.size / 8)?;
    text.extend(bits.iter());
    Ok(Some(text))
}

fn read_integer(context: &mut Context<'_>, text: &mut [u8], base: u32) -> Result<Option<Term>> {
    context.bump(text.len() / 64 * (1 + text.len() / 64));
    number_text::text_to_integer(&context.shared.budget, &mut context.process.heap, text, base)
}

fn list_to_integer(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (Some(base), Some(&list)) = (base_of(arguments), arguments.first()) else { return Err(Raise::BADARG) };
    let mut text = list_text(context, list)?.ok_or(Raise::BADARG)?;
    read_integer(context, &mut text, base)?.ok_or(Raise::BADARG)
}

fn binary_to_integer(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (Some(base), Some(&binary)) = (base_of(arguments), arguments.first()) else { return Err(Raise::BADARG) };
    let mut text = binary_text(context, binary)?.ok_or(Raise::BADARG)?;
    read_integer(context, &mut text, base)?.ok_or(Raise::BADARG)
}

/// `erts_internal:binary_to_integer/2`: says what is wrong by its result.
fn internal_binary_to_integer(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    match binary_to_integer(context, arguments) {
        Err(error) if error == Raise::BADARG => Ok(atoms::BADARG.into()),
        Err(error) if error == Raise::SYSTEM_LIMIT => Ok(atoms::BIG.into()),
        result => result,
    }
}

/// `erts_internal:list_to_integer/2`: the integer that a list begins with, and what follows.
fn integer_prefix(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (Some(base), Some(&list)) = (base_of(arguments), arguments.first()) else { return Ok(atoms::BADARG.into()) };
    let is_digit = |byte| number_text::digit_value(byte, base).is_some();
    let (mut text, rest) =
        match prefix(context, list, |index, byte| is_digit(byte) || index == 0 && matches!(byte, b'+' | b'-'))? {
            Some(found) => found,
            None if list == Term::NIL => return Ok(context.shared.atoms.intern("no_integer")?.into()),
            None => return Ok(atoms::NOT_A_LIST.into()),
        };
    match read_integer(context, &mut text, base) {
        Ok(Some(value)) => Ok(context.heap().tuple(&[value, rest])?),
        Ok(None) => Ok(context.shared.atoms.intern("no_integer")?.into()),
        Err(error) if error == Raise::SYSTEM_LIMIT => Ok(atoms::BIG.into()),
        Err(error) => Err(error),
    }
}

/// The bytes that a list begins with, as long as they are accepted, and the rest of the list; `None` when it is no list
/// cell.
fn prefix(
    context: &Context<'_>,
    list: Term,
    accept: impl Fn(usize, u8) -> bool,
) -> core::result::Result<Option<(Vec<u8>, Term)>, NoMemory> {
    let store = context.store();
    if !list.is_list() {
        return Ok(None);
    }
    let byte = |index: usize, term: Term| {
        term.as_small().and_then(|value| u8::try_from(value).ok()).filter(|&byte| accept(index, byte))
    };
    let length = store.list(list).enumerate().take_while(|&(index, term)| byte(index, term).is_some()).count();
    let mut text = number_text::scratch(&context.shared.budget, length)?;
    let mut rest = list;
    while text.len() < length
        && let Some((head, tail)) = store.cell(rest)
    {
        text.push(byte(text.len(), head).unwrap_or(0));
        rest = tail;
    }
    Ok(Some((text, rest)))
}

/// How a list of options says a float is to be written; `None` when it is not such a list.
fn layout(context: &Context<'_>, options: Term) -> Option<Layout> {
    let store = context.store();
    let mut layout = Layout::Scientific(20);
    let mut compact = false;
    let mut list = store.list(options);
    for option in list.by_ref() {
        if option == atoms::COMPACT.into() {
            compact = true;
        } else if option == atoms::SHORT.into() {
            layout = Layout::Short;
        } else {
            let elements = store.tuple(option)?;
            let (2, Some(name), Some(digits)) =
                (elements.len(), elements.get(0)?.as_atom(), elements.get(1)?.as_small())
            else {
                return None;
            };
            layout = match (name, digits) {
                (atoms::DECIMALS, 0..=253) => Layout::Decimals { digits: digits as u32, compact: false },
                (atoms::SCIENTIFIC, 0..=249) => Layout::Scientific(digits as usize),
                // What C makes of a negative precision, and so OTP.
                (atoms::SCIENTIFIC, ..0) => Layout::Scientific(6),
                _ => return None,
            };
        }
    }
    if !list.is_proper() {
        return None;
    }
    if let Layout::Decimals { compact: place, .. } = &mut layout {
        *place = compact;
    }
    Some(layout)
}

fn float_text(context: &Context<'_>, arguments: &[Term]) -> Option<Text> {
    let value = context.store().float(*arguments.first()?)?;
    let layout = match arguments.get(1) {
        Some(&options) => layout(context, options)?,
        None => Layout::Scientific(20),
    };
    number_text::float_to_text(value, layout)
}

fn float_to_list(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let text = float_text(context, arguments).ok_or(Raise::BADARG)?;
    characters(context, text.as_bytes())
}

fn float_to_binary(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let text = float_text(context, arguments).ok_or(Raise::BADARG)?;
    let mut bytes = number_text::scratch(&context.shared.budget, text.as_bytes().len())?;
    bytes.extend_from_slice(text.as_bytes());
    context.binary(bytes)
}

fn read_float(context: &mut Context<'_>, text: Option<Vec<u8>>) -> Result {
    let value = text.and_then(|mut text| number_text::text_to_float(&mut text)).ok_or(Raise::BADARG)?;
    Ok(context.heap().float(value)?)
}

fn list_to_float(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[list] = arguments else { return Err(Raise::BADARG) };
    let text = list_text(context, list)?;
    read_float(context, text)
}

fn binary_to_float(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[binary] = arguments else { return Err(Raise::BADARG) };
    let text = binary_text(context, binary)?;
    read_float(context, text)
}

/// `string:list_to_float/1`: the float that a list begins with, and what follows.
fn float_prefix(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[list] = arguments else { return Err(Raise::BADARG) };
    let accept = |_, byte: u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b',' | b'e' | b'E');
    let error = match prefix(context, list, accept)? {
        Some((mut text, _)) => {
            let length = number_text::float_length(&text).unwrap_or(0);
            text.truncate(length);
            if let Some(value) = number_text::text_to_float(&mut text) {
                let store = context.store();
                let mut elements = store.list(list);
                let rest = elements.by_ref().take(length).count();
                debug_assert_eq!(rest, length);
                let rest = elements.rest();
                let value = context.heap().float(value)?;
                return Ok(context.heap().tuple(&[value, rest])?);
            }
            atoms::NO_FLOAT
        }
        None if list == Term::NIL => atoms::NO_FLOAT,
        None => atoms::NOT_A_LIST,
    };
    Ok(context.heap().tuple(&[atoms::ERROR.into(), error.into()])?)
}
