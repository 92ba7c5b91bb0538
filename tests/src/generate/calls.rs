//! Cases that call a BIF or an operator on random terms, and cases with a guard.

use super::{atom, binary, bitstring, float, integer, several, term};
use crate::mutate::Numbers;

/// Functions, each with the kinds of its arguments: `t` any term, `i` integer, `n` number, `s` small integer, `f` float,
/// `a` atom, `b` binary, `B` bit string, `l` list, `c` characters, `d` digits, `D` digits in a binary, `o` list of bytes
/// and binaries, `u` tuple, `m` map, `r` base, `F` options for a float, `g` digits of a float, `G` those in a binary.
const CALLS: [(&str, &str); 119] = [
    ("erlang:abs", "n"),
    ("erlang:adler32", "o"),
    ("erlang:adler32", "io"),
    ("erlang:append_element", "ut"),
    ("erlang:'and'", "aa"),
    ("erlang:'or'", "aa"),
    ("erlang:'xor'", "aa"),
    ("erlang:'not'", "a"),
    ("erlang:atom_to_binary", "a"),
    ("erlang:atom_to_list", "a"),
    ("erlang:binary_part", "bss"),
    ("erlang:binary_part", "bu"),
    ("erlang:binary_to_atom", "b"),
    ("erlang:binary_to_float", "G"),
    ("erlang:binary_to_integer", "D"),
    ("erlang:binary_to_integer", "Dr"),
    ("erlang:binary_to_list", "b"),
    ("erlang:binary_to_list", "bss"),
    ("erlang:bit_size", "B"),
    ("erlang:bitstring_to_list", "B"),
    ("erlang:byte_size", "B"),
    ("erlang:ceil", "n"),
    ("erlang:crc32", "o"),
    ("erlang:crc32", "io"),
    ("erlang:delete_element", "su"),
    ("erlang:element", "su"),
    ("erlang:float", "n"),
    ("erlang:float_to_binary", "f"),
    ("erlang:float_to_list", "f"),
    ("erlang:float_to_binary", "fF"),
    ("erlang:float_to_list", "fF"),
    ("erlang:floor", "n"),
    ("erlang:hd", "l"),
    ("erlang:insert_element", "sut"),
    ("erlang:integer_to_binary", "i"),
    ("erlang:integer_to_binary", "ir"),
    ("erlang:integer_to_list", "i"),
    ("erlang:integer_to_list", "ir"),
    ("erlang:iolist_size", "o"),
    ("erlang:iolist_to_binary", "o"),
    ("erlang:is_atom", "t"),
    ("erlang:is_binary", "t"),
    ("erlang:is_bitstring", "t"),
    ("erlang:is_boolean", "t"),
    ("erlang:is_float", "t"),
    ("erlang:is_function", "ts"),
    ("erlang:is_integer", "t"),
    ("erlang:is_list", "t"),
    ("erlang:is_map", "t"),
    ("erlang:is_map_key", "tm"),
    ("erlang:is_number", "t"),
    ("erlang:is_tuple", "t"),
    ("erlang:length", "l"),
    ("erlang:list_to_atom", "c"),
    ("erlang:list_to_binary", "o"),
    ("erlang:list_to_bitstring", "o"),
    ("erlang:list_to_float", "g"),
    ("erlang:list_to_integer", "d"),
    ("erlang:list_to_integer", "dr"),
    ("erlang:list_to_tuple", "l"),
    ("erlang:make_tuple", "st"),
    ("erlang:map_get", "tm"),
    ("erlang:map_size", "m"),
    ("erlang:max", "tt"),
    ("erlang:md5", "o"),
    ("erlang:min", "tt"),
    ("erlang:phash2", "t"),
    ("erlang:phash2", "ti"),
    ("erlang:round", "n"),
    ("erlang:setelement", "sut"),
    ("erlang:size", "u"),
    ("erlang:size", "b"),
    ("erlang:split_binary", "bs"),
    ("erlang:tl", "l"),
    ("erlang:trunc", "n"),
    ("erlang:tuple_size", "u"),
    ("erlang:tuple_to_list", "u"),
    ("erlang:'+'", "nn"),
    ("erlang:'-'", "nn"),
    ("erlang:'*'", "nn"),
    ("erlang:'/'", "nn"),
    ("erlang:'div'", "ii"),
    ("erlang:'rem'", "ii"),
    ("erlang:'band'", "ii"),
    ("erlang:'bor'", "ii"),
    ("erlang:'bxor'", "ii"),
    ("erlang:'bnot'", "i"),
    ("erlang:'bsl'", "is"),
    ("erlang:'bsr'", "is"),
    ("erlang:'-'", "n"),
    ("erlang:'++'", "lt"),
    ("erlang:'--'", "ll"),
    ("erlang:'<'", "tt"),
    ("erlang:'=<'", "tt"),
    ("erlang:'>'", "tt"),
    ("erlang:'>='", "tt"),
    ("erlang:'=='", "tt"),
    ("erlang:'/='", "tt"),
    ("erlang:'=:='", "tt"),
    ("erlang:'=/='", "tt"),
    ("erlang:'<'", "nn"),
    ("erlang:'=='", "nn"),
    ("erlang:'<'", "mm"),
    ("lists:member", "tl"),
    ("lists:reverse", "lt"),
    ("lists:keyfind", "tsl"),
    ("maps:find", "tm"),
    ("maps:is_key", "tm"),
    ("maps:put", "ttm"),
    ("maps:remove", "tm"),
    ("maps:merge", "mm"),
    ("maps:take", "tm"),
    ("maps:update", "ttm"),
    ("binary:at", "bs"),
    ("binary:first", "b"),
    ("binary:last", "b"),
    ("binary:copy", "bs"),
    ("binary:encode_unsigned", "i"),
    ("binary:decode_unsigned", "b"),
];

/// Conversions of a term there and back, and other uses of more than one function. The external form of an atom depends
/// on the release.
const ROUND: [(&str, &str); 12] = [
    ("binary_to_term(term_to_binary(X)) =:= X", "t"),
    ("binary_to_term(term_to_binary(X, [{compressed, 6}])) =:= X", "t"),
    ("case X of _ when is_number(X) -> term_to_binary(X); _ -> none end", "n"),
    ("case X of _ when is_bitstring(X) -> term_to_binary(X); _ -> none end", "B"),
    ("case X of _ when is_number(X) -> erlang:external_size(X); _ -> none end", "n"),
    ("binary_to_float(float_to_binary(X)) =:= X", "f"),
    ("binary_to_float(float_to_binary(X, [short])) =:= X", "f"),
    ("binary_to_integer(integer_to_binary(X, 36), 36) =:= X", "i"),
    ("list_to_bitstring(bitstring_to_list(X)) =:= X", "B"),
    ("unicode:characters_to_binary(X)", "c"),
    ("unicode:characters_to_list(X)", "b"),
    ("binary:split(X, <<1>>)", "b"),
];

const COMPARISONS: [&str; 8] = ["<", "=<", ">", ">=", "==", "/=", "=:=", "=/="];
const TESTS: [&str; 17] = [
    "is_atom(X)",
    "is_integer(X)",
    "is_float(X)",
    "is_number(X)",
    "is_list(X)",
    "is_tuple(X)",
    "is_binary(X)",
    "is_bitstring(X)",
    "is_map(X)",
    "is_boolean(X)",
    "is_function(X)",
    "length(X) > 1",
    "tuple_size(X) =:= 2",
    "byte_size(X) > 2",
    "bit_size(X) rem 8 =:= 0",
    "map_size(X) =< 1",
    "abs(X) > 5",
];

/// One case.
pub(super) fn case(numbers: &mut Numbers) -> String {
    match numbers.below(10) {
        0 | 1 => guard(numbers),
        2 => {
            let (what, kind) = numbers.one_of(&ROUND);
            format!("begin X = id({}), {what} end", argument(numbers, kind.chars().next().unwrap_or('t')))
        }
        _ => {
            let (name, kinds) = numbers.one_of(&CALLS);
            let arguments: Vec<String> = kinds.chars().map(|kind| format!("id({})", argument(numbers, kind))).collect();
            format!("{name}({})", arguments.join(", "))
        }
    }
}

fn guard(numbers: &mut Numbers) -> String {
    let (one, other) = (term(numbers, 2), term(numbers, 2));
    let guard = match numbers.below(4) {
        0 => format!("X {} Y", numbers.one_of(&COMPARISONS)),
        1 => numbers.one_of(&TESTS).to_owned(),
        2 => format!("{}; X {} Y", numbers.one_of(&TESTS), numbers.one_of(&COMPARISONS)),
        _ => format!("{} orelse not ({})", numbers.one_of(&TESTS), numbers.one_of(&TESTS)),
    };
    format!("case {{id({one}), id({other})}} of {{X, Y}} when {guard} -> {{yes, X, Y}}; {{_, Y}} -> {{no, Y}} end")
}

/// An argument of a kind, or, now and then, any term.
fn argument(numbers: &mut Numbers, kind: char) -> String {
    // A shift or a size must stay small.
    if kind != 's' && numbers.below(12) == 0 {
        return term(numbers, 2);
    }
    match kind {
        'i' => integer(numbers),
        'n' => {
            if numbers.below(2) == 0 {
                integer(numbers)
            } else {
                float(numbers)
            }
        }
        's' => match numbers.below(12) {
            0 => atom(numbers),
            1 => (numbers.below(200) as i64 - 100).to_string(),
            _ => (numbers.below(6) as i64 - 1).to_string(),
        },
        'f' => float(numbers),
        'a' => atom(numbers),
        'b' => binary(numbers),
        'B' => {
            if numbers.below(2) == 0 {
                binary(numbers)
            } else {
                bitstring(numbers)
            }
        }
        'l' => {
            let count = numbers.below(5);
            format!("[{}]", several(numbers, count, |numbers| term(numbers, 1)))
        }
        'c' => format!("[{}]", several(numbers, 3, character)),
        'd' => format!("\"{}\"", digits(numbers)),
        'D' => format!("<<\"{}\">>", digits(numbers)),
        'g' => format!("\"{}\"", real(numbers)),
        'G' => format!("<<\"{}\">>", real(numbers)),
        'o' => bytes(numbers, 2),
        'u' => {
            let count = numbers.below(5);
            let elements = several(numbers, count, |numbers| {
                if numbers.below(2) == 0 { numbers.below(4).to_string() } else { term(numbers, 1) }
            });
            format!("{{{elements}}}")
        }
        'm' => {
            let count = numbers.below(4);
            format!(
                "#{{{}}}",
                several(numbers, count, |numbers| format!("{} => {}", term(numbers, 0), term(numbers, 1)))
            )
        }
        'r' => (1 + numbers.below(37)).to_string(),
        'F' => match numbers.below(5) {
            0 => "[short]".to_owned(),
            1 => format!("[{{scientific, {}}}]", numbers.below(20)),
            2 => format!("[{{decimals, {}}}]", numbers.below(20)),
            3 => format!("[compact, {{decimals, {}}}]", numbers.below(10)),
            _ => "[]".to_owned(),
        },
        _ => term(numbers, 2),
    }
}

fn character(numbers: &mut Numbers) -> String {
    numbers
        .one_of(&["0", "65", "97", "127", "128", "233", "255", "256", "955", "8364", "55296", "65536", "-1"])
        .to_owned()
}

fn digits(numbers: &mut Numbers) -> String {
    let sign = numbers.one_of(&["", "", "-", "+", "--"]);
    let count = numbers.below(24);
    let body: String = (0..count).map(|_| char::from(numbers.one_of(b"0123456789012345678901aAzZ_"))).collect();
    format!("{sign}{body}")
}

fn real(numbers: &mut Numbers) -> String {
    numbers
        .one_of(&[
            "1.0",
            "-1.5",
            "+2.25",
            "1.0e10",
            "1.0E-10",
            "1.0e+5",
            "0.1",
            "123456789.987654321",
            "1",
            "1.",
            ".5",
            "1e5",
            "1.0e",
            "1.0e400",
            "4.9e-324",
            "1.0e-400",
            "1.7976931348623157e308",
            " 1.0",
            "1.0 ",
            "0x1.0",
            "1,0",
            "00001.50",
            "1.0e0005",
            "",
        ])
        .to_owned()
}

fn bytes(numbers: &mut Numbers, depth: usize) -> String {
    match numbers.below(if depth == 0 { 1 } else { 3 }) {
        0 => binary(numbers),
        1 => {
            let count = numbers.below(4);
            let elements = several(numbers, count, |numbers| match numbers.below(8) {
                0..=2 => numbers.below(257).to_string(),
                3 => bitstring(numbers),
                _ => bytes(numbers, depth - 1),
            });
            format!("[{elements}]")
        }
        _ => format!("[{} | {}]", bytes(numbers, depth - 1), bytes(numbers, depth - 1)),
    }
}
