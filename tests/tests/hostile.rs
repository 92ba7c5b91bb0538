//! Damaged files: 10,000 mutated copies of every fixture, and every truncation of the small ones, are read, checked,
//! pruned and packed without a panic, without a hang, and without more memory than a small multiple of their size.
//!
//! The coverage-guided half of this is in `tests/fuzz`.

#![allow(clippy::expect_used)]

use std::path::Path;
use std::time::{Duration, Instant};

use emberl_packer::pack::{Options, Program};
use emberl_packer::profile::Profile;
use emberl_packer::rewrite::KeepLines;
use emberl_packer::source::{Detail, Parts};
use emberl_tests::{corpus, mem, mutate, package_dir};

#[global_allocator]
static ALLOCATOR: mem::Counting = mem::Counting;

const MUTATIONS: usize = 10_000;
/// Heap bytes that one byte of input may cost at the most, and a floor for tables of fixed size. Decoded operands take
/// 16 bytes for one of the file, and the states of the checker come on top.
const BYTES_PER_BYTE: usize = 20;
const FLOOR: usize = 256 << 10;
/// What one file may take: in a test build, on a loaded machine.
const LIMIT: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Tally {
    packed: usize,
    refused: usize,
}

/// Everything that `emberl pack --prune` does with a file.
fn pack(name: &str, bytes: Vec<u8>) -> bool {
    let Parts { parts, findings } = Parts::of(name, bytes, Detail::Code);
    let mut told: Vec<_> = findings;
    let (program, findings) = Program::load(&parts, &[], &|| {});
    told.extend(findings);
    let mut packed = false;
    let profile = Profile::named("atomvm-0.7").expect("a profile");
    if let Ok(selection) = program.select(&Options { library: true, prune: true, ..Options::default() }) {
        told.extend(program.links(&selection, profile, None, true));
        packed = program.write(&selection, KeepLines::All).is_ok();
    }
    for finding in &told {
        assert!(!finding.file.is_empty() && !finding.what.is_empty() && !finding.cure.is_empty(), "{finding:?}");
        // What cannot be read is told with the place in the file.
        assert!(finding.code.0 >= 20 || finding.place.is_some(), "{finding:?}");
    }
    packed && told.is_empty()
}

fn check(name: &str, bytes: Vec<u8>, original: usize, tally: &mut Tally) {
    let size = bytes.len();
    let start = Instant::now();
    let (packed, used) = mem::peak_of(|| pack(name, bytes));
    assert!(start.elapsed() < LIMIT, "{name}: {:?}", start.elapsed());
    let limit = size.max(original) * BYTES_PER_BYTE + FLOOR;
    assert!(used.peak <= limit, "{name}: {} bytes of heap for {size} bytes of file", used.peak);
    if packed {
        tally.packed += 1;
    } else {
        tally.refused += 1;
    }
}

/// All fixtures: modules and packs.
fn fixtures() -> Vec<std::path::PathBuf> {
    let mut files = corpus::fixtures();
    let packs = package_dir().join("fixtures/packbeam-otp27");
    let mut more: Vec<_> = std::fs::read_dir(packs)
        .expect("the fixtures")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "avm"))
        .collect();
    more.sort();
    files.append(&mut more);
    files
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[test]
fn damaged_copies_of_every_fixture() {
    let mut tally = Tally::default();
    let files = fixtures();
    assert!(files.len() > 20, "{} fixtures", files.len());
    for (seed, path) in files.iter().enumerate() {
        let bytes = std::fs::read(path).expect("a fixture");
        for copy in mutate::mutations(&bytes, seed as u64, MUTATIONS) {
            check(&name(path), copy, bytes.len(), &mut tally);
        }
        if bytes.len() < 4096 {
            for end in 0..bytes.len() {
                check(&name(path), bytes[..end].to_vec(), bytes.len(), &mut tally);
            }
        }
    }
    println!("{} files: {} copies packed, {} refused", files.len(), tally.packed, tally.refused);
    // Both happen: a test in which nothing passes, or everything, would show nothing.
    assert!(tally.packed > 1000 && tally.refused > 100_000, "{} and {}", tally.packed, tally.refused);
}
