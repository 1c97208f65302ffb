//! A holder's Okta account is taken from them: what they hold ends within one reconciliation.

use std::time::Duration;

use insta::assert_snapshot;
use jitney::{clock::timeout, domain::event::Event};
use world::{Fault, PATIENCE, Person, Vendor, What};

use super::emergency;
use crate::house::{ALICE, BOB, CAROL, DANA, HELD, House, PROD_RW, Told};

/// What is there to be read where what Alice held ended with her account.
const SUSPENDED: &[Told] = &[
    (ALICE, ": your Okta account is suspended"),
    (ALICE, "Open until today at 16:40"),
    (ALICE, "Ended: Production Database, Read-Write. Your Okta account is suspended."),
    (BOB, "their Okta account is suspended"),
    (DANA, "their Okta account is suspended"),
];

/// An admin changes Alice in Okta.
fn change(house: &House, change: impl FnOnce(&mut Person)) {
    house.world.change(|state| {
        let alice = state.people.iter_mut().find(|person| person.slack_id() == ALICE).unwrap();
        change(alice);
    });
}

fn status(house: &House, status: &str) {
    change(house, |alice| alice.okta.as_mut().unwrap().status = status.to_owned());
}

/// How often Alice's account was read.
fn reads(house: &House) -> usize {
    let calls = house.world.calls_to(Vendor::Okta, "/users/00uALICE");
    calls.iter().filter(|call| call.method == "GET" && call.path.ends_with("/api/v1/users/00uALICE")).count()
}

/// Five minutes pass, and her account is read.
async fn five_minutes(house: &House) {
    let before = reads(house);
    house.advance(5);
    until_read(house, before).await;
}

/// Waits until her account was read more often than that.
async fn until_read(house: &House, before: usize) {
    let read = async {
        let mut looks = tokio::time::interval(Duration::from_millis(20));
        while reads(house) <= before {
            looks.tick().await;
        }
    };
    assert!(timeout(PATIENCE, read).await.is_ok(), "her account is not read\n{}", house.world.dump());
}

/// An error of Okta's own.
fn said(code: u16, error: &str) -> What {
    let body = serde_json::json!({"errorCode": error, "errorSummary": "x", "errorLink": error, "errorId": "oae1", "errorCauses": []});
    What::Status { code, body, headers: Vec::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_suspended_loses_it_within_five_minutes_and_everybody_is_told_why() {
    let mut house = House::with_tickets().await;
    house.stop().await;
    house.tell_the_channel();
    house.start().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    status(&house, "SUSPENDED");
    house.advance(5);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    assert_snapshot!(house.sees(ALICE, "Ended: Production").await, @"Ended: Production Database, Read-Write. Your Okta account is suspended.");
    assert_snapshot!(house.sees(ALICE, ": your Okta account").await, @"
    Ended today at 14:45: your Okta account is suspended
    Production Database · Read-Write, 2 hours
    R-1 · ACCESS-1
    ");
    assert_snapshot!(house.sees(BOB, "their Okta account").await, @"
    Approved by you, today at 14:40
    @Alice Martin · Production Database · Read-Write, 2 hours
    Ended today at 14:45: their Okta account is suspended
    │ U0ALICE because of prod-db/rw, 2h
    R-1 · ACCESS-1
    ");
    house.until_line("Ended").await;
    assert_snapshot!(house.channel(), @"
    Bob Stone approved Production Database · Read-Write for Alice Martin, 2 hours · R-1 · ACCESS-1
    Open: Production Database · Read-Write for Alice Martin until today at 16:40 · R-1 · ACCESS-1
    Ended: Production Database · Read-Write for Alice Martin, since their Okta account is suspended, confirmed 0 s later · R-1 · ACCESS-1
    ");
    house.settle().await;
    assert_snapshot!(super::tickets::read(&house), @"
    [Done]
    Bob Stone approved, 2026-11-24 14:40:05 UTC+1 (step 1 of 1, owner).

    Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 16:40:05 UTC+1.

    Ended, since the Okta account of Alice Martin is suspended: removed and read back 2026-11-24 14:45:05 UTC+1.
    ");
    house.until_on_record("why", 1, |event| matches!(event, Event::AccountClosed { .. })).await;
    house.finish(&[], &[SUSPENDED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_of_two_holds_end_with_whoever_has_left() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.grant(ALICE, "staging/admin", "1h").await;
    status(&house, "DEPROVISIONED");
    house.advance(5);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.until_not_member("00gSTAGING", "00uALICE").await;
    house.settle().await;
    let closed = |event: &Event| matches!(event, Event::AccountClosed { .. });
    house.until_on_record("one line", 1, closed).await;
    let told: &[Told] = &[
        (ALICE, "Production Database · Read-Write"),
        (ALICE, "Staging · Admin"),
        (ALICE, "Open until today at 16:40"),
        (ALICE, "Open until today at 15:40"),
        (ALICE, "Ended: Production Database, Read-Write. Your Okta account is deactivated."),
        (ALICE, "Ended: Staging, Admin. Your Okta account is deactivated."),
        (BOB, "their Okta account is deactivated"),
        (BOB, "their Okta account is deactivated"),
        (DANA, "their Okta account is deactivated"),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_deleted_holds_nothing_and_admins_read_what_okta_shows_no_more() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.leaves(PROD_RW, "00uALICE");
    change(&house, |alice| alice.okta = None);
    house.advance(5);
    assert_snapshot!(house.sees(ALICE, ": your Okta account was deleted").await, @"
    Ended today at 14:45: your Okta account was deleted
    Production Database · Read-Write, 2 hours
    R-1
    ");
    assert_snapshot!(house.sees(CAROL, "Okta no longer shows").await, @"
    Okta no longer shows user 00uALICE; recorded as ended
    @Alice Martin · Production Database · Read-Write
    If it is only hidden from the bot, remove @Alice Martin from group 00gPRODRW by hand.
    ");
    let told: &[Told] = &[
        (ALICE, ": your Okta account was deleted"),
        (ALICE, "Open until today at 16:40"),
        (ALICE, "Ended: Production Database, Read-Write. Your Okta account was deleted."),
        (BOB, "their Okta account was deleted"),
        (DANA, "their Okta account was deleted"),
        (CAROL, "Okta no longer shows"),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_ends_nothing_and_is_tried_again() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    let before = house.live().seq;
    // A right that is lost looks as if she were deleted; but her group lists her.
    let limited = What::RateLimited { reset_in_secs: 1 };
    for what in [said(503, "E0000009"), limited, What::Forbidden, What::Unauthorized, said(404, "E0000007")] {
        status(&house, "SUSPENDED");
        let fault = house.world.fault(Fault::okta("GET *users/00uALICE", what).until_lifted());
        five_minutes(&house).await;
        house.world.until_called(fault).await;
        assert_eq!((house.live().seq, house.world.members(PROD_RW)), (before, vec!["00uALICE".to_owned()]));
        status(&house, "ACTIVE");
        let before = reads(&house);
        house.world.lift(fault);
        until_read(&house, before).await;
    }
    assert_eq!(house.live().seq, before);
    status(&house, "SUSPENDED");
    house.advance(5);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.settle().await;
    house.finish(&[], &[SUSPENDED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_suspended_while_the_bot_was_down_loses_it_at_its_start() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.stop().await;
    status(&house, "SUSPENDED");
    house.start().await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.settle().await;
    house.finish(&[], &[SUSPENDED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_while_the_program_only_ends_access() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.stop().await;
    house.write_catalogue("[[application]]\nid = \"prod-db\"\nowners = [");
    house.start_unconnected();
    house.world.until_message(CAROL, "Jitney only ends access at the moment").await;
    status(&house, "SUSPENDED");
    house.advance(5);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.stop().await;
    house.write_catalogue(crate::house::CATALOGUE);
    house.start().await;
    house.world.until_message(ALICE, ": your Okta account is suspended").await;
    house.finish(&[], &[SUSPENDED, &[(CAROL, "Jitney only ends access")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_back_has_nothing_by_themselves_and_may_ask_anew() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    status(&house, "SUSPENDED");
    house.advance(5);
    house.world.until_message(ALICE, ": your Okta account is suspended").await;
    house.settle().await;
    status(&house, "ACTIVE");
    // What was looked up of her while she was suspended counts for some minutes, or until a start.
    house.stop().await;
    house.start().await;
    house.advance(60);
    house.settle().await;
    assert_eq!(house.world.members(PROD_RW), Vec::<String>::new(), "it does not come back");
    house.grant(ALICE, "prod-db/rw", "45m").await;
    let told: &[Told] = &[
        (ALICE, "🟢 Active until"),
        (ALICE, "Open until today at 16:30"),
        (BOB, "Approved by you"),
        (DANA, "Approved by @Bob Stone"),
    ];
    house.finish(&[(PROD_RW, "00uALICE")], &[SUSPENDED, told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_their_account_is_left_alone_and_nothing_is_written() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    let before = house.live().seq;
    // Not even who is locked out, which anybody can bring about, or has a password to renew.
    for word in ["ACTIVE", "LOCKED_OUT", "PASSWORD_EXPIRED", "RECOVERY", "ACTIVE"] {
        status(&house, word);
        five_minutes(&house).await;
        five_minutes(&house).await;
    }
    assert_eq!(house.live().seq, before);
    house.finish(&[(PROD_RW, "00uALICE")], &[HELD]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_rhythm_takes_effect_when_the_configuration_is_read_again() {
    let house = House::closed(world::Company::acme()).await;
    house.change_settings("[requests]", "[reconcile]\nevery = \"1h\"\n\n[requests]");
    house.set_clocks();
    let mut house = house;
    house.start().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    status(&house, "SUSPENDED");
    let before = reads(&house);
    house.advance(30);
    house.settle().await;
    assert_eq!((reads(&house), house.world.members(PROD_RW)), (before, vec!["00uALICE".to_owned()]));
    house.change_settings("every = \"1h\"", "every = \"1m\"");
    house.hang_up();
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.settle().await;
    house.finish(&[], &[SUSPENDED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_by_break_glass_ends_and_its_review_stays_open() {
    let house = emergency::house().await;
    emergency::take(&house, ALICE, "The queue is stuck").await;
    house.settle().await;
    status(&house, "SUSPENDED");
    house.advance(5);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.settle().await;
    assert_snapshot!(house.sees(ALICE, ": your Okta account is suspended").await, @"
    Ended today at 14:45: your Okta account is suspended. Review open
    Production Database · Read-Write, 45 minutes
    R-1
    ");
    assert_snapshot!(house.sees(CAROL, "by break-glass").await, @"
    🚨 @Alice Martin took Production Database · Read-Write by break-glass
    Ended today at 13:45. Review still open.
    │ The queue is stuck
    You, @Bob Stone or @Dana Fox: one of you signs the review.
    [Sign review…]
    R-1
    ");
    house.finish_unread().await;
}
