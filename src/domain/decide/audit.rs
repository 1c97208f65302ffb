//! What the audit channel is told: every decision, every grant, and how each ended.
//!
//! Law: it hears of a request once somebody could decide it. What nobody was asked stays between the requester and the
//! journal, and so does what its requester withdrew before anything was given.

use super::{Case, Decision, news::News};
use crate::domain::{
    id::RequestId,
    port::{Alert, Effect, Fault},
    ticket::{AuditChannel, Happened},
};

impl Case<'_> {
    pub(super) fn tell_audit(&self, news: &News, decision: &mut Decision) {
        let (id, what) = match news {
            News::Happened(id, what) | News::Over(id, what) | News::Unreviewed(id, what) => (id, what),
            News::Taken(id) => (id, &Happened::Taken),
            News::Pending(_) => return,
        };
        let told = self.today.limits.audit == AuditChannel::Told && !matches!(what, Happened::Withdrawn);
        // Nobody was asked yet where it is not known for whom; rules may approve all the same, and glass may be broken.
        let known = self.request(*id).filter(|request| request.route().is_some());
        let at = known.map(|request| self.when(request, what, decision));
        let at = at.or_else(|| begins(what).then_some(self.now));
        if let Some(at) = at.filter(|_| told) {
            decision.effect(Effect::TellAudit { request: *id, what: what.clone(), at });
        }
    }

    /// A line is given up: admins are told, and one telling that waits stands for all of them.
    pub(super) fn line_lost(&self, request: RequestId, fault: &Fault, decision: &mut Decision) {
        let lost = |effect: &Effect| matches!(effect, Effect::AlertAdmins { alert: Alert::AuditLineLost { .. } });
        if !self.live.promises.values().any(|promise| lost(&promise.effect)) {
            decision.effect(Effect::AlertAdmins { alert: Alert::AuditLineLost { request, fault: fault.clone() } });
        }
    }
}

/// Whether it can happen in the line in which it becomes known for whom.
const fn begins(what: &Happened) -> bool {
    matches!(what, Happened::ApprovedByRules | Happened::Taken | Happened::MoreAsked { .. } | Happened::Extended { .. })
}
