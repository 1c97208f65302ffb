//! What people do in messages, forms and App Home, and what they see.

use serde_json::{Value, json};
use world::slack::View;
use world::{Company, Press, SubmitAnswer, World};

use crate::bot::{Socket, card, form, impatient, patient, plain, slack};

/// Alice has the form open; the socket is the bot's.
async fn with_form() -> (World, Socket) {
    let world = patient().await;
    let mut socket = Socket::greeted(&world).await;
    open_form(&world, &mut socket).await;
    (world, socket)
}

async fn open_form(world: &World, socket: &mut Socket) {
    let (typed, ()) = tokio::join!(world.slash("U0ALICE", "/jit", ""), async {
        let frame = socket.next().await.unwrap();
        let opened =
            slack(world, "views.open", json!({"trigger_id": frame["payload"]["trigger_id"], "view": form()})).await;
        assert_eq!(opened["ok"], true, "{opened}");
        socket.ack(&frame, None).await;
    });
    assert!(!typed.unwrap().timed_out);
}

async fn answered(socket: &mut Socket, payload: Option<Value>) -> Value {
    let frame = socket.next().await.unwrap();
    socket.ack(&frame, payload).await;
    frame["payload"].clone()
}

async fn filled() -> (World, Socket) {
    let (world, mut socket) = with_form().await;
    let (picked, payload) =
        tokio::join!(world.fill("U0ALICE", "entitlement", "entitlement", "Read-Write"), answered(&mut socket, None));
    assert!(!picked.unwrap().unwrap().timed_out);
    assert_eq!(payload["actions"][0]["selected_option"]["value"], "prod-db/rw");
    assert_eq!(
        payload["view"]["state"]["values"]["entitlement"]["entitlement"]["selected_option"]["value"],
        "prod-db/rw"
    );
    assert!(world.fill("U0ALICE", "justification", "justification", "INC-42").await.unwrap().is_none());
    (world, socket)
}

#[tokio::test]
async fn the_client_lets_through_only_what_a_person_could_do() {
    let (world, _socket) = with_form().await;
    assert!(world.fill("U0ALICE", "entitlement", "entitlement", "root").await.unwrap_err().0.contains("not offered"));
    assert!(
        world
            .fill("U0ALICE", "justification", "justification", "x".repeat(1001))
            .await
            .unwrap_err()
            .0
            .contains("at most 1000")
    );
    assert!(world.fill("U0ALICE", "custom", "custom", "two\nlines").await.is_err());
    assert!(world.fill("U0ALICE", "nothing", "nothing", "x").await.is_err());
    assert!(world.fill("U0BOB", "custom", "custom", "x").await.unwrap_err().0.contains("no modal"));
    let SubmitAnswer::Incomplete(missing) = world.submit("U0ALICE").await.unwrap() else {
        panic!("sent though incomplete")
    };
    assert_eq!(missing.keys().collect::<Vec<_>>(), ["entitlement", "justification"]);
    assert_eq!(world.envelopes().len(), 1, "only the slash command was sent");
}

#[tokio::test]
async fn a_submission_is_answered_in_every_way() {
    let (world, mut socket) = filled().await;
    let errors = json!({"response_action": "errors", "errors": {"justification": "Too short"}});
    let (answer, payload) = tokio::join!(world.submit("U0ALICE"), answered(&mut socket, Some(errors)));
    assert_eq!(answer.unwrap().errors()["justification"], "Too short");
    assert_eq!(payload["view"]["state"]["values"]["custom"]["custom"]["value"], json!(null));
    assert!(world.seen_view("U0ALICE").unwrap().contains("Why: [INC-42]\n  ! Too short"));
    let update = json!({"response_action": "update", "view": {"type": "modal", "title": plain("Already requested"), "blocks": []}});
    let (answer, _) = tokio::join!(world.submit("U0ALICE"), answered(&mut socket, Some(update)));
    assert!(matches!(answer.unwrap(), SubmitAnswer::Updated(view) if view.title() == "Already requested"));
    world.close_view("U0ALICE").await.unwrap();
    open_form(&world, &mut socket).await;
    world
        .forge_fill(
            "U0ALICE",
            "entitlement",
            "entitlement",
            &json!({"type": "static_select", "selected_option": {"value": "root"}}),
        )
        .unwrap();
    let (answer, payload) = tokio::join!(world.submit_unchecked("U0ALICE"), answered(&mut socket, None));
    assert_eq!(payload["view"]["state"]["values"]["entitlement"]["entitlement"]["selected_option"]["value"], "root");
    assert!(answer.unwrap().0.is_closed());
    assert!(world.open_view("U0ALICE").is_none());
}

#[tokio::test]
async fn wrong_answers_leave_the_form_open_and_are_complained_of() {
    let (world, mut socket) = filled().await;
    let wrong = [
        json!({"response_action": "errors", "errors": {"preview": "no input block"}}),
        json!({"response_action": "errors", "errors": {}}),
        json!({"response_action": "shrug"}),
        json!({"response_action": "update", "view": {"type": "modal", "blocks": []}}),
        json!({"text": "a slash answer"}),
    ];
    for (index, payload) in wrong.into_iter().enumerate() {
        let (answer, _) = tokio::join!(world.submit("U0ALICE"), answered(&mut socket, Some(payload)));
        assert!(matches!(answer.unwrap(), SubmitAnswer::Trouble(_)));
        assert_eq!(world.complaints().len(), index + 1);
    }
    assert!(world.seen_view("U0ALICE").unwrap().contains("! We had some trouble connecting."));
    impatient(&world);
    let (answer, frame) = tokio::join!(world.submit("U0ALICE"), socket.next());
    assert!(matches!(answer.unwrap(), SubmitAnswer::Trouble(why) if why == "TimedOut"), "no answer within 3 s");
    assert_eq!(frame.unwrap()["payload"]["type"], "view_submission");
}

#[tokio::test]
async fn views_stack_to_three_and_clear() {
    let (world, mut socket) = filled().await;
    let push = || Some(json!({"response_action": "push", "view": form()}));
    for _ in 0..2 {
        let view = form();
        world.forge_view("U0ALICE", |top: &mut View| top.body = view).unwrap();
        let (answer, _) = tokio::join!(world.submit_unchecked("U0ALICE"), answered(&mut socket, push()));
        assert!(matches!(answer.unwrap().0, SubmitAnswer::Pushed(_)));
    }
    let (answer, _) = tokio::join!(world.submit_unchecked("U0ALICE"), answered(&mut socket, push()));
    assert!(matches!(answer.unwrap().0, SubmitAnswer::Trouble(why) if why.contains("push_limit_reached")));
    let (answer, _) = tokio::join!(
        world.submit_unchecked("U0ALICE"),
        answered(&mut socket, Some(json!({"response_action": "clear"})))
    );
    assert!(matches!(answer.unwrap().0, SubmitAnswer::Cleared));
    assert!(world.open_view("U0ALICE").is_none());
}

#[tokio::test]
async fn a_closed_form_is_told_where_it_asked_to_be() {
    let (world, mut socket) = with_form().await;
    let (closed, payload) = tokio::join!(world.close_view("U0ALICE"), answered(&mut socket, None));
    closed.unwrap();
    assert_eq!((payload["type"].as_str(), payload["is_cleared"].as_bool()), (Some("view_closed"), Some(false)));
}

#[tokio::test]
async fn a_button_is_pressed_with_its_confirm_and_answered_to_the_clicker() {
    let world = patient().await;
    let mut socket = Socket::greeted(&world).await;
    slack(&world, "chat.postMessage", json!({"channel": "U0BOB", "text": "card", "blocks": card()})).await;
    let message = world.until_message("U0BOB", "[Approve]").await;
    let (clicked, payload) = tokio::join!(world.press("U0BOB", &message, "approve"), answered(&mut socket, None));
    let clicked = clicked.unwrap();
    assert_eq!(clicked.confirm.as_deref(), Some("Approve? / It opens at once. / [Approve] [Back]"));
    assert_eq!(
        (payload["user"]["id"].as_str(), payload["actions"][0]["block_id"].as_str()),
        (Some("U0BOB"), Some("decide:1f3a9c"))
    );
    assert_eq!(
        (payload["container"]["is_ephemeral"].as_bool(), payload["message"]["ts"].as_str()),
        (Some(false), Some(message.ts.as_str()))
    );
    let url = payload["response_url"].as_str().unwrap().to_owned();
    for index in 0..6 {
        let body = json!({"text": format!("already approved {index}"), "replace_original": false});
        let reply = reqwest::Client::new().post(&url).json(&body).send().await.unwrap();
        assert_eq!(reply.status().as_u16(), if index < 5 { 200 } else { 404 });
    }
    assert_eq!(world.ephemerals("U0BOB").len(), 5);
    assert!(world.press("U0ALICE", &message, "approve").await.unwrap_err().0.contains("is not in"));
    assert!(world.press("U0BOB", &message, "shorten").await.unwrap_err().0.contains("nothing matches"));
    world.advance(31 * 60);
    let reply = reqwest::Client::new().post(&url).json(&json!({"text": "x"})).send().await.unwrap();
    assert!(reply.text().await.unwrap().contains("expired_url"));
}

#[tokio::test]
async fn a_click_can_cross_a_redraw_or_be_forged() {
    let world = World::start(Company::acme()).await;
    let mut socket = Socket::greeted(&world).await;
    let posted = slack(&world, "chat.postMessage", json!({"channel": "U0BOB", "text": "card", "blocks": card()})).await;
    let message = world.until_message("U0BOB", "[Approve]").await;
    slack(&world, "chat.update", json!({"channel": message.channel, "ts": posted["ts"], "text": "decided"})).await;
    assert!(world.press("U0BOB", &message, "approve").await.is_err(), "the button is gone");
    let (clicked, payload) = tokio::join!(
        world.press_stale("U0BOB", &message, Press::value("approve", "R-142")),
        answered(&mut socket, None)
    );
    assert!(!clicked.unwrap().timed_out);
    assert_eq!(payload["actions"][0]["value"], "R-142");
    let action = json!({"action_id": "approve", "block_id": "decide:other", "value": "R-999"});
    let (forged, payload) =
        tokio::join!(world.forge_click("U0CAROL", "D0CAROL", "1.2", action), answered(&mut socket, None));
    assert!(!forged.timed_out);
    assert_eq!(
        (payload["user"]["id"].as_str(), payload["actions"][0]["value"].as_str()),
        (Some("U0CAROL"), Some("R-999"))
    );
    let clicked = world.press_stale("U0BOB", &message, "deny");
    let (clicked, _unanswered) = tokio::join!(clicked, socket.next());
    assert!(clicked.unwrap().timed_out, "the warning triangle");
}

#[tokio::test]
async fn an_ephemeral_can_be_replaced_by_its_own_button() {
    let world = patient().await;
    let mut socket = Socket::greeted(&world).await;
    let (typed, _) = tokio::join!(
        world.slash("U0ALICE", "/jit", "list"),
        answered(&mut socket, Some(json!({"text": "list", "blocks": card()})))
    );
    assert!(typed.unwrap().seen.unwrap().contains("[Deny…]"));
    let note = world.until_ephemeral("U0ALICE", "[Deny…]").await;
    assert!(world.unread().is_empty(), "the caller has read the answer");
    let (clicked, payload) = tokio::join!(
        world.click("U0ALICE", &note.channel, &note.ts, ("decide:1f3a9c", "deny")),
        answered(&mut socket, None)
    );
    clicked.unwrap();
    assert_eq!((payload["container"]["is_ephemeral"].as_bool(), payload.get("message")), (Some(true), None));
    let url = payload["response_url"].as_str().unwrap();
    reqwest::Client::new().post(url).json(&json!({"replace_original": true, "text": "redrawn"})).send().await.unwrap();
    let notes = world.ephemerals("U0ALICE");
    assert_eq!((notes.len(), notes[0].text.as_str(), notes[0].edits.len()), (1, "redrawn", 1));
}

#[tokio::test]
async fn home_shortcut_and_suggestions_reach_the_bot() {
    let world = patient().await;
    let mut socket = Socket::greeted(&world).await;
    let (used, payload) = tokio::join!(world.shortcut("U0ALICE", "request_access"), answered(&mut socket, None));
    assert!(
        !used.unwrap().timed_out && payload["callback_id"] == "request_access" && payload["trigger_id"].is_string()
    );
    let row = |id: &str| json!({"type": "section", "block_id": id, "text": plain(id), "accessory": {"type": "button", "action_id": "return", "value": id, "text": plain("Return")}});
    let home = json!({"type": "home", "blocks": [row("R-1"), row("R-2")]});
    slack(&world, "views.publish", json!({"user_id": "U0ALICE", "view": home})).await;
    assert!(world.click_in_home("U0ALICE", "return").await.unwrap_err().0.contains("several match"));
    let (clicked, payload) =
        tokio::join!(world.click_in_home("U0ALICE", Press::value("return", "R-2")), answered(&mut socket, None));
    assert!(!clicked.unwrap().timed_out);
    assert_eq!(
        (payload["container"]["type"].as_str(), payload["actions"][0]["block_id"].as_str()),
        (Some("view"), Some("R-2"))
    );
    assert_eq!(world.seen_home("U0ALICE").unwrap(), "R-1 [Return]\nR-2 [Return]");
}

#[tokio::test]
async fn what_is_typed_without_enter_is_told_with_the_form_only() {
    let (world, mut socket) = filled().await;
    world.type_in("U0ALICE", "custom", "custom", "90m").unwrap();
    assert!(world.type_in("U0ALICE", "custom", "custom", "two\nlines").is_err());
    let (sent, payload) = tokio::join!(world.submit("U0ALICE"), answered(&mut socket, None));
    assert!(sent.unwrap().is_closed());
    assert_eq!(payload["type"], "view_submission");
    assert_eq!(payload["view"]["state"]["values"]["custom"]["custom"]["value"], "90m");
}
