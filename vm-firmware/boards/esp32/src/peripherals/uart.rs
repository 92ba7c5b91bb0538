//! Serial ports. An interrupt puts what comes into a buffer, since a program may look after it much later than the port's
//! own 128 bytes last, and rings; when the buffer is full it leaves the rest in the port, so that flow control holds.

use alloc::collections::VecDeque;
use core::cell::RefCell;
use core::fmt;

use critical_section::Mutex;
use embedded_io::{ErrorKind, ErrorType, Read, ReadReady, Write, WriteReady};
use emberl_vm::hardware::{self, Error, Parity, Pin};
use esp_hal::Blocking;
use esp_hal::interrupt::InterruptHandler;
use esp_hal::peripherals;
use esp_hal::uart;
use esp_hal::uart::{
    Config, ConfigError, CtsConfig, DataBits, HwFlowControl, RtsConfig, StopBits, Uart, UartInterrupt,
};

use super::claims::{Claim, Kind, ROM_UART, Unit};
use crate::machine;

/// Ports of the chip.
const PORTS: usize = if cfg!(any(feature = "esp32", feature = "esp32s3")) { 3 } else { 2 };
/// Bytes that are kept until the program takes them: 90 ms at 115200 bits a second.
const KEPT: usize = 1024;
/// Bytes in the port at which the other side is asked to wait.
const PATIENCE: u8 = 100;

/// Faults after which a line is left alone until the next interrupt.
const FAULTS: u32 = 8;

/// A port that is open.
struct Open {
    driver: Uart<'static, Blocking>,
    /// With room for [`KEPT`] bytes, and no more.
    came: VecDeque<u8>,
    /// It was full, and no interrupt comes of more.
    is_full: bool,
    /// Something was lost or came wrongly, which was not told yet.
    fault: bool,
}

static OPEN: [Mutex<RefCell<Option<Open>>>; PORTS] = [const { Mutex::new(RefCell::new(None)) }; PORTS];

fn with<R>(number: usize, act: impl FnOnce(&mut Open) -> R) -> Option<R> {
    let port = OPEN.get(number)?;
    critical_section::with(|section| port.borrow_ref_mut(section).as_mut().map(act))
}

impl Open {
    /// Takes what has come, as far as there is room.
    fn take(&mut self) {
        let mut part = [0; 64];
        let mut faults = 0;
        while faults < FAULTS {
            let room = KEPT.saturating_sub(self.came.len()).min(part.len());
            if room == 0 {
                self.driver.unlisten(UartInterrupt::RxFifoFull | UartInterrupt::RxTimeout);
                self.is_full = true;
                return;
            }
            match self.driver.read_buffered(part.get_mut(..room).unwrap_or_default()) {
                Ok(0) => return,
                Ok(count) => self.came.extend(part.get(..count).unwrap_or_default()),
                // It is forgotten with that, and comes once; a line that is nothing but noise has more.
                Err(_) => {
                    self.fault = true;
                    faults += 1;
                }
            }
        }
    }

    fn listen(&mut self) {
        self.is_full = false;
        self.driver.listen(UartInterrupt::RxFifoFull | UartInterrupt::RxTimeout);
    }
}

fn interrupted(number: usize) {
    with(number, |open| {
        let pending = open.driver.interrupts();
        open.driver.clear_interrupts(pending);
        if pending.contains(UartInterrupt::TxDone) {
            open.driver.unlisten(UartInterrupt::TxDone);
        }
        open.take();
    });
    machine::ring();
}

#[esp_hal::handler]
fn interrupted_0() {
    interrupted(0);
}

#[esp_hal::handler]
fn interrupted_1() {
    interrupted(1);
}

#[cfg(any(feature = "esp32", feature = "esp32s3"))]
#[esp_hal::handler]
fn interrupted_2() {
    interrupted(2);
}

/// The port's driver and its interrupt's handler.
fn open(number: usize, config: Config) -> Result<(Uart<'static, Blocking>, InterruptHandler), ConfigError> {
    Ok(match number {
        // SAFETY: the caller has claimed the peripheral.
        0 => (Uart::new(unsafe { peripherals::UART0::steal() }, config)?, interrupted_0),
        #[cfg(any(feature = "esp32", feature = "esp32s3"))]
        // SAFETY: the same.
        2 => (Uart::new(unsafe { peripherals::UART2::steal() }, config)?, interrupted_2),
        // SAFETY: the same.
        _ => (Uart::new(unsafe { peripherals::UART1::steal() }, config)?, interrupted_1),
    })
}

/// The pins of a port where the program names none: the ROM's of the first, and none of the others.
fn usual(number: usize, port: &hardware::Uart) -> (Option<Pin>, Option<Pin>) {
    let (rx, tx) = if number == 0 { (Some(ROM_UART.0), Some(ROM_UART.1)) } else { (None, None) };
    (port.rx.or(rx), port.tx.or(tx))
}

fn config(port: &hardware::Uart) -> Result<Config, Error> {
    let data_bits = match port.data_bits {
        5 => DataBits::_5,
        6 => DataBits::_6,
        7 => DataBits::_7,
        8 => DataBits::_8,
        _ => return Err("einval"),
    };
    let flow = match (port.rts, port.cts) {
        (Some(_), Some(_)) => HwFlowControl { cts: CtsConfig::Enabled, rts: RtsConfig::Enabled(PATIENCE) },
        _ => HwFlowControl::default(),
    };
    Ok(Config::default()
        .with_baudrate(port.speed)
        .with_data_bits(data_bits)
        .with_stop_bits(if port.stop_bits == 2 { StopBits::_2 } else { StopBits::_1 })
        .with_parity(match port.parity {
            Parity::None => uart::Parity::None,
            Parity::Even => uart::Parity::Even,
            Parity::Odd => uart::Parity::Odd,
        })
        .with_hw_flow_ctrl(flow))
}

/// A port. Its driver is where the interrupt finds it, and goes before the claims.
pub struct Port {
    number: usize,
    _pins: [Option<Claim>; 4],
    _unit: Unit,
}

impl Port {
    /// Opens a port.
    pub(super) fn new(port: &hardware::Uart) -> Result<Self, Error> {
        let number = usize::from(port.peripheral);
        if number >= PORTS || cfg!(feature = "uart") && number == 0 {
            return Err("enodev");
        }
        let unit = Unit::new(Kind::Uart, port.peripheral)?;
        let (rx, tx) = usual(number, port);
        let mut pins = [Claim::of(rx)?, Claim::of(tx)?, Claim::of(port.cts)?, Claim::of(port.rts)?];
        let mut came = VecDeque::new();
        came.try_reserve_exact(KEPT).map_err(|_| "enomem")?;
        let (mut driver, handler) = open(number, config(port)?).map_err(|_| "einval")?;
        let [rx, tx, cts, rts] = &mut pins;
        if let Some(rx) = rx {
            driver = driver.with_rx(rx.lend());
        }
        if let Some(tx) = tx {
            driver = driver.with_tx(tx.lend_output()?);
        }
        if let (Some(cts), Some(rts)) = (cts, rts) {
            driver = driver.with_cts(cts.lend()).with_rts(rts.lend_output()?);
        }
        driver.set_interrupt_handler(handler);
        critical_section::with(|section| {
            if let Some(place) = OPEN.get(number) {
                *place.borrow_ref_mut(section) = Some(Open { driver, came, is_full: false, fault: false });
            }
        });
        // Not before the interrupt finds the driver: one that nobody quiets comes again at once, for ever.
        with(number, Open::listen);
        Ok(Self { number, _pins: pins, _unit: unit })
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        let Some(place) = OPEN.get(self.number) else { return };
        let open = critical_section::with(|section| {
            let mut open = place.borrow_ref_mut(section).take();
            if let Some(open) = &mut open {
                let all = UartInterrupt::RxFifoFull | UartInterrupt::RxTimeout | UartInterrupt::TxDone;
                open.driver.unlisten(all);
            }
            open
        });
        drop(open);
    }
}

/// Bytes were lost, or came wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes were lost, or came wrongly")
    }
}

impl core::error::Error for Fault {}

impl embedded_io::Error for Fault {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl ErrorType for Port {
    type Error = Fault;
}

impl ReadReady for Port {
    fn read_ready(&mut self) -> Result<bool, Fault> {
        Ok(with(self.number, |open| !open.came.is_empty() || open.fault).unwrap_or(false))
    }
}

impl Read for Port {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        let taken = with(self.number, |open| {
            if open.came.is_empty() && core::mem::take(&mut open.fault) {
                return Err(Fault);
            }
            let count = open.came.len().min(buffer.len());
            for (place, byte) in buffer.iter_mut().zip(open.came.drain(..count)) {
                *place = byte;
            }
            if open.is_full && count > 0 {
                open.listen();
                open.take();
            }
            Ok(count)
        });
        taken.unwrap_or(Ok(0))
    }
}

impl WriteReady for Port {
    fn write_ready(&mut self) -> Result<bool, Fault> {
        let is_ready = with(self.number, |open| {
            let is_ready = open.driver.write_ready();
            if !is_ready {
                open.driver.listen(UartInterrupt::TxDone);
            }
            is_ready
        });
        Ok(is_ready.unwrap_or(false))
    }
}

impl Write for Port {
    /// Takes as much as there is room for now, be it nothing.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        let written =
            with(self.number, |open| if open.driver.write_ready() { open.driver.write(bytes).unwrap_or(0) } else { 0 });
        Ok(written.unwrap_or(0))
    }

    /// Nothing waits outside the port.
    fn flush(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}
