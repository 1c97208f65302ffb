//! Break-glass: access is taken first, and reviewed afterwards.
//!
//! Law: nobody approves it, and so everything else that can stop a request is asked, now and again before the addition;
//! whoever is to review it is found before it is taken, and told by the same line.

use super::{
    Asked, Case, Decision, Mode,
    ask::Asker,
    routing::{FoundPeople, finds},
};
use crate::domain::{
    catalogue::Entitlement,
    command::Refusal,
    event::Event,
    id::{EntitlementId, RequestId},
    live::Promise,
    membership::Motion,
    port::{Alert, Approver, Effect, Identity, MembershipKey},
    request::{Access, NotSentOn, Purpose, Request, Sought, State, StepKind},
    review::{ADMINS_FROM, Panel, Review, times_late},
    time::AccessDuration,
};

impl Case<'_> {
    /// The longest that something can be had for in the way it is asked for.
    pub(super) fn longest(&self, purpose: Purpose, entitlement: &Entitlement) -> Result<AccessDuration, Refusal> {
        if !purpose.is_emergency() {
            return Ok(entitlement.max_duration);
        }
        self.today.catalogue.longest_emergency(entitlement).ok_or(Refusal::NotForEmergencies)
    }

    /// Whether somebody may break glass now, and again: whatever can be told before it is known who they are.
    pub(super) fn may_take(&self, asker: Asker<'_>, entitlement: &EntitlementId) -> Result<(), Refusal> {
        if let Some(freeze) = &self.live.frozen {
            return Err(Refusal::Frozen { since: freeze.since });
        }
        self.rests(asker, entitlement, None).map_or(Ok(()), |why| Err(why.into()))
    }

    /// Why somebody may not break glass again, beside a request of theirs that is about to be taken.
    pub(super) fn rests(
        &self,
        asker: Asker<'_>,
        entitlement: &EntitlementId,
        except: Option<RequestId>,
    ) -> Option<NotSentOn> {
        if let Some(open) = self.unreviewed(asker, except) {
            return Some(NotSentOn::ReviewOpen { request: open.id });
        }
        let over = asker.okta.and_then(|user| self.live.emergencies.get(user)?.get(entitlement))?;
        let until = self.today.catalogue.emergency.as_ref()?.cooldown.after(*over);
        (until > self.now).then_some(NotSentOn::CoolingDown { until })
    }

    /// What somebody took, or is taking, by break-glass and nobody has reviewed.
    fn unreviewed(&self, asker: Asker<'_>, except: Option<RequestId>) -> Option<&Request> {
        let unreviewed = |request: &&Request| {
            let opens = request.review.is_open() || matches!(request.state, State::Checking { .. });
            opens && request.purpose.is_emergency() && Some(request.id) != except && asker.asked(request)
        };
        self.live.requests.values().find(unreviewed)
    }

    /// Finds out how those can be reached who are to be told. Where there is nobody, nothing is taken.
    pub(super) fn seek_reviewers(&self, asked: Asked<'_>, person: &Identity, decision: &mut Decision) {
        let sought = self.panels_of(asked.access, person);
        if sought.is_empty() {
            return self.not_sent_on(asked.id, NotSentOn::NobodyToAsk, decision);
        }
        let effect = finds(asked.id, sought.iter());
        let (request, person, applied) = (asked.id, person.clone(), Vec::new());
        decision.event(Event::ApproversSought { request, person, sought, fallback: None, applied });
        decision.effect(effect);
    }

    /// Whom to tell of it: whoever reviews, and the owners. Reasons for which nobody is named are left out.
    pub(super) fn panels_of(&self, access: &Access, holder: &Identity) -> Vec<Sought> {
        let application = access.entitlement.application().clone();
        let review = self.today.catalogue.emergency.iter();
        let review = review.map(|emergency| StepKind::Approvers { name: emergency.review.clone() });
        let kinds = review.chain([StepKind::Owner { application }]);
        let sought = kinds.map(|kind| self.sought(kind, holder));
        sought.filter(|sought| !sought.emails.is_empty() || !sought.groups.is_empty()).collect()
    }

    /// Whoever is to be told was looked up: it is taken, and they are told.
    pub(super) fn taken(
        &self,
        request: &Request,
        person: &Identity,
        sought: &[Sought],
        found: FoundPeople<'_>,
        decision: &mut Decision,
    ) {
        found.approvers.iter().for_each(|approver| self.doubt(approver.into(), decision));
        // Much may have changed since it was asked for.
        if self.live.frozen.is_some() || self.today.mode != Mode::Serving {
            return self.not_sent_on(request.id, NotSentOn::NotNow, decision);
        }
        let panels = self.panels(sought, person, found);
        let offered = self.offered(&request.access.entitlement, Some(&request.access.group), person);
        let stopped = match offered {
            Some(_) => self.duties_of(request.into(), person).err(),
            None => Some(NotSentOn::NotOffered),
        };
        // Nobody else could ever sign its review.
        if let Some(why) = stopped.or_else(|| panels.is_empty().then_some(NotSentOn::NobodyToAsk)) {
            return self.not_sent_on(request.id, why, decision);
        }
        let membership = MembershipKey { group: request.access.group.clone(), user: person.okta.clone() };
        let until = request.end.end(self.now);
        decision.event(Event::EmergencyTaken { request: request.id, membership: membership.clone(), until, panels });
        let motion = self.live.memberships.get(&membership).map_or(&Motion::Outside, |kept| &kept.motion);
        if matches!(motion, Motion::Outside | Motion::Inside) {
            decision.effect(Effect::CheckMember { membership });
        }
    }

    /// Those who were found, by the reason for which they are told.
    fn panels(&self, sought: &[Sought], holder: &Identity, found: FoundPeople<'_>) -> Vec<Panel> {
        let panel = |sought: &Sought| {
            // Whose accounts match no more cannot sign, and need not read what was taken.
            let people = found.beside(sought, holder).into_iter();
            let people = people.filter(|one| self.live.is_bound_rightly(one.into())).collect();
            Panel { kind: sought.kind.clone(), people }
        };
        sought.iter().map(panel).filter(|panel| !panel.people.is_empty()).collect()
    }

    /// Whoever reviews and owns by now was looked up: those who were not told before are told, and may sign.
    pub(super) fn tell_more(&self, request: &Request, found: FoundPeople<'_>, decision: &mut Decision) {
        let (Review::Open { panels, .. }, Some(route)) = (&request.review, request.route()) else { return };
        found.approvers.iter().for_each(|approver| self.doubt(approver.into(), decision));
        let sought = self.panels_of(&request.access, &route.person);
        // Whoever was turned away once, and is among them again, is told anew.
        let is_told = |panel: &Panel, one: &Approver| {
            let same = |other: &Approver| other.okta == one.okta && other.slack == one.slack;
            let told = panels.iter().any(|told| told.kind == panel.kind && told.people.iter().any(same));
            told && !request.dismissed.contains_key(&one.slack)
        };
        let mut new = self.panels(&sought, &route.person, found);
        for panel in &mut new {
            let told = panel.clone();
            panel.people.retain(|one| !is_told(&told, one));
        }
        new.retain(|panel| !panel.people.is_empty());
        if !new.is_empty() {
            decision.event(Event::ReviewersFound { request: request.id, panels: new });
        }
    }

    /// Nobody signed a review for long: those who may are told, and from some telling on admins too.
    pub(super) fn chase(&self, request: &Request, decision: &mut Decision) {
        let (Review::Open { since, .. }, Some(route)) = (&request.review, request.route()) else { return };
        // Nothing can be signed: it waits until something can.
        if self.today.mode == Mode::Custody {
            return;
        }
        let told = times_late(self.now - *since);
        decision.event(Event::ReviewLate { request: request.id, told });
        let signers = request.review.signers(&route.person, self.today.catalogue).into_iter();
        let signers = signers.filter(|one| request.can_be_asked(&one.slack)).map(|one| &one.slack);
        self.remind_each(request.id, signers, decision);
        // Those who were told may all have left since.
        let sought = self.panels_of(&request.access, &route.person);
        let is_under_way = |promise: &Promise| matches!(promise.effect, Effect::FindApprovers { .. });
        if !sought.is_empty() && !self.live.promises_of(request.id).any(|(_, promise)| is_under_way(promise)) {
            decision.effect(finds(request.id, sought.iter()));
        }
        if told >= ADMINS_FROM {
            decision.effect(Effect::AlertAdmins { alert: Alert::ReviewLate { request: request.id } });
        }
    }
}
