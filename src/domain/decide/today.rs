//! What today's catalogue, rules and facts say of a request: its duties when it is made, and whether it is stopped
//! afterwards.
//!
//! Law: what applied when a request was made decides its steps. Today may stop it, and never loosens it.

use super::{Case, Decision};
use crate::domain::{
    catalogue::{Application, Entitlement},
    duty::{Barred, Duties, duties},
    id::RequestId,
    port::{Alert, Effect, Facts, Identity, MembershipKey},
    request::{Access, NotSentOn, Purpose, Request},
    rules::Question,
    time::{AccessDuration, EndRule},
};

/// A request as far as rules go by it: on record, or about to be.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) id: RequestId,
    pub(super) access: &'a Access,
    pub(super) purpose: Purpose,
    pub(super) end: EndRule,
    /// Why, in their words; empty where these were erased.
    pub(super) why: &'a str,
}

impl<'a> From<&'a Request> for Asked<'a> {
    fn from(request: &'a Request) -> Self {
        Self {
            id: request.id,
            access: &request.access,
            purpose: request.purpose,
            end: request.end,
            why: request.justification.text.as_deref().unwrap_or_default(),
        }
    }
}

impl Case<'_> {
    /// What a request of somebody has to go through, by today's catalogue and rules.
    pub(super) fn duties_of(&self, asked: Asked<'_>, person: &Identity) -> Result<Duties, NotSentOn> {
        let length = asked.end.lasts(self.now).ok_or(NotSentOn::NotOffered)?;
        let key = MembershipKey { group: asked.access.group.clone(), user: person.okta.clone() };
        let before = self.live.stretch(&key, self.today.limits.gap, self.now, Some(asked.id));
        let rules = &self.today.catalogue.rules;
        let ask = |application: &Application, entitlement: &Entitlement| {
            rules.of(&Question {
                person,
                application,
                entitlement,
                duration: length,
                total: together(length, before),
                at: self.now,
                justification: asked.why,
                emergency: asked.purpose == Purpose::Emergency,
            })
        };
        let duties = duties(self.today.catalogue, &asked.access.entitlement, ask)?;
        if length > duties.most {
            return Err(NotSentOn::TooLong { most: duties.most, rule: duties.bounded_by().cloned() });
        }
        Ok(duties)
    }

    /// Why a request that was put to its approvers may not go on, if today stops it; `facts` are what the directory
    /// says of the requester now, where that was looked up.
    pub(super) fn stopped(&self, request: &Request, facts: Option<&Facts>) -> Option<NotSentOn> {
        let Some(route) = request.route() else { return Some(NotSentOn::NotOffered) };
        let person = facts.map_or_else(|| route.person.clone(), |facts| route.person.with(facts));
        if self.offered(&request.access.entitlement, Some(&request.access.group), &person).is_none() {
            return Some(NotSentOn::NotOffered);
        }
        self.duties_of(request.into(), &person).err()
    }

    /// Rules that cannot be evaluated are a matter for admins.
    pub(super) fn tell_unjudged(&self, request: RequestId, why: &NotSentOn, decision: &mut Decision) {
        if let NotSentOn::Unjudged { rules } = why {
            let alert = Alert::RulesUnjudged { request, rules: rules.clone() };
            decision.effect(Effect::AlertAdmins { alert });
        }
    }

    /// The rules that take the decision on a request from somebody.
    pub(super) fn forbids_deciding(&self, request: &Request, who: &Identity) -> Result<(), NotSentOn> {
        let (Some(route), Some(length)) = (request.route(), request.end.lasts(self.now)) else { return Ok(()) };
        let found = self.today.catalogue.find(&request.access.entitlement);
        let (application, entitlement) = found.ok_or(NotSentOn::NotOffered)?;
        let before = request
            .membership()
            .map_or(0, |key| self.live.stretch(&key, self.today.limits.gap, self.now, Some(request.id)));
        let question = Question {
            person: &route.person,
            application,
            entitlement,
            duration: length,
            total: together(length, before),
            at: self.now,
            justification: request.justification.text.as_deref().unwrap_or_default(),
            emergency: request.purpose == Purpose::Emergency,
        };
        let rules = self.today.catalogue.rules.forbid_deciding(&question, who);
        let rules = rules.map_err(|unjudged| NotSentOn::Unjudged { rules: unjudged.0 })?;
        if rules.is_empty() { Ok(()) } else { Err(NotSentOn::Forbidden { rules }) }
    }
}

impl From<Barred> for NotSentOn {
    fn from(barred: Barred) -> Self {
        match barred {
            Barred::NotOffered => Self::NotOffered,
            Barred::Forbidden(rules) => Self::Forbidden { rules },
            Barred::Unjudged(rules) => Self::Unjudged { rules },
        }
    }
}

/// A length with what was held before at the same stretch; the longest length there is where it is more.
fn together(length: AccessDuration, before_secs: u64) -> AccessDuration {
    AccessDuration::from_secs(length.secs().saturating_add(before_secs)).unwrap_or(AccessDuration::LONGEST)
}
