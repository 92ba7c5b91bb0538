//! Any bytes as a `.beam` file: gzip, the container, every chunk, the code and its check. `emit` is the inverse of `parse`.
#![no_main]

use emberl_format::beam::{self, Chunk, Chunks};
use emberl_format::check;
use emberl_format::functions::Functions;
use emberl_format::module::Module;
use emberl_format::view::View;
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
    for chunk in chunks.all() {
        let Ok(view) = View::parse(chunk, 1000, 1000) else { continue };
        let written = view.emit().expect("a chunk that was read can be written");
        let again = View::parse(&Chunk { data: &written, ..*chunk }, 1000, 1000).expect("what was written can be read");
        // What a file has in a longer form than needed is written in the shortest: once.
        assert_eq!(again.emit().expect("and written again"), written, "chunk {}", chunk.id);
    }
    let Ok(module) = Module::of(chunks) else { return };
    let Ok(code) = module.code.decode() else { return };
    let Ok(functions) = Functions::find(&module, &code) else { return };
    for finding in check::check(&module, &code, &functions) {
        assert!(code.instructions().len() > finding.instruction, "a finding outside of the code");
        assert!(!finding.rule.to_string().is_empty());
    }
});
