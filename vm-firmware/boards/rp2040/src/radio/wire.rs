//! The wires to the radio's chip, a CYW43439: a clock, a line of data for both ways (gSPI, half duplex), one that selects the chip,
//! and one that gives it power. While the chip is not selected, it says by the line of data that it has something.
//!
//! The bits go by a state machine of the chip's programmable peripheral (PIO; data sheet of the RP2040, 3). A transaction is put
//! into its queue as words: how many bits go, how many come, less one each, and the bits that go. What comes is taken word by word;
//! where nobody takes or gives in time, the clock waits. It has 12.5 MHz while bits come, 15.6 while they go; the chip takes 50.

use alloc::rc::Rc;
use core::cell::Cell;
use core::convert::Infallible;
use core::future::poll_fn;
use core::task::Poll;

use cyw43::SpiBusCyw43;
use embassy_time::Timer;
use embedded_hal::digital::{ErrorType, OutputPin};

use super::{CLOCK, DATA, POWER, SELECT};
use crate::peripherals::pins::{self, Function};
use crate::registers::{PIO, RESET_PIO};
use crate::task;

/// Offset: which state machines are on, and which begin anew, with empty registers. Bits of the first.
const CONTROL: usize = 0x0;
const ON: u32 = 1;
const ANEW: u32 = 1 << 4;
/// Offset: how full queues are. Bits of it, of the first: nothing has come; there is no room for more to go.
const STATUS: usize = 0x4;
const NOTHING_CAME: u32 = 1 << 8;
const FULL: u32 = 1 << 16;
/// Offset: what goes; what comes.
const GOES: usize = 0x10;
const COMES: usize = 0x20;
/// Offset: pins that are read as they are at that moment.
const AS_THEY_ARE: usize = 0x38;
/// Offset: the instructions.
const INSTRUCTIONS: usize = 0x48;
/// Offsets of the first machine: its clock's divisor, the program's last instruction, how words become bits, where it is in the
/// program, an instruction at once, and its pins.
const DIVISOR: usize = 0xc8;
const EXECUTION: usize = 0xcc;
const SHIFTING: usize = 0xd0;
const PLACE: usize = 0xd4;
const AT_ONCE: usize = 0xd8;
const PINS: usize = 0xdc;

/// Divides the processor's clock by two.
const HALF: u32 = 2 << 16;
/// Words of 32 bits are taken and given by themselves, the highest bit first.
const BY_THEMSELVES: u32 = 1 << 16 | 1 << 17;

/// Parts of instructions: what is set beside (the clock), and how long it stays so.
const LOW: u16 = 0;
const HIGH: u16 = 1 << 12;
const LONGER: u16 = 1 << 8;
/// Instructions: the whole word is the count of bits that go, or that come; a bit goes, or comes; the line is driven, or not.
const TAKE_SENDING: u16 = 0x6020;
const TAKE_RECEIVING: u16 = 0x6040;
const SEND: u16 = 0x6001;
const RECEIVE: u16 = 0x4001;
const DRIVE: u16 = 0xe081;
const RELEASE: u16 = 0xe080;
const SET_LOW: u16 = 0xe000;
const NOTHING: u16 = 0xa042;
/// Again, from that instruction on, as long as a count is not at its end.
const fn while_sending(from: u16) -> u16 {
    0x0040 | from
}
const fn while_receiving(from: u16) -> u16 {
    0x0080 | from
}

/// The program. The chip takes a bit when the clock rises; its own are there some nanoseconds after the clock has risen before, or
/// fallen, and are read just before it rises again. A queue that is full or empty stops it while the clock is low.
const PROGRAM: [u16; 9] = [
    TAKE_SENDING | LOW,
    TAKE_RECEIVING | LOW,
    DRIVE | LOW,
    SEND | LOW | LONGER,
    while_sending(3) | HIGH | LONGER,
    RELEASE | LOW | LONGER,
    NOTHING | LOW | LONGER,
    RECEIVE | LOW,
    while_receiving(6) | HIGH | LONGER,
];

/// The machine's pins: the clock beside, and one that instructions set.
const fn pins_with(set: u8) -> u32 {
    1 << 29 | 1 << 26 | 1 << 20 | (DATA as u32) << 15 | (CLOCK as u32) << 10 | (set as u32) << 5 | DATA as u32
}

/// Numbers in a command (data sheet of the CYW43439, 4.2.1): what it is for, and its address.
const FUNCTION: u32 = 28;
const ADDRESS: u32 = 11;
const OF_PACKETS: u32 = 2;

/// A register of the chip that always reads so; one that reads what was written there.
const TEST: u32 = 0x14;
const TEST_VALUE: u32 = 0xfeed_bead;
const MEMORY: u32 = 0x18;
const PATTERNS: [u32; 4] = [0x1234_5678, 0xa5a5_5a5a, 0, u32::MAX];
/// How long the chip is without power, and how long it may take until it answers, in milliseconds.
const OFF: u64 = 20;
const AWAKE: u64 = 250;
const ASKED: u32 = 50;

/// While the chip is started, so many microseconds are between two questions, and the machine has a turn after so many words.
const BETWEEN: u64 = 500;
const WRITES: u32 = 64;

/// The wires.
pub(super) struct Wires {
    /// The chip is started: its driver asks it again and again whether it is there.
    starting: Rc<Cell<bool>>,
    written: u32,
}

/// The line of the chip's power.
pub(super) struct Power;

impl Wires {
    /// Takes the pins and the state machine. The chip has no power then.
    pub(super) fn new(starting: Rc<Cell<bool>>) -> Self {
        RESET_PIO.hold();
        RESET_PIO.release();
        for (at, instruction) in PROGRAM.into_iter().enumerate() {
            PIO.write(INSTRUCTIONS + 4 * at, instruction.into());
        }
        PIO.write(DIVISOR, HALF);
        PIO.write(EXECUTION, (PROGRAM.len() as u32 - 1) << 12);
        PIO.write(SHIFTING, BY_THEMSELVES);
        PIO.write(AS_THEY_ARE, 1 << DATA);
        // The clock is low, and so is the line: that says, when the power comes, how the chip is to be talked to.
        for pin in [CLOCK, DATA] {
            PIO.write(PINS, pins_with(pin));
            PIO.write(AT_ONCE, SET_LOW.into());
            PIO.write(AT_ONCE, DRIVE.into());
        }
        pins::tell_high(DATA, false);
        pins::drive(SELECT, true);
        pins::drive(POWER, false);
        pins::connect(SELECT, Function::Io);
        pins::connect(POWER, Function::Io);
        pins::connect_fast(CLOCK, Function::Pio, false);
        pins::connect_fast(DATA, Function::Pio, true);
        PIO.write(CONTROL, ON | ANEW);
        Self { starting, written: 0 }
    }

    /// Whether the chip answers, and keeps what it is told: asked before its driver is, which would ask for ever.
    pub(super) async fn answer(&mut self) -> bool {
        cut_power();
        Timer::after_millis(OFF).await;
        pins::drive(POWER, true);
        Timer::after_millis(AWAKE).await;
        for _ in 0..ASKED {
            if ask(TEST) == TEST_VALUE {
                return PATTERNS.into_iter().all(|pattern| {
                    tell(MEMORY, pattern);
                    ask(MEMORY) == pattern
                });
            }
            Timer::after_millis(1).await;
        }
        false
    }
}

impl Drop for Wires {
    fn drop(&mut self) {
        pins::tell_high(DATA, false);
        cut_power();
    }
}

/// Takes the power from the chip; the line is low when it comes again.
fn cut_power() {
    pins::drive(POWER, false);
    PIO.write(AT_ONCE, SET_LOW.into());
    PIO.write(AT_ONCE, DRIVE.into());
}

/// The chip begins with words of 16 bits: the halves of 32 are exchanged.
const fn exchanged(word: u32) -> u32 {
    word.rotate_left(16)
}

/// The command for four bytes of the bus's own registers.
const fn command(writes: bool, address: u32) -> u32 {
    exchanged((writes as u32) << 31 | 1 << 30 | address << ADDRESS | 4)
}

fn ask(address: u32) -> u32 {
    let mut answer = [0];
    exchange(&[command(false, address)], &mut answer);
    let [answer] = answer;
    exchanged(answer)
}

fn tell(address: u32, value: u32) {
    exchange(&[command(true, address), exchanged(value)], &mut []);
}

/// Sends words, and takes others; gives the chip's status, which follows.
fn exchange(send: &[u32], take: &mut [u32]) -> u32 {
    // The line of data is that of bits now.
    pins::tell_high(DATA, false);
    pins::drive(SELECT, false);
    push(send.len() as u32 * 32 - 1);
    push((take.len() as u32 + 1) * 32 - 1);
    for &word in send {
        push(word);
    }
    for word in take {
        *word = pull();
    }
    let status = pull();
    // The clock's last pulse follows the last bit.
    while PIO.read(PLACE) != 0 {}
    pins::drive(SELECT, true);
    status
}

/// Puts a word into the queue: the state machine takes one in two microseconds.
fn push(word: u32) {
    while PIO.read(STATUS) & FULL != 0 {}
    PIO.write(GOES, word);
}

/// Takes a word that comes, which the state machine always gives.
fn pull() -> u32 {
    while PIO.read(STATUS) & NOTHING_CAME != 0 {}
    PIO.read(COMES)
}

impl SpiBusCyw43 for Wires {
    async fn cmd_write(&mut self, write: &[u32]) -> u32 {
        let status = exchange(write, &mut []);
        self.written += 1;
        if self.starting.get() && self.written.is_multiple_of(WRITES) {
            // Its firmware is loaded.
            task::pause().await;
        }
        status
    }

    async fn cmd_read(&mut self, write: u32, read: &mut [u32]) -> u32 {
        let status = exchange(&[write], read);
        if self.starting.get() {
            Timer::after_micros(BETWEEN).await;
        } else if write >> FUNCTION & 3 == OF_PACKETS {
            accept(read);
            // There may be many; the rest of the machine has a turn between them.
            task::pause().await;
        }
        status
    }

    async fn wait_for_event(&mut self) {
        poll_fn(|_| {
            if pins::is_high(DATA) {
                return Poll::Ready(());
            }
            // The interrupt wakes the task, whoever waits in it.
            pins::tell_high(DATA, true);
            Poll::Pending
        })
        .await;
    }
}

/// Makes an answer of the chip that it refuses a request one that it has done it, with zeros: the driver would panic, and so the
/// machine restart, for a channel that the chip does not like. What came of a request shows in what the chip tells later.
fn accept(packet: &mut [u32]) {
    /// Words of a request's head: the request, the bytes that follow, its number, and why it was refused.
    const HEAD: usize = 4;
    let Some(&[_, second, _]) = packet.first_chunk() else { return };
    // Of the packet's own head: its channel, of which 0 is that of requests, and where it ends.
    let (channel, end) = (second >> 8 & 0xf, second as usize >> 24);
    if channel != 0 || !end.is_multiple_of(4) {
        return;
    }
    if let Some((head, answer)) = packet.get_mut(end / 4..).and_then(<[u32]>::split_first_chunk_mut::<HEAD>)
        && let [.., refusal] = head
        && core::mem::take(refusal) != 0
    {
        answer.fill(0);
    }
}

impl ErrorType for Power {
    type Error = Infallible;
}

impl OutputPin for Power {
    fn set_low(&mut self) -> Result<(), Infallible> {
        cut_power();
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        pins::drive(POWER, true);
        Ok(())
    }
}
