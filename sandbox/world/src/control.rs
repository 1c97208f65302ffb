//! The world over HTTP, for the sandbox's page and for tests of other processes: `/control/…`, all JSON.
//!
//! Law: it does nothing that the handle does not do.

use axum::Router;

use crate::world::World;

/// The routes under `/control`, to be mounted under any origin.
pub fn control_router(world: World) -> Router {
    Router::new().with_state(world)
}
