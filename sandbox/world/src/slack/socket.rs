//! Socket Mode's connections: `apps.connections.open`, hello, pings, disconnects of every kind, several at once.
//!
//! Page: docs.slack.dev/apis/events-api/using-socket-mode. Law: an envelope goes to one connection, any of them.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State as Extract};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::web::{Answer, Args, no};
use crate::clock::pause;
use crate::state::State;
use crate::world::World;

/// Connections an app may hold; one more is told `too_many_websockets`.
const MOST: usize = 10;

/// Slack pings often; the bot's own pings are answered by the protocol.
const PING_EVERY: Duration = Duration::from_secs(5);

/// Between a `disconnect` that warns and the close.
const GRACE: Duration = Duration::from_secs(10);

/// How envelopes are spread over connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Routing {
    /// One after the other.
    RoundRobin,
    /// Any of them; the same world repeats itself.
    Random,
    /// Always this one, while it lives.
    Pinned(u64),
}

/// Reasons of a `disconnect` message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disconnect {
    /// About 10 s before the close; envelopes still come.
    Warning,
    /// A new connection is wanted now; no more envelopes come here, it closes 10 s later.
    RefreshRequested,
    /// Socket Mode was turned off; closes at once.
    LinkDisabled,
}

impl Disconnect {
    fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::RefreshRequested => "refresh_requested",
            Self::LinkDisabled => "link_disabled",
        }
    }
}

/// What happens to those who connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Welcome {
    /// Hello and all that follows.
    #[default]
    Hello,
    /// The handshake succeeds and the connection closes at once.
    AcceptThenClose,
    /// The handshake is never answered.
    HangOnOpen,
    /// The handshake succeeds and nothing is ever said.
    Mute,
}

/// One open connection.
#[derive(Debug, Clone, Serialize)]
pub struct Connection {
    /// Ascends by one for each connection ever opened.
    pub id: u64,
    /// A disconnect was announced on it.
    pub leaving: bool,
    /// Envelopes may be sent here.
    pub takes_envelopes: bool,
    /// Acknowledgements that came over it.
    pub acks: u64,
}

#[derive(Debug)]
enum Order {
    Text(String),
    /// Goodbye after the grace.
    CloseLater,
    Close,
    Drop,
    Freeze,
}

#[derive(Debug, Default)]
pub(crate) struct Sockets {
    open: Vec<(Connection, mpsc::UnboundedSender<Order>)>,
    tickets: BTreeSet<String>,
    turn: u64,
    last_id: u64,
    pub(crate) welcome: Welcome,
}

impl Sockets {
    pub(crate) fn list(&self) -> Vec<Connection> {
        self.open.iter().map(|(connection, _)| connection.clone()).collect()
    }

    /// The connection that gets the next envelope.
    pub(crate) fn pick(&mut self, routing: Routing) -> Option<u64> {
        let able: Vec<u64> = self
            .open
            .iter()
            .filter(|(connection, _)| connection.takes_envelopes)
            .map(|(connection, _)| connection.id)
            .collect();
        self.turn += 1;
        let index = match routing {
            Routing::RoundRobin => self.turn as usize,
            Routing::Random => (self.turn.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) as usize,
            Routing::Pinned(id) => return able.contains(&id).then_some(id),
        };
        able.get(index.checked_rem(able.len())?).copied()
    }

    /// Sends a text frame; false when the connection is gone.
    pub(crate) fn send(&self, id: u64, text: String) -> bool {
        self.order(id, Order::Text(text))
    }

    fn order(&self, id: u64, order: Order) -> bool {
        self.open
            .iter()
            .find(|(connection, _)| connection.id == id)
            .is_some_and(|(_, orders)| orders.send(order).is_ok())
    }

    pub(crate) fn acked_over(&mut self, id: u64) {
        self.open
            .iter_mut()
            .filter(|(connection, _)| connection.id == id)
            .for_each(|(connection, _)| connection.acks += 1);
    }
}

pub(crate) fn connections_open(state: &mut State, args: &Args) -> Answer {
    if args.got {
        return Err(no("insecure_request"));
    }
    let ticket = format!("{:08x}-{}", state.next_id(), state.clock.elapsed().as_nanos());
    state.slack.sockets.tickets.insert(ticket.clone());
    let base = state.urls.slack.replacen("http", "ws", 1);
    Ok(json!({"url": format!("{base}/link/?ticket={ticket}&app_id={}", state.slack.app_id)}))
}

/// All connections end without a close frame.
pub(crate) fn drop_all(state: &mut State) {
    for (_, orders) in &state.slack.sockets.open {
        let _ = orders.send(Order::Drop);
    }
    state.slack.sockets.open.clear();
}

#[derive(Deserialize)]
pub(crate) struct Link {
    ticket: String,
}

/// The WebSocket's address: `/link/?ticket=…`, good once.
pub(crate) async fn link(
    Extract(world): Extract<World>,
    Query(link): Query<Link>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let (known, welcome, down) = world.change(|state| {
        let known = state.slack.sockets.tickets.remove(&link.ticket);
        (known, state.slack.sockets.welcome, state.down.contains(&crate::Vendor::Slack))
    });
    match (known, welcome) {
        _ if down => StatusCode::BAD_GATEWAY.into_response(),
        (false, _) => StatusCode::REQUEST_TIMEOUT.into_response(),
        (true, Welcome::HangOnOpen) => std::future::pending().await,
        (true, welcome) => upgrade.on_upgrade(move |socket| serve(world, socket, welcome)),
    }
}

async fn serve(world: World, mut socket: WebSocket, welcome: Welcome) {
    match welcome {
        Welcome::AcceptThenClose => {
            let _ = socket.send(Frame::Close(None)).await;
            return;
        }
        Welcome::Mute | Welcome::HangOnOpen => return frozen(socket).await,
        Welcome::Hello => {}
    }
    let Some((id, count, orders)) = world.change(entered) else {
        let _ = socket.send(Frame::text(disconnect("too_many_websockets"))).await;
        let _ = socket.send(Frame::Close(None)).await;
        return;
    };
    let app = world.look(|state| state.slack.app_id.clone());
    if socket.send(Frame::text(hello(&app, count))).await.is_ok() {
        talk(&world, socket, id, orders).await;
    }
    world.change(|state| state.slack.sockets.open.retain(|(connection, _)| connection.id != id));
}

fn entered(state: &mut State) -> Option<(u64, usize, mpsc::UnboundedReceiver<Order>)> {
    let sockets = &mut state.slack.sockets;
    if sockets.open.len() >= MOST {
        return None;
    }
    sockets.last_id += 1;
    let (orders, inbox) = mpsc::unbounded_channel();
    let connection = Connection { id: sockets.last_id, leaving: false, takes_envelopes: true, acks: 0 };
    sockets.open.push((connection, orders));
    Some((sockets.last_id, sockets.open.len(), inbox))
}

async fn talk(world: &World, mut socket: WebSocket, id: u64, mut orders: mpsc::UnboundedReceiver<Order>) {
    let mut pings = tokio::time::interval(PING_EVERY);
    loop {
        tokio::select! {
            order = orders.recv() => match order {
                Some(Order::Text(text)) => if socket.send(Frame::text(text)).await.is_err() { return },
                Some(Order::CloseLater) => close_later(world, id),
                Some(Order::Close) => return goodbye(socket).await,
                Some(Order::Freeze) => return frozen(socket).await,
                Some(Order::Drop) | None => return,
            },
            heard = socket.recv() => match heard {
                Some(Ok(Frame::Text(text))) => world.change(|state| super::envelopes::acknowledged(state, id, text.as_str())),
                Some(Ok(Frame::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
            _ = pings.tick() => if socket.send(Frame::Ping("Ping from applink-1".into())).await.is_err() { return },
        }
    }
}

fn close_later(world: &World, id: u64) {
    let world = world.clone();
    tokio::spawn(async move {
        pause(GRACE).await;
        world.change(|state| state.slack.sockets.order(id, Order::Close));
    });
}

async fn goodbye(mut socket: WebSocket) {
    let _ = socket.send(Frame::Close(Some(CloseFrame { code: 1000, reason: "".into() }))).await;
}

/// The connection stays open, and nothing is read or written on it: a half-open line.
async fn frozen(socket: WebSocket) {
    let _kept = socket;
    std::future::pending::<()>().await;
}

fn hello(app: &str, count: usize) -> String {
    json!({
        "type": "hello", "num_connections": count, "connection_info": {"app_id": app},
        "debug_info": {"host": "applink-1", "build_number": 54, "approximate_connection_time": 18060},
    })
    .to_string()
}

fn disconnect(reason: &str) -> String {
    json!({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}}).to_string()
}

impl World {
    /// The open Socket Mode connections.
    #[must_use]
    pub fn connections(&self) -> Vec<Connection> {
        self.look(|state| state.slack.sockets.list())
    }

    /// Waits until the bot holds at least so many connections that take envelopes.
    pub async fn until_connected(&self, count: usize) {
        let able = |state: &State| {
            state.slack.sockets.open.iter().filter(|(connection, _)| connection.takes_envelopes).count()
        };
        self.until(&format!("{count} socket connections"), |state| (able(state) >= count).then_some(())).await;
    }

    /// Waits until nothing holds a connection: a process that was killed is gone for Slack too.
    pub async fn until_unconnected(&self) {
        self.until("no socket connection", |state| state.slack.sockets.open.is_empty().then_some(())).await;
    }

    /// Waits until so many connections take envelopes that were opened after this one.
    pub async fn until_connected_after(&self, id: u64, count: usize) {
        let newer = |state: &State| {
            let open = state.slack.sockets.open.iter();
            open.filter(|(connection, _)| connection.takes_envelopes && connection.id > id).count()
        };
        self.until(&format!("{count} newer connections"), |state| (newer(state) >= count).then_some(())).await;
    }

    /// Sends `disconnect` on one connection, or on all.
    pub fn disconnect(&self, connection: Option<u64>, reason: Disconnect) {
        self.change(|state| {
            let sockets = &mut state.slack.sockets;
            for (known, orders) in
                sockets.open.iter_mut().filter(|(known, _)| connection.is_none_or(|id| id == known.id))
            {
                known.leaving = true;
                known.takes_envelopes = reason == Disconnect::Warning;
                let _ = orders.send(Order::Text(disconnect(reason.name())));
                let _ = orders.send(if reason == Disconnect::LinkDisabled { Order::Close } else { Order::CloseLater });
            }
        });
    }

    /// Ends one connection, or all, without a close frame.
    pub fn drop_sockets(&self, connection: Option<u64>) {
        self.order_sockets(connection, || Order::Drop);
    }

    /// Leaves one connection, or all, half open: nothing is read, written or answered any more, pings neither.
    pub fn freeze_sockets(&self, connection: Option<u64>) {
        self.order_sockets(connection, || Order::Freeze);
    }

    fn order_sockets(&self, connection: Option<u64>, order: impl Fn() -> Order) {
        self.change(|state| {
            let sockets = &mut state.slack.sockets;
            for (known, orders) in
                sockets.open.iter_mut().filter(|(known, _)| connection.is_none_or(|id| id == known.id))
            {
                known.takes_envelopes = false;
                let _ = orders.send(order());
            }
        });
    }

    /// What happens to those who connect from now on.
    pub fn welcome(&self, welcome: Welcome) {
        self.change(|state| state.slack.sockets.welcome = welcome);
    }

    /// Sends any text frame as it is, on one connection or on all: malformed envelopes, unknown types.
    pub fn send_raw(&self, connection: Option<u64>, frame: &Value) {
        self.order_sockets_keeping(connection, || Order::Text(frame.to_string()));
    }

    fn order_sockets_keeping(&self, connection: Option<u64>, order: impl Fn() -> Order) {
        self.look(|state| {
            for (_, orders) in
                state.slack.sockets.open.iter().filter(|(known, _)| connection.is_none_or(|id| id == known.id))
            {
                let _ = orders.send(order());
            }
        });
    }
}
