//! The conformance programs with changed instructions: what the checker lets pass runs for a while, and never panics,
//! hangs, or takes more memory than it was given. `tests/ci/fuzz` does the same for longer, under AddressSanitizer.

#![allow(clippy::expect_used, clippy::panic)] // A test.

use emberl_tests::{conformance, hostile, mutate::Numbers, releases::RELEASES};

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
