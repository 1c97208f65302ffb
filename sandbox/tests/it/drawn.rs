//! How the page is drawn: never late.

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use crate::hands::open;

/// Less than the sandbox's wait for changes, which would make good what was missed.
const SOON: Duration = Duration::from_secs(15);

/// Holds back the sandbox's own state, once the world's has been read, until `release` is called.
const HOLD: &str = "(() => { const { fetch } = window; window.held = new Promise((done) => { window.release = done; }); \
     window.fetch = async (path, options) => { \
        if (path === '/sandbox/state') await window.held; \
        const reply = await fetch(path, options); \
        if (path === '/control/state') window.isWorldRead = true; \
        return reply; }; })()";

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_between_two_looks_is_not_missed() {
    let Some((sandbox, mut browser)) = open().await else { return };
    browser.eval(HOLD).await;
    sandbox.post("/control/vendors/okta/down", json!({})).await;
    browser.until("window.isWorldRead").await;
    sandbox.post("/control/vendors/jira/down", json!({})).await;
    browser.eval("window.release()").await;
    browser.until_text("#okta-state", "Down").await;
    let seen = timeout(SOON, browser.until_text("#jira-state", "Down")).await;
    assert!(seen.is_ok(), "Jira is down, and the page does not know");
    browser.close().await;
}
