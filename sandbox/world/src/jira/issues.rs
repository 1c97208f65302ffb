//! `/issue`: create, read, edit.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::bad::Bad;
use super::edits::Edit;
use super::{Issue, account, comments, fields, object, stamp};
use crate::state::State;
use crate::wire::{Asked, Reply};

pub(super) fn create(state: &mut State, asked: &Asked) -> Result<Reply, Bad> {
    let body = object(asked)?;
    if !body.contains_key("fields") {
        return Err(Bad::payload());
    }
    let edit = Edit::read(&body)?;
    let mut bad = Bad::fields();
    fields::check(&state.jira.project, &edit.fields, &mut bad);
    fields::missing(&state.jira.project, &edit.fields, &mut bad);
    bad.unless_empty()?;
    let mut issue = blank(state, &edit);
    let ids = edit.ids(state);
    edit.apply(&mut issue, ids);
    let (id, key) = (issue.id.to_string(), issue.key.clone());
    state.jira.issues.push(issue);
    let address = format!("{}/rest/api/3/issue/{id}", state.urls.jira);
    Ok(Reply::json(201, &json!({"id": id, "key": key, "self": address})))
}

fn blank(state: &mut State, edit: &Edit) -> Issue {
    let now = state.clock.now();
    let jira = &mut state.jira;
    let number = jira.next_number;
    jira.next_number += 1;
    Issue {
        id: 10_000 + number,
        key: format!("{}-{number}", jira.project.key),
        old_keys: Vec::new(),
        summary: String::new(),
        description: None,
        labels: Vec::new(),
        issue_type: fields::issue_type(&jira.project, &edit.fields["issuetype"]).unwrap_or_default(),
        status: jira.project.statuses.first().map(|status| status.id.clone()).unwrap_or_default(),
        resolution: None,
        custom: BTreeMap::new(),
        properties: BTreeMap::new(),
        comments: Vec::new(),
        remote_links: Vec::new(),
        created: now,
        updated: now,
        searchable_at: now + TimeDelta::seconds(jira.search_lag_secs),
    }
}

pub(super) fn edit(state: &mut State, asked: &Asked, issue: &str) -> Result<Reply, Bad> {
    let at = state.jira.at(issue)?;
    let edit = Edit::read(&object(asked)?)?;
    let mut bad = Bad::fields();
    fields::check(&state.jira.project, &edit.fields, &mut bad);
    for id in ["project", "issuetype"].into_iter().filter(|id| edit.fields.contains_key(*id)) {
        bad.add(id, format!("Field '{id}' cannot be set. It is not on the appropriate screen, or unknown."));
    }
    bad.unless_empty()?;
    let (now, ids) = (state.clock.now(), edit.ids(state));
    if let Some(issue) = state.jira.issues.get_mut(at) {
        issue.updated = now;
        edit.apply(issue, ids);
    }
    if asked.query("returnIssue") == Some("true") { get(state, asked, issue) } else { Ok(Reply::empty(204)) }
}

pub(super) fn get(state: &mut State, asked: &Asked, issue: &str) -> Result<Reply, Bad> {
    let at = state.jira.at(issue)?;
    let found = state.jira.issues.get(at).map(|issue| json(state, issue, &wanted(asked, "fields")));
    let mut shown = found.ok_or_else(Bad::no_issue)?;
    let wanted = wanted(asked, "properties");
    if let (Some(issue), false) = (state.jira.issues.get(at), wanted.is_empty()) {
        let chosen: Map<String, Value> = issue
            .properties
            .iter()
            .filter(|(key, _)| chooses(&wanted, key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        shown["properties"] = Value::Object(chosen);
    }
    Ok(Reply::json(200, &shown))
}

/// A comma-separated list that may be given several times.
pub(super) fn wanted(asked: &Asked, name: &str) -> Vec<String> {
    let given = asked.query.iter().filter(|(key, _)| key == name).flat_map(|(_, value)| value.split(','));
    given.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// Whether a list of names, `*all` and `-name` chooses one. An empty list chooses all.
fn chooses(wanted: &[String], name: &str) -> bool {
    if wanted.iter().any(|part| part.strip_prefix('-') == Some(name)) {
        return false;
    }
    let only_exclusions = wanted.iter().all(|part| part.starts_with('-'));
    only_exclusions || wanted.iter().any(|part| part == "*all" || part == "*navigable" || part == name)
}

/// An issue with the fields that are asked for.
pub(super) fn json(state: &State, issue: &Issue, wanted: &[String]) -> Value {
    let fields: Map<String, Value> =
        all_fields(state, issue).into_iter().filter(|(name, _)| chooses(wanted, name)).collect();
    json!({
        "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
        "id": issue.id.to_string(), "key": issue.key, "fields": fields,
        "self": format!("{}/rest/api/3/issue/{}", state.urls.jira, issue.id),
    })
}

fn all_fields(state: &State, issue: &Issue) -> Map<String, Value> {
    let project = &state.jira.project;
    let kind = project.issue_types.iter().find(|kind| kind.id == issue.issue_type);
    let base = format!("{}/rest/api/3", state.urls.jira);
    let resolution =
        issue.resolution.as_ref().map(|name| json!({"self": format!("{base}/resolution/1"), "id": "1", "name": name}));
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    set("summary", json!(issue.summary));
    set("description", json!(issue.description));
    set("labels", json!(issue.labels));
    set(
        "issuetype",
        json!({"self": format!("{base}/issuetype/{}", issue.issue_type), "id": issue.issue_type, "name": kind.map(|kind| &kind.name), "subtask": false}),
    );
    set(
        "project",
        json!({"self": format!("{base}/project/{}", project.id), "id": project.id, "key": project.key, "name": project.name}),
    );
    set("status", super::transitions::status(state, &issue.status));
    set("resolution", json!(resolution));
    set("created", json!(stamp(issue.created)));
    set("updated", json!(stamp(issue.updated)));
    set("creator", account(state));
    set("reporter", account(state));
    set("comment", comments::page(state, issue, comments::Order::OldestFirst, (0, 50), false));
    for (id, value) in &issue.custom {
        set(id, value.clone());
    }
    fields
}
