//! What lives: open requests, the memberships they hold, the people who hold them, and promises without an outcome.
//!
//! Owns the fold from entries to state; refuses to decide anything. Recovery is this same fold.
//!
//! Law: `apply` reads nothing but the entry. An entry that does not fit is an error, never a guess.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    alarm::Alarm,
    binding::{Binding, Found, Mismatch},
    event::{Entry, Event, Held},
    id::{EffectId, EntitlementId, OktaGroupId, OktaUserId, RequestId, SlackUserId},
    membership::{self, Membership, Motion, Stretch},
    past::{MOST_PAST, PAST_LIFE, Past},
    port::{Call, Effect, Fault, Identity, MembershipKey, Vendor},
    request::{Denial, Request, State},
    time::{AccessDuration, Timestamp},
};

mod alerts;
mod extension;
mod freeze;
mod grants;
mod identity;
mod requests;
mod reviews;

pub use freeze::Freeze;

/// How long a second delivery of a form or command is recognised. Slack redelivers for minutes.
const KEY_LIFE: TimeDelta = TimeDelta::hours(24);

/// So many forms and commands of one person are remembered.
const MOST_KEYS: usize = 64;

/// How long a denial is shown to those who are asked again.
const DENIAL_LIFE: TimeDelta = TimeDelta::hours(24);

/// So often, in lines, memberships that became idle by the passing of time are swept out.
const SWEEP_EVERY: u64 = 256;

/// Someone Jitney has served.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Their Slack account.
    pub slack: SlackUserId,
    /// Who they are in Okta, once it was found out.
    pub binding: Option<Binding>,
    /// Their requests that are not over.
    pub open: BTreeSet<RequestId>,
    /// Forms and commands of theirs that became requests.
    pub keys: BTreeMap<String, (RequestId, Timestamp)>,
    /// What was denied to them.
    pub denials: BTreeMap<EntitlementId, Denial>,
    /// What ended lately, the latest last.
    pub recent: VecDeque<Past>,
}

impl Person {
    const fn new(slack: SlackUserId) -> Self {
        Self {
            slack,
            binding: None,
            open: BTreeSet::new(),
            keys: BTreeMap::new(),
            denials: BTreeMap::new(),
            recent: VecDeque::new(),
        }
    }

    /// Who they were found to be, whether or not that still counts.
    #[must_use]
    pub fn bound(&self) -> Option<&Identity> {
        self.binding.as_ref().map(|binding| &binding.identity)
    }

    /// What ended lately, the latest first.
    #[must_use]
    pub fn past(&self, now: Timestamp) -> Vec<Past> {
        self.recent.iter().rev().filter(|past| now - past.at < PAST_LIFE).cloned().collect()
    }

    /// What they were denied last of this, within a day before.
    fn denied_lately(&self, entitlement: &EntitlementId, now: Timestamp) -> Option<&Denial> {
        self.denials.get(entitlement).filter(|denial| now - denial.at < DENIAL_LIFE)
    }

    fn remember(&mut self, past: Past) {
        self.recent.push_back(past);
        self.recent.drain(..self.recent.len().saturating_sub(MOST_PAST));
    }

    fn forget(&mut self, now: Timestamp) {
        self.keys.retain(|_, (_, at)| now - *at < KEY_LIFE);
        // Redeliveries are about the latest; nobody fills what is kept of them with others.
        while self.keys.len() > MOST_KEYS
            && let Some(eldest) = self.keys.iter().min_by_key(|(_, (_, at))| *at).map(|(key, _)| key.clone())
        {
            self.keys.remove(&eldest);
        }
        self.denials.retain(|_, denial| now - denial.at < DENIAL_LIFE);
        self.recent.retain(|past| now - past.at < PAST_LIFE);
    }
}

/// A promise without an outcome.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// What was promised.
    pub effect: Effect,
    /// When.
    pub since: Timestamp,
}

/// Who refuses what the bot sends, whatever it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refuser {
    /// Okta, for the bot's credentials.
    Okta,
    /// Jira, for its credentials there.
    Jira,
    /// The audit channel, for what it is or who is in it.
    AuditChannel,
}

impl Refuser {
    /// Whose credentials are meant. Slack's are not: without them nobody can be told.
    #[must_use]
    pub const fn of(vendor: Vendor) -> Option<Self> {
        match vendor {
            Vendor::Okta => Some(Self::Okta),
            Vendor::Jira => Some(Self::Jira),
            Vendor::Slack => None,
        }
    }
}

/// That someone refuses what the bot sends: told once while it lasts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// When admins were told.
    pub told: Timestamp,
    /// Whether they were taken again since.
    pub accepted: bool,
    /// How much of it.
    pub lacks: Lacks,
    /// What was to be done, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
    /// Whether an admin heard of it.
    pub heard: bool,
}

impl Refused {
    /// Whether something that went well says that it is over: of a right only what needs the same.
    #[must_use]
    pub fn ends_with(&self, call: Option<Call>) -> bool {
        self.lacks == Lacks::Admission || self.call.is_none() || self.call == call
    }

    /// Whether a failure is part of it, and admins know.
    #[must_use]
    pub fn covers(&self, fault: &Fault) -> bool {
        !self.accepted && (self.lacks == Lacks::Admission || Lacks::by(fault) == Lacks::Right)
    }
}

/// How much of what the bot sends is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lacks {
    /// All of it: what is taken at all says that it is over.
    Admission,
    /// What needs a certain right: what is taken meanwhile says nothing.
    Right,
}

impl Lacks {
    /// HTTP 403: who the bot is is known, and may not do this.
    const FORBIDDEN: u16 = 403;

    const fn by(fault: &Fault) -> Self {
        match fault.status {
            Some(Self::FORBIDDEN | Fault::NOT_TAKEN) => Self::Right,
            _ => Self::Admission,
        }
    }
}

/// An entry that does not fit what came before it: the journal is not this program's, or one of them is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {seq} does not fit: {what}")]
pub struct Illegal {
    /// The line.
    pub seq: u64,
    /// What does not fit.
    pub what: String,
}

/// What an entry changed, for those who keep copies.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Touched {
    /// Requests.
    pub requests: BTreeSet<RequestId>,
    /// Memberships.
    pub memberships: BTreeSet<MembershipKey>,
    /// People.
    pub people: BTreeSet<SlackUserId>,
    /// Okta users whose break-glass was over.
    pub emergencies: BTreeSet<OktaUserId>,
    /// Promises.
    pub promises: BTreeSet<EffectId>,
    /// The alarm about late removals: whether it was.
    pub alarm: bool,
    /// Whether things are opened: whether that was.
    pub freeze: bool,
    /// Requests that left memory: over, and nothing left to say.
    pub retired: Vec<Request>,
}

/// Everything that `decide` may read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Live {
    /// Requests that are open, to be reviewed, or of which something is left to say.
    pub requests: BTreeMap<RequestId, Request>,
    /// Memberships that are held, under way, or touched within a day.
    pub memberships: BTreeMap<MembershipKey, Membership>,
    /// Everyone who was served.
    pub people: BTreeMap<SlackUserId, Person>,
    /// Which Slack account an Okta user is bound to.
    pub accounts: BTreeMap<OktaUserId, SlackUserId>,
    /// When access that an Okta user took by break-glass was last over, by what was taken.
    pub emergencies: BTreeMap<OktaUserId, BTreeMap<EntitlementId, Timestamp>>,
    /// Promises without an outcome.
    pub promises: BTreeMap<EffectId, Promise>,
    /// Who refuses what the bot sends, or did lately.
    pub refused: BTreeMap<Refuser, Refused>,
    /// That removals are late, or were until admins are told otherwise.
    pub alarm: Option<Alarm>,
    /// The digest of the configuration that was put on record last.
    pub configuration: Option<String>,
    /// That nothing is opened, by an admin's word.
    pub frozen: Option<Freeze>,
    /// The name of the next request.
    pub next: RequestId,
    /// The last line that was folded in; 0 before the first.
    pub seq: u64,
    /// When that line was decided.
    pub at: Timestamp,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            requests: BTreeMap::new(),
            memberships: BTreeMap::new(),
            people: BTreeMap::new(),
            accounts: BTreeMap::new(),
            emergencies: BTreeMap::new(),
            promises: BTreeMap::new(),
            refused: BTreeMap::new(),
            alarm: None,
            configuration: None,
            frozen: None,
            next: RequestId::FIRST,
            seq: 0,
            at: Timestamp::UNIX_EPOCH,
        }
    }
}

impl Live {
    /// Folds one entry in.
    ///
    /// # Errors
    /// If it does not fit. The state is then not to be used any more.
    pub fn apply(&mut self, entry: &Entry) -> Result<Touched, Illegal> {
        let mut fold = Fold { live: self, entry, touched: Touched::default() };
        fold.order()?;
        for event in &entry.events {
            fold.event(event)?;
        }
        for (ordinal, effect) in (0..).zip(&entry.effects) {
            fold.promise(EffectId { seq: entry.seq, ordinal }, effect)?;
        }
        fold.follow_extensions();
        fold.forget();
        let touched = fold.touched;
        self.seq = entry.seq;
        self.at = entry.at;
        Ok(touched)
    }

    /// A person, known or not.
    #[must_use]
    pub fn person(&self, slack: &SlackUserId) -> Option<&Person> {
        self.people.get(slack)
    }

    /// Whether somebody's accounts are the ones that are bound to each other: one Slack account, one Okta user, and back,
    /// by the same e-mail, and nothing ever contradicted it. Nobody is bound wrongly who is not bound yet.
    #[must_use]
    pub fn is_bound_rightly(&self, found: Found<'_>) -> bool {
        let mut bindings = self.bindings_of(found);
        bindings.all(|binding| binding.holds() && binding.differs(found).is_none())
    }

    /// Bindings that count and that this contradicts, each with what differs.
    pub fn contradicted<'a>(&'a self, found: Found<'a>) -> impl Iterator<Item = (&'a Binding, Mismatch)> {
        let counting = self.bindings_of(found).filter(|binding| binding.holds());
        counting.filter_map(move |binding| Some((binding, binding.differs(found)?)))
    }

    /// The bindings of a Slack account and of an Okta user: one, where they are bound to each other.
    fn bindings_of<'a>(&'a self, found: Found<'a>) -> impl Iterator<Item = &'a Binding> {
        let other = self.accounts.get(found.okta).filter(|account| *account != found.slack);
        self.binding(found.slack).into_iter().chain(other.and_then(|other| self.binding(other)))
    }

    /// Which Okta user a Slack account is bound to, if it is bound.
    #[must_use]
    pub fn binding(&self, slack: &SlackUserId) -> Option<&Binding> {
        self.person(slack)?.binding.as_ref()
    }

    /// All bindings, by Slack accounts, without the groups.
    pub fn bindings(&self) -> impl Iterator<Item = Binding> {
        let bare = |binding: &Binding| {
            let identity =
                Identity { groups: BTreeSet::new(), slack_groups: BTreeSet::new(), ..binding.identity.clone() };
            Binding { identity, ..binding.clone() }
        };
        self.people.values().filter_map(|person| person.binding.as_ref()).map(bare)
    }

    /// Whether somebody's binding was contradicted: they neither ask nor decide.
    #[must_use]
    pub fn is_suspended(&self, slack: &SlackUserId) -> bool {
        self.binding(slack).is_some_and(|binding| !binding.holds())
    }

    /// What else the requester of a request holds, the soonest end first.
    #[must_use]
    pub fn held_beside(&self, request: &Request) -> Vec<Request> {
        let open = self.people.get(&request.asker).into_iter().flat_map(|person| &person.open);
        // What it extends is named by itself.
        let beside = |id: &&RequestId| **id != request.id && Some(**id) != request.extends();
        let others = open.filter(beside).filter_map(|id| self.requests.get(id));
        let mut held: Vec<Request> = others.filter(|other| other.ends().is_some()).cloned().collect();
        held.sort_by_key(Request::ends);
        held
    }

    /// For how many seconds a membership was or is held at the stretch that a new request would continue: what ended
    /// less than `gap` before, and the whole planned time of what is open or about to be. `except` is the request that
    /// is asked about itself.
    #[must_use]
    pub fn stretch(&self, key: &MembershipKey, gap: AccessDuration, now: Timestamp, except: Option<RequestId>) -> u64 {
        let Some(membership) = self.memberships.get(key) else { return 0 };
        let beside = membership.holds.keys().chain(&membership.ending).filter(|id| Some(**id) != except);
        let planned = |request: &Request| match &request.state {
            State::Active { opened, ends, .. } => Some(Stretch::whole(*opened, *ends)),
            State::Revoking { opened: Some(opened), .. } => Some(Stretch::whole(*opened, now)),
            State::Approved { .. } => request.lasts(now).map(|length| Stretch::whole(now, length.after(now))),
            _ => None,
        };
        let live = beside.filter_map(|id| self.requests.get(id)).filter_map(planned);
        let held: Vec<Stretch> = membership.held.iter().copied().chain(live).collect();
        membership::at_a_stretch(&held, now, gap.delta())
    }

    /// The same of each group through which somebody held or holds anything.
    pub fn stretches(
        &self,
        user: &OktaUserId,
        gap: AccessDuration,
        now: Timestamp,
    ) -> impl Iterator<Item = (OktaGroupId, u64)> {
        let theirs = self.memberships.keys().filter(move |key| key.user == *user);
        theirs.map(move |key| (key.group.clone(), self.stretch(key, gap, now, None)))
    }

    /// What somebody holds, or is being given.
    pub fn held_by<'a>(&'a self, user: &'a OktaUserId) -> impl Iterator<Item = &'a Membership> {
        self.memberships.values().filter(move |kept| kept.key.user == *user && !kept.holds.is_empty())
    }

    /// The groups in which somebody stands by our doing, or may: being given access makes nobody more than they are.
    pub fn ours(&self, user: &OktaUserId, now: Timestamp) -> impl Iterator<Item = OktaGroupId> {
        let theirs = self.memberships.values().filter(move |membership| membership.key.user == *user);
        theirs.filter(move |membership| membership.is_ours(now)).map(|membership| membership.key.group.clone())
    }

    /// Removals whose lateness was told, the earliest end first.
    #[must_use]
    pub fn late_removals(&self) -> Vec<&Membership> {
        let due = |membership: &Membership| match membership.motion {
            Motion::Removing { due, told: 1.., .. } => Some(due),
            _ => None,
        };
        let mut late: Vec<&Membership> = self.memberships.values().filter(|one| due(one).is_some()).collect();
        late.sort_by_key(|membership| due(membership));
        late
    }

    /// The promises made for a request itself; those of its membership are not among them.
    pub fn promises_of(&self, request: RequestId) -> impl Iterator<Item = (EffectId, &Promise)> {
        self.promises
            .iter()
            .filter(move |(_, promise)| promise.effect.request() == Some(request))
            .map(|(id, promise)| (*id, promise))
    }
}

impl Effect {
    /// The request that a promise was made for, if it was made for one alone.
    #[must_use]
    pub const fn request(&self) -> Option<RequestId> {
        match self {
            Self::IdentifyPerson { request, .. }
            | Self::CheckStanding { request, .. }
            | Self::FindApprovers { request, .. }
            | Self::CheckAuthority { request, .. }
            | Self::CheckRevoker { request, .. }
            | Self::Nudge { request, .. }
            | Self::Remind { request, .. }
            | Self::TellFallback { request, .. }
            | Self::Reply { request, .. }
            | Self::TellOwner { request, .. }
            | Self::CreateTicket { request }
            | Self::CommentTicket { request, .. }
            | Self::MoveTicket { request, .. }
            | Self::TellAudit { request, .. } => Some(*request),
            Self::CheckMember { .. }
            | Self::AddMember { .. }
            | Self::RemoveMember { .. }
            | Self::AlertAdmins { .. }
            | Self::AnnounceFreeze { .. } => None,
        }
    }
}

/// One entry on its way into the state.
struct Fold<'a> {
    live: &'a mut Live,
    entry: &'a Entry,
    touched: Touched,
}

impl Fold<'_> {
    fn illegal(&self, what: impl Into<String>) -> Illegal {
        Illegal { seq: self.entry.seq, what: what.into() }
    }

    fn order(&self) -> Result<(), Illegal> {
        if self.entry.seq != self.live.seq + 1 {
            return Err(self.illegal(format!("it follows line {}", self.live.seq)));
        }
        if self.entry.at < self.live.at {
            return Err(self.illegal("its time is before the line before it"));
        }
        Ok(())
    }

    fn event(&mut self, event: &Event) -> Result<(), Illegal> {
        match event {
            Event::EffectFailing { .. }
            | Event::CommandRefused { .. }
            | Event::ConfigurationRefused { .. }
            | Event::AccountClosed { .. } => Ok(()),
            Event::ConfigurationChanged { digest, .. } => {
                self.live.configuration = Some(digest.clone());
                self.another_channel()
            }
            Event::ProgramStarted { .. } => self.another_channel(),
            Event::CustodyBegan { held } => self.custody(held),
            Event::PersonBound { person, told } => self.bind(person, *told),
            Event::BindingSuspended { .. } | Event::PersonUnlinked { .. } => self.identity(event),
            Event::CredentialsRefused { fault, call } => {
                self.refused(Refuser::of(fault.vendor), Lacks::by(fault), *call)
            }
            Event::CredentialsAccepted { vendor } => self.accepted(Refuser::of(*vendor)),
            Event::AuditChannelRefused { .. } => self.refused(Some(Refuser::AuditChannel), Lacks::Admission, None),
            Event::AuditChannelAccepted => self.accepted(Some(Refuser::AuditChannel)),
            Event::EffectSettled { effect, outcome } => self.settle(*effect, outcome),
            Event::EffectAdvanced { effect, outcome } => self.advance(*effect, outcome),
            Event::EffectWithdrawn { effect } => self.withdraw(*effect),
            Event::AdditionPutOff { effect } => self.put_off(*effect),
            Event::RemovalLate { membership, told } => self.removal_late(membership, *told),
            Event::RequestApproved { request, membership, until } => self.approve(*request, membership, *until),
            Event::RequestShortened { request, step, end } => self.shorten(*request, *step, *end),
            Event::GrantOpened { request, ends, warn } => self.open(*request, *ends, *warn),
            Event::GrantEndsSoon { request } => self.warn(*request),
            Event::GrantExtended { request, ends, warn } => self.extend(*request, *ends, *warn),
            Event::RevocationReceived { request, slack, reason } => self.wants_revoked(*request, slack, reason),
            Event::RevocationRefused { request, slack, .. } => self.not_revoked(*request, slack),
            Event::GrantingFrozen { by } => self.freeze(by),
            Event::GrantingResumed { .. } => self.unfreeze(),
            Event::GrantExpired { .. }
            | Event::GrantReturned { .. }
            | Event::GrantFailed { .. }
            | Event::GrantRevoked { .. }
            | Event::GrantNotJustified { .. }
            | Event::StandingFound { .. }
            | Event::HoldEnded { .. }
            | Event::GrantEnded { .. } => self.end_grant(event),
            Event::EmergencyTaken { request, membership, until, panels } => {
                self.take(*request, membership, *until, panels)
            }
            Event::ReviewReceived { .. }
            | Event::ReviewRefused { .. }
            | Event::ReviewSigned { .. }
            | Event::ReviewLate { .. }
            | Event::ReviewersFound { .. } => self.review(event),
            Event::RequestReceived { .. } => self.receive(event),
            Event::ViewShown { view, posted, revision } => self.show(view, posted, *revision),
            _ => self.request_event(event),
        }
    }

    /// Another channel may be named since: admins are to hear of it as of a new one.
    fn another_channel(&mut self) -> Result<(), Illegal> {
        if let Some(refused) = self.live.refused.get_mut(&Refuser::AuditChannel) {
            refused.told = Timestamp::UNIX_EPOCH;
        }
        Ok(())
    }

    fn refused(&mut self, refuser: Option<Refuser>, lacks: Lacks, call: Option<Call>) -> Result<(), Illegal> {
        let refuser = refuser.ok_or_else(|| self.illegal("nobody is told of these credentials"))?;
        let heard = self.live.refused.get(&refuser).is_some_and(|before| before.heard && !before.accepted);
        self.live.refused.insert(refuser, Refused { told: self.entry.at, accepted: false, lacks, call, heard });
        Ok(())
    }

    fn accepted(&mut self, refuser: Option<Refuser>) -> Result<(), Illegal> {
        let illegal = self.illegal("nothing was refused");
        let refused = refuser.and_then(|refuser| self.live.refused.get_mut(&refuser));
        refused.ok_or(illegal)?.accepted = true;
        Ok(())
    }

    fn bind(&mut self, person: &Identity, told: Option<RequestId>) -> Result<(), Illegal> {
        if let Some(request) = told {
            let request = self.request(request)?;
            request.joined.insert(person.slack.clone(), person.email.clone());
            request.revision += 1;
        }
        let held = self.live.accounts.insert(person.okta.clone(), person.slack.clone());
        if held.is_some_and(|held| held != person.slack) {
            return Err(self.illegal(format!("{} is bound to another Slack account", person.okta)));
        }
        let at = self.entry.at;
        let binding = &mut self.person(&person.slack).binding;
        match binding {
            // Only their name or zone is new.
            Some(binding) => binding.identity = person.clone(),
            None => *binding = Some(Binding::new(person.clone(), at)),
        }
        Ok(())
    }

    fn person(&mut self, slack: &SlackUserId) -> &mut Person {
        self.touched.people.insert(slack.clone());
        self.live.people.entry(slack.clone()).or_insert_with(|| Person::new(slack.clone()))
    }

    fn request(&mut self, id: RequestId) -> Result<&mut Request, Illegal> {
        let missing = self.illegal(format!("there is no request {id}"));
        self.touched.requests.insert(id);
        self.live.requests.get_mut(&id).ok_or(missing)
    }

    fn membership(&mut self, key: &MembershipKey) -> &mut Membership {
        self.touched.memberships.insert(key.clone());
        self.live.memberships.entry(key.clone()).or_insert_with(|| Membership::new(key.clone()))
    }

    /// What a damaged journal still promises to end becomes holds that nobody asked for anew. What the damaged part had
    /// asked for may still arrive.
    fn custody(&mut self, held: &[Held]) -> Result<(), Illegal> {
        let at = self.entry.at;
        for Held { membership, until } in held {
            let until = *until;
            let request = self.live.next;
            self.live.next = request.next();
            let kept = self.membership(membership);
            kept.motion = Motion::Inside;
            kept.added = Some(at);
            kept.holds.insert(request, until);
        }
        Ok(())
    }

    /// Drops what is needed no longer: requests that are over, reviewed where that is needed, and of which nothing is left
    /// to say, memberships that nobody holds, old keys and denials.
    fn forget(&mut self) {
        let now = self.entry.at;
        let mut over: Vec<RequestId> = self.touched.requests.iter().filter(|id| self.is_over(**id)).copied().collect();
        over.extend(self.extensions_of(&over));
        self.touched.requests.extend(&over);
        self.touched.retired = over.iter().filter_map(|id| self.live.requests.remove(id)).collect();
        for slack in &self.touched.people {
            if let Some(person) = self.live.people.get_mut(slack) {
                person.forget(now);
            }
        }
        if self.entry.seq.is_multiple_of(SWEEP_EVERY) {
            self.touched.memberships.extend(self.live.memberships.keys().cloned());
            self.touched.emergencies.extend(self.live.emergencies.keys().cloned());
        }
        for user in &self.touched.emergencies {
            if let Some(taken) = self.live.emergencies.get_mut(user) {
                taken.retain(|_, over| AccessDuration::LONGEST.after(*over) > now);
            }
        }
        self.live.emergencies.retain(|_, taken| !taken.is_empty());
        for key in &self.touched.memberships {
            if self.live.memberships.get(key).is_some_and(|membership| membership.is_idle(now)) {
                self.live.memberships.remove(key);
            }
        }
    }

    fn is_over(&self, id: RequestId) -> bool {
        self.live.requests.get(&id).is_some_and(|request| !self.is_kept(request) && self.is_said(request))
    }

    /// Whether nothing is left to say of it, or to do.
    fn is_said(&self, request: &Request) -> bool {
        let done = !request.is_open() && !request.review.is_open();
        done && request.stale_views().is_empty() && self.live.promises_of(request.id).next().is_none()
    }
}
