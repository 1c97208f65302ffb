//! An account that is taken from its holder: what ends with it, and what does not.

use super::*;
use crate::domain::{
    account::Closure,
    event::{Held, Then},
    port::Nudge,
    request::Cause,
    review::Review,
};

const TWO: RequestId = RequestId::FIRST.next();

/// Alice's account is suspended.
fn suspended() -> Command {
    closed("alice", Closure::Suspended)
}

fn closed(whose: &str, closure: Closure) -> Command {
    Command::CloseAccount { okta: okta(whose), closure }
}

fn held() -> Play {
    Play::new().approved(ONE, "db/rw").opened()
}

/// What ended by the last line, and how.
fn revoked(play: &Play) -> Vec<(RequestId, Cause<String>, Then)> {
    let revoked = play.last().iter().filter_map(|event| match event {
        Event::GrantRevoked { request, cause, then } => Some((*request, cause.clone(), *then)),
        _ => None,
    });
    revoked.collect()
}

#[test]
fn all_that_is_held_with_it_ends_in_one_line_that_says_how_it_was_taken() {
    for closure in [Closure::Suspended, Closure::Deactivated, Closure::Deleted] {
        let play = held().approved(TWO, "db/debug").settled("check_member", stands(true));
        let play = play.settled("add_member", ADDED).goes(&closed("alice", closure));
        assert_eq!(play.last()[0], Event::AccountClosed { okta: okta("alice"), closure });
        let cause = Cause::Account { closure };
        assert_eq!(revoked(&play), [(ONE, cause.clone(), Then::Removal), (TWO, cause.clone(), Then::Removal)]);
        let effects = &play.entries.last().unwrap().effects;
        let removals = effects.iter().filter(|effect| matches!(effect, Effect::RemoveMember { .. })).count();
        let told =
            effects.iter().filter(|effect| matches!(effect, Effect::Nudge { nudge: Nudge::Revoked, .. })).count();
        assert_eq!((removals, told), (1, 2));
        let over = play.settled("remove_member", REMOVED);
        let ending = Ending::Revoked { cause: Cause::Account { closure } };
        assert!(
            matches!(&over.live.requests[&TWO].state, State::Ended { ending: how, .. } if *how == ending),
            "{:?}",
            over.live.requests[&TWO].state
        );
    }
}

#[test]
fn where_nothing_is_held_nothing_is_on_record() {
    let asked = Play::new().goes(&ask("db/rw", "form"));
    let ended = held().after(7_200).due().settled("remove_member", REMOVED);
    let ending = held().goes(&suspended());
    for play in [Play::new(), asked, ended, ending] {
        let after = play.clone().goes(&suspended());
        assert_eq!(after.live.seq, play.live.seq);
    }
    let play = held();
    assert_eq!(play.clone().goes(&closed("bob", Closure::Deleted)).live.seq, play.live.seq, "it is not Bob's");
}

#[test]
fn what_is_being_opened_ends_too_and_may_have_arrived() {
    let adding = Play::new().approved(ONE, "db/rw").settled("check_member", stands(false));
    let ended = adding.goes(&suspended());
    assert_eq!(ended.stands(), "revoking/removing");
    assert!(ended.promise("add_member").is_none() && ended.promise("remove_member").is_some());
    let looking = Play::new().approved(ONE, "db/rw").goes(&suspended());
    assert_eq!(looking.stands(), "ended revoked", "nothing was given");
}

#[test]
fn an_extension_that_waits_ends_with_what_it_extends() {
    let play = held();
    let end = EndRule::After { secs: secs(3_600) };
    let (who, key) = (slack("alice"), "more".to_owned());
    let asked =
        play.goes(&Command::Extend(Extend { who, key, of: ONE, end, justification: text("Still"), known: None }));
    let over = asked.goes(&suspended());
    assert!(over.last().contains(&Event::RequestLapsed { request: TWO }));
    assert!(over.entries.last().unwrap().effects.iter().all(|effect| effect.request() != Some(TWO)));
}

#[test]
fn what_was_taken_by_break_glass_keeps_its_review_open() {
    let taken = Play::taken().opened();
    let over = taken.goes(&suspended()).settled("remove_member", REMOVED);
    let request = &over.live.requests[&ONE];
    assert!(matches!(request.state, State::Ended { .. }) && matches!(request.review, Review::Open { .. }));
}

#[test]
fn it_ends_in_custody_and_on_a_nearly_full_disk_as_well() {
    for mode in [Mode::Custody, Mode::LowDisk] {
        let play = Play { mode, ..held() }.goes(&suspended());
        assert_eq!(play.stands(), "revoking/removing");
    }
    let play = Play::new();
    let salvaged = vec![Held { membership: taking::key(), until: play.now + TimeDelta::hours(1) }];
    let play = Play { mode: Mode::Custody, ..play.goes(&Command::Salvage { held: salvaged }) };
    let over = play.goes(&suspended());
    let request = ONE;
    assert!(over.last().contains(&Event::HoldEnded { request, membership: taking::key() }));
    assert!(over.promise("remove_member").is_some());
}

#[test]
fn whoever_is_back_may_ask_anew_and_has_nothing_by_themselves() {
    let over = held().goes(&suspended()).settled("remove_member", REMOVED);
    assert!(over.live.held_by(&okta("alice")).next().is_none());
    let again = over.approved(TWO, "db/rw").opened();
    assert!(matches!(again.live.requests[&TWO].state, State::Active { .. }));
}
