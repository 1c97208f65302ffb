//! What one holds and waits for, as a list that one can act on.

use insta::assert_snapshot;
use world::{Press, slack::Ephemeral};

use crate::house::{ALICE, BOB, CAROL, DANA, House, Told};

/// What somebody is answered to a typed command.
async fn typed(house: &House, who: &str, line: &str) -> String {
    let answer = house.world.slash(who, "/jit", line).await.unwrap();
    assert!(!answer.timed_out, "{answer:?}");
    answer.seen.unwrap_or_default()
}

/// The newest list that somebody sees.
fn newest(house: &House, who: &str) -> Ephemeral {
    house.world.ephemerals(who).pop().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_nothing_says_how_to_ask() {
    let house = House::open().await;
    assert_snapshot!(typed(&house, ALICE, "list").await, @"You hold no temporary access and wait for none. /jit asks for some.");
    assert_snapshot!(typed(&house, ALICE, "return").await, @"You hold no temporary access and wait for none. /jit asks for some.");
    assert_snapshot!(typed(&house, ALICE, "cancel R-7").await, @"You hold no temporary access and wait for none. /jit asks for some.");
    house.finish(&[], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_in_the_list_acts_and_draws_it_anew_in_its_place() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.ask(ALICE, "staging/admin", "45m", "Rollout").await;
    house.advance(20);
    assert_snapshot!(typed(&house, ALICE, "list").await, @"
    Active (1)
    Production Database · Read-Write · 1 h 40 min left, until today at 16:40 · R-1
    [Extend…] [Return access]
    Waiting (1)
    Staging · Admin · 45 minutes · waiting for @Bob Stone · R-2
    [Cancel request]
    ");
    let list = newest(&house, ALICE);

    let clicked = house.world.click(ALICE, &list.channel, &list.ts, "cancel").await.unwrap();
    assert!(!clicked.timed_out && clicked.confirm.is_none(), "{clicked:?}");
    let drawn = house.world.until_ephemeral(ALICE, "withdrawn").await;
    assert_eq!(drawn.ts, list.ts, "in its place");
    assert_snapshot!(seen(&house, &drawn), @"
    R-2 is withdrawn.
    Active (1)
    Production Database · Read-Write · 1 h 40 min left, until today at 16:40 · R-1
    [Extend…] [Return access]
    ");

    let removal = house.world.fault(world::Fault::okta("DELETE *", world::What::Hang).until_lifted());
    let clicked = house.world.click(ALICE, &list.channel, &list.ts, Press::value("return", "R-1")).await.unwrap();
    assert_snapshot!(clicked.confirm.unwrap(), @"Return this access? / Production Database · Read-Write ends at once. To get it back you ask again. / [Return access] [Keep it]");
    let drawn = house.world.until_ephemeral(ALICE, "is returned").await;
    assert_snapshot!(seen(&house, &drawn), @"
    R-1 is returned. Okta is asked to end it now.
    Ending (1)
    Production Database · Read-Write · ending access in Okta · R-1
    ");
    house.world.lift(removal);
    house.world.until_message(ALICE, "You returned this access").await;
    let told: &[Told] = &[
        (ALICE, "You returned this access"),
        (ALICE, "Open until today at 16:40"),
        (ALICE, "You withdrew this request"),
        (BOB, "Approved by you"),
        (BOB, "Withdrawn by @Alice Martin"),
        (DANA, "Approved by @Bob Stone"),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_in_an_old_list_is_answered_by_how_things_are() {
    let house = House::open().await;
    house.ask(ALICE, "staging/admin", "45m", "Rollout").await;
    typed(&house, ALICE, "list").await;
    let list = newest(&house, ALICE);
    let card = house.world.until_message(BOB, "asks for").await;
    house.world.press(BOB, &card, "approve").await.unwrap();
    house.world.until_message(ALICE, "Active until").await;
    house.world.click(ALICE, &list.channel, &list.ts, "cancel").await.unwrap();
    let drawn = house.world.until_ephemeral(ALICE, "too late").await;
    assert_snapshot!(seen(&house, &drawn), @"
    It was approved today 14:40, too late to withdraw. You can return it: /jit return R-1.
    Active (1)
    Staging · Admin · 45 minutes left, until today at 15:25 · R-1
    [Extend…] [Return access]
    ");
    let told: &[Told] = &[(ALICE, "🟢 Active until"), (ALICE, "Open until today at 15:25"), (BOB, "Approved by you")];
    house.finish(&[("00gSTAGING", "00uALICE")], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_list_cannot_be_drawn_anew_the_press_is_answered_in_a_message() {
    let house = House::open().await;
    house.ask(ALICE, "staging/admin", "45m", "Rollout").await;
    typed(&house, ALICE, "list").await;
    let list = newest(&house, ALICE);
    let fault = world::Fault::slack("POST /response/*", world::What::Html { code: 404 });
    let fault = house.world.fault(fault.until_lifted());
    house.world.click(ALICE, &list.channel, &list.ts, "cancel").await.unwrap();
    house.world.until_called(fault).await;
    assert_snapshot!(house.sees(ALICE, "R-1 is withdrawn.").await, @"R-1 is withdrawn.");
    let told: &[Told] =
        &[(ALICE, "R-1 is withdrawn."), (ALICE, "You withdrew this request"), (BOB, "Withdrawn by @Alice Martin")];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_id_of_theirs_one_is_asked_which() {
    let house = House::open().await;
    house.ask(ALICE, "staging/admin", "45m", "Rollout").await;
    assert_snapshot!(typed(&house, ALICE, "cancel").await, @"
    Which one?
    Waiting (1)
    Staging · Admin · 45 minutes · waiting for @Bob Stone · R-1
    [Cancel request]
    ");
    let list = typed(&house, ALICE, "cancel").await;
    assert_eq!(typed(&house, ALICE, "return it please").await, list);
    assert_eq!(typed(&house, ALICE, "return R-999").await, list);
    let others = typed(&house, BOB, "cancel R-1").await;
    assert!(others.contains("wait for none") && !others.contains("Staging"), "nobody sees another's: {others}");
    house.finish(&[], &[&[(ALICE, "Waiting for @Bob Stone"), (BOB, "asks for Staging · Admin")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_be_served_is_told_so_for_every_command() {
    let house = House::open().await;
    for line in ["list", "help", "cancel", "nonsense"] {
        let answer = typed(&house, "U0ERIN", line).await;
        assert!(answer.starts_with("Only full members of Acme can request access here."), "{line}: {answer}");
    }
    house.finish(&[], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_nearly_a_command_or_an_access_is_suggested_to_those_who_may_have_it() {
    let house = House::open().await;
    assert_snapshot!(typed(&house, ALICE, "lst").await, @"/jit lst is not a command. Did you mean /jit list? /jit help shows all.");
    assert_snapshot!(typed(&house, ALICE, "cancle R-1").await, @"/jit cancle is not a command. Did you mean /jit cancel? /jit help shows all.");
    assert_snapshot!(typed(&house, ALICE, "prod-db 2h INC-42").await, @"/jit prod-db is not a command. Did you mean /jit prod-db/debug? /jit help shows all.");
    assert_snapshot!(typed(&house, ALICE, "xyzzy").await, @"/jit help shows all commands.");
    assert_snapshot!(typed(&house, ALICE, "prod-db/rx 2h INC-42").await, @"
    There is no prod-db/rx you can ask for. Did you mean prod-db/rw?
    You typed:
    │ prod-db/rx 2h INC-42
    ");
    // Carol is no engineer: what she may not ask for is not suggested.
    assert_snapshot!(typed(&house, CAROL, "prod-db 2h INC-42").await, @"/jit help shows all commands.");
    let answer = typed(&house, CAROL, "prod-db/rx 2h INC-42").await;
    assert!(!answer.contains("prod-db/rw"), "{answer}");
    house.finish(&[], &[]).await;
}

/// The list as it is seen.
fn seen(house: &House, note: &Ephemeral) -> String {
    house.world.look(|state| world::seen::ephemeral(state, note))
}
