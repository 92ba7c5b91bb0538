//! The claim to a name that nobody else may have: probing for it, announcing it, and taking another one when it is
//! somebody else's (RFC 6762, 8 and 9).

use alloc::string::String;
use core::net::SocketAddr;

use super::name::{Name, numbered};
use super::random::{MS, Random, SECOND};

/// Probes before a name is taken.
const PROBES: u8 = 3;
/// Nanoseconds between them, and after the last.
const PROBE_GAP: u64 = 250 * MS;
/// Announcements of a name that was taken.
const ANNOUNCEMENTS: u8 = 2;
/// Conflicts within [`CONFLICT_WINDOW`] after which probing is slowed down.
const CONFLICTS: u32 = 15;
/// Nanoseconds within which conflicts are counted.
const CONFLICT_WINDOW: u64 = 10 * SECOND;
/// Nanoseconds of that slowing down.
const CONFLICT_DELAY: u64 = 5 * SECOND;

/// How far a claim is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It cannot begin yet: without a network, or for a service without a host.
    Idle,
    /// Others are asked whether they have the name: so many probes were sent, and this is when it goes on.
    Probing { sent: u8, at: u64 },
    /// The name is ours, and all are told so.
    Announcing { sent: u8, at: u64 },
    /// The name is ours.
    Held,
}

/// A claim to a name.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    /// The first label as it was asked for.
    base: String,
    /// What sets it apart from those of others; 1 is not told.
    number: u32,
    /// What comes after the first label.
    parent: Name,
    /// The whole name.
    pub(super) name: Name,
    pub(super) stage: Stage,
    /// Conflicts since `window`.
    conflicts: u32,
    window: u64,
}

impl Claim {
    /// A claim that has not begun. `None` when the label is too long, or without memory.
    pub(super) fn new(label: &str, parent: Name) -> Option<Self> {
        let name = parent.below(label.as_bytes())?;
        let base = String::from(label);
        Some(Self { base, number: 1, parent, name, stage: Stage::Idle, conflicts: 0, window: 0 })
    }

    /// The first label as it was asked for.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// Whether the name is ours.
    pub(super) const fn live(&self) -> bool {
        matches!(self.stage, Stage::Announcing { .. } | Stage::Held)
    }

    /// Whether it is being probed for.
    pub(super) const fn probing(&self) -> bool {
        matches!(self.stage, Stage::Probing { .. })
    }

    /// Begins to probe, a moment later, so that machines that were switched on together do not all speak together.
    pub(super) fn begin(&mut self, now: u64, random: &mut Random) {
        self.stage = Stage::Probing { sent: 0, at: now.saturating_add(random.millis(0, 250)) };
    }

    /// Tells all once more.
    pub(super) const fn announce(&mut self, now: u64) {
        self.stage = Stage::Announcing { sent: 0, at: now };
    }

    /// Whether a probe is due.
    pub(super) const fn probe_due(&self, now: u64) -> bool {
        matches!(self.stage, Stage::Probing { sent, at } if sent < PROBES && at <= now)
    }

    /// A probe was sent.
    pub(super) const fn probed(&mut self, now: u64) {
        if let Stage::Probing { sent, .. } = self.stage {
            self.stage = Stage::Probing { sent: sent.saturating_add(1), at: now.saturating_add(PROBE_GAP) };
        }
    }

    /// Does what is due but to probe. Says whether an announcement is.
    pub(super) const fn tick(&mut self, now: u64) -> bool {
        if let Stage::Probing { sent: PROBES, at } = self.stage
            && at <= now
        {
            self.announce(now);
        }
        match self.stage {
            Stage::Announcing { sent, at } if at <= now => {
                self.stage = if sent + 1 < ANNOUNCEMENTS {
                    Stage::Announcing { sent: sent + 1, at: now.saturating_add(SECOND) }
                } else {
                    Stage::Held
                };
                true
            }
            _ => false,
        }
    }

    /// When there is something to be done.
    pub(super) const fn deadline(&self) -> Option<u64> {
        match self.stage {
            Stage::Probing { at, .. } | Stage::Announcing { at, .. } => Some(at),
            Stage::Idle | Stage::Held => None,
        }
    }

    /// Another one probes at the same time and goes first: it is tried again when that one has the name (RFC 6762, 8.2).
    pub(super) const fn defer(&mut self, now: u64) {
        self.stage = Stage::Probing { sent: 0, at: now.saturating_add(SECOND) };
    }

    /// Another one has said something else of a name that is ours: whose it is has to be found out again (RFC 6762, 9).
    pub(super) fn dispute(&mut self, now: u64, random: &mut Random) {
        let wait = self.count(now);
        self.begin(now.saturating_add(wait), random);
    }

    /// The name is somebody else's: another one is tried.
    pub(super) fn rename(&mut self, now: u64, random: &mut Random) {
        let wait = self.count(now);
        self.renumber();
        self.begin(now.saturating_add(wait), random);
    }

    /// Goes on to the next name.
    pub(super) fn renumber(&mut self) {
        self.number = self.number.saturating_add(1);
        // A label is cut where it has to be, so there is none too long; without memory the old name is tried again.
        if let Some(name) = self.parent.below(numbered(&self.base, self.number).as_bytes()) {
            self.name = name;
        }
    }

    /// Counts a conflict, and says how long to wait for it.
    const fn count(&mut self, now: u64) -> u64 {
        if now.saturating_sub(self.window) > CONFLICT_WINDOW {
            self.window = now;
            self.conflicts = 0;
        }
        self.conflicts = self.conflicts.saturating_add(1);
        if self.conflicts >= CONFLICTS { CONFLICT_DELAY } else { 0 }
    }
}

/// Who asked for what is to be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Asker {
    /// Nobody, or several.
    #[default]
    Any,
    /// This one alone: it may still say that it knows.
    One(SocketAddr),
}

/// When a record was told to all, and is to be.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Slot {
    pub(super) sent: Option<u64>,
    pub(super) due: Option<u64>,
    pub(super) asker: Asker,
}

impl Slot {
    /// Has it told at this time, if it is not told before; not sooner than `gap` after it was told.
    pub(super) fn ask(&mut self, at: u64, gap: u64, asker: Asker) {
        let at = self.sent.map_or(at, |sent| at.max(sent.saturating_add(gap)));
        self.asker = if self.due.is_none() || self.asker == asker { asker } else { Asker::Any };
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// Has it told now.
    pub(super) const fn announce(&mut self, now: u64) {
        self.due = Some(now);
        self.asker = Asker::Any;
    }

    /// It was told.
    pub(super) const fn told(&mut self, now: u64) {
        self.sent = Some(now);
        self.due = None;
    }
}
