//! Instants in words.

use jiff::tz::{AmbiguousOffset, TimeZone};

use super::Run;
use crate::domain::{
    duration::{self, ZoneOrigin},
    time::Timestamp,
};

/// Someone's zone, and whether it is their own.
#[derive(Clone, Debug)]
pub struct Zone {
    zone: TimeZone,
    origin: ZoneOrigin,
}

impl Zone {
    /// The zone of that name, else the company's.
    #[must_use]
    pub fn of(name: Option<&str>, company: &TimeZone) -> Self {
        let (zone, origin) = duration::zone(name, company);
        Self { zone, origin }
    }

    /// The zone itself.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// An instant in a message: a token that each reader sees in their own zone.
    #[must_use]
    pub fn token(&self, at: Timestamp) -> Run {
        Run::Time { at, plain: self.stamp(at) }
    }

    /// "2026-11-22 16:40 UTC+1".
    #[must_use]
    pub fn stamp(&self, at: Timestamp) -> String {
        self.at(at).map_or_else(
            || at.format("%Y-%m-%d %H:%M UTC").to_string(),
            |zoned| format!("{} {}", zoned.strftime("%Y-%m-%d %H:%M"), offset(&zoned)),
        )
    }

    /// "2026-11-22 16:40:03 UTC+1".
    #[must_use]
    pub fn precise(&self, at: Timestamp) -> String {
        self.at(at).map_or_else(
            || at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
            |zoned| format!("{} {}", zoned.strftime("%Y-%m-%d %H:%M:%S"), offset(&zoned)),
        )
    }

    /// "16:40".
    #[must_use]
    pub fn clock(&self, at: Timestamp) -> String {
        self.at(at).map_or_else(|| at.format("%H:%M").to_string(), |zoned| zoned.strftime("%H:%M").to_string())
    }

    /// "today 16:40", as seen at `now`.
    #[must_use]
    pub fn near(&self, at: Timestamp, now: Timestamp) -> String {
        let (Some(then), Some(today)) = (self.at(at), self.at(now)) else { return self.stamp(at) };
        let days = then.date().since(today.date()).map(|span| span.get_days());
        let day = match days {
            Ok(0) => "today".to_owned(),
            Ok(1) => "tomorrow".to_owned(),
            Ok(-1) => "yesterday".to_owned(),
            _ => then.strftime("%A %-d %B").to_string(),
        };
        format!("{day} {}", then.strftime("%H:%M"))
    }

    /// "Paris time (UTC+1)", as it is at an instant.
    #[must_use]
    pub fn name(&self, at: Timestamp) -> String {
        let offset = self.at(at).map_or_else(|| "UTC".to_owned(), |zoned| offset(&zoned));
        let city = self.city();
        let name = match city.as_deref() {
            None | Some("UTC") => "UTC".to_owned(),
            Some(city) => format!("{city} time ({offset})"),
        };
        match self.origin {
            ZoneOrigin::Named => name,
            ZoneOrigin::Fallback => format!("{name}, the company's zone"),
        }
    }

    /// "Paris", the last part of the zone's name.
    #[must_use]
    pub fn city(&self) -> Option<String> {
        let name = self.zone.iana_name()?;
        Some(name.rsplit('/').next().unwrap_or(name).replace('_', " "))
    }

    /// "Paris time", "UTC": the zone by its city alone.
    #[must_use]
    pub fn place(&self) -> String {
        match self.city().as_deref() {
            None | Some("UTC") => "UTC".to_owned(),
            Some(city) => format!("{city} time"),
        }
    }

    /// "today 16:40 Paris time (UTC+1)". Where the clocks go back over it, which of the two it is.
    #[must_use]
    pub fn full(&self, at: Timestamp, now: Timestamp) -> String {
        let which = match self.twice(at) {
            Some(Twice::First) => ", the first of two that night,",
            Some(Twice::Second) => ", the second of two that night,",
            None => "",
        };
        format!("{}{which} {}", self.near(at, now), self.name(at))
    }

    /// Which of the two instants with this clock time it is, where the clocks go back over it.
    fn twice(&self, at: Timestamp) -> Option<Twice> {
        let zoned = self.at(at)?;
        match self.zone.to_ambiguous_zoned(zoned.datetime()).offset() {
            AmbiguousOffset::Fold { before, .. } if before == zoned.offset() => Some(Twice::First),
            AmbiguousOffset::Fold { .. } => Some(Twice::Second),
            _ => None,
        }
    }

    fn at(&self, at: Timestamp) -> Option<jiff::Zoned> {
        let instant = jiff::Timestamp::from_second(at.timestamp()).ok()?;
        Some(instant.to_zoned(self.zone.clone()))
    }
}

/// One of two instants with the same clock time.
#[derive(Clone, Copy)]
enum Twice {
    First,
    Second,
}

/// "UTC+1", "UTC-3:30".
fn offset(zoned: &jiff::Zoned) -> String {
    let minutes = zoned.offset().seconds() / 60;
    let (hours, rest) = (minutes / 60, (minutes % 60).abs());
    match (minutes, rest) {
        (0, _) => "UTC".to_owned(),
        (_, 0) => format!("UTC{hours:+}"),
        // The sign of half an hour before UTC is not in its hours.
        _ => format!("UTC{}{}:{rest:02}", if minutes < 0 { '-' } else { '+' }, hours.abs()),
    }
}
