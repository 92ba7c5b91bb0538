//! Sets of characters, as PCRE's classes, escapes and properties mean them: with OTP's tables, which are those of
//! Latin-1 for characters below 256.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// A set of characters.
pub(super) type Set = ClassUnicode;

const DIGIT: &[(u8, u8)] = &[(b'0', b'9')];
const SPACE: &[(u8, u8)] = &[(9, 13), (32, 32)];
const UPPER: &[(u8, u8)] = &[(b'A', b'Z'), (0xc0, 0xd6), (0xd8, 0xde)];
const LOWER: &[(u8, u8)] = &[(b'a', b'z'), (0xaa, 0xaa), (0xb5, 0xb5), (0xba, 0xba), (0xdf, 0xf6), (0xf8, 0xff)];
const GRAPH: &[(u8, u8)] = &[(33, 126), (160, 255)];
const PUNCT: &[(u8, u8)] =
    &[(33, 47), (58, 64), (91, 96), (123, 126), (160, 169), (171, 180), (182, 185), (187, 191), (215, 215), (247, 247)];

/// The set of ranges of code points.
pub(super) fn ranges(ranges: &[(u32, u32)]) -> Set {
    let range = |&(first, last)| Some(ClassUnicodeRange::new(char::from_u32(first)?, char::from_u32(last)?));
    Set::new(ranges.iter().filter_map(range))
}

fn bytes(tables: &[&[(u8, u8)]]) -> Set {
    Set::new(tables.iter().copied().flatten().map(|&(first, last)| ClassUnicodeRange::new(first.into(), last.into())))
}

/// What both have.
pub(super) fn union(mut a: Set, b: &Set) -> Set {
    a.union(b);
    a
}

/// All characters but those of the set.
pub(super) fn negated(mut set: Set) -> Set {
    set.negate();
    set
}

/// With the other cases of its letters.
pub(super) fn folded(mut set: Set) -> Set {
    // It fails only without the tables, which are built in.
    let _ = set.try_case_fold_simple();
    set
}

/// The set of a pattern of `regex-syntax`, none where there is no such property.
fn parsed(text: &str) -> Option<Set> {
    match regex_syntax::parse(text).ok()?.into_kind() {
        HirKind::Class(Class::Unicode(set)) => Some(set),
        // A property of one character.
        HirKind::Literal(literal) => {
            let character = core::str::from_utf8(&literal.0).ok()?.chars().next()?;
            Some(ranges(&[(character.into(), character.into())]))
        }
        _ => None,
    }
}

/// The characters of a property: a general category, a script, or one of PCRE's own.
pub(super) fn property(name: &str) -> Option<Set> {
    let or = |names: &[&str]| {
        names.iter().try_fold(Set::empty(), |set, name| Some(union(set, &parsed(&alloc::format!("\\p{{{name}}}"))?)))
    };
    match name {
        "Any" => Some(negated(Set::empty())),
        "L&" => or(&["Ll", "Lu", "Lt"]),
        "Xan" => or(&["L", "N"]),
        "Xwd" => Some(union(or(&["L", "N"])?, &ranges(&[(95, 95)]))),
        "Xsp" | "Xps" => Some(union(or(&["Z"])?, &ranges(&[(9, 13), (0x85, 0x85)]))),
        "Xuc" => Some(ranges(&[(0x24, 0x24), (0x40, 0x40), (0x60, 0x60), (0xa0, 0xd7ff), (0xe000, 0x10_ffff)])),
        // No text has them.
        "Cs" => Some(Set::empty()),
        _ if name.len() <= 2 => or(&[name]),
        // A script's name is written in one way only.
        _ if name.starts_with(|first: char| first.is_ascii_uppercase()) => parsed(&alloc::format!("\\p{{sc={name}}}")),
        _ => None,
    }
}

/// What `\d`, `\s`, `\w`, `\h` and `\v` stand for.
pub(super) fn escape(letter: u8, properties: bool) -> Option<Set> {
    let property = |name| property(name).unwrap_or_else(Set::empty);
    Some(match letter {
        b'd' if properties => property("Nd"),
        b's' if properties => property("Xsp"),
        b'w' if properties => property("Xwd"),
        b'd' => bytes(&[DIGIT]),
        b's' => bytes(&[SPACE]),
        b'w' => bytes(&[DIGIT, UPPER, LOWER, &[(b'_', b'_')]]),
        b'h' => ranges(&[
            (9, 9),
            (32, 32),
            (0xa0, 0xa0),
            (0x1680, 0x1680),
            (0x180e, 0x180e),
            (0x2000, 0x200a),
            (0x202f, 0x202f),
            (0x205f, 0x205f),
            (0x3000, 0x3000),
        ]),
        b'v' => ranges(&[(10, 13), (0x85, 0x85), (0x2028, 0x2029)]),
        _ => return None,
    })
}

/// The characters of a POSIX class, by its name.
pub(super) fn posix(name: &[u8], properties: bool, caseless: bool) -> Option<Set> {
    let property = |name| property(name).unwrap_or_else(Set::empty);
    let or = |names: &[&'static str]| names.iter().fold(Set::empty(), |set, name| union(set, &property(name)));
    let name = match name {
        b"upper" | b"lower" if caseless => b"alpha",
        _ => name,
    };
    let set = match name {
        b"alpha" if properties => property("L"),
        b"upper" if properties => property("Lu"),
        b"lower" if properties => property("Ll"),
        b"alnum" if properties => property("Xan"),
        b"space" if properties => property("Xps"),
        b"word" if properties => property("Xwd"),
        b"digit" if properties => property("Nd"),
        b"blank" if properties => escape(b'h', true)?,
        b"cntrl" if properties => property("Cc"),
        b"graph" if properties => or(&["L", "M", "N", "P", "S", "Cf"]),
        b"print" if properties => or(&["L", "M", "N", "P", "S", "Cf", "Zs"]),
        b"punct" if properties => union(property("P"), &ranges(&[(33, 47), (58, 64), (91, 96), (123, 126)])),
        b"alpha" => bytes(&[UPPER, LOWER]),
        b"upper" => bytes(&[UPPER]),
        b"lower" => bytes(&[LOWER]),
        b"alnum" => bytes(&[DIGIT, UPPER, LOWER]),
        b"ascii" => bytes(&[&[(0, 255)]]),
        b"blank" => bytes(&[&[(9, 9), (32, 32)]]),
        b"cntrl" => bytes(&[&[(0, 31), (127, 159)]]),
        b"digit" => bytes(&[DIGIT]),
        b"graph" => bytes(&[GRAPH]),
        b"print" => bytes(&[GRAPH, &[(32, 32)]]),
        b"punct" => bytes(&[PUNCT]),
        b"space" => bytes(&[SPACE]),
        b"word" => escape(b'w', false)?,
        b"xdigit" => bytes(&[DIGIT, &[(b'A', b'F'), (b'a', b'f')]]),
        _ => return None,
    };
    Some(set)
}
