//! The watchdog, and its users: it is fed when each of them was heard of since it was fed last, as ESP-IDF's of tasks is.
//! Without users it sleeps.

use alloc::vec::Vec;

use emberl_vm::hardware::{Answer, Result};

use crate::board::Board;

/// The most users.
const USERS: usize = 32;

struct User {
    number: u32,
    was_heard: bool,
}

/// The watchdog as programs have it.
pub(crate) struct Watchdog {
    /// Milliseconds, where there is one.
    time: Option<u32>,
    users: Vec<User>,
    /// The number of the next user: none is used again.
    next: u32,
}

impl Watchdog {
    pub(crate) const fn new() -> Self {
        Self { time: None, users: Vec::new(), next: 0 }
    }

    pub(crate) fn begin(&mut self, board: &mut impl Board, time: u32) -> Result {
        if self.time.is_some() {
            return Err("ebusy");
        }
        if time == 0 {
            return Err("einval");
        }
        // A board that has none says so now.
        board.watchdog(None)?;
        self.time = Some(time);
        Ok(Answer::Done)
    }

    pub(crate) fn set(&mut self, board: &mut impl Board, time: u32) -> Result {
        if self.time.is_none() {
            return Err("enoent");
        }
        if time == 0 {
            return Err("einval");
        }
        if !self.users.is_empty() {
            board.watchdog(Some(time))?;
        }
        self.time = Some(time);
        Ok(Answer::Done)
    }

    pub(crate) fn end(&mut self) -> Result {
        if !self.users.is_empty() {
            return Err("ebusy");
        }
        self.time.take().map(|_| Answer::Done).ok_or("enoent")
    }

    pub(crate) fn add(&mut self, board: &mut impl Board) -> Result {
        let time = self.time.ok_or("enoent")?;
        if self.users.len() >= USERS {
            return Err("emfile");
        }
        self.users.try_reserve(1).map_err(|_| "enomem")?;
        if self.users.is_empty() {
            board.watchdog(Some(time))?;
        }
        let number = self.next;
        self.next = number.checked_add(1).ok_or("emfile")?;
        self.users.push(User { number, was_heard: false });
        Ok(Answer::Number(number))
    }

    fn place(&self, number: u32) -> core::result::Result<usize, &'static str> {
        self.users.iter().position(|user| user.number == number).ok_or("enodev")
    }

    pub(crate) fn hear(&mut self, board: &mut impl Board, number: u32) -> Result {
        let place = self.place(number)?;
        if let Some(user) = self.users.get_mut(place) {
            user.was_heard = true;
        }
        self.feed(board);
        Ok(Answer::Done)
    }

    pub(crate) fn remove(&mut self, board: &mut impl Board, number: u32) -> Result {
        let place = self.place(number)?;
        self.users.remove(place);
        if self.users.is_empty() {
            board.watchdog(None)?;
        } else {
            self.feed(board);
        }
        Ok(Answer::Done)
    }

    /// Feeds it when nobody else has to be heard of.
    fn feed(&mut self, board: &mut impl Board) {
        if self.users.iter().all(|user| user.was_heard) {
            self.users.iter_mut().for_each(|user| user.was_heard = false);
            board.watchdog_feed();
        }
    }
}
