//! Promises on their way to an outcome: in order within a lane, each tried until it has one.
//!
//! Owns attempts, back-off and doubt, all volatile: after a start everything without an outcome is due at once, and in
//! doubt. Refuses to know what an effect means beyond its lane and its rank.
//!
//! Law: additions wait until every removal that is promised was tried.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use crate::domain::{
    id::{EffectId, RequestId},
    port::{Alert, Class, Doubt, Effect, Fault, MembershipKey},
    request::Spot,
    time::Timestamp,
};

/// The first wait after a failure; each further one doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The longest wait between two tries of a removal.
const LONGEST_REMOVAL_WAIT: Duration = Duration::from_secs(30);

/// What is done in order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LaneKey {
    /// Everything about one membership.
    Membership(MembershipKey),
    /// Look-ups for one request.
    LookUp(RequestId),
    /// What is said about one request.
    Talk(RequestId),
    /// The ticket of one request: opened, then told everything in order.
    Ticket(RequestId),
    /// Who wants to end access of somebody's, and what they are answered: nothing that waits for better times holds it up.
    Wish(RequestId),
    /// What the audit channel is told, of all requests.
    Audit,
    /// What admins are told once.
    Admins,
    /// The alarm about late removals: nothing else that admins are told holds it up.
    Alarm,
}

impl LaneKey {
    /// The lane of an effect.
    pub fn of(effect: &Effect) -> Self {
        match effect {
            Effect::CheckMember { membership }
            | Effect::AddMember { membership }
            | Effect::RemoveMember { membership, .. } => Self::Membership(membership.clone()),
            Effect::IdentifyPerson { request, .. }
            | Effect::CheckStanding { request, .. }
            | Effect::FindApprovers { request, .. }
            | Effect::CheckAuthority { request, .. } => Self::LookUp(*request),
            Effect::CheckRevoker { request, .. } | Effect::Reply { request, spot: Spot::Apart, .. } => {
                Self::Wish(*request)
            }
            Effect::Nudge { request, .. }
            | Effect::Remind { request, .. }
            | Effect::TellFallback { request, .. }
            | Effect::Reply { request, .. }
            | Effect::TellOwner { request, .. } => Self::Talk(*request),
            Effect::CreateTicket { request }
            | Effect::CommentTicket { request, .. }
            | Effect::MoveTicket { request, .. } => Self::Ticket(*request),
            Effect::TellAudit { .. } | Effect::AnnounceFreeze { .. } => Self::Audit,
            Effect::AlertAdmins { alert: Alert::RemovalsLate { .. } } => Self::Alarm,
            Effect::AlertAdmins { .. } => Self::Admins,
        }
    }
}

/// What may start now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gate {
    /// Everything.
    Open,
    /// All but additions: a removal is decided upon, and joins its lane once it is durable; or nothing is opened by an
    /// admin's word.
    Removals,
    /// Removals, what leads to them, and telling admins.
    Custody,
}

/// One promise in its lane.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Waiting {
    id: EffectId,
    rank: Rank,
    doubt: Doubt,
    tries: u32,
    last: Option<Class>,
    fault: Option<Fault>,
}

/// What comes before what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rank {
    /// And when it was to be done.
    Removal(Timestamp),
    /// Looking before adding.
    Check,
    Addition,
    Alert,
    /// Who wants to end access of somebody's, and what they are answered.
    Wish,
    Other,
}

impl Rank {
    const fn of(effect: &Effect) -> Self {
        match effect {
            Effect::RemoveMember { due, .. } => Self::Removal(*due),
            Effect::CheckMember { .. } => Self::Check,
            Effect::AddMember { .. } => Self::Addition,
            Effect::AlertAdmins { .. } => Self::Alert,
            Effect::CheckRevoker { .. } | Effect::Reply { spot: Spot::Apart, .. } => Self::Wish,
            _ => Self::Other,
        }
    }

    /// When a removal was to be done.
    const fn removal(self) -> Option<Timestamp> {
        match self {
            Self::Removal(due) => Some(due),
            _ => None,
        }
    }
}

#[derive(Debug, Default)]
struct Lane {
    queue: VecDeque<Waiting>,
    in_flight: Option<EffectId>,
    not_before: Duration,
}

impl Lane {
    fn find(&mut self, id: EffectId) -> Option<&mut Waiting> {
        self.queue.iter_mut().find(|waiting| waiting.id == id)
    }
}

/// What a failure amounts to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tally {
    /// Tries since the program started.
    pub tries: u32,
    /// Whether any of them may have taken effect.
    pub doubt: Doubt,
    /// The first, a change of class, or one of the growing intervals.
    pub notable: bool,
}

/// All lanes.
#[derive(Debug, Default)]
pub struct Lanes {
    lanes: BTreeMap<LaneKey, Lane>,
    homes: BTreeMap<EffectId, LaneKey>,
    untried_removals: BTreeSet<EffectId>,
}

impl Lanes {
    /// A durable promise joins its lane.
    pub fn join(&mut self, id: EffectId, effect: &Effect, doubt: Doubt) {
        if self.homes.contains_key(&id) {
            return;
        }
        let key = LaneKey::of(effect);
        let lane = self.lanes.entry(key.clone()).or_default();
        let rank = Rank::of(effect);
        // What was settled by a line that could not be saved comes back before what was promised after it.
        let place = lane.queue.partition_point(|waiting| waiting.id < id || lane.in_flight == Some(waiting.id));
        lane.queue.insert(place, Waiting { id, rank, doubt, tries: 0, last: None, fault: None });
        self.homes.insert(id, key);
        if rank.removal().is_some() {
            self.untried_removals.insert(id);
        }
    }

    /// A try ended.
    pub fn land(&mut self, id: EffectId) {
        if let Some(lane) = self.homes.get(&id).and_then(|key| self.lanes.get_mut(key))
            && lane.in_flight == Some(id)
        {
            lane.in_flight = None;
        }
    }

    /// A promise has its outcome.
    pub fn settle(&mut self, id: EffectId) {
        self.leave(id);
    }

    /// A promise was taken back. Answers whether a try of it is still under way.
    pub fn withdraw(&mut self, id: EffectId) -> bool {
        self.leave(id)
    }

    fn leave(&mut self, id: EffectId) -> bool {
        self.untried_removals.remove(&id);
        let Some(key) = self.homes.remove(&id) else { return false };
        let Some(lane) = self.lanes.get_mut(&key) else { return false };
        lane.queue.retain(|waiting| waiting.id != id);
        lane.not_before = Duration::ZERO;
        let under_way = lane.in_flight.take_if(|flying| *flying == id).is_some();
        if lane.queue.is_empty() {
            self.lanes.remove(&key);
        }
        under_way
    }

    /// A try failed. It is tried again after its wait, `jitter` of which is between 0 and 1 of a quarter more.
    pub fn fail(
        &mut self,
        id: EffectId,
        class: Class,
        after: Option<Duration>,
        now: Duration,
        jitter: f64,
    ) -> Option<Tally> {
        self.untried_removals.remove(&id);
        let lane = self.lanes.get_mut(self.homes.get(&id)?)?;
        let waiting = lane.queue.front_mut().filter(|waiting| waiting.id == id)?;
        waiting.tries += 1;
        let notable = waiting.last != Some(class) || waiting.tries.is_power_of_two();
        waiting.last = Some(class);
        if class == Class::Unknown {
            waiting.doubt = Doubt::MayHaveHappened;
        }
        let wait = wait(waiting.rank, waiting.tries).mul_f64(1.0 + jitter / 4.0);
        lane.not_before = now + after.map_or(wait, |after| after.max(FIRST_WAIT));
        Some(Tally { tries: waiting.tries, doubt: waiting.doubt, notable })
    }

    /// Remembers what came back, for whoever is told of it.
    pub fn blame(&mut self, id: EffectId, fault: &Fault) {
        if let Some(waiting) =
            self.homes.get(&id).and_then(|key| self.lanes.get_mut(key)).and_then(|lane| lane.find(id))
        {
            waiting.fault = Some(fault.clone());
        }
    }

    /// How often a promise was tried since the program started, and what came back last.
    pub fn failing(&self, id: EffectId) -> (u32, Option<Fault>) {
        let lane = self.homes.get(&id).and_then(|key| self.lanes.get(key));
        let waiting = lane.and_then(|lane| lane.queue.iter().find(|waiting| waiting.id == id));
        waiting.map_or((0, None), |waiting| (waiting.tries, waiting.fault.clone()))
    }

    /// The next promises to try: the head of each lane that is not under way and whose time has come. Removals first, in
    /// the order in which they were due.
    pub fn ready(&mut self, gate: Gate, now: Duration) -> Vec<(EffectId, Doubt)> {
        let removals_tried = self.removals_tried();
        let may_start = |waiting: &Waiting| match (waiting.rank, gate) {
            (Rank::Removal(_) | Rank::Alert | Rank::Wish, _) => true,
            (_, Gate::Custody) => false,
            (Rank::Check | Rank::Addition, Gate::Removals) => false,
            (Rank::Check | Rank::Addition, Gate::Open) => removals_tried,
            (Rank::Other, _) => true,
        };
        let mut ready = Vec::new();
        for lane in self.lanes.values_mut() {
            let head = lane.queue.front().filter(|head| may_start(head));
            if let Some(head) = head
                && lane.in_flight.is_none()
                && lane.not_before <= now
            {
                lane.in_flight = Some(head.id);
                ready.push((head.rank.removal(), head.id, head.doubt));
            }
        }
        ready.sort_by_key(|(removal, id, _)| (removal.is_none(), *removal, *id));
        ready.into_iter().map(|(_, id, doubt)| (id, doubt)).collect()
    }

    /// Whether every removal that is promised was tried.
    pub fn removals_tried(&self) -> bool {
        self.untried_removals.is_empty()
    }

    /// When the next wait is over.
    pub fn next(&self, now: Duration) -> Option<Duration> {
        let waits = self.lanes.values().filter(|lane| lane.in_flight.is_none() && !lane.queue.is_empty());
        waits.map(|lane| lane.not_before).filter(|at| *at > now).min()
    }

    /// Whether a try of anything is under way.
    pub fn busy(&self) -> bool {
        self.lanes.values().any(|lane| lane.in_flight.is_some())
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.lanes.values().all(|lane| lane.queue.is_empty())
    }
}

/// How long to wait after so many tries.
fn wait(rank: Rank, tries: u32) -> Duration {
    let longest = if rank.removal().is_some() { LONGEST_REMOVAL_WAIT } else { LONGEST_WAIT };
    let doublings = tries.saturating_sub(1).min(16);
    FIRST_WAIT.saturating_mul(1 << doublings).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{OktaGroupId, OktaUserId};

    fn membership(user: &str) -> MembershipKey {
        MembershipKey { group: OktaGroupId::parse("00g1").unwrap(), user: OktaUserId::parse(user).unwrap() }
    }

    fn remove(user: &str) -> Effect {
        remove_due(user, 0)
    }

    fn remove_due(user: &str, secs: i64) -> Effect {
        let due = Timestamp::UNIX_EPOCH + chrono::TimeDelta::seconds(secs);
        Effect::RemoveMember { membership: membership(user), due, addition: Doubt::None }
    }

    fn add(user: &str) -> Effect {
        Effect::AddMember { membership: membership(user) }
    }

    const fn id(seq: u64) -> EffectId {
        EffectId { seq, ordinal: 0 }
    }

    fn fail(lanes: &mut Lanes, id: EffectId, class: Class, after: Option<Duration>) -> Tally {
        lanes.land(id);
        lanes.fail(id, class, after, ZERO, 0.0).unwrap()
    }

    const ZERO: Duration = Duration::ZERO;

    #[test]
    fn waits_double_up_to_their_bounds() {
        let secs = |rank| (1..9).map(|tries| wait(rank, tries).as_secs()).collect::<Vec<_>>();
        assert_eq!(secs(Rank::Addition), [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(secs(Rank::Removal(Timestamp::UNIX_EPOCH)), [1, 2, 4, 8, 16, 30, 30, 30]);
    }

    #[test]
    fn additions_wait_until_every_removal_was_tried() {
        let mut lanes = Lanes::default();
        lanes.join(id(1), &add("a"), Doubt::None);
        lanes.join(id(2), &remove("b"), Doubt::None);
        assert_eq!(lanes.ready(Gate::Open, ZERO), [(id(2), Doubt::None)]);
        assert_eq!(lanes.ready(Gate::Open, ZERO), []);
        fail(&mut lanes, id(2), Class::Retry, None);
        assert_eq!(lanes.ready(Gate::Open, ZERO), [(id(1), Doubt::None)]);
    }

    #[test]
    fn removals_start_in_the_order_in_which_they_were_due_and_before_all_else() {
        let mut lanes = Lanes::default();
        lanes.join(id(1), &Effect::CheckMember { membership: membership("a") }, Doubt::None);
        lanes.join(id(2), &remove_due("d", 30), Doubt::None);
        lanes.join(id(3), &remove_due("b", 10), Doubt::None);
        lanes.join(id(4), &remove_due("c", 20), Doubt::None);
        lanes.join(id(5), &remove_due("e", 10), Doubt::None);
        let order = |lanes: &mut Lanes| lanes.ready(Gate::Open, ZERO).iter().map(|(id, _)| id.seq).collect::<Vec<_>>();
        assert_eq!(order(&mut lanes), [3, 5, 4, 2]);
        (2..=5).for_each(|seq| lanes.settle(id(seq)));
        assert_eq!(order(&mut lanes), [1]);
    }

    #[test]
    fn what_comes_back_unsaved_goes_before_what_was_promised_after_it() {
        let request = RequestId::FIRST;
        let shift = Effect::MoveTicket { request, to: crate::domain::ticket::Column::Closed };
        let mut lanes = Lanes::default();
        lanes.join(id(1), &Effect::CreateTicket { request }, Doubt::None);
        lanes.join(id(2), &shift, Doubt::None);
        assert_eq!(lanes.ready(Gate::Open, ZERO), [(id(1), Doubt::None)]);
        lanes.settle(id(1));
        lanes.join(id(1), &Effect::CreateTicket { request }, Doubt::MayHaveHappened);
        assert_eq!(lanes.ready(Gate::Open, ZERO), [(id(1), Doubt::MayHaveHappened)]);
        lanes.join(id(0), &shift, Doubt::None);
        let tally = fail(&mut lanes, id(1), Class::Retry, None);
        assert_eq!(tally.tries, 1, "what is under way stays the head");
    }

    #[test]
    fn custody_performs_removals_alone() {
        let mut lanes = Lanes::default();
        lanes.join(id(1), &add("a"), Doubt::None);
        lanes.join(id(2), &remove("b"), Doubt::None);
        assert_eq!(lanes.ready(Gate::Custody, ZERO), [(id(2), Doubt::None)]);
        lanes.settle(id(2));
        assert_eq!(lanes.ready(Gate::Custody, ZERO), []);
    }

    #[test]
    fn what_came_to_no_answer_is_in_doubt_from_then_on() {
        let mut lanes = Lanes::default();
        lanes.join(id(1), &add("a"), Doubt::None);
        lanes.ready(Gate::Open, ZERO);
        let tally = fail(&mut lanes, id(1), Class::Unknown, None);
        assert_eq!((tally.doubt, tally.notable), (Doubt::MayHaveHappened, true));
        assert_eq!(lanes.ready(Gate::Open, ZERO), [], "it waits");
        assert_eq!(lanes.ready(Gate::Open, Duration::from_secs(1)), [(id(1), Doubt::MayHaveHappened)]);
        let tally = fail(&mut lanes, id(1), Class::Rejected, None);
        assert_eq!(tally.doubt, Doubt::MayHaveHappened, "a later refusal does not undo the doubt");
    }

    #[test]
    fn a_wait_the_vendor_names_is_kept() {
        let mut lanes = Lanes::default();
        lanes.join(id(1), &remove("a"), Doubt::None);
        lanes.ready(Gate::Open, ZERO);
        fail(&mut lanes, id(1), Class::Retry, Some(Duration::from_secs(30)));
        assert_eq!(lanes.ready(Gate::Open, Duration::from_secs(29)), []);
        assert_eq!(lanes.next(ZERO), Some(Duration::from_secs(30)));
        assert_eq!(lanes.ready(Gate::Open, Duration::from_secs(30)).len(), 1);
    }
}
