//! The module `base64`: RFC 4648, with OTP's options.

use alloc::vec::Vec;

use super::binary::{argument, iolist_bytes, vector};
use super::{Context, Native, natives};
use crate::heap::{Store, View};
use crate::maps::Cursor;
use crate::memory::Budget;
use crate::raise::{Raise, Result};
use crate::term::Term;

pub(super) static BASE64: &[Native] = natives! {
    "base64";
    "encode"/1 => encode;
    "encode"/2 => encode;
    "encode_to_string"/1 => encode_to_string;
    "encode_to_string"/2 => encode_to_string;
    "decode"/1 => decode;
    "decode"/2 => decode;
    "decode_to_string"/1 => decode_to_string;
    "decode_to_string"/2 => decode_to_string;
};

/// What the map in the second argument says.
#[derive(Clone, Copy)]
struct Options {
    /// The characters for 62 and 63.
    last: [u8; 2],
    padding: bool,
}

fn options(store: Store<'_>, arguments: &[Term]) -> Result<Options> {
    let mut options = Options { last: *b"+/", padding: true };
    let Some(&map) = arguments.get(1) else { return Ok(options) };
    let View::Map(_) = store.view(map) else { return Err(Raise::BADARG) };
    let mut cursor = Cursor::new(store, map);
    while let Some((key, value)) = cursor.peek(store) {
        let name = |term: Term| term.as_atom().map(|atom| store.atoms().name(atom)).unwrap_or_default();
        match (name(key), name(value)) {
            ("mode", "standard") => options.last = *b"+/",
            ("mode", "urlsafe") => options.last = *b"-_",
            ("mode", _) => return Err(Raise::BADARG),
            ("padding", "true") => options.padding = true,
            ("padding", "false") => options.padding = false,
            ("padding", _) => return Err(Raise::BADARG),
            // OTP looks at no other key.
            _ => {}
        }
        cursor.take_value(store);
    }
    Ok(options)
}

fn character(value: u8, last: [u8; 2]) -> u8 {
    match value {
        0..=25 => b'A' + value,
        26..=51 => b'a' + value - 26,
        52..=61 => b'0' + value - 52,
        62 => last[0],
        _ => last[1],
    }
}

fn value(character: u8, last: [u8; 2]) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character - b'A'),
        b'a'..=b'z' => Some(character - b'a' + 26),
        b'0'..=b'9' => Some(character - b'0' + 52),
        _ => last.iter().position(|&other| other == character).map(|place| 62 + place as u8),
    }
}

fn encoded(budget: &Budget, bytes: &[u8], options: Options) -> Result<Vec<u8>> {
    let mut out = vector(budget, bytes.len().div_ceil(3).saturating_mul(4))?;
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, index| bits << 8 | u32::from(group.get(index).copied().unwrap_or(0)));
        // One byte takes two characters, two take three.
        for index in 0..4 {
            if index <= group.len() {
                out.push(character((bits >> (18 - 6 * index) & 63) as u8, options.last));
            } else if options.padding {
                out.push(b'=');
            }
        }
    }
    Ok(out)
}

/// What is wrong with text that is not Base64.
enum Wrong {
    /// A character, or one too many.
    Character,
    /// It ends within a group.
    Padding,
}

fn decoded(text: &[u8], options: Options, out: &mut Vec<u8>) -> core::result::Result<(), Wrong> {
    let mut characters = text.iter().copied().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    loop {
        let (mut bits, mut count, mut padding) = (0_u32, 0, 0);
        for byte in characters.by_ref().take(4) {
            match value(byte, options.last) {
                Some(value) if padding == 0 => {
                    bits = bits << 6 | u32::from(value);
                    count += 1;
                }
                None if byte == b'=' && count >= 2 => padding += 1,
                _ => return Err(Wrong::Character),
            }
        }
        bits <<= 6 * (4 - count);
        let [_, bytes @ ..] = bits.to_be_bytes();
        // There is room for all: the caller made it.
        out.extend(bytes.into_iter().take((count * 6 / 8) as usize));
        match (count, padding) {
            (4, _) => continue,
            (0, 0) => return Ok(()),
            _ if count + padding == 4 => {}
            // Without padding a group may end early, but not after its first character.
            (2 | 3, 0) if !options.padding => {}
            _ => return Err(Wrong::Padding),
        }
        return if characters.next().is_none() { Ok(()) } else { Err(Wrong::Character) };
    }
}

fn encode_bytes(context: &mut Context<'_>, arguments: &[Term]) -> Result<Vec<u8>> {
    let (store, budget) = (context.store(), &context.shared.budget);
    let options = options(store, arguments)?;
    let bytes = iolist_bytes(store, budget, argument(arguments, 0))?;
    let out = encoded(budget, &bytes, options)?;
    context.bump(bytes.len() / 64);
    Ok(out)
}

fn decode_bytes(context: &mut Context<'_>, arguments: &[Term]) -> Result<Vec<u8>> {
    let (store, budget) = (context.store(), &context.shared.budget);
    let options = options(store, arguments)?;
    let text = iolist_bytes(store, budget, argument(arguments, 0))?;
    let mut out = vector(budget, text.len().div_ceil(4).saturating_mul(3))?;
    let result = decoded(&text, options, &mut out);
    context.bump(text.len() / 64);
    match result {
        Ok(()) => Ok(out),
        Err(Wrong::Character) => Err(Raise::BADARG),
        Err(Wrong::Padding) => Err(Raise::Error(Term::atom(context.shared.atoms.intern("missing_padding")?))),
    }
}

fn list(context: &mut Context<'_>, bytes: &[u8]) -> Result {
    Ok(context.heap().list_with(bytes.iter().map(|&byte| Term::tiny(byte.into())), Term::NIL)?)
}

fn encode(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let bytes = encode_bytes(context, arguments)?;
    context.binary(bytes)
}

fn encode_to_string(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let bytes = encode_bytes(context, arguments)?;
    list(context, &bytes)
}

fn decode(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let bytes = decode_bytes(context, arguments)?;
    context.binary(bytes)
}

fn decode_to_string(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let bytes = decode_bytes(context, arguments)?;
    list(context, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Options = Options { last: *b"+/", padding: true };
    const URL: Options = Options { last: *b"-_", padding: false };

    fn decode(text: &[u8], options: Options) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        decoded(text, options, &mut out).ok().map(|()| out)
    }

    #[test]
    fn the_examples_of_the_rfc() {
        let budget = Budget::new(usize::MAX);
        let all: [(&[u8], &[u8]); 7] = [
            (b"", b""),
            (b"f", b"Zg=="),
            (b"fo", b"Zm8="),
            (b"foo", b"Zm9v"),
            (b"foob", b"Zm9vYg=="),
            (b"fooba", b"Zm9vYmE="),
            (b"\xff\xfe\xfd", b"//79"),
        ];
        for (bytes, text) in all {
            assert_eq!(encoded(&budget, bytes, PLAIN).unwrap(), text);
            assert_eq!(decode(text, PLAIN).unwrap(), bytes);
        }
        assert_eq!(encoded(&budget, b"\xff\xfe\xfd\xfc", URL).unwrap(), b"__79_A");
        assert_eq!(decode(b"__79_A", URL).unwrap(), b"\xff\xfe\xfd\xfc");
        assert_eq!(decode(b"__79_A==", URL).unwrap(), b"\xff\xfe\xfd\xfc");
        assert_eq!(decode(b" Z m9\nvYg =\t= ", PLAIN).unwrap(), b"foob");
        for wrong in ["Zg", "Zg=", "Z", "Z===", "=", "Zm9v!", "Zg==Zg==", "Zg===", "Zm=v", "__79"] {
            assert_eq!(decode(wrong.as_bytes(), PLAIN), None, "{wrong}");
        }
        assert_eq!(decode(b"Z", URL), None);
    }
}
