//! The part of the checker that follows every path through every function.
//!
//! It is an abstract interpretation: one pass in the order of the code, states meeting at labels, and
//! further passes as long as a jump backwards (a receive loop) changes what is known at its target. A function that is
//! called with a match context is followed once more for those arguments. The sources of the rules are OTP's
//! `beam_validator`, and what a VM must be able to rely on (frames, initialised slots, heap made sure of).

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;

use super::Finding;
use super::access::{
    Step, context, float, initialized, leave_frame, live, matchable, movable, no_frame, no_marker, overwrite, place_of,
    read, take_heap, term, write,
};
use super::operands::MatchCommands;
use super::returns::Returns;
use super::rule::{Broken, Rule, broken};
use super::state::{Catch, Frame, State, Value};
use crate::code::{Decoded, Instruction};
use crate::compact::Operand;
use crate::functions::{Function, Functions};
use crate::module::Module;
use crate::opcode::{Flow, Kind, Op, Raise};

/// How many states' cells may be joined for each instruction of a module, on average. All of OTP and Elixir stays below
/// 60; the limit only stops code that was made to be slow.
const WORK_PER_INSTRUCTION: usize = 2_000;
/// How many states' cells may wait at labels for each instruction of a function. All of OTP and Elixir stays below 40.
const CELLS_PER_INSTRUCTION: usize = 200;
/// Both budgets have this much in addition, so that small functions are never too complex.
const BUDGET_FLOOR: usize = 100_000;

/// Follows every path through every function. The operands must have been found right by
/// [`operands::check`](super::operands::check).
pub fn check(
    module: &Module<'_>,
    code: &Decoded<'_>,
    functions: &Functions,
    is_replaced: &dyn Fn(&Function) -> bool,
    findings: &mut Vec<Finding>,
) {
    let replaced: Vec<bool> = functions.list().iter().map(is_replaced).collect();
    let mut checker = Checker {
        module,
        code,
        functions,
        returns: Returns::find(module, code, functions, &replaced),
        replaced,
        safe_bifs: bifs(module, is_safe_bif),
        size_bifs: bifs(module, |name, arity| arity == 1 && matches!(name, "bit_size" | "byte_size")),
        setelement: bifs(module, |name, arity| name == "setelement" && arity == 3),
        waiting: Vec::new(),
        seen: BTreeSet::new(),
        work: code.instructions().len().saturating_mul(WORK_PER_INSTRUCTION).saturating_add(BUDGET_FLOOR),
    };
    for (number, function) in functions.list().iter().enumerate() {
        let arguments = vec![Value::TERM; usize::from(function.arity)];
        checker.function(number, function, &arguments, findings);
    }
    while let Some((number, contexts)) = checker.waiting.pop() {
        let Some(function) = functions.list().get(number) else { continue };
        if checker.work == 0 {
            // The functions that used it up were reported.
            break;
        }
        let arguments: Vec<Value> = contexts.iter().map(|&context| argument_value(context)).collect();
        checker.function(number, function, &arguments, findings);
    }
}

/// Which imports are these functions of `erlang`.
fn bifs(module: &Module<'_>, which: impl Fn(&str, u32) -> bool) -> Vec<bool> {
    module
        .imports
        .iter()
        .map(|import| module.atom(import.module) == "erlang" && which(module.atom(import.function), import.arity))
        .collect()
}

/// Guard BIFs of one and of two arguments that never raise, whatever those are.
const SAFE: [&[&str]; 2] = [
    &[
        "get",
        "is_atom",
        "is_binary",
        "is_bitstring",
        "is_boolean",
        "is_float",
        "is_function",
        "is_integer",
        "is_list",
        "is_map",
        "is_number",
        "is_pid",
        "is_port",
        "is_reference",
        "is_tuple",
    ],
    &["=:=", "=/=", "==", "/=", "<", ">", "=<", ">="],
];

/// Whether a guard BIF never raises.
fn is_safe_bif(name: &str, arity: u32) -> bool {
    match arity.checked_sub(1) {
        None => true,
        Some(arity) => SAFE.get(arity as usize).is_some_and(|names| names.contains(&name)),
    }
}

/// Arguments of a local call, as the key under which a function is followed once more.
const fn argument_kind(value: Value) -> u8 {
    match value {
        Value::CONTEXT => 1,
        Value::MIXED => 2,
        _ => 0,
    }
}

const fn argument_value(kind: u8) -> Value {
    match kind {
        1 => Value::CONTEXT,
        2 => Value::MIXED,
        _ => Value::TERM,
    }
}

/// Whether a binary is still under construction after this instruction, which does not collect.
const fn keeps_building(op: Op) -> bool {
    matches!(
        op,
        Op::BsPutInteger
            | Op::BsPutBinary
            | Op::BsPutFloat
            | Op::BsPutString
            | Op::BsPutUtf8
            | Op::BsPutUtf16
            | Op::BsPutUtf32
            | Op::Move
            | Op::Line
            | Op::ExecutableLine
    )
}

struct Checker<'m, 'a> {
    module: &'m Module<'a>,
    code: &'m Decoded<'a>,
    functions: &'m Functions,
    returns: Returns,
    /// By function: whether the VM calls another one in its place.
    replaced: Vec<bool>,
    safe_bifs: Vec<bool>,
    size_bifs: Vec<bool>,
    setelement: Vec<bool>,
    /// Functions to be followed for arguments that are match contexts.
    waiting: Vec<(usize, Vec<u8>)>,
    /// All that ever waited.
    seen: BTreeSet<(usize, Vec<u8>)>,
    /// What is left of the budget of work.
    work: usize,
}

impl Checker<'_, '_> {
    fn function(&mut self, number: usize, function: &Function, arguments: &[Value], findings: &mut Vec<Finding>) {
        let body = function.body..function.instructions.end;
        let instructions = self.code.instructions().get(body.clone()).unwrap_or_default();
        let mut walk = Walk {
            arity: function.arity,
            handlers: Labels::default(),
            loops: Labels::default(),
            states: States::default(),
            cells: instructions.len().saturating_mul(CELLS_PER_INSTRUCTION).saturating_add(BUDGET_FLOOR),
            again: false,
            at: 0,
            current: None,
            checker: self,
            calls: Vec::new(),
        };
        walk.survey(function.instructions.start, instructions, body.start);
        let before = findings.len();
        loop {
            walk.again = false;
            findings.truncate(before);
            walk.pass(number, function, arguments, findings);
            let exhausted = walk.checker.work == 0 || walk.cells == 0;
            if exhausted {
                findings.truncate(before);
                findings.push(Finding { function: number, instruction: function.body, rule: Rule::TooComplex });
            }
            if !walk.again || exhausted {
                break;
            }
        }
        for call in core::mem::take(&mut walk.calls) {
            if self.seen.insert(call.clone()) {
                self.waiting.push(call);
            }
        }
    }
}

/// A set of labels, sorted once all are there. (This and [`States`] are small where the library's trees are not.)
#[derive(Default)]
struct Labels(Vec<u32>);

impl Labels {
    fn sort(&mut self) {
        crate::sort::sort(&mut self.0);
        self.0.dedup();
    }

    fn contains(&self, label: u32) -> bool {
        self.0.binary_search(&label).is_ok()
    }
}

/// States by label, sorted. All labels that can be jumped to have their place from the beginning.
#[derive(Default)]
struct States(Vec<(u32, Option<Box<State>>)>);

impl States {
    fn place(&self, label: u32) -> Result<usize, usize> {
        self.0.binary_search_by_key(&label, |&(label, _)| label)
    }

    fn slot(&mut self, label: u32) -> Option<&mut Option<Box<State>>> {
        let place = self.place(label).ok()?;
        self.0.get_mut(place).map(|(_, state)| state)
    }

    fn take(&mut self, label: u32) -> Option<Box<State>> {
        self.slot(label)?.take()
    }

    fn get_mut(&mut self, label: u32) -> Option<&mut State> {
        self.slot(label)?.as_deref_mut()
    }

    fn insert(&mut self, label: u32, state: State) {
        let state = Some(Box::new(state));
        match self.place(label) {
            Ok(place) => {
                if let Some((_, slot)) = self.0.get_mut(place) {
                    *slot = state;
                }
            }
            Err(place) => self.0.insert(place, (label, state)),
        }
    }
}

/// The walk through one function.
struct Walk<'c, 'm, 'a> {
    checker: &'c mut Checker<'m, 'a>,
    arity: u8,
    /// Labels of `try` handlers.
    handlers: Labels,
    /// Labels that are jumped to from behind: their states stay from pass to pass.
    loops: Labels,
    /// What is known at labels not yet reached in this pass, and at all of `loops`.
    states: States,
    /// What is left of the budget of memory.
    cells: usize,
    /// Whether a state at a label that was passed has changed.
    again: bool,
    /// The instruction being followed.
    at: usize,
    /// What is known before it; `None` where it cannot be reached.
    current: Option<Box<State>>,
    /// Local calls with match contexts among their arguments.
    calls: Vec<(usize, Vec<u8>)>,
}

impl Walk<'_, '_, '_> {
    /// Finds the handlers, and the labels that are jumped to from behind.
    fn survey(&mut self, start: usize, instructions: &[Instruction], first: usize) {
        let mut jumps = Vec::new();
        for (index, instruction) in (first..).zip(instructions) {
            for (kind, operand) in instruction.op.info().operands.iter().zip(self.checker.code.operands(instruction)) {
                match (kind, operand) {
                    (Kind::Handler, Operand::Label(label)) => {
                        if instruction.op == Op::Try {
                            self.handlers.0.push(label);
                        }
                        jumps.push((label, index));
                    }
                    (Kind::Fail | Kind::FailOrAtom | Kind::Jump, Operand::Label(label)) if label != 0 => {
                        jumps.push((label, index));
                    }
                    (Kind::SelectValues | Kind::SelectArities, list) => {
                        for pair in self.checker.code.elements(list).chunks_exact(2) {
                            if let [_, Operand::Label(label)] = *pair {
                                jumps.push((label, index));
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        let mut targets = Labels(jumps.iter().map(|&(label, _)| label).collect());
        targets.sort();
        self.states = States(targets.0.into_iter().map(|label| (label, None)).collect());
        for (label, from) in jumps {
            match self.checker.functions.label(label) {
                // The label before func_info is followed last.
                Some(to) if to != start && to <= from => {
                    self.loops.0.push(label);
                }
                _ => {}
            }
        }
        self.handlers.sort();
        self.loops.sort();
    }

    fn pass(&mut self, number: usize, function: &Function, arguments: &[Value], findings: &mut Vec<Finding>) {
        let loops = &self.loops;
        for (label, state) in &mut self.states.0 {
            if !loops.contains(*label) {
                *state = None;
            }
        }
        self.current = Some(Box::new(State::entry(arguments)));
        let header = function.instructions.start..function.body;
        let body = function.body..function.instructions.end;
        // Lists are gone through too.
        let operands_at = |index: usize| self.checker.code.instructions().get(index).map_or(0, |it| it.first as usize);
        let operands = operands_at(function.instructions.end).saturating_sub(operands_at(function.body));
        self.spend(operands);
        for index in body.chain(header) {
            self.at = index;
            if self.checker.work == 0 || self.cells == 0 {
                return;
            }
            if index == function.instructions.start && self.current.take().is_some() {
                let instruction = function.instructions.end - 1;
                findings.push(Finding { function: number, instruction, rule: Rule::FallsThrough });
            }
            let Some(&instruction) = self.checker.code.instructions().get(index) else { return };
            if let Err(rule) = self.step(&instruction) {
                // What follows on this path would only repeat it.
                self.current = None;
                findings.push(Finding { function: number, instruction: index, rule: *rule });
            }
        }
    }

    fn spend(&mut self, cells: usize) {
        self.checker.work = self.checker.work.saturating_sub(cells);
    }

    // Labels and where control goes.

    fn reach(&mut self, label: u32) -> Step {
        if self.handlers.contains(label)
            && let Some(current) = self.current.take()
        {
            self.enter_handler(label, &current)?;
        }
        if self.loops.contains(label) {
            if let Some(current) = self.current.take() {
                self.merge_state(label, &current);
            }
            self.current = self.states.get_mut(label).map(|state| Box::new(state.clone()));
        } else if let Some(waiting) = self.states.take(label) {
            let cells = waiting.cells();
            self.cells = self.cells.saturating_add(cells);
            self.spend(cells);
            match &mut self.current {
                Some(current) => {
                    current.join(&waiting);
                }
                None => self.current = Some(waiting),
            }
        }
        Ok(())
    }

    /// The handler of a try is reached without an exception. Compilers make such code behind an instruction that they
    /// knew to fail always, with these arguments: control never comes here. A VM must make it an error if it does all the
    /// same: `try_case` is for exceptions only.
    fn enter_handler(&mut self, label: u32, state: &State) -> Step {
        let instructions = self.checker.code.instructions();
        let from = self.checker.functions.label(label).unwrap_or(usize::MAX);
        let mut behind = instructions.get(from..).unwrap_or_default().iter().map(|instruction| instruction.op);
        if behind.find(|op| !matches!(op, Op::Label | Op::Line)) != Some(Op::TryCase) {
            return broken(Rule::HandlerEntered(label));
        }
        self.may_raise(state)
    }

    fn merge_state(&mut self, label: u32, state: &State) {
        let cells = state.cells();
        self.spend(cells);
        match self.states.get_mut(label) {
            Some(known) => {
                if known.join(state) && self.is_behind(label) {
                    self.again = true;
                }
            }
            None => {
                self.cells = self.cells.saturating_sub(cells);
                self.states.insert(label, state.clone());
                self.again |= self.is_behind(label);
            }
        }
    }

    /// Whether a label was passed in this pass.
    fn is_behind(&self, label: u32) -> bool {
        self.loops.contains(label) && self.checker.functions.label(label).is_some_and(|to| to < self.at)
    }

    /// A jump to `label` may happen here.
    fn branch(&mut self, label: u32, state: &State) -> Step {
        if self.handlers.contains(label) {
            return self.enter_handler(label, state);
        }
        self.merge_state(label, state);
        Ok(())
    }

    /// An exception may be raised here: the innermost handler of this function may be entered.
    ///
    /// Slots need not be written then, so a VM must not take what an unwritten slot holds for the tag of a catch.
    /// (Compilers rely on it: they know of some guard BIFs that these arguments cannot make them fail.)
    fn may_raise(&mut self, state: &State) -> Step {
        match &state.catches {
            None => broken(Rule::CatchNesting),
            Some(catches) => {
                if let Some(catch) = catches.last() {
                    let raised = state.raised();
                    self.merge_state(catch.handler, &raised);
                }
                Ok(())
            }
        }
    }

    // Instructions.

    fn step(&mut self, instruction: &Instruction) -> Step {
        self.spend(1);
        if instruction.op == Op::Label {
            let Operand::Unsigned(label) = self.checker.code.operand(instruction, 0) else { return Ok(()) };
            return self.reach(u32::try_from(label).unwrap_or(u32::MAX));
        }
        let Some(mut state) = self.current.take() else {
            return Ok(());
        };
        let info = instruction.op.info();
        if !matches!(instruction.op, Op::Line | Op::ExecutableLine | Op::DebugLine | Op::TryCase | Op::CatchEnd)
            && core::mem::take(&mut state.raised)
        {
            // Until then, what is in the registers is for the end of the catch alone.
            return broken(Rule::CatchNesting);
        }
        if state.building && !keeps_building(instruction.op) {
            state.building = false;
        }
        if state.mutable
            && !matches!(
                instruction.op,
                Op::Move | Op::Swap | Op::GetTupleElement | Op::SetTupleElement | Op::Line | Op::ExecutableLine
            )
        {
            state.mutable = false;
        }
        let goes_on = match instruction.op {
            Op::Line | Op::ExecutableLine | Op::DebugLine | Op::OnLoad | Op::NifStart => true,
            Op::Call | Op::CallLast | Op::CallOnly | Op::CallExt | Op::CallExtLast | Op::CallExtOnly => {
                self.call(instruction, &mut state)?
            }
            Op::CallFun | Op::CallFun2 | Op::Apply | Op::ApplyLast | Op::Send | Op::RawRaise | Op::BsInitWritable => {
                self.call_register(instruction, &mut state)?
            }
            Op::Catch | Op::Try | Op::CatchEnd | Op::TryEnd | Op::TryCase => {
                self.catch(instruction, &mut state)?;
                true
            }
            Op::Allocate
            | Op::AllocateHeap
            | Op::AllocateZero
            | Op::AllocateHeapZero
            | Op::Deallocate
            | Op::Trim
            | Op::Return => {
                self.frame(instruction, &mut state)?;
                info.flow == Flow::Next
            }
            Op::FuncInfo => {
                if state.frame != Frame::None {
                    return broken(Rule::FrameLeft);
                }
                for number in 0..u16::from(self.arity) {
                    no_marker(&state, number)?;
                }
                // An argument may be a match context here: the clause failed after the match had begun.
                live(&state, u64::from(self.arity))?;
                false
            }
            Op::LoopRec
            | Op::LoopRecEnd
            | Op::Wait
            | Op::RemoveMessage
            | Op::WaitTimeout
            | Op::Timeout
            | Op::RecvMarkerBind
            | Op::RecvMarkerReserve => self.receive(instruction, &mut state)?,
            Op::MakeFun2 => {
                self.make_fun(instruction, &mut state)?;
                true
            }
            Op::BuildStacktrace => {
                term(&state, Operand::X(0))?;
                initialized(&state)?;
                state.x.truncate(1);
                true
            }
            Op::Move => {
                let source = self.checker.code.operand(instruction, 0);
                let value = self.constant(source).map_or_else(|| movable(&state, source), Ok)?;
                write(&mut state, self.checker.code.operand(instruction, 1), value)?;
                true
            }
            Op::Swap => {
                let (first, second) =
                    (self.checker.code.operand(instruction, 0), self.checker.code.operand(instruction, 1));
                let (a, b) = (movable(&state, first)?, movable(&state, second)?);
                write(&mut state, first, b)?;
                write(&mut state, second, a)?;
                true
            }
            Op::BsStartMatch3 | Op::BsStartMatch4 => {
                self.start_match(instruction, &mut state)?;
                true
            }
            Op::BsMatch => {
                self.match_commands(instruction, &mut state)?;
                true
            }
            _ => {
                self.general(instruction, &mut state)?;
                info.flow == Flow::Next
            }
        };
        if goes_on {
            self.current = Some(state);
        }
        Ok(())
    }

    fn is_safe_bif(&self, instruction: &Instruction) -> bool {
        matches!(instruction.op, Op::Bif1 | Op::Bif2)
            && self.checker.safe_bifs.get(self.unsigned(instruction, 1) as usize).copied().unwrap_or(false)
    }

    /// `bit_size` and `byte_size` can be asked of a match context (OTP 26 and later): they tell what is left of it.
    fn takes_context(&self, instruction: &Instruction) -> bool {
        instruction.op == Op::GcBif1
            && self.checker.size_bifs.get(self.unsigned(instruction, 2) as usize).copied().unwrap_or(false)
    }

    fn unsigned(&self, instruction: &Instruction, index: usize) -> u64 {
        match self.checker.code.operand(instruction, index) {
            Operand::Unsigned(number) => number,
            _ => 0,
        }
    }

    fn label(&self, instruction: &Instruction, index: usize) -> u32 {
        match self.checker.code.operand(instruction, index) {
            Operand::Label(label) => label,
            _ => 0,
        }
    }

    /// Calls of functions by name. Returns whether the next instruction follows.
    fn call(&mut self, instruction: &Instruction, state: &mut State) -> Result<bool, Broken> {
        let arity = self.unsigned(instruction, 0);
        initialized(state)?;
        live(state, arity)?;
        let target = self.checker.code.operand(instruction, 1);
        let mut returns = true;
        match target {
            Operand::Label(label) => {
                self.local_arguments(label, arity, state)?;
                returns = self.checker.functions.entered_at(label).is_none_or(|f| self.checker.returns.function(f));
            }
            Operand::Unsigned(import) => {
                (0..arity as u16).try_for_each(|number| term(state, Operand::X(number)))?;
                returns = self.checker.returns.import(import) && !self.certainly_raises(import, state);
            }
            _ => {}
        }
        match instruction.op {
            Op::Call | Op::CallExt => {
                if state.frame != Frame::Here {
                    return broken(Rule::NoFrame);
                }
            }
            // A frame that is taken away for a BIF that always raises may be garbage: compilers know that. A VM must call
            // such a BIF before it takes the frame away.
            _ if !returns && matches!(target, Operand::Unsigned(_)) => {}
            Op::CallLast | Op::CallExtLast => leave_frame(state, self.unsigned(instruction, 2))?,
            _ => no_frame(state)?,
        }
        if instruction.op != Op::Call && instruction.op != Op::CallExt && returns && state.receiving {
            return broken(Rule::OpenReceive);
        }
        self.may_raise(state)?;
        state.forget_registers();
        state.set_x(0, Value::TERM);
        if matches!(target, Operand::Unsigned(import) if self.is_setelement(import)) {
            state.made_tuple();
        }
        Ok(returns && instruction.op.info().flow == Flow::Next)
    }

    /// What is known of a constant that is moved.
    fn constant(&self, operand: Operand) -> Option<Value> {
        match operand {
            Operand::Nil => Some(Value::NIL),
            Operand::Atom(atom) if matches!(self.checker.module.atom(atom), "error" | "exit" | "throw") => {
                Some(Value::CLASS)
            }
            _ => None,
        }
    }

    fn is_setelement(&self, import: u64) -> bool {
        self.checker.setelement.get(import as usize).copied().unwrap_or(false)
    }

    /// `erlang:raise/3` returns `badarg` when it is called wrongly. With a class and no stack trace it never does.
    fn certainly_raises(&self, import: u64, state: &State) -> bool {
        let module = self.checker.module;
        state.get_x(0) == Value::CLASS
            && state.get_x(2) == Value::NIL
            && module.imports.get(import as usize).is_some_and(|import| {
                import.arity == 3 && module.atom(import.function) == "raise" && module.atom(import.module) == "erlang"
            })
    }

    /// The arguments of a local call: match contexts among them make the callee be followed for them too.
    fn local_arguments(&mut self, label: u32, arity: u64, state: &State) -> Step {
        let arguments: Vec<u8> = state.x.iter().take(arity as usize).map(|&value| argument_kind(value)).collect();
        (0..arity as u16).try_for_each(|number| no_marker(state, number))?;
        if arguments.iter().any(|&kind| kind != 0)
            && let Some(callee) = self.checker.functions.entered_at(label)
        {
            if self.checker.replaced.get(callee) == Some(&true) {
                // What stands in its place knows nothing of match contexts.
                (0..arity as u16).try_for_each(|number| term(state, Operand::X(number)))?;
            }
            self.spend(arguments.len());
            self.calls.push((callee, arguments));
        }
        Ok(())
    }

    /// Calls whose target is in a register, and instructions that work as calls do.
    fn call_register(&mut self, instruction: &Instruction, state: &mut State) -> Result<bool, Broken> {
        let registers = match instruction.op {
            Op::CallFun => self.unsigned(instruction, 0) + 1,
            Op::CallFun2 => {
                term(state, self.checker.code.operand(instruction, 2))?;
                self.unsigned(instruction, 1)
            }
            Op::Send => 2,
            Op::RawRaise => 3,
            Op::BsInitWritable => 1,
            _ => self.unsigned(instruction, 0) + 2,
        };
        initialized(state)?;
        live(state, registers)?;
        (0..registers as u16).try_for_each(|number| term(state, Operand::X(number)))?;
        if instruction.op == Op::ApplyLast {
            leave_frame(state, self.unsigned(instruction, 1))?;
        } else if state.frame != Frame::Here {
            return broken(Rule::NoFrame);
        }
        self.may_raise(state)?;
        // raw_raise goes on, with badarg in x0, when the class is none. A class that an exception had always is one.
        let raises = instruction.op == Op::RawRaise && state.get_x(0) == Value::CLASS;
        state.forget_registers();
        state.set_x(0, Value::TERM);
        Ok(!raises && instruction.op.info().flow == Flow::Next)
    }

    /// `make_fun2`: the free variables are in `x0`, `x1`, ..., the fun comes into `x0`.
    fn make_fun(&self, instruction: &Instruction, state: &mut State) -> Step {
        let lambda = self.checker.module.lambdas.get(self.unsigned(instruction, 0) as usize);
        let free = lambda.map_or(0, |lambda| lambda.free);
        initialized(state)?;
        (0..free as u16).try_for_each(|number| term(state, Operand::X(number)))?;
        state.x.truncate(free as usize);
        state.set_x(0, Value::TERM);
        state.heap = [0; 3];
        Ok(())
    }

    fn catch(&mut self, instruction: &Instruction, state: &mut State) -> Step {
        let Operand::Y(slot) = self.checker.code.operand(instruction, 0) else { return Ok(()) };
        match instruction.op {
            Op::Catch | Op::Try => {
                let handler = self.label(instruction, 1);
                let catch = Catch { is_try: instruction.op == Op::Try, handler, slot };
                // The innermost tag must be found first when the stack is searched from slot 0 upwards.
                let catches = state.catches.as_mut().ok_or(Rule::CatchNesting)?;
                if catches.last().is_some_and(|outer| outer.slot <= slot) {
                    return broken(Rule::CatchNesting);
                }
                catches.push(catch);
                write(state, Operand::Y(slot), Value::tag(catch))
            }
            op => {
                let innermost = state.catches.as_mut().and_then(Vec::pop).ok_or(Rule::CatchNesting)?;
                if innermost.slot != slot || innermost.is_try != (op != Op::CatchEnd) {
                    return broken(Rule::CatchNesting);
                }
                match state.y.get_mut(usize::from(slot)) {
                    Some(place) if *place == Value::tag(innermost) => *place = Value::TERM,
                    _ => return broken(Rule::CatchNesting),
                }
                match op {
                    Op::CatchEnd => {
                        term(state, Operand::X(0))?;
                        // What was caught may need heap.
                        initialized(state)?;
                        state.x.truncate(1);
                        state.heap = [0; 3];
                        state.raised = false;
                        // No class any more: what was thrown can be any term.
                        state.set_x(0, Value::TERM);
                    }
                    Op::TryCase => {
                        if !state.raised {
                            return broken(Rule::HandlerEntered(innermost.handler));
                        }
                        initialized(state)?;
                        state.raised = false;
                        state.forget_registers();
                        state.x.extend([Value::CLASS, Value::TERM, Value::TERM]);
                    }
                    _ => {}
                }
                Ok(())
            }
        }
    }

    fn frame(&mut self, instruction: &Instruction, state: &mut State) -> Step {
        match instruction.op {
            Op::Allocate | Op::AllocateHeap | Op::AllocateZero | Op::AllocateHeapZero => {
                if state.frame != Frame::None {
                    return broken(Rule::FrameAlready);
                }
                let size = self.unsigned(instruction, 0);
                // The elements of an allocation list come before the number of live registers.
                let registers = match self.checker.code.operands(instruction).last() {
                    Some(Operand::Unsigned(number)) => number,
                    _ => 0,
                };
                live(state, registers)?;
                state.x.truncate(registers as usize);
                state.frame = Frame::Here;
                let zero = matches!(instruction.op, Op::AllocateZero | Op::AllocateHeapZero);
                state.y = vec![if zero { Value::TERM } else { Value::UNINITIALIZED }; size as usize];
                state.heap = match instruction.op {
                    Op::AllocateHeap | Op::AllocateHeapZero => {
                        self.heap_need(self.checker.code.operand(instruction, 1))
                    }
                    _ => [0; 3],
                };
                Ok(())
            }
            Op::Deallocate => leave_frame(state, self.unsigned(instruction, 0)),
            Op::Trim => {
                let (dropped, left) = (self.unsigned(instruction, 0), self.unsigned(instruction, 1));
                if state.frame != Frame::Here {
                    return broken(Rule::NoFrame);
                }
                let size = state.y.len() as u32;
                if dropped + left != u64::from(size) {
                    return broken(Rule::FrameSize { given: dropped + left, needed: size });
                }
                if state.y.iter().take(dropped as usize).any(|value| value.is_tag()) {
                    return broken(Rule::OpenCatch);
                }
                state.y.drain(..(dropped as usize).min(state.y.len()));
                for catch in state.catches.iter_mut().flatten() {
                    catch.slot = catch.slot.saturating_sub(dropped as u16);
                }
                Ok(())
            }
            _ => {
                term(state, Operand::X(0))?;
                no_frame(state)
            }
        }
    }

    fn receive(&mut self, instruction: &Instruction, state: &mut State) -> Result<bool, Broken> {
        match instruction.op {
            Op::LoopRec => {
                state.receiving = true;
                self.branch(self.label(instruction, 0), state)?;
                write(state, self.checker.code.operand(instruction, 1), Value::TERM)?;
            }
            Op::LoopRecEnd => {
                initialized(state)?;
                self.branch(self.label(instruction, 0), state)?;
                return Ok(false);
            }
            Op::Wait => {
                initialized(state)?;
                state.forget_registers();
                self.branch(self.label(instruction, 0), state)?;
                return Ok(false);
            }
            Op::WaitTimeout => {
                let time = self.checker.code.operand(instruction, 1);
                term(state, time)?;
                initialized(state)?;
                self.may_raise(state)?;
                state.forget_registers();
                // A receive without clauses jumps to this same instruction. Its timer is set then, so that it does not
                // read the time again.
                let mut woken = state.clone();
                if let Some(number) = time.x() {
                    woken.set_x(number, Value::TERM);
                }
                self.branch(self.label(instruction, 0), &woken)?;
            }
            Op::RemoveMessage => state.receiving = false,
            Op::Timeout => {
                state.x.clear();
                state.receiving = false;
            }
            Op::RecvMarkerReserve => {
                write(state, self.checker.code.operand(instruction, 0), Value::MARKER)?;
            }
            _ => {
                let marker = self.checker.code.operand(instruction, 0);
                if read(state, marker)? != Value::MARKER {
                    return broken(Rule::Marker(place_of(marker)));
                }
                term(state, self.checker.code.operand(instruction, 1))?;
            }
        }
        Ok(true)
    }

    fn start_match(&mut self, instruction: &Instruction, state: &mut State) -> Step {
        let ((source, registers), fail) = match instruction.op {
            Op::BsStartMatch3 => ((1, 2), self.label(instruction, 0)),
            _ => ((2, 1), self.label(instruction, 0)),
        };
        let source = self.checker.code.operand(instruction, source);
        let matched = matchable(state, source)?;
        let registers = self.unsigned(instruction, registers);
        live(state, registers)?;
        initialized(state)?;
        // A match that has begun can always be gone on with.
        if fail != 0 && matched == Value::MIXED {
            let mut failed = state.clone();
            write(&mut failed, source, Value::TERM)?;
            self.branch(fail, &failed)?;
        } else if fail != 0 && matched != Value::CONTEXT {
            self.branch(fail, state)?;
        }
        state.x.truncate(registers as usize);
        state.heap = [0; 3];
        write(state, self.checker.code.operand(instruction, 3), Value::CONTEXT)
    }

    fn match_commands(&mut self, instruction: &Instruction, state: &mut State) -> Step {
        context(state, self.checker.code.operand(instruction, 1))?;
        initialized(state)?;
        let fail = self.label(instruction, 0);
        let list = self.checker.code.elements(self.checker.code.operand(instruction, 2));
        state.heap = [0; 3];
        if fail == 0 {
            self.may_raise(state)?;
        }
        // Each command may fail after those before it have written. Nothing is collected until all have succeeded, so
        // that registers beyond the live ones are still there where the match goes on after a failure.
        let mut failed = (fail != 0).then(|| state.clone());
        for command in MatchCommands::new(self.checker.module, list) {
            let command = command?;
            // A command before may have overwritten it, or let it go.
            context(state, self.checker.code.operand(instruction, 1))?;
            if let Some(failed) = &failed {
                self.branch(fail, failed)?;
            }
            if let Some(registers) = command.live {
                live(state, registers)?;
                state.x.truncate(registers as usize);
            }
            if let Some(destination) = command.destination {
                write(state, destination, Value::TERM)?;
                if let Some(failed) = &mut failed
                    && read(failed, destination)? != Value::UNINITIALIZED
                {
                    write(failed, destination, Value::TERM)?;
                }
            }
        }
        Ok(())
    }

    /// All other instructions: what the kinds of their operands say.
    fn general(&mut self, instruction: &Instruction, state: &mut State) -> Step {
        let info = instruction.op.info();
        let mut fail = None;
        let mut registers = None;
        let mut need = None;
        let takes_context = self.takes_context(instruction);
        for (&kind, operand) in info.operands.iter().zip(self.checker.code.operands(instruction)) {
            match kind {
                Kind::Fail => fail = Some(if let Operand::Label(label) = operand { label } else { 0 }),
                Kind::Live => registers = Some(if let Operand::Unsigned(number) = operand { number } else { 0 }),
                Kind::HeapNeed => need = Some(operand),
                Kind::Source if takes_context => {
                    matchable(state, operand)?;
                }
                _ => self.read_operand(instruction.op, kind, operand, state)?,
            }
        }
        self.build(instruction, state)?;
        // Maps, bit syntax and guard BIFs that collect forget the heap that was made sure of, even if they fail.
        if let Some(registers) = registers {
            live(state, registers)?;
            initialized(state)?;
            state.heap = [0; 3];
            if matches!(instruction.op, Op::GcBif1 | Op::GcBif2 | Op::GcBif3 | Op::BsCreateBin) {
                state.x.truncate(registers as usize);
            }
        }
        match (fail, info.raise) {
            (Some(0), Raise::WithoutFail) if self.is_safe_bif(instruction) => {}
            (Some(0), Raise::WithoutFail) | (_, Raise::May) => {
                let overwritten = self.failed(instruction, state);
                self.may_raise(overwritten.as_ref().unwrap_or(state))?;
            }
            (Some(label), _) if label != 0 => {
                let overwritten = self.failed(instruction, state);
                self.branch(label, overwritten.as_ref().unwrap_or(state))?;
            }
            _ => {}
        }
        self.select(instruction, state)?;
        if let Some(registers) = registers {
            state.x.truncate(registers as usize);
            if let Some(need) = need {
                state.heap = self.heap_need(need);
            }
        }
        self.write_operands(instruction, state)
    }

    /// `get_map_elements` may have written some of its destinations when it fails.
    fn failed(&self, instruction: &Instruction, state: &State) -> Option<State> {
        if !matches!(instruction.op, Op::GetMapElements | Op::GetRecordElements) {
            return None;
        }
        let list = self.checker.code.operand(instruction, 2);
        let mut after: Option<State> = None;
        for pair in self.checker.code.elements(list).chunks_exact(2) {
            let [_, destination] = *pair else { continue };
            // Written or not, a term stays a term, but not the one it was; what was not written may still not be.
            let Ok(known) = read(state, destination) else { continue };
            let either = known.or_term();
            if either != known {
                let _ = write(after.get_or_insert_with(|| state.clone()), destination, either);
            }
        }
        after
    }

    fn read_operand(&self, op: Op, kind: Kind, operand: Operand, state: &State) -> Step {
        match kind {
            Kind::Source | Kind::Register => term(state, operand),
            Kind::Context => context(state, operand),
            Kind::FloatSource => float(state, operand),
            Kind::MoveSource => match operand {
                Operand::FloatRegister(_) => float(state, operand),
                _ => term(state, operand),
            },
            Kind::Sources | Kind::Keys | Kind::KeysAndValues => {
                self.checker.code.elements(operand).iter().try_for_each(|&element| term(state, element))
            }
            Kind::KeysToDestinations => {
                self.checker.code.elements(operand).iter().step_by(2).try_for_each(|&key| term(state, key))
            }
            Kind::Updates => {
                self.checker.code.elements(operand).iter().skip(1).step_by(2).try_for_each(|&value| term(state, value))
            }
            Kind::Segments => {
                for segment in self.checker.code.elements(operand).chunks_exact(6) {
                    let [_, _, _, _, value, size] = *segment else { continue };
                    term(state, value)?;
                    term(state, size)?;
                }
                Ok(())
            }
            _ => {
                debug_assert!(kind != Kind::Tag && kind != Kind::Handler, "{op:?} needs its own rule");
                Ok(())
            }
        }
    }

    /// What instructions take of the heap that was made sure of, and of a binary under construction.
    fn build(&self, instruction: &Instruction, state: &mut State) -> Step {
        let list_length =
            |index| self.checker.code.elements(self.checker.code.operand(instruction, index)).len() as u64;
        match instruction.op {
            Op::SetTupleElement => {
                overwrite(state, self.checker.code.operand(instruction, 0), self.checker.code.operand(instruction, 1))
            }
            Op::PutList => take_heap(state, 0, 2),
            Op::PutTuple2 => take_heap(state, 0, list_length(1) + 1),
            Op::UpdateRecord => take_heap(state, 0, self.unsigned(instruction, 1) + 1),
            Op::MakeFun3 => {
                // The free variables are counted as words (OTP: `beam_ssa_codegen`).
                take_heap(state, 0, list_length(2))?;
                take_heap(state, 2, 1)
            }
            Op::Fmove if matches!(self.checker.code.operand(instruction, 0), Operand::FloatRegister(_)) => {
                take_heap(state, 1, 1)
            }
            Op::BsInit2 | Op::BsInitBits | Op::BsAppend | Op::BsPrivateAppend => {
                state.building = true;
                Ok(())
            }
            Op::BsPutInteger
            | Op::BsPutBinary
            | Op::BsPutFloat
            | Op::BsPutString
            | Op::BsPutUtf8
            | Op::BsPutUtf16
            | Op::BsPutUtf32
                if !state.building =>
            {
                broken(Rule::NoBinary)
            }
            _ => Ok(()),
        }
    }

    /// The jumps of `select_val` and `select_tuple_arity`, and of `jump`.
    fn select(&mut self, instruction: &Instruction, state: &State) -> Step {
        match instruction.op {
            Op::Jump => self.branch(self.label(instruction, 0), state),
            Op::SelectVal | Op::SelectTupleArity => {
                let list = self.checker.code.operand(instruction, 2);
                // A label that many values share is merged once.
                let mut last = 0;
                for pair in self.checker.code.elements(list).chunks_exact(2) {
                    if let [_, Operand::Label(label)] = *pair
                        && label != last
                    {
                        last = label;
                        self.branch(label, state)?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn write_operands(&self, instruction: &Instruction, state: &mut State) -> Step {
        for (&kind, operand) in instruction.op.info().operands.iter().zip(self.checker.code.operands(instruction)) {
            match kind {
                Kind::Destination => write(state, operand, Value::TERM)?,
                Kind::FloatDestination => {
                    if let Operand::FloatRegister(number) = operand {
                        state.set_float(number);
                    }
                }
                Kind::MoveDestination => match operand {
                    Operand::FloatRegister(number) => state.set_float(number),
                    _ => write(state, operand, Value::TERM)?,
                },
                Kind::Slot => write(state, operand, Value::TERM)?,
                Kind::Slots => {
                    for &slot in self.checker.code.elements(operand) {
                        write(state, slot, Value::TERM)?;
                    }
                }
                Kind::KeysToDestinations => {
                    for &destination in self.checker.code.elements(operand).iter().skip(1).step_by(2) {
                        write(state, destination, Value::TERM)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Words, floats and funs of a heap need.
    fn heap_need(&self, operand: Operand) -> [u32; 3] {
        let clamp = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        match operand {
            Operand::Unsigned(words) => [clamp(words), 0, 0],
            list => {
                let mut need = [0; 3];
                for pair in self.checker.code.elements(list).chunks_exact(2) {
                    if let [Operand::Unsigned(kind), Operand::Unsigned(number)] = *pair
                        && let Some(place) = need.get_mut(kind as usize)
                    {
                        *place = clamp(number);
                    }
                }
                need
            }
        }
    }
}
