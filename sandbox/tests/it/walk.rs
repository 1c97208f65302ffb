//! The first walk, as the page tells a new user to take it.

use std::io::Write as _;

use serde_json::json;

use crate::{
    browser::{Browser, installed},
    sandbox::Sandbox,
};

const DESK: (u32, u32) = (1400, 1000);
const PHONE: (u32, u32) = (390, 844);
const IN_THE_GROUP: &str = "[data-group='00gPRODRW'] [data-member='00uALICE']";

/// Opens sandbox and browser; says so where there is no browser.
async fn open() -> Option<(Sandbox, Browser)> {
    let Some(program) = installed() else {
        let required =
            std::env::var("JITNEY_REQUIRE").is_ok_and(|names| names.split(',').any(|name| name == "browser"));
        assert!(!required, "no Chromium on this machine, and JITNEY_REQUIRE asks for the browser");
        // Written past the test harness, which keeps what a passing test prints.
        let _ = writeln!(std::io::stderr(), "SKIPPED: no Chromium on this machine, so the page was not tried");
        return None;
    };
    let sandbox = Sandbox::open().await;
    let browser = Browser::open(program, &sandbox.url, DESK).await;
    Some((sandbox, browser))
}

async fn become_person(browser: &mut Browser, user: &str) {
    browser.click(&format!("[data-user='{user}']")).await;
    browser.until(&format!("document.querySelector(\"[data-user='{user}']\").ariaPressed === 'true'")).await;
}

async fn ask(browser: &mut Browser, why: &str) {
    become_person(browser, "U0ALICE").await;
    browser.write("#command", "/jit").await;
    browser.click("#send").await;
    browser.pick("#input-entitlement", "prod-db/rw").await;
    browser.until_text("#modal", "owners of Production Database").await;
    browser.pick("#input-duration", "7200s").await;
    browser.until_text("#modal", "The 2 hours start").await;
    browser.write("#input-justification", why).await;
    browser.screenshot("form").await;
    browser.click("#modal-submit").await;
    browser.until("!document.querySelector('#modal').open").await;
    browser.until_text("#messages", why).await;
}

async fn approve(browser: &mut Browser, why: &str) {
    browser.until("document.querySelector(\"[data-user='U0BOB'] .badge\")").await;
    browser.screenshot("asked").await;
    become_person(browser, "U0BOB").await;
    browser.until_text("#messages", why).await;
    browser.screenshot("card").await;
    // What is decided has no button any more: the one that is left is this card's.
    browser.until("document.querySelectorAll(\"#messages [data-action='approve']\").length === 1").await;
    browser.click("#messages [data-action='approve']").await;
    browser.screenshot("confirm").await;
    browser.click("#confirm-yes").await;
    browser.until(&format!("document.querySelector(\"{IN_THE_GROUP}\")")).await;
    become_person(browser, "U0ALICE").await;
}

async fn removed(browser: &mut Browser) {
    browser.until(&format!("!document.querySelector(\"{IN_THE_GROUP}\")")).await;
    browser.until_text("#messages", "as planned").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ask_approve_hold_and_lose_with_a_kill_the_second_time() {
    let Some((sandbox, mut browser)) = open().await else { return };
    browser.until_text("#bot-state", "Running").await;
    browser.screenshot("first").await;

    ask(&mut browser, "Stuck migration, INC-42").await;
    approve(&mut browser, "Stuck migration, INC-42").await;
    browser.until_text("#messages", "Active until").await;
    browser.screenshot("active").await;
    browser.click("[data-advance='7200']").await;
    removed(&mut browser).await;
    browser.screenshot("removed").await;

    ask(&mut browser, "Once more").await;
    approve(&mut browser, "Once more").await;
    let bot = sandbox.bot().await;
    browser.click("[data-bot='kill']").await;
    browser.until_text("#bot-state", "signal: 9").await;
    browser.click("[data-advance='7200']").await;
    browser.until_text("#offset", "4 h ahead").await;
    browser.until(&format!("document.querySelector(\"{IN_THE_GROUP}\")")).await;
    browser.screenshot("killed").await;
    browser.click("[data-bot='start']").await;
    browser.until(&format!("!document.querySelector(\"{IN_THE_GROUP}\")")).await;
    assert!(sandbox.bot().await.is_some_and(|again| Some(again) != bot));
    browser.until("document.querySelector('#messages').innerText.split('as planned').length === 3").await;
    browser.screenshot("recovered").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_keyboard_and_on_a_phone_in_the_dark() {
    let Some((_sandbox, mut browser)) = open().await else { return };
    browser.resize(PHONE.0, PHONE.1).await;
    browser.prefer("dark").await;
    browser.until_text("#bot-state", "Running").await;
    assert_eq!(browser.eval("document.documentElement.scrollWidth <= innerWidth").await, true);
    browser.screenshot("phone").await;
    browser.write("#command", "/jit").await;
    browser.key("Enter", 13).await;
    browser.pick("#input-entitlement", "prod-db/rw").await;
    browser.until_text("#modal", "owners of Production Database").await;
    browser.write("#input-custom_duration", "99 parsecs").await;
    browser.key("Enter", 13).await;
    browser.write("#input-justification", "Why not").await;
    browser.click("#modal-submit").await;
    browser.until("document.querySelector('#input-custom_duration-error')").await;
    assert_eq!(browser.eval("document.querySelector('#input-justification').value").await, "Why not");
    browser.screenshot("phone-errors").await;
    browser.key("Escape", 27).await;
    browser.until("!document.querySelector('#modal').open").await;
    browser.write("#command", "/jit help").await;
    browser.key("Enter", 13).await;
    browser.until_text("#messages", "only visible to you").await;
    browser.screenshot("phone-help").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_typed_or_read_outlives_a_redraw() {
    let Some((sandbox, mut browser)) = open().await else { return };
    browser.click("#lines summary").await;
    browser.write("#command", "/jit").await;
    browser.click("#send").await;
    browser.pick("#input-entitlement", "prod-db/rw").await;
    browser.until_text("#modal", "owners of Production Database").await;
    browser.write("#input-justification", "Half a sen").await;
    browser.eval("document.querySelector('#input-justification').setSelectionRange(4, 4)").await;
    let fill = json!({"block_id": "duration", "action_id": "duration", "value": "7200s"});
    assert!(sandbox.act("U0ALICE", "fill", fill).await.is_success());
    browser.until_text("#modal", "The 2 hours start").await;
    let held = "(({id, value, selectionStart}) => [id, value, selectionStart])(document.activeElement)";
    assert_eq!(browser.eval(held).await, json!(["input-justification", "Half a sen", 4]));
    let typed = json!({"command": "/jit", "text": "staging/admin 2h Another line"});
    assert!(sandbox.act("U0CAROL", "slash", typed).await.is_success());
    browser.until("document.querySelectorAll('#lines details').length > 2").await;
    assert_eq!(browser.eval("document.querySelector('#lines details[data-seq=\"1\"]').open").await, true);
    browser.close().await;
}
