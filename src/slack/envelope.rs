//! What a delivery of Slack's means: who did what, where.
//!
//! It owns the reading of payloads, field by field: one odd field somewhere else in a payload must not lose a click. It
//! refuses to know what a gesture leads to. One law: who acted comes from the payload's user, never from a value.

use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use super::transport::{Envelope, EnvelopeKind};
use crate::domain::{
    id::{SlackChannelId, SlackTs, SlackUserId},
    port::Posted,
};

/// What somebody did.
#[derive(Debug, Clone, PartialEq)]
pub enum Gesture {
    /// Typed a slash command.
    Slash(Slash),
    /// Pressed a button, or chose something in a form that listens.
    Press(Press),
    /// Sent a form.
    Submit(Submit),
    /// Used a global shortcut.
    Shortcut(Shortcut),
    /// Searches in a select.
    Suggest(Suggest),
    /// Opened their Home tab.
    Home(SlackUserId),
    /// Closed a form, and whatever nothing is to be done about.
    Nothing,
    /// Not to be read. Who did it, where that can be told.
    Unreadable {
        /// Who.
        who: Option<SlackUserId>,
        /// What it was.
        what: Unreadable,
    },
}

/// Something that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// A typed command.
    Command,
    /// A form that was sent.
    Form,
    /// Something else that somebody did.
    Press,
}

/// A typed command.
#[derive(Debug, Clone, PartialEq)]
pub struct Slash {
    /// Who.
    pub who: SlackUserId,
    /// Which delivery: a second one of the same is recognised by it.
    pub key: String,
    /// The command's name.
    pub command: String,
    /// What follows it.
    pub text: String,
    /// Opens a form, within 3 s.
    pub trigger: String,
}

/// A press.
#[derive(Debug, Clone, PartialEq)]
pub struct Press {
    /// Who.
    pub who: SlackUserId,
    /// Which button or field.
    pub action: String,
    /// In which block.
    pub block: String,
    /// What it carries.
    pub value: Option<String>,
    /// Where.
    pub place: Place,
    /// Opens a form, within 3 s.
    pub trigger: String,
}

/// Where something was pressed.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// On a message.
    Message {
        /// Which.
        posted: Posted,
        /// Where only the clicker is answered.
        answer_at: Option<Url>,
    },
    /// On an answer that only the clicker sees.
    Private {
        /// Where it is answered.
        answer_at: Option<Url>,
    },
    /// In a form.
    Form(Form),
    /// On their Home tab. What it carries is a wish, never authority.
    Home {
        /// What it says of itself.
        metadata: String,
    },
}

/// A form as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// Which one.
    pub id: String,
    /// Its state, for updates.
    pub hash: String,
    /// Its kind.
    pub callback: String,
    /// What it carries. Never authority.
    pub metadata: String,
    /// What is filled in.
    pub fields: Fields,
}

/// A form that was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Submit {
    /// Who.
    pub who: SlackUserId,
    /// The form.
    pub form: Form,
}

/// A global shortcut.
#[derive(Debug, Clone, PartialEq)]
pub struct Shortcut {
    /// Who.
    pub who: SlackUserId,
    /// Which.
    pub callback: String,
    /// Opens a form, within 3 s.
    pub trigger: String,
}

/// A search in a select.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggest {
    /// Who.
    pub who: SlackUserId,
    /// In which field.
    pub action: String,
    /// In which kind of form.
    pub callback: String,
    /// What was typed so far.
    pub typed: String,
}

/// What is filled in, by block.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// A text field. The first element of its block.
    #[must_use]
    pub fn text(&self, block: &str) -> &str {
        self.element(block).and_then(|element| element["value"].as_str()).unwrap_or_default()
    }

    /// The value of the option chosen in a select.
    #[must_use]
    pub fn choice(&self, block: &str) -> Option<&str> {
        self.element(block).and_then(|element| element["selected_option"]["value"].as_str())
    }

    fn element(&self, block: &str) -> Option<&Value> {
        self.0.get(block)?.as_object()?.values().next()
    }
}

impl Gesture {
    /// Reads a delivery.
    #[must_use]
    pub fn read(envelope: &Envelope) -> Self {
        let payload = &envelope.payload;
        let gesture = match (&envelope.kind, payload["type"].as_str()) {
            (EnvelopeKind::SlashCommands, _) => slash(envelope),
            (EnvelopeKind::Interactive, Some("block_actions")) => press(payload),
            (EnvelopeKind::Interactive, Some("view_submission")) => submit(payload),
            (EnvelopeKind::Interactive, Some("shortcut")) => shortcut(payload),
            (EnvelopeKind::Interactive, Some("block_suggestion")) => suggest(payload),
            (EnvelopeKind::Interactive, Some("view_closed")) => return Self::Nothing,
            (EnvelopeKind::Interactive, _) => None,
            (EnvelopeKind::EventsApi, _) => return opened(payload).unwrap_or(Self::Nothing),
            _ => return Self::Nothing,
        };
        let what = match (&envelope.kind, payload["type"].as_str()) {
            (EnvelopeKind::SlashCommands, _) => Unreadable::Command,
            (_, Some("view_submission")) => Unreadable::Form,
            _ => Unreadable::Press,
        };
        let who = || user(payload).or_else(|| id(&payload["user_id"]));
        gesture.unwrap_or_else(|| Self::Unreadable { who: who(), what })
    }
}

fn slash(envelope: &Envelope) -> Option<Gesture> {
    #[derive(Deserialize)]
    struct Fields {
        user_id: SlackUserId,
        command: String,
        #[serde(default)]
        text: Option<String>,
        trigger_id: String,
    }
    let fields: Fields = serde_json::from_value(envelope.payload.clone()).ok()?;
    Some(Gesture::Slash(Slash {
        who: fields.user_id,
        key: format!("slash:{}", envelope.id),
        command: fields.command,
        text: fields.text.unwrap_or_default(),
        trigger: fields.trigger_id,
    }))
}

fn press(payload: &Value) -> Option<Gesture> {
    let action = payload["actions"].as_array()?.first()?;
    let chosen = || action["selected_option"]["value"].as_str();
    Some(Gesture::Press(Press {
        who: user(payload)?,
        action: text(&action["action_id"])?,
        block: text(&action["block_id"])?,
        value: action["value"].as_str().or_else(chosen).map(str::to_owned),
        place: place(payload)?,
        trigger: text(&payload["trigger_id"]).unwrap_or_default(),
    }))
}

fn place(payload: &Value) -> Option<Place> {
    let view = &payload["view"];
    if view["type"] == "home" {
        return Some(Place::Home { metadata: text(&view["private_metadata"]).unwrap_or_default() });
    }
    if view.is_object() {
        return form(&payload["view"]).map(Place::Form);
    }
    let container = &payload["container"];
    let answer_at = payload["response_url"].as_str().and_then(|url| Url::parse(url).ok());
    if container["is_ephemeral"] == true {
        return Some(Place::Private { answer_at });
    }
    let channel = id::<SlackChannelId>(&container["channel_id"]).or_else(|| id(&payload["channel"]["id"]))?;
    let ts = id::<SlackTs>(&container["message_ts"]).or_else(|| id(&payload["message"]["ts"]))?;
    Some(Place::Message { posted: Posted { channel, ts }, answer_at })
}

fn submit(payload: &Value) -> Option<Gesture> {
    Some(Gesture::Submit(Submit { who: user(payload)?, form: form(&payload["view"])? }))
}

fn form(view: &Value) -> Option<Form> {
    Some(Form {
        id: text(&view["id"])?,
        hash: text(&view["hash"]).unwrap_or_default(),
        callback: text(&view["callback_id"]).unwrap_or_default(),
        metadata: text(&view["private_metadata"]).unwrap_or_default(),
        fields: Fields(view["state"]["values"].as_object().cloned().unwrap_or_default()),
    })
}

fn shortcut(payload: &Value) -> Option<Gesture> {
    Some(Gesture::Shortcut(Shortcut {
        who: user(payload)?,
        callback: text(&payload["callback_id"])?,
        trigger: text(&payload["trigger_id"])?,
    }))
}

fn suggest(payload: &Value) -> Option<Gesture> {
    Some(Gesture::Suggest(Suggest {
        who: user(payload)?,
        action: text(&payload["action_id"])?,
        callback: text(&payload["view"]["callback_id"]).unwrap_or_default(),
        typed: text(&payload["value"]).unwrap_or_default(),
    }))
}

/// The Home tab was opened: <https://docs.slack.dev/reference/events/app_home_opened>.
fn opened(payload: &Value) -> Option<Gesture> {
    let event = &payload["event"];
    let home = event["type"] == "app_home_opened" && event["tab"] == "home";
    home.then(|| id(&event["user"])).flatten().map(Gesture::Home)
}

fn user(payload: &Value) -> Option<SlackUserId> {
    id(&payload["user"]["id"])
}

fn id<T: serde::de::DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::slack::transport::EnvelopeId;

    fn read(kind: EnvelopeKind, payload: Value) -> Gesture {
        let id = EnvelopeId::parse("e-1").unwrap();
        Gesture::read(&Envelope { id, kind, payload, accepts_response_payload: true, retry_attempt: 0 })
    }

    #[test]
    fn whatever_somebody_did_and_cannot_be_read_is_called_so() {
        let alice = Some(SlackUserId::parse("U0ALICE").unwrap());
        let unreadable = |what| Gesture::Unreadable { who: alice.clone(), what };
        let user = json!({ "id": "U0ALICE" });
        let interactive = |payload| read(EnvelopeKind::Interactive, payload);
        // A form without its id, and an action that was never offered.
        assert_eq!(
            interactive(json!({ "type": "view_submission", "user": user, "view": {} })),
            unreadable(Unreadable::Form)
        );
        assert_eq!(interactive(json!({ "type": "message_action", "user": user })), unreadable(Unreadable::Press));
        assert_eq!(read(EnvelopeKind::SlashCommands, json!({ "user_id": "U0ALICE" })), unreadable(Unreadable::Command));
        assert_eq!(interactive(json!({ "type": "view_closed", "user": user })), Gesture::Nothing);
        assert_eq!(read(EnvelopeKind::EventsApi, json!({ "type": "event_callback" })), Gesture::Nothing);
    }
}
