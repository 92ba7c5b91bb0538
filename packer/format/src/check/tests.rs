//! Every rule of the checker, broken once by hand-written code, beside code that keeps it.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::beam;
use crate::code::Code;
use crate::compact::{self, Operand, Operand::*};
use crate::error::ChunkId;
use crate::functions::Functions;
use crate::module::{Atoms, Module, tables};
use crate::opcode::Op;

/// One instruction; lists are written as [`Item::List`].
enum Item {
    One(Operand),
    List(Vec<Operand>),
    Alloc(Vec<(u64, u64)>),
}

impl From<Operand> for Item {
    fn from(operand: Operand) -> Self {
        Self::One(operand)
    }
}

type Line = (Op, Vec<Item>);

macro_rules! asm {
    ($($op:ident $(($($operand:expr),*))?),* $(,)?) => {
        vec![$((Op::$op, vec![$($(Item::from($operand)),*)?])),*]
    };
}

const ATOMS: &[&str] = &[
    "m",
    "f",
    "g",
    "erlang",
    "error",
    "raise",
    "+",
    "byte_size",
    "no_fail",
    "integer",
    "ensure_at_least",
    "ok",
    "h",
    "throw",
    "binary",
    "string",
    "get_tail",
    "setelement",
    "is_process_alive",
];

fn atom(name: &str) -> Operand {
    Atom(ATOMS.iter().position(|known| *known == name).unwrap() as u32 + 1)
}

const X0: Operand = X(0);
const X1: Operand = X(1);
const Y0: Operand = Y(0);
const NOWHERE: Operand = Label(0);

fn u(number: u64) -> Operand {
    Unsigned(number)
}

/// The imports: 0 `erlang:error/1`, 1 `erlang:'+'/2`, 2 `erlang:byte_size/1`, 3 `erlang:raise/3`, 4 `m:h/1`, 5 `erlang:setelement/3`,
/// 6 `erlang:is_process_alive/1`.
fn imports() -> Vec<tables::Import> {
    let row = |function, arity| {
        let index = |name| if let Atom(index) = atom(name) { index } else { 0 };
        tables::Import { module: index(if function == "h" { "m" } else { "erlang" }), function: index(function), arity }
    };
    vec![
        row("error", 1),
        row("+", 2),
        row("byte_size", 1),
        row("raise", 3),
        row("h", 1),
        row("setelement", 3),
        row("is_process_alive", 1),
    ]
}

/// A module of functions with arity 1: `f` (entry label 2) with this body, and `g` (entry label 4) with that.
/// Labels of bodies start at 10.
fn module(f: Vec<Line>, g: Vec<Line>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut labels = 5;
    for (name, label, body) in [("f", 1, f), ("g", 3, g)] {
        let header = asm![Label(u(label)), FuncInfo(atom("m"), atom(name), u(1)), Label(u(label + 1))];
        for (op, items) in header.into_iter().chain(body) {
            out.push(op.number());
            for item in items {
                match item {
                    Item::One(operand) => {
                        if let (Op::Label, Unsigned(label)) = (op, operand) {
                            labels = labels.max(label + 1);
                        }
                        compact::write_operand(&mut out, operand, &[]);
                    }
                    Item::List(elements) => {
                        let length = elements.len() as u32;
                        compact::write_operand(&mut out, Operand::List { first: 0, length }, &[]);
                        for element in elements {
                            compact::write_operand(&mut out, element, &[]);
                        }
                    }
                    Item::Alloc(pairs) => {
                        let length = pairs.len() as u32;
                        compact::write_operand(&mut out, Operand::AllocList { first: 0, length }, &[]);
                        for (kind, number) in pairs {
                            compact::write_operand(&mut out, u(kind), &[]);
                            compact::write_operand(&mut out, u(number), &[]);
                        }
                    }
                }
            }
        }
    }
    out.push(Op::IntCodeEnd.number());
    let code = Code {
        header_rest: &[],
        highest_opcode: 182,
        label_count: labels as u32,
        function_count: 2,
        bytes: &out,
        start: 0,
    };
    let exports = [tables::Export { function: 2, arity: 1, label: 2 }];
    let lambdas = [tables::Lambda { function: 3, arity: 1, label: 4, index: 0, free: 1, old_unique: 0 }];
    let chunks = [
        (*b"AtU8", Atoms::new(ATOMS.to_vec(), false).emit()),
        (*b"Code", code.emit()),
        (*b"StrT", b"abc".to_vec()),
        (*b"ImpT", tables::emit_imports(&imports())),
        (*b"ExpT", tables::emit_exports(&exports)),
        (*b"FunT", tables::emit_lambdas(&lambdas)),
        (*b"LitU", vec![0, 0, 0, 1, 0, 0, 0, 4, 131, 99, 0, 0]),
    ];
    beam::emit(chunks.iter().map(|(id, data)| (ChunkId(*id), data.as_slice()))).unwrap()
}

fn findings_of(bytes: &[u8]) -> Vec<String> {
    let module = Module::parse(bytes).unwrap();
    let code = module.code.decode().unwrap();
    let functions = Functions::find(&module, &code).unwrap();
    super::check(&module, &code, &functions)
        .iter()
        .map(|finding| alloc::format!("E{:04} {}", finding.rule.number(), finding.rule))
        .collect()
}

/// The numbers of the rules that a body of `f` breaks; `g` returns its argument.
fn check(f: Vec<Line>) -> Vec<u16> {
    check_two(f, asm![Return])
}

fn check_two(f: Vec<Line>, g: Vec<Line>) -> Vec<u16> {
    findings_of(&module(f, g)).iter().map(|text| text[1..5].parse().unwrap()).collect()
}

#[track_caller]
fn passes(f: Vec<Line>) {
    assert_eq!(findings_of(&module(f, asm![Return])), Vec::<String>::new());
}

#[test]
fn the_smallest_functions_pass() {
    passes(asm![Return]);
    passes(asm![Jump(Label(1))]);
    passes(asm![Allocate(u(0), u(1)), Call(u(1), Label(4)), Deallocate(u(0)), Return]);
    passes(asm![CallOnly(u(1), Label(4))]);
}

#[test]
fn registers_are_written_before_they_are_read() {
    assert_eq!(check(asm![Move(X1, X0), Return]), [110]);
    assert_eq!(check(asm![CallExtOnly(u(2), u(1))]), [110]);
    // Written on one path only.
    let half = asm![IsAtom(Label(10), X0), Move(X0, X1), Label(u(10)), Move(X1, X0), Return];
    assert_eq!(check(half), [110]);
    // A call leaves x0 only.
    let call = asm![Move(X0, X1), Allocate(u(0), u(2)), Call(u(1), Label(4)), Move(X1, X0), Deallocate(u(0)), Return];
    assert_eq!(check(call), [110]);
    // What is beyond the live registers may be collected.
    assert_eq!(check(asm![Move(X0, X1), TestHeap(u(2), u(1)), Move(X1, X0), Return]), [110]);
    assert_eq!(check(asm![TestHeap(u(2), u(2)), Return]), [110]);
    // Floating-point registers too.
    assert_eq!(check(asm![TestHeap(Item::Alloc(vec![(1, 1)]), u(1)), Fmove(FloatRegister(0), X0), Return]), [110]);
}

#[test]
fn frames_are_allocated_and_taken_away_in_pairs() {
    assert_eq!(check(asm![Call(u(1), Label(4)), Return]), [121]);
    assert_eq!(check(asm![Allocate(u(0), u(1)), Return]), [122]);
    assert_eq!(check(asm![Allocate(u(0), u(1)), Allocate(u(0), u(1)), Deallocate(u(0)), Return]), [120]);
    assert_eq!(check(asm![Allocate(u(1), u(1)), Deallocate(u(2)), Return]), [123]);
    assert_eq!(check(asm![Deallocate(u(0)), Return]), [121]);
    assert_eq!(check(asm![Allocate(u(0), u(1)), CallOnly(u(1), Label(4))]), [122]);
    assert_eq!(check(asm![CallLast(u(1), Label(4), u(0))]), [121]);
    assert_eq!(check(asm![Allocate(u(2), u(1)), Move(X0, Y(2)), Return]), [111]);
    assert_eq!(check(asm![Move(X0, Y0), Return]), [111]);
    // Frames of different sizes meet: they cannot be taken away any more, but an exception is fine.
    let meet = |end: Line| {
        let mut code = asm![
            IsAtom(Label(10), X0),
            Allocate(u(1), u(1)),
            InitYregs(Item::List(vec![Y0])),
            Jump(Label(11)),
            Label(u(10)),
            Allocate(u(2), u(1)),
            InitYregs(Item::List(vec![Y0, Y(1)])),
            Label(u(11)),
        ];
        code.push(end);
        code
    };
    passes(meet((Op::Badmatch, vec![Y0.into()])));
    assert_eq!(check(meet((Op::CaseEnd, vec![Y(1).into()]))), [111]);
    let mut leaves = meet((Op::Deallocate, vec![u(1).into()]));
    leaves.push((Op::Return, vec![]));
    assert_eq!(check(leaves), [121]);
}

#[test]
fn the_collector_meets_only_written_slots() {
    let unwritten = asm![Allocate(u(1), u(1)), Call(u(1), Label(4)), Deallocate(u(1)), Return];
    assert_eq!(check(unwritten), [110]);
    let written =
        asm![Allocate(u(1), u(1)), InitYregs(Item::List(vec![Y0])), Call(u(1), Label(4)), Deallocate(u(1)), Return];
    passes(written);
    let read = asm![Allocate(u(1), u(1)), Move(Y0, X0), Deallocate(u(1)), Return];
    assert_eq!(check(read), [110]);
    let trimmed = asm![
        Allocate(u(2), u(1)),
        Move(X0, Y(1)),
        Trim(u(1), u(1)),
        Call(u(1), Label(4)),
        Move(Y0, X0),
        Deallocate(u(1)),
        Return
    ];
    passes(trimmed);
    assert_eq!(check(asm![Allocate(u(2), u(1)), Trim(u(1), u(2)), Return]), [123]);
}

fn caught(handler: Vec<Line>) -> Vec<Line> {
    let mut code = asm![
        Allocate(u(1), u(1)),
        Try(Y0, Label(10)),
        Call(u(1), Label(4)),
        TryEnd(Y0),
        Deallocate(u(1)),
        Return,
        Label(u(10)),
    ];
    code.extend(handler);
    code
}

#[test]
fn catches_are_nested() {
    passes(caught(asm![TryCase(Y0), Move(X(2), X0), Deallocate(u(1)), Return]));
    assert_eq!(check(caught(asm![CatchEnd(Y0), Deallocate(u(1)), Return])), [125]);
    assert_eq!(check(caught(asm![Deallocate(u(1)), Return])), [125]);
    // The handler's registers are class, reason and trace only.
    assert_eq!(check(caught(asm![TryCase(Y0), Move(X(3), X0), Deallocate(u(1)), Return])), [110]);
    assert_eq!(check(asm![Allocate(u(1), u(1)), TryEnd(Y0), Deallocate(u(1)), Return]), [125]);
    let open = asm![Allocate(u(1), u(1)), Catch(Y0, Label(10)), Deallocate(u(1)), Return, Label(u(10)), Return];
    assert_eq!(check(open), [124]);
    let touched = asm![
        Allocate(u(1), u(1)),
        Catch(Y0, Label(10)),
        Move(X0, Y0),
        Label(u(10)),
        CatchEnd(Y0),
        Deallocate(u(1)),
        Return
    ];
    assert_eq!(check(touched), [115]);
    let moved = asm![Allocate(u(1), u(1)), Catch(Y0, Label(10)), Move(Y0, X0), Label(u(10)), Return];
    assert_eq!(check(moved), [115]);
    let entered = asm![
        Allocate(u(1), u(1)),
        Try(Y0, Label(10)),
        Jump(Label(10)),
        Label(u(10)),
        Move(Y0, X0),
        TryCase(Y0),
        Return
    ];
    assert_eq!(check(entered).first(), Some(&126));
    // Compilers jump there behind what they know to fail always; try_case itself is an error then.
    let dead = asm![
        Allocate(u(1), u(1)),
        Try(Y0, Label(10)),
        Jump(Label(10)),
        Label(u(10)),
        TryCase(Y0),
        Deallocate(u(1)),
        Return
    ];
    assert_eq!(check(dead), []);
    // The inner catch must have the lower slot.
    let inverted = asm![
        Allocate(u(2), u(1)),
        Catch(Y0, Label(10)),
        Catch(Y(1), Label(11)),
        Label(u(11)),
        CatchEnd(Y(1)),
        Label(u(10)),
        CatchEnd(Y0),
        Deallocate(u(2)),
        Return
    ];
    assert_eq!(check(inverted), [125]);
}

#[test]
fn heap_is_made_sure_of() {
    passes(asm![TestHeap(u(2), u(1)), PutList(X0, Nil, X0), Return]);
    assert_eq!(check(asm![PutList(X0, Nil, X0), Return]), [130]);
    assert_eq!(check(asm![TestHeap(u(3), u(1)), PutTuple2(X0, Item::List(vec![X0, X0, X0])), Return]), [130]);
    assert_eq!(check(asm![TestHeap(u(2), u(1)), MakeFun3(u(0), X0, Item::List(vec![X0])), Return]), [130]);
    passes(asm![TestHeap(Item::Alloc(vec![(0, 1), (2, 1)]), u(1)), MakeFun3(u(0), X0, Item::List(vec![X0])), Return]);
    // The free variables of a fun are words.
    let no_words = asm![TestHeap(Item::Alloc(vec![(2, 1)]), u(1)), MakeFun3(u(0), X0, Item::List(vec![X0])), Return];
    assert_eq!(check(no_words), [130]);
    // A BIF that collects forgets it.
    let forgotten = asm![TestHeap(u(2), u(1)), GcBif1(NOWHERE, u(1), u(2), X0, X0), PutList(X0, Nil, X0), Return];
    assert_eq!(check(forgotten), [130]);
    // The lesser of two paths counts.
    let lesser = asm![IsAtom(Label(10), X0), TestHeap(u(2), u(1)), Label(u(10)), PutList(X0, Nil, X0), Return];
    assert_eq!(check(lesser), [130]);
}

#[test]
fn match_contexts_stay_match_contexts() {
    let begun = |rest: Vec<Line>| {
        let mut code = asm![BsStartMatch4(atom("no_fail"), u(1), X0, X1)];
        code.extend(rest);
        code
    };
    passes(begun(asm![BsGetTail(X1, X0, u(2)), Return]));
    assert_eq!(check(begun(asm![Move(X1, X0), Return])), [112]);
    assert_eq!(check(begun(asm![TestHeap(u(2), u(2)), PutList(X1, Nil, X0), Return])), [112]);
    assert_eq!(check(begun(asm![Move(X1, X0), CallExtOnly(u(1), u(4))])), [112]);
    assert_eq!(check(asm![BsGetTail(X0, X0, u(1)), Return]), [113]);
    // The size of what is left can be asked.
    passes(begun(asm![GcBif1(NOWHERE, u(1), u(2), X1, X0), Return]));
    // A local function may go on with a match, if it treats its argument as one.
    let goes_on = begun(asm![Move(X1, X0), CallOnly(u(1), Label(4))]);
    let as_match = asm![BsStartMatch3(Label(3), X0, u(1), X1), BsGetTail(X1, X0, u(2)), Return];
    assert_eq!(check_two(goes_on, as_match), []);
    let goes_on = begun(asm![Move(X1, X0), CallOnly(u(1), Label(4))]);
    assert_eq!(check_two(goes_on, asm![Return]), [112]);
}

#[test]
fn match_commands_fail_with_what_was_known_before() {
    let ensure = |commands: Vec<Operand>, rest: Vec<Line>| {
        let mut code = asm![BsStartMatch4(atom("no_fail"), u(1), X0, X1)];
        code.push((Op::BsMatch, vec![Label(10).into(), X1.into(), Item::List(commands)]));
        code.extend(asm![Move(X(2), X0), Return, Label(u(10))]);
        code.extend(rest);
        code
    };
    let commands = || vec![atom("ensure_at_least"), u(8), u(1), atom("integer"), u(2), Nil, u(8), u(1), X(2)];
    passes(ensure(commands(), asm![BsGetTail(X1, X0, u(2)), Return]));
    assert_eq!(check(ensure(commands(), asm![Move(X(2), X0), Return])), [110]);
    assert_eq!(check(ensure(vec![atom("ok"), u(8)], asm![Return])), [106]);
    assert_eq!(check(ensure(vec![atom("ensure_at_least"), u(8)], asm![Return])), [106]);
}

#[test]
fn operands_lead_somewhere() {
    assert_eq!(check(asm![Jump(Label(4))]), [103]);
    assert_eq!(check(asm![IsAtom(Label(77), X0), Return]), [103]);
    assert_eq!(check(asm![CallOnly(u(1), Label(3))]), [104]);
    assert_eq!(check(asm![CallOnly(u(2), Label(4))]), [105]);
    assert_eq!(check(asm![CallExtOnly(u(1), u(9))]), [102]);
    assert_eq!(check(asm![Move(Atom(99), X0), Return]), [102]);
    assert_eq!(check(asm![Move(Literal(1), X0), Return]), [102]);
    assert_eq!(check(asm![Move(Literal(0), X0), Return]), [107]);
    assert_eq!(check(asm![MakeFun3(u(1), X0, Item::List(vec![])), Return]), [102]);
    assert_eq!(check(asm![MakeFun3(u(0), X0, Item::List(vec![])), Return]), [105]);
    assert_eq!(check(asm![GcBif1(NOWHERE, u(1), u(1), X0, X0), Return]), [105]);
    assert_eq!(check(asm![SelectVal(X0, NOWHERE, Item::List(vec![Integer(1)]))]), [106]);
    assert_eq!(check(asm![SelectVal(X0, NOWHERE, Item::List(vec![X1, Label(1)]))]), [106]);
    assert_eq!(check(asm![TestHeap(Item::Alloc(vec![(9, 1)]), u(1)), Return]), [106]);
    assert_eq!(check(asm![PutTuple(u(0), X0), Return]), [101]);
    let string = |offset, size| {
        asm![BsCreateBin(
            NOWHERE,
            u(0),
            u(1),
            u(8),
            X0,
            Item::List(vec![atom("string"), u(0), u(8), Nil, u(offset), Integer(size)])
        )]
    };
    assert_eq!(check([string(0, 3), asm![Return]].into_iter().flatten().collect()), []);
    assert_eq!(check([string(1, 3), asm![Return]].into_iter().flatten().collect()), [102]);
    assert_eq!(check([string(u64::MAX >> 1, 3), asm![Return]].into_iter().flatten().collect()), [102]);
}

#[test]
fn functions_end() {
    assert_eq!(check(asm![Move(X0, X0)]), [132]);
    passes(asm![Allocate(u(0), u(1)), CallExt(u(1), u(0))]);
    // Raising with a class and no trace never returns; with a class that may be none it does.
    let raise = |class: Operand| {
        asm![Move(X0, X1), Move(class, X0), Move(Nil, X(2)), Allocate(u(0), u(3)), CallExt(u(3), u(3))]
    };
    passes(raise(atom("throw")));
    assert_eq!(check(raise(atom("ok"))), [132]);
    // A function that always raises does not return to its caller either.
    let calls = asm![Allocate(u(0), u(1)), Call(u(1), Label(4))];
    assert_eq!(check_two(calls, asm![Badmatch(X0)]), []);
    let calls = asm![Allocate(u(0), u(1)), Call(u(1), Label(4))];
    assert_eq!(check_two(calls, asm![Return]), [132]);
}

#[test]
fn receive_loops_settle() {
    let receive = |before: Vec<Line>, rest: Vec<Line>| {
        let mut code = asm![Allocate(u(1), u(1)), Move(X0, Y0)];
        code.extend(before);
        code.extend(asm![Label(u(10)), LoopRec(Label(12), X0), IsEqExact(Label(11), X0, Y0), RemoveMessage]);
        code.extend(rest);
        code.extend(asm![Deallocate(u(1)), Return, Label(u(11)), LoopRecEnd(Label(10)), Label(u(12)), Wait(Label(10))]);
        code
    };
    passes(receive(vec![], vec![]));
    // x1 is written before the loop, but waiting forgets it.
    assert_eq!(check(receive(asm![Move(Y0, X1)], asm![Move(X1, X0)])), [110]);
}

#[test]
fn hostile_code_is_given_up_on() {
    // Many labels with large frames that all meet: the work is bounded.
    let mut code = asm![Allocate(u(1000), u(1))];
    for label in 10..3000u64 {
        code.extend(asm![IsAtom(Label(3000), X0), Label(u(label)), Move(X0, Y((label % 1000) as u16))]);
    }
    for label in (10..3000u32).rev() {
        code.extend(asm![IsAtom(Label(label), X0)]);
    }
    code.extend(asm![Label(u(3000)), Badmatch(X0)]);
    let findings = check(code);
    assert!(findings.is_empty() || findings == [133], "{findings:?}");
}

#[test]
fn only_a_new_tuple_is_overwritten() {
    let made = |rest: Vec<Line>| {
        let mut code = asm![
            Allocate(u(1), u(1)),
            Move(X0, Y0),
            Move(X0, X1),
            Move(X0, X(2)),
            Move(Integer(1), X0),
            CallExt(u(3), u(5)),
        ];
        code.extend(rest);
        code.extend(asm![Deallocate(u(1)), Return]);
        code
    };
    passes(made(asm![SetTupleElement(Y0, X0, u(0)), SetTupleElement(Nil, X0, u(1))]));
    passes(made(asm![Move(X0, X1), SetTupleElement(Y0, X1, u(0))]));
    assert_eq!(check(made(asm![SetTupleElement(Nil, Y0, u(0))])), [116]);
    assert_eq!(check(made(asm![SetTupleElement(X0, X0, u(0))])), [116]);
    let shared = asm![TestHeap(u(2), u(1)), PutList(X0, Nil, X1), SetTupleElement(Nil, X0, u(0))];
    assert_eq!(check(made(shared)), [116]);
    assert_eq!(check(asm![SetTupleElement(Nil, X0, u(0)), Return]), [116]);
}

#[test]
fn a_receive_is_left_by_taking_the_message() {
    let left = |rest: Vec<Line>| {
        let mut code = asm![Label(u(10)), LoopRec(Label(11), X0)];
        code.extend(rest);
        code.extend(asm![Return, Label(u(11)), Wait(Label(10))]);
        code
    };
    passes(left(asm![RemoveMessage]));
    assert_eq!(check(left(vec![])), [127]);
}

#[test]
fn markers_and_terms_are_not_matched_on() {
    let marked = |rest: Vec<Line>| {
        let mut code = asm![RecvMarkerReserve(X0)];
        code.extend(rest);
        code
    };
    assert_eq!(check(marked(asm![Jump(Label(1))])), [114]);
    let matched = asm![BsStartMatch3(Label(10), X0, u(1), X1), Label(u(10)), Move(Nil, X0), Return];
    assert_eq!(check(marked(matched)), [114]);
    assert_eq!(check(marked(asm![GcBif1(NOWHERE, u(1), u(2), X0, X0), Return])), [114]);
    assert_eq!(check(asm![BsStartMatch3(NOWHERE, X0, u(1), X1), BsGetTail(X1, X0, u(2)), Return]), [103]);
    // A command overwrites the match context that the next one needs.
    let integer = |to: Operand| vec![atom("integer"), u(2), Nil, u(8), u(1), to];
    let commands = [integer(X1), integer(X(2))].concat();
    let overwritten = asm![
        BsStartMatch4(atom("no_fail"), u(1), X0, X1),
        BsMatch(Label(10), X1, Item::List(commands)),
        Label(u(10)),
        Move(Nil, X0),
        Return
    ];
    assert_eq!(check(overwritten), [113]);
}

#[test]
fn handlers_are_for_exceptions() {
    let code = asm![Allocate(u(1), u(1)), Try(Y0, Label(10)), TryCase(Y0), Deallocate(u(1)), Return, Label(u(10))];
    assert_eq!(check([code, asm![TryCase(Y0), Deallocate(u(1)), Return]].into_iter().flatten().collect()), [126]);
    assert_eq!(check(caught(asm![Move(X0, X1), TryCase(Y0), Deallocate(u(1)), Return])), [125]);
    // What a catch gives is no class, so raw_raise may go on.
    let thrown = asm![
        Allocate(u(1), u(1)),
        Catch(Y0, Label(10)),
        Badmatch(X0),
        Label(u(10)),
        CatchEnd(Y0),
        Move(X0, X1),
        Move(X0, X(2)),
        RawRaise
    ];
    assert_eq!(check(thrown), [132]);
    // is_process_alive/1 raises: its handler is looked at.
    let raises = asm![
        Allocate(u(1), u(1)),
        Try(Y0, Label(10)),
        Bif1(NOWHERE, u(6), X0, X0),
        TryEnd(Y0),
        Deallocate(u(1)),
        Return,
        Label(u(10)),
        TryCase(Y0),
        Move(X(9), X0),
        Deallocate(u(1)),
        Return
    ];
    assert_eq!(check(raises), [110]);
}

#[test]
fn nothing_hides_behind_a_meeting_of_paths() {
    // The slot that only the larger frame has is unwritten where it is collected.
    let hidden = asm![
        IsAtom(Label(10), X0),
        Allocate(u(1), u(1)),
        Move(X0, Y0),
        Jump(Label(11)),
        Label(u(10)),
        Allocate(u(2), u(1)),
        Move(X0, Y0),
        Label(u(11)),
        TestHeap(u(2), u(1)),
        Badmatch(X0)
    ];
    assert_eq!(check(hidden), [121]);
    // A local function that never returns is called with the right frame all the same.
    assert_eq!(check_two(asm![CallLast(u(1), Label(4), u(7))], asm![Badmatch(X0)]), [121]);
    // A failed get_map_elements has perhaps overwritten the class.
    let overwritten = asm![
        Move(X0, X(3)),
        Move(Nil, X(2)),
        Move(Nil, X1),
        Move(atom("throw"), X0),
        Allocate(u(0), u(4)),
        GetMapElements(Label(10), X(3), Item::List(vec![atom("ok"), X0, atom("f"), X1])),
        Label(u(10)),
        CallExt(u(3), u(3))
    ];
    assert_eq!(check(overwritten), [132]);
    // A call in the middle of a receive does not end it.
    let called = asm![
        Allocate(u(0), u(1)),
        Label(u(10)),
        LoopRec(Label(11), X0),
        Call(u(1), Label(4)),
        Deallocate(u(0)),
        Return,
        Label(u(11)),
        Wait(Label(10))
    ];
    assert_eq!(check(called), [127]);
}

#[test]
fn numbers_make_sense() {
    assert_eq!(check(asm![OnLoad, Return]), [105]);
    assert_eq!(check(asm![Fmove(X0, X1), Return]), [106]);
    assert_eq!(check(asm![Allocate(u(0), u(1)), CallFun2(u(0), u(1), X0), Deallocate(u(0)), Return]), [105]);
    let begun = |rest: Vec<Line>| [asm![BsStartMatch4(atom("no_fail"), u(1), X0, X1)], rest].into_iter().flatten();
    assert_eq!(check(begun(asm![BsTestUnit(Label(1), X1, u(0)), Return]).collect()), [106]);
    let string = vec![atom("string"), u(0), u(256), Nil, u(0), Integer(3)];
    assert_eq!(check(asm![BsCreateBin(NOWHERE, u(0), u(1), u(8), X0, Item::List(string)), Return]), [106]);
}
