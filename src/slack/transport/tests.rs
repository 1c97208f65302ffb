//! The transport against real sockets whose other end is the test.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{FutureExt, SinkExt, StreamExt, future::pending};
use serde_json::{Value, json};
use tokio::{sync::Notify, task::JoinHandle};
use tokio_tungstenite::tungstenite::Message;

use super::*;
use crate::slack::{
    error::SlackCode,
    fake::{APP_TOKEN, Answer, BOT_TOKEN, FakeApi, FakeSockets, Logs, PATIENCE, Peer, TICKET, contracts},
};

/// Nothing is late on a busy machine, unless the test is about lateness.
fn timing() -> Timing {
    Timing {
        open_within: PATIENCE,
        answer_within: PATIENCE,
        ping_every: Duration::from_secs(60),
        backoff_from: Duration::from_millis(20),
        backoff_cap: Duration::from_millis(400),
        proven_after: Duration::ZERO,
        retire_within: Duration::from_secs(60),
        drain_within: Duration::from_secs(10),
        ..Timing::default()
    }
}

/// For handlers that do not answer in time.
fn hurried() -> Timing {
    Timing { answer_within: Duration::from_secs(1), ..timing() }
}

/// For servers that do not answer in time.
fn brisk() -> Timing {
    Timing { open_within: Duration::from_secs(1), ..timing() }
}

/// A handler that does what the envelope's id says.
#[derive(Clone, Default)]
struct Desk {
    release: Arc<Notify>,
    seen: Arc<std::sync::Mutex<Vec<Envelope>>>,
    finished: Arc<Notify>,
}

impl Desk {
    fn handler(&self) -> Handler {
        let desk = self.clone();
        let words = NotDone {
            submission: "Not saved yet: press again".to_owned(),
            command: "Not done: try again".to_owned(),
            unbegun: "This could not be saved".to_owned(),
        };
        Handler {
            answer: Arc::new(move |envelope| desk.clone().answer(envelope).boxed()),
            fallback: Arc::new(move |envelope, why| not_done(envelope, why, &words)),
        }
    }

    async fn answer(self, envelope: Envelope) -> Ack {
        let id = envelope.id.as_str().to_owned();
        self.seen.lock().unwrap().push(envelope);
        match id.split('-').next().unwrap() {
            "slow" => {
                self.release.notified().await;
                self.finished.notify_one();
                Ack::Payload(json!({ "text": "slow" }))
            }
            "never" => pending().await,
            "panic" => panic!("as asked"),
            "nothing" => Ack::Nothing,
            "text" => Ack::Payload(json!({ "text": "opening", "response_type": "ephemeral" })),
            _ => Ack::Bare,
        }
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|envelope| envelope.id.to_string()).collect()
    }
}

/// A transport that runs until it is told to stop.
struct Running {
    state: watch::Receiver<SocketState>,
    stop: Option<oneshot::Sender<()>>,
    done: JoinHandle<()>,
}

impl Running {
    fn start(api: &FakeApi, handler: Handler, timing: Timing) -> Self {
        let transport = Transport::new(Arc::new(api.client()), handler, timing, StdRng::seed_from_u64(7));
        let (stop, stopped) = oneshot::channel();
        let state = transport.state();
        let done = tokio::spawn(transport.run(async { drop(stopped.await) }));
        Self { state, stop: Some(stop), done }
    }

    fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    async fn until(&mut self, met: impl FnMut(&SocketState) -> bool) -> SocketState {
        let state = clock::timeout(PATIENCE, self.state.wait_for(met)).await;
        state.expect("the state never came").unwrap().clone()
    }
}

async fn greeted(sockets: &mut FakeSockets) -> Peer {
    let mut peer = sockets.next().await;
    say(&mut peer, json!({ "type": "hello", "num_connections": 1 })).await;
    peer
}

async fn two_sockets(desk: &Desk, timing: Timing) -> (FakeSockets, FakeApi, Running, Peer, Peer) {
    let mut sockets = FakeSockets::start().await;
    let api = sockets.api().await;
    let mut running = Running::start(&api, desk.handler(), timing);
    let (one, two) = (greeted(&mut sockets).await, greeted(&mut sockets).await);
    running.until(|state| state.connected == 2).await;
    (sockets, api, running, one, two)
}

async fn say(peer: &mut Peer, frame: Value) {
    peer.send(Message::text(frame.to_string())).await.unwrap();
}

/// The next text; the bot's pings are answered on the way.
async fn hear(peer: &mut Peer) -> String {
    let text = async {
        loop {
            if let Message::Text(text) = peer.next().await.unwrap().unwrap() {
                return text.to_string();
            }
        }
    };
    clock::timeout(PATIENCE, text).await.expect("no ack came")
}

fn command(id: &str) -> Value {
    json!({
        "envelope_id": id, "type": "slash_commands", "accepts_response_payload": true,
        "payload": { "command": "/jit", "text": "", "trigger_id": "1.2.a" },
    })
}

fn submission(id: &str) -> Value {
    let values = json!({ "duration": {}, "justification": {} });
    json!({
        "envelope_id": id, "type": "interactive", "accepts_response_payload": true,
        "payload": { "type": "view_submission", "view": { "state": { "values": values } } },
    })
}

fn click(id: &str) -> Value {
    json!({
        "envelope_id": id, "type": "interactive", "accepts_response_payload": false,
        "payload": { "type": "block_actions", "state": { "values": [] }, "team": null, "user": { "team_id": "T1" } },
    })
}

#[tokio::test]
async fn acks_are_written_exactly_so() {
    let (_sockets, _api, _running, mut one, _two) = two_sockets(&Desk::default(), timing()).await;
    say(&mut one, command("bare-1")).await;
    assert_eq!(hear(&mut one).await, r#"{"envelope_id":"bare-1"}"#);
    say(&mut one, command("text-1")).await;
    let said = json!({ "envelope_id": "text-1", "payload": { "response_type": "ephemeral", "text": "opening" } });
    assert_eq!(hear(&mut one).await.parse::<Value>().unwrap(), said);
    // Slack takes no payload for this one: the answer goes bare.
    let mut deaf = command("text-2");
    deaf["accepts_response_payload"] = json!(false);
    say(&mut one, deaf).await;
    assert_eq!(hear(&mut one).await, r#"{"envelope_id":"text-2"}"#);
    // Of a form it goes nowhere, and Slack says so itself: bare, its errors would be a success.
    for accepts in [json!(false), Value::Null] {
        let mut deaf = submission(&format!("text-{accepts}"));
        deaf["accepts_response_payload"] = accepts;
        say(&mut one, deaf).await;
    }
    say(&mut one, command("nothing-1")).await;
    say(&mut one, command("bare-2")).await;
    assert_eq!(hear(&mut one).await, r#"{"envelope_id":"bare-2"}"#);
}

#[tokio::test]
async fn a_slow_handler_delays_nobody() {
    let desk = Desk::default();
    let (_sockets, _api, _running, mut one, _two) = two_sockets(&desk, timing()).await;
    say(&mut one, command("slow-1")).await;
    say(&mut one, command("bare-1")).await;
    assert_eq!(hear(&mut one).await, r#"{"envelope_id":"bare-1"}"#);
    desk.release.notify_one();
    assert_eq!(hear(&mut one).await, r#"{"envelope_id":"slow-1","payload":{"text":"slow"}}"#);
}

#[tokio::test]
async fn a_panic_is_answered_with_the_fallback_and_the_next_is_fine() {
    let (_sockets, _api, _running, mut one, _two) = two_sockets(&Desk::default(), timing()).await;
    say(&mut one, submission("panic-1")).await;
    let errors = json!({ "justification": "Not saved yet: press again" });
    let said = json!({ "envelope_id": "panic-1", "payload": { "response_action": "errors", "errors": errors } });
    assert_eq!(hear(&mut one).await.parse::<Value>().unwrap(), said);
    say(&mut one, command("bare-1")).await;
    assert_eq!(hear(&mut one).await, r#"{"envelope_id":"bare-1"}"#);
}

#[tokio::test]
async fn a_handler_that_never_ends_is_answered_at_the_deadline_and_never_with_a_success() {
    let (_sockets, _api, _running, mut one, _two) = two_sockets(&Desk::default(), hurried()).await;
    let began = clock::elapsed();
    say(&mut one, command("never-1")).await;
    assert_eq!(
        hear(&mut one).await,
        r#"{"envelope_id":"never-1","payload":{"response_type":"ephemeral","text":"Not done: try again"}}"#
    );
    assert!(clock::elapsed() - began >= hurried().answer_within);
    // A click gets none at all, nor a submission that takes no payload: bare they would say "done".
    let mut deaf = submission("never-2");
    deaf["accepts_response_payload"] = json!(false);
    say(&mut one, click("never-3")).await;
    say(&mut one, deaf).await;
    say(&mut one, command("never-4")).await;
    let next: Value = serde_json::from_str(&hear(&mut one).await).unwrap();
    assert_eq!(next["envelope_id"], "never-4");
}

#[tokio::test]
async fn a_handler_works_on_after_its_deadline() {
    let desk = Desk::default();
    let (_sockets, _api, _running, mut one, _two) = two_sockets(&desk, hurried()).await;
    say(&mut one, submission("slow-1")).await;
    assert!(hear(&mut one).await.contains("Not saved yet"));
    desk.release.notify_one();
    clock::timeout(PATIENCE, desk.finished.notified()).await.expect("the handler was cut off");
    // Its answer is dropped: the next ack is another's.
    say(&mut one, command("bare-1")).await;
    assert_eq!(hear(&mut one).await, r#"{"envelope_id":"bare-1"}"#);
}

#[tokio::test]
async fn a_panicking_fallback_costs_only_its_own_ack() {
    let desk = Desk::default();
    let handler = Handler { fallback: Arc::new(|_, _| panic!("as asked")), ..desk.handler() };
    let mut sockets = FakeSockets::start().await;
    let api = sockets.api().await;
    let _running = Running::start(&api, handler, timing());
    let mut one = greeted(&mut sockets).await;
    say(&mut one, command("bare-1")).await;
    assert_eq!(hear(&mut one).await, r#"{"envelope_id":"bare-1"}"#);
    say(&mut one, command("panic-1")).await;
    say(&mut one, command("bare-2")).await;
    assert_eq!(hear(&mut one).await, r#"{"envelope_id":"bare-2"}"#);
}

#[tokio::test]
async fn an_announced_end_is_overlapped() {
    for reason in ["warning", "refresh_requested", "something_new"] {
        let desk = Desk::default();
        let (mut sockets, _api, mut running, mut old, _two) = two_sockets(&desk, timing()).await;
        say(&mut old, command("slow-1")).await;
        say(&mut old, json!({ "type": "disconnect", "reason": reason })).await;
        let mut new = greeted(&mut sockets).await;
        let state = running.until(|state| state.connected == 3).await;
        assert_eq!(state.last_fault, None, "{reason}");
        // A second announcement changes nothing; what comes late is answered where it came.
        say(&mut old, json!({ "type": "disconnect", "reason": "refresh_requested" })).await;
        say(&mut old, command("bare-late")).await;
        assert_eq!(hear(&mut old).await, r#"{"envelope_id":"bare-late"}"#);
        desk.release.notify_one();
        assert_eq!(hear(&mut old).await, r#"{"envelope_id":"slow-1","payload":{"text":"slow"}}"#);
        old.close(None).await.unwrap();
        running.until(|state| state.connected == 2).await;
        say(&mut new, command("bare-new")).await;
        assert_eq!(hear(&mut new).await, r#"{"envelope_id":"bare-new"}"#);
    }
}

#[tokio::test]
async fn an_announced_end_that_does_not_come_is_made() {
    let short = Timing { retire_within: Duration::from_millis(100), ..timing() };
    let (mut sockets, _api, mut running, mut old, _two) = two_sockets(&Desk::default(), short).await;
    say(&mut old, json!({ "type": "disconnect", "reason": "warning" })).await;
    // Another hello takes nothing of it back.
    say(&mut old, json!({ "type": "hello" })).await;
    let _new = greeted(&mut sockets).await;
    let over = clock::timeout(PATIENCE, async { while let Some(Ok(_)) = old.next().await {} }).await;
    over.expect("the old socket stays open");
    running.until(|state| state.connected == 2).await;
}

#[tokio::test]
async fn an_ack_whose_socket_is_gone_takes_the_other() {
    let desk = Desk::default();
    let (_sockets, _api, mut running, mut one, mut two) = two_sockets(&desk, timing()).await;
    say(&mut one, command("slow-1")).await;
    say(&mut one, command("bare-1")).await;
    hear(&mut one).await;
    drop(one);
    running.until(|state| state.connected == 1).await;
    desk.release.notify_one();
    assert_eq!(hear(&mut two).await, r#"{"envelope_id":"slow-1","payload":{"text":"slow"}}"#);
}

#[tokio::test]
async fn an_envelope_in_flight_twice_is_worked_on_once() {
    let desk = Desk::default();
    let (_sockets, _api, _running, mut one, mut two) = two_sockets(&desk, timing()).await;
    say(&mut one, command("slow-1")).await;
    say(&mut one, command("bare-1")).await;
    hear(&mut one).await;
    say(&mut two, command("slow-1")).await;
    say(&mut two, command("bare-2")).await;
    hear(&mut two).await;
    desk.release.notify_one();
    let answer = r#"{"envelope_id":"slow-1","payload":{"text":"slow"}}"#;
    assert_eq!(hear(&mut one).await, answer);
    assert_eq!(hear(&mut two).await, answer);
    assert_eq!(desk.seen(), ["slow-1", "bare-1", "bare-2"]);
}

#[tokio::test]
async fn a_server_that_accepts_and_closes_is_asked_ever_more_seldom() {
    let mut sockets = FakeSockets::start().await;
    let api = sockets.api().await;
    let unproven = Timing { proven_after: Duration::from_secs(60), ..timing() };
    let began = clock::elapsed();
    let _running = Running::start(&api, Desk::default().handler(), unproven);
    for _ in 0..12 {
        greeted(&mut sockets).await.close(None).await.unwrap();
    }
    // Six attempts of one of the two sockets: at least half of 20 + 40 + 80 + 160 + 320 ms.
    assert!(clock::elapsed() - began >= Duration::from_millis(310));
    assert!(api.calls().len() <= 14, "{} opens", api.calls().len());
}

#[tokio::test]
async fn a_hanging_open_is_given_up() {
    let mut sockets = FakeSockets::start().await;
    let (url, count) = (sockets.url.clone(), AtomicUsize::new(0));
    let api = FakeApi::start(move |_| match count.fetch_add(1, Ordering::Relaxed) {
        0..2 => Answer::Hang,
        _ => Answer::Json(json!({ "ok": true, "url": url })),
    });
    let api = api.await;
    let mut running = Running::start(&api, Desk::default().handler(), brisk());
    running.until(|state| state.last_fault.is_some()).await;
    let _peers = (greeted(&mut sockets).await, greeted(&mut sockets).await);
    running.until(|state| state.connected == 2).await;
}

#[tokio::test]
async fn a_hanging_handshake_is_given_up() {
    let mut sockets = FakeSockets::start().await;
    // It takes connections and never says a word.
    let mute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (mute_url, count) = (format!("ws://{}/", mute.local_addr().unwrap()), AtomicUsize::new(0));
    let url = sockets.url.clone();
    let api = FakeApi::start(move |_| {
        let first = count.fetch_add(1, Ordering::Relaxed) < 2;
        Answer::Json(json!({ "ok": true, "url": if first { &mute_url } else { &url } }))
    });
    let api = api.await;
    let mut running = Running::start(&api, Desk::default().handler(), brisk());
    running.until(|state| state.last_fault == Some(SocketFault::Late)).await;
    let _peers = (greeted(&mut sockets).await, greeted(&mut sockets).await);
    running.until(|state| state.connected == 2).await;
}

#[tokio::test]
async fn a_socket_without_hello_is_given_up() {
    let mut sockets = FakeSockets::start().await;
    let api = sockets.api().await;
    let mut running = Running::start(&api, Desk::default().handler(), brisk());
    let _mute = (sockets.next().await, sockets.next().await);
    let state = running.until(|state| state.last_fault.is_some()).await;
    assert_eq!(state, SocketState { connected: 0, last_hello: None, last_fault: Some(SocketFault::Late) });
    let _peers = (greeted(&mut sockets).await, greeted(&mut sockets).await);
    running.until(|state| state.connected == 2).await;
}

#[tokio::test]
async fn a_broken_connection_is_replaced() {
    let (mut sockets, _api, mut running, one, _two) = two_sockets(&Desk::default(), timing()).await;
    // A reset, not a farewell.
    one.get_ref().set_zero_linger().unwrap();
    drop(one);
    let state = running.until(|state| state.connected == 1).await;
    assert!(state.last_hello.is_some());
    running.until(|state| state.last_fault == Some(SocketFault::Broken)).await;
    let _new = greeted(&mut sockets).await;
    let state = running.until(|state| state.connected == 2).await;
    assert_eq!(state.last_fault, None);
}

#[tokio::test]
async fn a_silent_connection_is_replaced() {
    let quick = Timing { ping_every: Duration::from_millis(250), ..timing() };
    let mut sockets = FakeSockets::start().await;
    let api = sockets.api().await;
    let mut running = Running::start(&api, Desk::default().handler(), quick);
    // Nobody reads these two: pings find no answer.
    let _deaf = (greeted(&mut sockets).await, greeted(&mut sockets).await);
    running.until(|state| state.last_fault == Some(SocketFault::Silent)).await;
    let mut alive = greeted(&mut sockets).await;
    // This one is read, and lives through more pings than may be missed.
    let mut pings = 0;
    while pings < 8 {
        let message = clock::timeout(PATIENCE, alive.next()).await.unwrap();
        assert!(matches!(message, Some(Ok(Message::Ping(_)))), "{message:?}");
        pings += 1;
    }
}

/// So long a drain cannot be one that waits for nothing.
const LONG_DRAIN: Duration = Duration::from_millis(50);

#[tokio::test]
async fn a_stop_lets_work_end_and_takes_no_more() {
    let desk = Desk::default();
    let (_sockets, api, mut running, mut one, mut two) = two_sockets(&desk, timing()).await;
    say(&mut one, command("slow-1")).await;
    say(&mut one, command("bare-1")).await;
    hear(&mut one).await;
    running.stop();
    // When the drain has begun cannot be seen from outside: what comes meanwhile is answered either way.
    let mut sent = 0;
    let mut refused_at = None;
    while refused_at.is_none_or(|at| clock::elapsed() - at < LONG_DRAIN) {
        say(&mut two, submission(&format!("bare-{sent}"))).await;
        let refused = hear(&mut two).await.contains("This could not be saved");
        assert!(refused || refused_at.is_none(), "work is taken again");
        refused_at = refused_at.or_else(|| refused.then(clock::elapsed));
        sent += 1;
        assert!(sent < 100_000, "work is still taken");
    }
    desk.release.notify_one();
    assert_eq!(hear(&mut one).await, r#"{"envelope_id":"slow-1","payload":{"text":"slow"}}"#);
    for peer in [&mut one, &mut two] {
        let message = clock::timeout(PATIENCE, peer.next()).await.unwrap();
        assert!(matches!(message, Some(Ok(Message::Close(_)))), "{message:?}");
        let _ = peer.next().await;
    }
    clock::timeout(PATIENCE, running.done).await.expect("it does not stop").unwrap();
    assert_eq!(running.state.borrow().connected, 0);
    assert_eq!(api.calls().len(), 2, "sockets are opened after the stop");
}

#[tokio::test]
async fn a_stop_waits_for_work_past_its_deadline_too() {
    let desk = Desk::default();
    let (_sockets, _api, mut running, mut one, mut two) = two_sockets(&desk, hurried()).await;
    say(&mut one, submission("slow-1")).await;
    assert!(hear(&mut one).await.contains("Not saved yet"));
    running.stop();
    let began = clock::elapsed();
    while clock::elapsed() - began < LONG_DRAIN {
        say(&mut two, command("bare-1")).await;
        hear(&mut two).await;
    }
    assert!(!running.done.is_finished());
    desk.release.notify_one();
    clock::timeout(PATIENCE, desk.finished.notified()).await.expect("the handler was cut off");
    drop((one, two));
    clock::timeout(PATIENCE, running.done).await.expect("it does not stop").unwrap();
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let short = Timing { drain_within: Duration::from_millis(50), ..timing() };
    let (_sockets, _api, mut running, mut one, _deaf) = two_sockets(&Desk::default(), short).await;
    say(&mut one, command("never-1")).await;
    say(&mut one, command("bare-1")).await;
    hear(&mut one).await;
    running.stop();
    clock::timeout(PATIENCE, running.done).await.expect("it does not stop").unwrap();
}

#[tokio::test]
async fn payloads_are_mended_on_their_way() {
    let desk = Desk::default();
    let (_sockets, _api, _running, mut one, _two) = two_sockets(&desk, timing()).await;
    say(&mut one, click("bare-1")).await;
    hear(&mut one).await;
    let payload = desk.seen.lock().unwrap()[0].payload.clone();
    assert_eq!(payload["state"]["values"], json!({}));
    assert_eq!(payload["team"], json!({ "id": "T1" }));
}

#[tokio::test]
async fn what_cannot_be_read_stops_nothing() {
    let (_sockets, _api, _running, mut one, _two) = two_sockets(&Desk::default(), timing()).await;
    one.send(Message::text("")).await.unwrap();
    one.send(Message::binary(vec![0xff, 0])).await.unwrap();
    one.send(Message::text("[".repeat(100_000))).await.unwrap();
    one.send(Message::text(r#"{"envelope_id":"awaited","type":"interactive","payload":"#)).await.unwrap();
    one.send(Message::text(r#"{"envelope_id": "idle", "type":"events_api","payload":7}"#)).await.unwrap();
    assert_eq!(hear(&mut one).await, r#"{"envelope_id":"idle"}"#);
    say(&mut one, command("bare-1")).await;
    assert_eq!(hear(&mut one).await, r#"{"envelope_id":"bare-1"}"#);
}

#[tokio::test]
async fn what_people_must_mend_shows_in_the_state() {
    let open = |reply: Value| async move {
        let api = FakeApi::start(move |_| Answer::Json(reply.clone())).await;
        let mut running = Running::start(&api, Desk::default().handler(), timing());
        running.until(|state| state.last_fault.is_some()).await.last_fault.unwrap()
    };
    let refused = SlackError::Auth { code: SlackCode::InvalidAuth, scope: None };
    assert_eq!(open(json!({ "ok": false, "error": "invalid_auth" })).await, SocketFault::Open(refused));
    // A plain socket to somewhere else, and no socket's address at all.
    for url in ["ws://slack.example/link", "http://slack.example/", "file:///etc/passwd"] {
        let fault = open(json!({ "ok": true, "url": url })).await;
        assert!(matches!(fault, SocketFault::Open(SlackError::Rejected { .. })), "{url}: {fault:?}");
    }
    for (reason, fault) in
        [("link_disabled", SocketFault::LinkDisabled), ("too_many_websockets", SocketFault::TooManySockets)]
    {
        let (_sockets, _api, mut running, mut one, _two) = two_sockets(&Desk::default(), timing()).await;
        say(&mut one, json!({ "type": "disconnect", "reason": reason })).await;
        running.until(|state| state.last_fault == Some(fault.clone())).await;
    }
}

#[tokio::test]
async fn neither_tokens_nor_tickets_nor_words_are_logged() {
    let (logs, _guard) = Logs::listen();
    let (mut sockets, _api, mut running, mut one, two) = two_sockets(&Desk::default(), timing()).await;
    one.send(Message::text(r#"{"envelope_id":"x","payload":"SECRETWORDS"}"#)).await.unwrap();
    let mut secret = submission("panic-1");
    secret["payload"]["words"] = json!("SECRETWORDS");
    say(&mut one, secret).await;
    hear(&mut one).await;
    two.get_ref().set_zero_linger().unwrap();
    drop(two);
    let _new = greeted(&mut sockets).await;
    drop(sockets);
    drop(one);
    running.until(|state| state.last_fault == Some(SocketFault::Handshake)).await;
    let text = logs.text();
    assert!(text.contains("a handler panicked") && text.contains("handshake failed"), "nothing was logged: {text}");
    for secret in [BOT_TOKEN, APP_TOKEN, TICKET, "SECRETWORDS"] {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
}

#[tokio::test]
async fn acks_are_those_that_official_clients_send() {
    let Some(contracts) = contracts() else { return };
    let path = format!("{contracts}/slack/wire/acks.json");
    let recorded: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let clients = recorded.as_object().unwrap().values().filter_map(Value::as_object);
    let acks: Vec<Value> =
        clients.flat_map(serde_json::Map::values).filter(|ack| ack.get("envelope_id").is_some()).cloned().collect();
    assert!(acks.len() >= 12, "{} acks recorded", acks.len());
    for (n, ack) in acks.into_iter().enumerate() {
        let payload = ack.get("payload").cloned();
        let handler = Handler {
            answer: Arc::new(move |_| {
                let ack = payload.clone().map_or(Ack::Bare, Ack::Payload);
                std::future::ready(ack).boxed()
            }),
            fallback: Arc::new(|_, _| Ack::Nothing),
        };
        let mut sockets = FakeSockets::start().await;
        let api = sockets.api().await;
        let _running = Running::start(&api, handler, timing());
        let mut peer = greeted(&mut sockets).await;
        say(&mut peer, command(ack["envelope_id"].as_str().unwrap())).await;
        let heard: Value = serde_json::from_str(&hear(&mut peer).await).unwrap();
        assert_eq!(heard, ack, "ack {n}");
    }
}
