//! Any bytes as compact terms, and as the code of a module: decoding ends, memory stays a small multiple of the input,
//! and what was decoded is written back as terms that decode to the same.
#![no_main]

use emberl_format::compact::{self, Operand};
use emberl_format::reader::Reader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut reader = Reader::new(bytes);
    let mut operands = Vec::new();
    while !reader.is_empty() {
        let from = operands.len();
        if compact::operand(&mut reader, &mut operands).is_err() {
            operands.truncate(from);
            break;
        }
    }
    assert!(operands.len() <= bytes.len(), "more operands than bytes");
    let mut written = Vec::new();
    for &operand in &operands {
        compact::write_operand(&mut written, operand, bytes);
    }
    assert!(written.len() <= bytes.len(), "the shortest form is longer than what was read");
    let mut again = Vec::new();
    let mut reader = Reader::new(&written);
    while !reader.is_empty() {
        compact::operand(&mut reader, &mut again).expect("what was written decodes");
    }
    assert_eq!(operands.len(), again.len());
    for (first, second) in operands.iter().zip(&again) {
        match (*first, *second) {
            (Operand::BigInteger { start: a, length: n }, Operand::BigInteger { start: b, length: m }) => {
                let (a, b, n, m) = (a as usize, b as usize, n as usize, m as usize);
                assert_eq!(bytes.get(a..a + n), written.get(b..b + m));
            }
            (first, second) => assert_eq!(first, second),
        }
    }
});
