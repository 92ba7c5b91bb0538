//! Native functions of tuples, and the tests of types.

use crate::heap::View;
use crate::natives::{Context, Native, natives};
use crate::raise::{Raise, Result};
use crate::term::{Kind, MAX_SIZE, Term};

pub(super) static ERLANG: &[Native] = natives! {
    "erlang";
    guard "element"/2 => element;
    "setelement"/3 => setelement;
    "make_tuple"/2 => make_tuple;
    "make_tuple"/3 => make_tuple_with;
    "append_element"/2 => append_element;
    "insert_element"/3 => insert_element;
    "delete_element"/2 => delete_element;
    guard "tuple_size"/1 => tuple_size;
    guard "size"/1 => size;
    "tuple_to_list"/1 => tuple_to_list;
    "list_to_tuple"/1 => list_to_tuple;
    guard "is_atom"/1 => is_atom;
    guard "is_binary"/1 => is_binary;
    guard "is_bitstring"/1 => is_bitstring;
    guard "is_boolean"/1 => is_boolean;
    guard "is_float"/1 => is_float;
    guard "is_function"/1 => is_function;
    guard "is_function"/2 => is_function_of;
    guard "is_integer"/1 => is_integer;
    guard "is_list"/1 => is_list;
    guard "is_map"/1 => is_map;
    guard "is_number"/1 => is_number;
    guard "is_pid"/1 => is_pid;
    guard "is_port"/1 => is_port;
    guard "is_record"/2 => is_record;
    guard "is_record"/3 => is_record_of;
    guard "is_reference"/1 => is_reference;
    guard "is_tuple"/1 => is_tuple;
};

fn view<'a>(context: &'a Context<'_>, arguments: &[Term]) -> View<'a> {
    arguments.first().map_or(View::Invalid, |&term| context.store().view(term))
}

/// The position that a small integer names, counted from 0.
fn position(term: Term) -> Option<usize> {
    usize::try_from(term.as_small()?).ok()?.checked_sub(1)
}

fn element(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[index, tuple] = arguments else { return Err(Raise::BADARG) };
    let elements = context.store().tuple(tuple).ok_or(Raise::BADARG)?;
    position(index).and_then(|position| elements.get(position)).ok_or(Raise::BADARG)
}

/// A copy of a tuple with `removed` elements from a position on replaced by another, or by none.
fn splice(context: &mut Context<'_>, tuple: Term, at: Option<usize>, removed: usize, new: Option<Term>) -> Result {
    let length = context.store().tuple(tuple).ok_or(Raise::BADARG)?.len();
    let at = match at {
        Some(at) if at + removed <= length => at,
        _ => return Err(Raise::BADARG),
    };
    if length + usize::from(new.is_some()) - removed > MAX_SIZE {
        return Err(Raise::BADARG);
    }
    context.bump(length / 10);
    let literals = &context.shared.literals;
    let word = new.map(|term| term.0);
    let new = word.as_slice();
    Ok(context.process.heap.copy_edited(literals, tuple, at, removed, new)?)
}

fn setelement(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[index, tuple, value] = arguments else { return Err(Raise::BADARG) };
    splice(context, tuple, position(index), 1, Some(value))
}

fn append_element(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[tuple, value] = arguments else { return Err(Raise::BADARG) };
    let length = context.store().tuple(tuple).ok_or(Raise::BADARG)?.len();
    splice(context, tuple, Some(length), 0, Some(value))
}

fn insert_element(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[index, tuple, value] = arguments else { return Err(Raise::BADARG) };
    splice(context, tuple, position(index), 0, Some(value))
}

fn delete_element(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[index, tuple] = arguments else { return Err(Raise::BADARG) };
    splice(context, tuple, position(index), 1, None)
}

fn make_tuple(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[size, value, ..] = arguments else { return Err(Raise::BADARG) };
    let size = size.as_small().and_then(|size| usize::try_from(size).ok()).filter(|&size| size <= MAX_SIZE);
    let size = size.ok_or(Raise::BADARG)?;
    context.bump(size / 10);
    let tuple = context.heap().blank(Kind::Tuple, size)?;
    context.heap().words_of(tuple).fill(value.0);
    Ok(tuple)
}

fn make_tuple_with(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[_, _, mut list] = arguments else { return Err(Raise::BADARG) };
    let tuple = make_tuple(context, arguments)?;
    while let Some((head, tail)) = context.store().cell(list) {
        let pair = context.store().tuple(head).filter(|pair| pair.len() == 2);
        let (index, value) = pair.and_then(|pair| pair.get(0).zip(pair.get(1))).ok_or(Raise::BADARG)?;
        let place = position(index).and_then(|position| context.heap().words_of(tuple).get_mut(position));
        *place.ok_or(Raise::BADARG)? = value.0;
        list = tail;
    }
    if list == Term::NIL { Ok(tuple) } else { Err(Raise::BADARG) }
}

fn tuple_size(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    match view(context, arguments) {
        View::Tuple(elements) => Ok(Term::tiny(elements.len() as i32)),
        _ => Err(Raise::BADARG),
    }
}

fn size(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    match view(context, arguments) {
        View::Tuple(elements) => Ok(Term::tiny(elements.len() as i32)),
        View::Bits(bits) | View::Context(bits) => Ok(Term::tiny((bits.size / 8) as i32)),
        _ => Err(Raise::BADARG),
    }
}

fn tuple_to_list(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[tuple] = arguments else { return Err(Raise::BADARG) };
    let length = context.store().tuple(tuple).ok_or(Raise::BADARG)?.len();
    context.bump(length / 10);
    context.heap().reserve(2 * length)?;
    let mut list = Term::NIL;
    for index in (0..length).rev() {
        let head = context.store().tuple(tuple).and_then(|elements| elements.get(index)).unwrap_or(Term::NIL);
        list = context.heap().cons(head, list)?;
    }
    Ok(list)
}

fn list_to_tuple(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[list] = arguments else { return Err(Raise::BADARG) };
    let length = context.store().length(list).filter(|&length| length <= MAX_SIZE).ok_or(Raise::BADARG)?;
    context.bump(length / 10);
    let tuple = context.heap().blank(Kind::Tuple, length)?;
    let mut rest = list;
    for index in 0..length {
        let Some((head, tail)) = context.store().cell(rest) else { break };
        context.heap().words.set(tuple.index() + 1 + index, head.0);
        rest = tail;
    }
    Ok(tuple)
}

macro_rules! tests {
    ($($name:ident: $pattern:pat,)*) => {
        $(
            fn $name(context: &mut Context<'_>, arguments: &[Term]) -> Result {
                Ok(Term::boolean(matches!(view(context, arguments), $pattern)))
            }
        )*
    };
}

tests! {
    is_atom: View::Atom(_),
    is_bitstring: View::Bits(_) | View::Context(_),
    is_float: View::Float(_),
    is_function: View::Fun { .. } | View::ExportFun(_),
    is_integer: View::Small(_) | View::Big { .. },
    is_list: View::Nil | View::Cell(..),
    is_map: View::Map(_),
    is_number: View::Small(_) | View::Big { .. } | View::Float(_),
    is_pid: View::Pid(_) | View::External([0, ..]),
    is_port: View::Port(_) | View::External([1, ..]),
    is_reference: View::Reference(_) | View::External([2, ..]),
    is_tuple: View::Tuple(_),
}

fn is_binary(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let binary = matches!(view(context, arguments), View::Bits(bits) | View::Context(bits) if bits.is_binary());
    Ok(Term::boolean(binary))
}

fn is_boolean(_: &mut Context<'_>, arguments: &[Term]) -> Result {
    Ok(Term::boolean(arguments.first().is_some_and(|term| term.as_boolean().is_some())))
}

/// A size or arity: an integer that is not negative. One that is not small is too large for anything.
fn count(context: &Context<'_>, term: Term) -> Result<usize> {
    match context.store().view(term) {
        View::Small(value) => usize::try_from(value).map_err(|_| Raise::BADARG),
        View::Big { negative: false, .. } => Ok(usize::MAX),
        _ => Err(Raise::BADARG),
    }
}

fn is_function_of(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[_, arity] = arguments else { return Err(Raise::BADARG) };
    let arity = count(context, arity)?;
    let code = &context.shared.code;
    let own = match view(context, arguments) {
        View::Fun { entry, .. } => code.lambdas.get(entry as usize).map(|lambda| lambda.arity),
        View::ExportFun(export) => code.exports.get(export as usize).map(|export| export.arity),
        _ => None,
    };
    Ok(Term::boolean(own.is_some_and(|own| usize::from(own) == arity)))
}

fn is_record(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[_, tag, ..] = arguments else { return Err(Raise::BADARG) };
    if !tag.is_atom() {
        return Err(Raise::BADARG);
    }
    Ok(Term::boolean(matches!(view(context, arguments), View::Tuple(elements) if elements.get(0) == Some(tag))))
}

fn is_record_of(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[_, _, size] = arguments else { return Err(Raise::BADARG) };
    let record = is_record(context, arguments)?;
    // A negative size is no error; one that is no integer is.
    let size = match context.store().view(size) {
        View::Small(value) => usize::try_from(value).unwrap_or(usize::MAX),
        View::Big { .. } => usize::MAX,
        _ => return Err(Raise::BADARG),
    };
    let fits = matches!(view(context, arguments), View::Tuple(elements) if elements.len() == size);
    Ok(if fits { record } else { Term::boolean(false) })
}
