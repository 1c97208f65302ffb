//! App Home and the audit channel, as their readers see them.

use crate::hands::{IN_THE_GROUP, open};

#[tokio::test(flavor = "multi_thread")]
async fn access_is_given_back_from_home() {
    let Some((_sandbox, mut browser)) = open().await else { return };
    browser.tab("home").await;
    browser.until_text("#home", "You hold no temporary access").await;
    browser.click("#home [data-action='request_access']").await;
    browser.fill_request("Asked from Home").await;
    browser.send_form().await;
    browser.until_text("#home", "Your requests (1)").await;

    browser.become_person("U0BOB").await;
    browser.tab("home").await;
    browser.until_text("#home", "Waiting for you (1)").await;
    browser.until_text("#home", "Asked from Home").await;
    browser.click("#home [data-action='approve']").await;
    browser.click("#confirm-yes").await;
    browser.until_there(IN_THE_GROUP).await;
    browser.until_gone("#home [data-action='approve']").await;

    browser.become_person("U0ALICE").await;
    browser.tab("home").await;
    browser.until_text("#home", "Your access (1)").await;
    browser.click("#home [data-action='return']").await;
    browser.until_text("#confirm", "Return this access?").await;
    browser.click("#confirm-no").await;
    browser.until_there(IN_THE_GROUP).await;
    browser.click("#home [data-action='return']").await;
    browser.click("#confirm-yes").await;
    browser.until_gone(IN_THE_GROUP).await;
    browser.until_text("#home", "Recently ended").await;
    browser.until_gone("#home [data-action='return']").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shortcut_opens_the_form_and_a_guest_is_told_why_not() {
    let Some((_sandbox, mut browser)) = open().await else { return };
    browser.click("#shortcuts-button").await;
    browser.click("#shortcuts [role='menuitem']").await;
    browser.until_there("#input-entitlement").await;
    browser.click("#modal-close").await;
    browser.until("!document.querySelector('#modal').open").await;
    browser.become_person("U0ERIN").await;
    browser.until_gone("[data-tab='audit']").await;
    browser.tab("home").await;
    browser.until_text("#home", "Only full members").await;
    browser.until_gone("#home button").await;
    browser.close().await;
}
