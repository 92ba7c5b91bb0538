//! The tables of `ets`: which there are, their names, their owners and heirs, who walks over them. What a table holds is in
//! [`objects`]; the functions that programs call are in `natives/ets*.rs`.
//!
//! A table is named by a reference with a word more than others have, the empty list: of its three numbers the last is the
//! table's place.

pub mod chains;
pub mod objects;
pub mod ordered;
pub mod records;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::atoms::{self, Atom};
use crate::copy::copy;
use crate::ets::chains::Chains;
use crate::ets::objects::Objects;
use crate::heap::Heap;
use crate::memory::{Budget, NoMemory};
use crate::process::Process;
use crate::processes::{boxed, reserve_messages};
use crate::shared::Shared;
use crate::term::{Kind, Term};

/// Who may do what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protection {
    /// Only the owner may read.
    Private,
    /// All may read, the owner may write.
    Protected,
    /// All may write.
    Public,
}

/// How a table was asked to be.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The type.
    pub kind: objects::Kind,
    /// Who may do what.
    pub protection: Protection,
    /// Whether it is found by its name.
    pub named: bool,
    /// Which element is the key, counted from 0.
    pub key: usize,
    /// Options that are kept and told: `compressed`, `read_concurrency`, `decentralized_counters`.
    pub kept: [bool; 3],
    /// The value of `write_concurrency`.
    pub write_concurrency: Atom,
}

/// Who gets a table when its owner dies.
pub struct Heir {
    /// The process.
    pub number: u32,
    /// What it is told, a term of the heap.
    pub data: Term,
    /// Where that stands.
    pub heap: Heap,
}

/// A table.
pub struct Table {
    /// The numbers of its reference.
    pub reference: [u32; 3],
    /// Its name, whether it is found by it or not.
    pub name: Atom,
    /// How it was asked to be.
    pub options: Options,
    /// What it holds.
    pub objects: Objects,
    /// The process that it goes with.
    pub owner: u32,
    /// Who gets it then.
    pub heir: Option<Heir>,
    /// The processes that hold it fixed, and how often each does.
    pub fixers: Vec<(u32, u32)>,
    /// When it was fixed: monotonic and system time, in nanoseconds.
    pub fixed_at: (u64, u64),
    /// The next table of the same owner plus 1, and the one before.
    next: u32,
    before: u32,
}

impl Table {
    /// A term that names it: its name, if it can be found by it, else its reference.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn term(&self, heap: &mut Heap) -> Result<Term, NoMemory> {
        if self.options.named { Ok(Term::atom(self.name)) } else { self.reference(heap) }
    }

    /// Its reference.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn reference(&self, heap: &mut Heap) -> Result<Term, NoMemory> {
        let [a, b, c] = self.reference;
        heap.boxed(Kind::Reference, &[a, b, c, Term::NIL.0])
    }

    /// Bytes that it takes.
    #[must_use]
    pub fn memory(&self) -> usize {
        size_of::<Self>() + self.objects.memory()
    }

    /// Sets or removes the heir; gives the memory of the old one back.
    pub fn set_heir(&mut self, heir: Option<Heir>, shared: &mut Shared) {
        if let Some(mut old) = core::mem::replace(&mut self.heir, heir) {
            old.heap.release(&mut shared.binaries);
        }
    }
}

/// What a process has to do with tables.
struct Holder {
    number: u32,
    /// Its tables, the oldest first: the first and the last one plus 1; 0 for none.
    first: u32,
    last: u32,
    /// Tables that it holds fixed.
    fixed: Vec<u32>,
}

/// All tables.
pub struct Tables {
    slots: Vec<Option<Box<Table>>>,
    free: Vec<u32>,
    /// Names, by the atom: the table's place.
    names: Chains,
    /// Processes that own tables or hold them fixed, by number: places in `holders`.
    known: Chains,
    holders: Vec<Holder>,
    budget: Budget,
}

type Fallible<T> = Result<T, NoMemory>;

impl Tables {
    /// None.
    #[must_use]
    pub fn new(budget: Budget) -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            names: Chains::default(),
            known: Chains::default(),
            holders: Vec::new(),
            budget,
        }
    }

    /// All tables that are at nobody's hand.
    pub fn iter(&self) -> impl Iterator<Item = &Table> {
        self.slots.iter().filter_map(Option::as_deref)
    }

    /// A table by its place.
    #[must_use]
    pub fn get(&self, place: u32) -> Option<&Table> {
        self.slots.get(place as usize)?.as_deref()
    }

    /// The same, to change.
    pub fn get_mut(&mut self, place: u32) -> Option<&mut Table> {
        self.slots.get_mut(place as usize)?.as_deref_mut()
    }

    /// The place of the table of a reference.
    #[must_use]
    pub fn by_reference(&self, reference: [u32; 3]) -> Option<u32> {
        self.get(reference[2]).filter(|table| table.reference == reference).map(|_| reference[2])
    }

    /// The place of the table of a name.
    #[must_use]
    pub fn by_name(&self, name: Atom) -> Option<u32> {
        let slot = self.named(name)?;
        self.names.value(slot)
    }

    fn named(&self, name: Atom) -> Option<usize> {
        let is_it = |place| Ok::<_, NoMemory>(self.get(place).is_some_and(|table| table.name == name));
        self.names.find(spread(name.0), is_it).ok().flatten()
    }

    /// Takes a table out, to work with it while the rest of the VM is at hand; [`put_back`](Self::put_back) follows.
    pub fn take(&mut self, place: u32) -> Option<Box<Table>> {
        self.slots.get_mut(place as usize)?.take()
    }

    /// Puts a table back that was taken out.
    pub fn put_back(&mut self, table: Box<Table>) {
        if let Some(slot) = self.slots.get_mut(table.reference[2] as usize) {
            *slot = Some(table);
        }
    }

    fn holder_place(&self, number: u32) -> Option<(usize, u32)> {
        let is_it = |place: u32| {
            Ok::<_, NoMemory>(self.holders.get(place as usize).is_some_and(|holder| holder.number == number))
        };
        let slot = self.known.find(spread(number), is_it).ok().flatten()?;
        Some((slot, self.known.value(slot)?))
    }

    /// What is known of a process; makes it if there is nothing.
    fn holder(&mut self, number: u32) -> Fallible<&mut Holder> {
        let place = match self.holder_place(number) {
            Some((_, place)) => place,
            None => {
                self.known.reserve(&self.budget, 1)?;
                self.budget.reserve(&mut self.holders, 1)?;
                let place = self.holders.len() as u32;
                self.holders.push(Holder { number, first: 0, last: 0, fixed: Vec::new() });
                self.known.add(spread(number), place);
                place
            }
        };
        self.holders.get_mut(place as usize).ok_or(NoMemory)
    }

    /// Forgets a process that has nothing to do with tables any more.
    fn forget_idle(&mut self, number: u32) {
        let Some((slot, place)) = self.holder_place(number) else { return };
        let Some(holder) = self.holders.get(place as usize) else { return };
        if holder.first != 0 || !holder.fixed.is_empty() {
            return;
        }
        self.known.take_out(&self.budget, slot);
        // The last one moves to its place.
        if let Some(moved) = self.holders.last().map(|holder| holder.number).filter(|&moved| moved != number)
            && let Some((slot, _)) = self.holder_place(moved)
            && let Some(value) = self.known.value_mut(slot)
        {
            *value = place;
        }
        let holder = self.holders.swap_remove(place as usize);
        self.budget.drop_vector(holder.fixed);
        shrink(&self.budget, &mut self.holders);
    }

    /// Puts a table at the end of its owner's list; there is a holder.
    fn own(&mut self, table: &mut Table) -> Fallible<()> {
        let place = table.reference[2] + 1;
        let holder = self.holder(table.owner)?;
        let last = core::mem::replace(&mut holder.last, place);
        if last == 0 {
            holder.first = place;
        }
        (table.before, table.next) = (last, 0);
        if let Some(before) = self.get_mut(last.wrapping_sub(1)) {
            before.next = place;
        }
        Ok(())
    }

    /// Takes a table, which is at hand, out of its owner's list.
    fn disown(&mut self, table: &mut Table) {
        let (before, next) = (table.before, table.next);
        if let Some(table) = self.get_mut(before.wrapping_sub(1)) {
            table.next = next;
        }
        if let Some(table) = self.get_mut(next.wrapping_sub(1)) {
            table.before = before;
        }
        if let Ok(holder) = self.holder(table.owner) {
            if before == 0 {
                holder.first = next;
            }
            if next == 0 {
                holder.last = before;
            }
        }
        self.forget_idle(table.owner);
    }

    /// Gives a table, which is at hand, to another process.
    ///
    /// # Errors
    /// When there is no memory; then nothing was changed.
    pub fn give(&mut self, table: &mut Table, to: u32) -> Fallible<()> {
        if to != table.owner {
            self.holder(to)?;
            self.disown(table);
            table.owner = to;
            self.own(table)?;
        }
        Ok(())
    }

    /// Gives another name to a table that is at hand; whether that was free.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn rename(&mut self, table: &mut Table, name: Atom) -> Fallible<bool> {
        if table.options.named {
            // The table itself is not among those that are looked through.
            if name == table.name || self.by_name(name).is_some() {
                return Ok(false);
            }
            self.names.reserve(&self.budget, 1)?;
            self.names.add(spread(name.0), table.reference[2]);
            self.forget_name(table);
        }
        table.name = name;
        Ok(true)
    }

    fn forget_name(&mut self, table: &Table) {
        let place = table.reference[2];
        if let Ok(Some(slot)) = self.names.find(spread(table.name.0), |other| Ok::<_, NoMemory>(other == place)) {
            self.names.take_out(&self.budget, slot);
        }
    }
}

/// Hashes a number.
const fn spread(number: u32) -> u32 {
    number.wrapping_mul(0x9e37_79b9) >> 2
}

/// Makes a table; gives its place. Its name, if it is found by it, is free.
///
/// # Errors
/// When there is no memory; then nothing was made.
pub fn create(shared: &mut Shared, owner: u32, name: Atom, options: Options, heir: Option<Heir>) -> Fallible<u32> {
    let budget = shared.budget.clone();
    budget.spare(size_of::<Table>())?;
    let tables = &mut shared.tables;
    // Places that are gone with the end of the list may still be in this one.
    let slots = tables.slots.len();
    while tables.free.pop_if(|place| *place as usize >= slots).is_some() {}
    if tables.free.is_empty() {
        // Room to free each again, so that freeing never fails.
        let spare = tables.slots.len() + 1;
        budget.reserve(&mut tables.free, spare)?;
        budget.reserve(&mut tables.slots, 1)?;
        tables.slots.push(None);
        tables.free.push(tables.slots.len() as u32 - 1);
    }
    if options.named {
        tables.names.reserve(&budget, 1)?;
    }
    let place = tables.free.last().copied().ok_or(NoMemory)?;
    let [low, high, _] = crate::signals::new_reference(shared, 0);
    let mut table = boxed(
        &budget,
        Table {
            reference: [low, high, place],
            name,
            options,
            objects: Objects::new(options.kind, options.key, &budget),
            owner,
            heir,
            fixers: Vec::new(),
            fixed_at: (0, 0),
            next: 0,
            before: 0,
        },
    )?;
    let tables = &mut shared.tables;
    if let Err(error) = tables.own(&mut table) {
        table.set_heir(None, shared);
        budget.give(size_of::<Table>());
        return Err(error);
    }
    tables.free.pop();
    if options.named {
        tables.names.add(spread(name.0), place);
    }
    tables.put_back(table);
    Ok(place)
}

/// Deletes a table that is at hand, with all memory.
pub fn drop_table(shared: &mut Shared, mut table: Box<Table>) {
    let tables = &mut shared.tables;
    tables.disown(&mut table);
    if table.options.named {
        tables.forget_name(&table);
    }
    let place = table.reference[2];
    for &(number, _) in &table.fixers {
        tables.forget_fixed(number, place);
    }
    tables.forget_place(place);
    let budget = shared.budget.clone();
    budget.drop_vector(core::mem::take(&mut table.fixers));
    table.objects.fixed = false;
    table.objects.clear(shared);
    table.set_heir(None, shared);
    budget.give(size_of::<Table>());
}

/// Gives back what a list does not need when it is nearly empty.
fn shrink<T>(budget: &Budget, list: &mut Vec<T>) {
    let length = list.len();
    // Shrinking may copy, and must not fail.
    if length <= list.capacity() / 4 && budget.probe(length * size_of::<T>()).is_ok() {
        budget.shrink(list, length * 2);
    }
}

impl Tables {
    /// The place of a table that is gone is free. Those at the end of the list go, and with many the list's memory.
    fn forget_place(&mut self, place: u32) {
        // Stale ones may be in the way, but as many as there were tables have room.
        if self.free.len() < self.free.capacity() {
            self.free.push(place);
        }
        while self.slots.pop_if(|slot| slot.is_none()).is_some() {}
        let length = self.slots.len();
        if length <= self.slots.capacity() / 4 {
            self.free.retain(|&place| (place as usize) < length);
            let Self { budget, slots, free, .. } = self;
            shrink(budget, slots);
            if free.len().max(length) <= free.capacity() / 4 && budget.probe(length * 8).is_ok() {
                budget.shrink(free, length * 2);
            }
        }
    }

    /// A process does not hold a table fixed any more.
    fn forget_fixed(&mut self, number: u32, place: u32) {
        if self.holder_place(number).is_none() {
            return;
        }
        if let Ok(holder) = self.holder(number) {
            holder.fixed.retain(|&fixed| fixed != place);
        }
        self.forget_idle(number);
    }
}

/// A process holds a table, which is at hand, fixed once more.
///
/// # Errors
/// When there is no memory; then nothing was changed.
pub fn fix(shared: &mut Shared, table: &mut Table, number: u32) -> Fallible<()> {
    if let Some((_, times)) = table.fixers.iter_mut().find(|(fixer, _)| *fixer == number) {
        *times += 1;
        return Ok(());
    }
    let Shared { tables, budget, platform, .. } = shared;
    budget.reserve(&mut table.fixers, 1)?;
    let holder = tables.holder(number)?;
    if let Err(error) = budget.reserve(&mut holder.fixed, 1) {
        tables.forget_idle(number);
        return Err(error);
    }
    holder.fixed.push(table.reference[2]);
    if table.fixers.is_empty() {
        table.fixed_at = (platform.monotonic(), platform.system_time());
    }
    table.fixers.push((number, 1));
    table.objects.fixed = true;
    Ok(())
}

/// A process holds a table, which is at hand, fixed once less; `all`: not at all any more.
pub fn unfix(shared: &mut Shared, table: &mut Table, number: u32, all: bool) {
    let Some(at) = table.fixers.iter().position(|&(fixer, _)| fixer == number) else { return };
    if let Some((_, times)) = table.fixers.get_mut(at)
        && *times > 1
        && !all
    {
        *times -= 1;
        return;
    }
    table.fixers.remove(at);
    shared.tables.forget_fixed(number, table.reference[2]);
    if table.fixers.is_empty() {
        shared.budget.drop_vector(core::mem::take(&mut table.fixers));
        table.objects.unfix(shared);
        table.objects.tidy();
    }
}

/// Puts `{'ETS-TRANSFER', Table, From, Data}` into a mailbox; the data stands in `source`.
///
/// # Errors
/// When there is no memory.
pub fn transfer_message(
    shared: &mut Shared,
    table: &Table,
    to: &mut Process,
    from: Term,
    source: &[u32],
    data: Term,
) -> Fallible<()> {
    let tag = Term::atom(shared.atoms.intern("ETS-TRANSFER")?);
    reserve_messages(&shared.budget, &mut to.mailbox, 1)?;
    let data = copy(source, data, &mut to.heap, &mut shared.binaries)?;
    let name = table.term(&mut to.heap)?;
    let message = to.heap.tuple(&[tag, name, from, data])?;
    to.mailbox.push_back(message);
    Ok(())
}

/// Does something with a process that lives: tells it something, or says that it had no memory for it.
pub type Reach<'a> = &'a mut dyn FnMut(&mut Shared, u32, &mut dyn FnMut(&mut Shared, &mut Process) -> Fallible<()>);

/// A process has ended: what it holds fixed is free, and its tables go to their heirs, or go.
pub fn ended(shared: &mut Shared, number: u32, reach: Reach<'_>) {
    while let Some((_, place)) = shared.tables.holder_place(number) {
        let Some(holder) = shared.tables.holders.get(place as usize) else { return };
        let (fixed, owned) = (holder.fixed.last().copied(), holder.first);
        if let Some(place) = fixed {
            let Some(mut table) = shared.tables.take(place) else { return };
            unfix(shared, &mut table, number, true);
            shared.tables.put_back(table);
            continue;
        }
        let Some(mut table) = shared.tables.take(owned.wrapping_sub(1)) else { return };
        let heir = table.heir.as_ref().map(|heir| heir.number).filter(|&heir| shared.processes.is_alive(heir));
        match heir {
            Some(heir) if heir != number && shared.tables.give(&mut table, heir).is_ok() => {
                let mut tell = |shared: &mut Shared, process: &mut Process| {
                    let Some(heir) = &table.heir else { return Ok(()) };
                    let source = heir.heap.words.as_slice();
                    transfer_message(shared, &table, process, Term::pid(number), source, heir.data)
                };
                // The table must be there when an heir without memory dies of this.
                reach(shared, heir, &mut tell);
                shared.tables.put_back(table);
            }
            _ => drop_table(shared, table),
        }
    }
}

/// An option that was not given.
pub const DEFAULTS: Options = Options {
    kind: objects::Kind::Set,
    protection: Protection::Protected,
    named: false,
    key: 0,
    kept: [false; 3],
    write_concurrency: atoms::FALSE,
};
