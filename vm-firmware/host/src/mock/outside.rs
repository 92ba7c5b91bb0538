//! What is around a board that runs elsewhere, as in an emulator, by a script as the mock board's: who carries what such a
//! board tells and is told asks here. Owns what of a script such a board can have: pins and I2C.

use std::collections::BTreeMap;
use std::io::Write;

use embedded_hal::i2c::{ErrorKind, Operation};

use super::script::{Script, ScriptError};
use super::world::World;
use crate::clock::Clock;

/// How a transfer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// With these bytes, of all that was read.
    Done(Vec<u8>),
    /// Nobody has that address.
    Nack,
    /// Somebody holds the bus: there is no answer.
    Silence,
}

/// A part of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// These bytes are written.
    Write(Vec<u8>),
    /// So many are read.
    Read(usize),
}

/// A run of a script around a board.
pub struct Outside {
    world: World,
    /// Levels of which was told.
    told: BTreeMap<u8, Option<bool>>,
}

impl std::fmt::Debug for Outside {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Outside")
    }
}

impl Outside {
    /// What a script has, from now on. Lines about what the program does go to `log`.
    #[must_use]
    pub fn new(script: Script, log: Option<Box<dyn Write>>, clock: Clock) -> Self {
        Self { world: World::new(script, log, clock), told: BTreeMap::new() }
    }

    /// Pins that are driven otherwise than when this was asked last: high, low, or by nobody.
    pub fn levels(&mut self) -> Vec<(u8, Option<bool>)> {
        self.world.advance();
        let mut changed = Vec::new();
        for (pin, line) in &self.world.lines {
            if self.told.insert(*pin, line.outside).unwrap_or_default() != line.outside {
                changed.push((*pin, line.outside));
            }
        }
        changed
    }

    /// The board is as after a start: what it was told of pins, it does not know.
    pub fn forget(&mut self) {
        self.told.clear();
    }

    /// The program has done this, in the words of scripts.
    pub fn note(&mut self, deed: &str) {
        self.world.advance();
        self.world.note(deed.to_owned());
    }

    /// A transfer on an I2C bus, which is noted.
    pub fn transfer(&mut self, bus: u8, address: u8, parts: &[Part]) -> Transfer {
        self.world.advance();
        let mut read: Vec<Vec<u8>> = parts
            .iter()
            .filter_map(|part| match part {
                Part::Read(most) => Some(vec![0; *most]),
                Part::Write(_) => None,
            })
            .collect();
        let mut places = read.iter_mut();
        let mut operations: Vec<Operation<'_>> = parts
            .iter()
            .filter_map(|part| match part {
                Part::Write(bytes) => Some(Operation::Write(bytes)),
                Part::Read(_) => places.next().map(|place| Operation::Read(place)),
            })
            .collect();
        match self.world.transfer(bus, address, &mut operations) {
            Ok(()) => Transfer::Done(read.concat()),
            Err(ErrorKind::NoAcknowledge(_)) => Transfer::Nack,
            Err(_) => Transfer::Silence,
        }
    }

    /// When the script acts next: nanoseconds of the clock.
    #[must_use]
    pub fn deadline(&self) -> Option<u64> {
        self.world.deadline()
    }

    /// What did not happen as the script has it.
    #[must_use]
    pub fn verify(&self) -> Vec<ScriptError> {
        self.world.verify()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_answers_a_board_that_is_elsewhere() {
        let script = "pin 4 high\ni2c 0 0x76 register 0xd0 58 60\ni2c 0 0x41 silent\non pin 5 high then pin 10 high\n\
                      expect pin 5 high\nexpect i2c 0 0x76 write d0 read 58 60\nexpect i2c 0 0x41 timeout\n";
        let mut outside = Outside::new(Script::parse(script).unwrap(), None, Clock::new());
        assert_eq!(outside.levels(), [(4, Some(true))]);
        assert_eq!(outside.levels(), []);
        assert_eq!(outside.verify().len(), 3);
        outside.note("pin 5 high");
        assert_eq!(outside.levels(), [(10, Some(true))]);
        let register = [Part::Write(vec![0xd0]), Part::Read(2)];
        assert_eq!(outside.transfer(0, 0x76, &register), Transfer::Done(vec![0x58, 0x60]));
        assert_eq!(outside.transfer(0, 0x77, &register), Transfer::Nack);
        assert_eq!(outside.transfer(0, 0x41, &register), Transfer::Silence);
        assert_eq!(outside.verify(), []);
        outside.forget();
        assert_eq!(outside.levels(), [(4, Some(true)), (10, Some(true))]);
    }
}
