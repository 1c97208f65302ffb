//! What needs a human.

use serde::{Deserialize, Serialize};

use super::{Fault, MembershipKey, Removal, Vendor};
use crate::domain::{id::RequestId, time::Timestamp};

/// What admins are told.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "alert", rename_all = "snake_case", deny_unknown_fields)]
pub enum Alert {
    /// A removal is not confirmed, some minutes after its time.
    RemovalLate {
        /// Who still stands where.
        membership: MembershipKey,
        /// For which requests.
        requests: Vec<RequestId>,
        /// When it was to end.
        due: Timestamp,
    },
    /// A late removal is confirmed at last.
    RemovalConfirmed {
        /// Who stood where.
        membership: MembershipKey,
        /// For which requests.
        requests: Vec<RequestId>,
        /// When it was to end.
        due: Timestamp,
        /// When it was confirmed.
        at: Timestamp,
    },
    /// An access could not be opened.
    AddRejected {
        /// Which.
        request: RequestId,
        /// The group that refused.
        membership: MembershipKey,
        /// What came back.
        fault: Fault,
    },
    /// The vendor refuses the bot's credentials.
    CredentialsRefused {
        /// Whose.
        fault: Fault,
    },
    /// It takes them again.
    CredentialsAccepted {
        /// Who.
        vendor: Vendor,
    },
    /// Slack takes no line for the audit channel.
    AuditChannelRefused {
        /// What came back.
        fault: Fault,
    },
    /// It takes them again.
    AuditChannelAccepted,
    /// A removal counts as done since Okta shows the person or the group no more. Both can be hidden from the bot alone.
    GoneFromSight {
        /// Who stood where.
        membership: MembershipKey,
        /// For which requests.
        requests: Vec<RequestId>,
        /// Which of the two is gone.
        removal: Removal,
    },
    /// A ticket could not be opened, or something of it was refused. Said once a request.
    TicketRefused {
        /// Of which request.
        request: RequestId,
        /// What came back.
        fault: Fault,
    },
}
