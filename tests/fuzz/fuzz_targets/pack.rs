//! Any bytes as inputs of a pack: what passes the checks is packed, pruned and whole, and the pack can be read, passes
//! the checks again, and packs to itself.
#![no_main]

use emberl_format::avm::Avm;
use emberl_packer::diagnostic::{Diagnostic, Severity};
use emberl_packer::pack::{Options, Program};
use emberl_packer::profile::Profile;
use emberl_packer::rewrite::KeepLines;
use emberl_packer::source::{Detail, Part, Parts};
use libfuzzer_sys::fuzz_target;

fn errors(findings: &[Diagnostic]) -> usize {
    for finding in findings {
        assert!(!finding.what.is_empty() && !finding.why.is_empty() && !finding.cure.is_empty(), "{finding:?}");
    }
    findings.iter().filter(|finding| finding.severity == Severity::Error).count()
}

fn pack(parts: &[Part], options: &Options) -> Option<Vec<u8>> {
    let (program, findings) = Program::load(parts, &[], &|| {});
    if errors(&findings) != 0 {
        return None;
    }
    let selection = program.select(options).ok()?;
    let profile = Profile::named("atomvm-0.7").expect("a profile");
    errors(&program.links(&selection, profile, None, true));
    let written = program.write(&selection, KeepLines::All).ok()?;
    assert_eq!(program.write(&selection, KeepLines::All).ok().as_ref(), Some(&written), "the same input, other bytes");
    Some(written)
}

fuzz_target!(|bytes: &[u8]| {
    let name = if bytes.starts_with(b"#!") { "in.avm" } else { "in.beam" };
    let Parts { parts, findings } = Parts::of(name, bytes.to_vec(), Detail::Code);
    errors(&findings);
    for prune in [false, true] {
        let options = Options { library: true, prune, ..Options::default() };
        let Some(written) = pack(&parts, &options) else { continue };
        Avm::parse(&written).expect("what was packed is a pack");
        let again = Parts::of("out.avm", written.clone(), Detail::Code);
        assert_eq!(errors(&again.findings), 0, "{:?}", again.findings);
        let twice = pack(&again.parts, &options).expect("what was packed passes the checks");
        if prune {
            let thrice = Parts::of("out.avm", twice.clone(), Detail::Code);
            assert_eq!(pack(&thrice.parts, &options), Some(twice), "pruning what was pruned changes it");
        } else {
            assert_eq!(twice, written, "packing a pack changes it");
        }
    }
});
