//! The mock board as emberl-board has boards.

use std::cell::RefCell;
use std::rc::Rc;

use embedded_hal::i2c::ErrorKind;
use emberl_board::simulated::level_word;
use emberl_board::{Board, Nothing};
use emberl_vm::hardware::{self, Error, Mac, Partition, Pin};

use super::drivers::{Bus, Channel, Flash, Input, IoLine, Port, Trains, Wires};
use super::world::World;

/// Buses, ports, timers and channels that there are.
const I2C: u8 = 2;
const SPI: u8 = 4;
const UARTS: u8 = 3;
const TIMERS: u8 = 4;
const CHANNELS: u8 = 8;
/// Ticks a second that channels of pulse trains can have at most.
const FINEST: u32 = 80_000_000;
/// AtomVM's map: names, types, subtypes, offsets, sizes. The first is that of keys and values.
const PARTITIONS: [(&str, u8, u8, u32, u32); 5] = [
    ("nvs", 1, 2, NVS, 0x6000),
    ("phy_init", 1, 1, 0xf000, 0x1000),
    ("factory", 0, 0, 0x1_0000, 0x1c_0000),
    ("boot.avm", 1, 1, 0x1d_0000, 0x8_0000),
    ("main.avm", 1, 1, 0x25_0000, 0x10_0000),
];
const NVS: u32 = 0x9000;
/// Bytes of the flash memory, and of what is erased at a time.
const FLASH: usize = 0x40_0000;
const SECTOR: u32 = 0x1000;
/// Bytes that are kept, with their head.
const KEPT: usize = 4096;

/// The board's side of a run of a script.
pub struct Desk {
    world: Rc<RefCell<World>>,
    /// The memory while the board is asked for it.
    flash: Option<Flash>,
    kept: Vec<u8>,
    /// Bits of the timers' duties.
    bits: [u8; TIMERS as usize],
    /// The flash memory beside keys and values, made when it is asked for.
    rest: Vec<u8>,
    /// The watchdog's milliseconds, and when it bites.
    watchdog: Option<(u32, u64)>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Desk")
    }
}

impl Desk {
    pub(crate) fn new(world: Rc<RefCell<World>>) -> Self {
        let kept = std::mem::take(&mut world.borrow_mut().kept);
        let flash = world.borrow().flash.clone();
        let mut desk = Self {
            world,
            flash: Some(flash),
            kept: vec![0; KEPT],
            bits: [0; TIMERS as usize],
            rest: Vec::new(),
            watchdog: None,
        };
        if !kept.is_empty() {
            // As a program that ran before would have kept it; what is too much is not there.
            let mut before = emberl_board::Peripherals::new(Memory(std::mem::take(&mut desk.kept)));
            let _ = hardware::Hardware::request(&mut before, hardware::Request::KeptSet(&kept));
            desk.kept = std::mem::take(&mut before.board().0);
        }
        desk
    }

    fn note(&self, line: String) {
        self.world.borrow_mut().note(line);
    }

    /// Shows the flash memory from an offset on, which is in a partition: where in the bytes it is.
    fn look<T>(&mut self, offset: u32, look: impl FnOnce(&mut [u8], usize) -> Result<T, Error>) -> Result<T, Error> {
        if let Some(flash) = self.flash.as_mut()
            && let Some(inside) = offset.checked_sub(NVS).map(|inside| inside as usize)
            && inside < flash.bytes().len()
        {
            return look(flash.bytes(), inside);
        }
        if self.rest.is_empty() {
            self.rest.resize(FLASH, 0xff);
        }
        look(&mut self.rest, offset as usize)
    }

    /// The board is over: what the program does from now on, nobody sees.
    fn end(&self, how: String) {
        let mut world = self.world.borrow_mut();
        world.note(how.clone());
        world.ended.get_or_insert(how);
    }
}

/// A board with nothing but memory that stays.
struct Memory(Vec<u8>);

impl Board for Memory {
    type Pin = Nothing;
    type I2c = Nothing;
    type Spi = Nothing;
    type Uart = Nothing;
    type Pwm = Nothing;
    type Rmt = Nothing;
    type Adc = Nothing;
    type Storage = Nothing;
    fn now(&mut self) -> u64 {
        0
    }
    fn has_pin(&self, _: Pin) -> bool {
        false
    }
    fn kept(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

fn pin(pin: Option<Pin>) -> String {
    pin.map_or_else(|| "none".to_owned(), |pin| pin.to_string())
}

impl Board for Desk {
    type Pin = IoLine;
    type I2c = Bus;
    type Spi = Wires;
    type Uart = Port;
    type Pwm = Channel;
    type Rmt = Trains;
    type Adc = Input;
    type Storage = Flash;

    fn now(&mut self) -> u64 {
        self.world.borrow().now()
    }

    fn deadline(&mut self) -> Option<u64> {
        let script = self.world.borrow().deadline();
        script.into_iter().chain(self.watchdog.map(|(_, time)| time)).min()
    }

    fn has_pin(&self, pin: Pin) -> bool {
        pin < self.world.borrow().pins
    }

    fn pin(&mut self, pin: Pin) -> Result<IoLine, Error> {
        self.world.borrow_mut().lines.entry(pin).or_default();
        Ok(IoLine::new(Rc::clone(&self.world), pin))
    }

    fn pin_event(&mut self) -> Option<Pin> {
        if self.watchdog.is_some_and(|(_, time)| self.now() >= time) {
            self.watchdog = None;
            self.end("watchdog bites".to_owned());
        }
        let mut world = self.world.borrow_mut();
        world.advance();
        world.happened.pop_front()
    }

    fn hold_in_sleep(&mut self, _: bool) -> Result<(), Error> {
        Ok(())
    }

    fn i2c(&mut self, bus: &hardware::I2c) -> Result<Bus, Error> {
        let hardware::I2c { peripheral, scl, sda, frequency, .. } = *bus;
        if peripheral >= I2C {
            return Err("enodev");
        }
        self.note(format!("i2c {peripheral} open {scl} {sda} {frequency}"));
        Ok(Bus::new(Rc::clone(&self.world), peripheral))
    }

    fn i2c_error(error: &ErrorKind) -> Error {
        match error {
            ErrorKind::NoAcknowledge(_) => "nack",
            ErrorKind::Other => "etimedout",
            _ => "eio",
        }
    }

    fn spi(&mut self, bus: &hardware::Spi) -> Result<Wires, Error> {
        let hardware::Spi { peripheral, sclk, mosi, miso } = *bus;
        if peripheral >= SPI {
            return Err("enodev");
        }
        self.note(format!("spi {peripheral} open {sclk} {} {}", pin(mosi), pin(miso)));
        Ok(Wires::new(Rc::clone(&self.world), peripheral))
    }

    fn uart(&mut self, port: &hardware::Uart) -> Result<Port, Error> {
        if port.peripheral >= UARTS {
            return Err("enodev");
        }
        self.note(format!("uart {} open {}", port.peripheral, port.speed));
        Ok(Port::new(Rc::clone(&self.world), port.peripheral))
    }

    fn pwm_timer(&mut self, timer: u8, frequency: u32, bits: u8) -> Result<u32, Error> {
        *self.bits.get_mut(usize::from(timer)).ok_or("enodev")? = bits;
        self.note(format!("pwm timer {timer} {frequency} {bits}"));
        Ok(frequency)
    }

    fn pwm(&mut self, channel: u8, timer: u8, pin: Pin) -> Result<Channel, Error> {
        let bits = *self.bits.get(usize::from(timer)).ok_or("enodev")?;
        if channel >= CHANNELS {
            return Err("enodev");
        }
        self.note(format!("pwm {channel} open {pin} timer {timer}"));
        Ok(Channel::new(Rc::clone(&self.world), channel, bits))
    }

    fn rmt(&mut self, channel: &hardware::Rmt) -> Result<Trains, Error> {
        let hardware::Rmt { pin, resolution, idle, carrier } = *channel;
        if resolution > FINEST {
            return Err("einval");
        }
        let carrier = carrier.map_or_else(String::new, |carrier| format!(" {} {}", carrier.frequency, carrier.duty));
        self.note(format!("rmt {pin} open {resolution} {}{carrier}", level_word(idle)));
        Ok(Trains::new(Rc::clone(&self.world), pin))
    }

    fn adc(&mut self, input: &hardware::Adc) -> Result<Input, Error> {
        if !self.world.borrow().adc.contains_key(&input.pin) {
            return Err("enodev");
        }
        self.note(format!("adc {} open", input.pin));
        Ok(Input::new(Rc::clone(&self.world), input.pin))
    }

    fn storage(&mut self) -> Option<&mut Flash> {
        self.flash.as_mut()
    }

    /// AtomVM's map, as boards here have it.
    fn partitions(&mut self) -> Result<Vec<Partition>, Error> {
        let partition = |(name, kind, subtype, offset, size): (&str, u8, u8, u32, u32)| Partition {
            name: name.to_owned(),
            kind,
            subtype,
            offset,
            size,
        };
        Ok(PARTITIONS.into_iter().map(partition).collect())
    }

    fn flash_read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), Error> {
        self.look(offset, |flash, from| {
            into.copy_from_slice(flash.get(from..from + into.len()).ok_or("eio")?);
            Ok(())
        })
    }

    fn flash_write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Error> {
        self.look(offset, |flash, from| {
            let places = flash.get_mut(from..from + bytes.len()).ok_or("eio")?;
            places.iter_mut().zip(bytes).for_each(|(place, byte)| *place &= byte);
            Ok(())
        })
    }

    fn flash_erase(&mut self, from: u32, to: u32) -> Result<(), Error> {
        if !from.is_multiple_of(SECTOR) || !to.is_multiple_of(SECTOR) {
            return Err("einval");
        }
        self.look(from, |flash, start| {
            flash.get_mut(start..start + (to - from) as usize).ok_or("eio")?.fill(0xff);
            Ok(())
        })
    }

    fn watchdog(&mut self, milliseconds: Option<u32>) -> Result<(), Error> {
        if let Some(time) = milliseconds {
            self.note(format!("watchdog {time}"));
            self.watchdog = Some((time, self.now().saturating_add(u64::from(time) * 1_000_000)));
        } else if self.watchdog.take().is_some() {
            self.note("watchdog none".to_owned());
        }
        Ok(())
    }

    fn watchdog_feed(&mut self) {
        if let Some((time, _)) = self.watchdog {
            self.note("watchdog fed".to_owned());
            self.watchdog = Some((time, self.now().saturating_add(u64::from(time) * 1_000_000)));
        }
    }

    fn kept(&mut self) -> &mut [u8] {
        &mut self.kept
    }

    fn restart(&mut self) -> Result<(), Error> {
        self.end("restart".to_owned());
        Ok(())
    }

    fn reset_reason(&mut self) -> Result<&'static str, Error> {
        Ok(self.world.borrow().reset)
    }

    fn wake_cause(&mut self) -> Result<&'static str, Error> {
        Ok(self.world.borrow().wake)
    }

    fn sleep(&mut self, milliseconds: Option<u64>) -> Result<(), Error> {
        self.end(milliseconds.map_or_else(|| "sleep".to_owned(), |time| format!("sleep {time}")));
        Ok(())
    }

    fn wake_on_pins(&mut self, pins: u64, high: bool) -> Result<(), Error> {
        self.note(format!("wake pins {pins:#x} {}", if high { "high" } else { "low" }));
        Ok(())
    }

    fn frequency(&mut self) -> Result<u32, Error> {
        Ok(160_000_000)
    }

    /// Addresses that nobody has: they are locally administered.
    fn mac(&mut self, interface: Mac) -> Result<[u8; 6], Error> {
        let last = match interface {
            Mac::Station => 0,
            Mac::AccessPoint => 1,
            Mac::Bluetooth => 2,
            Mac::Ethernet => 3,
        };
        Ok([0x02, 0, 0, 0, 0, last])
    }

    fn chip(&mut self) -> Result<(&'static str, u8, u16), Error> {
        Ok(("mock", 1, 0))
    }
}
