//! Any bytes as a module of the virtual machine: what loads is run for a while in little memory, and never panics.
#![no_main]

use emberl_vm::heap::Heap;
use emberl_vm::platform::{Platform, Stream};
use emberl_vm::vm::{Options, Step, Vm};
use libfuzzer_sys::fuzz_target;

/// A machine that does the same each time: its clock goes on when it is read, and nobody reads what it writes.
struct Machine(u64);

impl Platform for Machine {
    fn write(&mut self, _: Stream, _: &[u8]) {}

    fn monotonic(&mut self) -> u64 {
        self.0 += 1_000_000;
        self.0
    }

    fn system_time(&mut self) -> u64 {
        1_700_000_000_000_000_000 + self.monotonic()
    }

    fn random(&mut self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fuzz_target!(|bytes: &[u8]| {
    // Collections wherever they may be in half of the runs: by what the input ends in, which few mutations change.
    let zeal = bytes.last().is_some_and(|last| last & 1 == 1);
    let mut vm = Vm::new(Box::new(Machine(0)), Options { memory: Some(8 << 20), zeal }).expect("8 MB are enough");
    let Ok(module) = vm.load(bytes) else { return };
    let exports = vm.shared.code.module(module).map(|loaded| loaded.exports.as_slice()).unwrap_or_default();
    let Some(&(function, ..)) = exports.iter().find(|export| export.1 == 0 && export.3) else { return };
    let mut heap = Heap::new(vm.shared.budget.clone(), 0);
    if vm.spawn_initial(module, function, &mut heap, &[]).is_err() {
        return;
    }
    for _ in 0..200 {
        if vm.step(10) != Step::Ready {
            break;
        }
    }
    let _ = vm.result();
});
