//! Operands as terms: registers, labels, atoms, literals, allocation lists, and what they name in the module's tables.

use emberl_format::compact::Operand;
use emberl_format::etf::{self, MAX_INTEGER_BYTES, Term};
use num_bigint::BigInt;

use super::{Dialect, Disassembler, atom, integer, invalid, named, tuple, types};

impl Disassembler<'_, '_> {
    /// An operand with its tag, as it is before `beam_disasm` knows what it is for.
    pub(super) fn raw(&mut self, operand: Operand) -> Term {
        match operand {
            Operand::Unsigned(number) => named("u", integer(number)),
            Operand::Integer(number) => named("i", Term::Integer(number)),
            Operand::BigInteger { .. } => match self.big_integer(operand) {
                Some(number) => named("i", number),
                None => tuple([atom("invalid"), atom("integer")]),
            },
            Operand::Nil => atom("nil"),
            Operand::Atom(index) => self.atom(index),
            Operand::X(number) => register("x", number),
            Operand::Y(number) => register("y", number),
            Operand::TypedX(number, index) => self.typed(register("x", number), index),
            Operand::TypedY(number, index) => self.typed(register("y", number), index),
            Operand::FloatRegister(number) => register("fr", number),
            Operand::Label(number) => named("f", Term::Integer(i64::from(number))),
            Operand::Character(number) => named("h", Term::Integer(i64::from(number))),
            Operand::Literal(index) => self.literal(index),
            Operand::List { .. } => self.list(operand),
            Operand::AllocList { .. } => named("u", self.alloc_list(operand)),
        }
    }

    /// An operand as most instructions have it: plain numbers without a tag, integers as `{integer, N}`.
    pub(super) fn resolved(&mut self, operand: Operand) -> Term {
        match operand {
            Operand::Unsigned(number) => integer(number),
            Operand::Integer(number) => named("integer", Term::Integer(number)),
            Operand::BigInteger { .. } => match self.big_integer(operand) {
                Some(number) => named("integer", number),
                None => tuple([atom("invalid"), atom("integer")]),
            },
            Operand::AllocList { .. } => self.alloc_list(operand),
            other => self.raw(other),
        }
    }

    /// `{list, Elements}`, the elements resolved.
    pub(super) fn list(&mut self, operand: Operand) -> Term {
        named("list", Term::list(self.elements(operand)))
    }

    /// The elements of a list, resolved.
    pub(super) fn elements(&mut self, operand: Operand) -> Vec<Term> {
        let unit = self.unit;
        unit.code.elements(operand).iter().map(|&element| self.resolved(element)).collect()
    }

    /// `{extfunc, Module, Function, Arity}`.
    pub(super) fn import(&self, operand: Operand) -> Term {
        let module = &self.unit.module;
        match import(self, operand) {
            Some(row) => {
                let arity = Term::Integer(i64::from(row.arity));
                tuple([atom("extfunc"), atom(module.atom(row.module)), atom(module.atom(row.function)), arity])
            }
            None => invalid("import", number(operand)),
        }
    }

    /// The name of a BIF.
    pub(super) fn bif(&self, operand: Operand) -> Term {
        match import(self, operand) {
            Some(row) => atom(self.unit.module.atom(row.function)),
            None => invalid("import", number(operand)),
        }
    }

    /// The function that a call's label enters, `{Module, Function, Arity}`; the label where it enters none.
    pub(super) fn target(&mut self, operand: Operand) -> Term {
        let Operand::Label(label) = operand else { return self.resolved(operand) };
        let function = self
            .targets
            .get(label as usize)
            .and_then(|&index| (index as usize).checked_sub(1))
            .and_then(|index| self.unit.functions.list().get(index));
        match function {
            Some(function) => {
                let (name, arity) = self.unit.name_of(function);
                tuple([atom(self.unit.name()), atom(name), Term::Integer(i64::from(arity))])
            }
            None => self.raw(operand),
        }
    }

    /// Bytes of the string table, if they are there and the budget lasts.
    pub(super) fn string(&mut self, offset: u64, length: u64) -> Result<&[u8], Term> {
        let range = usize::try_from(offset).ok().zip(usize::try_from(length).ok());
        let bytes = range.and_then(|(start, length)| self.unit.module.strings.get(start..start.checked_add(length)?));
        match bytes {
            Some(bytes) if self.spend(bytes.len()) => Ok(bytes),
            Some(_) => Err(super::elided("string", offset)),
            None => Err(invalid("string", offset)),
        }
    }

    fn atom(&self, index: u32) -> Term {
        match self.unit.module.atoms.get(index) {
            Some(name) => named("atom", atom(name)),
            None => invalid("atom", u64::from(index)),
        }
    }

    fn typed(&self, register: Term, index: u32) -> Term {
        let proved = self.unit.module.types.as_ref().and_then(|types| {
            let row = types.rows.get(index as usize)?;
            types::term(types.version, row, self.dialect)
        });
        tuple([atom("tr"), register, proved.unwrap_or_else(|| invalid("type", u64::from(index)))])
    }

    fn literal(&mut self, index: u32) -> Term {
        let Some(bytes) = self.unit.module.literals.get(index) else { return invalid("literal", u64::from(index)) };
        // A compressed term: its inflated size follows the tag.
        let size = match bytes {
            [etf::VERSION, etf::tag::COMPRESSED, a, b, c, d, ..] => u32::from_be_bytes([*a, *b, *c, *d]) as usize,
            _ => bytes.len(),
        };
        if !self.spend(size) {
            return super::elided("literal", u64::from(index));
        }
        match etf::decode(bytes) {
            Ok(float @ Term::Float(_)) => named("float", float),
            Ok(term) => named("literal", term),
            Err(_) => invalid("literal", u64::from(index)),
        }
    }

    fn big_integer(&self, operand: Operand) -> Option<Term> {
        let bytes = self.unit.code.big_integer(operand);
        if bytes.len() > MAX_INTEGER_BYTES {
            return None;
        }
        let number = BigInt::from_signed_bytes_be(bytes);
        Some(i64::try_from(&number).map_or_else(|_| Term::BigInteger(number), Term::Integer))
    }

    /// `{alloc, [{words, N}, {floats, N}, {funs, N}]}`.
    fn alloc_list(&self, operand: Operand) -> Term {
        let entries = self.unit.code.elements(operand).chunks_exact(2).map(|pair| match pair {
            [Operand::Unsigned(0), count] => named("words", integer(number(*count))),
            [Operand::Unsigned(1), count] => named("floats", integer(number(*count))),
            [Operand::Unsigned(2), count] => named("funs", integer(number(*count))),
            [kind, ..] => invalid("alloc", number(*kind)),
            [] => invalid("alloc", 0),
        });
        named("alloc", Term::list(entries.collect()))
    }

    /// The `field_flags` of a bit syntax segment.
    pub(super) fn flags(&self, operand: Operand) -> Term {
        let flags = number(operand);
        if self.dialect == Dialect::Otp25 {
            return named("field_flags", integer(flags));
        }
        let names = [(2, "little"), (4, "signed"), (16, "native")];
        let names = names.into_iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| atom(name));
        named("field_flags", Term::list(names.collect()))
    }
}

fn import(of: &Disassembler<'_, '_>, operand: Operand) -> Option<emberl_format::module::Import> {
    of.unit.module.imports.get(usize::try_from(number(operand)).ok()?).copied()
}

fn register(kind: &str, number: u16) -> Term {
    named(kind, Term::Integer(i64::from(number)))
}

/// The number that an operand is; 0 for one that is none.
pub(super) const fn number(operand: Operand) -> u64 {
    match operand {
        Operand::Unsigned(number) => number,
        _ => 0,
    }
}
