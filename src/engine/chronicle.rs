//! What happened, in the program's log: a line a fact, once it is durable, with its request and entitlement.
//!
//! It refuses people: nobody's words, names or addresses. The journal has them.

use tracing::{info, warn};

use crate::domain::{
    configuration::Against,
    event::{Entry, Event},
    id::{EffectId, EntitlementId, RequestId},
    live::{Live, Touched},
    port::{Effect, MembershipKey},
};

/// Logs what an entry says that was folded into `live`.
pub fn tell(entry: &Entry, live: &Live, touched: &Touched) {
    let entitlement = |id: RequestId| {
        let retired = touched.retired.iter().find(|request| request.id == id);
        live.requests.get(&id).or(retired).map(|request| request.access.entitlement.clone())
    };
    for event in &entry.events {
        match event {
            Event::GrantingFrozen { .. } => info!(seq = entry.seq, "nothing is opened from now on"),
            Event::GrantingResumed { .. } => info!(seq = entry.seq, "access is opened again"),
            _ => {}
        }
        if let Event::RemovalLate { membership, .. } = event {
            for request in on(live, membership) {
                let entitlement = entitlement(request).map(tracing::field::display);
                warn!(seq = entry.seq, %request, entitlement, "a removal is not confirmed long after its time");
            }
        }
        beside_requests(entry.seq, event);
        if let (Some(what), Some(request)) = (what(event), event.request()) {
            let entitlement = entitlement(request).map(tracing::field::display);
            info!(seq = entry.seq, %request, entitlement, "{what}");
        }
    }
}

/// What concerns no request. Of a configuration the keys, and never what they say.
fn beside_requests(seq: u64, event: &Event) {
    match event {
        Event::BindingSuspended { .. } => warn!(seq, "somebody's accounts match no more: suspended until unlinked"),
        Event::PersonUnlinked { uid, .. } => info!(seq, uid, "somebody is unlinked"),
        Event::ConfigurationChanged { digest, against, waits } => {
            let (keys, more) = match against {
                Against::Last(difference) => (difference.changes.iter().map(|one| &one.key).collect(), difference.more),
                Against::Nothing | Against::Lost => (Vec::new(), 0),
            };
            info!(seq, digest, ?keys, more, ?waits, "the configuration changed");
        }
        Event::AccountClosed { closure, .. } => info!(seq, ?closure, "an Okta account is taken: all it holds ends"),
        Event::ConfigurationRefused { faults } => warn!(seq, ?faults, "a configuration is refused"),
        _ => {}
    }
}

/// The request that a promise is about, and what it asks for: of a membership's the first.
pub fn concern(live: &Live, id: EffectId) -> Option<(RequestId, EntitlementId)> {
    let request = match &live.promises.get(&id)?.effect {
        Effect::CheckMember { membership }
        | Effect::AddMember { membership }
        | Effect::RemoveMember { membership, .. } => on(live, membership).next(),
        effect => effect.about(),
    }?;
    Some((request, live.requests.get(&request)?.access.entitlement.clone()))
}

/// Whoever holds a membership, and whoever's end waits for its removal.
fn on<'a>(live: &'a Live, key: &MembershipKey) -> impl Iterator<Item = RequestId> + use<'a> {
    let membership = live.memberships.get(key).into_iter();
    membership.flat_map(|kept| kept.ending.iter().chain(kept.holds.keys()).copied())
}

const fn what(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::RequestReceived { .. } => "a request is received",
        Event::RequestPending { .. } => "a request waits for its approvers",
        Event::RequestRefused { .. } => "a request is not sent on",
        Event::StepApproved { .. } => "a step is approved",
        Event::RequestApproved { .. } => "a request is approved",
        Event::RequestDenied { .. } => "a request is denied",
        Event::RequestCancelled { .. } => "a request is withdrawn",
        Event::RequestLapsed { .. } => "a request is closed: nobody decided",
        Event::GrantOpened { .. } => "access is open",
        Event::EmergencyTaken { .. } => "access is taken by break-glass",
        Event::ReviewSigned { .. } => "a review is signed",
        Event::ReviewLate { .. } => "nobody signs a review",
        Event::ReviewersFound { .. } => "others are told of a review",
        Event::GrantNotJustified { .. } => "access is over: its review found it not justified",
        Event::GrantExpired { .. } => "access is over: its time has come",
        Event::GrantReturned { .. } => "access is over: its holder returned it",
        Event::RequestShortened { .. } => "a request is approved for less than was asked",
        Event::GrantExtended { .. } => "access is kept for longer",
        Event::ExtensionApplied { .. } => "an extension is approved",
        Event::GrantEndsSoon { .. } => "access ends soon",
        Event::GrantRevoked { .. } => "access is over: it was revoked",
        Event::RevocationRefused { .. } => "access is not revoked: who wanted it may not, or it was over before",
        Event::GrantFailed { .. } => "access could not be opened",
        Event::StandingFound { .. } => "access is not opened: they stood in the group before",
        Event::GrantEnded { .. } => "the end of access is confirmed",
        Event::ApproverUnreachable { .. } => "somebody cannot be shown a message",
        _ => return None,
    })
}
