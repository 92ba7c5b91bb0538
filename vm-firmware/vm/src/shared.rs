//! What all processes share: atoms, literals, code, large binaries, the machine.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::atoms::Atoms;
use crate::binaries::Binaries;
use crate::building::Building;
use crate::code::Code;
use crate::heap::{Heap, Store};
use crate::memory::{Budget, NoMemory};
use crate::on_load::Loading;
use crate::platform::Platform;
use crate::processes::Processes;
use crate::services::Services;
use crate::term::LITERAL_BIT;

/// All of a VM but the process at hand.
pub struct Shared {
    /// The memory that may be used.
    pub budget: Budget,
    /// The machine.
    pub platform: Box<dyn Platform>,
    /// The atoms.
    pub atoms: Atoms,
    /// The literal area.
    pub literals: Heap,
    /// The large binaries.
    pub binaries: Binaries,
    /// Loaded modules.
    pub code: Code,
    /// Regular expressions, ready to be run.
    #[cfg(feature = "re")]
    pub patterns: crate::natives::re::Patterns,
    /// The native function of the `send` instruction.
    pub send: Option<crate::natives::NativeId>,
    /// Modules whose `on_load` function has not ended yet.
    pub loading: Vec<Loading>,
    /// The processes, and what they wait for.
    pub processes: Processes,
    /// The tables of `ets`.
    pub tables: crate::ets::Tables,
    /// What `persistent_term` keeps: pairs of a key and its term.
    pub persistent: crate::ets::objects::Objects,
    /// The native functions of the packed instructions of arithmetic, from `+` on in their order.
    pub arithmetic: [Option<crate::natives::NativeId>; 10],
    /// Collect wherever it may be done, to find errors.
    pub zeal: bool,
    /// Open files, and the processes that opened them.
    pub files: Vec<(u32, u32)>,
    /// What is open of the network, and who waits for it.
    pub sockets: crate::sockets::Sockets,
    /// OTP's system processes, as far as they run.
    pub services: Services,
    /// The bitstring that instructions of OTP 24 are building. No root of the collector: a collection ends it.
    pub building: Building,
    /// Counts references and unique integers that were made.
    pub unique: u64,
}

impl Shared {
    /// A VM's shared part, without modules.
    ///
    /// # Errors
    /// When the budget is too small for the tables.
    pub fn new(platform: Box<dyn Platform>, budget: Budget) -> Result<Self, NoMemory> {
        let mut arithmetic = [None; 10];
        let operators = ["+", "-", "*", "div", "rem", "band", "bor", "bxor", "bsl", "bsr"];
        for (place, name) in arithmetic.iter_mut().zip(operators) {
            *place = crate::natives::find("erlang", name, 2);
        }
        Ok(Self {
            atoms: Atoms::new(budget.clone())?,
            literals: Heap::new(budget.clone(), LITERAL_BIT),
            binaries: Binaries::new(budget.clone()),
            code: Code::new(budget.clone())?,
            #[cfg(feature = "re")]
            patterns: crate::natives::re::Patterns::default(),
            loading: Vec::new(),
            processes: Processes::new(budget.clone()),
            tables: crate::ets::Tables::new(budget.clone()),
            persistent: crate::ets::objects::Objects::new(crate::ets::objects::Kind::Set, 0, &budget),
            platform,
            budget,
            send: crate::natives::find("erlang", "!", 2),
            arithmetic,
            zeal: false,
            services: Services::new(),
            files: Vec::new(),
            sockets: crate::sockets::Sockets::default(),
            building: Building::default(),
            unique: 0,
        })
    }

    /// Sees that a module is loaded, from wherever the machine finds it. `false`: there is none, or it does not load.
    /// One with an `on_load` function may yet not be ready to be called: see [`crate::on_load::find`].
    pub fn ensure_loaded(&mut self, module: crate::atoms::Atom) -> bool {
        if self.code.module(module).is_some() {
            return true;
        }
        let name = self.atoms.name(module);
        let loaded = if let Some(beam) = self.platform.module_in_place(name) {
            crate::load::load(self, beam)
        } else {
            let Some(beam) = self.platform.find_module(name) else { return false };
            crate::load::load(self, &beam)
        };
        match loaded {
            Ok(loaded) => loaded == module,
            Err(error) => {
                let text = alloc::format!("emberl: module {}: {error}\n", self.atoms.name(module));
                self.platform.write(crate::platform::Stream::Error, text.as_bytes());
                false
            }
        }
    }

    /// For reading terms of a heap.
    #[must_use]
    #[inline(always)]
    pub const fn store<'a>(&'a self, heap: &'a Heap) -> Store<'a> {
        Store::new(heap, self)
    }
}
