//! Modals and App Home: `views.open`, `push`, `update`, `publish`, trigger ids, hashes, the stack of three.
//!
//! Pages: docs.slack.dev/reference/methods/views.open and its neighbours, docs.slack.dev/surfaces/modals. Law: a
//! trigger opens one view, within 3 s of elapsed time.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::web::{Answer, Args, No, no};
use super::{Slack, Trigger, blocks, inputs};
use crate::TEAM_ID;
use crate::state::State;

/// Views one above the other.
const STACK: usize = 3;

/// The whole view as JSON, in bytes (250 kB).
const VIEW_BYTES: usize = 250_000;

/// A modal or App Home as a person has it before them.
#[derive(Debug, Clone, Serialize)]
pub struct View {
    /// `V…`, stable over updates.
    pub id: String,
    /// Changes with every update.
    pub hash: String,
    /// Whose.
    pub user: String,
    /// As the app sent it, with missing ids filled in.
    pub body: Value,
    /// The lowest view of its stack.
    pub root_id: String,
    /// The view below, if any.
    pub previous_id: Option<String>,
    /// What the inputs hold, as `state.values`.
    pub values: BTreeMap<String, BTreeMap<String, Value>>,
    /// Errors shown under their blocks.
    pub errors: BTreeMap<String, String>,
    /// What Slack itself says above the buttons when an acknowledgement did not come or was no good.
    pub trouble: Option<String>,
}

impl View {
    /// `callback_id`, empty where there is none.
    #[must_use]
    pub fn callback_id(&self) -> &str {
        self.body["callback_id"].as_str().unwrap_or_default()
    }

    /// The title's text.
    #[must_use]
    pub fn title(&self) -> &str {
        self.body["title"]["text"].as_str().unwrap_or_default()
    }

    /// The blocks as sent.
    #[must_use]
    pub fn blocks(&self) -> &[Value] {
        self.body["blocks"].as_array().map_or(&[], Vec::as_slice)
    }

    /// `private_metadata`, empty where there is none.
    #[must_use]
    pub fn private_metadata(&self) -> &str {
        self.body["private_metadata"].as_str().unwrap_or_default()
    }

    /// As payloads and the Web API show it; `state.values` is an empty array where there is no input.
    #[must_use]
    pub fn echo(&self, slack: &Slack) -> Value {
        let body = &self.body;
        let or = |name: &str, other: Value| {
            if body[name].is_null() { other } else { body[name].clone() }
        };
        json!({
            "id": self.id, "team_id": TEAM_ID, "type": body["type"], "blocks": body["blocks"],
            "private_metadata": or("private_metadata", json!("")), "callback_id": or("callback_id", json!("")),
            "state": {"values": inputs::echo(&self.values)}, "hash": self.hash,
            "title": or("title", json!({"type": "plain_text", "text": "View Title", "emoji": true})),
            "clear_on_close": or("clear_on_close", json!(false)), "notify_on_close": or("notify_on_close", json!(false)),
            "close": body["close"], "submit": body["submit"], "previous_view_id": self.previous_id, "root_view_id": self.root_id,
            "app_id": slack.app_id, "external_id": or("external_id", json!("")), "app_installed_team_id": TEAM_ID, "bot_id": slack.bot_id,
        })
    }
}

impl State {
    /// A trigger for this person, born now.
    pub(crate) fn new_trigger(&mut self, user: &str) -> String {
        let id = self.next_id();
        let name = format!("{}.{}.{:032x}", 9_000_000 + id, 4_000_000, id.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let born = self.clock.elapsed();
        self.slack.triggers.insert(name.clone(), Trigger { user: user.into(), born, used: false });
        name
    }

    fn exchange(&mut self, args: &Args) -> Result<String, No> {
        let name = args.text("trigger_id").or_else(|| args.text("interactivity_pointer"));
        let name = name.ok_or_else(|| {
            no("invalid_arguments").because(vec!["[ERROR] missing required field: trigger_id".into()])
        })?;
        let now = self.clock.elapsed();
        let trigger = self.slack.triggers.get_mut(&name).ok_or_else(|| no("invalid_trigger_id"))?;
        if trigger.used {
            return Err(no("exchanged_trigger_id"));
        }
        if now.saturating_sub(trigger.born) > self.slack.trigger_life {
            return Err(no("expired_trigger_id"));
        }
        trigger.used = true;
        Ok(trigger.user.clone())
    }

    fn new_hash(&mut self) -> String {
        let id = self.next_id();
        format!("{}.{:08x}", self.clock.now().timestamp(), id)
    }

    /// A view with fresh ids; what it was called before stays where it is given.
    pub(crate) fn new_view(&mut self, user: &str, mut body: Value, below: Option<&View>) -> View {
        fill(self, &mut body);
        let id = format!("V{:010}", self.next_id());
        let hash = self.new_hash();
        let values = inputs::carried_over(body["blocks"].as_array().map_or(&[], Vec::as_slice), &BTreeMap::new());
        View {
            root_id: below.map_or_else(|| id.clone(), |below| below.root_id.clone()),
            previous_id: below.map(|below| below.id.clone()),
            id,
            hash,
            user: user.into(),
            body,
            values,
            errors: BTreeMap::new(),
            trouble: None,
        }
    }

    /// Puts a new body into a view that is shown; false when it is not shown any more.
    pub(crate) fn redraw(&mut self, view_id: &str, mut body: Value) -> Option<View> {
        fill(self, &mut body);
        let hash = self.new_hash();
        let view = self.slack.shown_mut(view_id)?;
        view.values = inputs::carried_over(body["blocks"].as_array().map_or(&[], Vec::as_slice), &view.values);
        view.body = body;
        view.hash = hash;
        view.errors.clear();
        view.trouble = None;
        Some(view.clone())
    }
}

fn fill(state: &mut State, body: &mut Value) {
    if let Some(list) = body["blocks"].as_array_mut() {
        blocks::fill_ids(state, list);
    }
}

impl Slack {
    fn shown_mut(&mut self, view_id: &str) -> Option<&mut View> {
        let modals = self.stacks.values_mut().flatten();
        modals.chain(self.homes.values_mut()).find(|view| view.id == view_id)
    }

    fn shown(&self, view_id: &str) -> Option<&View> {
        self.stacks.values().flatten().chain(self.homes.values()).find(|view| view.id == view_id)
    }

    /// The modal on top of this person's stack.
    #[must_use]
    pub fn top(&self, user: &str) -> Option<&View> {
        self.stacks.get(user).and_then(|stack| stack.last())
    }

    pub(crate) fn top_mut(&mut self, user: &str) -> Option<&mut View> {
        self.stacks.get_mut(user).and_then(|stack| stack.last_mut())
    }

    fn external_taken(&self, body: &Value, but: Option<&str>) -> bool {
        let wanted = body["external_id"].as_str().filter(|id| !id.is_empty());
        let all = self.stacks.values().flatten().chain(self.homes.values());
        wanted.is_some_and(|wanted| {
            all.into_iter().any(|view| view.body["external_id"] == json!(wanted) && Some(view.id.as_str()) != but)
        })
    }
}

/// The `view` argument, checked as Slack checks it.
fn view_of(args: &Args, kind: &str) -> Result<Value, No> {
    let body = match args.json("view") {
        Some(Ok(body)) if body.is_object() => body,
        Some(_) => {
            return Err(
                no("invalid_arguments").because(vec!["[ERROR] must provide an object [json-pointer:/view]".into()])
            );
        }
        None => {
            return Err(no("invalid_arguments").because(vec!["[ERROR] missing required field: view".into()]));
        }
    };
    checked(body, kind)
}

/// A view that did not come as an argument: `response_action`.
pub(crate) fn checked(body: Value, kind: &str) -> Result<Value, No> {
    if body.to_string().len() > VIEW_BYTES {
        return Err(no("view_too_large"));
    }
    let faults = blocks::view(&body, kind);
    if faults.is_empty() { Ok(body) } else { Err(no("invalid_arguments").because(faults)) }
}

pub(crate) fn open(state: &mut State, args: &Args) -> Answer {
    let body = view_of(args, "modal")?;
    let user = state.exchange(args)?;
    free(state, &body, None)?;
    let view = state.new_view(&user, body, None);
    state.slack.stacks.insert(user, vec![view.clone()]);
    Ok(json!({"view": view.echo(&state.slack)}))
}

pub(crate) fn push(state: &mut State, args: &Args) -> Answer {
    let body = view_of(args, "modal")?;
    let user = state.exchange(args)?;
    free(state, &body, None)?;
    let view = pushed(state, &user, body)?;
    Ok(json!({"view": view.echo(&state.slack)}))
}

/// Puts a view on top of this person's stack.
pub(crate) fn pushed(state: &mut State, user: &str, body: Value) -> Result<View, No> {
    let below = state.slack.top(user).cloned().ok_or_else(|| no("not_found"))?;
    if state.slack.stacks.get(user).is_some_and(|stack| stack.len() >= STACK) {
        return Err(no("push_limit_reached"));
    }
    let view = state.new_view(user, body, Some(&below));
    state.slack.stacks.entry(user.to_owned()).or_default().push(view.clone());
    Ok(view)
}

pub(crate) fn update(state: &mut State, args: &Args) -> Answer {
    let id = match (args.text("view_id"), args.text("external_id")) {
        (Some(id), _) => id,
        (None, Some(external)) => by_external(state, &external)?,
        (None, None) => {
            return Err(no("invalid_arguments").because(vec!["[ERROR] view_id or external_id is required".into()]));
        }
    };
    let shown = state.slack.shown(&id).ok_or_else(|| no("not_found"))?;
    let body = view_of(args, shown.body["type"].as_str().unwrap_or("modal"))?;
    stale(args, Some(&shown.hash))?;
    free(state, &body, Some(&id))?;
    let view = state.redraw(&id, body).ok_or_else(|| no("not_found"))?;
    Ok(json!({"view": view.echo(&state.slack)}))
}

fn by_external(state: &State, external: &str) -> Result<String, No> {
    let all = state.slack.stacks.values().flatten();
    let found = all.into_iter().find(|view| view.body["external_id"] == json!(external));
    found.map(|view| view.id.clone()).ok_or_else(|| no("not_found"))
}

pub(crate) fn publish(state: &mut State, args: &Args) -> Answer {
    let user = args.need("user_id")?;
    if state.by_slack(&user).is_none() {
        return Err(no("invalid_arguments").because(vec!["[ERROR] invalid user_id".into()]));
    }
    let body = view_of(args, "home")?;
    let former = state.slack.homes.get(&user).cloned();
    stale(args, former.as_ref().map(|view| view.hash.as_str()))?;
    free(state, &body, former.as_ref().map(|view| view.id.as_str()))?;
    let view = match former.and_then(|former| state.redraw(&former.id, body.clone())) {
        Some(view) => view,
        None => state.new_view(&user, body, None),
    };
    state.slack.homes.insert(user, view.clone());
    Ok(json!({"view": view.echo(&state.slack)}))
}

fn stale(args: &Args, hash: Option<&str>) -> Result<(), No> {
    match args.text("hash").filter(|given| !given.is_empty()) {
        Some(given) if Some(given.as_str()) != hash => Err(no("hash_conflict")),
        _ => Ok(()),
    }
}

fn free(state: &State, body: &Value, but: Option<&str>) -> Result<(), No> {
    if state.slack.external_taken(body, but) { Err(no("duplicate_external_id")) } else { Ok(()) }
}
