//! Tokens as people mistake them.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::*;
use crate::slack::{
    error::Hitch,
    fake::{Answer, FakeApi},
};

/// A pre-flight where one method answers this; the others go well.
async fn tried(method: &'static str, reply: Value) -> Result<BotIdentity, TokenFault> {
    let api = FakeApi::start(move |call| {
        if call.method == method {
            return Answer::Json(reply.clone());
        }
        Answer::Json(json!({ "ok": true, "team_id": "T1", "user_id": "UBOT", "url": "wss://slack.example/" }))
    });
    preflight(&api.await.client(), &[]).await
}

async fn with_scopes(scopes: String) -> Result<BotIdentity, TokenFault> {
    with_scopes_for(scopes, &[]).await
}

async fn with_scopes_for(scopes: String, besides: &[&'static str]) -> Result<BotIdentity, TokenFault> {
    let body = json!({ "ok": true, "team_id": "T1", "user_id": "UBOT", "url": "wss://slack.example/" }).to_string();
    let api =
        FakeApi::start(move |_| Answer::With(StatusCode::OK, vec![("x-oauth-scopes", scopes.clone())], body.clone()));
    preflight(&api.await.client(), besides).await
}

#[tokio::test]
async fn good_tokens_name_the_bot() {
    let me = tried("none", Value::Null).await.unwrap();
    assert_eq!((me.team_id, me.bot_user_id), ("T1".into(), "UBOT".into()));
    with_scopes(NEEDED_SCOPES.join(",")).await.unwrap();
}

#[tokio::test]
async fn each_fault_has_its_name_and_its_token() {
    let said = |method, code: &str| tried(method, json!({ "ok": false, "error": code }));
    let (bot, app) = ("auth.test", "apps.connections.open");
    for code in ["invalid_auth", "not_authed", "token_revoked", "token_expired"] {
        assert_eq!(said(bot, code).await, Err(TokenFault::InvalidAuth(Token::Bot)), "{code}");
        assert_eq!(said(app, code).await, Err(TokenFault::InvalidAuth(Token::App)), "{code}");
    }
    assert_eq!(said(bot, "account_inactive").await, Err(TokenFault::AccountInactive(Token::Bot)));
    assert_eq!(said(app, "not_allowed_token_type").await, Err(TokenFault::NotAllowedTokenType(Token::App)));
    let fault = said(app, "missing_scope").await.unwrap_err();
    assert_eq!(fault, TokenFault::MissingScope { token: Token::App, scope: "connections:write".to_owned() });
    let fault = said(app, "forbidden_team").await.unwrap_err();
    assert_eq!(fault, TokenFault::Refused { token: Token::App, code: SlackCode::ForbiddenTeam });
    assert_eq!(fault.to_string(), "slack.app_token is refused: forbidden_team");
    let silent = said(bot, "internal_error").await.unwrap_err();
    assert_eq!(silent, TokenFault::Unreachable(SlackError::Unknown(Hitch::Code(SlackCode::InternalError))));
    let astray = tried(app, json!({ "ok": true, "url": "ws://slack.example/" })).await;
    assert!(matches!(astray, Err(TokenFault::Unreachable(_))), "{astray:?}");
}

#[tokio::test]
async fn a_scope_that_is_not_listed_is_missing() {
    let fault = with_scopes("commands,chat:write,im:write,users:read".to_owned()).await.unwrap_err();
    assert_eq!(fault, TokenFault::MissingScope { token: Token::Bot, scope: "users:read.email".to_owned() });
    assert_eq!(
        fault.to_string(),
        "slack.bot_token lacks the scope users:read.email: add it in the app's settings and install the app again"
    );
}

#[tokio::test]
async fn user_groups_ask_for_a_scope_of_their_own_only_where_they_decide() {
    let usual = NEEDED_SCOPES.join(",");
    let fault = with_scopes_for(usual.clone(), &[GROUPS_SCOPE]).await.unwrap_err();
    assert_eq!(fault, TokenFault::MissingScope { token: Token::Bot, scope: "usergroups:read".to_owned() });
    with_scopes_for(format!("{usual},{GROUPS_SCOPE}"), &[GROUPS_SCOPE]).await.unwrap();
}
