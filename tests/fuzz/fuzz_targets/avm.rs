//! Any bytes as a pack: every section lies inside of it, and what is built of the sections reads back.
#![no_main]

use emberl_format::avm::{Avm, Builder};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(pack) = Avm::parse(bytes) else { return };
    let mut builder = Builder::new();
    for section in pack.sections() {
        assert_eq!(bytes.get(section.offset..section.offset + 4).map(<[u8]>::len), Some(4), "an offset outside");
        let _ = (section.kind(), section.is_start(), section.file_contents(), section.name_text());
        builder.push(section.name, section.flags, section.data).expect("a section that was read can be written");
    }
    let written = builder.finish();
    let again = Avm::parse(&written).expect("what was built can be read");
    assert_eq!(again.sections().len(), pack.sections().len());
    for (first, second) in pack.sections().iter().zip(again.sections()) {
        assert_eq!((first.name, first.flags), (second.name, second.flags));
        assert!(second.data.starts_with(first.data), "data was lost");
    }
});
