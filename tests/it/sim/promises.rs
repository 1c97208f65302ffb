//! What must be true, whatever happened.

use std::collections::{BTreeMap, BTreeSet};

use jitney::domain::{
    event::{Event, Then},
    id::{RequestId, SlackUserId},
    live::Live,
    membership::Motion,
    port::{MembershipKey, ViewKey},
    request::{Cause, Purpose, Request, State},
    review::Review,
    time::{EndRule, Timestamp},
};

use super::run::{Acknowledged, Sim};

/// An addition is only asked for what everyone agreed to, on record, with an end; or for what was taken by break-glass, of
/// which others were told.
pub fn may_add(sim: &Sim, key: &MembershipKey) {
    let core = sim.core().unwrap();
    let safe = core.safe();
    let offered = |request: &Request| {
        let today = core.catalogue().find(&request.access.entitlement);
        today.is_some_and(|(_, entitlement)| entitlement.group == request.access.group)
    };
    let membership = safe.memberships.get(key).unwrap_or_else(|| panic!("seed {}: an addition to nothing", sim.seed));
    let approved = membership.holds.keys().filter_map(|id| safe.requests.get(id)).any(|request| match &request.state {
        State::Approved { .. } if request.purpose.is_emergency() => {
            let told = request.review.people();
            !told.is_empty() && told.iter().all(|one| one.slack != request.asker)
        }
        State::Approved { route, .. } => {
            let deciders: BTreeSet<_> =
                route.steps.iter().filter_map(|step| step.approval.as_ref()).map(|a| &a.by.okta).collect();
            deciders.len() == route.steps.len()
                && !deciders.is_empty()
                && !deciders.contains(&route.person.okta)
                && deciders.iter().all(|okta| ["00uBOB", "00uDANA"].contains(&okta.as_str()))
        }
        _ => false,
    });
    let offered = membership.holds.keys().filter_map(|id| safe.requests.get(id)).any(offered);
    let frozen = &safe.frozen;
    assert!(frozen.is_none(), "seed {}: an addition while nothing is opened: {frozen:?}\n{}", sim.seed, sim.journal());
    assert!(offered, "seed {}: an addition that is not offered: {key}\n{}", sim.seed, sim.journal());
    assert!(approved, "seed {}: an addition that nobody approved: {key}\n{}", sim.seed, sim.journal());
}

/// Whether its review is open, and somebody who may sign it everywhere has a card.
fn is_signable(request: &Request) -> bool {
    let owner = |slack: &SlackUserId| slack.as_str() == "U0DANA" && request.asker != *slack;
    let shown = |view: &ViewKey| matches!(view, ViewKey::Approver { slack, .. } if owner(slack));
    request.review.is_open() && request.shown.keys().any(shown)
}

/// For how long somebody may be inside after their end, or without one, while nothing keeps the program from mending it:
/// the longest wait between two tries of a removal, the time in which one in doubt settles, and one more failure.
const MENDED_WITHIN_MS: u64 = 120_000;

/// For how long somebody whose account is taken may hold something: until it is read next, and some reads that fail.
const FOUND_WITHIN_MS: u64 = 300_000 + MENDED_WITHIN_MS;

/// Whether a hold is ahead of its end: of access that is open, or of an addition that is under way, or was asked for
/// since its approval and may have happened.
fn has_an_end_ahead(live: &Live, key: &MembershipKey, wall: Timestamp) -> bool {
    let Some(membership) = live.memberships.get(key) else { return false };
    let mut ahead = membership.holds.iter().filter(|(_, until)| **until > wall);
    ahead.any(|(id, _)| match live.requests.get(id).map(|request| &request.state) {
        Some(State::Approved { at, .. }) => match membership.motion {
            Motion::Adding { .. } => true,
            Motion::Removing { .. } => false,
            _ => membership.added.is_some_and(|added| added >= *at),
        },
        _ => true,
    })
}

/// Whether an end is before another, whenever access opens from now on.
fn is_less(end: EndRule, before: EndRule, now: Timestamp) -> bool {
    match (before, end) {
        (EndRule::After { secs: before }, EndRule::After { secs }) => secs < before,
        (EndRule::After { secs: before }, EndRule::At { instant }) => instant < before.after(now),
        (EndRule::At { instant: before }, EndRule::At { instant }) => instant < before,
        (EndRule::At { .. }, EndRule::After { .. }) => false,
    }
}

/// A wish to keep something for longer, as the journal tells it.
#[derive(Debug)]
struct More {
    of: RequestId,
    asker: SlackUserId,
    end: EndRule,
    steps: usize,
    agreed: BTreeSet<SlackUserId>,
}

impl Sim {
    /// At any moment: whoever is inside through us has an end ahead, or is being taken out as fast as can be; and who
    /// was told that access is open has it.
    pub fn keep_watch(&mut self, wall: Timestamp) {
        let Some(core) = self.core() else { return self.unkept.clear() };
        let (inside, open) = (&self.outside.members, core.safe().requests.values());
        let unkept: Vec<MembershipKey> =
            inside.iter().filter(|key| !has_an_end_ahead(core.safe(), key, wall)).cloned().collect();
        let open = open.filter(|request| matches!(request.state, State::Active { .. }));
        let missing = open.filter_map(Request::membership).find(|key| !self.outside.is_member(key));
        if let Some(key) = missing {
            self.fail(&format!("access is open, and its holder is not inside: {key}"));
        }
        self.unkept.retain(|key, _| unkept.contains(key));
        let excused = self.excused_until.max(self.outside.okta_down_until);
        for key in unkept {
            let since = *self.unkept.entry(key.clone()).or_insert(self.elapsed);
            if self.elapsed.saturating_sub(since.max(excused)) > MENDED_WITHIN_MS {
                self.fail(&format!("inside without an end ahead: {key} at {wall}"));
            }
        }
    }

    /// At any moment: whose account is taken from them holds nothing, but for the time it takes to find out.
    pub fn whose_account_is_taken_holds_nothing(&mut self) {
        let Some(core) = self.core() else { return self.closed_holds.clear() };
        let closed = self.outside.closed.keys();
        let held: Vec<RequestId> =
            closed.flat_map(|user| core.safe().held_by(user)).flat_map(|kept| kept.holds.keys().copied()).collect();
        self.closed_holds.retain(|id, _| held.contains(id));
        let excused = self.excused_until.max(self.outside.okta_down_until);
        for id in held {
            let since = *self.closed_holds.entry(id).or_insert(self.elapsed);
            if self.elapsed.saturating_sub(since.max(excused)) > FOUND_WITHIN_MS {
                self.fail(&format!("{id} is held by somebody whose account is taken"));
            }
        }
    }

    /// Whoever looks at their Home tab sees how things stand, once nothing is left to draw.
    pub fn tabs_are_fresh(&mut self) {
        let Some(looked) = self.core().map(|core| self.tabs.stale(core, &self.outside, self.boot, self.elapsed)) else {
            return;
        };
        match looked {
            Ok(fresh) => self.counts.fresh += fresh,
            Err(stale) => self.fail(&stale),
        }
    }

    /// After everything has healed and come to rest.
    pub fn check(&self) {
        self.nobody_is_inside();
        self.nothing_is_open();
        self.what_was_acknowledged_is_on_record();
        self.each_thing_happened_once();
        self.nothing_is_kept_for_longer_than_was_agreed();
        self.whoever_watches_sees_the_end();
        self.nobody_signs_their_own_and_nothing_taken_is_forgotten();
        self.no_admin_sees_a_removal_that_is_over();
        self.the_state_is_what_the_journal_and_the_index_say();
    }

    fn fail(&self, what: &str) -> ! {
        panic!("seed {}: {what}\n{}", self.seed, self.journal())
    }

    fn nobody_is_inside(&self) {
        if !self.outside.members.is_empty() {
            self.fail(&format!("inside after every end: {:?}", self.outside.members));
        }
    }

    fn nothing_is_open(&self) {
        let core = self.core().unwrap();
        let all = core.safe().requests.values();
        let open: Vec<RequestId> = all.filter(|r| r.is_open() || is_signable(r)).map(|r| r.id).collect();
        if !open.is_empty() || !core.is_quiet() {
            self.fail(&format!("not at rest: open {open:?}, promises {:?}", core.safe().promises));
        }
        if core.safe().memberships.values().any(|membership| !membership.holds.is_empty()) {
            self.fail("a membership is still held");
        }
    }

    fn what_was_acknowledged_is_on_record(&self) {
        let entries = self.entries();
        // Whoever names an extension that was approved means what it extends.
        let extends = |event: &Event, id: RequestId, first: RequestId| match event {
            Event::RequestReceived { request, purpose: Purpose::Extension { of, .. }, .. } => {
                *request == id && *of == first
            }
            _ => false,
        };
        let all = || entries.iter().flat_map(|entry| &entry.events);
        let means = |id: RequestId, ended: RequestId| id == ended || all().any(|event| extends(event, id, ended));
        let on_record = |found: &dyn Fn(&Event) -> bool| entries.iter().flat_map(|entry| &entry.events).any(found);
        for told in &self.acknowledged {
            let kept = match told {
                Acknowledged::Request(id, who) => on_record(
                    &|event| matches!(event, Event::RequestReceived { request, asker, .. } if request == id && asker == who),
                ),
                Acknowledged::Decision(id, who) => on_record(
                    &|event| matches!(event, Event::DecisionReceived { request, slack, .. } if request == id && slack == who),
                ),
                Acknowledged::Revocation(id, who) => on_record(
                    &|event| matches!(event, Event::RevocationReceived { request, slack, .. } if slack == who && means(*id, *request)),
                ),
                Acknowledged::Signature(id, who) => on_record(
                    &|event| matches!(event, Event::ReviewReceived { request, slack, .. } if request == id && slack == who),
                ),
                Acknowledged::Return(id) => {
                    on_record(&|event| matches!(event, Event::GrantReturned { request, .. } if means(*id, *request)))
                }
                Acknowledged::Cancel(id) => {
                    on_record(&|event| matches!(event, Event::RequestCancelled { request } if request == id))
                }
            };
            if !kept {
                self.fail("something that was acknowledged is not on record");
            }
        }
    }

    /// A request leaves memory only when every message of it shows how it ended.
    fn whoever_watches_sees_the_end(&self) {
        let mut live = Live::default();
        for entry in self.entries() {
            let touched = live.apply(&entry).unwrap();
            for event in &entry.events {
                self.what_keeps_is_open(event, &live);
            }
            if let Some(request) = touched.retired.iter().find(|request| !request.stale_views().is_empty()) {
                self.fail(&format!("{} is forgotten, and shows {:?}", request.id, request.stale_views()));
            }
        }
    }

    /// What was taken by break-glass, and opened, is in memory until somebody else has signed its review; and nobody takes
    /// anything before that.
    fn nobody_signs_their_own_and_nothing_taken_is_forgotten(&self) {
        let mut open: BTreeMap<RequestId, SlackUserId> = BTreeMap::new();
        let mut live = Live::default();
        for entry in self.entries() {
            for event in &entry.events {
                match event {
                    Event::EmergencyTaken { request, .. } => {
                        let asker = live.requests.get(request).map(|taken| taken.asker.clone()).unwrap();
                        if open.values().any(|other| *other == asker) {
                            self.fail(&format!("{asker} takes {request} with a review still open"));
                        }
                        open.insert(*request, asker);
                    }
                    Event::ReviewSigned { request, by, .. } => {
                        let asker = open.remove(request);
                        if asker.is_none_or(|asker| asker == by.slack) {
                            self.fail(&format!("{} signs the review of {request}", by.name));
                        }
                    }
                    _ => {}
                }
            }
            live.apply(&entry).unwrap();
            open.retain(|id, _| match live.requests.get(id) {
                Some(taken) => !matches!(taken.review, Review::Moot { .. }),
                None => self.fail(&format!("{id} is forgotten before its review is signed")),
            });
        }
    }

    /// What each admin was told last of late removals: that they are over. A message whose reply was lost has another
    /// after it.
    fn no_admin_sees_a_removal_that_is_over(&self) {
        for (admin, stand) in &self.outside.alarms {
            if let Some((posted, late)) = stand.last().filter(|(_, late)| *late > 0) {
                self.fail(&format!("{admin} sees {late} late removals for ever: {posted:?}"));
            }
        }
        if let Some(alarm) = &self.core().unwrap().safe().alarm {
            self.fail(&format!("the alarm never ends: {alarm:?}"));
        }
    }

    /// A membership is left to no one who merely waits for it.
    fn what_keeps_is_open(&self, event: &Event, live: &Live) {
        let (Event::GrantExpired { then, .. }
        | Event::GrantReturned { then, .. }
        | Event::GrantFailed { then, .. }
        | Event::GrantNotJustified { then, .. }
        | Event::GrantRevoked { then, .. }) = event
        else {
            return;
        };
        let Then::Kept { by } = then else { return };
        if live.requests.get(by).is_some_and(|request| !matches!(request.state, State::Active { .. })) {
            self.fail(&format!("{by} keeps a membership, and is not open"));
        }
    }

    fn each_thing_happened_once(&self) {
        let mut keys = BTreeMap::new();
        let (mut opened, mut ended, mut warned) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut most = BTreeMap::new();
        for entry in self.entries() {
            for event in &entry.events {
                match event {
                    Event::RequestReceived { request, key, asker, end, .. } => {
                        most.insert(*request, *end);
                        // A day later the same key is another form.
                        let before = keys.insert((asker.clone(), key.clone()), entry.at);
                        if before.is_some_and(|before| entry.at - before < chrono::TimeDelta::hours(24)) {
                            self.fail("one form became two requests");
                        }
                    }
                    // A new end has a word of its own.
                    Event::GrantExtended { request, .. } => drop(warned.remove(request)),
                    Event::GrantEndsSoon { request } if !warned.insert(*request) => {
                        self.fail("a holder was told twice that it ends soon");
                    }
                    Event::RequestShortened { request, end, .. } => {
                        let before = most.insert(*request, *end);
                        if !before.is_some_and(|before| is_less(*end, before, entry.at)) {
                            self.fail("it was approved for no less");
                        }
                    }
                    Event::GrantRevoked { cause: Cause::Person { by, .. }, .. }
                        if !["00uBOB", "00uDANA", "00uFRANK"].contains(&by.okta.as_str()) =>
                    {
                        self.fail(&format!("{by:?} ended access"));
                    }
                    Event::GrantOpened { request, ends, .. } if most[request].end(entry.at) < *ends => {
                        self.fail("a grant is open for longer than it was approved for");
                    }
                    Event::GrantOpened { request, ends, .. } if !opened.insert(*request) || *ends <= entry.at => {
                        self.fail("a grant opened twice, or after its end");
                    }
                    Event::GrantEnded { request } if !ended.insert(*request) => self.fail("a grant ended twice"),
                    _ => {}
                }
            }
        }
    }

    /// An end moves by what was asked, before it has come, once everybody agreed who had to; and nothing ends before the
    /// end that is in force, or is had for longer in all than it can be.
    fn nothing_is_kept_for_longer_than_was_agreed(&self) {
        let most = chrono::TimeDelta::hours(8);
        let (mut open, mut more) = (BTreeMap::new(), BTreeMap::<RequestId, More>::new());
        for entry in self.entries() {
            for event in &entry.events {
                match event {
                    Event::RequestReceived { request, purpose: Purpose::Extension { of, .. }, end, asker, .. } => {
                        let (of, asker) = (*of, asker.clone());
                        more.insert(*request, More { of, asker, end: *end, steps: 0, agreed: BTreeSet::new() });
                    }
                    Event::RequestPending { request, steps, .. } => {
                        more.get_mut(request).into_iter().for_each(|more| more.steps = steps.len());
                    }
                    Event::RequestShortened { request, end, .. } => {
                        more.get_mut(request).into_iter().for_each(|more| more.end = *end);
                    }
                    Event::StepApproved { request, by, .. } => {
                        more.get_mut(request).into_iter().for_each(|more| more.agreed.extend([by.slack.clone()]));
                    }
                    Event::GrantOpened { request, ends, .. } => drop(open.insert(*request, (entry.at, *ends))),
                    Event::GrantExtended { request, ends, .. } => {
                        let applied = |event: &Event| match event {
                            Event::ExtensionApplied { request } => Some(*request),
                            _ => None,
                        };
                        let by = entry.events.iter().filter_map(applied).filter_map(|id| more.get(&id));
                        let Some(by) = by.into_iter().find(|by| by.of == *request) else {
                            self.fail(&format!("{request} is extended by nothing"));
                        };
                        let (opened, before) = open[request];
                        let agreed = by.steps > 0 && by.agreed.len() == by.steps && !by.agreed.contains(&by.asker);
                        if !agreed || entry.at >= before || by.end.end(before) != *ends || *ends - opened > most {
                            self.fail(&format!("{request} is kept until {ends}, by {by:?}"));
                        }
                        open.insert(*request, (opened, *ends));
                    }
                    Event::GrantExpired { request, .. }
                        if open.get(request).is_some_and(|(_, ends)| entry.at < *ends) =>
                    {
                        self.fail(&format!("{request} ended before its time"));
                    }
                    _ => {}
                }
            }
        }
    }

    fn the_state_is_what_the_journal_and_the_index_say(&self) {
        let safe = self.core().unwrap().safe();
        if self.folded() != *safe {
            self.fail("the journal folds to another state");
        }
        if self.indexed(safe.seq) != *safe {
            self.fail("the index gives another state");
        }
    }
}
