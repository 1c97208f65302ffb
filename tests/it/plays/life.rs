//! One grant's whole life, as those who live it read it.

use insta::assert_snapshot;

use crate::house::{ALICE, BOB, DANA, EXPIRED, House, PROD_RW};

#[tokio::test(flavor = "multi_thread")]
async fn from_the_form_to_the_removal() {
    let house = House::open().await;
    house.open_form(ALICE).await;
    house.world.fill(ALICE, "entitlement", "entitlement", "prod-db/rw").await.unwrap();
    house.world.fill(ALICE, "duration", "duration", "2 hours").await.unwrap();
    house.world.until_view(ALICE, "The 2 hours start").await;
    house.world.until_view(ALICE, "1. @Bob Stone or @Dana Fox").await;
    assert_snapshot!(house.world.seen_view(ALICE).unwrap(), @"
    # Request access
    Access: [Read-Write · Production Database]
    For how long: [2 hours]
    Or another length (optional): [‹90m, 2h 30m, until 17:30›]
      (Fill this in and it counts instead of the choice above. Press Enter to see the exact end.)
    If approved now, until today 16:40 Paris time (UTC+1). The 2 hours start when access opens.
    1. @Bob Stone or @Dana Fox: owners of Production Database
    Why do you need it: [‹What you will do, and the incident or ticket if there is one›]
      (The people asked and admins show this as you type it.)
    [Cancel] [Send request]
    ");
    house.world.fill(ALICE, "justification", "justification", "Stuck migration, INC-42").await.unwrap();
    assert!(house.world.submit(ALICE).await.unwrap().is_closed());

    assert_snapshot!(house.sees(ALICE, "Waiting for").await, @"
    ⏳ Waiting for @Bob Stone or @Dana Fox
    Production Database · Read-Write, 2 hours
    The 2 hours start when access opens.
    │ Stuck migration, INC-42
    1. @Bob Stone or @Dana Fox, now: owners of Production Database
    [Cancel request]
    R-1 · closes tomorrow at 14:40 if nobody decides · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    assert_snapshot!(house.sees(BOB, "asks for").await, @"
    ⏳ @Alice Martin asks for Production Database · Read-Write
    2 hours from when access opens; asked today at 14:40
    │ Stuck migration, INC-42
    1. You or @Dana Fox, now: owners of Production Database
    Staff Engineer, Payments. High sensitivity. Holds nothing else now.
    [Approve] [Approve for less…] [Deny…]
    R-1 · closes tomorrow at 14:40 if nobody decides
    ");
    let card = house.world.until_message(BOB, "asks for").await;
    assert_snapshot!(card.text, @"Alice Martin asks for Production Database, Read-Write, for 2 hours. You or Dana Fox decide: owners of Production Database. Closes 2026-11-25 14:40 UTC+1 if nobody decides. Why: Stuck migration, INC-42");
    let clicked = house.world.press(BOB, &card, "approve").await.unwrap();
    assert_snapshot!(clicked.confirm.unwrap(), @"Approve this access? / Alice Martin gets Production Database · Read-Write (high sensitivity) for 2 hours. / [Approve] [Back]");

    house.world.until_member(PROD_RW, "00uALICE").await;
    assert_snapshot!(house.sees(ALICE, "Active until").await, @"
    🟢 Active until today at 16:40.
    Production Database · Read-Write, 2 hours
    @Bob Stone approved, today at 14:40. If the application does not show it yet, sign in to it again.
    │ Stuck migration, INC-42
    [Extend…] [Return access]
    R-1 · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    assert_snapshot!(house.sees(ALICE, "Open until").await, @"Open until today at 16:40: Production Database, Read-Write.");
    let nudge = house.world.until_message(ALICE, "Open until").await;
    assert_snapshot!(nudge.text, @"Open until 2026-11-24 16:40 UTC+1: Production Database, Read-Write.");
    assert_snapshot!(house.sees(BOB, "Active until").await, @"
    Approved by you, today at 14:40
    @Alice Martin · Production Database · Read-Write, 2 hours
    Active until today at 16:40. To end it early, open Home.
    │ Stuck migration, INC-42
    R-1 · Your Slack account is now joined to Okta account bob@acme.example. An admin can change that.
    ");

    house.advance(121);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    assert_snapshot!(house.sees(ALICE, "as planned").await, @"
    Ended today at 16:40, as planned
    Production Database · Read-Write, 2 hours
    Okta confirmed it today at 16:41.
    R-1
    ");
    assert_snapshot!(house.sees(ALICE, ". Okta confirmed it.").await, @"Ended today at 16:40: Production Database, Read-Write. Okta confirmed it.");
    assert_snapshot!(house.sees(DANA, "expired").await, @"
    Approved by @Bob Stone, today at 08:40
    @Alice Martin · Production Database · Read-Write, 2 hours
    Ended today at 10:41: expired
    │ Stuck migration, INC-42
    R-1
    ");
    house.world.until_message(BOB, "expired").await;
    house.finish(&[], &[EXPIRED]).await;
}
