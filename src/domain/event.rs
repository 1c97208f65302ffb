//! What happened: the facts a journal line carries.
//!
//! Owns their names and fields, which never change their meaning; refuses to know how lines are kept. `apply` reads
//! nothing but these, so whatever configuration decided is written into them.

use serde::{Deserialize, Serialize};

use super::{
    account::Closure,
    binding::Mismatch,
    command::{CommandKind, Refusal},
    configuration::{Against, FaultCounts},
    duty::Applied,
    id::{EffectId, OktaUserId, RequestId, SlackUserId},
    port::{Call, Effect, Fault, Identity, MembershipKey, Outcome, Posted, Vendor, ViewKey},
    request::{Access, Cause, Decider, Fallback, NotOpened, NotSentOn, Purpose, Sought, Spot, StandsIn, Step, Verdict},
    review::{Judgement, Panel},
    said::Words,
    time::{EndRule, Timestamp},
};

/// A fact.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The program started.
    ProgramStarted {
        /// Its version.
        version: String,
    },
    /// The journal is damaged: these memberships are all that intact parts of it still promise to end.
    CustodyBegan {
        /// What is known to be held, and the earliest end that was seen for it.
        held: Vec<Held>,
    },
    /// Somebody asked.
    RequestReceived {
        /// The new request.
        request: RequestId,
        /// What makes a second delivery recognisable.
        key: String,
        /// Who asked.
        asker: SlackUserId,
        /// For what.
        access: Access,
        /// In which way.
        #[serde(default, skip_serializing_if = "Purpose::is_access")]
        purpose: Purpose,
        /// Until when.
        end: EndRule,
        /// Why: the digest of the text.
        justification: String,
        /// When it ends by itself if nobody decides.
        closes: Timestamp,
    },
    /// The requester is known.
    PersonIdentified {
        /// Of this request.
        request: RequestId,
        /// Who they are.
        person: Identity,
    },
    /// A Slack account is bound to an Okta user, until an admin ends that.
    PersonBound {
        /// Who.
        person: Identity,
        /// Of which request their message tells them; nothing where only their name or zone is new.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        told: Option<RequestId>,
    },
    /// Whether the requester stands in the group already is looked up.
    StandingDoubted {
        /// Of this request.
        request: RequestId,
        /// The requester.
        person: Identity,
    },
    /// Who can be asked is looked up.
    ApproversSought {
        /// Of this request.
        request: RequestId,
        /// The requester.
        person: Identity,
        /// The steps to be.
        sought: Vec<Sought>,
        /// Who could stand in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback: Option<Sought>,
        /// The rules that applied.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        applied: Vec<Applied>,
    },
    /// The request is put to its approvers.
    RequestPending {
        /// Which.
        request: RequestId,
        /// Its steps.
        steps: Vec<Step>,
        /// Who can stand in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback: Option<Fallback>,
        /// The rules that applied.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        applied: Vec<Applied>,
    },
    /// The fallback approvers may decide a step too.
    FallbackAsked {
        /// Of this request.
        request: RequestId,
        /// The step's place, from 0.
        step: u32,
        /// Why.
        why: StandsIn,
    },
    /// The fallback approvers are told that nobody answers. They cannot stand in.
    FallbackTold {
        /// Of this request.
        request: RequestId,
    },
    /// The fallback approvers are asked too, or told, at an instant, if nobody decides before.
    EscalationSet {
        /// Of this request.
        request: RequestId,
        /// When.
        at: Timestamp,
    },
    /// It takes long to find out who decides, and the requester is told so.
    LookUpSlow {
        /// For which request.
        request: RequestId,
    },
    /// It was not put to anyone.
    RequestRefused {
        /// Which.
        request: RequestId,
        /// Why.
        why: NotSentOn,
    },
    /// Those who are asked now are reminded at an instant, if nobody decides before.
    ReminderSet {
        /// Of this request.
        request: RequestId,
        /// When.
        at: Timestamp,
        /// How often they were reminded before, in the present step.
        told: u32,
    },
    /// An approver pressed a button.
    DecisionReceived {
        /// Of this request.
        request: RequestId,
        /// Who pressed.
        slack: SlackUserId,
        /// What.
        verdict: Verdict,
        /// The digest of the terms that they saw.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        terms: String,
        /// Where they pressed it.
        #[serde(default, skip_serializing_if = "Spot::is_card")]
        spot: Spot,
    },
    /// Their decision does not count.
    DecisionRefused {
        /// Of this request.
        request: RequestId,
        /// Who pressed.
        slack: SlackUserId,
        /// Why.
        why: Refusal,
    },
    /// A step is approved.
    StepApproved {
        /// Of this request.
        request: RequestId,
        /// Its place, from 0.
        step: u32,
        /// By whom.
        by: Decider,
    },
    /// It was approved for less than was asked: that is what is asked of later steps.
    RequestShortened {
        /// Which.
        request: RequestId,
        /// In which step, from 0. It is approved.
        step: u32,
        /// Until when.
        end: EndRule,
    },
    /// All steps are approved: the addition is under way, and its end is on record.
    RequestApproved {
        /// Which.
        request: RequestId,
        /// What it gives.
        membership: MembershipKey,
        /// Called off at this instant if not confirmed before.
        until: Timestamp,
    },
    /// Somebody said no.
    RequestDenied {
        /// To this request.
        request: RequestId,
        /// Who.
        by: Decider,
        /// Why: the digest of the text.
        reason: String,
    },
    /// Its requester withdrew it.
    RequestCancelled {
        /// Which.
        request: RequestId,
    },
    /// Nobody decided in time.
    RequestLapsed {
        /// Which.
        request: RequestId,
    },
    /// Access is taken by break-glass: the addition is under way, its end is on record, and its review is open.
    EmergencyTaken {
        /// By this request.
        request: RequestId,
        /// What it gives.
        membership: MembershipKey,
        /// Called off at this instant if not confirmed before.
        until: Timestamp,
        /// Who is told, and may sign its review.
        panels: Vec<Panel>,
    },
    /// Somebody signed a review; whether they may is looked up.
    ReviewReceived {
        /// Of this request.
        request: RequestId,
        /// Who.
        slack: SlackUserId,
        /// What they found.
        judgement: Judgement,
        /// In which words: the digest of the text.
        note: String,
        /// Where they pressed.
        #[serde(default, skip_serializing_if = "Spot::is_card")]
        spot: Spot,
    },
    /// Their signature does not count.
    ReviewRefused {
        /// Of this request.
        request: RequestId,
        /// Who.
        slack: SlackUserId,
        /// Why.
        why: Refusal,
    },
    /// A review is signed.
    ReviewSigned {
        /// Of this request.
        request: RequestId,
        /// By whom.
        by: Decider,
        /// What they found.
        judgement: Judgement,
    },
    /// Nobody signed a review for long, and those who may are told so.
    ReviewLate {
        /// Of this request.
        request: RequestId,
        /// How many times its lateness would have been told by now. After a long sleep of the program one telling
        /// stands for all that were missed.
        told: u32,
    },
    /// Others than were told of it are to sign a review by now, and are told.
    ReviewersFound {
        /// Of this request.
        request: RequestId,
        /// Whoever is told in addition.
        panels: Vec<Panel>,
    },
    /// Access is open.
    GrantOpened {
        /// Of this request.
        request: RequestId,
        /// When it ends.
        ends: Timestamp,
        /// When its holder is told that it ends soon, if they are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        warn: Option<Timestamp>,
    },
    /// It is kept for longer: its end moves, and nothing is given anew.
    GrantExtended {
        /// Of this request.
        request: RequestId,
        /// When it ends now.
        ends: Timestamp,
        /// When its holder is told that it ends soon, if they are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        warn: Option<Timestamp>,
    },
    /// An extension was approved, and what it extends ends later.
    ExtensionApplied {
        /// Which.
        request: RequestId,
    },
    /// It ends soon, and its holder is told.
    GrantEndsSoon {
        /// Of this request.
        request: RequestId,
    },
    /// Somebody wants to end it.
    RevocationReceived {
        /// Of this request.
        request: RequestId,
        /// Who.
        slack: SlackUserId,
        /// Why: the digest of the text.
        reason: String,
    },
    /// It is not theirs to end, or it was over before.
    RevocationRefused {
        /// Of this request.
        request: RequestId,
        /// Who.
        slack: SlackUserId,
        /// Why.
        why: Refusal,
    },
    /// Somebody, or something, else than its holder or its time ended it.
    GrantRevoked {
        /// Of this request.
        request: RequestId,
        /// Who or what.
        cause: Cause<String>,
        /// What becomes of the membership.
        then: Then,
    },
    /// It lasted as long as promised.
    GrantExpired {
        /// Of this request.
        request: RequestId,
        /// What becomes of the membership.
        then: Then,
    },
    /// Its holder gave it back.
    GrantReturned {
        /// Of this request.
        request: RequestId,
        /// What becomes of the membership.
        then: Then,
    },
    /// It could not be opened.
    GrantFailed {
        /// Of this request.
        request: RequestId,
        /// Why.
        why: NotOpened,
        /// What becomes of the membership.
        then: Then,
    },
    /// Its review found that it was not justified to take it.
    GrantNotJustified {
        /// Of this request.
        request: RequestId,
        /// Who signed the review.
        by: Decider,
        /// What becomes of the membership.
        then: Then,
    },
    /// Its removal is confirmed: it is over.
    GrantEnded {
        /// Of this request.
        request: RequestId,
    },
    /// Before the addition the requester was found in the group, not through us.
    StandingFound {
        /// By this request.
        request: RequestId,
    },
    /// A hold that only custody knows of has come to its end.
    HoldEnded {
        /// The name custody gave it.
        request: RequestId,
        /// Whose.
        membership: MembershipKey,
    },
    /// A removal is not confirmed long after its time.
    RemovalLate {
        /// Whose.
        membership: MembershipKey,
        /// How many times its lateness would have been told by now. After a long sleep of the program one telling
        /// stands for all that were missed.
        told: u32,
    },
    /// What came of a promise.
    EffectSettled {
        /// Which.
        effect: EffectId,
        /// What.
        outcome: Outcome,
    },
    /// Some of a promise is done. It stands for the rest.
    EffectAdvanced {
        /// Which.
        effect: EffectId,
        /// What is done.
        outcome: Outcome,
    },
    /// A promise that has become pointless, or is looked into again; whether it was done is not known.
    EffectWithdrawn {
        /// Which.
        effect: EffectId,
    },
    /// A promised addition is not made now: today's configuration stops it, or it is looked again first. No try of it
    /// was sent that may have taken effect.
    AdditionPutOff {
        /// Which.
        effect: EffectId,
    },
    /// A promise keeps failing. On record at first, at each change, then at growing intervals.
    EffectFailing {
        /// Which.
        effect: EffectId,
        /// What came back.
        fault: Fault,
        /// How often it was tried since the program started.
        tries: u32,
    },
    /// A message shows this revision of its request.
    ViewShown {
        /// Which message.
        view: ViewKey,
        /// Where it stands.
        posted: Posted,
        /// What it shows.
        revision: u64,
    },
    /// An approver's conversation cannot be opened; they are not waited for.
    ApproverUnreachable {
        /// Of this request.
        request: RequestId,
        /// Who.
        slack: SlackUserId,
        /// What came back.
        fault: Fault,
    },
    /// A vendor refuses the bot's credentials, and admins are told. Not said again while it lasts.
    CredentialsRefused {
        /// What came back, and from whom.
        fault: Fault,
        /// What was to be done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<Call>,
    },
    /// It takes them again.
    CredentialsAccepted {
        /// Who.
        #[serde(default = "okta", skip_serializing_if = "is_okta")]
        vendor: Vendor,
    },
    /// Slack takes no line for the audit channel, and admins are told. Not said again while it lasts.
    AuditChannelRefused {
        /// What came back.
        fault: Fault,
    },
    /// It takes them again.
    AuditChannelAccepted,
    /// Somebody asked for something and was told no.
    CommandRefused {
        /// Who.
        who: SlackUserId,
        /// What they asked for.
        command: CommandKind,
        /// About which request.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<RequestId>,
        /// Why.
        why: Refusal,
    },
    /// A look-up contradicts what is on record of somebody: they neither ask nor decide until an admin ends the binding.
    BindingSuspended {
        /// Whose binding.
        slack: SlackUserId,
        /// What differs.
        why: Mismatch,
    },
    /// An admin ended a binding, by the command line: the next look-up binds anew.
    PersonUnlinked {
        /// Whose.
        slack: SlackUserId,
        /// The admin, by the number of their account on the host.
        uid: u32,
    },
    /// The configuration is another one than the last on record.
    ConfigurationChanged {
        /// What tells it from every other.
        digest: String,
        /// What makes it another.
        against: Against,
        /// Keys that take effect at the next start: until then what they said before is in force.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        waits: Vec<String>,
    },
    /// A configuration has faults and is not used: the one before stays in force, or nothing is granted.
    ConfigurationRefused {
        /// How many of each kind.
        faults: FaultCounts,
    },
    /// Nothing is opened from now on.
    GrantingFrozen {
        /// By whose word.
        by: Decider,
    },
    /// Things are opened again.
    GrantingResumed {
        /// By whose word.
        by: Decider,
    },
    /// An Okta account is taken from its holder, and all that they hold ends.
    AccountClosed {
        /// Whose.
        okta: OktaUserId,
        /// How.
        closure: Closure,
    },
}

impl Event {
    /// The request it is about, if it is about one.
    #[must_use]
    pub const fn request(&self) -> Option<RequestId> {
        match self {
            Self::RequestReceived { request, .. }
            | Self::PersonIdentified { request, .. }
            | Self::StandingDoubted { request, .. }
            | Self::ApproversSought { request, .. }
            | Self::RequestPending { request, .. }
            | Self::FallbackAsked { request, .. }
            | Self::FallbackTold { request }
            | Self::EscalationSet { request, .. }
            | Self::LookUpSlow { request }
            | Self::RequestRefused { request, .. }
            | Self::ReminderSet { request, .. }
            | Self::DecisionReceived { request, .. }
            | Self::DecisionRefused { request, .. }
            | Self::StepApproved { request, .. }
            | Self::RequestShortened { request, .. }
            | Self::RequestApproved { request, .. }
            | Self::RequestDenied { request, .. }
            | Self::RequestCancelled { request }
            | Self::RequestLapsed { request }
            | Self::GrantOpened { request, .. }
            | Self::GrantEndsSoon { request }
            | Self::GrantExtended { request, .. }
            | Self::ExtensionApplied { request }
            | Self::RevocationReceived { request, .. }
            | Self::RevocationRefused { request, .. }
            | Self::GrantRevoked { request, .. }
            | Self::GrantExpired { request, .. }
            | Self::GrantReturned { request, .. }
            | Self::GrantFailed { request, .. }
            | Self::GrantNotJustified { request, .. }
            | Self::EmergencyTaken { request, .. }
            | Self::ReviewReceived { request, .. }
            | Self::ReviewRefused { request, .. }
            | Self::ReviewSigned { request, .. }
            | Self::ReviewLate { request, .. }
            | Self::ReviewersFound { request, .. }
            | Self::GrantEnded { request }
            | Self::StandingFound { request }
            | Self::HoldEnded { request, .. }
            | Self::ApproverUnreachable { request, .. } => Some(*request),
            Self::ViewShown { view, .. } => Some(view.request()),
            Self::CommandRefused { request, .. } => *request,
            Self::ProgramStarted { .. }
            | Self::CustodyBegan { .. }
            | Self::PersonBound { .. }
            | Self::RemovalLate { .. }
            | Self::CredentialsRefused { .. }
            | Self::CredentialsAccepted { .. }
            | Self::AuditChannelRefused { .. }
            | Self::AuditChannelAccepted
            | Self::GrantingFrozen { .. }
            | Self::GrantingResumed { .. }
            | Self::EffectSettled { .. }
            | Self::EffectAdvanced { .. }
            | Self::EffectWithdrawn { .. }
            | Self::AdditionPutOff { .. }
            | Self::EffectFailing { .. }
            | Self::BindingSuspended { .. }
            | Self::PersonUnlinked { .. }
            | Self::ConfigurationChanged { .. }
            | Self::ConfigurationRefused { .. }
            | Self::AccountClosed { .. } => None,
        }
    }
}

impl Event {
    /// The promise that it settles, takes back or says to fail.
    #[must_use]
    pub const fn effect(&self) -> Option<EffectId> {
        match self {
            Self::EffectSettled { effect, .. }
            | Self::EffectAdvanced { effect, .. }
            | Self::EffectWithdrawn { effect }
            | Self::AdditionPutOff { effect }
            | Self::EffectFailing { effect, .. } => Some(*effect),
            _ => None,
        }
    }
}

/// Whom a line means that names no vendor: the first that could refuse.
const fn okta() -> Vendor {
    Vendor::Okta
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
const fn is_okta(vendor: &Vendor) -> bool {
    matches!(vendor, Vendor::Okta)
}

/// What becomes of a membership when one of its holds ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "then", rename_all = "snake_case", deny_unknown_fields)]
pub enum Then {
    /// It is removed, and the request is over once that is confirmed.
    Removal,
    /// Another request, whose access is open, keeps it.
    Kept {
        /// Which.
        by: RequestId,
    },
    /// Nothing was given, so nothing is taken.
    Nothing,
}

/// A membership that custody ends.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// Who and where.
    pub membership: MembershipKey,
    /// The earliest end that an intact line names.
    pub until: Timestamp,
}

/// A journal line as the core reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its place. Ascends by one.
    pub seq: u64,
    /// When it was decided. Never before the line before it.
    pub at: Timestamp,
    /// What happened.
    pub events: Vec<Event>,
    /// What was promised.
    pub effects: Vec<Effect>,
    /// People's texts, by their digests.
    pub words: Words,
}
