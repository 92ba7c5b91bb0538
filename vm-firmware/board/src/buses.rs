//! I2C and SPI: one transfer at a time, done when the request returns.

use alloc::vec::Vec;

use embedded_hal::digital::OutputPin;
use embedded_hal::i2c::I2c as _;
use embedded_hal::spi::{MODE_0, MODE_1, MODE_2, MODE_3, Mode};
use emberl_vm::hardware::{Answer, Error, Handle, I2c, Pin, PinMode, Pull, Result, Spi, SpiDevice};

use crate::board::{Board, IoPin, SpiPort};
use crate::peripherals::{Entry, Peripherals};
use crate::pins::User;

/// Addresses of 7 bits end here.
const LAST_ADDRESS: u8 = 0x7f;

/// An SPI bus, and the device that its clock is set for.
pub(crate) struct SpiBus<S> {
    pub(crate) peripheral: u8,
    port: S,
    device: Option<Handle>,
}

/// A device on an SPI bus.
pub(crate) struct Device<P> {
    pub(crate) bus: Handle,
    cs: Option<P>,
    frequency: u32,
    mode: Mode,
}

/// So many zeros.
fn zeros(count: usize) -> core::result::Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(count).map_err(|_| "enomem")?;
    bytes.resize(count, 0);
    Ok(bytes)
}

/// Sends what is in the buffer and puts there what comes, while the device is selected. It is selected no longer however
/// that ends.
fn exchange<S: SpiPort, P: OutputPin>(
    port: &mut S,
    cs: Option<&mut P>,
    buffer: &mut [u8],
) -> core::result::Result<(), Error> {
    let mut transfer = || -> core::result::Result<(), Error> {
        port.transfer_in_place(buffer).map_err(|_| "eio")?;
        port.flush().map_err(|_| "eio")
    };
    let Some(cs) = cs else { return transfer() };
    cs.set_low().map_err(|_| "eio")?;
    let done = transfer();
    cs.set_high().map_err(|_| "eio")?;
    done
}

impl<B: Board> Peripherals<B> {
    pub(crate) fn i2c_open(&mut self, config: &I2c) -> Result {
        if config.frequency == 0 {
            return Err("einval");
        }
        if self.table.iter_mut().any(|(_, entry)| matches!(entry, Entry::I2c(open, _) if *open == config.peripheral)) {
            return Err("ebusy");
        }
        let (handle, pins) = (self.table.reserve()?, [config.scl, config.sda]);
        self.pins.reserve(&self.board, &pins)?;
        let bus = self.board.i2c(config)?;
        self.pins.take(&pins, User::Handle(handle));
        self.table.put(handle, Entry::I2c(config.peripheral, bus));
        Ok(Answer::Handle(handle))
    }

    pub(crate) fn i2c_transfer(&mut self, handle: Handle, address: u8, bytes: &[u8], most: usize) -> Result {
        let Entry::I2c(_, bus) = self.table.get(handle)? else { return Err("einval") };
        if address > LAST_ADDRESS {
            return Err("einval");
        }
        let mut answer = zeros(most)?;
        let done = match (bytes.is_empty(), most) {
            (_, 0) => bus.write(address, bytes),
            (true, _) => bus.read(address, &mut answer),
            (false, _) => bus.write_read(address, bytes, &mut answer),
        };
        done.map_err(|error| B::i2c_error(&error))?;
        Ok(Answer::Bytes(answer))
    }

    pub(crate) fn spi_open(&mut self, config: &Spi) -> Result {
        if config.mosi.is_none() && config.miso.is_none() {
            return Err("einval");
        }
        if self
            .table
            .iter_mut()
            .any(|(_, entry)| matches!(entry, Entry::Spi(bus) if bus.peripheral == config.peripheral))
        {
            return Err("ebusy");
        }
        let handle = self.table.reserve()?;
        let mut pins = [config.sclk; 3];
        let mut count = 1;
        for pin in [config.mosi, config.miso].into_iter().flatten() {
            if let Some(place) = pins.get_mut(count) {
                *place = pin;
                count += 1;
            }
        }
        let pins = pins.get(..count).unwrap_or_default();
        self.pins.reserve(&self.board, pins)?;
        let port = self.board.spi(config)?;
        self.pins.take(pins, User::Handle(handle));
        self.table.put(handle, Entry::Spi(SpiBus { peripheral: config.peripheral, port, device: None }));
        Ok(Answer::Handle(handle))
    }

    pub(crate) fn spi_device(&mut self, bus: Handle, config: &SpiDevice) -> Result {
        let Entry::Spi(open) = self.table.get(bus)? else { return Err("einval") };
        let modes = [MODE_0, MODE_1, MODE_2, MODE_3];
        let mode = *modes.get(usize::from(config.mode)).ok_or("einval")?;
        if config.frequency == 0 {
            return Err("einval");
        }
        open.port.configure(config.frequency, mode)?;
        let handle = self.table.reserve()?;
        // As long as there is no device, none is known.
        if let Entry::Spi(open) = self.table.get(bus)? {
            open.device = None;
        }
        let cs = match config.cs {
            Some(pin) => Some(self.select_pin(pin, handle)?),
            None => None,
        };
        self.table.put(handle, Entry::SpiDevice(Device { bus, cs, frequency: config.frequency, mode }));
        Ok(Answer::Handle(handle))
    }

    /// A pin that selects a device: high from the beginning.
    fn select_pin(&mut self, pin: Pin, handle: Handle) -> core::result::Result<B::Pin, Error> {
        self.pins.reserve(&self.board, &[pin])?;
        let mut cs = self.board.pin(pin)?;
        cs.set_high().map_err(|_| "eio")?;
        cs.configure(PinMode::Output, Pull::None)?;
        cs.set_high().map_err(|_| "eio")?;
        self.pins.take(&[pin], User::Handle(handle));
        Ok(cs)
    }

    pub(crate) fn spi_transfer(&mut self, handle: Handle, bytes: &[u8], most: usize) -> Result {
        let Entry::SpiDevice(device) = self.table.get(handle)? else { return Err("einval") };
        let (bus, frequency, mode) = (device.bus, device.frequency, device.mode);
        let mut buffer = zeros(bytes.len().max(most))?;
        for (place, byte) in buffer.iter_mut().zip(bytes) {
            *place = *byte;
        }
        let mut cs = device.cs.take();
        let done = self.transfer_on(bus, handle, frequency, mode, cs.as_mut(), &mut buffer);
        if let Ok(Entry::SpiDevice(device)) = self.table.get(handle) {
            device.cs = cs;
        }
        done?;
        buffer.truncate(most);
        Ok(Answer::Bytes(buffer))
    }

    fn transfer_on(
        &mut self,
        bus: Handle,
        device: Handle,
        frequency: u32,
        mode: Mode,
        cs: Option<&mut B::Pin>,
        buffer: &mut [u8],
    ) -> core::result::Result<(), Error> {
        let Entry::Spi(open) = self.table.get(bus)? else { return Err("closed") };
        if open.device != Some(device) {
            open.device = None;
            open.port.configure(frequency, mode)?;
            open.device = Some(device);
        }
        exchange(&mut open.port, cs, buffer)
    }

    /// The devices of a bus go with it.
    pub(crate) fn close_devices(&mut self, bus: Handle) {
        loop {
            let device = |entry: &Entry<B>| matches!(entry, Entry::SpiDevice(device) if device.bus == bus);
            let found = self.table.iter_mut().find_map(|(handle, entry)| device(entry).then_some(handle));
            let Some(handle) = found else { return };
            drop(self.table.take(handle));
            self.pins.give_back(User::Handle(handle));
        }
    }
}
