//! The driver: a card, and requests answered. Owns the card, the life of the link, and the order of a poll.

use crate::addressing;
use crate::card::{Card, CardEvent};
use crate::config::{Config, MILLISECOND};
use crate::errors;
use crate::inspect::{Seen, Unreachable, inspect};
use crate::link::Action;
use crate::listen::Syn;
use crate::network::Core;
use crate::phy::Phy;
use crate::settings::{Own, Wanted};
use crate::stack::{BREATH, Stack, instant, nanoseconds};
use core::task::{Context, Waker};
use embassy_net_driver::LinkState;
use emberl_vm::net::{AccessPoint, Answer, Event, Kind, Network, Reason, Request, Result, State, Station};
use smoltcp::iface::PollResult;
use smoltcp::socket::Socket;

/// Rounds of sending in one poll; each gives every socket a turn.
const ROUNDS: usize = 8;
/// While an answer to a router's question for groups is due, the stack is asked this often: it does not say when.
const QUERY_STEP: u64 = 100 * MILLISECOND;
/// The longest that such an answer may take (RFC 2236, 2.2, and longer ones of RFC 3810 cut to it).
const LONGEST_QUERY_MS: u32 = 25_500;

/// A network over a card.
pub struct Driver<C: Card> {
    card: C,
    core: Core,
    waker: Waker,
    /// There is more to do than was done in the last poll.
    more: bool,
    /// Until when the stack may have to answer a question for groups.
    query: u64,
}

impl<C: Card> Driver<C> {
    /// A driver that is stopped: it takes no memory for pools before the start.
    #[must_use]
    pub fn new(card: C, config: Config) -> Self {
        Self { card, core: Core::new(config), waker: Waker::noop().clone(), more: false, query: 0 }
    }

    /// Gives the card something to wake when it has news. Without it the board has to see by itself, by the card's
    /// interrupt, that [`poll`](Network::poll) has something to do.
    pub fn set_waker(&mut self, waker: Waker) {
        self.waker = waker;
    }

    /// The card.
    pub fn card(&mut self) -> &mut C {
        &mut self.card
    }

    /// Bytes that the driver has taken from the heap: buffers, tables, what is kept for programs.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.core.memory()
    }

    fn start(&mut self, station: Option<Station<'_>>, access_point: Option<AccessPoint<'_>>) -> Result {
        if self.core.stack.is_some() {
            return Err(errors::ALREADY);
        }
        let wanted = station.as_ref().map(Wanted::new).transpose()?;
        let own = access_point.as_ref().map(Own::new).transpose()?;
        match (&wanted, &own) {
            (None, None) => return Err(errors::INVALID),
            (Some(_), Some(_)) if !self.card.both() => return Err(errors::NOT_SUPPORTED),
            _ => {}
        }
        let seed = self.core.random.next();
        let (capabilities, hardware) = (self.card.capabilities(), self.card.hardware_address());
        let mut stack = Stack::new(&self.core.config, &capabilities, hardware, self.core.now, seed)?;
        self.core.connections.start()?;
        if let Some(wanted) = &wanted {
            stack.air.local.hostname = wanted.hostname;
        }
        self.core.stack = Some(stack);
        (self.core.wanted, self.core.own) = (wanted, own);
        self.core.link.start(self.core.wanted.is_some());
        if let Err(error) = self.start_access_point() {
            self.stop();
            return Err(error);
        }
        self.core.dirty = true;
        Ok(Answer::Done)
    }

    fn start_access_point(&mut self) -> core::result::Result<(), emberl_vm::net::Error> {
        let Some(own) = self.core.own.as_ref() else { return Ok(()) };
        self.card.start_access_point(&own.access_point()).map_err(|_| errors::NOT_SUPPORTED)?;
        self.core.begin_access_point()?;
        if self.card.wire() {
            self.core.access_point_is(true);
        }
        Ok(())
    }

    fn stop(&mut self) {
        if self.core.stack.is_none() {
            return;
        }
        if let Some(address) = self.core.stack.as_ref().and_then(|stack| stack.station) {
            self.core.tell(Event::AddressLost(address.address));
        }
        if self.core.link.is_up() {
            self.core.tell(Event::Down(Reason::Asked, None));
        }
        // Peers need not wait for what never comes: each connection ends with a reset, as far as the card has room now.
        if let Some(stack) = self.core.stack.as_mut() {
            for (_, socket) in stack.sockets.iter_mut() {
                if let Socket::Tcp(socket) = socket {
                    socket.abort();
                }
            }
        }
        self.egress();
        if self.core.begin_farewell() {
            // All who were told of services and of the name are told that they go, as far as the card has room now.
            for _ in 0..ROUNDS {
                self.core.look_after_multicast();
                self.egress();
            }
        }
        self.core.access_point_is(false);
        if self.core.own.is_some() {
            self.card.stop_access_point();
        }
        if self.core.wanted.is_some() {
            self.card.leave();
        }
        self.core.link.stop(self.core.now, self.card.wire());
        self.core.end();
        (self.more, self.query) = (false, 0);
    }

    fn join(&mut self, station: Option<Station<'_>>) -> Result {
        if self.core.stack.is_none() {
            return Err(errors::NETWORK_DOWN);
        }
        match station {
            Some(station) => {
                let wanted = Wanted::new(&station)?;
                // An access point alone becomes both only with a card that can be.
                if self.core.own.is_some() && !self.card.both() {
                    return Err(errors::NOT_SUPPORTED);
                }
                if let Some(stack) = self.core.stack.as_mut() {
                    stack.air.local.hostname = wanted.hostname;
                }
                self.core.wanted = Some(wanted);
            }
            None if self.core.wanted.is_none() => return Err(errors::INVALID),
            None => {}
        }
        let actions = self.core.link.join();
        actions.into_iter().flatten().for_each(|action| self.act(action));
        self.core.dirty = true;
        Ok(Answer::Done)
    }

    fn leave(&mut self) -> Result {
        if self.core.stack.is_none() {
            return Err(errors::NETWORK_DOWN);
        }
        if self.core.wanted.is_none() {
            return Err(errors::INVALID);
        }
        let actions = self.core.link.leave();
        actions.into_iter().flatten().for_each(|action| self.act(action));
        self.core.dirty = true;
        Ok(Answer::Done)
    }

    fn state(&self) -> State {
        let Some(stack) = self.core.stack.as_ref() else { return self.core.link.state(false) };
        match (&self.core.wanted, &self.core.own) {
            (None, Some(own)) if own.up => State::Connected,
            (None, Some(_)) => State::Connecting,
            _ => self.core.link.state(stack.has_address()),
        }
    }

    /// Does what the link's life asks for.
    fn act(&mut self, action: Action) {
        match action {
            Action::Join => {
                if let Some(wanted) = &self.core.wanted
                    && let Err(reason) = self.card.join(wanted.ssid.as_bytes(), wanted.psk.as_bytes())
                {
                    self.core.link.failed(reason);
                }
            }
            Action::Leave => self.card.leave(),
            Action::Address => self.core.begin_addressing(),
            Action::Forget => self.core.forget_addresses(),
            Action::Tell(event) => {
                if matches!(event, Event::Down(..)) {
                    self.core.pause_addressing();
                }
                self.core.tell(event);
            }
        }
    }

    /// Looks after the link: what the card tells, and what follows from the time.
    fn look_after_link(&mut self) {
        // A card that tells without an end has to wait, too.
        for _ in 0..usize::from(self.core.config.events).max(1) {
            match self.card.event() {
                Some(CardEvent::Address(hardware)) => {
                    if let Some(stack) = self.core.stack.as_mut() {
                        stack.set_hardware(hardware);
                    }
                }
                Some(CardEvent::Failed(reason)) => self.core.link.failed(reason),
                Some(CardEvent::AccessPointUp) => self.core.access_point_is(true),
                Some(CardEvent::AccessPointDown) => self.core.access_point_is(false),
                Some(CardEvent::Scanned(seen)) => self.core.tell(Event::Scanned(seen)),
                Some(CardEvent::StationUp(hardware)) => self.core.tell(Event::StationUp(hardware)),
                Some(CardEvent::StationDown(hardware)) => self.core.tell(Event::StationDown(hardware)),
                None => break,
            }
        }
        let carrier = self.card.link_state(&mut Context::from_waker(&self.waker)) == LinkState::Up;
        // Each step leads to another state, and none back to one that was left at the same time.
        for _ in 0..ROUNDS {
            let core = &mut self.core;
            let Some(action) = core.link.step(core.now, carrier, &core.config, &mut core.random) else { break };
            self.act(action);
        }
        if let Some(stack) = self.core.stack.as_mut() {
            let own = self.core.own.as_ref();
            // A radio's own network is there whether or not it is in another; a wire is one for both.
            stack.air.carrier = carrier && (self.core.link.wanted() || own.is_some())
                || !self.card.wire() && own.is_some_and(|own| own.up);
        }
    }

    /// Takes one frame in; whether there was one.
    fn take_frame(&mut self) -> bool {
        let Some(stack) = self.core.stack.as_mut() else { return false };
        let air = &mut stack.air;
        // Frames of this machine first: they are few, and who made them waits for the answer.
        if air.frame().is_none() && !(air.fetch_local() || (air.carrier && air.fetch(&mut self.card, &self.waker))) {
            return false;
        }
        let Some(frame) = air.frame() else { return true };
        let seen = inspect(frame, air.is_local(), &air.local.addresses);
        let mut made = None;
        match seen {
            Seen::Drop => {
                air.drop_frame();
                return true;
            }
            Seen::Tcp { local, remote, syn, rst } => {
                if syn {
                    match self.core.syn(local, remote) {
                        Syn::Pass => {}
                        Syn::Made(socket) => made = Some(socket),
                        Syn::Drop => {
                            self.drop_frame();
                            return true;
                        }
                    }
                }
                self.core.heard(local, remote, rst);
            }
            Seen::Unreachable { local, remote, tcp, why } => {
                let error = match why {
                    Unreachable::Network => errors::NETWORK_UNREACHABLE,
                    Unreachable::Host => errors::HOST_UNREACHABLE,
                    Unreachable::Port => errors::CONNECTION_REFUSED,
                };
                self.core.unreachable(local, remote, tcp, error);
            }
            Seen::Advertisement => self.core.advertisement(),
            Seen::Neighbour(address) => air.local.neighbours.answered(address),
            Seen::Claim(address) => {
                air.local.neighbours.answered(address.into());
                if let Some(slaac) = stack.slaac.as_mut() {
                    slaac.claimed(address);
                }
            }
            Seen::Query(milliseconds) => {
                let until = u64::from(milliseconds.min(LONGEST_QUERY_MS)) * MILLISECOND + QUERY_STEP;
                self.query = self.query.max(self.core.now.saturating_add(until));
            }
            Seen::Other => {}
        }
        let now = instant(self.core.now);
        if let Some(Stack { interface, sockets, air, .. }) = self.core.stack.as_mut() {
            let mut phy = Phy { card: &mut self.card, air, waker: &self.waker };
            interface.poll_ingress_single(now, &mut phy, sockets);
        }
        if let Some(socket) = made {
            self.core.settle(socket);
        }
        // A frame that is still there waits for room for its answer.
        self.core.stack.as_ref().is_some_and(|stack| stack.air.frame().is_none())
    }

    fn drop_frame(&mut self) {
        if let Some(stack) = self.core.stack.as_mut() {
            stack.air.drop_frame();
        }
    }

    /// Sends what is to be sent.
    fn send(&mut self) {
        let now = self.core.now;
        if let Some(stack) = self.core.stack.as_mut() {
            stack.air.exhausted = false;
            if stack.air.carrier
                && let Some(due) = stack.slaac.as_ref().and_then(|slaac| slaac.due(now))
            {
                let (bytes, make) = addressing::question(stack, due);
                let mut phy = Phy { card: &mut self.card, air: &mut stack.air, waker: &self.waker };
                if phy.send(bytes, make)
                    && let Some(slaac) = stack.slaac.as_mut()
                {
                    slaac.sent(now, due);
                }
            }
        }
        if self.core.groups.renew && self.core.stack.as_ref().is_some_and(|stack| stack.air.carrier) {
            if let Some(stack) = self.core.stack.as_mut() {
                self.core.groups.leave_all(stack);
            }
            self.egress();
            if let Some(stack) = self.core.stack.as_mut() {
                self.core.groups.join_all(stack);
            }
        }
        for _ in 0..ROUNDS {
            if self.egress() == PollResult::None {
                break;
            }
        }
    }

    fn egress(&mut self) -> PollResult {
        let now = instant(self.core.now);
        let Some(Stack { interface, sockets, air, .. }) = self.core.stack.as_mut() else { return PollResult::None };
        let mut phy = Phy { card: &mut self.card, air, waker: &self.waker };
        interface.poll_egress(now, &mut phy, sockets)
    }

    fn answer(&mut self, request: Request<'_>) -> Result {
        let core = &mut self.core;
        match request {
            Request::Open(family, Kind::Stream) => core.check_family(family).and_then(|()| core.open_stream(family)),
            Request::Open(family, Kind::Datagram) => {
                core.check_family(family).and_then(|()| core.open_datagram(family))
            }
            Request::Bind(handle, address) if core.is_datagram(handle) => core.bind_datagram(handle, address),
            Request::Bind(handle, address) => core.bind_stream(handle, address),
            Request::Listen(handle, backlog) => core.listen(handle, backlog),
            Request::Accept(handle) => core.accept(handle),
            Request::Connect(handle, address) if core.is_datagram(handle) => core.connect_datagram(handle, address),
            Request::Connect(handle, address) => core.connect_stream(handle, address),
            Request::Receive(handle, most) if core.is_datagram(handle) => {
                core.receive_datagram(handle, most).map(|answer| match answer {
                    Answer::Datagram(bytes, _) => Answer::Bytes(bytes),
                    other => other,
                })
            }
            Request::Receive(handle, most) => core.receive_stream(handle, most),
            Request::ReceiveFrom(handle, most) => core.receive_datagram(handle, most),
            Request::Send(handle, bytes) if core.is_datagram(handle) => core.send_datagram(handle, bytes),
            Request::Send(handle, bytes) => core.send_stream(handle, bytes),
            Request::SendTo(handle, bytes, address) => core.send_datagram_to(handle, bytes, address),
            Request::Shutdown(handle, how) if core.is_datagram(handle) => core.shutdown_datagram(handle, how),
            Request::Shutdown(handle, how) => core.shutdown_stream(handle, how),
            Request::Close(handle) => core.close(handle),
            Request::Local(handle) if core.is_datagram(handle) => core.local_datagram(handle),
            Request::Local(handle) => core.local_stream(handle),
            Request::Peer(handle) if core.is_datagram(handle) => core.peer_datagram(handle),
            Request::Peer(handle) => core.peer_stream(handle),
            Request::Set(handle, option) => core.set_option(handle, option),
            Request::Get(handle, name) => core.get_option(handle, name),
            Request::Lookup(name, family) => core.lookup(name, family),
            Request::Result(handle) => core.lookup_result(handle),
            Request::Browse(kind) => core.browse(kind),
            Request::Publish(service) => core.publish(&service),
            Request::Hostname(name) => core.hostname(name),
            Request::Context(tls) => core.context(&tls),
            Request::Secure(handle, context, name) => core.secure(handle, context, name),
            Request::Handshake(handle) => core.handshake(handle),
            Request::Start { station, access_point } => self.start(station, access_point),
            Request::Stop => {
                self.stop();
                Ok(Answer::Done)
            }
            Request::Join(station) => self.join(station),
            Request::Leave => self.leave(),
            Request::Scan => self.card.scan().map(|()| Answer::Done),
            Request::State => Ok(Answer::State(self.state())),
            Request::Strength => self.card.strength().map(|strength| Answer::Number(strength.into())),
            Request::Sntp(server) => core.set_sntp(server),
            Request::Pools => Ok(core.pools()),
        }
    }
}

impl<C: Card> Network for Driver<C> {
    fn request(&mut self, now: u64, request: Request<'_>) -> Result {
        self.core.now = self.core.now.max(now);
        // Bytes alone leave the pools as they are.
        let bytes = matches!(
            request,
            Request::Send(..) | Request::SendTo(..) | Request::Receive(..) | Request::ReceiveFrom(..)
        );
        let result = self.answer(request);
        if !bytes {
            self.core.note_peaks();
        }
        result
    }

    fn poll(&mut self, now: u64) {
        self.core.now = self.core.now.max(now);
        self.look_after_link();
        let Some(stack) = self.core.stack.as_mut() else { return };
        stack.air.set_now(self.core.now);
        stack.air.exhausted = false;
        let most = usize::from(self.core.config.frames_per_poll).max(1);
        let mut left = most;
        loop {
            while left > 0 && self.take_frame() {
                left -= 1;
            }
            self.core.look_after_services();
            self.core.dirty = false;
            self.send();
            // What went to this machine itself is taken in at once, as far as there is time.
            let local = self.core.stack.as_ref().is_some_and(|stack| stack.air.local_waits());
            if !local || left == 0 {
                break;
            }
        }
        self.core.look_after_sockets();
        if left < most {
            self.core.note_peaks();
        }
        let held = self.core.stack.as_ref().is_some_and(|stack| stack.air.frame().is_some());
        self.more = left == 0 && !held;
    }

    fn event(&mut self) -> Option<Event> {
        if let Some(event) = self.core.events.pop_front() {
            return Some(event);
        }
        self.core.table.next_ready().map(|(handle, direction)| Event::Ready(handle, direction))
    }

    fn deadline(&mut self, now: u64) -> Option<u64> {
        let link = self.core.link.deadline();
        let now = self.core.now.max(now);
        let Some(stack) = self.core.stack.as_mut() else { return link };
        if self.more {
            return Some(now);
        }
        let due = stack.interface.poll_at(instant(now), &stack.sockets).map(nanoseconds);
        let due = match due {
            // Something was asked for: at once. Else the stack has had its turn and waits for room.
            Some(due) if due <= now => Some(if self.core.dirty { now } else { now + BREATH }),
            due => due,
        };
        let held = (stack.air.exhausted || stack.air.frame().is_some()).then_some(now + BREATH);
        let dirty = self.core.dirty.then_some(now);
        let query = (self.query > now).then_some(now + QUERY_STEP);
        [link, due, held, dirty, query, self.core.next_due()].into_iter().flatten().min()
    }
}
