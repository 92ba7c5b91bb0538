//! Cases that construct or match bit strings.

use super::{binary, bitstring, float, integer};
use crate::mutate::Numbers;

/// One case.
pub(super) fn case(numbers: &mut Numbers) -> String {
    match numbers.below(3) {
        0 => build(numbers),
        1 => take(numbers),
        // What was built, taken apart by the same sizes.
        _ => format!("begin B = {}, case B of {} end end", build(numbers), clauses(numbers)),
    }
}

fn attributes(numbers: &mut Numbers) -> &'static str {
    numbers.one_of(&[
        "",
        "-signed",
        "-little",
        "-signed-little",
        "-big",
        "-unsigned-big",
        "-signed-big",
        "-native",
        "-signed-native",
    ])
}

/// A size: literal, or one that the compiler cannot know.
fn size(numbers: &mut Numbers, most: usize) -> String {
    let size = match numbers.below(3) {
        0 => [1, 7, 8, 16, 24, 31, 32, 33, 64, 65][numbers.below(10)].min(most),
        _ => numbers.below(most + 1),
    };
    if numbers.below(3) == 0 { format!("(id({size}))") } else { size.to_string() }
}

fn build(numbers: &mut Numbers) -> String {
    let count = 1 + numbers.below(4);
    let segments: Vec<String> = (0..count)
        .map(|_| match numbers.below(12) {
            0..=4 => format!("(id({})):{}/integer{}", integer(numbers), size(numbers, 90), attributes(numbers)),
            5 => format!("(id({})):{}/integer-unit:{}", integer(numbers), size(numbers, 9), 1 + numbers.below(12)),
            6 => {
                let value = if numbers.below(2) == 0 { float(numbers) } else { integer(numbers) };
                let little = numbers.one_of(&["", "-little"]);
                format!("(id({value})):{}/float{little}", numbers.one_of(&["16", "32", "64", "(id(32))"]))
            }
            7 => format!("(id({}))/binary", binary(numbers)),
            8 => format!("(id({}))/bitstring", bitstring(numbers)),
            9 => format!("(id({})):{}/binary", binary(numbers), size(numbers, 4)),
            10 => format!("(id({})):{}/bitstring", bitstring(numbers), size(numbers, 12)),
            _ => {
                let character = numbers.one_of(&["65", "233", "8364", "65536", "1114111", "55296", "1114112", "-1"]);
                format!("(id({character}))/{}", numbers.one_of(&["utf8", "utf16", "utf32", "utf16-little"]))
            }
        })
        .collect();
    format!("<<{}>>", segments.join(", "))
}

fn take(numbers: &mut Numbers) -> String {
    let subject = match numbers.below(3) {
        0 => bitstring(numbers),
        1 => binary(numbers),
        _ => format!("<<{}:{}>>", integer(numbers), 64 + numbers.below(80)),
    };
    // A part of a bit string: it starts inside a byte.
    if numbers.below(3) == 0 {
        let skip = numbers.below(9);
        return format!(
            "begin <<_:{skip}, B/bitstring>> = id(<<0:{skip}, {subject}/bitstring>>), case B of {} end end",
            clauses(numbers)
        );
    }
    format!("case id({subject}) of {} end", clauses(numbers))
}

fn clauses(numbers: &mut Numbers) -> String {
    let count = 1 + numbers.below(3);
    let mut clauses: Vec<String> = (0..count).map(|_| clause(numbers)).collect();
    clauses.push("Other -> {other, Other}".to_owned());
    clauses.join("; ")
}

fn clause(numbers: &mut Numbers) -> String {
    let count = 1 + numbers.below(4);
    let (mut segments, mut names) = (Vec::new(), Vec::new());
    // The last variable that holds an integer: a size may name it.
    let mut integer = None;
    for index in 0..count {
        let name = format!("V{index}");
        let size = match &integer {
            Some(name) if numbers.below(3) == 0 => String::clone(name),
            _ => size(numbers, 40).replace("(id(", "(").replace("))", ")"),
        };
        let (segment, bound) = match numbers.below(12) {
            0..=4 => {
                integer = Some(name.clone());
                (format!("{name}:{size}/integer{}", attributes(numbers)), true)
            }
            5 => (
                format!("{name}:{}/float{}", numbers.one_of(&["16", "32", "64"]), numbers.one_of(&["", "-little"])),
                true,
            ),
            6 => (format!("{name}:{size}/bitstring"), true),
            7 => (format!("{name}:{}/binary", numbers.below(3)), true),
            8 => (format!("_:{size}"), false),
            9 => (format!("{}:{}", numbers.below(4), 1 + numbers.below(4)), false),
            10 => (
                format!("{name}/{}", numbers.one_of(&["utf8", "utf16", "utf32", "utf16-little", "utf32-little"])),
                true,
            ),
            _ => (format!("{name}:{}/binary-unit:{}", numbers.below(4), 1 + numbers.below(12)), true),
        };
        segments.push(segment);
        if bound {
            names.push(name);
        }
    }
    match numbers.below(4) {
        0 => {
            segments.push("Rest/binary".to_owned());
            names.push("Rest".to_owned());
        }
        1 | 2 => {
            segments.push("Rest/bitstring".to_owned());
            names.push("Rest".to_owned());
        }
        _ => {}
    }
    format!("<<{}>> -> {{{}}}", segments.join(", "), names.join(", "))
}
