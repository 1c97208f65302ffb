//! Giving and taking: what a membership does when a request is approved, confirmed, over, or given back.
//!
//! Law: the removal is on record, as a hold with its end, before an addition is asked for.

use super::{Case, Decision};
use crate::domain::{
    command::{Answer, Refusal},
    event::{Event, Then},
    id::{EffectId, RequestId, SlackUserId},
    membership::{Membership, Motion},
    port::{Alert, Doubt, Effect, Fault, MembershipKey, Nudge, Outcome, Removal, Standing},
    request::{Ending, NotOpened, Request, State},
    time::Timestamp,
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
}

impl Case<'_> {
    /// All steps are approved: the end is on record, then the addition is prepared.
    pub(super) fn approve(&self, request: &Request, decision: &mut Decision) {
        let Some(key) = request.membership() else { return };
        let until = request.end.end(self.now);
        decision.event(Event::RequestApproved { request: request.id, membership: key.clone(), until });
        let motion = self.live.memberships.get(&key).map_or(&Motion::Outside, |membership| &membership.motion);
        if matches!(motion, Motion::Outside | Motion::Inside) {
            decision.effect(Effect::CheckMember { membership: key });
        }
    }

    /// What stands in the directory was read, before an addition.
    pub(super) fn stands(&self, key: &MembershipKey, standing: &Standing, decision: &mut Decision) {
        let Some(membership) = self.live.memberships.get(key) else { return };
        let ours = membership.is_ours(self.now);
        let (mut over, in_time) = self.too_late(membership);
        let (good, stopped): (Vec<&Request>, Vec<&Request>) =
            in_time.into_iter().partition(|request| self.still_offered(request));
        over.extend(stopped.iter().map(|request| (request.id, Over::Failed(NotOpened::NotOffered))));
        let failure = match standing {
            Standing { inactive: Some(status), .. } => Some(NotOpened::Inactive { status: status.clone() }),
            Standing { unfit_group: Some(reason), .. } => Some(NotOpened::UnfitGroup { reason: reason.clone() }),
            _ => None,
        };
        if let Some(why) = failure {
            over.extend(good.iter().map(|request| (request.id, Over::Failed(why.clone()))));
        } else if standing.member && !ours {
            self.found_standing(key, &good, decision);
        } else if !good.is_empty() {
            decision.effect(Effect::AddMember { membership: key.clone() });
        }
        self.end_holds(membership, &over, decision);
    }

    /// Someone who stood there before gets no grant, and stays.
    fn found_standing(&self, key: &MembershipKey, waiting: &[&Request], decision: &mut Decision) {
        for request in waiting {
            decision.event(Event::StandingFound { request: request.id });
            decision.effect(Effect::AlertAdmins {
                alert: Alert::StandingMember { membership: key.clone(), request: request.id },
            });
        }
    }

    /// An addition is confirmed: access is open, from now on.
    pub(super) fn added(&self, key: &MembershipKey, decision: &mut Decision) {
        let Some(membership) = self.live.memberships.get(key) else { return };
        let (over, in_time) = self.too_late(membership);
        for request in in_time {
            decision.event(Event::GrantOpened { request: request.id, ends: request.end.end(self.now) });
            decision.nudge(request.id, Nudge::Open);
        }
        self.end_holds(membership, &over, decision);
    }

    /// Requests whose addition was to be called off by now, and those that still wait for it.
    fn too_late(&self, membership: &Membership) -> (Vec<(RequestId, Over)>, Vec<&Request>) {
        let late = |request: &&Request| membership.holds.get(&request.id).is_some_and(|until| *until <= self.now);
        let (late, in_time): (Vec<_>, Vec<_>) = self.waiting(membership).into_iter().partition(late);
        let over = late.iter().map(|request| (request.id, Over::Failed(NotOpened::CalledOff))).collect();
        (over, in_time)
    }

    /// An addition was refused for good.
    pub(super) fn rejected(&self, key: &MembershipKey, fault: &Fault, decision: &mut Decision) {
        let Some(membership) = self.live.memberships.get(key) else { return };
        let waiting = self.waiting(membership);
        for request in &waiting {
            let alert = Alert::AddRejected { request: request.id, membership: key.clone(), fault: fault.clone() };
            decision.effect(Effect::AlertAdmins { alert });
        }
        let failed = Over::Failed(NotOpened::Rejected { fault: fault.clone() });
        let over: Vec<_> = waiting.iter().map(|request| (request.id, failed.clone())).collect();
        self.end_holds(membership, &over, decision);
    }

    /// A removal is confirmed: what it ended is over, and what waited for it goes on.
    pub(super) fn removed(&self, key: &MembershipKey, _: Removal, decision: &mut Decision) {
        let Some(membership) = self.live.memberships.get(key) else { return };
        for id in &membership.ending {
            decision.event(Event::GrantEnded { request: *id });
            match self.request(*id).map(|request| &request.state) {
                Some(State::Revoking { ending: Ending::Expired, .. }) => decision.nudge(*id, Nudge::Expired),
                Some(State::Revoking { ending: Ending::Failed { .. }, .. }) => decision.nudge(*id, Nudge::Failed),
                _ => {}
            }
        }
        if let Motion::Removing { due, told: 1.., .. } = membership.motion {
            let requests = membership.ending.iter().copied().collect();
            let alert = Alert::RemovalConfirmed { membership: key.clone(), requests, due, at: self.now };
            decision.effect(Effect::AlertAdmins { alert });
        }
        if !self.waiting(membership).is_empty() {
            decision.effect(Effect::CheckMember { membership: key.clone() });
        }
    }

    /// A holder gives back what is open, or is being opened.
    pub(super) fn give_back(&self, who: &SlackUserId, id: RequestId) -> Result<Decision, Refusal> {
        let request = self.request(id).filter(|request| request.asker == *who).ok_or(Refusal::NoSuchRequest)?;
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
            .map(|(id, _)| match self.request(*id).map(|request| &request.state) {
                Some(State::Approved { .. }) => (*id, Over::Failed(NotOpened::CalledOff)),
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
        let Motion::Removing { due, told, .. } = membership.motion else { return };
        let requests: Vec<RequestId> = membership.ending.iter().copied().collect();
        decision.event(Event::RemovalLate { membership: membership.key.clone() });
        if told == 0 {
            requests.iter().for_each(|id| decision.nudge(*id, Nudge::RemovalLate));
        }
        let alert = Alert::RemovalLate { membership: membership.key.clone(), requests, due };
        decision.effect(Effect::AlertAdmins { alert });
    }

    /// Requests on a membership that wait for its addition.
    fn waiting(&self, membership: &Membership) -> Vec<&Request> {
        let held = membership.holds.keys().filter_map(|id| self.request(*id));
        held.filter(|request| matches!(request.state, State::Approved { .. })).collect()
    }

    /// Ends holds. What is not held any more, and may have been given, is removed; what is under way for nobody is
    /// taken back.
    fn end_holds(&self, membership: &Membership, over: &[(RequestId, Over)], decision: &mut Decision) {
        if over.is_empty() {
            return;
        }
        let ends = |id: &RequestId| over.iter().any(|(over, _)| over == id);
        let keeper = membership.holds.iter().filter(|(id, _)| !ends(id)).max_by_key(|(_, until)| **until);
        let (given, under_way) = under_way(membership, decision);
        let wanted = self.waiting(membership).iter().any(|request| !ends(&request.id));
        if !wanted && let Some(effect) = under_way {
            decision.event(Event::EffectWithdrawn { effect });
        }
        for (id, how) in over {
            let opened = self.request(*id).is_some_and(|request| matches!(request.state, State::Active { .. }));
            let then = match keeper {
                Some((by, _)) if opened => Then::Kept { by: *by },
                None if given => Then::Removal,
                _ => Then::Nothing,
            };
            self.end_hold(membership, *id, how, then, decision);
        }
        if keeper.is_none() && given {
            let due = self.due_of(membership, over);
            let addition = match (&membership.motion, under_way) {
                (Motion::Adding { .. }, Some(_)) => Doubt::MayHaveHappened,
                _ => Doubt::None,
            };
            decision.effect(Effect::RemoveMember { membership: membership.key.clone(), due, addition });
        }
    }

    fn end_hold(&self, membership: &Membership, id: RequestId, how: &Over, then: Then, decision: &mut Decision) {
        if self.request(id).is_none() {
            return decision.event(Event::HoldEnded { request: id, membership: membership.key.clone() });
        }
        decision.event(match how {
            Over::Expired => Event::GrantExpired { request: id, then },
            Over::Returned => Event::GrantReturned { request: id, then },
            Over::Failed(why) => Event::GrantFailed { request: id, why: why.clone(), then },
        });
        match (how, then) {
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

/// Whether the person may be in the group through us, and the promise under way that is pointless once nobody waits
/// for it. A promise that this very decision settles is under way no more.
fn under_way(membership: &Membership, decision: &Decision) -> (bool, Option<EffectId>) {
    let outcome = |effect: EffectId| {
        decision.events.iter().find_map(|event| match event {
            Event::EffectSettled { effect: settled, outcome } if *settled == effect => Some(outcome),
            _ => None,
        })
    };
    match membership.motion {
        Motion::Outside | Motion::Removing { .. } => (false, None),
        Motion::Inside => (true, None),
        Motion::Checking { effect, inside } => (inside, outcome(effect).is_none().then_some(effect)),
        Motion::Adding { effect, inside } => match outcome(effect) {
            None => (true, Some(effect)),
            Some(Outcome::Added { .. }) => (true, None),
            Some(_) => (inside, None),
        },
    }
}
