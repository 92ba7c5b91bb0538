//! The conformance programs with changed instructions: what the checker lets pass runs for a while, and never panics,
//! hangs, or takes more memory than it was given. `tests/ci/fuzz` does the same for longer, under AddressSanitizer.
//!
//! Then the modules of `tests/fuzz/seeds/run`, each of which once did what none may, or shows a rule by which it may not;
//! `tests/erl/hostile_seeds.escript` makes most of them.

#![allow(clippy::expect_used, clippy::panic)] // A test.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use emberl_tests::{conformance, hostile, mutate::Numbers, package_dir, releases::RELEASES};

/// How long one of the seeds may take twice: each takes far less, unless it hangs.
const LIMIT: Duration = Duration::from_secs(60);
/// Changed copies of each program.
const COPIES: usize = 4;

#[test]
fn changed_programs_load_or_not_and_never_fail_the_vm() {
    let (mut tried, mut loaded) = (0, 0);
    for release in RELEASES {
        let mut numbers = Numbers::new(u64::from(release));
        for (name, beam) in conformance::beams(release).expect("the fixtures are there") {
            let mut below = |limit| numbers.below(limit);
            for copy in 0..COPIES {
                let Some(changed) = hostile::change_code(&beam, &mut below) else { panic!("{name} is no module") };
                tried += 1;
                loaded += usize::from(hostile::load_and_run(&changed, copy == 0));
            }
        }
    }
    // Else this proves little.
    assert!(loaded * 10 > tried, "of {tried} changed programs only {loaded} passed the checker");
    println!("{loaded} of {tried} changed programs passed the checker and ran");
}

/// The modules that must not load, and why.
const REFUSED: [(&str, &str); 3] = [
    ("native_context.beam", "x0 may hold a match context, but is used as a term"),
    ("native_entered.beam", "a function that the VM has itself jumps to its entry"),
    ("native_returns.beam", "x5 is read, but not written on every path to here"),
];

#[test]
fn modules_that_did_harm_do_none() {
    let folder = package_dir().join("fuzz/seeds/run");
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("the seeds are there") {
        let path = entry.expect("the folder can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are text").to_owned();
        let beam = fs::read(&path).expect("a seed can be read");
        count += 1;
        let began = Instant::now();
        match REFUSED.iter().find(|(refused, _)| *refused == name) {
            Some((_, why)) => {
                let error = hostile::load(&beam, false).err().expect("it loads, but must not");
                assert!(error.contains(why), "{name}: {error}");
            }
            None => assert!(hostile::load_and_run(&beam, false), "{name} does not load: {:?}", error(&path)),
        }
        hostile::load_and_run(&beam, true);
        assert!(began.elapsed() < LIMIT, "{name} took {:?}", began.elapsed());
    }
    assert!(count > REFUSED.len(), "there are few seeds in {}", folder.display());
}

fn error(path: &Path) -> Option<String> {
    hostile::load(&fs::read(path).ok()?, false).err()
}
