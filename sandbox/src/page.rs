//! The page: a few files that are part of the program, so that nothing is fetched from anywhere.

use axum::{
    Router,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    response::IntoResponse,
    routing::get,
};

const HTML: &str = include_str!("static/index.html");
const STYLE: &str = include_str!("static/page.css");
const SCRIPT: &str = include_str!("static/page.js");
const BLOCKS: &str = include_str!("static/blocks.js");
const MODAL: &str = include_str!("static/modal.js");

/// Nothing from elsewhere, nothing inline.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

/// The routes of the page.
pub fn router() -> Router {
    Router::new()
        .route("/", get(|| async { file("text/html; charset=utf-8", HTML) }))
        .route("/page.css", get(|| async { file("text/css; charset=utf-8", STYLE) }))
        .route("/page.js", get(|| async { file("text/javascript; charset=utf-8", SCRIPT) }))
        .route("/blocks.js", get(|| async { file("text/javascript; charset=utf-8", BLOCKS) }))
        .route("/modal.js", get(|| async { file("text/javascript; charset=utf-8", MODAL) }))
}

/// Never kept by the browser: the next build serves other files under the same names.
fn file(kind: &'static str, body: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store"), (CONTENT_SECURITY_POLICY, POLICY)], body)
}
