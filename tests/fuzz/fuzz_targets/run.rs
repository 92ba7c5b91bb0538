//! Any bytes as a module of the virtual machine: what loads is run for a while in little memory, and never panics. Half of
//! the mutations change single instructions of a module, so that much of what comes out passes the checker.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

#[path = "../../src/hostile.rs"]
mod hostile;

fuzz_target!(|bytes: &[u8]| {
    // Collections wherever they may be in half of the runs: by what the input ends in, which few mutations change.
    let zeal = bytes.last().is_some_and(|last| last & 1 == 1);
    hostile::load_and_run(bytes, zeal);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut state = u64::from(seed) | 1 << 32;
    // An xorshift generator: the numbers need only differ.
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        if limit == 0 { 0 } else { (state % limit as u64) as usize }
    };
    if below(2) == 0
        && let Some(changed) = data.get(..size).and_then(|file| hostile::change_code(file, &mut below))
        && changed.len() <= max_size
        && let Some(place) = data.get_mut(..changed.len())
    {
        place.copy_from_slice(&changed);
        return changed.len();
    }
    fuzzer_mutate(data, size, max_size)
});
