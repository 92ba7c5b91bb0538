//! Any bytes as a `.beam` file: gzip, the container, and `emit` as the inverse of `parse`.
#![no_main]

use emberl_format::beam::{self, Chunks};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(plain) = beam::uncompressed(bytes) else { return };
    assert!(plain.len() <= bytes.len().max(beam::inflate_limit(bytes.len())), "inflated past the limit");
    let Ok(chunks) = Chunks::parse(&plain) else { return };
    for chunk in chunks.all() {
        assert_eq!(plain.get(chunk.offset..chunk.offset + chunk.data.len()), Some(chunk.data), "a wrong offset");
    }
    let written = beam::emit(chunks.all().iter().map(|chunk| (chunk.id, chunk.data))).expect("chunks of a file fit");
    let again = Chunks::parse(&written).expect("what emit writes can be read");
    let contents = |chunks: &Chunks<'_>| chunks.all().iter().map(|c| (c.id, c.data.to_vec())).collect::<Vec<_>>();
    assert_eq!(contents(&again), contents(&chunks), "emit is not the inverse of parse");
});
