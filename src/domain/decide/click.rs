//! Decisions of approvers: received at once, judged once it is known who made them, strictly in order of receipt.

use std::collections::BTreeSet;

use super::{Case, Decision, MOST_CLICKS, Mode, refuse_click, too_late};
use crate::domain::{
    command::{Answer, Choice, Decide, Refusal},
    event::Event,
    id::{OktaUserId, RequestId},
    port::{Approver, Effect, Identity, Nudge},
    request::{Click, Decider, NotSentOn, Request, Route, State, Step, Verdict},
};

impl Case<'_> {
    /// A button was pressed. It counts only on a card on record for this person, or on the Home tab of somebody who is
    /// asked, and with the present terms.
    pub(super) fn click(&self, decide: &Decide) -> Result<Decision, Refusal> {
        let request = self.request(decide.request).ok_or(Refusal::ForeignCard)?;
        if !request.is_shown(&decide.who, &decide.place) {
            return Err(decide.place.foreign());
        }
        let State::Pending { clicks, .. } = &request.state else { return Err(Refusal::Over) };
        if request.digest() != decide.digest {
            return Err(decide.place.outdated());
        }
        if decide.who == request.asker {
            return Err(Refusal::OwnRequest);
        }
        if self.live.is_suspended(&decide.who) {
            return Err(Refusal::IdentityChanged);
        }
        match (self.today.mode, &decide.choice) {
            (Mode::Serving, _) | (Mode::LowDisk, Choice::Deny(_)) => {}
            _ => self.may_save()?,
        }
        if clicks.iter().any(|click| click.slack == decide.who && is_same(&click.verdict, &decide.choice)) {
            return Ok(Decision::answering(Answer::Received));
        }
        if clicks.len() >= MOST_CLICKS {
            return Err(Refusal::TooManyClicks);
        }
        Ok(receive(request.id, decide, clicks.is_empty()))
    }

    /// Who pressed is known: the decision at the head of the queue is judged.
    pub(super) fn judge(&self, request: &Request, who: Result<&Identity, Refusal>, decision: &mut Decision) {
        let State::Pending { route, clicks, .. } = &request.state else { return };
        let Some((click, rest)) = clicks.split_first() else { return };
        if let Ok(who) = &who {
            self.doubt((*who).into(), decision);
        }
        let verdict = who.and_then(|who| match self.today.mode {
            // Received before; nothing is decided while the program only ends access.
            Mode::Custody => Err(Refusal::Custody),
            _ => self.may_decide(request, route, who, &click.verdict).map(|()| who),
        });
        let open = match verdict {
            Err(why) => {
                refuse_click(request.id, click, why, decision);
                true
            }
            Ok(_) if !self.still_offered(request) => {
                refuse_click(request.id, click, Refusal::NotOffered, decision);
                decision.event(Event::RequestRefused { request: request.id, why: NotSentOn::NotOffered });
                false
            }
            Ok(who) => self.count(request, route, click, who, decision),
        };
        match rest.first() {
            Some(next) if open => {
                decision.effect(Effect::CheckAuthority { request: request.id, slack: next.slack.clone() });
            }
            _ if !open => rest.iter().for_each(|click| too_late(request.id, click, decision)),
            _ => {}
        }
    }

    /// Whether someone may decide the step that is asked now, by today's configuration.
    fn may_decide(&self, request: &Request, route: &Route, who: &Identity, verdict: &Verdict) -> Result<(), Refusal> {
        if who.okta == route.person.okta || who.slack == request.asker {
            return Err(Refusal::OwnRequest);
        }
        if !self.live.is_bound_rightly(who.into()) {
            return Err(Refusal::IdentityChanged);
        }
        let approvals = route.steps.iter().filter_map(|step| step.approval.as_ref());
        if let Some(approval) = approvals.clone().find(|one| one.by.okta == who.okta || one.by.slack == who.slack) {
            return Err(Refusal::HasApproved { at: approval.at });
        }
        let (_, step) = route.current().ok_or(Refusal::Over)?;
        let today = step.kind.approvers_today(self.today.catalogue, &route.person);
        if !today.iter().any(|named| named.is(who)) {
            return Err(Refusal::NotApprover);
        }
        match verdict {
            Verdict::Approve if self.is_needed_later(request, route, &who.okta) => Err(Refusal::NeededLater),
            _ => Ok(()),
        }
    }

    /// Whether somebody's yes to the present step would leave a later one to nobody, where without it all could be met.
    fn is_needed_later(&self, request: &Request, route: &Route, who: &OktaUserId) -> bool {
        let left = self.left(request, route);
        let later = left.get(1..).unwrap_or_default();
        Route::can_be_met(&left, &BTreeSet::new()) && !Route::can_be_met(later, &BTreeSet::from([who]))
    }

    /// The steps that are not met, with those who can decide them by today's configuration and can be reached.
    pub(super) fn left(&self, request: &Request, route: &Route) -> Vec<Step> {
        let unmet = route.steps.iter().filter(|step| step.approval.is_none());
        let now = |step: &Step| {
            let today = step.kind.approvers_today(self.today.catalogue, &route.person);
            let able = |one: &&Approver| {
                one.may_be_among(&today) && request.can_be_asked(&one.slack) && !self.live.is_suspended(&one.slack)
            };
            Step { approvers: step.approvers.iter().filter(able).cloned().collect(), ..step.clone() }
        };
        unmet.map(now).collect()
    }

    /// A decision that counts. Answers whether the request is still open afterwards.
    fn count(&self, request: &Request, route: &Route, click: &Click, who: &Identity, decision: &mut Decision) -> bool {
        let by = Decider::from(who);
        self.bind(request.id, who, decision);
        match &click.verdict {
            Verdict::Deny { reason } => {
                decision.event(Event::RequestDenied { request: request.id, by, reason: reason.clone() });
                decision.nudge(request.id, Nudge::Denied);
                false
            }
            Verdict::Approve => {
                let place = route.current().map_or(0, |(place, _)| place);
                let step = u32::try_from(place).unwrap_or(u32::MAX);
                decision.event(Event::StepApproved { request: request.id, step, by });
                let last = place + 1 == route.steps.len();
                if last {
                    self.approve(request, decision);
                    return false;
                }
                // Whoever could decide the next step may have left since it was made.
                let next = self.left(request, route).into_iter().nth(1);
                if next.is_none_or(|step| step.approvers.iter().all(|one| one.okta == who.okta)) {
                    let why = NotSentOn::NobodyToAsk;
                    decision.event(Event::RequestRefused { request: request.id, why });
                    return false;
                }
                decision.event(self.reminder(request.id, 0));
                true
            }
        }
    }
}

fn is_same(verdict: &Verdict, choice: &Choice) -> bool {
    matches!((verdict, choice), (Verdict::Approve, Choice::Approve) | (Verdict::Deny { .. }, Choice::Deny(_)))
}

fn receive(request: RequestId, decide: &Decide, first: bool) -> Decision {
    let mut decision = Decision::answering(Answer::Received);
    let verdict = match &decide.choice {
        Choice::Approve => Verdict::Approve,
        Choice::Deny(reason) => Verdict::Deny { reason: decision.say(reason) },
    };
    decision.event(Event::DecisionReceived {
        request,
        slack: decide.who.clone(),
        verdict,
        spot: (&decide.place).into(),
    });
    if first {
        decision.effect(Effect::CheckAuthority { request, slack: decide.who.clone() });
    }
    decision
}
