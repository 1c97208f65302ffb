//! Keeping access for longer: a request of its own, which moves the end of what is open.
//!
//! Law: until it is approved the old end stands. It is approved before that end, or it is over with it: the end moves in
//! the line of the last approval, or not at all, and nothing is given anew.

use super::{Asked, Case, Decision, today::Decided};
use crate::domain::{
    command::{Answer, Extend, Refusal},
    event::Event,
    id::RequestId,
    port::{Effect, Identity, Nudge},
    request::{Ending, Extension, Purpose, Request, State},
    ticket::Happened,
    time::{EndRule, Timestamp},
};

use super::{grant::Over, news::News};

impl Case<'_> {
    /// A holder asks to keep what is open for longer.
    pub(super) fn extend(&self, extend: &Extend) -> Result<Decision, Refusal> {
        let person = self.live.person(&extend.who);
        if let Some((request, _)) = person.and_then(|person| person.keys.get(&extend.key)) {
            return Ok(Decision::answering(Answer::Saved { request: *request }));
        }
        self.may_save()?;
        let first = self.meant(extend.of).filter(|request| request.asker == extend.who);
        let first = first.ok_or(Refusal::NoSuchRequest)?;
        if self.live.is_suspended(&extend.who) {
            return Err(Refusal::IdentityChanged);
        }
        if let Some(Err(unfit)) = &extend.known {
            return Err(Refusal::NotServed { unfit: unfit.clone() });
        }
        let purpose = self.longer(first).ok_or(Refusal::NotExtendable)?;
        if let Extension::Asked { at, .. } = first.extension {
            return Err(Refusal::MoreAsked { at });
        }
        let known = extend.known.as_ref().and_then(|known| known.as_ref().ok());
        self.has_room(self.theirs(self.asker(&extend.who, known)).count())?;
        let end = self.more(purpose, extend.end)?;
        self.ask_for_more(extend, first, purpose, end)
    }

    fn ask_for_more(
        &self,
        extend: &Extend,
        first: &Request,
        purpose: Purpose,
        end: EndRule,
    ) -> Result<Decision, Refusal> {
        let request = self.live.next;
        let (_, why) = extend.justification.parts();
        let asked = Asked { id: request, access: &first.access, purpose, end, why };
        let known = extend.known.as_ref().and_then(|known| known.as_ref().ok());
        let decided = match known {
            Some(person) => self.may_keep(asked, person)?,
            None => self.may_be_kept(asked)?,
        };
        let mut decision = Decision::answering(Answer::Saved { request });
        let justification = decision.say(&extend.justification);
        let closes = self.today.limits.unanswered_after.after(self.now);
        decision.event(Event::RequestReceived {
            request,
            key: extend.key.clone(),
            asker: extend.who.clone(),
            access: first.access.clone(),
            purpose,
            end,
            justification,
            closes: first.ends().map_or(closes, |ends| closes.min(ends)),
        });
        match known.filter(|_| decided == Decided::BySomebody) {
            Some(known) => self.identified(asked, known, &mut decision),
            None => decision.effect(Effect::IdentifyPerson { request, slack: extend.who.clone() }),
        }
        Ok(decision)
    }

    /// Whether somebody may ask to keep it.
    fn may_keep(&self, asked: Asked<'_>, person: &Identity) -> Result<Decided, Refusal> {
        if self.is_anothers(asked.purpose, person) {
            return Err(Refusal::IdentityChanged);
        }
        let access = asked.access;
        self.offered(&access.entitlement, Some(&access.group), person).ok_or(Refusal::NotOffered)?;
        self.may_be_made(asked, person)
    }

    /// Whether it may be kept for so long by anybody, where it is not known lately what its holder is: that is judged
    /// once they are looked up.
    fn may_be_kept(&self, asked: Asked<'_>) -> Result<Decided, Refusal> {
        let (_, entitlement) = self.today.catalogue.find(&asked.access.entitlement).ok_or(Refusal::NotOffered)?;
        let (most, Purpose::Extension { opened, ends, .. }) = (entitlement.max_duration, asked.purpose) else {
            return Err(Refusal::NotExtendable);
        };
        match (EndRule::At { instant: asked.end.end(ends) }).lasts(opened) {
            Some(whole) if whole <= most => Ok(Decided::BySomebody),
            _ => Err(Refusal::TooLong { most, rule: None }),
        }
    }

    /// The request that somebody means who names one: an extension that was approved has become one with what it extends.
    pub(super) fn meant(&self, id: RequestId) -> Option<&Request> {
        let request = self.request(id)?;
        match (&request.state, request.extends()) {
            (State::Ended { ending: Ending::Applied, .. }, Some(of)) => self.request(of).or(Some(request)),
            _ => Some(request),
        }
    }

    /// What an extension of it is, if it can have one now: it is open, and was not taken by break-glass.
    fn longer(&self, first: &Request) -> Option<Purpose> {
        match first.state {
            State::Active { opened, ends, .. } if self.now < ends && first.purpose == Purpose::Access => {
                Some(Purpose::Extension { of: first.id, opened, ends })
            }
            _ => None,
        }
    }

    /// How much more it is, if that is not too little.
    pub(super) fn more(&self, purpose: Purpose, end: EndRule) -> Result<EndRule, Refusal> {
        let least = self.today.limits.min_duration;
        match (purpose, more_than(purpose, end).ok_or(Refusal::NotLonger)?) {
            (Purpose::Extension { .. }, EndRule::After { secs }) if secs < least => Err(Refusal::TooShort { least }),
            (_, end) => Ok(end),
        }
    }

    /// Whether it is an extension whose time has run out, though what it extends is not ended yet.
    pub(super) fn came_too_late(&self, request: &Request) -> bool {
        request.extends().is_some() && !self.still_extends(request.purpose)
    }

    /// Whether what it extends is open as it was when this was asked: with the same end, from which it counts.
    fn still_extends(&self, purpose: Purpose) -> bool {
        let Purpose::Extension { of, .. } = purpose else { return false };
        self.request(of).and_then(|first| self.longer(first)) == Some(purpose)
    }

    /// All of its steps are approved: the end moves, in this line, or it came too late.
    pub(super) fn prolong(&self, request: RequestId, purpose: Purpose, end: EndRule, decision: &mut Decision) {
        match purpose {
            Purpose::Extension { of, opened, ends } if self.still_extends(purpose) => {
                let ends = end.end(ends);
                let warn = self.warns(opened, ends);
                decision.event(Event::GrantExtended { request: of, ends, warn });
                decision.event(Event::ExtensionApplied { request });
                decision.nudge(of, Nudge::Extended);
            }
            _ => decision.event(Event::RequestLapsed { request }),
        }
    }

    /// Whether it would keep another Okta user's access: a Slack account can be joined to somebody else meanwhile.
    pub(super) fn is_anothers(&self, purpose: Purpose, person: &Identity) -> bool {
        let Purpose::Extension { of, .. } = purpose else { return false };
        let holder = self.request(of).and_then(Request::route).map(|route| &route.person.okta);
        holder != Some(&person.okta)
    }

    /// What is extended ends: so does the wish to keep it.
    pub(super) fn end_extension(&self, first: RequestId, how: &Over, decision: &mut Decision) {
        let Some(Extension::Asked { request, .. }) = self.request(first).map(|first| &first.extension) else { return };
        let Some(asked) = self.request(*request).filter(|asked| asked.is_open()) else { return };
        self.close(asked, decision);
        decision.event(match how {
            Over::Returned => Event::RequestCancelled { request: *request },
            _ => Event::RequestLapsed { request: *request },
        });
    }

    /// Which request one extends, also one that is received by this very decision.
    fn extends(&self, id: RequestId, decision: &Decision) -> Option<RequestId> {
        let received = decision.events.iter().find_map(|event| match event {
            Event::RequestReceived { request, purpose, .. } if *request == id => Some(purpose.extends()),
            _ => None,
        });
        received.unwrap_or_else(|| self.request(id)?.extends())
    }

    /// What an event of an extension means for those who read elsewhere; nothing where it is none of one. It is said of
    /// the extension, from when it is put to somebody, or to rules alone, until what it extends is over.
    pub(super) fn news_of_extension(&self, event: &Event, decision: &Decision) -> Option<Vec<News>> {
        let id = event.request()?;
        let of = self.extends(id, decision)?;
        let goes_on = self.is_pending(id) && !ends(of, decision);
        let what = match event {
            Event::RequestPending { .. } if !fails(id, decision) => {
                self.request(id).and_then(Request::extended_until).map(|until| Happened::MoreAsked { until })
            }
            Event::StepApproved { step, .. } => Some(Happened::Approved { step: *step }),
            Event::FallbackAsked { .. } if goes_on => Some(Happened::AskedToo),
            Event::ExtensionApplied { .. } => new_end(of, decision).map(|ends| Happened::Extended { ends }),
            Event::RequestCancelled { .. } if goes_on => Some(Happened::Withdrawn),
            _ if is_no(event) && goes_on => Some(Happened::NotExtended),
            _ => None,
        };
        Some(what.into_iter().map(|what| News::Happened(id, what)).collect())
    }

    /// A holder is told that nothing came of it, in the thread of what they keep.
    pub(super) fn tell_holders(&self, decision: &mut Decision) {
        let no = decision.events.iter().filter(|event| is_no(event)).filter_map(Event::request);
        let of: Vec<RequestId> = no.filter_map(|id| self.extends(id, decision)).collect();
        for of in of.into_iter().filter(|of| !ends(*of, decision)).collect::<Vec<_>>() {
            decision.nudge(of, Nudge::NotExtended);
        }
    }
}

/// How much more is asked, or approved: a length after the present end, also where a later instant is named. What extends
/// nothing is what it is.
pub(super) fn more_than(purpose: Purpose, end: EndRule) -> Option<EndRule> {
    match purpose {
        Purpose::Extension { ends, .. } => end.lasts(ends).map(|secs| EndRule::After { secs }),
        Purpose::Access | Purpose::Emergency => Some(end),
    }
}

/// Whether nothing came of a request, and not by its requester's wish.
const fn is_no(event: &Event) -> bool {
    matches!(event, Event::RequestDenied { .. } | Event::RequestLapsed { .. } | Event::RequestRefused { .. })
}

/// Whether nothing comes of a request by this decision.
fn fails(id: RequestId, decision: &Decision) -> bool {
    decision.events.iter().any(|event| is_no(event) && event.request() == Some(id))
}

/// When access ends from this decision on, which extends it.
fn new_end(of: RequestId, decision: &Decision) -> Option<Timestamp> {
    decision.events.iter().find_map(|event| match event {
        Event::GrantExtended { request, ends, .. } if *request == of => Some(*ends),
        _ => None,
    })
}

/// Whether access ends by this decision.
fn ends(id: RequestId, decision: &Decision) -> bool {
    decision.events.iter().any(|event| {
        matches!(
            event,
            Event::GrantExpired { request, .. }
                | Event::GrantReturned { request, .. }
                | Event::GrantRevoked { request, .. }
                | Event::GrantFailed { request, .. } if *request == id
        )
    })
}
