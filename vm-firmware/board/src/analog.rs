//! Analogue inputs: the mean of readings.

use emberl_vm::hardware::{Adc, Answer, Handle, Result};

use crate::board::{AnalogInput, Board};
use crate::peripherals::{Entry, Peripherals};
use crate::pins::User;

impl<B: Board> Peripherals<B> {
    pub(crate) fn adc_open(&mut self, config: &Adc) -> Result {
        if config.bits.is_some_and(|bits| !(9..=13).contains(&bits))
            || ![0, 25, 60, 110, 120].contains(&config.attenuation)
        {
            return Err("einval");
        }
        let handle = self.table.reserve()?;
        self.pins.reserve(&self.board, &[config.pin])?;
        let input = self.board.adc(config)?;
        self.pins.take(&[config.pin], User::Handle(handle));
        self.table.put(handle, Entry::Adc(input));
        Ok(Answer::Handle(handle))
    }

    pub(crate) fn adc_read(&mut self, handle: Handle, samples: u32) -> Result {
        let Entry::Adc(input) = self.table.get(handle)? else { return Err("einval") };
        let mut sum = 0_u64;
        for _ in 0..samples {
            sum += u64::from(input.read()?);
        }
        let mean = sum.checked_div(samples.into()).ok_or("einval")? as u32;
        Ok(Answer::Reading(mean, input.millivolts(mean)))
    }
}
