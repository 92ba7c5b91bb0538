//! Pins of boards that are simulated: the mock of the desktop, and the machine of an emulator. Owns what a pin's level is by
//! all that drives it, when a watch is told of it, and the words by which pins are spoken of in scripts and lines.

use emberl_vm::hardware::{PinMode, Pull};

use crate::board::Edge;

/// A pin, with what is around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whether somebody outside drives it, and how: high is true.
    pub outside: Option<bool>,
    /// What the program made it.
    pub mode: PinMode,
    /// Its resistors.
    pub pull: Pull,
    /// The level that it is driven to as an output.
    pub out: bool,
    /// What is watched.
    pub watch: Option<Edge>,
}

impl Line {
    /// A pin as after a start, that nobody drives.
    #[must_use]
    pub const fn new() -> Self {
        Self { outside: None, mode: PinMode::Input, pull: Pull::None, out: false, watch: None }
    }

    /// Its level: as an output that of the program; else low where the program drives it low, then as it is driven from
    /// outside, then by its resistors. What floats is low.
    #[must_use]
    pub fn level(&self) -> bool {
        match self.mode {
            PinMode::Output => self.out,
            PinMode::OpenDrain if !self.out => false,
            _ => self.outside.unwrap_or(self.pull == Pull::Up),
        }
    }

    /// Changes something; gives whether its watch, as it is then, is told.
    pub fn change(&mut self, change: impl FnOnce(&mut Self)) -> bool {
        let before = self.level();
        change(self);
        let after = self.level();
        let is_watched = match self.watch {
            Some(Edge::Rising) => after,
            Some(Edge::Falling) => !after,
            Some(Edge::Both) => true,
            None => false,
        };
        is_watched && before != after
    }

    /// As after a start; what is outside stays.
    pub const fn release(&mut self) {
        let outside = self.outside;
        *self = Self::new();
        self.outside = outside;
    }
}

impl Default for Line {
    fn default() -> Self {
        Self::new()
    }
}

/// `input`, `output` or `output_od`.
#[must_use]
pub const fn mode_word(mode: PinMode) -> &'static str {
    match mode {
        PinMode::Input => "input",
        PinMode::Output => "output",
        PinMode::OpenDrain => "output_od",
    }
}

/// `up`, `down`, `up_down` or `floating`.
#[must_use]
pub const fn pull_word(pull: Pull) -> &'static str {
    match pull {
        Pull::Up => "up",
        Pull::Down => "down",
        Pull::Both => "up_down",
        Pull::None => "floating",
    }
}

/// `rising`, `falling`, `both` or `none`.
#[must_use]
pub const fn watch_word(edge: Option<Edge>) -> &'static str {
    match edge {
        Some(Edge::Rising) => "rising",
        Some(Edge::Falling) => "falling",
        Some(Edge::Both) => "both",
        None => "none",
    }
}

/// `high` or `low`.
#[must_use]
pub const fn level_word(high: bool) -> &'static str {
    if high { "high" } else { "low" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_have_an_order_of_who_drives() {
        let mut line = Line::new();
        assert!(!line.level());
        line.pull = Pull::Up;
        assert!(line.level());
        line.outside = Some(false);
        assert!(!line.level());
        line.mode = PinMode::OpenDrain;
        (line.outside, line.out) = (Some(true), false);
        assert!(!line.level());
        line.out = true;
        assert!(line.level());
        (line.mode, line.outside) = (PinMode::Output, Some(false));
        assert!(line.level());
        line.release();
        assert_eq!(line, Line { outside: Some(false), ..Line::new() });
    }

    #[test]
    fn watches_are_told_of_their_edges_only() {
        for (watch, up, down) in [
            (None, false, false),
            (Some(Edge::Rising), true, false),
            (Some(Edge::Falling), false, true),
            (Some(Edge::Both), true, true),
        ] {
            let mut line = Line { watch, ..Line::new() };
            assert!(!line.change(|line| line.outside = Some(false)));
            assert_eq!(line.change(|line| line.outside = Some(true)), up);
            assert!(!line.change(|line| line.outside = Some(true)));
            assert_eq!(line.change(|line| line.outside = None), down);
        }
    }
}
