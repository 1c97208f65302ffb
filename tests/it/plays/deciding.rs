//! Who decides, and what becomes of decisions that come late, twice, or from the wrong hands.

use serde_json::json;
use world::{Fault, Vendor, What};

use crate::house::{ALICE, ASKED, BOB, CAROL, DANA, HELD, House, PROD_RW};

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_closes_every_card_and_is_shown_to_whoever_is_asked_again() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    house.press(BOB, "asks for", "deny").await;
    house.world.until_view(BOB, "Why not").await;
    let blank = house.world.submit(BOB).await.unwrap();
    assert!(!blank.is_closed(), "a denial needs a reason: {blank:?}");
    house.world.fill(BOB, "reason", "reason", "Use the read replica").await.unwrap();
    assert!(house.world.submit(BOB).await.unwrap().is_closed());
    house.world.until_message(ALICE, "Denied by @Bob Stone").await;
    let own = house.world.until_message(ALICE, "Use the read replica").await;
    let dana = house.world.until_message(DANA, "Denied by @Bob Stone").await;
    assert!(!house.world.seen(&dana).contains("replica"), "no reason on others' cards");
    assert!(!house.world.seen(&own).contains('['), "a decided card has no buttons");
    house.world.until_message(ALICE, "Denied: Production Database, Read-Write.").await;
    house.world.until_message(BOB, "Denied by you").await;
    house.ask(ALICE, "prod-db/rw", "1h", "The replica lags").await;
    house.world.until_message(DANA, "asked again").await;
    house.world.until_message(BOB, "asked again").await;
    house
        .finish(
            &[],
            &[
                ASKED,
                &[
                    (ALICE, "Denied by @Bob Stone"),
                    (ALICE, "Denied: "),
                    (BOB, "Denied by you"),
                    (DANA, "Denied by @Bob Stone"),
                ],
            ],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_racing_decisions_the_first_wins_and_the_other_is_told() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    let bob = house.world.until_message(BOB, "asks for").await;
    let dana = house.world.until_message(DANA, "asks for").await;
    let (first, second) =
        tokio::join!(house.world.press_stale(BOB, &bob, "approve"), house.world.press_stale(DANA, &dana, "approve"));
    assert!(!first.unwrap().timed_out && !second.unwrap().timed_out);
    house.world.until_member(PROD_RW, "00uALICE").await;
    house.world.until_message(ALICE, "Open until").await;
    let told = house
        .world
        .until("one of the two was told", |state| {
            let notes = state.slack.ephemerals.iter();
            notes.filter(|note| note.text.contains("before your click")).map(|note| note.text.clone()).next()
        })
        .await;
    assert!(told.contains("approved this today"), "{told}");
    let adds = house.world.writes().len();
    assert_eq!(adds, 1, "one addition");
    let (winner, loser) = if told.starts_with("Bob") { (BOB, DANA) } else { (DANA, BOB) };
    let told: &[_] = &[
        (ALICE, "🟢 Active until"),
        (ALICE, "Open until"),
        (winner, "Approved by you"),
        (loser, if winner == BOB { "Approved by @Bob Stone" } else { "Approved by @Dana Fox" }),
        (loser, "before your click"),
    ];
    house.finish(&[(PROD_RW, "00uALICE")], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_approval_and_a_denial_that_race_one_counts_and_the_other_is_told() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    let dana = house.world.until_message(DANA, "asks for").await;
    house.press(BOB, "asks for", "deny").await;
    house.world.until_view(BOB, "Why not").await;
    house.world.fill(BOB, "reason", "reason", "Use the read replica").await.unwrap();
    let (denied, approved) = tokio::join!(house.world.submit(BOB), house.world.press_stale(DANA, &dana, "approve"));
    assert!(!approved.unwrap().timed_out);
    house.settle().await;
    // Both may have been taken; they are judged in the order in which they came.
    let taken = denied.unwrap().is_closed();
    let late = "before your click";
    if house.world.writes().is_empty() {
        assert!(taken, "neither counts");
        let denial: &[_] = &[
            (ALICE, "Denied by @Bob Stone"),
            (ALICE, "Denied: "),
            (BOB, "Denied by you"),
            (DANA, "Denied by @Bob Stone"),
            (DANA, late),
        ];
        return house.finish(&[], &[denial]).await;
    }
    if !taken {
        house.world.until_view(BOB, "Dana Fox approved this today").await;
        house.world.close_view(BOB).await.unwrap();
    }
    let approval: &[_] =
        &[(ALICE, "🟢 Active until"), (ALICE, "Open until"), (BOB, "Approved by @Dana Fox"), (DANA, "Approved by you")];
    let told: &[_] = if taken { &[(BOB, late)] } else { &[] };
    house.finish(&[(PROD_RW, "00uALICE")], &[told, approval]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_click_is_told_who_decided_and_changes_nothing() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    let dana = house.world.until_message(DANA, "asks for").await;
    house.press(BOB, "asks for", "approve").await;
    house.world.until_message(ALICE, "Open until").await;
    house.world.until_message(DANA, "Active until").await;
    house.settle().await;
    let redrawn = house.world.calls_to(Vendor::Slack, "chat.update").len();
    house.world.press_stale(DANA, &dana, "approve").await.unwrap();
    let told = house.world.until_ephemeral(DANA, "Bob Stone approved this today").await;
    assert!(told.blocks.iter().all(|block| block["type"] == "rich_text") && !told.blocks.is_empty(), "{told:?}");
    assert_eq!(
        house.world.calls_to(Vendor::Slack, "chat.update").len(),
        redrawn,
        "a message on record is redrawn by nobody but the engine"
    );
    house.world.press_stale(DANA, &dana, "deny").await.unwrap();
    house
        .world
        .until("two answers", |state| {
            (state.slack.ephemerals.iter().filter(|note| note.user == DANA && !note.deleted).count() == 2).then_some(())
        })
        .await;
    assert!(house.world.open_view(DANA).is_none(), "no form for what is decided");
    house.finish(&[(PROD_RW, "00uALICE")], &[HELD, &[(DANA, "before your click"), (DANA, "before your click")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_clicks_change_nothing() {
    let house = House::open().await;
    let receipt = house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    let card = house.world.until_message(BOB, "asks for").await;
    let row = card.blocks.iter().find(|block| block["type"] == "actions").unwrap()["block_id"].as_str().unwrap();
    let approve = |block: &str, value: &str| {
        json!({"type": "button", "action_id": "approve", "block_id": block, "value": value, "action_ts": "1.1",
               "text": {"type": "plain_text", "text": "Approve"}})
    };
    // The requester, on their own message, with Bob's row.
    house.world.forge_click(ALICE, &receipt.channel, &receipt.ts, approve(row, "R-1")).await;
    house.world.until_ephemeral(ALICE, "not the one on record for you").await;
    // Someone who was not asked, on Bob's card.
    house.world.forge_click(CAROL, &card.channel, &card.ts, approve(row, "R-1")).await;
    house.world.until_ephemeral(CAROL, "not the one on record for you").await;
    // Bob, with a digest of other terms, and for a request that is not there.
    house.world.forge_click(BOB, &card.channel, &card.ts, approve("decide:0123456789ab", "R-1")).await;
    house.world.until_ephemeral(BOB, "The terms changed").await;
    house.world.forge_click(BOB, &card.channel, &card.ts, approve(row, "R-999")).await;
    house.world.forge_click(BOB, &card.channel, &card.ts, approve(row, "\u{202E}R-1")).await;
    house.world.until_ephemeral(BOB, "could not be read").await;
    // Bob, with a denial's form that names Dana's card.
    let dana = house.world.until_message(DANA, "asks for").await;
    house.press(BOB, "asks for", "deny").await;
    house.world.until_view(BOB, "Why not").await;
    house.world.fill(BOB, "reason", "reason", "No").await.unwrap();
    let digest = row.trim_start_matches("decide:");
    let forged = json!({"request": "R-1", "digest": digest, "channel": dana.channel, "ts": dana.ts}).to_string();
    house.world.forge_view(BOB, |view| view.body["private_metadata"] = json!(forged)).unwrap();
    house.world.submit(BOB).await.unwrap();
    house.world.until_view(BOB, "not the one on record for you").await;
    house.world.close_view(BOB).await.unwrap();
    assert_eq!(house.world.writes().len(), 0, "nothing was added");
    house.world.until_message(ALICE, "Waiting for").await;
    house
        .finish(
            &[],
            &[
                ASKED,
                &[
                    (ALICE, "not the one on record for you"),
                    (BOB, "The terms changed"),
                    (BOB, "not the one on record for you"),
                    (BOB, "could not be read"),
                    (CAROL, "not the one on record for you"),
                ],
            ],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_no_owner_any_more_cannot_decide() {
    let mut house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    house.world.until_message(BOB, "asks for").await;
    house.stop().await;
    house
        .change_catalogue("owners = [\"bob@acme.example\", \"dana@acme.example\"]", "owners = [\"dana@acme.example\"]");
    house.start().await;
    house.press(BOB, "asks for", "approve").await;
    house
        .world
        .until_ephemeral(BOB, "You cannot decide this: you no longer own Production Database. Asked: Dana Fox.")
        .await;
    assert_eq!(house.world.writes().len(), 0);
    house.press(DANA, "asks for", "approve").await;
    house.world.until_message(ALICE, "Open until").await;
    house
        .finish(
            &[(PROD_RW, "00uALICE")],
            &[&[
                (ALICE, "🟢 Active until"),
                (ALICE, "Open until today at 16:40"),
                (BOB, "Approved by @Dana Fox"),
                (BOB, "you no longer own Production Database"),
                (DANA, "Approved by you"),
            ]],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_nobody_decides_closes_by_itself_even_while_the_bot_is_down() {
    let mut house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    house.world.until_message(BOB, "asks for").await;
    house.world.until_message(DANA, "asks for").await;
    house.stop().await;
    house.advance(24 * 60 + 1);
    house.start().await;
    house.world.until_message(ALICE, "nobody decided in 24 hours").await;
    house.world.until_message(ALICE, "You can ask again.").await;
    for owner in [BOB, DANA] {
        let card = house.world.until_message(owner, "nobody decided in 24 hours").await;
        assert!(!house.world.seen(&card).contains("[Approve]"));
    }
    house
        .finish(
            &[],
            &[&[
                (ALICE, "nobody decided in"),
                (ALICE, "nobody decided: "),
                (BOB, "nobody decided in"),
                (DANA, "nobody decided in"),
            ]],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_in_private_answers_are_never_parsed() {
    let house = House::open().await;
    let name = "*Bob* `x` :wave: <!channel> & https://evil.example";
    house.world.change(|state| {
        let bob = state.people.iter_mut().find(|person| person.slack_id() == BOB).unwrap();
        bob.name = name.into();
    });
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    let dana = house.world.until_message(DANA, "asks for").await;
    house.press(BOB, "asks for", "approve").await;
    house.world.until_message(ALICE, "Open until").await;
    house.world.press_stale(DANA, &dana, "approve").await.unwrap();
    let told = house.world.until_ephemeral(DANA, "approved this today").await;
    let element = &told.blocks[0]["elements"][0]["elements"][0];
    assert_eq!(element["type"], "text", "{told:?}");
    assert!(element["text"].as_str().unwrap().starts_with(name), "{told:?}");
    assert!(!told.text.contains("<!channel>"), "{}", told.text);
    house
        .finish(
            &[(PROD_RW, "00uALICE")],
            &[&[
                (ALICE, "🟢 Active until"),
                (ALICE, "Open until today at 16:40"),
                (BOB, "Approved by you"),
                (DANA, "Approved by @*Bob*"),
                (DANA, "approved this today 14:40 Paris time (UTC+1), before your click."),
            ]],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_reads_what_else_the_requester_holds() {
    let house = House::open().await;
    house.grant(ALICE, "staging/admin", "2h").await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    let card = house.sees(BOB, "asks for Production").await;
    assert!(card.contains("High sensitivity. Holds now: Staging · Admin until today at 16:40."), "{card}");
    house
        .finish(
            &[("00gSTAGING", "00uALICE")],
            &[ASKED, &[(ALICE, "🟢 Active until"), (ALICE, "Open until today at 16:40"), (BOB, "Approved by you")]],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_form_is_not_closed_as_if_it_was_saved() {
    let house = House::open().await;
    house.open_form(ALICE).await;
    house.world.forge_view(ALICE, |view| view.body["callback_id"] = json!("extend")).unwrap();
    let (sent, _) = house.world.submit_unchecked(ALICE).await.unwrap();
    assert!(!sent.is_closed(), "{sent:?}");
    house.world.until_view(ALICE, "could not be read, so nothing was done").await;
    house.finish(&[], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_does_not_open_is_said_where_it_was_asked_for() {
    let house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    let expired = What::SlackError { error: "expired_trigger_id".into() };
    let expired = house.world.fault(Fault::slack("views.open", expired).until_lifted());
    house.press(BOB, "asks for", "deny").await;
    house.world.until_ephemeral(BOB, "The form could not be opened").await;
    house.world.shortcut(ALICE, "request_access").await.unwrap();
    house.world.until_message(ALICE, "The form could not be opened. Type /jit again.").await;
    let typed = house.world.slash(ALICE, "/jit", "").await.unwrap();
    assert_eq!(typed.seen.as_deref(), Some("The form could not be opened. Type /jit again."));
    house.world.lift(expired);
    house
        .finish(&[], &[ASKED, &[(ALICE, "The form could not be opened"), (BOB, "The form could not be opened")]])
        .await;
}
