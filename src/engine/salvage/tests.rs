use chrono::TimeDelta;

use super::*;
use crate::{
    domain::{
        id::OktaUserId,
        port::{Doubt, Fault, Removal, Vendor},
        request::NotOpened,
    },
    ledger::{Hash, Words},
};

const R1: RequestId = RequestId::FIRST;
const R2: RequestId = R1.next();

/// So many minutes after the first line.
fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::minutes(minutes)
}

/// When everything is read.
fn now() -> Timestamp {
    at(1_000)
}

fn alice() -> MembershipKey {
    MembershipKey { group: OktaGroupId::parse("00gPROD").unwrap(), user: OktaUserId::parse("00uALICE").unwrap() }
}

/// A line of that minute.
fn line(seq: u64, events: &[Event], effects: &[Effect]) -> Line {
    Line {
        seq,
        durable: 0,
        at: at(i64::try_from(seq).unwrap()),
        prev: Hash::GENESIS,
        hash: Hash::GENESIS,
        events: serde_json::value::to_raw_value(events).unwrap(),
        effects: serde_json::value::to_raw_value(effects).unwrap(),
        words: Words::new(),
    }
}

fn approved(request: RequestId, until: i64) -> Event {
    Event::RequestApproved { request, membership: alice(), until: at(until) }
}

fn opened(request: RequestId, ends: i64) -> Event {
    Event::GrantOpened { request, ends: at(ends), warn: None }
}

fn settled(seq: u64, outcome: Outcome) -> Event {
    Event::EffectSettled { effect: EffectId { seq, ordinal: 0 }, outcome }
}

fn failed(request: RequestId) -> Event {
    Event::GrantFailed { request, why: NotOpened::CalledOff, then: Then::Nothing }
}

fn refused() -> Outcome {
    Outcome::Refused { fault: Fault { vendor: Vendor::Okta, status: Some(400), code: None, receipt: None } }
}

fn check() -> Effect {
    Effect::CheckMember { membership: alice() }
}

fn add() -> Effect {
    Effect::AddMember { membership: alice() }
}

fn remove(due: i64) -> Effect {
    Effect::RemoveMember { membership: alice(), due: at(due), addition: Doubt::None }
}

const ADDED: Outcome = Outcome::Added { receipt: None };
const REMOVED: Outcome = Outcome::Removed { removal: Removal::Removed, receipt: None };

/// When Alice's membership is to end, by these lines alone.
fn ends(lines: Vec<Line>) -> Option<Timestamp> {
    salvage(lines.into_iter(), Beside::default(), &[], now()).pop().map(|held| held.until)
}

#[test]
fn what_was_approved_may_have_been_given() {
    assert_eq!(ends(vec![line(1, &[approved(R1, 120)], &[check()])]), Some(at(120)));
}

#[test]
fn whoever_stood_there_before_was_given_nothing() {
    let found = Event::StandingFound { request: R1 };
    assert_eq!(ends(vec![line(1, &[approved(R1, 120)], &[check()]), line(2, &[found], &[])]), None);
}

#[test]
fn what_failed_before_its_addition_was_not_given() {
    assert_eq!(ends(vec![line(1, &[approved(R1, 120)], &[check()]), line(2, &[failed(R1)], &[])]), None);
}

#[test]
fn an_addition_that_was_refused_gave_nothing() {
    let lines = vec![
        line(1, &[approved(R1, 120)], &[check()]),
        line(2, &[], &[add()]),
        line(3, &[settled(2, refused()), failed(R1)], &[]),
    ];
    assert_eq!(ends(lines), None);
}

#[test]
fn an_addition_without_an_outcome_may_have_given() {
    let lines = vec![line(1, &[approved(R1, 120)], &[check()]), line(2, &[], &[add()]), line(4, &[failed(R1)], &[])];
    assert_eq!(ends(lines), Some(now()));
}

#[test]
fn each_grant_lasts_to_its_own_end() {
    let lines = |last: Vec<Event>| {
        vec![
            line(1, &[approved(R1, 120)], &[check()]),
            line(2, &[], &[add()]),
            line(3, &[settled(2, ADDED), opened(R1, 123)], &[]),
            line(4, &[approved(R2, 240), opened(R2, 244)], &[]),
            line(5, &last, &[]),
        ]
    };
    assert_eq!(ends(lines(vec![])), Some(at(244)));
    let returned = Event::GrantReturned { request: R2, then: Then::Kept { by: R1 } };
    assert_eq!(ends(lines(vec![returned])), Some(at(123)));
}

#[test]
fn what_opened_is_found_by_its_addition_where_its_approval_is_lost() {
    assert_eq!(ends(vec![line(2, &[], &[add()])]), Some(now()), "no end is known");
    let lines = vec![line(2, &[], &[add()]), line(3, &[settled(2, ADDED), opened(R1, 123)], &[])];
    assert_eq!(ends(lines), Some(at(123)));
}

#[test]
fn a_removal_without_its_confirmation_is_done_again() {
    let over = |then| Event::GrantExpired { request: R1, then };
    let mut lines = vec![
        line(1, &[approved(R1, 120)], &[check()]),
        line(2, &[], &[add()]),
        line(3, &[settled(2, ADDED), opened(R1, 123)], &[]),
        line(4, &[over(Then::Removal)], &[remove(123)]),
    ];
    assert_eq!(ends(lines.clone()), Some(at(123)));
    lines.push(line(5, &[settled(4, REMOVED), Event::GrantEnded { request: R1 }], &[]));
    assert_eq!(ends(lines.clone()), None);
    lines.remove(3);
    assert_eq!(ends(lines), None, "the promise of the removal is lost, its confirmation is not");
}

#[test]
fn what_custody_ended_stays_ended_and_what_is_given_after_it_counts() {
    let until = |minutes| vec![Held { membership: alice(), until: at(minutes) }];
    let began = line(2, &[Event::CustodyBegan { held: until(120) }], &[]);
    let ended = Event::HoldEnded { request: R1, membership: alice() };
    let side = [began, line(3, &[ended], &[remove(120)]), line(4, &[settled(3, REMOVED)], &[])];
    let main = [line(1, &[approved(R1, 120)], &[check()]), line(9, &[approved(R2, 240)], &[check()])];
    let held = |main: &[Line], side: &[Line]| salvage(main.iter().cloned(), Beside::default(), &[side], now());
    assert_eq!(held(&main[..1], &side[..1]), until(120));
    assert_eq!(held(&main[..1], &side[..2]), until(120));
    assert_eq!(held(&main[..1], &side), []);
    assert_eq!(held(&main, &side), until(240), "the journal was mended in between, and went on");
    let again = line(3, &[Event::CustodyBegan { held: until(90) }], &[]);
    let held = salvage(main[..1].iter().cloned(), Beside::default(), &[&side[..1], &[again]], now());
    assert_eq!(held, until(90), "the newest custody has the word");
}

#[test]
fn rows_add_what_lines_have_lost_and_proved_rows_stand_for_the_lines_before_them() {
    let row = Membership { holds: [(R2, at(240))].into(), motion: Motion::Inside, ..Membership::new(alice()) };
    let beside = |rows: Vec<Membership>, rows_upto| Beside { rows: Some((at(5), rows, Vec::new())), rows_upto };
    let lines = || vec![line(1, &[approved(R1, 120)], &[check()])].into_iter();
    let ends = |beside| salvage(lines(), beside, &[], now()).pop().map(|held| held.until);
    assert_eq!(ends(beside(vec![row.clone()], None)), Some(at(240)));
    assert_eq!(ends(beside(vec![row], Some(5))), Some(at(240)));
    assert_eq!(ends(beside(vec![], None)), Some(at(120)));
    assert_eq!(ends(beside(vec![], Some(5))), None, "it was over by then");
}
