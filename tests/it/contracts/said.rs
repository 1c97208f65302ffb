//! Everything that is said to Slack, by kind: calls, answers at a click's own address, and acknowledgements.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;
use world::{Call, Vendor, World};

/// Where somebody reads it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// `chat.postMessage`.
    Message,
    /// `chat.update`.
    Redraw,
    /// `chat.postEphemeral`.
    Whisper,
    /// Beside a click, at its own address.
    Aside,
    /// `views.open`.
    Form,
    /// `views.update`.
    FormRedrawn,
    /// `views.publish`.
    Home,
    /// A slash command's acknowledgement.
    AckMessage,
    /// A form's: another view in its place.
    AckView,
    /// A form's: errors under its fields.
    AckErrors,
    /// A search's: options.
    AckOptions,
}

/// Payloads by kind.
pub type Counts = BTreeMap<Kind, usize>;

/// Something that was said.
pub struct Payload {
    pub kind: Kind,
    pub body: Value,
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:#}", self.kind, self.body)
    }
}

/// All of it. A body that shows something and is of no known kind is a fault of this list.
pub fn all(world: &World) -> Vec<Payload> {
    let calls = world.calls().into_iter().filter(|call| call.vendor == Vendor::Slack);
    let acks = world.envelopes().into_iter().flat_map(|envelope| envelope.acks).filter_map(|ack| ack.payload);
    calls.filter_map(|call| called(&call)).chain(acks.filter_map(acknowledged)).collect()
}

fn called(call: &Call) -> Option<Payload> {
    let body = serde_json::from_str::<Value>(&call.body);
    let kind = match call.path.trim_start_matches('/') {
        "chat.postMessage" => Kind::Message,
        "chat.update" => Kind::Redraw,
        "chat.postEphemeral" => Kind::Whisper,
        "views.open" => Kind::Form,
        "views.update" => Kind::FormRedrawn,
        "views.publish" => Kind::Home,
        path if path.starts_with("response") => Kind::Aside,
        path => {
            let shows = call.body.contains("blocks") || call.body.contains("\"view\"") || call.body.contains("view=");
            assert!(!shows, "{path} shows something, and is held to nothing: {}", call.body);
            return None;
        }
    };
    Some(Payload { kind, body: body.unwrap_or_else(|_| panic!("no JSON: {} {}", call.line(), call.body)) })
}

fn acknowledged(body: Value) -> Option<Payload> {
    let kind = match body["response_action"].as_str() {
        Some("errors") => Kind::AckErrors,
        Some("update" | "push") => Kind::AckView,
        Some(other) => panic!("an acknowledgement of no known kind: {other}"),
        None if body.get("option_groups").is_some() || body.get("options").is_some() => Kind::AckOptions,
        None if body.get("text").is_some() || body.get("blocks").is_some() => Kind::AckMessage,
        None if body.as_object().is_some_and(serde_json::Map::is_empty) => return None,
        None => panic!("an acknowledgement of no known kind: {body:#}"),
    };
    Some(Payload { kind, body })
}

/// Adds to what was held to the contracts in all plays so far, and answers that.
pub fn so_far(counts: &Counts) -> Counts {
    static TOTAL: Mutex<Counts> = Mutex::new(Counts::new());
    let mut total = TOTAL.lock().unwrap_or_else(PoisonError::into_inner);
    for (kind, count) in counts {
        *total.entry(*kind).or_default() += count;
    }
    total.clone()
}
