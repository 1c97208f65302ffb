//! Both tokens tried once, before anything depends on them.
//!
//! It owns what a token must be able to do. It refuses to retry: who asks decides about that. One law: a fault names the
//! token and its mend, never the token's text.

use super::{
    client::{BotIdentity, SlackClient},
    error::{SlackCode, SlackError},
};

/// What the bot token must be allowed (<https://docs.slack.dev/reference/scopes>).
pub const NEEDED_SCOPES: [&str; 5] = ["commands", "chat:write", "im:write", "users:read", "users:read.email"];

/// What it must be allowed besides where Slack user groups decide.
pub const GROUPS_SCOPE: &str = "usergroups:read";

/// Which of the two tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Token {
    /// `slack.bot_token`, `xoxb-…`.
    #[error("slack.bot_token")]
    Bot,
    /// `slack.app_token`, `xapp-…`.
    #[error("slack.app_token")]
    App,
}

/// Why the tokens do not serve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// Unknown to Slack, revoked or expired.
    #[error("{0} is not valid: copy it again from the app's settings")]
    InvalidAuth(Token),
    /// One kind of token where the other belongs.
    #[error("{0} is a token of another kind: the bot's begins with xoxb-, the app's with xapp-")]
    NotAllowedTokenType(Token),
    /// A right is missing.
    #[error("{token} lacks the scope {scope}: add it in the app's settings and install the app again")]
    MissingScope {
        /// The token.
        token: Token,
        /// The scope.
        scope: String,
    },
    /// Its bot, user or workspace is not active any more.
    #[error("{0} belongs to an account that is not active any more: install the app again")]
    AccountInactive(Token),
    /// Refused for another reason that has to do with the token or its app.
    #[error("{token} is refused: {code}")]
    Refused {
        /// The token.
        token: Token,
        /// Slack's reason.
        code: SlackCode,
    },
    /// No verdict: Slack could not be asked, or did not answer as it should.
    #[error("{0}")]
    Unreachable(SlackError),
}

impl TokenFault {
    /// Whether the app token is at fault, and so the bot's serves.
    #[must_use]
    pub const fn is_the_apps(&self) -> bool {
        matches!(
            self,
            Self::InvalidAuth(Token::App)
                | Self::NotAllowedTokenType(Token::App)
                | Self::AccountInactive(Token::App)
                | Self::MissingScope { token: Token::App, .. }
                | Self::Refused { token: Token::App, .. }
        )
    }
}

/// Asks Slack who the bot is and whether a socket may be opened, once each; `besides` are scopes that the configuration
/// needs besides those that are always needed.
///
/// # Errors
/// If one of the tokens does not serve, or Slack cannot be asked.
pub async fn preflight(client: &SlackClient, besides: &[&'static str]) -> Result<BotIdentity, TokenFault> {
    let me = client.auth_test().await.map_err(|error| fault(Token::Bot, error))?;
    client.open_socket().await.map_err(|error| fault(Token::App, error))?;
    has_scopes(&me, besides)?;
    Ok(me)
}

/// Asks Slack whether the bot has scopes that are needed from now on.
///
/// # Errors
/// If it lacks one of them, or Slack cannot be asked.
pub async fn may(client: &SlackClient, besides: &[&'static str]) -> Result<(), TokenFault> {
    let me = client.auth_test().await.map_err(|error| fault(Token::Bot, error))?;
    has_scopes(&me, besides)
}

fn has_scopes(me: &BotIdentity, besides: &[&'static str]) -> Result<(), TokenFault> {
    let missing = missing_scope(me, besides);
    missing.map_or(Ok(()), |scope| Err(TokenFault::MissingScope { token: Token::Bot, scope: scope.to_owned() }))
}

/// The first scope that Slack does not list. Without a list nothing is known: the calls themselves will tell.
fn missing_scope(me: &BotIdentity, besides: &[&'static str]) -> Option<&'static str> {
    if me.scopes.is_empty() {
        return None;
    }
    NEEDED_SCOPES.iter().chain(besides).copied().find(|scope| !me.scopes.contains(*scope))
}

/// The scope that a socket needs, in case Slack does not name it.
const SOCKET_SCOPE: &str = "connections:write";

fn fault(token: Token, error: SlackError) -> TokenFault {
    match error {
        SlackError::Auth { code, scope } => token_fault(token, code, scope),
        SlackError::Rejected { code: SlackCode::ForbiddenAddress, .. } => TokenFault::Unreachable(error),
        SlackError::Rejected { code, .. } => TokenFault::Refused { token, code },
        other => TokenFault::Unreachable(other),
    }
}

fn token_fault(token: Token, code: SlackCode, scope: Option<String>) -> TokenFault {
    use SlackCode as C;
    match code {
        C::InvalidAuth | C::NotAuthed | C::TokenExpired | C::TokenRevoked => TokenFault::InvalidAuth(token),
        C::NotAllowedTokenType => TokenFault::NotAllowedTokenType(token),
        C::AccountInactive => TokenFault::AccountInactive(token),
        C::MissingScope => TokenFault::MissingScope { token, scope: scope.unwrap_or_else(|| needed_by(token)) },
        code => TokenFault::Refused { token, code },
    }
}

fn needed_by(token: Token) -> String {
    match token {
        Token::Bot => NEEDED_SCOPES.join(", "),
        Token::App => SOCKET_SCOPE.to_owned(),
    }
}

#[cfg(test)]
mod tests;
