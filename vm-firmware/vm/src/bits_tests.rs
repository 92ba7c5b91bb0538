//! Tests of bits, matching, construction, and the natives on binaries, against answers of OTP.

use std::boxed::Box;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use crate::construct::{Builder, Fault, magnitude_to_double, measure};
use crate::heap::View;
use crate::matching::{self, Encoding};
use crate::memory::Budget;
use crate::natives::{self, Context};
use crate::platform::{Platform, Stream};
use crate::process::Process;
use crate::raise::{Raise, Result};
use crate::shared::Shared;
use crate::term::Term;
use crate::{atoms, bits};

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

fn with(test: impl FnOnce(&mut Context<'_>)) {
    let budget = Budget::new(1 << 26);
    let mut shared = Shared::new(Box::new(Machine), budget.clone()).unwrap();
    let mut process = Process::new(1, &budget);
    test(&mut Context { process: &mut process, shared: &mut shared });
}

/// Reads a term: integers, atoms, lists, tuples, binaries of bytes and sizes.
fn read(context: &mut Context<'_>, text: &mut &[u8]) -> Term {
    let eat = |text: &mut &[u8], what: &str| {
        let found = text.starts_with(what.as_bytes());
        if found {
            *text = &text[what.len()..];
        }
        found
    };
    let number = |text: &mut &[u8]| {
        let length = text.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'-').unwrap_or(text.len());
        let (digits, rest) = text.split_at(length);
        *text = rest;
        String::from_utf8(digits.to_vec()).unwrap().parse::<i128>().unwrap()
    };
    if eat(text, "<<") {
        let mut builder = Builder::new(context.shared.budget.clone());
        while !eat(text, ">>") {
            let value = Term::tiny(number(text) as i32);
            let size = if eat(text, ":") { number(text) as usize } else { 8 };
            builder.integer(context.store(), value, size, 0).unwrap();
            eat(text, ",");
        }
        return builder.finish(context).unwrap();
    }
    if eat(text, "[") || eat(text, "{") {
        let mut terms = Vec::new();
        let mut tail = Term::NIL;
        loop {
            if eat(text, "]") {
                return context.process.heap.list_with(terms.into_iter(), tail).unwrap();
            }
            if eat(text, "}") {
                return context.process.heap.tuple(&terms).unwrap();
            }
            if eat(text, "|") {
                tail = read(context, text);
            } else {
                eat(text, ",");
                if !text.starts_with(b"]") && !text.starts_with(b"}") {
                    terms.push(read(context, text));
                }
            }
        }
    }
    if text[0].is_ascii_digit() || text[0] == b'-' {
        let value = number(text);
        let magnitude = value.unsigned_abs();
        let words = [0, 32, 64, 96].map(|shift| (magnitude >> shift) as u32);
        return context.process.heap.magnitude(value < 0, &words).unwrap();
    }
    let length = text.iter().position(|byte| b",]}|".contains(byte)).unwrap_or(text.len());
    let name = String::from_utf8(text[..length].to_vec()).unwrap();
    *text = &text[length..];
    Term::atom(context.shared.atoms.intern(&name).unwrap())
}

fn show(context: &Context<'_>, term: Term) -> String {
    let store = context.store();
    match store.view(term) {
        View::Small(value) => value.to_string(),
        View::Big { negative, magnitude } => {
            let value = magnitude.iter().rev().fold(0_u128, |value, word| value << 32 | u128::from(*word));
            format!("{}{value}", if negative { "-" } else { "" })
        }
        View::Float(value) => format!("{value:?}"),
        View::Atom(atom) => store.atoms().name(atom).into(),
        View::Nil => "[]".into(),
        View::Cell(..) => {
            let mut list = store.list(term);
            let parts: Vec<String> = list.by_ref().map(|term| show(context, term)).collect();
            let tail = if list.is_proper() { String::new() } else { format!("|{}", show(context, list.rest())) };
            format!("[{}{tail}]", parts.join(","))
        }
        View::Tuple(terms) => {
            format!("{{{}}}", terms.iter().map(|term| show(context, term)).collect::<Vec<_>>().join(","))
        }
        View::Bits(bits) => {
            let last = bits.size % 8;
            let mut parts: Vec<String> = bits.iter().map(|byte| byte.to_string()).collect();
            if last != 0 {
                let byte = parts.pop().unwrap().parse::<u8>().unwrap();
                parts.push(format!("{}:{last}", byte >> (8 - last)));
            }
            format!("<<{}>>", parts.join(","))
        }
        other => format!("{other:?}"),
    }
}

fn result(context: &Context<'_>, result: Result) -> String {
    match result {
        Ok(term) => show(context, term),
        Err(Raise::Error(term)) => format!("!{}", show(context, term)),
        Err(other) => format!("{other:?}"),
    }
}

fn call(context: &mut Context<'_>, module: &str, name: &str, arguments: &[Term]) -> Result {
    let native = natives::find(module, name, arguments.len() as u8).unwrap().get().unwrap();
    (native.function)(context, arguments)
}

/// Calls as `module:function(Arguments)` with the answers that they must give.
fn check(calls: &[(&str, &str)]) {
    for (call_text, answer) in calls {
        with(|context| {
            let (module, rest) = call_text.split_once(':').unwrap();
            let (name, arguments) = rest.split_once('(').unwrap();
            let list = format!("[{}]", arguments.strip_suffix(')').unwrap());
            let list = read(context, &mut list.as_bytes());
            let arguments: Vec<Term> = context.store().list(list).collect();
            let answer_given = call(context, module, name, &arguments);
            assert_eq!(result(context, answer_given), *answer, "{call_text}");
        });
    }
}

#[test]
fn natives_on_binaries() {
    check(&[
        ("binary:match(<<97,98,99,97,98,99>>,[<<98,99>>,<<97,98,99,97>>,<<98>>])", "{0,4}"),
        ("binary:matches(<<97,98,99,97,98,99>>,[<<98,99>>,<<97,98,99,97>>,<<98>>])", "[{0,4},{4,2}]"),
        ("binary:match(<<97>>,<<>>)", "!badarg"),
        ("binary:match(<<97>>,[])", "!badarg"),
        ("binary:match(<<97>>,[<<>>])", "!badarg"),
        ("binary:match(<<97,98,99>>,<<99>>,[{scope,{0,2}}])", "nomatch"),
        ("binary:match(<<97,98,99>>,<<99>>,[{scope,{3,-1}}])", "{2,1}"),
        ("binary:match(<<97,98,99>>,<<99>>,[{scope,{0,4}}])", "!badarg"),
        ("binary:match(<<97,98,99>>,<<99>>,[global])", "!badarg"),
        ("binary:match(<<>>,<<99>>)", "nomatch"),
        ("binary:match(a,<<99>>)", "!badarg"),
        ("binary:match(<<1:3>>,<<99>>)", "!badarg"),
        ("binary:match(<<1>>,<<1:3>>)", "!badarg"),
        ("binary:match(<<1>>,{bm,a})", "!badarg"),
        ("binary:match(<<1,1,1,1,1,1,1,1,1,1,2,1,1,1>>,<<1,1,1,1,1,1,1,1,1,2>>)", "{1,10}"),
        ("binary:matches(<<1,2,1,2,1,2,1,2,1,2,1,2,1,2,1,2,1,2,1,2>>,<<1,2,1,2,1,2,1,2,1,2>>)", "[{0,10},{10,10}]"),
        ("binary:match(<<1,2,1,2,1,2,1,2,1,3,1,2>>,<<1,2,1,2,1,2,1,2,1,2>>)", "nomatch"),
        ("binary:compile_pattern([<<1>>,c])", "!badarg"),
        ("binary:split(<<1,0,2,0,0,3,0>>,<<0>>)", "[<<1>>,<<2,0,0,3,0>>]"),
        ("binary:split(<<1,0,2,0,0,3,0>>,<<0>>,[global])", "[<<1>>,<<2>>,<<>>,<<3>>,<<>>]"),
        ("binary:split(<<1,0,2,0,0,3,0,0>>,<<0>>,[global,trim])", "[<<1>>,<<2>>,<<>>,<<3>>]"),
        ("binary:split(<<0,1,0,2,0,0,3,0,0>>,<<0>>,[global,trim_all])", "[<<1>>,<<2>>,<<3>>]"),
        ("binary:split(<<0,1,0,2,0,0,3,0,0>>,<<0>>,[trim_all])", "[<<1,0,2,0,0,3,0,0>>]"),
        ("binary:split(<<1,0>>,<<0>>,[trim])", "[<<1>>]"),
        ("binary:split(<<0>>,<<0>>,[trim])", "[]"),
        ("binary:split(<<>>,<<0>>,[trim])", "[]"),
        ("binary:split(<<>>,<<0>>,[global])", "[<<>>]"),
        ("binary:split(<<0,0>>,<<0>>,[trim,global])", "[]"),
        ("binary:split(<<1,0,2,0,3>>,<<0>>,[global,{scope,{2,3}}])", "[<<1,0,2>>,<<3>>]"),
        ("binary:split(<<1,0,2,0,3>>,[<<0>>,<<2>>],[global])", "[<<1>>,<<>>,<<>>,<<3>>]"),
        ("binary:split(<<1>>,<<0>>,[foo])", "!badarg"),
        ("binary:split(<<1>>,<<0>>,foo)", "!badarg"),
        ("binary:at(<<1,2>>,2)", "!badarg"),
        ("binary:at(<<1,2>>,1)", "2"),
        ("binary:first(<<>>)", "!badarg"),
        ("binary:last(<<1,2>>)", "2"),
        ("binary:copy(<<1,2>>,0)", "<<>>"),
        ("binary:copy(<<1,2>>,2)", "<<1,2,1,2>>"),
        ("binary:copy(<<1,2>>,-1)", "!badarg"),
        ("binary:copy(<<1:3>>,1)", "!badarg"),
        ("binary:encode_unsigned(-1)", "!badarg"),
        ("binary:encode_unsigned(0)", "<<0>>"),
        ("binary:encode_unsigned(258,little)", "<<2,1>>"),
        ("binary:encode_unsigned(258,foo)", "!badarg"),
        ("binary:encode_unsigned(1180591620717411303424)", "<<64,0,0,0,0,0,0,0,0>>"),
        ("binary:decode_unsigned(<<64,0,0,0,0,0,0,0,1>>)", "1180591620717411303425"),
        ("binary:decode_unsigned(<<>>)", "0"),
        ("binary:decode_unsigned(<<0,0,1,2>>,little)", "33619968"),
        ("binary:decode_unsigned(<<1,1:1>>)", "!badarg"),
        ("binary:longest_common_prefix([<<1,2,3>>,<<1,2,4>>])", "2"),
        ("binary:longest_common_prefix([])", "!badarg"),
        ("binary:longest_common_suffix([<<9,2,3>>,<<2,3>>,<<3>>])", "1"),
        ("binary:longest_common_suffix([<<9>>,a])", "!badarg"),
        ("binary:longest_common_suffix([<<9,2,3>>])", "3"),
        ("binary:list_to_bin(<<1>>)", "!badarg"),
        ("binary:list_to_bin([1,[<<1>>]])", "<<1,1>>"),
        ("binary:part(<<1,2,3>>,{1,1})", "<<2>>"),
        ("binary:part(<<1,2,3>>,4,0)", "!badarg"),
        ("binary:part(<<1,2,3>>,1180591620717411303424,0)", "!badarg"),
        ("binary:referenced_byte_size(<<1,2,3>>)", "3"),
        ("binary:referenced_byte_size(<<1:3>>)", "1"),
        ("binary:matches(<<1,1,1,1>>,<<1,1>>)", "[{0,2},{2,2}]"),
        ("erlang:list_to_binary(<<1>>)", "!badarg"),
        ("erlang:list_to_binary([1|<<2>>])", "<<1,2>>"),
        ("erlang:list_to_bitstring([1,<<2:3>>,<<5:7>>])", "<<1,65,1:2>>"),
        ("erlang:bitstring_to_list(<<1,2:3>>)", "[1,<<2:3>>]"),
        ("erlang:binary_to_list(<<1,2,3,4>>,2,3)", "[2,3]"),
        ("erlang:binary_to_list(<<1,2,3,4>>,0,3)", "!badarg"),
        ("erlang:binary_to_list(<<1,2,3,4>>,3,2)", "!badarg"),
        ("erlang:binary_to_list(<<>>,1,1)", "!badarg"),
        ("erlang:binary_to_list(<<1,1:1>>)", "!badarg"),
        ("erlang:binary_to_list(<<1,2:3>>,1,1)", "[1]"),
        ("erlang:split_binary(<<1,2,3>>,3)", "{<<1,2,3>>,<<>>}"),
        ("erlang:split_binary(<<1,2,3:4>>,1)", "{<<1>>,<<2,3:4>>}"),
        ("erlang:split_binary(<<1,2,3:4>>,3)", "!badarg"),
        ("erlang:byte_size(<<1,1:1>>)", "2"),
        ("erlang:bit_size(<<1,1:1>>)", "9"),
        ("erlang:binary_part(<<1,2,3>>,{3,-2})", "<<2,3>>"),
        ("erlang:binary_part(<<1,2,3:4>>,{1,1})", "<<2>>"),
        ("erlang:binary_part(<<1,2,3>>,1,3)", "!badarg"),
        ("erlang:iolist_to_binary([1,256])", "!badarg"),
        ("erlang:iolist_to_binary([1|2])", "!badarg"),
        ("erlang:iolist_to_binary([[[1],<<2,3>>|<<4>>],5])", "<<1,2,3,4,5>>"),
        ("erlang:iolist_size([<<1:3>>])", "!badarg"),
        ("erlang:iolist_to_iovec([1,<<2>>,[3]])", "[<<1,2,3>>]"),
        ("erlang:iolist_to_iovec(<<>>)", "[]"),
        ("erlang:list_to_atom([97,937])", "a\u{3a9}"),
        ("erlang:list_to_atom([55296])", "!badarg"),
        ("erlang:list_to_atom([97|b])", "!badarg"),
        ("erlang:binary_to_existing_atom(<<110,110,110,122>>)", "!badarg"),
        ("erlang:binary_to_atom(<<255>>,utf8)", "!badarg"),
        ("erlang:binary_to_atom(<<255>>,latin1)", "\u{ff}"),
        ("erlang:binary_to_atom(<<97>>,foo)", "!badarg"),
        ("erlang:atom_to_binary(\u{3a9},latin1)", "!badarg"),
        ("erlang:atom_to_binary(\u{3a9},utf8)", "<<206,169>>"),
        ("erlang:atom_to_list(\u{3a9}a)", "[937,97]"),
        ("erlang:atom_to_binary(1,latin1)", "!badarg"),
    ]);
    with(|context| {
        let long = context.process.heap.string(&"a".repeat(256)).unwrap();
        let made = call(context, "erlang", "list_to_atom", &[long]);
        assert_eq!(result(context, made), "!system_limit");
        let made = call(context, "erlang", "list_to_existing_atom", &[long]);
        assert_eq!(result(context, made), "!badarg");
        let long = call(context, "erlang", "list_to_binary", &[long]).unwrap();
        let made = call(context, "erlang", "binary_to_atom", &[long]);
        assert_eq!(result(context, made), "!system_limit");
        let pattern = read(context, &mut &b"[<<97,97>>,<<98>>]"[..]);
        let pattern = call(context, "binary", "compile_pattern", &[pattern]).unwrap();
        let found = call(context, "binary", "match", &[long, pattern]);
        assert_eq!(result(context, found), "{0,2}");
    });
}

#[test]
fn natives_on_unicode() {
    check(&[
        ("unicode:characters_to_binary([[1,2,55296,3],4],unicode)", "{error,<<1,2>>,[[55296,3],4]}"),
        ("unicode:characters_to_list([[1,2,55296,3],4],unicode)", "{error,[1,2],[[55296,3],4]}"),
        ("unicode:characters_to_binary([<<195>>,<<164>>],unicode)", "<<195,164>>"),
        ("unicode:characters_to_binary([<<65,195>>,65],unicode)", "{error,<<65>>,[<<195>>,[65]]}"),
        ("unicode:characters_to_binary([[<<65,195>>,[],[[]]]],unicode)", "{incomplete,<<65>>,<<195>>}"),
        ("unicode:characters_to_binary([<<65,195,65,66>>,[97]],unicode)", "{error,<<65>>,[<<195,65,66>>,[97]]}"),
        (
            "unicode:characters_to_binary([1,[<<65,195,65,66>>|<<97>>]|<<98>>],unicode)",
            "{error,<<1,65>>,[[<<195,65,66>>|<<97>>]|<<98>>]}",
        ),
        ("unicode:characters_to_binary(<<65,195,65,66>>,unicode)", "{error,<<65>>,<<195,65,66>>}"),
        ("unicode:characters_to_binary(<<65,195>>,unicode)", "{incomplete,<<65>>,<<195>>}"),
        ("unicode:characters_to_list([<<65,240>>,[<<159>>|<<152>>]],unicode)", "{incomplete,[65],<<240,159,152>>}"),
        (
            "unicode:characters_to_list([<<65,240>>,[<<159>>,65|<<152>>],<<120>>],unicode)",
            "{error,[65],[<<240,159>>,[[65|<<152>>],<<120>>]]}",
        ),
        (
            "unicode:characters_to_list([<<65,240>>,[<<159>>,<<65>>|<<152>>],<<120>>],unicode)",
            "{error,[65],[<<240,159,65>>,[<<152>>,<<120>>]]}",
        ),
        ("unicode:characters_to_binary([65,a],unicode)", "!badarg"),
        ("unicode:characters_to_binary([65|66],unicode)", "!badarg"),
        ("unicode:characters_to_binary([65,-1],unicode)", "{error,<<65>>,[-1]}"),
        ("unicode:characters_to_binary([65,256],latin1)", "{error,<<65>>,[256]}"),
        ("unicode:characters_to_list([65,200,<<200>>],latin1)", "[65,200,200]"),
        ("unicode:characters_to_binary([65,200,<<200>>],latin1)", "<<65,195,136,195,136>>"),
        ("unicode:characters_to_binary(<<1:3>>,latin1)", "!badarg"),
        ("unicode:characters_to_list(a,latin1)", "!badarg"),
        ("unicode:characters_to_binary([1114111,1114112],utf8)", "{error,<<244,143,191,191>>,[1114112]}"),
        ("unicode:characters_to_binary([<<237,160>>],utf8)", "{incomplete,<<>>,<<237,160>>}"),
        ("unicode:characters_to_binary([<<245>>],utf8)", "{incomplete,<<>>,<<245>>}"),
        (
            "unicode:characters_to_binary([65,[<<240>>|<<159,152>>],<<65>>,66],utf8)",
            "{error,<<65>>,[<<240,159,152>>,[<<65>>,66]]}",
        ),
        ("unicode:bin_is_7bit(<<1:3>>)", "false"),
        ("unicode:bin_is_7bit(<<1>>)", "true"),
    ]);
}

#[test]
fn reading_writing_and_copying_agree_bit_by_bit() {
    let source: Vec<u8> = (0..32_u32).map(|index| (index * 151 + 17) as u8).collect();
    let bit = |bytes: &[u8], at: usize| bytes[at / 8] >> (7 - at % 8) & 1;
    for offset in 0..20 {
        for count in 0..=64 {
            let expected = (0..count).fold(0, |value, at| value << 1 | u64::from(bit(&source, offset + at)));
            let value = bits::read(&source, offset, count);
            assert_eq!(value, expected, "{offset} {count}");
            assert_eq!(bits::to_little(bits::from_little(value, count), count), value, "{offset} {count}");
            for fill in [0, 0xff] {
                let mut target = [fill; 16];
                bits::write(&mut target, offset, count, value);
                for at in 0..128 {
                    let inside = at >= offset && at < offset + count;
                    let expected = if inside { bit(&source, at) } else { fill & 1 };
                    assert_eq!(bit(&target, at), expected, "{offset} {count} {at}");
                }
            }
        }
        for count in 0..120 {
            for to in 0..9 {
                let mut target = [0xff; 24];
                bits::copy(&source, offset, &mut target, to, count);
                for at in 0..192 {
                    let inside = at >= to && at < to + count;
                    let expected = if inside { bit(&source, offset + at - to) } else { 1 };
                    assert_eq!(bit(&target, at), expected, "{offset} {to} {count} {at}");
                }
                assert!(bits::compare(&source, offset, &target, to, count).is_eq());
            }
        }
    }
}

#[test]
fn integers_come_back() {
    with(|context| {
        let texts = [
            "0",
            "1",
            "-1",
            "255",
            "-256",
            "536870912",
            "-536870913",
            "1180591620717411303425",
            "-79228162514264337593543950337",
        ];
        for text in texts {
            let value = read(context, &mut text.as_bytes());
            for (count, flags) in [(130, 4), (130, 6), (101, 4), (101, 6), (128, 6), (129, 4), (160, 2 | 4)] {
                let mut builder = Builder::new(context.shared.budget.clone());
                builder.integer(context.store(), Term::tiny(5), 3, 0).unwrap();
                builder.integer(context.store(), value, count, flags).unwrap();
                let made = builder.finish(context).unwrap();
                let state = matching::start(context, made).unwrap().unwrap();
                assert!(matching::match_value(context, state, 3, 5));
                let back = matching::get_integer(context, state, count, flags).unwrap().unwrap();
                assert_eq!(show(context, back), text, "{count} {flags}");
                assert!(matching::test_tail(context, state, 0));
            }
        }
        let answers = [
            ("<<1,31:5>>", 13, "-255"),
            ("<<1,0,0,0,0,0,0,0,5:3>>", 67, "-55340232221128654847"),
            ("<<125:7>>", 7, "-3"),
            ("<<>>", 0, "0"),
        ];
        for (text, count, answer) in answers {
            let value = read(context, &mut text.as_bytes());
            let state = matching::start(context, value).unwrap().unwrap();
            let value = matching::get_integer(context, state, count, 6).unwrap().unwrap();
            assert_eq!(show(context, value), answer);
        }
        // <<(-2):12/little, 16#abc:12/little, 1:1, (-(1 bsl 70)):72/little>>
        let mut builder = Builder::new(context.shared.budget.clone());
        builder.integer(context.store(), Term::tiny(-2), 12, 2).unwrap();
        builder.integer(context.store(), Term::tiny(0xabc), 12, 16).unwrap();
        let big = read(context, &mut &b"-1180591620717411303424"[..]);
        builder.integer(context.store(), big, 72, 2).unwrap();
        let made = builder.finish(context).unwrap();
        assert_eq!(show(context, made), "<<254,251,202,0,0,0,0,0,0,0,0,192>>");
    });
}

#[test]
fn faults() {
    with(|context| {
        let store = context.store();
        let cause = |fault: Fault| match fault {
            Fault::Bad { reason, kind, cause, .. } => {
                format!("{} {} {cause}", store.atoms().name(reason), store.atoms().name(kind))
            }
            Fault::NoMemory => String::new(),
        };
        let (size, huge) = (Term::tiny(-1), Term::tiny((1 << 29) - 1));
        let fault = measure(store, atoms::INTEGER, Term::NIL, Some(size), 1).unwrap_err();
        assert_eq!(cause(fault), "badarg integer size");
        let fault = measure(store, atoms::INTEGER, Term::NIL, Some(huge), 256).unwrap_err();
        assert_eq!(cause(fault), "system_limit integer size");
        let fault = measure(store, atoms::BINARY, Term::NIL, None, 8).unwrap_err();
        assert_eq!(cause(fault), "badarg binary type");
        let mut builder = Builder::new(context.shared.budget.clone());
        assert_eq!(cause(builder.integer(store, Term::NIL, 8, 0).unwrap_err()), "badarg integer type");
        assert_eq!(
            cause(builder.float(store, Term::tiny(1), 24, 0, Term::tiny(24)).unwrap_err()),
            "badarg float invalid"
        );
    });
}

#[test]
fn floats() {
    assert_eq!(bits::double_to_half(65519.0), 0x7bff);
    assert_eq!(bits::double_to_half(65520.0), 0x7c00);
    assert_eq!(bits::double_to_half(-0.0), 0x8000);
    assert_eq!(bits::double_to_half(5.960464477539063e-8), 1);
    assert_eq!(bits::double_to_half(2.9802322387695312e-8), 0);
    assert_eq!(bits::double_to_half(1.0 / 3.0), 0x3555);
    for half in 0..=0xffff_u16 {
        if let Some(value) = bits::half_to_double(half) {
            assert_eq!(bits::double_to_half(value), half);
        }
    }
    assert_eq!(magnitude_to_double(false, &[0, 0, 1]), Some(18446744073709551616.0));
    assert_eq!(magnitude_to_double(true, &[1, 0, 0, 1]), Some(-79228162514264337593543950336.0));
    assert_eq!(magnitude_to_double(false, &[0xffff_ffff, 0xffff_ffff]), Some(18446744073709551616.0));
    assert_eq!(magnitude_to_double(false, &[0, 0x8000_0000]), Some(9223372036854775808.0));
    assert_eq!(magnitude_to_double(false, &[0x4000_0000]), Some(1073741824.0));
    assert_eq!(magnitude_to_double(false, &[1; 33]), None);
    with(|context| {
        let value = context.process.heap.float(1.5).unwrap();
        for (count, flags) in [(16, 0), (32, 2), (64, 2)] {
            let mut builder = Builder::new(context.shared.budget.clone());
            builder.integer(context.store(), Term::tiny(1), 1, 0).unwrap();
            builder.float(context.store(), value, count, flags, Term::NIL).unwrap();
            let made = builder.finish(context).unwrap();
            let state = matching::start(context, made).unwrap().unwrap();
            assert!(matching::skip(context, state, 1));
            let back = matching::get_float(context, state, count, flags).unwrap().unwrap();
            assert_eq!(show(context, back), "1.5");
        }
    });
}

#[test]
fn characters() {
    with(|context| {
        let encodings = [(Encoding::Utf8, 0), (Encoding::Utf16, 0), (Encoding::Utf16, 2), (Encoding::Utf32, 2)];
        for (encoding, flags) in encodings {
            let codes = [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x1_0000, 0x10_ffff];
            let mut builder = Builder::new(context.shared.budget.clone());
            builder.integer(context.store(), Term::tiny(1), 3, 0).unwrap();
            for code in codes {
                builder.character(Term::tiny(code), encoding, flags).unwrap();
            }
            assert!(builder.character(Term::tiny(0xd800), encoding, flags).is_err());
            assert!(builder.character(Term::tiny(0x11_0000), encoding, flags).is_err());
            let made = builder.finish(context).unwrap();
            let state = matching::start(context, made).unwrap().unwrap();
            assert!(matching::skip(context, state, 3));
            for code in codes {
                assert_eq!(matching::get_utf(context, state, encoding, flags), Some(Term::tiny(code)));
            }
            assert_eq!(matching::get_utf(context, state, encoding, flags), None);
        }
    });
    for bad in
        [&[0xc0, 0x80][..], &[0xed, 0xa0, 0x80], &[0xf4, 0x90, 0x80, 0x80], &[0x80], &[0xff], &[0xe0, 0x80, 0x80]]
    {
        assert_eq!(bits::utf8(bad), bits::Read::Invalid);
    }
}

#[test]
fn appending_is_in_place_and_never_seen_by_others() {
    with(|context| {
        for size in [8, 3] {
            let mut whole = context.process.heap.heap_binary(&[]).unwrap();
            let mut saved = Vec::new();
            for index in 0..3000 {
                let mut builder = Builder::new(context.shared.budget.clone());
                builder.append(context.store(), whole, 1).unwrap();
                builder.integer(context.store(), Term::tiny(index), size, 0).unwrap();
                whole = builder.finish(context).unwrap();
                saved.push(whole);
            }
            // One more behind an older one: a copy.
            let mut builder = Builder::new(context.shared.budget.clone());
            builder.append(context.store(), saved[2000], 1).unwrap();
            builder.integer(context.store(), Term::tiny(-1), size, 0).unwrap();
            let other = builder.finish(context).unwrap();
            assert_eq!(context.store().bits(other).unwrap().size, 2002 * size);
            for (last, term) in saved.iter().enumerate() {
                assert_eq!(context.store().bits(*term).unwrap().size, (last + 1) * size);
            }
            let state = matching::start(context, whole).unwrap().unwrap();
            for index in 0..3000 {
                assert!(matching::match_value(context, state, size, (index as u64) & ((1 << size) - 1)), "{index}");
            }
            assert!(matching::test_tail(context, state, 0));
        }
        // The two that grew, and a copy of each.
        assert!(context.shared.binaries.count() < 8, "{}", context.shared.binaries.count());
    });
}

#[test]
fn matching_of_parts() {
    with(|context| {
        let bytes: Vec<u8> = (0..100).collect();
        let whole = context.binary(bytes).unwrap();
        let state = matching::start(context, whole).unwrap().unwrap();
        assert_eq!(matching::start(context, state).unwrap(), Some(state));
        assert_eq!(matching::start(context, Term::NIL).unwrap(), None);
        assert_eq!(matching::get_tail(context, state).unwrap(), whole);
        assert!(!matching::match_string(context, state, 16, &[0, 2]));
        assert!(matching::match_string(context, state, 16, &[0, 1]));
        let place = matching::position(context, state).unwrap();
        let part = matching::get_binary(context, state, 20).unwrap().unwrap();
        assert_eq!(show(context, part), "<<2,3,0:4>>");
        assert_eq!(matching::get_binary(context, state, 800).unwrap(), None);
        assert_eq!(matching::get_binary_all(context, state, 8).unwrap(), None);
        assert!(matching::ensure_at_least(context, state, 4, 8));
        matching::set_position(context, state, place);
        let rest = matching::get_binary_all(context, state, 8).unwrap().unwrap();
        assert_eq!(context.store().bits(rest).unwrap().size, 98 * 8);
        // A part of a part.
        let state = matching::start(context, rest).unwrap().unwrap();
        let first = matching::get_integer(context, state, 8, 0).unwrap().unwrap();
        assert_eq!(first, Term::tiny(2));
        assert!(matching::skip_all(context, state, 8));
        assert_eq!(matching::get_integer(context, state, 1, 0).unwrap(), None);
        assert_eq!(matching::field_size(Term::tiny(-1), 8), None);
    });
}
