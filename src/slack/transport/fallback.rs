//! What is answered when there is no answer in time.
//!
//! It owns the shape of it, not the words. One law: it is never a success.

use serde_json::{Value, json};

use super::{Ack, Envelope, EnvelopeKind, Unanswered};

/// The words for it.
#[derive(Debug, Clone)]
pub struct NotDone {
    /// Under a field of a form that was sent.
    pub submission: String,
    /// In answer to a command.
    pub command: String,
    /// In place of both, where nothing was begun.
    pub unbegun: String,
}

impl NotDone {
    fn sentence<'a>(&'a self, begun: &'a str, why: Unanswered) -> &'a str {
        match why {
            Unanswered::Unfinished => begun,
            Unanswered::Unbegun => &self.unbegun,
        }
    }
}

/// The field that carries the sentence where a form has it: the last one, next to the button that was pressed.
const FIELD: &str = "justification";

/// The answer that says "not done": an error in the open form, a sentence after a command, and for all else no ack: of
/// a click Slack itself then says that it failed, and an event comes again.
#[must_use]
pub fn not_done(envelope: &Envelope, why: Unanswered, words: &NotDone) -> Ack {
    match envelope.kind {
        EnvelopeKind::SlashCommands => Ack::Payload(json!({
            "response_type": "ephemeral",
            "text": words.sentence(&words.command, why),
        })),
        EnvelopeKind::Interactive if envelope.payload["type"] == "view_submission" => {
            field(&envelope.payload).map_or(Ack::Nothing, |field| {
                Ack::Payload(json!({
                    "response_action": "errors",
                    "errors": { field: words.sentence(&words.submission, why) },
                }))
            })
        }
        _ => Ack::Nothing,
    }
}

/// The form's field to put it under; without one a form cannot show an error.
fn field(payload: &Value) -> Option<&str> {
    let values = payload.pointer("/view/state/values")?.as_object()?;
    if values.contains_key(FIELD) {
        return Some(FIELD);
    }
    values.keys().next().map(String::as_str)
}
