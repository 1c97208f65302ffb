//! The second walk, step by step as the README tells it: rules, stand-ins, more time, break-glass and a freeze.

use crate::{hands::IN_THE_GROUP, told::Told};

const MESSAGES: &str = "#messages";
const APPROVE: &str = "#messages [data-action='approve']";
const TWO_HOURS: &str = "[data-advance='7200']";
const SUBMIT: &str = "#modal-submit";

/// Dana, where the groups show her as an admin of staging.
const ON_STAGING: &str = "[data-group='00gSTAGING'] [data-member='00uDANA']";

#[tokio::test(flavor = "multi_thread")]
async fn the_second_walk_shows_what_the_readme_says() {
    let Some(mut walk) = Told::open("**Second walk**", "Be several people").await else { return };
    led(&mut walk).await;
    asked_by_rule(&mut walk).await;
    decided_by_others(&mut walk).await;
    warned_and_extended(&mut walk).await;
    agreed_and_returned(&mut walk).await;
    taken_and_reviewed(&mut walk).await;
    frozen(&mut walk).await;
    walk.browser.until_text("#walk-count", "Done").await;
    walk.close().await;
}

/// Skips the first walk, so that the page leads through the second.
async fn led(walk: &mut Told) {
    for step in 1..=10 {
        walk.browser.until_step(step).await;
        walk.browser.click("#walk-skip").await;
    }
    walk.browser.until_text("#walk-count", "Done").await;
    walk.browser.click("#walk-next").await;
    walk.browser.until_text("#walk-title", "Second walk").await;
    walk.browser.until_step(1).await;
}

async fn asked_by_rule(walk: &mut Told) {
    walk.person("Alice").await;
    walk.send("/jit prod-db/rw 3h Move the big table").await;
    walk.read(MESSAGES, "@Bob Stone or @Dana Fox, now: owners of Production Database").await;
    walk.read(MESSAGES, "then @Carol Diaz or @Nora Quinn: More than 2 hours at a stretch, rule long-requests").await;
}

async fn decided_by_others(walk: &mut Told) {
    walk.browser.until_step(2).await;
    walk.press(TWO_HOURS, "+2 h").await;
    walk.read(MESSAGES, "soc too, since nobody answered for 2 hours").await;
    walk.browser.until_step(3).await;
    walk.person("Carol").await;
    walk.press(APPROVE, "Approve").await;
    walk.browser.click("#confirm-yes").await;
    walk.read(MESSAGES, "Now waiting for @Nora Quinn").await;
    walk.browser.until_gone(IN_THE_GROUP).await;
    walk.browser.until_step(4).await;
    walk.person("Nora").await;
    walk.press(APPROVE, "Approve").await;
    walk.browser.click("#confirm-yes").await;
    walk.read(MESSAGES, "Approved by you").await;
    walk.browser.until_there(IN_THE_GROUP).await;
}

async fn warned_and_extended(walk: &mut Told) {
    walk.browser.until_step(5).await;
    walk.person("Alice").await;
    walk.read(MESSAGES, "Active until").await;
    walk.press(TWO_HOURS, "+2 h").await;
    walk.press("[data-advance='1800']", "+30 min").await;
    walk.read(MESSAGES, "Ends …: Production Database, Read-Write.").await;
    walk.browser.until_step(6).await;
    walk.press("#messages [data-action='extend']", "Extend…").await;
    walk.browser.until_text("#modal", "3 h 45 min in total").await;
    walk.browser.until_text("#modal", "More than 2 hours at a stretch").await;
    walk.browser.write("#input-justification", "The index is still building").await;
    walk.press(SUBMIT, "Ask for more time").await;
    walk.read(MESSAGES, "asked, waiting for @Bob Stone or @Dana Fox").await;
}

async fn agreed_and_returned(walk: &mut Told) {
    walk.browser.until_step(7).await;
    walk.person("Bob").await;
    walk.press(APPROVE, "Approve").await;
    walk.browser.click("#confirm-yes").await;
    walk.read(MESSAGES, "Now waiting for @Carol Diaz or @Nora Quinn").await;
    walk.browser.until_step(8).await;
    walk.person("Carol").await;
    walk.press(APPROVE, "Approve").await;
    walk.browser.click("#confirm-yes").await;
    walk.read(MESSAGES, "Kept until").await;
    walk.browser.until_step(9).await;
    walk.person("Alice").await;
    walk.read(MESSAGES, "Extended until …: Production Database, Read-Write.").await;
    walk.browser.until_there(IN_THE_GROUP).await;
    walk.press("#messages [data-action='return']", "Return access").await;
    walk.browser.click("#confirm-yes").await;
    walk.read(MESSAGES, "You returned this access").await;
    walk.browser.until_gone(IN_THE_GROUP).await;
}

async fn taken_and_reviewed(walk: &mut Told) {
    walk.browser.until_step(10).await;
    walk.send("/jit emergency").await;
    walk.choose("prod-db/rw", "Read-Write").await;
    walk.read("#modal", "@Bob Stone, @Dana Fox and soc are told now, with your words.").await;
    walk.browser.write("#input-justification", "Orders fail since noon").await;
    walk.press(SUBMIT, "Take access now").await;
    walk.read(MESSAGES, "Break-glass: active until").await;
    walk.browser.until_there(IN_THE_GROUP).await;
    walk.browser.until_step(11).await;
    walk.person("Carol").await;
    walk.read(MESSAGES, "@Alice Martin took Production Database · Read-Write by break-glass").await;
    walk.press("#messages [data-action='sign_review']", "Sign review…").await;
    walk.browser.write("#input-note", "She restarted the queue").await;
    walk.press(SUBMIT, "Sign review").await;
    walk.read(MESSAGES, "Reviewed by you").await;
    walk.person("Alice").await;
    walk.read(MESSAGES, "Reviewed by @Carol Diaz").await;
}

async fn frozen(walk: &mut Told) {
    walk.browser.until_step(12).await;
    walk.person("Carol").await;
    walk.send("/jit admin freeze").await;
    walk.read(MESSAGES, "Granting is frozen: nothing is opened until /jit admin unfreeze.").await;
    walk.browser.until_step(13).await;
    walk.person("Dana").await;
    walk.send("/jit staging/admin 1h Try the new build").await;
    walk.read(MESSAGES, "Approved. It waits: nothing is opened at the moment").await;
    walk.browser.until_gone(ON_STAGING).await;
    walk.browser.until_step(14).await;
    walk.person("Carol").await;
    walk.send("/jit admin unfreeze").await;
    walk.browser.until_there(ON_STAGING).await;
    walk.person("Dana").await;
    walk.read(MESSAGES, "Active until").await;
}
