//! The error that every reader of this crate returns: what was wrong, in which chunk, at which byte.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

/// The four bytes that name a chunk of a `.beam` file, for example `Code`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChunkId(pub [u8; 4]);

impl fmt::Display for ChunkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            if byte.is_ascii_graphic() || byte == b' ' {
                fmt::Write::write_char(f, char::from(byte))?;
            } else {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for ChunkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChunkId({self})")
    }
}

/// Where and why bytes could not be read: [`Details`], as its fields.
///
/// An error goes up through many functions and is seldom made, so what it tells stands elsewhere: on a device the code that
/// passes it on is a good part of a reader's. Where there is no memory even for that, the error is [`ErrorKind::Untold`].
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<[Details]>);

/// What an [`Error`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// The chunk that was read, or `None` for the file around the chunks.
    pub chunk: Option<ChunkId>,
    /// Byte offset: from the start of the chunk's data (after its size word), or of the file when
    /// [`chunk`](Self::chunk) is `None`. For a compressed chunk it counts inflated bytes.
    pub offset: usize,
    /// What is wrong there.
    pub kind: ErrorKind,
}

static UNTOLD: Details = Details { chunk: None, offset: 0, kind: ErrorKind::Untold };

impl Error {
    /// An error of the file around the chunks.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub fn new(offset: usize, kind: ErrorKind) -> Self {
        let mut details = Vec::new();
        if details.try_reserve_exact(1).is_ok() {
            details.push(Details { chunk: None, offset, kind });
        }
        Self(details.into_boxed_slice())
    }

    /// The same error, said to be inside `chunk`. A chunk that is already named stays.
    #[must_use]
    pub fn within(mut self, chunk: ChunkId) -> Self {
        for details in &mut self.0 {
            details.chunk = details.chunk.or(Some(chunk));
        }
        self
    }

    /// The same error, said to be at another offset.
    #[must_use]
    pub fn at(mut self, offset: usize) -> Self {
        for details in &mut self.0 {
            details.offset = offset;
        }
        self
    }

    /// The same error with `base` added to its offset: for readers of a part.
    #[must_use]
    pub fn shifted(self, base: usize) -> Self {
        let offset = self.offset.saturating_add(base);
        self.at(offset)
    }
}

impl Deref for Error {
    type Target = Details;

    fn deref(&self) -> &Details {
        self.0.first().unwrap_or(&UNTOLD)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.chunk {
            Some(chunk) => write!(f, "{} (chunk {chunk}, byte {})", self.kind, self.offset),
            None => write!(f, "{} (byte {})", self.kind, self.offset),
        }
    }
}

impl core::error::Error for Error {}

/// What was wrong with the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes end before the thing that was announced.
    Truncated {
        /// What was being read.
        what: &'static str,
        /// Bytes that it needs.
        need: usize,
        /// Bytes that are left.
        have: usize,
    },
    /// The bytes do not begin as this format does.
    BadMagic {
        /// The format that was expected.
        expected: &'static str,
    },
    /// A chunk that must be there is missing.
    MissingChunk(ChunkId),
    /// A chunk is there twice.
    DuplicateChunk(ChunkId),
    /// A number is outside what the format allows.
    OutOfRange {
        /// What the number is.
        what: &'static str,
        /// The number found.
        value: u64,
        /// The first number that is too large, or the only allowed one.
        limit: u64,
    },
    /// A byte or tag that the format does not define here.
    BadTag {
        /// What was being read.
        what: &'static str,
        /// The tag found.
        tag: u32,
    },
    /// Text that is not valid in its encoding.
    BadText {
        /// What the text is.
        what: &'static str,
    },
    /// A compressed part that does not inflate, or not to the announced size.
    BadCompression {
        /// What was being inflated.
        what: &'static str,
    },
    /// Something is larger or nested deeper than this reader is willing to follow.
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The limit, in the unit that `what` implies.
        limit: u64,
    },
    /// Bytes are left where the format ends.
    TrailingBytes {
        /// What was read before them.
        what: &'static str,
        /// How many bytes are left.
        count: usize,
    },
    /// A rule of the format is broken.
    Invalid {
        /// The rule, as a sentence without a full stop.
        what: &'static str,
    },
    /// It cannot be said, for want of memory.
    Untold,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { what, need, have } => {
                write!(f, "{what} is cut short: {need} bytes needed, {have} left")
            }
            Self::BadMagic { expected } => write!(f, "this is not {expected}"),
            Self::MissingChunk(id) => write!(f, "chunk {id} is missing"),
            Self::DuplicateChunk(id) => write!(f, "chunk {id} is there twice"),
            Self::OutOfRange { what, value, limit } => {
                write!(f, "{what} is {value}, but must be below {limit}")
            }
            Self::BadTag { what, tag } => write!(f, "unknown tag {tag} for {what}"),
            Self::BadText { what } => write!(f, "{what} is not valid text"),
            Self::BadCompression { what } => write!(f, "{what} does not inflate to what it announces"),
            Self::TooLarge { what, limit } => write!(f, "{what} is over the limit of {limit}"),
            Self::TrailingBytes { what, count } => write!(f, "{count} bytes are left over after {what}"),
            Self::Invalid { what } => f.write_str(what),
            Self::Untold => f.write_str("something is wrong, and there is no memory to say what"),
        }
    }
}
