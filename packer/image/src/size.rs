//! Numbers of bytes as partition tables and command lines write them.

/// Reads a number of bytes: `4096`, `0x1000`, `4K`, `4M`. `None` for anything else, and for what 32 bits cannot hold.
#[must_use]
pub fn parse(text: &str) -> Option<u32> {
    let (digits, unit) = match text.as_bytes().last()? {
        b'k' | b'K' => (text.get(..text.len() - 1)?, 0x400),
        b'm' | b'M' => (text.get(..text.len() - 1)?, 0x10_0000),
        _ => (text, 1),
    };
    let number = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => hexadecimal(digits),
        // `parse` alone would take a sign.
        None if digits.bytes().all(|digit| digit.is_ascii_digit()) => digits.parse().ok(),
        None => None,
    };
    number?.checked_mul(unit)
}

fn hexadecimal(digits: &str) -> Option<u32> {
    if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) { u32::from_str_radix(digits, 16).ok() } else { None }
}

/// Whole units where there are: `1M`, `512K`, `0x1234`. [`parse`] reads each of them.
#[must_use]
pub fn shown(bytes: u32) -> String {
    match bytes {
        0 => "0".to_owned(),
        bytes if bytes.is_multiple_of(0x10_0000) => format!("{}M", bytes / 0x10_0000),
        bytes if bytes.is_multiple_of(0x400) => format!("{}K", bytes / 0x400),
        bytes => format!("{bytes:#x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        for (text, bytes) in [("4096", 4096), ("0x1000", 4096), ("4K", 4096), ("4m", 4 << 20), ("0x10K", 0x4000)] {
            assert_eq!(parse(text), Some(bytes), "{text}");
        }
        for wrong in ["", "K", "0x", "-1", "+1", "1.5M", "4 K", "0x+1", "4096M", "4294967296", "four", "ä"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_shown_can_be_read() {
        for bytes in [0, 1, 0x1000, 0x1c_0000, 0x10_0000, 0x3f_0000, u32::MAX] {
            assert_eq!(parse(&shown(bytes)), Some(bytes));
        }
        assert_eq!((shown(0x1c_0000).as_str(), shown(0x10_0000).as_str()), ("1792K", "1M"));
    }
}
