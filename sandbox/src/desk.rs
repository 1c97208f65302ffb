//! The page and what it asks of the bot's process; what it asks of the world is the world's own.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{Html, IntoResponse},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::supervisor::Supervisor;

/// How many of the journal's newest lines the page shows.
const JOURNAL_LINES: usize = 60;

/// The page's routes.
pub fn router(supervisor: Supervisor) -> Router {
    Router::new()
        .route("/", get(|| async { Html(include_str!("page/index.html")) }))
        .route("/page.css", get(|| async { ([(header::CONTENT_TYPE, "text/css")], include_str!("page/page.css")) }))
        .route(
            "/page.js",
            get(|| async { ([(header::CONTENT_TYPE, "text/javascript")], include_str!("page/page.js")) }),
        )
        .route("/bot", get(seen))
        .route("/bot/start", post(start))
        .route("/bot/kill", post(kill))
        .route("/clock", post(advance))
        .route("/journal", get(journal))
        .with_state(supervisor)
}

async fn seen(State(supervisor): State<Supervisor>) -> Json<Value> {
    Json(json!(supervisor.seen()))
}

async fn start(State(supervisor): State<Supervisor>) -> impl IntoResponse {
    match supervisor.start() {
        Ok(()) => (StatusCode::OK, Json(json!({}))),
        Err(fault) => (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "error": format!("{fault:#}") }))),
    }
}

async fn kill(State(supervisor): State<Supervisor>) -> StatusCode {
    supervisor.kill();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Advance {
    secs: i64,
}

async fn advance(State(supervisor): State<Supervisor>, Json(Advance { secs }): Json<Advance>) -> StatusCode {
    // A year at a time is enough for any play.
    if !(1..=366 * 24 * 3600).contains(&secs) {
        return StatusCode::UNPROCESSABLE_ENTITY;
    }
    supervisor.advance(secs);
    StatusCode::NO_CONTENT
}

/// The newest lines of the bot's journal, as they stand on disk.
async fn journal(State(supervisor): State<Supervisor>) -> Json<Value> {
    let mut files: Vec<_> = std::fs::read_dir(supervisor.directory().join("store/journal"))
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    files.sort();
    let text = files.last().and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
    let lines: Vec<Value> =
        text.lines().rev().take(JOURNAL_LINES).filter_map(|line| serde_json::from_str(line).ok()).collect();
    Json(json!(lines))
}
