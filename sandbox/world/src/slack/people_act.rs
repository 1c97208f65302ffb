//! A person's doings outside a modal: slash commands, buttons of messages, App Home, shortcuts.
//!
//! It does what Slack's client does and no more: what is not on the screen cannot be pressed. Law: everything returns
//! what the person sees.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::chat::{checked, show_ephemeral};
use super::envelopes::{self, Outcome, Retry};
use super::inputs::{self, Slot};
use super::messages::{Message, Origin};
use super::payload::{self, Target, now_ts};
use crate::seen;
use crate::state::State;
use crate::world::World;

/// Why a person cannot do this: it is not on their screen.
#[derive(Debug, Clone)]
pub struct Cannot(pub String);

impl std::fmt::Display for Cannot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Cannot {}

/// What came of a slash command.
#[derive(Debug, Clone, Serialize)]
pub struct SlashAnswer {
    /// The envelope's id, for `redeliver`.
    pub envelope_id: String,
    /// The acknowledgement's payload.
    pub ack: Option<Value>,
    /// Slack said `operation_timeout` (or `dispatch_failed`).
    pub timed_out: bool,
    /// What the person reads below the command; nothing for a bare acknowledgement.
    pub seen: Option<String>,
}

/// What came of pressing something.
#[derive(Debug, Clone, Serialize)]
pub struct Clicked {
    /// The envelope's id, for `redeliver`.
    pub envelope_id: String,
    /// The acknowledgement's payload; Slack ignores it.
    pub ack: Option<Value>,
    /// Slack shows a warning triangle beside the button.
    pub timed_out: bool,
    /// The confirm dialog that the person said yes to, as they read it.
    pub confirm: Option<String>,
}

/// What came of opening App Home.
#[derive(Debug, Clone, Serialize)]
pub struct HomeAnswer {
    /// The envelope's id.
    pub envelope_id: String,
    /// Acknowledged, if need be at the second delivery.
    pub acked: bool,
}

/// Which button or menu is pressed: `"approve"`, `("block", "approve")`, or `Press::value("approve", "R-142")`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Press {
    /// `action_id`.
    pub action_id: String,
    /// `block_id`, where several blocks have it.
    #[serde(default)]
    pub block_id: Option<String>,
    /// The button's `value`, where several buttons have it.
    #[serde(default)]
    pub value: Option<String>,
    /// For menus and selects: the option, by value or by text.
    #[serde(default)]
    pub pick: Option<String>,
}

impl Press {
    /// The button with this action and this value.
    #[must_use]
    pub fn value(action_id: &str, value: &str) -> Self {
        Self { action_id: action_id.into(), value: Some(value.into()), ..Self::default() }
    }

    /// The option of a menu.
    #[must_use]
    pub fn pick(action_id: &str, option: &str) -> Self {
        Self { action_id: action_id.into(), pick: Some(option.into()), ..Self::default() }
    }

    fn is(&self, slot: &Slot) -> bool {
        let block = self.block_id.as_ref().is_none_or(|block| *block == slot.block_id);
        let value = self.value.as_ref().is_none_or(|value| slot.element["value"] == json!(value));
        slot.action_id == self.action_id && block && value
    }

    /// The one element that is meant.
    pub(crate) fn find(&self, blocks: &[Value]) -> Result<Slot, Cannot> {
        let all = inputs::slots(blocks);
        let mut found = all.iter().filter(|slot| self.is(slot));
        match (found.next(), found.next()) {
            (Some(slot), None) => Ok(slot.clone()),
            (first, _) => {
                let known: Vec<_> = all
                    .iter()
                    .map(|slot| format!("{}/{}={}", slot.block_id, slot.action_id, slot.element["value"]))
                    .collect();
                let what = if first.is_some() { "several match" } else { "nothing matches" };
                Err(Cannot(format!("{what} {self:?}; there are: {}", known.join(", "))))
            }
        }
    }

    /// The `actions[]` entry that pressing it sends.
    pub(crate) fn action(&self, slot: &Slot, ts: &str) -> Result<Value, Cannot> {
        let value = match &self.pick {
            None => None,
            Some(option) if slot.kind() == "overflow" => {
                let chosen = inputs::option(&inputs::options(&slot.element), option).map_err(Cannot)?;
                Some(json!({"selected_option": chosen}))
            }
            Some(option) => Some(inputs::used(slot, &json!(option)).map_err(Cannot)?),
        };
        Ok(inputs::action(slot, value.as_ref(), ts))
    }
}

impl From<&str> for Press {
    fn from(action_id: &str) -> Self {
        Self { action_id: action_id.into(), ..Self::default() }
    }
}

impl From<(&str, &str)> for Press {
    fn from((block_id, action_id): (&str, &str)) -> Self {
        Self { action_id: action_id.into(), block_id: Some(block_id.into()), ..Self::default() }
    }
}

impl World {
    /// Types a slash command in the DM with the bot, and waits for what is shown.
    ///
    /// # Errors
    /// When nobody has this Slack id, or the app has no such command.
    pub async fn slash(&self, user: &str, command: &str, text: &str) -> Result<SlashAnswer, Cannot> {
        let (channel, envelope_id) = self.change(|state| {
            known(state, user)?;
            if !state.slack.commands.iter().any(|known| known == command) {
                return Err(Cannot(format!("{command} is not a valid command.")));
            }
            let channel = state.slack.open_dm(user);
            let payload = payload::slash(state, user, &channel, command, text);
            Ok((channel, envelopes::send(state, "slash_commands", payload)))
        })?;
        let (outcome, ack) = self.settled(&envelope_id).await;
        let seen = self.change(|state| shown_to_caller(state, user, &channel, command, outcome, ack.as_ref()));
        Ok(SlashAnswer { envelope_id, ack, timed_out: outcome != Outcome::Acked, seen })
    }

    /// Presses a button (or uses a menu) of a message or ephemeral; a confirm dialog is answered yes.
    ///
    /// # Errors
    /// When the person cannot see that message, or it has no such button.
    pub async fn click(&self, user: &str, channel: &str, ts: &str, press: impl Into<Press>) -> Result<Clicked, Cannot> {
        let press = press.into();
        let (envelope_id, confirm) = self.change(|state| {
            let target = target(state, user, channel, ts)?;
            let slot = press.find(&target.blocks)?;
            let ts = now_ts(state);
            let action = press.action(&slot, &ts)?;
            let payload = payload::block_actions_in_message(state, user, &target, action);
            Ok((envelopes::send(state, "interactive", payload), seen::confirm(&slot.element)))
        })?;
        Ok(self.clicked(envelope_id, confirm).await)
    }

    /// Presses a button of this message, as it stands now.
    ///
    /// # Errors
    /// When the person cannot see it any more, or it has no such button.
    pub async fn press(&self, user: &str, message: &Message, press: impl Into<Press>) -> Result<Clicked, Cannot> {
        self.click(user, &message.channel, &message.ts, press).await
    }

    /// Presses a button of this message *as it was when it was read*, though it may have been redrawn since: a click
    /// that crosses an update on the wire.
    pub async fn press_stale(&self, user: &str, message: &Message, press: impl Into<Press>) -> Result<Clicked, Cannot> {
        let press = press.into();
        let (envelope_id, confirm) = self.change(|state| {
            let target = of_message(state, message);
            let slot = press.find(&message.blocks)?;
            let ts = now_ts(state);
            let action = press.action(&slot, &ts)?;
            let payload = payload::block_actions_in_message(state, user, &target, action);
            Ok((envelopes::send(state, "interactive", payload), seen::confirm(&slot.element)))
        })?;
        Ok(self.clicked(envelope_id, confirm).await)
    }

    /// Presses a button of the person's App Home.
    ///
    /// # Errors
    /// When they have no App Home yet, or it has no such button.
    pub async fn click_in_home(&self, user: &str, press: impl Into<Press>) -> Result<Clicked, Cannot> {
        let press = press.into();
        let (envelope_id, confirm) = self.change(|state| {
            let view = state.slack.homes.get(user).cloned().ok_or_else(|| Cannot(format!("{user} has no App Home")))?;
            let slot = press.find(view.blocks())?;
            let ts = now_ts(state);
            let action = press.action(&slot, &ts)?;
            let payload = payload::block_actions_in_view(state, &view, action);
            Ok((envelopes::send(state, "interactive", payload), seen::confirm(&slot.element)))
        })?;
        Ok(self.clicked(envelope_id, confirm).await)
    }

    /// A click on the person's App Home with a forged `actions[]` entry, as it may stand on a tab that Slack still shows;
    /// user, trigger and view are true. A tab that was never drawn is taken to be bare.
    pub async fn forge_click_in_home(&self, user: &str, action: Value) -> Clicked {
        let envelope_id = self.change(|state| {
            let bare = || json!({"type": "home", "blocks": []});
            let drawn = state.slack.homes.get(user).cloned();
            let view = drawn.unwrap_or_else(|| state.new_view(user, bare(), None));
            let payload = payload::block_actions_in_view(state, &view, action);
            envelopes::send(state, "interactive", payload)
        });
        self.clicked(envelope_id, None).await
    }

    /// Sends any `interactive` payload as it is, whatever is on the screen: a forgery.
    pub async fn forge(&self, payload: Value) -> Clicked {
        let envelope_id = self.change(|state| envelopes::send(state, "interactive", payload));
        self.clicked(envelope_id, None).await
    }

    /// A click with a forged `actions[]` entry, in this message: action, block and value are whatever is given; user,
    /// container, trigger and all else are true. A `ts` that does not exist is taken too.
    pub async fn forge_click(&self, user: &str, channel: &str, ts: &str, action: Value) -> Clicked {
        let envelope_id = self.change(|state| {
            let target = target(state, user, channel, ts).unwrap_or_else(|_| Target {
                channel: channel.into(),
                ts: ts.into(),
                thread_ts: None,
                blocks: Vec::new(),
                message: Some(json!({"type": "message", "ts": ts, "text": "", "user": state.slack.bot_user})),
            });
            let mut whole = json!({"type": "button", "block_id": "forged", "action_ts": now_ts(state), "text": {"type": "plain_text", "text": "x", "emoji": false}});
            for (name, part) in action.as_object().into_iter().flatten() {
                whole[name] = part.clone();
            }
            let payload = payload::block_actions_in_message(state, user, &target, whole);
            envelopes::send(state, "interactive", payload)
        });
        self.clicked(envelope_id, None).await
    }

    pub(crate) async fn clicked(&self, envelope_id: String, confirm: Option<String>) -> Clicked {
        let (outcome, ack) = self.settled(&envelope_id).await;
        Clicked { envelope_id, ack, timed_out: outcome != Outcome::Acked, confirm }
    }

    /// Opens the App Home tab; an event that is not acknowledged is sent once more at once.
    ///
    /// # Errors
    /// When nobody has this Slack id.
    pub async fn open_home(&self, user: &str) -> Result<HomeAnswer, Cannot> {
        let envelope_id = self.change(|state| {
            known(state, user)?;
            let payload = payload::app_home_opened(state, user);
            Ok(envelopes::send(state, "events_api", payload))
        })?;
        let (outcome, _) = self.settled(&envelope_id).await;
        if outcome == Outcome::Acked {
            return Ok(HomeAnswer { envelope_id, acked: true });
        }
        self.change(|state| {
            envelopes::deliver(state, &envelope_id, None, Some(&Retry { attempt: 1, reason: "timeout" }))
        });
        let again = self.watch(|state| {
            state.slack.envelopes.iter().any(|known| known.id == envelope_id && !known.acks.is_empty()).then_some(())
        });
        let acked = crate::clock::within(self.ack_limit(), again).await.is_some();
        Ok(HomeAnswer { envelope_id, acked })
    }

    /// Uses a global shortcut.
    ///
    /// # Errors
    /// When nobody has this Slack id, or the app has no such shortcut.
    pub async fn shortcut(&self, user: &str, callback_id: &str) -> Result<Clicked, Cannot> {
        let envelope_id = self.change(|state| {
            known(state, user)?;
            if !state.slack.shortcuts.iter().any(|known| known == callback_id) {
                return Err(Cannot(format!("no shortcut {callback_id}")));
            }
            let payload = payload::shortcut(state, user, callback_id);
            Ok(envelopes::send(state, "interactive", payload))
        })?;
        Ok(self.clicked(envelope_id, None).await)
    }
}

pub(crate) fn known(state: &State, user: &str) -> Result<(), Cannot> {
    state.by_slack(user).map(|_| ()).ok_or_else(|| Cannot(format!("nobody in Slack is {user}")))
}

/// What the caller of a slash command reads: the acknowledgement's words, or Slack's own.
fn shown_to_caller(
    state: &mut State,
    user: &str,
    channel: &str,
    command: &str,
    outcome: Outcome,
    ack: Option<&Value>,
) -> Option<String> {
    let itself =
        |error: &str| (format!("{command} failed with the error \"{error}\""), Vec::new(), Origin::SlackItself);
    let (text, blocks, origin) = match (outcome, ack) {
        (Outcome::Acked, None) => return None,
        (Outcome::Acked, Some(ack)) => {
            let blocks = ack["blocks"].as_array().cloned().unwrap_or_default();
            (ack["text"].as_str().unwrap_or_default().to_owned(), blocks, Origin::Ack)
        }
        (Outcome::NotDelivered, _) => itself("dispatch_failed"),
        _ => itself("operation_timeout"),
    };
    match checked(state, text, blocks) {
        Ok(content) => {
            show_ephemeral(state, channel, user, origin, content, None);
            state.slack.ephemerals.last_mut().into_iter().for_each(|note| note.unread = false);
            state.slack.ephemerals.last().map(|note| seen::ephemeral(state, note))
        }
        Err(no) => {
            state.slack.complain(format!(
                "{command}: acknowledgement refused: {} {}",
                no.error,
                no.messages.join("; ")
            ));
            None
        }
    }
}

fn target(state: &State, user: &str, channel: &str, ts: &str) -> Result<Target, Cannot> {
    let place = state.slack.channel(channel).ok_or_else(|| Cannot(format!("no conversation {channel}")))?;
    let private = place.kind != super::ChannelKind::Public;
    if private && !place.members.iter().any(|member| member == user) {
        return Err(Cannot(format!("{user} is not in {channel}")));
    }
    if let Some(message) = place.message(ts) {
        return Ok(of_message(state, message));
    }
    let note = state
        .slack
        .ephemerals
        .iter()
        .find(|note| note.channel == channel && note.ts == ts && note.user == user && !note.deleted);
    let note = note.ok_or_else(|| Cannot(format!("no message {ts} in {channel} that {user} sees")))?;
    Ok(Target {
        channel: channel.into(),
        ts: ts.into(),
        thread_ts: note.thread_ts.clone(),
        blocks: note.blocks.clone(),
        message: None,
    })
}

fn of_message(state: &State, message: &Message) -> Target {
    Target {
        channel: message.channel.clone(),
        ts: message.ts.clone(),
        thread_ts: message.thread_ts.clone(),
        blocks: message.blocks.clone(),
        message: Some(message.echo(&state.slack)),
    }
}
