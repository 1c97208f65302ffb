//! `/search/jql`: the newest first, page by page, as far as the index has come.

use serde_json::{Value, json};

use super::bad::Bad;
use super::jql::{self, Clause};
use super::{Issue, Jira, issues, object};
use crate::state::State;
use crate::wire::{Asked, Reply};

/// What a search is asked.
struct Query {
    jql: String,
    token: Option<String>,
    most: usize,
    fields: Vec<String>,
}

const KNOWN: &[&str] = &[
    "jql",
    "nextPageToken",
    "maxResults",
    "fields",
    "expand",
    "properties",
    "fieldsByKeys",
    "failFast",
    "reconcileIssues",
];

pub(super) fn by_query(state: &mut State, asked: &Asked) -> Result<Reply, Bad> {
    if let Some((name, _)) = asked.query.iter().find(|(name, _)| !KNOWN.contains(&name.as_str())) {
        return Err(Bad::new(400, format!("Unrecognized parameter {name}")));
    }
    let most = asked.query("maxResults").map_or(Ok(50), str::parse).map_err(|_| Bad::payload())?;
    let query = Query {
        jql: asked.query("jql").unwrap_or_default().to_owned(),
        token: asked.query("nextPageToken").map(str::to_owned),
        most,
        fields: issues::wanted(asked, "fields"),
    };
    found(state, &query)
}

pub(super) fn by_body(state: &mut State, asked: &Asked) -> Result<Reply, Bad> {
    let body = object(asked)?;
    if body.keys().any(|name| !KNOWN.contains(&name.as_str())) {
        return Err(Bad::payload());
    }
    let fields = match body.get("fields") {
        None => Vec::new(),
        Some(fields) => serde_json::from_value(fields.clone()).map_err(|_| Bad::payload())?,
    };
    let most = match body.get("maxResults") {
        None => 50,
        Some(most) => most.as_u64().and_then(|most| usize::try_from(most).ok()).ok_or_else(Bad::payload)?,
    };
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    found(state, &Query { jql: text("jql").unwrap_or_default(), token: text("nextPageToken"), most, fields })
}

fn found(state: &State, query: &Query) -> Result<Reply, Bad> {
    let clauses = jql::read(&query.jql).map_err(|why| Bad::new(400, why))?;
    let now = state.clock.now();
    let mut hits = Vec::new();
    for issue in state.jira.issues.iter().rev() {
        let mut all = true;
        for clause in &clauses {
            all &= holds(&state.jira, issue, clause)?;
        }
        if all && issue.searchable_at <= now {
            hits.push(issue);
        }
    }
    let start = match &query.token {
        None => 0,
        Some(token) => token
            .strip_prefix("page-")
            .and_then(|at| at.parse().ok())
            .ok_or_else(|| Bad::new(400, "The next page token is invalid."))?,
    };
    let most = query.most.clamp(1, 5_000);
    let page: Vec<Value> = hits.iter().skip(start).take(most).map(|issue| shown(state, issue, &query.fields)).collect();
    let is_last = start + page.len() >= hits.len();
    let mut body = json!({"issues": page, "isLast": is_last});
    if !is_last {
        body["nextPageToken"] = json!(format!("page-{}", start + most));
    }
    Ok(Reply::json(200, &body))
}

/// Only the id, where no fields are asked for.
fn shown(state: &State, issue: &Issue, fields: &[String]) -> Value {
    if fields.is_empty() || fields == ["id"] {
        return json!({"id": issue.id.to_string()});
    }
    issues::json(state, issue, fields)
}

fn holds(jira: &Jira, issue: &Issue, clause: &Clause) -> Result<bool, Bad> {
    let any = |is: &dyn Fn(&str) -> bool| clause.values.iter().any(|value| is(value));
    Ok(match clause.field.as_str() {
        "project" => {
            if let Some(value) = clause.values.iter().find(|value| !jira.project.is(value)) {
                return Err(Bad::new(400, format!("The value '{value}' does not exist for the field 'project'.")));
            }
            true
        }
        "labels" => any(&|value| issue.labels.iter().any(|label| label == value)),
        "status" => any(&|value| jira.project.status_name(&issue.status).eq_ignore_ascii_case(value)),
        "key" | "issuekey" | "id" => {
            any(&|value| issue.key.eq_ignore_ascii_case(value) || issue.id.to_string() == value)
        }
        field => {
            return Err(Bad::new(
                400,
                format!("Field '{field}' does not exist or you do not have permission to view it."),
            ));
        }
    })
}
