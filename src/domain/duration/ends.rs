//! The instants that lengths come to: zones, clocks that change, business days.
//!
//! Zones come from the database that is built in, so that a clock time is the same instant on every host.

use chrono::DateTime;
use jiff::{
    Zoned,
    civil::Weekday,
    tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase},
};

use super::{ClockTime, Length};
use crate::domain::time::{EndRule, Timestamp};

/// When the company's days end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BusinessDay {
    /// The clock time at which `eod` ends an access.
    pub ends: ClockTime,
    /// The days on which there is such an end.
    pub days: Vec<Weekday>,
    /// The company's zone.
    pub zone: TimeZone,
    /// Whose zone counts.
    pub follows: ZoneOf,
}

/// Whose zone clock times are read in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ZoneOf {
    /// The company's.
    Organisation,
    /// That of the person's Slack profile, else the company's.
    Person,
}

impl Default for BusinessDay {
    /// Monday to Friday until 18:00 UTC.
    fn default() -> Self {
        use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
        Self {
            ends: ClockTime::SIX_PM,
            days: vec![Monday, Tuesday, Wednesday, Thursday, Friday],
            zone: TimeZone::UTC,
            follows: ZoneOf::Organisation,
        }
    }
}

impl BusinessDay {
    /// The zone in which a person's clock times are read, and where it comes from.
    #[must_use]
    pub fn zone_of(&self, person: Option<&str>) -> (TimeZone, ZoneOrigin) {
        match self.follows {
            ZoneOf::Organisation => (self.zone.clone(), ZoneOrigin::Fallback),
            ZoneOf::Person => zone(person, &self.zone),
        }
    }
}

/// Where a zone comes from, so that people can be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ZoneOrigin {
    /// It is the one that was named.
    Named,
    /// None was named, or none that exists: the company's stands in.
    Fallback,
}

/// The zone of that name, or the fallback where there is none. Any text is safe: it names no file.
#[must_use]
pub fn zone(name: Option<&str>, fallback: &TimeZone) -> (TimeZone, ZoneOrigin) {
    match name.and_then(zone_named) {
        Some(zone) => (zone, ZoneOrigin::Named),
        None => (fallback.clone(), ZoneOrigin::Fallback),
    }
}

/// The zone of that name in the built-in IANA database.
#[must_use]
pub fn zone_named(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// Why a length comes to no end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EndError {
    /// The clock time is over for today.
    #[error("{0} has passed")]
    Past(ClockTime),
    /// The clocks go forward over it.
    #[error("there is no such time today, the next is {suggest}")]
    Gap {
        /// The first clock time after the gap.
        suggest: ClockTime,
    },
    /// Today has no end of business.
    #[error("not a business day")]
    NotBusinessDay,
    /// The business day is over.
    #[error("the business day ended at {ends}")]
    DayOver {
        /// When it ended.
        ends: ClockTime,
    },
    /// The present instant is beyond all calendars.
    #[error("no calendar reaches that far")]
    OutOfRange,
}

/// When an access of that length ends, if it is asked for `now`.
///
/// A clock time is one of today, in `zone`. Where it comes twice that night the earlier counts: access never lasts
/// longer than one may have meant.
///
/// # Errors
/// If the clock time has passed or does not exist today, or the business day is over.
pub fn resolve(length: Length, now: Timestamp, zone: &TimeZone, day: &BusinessDay) -> Result<EndRule, EndError> {
    let instant = match length {
        Length::For(secs) => return Ok(EndRule::After { secs }),
        Length::Until(clock) => clock_time(clock, now, zone)?,
        Length::EndOfDay => end_of_day(now, zone, day)?,
    };
    Ok(EndRule::At { instant })
}

fn clock_time(clock: ClockTime, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, EndError> {
    let (instant, suggest) = today_at(clock, &local(now, zone)?)?;
    match suggest {
        _ if instant <= now => Err(EndError::Past(clock)),
        Some(suggest) => Err(EndError::Gap { suggest }),
        None => Ok(instant),
    }
}

fn end_of_day(now: Timestamp, zone: &TimeZone, day: &BusinessDay) -> Result<Timestamp, EndError> {
    let today = local(now, zone)?;
    if !day.days.contains(&today.weekday()) {
        return Err(EndError::NotBusinessDay);
    }
    let (instant, _) = today_at(day.ends, &today)?;
    if instant <= now {
        return Err(EndError::DayOver { ends: day.ends });
    }
    Ok(instant)
}

/// The instant of a clock time; in a gap that of its end, and the clock time then.
fn today_at(clock: ClockTime, today: &Zoned) -> Result<(Timestamp, Option<ClockTime>), EndError> {
    let wanted = today.date().at(clock.hour, clock.minute, 0, 0);
    let read = today.time_zone().to_ambiguous_zoned(wanted);
    if let AmbiguousOffset::Gap { .. } = read.offset() {
        let after = gap_end(&read.later().map_err(|_| EndError::OutOfRange)?)?;
        let time = after.time();
        let suggest = ClockTime { hour: time.hour(), minute: time.minute() };
        return Ok((instant(&after)?, Some(suggest)));
    }
    let earlier = read.earlier().map_err(|_| EndError::OutOfRange)?;
    Ok((instant(&earlier)?, None))
}

/// The moment at which the clocks went forward, as it is read afterwards.
fn gap_end(after: &Zoned) -> Result<Zoned, EndError> {
    let zone = after.time_zone();
    let change = zone.preceding(after.timestamp()).next().ok_or(EndError::OutOfRange)?;
    Ok(change.timestamp().to_zoned(zone.clone()))
}

fn local(now: Timestamp, zone: &TimeZone) -> Result<Zoned, EndError> {
    jiff::Timestamp::from_second(now.timestamp())
        .map(|second| second.to_zoned(zone.clone()))
        .map_err(|_| EndError::OutOfRange)
}

fn instant(zoned: &Zoned) -> Result<Timestamp, EndError> {
    DateTime::from_timestamp(zoned.timestamp().as_second(), 0).ok_or(EndError::OutOfRange)
}
