//! Health for machines: is the program there, and is it doing all of its work?
//!
//! It owns two answers. It refuses to know any rule. One law: alive in custody, but not ready.

use std::net::SocketAddr;

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};
use tracing::info;

use crate::{domain::decide::Mode, engine::Status, slack::transport::SocketState};

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

async fn ready(State(health): State<Health>) -> (StatusCode, Json<Value>) {
    let mode = health.engine.borrow().mode;
    let connected = health.sockets.borrow().connected;
    let ready = mode == Mode::Serving && connected > 0;
    let custody = mode == Mode::Custody;
    let ledger = if mode == Mode::LowDisk { "low disk" } else { "ok" };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": ready, "custody": custody, "sockets": connected, "ledger": ledger })))
}
