//! Entity properties and remote links: what a caller writes twice and finds once.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::bad::Bad;
use super::{RemoteLink, object};
use crate::state::State;
use crate::wire::{Asked, Reply};

/// The longest key of a property or global id.
const LONGEST_KEY: usize = 255;

/// The longest value of a property, as JSON.
const LONGEST_VALUE: usize = 32_768;

fn good(key: &str, value: &Value) -> Result<(), Bad> {
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Err(Bad::new(400, "The key of a property has 1 to 255 characters."));
    }
    if value.to_string().len() > LONGEST_VALUE {
        return Err(Bad::new(400, "The length of the value is more than 32768 characters."));
    }
    Ok(())
}

/// `[{"key":…,"value":…}]`.
pub(super) fn list(list: &Value) -> Result<BTreeMap<String, Value>, Bad> {
    let mut all = BTreeMap::new();
    for item in list.as_array().ok_or_else(Bad::payload)? {
        let (Some(key), Some(value)) = (item.get("key").and_then(Value::as_str), item.get("value")) else {
            return Err(Bad::payload());
        };
        good(key, value)?;
        all.insert(key.to_owned(), value.clone());
    }
    Ok(all)
}

/// No property of this name.
pub(super) fn unknown(key: &str) -> Bad {
    Bad::new(404, format!("The property {key} does not exist."))
}

pub(super) fn keys(state: &mut State, issue: &str) -> Result<Reply, Bad> {
    let found = state.jira.issue(issue).ok_or_else(Bad::no_issue)?;
    let address = |key: &str| format!("{}/rest/api/3/issue/{}/properties/{key}", state.urls.jira, found.id);
    let keys: Vec<Value> = found.properties.keys().map(|key| json!({"self": address(key), "key": key})).collect();
    Ok(Reply::json(200, &json!({"keys": keys})))
}

pub(super) fn get(state: &mut State, issue: &str, key: &str) -> Result<Reply, Bad> {
    let found = state.jira.issue(issue).ok_or_else(Bad::no_issue)?;
    let value = found.properties.get(key).ok_or_else(|| unknown(key))?;
    Ok(Reply::json(200, &json!({"key": key, "value": value})))
}

pub(super) fn put(state: &mut State, asked: &Asked, issue: &str, key: &str) -> Result<Reply, Bad> {
    let value = asked.json().ok_or_else(Bad::payload)?;
    good(key, &value)?;
    let found = state.jira.issue_mut(issue).ok_or_else(Bad::no_issue)?;
    let before = found.properties.insert(key.to_owned(), value);
    Ok(Reply::json(if before.is_some() { 200 } else { 201 }, &json!({})))
}

pub(super) fn links(state: &mut State, asked: &Asked, issue: &str) -> Result<Reply, Bad> {
    let found = state.jira.issue(issue).ok_or_else(Bad::no_issue)?;
    let shown = |link: &RemoteLink| {
        let address = format!("{}/rest/api/3/issue/{}/remotelink/{}", state.urls.jira, found.id, link.id);
        json!({"id": link.id, "self": address, "globalId": link.global_id, "object": link.object})
    };
    match asked.query("globalId") {
        None => Ok(Reply::json(200, &json!(found.remote_links.iter().map(shown).collect::<Vec<_>>()))),
        Some(wanted) => {
            let link = found.remote_links.iter().find(|link| link.global_id.as_deref() == Some(wanted));
            let missing = || Bad::new(404, "There is no remote link with this global id.");
            Ok(Reply::json(200, &shown(link.ok_or_else(missing)?)))
        }
    }
}

pub(super) fn link(state: &mut State, asked: &Asked, issue: &str) -> Result<Reply, Bad> {
    let at = state.jira.at(issue)?;
    let body = object(asked)?;
    let (global_id, object) = checked(&body)?;
    let id = state.next_id();
    let links = &mut state.jira.issues.get_mut(at).ok_or_else(Bad::no_issue)?.remote_links;
    let known = links.iter_mut().find(|link| global_id.is_some() && link.global_id == global_id);
    let (status, id) = match known {
        Some(link) => {
            link.object = object;
            (200, link.id)
        }
        None => {
            links.push(RemoteLink { id, global_id, object });
            (201, id)
        }
    };
    let address = format!("{}/rest/api/3/issue/{issue}/remotelink/{id}", state.urls.jira);
    Ok(Reply::json(status, &json!({"id": id, "self": address})))
}

fn checked(body: &serde_json::Map<String, Value>) -> Result<(Option<String>, Value), Bad> {
    let object = body.get("object").filter(|object| object.is_object()).ok_or_else(Bad::payload)?;
    let mut bad = Bad::fields();
    for name in ["url", "title"] {
        if object.get(name).and_then(Value::as_str).is_none_or(str::is_empty) {
            bad.add(name, format!("'{name}' is required."));
        }
    }
    let global_id = body.get("globalId").and_then(Value::as_str).map(str::to_owned);
    if global_id.as_ref().is_some_and(|id| id.len() > LONGEST_KEY) {
        bad.add("globalId", "'globalId' must be at most 255 characters.");
    }
    bad.unless_empty()?;
    Ok((global_id, object.clone()))
}
