//! New numbers for the rows of a table of which some are dropped.

/// Marks rows as used; then numbers the used ones in their order, without gaps.
#[derive(Debug)]
pub(super) struct Numbering {
    /// By row: 0 when it is not used; once closed, its place among the used ones, from 1.
    rows: Vec<u32>,
    /// The number of the first row.
    base: u32,
    count: u32,
}

impl Numbering {
    /// For a table of `rows` rows, the first of which has the number `base`.
    pub(super) fn new(rows: usize, base: u32) -> Self {
        Self { rows: vec![0; rows], base, count: 0 }
    }

    /// The first number that is too large.
    pub(super) const fn limit(&self) -> u64 {
        self.base as u64 + self.rows.len() as u64
    }

    /// Marks a row as used; false when there is no such row.
    pub(super) fn mark(&mut self, number: u32) -> bool {
        let place = number.checked_sub(self.base).and_then(|row| self.rows.get_mut(row as usize));
        place.map(|row| *row = 1).is_some()
    }

    /// Numbers the rows that were marked.
    pub(super) fn close(&mut self) {
        self.count = 0;
        for row in self.rows.iter_mut().filter(|row| **row != 0) {
            self.count += 1;
            *row = self.count;
        }
    }

    /// The new number of a row that was marked.
    pub(super) fn get(&self, number: u32) -> Option<u32> {
        let row = *self.rows.get(number.checked_sub(self.base)? as usize)?;
        Some(row.checked_sub(1)? + self.base)
    }

    /// As [`get`](Self::get); 0 for a row that was not marked.
    pub(super) fn or_zero(&self, number: u32) -> u32 {
        self.get(number).unwrap_or(0)
    }

    /// The number of rows that were marked.
    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    /// The rows of `table` that were marked.
    pub(super) fn chosen<'t, T>(&self, table: &'t [T]) -> impl Iterator<Item = &'t T> + use<'t, '_, T> {
        self.rows.iter().zip(table).filter(|(row, _)| **row != 0).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn used_rows_are_numbered_without_gaps() {
        let mut numbering = Numbering::new(4, 1);
        assert!(numbering.mark(4) && numbering.mark(2));
        assert!(!numbering.mark(0) && !numbering.mark(5));
        numbering.close();
        assert_eq!([1, 2, 3, 4, 5].map(|number| numbering.get(number)), [None, Some(1), None, Some(2), None]);
        assert_eq!(numbering.chosen(&["a", "b", "c", "d"]).collect::<Vec<_>>(), [&"b", &"d"]);
        assert_eq!(numbering.count(), 2);
    }
}
