//! What is looked at once more right before a person is added: today may stop an addition that was promised before.

use chrono::TimeDelta;

use super::{Case, Decision, grant::Over, today::Fresh};
use crate::domain::{
    event::Event,
    id::{EffectId, RequestId},
    live::Promise,
    membership::Membership,
    port::{Doubt, Effect},
    request::{NotOpened, NotSentOn, Request, State},
};

/// How long what was looked at before an addition counts at least, and at most. An addition that is tried for longer is
/// looked into anew, at growing intervals: each look is a line, and an outage lasts for hours.
const LOOKED_LATELY: (TimeDelta, TimeDelta) = (TimeDelta::minutes(1), TimeDelta::minutes(15));

impl<'a> Case<'a> {
    /// An addition is about to be tried. Deciding nothing lets it go.
    ///
    /// What today stops is ended with its hold. What was promised long ago, or by a program that has ended since, goes
    /// back to the look before: the person may have been deactivated, the group may be filled by a rule by now, and
    /// somebody may have been put there by hand. The last is believed only where none of our tries was sent; after one
    /// that had no answer whoever is found there is taken for our doing ([`Membership::is_ours`]), and is removed at
    /// the end. That errs on the side of removing, within the minutes of one outage; the other error is access for
    /// ever.
    pub(super) fn look_again(&self, effect: EffectId, doubt: Doubt, resumed: bool) -> Decision {
        let mut decision = Decision::default();
        let Some(promise) = self.live.promises.get(&effect) else { return decision };
        let Effect::AddMember { membership: key } = &promise.effect else { return decision };
        let Some(membership) = self.live.memberships.get(key) else { return decision };
        let (over, good) = self.stopped_today(membership, Fresh::default(), &mut decision);
        let old = resumed || self.is_old(promise, &good);
        if good.is_empty() || old {
            decision.event(match doubt {
                Doubt::None => Event::AdditionPutOff { effect },
                Doubt::MayHaveHappened => Event::EffectWithdrawn { effect },
            });
        }
        self.end_holds(membership, &over, &mut decision);
        if old && !good.is_empty() && !decision.removes() {
            decision.effect(Effect::CheckMember { membership: key.clone() });
        }
        decision
    }

    fn is_old(&self, promise: &Promise, waiting: &[&Request]) -> bool {
        let approved = waiting.iter().filter_map(|request| match &request.state {
            State::Approved { at, .. } => Some(*at),
            _ => None,
        });
        let waited = approved.min().map_or(TimeDelta::zero(), |approved| promise.since - approved);
        let (least, most) = LOOKED_LATELY;
        self.now - promise.since >= waited.clamp(least, most)
    }

    /// Of the requests that wait for an addition: those that end instead, since their time is over or today's catalogue
    /// or rules stop them, and those that still may have it.
    pub(super) fn stopped_today(
        &self,
        membership: &Membership,
        fresh: Fresh<'_>,
        decision: &mut Decision,
    ) -> (Vec<(RequestId, Over)>, Vec<&'a Request>) {
        let (mut over, in_time) = self.too_late(membership);
        let mut good = Vec::new();
        for request in in_time {
            match self.stopped(request, fresh) {
                None => good.push(request),
                Some(why) => {
                    self.tell_unjudged(request.id, &why, decision);
                    over.push((request.id, Over::Failed(not_opened(why))));
                }
            }
        }
        (over, good)
    }
}

/// What stops an addition, as the end that it comes to.
fn not_opened(why: NotSentOn) -> NotOpened {
    match why {
        NotSentOn::NotOffered => NotOpened::NotOffered,
        why => NotOpened::Stopped { why },
    }
}
