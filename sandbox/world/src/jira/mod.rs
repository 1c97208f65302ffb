//! Jira Cloud, REST v3, one project: issues with labels, properties, comments, transitions, remote links.
//!
//! Page: developer.atlassian.com/cloud/jira/platform/rest/v3. It knows nothing of grants. Law: reading an issue is never
//! late, searching may be.

mod adf;
mod bad;
mod comments;
mod edits;
mod fields;
mod hands;
mod issues;
mod jql;
mod meta;
mod project;
mod properties;
mod rates;
mod search;
mod transitions;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use crate::state::State;
use crate::wire::{Asked, Reply};
use crate::{JIRA_EMAIL, JIRA_TOKEN};

use bad::Bad;
pub use project::{Field, FieldKind, IssueType, Project, Status, Transition, TransitionField};

/// The site behind the gateway `/ex/jira/{cloudId}`.
pub const CLOUD_ID: &str = "11111111-2222-3333-4444-555555555555";

/// The bot's account.
const ACCOUNT_ID: &str = "5b10ac8d82e05b22cc7d4ef5";

/// An issue.
#[derive(Debug, Clone, Serialize)]
pub struct Issue {
    /// Its id, which never changes.
    pub id: u64,
    /// `ACCESS-1`; changes when it is moved.
    pub key: String,
    /// Keys it had before, which still lead to it.
    pub old_keys: Vec<String>,
    /// One line.
    pub summary: String,
    /// An ADF document.
    pub description: Option<Value>,
    /// In the order given.
    pub labels: Vec<String>,
    /// The issue type's id.
    pub issue_type: String,
    /// The status's id.
    pub status: String,
    /// The resolution's name.
    pub resolution: Option<String>,
    /// What custom fields hold.
    pub custom: BTreeMap<String, Value>,
    /// Entity properties.
    pub properties: BTreeMap<String, Value>,
    /// Oldest first.
    pub comments: Vec<Comment>,
    /// Remote links.
    pub remote_links: Vec<RemoteLink>,
    /// The world's wall time.
    pub created: DateTime<Utc>,
    /// The world's wall time.
    pub updated: DateTime<Utc>,
    /// From this wall time on a search finds it.
    pub searchable_at: DateTime<Utc>,
}

/// A comment.
#[derive(Debug, Clone, Serialize)]
pub struct Comment {
    /// Its id.
    pub id: u64,
    /// An ADF document.
    pub body: Value,
    /// Entity properties.
    pub properties: BTreeMap<String, Value>,
    /// The world's wall time.
    pub created: DateTime<Utc>,
}

/// A remote link.
#[derive(Debug, Clone, Serialize)]
pub struct RemoteLink {
    /// Its id.
    pub id: u64,
    /// The caller's own name of it.
    pub global_id: Option<String>,
    /// `url`, `title` and more.
    pub object: Value,
}

/// Jira as it stands.
#[derive(Debug)]
pub struct Jira {
    /// The project.
    pub project: Project,
    /// All issues, oldest first.
    pub issues: Vec<Issue>,
    /// How far a search lags behind the creation of an issue, in seconds of wall time, for issues created from now on.
    pub search_lag_secs: i64,
    /// Lists of comments carry properties when asked to; the documentation does not say that they do.
    pub lists_show_properties: bool,
    /// The API token no longer counts.
    pub token_revoked: bool,
    next_number: u64,
    rates: rates::Rates,
}

impl Jira {
    pub(crate) fn new(project: Project) -> Self {
        Self {
            project,
            issues: Vec::new(),
            search_lag_secs: 0,
            lists_show_properties: true,
            token_revoked: false,
            next_number: 1,
            rates: rates::Rates::default(),
        }
    }

    /// The issue with this id or key, or that once had this key.
    #[must_use]
    pub fn issue(&self, id_or_key: &str) -> Option<&Issue> {
        self.position(id_or_key).and_then(|at| self.issues.get(at))
    }

    /// The issue with this id or key, to be changed.
    pub fn issue_mut(&mut self, id_or_key: &str) -> Option<&mut Issue> {
        self.position(id_or_key).and_then(|at| self.issues.get_mut(at))
    }

    fn position(&self, id_or_key: &str) -> Option<usize> {
        let is = |key: &str| key.eq_ignore_ascii_case(id_or_key);
        let exact = self.issues.iter().position(|issue| issue.id.to_string() == id_or_key || is(&issue.key));
        exact.or_else(|| self.issues.iter().position(|issue| issue.old_keys.iter().any(|key| is(key))))
    }

    /// The board: the project, its columns, and each issue with its texts as plain ones.
    pub(crate) fn shown(&self) -> Value {
        let columns: Vec<&str> = self.project.statuses.iter().map(|status| status.name.as_str()).collect();
        let issues: Vec<Value> = self.issues.iter().map(|issue| self.card(issue)).collect();
        json!({
            "project": self.project.key, "name": self.project.name, "statuses": columns, "issues": issues,
            "search_lag_secs": self.search_lag_secs, "token_revoked": self.token_revoked,
        })
    }

    fn card(&self, issue: &Issue) -> Value {
        let said = |comment: &Comment| json!({"at": comment.created, "text": adf::plain(&comment.body), "properties": comment.properties});
        json!({
            "id": issue.id.to_string(), "key": issue.key, "summary": issue.summary, "labels": issue.labels,
            "status": self.project.status_name(&issue.status), "category": self.project.category(&issue.status),
            "resolution": issue.resolution, "description": issue.description.as_ref().map(adf::plain),
            "properties": issue.properties, "created": issue.created, "updated": issue.updated,
            "comments": issue.comments.iter().map(said).collect::<Vec<_>>(),
        })
    }

    /// The issues in a few lines, for a person who reads a failed test.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |issue: &Issue| {
            let status = self.project.status_name(&issue.status);
            format!("{} [{status}] {} ({} comments)", issue.key, issue.summary, issue.comments.len())
        };
        self.issues.iter().map(line).collect()
    }
}

/// Answers a call to Jira's listener.
pub(crate) fn answer(state: &mut State, asked: &Asked) -> Reply {
    let reply = called(state, asked).unwrap_or_else(|bad| bad.reply());
    finished(state, reply)
}

fn called(state: &mut State, asked: &Asked) -> Result<Reply, Bad> {
    let parts = asked.parts();
    let path = match parts.as_slice() {
        ["ex", "jira", CLOUD_ID, rest @ ..] => rest,
        all => all,
    };
    let Some(path) = path.strip_prefix(&["rest", "api", "3"]) else {
        return Ok(Reply::html(404));
    };
    if !signed_in(state, asked) {
        return Err(Bad::new(401, "Client must be authenticated to access this resource."));
    }
    if matches!(asked.method.as_str(), "POST" | "PUT") && !is_json(asked) {
        return Ok(Reply::empty(415));
    }
    if let ("POST" | "PUT" | "DELETE", ["issue", issue, ..]) = (asked.method.as_str(), path) {
        rates::admit(state, issue)?;
    }
    routed(state, asked, path)
}

fn routed(state: &mut State, asked: &Asked, path: &[&str]) -> Result<Reply, Bad> {
    match (asked.method.as_str(), path) {
        ("GET", ["myself"]) => Ok(meta::myself(state)),
        ("GET", ["serverInfo"]) => Ok(meta::server_info(state)),
        ("GET", ["mypermissions"]) => meta::permissions(state, asked),
        ("GET", ["project", project]) => meta::project(state, project),
        ("GET", ["project", project, "statuses"]) => meta::statuses(state, project),
        ("GET", ["issue", "createmeta", project, "issuetypes"]) => meta::issue_types(state, asked, project),
        ("GET", ["issue", "createmeta", project, "issuetypes", kind]) => meta::fields(state, asked, project, kind),
        ("POST", ["issue"]) => issues::create(state, asked),
        ("GET", ["issue", issue]) => issues::get(state, asked, issue),
        ("PUT", ["issue", issue]) => issues::edit(state, asked, issue),
        ("GET", ["issue", issue, "transitions"]) => transitions::list(state, asked, issue),
        ("POST", ["issue", issue, "transitions"]) => transitions::perform(state, asked, issue),
        ("GET", ["issue", issue, "comment"]) => comments::list(state, asked, issue),
        ("POST", ["issue", issue, "comment"]) => comments::create(state, asked, issue),
        ("GET", ["comment", comment, "properties", key]) => comments::property(state, comment, key),
        ("GET", ["issue", issue, "properties"]) => properties::keys(state, issue),
        ("GET", ["issue", issue, "properties", key]) => properties::get(state, issue, key),
        ("PUT", ["issue", issue, "properties", key]) => properties::put(state, asked, issue, key),
        ("GET", ["issue", issue, "remotelink"]) => properties::links(state, asked, issue),
        ("POST", ["issue", issue, "remotelink"]) => properties::link(state, asked, issue),
        ("GET", ["search", "jql"]) => search::by_query(state, asked),
        ("POST", ["search", "jql"]) => search::by_body(state, asked),
        (_, ["search"]) => {
            Err(Bad::new(410, "The requested API has been removed. Use /rest/api/3/search/jql instead."))
        }
        (_, ["myself" | "serverInfo" | "mypermissions" | "project" | "issue" | "comment" | "search", ..]) => {
            Ok(Reply::empty(405))
        }
        _ => Ok(Reply::html(404)),
    }
}

fn signed_in(state: &State, asked: &Asked) -> bool {
    let shown = asked.header("authorization").and_then(|value| value.strip_prefix("Basic "));
    let expected = STANDARD.encode(format!("{JIRA_EMAIL}:{JIRA_TOKEN}"));
    shown == Some(expected.as_str()) && !state.jira.token_revoked
}

fn is_json(asked: &Asked) -> bool {
    let kind = asked.header("content-type").unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// The body as a JSON object.
fn object(asked: &Asked) -> Result<serde_json::Map<String, Value>, Bad> {
    match asked.json() {
        Some(Value::Object(body)) => Ok(body),
        _ => Err(Bad::payload()),
    }
}

/// Adds what every reply carries.
fn finished(state: &mut State, reply: Reply) -> Reply {
    let (id, now) = (state.next_id(), state.clock.now());
    let reply = reply.with("atl-traceid", format!("{id:032x}")).with("x-arequestid", format!("{id:016x}"));
    reply.with("date", crate::okta::http_date(now))
}

/// `2026-01-02T03:04:05.000+0000`: no colon in the offset.
fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3f%z").to_string()
}

/// The bot as Jira shows people.
fn account(state: &State) -> Value {
    json!({
        "self": format!("{}/rest/api/3/user?accountId={ACCOUNT_ID}", state.urls.jira), "accountId": ACCOUNT_ID,
        "accountType": "atlassian", "emailAddress": JIRA_EMAIL, "displayName": "Jitney", "active": true, "timeZone": "Etc/UTC",
    })
}

/// The 401 of a fault.
pub(crate) fn unauthorized() -> Reply {
    Bad::new(401, "Client must be authenticated to access this resource.").reply()
}

/// The 403 of a fault.
pub(crate) fn forbidden() -> Reply {
    Bad::new(403, "You do not have the permission to do this.").reply()
}

/// The 429 of a fault.
pub(crate) fn too_many(state: &mut State, secs: u64) -> Reply {
    let reply = rates::refusal(state, "jira-burst-based", secs).reply();
    finished(state, reply)
}
