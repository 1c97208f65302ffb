//! What needs the yes of two people, one after the other.

use crate::hands::open;

/// Alice, where the groups show her as an admin of the database.
const AN_ADMIN: &str = "[data-group='00gPRODADMIN'] [data-member='00uALICE']";

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_and_then_the_soc_approve_what_is_critical() {
    let Some((_sandbox, mut browser)) = open().await else { return };
    browser.slash("/jit prod-db/admin 45m Rotate the keys").await;
    browser.until_text("#messages", "Waiting for @Bob Stone or @Dana Fox").await;
    browser.become_person("U0CAROL").await;
    browser.until_text("#messages", "No messages yet").await;
    browser.become_person("U0BOB").await;
    browser.until_text("#messages", "Critical sensitivity").await;
    browser.click("#messages [data-action='approve']").await;
    browser.click("#confirm-yes").await;
    browser.until_text("#messages", "Now waiting for @Carol Diaz").await;
    browser.until_gone(AN_ADMIN).await;

    browser.become_person("U0CAROL").await;
    browser.until_text("#messages", "@Bob Stone approved").await;
    browser.click("#messages [data-action='approve']").await;
    browser.click("#confirm-yes").await;
    browser.until_there(AN_ADMIN).await;
    browser.become_person("U0ALICE").await;
    browser.until_text("#messages", "Active until").await;
    browser.close().await;
}
