//! What of a decision is told to those who read elsewhere: a request's ticket, and the audit channel.
//!
//! Law: both are promised in the line of whatever happened, and nothing waits for either.

use super::{Case, Decision};
use crate::domain::{
    event::{Event, Then},
    id::RequestId,
    membership::Motion,
    port::{MembershipKey, Outcome, Removal},
    request::{NotSentOn, Request, State},
    ticket::Happened,
    time::Timestamp,
};

/// What follows from one event.
pub(super) enum News {
    /// The request was put to its approvers.
    Pending(RequestId),
    /// Something happened to it.
    Happened(RequestId, Happened),
    /// It is over.
    Over(RequestId, Happened),
    /// It was taken by break-glass.
    Taken(RequestId),
    /// What was taken so is over, and not reviewed.
    Unreviewed(RequestId, Happened),
}

impl Case<'_> {
    /// Adds what the events of a decision mean for those who read elsewhere.
    pub(super) fn tell_elsewhere(&self, decision: &mut Decision) {
        let news: Vec<News> = decision.events.iter().flat_map(|event| self.news(event, decision)).collect();
        for news in &news {
            self.tell_ticket(news, decision);
        }
        for news in &news {
            self.tell_audit(news, decision);
        }
    }

    fn news(&self, event: &Event, decision: &Decision) -> Vec<News> {
        if let Some(news) = self.news_of_extension(event, decision) {
            return news;
        }
        let one = match event {
            Event::EmergencyTaken { request, .. } => News::Taken(*request),
            Event::ReviewSigned { request, .. } => self.reviewed(*request),
            Event::StepApproved { request, step, .. } => News::Happened(*request, Happened::Approved { step: *step }),
            Event::RequestDenied { request, .. } => News::Over(*request, Happened::Denied),
            Event::RequestCancelled { request } => News::Over(*request, Happened::Withdrawn),
            Event::RequestLapsed { request } => News::Over(*request, Happened::Unanswered),
            Event::RequestRefused { request, why: NotSentOn::NotOffered } => News::Over(*request, Happened::NotOffered),
            Event::RequestRefused { request, why } if self.is_pending(*request) => {
                News::Over(*request, Happened::Stopped { why: why.clone() })
            }
            Event::RequestPending { request, steps, .. } if steps.is_empty() => {
                return vec![News::Pending(*request), News::Happened(*request, Happened::ApprovedByRules)];
            }
            // What ends in the line in which it begins has no ticket.
            Event::RequestPending { request, .. } if refuses(decision, *request) => return Vec::new(),
            Event::RequestPending { request, .. } => News::Pending(*request),
            Event::FallbackAsked { request, .. } => News::Happened(*request, Happened::AskedToo),
            Event::StandingFound { request } => News::Over(*request, Happened::StoodBefore),
            Event::GrantOpened { request, ends, .. } => News::Happened(*request, Happened::Opened { ends: *ends }),
            Event::RemovalLate { membership, .. } => return self.late(membership),
            Event::GrantEnded { request } => {
                let removed = Happened::Removed { removal: removal(decision), due: self.due(*request) };
                self.over(*request, removed, decision)
            }
            Event::GrantExpired { request, then }
            | Event::GrantReturned { request, then }
            | Event::GrantFailed { request, then, .. }
            | Event::GrantNotJustified { request, then, .. }
            | Event::GrantRevoked { request, then, .. } => match then {
                Then::Removal => return Vec::new(),
                Then::Kept { by } => self.over(*request, Happened::Kept { by: *by }, decision),
                Then::Nothing => News::Over(*request, Happened::Nothing),
            },
            _ => return Vec::new(),
        };
        vec![one]
    }

    /// Whether it was put to its approvers before this decision.
    pub(super) fn is_pending(&self, request: RequestId) -> bool {
        self.request(request).is_some_and(|request| matches!(request.state, State::Pending { .. }))
    }

    /// Access is over. What was taken by break-glass is done with once it is reviewed, too.
    fn over(&self, id: RequestId, what: Happened, decision: &Decision) -> News {
        let signs = |event: &Event| matches!(event, Event::ReviewSigned { request, .. } if *request == id);
        let open = self.request(id).is_some_and(|request| request.review.is_open());
        if open && !decision.events.iter().any(signs) { News::Unreviewed(id, what) } else { News::Over(id, what) }
    }

    /// A review is signed: its request is done with once access is over, too.
    fn reviewed(&self, id: RequestId) -> News {
        if self.request(id).is_some_and(Request::is_open) {
            News::Happened(id, Happened::Reviewed)
        } else {
            News::Over(id, Happened::Reviewed)
        }
    }

    /// Said once: each later telling is for admins.
    fn late(&self, key: &MembershipKey) -> Vec<News> {
        let Some(membership) = self.live.memberships.get(key) else { return Vec::new() };
        if !matches!(membership.motion, Motion::Removing { told: 0, .. }) {
            return Vec::new();
        }
        let late = |id: &RequestId| News::Happened(*id, Happened::NotConfirmed { due: self.due(*id) });
        membership.ending.iter().map(late).collect()
    }

    /// When it happened: a decision when it was made, all else now.
    pub(super) fn when(&self, request: &Request, what: &Happened, decision: &Decision) -> Timestamp {
        let denies = |event: &Event| matches!(event, Event::RequestDenied { request: id, .. } if *id == request.id);
        let decides = match what {
            Happened::Approved { .. } | Happened::Denied => true,
            Happened::NotExtended => decision.events.iter().any(denies),
            _ => false,
        };
        match (decides, &request.state) {
            (true, State::Pending { clicks, .. }) => clicks.first().map_or(self.now, |click| click.at),
            _ if *what == Happened::Reviewed => {
                request.review.signatures().first().map_or(self.now, |signature| signature.at)
            }
            _ => self.now,
        }
    }

    fn due(&self, id: RequestId) -> Timestamp {
        match self.request(id).map(|request| &request.state) {
            Some(State::Revoking { due, .. }) => *due,
            _ => self.now,
        }
    }
}

fn refuses(decision: &Decision, id: RequestId) -> bool {
    decision.events.iter().any(|event| matches!(event, Event::RequestRefused { request, .. } if *request == id))
}

/// How the removal that this decision rests on was confirmed.
fn removal(decision: &Decision) -> Removal {
    let removed = decision.events.iter().find_map(|event| match event {
        Event::EffectSettled { outcome: Outcome::Removed { removal, .. }, .. } => Some(*removal),
        _ => None,
    });
    removed.unwrap_or(Removal::Removed)
}
