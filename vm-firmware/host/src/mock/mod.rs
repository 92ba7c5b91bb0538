//! A board that exists only on the desktop, for `emberl run --board mock`: its pins, buses and ports do what a script says, and
//! what the program does with them is noted and compared. Owns how a run begins and ends; the script's words are
//! [`script`]'s, what happens in the board is `world`'s, and its drivers `board`'s.

mod board;
mod drivers;
mod outside;
pub mod script;
mod world;

use std::cell::RefCell;
use std::fmt;
use std::io::Write;
use std::rc::Rc;

use emberl_board::Peripherals;

use crate::clock::Clock;
pub use board::Desk;
pub use outside::{Outside, Part, Transfer};
pub use script::{Script, ScriptError};
use world::World;

/// A run of a script: what is looked at from outside while the program runs, and at its end.
#[derive(Clone)]
pub struct Mock(Rc<RefCell<World>>);

impl fmt::Debug for Mock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Mock")
    }
}

impl Mock {
    /// A board that does what a script says, from now on. Lines about what the program does go to `log`, as they come.
    #[must_use]
    pub fn new(script: Script, log: Option<Box<dyn Write>>, clock: Clock) -> Self {
        Self(Rc::new(RefCell::new(World::new(script, log, clock))))
    }

    /// Its peripherals.
    #[must_use]
    pub fn peripherals(&self) -> Peripherals<Desk> {
        Peripherals::new(Desk::new(Rc::clone(&self.0)))
    }

    /// How the program has ended the board's run: `restart`, or `sleep` with milliseconds.
    #[must_use]
    pub fn ended(&self) -> Option<String> {
        self.0.borrow().ended.clone()
    }

    /// What did not happen as the script has it: the script's line, and what is wrong, in the order of the lines.
    #[must_use]
    pub fn verify(&self) -> Vec<ScriptError> {
        self.0.borrow().verify()
    }
}
