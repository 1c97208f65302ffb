//! What happens beside an extension: an earlier one, another Okta user, rules that need nobody, break-glass.

use super::*;
use crate::domain::{
    id::RuleId,
    request::NotSentOn,
    rules::{Rule, Rules, Ruling},
};

const THREE: RequestId = TWO.next();

/// Bob extended it by an hour, of which the audit channel is not told yet.
fn extended() -> Play {
    let mut play = asked();
    play.audit = AuditChannel::Told;
    play.bob(Choice::Approve).settled("check_authority", is("bob"))
}

/// More of it, of somebody who was looked up lately.
fn known(person: Identity, end: EndRule) -> Command {
    let Command::Extend(extend) = more_by("alice", "known", end) else { unreachable!() };
    Command::Extend(Extend { known: Some(Ok(person)), ..extend })
}

#[test]
fn what_is_told_late_of_an_earlier_wish_changes_nothing_of_the_present_one() {
    let again = extended().goes(&more_by("alice", "again", minutes(60)));
    let at = again.live.requests[&THREE].asked;
    let late: Vec<EffectId> = again.live.promises_of(TWO).map(|(id, _)| id).collect();
    assert!(!late.is_empty());
    let mut told = again;
    for effect in late {
        told.run(&Command::Settle { effect, outcome: Outcome::Told }).unwrap();
    }
    assert_eq!(told.first().extension.request(), Some(THREE));
    assert_eq!(told.run(&more_by("alice", "third", minutes(60))), Err(Refusal::MoreAsked { at }));
    let returned = told.goes(&Command::Return { who: slack("alice"), request: ONE });
    assert!(matches!(returned.live.requests[&THREE].state, State::Ended { ending: Ending::Cancelled, .. }));
}

/// A Slack account that was joined to somebody else meanwhile keeps nothing of who held it, whether it is looked up now
/// or was lately.
#[test]
fn it_is_kept_for_the_okta_user_who_holds_it_alone() {
    let other = Identity::new(slack("alice"), okta("other"), email("other"), "alice".to_owned());
    let mut unlinked = held().goes(&Command::Unlink { slack: slack("alice"), uid: 501 });
    assert_eq!(unlinked.clone().run(&known(other.clone(), minutes(60))), Err(Refusal::IdentityChanged));
    assert!(unlinked.run(&known(identity("alice"), minutes(60))).is_ok());
    let unlinked = held().goes(&Command::Unlink { slack: slack("alice"), uid: 501 });
    let asked = unlinked.goes(&more(minutes(60))).settled("identify_person", Outcome::identified(other));
    assert_eq!(asked.came_to(), Some(&Ending::Refused { why: NotSentOn::IdentityChanged }));
}

#[test]
fn rules_alone_keep_or_give_nothing_by_what_was_looked_up_before() {
    let auto =
        || Ruling { auto: vec![Rule { id: RuleId::parse("oncall").unwrap(), message: None }], ..Ruling::default() };
    let rules = Rules::new(move |_| Ok(auto()), |_, _| Ok(Vec::new()));
    let ruled = |mut play: Play| {
        play.catalogue.rules = rules.clone();
        play
    };
    let kept = ruled(held()).goes(&known(identity("alice"), minutes(60)));
    assert!(!kept.happened().contains(&"grant_extended".to_owned()));
    assert_eq!(kept.settled("identify_person", is("alice")).came_to(), Some(&Ending::Applied));
    let Command::Ask(first) = ask("db/rw", "form") else { unreachable!() };
    let given = ruled(Play::new()).goes(&Command::Ask(Ask { known: Some(Ok(identity("alice"))), ..first }));
    assert_eq!(given.happened(), ["request_received"]);
    assert_eq!(given.settled("identify_person", is("alice")).stands(), "approved/checking");
}

#[test]
fn what_would_be_longer_than_anything_may_be_is_too_long() {
    let mut play = Play::new();
    let longest = AccessDuration::LONGEST;
    for level in play.catalogue.applications.values_mut().flat_map(|application| &mut application.entitlements) {
        level.max_duration = longest;
    }
    let Command::Ask(asked) = ask("db/rw", "form") else { unreachable!() };
    let year = EndRule::After { secs: secs(365 * 86_400) };
    let play = play.goes(&Command::Ask(Ask { end: year, ..asked }));
    let found = play.settled("identify_person", is("alice")).settled("find_approvers", found());
    let view = ViewKey::Approver { request: ONE, slack: slack("bob") };
    let shown = found.goes(&Command::Show { view, posted: card("bob"), revision: 1 });
    let pressed = shown.clone().goes(&shown.decides("bob", Choice::Approve));
    let mut open = pressed.settled("check_authority", is("bob")).opened();
    let two_days = EndRule::After { secs: secs(2 * 86_400) };
    assert_eq!(open.run(&more(two_days)), Err(Refusal::TooLong { most: longest, rule: None }));
    assert!(open.run(&more(EndRule::After { secs: secs(86_400) })).is_ok());
}

/// What was approved has become one with what it extends: whoever names it means that.
#[test]
fn an_extension_that_was_approved_is_named_for_what_it_extends() {
    let who = slack("alice");
    let mut play = extended();
    let refused = play.run(&Command::Cancel { who: who.clone(), request: TWO });
    assert_eq!(refused, Err(Refusal::TooLateToCancel));
    let returned = play.clone().goes(&Command::Return { who, request: TWO });
    assert!(matches!(returned.first().state, State::Revoking { ending: Ending::Returned, .. }));
    let Command::Revoke(wish) = revoke("dana") else { unreachable!() };
    let revoked = play.clone().goes(&Command::Revoke(Revoke { request: TWO, ..wish }));
    let revoked = revoked.settled("check_revoker", is("dana"));
    assert!(matches!(revoked.first().state, State::Revoking { ending: Ending::Revoked { .. }, .. }));
    let Command::Extend(more) = more_by("alice", "again", minutes(60)) else { unreachable!() };
    play.run(&Command::Extend(Extend { of: TWO, ..more })).unwrap();
    assert_eq!(play.live.requests[&THREE].extends(), Some(ONE));
}

/// What is kept for a little longer shortly before its end is warned of as what was long from the start.
#[test]
fn the_new_end_is_warned_of_however_little_was_added() {
    let mut play = held();
    let ends = play.first().ends().unwrap();
    play.now = ends - TimeDelta::minutes(5);
    let view = ViewKey::Approver { request: TWO, slack: slack("bob") };
    let found =
        play.goes(&more(minutes(10))).settled("identify_person", is("alice")).settled("find_approvers", found());
    let shown = found.goes(&Command::Show { view, posted: card("bob"), revision: 1 });
    let kept = shown.bob(Choice::Approve).settled("check_authority", is("bob"));
    let State::Active { warning, .. } = &kept.first().state else { panic!("{:?}", kept.first().state) };
    assert_eq!(*warning, Warning::Due { at: ends });
}
