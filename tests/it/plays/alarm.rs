//! Removals that Okta does not confirm, as admins follow them: one message for all of them, and few pings.

use std::time::Duration;

use insta::assert_snapshot;
use jitney::clock::{Clock as _, timeout};
use world::{Fault, PATIENCE, Vendor, What};

use crate::house::{ALICE, BOB, CAROL, DANA, House, PROD_RW, Told};

/// Carol's messages as she sees them, the oldest first.
fn carols(house: &House) -> Vec<String> {
    house.world.messages(CAROL).iter().map(|message| house.world.seen(message)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn late_removals_are_one_message_that_rings_at_growing_intervals() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "45m").await;
    house.grant(DANA, "staging/admin", "45m").await;
    let down = Fault::okta("DELETE *", What::Html { code: 503 });
    let down = house.world.fault(down.until_lifted());
    house.advance(46);
    house.world.until_called(down).await;
    house.until_refused_twice(&["00uALICE", "00uDANA"]).await;
    house.advance(5);
    house.world.until_message(CAROL, "2 removals are not confirmed by Okta").await;
    house.settled_but_for_removals().await;
    let first = carols(&house);
    assert_eq!(first.len(), 1, "one message for both, and no ping for the second: {first:#?}");
    assert_snapshot!(tried(&first[0]), @"
    ⚠️ 2 removals are not confirmed by Okta
    @Alice Martin may still have Production Database · Read-Write; it was to end today at 14:25. R-1
    Okta answers: 503, request id …; tried … times, retried without end.
    By hand: remove alice@acme.example from group 00gPRODRW in Okta.
    @Dana Fox may still have Staging · Admin; it was to end today at 14:25. R-2
    Okta answers: 503, request id …; tried … times, retried without end.
    By hand: remove dana@acme.example from group 00gSTAGING in Okta.
    Jitney notices what is removed by hand, and closes it.
    ");
    for (minutes, rings) in [(9, 1), (1, 2), (44, 2), (1, 3), (239, 3), (1, 4)] {
        house.advance(minutes);
        house
            .world
            .until("as many messages", |state| {
                let of = |message: &&world::slack::Message| message.channel == "D0CAROL";
                let all = state.slack.channels.iter().flat_map(|channel| &channel.messages);
                (all.filter(of).count() >= rings).then_some(())
            })
            .await;
        house.settled_but_for_removals().await;
        assert_eq!(carols(&house).len(), rings, "after {minutes} minutes more");
    }
    assert_snapshot!(carols(&house)[3], @"2 removals are still not confirmed by Okta, the first due today at 14:25.");
    let alice: Vec<String> = house.world.messages(ALICE).iter().map(|message| house.world.seen(message)).collect();
    assert_eq!(
        alice.iter().filter(|text| text.contains("Do not use this access")).count(),
        2,
        "the card, and one nudge"
    );
    house.world.lift(down);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.until_not_member("00gSTAGING", "00uDANA").await;
    house.world.until_message(CAROL, "All 2 late removals are confirmed by Okta").await;
    house.settle().await;
    let carol = carols(&house);
    assert_eq!(carol.len(), 5, "the message, three pings, and one at the end: {carol:#?}");
    assert_snapshot!(carol[0], @"All 2 late removals are confirmed by Okta, the last today at 19:26, 301 minutes late.");
    let over = "minutes late";
    let told: &[Told] = &[
        (ALICE, over),
        (ALICE, "Open until today at 15:25"),
        (ALICE, "Over since"),
        (BOB, "Approved by you"),
        (BOB, "Approved by you"),
        (DANA, "Approved by @Bob Stone"),
        (DANA, over),
        (DANA, "Open until"),
        (DANA, "Over since"),
        (CAROL, "All 2 late removals are confirmed"),
        (CAROL, "2 removals are still not confirmed"),
        (CAROL, "2 removals are still not confirmed"),
        (CAROL, "2 removals are still not confirmed"),
        (CAROL, "All 2 late removals are confirmed"),
    ];
    house.finish(&[], &[told]).await;
}

impl House {
    /// Waits until each of these removals was tried twice: what the first was answered is known then.
    async fn until_refused_twice(&self, users: &[&str]) {
        let tries = |user: &&str| {
            let calls = self.world.calls_to(Vendor::Okta, "DELETE /api/v1/groups");
            calls.iter().filter(|call| call.path.ends_with(*user)).count()
        };
        let tried = async {
            let mut looks = tokio::time::interval(Duration::from_millis(20));
            while !users.iter().all(|user| tries(user) >= 2) {
                looks.tick().await;
            }
        };
        timeout(PATIENCE, tried).await.expect("each removal is tried twice");
    }
}

/// How often Okta was asked until then is up to the machine.
fn tried(card: &str) -> String {
    let lines = card.lines().map(|line| match line.split_once("; tried ") {
        Some((before, after)) => {
            let after = after.split_once(", ").unwrap().1;
            let before = before.split(", request id ").next().unwrap();
            format!("{before}, request id …; tried … times, {after}")
        }
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_goes_on_across_a_restart_in_the_same_message() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "45m").await;
    let down = house.world.fault(Fault::okta("DELETE *", What::Html { code: 503 }).until_lifted());
    house.advance(46);
    house.world.until_called(down).await;
    house.advance(5);
    house.world.until_message(CAROL, "1 removal is not confirmed by Okta").await;
    house.settled_but_for_removals().await;
    house.stop().await;
    house.start().await;
    house.advance(11);
    house.world.until_message(CAROL, "1 removal is still not confirmed by Okta").await;
    house.world.lift(down);
    house.world.until_message(CAROL, "The late removal is confirmed by Okta").await;
    house.settle().await;
    assert_eq!(carols(&house).len(), 3, "{:#?}", carols(&house));
    let told: &[Told] = &[
        (ALICE, "minutes late"),
        (ALICE, "Open until today at 15:25"),
        (ALICE, "Over since"),
        (BOB, "Approved by you"),
        (DANA, "Approved by @Bob Stone"),
        (CAROL, "The late removal is confirmed"),
        (CAROL, "1 removal is still not confirmed"),
        (CAROL, "The late removal is confirmed"),
    ];
    house.finish(&[], &[told]).await;
}

/// Slack is down all the while: of what has passed only how things stand is told.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_passed_while_slack_was_down_is_told_once() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "45m").await;
    let down = house.world.fault(Fault::okta("DELETE *", What::Html { code: 503 }).until_lifted());
    house.advance(46);
    house.world.until_called(down).await;
    house.world.down(Vendor::Slack);
    for minutes in [5, 10, 45, 240] {
        house.advance(minutes);
        let wanted = house.clock.now();
        house.until_recorded(move |live| live.alarm.as_ref().is_some_and(|_| live.at >= wanted)).await;
    }
    house.world.lift(down);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.up(Vendor::Slack);
    house.world.until_message(CAROL, "The late removal is confirmed by Okta").await;
    house.settle().await;
    assert_eq!(carols(&house).len(), 1, "{:#?}", carols(&house));
    let told: &[Told] = &[
        (ALICE, "minutes late\nProduction"),
        (ALICE, "minutes late: Production Database, Read-Write. Okta confirmed it."),
        (ALICE, "Open until today at 15:25"),
        (BOB, "Approved by you"),
        (DANA, "Approved by @Bob Stone"),
        (CAROL, "The late removal is confirmed"),
    ];
    house.finish(&[], &[told]).await;
}
