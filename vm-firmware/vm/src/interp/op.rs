//! Numbers of instructions in translated code: those of OTP's opcode table in the *plain* form, and *packed* ones that the
//! loader makes of the common cases.
//!
//! * Plain: a word of the number (8 bits) and the length in words (24 bits), then a word an operand. See
//!   [`crate::load::translate`].
//! * Packed: a word of the number and of operands in the 24 bits above, called `a`, `b`, `c` (8 bits each, low first), `d`
//!   (`b` and `c` together, a signed distance to a label), or `e` (all 24 bits). Some have more words. A *register* of
//!   8 bits is `x` below 128, else `y` of the number less 128. Distances count from the word after the first.

use emberl_format::opcode::Op;

/// OTP's instructions.
macro_rules! plain {
    ($($name:ident = $op:ident,)*) => {
        $(
            #[doc = concat!("OTP's `", stringify!($op), "`.")]
            pub const $name: u8 = Op::$op as u8;
        )*
    };
}

plain! {
    FUNC_INFO = FuncInfo, CALL = Call, CALL_LAST = CallLast, CALL_ONLY = CallOnly, BIF0 = Bif0, BIF1 = Bif1,
    BIF2 = Bif2, ALLOCATE = Allocate, ALLOCATE_HEAP = AllocateHeap, ALLOCATE_ZERO = AllocateZero,
    ALLOCATE_HEAP_ZERO = AllocateHeapZero, TEST_HEAP = TestHeap, INIT = Init, DEALLOCATE = Deallocate,
    RETURN = Return, SEND = Send, REMOVE_MESSAGE = RemoveMessage, TIMEOUT = Timeout, LOOP_REC = LoopRec,
    LOOP_REC_END = LoopRecEnd, WAIT = Wait, WAIT_TIMEOUT = WaitTimeout, IS_LT = IsLt, IS_GE = IsGe,
    IS_EQ = IsEq, IS_NE = IsNe, IS_EQ_EXACT = IsEqExact, IS_NE_EXACT = IsNeExact, IS_INTEGER = IsInteger,
    IS_FLOAT = IsFloat, IS_NUMBER = IsNumber, IS_ATOM = IsAtom, IS_PID = IsPid, IS_REFERENCE = IsReference,
    IS_PORT = IsPort, IS_NIL = IsNil, IS_BINARY = IsBinary, IS_LIST = IsList, IS_NONEMPTY_LIST = IsNonemptyList,
    IS_TUPLE = IsTuple, TEST_ARITY = TestArity, SELECT_VAL = SelectVal, SELECT_TUPLE_ARITY = SelectTupleArity,
    JUMP = Jump, CATCH = Catch, CATCH_END = CatchEnd, MOVE = Move, GET_LIST = GetList,
    GET_TUPLE_ELEMENT = GetTupleElement, SET_TUPLE_ELEMENT = SetTupleElement, PUT_LIST = PutList,
    BADMATCH = Badmatch, IF_END = IfEnd, CASE_END = CaseEnd, CALL_FUN = CallFun, IS_FUNCTION = IsFunction,
    BS_PUT_INTEGER = BsPutInteger, BS_PUT_BINARY = BsPutBinary, BS_PUT_FLOAT = BsPutFloat,
    BS_PUT_STRING = BsPutString, FMOVE = Fmove, FCONV = Fconv, FADD = Fadd, FSUB = Fsub, FMUL = Fmul,
    FDIV = Fdiv, FNEGATE = Fnegate, MAKE_FUN2 = MakeFun2, TRY = Try, TRY_END = TryEnd, TRY_CASE = TryCase,
    TRY_CASE_END = TryCaseEnd, RAISE = Raise, BS_INIT2 = BsInit2, BS_ADD = BsAdd, APPLY = Apply,
    APPLY_LAST = ApplyLast, IS_BOOLEAN = IsBoolean, IS_FUNCTION2 = IsFunction2, BS_GET_INTEGER2 = BsGetInteger2,
    BS_GET_FLOAT2 = BsGetFloat2, BS_GET_BINARY2 = BsGetBinary2, BS_SKIP_BITS2 = BsSkipBits2, GC_BIF1 = GcBif1,
    GC_BIF2 = GcBif2, IS_BITSTR = IsBitstr, BS_MATCH_STRING = BsMatchString, BS_INIT_WRITABLE = BsInitWritable,
    BS_APPEND = BsAppend, BS_PRIVATE_APPEND = BsPrivateAppend, TRIM = Trim, BS_INIT_BITS = BsInitBits,
    BS_GET_UTF8 = BsGetUtf8, BS_SKIP_UTF8 = BsSkipUtf8, BS_GET_UTF16 = BsGetUtf16, BS_SKIP_UTF16 = BsSkipUtf16,
    BS_GET_UTF32 = BsGetUtf32, BS_SKIP_UTF32 = BsSkipUtf32, BS_UTF8_SIZE = BsUtf8Size, BS_PUT_UTF8 = BsPutUtf8,
    BS_UTF16_SIZE = BsUtf16Size, BS_PUT_UTF16 = BsPutUtf16, BS_PUT_UTF32 = BsPutUtf32, ON_LOAD = OnLoad,
    GC_BIF3 = GcBif3, PUT_MAP_ASSOC = PutMapAssoc, PUT_MAP_EXACT = PutMapExact, IS_MAP = IsMap,
    HAS_MAP_FIELDS = HasMapFields, GET_MAP_ELEMENTS = GetMapElements, IS_TAGGED_TUPLE = IsTaggedTuple,
    BUILD_STACKTRACE = BuildStacktrace, RAW_RAISE = RawRaise, GET_HD = GetHd, GET_TL = GetTl,
    PUT_TUPLE2 = PutTuple2, BS_START_MATCH3 = BsStartMatch3, SWAP = Swap, BS_START_MATCH4 = BsStartMatch4,
    MAKE_FUN3 = MakeFun3, INIT_YREGS = InitYregs, RECV_MARKER_BIND = RecvMarkerBind,
    RECV_MARKER_CLEAR = RecvMarkerClear, RECV_MARKER_RESERVE = RecvMarkerReserve,
    RECV_MARKER_USE = RecvMarkerUse, BS_CREATE_BIN = BsCreateBin, CALL_FUN2 = CallFun2, BADRECORD = Badrecord,
    UPDATE_RECORD = UpdateRecord, BS_MATCH = BsMatch, BIF3 = Bif3,
    IS_ANY_NATIVE_RECORD = IsAnyNativeRecord, IS_NATIVE_RECORD = IsNativeRecord,
    IS_RECORD_ACCESSIBLE = IsRecordAccessible,
}

/// Packed instructions, from number 192 on, with their lengths in words.
macro_rules! packed {
    ($($(#[$doc:meta])* $name:ident = $length:literal,)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u8)]
        enum Number { Before = 191, $($name,)* }
        $(
            $(#[$doc])*
            pub const $name: u8 = Number::$name as u8;
        )*
        const fn packed_lengths() -> [u8; 256] {
            let _ = Number::Before;
            let mut lengths = [0; 256];
            $(lengths[$name as usize] = $length;)*
            lengths
        }
    };
}

packed! {
    /// Begins a process: applies x0:x1 to the arguments in x2.
    START = 1,
    /// Ends a process: its function has returned x0.
    FINISH = 1,
    /// A float register into a term register, plain.
    FMOVE_OUT = 0,
    /// A value among constants that are sorted by their words: as `select_val`, plain.
    SELECT_SORTED = 0,
    /// Commands of older instructions that match, plain: see [`crate::bit_codes`].
    BS_STEPS = 0,

    /// Calls at distance `e`. The word before a function's entry is its arity.
    CALL_NEAR = 1,
    /// Likewise, after a frame of as many slots as the second word says is taken away.
    CALL_LAST_NEAR = 2,
    /// Likewise, without a frame.
    CALL_ONLY_NEAR = 1,
    /// Calls export `e`.
    CALL_EXPORT = 1,
    /// Likewise, after a frame of as many slots as the second word says is taken away.
    CALL_EXPORT_LAST = 2,
    /// Likewise, without a frame.
    CALL_EXPORT_ONLY = 1,
    /// Calls the native function `a` + 256 `b` with `c` arguments.
    CALL_NATIVE = 1,
    /// Likewise; then a frame of as many slots as the second word says is taken away, and it returns.
    CALL_NATIVE_LAST = 2,
    /// Likewise, without a frame.
    CALL_NATIVE_ONLY = 1,
    /// Calls the fun in register `b` with `a` arguments.
    CALL_FUN_NEAR = 1,
    /// Goes to distance `e`.
    JUMP_NEAR = 1,

    /// Makes a frame of `b` + 256 `c` slots; `a` registers live.
    FRAME = 1,
    /// Makes a frame of `a` slots and sees that there is room for `b` words; `c` registers live.
    FRAME_HEAP = 1,
    /// Sees that there is room for `b` + 256 `c` words; `a` registers live.
    HEAP = 1,
    /// Takes a frame of `e` slots away.
    UNFRAME = 1,
    /// Takes a frame of `e` slots away and returns.
    UNFRAME_RETURN = 1,
    /// Register `a` to `x0`, and returns.
    MOVE_RETURN = 1,
    /// The second word to `x0`, and returns.
    CONSTANT_RETURN = 2,

    /// `x` register `a` to `x` register `b`.
    MOVE_XX = 1,
    /// `x` register `a` to `y` register `b`.
    MOVE_XY = 1,
    /// `y` register `a` to `x` register `b`.
    MOVE_YX = 1,
    /// Two moves of `x` registers, one after the other: four numbers of 6 bits, from and to, from and to.
    MOVE_2 = 1,
    /// The second word to register `a`.
    MOVE_CONSTANT = 2,

    /// Head of register `a` to `b`, tail to `c`.
    CELL = 1,
    /// Goes to distance `d` unless register `a` is a cell; else its head goes to register `a` of the second word, its tail
    /// to `b` of it.
    IS_CELL = 2,
    /// Head of register `a` to `b`.
    HEAD = 1,
    /// Tail of register `a` to `b`.
    TAIL = 1,
    /// A cell of registers `a` and `b` to `c`.
    CONS = 1,
    /// A list of register `a` alone to `b`.
    CONS_NIL = 1,
    /// Element `b` (from 0) of register `a` to `c`.
    ELEMENT = 1,
    /// Four numbers of 6 bits: of the tuple in an `x` register, the element (from 0) and the next go to two `x` registers.
    ELEMENT_2 = 1,

    /// Goes to distance `d` unless register `a` is `[]`.
    NEAR_IS_NIL = 1,
    /// ... a cell.
    NEAR_IS_NONEMPTY_LIST = 1,
    /// ... a cell or `[]`.
    NEAR_IS_LIST = 1,
    /// ... an atom.
    NEAR_IS_ATOM = 1,
    /// ... an integer.
    NEAR_IS_INTEGER = 1,
    /// ... a tuple.
    NEAR_IS_TUPLE = 1,
    /// ... of the plain test whose number is in the second word.
    NEAR_IS_OF_TYPE = 2,
    /// ... has the header in the second word.
    NEAR_HAS_HEADER = 2,
    /// ... has the header in the second word, and the third as its first element.
    NEAR_IS_TAGGED = 3,
    /// ... is the very word that stands second.
    NEAR_IS = 2,
    /// ... is not.
    NEAR_IS_NOT = 2,
    /// Goes to distance `d` unless register `a` is exactly equal to the value in the second word; so with those that follow.
    NEAR_EQUAL = 2,
    /// ... is not exactly equal.
    NEAR_NOT_EQUAL = 2,
    /// ... is less.
    NEAR_LESS = 2,
    /// ... is not less.
    NEAR_NOT_LESS = 2,
    /// ... is greater.
    NEAR_GREATER = 2,
    /// ... is not greater.
    NEAR_NOT_GREATER = 2,

    /// Register `a` + the value in the second word to `b`; `c` registers live. So with those that follow.
    ADD = 2,
    /// `-`.
    SUBTRACT = 2,
    /// `*`.
    MULTIPLY = 2,
    /// `div`.
    DIVIDE = 2,
    /// `rem`.
    REMAINDER = 2,
    /// `band`.
    BAND = 2,
    /// `bor`.
    BOR = 2,
    /// `bxor`.
    BXOR = 2,
    /// `bsl`.
    SHIFT_LEFT = 2,
    /// `bsr`.
    SHIFT_RIGHT = 2,
}

/// Packed instructions that have the numbers of instructions that compilers emit no more, which the loader refuses.
macro_rules! packed_at {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $length:literal;)*) => {
        $(
            $(#[$doc])*
            pub const $name: u8 = $number;
        )*
        /// The length of each instruction in words; 0 for a plain one, which tells it itself.
        pub const LENGTHS: [u8; 256] = {
            let mut lengths = packed_lengths();
            $(lengths[$name as usize] = $length;)*
            lengths
        };
        #[cfg(test)]
        const NUMBERS_OF_OTHERS: &[u8] = &[$($number,)*];
    };
}

packed_at! {
    /// `x` register `a` + the constant in the second word to `x` register `b`; `c` registers live. So with those that
    /// follow.
    ADD_XC = 27, 2;
    /// `-`.
    SUBTRACT_XC = 28, 2;
    /// `*`.
    MULTIPLY_XC = 29, 2;
    /// `div`.
    DIVIDE_XC = 30, 2;
    /// `rem`.
    REMAINDER_XC = 31, 2;
    /// `band`.
    BAND_XC = 32, 2;
    /// `bor`.
    BOR_XC = 33, 2;
    /// `bxor`.
    BXOR_XC = 34, 2;
    /// `bsl`.
    SHIFT_LEFT_XC = 35, 2;
    /// `bsr`.
    SHIFT_RIGHT_XC = 36, 2;
    /// `x` registers `a` + `b` to `c`; as many registers live as the second word says. So with those that follow.
    ADD_XX = 79, 2;
    /// `-`.
    SUBTRACT_XX = 80, 2;
    /// `*`.
    MULTIPLY_XX = 81, 2;
    /// `div`.
    DIVIDE_XX = 82, 2;
    /// `rem`.
    REMAINDER_XX = 83, 2;
    /// `band`.
    BAND_XX = 84, 2;
    /// `bor`.
    BOR_XX = 85, 2;
    /// `bxor`.
    BXOR_XX = 86, 2;
    /// `bsl`.
    SHIFT_LEFT_XX = 87, 2;
    /// `bsr`.
    SHIFT_RIGHT_XX = 88, 2;
    /// Goes to distance `d` unless `x` register `a` is less than the small integer in the second word.
    NEAR_LESS_XC = 37, 2;
    /// ... is not less.
    NEAR_NOT_LESS_XC = 38, 2;
    /// ... is greater.
    NEAR_GREATER_XC = 54, 2;
    /// ... is not greater.
    NEAR_NOT_GREATER_XC = 68, 2;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_others_are_refused() {
        for &number in NUMBERS_OF_OTHERS {
            assert!(Op::from_number(number).is_some_and(|op| !op.info().runs), "{number}");
        }
    }
}
