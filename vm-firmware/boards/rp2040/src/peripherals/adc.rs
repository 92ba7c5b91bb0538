//! Analogue inputs: the converter of 12 bits (data sheet, 4.9), with the pins 26 to 29, and the chip's temperature.

use emberl_board::AnalogInput;
use emberl_vm::hardware::{Adc, Error, Pin};

use super::TEMPERATURE;
use super::pins;
use crate::clock;
use crate::registers::{ADC, RESET_ADC};

/// Offset: the control, and how it stands.
const CONTROL: usize = 0x0;
/// Bits of it: the converter is on; so is the sensor of the temperature; it is to read once; it has; it could not.
const ON: u32 = 1;
const SENSOR: u32 = 1 << 1;
const ONCE: u32 = 1 << 2;
const READY: u32 = 1 << 8;
const FAILED: u32 = 1 << 9;
/// Where the number of the input begins.
const INPUT: u32 = 12;
/// Offset: what was read.
const RESULT: usize = 0x4;

/// The first pin that is an input, and how many follow.
const FIRST: Pin = 26;
/// The input of the sensor.
const SENSOR_INPUT: u8 = 4;
/// Bits of a reading.
const BITS: u8 = 12;
/// Microseconds that reading may take; it is two.
const PATIENCE: u64 = 1000;
/// The millivolts that all ones stand for: those of the Pico's supply.
const FULL: u32 = 3300;

/// An input.
#[derive(Debug)]
pub struct Input {
    pin: Pin,
    input: u8,
    bits: u8,
}

impl Input {
    /// Opens it.
    pub(crate) fn new(config: &Adc) -> Result<Self, Error> {
        let input = match config.pin {
            TEMPERATURE => SENSOR_INPUT,
            pin @ FIRST.. => pin - FIRST,
            _ => return Err("enodev"),
        };
        let bits = config.bits.unwrap_or(BITS);
        // It reads from 0 to 3.3 volts, as ESP32s do with their voltages made less by 11 decibels or more.
        if bits > BITS || config.attenuation < 110 {
            return Err("einval");
        }
        if ADC.read(CONTROL) & ON == 0 {
            RESET_ADC.hold();
            RESET_ADC.release();
            ADC.write(CONTROL, ON);
            wait()?;
        }
        if config.pin == TEMPERATURE {
            ADC.write(CONTROL, ON | SENSOR);
        } else {
            pins::connect_analogue(config.pin);
        }
        Ok(Self { pin: config.pin, input, bits })
    }
}

fn wait() -> Result<(), Error> {
    let end = clock::micros() + PATIENCE;
    while ADC.read(CONTROL) & READY == 0 {
        if clock::micros() > end {
            return Err("etimedout");
        }
    }
    Ok(())
}

impl Drop for Input {
    fn drop(&mut self) {
        if self.pin == TEMPERATURE {
            ADC.write(CONTROL, ON);
        } else {
            pins::release(self.pin);
        }
    }
}

impl AnalogInput for Input {
    fn read(&mut self) -> Result<u32, Error> {
        let on = ADC.read(CONTROL) & (ON | SENSOR);
        ADC.write(CONTROL, on | u32::from(self.input) << INPUT | ONCE);
        wait()?;
        if ADC.read(CONTROL) & FAILED != 0 {
            return Err("eio");
        }
        Ok((ADC.read(RESULT) & 0xfff) >> (BITS - self.bits))
    }

    fn millivolts(&self, reading: u32) -> Option<u32> {
        Some(reading * FULL / ((1 << self.bits) - 1))
    }
}
