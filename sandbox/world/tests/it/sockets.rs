//! Socket Mode: routing, acknowledgements, disconnects, half-open lines.

use serde_json::{Value, json};
use world::slack::Outcome;
use world::{Company, Disconnect, Routing, Welcome, World};

use crate::bot::{Socket, patient};

fn typing(world: &World) -> tokio::task::JoinHandle<world::SlashAnswer> {
    let world = world.clone();
    tokio::spawn(async move { world.slash("U0ALICE", "/jit", "list").await.unwrap() })
}

#[tokio::test]
async fn both_kinds_of_bare_ack_are_taken_and_words_are_shown() {
    let world = patient().await;
    let mut socket = Socket::greeted(&world).await;
    for (payload, seen) in [(None, None), (Some(json!({})), None), (Some(json!({"text": "Saved."})), Some("Saved."))] {
        let typed = typing(&world);
        let frame = socket.next().await.unwrap();
        assert_eq!(
            (frame["type"].as_str(), frame["accepts_response_payload"].as_bool()),
            (Some("slash_commands"), Some(true))
        );
        socket.ack(&frame, payload).await;
        let answer = typed.await.unwrap();
        assert_eq!((answer.timed_out, answer.seen.as_deref()), (false, seen));
    }
    assert!(world.complaints().is_empty());
}

#[tokio::test]
async fn silence_and_absence_are_told_to_the_person() {
    let world = World::start(Company::acme()).await;
    let nobody = world.slash("U0ALICE", "/jit", "").await.unwrap();
    assert_eq!(nobody.seen.as_deref(), Some("/jit failed with the error \"dispatch_failed\""));
    let mut socket = Socket::greeted(&world).await;
    let typed = typing(&world);
    let frame = socket.next().await.unwrap();
    let silent = typed.await.unwrap();
    assert_eq!(silent.seen.as_deref(), Some("/jit failed with the error \"operation_timeout\""));
    socket.ack(&frame, Some(json!({"text": "late"}))).await;
    let late = world
        .until("the late acknowledgement", |state| {
            state.slack.envelopes.last().filter(|envelope| !envelope.acks.is_empty()).cloned()
        })
        .await;
    assert!(late.acks[0].late && late.reply().is_none() && late.outcome == Outcome::TimedOut);
}

#[tokio::test]
async fn envelopes_go_round_or_to_the_pinned_one() {
    let world = patient().await;
    let (mut one, mut two) = (Socket::greeted(&world).await, Socket::greeted(&world).await);
    let ids: Vec<u64> = world.connections().iter().map(|connection| connection.id).collect();
    let mut over = Vec::new();
    for _ in 0..2 {
        let typed = typing(&world);
        let frame = tokio::select! { frame = one.next() => frame, frame = two.next() => frame }.unwrap();
        one.ack(&frame, None).await;
        let answer = typed.await.unwrap();
        over.push(world.envelope(&answer.envelope_id).unwrap().sent_over[0]);
    }
    over.sort_unstable();
    assert_eq!(over, ids);
    world.change(|state| state.slack.routing = Routing::Pinned(ids[0]));
    for _ in 0..2 {
        let typed = typing(&world);
        let frame = one.next().await.unwrap();
        two.ack(&frame, None).await;
        assert!(!typed.await.unwrap().timed_out, "an acknowledgement counts over any connection");
    }
}

#[tokio::test]
async fn an_envelope_is_redelivered_with_the_same_id() {
    let world = patient().await;
    let (mut one, mut two) = (Socket::greeted(&world).await, Socket::greeted(&world).await);
    let ids: Vec<u64> = world.connections().iter().map(|connection| connection.id).collect();
    world.change(|state| state.slack.routing = Routing::Pinned(ids[0]));
    let typed = typing(&world);
    let first = one.next().await.unwrap();
    one.ack(&first, None).await;
    let answer = typed.await.unwrap();
    let again = tokio::spawn({
        let world = world.clone();
        async move { world.redeliver(&answer.envelope_id, Some(ids[1])).await }
    });
    let second = two.next().await.unwrap();
    assert_eq!(first, second);
    two.ack(&second, None).await;
    assert!(!again.await.unwrap().unwrap().late);
}

#[tokio::test]
async fn disconnects_of_every_kind_are_heard() {
    let world = patient().await;
    let mut socket = Socket::greeted(&world).await;
    world.disconnect(None, Disconnect::Warning);
    assert_eq!(socket.next().await.unwrap()["reason"], "warning");
    assert!(world.connections()[0].takes_envelopes, "envelopes still come after a warning");
    world.disconnect(None, Disconnect::RefreshRequested);
    assert_eq!(socket.next().await.unwrap()["reason"], "refresh_requested");
    assert!(!world.connections()[0].takes_envelopes);
    world.disconnect(None, Disconnect::LinkDisabled);
    assert_eq!(socket.next().await.unwrap()["reason"], "link_disabled");
    assert_eq!(socket.next().await, None);
    let mut dropped = Socket::greeted(&world).await;
    world.drop_sockets(None);
    assert_eq!(dropped.next().await, None);
    world.until_unconnected().await;
    world.welcome(Welcome::AcceptThenClose);
    assert_eq!(Socket::open(&world).await.next().await, None);
}

#[tokio::test]
async fn the_eleventh_connection_is_one_too_many_and_a_ticket_is_good_once() {
    let world = patient().await;
    let mut open = Vec::new();
    for _ in 0..10 {
        open.push(Socket::greeted(&world).await);
    }
    let mut more = Socket::open(&world).await;
    assert_eq!(more.next().await.unwrap()["reason"], "too_many_websockets");
    assert_eq!(more.next().await, None);
    let request = reqwest::Client::new().post(format!("{}/apps.connections.open", world.slack_api_url()));
    let opened: Value = request.bearer_auth(world::app_token()).send().await.unwrap().json().await.unwrap();
    let url = opened["url"].as_str().unwrap();
    let first = tokio_tungstenite::connect_async(url).await;
    assert!(first.is_ok());
    assert!(tokio_tungstenite::connect_async(url).await.is_err());
}

#[tokio::test]
async fn an_event_says_its_retries_and_wrong_acks_are_complained_of() {
    let world = World::start(Company::acme()).await;
    let mut socket = Socket::greeted(&world).await;
    let opened = tokio::spawn({
        let world = world.clone();
        async move { world.open_home("U0ALICE").await.unwrap() }
    });
    let first = socket.next().await.unwrap();
    assert_eq!(
        (first["retry_attempt"].as_u64(), first["payload"]["event"]["type"].as_str()),
        (Some(0), Some("app_home_opened"))
    );
    let second = socket.next().await.unwrap();
    assert_eq!((second["retry_attempt"].as_u64(), second["retry_reason"].as_str()), (Some(1), Some("timeout")));
    assert_eq!(first["payload"]["event_id"], second["payload"]["event_id"]);
    socket.ack(&second, Some(json!({"text": "no"}))).await;
    assert!(opened.await.unwrap().acked);
    socket.ack(&json!({"envelope_id": "unknown"}), None).await;
    world.until("two complaints", |state| (state.slack.complaints.len() == 2).then_some(())).await;
}
