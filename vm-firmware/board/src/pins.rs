//! Pins: what each is used for, and those that the program reads, drives and watches itself.
//!
//! A pin that the program asks for something is the program's from then on, an input at first, until it is released. A bus, a
//! channel or an analogue input takes pins that nobody uses.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use embedded_hal::digital::{InputPin, OutputPin};
use emberl_vm::hardware::{Answer, Error, Event, Handle, Pin, PinMode, Pull, Result, Trigger};

use crate::board::{Board, Edge, IoPin};
use crate::peripherals::{Entry, Peripherals};

/// Whose a pin is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum User {
    /// A bus's, a port's, an input's.
    Handle(Handle),
    /// A channel's.
    Channel(u8),
}

/// What a pin is used for.
enum Use<P> {
    /// The program's own. `watched` is the handle of who is told of it.
    Own { io: P, mode: PinMode, pull: Pull, watched: Option<Handle>, asked_for: bool },
    /// Something else's.
    Taken(User),
}

/// The pins in use.
pub(crate) struct Pins<P>(Vec<(Pin, Use<P>)>);

impl<P: IoPin> Pins<P> {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    fn place(&self, pin: Pin) -> Option<usize> {
        self.0.iter().position(|(used, _)| *used == pin)
    }

    /// Makes sure that all of these are there, free and different, and that there is memory to note it.
    pub(crate) fn reserve<B: Board>(&mut self, board: &B, pins: &[Pin]) -> core::result::Result<(), Error> {
        for (at, &pin) in pins.iter().enumerate() {
            if !board.has_pin(pin) {
                return Err("enodev");
            }
            if pins.iter().skip(at + 1).any(|&other| other == pin) {
                return Err("einval");
            }
            if self.place(pin).is_some() {
                return Err("ebusy");
            }
        }
        self.0.try_reserve(pins.len()).map_err(|_| "enomem")
    }

    /// Notes whose these are, which were reserved.
    pub(crate) fn take(&mut self, pins: &[Pin], user: User) {
        self.0.extend(pins.iter().map(|&pin| (pin, Use::Taken(user))));
    }

    /// All that somebody had is free.
    pub(crate) fn give_back(&mut self, user: User) {
        self.0.retain(|(_, used)| !matches!(used, Use::Taken(other) if *other == user));
    }

    /// Whose a pin is, where it is not the program's own.
    pub(crate) fn user(&self, pin: Pin) -> Option<User> {
        self.0.iter().find_map(|(used, what)| match what {
            Use::Taken(user) if *used == pin => Some(*user),
            _ => None,
        })
    }
}

/// The edge by which a level is watched: once that it was looked at, a level comes by an edge only.
const fn edge(trigger: Trigger) -> Edge {
    match trigger {
        Trigger::Rising | Trigger::High => Edge::Rising,
        Trigger::Falling | Trigger::Low => Edge::Falling,
        Trigger::Both => Edge::Both,
    }
}

fn io<E>(_: E) -> Error {
    "eio"
}

impl<B: Board> Peripherals<B> {
    /// The program's own pin, which is opened now if it was not before.
    fn own(&mut self, pin: Pin, asked_for: bool) -> core::result::Result<&mut Use<B::Pin>, Error> {
        let place = match self.pins.place(pin) {
            Some(place) => place,
            None => {
                self.pins.reserve(&self.board, &[pin])?;
                let io = self.board.pin(pin)?;
                let (mode, pull) = (PinMode::Input, Pull::None);
                self.pins.0.push((pin, Use::Own { io, mode, pull, watched: None, asked_for }));
                self.pins.0.len() - 1
            }
        };
        match self.pins.0.get_mut(place) {
            Some((_, own @ Use::Own { .. })) => {
                if let Use::Own { asked_for: asked, .. } = own {
                    *asked |= asked_for;
                }
                Ok(own)
            }
            _ => Err("ebusy"),
        }
    }

    pub(crate) fn pin_mode(&mut self, pin: Pin, wanted: PinMode) -> Result {
        let Use::Own { io, mode, pull, .. } = self.own(pin, true)? else { return Err("ebusy") };
        io.configure(wanted, *pull)?;
        *mode = wanted;
        Ok(Answer::Done)
    }

    pub(crate) fn pin_pull(&mut self, pin: Pin, wanted: Pull) -> Result {
        let Use::Own { io, mode, pull, .. } = self.own(pin, true)? else { return Err("ebusy") };
        io.configure(*mode, wanted)?;
        *pull = wanted;
        Ok(Answer::Done)
    }

    pub(crate) fn pin_write(&mut self, pin: Pin, high: bool) -> Result {
        let Use::Own { io: pin, .. } = self.own(pin, true)? else { return Err("ebusy") };
        pin.set_state(high.into()).map_err(io)?;
        Ok(Answer::Done)
    }

    pub(crate) fn pin_read(&mut self, pin: Pin) -> Result {
        let Use::Own { io: pin, .. } = self.own(pin, true)? else { return Err("ebusy") };
        Ok(Answer::Level(pin.is_high().map_err(io)?))
    }

    pub(crate) fn pin_hold(&mut self, pin: Pin, on: bool) -> Result {
        let Use::Own { io, .. } = self.own(pin, true)? else { return Err("ebusy") };
        io.hold(on)?;
        Ok(Answer::Done)
    }

    /// The pin, and the channel on it, are as after a start; so is a pin that nobody uses.
    pub(crate) fn pin_release(&mut self, pin: Pin) -> Result {
        match self.pins.user(pin) {
            Some(User::Handle(_)) => return Err("ebusy"),
            Some(User::Channel(channel)) => {
                self.drop_channel(channel);
                return Ok(Answer::Done);
            }
            None => {}
        }
        let Some(place) = self.pins.place(pin) else {
            return if self.board.has_pin(pin) { Ok(Answer::Done) } else { Err("enodev") };
        };
        // Whoever watches it has a handle still, of which nothing comes any more.
        if let (_, Use::Own { mut io, .. }) = self.pins.0.swap_remove(place) {
            // A pin that cannot be watched is not.
            let _ = io.watch(None);
        }
        Ok(Answer::Done)
    }

    pub(crate) fn pin_watch(&mut self, pin: Pin, trigger: Trigger) -> Result {
        let handle = self.table.reserve()?;
        self.pending.try_reserve(1).map_err(|_| "enomem")?;
        let watched = self.begin_watch(handle, pin, trigger);
        if watched.is_err() {
            self.forget_idle(pin);
        }
        let is_there = watched?;
        self.table.put(handle, Entry::Watch(pin));
        if is_there {
            self.pending.push_back(Event::Pin(handle, pin));
        }
        Ok(Answer::Handle(handle))
    }

    /// Begins a watch; whether what is watched for is there already.
    fn begin_watch(&mut self, handle: Handle, pin: Pin, trigger: Trigger) -> core::result::Result<bool, Error> {
        let Use::Own { io: input, mode, pull, watched, .. } = self.own(pin, false)? else { return Err("ebusy") };
        if watched.is_some() {
            return Err("ebusy");
        }
        if *mode == PinMode::Output {
            input.configure(PinMode::Input, *pull)?;
            *mode = PinMode::Input;
        }
        input.watch(Some(edge(trigger)))?;
        let is_there = match trigger {
            Trigger::Low => !input.is_high().map_err(io)?,
            Trigger::High => input.is_high().map_err(io)?,
            _ => false,
        };
        *watched = Some(handle);
        Ok(is_there)
    }

    /// A pin that was only watched, and is not any more, is free.
    fn forget_idle(&mut self, pin: Pin) {
        let idle = |used: &Use<B::Pin>| matches!(used, Use::Own { watched: None, asked_for: false, .. });
        self.pins.0.retain(|(other, used)| *other != pin || !idle(used));
    }

    /// Ends a watch. A pin that was used for nothing else is free.
    pub(crate) fn end_watch(&mut self, handle: Handle, pin: Pin) {
        self.pending.retain(|event| !matches!(event, Event::Pin(told, _) if *told == handle));
        let Some(place) = self.pins.place(pin) else { return };
        let Some((_, Use::Own { io, watched, .. })) = self.pins.0.get_mut(place) else { return };
        if *watched == Some(handle) {
            *watched = None;
            // It was watched before.
            let _ = io.watch(None);
            self.forget_idle(pin);
        }
    }

    /// What watched pins did.
    pub(crate) fn pin_event(&mut self) -> Option<Event> {
        if let Some(event) = self.pending.pop_front() {
            return Some(event);
        }
        loop {
            let pin = self.board.pin_event()?;
            if let Some((_, Use::Own { watched: Some(handle), .. })) = self.pins.0.iter().find(|(used, _)| *used == pin)
            {
                return Some(Event::Pin(*handle, pin));
            }
        }
    }
}

/// Events that are known before the board is asked.
pub(crate) type Pending = VecDeque<Event>;
