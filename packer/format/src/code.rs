//! The `Code` chunk: its header, and instructions decoded into operands.
//!
//! The chunk begins with the size of its header, then the header (instruction set 0, highest opcode, number of labels,
//! number of functions), then the instructions: a byte of opcode and its operands as compact terms (OTP: `beam_asm`).

use alloc::vec::Vec;

use crate::compact::{self, Operand};
use crate::error::{ChunkId, Error, ErrorKind};
use crate::opcode::{Kind, OPCODES, Op};
use crate::reader::{Reader, Result};

/// The `Code` chunk, its header read.
#[derive(Clone, Copy, Debug)]
pub struct Code<'a> {
    /// The rest of the header after the fields below; none in all known files.
    pub header_rest: &'a [u8],
    /// The highest opcode that the compiler says it used.
    pub highest_opcode: u32,
    /// Labels are numbered from 1 and below this.
    pub label_count: u32,
    /// The number of functions.
    pub function_count: u32,
    /// The instructions.
    pub bytes: &'a [u8],
    /// Where the instructions start in the chunk, in bytes.
    pub start: usize,
}

impl<'a> Code<'a> {
    /// Reads the header.
    ///
    /// # Errors
    /// When it is cut short, of another instruction set, or needs an opcode that the table does not have.
    pub fn parse(data: &'a [u8]) -> Result<Self> {
        const WHAT: &str = "the header of the code";
        let mut reader = Reader::new(data);
        let size = reader.u32(WHAT)? as usize;
        let at = reader.offset();
        let mut header = Reader::new(reader.bytes(size, WHAT)?);
        let set = header.u32(WHAT)?;
        if set != 0 {
            return Err(Error::new(at, ErrorKind::BadTag { what: "the instruction set", tag: set }));
        }
        let highest_opcode = header.u32(WHAT)?;
        let label_count = header.u32(WHAT)?;
        let function_count = header.u32(WHAT)?;
        let start = reader.offset();
        let bytes = reader.rest();
        let newest = OPCODES.len() as u32;
        if highest_opcode > newest {
            let (value, limit) = (u64::from(highest_opcode), u64::from(newest) + 1);
            let what = "the highest opcode (the file is of a compiler newer than OTP 29)";
            return Err(Error::new(at + 4, ErrorKind::OutOfRange { what, value, limit }));
        }
        // Every label takes a `label` instruction of two bytes, every function a `func_info`.
        if label_count as usize > bytes.len() / 2 + 1 || function_count as usize > bytes.len() {
            let what = "the numbers of labels and functions do not fit into the code";
            return Err(Error::new(at + 8, ErrorKind::Invalid { what }));
        }
        Ok(Self { header_rest: header.rest(), highest_opcode, label_count, function_count, bytes, start })
    }

    /// Writes the chunk: the inverse of [`parse`](Self::parse).
    #[must_use]
    pub fn emit(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes.len() + 20);
        out.extend_from_slice(&(16 + self.header_rest.len() as u32).to_be_bytes());
        for word in [0, self.highest_opcode, self.label_count, self.function_count] {
            out.extend_from_slice(&word.to_be_bytes());
        }
        out.extend_from_slice(self.header_rest);
        out.extend_from_slice(self.bytes);
        out
    }

    /// Bytes of memory that [`decode`](Self::decode) takes at once. Few modules need more.
    #[must_use]
    pub const fn decoding_room(&self) -> usize {
        self.bytes.len() / 4 * size_of::<Instruction>() + self.bytes.len() / 2 * size_of::<Operand>()
    }

    /// Decodes all instructions.
    ///
    /// # Errors
    /// When an opcode is unknown, an operand does not decode or is not what the opcode table asks for, the code does
    /// not end with `int_code_end`, or there is no memory ([`compact::NO_ROOM`]). Offsets count from the start of the
    /// chunk's data.
    pub fn decode(&self) -> Result<Decoded<'a>> {
        let mut decoded =
            Decoded { bytes: self.bytes, start: self.start, instructions: Vec::new(), operands: Vec::new() };
        let instructions = decoded.instructions.try_reserve_exact(self.bytes.len() / 4);
        if instructions.and(decoded.operands.try_reserve_exact(self.bytes.len() / 2)).is_err() {
            return Err(Error::new(self.start, compact::NO_ROOM).within(ChunkId(*b"Code")));
        }
        decoded.fill().map_err(|error| error.shifted(self.start).within(ChunkId(*b"Code"))).map(|()| decoded)
    }
}

/// One instruction: where it stands, and which of the operands are its.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// What it is.
    pub op: Op,
    /// Index of its first operand in the array of all operands; [`Decoded::operands`] finds the others.
    pub first: u32,
    /// The offset of its opcode in the instructions, in bytes.
    pub offset: u32,
}

/// All instructions of a module.
///
/// Operands stand in one array. A list is one operand, followed at once by its elements; so the top-level operands of
/// an instruction are found by [`Decoded::operands`], which skips elements.
#[derive(Clone, Debug)]
pub struct Decoded<'a> {
    bytes: &'a [u8],
    start: usize,
    instructions: Vec<Instruction>,
    operands: Vec<Operand>,
}

impl<'a> Decoded<'a> {
    fn fill(&mut self) -> Result<()> {
        let mut reader = Reader::new(self.bytes);
        loop {
            let offset = reader.offset();
            if reader.is_empty() {
                let what = "the code does not end with int_code_end";
                return Err(Error::new(offset, ErrorKind::Invalid { what }));
            }
            let number = reader.u8("an opcode")?;
            let Some(info) = OPCODES.get(usize::from(number).wrapping_sub(1)) else {
                let tag = u32::from(number);
                return Err(Error::new(offset, ErrorKind::BadTag { what: "an opcode", tag }));
            };
            let first = u32::try_from(self.operands.len()).unwrap_or(u32::MAX);
            if !compact::make_room(&mut self.instructions) {
                return Err(Error::new(offset, compact::NO_ROOM));
            }
            self.instructions.push(Instruction { op: info.op, first, offset: offset as u32 });
            for &kind in info.operands {
                let at = self.operands.len();
                let place = reader.offset();
                compact::operand(&mut reader, &mut self.operands)?;
                if !self.operands.get(at).is_some_and(|operand| fits(kind, *operand)) {
                    return Err(Error::new(place, ErrorKind::Invalid { what: mismatch(kind) }));
                }
            }
            if info.op == Op::IntCodeEnd {
                // Padding of the assembler, at most.
                return reader.finish("the code (after int_code_end)");
            }
        }
    }

    /// All instructions, in order.
    #[must_use]
    pub fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }

    /// The top-level operands of an instruction, as many as its arity.
    #[inline]
    pub fn operands(&self, instruction: &Instruction) -> Operands<'_> {
        Operands {
            rest: self.operands.get(instruction.first as usize..).unwrap_or_default(),
            left: instruction.op.info().operands.len(),
        }
    }

    /// Operand `index` of an instruction: for instructions whose lists, if any, come behind it.
    #[must_use]
    #[inline]
    pub fn operand(&self, instruction: &Instruction, index: usize) -> Operand {
        self.operands.get(instruction.first as usize + index).copied().unwrap_or(Operand::Nil)
    }

    /// The elements of a list; for an allocation list the kinds and numbers in turn. Empty for other operands.
    #[must_use]
    #[inline]
    pub fn elements(&self, operand: Operand) -> &[Operand] {
        let (first, count) = match operand {
            Operand::List { first, length } => (first as usize, length as usize),
            Operand::AllocList { first, length } => (first as usize, (length as usize).saturating_mul(2)),
            _ => return &[],
        };
        self.operands.get(first..first.saturating_add(count)).unwrap_or_default()
    }

    /// The instructions' bytes, which [`Operand::BigInteger`] points into.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The big-endian two's complement bytes of a [`Operand::BigInteger`]; empty for others.
    #[must_use]
    pub fn big_integer(&self, operand: Operand) -> &'a [u8] {
        match operand {
            Operand::BigInteger { start, length } => {
                self.bytes.get(start as usize..(start as usize).saturating_add(length as usize)).unwrap_or_default()
            }
            _ => &[],
        }
    }

    /// The offset of an instruction in the chunk's data, in bytes: for messages.
    #[must_use]
    pub const fn chunk_offset(&self, instruction: &Instruction) -> usize {
        self.start + instruction.offset as usize
    }
}

/// The top-level operands of an instruction.
#[derive(Clone, Debug)]
pub struct Operands<'d> {
    rest: &'d [Operand],
    left: usize,
}

impl Iterator for Operands<'_> {
    type Item = Operand;

    #[inline]
    fn next(&mut self) -> Option<Operand> {
        if self.left == 0 {
            return None;
        }
        let (&operand, rest) = self.rest.split_first()?;
        let skip = match operand {
            Operand::List { length, .. } => length as usize,
            Operand::AllocList { length, .. } => length as usize * 2,
            _ => 0,
        };
        self.rest = rest.get(skip..).unwrap_or_default();
        self.left -= 1;
        Some(operand)
    }
}

/// Whether an operand has the form that the opcode table asks for. What it points at is the checker's question.
#[inline]
fn fits(kind: Kind, operand: Operand) -> bool {
    match kind {
        Kind::LabelDefinition
        | Kind::Arity
        | Kind::Import
        | Kind::Bif
        | Kind::Lambda
        | Kind::Live
        | Kind::FrameSize
        | Kind::Deallocate
        | Kind::Remaining
        | Kind::Unsigned
        | Kind::Element
        | Kind::Unit
        | Kind::StringSize
        | Kind::StringOffset
        | Kind::Line => matches!(operand, Operand::Unsigned(_)),
        // Flags are a number; a `bs_create_bin` segment has them as nil or a literal instead.
        Kind::Flags => matches!(operand, Operand::Unsigned(_)),
        Kind::Atom => matches!(operand, Operand::Atom(_)),
        Kind::Fail => matches!(operand, Operand::Label(_)),
        Kind::FailOrAtom => matches!(operand, Operand::Label(_) | Operand::Atom(_)),
        Kind::FunTag => matches!(operand, Operand::Unsigned(_) | Operand::Atom(_)),
        Kind::Jump | Kind::Entry | Kind::Handler => matches!(operand, Operand::Label(label) if label != 0),
        Kind::HeapNeed => matches!(operand, Operand::Unsigned(_) | Operand::AllocList { .. }),
        Kind::Source => is_source(operand),
        Kind::Register | Kind::Context | Kind::Destination => operand.x().is_some() || operand.y().is_some(),
        Kind::FloatSource | Kind::FloatDestination => matches!(operand, Operand::FloatRegister(_)),
        Kind::MoveSource => matches!(operand, Operand::FloatRegister(_)) || is_source(operand),
        Kind::MoveDestination => {
            matches!(operand, Operand::FloatRegister(_)) || operand.x().is_some() || operand.y().is_some()
        }
        Kind::Tag | Kind::Slot => matches!(operand, Operand::Y(_)),
        _ => matches!(operand, Operand::List { .. }),
    }
}

/// Whether an operand is a term: a register, an atom, an integer, nil or a literal.
#[must_use]
pub const fn is_source(operand: Operand) -> bool {
    matches!(
        operand,
        Operand::X(_)
            | Operand::Y(_)
            | Operand::TypedX(..)
            | Operand::TypedY(..)
            | Operand::Atom(_)
            | Operand::Nil
            | Operand::Integer(_)
            | Operand::BigInteger { .. }
            | Operand::Literal(_)
            | Operand::Unsigned(_)
            | Operand::Character(_)
    )
}

const fn mismatch(kind: Kind) -> &'static str {
    match kind {
        Kind::Atom => "an operand must be an atom",
        Kind::Fail | Kind::FailOrAtom => "an operand must be a failure label",
        Kind::Jump | Kind::Entry | Kind::Handler => "an operand must be a label",
        Kind::FunTag => "an operand must be the index of a lambda, safe or unsafe",
        Kind::HeapNeed => "an operand must be a number of heap words or an allocation list",
        Kind::Source | Kind::MoveSource => "an operand must be a term or a register",
        Kind::Register | Kind::Context | Kind::Destination | Kind::MoveDestination => "an operand must be a register",
        Kind::FloatSource | Kind::FloatDestination => "an operand must be a floating-point register",
        Kind::Tag | Kind::Slot => "an operand must be a y register",
        _ if kind.is_list() => "an operand must be a list",
        _ => "an operand must be a plain number",
    }
}
