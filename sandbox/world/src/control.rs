//! The world over HTTP, for the sandbox's page and for tests of other processes: `/control/…`, all JSON.
//!
//! | call | does |
//! | --- | --- |
//! | `GET /control/state` | everything: see `snapshot` |
//! | `GET /control/changes?since=N` | waits up to 25 s until the version is greater than `N`; `{"version":M}` |
//! | `POST /control/act` | a person does something: `{"act":"slash","user":"U0ALICE","command":"/jit","text":""}`, see [`Act`] |
//! | `GET, POST /control/faults` · `DELETE /control/faults/{id}` · `POST /control/faults/{id}/release` | list, add, lift, release |
//! | `POST /control/vendors/{slack,okta,jira}/{down,up}` | a vendor goes, comes back |
//! | `POST /control/sockets` | `{"order":"disconnect","reason":"warning"}`, `{"order":"drop"}`, `{"order":"freeze"}`, each with `connection` for one |
//! | `POST /control/okta/members` | by hand: `{"did":"add","group":"00g…","user":"00u…","who":"root"}` |
//! | `POST /control/jira` | any of `{"search_lag_secs":120,"token_revoked":true,"drag":{"issue":"ACCESS-1","status":"Done"}}` |
//! | `POST /control/clock` | `{"advance":3600}` |
//!
//! Law: it does nothing that the handle does not do. What a person cannot do is 409 with `{"error":…}`.

use std::time::Duration;

use axum::extract::{Path, Query, State as Extract};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Vendor;
use crate::faults::{Fault, FaultId};
use crate::slack::{Cannot, Disconnect, Press};
use crate::snapshot::snapshot;
use crate::world::World;

/// A poll of changes is answered at the latest after this, below what proxies and browsers cut.
const POLL: Duration = Duration::from_secs(25);

/// The routes under `/control`, to be mounted under any origin.
pub fn control_router(world: World) -> Router {
    Router::new()
        .route("/control/state", get(state))
        .route("/control/changes", get(changes))
        .route("/control/act", post(act))
        .route("/control/faults", get(faults).post(add_fault))
        .route("/control/faults/{id}", axum::routing::delete(lift))
        .route("/control/faults/{id}/release", post(release))
        .route("/control/vendors/{vendor}/{way}", post(vendor))
        .route("/control/sockets", post(sockets))
        .route("/control/okta/members", post(members))
        .route("/control/jira", post(jira))
        .route("/control/clock", post(clock))
        .with_state(world)
}

async fn state(Extract(world): Extract<World>) -> Json<Value> {
    let version = world.version();
    Json(world.look(|state| snapshot(state, version)))
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    since: u64,
}

async fn changes(Extract(world): Extract<World>, Query(asked): Query<Since>) -> Json<Value> {
    Json(json!({"version": world.newer_than(asked.since, POLL).await}))
}

/// What a person does, by the body of `POST /control/act`.
#[derive(Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
enum Act {
    Slash {
        user: String,
        command: String,
        #[serde(default)]
        text: String,
    },
    Fill {
        user: String,
        block_id: String,
        action_id: String,
        value: Value,
        #[serde(default)]
        query: Option<String>,
    },
    Type {
        user: String,
        block_id: String,
        action_id: String,
        text: String,
    },
    Options {
        user: String,
        block_id: String,
        action_id: String,
        #[serde(default)]
        query: String,
    },
    Submit {
        user: String,
    },
    Close {
        user: String,
    },
    Click {
        user: String,
        channel: String,
        ts: String,
        press: Press,
    },
    ClickInView {
        user: String,
        press: Press,
    },
    ClickInHome {
        user: String,
        press: Press,
    },
    OpenHome {
        user: String,
    },
    Shortcut {
        user: String,
        callback_id: String,
    },
    Read {
        user: String,
        #[serde(default)]
        channel: Option<String>,
    },
}

async fn act(Extract(world): Extract<World>, Json(act): Json<Act>) -> Response {
    match perform(&world, act).await {
        Ok(body) => Json(body).into_response(),
        Err(cannot) => (StatusCode::CONFLICT, Json(json!({"error": cannot.0}))).into_response(),
    }
}

async fn perform(world: &World, act: Act) -> Result<Value, Cannot> {
    Ok(match act {
        Act::Slash { user, command, text } => told(world.slash(&user, &command, &text).await?),
        Act::Fill { user, block_id, action_id, value, query: None } => {
            told(world.fill(&user, &block_id, &action_id, value).await?)
        }
        Act::Fill { user, block_id, action_id, value, query: Some(query) } => {
            told(world.fill_from(&user, &block_id, &action_id, &value, &query).await?)
        }
        Act::Type { user, block_id, action_id, text } => {
            world.type_in(&user, &block_id, &action_id, &text)?;
            Value::Null
        }
        Act::Options { user, block_id, action_id, query } => {
            world.suggested(&user, &block_id, &action_id, &query).await?
        }
        Act::Submit { user } => told(world.submit(&user).await?),
        Act::Close { user } => told(world.close_view(&user).await?),
        Act::Click { user, channel, ts, press } => told(world.click(&user, &channel, &ts, press).await?),
        Act::ClickInView { user, press } => told(world.click_in_view(&user, press).await?),
        Act::ClickInHome { user, press } => told(world.click_in_home(&user, press).await?),
        Act::OpenHome { user } => told(world.open_home(&user).await?),
        Act::Shortcut { user, callback_id } => told(world.shortcut(&user, &callback_id).await?),
        Act::Read { user, channel: None } => told(world.read(&user)),
        Act::Read { user, channel: Some(channel) } => {
            world.read_in(&user, &channel);
            Value::Null
        }
    })
}

fn told(answer: impl Serialize) -> Value {
    serde_json::to_value(answer).unwrap_or_default()
}

async fn faults(Extract(world): Extract<World>) -> Json<Value> {
    Json(told(world.faults()))
}

async fn add_fault(Extract(world): Extract<World>, Json(fault): Json<Fault>) -> Json<Value> {
    Json(json!({"id": world.fault(fault)}))
}

async fn lift(Extract(world): Extract<World>, Path(id): Path<u64>) -> StatusCode {
    world.lift(FaultId(id));
    StatusCode::NO_CONTENT
}

async fn release(Extract(world): Extract<World>, Path(id): Path<u64>) -> StatusCode {
    world.release(FaultId(id));
    StatusCode::NO_CONTENT
}

async fn vendor(Extract(world): Extract<World>, Path((vendor, way)): Path<(Vendor, String)>) -> StatusCode {
    match way.as_str() {
        "down" => world.down(vendor),
        "up" => world.up(vendor),
        _ => return StatusCode::NOT_FOUND,
    }
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct SocketOrder {
    connection: Option<u64>,
    #[serde(flatten)]
    what: SocketWhat,
}

#[derive(Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
enum SocketWhat {
    Disconnect { reason: Disconnect },
    Drop,
    Freeze,
}

async fn sockets(Extract(world): Extract<World>, Json(order): Json<SocketOrder>) -> StatusCode {
    match order.what {
        SocketWhat::Disconnect { reason } => world.disconnect(order.connection, reason),
        SocketWhat::Drop => world.drop_sockets(order.connection),
        SocketWhat::Freeze => world.freeze_sockets(order.connection),
    }
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
enum ByHand {
    Add { group: String, user: String, who: String },
    Remove { group: String, user: String, who: String },
}

async fn members(Extract(world): Extract<World>, Json(write): Json<ByHand>) -> StatusCode {
    match write {
        ByHand::Add { group, user, who } => world.add_by_hand(&group, &user, &who),
        ByHand::Remove { group, user, who } => world.remove_by_hand(&group, &user, &who),
    }
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct JiraOrder {
    search_lag_secs: Option<i64>,
    token_revoked: Option<bool>,
    drag: Option<Drag>,
}

#[derive(Deserialize)]
struct Drag {
    issue: String,
    status: String,
}

async fn jira(Extract(world): Extract<World>, Json(order): Json<JiraOrder>) -> StatusCode {
    world.change(|state| {
        state.jira.search_lag_secs = order.search_lag_secs.unwrap_or(state.jira.search_lag_secs);
        state.jira.token_revoked = order.token_revoked.unwrap_or(state.jira.token_revoked);
    });
    if let Some(drag) = order.drag {
        world.drag_issue(&drag.issue, &drag.status);
    }
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Advance {
    advance: i64,
}

async fn clock(Extract(world): Extract<World>, Json(order): Json<Advance>) -> Json<Value> {
    world.advance(order.advance);
    Json(world.look(|state| json!({"now": state.clock.now(), "offset_secs": state.clock.offset_secs()})))
}
