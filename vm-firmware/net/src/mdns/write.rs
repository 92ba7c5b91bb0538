//! How messages are begun and ended in the caller's buffer.

use edge_mdns::Buf;
use edge_mdns::domain::base::iana::Class;
use edge_mdns::domain::base::message_builder::{MessageBuilder, StaticCompressor};

use super::own::Record;
use super::record::TOP;

/// Where a message is written.
pub(super) type Target<'a> = StaticCompressor<Buf<'a>>;

/// A message without anything in it. `None` when not even its header fits.
pub(super) fn message(buffer: &mut [u8]) -> Option<MessageBuilder<Target<'_>>> {
    MessageBuilder::from_target(StaticCompressor::new(Buf::new(buffer))).ok()
}

/// A response without anything in it. `None` as there.
pub(super) fn response(buffer: &mut [u8]) -> Option<MessageBuilder<Target<'_>>> {
    let mut message = message(buffer)?;
    message.header_mut().set_qr(true);
    message.header_mut().set_aa(true);
    Some(message)
}

/// The class of a record, with the bit by which others forget what they have heard.
pub(super) fn class(record: &Record) -> Class {
    Class::from_int(Class::IN.to_int() | if record.unique { TOP } else { 0 })
}

/// The bytes of what was written.
pub(super) fn length(target: Target<'_>) -> usize {
    target.into_target().1
}
