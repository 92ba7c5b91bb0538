//! Makes programs of match specifications. What is wrong is told, one after the other, as OTP tells it.

use crate::atoms::{self, Atom};
use crate::heap::store::Terms;
use crate::heap::{Map, Store, View};
use crate::maps::Cursor;
use crate::match_spec::{Clause, Dialect, Op, Problem, Program, is_underscore, variable};
use crate::memory::{Budget, NoMemory, Scratch};
use crate::natives;
use crate::steps::Steps;
use crate::term::Term;

/// Most variables of a clause.
const MOST_VARIABLES: usize = 1 << 14;

type Fallible<T> = Result<T, NoMemory>;

/// What is told of problems.
pub type Report<'a> = &'a mut dyn FnMut(Problem) -> Fallible<()>;

/// What remains to be done of an expression.
enum Work {
    Expression(Term),
    Emit(Op),
    /// Begins a chain of `andalso` or `orelse`.
    Open,
    /// An `andalso` (or else an `orelse`) between two expressions.
    Test(bool),
    /// Ends the chain: all of it come here.
    Close,
}

struct Compiler<'a, 's> {
    store: Store<'s>,
    program: Program<'a>,
    /// Where the variables of the clause at hand begin.
    first: usize,
    steps: Steps<'s>,
    dialect: Dialect,
    failed: bool,
    report: Report<'s>,
    /// For each chain that is open, the last test of it; the tests lead to the ones before.
    chains: Scratch<'a, u32>,
}

const NOTHING: u32 = u32::MAX;

/// Compiles a specification, a term of the store. `None` when something is wrong with it, which was reported then.
///
/// # Errors
/// When there is no memory.
pub fn compile<'a>(
    store: Store<'_>,
    budget: &'a Budget,
    specification: Term,
    dialect: Dialect,
    report: Report<'_>,
) -> Fallible<Option<Program<'a>>> {
    let program = Program { ops: budget.scratch(), clauses: budget.scratch(), variables: budget.scratch() };
    let chains = budget.scratch();
    let steps = Steps::new(store);
    let mut compiler = Compiler { store, program, first: 0, steps, dialect, failed: false, report, chains };
    compiler.clauses(specification)?;
    Ok((!compiler.failed).then_some(compiler.program))
}

impl Compiler<'_, '_> {
    fn wrong(&mut self, problem: Problem) -> Fallible<()> {
        self.failed = true;
        (self.report)(problem)
    }

    fn emit(&mut self, op: Op) -> Fallible<()> {
        self.program.ops.push(op)
    }

    fn clauses(&mut self, specification: Term) -> Fallible<()> {
        if !specification.is_list() {
            return self.wrong(Problem::NoList);
        }
        if self.store.length(specification).is_none() {
            return self.wrong(Problem::ImproperList);
        }
        for clause in self.store.list(specification) {
            let parts = self.store.tuple(clause).map(Terms::iter);
            let Some((Some(head), Some(guards), Some(body), None)) =
                parts.map(|mut parts| (parts.next(), parts.next(), parts.next(), parts.next()))
            else {
                self.wrong(Problem::NoTriple)?;
                break;
            };
            self.clause(head, guards, body)?;
        }
        Ok(())
    }

    fn clause(&mut self, head: Term, guards: Term, body: Term) -> Fallible<()> {
        let (start, first) = (self.program.ops.len(), self.program.variables.len());
        self.first = first;
        self.pattern(head)?;
        self.emit(Op::Matched)?;
        if guards != Term::NIL && !guards.is_list() {
            self.wrong(Problem::NoExpressions)?;
        } else if self.store.length(guards).is_none() {
            self.wrong(Problem::ImproperExpressions)?;
        } else {
            for guard in self.store.list(guards) {
                self.expression(guard)?;
                self.emit(Op::Require)?;
            }
        }
        self.emit(Op::Body)?;
        if body == Term::NIL && self.dialect == Dialect::Trace {
            self.emit(Op::Constant(Term::boolean(true)))?;
        } else if !body.is_list() {
            self.wrong(Problem::NoBody)?;
        } else if self.store.length(body).is_none() {
            self.wrong(Problem::ImproperExpressions)?;
        }
        for (index, expression) in self.store.list(body).enumerate() {
            if index != 0 {
                self.emit(Op::Drop)?;
            }
            self.expression(expression)?;
        }
        self.emit(Op::Done)?;
        let variables = (first, self.program.variables.len() - first);
        self.program.clauses.push(Clause { head, start, variables })
    }

    /// Where the variable of a number stands among those of the clause.
    fn place(&self, number: u32) -> Result<usize, usize> {
        let known = self.program.variables.get(self.first..).unwrap_or_default();
        known.binary_search_by_key(&number, |&(number, _)| number)
    }

    /// A variable of the pattern.
    fn bind(&mut self, number: u32) -> Fallible<Op> {
        match self.place(number) {
            Ok(place) => Ok(Op::Same(self.program.variables.get(self.first + place).map_or(0, |&(_, slot)| slot))),
            Err(place) => {
                let slot = (self.program.variables.len() - self.first) as u32;
                if slot as usize >= MOST_VARIABLES {
                    return Err(NoMemory);
                }
                self.program.variables.push((number, slot))?;
                if let Some(moved) = self.program.variables.get_mut(self.first + place..) {
                    moved.rotate_right(1);
                }
                Ok(Op::Bind(slot))
            }
        }
    }

    /// The operations of a pattern. What they find on their stack stands here on one, too.
    fn pattern(&mut self, head: Term) -> Fallible<()> {
        let store = self.store;
        let mut stack = store.budget().scratch();
        let mut next = Some(head);
        while let Some(term) = next {
            self.steps.take()?;
            let op = match store.view(term) {
                View::Atom(atom) if is_underscore(store.atoms(), atom) => Op::Any,
                View::Atom(atom) => match variable(store.atoms(), atom) {
                    Some(number) => self.bind(number)?,
                    None => Op::Is(term),
                },
                View::Tuple(elements) => {
                    for element in elements.iter().rev() {
                        stack.push(element)?;
                    }
                    Op::Tuple(elements.len() as u32)
                }
                View::Cell(first, rest) => {
                    stack.push(rest)?;
                    stack.push(first)?;
                    Op::Cell
                }
                View::Map(map) => {
                    self.emit(Op::Map(map_size(map)))?;
                    let mut pairs = Cursor::new(store, term);
                    while let Some((key, value)) = pairs.next(store) {
                        self.steps.take()?;
                        if let Some(atom) = key.as_atom() {
                            if is_underscore(store.atoms(), atom) {
                                self.wrong(Problem::UnderscoreKey)?;
                            } else if variable(store.atoms(), atom).is_some() {
                                self.wrong(Problem::VariableKey)?;
                            }
                        }
                        self.emit(Op::Key(key))?;
                        stack.push(value)?;
                    }
                    next = stack.pop();
                    continue;
                }
                _ => Op::Is(term),
            };
            self.emit(op)?;
            next = stack.pop();
        }
        Ok(())
    }

    /// The operations of an expression of a guard or body.
    fn expression(&mut self, expression: Term) -> Fallible<()> {
        let store = self.store;
        let mut todo = store.budget().scratch();
        todo.push(Work::Expression(expression))?;
        while let Some(work) = todo.pop() {
            self.steps.take()?;
            match work {
                Work::Emit(op) => self.emit(op)?,
                Work::Open => self.chains.push(NOTHING)?,
                Work::Test(and) => {
                    let at = self.program.ops.len() as u32;
                    let before = self.chains.last_mut().map_or(NOTHING, |last| core::mem::replace(last, at));
                    self.emit(if and { Op::AndAlso(before) } else { Op::OrElse(before) })?;
                }
                Work::Close => {
                    let end = self.program.ops.len() as u32;
                    let mut at = self.chains.pop().unwrap_or(NOTHING);
                    while let Some(Op::AndAlso(target) | Op::OrElse(target)) = self.program.ops.get_mut(at as usize) {
                        at = core::mem::replace(target, end);
                    }
                }
                Work::Expression(term) => match store.view(term) {
                    View::Atom(atom) => {
                        let op = self.atom(term, atom)?;
                        self.emit(op)?;
                    }
                    View::Cell(head, tail) => {
                        todo.push(Work::Emit(Op::MakeCell))?;
                        todo.push(Work::Expression(tail))?;
                        todo.push(Work::Expression(head))?;
                    }
                    View::Map(map) => {
                        todo.push(Work::Emit(Op::MakeMap(map_size(map))))?;
                        let mut pairs = Cursor::new(store, term);
                        while let Some((key, value)) = pairs.next(store) {
                            todo.push(Work::Expression(value))?;
                            todo.push(Work::Expression(key))?;
                        }
                    }
                    View::Tuple(elements) => self.tuple(term, elements, &mut todo)?,
                    _ => self.emit(Op::Constant(term))?,
                },
            }
        }
        Ok(())
    }

    fn atom(&mut self, term: Term, atom: Atom) -> Fallible<Op> {
        let atoms = self.store.atoms();
        if let Some(number) = variable(atoms, atom) {
            return match self.place(number) {
                Ok(place) => {
                    Ok(Op::Variable(self.program.variables.get(self.first + place).map_or(0, |&(_, slot)| slot)))
                }
                Err(_) => {
                    self.wrong(Problem::Unbound(number))?;
                    Ok(Op::Constant(term))
                }
            };
        }
        Ok(match atoms.name(atom) {
            "$_" => Op::Object,
            "$$" => Op::Variables,
            _ => Op::Constant(term),
        })
    }

    /// A tuple is a call, or holds the tuple that is meant.
    fn tuple(&mut self, term: Term, elements: Terms<'_>, todo: &mut Scratch<'_, Work>) -> Fallible<()> {
        let arity = elements.len().saturating_sub(1);
        let arguments = elements.iter().skip(1);
        let Some(function) = elements.get(0).and_then(Term::as_atom) else {
            let inner = elements.get(0).filter(|_| arity == 0).and_then(|inner| self.store.tuple(inner));
            let Some(inner) = inner else { return self.wrong(Problem::NoCall(term)) };
            todo.push(Work::Emit(Op::MakeTuple(inner.len() as u32)))?;
            for element in inner.iter().rev() {
                todo.push(Work::Expression(element))?;
            }
            return Ok(());
        };
        let name = self.store.atoms().name(function);
        match name {
            "const" => {
                return match elements.get(1).filter(|_| arity == 1) {
                    Some(constant) => self.emit(Op::Constant(constant)),
                    None => self.wrong(Problem::Constant(term)),
                };
            }
            "and" | "or" | "andalso" | "orelse" if arity == 0 => {
                return self.wrong(Problem::WithoutArguments(function, term));
            }
            "self" if arity != 0 => return self.wrong(Problem::WithArguments(function, term)),
            "and" => todo.push(Work::Emit(Op::And(arity as u32)))?,
            "or" => todo.push(Work::Emit(Op::Or(arity as u32)))?,
            "andalso" | "orelse" => {
                todo.push(Work::Close)?;
                for (index, argument) in arguments.rev().enumerate() {
                    if index != 0 {
                        todo.push(Work::Test(name == "andalso"))?;
                    }
                    todo.push(Work::Expression(argument))?;
                }
                return todo.push(Work::Open);
            }
            _ => match u8::try_from(arity).ok().and_then(|arity| guard(name, arity)) {
                Some(op) => todo.push(Work::Emit(op))?,
                None => return self.wrong(unknown(name, function, arity)),
            },
        }
        for argument in arguments.rev() {
            todo.push(Work::Expression(argument))?;
        }
        Ok(())
    }
}

const fn map_size(map: Map<'_>) -> u32 {
    match map {
        Map::Flat { keys, .. } => keys.len() as u32,
        Map::Hash { size, .. } => size as u32,
    }
}

/// The call of a function that guards may call.
fn guard(name: &str, arity: u8) -> Option<Op> {
    let native = natives::find(atoms::PREDEFINED.get(atoms::ERLANG.0 as usize)?, name, arity)?;
    let allowed = native.get()?.guard && (name, arity) != ("is_record", 2);
    allowed.then_some(Op::Call(native, arity))
}

/// Actions of specifications for traces.
const ACTIONS: &[&str] = &[
    "message",
    "exception_trace",
    "return_trace",
    "process_dump",
    "enable_trace",
    "disable_trace",
    "trace",
    "display",
    "caller",
    "caller_line",
    "current_stacktrace",
    "set_seq_token",
    "get_seq_token",
    "is_seq_trace",
    "set_tcw",
    "silent",
];

fn unknown(name: &str, function: Atom, arity: usize) -> Problem {
    match name {
        "get_tcw" if arity == 0 => Problem::Context(function, arity),
        _ if ACTIONS.contains(&name) => Problem::Dialect(function),
        _ => Problem::Unknown(function, arity),
    }
}
