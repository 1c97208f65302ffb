//! A Slack for the tests of this room: real HTTP and real WebSockets on ports of their own, scripted by the test.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_tungstenite::{WebSocketStream, accept_async};
use tracing::{
    Dispatch,
    subscriber::{DefaultGuard, NoSubscriber},
};
use tracing_subscriber::fmt::MakeWriter;
use url::Url;

use super::client::SlackClient;
use crate::clock;

/// What the tests look for where it must not be.
pub(super) const BOT_TOKEN: &str = "xoxb-1-2-SECRETBOT";
pub(super) const APP_TOKEN: &str = "xapp-1-A-2-SECRETAPP";
pub(super) const TICKET: &str = "SECRETTICKET";

/// The folder of the vendors' schemas, if there is one. Where `JITNEY_REQUIRE` names `contracts` there must be.
pub(super) fn contracts() -> Option<String> {
    let folder = std::env::var("JITNEY_CONTRACTS").ok();
    let required = std::env::var("JITNEY_REQUIRE").is_ok_and(|names| names.split(',').any(|name| name == "contracts"));
    assert!(folder.is_some() || !required, "JITNEY_CONTRACTS is not set, and JITNEY_REQUIRE asks for the contracts");
    if folder.is_none() {
        println!("skipped: JITNEY_CONTRACTS is not set");
    }
    folder
}

/// Longer than anything here takes, shorter than anyone's patience.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// A call as it came over the wire.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) verb: Method,
    pub(super) method: String,
    pub(super) token: Option<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Value,
}

/// What it is answered.
pub(super) enum Answer {
    Json(Value),
    With(StatusCode, Vec<(&'static str, String)>, String),
    /// Nothing, ever.
    Hang,
}

type Script = Arc<dyn Fn(&Call) -> Answer + Send + Sync>;

pub(super) struct FakeApi {
    pub(super) url: Url,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl FakeApi {
    pub(super) async fn start(script: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/api", listener.local_addr().unwrap())).unwrap();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let script: Script = Arc::new(script);
        let router = Router::new().fallback(answer).with_state((script, Arc::clone(&calls)));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, calls }
    }

    pub(super) fn client(&self) -> SlackClient {
        client(&self.url)
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    pub(super) fn last(&self) -> Call {
        self.calls().pop().expect("no call came")
    }
}

pub(super) fn client(url: &Url) -> SlackClient {
    client_within(url, PATIENCE)
}

/// A client that is in a hurry.
pub(super) fn client_within(url: &Url, deadline: Duration) -> SlackClient {
    let (bot, app) = (SecretString::from(BOT_TOKEN), SecretString::from(APP_TOKEN));
    SlackClient::new(url, &bot, &app, deadline).unwrap()
}

async fn answer(
    State((script, calls)): State<(Script, Arc<Mutex<Vec<Call>>>)>,
    verb: Method,
    uri: Uri,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    let call = Call {
        verb,
        method: uri.path().trim_start_matches("/api/").to_owned(),
        token: bearer.map(|value| value.trim_start_matches("Bearer ").to_owned()),
        query,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    };
    calls.lock().unwrap().push(call.clone());
    match script(&call) {
        Answer::Json(body) => axum::Json(body).into_response(),
        Answer::With(status, headers, body) => {
            let mut response = (status, body).into_response();
            for (name, value) in headers {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            response
        }
        Answer::Hang => std::future::pending().await,
    }
}

/// Answers every connection with these very bytes and closes it.
pub(super) async fn raw_api(bytes: &'static str) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/api", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = [0; 8_192];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(bytes.as_bytes()).await;
        }
    });
    url
}

/// The other end of one of the bot's sockets.
pub(super) type Peer = WebSocketStream<TcpStream>;

/// Where sockets are opened: each one is handed to the test as it comes.
pub(super) struct FakeSockets {
    pub(super) url: String,
    peers: mpsc::UnboundedReceiver<Peer>,
}

impl FakeSockets {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/link?ticket={TICKET}", listener.local_addr().unwrap());
        let (send, peers) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let Ok(peer) = accept_async(stream).await else {
                    continue;
                };
                if send.send(peer).is_err() {
                    return;
                }
            }
        });
        Self { url, peers }
    }

    pub(super) async fn next(&mut self) -> Peer {
        let peer = clock::timeout(PATIENCE, self.peers.recv()).await;
        peer.expect("no socket was opened").unwrap()
    }

    /// A Web API that hands out this address and answers all else with `ok`.
    pub(super) async fn api(&self) -> FakeApi {
        let url = self.url.clone();
        FakeApi::start(move |_| Answer::Json(json!({ "ok": true, "url": url }))).await
    }
}

/// Everything that is logged on this thread, at any level, until the guard is dropped.
#[derive(Clone, Default)]
pub(super) struct Logs(Arc<Mutex<Vec<u8>>>);

impl Logs {
    pub(super) fn listen() -> (Self, Listening) {
        // Where there is one dispatcher only, `tracing` lets whichever thread comes first, listening or not, decide for
        // all whether a place logs. A second one makes it ask.
        let second = Dispatch::new(NoSubscriber::new());
        let logs = Self::default();
        let subscriber =
            tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(logs.clone()).finish();
        let guard = tracing::subscriber::set_default(subscriber);
        (logs, Listening { _guard: guard, _second: second })
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Ends the listening when it is dropped.
pub(super) struct Listening {
    _guard: DefaultGuard,
    _second: Dispatch,
}

impl std::io::Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Logs {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
