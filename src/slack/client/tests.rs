//! Calls and their failures, against a real server that answers as the test says.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::{Value, json};
use slack_morphism::{SlackClientApiCallContext, SlackClientHttpConnector};

use super::*;
use crate::slack::fake::{APP_TOKEN, Answer, BOT_TOKEN, FakeApi, Logs, client, client_within, raw_api};

async fn answering(reply: Value) -> FakeApi {
    FakeApi::start(move |_| Answer::Json(reply.clone())).await
}

async fn with(status: u16, headers: &[(&'static str, &str)], body: &str) -> SlackError {
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let body = body.to_owned();
    let status = StatusCode::from_u16(status).unwrap();
    let api = FakeApi::start(move |_| Answer::With(status, headers.clone(), body.clone())).await;
    post(&api.client()).await.unwrap_err()
}

async fn refused(code: &str) -> SlackError {
    let api = answering(json!({ "ok": false, "error": code })).await;
    post(&api.client()).await.unwrap_err()
}

/// For servers that do not answer.
fn hurried(api: &FakeApi) -> SlackClient {
    client_within(&api.url, Duration::from_millis(500))
}

async fn post(client: &SlackClient) -> Result<SlackTs, SlackError> {
    client.post(&"D1".into(), "SECRETWORDS", vec![], None).await
}

fn modal() -> SlackView {
    serde_json::from_value(modal_json()).unwrap()
}

/// Every feature that the product's forms use.
fn modal_json() -> Value {
    let plain = |text: &str| json!({ "type": "plain_text", "text": text, "emoji": false });
    let option = |value: &str| json!({ "text": plain(value), "value": value, "description": plain("High") });
    json!({
        "type": "modal", "callback_id": "request", "private_metadata": "R-1",
        "title": plain("Request access"), "submit": plain("Send request"), "close": plain("Cancel"),
        "notify_on_close": true,
        "blocks": [
            { "type": "input", "block_id": "entitlement", "label": plain("Access"), "dispatch_action": true,
              "element": { "type": "static_select", "action_id": "entitlement", "placeholder": plain("Choose"),
                "option_groups": [ { "label": plain("Production"), "options": [option("prod-db/rw")] } ],
                "initial_option": option("prod-db/rw") } },
            { "type": "input", "block_id": "search", "label": plain("Access"), "dispatch_action": true,
              "element": { "type": "external_select", "action_id": "search", "min_query_length": 0 } },
            { "type": "input", "block_id": "custom_duration", "label": plain("Or another length"), "optional": true,
              "dispatch_action": true, "hint": plain("Press Enter to see the exact end."),
              "element": { "type": "plain_text_input", "action_id": "custom_duration", "placeholder": plain("90m"),
                "dispatch_action_config": { "trigger_actions_on": ["on_enter_pressed"] } } },
            { "type": "input", "block_id": "justification", "label": plain("Why"), "optional": false,
              "element": { "type": "plain_text_input", "action_id": "justification", "multiline": true,
                "min_length": 1, "max_length": 1000, "initial_value": "x", "focus_on_load": false } },
            { "type": "input", "block_id": "verdict", "label": plain("Verdict"),
              "element": { "type": "radio_buttons", "action_id": "verdict",
                "options": [option("justified")], "initial_option": option("justified") } },
        ],
    })
}

/// Every feature that the product's messages use.
fn card_json() -> Value {
    let plain = |text: &str| json!({ "type": "plain_text", "text": text, "emoji": false });
    let text = |text: &str| json!({ "type": "text", "text": text });
    let list = |style: &str| {
        json!({ "type": "rich_text_list", "style": style, "indent": 0,
                "elements": [ { "type": "rich_text_section", "elements": [text("You or Dana Fox, now")] } ] })
    };
    json!([
        { "type": "header", "text": plain("Active") },
        { "type": "rich_text", "block_id": "preview", "elements": [
            { "type": "rich_text_section", "elements": [
                { "type": "emoji", "name": "hourglass_flowing_sand" }, text(" "),
                { "type": "user", "user_id": "U0ALICE" },
                { "type": "text", "text": " asks", "style": { "bold": true } },
                { "type": "text", "text": "/jit", "style": { "code": true } } ] },
            { "type": "rich_text_section", "elements": [
                { "type": "date", "timestamp": 1_795_362_000, "format": "{date_short_pretty} at {time}",
                  "fallback": "2026-11-22 16:40 UTC+1", "style": { "bold": true } } ] },
            { "type": "rich_text_quote", "elements": [text("Stuck migration, <!channel> `x`")] },
            list("ordered"), list("bullet") ] },
        { "type": "section", "block_id": "row", "text": { "type": "mrkdwn", "text": "*R-1*", "verbatim": true },
          "accessory": { "type": "button", "action_id": "return", "value": "R-1", "text": plain("Return access"),
            "confirm": { "title": plain("Return?"), "text": plain("It ends now."), "confirm": plain("Return"),
                         "deny": plain("Back"), "style": "danger" } } },
        { "type": "actions", "block_id": "decide:1f3a9c", "elements": [
            { "type": "button", "action_id": "approve", "value": "R-142", "style": "primary", "text": plain("Approve"),
              "confirm": { "title": plain("Approve this access?"), "text": { "type": "mrkdwn", "text": "x", "verbatim": true },
                           "confirm": plain("Approve"), "deny": plain("Back") } },
            { "type": "button", "action_id": "revoke", "style": "danger", "text": plain("Revoke now") } ] },
        { "type": "divider" },
        { "type": "context", "elements": [
            { "type": "mrkdwn", "text": "R-142 · <https://acme.example/A-1|A-1>", "verbatim": true }, plain("x") ] },
    ])
}

#[test]
fn the_models_say_blocks_and_views_exactly() {
    let blocks: Vec<SlackBlock> = serde_json::from_value(card_json()).unwrap();
    assert!(!blocks.iter().any(|block| matches!(block, SlackBlock::Unknown(_))), "{blocks:?}");
    assert_eq!(serde_json::to_value(blocks).unwrap(), card_json());
    assert_eq!(serde_json::to_value(modal()).unwrap(), modal_json());
    let home = json!({ "type": "home", "callback_id": "home", "blocks": card_json() });
    let view: SlackView = serde_json::from_value(home.clone()).unwrap();
    assert_eq!(serde_json::to_value(view).unwrap(), home);
}

#[tokio::test]
async fn each_call_goes_out_as_documented() {
    let api = answering(json!({
        "ok": true, "ts": "1.2", "channel": { "id": "D9" }, "view": { "id": "V1", "hash": "1.a" }, "message": { "text": 7 },
    }))
    .await;
    let client = api.client();
    let (channel, ts, user) = ("D1".into(), SlackTs::from("1.1"), SlackUserId::from("U1"));
    let said = |method: &str, body: Value| {
        let call = api.last();
        assert_eq!((call.verb.as_str(), call.method.as_str()), ("POST", method));
        assert_eq!(call.token.as_deref(), Some(BOT_TOKEN), "{method}");
        assert_eq!(call.body, body, "{method}");
    };

    assert_eq!(client.open_dm(&user).await.unwrap(), "D9".into());
    said("conversations.open", json!({ "users": "U1" }));

    let thread = Thread { ts: ts.clone(), broadcast: true };
    assert_eq!(client.post(&channel, "hi", vec![], Some(thread)).await.unwrap(), "1.2".into());
    said(
        "chat.postMessage",
        json!({
            "channel": "D1", "text": "hi", "thread_ts": "1.1", "reply_broadcast": true,
            "unfurl_links": false, "unfurl_media": false,
        }),
    );

    let blocks: Vec<SlackBlock> = serde_json::from_value(card_json()).unwrap();
    client.update(&channel, &ts, "hi", blocks).await.unwrap();
    said("chat.update", json!({ "channel": "D1", "ts": "1.1", "text": "hi", "blocks": card_json() }));

    client.ephemeral(&channel, &user, "hi", vec![]).await.unwrap();
    said("chat.postEphemeral", json!({ "channel": "D1", "user": "U1", "text": "hi"}));

    let opened = client.open_view(&"1.2.a".into(), modal()).await.unwrap();
    assert_eq!(opened, OpenedView { id: "V1".into(), hash: "1.a".to_owned() });
    said("views.open", json!({ "trigger_id": "1.2.a", "view": modal_json() }));

    client.update_view(&opened.id, Some(&opened.hash), modal()).await.unwrap();
    said("views.update", json!({ "view_id": "V1", "hash": "1.a", "view": modal_json() }));

    client.publish_home(&user, Some("1.a"), modal()).await.unwrap();
    said("views.publish", json!({ "user_id": "U1", "hash": "1.a", "view": modal_json() }));
    client.publish_home(&user, None, modal()).await.unwrap();
    said("views.publish", json!({ "user_id": "U1", "view": modal_json() }));
}

#[tokio::test]
async fn a_view_that_comes_back_with_an_empty_array_is_no_failure() {
    let api = answering(json!({
        "ok": true, "view": { "id": "V1", "hash": "1.a", "team_id": null, "state": { "values": [] } },
    }));
    let client = api.await.client();
    assert_eq!(client.open_view(&"1.2.a".into(), modal()).await.unwrap().hash, "1.a");
}

#[tokio::test]
async fn sockets_are_asked_for_with_the_app_token() {
    let api = answering(json!({ "ok": true, "url": "wss://wss.slack.example/link?ticket=1" })).await;
    assert_eq!(api.client().open_socket().await.unwrap().host_str(), Some("wss.slack.example"));
    assert_eq!((api.last().method.as_str(), api.last().token.as_deref()), ("apps.connections.open", Some(APP_TOKEN)));
}

#[tokio::test]
async fn the_bots_scopes_come_from_a_header() {
    let body = json!({ "ok": true, "team_id": "T1", "user_id": "UBOT", "team": "x", "url": "x" });
    let api = FakeApi::start(move |_| {
        Answer::With(StatusCode::OK, vec![("x-oauth-scopes", "commands, chat:write".to_owned())], body.to_string())
    });
    let me = api.await.client().auth_test().await.unwrap();
    assert_eq!((me.team_id, me.bot_user_id), ("T1".into(), "UBOT".into()));
    assert_eq!(me.scopes, BTreeSet::from(["commands".to_owned(), "chat:write".to_owned()]));
}

#[tokio::test]
async fn a_user_group_is_asked_for_by_its_id() {
    let api = answering(json!({ "ok": true, "users": ["U1", "U2"] })).await;
    let members = api.client().user_group("S1").await.unwrap();
    assert_eq!(members, ["U1".into(), "U2".into()]);
    let call = api.last();
    assert_eq!((call.verb.as_str(), call.method.as_str()), ("GET", "usergroups.users.list"));
    assert_eq!(call.query, [("usergroup".to_owned(), "S1".to_owned())]);
    for code in ["no_such_subteam", "plan_upgrade_required"] {
        let api = answering(json!({ "ok": false, "error": code })).await;
        let error = api.client().user_group("S1").await.unwrap_err();
        assert!(matches!(error, SlackError::Gone(_)), "{error:?}");
    }
}

fn user_reply() -> Value {
    json!({ "ok": true, "user": {
        "id": "U1", "team_id": "T1", "name": "alice", "real_name": "Alice Martin", "deleted": false,
        "tz": "Europe/Paris", "tz_offset": 3600, "is_bot": false, "is_email_confirmed": true, "color": null,
        "profile": { "email": "alice@acme.example", "fields": [] },
    } })
}

#[tokio::test]
async fn a_person_is_read_leniently() {
    let api = answering(user_reply()).await;
    let person = api.client().user(&"U1".into()).await.unwrap();
    let call = api.last();
    assert_eq!((call.verb.as_str(), call.method.as_str()), ("GET", "users.info"));
    assert_eq!(call.query, [("user".to_owned(), "U1".to_owned())]);
    assert_eq!(person.email.as_ref().map(ConfirmedEmail::as_str), Some("alice@acme.example"));
    assert_eq!((person.name.as_str(), person.team.as_ref()), ("Alice Martin", Some(&"T1".into())));
    assert_eq!((person.tz.as_deref(), person.tz_offset), (Some("Europe/Paris"), Some(3_600)));
    let flags = [person.deleted, person.is_bot, person.restricted, person.ultra_restricted, person.stranger];
    assert_eq!(flags, [false; 5]);
    assert!(!format!("{person:?}").contains("alice@"), "an e-mail is no matter for logs");

    api.client().user_by_email("o+d d@acme.example").await.unwrap();
    let call = api.last();
    assert_eq!(call.method, "users.lookupByEmail");
    assert_eq!(call.query, [("email".to_owned(), "o+d d@acme.example".to_owned())]);
}

#[tokio::test]
async fn what_bars_a_person_is_seen() {
    let read = |change: fn(&mut Value)| async move {
        let mut reply = user_reply();
        change(&mut reply["user"]);
        answering(reply).await.client().user(&"U1".into()).await.unwrap()
    };
    for said in [json!(false), json!(null)] {
        let api = answering(json!({ "ok": true, "user": { "id": "U1", "team_id": "T1", "is_email_confirmed": said,
            "profile": { "email": "alice@acme.example" } } }));
        assert_eq!(api.await.client().user(&"U1".into()).await.unwrap().email, None);
    }
    assert_eq!(read(|user| user["profile"]["email"] = json!("")).await.email, None);
    assert_eq!(read(|user| user["profile"] = json!(null)).await.email, None);
    assert!(read(|user| user["deleted"] = json!(true)).await.deleted);
    assert!(read(|user| user["is_bot"] = json!(true)).await.is_bot);
    assert!(read(|user| user["is_workflow_bot"] = json!(true)).await.is_bot);
    assert!(read(|user| user["id"] = json!("USLACKBOT")).await.is_bot);
    assert!(read(|user| user["is_restricted"] = json!(true)).await.restricted);
    assert!(read(|user| user["is_ultra_restricted"] = json!(true)).await.ultra_restricted);
    assert!(read(|user| user["is_stranger"] = json!(true)).await.stranger);
    assert_eq!(read(|user| user["team_id"] = json!(null)).await.team, None);
}

#[tokio::test]
async fn codes_are_classed_by_what_to_do_next() {
    for code in ["invalid_auth", "account_inactive", "token_revoked", "missing_scope", "not_allowed_token_type"] {
        let error = refused(code).await;
        assert!(matches!(&error, SlackError::Auth { code: found, .. } if found.to_string() == code), "{error:?}");
    }
    for code in [
        "message_not_found",
        "channel_not_found",
        "user_not_found",
        "users_not_found",
        "user_disabled",
        "not_found",
        "expired_trigger_id",
        "is_archived",
    ] {
        let error = refused(code).await;
        assert!(matches!(&error, SlackError::Gone(found) if found.to_string() == code), "{error:?}");
    }
    for code in ["invalid_blocks", "hash_conflict", "msg_too_long", "some_new_code"] {
        let error = refused(code).await;
        assert!(matches!(&error, SlackError::Rejected { code: found, .. } if found.to_string() == code), "{error:?}");
    }
    assert!(matches!(refused("service_unavailable").await, SlackError::Retry(_)));
    assert!(matches!(refused("internal_error").await, SlackError::Unknown(_)));
    for code in ["ratelimited", "rate_limited"] {
        assert!(matches!(refused(code).await, SlackError::RateLimited { .. }), "{code}");
    }
}

#[tokio::test]
async fn a_rate_limit_says_how_long() {
    let limited = |secs| SlackError::RateLimited { after: Duration::from_secs(secs) };
    assert_eq!(with(429, &[("retry-after", "7")], r#"{"ok":false,"error":"ratelimited"}"#).await, limited(7));
    assert_eq!(with(429, &[("retry-after", "7")], "<html>").await, limited(7));
    assert_eq!(with(429, &[], "").await, limited(30));
    assert_eq!(with(429, &[("retry-after", "soon")], "").await, limited(30));
    assert_eq!(with(429, &[("retry-after", "999999999")], "").await, limited(900));
}

#[tokio::test]
async fn a_missing_scope_and_the_places_of_a_fault_are_kept_and_no_words() {
    let body = json!({ "ok": false, "error": "missing_scope", "needed": "users:read.email", "provided": "x" });
    let error = with(200, &[], &body.to_string()).await;
    assert_eq!(error.to_string(), "Slack refuses the token: missing_scope (needs users:read.email)");
    let body = json!({ "ok": false, "error": "invalid_blocks", "response_metadata": { "messages": [
        "[ERROR] must be less than 25 characters: SECRETWORDS [json-pointer:/view/title/text]",
        "no place at all: SECRETWORDS", "[json-pointer:/SECRET-WORDS]",
    ] } });
    let error = with(200, &[], &body.to_string()).await;
    assert_eq!(error.to_string(), "Slack rejects it: invalid_blocks at /view/title/text");
}

#[tokio::test]
async fn strange_replies_are_errors_and_nothing_worse() {
    let unreadable = SlackError::Unknown(Hitch::Unreadable);
    let padding = "x".repeat(3 * 1024 * 1024);
    let endless = json!({ "ok": true, "ts": "1.2", "padding": padding }).to_string();
    for body in
        ["", "<html>busy</html>", "{", "null", "[]", r#"{"ok":"yes"}"#, r#"{"ok":true}"#, r#"{"ok":true,"ts":7}"#]
    {
        assert_eq!(with(200, &[], body).await, unreadable, "{body}");
    }
    assert_eq!(with(200, &[], r#"{"ok":false}"#).await, unreadable);
    assert_eq!(with(200, &[], &endless).await, unreadable);
    assert_eq!(with(500, &[], "<html>").await, SlackError::Unknown(Hitch::Status(500)));
    assert_eq!(with(503, &[], "").await, SlackError::Retry(Hitch::Status(503)));
    for (status, body) in [
        (400, "no"),
        (403, "a proxy"),
        (404, "<html>"),
        (407, ""),
        (410, ""),
        (403, r#"{"ok":false,"error":"Not here"}"#),
    ] {
        let error = with(status, &[], body).await;
        assert_eq!(error, SlackError::Unknown(Hitch::Status(status)), "nobody's word is final: {body}");
    }
    assert_eq!(with(500, &[], r#"{"ok":true,"ts":"1.2"}"#).await, SlackError::Unknown(Hitch::Status(500)));
    let cut = raw_api("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"ok\":true").await;
    assert_eq!(post(&client(&cut)).await, Err(SlackError::Unknown(Hitch::Broken)));
    let shut = raw_api("").await;
    assert_eq!(post(&client(&shut)).await, Err(SlackError::Unknown(Hitch::Broken)));
}

#[tokio::test]
async fn never_sent_and_never_answered_are_two_things() {
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let closed = Url::parse(&format!("http://{port}/api")).unwrap();
    assert_eq!(post(&client(&closed)).await, Err(SlackError::Retry(Hitch::NoConnection)));
    let api = FakeApi::start(|_| Answer::Hang).await;
    assert_eq!(post(&hurried(&api)).await, Err(SlackError::Unknown(Hitch::Late)));
}

#[tokio::test]
async fn tokens_follow_no_redirect_and_go_nowhere_else() {
    let other = answering(json!({ "ok": true, "ts": "1.2" })).await;
    let to = other.url.join("/api/chat.postMessage").unwrap().to_string();
    let error = with(307, &[("location", &to)], "").await;
    assert_eq!(error, SlackError::Unknown(Hitch::Status(307)));
    assert!(other.calls().is_empty(), "the redirect was followed");

    let here = answering(json!({ "ok": true })).await;
    let connector = Connector::new(&here.url, Duration::from_secs(1)).unwrap();
    let (token, span) = (SlackApiToken::new(BOT_TOKEN.into()), tracing::Span::none());
    let context = SlackClientApiCallContext {
        rate_control_params: None,
        token: Some(&token),
        tracing_span: &span,
        is_sensitive_url: false,
    };
    let astray = connector.http_post_uri::<_, Value>(other.url.clone(), &json!({}), context).await;
    assert_eq!(astray.map_err(SlackError::from), Err(rejected(SlackCode::ForbiddenAddress)));
    assert!(other.calls().is_empty(), "the token went elsewhere");
}

#[test]
fn plain_http_is_for_this_machine_only() {
    let reach = |url: &str| Reach::of(&Url::parse(url).unwrap());
    assert_eq!(reach("https://slack.com/api"), Some(Reach::Tls));
    for url in ["http://127.0.0.1:1/api", "http://[::1]:1/api", "http://localhost/api", "http://127.9.9.9/"] {
        assert_eq!(reach(url), Some(Reach::Loopback), "{url}");
    }
    for url in
        ["http://slack.com/api", "http://127.0.0.1.evil.example/", "http://10.0.0.1/", "ftp://localhost/", "data:x"]
    {
        assert_eq!(reach(url), None, "{url}");
    }
    let allows = |reach: Reach, url: &str| reach.allows(&Url::parse(url).unwrap());
    for url in ["https://hooks.slack.com/x", "wss://wss.slack.com/x"] {
        assert!(allows(Reach::Tls, url) && allows(Reach::Loopback, url), "{url}");
    }
    for url in ["http://127.0.0.1:1/", "ws://localhost/"] {
        assert!(allows(Reach::Loopback, url) && !allows(Reach::Tls, url), "{url}");
    }
    for url in ["http://hooks.slack.com/", "ws://169.254.169.254/", "file:///etc/passwd"] {
        assert!(!allows(Reach::Loopback, url) && !allows(Reach::Tls, url), "{url}");
    }
}

#[tokio::test]
async fn response_urls_get_no_token_and_any_success_will_do() {
    let api = FakeApi::start(|call| match call.method.as_str() {
        "actions/ok" => Answer::With(StatusCode::OK, vec![], "ok".to_owned()),
        "actions/used" => Answer::With(StatusCode::NOT_FOUND, vec![], r#"{"ok":false,"error":"used_url"}"#.to_owned()),
        _ => Answer::With(StatusCode::NOT_FOUND, vec![], "no such thing".to_owned()),
    });
    let api = api.await;
    let to = |path: &str| api.url.join(&format!("/api/actions/{path}")).unwrap();
    let client = api.client();
    let reply = Reply::aside("hi".to_owned(), vec![]);
    client.respond(&to("ok"), &reply).await.unwrap();
    let call = api.last();
    assert_eq!(call.token, None);
    assert_eq!(call.body, json!({ "response_type": "ephemeral", "replace_original": false, "text": "hi"}));
    client.respond(&to("ok"), &Reply::instead("hi".to_owned(), vec![])).await.unwrap();
    assert_eq!(api.last().body["replace_original"], true);
    assert_eq!(client.respond(&to("used"), &reply).await, Err(SlackError::Gone(SlackCode::UsedUrl)));
    assert_eq!(client.respond(&to("else"), &reply).await, Err(SlackError::Unknown(Hitch::Status(404))));
    let elsewhere = Url::parse("http://hooks.slack.example/x").unwrap();
    assert_eq!(client.respond(&elsewhere, &reply).await, Err(rejected(SlackCode::ForbiddenAddress)));
}

#[tokio::test]
async fn neither_tokens_nor_words_are_in_errors_or_logs() {
    let (logs, _guard) = Logs::listen();
    let hostile = format!("{BOT_TOKEN} SECRETWORDS alice@acme.example");
    let mut errors = vec![refused(&hostile).await];
    let body = json!({ "ok": false, "error": "missing_scope", "needed": hostile });
    errors.push(with(200, &[], &body.to_string()).await);
    let body = json!({ "ok": false, "error": "invalid_arguments",
        "response_metadata": { "messages": [format!("[json-pointer:/{BOT_TOKEN}]"), hostile] } });
    errors.push(with(200, &[], &body.to_string()).await);
    for status in [200, 302, 400, 401, 404, 500] {
        errors.push(with(status, &[], &hostile).await);
    }
    let gone = Url::parse("http://127.0.0.1:1/api").unwrap();
    errors.push(client(&gone).user_by_email("alice@acme.example").await.unwrap_err());
    let hangs = FakeApi::start(|_| Answer::Hang).await;
    errors.push(hurried(&hangs).user_by_email("alice@acme.example").await.unwrap_err());
    for error in errors {
        let shown = format!("{error} {error:?}");
        for secret in [BOT_TOKEN, "SECRETWORDS", "alice@"] {
            assert!(!shown.contains(secret), "{secret} is in {shown}");
        }
    }
    let text = logs.text();
    assert!(text.contains("DEBUG"), "nothing was logged");
    for secret in [BOT_TOKEN, "SECRETWORDS", "alice@"] {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
}

#[tokio::test]
async fn a_plain_address_elsewhere_makes_no_client() {
    let (token, url) = (SecretString::from("x"), Url::parse("http://slack.com/api").unwrap());
    let made = SlackClient::new(&url, &token, &token, Duration::from_secs(1));
    assert_eq!(made.err(), Some(rejected(SlackCode::ForbiddenAddress)));
}

#[tokio::test]
async fn tls_can_be_set_up_again_and_again() {
    crate::slack::connector::install_tls();
    crate::slack::connector::install_tls();
    let (token, url) = (SecretString::from("x"), Url::parse("https://slack.example/api/").unwrap());
    assert_eq!(SlackClient::new(&url, &token, &token, Duration::from_secs(1)).unwrap().reach(), Reach::Tls);
}
