//! The Home tab: what one sees there, what one does there, and that it is always how things stand.

use insta::assert_snapshot;
use serde_json::{Value, json};
use world::{Company, Fault, Press, What};

use crate::house::{ALICE, ASKED, BOB, CAROL, DANA, EXPIRED, HELD, House, Told};

/// A guest.
const ERIN: &str = "U0ERIN";

/// Opens somebody's Home tab, and waits until it shows this.
async fn open(house: &House, who: &str, part: &str) -> String {
    assert!(house.world.open_home(who).await.unwrap().acked);
    shows(house, who, part).await
}

/// Waits until somebody's Home tab shows this.
async fn shows(house: &House, who: &str, part: &str) -> String {
    house.world.until_home(who, part).await;
    house.world.seen_home(who).unwrap()
}

/// Presses something on somebody's Home tab.
async fn press(house: &House, who: &str, press: impl Into<Press>) -> Option<String> {
    let clicked = house.world.click_in_home(who, press).await.unwrap();
    assert!(!clicked.timed_out, "{clicked:?}");
    clicked.confirm
}

/// What the open form, or notice, says.
async fn notice(house: &House, who: &str, part: &str) -> String {
    house.world.until_view(who, part).await;
    house.world.seen_view(who).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_opens_it_for_the_first_time_reads_how_it_works_and_asks_from_there() {
    let house = House::open().await;
    assert_snapshot!(open(&house, ALICE, "As of").await, @"
    [Request access]
    You hold no temporary access. Ask for some, use it, and it ends by itself.
    As of today at 14:40. Reopen this tab to refresh.
    ");
    press(&house, ALICE, "request_access").await;
    house.world.until_view(ALICE, "Choose an access to see").await;
    let sent = house.fill_and_send(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    assert!(sent.is_closed(), "{sent:?}");
    assert_snapshot!(shows(&house, ALICE, "waiting for").await, @"
    [Request access]
    ## Your requests (1)
    ⏳ Production Database · Read-Write · 2 hours · waiting for @Bob Stone or @Dana Fox · R-1
    [Cancel request]
    As of today at 14:40. Reopen this tab to refresh.
    ");
    house.finish(&[], &[ASKED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_approved_on_it_and_everyones_tab_follows_to_the_end() {
    let house = House::open().await;
    for who in [ALICE, BOB, DANA, CAROL] {
        open(&house, who, "As of").await;
    }
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    assert_snapshot!(shows(&house, BOB, "Waiting for you (1)").await, @"
    [Request access]
    ## Waiting for you (1)
    @Alice Martin asks for Production Database · Read-Write
    2 hours, asked today at 14:40, closes tomorrow at 14:40
    │ Stuck migration, INC-42
    1. You or @Dana Fox, now: owners of Production Database
    [Approve] [Approve for less…] [Deny…]
    As of today at 14:40. Reopen this tab to refresh.
    ");
    let confirm = press(&house, BOB, "approve").await;
    assert_snapshot!(confirm.unwrap(), @"Approve this access? / Alice Martin gets Production Database · Read-Write (high sensitivity) for 2 hours. / [Approve] [Back]");
    assert_snapshot!(shows(&house, ALICE, "2 hours left").await, @"
    [Request access]
    ## Your access (1)
    🟢 Production Database · Read-Write · 2 hours left, until today at 16:40 · R-1
    [Extend…] [Return access]
    As of today at 14:40. Reopen this tab to refresh.
    ");
    assert_snapshot!(shows(&house, DANA, "Access to what you own").await, @"
    [Request access]
    ## Access to what you own (1)
    @Alice Martin · Production Database · Read-Write
    until today at 10:40 · R-1 [Revoke…]
    As of today at 08:40. Reopen this tab to refresh.
    ");
    assert_snapshot!(shows(&house, CAROL, "All active access (1)").await, @"
    [Request access]
    ## All active access (1)
    @Alice Martin · Production Database · Read-Write
    until today at 15:40 · R-1 [Revoke…]
    As of today at 13:40. Reopen this tab to refresh.
    ");
    let bobs = shows(&house, BOB, "Access to what you own").await;
    assert!(!bobs.contains("Waiting for you"), "{bobs}");
    // An hour before the end the time left is drawn anew.
    house.advance(60);
    shows(&house, ALICE, "1 hour left").await;
    house.advance(60);
    house.until_expired(ALICE).await;
    assert_snapshot!(shows(&house, ALICE, "Recently ended").await, @"
    [Request access]
    ## Recently ended
    Production Database · Read-Write · ended as planned today at 16:40
    [Ask again]
    As of today at 16:40. Reopen this tab to refresh.
    ");
    let owners = shows(&house, BOB, "You hold no temporary access").await;
    assert!(!owners.contains("Alice"), "{owners}");
    house.finish(&[], &[EXPIRED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn access_is_returned_and_a_request_withdrawn_on_it() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.ask(ALICE, "staging/admin", "45m", "Rollout").await;
    open(&house, ALICE, "Your requests (1)").await;
    press(&house, ALICE, "cancel").await;
    shows(&house, ALICE, "withdrawn").await;
    let removal = house.world.fault(Fault::okta("DELETE *", What::Hang).until_lifted());
    let confirm = press(&house, ALICE, "return").await;
    assert_snapshot!(confirm.unwrap(), @"Return this access? / Production Database · Read-Write ends at once. To get it back you ask again. / [Return access] [Keep it]");
    // At once, whatever Okta does.
    assert_snapshot!(shows(&house, ALICE, "ending access in Okta").await, @"
    [Request access]
    ## Your access (1)
    ⏳ Production Database · Read-Write · ending access in Okta · R-1
    ## Recently ended
    Staging · Admin · withdrawn today at 14:40
    [Ask again]
    As of today at 14:40. Reopen this tab to refresh.
    ");
    house.world.lift(removal);
    assert_snapshot!(shows(&house, ALICE, "returned").await, @"
    [Request access]
    ## Recently ended
    Production Database · Read-Write · returned today at 14:40
    [Ask again]
    Staging · Admin · withdrawn today at 14:40
    [Ask again]
    As of today at 14:40. Reopen this tab to refresh.
    ");
    // A tab from before: Slack may show it for a while longer.
    let old = json!({ "type": "button", "action_id": "return", "block_id": "home:R-1", "value": "R-1" });
    forge(&house, ALICE, old).await;
    assert_snapshot!(notice(&house, ALICE, "returned this").await, @"
    # Not done
    You returned this today 14:40. Nothing more to do.
    [Close]
    ");
    let told: &[Told] = &[
        (ALICE, "You returned this access"),
        (ALICE, "Open until today at 16:40"),
        (ALICE, "You withdrew this request"),
        (BOB, "Approved by you"),
        (DANA, "Approved by @Bob Stone"),
        (BOB, "Withdrawn by @Alice Martin"),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_denied_on_it_with_a_reason() {
    let house = House::open().await;
    open(&house, BOB, "As of").await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    shows(&house, BOB, "Waiting for you (1)").await;
    press(&house, BOB, "deny").await;
    house.world.until_view(BOB, "asks for Production Database").await;
    house.world.fill(BOB, "reason", "reason", "Use the replica").await.unwrap();
    let sent = house.world.submit(BOB).await.unwrap();
    assert!(sent.is_closed(), "{sent:?}");
    shows(&house, BOB, "You hold no temporary access").await;
    house.world.until_message(ALICE, "Denied by").await;
    let told: &[Told] =
        &[(ALICE, "Denied by @Bob Stone"), (ALICE, "Denied: "), (BOB, "Denied by you"), (DANA, "Denied by @Bob Stone")];
    house.finish(&[], &[told]).await;
}

/// A press on somebody's Home tab that it does not show, or not any more.
async fn forge(house: &House, who: &str, action: Value) {
    let clicked = house.world.forge_click_in_home(who, action).await;
    assert!(!clicked.timed_out, "{clicked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_decided_on_a_tab_that_does_not_show_it() {
    let mut house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    let card = house.world.until_message(BOB, "asks for").await;
    let block = card.blocks.iter().find(|block| block["type"] == "actions").unwrap();
    let approve = json!({ "type": "button", "action_id": "approve", "block_id": block["block_id"], "value": "R-1" });
    let deny = json!({ "type": "button", "action_id": "deny", "block_id": block["block_id"], "value": "R-1" });
    // Whoever is asked may be looking at their tab: it is drawn without having been opened, and other terms do not
    // count on it.
    shows(&house, BOB, "Waiting for you (1)").await;
    let other = json!({ "type": "button", "action_id": "approve", "block_id": "decide:0123456789ab", "value": "R-1" });
    forge(&house, BOB, other).await;
    assert_snapshot!(notice(&house, BOB, "Not done").await, @"
    # Not done
    This tab has changed, or is older than the bot's last start, so nothing was done. It is drawn anew: look again, then decide.
    [Close]
    ");
    house.world.close_view(BOB).await.unwrap();
    // Nor does anybody else's press.
    for press in [&approve, &deny] {
        forge(&house, CAROL, press.clone()).await;
        notice(&house, CAROL, "look again").await;
        house.world.close_view(CAROL).await.unwrap();
    }
    // After a restart the tab is drawn anew by itself, and counts.
    house.stop().await;
    let drawn = house.world.home(BOB).unwrap().hash;
    house.start().await;
    house.world.until("Bob's tab is drawn anew", |state| (state.slack.homes[BOB].hash != drawn).then_some(())).await;
    house.world.until("Alice has one too", |state| state.slack.homes.get(ALICE).map(drop)).await;
    press(&house, BOB, "approve").await;
    house.world.until_message(ALICE, "Active until").await;
    // Too late, on the tab as it was.
    forge(&house, DANA, approve).await;
    assert_snapshot!(notice(&house, DANA, "Not done").await, @"
    # Not done
    Bob Stone approved this today 14:40 Paris time (UTC+1), before your click. Nothing changed.
    [Close]
    ");
    house.finish(&[("00gPRODRW", "00uALICE")], &[HELD]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_be_served_reads_why_and_finds_nothing_to_press() {
    let house = House::open().await;
    assert_snapshot!(open(&house, ERIN, "Only full members").await, @"
    Only full members of Acme can request access here. Ask the member you work with, or Carol Diaz.
    As of today at 14:40. Reopen this tab to refresh.
    ");
    house.finish(&[], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overtaken_drawing_is_drawn_again() {
    let house = House::open().await;
    open(&house, ALICE, "As of").await;
    let before = house.world.home(ALICE).unwrap();
    // Somebody else draws over it: an older run of the program that is not quite gone.
    house.world.change(|state| {
        let view = state.slack.homes.get_mut(ALICE).unwrap();
        view.hash = "1700000000.overtaken".to_owned();
    });
    house.ask(ALICE, "staging/admin", "45m", "Rollout").await;
    shows(&house, ALICE, "waiting for @Bob Stone").await;
    assert_ne!(house.world.home(ALICE).unwrap().hash, before.hash);
    let drawn = house.world.calls_to(world::Vendor::Slack, "views.publish");
    assert!(drawn.iter().any(|call| call.error.as_deref() == Some("hash_conflict")), "{drawn:#?}");
    house.finish(&[], &[&[(ALICE, "Waiting for @Bob Stone"), (BOB, "asks for Staging · Admin")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_drawn_while_okta_hangs_and_more_of_it_once_okta_answers() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    let hangs = house.world.fault(Fault::okta("GET *", What::Hang).until_lifted());
    let own = open(&house, CAROL, "As of").await;
    assert!(!own.contains("All active"), "{own}");
    house.world.lift(hangs);
    shows(&house, CAROL, "All active access (1)").await;
    house.finish(&[("00gPRODRW", "00uALICE")], &[HELD]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_drawn_while_nobody_can_be_looked_up_and_slack_is_asked_no_more_than_it_takes() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    let down = house.world.fault(Fault::okta("GET *", What::Html { code: 503 }).until_lifted());
    let full = Fault::slack("views.publish", What::RateLimited { reset_in_secs: 1 });
    let full = house.world.fault(full.times(1));
    let own = open(&house, CAROL, "As of").await;
    assert!(!own.contains("All active"), "{own}");
    house.world.until_called(full).await;
    house.world.lift(down);
    shows(&house, CAROL, "All active access (1)").await;
    house.finish(&[("00gPRODRW", "00uALICE")], &[HELD]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_decisions_on_tabs_the_second_is_told_in_a_message_what_happened() {
    let house = House::open().await;
    for who in [BOB, DANA] {
        open(&house, who, "As of").await;
    }
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    for who in [BOB, DANA] {
        shows(&house, who, "Waiting for you (1)").await;
    }
    // Both press before it is known who either of them is.
    let slow = house.world.fault(Fault::okta("GET *", What::Hang).until_lifted());
    press(&house, BOB, "approve").await;
    shows(&house, BOB, "Checking").await;
    press(&house, DANA, "approve").await;
    shows(&house, DANA, "Checking").await;
    house.world.lift(slow);
    house.world.until_message(ALICE, "Active until").await;
    assert_snapshot!(house.sees(DANA, "did not count").await, @"
    Your decision did not count
    @Alice Martin · Production Database · Read-Write
    Bob Stone approved this today 14:40 Paris time (UTC+1), before your click. Nothing changed.
    R-1
    ");
    let told: &[Told] = &[(DANA, "did not count")];
    house.finish(&[("00gPRODRW", "00uALICE")], &[HELD, told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_can_be_served_no_more_decides_nothing_on_it() {
    let mut house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    shows(&house, BOB, "Waiting for you (1)").await;
    house.stop().await;
    house.world.change(|state| {
        let bob = state.people.iter_mut().find(|person| person.slack_id() == BOB).unwrap();
        bob.okta.as_mut().unwrap().status = "SUSPENDED".into();
    });
    house.start().await;
    assert_snapshot!(shows(&house, BOB, "suspended").await, @"
    Your Okta account is suspended. Ask Carol Diaz to mend that, then ask again.
    As of today at 14:40. Reopen this tab to refresh.
    ");
    house.finish(&[], &[ASKED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_turned_on_it() {
    let house = House::open().await;
    for level in ["prod-db/rw", "prod-db/debug"] {
        for who in [ALICE, DANA] {
            house.ask(who, level, "2h", &format!("{who} needs {level}")).await;
        }
    }
    for who in [ALICE, DANA, CAROL] {
        house.ask(who, "staging/admin", "45m", &format!("{who} rolls out")).await;
    }
    let first = open(&house, BOB, "Waiting for you (7)").await;
    assert!(first.contains("[Show 2 more]") && !first.contains("[First"), "{first}");
    press(&house, BOB, "page").await;
    let second = shows(&house, BOB, "[First 5]").await;
    assert!(second.contains("U0CAROL rolls out") && !second.contains("needs prod-db/rw"), "{second}");
    // A denial that was begun here counts, though its row moves to another page meanwhile.
    press(&house, BOB, Press::value("deny", "R-7")).await;
    house.world.until_view(BOB, "Why not").await;
    let card = house.world.until_message(BOB, "U0ALICE rolls out").await;
    house.world.press(BOB, &card, "approve").await.unwrap();
    shows(&house, BOB, "Waiting for you (6)").await;
    house.world.fill(BOB, "reason", "reason", "Not on a Friday").await.unwrap();
    assert!(house.world.submit(BOB).await.unwrap().is_closed());
    let left = shows(&house, BOB, "Waiting for you (5)").await;
    assert!(left.contains("U0DANA rolls out") && !left.contains("[First"), "{left}");
    house.settle().await;
    for (user, _) in house.world.unread() {
        house.world.read(&user);
    }
    house.finish(&[("00gSTAGING", "00uALICE")], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_between_others_leads_both_ways() {
    let mut house = House::closed(Company::acme()).await;
    house.write_catalogue(&levels(11));
    house.start().await;
    for level in 0..11 {
        house.ask_in_vain(ALICE, &format!("staging/l{level}"), "45m", &format!("Rollout {level}.")).await;
        house.world.until_message(BOB, &format!("Rollout {level}.")).await;
    }
    open(&house, BOB, "Waiting for you (11)").await;
    press(&house, BOB, "page").await;
    let middle = shows(&house, BOB, "[First 5]").await;
    assert!(middle.contains("[Show 1 more]"), "{middle}");
    press(&house, BOB, Press::value("page", "waiting:10")).await;
    let last = shows(&house, BOB, "Rollout 10.").await;
    assert!(last.contains("[First 5]") && !last.contains("more]"), "{last}");
    house.settle().await;
    for (user, _) in house.world.unread() {
        house.world.read(&user);
    }
    house.finish(&[], &[]).await;
}

/// So many levels of one application.
fn levels(count: usize) -> String {
    let level = |number: usize| {
        format!(
            r#"
  [[application.entitlement]]
  id           = "l{number}"
  name         = "Level {number}"
  okta_group   = "00gSTAGING"
  sensitivity  = "low"
  approval     = ["owner"]
  max_duration = "8h"
  requesters   = ["everyone"]
  shares_group = true
"#
        )
    };
    let levels: String = (0..count).map(level).collect();
    format!("[[application]]\nid = \"staging\"\nname = \"Staging\"\nowners = [\"bob@acme.example\"]\n{levels}")
}

#[tokio::test(flavor = "multi_thread")]
async fn in_custody_it_says_so_and_what_is_held_is_returned_on_it() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.ask(DANA, "prod-db/rw", "1h", "INC-77").await;
    house.stop().await;
    house.write_catalogue("[[application]]\nid = \"prod-db\"\nowners = [");
    house.start().await;
    house.world.until_message(CAROL, "Jitney only ends access at the moment").await;
    assert_snapshot!(open(&house, ALICE, "Jitney only ends").await, @"
    Jitney only ends access at the moment; nothing can be asked for or decided. Ask Carol Diaz. Access still ends on time.
    ## Your access (1)
    🟢 Production Database · Read-Write · 2 hours left, until today at 16:40 · R-1
    [Return access]
    As of today at 14:40. Reopen this tab to refresh.
    ");
    // Without being opened: what stood there before the start offers what cannot be done now.
    assert_snapshot!(shows(&house, BOB, "Jitney only ends").await, @"
    Jitney only ends access at the moment; nothing can be asked for or decided. Ask Carol Diaz. Access still ends on time.
    As of today at 14:40. Reopen this tab to refresh.
    ");
    press(&house, ALICE, "return").await;
    shows(&house, ALICE, "returned").await;
    house.stop().await;
    house.write_catalogue(crate::house::CATALOGUE);
    house.start().await;
    // Whoever something open concerns is shown how things stand, without doing anything.
    shows(&house, BOB, "[Approve]").await;
    shows(&house, DANA, "waiting for @Bob Stone").await;
    let told: &[Told] = &[
        (ALICE, "You returned this access"),
        (ALICE, "Open until today at 16:40"),
        (BOB, "Approved by you"),
        (DANA, "Approved by @Bob Stone"),
        (DANA, "Waiting for @Bob Stone"),
        (BOB, "asks for Production Database · Read-Write"),
        (CAROL, "Jitney only ends access"),
    ];
    house.finish(&[], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shortcut_opens_the_form_wherever_one_is() {
    let house = House::open().await;
    let used = house.world.shortcut(ALICE, "request_access").await.unwrap();
    assert!(!used.timed_out, "{used:?}");
    house.world.until_view(ALICE, "Choose an access to see").await;
    assert!(house.fill_and_send(ALICE, "staging/admin", "45m", "Rollout").await.is_closed());
    house.world.until_message(BOB, "Rollout").await;
    house.finish(&[], &[&[(ALICE, "Waiting for @Bob Stone"), (BOB, "asks for Staging · Admin")]]).await;
}
