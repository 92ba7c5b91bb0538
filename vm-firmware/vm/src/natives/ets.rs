//! Tables of `ets` as a whole: making, naming, owning and fixing them, and what `info` tells. Objects are in
//! [`super::ets_objects`], match specifications in [`super::ets_select`].

use crate::atoms::{self, Atom};
use crate::copy::copy;
use crate::ets::objects::Kind;
use crate::ets::{self, DEFAULTS, Heir, Options, Protection, Table};
use crate::heap::{Heap, Magic, View};
use crate::natives::process::{arg, atom_arg};
use crate::natives::{Context, Native, natives};
use crate::processes::reserve_messages;
use crate::raise::{Raise, Result};
use crate::services;
use crate::term::Term;

pub(super) static ETS: &[Native] = natives! {
    "ets";
    "new"/2 => new;
    "delete"/1 => delete_1;
    "all"/0 => all;
    "internal_request_all"/0 => request_all;
    "whereis"/1 => whereis;
    "rename"/2 => rename;
    "give_away"/3 => give_away;
    "setopts"/2 => setopts;
    "safe_fixtable"/2 => safe_fixtable;
    "info"/1 => info_1;
    "info"/2 => info_2;
};

pub(super) const TRUE: Term = Term::atom(atoms::TRUE);

/// What a function does with a table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// It tells something of it.
    Info,
    /// It reads objects.
    Read,
    /// It writes objects.
    Write,
    /// Only the owner may do it.
    Owner,
}

/// `badarg`, explained by a cause.
pub(super) fn because(cx: &mut Context<'_>, cause: &str) -> Raise {
    match cx.shared.atoms.intern(cause) {
        Ok(cause) => Raise::ErrorWithCause(cause),
        Err(error) => error.into(),
    }
}

pub(super) fn atom(cx: &mut Context<'_>, name: &str) -> Result {
    Ok(Term::atom(cx.shared.atoms.intern(name)?))
}

/// The place of a table that exists. `Err(true)`: it is not there; `Err(false)`: the term names no table.
fn place(cx: &Context<'_>, table: Term) -> core::result::Result<u32, bool> {
    if let Some(name) = table.as_atom() {
        return cx.shared.tables.by_name(name).ok_or(true);
    }
    // A reference that has gone through bytes leads to a table as well, as long as that is there.
    let View::Reference(words) = cx.store().view(table) else { return Err(false) };
    let known = matches!(cx.store().magic(table), Some(Magic::Table(_)));
    cx.shared.tables.by_reference(words).ok_or(known)
}

/// Takes the table out that an argument names, if the process may do that with it. It must be put back: use
/// [`with_table`].
fn find(cx: &mut Context<'_>, table: Term, access: Access) -> Result<u32> {
    if let Some(name) = table.as_atom()
        && cx.shared.tables.by_name(name).is_none()
    {
        services::table_missing(cx.shared, name, cx.process)?;
    }
    let place = match place(cx, table) {
        Ok(place) => place,
        Err(missing) => return Err(because(cx, if missing { "id" } else { "type" })),
    };
    let Some(found) = cx.shared.tables.get(place) else { return Err(Raise::BADARG) };
    let own = found.owner == cx.process.number;
    let may = match access {
        Access::Info => true,
        Access::Read => own || found.options.protection > Protection::Private,
        Access::Write => own || found.options.protection == Protection::Public,
        Access::Owner => own,
    };
    if may {
        return Ok(place);
    }
    Err(because(cx, "access"))
}

/// Does something with a table that an argument names, and that is at hand meanwhile.
pub(super) fn with_table<T>(
    cx: &mut Context<'_>,
    table: Term,
    access: Access,
    work: impl FnOnce(&mut Context<'_>, &mut Table) -> Result<T>,
) -> Result<T> {
    let place = find(cx, table, access)?;
    let mut table = cx.shared.tables.take(place).ok_or(Raise::BADARG)?;
    let result = work(cx, &mut table);
    table.objects.tidy();
    cx.shared.tables.put_back(table);
    result
}

/// The values of an option of several words, by their order.
fn choice<T: Copy>(cx: &Context<'_>, value: Term, of: &[(&str, T)]) -> Result<T> {
    let name = cx.shared.atoms.name(value.as_atom().ok_or(Raise::BADARG)?);
    of.iter().find(|(word, _)| *word == name).map(|&(_, value)| value).ok_or(Raise::BADARG)
}

const PROTECTIONS: &[(&str, Protection)] =
    &[("public", Protection::Public), ("protected", Protection::Protected), ("private", Protection::Private)];
const KINDS: &[(&str, Kind)] =
    &[("set", Kind::Set), ("ordered_set", Kind::OrderedSet), ("bag", Kind::Bag), ("duplicate_bag", Kind::DuplicateBag)];
const KEPT: [&str; 3] = ["compressed", "read_concurrency", "decentralized_counters"];

fn name_of<T: PartialEq>(value: T, of: &[(&'static str, T)]) -> &'static str {
    of.iter().find(|(_, known)| *known == value).map_or("", |&(word, _)| word)
}

fn new(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = atom_arg(arguments, 0)?;
    let mut wanted = Wanted { options: DEFAULTS, heir: None, decentralized: None };
    let mut list = cx.store().list(arg(arguments, 1));
    for option in list.by_ref() {
        option_of(cx, option, &mut wanted)?;
    }
    if !list.is_proper() {
        return Err(Raise::BADARG);
    }
    let Wanted { mut options, heir, decentralized } = wanted;
    // What OTP makes of these, whether it means something here or not.
    let [_, read, counters] = &mut options.kept;
    if options.protection == Protection::Private {
        options.write_concurrency = atoms::FALSE;
        *read = false;
    }
    let concurrent = options.write_concurrency != atoms::FALSE;
    let default = options.kind == Kind::OrderedSet || options.write_concurrency != atoms::TRUE;
    *counters = concurrent && decentralized.unwrap_or(default);
    if options.named && cx.shared.tables.by_name(name).is_some() {
        return Err(because(cx, "already_exists"));
    }
    cx.heap().reserve(8)?;
    let heir = heir.map(|(pid, data)| make_heir(cx, pid, data)).transpose()?.flatten();
    let place = ets::create(cx.shared, cx.process.number, name, options, heir)?;
    let Context { process, shared } = cx;
    let table = shared.tables.get(place).ok_or(Raise::BADARG)?;
    Ok(table.term(&mut process.heap)?)
}

/// What the options of `new/2` come to.
struct Wanted {
    options: Options,
    heir: Option<(u32, Term)>,
    decentralized: Option<bool>,
}

/// One option of `new/2`.
fn option_of(cx: &Context<'_>, option: Term, wanted: &mut Wanted) -> Result<()> {
    let Wanted { options, heir, decentralized } = wanted;
    if let Some(atom) = option.as_atom() {
        let name = cx.shared.atoms.name(atom);
        if name == "set" {
            // It does not change what another word has said.
        } else if let Ok(kind) = choice(cx, option, KINDS) {
            options.kind = kind;
        } else if let Ok(protection) = choice(cx, option, PROTECTIONS) {
            options.protection = protection;
        } else if name == "named_table" {
            options.named = true;
        } else if name == "compressed" {
            options.kept[0] = true;
        } else {
            return Err(Raise::BADARG);
        }
        return Ok(());
    }
    let elements = cx.store().tuple(option).ok_or(Raise::BADARG)?;
    let mut elements = elements.iter();
    let name = elements.next().and_then(Term::as_atom).ok_or(Raise::BADARG)?;
    let value = elements.next().ok_or(Raise::BADARG)?;
    match (cx.shared.atoms.name(name), elements.next(), elements.next()) {
        ("keypos", None, None) => {
            let key = value.as_small().and_then(|key| usize::try_from(key).ok()).and_then(|key| key.checked_sub(1));
            options.key = key.ok_or(Raise::BADARG)?;
        }
        ("read_concurrency", None, None) => options.kept[1] = value.as_boolean().ok_or(Raise::BADARG)?,
        ("decentralized_counters", None, None) => *decentralized = Some(value.as_boolean().ok_or(Raise::BADARG)?),
        ("write_concurrency", None, None) => {
            let value = value.as_atom().ok_or(Raise::BADARG)?;
            if !matches!(cx.shared.atoms.name(value), "true" | "false" | "auto") {
                return Err(Raise::BADARG);
            }
            // Locks that there are not.
            options.write_concurrency = value;
        }
        ("heir", None, None) if value == Term::atom(atoms::NONE) => *heir = None,
        ("heir", Some(data), None) => *heir = Some((value.as_pid().ok_or(Raise::BADARG)?, data)),
        _ => return Err(Raise::BADARG),
    }
    Ok(())
}

/// An heir that is gone is none.
fn make_heir(cx: &mut Context<'_>, number: u32, data: Term) -> Result<Option<Heir>> {
    if !cx.shared.processes.is_alive(number) {
        return Ok(None);
    }
    let mut heap = Heap::new(cx.shared.budget.clone(), 0);
    let data = copy(cx.process.heap.words.as_slice(), data, &mut heap, &mut cx.shared.binaries)?;
    Ok(Some(Heir { number, data, heap }))
}

fn delete_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let place = find(cx, arg(arguments, 0), Access::Write)?;
    let table = cx.shared.tables.take(place).ok_or(Raise::BADARG)?;
    cx.bump(table.objects.count() / 100);
    ets::drop_table(cx.shared, table);
    Ok(TRUE)
}

fn all(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let Context { process, shared } = cx;
    let mut list = Term::NIL;
    for table in shared.tables.iter() {
        let term = table.term(&mut process.heap)?;
        list = process.heap.cons(term, list)?;
    }
    Ok(list)
}

/// What OTP's `ets:all/0` asks each scheduler.
fn request_all(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let words = crate::signals::new_reference(cx.shared, cx.process.number);
    let reference = cx.heap().boxed(crate::term::Kind::Reference, &words)?;
    let list = all(cx, &[])?;
    let message = cx.heap().tuple(&[reference, list])?;
    let Context { process, shared } = cx;
    reserve_messages(&shared.budget, &mut process.mailbox, 1)?;
    process.mailbox.push_back(message);
    Ok(reference)
}

fn whereis(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = atom_arg(arguments, 0)?;
    let Context { process, shared } = cx;
    if shared.tables.by_name(name).is_none() {
        services::table_missing(shared, name, process)?;
    }
    match shared.tables.by_name(name).and_then(|place| shared.tables.get(place)) {
        Some(table) => Ok(table.reference(&mut process.heap)?),
        None => Ok(Term::atom(atoms::UNDEFINED)),
    }
}

fn rename(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = arg(arguments, 1);
    with_table(cx, arg(arguments, 0), Access::Write, |cx, table| {
        let name = name.as_atom().ok_or(Raise::BADARG)?;
        cx.heap().reserve(8)?;
        if !cx.shared.tables.rename(table, name)? {
            return Err(Raise::BADARG);
        }
        Ok(table.term(cx.heap())?)
    })
}

fn give_away(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (to, data) = (arg(arguments, 1), arg(arguments, 2));
    let place = match find(cx, arg(arguments, 0), Access::Owner) {
        Err(Raise::ErrorWithCause(cause)) if cx.shared.atoms.name(cause) == "access" => return Err(Raise::BADARG),
        found => found?,
    };
    let to = to.as_pid().ok_or(Raise::BADARG)?;
    if to == cx.process.number {
        return Err(because(cx, "owner"));
    }
    let Some(mut receiver) = cx.shared.processes.take(to) else { return Err(Raise::BADARG) };
    let Context { process, shared } = cx;
    let mut result = Err(Raise::BADARG);
    if let Some(mut table) = shared.tables.take(place) {
        let source = process.heap.words.as_slice();
        let before = receiver.mailbox.len();
        let told = ets::transfer_message(shared, &table, &mut receiver, process.pid(), source, data);
        let given = told.and_then(|()| shared.tables.give(&mut table, to));
        if given.is_err() {
            receiver.mailbox.truncate(before);
        }
        result = given.map(|()| TRUE).map_err(Raise::from);
        shared.tables.put_back(table);
    }
    let _ = shared.processes.put_back(receiver);
    if result.is_ok() {
        shared.processes.wake(to);
    }
    result
}

fn setopts(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (table, wanted) = (arg(arguments, 0), arg(arguments, 1));
    // One option alone, or a list.
    let list = if wanted.is_list() || wanted == Term::NIL { wanted } else { cx.heap().cons(wanted, Term::NIL)? };
    let (mut heir, mut protection) = (None, None);
    let mut elements = cx.store().list(list);
    for option in elements.by_ref() {
        let option = cx.store().tuple(option).ok_or(Raise::BADARG)?;
        let name = option.get(0).and_then(Term::as_atom).ok_or(Raise::BADARG)?;
        match (cx.shared.atoms.name(name), option.get(1), option.get(2), option.len()) {
            ("heir", Some(value), None, 2) if heir.is_none() && value == Term::atom(atoms::NONE) => heir = Some(None),
            ("heir", Some(value), Some(data), 3) if heir.is_none() => {
                heir = Some(Some((value.as_pid().ok_or(Raise::BADARG)?, data)));
            }
            ("protection", Some(value), None, 2) if protection.is_none() => {
                protection = Some(choice(cx, value, PROTECTIONS)?);
            }
            _ => return Err(Raise::BADARG),
        }
    }
    if !elements.is_proper() {
        return Err(Raise::BADARG);
    }
    with_table(cx, table, Access::Owner, |cx, table| {
        if let Some(heir) = heir {
            let heir = heir.map(|(pid, data)| make_heir(cx, pid, data)).transpose()?.flatten();
            table.set_heir(heir, cx.shared);
        }
        table.options.protection = protection.unwrap_or(table.options.protection);
        Ok(TRUE)
    })
}

fn safe_fixtable(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let fixed = arg(arguments, 1);
    with_table(cx, arg(arguments, 0), Access::Read, |cx, table| {
        let number = cx.process.number;
        match fixed.as_boolean() {
            Some(true) => ets::fix(cx.shared, table, number)?,
            Some(false) => ets::unfix(cx.shared, table, number, false),
            None => return Err(Raise::BADARG),
        }
        Ok(TRUE)
    })
}

/// What `info/1` tells, in its order.
const ITEMS: [&str; 15] = [
    "id",
    "decentralized_counters",
    "read_concurrency",
    "write_concurrency",
    "compressed",
    "memory",
    "owner",
    "heir",
    "name",
    "size",
    "node",
    "named_table",
    "type",
    "keypos",
    "protection",
];

/// One item; none that is known.
fn item(cx: &mut Context<'_>, table: &Table, name: &str) -> Result<Option<Term>> {
    let options = &table.options;
    Ok(Some(match name {
        "id" => table.reference(cx.heap())?,
        "memory" => cx.heap().unsigned(table.memory().div_ceil(4) as u64)?,
        "owner" => Term::pid(table.owner),
        // Also one that is dead.
        "heir" => match &table.heir {
            Some(heir) => Term::pid(heir.number),
            None => Term::atom(atoms::NONE),
        },
        "name" => Term::atom(table.name),
        "size" => cx.heap().unsigned(table.objects.count() as u64)?,
        "node" => Term::atom(atoms::NONODE_AT_NOHOST),
        "named_table" => Term::boolean(options.named),
        "type" => atom(cx, name_of(options.kind, KINDS))?,
        "keypos" => cx.heap().unsigned(options.key as u64 + 1)?,
        "protection" => atom(cx, name_of(options.protection, PROTECTIONS))?,
        "write_concurrency" => Term::atom(options.write_concurrency),
        "fixed" => Term::boolean(!table.fixers.is_empty()),
        "safe_fixed" | "safe_fixed_monotonic_time" => return fixations(cx, table, name).map(Some),
        "binary" => Term::NIL,
        "data" => TRUE,
        _ => match KEPT.iter().zip(options.kept).find(|(kept, _)| **kept == name) {
            Some((_, value)) => Term::boolean(value),
            None => return Ok(None),
        },
    }))
}

/// Who holds a table fixed, and since when.
fn fixations(cx: &mut Context<'_>, table: &Table, name: &str) -> Result {
    if table.fixers.is_empty() {
        return Ok(Term::boolean(false));
    }
    let (monotonic, system) = table.fixed_at;
    let heap = cx.heap();
    let time = if name == "safe_fixed" {
        let micro = system / 1000;
        let parts = [micro / 1_000_000_000_000, micro / 1_000_000 % 1_000_000, micro % 1_000_000];
        heap.tuple(&parts.map(|part| Term::tiny(part as i32)))?
    } else {
        heap.unsigned(monotonic)?
    };
    let mut list = Term::NIL;
    for &(number, times) in table.fixers.iter().rev() {
        let pair = heap.tuple(&[Term::pid(number), Term::tiny(times as i32)])?;
        list = heap.cons(pair, list)?;
    }
    Ok(heap.tuple(&[time, list])?)
}

/// Tells something of a table: `undefined` of one that is not there any more.
fn told(cx: &mut Context<'_>, table: Term, tell: impl FnOnce(&mut Context<'_>, &Table) -> Result) -> Result {
    match place(cx, table) {
        Ok(_) => with_table(cx, table, Access::Info, |cx, table| tell(cx, table)),
        Err(true) => Ok(Term::atom(atoms::UNDEFINED)),
        Err(false) => Err(because(cx, "type")),
    }
}

fn info_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    told(cx, arg(arguments, 0), |cx, table| {
        let mut list = Term::NIL;
        for name in ITEMS.into_iter().rev() {
            let Some(value) = item(cx, table, name)? else { continue };
            let name = atom(cx, name)?;
            let pair = cx.heap().tuple(&[name, value])?;
            list = cx.heap().cons(pair, list)?;
        }
        Ok(list)
    })
}

fn info_2(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let wanted = arg(arguments, 1).as_atom();
    told(cx, arg(arguments, 0), |cx, table| {
        let wanted: Atom = wanted.ok_or(Raise::BADARG)?;
        // The names of items are short: what is longer is none.
        let mut name = [0; 32];
        let text = cx.shared.atoms.name(wanted).as_bytes();
        let length = text.len();
        name.get_mut(..length).ok_or(Raise::BADARG)?.copy_from_slice(text);
        let name = name.get(..length).and_then(|name| core::str::from_utf8(name).ok()).unwrap_or_default();
        if name == "stats" {
            return statistics(cx, table);
        }
        item(cx, table, name)?.ok_or(Raise::BADARG)
    })
}

/// Of a table without order: how many chains there are, and how long they are. The measures of OTP's table, with one
/// chain a slot.
fn statistics(cx: &mut Context<'_>, table: &Table) -> Result {
    if table.options.kind == Kind::OrderedSet {
        return Ok(Term::boolean(false));
    }
    let slots = table.objects.slots();
    let average = cx.heap().float(table.objects.count() as f64 / slots.max(1) as f64)?;
    let none = cx.heap().float(0.0)?;
    let small = |value: usize| Term::tiny(value as i32);
    Ok(cx.heap().tuple(&[small(slots), average, none, none, small(0), small(1), small(0)])?)
}
