//! Sorting, small: the library's own sorts are fast, but each takes kilobytes of a device's flash.

/// Sorts in place. (A heap sort.)
pub(crate) fn sort<T: Ord>(items: &mut [T]) {
    let length = items.len();
    // First each item that may be a parent finds its place, from the last one; then the largest goes to the end, again
    // and again.
    for step in (0..length + length / 2).rev() {
        let (mut root, end) = if step >= length {
            (step - length, length)
        } else {
            items.swap(0, step);
            (0, step)
        };
        loop {
            let mut child = 2 * root + 1;
            if child + 1 < end && items.get(child) < items.get(child + 1) {
                child += 1;
            }
            if child >= end || items.get(root) >= items.get(child) {
                break;
            }
            items.swap(root, child);
            root = child;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sort;
    use alloc::vec::Vec;

    #[test]
    fn items_are_sorted() {
        for length in 0..100 {
            let numbers: Vec<u64> = (0..length).map(|number| number * 7919 % 61).collect();
            let (mut ours, mut theirs) = (numbers.clone(), numbers);
            sort(&mut ours);
            theirs.sort_unstable();
            assert_eq!(ours, theirs);
        }
    }
}
