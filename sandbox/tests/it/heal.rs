//! Parts are broken, their state is shown, and they heal.

use crate::{
    hands::{IN_THE_GROUP, open},
    sandbox::Sandbox,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_is_killed_takes_access_away_when_it_is_started_again() {
    let Some((sandbox, mut browser)) = open().await else { return };
    browser.ask("Before the kill").await;
    browser.approve("Before the kill").await;
    browser.click("[data-bot='kill']").await;
    browser.until_text("#bot-state", "signal: 9").await;
    browser.until_text("#slack-state", "not connected").await;
    browser.slash("/jit list").await;
    browser.until_text("#messages", "dispatch_failed").await;
    browser.click("[data-advance='7200']").await;
    browser.until_text("#offset", "2 h ahead").await;
    browser.until_there(IN_THE_GROUP).await;
    browser.click("[data-bot='start']").await;
    browser.until_gone(IN_THE_GROUP).await;
    browser.until_text("#slack-state", "Up, ").await;
    assert!(sandbox.bot().await.is_some());
    browser.become_person("U0ALICE").await;
    browser.until_text("#messages", "as planned").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_okta_and_jira_missed_is_made_good_when_they_come_back() {
    let Some((_sandbox, mut browser)) = open().await else { return };
    browser.ask("Through an outage").await;
    browser.approve("Through an outage").await;
    browser.until_there("[data-column='In Progress'] .ticket").await;
    for vendor in ["okta", "jira"] {
        browser.click(&format!("[data-vendor='{vendor}']")).await;
        browser.until_text(&format!("#{vendor}-state"), "Down").await;
    }
    // The button moves the clock to the end of what was just opened.
    browser.until_text("#next-due", ": R-1 ends").await;
    browser.click("#next-due").await;
    browser.until_text("#okta-state", "cut off").await;
    browser.until_there(IN_THE_GROUP).await;
    browser.click("[data-vendor='okta']").await;
    browser.until_text("#okta-state", "Up").await;
    browser.until_gone(IN_THE_GROUP).await;
    browser.until_there("[data-column='In Progress'] .ticket").await;
    browser.click("[data-vendor='jira']").await;
    browser.until_there("[data-column='Done'] .ticket").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_that_slack_drops_are_opened_anew() {
    let Some((sandbox, mut browser)) = open().await else { return };
    let before = sandbox.sockets().await;
    browser.click("#drop").await;
    sandbox
        .until("other sockets", |_, world| {
            let now = Sandbox::sockets_in(world);
            !now.is_empty() && now.iter().all(|socket| !before.contains(socket))
        })
        .await;
    browser.slash("/jit help").await;
    browser.until_text("#messages", "Only visible to you").await;
    browser.close().await;
}
