//! Partition tables as CSV: `name, type, subtype, offset, size, flags`, one partition a line, `#` before comments.

use std::fmt::Write as _;

use super::{ENCRYPTED, Partition, READ_ONLY, TABLE_OFFSET, TABLE_SIZE, Table, alignment, kind};
use crate::error::{Error, Result};
use crate::size;

const FORM: &str = "write name, type, subtype, offset, size: main.avm, data, phy, 0x250000, 1M";
const FLAGS: [(&str, u32); 2] = [("encrypted", ENCRYPTED), ("readonly", READ_ONLY)];
/// How many lines with partitions are read. More than a table holds, so that its check can tell their number.
const MOST_LINES: usize = 1000;

/// Reads a table. An offset that is left out is the first that follows the partition before. `file` is the file's name,
/// for errors.
///
/// # Errors
/// The first line that is none of a table, with its number.
pub fn read(text: &str, file: &str) -> Result<Table> {
    let mut partitions = Vec::new();
    let mut next = TABLE_OFFSET + TABLE_SIZE;
    // Editors of other systems begin a file with this.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let place = format!("{file}:{}", number + 1);
        if partitions.len() == MOST_LINES {
            return Err(Error::new(format!("{place}: there are more than {MOST_LINES} partitions"), FORM));
        }
        let partition = read_line(line, next, &place)?;
        // Of what is behind the end of the addresses the check tells.
        next = u32::try_from(partition.end()).unwrap_or(u32::MAX);
        partitions.push(partition);
    }
    if partitions.is_empty() {
        return Err(Error::new(format!("{file} has no partitions"), FORM));
    }
    Ok(Table::new(partitions))
}

fn read_line(line: &str, next: u32, place: &str) -> Result<Partition> {
    let mut fields = line.split(',').map(str::trim);
    let mut field = || fields.next().unwrap_or_default();
    let (name, kind_name, subtype_name, offset, length, flags) = (field(), field(), field(), field(), field(), field());
    if let Some(more) = fields.find(|field| !field.is_empty()) {
        return Err(Error::new(format!("{place}: {more:?} is one field too much"), FORM));
    }
    if name.contains('$') || line.contains("${") {
        let what = format!("{place}: variables of the environment are not put in");
        return Err(Error::new(what, "write what they stand for"));
    }
    let kind = kind::KINDS.iter().find(|(known, _)| *known == kind_name).map(|(_, number)| *number);
    let kind = kind.or_else(|| small(kind_name)).ok_or_else(|| {
        Error::new(format!("{place}: there is no type {kind_name:?}"), "write app, data, or a number of 0x40 to 0xFE")
    })?;
    let subtype = match subtype_name {
        "" if kind != kind::APP => Some(kind::UNDEFINED),
        name => kind::subtype(kind, name).or_else(|| small(name)),
    };
    let subtype = subtype.ok_or_else(|| {
        let what = format!("{place}: there is no subtype {subtype_name:?} of {}", kind::name(kind));
        Error::new(what, "write factory or ota_0 for app; nvs, phy, ota or undefined for data; or a number up to 0xFE")
    })?;
    let offset = match offset {
        "" => next.checked_next_multiple_of(alignment(kind)),
        text => size::parse(text),
    };
    let offset = offset.ok_or_else(|| {
        Error::new(format!("{place}: the offset is no number of bytes"), "write for example 0x10000, or leave it empty")
    })?;
    let size = size::parse(length).ok_or_else(|| {
        let what = format!("{place}: the size {length:?} is no number of bytes");
        Error::new(what, "write for example 0x100000, 512K or 1M")
    })?;
    let mut bits = 0;
    for flag in flags.split(':').filter(|flag| !flag.is_empty()) {
        let known = FLAGS.iter().find(|(known, _)| *known == flag).map(|(_, bit)| *bit);
        bits |= known.ok_or_else(|| {
            Error::new(
                format!("{place}: there is no flag {flag:?}"),
                "write encrypted, readonly, or encrypted:readonly",
            )
        })?;
    }
    Ok(Partition { name: name.to_owned(), kind, subtype, offset, size, flags: bits })
}

/// A number of a type or subtype. The highest one means "any" in programs.
fn small(text: &str) -> Option<u8> {
    size::parse(text).and_then(|number| u8::try_from(number).ok()).filter(|&number| number != u8::MAX)
}

/// The table as text that [`read`] and ESP-IDF's tools read.
#[must_use]
pub fn write(table: &Table) -> String {
    let mut text = String::from("# Name, Type, SubType, Offset, Size, Flags\n");
    for partition in table.partitions() {
        let Partition { name, kind, subtype, offset, size, flags } = partition;
        let (kind_name, subtype) = (kind::name(*kind), kind::subtype_name(*kind, *subtype));
        let flags: Vec<&str> = FLAGS.iter().filter(|(_, bit)| flags & bit != 0).map(|(flag, _)| *flag).collect();
        // Nothing can fail where text is written into a string.
        let _ = writeln!(text, "{name}, {kind_name}, {subtype}, {offset:#x}, {size:#x}, {}", flags.join(":"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_read() {
        let text = "\u{feff}# Name, Type\r\n\r\n nvs , data, nvs, 0x9000, 24K,\r\nphy_init,data,phy,,4K\napp,app,ota_3,,1M\n\
                    log,0x40,7,,0x2000,encrypted:readonly,,\nrest,data,,,4K";
        let table = read(text, "t").unwrap();
        let expected = [
            Partition::new("nvs", 1, 2, 0x9000, 0x6000),
            Partition::new("phy_init", 1, 1, 0xf000, 0x1000),
            Partition::new("app", 0, 0x13, 0x1_0000, 0x10_0000),
            Partition { flags: 3, ..Partition::new("log", 0x40, 7, 0x11_0000, 0x2000) },
            Partition::new("rest", 1, 6, 0x11_2000, 0x1000),
        ];
        assert_eq!(table.partitions(), expected);
        assert_eq!(read(&write(&table), "t").unwrap(), table);
    }

    #[test]
    fn errors_name_the_line() {
        for (line, expected) in [
            ("a", "t:2: there is no type \"\""),
            ("a,code,x,,4K", "t:2: there is no type \"code\""),
            ("a,255,x,,4K", "t:2: there is no type \"255\""),
            ("a,app,,,4K", "t:2: there is no subtype \"\" of app"),
            ("a,data,factory,,4K", "t:2: there is no subtype \"factory\" of data"),
            ("a,data,nvs,here,4K", "t:2: the offset is no number"),
            ("a,data,nvs,,", "t:2: the size \"\" is no number"),
            ("a,data,nvs,,-4K", "t:2: the size \"-4K\" is no number"),
            ("a,data,nvs,,4K,hidden", "t:2: there is no flag \"hidden\""),
            ("a,data,nvs,,4K,,more", "t:2: \"more\" is one field too much"),
            ("$A,data,nvs,,4K", "t:2: variables"),
        ] {
            let told = read(&format!("# first\n{line}"), "t").unwrap_err().to_string();
            assert!(told.starts_with(expected), "{line}: {told}");
        }
        assert!(read("# nothing\n", "t").is_err());
        assert!(read("b,data,nvs,0xFFFFF000,0xFFFFF000\na,data,nvs,,4K", "t").is_err());
    }

    proptest! {
        #[test]
        fn any_text_has_an_answer(text in "(?s).{0,200}") {
            let _ = read(&text, "t").and_then(|table| table.check(4 << 20, "t"));
        }

        #[test]
        fn any_line_has_an_answer(fields in prop::collection::vec("[a-z0-9xKM.:]{0,10}", 0..9)) {
            if let Ok(table) = read(&fields.join(","), "t") {
                prop_assert_eq!(read(&write(&table), "t").map(|again| again.partitions().to_vec()), Ok(table.partitions().to_vec()));
            }
        }
    }
}
