//! When something is due by itself. Derived from the live state; nothing here is on record.

use super::agenda::Agenda;
use crate::domain::{
    decide::request_due,
    id::RequestId,
    live::{Live, Touched},
    port::MembershipKey,
    time::Timestamp,
};

/// What can be due.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Due {
    /// Holds end, or a late removal is told. Before requests: what ends goes first.
    Membership(MembershipKey),
    /// A request closes.
    Request(RequestId),
}

/// All of it, in order.
#[derive(Debug, Default)]
pub struct Timers(Agenda<Timestamp, Due>);

impl Timers {
    /// All that is due in a state.
    pub fn of(live: &Live) -> Self {
        let mut timers = Self::default();
        live.memberships.keys().for_each(|key| timers.look(live, Due::Membership(key.clone())));
        live.requests.keys().for_each(|id| timers.look(live, Due::Request(*id)));
        timers
    }

    /// Follows what an entry changed.
    pub fn follow(&mut self, live: &Live, touched: &Touched) {
        touched.memberships.iter().for_each(|key| self.look(live, Due::Membership(key.clone())));
        touched.requests.iter().for_each(|id| self.look(live, Due::Request(*id)));
    }

    fn look(&mut self, live: &Live, due: Due) {
        let at = match &due {
            Due::Membership(key) => live.memberships.get(key).and_then(|membership| membership.due()),
            Due::Request(id) => live.requests.get(id).and_then(request_due),
        };
        self.set(due, at);
    }

    /// Puts one off, or takes it away.
    pub fn set(&mut self, due: Due, at: Option<Timestamp>) {
        self.0.set(due, at);
    }

    /// The earliest that has come.
    pub fn due(&self, now: Timestamp) -> Option<Due> {
        self.0.due(now)
    }

    /// When the next comes.
    pub fn next(&self) -> Option<Timestamp> {
        self.0.next()
    }
}
