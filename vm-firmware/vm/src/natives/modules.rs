//! Natives on funs, and on modules and their functions: `erlang`'s.

use alloc::vec::Vec;

use crate::atoms::{self, Atom};
use crate::code::{Loaded, Version};
use crate::external::decode::Failure;
use crate::external::{DecodeOptions, Target, decode};
use crate::heap::View;
use crate::natives::process::{arg, atom_arg};
use crate::natives::{Context, Native, natives};
use crate::raise::{Raise, Result};
use crate::term::{Kind, Term};

const UNDEFINED: Term = Term::atom(atoms::UNDEFINED);

pub(super) static ERLANG: &[Native] = natives! {
    "erlang";
    "fun_info"/1 => fun_info_1;
    "fun_info"/2 => fun_info_2;
    "make_fun"/3 => make_fun;
    "is_builtin"/3 => is_builtin;
    "function_exported"/3 => function_exported;
    "module_loaded"/1 => module_loaded;
    "get_module_info"/1 => get_module_info_1;
    "get_module_info"/2 => get_module_info_2;
    "loaded"/0 => loaded;
    "check_old_code"/1 => check_old_code;
    "check_process_code"/2 => check_process_code;
    "check_process_code"/3 => check_process_code;
    "delete_module"/1 => delete_module;
    "purge_module"/1 => purge_module;
    "pre_loaded"/0 => pre_loaded;
};

fn fun_item(cx: &mut Context<'_>, fun: Term, item: Atom) -> Result {
    match cx.store().view(fun) {
        View::ExportFun(index) => {
            let export = *cx.shared.code.exports.get(index as usize).ok_or(Raise::BADARG)?;
            Ok(match item {
                atoms::MODULE => Term::atom(export.module),
                atoms::NAME => Term::atom(export.function),
                atoms::ARITY => Term::tiny(i32::from(export.arity)),
                atoms::ENV => Term::NIL,
                atoms::TYPE => Term::atom(atoms::EXTERNAL),
                atoms::PID | atoms::INDEX | atoms::NEW_INDEX | atoms::UNIQ | atoms::NEW_UNIQ | atoms::REFC => UNDEFINED,
                _ => return Err(Raise::BADARG),
            })
        }
        View::Fun { entry, creator, free } => {
            let lambda = *cx.shared.code.lambdas.get(entry as usize).ok_or(Raise::BADARG)?;
            Ok(match item {
                atoms::MODULE => Term::atom(lambda.module),
                atoms::NAME => Term::atom(lambda.function),
                atoms::ARITY => Term::tiny(i32::from(lambda.arity)),
                atoms::ENV => {
                    let count = free.len();
                    let mut list = Term::NIL;
                    for index in (0..count).rev() {
                        let View::Fun { free, .. } = cx.store().view(fun) else { break };
                        let value = free.get(index).unwrap_or(Term::NIL);
                        list = cx.heap().cons(value, list)?;
                    }
                    list
                }
                atoms::TYPE => Term::atom(atoms::LOCAL),
                atoms::PID => creator,
                atoms::INDEX | atoms::NEW_INDEX => Term::tiny(lambda.index as i32),
                atoms::UNIQ => cx.heap().unsigned(u64::from(lambda.old_unique))?,
                atoms::NEW_UNIQ => {
                    let md5 = cx.shared.code.checksum_bytes(lambda.checksum);
                    cx.heap().heap_binary(&md5)?
                }
                atoms::REFC => Term::tiny(1),
                _ => return Err(Raise::BADARG),
            })
        }
        _ => Err(Raise::BADARG),
    }
}

fn fun_info_2(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let item = atom_arg(arguments, 1)?;
    let value = fun_item(cx, arg(arguments, 0), item)?;
    Ok(cx.heap().tuple(&[Term::atom(item), value])?)
}

fn fun_info_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    const EXTERNAL: &[Atom] = &[atoms::MODULE, atoms::NAME, atoms::ARITY, atoms::ENV, atoms::TYPE];
    const LOCAL: &[Atom] = &[
        atoms::PID,
        atoms::MODULE,
        atoms::NEW_INDEX,
        atoms::NEW_UNIQ,
        atoms::INDEX,
        atoms::UNIQ,
        atoms::NAME,
        atoms::ARITY,
        atoms::ENV,
        atoms::TYPE,
    ];
    let fun = arg(arguments, 0);
    let items = if matches!(cx.store().view(fun), View::ExportFun(_)) { EXTERNAL } else { LOCAL };
    let mut list = Term::NIL;
    for &item in items.iter().rev() {
        let value = fun_item(cx, fun, item)?;
        let pair = cx.heap().tuple(&[Term::atom(item), value])?;
        list = cx.heap().cons(pair, list)?;
    }
    Ok(list)
}

fn make_fun(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (module, function) = (atom_arg(arguments, 0)?, atom_arg(arguments, 1)?);
    let arity = arg(arguments, 2).as_small().and_then(|arity| u8::try_from(arity).ok()).ok_or(Raise::BADARG)?;
    let export = cx.shared.code.export(&cx.shared.atoms, module, function, arity)?;
    Ok(cx.heap().boxed(Kind::ExportFun, &[export])?)
}

/// Module, function and arity; no arity when the integer is none that a function can have.
fn function_arg(arguments: &[Term]) -> Result<(Atom, Atom, Option<u8>)> {
    let arity = arg(arguments, 2).as_small().ok_or(Raise::BADARG)?;
    Ok((atom_arg(arguments, 0)?, atom_arg(arguments, 1)?, u8::try_from(arity).ok()))
}

fn is_builtin(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (module, function, arity) = function_arg(arguments)?;
    let name = |atom| cx.shared.atoms.name(atom);
    let found = arity.and_then(|arity| crate::natives::find(name(module), name(function), arity));
    Ok(Term::boolean(found.is_some()))
}

fn function_exported(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (module, function, arity) = function_arg(arguments)?;
    let code = &cx.shared.code;
    let export = arity.and_then(|arity| code.find_export(module, function, arity));
    let defined = export.and_then(|index| code.exports.get(index as usize)).is_some_and(|export| export.address != 0);
    Ok(if defined { Term::boolean(true) } else { is_builtin(cx, arguments)? })
}

fn module_loaded(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let module = atom_arg(arguments, 0)?;
    let is_native = || {
        let name = cx.shared.atoms.name(module);
        crate::natives::all().any(|native| native.module == name)
    };
    Ok(Term::boolean(cx.shared.code.module(module).is_some() || is_native()))
}

/// The names of all loaded modules.
fn loaded(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let mut list = Term::NIL;
    for index in 0..cx.shared.code.loaded.len() {
        if let Some(module) = cx.shared.code.loaded.get(index).filter(|module| module.version == Version::Current) {
            let name = Term::atom(module.name);
            list = cx.heap().cons(name, list)?;
        }
    }
    Ok(list)
}

fn check_old_code(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    Ok(Term::boolean(cx.shared.code.has_old(atom_arg(arguments, 0)?)))
}

/// No process has to leave old code: it stays.
fn check_process_code(_: &mut Context<'_>, arguments: &[Term]) -> Result {
    arg(arguments, 0).as_pid().ok_or(Raise::BADARG)?;
    atom_arg(arguments, 1)?;
    Ok(Term::boolean(false))
}

/// The current version becomes an old one, of which there can be but one.
fn delete_module(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let module = atom_arg(arguments, 0)?;
    let code = &mut cx.shared.code;
    if code.module(module).is_some() && code.has_old(module) {
        return Err(Raise::BADARG);
    }
    Ok(if code.retire(module) { Term::boolean(true) } else { UNDEFINED })
}

fn purge_module(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    if cx.shared.code.purge(atom_arg(arguments, 0)?) { Ok(Term::boolean(true)) } else { Err(Raise::BADARG) }
}

/// No module comes with the VM.
fn pre_loaded(_: &mut Context<'_>, _: &[Term]) -> Result {
    Ok(Term::NIL)
}

// What `module_info` tells.

/// The items of `Module:module_info/0`, in OTP's order.
const ITEMS: [Atom; 5] = [atoms::MODULE, atoms::EXPORTS, atoms::ATTRIBUTES, atoms::COMPILE, atoms::MD5];

fn get_module_info_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let module = atom_arg(arguments, 0)?;
    let mut list = Term::NIL;
    for item in ITEMS.into_iter().rev() {
        let value = module_item(cx, module, item)?;
        let pair = cx.heap().tuple(&[Term::atom(item), value])?;
        list = cx.heap().cons(pair, list)?;
    }
    Ok(list)
}

fn get_module_info_2(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (module, item) = (atom_arg(arguments, 0)?, atom_arg(arguments, 1)?);
    module_item(cx, module, item)
}

fn module_item(cx: &mut Context<'_>, name: Atom, item: Atom) -> Result {
    let module = cx.shared.code.module(name).ok_or(Raise::BADARG)?;
    match item {
        atoms::MODULE => Ok(Term::atom(name)),
        atoms::MD5 => {
            let md5 = cx.shared.code.checksum_bytes(module.checksum);
            Ok(cx.heap().heap_binary(&md5)?)
        }
        atoms::FUNCTIONS => functions(cx, name, false),
        atoms::EXPORTS => functions(cx, name, true),
        atoms::ATTRIBUTES => chunk(cx, name, |module| &mut module.attributes),
        atoms::COMPILE => chunk(cx, name, |module| &mut module.compile),
        atoms::NIFS => Ok(Term::NIL),
        // What OTP says of modules without code that HiPE made.
        _ if cx.shared.atoms.name(item) == "native_addresses" => Ok(Term::NIL),
        _ if cx.shared.atoms.name(item) == "native" => Ok(Term::boolean(false)),
        _ => Err(Raise::BADARG),
    }
}

/// Names and arities of a module's functions, in the order of their code; all, or the exported ones.
fn functions(cx: &mut Context<'_>, name: Atom, exported: bool) -> Result {
    let mut list = Term::NIL;
    let count = cx.shared.code.module(name).map_or(0, |module| module.functions.len());
    for index in (0..count).rev() {
        let code = &cx.shared.code;
        let Some(module) = code.module(name) else { break };
        let start = module.functions.get(index).copied().unwrap_or(0);
        let Some(place) = code.place(module.start + start) else { continue };
        let (function, arity) = (place.function, place.arity);
        let is_export = |&(name, of, _, public): &(Atom, u8, u32, bool)| public && name == function && of == arity;
        if exported && !module.exports.iter().any(is_export) {
            continue;
        }
        let pair = cx.heap().tuple(&[Term::atom(function), Term::tiny(i32::from(arity))])?;
        list = cx.heap().cons(pair, list)?;
    }
    Ok(list)
}

/// The term in a kept chunk; the empty list where there is none.
fn chunk(cx: &mut Context<'_>, name: Atom, which: fn(&mut Loaded) -> &mut Vec<u8>) -> Result {
    let find = |cx: &mut Context<'_>, bytes: Vec<u8>| {
        let mut modules = cx.shared.code.loaded.iter_mut().rev();
        modules
            .find(|module| module.name == name && module.version == Version::Current)
            .map(|module| core::mem::replace(which(module), bytes))
    };
    // Taken out while it is decoded, which may make atoms.
    let Some(bytes) = find(cx, Vec::new()) else { return Err(Raise::BADARG) };
    let target = Target { heap: &mut cx.process.heap, shared: &mut *cx.shared };
    let decoded = decode(target, &bytes, DecodeOptions { safe: false, literal: true });
    find(cx, bytes);
    match decoded {
        Ok((term, _)) => Ok(term),
        Err(failure @ (Failure::NoMemory | Failure::Full)) => Err(failure.into()),
        Err(Failure::Bad) => Ok(Term::NIL),
    }
}
