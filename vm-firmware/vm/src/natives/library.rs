//! What OTP's library modules `os`, `io`, `file`, `code`, `net_kernel` and `error_logger` have as natives, as far as it
//! is of the VM itself: clocks, the environment, encodings, loading a module.

use alloc::vec::Vec;

use crate::atoms;
use crate::heap::View;
use crate::natives::process::{arg, atom_arg};
use crate::natives::time::{monotonic_time_0, system_time_0, system_time_1, timestamp};
use crate::natives::{Context, Native, natives};
use crate::raise::{Raise, Result};
use crate::term::Term;

pub(super) static ERLANG: &[Native] = natives! {
    "erlang";
    "dt_spread_tag"/1 => true_1;
    "dt_restore_tag"/1 => true_1;
    "dt_prepend_vm_tag_data"/1 => same;
    "dt_append_vm_tag_data"/1 => same;
};

/// What OTP's hooks for tracers from outside give where there is no tracer.
fn true_1(_: &mut Context<'_>, _: &[Term]) -> Result {
    Ok(Term::boolean(true))
}

/// Likewise, of those that get data.
fn same(_: &mut Context<'_>, arguments: &[Term]) -> Result {
    Ok(arg(arguments, 0))
}

pub(super) static OS: &[Native] = natives! {
    "os";
    "system_time"/0 => system_time_0;
    "system_time"/1 => system_time_1;
    "timestamp"/0 => timestamp;
    "perf_counter"/0 => monotonic_time_0;
    "getenv"/1 => getenv;
    "env"/0 => env;
    "putenv"/2 => putenv;
    "unsetenv"/1 => unsetenv;
    "getpid"/0 => getpid;
    "set_signal"/2 => set_signal;
};

pub(super) static IO: &[Native] = natives! {
    "io";
    "printable_range"/0 => printable_range;
};

pub(super) static FILE: &[Native] = natives! {
    "file";
    "native_name_encoding"/0 => native_name_encoding;
};

pub(super) static CODE: &[Native] = natives! {
    "code";
    "ensure_loaded"/1 => ensure_loaded;
    "load_binary"/3 => load_binary;
};

pub(super) static NET_KERNEL: &[Native] = natives! {
    "net_kernel";
    "dflag_unicode_io"/1 => dflag_unicode_io;
};

pub(super) static ERROR_LOGGER: &[Native] = natives! {
    "error_logger";
    "warning_map"/0 => warning_map;
};

/// The characters of a list, up to that many bytes.
fn text(cx: &Context<'_>, list: Term) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut elements = cx.store().list(list);
    for element in elements.by_ref() {
        let code = element.as_small().and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32);
        let mut place = [0; 4];
        let character = code.ok_or(Raise::BADARG)?.encode_utf8(&mut place).as_bytes();
        bytes.try_reserve(character.len()).map_err(|_| Raise::NoMemory)?;
        bytes.extend_from_slice(character);
    }
    if elements.is_proper() { Ok(bytes) } else { Err(Raise::BADARG) }
}

/// The value as a list of characters; of bytes, where it is not UTF-8.
fn getenv(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = variable_name(cx, arguments)?;
    let Some(value) = cx.shared.platform.variable(&name) else { return Ok(Term::boolean(false)) };
    characters(cx, &value)
}

fn characters(cx: &mut Context<'_>, bytes: &[u8]) -> Result {
    let code = |code: u32| Term::tiny(code as i32);
    Ok(match core::str::from_utf8(bytes) {
        Ok(text) => cx.heap().list_with(text.chars().map(|character| code(character.into())), Term::NIL)?,
        Err(_) => cx.heap().list_with(bytes.iter().map(|&byte| code(byte.into())), Term::NIL)?,
    })
}

fn variable_name(cx: &Context<'_>, arguments: &[Term]) -> Result<alloc::string::String> {
    let name = alloc::string::String::from_utf8(text(cx, arg(arguments, 0))?).map_err(|_| Raise::BADARG)?;
    // A first character that is `=` is of names that Windows has.
    if name.contains('\0') || name.chars().skip(1).any(|character| character == '=') {
        return Err(Raise::BADARG);
    }
    Ok(name)
}

/// Names and values, as pairs.
fn env(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let mut list = Term::NIL;
    for (name, value) in cx.shared.platform.variables() {
        let pair = [characters(cx, &name)?, characters(cx, &value)?];
        let pair = cx.heap().tuple(&pair)?;
        list = cx.heap().cons(pair, list)?;
    }
    Ok(list)
}

fn putenv(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (name, value) = (variable_name(cx, arguments)?, text(cx, arg(arguments, 1))?);
    if value.contains(&0) || name.contains('=') {
        return Err(Raise::BADARG);
    }
    // OTP gives the system what it refuses, and says nothing.
    if !name.is_empty() {
        cx.shared.platform.set_variable(&name, Some(&value));
    }
    Ok(Term::boolean(true))
}

fn unsetenv(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = variable_name(cx, arguments)?;
    if name.is_empty() || name.contains('=') {
        return Err(Raise::BADARG);
    }
    cx.shared.platform.set_variable(&name, None);
    Ok(Term::boolean(true))
}

/// The machine's number of this program; 1 where there is but one.
fn getpid(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let mut number = cx.shared.platform.program_number();
    let mut list = Term::NIL;
    loop {
        list = cx.heap().cons(Term::tiny((48 + number % 10) as i32), list)?;
        number /= 10;
        if number == 0 {
            return Ok(list);
        }
    }
}

/// Signals of the system reach no program.
fn set_signal(_: &mut Context<'_>, _: &[Term]) -> Result {
    Ok(Term::atom(atoms::OK))
}

/// OTP's default: `~tp` writes as text what is of Latin-1 characters.
fn printable_range(_: &mut Context<'_>, _: &[Term]) -> Result {
    Ok(Term::atom(atoms::LATIN1))
}

fn native_name_encoding(_: &mut Context<'_>, _: &[Term]) -> Result {
    Ok(Term::atom(atoms::UTF8))
}

fn pair(cx: &mut Context<'_>, first: &str, second: Term) -> Result {
    let first = Term::atom(cx.shared.atoms.intern(first)?);
    Ok(cx.heap().tuple(&[first, second])?)
}

fn ensure_loaded(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let module = atom_arg(arguments, 0)?;
    let is_native = || {
        let name = cx.shared.atoms.name(module);
        crate::natives::all().any(|native| native.module == name)
    };
    // Of a module that is natives only there is no file.
    if is_native() || cx.shared.ensure_loaded(module) {
        return pair(cx, "module", Term::atom(module));
    }
    let reason = Term::atom(cx.shared.atoms.intern("nofile")?);
    pair(cx, "error", reason)
}

/// Loads a module from the bytes of its file; the file's name is not kept.
fn load_binary(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let module = atom_arg(arguments, 0)?;
    let View::Bits(bits) = cx.store().view(arg(arguments, 2)) else { return Err(Raise::BADARG) };
    if !bits.is_binary() {
        return Err(Raise::BADARG);
    }
    cx.shared.budget.probe(bits.size / 8)?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(bits.size / 8).map_err(|_| Raise::NoMemory)?;
    bytes.extend(bits.iter());
    cx.bump(bytes.len() / 64);
    // A file may be of another module than the one that was asked for: then nothing is loaded.
    let same = emberl_format::module::Module::parse(&bytes)
        .is_ok_and(|found| cx.shared.atoms.find(found.name()) == Some(module));
    if !same {
        let reason = Term::atom(cx.shared.atoms.intern("badfile")?);
        return pair(cx, "error", reason);
    }
    match crate::load::load(cx.shared, &bytes) {
        Ok(_) => pair(cx, "module", Term::atom(module)),
        Err(crate::load::Error::NoMemory) => Err(Raise::NoMemory),
        Err(_) => {
            let reason = Term::atom(cx.shared.atoms.intern("badfile")?);
            pair(cx, "error", reason)
        }
    }
}

fn dflag_unicode_io(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let pid = arg(arguments, 0);
    let external = matches!(cx.store().view(pid), View::External(&[0, ..]));
    if pid.is_pid() || external { Ok(Term::boolean(true)) } else { Err(Raise::BADARG) }
}

fn warning_map(cx: &mut Context<'_>, _: &[Term]) -> Result {
    Ok(Term::atom(cx.shared.atoms.intern("warning")?))
}
