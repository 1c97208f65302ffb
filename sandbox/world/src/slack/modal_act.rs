//! A person's doings in a modal: submitting, pressing, closing, and what the answer does to the stack; `fill_act` has the
//! filling.
//!
//! Pages: docs.slack.dev/surfaces/modals, docs.slack.dev/reference/interaction-payloads/view-interactions-payload. Law: a
//! submission without an acknowledgement leaves the form open with an error.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::envelopes::{self, Outcome};
use super::inputs;
use super::payload::{self, now_ts};
use super::people_act::{Cannot, Clicked, Press};
use super::views::{self, View};
use crate::seen;
use crate::state::State;
use crate::world::World;

/// What the client says when an acknowledgement did not come or was no good.
const TROUBLE: &str = "We had some trouble connecting. Try again?";

/// What the person sees after pressing submit.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", content = "shows", rename_all = "snake_case")]
pub enum SubmitAnswer {
    /// The client sent nothing: required fields are empty (block id → words).
    Incomplete(BTreeMap<String, String>),
    /// The form closed; the one below, if any, shows.
    Closed,
    /// All forms closed.
    Cleared,
    /// The form stays, with errors under its fields (block id → words).
    Errors(BTreeMap<String, String>),
    /// The form shows something else.
    Updated(Box<View>),
    /// Another form lies on top.
    Pushed(Box<View>),
    /// The form stays, with Slack's own error: no acknowledgement within 3 s, no connection, or a wrong one.
    Trouble(String),
}

impl SubmitAnswer {
    /// The field errors, where there are some.
    #[must_use]
    pub fn errors(&self) -> BTreeMap<String, String> {
        match self {
            Self::Errors(errors) | Self::Incomplete(errors) => errors.clone(),
            _ => BTreeMap::new(),
        }
    }

    /// The form is gone.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Closed | Self::Cleared)
    }
}

impl World {
    /// The modal on top of this person's screen.
    #[must_use]
    pub fn open_view(&self, user: &str) -> Option<View> {
        self.look(|state| state.slack.top(user).cloned())
    }

    /// The person's App Home as it was last drawn.
    #[must_use]
    pub fn home(&self, user: &str) -> Option<View> {
        self.look(|state| state.slack.homes.get(user).cloned())
    }

    /// Waits until this person has a modal whose text, as they see it, holds this.
    pub async fn until_view(&self, user: &str, part: &str) -> View {
        self.until(&format!("a modal of {user} with {part:?}"), |state| {
            state.slack.top(user).filter(|view| seen::view(state, view).contains(part)).cloned()
        })
        .await
    }

    /// Waits until this person's App Home holds this text.
    pub async fn until_home(&self, user: &str, part: &str) -> View {
        self.until(&format!("App Home of {user} with {part:?}"), |state| {
            state.slack.homes.get(user).filter(|view| seen::view(state, view).contains(part)).cloned()
        })
        .await
    }

    /// Changes the modal on top behind the app's back (`private_metadata`, `callback_id`, …): a forged client.
    ///
    /// # Errors
    /// When there is no modal.
    pub fn forge_view(&self, user: &str, forge: impl FnOnce(&mut View)) -> Result<(), Cannot> {
        self.change(|state| {
            state.slack.top_mut(user).map(forge).ok_or_else(|| Cannot(format!("{user} has no modal open")))
        })
    }

    /// Presses submit. The client sends nothing while a required field is empty.
    ///
    /// # Errors
    /// When there is no modal, or it has no submit.
    pub async fn submit(&self, user: &str) -> Result<SubmitAnswer, Cannot> {
        let view = self.look(|state| top(state, user).cloned())?;
        let missing = inputs::missing(view.blocks(), &view.values);
        if !missing.is_empty() {
            return Ok(SubmitAnswer::Incomplete(missing));
        }
        self.submit_unchecked(user).await.map(|(answer, _)| answer)
    }

    /// Submits whatever is in the modal on top, and says under which envelope: a forged client, or a test that
    /// redelivers.
    ///
    /// # Errors
    /// When there is no modal, or it has no submit.
    pub async fn submit_unchecked(&self, user: &str) -> Result<(SubmitAnswer, String), Cannot> {
        let (view_id, envelope_id) = self.change(|state| {
            let view = top(state, user)?.clone();
            if view.body["submit"].is_null() && inputs::slots(view.blocks()).iter().all(|slot| slot.input.is_none()) {
                return Err(Cannot("this modal has no submit".into()));
            }
            let payload = payload::view_submission(state, &view);
            Ok((view.id, envelopes::send(state, "interactive", payload)))
        })?;
        let (outcome, ack) = self.settled(&envelope_id).await;
        let answer = self.change(|state| answered(state, user, &view_id, outcome, ack.as_ref()));
        Ok((answer, envelope_id))
    }

    /// Presses a button of the modal on top.
    ///
    /// # Errors
    /// When there is no modal, or it has no such button.
    pub async fn click_in_view(&self, user: &str, press: impl Into<Press>) -> Result<Clicked, Cannot> {
        let press = press.into();
        let (envelope_id, confirm) = self.change(|state| {
            let view = top(state, user)?.clone();
            let slot = press.find(view.blocks())?;
            let ts = now_ts(state);
            let action = press.action(&slot, &ts)?;
            let payload = payload::block_actions_in_view(state, &view, action);
            Ok((envelopes::send(state, "interactive", payload), seen::confirm(&slot.element)))
        })?;
        Ok(self.clicked(envelope_id, confirm).await)
    }

    /// Presses cancel, or the cross: the modal on top goes; the app is told where it asked to be (`notify_on_close`).
    ///
    /// # Errors
    /// When there is no modal.
    pub async fn close_view(&self, user: &str) -> Result<(), Cannot> {
        let told = self.change(|state| {
            let view = top(state, user)?.clone();
            let all = view.body["clear_on_close"] == json!(true);
            match state.slack.stacks.get_mut(user) {
                Some(stack) if all => stack.clear(),
                Some(stack) => drop(stack.pop()),
                None => {}
            }
            let wants = view.body["notify_on_close"] == json!(true);
            Ok(wants.then(|| {
                let payload = payload::view_closed(state, &view, all);
                envelopes::send(state, "interactive", payload)
            }))
        })?;
        if let Some(envelope_id) = told {
            self.settled(&envelope_id).await;
        }
        Ok(())
    }
}

pub(super) fn top<'state>(state: &'state State, user: &str) -> Result<&'state View, Cannot> {
    state.slack.top(user).ok_or_else(|| Cannot(format!("{user} has no modal open")))
}

/// What an acknowledgement does to the form that was submitted.
fn answered(state: &mut State, user: &str, view_id: &str, outcome: Outcome, ack: Option<&Value>) -> SubmitAnswer {
    if outcome != Outcome::Acked {
        return trouble(state, user, view_id, format!("{outcome:?}"));
    }
    let Some(ack) = ack else {
        close(state, user, view_id);
        return SubmitAnswer::Closed;
    };
    match ack["response_action"].as_str() {
        Some("clear") => {
            state.slack.stacks.remove(user);
            SubmitAnswer::Cleared
        }
        Some("errors") => errors(state, user, view_id, &ack["errors"]),
        Some("update") => match views::checked(ack["view"].clone(), "modal") {
            Ok(body) => {
                state.redraw(view_id, body).map_or(SubmitAnswer::Closed, |view| SubmitAnswer::Updated(Box::new(view)))
            }
            Err(no) => wrong(state, user, view_id, &no.messages.join("; ")),
        },
        Some("push") => {
            let pushed = views::checked(ack["view"].clone(), "modal").and_then(|body| views::pushed(state, user, body));
            match pushed {
                Ok(view) => SubmitAnswer::Pushed(Box::new(view)),
                Err(no) => wrong(state, user, view_id, &format!("{} {}", no.error, no.messages.join("; "))),
            }
        }
        _ => wrong(state, user, view_id, &format!("unknown acknowledgement {ack}")),
    }
}

fn errors(state: &mut State, user: &str, view_id: &str, errors: &Value) -> SubmitAnswer {
    let view = state.slack.stacks.get(user).and_then(|stack| stack.iter().find(|view| view.id == view_id));
    let blocks: Vec<String> = view
        .map(|view| inputs::slots(view.blocks()))
        .unwrap_or_default()
        .into_iter()
        .filter(|slot| slot.input.is_some())
        .map(|slot| slot.block_id)
        .collect();
    let given: BTreeMap<String, String> = serde_json::from_value(errors.clone()).unwrap_or_default();
    if given.is_empty() || !given.keys().all(|key| blocks.contains(key)) {
        return wrong(state, user, view_id, &format!("errors {errors} are not about the input blocks {blocks:?}"));
    }
    each(state, user, view_id, |view| {
        view.errors.clone_from(&given);
        view.trouble = None;
    });
    SubmitAnswer::Errors(given)
}

fn wrong(state: &mut State, user: &str, view_id: &str, why: &str) -> SubmitAnswer {
    state.slack.complain(format!("view_submission: acknowledgement refused: {why}"));
    trouble(state, user, view_id, format!("wrong acknowledgement: {why}"))
}

fn trouble(state: &mut State, user: &str, view_id: &str, why: String) -> SubmitAnswer {
    each(state, user, view_id, |view| view.trouble = Some(TROUBLE.into()));
    SubmitAnswer::Trouble(why)
}

fn each(state: &mut State, user: &str, view_id: &str, change: impl Fn(&mut View)) {
    let stack = state.slack.stacks.get_mut(user).into_iter().flatten();
    stack.filter(|view| view.id == view_id).for_each(change);
}

fn close(state: &mut State, user: &str, view_id: &str) {
    if let Some(stack) = state.slack.stacks.get_mut(user) {
        stack.retain(|view| view.id != view_id);
    }
}
