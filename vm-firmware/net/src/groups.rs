//! Multicast groups: which sockets are members of which. Owns the memberships, and what the stack is told of them.

use crate::errors;
use crate::network::{Core, datagram};
use crate::stack::Stack;
use alloc::vec::Vec;
use core::net::IpAddr;
use emberl_vm::net::{Answer, Error, Family, Handle, Result};

/// Memberships. Handle 0 is nobody's: those of the driver itself.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    members: Vec<(Handle, IpAddr)>,
    /// The groups are to be joined anew, so that routers and switches hear of them: the addresses are others.
    pub(crate) renew: bool,
}

/// Memberships of the driver's own.
const OWN: usize = 2;

impl Groups {
    pub(crate) fn used(&self) -> usize {
        self.members.iter().filter(|(member, _)| *member != 0).count()
    }

    pub(crate) fn memory(&self) -> usize {
        self.members.capacity() * size_of::<(Handle, IpAddr)>()
    }

    pub(crate) fn stop(&mut self) {
        *self = Self::default();
    }

    fn has(&self, group: IpAddr) -> bool {
        self.members.iter().any(|(_, known)| *known == group)
    }

    /// Makes somebody a member.
    ///
    /// # Errors
    /// `enobufs` where there are too many.
    pub(crate) fn join(
        &mut self,
        stack: &mut Stack,
        member: Handle,
        group: IpAddr,
        most: usize,
    ) -> core::result::Result<(), Error> {
        if self.members.contains(&(member, group)) {
            return Err(errors::ADDRESS_IN_USE);
        }
        if member != 0 && self.used() >= most {
            return Err(errors::NO_BUFFERS);
        }
        if self.members.capacity() == self.members.len() {
            self.members.try_reserve_exact(most + OWN).map_err(|_| errors::NO_MEMORY)?;
        }
        let known = &mut stack.air.local.groups;
        if !self.has(group) {
            if known.len() == known.capacity() {
                return Err(errors::NO_BUFFERS);
            }
            stack.interface.join_multicast_group(group).map_err(|_| errors::NO_BUFFERS)?;
            known.push(group);
        }
        self.members.push((member, group));
        Ok(())
    }

    /// Ends a membership; whether there was one.
    pub(crate) fn leave(&mut self, stack: &mut Stack, member: Handle, group: IpAddr) -> bool {
        let Some(index) = self.members.iter().position(|known| *known == (member, group)) else { return false };
        self.members.swap_remove(index);
        if !self.has(group) {
            // Only what is no group cannot be left.
            let _ = stack.interface.leave_multicast_group(group);
            stack.air.local.groups.retain(|known| *known != group);
        }
        true
    }

    /// The first half of joining anew: all are left. Then the stack must have its turn.
    pub(crate) fn leave_all(&self, stack: &mut Stack) {
        for group in &stack.air.local.groups {
            let _ = stack.interface.leave_multicast_group(*group);
        }
    }

    /// The second half.
    pub(crate) fn join_all(&mut self, stack: &mut Stack) {
        for group in &stack.air.local.groups {
            // There was room for it before.
            let _ = stack.interface.join_multicast_group(*group);
        }
        self.renew = false;
    }
}

impl Core {
    fn check_group(&mut self, handle: Handle, group: IpAddr) -> core::result::Result<(), Error> {
        let socket = datagram(&mut self.table, handle)?;
        let fits = matches!((socket.family, group), (Family::Inet, IpAddr::V4(_)) | (Family::Inet6, IpAddr::V6(_)));
        if fits && group.is_multicast() { Ok(()) } else { Err(errors::INVALID) }
    }

    /// A socket becomes a member. There is one interface: which one was meant does not matter.
    pub(crate) fn join_group(&mut self, handle: Handle, group: IpAddr) -> Result {
        self.check_group(handle, group)?;
        let stack = self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?;
        self.groups.join(stack, handle, group, self.config.groups.into())?;
        self.dirty = true;
        Ok(Answer::Done)
    }

    /// It is no member any more.
    pub(crate) fn leave_group(&mut self, handle: Handle, group: IpAddr) -> Result {
        self.check_group(handle, group)?;
        let stack = self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?;
        self.dirty = true;
        if self.groups.leave(stack, handle, group) { Ok(Answer::Done) } else { Err(errors::ADDRESS_NOT_AVAILABLE) }
    }

    /// A socket is closed.
    pub(crate) fn leave_groups(&mut self, handle: Handle) {
        let Some(stack) = self.stack.as_mut() else { return };
        while let Some(&(_, group)) = self.groups.members.iter().find(|(member, _)| *member == handle) {
            self.groups.leave(stack, handle, group);
        }
    }
}
