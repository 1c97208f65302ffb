//! Decisions of approvers: received at once, judged once it is known who made them, strictly in order of receipt.

use std::collections::BTreeMap;

use super::{Case, Decision, MOST_CLICKS, Mode, extend::more_than, refuse_click, today::Fresh, too_late};
use crate::domain::{
    command::{Answer, Choice, Decide, Refusal},
    event::Event,
    port::{Alert, Effect, Identity, Nudge, Unfit},
    request::{Approval, Click, Decider, NotSentOn, Request, Route, State, Step, StepKind, Verdict},
    rules::Rule,
    time::{EndRule, Timestamp},
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
        if request.closes <= self.now {
            return Err(Refusal::Over);
        }
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
        if clicks.iter().any(|click| click.slack == decide.who && is_same(request, click, &decide.choice)) {
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
            terms: decide.digest.clone(),
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
        let end = self.more(request.purpose, end)?;
        let length = end.lasts(self.now).ok_or(Refusal::TimePassed)?;
        let least = self.today.limits.min_duration;
        if length < least {
            return Err(Refusal::TooShort { least });
        }
        if request.lasts(self.now).is_none_or(|asked| length >= asked) {
            return Err(Refusal::NotShorter);
        }
        Ok(pressed_at(request, end, self.now))
    }

    /// Who pressed is known: the decision at the head of the queue is judged, by what was read anew with them, or why its
    /// requester cannot be served any more.
    pub(super) fn judge(
        &self,
        request: &Request,
        who: Result<&Identity, Refusal>,
        fresh: Result<Fresh<'_>, &Unfit>,
        decision: &mut Decision,
    ) {
        let State::Pending { route, clicks, .. } = &request.state else { return };
        let Some((click, rest)) = clicks.split_first() else { return };
        let asked = request;
        let request = &click.verdict.terms(asked);
        if let Ok(who) = &who {
            self.doubt((*who).into(), decision);
        }
        let verdict = who.and_then(|who| match self.today.mode {
            // Received before; nothing is decided while the program only ends access.
            Mode::Custody => Err(Refusal::Custody),
            // Its clock time passed while its maker was looked up.
            _ if request.lasts(self.now).is_none() && !matches!(click.verdict, Verdict::Deny { .. }) => {
                Err(Refusal::TimePassed)
            }
            _ if self.came_too_late(asked) => Err(Refusal::Over),
            _ => self.may_decide(asked, route, (who, fresh.unwrap_or_default()), click).map(|()| who),
        });
        let open = match verdict {
            Err(why) => {
                // Whose account serves no more is waited for only where nobody stands in.
                let unserved = matches!(why, Refusal::NotServed { .. } | Refusal::IdentityChanged);
                let gone = why.is_dismissal() || unserved && route.spare().next().is_some();
                let gone = gone.then_some(&click.slack);
                match &why {
                    Refusal::Stopped { why: NotSentOn::ManagerUnread } => {
                        let alert = Alert::ManagerUnread { request: request.id };
                        decision.effect(Effect::AlertAdmins { alert });
                    }
                    Refusal::Stopped { why } => self.tell_unjudged(request.id, why, decision),
                    _ => {}
                }
                refuse_click(request.id, click, why, decision);
                gone.is_none() || self.staff(request, route, gone, decision)
            }
            // Whatever today says: no is no.
            Ok(who) if matches!(click.verdict, Verdict::Deny { .. }) => {
                self.count(request, route, click, who, decision)
            }
            Ok(who) => match self.stopped_at_vote(request, fresh) {
                Some(why) => {
                    refuse_click(request.id, click, Refusal::Stopped { why: why.clone() }, decision);
                    self.not_sent_on(request.id, why, decision);
                    false
                }
                None => self.count(request, route, click, who, decision),
            },
        };
        match rest.first() {
            Some(next) if open => {
                decision.effect(Effect::CheckAuthority { request: request.id, slack: next.slack.clone() });
            }
            _ if !open => rest.iter().for_each(|click| too_late(request.id, click, decision)),
            _ => {}
        }
    }

    /// Why today's catalogue, rules and facts stop a request at a decision on it, if they do.
    fn stopped_at_vote(&self, request: &Request, fresh: Result<Fresh<'_>, &Unfit>) -> Option<NotSentOn> {
        match fresh {
            Ok(fresh) => self.stopped(request, fresh),
            Err(unfit) => Some(NotSentOn::Unfit { unfit: unfit.clone() }),
        }
    }

    /// Whether someone may decide the step that is asked now, by today's configuration and rules, on the terms that
    /// they saw.
    fn may_decide(
        &self,
        request: &Request,
        route: &Route,
        (who, fresh): (&Identity, Fresh<'_>),
        click: &Click,
    ) -> Result<(), Refusal> {
        if who.okta == route.person.okta || who.slack == request.asker {
            return Err(Refusal::OwnRequest);
        }
        if !self.live.is_bound_rightly(who.into()) {
            return Err(Refusal::IdentityChanged);
        }
        if let Some(approval) = route.approvals().find(|one| one.by.okta == who.okta || one.by.slack == who.slack) {
            return Err(Refusal::HasApproved { at: approval.at });
        }
        if !click.terms.is_empty() && click.terms != request.digest() {
            return Err(Refusal::OldTerms);
        }
        let (_, step) = route.current().ok_or(Refusal::Over)?;
        let own = self.without_ours(who);
        let named = |of: &Identity| step.deciders(self.today.catalogue, of).iter().any(|named| named.is(&own));
        // Whoever was their manager when they asked, and is none now, decides nothing; neither does a new one.
        let now = fresh.of(&route.person);
        let unread = step.kind == StepKind::Manager && now.manager_unread;
        if !named(&route.person) || !(unread || named(&now)) {
            // Somebody else was faster in a step that was theirs too.
            let met = route.steps.iter().filter(|step| step.approval.is_some());
            let was_theirs =
                |step: &Step| step.deciders(self.today.catalogue, &route.person).iter().any(|named| named.is(&own));
            let late = met.into_iter().any(was_theirs);
            return Err(if late { Refusal::Over } else { Refusal::NotApprover });
        }
        // Who cannot be told apart from one who may decide approves nothing; no is no.
        let denies = matches!(click.verdict, Verdict::Deny { .. });
        if unread && !denies {
            return Err(Refusal::Stopped { why: NotSentOn::ManagerUnread });
        }
        match self.forbids_deciding(&click.verdict.terms(request), who, fresh) {
            Err(NotSentOn::Forbidden { rules }) => return Err(self.may_not_decide(request, who, fresh, rules)),
            Err(NotSentOn::Unjudged { .. }) if denies => {}
            Err(why) => return Err(Refusal::Stopped { why }),
            Ok(()) => {}
        }
        match click.verdict {
            Verdict::Approve | Verdict::ApproveForLess { .. } if self.is_needed_later(request, route, &who.okta) => {
                Err(Refusal::NeededLater)
            }
            _ => Ok(()),
        }
    }

    /// Rules take a decision from somebody: this one alone, where they leave them one on less.
    fn may_not_decide(&self, request: &Request, who: &Identity, fresh: Fresh<'_>, rules: Vec<Rule>) -> Refusal {
        let least = Request { end: EndRule::After { secs: self.today.limits.min_duration }, ..request.clone() };
        match self.forbids_deciding(&least, who, fresh) {
            Ok(()) => Refusal::MayNotDecideSoMuch { rules },
            Err(_) => Refusal::MayNotDecide { rules },
        }
    }

    /// Somebody without the groups in which they stand by our doing: being given access makes nobody decide.
    pub(super) fn without_ours(&self, who: &Identity) -> Identity {
        who.without(&self.ours(who)).unwrap_or_else(|| who.clone())
    }

    /// A decision that counts. Answers whether the request is still open afterwards.
    fn count(&self, request: &Request, route: &Route, click: &Click, who: &Identity, decision: &mut Decision) -> bool {
        let by = Decider::from(who);
        self.bind(request.id, who, decision);
        match &click.verdict {
            Verdict::Deny { reason } => {
                decision.event(Event::RequestDenied { request: request.id, by, reason: reason.clone() });
                if request.extends().is_none() {
                    decision.nudge(request.id, Nudge::Denied);
                }
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
                let after = route.approved(place, Approval { by: Decider::from(who), at: click.at, less: None });
                // Whoever had no say in this step may have one in the next.
                let request = &Request { dismissed: BTreeMap::new(), ..request.clone() };
                self.begin_step(request, &after, decision)
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

/// The end of an approval for less that was pressed then: an instant, of what ends at one.
fn pressed_at(request: &Request, end: EndRule, at: Timestamp) -> EndRule {
    match (request.end, end) {
        (EndRule::At { .. }, EndRule::After { secs }) => EndRule::At { instant: secs.after(at) },
        _ => end,
    }
}

/// Whether a decision was received before: another end is another decision.
fn is_same(request: &Request, click: &Click, choice: &Choice) -> bool {
    match (&click.verdict, choice) {
        (Verdict::Approve, Choice::Approve) | (Verdict::Deny { .. }, Choice::Deny(_)) => true,
        (Verdict::ApproveForLess { end }, Choice::ApproveForLess(other)) => {
            let other = more_than(request.purpose, *other).unwrap_or(*other);
            pressed_at(request, other, click.at) == *end
        }
        _ => false,
    }
}
