//! The control API: the page's view of the world, and its hands.

use serde_json::{Value, json};
use world::World;

use crate::bot::{Socket, card, patient, plain, slack};

async fn post(world: &World, path: &str, body: Value) -> (u16, Value) {
    let reply = reqwest::Client::new().post(format!("{}{path}", world.control_url())).json(&body).send().await.unwrap();
    let status = reply.status().as_u16();
    (status, reply.json().await.unwrap_or_default())
}

async fn get(world: &World, path: &str) -> Value {
    reqwest::get(format!("{}{path}", world.control_url())).await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_page_sees_everything_and_acts_as_a_person() {
    let world = patient().await;
    let mut socket = Socket::greeted(&world).await;
    slack(&world, "chat.postMessage", json!({"channel": "U0BOB", "text": "card", "blocks": card()})).await;
    let before = get(&world, "/control/state").await;
    let message = &before["slack"]["dms"]["U0BOB"]["messages"][0];
    assert!(message["seen"].as_str().unwrap().contains("[Approve]"));
    assert_eq!(
        (before["slack"]["sockets"].as_array().unwrap().len(), before["people"][0]["name"].as_str()),
        (1, Some("Alice Martin"))
    );
    let click = json!({"act": "click", "user": "U0BOB", "channel": message["channel"], "ts": message["ts"], "press": {"action_id": "approve"}});
    let ((status, clicked), ()) = tokio::join!(post(&world, "/control/act", click), async {
        let frame = socket.next().await.unwrap();
        socket.ack(&frame, None).await;
    });
    assert_eq!((status, clicked["timed_out"].as_bool()), (200, Some(false)));
    let (status, why) = post(&world, "/control/act", json!({"act": "submit", "user": "U0BOB"})).await;
    assert_eq!((status, why["error"].as_str()), (409, Some("U0BOB has no modal open")));
    let version = before["version"].as_u64().unwrap();
    assert!(get(&world, &format!("/control/changes?since={version}")).await["version"].as_u64().unwrap() > version);
    assert!(!before.to_string().contains(world::bot_token()));
}

#[tokio::test]
async fn a_change_ends_the_poll() {
    let world = patient().await;
    let version = world.version();
    let path = format!("/control/changes?since={version}");
    let (polled, ()) = tokio::join!(get(&world, &path), async { world.advance(1) });
    assert!(polled["version"].as_u64().unwrap() > version);
}

#[tokio::test]
async fn faults_vendors_members_and_the_clock_are_turned() {
    let world = patient().await;
    let fault = json!({"vendor": "okta", "matches": "PUT *", "what": {"kind": "rate_limited", "reset_in_secs": 5}, "times": {"count": 2}});
    let (_, added) = post(&world, "/control/faults", fault).await;
    assert_eq!(added["id"], 1);
    let gone = reqwest::Client::new().delete(format!("{}/control/faults/1", world.control_url())).send().await.unwrap();
    assert_eq!(gone.status().as_u16(), 204);
    assert!(get(&world, "/control/faults").await[0]["lifted"].as_bool().unwrap());
    post(&world, "/control/okta/members", json!({"did": "add", "group": "00gPRODRW", "user": "00uBOB", "who": "root"}))
        .await;
    assert_eq!(world.members("00gPRODRW"), ["00uBOB"]);
    assert_eq!(post(&world, "/control/vendors/okta/down", json!({})).await.0, 204);
    assert_eq!(get(&world, "/control/state").await["down"], json!(["okta"]));
    assert_eq!(post(&world, "/control/vendors/okta/up", json!({})).await.0, 204);
    assert_eq!(post(&world, "/control/clock", json!({"advance": 3600})).await.1["offset_secs"], 3600);
    let mut socket = Socket::greeted(&world).await;
    post(&world, "/control/sockets", json!({"order": "disconnect", "reason": "refresh_requested"})).await;
    assert_eq!(socket.next().await.unwrap()["reason"], "refresh_requested");
}

/// Alice has a form before her that is searched.
async fn with_search(world: &World, socket: &mut Socket) {
    let select = json!({"type": "external_select", "action_id": "access", "min_query_length": 0});
    let view = json!({
        "type": "modal", "title": plain("Ask"), "submit": plain("Send"),
        "blocks": [{"type": "input", "block_id": "access", "label": plain("Access"), "element": select}],
    });
    let (typed, ()) = tokio::join!(world.slash("U0ALICE", "/jit", ""), async {
        let frame = socket.next().await.unwrap();
        let trigger = frame["payload"]["trigger_id"].clone();
        slack(world, "views.open", json!({"trigger_id": trigger, "view": view})).await;
        socket.ack(&frame, None).await;
    });
    assert!(!typed.unwrap().timed_out);
}

#[tokio::test]
async fn a_search_shows_its_groups_and_is_filled_with_what_it_found() {
    let world = patient().await;
    let mut socket = Socket::greeted(&world).await;
    with_search(&world, &mut socket).await;
    let offered = json!({"option_groups": [{"label": plain("Fleet"), "options": [{"text": plain("Host 7"), "value": "fleet/7"}]}]});
    let block = json!({"user": "U0ALICE", "block_id": "access", "action_id": "access"});
    let with = |more: Value| {
        let mut body = block.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for act in [
        with(json!({"act": "options", "query": "host"})),
        with(json!({"act": "fill", "value": "fleet/7", "query": "host"})),
    ] {
        let ((status, came), asked) = tokio::join!(post(&world, "/control/act", act.clone()), async {
            let frame = socket.next().await.unwrap();
            socket.ack(&frame, Some(offered.clone())).await;
            frame["payload"]["value"].clone()
        });
        assert_eq!((status, asked.as_str()), (200, Some("host")), "{came}");
        if act["act"] == "options" {
            assert_eq!(came, offered);
        }
    }
    let held = world.open_view("U0ALICE").unwrap().values["access"]["access"].clone();
    assert_eq!(held["selected_option"]["value"], "fleet/7");
}

#[tokio::test]
async fn one_conversation_is_read_and_the_others_stay_unread() {
    let world = patient().await;
    world.change(|state| {
        state.slack.channel_mut("C0AUDIT").unwrap().members.push("U0BOB".into());
    });
    for channel in ["U0BOB", "C0AUDIT"] {
        slack(&world, "chat.postMessage", json!({"channel": channel, "text": "said"})).await;
    }
    let read = json!({"act": "read", "user": "U0BOB", "channel": "C0AUDIT"});
    assert_eq!(post(&world, "/control/act", read).await.0, 200);
    let unread =
        |of: Vec<world::slack::Message>| of.iter().any(|message| message.unread_by.contains(&"U0BOB".to_owned()));
    assert!(unread(world.messages("U0BOB")));
    assert!(!unread(world.channel_messages("C0AUDIT")));
}
