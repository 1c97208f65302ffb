//! What arrives on a socket: text into frames, payloads mended where Slack's own shapes vary.
//!
//! It refuses to know what a payload asks for. One law: every text becomes a frame; none is dropped here, none panics.

use std::fmt;

use serde_json::{Map, Value, json};

/// The name of one delivery. A redelivered event keeps its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EnvelopeId(String);

/// The longest id taken; Slack's are UUIDs.
const LONGEST_ID: usize = 128;

impl EnvelopeId {
    /// An id as it came; none if it is empty or no id's length.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (1..=LONGEST_ID).contains(&text.len()).then(|| Self(text.to_owned()))
    }

    /// The id as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EnvelopeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an envelope holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvelopeKind {
    /// A typed command.
    SlashCommands,
    /// A click, a submitted or closed view, a shortcut, a suggestion asked for.
    Interactive,
    /// An event.
    EventsApi,
    /// Something newer than this program.
    Other(String),
}

/// One delivery of Slack's.
#[derive(Clone, PartialEq)]
pub struct Envelope {
    /// The delivery's name.
    pub id: EnvelopeId,
    /// What it holds.
    pub kind: EnvelopeKind,
    /// Its content: an object for the known kinds, with `state.values` an object, `team` never null, and without a
    /// message's `metadata`.
    pub payload: Value,
    /// Whether the ack may carry an answer.
    pub accepts_response_payload: bool,
    /// How often it was delivered before; events only.
    pub retry_attempt: u32,
}

impl fmt::Debug for Envelope {
    /// Without the payload: it holds people's words and tokens of Slack's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Envelope");
        shown.field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Why Slack announces an end (`disconnect`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// Any that is cured by another socket.
    Refresh,
    LinkDisabled,
    TooManySockets,
}

/// What arrives on a socket.
#[derive(Debug, PartialEq)]
pub(super) enum Frame {
    Hello,
    Disconnect(Reason),
    Envelope(Envelope),
    /// Nothing this program can read.
    Oddity(Option<Oddity>),
}

/// An unreadable frame that has at least a name.
#[derive(Debug, PartialEq)]
pub(super) enum Oddity {
    /// Acknowledged, so that it does not come again.
    Idle(EnvelopeId),
    /// A person waits for it. A bare ack would tell them that it is done; without one Slack tells them that it is not.
    Awaited(EnvelopeId),
}

impl Frame {
    pub(super) fn parse(text: &str) -> Self {
        let Ok(Value::Object(mut frame)) = serde_json::from_str(text) else {
            return Self::Oddity(oddity(text));
        };
        match frame.get("type").and_then(Value::as_str) {
            Some("hello") => Self::Hello,
            Some("disconnect") => Self::Disconnect(reason(&frame)),
            _ => envelope(&mut frame).map_or_else(|| Self::Oddity(oddity(text)), Self::Envelope),
        }
    }
}

fn reason(frame: &Map<String, Value>) -> Reason {
    match frame.get("reason").and_then(Value::as_str) {
        Some("link_disabled") => Reason::LinkDisabled,
        Some("too_many_websockets") => Reason::TooManySockets,
        _ => Reason::Refresh,
    }
}

fn envelope(frame: &mut Map<String, Value>) -> Option<Envelope> {
    let kind = match frame.get("type")?.as_str()? {
        "slash_commands" => EnvelopeKind::SlashCommands,
        "interactive" => EnvelopeKind::Interactive,
        "events_api" => EnvelopeKind::EventsApi,
        other => EnvelopeKind::Other(other.to_owned()),
    };
    let mut payload = frame.get_mut("payload").map_or(Value::Null, Value::take);
    if !payload.is_object() && !matches!(kind, EnvelopeKind::Other(_)) {
        return None;
    }
    mend(&mut payload);
    let attempt = frame.get("retry_attempt").and_then(Value::as_u64);
    Some(Envelope {
        id: EnvelopeId::parse(frame.get("envelope_id")?.as_str()?)?,
        kind,
        payload,
        accepts_response_payload: frame.get("accepts_response_payload").and_then(Value::as_bool).unwrap_or(false),
        retry_attempt: attempt.and_then(|attempt| u32::try_from(attempt).ok()).unwrap_or(0),
    })
}

/// Mends what Slack is known to send and slack-morphism's models refuse.
fn mend(payload: &mut Value) {
    for path in ["/view/state/values", "/state/values"] {
        // PHP's empty map.
        if let Some(values @ Value::Array(_)) = payload.pointer_mut(path) {
            *values = json!({});
        }
    }
    if payload.get("team").is_some_and(Value::is_null) {
        let team = ["/user/team_id", "/view/team_id", "/enterprise/id"];
        let id = team.iter().find_map(|path| payload.pointer(path)?.as_str());
        payload["team"] = json!({ "id": id.unwrap_or_default() });
    }
    // Anyone's message may carry nested metadata, and then no click on it could be read. We have no use for it.
    if let Some(Value::Object(message)) = payload.get_mut("message") {
        message.remove("metadata");
    }
}

/// What a payload of something a person waits for contains, however broken.
const AWAITED: [&str; 3] = ["\"slash_commands\"", "\"interactive\"", "\"trigger_id\""];

fn oddity(text: &str) -> Option<Oddity> {
    let (_, rest) = text.split_once("\"envelope_id\"")?;
    let quoted = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let (id, _) = quoted.split_once('"')?;
    let is_id = id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let id = EnvelopeId::parse(id).filter(|_| is_id)?;
    if AWAITED.iter().any(|mark| text.contains(mark)) {
        return Some(Oddity::Awaited(id));
    }
    Some(Oddity::Idle(id))
}

#[cfg(test)]
mod tests;
