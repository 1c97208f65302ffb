//! `/issue/{issue}/comment`: add, list, and the properties of one.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::bad::Bad;
use super::{Comment, Issue, account, adf, object, properties, stamp};
use crate::state::State;
use crate::wire::{Asked, Reply};

/// A comment that was found good and has no id yet.
#[derive(Debug)]
pub(super) struct Draft {
    body: Value,
    properties: BTreeMap<String, Value>,
}

impl Draft {
    pub(super) fn comment(self, id: u64, created: DateTime<Utc>) -> Comment {
        Comment { id: 10_000 + id, body: self.body, properties: self.properties, created }
    }
}

/// Reads what is to be said.
pub(super) fn draft(said: &Map<String, Value>) -> Result<Draft, Bad> {
    let body = said.get("body").cloned().unwrap_or_default();
    adf::check(&body).map_err(|why| Bad::field("comment", why))?;
    if adf::plain(&body).trim().is_empty() {
        return Err(Bad::field("comment", "Comment body can not be empty!"));
    }
    let properties = said.get("properties").map(properties::list).transpose()?.unwrap_or_default();
    Ok(Draft { body, properties })
}

pub(super) fn create(state: &mut State, asked: &Asked, issue: &str) -> Result<Reply, Bad> {
    let at = state.jira.at(issue)?;
    let draft = draft(&object(asked)?)?;
    let (id, now) = (state.next_id(), state.clock.now());
    let comment = draft.comment(id, now);
    let issue = state.jira.issues.get_mut(at).ok_or_else(Bad::no_issue)?;
    issue.updated = now;
    issue.comments.push(comment.clone());
    let issue = issue.id;
    Ok(Reply::json(201, &json(state, issue, &comment, true)))
}

fn json(state: &State, issue: u64, comment: &Comment, properties: bool) -> Value {
    let mut shown = json!({
        "self": format!("{}/rest/api/3/issue/{issue}/comment/{}", state.urls.jira, comment.id), "id": comment.id.to_string(),
        "author": account(state), "updateAuthor": account(state), "body": comment.body,
        "created": stamp(comment.created), "updated": stamp(comment.created), "jsdPublic": true,
    });
    if properties {
        let all: Vec<Value> =
            comment.properties.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
        shown["properties"] = json!(all);
    }
    shown
}

/// Which comments come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    OldestFirst,
    NewestFirst,
}

/// A page of an issue's comments.
pub(super) fn page(
    state: &State,
    issue: &Issue,
    order: Order,
    (start, most): (usize, usize),
    properties: bool,
) -> Value {
    let mut all: Vec<&Comment> = issue.comments.iter().collect();
    if order == Order::NewestFirst {
        all.reverse();
    }
    let some = all.into_iter().skip(start).take(most);
    let comments: Vec<Value> = some.map(|comment| json(state, issue.id, comment, properties)).collect();
    json!({"startAt": start, "maxResults": most, "total": issue.comments.len(), "comments": comments})
}

pub(super) fn list(state: &mut State, asked: &Asked, issue: &str) -> Result<Reply, Bad> {
    let at = state.jira.at(issue)?;
    let bounds = bounds(asked, 100)?;
    let order = match asked.query("orderBy") {
        None | Some("created" | "+created") => Order::OldestFirst,
        Some("-created") => Order::NewestFirst,
        Some(other) => return Err(Bad::new(400, format!("orderBy does not accept {other}"))),
    };
    let expanded = asked.query("expand").is_some_and(|expand| expand.split(',').any(|part| part == "properties"));
    let found = state.jira.issues.get(at).ok_or_else(Bad::no_issue)?;
    Ok(Reply::json(200, &page(state, found, order, bounds, expanded && state.jira.lists_show_properties)))
}

/// `startAt` and `maxResults`.
pub(super) fn bounds(asked: &Asked, most: usize) -> Result<(usize, usize), Bad> {
    let number = |name: &str, default: usize| match asked.query(name) {
        None => Ok(default),
        Some(text) => text.parse::<usize>().map_err(|_| Bad::new(400, format!("{name} is no number"))),
    };
    Ok((number("startAt", 0)?, number("maxResults", 50)?.min(most)))
}

pub(super) fn property(state: &mut State, comment: &str, key: &str) -> Result<Reply, Bad> {
    let mut all = state.jira.issues.iter().flat_map(|issue| &issue.comments);
    let found = all.find(|known| known.id.to_string() == comment);
    let found = found.ok_or_else(|| Bad::new(404, format!("Can not find a comment for the id: {comment}.")))?;
    let value = found.properties.get(key).ok_or_else(|| properties::unknown(key))?;
    Ok(Reply::json(200, &json!({"key": key, "value": value})))
}
