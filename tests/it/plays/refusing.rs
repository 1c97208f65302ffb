//! What is refused, in the words that are read, wherever it is asked for: in the form, typed, or pressed.

use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::json;
use world::{Company, Fault, What};

use crate::{
    clock::Standing,
    house::{ALICE, ASKED, BOB, CAROL, DANA, House, PROD_RW, Told},
};

/// What is answered to a typed line.
async fn typed(house: &House, who: &str, line: &str) -> String {
    let answer = house.world.slash(who, "/jit", line).await.unwrap();
    assert!(!answer.timed_out, "{answer:?}");
    answer.seen.unwrap_or_default()
}

/// The error under a field of the form.
async fn under(house: &House, field: &str, access: &str, length: &str) -> String {
    house.open_form(ALICE).await;
    let sent = house.fill_and_send(ALICE, access, length, "INC-42").await;
    house.world.close_view(ALICE).await.unwrap();
    sent.errors().get(field).cloned().unwrap_or_else(|| format!("{sent:?}"))
}

/// A house at another time than usual.
async fn house_at(instant: &str) -> House {
    let mut house = House::closed(Company::acme()).await;
    house.clock = Arc::new(Standing::at(instant.parse().unwrap()));
    house.set_clocks();
    house.start().await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_a_typed_line() {
    let house = House::open().await;
    // Who they are is known from here on.
    typed(&house, ALICE, "list").await;
    let first = async |line: &str| typed(&house, ALICE, line).await.lines().next().unwrap().to_owned();
    assert_snapshot!(first("prod-db/rw 2 horas INC-42").await, @"Is that minutes or hours? Write 90m or 2h.");
    assert_snapshot!(first("prod-db/rw 90 INC-42").await, @"Is that minutes or hours? Write 90m or 2h.");
    assert_snapshot!(first("prod-db/rw 0m INC-42").await, @"It must last at least 1 second.");
    assert_snapshot!(first("prod-db/rw -5m INC-42").await, @"It must last at least 1 second.");
    assert_snapshot!(first("prod-db/rw 9h INC-42").await, @"Read-Write on Production Database can be had for up to 8 hours. Choose less.");
    assert_snapshot!(first("prod-db/rw 99999999999999999999h INC-42").await, @"Nothing can be had for longer than 366 days.");
    assert_snapshot!(first("prod-db/rw until 12:30 INC-42").await, @"12:30 Paris time has passed today. Write a length, or a later time.");
    assert_snapshot!(first("prod-db/rw 2h").await, @"The why is missing. Write /jit prod-db/rw 2h and your reason.");
    assert_snapshot!(first("prod-db/rw").await, @"The length is missing. Write /jit prod-db/rw 2h and why you need it.");
    assert_snapshot!(first("prod-db/rw 2h \u{200B}\u{202E}").await, @"Say why you need it, in a sentence.");
    assert_snapshot!(first("nothing/here 2h INC-42").await, @"There is no nothing/here you can ask for. /jit shows what there is.");
    assert_snapshot!(first(&format!("prod-db/rw 2h {}", "x".repeat(1_240))).await, @"1,240 characters; at most 1,000 are kept. Shorten it by 240.");
    house.settle().await;
    assert!(house.live().requests.is_empty(), "nothing is stored");
    house.finish(&[], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clock_times_that_have_passed_or_that_there_are_none_of() {
    let house = House::open().await;
    assert_snapshot!(under(&house, "custom_duration", "prod-db/rw", "until 12:30").await, @"12:30 Paris time has passed today. Write a length, or a later time.");
    house.finish(&[], &[]).await;
    // The clocks go forward at 02:00.
    let house = house_at("2026-03-29T00:30:00Z").await;
    assert_snapshot!(under(&house, "custom_duration", "prod-db/rw", "until 2:30").await, @"02:30 does not exist today: the clocks go forward. Write 03:00.");
    assert_snapshot!(typed(&house, ALICE, "prod-db/rw until 2:30 INC-42").await.lines().next().unwrap(), @"02:30 does not exist today: the clocks go forward. Write 03:00.");
    assert_snapshot!(under(&house, "custom_duration", "prod-db/rw", "eod").await, @"Today is no business day. Choose a length.");
    house.finish(&[], &[]).await;
    // A working day, after its end.
    let house = house_at("2026-11-24T18:30:00Z").await;
    assert_snapshot!(under(&house, "custom_duration", "prod-db/rw", "eod").await, @"Your business day ended at 18:00 Paris time. Choose a length.");
    house.open_form(ALICE).await;
    house.world.fill(ALICE, "entitlement", "entitlement", "prod-db/rw").await.unwrap();
    let offered = house.world.fill(ALICE, "duration", "duration", "eod").await;
    assert!(offered.is_err(), "an end that has passed is not offered");
    house.world.close_view(ALICE).await.unwrap();
    house.finish(&[], &[]).await;
}

/// On the night the clocks go back, "until 02:30" is the earlier one, and the form says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_time_that_comes_twice_is_the_first() {
    let house = house_at("2026-10-24T22:30:00Z").await;
    house.open_form(ALICE).await;
    house.world.fill(ALICE, "entitlement", "entitlement", "prod-db/rw").await.unwrap();
    house.world.fill(ALICE, "custom_duration", "custom_duration", "until 2:30").await.unwrap();
    house.world.until_view(ALICE, "the first of two that night").await;
    let form = house.world.seen_view(ALICE).unwrap();
    assert_snapshot!(form.lines().find(|line| line.contains("02:30")).unwrap(), @"Until today 02:30, the first of two that night, Paris time (UTC+2), whenever it is approved.");
    house.world.fill(ALICE, "justification", "justification", "INC-42").await.unwrap();
    assert!(house.world.submit(ALICE).await.unwrap().is_closed());
    house.world.until_message(DANA, "asks for").await;
    house.press(BOB, "asks for", "approve").await;
    house.world.until_message(ALICE, "Active until").await;
    house.settle().await;
    house.advance(121);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.until_expired(ALICE).await;
    let told: &[Told] = &[
        (ALICE, "Ended today at 02:30, as planned"),
        (ALICE, "Open until today at 02:30"),
        (ALICE, ". Okta confirmed it."),
        (BOB, "Approved by you"),
        (DANA, "Approved by @Bob Stone"),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_or_held_already_says_what_one_can_do() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.settle().await;
    let first = async || typed(&house, ALICE, "prod-db/rw 1h INC-43").await.lines().next().unwrap().to_owned();
    assert_snapshot!(first().await, @"You asked for this today 14:40 (R-1): waiting for Bob Stone or Dana Fox. To withdraw it: /jit cancel R-1.");
    house.press(BOB, "asks for", "approve").await;
    house.world.until_message(ALICE, "Open until").await;
    house.settle().await;
    assert_snapshot!(first().await, @"You have this until today 16:40 Paris time (UTC+1) (R-1). More time: /jit extend R-1.");
    assert_snapshot!(typed(&house, ALICE, "cancel R-1").await, @"It was approved today 14:40, too late to withdraw. You can return it: /jit return R-1.");
    assert_snapshot!(typed(&house, ALICE, "return R-1").await, @"R-1 is returned. Okta is asked to end it now.");
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.until_message(ALICE, "You returned this access").await;
    house.settle().await;
    assert_snapshot!(typed(&house, ALICE, "return R-1").await, @"You returned this today 14:40. Nothing more to do.");
    assert_snapshot!(typed(&house, ALICE, "cancel R-1").await, @"This ended today 14:40. Nothing changed.");
    let told: &[Told] = &[
        (ALICE, "You returned this access"),
        (ALICE, "Open until today at 16:40"),
        (BOB, "Approved by you"),
        (DANA, "Approved by @Bob Stone"),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_are_open_at_one_time_than_may_be() {
    let mut house = House::open().await;
    house.stop().await;
    house.change_settings("[requests]\n", "[requests]\nmax_open = 1\n");
    house.start().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.settle().await;
    assert_snapshot!(under(&house, "justification", "staging/admin", "45m").await, @"You have 1 open request, the most at one time. Cancel or return one first.");
    assert_snapshot!(typed(&house, ALICE, "staging/admin 45m Rollout").await, @"
    You have 1 open request, the most at one time. Cancel or return one first.
    You typed:
    │ staging/admin 45m Rollout
    ");
    house.finish(&[], &[ASKED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_nearly_full_takes_nothing_new_and_still_ends_what_is_due() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.ask(ALICE, "staging/admin", "45m", "Rollout").await;
    house.stop().await;
    house.change_settings("low_mark = \"1MiB\"", "low_mark = \"900TiB\"");
    house.start().await;
    assert_snapshot!(under(&house, "justification", "prod-db/debug", "1h").await, @"This could not be saved, so nothing was done. Try again in a few minutes. Access still ends on time.");
    assert_snapshot!(typed(&house, ALICE, "prod-db/debug 1h INC-42").await, @"
    This could not be saved, so nothing was done. Try again in a few minutes. Access still ends on time.
    You typed:
    │ prod-db/debug 1h INC-42
    ");
    house.press(BOB, "asks for Staging", "approve").await;
    house.world.until_ephemeral(BOB, "This could not be saved, so nothing was done.").await;
    house.advance(121);
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.until_expired(ALICE).await;
    let told: &[Told] = &[(ALICE, "Waiting for @Bob Stone"), (BOB, "asks for Staging"), (BOB, "could not be saved")];
    house.finish(&[], &[crate::house::EXPIRED, told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_open_while_the_offer_changes() {
    let mut house = House::open().await;
    house.open_form(ALICE).await;
    house.world.fill(ALICE, "entitlement", "entitlement", "staging/admin").await.unwrap();
    house.world.fill(ALICE, "custom_duration", "custom_duration", "6h").await.unwrap();
    house.world.fill(ALICE, "justification", "justification", "Rollout").await.unwrap();
    house.stop().await;
    house.change_catalogue("id           = \"admin\"", "id           = \"root\"");
    house.start().await;
    let (gone, _) = house.world.submit_unchecked(ALICE).await.unwrap();
    assert_snapshot!(gone.errors()["entitlement"], @"The offer changed while the form was open. Choose the access again.");
    house.stop().await;
    house.change_catalogue("id           = \"root\"", "id           = \"admin\"");
    let shorter = "max_duration = \"8h\"\n  requesters   = [\"everyone\"]";
    house.change_catalogue(shorter, &shorter.replace("8h", "4h"));
    house.start().await;
    let (shorter, _) = house.world.submit_unchecked(ALICE).await.unwrap();
    assert_snapshot!(shorter.errors()["custom_duration"], @"Admin on Staging can be had for up to 4 hours. Choose less.");
    house.finish(&[], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guests_and_strangers_press_in_vain() {
    let house = House::open().await;
    let receipt = house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    let card = house.world.until_message(BOB, "asks for").await;
    let row = card.blocks.iter().find(|block| block["type"] == "actions").unwrap()["block_id"].clone();
    for (who, action) in [("U0ERIN", "approve"), ("U0ERIN", "deny"), (CAROL, "cancel"), ("U0ERIN", "return")] {
        let message = if action == "cancel" { &receipt } else { &card };
        let forged =
            json!({"type": "button", "action_id": action, "block_id": row, "value": "R-1", "action_ts": "1.1"});
        house.world.forge_click(who, &message.channel, &message.ts, forged).await;
    }
    house.world.until_ephemeral("U0ERIN", "not the one on record for you").await;
    house.world.until_ephemeral("U0ERIN", "You have no request by that id.").await;
    house.world.until_ephemeral(CAROL, "You have no request by that id.").await;
    assert!(house.world.open_view("U0ERIN").is_none());
    house.world.slash("U0ERIN", "/jit", "").await.unwrap();
    house.world.until_view("U0ERIN", "Not possible").await;
    assert_snapshot!(house.world.seen_view("U0ERIN").unwrap(), @"
    # Not possible
    Only full members of Acme can request access here. Ask the member you work with, or Carol Diaz.
    [Close]
    ");
    assert_eq!(house.world.writes().len(), 0);
    let told: &[Told] = &[
        ("U0ERIN", "not the one on record for you"),
        ("U0ERIN", "not the one on record for you"),
        ("U0ERIN", "You have no request by that id."),
        (CAROL, "You have no request by that id."),
    ];
    house.finish(&[], &[ASKED, told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_metadata_and_lengths_are_refused() {
    let house = House::open().await;
    house.open_form(ALICE).await;
    house.world.fill(ALICE, "entitlement", "entitlement", "prod-db/rw").await.unwrap();
    house.world.fill(ALICE, "justification", "justification", "INC-42").await.unwrap();
    let words = json!({"type": "plain_text", "text": "2 hours", "emoji": false});
    for (value, field) in [("360000s", "duration"), ("-1s", "duration"), ("until 99:99", "duration"), ("", "duration")]
    {
        let forged = json!({"type": "static_select", "selected_option": {"text": words, "value": value}});
        house.world.forge_fill(ALICE, "duration", "duration", &forged).unwrap();
        let (sent, _) = house.world.submit_unchecked(ALICE).await.unwrap();
        assert!(sent.errors().contains_key(field), "{value}: {sent:?}");
    }
    house.world.close_view(ALICE).await.unwrap();
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    house.press(BOB, "asks for", "deny").await;
    house.world.until_view(BOB, "Why not").await;
    house.world.fill(BOB, "reason", "reason", "No").await.unwrap();
    house.world.forge_view(BOB, |view| view.body["private_metadata"] = json!("R-1")).unwrap();
    house.world.submit(BOB).await.unwrap();
    house.world.until_view(BOB, "Not done").await;
    assert_snapshot!(house.world.seen_view(BOB).unwrap(), @"
    # Not done
    This message is not the one on record for you, so nothing was done. Use the newest message about this request.
    [Close]
    ");
    house.world.close_view(BOB).await.unwrap();
    house.settle().await;
    assert_eq!(house.live().requests.len(), 1);
    house.finish(&[], &[ASKED]).await;
}

/// An old form for the same request is answered by how things stand.
#[tokio::test(flavor = "multi_thread")]
async fn a_denial_that_comes_too_late_shows_who_decided() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    house.press(DANA, "asks for", "deny").await;
    house.world.until_view(DANA, "Why not").await;
    house.world.fill(DANA, "reason", "reason", "No").await.unwrap();
    house.press(BOB, "asks for", "approve").await;
    house.world.until_message(ALICE, "Open until").await;
    house.settle().await;
    house.world.submit(DANA).await.unwrap();
    house.world.until_view(DANA, "Already decided").await;
    assert_snapshot!(house.world.seen_view(DANA).unwrap(), @"
    # Already decided
    Bob Stone approved this today 14:40 Paris time (UTC+1), before your click. Nothing changed.
    [Close]
    ");
    house.world.close_view(DANA).await.unwrap();
    house.finish(&[(PROD_RW, "00uALICE")], &[crate::house::HELD]).await;
}

/// Where Okta cannot say who pressed, nothing is decided, and it is said.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_be_looked_up_decides_nothing() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    house.settle().await;
    let down = house.world.fault(Fault::okta("*", What::Html { code: 503 }).until_lifted());
    house.press(BOB, "asks for", "approve").await;
    house.world.until_called(down).await;
    house.advance(6);
    house.world.until_ephemeral(BOB, "Okta did not answer for 5 minutes").await;
    house.world.lift(down);
    house.settle().await;
    assert_eq!(house.world.writes().len(), 0);
    house.finish(&[], &[ASKED, &[(BOB, "Press again.")]]).await;
}
