//! What is looked at once more right before a person is added.

use super::*;
use crate::domain::{event::Then, request::NotOpened};

impl Play {
    fn adding() -> Self {
        Self::new().approved(ONE, "db/rw").settled("check_member", stands(false))
    }

    fn without_rw(mut self) -> Self {
        let application = self.catalogue.applications.values_mut().next().unwrap();
        application.entitlements.retain(|entitlement| entitlement.id.to_string() != "db/rw");
        self
    }

    fn looks_again(self, doubt: Doubt, resumed: bool) -> Self {
        let effect = self.promise("add_member").unwrap();
        self.goes(&Command::LookAgain { effect, doubt, resumed })
    }

    fn removes(&self) -> bool {
        self.promise("remove_member").is_some()
    }
}

fn failed(why: NotOpened, then: Then) -> Event {
    Event::GrantFailed { request: ONE, why, then }
}

#[test]
fn an_addition_that_nothing_stops_goes_out() {
    let adding = Play::adding();
    let lines = adding.entries.len();
    assert_eq!(adding.looks_again(Doubt::MayHaveHappened, false).entries.len(), lines);
}

#[test]
fn what_is_offered_no_more_is_not_added() {
    let stopped = Play::adding().without_rw().looks_again(Doubt::None, false);
    assert!(stopped.last().contains(&failed(NotOpened::NotOffered, Then::Nothing)), "{:?}", stopped.last());
    assert!(!stopped.removes() && stopped.promise("add_member").is_none());
    let undone = Play::adding().without_rw().looks_again(Doubt::MayHaveHappened, false);
    assert!(undone.last().contains(&failed(NotOpened::NotOffered, Then::Removal)), "{:?}", undone.last());
    assert!(undone.removes());
}

#[test]
fn what_is_offered_no_more_when_it_is_confirmed_is_undone() {
    let undone = Play::adding().without_rw().settled("add_member", ADDED);
    assert!(undone.last().contains(&failed(NotOpened::NotOffered, Then::Removal)), "{:?}", undone.last());
    assert!(undone.removes());
}

#[test]
fn an_addition_of_before_the_start_is_looked_into_anew() {
    let looking = Play::adding().looks_again(Doubt::MayHaveHappened, true);
    assert!(looking.promise("add_member").is_none());
    // An earlier try may be why they are found: they are ours, and it goes on.
    let added = looking.clone().settled("check_member", stands(true)).settled("add_member", ADDED);
    assert!(matches!(added.live.requests[&ONE].state, State::Active { .. }));
    let inactive = Some("SUSPENDED".into());
    let standing = Standing { member: true, inactive, unfit_group: None, facts: None, lapsed: Vec::new() };
    let stopped = looking.settled("check_member", Outcome::Stands { standing });
    assert!(stopped.removes(), "what the earlier try did is undone: {:?}", stopped.last());
}

#[test]
fn whoever_was_put_there_by_hand_while_no_try_came_through_stays() {
    let mut adding = Play::adding();
    adding.now += TimeDelta::seconds(60);
    let looking = adding.looks_again(Doubt::None, false);
    let refused = looking.settled("check_member", stands(true));
    assert!(refused.last().contains(&Event::StandingFound { request: ONE }), "{:?}", refused.last());
    assert!(!refused.removes());
}
