//! What the host asks: health for machines, and orders from admins ([`control`]).
//!
//! Here are two answers: is the program there, and is it doing all of its work? It refuses to know any rule. One law: alive
//! in custody, but not ready.

pub mod control;
pub mod socket;

use std::net::SocketAddr;

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use serde::Serialize;
use tokio::{net::TcpListener, sync::watch};
use tracing::info;

use crate::{
    domain::decide::Mode,
    engine::{Lines, Status},
    slack::transport::SocketState,
};

/// What readiness looks at.
#[derive(Clone)]
pub struct Health {
    /// The engine.
    pub engine: watch::Receiver<Status>,
    /// The sockets, once there are some.
    pub sockets: watch::Receiver<SocketState>,
}

/// Answers until it is dropped: 200 on `/healthz` as long as the program runs, 200 on `/readyz` while it serves.
///
/// # Errors
/// If the address cannot be listened on.
pub async fn serve(listen: SocketAddr, health: Health) -> std::io::Result<()> {
    let listener = TcpListener::bind(listen).await?;
    info!(address = %listener.local_addr()?, "health is answered");
    let router =
        Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready)).with_state(health);
    axum::serve(listener, router).await
}

async fn ready(State(health): State<Health>) -> (StatusCode, Json<Readiness>) {
    let readiness = Readiness::of(*health.engine.borrow(), health.sockets.borrow().connected);
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness))
}

/// What `/readyz` says.
#[derive(Serialize, Debug)]
struct Readiness {
    ready: bool,
    /// What is the matter with each part that is not ready, in a sentence.
    not_ready: NotReady,
}

#[derive(Serialize, Debug)]
struct NotReady {
    #[serde(skip_serializing_if = "Option::is_none")]
    socket: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custody: Option<&'static str>,
}

impl Readiness {
    fn of(engine: Status, connected: usize) -> Self {
        let socket = (connected == 0).then_some("no socket to Slack is open: nobody is heard");
        let ledger = match engine.lines {
            Lines::Saved => None,
            Lines::NearlyFull => Some("the disk is nearly full: only what ends access is accepted"),
            Lines::Refused => Some("the last line could not be saved"),
            Lines::Damaged => Some("the journal cannot be believed"),
        };
        let custody = (engine.mode == Mode::Custody).then_some("only access that is due is ended: the log says why");
        let not_ready = NotReady { socket, ledger, custody };
        Self { ready: socket.is_none() && ledger.is_none() && custody.is_none(), not_ready }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn says(mode: Mode, lines: Lines, connected: usize) -> String {
        let engine = Status { mode, quiet: true, seq: 1, lines };
        serde_json::to_string(&Readiness::of(engine, connected)).unwrap()
    }

    #[test]
    fn each_part_that_is_not_ready_is_named_with_what_is_the_matter() {
        assert_snapshot!(says(Mode::Serving, Lines::Saved, 2), @r#"{"ready":true,"not_ready":{}}"#);
        assert_snapshot!(says(Mode::Serving, Lines::Saved, 0), @r#"{"ready":false,"not_ready":{"socket":"no socket to Slack is open: nobody is heard"}}"#);
        assert_snapshot!(says(Mode::LowDisk, Lines::NearlyFull, 1), @r#"{"ready":false,"not_ready":{"ledger":"the disk is nearly full: only what ends access is accepted"}}"#);
        assert_snapshot!(says(Mode::Serving, Lines::Refused, 1), @r#"{"ready":false,"not_ready":{"ledger":"the last line could not be saved"}}"#);
        assert_snapshot!(says(Mode::Custody, Lines::Damaged, 1), @r#"{"ready":false,"not_ready":{"ledger":"the journal cannot be believed","custody":"only access that is due is ended: the log says why"}}"#);
        assert_snapshot!(says(Mode::Custody, Lines::Saved, 1), @r#"{"ready":false,"not_ready":{"custody":"only access that is due is ended: the log says why"}}"#);
        assert_snapshot!(says(Mode::Custody, Lines::NearlyFull, 0), @r#"{"ready":false,"not_ready":{"socket":"no socket to Slack is open: nobody is heard","ledger":"the disk is nearly full: only what ends access is accepted","custody":"only access that is due is ended: the log says why"}}"#);
    }
}
