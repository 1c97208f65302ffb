//! To whom a request is put: its steps, who can be asked in each, and who stands in where nobody else can or does.
//!
//! Law: nobody is asked about their own request, one person meets one step, and a step that nobody can decide is put to
//! the fallback approvers or to nobody: it is never skipped.

use std::collections::BTreeSet;

use super::{Asked, Case, Decision, Mode};
use crate::domain::{
    catalogue::Who,
    duty::{Applied, Does, Duties},
    event::Event,
    id::{Email, OktaUserId, RequestId, SlackUserId},
    port::{Alert, Approver, Effect, Identity, Members, MembershipKey},
    request::{Fallback, NotSentOn, Purpose, Request, Route, Sought, StandsIn, Step, StepKind},
};

/// What was sought, and waits for those it names to be found.
#[derive(Clone, Copy)]
pub(super) struct Plan<'a> {
    pub(super) sought: &'a [Sought],
    pub(super) fallback: Option<&'a Sought>,
    pub(super) applied: &'a [Applied],
}

/// Who was found.
#[derive(Clone, Copy)]
pub(super) struct FoundPeople<'a> {
    pub(super) approvers: &'a [Approver],
    pub(super) members: &'a [Members],
    pub(super) missing: &'a [Email],
}

impl Case<'_> {
    /// What the rules demand of a request, and then how its approvers can be reached.
    pub(super) fn seek(&self, asked: Asked<'_>, person: &Identity, decision: &mut Decision) {
        let duties = match self.duties_of(asked, person) {
            Ok(duties) => duties,
            Err(why) => return self.not_sent_on(asked.id, why, decision),
        };
        if asked.purpose.is_emergency() {
            return self.seek_reviewers(asked, person, decision);
        }
        if duties.steps.is_empty() {
            return self.approve_by_rules(asked, person, duties, decision);
        }
        let sought: Vec<Sought> = duties.steps.iter().map(|kind| self.sought(kind.clone(), person)).collect();
        let name = self.today.catalogue.fallback.clone();
        let fallback = name.map(|name| self.sought(StepKind::Approvers { name }, person));
        if is_missing_a_right(&sought, person) {
            decision.effect(Effect::AlertAdmins { alert: Alert::ManagerUnread { request: asked.id } });
        }
        let all = || sought.iter().chain(&fallback);
        if all().all(|step| step.emails.is_empty() && step.groups.is_empty()) {
            return self.not_sent_on(asked.id, nobody(&sought, person), decision);
        }
        let effect = finds(asked.id, all());
        let (request, person) = (asked.id, person.clone());
        decision.event(Event::ApproversSought { request, person, sought, fallback, applied: duties.applied });
        decision.effect(effect);
    }

    /// Whom a step names today, without the requester.
    pub(super) fn sought(&self, kind: StepKind, requester: &Identity) -> Sought {
        let named = kind.approvers_today(self.today.catalogue, requester);
        let (people, groups): (Vec<Who>, _) = named.into_iter().partition(|who| who.person().is_some());
        let emails = people.iter().filter_map(Who::person).filter(|email| **email != requester.email);
        Sought { kind, emails: emails.cloned().collect(), groups }
    }

    /// It is not put to anyone, and whoever has to mend that is told.
    pub(super) fn not_sent_on(&self, request: RequestId, why: NotSentOn, decision: &mut Decision) {
        self.tell_unjudged(request, &why, decision);
        decision.event(Event::RequestRefused { request, why });
    }

    /// Rules let it through without asking anyone: it passes through its steps, of which there are none.
    fn approve_by_rules(&self, asked: Asked<'_>, person: &Identity, duties: Duties, decision: &mut Decision) {
        if self.today.mode != Mode::Serving {
            return self.not_sent_on(asked.id, NotSentOn::NotNow, decision);
        }
        // Nothing is approved by nothing.
        if !duties.applied.iter().any(|applied| applied.does == Does::AutoApprove) {
            return self.not_sent_on(asked.id, NotSentOn::NobodyToAsk, decision);
        }
        let (request, person) = (asked.id, person.clone());
        let key = MembershipKey { group: asked.access.group.clone(), user: person.okta.clone() };
        let sought =
            Event::ApproversSought { request, person, sought: Vec::new(), fallback: None, applied: Vec::new() };
        decision.event(sought);
        decision.event(Event::RequestPending { request, steps: Vec::new(), fallback: None, applied: duties.applied });
        match asked.purpose {
            Purpose::Extension { .. } => self.prolong(request, asked.purpose, asked.end, decision),
            Purpose::Access | Purpose::Emergency => self.give(request, key, asked.end, decision),
        }
    }

    /// The approvers were looked up: the request is put to them, in the order the configuration names them.
    pub(super) fn found(
        &self,
        request: &Request,
        person: &Identity,
        plan: Plan<'_>,
        found: FoundPeople<'_>,
        decision: &mut Decision,
    ) {
        let id = request.id;
        found.approvers.iter().for_each(|approver| self.doubt(approver.into(), decision));
        // Whose accounts match no more cannot decide, and need not read what is asked.
        let rightly = |one: &Approver| self.live.is_bound_rightly(one.into());
        let people = |step: &Sought| others(found.of(step), person).into_iter().filter(rightly).collect::<Vec<_>>();
        let steps: Vec<Step> = plan.sought.iter().map(|step| Step::new(step.kind.clone(), people(step))).collect();
        let fallback = plan.fallback.and_then(|sought| match &sought.kind {
            StepKind::Approvers { name } => Some(Fallback { name: name.clone(), approvers: people(sought) }),
            _ => None,
        });
        let spare = fallback.as_ref().map(|fallback| fallback.approvers.as_slice()).unwrap_or_default();
        if !Route::can_be_met(&steps, spare, &BTreeSet::new()) {
            return self.not_sent_on(id, nobody(plan.sought, person), decision);
        }
        if !found.missing.is_empty() {
            let alert = Alert::ApproversMissing { request: id, emails: found.missing.to_vec() };
            decision.effect(Effect::AlertAdmins { alert });
        }
        let route = Route { person: person.clone(), steps, fallback, applied: plan.applied.to_vec() };
        let Route { steps, fallback, applied, .. } = route.clone();
        decision.event(Event::RequestPending { request: id, steps, fallback, applied });
        self.begin_step(request, &route, decision);
    }

    /// A step begins: whoever can decide it is asked, and it is set when they are reminded, and when it escalates.
    /// Answers whether anybody is asked.
    pub(super) fn begin_step(&self, request: &Request, route: &Route, decision: &mut Decision) -> bool {
        if !self.staff(request, route, None, decision) {
            return false;
        }
        decision.event(self.reminder(request.id, 0));
        if route.spare().next().is_some() {
            let at = self.today.limits.escalate_after.after(self.now);
            decision.event(Event::EscalationSet { request: request.id, at });
        }
        true
    }

    /// Where nobody is left who could decide the present step, without somebody who has just turned out to be none,
    /// the fallback approvers are asked; where there are none left either, it ends. Answers whether it is still open.
    pub(super) fn staff(
        &self,
        request: &Request,
        route: &Route,
        gone: Option<&SlackUserId>,
        decision: &mut Decision,
    ) -> bool {
        let Some((place, step)) = route.current() else { return true };
        let can = |one: &Approver| self.can_be_asked(request, one) && gone != Some(&one.slack);
        if self.able(request, route, step).iter().any(can) {
            return true;
        }
        let today = self.today.catalogue.stand_ins();
        if step.stand_in.is_none() && route.spare().any(|one| can(one) && one.may_be_among(today)) {
            let (request, why) = (request.id, StandsIn::NobodyElse);
            decision.event(Event::FallbackAsked { request, step: u32::try_from(place).unwrap_or(u32::MAX), why });
            return true;
        }
        self.not_sent_on(request.id, NotSentOn::NobodyToAsk, decision);
        false
    }

    /// Those of a step's approvers who can decide it by today's configuration and can be reached.
    fn able(&self, request: &Request, route: &Route, step: &Step) -> Vec<Approver> {
        let today = step.deciders(self.today.catalogue, &route.person);
        let reached = |one: &Approver| !request.unreachable.contains(&one.slack) && !self.live.is_suspended(&one.slack);
        let able = |one: &&Approver| one.may_be_among(&today) && reached(one);
        step.approvers.iter().filter(able).cloned().collect()
    }

    /// Whether somebody can be shown a request, and their accounts are not known to match no more.
    fn can_be_asked(&self, request: &Request, one: &Approver) -> bool {
        request.can_be_asked(&one.slack) && !self.live.is_suspended(&one.slack)
    }

    /// The steps that are not met, with those who can decide them by today's configuration and can be reached.
    pub(super) fn left(&self, request: &Request, route: &Route) -> Vec<Step> {
        let unmet = route.steps.iter().filter(|step| step.approval.is_none());
        let able = |step: &Step| Step { approvers: self.able(request, route, step), ..step.clone() };
        let mut left: Vec<Step> = unmet.map(able).collect();
        // Whoever turned out to have no say in the present step may have one in a later.
        if let Some(present) = left.first_mut() {
            present.approvers.retain(|one| !request.dismissed.contains_key(&one.slack));
        }
        left
    }

    /// Whether somebody's yes to the present step would leave a later one to nobody, where without it all could be met.
    pub(super) fn is_needed_later(&self, request: &Request, route: &Route, who: &OktaUserId) -> bool {
        let left = self.left(request, route);
        let later = left.get(1..).unwrap_or_default();
        let spare: Vec<Approver> = route.spare().filter(|one| self.can_be_asked(request, one)).cloned().collect();
        let can = |steps, approved: &BTreeSet<&OktaUserId>| Route::can_be_met(steps, &spare, approved);
        can(&left, &BTreeSet::new()) && !can(later, &BTreeSet::from([who]))
    }

    /// Nobody answered for long: the fallback approvers are asked too, or told where they cannot stand in.
    pub(super) fn escalate(&self, request: &Request, route: &Route, decision: &mut Decision) {
        let Some((place, step)) = route.current() else { return };
        let found = self.today.catalogue.find(&request.access.entitlement);
        let stands_in = found.is_some_and(|(_, entitlement)| entitlement.escalates);
        let asked = |one: &&Approver| step.approvers.iter().any(|other| other.okta == one.okta);
        let today = self.today.catalogue.stand_ins();
        let fit = |one: &&Approver| one.may_be_among(today) && !self.live.is_suspended(&one.slack);
        let new = route.spare().filter(|one| !asked(one) && fit(one));
        let new: Vec<&Approver> = new.collect();
        if step.stand_in.is_none() && stands_in && !new.is_empty() {
            let step = u32::try_from(place).unwrap_or(u32::MAX);
            let why = StandsIn::NoAnswer { after: self.today.limits.escalate_after };
            return decision.event(Event::FallbackAsked { request: request.id, step, why });
        }
        decision.event(Event::FallbackTold { request: request.id });
        for one in new.into_iter().filter(|one| step.stand_in.is_none() && self.can_be_asked(request, one)) {
            decision.effect(Effect::TellFallback { request: request.id, to: one.slack.clone() });
        }
    }
}

/// Finds out how those can be reached who are sought, each once.
pub(super) fn finds<'a>(request: RequestId, sought: impl Iterator<Item = &'a Sought> + Clone) -> Effect {
    let emails: BTreeSet<Email> = sought.clone().flat_map(|step| step.emails.iter().cloned()).collect();
    let groups: BTreeSet<Who> = sought.flat_map(|step| step.groups.iter().cloned()).collect();
    Effect::FindApprovers { request, emails: emails.into_iter().collect(), groups: groups.into_iter().collect() }
}

/// Whether a manager is to decide of whom Okta does not let it be read who that is.
fn is_missing_a_right(sought: &[Sought], requester: &Identity) -> bool {
    requester.manager_unread && sought.iter().any(|step| step.kind == StepKind::Manager)
}

/// Why too few can decide.
fn nobody(sought: &[Sought], requester: &Identity) -> NotSentOn {
    if is_missing_a_right(sought, requester) { NotSentOn::ManagerUnread } else { NotSentOn::NobodyToAsk }
}

impl FoundPeople<'_> {
    /// Those of a step who are not its requester.
    pub(super) fn beside(&self, step: &Sought, requester: &Identity) -> Vec<Approver> {
        others(self.of(step), requester)
    }

    /// Those of a step, in the order in which they are named; members of groups after people.
    fn of(&self, step: &Sought) -> Vec<&Approver> {
        let groups = self.members.iter().filter(|members| step.groups.contains(&members.group));
        let named = step.emails.iter().chain(groups.flat_map(|members| &members.emails));
        let mut people: Vec<&Approver> = Vec::new();
        for approver in named.filter_map(|email| self.approvers.iter().find(|one| one.email == *email)) {
            if !people.iter().any(|one| one.okta == approver.okta) {
                people.push(approver);
            }
        }
        people
    }
}

/// Whoever is asked is never the requester, by either account.
fn others(found: Vec<&Approver>, requester: &Identity) -> Vec<Approver> {
    let others = found.into_iter().filter(|one| one.okta != requester.okta && one.slack != requester.slack);
    others.cloned().collect()
}
