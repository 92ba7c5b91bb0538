//! Reads the data files behind the profiles into sorted tables. It owns their format and nothing of their content.
//!
//! A file holds one record a line, fields parted by one tab; lines that start with `#` are comments. Records are
//! sorted by the bytes of their key and unique, since look-ups are binary searches. The files are part of the program,
//! so a record that cannot be read is left out here and caught by the tests below.

use super::platforms::Platforms;

/// The records of a data file: its lines without comments and blank lines.
fn records(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// One native function.
#[derive(Clone, Copy, Debug)]
pub(super) struct NativeRecord {
    pub(super) module: &'static str,
    pub(super) function: &'static str,
    pub(super) arity: u8,
    pub(super) platforms: Platforms,
}

impl NativeRecord {
    /// What the table is sorted by.
    pub(super) fn key(&self) -> (&'static str, &'static str, u8) {
        (self.module, self.function, self.arity)
    }

    /// `module`, `function`, `arity`, `platforms`.
    fn parse(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t');
        let record = Self {
            module: fields.next()?,
            function: fields.next()?,
            arity: fields.next()?.parse().ok()?,
            platforms: Platforms::parse(fields.next()?)?,
        };
        fields.next().is_none().then_some(record)
    }
}

/// The natives of a data file.
pub(super) fn natives(text: &'static str) -> Vec<NativeRecord> {
    records(text).filter_map(NativeRecord::parse).collect()
}

/// `module`, `libraries`.
fn parse_library(line: &'static str) -> Option<(&'static str, &'static str)> {
    let (module, libraries) = line.split_once('\t')?;
    (!module.is_empty() && !libraries.is_empty() && !libraries.contains('\t')).then_some((module, libraries))
}

/// The library modules of a data file, each with the libraries that have it.
pub(super) fn libraries(text: &'static str) -> Vec<(&'static str, &'static str)> {
    records(text).filter_map(parse_library).collect()
}

/// `number`, `name`, and `runs` or `-`.
fn parse_opcode(line: &'static str) -> Option<(u8, &'static str, bool)> {
    let mut fields = line.split('\t');
    let number = fields.next()?.parse().ok()?;
    let name = fields.next()?;
    let runs = match fields.next()? {
        "runs" => true,
        "-" => false,
        _ => return None,
    };
    fields.next().is_none().then_some((number, name, runs))
}

/// A set of opcodes as 256 bits, lowest first.
pub(super) type OpcodeSet = [u64; 4];

/// Whether `opcode` is in `set`.
pub(super) fn contains(set: &OpcodeSet, opcode: u8) -> bool {
    set.get(usize::from(opcode / 64)).is_some_and(|word| word >> (opcode % 64) & 1 != 0)
}

/// The opcodes that a data file says are run.
pub(super) fn opcodes(text: &'static str) -> OpcodeSet {
    let mut set = [0; 4];
    for (number, _, runs) in records(text).filter_map(parse_opcode) {
        if let Some(word) = set.get_mut(usize::from(number / 64)) {
            *word |= u64::from(runs) << (number % 64);
        }
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{ATOMVM_LIBRARIES, ATOMVM_NATIVES, ATOMVM_OPCODES};

    /// Every record parses, and each key is greater than the one before it.
    fn assert_sorted<K: Ord + std::fmt::Debug>(text: &'static str, key: impl Fn(&'static str) -> Option<K>) {
        let mut last: Option<K> = None;
        let mut count = 0;
        for line in records(text) {
            let this = key(line).unwrap_or_else(|| panic!("unreadable record {line:?}"));
            assert!(last.as_ref().is_none_or(|last| *last < this), "{this:?} is out of order after {last:?}");
            last = Some(this);
            count += 1;
        }
        assert!(count > 100, "only {count} records");
        assert!(text.starts_with('#') && text.ends_with('\n') && !text.contains('\r'));
    }

    #[test]
    fn data_files_are_sorted_unique_and_readable() {
        assert_sorted(ATOMVM_NATIVES, |line| NativeRecord::parse(line).map(|record| record.key()));
        assert_sorted(ATOMVM_LIBRARIES, |line| parse_library(line).map(|(module, _)| module));
        assert_sorted(ATOMVM_OPCODES, |line| parse_opcode(line).map(|(number, ..)| number));
    }

    #[test]
    fn opcode_file_names_every_instruction_once() {
        let numbers: Vec<u8> = records(ATOMVM_OPCODES).filter_map(parse_opcode).map(|(number, ..)| number).collect();
        assert_eq!(numbers, (1..=191).collect::<Vec<u8>>());
        let mut names: Vec<&str> = records(ATOMVM_OPCODES).filter_map(parse_opcode).map(|(_, name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 191);
    }

    #[test]
    fn unreadable_records_are_refused() {
        for line in ["m\tf\t1", "m\tf\t256\tcore", "m\tf\t-1\tcore", "m\tf\t1\tmoon", "m\tf\t1\tcore\tmore", ""] {
            assert!(NativeRecord::parse(line).is_none(), "{line:?}");
        }
        for line in ["1\tlabel\tyes", "256\tx\truns", "1\tlabel", "1\tlabel\truns\tmore"] {
            assert!(parse_opcode(line).is_none(), "{line:?}");
        }
        for line in ["lists", "lists\t", "\testdlib", "lists\testdlib\tmore"] {
            assert!(parse_library(line).is_none(), "{line:?}");
        }
    }

    #[test]
    fn opcode_sets_hold_exactly_what_was_put_in() {
        let set = opcodes("# comment\n\n1\ta\truns\n63\tb\truns\n64\tc\t-\n255\td\truns\n");
        let members: Vec<u8> = (0..=255).filter(|&opcode| contains(&set, opcode)).collect();
        assert_eq!(members, [1, 63, 255]);
    }
}
