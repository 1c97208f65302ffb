//! Several approvals, each by somebody else.

use insta::assert_snapshot;
use world::Company;

use crate::house::{ALICE, BOB, CAROL, DANA, House, Told};

/// A house whose production needs these steps, and whose SOC is these people.
async fn house(steps: &str, soc: &str) -> House {
    let mut house = House::closed(Company::acme()).await;
    house.change_catalogue(r#"approval     = ["owner"]"#, &format!("approval     = {steps}"));
    house.change_settings("[requests]", &format!("[approvers]\nsoc = {soc}\n\n[requests]"));
    house.set_clocks();
    house.start().await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_step_is_asked_when_it_begins_and_everyone_sees_whose_turn_it_is() {
    let house = house(r#"["owner", "soc"]"#, r#"["carol@acme.example"]"#).await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    assert_snapshot!(house.sees(BOB, "INC-42").await, @"
    ⏳ @Alice Martin asks for Production Database · Read-Write
    2 hours from when access opens; asked today at 14:40
    │ Stuck migration, INC-42
    1. You or @Dana Fox, now: owners of Production Database
    2. then @Carol Diaz: Production Database asks soc
    Staff Engineer, Payments. High sensitivity. Holds nothing else now.
    [Approve] [Deny…]
    R-1 · closes tomorrow at 14:40 if nobody decides
    ");
    assert_snapshot!(house.sees(ALICE, "INC-42").await, @"
    ⏳ Waiting for @Bob Stone or @Dana Fox
    Production Database · Read-Write, 2 hours
    The 2 hours start when access opens.
    │ Stuck migration, INC-42
    1. @Bob Stone or @Dana Fox, now: owners of Production Database
    2. then @Carol Diaz: Production Database asks soc
    [Cancel request]
    R-1 · closes tomorrow at 14:40 if nobody decides · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    assert!(house.world.messages(CAROL).is_empty(), "not before it is her turn");
    house.press(BOB, "INC-42", "approve").await;
    assert_snapshot!(house.sees(CAROL, "INC-42").await, @"
    ⏳ @Alice Martin asks for Production Database · Read-Write
    2 hours from when access opens; asked today at 13:40
    │ Stuck migration, INC-42
    1. @Bob Stone approved, today at 13:40
    2. You, now: Production Database asks soc
    Staff Engineer, Payments. High sensitivity. Holds nothing else now.
    [Approve] [Deny…]
    R-1 · closes tomorrow at 13:40 if nobody decides
    ");
    assert_snapshot!(house.sees(BOB, "You approved").await, @"
    You approved, today at 14:40
    @Alice Martin · Production Database · Read-Write, 2 hours
    Now waiting for @Carol Diaz.
    │ Stuck migration, INC-42
    R-1 · closes tomorrow at 14:40 if nobody decides · Your Slack account is now joined to Okta account bob@acme.example. An admin can change that.
    ");
    assert_snapshot!(house.sees(DANA, "Approved by").await, @"
    Approved by @Bob Stone, today at 08:40
    @Alice Martin · Production Database · Read-Write, 2 hours
    Now waiting for @Carol Diaz.
    │ Stuck migration, INC-42
    R-1 · closes tomorrow at 08:40 if nobody decides
    ");
    assert_snapshot!(house.sees(ALICE, "Waiting for @Carol Diaz").await, @"
    ⏳ Waiting for @Carol Diaz
    Production Database · Read-Write, 2 hours
    The 2 hours start when access opens.
    │ Stuck migration, INC-42
    1. @Bob Stone approved, today at 14:40
    2. @Carol Diaz, now: Production Database asks soc
    [Cancel request]
    R-1 · closes tomorrow at 14:40 if nobody decides · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    house.world.until_home(BOB, "You hold no temporary access").await;
    house.world.until_home(CAROL, "Waiting for you (1)").await;
    house.press(CAROL, "INC-42", "approve").await;
    let told: &[Told] = &[
        (ALICE, "🟢 Active until"),
        (ALICE, "Open until today at 16:40"),
        (BOB, "Approved by @Carol Diaz"),
        (DANA, "Approved by @Carol Diaz"),
        (CAROL, "Approved by you"),
    ];
    house.world.until_message(CAROL, "Active until").await;
    house.finish(&[("00gPRODRW", "00uALICE")], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_owners_are_two_people() {
    let house = house(r#"["owner", "owner"]"#, r#"["carol@acme.example"]"#).await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    let card = house.world.until_message(BOB, "INC-42").await;
    house.world.press(BOB, &card, "approve").await.unwrap();
    assert_snapshot!(house.sees(BOB, "You approved").await, @"
    You approved, today at 14:40
    @Alice Martin · Production Database · Read-Write, 2 hours
    Now waiting for @Dana Fox.
    │ Stuck migration, INC-42
    R-1 · closes tomorrow at 14:40 if nobody decides · Your Slack account is now joined to Okta account bob@acme.example. An admin can change that.
    ");
    assert_snapshot!(house.sees(DANA, "1 of 2 approvals").await, @"
    ⏳ @Alice Martin asks for Production Database · Read-Write · 1 of 2 approvals
    2 hours from when access opens; asked today at 08:40
    │ Stuck migration, INC-42
    1. @Bob Stone approved, today at 08:40
    2. You, now: owner of Production Database
    Staff Engineer, Payments. High sensitivity. Holds nothing else now.
    [Approve] [Deny…]
    R-1 · closes tomorrow at 08:40 if nobody decides
    ");
    assert_snapshot!(house.sees(ALICE, "1 of 2 approvals").await, @"
    ⏳ 1 of 2 approvals, waiting for @Dana Fox
    Production Database · Read-Write, 2 hours
    The 2 hours start when access opens.
    │ Stuck migration, INC-42
    1. @Bob Stone approved, today at 14:40
    2. @Dana Fox, now: owner of Production Database
    [Cancel request]
    R-1 · closes tomorrow at 14:40 if nobody decides · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    house.world.press_stale(BOB, &card, "approve").await.unwrap();
    let note = house.world.until_ephemeral(BOB, "one more").await;
    assert_snapshot!(house.world.look(|state| world::seen::ephemeral(state, &note)), @"You approved this today 14:40 Paris time (UTC+1). It needs one more, different person.");
    assert!(house.world.writes().is_empty());
    house.press(DANA, "INC-42", "approve").await;
    house.world.until_message(ALICE, "Active until").await;
    let told: &[Told] = &[
        (ALICE, "🟢 Active until"),
        (ALICE, "Open until today at 16:40"),
        (BOB, "Approved by @Dana Fox"),
        (BOB, "one more"),
        (DANA, "Approved by you"),
    ];
    house.finish(&[("00gPRODRW", "00uALICE")], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_a_later_step_cannot_do_without_leaves_the_first_to_others() {
    let house = house(r#"["owner", "soc"]"#, r#"["bob@acme.example"]"#).await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.press(BOB, "INC-42", "approve").await;
    let note = house.world.until_ephemeral(BOB, "later step").await;
    assert_snapshot!(house.world.look(|state| world::seen::ephemeral(state, &note)), @"Nobody but you can approve a later step of this, so someone else approves this one: Dana Fox. You can deny it.");
    house.press(DANA, "INC-42", "approve").await;
    house.world.until_message(ALICE, "Waiting for @Bob Stone").await;
    house.world.until_message(BOB, "1. @Dana Fox approved").await;
    house.press(BOB, "INC-42", "approve").await;
    house.world.until_message(ALICE, "Active until").await;
    let told: &[Told] = &[
        (ALICE, "🟢 Active until"),
        (ALICE, "Open until today at 16:40"),
        (BOB, "later step"),
        (BOB, "Approved by you"),
        (DANA, "Approved by @Bob Stone"),
    ];
    house.finish(&[("00gPRODRW", "00uALICE")], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_in_a_later_step_ends_it_for_all() {
    let house = house(r#"["owner", "soc"]"#, r#"["carol@acme.example"]"#).await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.press(BOB, "INC-42", "approve").await;
    house.press(CAROL, "INC-42", "deny").await;
    house.world.until_view(CAROL, "Why not").await;
    house.world.fill(CAROL, "reason", "reason", "Not during the audit").await.unwrap();
    assert!(house.world.submit(CAROL).await.unwrap().is_closed());
    house.world.until_message(ALICE, "Denied by @Carol Diaz").await;
    let told: &[Told] = &[
        (ALICE, "Denied by @Carol Diaz"),
        (ALICE, "Denied: "),
        (BOB, "Denied by @Carol Diaz"),
        (DANA, "Denied by @Carol Diaz"),
        (CAROL, "Denied by you"),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_too_few_people_could_approve_is_not_put_to_anyone() {
    let house = house(r#"["owner", "owner", "soc"]"#, r#"["dana@acme.example"]"#).await;
    let receipt = house.ask_in_vain(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.world.until_message(ALICE, "Nobody is left").await;
    assert_snapshot!(house.sees(ALICE, "Not sent on").await, @"
    ⚠️ Not sent on
    Production Database · Read-Write, 2 hours
    Nobody is left who could approve this, so it was not sent on. Ask Carol Diaz to name an approver for Production Database.
    R-1
    ");
    assert!(house.world.messages(BOB).is_empty() && house.world.messages(DANA).is_empty(), "{receipt:?}");
    house.finish(&[], &[&[(ALICE, "Not sent on")]]).await;
}
