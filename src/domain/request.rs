//! A request: what one person asked for, and what has become of it.
//!
//! Owns the states of a request and exactly what each of them has; refuses to know how a membership is given or taken.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    account::Closure,
    catalogue::{Application, Catalogue, Sensitivity, StepRule, Who},
    command::Surface,
    duty::{Applied, Does},
    id::{ApplicationId, ApproversName, Email, EntitlementId, OktaGroupId, OktaUserId, RequestId, RuleId, SlackUserId},
    port::{Approver, Fault, Identity, MembershipKey, Posted, Unfit, UnfitGroup, ViewKey},
    quorum,
    review::Review,
    rules::Rule,
    said::{Said, hex},
    ticket::Ticket,
    time::{AccessDuration, EndRule, Timestamp},
};

/// What is asked for, as it was called when it was asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// The entitlement.
    pub entitlement: EntitlementId,
    /// The application's name.
    pub application: String,
    /// The level's name.
    pub level: String,
    /// The group behind it.
    pub group: OktaGroupId,
    /// How much harm it can do.
    pub sensitivity: Sensitivity,
}

/// Why a step asks whom it asks.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(tag = "asks", rename_all = "snake_case", deny_unknown_fields)]
pub enum StepKind {
    /// The owners of the application.
    Owner {
        /// Which.
        application: ApplicationId,
    },
    /// The requester's manager.
    Manager,
    /// A named group of approvers.
    Approvers {
        /// Which.
        name: ApproversName,
    },
    /// One person.
    Person {
        /// Whom.
        email: Email,
    },
}

impl StepKind {
    /// What a configured step asks.
    #[must_use]
    pub fn new(rule: &StepRule, application: &Application) -> Self {
        match rule {
            StepRule::Owner => Self::Owner { application: application.id.clone() },
            StepRule::Manager => Self::Manager,
            StepRule::Approvers(name) => Self::Approvers { name: name.clone() },
            StepRule::Person(email) => Self::Person { email: email.clone() },
        }
    }

    /// Whom it asks today about a request of this person.
    #[must_use]
    pub fn approvers_today(&self, catalogue: &Catalogue, requester: &Identity) -> Vec<Who> {
        match self {
            Self::Owner { application } => {
                catalogue.applications.get(application).map(|a| a.owners.clone()).unwrap_or_default()
            }
            Self::Manager => requester.manager.iter().cloned().map(Who::Person).collect(),
            Self::Approvers { name } => catalogue.approvers.get(name).cloned().unwrap_or_default(),
            Self::Person { email } => vec![Who::Person(email.clone())],
        }
    }
}

impl fmt::Display for StepKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owner { application } => write!(f, "owner of {application}"),
            Self::Manager => write!(f, "manager"),
            Self::Approvers { name } => write!(f, "approvers {name}"),
            Self::Person { email } => write!(f, "person {email}"),
        }
    }
}

/// That the fallback approvers may decide a step too.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandIn {
    /// Why.
    pub why: StandsIn,
    /// Since when.
    pub at: Timestamp,
}

/// Why the fallback approvers are asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "stands_in", rename_all = "snake_case", deny_unknown_fields)]
pub enum StandsIn {
    /// The step has nobody else.
    NobodyElse,
    /// Nobody answered.
    NoAnswer {
        /// For so long.
        after: AccessDuration,
    },
}

/// One approval that is needed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Why it asks them.
    pub kind: StepKind,
    /// Who was asked when the step was made; who may decide is looked up again at the click.
    pub approvers: Vec<Approver>,
    /// That the fallback approvers are asked too, once they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stand_in: Option<StandIn>,
    /// Who approved, once somebody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
}

impl Step {
    /// A step that nobody has approved yet.
    #[must_use]
    pub const fn new(kind: StepKind, approvers: Vec<Approver>) -> Self {
        Self { kind, approvers, stand_in: None, approval: None }
    }

    /// Who may decide it today, about a request of this person.
    #[must_use]
    pub fn deciders(&self, catalogue: &Catalogue, requester: &Identity) -> Vec<Who> {
        let mut named = self.kind.approvers_today(catalogue, requester);
        if self.stand_in.is_some() {
            named.extend_from_slice(catalogue.stand_ins());
        }
        named
    }
}

/// Who is asked where a step has nobody else, or where nobody answers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fallback {
    /// As the configuration calls them.
    pub name: ApproversName,
    /// Those who can be asked, without the requester.
    pub approvers: Vec<Approver>,
}

/// One person's yes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Who.
    pub by: Decider,
    /// When they pressed.
    pub at: Timestamp,
    /// That it was for less than was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub less: Option<Less>,
}

/// An approval's other end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Less {
    /// What was asked, as it stood then.
    pub from: EndRule,
    /// What it was approved for.
    pub to: EndRule,
}

/// Who decided, as they were identified then.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decider {
    /// Their Okta account: a person counts once by this.
    pub okta: OktaUserId,
    /// Their Slack account.
    pub slack: SlackUserId,
    /// Their confirmed e-mail.
    pub email: Email,
    /// Their name.
    pub name: String,
}

impl From<&Identity> for Decider {
    fn from(person: &Identity) -> Self {
        Self {
            okta: person.okta.clone(),
            slack: person.slack.clone(),
            email: person.email.clone(),
            name: person.name.clone(),
        }
    }
}

/// What an approver pressed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case", deny_unknown_fields)]
pub enum Verdict {
    /// Approve, on exactly the terms shown.
    Approve,
    /// Deny.
    Deny {
        /// Why, by the digest of the text.
        reason: String,
    },
    /// Approve, for less than was asked.
    ApproveForLess {
        /// Until when.
        end: EndRule,
    },
}

/// How often those who are asked now were reminded, and when they are again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reminders {
    /// So often in the present step.
    pub told: u32,
    /// Then, if they are.
    pub next: Option<Timestamp>,
}

impl Reminders {
    const fn are_none(&self) -> bool {
        self.told == 0 && self.next.is_none()
    }
}

/// Where a decision was made, and so where its maker is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spot {
    /// On a card: beside it.
    #[default]
    Card,
    /// On their Home tab: in a message of its own.
    Home,
    /// Where they may have been shown nothing of the request: in a message that says no more than the answer.
    Apart,
}

impl Spot {
    pub(super) const fn is_card(&self) -> bool {
        matches!(self, Self::Card)
    }
}

impl From<&Surface> for Spot {
    fn from(place: &Surface) -> Self {
        match place {
            Surface::Card(_) => Self::Card,
            Surface::Home => Self::Home,
        }
    }
}

/// A decision that was received and waits to be judged.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Click {
    /// Who pressed.
    pub slack: SlackUserId,
    /// What.
    pub verdict: Verdict,
    /// Their words, if they wrote any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Said>,
    /// Where they pressed it.
    #[serde(default, skip_serializing_if = "Spot::is_card")]
    pub spot: Spot,
    /// The digest of the terms that they saw; nothing in lines from before this was kept.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub terms: String,
    /// When.
    pub at: Timestamp,
}

/// That somebody wants to end access of another's, which waits until it is known who they are.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// Who.
    pub slack: SlackUserId,
    /// Why.
    pub reason: Said,
}

/// Who it is for and who decides: known once the request is pending.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The requester.
    pub person: Identity,
    /// The steps, in order. None where rules approved it, and these are among `applied`.
    pub steps: Vec<Step>,
    /// Who is asked where a step has nobody else, or where nobody answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Fallback>,
    /// The rules that applied, in order of their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applied: Vec<Applied>,
}

impl Route {
    /// The step that is asked now, and its place.
    #[must_use]
    pub fn current(&self) -> Option<(usize, &Step)> {
        self.steps.iter().enumerate().find(|(_, step)| step.approval.is_none())
    }

    /// Whether each of these steps can be approved by somebody else, without those who approved already. The fallback
    /// approvers can stand in for any.
    #[must_use]
    pub fn can_be_met(steps: &[Step], fallback: &[Approver], approved: &BTreeSet<&OktaUserId>) -> bool {
        let left = |step: &Step| {
            let people = step.approvers.iter().chain(fallback).map(|approver| approver.okta.clone());
            people.filter(|okta| !approved.contains(okta)).collect()
        };
        quorum::is_met(&steps.iter().map(left).collect::<Vec<BTreeSet<_>>>())
    }

    /// The same route once a step is approved. One person meets one step: they are asked in no other.
    #[must_use]
    pub fn approved(&self, place: usize, approval: Approval) -> Self {
        let mut route = self.clone();
        let okta = approval.by.okta.clone();
        if let Some(step) = route.steps.get_mut(place) {
            step.approval = Some(approval);
        }
        for step in route.steps.iter_mut().filter(|step| step.approval.is_none()) {
            step.approvers.retain(|approver| approver.okta != okta);
        }
        route
    }

    /// The fallback approvers who could still be asked in some step: none of those who approved one.
    pub fn spare(&self) -> impl Iterator<Item = &Approver> {
        let approved = |okta: &OktaUserId| {
            self.steps.iter().filter_map(|step| step.approval.as_ref()).any(|approval| approval.by.okta == *okta)
        };
        let fallback = self.fallback.iter().flat_map(|fallback| &fallback.approvers);
        fallback.filter(move |approver| !approved(&approver.okta))
    }

    /// What was approved so far.
    pub fn approvals(&self) -> impl Iterator<Item = &Approval> {
        self.steps.iter().filter_map(|step| step.approval.as_ref())
    }

    /// Whether somebody is asked to decide now.
    #[must_use]
    pub fn waits_for(&self, who: &SlackUserId) -> bool {
        self.current().is_some_and(|(_, step)| step.approvers.iter().any(|approver| approver.slack == *who))
    }

    /// Where the present step asks once more whom one before it asked: how many of these are met, and how many there are.
    #[must_use]
    pub fn met_of_same(&self) -> Option<(usize, usize)> {
        let (_, current) = self.current()?;
        let same = || self.steps.iter().filter(|step| step.kind == current.kind);
        let met = same().filter(|step| step.approval.is_some()).count();
        (met > 0).then(|| (met, same().count()))
    }

    /// Everyone who was asked in the steps reached so far.
    pub fn asked(&self) -> impl Iterator<Item = &Approver> {
        let reached = self.current().map_or(self.steps.len(), |(place, _)| place + 1);
        self.steps.iter().take(reached).flat_map(|step| &step.approvers)
    }

    /// The rules that approved it, where nobody was asked.
    #[must_use]
    pub fn approving(&self) -> Vec<Applied> {
        self.applied.iter().filter(|applied| applied.does == Does::AutoApprove).cloned().collect()
    }

    /// The last yes that was given.
    #[must_use]
    pub fn last_approval(&self) -> Option<&Approval> {
        self.steps.iter().rev().find_map(|step| step.approval.as_ref())
    }
}

/// What is being found out before a request can be put to anyone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case", deny_unknown_fields)]
pub enum Checking {
    /// Who the requester is.
    Identifying,
    /// Whether they stand in the group already.
    Standing {
        /// The requester.
        person: Identity,
    },
    /// How the approvers can be reached.
    Finding {
        /// The requester.
        person: Identity,
        /// The steps to be, in order.
        sought: Vec<Sought>,
        /// Who could stand in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback: Option<Sought>,
        /// The rules that applied.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        applied: Vec<Applied>,
    },
}

/// A step whose approvers are looked up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sought {
    /// Why it asks them.
    pub kind: StepKind,
    /// Whom the configuration names, without the requester.
    pub emails: Vec<Email>,
    /// The groups it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Who>,
}

/// Whether a holder is told that access ends soon.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(tag = "warning", rename_all = "snake_case", deny_unknown_fields)]
pub enum Warning {
    /// They are not: it is too short for that.
    #[default]
    None,
    /// They will be.
    Due {
        /// When.
        at: Timestamp,
    },
    /// They were.
    Given,
}

impl Warning {
    const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

/// Where a request stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum State {
    /// Who is this, who must agree?
    Checking {
        /// What is being found out.
        checking: Checking,
        /// Since when it is called slow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slow: Option<Timestamp>,
    },
    /// Somebody is asked.
    Pending {
        /// Who it is for and who decides.
        route: Route,
        /// Decisions received and not yet judged, in order of receipt.
        clicks: Vec<Click>,
        /// When those who are asked now are reminded.
        #[serde(default, skip_serializing_if = "Reminders::are_none")]
        reminders: Reminders,
        /// When the fallback approvers are asked too, or told, if nobody answers in the present step.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        escalates: Option<Timestamp>,
    },
    /// Everyone agreed; the addition is under way.
    Approved {
        /// Who it is for and who decided.
        route: Route,
        /// When the last of them agreed.
        at: Timestamp,
        /// The addition is called off at this instant if it is not confirmed before.
        until: Timestamp,
        /// Since when it waits for the end of a freeze, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        frozen: Option<Timestamp>,
    },
    /// Access is open.
    Active {
        /// Who it is for and who decided.
        route: Route,
        /// When the addition was confirmed.
        opened: Timestamp,
        /// When it ends.
        ends: Timestamp,
        /// Whether its holder is told before that it ends.
        #[serde(default, skip_serializing_if = "Warning::is_none")]
        warning: Warning,
    },
    /// Over; Okta is asked to end it and has not confirmed it yet.
    Revoking {
        /// Who it was for and who decided.
        route: Route,
        /// When the addition was confirmed, if it ever was.
        opened: Option<Timestamp>,
        /// When it was to end.
        due: Timestamp,
        /// How it will have ended.
        ending: Ending,
        /// Since when it is called late.
        late: Option<Timestamp>,
    },
    /// Over.
    Ended {
        /// Who it was for and who decided, as far as it was known.
        route: Option<Route>,
        /// When the addition was confirmed, if it ever was.
        opened: Option<Timestamp>,
        /// How it ended.
        ending: Ending,
        /// When.
        at: Timestamp,
        /// The request that keeps the same membership, if one does.
        kept: Option<RequestId>,
    },
}

/// Why a request was not put to anyone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case", deny_unknown_fields)]
pub enum NotSentOn {
    /// The person cannot be served.
    Unfit {
        /// Why.
        unfit: Unfit,
    },
    /// Their Slack account is bound to another Okta user, or their Okta user to another Slack account.
    IdentityChanged,
    /// They may not ask for this, or it is no longer in the catalogue.
    NotOffered,
    /// They stand in the group, not through Jitney.
    StandingMember,
    /// Nobody is left who could approve.
    NobodyToAsk,
    /// Nothing is opened without an approval at the moment: granting is frozen, or the program only ends access.
    NotNow,
    /// Rules forbid it.
    Forbidden {
        /// Which, by name: never empty.
        rules: Vec<Rule>,
    },
    /// Rules could not be evaluated.
    Unjudged {
        /// Which, by name: never empty.
        rules: Vec<RuleId>,
    },
    /// It is had for less.
    TooLong {
        /// How long at most.
        most: AccessDuration,
        /// The rule that says so, where it is not the entitlement itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<Rule>,
    },
    /// They hold it, or asked for it, by another of their accounts.
    AlreadyOpen {
        /// As this.
        request: RequestId,
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
    /// Somebody approved it whose account does not count any more.
    ApprovalVoid {
        /// Who.
        by: Decider,
    },
    /// Okta does not let it be read who their manager is, and nobody else could approve.
    ManagerUnread,
}

/// How a request ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "ending", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ending {
    /// By a rule, an identity, or because they have it already.
    Refused {
        /// Why.
        why: NotSentOn,
    },
    /// Somebody said no.
    Denied {
        /// Who.
        by: Decider,
        /// Why.
        reason: Said,
    },
    /// The requester withdrew it.
    Cancelled,
    /// Nobody decided before it closed.
    Unanswered,
    /// It lasted as long as promised.
    Expired,
    /// Its holder gave it back.
    Returned,
    /// It could not be opened.
    Failed {
        /// Why.
        why: NotOpened,
    },
    /// It was taken by break-glass, and its review found that not justified.
    NotJustified {
        /// Who signed it.
        by: Decider,
    },
    /// Somebody, or something, else ended it.
    Revoked {
        /// Who or what.
        cause: Cause<Said>,
    },
    /// It was approved, and what it extends ends later.
    Applied,
}

/// What has become of the wish to keep open access for longer: the last one.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "one a request, beside its steps")]
#[serde(tag = "extension", rename_all = "snake_case", deny_unknown_fields)]
pub enum Extension {
    /// Nobody wished that.
    #[default]
    None,
    /// It is asked for.
    Asked {
        /// By this request.
        request: RequestId,
        /// When.
        at: Timestamp,
        /// Until when it would be open.
        until: Timestamp,
        /// The steps that are not met yet, the present one first; none while it is found out who decides.
        left: Vec<Step>,
    },
    /// It was asked for, and is over.
    Over {
        /// By this request.
        request: RequestId,
        /// How it ended.
        ending: Ending,
        /// When.
        at: Timestamp,
        /// Who said yes to it, the last of them; nobody where rules did, or nobody did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        approval: Option<Approval>,
        /// The rules by which nobody needed to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rules: Vec<Applied>,
    },
}

impl Extension {
    const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Which request asks or asked for it.
    #[must_use]
    pub const fn request(&self) -> Option<RequestId> {
        match self {
            Self::None => None,
            Self::Asked { request, .. } | Self::Over { request, .. } => Some(*request),
        }
    }
}

/// How what an extension kept open came to its end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstOver {
    /// How.
    pub ending: Ending,
    /// When.
    pub at: Timestamp,
}

/// Who or what ended access before its time, but its holder; of a person with their words, or the name of these.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case", deny_unknown_fields)]
pub enum Cause<Words> {
    /// An admin, or an owner of the application.
    Person {
        /// Who.
        by: Decider,
        /// Why.
        reason: Words,
    },
    /// The holder's Okta account was taken from them.
    Account {
        /// How.
        closure: Closure,
    },
}

/// Why an approved request was not opened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "failure", rename_all = "snake_case", deny_unknown_fields)]
pub enum NotOpened {
    /// The addition was not confirmed before its time was over.
    CalledOff,
    /// Okta refused it for good.
    Rejected {
        /// What came back.
        fault: Fault,
    },
    /// The requester was not active any more.
    Inactive {
        /// Okta's status.
        status: String,
    },
    /// The group is none that Jitney may change.
    UnfitGroup {
        /// Why not.
        reason: UnfitGroup,
    },
    /// What was asked for has changed, or may not be asked for by them any more.
    NotOffered,
    /// Today's rules, facts or maximum stop it.
    Stopped {
        /// Why.
        why: NotSentOn,
    },
    /// Nothing was opened until its time was over.
    Frozen,
}

/// A message on record: where it stands and what it shows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// Where.
    pub posted: Posted,
    /// The revision of the request it shows.
    pub revision: u64,
}

/// In which way access is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(tag = "purpose", rename_all = "snake_case", deny_unknown_fields)]
pub enum Purpose {
    /// To have it, once everybody agreed.
    #[default]
    Access,
    /// To keep what is open for longer.
    Extension {
        /// Which request opened it.
        of: RequestId,
        /// When it was opened.
        opened: Timestamp,
        /// When it ended as this was asked for: what is asked counts from then.
        ends: Timestamp,
    },
    /// To have it at once, by break-glass: what was done is reviewed afterwards.
    Emergency,
}

impl Purpose {
    /// Whether it is asked for in the usual way.
    #[must_use]
    pub const fn is_access(&self) -> bool {
        matches!(self, Self::Access)
    }

    /// Which request it is to extend, if it is to extend one.
    #[must_use]
    pub const fn extends(&self) -> Option<RequestId> {
        match self {
            Self::Extension { of, .. } => Some(*of),
            Self::Access | Self::Emergency => None,
        }
    }

    /// Whether it is taken by break-glass.
    #[must_use]
    pub const fn is_emergency(&self) -> bool {
        matches!(self, Self::Emergency)
    }
}

/// What one person asked for, and what has become of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Its short name.
    pub id: RequestId,
    /// Counts what people would see differently. A message that shows less is redrawn.
    pub revision: u64,
    /// Who asked.
    pub asker: SlackUserId,
    /// For what.
    pub access: Access,
    /// In which way.
    #[serde(default, skip_serializing_if = "Purpose::is_access")]
    pub purpose: Purpose,
    /// Until when.
    pub end: EndRule,
    /// Why, in their words.
    pub justification: Said,
    /// When.
    pub asked: Timestamp,
    /// When it ends by itself if nobody decides.
    pub closes: Timestamp,
    /// A denial of the same within the last day, shown to those who are asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied_before: Option<Denial>,
    /// Where it stands.
    pub state: State,
    /// Where its review stands, if it was taken by break-glass.
    #[serde(default, skip_serializing_if = "Review::is_none")]
    pub review: Review,
    /// Its messages on record.
    #[serde(with = "pairs")]
    pub shown: BTreeMap<ViewKey, Shown>,
    /// People whose conversation cannot be opened: nothing is shown to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreachable: Vec<SlackUserId>,
    /// Approvers who turned out to be none of the present step's any more, and when: their card is theirs to decide no
    /// longer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dismissed: BTreeMap<SlackUserId, Timestamp>,
    /// People whose Slack account was joined to an Okta account because of it, and by which e-mail: their message says
    /// so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub joined: BTreeMap<SlackUserId, Email>,
    /// Its ticket, where one is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Ticket>,
    /// Who wants to end it and is being looked up, in order of receipt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revocations: Vec<Revocation>,
    /// What has become of the wish to keep it for longer.
    #[serde(default, skip_serializing_if = "Extension::is_none")]
    pub extension: Extension,
    /// Its end in all, once it was extended: `end` stays as those who decided it approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended: Option<EndRule>,
    /// Of an extension that was approved: how what it extends came to its end, once it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_over: Option<Box<FirstOver>>,
}

/// That somebody said no.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Denial {
    /// To which request.
    pub request: RequestId,
    /// Who.
    pub by: Decider,
    /// When.
    pub at: Timestamp,
}

impl Request {
    /// Whether anything can still become of it.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !matches!(self.state, State::Ended { .. })
    }

    /// Whether it waits for its approvers, or for finding out who they are.
    #[must_use]
    pub const fn is_undecided(&self) -> bool {
        matches!(self.state, State::Checking { .. } | State::Pending { .. })
    }

    /// Who it is for and who decides, once that is known.
    #[must_use]
    pub const fn route(&self) -> Option<&Route> {
        match &self.state {
            State::Checking { .. } => None,
            State::Pending { route, .. }
            | State::Approved { route, .. }
            | State::Active { route, .. }
            | State::Revoking { route, .. } => Some(route),
            State::Ended { route, .. } => route.as_ref(),
        }
    }

    /// The Okta user whom it is for, once that is known.
    #[must_use]
    pub fn holder(&self) -> Option<&OktaUserId> {
        match &self.state {
            State::Checking { checking: Checking::Standing { person } | Checking::Finding { person, .. }, .. } => {
                Some(&person.okta)
            }
            _ => self.route().map(|route| &route.person.okta),
        }
    }

    /// When it ends, while access is open.
    #[must_use]
    pub const fn ends(&self) -> Option<Timestamp> {
        match self.state {
            State::Active { ends, .. } => Some(ends),
            _ => None,
        }
    }

    /// Which request it extends, if it is an extension.
    #[must_use]
    pub const fn extends(&self) -> Option<RequestId> {
        self.purpose.extends()
    }

    /// Until when what it extends is open, once it is approved.
    #[must_use]
    pub fn extended_until(&self) -> Option<Timestamp> {
        match self.purpose {
            Purpose::Extension { ends, .. } => Some(self.end.end(ends)),
            Purpose::Access | Purpose::Emergency => None,
        }
    }

    /// How long what it extends is open in all, once it is approved.
    #[must_use]
    pub fn in_total(&self) -> Option<AccessDuration> {
        match self.purpose {
            Purpose::Extension { opened, .. } => EndRule::At { instant: self.extended_until()? }.lasts(opened),
            Purpose::Access | Purpose::Emergency => None,
        }
    }

    /// The membership it gives, once it is known whose.
    #[must_use]
    pub fn membership(&self) -> Option<MembershipKey> {
        let route = self.route()?;
        Some(MembershipKey { group: self.access.group.clone(), user: route.person.okta.clone() })
    }

    /// Until when it is had in all: as it was approved, or as far as it was extended since.
    #[must_use]
    pub fn whole(&self) -> EndRule {
        self.extended.unwrap_or(self.end)
    }

    /// How long it lasts if it opens at `opened`.
    #[must_use]
    pub fn lasts(&self, opened: Timestamp) -> Option<AccessDuration> {
        self.end.lasts(opened)
    }

    /// Its approvals that were for less than was asked, the latest last.
    fn cuts(&self) -> impl Iterator<Item = (&Approval, Less)> {
        let approvals = self.route().into_iter().flat_map(|route| &route.steps).filter_map(|s| s.approval.as_ref());
        approvals.filter_map(|approval| Some((approval, approval.less?)))
    }

    /// Who approved for less than was asked, the last of them, and what was asked.
    #[must_use]
    pub fn shortened(&self) -> Option<(&Approval, EndRule)> {
        let (_, first) = self.cuts().next()?;
        self.cuts().last().map(|(approval, _)| (approval, first.from))
    }

    /// Until when it was to be once a step was approved: later ones may have made it shorter still.
    #[must_use]
    pub fn end_after(&self, step: u32) -> EndRule {
        let steps = self.route().map(|route| route.steps.as_slice()).unwrap_or_default();
        let later = steps.iter().skip(usize::try_from(step).unwrap_or(usize::MAX).saturating_add(1));
        later.filter_map(|step| step.approval.as_ref()?.less).next().map_or(self.end, |less| less.from)
    }

    /// Whose decision or signature is judged next.
    #[must_use]
    pub fn awaited(&self) -> Option<&SlackUserId> {
        match &self.state {
            State::Pending { clicks, .. } => clicks.first().map(|click| &click.slack),
            _ => self.review.signatures().first().map(|signature| &signature.slack),
        }
    }

    /// Everyone who was asked so far: to decide, or to sign its review.
    pub fn asked(&self) -> impl Iterator<Item = &Approver> {
        self.route().into_iter().flat_map(Route::asked).chain(self.review.people())
    }

    /// Whether somebody is asked now: to decide, or to sign its review.
    #[must_use]
    pub const fn is_to_be_decided(&self) -> bool {
        matches!(self.state, State::Pending { .. }) || self.review.is_open()
    }

    /// The messages it should have: the requester's, and a card for everyone asked so far.
    #[must_use]
    pub fn views(&self) -> Vec<ViewKey> {
        // Of an extension its requester reads in the message of what it extends.
        let own = self.extends().is_none().then_some((&self.asker, ViewKey::Requester { request: self.id }));
        let cards = self
            .asked()
            .map(|approver| (&approver.slack, ViewKey::Approver { request: self.id, slack: approver.slack.clone() }));
        own.into_iter()
            .chain(cards)
            .filter(|(slack, _)| !self.unreachable.contains(slack))
            .map(|(_, view)| view)
            .collect()
    }

    /// The messages that must be posted or redrawn.
    #[must_use]
    pub fn stale_views(&self) -> Vec<ViewKey> {
        let wanted = self.views();
        let others = self.shown.keys().filter(|view| !wanted.contains(view)).cloned().collect::<Vec<_>>();
        wanted.into_iter().chain(others).filter(|view| self.is_stale(view)).collect()
    }

    /// Whether a message must be posted or redrawn. A card nobody ever saw is not posted once it is decided.
    #[must_use]
    pub fn is_stale(&self, view: &ViewKey) -> bool {
        match (self.shown.get(view), view) {
            (Some(shown), _) => shown.revision < self.revision,
            (None, ViewKey::Requester { .. }) => self.extends().is_none(),
            (None, ViewKey::Approver { .. }) => self.is_to_be_decided(),
            // It is said as a promise, and a view of the request from then on.
            (None, ViewKey::Warning { .. }) => false,
        }
    }

    /// Whether somebody can be asked: their conversation opens, and they may decide as far as it is known.
    #[must_use]
    pub fn can_be_asked(&self, who: &SlackUserId) -> bool {
        !self.unreachable.contains(who) && !self.dismissed.contains_key(who)
    }

    /// Whether somebody is to sign its review, and has sent nothing.
    #[must_use]
    pub fn is_unsigned_by(&self, who: &SlackUserId) -> bool {
        self.review.is_open()
            && self.review.people().iter().any(|one| one.slack == *who)
            && !self.review.signatures().iter().any(|signature| signature.slack == *who)
            && !self.dismissed.contains_key(who)
    }

    /// Whether somebody is asked now, and has pressed nothing.
    #[must_use]
    pub fn is_undecided_by(&self, who: &SlackUserId) -> bool {
        let undecided = match &self.state {
            State::Pending { route, clicks, .. } => {
                route.waits_for(who)
                    && !clicks.iter().any(|click| click.slack == *who)
                    && !self.dismissed.contains_key(who)
            }
            _ => false,
        };
        undecided || self.is_unsigned_by(who)
    }

    /// Whether it is shown to somebody, to be decided, in some place: by a card on record for them, or on the Home tab
    /// of whoever is asked. What such a tab showed last, whoever had it drawn knows.
    #[must_use]
    pub fn is_shown(&self, who: &SlackUserId, place: &Surface) -> bool {
        match place {
            Surface::Card(posted) => {
                let view = ViewKey::Approver { request: self.id, slack: who.clone() };
                self.shown.get(&view).is_some_and(|shown| shown.posted == *posted)
            }
            Surface::Home => self.asked().any(|one| one.slack == *who),
        }
    }

    /// A digest of exactly what is asked: the request, the person, the access and its group, the end, the
    /// justification, the steps, and the rules with what each did. A card that shows other terms cannot decide these.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut put = |part: &str| {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        };
        put(&self.id.to_string());
        put(self.access.entitlement.to_string().as_str());
        put(self.access.group.as_str());
        put(&match self.end {
            EndRule::After { secs } => format!("after {secs}"),
            EndRule::At { instant } => format!("at {}", instant.timestamp()),
        });
        put(&self.justification.digest);
        if let Some(route) = self.route() {
            put(route.person.okta.as_str());
            for step in &route.steps {
                put(&step.kind.to_string());
            }
            for applied in &route.applied {
                put(&format!("rule {}: {:?}", applied.rule.id, applied.does));
            }
        }
        hex(&hash.finalize()[..DIGEST_BYTES])
    }
}

/// Bytes of a digest that a card carries: 48 bits cannot be met by trying in the life of a request.
const DIGEST_BYTES: usize = 6;

/// A map whose keys are no texts, as a list of pairs.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Shown, ViewKey};

    pub fn serialize<S: Serializer>(map: &BTreeMap<ViewKey, Shown>, out: S) -> Result<S::Ok, S::Error> {
        map.iter().collect::<Vec<_>>().serialize(out)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<BTreeMap<ViewKey, Shown>, D::Error> {
        Vec::<(ViewKey, Shown)>::deserialize(input).map(|pairs| pairs.into_iter().collect())
    }
}
