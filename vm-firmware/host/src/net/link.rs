//! The link, as far as a desktop has one. Its interfaces are the system's business: sockets work also when the link was
//! never started, as on OTP, and stopping it closes none. What a program for a device does with the link, it can do here
//! too, and is told the host's own addresses.
//!
//! - Starting a station is being in the network at once, with the host's address towards the world, whatever network and
//!   address were asked for. Leaving and joining tell what a device tells.
//! - An access point is said to be there, and no station ever comes.
//! - A look for networks finds none, and a signal has no strength (`enotsup`).

use std::collections::VecDeque;

use emberl_vm::net::{Answer, Error, Event, Ipv4, Reason, Result, State};

use super::interfaces;

/// The link, while it is started.
#[derive(Clone, Copy, Debug)]
struct Started {
    /// Whether there is a station.
    station: bool,
    /// The address that was told, while in the network.
    address: Option<Ipv4>,
}

/// The link.
#[derive(Debug, Default)]
pub(crate) struct Link(Option<Started>);

const DOWN: Error = Error::Posix("enetdown");

impl Link {
    /// Starts: `already` if it is, `einval` without a station and an access point.
    pub(crate) fn start(&mut self, station: bool, access_point: bool, events: &mut VecDeque<Event>) -> Result {
        if self.0.is_some() {
            return Err(Error::Posix("already"));
        }
        if !station && !access_point {
            return Err(Error::Posix("einval"));
        }
        if access_point {
            events.push_back(Event::ApUp);
        }
        let mut started = Started { station, address: None };
        if station {
            started.up(events);
        }
        self.0 = Some(started);
        Ok(Answer::Done)
    }

    /// Stops. Nobody is there any more to be told of it, or of what was before.
    pub(crate) fn stop(&mut self, events: &mut VecDeque<Event>) -> Result {
        self.0 = None;
        events.retain(|event| matches!(event, Event::Ready(..)));
        Ok(Answer::Done)
    }

    fn station(&mut self) -> core::result::Result<&mut Started, Error> {
        self.0.as_mut().filter(|started| started.station).ok_or(DOWN)
    }

    /// Joins again; another network is a station too, where there was none. `enetdown` when the link is stopped.
    pub(crate) fn join(&mut self, other: bool, events: &mut VecDeque<Event>) -> Result {
        if other && let Some(started) = &mut self.0 {
            started.station = true;
        }
        let started = self.station()?;
        started.down(Some(0), events);
        started.up(events);
        Ok(Answer::Done)
    }

    /// Leaves. `enetdown` when there is no station.
    pub(crate) fn leave(&mut self, events: &mut VecDeque<Event>) -> Result {
        self.station()?.down(None, events);
        Ok(Answer::Done)
    }

    /// Looks for networks. `enetdown` when the link is stopped, since then nobody is there to be told.
    pub(crate) fn scan(&self, events: &mut VecDeque<Event>) -> Result {
        if self.0.is_none() {
            return Err(DOWN);
        }
        events.push_back(Event::Scanned(Vec::new()));
        Ok(Answer::Done)
    }

    /// How far it is.
    pub(crate) const fn state(&self) -> State {
        match self.0 {
            None => State::Inactive,
            Some(Started { address: Some(_), .. }) => State::Connected,
            Some(_) => State::Disconnected,
        }
    }
}

impl Started {
    fn up(&mut self, events: &mut VecDeque<Event>) {
        let address = interfaces::ipv4();
        self.address = Some(address);
        events.extend([Event::Up, Event::Address(address)]);
        if let Some((address, prefix)) = interfaces::ipv6() {
            events.push_back(Event::Address6(address, prefix));
        }
    }

    fn down(&mut self, again: Option<u32>, events: &mut VecDeque<Event>) {
        if let Some(address) = self.address.take() {
            events.extend([Event::Down(Reason::Asked, again), Event::AddressLost(address.address)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_what_a_device_tells() {
        let (mut link, mut events) = (Link::default(), VecDeque::new());
        let own = interfaces::ipv4();
        assert_eq!(link.state(), State::Inactive);
        assert_eq!(link.leave(&mut events), Err(DOWN));
        assert_eq!(link.join(true, &mut events), Err(DOWN));
        assert_eq!(link.scan(&mut events), Err(DOWN));
        assert_eq!(link.start(false, false, &mut events), Err(Error::Posix("einval")));
        link.start(true, true, &mut events).unwrap();
        assert_eq!(link.start(true, false, &mut events), Err(Error::Posix("already")));
        assert_eq!(link.state(), State::Connected);
        let six = interfaces::ipv6().map(|(address, prefix)| Event::Address6(address, prefix));
        let up = || [Event::Up, Event::Address(own)].into_iter().chain(six.clone());
        assert!(events.drain(..).eq([Event::ApUp].into_iter().chain(up())));
        link.join(false, &mut events).unwrap();
        let down = |again| [Event::Down(Reason::Asked, again), Event::AddressLost(own.address)];
        assert!(events.drain(..).eq(down(Some(0)).into_iter().chain(up())));
        link.leave(&mut events).unwrap();
        link.leave(&mut events).unwrap();
        assert!(events.drain(..).eq(down(None)));
        assert_eq!(link.state(), State::Disconnected);
        link.join(false, &mut events).unwrap();
        link.scan(&mut events).unwrap();
        assert_eq!(events.back(), Some(&Event::Scanned(Vec::new())));
        events.push_back(Event::Ready(1, emberl_vm::net::Direction::Read));
        link.stop(&mut events).unwrap();
        assert_eq!(events.len(), 1, "what is not of the link stays");
        assert_eq!(link.state(), State::Inactive);
        link.stop(&mut events).unwrap();
    }
}
