//! Natives on dates: `erlang`'s, and what AtomVM has of `calendar`.

use crate::heap::Store;
use crate::natives::process::arg;
use crate::natives::time::unit;
use crate::natives::{Context, Native, natives};
use crate::raise::{Raise, Result};
use crate::term::Term;

pub(super) static ERLANG: &[Native] = natives! {
    "erlang";
    "date"/0 => date;
    "time"/0 => time;
    "localtime"/0 => localtime;
    "universaltime"/0 => universaltime;
    "universaltime_to_localtime"/1 => universaltime_to_localtime;
    "localtime_to_universaltime"/1 => localtime_to_universaltime;
    "localtime_to_universaltime"/2 => localtime_to_universaltime;
    "universaltime_to_posixtime"/1 => universaltime_to_posixtime;
    "posixtime_to_universaltime"/1 => posixtime_to_universaltime;
};

pub(super) static CALENDAR: &[Native] = natives! {
    "calendar";
    "system_time_to_universal_time"/2 => system_time_to_universal_time;
};

const DAY: i64 = 86_400;
/// The first year that OTP knows seconds of, and the first that it knows local times of; and the last.
const FIRST: i64 = 1600;
const FIRST_LOCAL: i64 = 1902;
const LAST: i64 = i32::MAX as i64 - 1;

/// Year, month, day of a day counted from 1970-01-01: a year is taken to begin in March, so that leap days end it.
fn civil(day: i64) -> [i64; 3] {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    [year + era * 400 + i64::from(month <= 2), month, day]
}

/// The day, counted from 1970-01-01, of a date: the inverse of [`civil`].
fn day_of([year, month, day]: [i64; 3]) -> i64 {
    let year = year - i64::from(month <= 2);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Three integers.
fn triple(store: Store<'_>, term: Option<Term>) -> Option<[i64; 3]> {
    let parts = store.tuple(term?).filter(|parts| parts.len() == 3)?;
    let part = |index| store.integer(parts.get(index)?);
    Some([part(0)?, part(1)?, part(2)?])
}

/// The seconds from 1970 to a date and time, if there is such a one, of a year from `first` on.
fn seconds_of(store: Store<'_>, term: Term, first: i64) -> Option<i64> {
    let pair = store.tuple(term).filter(|pair| pair.len() == 2)?;
    let date @ [year, month, day] = triple(store, pair.get(0))?;
    let [hour, minute, second] = triple(store, pair.get(1))?;
    let good = (first..=LAST).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..60).contains(&second);
    // A day that the month does not have would be one of the next.
    let count = day_of(if good { date } else { return None });
    (civil(count) == date).then_some(count * DAY + hour * 3_600 + minute * 60 + second)
}

fn numbers(cx: &mut Context<'_>, parts: [i64; 3]) -> Result {
    let mut terms = [Term::NIL; 3];
    for (place, part) in terms.iter_mut().zip(parts) {
        *place = cx.heap().integer(part)?;
    }
    Ok(cx.heap().tuple(&terms)?)
}

fn date_of(cx: &mut Context<'_>, seconds: i64) -> Result {
    numbers(cx, civil(seconds.div_euclid(DAY)))
}

fn time_of(cx: &mut Context<'_>, seconds: i64) -> Result {
    let second = seconds.rem_euclid(DAY);
    numbers(cx, [second / 3_600, second / 60 % 60, second % 60])
}

fn both(cx: &mut Context<'_>, seconds: i64) -> Result {
    let (date, time) = (date_of(cx, seconds)?, time_of(cx, seconds)?);
    Ok(cx.heap().tuple(&[date, time])?)
}

fn now(cx: &mut Context<'_>) -> i64 {
    (cx.shared.platform.system_time() / 1_000_000_000) as i64
}

fn offset(cx: &mut Context<'_>, seconds: i64) -> i64 {
    i64::from(cx.shared.platform.utc_offset(seconds))
}

fn local(cx: &mut Context<'_>, seconds: i64) -> i64 {
    seconds.saturating_add(offset(cx, seconds))
}

fn date(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let seconds = now(cx);
    let seconds = local(cx, seconds);
    date_of(cx, seconds)
}

fn time(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let seconds = now(cx);
    let seconds = local(cx, seconds);
    time_of(cx, seconds)
}

fn localtime(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let seconds = now(cx);
    let seconds = local(cx, seconds);
    both(cx, seconds)
}

fn universaltime(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let seconds = now(cx);
    both(cx, seconds)
}

fn universaltime_to_localtime(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let seconds = seconds_of(cx.store(), arg(arguments, 0), FIRST_LOCAL).ok_or(Raise::BADARG)?;
    let seconds = local(cx, seconds);
    both(cx, seconds)
}

/// Of a local time that comes twice or never when clocks are set, the one without daylight saving; the second argument
/// says which it is, and is believed.
fn localtime_to_universaltime(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let seconds = seconds_of(cx.store(), arg(arguments, 0), FIRST_LOCAL).ok_or(Raise::BADARG)?;
    let saving = match arguments.get(1) {
        None => None,
        Some(term) if *term == Term::atom(crate::atoms::UNDEFINED) => None,
        Some(term) => Some(term.as_boolean().ok_or(Raise::BADARG)?),
    };
    let range = |one: i64, other: i64| (one.min(other), one.max(other));
    let shift = match saving {
        Some(saving) => {
            // The offsets of the seasons of that year.
            let (standard, summer) = range(offset(cx, seconds), offset(cx, seconds + 182 * DAY));
            if saving { summer } else { standard }
        }
        None => {
            let (low, high) = range(offset(cx, seconds - DAY), offset(cx, seconds + DAY));
            if offset(cx, seconds - low) != low && offset(cx, seconds - high) == high { high } else { low }
        }
    };
    both(cx, seconds - shift)
}

fn universaltime_to_posixtime(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let seconds = seconds_of(cx.store(), arg(arguments, 0), FIRST).ok_or(Raise::BADARG)?;
    Ok(cx.heap().integer(seconds)?)
}

fn posixtime_to_universaltime(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let seconds = cx.store().integer(arg(arguments, 0)).ok_or(Raise::BADARG)?;
    both(cx, seconds)
}

fn system_time_to_universal_time(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let time = cx.store().integer(arg(arguments, 0)).ok_or(Raise::BADARG)?;
    let unit = unit(cx, arg(arguments, 1))?;
    both(cx, time.div_euclid(unit as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse() {
        for day in (-200_000..200_000).step_by(37).chain([-1, 0, 59, 60, 11_016, 11_017]) {
            assert_eq!(day_of(civil(day)), day);
        }
        assert_eq!(civil(0), [1970, 1, 1]);
        assert_eq!(civil(11_016), [2000, 2, 29]);
        assert_eq!(day_of([1600, 1, 1]) * DAY, -11_676_096_000);
        assert_eq!(civil(-719_529), [-1, 12, 31]);
    }
}
