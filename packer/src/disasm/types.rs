//! The type that the compiler proved of a register, as the terms that OTP's own passes use for it.
//!
//! A row of the `Type` chunk is a set of kinds, and perhaps the bounds of an integer and the unit of a bitstring (see
//! [`emberl_format::module::types`]). OTP turns it into a record of `beam_types.hrl`, by joining the kinds: `t_cons` and
//! `nil` are `t_list`, kinds that have no common name are a `t_union`, and so on. The rules here were found, and
//! compared for every set of kinds, by asking `beam_types:decode_ext/1` of OTP 25, 27 and 29.

use emberl_format::etf::Term;
use num_bigint::BigInt;

use super::{Dialect, atom, tuple};

/// The kinds of a row, as bits in the order of OTP 27 and later.
mod kind {
    pub(super) const ATOM: u16 = 1 << 0;
    pub(super) const BITSTRING: u16 = 1 << 1;
    pub(super) const CONS: u16 = 1 << 2;
    pub(super) const FLOAT: u16 = 1 << 3;
    pub(super) const FUN: u16 = 1 << 4;
    pub(super) const INTEGER: u16 = 1 << 5;
    pub(super) const MAP: u16 = 1 << 6;
    pub(super) const NIL: u16 = 1 << 7;
    pub(super) const PID: u16 = 1 << 8;
    pub(super) const PORT: u16 = 1 << 9;
    pub(super) const REFERENCE: u16 = 1 << 10;
    pub(super) const TUPLE: u16 = 1 << 11;
    /// A native record (OTP 29).
    pub(super) const RECORD: u16 = 1 << 12;
    /// A match context, which only OTP 25 and 26 tell from a bitstring.
    pub(super) const CONTEXT: u16 = 1 << 15;
}

/// A row of the type table, in one form for all versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    kinds: u16,
    lower: Option<i64>,
    upper: Option<i64>,
    /// As the file has it: the number of bits less one.
    unit: Option<u8>,
}

impl Row {
    fn read(version: u32, bytes: &[u8]) -> Option<Self> {
        let (set, rest) = bytes.split_first_chunk::<2>()?;
        let set = u16::from_be_bytes(*set);
        // Versions 1 and 2 have the match context as bit 2.
        let (set, context) = match version {
            1 | 2 => (set & 3 | (set & !7) >> 1, set & 4 != 0),
            _ => (set, false),
        };
        let bounds = if version >= 4 { 13 } else { 12 };
        let mut row = Self { kinds: set & ((1 << bounds) - 1), lower: None, upper: None, unit: None };
        if context {
            row.kinds |= kind::CONTEXT;
        }
        if version == 1 {
            let (lower, rest) = integer(rest)?;
            let (upper, _) = integer(rest)?;
            // OTP 25 writes 0 and -1 where there are no bounds.
            if lower <= upper {
                (row.lower, row.upper) = (Some(lower), Some(upper));
            }
            return Some(row);
        }
        let mut rest = rest;
        for (bit, bound) in [(bounds, &mut row.lower), (bounds + 1, &mut row.upper)] {
            if set >> bit & 1 != 0 {
                let (value, after) = integer(rest)?;
                (*bound, rest) = (Some(value), after);
            }
        }
        if set >> (bounds + 2) & 1 != 0 {
            row.unit = Some(*rest.first()?);
        }
        Some(row)
    }

    const fn has(self, kind: u16) -> bool {
        self.kinds & kind != 0
    }

    /// The bounds as a term; `'-inf'` and `'+inf'` where there is one bound only.
    fn range(self) -> Term {
        let bound = |bound: Option<i64>, none| bound.map_or_else(|| atom(none), Term::Integer);
        match (self.lower, self.upper) {
            (None, None) => atom("any"),
            (lower, upper) => tuple([bound(lower, "-inf"), bound(upper, "+inf")]),
        }
    }

    fn atom(self) -> Option<Term> {
        self.has(kind::ATOM).then(|| tuple([atom("t_atom"), atom("any")]))
    }

    fn list(self) -> Option<Term> {
        let named = |name| tuple([atom(name), atom("any"), atom("any")]);
        match (self.has(kind::CONS), self.has(kind::NIL)) {
            (false, false) => None,
            (true, false) => Some(named("t_cons")),
            (false, true) => Some(atom("nil")),
            (true, true) => Some(named("t_list")),
        }
    }

    /// A number; `narrow` when it stands in a union, where OTP 27 and later take an integer or a float for an integer.
    fn number(self, dialect: Dialect, narrow: bool) -> Option<Term> {
        let range = || if dialect == Dialect::Otp25 { atom("any") } else { self.range() };
        match (self.has(kind::INTEGER), self.has(kind::FLOAT)) {
            (false, false) => None,
            (false, true) => Some(tuple([atom("t_float"), atom("any")])),
            (true, true) if dialect == Dialect::Otp25 => Some(atom("number")),
            (true, true) if !narrow => Some(tuple([atom("t_number"), range()])),
            (true, _) => Some(tuple([atom("t_integer"), range()])),
        }
    }

    fn tuple(self) -> Option<Term> {
        self.has(kind::TUPLE).then(|| tuple([atom("t_tuple"), Term::Integer(0), atom("false"), Term::Map(Vec::new())]))
    }

    fn record(self) -> Option<Term> {
        self.has(kind::RECORD).then(|| tuple([atom("t_record"), atom("nil"), Term::Map(Vec::new())]))
    }

    /// The kinds that have no place of their own in a union.
    fn others(self, dialect: Dialect) -> Vec<Term> {
        let mut others = Vec::new();
        let one = |name| tuple([atom(name), Term::Integer(1)]);
        let (bitstring, context) = (self.has(kind::BITSTRING), self.has(kind::CONTEXT));
        match dialect {
            Dialect::Otp25 if bitstring && !context => others.push(one("t_bitstring")),
            Dialect::Otp25 if context && !bitstring => others.push(one("t_bs_context")),
            _ if bitstring || context => others.push(one("t_bs_matchable")),
            _ => {}
        }
        if self.has(kind::FUN) {
            others.push(tuple([atom("t_fun"), atom("any"), atom("any"), atom("any")]));
        }
        if self.has(kind::MAP) {
            others.push(tuple([atom("t_map"), atom("any"), atom("any")]));
        }
        for (kind, name) in [(kind::PID, "pid"), (kind::PORT, "port"), (kind::REFERENCE, "reference")] {
            if self.has(kind) {
                others.push(atom(name));
            }
        }
        others
    }

    fn term_25(self) -> Term {
        let mut others = self.others(Dialect::Otp25);
        if others.len() > 1 {
            return atom("any");
        }
        let parts = [self.atom(), self.list(), self.number(Dialect::Otp25, true), self.tuple(), others.pop()];
        union(parts.into())
    }

    fn term_27(self, dialect: Dialect) -> Term {
        let mut others = self.others(dialect);
        let identifiers = kind::PID | kind::PORT | kind::REFERENCE;
        let other_kinds = kind::BITSTRING | kind::CONTEXT | kind::FUN | kind::MAP | identifiers;
        let other = match others.len() {
            0 | 1 => others.pop(),
            _ if self.kinds & other_kinds & !identifiers == 0 => Some(atom("identifier")),
            _ => Some(atom("other")),
        };
        let mixed = others.len() > 1 && self.kinds & other_kinds & !identifiers != 0;
        let mut parts = vec![self.atom(), self.list(), self.number(dialect, false), self.tuple()];
        if dialect == Dialect::Otp29 {
            parts.push(self.record());
        }
        if parts.iter().flatten().count() + usize::from(other.is_some()) > 1 {
            let whole = kind::CONS | kind::NIL | kind::INTEGER | kind::FLOAT;
            if mixed && self.kinds & whole == whole && parts.iter().all(Option::is_some) {
                return atom("any");
            }
            if let Some(number) = parts.get_mut(2) {
                *number = self.number(dialect, true);
            }
            if mixed || self.has(kind::BITSTRING | kind::CONTEXT) {
                let unit = Term::Integer(self.unit.map_or(1, i64::from));
                parts.push(Some(tuple([atom("t_bitstring"), unit, atom("false")])));
                return union(parts);
            }
        }
        parts.push(other);
        union(parts)
    }
}

fn integer(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (value, rest) = bytes.split_first_chunk::<8>()?;
    Some((i64::from_be_bytes(*value), rest))
}

/// The only part that is there, or a `t_union` of all, with `none` for the missing ones.
fn union(parts: Vec<Option<Term>>) -> Term {
    let none = || atom("none");
    match parts.iter().flatten().count() {
        0 | 1 => parts.into_iter().flatten().next().unwrap_or_else(none),
        _ => {
            let parts = parts.into_iter().map(|part| part.unwrap_or_else(none));
            Term::Tuple(std::iter::once(atom("t_union")).chain(parts).collect())
        }
    }
}

/// The term of a row of a type table of this version; nothing when the row is too short.
///
/// It is OTP's when the table has the version that the dialect's compiler writes. A table of another version, which OTP
/// refuses or converts with losses, is read as what it says.
pub(super) fn term(version: u32, row: &[u8], dialect: Dialect) -> Option<Term> {
    let row = Row::read(version, row)?;
    if dialect != Dialect::Otp25 {
        return Some(row.term_27(dialect));
    }
    // OTP 25 gives the bounds as they are in the file, and takes them for unsigned.
    let unsigned = |bound: i64| match u64::try_from(bound) {
        Ok(_) => Term::Integer(bound),
        Err(_) => Term::BigInteger(BigInt::from(bound.cast_unsigned())),
    };
    let (lower, upper) = row.lower.zip(row.upper).unwrap_or((0, -1));
    Some(tuple([row.term_25(), unsigned(lower), unsigned(upper)]))
}
