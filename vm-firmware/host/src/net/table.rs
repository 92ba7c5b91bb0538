//! The handles: what each is of, who waits for what, and how many of a kind there may be.

use std::collections::BTreeMap;

use emberl_vm::net::{Direction, Error, Event, Handle, Pool};

/// Kinds of handles; each has its pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Socket,
    Lookup,
    Context,
    /// A service or a browse, which mDNS has its own pools for.
    Local,
}

/// The pools: their names and sizes. They are generous, and there so that a program which forgets to close fails here as
/// it would on a device, if later; the system's own limit of open files is often reached first.
const POOLS: [(Kind, &str, u32); 3] =
    [(Kind::Socket, "sockets", 16_384), (Kind::Lookup, "lookups", 256), (Kind::Context, "contexts", 256)];

/// Handles from here on are tokens of the poll with other uses.
pub(crate) const LAST: Handle = u32::MAX - 16;

/// One handle.
#[derive(Debug)]
struct Entry<T> {
    item: T,
    kind: Kind,
    /// Whether a request was answered with wait to read, and not told since that it may be repeated.
    read: bool,
    /// The same of writing.
    write: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Fill {
    used: u32,
    peak: u32,
}

/// All handles.
#[derive(Debug)]
pub(crate) struct Table<T> {
    // A tree gives its memory back as it empties.
    entries: BTreeMap<Handle, Entry<T>>,
    last: Handle,
    fill: [Fill; POOLS.len()],
    waits: usize,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), last: 0, fill: [Fill::default(); POOLS.len()], waits: 0 }
    }
}

impl<T> Table<T> {
    /// Whether there is room for one more; `emfile` if not.
    pub(crate) fn room(&self, kind: Kind) -> Result<(), Error> {
        let full = POOLS.iter().zip(&self.fill).any(|(pool, fill)| pool.0 == kind && fill.used >= pool.2);
        if full { Err(Error::Posix("emfile")) } else { Ok(()) }
    }

    /// The next handle. It goes up, and begins again only after four milliards.
    pub(crate) fn next(&mut self) -> Handle {
        loop {
            self.last = if self.last >= LAST { 1 } else { self.last + 1 };
            if !self.entries.contains_key(&self.last) {
                return self.last;
            }
        }
    }

    /// Puts something in, under a handle of [`next`](Self::next), after [`room`](Self::room) was asked for.
    pub(crate) fn put(&mut self, handle: Handle, kind: Kind, item: T) {
        if let Some(fill) = self.fill_of(kind) {
            fill.used += 1;
            fill.peak = fill.peak.max(fill.used);
        }
        self.entries.insert(handle, Entry { item, kind, read: false, write: false });
    }

    fn fill_of(&mut self, kind: Kind) -> Option<&mut Fill> {
        POOLS.iter().zip(&mut self.fill).find_map(|(pool, fill)| (pool.0 == kind).then_some(fill))
    }

    /// What a handle is of.
    pub(crate) fn get(&mut self, handle: Handle) -> Option<&mut T> {
        self.entries.get_mut(&handle).map(|entry| &mut entry.item)
    }

    /// Takes it out.
    pub(crate) fn remove(&mut self, handle: Handle) -> Option<T> {
        let entry = self.entries.remove(&handle)?;
        self.waits -= usize::from(entry.read) + usize::from(entry.write);
        if let Some(fill) = self.fill_of(entry.kind) {
            fill.used -= 1;
        }
        Some(entry.item)
    }

    /// A request of the handle was answered with wait.
    pub(crate) fn wait(&mut self, handle: Handle, direction: Direction) {
        if let Some(entry) = self.entries.get_mut(&handle) {
            let flag = match direction {
                Direction::Read => &mut entry.read,
                Direction::Write => &mut entry.write,
            };
            self.waits += usize::from(!*flag);
            *flag = true;
        }
    }

    /// Something is ready: the event, if that was waited for.
    pub(crate) fn wake(&mut self, handle: Handle, direction: Direction) -> Option<Event> {
        let entry = self.entries.get_mut(&handle)?;
        let flag = match direction {
            Direction::Read => &mut entry.read,
            Direction::Write => &mut entry.write,
        };
        if !*flag {
            return None;
        }
        *flag = false;
        self.waits -= 1;
        Some(Event::Ready(handle, direction))
    }

    /// Whether anybody waits.
    pub(crate) const fn awaited(&self) -> bool {
        self.waits > 0
    }

    /// The fill of the pools. What the system keeps for a socket is not among the bytes.
    pub(crate) fn pools(&self) -> Vec<Pool> {
        let bytes = u32::try_from(size_of::<Entry<T>>()).unwrap_or(u32::MAX);
        let pools = POOLS.iter().zip(&self.fill);
        pools.map(|(&(_, name, size), fill)| Pool { name, used: fill.used, peak: fill.peak, size, bytes }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_comes_again_late() {
        let mut table = Table::<()>::default();
        let first = table.next();
        table.put(first, Kind::Socket, ());
        assert_eq!(table.remove(first), Some(()));
        assert_ne!(table.next(), first);
        table.last = LAST - 1;
        let last = table.next();
        table.put(last, Kind::Socket, ());
        assert_eq!((last, table.next()), (LAST, 1));
        table.last = LAST - 1;
        assert_eq!(table.next(), 1, "one in use is passed over");
        assert_eq!(table.remove(7), None);
    }

    #[test]
    fn a_full_pool_is_an_error() {
        let mut table = Table::<()>::default();
        let (_, _, size) = POOLS[1];
        for _ in 0..size {
            table.room(Kind::Lookup).unwrap();
            let handle = table.next();
            table.put(handle, Kind::Lookup, ());
        }
        assert_eq!(table.room(Kind::Lookup), Err(Error::Posix("emfile")));
        table.room(Kind::Socket).unwrap();
        table.remove(1);
        table.room(Kind::Lookup).unwrap();
        let pool = table.pools()[1];
        assert_eq!((pool.name, pool.used, pool.peak), ("lookups", size - 1, size));
    }

    #[test]
    fn one_event_answers_a_wait() {
        let mut table = Table::<()>::default();
        table.put(1, Kind::Socket, ());
        assert_eq!(table.wake(1, Direction::Read), None);
        table.wait(1, Direction::Read);
        table.wait(1, Direction::Read);
        assert!(table.awaited());
        assert_eq!(table.wake(1, Direction::Write), None);
        assert_eq!(table.wake(1, Direction::Read), Some(Event::Ready(1, Direction::Read)));
        assert_eq!(table.wake(1, Direction::Read), None);
        assert!(!table.awaited());
        table.wait(1, Direction::Write);
        table.remove(1);
        assert!(!table.awaited());
    }
}
