//! What the page asks of the sandbox itself: the bot's process, its journal, and both clocks.
//!
//! | call | does |
//! | --- | --- |
//! | `GET /sandbox/state` | `{"run", "granted", "bot", "journal", "due"}`; the world is `GET /control/state` |
//! | `GET /sandbox/changes?since=MARK` | waits up to 25 s until anything differs from `MARK`; `{"mark"}`, to be asked for before what it marks |
//! | `POST /sandbox/bot/{start,stop,kill}` | the bot's process |
//! | `POST /sandbox/clock` | `{"advance":900}`: the world's clock and the bot's, forward by seconds |
//!
//! Law: nothing is changed by asking for a state. Who may ask at all is checked for every route at once, in `main`.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, Query, State as Extract},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval};
use world::World;

use crate::{
    journal,
    promises::{Due, Promises},
    supervisor::Supervisor,
};

/// A wait for changes is answered at the latest after this, below what proxies and browsers cut.
const POLL: Duration = Duration::from_secs(25);

/// How often is looked whether anything changed: another process's file grows without telling.
const LOOK: Duration = Duration::from_millis(100);

/// What the page asks about.
pub struct Place {
    /// Slack, Okta and Jira.
    pub world: World,
    /// The bot's process.
    pub supervisor: Supervisor,
    /// Where the bot keeps its journal.
    pub journal: PathBuf,
    /// What the journal promises to end.
    pub promises: Mutex<Promises>,
    /// Names this run of the sandbox: what a page remembers of another one is of no use.
    pub run: String,
    /// The Okta groups that can be asked for.
    pub granted: Vec<String>,
}

impl Place {
    fn mark(&self) -> String {
        format!("{}.{}.{}", self.world.version(), self.supervisor.version(), journal::length(&self.journal))
    }

    fn due(&self) -> Option<Due> {
        self.promises.lock().unwrap_or_else(PoisonError::into_inner).next(&self.journal)
    }
}

/// The routes under `/sandbox` and `/control`.
pub fn router(place: Place) -> Router {
    let world = place.world.clone();
    Router::new()
        .route("/sandbox/state", get(state))
        .route("/sandbox/changes", get(changes))
        .route("/sandbox/bot/{order}", post(bot))
        .route("/sandbox/clock", post(clock))
        .with_state(Arc::new(place))
        .merge(world::control_router(world))
}

async fn state(Extract(place): Extract<Arc<Place>>) -> Json<Value> {
    let (bot, journal) = (place.supervisor.shown(), journal::tail(&place.journal));
    Json(json!({"run": place.run, "granted": place.granted, "bot": bot, "journal": journal, "due": place.due()}))
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    since: String,
}

async fn changes(Extract(place): Extract<Arc<Place>>, Query(asked): Query<Since>) -> Json<Value> {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ends = None::<Instant>;
    loop {
        let now = looks.tick().await;
        let mark = place.mark();
        if mark != asked.since || now >= *ends.get_or_insert(now + POLL) {
            return Json(json!({"mark": mark}));
        }
    }
}

async fn bot(Extract(place): Extract<Arc<Place>>, Path(order): Path<String>) -> StatusCode {
    match order.as_str() {
        "start" => place.supervisor.start(),
        "stop" => place.supervisor.stop(),
        "kill" => place.supervisor.kill(),
        _ => return StatusCode::NOT_FOUND,
    }
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Advance {
    advance: u32,
}

async fn clock(Extract(place): Extract<Arc<Place>>, Json(order): Json<Advance>) -> StatusCode {
    place.supervisor.advance(order.advance);
    StatusCode::NO_CONTENT
}
