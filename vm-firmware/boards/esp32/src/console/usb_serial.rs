//! The chip's own USB port, "USB Serial/JTAG": a serial port to the host, without a chip between.

use esp_hal::Blocking;
use esp_hal::peripherals::USB_DEVICE;
use esp_hal::usb::usb_serial_jtag::UsbSerialJtag;

/// What the port is made of.
pub type Hardware = USB_DEVICE<'static>;

/// The port.
pub struct Port(UsbSerialJtag<'static, Blocking>);

impl Port {
    /// Starts it. The host's connection stays as it is.
    pub fn new(hardware: Hardware) -> Self {
        let mut port = UsbSerialJtag::new(hardware);
        port.set_interrupt_handler(interrupted);
        Self(port)
    }

    /// Gives it bytes, as far as there is room now; how many it took.
    pub fn push(&mut self, bytes: &[u8]) -> usize {
        let taken = bytes.iter().take_while(|&&byte| self.0.write_byte_nb(byte).is_ok()).count();
        if taken > 0 {
            // The host gets a packet that is not full as well. That it has it is not waited for.
            let _ = self.0.flush_tx_nb();
        }
        taken
    }

    /// Whether the host has all that was given.
    pub fn is_empty(&mut self) -> bool {
        self.0.flush_tx_nb().is_ok()
    }

    /// Takes what has come; how many bytes that is.
    pub fn pull(&mut self, buffer: &mut [u8]) -> usize {
        let mut count = 0;
        for place in buffer {
            let Ok(byte) = self.0.read_byte() else { break };
            *place = byte;
            count += 1;
        }
        self.0.listen_rx_packet_recv_interrupt();
        count
    }

    /// Has no more interrupts until it was read from.
    pub fn quiet(&mut self) {
        self.0.unlisten_rx_packet_recv_interrupt();
        self.0.reset_rx_packet_recv_interrupt();
    }
}

#[esp_hal::handler]
fn interrupted() {
    super::interrupted();
}
