//! What is taken away, and when an addition that may still arrive is reckoned with.

use super::*;
use crate::domain::event::{Held, Then};

const TWO: RequestId = RequestId::FIRST.next();

pub(super) fn key() -> MembershipKey {
    MembershipKey { group: OktaGroupId::parse("00gPROD").unwrap(), user: okta("alice") }
}

impl Play {
    pub(super) fn after(mut self, secs: i64) -> Self {
        self.now += TimeDelta::seconds(secs);
        self
    }

    /// Settles what is promised under this name.
    pub(super) fn settled(self, wanted: &str, outcome: Outcome) -> Self {
        let command = self.settles(wanted, outcome);
        assert!(self.promise(wanted).is_some(), "{wanted} is not promised: {:?}", self.live.promises);
        self.goes(&command)
    }

    /// Alice asks for this, and Bob approves.
    pub(super) fn approved(self, id: RequestId, entitlement: &str) -> Self {
        let asked = self.goes(&ask(entitlement, &format!("form of {id}")));
        let pending =
            asked.settled("identify_person", Outcome::identified(identity("alice"))).settled("find_approvers", found());
        let view = ViewKey::Approver { request: id, slack: slack("bob") };
        let shown = pending.goes(&Command::Show { view, posted: card("bob"), revision: 1 });
        let digest = shown.live.requests[&id].digest();
        let decide = Decide {
            who: slack("bob"),
            request: id,
            place: Surface::Card(card("bob")),
            digest,
            choice: Choice::Approve,
        };
        shown.goes(&Command::Decide(decide)).settled("check_authority", Outcome::identified(identity("bob")))
    }

    pub(super) fn opened(self) -> Self {
        self.settled("check_member", stands(false)).settled("add_member", ADDED)
    }

    fn returns(self, id: RequestId) -> Self {
        self.goes(&Command::Return { who: slack("alice"), request: id })
    }

    pub(super) fn due(self) -> Self {
        self.goes(&Command::MembershipDue { membership: key() })
    }

    pub(super) fn fails(&self, wanted: &str, class: Class, status: u16) -> Command {
        let doubt = if class == Class::Unknown { Doubt::MayHaveHappened } else { Doubt::None };
        let effect = self.promise(wanted).unwrap();
        Command::Fail(Failure { effect, class, fault: fault(status), tries: 1, doubt, notable: true })
    }

    /// What the removal that is promised reckons with.
    fn doubt(&self) -> Option<Doubt> {
        self.live.promises.values().find_map(|promise| match &promise.effect {
            Effect::RemoveMember { addition, .. } => Some(*addition),
            _ => None,
        })
    }

    pub(super) fn last(&self) -> &[Event] {
        &self.entries.last().unwrap().events
    }
}

#[test]
fn a_removal_soon_after_an_addition_reckons_with_one_that_is_late() {
    // The first try gets no answer and is held up; the second is confirmed.
    let adding = Play::new().approved(ONE, "db/rw").settled("check_member", stands(false));
    let unanswered = adding.fails("add_member", Class::Unknown, 504);
    let active = adding.goes(&unanswered).after(2).settled("add_member", ADDED);
    assert_eq!(active.clone().after(2).returns(ONE).doubt(), Some(Doubt::MayHaveHappened));
    assert_eq!(active.clone().after(119).returns(ONE).doubt(), Some(Doubt::MayHaveHappened));
    assert_eq!(active.after(120).returns(ONE).doubt(), Some(Doubt::None), "by then it has arrived");
}

#[test]
fn an_addition_that_was_taken_back_is_reckoned_with_at_the_end_of_what_kept_the_membership() {
    let both = Play::new().approved(ONE, "db/rw").opened().after(7_190).approved(TWO, "db/debug");
    let kept = both.settled("check_member", stands(true)).returns(TWO);
    assert_eq!(kept.promise("add_member"), None);
    let over = kept.after(12).due();
    assert_eq!(over.doubt(), Some(Doubt::MayHaveHappened));
}

#[test]
fn an_addition_called_off_after_hours_of_tries_may_have_been_sent_just_now() {
    let adding = Play::new().approved(ONE, "db/rw").settled("check_member", stands(false)).after(7_200);
    assert_eq!(adding.clone().due().doubt(), Some(Doubt::MayHaveHappened));
    let late = adding.settled("add_member", ADDED);
    assert_eq!(late.doubt(), Some(Doubt::MayHaveHappened), "confirmed when it was to be over");
}

#[test]
fn what_custody_ends_may_have_been_asked_for_a_moment_before() {
    let play = Play::new();
    let held = vec![Held { membership: key(), until: play.now }];
    let over = play.goes(&Command::Salvage { held }).due();
    assert_eq!(over.doubt(), Some(Doubt::MayHaveHappened));
}

#[test]
fn only_what_is_open_keeps_a_membership() {
    let both = Play::new().approved(ONE, "db/rw").opened().after(7_190).approved(TWO, "db/debug");
    // The look before the addition has no answer when the first one ends.
    let over = both.after(10).due();
    assert!(over.last().contains(&Event::GrantExpired { request: ONE, then: Then::Removal }), "{:?}", over.last());
    assert_eq!(over.promise("check_member"), None, "it would look at what is being removed");
    let again = over.settled("remove_member", REMOVED);
    assert!(again.last().contains(&Event::GrantEnded { request: ONE }));
    let open = again.opened();
    assert!(matches!(open.live.requests[&TWO].state, State::Active { .. }));
}

#[test]
fn an_addition_that_two_wait_for_goes_on_when_one_is_given_back() {
    let both = Play::new().approved(ONE, "db/rw").approved(TWO, "db/debug").settled("check_member", stands(false));
    let one = both.returns(ONE);
    assert!(one.last().contains(&Event::GrantReturned { request: ONE, then: Then::Nothing }));
    let open = one.settled("add_member", ADDED);
    let kept = open.last().iter().filter(|event| matches!(event, Event::GrantOpened { .. })).count();
    assert_eq!((kept, open.doubt()), (1, None));
}

/// What is approved while an addition is under way was not looked into right before it: it is, before it opens.
#[test]
fn what_was_approved_during_an_addition_opens_after_a_look_of_its_own() {
    let adding = Play::new().approved(ONE, "db/rw").settled("check_member", stands(false)).after(5);
    let both = adding.approved(TWO, "db/debug").after(5).settled("add_member", ADDED);
    assert!(matches!(both.live.requests[&ONE].state, State::Active { .. }));
    assert!(matches!(both.live.requests[&TWO].state, State::Approved { .. }));
    let gone = Standing {
        member: true,
        inactive: Some("SUSPENDED".to_owned()),
        unfit_group: None,
        facts: None,
        lapsed: Vec::new(),
    };
    let refused = both.clone().settled("check_member", Outcome::Stands { standing: gone });
    assert!(matches!(refused.live.requests[&TWO].state, State::Ended { ending: Ending::Failed { .. }, .. }));
    let open = both.settled("check_member", stands(true)).settled("add_member", ADDED);
    assert!(matches!(open.live.requests[&TWO].state, State::Active { .. }));
}
