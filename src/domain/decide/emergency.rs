//! Break-glass: access is taken first, and reviewed afterwards.
//!
//! Law: nobody approves it, and so everything else that can stop a request is asked, now and again before the addition;
//! whoever is to review it is found before it is taken, and told by the same line.

use super::{Case, Decision, Mode};
use crate::domain::{
    catalogue::{Entitlement, Who},
    command::{Ask, Refusal},
    event::Event,
    id::{ApplicationId, SlackUserId},
    live::Promise,
    membership::Motion,
    port::{Alert, Approver, Effect, Identity, Members, MembershipKey},
    request::{Access, NotSentOn, Purpose, Request, Sought, State, StepKind},
    review::{ADMINS_FROM, Panel, Review, times_late},
    rules::Question,
    time::{AccessDuration, EndRule},
};

/// What is taken, as the rules are asked about it.
struct Taking<'a> {
    access: &'a Access,
    end: EndRule,
    justification: &'a str,
}

impl<'a> From<&'a Request> for Taking<'a> {
    fn from(request: &'a Request) -> Self {
        let justification = request.justification.text.as_deref().unwrap_or_default();
        Self { access: &request.access, end: request.end, justification }
    }
}

impl Case<'_> {
    /// The longest that something can be had for in the way it is asked for.
    pub(super) fn longest(&self, purpose: Purpose, entitlement: &Entitlement) -> Result<AccessDuration, Refusal> {
        match (purpose, &self.today.catalogue.emergency) {
            (Purpose::Access | Purpose::Extension { .. }, _) => Ok(entitlement.max_duration),
            (Purpose::Emergency, Some(emergency)) if entitlement.emergency => {
                Ok(entitlement.max_duration.min(emergency.max_duration))
            }
            (Purpose::Emergency, _) => Err(Refusal::NotForEmergencies),
        }
    }

    /// Whether somebody may break glass at all now, and again: whatever can be told before it is known who they are. A
    /// freeze, which stops additions, stops this here.
    pub(super) fn may_take(&self, ask: &Ask) -> Result<(), Refusal> {
        if let Some(open) = self.unreviewed(&ask.who) {
            return Err(Refusal::ReviewOpen { request: open.id });
        }
        let over = self.live.person(&ask.who).and_then(|person| person.emergencies.get(&ask.entitlement));
        let cooldown = self.today.catalogue.emergency.as_ref().map(|emergency| emergency.cooldown);
        match over.zip(cooldown).map(|(over, cooldown)| cooldown.after(*over)) {
            Some(until) if until > self.now => Err(Refusal::CoolingDown { until }),
            _ => Ok(()),
        }
    }

    /// What somebody took, or is taking, by break-glass and nobody has reviewed.
    fn unreviewed(&self, who: &SlackUserId) -> Option<&Request> {
        let unreviewed = |request: &&Request| {
            request.asker == *who
                && request.purpose.is_emergency()
                && (request.review.is_open() || matches!(request.state, State::Checking { .. }))
        };
        self.live.requests.values().find(unreviewed)
    }

    /// Whether somebody who is known may take what they ask for.
    pub(super) fn may_be_asked(&self, ask: &Ask, access: &Access, person: &Identity) -> Result<(), Refusal> {
        let (_, justification) = ask.justification.parts();
        self.allows(&Taking { access, end: ask.end, justification }, person).map_err(|why| match why {
            NotSentOn::Forbidden { rules } => Refusal::Forbidden { rules },
            NotSentOn::Unjudged { rules } => Refusal::Unjudged { rules },
            _ => Refusal::NotOffered,
        })
    }

    /// Whether what is taken may be, by today's catalogue and rules. Of these only those that forbid are heard.
    pub(super) fn may_be_taken(&self, request: &Request, person: &Identity) -> Result<(), NotSentOn> {
        self.allows(&request.into(), person)
    }

    fn allows(&self, taking: &Taking<'_>, person: &Identity) -> Result<(), NotSentOn> {
        let Taking { access, end, justification } = *taking;
        let entitlement = self.offered(&access.entitlement, Some(&access.group), person);
        let found = self.today.catalogue.find(&access.entitlement).zip(entitlement);
        let ((application, _), entitlement) = found.ok_or(NotSentOn::NotOffered)?;
        let most = self.longest(Purpose::Emergency, entitlement).map_err(|_| NotSentOn::NotOffered)?;
        let duration = end.lasts(self.now).filter(|length| *length <= most).ok_or(NotSentOn::NotOffered)?;
        let question = Question {
            person,
            application,
            entitlement,
            duration,
            total: self.at_a_stretch(duration, access, person),
            at: self.now,
            justification,
            emergency: true,
        };
        match self.today.catalogue.rules.of(&question) {
            Ok(ruling) if ruling.forbidden.is_empty() => Ok(()),
            Ok(ruling) => Err(NotSentOn::Forbidden { rules: ruling.forbidden }),
            Err(unjudged) => Err(NotSentOn::Unjudged { rules: unjudged.0 }),
        }
    }

    /// How long somebody would have something with the whole planned time of what they hold of the same group.
    fn at_a_stretch(&self, duration: AccessDuration, access: &Access, person: &Identity) -> AccessDuration {
        let key = MembershipKey { group: access.group.clone(), user: person.okta.clone() };
        let holds = self.live.memberships.get(&key).into_iter().flat_map(|membership| membership.holds.keys());
        let planned = holds.filter_map(|id| match &self.request(*id)?.state {
            State::Active { opened, ends, .. } => u64::try_from((*ends - *opened).num_seconds()).ok(),
            _ => None,
        });
        let total = planned.fold(duration.secs(), u64::saturating_add);
        AccessDuration::from_secs(total).unwrap_or(AccessDuration::LONGEST)
    }

    /// Whom to tell of it: whoever reviews, and the owners. Reasons for which nobody is named are left out.
    pub(super) fn panels_of(&self, access: &Access, holder: &Identity) -> Vec<Sought> {
        let application: &ApplicationId = access.entitlement.application();
        let review = self.today.catalogue.emergency.iter();
        let review = review.map(|emergency| StepKind::Approvers { name: emergency.review.clone() });
        let sought = review.chain([StepKind::Owner { application: application.clone() }]).map(|kind| {
            let named = kind.approvers_today(self.today.catalogue, holder);
            let (people, groups): (Vec<Who>, _) = named.into_iter().partition(|who| who.person().is_some());
            let emails = people.iter().filter_map(Who::person).filter(|email| **email != holder.email);
            Sought { emails: emails.cloned().collect(), kind, groups }
        });
        sought.filter(|sought| !sought.emails.is_empty() || !sought.groups.is_empty()).collect()
    }

    /// Whoever is to be told was looked up: it is taken, and they are told.
    pub(super) fn taken(
        &self,
        request: &Request,
        person: &Identity,
        sought: &[Sought],
        found: (&[Approver], &[Members]),
        decision: &mut Decision,
    ) {
        let panel = |sought: &Sought| Panel { kind: sought.kind.clone(), people: sought.people(person, found) };
        let panels: Vec<Panel> = sought.iter().map(panel).filter(|panel| !panel.people.is_empty()).collect();
        let stopped = self.may_be_taken(request, person).err();
        // Nobody else could ever sign its review.
        if let Some(why) = stopped.or_else(|| panels.is_empty().then_some(NotSentOn::NobodyToAsk)) {
            return decision.event(Event::RequestRefused { request: request.id, why });
        }
        let membership = MembershipKey { group: request.access.group.clone(), user: person.okta.clone() };
        let until = request.end.end(self.now);
        decision.event(Event::EmergencyTaken { request: request.id, membership: membership.clone(), until, panels });
        let motion = self.live.memberships.get(&membership).map_or(&Motion::Outside, |kept| &kept.motion);
        if matches!(motion, Motion::Outside | Motion::Inside) {
            decision.effect(Effect::CheckMember { membership });
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
        let reminds = |promise: &Promise, to: &SlackUserId| matches!(&promise.effect, Effect::Remind { to: other, .. } if other == to);
        let signers = request.review.signers(&route.person, self.today.catalogue);
        for one in signers.into_iter().filter(|one| request.can_be_asked(&one.slack)) {
            // One that still waits to be said stands for it.
            if !self.live.promises_of(request.id).any(|(_, promise)| reminds(promise, &one.slack)) {
                decision.effect(Effect::Remind { request: request.id, to: one.slack.clone() });
            }
        }
        if told >= ADMINS_FROM {
            decision.effect(Effect::AlertAdmins { alert: Alert::ReviewLate { request: request.id } });
        }
    }
}
