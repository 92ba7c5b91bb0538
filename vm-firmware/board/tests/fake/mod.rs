//! A board that exists only here: what is opened, driven and sent is noted, and what comes is put in by the test.

#![allow(unreachable_pub)]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::convert::Infallible;
use std::rc::Rc;

use embedded_hal::spi::Mode;
use embedded_hal::{digital, i2c, pwm, spi};
use embedded_storage::nor_flash;
use emberl_board::{AnalogInput, Board, Edge, IoPin, PulseTrains, SpiPort};
use emberl_vm::hardware::{self, Error, Mac, Partition, Pin, PinMode, Pull, Pulse};

/// What the board knows.
#[derive(Default)]
pub struct World {
    /// What was done, in order.
    pub done: Vec<String>,
    /// Levels of pins.
    pub levels: BTreeMap<Pin, bool>,
    /// Pins at which something happened.
    pub events: VecDeque<Pin>,
    /// What came by serial ports, and room in them.
    pub received: VecDeque<u8>,
    pub room: usize,
    pub readings: VecDeque<u32>,
    pub now: u64,
    /// Peripherals that are open: nothing is opened twice.
    pub open: BTreeSet<String>,
    pub flash: Vec<u8>,
    /// Writes and erases that still work, where they end.
    pub power: Option<usize>,
}

pub type Shared = Rc<RefCell<World>>;

/// Something that is open until it is dropped.
pub struct Guard(Shared, String);

impl Guard {
    fn new(world: &Shared, name: String) -> Self {
        assert!(world.borrow_mut().open.insert(name.clone()), "{name} twice");
        Self(Rc::clone(world), name)
    }
    fn note(&self, text: std::fmt::Arguments<'_>) {
        self.0.borrow_mut().done.push(format!("{} {text}", self.1));
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.borrow_mut().open.remove(&self.1);
    }
}

pub struct FakePin(Guard, Pin);

impl digital::ErrorType for FakePin {
    type Error = Infallible;
}

impl digital::InputPin for FakePin {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.0.0.borrow().levels.get(&self.1).copied().unwrap_or_default())
    }
    fn is_low(&mut self) -> Result<bool, Infallible> {
        self.is_high().map(|high| !high)
    }
}

impl digital::OutputPin for FakePin {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.0.note(format_args!("low"));
        Ok(())
    }
    fn set_high(&mut self) -> Result<(), Infallible> {
        self.0.note(format_args!("high"));
        Ok(())
    }
}

impl IoPin for FakePin {
    fn configure(&mut self, mode: PinMode, pull: Pull) -> Result<(), Error> {
        // An input-only pin, as some chips have.
        if self.1 == 20 && mode != PinMode::Input {
            return Err("einval");
        }
        self.0.note(format_args!("{mode:?} {pull:?}"));
        Ok(())
    }
    fn watch(&mut self, edge: Option<Edge>) -> Result<(), Error> {
        if self.1 == 20 {
            return Err("enotsup");
        }
        self.0.note(format_args!("watch {edge:?}"));
        Ok(())
    }
}

pub struct FakeI2c(Guard);

impl i2c::ErrorType for FakeI2c {
    type Error = i2c::ErrorKind;
}

impl i2c::I2c for FakeI2c {
    fn transaction(&mut self, address: u8, operations: &mut [i2c::Operation<'_>]) -> Result<(), i2c::ErrorKind> {
        match address {
            0x76 => {}
            0x10 => return Err(i2c::ErrorKind::Bus),
            _ => return Err(i2c::ErrorKind::NoAcknowledge(i2c::NoAcknowledgeSource::Address)),
        }
        for operation in operations {
            match operation {
                i2c::Operation::Read(into) => {
                    into.iter_mut().zip(0xa0..).for_each(|(byte, value)| *byte = value);
                    self.0.note(format_args!("read {}", into.len()));
                }
                i2c::Operation::Write(bytes) => self.0.note(format_args!("write {bytes:x?}")),
            }
        }
        Ok(())
    }
}

pub struct FakeSpi(Guard);

impl spi::ErrorType for FakeSpi {
    type Error = spi::ErrorKind;
}

impl spi::SpiBus for FakeSpi {
    fn read(&mut self, _: &mut [u8]) -> Result<(), spi::ErrorKind> {
        Ok(())
    }
    fn write(&mut self, _: &[u8]) -> Result<(), spi::ErrorKind> {
        Ok(())
    }
    fn transfer(&mut self, _: &mut [u8], _: &[u8]) -> Result<(), spi::ErrorKind> {
        Ok(())
    }
    /// Each byte comes back with all its bits turned; 0xee is a fault.
    fn transfer_in_place(&mut self, bytes: &mut [u8]) -> Result<(), spi::ErrorKind> {
        self.0.note(format_args!("{bytes:x?}"));
        if bytes.contains(&0xee) {
            return Err(spi::ErrorKind::Overrun);
        }
        bytes.iter_mut().for_each(|byte| *byte = !*byte);
        Ok(())
    }
    fn flush(&mut self) -> Result<(), spi::ErrorKind> {
        Ok(())
    }
}

impl SpiPort for FakeSpi {
    fn configure(&mut self, frequency: u32, mode: Mode) -> Result<(), Error> {
        self.0.note(format_args!("{frequency} {:?} {:?}", mode.polarity, mode.phase));
        Ok(())
    }
}

pub struct FakeUart(Guard);

impl embedded_io::ErrorType for FakeUart {
    type Error = Infallible;
}

impl embedded_io::Read for FakeUart {
    fn read(&mut self, into: &mut [u8]) -> Result<usize, Infallible> {
        let mut world = self.0.0.borrow_mut();
        // Not more than seven at a time.
        let count = into.len().min(world.received.len()).min(7);
        into.iter_mut().zip(world.received.drain(..count)).for_each(|(place, byte)| *place = byte);
        Ok(count)
    }
}

impl embedded_io::ReadReady for FakeUart {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(!self.0.0.borrow().received.is_empty())
    }
}

impl embedded_io::Write for FakeUart {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        let count = bytes.len().min(self.0.0.borrow().room);
        assert!(count > 0, "it would wait");
        self.0.0.borrow_mut().room -= count;
        self.0.note(format_args!("{:?}", String::from_utf8_lossy(&bytes[..count])));
        Ok(count)
    }
    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl embedded_io::WriteReady for FakeUart {
    fn write_ready(&mut self) -> Result<bool, Infallible> {
        Ok(self.0.0.borrow().room > 0)
    }
}

pub struct FakePwm(Guard);

impl pwm::ErrorType for FakePwm {
    type Error = Infallible;
}

impl pwm::SetDutyCycle for FakePwm {
    fn max_duty_cycle(&self) -> u16 {
        1000
    }
    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), Infallible> {
        self.0.note(format_args!("{duty}"));
        Ok(())
    }
}

pub struct FakeRmt(Guard);

impl PulseTrains for FakeRmt {
    fn send(&mut self, count: usize, pulses: &mut dyn Iterator<Item = Pulse>) -> Result<(), Error> {
        let pulses: Vec<String> =
            pulses.map(|pulse| format!("{}{}", if pulse.high { '+' } else { '-' }, pulse.ticks)).collect();
        assert_eq!(pulses.len(), count);
        self.0.note(format_args!("{}", pulses.join(" ")));
        Ok(())
    }
}

pub struct FakeAdc(Guard);

impl AnalogInput for FakeAdc {
    fn read(&mut self) -> Result<u32, Error> {
        self.0.0.borrow_mut().readings.pop_front().ok_or("etimedout")
    }
    fn millivolts(&self, reading: u32) -> Option<u32> {
        Some(reading * 2)
    }
}

/// A flash memory whose bits are only ever cleared, and whose power may go.
pub struct Flash(pub Shared);

impl Flash {
    fn power(&self) -> Result<bool, nor_flash::NorFlashErrorKind> {
        let mut world = self.0.borrow_mut();
        match &mut world.power {
            Some(0) => Err(nor_flash::NorFlashErrorKind::Other),
            Some(left) => {
                *left -= 1;
                Ok(*left > 0)
            }
            None => Ok(true),
        }
    }
}

impl nor_flash::ErrorType for Flash {
    type Error = nor_flash::NorFlashErrorKind;
}

impl nor_flash::ReadNorFlash for Flash {
    const READ_SIZE: usize = 4;
    fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), Self::Error> {
        nor_flash::check_read(self, offset, into.len())?;
        into.copy_from_slice(&self.0.borrow().flash[offset as usize..][..into.len()]);
        Ok(())
    }
    fn capacity(&self) -> usize {
        self.0.borrow().flash.len()
    }
}

impl nor_flash::NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 512;
    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        nor_flash::check_erase(self, from, to)?;
        // Power that goes meanwhile leaves a part as it was.
        let middle = if self.power()? { to } else { from + (to - from) / 2 };
        self.0.borrow_mut().flash[from as usize..middle as usize].fill(0xff);
        Ok(())
    }
    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        nor_flash::check_write(self, offset, bytes.len())?;
        let count = if self.power()? { bytes.len() } else { bytes.len() / 2 };
        let flash = &mut self.0.borrow_mut().flash[offset as usize..];
        for (place, byte) in flash.iter_mut().zip(&bytes[..count]) {
            *place &= byte;
        }
        Ok(())
    }
}

/// The board.
pub struct Fake(pub Shared, pub Flash, pub Vec<u8>);

impl Fake {
    pub fn new() -> (Self, Shared) {
        let world = Shared::default();
        world.borrow_mut().flash = vec![0xff; 512 * 6];
        (Self(Rc::clone(&world), Flash(Rc::clone(&world)), vec![0; 64]), world)
    }
}

impl Board for Fake {
    type Pin = FakePin;
    type I2c = FakeI2c;
    type Spi = FakeSpi;
    type Uart = FakeUart;
    type Pwm = FakePwm;
    type Rmt = FakeRmt;
    type Adc = FakeAdc;
    type Storage = Flash;

    fn now(&mut self) -> u64 {
        self.0.borrow().now
    }
    fn has_pin(&self, pin: Pin) -> bool {
        pin < 22
    }
    fn pin(&mut self, pin: Pin) -> Result<FakePin, Error> {
        Ok(FakePin(Guard::new(&self.0, format!("pin {pin}")), pin))
    }
    fn pin_event(&mut self) -> Option<Pin> {
        self.0.borrow_mut().events.pop_front()
    }
    fn i2c(&mut self, bus: &hardware::I2c) -> Result<FakeI2c, Error> {
        if bus.peripheral > 0 {
            return Err("enodev");
        }
        Ok(FakeI2c(Guard::new(&self.0, "i2c".into())))
    }
    fn spi(&mut self, bus: &hardware::Spi) -> Result<FakeSpi, Error> {
        if bus.peripheral != 2 {
            return Err("enodev");
        }
        Ok(FakeSpi(Guard::new(&self.0, "spi".into())))
    }
    fn uart(&mut self, port: &hardware::Uart) -> Result<FakeUart, Error> {
        if port.peripheral > 1 {
            return Err("enodev");
        }
        Ok(FakeUart(Guard::new(&self.0, format!("uart {}", port.peripheral))))
    }
    fn pwm_timer(&mut self, timer: u8, frequency: u32, _: u8) -> Result<u32, Error> {
        if timer > 3 { Err("enodev") } else { Ok(frequency) }
    }
    fn pwm(&mut self, channel: u8, _: u8, _: Pin) -> Result<FakePwm, Error> {
        if channel > 5 {
            return Err("enodev");
        }
        Ok(FakePwm(Guard::new(&self.0, format!("pwm {channel}"))))
    }
    fn rmt(&mut self, channel: &hardware::Rmt) -> Result<FakeRmt, Error> {
        if channel.pin == 5 {
            return Err("enodev");
        }
        Ok(FakeRmt(Guard::new(&self.0, format!("rmt {}", channel.pin))))
    }
    fn adc(&mut self, input: &hardware::Adc) -> Result<FakeAdc, Error> {
        if input.pin > 4 {
            return Err("enodev");
        }
        Ok(FakeAdc(Guard::new(&self.0, format!("adc {}", input.pin))))
    }
    fn storage(&mut self) -> Option<&mut Flash> {
        Some(&mut self.1)
    }
    fn partitions(&mut self) -> Result<Vec<Partition>, Error> {
        Ok(vec![Partition { name: "nvs".into(), kind: 1, subtype: 2, offset: 0x9000, size: 0x6000 }])
    }
    fn flash_read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), Error> {
        into.fill(offset as u8);
        self.0.borrow_mut().done.push(format!("flash read {offset:#x} {}", into.len()));
        Ok(())
    }
    fn flash_write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Error> {
        self.0.borrow_mut().done.push(format!("flash write {offset:#x} {bytes:?}"));
        Ok(())
    }
    fn flash_erase(&mut self, from: u32, to: u32) -> Result<(), Error> {
        self.0.borrow_mut().done.push(format!("flash erase {from:#x} {to:#x}"));
        Ok(())
    }
    fn watchdog(&mut self, milliseconds: Option<u32>) -> Result<(), Error> {
        self.0.borrow_mut().done.push(format!("watchdog {milliseconds:?}"));
        Ok(())
    }
    fn watchdog_feed(&mut self) {
        self.0.borrow_mut().done.push("watchdog fed".into());
    }
    fn kept(&mut self) -> &mut [u8] {
        &mut self.2
    }
    fn reset_reason(&mut self) -> Result<&'static str, Error> {
        Ok("esp_rst_sw")
    }
    fn mac(&mut self, interface: Mac) -> Result<[u8; 6], Error> {
        if interface == Mac::Station { Ok([2, 0, 0, 0, 0, 1]) } else { Err("enodev") }
    }
}
