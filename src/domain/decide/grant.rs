//! Giving and taking: what a membership does when a request is approved, confirmed, over, or given back.
//!
//! Law: the removal is on record, as a hold with its end, before an addition is asked for.

use super::{Case, Decision, today::Fresh};
use crate::domain::{
    command::{Answer, Refusal},
    event::{Event, Then},
    id::{EffectId, RequestId, SlackUserId},
    membership::{self, Membership, Motion},
    port::{Alert, Effect, Fault, MembershipKey, Nudge, Outcome, Removal, Standing},
    request::{Cause, Decider, Ending, NotOpened, Request, State},
    time::{EndRule, Timestamp},
};

/// How a hold ends.
#[derive(Clone)]
pub(super) enum Over {
    /// Its time is over.
    Expired,
    /// Its holder gave it back.
    Returned,
    /// It was never opened.
    Failed(NotOpened),
    /// Somebody, or something, else ended it.
    Revoked(Cause<String>),
    /// Its review found that it was not justified to take it.
    NotJustified(Decider),
}

impl<'a> Case<'a> {
    /// All steps are approved: the end is on record, then the addition is prepared.
    pub(super) fn approve(&self, request: &Request, decision: &mut Decision) {
        let Some(key) = request.membership() else { return };
        if request.extends().is_some() {
            return self.prolong(request.id, request.purpose, request.end, decision);
        }
        self.give(request.id, key, request.end, decision);
    }

    /// The end is on record, then the addition is prepared.
    pub(super) fn give(&self, request: RequestId, key: MembershipKey, end: EndRule, decision: &mut Decision) {
        let until = end.end(self.now);
        decision.event(Event::RequestApproved { request, membership: key.clone(), until });
        let motion = self.live.memberships.get(&key).map_or(&Motion::Outside, |membership| &membership.motion);
        if matches!(motion, Motion::Outside | Motion::Inside) {
            decision.effect(Effect::CheckMember { membership: key });
        }
    }

    /// What stands in the directory was read, before an addition.
    pub(super) fn stands(&self, key: &MembershipKey, standing: &Standing, decision: &mut Decision) {
        let Some(membership) = self.live.memberships.get(key) else { return };
        let ours = membership.is_ours(self.now);
        let fresh = Fresh { facts: standing.facts.as_ref(), lapsed: &standing.lapsed };
        let (mut over, good) = self.stopped_today(membership, fresh, decision);
        let failure = match standing {
            Standing { inactive: Some(status), .. } => Some(NotOpened::Inactive { status: status.clone() }),
            Standing { unfit_group: Some(reason), .. } => Some(NotOpened::UnfitGroup { reason: reason.clone() }),
            _ => None,
        };
        if let Some(why) = failure {
            self.tell_unfit(&why, &good, decision);
            over.extend(good.iter().map(|request| (request.id, Over::Failed(why.clone()))));
        }
        let wanted = over.len() < self.waiting(membership).len();
        let theirs = standing.member && !ours;
        if wanted && theirs {
            self.found_standing(&good, decision);
        }
        self.end_holds(membership, &over, decision);
        // Where a removal had to come first, it goes on after that.
        if wanted && !theirs && !decision.removes() {
            decision.effect(Effect::AddMember { membership: key.clone() });
        }
    }

    /// A group that may not be changed is a matter for admins; a requester who is not active is none.
    fn tell_unfit(&self, why: &NotOpened, waiting: &[&Request], decision: &mut Decision) {
        let NotOpened::UnfitGroup { reason } = why else { return };
        for request in waiting {
            let (group, reason) = (request.access.group.clone(), reason.clone());
            decision.effect(Effect::AlertAdmins { alert: Alert::GroupUnfit { request: request.id, group, reason } });
        }
    }

    /// Someone who stood there before gets no grant, and stays.
    fn found_standing(&self, waiting: &[&Request], decision: &mut Decision) {
        for request in waiting {
            self.drop_review(request, decision);
            decision.event(Event::StandingFound { request: request.id });
            if let Some(route) = request.route() {
                self.tell_owners(request, &route.person, decision);
            }
        }
    }

    /// An addition that was promised then is confirmed: access is open, from now on, for what may still have it. What was
    /// approved since was not looked into right before it, and is looked into now.
    pub(super) fn added(&self, key: &MembershipKey, promised: Timestamp, decision: &mut Decision) {
        let Some(membership) = self.live.memberships.get(key) else { return };
        let (over, good) = self.stopped_today(membership, Fresh::default(), decision);
        let looked_into = |request: &&Request| !matches!(request.state, State::Approved { at, .. } if at > promised);
        let (good, new): (Vec<_>, Vec<_>) = good.into_iter().partition(looked_into);
        for request in good {
            let ends = request.end.end(self.now);
            decision.event(Event::GrantOpened { request: request.id, ends, warn: self.warns(self.now, ends) });
            decision.nudge(request.id, Nudge::Open);
        }
        self.end_holds(membership, &over, decision);
        if !new.is_empty() && !decision.removes() {
            decision.effect(Effect::CheckMember { membership: key.clone() });
        }
    }

    /// When the holder of access is told that it ends: not where that is as good as when it opened, or has passed.
    pub(super) fn warns(&self, opened: Timestamp, ends: Timestamp) -> Option<Timestamp> {
        let before = self.today.limits.warn_before_expiry.delta();
        (ends - opened >= before * 2 && ends - before > self.now).then(|| ends - before)
    }

    /// Why what was approved was not opened in its time.
    fn called_off(request: &Request) -> NotOpened {
        match request.state {
            State::Approved { frozen: Some(_), .. } => NotOpened::Frozen,
            _ => NotOpened::CalledOff,
        }
    }

    /// Requests whose addition was to be called off by now, and those that still wait for it.
    pub(super) fn too_late(&self, membership: &Membership) -> (Vec<(RequestId, Over)>, Vec<&'a Request>) {
        let late = |request: &&Request| membership.holds.get(&request.id).is_some_and(|until| *until <= self.now);
        let (late, in_time): (Vec<_>, Vec<_>) = self.waiting(membership).into_iter().partition(late);
        let over = late.iter().map(|request| (request.id, Over::Failed(Self::called_off(request)))).collect();
        (over, in_time)
    }

    /// An addition was refused for good, or the look before it: by the group, or for who they are by now.
    pub(super) fn rejected(&self, key: &MembershipKey, fault: &Fault, decision: &mut Decision) {
        let Some(membership) = self.live.memberships.get(key) else { return };
        let waiting = self.waiting(membership);
        let why = match fault.inactive() {
            Some(status) => NotOpened::Inactive { status: status.to_owned() },
            None => NotOpened::Rejected { fault: fault.clone() },
        };
        self.tell_rejected(&why, membership, &waiting, decision);
        let over: Vec<_> = waiting.iter().map(|request| (request.id, Over::Failed(why.clone()))).collect();
        self.end_holds(membership, &over, decision);
    }

    /// What was refused is a matter for admins, and whether it was a look or a change; a requester who is not active is none.
    fn tell_rejected(&self, why: &NotOpened, of: &Membership, waiting: &[&Request], decision: &mut Decision) {
        let NotOpened::Rejected { fault } = why else { return };
        for request in waiting {
            let (request, membership, fault) = (request.id, of.key.clone(), fault.clone());
            let alert = match of.motion {
                Motion::Checking { .. } => Alert::LookRefused { request, membership, fault },
                _ => Alert::AddRejected { request, membership, fault },
            };
            decision.effect(Effect::AlertAdmins { alert });
        }
    }

    /// A removal is confirmed: what it ended is over, and what waited for it goes on.
    pub(super) fn removed(&self, key: &MembershipKey, removal: Removal, decision: &mut Decision) {
        let Some(membership) = self.live.memberships.get(key) else { return };
        for id in &membership.ending {
            decision.event(Event::GrantEnded { request: *id });
            match self.request(*id).map(|request| &request.state) {
                // Whoever was told that it is over, though not confirmed, is not told twice: the message shows the rest.
                Some(State::Revoking { ending: Ending::Expired, late: Some(_), .. }) if self.was_told_late(*id) => {}
                Some(State::Revoking { ending: Ending::Expired, .. }) => decision.nudge(*id, Nudge::Expired),
                Some(State::Revoking { ending: Ending::Failed { .. }, .. }) => decision.nudge(*id, Nudge::Failed),
                _ => {}
            }
        }
        self.tell_removed(membership, removal, decision);
        if !self.waiting(membership).is_empty() {
            decision.effect(Effect::CheckMember { membership: key.clone() });
        }
    }

    /// Whether a requester was told that the removal is late; what waits to be said is moot once it is confirmed.
    fn was_told_late(&self, id: RequestId) -> bool {
        let waits = |effect: &Effect| matches!(effect, Effect::Nudge { nudge: Nudge::RemovalLate, .. });
        !self.live.promises_of(id).any(|(_, promise)| waits(&promise.effect))
    }

    /// Admins are told what they may have to look at: a removal that was late, or that rests on what Okta shows no more.
    fn tell_removed(&self, membership: &Membership, removal: Removal, decision: &mut Decision) {
        if removal != Removal::Removed {
            let (membership, requests) = (membership.key.clone(), membership.ending.iter().copied().collect());
            let alert = Alert::GoneFromSight { membership, requests, removal };
            decision.effect(Effect::AlertAdmins { alert });
        }
        if matches!(membership.motion, Motion::Removing { told: 1.., .. }) {
            self.ring(decision);
        }
    }

    /// Admins are told how things stand with late removals, after this decision.
    fn ring(&self, decision: &mut Decision) {
        let revision = self.live.alarm.as_ref().map_or(0, |alarm| alarm.revision) + 1;
        decision.effect(Effect::AlertAdmins { alert: Alert::RemovalsLate { revision } });
    }

    /// A holder gives back what is open, or is being opened.
    pub(super) fn give_back(&self, who: &SlackUserId, id: RequestId) -> Result<Decision, Refusal> {
        let request = self.meant(id).filter(|request| request.asker == *who).ok_or(Refusal::NoSuchRequest)?;
        let id = request.id;
        match &request.state {
            State::Approved { .. } | State::Active { .. } => {
                let mut decision = Decision::answering(Answer::Returned);
                let membership = request.membership().and_then(|key| self.live.memberships.get(&key));
                let membership = membership.ok_or(Refusal::NotHeld)?;
                self.end_holds(membership, &[(id, Over::Returned)], &mut decision);
                Ok(decision)
            }
            State::Revoking { ending: Ending::Returned, .. } | State::Ended { ending: Ending::Returned, .. } => {
                Err(Refusal::ReturnedBefore)
            }
            _ => Err(Refusal::NotHeld),
        }
    }

    /// An instant has come: holds end, and a removal that is late is told.
    pub(super) fn membership_due(&self, key: &MembershipKey) -> Decision {
        let mut decision = Decision::default();
        let Some(membership) = self.live.memberships.get(key) else { return decision };
        let due = membership.holds.iter().filter(|(_, until)| **until <= self.now);
        let over: Vec<(RequestId, Over)> = due
            .map(|(id, _)| match self.request(*id) {
                Some(request) if matches!(request.state, State::Approved { .. }) => {
                    (*id, Over::Failed(Self::called_off(request)))
                }
                _ => (*id, Over::Expired),
            })
            .collect();
        self.end_holds(membership, &over, &mut decision);
        if membership.late().is_some_and(|late| late <= self.now) {
            self.tell_late(membership, &mut decision);
        }
        decision
    }

    fn tell_late(&self, membership: &Membership, decision: &mut Decision) {
        let Motion::Removing { since, told, .. } = membership.motion else { return };
        let times = membership::times_late(self.now - since);
        decision.event(Event::RemovalLate { membership: membership.key.clone(), told: times });
        if told == 0 {
            membership.ending.iter().for_each(|id| decision.nudge(*id, Nudge::RemovalLate));
        }
        self.ring(decision);
    }

    /// Requests on a membership that wait for its addition.
    fn waiting(&self, membership: &Membership) -> Vec<&'a Request> {
        let held = membership.holds.keys().filter_map(|id| self.request(*id));
        held.filter(|request| matches!(request.state, State::Approved { .. })).collect()
    }

    /// Ends holds. What is not held any more, and may have been given, is removed; what is under way for nobody is
    /// taken back. Only access that is open keeps a membership: what is still waiting has not been looked into, and
    /// begins anew once the removal is confirmed.
    pub(super) fn end_holds(&self, membership: &Membership, over: &[(RequestId, Over)], decision: &mut Decision) {
        if over.is_empty() {
            return;
        }
        let ends = |id: &RequestId| over.iter().any(|(over, _)| over == id);
        let open = membership.holds.iter().filter(|(id, _)| !ends(id) && self.is_open(**id, decision));
        let keeper = open.max_by_key(|(_, until)| **until).map(|(id, _)| *id);
        let wanted = self.waiting(membership).iter().any(|request| !ends(&request.id));
        let given = Given::of(membership, decision);
        let removal = keeper.is_none() && (given.inside || given.perhaps && !wanted);
        if let Some(effect) = given.under_way.filter(|_| removal || !wanted) {
            decision.event(Event::EffectWithdrawn { effect });
        }
        for (id, how) in over {
            let opened = self.request(*id).is_some_and(|request| matches!(request.state, State::Active { .. }));
            let then = match keeper {
                Some(by) if opened => Then::Kept { by },
                _ if removal => Then::Removal,
                _ => Then::Nothing,
            };
            self.end_hold(membership, *id, how, then, decision);
        }
        if removal {
            let due = self.due_of(membership, over);
            let addition = membership.addition(self.now);
            decision.effect(Effect::RemoveMember { membership: membership.key.clone(), due, addition });
        }
    }

    /// Whether a hold is of access that is open, also by this very decision. What custody found held is.
    fn is_open(&self, id: RequestId, decision: &Decision) -> bool {
        let opens = |event: &Event| matches!(event, Event::GrantOpened { request, .. } if *request == id);
        self.request(id).is_none_or(|request| matches!(request.state, State::Active { .. }))
            || decision.events.iter().any(opens)
    }

    fn end_hold(&self, membership: &Membership, id: RequestId, how: &Over, then: Then, decision: &mut Decision) {
        let Some(request) = self.request(id) else {
            return decision.event(Event::HoldEnded { request: id, membership: membership.key.clone() });
        };
        let unopened = matches!(request.state, State::Approved { .. }) && then == Then::Nothing;
        if unopened && !matches!(how, Over::NotJustified(_)) {
            self.drop_review(request, decision);
        }
        self.end_extension(id, how, decision);
        decision.event(match how {
            Over::Expired => Event::GrantExpired { request: id, then },
            Over::Returned => Event::GrantReturned { request: id, then },
            Over::Failed(why) => Event::GrantFailed { request: id, why: why.clone(), then },
            Over::Revoked(cause) => Event::GrantRevoked { request: id, cause: cause.clone(), then },
            Over::NotJustified(by) => Event::GrantNotJustified { request: id, by: by.clone(), then },
        });
        match (how, then) {
            // It is over for them, whatever Okta takes to confirm it.
            (Over::Revoked(_), _) => decision.nudge(id, Nudge::Revoked),
            (Over::NotJustified(_), _) => decision.nudge(id, Nudge::NotJustified),
            (_, Then::Removal) | (Over::Returned, _) => {}
            (Over::Expired, _) => decision.nudge(id, Nudge::Expired),
            (Over::Failed(_), _) => decision.nudge(id, Nudge::Failed),
        }
    }

    /// When a membership was to end: its latest hold's time, or now where it is given back early.
    fn due_of(&self, membership: &Membership, over: &[(RequestId, Over)]) -> Timestamp {
        let ends = over.iter().filter_map(|(id, _)| membership.holds.get(id)).max();
        ends.map_or(self.now, |end| (*end).min(self.now))
    }
}

/// How a membership stands after what a decision has settled or taken back already.
struct Given {
    /// Whether the person is in the group through us, or may be by an addition before the present one.
    inside: bool,
    /// Whether they may be by the present one.
    perhaps: bool,
    /// The promise under way, which is pointless once nobody waits for it.
    under_way: Option<EffectId>,
}

impl Given {
    fn of(membership: &Membership, decision: &Decision) -> Self {
        let (effect, inside, adding) = match membership.motion {
            Motion::Outside | Motion::Removing { .. } => return Self::at_rest(false),
            Motion::Inside => return Self::at_rest(true),
            Motion::Checking { effect, inside } => (effect, inside, false),
            Motion::Adding { effect, inside } => (effect, inside, true),
        };
        let of_it = |event: &&Event| event.effect() == Some(effect);
        match decision.events.iter().rfind(of_it) {
            Some(Event::EffectSettled { outcome: Outcome::Added { .. }, .. }) => Self::at_rest(true),
            Some(Event::EffectWithdrawn { .. }) => Self { inside, perhaps: adding, under_way: None },
            Some(Event::EffectSettled { .. } | Event::AdditionPutOff { .. }) => Self::at_rest(inside),
            _ => Self { inside, perhaps: adding, under_way: Some(effect) },
        }
    }

    const fn at_rest(inside: bool) -> Self {
        Self { inside, perhaps: false, under_way: None }
    }
}
