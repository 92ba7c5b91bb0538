//! Match specifications: what they are made of, and the programs that they are compiled to. [`compile`] makes a program,
//! [`run`] runs it over objects.
//!
//! A program is one run of operations. Those of a pattern look at parts of the object, which stand on a stack: each takes
//! one and puts its parts there. Those of guards and bodies are postfix: each takes its operands from a stack of values.

pub mod compile;
pub mod run;

use crate::atoms::{Atom, Atoms};
use crate::heap::{Store, View};
use crate::memory::{NoMemory, Scratch};
use crate::natives::NativeId;
use crate::steps::Steps;
use crate::term::Term;

/// One operation.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    /// Of a pattern: anything.
    Any,
    /// The first of a variable.
    Bind(u32),
    /// The same again.
    Same(u32),
    /// This term.
    Is(Term),
    /// A tuple of so many elements.
    Tuple(u32),
    /// A list cell.
    Cell,
    /// A map that has the keys of as many operations that follow.
    Map(u32),
    /// A key of the map.
    Key(Term),
    /// The pattern fits.
    Matched,
    /// Of a guard or body: this term.
    Constant(Term),
    /// What a variable stands for.
    Variable(u32),
    /// `'$_'`.
    Object,
    /// `'$$'`.
    Variables,
    /// A tuple of the last so many values.
    MakeTuple(u32),
    /// A list cell of the last value but one and the last.
    MakeCell,
    /// A map of as many pairs of values.
    MakeMap(u32),
    /// A native function of the last so many values.
    Call(NativeId, u8),
    /// Whether the last so many values are all `true`.
    And(u32),
    /// Whether one of the last so many values is `true`.
    Or(u32),
    /// Goes on if the last value is `true`, else to that operation with `false`.
    AndAlso(u32),
    /// Goes on if the last value is `false`, else to that operation with `true`.
    OrElse(u32),
    /// The value of a guard must be `true`.
    Require,
    /// Here the body begins: from now on, what fails gives `'EXIT'`.
    Body,
    /// The value of an expression of a body is not needed.
    Drop,
    /// The last value is the result.
    Done,
}

/// A clause of a specification.
#[derive(Clone, Copy, Debug)]
pub struct Clause {
    /// Its pattern.
    pub head: Term,
    /// Its first operation.
    pub start: usize,
    /// Where its variables begin in [`Program::variables`], and how many there are.
    pub variables: (usize, usize),
}

/// A specification that was compiled.
pub struct Program<'a> {
    /// The operations of all clauses.
    pub ops: Scratch<'a, Op>,
    /// The clauses.
    pub clauses: Scratch<'a, Clause>,
    /// The variables of each clause in their order: the number, and where its term stands while the program runs.
    pub variables: Scratch<'a, (u32, u32)>,
}

/// What is wrong with a specification.
#[derive(Clone, Copy, Debug)]
pub enum Problem {
    /// The specification is no list, or empty.
    NoList,
    /// It is no proper list.
    ImproperList,
    /// A clause is no triple.
    NoTriple,
    /// The guards are no list.
    NoExpressions,
    /// The guards or the body are no proper list.
    ImproperExpressions,
    /// The body is no list, or empty.
    NoBody,
    /// A variable that the pattern has not.
    Unbound(u32),
    /// A function that there is not, and its arity.
    Unknown(Atom, usize),
    /// A tuple that begins with no function.
    NoCall(Term),
    /// `const` without its one term.
    Constant(Term),
    /// `self` or `node` with arguments that it has not.
    WithArguments(Atom, Term),
    /// Something that needs arguments has none.
    WithoutArguments(Atom, Term),
    /// An action of another kind of specification.
    Dialect(Atom),
    /// A function that is of no use here, and its arity.
    Context(Atom, usize),
    /// A variable as key of a map in a pattern.
    VariableKey,
    /// `'_'` as such a key.
    UnderscoreKey,
}

/// Who a specification is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Objects of tables.
    Table,
    /// Lists of arguments.
    Trace,
}

/// The number of a variable, `'$0'` and so on.
#[must_use]
pub fn variable(atoms: &Atoms, atom: Atom) -> Option<u32> {
    let digits = atoms.name(atom).strip_prefix('$')?;
    if digits.len() > 1 && digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// Whether there is no variable and no `'_'` in a pattern. As a key it is looked up then, maps too, though as patterns
/// those would fit larger ones: OTP does the same.
///
/// # Errors
/// When there is no memory.
pub fn is_bound(store: Store<'_>, pattern: Term) -> Result<bool, NoMemory> {
    let is_variable = |term: &View<'_>| match term {
        View::Atom(atom) => is_underscore(store.atoms(), *atom) || variable(store.atoms(), *atom).is_some(),
        _ => false,
    };
    contains(store, pattern, &is_variable).map(|found| !found)
}

/// Whether a map is in a pattern. OTP does not see that such a key is kept.
///
/// # Errors
/// When there is no memory.
pub fn has_map(store: Store<'_>, pattern: Term) -> Result<bool, NoMemory> {
    contains(store, pattern, &|term| matches!(term, View::Map(_)))
}

/// Whether a wanted term is in a pattern, or is it.
fn contains(store: Store<'_>, pattern: Term, wanted: &dyn Fn(&View<'_>) -> bool) -> Result<bool, NoMemory> {
    let mut rest = store.budget().scratch();
    let mut steps = Steps::new(store);
    let mut next = Some(pattern);
    while let Some(term) = next {
        steps.take()?;
        let view = store.view(term);
        if wanted(&view) {
            return Ok(true);
        }
        match view {
            View::Map(_) => {
                let mut pairs = crate::maps::Cursor::new(store, term);
                while let Some((key, value)) = pairs.next(store) {
                    rest.push(key)?;
                    rest.push(value)?;
                }
            }
            View::Cell(head, tail) => {
                rest.push(tail)?;
                rest.push(head)?;
            }
            View::Tuple(elements) => {
                rest.reserve(elements.len())?;
                for element in elements.iter() {
                    rest.push(element)?;
                }
            }
            _ => {}
        }
        next = rest.pop();
    }
    Ok(false)
}

/// Whether an atom is `'_'`.
#[must_use]
pub fn is_underscore(atoms: &Atoms, atom: Atom) -> bool {
    atoms.name(atom) == "_"
}
