//! The Web API's door: bodies of three kinds, tokens and scopes, the table of methods, Slack's way to say no.
//!
//! Pages: docs.slack.dev/apis/web-api, docs.slack.dev/reference/methods. Law: an answer is always 200 with `ok`, but for
//! 429.

use serde_json::{Map, Value, json};

use super::{chat, conversations, response_url, users, views};
use crate::state::State;
use crate::wire::{Asked, Reply, pairs};
use crate::{APP_TOKEN, BOT_TOKEN};

/// A refusal: the error code and, for argument faults, why.
#[derive(Debug, Clone)]
pub(crate) struct No {
    pub(crate) error: &'static str,
    pub(crate) messages: Vec<String>,
    pub(crate) more: Option<Box<Value>>,
    pub(crate) retry_after: Option<u64>,
}

pub(crate) fn no(error: &'static str) -> No {
    No { error, messages: Vec::new(), more: None, retry_after: None }
}

impl No {
    pub(crate) fn because(mut self, messages: Vec<String>) -> Self {
        self.messages = messages;
        self
    }
}

pub(crate) type Answer = Result<Value, No>;

/// A method's arguments, wherever they stood in the request.
pub(crate) struct Args {
    map: Map<String, Value>,
    pub(crate) got: bool,
    pub(crate) token: Option<String>,
}

impl Args {
    /// An argument as text; numbers and booleans as they are written.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        match self.map.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    pub(crate) fn need(&self, name: &'static str) -> Result<String, No> {
        let found = self.text(name).filter(|text| !text.is_empty());
        found.ok_or_else(|| no("invalid_arguments").because(vec![format!("[ERROR] missing required field: {name}")]))
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.text(name).as_deref(), Some("true" | "1"))
    }

    /// An argument that is JSON: as it is, or encoded in a string as forms must.
    pub(crate) fn json(&self, name: &str) -> Option<Result<Value, ()>> {
        match self.map.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(serde_json::from_str(text).map_err(|_| ())),
            other => Some(Ok(other.clone())),
        }
    }

    fn read(asked: &Asked) -> Result<Self, No> {
        let mut map: Map<String, Value> = asked.query.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        let kind = asked.header("content-type").unwrap_or_default();
        if kind.starts_with("application/json") && !asked.body.is_empty() {
            match asked.json() {
                Some(Value::Object(body)) => map.extend(body),
                Some(_) => return Err(no("json_not_object")),
                None => return Err(no("invalid_json")),
            }
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            map.extend(
                pairs(&String::from_utf8_lossy(&asked.body)).into_iter().map(|(key, value)| (key, json!(value))),
            );
        } else if !asked.body.is_empty() {
            return Err(no("invalid_post_type"));
        }
        let bearer = asked.header("authorization").and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
        let token = bearer.or_else(|| map.remove("token").and_then(|value| value.as_str().map(str::to_owned)));
        Ok(Self { map, got: asked.method == "GET", token })
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Token {
    Bot,
    App,
}

struct Method {
    name: &'static str,
    token: Token,
    scope: &'static str,
    args: &'static [&'static str],
    run: fn(&mut State, &Args) -> Answer,
}

const fn bot(
    name: &'static str,
    scope: &'static str,
    args: &'static [&'static str],
    run: fn(&mut State, &Args) -> Answer,
) -> Method {
    Method { name, token: Token::Bot, scope, args, run }
}

const MESSAGE: &[&str] = &[
    "channel",
    "text",
    "blocks",
    "thread_ts",
    "reply_broadcast",
    "unfurl_links",
    "unfurl_media",
    "mrkdwn",
    "parse",
    "link_names",
    "metadata",
    "attachments",
    "username",
    "icon_emoji",
    "icon_url",
];

/// The methods of this world; others answer `unknown_method`.
const METHODS: &[Method] = &[
    bot("api.test", "", &["error"], users::api_test),
    bot("auth.test", "", &[], users::auth_test),
    Method {
        name: "apps.connections.open",
        token: Token::App,
        scope: "connections:write",
        args: &[],
        run: super::socket::connections_open,
    },
    bot("users.info", "users:read", &["user", "include_locale"], users::info),
    bot("users.lookupByEmail", "users:read.email", &["email"], users::lookup_by_email),
    bot("users.list", "users:read", &["cursor", "limit", "include_locale", "team_id"], users::list),
    bot(
        "usergroups.users.list",
        "usergroups:read",
        &["usergroup", "include_disabled", "team_id"],
        users::usergroup_users,
    ),
    bot("team.info", "team:read", &["team", "domain"], users::team_info),
    bot("conversations.open", "im:write", &["channel", "users", "return_im", "prevent_creation"], conversations::open),
    bot(
        "conversations.info",
        "channels:read",
        &["channel", "include_locale", "include_num_members"],
        conversations::info,
    ),
    bot("chat.postMessage", "chat:write", MESSAGE, chat::post),
    bot(
        "chat.postEphemeral",
        "chat:write",
        &[
            "channel",
            "user",
            "text",
            "blocks",
            "thread_ts",
            "attachments",
            "parse",
            "link_names",
            "username",
            "icon_emoji",
            "icon_url",
        ],
        chat::post_ephemeral,
    ),
    bot(
        "chat.update",
        "chat:write",
        &["channel", "ts", "text", "blocks", "reply_broadcast", "attachments", "metadata", "parse", "link_names"],
        chat::update,
    ),
    bot("chat.delete", "chat:write", &["channel", "ts"], chat::delete),
    bot("views.open", "", &["trigger_id", "interactivity_pointer", "view"], views::open),
    bot("views.push", "", &["trigger_id", "interactivity_pointer", "view"], views::push),
    bot("views.update", "", &["view", "view_id", "external_id", "hash"], views::update),
    bot("views.publish", "", &["user_id", "view", "hash"], views::publish),
];

/// Answers a call to Slack's listener.
pub(crate) fn answer(state: &mut State, asked: &Asked) -> Reply {
    let request_id = format!("slackreq{:08}", state.next_id());
    let reply = match asked.parts().as_slice() {
        ["api", method] => called(state, asked, method),
        ["response", id] => response_url::answer(state, asked, id),
        _ => Reply::empty(404),
    };
    reply.with("x-slack-req-id", request_id)
}

fn called(state: &mut State, asked: &Asked, name: &str) -> Reply {
    let outcome = Args::read(asked).and_then(|args| allowed(state, name, &args).map(|method| (args, method)));
    let outcome = outcome.and_then(|(args, method)| {
        unknown_args(state, method, &args);
        (method.run)(state, &args)
    });
    let scopes = if name == "apps.connections.open" { &state.slack.app_scopes } else { &state.slack.scopes };
    said(outcome).with("x-oauth-scopes", scopes.join(","))
}

fn said(outcome: Answer) -> Reply {
    match outcome {
        Ok(mut body) => {
            body["ok"] = json!(true);
            Reply::json(200, &body)
        }
        Err(no) => refused(&no),
    }
}

fn refused(no: &No) -> Reply {
    let mut body = json!({"ok": false, "error": no.error});
    if let Some(Value::Object(more)) = no.more.as_deref() {
        body.as_object_mut().into_iter().for_each(|body| body.extend(more.clone()));
    }
    if !no.messages.is_empty() {
        body["response_metadata"] = json!({"messages": no.messages});
        body["errors"] = json!(no.messages);
    }
    match no.retry_after {
        Some(secs) => Reply::json(429, &body).with("retry-after", secs),
        None => Reply::json(200, &body),
    }
}

fn allowed(state: &State, name: &str, args: &Args) -> Result<&'static Method, No> {
    let method = METHODS.iter().find(|method| method.name == name).ok_or_else(|| no("unknown_method"))?;
    if name == "api.test" {
        return Ok(method);
    }
    let token = args.token.as_deref().ok_or_else(|| no("not_authed"))?;
    let kind = match token {
        BOT_TOKEN => Token::Bot,
        APP_TOKEN => Token::App,
        _ => return Err(no("invalid_auth")),
    };
    if state.slack.revoked_tokens.iter().any(|revoked| revoked == token) {
        return Err(no("token_revoked"));
    }
    if kind != method.token && name != "auth.test" {
        return Err(no("not_allowed_token_type"));
    }
    let scopes = if kind == Token::App { &state.slack.app_scopes } else { &state.slack.scopes };
    if !method.scope.is_empty() && !scopes.iter().any(|scope| scope == method.scope) {
        let more = json!({"needed": method.scope, "provided": scopes.join(",")});
        return Err(No { more: Some(Box::new(more)), ..no("missing_scope") });
    }
    Ok(method)
}

/// Slack ignores an argument it does not know; a bot that misspells one should be told.
fn unknown_args(state: &mut State, method: &Method, args: &Args) {
    for name in args.map.keys().filter(|name| !method.args.contains(&name.as_str())) {
        state.slack.complain(format!("{}: unknown argument {name}", method.name));
    }
}

pub(crate) fn error(error: &'static str) -> Reply {
    refused(&no(error))
}

pub(crate) fn missing_scope(state: &State) -> Reply {
    refused(&No {
        more: Some(Box::new(json!({"needed": "chat:write", "provided": state.slack.scopes.join(",")}))),
        ..no("missing_scope")
    })
}

pub(crate) fn too_many(secs: u64) -> Reply {
    refused(&No { retry_after: Some(secs.max(1)), ..no("ratelimited") })
}
