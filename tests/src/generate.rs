//! Erlang modules with random cases, the same ones for the same seed: for what nobody thought of.
//!
//! A module has `start/0`, which prints `{Case, Result}` for each case with `erlang:display/1` and returns `ok`; an
//! exception is a result as any other. Each case is a function and one line of the source, `cN() -> Expression.` (in one
//! function they would take the compiler minutes). Results are printed so that equal ones look equal everywhere: a float
//! as its bits, a map as its size and hash.

mod bits;
mod calls;
mod expressions;

use crate::mutate::Numbers;

/// What the cases of a module are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// BIFs, operators and conversions, on any terms; comparisons and type tests in guards.
    Calls,
    /// Construction and matching of bit strings.
    Bits,
    /// Nested expressions: arithmetic, lists, tuples, maps, `case`, `try`, funs, comprehensions.
    Expressions,
}

impl Subject {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Calls, Self::Bits, Self::Expressions];

    /// Its name, as part of a module's.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Bits => "bits",
            Self::Expressions => "expressions",
        }
    }
}

/// The source of a module with this many cases.
#[must_use]
pub fn module(name: &str, subject: Subject, seed: u64, cases: usize) -> String {
    let mut numbers = Numbers::new(seed);
    let mut source = format!("-module({name}).\n-export([start/0, id/1]).\n-compile(nowarn_deprecated_catch).\n\n");
    source += HEAD;
    for case in 1..=cases {
        let case_source = match subject {
            Subject::Calls => calls::case(&mut numbers),
            Subject::Bits => bits::case(&mut numbers),
            Subject::Expressions => expressions::case(&mut numbers),
        };
        source += &format!("c{case}() -> {case_source}.\n");
    }
    for case in 1..=cases {
        source += &format!("t({case}) -> c{case}();\n");
    }
    source += "t(_) -> none.\n";
    source.replace("LAST", &cases.to_string())
}

const HEAD: &str = "\
start() -> run(1, LAST).

run(N, Max) when N > Max -> ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, show(Result)}),
    run(N + 1, Max).

show(F) when is_float(F) -> <<Bits:64>> = <<F/float>>, {float, Bits};
show(M) when is_map(M) -> {map, map_size(M), erlang:phash2(M)};
show(T) when is_tuple(T) -> list_to_tuple(show(tuple_to_list(T)));
show([H | T]) -> [show(H) | show(T)];
show(F) when is_function(F) -> 'fun';
show(X) -> X.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

";

/// Integers around the limits of every representation of some VM, and a few others.
const INTEGERS: [&str; 34] = [
    "0",
    "1",
    "-1",
    "2",
    "3",
    "7",
    "-8",
    "10",
    "16",
    "36",
    "42",
    "127",
    "128",
    "255",
    "256",
    "-256",
    "65535",
    "134217727",
    "134217728",
    "-134217728",
    "-134217729",
    "67108864",
    "2147483647",
    "-2147483648",
    "4294967295",
    "4294967296",
    "576460752303423487",
    "-576460752303423489",
    "9223372036854775807",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "1237940039285380274899124224",
    "-340282366920938463463374607431768211456",
];
/// No zero: from OTP 27 on `0.0 =:= -0.0` is false.
const FLOATS: [&str; 14] = [
    "1.0",
    "-1.0",
    "0.1",
    "1.5",
    "-2.5",
    "3.0e-5",
    "1.0e22",
    "123456789.125",
    "4503599627370497.5",
    "9007199254740992.0",
    "-1.0e100",
    "1.7976931348623157e308",
    "5.0e-324",
    "134217728.0",
];
/// `'\\x{e9}'` is in Latin-1, `'\\x{3bb}'` is not.
const ATOMS: [&str; 8] = ["a", "b", "ok", "true", "false", "'hello world'", "''", "'\\x{e9}'"];

fn integer(numbers: &mut Numbers) -> String {
    match numbers.below(4) {
        0 => (numbers.below(40) as i64 - 8).to_string(),
        1 => (numbers.draw() as i64 >> numbers.below(64)).to_string(),
        _ => numbers.one_of(&INTEGERS).to_owned(),
    }
}

fn float(numbers: &mut Numbers) -> String {
    numbers.one_of(&FLOATS).to_owned()
}

fn atom(numbers: &mut Numbers) -> String {
    numbers.one_of(&ATOMS).to_owned()
}

fn binary(numbers: &mut Numbers) -> String {
    let bytes: Vec<String> =
        (0..numbers.below(9)).map(|_| (numbers.draw() as u8 >> numbers.below(3)).to_string()).collect();
    format!("<<{}>>", bytes.join(","))
}

fn bitstring(numbers: &mut Numbers) -> String {
    let bits = 1 + numbers.below(19);
    format!("<<{}:{bits}>>", numbers.draw() & ((1 << bits) - 1))
}

/// `count` of `one`, with commas.
fn several(numbers: &mut Numbers, count: usize, mut one: impl FnMut(&mut Numbers) -> String) -> String {
    (0..count).map(|_| one(numbers)).collect::<Vec<_>>().join(", ")
}

/// A literal term.
fn term(numbers: &mut Numbers, depth: usize) -> String {
    match numbers.below(if depth == 0 { 9 } else { 13 }) {
        0..=2 => integer(numbers),
        3 => float(numbers),
        4 | 5 => atom(numbers),
        6 => binary(numbers),
        7 => bitstring(numbers),
        8 => "[]".to_owned(),
        9 => {
            let count = numbers.below(4);
            format!("{{{}}}", several(numbers, count, |numbers| term(numbers, depth - 1)))
        }
        10 => {
            let count = 1 + numbers.below(4);
            format!("[{}]", several(numbers, count, |numbers| term(numbers, depth - 1)))
        }
        11 => format!("[{} | {}]", term(numbers, depth - 1), term(numbers, depth - 1)),
        _ => {
            let count = numbers.below(3);
            let pair = |numbers: &mut Numbers| format!("{} => {}", term(numbers, 0), term(numbers, depth - 1));
            format!("#{{{}}}", several(numbers, count, pair))
        }
    }
}
