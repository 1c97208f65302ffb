//! Rules that demand more than the entitlement does, or less, and rules of today that stop what was asked before.

use std::fs;

use insta::assert_snapshot;
use world::Company;

use crate::house::{ALICE, BOB, CAROL, DANA, EXPIRED, House, PROD_RW, Told};

const RULES: &str = r#"
@id("long-requests")
@step("soc")
@message("More than 2 hours at a stretch")
permit (principal, action == Action::"Require", resource)
when { context.total > duration("2h") };

@id("oncall-staging")
permit (principal in Group::"engineers", action == Action::"AutoApprove", resource in Application::"staging");
"#;

const FREEZE: &str = r#"
@id("freeze")
@message("Production is frozen until January.")
forbid (principal, action == Action::"Request", resource in Application::"prod-db");
"#;

async fn house(rules: &str) -> House {
    let mut house = House::closed(Company::acme()).await;
    let groups = "[approvers]\nsoc = [\"carol@acme.example\"]\n\n[groups]\nengineers = \"00gENG\"\n\n[requests]";
    house.change_settings("[requests]", groups);
    // What rules go by is authority, and Alice asks for what gives none.
    fs::write(house.path("policy.cedar"), rules).unwrap();
    house.set_clocks();
    house.start().await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_two_hours_at_a_stretch_are_asked_of_the_soc_as_well() {
    let house = house(RULES).await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    assert_snapshot!(house.sees(BOB, "INC-42").await, @"
    ⏳ @Alice Martin asks for Production Database · Read-Write
    2 hours from when access opens; asked today at 14:40
    │ Stuck migration, INC-42
    1. You or @Dana Fox, now: owners of Production Database
    Staff Engineer, Payments. High sensitivity. Holds nothing else now.
    [Approve] [Approve for less…] [Deny…]
    R-1 · closes tomorrow at 14:40 if nobody decides
    ");
    house.press(BOB, "INC-42", "approve").await;
    house.world.until_message(ALICE, "Active until").await;
    house.advance(121);
    house.until_expired(ALICE).await;
    // Two hours more, through another level of the same group.
    house.ask(ALICE, "prod-db/debug", "2h", "Still stuck, INC-42").await;
    assert_snapshot!(house.sees(BOB, "Still stuck").await, @"
    ⏳ @Alice Martin asks for Production Database · Debugging
    2 hours from when access opens; asked today at 16:41
    │ Still stuck, INC-42
    1. You or @Dana Fox, now: owners of Production Database
    2. then @Carol Diaz: More than 2 hours at a stretch, rule long-requests
    Staff Engineer, Payments. High sensitivity. Holds nothing else now.
    [Approve] [Approve for less…] [Deny…]
    R-2 · closes tomorrow at 16:41 if nobody decides
    ");
    house.press(BOB, "Still stuck", "approve").await;
    house.world.until_message(CAROL, "Still stuck").await;
    assert!(!house.world.look(|state| state.is_member(PROD_RW, "00uALICE")), "Bob alone is not enough");
    house.press(CAROL, "Still stuck", "approve").await;
    house.world.until_message(ALICE, "🟢 Active until").await;
    let told: &[Told] = &[
        (ALICE, "🟢 Active until"),
        (ALICE, "Open until"),
        (BOB, "Approved by @Carol Diaz"),
        (DANA, "Approved by @Carol Diaz"),
        (CAROL, "Approved by you"),
    ];
    house.finish(&[(PROD_RW, "00uALICE")], &[EXPIRED, told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rules_approve_opens_at_once_and_says_by_which() {
    let house = house(RULES).await;
    let full = world::What::Status { code: 503, body: "".into(), headers: vec![] };
    let adding = house.world.fault(world::Fault::okta("PUT *", full).until_lifted());
    house.ask_in_vain(ALICE, "staging/admin", "1h", "On call").await;
    assert_snapshot!(house.sees(ALICE, "Opening access in Okta").await, @"
    ⏳ Approved. Opening access in Okta
    Staging · Admin, 1 hour
    Nobody needs to approve: rule oncall-staging.
    │ On call
    R-1 · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    house.world.lift(adding);
    assert_snapshot!(house.sees(ALICE, "🟢 Active until").await, @"
    🟢 Active until today at 15:40.
    Staging · Admin, 1 hour
    Nobody needs to approve: rule oncall-staging. If the application does not show it yet, sign in to it again.
    │ On call
    [Extend…] [Return access]
    R-1 · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    assert!(house.world.messages(BOB).is_empty(), "nobody is asked");
    let told: &[Told] = &[(ALICE, "🟢 Active until"), (ALICE, "Open until")];
    house.finish(&[("00gSTAGING", "00uALICE")], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_that_begins_meanwhile_stops_what_waits() {
    let mut house = house(RULES).await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    let card = house.world.until_message(BOB, "INC-42").await;
    house.stop().await;
    fs::write(house.path("policy.cedar"), format!("{RULES}{FREEZE}")).unwrap();
    house.start().await;
    house.world.press(BOB, &card, "approve").await.unwrap();
    assert_snapshot!(house.sees(ALICE, "Not sent on").await, @"
    ⚠️ Not sent on
    Production Database · Read-Write, 2 hours
    Production is frozen until January. (rule freeze)
    R-1
    ");
    let note = house.world.until_ephemeral(BOB, "did not count").await;
    assert_snapshot!(house.world.look(|state| world::seen::ephemeral(state, &note)), @"This cannot go on, so your decision did not count. Production is frozen until January. (rule freeze)");
    assert!(house.world.writes().is_empty());
    let told: &[Told] = &[(ALICE, "Not sent on"), (BOB, "did not count"), (BOB, "Closed"), (DANA, "Closed")];
    house.finish(&[], &[told]).await;
}

/// Bob may decide on what is short: what is long is left to others, and he is not turned away.
#[tokio::test(flavor = "multi_thread")]
async fn a_rule_leaves_somebody_the_decision_on_less() {
    let rule = r#"
@id("juniors")
forbid (principal, action == Action::"Approve", resource)
when { principal.email == "bob@acme.example" && context.duration > duration("1h") };
"#;
    let house = house(rule).await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.press(BOB, "INC-42", "approve").await;
    let note = house.world.until_ephemeral(BOB, "cannot decide").await;
    assert_snapshot!(house.world.look(|state| world::seen::ephemeral(state, &note)), @"You cannot decide this for so long: rule juniors. Approve it for less, or leave it to others.");
    // His card has its buttons back.
    house.settle().await;
    house.press(BOB, "INC-42", "shorten").await;
    house.world.until_view(BOB, "Approve for less").await;
    house.world.fill(BOB, "duration", "duration", "2700s").await.unwrap();
    assert!(house.world.submit(BOB).await.unwrap().is_closed());
    house.world.until_message(ALICE, "Active until").await;
    house.settle().await;
    assert_eq!(house.world.members(PROD_RW), ["00uALICE"]);
    house.finish_unread_holding(&[(PROD_RW, "00uALICE")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_takes_the_decision_from_somebody() {
    let rule = r#"
@id("not-bob")
forbid (principal, action == Action::"Approve", resource) when { principal.email == "bob@acme.example" };
"#;
    let house = house(rule).await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.press(BOB, "INC-42", "approve").await;
    let note = house.world.until_ephemeral(BOB, "cannot decide").await;
    assert_snapshot!(house.world.look(|state| world::seen::ephemeral(state, &note)), @"You cannot decide this: rule not-bob. Asked: Dana Fox.");
    house.press(DANA, "INC-42", "approve").await;
    house.world.until_message(ALICE, "Active until").await;
    let told: &[Told] = &[
        (ALICE, "🟢 Active until"),
        (ALICE, "Open until"),
        (BOB, "cannot decide"),
        (BOB, "Approved by @Dana Fox"),
        (DANA, "Approved by you"),
    ];
    house.finish(&[(PROD_RW, "00uALICE")], &[told]).await;
}
