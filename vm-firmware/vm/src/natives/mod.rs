//! Native functions: OTP's BIFs and NIFs, declared once, in the table of each file here. The loader binds imports to
//! them, and the packer's link check reads the same table, so what a check promises is what the VM has.

mod atomics;
mod base64;
pub mod binary;
mod board;
mod calendar;
mod compare;
mod dictionary;
mod ets;
mod ets_objects;
mod ets_select;
mod ets_walk;
pub mod external;
mod files;
mod library;
mod lists;
mod machine;
mod maps;
mod match_spec;
mod math;
mod modules;
mod names;
pub mod net;
mod nodes;
mod number;
mod persistent_term;
mod process;
mod process_flags;
mod process_info;
#[cfg(feature = "re")]
pub mod re;
mod search;
mod spawning;
mod suspending;
mod time;
mod tuples;
mod unicode;
#[cfg(feature = "zlib")]
mod zlib;

use crate::heap::{Heap, Store};
use crate::process::Process;
use crate::raise::Result;
use crate::shared::Shared;
use crate::term::Term;

/// What a native function works on: the process that calls it, and all else.
pub struct Context<'a> {
    /// The process that calls.
    pub process: &'a mut Process,
    /// The rest of the VM.
    pub shared: &'a mut Shared,
}

impl Context<'_> {
    /// For reading terms of the calling process.
    #[must_use]
    #[inline]
    pub fn store(&self) -> Store<'_> {
        self.shared.store(&self.process.heap)
    }

    /// For making terms of the calling process.
    #[inline]
    pub fn heap(&mut self) -> &mut Heap {
        &mut self.process.heap
    }

    /// Counts work that grew with the size of the arguments: about one for each 10 elements or 64 bytes.
    #[inline]
    pub fn bump(&mut self, reductions: usize) {
        self.process.bump(reductions);
    }

    /// A binary of these bytes.
    pub fn binary(&mut self, bytes: alloc::vec::Vec<u8>) -> Result {
        Ok(self.process.heap.binary(&mut self.shared.binaries, bytes)?)
    }
}

/// The code of a native function. It gets as many arguments as its arity says; terms that it makes and holds stay valid
/// while it runs, since nothing is collected then.
pub type Function = fn(&mut Context<'_>, &[Term]) -> Result;

/// The builds that have a native function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builds {
    /// All.
    All,
    /// Those for the desktop only.
    Desktop,
}

/// One native function.
#[derive(Clone, Copy)]
pub struct Native {
    /// Its module.
    pub module: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its arity.
    pub arity: u8,
    /// Its code.
    pub function: Function,
    /// Whether OTP's compiler may call it in a guard or by `bif` and `gc_bif` instructions.
    pub guard: bool,
    /// The builds that have it.
    pub builds: Builds,
}

impl Native {
    /// Whether the function stands in for one that OTP's library has in Erlang: where that module is there, its own
    /// function is called, which may know more than this one. Other native functions always come first, since in the
    /// library's modules they are stubs.
    #[must_use]
    pub fn stands_in(&self) -> bool {
        matches!(
            (self.module, self.name, self.arity),
            ("base64" | "calendar", ..)
                | ("binary", "replace", _)
                | ("ets", "delete_all_objects" | "match_delete" | "match_spec_run" | "select_delete" | "tab2list", _)
                | ("lists", "flatten", _)
                | ("maps", "next" | "to_list", _)
                | ("unicode", "characters_to_binary" | "characters_to_list", 1)
        )
    }
}

impl Native {
    /// Whether OTP has the function in Erlang. When one fails that was called last in a function, that function is not in
    /// the stack trace; it is when a function failed that is native in OTP, too.
    #[must_use]
    pub fn is_erlang_in_otp(&self) -> bool {
        match self.module {
            "base64" | "calendar" | "code" | "counters" => true,
            "atomics" => matches!(self.name, "new" | "sub" | "sub_get"),
            "binary" => matches!(self.name, "bin_to_list" | "replace"),
            "lists" => self.name == "flatten" || (self.name == "reverse" && self.arity == 1),
            "maps" => matches!(self.name, "next" | "to_list"),
            "unicode" => self.arity == 1,
            "erlang" => match self.name {
                "atom_to_binary" | "binary_to_atom" | "binary_to_existing_atom" | "fun_info" => self.arity == 1,
                "spawn" | "spawn_link" => self.arity != 3,
                "process_flag" => self.arity == 3,
                "group_leader" => self.arity == 2,
                "alias" => self.arity == 0,
                name => ERLANG_IN_OTP.contains(&name),
            },
            "ets" => ERLANG_IN_OTP.contains(&self.name) || (self.name == "lookup_element" && self.arity == 4),
            _ => false,
        }
    }
}

/// Names for [`Native::is_erlang_in_otp`], of `erlang` and `ets`.
const ERLANG_IN_OTP: &[&str] = &[
    "all",
    "convert_time_unit",
    "delete_all_objects",
    "disconnect_node",
    "first_lookup",
    "garbage_collect",
    "get_cookie",
    "halt",
    "is_alive",
    "last_lookup",
    "localtime_to_universaltime",
    "match_delete",
    "match_spec_run",
    "memory",
    "next_lookup",
    "prev_lookup",
    "select_delete",
    "send_nosuspend",
    "spawn_monitor",
    "spawn_opt",
    "tab2list",
];

/// Declares a file's native functions: `natives! { "lists"; "member"/2 => member; guard "length"/1 => length; }`. A
/// function marked `guard` may be called by `bif` and `gc_bif` instructions.
macro_rules! natives {
    ($module:literal; $($($guard:ident)? $name:literal/$arity:literal => $function:path;)*) => {
        &[$(
            $crate::natives::Native {
                module: $module,
                name: $name,
                arity: $arity,
                function: $function,
                guard: $crate::natives::natives!(@$($guard)?),
                builds: $crate::natives::Builds::All,
            },
        )*]
    };
    (@guard) => { true };
    (@) => { false };
}
pub(crate) use natives;

/// What a program gave for an argument that says how far a function has come.
pub(crate) fn paused_argument(store: Store<'_>, argument: Term) -> Option<Term> {
    ets_walk::Paused::of(store, argument).map(|paused| paused.named)
}

/// The tables, each of one module; a module may have several.
pub static TABLES: &[&[Native]] = &[
    number::ERLANG,
    number::ERTS_INTERNAL,
    number::STRING,
    math::MATH,
    base64::BASE64,
    binary::BINARY,
    binary::ERLANG,
    search::BINARY,
    names::ERLANG,
    unicode::UNICODE,
    external::ERLANG,
    external::ERTS_DEBUG,
    compare::ERLANG,
    compare::ERTS_INTERNAL,
    lists::LISTS,
    lists::ERLANG,
    maps::MAPS,
    maps::ERLANG,
    maps::ERTS_INTERNAL,
    tuples::ERLANG,
    process::PROCESS,
    process_info::ERLANG,
    process_flags::ERLANG,
    spawning::ERLANG,
    suspending::ERLANG,
    dictionary::ERLANG,
    time::TIME,
    calendar::ERLANG,
    calendar::CALENDAR,
    modules::ERLANG,
    machine::EMBERL,
    machine::PRIM_TTY,
    files::EMBERL,
    library::ERLANG,
    library::OS,
    library::IO,
    library::FILE,
    library::CODE,
    library::NET_KERNEL,
    library::ERROR_LOGGER,
    nodes::ERLANG,
    nodes::LISTS,
    nodes::MAPS,
    nodes::UNICODE,
    #[cfg(feature = "re")]
    re::RE,
    #[cfg(feature = "zlib")]
    zlib::ZLIB,
    ets::ETS,
    ets_objects::ETS,
    ets_select::ETS,
    match_spec::ETS,
    match_spec::ERLANG,
    persistent_term::PERSISTENT_TERM,
    atomics::ATOMICS,
    atomics::COUNTERS,
    net::EMBERL_NET,
    board::EMBERL_BOARD,
];

/// A native function, by its place: the table, and the row in it.
#[must_use]
pub fn find(module: &str, name: &str, arity: u8) -> Option<NativeId> {
    for (table, rows) in TABLES.iter().enumerate() {
        if rows.first().is_none_or(|row| row.module != module) {
            continue;
        }
        let found = rows.iter().position(|row| row.name == name && row.arity == arity);
        if let Some(row) = found {
            return Some(NativeId((table << 10 | row) as u16));
        }
    }
    None
}

/// The native function that always comes first, if there is one: none that [stands in](Native::stands_in).
#[must_use]
pub fn find_first(module: &str, name: &str, arity: u8) -> Option<NativeId> {
    find(module, name, arity).filter(|native| native.get().is_some_and(|native| !native.stands_in()))
}

/// Which native function: 6 bits of table, 10 of row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NativeId(pub u16);

impl NativeId {
    /// What the table says of it.
    #[must_use]
    #[inline]
    pub fn get(self) -> Option<&'static Native> {
        TABLES.get(usize::from(self.0 >> 10))?.get(usize::from(self.0 & 0x3ff))
    }
}

/// All native functions.
pub fn all() -> impl Iterator<Item = &'static Native> {
    TABLES.iter().copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    #[test]
    fn each_native_is_declared_once() {
        let mut seen = BTreeSet::new();
        for native in all() {
            assert!(
                seen.insert((native.module, native.name, native.arity)),
                "{}:{}/{}",
                native.module,
                native.name,
                native.arity
            );
        }
    }

    #[test]
    fn each_table_is_of_one_module_and_fits_an_id() {
        assert!(TABLES.len() <= 64);
        for rows in TABLES {
            assert!(rows.len() <= 1024);
            assert!(rows.iter().all(|row| Some(row.module) == rows.first().map(|row| row.module)));
        }
        for native in all() {
            let found = find(native.module, native.name, native.arity).and_then(NativeId::get).unwrap();
            assert!(core::ptr::eq(found, native));
        }
    }
}
