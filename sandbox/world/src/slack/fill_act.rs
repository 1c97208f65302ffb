//! A person fills the inputs of a modal: by hand, by a search, by a forged client.
//!
//! Pages: docs.slack.dev/reference/block-kit/block-elements/select-menu-element,
//! docs.slack.dev/reference/interaction-payloads/block_suggestion-payload. Law: the client holds what it allows, and tells
//! the app at once only where the input asks for it.

use serde_json::{Value, json};

use super::envelopes::{self, Outcome};
use super::inputs;
use super::modal_act::top;
use super::payload::{self, now_ts};
use super::people_act::{Cannot, Clicked, Press};
use crate::world::World;

impl World {
    /// Puts a value into an input of the modal on top, as a person can: a select must offer it (by value or by text), a
    /// box must have room. Where the input tells the app at once (`dispatch_action`), waits for the acknowledgement.
    ///
    /// # Errors
    /// When there is no modal, no such input, or the client does not allow the value.
    pub async fn fill(
        &self,
        user: &str,
        block_id: &str,
        action_id: &str,
        value: impl Into<Value>,
    ) -> Result<Option<Clicked>, Cannot> {
        let value = value.into();
        let query = value.as_str().unwrap_or_default().to_owned();
        self.fill_from(user, block_id, action_id, &value, &query).await
    }

    /// The same, where what is offered is searched (`external_select`) and was found by this text.
    ///
    /// # Errors
    /// When there is no modal, no such input, or the client does not allow the value.
    pub async fn fill_from(
        &self,
        user: &str,
        block_id: &str,
        action_id: &str,
        value: &Value,
        query: &str,
    ) -> Result<Option<Clicked>, Cannot> {
        let slot = self.look(|state| Press::from((block_id, action_id)).find(top(state, user)?.blocks()))?;
        let held = match (slot.kind(), value.as_str()) {
            ("external_select", Some(wanted)) => {
                let offered = self.options(user, block_id, action_id, query).await?;
                let chosen = inputs::option(&offered, wanted).map_err(Cannot)?;
                json!({"type": "external_select", "selected_option": chosen})
            }
            _ => inputs::used(&slot, value).map_err(Cannot)?,
        };
        self.put(user, block_id, action_id, &held)?;
        if !slot.dispatches() {
            return Ok(None);
        }
        let envelope_id = self.change(|state| {
            let view = top(state, user)?.clone();
            let ts = now_ts(state);
            let payload = payload::block_actions_in_view(state, &view, inputs::action(&slot, Some(&held), &ts));
            Ok(envelopes::send(state, "interactive", payload))
        })?;
        Ok(Some(self.clicked(envelope_id, None).await))
    }

    /// Types into a box of the modal on top and does not press Enter: the app is told when the form is sent.
    ///
    /// # Errors
    /// When there is no modal, no such box, or the client does not allow the text.
    pub fn type_in(&self, user: &str, block_id: &str, action_id: &str, text: &str) -> Result<(), Cannot> {
        let slot = self.look(|state| Press::from((block_id, action_id)).find(top(state, user)?.blocks()))?;
        let held = inputs::used(&slot, &json!(text)).map_err(Cannot)?;
        self.put(user, block_id, action_id, &held)
    }

    /// Puts any `state.values` entry into the modal on top, unchecked: a forged client.
    ///
    /// # Errors
    /// When there is no modal.
    pub fn forge_fill(&self, user: &str, block_id: &str, action_id: &str, held: &Value) -> Result<(), Cannot> {
        self.put(user, block_id, action_id, held)
    }

    /// What an `external_select` offers for this text (`block_suggestion`).
    ///
    /// # Errors
    /// When there is no modal, or the app does not answer in time.
    pub async fn options(
        &self,
        user: &str,
        block_id: &str,
        action_id: &str,
        query: &str,
    ) -> Result<Vec<Value>, Cannot> {
        Ok(inputs::options(&self.suggested(user, block_id, action_id, query).await?))
    }

    /// The same as the app answered it, with its groups.
    ///
    /// # Errors
    /// When there is no modal, or the app does not answer in time.
    pub async fn suggested(&self, user: &str, block_id: &str, action_id: &str, query: &str) -> Result<Value, Cannot> {
        let envelope_id = self.change(|state| {
            let view = top(state, user)?.clone();
            let payload = payload::block_suggestion(state, &view, block_id, action_id, query);
            Ok(envelopes::send(state, "interactive", payload))
        })?;
        let (outcome, ack) = self.settled(&envelope_id).await;
        ack.filter(|_| outcome == Outcome::Acked).ok_or_else(|| Cannot("no options came".into()))
    }

    fn put(&self, user: &str, block_id: &str, action_id: &str, held: &Value) -> Result<(), Cannot> {
        self.change(|state| {
            let view = state.slack.top_mut(user).ok_or_else(|| Cannot(format!("{user} has no modal open")))?;
            view.values.entry(block_id.to_owned()).or_default().insert(action_id.to_owned(), held.clone());
            Ok(())
        })
    }
}
