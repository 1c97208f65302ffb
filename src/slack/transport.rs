//! Socket Mode, our own: two sockets kept open, every envelope answered within its deadline.
//!
//! It owns connections, their refresh and back-off, and what becomes of an answer. It refuses to know what an envelope
//! means: that is its [`Handler`]'s. One law: it never idles silently: a socket that fails is opened again, and
//! [`SocketState`] says how things stand.
//!
//! The protocol: <https://docs.slack.dev/apis/events-api/using-socket-mode>. slack-morphism's own transport runs
//! handlers one after the other, goes deaf when one panics, reconnects without back-off and knows no timeouts.

use std::{sync::Arc, time::Duration};

use rand::{SeedableRng, rngs::StdRng};
use tokio::{
    sync::{oneshot, watch},
    task::JoinSet,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config, tungstenite::protocol::WebSocketConfig,
};

use self::{
    answer::Answers,
    backoff::Backoff,
    connection::{Connection, Departure, Leaving},
};
use super::{client::SlackClient, error::SlackError};
use crate::clock;

mod answer;
mod backoff;
mod connection;
mod fallback;
mod frame;
mod state;

pub use answer::{Ack, Fallback, Handler, Unanswered};
pub use fallback::{NotDone, not_done};
pub use frame::{Envelope, EnvelopeId, EnvelopeKind};
pub use state::{SocketFault, SocketState};

/// The largest message taken from a socket: a view of 250 kB, a message and their wrapping fit several times.
const LARGEST_MESSAGE: usize = 4 * 1024 * 1024;

/// The transport's times and their defaults.
#[derive(Debug, Clone)]
pub struct Timing {
    /// For `apps.connections.open` and the handshake together, and again for the `hello`. 10 s.
    pub open_within: Duration,
    /// From an envelope's arrival to its ack. 2.5 s: Slack gives up after 3 s, half a second is for the way.
    pub answer_within: Duration,
    /// Between our pings. 10 s.
    pub ping_every: Duration,
    /// So many pings without any sign of life end a connection. 3.
    pub missed_pings: u32,
    /// The first wait after a failure; each further one doubles it. 0.5 s.
    pub backoff_from: Duration,
    /// The longest wait, and the one for what only a person can mend. 30 s.
    pub backoff_cap: Duration,
    /// How long a connection must have lived after its `hello` to count as good. 5 s.
    pub proven_after: Duration,
    /// How long an announced end is waited for. 30 s: Slack warns about 10 s ahead.
    pub retire_within: Duration,
    /// How long a stop waits for handlers that are at work. 5 s: twice an answer's deadline.
    pub drain_within: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            open_within: Duration::from_secs(10),
            answer_within: Duration::from_millis(2_500),
            ping_every: Duration::from_secs(10),
            missed_pings: 3,
            backoff_from: Duration::from_millis(500),
            backoff_cap: Duration::from_secs(30),
            proven_after: Duration::from_secs(5),
            retire_within: Duration::from_secs(30),
            drain_within: Duration::from_secs(5),
        }
    }
}

/// How far a stop has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Stage {
    Running,
    /// No more work is taken; what is at work may end.
    Draining,
    /// Sockets close.
    Closing,
}

impl Stage {
    /// Ends when the stop has got this far, or nobody runs the transport any more.
    async fn reached(self, stage: &mut watch::Receiver<Self>) {
        let _ = stage.wait_for(|stage| *stage >= self).await;
    }
}

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// The two sockets and what hangs on them. Nothing happens before [`run`](Self::run).
pub struct Transport {
    client: Arc<SlackClient>,
    answers: Arc<Answers>,
    timing: Arc<Timing>,
    state: watch::Sender<SocketState>,
    stage: watch::Sender<Stage>,
    seed: StdRng,
}

impl Transport {
    /// A transport over `client` that gives each envelope to `handler`; `seed` feeds the jitter of its back-off.
    #[must_use]
    pub fn new(client: Arc<SlackClient>, handler: Handler, timing: Timing, seed: StdRng) -> Self {
        Self {
            client,
            answers: Arc::new(Answers::new(handler, timing.answer_within)),
            timing: Arc::new(timing),
            state: watch::Sender::new(SocketState::default()),
            stage: watch::Sender::new(Stage::Running),
            seed,
        }
    }

    /// How things stand, now and later.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<SocketState> {
        self.state.subscribe()
    }

    /// Keeps two sockets open until `stop` ends; then lets handlers finish, sends their acks and closes, all of it
    /// bounded by [`Timing::drain_within`] and a second.
    pub async fn run(mut self, stop: impl Future<Output = ()> + Send) {
        // Two, so that one can break, or be refreshed, while the other hears everything.
        let (first, second) = (self.seed.fork(), self.seed.fork());
        let drain = async {
            stop.await;
            self.stage.send_replace(Stage::Draining);
        };
        let ((), mut first, mut second) = tokio::join!(drain, self.keep(first), self.keep(second));
        if clock::timeout(self.timing.drain_within, self.answers.drain()).await.is_err() {
            tracing::warn!("handlers are still at work after the time to finish");
        }
        self.stage.send_replace(Stage::Closing);
        let closed = async {
            while first.join_next().await.is_some() {}
            while second.join_next().await.is_some() {}
        };
        // What does not close in time is dropped, and so closed.
        let _ = clock::timeout(CLOSE_WITHIN, closed).await;
    }

    /// Keeps one socket open until the drain begins; answers the connections that are still there then.
    async fn keep(&self, jitter: StdRng) -> JoinSet<()> {
        let mut backoff = Backoff::new(jitter, &self.timing);
        let mut connections = JoinSet::new();
        let mut stage = self.stage.subscribe();
        let keeping = async {
            loop {
                let leaving = self.connect_once(&mut connections).await;
                let wait = backoff.wait_after(&leaving);
                tracing::debug!(wait_ms = wait.as_millis(), "another socket is opened after this");
                while connections.try_join_next().is_some() {}
                clock::pause(wait).await;
            }
        };
        tokio::select! {
            biased;
            () = Stage::Draining.reached(&mut stage) => {}
            () = keeping => {}
        }
        connections
    }

    /// Opens a socket and answers when another is wanted in its place. The old one is read on until it closes.
    async fn connect_once(&self, connections: &mut JoinSet<()>) -> Leaving {
        let dialled = clock::timeout(self.timing.open_within, Box::pin(self.dial())).await;
        let socket = match dialled.unwrap_or(Err(SocketFault::Late)) {
            Ok(socket) => socket,
            Err(fault) => return Leaving::unopened(self.noted(fault)),
        };
        let (leave, left) = oneshot::channel();
        connections.spawn(
            Connection {
                socket,
                answers: Arc::clone(&self.answers),
                timing: Arc::clone(&self.timing),
                state: self.state.clone(),
                stage: self.stage.subscribe(),
            }
            .run(leave),
        );
        let leaving = left.await.unwrap_or_else(|_| Leaving::unopened(SocketFault::Broken));
        match &leaving.why {
            Departure::Refresh => tracing::info!("Slack refreshes a socket"),
            Departure::Failed(fault) => drop(self.noted(fault.clone())),
        }
        leaving
    }

    async fn dial(&self) -> Result<Socket, SocketFault> {
        let url = self.client.open_socket().await.map_err(SocketFault::Open)?;
        let limits =
            WebSocketConfig::default().max_message_size(Some(LARGEST_MESSAGE)).max_frame_size(Some(LARGEST_MESSAGE));
        // Without Nagle: an ack is small, alone and urgent. The error may name the URL, and with it the ticket.
        let dialled = connect_async_with_config(url.as_str(), Some(limits), true).await;
        let (socket, _) = dialled.map_err(|_| SocketFault::Handshake)?;
        Ok(socket)
    }

    /// Puts a fault where readiness sees it.
    fn noted(&self, fault: SocketFault) -> SocketFault {
        match &fault {
            SocketFault::Open(SlackError::Auth { .. }) => {
                tracing::error!(%fault, "Slack refuses the app token")
            }
            _ => tracing::warn!(%fault, "socket lost"),
        }
        self.state.send_modify(|state| state.last_fault = Some(fault.clone()));
        fault
    }
}

/// How long a closing handshake may take at the stop.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
