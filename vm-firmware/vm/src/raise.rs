//! What a native function says instead of a result: an exception, or something that the interpreter must do.

use crate::atoms::{self, Atom};
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

/// No result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Raise {
    /// An exception of class `error` that the native itself raises: its stack trace begins with the native and its
    /// arguments, with `error_info` where OTP's library can explain more (`Native::explains`).
    Error(Term),
    /// As [`Error`](Self::Error), and `error_info` holds `cause => Cause`.
    ErrorWithCause {
        /// The reason.
        reason: Term,
        /// What `error_info` gives as the cause.
        cause: Term,
    },
    /// An exception of any class that the *caller* raises: `erlang:error/1`, `exit/1`, `throw/1`. The stack trace begins
    /// with the caller.
    Class(Class, Term),
    /// `erlang:error/2,3`: the stack trace begins with the caller, whose arguments are given.
    ErrorAs {
        /// The reason.
        reason: Term,
        /// The caller's arguments, a list, or [`Term::NONE`] for its arity.
        arguments: Term,
        /// The `error_info` map, or [`Term::NONE`].
        info: Term,
    },
    /// `erlang:raise/3`: with this stack trace, a list.
    Given {
        /// The class.
        class: Class,
        /// The reason.
        reason: Term,
        /// The stack trace.
        trace: Term,
    },
    /// There is no memory: the interpreter collects and calls the native once more; then the process dies. So a native
    /// must have changed nothing when it says this.
    NoMemory,
    /// Go on with a call of `module:function` with a list of arguments, in place of this call.
    Call {
        /// The module.
        module: Atom,
        /// The function.
        function: Atom,
        /// The arguments, a proper list of at most 255.
        arguments: Term,
    },
    /// Go on with a call of a fun with a list of arguments, in place of this call.
    CallFun {
        /// The fun.
        fun: Term,
        /// The arguments, a proper list of at most 255.
        arguments: Term,
    },
    /// The result is this term, and the rest of the time slice is given up.
    Yield(Term),
    /// The process waits until a message comes, or until the time that the process's timer says; then this native is
    /// called again, with the same arguments.
    Wait,
    /// The process ends at once with this reason; nothing can catch it.
    Exit(Term),
    /// The VM ends with this exit status.
    Halt(i32),
}

impl Raise {
    /// `badarg`.
    pub const BADARG: Self = Self::Error(Term::atom(atoms::BADARG));
    /// `badarith`.
    pub const BADARITH: Self = Self::Error(Term::atom(atoms::BADARITH));
    /// `system_limit`.
    pub const SYSTEM_LIMIT: Self = Self::Error(Term::atom(atoms::SYSTEM_LIMIT));
}

impl From<NoMemory> for Raise {
    fn from(_: NoMemory) -> Self {
        Self::NoMemory
    }
}

/// What a native function gives.
pub type Result<T = Term> = core::result::Result<T, Raise>;
