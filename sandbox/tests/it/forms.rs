//! Forms: what is typed outlives redraws and reloads, the keyboard is enough, and what is searched is found.

use std::fmt::Write as _;

use serde_json::json;

use crate::{
    hands::{open, open_with},
    mouse::Key,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_in_the_middle_of_a_form_keeps_person_conversation_and_what_was_typed() {
    let Some((_sandbox, mut browser)) = open().await else { return };
    browser.become_person("U0DANA").await;
    browser.tab("audit").await;
    browser.slash("/jit").await;
    browser.pick("#input-entitlement", "staging/admin").await;
    browser.until_text("#modal", "Nobody needs to approve: rule oncall-staging").await;
    browser.write("#input-justification", "Half a sen").await;
    browser.reload().await;
    browser.until_there("[data-user='U0DANA'][aria-current]").await;
    browser.until_there("[data-tab='audit'][aria-current]").await;
    browser.until("document.querySelector('#modal').open").await;
    assert_eq!(browser.eval("document.querySelector('#input-entitlement').value").await, "staging/admin");
    assert_eq!(browser.eval("document.querySelector('#input-justification').value").await, "Half a sen");
    browser.click("#modal-close").await;
    browser.until("!document.querySelector('#modal').open").await;
    browser.reload().await;
    browser.until_there("[data-tab='audit'][aria-current]").await;
    assert_eq!(browser.eval("document.querySelector('#modal').open").await, false);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_typed_or_read_outlives_a_redraw() {
    let Some((sandbox, mut browser)) = open().await else { return };
    browser.click("#lines [data-seq='1'] summary").await;
    browser.slash("/jit").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn the_request_form_is_walked_by_keyboard_alone() {
    let Some((_sandbox, mut browser)) = open().await else { return };
    // The menu: open, into it, out again by Escape, and chosen.
    browser.tab_to("#shortcuts-button").await;
    browser.key(Key::Enter).await;
    browser.until("document.activeElement.role === 'menuitem'").await;
    browser.key(Key::Escape).await;
    assert_eq!(browser.focused().await, "shortcuts-button");
    browser.tab_to("#command").await;
    browser.key(Key::Enter).await;
    browser.until("document.activeElement.id === 'input-entitlement'").await;
    // What the form covers is never come to; what stands beside it is.
    browser.tab_back_to("[data-user='U0BOB']").await;
    browser.tab_to("#input-entitlement").await;
    browser.down_until("#modal", "owner").await;
    browser.tab_to("#input-custom_duration").await;
    browser.type_in("99 parsecs").await;
    browser.tab_to("#input-justification").await;
    browser.type_in("By keyboard").await;
    browser.tab_to("#modal-submit").await;
    browser.key(Key::Enter).await;
    // The fault is said, and the focus is where it is mended.
    browser.until("document.activeElement.id === 'input-custom_duration'").await;
    browser.until_there("#input-custom_duration[aria-invalid][aria-describedby*='error']").await;
    browser.eval("document.activeElement.select()").await;
    browser.type_in("90m").await;
    browser.key(Key::Enter).await;
    browser.until_text("#modal", "The 1 h 30 min start").await;
    assert_eq!(browser.focused().await, "input-custom_duration", "the focus outlives the redraw of its field");
    browser.tab_to("#modal-submit").await;
    browser.key(Key::Enter).await;
    browser.until("!document.querySelector('#modal').open").await;
    browser.until_text("#messages", "By keyboard").await;
    // A button that is pressed is gone with the redraw, and its message has the focus.
    browser.until("document.activeElement.id === 'command'").await;
    browser.tab_back_to("#messages [data-action='cancel']").await;
    browser.key(Key::Enter).await;
    browser.until_text("#messages", "You withdrew this request").await;
    browser.until("document.activeElement.matches('#messages article')").await;
    browser.tab_to("#command").await;
    browser.key(Key::Enter).await;
    browser.until("document.querySelector('#modal').open").await;
    browser.key(Key::Escape).await;
    browser.until("!document.querySelector('#modal').open").await;
    // The focus comes back to where the form was opened from.
    browser.until("document.activeElement.id === 'command'").await;
    browser.close().await;
}

/// More levels than a select can hold, as a catalogue.
fn many() -> String {
    let mut catalogue =
        "[[application]]\nid = \"fleet\"\nname = \"Fleet\"\nowners = [\"bob@acme.example\"]\n".to_owned();
    for number in 1..=120 {
        let _ = write!(
            catalogue,
            "[[application.entitlement]]\nid = \"host{number}\"\nname = \"Host {number}\"\nokta_group = \"00gSTAGING\"\n\
             sensitivity = \"low\"\napproval = [\"owner\"]\nmax_duration = \"8h\"\nrequesters = [\"everyone\"]\n\
             shares_group = true\n"
        );
    }
    catalogue
}

#[tokio::test(flavor = "multi_thread")]
async fn among_many_levels_one_searches() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("many.toml");
    std::fs::write(&file, many()).unwrap();
    let Some((_sandbox, mut browser)) = open_with(&["--catalogue", file.to_str().unwrap()]).await else { return };
    browser.slash("/jit").await;
    browser.write("#input-entitlement", "host 117").await;
    browser.until_text("#modal [role='option']", "Host 117").await;
    browser.until_text("#modal .offers-label", "Fleet").await;
    assert_eq!(browser.eval("document.activeElement.getAttribute('aria-expanded')").await, "true");
    browser.key(Key::Enter).await;
    browser.until_text("#modal", "owner of Fleet").await;
    assert!(browser.eval("document.querySelector('#input-entitlement').value").await.as_str().unwrap().contains("117"));
    browser.write("#input-justification", "Found by search").await;
    browser.send_form().await;
    browser.until_text("#messages", "Fleet · Host 117").await;
    browser.close().await;
}
