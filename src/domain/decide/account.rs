//! An Okta account is taken from its holder: all that they hold ends, at once.
//!
//! What they asked for and do not hold yet stays as it is: their account is looked at again before anything is given. A
//! review of what they took stays open.

use super::{Case, Decision, grant::Over};
use crate::domain::{
    account::Closure,
    event::Event,
    id::{OktaUserId, RequestId},
    request::Cause,
};

impl Case<'_> {
    /// Ends whatever is held by an account. Where that is nothing, nothing is put on record.
    pub(super) fn close_account(&self, okta: &OktaUserId, closure: Closure) -> Decision {
        let mut decision = Decision::default();
        for membership in self.live.held_by(okta) {
            if decision.is_empty() {
                decision.event(Event::AccountClosed { okta: okta.clone(), closure });
            }
            let over = |id: &RequestId| (*id, Over::Revoked(Cause::Account { closure }));
            let over: Vec<_> = membership.holds.keys().map(over).collect();
            self.end_holds(membership, &over, &mut decision);
        }
        decision
    }
}
