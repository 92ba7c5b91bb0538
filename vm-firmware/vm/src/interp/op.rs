//! Numbers of instructions in translated code: those of OTP's opcode table, and what the loader makes of some.

use emberl_format::opcode::Op;

#[allow(missing_docs)]
pub const LABEL: u8 = Op::Label as u8;
#[allow(missing_docs)]
pub const FUNC_INFO: u8 = Op::FuncInfo as u8;
#[allow(missing_docs)]
pub const INT_CODE_END: u8 = Op::IntCodeEnd as u8;
#[allow(missing_docs)]
pub const CALL: u8 = Op::Call as u8;
#[allow(missing_docs)]
pub const CALL_LAST: u8 = Op::CallLast as u8;
#[allow(missing_docs)]
pub const CALL_ONLY: u8 = Op::CallOnly as u8;
#[allow(missing_docs)]
pub const CALL_EXT: u8 = Op::CallExt as u8;
#[allow(missing_docs)]
pub const CALL_EXT_LAST: u8 = Op::CallExtLast as u8;
#[allow(missing_docs)]
pub const BIF0: u8 = Op::Bif0 as u8;
#[allow(missing_docs)]
pub const BIF1: u8 = Op::Bif1 as u8;
#[allow(missing_docs)]
pub const BIF2: u8 = Op::Bif2 as u8;
#[allow(missing_docs)]
pub const ALLOCATE: u8 = Op::Allocate as u8;
#[allow(missing_docs)]
pub const ALLOCATE_HEAP: u8 = Op::AllocateHeap as u8;
#[allow(missing_docs)]
pub const ALLOCATE_ZERO: u8 = Op::AllocateZero as u8;
#[allow(missing_docs)]
pub const ALLOCATE_HEAP_ZERO: u8 = Op::AllocateHeapZero as u8;
#[allow(missing_docs)]
pub const TEST_HEAP: u8 = Op::TestHeap as u8;
#[allow(missing_docs)]
pub const INIT: u8 = Op::Init as u8;
#[allow(missing_docs)]
pub const DEALLOCATE: u8 = Op::Deallocate as u8;
#[allow(missing_docs)]
pub const RETURN: u8 = Op::Return as u8;
#[allow(missing_docs)]
pub const SEND: u8 = Op::Send as u8;
#[allow(missing_docs)]
pub const REMOVE_MESSAGE: u8 = Op::RemoveMessage as u8;
#[allow(missing_docs)]
pub const TIMEOUT: u8 = Op::Timeout as u8;
#[allow(missing_docs)]
pub const LOOP_REC: u8 = Op::LoopRec as u8;
#[allow(missing_docs)]
pub const LOOP_REC_END: u8 = Op::LoopRecEnd as u8;
#[allow(missing_docs)]
pub const WAIT: u8 = Op::Wait as u8;
#[allow(missing_docs)]
pub const WAIT_TIMEOUT: u8 = Op::WaitTimeout as u8;
#[allow(missing_docs)]
pub const IS_LT: u8 = Op::IsLt as u8;
#[allow(missing_docs)]
pub const IS_GE: u8 = Op::IsGe as u8;
#[allow(missing_docs)]
pub const IS_EQ: u8 = Op::IsEq as u8;
#[allow(missing_docs)]
pub const IS_NE: u8 = Op::IsNe as u8;
#[allow(missing_docs)]
pub const IS_EQ_EXACT: u8 = Op::IsEqExact as u8;
#[allow(missing_docs)]
pub const IS_NE_EXACT: u8 = Op::IsNeExact as u8;
#[allow(missing_docs)]
pub const IS_INTEGER: u8 = Op::IsInteger as u8;
#[allow(missing_docs)]
pub const IS_FLOAT: u8 = Op::IsFloat as u8;
#[allow(missing_docs)]
pub const IS_NUMBER: u8 = Op::IsNumber as u8;
#[allow(missing_docs)]
pub const IS_ATOM: u8 = Op::IsAtom as u8;
#[allow(missing_docs)]
pub const IS_PID: u8 = Op::IsPid as u8;
#[allow(missing_docs)]
pub const IS_REFERENCE: u8 = Op::IsReference as u8;
#[allow(missing_docs)]
pub const IS_PORT: u8 = Op::IsPort as u8;
#[allow(missing_docs)]
pub const IS_NIL: u8 = Op::IsNil as u8;
#[allow(missing_docs)]
pub const IS_BINARY: u8 = Op::IsBinary as u8;
#[allow(missing_docs)]
pub const IS_LIST: u8 = Op::IsList as u8;
#[allow(missing_docs)]
pub const IS_NONEMPTY_LIST: u8 = Op::IsNonemptyList as u8;
#[allow(missing_docs)]
pub const IS_TUPLE: u8 = Op::IsTuple as u8;
#[allow(missing_docs)]
pub const TEST_ARITY: u8 = Op::TestArity as u8;
#[allow(missing_docs)]
pub const SELECT_VAL: u8 = Op::SelectVal as u8;
#[allow(missing_docs)]
pub const SELECT_TUPLE_ARITY: u8 = Op::SelectTupleArity as u8;
#[allow(missing_docs)]
pub const JUMP: u8 = Op::Jump as u8;
#[allow(missing_docs)]
pub const CATCH: u8 = Op::Catch as u8;
#[allow(missing_docs)]
pub const CATCH_END: u8 = Op::CatchEnd as u8;
#[allow(missing_docs)]
pub const MOVE: u8 = Op::Move as u8;
#[allow(missing_docs)]
pub const GET_LIST: u8 = Op::GetList as u8;
#[allow(missing_docs)]
pub const GET_TUPLE_ELEMENT: u8 = Op::GetTupleElement as u8;
#[allow(missing_docs)]
pub const SET_TUPLE_ELEMENT: u8 = Op::SetTupleElement as u8;
#[allow(missing_docs)]
pub const PUT_LIST: u8 = Op::PutList as u8;
#[allow(missing_docs)]
pub const BADMATCH: u8 = Op::Badmatch as u8;
#[allow(missing_docs)]
pub const IF_END: u8 = Op::IfEnd as u8;
#[allow(missing_docs)]
pub const CASE_END: u8 = Op::CaseEnd as u8;
#[allow(missing_docs)]
pub const CALL_FUN: u8 = Op::CallFun as u8;
#[allow(missing_docs)]
pub const IS_FUNCTION: u8 = Op::IsFunction as u8;
#[allow(missing_docs)]
pub const CALL_EXT_ONLY: u8 = Op::CallExtOnly as u8;
#[allow(missing_docs)]
pub const BS_PUT_INTEGER: u8 = Op::BsPutInteger as u8;
#[allow(missing_docs)]
pub const BS_PUT_BINARY: u8 = Op::BsPutBinary as u8;
#[allow(missing_docs)]
pub const BS_PUT_FLOAT: u8 = Op::BsPutFloat as u8;
#[allow(missing_docs)]
pub const BS_PUT_STRING: u8 = Op::BsPutString as u8;
#[allow(missing_docs)]
pub const FCLEARERROR: u8 = Op::Fclearerror as u8;
#[allow(missing_docs)]
pub const FCHECKERROR: u8 = Op::Fcheckerror as u8;
#[allow(missing_docs)]
pub const FMOVE: u8 = Op::Fmove as u8;
#[allow(missing_docs)]
pub const FCONV: u8 = Op::Fconv as u8;
#[allow(missing_docs)]
pub const FADD: u8 = Op::Fadd as u8;
#[allow(missing_docs)]
pub const FSUB: u8 = Op::Fsub as u8;
#[allow(missing_docs)]
pub const FMUL: u8 = Op::Fmul as u8;
#[allow(missing_docs)]
pub const FDIV: u8 = Op::Fdiv as u8;
#[allow(missing_docs)]
pub const FNEGATE: u8 = Op::Fnegate as u8;
#[allow(missing_docs)]
pub const MAKE_FUN2: u8 = Op::MakeFun2 as u8;
#[allow(missing_docs)]
pub const TRY: u8 = Op::Try as u8;
#[allow(missing_docs)]
pub const TRY_END: u8 = Op::TryEnd as u8;
#[allow(missing_docs)]
pub const TRY_CASE: u8 = Op::TryCase as u8;
#[allow(missing_docs)]
pub const TRY_CASE_END: u8 = Op::TryCaseEnd as u8;
#[allow(missing_docs)]
pub const RAISE: u8 = Op::Raise as u8;
#[allow(missing_docs)]
pub const BS_INIT2: u8 = Op::BsInit2 as u8;
#[allow(missing_docs)]
pub const BS_ADD: u8 = Op::BsAdd as u8;
#[allow(missing_docs)]
pub const APPLY: u8 = Op::Apply as u8;
#[allow(missing_docs)]
pub const APPLY_LAST: u8 = Op::ApplyLast as u8;
#[allow(missing_docs)]
pub const IS_BOOLEAN: u8 = Op::IsBoolean as u8;
#[allow(missing_docs)]
pub const IS_FUNCTION2: u8 = Op::IsFunction2 as u8;
#[allow(missing_docs)]
pub const BS_GET_INTEGER2: u8 = Op::BsGetInteger2 as u8;
#[allow(missing_docs)]
pub const BS_GET_FLOAT2: u8 = Op::BsGetFloat2 as u8;
#[allow(missing_docs)]
pub const BS_GET_BINARY2: u8 = Op::BsGetBinary2 as u8;
#[allow(missing_docs)]
pub const BS_SKIP_BITS2: u8 = Op::BsSkipBits2 as u8;
#[allow(missing_docs)]
pub const BS_TEST_TAIL2: u8 = Op::BsTestTail2 as u8;
#[allow(missing_docs)]
pub const GC_BIF1: u8 = Op::GcBif1 as u8;
#[allow(missing_docs)]
pub const GC_BIF2: u8 = Op::GcBif2 as u8;
#[allow(missing_docs)]
pub const IS_BITSTR: u8 = Op::IsBitstr as u8;
#[allow(missing_docs)]
pub const BS_TEST_UNIT: u8 = Op::BsTestUnit as u8;
#[allow(missing_docs)]
pub const BS_MATCH_STRING: u8 = Op::BsMatchString as u8;
#[allow(missing_docs)]
pub const BS_INIT_WRITABLE: u8 = Op::BsInitWritable as u8;
#[allow(missing_docs)]
pub const BS_APPEND: u8 = Op::BsAppend as u8;
#[allow(missing_docs)]
pub const BS_PRIVATE_APPEND: u8 = Op::BsPrivateAppend as u8;
#[allow(missing_docs)]
pub const TRIM: u8 = Op::Trim as u8;
#[allow(missing_docs)]
pub const BS_INIT_BITS: u8 = Op::BsInitBits as u8;
#[allow(missing_docs)]
pub const BS_GET_UTF8: u8 = Op::BsGetUtf8 as u8;
#[allow(missing_docs)]
pub const BS_SKIP_UTF8: u8 = Op::BsSkipUtf8 as u8;
#[allow(missing_docs)]
pub const BS_GET_UTF16: u8 = Op::BsGetUtf16 as u8;
#[allow(missing_docs)]
pub const BS_SKIP_UTF16: u8 = Op::BsSkipUtf16 as u8;
#[allow(missing_docs)]
pub const BS_GET_UTF32: u8 = Op::BsGetUtf32 as u8;
#[allow(missing_docs)]
pub const BS_SKIP_UTF32: u8 = Op::BsSkipUtf32 as u8;
#[allow(missing_docs)]
pub const BS_UTF8_SIZE: u8 = Op::BsUtf8Size as u8;
#[allow(missing_docs)]
pub const BS_PUT_UTF8: u8 = Op::BsPutUtf8 as u8;
#[allow(missing_docs)]
pub const BS_UTF16_SIZE: u8 = Op::BsUtf16Size as u8;
#[allow(missing_docs)]
pub const BS_PUT_UTF16: u8 = Op::BsPutUtf16 as u8;
#[allow(missing_docs)]
pub const BS_PUT_UTF32: u8 = Op::BsPutUtf32 as u8;
#[allow(missing_docs)]
pub const ON_LOAD: u8 = Op::OnLoad as u8;
#[allow(missing_docs)]
pub const RECV_MARK: u8 = Op::RecvMark as u8;
#[allow(missing_docs)]
pub const RECV_SET: u8 = Op::RecvSet as u8;
#[allow(missing_docs)]
pub const GC_BIF3: u8 = Op::GcBif3 as u8;
#[allow(missing_docs)]
pub const LINE: u8 = Op::Line as u8;
#[allow(missing_docs)]
pub const PUT_MAP_ASSOC: u8 = Op::PutMapAssoc as u8;
#[allow(missing_docs)]
pub const PUT_MAP_EXACT: u8 = Op::PutMapExact as u8;
#[allow(missing_docs)]
pub const IS_MAP: u8 = Op::IsMap as u8;
#[allow(missing_docs)]
pub const HAS_MAP_FIELDS: u8 = Op::HasMapFields as u8;
#[allow(missing_docs)]
pub const GET_MAP_ELEMENTS: u8 = Op::GetMapElements as u8;
#[allow(missing_docs)]
pub const IS_TAGGED_TUPLE: u8 = Op::IsTaggedTuple as u8;
#[allow(missing_docs)]
pub const BUILD_STACKTRACE: u8 = Op::BuildStacktrace as u8;
#[allow(missing_docs)]
pub const RAW_RAISE: u8 = Op::RawRaise as u8;
#[allow(missing_docs)]
pub const GET_HD: u8 = Op::GetHd as u8;
#[allow(missing_docs)]
pub const GET_TL: u8 = Op::GetTl as u8;
#[allow(missing_docs)]
pub const PUT_TUPLE2: u8 = Op::PutTuple2 as u8;
#[allow(missing_docs)]
pub const BS_GET_TAIL: u8 = Op::BsGetTail as u8;
#[allow(missing_docs)]
pub const BS_START_MATCH3: u8 = Op::BsStartMatch3 as u8;
#[allow(missing_docs)]
pub const BS_GET_POSITION: u8 = Op::BsGetPosition as u8;
#[allow(missing_docs)]
pub const BS_SET_POSITION: u8 = Op::BsSetPosition as u8;
#[allow(missing_docs)]
pub const SWAP: u8 = Op::Swap as u8;
#[allow(missing_docs)]
pub const BS_START_MATCH4: u8 = Op::BsStartMatch4 as u8;
#[allow(missing_docs)]
pub const MAKE_FUN3: u8 = Op::MakeFun3 as u8;
#[allow(missing_docs)]
pub const INIT_YREGS: u8 = Op::InitYregs as u8;
#[allow(missing_docs)]
pub const RECV_MARKER_BIND: u8 = Op::RecvMarkerBind as u8;
#[allow(missing_docs)]
pub const RECV_MARKER_CLEAR: u8 = Op::RecvMarkerClear as u8;
#[allow(missing_docs)]
pub const RECV_MARKER_RESERVE: u8 = Op::RecvMarkerReserve as u8;
#[allow(missing_docs)]
pub const RECV_MARKER_USE: u8 = Op::RecvMarkerUse as u8;
#[allow(missing_docs)]
pub const BS_CREATE_BIN: u8 = Op::BsCreateBin as u8;
#[allow(missing_docs)]
pub const CALL_FUN2: u8 = Op::CallFun2 as u8;
#[allow(missing_docs)]
pub const NIF_START: u8 = Op::NifStart as u8;
#[allow(missing_docs)]
pub const BADRECORD: u8 = Op::Badrecord as u8;
#[allow(missing_docs)]
pub const UPDATE_RECORD: u8 = Op::UpdateRecord as u8;
#[allow(missing_docs)]
pub const BS_MATCH: u8 = Op::BsMatch as u8;
#[allow(missing_docs)]
pub const EXECUTABLE_LINE: u8 = Op::ExecutableLine as u8;
#[allow(missing_docs)]
pub const DEBUG_LINE: u8 = Op::DebugLine as u8;
#[allow(missing_docs)]
pub const BIF3: u8 = Op::Bif3 as u8;

/// Begins a process: applies x0:x1 to the arguments in x2.
pub const START: u8 = 200;
/// Ends a process: its function has returned x0.
pub const FINISH: u8 = 201;
/// A float register into a term register.
pub const FMOVE_OUT: u8 = 202;
/// `+` of two terms, small integers at once.
pub const ADD: u8 = 203;
/// `-` of two terms, likewise.
pub const SUBTRACT: u8 = 204;
/// `band`, likewise.
pub const BAND: u8 = 205;
/// `*`, likewise.
pub const MULTIPLY: u8 = 206;
/// x to x.
pub const MOVE_XX: u8 = 207;
/// x to y.
pub const MOVE_XY: u8 = 208;
/// y to x.
pub const MOVE_YX: u8 = 209;
/// A constant to x.
pub const MOVE_CX: u8 = 210;
/// A call of a native function.
pub const CALL_NATIVE: u8 = 211;
/// A call of a native function in tail position, with a frame.
pub const CALL_NATIVE_LAST: u8 = 212;
/// A call of a native function in tail position, without a frame.
pub const CALL_NATIVE_ONLY: u8 = 213;
/// Commands of older instructions that match: see [`crate::bit_codes`].
pub const BS_STEPS: u8 = 250;
