//! The machine, as the modules in `vm-firmware/erlang/` see it: the console, modules, files of packs, arguments. OTP has no
//! such module: there, ports and natives of many kinds do this.

use crate::atoms;
use crate::natives::binary::{argument, bytes, vector};
use crate::natives::process::{arg, atom_arg};
use crate::natives::{Context, Native, natives};
use crate::platform::{Input, Stream};
use crate::raise::{Raise, Result};
use crate::term::Term;

pub(super) static EMBERL: &[Native] = natives! {
    "emberl";
    "write"/2 => write;
    "read"/0 => read;
    "module"/1 => module;
    "path"/1 => path;
    "file"/1 => file;
    "folders"/0 => folders;
    "set_folders"/1 => set_folders;
    "arguments"/0 => arguments;
    "booted"/0 => booted;
};

/// What OTP's own console asks of the emulator.
pub(super) static PRIM_TTY: &[Native] = natives! {
    "prim_tty";
    "isatty"/1 => isatty;
};

/// Whether a stream is a terminal, as Elixir asks to choose colours: the console is taken for a plain stream of text.
fn isatty(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let stream = atom_arg(arguments, 0)?;
    let known = ["stdin", "stdout", "stderr"].contains(&cx.shared.atoms.name(stream));
    if known { Ok(Term::boolean(false)) } else { Err(Raise::BADARG) }
}

/// Writes a binary to `output` or `error`.
fn write(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let stream = match atom_arg(arguments, 0)? {
        atoms::ERROR => Stream::Error,
        _ => Stream::Output,
    };
    // Piece by piece: the binary lies in what the machine is part of.
    let mut piece = [0; 256];
    let mut done = 0;
    loop {
        let bytes = bytes(cx.store(), &cx.shared.budget, argument(arguments, 1))?;
        let rest = bytes.get(done..).unwrap_or_default();
        let length = rest.len().min(piece.len());
        let (Some(to), Some(from)) = (piece.get_mut(..length), rest.get(..length)) else { break };
        to.copy_from_slice(from);
        let last = rest.len() == length;
        cx.shared.platform.write(stream, to);
        done += length;
        if last {
            break;
        }
    }
    cx.bump(done / 64);
    Ok(Term::atom(atoms::OK))
}

/// What was read from standard input; `wait` when nothing is there yet, `eof` when nothing more comes.
fn read(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let word = match cx.shared.platform.read() {
        Input::Bytes(bytes) => return cx.binary(bytes),
        Input::Pending => "wait",
        Input::End => "eof",
    };
    Ok(Term::atom(cx.shared.atoms.intern(word)?))
}

fn binary_or_undefined(cx: &mut Context<'_>, bytes: Option<alloc::vec::Vec<u8>>) -> Result {
    match bytes {
        Some(bytes) => cx.binary(bytes),
        None => Ok(Term::atom(atoms::UNDEFINED)),
    }
}

/// The bytes of a module's file, wherever the machine finds it.
fn module(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = cx.shared.atoms.name(atom_arg(arguments, 0)?);
    let found = cx.shared.platform.find_module(name);
    binary_or_undefined(cx, found)
}

/// Where the machine finds a module: a path.
fn path(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = cx.shared.atoms.name(atom_arg(arguments, 0)?);
    let found = cx.shared.platform.module_path(name);
    binary_or_undefined(cx, found)
}

/// The contents of a plain file of the packs.
fn file(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = bytes(cx.store(), &cx.shared.budget, arg(arguments, 0))?.into_owned();
    let Ok(name) = core::str::from_utf8(&name) else { return Ok(Term::atom(atoms::UNDEFINED)) };
    let crate::shared::Shared { platform, budget, .. } = &mut *cx.shared;
    let Some(found) = platform.find_file(name) else { return Ok(Term::atom(atoms::UNDEFINED)) };
    let mut copy = vector(budget, found.len())?;
    copy.extend_from_slice(found);
    cx.binary(copy)
}

/// The folders that modules are looked for in: binaries.
fn folders(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let folders = cx.shared.platform.folders();
    list(cx, folders)
}

/// Sets them, given a list of binaries.
fn set_folders(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let mut folders = alloc::vec::Vec::new();
    let mut list = cx.store().list(argument(arguments, 0));
    for folder in list.by_ref() {
        folders.try_reserve(1).map_err(|_| Raise::NoMemory)?;
        folders.push(bytes(cx.store(), &cx.shared.budget, folder)?.into_owned());
    }
    if !list.is_proper() {
        return Err(Raise::BADARG);
    }
    cx.shared.platform.set_folders(folders);
    Ok(Term::boolean(true))
}

/// The program's arguments: binaries.
fn arguments(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let mut copies = alloc::vec::Vec::new();
    for argument in cx.shared.platform.arguments() {
        copies.try_reserve(1).map_err(|_| Raise::NoMemory)?;
        copies.push(argument.clone());
    }
    list(cx, copies)
}

fn list(cx: &mut Context<'_>, binaries: alloc::vec::Vec<alloc::vec::Vec<u8>>) -> Result {
    let mut list = Term::NIL;
    for bytes in binaries.into_iter().rev() {
        let binary = cx.binary(bytes)?;
        list = cx.heap().cons(binary, list)?;
    }
    Ok(list)
}

/// `init` says that the processes are there which it makes together.
fn booted(cx: &mut Context<'_>, _: &[Term]) -> Result {
    crate::services::booted(cx.shared);
    Ok(Term::atom(atoms::OK))
}
