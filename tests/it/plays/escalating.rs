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
    assert_snapshot!(house.sees(CAROL, "INC-42").await, @"");
    assert_snapshot!(house.sees(ALICE, "nobody answered").await, @"");
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
    assert_snapshot!(house.sees(CAROL, "nobody answers").await, @"");
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
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    assert_snapshot!(house.sees(CAROL, "INC-42").await, @"");
    assert_snapshot!(house.sees(CAROL, "Not everyone").await, @"");
    house.press(CAROL, "INC-42", "approve").await;
    house.world.until_message(ALICE, "Active until").await;
    let told: &[Told] =
        &[(ALICE, "🟢 Active until"), (ALICE, "Open until"), (CAROL, "Approved by you"), (CAROL, "Not everyone")];
    house.finish(&[(PROD_RW, "00uALICE")], &[told]).await;
}
