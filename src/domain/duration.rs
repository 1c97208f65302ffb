//! Lengths as people type them, and the instants they come to.
//!
//! Owns the closed grammar (`45m`, `2h 30m`, `until 17:30`, `eod`) and its calendar; refuses to read a clock and to
//! guess. Law: what is not in the grammar is refused, never read as something near.

use std::fmt;

use super::time::AccessDuration;

mod ends;
#[cfg(test)]
mod tests;

pub use ends::{BusinessDay, EndError, ZoneOf, ZoneOrigin, resolve, zone, zone_named};

/// A length as it was typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Length {
    /// So long, from the moment access opens.
    For(AccessDuration),
    /// Until a clock time of today.
    Until(ClockTime),
    /// Until the end of the business day.
    EndOfDay,
}

/// Why a text is no length.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LengthError {
    /// Not in the grammar.
    #[error("not a length")]
    NotUnderstood,
    /// A number without a unit: minutes or hours?
    #[error("{0} has no unit")]
    Bare(u64),
    /// Nothing, or less than nothing.
    #[error("no time at all")]
    Zero,
    /// Less than the least that may be asked for, which stands here.
    #[error("less than {0}")]
    TooShort(AccessDuration),
    /// Longer than [`AccessDuration::LONGEST`], or than any number we count with.
    #[error("longer than {}", AccessDuration::LONGEST)]
    TooLong,
}

/// Longer texts are not looked at: the longest sensible one, `365d 23h 59m 59s`, has 16 characters.
const LONGEST_TEXT: usize = 64;

/// The ways to say "until the end of the business day".
const END_OF_DAY: [&str; 3] = ["eod", "until eod", "end of business day"];

impl Length {
    /// Reads a length. Letters count in either case, spaces between the parts do not count.
    ///
    /// # Errors
    /// If it is not in the grammar, or shorter than `least`, or too long to be a temporary access. What a clock time
    /// comes to is measured by [`resolve`], not here.
    pub fn parse(text: &str, least: AccessDuration) -> Result<Self, LengthError> {
        if text.len() > LONGEST_TEXT {
            return Err(LengthError::NotUnderstood);
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ").to_ascii_lowercase();
        if END_OF_DAY.contains(&text.as_str()) {
            return Ok(Self::EndOfDay);
        }
        match text.strip_prefix("until ") {
            Some(clock) => ClockTime::parse(clock).map(Self::Until),
            None => span(&text, least).map(Self::For),
        }
    }
}

impl fmt::Display for Length {
    /// As it can be typed again: `1h 30m`, `until 17:30`, `eod`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::For(duration) => span_text(duration.secs(), f),
            Self::Until(clock) => write!(f, "until {clock}"),
            Self::EndOfDay => f.write_str("eod"),
        }
    }
}

/// The units, longest first, as they have to follow one another. A day is 24 hours, whatever the clocks do.
const UNITS: [(char, u64); 4] = [('d', 24 * 3600), ('h', 3600), ('m', 60), ('s', 1)];

fn span_text(mut secs: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut gap = "";
    for (unit, worth) in UNITS {
        if secs >= worth {
            write!(f, "{gap}{}{unit}", secs / worth)?;
            secs %= worth;
            gap = " ";
        }
    }
    Ok(())
}

fn span(text: &str, least: AccessDuration) -> Result<AccessDuration, LengthError> {
    let unsigned = text.strip_prefix(['-', '−']).map(str::trim_start);
    let secs = seconds(unsigned.unwrap_or(text))?;
    if unsigned.is_some() || secs == 0 {
        return Err(LengthError::Zero);
    }
    let length = AccessDuration::from_secs(secs).map_err(|_| LengthError::TooLong)?;
    if length < least {
        return Err(LengthError::TooShort(least));
    }
    Ok(length)
}

fn seconds(text: &str) -> Result<u64, LengthError> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        let number = text.parse().map_err(|_| LengthError::TooLong)?;
        return Err(LengthError::Bare(number));
    }
    let mut units = UNITS.iter();
    let mut rest = text;
    let mut total: u64 = 0;
    loop {
        let (number, tail) = digits(rest);
        let mut tail = tail.trim_start().chars();
        let written = tail.next().ok_or(LengthError::NotUnderstood)?;
        let (_, worth) = units
            .find(|(unit, _)| *unit == written)
            .filter(|_| !number.is_empty())
            .ok_or(LengthError::NotUnderstood)?;
        let part = number.parse::<u64>().ok().and_then(|n| n.checked_mul(*worth));
        total = part.and_then(|part| total.checked_add(part)).ok_or(LengthError::TooLong)?;
        rest = tail.as_str().trim_start();
        if rest.is_empty() {
            return Ok(total);
        }
    }
}

fn digits(text: &str) -> (&str, &str) {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    text.split_at(text.len() - rest.len())
}

/// A time of day, to the minute.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ClockTime {
    hour: i8,
    minute: i8,
}

impl ClockTime {
    /// 18:00.
    pub const SIX_PM: Self = Self { hour: 18, minute: 0 };

    /// Reads `17:30`, `9:05`, `5:30pm` or `5pm`, in lower case.
    ///
    /// # Errors
    /// [`LengthError::NotUnderstood`] for anything else.
    pub fn parse(text: &str) -> Result<Self, LengthError> {
        Self::read(text).ok_or(LengthError::NotUnderstood)
    }

    fn read(text: &str) -> Option<Self> {
        let (clock, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
            (Some(clock), _) => (clock.trim_end(), Some(0)),
            (_, Some(clock)) => (clock.trim_end(), Some(12)),
            _ => (text, None),
        };
        let (hour, minute) = match clock.split_once(':') {
            Some((hour, minute)) if minute.len() == 2 => (hour, number(minute)?),
            None if half.is_some() => (clock, 0),
            _ => return None,
        };
        let hour = match (number(hour)?, half) {
            (hour @ 0..24, None) => hour,
            (hour @ 1..=12, Some(half)) => hour % 12 + half,
            _ => return None,
        };
        (minute < 60).then_some(Self { hour, minute })
    }

    /// From 0 to 23.
    #[must_use]
    pub const fn hour(self) -> i8 {
        self.hour
    }

    /// From 0 to 59.
    #[must_use]
    pub const fn minute(self) -> i8 {
        self.minute
    }
}

fn number(text: &str) -> Option<i8> {
    let plain = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}
