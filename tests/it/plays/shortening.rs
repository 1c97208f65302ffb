//! Approving for less than was asked, and the word before access ends.

use insta::assert_snapshot;
use world::Company;

use crate::house::{ALICE, BOB, CAROL, DANA, EXPIRED, House, PROD_RW, Told};

/// What is there to be read while Alice holds the 45 minutes that Bob approved.
const SHORTER: &[Told] = &[
    (ALICE, "🟢 Active until"),
    (ALICE, "Open until today at 15:25"),
    (BOB, "You approved 45 minutes (asked: 2 hours)"),
    (DANA, "Approved by @Bob Stone: 45 minutes (asked: 2 hours)"),
];

/// Opens the form on somebody's card.
async fn less(house: &House, who: &str) -> String {
    house.press(who, "asks for", "shorten").await;
    house.world.until_view(who, "Later steps see the shorter time.").await;
    house.world.seen_view(who).unwrap()
}

/// Chooses one of the lengths and sends the form.
async fn choose(house: &House, who: &str, length: &str) {
    house.world.fill(who, "duration", "duration", length).await.unwrap();
    let sent = house.world.submit(who).await.unwrap();
    assert!(sent.is_closed(), "{sent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_approved_for_less_and_everyone_reads_so() {
    let mut house = House::with_tickets().await;
    house.stop().await;
    house.tell_the_channel();
    house.start().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.world.until_message(BOB, "ACCESS-1").await;
    assert_snapshot!(less(&house, BOB).await, @"
    # Approve for less
    @Alice Martin asks for Production Database · Read-Write for 2 hours.
    For how long: [1 hour (now: until today 15:40 Paris time)]
    Or another length (optional): [‹90m, 2h 30m, until 17:30›]
      (Fill this in and it counts instead of the choice above.)
    @Alice Martin is told. Later steps see the shorter time.
    [Back] [Approve for less]
    ");
    choose(&house, BOB, "2700s").await;
    house.world.until_member(PROD_RW, "00uALICE").await;
    assert_snapshot!(house.sees(ALICE, "Open until").await, @"Open until today at 15:25: Production Database, Read-Write. Bob Stone approved 45 minutes (you asked for 2 hours).");
    assert_snapshot!(house.sees(ALICE, "🟢 Active until").await, @"
    🟢 Active until today at 15:25.
    Production Database · Read-Write, 45 minutes
    @Bob Stone approved 45 minutes (you asked for 2 hours). If the application does not show it yet, sign in to it again.
    │ Stuck migration, INC-42
    [Extend…] [Return access]
    R-1 · ACCESS-1 · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    assert_snapshot!(house.sees(BOB, "Active until").await, @"
    You approved 45 minutes (asked: 2 hours), today at 14:40
    @Alice Martin · Production Database · Read-Write, 45 minutes
    Active until today at 15:25. To end it early, open Home.
    │ Stuck migration, INC-42
    R-1 · ACCESS-1 · Your Slack account is now joined to Okta account bob@acme.example. An admin can change that.
    ");
    assert_snapshot!(house.sees(DANA, "Active until").await, @"
    Approved by @Bob Stone: 45 minutes (asked: 2 hours), today at 08:40
    @Alice Martin · Production Database · Read-Write, 45 minutes
    Active until today at 09:25. To end it early, open Home.
    │ Stuck migration, INC-42
    R-1 · ACCESS-1
    ");
    house.until_line("Open").await;
    assert_snapshot!(house.channel(), @"
    Bob Stone approved 45 minutes of 2 hours: Production Database · Read-Write for Alice Martin · R-1 · ACCESS-1
    Open: Production Database · Read-Write for Alice Martin until today at 15:25 · R-1 · ACCESS-1
    ");
    house.settle().await;
    assert_snapshot!(super::tickets::read(&house), @"
    [In Progress]
    Bob Stone approved 45 minutes of 2 hours, 2026-11-24 14:40:05 UTC+1 (step 1 of 1, owner).

    Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 15:25:05 UTC+1.
    ");
    house.advance(45);
    house.until_expired(ALICE).await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    let told: &[Told] = &[
        (ALICE, "as planned"),
        (ALICE, "Open until today at 15:25"),
        (ALICE, ". Okta confirmed it."),
        (BOB, "You approved 45 minutes (asked: 2 hours)"),
        (DANA, "Approved by @Bob Stone: 45 minutes (asked: 2 hours)"),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_step_is_asked_for_the_shorter_time_and_an_old_card_decides_nothing() {
    let mut house = House::closed(Company::acme()).await;
    house.change_catalogue(r#"approval     = ["owner"]"#, r#"approval     = ["owner", "owner"]"#);
    house.set_clocks();
    house.start().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    let old = house.world.until_message(DANA, "asks for").await;
    less(&house, BOB).await;
    choose(&house, BOB, "2700s").await;
    assert_snapshot!(house.sees(DANA, "1 of 2 approvals").await, @"
    ⏳ @Alice Martin asks for Production Database · Read-Write · 1 of 2 approvals
    45 minutes (asked: 2 hours; @Bob Stone approved for less) from when access opens
    │ Stuck migration, INC-42
    1. @Bob Stone approved, today at 08:40
    2. You, now: owner of Production Database
    Staff Engineer, Payments. High sensitivity. Holds nothing else now.
    [Approve] [Approve for less…] [Deny…]
    R-1 · closes tomorrow at 08:40 if nobody decides
    ");
    assert_snapshot!(house.sees(ALICE, "1 of 2 approvals").await, @"
    ⏳ 1 of 2 approvals, waiting for @Dana Fox
    Production Database · Read-Write, 45 minutes
    The 45 minutes start when access opens.
    @Bob Stone approved 45 minutes (you asked for 2 hours).
    │ Stuck migration, INC-42
    1. @Bob Stone approved, today at 14:40
    2. @Dana Fox, now: owner of Production Database
    [Cancel request]
    R-1 · closes tomorrow at 14:40 if nobody decides · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    house.world.press_stale(DANA, &old, "approve").await.unwrap();
    house
        .world
        .until_ephemeral(DANA, "The terms changed since this card. It now shows 45 minutes; decide again.")
        .await;
    assert_eq!(house.world.writes().len(), 0, "two hours were not approved by two");
    house.press(DANA, "1 of 2 approvals", "approve").await;
    house.world.until_message(ALICE, "Open until today at 15:25").await;
    let told: &[Told] = &[
        (ALICE, "🟢 Active until"),
        (ALICE, "Open until today at 15:25"),
        (BOB, "Approved by @Dana Fox"),
        (DANA, "Approved by you"),
        (DANA, "The terms changed"),
    ];
    house.finish(&[(PROD_RW, "00uALICE")], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_less_is_a_fault_under_its_field() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    less(&house, BOB).await;
    for (typed, said) in [
        ("2h", "Choose less than 2 hours, or approve it as asked."),
        ("3h", "Choose less than 2 hours, or approve it as asked."),
        ("until 16:41", "Choose less than 2 hours, or approve it as asked."),
        ("until 12:30", "12:30 Paris time has passed today."),
        ("90", "Is that minutes or hours?"),
        ("0s", "It must last at least 1 second."),
    ] {
        house.world.fill(BOB, "custom_duration", "custom_duration", typed).await.unwrap();
        let sent = house.world.submit(BOB).await.unwrap();
        assert!(!sent.is_closed(), "{typed}: {sent:?}");
        let seen = house.world.seen_view(BOB).unwrap();
        assert!(seen.contains(said), "{typed}: {seen}");
    }
    assert_eq!(house.world.writes().len(), 0);
    // What is typed counts instead of what is chosen.
    house.world.fill(BOB, "custom_duration", "custom_duration", "until 15:25").await.unwrap();
    assert!(house.world.submit(BOB).await.unwrap().is_closed());
    house.world.until_message(ALICE, "Open until today at 15:25").await;
    let told: &[Told] = &[
        (ALICE, "🟢 Active until"),
        (ALICE, "Open until today at 15:25"),
        (BOB, "You approved until 15:25 Paris time (UTC+1) (asked: 2 hours)"),
        (DANA, "Approved by @Bob Stone: until 15:25 Paris time (UTC+1) (asked: 2 hours)"),
    ];
    house.finish(&[(PROD_RW, "00uALICE")], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_approved_for_less_on_the_home_tab() {
    let house = House::open().await;
    assert!(house.world.open_home(BOB).await.unwrap().acked);
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.world.until_home(BOB, "Waiting for you (1)").await;
    let clicked = house.world.click_in_home(BOB, "shorten").await.unwrap();
    assert!(!clicked.timed_out, "{clicked:?}");
    house.world.until_view(BOB, "Later steps see the shorter time.").await;
    choose(&house, BOB, "2700s").await;
    house.world.until_message(ALICE, "Open until today at 15:25").await;
    house.finish(&[(PROD_RW, "00uALICE")], &[SHORTER]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_reads_once_that_it_ends_soon_also_across_a_restart() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.grant(CAROL, "staging/admin", "15m").await;
    house.advance(14);
    house.settle().await;
    house.advance(1);
    house.until_expired(CAROL).await;
    house.settle().await;
    house.stop().await;
    // It slept through the instant at which it would have told.
    house.advance(98);
    house.start().await;
    assert_snapshot!(house.sees(ALICE, "Ends today at 16:40: Production").await, @"
    Ends today at 16:40: Production Database, Read-Write.
    [Extend…]
    ");
    assert_snapshot!(house.sees(ALICE, "⏰").await, @"
    ⏰ Ends today at 16:40.
    Production Database · Read-Write, 2 hours
    @Bob Stone approved, today at 14:40. If the application does not show it yet, sign in to it again.
    │ U0ALICE because of prod-db/rw, 2h
    [Extend…] [Return access]
    R-1 · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    house.stop().await;
    house.start().await;
    house.advance(7);
    house.until_expired(ALICE).await;
    house.settle().await;
    assert_snapshot!(house.sees(ALICE, "Ends today at 16:40: Production").await, @"Ends today at 16:40: Production Database, Read-Write.");
    let short: &[Told] = &[
        (ALICE, "Ends today at 16:40: Production Database, Read-Write."),
        (CAROL, "as planned"),
        (CAROL, "Open until today at"),
        (CAROL, ". Okta confirmed it."),
        (BOB, "Approved by you"),
    ];
    house.finish(&[], &[EXPIRED, short]).await;
}
