//! What a native function says instead of a result: an exception, or something that the interpreter must do.

use crate::atoms::{self, Atom};
use crate::heap::Heap;
use crate::memory::NoMemory;
use crate::term::Term;

/// The class of an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// `error`.
    Error,
    /// `exit`.
    Exit,
    /// `throw`.
    Throw,
}

impl Class {
    /// The atom of the class.
    #[must_use]
    pub const fn atom(self) -> Atom {
        match self {
            Self::Error => atoms::ERROR,
            Self::Exit => atoms::EXIT,
            Self::Throw => atoms::THROW,
        }
    }

    /// The class of that atom.
    #[must_use]
    pub fn of(term: Term) -> Option<Self> {
        [Self::Error, Self::Exit, Self::Throw].into_iter().find(|class| Term::atom(class.atom()) == term)
    }
}

/// No result. What needs more than one term has them in a tuple on the heap of the process: results of functions stay
/// two words, which come back in registers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Raise {
    /// An exception of class `error` that the native itself raises: its stack trace begins with the native and its
    /// arguments, with `error_info` where OTP's library can explain more (`Native::explains`).
    Error(Term),
    /// As [`BADARG`](Self::BADARG), and `error_info` holds `cause => Cause`.
    ErrorWithCause(Atom),
    /// An exception of any class that the *caller* raises: `erlang:error/1`, `exit/1`, `throw/1`. The stack trace begins
    /// with the caller.
    Class(Class, Term),
    /// `erlang:error/2,3`: the stack trace begins with the caller, whose arguments are given. A tuple that
    /// [`error_as`](Self::error_as) makes.
    ErrorAs(Term),
    /// `erlang:raise/3`: with a stack trace. A tuple that [`given`](Self::given) makes.
    Given(Term),
    /// There is no memory: the interpreter collects and calls the native once more; then the process dies. So a native
    /// must have changed nothing when it says this.
    NoMemory,
    /// Go on with a call of `module:function` with a list of arguments, in place of this call. A tuple that
    /// [`call`](Self::call) makes.
    Call(Term),
    /// Go on with a call of a fun with a list of arguments, in place of this call. A list cell of the two; the list is
    /// proper and has at most 255 elements.
    CallFun(Term),
    /// The result is this term, and the rest of the time slice is given up.
    Yield(Term),
    /// The process waits until a message comes, or until the time that the process's timer says; then this native is
    /// called again, with the same arguments.
    Wait,
    /// `hibernate/3`: nothing of the stack is kept. When there is a message, the process calls the function that the
    /// native's arguments name: module, function, arguments.
    Hibernate,
    /// The process ends at once with this reason; nothing can catch it.
    Exit(Term),
    /// The VM ends with this exit status.
    Halt(i32),
    /// The rest of the time slice is given up; then this native is called again, with this term in place of its first
    /// argument.
    Again(Term),
}

impl Raise {
    /// `badarg`.
    pub const BADARG: Self = Self::Error(Term::atom(atoms::BADARG));
    /// `badarith`.
    pub const BADARITH: Self = Self::Error(Term::atom(atoms::BADARITH));
    /// `system_limit`.
    pub const SYSTEM_LIMIT: Self = Self::Error(Term::atom(atoms::SYSTEM_LIMIT));

    fn tuple(heap: &mut Heap, terms: [Term; 3], raise: fn(Term) -> Self) -> Self {
        heap.tuple(&terms).map_or(Self::NoMemory, raise)
    }

    /// An [`ErrorAs`](Self::ErrorAs): the reason; the caller's arguments, a list, or [`Term::NONE`] for its arity; the
    /// `error_info` map or [`Term::NONE`].
    pub fn error_as(heap: &mut Heap, reason: Term, arguments: Term, info: Term) -> Self {
        Self::tuple(heap, [reason, arguments, info], Self::ErrorAs)
    }

    /// A [`Given`](Self::Given): the class, the reason, and the stack trace, a list.
    pub fn given(heap: &mut Heap, class: Class, reason: Term, trace: Term) -> Self {
        Self::tuple(heap, [Term::atom(class.atom()), reason, trace], Self::Given)
    }

    /// A [`Call`](Self::Call) with a proper list of at most 255 arguments.
    pub fn call(heap: &mut Heap, module: Atom, function: Atom, arguments: Term) -> Self {
        Self::tuple(heap, [Term::atom(module), Term::atom(function), arguments], Self::Call)
    }

    /// A [`CallFun`](Self::CallFun) with a proper list of at most 255 arguments.
    pub fn call_fun(heap: &mut Heap, fun: Term, arguments: Term) -> Self {
        heap.cons(fun, arguments).map_or(Self::NoMemory, Self::CallFun)
    }
}

impl From<NoMemory> for Raise {
    fn from(_: NoMemory) -> Self {
        Self::NoMemory
    }
}

/// What a native function gives.
pub type Result<T = Term> = core::result::Result<T, Raise>;

// Two registers.
const _: () = assert!(size_of::<Result>() == 8);
