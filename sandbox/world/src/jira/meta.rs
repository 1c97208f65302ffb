//! What a start-up check reads: the account, the site, its permissions, the project, what a new issue needs.

use serde_json::{Map, Value, json};

use super::bad::Bad;
use super::comments::bounds;
use super::project::{Field, FieldKind, IssueType, Status};
use super::{account, stamp};
use crate::state::State;
use crate::wire::{Asked, Reply};

pub(super) fn myself(state: &State) -> Reply {
    Reply::json(200, &account(state))
}

pub(super) fn server_info(state: &State) -> Reply {
    Reply::json(
        200,
        &json!({
            "baseUrl": state.urls.jira, "displayUrl": state.urls.jira, "version": "1001.0.0-SNAPSHOT", "versionNumbers": [1001, 0, 0],
            "deploymentType": "Cloud", "buildNumber": 100_290, "serverTime": stamp(state.clock.now()), "serverTitle": "Jira",
        }),
    )
}

pub(super) fn permissions(_: &State, asked: &Asked) -> Result<Reply, Bad> {
    let wanted =
        asked.query("permissions").ok_or_else(|| Bad::new(400, "The 'permissions' query parameter is required."))?;
    let one = |key: &str| json!({"id": "10", "key": key, "name": key, "type": "PROJECT", "description": "", "havePermission": true});
    let all: Map<String, Value> = wanted.split(',').map(|key| (key.to_owned(), one(key))).collect();
    Ok(Reply::json(200, &json!({"permissions": all})))
}

fn known(state: &State, project: &str) -> Result<(), Bad> {
    let none = || Bad::new(404, format!("No project could be found with key '{project}'."));
    if state.jira.project.is(project) { Ok(()) } else { Err(none()) }
}

pub(super) fn project(state: &State, project: &str) -> Result<Reply, Bad> {
    known(state, project)?;
    let own = &state.jira.project;
    let address = format!("{}/rest/api/3/project/{}", state.urls.jira, own.id);
    let kinds: Vec<Value> = own.issue_types.iter().map(|kind| issue_type(state, kind)).collect();
    Ok(Reply::json(
        200,
        &json!({"self": address, "id": own.id, "key": own.key, "name": own.name, "projectTypeKey": "software", "issueTypes": kinds}),
    ))
}

/// The statuses of each issue type; here all have the same workflow.
pub(super) fn statuses(state: &State, project: &str) -> Result<Reply, Bad> {
    known(state, project)?;
    let own = &state.jira.project;
    let one = |status: &Status| {
        json!({
            "self": format!("{}/rest/api/3/status/{}", state.urls.jira, status.id), "id": status.id, "name": status.name,
            "description": "", "iconUrl": state.urls.jira,
        })
    };
    let all: Vec<Value> = own.statuses.iter().map(one).collect();
    let kind = |kind: &IssueType| {
        let mut shown = issue_type(state, kind);
        shown["statuses"] = json!(all);
        shown
    };
    Ok(Reply::json(200, &Value::Array(own.issue_types.iter().map(kind).collect())))
}

fn issue_type(state: &State, kind: &IssueType) -> Value {
    let address = format!("{}/rest/api/3/issuetype/{}", state.urls.jira, kind.id);
    json!({"self": address, "id": kind.id, "name": kind.name, "description": "", "subtask": false, "hierarchyLevel": 0})
}

pub(super) fn issue_types(state: &State, asked: &Asked, project: &str) -> Result<Reply, Bad> {
    known(state, project)?;
    let all: Vec<Value> = state.jira.project.issue_types.iter().map(|kind| issue_type(state, kind)).collect();
    page(asked, "issueTypes", all)
}

pub(super) fn fields(state: &State, asked: &Asked, project: &str, kind: &str) -> Result<Reply, Bad> {
    known(state, project)?;
    if !state.jira.project.issue_types.iter().any(|known| known.id == kind) {
        return Err(Bad::new(404, format!("No issue type could be found with id '{kind}'.")));
    }
    page(asked, "fields", state.jira.project.fields.iter().map(field).collect())
}

fn field(field: &Field) -> Value {
    let kind = match field.kind {
        FieldKind::Place => field.id.as_str(),
        FieldKind::Line | FieldKind::Document => "string",
        FieldKind::Labels => "array",
        FieldKind::Account => "user",
    };
    let mut shown = json!({
        "required": field.required, "schema": {"type": kind}, "name": field.name, "key": field.id, "fieldId": field.id,
        "hasDefaultValue": field.has_default, "operations": ["set"],
    });
    match field.id.strip_prefix("customfield_").and_then(|number| number.parse::<u64>().ok()) {
        Some(number) => {
            shown["schema"]["custom"] = json!("com.atlassian.jira.plugin.system.customfieldtypes:textfield");
            shown["schema"]["customId"] = json!(number);
        }
        None => shown["schema"]["system"] = json!(field.id),
    }
    shown
}

fn page(asked: &Asked, name: &str, all: Vec<Value>) -> Result<Reply, Bad> {
    let (start, most) = bounds(asked, 200)?;
    let total = all.len();
    let some: Vec<Value> = all.into_iter().skip(start).take(most).collect();
    let mut body = json!({"startAt": start, "maxResults": most, "total": total});
    body[name] = json!(some);
    Ok(Reply::json(200, &body))
}
