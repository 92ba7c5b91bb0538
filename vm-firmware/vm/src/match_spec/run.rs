//! Runs programs of match specifications: a pattern looks at the object where it stands; what guards and bodies work with
//! is copied to the process's heap when it is used first.

use crate::atoms;
use crate::compare::{equal_exact, equal_exact_in};
use crate::copy::{copy, mark, roll_back};
use crate::heap::{Heap, Store};
use crate::maps::{self, Cursor};
use crate::match_spec::{Clause, Op, Program};
use crate::memory::{Budget, NoMemory, Scratch};
use crate::natives::Context;
use crate::raise::{Raise, Result};
use crate::shared::Shared;
use crate::term::Term;

/// A program, and what it needs to run: made once for all objects.
pub struct Runner<'a> {
    program: Program<'a>,
    /// What the variables stand for, in the heap of the object; then the object.
    bound: Scratch<'a, Term>,
    /// The same in the process's heap, once it was used; until then no term.
    copied: Scratch<'a, Term>,
    /// Parts of the object, or values.
    stack: Scratch<'a, Term>,
}

type Fallible<T> = core::result::Result<T, NoMemory>;

impl<'a> Runner<'a> {
    /// Of a program.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new(program: Program<'a>, budget: &'a Budget) -> Fallible<Self> {
        let (mut bound, mut copied) = (budget.scratch(), budget.scratch());
        let most = program.clauses.iter().map(|clause| clause.variables.1).max().unwrap_or(0);
        for _ in 0..=most {
            bound.push(Term::NONE)?;
            copied.push(Term::NONE)?;
        }
        Ok(Self { program, bound, copied, stack: budget.scratch() })
    }

    /// The clauses.
    #[must_use]
    pub fn clauses(&self) -> &[Clause] {
        &self.program.clauses
    }

    /// Runs the program over an object of the heap `source`, or of the process's own. The result of the first clause
    /// that fits, a term of the process; `None` if none does.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn run(&mut self, cx: &mut Context<'_>, source: Option<&Heap>, object: Term) -> Result<Option<Term>> {
        cx.process.reductions -= 1;
        let mut clause = 0;
        while let Some(&Clause { start, variables: (first, count), .. }) = self.program.clauses.get(clause) {
            clause += 1;
            let heap = source.unwrap_or(&cx.process.heap);
            let Some(guards) = self.fits(cx.shared, &cx.process.heap, heap, object, start)? else { continue };
            if let Some(place) = self.bound.get_mut(count) {
                *place = object;
            }
            if let Some(copied) = self.copied.get_mut(..=count) {
                copied.fill(Term::NONE);
            }
            let before = mark(&cx.process.heap);
            let result = self.evaluate(cx, source, guards, (first, count))?;
            if result.is_none_or(|term| !term.is_pointer()) {
                roll_back(&mut cx.process.heap, before, &mut cx.shared.binaries);
            }
            if result.is_some() {
                return Ok(result);
            }
        }
        Ok(None)
    }

    /// Whether a pattern fits: where its guards begin.
    fn fits(
        &mut self,
        shared: &Shared,
        own: &Heap,
        heap: &Heap,
        object: Term,
        start: usize,
    ) -> Fallible<Option<usize>> {
        let (store, own) = (shared.store(heap), shared.store(own));
        let Self { program, bound, stack, .. } = self;
        stack.truncate(0);
        let mut next = Some(object);
        let mut at = start;
        while let Some(term) = next {
            let Some(&op) = program.ops.get(at) else { return Ok(None) };
            at += 1;
            match op {
                Op::Any => {}
                Op::Bind(slot) => {
                    if let Some(place) = bound.get_mut(slot as usize) {
                        *place = term;
                    }
                }
                Op::Same(slot) => {
                    let first = bound.get(slot as usize).copied().unwrap_or(Term::NONE);
                    if !equal_exact(store, first, term)? {
                        return Ok(None);
                    }
                }
                Op::Is(constant) => {
                    let same = if constant.is_pointer() {
                        term.is_pointer() && equal_exact_in((own, constant), (store, term))?
                    } else {
                        constant == term
                    };
                    if !same {
                        return Ok(None);
                    }
                }
                Op::Tuple(size) => {
                    let Some(elements) = store.tuple(term).filter(|elements| elements.len() == size as usize) else {
                        return Ok(None);
                    };
                    stack.reserve(elements.len())?;
                    for element in elements.iter().rev() {
                        stack.push(element)?;
                    }
                }
                Op::Cell => {
                    let Some((head, tail)) = store.cell(term) else { return Ok(None) };
                    stack.push(tail)?;
                    stack.push(head)?;
                }
                Op::Map(keys) => {
                    if maps::size(store, term).is_none_or(|size| size < keys as usize) {
                        return Ok(None);
                    }
                    for _ in 0..keys {
                        let Some(&Op::Key(key)) = program.ops.get(at) else { return Ok(None) };
                        at += 1;
                        let Some(value) = value_of(store, term, own, key)? else { return Ok(None) };
                        stack.push(value)?;
                    }
                }
                _ => return Ok(None),
            }
            next = stack.pop();
        }
        // Behind `Matched`.
        Ok(Some(at + 1))
    }

    /// A term of the object on the process's heap.
    fn fetch(&mut self, cx: &mut Context<'_>, source: Option<&Heap>, slot: usize) -> Fallible<Term> {
        let bound = self.bound.get(slot).copied().unwrap_or(Term::NIL);
        let Some(source) = source.filter(|_| bound.is_local_pointer()) else { return Ok(bound) };
        let Some(copied) = self.copied.get_mut(slot) else { return Ok(Term::NIL) };
        if *copied == Term::NONE {
            let before = cx.process.heap.words.len();
            *copied = copy(source.words.as_slice(), bound, &mut cx.process.heap, &mut cx.shared.binaries)?;
            cx.bump((cx.process.heap.words.len() - before) / 64);
        }
        Ok(*copied)
    }

    /// Evaluates guards and body; `None` when a guard is not true.
    fn evaluate(
        &mut self,
        cx: &mut Context<'_>,
        source: Option<&Heap>,
        start: usize,
        (first, count): (usize, usize),
    ) -> Result<Option<Term>> {
        self.stack.truncate(0);
        let mut in_body = false;
        let mut at = start;
        loop {
            let Some(&op) = self.program.ops.get(at) else { return Ok(None) };
            at += 1;
            // How many values it takes, and what it makes of them; `None` when it fails.
            let (taken, value) = match op {
                Op::Constant(term) => (0, Some(term)),
                Op::Variable(slot) => (0, Some(self.fetch(cx, source, slot as usize)?)),
                Op::Object => (0, Some(self.fetch(cx, source, count)?)),
                Op::Variables => {
                    let mut list = Term::NIL;
                    for index in (first..first + count).rev() {
                        let slot = self.program.variables.get(index).map_or(0, |&(_, slot)| slot);
                        let head = self.fetch(cx, source, slot as usize)?;
                        list = cx.process.heap.cons(head, list)?;
                    }
                    (0, Some(list))
                }
                Op::MakeTuple(size) => {
                    let tuple = cx.process.heap.tuple(self.values(size as usize))?;
                    (size as usize, Some(tuple))
                }
                Op::MakeCell => match self.values(2) {
                    &[head, tail] => (2, Some(cx.process.heap.cons(head, tail)?)),
                    _ => (2, None),
                },
                Op::MakeMap(size) => {
                    let mut map = maps::empty(&mut cx.process.heap)?;
                    for pair in self.values(2 * size as usize).as_chunks::<2>().0 {
                        let [key, value] = *pair;
                        map = maps::put(&mut cx.process.heap, cx.shared, map, key, value)?;
                    }
                    (2 * size as usize, Some(map))
                }
                Op::Call(native, arity) => {
                    let arguments = self.values(usize::from(arity));
                    let result = native.get().map(|native| (native.function)(cx, arguments));
                    match result {
                        Some(Err(Raise::NoMemory)) => return Err(Raise::NoMemory),
                        result => (usize::from(arity), result.and_then(Result::ok)),
                    }
                }
                Op::And(count) | Op::Or(count) => {
                    let and = matches!(op, Op::And(_));
                    let mut value = Some(and);
                    for term in self.values(count as usize) {
                        value = value.zip(term.as_boolean()).map(|(x, y)| if and { x && y } else { x || y });
                    }
                    (count as usize, value.map(Term::boolean))
                }
                Op::AndAlso(target) | Op::OrElse(target) => {
                    let goes_on = Term::boolean(matches!(op, Op::AndAlso(_)));
                    match self.stack.last().copied() {
                        Some(value) if value == goes_on => {
                            self.stack.pop();
                            continue;
                        }
                        value => {
                            at = target as usize;
                            (1, value.filter(|value| value.as_boolean().is_some()))
                        }
                    }
                }
                Op::Require => {
                    if self.stack.pop() != Some(Term::boolean(true)) {
                        return Ok(None);
                    }
                    continue;
                }
                Op::Body => {
                    in_body = true;
                    continue;
                }
                Op::Drop => {
                    self.stack.pop();
                    continue;
                }
                Op::Done => return Ok(self.stack.pop()),
                _ => return Ok(None),
            };
            let value = match value {
                Some(value) => value,
                None if in_body => Term::atom(atoms::EXIT_SIGNAL),
                None => return Ok(None),
            };
            self.stack.truncate(self.stack.len().saturating_sub(taken));
            self.stack.push(value)?;
        }
    }

    /// The last so many values.
    fn values(&self, count: usize) -> &[Term] {
        self.stack.get(self.stack.len().wrapping_sub(count)..).unwrap_or_default()
    }
}

/// The value of a key, a term of another heap, in a map.
fn value_of(store: Store<'_>, map: Term, other: Store<'_>, key: Term) -> Fallible<Option<Term>> {
    if !key.is_local_pointer() || core::ptr::eq(store.heap(), other.heap()) {
        return maps::get(store, map, key);
    }
    let mut pairs = Cursor::new(store, map);
    while let Some((own, value)) = pairs.next(store) {
        if own.is_pointer() && equal_exact_in((other, key), (store, own))? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}
