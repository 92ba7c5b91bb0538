//! The bytes of the string table that kept code uses, and where they go.

use std::ops::Range;

use emberl_format::{Error, ErrorKind};

/// Collects ranges; then joins those that overlap or touch, and closes the gaps.
#[derive(Debug)]
pub(super) struct Strings {
    size: u64,
    ranges: Vec<Range<u64>>,
    /// By range: where it starts in the new table.
    starts: Vec<u64>,
    closed: bool,
}

impl Strings {
    /// For a table of `size` bytes.
    pub(super) const fn new(size: usize) -> Self {
        Self { size: size as u64, ranges: Vec::new(), starts: Vec::new(), closed: false }
    }

    /// Before [`close`](Self::close): says that `length` bytes (or all, if that is unknown) from `offset` are used.
    /// After it: gives the new offset.
    pub(super) fn take(&mut self, offset: u64, length: Option<u64>) -> Result<u64, Error> {
        if self.closed {
            return Ok(self.moved(offset));
        }
        let end = match length {
            Some(length) => offset.saturating_add(length),
            None => self.size.max(offset),
        };
        if end > self.size {
            let what = "the end of a string";
            return Err(Error::new(0, ErrorKind::OutOfRange { what, value: end, limit: self.size.saturating_add(1) }));
        }
        if end > offset {
            self.ranges.push(offset..end);
        }
        Ok(offset)
    }

    /// Joins the ranges.
    pub(super) fn close(&mut self) {
        self.ranges.sort_unstable_by_key(|range| range.start);
        let mut joined: Vec<Range<u64>> = Vec::new();
        for range in self.ranges.drain(..) {
            match joined.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        let mut next = 0;
        for range in &joined {
            self.starts.push(next);
            next += range.end - range.start;
        }
        self.ranges = joined;
        self.closed = true;
    }

    /// An empty string may stand outside of all ranges; any offset serves it.
    fn moved(&self, offset: u64) -> u64 {
        let at = self.ranges.partition_point(|range| range.start <= offset).checked_sub(1);
        match at.and_then(|at| Some((self.ranges.get(at)?, self.starts.get(at)?))) {
            Some((range, start)) => start + offset.min(range.end) - range.start,
            None => 0,
        }
    }

    /// The new table, of the bytes of the old one.
    pub(super) fn emit(&self, old: &[u8]) -> Vec<u8> {
        let parts = self.ranges.iter().filter_map(|range| old.get(range.start as usize..range.end as usize));
        parts.flatten().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn used_bytes_move_together() {
        let mut strings = Strings::new(20);
        for (offset, length) in [(10, 4), (2, 3), (4, 2), (20, 0)] {
            strings.take(offset, Some(length)).unwrap();
        }
        assert!(strings.take(18, Some(3)).is_err());
        strings.close();
        assert_eq!(strings.emit(b"..abcd....wxyz......"), b"abcdwxyz");
        assert_eq!([2, 4, 10, 12, 20].map(|offset| strings.take(offset, None).unwrap()), [0, 2, 4, 6, 8]);
    }
}
