//! Silence, and people who are not there: who is asked instead, and when.

use insta::assert_snapshot;
use world::Company;

use crate::house::{ALICE, BOB, CAROL, DANA, House, PROD_RW, Told};

/// A house whose SOC stands in; with `how` the level of production is set up.
async fn house(how: &str) -> House {
    let mut house = House::closed(Company::acme()).await;
    house.change_catalogue("sensitivity  = \"high\"\n", &format!("sensitivity  = \"high\"\n  {how}\n"));
    house
        .change_settings("[requests]", "[approvers]\nsoc = [\"carol@acme.example\"]\n\n[requests]\nfallback = \"soc\"");
    house.set_clocks();
    house.start().await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_answers_for_two_hours_others_are_asked_too_also_while_the_bot_is_down() {
    let mut house = house("escalates = true").await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.world.until_message(BOB, "INC-42").await;
    house.stop().await;
    house.advance(121);
    house.start().await;
    assert_snapshot!(house.sees(CAROL, "INC-42").await, @"
    ⏳ @Alice Martin asks for Production Database · Read-Write
    2 hours from when access opens; asked today at 13:40
    │ Stuck migration, INC-42
    1. You, @Bob Stone or 1 other, now: owners of Production Database; soc too, since nobody answered for 2 hours
    Staff Engineer, Payments. High sensitivity. Holds nothing else now.
    [Approve] [Approve for less…] [Deny…]
    R-1 · closes tomorrow at 13:40 if nobody decides
    ");
    assert_snapshot!(house.sees(ALICE, "nobody answered").await, @"
    ⏳ Waiting for @Bob Stone, @Dana Fox or 1 other
    Production Database · Read-Write, 2 hours
    The 2 hours start when access opens.
    │ Stuck migration, INC-42
    1. @Bob Stone, @Dana Fox or 1 other, now: owners of Production Database; soc too, since nobody answered for 2 hours
    [Cancel request]
    R-1 · closes tomorrow at 14:40 if nobody decides · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    house.world.until_message(BOB, "soc too").await;
    house.world.until_message(DANA, "soc too").await;
    // Once a step, whatever comes.
    house.stop().await;
    house.start().await;
    house.press(CAROL, "INC-42", "approve").await;
    house.world.until_message(ALICE, "Active until").await;
    let told: &[Told] = &[
        (ALICE, "🟢 Active until"),
        (ALICE, "Open until"),
        (BOB, "Approved by @Carol Diaz"),
        (DANA, "Approved by @Carol Diaz"),
        (CAROL, "Approved by you"),
    ];
    house.finish(&[(PROD_RW, "00uALICE")], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_may_stand_in_the_fallback_is_told_and_cannot_decide() {
    let house = house("escalates = false").await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.world.until_message(BOB, "INC-42").await;
    house.advance(121);
    assert_snapshot!(house.sees(CAROL, "nobody answers").await, @"
    ⏳ @Alice Martin asked for Production Database · Read-Write, and nobody answers
    Asked today at 13:40. It waits for Bob Stone or Dana Fox.
    You cannot decide it: nobody stands in for them here. You can remind them.
    R-1
    ");
    house.press(DANA, "INC-42", "approve").await;
    house.world.until_message(ALICE, "Active until").await;
    let told: &[Told] = &[
        (ALICE, "🟢 Active until"),
        (ALICE, "Open until"),
        (BOB, "Approved by @Dana Fox"),
        (DANA, "Approved by you"),
        (CAROL, "nobody answers"),
    ];
    house.finish(&[(PROD_RW, "00uALICE")], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_all_owners_have_left_the_fallback_is_asked_and_admins_hear_of_it() {
    let house = house("escalates = true").await;
    house.world.change(|state| {
        for name in ["Bob Stone", "Dana Fox"] {
            let person = state.people.iter_mut().find(|person| person.name == name).unwrap();
            person.okta.as_mut().unwrap().status = "DEPROVISIONED".into();
        }
    });
    house.ask_in_vain(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    assert_snapshot!(house.sees(CAROL, "INC-42").await, @"
    ⏳ @Alice Martin asks for Production Database · Read-Write
    2 hours from when access opens; asked today at 13:40
    │ Stuck migration, INC-42
    1. You, now: soc, because nobody else is left to ask
    Staff Engineer, Payments. High sensitivity. Holds nothing else now.
    [Approve] [Approve for less…] [Deny…]
    R-1 · closes tomorrow at 13:40 if nobody decides
    ");
    assert_snapshot!(house.sees(CAROL, "Not everyone").await, @"
    ⚠️ Not everyone who could approve R-1 can be asked
    No active account in Slack and Okta: bob@acme.example, dana@acme.example. The others are asked.
    ");
    house.press(CAROL, "INC-42", "approve").await;
    house.world.until_message(ALICE, "Active until").await;
    let told: &[Told] =
        &[(ALICE, "🟢 Active until"), (ALICE, "Open until"), (CAROL, "Approved by you"), (CAROL, "Not everyone")];
    house.finish(&[(PROD_RW, "00uALICE")], &[told]).await;
}
