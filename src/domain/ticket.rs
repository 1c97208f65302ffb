//! Those who read elsewhere: the ticket that follows a request, and the audit channel, which follows all of them.
//!
//! Owns the names of what they are told; refuses to know who keeps them, or in which words.

use serde::{Deserialize, Serialize};

use super::{id::RequestId, port::Removal, request::NotSentOn, time::Timestamp};

/// Whether tickets are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tickets {
    /// One for each request that becomes pending.
    Kept,
    /// None.
    #[default]
    None,
}

/// Whether there is a channel that is told of every decision, grant and ending.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AuditChannel {
    /// There is, or it is not known whether there is.
    Told,
    /// There is none.
    #[default]
    None,
}

/// A request's ticket.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "ticket", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ticket {
    /// It is promised.
    Promised,
    /// It is there.
    Opened {
        /// Its id, which never changes.
        id: String,
        /// Its key, as people call it.
        key: String,
        /// Where they read it.
        link: String,
        /// When admins were told that something was refused of it: once is enough.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        told: Option<Timestamp>,
    },
}

/// Where a ticket is moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// Access is open.
    Granted,
    /// It is over.
    Closed,
}

/// Whether things are opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Freezing {
    /// Nothing is, from then on.
    Frozen,
    /// They are again.
    Resumed,
}

/// What they are told: a ticket by a comment each, the audit channel by a line each. Who did it, and how it ended, the
/// request itself still says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "happened", rename_all = "snake_case", deny_unknown_fields)]
pub enum Happened {
    /// A step was approved.
    Approved {
        /// Its place, from 0.
        step: u32,
    },
    /// Somebody said no.
    Denied,
    /// Its requester withdrew it.
    Withdrawn,
    /// Nobody decided in time.
    Unanswered,
    /// What was asked for is not offered to them any more.
    NotOffered,
    /// Rules approved it, and nobody was asked.
    ApprovedByRules,
    /// The fallback approvers were asked too.
    AskedToo,
    /// Today's rules, facts or maximum stop it, or nobody is left to decide it.
    Stopped {
        /// Why.
        why: NotSentOn,
    },
    /// The requester stood in the group before, not through us.
    StoodBefore,
    /// Access is open.
    Opened {
        /// When it ends.
        ends: Timestamp,
    },
    /// Its removal is not confirmed, some minutes after its time.
    NotConfirmed {
        /// When it was to end.
        due: Timestamp,
    },
    /// Its removal is confirmed.
    Removed {
        /// How.
        removal: Removal,
        /// When it was to end.
        due: Timestamp,
    },
    /// It is over, and another request keeps the membership.
    Kept {
        /// Which.
        by: RequestId,
    },
    /// It is over, and nothing was given.
    Nothing,
    /// It was taken by break-glass.
    Taken,
    /// Its review was signed.
    Reviewed,
    /// More time is asked for.
    MoreAsked {
        /// Until when.
        until: Timestamp,
    },
    /// More time is given.
    Extended {
        /// When access ends now.
        ends: Timestamp,
    },
    /// It is not: the end stands.
    NotExtended,
}
