//! One connection, from its handshake to its end.
//!
//! It owns the socket: reading, acks, pings, the announced end. It refuses to know of others. One law: it tells once
//! when another is wanted in its place, and reads on until it is closed.

use std::{future::pending, ops::ControlFlow, sync::Arc, time::Duration};

use futures_util::{FutureExt, SinkExt, StreamExt, future::BoxFuture};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_tungstenite::tungstenite::{self, Bytes, Message};

use super::{
    Socket, SocketFault, SocketState, Stage, Timing,
    answer::{self, Answers, Outbox},
    frame::{Frame, Oddity, Reason},
};
use crate::clock;

/// Why another connection is wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Departure {
    /// Slack announced the end; the connection is still there for a while.
    #[error("Slack refreshes it")]
    Refresh,
    /// It is gone, or never was.
    #[error("{0}")]
    Failed(SocketFault),
}

/// That another connection is wanted, and how this one fared.
#[derive(Debug)]
pub(super) struct Leaving {
    pub(super) why: Departure,
    /// How long it has lived since its `hello`, if there was one.
    pub(super) lived: Option<Duration>,
}

impl Leaving {
    pub(super) fn unopened(fault: SocketFault) -> Self {
        Self { why: Departure::Failed(fault), lived: None }
    }
}

/// A socket after its handshake.
pub(super) struct Connection {
    pub(super) socket: Socket,
    pub(super) answers: Arc<Answers>,
    pub(super) timing: Arc<Timing>,
    pub(super) state: watch::Sender<SocketState>,
    pub(super) stage: watch::Receiver<Stage>,
}

impl Connection {
    /// Reads and answers until the end; `leave` is told when another connection is wanted.
    pub(super) async fn run(self, leave: oneshot::Sender<Leaving>) {
        let (outbox, acks) = answer::outbox();
        let mut life = Life {
            curfew: clock::pause(self.timing.open_within).boxed(),
            wire: Wire { socket: self.socket, quiet_pings: 0, write_within: self.timing.open_within },
            leave: Some(leave),
            greeted: None,
            outbox,
            answers: self.answers,
            timing: self.timing,
            state: self.state,
        };
        let fault = life.live(acks, self.stage).await;
        life.left(Departure::Failed(fault));
    }
}

/// The socket and what is known of its health.
struct Wire {
    socket: Socket,
    quiet_pings: u32,
    write_within: Duration,
}

impl Wire {
    async fn write(&mut self, message: Message) -> Result<(), SocketFault> {
        let written = clock::timeout(self.write_within, self.socket.send(message)).await;
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(SocketFault::Broken),
            Err(_) => Err(SocketFault::Silent),
        }
    }

    /// Pings, unless too many went without a sign of life.
    async fn ping(&mut self, most: u32) -> Result<(), SocketFault> {
        if self.quiet_pings >= most {
            return Err(SocketFault::Silent);
        }
        self.quiet_pings += 1;
        self.write(Message::Ping(Bytes::new())).await
    }

    /// Sends what is left and shuts the door, waiting for the other side's as long as the caller lets it.
    async fn close(&mut self, acks: &mut mpsc::Receiver<String>) {
        while let Ok(ack) = acks.try_recv() {
            let _ = self.write(Message::text(ack)).await;
        }
        let _ = self.socket.close(None).await;
        while let Some(Ok(_)) = self.socket.next().await {}
    }
}

struct Life {
    wire: Wire,
    /// Ends the connection: no `hello` yet, or an announced end that does not come.
    curfew: BoxFuture<'static, ()>,
    leave: Option<oneshot::Sender<Leaving>>,
    greeted: Option<Greeted>,
    outbox: Outbox,
    answers: Arc<Answers>,
    timing: Arc<Timing>,
    state: watch::Sender<SocketState>,
}

impl Life {
    async fn live(&mut self, mut acks: mpsc::Receiver<String>, mut stage: watch::Receiver<Stage>) -> SocketFault {
        let mut tick = clock::pause(self.timing.ping_every).boxed();
        loop {
            let step = tokio::select! {
                biased;
                Some(ack) = acks.recv() => self.wire.write(Message::text(ack)).await,
                message = self.wire.socket.next() => match self.read(message) {
                    ControlFlow::Continue(()) => Ok(()),
                    ControlFlow::Break(fault) => Err(fault),
                },
                () = &mut tick => {
                    tick = clock::pause(self.timing.ping_every).boxed();
                    self.wire.ping(self.timing.missed_pings).await
                }
                () = &mut self.curfew => Err(SocketFault::Late),
                () = Stage::Closing.reached(&mut stage) => {
                    self.wire.close(&mut acks).await;
                    Err(SocketFault::Closed)
                }
            };
            if let Err(fault) = step {
                return fault;
            }
        }
    }

    fn read(&mut self, message: Option<tungstenite::Result<Message>>) -> ControlFlow<SocketFault> {
        self.wire.quiet_pings = 0;
        match message {
            Some(Ok(Message::Text(text))) => self.frame(&text),
            Some(Ok(Message::Binary(_))) => tracing::warn!("a binary frame: ignored"),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Ok(Message::Close(_))) | None => return ControlFlow::Break(SocketFault::Closed),
            Some(Err(_)) => return ControlFlow::Break(SocketFault::Broken),
        }
        ControlFlow::Continue(())
    }

    fn frame(&mut self, text: &str) {
        match Frame::parse(text) {
            Frame::Hello => self.greet(),
            Frame::Disconnect(reason) => self.retire(reason),
            Frame::Envelope(envelope) => self.answers.take(envelope, &self.outbox),
            Frame::Oddity(oddity) => self.ignore(oddity.as_ref(), text.len()),
        }
    }

    fn greet(&mut self) {
        if self.greeted.is_some() {
            return;
        }
        self.greeted = Some(Greeted::new(self.state.clone()));
        self.answers.attach(&self.outbox);
        self.curfew = pending().boxed();
        tracing::info!("socket open");
    }

    fn retire(&mut self, reason: Reason) {
        self.curfew = clock::pause(self.timing.retire_within).boxed();
        self.left(match reason {
            Reason::Refresh => Departure::Refresh,
            Reason::LinkDisabled => Departure::Failed(SocketFault::LinkDisabled),
            Reason::TooManySockets => Departure::Failed(SocketFault::TooManySockets),
        });
    }

    /// Tells that another connection is wanted; only the first telling counts.
    fn left(&mut self, why: Departure) {
        if let Some(leave) = self.leave.take() {
            let lived = self.greeted.as_ref().map(Greeted::lived);
            // Nobody listens any more at the stop.
            let _ = leave.send(Leaving { why, lived });
        }
    }

    fn ignore(&self, oddity: Option<&Oddity>, bytes: usize) {
        match oddity {
            Some(Oddity::Idle(id)) => {
                tracing::warn!(envelope = %id, bytes, "an unreadable frame: acknowledged");
                self.answers.deliver(&self.outbox, answer::bare(id));
            }
            Some(Oddity::Awaited(id)) => {
                tracing::error!(envelope = %id, bytes, "an unreadable frame that a person waits for: Slack tells them");
            }
            None => tracing::warn!(bytes, "an unreadable frame: ignored"),
        }
    }
}

/// A connection that said `hello`: counted as long as it exists.
struct Greeted {
    at: Duration,
    state: watch::Sender<SocketState>,
}

impl Greeted {
    fn new(state: watch::Sender<SocketState>) -> Self {
        let at = clock::elapsed();
        state.send_modify(|state| {
            state.connected += 1;
            state.last_hello = Some(at);
            state.last_fault = None;
        });
        Self { at, state }
    }

    fn lived(&self) -> Duration {
        clock::elapsed().saturating_sub(self.at)
    }
}

impl Drop for Greeted {
    fn drop(&mut self) {
        self.state.send_modify(|state| state.connected = state.connected.saturating_sub(1));
    }
}
