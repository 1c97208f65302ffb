//! How the page is drawn: never late, and so that a screen reader can follow it.

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use crate::hands::{DESK, open};

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

/// Notes how loud the log of messages is whenever something is put into it.
const LISTEN: &str = "window.spoken = []; new MutationObserver((list) => list.some((one) => one.addedNodes.length) \
     && window.spoken.push(list[0].target.getAttribute('aria-live'))) \
     .observe(document.querySelector('#messages'), {childList: true})";

#[tokio::test(flavor = "multi_thread")]
async fn another_conversation_is_not_read_out_and_a_new_message_is() {
    let Some((_sandbox, mut browser)) = open().await else { return };
    browser.slash("/jit staging/admin 2h Heard once").await;
    browser.until_text("#messages", "Waiting for").await;
    browser.until_there("#messages [data-ticket]").await;
    browser.until_there("[data-user='U0BOB'] .badge").await;
    browser.eval(LISTEN).await;
    browser.become_person("U0BOB").await;
    browser.until_text("#messages", "Heard once").await;
    assert_eq!(browser.eval("window.spoken[0]").await, "off");
    browser.until("document.querySelector('#messages').getAttribute('aria-live') === 'polite'").await;
    browser.slash("/jit help").await;
    browser.until_text("#messages", "Only visible to you").await;
    assert_eq!(browser.eval("window.spoken.at(-1)").await, "polite");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_is_read_keeps_the_focus_and_tells_each_comment() {
    let Some((sandbox, mut browser)) = open().await else { return };
    browser.slash("/jit prod-db/rw 2h Told in the ticket").await;
    browser.click("[data-issue='ACCESS-1']").await;
    browser.until("document.activeElement.id === 'ticket-close'").await;
    browser.eval("window.log = document.querySelector('#ticket [role=log]')").await;
    browser.another(&format!("{}/#bob/messages", sandbox.url), DESK).await;
    browser.approve("Told in the ticket").await;
    browser.look_at(0);
    browser.until_text("#ticket .status", "In Progress").await;
    browser.until_text("#ticket .comments", "Bob Stone approved").await;
    assert_eq!(browser.focused().await, "ticket-close");
    // What tells of it is the region that stood there before.
    assert_eq!(
        browser.eval("window.log.isConnected && window.log.innerText.includes('Bob Stone approved')").await,
        true
    );
    browser.close().await;
}
