//! A UART, the first, at the pins that the chip's ROM uses for it: 115200 bits a second, 8 bits, no parity, as the boot
//! loader has it.

use esp_hal::Blocking;
use esp_hal::gpio::AnyPin;
use esp_hal::peripherals::UART0;
use esp_hal::uart::{Config, Uart, UartInterrupt};

/// What the port is made of: the UART, and its pins for what comes and what goes.
pub type Hardware = (UART0<'static>, AnyPin<'static>, AnyPin<'static>);

/// What ends a wait: many bytes, or a pause after some.
const INPUT: [UartInterrupt; 2] = [UartInterrupt::RxFifoFull, UartInterrupt::RxTimeout];

/// The port; none if its configuration, which is fixed, was refused.
pub struct Port(Option<Uart<'static, Blocking>>);

impl Port {
    /// Starts it.
    pub fn new((uart, receive, transmit): Hardware) -> Self {
        let port = Uart::new(uart, Config::default()).map(|uart| uart.with_rx(receive).with_tx(transmit));
        Self(port.ok().map(|mut port| {
            port.set_interrupt_handler(interrupted);
            port
        }))
    }

    /// Gives it bytes, as far as there is room now; how many it took.
    pub fn push(&mut self, bytes: &[u8]) -> usize {
        let Some(port) = &mut self.0 else { return bytes.len() };
        if port.write_ready() { port.write(bytes).unwrap_or(bytes.len()) } else { 0 }
    }

    /// Whether all that was given is gone. It takes at most the time of 128 bytes, 11 ms.
    pub fn is_empty(&mut self) -> bool {
        self.0.as_mut().is_none_or(|port| port.flush().is_ok())
    }

    /// Takes what has come; how many bytes that is. Bytes that came wrongly are left out.
    pub fn pull(&mut self, buffer: &mut [u8]) -> usize {
        let Some(port) = &mut self.0 else { return 0 };
        let count = port.read_buffered(buffer).unwrap_or(0);
        for interrupt in INPUT {
            port.listen(interrupt);
        }
        count
    }

    /// Has no more interrupts until it was read from.
    pub fn quiet(&mut self) {
        let Some(port) = &mut self.0 else { return };
        for interrupt in INPUT {
            port.unlisten(interrupt);
        }
        let pending = port.interrupts();
        port.clear_interrupts(pending);
    }
}

#[esp_hal::handler]
fn interrupted() {
    super::interrupted();
}
