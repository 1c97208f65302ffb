//! What the requester and those who are asked see, in the states that no other play stops at.

use insta::assert_snapshot;
use jitney::domain::live::Live;
use world::{Fault, What};

use crate::house::{ALICE, ASKED, BOB, CAROL, DANA, House, PROD_RW, Told};

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_says_that_okta_is_slow_and_that_nothing_is_lost() {
    let house = House::open().await;
    let hang = house.world.fault(Fault::okta("*", What::Hang).until_lifted());
    house.world.slash(ALICE, "/jit", "prod-db/rw 2h Stuck migration").await.unwrap();
    assert_snapshot!(house.sees(ALICE, "Saved. Finding out who decides").await, @"
    ⏳ Saved. Finding out who decides
    prod-db/rw, 2 hours
    │ Stuck migration
    [Cancel request]
    R-1 · closes tomorrow at 14:40 if nobody decides
    ");
    house.advance(1);
    assert_snapshot!(house.sees(ALICE, "Okta is slow").await, @"
    ⏳ Saved. Finding out who decides
    prod-db/rw, 2 hours
    Okta is slow to answer. Nothing is lost.
    │ Stuck migration
    [Cancel request]
    R-1 · closes tomorrow at 14:40 if nobody decides
    ");
    house.world.lift(hang);
    house.world.until_message(ALICE, "Waiting for").await;
    for owner in [BOB, DANA] {
        house.world.until_message(owner, "asks for").await;
    }
    house.finish(&[], &[ASKED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_nobody_was_asked_for_is_told_so() {
    let house = House::open().await;
    let hang = house.world.fault(Fault::okta("*", What::Hang).until_lifted());
    house.world.slash(ALICE, "/jit", "prod-db/rw 2h Stuck migration").await.unwrap();
    house.world.until_message(ALICE, "Saved. Finding out who decides").await;
    house.advance(24 * 60 + 1);
    assert_snapshot!(house.sees(ALICE, "so nobody was asked\n").await, @"
    Closed today at 14:41: Okta did not answer, so nobody was asked
    prod-db/rw, 2 hours
    You can ask again.
    R-1
    ");
    house.world.lift(hang);
    house.finish(&[], &[&[(ALICE, "so nobody was asked\n"), (ALICE, "so nobody was asked: ")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn between_the_approval_and_the_opening_both_sides_see_that_it_is_under_way() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    let held = house.world.fault(Fault::okta("PUT *", What::HoldThenDo).until_lifted());
    house.press(BOB, "asks for", "approve").await;
    house.world.until_called(held).await;
    assert_snapshot!(house.sees(ALICE, "Opening access in Okta").await, @"
    ⏳ Approved. Opening access in Okta
    Production Database · Read-Write, 2 hours
    │ Stuck migration
    R-1 · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    assert_snapshot!(house.sees(BOB, "Opening access").await, @"
    Approved by you, today at 14:40
    @Alice Martin · Production Database · Read-Write, 2 hours
    Opening access
    │ Stuck migration
    R-1 · Your Slack account is now joined to Okta account bob@acme.example. An admin can change that.
    ");
    assert_snapshot!(house.sees(DANA, "Opening access").await, @"
    Approved by @Bob Stone, today at 08:40
    @Alice Martin · Production Database · Read-Write, 2 hours
    Opening access
    │ Stuck migration
    R-1
    ");
    house.world.lift(held);
    house.world.release(held);
    house.world.until_message(ALICE, "Open until").await;
    house.finish(&[(PROD_RW, "00uALICE")], &[crate::house::HELD]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_is_checked_is_shown_to_its_maker_alone() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    house.settle().await;
    let hang = house.world.fault(Fault::okta("*", What::Hang).until_lifted());
    house.press(BOB, "asks for", "approve").await;
    assert_snapshot!(house.sees(BOB, "Checking…").await, @"
    ⏳ @Alice Martin asks for Production Database · Read-Write
    Checking…
    2 hours from when access opens; asked today at 14:40
    │ Stuck migration
    1. @Bob Stone or @Dana Fox, now: owners of Production Database
    R-1 · closes tomorrow at 14:40 if nobody decides
    ");
    let dana = house.sees(DANA, "asks for").await;
    assert!(dana.contains("[Approve] [Approve for less…] [Deny…]"), "{dana}");
    house.world.lift(hang);
    house.world.until_message(ALICE, "Open until").await;
    house.finish(&[(PROD_RW, "00uALICE")], &[crate::house::HELD]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_until_a_clock_time_closes_when_that_has_passed() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "until 15:30", "Stuck migration").await;
    assert_snapshot!(house.sees(ALICE, "Waiting for").await, @"
    ⏳ Waiting for @Bob Stone or @Dana Fox
    Production Database · Read-Write, until 15:30 Paris time (UTC+1)
    Until today at 15:30, whenever it is approved.
    │ Stuck migration
    1. @Bob Stone or @Dana Fox, now: owners of Production Database
    [Cancel request]
    R-1 · closes today at 15:30 if nobody decides · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    assert_snapshot!(house.sees(BOB, "asks for").await, @"
    ⏳ @Alice Martin asks for Production Database · Read-Write
    Until today at 15:30, whenever it is approved
    │ Stuck migration
    1. You or @Dana Fox, now: owners of Production Database
    Staff Engineer, Payments. High sensitivity. Holds nothing else now.
    [Approve] [Approve for less…] [Deny…]
    R-1 · closes today at 15:30 if nobody decides
    ");
    let card = house.world.until_message(DANA, "asks for").await;
    house.advance(51);
    assert_snapshot!(house.sees(ALICE, "the time you asked for has passed").await, @"
    Closed today at 15:31: the time you asked for has passed
    Production Database · Read-Write, until 15:30 Paris time (UTC+1)
    Asked: @Bob Stone and @Dana Fox. You can ask again.
    R-1
    ");
    assert_snapshot!(house.sees(BOB, "the time asked for has passed").await, @"
    Closed today at 15:31: the time asked for has passed
    @Alice Martin · Production Database · Read-Write, until 15:30 Paris time (UTC+1)
    │ Stuck migration
    R-1
    ");
    house.world.press_stale(DANA, &card, "approve").await.unwrap();
    house.world.until_ephemeral(DANA, "before your click").await;
    let told: &[Told] = &[
        (ALICE, "the time you asked for has passed"),
        (ALICE, "nobody decided: Production Database, Read-Write. You can ask again."),
        (BOB, "the time asked for has passed"),
        (DANA, "the time asked for has passed"),
        (DANA, "This closed today 15:31 Paris time (UTC+1), before your click. Nothing changed."),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_in_everybodys_words() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    let card = house.world.until_message(DANA, "asks for").await;
    house.press(BOB, "asks for", "deny").await;
    house.world.until_view(BOB, "Why not").await;
    assert_snapshot!(house.world.seen_view(BOB).unwrap(), @"
    # Deny request
    @Alice Martin asks for Production Database · Read-Write for 2 hours.
    Why not: [‹›]
      (Alice Martin and admins show this. Other approvers only see that you denied it.)
    [Back] [Deny request]
    ");
    house.world.fill(BOB, "reason", "reason", "   ").await.unwrap();
    let (blank, _) = house.world.submit_unchecked(BOB).await.unwrap();
    assert_snapshot!(blank.errors()["reason"], @"Say why; Alice Martin reads this.");
    let long = serde_json::json!({ "type": "plain_text_input", "value": "x".repeat(1_240) });
    house.world.forge_fill(BOB, "reason", "reason", &long).unwrap();
    let (long, _) = house.world.submit_unchecked(BOB).await.unwrap();
    assert_snapshot!(long.errors()["reason"], @"1,240 characters; at most 1,000 are kept. Shorten it by 240.");
    house.world.fill(BOB, "reason", "reason", "Use the read replica").await.unwrap();
    assert!(house.world.submit(BOB).await.unwrap().is_closed());
    assert_snapshot!(house.sees(ALICE, "Denied by").await, @"
    Denied by @Bob Stone, today at 14:40
    Production Database · Read-Write, 2 hours
    You can talk to @Bob Stone, or ask again with more detail.
    │ Use the read replica
    R-1
    ");
    assert_snapshot!(house.sees(BOB, "Denied by you").await, @"
    Denied by you, today at 14:40
    @Alice Martin · Production Database · Read-Write, 2 hours
    │ Use the read replica
    R-1
    ");
    assert_snapshot!(house.sees(DANA, "Denied by").await, @"
    Denied by @Bob Stone, today at 08:40
    @Alice Martin · Production Database · Read-Write, 2 hours
    │ Stuck migration
    R-1
    ");
    house.settle().await;
    house.world.press_stale(DANA, &card, "approve").await.unwrap();
    house.world.until_ephemeral(DANA, "before your click").await;
    let told: &[Told] = &[
        (ALICE, "Denied by @Bob Stone"),
        (ALICE, "Denied: Production Database, Read-Write. The reason is in the message above."),
        (BOB, "Denied by you"),
        (DANA, "Denied by @Bob Stone"),
        (DANA, "Bob Stone denied this today 14:40 Paris time (UTC+1), before your click. Nothing changed."),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_after_the_end_changes_nothing() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    let (bob, dana) =
        (house.world.until_message(BOB, "asks for").await, house.world.until_message(DANA, "asks for").await);
    house.world.press(BOB, &bob, "approve").await.unwrap();
    house.world.until_message(ALICE, "Open until").await;
    house.advance(121);
    house.until_expired(ALICE).await;
    house.settle().await;
    house.world.press_stale(DANA, &dana, "deny").await.unwrap();
    house
        .world
        .until_ephemeral(
            DANA,
            "Bob Stone approved this today 14:40 Paris time (UTC+1), before your click. Nothing changed.",
        )
        .await;
    assert!(house.world.open_view(DANA).is_none());
    house.world.press_stale(BOB, &bob, "approve").await.unwrap();
    house.world.until_ephemeral(BOB, "You approved this today 14:40 Paris time (UTC+1). Nothing more to do.").await;
    let told: &[Told] = &[(DANA, "before your click"), (BOB, "Nothing more to do")];
    house.finish(&[], &[crate::house::EXPIRED, told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_cannot_be_changed_is_told_to_both_sides() {
    let mut house = House::open().await;
    house.stop().await;
    house.change_catalogue("00gSTAGING", "00gRULED");
    house.start().await;
    house.ask(ALICE, "staging/admin", "45m", "Rollout").await;
    house.press(BOB, "asks for", "approve").await;
    assert_snapshot!(house.sees(ALICE, "Access could not be opened").await, @"
    ⚠️ Access could not be opened
    Staging · Admin, 45 minutes
    Okta does not let this bot change that group. Admins were told; nothing stays scheduled. Ask again once they have mended it.
    R-1
    ");
    assert_snapshot!(house.sees(CAROL, "could not be opened").await, @"
    ⚠️ R-1 could not be opened
    Group 00gRULED cannot be changed: it is filled by a group rule.
    Nothing stays scheduled. Once it is mended, it can be asked for again.
    ");
    assert_eq!(house.world.writes().len(), 0);
    let told: &[Told] = &[
        (ALICE, "Access could not be opened"),
        (ALICE, "Could not be opened: Staging, Admin."),
        (BOB, "Approved by you"),
        (CAROL, "R-1 could not be opened"),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_who_cannot_be_reached_is_told_to_admins() {
    let house = House::open().await;
    let hang = house.world.fault(Fault::okta("*", What::Hang).until_lifted());
    house.world.slash(ALICE, "/jit", "prod-db/rw 2h Stuck migration").await.unwrap();
    let receipt = house.world.until_message(ALICE, "Saved. Finding out who decides").await;
    house.world.press(ALICE, &receipt, "cancel").await.unwrap();
    house.world.until_message(ALICE, "You withdrew this request").await;
    house.world.lift(hang);
    let gone = What::SlackError { error: "user_disabled".into() };
    let gone = house.world.fault(Fault::slack("conversations.open", gone).until_lifted());
    house.world.slash(ALICE, "/jit", "staging/admin 45m Rollout").await.unwrap();
    let journal = house.journal();
    let recorded = |_: &Live| std::fs::read_to_string(&journal).unwrap().contains("approver_unreachable");
    house.until_recorded(recorded).await;
    house.world.lift(gone);
    assert_snapshot!(house.sees(CAROL, "could not be reached").await, @"
    ⚠️ @Bob Stone could not be reached for R-2
    Slack answers: user_disabled.
    Nobody else is left to ask, so it was closed.
    ");
    let told: &[Told] =
        &[(ALICE, "You withdrew this request"), (ALICE, "Not sent on"), (CAROL, "could not be reached for R-2")];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_is_not_theirs_any_more_says_so() {
    let mut house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    house.stop().await;
    house
        .change_catalogue("owners = [\"bob@acme.example\", \"dana@acme.example\"]", "owners = [\"dana@acme.example\"]");
    house.start().await;
    house.press(BOB, "asks for", "approve").await;
    house.world.until_ephemeral(BOB, "you no longer own Production Database. Asked: Dana Fox.").await;
    assert_snapshot!(house.sees(BOB, "Not yours to decide any more").await, @"
    Not yours to decide any more, today at 14:40
    @Alice Martin · Production Database · Read-Write, 2 hours
    You no longer own Production Database.
    │ Stuck migration
    R-1 · closes tomorrow at 14:40 if nobody decides
    ");
    let told: &[Told] = &[
        (ALICE, "Waiting for @Bob Stone or @Dana Fox"),
        (BOB, "Not yours to decide any more"),
        (BOB, "You cannot decide this: you no longer own Production Database."),
        (DANA, "asks for Production Database · Read-Write"),
    ];
    house.finish(&[], &[told]).await;
}
