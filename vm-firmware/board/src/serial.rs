//! Serial ports. Owns who is to be told that there is something to be read, or room.

use embedded_io::{Read as _, ReadReady as _, Write as _, WriteReady as _};
use emberl_vm::hardware::{Answer, Event, Handle, Result, Uart};
use emberl_vm::net::Direction;

use crate::board::Board;
use crate::peripherals::{Entry, Peripherals};
use crate::pins::User;

/// How often ports are looked at that nobody wakes the main loop for: nanoseconds. A byte takes 87 microseconds at 115200
/// bits a second, and ports hold 16 or more.
pub(crate) const LOOK: u64 = 1_000_000;
/// The most bytes that are read at a time.
const MOST: usize = 4096;

/// A port that is open.
pub(crate) struct Port<U> {
    pub(crate) peripheral: u8,
    uart: U,
    /// Whether somebody waits for something to be read, and for room.
    waits: [bool; 2],
}

impl<U> Port<U> {
    /// Whether somebody waits.
    pub(crate) fn is_waited_for(&self) -> bool {
        self.waits != [false; 2]
    }
}

impl<B: Board> Peripherals<B> {
    pub(crate) fn uart_open(&mut self, config: &Uart) -> Result {
        let sound = config.speed > 0 && (5..=8).contains(&config.data_bits) && (1..=2).contains(&config.stop_bits);
        if !sound {
            return Err("einval");
        }
        if self
            .table
            .iter_mut()
            .any(|(_, entry)| matches!(entry, Entry::Uart(port) if port.peripheral == config.peripheral))
        {
            return Err("ebusy");
        }
        let handle = self.table.reserve()?;
        let mut pins = [0; 4];
        let mut count = 0;
        for pin in [config.tx, config.rx, config.rts, config.cts].into_iter().flatten() {
            if let Some(place) = pins.get_mut(count) {
                *place = pin;
                count += 1;
            }
        }
        let pins = pins.get(..count).unwrap_or_default();
        self.pins.reserve(&self.board, pins)?;
        let uart = self.board.uart(config)?;
        self.pins.take(pins, User::Handle(handle));
        self.table.put(handle, Entry::Uart(Port { peripheral: config.peripheral, uart, waits: [false; 2] }));
        Ok(Answer::Handle(handle))
    }

    pub(crate) fn uart_read(&mut self, handle: Handle, most: usize) -> Result {
        let Entry::Uart(port) = self.table.get(handle)? else { return Err("einval") };
        let mut bytes = alloc::vec::Vec::new();
        let most = most.clamp(1, MOST);
        bytes.try_reserve_exact(most).map_err(|_| "enomem")?;
        let mut part = [0; 64];
        // A driver may give a part of what it has.
        while bytes.len() < most && port.uart.read_ready().map_err(|_| "eio")? {
            let room = part.get_mut(..(most - bytes.len()).min(64)).unwrap_or_default();
            match port.uart.read(room) {
                Ok(0) => break,
                Ok(count) => bytes.extend_from_slice(room.get(..count).unwrap_or_default()),
                // What came before a fault is still good.
                Err(_) if !bytes.is_empty() => break,
                Err(_) => return Err("eio"),
            }
        }
        let [waits, _] = &mut port.waits;
        *waits = bytes.is_empty();
        Ok(if *waits { Answer::Wait(Direction::Read) } else { Answer::Bytes(bytes) })
    }

    pub(crate) fn uart_write(&mut self, handle: Handle, bytes: &[u8]) -> Result {
        let Entry::Uart(port) = self.table.get(handle)? else { return Err("einval") };
        let mut sent = 0;
        while let Some(rest) = bytes.get(sent..).filter(|rest| !rest.is_empty()) {
            if !port.uart.write_ready().map_err(|_| "eio")? {
                break;
            }
            match port.uart.write(rest).map_err(|_| "eio")? {
                0 => break,
                count => sent += count.min(rest.len()),
            }
        }
        let [_, waits] = &mut port.waits;
        *waits = sent == 0 && !bytes.is_empty();
        Ok(if *waits { Answer::Wait(Direction::Write) } else { Answer::Count(sent) })
    }

    /// The next port that somebody waits for no longer: a fault is told by the next request.
    pub(crate) fn uart_event(&mut self) -> Option<Event> {
        self.table.iter_mut().find_map(|(handle, entry)| {
            let Entry::Uart(port) = entry else { return None };
            let [reads, writes] = &mut port.waits;
            if *reads && port.uart.read_ready().unwrap_or(true) {
                *reads = false;
                return Some(Event::Ready(handle, Direction::Read));
            }
            if *writes && port.uart.write_ready().unwrap_or(true) {
                *writes = false;
                return Some(Event::Ready(handle, Direction::Write));
            }
            None
        })
    }
}
