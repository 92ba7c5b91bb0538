//! The machine as a board with peripherals: simulated pins and I2C, keys and values in the flash memory, memory that stays
//! through a restart, restarts and sleeps. The rest there is not.

use alloc::format;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;

use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};
use emberl_board::simulated::level_word;
use emberl_board::{Board, Nothing};
use emberl_vm::hardware::{self, Error, Partition, Pin};

use crate::flash::{self, BLOCK, Flash, WORD};
use crate::machine::{self, Start, Window};
use crate::pins::{Around, Bus, BusError, PINS, Shared, SimulatedPin};
use crate::port::Port;

/// The I2C buses.
const BUSES: u8 = 2;
/// The last two blocks of the flash memory are for keys and values: names, subtypes, offsets, bytes.
const PARTITIONS: [(&str, u8, u32, u32); 2] = [("storage", 6, 0, NVS), ("nvs", 2, NVS, 2 * BLOCK as u32)];
const NVS: u32 = (32 << 20) - 2 * BLOCK as u32;
/// ESP-IDF's type of partitions of data.
const DATA: u8 = 1;
const MILLISECOND: u64 = 1_000_000;

/// The flash memory for keys and values.
pub struct Storage(Flash);

impl ErrorType for Storage {
    type Error = flash::Error;
}

/// Where an offset in it is in the flash memory.
fn place(offset: u32) -> Result<u32, flash::Error> {
    offset.checked_add(NVS).ok_or(flash::Error::OutOfBounds)
}

impl ReadNorFlash for Storage {
    const READ_SIZE: usize = Flash::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), flash::Error> {
        self.0.read(place(offset)?, bytes)
    }

    fn capacity(&self) -> usize {
        2 * BLOCK
    }
}

impl NorFlash for Storage {
    const WRITE_SIZE: usize = Flash::WRITE_SIZE;
    const ERASE_SIZE: usize = Flash::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), flash::Error> {
        self.0.erase(place(from)?, place(to)?)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), flash::Error> {
        self.0.write(place(offset)?, bytes)
    }
}

/// Why flash memory was not written or erased.
const fn refused(error: flash::Error) -> Error {
    match error {
        flash::Error::NotAligned | flash::Error::OutOfBounds => "einval",
        flash::Error::Refused(_) | flash::Error::Timeout => "eio",
    }
}

/// The board.
pub struct Equipment {
    around: Shared,
    storage: Option<Storage>,
    kept: &'static mut [u8],
    start: Start,
    /// The pins that end a sleep, bit by bit, and by which level.
    wake: Option<(u64, bool)>,
}

impl Equipment {
    /// The board with a port by which a test is what is around it, if there is one.
    #[must_use]
    pub fn new(port: Option<Port>, flash: Window, kept: &'static mut [u8], start: Start) -> Self {
        let around = Rc::new(RefCell::new(Around::new(port)));
        Self { around, storage: Flash::find(flash).map(Storage), kept, start, wake: None }
    }

    fn flash(&mut self) -> Result<&mut Flash, Error> {
        self.storage.as_mut().map(|storage| &mut storage.0).ok_or("enotsup")
    }
}

/// Whether pins are as it was said that they end a sleep.
fn is_awake(around: &Around, wake: Option<(u64, bool)>) -> bool {
    let Some((pins, high)) = wake else { return false };
    let mut asked_for = (0..PINS).filter(|pin| pins >> pin & 1 != 0);
    if high { asked_for.any(|pin| around.level(pin)) } else { asked_for.all(|pin| !around.level(pin)) }
}

impl Board for Equipment {
    type Pin = SimulatedPin;
    type I2c = Bus;
    type Spi = Nothing;
    type Uart = Nothing;
    type Pwm = Nothing;
    type Rmt = Nothing;
    type Adc = Nothing;
    type Storage = Storage;

    fn now(&mut self) -> u64 {
        machine::time()
    }

    fn pin(&mut self, pin: Pin) -> Result<SimulatedPin, Error> {
        Ok(SimulatedPin::new(Rc::clone(&self.around), pin))
    }

    fn has_pin(&self, pin: Pin) -> bool {
        pin < PINS
    }

    fn pin_event(&mut self) -> Option<Pin> {
        self.around.borrow_mut().event()
    }

    fn hold_in_sleep(&mut self, _: bool) -> Result<(), Error> {
        Ok(())
    }

    fn i2c(&mut self, bus: &hardware::I2c) -> Result<Bus, Error> {
        let hardware::I2c { peripheral, scl, sda, frequency, timeout } = *bus;
        if peripheral >= BUSES {
            return Err("enodev");
        }
        self.around.borrow_mut().tell(&format!("i2c {peripheral} open {scl} {sda} {frequency}"));
        Ok(Bus::new(Rc::clone(&self.around), peripheral, timeout))
    }

    fn i2c_error(error: &BusError) -> Error {
        match error {
            BusError::Nack => "nack",
            BusError::Silence => "etimedout",
            BusError::Fail => "eio",
        }
    }

    fn storage(&mut self) -> Option<&mut Storage> {
        self.storage.as_mut()
    }

    fn partitions(&mut self) -> Result<Vec<Partition>, Error> {
        self.flash()?;
        let partition = |(name, subtype, offset, size): (&str, u8, u32, u32)| Partition {
            name: name.into(),
            kind: DATA,
            subtype,
            offset,
            size,
        };
        Ok(PARTITIONS.into_iter().map(partition).collect())
    }

    fn flash_read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), Error> {
        self.flash()?.read(offset, into).map_err(refused)
    }

    /// What of a word is not written is written as it is when it is erased, which changes nothing.
    fn flash_write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Error> {
        let flash = self.flash()?;
        let mut at = offset;
        let mut rest = bytes;
        while !rest.is_empty() {
            let before = at as usize % WORD;
            let (part, left) = rest.split_at(rest.len().min(WORD - before));
            let mut word = [0xff; WORD];
            word.iter_mut().skip(before).zip(part).for_each(|(place, byte)| *place = *byte);
            flash.write(at - before as u32, &word).map_err(refused)?;
            at += part.len() as u32;
            rest = left;
        }
        Ok(())
    }

    fn flash_erase(&mut self, from: u32, to: u32) -> Result<(), Error> {
        self.flash()?.erase(from, to).map_err(refused)
    }

    fn kept(&mut self) -> &mut [u8] {
        self.kept
    }

    fn restart(&mut self) -> Result<(), Error> {
        self.around.borrow_mut().tell("restart");
        machine::restart(Start::Program)
    }

    fn reset_reason(&mut self) -> Result<&'static str, Error> {
        Ok(match self.start {
            Start::Power => "esp_rst_poweron",
            Start::Reset => "esp_rst_ext",
            Start::Program => "esp_rst_sw",
            Start::Timer | Start::Pins => "esp_rst_deepsleep",
        })
    }

    fn wake_cause(&mut self) -> Result<&'static str, Error> {
        Ok(match self.start {
            Start::Timer => "sleep_wakeup_timer",
            Start::Pins => "sleep_wakeup_ext1",
            Start::Power | Start::Reset | Start::Program => "undefined",
        })
    }

    /// The machine waits, and is started anew.
    fn sleep(&mut self, milliseconds: Option<u64>) -> Result<(), Error> {
        let mut around = self.around.borrow_mut();
        match milliseconds {
            Some(time) => around.tell(&format!("sleep {time}")),
            None => around.tell("sleep"),
        }
        let time = milliseconds.map_or(u64::MAX, |time| time.saturating_mul(MILLISECOND));
        let wake = self.wake;
        around.wait(machine::time().saturating_add(time), |around| is_awake(around, wake));
        machine::restart(if is_awake(&around, wake) { Start::Pins } else { Start::Timer })
    }

    fn wake_on_pins(&mut self, pins: u64, high: bool) -> Result<(), Error> {
        if pins == 0 || pins >> PINS != 0 {
            return Err("einval");
        }
        self.wake = Some((pins, high));
        self.around.borrow_mut().tell(&format!("wake pins {pins:#x} {}", level_word(high)));
        Ok(())
    }

    fn frequency(&mut self) -> Result<u32, Error> {
        Ok(machine::FREQUENCY)
    }

    fn chip(&mut self) -> Result<(&'static str, u8, u16), Error> {
        Ok(("qemu_riscv32", 1, 0))
    }
}
