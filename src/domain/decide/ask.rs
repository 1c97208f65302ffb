//! Asking, withdrawing, and the way from a received request to its approvers.

use super::{Asked, Case, Decision, Mode, today::Decided};
use crate::domain::{
    catalogue::Who,
    command::{Answer, Ask, Refusal},
    event::Event,
    id::{EntitlementId, OktaUserId, RequestId, SlackUserId},
    live::Person,
    port::{Effect, Identity, MembershipKey, Standing, Unfit},
    request::{Access, Ending, NotSentOn, Purpose, Request, State},
    time::{AccessDuration, EndRule, Timestamp},
};

/// Somebody who asks: the account they ask by, and the Okta user behind it, as far as that is known. What is counted of
/// a person is counted of the user: accounts can change.
#[derive(Clone, Copy)]
pub(super) struct Asker<'a> {
    slack: &'a SlackUserId,
    pub(super) okta: Option<&'a OktaUserId>,
}

impl Asker<'_> {
    /// Whether a request is theirs.
    pub(super) fn asked(&self, request: &Request) -> bool {
        request.asker == *self.slack || self.okta.is_some() && request.holder() == self.okta
    }
}

impl Case<'_> {
    /// Somebody asks. With a look-up that is minutes old all that can be judged is judged at once, but what rules alone
    /// would let through.
    pub(super) fn ask(&self, ask: &Ask) -> Result<Decision, Refusal> {
        let person = self.live.person(&ask.who);
        if let Some((request, _)) = person.and_then(|person| person.keys.get(&ask.key)) {
            return Ok(Decision::answering(Answer::Saved { request: *request }));
        }
        self.may_save()?;
        if self.live.is_suspended(&ask.who) {
            return Err(Refusal::IdentityChanged);
        }
        if let Some(Err(unfit)) = &ask.known {
            return Err(Refusal::NotServed { unfit: unfit.clone() });
        }
        let (application, entitlement) = self.today.catalogue.find(&ask.entitlement).ok_or(Refusal::NotOffered)?;
        if let Some(Ok(known)) = &ask.known {
            self.offered(&ask.entitlement, None, known).ok_or(Refusal::NotOffered)?;
        }
        self.fits(ask.end, self.longest(ask.purpose, entitlement)?)?;
        let asker = self.asker(&ask.who, ask.known.as_ref().and_then(|known| known.as_ref().ok()));
        self.has_none(ask, asker)?;
        let request = self.live.next;
        let access = Access {
            entitlement: ask.entitlement.clone(),
            application: application.name.clone(),
            level: entitlement.name.clone(),
            group: entitlement.group.clone(),
            sensitivity: entitlement.sensitivity,
        };
        let (_, why) = ask.justification.parts();
        let asked = Asked { id: request, access: &access, purpose: ask.purpose, end: ask.end, why };
        if ask.purpose.is_emergency() {
            self.may_take(asker, &ask.entitlement)?;
        }
        let known = ask.known.as_ref().and_then(|known| known.as_ref().ok());
        let decided = known.map(|known| self.may_be_made(asked, known)).transpose()?;
        let mut decision = Decision::answering(Answer::Saved { request });
        let justification = decision.say(&ask.justification);
        decision.event(Event::RequestReceived {
            request,
            key: ask.key.clone(),
            asker: ask.who.clone(),
            access: access.clone(),
            purpose: ask.purpose,
            end: ask.end,
            justification,
            closes: self.closes(ask.end),
        });
        match known.filter(|_| decided != Some(Decided::ByRules)) {
            Some(known) => self.identified(asked, known, &mut decision),
            None => decision.effect(Effect::IdentifyPerson { request, slack: ask.who.clone() }),
        }
        Ok(decision)
    }

    /// Whether new requests and approvals are taken at all.
    pub(super) const fn may_save(&self) -> Result<(), Refusal> {
        match self.today.mode {
            Mode::Serving => Ok(()),
            Mode::LowDisk => Err(Refusal::CannotBeSaved),
            Mode::Custody => Err(Refusal::Custody),
        }
    }

    fn fits(&self, end: EndRule, most: AccessDuration) -> Result<(), Refusal> {
        let length = end.lasts(self.now).ok_or(Refusal::TimePassed)?;
        if length > most {
            return Err(Refusal::TooLong { most, rule: None });
        }
        if length < self.today.limits.min_duration {
            return Err(Refusal::TooShort { least: self.today.limits.min_duration });
        }
        Ok(())
    }

    /// One open request a person and entitlement, and not too many in all.
    fn has_none(&self, ask: &Ask, asker: Asker<'_>) -> Result<(), Refusal> {
        let same = self.same(asker, &ask.entitlement, ask.purpose, None);
        match same.map(|request| (request, &request.state)) {
            Some((request, State::Active { ends, .. })) => {
                Err(Refusal::AlreadyHeld { request: request.id, until: *ends })
            }
            Some((request, _)) => Err(Refusal::AlreadyAsked { request: request.id, at: request.asked }),
            None => self.has_room(self.theirs(asker).count()),
        }
    }

    /// What somebody has open of the same access. Whoever waits to be answered may break glass meanwhile, whoever broke it
    /// may ask in the normal way for longer, and what is being ended may be asked for anew already.
    fn same<'a>(
        &'a self,
        asker: Asker<'a>,
        entitlement: &EntitlementId,
        purpose: Purpose,
        except: Option<RequestId>,
    ) -> Option<&'a Request> {
        self.theirs(asker)
            .filter(|request| Some(request.id) != except && request.access.entitlement == *entitlement)
            .filter(|request| match (purpose.is_emergency(), request.purpose.is_emergency()) {
                (true, false) => !request.is_undecided(),
                (true, true) | (false, false) => true,
                (false, true) => false,
            })
            .find(|request| !matches!(request.state, State::Revoking { .. }))
    }

    /// What somebody has open, by whichever of their accounts they asked.
    pub(super) fn theirs<'a>(&'a self, asker: Asker<'a>) -> impl Iterator<Item = &'a Request> {
        self.live.requests.values().filter(move |request| request.is_open() && asker.asked(request))
    }

    /// Whoever has this Slack account: as they were looked up, or as they are bound.
    pub(super) fn asker<'a>(&'a self, slack: &'a SlackUserId, known: Option<&'a Identity>) -> Asker<'a> {
        let bound = || self.live.person(slack).and_then(Person::bound);
        Asker { slack, okta: known.or_else(bound).map(|person| &person.okta) }
    }

    /// What else of somebody's stands against a request, now that it is known whose it is. An extension stands beside
    /// what it extends.
    fn stands_against(&self, asked: Asked<'_>, person: &Identity) -> Option<NotSentOn> {
        let Asked { id, access, purpose, .. } = asked;
        if matches!(purpose, Purpose::Extension { .. }) {
            return None;
        }
        let asker = Asker { slack: &person.slack, okta: Some(&person.okta) };
        if let Some(same) = self.same(asker, &access.entitlement, purpose, Some(id)) {
            return Some(NotSentOn::AlreadyOpen { request: same.id });
        }
        if purpose.is_emergency() { self.rests(asker, &access.entitlement, Some(id)) } else { None }
    }

    pub(super) fn has_room(&self, open: usize) -> Result<(), Refusal> {
        let most = self.today.limits.max_open;
        if u32::try_from(open).is_ok_and(|open| open < most) { Ok(()) } else { Err(Refusal::TooManyOpen { most }) }
    }

    fn closes(&self, end: EndRule) -> Timestamp {
        let unanswered = self.today.limits.unanswered_after.after(self.now);
        match end {
            EndRule::After { .. } => unanswered,
            EndRule::At { instant } => instant.min(unanswered),
        }
    }

    /// The requester is known: may they ask, have they it already, whom to ask?
    pub(super) fn identified(&self, asked: Asked<'_>, person: &Identity, decision: &mut Decision) {
        let Asked { id, access, .. } = asked;
        decision.event(Event::PersonIdentified { request: id, person: person.clone() });
        self.doubt(person.into(), decision);
        if !self.live.is_bound_rightly(person.into()) || self.is_anothers(asked.purpose, person) {
            return decision.event(Event::RequestRefused { request: id, why: NotSentOn::IdentityChanged });
        }
        self.bind(id, person, decision);
        if self.offered(&access.entitlement, Some(&access.group), person).is_none() {
            return decision.event(Event::RequestRefused { request: id, why: NotSentOn::NotOffered });
        }
        if let Some(why) = self.stands_against(asked, person) {
            return decision.event(Event::RequestRefused { request: id, why });
        }
        let key = MembershipKey { group: access.group.clone(), user: person.okta.clone() };
        if person.groups.contains(&access.group) && !self.is_ours(&key) {
            decision.event(Event::StandingDoubted { request: id, person: person.clone() });
            decision.effect(Effect::CheckStanding { request: id, membership: key });
        } else {
            self.seek(asked, person, decision);
        }
    }

    /// Whether someone found in a group is there by our doing.
    pub(super) fn is_ours(&self, key: &MembershipKey) -> bool {
        self.live.memberships.get(key).is_some_and(|membership| membership.is_ours(self.now))
    }

    /// Binds them if they are not bound yet, and tells them so in their message of this request.
    pub(super) fn bind(&self, request: RequestId, person: &Identity, decision: &mut Decision) {
        let bound = self.live.person(&person.slack).and_then(Person::bound);
        if bound.is_none_or(|bound| bound.name != person.name || bound.zone != person.zone) {
            let told = bound.is_none().then_some(request);
            decision.event(Event::PersonBound { person: person.clone(), told });
        }
    }

    /// Whether they stand in the group already has been read.
    pub(super) fn stood(&self, request: &Request, person: &Identity, standing: &Standing, decision: &mut Decision) {
        let key = MembershipKey { group: request.access.group.clone(), user: person.okta.clone() };
        let refused = |why| Event::RequestRefused { request: request.id, why };
        if standing.member && !self.is_ours(&key) {
            decision.event(refused(NotSentOn::StandingMember));
            return self.tell_owners(request, person, decision);
        }
        if let Some(status) = standing.inactive.clone() {
            return decision.event(refused(NotSentOn::Unfit { unfit: Unfit::Inactive { status, email: None } }));
        }
        // Reading it may have taken hours: what they are now counts.
        let person = &standing.facts.as_ref().map_or_else(|| person.clone(), |facts| person.with(facts));
        if self.offered(&request.access.entitlement, Some(&request.access.group), person).is_none() {
            return decision.event(refused(NotSentOn::NotOffered));
        }
        self.seek(request.into(), person, decision);
    }

    /// Owners are told of who is in their group already, not through Jitney. The requester knows.
    pub(super) fn tell_owners(&self, request: &Request, person: &Identity, decision: &mut Decision) {
        let Some((application, _)) = self.today.catalogue.find(&request.access.entitlement) else { return };
        let owners = application.owners.iter().filter_map(Who::person);
        for owner in owners.filter(|owner| **owner != person.email) {
            let (owner, name) = (owner.clone(), person.name.clone());
            decision.effect(Effect::TellOwner { request: request.id, owner, name });
        }
    }

    /// The requester cannot be served.
    pub(super) fn unfit(&self, request: &Request, unfit: &Unfit, decision: &mut Decision) {
        self.doubt_unfit(&request.asker, unfit, decision);
        decision.event(Event::RequestRefused { request: request.id, why: NotSentOn::Unfit { unfit: unfit.clone() } });
    }

    /// A requester withdraws what is not approved yet. Doing so twice is no fault.
    pub(super) fn cancel(&self, who: &SlackUserId, id: RequestId) -> Result<Decision, Refusal> {
        let request = self.meant(id).filter(|request| request.asker == *who).ok_or(Refusal::NoSuchRequest)?;
        match &request.state {
            State::Checking { .. } | State::Pending { .. } => {
                let mut decision = Decision::answering(Answer::Withdrawn);
                self.close(request, &mut decision);
                decision.event(Event::RequestCancelled { request: id });
                Ok(decision)
            }
            State::Ended { ending: Ending::Cancelled, .. } => Ok(Decision::answering(Answer::Withdrawn)),
            State::Approved { .. } | State::Active { .. } => Err(Refusal::TooLateToCancel),
            State::Revoking { .. } | State::Ended { .. } => Err(Refusal::Over),
        }
    }
}
