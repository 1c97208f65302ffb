//! A bot of a few lines: raw HTTP and one WebSocket, nothing of the program.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use world::{Company, PATIENCE, World, app_token, bot_token, okta_token};

/// The usual company, in a world that waits for a slow machine longer than Slack does: for all that is not about Slack's
/// limits.
pub async fn patient() -> World {
    let world = World::start(Company::acme()).await;
    world.change(|state| (state.slack.ack_limit, state.slack.trigger_life) = (PATIENCE, PATIENCE));
    world
}

/// From now on silence is told when Slack tells it.
pub fn impatient(world: &World) {
    world.change(|state| state.slack.ack_limit = Duration::from_secs(3));
}

/// Calls a Web API method with JSON and the bot token; the body.
pub async fn slack(world: &World, method: &str, body: Value) -> Value {
    let request = reqwest::Client::new().post(format!("{}/{method}", world.slack_api_url()));
    let reply = request.bearer_auth(bot_token()).json(&body).send().await.unwrap();
    reply.json().await.unwrap()
}

/// Calls Okta with the bot's token: status, headers, body.
pub async fn okta(world: &World, method: &str, path: &str) -> (u16, reqwest::header::HeaderMap, Value) {
    let url = format!("{}{path}", world.okta_org_url());
    let request = reqwest::Client::new().request(method.parse().unwrap(), url);
    let reply = request.header("authorization", format!("SSWS {}", okta_token())).send().await.unwrap();
    let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
    let text = reply.text().await.unwrap();
    (status, headers, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// One Socket Mode connection.
pub struct Socket(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub async fn open(world: &World) -> Self {
        let request = reqwest::Client::new().post(format!("{}/apps.connections.open", world.slack_api_url()));
        let opened: Value = request.bearer_auth(app_token()).send().await.unwrap().json().await.unwrap();
        let (stream, _) = connect_async(opened["url"].as_str().unwrap()).await.unwrap();
        Self(stream)
    }

    /// Opens and waits for hello.
    pub async fn greeted(world: &World) -> Self {
        let mut socket = Self::open(world).await;
        assert_eq!(socket.next().await.unwrap()["type"], "hello");
        socket
    }

    /// The next JSON frame; nothing once the connection is closed.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            match self.0.next().await? {
                Ok(Message::Text(text)) => {
                    return Some(serde_json::from_str(text.as_str()).unwrap());
                }
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    pub async fn ack(&mut self, frame: &Value, payload: Option<Value>) {
        let mut ack = json!({"envelope_id": frame["envelope_id"]});
        if let Some(payload) = payload {
            ack["payload"] = payload;
        }
        self.0.send(Message::text(ack.to_string())).await.unwrap();
    }
}

/// A modal with one select, one box and one optional box.
pub fn form() -> Value {
    json!({
        "type": "modal", "callback_id": "request", "private_metadata": "m", "notify_on_close": true,
        "title": plain("Request access"), "submit": plain("Send request"), "close": plain("Cancel"),
        "blocks": [
            {"type": "input", "block_id": "entitlement", "dispatch_action": true, "label": plain("Access"), "element": {
                "type": "static_select", "action_id": "entitlement", "options": [
                    {"text": plain("Read-Write"), "value": "prod-db/rw"}, {"text": plain("Read-Only"), "value": "prod-db/ro"}]}},
            {"type": "input", "block_id": "custom", "optional": true, "dispatch_action": true, "label": plain("Or"), "element": {"type": "plain_text_input", "action_id": "custom"}},
            {"type": "input", "block_id": "justification", "label": plain("Why"), "element": {
                "type": "plain_text_input", "action_id": "justification", "multiline": true, "max_length": 1000}},
        ],
    })
}

pub fn plain(text: &str) -> Value {
    json!({"type": "plain_text", "text": text, "emoji": false})
}

/// An approver's card, with all that Jitney-like cards have.
pub fn card() -> Value {
    json!([
        {"type": "rich_text", "elements": [
            {"type": "rich_text_section", "elements": [
                {"type": "emoji", "name": "hourglass_flowing_sand"}, {"type": "text", "text": " "}, {"type": "user", "user_id": "U0ALICE"},
                {"type": "text", "text": " asks for Production Database", "style": {"bold": true}}]},
            {"type": "rich_text_section", "elements": [
                {"type": "text", "text": "until "},
                {"type": "date", "timestamp": 1_795_362_000, "format": "{date_num} at {time}", "fallback": "x"}]},
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "Stuck migration\nINC-42"}]},
            {"type": "rich_text_list", "style": "ordered", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Bob"}]}]}]},
        {"type": "actions", "block_id": "decide:1f3a9c", "elements": [
            {"type": "button", "action_id": "approve", "value": "R-142", "style": "primary", "text": plain("Approve"), "confirm": {
                "title": plain("Approve?"), "text": plain("It opens at once."), "confirm": plain("Approve"), "deny": plain("Back")}},
            {"type": "button", "action_id": "deny", "value": "R-142", "text": plain("Deny…")}]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "R-142 · <https://x.example/ACCESS-1|ACCESS-1> &lt;b&gt;", "verbatim": true}]},
    ])
}
