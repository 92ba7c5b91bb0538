//! All codes of findings, declared once: what `emberl explain` prints and the documents list.

use emberl_format::ErrorKind;

/// What a code means.
#[derive(Clone, Copy, Debug)]
pub struct CodeInfo {
    /// The number, for example 201 for `E0201`.
    pub number: u16,
    /// A title of a few words.
    pub title: &'static str,
    /// What it means, why it matters and what to do, in a paragraph.
    pub text: &'static str,
}

/// The code of an error in the form of a file.
#[must_use]
pub const fn of_error(kind: &ErrorKind) -> u16 {
    match kind {
        ErrorKind::BadMagic { .. } => 1,
        ErrorKind::Truncated { .. } => 2,
        ErrorKind::MissingChunk(_) => 3,
        ErrorKind::DuplicateChunk(_) => 4,
        ErrorKind::OutOfRange { .. } => 5,
        ErrorKind::BadTag { .. } => 6,
        ErrorKind::BadText { .. } => 7,
        ErrorKind::BadCompression { .. } => 8,
        ErrorKind::TooLarge { .. } => 9,
        ErrorKind::TrailingBytes { .. } => 10,
        _ => 11,
    }
}

/// An input that is not there or cannot be read.
pub const INPUT: u16 = 20;
/// A module that no unit of the pack, library or profile has.
pub const UNKNOWN_MODULE: u16 = 201;
/// A function that its module does not have.
pub const UNKNOWN_FUNCTION: u16 = 202;
/// A function that is there, but not exported.
pub const NOT_EXPORTED: u16 = 203;
/// A function whose body is only a stand-in for a native that the target lacks.
pub const STUB: u16 = 204;
/// A guard BIF that the target lacks.
pub const UNKNOWN_BIF: u16 = 205;
/// A native that only other platforms have.
pub const OTHER_PLATFORM: u16 = 206;
/// An instruction that the target does not run.
pub const INSTRUCTION: u16 = 210;
/// An integer that is too large for the target.
pub const INTEGER: u16 = 211;
/// Bit syntax that the target cannot do.
pub const BIT_SYNTAX: u16 = 212;
/// More floating-point registers than the target has.
pub const FLOAT_REGISTERS: u16 = 213;
/// A compiler whose output the target does not read.
pub const COMPILER: u16 = 214;
/// No module to start.
pub const NO_START: u16 = 301;
/// The start module does not export `start/0`.
pub const NO_START_FUNCTION: u16 = 302;
/// Two modules of the same name.
pub const SHADOWED: u16 = 303;
/// Two plain files of the same name.
pub const SHADOWED_FILE: u16 = 304;
/// A section of a pack that is neither a module nor a file.
pub const UNKNOWN_SECTION: u16 = 305;

/// A `--keep` rule that names nothing.
pub const KEEP: u16 = 306;

/// The codes, in order.
pub static CODES: &[CodeInfo] = &[
    CodeInfo {
        number: 1,
        title: "not a file of this kind",
        text: "The file does not begin as a .beam or .avm file does. A .beam file begins with FOR1, or with the gzip \
               magic when it was compiled with +compressed; a pack begins with #!/usr/bin/env AtomVM. Often a source \
               file or a page of a web server was given instead.",
    },
    CodeInfo {
        number: 2,
        title: "cut short",
        text: "Something announces more bytes than there are. The copy, the download or the build was interrupted: make \
               the file again.",
    },
    CodeInfo {
        number: 3,
        title: "a chunk is missing",
        text: "Every module has the chunks AtU8 (atoms), Code and ExpT (exports). A file without them was stripped too far, \
               or is not a module.",
    },
    CodeInfo {
        number: 4,
        title: "a chunk is there twice",
        text: "No compiler writes a chunk twice; a loader would take one of them, and nobody can say which.",
    },
    CodeInfo {
        number: 5,
        title: "a number is out of range",
        text: "An index, a label or a register is beyond what the file says it has. The file is damaged, or made by a \
               compiler newer than the newest that is known (OTP 29).",
    },
    CodeInfo {
        number: 6,
        title: "an unknown tag",
        text: "A byte that says what follows has a value that the format does not define there. The file is damaged, or \
               of a newer compiler.",
    },
    CodeInfo {
        number: 7,
        title: "not valid text",
        text: "Atoms and names of sections must be UTF-8. Files of OTP 19 and older have Latin-1 atoms: compile them again.",
    },
    CodeInfo {
        number: 8,
        title: "does not inflate",
        text: "A compressed chunk or file is damaged, or does not have the size that it announces.",
    },
    CodeInfo {
        number: 9,
        title: "too large",
        text: "Something is larger than this tool is willing to follow: a compressed part that grows more than 64 times, or \
               an operand that does not fit. Compilers' output stays far below.",
    },
    CodeInfo {
        number: 10,
        title: "bytes are left over",
        text: "A table or a term ends before its bytes do. The file is damaged.",
    },
    CodeInfo {
        number: 11,
        title: "a rule of the format is broken",
        text: "The tables of the file do not fit together. The message says which rule it is.",
    },
    CodeInfo {
        number: INPUT,
        title: "an input cannot be read",
        text: "The file is not there, may not be read, is no regular file, or the folder or pattern gives no file. Relative \
               paths start at the folder where the command runs.",
    },
    CodeInfo {
        number: 101,
        title: "an obsolete instruction",
        text: "The code has an instruction that no compiler since OTP 24 emits. Compile the module with OTP 24 or later.",
    },
    CodeInfo {
        number: 102,
        title: "an index beyond a table",
        text: "An instruction names an atom, literal, import, lambda, line or type that the module does not have. A VM would \
               read whatever stands behind the table.",
    },
    CodeInfo {
        number: 103,
        title: "a jump to no label of the function",
        text: "A jump must lead to a label in the same function. A VM would go on in the middle of something else.",
    },
    CodeInfo {
        number: 104,
        title: "a call to no entry of a function",
        text: "A local call must lead to the entry label of a function.",
    },
    CodeInfo {
        number: 105,
        title: "an arity that does not fit",
        text: "A call passes another number of arguments than the function takes, or a fun gets another number of free \
               variables than its body expects.",
    },
    CodeInfo {
        number: 106,
        title: "operands that do not fit the instruction",
        text: "The operands decode, but the instruction cannot have them.",
    },
    CodeInfo {
        number: 107,
        title: "a literal that is not a term",
        text: "A literal of the module is not a valid external term.",
    },
    CodeInfo {
        number: 110,
        title: "read before it is written",
        text: "On some path a register or stack slot is read, or met by the garbage collector, that nothing was written to.",
    },
    CodeInfo {
        number: 111,
        title: "no such stack slot",
        text: "The stack frame is smaller than the slot's number, or there is none.",
    },
    CodeInfo {
        number: 112,
        title: "a match context used as a term",
        text: "The state of a binary match must not get into a term, a message or a call of another module.",
    },
    CodeInfo {
        number: 113,
        title: "no match context",
        text: "A bit syntax instruction works on a register that does not hold the state of a match on every path.",
    },
    CodeInfo {
        number: 114,
        title: "a receive marker used as a term",
        text: "A receive marker may only be bound to a reference.",
    },
    CodeInfo {
        number: 115,
        title: "the tag of an open catch is touched",
        text: "The slot of an open catch or try must not be read, moved or overwritten: an exception would not be found.",
    },
    CodeInfo {
        number: 116,
        title: "a tuple is overwritten",
        text: "Terms never change, but for the tuple that setelement/3 has just made: the compiler may overwrite more elements \
               of it. Any other tuple may be part of other terms, or stand in flash.",
    },
    CodeInfo { number: 120, title: "a frame within a frame", text: "A function has one stack frame at a time." },
    CodeInfo {
        number: 121,
        title: "no stack frame",
        text: "A call that returns needs a stack frame, for the address to return to.",
    },
    CodeInfo {
        number: 122,
        title: "a frame is left behind",
        text: "A function must take its stack frame away before it returns or calls in tail position.",
    },
    CodeInfo {
        number: 123,
        title: "a frame of another size",
        text: "A frame must be taken away by the size that it has.",
    },
    CodeInfo {
        number: 124,
        title: "a catch is left open",
        text: "A function must not return, or drop its frame, inside of a catch or try.",
    },
    CodeInfo {
        number: 125,
        title: "catches that are not nested",
        text: "The innermost catch or try must be ended first, and inner ones have lower slots than outer ones.",
    },
    CodeInfo {
        number: 126,
        title: "a handler entered without an exception",
        text: "The handler of a try expects class, reason and stack trace in its registers.",
    },
    CodeInfo {
        number: 127,
        title: "a receive is left open",
        text: "A function must not return in the middle of a receive loop: the next receive would pass over messages.",
    },
    CodeInfo {
        number: 130,
        title: "more heap than was made sure of",
        text: "Terms are built in heap space that an instruction before has made sure of. Here it was not enough.",
    },
    CodeInfo {
        number: 131,
        title: "no binary under construction",
        text: "A bit syntax instruction of OTP 24 appends to a binary that was not begun.",
    },
    CodeInfo {
        number: 132,
        title: "the code runs off",
        text: "The last instruction of a function must not go on to the next: there is none.",
    },
    CodeInfo {
        number: 133,
        title: "too many paths",
        text: "The function was not followed to its end, since that would take too long. Compilers' output stays far below \
               the limit.",
    },
    CodeInfo {
        number: UNKNOWN_MODULE,
        title: "call to an unknown module",
        text: "The code calls a function of a module that is not in the pack, and that the target does not have. On the \
               device the call would raise undef. Add the module to the inputs, or, when the device has it in another pack, \
               pass that pack with --with. With --prune only what is reached is looked at.",
    },
    CodeInfo {
        number: UNKNOWN_FUNCTION,
        title: "call to an unknown function",
        text: "The module is there, or the target has natives of its name, but no function of this name and arity. On the \
               device the call would raise undef. The module may be another version than the one that the code was \
               written for. Where only natives are there, add the module to the inputs, or pass a pack that has it with \
               --with.",
    },
    CodeInfo {
        number: NOT_EXPORTED,
        title: "call to a function that is not exported",
        text: "The module has the function, but keeps it to itself. Export it, or call one that is exported.",
    },
    CodeInfo {
        number: STUB,
        title: "call to a function whose native is missing",
        text: "The function's body only raises nif_error: it stands for a native function, which the target does not have. \
               On the device the call would fail.",
    },
    CodeInfo {
        number: UNKNOWN_BIF,
        title: "a guard BIF that the target lacks",
        text: "Guards and arithmetic call BIFs of the VM directly; no module of a pack can stand in for them.",
    },
    CodeInfo {
        number: OTHER_PLATFORM,
        title: "a native of another platform",
        text: "The target has this native function, but not on the platform that was chosen with --platform.",
    },
    CodeInfo {
        number: INSTRUCTION,
        title: "an instruction that the target does not run",
        text: "The VM of the target does not know this instruction. AtomVM stops with all processes when it loads such a \
               module, even if the function is never called. Compile with an OTP release that the target supports, or \
               without the option that brings the instruction in (line_coverage, beam_debug_info).",
    },
    CodeInfo {
        number: INTEGER,
        title: "an integer too large for the target",
        text: "AtomVM's integers have 256 bits and a sign. A larger one in the code cannot be loaded.",
    },
    CodeInfo {
        number: BIT_SYNTAX,
        title: "bit syntax that the target cannot do",
        text: "AtomVM has no bitstrings whose size is not a whole number of bytes. Matching the rest of a bitstring with \
               /bitstring, or building one of single bits, fails there with unsupported.",
    },
    CodeInfo {
        number: FLOAT_REGISTERS,
        title: "too many floating-point registers",
        text: "The function computes with more floats at once than the target has registers for. Split the expression.",
    },
    CodeInfo {
        number: COMPILER,
        title: "a compiler that the target does not support",
        text: "The target reads files of a range of OTP releases only; this one seems to be outside of it.",
    },
    CodeInfo {
        number: NO_START,
        title: "no module to start",
        text: "A program needs a module that exports start/0. Name it with --start, or pass --lib for a library.",
    },
    CodeInfo {
        number: NO_START_FUNCTION,
        title: "the start module has no start/0",
        text: "The module that was named with --start does not export start/0, or is not among the inputs.",
    },
    CodeInfo {
        number: SHADOWED,
        title: "a module is there twice",
        text: "The first module of a name is used, the others never. Remove one of them from the inputs.",
    },
    CodeInfo {
        number: SHADOWED_FILE,
        title: "a file is there twice",
        text: "The first file of a name is found, the others never. Remove one of them from the inputs.",
    },
    CodeInfo {
        number: UNKNOWN_SECTION,
        title: "a section of an unknown kind",
        text: "A section of the pack is neither a module nor a plain file with its length. It is taken over as it is.",
    },
    CodeInfo {
        number: KEEP,
        title: "a --keep rule names nothing",
        text: "The module or function that is to be kept is not among the inputs, or the function is not exported. A rule is \
               MODULE, for all its exports, or MODULE:FUNCTION/ARITY.",
    },
];

/// What a code means: `201`, `E0201` or `e201`.
#[must_use]
pub fn find(code: &str) -> Option<&'static CodeInfo> {
    let digits = code.strip_prefix(['E', 'e']).unwrap_or(code);
    let number: u16 = digits.parse().ok()?;
    CODES.iter().find(|info| info.number == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_unique() {
        assert!(CODES.windows(2).all(|pair| pair[0].number < pair[1].number));
        assert_eq!(find("E0201").map(|info| info.number), Some(201));
        assert_eq!(find("110").map(|info| info.number), Some(110));
        // Every rule of the code checker.
        for number in (101..=107).chain(110..=116).chain(120..=127).chain(130..=133) {
            assert!(CODES.iter().any(|info| info.number == number), "{number}");
        }
        assert!(find("E9999").is_none());
        assert!(find("lists").is_none());
    }
}
