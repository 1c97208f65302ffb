//! How the sockets stand, for readiness and for people.

use std::time::Duration;

use crate::slack::error::SlackError;

/// How the sockets stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SocketState {
    /// Connections that said `hello` and are still there; during a refresh one more than usual.
    pub connected: usize,
    /// When the last `hello` came, in elapsed time ([`clock::elapsed`](crate::clock::elapsed)).
    pub last_hello: Option<Duration>,
    /// What went wrong since then, the latest only.
    pub last_fault: Option<SocketFault>,
}

/// Why a socket could not be opened, or ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SocketFault {
    /// `apps.connections.open` failed.
    #[error("no socket: {0}")]
    Open(SlackError),
    /// The handshake failed.
    #[error("the WebSocket handshake failed")]
    Handshake,
    /// Opening took too long, or no `hello` came.
    #[error("the socket did not open in time")]
    Late,
    /// Pings went unanswered.
    #[error("the socket fell silent")]
    Silent,
    /// The connection broke.
    #[error("the socket broke")]
    Broken,
    /// Slack closed it without a word before.
    #[error("Slack closed the socket")]
    Closed,
    /// Socket Mode was turned off for the app.
    #[error("Socket Mode is turned off in the app's settings")]
    LinkDisabled,
    /// More sockets than an app may have (10).
    #[error("the app has too many sockets open")]
    TooManySockets,
}

impl SocketFault {
    /// Whether someone must mend the app or its token before a socket opens again.
    #[must_use]
    pub fn is_for_people(&self) -> bool {
        matches!(self, Self::LinkDisabled | Self::Open(SlackError::Auth { .. } | SlackError::Rejected { .. }))
    }
}
