//! How a request's own events change it, up to its approval.
//!
//! Law: each event fits exactly the states it names; anything else is an illegal arrow.

use super::{Fold, Illegal};
use crate::domain::{
    event::Event,
    id::{RequestId, SlackUserId},
    past::Past,
    port::{Posted, ViewKey},
    request::{
        Approval, Checking, Click, Denial, Ending, Extension, Less, Reminders, Request, Route, Shown, StandIn, State,
        Verdict,
    },
    review::Review,
    said::{Said, Words},
    time::{EndRule, Timestamp},
};

impl Fold<'_> {
    pub(super) fn receive(&mut self, event: &Event) -> Result<(), Illegal> {
        let Event::RequestReceived { request, key, asker, access, purpose, end, justification, closes } = event else {
            return Err(self.illegal("no request"));
        };
        if *request != self.live.next {
            return Err(self.illegal(format!("the next request is {}", self.live.next)));
        }
        let at = self.entry.at;
        self.live.next = request.next();
        let person = self.person(asker);
        person.open.insert(*request);
        person.keys.insert(key.clone(), (*request, at));
        let denied_before = person.denied_lately(&access.entitlement, at).cloned();
        let received = Request {
            id: *request,
            revision: 1,
            asker: asker.clone(),
            access: access.clone(),
            purpose: *purpose,
            end: *end,
            justification: Said::find(justification, &self.entry.words),
            asked: at,
            closes: *closes,
            denied_before,
            state: State::Checking { checking: Checking::Identifying, slow: None },
            review: Review::None,
            shown: std::collections::BTreeMap::new(),
            unreachable: Vec::new(),
            dismissed: std::collections::BTreeMap::new(),
            joined: std::collections::BTreeMap::new(),
            ticket: None,
            revocations: Vec::new(),
            extension: Extension::None,
        };
        self.live.requests.insert(*request, received);
        self.touched.requests.insert(*request);
        Ok(())
    }

    /// A message was posted or redrawn. Of a request that is gone from memory nothing is kept.
    pub(super) fn show(&mut self, view: &ViewKey, posted: &Posted, revision: u64) -> Result<(), Illegal> {
        if let Some(request) = self.live.requests.get_mut(&view.request()) {
            request.shown.insert(view.clone(), Shown { posted: posted.clone(), revision });
            self.touched.requests.insert(view.request());
        }
        Ok(())
    }

    /// Events that take one request from one state to the next, and touch no membership.
    pub(super) fn request_event(&mut self, event: &Event) -> Result<(), Illegal> {
        let id = event.request().ok_or_else(|| self.illegal("it concerns no request"))?;
        let at = self.entry.at;
        let words = &self.entry.words;
        let illegal = self.illegal(format!("{id} is in no state for {event:?}"));
        let request = self.request(id)?;
        if let Event::ApproverUnreachable { slack, .. } = event {
            request.unreachable.push(slack.clone());
        } else {
            if let (Event::DecisionRefused { slack, why, .. }, State::Pending { .. }) = (event, &request.state)
                && why.is_dismissal()
            {
                request.dismissed.insert(slack.clone(), at);
            }
            if let Event::StepApproved { .. } = event {
                // Whoever had no say in that step may have one in the next.
                request.dismissed.clear();
            }
            request.state = next(&request.state, event, words, at).ok_or(illegal)?;
        }
        // A reminder is said, and changes no message.
        if !matches!(event, Event::ReminderSet { .. } | Event::EscalationSet { .. } | Event::FallbackTold { .. }) {
            request.revision += 1;
        }
        self.follow(id);
        if let Event::RequestDenied { by, .. } = event {
            self.remember_denial(id, Denial { request: id, by: by.clone(), at });
        }
        Ok(())
    }

    /// A step was approved for less: that is what is asked from now on. What ends at an instant closes there, too.
    pub(super) fn shorten(&mut self, id: RequestId, step: u32, end: EndRule) -> Result<(), Illegal> {
        let illegal = self.illegal(format!("no step of {id} is approved for less"));
        let request = self.request(id)?;
        let State::Pending { route, .. } = &mut request.state else { return Err(illegal) };
        let step = usize::try_from(step).ok().and_then(|place| route.steps.get_mut(place));
        let approval = step.and_then(|step| step.approval.as_mut()).ok_or(illegal)?;
        approval.less = Some(Less { from: request.end, to: end });
        request.end = end;
        if let EndRule::At { instant } = end {
            request.closes = request.closes.min(instant);
        }
        request.revision += 1;
        Ok(())
    }

    /// A person's open requests are those that are not over.
    pub(super) fn follow(&mut self, id: RequestId) {
        let Some(request) = self.live.requests.get(&id) else { return };
        let (asker, open, past) = (request.asker.clone(), request.is_open(), Past::of(request));
        if !open {
            let person = self.person(&asker);
            let was_open = person.open.remove(&id);
            past.filter(|_| was_open).into_iter().for_each(|past| person.remember(past));
        }
    }

    fn remember_denial(&mut self, id: RequestId, denial: Denial) {
        let Some(request) = self.live.requests.get(&id) else { return };
        let (asker, entitlement) = (request.asker.clone(), request.access.entitlement.clone());
        self.person(&asker).denials.insert(entitlement, denial);
    }
}

/// The arrows from receipt to approval. What is not here is illegal.
///
/// ```text
/// Checking(Identifying) ─ PersonIdentified ─▶ itself; StandingDoubted ─▶ Standing
/// Checking(…)           ─ LookUpSlow ─▶ itself, once
/// Checking(…)           ─ ApproversSought ─▶ Finding ─ RequestPending ─▶ Pending
/// Checking, Pending     ─ RequestRefused, RequestCancelled, RequestLapsed ─▶ Ended
/// Pending               ─ ExtensionApplied ─▶ Ended
/// Pending               ─ DecisionReceived, StepApproved, ReminderSet, EscalationSet, FallbackAsked, FallbackTold
///                         ─▶ itself; RequestDenied ─▶ Ended
/// any                   ─ DecisionRefused ─▶ itself
/// ```
fn next(state: &State, event: &Event, words: &Words, at: Timestamp) -> Option<State> {
    Some(match (state, event) {
        (State::Checking { checking, slow: None }, Event::LookUpSlow { .. }) => {
            State::Checking { checking: checking.clone(), slow: Some(at) }
        }
        (State::Checking { checking: Checking::Identifying, .. }, Event::PersonIdentified { .. }) => state.clone(),
        (State::Checking { checking: Checking::Identifying, slow }, Event::StandingDoubted { person, .. }) => {
            State::Checking { checking: Checking::Standing { person: person.clone() }, slow: *slow }
        }
        (
            State::Checking { checking: Checking::Identifying | Checking::Standing { .. }, slow },
            Event::ApproversSought { person, sought, fallback, applied, .. },
        ) => {
            let (person, sought) = (person.clone(), sought.clone());
            let checking = Checking::Finding { person, sought, fallback: fallback.clone(), applied: applied.clone() };
            State::Checking { checking, slow: *slow }
        }
        (
            State::Checking { checking: Checking::Finding { person, .. }, .. },
            Event::RequestPending { steps, fallback, applied, .. },
        ) => {
            let (steps, fallback, applied) = (steps.clone(), fallback.clone(), applied.clone());
            let route = Route { person: person.clone(), steps, fallback, applied };
            State::Pending { route, clicks: Vec::new(), reminders: Reminders::default(), escalates: None }
        }
        (State::Checking { .. }, Event::RequestRefused { why, .. }) => {
            over(None, Ending::Refused { why: why.clone() }, at)
        }
        (State::Pending { route, .. }, Event::RequestRefused { why, .. }) => {
            over(Some(route), Ending::Refused { why: why.clone() }, at)
        }
        (State::Checking { .. }, Event::RequestCancelled { .. }) => over(None, Ending::Cancelled, at),
        (State::Pending { route, .. }, Event::RequestCancelled { .. }) => over(Some(route), Ending::Cancelled, at),
        (State::Checking { .. }, Event::RequestLapsed { .. }) => over(None, Ending::Unanswered, at),
        (State::Pending { route, .. }, Event::RequestLapsed { .. }) => over(Some(route), Ending::Unanswered, at),
        (
            State::Pending { route, clicks, reminders, escalates },
            Event::DecisionReceived { slack, verdict, terms, spot, .. },
        ) => {
            let reason = match verdict {
                Verdict::Approve | Verdict::ApproveForLess { .. } => None,
                Verdict::Deny { reason } => Some(Said::find(reason, words)),
            };
            let (slack, verdict, terms) = (slack.clone(), verdict.clone(), terms.clone());
            let click = Click { slack, verdict, reason, spot: *spot, terms, at };
            let clicks = clicks.iter().cloned().chain([click]).collect();
            State::Pending { route: route.clone(), clicks, reminders: *reminders, escalates: *escalates }
        }
        (State::Pending { route, clicks, reminders, escalates }, Event::DecisionRefused { slack, .. }) => {
            let (_, clicks) = take(clicks, slack)?;
            State::Pending { route: route.clone(), clicks, reminders: *reminders, escalates: *escalates }
        }
        // Decided or ended by a decision before it, in the same line.
        (_, Event::DecisionRefused { .. }) => state.clone(),
        (State::Pending { route, clicks, .. }, Event::StepApproved { step, by, .. }) => {
            let (click, clicks) = take(clicks, &by.slack)?;
            let place = usize::try_from(*step).ok()?;
            route.steps.get(place)?.approval.is_none().then_some(())?;
            let route = route.approved(place, Approval { by: by.clone(), at: click.at, less: None });
            State::Pending { route, clicks, reminders: Reminders::default(), escalates: None }
        }
        (State::Pending { route, clicks, escalates, .. }, Event::ReminderSet { at, told, .. }) => State::Pending {
            route: route.clone(),
            clicks: clicks.clone(),
            reminders: Reminders { told: *told, next: Some(*at) },
            escalates: *escalates,
        },
        (State::Pending { route, clicks, reminders, .. }, Event::EscalationSet { at, .. }) => {
            State::Pending { route: route.clone(), clicks: clicks.clone(), reminders: *reminders, escalates: Some(*at) }
        }
        (State::Pending { route, clicks, reminders, .. }, Event::FallbackTold { .. }) => {
            State::Pending { route: route.clone(), clicks: clicks.clone(), reminders: *reminders, escalates: None }
        }
        (State::Pending { route, clicks, reminders, .. }, Event::FallbackAsked { step, why, .. }) => {
            let route = asked_too(route, *step, StandIn { why: *why, at })?;
            State::Pending { route, clicks: clicks.clone(), reminders: *reminders, escalates: None }
        }
        (State::Pending { route, .. }, Event::ExtensionApplied { .. }) if route.current().is_none() => {
            over(Some(route), Ending::Applied, at)
        }
        (State::Pending { route, clicks, .. }, Event::RequestDenied { by, .. }) => {
            let (click, _) = take(clicks, &by.slack)?;
            over(Some(route), Ending::Denied { by: by.clone(), reason: click.reason? }, at)
        }
        _ => return None,
    })
}

/// The fallback approvers stand in for a step, beside those who are asked there already.
fn asked_too(route: &Route, step: u32, stand_in: StandIn) -> Option<Route> {
    let mut asked = route.clone();
    let step = asked.steps.get_mut(usize::try_from(step).ok()?)?;
    (step.approval.is_none() && step.stand_in.is_none()).then_some(())?;
    step.stand_in = Some(stand_in);
    let new = route.spare().filter(|one| !step.approvers.iter().any(|other| other.okta == one.okta));
    step.approvers.extend(new.cloned().collect::<Vec<_>>());
    Some(asked)
}

/// The first decision of one person that waits, and the others.
fn take(clicks: &[Click], slack: &SlackUserId) -> Option<(Click, Vec<Click>)> {
    let place = clicks.iter().position(|click| click.slack == *slack)?;
    let mut clicks = clicks.to_vec();
    let click = clicks.remove(place);
    Some((click, clicks))
}

/// An end before anything was given.
fn over(route: Option<&Route>, ending: Ending, at: Timestamp) -> State {
    State::Ended { route: route.cloned(), opened: None, ending, at, kept: None }
}
