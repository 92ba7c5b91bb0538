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
pub(super) static ERLANG: &[Native] = natives! {
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
pub(super) static ERTS_INTERNAL: &[Native] = natives! {
    "erts_internal";
    "list_to_integer"/2 => integer_prefix;
    "binary_to_integer"/2 => internal_binary_to_integer;
};

/// Of `string`.
pub(super) static STRING: &[Native] = natives! {
    "string";
    "list_to_float"/1 => float_prefix;
    "list_to_integer"/1 => integer_or_error;
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

/// The text of an integer of 64 bits, without memory for it.
fn short_text<'a>(context: &Context<'_>, arguments: &[Term], buffer: &'a mut [u8; 65]) -> Option<&'a [u8]> {
    let (negative, magnitude) = context.store().magnitude(*arguments.first()?)?;
    Some(number_text::short_integer(buffer, negative, magnitude, base_of(arguments)?))
}

fn integer_to_list(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let mut buffer = [0; 65];
    if let Some(text) = short_text(context, arguments, &mut buffer) {
        return characters(context, text);
    }
    let text = integer_text(context, arguments)?;
    characters(context, &text)
}

fn integer_to_binary(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let mut buffer = [0; 65];
    if let Some(text) = short_text(context, arguments, &mut buffer)
        && text.len() <= crate::binaries::HEAP_BINARY_LIMIT
    {
        return Ok(context.heap().heap_binary(text)?);
    }
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

/// `string:list_to_integer/1`: as that, and what is wrong in a tuple.
fn integer_or_error(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let found = integer_prefix(context, arguments)?;
    match found.as_atom() {
        Some(atoms::BIG) => Err(Raise::SYSTEM_LIMIT),
        Some(_) => Ok(context.heap().tuple(&[Term::atom(atoms::ERROR), found])?),
        None => Ok(found),
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

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use alloc::string::String;
    use alloc::{format, vec};

    use super::*;
    use crate::memory::Budget;
    use crate::natives::find;
    use crate::platform::{Platform, Stream};
    use crate::process::Process;
    use crate::shared::Shared;

    struct Machine;

    impl Platform for Machine {
        fn write(&mut self, _: Stream, _: &[u8]) {}
        fn monotonic(&mut self) -> u64 {
            0
        }
        fn system_time(&mut self) -> u64 {
            0
        }
        fn random(&mut self, _: &mut [u8]) {}
    }

    struct Vm {
        shared: Shared,
        process: Process,
    }

    impl Vm {
        fn new() -> Self {
            Self::with(usize::MAX)
        }

        fn with(limit: usize) -> Self {
            let budget = Budget::new(limit);
            let shared = Shared::new(Box::new(Machine), budget.clone()).unwrap();
            Self { shared, process: Process::new(1, &budget) }
        }

        fn call(&mut self, module: &str, name: &str, arguments: &[Term]) -> Result {
            let native = find(module, name, arguments.len() as u8).unwrap().get().unwrap();
            (native.function)(&mut Context { process: &mut self.process, shared: &mut self.shared }, arguments)
        }

        /// A term of a text: an integer, a float (with a point), an atom, or a string in quotes.
        fn term(&mut self, text: &str) -> Term {
            if let Some(inner) = text.strip_prefix('"') {
                return self.process.heap.string(inner.strip_suffix('"').unwrap()).unwrap();
            }
            let string = self.process.heap.string(text).unwrap();
            if !text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
                return self.shared.atoms.intern(text).unwrap().into();
            }
            let name = if text.contains('.') { "list_to_float" } else { "list_to_integer" };
            self.call("erlang", name, &[string]).unwrap()
        }

        fn text(&mut self, term: Term) -> String {
            match self.shared.store(&self.process.heap).view(term) {
                View::Small(_) | View::Big { .. } => {
                    let text = self.call("erlang", "integer_to_list", &[term]).unwrap();
                    self.characters(text)
                }
                View::Float(value) => {
                    let text = number_text::float_to_text(value, Layout::Short).unwrap();
                    String::from_utf8(text.as_bytes().to_vec()).unwrap()
                }
                View::Atom(atom) => self.shared.atoms.name(atom).into(),
                View::Nil => "[]".into(),
                View::Cell(..) => format!("\"{}\"", self.characters(term)),
                View::Bits(bits) => format!("<<{}>>", String::from_utf8(bits.as_bytes().unwrap().to_vec()).unwrap()),
                View::Tuple(elements) => {
                    let (a, b) = (elements.get(0).unwrap(), elements.get(1).unwrap());
                    format!("{{{},{}}}", self.text(a), self.text(b))
                }
                other => panic!("{other:?}"),
            }
        }

        fn characters(&self, list: Term) -> String {
            let store = self.shared.store(&self.process.heap);
            store.list(list).map(|character| char::from_u32(character.small_value() as u32).unwrap()).collect()
        }

        /// Calls with terms of these texts; gives the text of the result, or the reason of the error.
        fn eval(&mut self, function: &str, arguments: &[&str]) -> String {
            let (module, name) = function.split_once(':').unwrap_or(("erlang", function));
            let arguments: Vec<Term> = arguments.iter().map(|text| self.term(text)).collect();
            match self.call(module, name, &arguments) {
                Ok(term) => self.text(term),
                Err(Raise::Error(reason)) => format!("error:{}", self.text(reason)),
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    #[track_caller]
    fn check(cases: &[(&str, &[&str], &str)]) {
        let mut vm = Vm::new();
        for &(function, arguments, expected) in cases {
            assert_eq!(vm.eval(function, arguments), expected, "{function} of {arguments:?}");
        }
    }

    #[test]
    fn operators_give_what_otp_gives() {
        check(&[
            ("+", &["536870911", "1"], "536870912"),
            ("+", &["9223372036854775807", "1"], "9223372036854775808"),
            ("-", &["9223372036854775808", "1"], "9223372036854775807"),
            ("-", &["18446744073709551616", "18446744073709551615"], "1"),
            ("*", &["9223372036854775807", "-9223372036854775807"], "-85070591730234615847396907784232501249"),
            ("div", &["-9223372036854775808", "-1"], "9223372036854775808"),
            ("div", &["-7", "2"], "-3"),
            ("rem", &["-7", "3"], "-1"),
            ("rem", &["18446744073709551616", "0"], "error:badarith"),
            ("div", &["1.0", "1"], "error:badarith"),
            ("/", &["1", "-0.0"], "error:badarith"),
            ("/", &["4", "2"], "2.0"),
            ("*", &["1.0e308", "10"], "error:badarith"),
            ("+", &["a", "1"], "error:badarith"),
            ("+", &["a"], "error:badarith"),
            ("-", &["0.0"], "-0.0"),
            ("bnot", &["1.0"], "error:badarith"),
            ("bnot", &["18446744073709551616"], "-18446744073709551617"),
            ("abs", &["a"], "error:badarg"),
            ("abs", &["-0.0"], "0.0"),
            ("abs", &["-18446744073709551616"], "18446744073709551616"),
            ("band", &["-1", "36893488147419103231"], "36893488147419103231"),
            ("bxor", &["-18446744073709551616", "1"], "-18446744073709551615"),
            ("bsl", &["1", "1180591620717411303424"], "error:system_limit"),
            ("bsl", &["0", "1180591620717411303424"], "0"),
            ("bsl", &["-1", "-1180591620717411303424"], "-1"),
            ("bsr", &["1", "1180591620717411303424"], "0"),
            ("bsr", &["-1", "1180591620717411303424"], "-1"),
            ("bsr", &["1", "-1180591620717411303424"], "error:system_limit"),
            ("bsl", &["1", "4194240"], "error:system_limit"),
            ("bsl", &["a", "1"], "error:badarith"),
            ("bsl", &["1", "1.0"], "error:badarith"),
        ]);
    }

    #[test]
    fn integers_have_a_limit() {
        let mut vm = Vm::new();
        let largest = vm.call("erlang", "bsl", &[Term::tiny(1), Term::tiny(4_194_239)]).unwrap();
        assert_eq!(vm.call("erlang", "+", &[largest, largest]), Err(Raise::SYSTEM_LIMIT));
        assert_eq!(vm.call("erlang", "*", &[largest, Term::tiny(2)]), Err(Raise::SYSTEM_LIMIT));
        assert_eq!(vm.call("erlang", "*", &[largest, largest]), Err(Raise::SYSTEM_LIMIT));
        assert!(vm.call("erlang", "*", &[largest, Term::tiny(1)]).is_ok());
        assert!(vm.call("erlang", "-", &[largest]).is_ok());
        assert_eq!(vm.call("erlang", "/", &[largest, largest]), Err(Raise::BADARITH));
        let digits = vec![b'9'; 1_500_000];
        let text = vm.process.heap.binary(&mut vm.shared.binaries, digits).unwrap();
        assert_eq!(vm.call("erlang", "binary_to_integer", &[text]), Err(Raise::SYSTEM_LIMIT));
    }

    #[test]
    fn a_small_budget_is_an_error() {
        let mut vm = Vm::with(40_000);
        assert_eq!(vm.call("erlang", "bsl", &[Term::tiny(1), Term::tiny(4_000_000)]), Err(Raise::NoMemory));
    }

    #[test]
    fn conversions_between_integers_and_floats() {
        check(&[
            ("float", &["9007199254740993"], "9.007199254740992e15"),
            ("float", &["36893488147419103232"], "3.6893488147419103e19"),
            // Halfway: to even.
            ("float", &["18446744073709553664"], "1.8446744073709552e19"),
            ("float", &["18446744073709553665"], "1.8446744073709556e19"),
            ("float", &["a"], "error:badarg"),
            ("round", &["2.5"], "3"),
            ("round", &["-2.5"], "-3"),
            ("round", &["0.49999999999999994"], "0"),
            ("round", &["4503599627370497.0"], "4503599627370497"),
            ("trunc", &["1.0e30"], "1000000000000000019884624838656"),
            ("trunc", &["-1.0e30"], "-1000000000000000019884624838656"),
            ("ceil", &["-0.5"], "0"),
            ("floor", &["-0.5"], "-1"),
            ("floor", &["a"], "error:badarg"),
            ("floor", &["18446744073709551616"], "18446744073709551616"),
        ]);
    }

    #[test]
    fn integers_as_text() {
        check(&[
            ("integer_to_list", &["-255", "16"], "\"-FF\""),
            ("integer_to_list", &["35", "36"], "\"Z\""),
            ("integer_to_binary", &["1267650600228229401496703205376", "36"], "<<3EWFDNCA0N6LD1GGVFGG>>"),
            ("integer_to_list", &["0", "2"], "\"0\""),
            ("integer_to_list", &["a"], "error:badarg"),
            ("integer_to_list", &["1", "1"], "error:badarg"),
            ("integer_to_list", &["1", "37"], "error:badarg"),
            ("list_to_integer", &["\"zZ\"", "36"], "1295"),
            ("list_to_integer", &["\"12\"", "2"], "error:badarg"),
            ("list_to_integer", &["\"+1\""], "1"),
            ("list_to_integer", &["\"+-1\""], "error:badarg"),
            ("list_to_integer", &["\"-\""], "error:badarg"),
            ("list_to_integer", &["\"\""], "error:badarg"),
            ("list_to_integer", &["\" 1\""], "error:badarg"),
            ("list_to_integer", &["\"007\""], "7"),
            ("list_to_integer", &["\"-0\""], "0"),
            ("list_to_integer", &["\"-99999999999999999999999\""], "-99999999999999999999999"),
            ("list_to_integer", &["\"1_0\""], "error:badarg"),
            ("binary_to_integer", &["a"], "error:badarg"),
            ("erts_internal:list_to_integer", &["\"12ab\"", "10"], "{12,\"ab\"}"),
            ("erts_internal:list_to_integer", &["\"+\"", "10"], "no_integer"),
            ("erts_internal:list_to_integer", &["\"\"", "10"], "no_integer"),
            ("erts_internal:list_to_integer", &["a", "10"], "not_a_list"),
            ("erts_internal:binary_to_integer", &["a", "10"], "badarg"),
        ]);
    }

    #[test]
    fn floats_as_text() {
        let text = |value, layout| {
            number_text::float_to_text(value, layout).map(|text| String::from_utf8(text.as_bytes().to_vec()).unwrap())
        };
        let fixed = |digits| Layout::Decimals { digits, compact: false };
        let compact = |digits| Layout::Decimals { digits, compact: true };
        for (value, layout, expected) in [
            (0.1, Layout::Scientific(20), "1.00000000000000005551e-01"),
            (-0.0, Layout::Scientific(20), "-0.00000000000000000000e+00"),
            (1.797_693_134_862_315_7e308, Layout::Scientific(20), "1.79769313486231570815e+308"),
            (9.99, Layout::Scientific(0), "1e+01"),
            (0.0001, Layout::Short, "0.0001"),
            (0.000_012, Layout::Short, "1.2e-5"),
            (100.0, Layout::Short, "100.0"),
            (1000.0, Layout::Short, "1.0e3"),
            (123_456.789, Layout::Short, "123456.789"),
            (9_007_199_254_740_991.0, Layout::Short, "9007199254740991.0"),
            (9_007_199_254_740_992.0, Layout::Short, "9.007199254740992e15"),
            (5.0e-324, Layout::Short, "5.0e-324"),
            // Two are equally near.
            (2.0f64.powi(-25), Layout::Short, "2.9802322387695312e-8"),
            (192_322_335_173_981.12, Layout::Short, "192322335173981.12"),
            (-0.0, Layout::Short, "-0.0"),
            (-0.0, fixed(0), "-0"),
            (2.5, fixed(0), "3"),
            (0.15, fixed(1), "0.2"),
            (0.15, fixed(19), "0.1499999999999999944"),
            (1.005, fixed(2), "1.00"),
            (9.9999, fixed(2), "10.00"),
            (123_456_789.123_456_79, fixed(18), "123456789.123456791043281552"),
            (1.0e22, fixed(2), "10000000000000000000000.00"),
            (123_456.785, compact(20), "123456.78500000000349245965"),
            (100.0, compact(5), "100.0"),
            (10.0, compact(0), "10"),
        ] {
            assert_eq!(text(value, layout).as_deref(), Some(expected), "{value:e} {layout:?}");
        }
        assert_eq!(text(1.0e15, fixed(253)), None);
        assert_eq!(text(1.0e300, fixed(0)), None);
        assert_eq!(text(1.0e300, Layout::Scientific(249)), None);
        assert_eq!(text(1.0, Layout::Scientific(249)).map(|text| text.len()), Some(255));
    }

    #[test]
    fn options_of_float_to_list() {
        let mut vm = Vm::new();
        let half = vm.term("0.5");
        let decimals = [Term::atom(atoms::DECIMALS), Term::tiny(2)];
        let scientific = [Term::atom(atoms::SCIENTIFIC), Term::tiny(3)];
        let default = [Term::atom(atoms::SCIENTIFIC), Term::tiny(-1)];
        let bad = [Term::atom(atoms::DECIMALS), Term::tiny(254)];
        let [decimals, scientific, default, bad] =
            [decimals, scientific, default, bad].map(|option| vm.process.heap.tuple(&option).unwrap());
        let (short, compact) = (Term::atom(atoms::SHORT), Term::atom(atoms::COMPACT));
        for (options, expected) in [
            (&[][..], Some("5.00000000000000000000e-01")),
            (&[compact], Some("5.00000000000000000000e-01")),
            (&[short, decimals], Some("0.50")),
            (&[decimals, short], Some("0.5")),
            (&[decimals, scientific], Some("5.000e-01")),
            (&[scientific, decimals, compact], Some("0.5")),
            (&[default], Some("5.000000e-01")),
            (&[bad, short], None),
            (&[Term::tiny(1)], None),
        ] {
            let options = vm.process.heap.list(options).unwrap();
            let result = vm.call("erlang", "float_to_list", &[half, options]);
            assert_eq!(result.ok().map(|text| vm.characters(text)).as_deref(), expected);
            let result = vm.call("erlang", "float_to_binary", &[half, options]);
            let expected = expected.map(|expected| format!("<<{expected}>>"));
            assert_eq!(result.ok().map(|binary| vm.text(binary)), expected);
        }
        let improper = vm.process.heap.cons(short, short).unwrap();
        assert_eq!(vm.call("erlang", "float_to_list", &[half, improper]), Err(Raise::BADARG));
        assert_eq!(vm.call("erlang", "float_to_list", &[Term::tiny(1)]), Err(Raise::BADARG));
    }

    #[test]
    fn floats_of_text() {
        check(&[
            ("list_to_float", &["\"+1.0\""], "1.0"),
            ("list_to_float", &["\"1,5\""], "1.5"),
            ("list_to_float", &["\"1.0E+5\""], "1.0e5"),
            ("list_to_float", &["\"00001.5\""], "1.5"),
            ("list_to_float", &["\"1.0e-400\""], "0.0"),
            ("list_to_float", &["\"1.0e400\""], "error:badarg"),
            ("list_to_float", &["\"1\""], "error:badarg"),
            ("list_to_float", &["\"1.\""], "error:badarg"),
            ("list_to_float", &["\".5\""], "error:badarg"),
            ("list_to_float", &["\"1e5\""], "error:badarg"),
            ("list_to_float", &["\"1.0e\""], "error:badarg"),
            ("list_to_float", &["\"1.0 \""], "error:badarg"),
            ("list_to_float", &["\"nan\""], "error:badarg"),
            ("binary_to_float", &["a"], "error:badarg"),
            ("string:list_to_float", &["\"1.5abc\""], "{1.5,\"abc\"}"),
            ("string:list_to_float", &["\"1.0e+\""], "{1.0,\"e+\"}"),
            ("string:list_to_float", &["\"-1.5.5\""], "{-1.5,\".5\"}"),
            ("string:list_to_float", &["\"1.0e400\""], "{error,no_float}"),
            ("string:list_to_float", &["\"\""], "{error,no_float}"),
            ("string:list_to_float", &["a"], "{error,not_a_list}"),
        ]);
    }

    #[test]
    fn functions_of_math() {
        check(&[
            ("math:log", &["0"], "error:badarith"),
            ("math:log2", &["1267650600228229401496703205376"], "100.0"),
            ("math:pow", &["10", "400"], "error:badarith"),
            ("math:pow", &["0", "0"], "1.0"),
            ("math:fmod", &["1", "0"], "error:badarith"),
            ("math:fmod", &["-5.5", "2"], "-1.5"),
            ("math:sqrt", &["-1"], "error:badarith"),
            ("math:sin", &["a"], "error:badarg"),
            ("math:atan2", &["0", "0"], "0.0"),
            ("math:ceil", &["1"], "1.0"),
            ("math:atanh", &["1"], "error:badarith"),
            ("math:exp", &["-1000"], "0.0"),
        ]);
        let mut vm = Vm::new();
        let large = vm.call("erlang", "bsl", &[Term::tiny(1), Term::tiny(2000)]).unwrap();
        assert_eq!(vm.call("math", "log", &[large]), Err(Raise::BADARITH));
    }

    #[test]
    fn texts_of_integers_of_64_bits() {
        let mut vm = Vm::new();
        for (magnitude, sixteen, two) in [
            (0_u64, "0", "0"),
            (9, "9", "1001"),
            ((1 << 29) - 1, "1FFFFFFF", "11111111111111111111111111111"),
            (1 << 32, "100000000", "100000000000000000000000000000000"),
            (
                10_000_000_000_000_000_000,
                "8AC7230489E80000",
                "1000101011000111001000110000010010001001111010000000000000000000",
            ),
            (u64::MAX, "FFFFFFFFFFFFFFFF", "1111111111111111111111111111111111111111111111111111111111111111"),
        ] {
            for negative in [false, true] {
                let sign = if negative && magnitude != 0 { "-" } else { "" };
                let decimal = format!("{sign}{magnitude}");
                let term = vm.term(&decimal);
                for (base, text) in
                    [("10", decimal.clone()), ("16", format!("{sign}{sixteen}")), ("2", format!("{sign}{two}"))]
                {
                    let base_term = vm.term(base);
                    let list = vm.call("erlang", "integer_to_list", &[term, base_term]).unwrap();
                    assert_eq!(vm.text(list), if text.is_empty() { "[]".into() } else { format!("\"{text}\"") });
                    let back = vm.call("erlang", "list_to_integer", &[list, base_term]).unwrap();
                    assert_eq!(vm.text(back), decimal);
                    let binary = vm.call("erlang", "integer_to_binary", &[term, base_term]).unwrap();
                    assert_eq!(vm.text(binary), format!("<<{text}>>"));
                }
            }
        }
        // One more than fits, and zeros in front.
        assert_eq!(vm.eval("list_to_integer", &["\"-18446744073709551616\""]), "-18446744073709551616");
        assert_eq!(
            vm.eval(
                "list_to_integer",
                &["\"000000000000000000000000000000000000000000000000000000000000000000000012\""]
            ),
            "12"
        );
    }

    #[test]
    fn sums_and_short_products_of_large_integers() {
        use num_bigint::{BigInt, Sign};
        let mut vm = Vm::new();
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let mut number = |words: u64| {
            // Words of all ones and of 0 make carries run.
            let digits: Vec<u32> = (0..words)
                .map(|_| match next() % 4 {
                    0 => u32::MAX,
                    1 => 0,
                    _ => next() as u32,
                })
                .collect();
            BigInt::from_slice(if next() % 2 == 0 { Sign::Plus } else { Sign::Minus }, &digits)
        };
        for round in 0..2000 {
            let (a, b) = (number(round % 7), number(round / 7 % 7));
            let factor = number(1) >> 3;
            let [text_a, text_b, text_factor] = [&a, &b, &factor].map(|value| format!("{value}"));
            for (name, x, y, expected) in [
                ("+", &text_a, &text_b, &a + &b),
                ("-", &text_a, &text_b, &a - &b),
                ("-", &text_a, &text_a, BigInt::from(0)),
                ("*", &text_a, &text_factor, &a * &factor),
                ("*", &text_factor, &text_b, &factor * &b),
                ("*", &text_a, &text_b, &a * &b),
            ] {
                assert_eq!(vm.eval(name, &[x, y]), format!("{expected}"), "{x} {name} {y}");
            }
        }
    }
}
