//! From an envelope to its ack: one task each, a deadline, a fallback.
//!
//! It owns who waits for which answer. It refuses to know what is answered. One law: what cannot be answered in time,
//! or by a handler that panics, gets the fallback, and no other envelope notices.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::{Envelope, EnvelopeId};
use crate::clock;

/// How many handlers work at once. A burst of people is far below; what is above it is told to try again rather than
/// queued beyond its deadline.
const MOST_AT_WORK: u32 = 512;

/// How many acks a connection may have to send: as many as there can be handlers.
const OUTBOX: usize = MOST_AT_WORK as usize;

/// How many deliveries of one envelope wait for its answer: its two sockets, twice over.
const MOST_DELIVERIES: usize = 4;

/// What Slack is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Ack {
    /// Taken.
    Bare,
    /// Taken, and this is said about it.
    Payload(Value),
    /// No ack: Slack tells the person that it failed, or sends the event again.
    Nothing,
}

/// Why an envelope has no answer of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unanswered {
    /// It was begun, and its answer is late or will never come: it may have been done.
    Unfinished,
    /// It was not begun, for want of room or because of a stop: nothing was done.
    Unbegun,
}

/// Who decides what is answered.
#[derive(Clone)]
pub struct Handler {
    /// Answers an envelope. It may take longer than the deadline: then it works on, and its answer is dropped.
    pub answer: Arc<dyn Fn(Envelope) -> BoxFuture<'static, Ack> + Send + Sync>,
    /// What is answered when `answer` is late, panics, or is not asked any more. Never a success: see
    /// [`not_done`](super::not_done).
    pub fallback: Fallback,
}

/// What is answered instead.
pub type Fallback = Arc<dyn Fn(&Envelope, Unanswered) -> Ack + Send + Sync>;

/// Where a connection takes its acks from.
pub(super) type Outbox = mpsc::Sender<String>;

/// The outbox of a new connection.
pub(super) fn outbox() -> (Outbox, mpsc::Receiver<String>) {
    mpsc::channel(OUTBOX)
}

pub(super) struct Answers {
    handler: Handler,
    within: Duration,
    room: Arc<Semaphore>,
    /// Who waits for the answer to which envelope; bounded by `room`.
    waiting: Mutex<HashMap<EnvelopeId, Vec<Outbox>>>,
    /// The connections there are, for acks whose own is gone.
    lines: Mutex<Vec<Outbox>>,
}

impl Answers {
    pub(super) fn new(handler: Handler, within: Duration) -> Self {
        Self {
            handler,
            within,
            room: Arc::new(Semaphore::new(MOST_AT_WORK as usize)),
            waiting: Mutex::default(),
            lines: Mutex::default(),
        }
    }

    /// Makes a connection known.
    pub(super) fn attach(&self, outbox: &Outbox) {
        let mut lines = locked(&self.lines);
        lines.retain(|line| !line.is_closed());
        lines.push(outbox.clone());
    }

    /// Takes an envelope that came on the connection of `outbox`. Never waits.
    pub(super) fn take(self: &Arc<Self>, envelope: Envelope, outbox: &Outbox) {
        let mut waiting = locked(&self.waiting);
        if let Some(deliveries) = waiting.get_mut(&envelope.id) {
            if deliveries.len() < MOST_DELIVERIES {
                deliveries.push(outbox.clone());
            }
            return;
        }
        let Ok(permit) = Arc::clone(&self.room).try_acquire_owned() else {
            drop(waiting);
            tracing::warn!(envelope = %envelope.id, "no room for more work: answered with the fallback");
            return self.deliver(outbox, fallback_text(&self.handler, &envelope, Unanswered::Unbegun));
        };
        waiting.insert(envelope.id.clone(), vec![outbox.clone()]);
        drop(waiting);
        tokio::spawn(Arc::clone(self).answer(envelope, Arc::new(permit)));
    }

    /// Ends when no handler is at work any more, and takes no new work from its beginning: who waits for all of the room
    /// is given each place as it becomes free, before anyone else.
    pub(super) async fn drain(&self) {
        if let Ok(room) = self.room.acquire_many(MOST_AT_WORK).await {
            room.forget();
        }
    }

    async fn answer(self: Arc<Self>, envelope: Envelope, permit: Arc<OwnedSemaphorePermit>) {
        let id = envelope.id.clone();
        let takes = Takes::of(&envelope);
        let fallback = fallback_text(&self.handler, &envelope, Unanswered::Unfinished);
        let handler = Arc::clone(&self.handler.answer);
        // Held until both the work and the ack are done.
        let at_work = Arc::clone(&permit);
        let work = tokio::spawn(async move {
            let ack = handler(envelope).await;
            drop(at_work);
            ack
        });
        // A handle that is dropped lets its task work on.
        let text = match clock::timeout(self.within, work).await {
            Ok(Ok(ack)) => text(&id, ack, takes),
            Ok(Err(_)) => {
                tracing::error!(envelope = %id, "a handler panicked: answered with the fallback");
                fallback
            }
            Err(_) => {
                tracing::warn!(envelope = %id, "a handler is late: answered with the fallback");
                fallback
            }
        };
        let deliveries = locked(&self.waiting).remove(&id);
        for outbox in deliveries.into_iter().flatten() {
            self.deliver(&outbox, text.clone());
        }
    }

    /// Sends an ack on the connection that its envelope came on or, when that is gone, on another: an ack is the app's,
    /// not the connection's.
    pub(super) fn deliver(&self, outbox: &Outbox, text: Option<String>) {
        let Some(text) = text else { return };
        let Err(unsent) = outbox.try_send(text) else {
            return;
        };
        let text = unsent.into_inner();
        let lines = locked(&self.lines);
        if !lines.iter().any(|line| line.try_send(text.clone()).is_ok()) {
            tracing::warn!("an ack is lost: no socket is open");
        }
    }
}

/// The fallback's text; of a fallback that panics, none.
fn fallback_text(handler: &Handler, envelope: &Envelope, why: Unanswered) -> Option<String> {
    let ack = catch_unwind(AssertUnwindSafe(|| (handler.fallback)(envelope, why))).unwrap_or(Ack::Nothing);
    match ack {
        // Stripped of its payload it would be a success.
        Ack::Payload(_) if !envelope.accepts_response_payload => None,
        ack => text(&envelope.id, ack, Takes::of(envelope)),
    }
}

/// What Slack takes in answer to an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// An ack, with an answer in it.
    Answers,
    /// An ack alone.
    Acks,
    /// An ack alone, of a form: it closes the form as if it was saved.
    Successes,
}

impl Takes {
    fn of(envelope: &Envelope) -> Self {
        match envelope {
            Envelope { accepts_response_payload: true, .. } => Self::Answers,
            envelope if envelope.payload["type"] == "view_submission" => Self::Successes,
            _ => Self::Acks,
        }
    }
}

/// The bare ack of something that is not worked on.
pub(super) fn bare(id: &EnvelopeId) -> Option<String> {
    text(id, Ack::Bare, Takes::Acks)
}

fn text(id: &EnvelopeId, ack: Ack, takes: Takes) -> Option<String> {
    let payload = match (ack, takes) {
        (Ack::Nothing, _) => return None,
        (Ack::Bare, _) => None,
        (Ack::Payload(payload), Takes::Answers) => Some(payload),
        (Ack::Payload(_), Takes::Acks) => {
            tracing::warn!(envelope = %id, "Slack takes no answer here: acknowledged without it");
            None
        }
        (Ack::Payload(_), Takes::Successes) => {
            tracing::error!(envelope = %id, "Slack takes no answer to a form: not acknowledged, so that it says so itself");
            return None;
        }
    };
    let frame = AckFrame { envelope_id: id.as_str(), payload };
    // JSON values always have a text.
    serde_json::to_string(&frame).ok()
}

#[derive(Serialize)]
struct AckFrame<'a> {
    envelope_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Value>,
}

/// No lock is held across anything that panics.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
