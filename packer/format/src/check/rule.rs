//! What the checker of code can find, with the words for it.

use alloc::boxed::Box;
use core::fmt;

use crate::opcode::Op;

/// A register, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// An `x` register.
    X(u16),
    /// A stack slot.
    Y(u16),
    /// A floating-point register.
    Float(u16),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::X(number) => write!(f, "x{number}"),
            Self::Y(number) => write!(f, "y{number}"),
            Self::Float(number) => write!(f, "fr{number}"),
        }
    }
}

/// A table that code points into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// `AtU8`.
    Atoms,
    /// `LitT` or `LitU`.
    Literals,
    /// `ImpT`.
    Imports,
    /// `FunT`.
    Lambdas,
    /// `StrT`, in bytes.
    Strings,
    /// `Line`.
    Lines,
    /// `Type`.
    Types,
}

impl Table {
    const fn name(self) -> &'static str {
        match self {
            Self::Atoms => "atom table",
            Self::Literals => "literal table",
            Self::Imports => "import table",
            Self::Lambdas => "lambda table",
            Self::Strings => "string table",
            Self::Lines => "line table",
            Self::Types => "type table",
        }
    }
}

/// A rule that code breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// An instruction that no supported compiler emits.
    Obsolete(Op),
    /// An index beyond a table's end.
    Index {
        /// The table.
        table: Table,
        /// The index.
        index: u64,
        /// How many rows (bytes, for strings) the table has.
        count: u64,
    },
    /// A label that is not defined, or belongs to another function.
    Label(u32),
    /// A label that should be a function's entry.
    NotAnEntry(u32),
    /// A call whose arity is not the callee's.
    Arity {
        /// The arity that the instruction has.
        given: u64,
        /// The arity of the function that it names.
        needed: u64,
    },
    /// A list operand that is not what the instruction takes.
    Operands(&'static str),
    /// A literal that is not a valid external term.
    BadLiteral(u32),
    /// A register or slot is read that was not written on every path.
    Uninitialized(Place),
    /// A stack slot that the frame does not have.
    NoSuchSlot {
        /// The slot.
        slot: u16,
        /// Slots that the frame has; `None` without a frame, or where paths disagree on it.
        frame: Option<u32>,
    },
    /// A match context, or what may be one, is used as a term.
    ContextAsTerm(Place),
    /// A term is used as a match context.
    TermAsContext(Place),
    /// A receive marker is used as a term, or something else as a marker.
    Marker(Place),
    /// A `catch` or `try` tag is read, moved or overwritten.
    TagTouched(Place),
    /// A tuple is overwritten that was not just made by `setelement/3`, or with itself.
    Overwritten(Place),
    /// A function is left in the middle of a receive loop.
    OpenReceive,
    /// A frame is allocated where there is one.
    FrameAlready,
    /// An instruction needs a frame, and there is none (or paths disagree on it).
    NoFrame,
    /// A frame is there where it must not be.
    FrameLeft,
    /// A frame is taken away by another size than it has.
    FrameSize {
        /// The size that the instruction has.
        given: u64,
        /// The slots that the frame has.
        needed: u32,
    },
    /// A frame is taken away, or a function left, while a `catch` or `try` is open.
    OpenCatch,
    /// A `catch` or `try` is ended that is not the innermost, or none.
    CatchNesting,
    /// A `try` handler is entered without an exception.
    HandlerEntered(u32),
    /// More heap is used than was made sure of.
    Heap {
        /// What is used: words, floats or funs.
        what: &'static str,
        /// How much is used.
        need: u64,
        /// How much was left.
        left: u32,
    },
    /// Bit syntax is appended to a binary, and none is under construction.
    NoBinary,
    /// The code of a function runs past its end.
    FallsThrough,
    /// The paths through a function are too many to follow.
    TooComplex,
}

/// A rule that was found broken, on its way to the findings: it goes up through many functions, and is seldom made.
pub type Broken = Box<Rule>;

/// Says that a rule is broken.
#[cold]
#[inline(never)]
pub(super) fn broken<T>(rule: Rule) -> Result<T, Broken> {
    Err(Box::new(rule))
}

impl Rule {
    /// A stable number, for example 112 for the code `E0112`. The numbers from 100 to 199 are this checker's.
    #[must_use]
    pub const fn number(&self) -> u16 {
        match self {
            Self::Obsolete(_) => 101,
            Self::Index { .. } => 102,
            Self::Label(_) => 103,
            Self::NotAnEntry(_) => 104,
            Self::Arity { .. } => 105,
            Self::Operands(_) => 106,
            Self::BadLiteral(_) => 107,
            Self::Uninitialized(_) => 110,
            Self::NoSuchSlot { .. } => 111,
            Self::ContextAsTerm(_) => 112,
            Self::TermAsContext(_) => 113,
            Self::Marker(_) => 114,
            Self::TagTouched(_) => 115,
            Self::Overwritten(_) => 116,
            Self::FrameAlready => 120,
            Self::NoFrame => 121,
            Self::FrameLeft => 122,
            Self::FrameSize { .. } => 123,
            Self::OpenCatch => 124,
            Self::CatchNesting => 125,
            Self::HandlerEntered(_) => 126,
            Self::OpenReceive => 127,
            Self::Heap { .. } => 130,
            Self::NoBinary => 131,
            Self::FallsThrough => 132,
            Self::TooComplex => 133,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Obsolete(op) => {
                let info = op.info();
                write!(f, "instruction {} is obsolete since OTP {}", info.name, info.last_release.saturating_add(1))
            }
            Self::Index { table, index, count } => {
                write!(f, "index {index} is beyond the {}, which has {count}", table.name())
            }
            Self::Label(label) => write!(f, "label {label} is not a label of this function"),
            Self::NotAnEntry(label) => write!(f, "label {label} is not the entry of a function"),
            Self::Arity { given, needed } => write!(f, "the arity is {given}, but the function has {needed}"),
            Self::Operands(what) => f.write_str(what),
            Self::BadLiteral(index) => write!(f, "literal {index} is not a valid external term"),
            Self::Uninitialized(place) => write!(f, "{place} is read, but not written on every path to here"),
            Self::NoSuchSlot { slot, frame: Some(size) } => {
                write!(f, "y{slot} is used, but the stack frame has {size} slots")
            }
            Self::NoSuchSlot { slot, frame: None } => write!(f, "y{slot} is used where there is no stack frame"),
            Self::ContextAsTerm(place) => write!(f, "{place} may hold a match context, but is used as a term"),
            Self::TermAsContext(place) => write!(f, "{place} does not hold a match context"),
            Self::Marker(place) => write!(f, "{place} holds a receive marker, or should and does not"),
            Self::TagTouched(place) => write!(f, "{place} holds the tag of an open catch or try"),
            Self::Overwritten(place) => {
                write!(f, "the tuple in {place} is overwritten, but was not just made by setelement/3 (or with itself)")
            }
            Self::OpenReceive => f.write_str("the function is left in the middle of a receive"),
            Self::FrameAlready => f.write_str("a stack frame is allocated where there is one"),
            Self::NoFrame => f.write_str("a stack frame is needed here, and not every path has the same one"),
            Self::FrameLeft => f.write_str("the function is left with its stack frame in place"),
            Self::FrameSize { given, needed } => {
                write!(f, "the stack frame has {needed} slots, but the instruction says {given}")
            }
            Self::OpenCatch => f.write_str("a catch or try is still open here"),
            Self::CatchNesting => f.write_str("this is not the end of the innermost catch or try"),
            Self::HandlerEntered(label) => {
                write!(f, "label {label} is the handler of a try, but is reached without an exception")
            }
            Self::Heap { what, need, left } => {
                write!(f, "{need} {what} of heap are used, but only {left} were made sure of")
            }
            Self::NoBinary => f.write_str("no binary is under construction here"),
            Self::FallsThrough => f.write_str("the code runs past the end of the function"),
            Self::TooComplex => f.write_str("the function has too many paths to be checked"),
        }
    }
}
