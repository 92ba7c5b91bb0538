//! Checks that a heap is whole: for tests and zeal mode.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::collect::roots;
use crate::process::Process;
use crate::term::{Kind, Term};

/// What begins at a word.
#[derive(Clone, Copy, PartialEq)]
enum Start {
    Nothing,
    Cell,
    Object,
}

/// Checks all of a process's heap: that its objects stand one behind another, that each word of them is a term where
/// there must be one, that each pointer leads to the start of an object of the right sort, and that the large binaries
/// are chained. The roots are visited, not changed. Takes as many bytes as the heap has words, from outside the budget.
///
/// # Errors
/// What is wrong.
pub fn verify(process: &mut Process, registers: &mut [u32], literals: &[u32]) -> Result<(), String> {
    let words = process.heap.words.as_slice();
    let mut starts = vec![Start::Nothing; words.len()];
    let mut shared = 0_usize;
    let mut next = 0;
    while let Some(&word) = words.get(next) {
        let first = Term(word);
        let (start, length) = if first.is_header() { (Start::Object, 1 + first.size()) } else { (Start::Cell, 2) };
        if words.len() - next < length {
            return Err(format!("the object at {next} ({word:#010x}) is longer than the heap"));
        }
        if start == Start::Object {
            if !size_fits(first) {
                return Err(format!("the object at {next} has a wrong size: {word:#010x}"));
            }
            shared += usize::from(first.kind() == Kind::SharedBinary);
        }
        if let Some(place) = starts.get_mut(next) {
            *place = start;
        }
        next += length;
    }

    // Now that all starts are known: what the words are.
    let mut next = 0;
    while let Some(&word) = words.get(next) {
        let first = Term(word);
        let (from, end) = if first.is_header() {
            (first.kind().raw().saturating_add(next + 1), next + 1 + first.size())
        } else {
            (next, next + 2)
        };
        for (offset, &word) in words.get(from..end).unwrap_or_default().iter().enumerate() {
            if let Some(wrong) = wrong(Term(word), &starts, literals, false) {
                return Err(format!("word {} of the object at {next} ({:#010x}): {wrong}", from + offset, first.0));
            }
        }
        if matches!(first.kind(), Kind::SubBinary | Kind::MatchContext) && first.is_header() {
            let parent = words.get(next + 3).copied().map_or(Term::NIL, Term);
            let area = if parent.is_literal() { literals } else { words };
            let header = area.get(parent.index()).copied().map_or(Term::NIL, Term);
            if !parent.is_boxed() || !matches!(header.kind(), Kind::HeapBinary | Kind::SharedBinary) {
                return Err(format!("the object at {next} ({word:#010x}) is a part of no binary: {:#010x}", parent.0));
            }
        }
        next = end;
    }

    let mut link = process.heap.shared;
    while let Some(index) = (link as usize).checked_sub(1) {
        let found = words.get(index).copied().map(Term);
        let is_binary = found.is_some_and(|header| header.is_header() && header.kind() == Kind::SharedBinary);
        if !is_binary || starts.get(index) != Some(&Start::Object) || shared == 0 {
            return Err(format!("the chain of large binaries leads to word {index}, which is none"));
        }
        shared -= 1;
        link = words.get(index + 3).copied().unwrap_or(0);
    }
    if shared != 0 {
        return Err(format!("{shared} large binaries are not chained"));
    }

    let mut bad: Vec<Term> = Vec::new();
    roots(process, registers, &mut |term| {
        if wrong(term, &starts, literals, true).is_some() {
            bad.push(term);
        }
        term
    });
    match bad.first() {
        Some(term) => Err(format!("a root leads nowhere: {:#010x}", term.0)),
        None => Ok(()),
    }
}

/// Whether an object may have the size that its header says.
fn size_fits(header: Term) -> bool {
    let size = header.size();
    match header.kind() {
        Kind::Tuple => true,
        Kind::Float | Kind::Port | Kind::HashMap => size == 2,
        Kind::SharedBinary | Kind::SubBinary | Kind::MatchContext => size == 3,
        Kind::Reference => size == 3 || size == 4,
        Kind::ExportFun => size == 1,
        Kind::Fun => size >= 2,
        Kind::External => size >= 4,
        Kind::Map | Kind::HashNode | Kind::HeapBinary | Kind::PositiveInteger | Kind::NegativeInteger => size >= 1,
    }
}

/// What is wrong with a term, if anything.
fn wrong(term: Term, starts: &[Start], literals: &[u32], root: bool) -> Option<String> {
    if term.is_small() || term.is_atom() || term.is_pid() || term == Term::NIL || term == Term::NONE {
        return None;
    }
    let wrong = if term.is_local_pointer() {
        let wanted = if term.is_list() { Start::Cell } else { Start::Object };
        match starts.get(term.index()) {
            Some(&found) if found == wanted => return None,
            Some(_) => "leads not to the start of such an object",
            None => "leads out of the heap",
        }
    } else if term.is_literal() {
        let length = if term.is_list() { 2 } else { 1 };
        let inside = literals.len().checked_sub(length).is_some_and(|last| term.index() <= last);
        let header = term.is_list() || literals.get(term.index()).is_some_and(|&word| Term(word).is_header());
        if inside && header {
            return None;
        }
        "leads to no literal"
    } else {
        if root && (term.is_continuation() || term.is_catch()) {
            return None;
        }
        "is no term"
    };
    Some(format!("{:#010x} {wrong}", term.0))
}
