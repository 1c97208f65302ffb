//! From a card to its ticket and back, and the channel where everything is told.

use crate::{hands::open, mouse::Key};

#[tokio::test(flavor = "multi_thread")]
async fn a_cards_link_opens_the_boards_ticket_and_leads_back() {
    let Some((_sandbox, mut browser)) = open().await else { return };
    browser.slash("/jit prod-db/rw 2h Follow <i>the</i> link").await;
    browser.until_there("#messages [data-ticket='ACCESS-1']").await;
    browser.tab_back_to("#messages [data-ticket='ACCESS-1']").await;
    browser.key(Key::Enter).await;
    browser.until_text("#ticket-title", "Production Database · Read-Write").await;
    browser.until_text("#ticket", "Follow <i>the</i> link").await;
    browser.reload().await;
    browser.until_text("#ticket-title", "Production Database · Read-Write").await;
    browser.key(Key::Escape).await;
    browser.until("!document.querySelector('#ticket').open").await;
    browser.until("location.hash === '#alice/messages'").await;
    browser.tab_to("[data-issue='ACCESS-1']").await;
    browser.key(Key::Enter).await;
    browser.until("document.querySelector('#ticket').open").await;
    browser.key(Key::Escape).await;
    browser.until("document.activeElement.matches('[data-issue]')").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_channel_is_told_and_stays_unread_until_it_is_looked_at() {
    let Some((_sandbox, mut browser)) = open().await else { return };
    browser.ask("Not for the channel").await;
    browser.approve("Not for the channel").await;
    browser.until_there("[data-tab='audit'] .badge").await;
    browser.tab("audit").await;
    browser.until_text("#messages", "Bob Stone approved Production Database · Read-Write for Alice Martin").await;
    browser.until_text("#messages", "Open: Production Database · Read-Write").await;
    assert_eq!(browser.eval("document.querySelector('#messages').innerText.includes('Not for')").await, false);
    browser.tab("messages").await;
    browser.until_gone("[data-tab='audit'] .badge").await;
    // Dana reads for herself, and Alice reads a channel that she is no member of.
    browser.become_person("U0DANA").await;
    browser.until_there("[data-tab='audit'] .badge").await;
    browser.become_person("U0ALICE").await;
    browser.tab("audit").await;
    browser.until_text("#messages", "Bob Stone approved").await;
    browser.close().await;
}
