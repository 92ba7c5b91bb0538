//! The peripherals of a board for the virtual machine. Owns what is open; each kind has its own file.

use emberl_vm::hardware::{Answer, Event, Handle, Hardware, Pin, Request, Result};

use crate::board::Board;
use crate::buses::{Device, SpiBus};
use crate::kept;
use crate::partition;
use crate::pins::{Pending, Pins, User};
use crate::pwm::Pulses;
use crate::serial::{LOOK, Port};
use crate::store;
use crate::table::Table;
use crate::watchdog::Watchdog;

/// What a handle stands for.
pub(crate) enum Entry<B: Board> {
    /// A pin of which somebody is told.
    Watch(Pin),
    /// A bus, and which of the board's.
    I2c(u8, B::I2c),
    /// A bus.
    Spi(SpiBus<B::Spi>),
    /// A device on one.
    SpiDevice(Device<B::Pin>),
    /// A serial port.
    Uart(Port<B::Uart>),
    /// A channel of pulse trains, and its ticks a second.
    Rmt(B::Rmt, u32),
    /// An analogue input.
    Adc(B::Adc),
}

/// The peripherals of a board.
pub struct Peripherals<B: Board> {
    pub(crate) board: B,
    pub(crate) table: Table<Entry<B>>,
    pub(crate) pins: Pins<B::Pin>,
    pub(crate) pulses: Pulses<B::Pwm>,
    pub(crate) pending: Pending,
    pub(crate) watchdog: Watchdog,
}

impl<B: Board> Peripherals<B> {
    /// Those of a board of which nothing is open.
    #[must_use]
    pub const fn new(board: B) -> Self {
        Self {
            board,
            table: Table::new(),
            pins: Pins::new(),
            pulses: Pulses::new(),
            pending: Pending::new(),
            watchdog: Watchdog::new(),
        }
    }

    /// The board.
    pub const fn board(&mut self) -> &mut B {
        &mut self.board
    }

    fn close(&mut self, handle: Handle) -> Result {
        match self.table.take(handle)? {
            Entry::Watch(pin) => self.end_watch(handle, pin),
            Entry::Spi(bus) => {
                self.close_devices(handle);
                drop(bus);
            }
            closed => drop(closed),
        }
        self.pins.give_back(User::Handle(handle));
        Ok(Answer::Done)
    }

    fn pulses(&mut self, request: Request<'_>) -> Result {
        match request {
            Request::PwmTimer(timer, frequency, bits) => self.pwm_timer(timer, frequency, bits),
            Request::PwmChannel(channel, timer, pin, duty) => self.pwm_channel(channel, timer, pin, duty),
            Request::PwmDuty(channel, duty) => self.pwm_duty(channel, duty),
            Request::PwmGetDuty(channel) => self.pwm_get_duty(channel),
            Request::PwmPrepare(channel, duty, fade) => self.pwm_prepare(channel, duty, fade),
            Request::PwmBegin(channel) => self.pwm_begin(channel),
            Request::PwmFadeStop(channel) => self.pwm_fade_stop(channel),
            Request::PwmFrequency(timer, frequency) => self.pwm_frequency(timer, frequency),
            Request::PwmGetFrequency(timer) => self.pwm_get_frequency(timer),
            Request::PwmStop(channel, high) => self.pwm_stop(channel, high),
            _ => Err("enotsup"),
        }
    }

    /// What the board itself answers.
    fn system(&mut self, request: Request<'_>) -> Result {
        let board = &mut self.board;
        Ok(match request {
            Request::NvsGet(space, key) => Answer::Bytes(store::get(board.storage().ok_or("enotsup")?, space, key)?),
            Request::NvsSet(space, key, value) => {
                store::set(board.storage().ok_or("enotsup")?, space, key, value)?;
                Answer::Done
            }
            Request::NvsErase(space, key) => {
                store::erase(board.storage().ok_or("enotsup")?, space, key)?;
                Answer::Done
            }
            Request::NvsEraseAll(space) => {
                store::erase_all(board.storage().ok_or("enotsup")?, space)?;
                Answer::Done
            }
            Request::NvsFormat => {
                store::format(board.storage().ok_or("enotsup")?)?;
                Answer::Done
            }
            Request::Partitions => Answer::Partitions(board.partitions()?),
            Request::PartitionRead(name, offset, length) => partition::read(board, name, offset, length)?,
            Request::PartitionWrite(name, offset, bytes) => partition::write(board, name, offset, bytes)?,
            Request::PartitionErase(name, offset, length) => partition::erase(board, name, offset, length)?,
            Request::Watchdog(time) => self.watchdog.begin(board, time)?,
            Request::WatchdogTime(time) => self.watchdog.set(board, time)?,
            Request::WatchdogEnd => self.watchdog.end()?,
            Request::WatchdogAdd => self.watchdog.add(board)?,
            Request::WatchdogHear(user) => self.watchdog.hear(board, user)?,
            Request::WatchdogRemove(user) => self.watchdog.remove(board, user)?,
            Request::HoldInSleep(on) => board.hold_in_sleep(on).map(|()| Answer::Done)?,
            Request::Restart => board.restart().map(|()| Answer::Done)?,
            Request::ResetReason => Answer::Word(board.reset_reason()?),
            Request::WakeCause => Answer::Word(board.wake_cause()?),
            Request::Sleep(milliseconds) => board.sleep(milliseconds).map(|()| Answer::Done)?,
            Request::WakeOnPins(pins, high) => board.wake_on_pins(pins, high).map(|()| Answer::Done)?,
            Request::KeptGet => Answer::Bytes(kept::get(board.kept())?),
            Request::KeptSet(bytes) => kept::set(board.kept(), bytes).map(|()| Answer::Done)?,
            Request::Frequency => Answer::Number(board.frequency()?),
            Request::Mac(interface) => Answer::Bytes(board.mac(interface)?.to_vec()),
            Request::Chip => {
                let (name, processors, revision) = board.chip()?;
                Answer::Chip(name, processors, revision)
            }
            _ => return Err("enotsup"),
        })
    }
}

impl<B: Board> Hardware for Peripherals<B> {
    fn request(&mut self, request: Request<'_>) -> Result {
        match request {
            Request::Close(handle) => self.close(handle),
            Request::PinMode(pin, mode) => self.pin_mode(pin, mode),
            Request::PinPull(pin, pull) => self.pin_pull(pin, pull),
            Request::PinWrite(pin, high) => self.pin_write(pin, high),
            Request::PinRead(pin) => self.pin_read(pin),
            Request::PinHold(pin, on) => self.pin_hold(pin, on),
            Request::PinRelease(pin) => self.pin_release(pin),
            Request::PinWatch(pin, trigger) => self.pin_watch(pin, trigger),
            Request::I2cOpen(bus) => self.i2c_open(&bus),
            Request::I2cTransfer(handle, address, bytes, most) => self.i2c_transfer(handle, address, bytes, most),
            Request::SpiOpen(bus) => self.spi_open(&bus),
            Request::SpiDevice(bus, device) => self.spi_device(bus, &device),
            Request::SpiTransfer(handle, bytes, most) => self.spi_transfer(handle, bytes, most),
            Request::UartOpen(port) => self.uart_open(&port),
            Request::UartRead(handle, most) => self.uart_read(handle, most),
            Request::UartWrite(handle, bytes) => self.uart_write(handle, bytes),
            Request::RmtOpen(channel) => self.rmt_open(&channel),
            Request::RmtSend(handle, train) => self.rmt_send(handle, &train),
            Request::AdcOpen(input) => self.adc_open(&input),
            Request::AdcRead(handle, samples) => self.adc_read(handle, samples),
            Request::PwmTimer(..)
            | Request::PwmChannel(..)
            | Request::PwmDuty(..)
            | Request::PwmGetDuty(_)
            | Request::PwmPrepare(..)
            | Request::PwmBegin(_)
            | Request::PwmFadeStop(_)
            | Request::PwmFrequency(..)
            | Request::PwmGetFrequency(_)
            | Request::PwmStop(..) => self.pulses(request),
            _ => self.system(request),
        }
    }

    fn event(&mut self) -> Option<Event> {
        self.step();
        match self.pin_event() {
            Some(event) => Some(event),
            None => self.uart_event(),
        }
    }

    fn deadline(&mut self) -> Option<u64> {
        let waits = !B::UART_WAKES
            && self.table.iter_mut().any(|(_, entry)| matches!(entry, Entry::Uart(port) if port.is_waited_for()));
        let look = if waits { Some(self.board.now() + LOOK) } else { None };
        [self.board.deadline(), self.pulses.deadline(), look].into_iter().flatten().min()
    }
}
