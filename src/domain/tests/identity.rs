//! One person, one identity: what contradicts the record, and its end.

use super::*;
use crate::domain::{
    binding::{Mismatch, Trust},
    port::Alert,
    request::NotSentOn,
};

impl Play {
    /// Pending, and looked at by somebody.
    fn pending() -> Self {
        states().swap_remove(2).1
    }

    fn suspended(&self) -> Vec<(String, Mismatch)> {
        let events = self.entries.iter().flat_map(|entry| &entry.events);
        let suspended = events.filter_map(|event| match event {
            Event::BindingSuspended { slack, why } => Some((slack.to_string(), why.clone())),
            _ => None,
        });
        suspended.collect()
    }

    /// How often admins are told of it.
    fn told_of_it(&self) -> usize {
        let told = |effect: &&Effect| matches!(effect, Effect::AlertAdmins { alert: Alert::BindingSuspended { .. } });
        self.entries.iter().flat_map(|entry| &entry.effects).filter(told).count()
    }

    fn trust(&self, name: &str) -> &Trust {
        &self.live.binding(&slack(name)).unwrap().trust
    }

    /// Somebody is bound, of whatever request they were told.
    fn bound(mut self, person: Identity) -> Self {
        let events = vec![Event::PersonBound { person, told: None }];
        let entry = Entry { seq: self.live.seq + 1, at: self.now, events, effects: Vec::new(), words: BTreeMap::new() };
        self.live.apply(&entry).unwrap();
        self
    }

    fn meets(self, person: Identity) -> Self {
        self.goes(&Command::Meet { slack: person.slack.clone(), found: Ok(person) })
    }

    fn unlinks(self, name: &str) -> Self {
        self.goes(&Command::Unlink { slack: slack(name), uid: 501 })
    }
}

/// Somebody as a later look-up finds them.
fn changed(account: &str, user: &str, address: &str) -> Identity {
    Identity::new(slack(account), okta(user), email(address), account.to_owned())
}

#[test]
fn the_first_difference_is_on_record_and_told_and_the_next_ones_are_not() {
    let met = Play::pending().meets(changed("alice", "alice", "alicia")).meets(changed("alice", "mallory", "alicia"));
    let why = Mismatch::OtherEmail { email: email("alicia") };
    assert_eq!(met.suspended(), [("U0ALICE".to_owned(), why.clone())]);
    assert_eq!(met.told_of_it(), 1);
    assert_eq!(*met.trust("alice"), Trust::Suspended { at: met.now, why });
}

#[test]
fn each_difference_has_its_name() {
    let first = |person| Play::pending().meets(person).suspended();
    let of = |name: &str, why| [(format!("U0{name}"), why)];
    assert_eq!(
        first(changed("alice", "mallory", "mallory")),
        of("ALICE", Mismatch::OtherUser { okta: okta("mallory"), email: email("mallory") })
    );
    assert_eq!(
        first(changed("eve", "alice", "eve")),
        of("ALICE", Mismatch::OtherAccount { slack: slack("eve"), email: email("eve") })
    );
    assert_eq!(first(identity("alice")), []);
    assert_eq!(first(identity("eve")), [], "whoever is not bound contradicts nobody");
}

/// Also an address that nobody in Okta has: what it was is on record, and it is another.
#[test]
fn an_address_that_leads_nowhere_is_another_one_all_the_same() {
    let pending = Play::pending();
    let leads = |name: &str, unfit: Unfit| {
        pending.clone().goes(&Command::Meet { slack: slack(name), found: Err(unfit) }).suspended().len()
    };
    assert_eq!(leads("alice", Unfit::NoAccount { email: email("alicia") }), 1);
    assert_eq!(leads("alice", Unfit::Ambiguous { email: email("alicia") }), 1);
    assert_eq!(leads("alice", Unfit::NoAccount { email: email("alice") }), 0, "it is Okta's side that changed");
    let inactive = |by: Option<&str>| Unfit::Inactive { status: "SUSPENDED".into(), email: by.map(email) };
    assert_eq!(leads("alice", inactive(None)), 0);
    assert_eq!(leads("alice", inactive(Some("alice"))), 0);
    assert_eq!(leads("alice", inactive(Some("alicia"))), 1);
    assert_eq!(leads("eve", Unfit::NoAccount { email: email("alicia") }), 0, "she is not bound");
    let clicked = pending.bound(identity("bob"));
    let clicked = clicked.clone().goes(&clicked.decides("bob", Choice::Approve));
    let not_served = Outcome::NotServed { why: Unfit::NoAccount { email: email("rob") } };
    assert_eq!(clicked.clone().goes(&clicked.settles("check_authority", not_served)).suspended().len(), 1);
}

/// Bob is bound, and takes over the address by which Alice is bound: neither pair can be told from the other any more.
#[test]
fn who_takes_over_somebody_elses_address_suspends_both() {
    let met = Play::pending().bound(identity("bob")).meets(changed("bob", "alice", "alice"));
    let names: Vec<String> = met.suspended().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["U0BOB", "U0ALICE"]);
}

#[test]
fn who_is_suspended_neither_asks_nor_decides_even_when_all_is_as_before() {
    let mut bob = Play::pending().bound(identity("bob")).meets(changed("bob", "bob", "rob")).meets(identity("bob"));
    assert_eq!(bob.run(&bob.decides("bob", Choice::Approve)), Err(Refusal::IdentityChanged));
    assert_eq!(bob.run(&bob.decides("dana", Choice::Approve)), Ok(Answer::Received), "the others do");
    let mut alice = Play::pending().meets(changed("alice", "alice", "alicia")).meets(identity("alice"));
    assert_eq!(alice.run(&ask("db/debug", "form 2")), Err(Refusal::IdentityChanged));
    let cancelled = alice.run(&Command::Cancel { who: slack("alice"), request: ONE });
    assert_eq!(cancelled, Ok(Answer::Withdrawn), "what is theirs can be withdrawn");
}

/// Nobody has looked at Bob since: what his decision's own look-up finds counts.
#[test]
fn a_difference_that_the_click_itself_finds_makes_it_count_for_nothing() {
    let play = Play::pending().bound(identity("bob"));
    let clicked = play.clone().goes(&play.decides("bob", Choice::Approve));
    let stolen = Outcome::identified(changed("bob", "bob2", "bob"));
    let mut judged = clicked.clone().goes(&clicked.settles("check_authority", stolen));
    assert_eq!(
        judged.suspended(),
        [("U0BOB".to_owned(), Mismatch::OtherUser { okta: okta("bob2"), email: email("bob") })]
    );
    let refused = Event::DecisionRefused { request: ONE, slack: slack("bob"), why: Refusal::IdentityChanged };
    assert!(judged.entries.last().unwrap().events.contains(&refused));
    assert_eq!(judged.run(&judged.decides("bob", Choice::Approve)), Err(Refusal::IdentityChanged), "at once");
}

#[test]
fn whose_accounts_match_no_more_is_not_asked() {
    let play = states().swap_remove(1).1.bound(changed("bob", "robert", "robert"));
    let found = play.clone().goes(&play.settles("find_approvers", found()));
    assert_eq!(found.suspended().len(), 1, "U0BOB has Bob's address by now");
    let Some(State::Pending { route, .. }) = found.live.requests.get(&ONE).map(|request| &request.state) else {
        panic!("{}", found.stands())
    };
    let asked: Vec<_> = route.steps[0].approvers.iter().map(|one| one.slack.clone()).collect();
    assert_eq!(asked, [slack("dana")]);
}

#[test]
fn after_the_end_of_a_binding_the_next_look_up_binds_anew_and_nothing_open_is_loosened() {
    let unlinked = Play::pending().meets(changed("alice", "alice", "alicia")).unlinks("alice");
    assert_eq!(unlinked.live.binding(&slack("alice")), None);
    assert_eq!(unlinked.live.accounts.get(&okta("alice")), None);
    let unlinked_event = Event::PersonUnlinked { slack: slack("alice"), uid: 501 };
    assert!(unlinked.entries.last().unwrap().events.contains(&unlinked_event));
    assert!(unlinked.live.promises.values().all(|promise| match &promise.effect {
        Effect::AlertAdmins { alert } => unlinked.live.is_moot(alert),
        _ => true,
    }));
    // The request is still hers, by either of the two names that it has on record.
    let judged = |person: Identity, by: &str| {
        let clicked = unlinked.clone().goes(&unlinked.decides(by, Choice::Approve));
        let judged = clicked.clone().goes(&clicked.settles("check_authority", Outcome::identified(person)));
        judged.entries.last().unwrap().events.clone()
    };
    let own = |by: &str| Event::DecisionRefused { request: ONE, slack: slack(by), why: Refusal::OwnRequest };
    assert!(judged(changed("bob", "alice", "alice"), "bob").contains(&own("bob")));
    let again = unlinked.goes(&ask("db/debug", "form 2"));
    let again =
        again.clone().goes(&again.settles("identify_person", Outcome::identified(changed("alice", "alice", "alicia"))));
    assert_eq!(again.live.binding(&slack("alice")).unwrap().identity.email, email("alicia"));
    assert_eq!(*again.trust("alice"), Trust::Bound);
    assert_eq!(again.suspended().len(), 1);
}

#[test]
fn nobody_is_unlinked_twice() {
    let mut play = Play::pending().unlinks("alice");
    let lines = play.entries.len();
    assert_eq!(play.run(&Command::Unlink { slack: slack("alice"), uid: 501 }), Ok(Answer::NotBound));
    assert_eq!(play.entries.len(), lines);
}

/// An account that an admin gave another Okta user between two steps is still one person.
#[test]
fn who_was_bound_anew_between_two_steps_counts_once() {
    use crate::domain::request::{Approval, Decider};
    let mut play = Play::pending();
    let request = play.live.requests.get_mut(&ONE).unwrap();
    let State::Pending { route, .. } = &mut request.state else { panic!("pending") };
    let mut first = route.steps[0].clone();
    let by = Decider::from(&changed("bob", "robert", "robert"));
    first.approval = Some(Approval { by, at: request.asked, less: None });
    route.steps.insert(0, first);
    let clicked = play.clone().goes(&play.decides("bob", Choice::Approve));
    let judged = clicked.clone().goes(&clicked.settles("check_authority", Outcome::identified(identity("bob"))));
    let why = Refusal::HasApproved { at: play.live.requests[&ONE].asked };
    let refused = Event::DecisionRefused { request: ONE, slack: slack("bob"), why };
    assert!(judged.entries.last().unwrap().events.contains(&refused), "{:?}", judged.entries.last());
}

#[test]
fn a_request_of_whoever_does_not_match_is_not_sent_on() {
    let asked = Play::pending().goes(&ask("db/debug", "form 2"));
    let found =
        asked.clone().goes(&asked.settles("identify_person", Outcome::identified(changed("alice", "eve", "eve"))));
    let last = &found.entries.last().unwrap().events;
    assert!(last.iter().any(|event| matches!(event, Event::RequestRefused { why: NotSentOn::IdentityChanged, .. })));
    assert_eq!(found.suspended().len(), 1);
}
