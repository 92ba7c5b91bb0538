//! Any bytes as an external term: the streaming reader and the decoder accept the same, and encoding comes back.
#![no_main]

use emberl_format::etf::{self, EncodeOptions};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let visited = etf::visit(bytes, &mut ());
    let decoded = etf::decode_prefix(bytes);
    match (&visited, &decoded) {
        (Ok(used), Ok((_, also))) => assert_eq!(used, also),
        (Err(_), Err(_)) => return,
        _ => panic!("visit and decode disagree: {visited:?}, {decoded:?}"),
    }
    let Ok((term, _)) = decoded else { return };
    let text = term.to_string();
    assert!(!text.is_empty());
    for options in [
        EncodeOptions::default(),
        EncodeOptions { compressed: Some(6), ..EncodeOptions::default() },
        EncodeOptions { deterministic: true, ..EncodeOptions::default() },
    ] {
        let written = etf::encode(&term, &options).expect("what was decoded can be encoded");
        let again = etf::decode(&written).expect("what was encoded decodes");
        assert_eq!(again, term);
    }
});
