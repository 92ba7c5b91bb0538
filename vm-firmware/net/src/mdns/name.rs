//! Names as they are kept: in wire form, with a hash so that comparing many of them is cheap, and how names are made of
//! what programs say and told to programs again.

use alloc::string::String;
use alloc::vec::Vec;

use edge_mdns::domain::base::name::{Label, Name as WireName, NameIter, ToLabelIter};
use edge_mdns::domain::base::{ParsedName, ToName};

/// The most bytes of a label (RFC 1035, 2.3.4).
const LABEL: usize = 63;

/// A whole name. Two names are equal when their letters differ in case only (RFC 6762, 16: case of ASCII alone).
#[derive(Clone, Debug)]
pub(super) struct Name {
    wire: WireName<Vec<u8>>,
    hash: u32,
}

impl Name {
    /// The name of these labels. `None` when a label is empty or too long, when all together are, or without memory.
    pub(super) fn new<'a>(labels: impl Iterator<Item = &'a [u8]> + Clone) -> Option<Self> {
        let mut length = 1;
        for label in labels.clone() {
            if label.is_empty() || label.len() > LABEL {
                return None;
            }
            length += 1 + label.len();
        }
        let mut wire = Vec::new();
        wire.try_reserve_exact(length).ok()?;
        for label in labels {
            wire.push(u8::try_from(label.len()).ok()?);
            wire.extend_from_slice(label);
        }
        wire.push(0);
        let wire = WireName::from_octets(wire).ok()?;
        let hash = hash(&wire);
        Some(Self { wire, hash })
    }

    /// A name that was heard. `None` without memory.
    pub(super) fn heard(name: &ParsedName<&[u8]>) -> Option<Self> {
        Self::new(name.iter_labels().filter(|label| !label.is_root()).map(Label::as_slice))
    }

    /// Whether a name that was heard is this one; `hash` is [`hash`] of it.
    pub(super) fn is(&self, name: &ParsedName<&[u8]>, hash: u32) -> bool {
        self.hash == hash && self.wire.name_eq(name)
    }

    /// The name with a label before it. `None` as in [`Self::new`].
    pub(super) fn below(&self, label: &[u8]) -> Option<Self> {
        Self::new(core::iter::once(label).chain(self.labels()))
    }

    /// The labels, without the root's.
    fn labels(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.wire.iter_labels().filter(|label| !label.is_root()).map(Label::as_slice)
    }

    /// The first label, as people see it.
    pub(super) fn first(&self) -> String {
        self.labels().next().map(|label| String::from_utf8_lossy(label).into_owned()).unwrap_or_default()
    }

    /// The name with dots between the labels and none at the end.
    pub(super) fn dotted(&self) -> String {
        let mut text = String::new();
        for label in self.labels() {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(&String::from_utf8_lossy(label));
        }
        text
    }

    /// The wire form.
    pub(super) fn wire(&self) -> &[u8] {
        self.wire.as_slice()
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.wire.name_eq(&other.wire)
    }
}

impl Eq for Name {}

impl ToLabelIter for Name {
    type LabelIter<'a> = NameIter<'a>;

    fn iter_labels(&self) -> NameIter<'_> {
        self.wire.iter_labels()
    }
}

impl ToName for Name {}

/// A hash of a name that is blind to the case of ASCII letters (FNV-1a).
pub(super) fn hash(name: &impl ToLabelIter) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    for label in name.iter_labels() {
        // A length tells `a.bc` from `ab.c`.
        hash = (hash ^ u32::from(label.compose_len())).wrapping_mul(0x0100_0193);
        for &byte in label.as_slice() {
            hash = (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193);
        }
    }
    hash
}

/// The label of a host's name, which may be told with `.local` after it.
pub(super) fn host_label(text: &str) -> Option<&str> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let label = match text.rsplit_once('.') {
        Some((label, domain)) if domain.eq_ignore_ascii_case("local") => label,
        Some(_) => return None,
        None => text,
    };
    (!label.is_empty() && label.len() <= LABEL && !label.contains('.')).then_some(label)
}

/// The name of a host in `local`: of one label, or below others, with or without `.local`.
pub(super) fn host(text: &str) -> Option<Name> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let text = match text.rsplit_once('.') {
        Some((before, domain)) if domain.eq_ignore_ascii_case("local") => before,
        _ => text,
    };
    Name::new(text.split('.').map(str::as_bytes).chain(core::iter::once(&b"local"[..])))
}

/// The name of a type of services (RFC 6763, 7): `_http._tcp`, or a subtype, `_printer._sub._http._tcp`; with or without
/// `.local`.
pub(super) fn kind(text: &str) -> Option<Name> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let text = match text.rsplit_once('.') {
        Some((before, domain)) if domain.eq_ignore_ascii_case("local") => before,
        _ => text,
    };
    let (before, protocol) = text.rsplit_once('.')?;
    let known = protocol.eq_ignore_ascii_case("_tcp") || protocol.eq_ignore_ascii_case("_udp");
    let service = before.rsplit('.').next()?;
    let shaped = service.len() > 1 && service.starts_with('_');
    (known && shaped).then_some(())?;
    Name::new(text.split('.').map(str::as_bytes).chain(core::iter::once(&b"local"[..])))
}

/// A label with a number after it, to set it apart from the same name of somebody else: `name-2`. Cut where that is too long.
pub(super) fn numbered(base: &str, number: u32) -> String {
    if number < 2 {
        return String::from(base);
    }
    let suffix = alloc::format!("-{number}");
    let mut end = base.len().min(LABEL.saturating_sub(suffix.len()));
    while !base.is_char_boundary(end) {
        end -= 1;
    }
    let mut label = String::from(base.get(..end).unwrap_or_default());
    label.push_str(&suffix);
    label
}
