//! What today's catalogue, rules and facts say of a request: its duties when it is made, and whether it is stopped
//! afterwards.
//!
//! Law: what applied when a request was made decides its steps. Today may stop it, and never loosens it.

use std::collections::BTreeSet;

use super::{Case, Decision};
use crate::domain::{
    catalogue::{Application, Catalogue, Entitlement},
    command::Refusal,
    duty::{Barred, Duties, duties},
    id::{EntitlementId, OktaGroupId, OktaUserId, RequestId},
    membership::Stretch,
    port::{Alert, Effect, Facts, Identity, MembershipKey},
    request::{Access, Decider, NotSentOn, Purpose, Request},
    rules::{Question, Ruling},
    time::{AccessDuration, EndRule, Timestamp},
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

/// What was read anew of those a request concerns, as far as that was done: it may stop the request, and no more.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fresh<'a> {
    /// What the directory says of the requester.
    pub(super) facts: Option<&'a Facts>,
    /// Of those who approved, whose accounts are not ACTIVE any more.
    pub(super) lapsed: &'a [OktaUserId],
}

impl Fresh<'_> {
    /// The requester as they are now, or were when nothing newer was read.
    pub(super) fn of(&self, kept: &Identity) -> Identity {
        self.facts.map_or_else(|| kept.clone(), |facts| kept.with(facts))
    }
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

/// Who decides a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Decided {
    /// Somebody, who looks at it; or those who are told, where it is taken by break-glass.
    BySomebody,
    /// Rules alone, by what is known of its requester: this is looked up anew then, as nobody else looks.
    ByRules,
}

/// What a request would have to go through if it were made now: what a form shows before it is sent.
#[derive(Clone, Copy, Debug)]
pub struct Outlook<'a> {
    /// What can be asked for, by which rules.
    pub catalogue: &'a Catalogue,
    /// Who asks.
    pub person: &'a Identity,
    /// The groups in which they stand through Jitney: these loosen nothing.
    pub ours: &'a BTreeSet<OktaGroupId>,
    /// Until when.
    pub end: EndRule,
    /// For how many seconds they held or hold the same group, at the stretch that this would continue.
    pub before: u64,
    /// For how many seconds of these the access that it extends was planned; 0 where it extends none.
    pub extends: u64,
    /// Why, in their words.
    pub why: &'a str,
    /// Whether it is taken by break-glass.
    pub emergency: bool,
    /// The present.
    pub now: Timestamp,
}

impl Outlook<'_> {
    /// As it is put to the rules, about one entitlement of the group.
    fn question<'q>(
        &'q self,
        person: &'q Identity,
        length: AccessDuration,
        application: &'q Application,
        entitlement: &'q Entitlement,
    ) -> Question<'q> {
        Question {
            person,
            application,
            entitlement,
            duration: length,
            total: together(length, self.before),
            at: self.now,
            justification: self.why,
            emergency: self.emergency,
        }
    }

    /// The duties of a request for an entitlement.
    ///
    /// # Errors
    /// Why it could not be made: rules, or its length.
    pub fn of(&self, id: &EntitlementId) -> Result<Duties, NotSentOn> {
        let length = self.end.lasts(self.now).ok_or(NotSentOn::NotOffered)?;
        let rules = &self.catalogue.rules;
        let without = self.person.without(self.ours);
        let ask = |application: &Application, entitlement: &Entitlement| {
            let of = |person| rules.of(&self.question(person, length, application, entitlement));
            let mut ruling = of(self.person)?;
            if let Some(without) = &without {
                ruling = ruling.stricter(of(without)?);
            }
            // Of break-glass only what forbids is heard: nobody approves it.
            let heard = |ruling: Ruling| Ruling { forbidden: ruling.forbidden, ..Ruling::default() };
            Ok(if self.emergency { heard(ruling) } else { ruling })
        };
        let mut duties = duties(self.catalogue, id, ask)?;
        if self.emergency {
            let longest = self.catalogue.find(id).and_then(|(_, found)| self.catalogue.longest_emergency(found));
            duties.most = duties.most.min(longest.ok_or(NotSentOn::NotOffered)?);
        }
        // What is kept for longer is bounded as a whole.
        if length.secs().saturating_add(self.extends) > duties.most.secs() {
            return Err(NotSentOn::TooLong { most: duties.most, rule: duties.bounded_by().cloned() });
        }
        Ok(duties)
    }
}

impl Case<'_> {
    /// A request of somebody as today's catalogue and rules see it.
    fn outlook<'o>(&'o self, asked: Asked<'o>, person: &'o Identity, ours: &'o BTreeSet<OktaGroupId>) -> Outlook<'o> {
        let key = MembershipKey { group: asked.access.group.clone(), user: person.okta.clone() };
        Outlook {
            catalogue: self.today.catalogue,
            person,
            ours,
            end: asked.end,
            before: self.live.stretch(&key, self.today.limits.gap, self.now, Some(asked.id)),
            extends: match asked.purpose {
                Purpose::Extension { opened, ends, .. } => Stretch::whole(opened, ends).secs,
                Purpose::Access | Purpose::Emergency => 0,
            },
            why: asked.why,
            emergency: asked.purpose == Purpose::Emergency,
            now: self.now,
        }
    }

    /// What a request of somebody has to go through, by today's catalogue and rules.
    pub(super) fn duties_of(&self, asked: Asked<'_>, person: &Identity) -> Result<Duties, NotSentOn> {
        self.outlook(asked, person, &self.ours(person)).of(&asked.access.entitlement)
    }

    /// The groups in which somebody stands by our doing: being given access neither frees from a rule nor makes anyone
    /// decide.
    pub(super) fn ours(&self, who: &Identity) -> BTreeSet<OktaGroupId> {
        self.live.ours(&who.okta, self.now).collect()
    }

    /// Why a request that was put to its approvers may not go on, if today stops it.
    pub(super) fn stopped(&self, request: &Request, fresh: Fresh<'_>) -> Option<NotSentOn> {
        let Some(route) = request.route() else { return Some(NotSentOn::NotOffered) };
        if self.live.is_suspended(&request.asker) {
            return Some(NotSentOn::IdentityChanged);
        }
        let void = |by: &&Decider| fresh.lapsed.contains(&by.okta) || !self.is_still(by);
        if let Some(by) = route.approvals().map(|approval| &approval.by).find(void) {
            return Some(NotSentOn::ApprovalVoid { by: by.clone() });
        }
        let person = fresh.of(&route.person);
        if self.offered(&request.access.entitlement, Some(&request.access.group), &person).is_none() {
            return Some(NotSentOn::NotOffered);
        }
        self.duties_of(request.into(), &person).err()
    }

    /// Whether whoever approved is the same person: a pair of accounts that was contradicted since is none, also once an
    /// admin has ended it.
    fn is_still(&self, by: &Decider) -> bool {
        self.live.binding(&by.slack).is_some_and(|binding| binding.holds() && binding.identity.okta == by.okta)
    }

    /// Rules that cannot be evaluated are a matter for admins.
    pub(super) fn tell_unjudged(&self, request: RequestId, why: &NotSentOn, decision: &mut Decision) {
        if let NotSentOn::Unjudged { rules } = why {
            let alert = Alert::RulesUnjudged { request, rules: rules.clone() };
            decision.effect(Effect::AlertAdmins { alert });
        }
    }

    /// Whether a request can go on record. What rules cannot say does, so that admins are told. Answers whether somebody
    /// decides it, or nobody needs to.
    pub(super) fn may_be_made(&self, asked: Asked<'_>, person: &Identity) -> Result<Decided, Refusal> {
        match self.duties_of(asked, person) {
            Ok(duties) if duties.steps.is_empty() && !asked.purpose.is_emergency() => Ok(Decided::ByRules),
            Ok(_) | Err(NotSentOn::Unjudged { .. }) => Ok(Decided::BySomebody),
            Err(why) => Err(why.into()),
        }
    }

    /// The rules that take the decision on a request from somebody: of everything that the group opens, by its requester
    /// as kept and as they are now, and also without the groups in which either stands by our doing.
    pub(super) fn forbids_deciding(
        &self,
        request: &Request,
        who: &Identity,
        fresh: Fresh<'_>,
    ) -> Result<(), NotSentOn> {
        let (Some(route), Some(length)) = (request.route(), request.end.lasts(self.now)) else { return Ok(()) };
        let catalogue = self.today.catalogue;
        let (application, entitlement) = catalogue.find(&request.access.entitlement).ok_or(NotSentOn::NotOffered)?;
        let now = Some(fresh.of(&route.person)).filter(|now| *now != route.person);
        let (ours, own) = (self.ours(&route.person), who.without(&self.ours(who)));
        let without = |person: &Identity| person.without(&ours);
        let (kept_without, now_without) = (without(&route.person), now.as_ref().and_then(without));
        let mut rules = Vec::new();
        let opened = std::iter::once((application, entitlement)).chain(catalogue.sharing(entitlement));
        let requesters = || std::iter::once(&route.person).chain(&kept_without).chain(&now).chain(&now_without);
        let outlook = self.outlook(request.into(), &route.person, &ours);
        for (requester, (application, entitlement)) in opened.flat_map(|one| requesters().map(move |who| (who, one))) {
            let question = outlook.question(requester, length, application, entitlement);
            for who in std::iter::once(who).chain(&own) {
                let forbid = catalogue.rules.forbid_deciding(&question, who);
                rules.extend(forbid.map_err(|unjudged| NotSentOn::Unjudged { rules: unjudged.0 })?);
            }
        }
        rules.sort();
        rules.dedup();
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
