//! Trains of pulses: how long they may be, and that they are sent whole.

use emberl_vm::hardware::{Answer, Handle, Result, Rmt, Train};

use crate::board::{Board, PulseTrains};
use crate::peripherals::{Entry, Peripherals};
use crate::pins::User;

/// The most pulses of a train: some 1,300 lamps of 24 bits.
const MOST: usize = 1 << 16;

impl<B: Board> Peripherals<B> {
    pub(crate) fn rmt_open(&mut self, config: &Rmt) -> Result {
        let carries = config.carrier.is_none_or(|carrier| carrier.frequency > 0 && (1..=99).contains(&carrier.duty));
        if config.resolution == 0 || !carries {
            return Err("einval");
        }
        let handle = self.table.reserve()?;
        self.pins.reserve(&self.board, &[config.pin])?;
        let channel = self.board.rmt(config)?;
        self.pins.take(&[config.pin], User::Handle(handle));
        self.table.put(handle, Entry::Rmt(channel, config.resolution));
        Ok(Answer::Handle(handle))
    }

    pub(crate) fn rmt_send(&mut self, handle: Handle, train: &Train<'_>) -> Result {
        let Entry::Rmt(channel, resolution) = self.table.get(handle)? else { return Err("einval") };
        // Nothing else runs meanwhile, so a second is the most.
        let (mut count, mut ticks) = (0, 0_u64);
        for pulse in train.pulses() {
            (count, ticks) = (count + 1, ticks + u64::from(pulse.ticks));
            if count > MOST || ticks > u64::from(*resolution) {
                return Err("einval");
            }
        }
        if count > 0 {
            channel.send(count, &mut train.pulses())?;
        }
        Ok(Answer::Done)
    }
}
