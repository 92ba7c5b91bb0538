//! Drivers of the mock board: handles of embedded-hal, embedded-io and embedded-storage over what happens in it.

use std::cell::{RefCell, RefMut};
use std::convert::Infallible;
use std::rc::Rc;

use embedded_hal::spi::{Mode, Phase, Polarity};
use embedded_hal::{digital, i2c, pwm, spi};
use embedded_io::{Read, ReadReady, Write, WriteReady};
use embedded_storage::nor_flash::{
    self, ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};
use emberl_board::simulated::{Line, level_word, mode_word, pull_word, watch_word};
use emberl_board::{AnalogInput, Edge, IoPin, PulseTrains, SpiPort};
use emberl_vm::hardware::{Error, Pin, PinMode, Pull, Pulse};

use super::world::{World, hex};

type Shared = Rc<RefCell<World>>;

/// The world as it is now.
fn now(world: &Shared) -> RefMut<'_, World> {
    let mut world = world.borrow_mut();
    world.advance();
    world
}

macro_rules! handles {
    ($($(#[$about:meta])* $name:ident($number:ident);)*) => {$(
        $(#[$about])*
        pub struct $name {
            world: Shared,
            $number: u8,
        }

        impl $name {
            pub(crate) const fn new(world: Shared, $number: u8) -> Self {
                Self { world, $number }
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{} {}", stringify!($name), self.$number)
            }
        }
    )*};
}

handles! {
    /// A pin.
    IoLine(pin);
    /// An I2C bus.
    Bus(bus);
    /// An SPI bus.
    Wires(bus);
    /// A serial port.
    Port(port);
    /// An analogue input.
    Input(pin);
}

impl Drop for IoLine {
    /// It is as after a start.
    fn drop(&mut self) {
        now(&self.world).change(self.pin, Line::release);
    }
}

impl digital::ErrorType for IoLine {
    type Error = Infallible;
}

impl digital::InputPin for IoLine {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(now(&self.world).lines.get(&self.pin).is_some_and(Line::level))
    }
    fn is_low(&mut self) -> Result<bool, Infallible> {
        self.is_high().map(|high| !high)
    }
}

impl IoLine {
    fn drive(&self, high: bool) {
        let mut world = now(&self.world);
        world.change(self.pin, |line| line.out = high);
        world.note(format!("pin {} {}", self.pin, level_word(high)));
    }
}

impl digital::OutputPin for IoLine {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.drive(false);
        Ok(())
    }
    fn set_high(&mut self) -> Result<(), Infallible> {
        self.drive(true);
        Ok(())
    }
}

impl IoPin for IoLine {
    fn configure(&mut self, mode: PinMode, pull: Pull) -> Result<(), Error> {
        let mut world = now(&self.world);
        let mut before = (mode, pull);
        world.change(self.pin, |line| {
            before = (line.mode, line.pull);
            (line.mode, line.pull) = (mode, pull);
        });
        if before.1 == pull {
            world.note(format!("pin {} {}", self.pin, mode_word(mode)));
        } else {
            world.note(format!("pin {} pull {}", self.pin, pull_word(pull)));
        }
        Ok(())
    }

    fn watch(&mut self, edge: Option<Edge>) -> Result<(), Error> {
        let mut world = now(&self.world);
        world.change(self.pin, |line| line.watch = edge);
        world.note(format!("pin {} watch {}", self.pin, watch_word(edge)));
        Ok(())
    }

    fn hold(&mut self, _: bool) -> Result<(), Error> {
        Ok(())
    }
}

impl i2c::ErrorType for Bus {
    type Error = i2c::ErrorKind;
}

impl i2c::I2c for Bus {
    fn transaction(&mut self, address: u8, operations: &mut [i2c::Operation<'_>]) -> Result<(), i2c::ErrorKind> {
        now(&self.world).transfer(self.bus, address, operations)
    }
}

impl spi::ErrorType for Wires {
    type Error = Infallible;
}

impl spi::SpiBus for Wires {
    fn read(&mut self, words: &mut [u8]) -> Result<(), Infallible> {
        words.fill(0);
        self.transfer_in_place(words)
    }
    fn write(&mut self, words: &[u8]) -> Result<(), Infallible> {
        self.transfer_in_place(&mut words.to_vec())
    }
    fn transfer(&mut self, read: &mut [u8], write: &[u8]) -> Result<(), Infallible> {
        let mut words = write.to_vec();
        words.resize(write.len().max(read.len()), 0);
        self.transfer_in_place(&mut words)?;
        read.iter_mut().zip(words).for_each(|(place, word)| *place = word);
        Ok(())
    }
    fn transfer_in_place(&mut self, words: &mut [u8]) -> Result<(), Infallible> {
        let mut world = now(&self.world);
        let mut line = format!("spi {} send{}", self.bus, hex(words));
        let fits = |(bus, when, _): &&(u8, Vec<u8>, Vec<u8>)| *bus == self.bus && words.starts_with(when);
        // The longest beginning counts.
        let answer = world.spi.iter().filter(fits).max_by_key(|(_, when, _)| when.len()).map(|(_, _, answer)| answer);
        let answer = answer.cloned().unwrap_or_default();
        words.fill(0xff);
        words.iter_mut().zip(answer).for_each(|(place, byte)| *place = byte);
        line += &format!(" receive{}", hex(words));
        world.note(line);
        Ok(())
    }
    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl SpiPort for Wires {
    fn configure(&mut self, frequency: u32, mode: Mode) -> Result<(), Error> {
        let second = u8::from(mode.phase == Phase::CaptureOnSecondTransition);
        let mode = u8::from(mode.polarity == Polarity::IdleHigh) * 2 + second;
        now(&self.world).note(format!("spi {} clock {frequency} {mode}", self.bus));
        Ok(())
    }
}

impl embedded_io::ErrorType for Port {
    type Error = Infallible;
}

impl Read for Port {
    fn read(&mut self, into: &mut [u8]) -> Result<usize, Infallible> {
        let mut world = now(&self.world);
        let received = &mut world.ports.entry(self.port).or_default().received;
        let count = into.len().min(received.len());
        into.iter_mut().zip(received.drain(..count)).for_each(|(place, byte)| *place = byte);
        Ok(count)
    }
}

impl ReadReady for Port {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(now(&self.world).ports.get(&self.port).is_some_and(|port| !port.received.is_empty()))
    }
}

impl Write for Port {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        let mut world = now(&self.world);
        let port = world.ports.entry(self.port).or_default();
        let count = bytes.len().min(port.room.unwrap_or(usize::MAX));
        if let Some(room) = &mut port.room {
            *room -= count;
        }
        world.note_sent(self.port, bytes.get(..count).unwrap_or_default());
        Ok(count)
    }
    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl WriteReady for Port {
    fn write_ready(&mut self) -> Result<bool, Infallible> {
        Ok(now(&self.world).ports.get(&self.port).is_none_or(|port| port.room != Some(0)))
    }
}

/// A channel of pulses.
pub struct Channel {
    world: Shared,
    channel: u8,
    bits: u8,
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Channel {}", self.channel)
    }
}

impl Channel {
    pub(crate) const fn new(world: Shared, channel: u8, bits: u8) -> Self {
        Self { world, channel, bits }
    }
}

impl pwm::ErrorType for Channel {
    type Error = Infallible;
}

impl pwm::SetDutyCycle for Channel {
    fn max_duty_cycle(&self) -> u16 {
        u16::try_from(1_u32 << self.bits.min(16)).unwrap_or(u16::MAX)
    }
    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), Infallible> {
        now(&self.world).note(format!("pwm {} duty {duty}", self.channel));
        Ok(())
    }
}

/// A channel of pulse trains.
pub struct Trains {
    world: Shared,
    pin: Pin,
}

impl std::fmt::Debug for Trains {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Trains {}", self.pin)
    }
}

impl Trains {
    pub(crate) const fn new(world: Shared, pin: Pin) -> Self {
        Self { world, pin }
    }
}

impl PulseTrains for Trains {
    fn send(&mut self, _: usize, pulses: &mut dyn Iterator<Item = Pulse>) -> Result<(), Error> {
        let pulses: String = pulses.map(|pulse| format!(" {} {}", level_word(pulse.high), pulse.ticks)).collect();
        now(&self.world).note(format!("rmt {} send{pulses}", self.pin));
        Ok(())
    }
}

impl AnalogInput for Input {
    fn read(&mut self) -> Result<u32, Error> {
        let mut world = now(&self.world);
        let readings = world.adc.get_mut(&self.pin).ok_or("eio")?;
        if readings.len() > 1 {
            return readings.pop_front().ok_or("eio");
        }
        readings.front().copied().ok_or("eio")
    }

    /// As an input of 12 bits from 0 to 3.3 volts has it.
    fn millivolts(&self, reading: u32) -> Option<u32> {
        u32::try_from(u64::from(reading) * 3300 / 4095).ok()
    }
}

/// Flash memory for keys and values: 24 KiB, as in AtomVM's map.
#[derive(Clone)]
pub struct Flash(Vec<u8>);

impl std::fmt::Debug for Flash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Flash")
    }
}

impl Flash {
    pub(crate) fn new() -> Self {
        Self(vec![0xff; 0x6000])
    }

    /// All of it.
    pub(crate) fn bytes(&mut self) -> &mut [u8] {
        &mut self.0
    }

    fn part(&mut self, offset: u32, length: usize) -> Result<&mut [u8], NorFlashErrorKind> {
        let start = offset as usize;
        self.0.get_mut(start..start.saturating_add(length)).ok_or(NorFlashErrorKind::OutOfBounds)
    }
}

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 4;
    fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, into.len())?;
        into.copy_from_slice(self.part(offset, into.len())?);
        Ok(())
    }
    fn capacity(&self) -> usize {
        self.0.len()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 4096;
    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        self.part(from, (to - from) as usize)?.fill(0xff);
        Ok(())
    }
    /// Bits are only cleared.
    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        let part = self.part(offset, bytes.len())?;
        part.iter_mut().zip(bytes).for_each(|(place, byte)| *place &= byte);
        Ok(())
    }
}

impl nor_flash::MultiwriteNorFlash for Flash {}
