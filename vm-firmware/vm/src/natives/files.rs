//! Files, as the module `prim_file` of `vm-firmware/erlang/` asks for them. Owns which process holds which open file.

use alloc::vec::Vec;

use crate::atoms;
use crate::files::{Answer, Change, From, Information, Kind, Request};
use crate::natives::binary::{argument, bytes};
use crate::natives::process::arg;
use crate::natives::{Context, Native, natives};
use crate::raise::{Raise, Result};
use crate::term::Term;

pub(super) static EMBERL: &[Native] = natives! {
    "emberl";
    "file_open"/2 => open;
    "file_handle"/3 => handle;
    "file_write"/2 => write;
    "file_name"/3 => name;
    "file_change"/3 => change;
};

fn number(arguments: &[Term], index: usize) -> Result<u32> {
    arg(arguments, index).as_small().and_then(|number| u32::try_from(number).ok()).ok_or(Raise::BADARG)
}

fn atom(cx: &mut Context<'_>, name: &str) -> Result {
    Ok(Term::atom(cx.shared.atoms.intern(name)?))
}

/// `ok`, `{ok, Value}` or `{error, Reason}`.
fn answer(cx: &mut Context<'_>, answer: core::result::Result<Answer, &'static str>) -> Result {
    let value = match answer {
        Ok(Answer::Done) => return Ok(Term::atom(atoms::OK)),
        Ok(Answer::Handle(handle)) => cx.heap().unsigned(handle.into())?,
        Ok(Answer::Position(position)) => cx.heap().unsigned(position)?,
        Ok(Answer::Bytes(bytes)) => {
            cx.bump(bytes.len() / 64);
            cx.binary(bytes)?
        }
        Ok(Answer::Names(names)) => {
            let mut list = Term::NIL;
            for name in names.into_iter().rev() {
                let name = cx.binary(name)?;
                list = cx.heap().cons(name, list)?;
            }
            list
        }
        Ok(Answer::Information(information)) => told(cx, &information)?,
        Err(reason) => {
            let reason = atom(cx, reason)?;
            return Ok(cx.heap().tuple(&[Term::atom(atoms::ERROR), reason])?);
        }
    };
    Ok(cx.heap().tuple(&[Term::atom(atoms::OK), value])?)
}

/// The elements of a `file_info` record behind its name; times are seconds.
fn told(cx: &mut Context<'_>, information: &Information) -> Result {
    let kind = match information.kind {
        Kind::Regular => "regular",
        Kind::Directory => "directory",
        Kind::Symlink => "symlink",
        Kind::Device => "device",
        Kind::Other => "other",
    };
    let access = match information.access {
        [true, true] => "read_write",
        [true, false] => "read",
        [false, true] => "write",
        [false, false] => "none",
    };
    let mut elements = [Term::NIL; 13];
    let texts = [Term::NIL, atom(cx, kind)?, atom(cx, access)?];
    for (place, text) in elements.iter_mut().zip(texts) {
        *place = text;
    }
    if let Some(place) = elements.first_mut() {
        *place = cx.heap().unsigned(information.size)?;
    }
    for (place, time) in elements.iter_mut().skip(3).zip(information.times) {
        *place = cx.heap().unsigned(u64::try_from(time).unwrap_or(0))?;
    }
    for (place, number) in elements.iter_mut().skip(6).zip(information.numbers) {
        *place = cx.heap().unsigned(number)?;
    }
    Ok(cx.heap().tuple(&elements)?)
}

/// A binary's bytes, out of the machine's reach.
fn copy(cx: &Context<'_>, term: Term) -> Result<Vec<u8>> {
    Ok(bytes(cx.store(), &cx.shared.budget, term)?.into_owned())
}

/// Opens a file for the calling process. Files whose process has ended are closed first.
fn open(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (name, modes) = (copy(cx, argument(arguments, 0))?, number(arguments, 1)?);
    let shared = &mut *cx.shared;
    shared.budget.reserve(&mut shared.files, 1)?;
    let mut at = 0;
    while let Some(&(handle, owner)) = shared.files.get(at) {
        if shared.processes.is_alive(owner) {
            at += 1;
        } else {
            shared.files.swap_remove(at);
            let _ = shared.platform.file(Request::Close(handle));
        }
    }
    let opened = shared.platform.file(Request::Open(&name, modes));
    if let Ok(Answer::Handle(handle)) = opened {
        shared.files.push((handle, cx.process.number));
    }
    answer(cx, opened)
}

/// Something with an open file: the name of the request, its handle, and a number.
fn handle(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let what = arg(arguments, 0).as_atom().ok_or(Raise::BADARG)?;
    let handle = number(arguments, 1)?;
    let value = cx.store().integer(arg(arguments, 2)).ok_or(Raise::BADARG)?;
    if cx.shared.files.iter().all(|&(known, _)| known != handle) {
        return answer(cx, Err("einval"));
    }
    let request = match cx.shared.atoms.name(what) {
        "close" => {
            cx.shared.files.retain(|&(known, _)| known != handle);
            Request::Close(handle)
        }
        "read" => {
            let size = usize::try_from(value).map_err(|_| Raise::BADARG)?;
            // A file may be smaller than what was asked for.
            cx.shared.budget.probe(size.min(1 << 16))?;
            Request::Read(handle, size)
        }
        "bof" => Request::Seek(handle, From::Start, value),
        "cur" => Request::Seek(handle, From::Current, value),
        "eof" => Request::Seek(handle, From::End, value),
        "truncate" => Request::Truncate(handle),
        "sync" => Request::Sync(handle),
        _ => return Err(Raise::BADARG),
    };
    let answered = cx.shared.platform.file(request);
    answer(cx, answered)
}

fn write(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (handle, bytes) = (number(arguments, 0)?, copy(cx, argument(arguments, 1))?);
    cx.bump(bytes.len() / 64);
    if cx.shared.files.iter().all(|&(known, _)| known != handle) {
        return answer(cx, Err("einval"));
    }
    let answered = cx.shared.platform.file(Request::Write(handle, &bytes));
    answer(cx, answered)
}

/// Something with a name: the name of the request, the name, and a value.
fn name(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let what = arg(arguments, 0).as_atom().ok_or(Raise::BADARG)?;
    let name = copy(cx, argument(arguments, 1))?;
    let value = arg(arguments, 2);
    let request = match cx.shared.atoms.name(what) {
        "read" => Request::ReadAll(&name),
        "look" => Request::Look(&name, value == Term::boolean(true)),
        "list" => Request::List(&name),
        "link" => Request::ReadLink(&name),
        "current" => Request::Current,
        "permit" => Request::Permit(&name, number(arguments, 2)?),
        "date" => {
            let pair = cx.store().tuple(value).ok_or(Raise::BADARG)?;
            let seconds = |at| pair.get(at).and_then(|seconds| cx.store().integer(seconds)).ok_or(Raise::BADARG);
            Request::Date(&name, seconds(0)?, seconds(1)?)
        }
        _ => return Err(Raise::BADARG),
    };
    let answered = cx.shared.platform.file(request);
    answer(cx, answered)
}

/// Changes the tree of files.
fn change(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let what = arg(arguments, 0).as_atom().ok_or(Raise::BADARG)?;
    let change = match cx.shared.atoms.name(what) {
        "delete" => Change::Delete,
        "del_dir" => Change::DeleteFolder,
        "make_dir" => Change::MakeFolder,
        "rename" => Change::Rename,
        "make_link" => Change::Link,
        "make_symlink" => Change::Symlink,
        "set_cwd" => Change::SetCurrent,
        _ => return Err(Raise::BADARG),
    };
    let (first, second) = (copy(cx, argument(arguments, 1))?, copy(cx, argument(arguments, 2))?);
    let answered = cx.shared.platform.file(Request::Change(change, &first, &second));
    answer(cx, answered)
}
