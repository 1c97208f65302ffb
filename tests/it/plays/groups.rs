//! Managers and groups that decide, and what becomes of it when somebody leaves.

use insta::assert_snapshot;
use world::{Company, Fault, Person, What};

use crate::house::{ALICE, BOB, CAROL, DANA, House, Told};

const PROD_RW: &str = "00gPRODRW";

/// A house whose production needs these steps; the SOC is an Okta group, Carol, and the responders are a Slack user
/// group, Bob and Dana.
async fn house(steps: &str) -> House {
    let mut house = House::closed(Company::acme()).await;
    house.change_catalogue(r#"approval     = ["owner"]"#, &format!("approval     = {steps}"));
    house.change_settings("[slack]", "[slack]\ngroups_decide = true");
    house.change_settings(
        "[requests]",
        "[approvers]\nsoc = [\"okta:00gSOC\"]\nresponders = [\"slack:S0RESPOND\"]\n\n[requests]",
    );
    responders(&house, &[BOB, DANA]);
    house.set_clocks();
    house.start().await;
    house
}

fn responders(house: &House, users: &[&str]) {
    let users = users.iter().map(|user| (*user).to_owned()).collect();
    house.world.change(|state| state.slack.usergroups.insert("S0RESPOND".into(), users));
}

/// Somebody changes.
fn change(house: &House, who: &str, how: impl Fn(&mut Person)) {
    house.world.change(|state| how(state.by_slack_mut(who).unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_decides_for_whoever_okta_names_them_for() {
    let house = house(r#"["manager"]"#).await;
    house.open_form(ALICE).await;
    house.world.fill(ALICE, "entitlement", "entitlement", "prod-db/rw").await.unwrap();
    house.world.until_view(ALICE, "@Bob Stone: your manager").await;
    house.world.close_view(ALICE).await.unwrap();
    house.ask_in_vain(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    assert_snapshot!(house.sees(BOB, "INC-42").await, @"
    ⏳ @Alice Martin asks for Production Database · Read-Write
    2 hours from when access opens; asked today at 14:40
    │ Stuck migration, INC-42
    1. You, now: the requester's manager
    Staff Engineer, Payments. High sensitivity. Holds nothing else now.
    [Approve] [Approve for less…] [Deny…]
    R-1 · closes tomorrow at 14:40 if nobody decides
    ");
    assert_snapshot!(house.sees(ALICE, "now: your manager").await, @"
    ⏳ Waiting for @Bob Stone
    Production Database · Read-Write, 2 hours
    The 2 hours start when access opens.
    │ Stuck migration, INC-42
    1. @Bob Stone, now: your manager
    [Cancel request]
    R-1 · closes tomorrow at 14:40 if nobody decides · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    house.press(BOB, "INC-42", "approve").await;
    house.world.until_message(ALICE, "Active until").await;
    let told: &[Told] = &[(ALICE, "🟢 Active until"), (ALICE, "Open until today at 16:40"), (BOB, "Approved by you")];
    house.finish(&[(PROD_RW, "00uALICE")], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_okta_names_no_manager_who_is_active_nobody_can_be_asked() {
    let house = house(r#"["manager"]"#).await;
    change(&house, BOB, |bob| bob.okta.as_mut().unwrap().status = "DEPROVISIONED".into());
    house.open_form(ALICE).await;
    house.world.fill(ALICE, "entitlement", "entitlement", "prod-db/rw").await.unwrap();
    house.world.until_view(ALICE, "Okta names nobody as your manager, so nobody could approve this.").await;
    house.world.close_view(ALICE).await.unwrap();
    house.world.slash(ALICE, "/jit", "prod-db/rw 2h Stuck migration").await.unwrap();
    assert_snapshot!(house.sees(ALICE, "Nobody is left who could approve this").await, @"
    ⚠️ Not sent on
    Production Database · Read-Write, 2 hours
    Nobody is left who could approve this, so it was not sent on. Ask Carol Diaz to name an approver for Production Database.
    R-1
    ");
    house.finish(&[], &[&[(ALICE, "Not sent on")]]).await;
}

/// That the bot may not read linked objects is not that there is no manager, and is told as what it is.
#[tokio::test(flavor = "multi_thread")]
async fn where_it_may_not_be_read_who_the_manager_is_nothing_is_sent_on_and_admins_are_told_of_the_right() {
    let house = house(r#"["manager"]"#).await;
    change(&house, ALICE, |alice| alice.okta.as_mut().unwrap().manager_id = None);
    let forbidden = house.world.fault(Fault::okta("GET *linkedObjects*", What::Forbidden).until_lifted());
    house.open_form(ALICE).await;
    house.world.fill(ALICE, "entitlement", "entitlement", "prod-db/rw").await.unwrap();
    house
        .world
        .until_view(ALICE, "Okta does not let Jitney read who your manager is, so nobody could approve this.")
        .await;
    house.world.close_view(ALICE).await.unwrap();
    house.world.slash(ALICE, "/jit", "prod-db/rw 2h Stuck migration").await.unwrap();
    assert_snapshot!(house.sees(ALICE, "read who your manager is").await, @"
    ⚠️ Not sent on
    Production Database · Read-Write, 2 hours
    Okta does not let Jitney read who your manager is, so this was not sent on. Ask Carol Diaz to mend that, then ask again.
    R-1
    ");
    assert_snapshot!(house.sees(CAROL, "linked objects").await, @"
    ⚠️ R-1 needs a manager, and the bot may not read who that is
    Okta refuses to let the bot read linked objects, or the user whom managerId names: 403. Give its account that right, or fill in managerId where it is empty.
    ");
    house.world.lift(forbidden);
    house.finish(&[], &[&[(ALICE, "Not sent on"), (CAROL, "R-1 needs a manager")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_who_is_deactivated_before_their_click_decides_nothing() {
    let house = house(r#"["manager"]"#).await;
    house.ask_in_vain(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.world.until_message(BOB, "INC-42").await;
    change(&house, BOB, |bob| bob.okta.as_mut().unwrap().status = "DEPROVISIONED".into());
    house.press(BOB, "INC-42", "approve").await;
    let note = house.world.until_ephemeral(BOB, "did not count").await;
    assert_snapshot!(house.world.look(|state| world::seen::ephemeral(state, &note)), @"Your Okta account is deactivated, so your decision did not count. Ask Carol Diaz to mend that, then press again.");
    assert!(house.world.writes().is_empty());
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_of_okta_groups_and_of_slack_groups_decide_step_after_step() {
    let house = house(r#"["soc", "responders"]"#).await;
    house.open_form(ALICE).await;
    house.world.fill(ALICE, "entitlement", "entitlement", "prod-db/rw").await.unwrap();
    house.world.until_view(ALICE, "Whoever is in the groups named: Production Database asks responders").await;
    house.world.close_view(ALICE).await.unwrap();
    house.ask_in_vain(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    assert_snapshot!(house.sees(CAROL, "INC-42").await, @"
    ⏳ @Alice Martin asks for Production Database · Read-Write
    2 hours from when access opens; asked today at 13:40
    │ Stuck migration, INC-42
    1. You, now: Production Database asks soc
    2. then @Bob Stone or @Dana Fox: Production Database asks responders
    Staff Engineer, Payments. High sensitivity. Holds nothing else now.
    [Approve] [Approve for less…] [Deny…]
    R-1 · closes tomorrow at 13:40 if nobody decides
    ");
    house.press(CAROL, "INC-42", "approve").await;
    house.world.until_message(BOB, "INC-42").await;
    house.world.until_message(DANA, "INC-42").await;
    house.press(DANA, "INC-42", "approve").await;
    house.world.until_message(ALICE, "Active until").await;
    let told: &[Told] = &[
        (ALICE, "🟢 Active until"),
        (ALICE, "Open until today at 16:40"),
        (CAROL, "Approved by @Dana Fox"),
        (DANA, "Approved by you"),
        (BOB, "Approved by @Dana Fox"),
    ];
    house.finish(&[(PROD_RW, "00uALICE")], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_an_okta_group_between_card_and_click_does_not_decide() {
    let mut house = house(r#"["soc"]"#).await;
    house.stands("00gSOC", "00uDANA");
    house.ask_in_vain(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.world.until_message(DANA, "INC-42").await;
    house.world.until_message(CAROL, "INC-42").await;
    house.leaves("00gSOC", "00uDANA");
    house.press(DANA, "INC-42", "approve").await;
    let note = house.world.until_ephemeral(DANA, "You cannot decide this").await;
    assert_snapshot!(house.world.look(|state| world::seen::ephemeral(state, &note)), @"You cannot decide this: you are no longer in soc. Asked: Carol Diaz.");
    house.press(CAROL, "INC-42", "approve").await;
    house.world.until_message(ALICE, "Active until").await;
    let told: &[Told] = &[
        (ALICE, "🟢 Active until"),
        (ALICE, "Open until today at 16:40"),
        (CAROL, "Approved by you"),
        (DANA, "Approved by @Carol Diaz"),
        (DANA, "you are no longer in soc"),
    ];
    house.finish(&[(PROD_RW, "00uALICE")], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_a_slack_group_between_card_and_click_does_not_decide() {
    let house = house(r#"["responders"]"#).await;
    house.ask_in_vain(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.world.until_message(BOB, "INC-42").await;
    house.world.until_message(DANA, "INC-42").await;
    responders(&house, &[DANA]);
    house.press(BOB, "INC-42", "approve").await;
    let note = house.world.until_ephemeral(BOB, "You cannot decide this").await;
    assert_snapshot!(house.world.look(|state| world::seen::ephemeral(state, &note)), @"You cannot decide this: you are no longer in responders. Asked: Dana Fox.");
    assert!(house.world.writes().is_empty());
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_owns_decides_for_its_application() {
    let mut house = House::closed(Company::acme()).await;
    house.change_catalogue(
        r#"owners = ["bob@acme.example", "dana@acme.example"]"#,
        r#"owners = ["bob@acme.example", "okta:00gONCALL"]"#,
    );
    house.set_clocks();
    house.start().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    assert_snapshot!(house.sees(DANA, "INC-42").await, @"
    ⏳ @Alice Martin asks for Production Database · Read-Write
    2 hours from when access opens; asked today at 08:40
    │ Stuck migration, INC-42
    1. You or @Bob Stone, now: owners of Production Database
    Staff Engineer, Payments. High sensitivity. Holds nothing else now.
    [Approve] [Approve for less…] [Deny…]
    R-1 · closes tomorrow at 08:40 if nobody decides
    ");
    house.press(DANA, "INC-42", "approve").await;
    house.world.until_message(ALICE, "Active until").await;
    house.world.open_home(DANA).await.unwrap();
    house.world.until_home(DANA, "Alice Martin").await;
    let told: &[Told] = &[
        (ALICE, "🟢 Active until"),
        (ALICE, "Open until today at 16:40"),
        (BOB, "Approved by @Dana Fox"),
        (DANA, "Approved by you"),
    ];
    house.finish(&[(PROD_RW, "00uALICE")], &[told]).await;
}

/// A guest who is served may ask; named as an owner they are not put any question.
#[tokio::test(flavor = "multi_thread")]
async fn a_guest_may_ask_where_that_is_said_and_is_never_asked() {
    let mut house = House::closed(Company::acme()).await;
    house.change_settings("[requests]", "[identity]\nguests = true\n\n[requests]");
    house.change_catalogue(r#"owners = ["bob@acme.example", "dana"#, r#"owners = ["erin@acme.example", "dana"#);
    house.set_clocks();
    house.start().await;
    house.world.slash("U0ERIN", "/jit", "staging/admin 45m Rollout").await.unwrap();
    house.world.until_message(BOB, "asks for Staging").await;
    house.world.slash(ALICE, "/jit", "prod-db/rw 45m Rollout").await.unwrap();
    house.world.until_message(DANA, "asks for Production").await;
    let told: &[Told] = &[
        ("U0ERIN", "Waiting for @Bob Stone"),
        (BOB, "asks for Staging · Admin"),
        (ALICE, "Waiting for @Dana Fox"),
        (DANA, "asks for Production Database · Read-Write"),
        (CAROL, "Not everyone who could approve R-2 can be asked"),
    ];
    house.finish(&[], &[told]).await;
}
