//! The error that every reader of this crate returns: what was wrong, in which chunk, at which byte.

use core::fmt;

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

/// Where and why bytes could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The chunk that was read, or `None` for the file around the chunks.
    pub chunk: Option<ChunkId>,
    /// Byte offset: from the start of the chunk's data (after its size word), or of the file when
    /// [`chunk`](Self::chunk) is `None`. For a compressed chunk it counts inflated bytes.
    pub offset: usize,
    /// What is wrong there.
    pub kind: ErrorKind,
}

impl Error {
    /// An error of the file around the chunks.
    #[must_use]
    pub const fn new(offset: usize, kind: ErrorKind) -> Self {
        Self { chunk: None, offset, kind }
    }

    /// The same error, said to be inside `chunk`. A chunk that is already named stays.
    #[must_use]
    pub fn within(mut self, chunk: ChunkId) -> Self {
        self.chunk = self.chunk.or(Some(chunk));
        self
    }

    /// The same error with `base` added to its offset: for readers of a part.
    #[must_use]
    pub fn shifted(mut self, base: usize) -> Self {
        self.offset = self.offset.saturating_add(base);
        self
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
        }
    }
}
