//! The opcode table: every generic BEAM instruction, declared once.
//!
//! The decoder, the encoder, the checker, the disassembler and the support table of the README are made from it.
//! Numbers, names and operand orders are OTP's (`lib/compiler/src/genop.tab`, OTP 29); the releases say which
//! compilers emit an instruction.

/// What an operand is, which says how it is checked, renumbered and printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The number of a label that is defined here.
    LabelDefinition,
    /// An arity, or another count of arguments in `x0`, `x1`, ...
    Arity,
    /// An atom.
    Atom,
    /// Where to go on failure; label 0 raises an exception instead.
    Fail,
    /// As [`Fail`](Self::Fail), or one of the atoms `no_fail` and `resume`.
    FailOrAtom,
    /// A label of the same function, never 0.
    Jump,
    /// The entry label of a function of this module.
    Entry,
    /// The handler of a `catch` or `try`: a label of the same function, never 0.
    Handler,
    /// What a `call_fun2` knows of the fun: an index into the lambda table, or one of the atoms `safe` and `unsafe`.
    FunTag,
    /// An index into the import table, called with a stack frame.
    Import,
    /// An index into the import table, called as a guard BIF.
    Bif,
    /// An index into the lambda table.
    Lambda,
    /// The number of live `x` registers: collection may happen here.
    Live,
    /// Slots of a stack frame that this instruction allocates.
    FrameSize,
    /// Slots of a stack frame that this instruction takes away.
    Deallocate,
    /// Slots of a stack frame that a `trim` leaves.
    Remaining,
    /// Heap words that must be free: a number, or an allocation list.
    HeapNeed,
    /// Any term: register, atom, integer, nil, literal, float.
    Source,
    /// A register that is read.
    Register,
    /// A register holding a match context, which is read and may be advanced.
    Context,
    /// A register that is written.
    Destination,
    /// A floating-point register that is read.
    FloatSource,
    /// A floating-point register that is written.
    FloatDestination,
    /// A term or a floating-point register that is read (`fmove`).
    MoveSource,
    /// A register or a floating-point register that is written (`fmove`).
    MoveDestination,
    /// A `y` register that holds, or gets, a catch or try tag.
    Tag,
    /// A `y` register that is initialised.
    Slot,
    /// A plain number.
    Unsigned,
    /// The position of a tuple element, counted from 0.
    Element,
    /// The unit of a bit syntax segment, in bits.
    Unit,
    /// The flags of a bit syntax segment.
    Flags,
    /// A number of bits or bytes in the string table.
    StringSize,
    /// A byte offset into the string table.
    StringOffset,
    /// An index into the line table; 0 is no location.
    Line,
    /// A list of values and labels, in pairs.
    SelectValues,
    /// A list of arities and labels, in pairs.
    SelectArities,
    /// A list of terms that are read.
    Sources,
    /// A list of `y` registers that are initialised.
    Slots,
    /// A list of terms that are read, keys of a map.
    Keys,
    /// A list of keys that are read and registers that are written, in pairs.
    KeysToDestinations,
    /// A list of keys and values that are read, in pairs.
    KeysAndValues,
    /// A list of positions (counted from 1) and values that are read, in pairs.
    Updates,
    /// The segments of `bs_create_bin`: six operands each (type, segment, unit, flags, value, size).
    Segments,
    /// The commands of `bs_match`.
    MatchCommands,
}

impl Kind {
    /// Whether an operand of this kind is a list of others.
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(
            self,
            Self::SelectValues
                | Self::SelectArities
                | Self::Sources
                | Self::Slots
                | Self::Keys
                | Self::KeysToDestinations
                | Self::KeysAndValues
                | Self::Updates
                | Self::Segments
                | Self::MatchCommands
        )
    }
}

/// What happens after an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// The next instruction may follow.
    Next,
    /// The next instruction never follows.
    Stop,
}

/// Whether an instruction can raise an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raise {
    /// It never does.
    Never,
    /// It does when its [`Kind::Fail`] operand is label 0.
    WithoutFail,
    /// It may.
    May,
}

/// What the table says of one instruction.
#[derive(Clone, Copy, Debug)]
pub struct OpInfo {
    /// The instruction.
    pub op: Op,
    /// Its name, as OTP spells it.
    pub name: &'static str,
    /// What each operand is; the length is the arity.
    pub operands: &'static [Kind],
    /// The first OTP release whose compiler emits it (5 for all that are older than R8).
    pub first_release: u8,
    /// The last OTP release whose compiler emits it, with whatever options (`+r23` of OTP 25 brings old ones back);
    /// [`NEWEST_RELEASE`] for all that are in use.
    pub last_release: u8,
    /// Whether the next instruction may follow.
    pub flow: Flow,
    /// Whether it can raise an exception.
    pub raise: Raise,
    /// Whether Emberl's own VM runs it.
    pub runs: bool,
    /// What it does, in one line.
    pub doc: &'static str,
}

impl OpInfo {
    /// Whether no compiler of a supported release ([`OLDEST_RELEASE`] and later) emits it.
    #[must_use]
    pub const fn is_obsolete(&self) -> bool {
        self.last_release < OLDEST_RELEASE
    }
}

/// The oldest OTP release whose files are supported.
pub const OLDEST_RELEASE: u8 = 24;
/// The newest OTP release that this table knows.
pub const NEWEST_RELEASE: u8 = 29;

macro_rules! opcodes {
    ($(
        #[doc = $doc:literal]
        $number:literal $name:literal $variant:ident [$($kind:ident),*] $first:literal..=$last:literal $flow:ident $raise:ident $runs:ident;
    )*) => {
        /// A generic BEAM instruction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Op {
            $(
                #[doc = $doc]
                $variant = $number,
            )*
        }

        /// All instructions, in the order of their numbers, which start at 1.
        pub static OPCODES: &[OpInfo] = &[
            $(
                OpInfo {
                    op: Op::$variant,
                    name: $name,
                    operands: &[$(Kind::$kind),*],
                    first_release: $first,
                    last_release: $last,
                    flow: Flow::$flow,
                    raise: Raise::$raise,
                    runs: opcodes!(@$runs),
                    doc: $doc.trim_ascii(),
                },
            )*
        ];
    };
    (@runs) => { true };
    (@refused) => { false };
}

impl Op {
    /// The instruction with this number.
    #[must_use]
    #[inline]
    pub fn from_number(number: u8) -> Option<Self> {
        OPCODES.get(usize::from(number).wrapping_sub(1)).map(|info| info.op)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What the table says of it.
    #[must_use]
    #[inline]
    #[allow(clippy::indexing_slicing)] // The table has one row a variant, in order: a test proves it.
    pub fn info(self) -> &'static OpInfo {
        &OPCODES[self as usize - 1]
    }

    /// Its name, as OTP spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.info().name
    }
}

opcodes! {
    #[doc = "Marks this place with a local label."]
    1 "label" Label [LabelDefinition] 5..=29 Next Never runs;
    #[doc = "Begins a function; executed, it raises function_clause."]
    2 "func_info" FuncInfo [Atom, Atom, Arity] 5..=29 Stop May runs;
    #[doc = "Ends the code."]
    3 "int_code_end" IntCodeEnd [] 5..=29 Stop Never runs;
    #[doc = "Calls a local function."]
    4 "call" Call [Arity, Entry] 5..=29 Next May runs;
    #[doc = "Takes the frame away and calls a local function in tail position."]
    5 "call_last" CallLast [Arity, Entry, Deallocate] 5..=29 Stop May runs;
    #[doc = "Calls a local function in tail position, without a frame."]
    6 "call_only" CallOnly [Arity, Entry] 5..=29 Stop May runs;
    #[doc = "Calls an external function."]
    7 "call_ext" CallExt [Arity, Import] 5..=29 Next May runs;
    #[doc = "Takes the frame away and calls an external function in tail position."]
    8 "call_ext_last" CallExtLast [Arity, Import, Deallocate] 5..=29 Stop May runs;
    #[doc = "Calls a guard BIF without arguments."]
    9 "bif0" Bif0 [Bif, Destination] 5..=29 Next Never runs;
    #[doc = "Calls a guard BIF with one argument."]
    10 "bif1" Bif1 [Fail, Bif, Source, Destination] 5..=29 Next WithoutFail runs;
    #[doc = "Calls a guard BIF with two arguments."]
    11 "bif2" Bif2 [Fail, Bif, Source, Source, Destination] 5..=29 Next WithoutFail runs;
    #[doc = "Allocates a stack frame."]
    12 "allocate" Allocate [FrameSize, Live] 5..=29 Next Never runs;
    #[doc = "Allocates a stack frame and makes sure of heap space."]
    13 "allocate_heap" AllocateHeap [FrameSize, HeapNeed, Live] 5..=29 Next Never runs;
    #[doc = "Allocates a stack frame whose slots are nil."]
    14 "allocate_zero" AllocateZero [FrameSize, Live] 5..=25 Next Never runs;
    #[doc = "Allocates a stack frame whose slots are nil, and makes sure of heap space."]
    15 "allocate_heap_zero" AllocateHeapZero [FrameSize, HeapNeed, Live] 5..=25 Next Never runs;
    #[doc = "Makes sure of heap space."]
    16 "test_heap" TestHeap [HeapNeed, Live] 5..=29 Next Never runs;
    #[doc = "Sets a stack slot to nil."]
    17 "init" Init [Slot] 5..=25 Next Never runs;
    #[doc = "Takes the stack frame away."]
    18 "deallocate" Deallocate [Deallocate] 5..=29 Next Never runs;
    #[doc = "Returns x0 to the caller."]
    19 "return" Return [] 5..=29 Stop Never runs;
    #[doc = "Sends x1 to the process in x0; x1 is the result, in x0."]
    20 "send" Send [] 5..=29 Next May runs;
    #[doc = "Takes the current message out of the mailbox."]
    21 "remove_message" RemoveMessage [] 5..=29 Next Never runs;
    #[doc = "Resets the mailbox after a timeout."]
    22 "timeout" Timeout [] 5..=29 Next Never runs;
    #[doc = "Picks the next message, or jumps when there is none."]
    23 "loop_rec" LoopRec [Jump, Destination] 5..=29 Next Never runs;
    #[doc = "Goes on to the next message."]
    24 "loop_rec_end" LoopRecEnd [Jump] 5..=29 Stop Never runs;
    #[doc = "Waits for a message."]
    25 "wait" Wait [Jump] 5..=29 Stop Never runs;
    #[doc = "Waits for a message for a number of milliseconds."]
    26 "wait_timeout" WaitTimeout [Jump, Source] 5..=29 Next May runs;
    #[doc = "Added two numbers (gone since R11)."]
    27 "m_plus" MPlus [Fail, Source, Source, Destination] 5..=5 Next WithoutFail refused;
    #[doc = "Subtracted two numbers (gone since R11)."]
    28 "m_minus" MMinus [Fail, Source, Source, Destination] 5..=5 Next WithoutFail refused;
    #[doc = "Multiplied two numbers (gone since R11)."]
    29 "m_times" MTimes [Fail, Source, Source, Destination] 5..=5 Next WithoutFail refused;
    #[doc = "Divided two numbers (gone since R11)."]
    30 "m_div" MDiv [Fail, Source, Source, Destination] 5..=5 Next WithoutFail refused;
    #[doc = "Divided two integers (gone since R11)."]
    31 "int_div" IntDiv [Fail, Source, Source, Destination] 5..=5 Next WithoutFail refused;
    #[doc = "Remainder of two integers (gone since R11)."]
    32 "int_rem" IntRem [Fail, Source, Source, Destination] 5..=5 Next WithoutFail refused;
    #[doc = "Bitwise and (gone since R11)."]
    33 "int_band" IntBand [Fail, Source, Source, Destination] 5..=5 Next WithoutFail refused;
    #[doc = "Bitwise or (gone since R11)."]
    34 "int_bor" IntBor [Fail, Source, Source, Destination] 5..=5 Next WithoutFail refused;
    #[doc = "Bitwise exclusive or (gone since R11)."]
    35 "int_bxor" IntBxor [Fail, Source, Source, Destination] 5..=5 Next WithoutFail refused;
    #[doc = "Shift left (gone since R11)."]
    36 "int_bsl" IntBsl [Fail, Source, Source, Destination] 5..=5 Next WithoutFail refused;
    #[doc = "Shift right (gone since R11)."]
    37 "int_bsr" IntBsr [Fail, Source, Source, Destination] 5..=5 Next WithoutFail refused;
    #[doc = "Bitwise not (gone since R11)."]
    38 "int_bnot" IntBnot [Fail, Source, Destination] 5..=5 Next WithoutFail refused;
    #[doc = "Jumps unless the first term is less than the second."]
    39 "is_lt" IsLt [Fail, Source, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the first term is greater than or equal to the second."]
    40 "is_ge" IsGe [Fail, Source, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the terms are equal (==)."]
    41 "is_eq" IsEq [Fail, Source, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the terms are not equal (/=)."]
    42 "is_ne" IsNe [Fail, Source, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the terms are exactly equal (=:=)."]
    43 "is_eq_exact" IsEqExact [Fail, Source, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the terms are not exactly equal (=/=)."]
    44 "is_ne_exact" IsNeExact [Fail, Source, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the term is an integer."]
    45 "is_integer" IsInteger [Fail, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the term is a float."]
    46 "is_float" IsFloat [Fail, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the term is a number."]
    47 "is_number" IsNumber [Fail, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the term is an atom."]
    48 "is_atom" IsAtom [Fail, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the term is a pid."]
    49 "is_pid" IsPid [Fail, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the term is a reference."]
    50 "is_reference" IsReference [Fail, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the term is a port."]
    51 "is_port" IsPort [Fail, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the term is the empty list."]
    52 "is_nil" IsNil [Fail, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the term is a binary."]
    53 "is_binary" IsBinary [Fail, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Tested for a constant (gone since R12)."]
    54 "is_constant" IsConstant [Fail, Source] 5..=5 Next WithoutFail refused;
    #[doc = "Jumps unless the term is a list cell or the empty list."]
    55 "is_list" IsList [Fail, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the term is a list cell."]
    56 "is_nonempty_list" IsNonemptyList [Fail, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the term is a tuple."]
    57 "is_tuple" IsTuple [Fail, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the tuple has this size."]
    58 "test_arity" TestArity [Fail, Source, Unsigned] 5..=29 Next WithoutFail runs;
    #[doc = "Jumps to the label of an equal value."]
    59 "select_val" SelectVal [Source, Fail, SelectValues] 5..=29 Stop WithoutFail runs;
    #[doc = "Jumps to the label of the tuple's size."]
    60 "select_tuple_arity" SelectTupleArity [Source, Fail, SelectArities] 5..=29 Stop WithoutFail runs;
    #[doc = "Jumps."]
    61 "jump" Jump [Jump] 5..=29 Stop Never runs;
    #[doc = "Begins a catch."]
    62 "catch" Catch [Tag, Handler] 5..=29 Next Never runs;
    #[doc = "Ends a catch; x0 is the result or what was caught."]
    63 "catch_end" CatchEnd [Tag] 5..=29 Next Never runs;
    #[doc = "Copies a term into a register."]
    64 "move" Move [Source, Destination] 5..=29 Next Never runs;
    #[doc = "Takes head and tail of a list cell."]
    65 "get_list" GetList [Register, Destination, Destination] 5..=29 Next Never runs;
    #[doc = "Takes an element of a tuple."]
    66 "get_tuple_element" GetTupleElement [Register, Element, Destination] 5..=29 Next Never runs;
    #[doc = "Overwrites an element of a tuple that was just copied."]
    67 "set_tuple_element" SetTupleElement [Source, Register, Element] 5..=25 Next Never runs;
    #[doc = "Built a string (gone since R12)."]
    68 "put_string" PutString [Unsigned, StringOffset, Destination] 5..=5 Next Never refused;
    #[doc = "Builds a list cell."]
    69 "put_list" PutList [Source, Source, Destination] 5..=29 Next Never runs;
    #[doc = "Began a tuple; put filled it (gone since OTP 22)."]
    70 "put_tuple" PutTuple [Unsigned, Destination] 5..=21 Next Never refused;
    #[doc = "Filled the next element of a tuple (gone since OTP 22)."]
    71 "put" Put [Source] 5..=21 Next Never refused;
    #[doc = "Raises badmatch."]
    72 "badmatch" Badmatch [Source] 5..=29 Stop May runs;
    #[doc = "Raises if_clause."]
    73 "if_end" IfEnd [] 5..=29 Stop May runs;
    #[doc = "Raises case_clause."]
    74 "case_end" CaseEnd [Source] 5..=29 Stop May runs;
    #[doc = "Calls the fun in the register after its arguments."]
    75 "call_fun" CallFun [Arity] 5..=29 Next May runs;
    #[doc = "Built a fun (gone since R11)."]
    76 "make_fun" MakeFun [Entry, Unsigned, Unsigned] 5..=5 Next Never refused;
    #[doc = "Jumps unless the term is a fun."]
    77 "is_function" IsFunction [Fail, Source] 5..=29 Next WithoutFail runs;
    #[doc = "Calls an external function in tail position, without a frame."]
    78 "call_ext_only" CallExtOnly [Arity, Import] 5..=29 Stop May runs;
    #[doc = "Began a binary match (gone since R11)."]
    79 "bs_start_match" BsStartMatch [Fail, Source] 7..=10 Next WithoutFail refused;
    #[doc = "Matched an integer (gone since R11)."]
    80 "bs_get_integer" BsGetInteger [Fail, Unsigned, Unsigned, Unsigned, Destination] 7..=10 Next WithoutFail refused;
    #[doc = "Matched a float (gone since R11)."]
    81 "bs_get_float" BsGetFloat [Fail, Unsigned, Unsigned, Unsigned, Destination] 7..=10 Next WithoutFail refused;
    #[doc = "Matched a binary (gone since R11)."]
    82 "bs_get_binary" BsGetBinary [Fail, Unsigned, Unsigned, Unsigned, Destination] 7..=10 Next WithoutFail refused;
    #[doc = "Skipped bits (gone since R11)."]
    83 "bs_skip_bits" BsSkipBits [Fail, Unsigned, Unsigned, Unsigned] 7..=10 Next WithoutFail refused;
    #[doc = "Tested the bits left (gone since R11)."]
    84 "bs_test_tail" BsTestTail [Fail, Unsigned] 7..=10 Next WithoutFail refused;
    #[doc = "Saved the position (gone since R11)."]
    85 "bs_save" BsSave [Unsigned] 7..=10 Next Never refused;
    #[doc = "Restored the position (gone since R11)."]
    86 "bs_restore" BsRestore [Unsigned] 7..=10 Next Never refused;
    #[doc = "Began a binary (gone since R12)."]
    87 "bs_init" BsInit [Unsigned, Unsigned] 7..=10 Next Never refused;
    #[doc = "Ended a binary (gone since R12)."]
    88 "bs_final" BsFinal [Fail, Destination] 7..=10 Next WithoutFail refused;
    #[doc = "Appends an integer to the binary under construction."]
    89 "bs_put_integer" BsPutInteger [Fail, Source, Unit, Flags, Source] 7..=24 Next WithoutFail runs;
    #[doc = "Appends a bitstring to the binary under construction."]
    90 "bs_put_binary" BsPutBinary [Fail, Source, Unit, Flags, Source] 7..=24 Next WithoutFail runs;
    #[doc = "Appends a float to the binary under construction."]
    91 "bs_put_float" BsPutFloat [Fail, Source, Unit, Flags, Source] 7..=24 Next WithoutFail runs;
    #[doc = "Appends bytes of the string table to the binary under construction."]
    92 "bs_put_string" BsPutString [StringSize, StringOffset] 7..=24 Next Never runs;
    #[doc = "Reserved a buffer (gone since R12)."]
    93 "bs_need_buf" BsNeedBuf [Unsigned] 7..=10 Next Never refused;
    #[doc = "Clears the floating-point error flag."]
    94 "fclearerror" Fclearerror [] 8..=25 Next Never runs;
    #[doc = "Jumps when the floating-point error flag is set."]
    95 "fcheckerror" Fcheckerror [Fail] 8..=25 Next WithoutFail runs;
    #[doc = "Moves a float into or out of a floating-point register."]
    96 "fmove" Fmove [MoveSource, MoveDestination] 8..=29 Next Never runs;
    #[doc = "Converts a number to a float."]
    97 "fconv" Fconv [Source, FloatDestination] 8..=29 Next May runs;
    #[doc = "Adds floats."]
    98 "fadd" Fadd [Fail, FloatSource, FloatSource, FloatDestination] 8..=29 Next WithoutFail runs;
    #[doc = "Subtracts floats."]
    99 "fsub" Fsub [Fail, FloatSource, FloatSource, FloatDestination] 8..=29 Next WithoutFail runs;
    #[doc = "Multiplies floats."]
    100 "fmul" Fmul [Fail, FloatSource, FloatSource, FloatDestination] 8..=29 Next WithoutFail runs;
    #[doc = "Divides floats."]
    101 "fdiv" Fdiv [Fail, FloatSource, FloatSource, FloatDestination] 8..=29 Next WithoutFail runs;
    #[doc = "Negates a float."]
    102 "fnegate" Fnegate [Fail, FloatSource, FloatDestination] 8..=29 Next WithoutFail runs;
    #[doc = "Builds a fun in x0 from the free variables in x0, x1, ..."]
    103 "make_fun2" MakeFun2 [Lambda] 8..=25 Next Never runs;
    #[doc = "Begins a try."]
    104 "try" Try [Tag, Handler] 10..=29 Next Never runs;
    #[doc = "Ends a try that nothing was raised in."]
    105 "try_end" TryEnd [Tag] 10..=29 Next Never runs;
    #[doc = "Begins the handler of a try; class, reason and stack trace are in x0, x1, x2."]
    106 "try_case" TryCase [Tag] 10..=29 Next Never runs;
    #[doc = "Raises try_clause."]
    107 "try_case_end" TryCaseEnd [Source] 10..=29 Stop May runs;
    #[doc = "Raises again, with the stack trace given first and the reason second."]
    108 "raise" Raise [Source, Source] 10..=29 Stop May runs;
    #[doc = "Begins a binary of a number of bytes."]
    109 "bs_init2" BsInit2 [Fail, Source, HeapNeed, Live, Flags, Destination] 10..=24 Next WithoutFail runs;
    #[doc = "Converted bits to bytes (gone since R12)."]
    110 "bs_bits_to_bytes" BsBitsToBytes [Fail, Source, Destination] 10..=11 Next WithoutFail refused;
    #[doc = "Adds to a size, in units."]
    111 "bs_add" BsAdd [Fail, Source, Source, Unit, Destination] 10..=24 Next WithoutFail runs;
    #[doc = "Calls module and function in the registers after the arguments."]
    112 "apply" Apply [Arity] 10..=29 Next May runs;
    #[doc = "As apply, in tail position."]
    113 "apply_last" ApplyLast [Arity, Deallocate] 10..=29 Stop May runs;
    #[doc = "Jumps unless the term is true or false."]
    114 "is_boolean" IsBoolean [Fail, Source] 10..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the term is a fun of this arity."]
    115 "is_function2" IsFunction2 [Fail, Source, Source] 10..=29 Next WithoutFail runs;
    #[doc = "Began a binary match (gone since OTP 22)."]
    116 "bs_start_match2" BsStartMatch2 [Fail, Source, Live, Unsigned, Destination] 11..=21 Next WithoutFail refused;
    #[doc = "Matches an integer."]
    117 "bs_get_integer2" BsGetInteger2 [Fail, Context, Live, Source, Unit, Flags, Destination] 11..=29 Next WithoutFail runs;
    #[doc = "Matches a float."]
    118 "bs_get_float2" BsGetFloat2 [Fail, Context, Live, Source, Unit, Flags, Destination] 11..=29 Next WithoutFail runs;
    #[doc = "Matches a bitstring."]
    119 "bs_get_binary2" BsGetBinary2 [Fail, Context, Live, Source, Unit, Flags, Destination] 11..=29 Next WithoutFail runs;
    #[doc = "Skips bits."]
    120 "bs_skip_bits2" BsSkipBits2 [Fail, Context, Source, Unit, Flags] 11..=29 Next WithoutFail runs;
    #[doc = "Jumps unless this many bits are left."]
    121 "bs_test_tail2" BsTestTail2 [Fail, Context, Unsigned] 11..=29 Next WithoutFail runs;
    #[doc = "Saved the position (gone since OTP 22)."]
    122 "bs_save2" BsSave2 [Register, Source] 11..=21 Next Never refused;
    #[doc = "Restored the position (gone since OTP 22)."]
    123 "bs_restore2" BsRestore2 [Register, Source] 11..=21 Next Never refused;
    #[doc = "Calls a guard BIF with one argument that may allocate."]
    124 "gc_bif1" GcBif1 [Fail, Live, Bif, Source, Destination] 11..=29 Next WithoutFail runs;
    #[doc = "Calls a guard BIF with two arguments that may allocate."]
    125 "gc_bif2" GcBif2 [Fail, Live, Bif, Source, Source, Destination] 11..=29 Next WithoutFail runs;
    #[doc = "Ended a binary (never in use)."]
    126 "bs_final2" BsFinal2 [Source, Destination] 11..=11 Next Never refused;
    #[doc = "Converted bits to bytes (never in use)."]
    127 "bs_bits_to_bytes2" BsBitsToBytes2 [Source, Destination] 11..=11 Next Never refused;
    #[doc = "Loaded a literal (gone since R12)."]
    128 "put_literal" PutLiteral [Unsigned, Destination] 11..=11 Next Never refused;
    #[doc = "Jumps unless the term is a bitstring."]
    129 "is_bitstr" IsBitstr [Fail, Source] 11..=29 Next WithoutFail runs;
    #[doc = "Turned a match context into a binary (gone since OTP 22)."]
    130 "bs_context_to_binary" BsContextToBinary [Register] 12..=21 Next Never refused;
    #[doc = "Jumps unless the bits left are a multiple of the unit."]
    131 "bs_test_unit" BsTestUnit [Fail, Context, Unit] 12..=29 Next WithoutFail runs;
    #[doc = "Matches bits of the string table."]
    132 "bs_match_string" BsMatchString [Fail, Context, StringSize, StringOffset] 12..=29 Next WithoutFail runs;
    #[doc = "Makes a binary to append to, of the size hint in x0."]
    133 "bs_init_writable" BsInitWritable [] 12..=29 Next May runs;
    #[doc = "Begins to append to a bitstring."]
    134 "bs_append" BsAppend [Fail, Source, HeapNeed, Live, Unit, Source, Flags, Destination] 12..=24 Next WithoutFail runs;
    #[doc = "Begins to append to a bitstring that nobody else holds."]
    135 "bs_private_append" BsPrivateAppend [Fail, Source, Unit, Source, Flags, Destination] 12..=24 Next WithoutFail runs;
    #[doc = "Drops slots of the stack frame."]
    136 "trim" Trim [Deallocate, Remaining] 12..=29 Next Never runs;
    #[doc = "Begins a bitstring of a number of bits."]
    137 "bs_init_bits" BsInitBits [Fail, Source, HeapNeed, Live, Flags, Destination] 12..=24 Next WithoutFail runs;
    #[doc = "Matches a UTF-8 code point."]
    138 "bs_get_utf8" BsGetUtf8 [Fail, Context, Live, Flags, Destination] 12..=29 Next WithoutFail runs;
    #[doc = "Skips a UTF-8 code point."]
    139 "bs_skip_utf8" BsSkipUtf8 [Fail, Context, Live, Flags] 12..=29 Next WithoutFail runs;
    #[doc = "Matches a UTF-16 code point."]
    140 "bs_get_utf16" BsGetUtf16 [Fail, Context, Live, Flags, Destination] 12..=29 Next WithoutFail runs;
    #[doc = "Skips a UTF-16 code point."]
    141 "bs_skip_utf16" BsSkipUtf16 [Fail, Context, Live, Flags] 12..=29 Next WithoutFail runs;
    #[doc = "Matches a UTF-32 code point."]
    142 "bs_get_utf32" BsGetUtf32 [Fail, Context, Live, Flags, Destination] 12..=29 Next WithoutFail runs;
    #[doc = "Skips a UTF-32 code point."]
    143 "bs_skip_utf32" BsSkipUtf32 [Fail, Context, Live, Flags] 12..=29 Next WithoutFail runs;
    #[doc = "Bytes that a code point takes in UTF-8."]
    144 "bs_utf8_size" BsUtf8Size [Fail, Source, Destination] 12..=24 Next WithoutFail runs;
    #[doc = "Appends a code point in UTF-8."]
    145 "bs_put_utf8" BsPutUtf8 [Fail, Flags, Source] 12..=24 Next WithoutFail runs;
    #[doc = "Bytes that a code point takes in UTF-16."]
    146 "bs_utf16_size" BsUtf16Size [Fail, Source, Destination] 12..=24 Next WithoutFail runs;
    #[doc = "Appends a code point in UTF-16."]
    147 "bs_put_utf16" BsPutUtf16 [Fail, Flags, Source] 12..=24 Next WithoutFail runs;
    #[doc = "Appends a code point in UTF-32."]
    148 "bs_put_utf32" BsPutUtf32 [Fail, Flags, Source] 12..=24 Next WithoutFail runs;
    #[doc = "Marks the function that is called when the module is loaded."]
    149 "on_load" OnLoad [] 13..=29 Next Never runs;
    #[doc = "Saves the end of the mailbox for the receive at the label."]
    150 "recv_mark" RecvMark [Jump] 14..=25 Next Never runs;
    #[doc = "Begins to receive from the saved place."]
    151 "recv_set" RecvSet [Jump] 14..=25 Next Never runs;
    #[doc = "Calls a guard BIF with three arguments that may allocate."]
    152 "gc_bif3" GcBif3 [Fail, Live, Bif, Source, Source, Source, Destination] 14..=29 Next WithoutFail runs;
    #[doc = "Gives the source location of what follows."]
    153 "line" Line [Line] 15..=29 Next Never runs;
    #[doc = "Adds or replaces pairs of a map (=>)."]
    154 "put_map_assoc" PutMapAssoc [Fail, Source, Destination, Live, KeysAndValues] 17..=29 Next WithoutFail runs;
    #[doc = "Replaces values of a map (:=)."]
    155 "put_map_exact" PutMapExact [Fail, Source, Destination, Live, KeysAndValues] 17..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the term is a map."]
    156 "is_map" IsMap [Fail, Source] 17..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the map has these keys."]
    157 "has_map_fields" HasMapFields [Fail, Source, Keys] 17..=29 Next WithoutFail runs;
    #[doc = "Takes values of a map, or jumps when a key is missing."]
    158 "get_map_elements" GetMapElements [Fail, Source, KeysToDestinations] 17..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the term is a tuple of this size and first element."]
    159 "is_tagged_tuple" IsTaggedTuple [Fail, Source, Unsigned, Atom] 20..=29 Next WithoutFail runs;
    #[doc = "Turns the raw stack trace in x0 into a list."]
    160 "build_stacktrace" BuildStacktrace [] 21..=29 Next Never runs;
    #[doc = "Raises with class, reason and raw stack trace from x0, x1, x2; puts badarg into x0 when the class is none."]
    161 "raw_raise" RawRaise [] 21..=29 Next May runs;
    #[doc = "Takes the head of a list cell."]
    162 "get_hd" GetHd [Register, Destination] 21..=29 Next Never runs;
    #[doc = "Takes the tail of a list cell."]
    163 "get_tl" GetTl [Register, Destination] 21..=29 Next Never runs;
    #[doc = "Builds a tuple."]
    164 "put_tuple2" PutTuple2 [Destination, Sources] 22..=29 Next Never runs;
    #[doc = "Takes the rest of the bitstring."]
    165 "bs_get_tail" BsGetTail [Context, Destination, Live] 22..=29 Next Never runs;
    #[doc = "Begins a match."]
    166 "bs_start_match3" BsStartMatch3 [Fail, Source, Live, Destination] 22..=29 Next WithoutFail runs;
    #[doc = "Saves the position of a match."]
    167 "bs_get_position" BsGetPosition [Context, Destination, Live] 22..=29 Next Never runs;
    #[doc = "Goes back to a saved position."]
    168 "bs_set_position" BsSetPosition [Context, Source] 22..=29 Next Never runs;
    #[doc = "Exchanges two registers."]
    169 "swap" Swap [Destination, Destination] 23..=29 Next Never runs;
    #[doc = "Begins a match, or goes on with one."]
    170 "bs_start_match4" BsStartMatch4 [FailOrAtom, Live, Source, Destination] 23..=29 Next WithoutFail runs;
    #[doc = "Builds a fun."]
    171 "make_fun3" MakeFun3 [Lambda, Destination, Sources] 24..=29 Next Never runs;
    #[doc = "Sets stack slots to nil."]
    172 "init_yregs" InitYregs [Slots] 24..=29 Next Never runs;
    #[doc = "Ties a receive marker to a reference."]
    173 "recv_marker_bind" RecvMarkerBind [Register, Register] 24..=29 Next Never runs;
    #[doc = "Drops a receive marker."]
    174 "recv_marker_clear" RecvMarkerClear [Register] 24..=29 Next Never runs;
    #[doc = "Marks the end of the mailbox."]
    175 "recv_marker_reserve" RecvMarkerReserve [Destination] 24..=29 Next Never runs;
    #[doc = "Begins to receive from a marker."]
    176 "recv_marker_use" RecvMarkerUse [Register] 24..=29 Next Never runs;
    #[doc = "Builds a bitstring."]
    177 "bs_create_bin" BsCreateBin [Fail, HeapNeed, Live, Unit, Destination, Segments] 25..=29 Next WithoutFail runs;
    #[doc = "Calls a fun."]
    178 "call_fun2" CallFun2 [FunTag, Arity, Source] 25..=29 Next May runs;
    #[doc = "Marks a function that a NIF may replace."]
    179 "nif_start" NifStart [] 25..=29 Next Never runs;
    #[doc = "Raises badrecord."]
    180 "badrecord" Badrecord [Source] 25..=29 Stop May runs;
    #[doc = "Copies a tuple with some elements replaced."]
    181 "update_record" UpdateRecord [Atom, Unsigned, Source, Destination, Updates] 26..=29 Next Never runs;
    #[doc = "Runs a sequence of match commands."]
    182 "bs_match" BsMatch [Fail, Context, MatchCommands] 26..=29 Next WithoutFail runs;
    #[doc = "As line, for code coverage."]
    183 "executable_line" ExecutableLine [Line, Unsigned] 27..=29 Next Never runs;
    #[doc = "As line, for a debugger."]
    184 "debug_line" DebugLine [Atom, Line, Unsigned, Live] 28..=29 Next Never runs;
    #[doc = "Calls a guard BIF with three arguments."]
    185 "bif3" Bif3 [Fail, Bif, Source, Source, Source, Destination] 29..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the term is a native record."]
    186 "is_any_native_record" IsAnyNativeRecord [Fail, Source] 29..=29 Next WithoutFail runs;
    #[doc = "Jumps unless the term is a native record of this module and name."]
    187 "is_native_record" IsNativeRecord [Fail, Source, Source, Source] 29..=29 Next WithoutFail runs;
    #[doc = "Takes fields of a native record."]
    188 "get_record_elements" GetRecordElements [Fail, Source, KeysToDestinations] 29..=29 Next WithoutFail refused;
    #[doc = "Builds or updates a native record."]
    189 "put_record" PutRecord [Fail, Source, Source, Destination, Live, KeysAndValues] 29..=29 Next WithoutFail refused;
    #[doc = "Jumps unless the native record's fields may be read here."]
    190 "is_record_accessible" IsRecordAccessible [Fail, Source, Source] 29..=29 Next WithoutFail runs;
    #[doc = "Takes one field of a native record."]
    191 "get_record_field" GetRecordField [Fail, Source, Source, Source, Destination] 29..=29 Next WithoutFail refused;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_their_numbers() {
        for (index, info) in OPCODES.iter().enumerate() {
            assert_eq!(usize::from(info.op.number()), index + 1, "{}", info.name);
            assert!(info.first_release <= info.last_release, "{}", info.name);
            assert!(!(info.runs && info.is_obsolete()), "{} runs, but no supported compiler emits it", info.name);
        }
        assert_eq!(Op::from_number(0), None);
        assert_eq!(Op::from_number(191), Some(Op::GetRecordField));
        assert_eq!(Op::from_number(192), None);
    }
}
