//! The tags of the external term format, one constant each, under OTP's names (without `_EXT`).

/// `NEW_FLOAT_EXT`: eight bytes, IEEE 754, big-endian.
pub const NEW_FLOAT: u8 = 70;
/// `BIT_BINARY_EXT`: a bitstring whose last byte is used in part.
pub const BIT_BINARY: u8 = 77;
/// The mark of a zlib-compressed term; only directly after the version byte.
pub const COMPRESSED: u8 = 80;
/// `NEW_PID_EXT`: a pid with a 32-bit creation.
pub const NEW_PID: u8 = 88;
/// `NEW_PORT_EXT`: a port with a 32-bit creation.
pub const NEW_PORT: u8 = 89;
/// `NEWER_REFERENCE_EXT`: a reference with a 32-bit creation.
pub const NEWER_REFERENCE: u8 = 90;
/// `SMALL_INTEGER_EXT`: one unsigned byte.
pub const SMALL_INTEGER: u8 = 97;
/// `INTEGER_EXT`: 32 bits, signed.
pub const INTEGER: u8 = 98;
/// `FLOAT_EXT`: 31 bytes of text, padded with zero bytes.
pub const FLOAT: u8 = 99;
/// `ATOM_EXT`: Latin-1, 16-bit length.
pub const ATOM: u8 = 100;
/// `REFERENCE_EXT`: one word, 8-bit creation.
pub const REFERENCE: u8 = 101;
/// `PORT_EXT`: 8-bit creation.
pub const PORT: u8 = 102;
/// `PID_EXT`: 8-bit creation.
pub const PID: u8 = 103;
/// `SMALL_TUPLE_EXT`: 8-bit arity.
pub const SMALL_TUPLE: u8 = 104;
/// `LARGE_TUPLE_EXT`: 32-bit arity.
pub const LARGE_TUPLE: u8 = 105;
/// `NIL_EXT`: the empty list.
pub const NIL: u8 = 106;
/// `STRING_EXT`: a list of bytes, 16-bit length.
pub const STRING: u8 = 107;
/// `LIST_EXT`: a list and its tail.
pub const LIST: u8 = 108;
/// `BINARY_EXT`: whole bytes, 32-bit length.
pub const BINARY: u8 = 109;
/// `SMALL_BIG_EXT`: an integer with an 8-bit count of bytes.
pub const SMALL_BIG: u8 = 110;
/// `LARGE_BIG_EXT`: an integer with a 32-bit count of bytes.
pub const LARGE_BIG: u8 = 111;
/// `NEW_FUN_EXT`: a fun with its environment.
pub const NEW_FUN: u8 = 112;
/// `EXPORT_EXT`: `fun module:function/arity`.
pub const EXPORT: u8 = 113;
/// `NEW_REFERENCE_EXT`: several words, 8-bit creation.
pub const NEW_REFERENCE: u8 = 114;
/// `SMALL_ATOM_EXT`: Latin-1, 8-bit length.
pub const SMALL_ATOM: u8 = 115;
/// `MAP_EXT`: pairs of key and value.
pub const MAP: u8 = 116;
/// `FUN_EXT`: the fun of releases before R8. OTP no longer reads it.
pub const FUN: u8 = 117;
/// `ATOM_UTF8_EXT`: UTF-8, 16-bit length.
pub const ATOM_UTF8: u8 = 118;
/// `SMALL_ATOM_UTF8_EXT`: UTF-8, 8-bit length.
pub const SMALL_ATOM_UTF8: u8 = 119;
/// `V4_PORT_EXT`: a port with a 64-bit number.
pub const V4_PORT: u8 = 120;
/// `LOCAL_EXT`: a node's own form, readable by that node only.
pub const LOCAL: u8 = 121;
