//! Instructions as terms. Most have a general form, made from the opcode table; the exceptions of `beam_disasm` stand
//! here, each with the releases that have it.

use emberl_format::code::Instruction;
use emberl_format::compact::Operand;
use emberl_format::etf::Term;
use emberl_format::opcode::{Kind, Op};

use super::operand::number;
use super::{Dialect, Disassembler, atom, elided, integer, invalid, named, tuple};

impl Disassembler<'_, '_> {
    /// The term of one instruction.
    pub(super) fn instruction(&mut self, instruction: &Instruction) -> Term {
        let unit = self.unit;
        let op = instruction.op;
        let operands: Vec<Operand> = unit.code.operands(instruction).collect();
        let old = self.dialect == Dialect::Otp25;
        match (op, operands.as_slice()) {
            (Op::FuncInfo, &[module, name, arity]) => {
                tuple([atom(op.name()), self.raw(module), self.raw(name), self.resolved(arity)])
            }
            (Op::Line, &[line]) if self.dialect == Dialect::Otp29 => self.line(number(line)),
            (Op::Bif0, &[bif, to]) => tuple([atom("bif"), self.bif(bif), atom("nofail"), Term::Nil, self.resolved(to)]),
            (Op::Bif1 | Op::Bif2 | Op::Bif3, &[fail, bif, ref arguments @ .., to]) => {
                let (fail, bif) = (self.raw(fail), self.bif(bif));
                tuple([atom("bif"), bif, fail, self.resolved_list(arguments), self.resolved(to)])
            }
            (Op::GcBif1 | Op::GcBif2 | Op::GcBif3, &[fail, live, bif, ref arguments @ .., to]) => {
                let (fail, bif, live) = (self.raw(fail), self.bif(bif), self.resolved(live));
                tuple([atom("gc_bif"), bif, fail, live, self.resolved_list(arguments), self.resolved(to)])
            }
            (Op::Fadd | Op::Fsub | Op::Fmul | Op::Fdiv | Op::Fnegate, &[fail, ref arguments @ .., to]) => {
                let name = atom(if old { "arithfbif" } else { "bif" });
                let fail = self.raw(fail);
                tuple([name, atom(op.name()), fail, self.resolved_list(arguments), self.resolved(to)])
            }
            (Op::Raise, &[trace, value]) => {
                let arguments = Term::list(vec![self.raw(trace), self.raw(value)]);
                let rest = [named("f", Term::Integer(0)), arguments, named("x", Term::Integer(0))];
                let head = if old { vec![atom("raise")] } else { vec![atom("bif"), atom("raise")] };
                Term::Tuple(head.into_iter().chain(rest).collect())
            }
            (Op::SelectVal | Op::SelectTupleArity, &[of, fail, list]) => {
                tuple([atom(op.name()), self.raw(of), self.raw(fail), self.list(list)])
            }
            (Op::PutMapAssoc | Op::PutMapExact, &[fail, from, to, live, list]) => {
                let (fail, from, to) = (self.raw(fail), self.raw(from), self.raw(to));
                tuple([atom(op.name()), fail, from, to, self.resolved(live), self.list(list)])
            }
            (Op::GetMapElements | Op::GetRecordElements, &[fail, from, list]) => {
                tuple([atom(op.name()), self.raw(fail), self.raw(from), self.list(list)])
            }
            (Op::HasMapFields, &[fail, of, list]) => {
                tuple([atom("test"), atom(op.name()), self.raw(fail), self.raw(of), self.list(list)])
            }
            (Op::MakeFun2, &[lambda]) => self.make_fun2(lambda),
            (Op::MakeFun3, &[lambda, to, list]) => self.make_fun3(lambda, to, list),
            (Op::CallFun2, &[tag, arity, fun]) => {
                let tag = self.fun_tag(tag);
                let fun = if old { self.raw(fun) } else { self.resolved(fun) };
                tuple([atom(op.name()), tag, self.resolved(arity), fun])
            }
            (Op::BsPutString, &[length, offset]) => self.put_string(number(offset), number(length)),
            (Op::BsMatchString, &[fail, context, bits, offset]) => {
                let (fail, context) = (self.raw(fail), self.raw(context));
                let string = match self.string(number(offset), number(bits).div_ceil(8)) {
                    Ok(bytes) => Term::binary(bytes),
                    Err(placeholder) => placeholder,
                };
                let string = if old { string } else { named("string", string) };
                let arguments = Term::list(vec![context, integer(number(bits)), string]);
                tuple([atom("test"), atom(op.name()), fail, arguments])
            }
            (Op::BsAdd, &[fail, one, other, unit, to]) => {
                let fail = self.raw(fail);
                tuple([atom(op.name()), fail, self.resolved_list(&[one, other, unit]), self.resolved(to)])
            }
            (Op::BsGetInteger2 | Op::BsGetFloat2 | Op::BsGetBinary2, &[fail, context, live, size, unit, flags, to])
                if !old =>
            {
                let (fail, live) = (self.raw(fail), self.resolved(live));
                let mut arguments = vec![self.raw(context), self.resolved(size), self.resolved(unit)];
                arguments.push(self.flags(flags));
                tuple([atom("test"), atom(op.name()), fail, live, Term::list(arguments), self.resolved(to)])
            }
            (Op::BsStartMatch3, &[fail, from, live, to]) if !old => {
                let (fail, live, from) = (self.raw(fail), self.resolved(live), Term::list(vec![self.raw(from)]));
                tuple([atom("test"), atom(op.name()), fail, live, from, self.raw(to)])
            }
            (Op::BsStartMatch4, &[fail, live, from, to]) if !old => {
                let (fail, live) = (self.raw(fail), self.resolved(live));
                tuple([atom(op.name()), fail, live, self.raw(from), self.raw(to)])
            }
            (Op::BsStartMatch3 | Op::BsStartMatch4 | Op::BsGetTail | Op::BsGetPosition, all) if old => {
                let all = all.iter().map(|&operand| self.raw(operand));
                Term::Tuple(std::iter::once(atom(op.name())).chain(all).collect())
            }
            (Op::BsCreateBin, &[fail, heap, live, unit, to, list]) => {
                if old {
                    return self.create_bin_25([fail, heap, live, unit, to], list);
                }
                let (fail, heap, live) = (self.raw(fail), self.resolved(heap), self.resolved(live));
                let (unit, to) = (self.resolved(unit), self.raw(to));
                tuple([atom(op.name()), fail, heap, live, unit, to, self.segments(list)])
            }
            (Op::BsMatch, &[fail, context, list]) => {
                let (fail, context) = (self.raw(fail), self.raw(context));
                let commands = named("commands", Term::list(self.commands(list)));
                tuple([atom(op.name()), fail, context, commands])
            }
            (Op::UpdateRecord, &[hint, size, from, to, list]) => {
                let (hint, size, from) = (self.raw(hint), self.resolved(size), self.raw(from));
                tuple([atom(op.name()), hint, size, from, self.raw(to), self.list(list)])
            }
            (Op::PutRecord, &[fail, id, from, to, _live, list]) => {
                let (fail, id, from) = (self.raw(fail), self.raw(id), self.raw(from));
                tuple([atom(op.name()), fail, id, from, self.raw(to), self.list(list)])
            }
            // Unlike other tests, these have no list of arguments, and the first two have one name.
            (Op::IsAnyNativeRecord | Op::IsNativeRecord, all) => self.flat_test("is_record", all),
            (Op::IsRecordAccessible, all) => self.flat_test(op.name(), all),
            (Op::GetRecordField, &[fail, from, id, name, to]) => {
                let (fail, from, id) = (self.resolved(fail), self.resolved(from), self.raw(id));
                tuple([atom("test"), atom(op.name()), fail, from, id, self.resolved(name), self.resolved(to)])
            }
            (_, &[fail, ref arguments @ ..]) if is_test(op) => {
                let fail = self.raw(fail);
                let kinds = op.info().operands.iter().skip(1);
                let arguments = arguments.iter().zip(kinds).map(|(&operand, &kind)| self.of_kind(kind, operand));
                tuple([atom("test"), atom(op.name()), fail, Term::list(arguments.collect())])
            }
            (_, []) => atom(op.name()),
            (_, all) => {
                let all = all.iter().zip(op.info().operands).map(|(&operand, &kind)| self.of_kind(kind, operand));
                Term::Tuple(std::iter::once(atom(op.name())).chain(all).collect())
            }
        }
    }

    /// An operand in the general form.
    fn of_kind(&mut self, kind: Kind, operand: Operand) -> Term {
        match (kind, operand) {
            (Kind::Flags, _) => self.flags(operand),
            (Kind::Import, _) => self.import(operand),
            (Kind::Entry, _) => self.target(operand),
            (_, Operand::List { .. }) => self.list(operand),
            _ => self.resolved(operand),
        }
    }

    fn resolved_list(&mut self, operands: &[Operand]) -> Term {
        Term::list(operands.iter().map(|&operand| self.resolved(operand)).collect())
    }

    fn flat_test(&mut self, name: &str, operands: &[Operand]) -> Term {
        let operands = operands.iter().map(|&operand| self.resolved(operand));
        Term::Tuple([atom("test"), atom(name)].into_iter().chain(operands).collect())
    }

    /// OTP 29's form of a `line` instruction: the location itself, if there is one.
    fn line(&mut self, index: u64) -> Term {
        let unit = self.unit;
        let (Some(lines), 1..) = (&unit.module.lines, index) else { return named("line", Term::Nil) };
        let Some(item) = u32::try_from(index).ok().and_then(|index| lines.item(index)) else {
            return named("line", invalid("line", index));
        };
        let file = match lines.file(item) {
            Some(name) if self.spend(name.len()) => Term::string(&String::from_utf8_lossy(name)),
            None if self.spend(self.source.len()) => Term::string(&self.source),
            _ => elided("file", u64::from(item.file)),
        };
        let location = tuple([atom("location"), file, Term::Integer(i64::from(item.line))]);
        named("line", Term::list(vec![location]))
    }

    /// `{Module, Function, Arity}` of a lambda's body, its index and its hash.
    fn lambda(&self, operand: Operand) -> Option<(Term, Term, &emberl_format::module::Lambda)> {
        let lambda = self.unit.module.lambdas.get(usize::try_from(number(operand)).ok()?)?;
        let function = atom(self.unit.module.atom(lambda.function));
        let name = tuple([atom(self.unit.name()), function, Term::Integer(i64::from(lambda.arity))]);
        Some((name, Term::Integer(i64::from(lambda.old_unique)), lambda))
    }

    fn make_fun2(&self, index: Operand) -> Term {
        match self.lambda(index) {
            Some((name, unique, lambda)) => {
                let free = Term::Integer(i64::from(lambda.free));
                tuple([atom("make_fun2"), name, integer(number(index)), unique, free])
            }
            None => named("make_fun2", invalid("lambda", number(index))),
        }
    }

    fn make_fun3(&mut self, index: Operand, to: Operand, list: Operand) -> Term {
        let (to, list) = (self.raw(to), self.list(list));
        match self.lambda(index) {
            Some((name, unique, _)) => tuple([atom("make_fun3"), name, integer(number(index)), unique, to, list]),
            None => tuple([atom("make_fun3"), invalid("lambda", number(index)), to, list]),
        }
    }

    /// What a `call_fun2` knows of its fun: since OTP 26 the body's label instead of the lambda's index.
    fn fun_tag(&mut self, operand: Operand) -> Term {
        match operand {
            Operand::Unsigned(index) if self.dialect != Dialect::Otp25 => match self.lambda(operand) {
                Some((_, _, lambda)) => named("f", Term::Integer(i64::from(lambda.label))),
                None => invalid("lambda", index),
            },
            _ => self.raw(operand),
        }
    }

    fn put_string(&mut self, offset: u64, length: u64) -> Term {
        let string = match self.string(offset, length) {
            Ok(bytes) => Term::list(bytes.iter().map(|&byte| Term::Integer(i64::from(byte))).collect()),
            Err(placeholder) => placeholder,
        };
        tuple([atom("bs_put_string"), integer(length), named("string", string)])
    }

    /// OTP 25 does not take `bs_create_bin` apart: its operands stand in one tuple, as they are in the file.
    fn create_bin_25(&mut self, operands: [Operand; 5], list: Operand) -> Term {
        let unit = self.unit;
        let elements = unit.code.elements(list);
        let mut all: Vec<Term> = operands.into_iter().map(|operand| self.raw(operand)).collect();
        all.push(named("z", Term::Integer(1)));
        all.push(named("u", integer(elements.len() as u64)));
        all.push(Term::list(elements.iter().map(|&element| self.raw(element)).collect()));
        named("bs_create_bin", Term::list(vec![Term::Tuple(all)]))
    }

    /// The segments of `bs_create_bin`, six operands each; a string stands in place of its offset.
    fn segments(&mut self, list: Operand) -> Term {
        let unit = self.unit;
        let elements = unit.code.elements(list);
        let mut out = Vec::with_capacity(elements.len());
        let (segments, rest) = elements.as_chunks::<6>();
        for &[kind, number_of, unit_of, flags, value, size] in segments {
            let string = matches!(kind, Operand::Atom(name) if unit.module.atom(name) == "string");
            out.extend([self.raw(kind), self.resolved(number_of), self.resolved(unit_of), self.raw(flags)]);
            out.push(match (value, size) {
                (Operand::Unsigned(offset), Operand::Integer(length)) if string => {
                    let string = match self.string(offset, u64::try_from(length).unwrap_or(u64::MAX)) {
                        Ok(bytes) => Term::binary(bytes),
                        Err(placeholder) => placeholder,
                    };
                    named("string", string)
                }
                _ => self.resolved(value),
            });
            out.push(self.resolved(size));
        }
        out.extend(rest.iter().map(|&operand| self.resolved(operand)));
        named("list", Term::list(out))
    }

    /// The commands of `bs_match`, each a tuple. From a command that OTP does not know on, the operands stand as they
    /// are, behind `invalid`.
    fn commands(&mut self, list: Operand) -> Vec<Term> {
        let unit = self.unit;
        let mut rest = unit.code.elements(list);
        let mut commands = Vec::new();
        while let Some((&name, after)) = rest.split_first() {
            let text = if let Operand::Atom(index) = name { unit.module.atom(index) } else { "" };
            let arity = match text {
                "ensure_exactly" | "skip" => 1,
                "ensure_at_least" => 2,
                "=:=" | "get_tail" => 3,
                "integer" | "binary" => 5,
                _ => usize::MAX,
            };
            let Some((operands, after)) = after.split_at_checked(arity) else {
                let all = rest.iter().map(|&operand| self.resolved(operand)).collect();
                commands.push(named("invalid", Term::list(all)));
                break;
            };
            let mut command = vec![atom(text)];
            for (index, &operand) in operands.iter().enumerate() {
                command.push(match operand {
                    // The flags.
                    Operand::Nil if index == 1 && arity == 5 => named("literal", Term::Nil),
                    _ => self.resolved(operand),
                });
            }
            commands.push(Term::Tuple(command));
            rest = after;
        }
        commands
    }
}

/// Whether `beam_disasm` writes an instruction as `{test, Name, Fail, Arguments}`.
const fn is_test(op: Op) -> bool {
    matches!(
        op,
        Op::IsLt
            | Op::IsGe
            | Op::IsEq
            | Op::IsNe
            | Op::IsEqExact
            | Op::IsNeExact
            | Op::IsInteger
            | Op::IsFloat
            | Op::IsNumber
            | Op::IsAtom
            | Op::IsPid
            | Op::IsReference
            | Op::IsPort
            | Op::IsNil
            | Op::IsBinary
            | Op::IsConstant
            | Op::IsList
            | Op::IsNonemptyList
            | Op::IsTuple
            | Op::TestArity
            | Op::IsFunction
            | Op::IsBoolean
            | Op::IsFunction2
            | Op::IsBitstr
            | Op::IsMap
            | Op::IsTaggedTuple
            | Op::BsStartMatch2
            | Op::BsGetInteger2
            | Op::BsGetFloat2
            | Op::BsGetBinary2
            | Op::BsSkipBits2
            | Op::BsTestTail2
            | Op::BsTestUnit
            | Op::BsGetUtf8
            | Op::BsSkipUtf8
            | Op::BsGetUtf16
            | Op::BsSkipUtf16
            | Op::BsGetUtf32
            | Op::BsSkipUtf32
    )
}
