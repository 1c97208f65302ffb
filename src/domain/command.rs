//! What may be asked of the core, and what it answers.
//!
//! Owns the closed list of commands, answers and refusals; refuses to word them: sentences live in `say`.

use serde::{Deserialize, Serialize};

use super::{
    account::Closure,
    configuration::{FaultCounts, Reading},
    event::Held,
    id::{EffectId, EntitlementId, OktaUserId, RequestId, SlackUserId},
    port::{Class, Fault, Identity, Outcome, Posted, Unfit, ViewKey},
    request::{Decider, NotSentOn, Purpose, Request},
    review::Judgement,
    rules::Rule,
    said::Text,
    time::{AccessDuration, EndRule, Timestamp},
};

/// Something to decide upon.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Somebody asks for access.
    Ask(Ask),
    /// An approver pressed a button.
    Decide(Decide),
    /// A requester withdraws what is not approved yet.
    Cancel {
        /// Who.
        who: SlackUserId,
        /// Which.
        request: RequestId,
    },
    /// A holder gives access back.
    Return {
        /// Who.
        who: SlackUserId,
        /// Which.
        request: RequestId,
    },
    /// An admin or an owner ends access of somebody's.
    Revoke(Revoke),
    /// A holder asks to keep access for longer.
    Extend(Extend),
    /// An admin has nothing opened from now on.
    Freeze {
        /// Who, as they were looked up for it.
        who: Identity,
    },
    /// An admin has things opened again.
    Unfreeze {
        /// Who, as they were looked up for it.
        who: Identity,
    },
    /// Somebody signs the review of access that was taken by break-glass.
    Sign(Sign),
    /// A promise came to its outcome.
    Settle {
        /// Which.
        effect: EffectId,
        /// What came of it.
        outcome: Outcome,
    },
    /// A promise failed, once more.
    Fail(Failure),
    /// An addition is about to be tried: is it still to be made?
    LookAgain {
        /// Which.
        effect: EffectId,
        /// Whether an earlier try may have taken effect.
        doubt: super::port::Doubt,
        /// Whether the program started after it was promised.
        resumed: bool,
    },
    /// An instant has come: whatever of this request is due.
    RequestDue {
        /// Which.
        request: RequestId,
    },
    /// An instant has come: whatever of this membership is due.
    MembershipDue {
        /// Which.
        membership: super::port::MembershipKey,
    },
    /// A message was posted or redrawn.
    Show {
        /// Which.
        view: ViewKey,
        /// Where it stands.
        posted: Posted,
        /// The revision it shows.
        revision: u64,
    },
    /// An approver's conversation cannot be opened.
    Miss {
        /// Whose card.
        view: ViewKey,
        /// What came back.
        fault: Fault,
    },
    /// The program starts.
    Start {
        /// Its version.
        version: String,
    },
    /// The journal is damaged: what intact parts still promise to end is ended.
    Salvage {
        /// What is known to be held.
        held: Vec<Held>,
    },
    /// Somebody was looked up who asked for nothing.
    Meet {
        /// Their Slack account.
        slack: SlackUserId,
        /// Who they are, or why they cannot be served.
        found: Result<Identity, Unfit>,
    },
    /// An admin ends a binding.
    Unlink {
        /// Whose.
        slack: SlackUserId,
        /// The admin, by the number of their account on the host.
        uid: u32,
    },
    /// A configuration was read and is to be used.
    Configure(Reading),
    /// A configuration was read and cannot be used.
    Misconfigured {
        /// How many faults of each kind it has.
        faults: FaultCounts,
    },
    /// An Okta account was read that is taken from its holder.
    CloseAccount {
        /// Whose.
        okta: OktaUserId,
        /// How.
        closure: Closure,
    },
}

/// A request for access.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ask {
    /// Who asks.
    pub who: SlackUserId,
    /// What makes a second delivery recognisable: the form's id, or the envelope's.
    pub key: String,
    /// For what.
    pub entitlement: EntitlementId,
    /// In which way.
    pub purpose: Purpose,
    /// Until when.
    pub end: EndRule,
    /// Why.
    pub justification: Text,
    /// Who they are, if it was looked up minutes ago: then a refusal comes at once.
    pub known: Option<Result<Identity, Unfit>>,
}

/// A decision as it was pressed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decide {
    /// Who pressed.
    pub who: SlackUserId,
    /// About which request.
    pub request: RequestId,
    /// Where.
    pub place: Surface,
    /// The digest of the terms it showed.
    pub digest: String,
    /// What.
    pub choice: Choice,
}

/// A wish to end access of somebody's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Revoke {
    /// Who.
    pub who: SlackUserId,
    /// Which.
    pub request: RequestId,
    /// Why.
    pub reason: Text,
    /// Who they were when they were last looked up: it says how much they may be told, and no more.
    pub known: Option<Identity>,
}

/// A signature as it was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sign {
    /// Who signs.
    pub who: SlackUserId,
    /// The review of which request.
    pub request: RequestId,
    /// Where they pressed.
    pub place: Surface,
    /// What they found.
    pub judgement: Judgement,
    /// In their words.
    pub note: Text,
}

/// A wish to keep access for longer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Extend {
    /// Who.
    pub who: SlackUserId,
    /// What makes a second delivery recognisable.
    pub key: String,
    /// Which request opened it.
    pub of: RequestId,
    /// So long after its present end, or until a later instant.
    pub end: EndRule,
    /// Why.
    pub justification: Text,
    /// Who they are, if it was looked up minutes ago: then a refusal comes at once.
    pub known: Option<Result<Identity, Unfit>>,
}

/// Where a decision is made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// On a message.
    Card(Posted),
    /// On their Home tab, as it was last drawn.
    Home,
}

impl Surface {
    /// What is wrong with it where it is not this person's to decide on.
    #[must_use]
    pub const fn foreign(&self) -> Refusal {
        match self {
            Self::Card(_) => Refusal::ForeignCard,
            Self::Home => Refusal::StaleHome,
        }
    }

    /// What is wrong with it where it shows other terms than the present ones.
    #[must_use]
    pub const fn outdated(&self) -> Refusal {
        match self {
            Self::Card(_) => Refusal::OldTerms,
            Self::Home => Refusal::StaleHome,
        }
    }
}

/// What was pressed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Choice {
    /// Approve.
    Approve,
    /// Deny, and why.
    Deny(Text),
    /// Approve, until then.
    ApproveForLess(EndRule),
}

/// A failure of a promise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Which promise.
    pub effect: EffectId,
    /// What to do next.
    pub class: Class,
    /// What came back.
    pub fault: Fault,
    /// How often it was tried since the program started.
    pub tries: u32,
    /// Whether any try may have taken effect.
    pub doubt: super::port::Doubt,
    /// Whether it goes on record: the first, each change of class, then at growing intervals.
    pub notable: bool,
}

/// What a person is told at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Their request is on record.
    Saved {
        /// As this.
        request: RequestId,
    },
    /// Their decision is on record, and is being checked.
    Received,
    /// Their request is withdrawn.
    Withdrawn,
    /// Their access is given back.
    Returned,
    /// Nothing is opened any more.
    Frozen,
    /// Things are opened.
    Unfrozen,
    /// Nothing to say: an inner command.
    Done,
    /// The binding is ended.
    Unlinked,
    /// Nobody is bound by that name.
    NotBound,
}

/// Kinds of command that a person gives, for the record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandKind {
    /// Ask.
    Ask,
    /// Approve.
    Approve,
    /// Deny.
    Deny,
    /// Cancel.
    Cancel,
    /// Return.
    Return,
    /// Approve for less.
    ApproveForLess,
    /// Revoke.
    Revoke,
    /// Freeze.
    Freeze,
    /// Unfreeze.
    Unfreeze,
    /// Sign a review.
    Sign,
    /// Extend.
    Extend,
}

/// Why somebody is told no. Each has its sentence in `say`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "refusal", rename_all = "snake_case", deny_unknown_fields)]
#[error("{self:?}")]
pub enum Refusal {
    /// There is no such entitlement, or it is not for them: the same sentence for both.
    NotOffered,
    /// Longer than this entitlement is had for.
    TooLong {
        /// The longest.
        most: AccessDuration,
        /// The rule that says so, where it is not the entitlement itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<Rule>,
    },
    /// Shorter than anything is had for.
    TooShort {
        /// The shortest.
        least: AccessDuration,
    },
    /// The clock time that was asked for is past.
    TimePassed,
    /// They asked for it already.
    AlreadyAsked {
        /// As this.
        request: RequestId,
        /// When.
        at: Timestamp,
    },
    /// They have it already.
    AlreadyHeld {
        /// By this.
        request: RequestId,
        /// Until then.
        until: Timestamp,
    },
    /// Too many of theirs are open.
    TooManyOpen {
        /// The most at one time.
        most: u32,
    },
    /// They cannot be served at all.
    NotServed {
        /// Why.
        unfit: Unfit,
    },
    /// Their accounts are bound otherwise.
    IdentityChanged,
    /// No such request of theirs.
    NoSuchRequest,
    /// It was decided or ended before.
    Over,
    /// The card shows other terms than the present ones.
    OldTerms,
    /// The message is not on record for this person.
    ForeignCard,
    /// Their Home tab as it was last drawn does not show these terms.
    StaleHome,
    /// It is their own request.
    OwnRequest,
    /// They may not decide this (any more).
    NotApprover,
    /// Rules take the decision from them.
    MayNotDecide {
        /// Which, by name: never empty.
        rules: Vec<Rule>,
    },
    /// Rules take the decision from them as it stands: of less they may decide.
    MayNotDecideSoMuch {
        /// Which, by name: never empty.
        rules: Vec<Rule>,
    },
    /// Today's rules, facts or catalogue do not let the request through.
    Stopped {
        /// Why.
        why: NotSentOn,
    },
    /// A later step needs them, and nobody else could take it.
    NeededLater,
    /// They approved already, and count once.
    HasApproved {
        /// When.
        at: Timestamp,
    },
    /// Too many decisions of this request wait to be judged.
    TooManyClicks,
    /// Who they are could not be looked up.
    NotLookedUp {
        /// What came back.
        fault: Fault,
    },
    /// It is approved: too late to withdraw.
    TooLateToCancel,
    /// It is not open, so there is nothing to return.
    NotHeld,
    /// It was returned before.
    ReturnedBefore,
    /// It is over, and history cannot be read, or not yet.
    NotReadable,
    /// It cannot be saved: disk full, or shutting down.
    CannotBeSaved,
    /// The program only ends what is due.
    Custody,
    /// An approval for less is for no less.
    NotShorter,
    /// It is not theirs to end.
    NotRevoker,
    /// It is not open, and is not being opened.
    NothingToRevoke,
    /// It is for admins.
    NotAdmin,
    /// It cannot be taken by break-glass.
    NotForEmergencies,
    /// Nothing is opened, by break-glass neither.
    Frozen {
        /// Since when.
        since: Timestamp,
    },
    /// They took it by break-glass lately.
    CoolingDown {
        /// From when on they can again.
        until: Timestamp,
    },
    /// What they took by break-glass before is not reviewed yet.
    ReviewOpen {
        /// As this.
        request: RequestId,
    },
    /// It is the review of what they took themselves.
    OwnReview,
    /// They may not sign this review (any more).
    NotReviewer,
    /// It was signed before.
    ReviewSigned,
    /// It is not open, or is never had for longer than it was taken for.
    NotExtendable,
    /// It is open until then already.
    NotLonger,
    /// They asked for more time already.
    MoreAsked {
        /// When.
        at: Timestamp,
    },
}

impl From<NotSentOn> for Refusal {
    fn from(why: NotSentOn) -> Self {
        match why {
            NotSentOn::NotOffered => Self::NotOffered,
            NotSentOn::TooLong { most, rule } => Self::TooLong { most, rule },
            NotSentOn::CoolingDown { until } => Self::CoolingDown { until },
            NotSentOn::ReviewOpen { request } => Self::ReviewOpen { request },
            why => Self::Stopped { why },
        }
    }
}

impl Refusal {
    /// Whether whoever is told so was asked, and is none of those who may decide.
    #[must_use]
    pub const fn is_dismissal(&self) -> bool {
        matches!(self, Self::NotApprover | Self::MayNotDecide { .. })
    }
}

/// Who decided before a click came, for the sentence that says so.
#[must_use]
pub fn decided_by(request: &Request) -> Option<(&Decider, Timestamp)> {
    use super::request::{Ending, State};
    match &request.state {
        State::Ended { ending: Ending::Denied { by, .. }, at, .. } => Some((by, *at)),
        _ => request.route()?.last_approval().map(|approval| (&approval.by, approval.at)),
    }
}
