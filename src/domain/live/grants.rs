//! How approvals, additions and removals change requests and the memberships they hold.
//!
//! Law: a membership has one motion at a time; a promise that replaces another withdraws it first.

use super::{Fold, Illegal, Promise};
use crate::domain::{
    alarm::{Alarm, Confirmed},
    event::{Event, Then},
    id::{EffectId, RequestId, SlackUserId},
    membership::Motion,
    port::{Effect, MembershipKey, Outcome, ViewKey},
    request::{Cause, Ending, NotSentOn, Revocation, Route, State, Warning},
    said::Said,
    ticket::Ticket,
    time::Timestamp,
};

impl Fold<'_> {
    pub(super) fn approve(&mut self, id: RequestId, key: &MembershipKey, until: Timestamp) -> Result<(), Illegal> {
        let at = self.entry.at;
        let illegal = self.illegal(format!("{id} is not ready to be approved"));
        let frozen = self.live.frozen.as_ref().map(|_| at);
        let request = self.request(id)?;
        let State::Pending { route, .. } = &request.state else { return Err(illegal) };
        if route.current().is_some() {
            return Err(illegal);
        }
        request.state = State::Approved { route: route.clone(), at, until, frozen };
        request.revision += 1;
        self.membership(key).holds.insert(id, until);
        Ok(())
    }

    pub(super) fn open(&mut self, id: RequestId, ends: Timestamp, warn: Option<Timestamp>) -> Result<(), Illegal> {
        let opened = self.entry.at;
        let illegal = self.illegal(format!("{id} is not approved"));
        let request = self.request(id)?;
        let State::Approved { route, .. } = &request.state else { return Err(illegal) };
        let warning = warn.map_or(Warning::None, |at| Warning::Due { at });
        request.state = State::Active { route: route.clone(), opened, ends, warning };
        request.revision += 1;
        let key = request.membership().ok_or(illegal)?;
        self.membership(&key).holds.insert(id, ends);
        Ok(())
    }

    /// Its holder is told that it ends soon, and their message shows it.
    pub(super) fn warn(&mut self, id: RequestId) -> Result<(), Illegal> {
        let illegal = self.illegal(format!("nobody is to be told that {id} ends soon"));
        let request = self.request(id)?;
        let State::Active { warning: warning @ Warning::Due { .. }, .. } = &mut request.state else {
            return Err(illegal);
        };
        *warning = Warning::Given;
        request.revision += 1;
        Ok(())
    }

    /// Somebody wants to end it. No message shows that.
    pub(super) fn wants_revoked(&mut self, id: RequestId, who: &SlackUserId, reason: &str) -> Result<(), Illegal> {
        let reason = Said::find(reason, &self.entry.words);
        self.request(id)?.revocations.push(Revocation { slack: who.clone(), reason });
        Ok(())
    }

    /// They may not, or it was over before.
    pub(super) fn not_revoked(&mut self, id: RequestId, who: &SlackUserId) -> Result<(), Illegal> {
        self.taken(id, |wish| wish.slack == *who).map(drop)
    }

    /// The first wish to end it that is meant waits no longer.
    fn taken(&mut self, id: RequestId, is_meant: impl Fn(&Revocation) -> bool) -> Result<Revocation, Illegal> {
        let illegal = self.illegal(format!("nobody wants to end {id}"));
        let wishes = &mut self.request(id)?.revocations;
        let place = wishes.iter().position(is_meant).ok_or(illegal)?;
        Ok(wishes.remove(place))
    }

    /// Who or what ended it, with their words.
    fn cause(&mut self, id: RequestId, cause: &Cause<String>) -> Result<Cause<Said>, Illegal> {
        match cause {
            Cause::Person { by, reason } => {
                let wish = self.taken(id, |wish| wish.slack == by.slack && wish.reason.digest == *reason)?;
                Ok(Cause::Person { by: by.clone(), reason: wish.reason })
            }
            Cause::Account { closure } => Ok(Cause::Account { closure: *closure }),
        }
    }

    /// Events by which a hold ends, and the one by which its removal is confirmed.
    pub(super) fn end_grant(&mut self, event: &Event) -> Result<(), Illegal> {
        match event {
            Event::GrantExpired { request, then } => self.release(*request, Ending::Expired, *then),
            Event::GrantReturned { request, then } => self.release(*request, Ending::Returned, *then),
            Event::GrantFailed { request, why, then } => {
                self.release(*request, Ending::Failed { why: why.clone() }, *then)
            }
            Event::GrantRevoked { request, cause, then } => {
                let cause = self.cause(*request, cause)?;
                self.release(*request, Ending::Revoked { cause }, *then)
            }
            Event::GrantNotJustified { request, by, then } => {
                self.release(*request, Ending::NotJustified { by: by.clone() }, *then)
            }
            Event::StandingFound { request } => {
                self.release(*request, Ending::Refused { why: NotSentOn::StandingMember }, Then::Nothing)
            }
            Event::HoldEnded { request, membership } => {
                self.membership(membership).holds.remove(request);
                Ok(())
            }
            Event::GrantEnded { request } => self.confirm_end(*request),
            _ => Err(self.illegal("no end of a grant")),
        }
    }

    fn release(&mut self, id: RequestId, ending: Ending, then: Then) -> Result<(), Illegal> {
        let at = self.entry.at;
        let illegal = self.illegal(format!("{id} holds nothing"));
        let request = self.request(id)?;
        let (route, opened, due) = match &request.state {
            State::Approved { route, until, .. } => (route.clone(), None, *until),
            State::Active { route, opened, ends, .. } => (route.clone(), Some(*opened), *ends),
            _ => return Err(illegal),
        };
        let key = request.membership().ok_or(illegal)?;
        let due = due.min(at);
        let held = opened.filter(|_| !matches!(then, Then::Removal));
        request.state = match then {
            Then::Removal => State::Revoking { route, opened, due, ending, late: None },
            Then::Kept { by } => ended(route, opened, ending, at, Some(by)),
            Then::Nothing => ended(route, opened, ending, at, None),
        };
        request.revision += 1;
        self.end_emergency(id, opened, then)?;
        let membership = self.membership(&key);
        membership.holds.remove(&id);
        if matches!(then, Then::Removal) {
            membership.ending.insert(id);
        }
        held.into_iter().for_each(|opened| membership.remember(opened, at));
        self.follow(id);
        Ok(())
    }

    fn confirm_end(&mut self, id: RequestId) -> Result<(), Illegal> {
        let at = self.entry.at;
        let illegal = self.illegal(format!("{id} is not being ended"));
        let request = self.request(id)?;
        let State::Revoking { route, opened, ending, .. } = &request.state else { return Err(illegal) };
        let opened = *opened;
        request.state = ended(route.clone(), opened, ending.clone(), at, None);
        request.revision += 1;
        let key = request.membership().ok_or(illegal)?;
        let membership = self.membership(&key);
        membership.ending.remove(&id);
        opened.into_iter().for_each(|opened| membership.remember(opened, at));
        self.follow(id);
        Ok(())
    }

    pub(super) fn removal_late(&mut self, key: &MembershipKey, times: u32) -> Result<(), Illegal> {
        let at = self.entry.at;
        let illegal = self.illegal(format!("{key} is not being removed"));
        let membership = self.membership(key);
        let Motion::Removing { told, since, .. } = &mut membership.motion else { return Err(illegal) };
        let (first, since) = (*told == 0, *since);
        *told = times;
        self.find_late(since, first);
        let membership = self.membership(key);
        for id in membership.ending.clone() {
            let request = self.request(id)?;
            if let State::Revoking { late, .. } = &mut request.state
                && late.is_none()
            {
                *late = Some(at);
                request.revision += 1;
            }
        }
        Ok(())
    }

    /// A removal is late, for the first time or still.
    fn find_late(&mut self, since: Timestamp, first: bool) {
        let at = self.entry.at;
        self.touched.alarm = true;
        match &mut self.live.alarm {
            Some(alarm) => alarm.finds(since, first, at),
            None => self.live.alarm = Some(Alarm::begins(since, at)),
        }
    }

    /// A removal is confirmed that was told to be late.
    fn confirm_late(&mut self, due: Timestamp) {
        let left = self.live.late_removals().len();
        if let Some(alarm) = &mut self.live.alarm {
            alarm.confirms(Confirmed { due, at: self.entry.at }, left);
            self.touched.alarm = true;
        }
    }

    /// A promise is made: it waits for its outcome, and moves the membership it concerns.
    pub(super) fn promise(&mut self, id: EffectId, effect: &Effect) -> Result<(), Illegal> {
        let since = self.entry.at;
        self.touched.promises.insert(id);
        self.live.promises.insert(id, Promise { effect: effect.clone(), since });
        let key = match effect {
            Effect::CreateTicket { request } => {
                self.request(*request)?.ticket = Some(Ticket::Promised);
                return Ok(());
            }
            Effect::CheckMember { membership }
            | Effect::AddMember { membership }
            | Effect::RemoveMember { membership, .. } => membership,
            _ => return Ok(()),
        };
        let illegal = self.illegal(format!("something else is under way with {key}"));
        let membership = self.membership(key);
        let inside = match membership.motion {
            Motion::Outside => false,
            Motion::Inside => true,
            _ => return Err(illegal),
        };
        membership.motion = match effect {
            Effect::RemoveMember { due, .. } => Motion::Removing { effect: id, due: *due, since, told: 0 },
            Effect::AddMember { .. } => Motion::Adding { effect: id, inside },
            _ => Motion::Checking { effect: id, inside },
        };
        if matches!(effect, Effect::AddMember { .. }) {
            membership.added = Some(since);
        }
        Ok(())
    }

    /// A promise came to its outcome. Tries of an addition that had no answer may arrive all the same.
    pub(super) fn settle(&mut self, id: EffectId, outcome: &Outcome) -> Result<(), Illegal> {
        let promise = self.kept(id)?;
        let at = self.entry.at;
        if let Effect::AddMember { membership } = &promise.effect {
            self.membership(membership).added = Some(at);
        }
        match (&promise.effect, outcome) {
            (Effect::AddMember { membership }, Outcome::Added { .. }) => {
                let membership = self.membership(membership);
                membership.motion = Motion::Inside;
                membership.touched = Some(at);
            }
            (Effect::RemoveMember { membership, .. }, Outcome::Removed { .. }) => {
                let membership = self.membership(membership);
                let before = std::mem::replace(&mut membership.motion, Motion::Outside);
                membership.touched = Some(at);
                if let Motion::Removing { due, told: 1.., .. } = before {
                    self.confirm_late(due);
                }
            }
            (Effect::AlertAdmins { alert }, outcome) => self.alerted(alert, outcome),
            (Effect::Nudge { request, .. }, Outcome::Warned { ends, posted, revision }) => {
                self.show(&ViewKey::Warning { request: *request, ends: *ends }, posted, *revision)?;
            }
            (Effect::CheckMember { membership } | Effect::AddMember { membership }, _) => self.rest(membership),
            (Effect::RemoveMember { .. }, _) => return Err(self.illegal("a removal ends only with its confirmation")),
            (Effect::CreateTicket { request }, outcome) => self.ticket(*request, outcome)?,
            (Effect::CommentTicket { request, .. } | Effect::MoveTicket { request, .. }, Outcome::Refused { .. }) => {
                if let Some(Ticket::Opened { told, .. }) = &mut self.request(*request)?.ticket {
                    told.get_or_insert(at);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A ticket is there, and the cards show it; or there is none.
    fn ticket(&mut self, request: RequestId, outcome: &Outcome) -> Result<(), Illegal> {
        let request = self.request(request)?;
        request.ticket = match outcome {
            Outcome::TicketOpened { id, key, link } => {
                request.revision += 1;
                Some(Ticket::Opened { id: id.clone(), key: key.clone(), link: link.clone(), told: None })
            }
            _ => None,
        };
        Ok(())
    }

    /// A promise is taken back. An addition that was under way may have happened.
    pub(super) fn withdraw(&mut self, id: EffectId) -> Result<(), Illegal> {
        let promise = self.kept(id)?;
        let at = self.entry.at;
        match &promise.effect {
            Effect::AddMember { membership } => {
                let membership = self.membership(membership);
                membership.motion = Motion::Inside;
                membership.touched = Some(at);
                membership.added = Some(at);
            }
            Effect::CheckMember { membership } => self.rest(membership),
            Effect::RemoveMember { .. } => return Err(self.illegal("a removal is never taken back")),
            _ => {}
        }
        Ok(())
    }

    /// An addition is put off of which no try was sent: nothing of ours was done.
    pub(super) fn put_off(&mut self, id: EffectId) -> Result<(), Illegal> {
        let promise = self.kept(id)?;
        let Effect::AddMember { membership } = &promise.effect else { return Err(self.illegal("it is no addition")) };
        self.rest(membership);
        Ok(())
    }

    fn kept(&mut self, id: EffectId) -> Result<Promise, Illegal> {
        self.touched.promises.insert(id);
        let missing = self.illegal(format!("nothing is promised as {id}"));
        let promise = self.live.promises.remove(&id).ok_or(missing)?;
        if let Some(request) = promise.effect.request() {
            self.touched.requests.insert(request);
        }
        Ok(promise)
    }

    /// Nothing is under way any more, and nothing was changed.
    fn rest(&mut self, key: &MembershipKey) {
        let membership = self.membership(key);
        membership.motion = match membership.motion {
            Motion::Outside | Motion::Checking { inside: false, .. } | Motion::Adding { inside: false, .. } => {
                Motion::Outside
            }
            _ => Motion::Inside,
        };
    }
}

fn ended(route: Route, opened: Option<Timestamp>, ending: Ending, at: Timestamp, kept: Option<RequestId>) -> State {
    State::Ended { route: Some(route), opened, ending, at, kept }
}
