//! Resetting a board by the lines of its port.

use std::thread;
use std::time::Duration;

/// The USB product of the serial port that is in the chip itself, for which the lines mean something else.
const USB_SERIAL_JTAG: u16 = 0x1001;
const ESPRESSIF: u16 = 0x303A;

/// The lines of a port.
pub trait Lines {
    /// Sets RTS, which holds the board in reset (by a transistor on the board, or in the chip).
    ///
    /// # Errors
    /// The system's words, for example where a port has no such line.
    fn set_rts(&mut self, level: bool) -> Result<(), String>;

    /// Sets DTR, which holds the pin that chooses the boot loader.
    ///
    /// # Errors
    /// As [`Lines::set_rts`].
    fn set_dtr(&mut self, level: bool) -> Result<(), String>;
}

impl Lines for Box<dyn serialport::SerialPort> {
    fn set_rts(&mut self, level: bool) -> Result<(), String> {
        self.write_request_to_send(level).map_err(|error| error.to_string())
    }

    fn set_dtr(&mut self, level: bool) -> Result<(), String> {
        self.write_data_terminal_ready(level).map_err(|error| error.to_string())
    }
}

/// Resets the board, so that its program starts: DTR stays off, RTS is on for a tenth of a second. The port in the chip
/// itself, which numbers tell, takes RTS only when DTR was set to off before. (Facts: esptool's `HardReset` and
/// espflash's `reset_after_flash`.)
///
/// # Errors
/// Those of the lines.
pub fn reset(lines: &mut dyn Lines, usb: Option<(u16, u16)>) -> Result<(), String> {
    reset_with(lines, usb, &thread::sleep)
}

fn reset_with(lines: &mut dyn Lines, usb: Option<(u16, u16)>, wait: &dyn Fn(Duration)) -> Result<(), String> {
    lines.set_dtr(false)?;
    if usb == Some((ESPRESSIF, USB_SERIAL_JTAG)) {
        wait(Duration::from_millis(100));
    }
    lines.set_rts(true)?;
    wait(Duration::from_millis(100));
    lines.set_rts(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    struct Recorded<'r>(&'r RefCell<Vec<String>>, bool);

    impl Lines for Recorded<'_> {
        fn set_rts(&mut self, level: bool) -> Result<(), String> {
            self.0.borrow_mut().push(format!("rts {level}"));
            if self.1 { Ok(()) } else { Err("no such line".into()) }
        }

        fn set_dtr(&mut self, level: bool) -> Result<(), String> {
            self.0.borrow_mut().push(format!("dtr {level}"));
            Ok(())
        }
    }

    #[test]
    fn the_program_starts_not_the_boot_loader() {
        let told = |usb, works| {
            let record = RefCell::new(Vec::new());
            let wait = |time: Duration| record.borrow_mut().push(format!("{} ms", time.as_millis()));
            let end = reset_with(&mut Recorded(&record, works), usb, &wait);
            (record.into_inner().join(", "), end)
        };
        let bridge = "dtr false, rts true, 100 ms, rts false";
        assert_eq!(told(Some((0x10C4, 0xEA60)), true), (bridge.into(), Ok(())));
        assert_eq!(told(None, true), (bridge.into(), Ok(())));
        let chip = "dtr false, 100 ms, rts true, 100 ms, rts false";
        assert_eq!(told(Some((0x303A, 0x1001)), true), (chip.into(), Ok(())));
        assert_eq!(told(None, false), ("dtr false, rts true".into(), Err("no such line".into())));
    }
}
