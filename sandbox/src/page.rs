//! The page: a few files that are part of the program, so that nothing is fetched from anywhere.
//!
//! Law: what the browser may load is what stands here, from here; nothing inline, nothing from elsewhere.

use axum::{
    Router,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    response::IntoResponse,
    routing::get,
};

/// A file: its path, its kind, its text.
type File = (&'static str, &'static str, &'static str);

macro_rules! files {
    ($($kind:ident $path:literal,)*) => {
        &[$((concat!("/", $path), $kind, include_str!(concat!("static/", $path))),)*]
    };
}

const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const IMAGE: &str = "image/svg+xml";

const HTML: File = ("/", "text/html; charset=utf-8", include_str!("static/index.html"));

const FILES: &[File] = files! {
    IMAGE "icon.svg",
    STYLE "css/base.css",
    STYLE "css/layout.css",
    STYLE "css/slack.css",
    STYLE "css/blocks.css",
    STYLE "css/behind.css",
    SCRIPT "js/page.js",
    SCRIPT "js/wire.js",
    SCRIPT "js/dom.js",
    SCRIPT "js/dates.js",
    SCRIPT "js/scene.js",
    SCRIPT "js/facts.js",
    SCRIPT "js/hands.js",
    SCRIPT "js/confirm.js",
    SCRIPT "js/glyphs.js",
    SCRIPT "js/text.js",
    SCRIPT "js/blocks.js",
    SCRIPT "js/elements.js",
    SCRIPT "js/menu.js",
    SCRIPT "js/combobox.js",
    SCRIPT "js/modal.js",
    SCRIPT "js/fields.js",
    SCRIPT "js/drafts.js",
    SCRIPT "js/people.js",
    SCRIPT "js/messages.js",
    SCRIPT "js/home.js",
    SCRIPT "js/composer.js",
    SCRIPT "js/parts.js",
    SCRIPT "js/clock.js",
    SCRIPT "js/okta.js",
    SCRIPT "js/jira.js",
    SCRIPT "js/journal.js",
    SCRIPT "js/second.js",
    SCRIPT "js/steps.js",
    SCRIPT "js/walk.js",
    SCRIPT "js/settings.js",
};

/// What the browser may do with it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The routes of the page.
pub fn router() -> Router {
    let files = std::iter::once(&HTML).chain(FILES);
    files.fold(Router::new(), |router, file| router.route(file.0, get(|| async { served(file) })))
}

/// Never kept by the browser: the next build serves other files under the same names.
fn served((_, kind, body): &File) -> impl IntoResponse + use<> {
    let headers = [
        (CONTENT_TYPE, *kind),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    (headers, *body)
}
