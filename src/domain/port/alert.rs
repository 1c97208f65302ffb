//! What needs a human.

use serde::{Deserialize, Serialize};

use super::{Fault, MembershipKey, Removal, UnfitGroup, Vendor};
use crate::domain::{
    alarm::Alarm,
    binding::Mismatch,
    id::{Email, OktaGroupId, OktaUserId, RequestId, RuleId, SlackUserId},
    request::Request,
    time::Timestamp,
};

/// What admins are told.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "alert", rename_all = "snake_case", deny_unknown_fields)]
pub enum Alert {
    /// Removals are late, or were: the message about all of them is posted, or redrawn, as things stand.
    RemovalsLate {
        /// Which revision of the alarm it was promised for. A later one stands for it.
        revision: u64,
    },
    /// Of earlier programs, which told of each late removal by itself. Read, promised no more, and moot when its turn comes:
    /// the alarm tells of it.
    RemovalLate {
        /// Who still stands where.
        membership: MembershipKey,
        /// For which requests.
        requests: Vec<RequestId>,
        /// When it was to end.
        due: Timestamp,
    },
    /// Of earlier programs, as the one before.
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
    /// Rules could not be evaluated, so that a request was stopped.
    RulesUnjudged {
        /// Which request.
        request: RequestId,
        /// Which rules.
        rules: Vec<RuleId>,
    },
    /// Approvers that the configuration names cannot be found: departed, or without an account.
    ApproversMissing {
        /// For which request they were to be asked.
        request: RequestId,
        /// Who.
        emails: Vec<Email>,
    },
    /// A manager is to decide, and Okta does not let it be read who that is.
    ManagerUnread {
        /// Which request.
        request: RequestId,
    },
    /// An access could not be opened, since its group is none that may be changed.
    GroupUnfit {
        /// Which.
        request: RequestId,
        /// The group.
        group: OktaGroupId,
        /// Why not.
        reason: UnfitGroup,
    },
    /// An access could not be opened, since the bot may not read what stands before.
    LookRefused {
        /// Which.
        request: RequestId,
        /// Where it looked.
        membership: MembershipKey,
        /// What came back.
        fault: Fault,
    },
    /// A line for the audit channel is given up: Slack never takes it, or took nothing for too long.
    AuditLineLost {
        /// What it was about.
        request: RequestId,
        /// What came back last.
        fault: Fault,
    },
    /// Somebody whose decision is asked for cannot be reached; the others are asked.
    ApproverUnreachable {
        /// For which request.
        request: RequestId,
        /// Who.
        slack: SlackUserId,
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
    /// Nobody signs the review of access that was taken by break-glass.
    ReviewLate {
        /// By which request.
        request: RequestId,
    },
    /// Somebody's accounts match no more what is on record: they neither ask nor decide until an admin ends the binding.
    BindingSuspended {
        /// Their Slack account.
        slack: SlackUserId,
        /// The Okta user it is bound to.
        okta: OktaUserId,
        /// The e-mail that joined the two.
        email: Email,
        /// Their name as Okta wrote it.
        name: String,
        /// What differs.
        why: Mismatch,
    },
}

/// Late removals, as they stand when admins are told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Late {
    /// Since when, how often it rang, and where the messages stand.
    pub alarm: Alarm,
    /// Those that are not confirmed yet, the earliest end first.
    pub removals: Vec<LateRemoval>,
}

/// A removal that is not confirmed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LateRemoval {
    /// Who still stands where.
    pub membership: MembershipKey,
    /// The requests it ends, where they are known.
    pub requests: Vec<Request>,
    /// When it was to end.
    pub due: Timestamp,
    /// How often it was tried since the program started.
    pub tries: u32,
    /// What came back last, if it was tried.
    pub fault: Option<Fault>,
}
