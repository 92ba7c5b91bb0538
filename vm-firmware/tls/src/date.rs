//! A date as certificates have it, as seconds. Owns the calendar.

/// Seconds since 1970, UTC, of a date in the Gregorian calendar; `None` when there is no such date, or it is before 1970.
pub(crate) fn unix_seconds(date: [i32; 6]) -> Option<u64> {
    let [year, month, day, hour, minute, second] = date.map(|part| u64::try_from(part).ok());
    let (year, month, day) = (year?, month?, day?);
    let (hour, minute, second) = (hour?, minute?, second?);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = match month {
        2 => 28 + u64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    // A leap second is taken for the one after it.
    if !(1970..10_000).contains(&year) || !(1..=length).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let before = year - 1;
    // 719,162 days are from the year 1 to 1970.
    let years = before * 365 + before / 4 - before / 100 + before / 400 - 719_162;
    // The days of the months before, in a year that is not a leap year.
    const MONTHS: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let months = MONTHS.get(usize::try_from(month - 1).ok()?)? + u64::from(leap && month > 2);
    Some((((years + months + day - 1) * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::unix_seconds;

    #[test]
    fn dates_that_are() {
        // Each by `date -u -d ... +%s`.
        assert_eq!(unix_seconds([1970, 1, 1, 0, 0, 0]), Some(0));
        assert_eq!(unix_seconds([2000, 2, 29, 12, 0, 0]), Some(951_825_600));
        assert_eq!(unix_seconds([2000, 3, 1, 0, 0, 0]), Some(951_868_800));
        assert_eq!(unix_seconds([2038, 1, 19, 3, 14, 8]), Some(1 << 31));
        assert_eq!(unix_seconds([2100, 3, 1, 0, 0, 0]), Some(4_107_542_400));
        assert_eq!(unix_seconds([9999, 12, 31, 23, 59, 59]), Some(253_402_300_799));
    }

    #[test]
    fn dates_that_are_not() {
        for date in [
            [1969, 12, 31, 23, 59, 59],
            [2001, 2, 29, 0, 0, 0],
            [2100, 2, 29, 0, 0, 0],
            [2001, 0, 1, 0, 0, 0],
            [2001, 13, 1, 0, 0, 0],
            [2001, 4, 31, 0, 0, 0],
            [2001, 4, 0, 0, 0, 0],
            [2001, 4, 1, 24, 0, 0],
            [2001, 4, 1, 0, 60, 0],
            [2001, 4, -1, 0, 0, 0],
            [i32::MAX, 1, 1, 0, 0, 0],
        ] {
            assert_eq!(unix_seconds(date), None, "{date:?}");
        }
    }
}
