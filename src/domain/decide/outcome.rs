//! What promises came to, and what follows; and what follows when they fail.

use chrono::TimeDelta;

use super::{
    Case, Decision,
    routing::{FoundPeople, Plan},
    today::Fresh,
};
use crate::domain::{
    command::{Failure, Refusal},
    event::Event,
    id::{EffectId, RequestId, SlackUserId},
    live::{Lacks, Promise, Refuser},
    port::{Alert, Class, Doubt, Effect, Identity, Nudge, Outcome, Requester, Unfit, Vendor},
    request::{Checking, State},
};

/// How long a decision waits for its maker to be looked up before it is refused.
const LOOK_UP_FOR: TimeDelta = TimeDelta::minutes(5);

/// How long a ticket waits for a right that the bot lacks, and a line of the audit channel for a channel that takes it: a
/// request stays in memory for both, and the journal has it all.
const WAITS_FOR: TimeDelta = TimeDelta::days(30);

impl Case<'_> {
    /// A promise came to its outcome. A second outcome, or one of a promise that was taken back, changes nothing.
    pub(super) fn settle(&self, effect: EffectId, outcome: &Outcome) -> Decision {
        let mut decision = Decision::default();
        let Some(promise) = self.live.promises.get(&effect) else { return decision };
        if !is_answer_to(&promise.effect, outcome) {
            return decision;
        }
        if let Outcome::Rung { behind: 1.., .. } = outcome {
            decision.event(Event::EffectAdvanced { effect, outcome: outcome.clone() });
            return decision;
        }
        decision.event(Event::EffectSettled { effect, outcome: outcome.clone() });
        self.accepted(&promise.effect, outcome, &mut decision);
        match (&promise.effect, outcome) {
            (Effect::CheckMember { membership }, Outcome::Stands { standing }) => {
                self.stands(membership, standing, &mut decision);
            }
            (Effect::AddMember { membership }, Outcome::Added { .. }) => {
                self.added(membership, promise.since, &mut decision);
            }
            (Effect::CheckMember { membership } | Effect::AddMember { membership }, Outcome::Refused { fault }) => {
                self.rejected(membership, fault, &mut decision);
            }
            (Effect::RemoveMember { membership, .. }, Outcome::Removed { removal, .. }) => {
                self.removed(membership, *removal, &mut decision);
            }
            (Effect::TellAudit { request, .. }, Outcome::Refused { fault }) => {
                self.line_lost(*request, fault, &mut decision);
            }
            (Effect::CheckAuthority { request, slack }, outcome) => {
                self.authority(*request, slack, outcome, &mut decision);
            }
            (Effect::CheckRevoker { request, slack }, outcome) => {
                let Some(request) = self.request(*request) else { return decision };
                if let Outcome::NotServed { why } = outcome {
                    self.doubt_unfit(slack, why, &mut decision);
                }
                let who = who_it_was(outcome).into_iter();
                who.for_each(|who| self.judge_revocation(request, slack, who, &mut decision));
            }
            (
                Effect::CreateTicket { request }
                | Effect::CommentTicket { request, .. }
                | Effect::MoveTicket { request, .. },
                Outcome::Refused { fault },
            ) => self.ticket_refused(*request, fault, &mut decision),
            (effect, outcome) => self.looked_up(effect, outcome, &mut decision),
        }
        decision
    }

    /// What was found out for a request that is being checked, or for its review.
    fn looked_up(&self, effect: &Effect, outcome: &Outcome, decision: &mut Decision) {
        let Some(request) = effect.request().and_then(|id| self.request(id)) else { return };
        if let (Outcome::Found { approvers, members, missing }, true) = (outcome, request.review.is_open()) {
            return self.tell_more(request, FoundPeople { approvers, members, missing }, decision);
        }
        let State::Checking { checking, .. } = &request.state else { return };
        match (checking, outcome) {
            (Checking::Identifying, Outcome::Identified { person, .. }) => {
                self.identified(request.into(), person, decision);
            }
            (Checking::Identifying, Outcome::NotServed { why }) => self.unfit(request, why, decision),
            (Checking::Standing { person }, Outcome::Stands { standing }) => {
                self.stood(request, person, standing, decision);
            }
            (Checking::Finding { person, sought, .. }, Outcome::Found { approvers, members, missing })
                if request.purpose.is_emergency() =>
            {
                self.taken(request, person, sought, FoundPeople { approvers, members, missing }, decision);
            }
            (
                Checking::Finding { person, sought, fallback, applied },
                Outcome::Found { approvers, members, missing },
            ) => {
                let plan = Plan { sought, fallback: fallback.as_ref(), applied };
                self.found(request, person, plan, FoundPeople { approvers, members, missing }, decision);
            }
            _ => {}
        }
    }

    /// Who decided on a request, or signed its review, is known.
    fn authority(&self, request: RequestId, slack: &SlackUserId, outcome: &Outcome, decision: &mut Decision) {
        let Some(request) = self.request(request) else { return };
        if let (Outcome::NotServed { why }, Some(_)) = (outcome, request.awaited()) {
            self.doubt_unfit(slack, why, decision);
        }
        match who_it_was(outcome) {
            Some(who) if request.review.is_open() => self.judge_signature(request, who, decision),
            Some(who) => self.judge(request, who, fresh(outcome), decision),
            None => {}
        }
    }

    /// A promise failed once more. Most are tried again; some are given up, and that is their outcome.
    pub(super) fn fail(&self, failure: &Failure) -> Decision {
        let mut decision = Decision::default();
        let Some(promise) = self.live.promises.get(&failure.effect) else { return decision };
        let Failure { effect, fault, tries, .. } = failure;
        if failure.notable {
            let event = Event::EffectFailing { effect: *effect, fault: fault.clone(), tries: *tries };
            decision.event(event);
        }
        match self.give_up(promise, failure) {
            GiveUp::No => self.refused(&promise.effect, failure, &mut decision),
            GiveUp::Refused => {
                let outcome = Outcome::Refused { fault: fault.clone() };
                let settled = self.settle(failure.effect, &outcome);
                decision.events.extend(settled.events);
                decision.effects.extend(settled.effects);
            }
            GiveUp::InDoubt => {
                if let Effect::AddMember { membership } = &promise.effect {
                    self.rejected(membership, fault, &mut decision);
                }
            }
        }
        decision
    }

    fn give_up(&self, promise: &Promise, failure: &Failure) -> GiveUp {
        let forbidden = failure.class == Class::Auth && failure.fault.status == Some(FORBIDDEN);
        let final_ = matches!(failure.class, Class::Rejected | Class::Gone);
        match &promise.effect {
            Effect::RemoveMember { .. } => GiveUp::No,
            Effect::AddMember { .. } if (final_ || forbidden) && failure.doubt == Doubt::None => GiveUp::Refused,
            Effect::AddMember { .. } if final_ || forbidden => GiveUp::InDoubt,
            Effect::CheckMember { .. } if final_ || forbidden => GiveUp::Refused,
            Effect::CheckAuthority { .. } | Effect::CheckRevoker { .. } if self.now - promise.since >= LOOK_UP_FOR => {
                GiveUp::Refused
            }
            Effect::Nudge { .. }
            | Effect::Remind { .. }
            | Effect::TellFallback { .. }
            | Effect::Reply { .. }
            | Effect::TellOwner { .. }
            | Effect::AlertAdmins { .. }
            | Effect::CreateTicket { .. }
            | Effect::CommentTicket { .. }
            | Effect::MoveTicket { .. }
                if final_ =>
            {
                GiveUp::Refused
            }
            Effect::CreateTicket { .. } | Effect::CommentTicket { .. } | Effect::MoveTicket { .. }
                if self.now - promise.since >= WAITS_FOR =>
            {
                GiveUp::Refused
            }
            // A channel that is gone, or closed to the bot, can be mended: its lines wait for that, in order.
            Effect::TellAudit { .. } | Effect::AnnounceFreeze { .. }
                if failure.class == Class::Rejected || self.now - promise.since >= WAITS_FOR =>
            {
                GiveUp::Refused
            }
            _ => GiveUp::No,
        }
    }

    /// Whoever refuses what the bot sends, whatever it is, refuses all of it: admins are told, once while it lasts.
    fn refused(&self, effect: &Effect, failure: &Failure, decision: &mut Decision) {
        let Some(refuser) = refuser(effect, failure) else { return };
        let known = self.live.refused.get(&refuser).is_some_and(|refused| {
            // A right that one thing needs and another does not comes and goes between the two.
            let again = refuser == Refuser::AuditChannel && self.now - refused.told >= CHANNEL_TOLD_AGAIN;
            refused.covers(&failure.fault) && !again
                || refused.accepted && refused.heard && self.now - refused.told < TOLD_AGAIN
        });
        if known {
            return;
        }
        let fault = failure.fault.clone();
        let (event, alert) = match refuser {
            Refuser::AuditChannel => {
                (Event::AuditChannelRefused { fault: fault.clone() }, Alert::AuditChannelRefused { fault })
            }
            Refuser::Okta | Refuser::Jira => {
                let call = effect.call();
                (Event::CredentialsRefused { fault: fault.clone(), call }, Alert::CredentialsRefused { fault })
            }
        };
        decision.event(event);
        decision.effect(Effect::AlertAdmins { alert });
    }

    /// An answer that only somebody who takes what the bot sends can give.
    fn accepted(&self, effect: &Effect, outcome: &Outcome, decision: &mut Decision) {
        let Some(accepter) = accepter(effect, outcome) else { return };
        let Some(refused) = self.live.refused.get(&accepter).filter(|refused| !refused.accepted) else { return };
        if !refused.ends_with(effect.call()) {
            return;
        }
        let (event, alert) = match accepter {
            Refuser::Okta => credentials_accepted(Vendor::Okta),
            Refuser::Jira => credentials_accepted(Vendor::Jira),
            Refuser::AuditChannel => (Event::AuditChannelAccepted, Alert::AuditChannelAccepted),
        };
        decision.event(event);
        // That a right was given shows by what goes on.
        if refused.lacks == Lacks::Admission {
            decision.effect(Effect::AlertAdmins { alert });
        }
    }
}

/// What was read anew with whoever decides, or why the requester cannot be served any more.
fn fresh(outcome: &Outcome) -> Result<Fresh<'_>, &Unfit> {
    match outcome {
        Outcome::Identified { requester: Some(Requester::Unfit { why }), .. } => Err(why),
        Outcome::Identified { requester: Some(Requester::Fit { facts }), lapsed, .. } => {
            Ok(Fresh { facts: Some(facts), lapsed })
        }
        Outcome::Identified { requester: None, lapsed, .. } => Ok(Fresh { facts: None, lapsed }),
        _ => Ok(Fresh::default()),
    }
}

/// Who wanted something, or why that is not known; nothing where that is no answer.
fn who_it_was(outcome: &Outcome) -> Option<Result<&Identity, Refusal>> {
    match outcome {
        Outcome::Identified { person, .. } => Some(Ok(person)),
        Outcome::NotServed { why } => Some(Err(Refusal::NotServed { unfit: why.clone() })),
        Outcome::Refused { fault } => Some(Err(Refusal::NotLookedUp { fault: fault.clone() })),
        _ => None,
    }
}

const fn credentials_accepted(vendor: Vendor) -> (Event, Alert) {
    (Event::CredentialsAccepted { vendor }, Alert::CredentialsAccepted { vendor })
}

/// Who refuses by this failure more than this promise.
fn refuser(effect: &Effect, failure: &Failure) -> Option<Refuser> {
    match (effect, failure.class) {
        (Effect::TellAudit { .. } | Effect::AnnounceFreeze { .. }, Class::Gone) => Some(Refuser::AuditChannel),
        (_, Class::Auth) => Refuser::of(failure.fault.vendor),
        _ => None,
    }
}

/// Who takes what the bot sends, by this outcome.
const fn accepter(effect: &Effect, outcome: &Outcome) -> Option<Refuser> {
    match (effect, outcome) {
        (
            _,
            Outcome::Identified { .. }
            | Outcome::Found { .. }
            | Outcome::Stands { .. }
            | Outcome::Added { .. }
            | Outcome::Removed { .. },
        ) => Some(Refuser::Okta),
        (_, Outcome::TicketOpened { .. })
        | (Effect::CommentTicket { .. } | Effect::MoveTicket { .. }, Outcome::Told) => Some(Refuser::Jira),
        (Effect::TellAudit { .. } | Effect::AnnounceFreeze { .. }, Outcome::Told) => Some(Refuser::AuditChannel),
        _ => None,
    }
}

/// How long after admins were told that the credentials are refused they are told of it anew.
const TOLD_AGAIN: TimeDelta = TimeDelta::hours(1);

/// How long after admins were told that the audit channel takes nothing they are told of it anew: its lines wait, and are
/// given up in the end.
const CHANNEL_TOLD_AGAIN: TimeDelta = TimeDelta::days(1);

/// HTTP 403: who we are is known, and may not do this.
const FORBIDDEN: u16 = 403;

enum GiveUp {
    /// It is tried again.
    No,
    /// It was refused, and did not happen.
    Refused,
    /// It was refused, but an earlier try may have happened: whatever it did is undone.
    InDoubt,
}

/// Whether an outcome answers what was promised.
const fn is_answer_to(effect: &Effect, outcome: &Outcome) -> bool {
    match effect {
        Effect::IdentifyPerson { .. } => matches!(outcome, Outcome::Identified { .. } | Outcome::NotServed { .. }),
        Effect::CheckAuthority { .. } | Effect::CheckRevoker { .. } => {
            matches!(outcome, Outcome::Identified { .. } | Outcome::NotServed { .. } | Outcome::Refused { .. })
        }
        Effect::CheckStanding { .. } => matches!(outcome, Outcome::Stands { .. }),
        Effect::FindApprovers { .. } => matches!(outcome, Outcome::Found { .. }),
        Effect::CheckMember { .. } => matches!(outcome, Outcome::Stands { .. } | Outcome::Refused { .. }),
        Effect::AddMember { .. } => matches!(outcome, Outcome::Added { .. } | Outcome::Refused { .. }),
        Effect::RemoveMember { .. } => matches!(outcome, Outcome::Removed { .. }),
        Effect::CreateTicket { .. } => {
            matches!(outcome, Outcome::TicketOpened { .. } | Outcome::Moot | Outcome::Refused { .. })
        }
        Effect::AlertAdmins { alert: Alert::RemovalsLate { .. } } => {
            matches!(outcome, Outcome::Rung { .. } | Outcome::Moot | Outcome::Refused { .. })
        }
        Effect::Nudge { nudge: Nudge::EndsSoon, .. } => {
            matches!(outcome, Outcome::Told | Outcome::Warned { .. } | Outcome::Moot | Outcome::Refused { .. })
        }
        Effect::Nudge { .. }
        | Effect::Remind { .. }
        | Effect::TellFallback { .. }
        | Effect::Reply { .. }
        | Effect::TellOwner { .. }
        | Effect::AlertAdmins { .. }
        | Effect::CommentTicket { .. }
        | Effect::MoveTicket { .. }
        | Effect::TellAudit { .. }
        | Effect::AnnounceFreeze { .. } => {
            matches!(outcome, Outcome::Told | Outcome::Moot | Outcome::Refused { .. })
        }
    }
}
