//! Target profiles: what a target VM can run. They own the instructions, native functions, limits and library modules
//! of each known target, as data; what to say of a program that asks for more is the checker's business.
//!
//! What Emberl's own VM has is read from the VM's tables, so that a check promises nothing else. The data files under
//! `packer/data/` say in their first lines what was read, and when.

mod platforms;
mod table;

use std::sync::OnceLock;

use emberl_format::opcode::Op;
use emberl_vm::natives::Builds;

pub use platforms::{Platform, Platforms};
use table::{NativeRecord, OpcodeSet};

const ATOMVM_NATIVES: &str = include_str!("../data/atomvm-0.7-natives.tsv");
const ATOMVM_OPCODES: &str = include_str!("../data/atomvm-0.7-opcodes.tsv");
const ATOMVM_LIBRARIES: &str = include_str!("../data/atomvm-0.7-libs.tsv");

/// Every profile, the default first.
static PROFILES: [Profile; 2] = [
    Profile {
        name: "emberl",
        title: "Emberl's own VM",
        instructions: Instructions::Table(emberl_runs),
        natives_source: Natives::Table(emberl_natives),
        libraries_text: "",
        limits: Limits {
            max_integer_bits: None,
            unaligned_bitstrings: true,
            float_registers: None,
            oldest_compiler: 24,
            newest_compiler: 29,
            stops_at_unknown_instructions: false,
        },
        opcodes: OnceLock::new(),
        natives: OnceLock::new(),
        libraries: OnceLock::new(),
    },
    Profile {
        name: "atomvm-0.7",
        title: "AtomVM 0.7 (as of main, spring 2026)",
        instructions: Instructions::Text(ATOMVM_OPCODES),
        natives_source: Natives::Text(ATOMVM_NATIVES),
        libraries_text: ATOMVM_LIBRARIES,
        limits: Limits {
            // Sign and 256 bits of magnitude (AtomVM's page on its differences from the BEAM).
            max_integer_bits: Some(256),
            unaligned_bitstrings: false,
            // MAX_REG of context.h; there is no spill area for floats as there is for x registers.
            float_registers: Some(16),
            // MINIMUM_OTP_COMPILER_VERSION and MAXIMUM_OTP_COMPILER_VERSION of opcodesswitch.h.
            oldest_compiler: 26,
            newest_compiler: 29,
            stops_at_unknown_instructions: true,
        },
        opcodes: OnceLock::new(),
        natives: OnceLock::new(),
        libraries: OnceLock::new(),
    },
];

/// Whether Emberl's VM runs the instruction of that number, as its loader says.
fn emberl_runs(opcode: u8) -> bool {
    Op::from_number(opcode).is_some_and(emberl_vm::load::runs)
}

/// The natives in the tables of Emberl's VM, sorted.
fn emberl_natives() -> Vec<NativeRecord> {
    let mut records: Vec<NativeRecord> = emberl_vm::natives::all()
        .map(|native| NativeRecord {
            module: native.module,
            function: native.name,
            arity: native.arity,
            platforms: match native.builds {
                Builds::All => Platforms::CORE,
                Builds::Desktop => Platforms::of(Platform::GenericUnix),
            },
        })
        .collect();
    records.sort_unstable_by_key(NativeRecord::key);
    records
}

/// Where a profile gets its instructions from.
enum Instructions {
    /// A table elsewhere in the program, asked by opcode number.
    Table(fn(u8) -> bool),
    /// A data file, read into a set on first use.
    Text(&'static str),
}

/// Where a profile gets its natives from.
enum Natives {
    /// A table elsewhere in the program, read once: sorted, and each native in it once.
    Table(fn() -> Vec<NativeRecord>),
    /// A data file.
    Text(&'static str),
}

/// What else a VM can and cannot do, apart from instructions and natives.
#[derive(Clone, Copy, Debug)]
struct Limits {
    max_integer_bits: Option<u32>,
    unaligned_bitstrings: bool,
    float_registers: Option<u16>,
    oldest_compiler: u8,
    newest_compiler: u8,
    stops_at_unknown_instructions: bool,
}

/// Whether a VM has a native function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Native {
    /// Every build has it.
    Present,
    /// Builds for these platforms have it.
    PresentOnly(Platforms),
    /// No build has it. It may still be an Erlang function of a library: see [`Profile::library_module`].
    Absent,
}

impl Native {
    /// Whether a build for `platform` has it; for `None`, whether every build has it.
    #[must_use]
    pub const fn on(self, platform: Option<Platform>) -> bool {
        match (self, platform) {
            (Self::Present, _) => true,
            (Self::PresentOnly(platforms), Some(platform)) => platforms.covers(platform),
            (Self::PresentOnly(_), None) | (Self::Absent, _) => false,
        }
    }
}

/// What one target VM can run. Get one by [`Profile::named`].
pub struct Profile {
    name: &'static str,
    title: &'static str,
    instructions: Instructions,
    natives_source: Natives,
    libraries_text: &'static str,
    limits: Limits,
    // Read from the sources above on first use: a command that needs no table does not pay for it.
    opcodes: OnceLock<OpcodeSet>,
    natives: OnceLock<Vec<NativeRecord>>,
    libraries: OnceLock<Vec<(&'static str, &'static str)>>,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Profile").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Profile {
    /// The profile of that [`name`](Self::name).
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.name == name)
    }

    /// The names of all profiles, the default first.
    pub fn names() -> impl Iterator<Item = &'static str> {
        PROFILES.iter().map(Self::name)
    }

    /// The name that users write, for example `atomvm-0.7`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it is, in one line without a full stop.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// Whether the VM runs the generic instruction of that number. Numbers that no OTP release assigned are not run.
    #[must_use]
    pub fn runs(&self, opcode: u8) -> bool {
        match self.instructions {
            Instructions::Table(runs) => runs(opcode),
            Instructions::Text(text) => table::contains(self.opcodes.get_or_init(|| table::opcodes(text)), opcode),
        }
    }

    /// Whether the VM has `module:function/arity` as a native function (a BIF or a NIF).
    #[must_use]
    pub fn native(&self, module: &str, function: &str, arity: u8) -> Native {
        let natives = self.native_records();
        let found = natives
            .binary_search_by(|record| record.key().cmp(&(module, function, arity)))
            .ok()
            .and_then(|index| natives.get(index));
        match found {
            None => Native::Absent,
            Some(record) if record.platforms.is_core() => Native::Present,
            Some(record) => Native::PresentOnly(record.platforms),
        }
    }

    /// Every native function as module, function, arity and where it is found, sorted by the first three.
    pub fn natives(&self) -> impl Iterator<Item = (&'static str, &'static str, u8, Platforms)> {
        self.native_records().iter().map(|record| (record.module, record.function, record.arity, record.platforms))
    }

    /// The native functions of one module as function, arity and where it is found, sorted by the first two.
    pub fn natives_of(&self, module: &str) -> impl Iterator<Item = (&'static str, u8, Platforms)> {
        let natives = self.native_records();
        let start = natives.partition_point(|record| record.module < module);
        let end = natives.partition_point(|record| record.module <= module);
        natives
            .get(start..end)
            .unwrap_or_default()
            .iter()
            .map(|record| (record.function, record.arity, record.platforms))
    }

    /// The library of the VM's makers that has `module` as Erlang or Elixir code, for example `estdlib` for `lists`.
    /// Several, joined by `, `, where each platform has its own.
    ///
    /// Its functions are not natives: they are there only if the program is packed, or run, with that library.
    #[must_use]
    pub fn library_module(&self, module: &str) -> Option<&'static str> {
        let libraries = self.libraries.get_or_init(|| table::libraries(self.libraries_text));
        let index = libraries.binary_search_by(|(name, _)| (*name).cmp(module)).ok()?;
        libraries.get(index).map(|(_, library)| *library)
    }

    /// How many bits the magnitude of an integer may have, literals included; the sign does not count. `None`: no limit.
    ///
    /// A literal beyond it cannot be loaded; a computed integer beyond it raises an exception.
    #[must_use]
    pub fn max_integer_bits(&self) -> Option<u32> {
        self.limits.max_integer_bits
    }

    /// Whether a bitstring may have a length that is not a multiple of 8 bits.
    ///
    /// Where not, segments of any width may still be matched, and built if they add up to whole bytes; a binary segment
    /// must start at a whole byte and be whole bytes long.
    #[must_use]
    pub fn unaligned_bitstrings(&self) -> bool {
        self.limits.unaligned_bitstrings
    }

    /// How many floating-point registers there are, counted from `fr0`. `None`: as many as OTP has (1024).
    #[must_use]
    pub fn float_registers(&self) -> Option<u16> {
        self.limits.float_registers
    }

    /// The first and last OTP release whose compiler's files the VM means to run.
    #[must_use]
    pub fn compilers(&self) -> (u8, u8) {
        (self.limits.oldest_compiler, self.limits.newest_compiler)
    }

    /// Whether one instruction that the VM does not run stops the whole VM when its module is loaded, though its
    /// function is never called.
    #[must_use]
    pub fn stops_at_unknown_instructions(&self) -> bool {
        self.limits.stops_at_unknown_instructions
    }

    fn native_records(&self) -> &[NativeRecord] {
        self.natives.get_or_init(|| match self.natives_source {
            Natives::Table(natives) => natives(),
            Natives::Text(text) => table::natives(text),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emberl() -> &'static Profile {
        Profile::named("emberl").unwrap()
    }

    fn atomvm() -> &'static Profile {
        Profile::named("atomvm-0.7").unwrap()
    }

    #[test]
    fn profiles_are_found_by_name() {
        assert_eq!(Profile::names().collect::<Vec<_>>(), ["emberl", "atomvm-0.7"]);
        for name in Profile::names() {
            let profile = Profile::named(name).unwrap();
            assert_eq!(profile.name(), name);
            assert!(!profile.title().is_empty() && !profile.title().ends_with('.'));
            let (oldest, newest) = profile.compilers();
            assert!(oldest <= newest);
        }
        assert!(Profile::named("atomvm").is_none());
    }

    #[test]
    fn every_listed_native_is_found_and_only_those() {
        for name in Profile::names() {
            let profile = Profile::named(name).unwrap();
            for (module, function, arity, platforms) in profile.natives() {
                let expected = if platforms.is_core() { Native::Present } else { Native::PresentOnly(platforms) };
                assert_eq!(profile.native(module, function, arity), expected, "{module}:{function}/{arity}");
                assert_eq!(profile.native(module, function, 200), Native::Absent);
                assert!(
                    profile.natives_of(module).any(|(other, other_arity, _)| other == function && other_arity == arity)
                );
            }
            let by_module: usize = {
                let mut modules: Vec<&str> = profile.natives().map(|(module, ..)| module).collect();
                modules.dedup();
                modules.into_iter().map(|module| profile.natives_of(module).count()).sum()
            };
            assert_eq!(by_module, profile.natives().count());
            assert_eq!(profile.native("", "", 0), Native::Absent);
            assert_eq!(profile.natives_of("no_such_module").count(), 0);
        }
    }

    #[test]
    fn natives_differ_by_target_and_platform() {
        assert_eq!(atomvm().native("lists", "reverse", 2), Native::Present);
        assert_eq!(atomvm().native("erlang", "/", 2), Native::Present);
        // Written in Erlang in AtomVM's library.
        assert_eq!(atomvm().native("erlang", "spawn", 1), Native::Absent);
        assert_eq!(atomvm().library_module("erlang"), Some("estdlib"));
        assert_eq!(emberl().native("erlang", "spawn", 1), Native::Present);
        // A BIF of OTP that AtomVM lacks.
        assert_eq!(atomvm().native("re", "run", 3), Native::Absent);

        let gpio = atomvm().native("gpio", "digital_read", 1);
        assert!(gpio.on(Some(Platform::Esp32)) && gpio.on(Some(Platform::Stm32)));
        assert!(!gpio.on(Some(Platform::GenericUnix)) && !gpio.on(None));
        let socket = atomvm().native("socket", "open", 3);
        assert!(socket.on(Some(Platform::Esp32)) && !socket.on(Some(Platform::Emscripten)));
        assert!(Native::Present.on(None) && !Native::Absent.on(Some(Platform::Esp32)));
    }

    #[test]
    fn emberl_has_what_its_vm_has() {
        let keys: Vec<_> = emberl().natives().map(|(module, function, arity, _)| (module, function, arity)).collect();
        assert!(keys.is_sorted_by(|one, next| one < next), "a native is declared twice");
        assert_eq!(keys.len(), emberl_vm::natives::all().count());
        for native in emberl_vm::natives::all() {
            assert!(emberl().native(native.module, native.name, native.arity).on(Some(Platform::GenericUnix)));
        }
    }

    #[test]
    fn instructions_of_current_compilers() {
        // label, call, bif3.
        for opcode in [1, 4, 185] {
            assert!(emberl().runs(opcode) && atomvm().runs(opcode), "{opcode}");
        }
        // bs_add, which compilers since OTP 25 need no more.
        assert!(emberl().runs(111) && atomvm().runs(111));
        // put_tuple and bs_start_match2 (before OTP 22), native records, and numbers that mean nothing.
        for opcode in [0, 27, 70, 116, 188, 189, 191, 192, 255] {
            assert!(!emberl().runs(opcode) && !atomvm().runs(opcode), "{opcode}");
        }
        // on_load, nif_start, executable_line and debug_line.
        for opcode in [149, 179, 183, 184] {
            assert!(emberl().runs(opcode) && !atomvm().runs(opcode), "{opcode}");
        }
        // Whether a term is a native record (OTP 29): none is.
        for opcode in [186, 187, 190] {
            assert!(emberl().runs(opcode) && !atomvm().runs(opcode), "{opcode}");
        }
        // bs_init2 and bs_put_float (before OTP 26).
        for opcode in [91, 109] {
            assert!(emberl().runs(opcode) && !atomvm().runs(opcode), "{opcode}");
        }
    }

    #[test]
    fn emberl_runs_what_its_loader_takes() {
        for opcode in 0..=u8::MAX {
            assert_eq!(emberl().runs(opcode), Op::from_number(opcode).is_some_and(emberl_vm::load::runs), "{opcode}");
        }
    }

    #[test]
    fn limits_of_atomvm() {
        assert_eq!(atomvm().max_integer_bits(), Some(256));
        assert_eq!(atomvm().float_registers(), Some(16));
        assert_eq!(atomvm().compilers(), (26, 29));
        assert!(!atomvm().unaligned_bitstrings() && atomvm().stops_at_unknown_instructions());
        assert_eq!(emberl().max_integer_bits(), None);
        assert!(emberl().unaligned_bitstrings());
    }

    #[test]
    fn library_modules_are_found() {
        assert_eq!(atomvm().library_module("lists"), Some("estdlib"));
        assert_eq!(atomvm().library_module("Elixir.Enum"), Some("exavmlib"));
        assert_eq!(atomvm().library_module("gpio"), Some("avm_esp32, avm_rp2, avm_stm32, avm_unix"));
        assert_eq!(atomvm().library_module("re"), None);
        assert_eq!(emberl().library_module("lists"), None);
    }
}
