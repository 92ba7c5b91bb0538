//! The two serial ports: Arm's PL011 (data sheet, 4.2). What comes is kept in memory by an interrupt, which also ends the main
//! loop's sleep; what goes waits in the port itself, 32 bytes.

use core::cell::RefCell;

use critical_section::Mutex;
use emberl_vm::hardware::{Error, Parity, Uart};

use crate::machine;
use crate::oscillators::CLOCK;
use crate::peripherals::pins::{self, Function};
use crate::registers::{Block, RESET_UART, UARTS};

/// Bytes that are kept until they are read: 22 ms at 115200 bits a second.
const ROOM: usize = 256;

/// Offset: what comes and what goes, and beside it what is wrong with it.
const DATA: usize = 0x0;
/// Offset: how full the port is.
const FLAGS: usize = 0x18;
/// Offset: the clock's divisor, whole.
const DIVISOR: usize = 0x24;
/// Offset: its 64ths.
const DIVISOR_PART: usize = 0x28;
/// Offset: what a byte looks like on the wire.
const LINE: usize = 0x2c;
/// Offset: what is on.
const CONTROL: usize = 0x30;
/// Offset: which interrupts are told.
const INTERRUPTS: usize = 0x38;
/// Offset: written, interrupts are told no more.
const CLEARED: usize = 0x44;

/// Flag: bytes are on the way out.
const SENDING: u32 = 1 << 3;
/// Flag: nothing has come.
const NOTHING_CAME: u32 = 1 << 4;
/// Flag: there is no room for more to go.
const FULL: u32 = 1 << 5;

/// Interrupts: many bytes have come, or some and then none for a while.
const CAME: u32 = 1 << 4 | 1 << 6;
/// Interrupt: there is room again.
const HAS_ROOM: u32 = 1 << 5;

/// With a byte that came: a break, or a bit that is not as it must be. The byte is none.
const WRONG: u32 = 1 << 8 | 1 << 9 | 1 << 10;

/// What has come by a port.
struct Came {
    bytes: [u8; ROOM],
    first: usize,
    count: usize,
}

impl Came {
    const fn new() -> Self {
        Self { bytes: [0; ROOM], first: 0, count: 0 }
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut((self.first + self.count) % ROOM) {
            *place = byte;
            self.count += 1;
        }
    }

    fn pop(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.first)?;
        self.count = self.count.checked_sub(1)?;
        self.first = (self.first + 1) % ROOM;
        Some(byte)
    }

    /// Takes what the port has, while there is room.
    fn fill(&mut self, port: Block) {
        while self.count < ROOM && port.read(FLAGS) & NOTHING_CAME == 0 {
            let word = port.read(DATA);
            if word & WRONG == 0 {
                self.push(word as u8);
            }
        }
    }
}

static CAME_BY: [Mutex<RefCell<Came>>; 2] =
    [Mutex::new(RefCell::new(Came::new())), Mutex::new(RefCell::new(Came::new()))];

/// A port, and what has come by it. There are two; any other number is the second's.
fn port(number: u8) -> (Block, &'static Mutex<RefCell<Came>>) {
    let ([first, second], [came_first, came_second]) = (UARTS, &CAME_BY);
    if number == 0 { (first, came_first) } else { (second, came_second) }
}

/// The pins of a port: each of them, if it is given, must be one of the port's for that.
fn check_pins(config: &Uart) -> Result<(), Error> {
    for (pin, kind) in [(config.tx, 0), (config.rx, 1), (config.cts, 2), (config.rts, 3)] {
        // By fours for one port and the other, and so on from pin 4 by eights (1.4.3).
        if pin.is_some_and(|pin| pin % 4 != kind || (pin + 4) / 8 % 2 != config.peripheral) {
            return Err("einval");
        }
    }
    Ok(())
}

/// Starts a port, with the pins that are named.
///
/// # Errors
/// `enodev` where there is none; `einval` where these are not its pins, or it cannot be that fast or slow.
pub(crate) fn open(config: &Uart) -> Result<(), Error> {
    let reset = *RESET_UART.get(usize::from(config.peripheral)).ok_or("enodev")?;
    check_pins(config)?;
    // 128ths of the clock's cycles in a 16th of a bit, of which half are what the port counts.
    let divisor = u64::from(CLOCK) * 8 / u64::from(config.speed.max(1));
    let (whole, part) = ((divisor >> 7) as u32, ((divisor & 0x7f) as u32).div_ceil(2));
    if !(1..=0xffff).contains(&(divisor >> 7)) || whole == 0xffff && part != 0 {
        return Err("einval");
    }
    let (whole, part) = if part == 64 { (whole + 1, 0) } else { (whole, part) };
    let parity = match config.parity {
        Parity::None => 0,
        Parity::Odd => 1 << 1,
        Parity::Even => 1 << 1 | 1 << 2,
    };
    let stop = if config.stop_bits == 2 { 1 << 3 } else { 0 };
    let bits = u32::from(config.data_bits.clamp(5, 8) - 5) << 5;
    reset.hold();
    reset.release();
    let (port, came) = port(config.peripheral);
    critical_section::with(|section| *came.borrow_ref_mut(section) = Came::new());
    port.write(DIVISOR, whole);
    port.write(DIVISOR_PART, part);
    // It keeps 32 bytes each way. Writing this makes the divisor count.
    port.write(LINE, bits | 1 << 4 | stop | parity);
    port.write(INTERRUPTS, CAME);
    let flow = if config.rts.is_some() && config.cts.is_some() { 1 << 14 | 1 << 15 } else { 0 };
    port.write(CONTROL, flow | 1 << 9 | 1 << 8 | 1);
    for pin in [config.tx, config.rx, config.cts, config.rts].into_iter().flatten() {
        pins::connect(pin, Function::Uart);
    }
    machine::enable(if config.peripheral == 0 { machine::Interrupt::UART0_IRQ } else { machine::Interrupt::UART1_IRQ });
    Ok(())
}

/// A port is as after a start, and does nothing.
pub(crate) fn close(number: u8) {
    if let Some(reset) = RESET_UART.get(usize::from(number)) {
        reset.hold();
    }
}

/// Whether there is room for a byte; where there is none, the main loop's sleep ends when there is.
pub(crate) fn has_room(number: u8) -> bool {
    let (port, _) = port(number);
    if port.read(FLAGS) & FULL == 0 {
        return true;
    }
    port.set(INTERRUPTS, HAS_ROOM);
    // It may have gone on before it was told to say so.
    port.read(FLAGS) & FULL == 0
}

/// Sends a byte when there is room, which takes at most the time of one.
pub(crate) fn push(number: u8, byte: u8) {
    let (port, _) = port(number);
    while port.read(FLAGS) & FULL != 0 {}
    port.write(DATA, byte.into());
}

/// Whether bytes are on the way out.
pub(crate) fn is_sending(number: u8) -> bool {
    port(number).0.read(FLAGS) & SENDING != 0
}

/// Whether something has come.
pub(crate) fn has_come(number: u8) -> bool {
    let (port, came) = port(number);
    critical_section::with(|section| {
        let mut came = came.borrow_ref_mut(section);
        came.fill(port);
        came.count > 0
    })
}

/// Takes what has come; how many bytes that is.
pub(crate) fn pull(number: u8, into: &mut [u8]) -> usize {
    let (port, came) = port(number);
    critical_section::with(|section| {
        let mut came = came.borrow_ref_mut(section);
        let mut count = 0;
        for place in into {
            came.fill(port);
            let Some(byte) = came.pop() else { break };
            *place = byte;
            count += 1;
        }
        // There is room again, if there was none.
        port.set(INTERRUPTS, CAME);
        count
    })
}

/// What a port's interrupt does.
pub(crate) fn interrupted(number: u8) {
    let (port, came) = port(number);
    critical_section::with(|section| {
        let mut came = came.borrow_ref_mut(section);
        came.fill(port);
        if came.count == ROOM {
            // The rest waits in the port.
            port.clear(INTERRUPTS, CAME);
        }
    });
    port.clear(INTERRUPTS, HAS_ROOM);
    port.write(CLEARED, CAME | HAS_ROOM);
    machine::ring();
}
