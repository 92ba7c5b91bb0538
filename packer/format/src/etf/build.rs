//! Puts terms together from their parts in prefix order with a stack of its own: what decoding and copying share.

use alloc::{boxed::Box, vec, vec::Vec};

use super::term::{FunTerm, OldFunTerm, Term};

/// A term that still misses parts.
pub(super) enum Frame {
    /// Elements and, as the last part, the tail.
    List,
    /// Elements.
    Tuple,
    /// Keys and values in turn.
    Map,
    /// Free variables.
    Fun(Box<FunTerm>),
    /// Free variables.
    OldFun(Box<OldFunTerm>),
}

struct Open {
    frame: Frame,
    parts: Vec<Term>,
    need: usize,
}

/// Terms under construction, outermost first.
pub(super) struct Builder {
    open: Vec<Open>,
}

impl Builder {
    pub(super) const fn new() -> Self {
        Self { open: Vec::new() }
    }

    /// Starts a term of `need` parts. `reserve` says for how many of them to take memory now.
    /// Gives the outermost term when that is complete.
    pub(super) fn start(&mut self, frame: Frame, need: usize, reserve: usize) -> Option<Term> {
        if need == 0 {
            let term = finish(frame, Vec::new());
            return self.add(term);
        }
        self.open.push(Open { frame, parts: Vec::with_capacity(need.min(reserve)), need });
        None
    }

    /// Whether the next part is the tail of a list: then a list there belongs to that list.
    pub(super) fn at_tail(&self) -> bool {
        self.open.last().is_some_and(|open| matches!(open.frame, Frame::List) && open.parts.len() + 1 == open.need)
    }

    /// Continues the list whose tail comes next with `count` more elements, and then a tail.
    pub(super) fn extend_list(&mut self, count: usize) {
        if let Some(open) = self.open.last_mut() {
            open.need = open.need.saturating_add(count);
        }
    }

    /// Adds a complete term. Gives the outermost term when that is complete.
    pub(super) fn add(&mut self, mut term: Term) -> Option<Term> {
        loop {
            let Some(open) = self.open.last_mut() else { return Some(term) };
            open.parts.push(term);
            if open.parts.len() < open.need {
                return None;
            }
            let Open { frame, parts, .. } = self.open.pop()?;
            term = finish(frame, parts);
        }
    }
}

fn finish(frame: Frame, mut parts: Vec<Term>) -> Term {
    match frame {
        Frame::List => {
            let tail = parts.pop().unwrap_or(Term::Nil);
            if parts.is_empty() { tail } else { Term::List { elements: parts, tail: Box::new(tail) } }
        }
        Frame::Tuple => Term::Tuple(parts),
        Frame::Map => {
            let mut pairs = Vec::with_capacity(parts.len() / 2);
            let mut parts = parts.into_iter();
            while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
                pairs.push((key, value));
            }
            Term::Map(pairs)
        }
        Frame::Fun(mut fun) => {
            fun.free = parts;
            Term::Fun(fun)
        }
        Frame::OldFun(mut fun) => {
            fun.free = parts;
            Term::OldFun(fun)
        }
    }
}

/// A copy of `term`.
pub(super) fn copy(term: &Term) -> Term {
    let mut builder = Builder::new();
    let mut todo = vec![term];
    while let Some(term) = todo.pop() {
        let (frame, need) = match term {
            Term::List { elements, .. } => (Frame::List, elements.len() + 1),
            Term::Tuple(elements) => (Frame::Tuple, elements.len()),
            Term::Map(pairs) => (Frame::Map, pairs.len() * 2),
            Term::Fun(fun) => (Frame::Fun(Box::new(fun.without_environment())), fun.free.len()),
            Term::OldFun(fun) => (Frame::OldFun(Box::new(fun.without_environment())), fun.free.len()),
            leaf => match builder.add(copy_leaf(leaf)) {
                Some(whole) => return whole,
                None => continue,
            },
        };
        if let Some(whole) = builder.start(frame, need, need) {
            return whole;
        }
        let first = todo.len();
        term.for_each_part(|part| todo.push(part));
        if let Some(added) = todo.get_mut(first..) {
            added.reverse();
        }
    }
    // Not reached: the parts that were pushed are exactly those that the frames wait for.
    Term::Nil
}

impl FunTerm {
    fn without_environment(&self) -> Self {
        Self {
            arity: self.arity,
            uniq: self.uniq,
            index: self.index,
            module: self.module.clone(),
            old_index: self.old_index,
            old_uniq: self.old_uniq,
            creator: copy_leaf(&self.creator),
            free: Vec::new(),
        }
    }
}

impl OldFunTerm {
    fn without_environment(&self) -> Self {
        Self {
            creator: copy_leaf(&self.creator),
            module: self.module.clone(),
            index: self.index,
            uniq: self.uniq,
            free: Vec::new(),
        }
    }
}

/// A copy of a term without parts; [`Term::Nil`] for others, which a creator never is.
fn copy_leaf(term: &Term) -> Term {
    match term {
        Term::Atom(name) => Term::Atom(name.clone()),
        Term::Integer(value) => Term::Integer(*value),
        Term::BigInteger(value) => Term::BigInteger(value.clone()),
        Term::Float(value) => Term::Float(*value),
        Term::Bitstring { bytes, bits } => Term::Bitstring { bytes: bytes.clone(), bits: *bits },
        Term::Pid { node, id, serial, creation } => {
            Term::Pid { node: node.clone(), id: *id, serial: *serial, creation: *creation }
        }
        Term::Port { node, id, creation } => Term::Port { node: node.clone(), id: *id, creation: *creation },
        Term::Reference { node, creation, ids } => {
            Term::Reference { node: node.clone(), creation: *creation, ids: ids.clone() }
        }
        Term::ExportFun { module, function, arity } => {
            Term::ExportFun { module: module.clone(), function: function.clone(), arity: *arity }
        }
        Term::LocalExt(bytes) => Term::LocalExt(bytes.clone()),
        Term::Nil | Term::List { .. } | Term::Tuple(_) | Term::Map(_) | Term::Fun(_) | Term::OldFun(_) => Term::Nil,
    }
}
