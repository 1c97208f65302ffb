//! What a request's ticket is told: promised in the line of whatever happened.
//!
//! Law: a ticket is opened only where tickets are kept. What is opened, or will be, is told everything, also while it
//! is not known whether tickets are kept: in custody the promises wait.

use super::{Case, Decision};
use crate::domain::{
    event::{Event, Then},
    id::RequestId,
    membership::Motion,
    port::{Alert, Effect, Fault, MembershipKey, Outcome, Removal},
    request::{NotSentOn, Request, State},
    ticket::{Column, Happened, Ticket, Tickets},
    time::Timestamp,
};

/// What follows from one event.
enum News {
    /// The request was put to its approvers.
    Pending(RequestId),
    /// Something happened to it.
    Happened(RequestId, Happened),
    /// It is over.
    Over(RequestId, Happened),
    /// Removals of several are late.
    Late(MembershipKey),
}

impl Case<'_> {
    /// Adds what the events of a decision mean for tickets.
    pub(super) fn tell_tickets(&self, decision: &mut Decision) {
        let news: Vec<News> = decision.events.iter().filter_map(|event| self.news(event, decision)).collect();
        for news in news {
            match news {
                News::Pending(request) if self.today.limits.tickets == Tickets::Kept => {
                    decision.effect(Effect::CreateTicket { request });
                }
                News::Pending(_) => {}
                News::Happened(request, what) => self.tell(request, what, decision),
                News::Over(request, what) => {
                    self.tell(request, what, decision);
                    self.shift(request, Column::Closed, decision);
                }
                News::Late(key) => self.late(&key, decision),
            }
        }
    }

    fn news(&self, event: &Event, decision: &Decision) -> Option<News> {
        Some(match event {
            Event::RequestPending { request, .. } => News::Pending(*request),
            Event::StepApproved { request, step, .. } => News::Happened(*request, Happened::Approved { step: *step }),
            Event::RequestDenied { request, .. } => News::Over(*request, Happened::Denied),
            Event::RequestCancelled { request } => News::Over(*request, Happened::Withdrawn),
            Event::RequestLapsed { request } => News::Over(*request, Happened::Unanswered),
            Event::RequestRefused { request, why: NotSentOn::NotOffered } => News::Over(*request, Happened::NotOffered),
            Event::StandingFound { request } => News::Over(*request, Happened::StoodBefore),
            Event::GrantOpened { request, ends } => News::Happened(*request, Happened::Opened { ends: *ends }),
            Event::RemovalLate { membership, .. } => News::Late(membership.clone()),
            Event::GrantEnded { request } => {
                News::Over(*request, Happened::Removed { removal: removal(decision), due: self.due(*request) })
            }
            Event::GrantExpired { request, then }
            | Event::GrantReturned { request, then }
            | Event::GrantFailed { request, then, .. } => match then {
                Then::Removal => return None,
                Then::Kept { by } => News::Over(*request, Happened::Kept { by: *by }),
                Then::Nothing => News::Over(*request, Happened::Nothing),
            },
            _ => return None,
        })
    }

    /// A comment, and where access opens, the move.
    fn tell(&self, id: RequestId, what: Happened, decision: &mut Decision) {
        let Some(request) = self.request(id).filter(|request| request.ticket.is_some()) else { return };
        let at = match &what {
            Happened::Approved { .. } | Happened::Denied => self.clicked(request),
            _ => self.now,
        };
        let opened = matches!(what, Happened::Opened { .. });
        decision.effect(Effect::CommentTicket { request: id, what, at });
        if opened {
            self.shift(id, Column::Granted, decision);
        }
    }

    fn shift(&self, id: RequestId, to: Column, decision: &mut Decision) {
        if self.request(id).is_some_and(|request| request.ticket.is_some()) {
            decision.effect(Effect::MoveTicket { request: id, to });
        }
    }

    /// Said once: each later telling is for admins.
    fn late(&self, key: &MembershipKey, decision: &mut Decision) {
        let Some(membership) = self.live.memberships.get(key) else { return };
        if !matches!(membership.motion, Motion::Removing { told: 0, .. }) {
            return;
        }
        for id in &membership.ending {
            self.tell(*id, Happened::NotConfirmed { due: self.due(*id) }, decision);
        }
    }

    /// When the decision that is judged was made.
    fn clicked(&self, request: &Request) -> Timestamp {
        match &request.state {
            State::Pending { clicks, .. } => clicks.first().map_or(self.now, |click| click.at),
            _ => self.now,
        }
    }

    fn due(&self, id: RequestId) -> Timestamp {
        match self.request(id).map(|request| &request.state) {
            Some(State::Revoking { due, .. }) => *due,
            _ => self.now,
        }
    }

    /// Something of a ticket was refused for good: admins are told, once a request.
    pub(super) fn ticket_refused(&self, id: RequestId, fault: &Fault, decision: &mut Decision) {
        let ticket = self.request(id).and_then(|request| request.ticket.as_ref());
        if matches!(ticket, Some(Ticket::Promised | Ticket::Opened { told: None, .. })) {
            let alert = Alert::TicketRefused { request: id, fault: fault.clone() };
            decision.effect(Effect::AlertAdmins { alert });
        }
    }
}

/// How the removal that this decision rests on was confirmed.
fn removal(decision: &Decision) -> Removal {
    let removed = decision.events.iter().find_map(|event| match event {
        Event::EffectSettled { outcome: Outcome::Removed { removal, .. }, .. } => Some(*removal),
        _ => None,
    });
    removed.unwrap_or(Removal::Removed)
}
