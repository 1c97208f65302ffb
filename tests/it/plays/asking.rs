//! Asking: the form, the typed line, their faults, and asking twice.

use serde_json::json;
use world::{Fault, Vendor, What};

use crate::house::{ALICE, ASKED, BOB, DANA, House, PROD_RW};

#[tokio::test(flavor = "multi_thread")]
async fn faults_stand_under_their_fields_and_nothing_is_stored() {
    let house = House::open().await;
    house.open_form(ALICE).await;
    let cases = [
        ("2 horas", "custom_duration", "“2 horas” is not a length. Write 45m, 2h, 1h 30m, until 17:30 or eod."),
        ("90", "custom_duration", "Is that minutes or hours? Write 90m or 2h."),
        ("0m", "custom_duration", "It must last at least 1 second."),
        ("9h", "custom_duration", "Read-Write on Production Database can be had for up to 8 hours. Choose less."),
        ("99999999999999999999h", "custom_duration", "Nothing can be had for longer than 366 days."),
    ];
    for (length, field, sentence) in cases {
        let sent = house.fill_and_send(ALICE, "prod-db/rw", length, "INC-42").await;
        assert_eq!(sent.errors().get(field).map(String::as_str), Some(sentence), "{length}: {sent:?}");
    }
    let blank = house.fill_and_send(ALICE, "prod-db/rw", "2h", "   ").await;
    assert_eq!(blank.errors().get("justification").map(String::as_str), Some("Say why you need it, in a sentence."));
    // Slack's own limit on the field, gone around.
    let long = json!({"type": "plain_text_input", "value": "x".repeat(1_003)});
    house.world.forge_fill(ALICE, "justification", "justification", &long).unwrap();
    let (sent, _) = house.world.submit_unchecked(ALICE).await.unwrap();
    let sentence = "1,003 characters; at most 1,000 are kept. Shorten it by 3.";
    assert_eq!(sent.errors().get("justification").map(String::as_str), Some(sentence), "{sent:?}");
    house.world.close_view(ALICE).await.unwrap();
    let typed = format!("prod-db/rw 2h {}", "x".repeat(1_003));
    let typed = house.world.slash(ALICE, "/jit", &typed).await.unwrap();
    assert!(typed.seen.as_deref().unwrap().contains(sentence), "{typed:?}");
    house.settle().await;
    assert_eq!(house.world.messages(ALICE).len(), 0, "nothing is stored");
    assert!(house.live().requests.is_empty(), "nothing is stored");
    house.finish(&[], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_press_and_a_second_delivery_make_one_request() {
    let house = House::open().await;
    house.open_form(ALICE).await;
    house.world.fill(ALICE, "entitlement", "entitlement", "prod-db/rw").await.unwrap();
    house.world.fill(ALICE, "custom_duration", "custom_duration", "2h").await.unwrap();
    house.world.fill(ALICE, "justification", "justification", "INC-42").await.unwrap();
    let (sent, envelope) = house.world.submit_unchecked(ALICE).await.unwrap();
    assert!(sent.is_closed(), "{sent:?}");
    house.world.redeliver(&envelope, None).await.unwrap();
    house.world.redeliver(&envelope, None).await.unwrap();
    house.settle().await;
    let typed = house.world.slash(ALICE, "/jit", "staging/admin 45m Rollout").await.unwrap();
    assert_eq!(
        typed.seen.as_deref(),
        Some("Saved as R-2: Staging · Admin, 45 minutes. Your messages show how it goes.")
    );
    house.world.redeliver(&typed.envelope_id, None).await.unwrap();
    house.settle().await;
    let again = house.world.slash(ALICE, "/jit", "staging/admin 45m Rollout").await.unwrap();
    assert!(again.seen.as_deref().unwrap().contains("You asked for this today"), "{again:?}");
    assert_eq!(house.world.messages(ALICE).len(), 2, "one message a request");
    house.finish(&[], &[ASKED, &[(ALICE, "Waiting for @Bob"), (BOB, "asks for Staging · Admin")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_or_held_already_is_shown_instead() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.settle().await;
    house.open_form(ALICE).await;
    house.fill_and_send(ALICE, "prod-db/rw", "1h", "INC-43").await;
    let notice = house.world.until_view(ALICE, "Already requested").await;
    assert!(notice.body["blocks"].to_string().contains("waiting for Bob Stone or Dana Fox"), "{notice:?}");
    house.world.close_view(ALICE).await.unwrap();
    house.press(BOB, "asks for", "approve").await;
    house.world.until_message(ALICE, "Open until").await;
    house.settle().await;
    house.open_form(ALICE).await;
    house.fill_and_send(ALICE, "prod-db/rw", "1h", "INC-43").await;
    house.world.until_view(ALICE, "You already have this").await;
    house.world.click_in_view(ALICE, "return").await.unwrap();
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.until_message(ALICE, "You returned this access").await;
    house
        .finish(
            &[],
            &[&[
                (ALICE, "You returned this access"),
                (ALICE, "Open until today at 16:40"),
                (BOB, "Approved by you"),
                (DANA, "Approved by @Bob Stone"),
            ]],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_typed_line_says_what_is_missing_and_keeps_what_was_typed() {
    let house = House::open().await;
    let say = async |line: &str| house.world.slash(ALICE, "/jit", line).await.unwrap().seen.unwrap_or_default();
    house.open_form(ALICE).await;
    house.world.close_view(ALICE).await.unwrap();
    assert!(
        say("prod-db/rx 2h INC").await.starts_with("There is no prod-db/rx you can ask for. Did you mean prod-db/rw?")
    );
    assert!(
        say("prod-db/rw").await.starts_with("The length is missing. Write /jit prod-db/rw 2h and why you need it.")
    );
    assert!(say("prod-db/rw 2h").await.starts_with("The why is missing. Write /jit prod-db/rw 2h and your reason."));
    let faulty = say("prod-db/rw tomorrow because").await;
    assert!(
        faulty.contains("“tomorrow” is not a length") && faulty.contains("│ prod-db/rw tomorrow because"),
        "{faulty}"
    );
    assert!(say("cancle R-1").await.contains("Did you mean /jit cancel?"));
    assert!(say("help").await.contains("Lengths: 45m 2h 1h 30m until 17:30 eod (18:00 Paris time)"));
    house.finish(&[], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_choice_is_refused() {
    let house = House::open().await;
    house.open_form(CAROL_CANNOT_ASK).await;
    house.world.fill(CAROL_CANNOT_ASK, "custom_duration", "custom_duration", "2h").await.unwrap();
    house.world.fill(CAROL_CANNOT_ASK, "justification", "justification", "Let me in").await.unwrap();
    let forged = json!({"type": "static_select", "selected_option": {"value": "prod-db/rw",
        "text": {"type": "plain_text", "text": "Read-Write"}}});
    house.world.forge_fill(CAROL_CANNOT_ASK, "entitlement", "entitlement", &forged).unwrap();
    let sent = house.world.submit(CAROL_CANNOT_ASK).await.unwrap();
    assert!(sent.errors()["entitlement"].contains("The offer changed while the form was open."), "{sent:?}");
    house.finish(&[], &[]).await;
}

/// Carol is in no group that may ask for production.
const CAROL_CANNOT_ASK: &str = crate::house::CAROL;

#[tokio::test(flavor = "multi_thread")]
async fn peoples_text_is_shown_as_typed_and_pings_nobody() {
    let house = House::open().await;
    let why = "<!channel> *now* `x` <@U0BOB> <https://evil.example|click> & :wave:";
    house.ask(ALICE, "prod-db/rw", "2h", why).await;
    let card = house.world.until_message(BOB, "asks for").await;
    let texts = card.blocks[0]["elements"].as_array().unwrap();
    let quote = texts.iter().find(|element| element["type"] == "rich_text_quote").unwrap();
    assert_eq!(quote["elements"], json!([{"type": "text", "text": why}]));
    assert!(!card.text.contains("<!channel>") && card.text.contains("&lt;!channel&gt;"), "{}", card.text);
    house.finish(&[], &[ASKED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_acknowledged_in_time_while_okta_hangs() {
    let house = House::open().await;
    house.keep_slacks_limits();
    house.ask(ALICE, "staging/admin", "45m", "Rollout").await;
    house.open_form(ALICE).await;
    let hang = house.world.fault(Fault::okta("*", What::Hang).until_lifted());
    let typed = house.world.slash(ALICE, "/jit", "prod-db/rw 2h Stuck migration").await.unwrap();
    assert!(!typed.timed_out, "{typed:?}");
    let sent = house.fill_and_send(ALICE, "prod-db/debug", "2h", "Heap dump").await;
    assert!(sent.is_closed(), "{sent:?}");
    let card = house.world.until_message(BOB, "asks for Staging").await;
    let clicked = house.world.press(BOB, &card, "approve").await.unwrap();
    assert!(!clicked.timed_out, "{clicked:?}");
    let form = house.world.slash(ALICE, "/jit", "").await.unwrap();
    assert!(!form.timed_out, "{form:?}");
    house.world.until_message(ALICE, "Saved. Finding out who decides").await;
    let receipt = house.world.until_message(ALICE, "Stuck migration").await;
    let cancelled = house.world.press(ALICE, &receipt, "cancel").await.unwrap();
    assert!(!cancelled.timed_out, "{cancelled:?}");
    house.world.until_message(ALICE, "You withdrew this request").await;
    house.world.lift(hang);
    house.world.until_member("00gSTAGING", "00uALICE").await;
    house
        .finish(
            &[("00gSTAGING", "00uALICE")],
            &[&[
                (ALICE, "🟢 Active until"),
                (ALICE, "You withdrew this request"),
                (ALICE, "Waiting for @Bob Stone or @Dana Fox"),
                (ALICE, "Open until today at 15:25"),
                (BOB, "Approved by you"),
                (BOB, "asks for Production Database · Debugging"),
                (DANA, "asks for Production Database · Debugging"),
            ]],
        )
        .await;
}

/// Takes what is open to everyone out of the catalogue.
async fn with_nothing_for_everyone() -> House {
    let mut house = House::open().await;
    house.stop().await;
    house.change_catalogue("requesters   = [\"everyone\"]", "requesters   = [\"okta:00gENG\"]");
    house.start().await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_waits_for_a_slow_okta_is_filled_in_when_it_answers() {
    let house = with_nothing_for_everyone().await;
    let held = house.world.fault(Fault::okta("*", What::HoldThenDo).until_lifted());
    house.world.slash(ALICE, "/jit", "").await.unwrap();
    house.world.until_view(ALICE, "Looking up what you can ask for.").await;
    house.world.until_view(ALICE, "Okta is slow to say what you can ask for.").await;
    house.world.lift(held);
    house.world.release(held);
    house.world.until_view(ALICE, "Choose an access to see").await;
    let sent = house.fill_and_send(ALICE, "prod-db/rw", "2h", "INC-42").await;
    assert!(sent.is_closed(), "{sent:?}");
    house.world.until_message(ALICE, "Waiting for").await;
    house.world.until_message(BOB, "asks for").await;
    house.world.until_message(DANA, "asks for").await;
    house.finish(&[], &[ASKED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_the_form_opens_it_while_all_that_okta_was_asked_is_unanswered() {
    let house = House::open().await;
    house.settle().await;
    let held = house.world.fault(Fault::okta("*", What::HoldThenDo).until_lifted());
    house.world.slash(ALICE, "/jit", "").await.unwrap();
    house.world.shortcut(BOB, "request_access").await.unwrap();
    house.world.open_home(DANA).await.unwrap();
    house.world.until_home(DANA, "Request access").await;
    house.world.click_in_home(DANA, "request_access").await.unwrap();
    for who in [ALICE, BOB, DANA] {
        house.world.until_view(who, "Request access").await;
    }
    // It can be filled in by then: what is open to everyone needs no look-up.
    house.world.fill(ALICE, "entitlement", "entitlement", "staging/admin").await.unwrap();
    house.world.until_view(ALICE, "Looking up who will be asked.").await;
    house.world.until_called(held).await;
    let calls = house.world.calls_to(Vendor::Okta, "");
    let mut asked = calls.iter().filter(|call| call.fault == Some(held.0));
    assert!(asked.all(|call| call.status.is_none()), "nothing that Okta was asked since is answered: {calls:?}");
    assert_eq!(house.world.calls_to(Vendor::Slack, "views.open").len(), 3);
    house.world.lift(held);
    house.world.release(held);
    house.world.until_view(ALICE, "1. @Bob Stone: owner of Staging").await;
    house.finish(&[], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_served_before_is_offered_the_same_while_okta_is_silent() {
    let mut house = with_nothing_for_everyone().await;
    house.ask(ALICE, "staging/admin", "45m", "Rollout").await;
    house.stop().await;
    let hang = house.world.fault(Fault::okta("*", What::Hang).until_lifted());
    house.start().await;
    house.open_form(ALICE).await;
    house.world.fill(ALICE, "entitlement", "entitlement", "prod-db/rw").await.unwrap();
    house.world.until_view(ALICE, "Looking up who will be asked.").await;
    house.world.until_view(ALICE, "Okta is slow. You can send this; who is asked is shown in your message.").await;
    house.world.lift(hang);
    house.world.until_view(ALICE, "1. @Bob Stone or @Dana Fox: owners of Production Database").await;
    house.finish(&[], &[&[(ALICE, "Waiting for @Bob Stone"), (BOB, "asks for Staging")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_line_can_be_finished_in_the_form() {
    let house = House::open().await;
    let typed = house.world.slash(ALICE, "/jit", "prod-db/rw 9h Stuck migration").await.unwrap();
    let buttons = &typed.ack.as_ref().unwrap()["blocks"][1]["elements"];
    assert_eq!(buttons[0]["action_id"], "request_access", "{typed:?}");
    assert_eq!(buttons[0]["value"], "prod-db/rw");
    assert!(typed.seen.unwrap().contains("[Finish in the form]"));
    // Carol may not ask for it, and is not led to it.
    let typed = house.world.slash(CAROL_CANNOT_ASK, "/jit", "prod-db/rw 9h Stuck migration").await.unwrap();
    assert!(!typed.seen.unwrap().contains("[Finish"));
    house.finish(&[], &[]).await;
}
