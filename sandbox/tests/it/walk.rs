//! The first walk, as the page tells a new user to take it, from the request to the removal and on to the return.

use crate::hands::{IN_THE_GROUP, open};

/// Alice, where the groups show her as a reader of the database.
const READS: &str = "[data-group='00gPRODRO'] [data-member='00uALICE']";

#[tokio::test(flavor = "multi_thread")]
async fn the_first_walk_sees_each_step_by_itself() {
    let Some((sandbox, mut browser)) = open().await else { return };
    browser.until_step(1).await;
    browser.slash("/jit").await;
    browser.until_step(2).await;
    browser.fill_request("Stuck migration, INC-42").await;
    browser.send_form().await;
    browser.until_step(3).await;
    browser.become_person("U0BOB").await;
    browser.until_step(4).await;
    browser.approve("Stuck migration").await;
    browser.until_step(5).await;
    browser.click("[data-column='In Progress'] .ticket").await;
    browser.until_text("#ticket", "Bob Stone approved").await;
    browser.click("#ticket-close").await;
    browser.until_step(6).await;

    let bot = sandbox.bot().await;
    browser.click("[data-bot='kill']").await;
    browser.until_step(7).await;
    browser.until_text("#bot-state", "signal: 9").await;
    browser.click("[data-advance='7200']").await;
    browser.until_step(8).await;
    browser.until_there(IN_THE_GROUP).await;
    browser.click("[data-bot='start']").await;
    browser.until_gone(IN_THE_GROUP).await;
    browser.until_step(9).await;
    assert!(sandbox.bot().await.is_some_and(|again| Some(again) != bot));
    browser.until_there("[data-column='Done'] .ticket").await;

    browser.become_person("U0ALICE").await;
    browser.until_text("#messages", "as planned").await;
    browser.slash("/jit prod-db/ro 45m Once more").await;
    browser.become_person("U0BOB").await;
    browser.until_text("#messages", "Once more").await;
    browser.click("#messages [data-action='approve']").await;
    browser.until_step(10).await;
    browser.become_person("U0ALICE").await;
    browser.tab("home").await;
    // What the tab showed last is of the first access; the bot draws it anew now that it is opened.
    browser.until_text("#home", "R-2").await;
    browser.click("#home [data-action='return']").await;
    browser.click("#confirm-yes").await;
    browser.until_gone(READS).await;
    browser.until_text("#walk-count", "Done").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_walk_is_skipped_closed_and_begun_again() {
    let Some((sandbox, mut browser)) = open().await else { return };
    browser.until_step(1).await;
    browser.click("#walk-skip").await;
    browser.until_step(2).await;
    browser.click("#walk-close").await;
    browser.until("document.querySelector('#walk').hidden").await;
    browser.reload().await;
    browser.until("!document.querySelector('#walk-again').hidden").await;
    assert_eq!(browser.eval("document.querySelector('#walk').hidden").await, true);
    browser.click("#walk-again").await;
    browser.until_step(2).await;
    browser.slash("/jit prod-db/rw 2h Not a step").await;
    browser.until_step(3).await;
    // What was asked before the walk began anew is no step of it, although it still waits.
    browser.click("#walk-restart").await;
    browser.until_step(1).await;
    drop(sandbox);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_cancelled_leads_back_to_where_it_is_opened() {
    let Some((_sandbox, mut browser)) = open().await else { return };
    browser.slash("/jit").await;
    browser.until_step(2).await;
    browser.until_there("#modal-submit.beckon").await;
    browser.click("#modal-close").await;
    browser.until_step(1).await;
    browser.click("#walk-show").await;
    browser.until("document.activeElement.id === 'send'").await;
    // Whoever skips ahead without a form is shown where it is opened, too.
    browser.click("#walk-skip").await;
    browser.until_step(2).await;
    browser.until_there("#send.beckon").await;
    browser.click("#walk-show").await;
    browser.until("document.activeElement.id === 'send'").await;
    browser.slash("/jit").await;
    browser.until_there("#modal-submit.beckon").await;
    browser.until_gone("#send.beckon").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_is_read_with_its_reason_by_the_one_who_asked() {
    let Some((_sandbox, mut browser)) = open().await else { return };
    browser.ask("Look at <b>one</b> row & leave").await;
    browser.become_person("U0BOB").await;
    browser.until_text("#messages", "Look at <b>one</b> row & leave").await;
    browser.click("#messages [data-action='deny']").await;
    browser.until_there("#input-reason").await;
    browser.click("#modal-submit").await;
    browser.until_there("#input-reason[aria-invalid]").await;
    browser.write("#input-reason", "Use the replica").await;
    browser.send_form().await;
    browser.until_text("#messages", "Denied by you").await;
    browser.until_gone("#messages [data-action='approve']").await;
    browser.become_person("U0ALICE").await;
    browser.until_text("#messages", "Denied by Bob Stone").await;
    browser.until_text("#messages blockquote:last-of-type", "Use the replica").await;
    browser.until_gone(IN_THE_GROUP).await;
    // The walk has nothing to go on with, and begins anew.
    browser.until_step(1).await;
    browser.close().await;
}
