//! What is kept in memory of a request that is over: enough to name it and to ask for it again.
//!
//! Owns how much of it, and for how long; refuses to know anybody's words.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    id::RequestId,
    request::{Access, Ending, Request, State},
    time::Timestamp,
};

/// How long an ended request is remembered with its requester.
pub const PAST_LIFE: TimeDelta = TimeDelta::days(7);

/// How many of them.
pub const MOST_PAST: usize = 5;

/// How a request ended, without who and why.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// By a rule, an identity, or because they have it already.
    Refused,
    /// Somebody said no.
    Denied,
    /// Its requester withdrew it.
    Cancelled,
    /// Nobody decided in time.
    Unanswered,
    /// It lasted as long as promised.
    Expired,
    /// Its holder gave it back.
    Returned,
    /// It could not be opened.
    Failed,
    /// Somebody, or something, else ended it.
    Revoked,
    /// Its review found that it was not justified to take it.
    NotJustified,
    /// It was approved, and what it extends ended later.
    Applied,
}

impl From<&Ending> for Fate {
    fn from(ending: &Ending) -> Self {
        match ending {
            Ending::Refused { .. } => Self::Refused,
            Ending::Denied { .. } => Self::Denied,
            Ending::Cancelled => Self::Cancelled,
            Ending::Unanswered => Self::Unanswered,
            Ending::Expired => Self::Expired,
            Ending::Returned => Self::Returned,
            Ending::Failed { .. } => Self::Failed,
            Ending::Revoked { .. } => Self::Revoked,
            Ending::NotJustified { .. } => Self::NotJustified,
            Ending::Applied => Self::Applied,
        }
    }
}

/// A request that is over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Past {
    /// Which.
    pub request: RequestId,
    /// What was asked for.
    pub access: Access,
    /// How it ended.
    pub fate: Fate,
    /// When.
    pub at: Timestamp,
}

impl Past {
    /// What is remembered of a request that is over and could be named to its requester; nothing of any other. What
    /// somebody may not ask for is not named to them, and an extension is told with what it extends.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        let State::Ended { route: Some(_), ending, at, .. } = &request.state else { return None };
        if request.extends().is_some() {
            return None;
        }
        Some(Self { request: request.id, access: request.access.clone(), fate: ending.into(), at: *at })
    }
}
