//! The port to the outside world: what is promised, what came of it, and how it can fail.
//!
//! Owns the words in which the core asks for things; refuses to know which vendor answers or how.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    future::Future,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{
    account::Account,
    catalogue::Who,
    home::Home,
    id::{EffectId, Email, OktaGroupId, OktaUserId, RequestId, SlackChannelId, SlackGroupId, SlackTs, SlackUserId},
    request::{Request, Spot, State},
    ticket::{Column, Freezing, Happened},
    time::Timestamp,
};

mod alert;
mod call;
mod finding;

pub use alert::{Alert, Late, LateRemoval};
pub use call::Call;
pub use finding::{Finding, UnfitGroup};

/// One person in one Okta group: what is given and taken back.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MembershipKey {
    /// The group. Stored ids: renaming a group or a person breaks nothing.
    pub group: OktaGroupId,
    /// The person.
    pub user: OktaUserId,
}

impl fmt::Display for MembershipKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.group, self.user)
    }
}

/// A promise to do something outside, written into the journal line that made it. It stands until its outcome is
/// on record, and may be performed more than once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Find out which Okta user a requester is.
    IdentifyPerson {
        /// For this request.
        request: RequestId,
        /// Who asked.
        slack: SlackUserId,
    },
    /// Look whether the requester stands in the group already, before anyone is asked. Read twice.
    CheckStanding {
        /// For this request.
        request: RequestId,
        /// Who and where.
        membership: MembershipKey,
    },
    /// Find the Slack and Okta accounts of those who may decide a step.
    FindApprovers {
        /// For this request.
        request: RequestId,
        /// Whom the configuration names.
        emails: Vec<Email>,
        /// The groups it names, whose members may decide.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        groups: Vec<Who>,
    },
    /// Find out who decided, or signed a review, as things are now.
    CheckAuthority {
        /// The request decided upon.
        request: RequestId,
        /// Who clicked.
        slack: SlackUserId,
    },
    /// Look whether the person stands in the group, is active, and the group may be changed. Standing is read twice.
    CheckMember {
        /// Who and where.
        membership: MembershipKey,
    },
    /// Add the person to the group and read it back.
    AddMember {
        /// Who and where.
        membership: MembershipKey,
    },
    /// Remove the person from the group and read it back. Never given up.
    RemoveMember {
        /// Who and where.
        membership: MembershipKey,
        /// When it was to end.
        due: Timestamp,
        /// Whether an addition that was taken back may still arrive.
        addition: Doubt,
    },
    /// Tell someone who clicked why it did not count, where only they see it.
    Reply {
        /// About this request.
        request: RequestId,
        /// Who clicked.
        to: SlackUserId,
        /// Why it did not count.
        why: super::command::Refusal,
        /// Where they clicked.
        #[serde(default, skip_serializing_if = "Spot::is_card")]
        spot: Spot,
    },
    /// A sentence to the requester, in the thread of their message.
    Nudge {
        /// About this request.
        request: RequestId,
        /// What is said.
        nudge: Nudge,
    },
    /// Remind somebody who is asked to decide, or to sign a review, in the thread of their card.
    Remind {
        /// About this request.
        request: RequestId,
        /// Whom.
        to: SlackUserId,
    },
    /// Tell a fallback approver that nobody answers, where they cannot stand in.
    TellFallback {
        /// About this request.
        request: RequestId,
        /// Whom.
        to: SlackUserId,
    },
    /// Tell an owner that somebody asked for what they have already, not through Jitney.
    TellOwner {
        /// By this request.
        request: RequestId,
        /// Whom, as the configuration names them.
        owner: Email,
        /// The requester's name.
        name: String,
    },
    /// Tell the admins what needs a human.
    AlertAdmins {
        /// What is wrong.
        alert: Alert,
    },
    /// Open the ticket of a request.
    CreateTicket {
        /// Of this request.
        request: RequestId,
    },
    /// Tell a ticket what happened.
    CommentTicket {
        /// Of this request.
        request: RequestId,
        /// What.
        what: Happened,
        /// When.
        at: Timestamp,
        /// To which of its extensions, where it happened to one: it has no ticket of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        extension: Option<RequestId>,
    },
    /// Move a ticket to where its request stands.
    MoveTicket {
        /// Of this request.
        request: RequestId,
        /// Where.
        to: Column,
    },
    /// Tell the audit channel what happened: a line of its own, in the order of all that happened.
    TellAudit {
        /// To this request.
        request: RequestId,
        /// What.
        what: Happened,
        /// When.
        at: Timestamp,
    },
    /// Find out who wants to end access of somebody's, as things are now.
    CheckRevoker {
        /// Which.
        request: RequestId,
        /// Who.
        slack: SlackUserId,
    },
    /// Tell the audit channel that nothing is opened any more, or that things are again.
    AnnounceFreeze {
        /// Which of the two.
        freeze: Freezing,
        /// By whose word: their name.
        by: String,
        /// When.
        at: Timestamp,
    },
}

/// What a requester is told beyond their one message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nudge {
    /// Access is open. Moot once it is not.
    Open,
    /// Somebody said no.
    Denied,
    /// Nobody decided in time.
    Unanswered,
    /// It could not be opened.
    Failed,
    /// It ended as planned, and Okta confirmed it.
    Expired,
    /// Somebody, or something, else ended it.
    Revoked,
    /// It is over, but Okta does not confirm it. Moot once it does.
    RemovalLate,
    /// It ends soon. Moot once it has ended.
    EndsSoon,
    /// Its review found that it was not justified to take it.
    NotJustified,
    /// It is kept for longer. Moot once it has ended.
    Extended,
    /// It is not kept for longer. Moot once it has ended.
    NotExtended,
}

/// What a directory and a chat know of one person who may be served.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Their Slack account.
    pub slack: SlackUserId,
    /// Their Okta account: exactly one ACTIVE match of the confirmed e-mail.
    pub okta: OktaUserId,
    /// The confirmed e-mail that joins the two.
    pub email: Email,
    /// Their name as Okta writes it.
    pub name: String,
    /// Their time zone's name in Slack, unchecked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The Okta groups they stand in.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub groups: BTreeSet<OktaGroupId>,
    /// Of the Slack user groups that the configuration names, those they are in.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub slack_groups: BTreeSet<SlackGroupId>,
    /// What they do, as Okta writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Their manager, where Okta names one who can be found there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<Email>,
    /// Whether Okta did not let it be read who their manager is: then none is named, and nobody knows whether there is one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub manager_unread: bool,
    /// Whether they are a guest in Slack: such a one may ask where the configuration says so, and answers for nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guest: bool,
}

/// How new what is known of somebody must be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Look {
    /// Of now: somebody decides by it, and guests never do.
    Now,
    /// Of lately: something is shown by it, or asked for.
    Lately,
}

/// What a directory says of somebody besides who they are: what requesters and rules go by.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The Okta groups they stand in.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub groups: BTreeSet<OktaGroupId>,
    /// What they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Their manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<Email>,
    /// Whether Okta did not let it be read who that is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub manager_unread: bool,
}

impl Identity {
    /// Somebody of whom nothing else is known.
    #[must_use]
    pub const fn new(slack: SlackUserId, okta: OktaUserId, email: Email, name: String) -> Self {
        Self {
            slack,
            okta,
            email,
            name,
            zone: None,
            groups: BTreeSet::new(),
            slack_groups: BTreeSet::new(),
            title: None,
            department: None,
            manager: None,
            manager_unread: false,
            guest: false,
        }
    }

    /// The same person by their names alone: what they stood in when this was found may be over since.
    #[must_use]
    pub fn by_name(&self) -> Self {
        Self { groups: BTreeSet::new(), slack_groups: BTreeSet::new(), ..self.clone() }
    }

    /// The same person without these groups, where they stand in any of them.
    #[must_use]
    pub fn without(&self, groups: &BTreeSet<OktaGroupId>) -> Option<Self> {
        let left = &self.groups - groups;
        (left != self.groups).then(|| Self { groups: left, ..self.clone() })
    }

    /// The same person, as the directory describes them now.
    #[must_use]
    pub fn with(&self, facts: &Facts) -> Self {
        let Facts { groups, title, department, manager, manager_unread } = facts.clone();
        Self { groups, title, department, manager, manager_unread, ..self.clone() }
    }
}

/// Why a Slack user cannot be served.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "unfit", rename_all = "snake_case", deny_unknown_fields)]
pub enum Unfit {
    /// A bot.
    Bot,
    /// A guest, where guests are not served.
    Guest,
    /// Someone of another workspace.
    Stranger,
    /// Deactivated in Slack.
    Deactivated,
    /// Slack knows no confirmed e-mail of theirs.
    NoEmail,
    /// No Okta user has their e-mail.
    NoAccount {
        /// The e-mail that was looked for.
        email: Email,
    },
    /// More than one Okta user has it.
    Ambiguous {
        /// The e-mail that was looked for.
        email: Email,
    },
    /// Their Okta account is not ACTIVE.
    Inactive {
        /// Okta's status, in its own word.
        status: String,
        /// The e-mail by which it was found, where it was looked for by one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        email: Option<Email>,
    },
}

/// Someone a step may ask.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approver {
    /// As the configuration names them.
    pub email: Email,
    /// Their Slack account, to be asked in.
    pub slack: SlackUserId,
    /// Their Okta account; absent where guests or accounts without Okta are named.
    pub okta: OktaUserId,
    /// Their name as Okta writes it.
    pub name: String,
}

impl Approver {
    /// Whether they may decide where these are named today, as far as it is known without a look-up: whoever is
    /// asked as a member of a group is taken for one until they decide.
    #[must_use]
    pub fn may_be_among(&self, named: &[Who]) -> bool {
        named.iter().any(|who| who.person().is_none_or(|email| *email == self.email))
    }
}

/// What stands in the directory before an addition.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// Whether two reads, some seconds apart, both found the person in the group.
    pub member: bool,
    /// Why nothing can be added: the person is not ACTIVE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inactive: Option<String>,
    /// Why nothing can be added: the group is none that Jitney may change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfit_group: Option<UnfitGroup>,
    /// What the directory says of the person now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// Of those who approved what waits for it, whose accounts are not ACTIVE any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lapsed: Vec<OktaUserId>,
}

/// How a requester stands while somebody decides on their request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "requester", rename_all = "snake_case", deny_unknown_fields)]
pub enum Requester {
    /// They may be served, and the directory says this of them.
    Fit {
        /// What it says.
        facts: Facts,
    },
    /// They cannot be served any more.
    Unfit {
        /// Why.
        why: Unfit,
    },
}

/// Who stands in a group that decides.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Members {
    /// Which group.
    pub group: Who,
    /// Those of its members who can be asked, in an order that stays.
    pub emails: Vec<Email>,
}

/// How a removal came out. Each was read back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    /// Removed, and read back as gone.
    Removed,
    /// The user is gone from the directory; the group could be read.
    UserGone,
    /// The group is gone from the directory; the user could be read.
    GroupGone,
}

/// What came of an effect.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// Of `IdentifyPerson`, `CheckAuthority` and `CheckRevoker`.
    Identified {
        /// Who they are.
        person: Identity,
        /// Of `CheckAuthority`: how the requester stands now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        requester: Option<Requester>,
        /// Of `CheckAuthority`: of those who approved before, whose accounts are not ACTIVE any more.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lapsed: Vec<OktaUserId>,
    },
    /// Of `IdentifyPerson`, `CheckAuthority` and `CheckRevoker`.
    NotServed {
        /// Why not.
        why: Unfit,
    },
    /// Of `FindApprovers`: those found, in the order they were named.
    Found {
        /// Who can be asked.
        approvers: Vec<Approver>,
        /// Who cannot: departed, or without an account.
        missing: Vec<Email>,
        /// Who of them stands in which group.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        members: Vec<Members>,
    },
    /// Of `CheckStanding` and `CheckMember`.
    Stands {
        /// What was read.
        standing: Standing,
    },
    /// Of `AddMember`: confirmed by a read.
    Added {
        /// Okta's id of the write, for its own log.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receipt: Option<String>,
    },
    /// Of `RemoveMember`: confirmed by a read.
    Removed {
        /// How.
        removal: Removal,
        /// Okta's id of the write, for its own log.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receipt: Option<String>,
    },
    /// Of `CreateTicket`: it is there, once.
    TicketOpened {
        /// Its id, which never changes.
        id: String,
        /// Its key, as people call it.
        key: String,
        /// Where they read it.
        link: String,
    },
    /// Of `Nudge`, `Remind`, `Reply`, `TellOwner`, `AlertAdmins`, `CommentTicket` and `TellAudit`: said. Of `MoveTicket`: it stands
    /// there.
    Told,
    /// Of `AlertAdmins` about late removals: the messages stand here and show it.
    Rung {
        /// Each admin's, where one was posted or redrawn.
        cards: BTreeMap<SlackUserId, Posted>,
        /// Whose message is gone, or takes nothing.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        gone: BTreeSet<SlackUserId>,
        /// How often the alarm that they show has rung.
        rung: u32,
        /// How many are still to be told: the promise stands for them.
        #[serde(default, skip_serializing_if = "is_zero")]
        behind: u32,
    },
    /// Of a `Nudge` or a `Remind`: its moment has passed, so nothing was said. Of the others: there is nobody to say it to. Of what
    /// concerns a ticket or the audit channel: none are kept, or there is none.
    Moot,
    /// It was refused for good, and did not happen.
    Refused {
        /// What came back.
        fault: Fault,
    },
    /// Of the `Nudge` that warns of an end: it was said, and offers something for as long as that end is ahead.
    Warned {
        /// The end that it names.
        ends: Timestamp,
        /// Where it stands.
        posted: Posted,
        /// The revision of the request that it shows.
        revision: u64,
    },
}

impl Outcome {
    /// Somebody is identified, and nobody else was looked up.
    #[must_use]
    pub const fn identified(person: Identity) -> Self {
        Self::Identified { person, requester: None, lapsed: Vec::new() }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// Who answered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vendor {
    /// Okta.
    Okta,
    /// Slack.
    Slack,
    /// Jira.
    Jira,
}

/// What a vendor said when it failed. No tokens, no headers, no people's words: it goes on record and to admins.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Who failed.
    pub vendor: Vendor,
    /// The HTTP status, where there was an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The vendor's own error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The vendor's own name of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

/// A failure, classed by what to do next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Not done; worth trying again.
    Retry,
    /// Sent, but no answer: it may have happened. Read back, then repeat.
    Unknown,
    /// The vendor refuses our credentials or rights, or what is set up there has no place for what we send. Tried again, and
    /// told to a human.
    Auth,
    /// What it concerns is not there.
    Gone,
    /// Refused for good.
    Rejected,
}

/// An effect that did not come to an outcome this time.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{class:?}: {fault:?}")]
pub struct EffectError {
    /// What to do next.
    pub class: Class,
    /// Not before so long, where the vendor said so (a rate limit's reset). Elapsed time, already capped.
    pub after: Option<Duration>,
    /// What came back.
    pub fault: Fault,
}

impl Nudge {
    /// Whether its moment has passed, so that it would only confuse.
    #[must_use]
    pub fn is_moot(self, request: &Request) -> bool {
        let silenced = request.unreachable.contains(&request.asker);
        silenced
            || match self {
                Self::Open | Self::EndsSoon | Self::Extended | Self::NotExtended => {
                    !matches!(request.state, State::Active { .. })
                }
                Self::RemovalLate => !matches!(request.state, State::Revoking { .. }),
                Self::Denied | Self::Unanswered | Self::Failed | Self::Expired | Self::Revoked | Self::NotJustified => {
                    false
                }
            }
    }
}

/// One try of one promise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attempt {
    /// Which promise.
    pub id: EffectId,
    /// What is to be done.
    pub effect: Effect,
    /// Whether an earlier try of it may have happened without our knowing: read back before repeating.
    pub doubt: Doubt,
    /// The request it speaks of, as it stands now, for its words.
    pub about: Option<Request>,
    /// What that extends: this has the ticket.
    pub first: Option<Box<Request>>,
    /// What else its requester holds.
    pub others: Vec<Request>,
    /// The late removals that it is about, as they stand now.
    pub alarm: Option<Late>,
    /// Of a look at a decision, or before an addition: who approved what it is about, each to be looked up again.
    pub voters: BTreeSet<OktaUserId>,
}

/// Whether an earlier try may have taken effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// No earlier try was sent, or each was answered with a refusal.
    None,
    /// An earlier try was sent and not answered, or a crash lies between.
    MayHaveHappened,
}

/// A message that follows a request through its life.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(tag = "view", rename_all = "snake_case", deny_unknown_fields)]
pub enum ViewKey {
    /// The requester's one message.
    Requester {
        /// About this request.
        request: RequestId,
    },
    /// The card of somebody who is asked: to decide, or to sign a review.
    Approver {
        /// About this request.
        request: RequestId,
        /// Whose.
        slack: SlackUserId,
    },
    /// The word before an end, in the thread of the requester's message. It is said once, and redrawn.
    Warning {
        /// About this request.
        request: RequestId,
        /// The end that it names.
        ends: Timestamp,
    },
}

impl ViewKey {
    /// The request it shows.
    #[must_use]
    pub const fn request(&self) -> RequestId {
        match self {
            Self::Requester { request } | Self::Approver { request, .. } | Self::Warning { request, .. } => *request,
        }
    }
}

/// Where a message stands in Slack.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posted {
    /// The conversation.
    pub channel: SlackChannelId,
    /// The message in it.
    pub ts: SlackTs,
}

/// The outside world: performs what the journal promised.
pub trait Outside: Send + Sync + 'static {
    /// Tries a promise once. Cancelling the future may leave it done or not: [`Class::Unknown`].
    ///
    /// # Errors
    /// If it came to no outcome, with what to do next.
    fn perform(&self, attempt: Attempt) -> impl Future<Output = Result<Outcome, EffectError>> + Send;

    /// Posts a message, or redraws it, as its request stands now; `others` are what else the requester holds. Answers
    /// where it stands.
    ///
    /// # Errors
    /// [`Class::Gone`] and [`Class::Rejected`] mean that it can never be shown.
    fn show(
        &self,
        view: ViewKey,
        request: Request,
        others: Vec<Request>,
    ) -> impl Future<Output = Result<Posted, EffectError>> + Send;

    /// Draws somebody's Home tab; with the `hash` of its last state, unless something newer was drawn meanwhile. Answers
    /// its new state's.
    ///
    /// # Errors
    /// [`Class::Gone`] and [`Class::Rejected`] mean that it can never be drawn. Where something newer stands there it is
    /// worth another try at once, without a hash.
    fn draw_home(&self, home: Home, hash: Option<String>) -> impl Future<Output = Result<String, EffectError>> + Send;

    /// Finds out who a Slack user is. Nothing of it is on record.
    ///
    /// # Errors
    /// If it could not be found out now.
    fn identify(
        &self,
        slack: SlackUserId,
        look: Look,
    ) -> impl Future<Output = Result<Result<Identity, Unfit>, EffectError>> + Send;

    /// Finds out how the account of whoever holds a membership stands. Nothing of it is on record.
    ///
    /// # Errors
    /// If it could not be found out now: that says nothing about the account.
    fn account(&self, holder: MembershipKey) -> impl Future<Output = Result<Account, EffectError>> + Send;
}
