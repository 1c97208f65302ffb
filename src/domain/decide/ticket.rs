//! What a request's ticket is told.
//!
//! Law: a ticket is opened only where tickets are kept, and none for an extension: what becomes of that is told to the
//! ticket of what it extends, between what happens to this. What is opened, or will be, is told everything, also while it
//! is not known whether tickets are kept: in custody the promises wait.

use super::{Case, Decision, news::News};
use crate::domain::{
    id::RequestId,
    port::{Alert, Effect, Fault},
    request::Request,
    ticket::{Column, Happened, Ticket, Tickets},
};

impl Case<'_> {
    pub(super) fn tell_ticket(&self, news: &News, decision: &mut Decision) {
        match news {
            News::Pending(request) if self.today.limits.tickets == Tickets::Kept => {
                decision.effect(Effect::CreateTicket { request: *request });
            }
            News::Pending(_) => {}
            News::Taken(request) if self.today.limits.tickets == Tickets::Kept => {
                let (request, at) = (*request, self.now);
                decision.effect(Effect::CreateTicket { request });
                decision.effect(Effect::CommentTicket { request, what: Happened::Taken, at, extension: None });
            }
            News::Taken(_) => {}
            News::Unreviewed(request, what) => self.comment(*request, what, decision),
            News::Happened(request, what) => {
                self.comment(*request, what, decision);
                if matches!(what, Happened::Opened { .. }) {
                    self.shift(*request, Column::Granted, decision);
                }
            }
            News::Over(request, what) => {
                self.comment(*request, what, decision);
                self.shift(*request, Column::Closed, decision);
            }
        }
    }

    fn ticketed(&self, id: RequestId) -> Option<&Request> {
        self.request(id).filter(|request| request.ticket.is_some())
    }

    fn comment(&self, id: RequestId, what: &Happened, decision: &mut Decision) {
        let Some(about) = self.request(id) else { return };
        let extension = about.extends().map(|_| id);
        if let Some(Request { id: request, .. }) = self.ticketed(about.extends().unwrap_or(id)) {
            let at = self.when(about, what, decision);
            decision.effect(Effect::CommentTicket { request: *request, what: what.clone(), at, extension });
        }
    }

    fn shift(&self, id: RequestId, to: Column, decision: &mut Decision) {
        if self.ticketed(id).is_some() {
            decision.effect(Effect::MoveTicket { request: id, to });
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
