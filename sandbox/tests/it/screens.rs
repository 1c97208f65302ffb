//! Screens: a phone in the dark, two windows, the pictures of the README.

use crate::{
    browser::Browser,
    hands::{DESK, IN_THE_GROUP, open},
    mouse::Key,
};

const PHONE: (u32, u32) = (360, 740);

/// A picture in the README.
const PICTURE: (u32, u32) = (1320, 860);

async fn pane(browser: &mut Browser, pane: &str) {
    browser.click(&format!(".panes [data-pane='{pane}']")).await;
    browser.until(&format!("document.body.dataset.pane === '{pane}'")).await;
    assert!(browser.fits().await, "{pane} is wider than a phone");
    assert_eq!(browser.nameless().await, serde_json::json!([]), "in {pane}");
    browser.screenshot(&format!("phone-{pane}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_nothing_is_wider_than_the_screen() {
    let Some((_sandbox, mut browser)) = open().await else { return };
    browser.resize(PHONE.0, PHONE.1).await;
    browser.prefer("dark").await;
    assert!(browser.fits().await);
    browser.slash("/jit").await;
    browser.pick("#input-entitlement", "prod-db/rw").await;
    browser.until_text("#modal", "owners of Production Database").await;
    browser.write("#input-custom_duration", "99 parsecs").await;
    browser.key(Key::Enter).await;
    // The form is sent once the bot has drawn it anew, which takes faults off the fields.
    browser.until_text("#modal-blocks", "“99 parsecs” is not a length").await;
    browser.write("#input-justification", &"Unbroken".repeat(20)).await;
    browser.click("#modal-submit").await;
    browser.until_there("#input-custom_duration-error").await;
    assert_eq!(
        browser.eval("document.querySelector('#input-justification').value.length").await,
        serde_json::json!(160)
    );
    assert!(browser.fits().await, "the form is wider than a phone");
    assert_eq!(browser.nameless().await, serde_json::json!([]), "in the form");
    browser.screenshot("phone-form").await;
    browser.write("#input-custom_duration", "2h").await;
    browser.send_form().await;
    browser.until_text("#messages", "Waiting for").await;
    browser.slash("/jit help").await;
    browser.until_text("#messages", "Only visible to you").await;
    for name in ["slack", "okta", "journal", "controls", "jira"] {
        pane(&mut browser, name).await;
    }
    browser.click("#board .ticket").await;
    browser.until("document.querySelector('#ticket').open").await;
    assert!(browser.fits().await, "the ticket is wider than a phone");
    assert_eq!(browser.nameless().await, serde_json::json!([]), "in the ticket");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_side_by_side_see_each_other_act() {
    let Some((sandbox, mut browser)) = open().await else { return };
    let bob = browser.another(&format!("{}/#bob/messages", sandbox.url), DESK).await;
    browser.until_there("[data-user='U0BOB'][aria-current]").await;
    browser.look_at(0);
    browser.until_there("[data-user='U0ALICE'][aria-current]").await;
    browser.ask("Side by side").await;
    // The walk goes on in both: that Bob is there, in his window, is seen in hers. Who is shown stays each one's own.
    browser.until_step(4).await;
    browser.look_at(bob);
    browser.until_step(4).await;
    browser.until_text("#messages", "Side by side").await;
    browser.click("#messages [data-action='approve']").await;
    browser.click("#confirm-yes").await;
    browser.until_there(IN_THE_GROUP).await;
    browser.look_at(0);
    browser.until_text("#messages", "Active until").await;
    browser.until_there("[data-user='U0ALICE'][aria-current]").await;
    browser.until_step(5).await;
    // Bob, in his window, may write in a form of his while Alice reads.
    browser.look_at(bob);
    browser.slash("/jit").await;
    browser.until("document.querySelector('#modal').open").await;
    browser.look_at(0);
    assert_eq!(browser.eval("document.querySelector('#modal').open").await, false);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_are_the_systems_or_the_persons_choice() {
    let Some((_sandbox, mut browser)) = open().await else { return };
    let ground = "getComputedStyle(document.body).backgroundColor";
    let light = browser.eval(ground).await;
    browser.prefer("dark").await;
    let dark = browser.eval(ground).await;
    assert_ne!(light, dark);
    browser.pick("#theme", "light").await;
    assert_eq!(browser.eval(ground).await, light);
    browser.reload().await;
    assert_eq!(browser.eval(ground).await, light);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_read_in_each_persons_own_zone() {
    let Some((_sandbox, mut browser)) = open().await else { return };
    browser.slash("/jit prod-db/rw 2h Zones").await;
    browser.until_text("#messages", "Waiting for").await;
    let shown = "document.querySelector('#messages time[title]').innerText";
    browser.become_person("U0BOB").await;
    browser.until_there("#messages time[title='Europe/Paris']").await;
    let paris = browser.eval(shown).await;
    browser.become_person("U0DANA").await;
    browser.until_there("#messages time[title='America/New_York']").await;
    assert_ne!(browser.eval(shown).await, paris);
    browser.close().await;
}

/// `JITNEY_SCREENSHOTS=$PWD/docs cargo test -p sandbox --test it -- pictures` takes them anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_pictures_of_the_readme_show_the_walk_half_way_and_home() {
    let Some((_sandbox, mut browser)) = open().await else { return };
    browser.resize(PICTURE.0, PICTURE.1).await;
    browser.ask("Stuck migration, INC-42").await;
    browser.approve("Stuck migration").await;
    browser.until_step(5).await;
    browser.become_person("U0ALICE").await;
    browser.until_text("#messages", "Active until").await;
    browser.until_text("[data-column='In Progress'] .comments-count", "2").await;
    browser.screenshot("sandbox-walk").await;

    browser.become_person("U0DANA").await;
    browser.slash("/jit prod-db/ro 45m Check the nightly report").await;
    browser.until_there("[data-user='U0BOB'] .badge").await;
    browser.become_person("U0BOB").await;
    browser.slash("/jit prod-db/debug 2h Slow queries since noon").await;
    browser.until_text("#messages", "Waiting for").await;
    browser.prefer("dark").await;
    browser.tab("home").await;
    browser.until_text("#home", "Waiting for you (1)").await;
    browser.until_text("#home", "Your requests (1)").await;
    browser.screenshot("sandbox-home").await;
    browser.close().await;
}
