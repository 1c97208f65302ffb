//! The vendors' bad days.

use world::{Disconnect, Fault, Vendor, What, World};

use crate::house::{ALICE, ASKED, BOB, CAROL, DANA, EXPIRED, HELD, House, PROD_RW};

#[tokio::test(flavor = "multi_thread")]
async fn okta_is_down_for_a_grants_whole_life() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    let card = house.world.until_message(BOB, "asks for").await;
    // Up just long enough to see who approves, then gone.
    let down = house.world.fault(Fault::okta("PUT *", What::DropAfter).until_lifted());
    house.world.press(BOB, &card, "approve").await.unwrap();
    house.world.until_called(down).await;
    house.world.down(Vendor::Okta);
    house.advance(121);
    house.world.until_message(ALICE, "Ending access in Okta").await;
    house.advance(6);
    house.world.until_message(ALICE, "Over since").await;
    house.world.lift(down);
    house.world.up(Vendor::Okta);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.until_message(ALICE, "Access could not be opened").await;
    house.world.until_message(ALICE, "Could not be opened").await;
    house.world.until_message(CAROL, "The late removal is confirmed").await;
    house
        .finish(
            &[],
            &[&[
                (ALICE, "Access could not be opened"),
                (ALICE, "Over since"),
                (ALICE, "Could not be opened: "),
                (BOB, "Approved by you"),
                (DANA, "Approved by @Bob Stone"),
                (CAROL, "The late removal is confirmed by Okta"),
                (CAROL, "The late removal is confirmed by Okta"),
            ]],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_to_the_addition_is_read_back_not_repeated_blindly() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.world.fault(Fault::okta("PUT *", What::DropAfter));
    house.press(BOB, "asks for", "approve").await;
    house.world.until_message(ALICE, "Open until").await;
    assert_eq!(house.world.calls_to(Vendor::Okta, "PUT").len(), 1, "what a read has shown is not sent again");
    house.finish(&[(PROD_RW, "00uALICE")], &[HELD]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_is_down_while_a_grant_ends() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    let newest = newest(&house.world);
    house.world.down(Vendor::Slack);
    house.advance(121);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.up(Vendor::Slack);
    house.until_expired(ALICE).await;
    house.world.until_message(BOB, "expired").await;
    house.world.until_connected_after(newest, 1).await;
    let answer = house.world.slash(ALICE, "/jit", "help").await.unwrap();
    assert!(answer.seen.unwrap().contains("Lengths"));
    house.finish(&[], &[EXPIRED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_are_renewed_without_losing_a_click() {
    let house = House::open().await;
    house.world.until_connected(2).await;
    for reason in [Disconnect::Warning, Disconnect::RefreshRequested] {
        let newest = newest(&house.world);
        house.world.disconnect(None, reason);
        house.world.until_connected_after(newest, 2).await;
        let answer = house.world.slash(ALICE, "/jit", "help").await.unwrap();
        assert!(!answer.timed_out, "{reason:?}");
    }
    let newest = newest(&house.world);
    house.world.drop_sockets(None);
    house.world.until_connected_after(newest, 1).await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.world.until_message(DANA, "asks for").await;
    house.world.until_message(BOB, "asks for").await;
    house.finish(&[], &[ASKED]).await;
}

fn newest(world: &World) -> u64 {
    world.connections().iter().map(|connection| connection.id).max().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permanent_refusal_to_add_is_told_and_nothing_stays_scheduled() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.world.fault(Fault::okta("PUT *", What::Forbidden).until_lifted());
    house.press(BOB, "asks for", "approve").await;
    house.world.until_message(ALICE, "Access could not be opened").await;
    house.world.until_message(ALICE, "Could not be opened: Production Database, Read-Write.").await;
    let admins = house.world.until_message(CAROL, "R-1 could not be opened").await;
    assert!(house.world.seen(&admins).contains("403"), "{}", house.world.seen(&admins));
    house.advance(24 * 60);
    assert_eq!(house.world.calls_to(Vendor::Okta, "DELETE").len(), 0);
    house
        .finish(
            &[],
            &[&[
                (ALICE, "Access could not be opened"),
                (ALICE, "Could not be opened: "),
                (BOB, "Approved by you"),
                (DANA, "Approved by @Bob Stone"),
                (CAROL, "R-1 could not be opened"),
            ]],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limit_is_waited_out_and_the_removal_is_not_lost() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    let limited = house.world.fault(Fault::okta("*", What::RateLimited { reset_in_secs: 2 }).until_lifted());
    house.advance(121);
    house.world.until_called(limited).await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    let fault = house.world.faults().into_iter().find(|fault| fault.id == limited).unwrap();
    let removals = house.world.calls_to(Vendor::Okta, "DELETE");
    let limited_ones = removals.iter().filter(|call| call.fault.is_some()).count();
    assert_eq!(limited_ones, 1, "no removal is sent again before the reset");
    let removal = removals.iter().find(|call| call.fault.is_none()).unwrap();
    assert!(removal.elapsed >= fault.until.unwrap(), "{removal:?}");
    house.finish(&[], &[EXPIRED]).await;
}
