//! Decisions of approvers: received at once, judged once it is known who made them, strictly in order of receipt.

use std::collections::BTreeSet;

use super::{Case, Decision, MOST_CLICKS, Mode, refuse_click, too_late};
use crate::domain::{
    command::{Answer, Choice, Decide, Refusal},
    event::Event,
    id::OktaUserId,
    port::{Approver, Effect, Identity, Nudge},
    request::{Click, Decider, NotSentOn, Request, Route, Spot, State, Step, Verdict},
    time::EndRule,
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
        self.receive(request, decide, clicks.is_empty())
    }

    fn receive(&self, request: &Request, decide: &Decide, first: bool) -> Result<Decision, Refusal> {
        let mut decision = Decision::answering(Answer::Received);
        let verdict = match &decide.choice {
            Choice::Approve => Verdict::Approve,
            Choice::Deny(reason) => Verdict::Deny { reason: decision.say(reason) },
            Choice::ApproveForLess(end) => Verdict::ApproveForLess { end: self.less(request, *end)? },
        };
        let (request, slack) = (request.id, decide.who.clone());
        decision.event(Event::DecisionReceived {
            request,
            slack: slack.clone(),
            verdict,
            spot: (&decide.place).into(),
        });
        if first {
            decision.effect(Effect::CheckAuthority { request, slack });
        }
        Ok(decision)
    }

    /// The end that an approval for less comes to. Of what ends at a clock time it is one too: a length that counts from
    /// when access opens could end after it.
    fn less(&self, request: &Request, end: EndRule) -> Result<EndRule, Refusal> {
        let length = end.lasts(self.now).ok_or(Refusal::TimePassed)?;
        let least = self.today.limits.min_duration;
        if length < least {
            return Err(Refusal::TooShort { least });
        }
        if request.lasts(self.now).is_none_or(|asked| length >= asked) {
            return Err(Refusal::NotShorter);
        }
        Ok(match (request.end, end) {
            (EndRule::At { .. }, EndRule::After { secs }) => EndRule::At { instant: secs.after(self.now) },
            _ => end,
        })
    }

    /// Who pressed is known: the decision at the head of the queue is judged.
    pub(super) fn judge(&self, request: &Request, who: Result<&Identity, Refusal>, decision: &mut Decision) {
        let State::Pending { route, clicks, .. } = &request.state else { return };
        let Some((click, rest)) = clicks.split_first() else { return };
        let asked = request;
        let request = &click.verdict.terms(asked);
        let verdict = who.and_then(|who| match self.today.mode {
            // Received before; nothing is decided while the program only ends access.
            Mode::Custody => Err(Refusal::Custody),
            // Its clock time passed while its maker was looked up.
            _ if asked.lasts(self.now).is_some() && request.lasts(self.now).is_none() => Err(Refusal::TimePassed),
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
            // Who decides the next step is shown what it was approved for.
            Some(_) if open && decision.shortens() => {
                rest.iter().for_each(|click| refuse_click(request.id, click, outdated(click.spot), decision));
            }
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
        if !self.live.is_bound_rightly(who) {
            return Err(Refusal::IdentityChanged);
        }
        let approvals = route.steps.iter().filter_map(|step| step.approval.as_ref());
        if let Some(approval) = approvals.clone().find(|approval| approval.by.okta == who.okta) {
            return Err(Refusal::HasApproved { at: approval.at });
        }
        let (_, step) = route.current().ok_or(Refusal::Over)?;
        let today = step.kind.approvers_today(self.today.catalogue, &route.person);
        if !today.iter().any(|named| named.is(who)) {
            return Err(Refusal::NotApprover);
        }
        match verdict {
            Verdict::Approve | Verdict::ApproveForLess { .. } if self.is_needed_later(request, route, &who.okta) => {
                Err(Refusal::NeededLater)
            }
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
            let able = |one: &&Approver| one.may_be_among(&today) && request.can_be_asked(&one.slack);
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
            Verdict::Approve | Verdict::ApproveForLess { .. } => {
                let place = route.current().map_or(0, |(place, _)| place);
                let step = u32::try_from(place).unwrap_or(u32::MAX);
                decision.event(Event::StepApproved { request: request.id, step, by });
                if let Verdict::ApproveForLess { end } = click.verdict {
                    decision.event(Event::RequestShortened { request: request.id, step, end });
                }
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

impl Verdict {
    /// The request as it is decided upon by this.
    fn terms(&self, request: &Request) -> Request {
        match self {
            Self::ApproveForLess { end } => Request { end: *end, ..request.clone() },
            Self::Approve | Self::Deny { .. } => request.clone(),
        }
    }
}

fn is_same(verdict: &Verdict, choice: &Choice) -> bool {
    matches!(
        (verdict, choice),
        (Verdict::Approve, Choice::Approve)
            | (Verdict::Deny { .. }, Choice::Deny(_))
            | (Verdict::ApproveForLess { .. }, Choice::ApproveForLess(_))
    )
}

/// What is wrong with a decision on terms that have changed since.
const fn outdated(spot: Spot) -> Refusal {
    match spot {
        Spot::Card => Refusal::OldTerms,
        Spot::Home | Spot::Apart => Refusal::StaleHome,
    }
}
