//! Okta: users, groups, memberships, rules, roles, a little System Log, behind its REST API.
//!
//! Page: developer.okta.com/docs/api. It knows nothing of grants. Law: only an `OKTA_GROUP` is edited, and every
//! membership write is on record in order.

mod groups;
mod logs;
mod search;
mod users;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::OKTA_TOKEN;
use crate::state::State;
use crate::wire::{Asked, Reply};

/// Calls a minute that the headers speak of (half of `/groups` on a Workforce org).
const RATE_LIMIT: i64 = 600;

/// Okta's three kinds of group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GroupKind {
    /// Edited in Okta: the only kind whose members the API changes.
    #[default]
    OktaGroup,
    /// Imported from an app.
    AppGroup,
    /// Everyone.
    BuiltIn,
}

/// A group.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Group {
    /// `00gPRODRW`.
    pub id: String,
    /// `profile.name`.
    pub name: String,
    /// `type`.
    pub kind: GroupKind,
    /// Okta user ids, as they truly are.
    pub members: BTreeSet<String>,
    /// Admin roles the group carries (`USER_ADMIN`, …).
    pub admin_roles: Vec<String>,
    /// `lastMembershipUpdated`; nothing means since the world began.
    pub last_membership_updated: Option<DateTime<Utc>>,
    #[serde(skip)]
    stale: Option<Stale>,
}

impl Group {
    /// A group edited in Okta, with these members.
    #[must_use]
    pub fn okta(id: &str, name: &str, members: &[&str]) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            members: members.iter().map(|id| (*id).to_owned()).collect(),
            ..Self::default()
        }
    }
}

/// A group rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rule {
    /// `0pr…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `ACTIVE`, `INACTIVE` or `INVALID`.
    pub status: String,
    /// The expression, never evaluated here.
    pub expression: String,
    /// Groups it fills.
    pub groups: Vec<String>,
    /// People removed by hand: the rule never adds them again.
    pub excluded: BTreeSet<String>,
}

/// How long reads of a membership show the state before a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lag {
    /// Not at all.
    #[default]
    None,
    /// For so many reads of that group's members.
    Reads(u32),
    /// For so many milliseconds of elapsed time.
    Millis(u64),
}

/// What lagging reads still show.
#[derive(Debug, Clone)]
struct Stale {
    members: BTreeSet<String>,
    reads_left: u32,
    until: Option<Duration>,
}

/// Who wrote a membership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Writer {
    /// Over the API, with the bot's token.
    Bot,
    /// Someone in the admin console.
    Hand(String),
}

/// Added or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Did {
    /// `PUT`.
    Add,
    /// `DELETE`.
    Remove,
}

/// One membership write that Okta carried out.
#[derive(Debug, Clone, Serialize)]
pub struct Write {
    /// The world's wall time.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Writer,
    /// Added or removed.
    pub did: Did,
    /// Group id.
    pub group: String,
    /// Okta user id.
    pub user: String,
    /// False where it changed nothing: added who was in, removed who was out.
    pub effective: bool,
    /// `X-Okta-Request-Id` of the call; empty for a hand.
    pub request_id: String,
}

/// A relationship between users that the organisation has defined (a linked object): many are associated with one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Relationship {
    /// The API name of the one end, such as `manager`.
    pub primary: String,
    /// What people call that.
    pub title: String,
    /// The API name of the other end, such as `subordinate`.
    pub associated: String,
    /// By Okta user id: the one whom each is associated with.
    pub links: BTreeMap<String, String>,
}

/// Okta as it stands.
#[derive(Debug)]
pub struct Okta {
    /// All groups.
    pub groups: Vec<Group>,
    /// All group rules.
    pub rules: Vec<Rule>,
    /// The relationships that are defined.
    pub relationships: Vec<Relationship>,
    /// Every membership write, in order.
    pub writes: Vec<Write>,
    /// Lag of membership reads after writes, for writes from now on.
    pub lag: Lag,
    /// Okta users that `search=` does not find yet (its index lags); reads by id and login do.
    pub hidden_from_search: BTreeSet<String>,
    /// Removing who is not a member answers 404 instead of 204: both have been told of Okta.
    pub absent_is_404: bool,
    /// `Link` as one comma-joined header line instead of several.
    pub joined_links: bool,
    /// Tokens that are answered 401.
    pub revoked_tokens: Vec<String>,
    born: DateTime<Utc>,
    window: (DateTime<Utc>, i64),
}

impl Okta {
    pub(crate) fn new(groups: Vec<Group>, rules: Vec<Rule>, now: DateTime<Utc>) -> Self {
        Self {
            groups,
            rules,
            relationships: Vec::new(),
            writes: Vec::new(),
            lag: Lag::None,
            hidden_from_search: BTreeSet::new(),
            absent_is_404: false,
            joined_links: false,
            revoked_tokens: Vec::new(),
            born: now,
            window: (now, 0),
        }
    }

    /// The group with this id.
    #[must_use]
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// The group with this id, to be changed.
    pub fn group_mut(&mut self, id: &str) -> Option<&mut Group> {
        self.groups.iter_mut().find(|group| group.id == id)
    }
}

/// Answers a call to Okta's listener.
pub(crate) fn answer(state: &mut State, asked: &Asked) -> Reply {
    let request_id = request_id(state);
    let reply = if signed_in(state, asked) { called(state, asked, &request_id) } else { unauthorized_body(state) };
    finished(state, reply, &request_id)
}

fn signed_in(state: &State, asked: &Asked) -> bool {
    let token = asked.header("authorization").and_then(|value| value.strip_prefix("SSWS "));
    token == Some(OKTA_TOKEN) && !state.okta.revoked_tokens.iter().any(|revoked| revoked == OKTA_TOKEN)
}

fn called(state: &mut State, asked: &Asked, request_id: &str) -> Reply {
    let parts = asked.parts();
    let Some(path) = parts.strip_prefix(&["api", "v1"]) else {
        return error(state, 404, "E0000008", "The requested path was not found");
    };
    match (asked.method.as_str(), path) {
        ("GET", ["users"]) => users::list(state, asked),
        ("GET", ["users", user]) => users::get(state, user),
        ("GET", ["users", user, "groups"]) => users::groups(state, user),
        ("GET", ["users", user, "linkedObjects", name]) => users::linked(state, user, name),
        ("GET", ["meta", "schemas", "user", "linkedObjects"]) => users::relationships(state),
        ("DELETE", ["users", user, "sessions"]) => users::end_sessions(state, user),
        ("GET", ["groups"]) => groups::list(state, asked),
        ("GET", ["groups", "rules"]) => groups::rules(state, asked),
        ("GET", ["groups", group]) => groups::get(state, group),
        ("GET", ["groups", group, "users"]) => groups::members(state, asked, group),
        ("GET", ["groups", group, "roles"]) => groups::roles(state, group),
        ("PUT", ["groups", group, "users", user]) => groups::write(state, Did::Add, group, user, request_id),
        ("DELETE", ["groups", group, "users", user]) => groups::write(state, Did::Remove, group, user, request_id),
        ("GET", ["logs"]) => logs::list(state, asked),
        (_, ["users" | "groups" | "logs" | "meta", ..]) => {
            error(state, 405, "E0000022", "The endpoint does not support the provided HTTP method")
        }
        _ => error(state, 404, "E0000008", "The requested path was not found"),
    }
}

fn request_id(state: &mut State) -> String {
    format!("Yx{:010}AAABkQ", state.next_id())
}

/// Adds what every reply carries: request id, rate headers, the server's date.
fn finished(state: &mut State, reply: Reply, request_id: &str) -> Reply {
    let now = state.clock.now();
    let (reset, used) = &mut state.okta.window;
    if now >= *reset {
        *reset = now + TimeDelta::seconds(60);
        *used = 0;
    }
    *used += 1;
    let (reset, left) = (reset.timestamp(), (RATE_LIMIT - *used).max(0));
    let reply = if reply.status == 429 {
        reply
    } else {
        reply
            .with("x-rate-limit-limit", RATE_LIMIT)
            .with("x-rate-limit-remaining", left)
            .with("x-rate-limit-reset", reset)
    };
    reply.with("x-okta-request-id", request_id).with("date", http_date(now))
}

/// `Tue, 24 Nov 2026 08:10:52 GMT`.
pub(crate) fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `2026-11-24T08:10:52.000Z`.
fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Okta's error body with its own `errorId`.
fn error(state: &mut State, status: u16, code: &str, summary: &str) -> Reply {
    let id = format!("oae{:020}", state.next_id());
    let causes: Vec<serde_json::Value> = Vec::new();
    Reply::json(
        status,
        &json!({"errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": id, "errorCauses": causes}),
    )
}

fn not_found(state: &mut State, id: &str, kind: &str) -> Reply {
    error(state, 404, "E0000007", &format!("Not found: Resource not found: {id} ({kind})"))
}

fn unauthorized_body(state: &mut State) -> Reply {
    error(state, 401, "E0000011", "Invalid token provided")
}

/// The 401 of a fault.
pub(crate) fn unauthorized(state: &mut State) -> Reply {
    let (reply, id) = (unauthorized_body(state), request_id(state));
    finished(state, reply, &id)
}

/// The 403 of a fault.
pub(crate) fn forbidden(state: &mut State) -> Reply {
    let reply = error(state, 403, "E0000006", "You do not have permission to perform the requested action");
    let id = request_id(state);
    finished(state, reply, &id)
}

/// The 429 of a fault: the reset by the server's clock, in whole epoch seconds.
pub(crate) fn too_many(state: &mut State, secs: u64) -> Reply {
    let reset = state.clock.now().timestamp() + i64::try_from(secs).unwrap_or(60).max(1);
    let reply = error(state, 429, "E0000047", "API call exceeded rate limit due to too many requests.");
    let reply = reply
        .with("x-rate-limit-limit", RATE_LIMIT)
        .with("x-rate-limit-remaining", 0)
        .with("x-rate-limit-reset", reset);
    let id = request_id(state);
    finished(state, reply, &id)
}
