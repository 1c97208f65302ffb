//! Instants and lengths of access.
//!
//! Owns what a length may be and when an access ends; refuses to read a clock.

use std::{fmt, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// An instant, in UTC. Zones exist only where people read and write times.
pub type Timestamp = DateTime<Utc>;

/// How long an access lasts, in whole seconds: at least one, at most [`AccessDuration::LONGEST`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct AccessDuration(u32);

/// A number of seconds that no access can last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an access lasts from 1 second to 366 days")]
pub struct DurationError;

impl AccessDuration {
    /// The longest length there is, 366 days: what lasts longer is no temporary access.
    pub const LONGEST: Self = Self(366 * 24 * 3600);

    /// A length of so many seconds.
    ///
    /// # Errors
    /// If it is zero or longer than [`Self::LONGEST`].
    pub fn from_secs(secs: u64) -> Result<Self, DurationError> {
        u32::try_from(secs).ok().filter(|secs| (1..=Self::LONGEST.0).contains(secs)).map(Self).ok_or(DurationError)
    }

    /// Its length in seconds.
    #[must_use]
    pub const fn secs(self) -> u64 {
        self.0 as u64
    }

    /// The instant this long after another.
    #[must_use]
    pub fn after(self, start: Timestamp) -> Timestamp {
        start + self.delta()
    }

    /// The same, between two instants.
    #[must_use]
    pub const fn delta(self) -> TimeDelta {
        TimeDelta::seconds(self.0 as i64)
    }
}

impl From<AccessDuration> for u64 {
    fn from(duration: AccessDuration) -> Self {
        duration.secs()
    }
}

impl From<AccessDuration> for Duration {
    fn from(duration: AccessDuration) -> Self {
        Self::from_secs(duration.secs())
    }
}

impl TryFrom<u64> for AccessDuration {
    type Error = DurationError;
    fn try_from(secs: u64) -> Result<Self, DurationError> {
        Self::from_secs(secs)
    }
}

impl fmt::Display for AccessDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s", self.0)
    }
}

impl fmt::Debug for AccessDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// When an access ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum EndRule {
    /// So long after Okta confirmed the addition.
    After {
        /// The length, in seconds.
        secs: AccessDuration,
    },
    /// At a named instant, whenever it was approved; undecided by then, the request closes.
    At {
        /// The instant.
        instant: Timestamp,
    },
}

impl EndRule {
    /// The end of an access that opens at `opened`.
    #[must_use]
    pub fn end(self, opened: Timestamp) -> Timestamp {
        match self {
            Self::After { secs } => secs.after(opened),
            Self::At { instant } => instant,
        }
    }

    /// How long the access would last if it opened at `opened`; nothing if it would be over.
    #[must_use]
    pub fn lasts(self, opened: Timestamp) -> Option<AccessDuration> {
        match self {
            Self::After { secs } => Some(secs),
            Self::At { instant } => u64::try_from((instant - opened).num_seconds())
                .ok()
                .and_then(|secs| AccessDuration::from_secs(secs).ok()),
        }
    }
}
