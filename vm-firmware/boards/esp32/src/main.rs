//! The VM on an ESP32: it runs the program in the partition `main.avm` as `emberl run` does, and starts again when it has
//! ended. What the program returns, or why it failed, is told on the console.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::boxed::Box;
use core::panic::PanicInfo;

use emberl_vm::program::{CannotBegin, Turn};
use emberl_vm::vm::{Options, Vm};

use emberl_board_esp32::board::{Board, Missing, PROGRAM, Packs};
use emberl_board_esp32::machine::{self, Machine};
use emberl_board_esp32::{console, line, peripherals, watchdog};

/// Between the end of a program and its next start, in milliseconds.
const PAUSE: u64 = 5000;
/// Before the restart after a failure of the virtual machine itself.
const PANIC_PAUSE: u64 = 2000;

esp_bootloader_esp_idf::esp_app_desc!();

// The attribute makes it public.
#[allow(missing_docs)]
#[esp_hal::main]
fn main() -> ! {
    run(Machine::take());
    machine::restart(PAUSE)
}

/// Runs the program to its end.
fn run(mut machine: Machine) {
    let packs = match Packs::find(&mut machine.flash) {
        Ok(packs) => packs,
        Err(why) => return missing(&why),
    };
    let Some(start) = packs.program.start() else {
        return line(format_args!(
            "error: the pack in the partition {PROGRAM} marks no module that starts the program"
        ));
    };
    let sleeper = machine.sleeper();
    let board = Board::new(packs, machine);
    let Ok(mut vm) = Vm::new(Box::new(board), Options { memory: machine::memory(), ..Options::default() }) else {
        return line(format_args!("error: {}", CannotBegin::Memory));
    };
    if let Err(error) = vm.begin(start, packs.program.module(start), packs.has_init()) {
        return line(format_args!("error: {start}: {error}"));
    }
    loop {
        watchdog::feed();
        match vm.turn() {
            Turn::Ready => {}
            Turn::Wait(deadline) => sleeper.sleep(deadline),
            Turn::Ended(ended) => return line(format_args!("{ended}")),
            Turn::Halted(status) => return line(format_args!("The program has halted with the status {status}")),
            Turn::Stuck => return line(format_args!("error: all processes wait for a message, and none can come")),
        }
    }
}

fn missing(why: &Missing) {
    match why {
        Missing::Partition => line(format_args!(
            "error: the partition table has no partition {PROGRAM}; flash the whole image: emberl flash"
        )),
        Missing::Flash(error) => line(format_args!("error: {PROGRAM}: {error}; flash the whole image: emberl flash")),
        Missing::Pack(error) => line(format_args!(
            "error: there is no sound pack in the partition {PROGRAM}: {error}; flash a program: emberl flash"
        )),
    }
}

#[panic_handler]
fn panicked(information: &PanicInfo<'_>) -> ! {
    line(format_args!("\nThe virtual machine failed; this is a fault of Emberl: {information}"));
    console::flush();
    peripherals::fail();
    machine::restart(PANIC_PAUSE)
}
