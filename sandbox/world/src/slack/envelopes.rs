//! Envelopes: what was sent over sockets, over which, and how and when it was acknowledged.
//!
//! Law: when Slack's limit (3 s of elapsed time, see `Slack::ack_limit`) is over the user is told, whatever comes later.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use crate::clock::within;
use crate::state::State;
use crate::world::World;

/// How an envelope fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Sent, no acknowledgement yet.
    Waiting,
    /// Acknowledged in time.
    Acked,
    /// Not acknowledged within the limit.
    TimedOut,
    /// No connection was there to take it.
    NotDelivered,
}

/// One acknowledgement.
#[derive(Debug, Clone, Serialize)]
pub struct Ack {
    /// Over which connection.
    pub connection: u64,
    /// Elapsed time since the first delivery.
    pub after: Duration,
    /// What it carried; nothing for a bare one and for `"payload":{}`.
    pub payload: Option<Value>,
    /// It came when the user had been told already.
    pub late: bool,
}

/// Something sent to the bot.
#[derive(Debug, Clone, Serialize)]
pub struct Envelope {
    /// `envelope_id`.
    pub id: String,
    /// `slash_commands`, `interactive` or `events_api`.
    pub kind: String,
    /// The payload as sent.
    pub payload: Value,
    /// Connections it was sent over, in order.
    pub sent_over: Vec<u64>,
    /// Elapsed time of the first delivery.
    pub first_sent: Duration,
    /// Everything that acknowledged it, in order.
    pub acks: Vec<Ack>,
    /// How it fared.
    pub outcome: Outcome,
}

impl Envelope {
    /// The payload of the acknowledgement that counted.
    #[must_use]
    pub fn reply(&self) -> Option<&Value> {
        self.acks.iter().find(|ack| !ack.late).and_then(|ack| ack.payload.as_ref())
    }
}

/// A second delivery of an event, as Slack words it.
pub(crate) struct Retry {
    pub(crate) attempt: u32,
    pub(crate) reason: &'static str,
}

/// Sends a new envelope; its id. Without a connection it is recorded as not delivered.
pub(crate) fn send(state: &mut State, kind: &str, payload: Value) -> String {
    let number = state.next_id();
    let id = format!("{number:08x}-1543-4f94-bfb4-{:012x}", number.wrapping_mul(0x9e37_79b9_7f4a) & 0xffff_ffff_ffff);
    let first_sent = state.clock.elapsed();
    let outcome = Outcome::NotDelivered;
    state.slack.envelopes.push(Envelope {
        id: id.clone(),
        kind: kind.into(),
        payload,
        sent_over: Vec::new(),
        first_sent,
        acks: Vec::new(),
        outcome,
    });
    deliver(state, &id, None, None);
    id
}

/// Sends a known envelope over this connection, or over the next in turn; false when there is none.
pub(crate) fn deliver(state: &mut State, id: &str, over: Option<u64>, retry: Option<&Retry>) -> bool {
    let slack = &mut state.slack;
    let Some(envelope) = slack.envelopes.iter_mut().find(|envelope| envelope.id == id) else {
        return false;
    };
    let Some(connection) = over.or_else(|| slack.sockets.pick(slack.routing)) else {
        return false;
    };
    let mut frame = json!({
        "envelope_id": id, "type": envelope.kind, "payload": envelope.payload,
        "accepts_response_payload": envelope.kind != "events_api",
    });
    if envelope.kind == "events_api" {
        frame["retry_attempt"] = json!(retry.map_or(0, |retry| retry.attempt));
        frame["retry_reason"] = json!(retry.map_or("", |retry| retry.reason));
    }
    if !slack.sockets.send(connection, frame.to_string()) {
        return false;
    }
    envelope.sent_over.push(connection);
    if envelope.outcome == Outcome::NotDelivered {
        envelope.outcome = Outcome::Waiting;
    }
    true
}

/// A text frame from the bot.
pub(crate) fn acknowledged(state: &mut State, connection: u64, text: &str) {
    state.slack.sockets.acked_over(connection);
    let Ok(frame) = serde_json::from_str::<Value>(text) else {
        return state.slack.complain(format!("socket: not JSON: {text}"));
    };
    let id = frame["envelope_id"].as_str().unwrap_or_default().to_owned();
    let now = state.clock.elapsed();
    let payload = frame.get("payload").filter(|payload| !payload.is_null() && **payload != json!({})).cloned();
    let Some(envelope) = state.slack.envelopes.iter_mut().find(|envelope| envelope.id == id) else {
        return state.slack.complain(format!("socket: acknowledgement of an unknown envelope: {text}"));
    };
    let late = envelope.outcome == Outcome::TimedOut;
    let carries = payload.is_some();
    envelope.acks.push(Ack { connection, after: now.saturating_sub(envelope.first_sent), payload, late });
    if envelope.outcome == Outcome::Waiting {
        envelope.outcome = Outcome::Acked;
    }
    if carries && envelope.kind == "events_api" {
        state.slack.complain(format!("socket: a payload in the acknowledgement of an event: {text}"));
    }
}

impl World {
    pub(crate) fn ack_limit(&self) -> Duration {
        self.look(|state| state.slack.ack_limit)
    }

    /// Everything sent to the bot, oldest first.
    #[must_use]
    pub fn envelopes(&self) -> Vec<Envelope> {
        self.look(|state| state.slack.envelopes.clone())
    }

    /// The envelope with this id.
    #[must_use]
    pub fn envelope(&self, id: &str) -> Option<Envelope> {
        self.look(|state| state.slack.envelopes.iter().find(|envelope| envelope.id == id).cloned())
    }

    /// Sends an envelope once more, over this connection or the next in turn; events say `retry_attempt`. Waits at most
    /// Slack's limit for a further acknowledgement and returns it.
    pub async fn redeliver(&self, envelope_id: &str, over: Option<u64>) -> Option<Ack> {
        let before = self.change(|state| {
            let known = state.slack.envelopes.iter().find(|envelope| envelope.id == envelope_id);
            let (acks, times) = known.map_or((0, 0), |envelope| (envelope.acks.len(), envelope.sent_over.len()));
            let retry = Retry { attempt: u32::try_from(times).unwrap_or(u32::MAX), reason: "timeout" };
            deliver(state, envelope_id, over, Some(&retry));
            acks
        });
        let found = self.watch(|state| {
            let known = state.slack.envelopes.iter().find(|envelope| envelope.id == envelope_id);
            known.and_then(|envelope| envelope.acks.get(before).cloned())
        });
        within(self.ack_limit(), found).await
    }

    /// Waits for the acknowledgement, at most Slack's limit, and settles the outcome.
    pub(crate) async fn settled(&self, id: &str) -> (Outcome, Option<Value>) {
        let known = |state: &State| state.slack.envelopes.iter().find(|envelope| envelope.id == id).cloned();
        let done = self.watch(|state| known(state).filter(|envelope| envelope.outcome != Outcome::Waiting));
        if let Some(envelope) = within(self.ack_limit(), done).await {
            return (envelope.outcome, envelope.reply().cloned());
        }
        self.change(|state| {
            let found = state.slack.envelopes.iter_mut().find(|envelope| envelope.id == id);
            found
                .into_iter()
                .filter(|envelope| envelope.outcome == Outcome::Waiting)
                .for_each(|envelope| envelope.outcome = Outcome::TimedOut);
            known(state).map_or((Outcome::TimedOut, None), |envelope| (envelope.outcome, envelope.reply().cloned()))
        })
    }
}
