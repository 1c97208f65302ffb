//! Lengths in words.

use crate::domain::{catalogue::Offer, time::AccessDuration};

use super::Voice;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// "2 hours", "45 minutes", "1 h 30 min".
#[must_use]
pub fn words(length: AccessDuration) -> String {
    let secs = length.secs();
    let whole = [(DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (1, "second")];
    let one = whole.into_iter().find(|(unit, _)| secs >= *unit && secs.is_multiple_of(*unit));
    match one {
        // Two days are two days; 36 hours are no whole days, and 90 minutes no whole hours.
        Some((unit, name)) if unit > 1 && (unit != MINUTE || secs < HOUR) && (unit != HOUR || secs < DAY) => {
            count(secs / unit, name)
        }
        Some((1, name)) if secs < MINUTE => count(secs, name),
        Some((DAY, name)) => count(secs / DAY, name),
        _ => mixed(secs),
    }
}

/// When a length begins to count: "The 2 hours start when access opens."
#[must_use]
pub fn starts(length: AccessDuration) -> String {
    let words = words(length);
    let single = words.strip_prefix("1 ").is_some_and(|rest| !rest.contains(' '));
    let verb = if single { "starts" } else { "start" };
    format!("The {words} {verb} when access opens.")
}

/// "1 hour", "2 hours".
#[must_use]
pub fn count(number: u64, name: &str) -> String {
    if number == 1 { format!("1 {name}") } else { format!("{number} {name}s") }
}

fn mixed(secs: u64) -> String {
    let parts = [(secs / DAY, "d"), (secs % DAY / HOUR, "h"), (secs % HOUR / MINUTE, "min"), (secs % MINUTE, "s")];
    let said: Vec<String> =
        parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, unit)| format!("{number} {unit}")).collect();
    said.join(" ")
}

/// An offered length as an option of the form.
#[must_use]
pub fn offer(offer: Offer, voice: &Voice) -> String {
    match offer {
        Offer::For(length) => words(length),
        Offer::EndOfDay => format!("Until {}, end of business day", voice.day.ends),
    }
}

/// An offered length as the value of its option, which is read back by the grammar of typed lengths.
#[must_use]
pub fn offer_value(offer: Offer) -> String {
    match offer {
        Offer::For(length) => format!("{}s", length.secs()),
        Offer::EndOfDay => "eod".to_owned(),
    }
}
