//! Web API: bodies, tokens, scopes, messages, views, response URLs.

use serde_json::{Value, json};
use world::{World, app_token, bot_token};

use crate::bot::{Socket, card, form, impatient, patient, slack};

async fn get(world: &World, method: &str, query: &[(&str, &str)], token: &str) -> Value {
    let request = reqwest::Client::new().get(format!("{}/{method}", world.slack_api_url()));
    request.bearer_auth(token).query(query).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn tokens_have_their_kinds_and_scopes() {
    let world = patient().await;
    let reply = reqwest::Client::new()
        .get(format!("{}/auth.test", world.slack_api_url()))
        .bearer_auth(bot_token())
        .send()
        .await
        .unwrap();
    assert!(reply.headers()["x-oauth-scopes"].to_str().unwrap().contains("chat:write"));
    assert_eq!(reply.json::<Value>().await.unwrap()["user_id"], "U0JITBOT");
    assert_eq!(get(&world, "users.info", &[("user", "U0BOB")], "xoxb-other").await["error"], "invalid_auth");
    assert_eq!(get(&world, "users.info", &[("user", "U0BOB")], app_token()).await["error"], "not_allowed_token_type");
    assert_eq!(get(&world, "apps.connections.open", &[], app_token()).await["error"], "insecure_request");
    world.change(|state| state.slack.scopes.retain(|scope| scope != "users:read"));
    let refused = get(&world, "users.info", &[("user", "U0BOB")], bot_token()).await;
    assert_eq!((refused["error"].as_str(), refused["needed"].as_str()), (Some("missing_scope"), Some("users:read")));
    world.change(|state| state.slack.revoked_tokens.push(bot_token().into()));
    assert_eq!(get(&world, "auth.test", &[], bot_token()).await["error"], "token_revoked");
    assert_eq!(slack(&world, "chat.shout", json!({})).await["error"], "unknown_method");
}

#[tokio::test]
async fn people_are_shown_with_their_flags() {
    let world = patient().await;
    world.change(|state| {
        let bob = state.by_slack_mut("U0BOB").unwrap().slack.as_mut().unwrap();
        bob.stranger = true;
        bob.team_id = Some("T0OTHER".into());
    });
    let alice = get(&world, "users.info", &[("user", "U0ALICE")], bot_token()).await;
    assert_eq!(alice["user"]["profile"]["email"], "alice@acme.example");
    assert_eq!(alice["user"]["tz"], "Europe/Paris");
    let bob = get(&world, "users.info", &[("user", "U0BOB")], bot_token()).await;
    assert_eq!((&bob["user"]["is_stranger"], &bob["user"]["team_id"]), (&json!(true), &json!("T0OTHER")));
    let found = get(&world, "users.lookupByEmail", &[("email", "CAROL@acme.example")], bot_token()).await;
    assert_eq!(found["user"]["id"], "U0CAROL");
    assert_eq!(
        get(&world, "users.lookupByEmail", &[("email", "frank@acme.example")], bot_token()).await["error"],
        "users_not_found"
    );
    assert_eq!(slack(&world, "conversations.open", json!({"users": "U0FRANK"})).await["error"], "user_disabled");
}

#[tokio::test]
async fn a_user_group_lists_its_members_to_whoever_may_read_groups() {
    let world = patient().await;
    let listed = async |id: &str| get(&world, "usergroups.users.list", &[("usergroup", id)], bot_token()).await;
    assert_eq!(listed("S0SOC").await["error"], "no_such_subteam");
    world.change(|state| state.slack.usergroups.insert("S0SOC".into(), vec!["U0CAROL".into(), "U0DANA".into()]));
    assert_eq!(listed("S0SOC").await["users"], json!(["U0CAROL", "U0DANA"]));
    world.change(|state| state.slack.scopes.retain(|scope| scope != "usergroups:read"));
    assert_eq!(listed("S0SOC").await["needed"], "usergroups:read");
}

#[tokio::test]
async fn messages_are_posted_edited_threaded_and_read() {
    let world = patient().await;
    let opened = slack(&world, "conversations.open", json!({"users": ["U0BOB"]})).await;
    let dm = opened["channel"]["id"].as_str().unwrap().to_owned();
    let posted =
        slack(&world, "chat.postMessage", json!({"channel": dm, "text": "whole card", "blocks": card()})).await;
    let ts = posted["ts"].as_str().unwrap();
    let reply = slack(
        &world,
        "chat.postMessage",
        json!({"channel": dm, "thread_ts": ts, "reply_broadcast": true, "text": "nudge"}),
    )
    .await;
    assert_eq!(reply["message"]["subtype"], "thread_broadcast");
    let under_reply =
        slack(&world, "chat.postMessage", json!({"channel": dm, "thread_ts": reply["ts"], "text": "x"})).await;
    assert_eq!(under_reply["error"], "cannot_reply_to_message");
    let read = world.read("U0BOB");
    assert_eq!(
        read[0],
        "⏳ @Alice Martin asks for Production Database\nuntil 2026-11-22 at 16:40\n│ Stuck migration\n│ INC-42\n1. Bob\n[Approve] [Deny…]\nR-142 · ACCESS-1 <b>"
    );
    assert_eq!(read[1], "nudge");
    assert!(world.unread().is_empty());
    let edited = slack(&world, "chat.update", json!({"channel": dm, "ts": ts, "text": "decided"})).await;
    assert_eq!(edited["ok"], true);
    assert!(world.unread().is_empty(), "an update makes nothing unread");
    let messages = world.messages("U0BOB");
    assert_eq!((messages[0].edits.len(), messages[0].blocks.len()), (1, 0));
    assert_eq!(world.seen(&messages[0]), "decided");
    let long = "x".repeat(4_001);
    assert_eq!(
        slack(&world, "chat.update", json!({"channel": dm, "ts": ts, "text": long})).await["error"],
        "msg_too_long"
    );
    assert_eq!(
        slack(&world, "chat.update", json!({"channel": dm, "ts": "1.2", "text": "x"})).await["error"],
        "message_not_found"
    );
    assert_eq!(
        slack(&world, "chat.postMessage", json!({"channel": "C0GENERAL", "text": "x"})).await["error"],
        "not_in_channel"
    );
    assert_eq!(slack(&world, "chat.postMessage", json!({"channel": dm})).await["error"], "no_text");
    slack(&world, "chat.postMessage", json!({"channel": dm, "text": "x", "thread": "typo"})).await;
    assert_eq!(world.complaints(), ["chat.postMessage: unknown argument thread"]);
}

#[tokio::test]
async fn forms_with_json_in_strings_are_taken() {
    let world = patient().await;
    let blocks = card().to_string();
    let form = [("token", bot_token()), ("channel", "U0BOB"), ("blocks", blocks.as_str()), ("text", "a+b c")];
    let reply = reqwest::Client::new()
        .post(format!("{}/chat.postMessage", world.slack_api_url()))
        .form(&form)
        .send()
        .await
        .unwrap();
    let reply: Value = reply.json().await.unwrap();
    assert_eq!((reply["ok"].clone(), reply["message"]["text"].clone()), (json!(true), json!("a+b c")));
}

#[tokio::test]
async fn a_channel_takes_one_message_a_second_when_that_is_switched_on() {
    let world = patient().await;
    world.change(|state| state.slack.rate_per_channel = true);
    assert_eq!(slack(&world, "chat.postMessage", json!({"channel": "U0BOB", "text": "1"})).await["ok"], true);
    let request = reqwest::Client::new().post(format!("{}/chat.postMessage", world.slack_api_url()));
    let reply = request.bearer_auth(bot_token()).json(&json!({"channel": "U0BOB", "text": "2"})).send().await.unwrap();
    assert_eq!((reply.status().as_u16(), reply.headers()["retry-after"].to_str().unwrap()), (429, "1"));
}

#[tokio::test]
async fn a_trigger_opens_one_view_and_hashes_guard_updates() {
    let world = patient().await;
    let mut socket = Socket::greeted(&world).await;
    let typed = tokio::spawn({
        let world = world.clone();
        async move { world.slash("U0ALICE", "/jit", "").await.unwrap() }
    });
    let frame = socket.next().await.unwrap();
    let trigger = frame["payload"]["trigger_id"].clone();
    let opened = slack(&world, "views.open", json!({"trigger_id": trigger, "view": form()})).await;
    assert_eq!(opened["ok"], true, "{opened}");
    socket.ack(&frame, None).await;
    assert!(!typed.await.unwrap().timed_out);
    assert_eq!(
        slack(&world, "views.open", json!({"trigger_id": trigger, "view": form()})).await["error"],
        "exchanged_trigger_id"
    );
    assert_eq!(
        slack(&world, "views.open", json!({"trigger_id": "1.2.x", "view": form()})).await["error"],
        "invalid_trigger_id"
    );
    let (id, hash) = (&opened["view"]["id"], &opened["view"]["hash"]);
    let updated = slack(&world, "views.update", json!({"view_id": id, "hash": hash, "view": form()})).await;
    assert_eq!(updated["ok"], true);
    let stale = slack(&world, "views.update", json!({"view_id": id, "hash": hash, "view": form()})).await;
    assert_eq!(stale["error"], "hash_conflict");
    // Nobody acknowledges that it was closed.
    impatient(&world);
    world.close_view("U0ALICE").await.unwrap();
    assert_eq!(slack(&world, "views.update", json!({"view_id": id, "view": form()})).await["error"], "not_found");
}

#[tokio::test]
async fn home_is_published_and_a_view_without_inputs_has_an_array_for_its_state() {
    let world = patient().await;
    let view = json!({"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*Hi*"}}]});
    let first = slack(&world, "views.publish", json!({"user_id": "U0ALICE", "view": view})).await;
    assert_eq!(first["view"]["state"]["values"], json!([]));
    let second =
        slack(&world, "views.publish", json!({"user_id": "U0ALICE", "view": view, "hash": first["view"]["hash"]}))
            .await;
    assert_eq!(second["view"]["id"], first["view"]["id"]);
    let stale =
        slack(&world, "views.publish", json!({"user_id": "U0ALICE", "view": view, "hash": first["view"]["hash"]}))
            .await;
    assert_eq!(stale["error"], "hash_conflict");
    assert_eq!(world.seen_home("U0ALICE").unwrap(), "*Hi*");
}

#[tokio::test]
async fn an_address_is_shown_only_with_its_scope() {
    let world = patient().await;
    let address =
        async || slack(&world, "users.info", json!({"user": "U0BOB"})).await["user"]["profile"]["email"].clone();
    assert_eq!(address().await, "bob@acme.example");
    world.change(|state| state.slack.scopes.retain(|scope| scope != "users:read.email"));
    assert_eq!(address().await, Value::Null);
}
