//! What the instructions of the bit syntax become, and which are refused.

use std::boxed::Box;
use std::string::ToString;
use std::vec;
use std::vec::Vec;

use emberl_format::beam;
use emberl_format::code::Code;
use emberl_format::compact::{self, Operand, Operand::*};
use emberl_format::error::ChunkId;
use emberl_format::module::{Atoms, Module, tables};
use emberl_format::opcode::Op;

use super::Translated;
use crate::bit_codes::{NEVER, command, kind, segment};
use crate::interp::op;
use crate::memory::Budget;
use crate::platform::{Platform, Stream};
use crate::shared::Shared;
use crate::term::Term;

const ATOMS: &[&str] = &[
    "m",
    "f",
    "ensure_at_least",
    "ensure_exactly",
    "integer",
    "binary",
    "skip",
    "=:=",
    "get_tail",
    "all",
    "append",
    "string",
    "utf8",
    "undefined",
];

fn atom(name: &str) -> Operand {
    Atom(ATOMS.iter().position(|known| *known == name).unwrap() as u32 + 1)
}

fn u(number: u64) -> Operand {
    Unsigned(number)
}

/// `[little, signed]` in the external format.
const LITERAL: &[u8] = b"\x83l\0\0\0\x02w\x06littlew\x06signedj";

/// An instruction: operands, and its list if it has one.
type Line<'o> = (Op, &'o [Operand], Option<&'o [Operand]>);

/// A module with f/1, whose entry is label 2, of these instructions; a list is the last of its operands.
fn module(body: &[Line<'_>]) -> Vec<u8> {
    let start: [Line<'_>; 4] = [
        (Op::Label, &[u(1)], None),
        (Op::FuncInfo, &[atom("m"), atom("f"), u(1)], None),
        (Op::Label, &[u(2)], None),
        (Op::BsStartMatch3, &[Label(1), X(0), u(1), X(1)], None),
    ];
    let mut out = Vec::new();
    for (op, operands, list) in start.iter().chain(body) {
        out.push(op.number());
        operands.iter().for_each(|&operand| compact::write_operand(&mut out, operand, &[]));
        if let Some(list) = list {
            compact::write_operand(&mut out, List { first: 0, length: list.len() as u32 }, &[]);
            list.iter().for_each(|&operand| compact::write_operand(&mut out, operand, &[]));
        }
    }
    out.push(Op::Return.number());
    out.push(Op::IntCodeEnd.number());
    let code = Code { header_rest: &[], highest_opcode: 182, label_count: 4, function_count: 1, bytes: &out, start: 0 };
    let exports = [tables::Export { function: 2, arity: 1, label: 2 }];
    let mut literals = vec![0, 0, 0, 1, 0, 0, 0, LITERAL.len() as u8];
    literals.extend_from_slice(LITERAL);
    let chunks = [
        (*b"AtU8", Atoms::new(ATOMS.to_vec(), false).emit()),
        (*b"Code", code.emit()),
        (*b"StrT", b"abc".to_vec()),
        (*b"ImpT", tables::emit_imports(&[])),
        (*b"ExpT", tables::emit_exports(&exports)),
        (*b"LitU", literals),
    ];
    beam::emit(chunks.iter().map(|(id, data)| (ChunkId(*id), data.as_slice()))).unwrap()
}

/// The words behind the first nine, which are `func_info` and `bs_start_match3`.
fn translated(body: &[Line<'_>]) -> Vec<u32> {
    let bytes = module(body);
    let module = Module::parse(&bytes).unwrap();
    let code = module.code.decode().unwrap();
    let Translated { words, .. } = super::translate(&module, &code).unwrap();
    words[9..].to_vec()
}

fn x(number: u32) -> u32 {
    Term::operand(false, number).0
}

const fn first(number: u8, length: u32) -> u32 {
    number as u32 | length << 8
}

#[test]
fn commands_of_bs_match() {
    let commands = [
        atom("ensure_at_least"),
        u(40),
        u(8),
        atom("=:="),
        Nil,
        u(4),
        u(5),
        atom("integer"),
        u(2),
        Nil,
        u(12),
        u(1),
        X(0),
        atom("integer"),
        u(2),
        Literal(0),
        u(2),
        u(16),
        X(2),
        atom("integer"),
        u(3),
        Nil,
        u(1),
        u(8),
        X(3),
        atom("binary"),
        u(4),
        Nil,
        u(3),
        u(8),
        X(4),
        atom("skip"),
        u(7),
        atom("ensure_at_least"),
        u(1),
        u(24),
        atom("get_tail"),
        u(5),
        u(1),
        X(5),
        atom("binary"),
        u(4),
        Nil,
        u(1 << 40),
        u(1 << 40),
        X(4),
    ];
    let words = translated(&[(Op::BsMatch, &[Label(1), X(1)], Some(&commands))]);
    let expected = [
        first(op::BS_MATCH, 33),
        (-10_i32) as u32,
        x(1),
        command::AT_LEAST.into(),
        40,
        7,
        command::EQUAL.into(),
        4,
        5,
        0,
        command::SMALL.into(),
        12,
        x(0),
        u32::from(command::INTEGER) | 6 << 8,
        32,
        x(2),
        command::BYTE.into(),
        x(3),
        command::BINARY.into(),
        24,
        x(4),
        command::SKIP.into(),
        7,
        command::AT_LEAST_OF.into(),
        1,
        24,
        command::TAIL.into(),
        x(5),
        command::BINARY.into(),
        NEVER,
        x(4),
    ];
    assert_eq!(words[3..31], expected[3..]);
    assert_eq!(words[0] & 0xff, u32::from(op::BS_MATCH));
    assert_eq!((words[0] >> 8) as usize, expected.len());
    assert_eq!(words[2], x(1));
}

#[test]
fn older_instructions_become_steps() {
    let position: Line<'_> = (Op::BsGetPosition, &[X(1), X(0), u(2)], None);
    let byte: Line<'_> = (Op::BsGetInteger2, &[Label(1), X(1), u(2), Integer(8), u(1), u(0), X(2)], None);
    let unit: Line<'_> = (Op::BsTestUnit, &[Label(1), X(1), u(8)], None);
    let words = translated(&[position, byte, unit]);
    let expected = [x(1), command::POSITION.into(), x(0), command::BYTE.into(), x(2), command::AT_LEAST.into(), 0, 7];
    assert_eq!(words[0], first(op::BS_STEPS, 10));
    assert_eq!(words[2..10], expected);
    // To label 1, from the word behind the first.
    assert_eq!(words[1] as i32, -10);
    // Another label is another instruction, and so is what bs_match would take back.
    let other: Line<'_> = (Op::BsTestTail2, &[Label(2), X(1), u(0)], None);
    let words = translated(&[byte, other]);
    assert_eq!((words[0], words[5]), (first(op::BS_STEPS, 5), first(op::BS_STEPS, 5)));
    let exactly = [atom("ensure_exactly"), u(0)];
    let whole: Line<'_> = (Op::BsMatch, &[Label(1), X(1)], Some(&exactly));
    let words = translated(&[byte, whole]);
    assert_eq!((words[0], words[5]), (first(op::BS_STEPS, 5), first(op::BS_MATCH, 5)));
    let words = translated(&[position, whole]);
    assert_eq!(words[0], first(op::BS_MATCH, 7));
    // A label may be jumped to.
    let words = translated(&[byte, (Op::Label, &[u(3)], None), unit]);
    assert_eq!((words[0], words[5]), (first(op::BS_STEPS, 5), first(op::BS_STEPS, 6)));
    // A size that is not known yet stays.
    let words = translated(&[(Op::BsGetInteger2, &[Label(1), X(1), u(2), X(0), u(1), u(0), X(2)], None)]);
    assert_eq!(words[0], first(op::BS_GET_INTEGER2, 8));
    // A string of the table.
    let words = translated(&[(Op::BsMatchString, &[Label(1), X(1), u(12), u(1)], None)]);
    assert_eq!(words[3..7], [command::EQUAL.into(), 12, 0x626, 0]);
}

#[test]
fn segments_of_bs_create_bin() {
    let segments = [
        atom("append"),
        u(1),
        u(8),
        Nil,
        X(0),
        atom("all"),
        atom("integer"),
        u(2),
        u(1),
        Literal(0),
        X(0),
        Integer(13),
        atom("string"),
        u(3),
        u(8),
        Nil,
        u(1),
        Integer(2),
    ];
    let words = translated(&[(Op::BsCreateBin, &[Label(0), u(0), u(1), u(8), X(0)], Some(&segments))]);
    let head = [first(op::BS_CREATE_BIN, 20), 0, 0, 1, 8, x(0), 3, 13 + 16];
    assert_eq!(words[..8], head);
    assert_eq!(words[8..10], [segment(kind::APPEND, 0, 8), x(0)]);
    assert_eq!(words[12..16], [segment(kind::INTEGER, 6, 1), x(0), Term::tiny(13).0, 13]);
    assert_eq!(words[16..20], [segment(kind::STRING, 0, 8), 1, Term::tiny(2).0, 16]);
    // A size that is not known, or too large to be one.
    for size in [X(0), Integer(1 << 40), Integer(-1)] {
        let segments = [atom("integer"), u(1), u(256), Nil, X(0), size];
        let words = translated(&[(Op::BsCreateBin, &[Label(0), u(0), u(1), u(8), X(0)], Some(&segments))]);
        assert_eq!((words[7], words[11]), (NEVER, NEVER));
    }
}

struct Nothing;

impl Platform for Nothing {
    fn write(&mut self, _: Stream, _: &[u8]) {}
    fn monotonic(&mut self) -> u64 {
        0
    }
    fn system_time(&mut self) -> u64 {
        0
    }
    fn random(&mut self, _: &mut [u8]) {}
}

#[test]
fn hostile_commands_are_refused() {
    let load = |commands: &[Operand]| {
        let mut shared = Shared::new(Box::new(Nothing), Budget::new(1 << 24)).unwrap();
        let bytes = module(&[(Op::BsMatch, &[Label(1), X(1)], Some(commands))]);
        crate::load::load(&mut shared, &bytes).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(load(&[atom("ensure_exactly"), u(0)]), Ok(()));
    assert_eq!(load(&[atom("ensure_exactly"), u(u64::MAX), atom("ensure_at_least"), u(u64::MAX), u(0)]), Ok(()));
    let wrong: [&[Operand]; 8] = [
        &[atom("=:="), Nil, u(65), u(1)],
        &[atom("=:="), Nil, u(8), X(0)],
        &[atom("=:="), Nil, u(8), Literal(0)],
        &[atom("skip"), u(1), atom("=:="), Nil, u(8), atom("all")],
        &[atom("=:="), Nil, u(8)],
        &[atom("utf8"), u(1)],
        &[u(1)],
        &[atom("integer"), u(2), Nil, u(8), u(1), Integer(1)],
    ];
    for commands in wrong {
        assert!(load(commands).is_err(), "{commands:?}");
    }
}
