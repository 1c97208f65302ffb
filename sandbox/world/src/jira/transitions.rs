//! `/issue/{issue}/transitions`: what leads out of the present status, and going there.

use serde_json::{Map, Value, json};

use super::bad::Bad;
use super::edits::Edit;
use super::project::{Transition, TransitionField};
use super::{Issue, object};
use crate::state::State;
use crate::wire::{Asked, Reply};

/// A status as Jira shows it.
pub(super) fn status(state: &State, id: &str) -> Value {
    let base = format!("{}/rest/api/3", state.urls.jira);
    let project = &state.jira.project;
    let (number, color, name) = match project.category(id) {
        "new" => (2, "blue-gray", "To Do"),
        "done" => (3, "green", "Done"),
        _ => (4, "yellow", "In Progress"),
    };
    json!({
        "self": format!("{base}/status/{id}"), "description": "", "iconUrl": format!("{base}/"), "id": id, "name": project.status_name(id),
        "statusCategory": {"self": format!("{base}/statuscategory/{number}"), "id": number, "key": project.category(id), "colorName": color, "name": name},
    })
}

fn leads_out(transition: &Transition, issue: &Issue) -> bool {
    !transition.hidden && (transition.from.is_empty() || transition.from.contains(&issue.status))
}

pub(super) fn list(state: &mut State, asked: &Asked, issue: &str) -> Result<Reply, Bad> {
    let found = state.jira.issue(issue).ok_or_else(Bad::no_issue)?;
    let expanded =
        asked.query("expand").is_some_and(|expand| expand.split(',').any(|part| part == "transitions.fields"));
    let all = state.jira.project.transitions.iter().filter(|transition| leads_out(transition, found));
    let shown: Vec<Value> = all.map(|transition| json(state, transition, expanded)).collect();
    Ok(Reply::json(200, &json!({"expand": "transitions", "transitions": shown})))
}

fn json(state: &State, transition: &Transition, expanded: bool) -> Value {
    let mut shown = json!({
        "id": transition.id, "name": transition.name, "to": status(state, &transition.to), "hasScreen": !transition.fields.is_empty(),
        "isGlobal": transition.from.is_empty(), "isInitial": false, "isAvailable": true, "isConditional": false, "looped": false,
    });
    if expanded {
        let fields: Map<String, Value> =
            transition.fields.iter().map(|field| (field.id.clone(), screen(field))).collect();
        shown["fields"] = Value::Object(fields);
    }
    shown
}

fn screen(field: &TransitionField) -> Value {
    let allowed: Vec<Value> = field
        .allowed
        .iter()
        .enumerate()
        .map(|(at, name)| json!({"id": (10_000 + at).to_string(), "name": name}))
        .collect();
    let kind = if field.id == "resolution" { "resolution" } else { "string" };
    json!({
        "required": field.required, "schema": {"type": kind, "system": field.id}, "name": field.name, "key": field.id,
        "hasDefaultValue": false, "operations": ["set"], "allowedValues": allowed,
    })
}

pub(super) fn perform(state: &mut State, asked: &Asked, issue: &str) -> Result<Reply, Bad> {
    let at = state.jira.at(issue)?;
    let body = object(asked)?;
    let wanted = body
        .get("transition")
        .and_then(|wanted| wanted.get("id"))
        .ok_or_else(|| Bad::new(400, "Missing 'transition' identifier"))?;
    // A number is no id.
    let wanted = wanted.as_str().ok_or_else(Bad::payload)?;
    let found = state.jira.issues.get(at).ok_or_else(Bad::no_issue)?;
    let known = state
        .jira
        .project
        .transitions
        .iter()
        .find(|transition| transition.id == wanted && leads_out(transition, found));
    let transition = known
        .cloned()
        .ok_or_else(|| Bad::new(400, format!("Transition id '{wanted}' is not valid for this issue.")))?;
    let edit = Edit::read(&body)?;
    on_screen(&transition, &edit)?;
    let (now, ids) = (state.clock.now(), edit.ids(state));
    let done = state.jira.project.category(&transition.to) == "done";
    let issue = state.jira.issues.get_mut(at).ok_or_else(Bad::no_issue)?;
    issue.updated = now;
    issue.status = transition.to;
    if !done {
        issue.resolution = None;
    }
    edit.apply(issue, ids);
    Ok(Reply::empty(204))
}

/// A transition takes the fields of its screen and no others.
fn on_screen(transition: &Transition, edit: &Edit) -> Result<(), Bad> {
    let mut bad = Bad::fields();
    for (id, value) in &edit.fields {
        match transition.fields.iter().find(|field| field.id == *id) {
            None => {
                bad.add(id, format!("Field '{id}' cannot be set. It is not on the appropriate screen, or unknown."))
            }
            Some(field) if !field.allowed.is_empty() && !is_allowed(field, value) => {
                bad.add(id, format!("Could not find valid 'id' or 'name' for {}", field.name));
            }
            Some(_) => {}
        }
    }
    for field in transition.fields.iter().filter(|field| field.required) {
        if edit.fields.get(&field.id).is_none_or(Value::is_null) {
            bad.add(&field.id, format!("{} is required.", field.name));
        }
    }
    bad.unless_empty()
}

fn is_allowed(field: &TransitionField, value: &Value) -> bool {
    let by_name = value.get("name").and_then(Value::as_str);
    let by_id = value.get("id").and_then(Value::as_str);
    field.allowed.iter().enumerate().any(|(at, name)| match (by_id, by_name) {
        (Some(id), _) => id == (10_000 + at).to_string(),
        (None, Some(wanted)) => wanted == name,
        (None, None) => false,
    })
}
