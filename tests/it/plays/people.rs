//! Whom the bot serves.

use crate::house::{BOB, DANA, House};

#[tokio::test(flavor = "multi_thread")]
async fn everyone_who_cannot_be_served_is_told_why_and_what_to_do() {
    let house = House::open().await;
    for (who, sentence) in [
        ("U0GUS", "No Okta account has your Slack e-mail, gus@acme.example."),
        ("U0HANA", "Two Okta accounts match hana@acme.example"),
        ("U0IVY", "Your Okta account is suspended."),
        ("U0ERIN", "Only full members can request access here."),
    ] {
        house.world.slash(who, "/jit", "staging/admin 45m Please").await.unwrap();
        let card = house.world.until_message(who, sentence).await;
        assert!(house.world.seen(&card).contains("Ask"), "{}", house.world.seen(&card));
    }
    assert_eq!(house.world.messages(BOB).len(), 0, "nobody was asked");
    house.read_all();
    house.finish(&[]).await;
}

/// Somebody's account changes, and they ask.
async fn asked_after(change: fn(&mut world::SlackAccount)) -> House {
    let house = House::open().await;
    house.world.change(|state| {
        let dana = state.people.iter_mut().find(|person| person.slack_id() == DANA).unwrap();
        change(dana.slack.as_mut().unwrap());
    });
    house.world.slash(DANA, "/jit", "staging/admin 45m Please").await.unwrap();
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_other_workspaces_are_not_served() {
    let house = asked_after(|account| account.team_id = Some("T0OTHER".into())).await;
    house.world.until_message(DANA, "Only full members").await;
    assert_eq!(house.world.messages(BOB).len(), 0, "nobody was asked");
    house.read_all();
    house.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_slack_does_not_vouch_for_is_none() {
    let house = asked_after(|account| account.email_confirmed = false).await;
    house.world.until_message(DANA, "no confirmed e-mail").await;
    house.read_all();
    house.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bots_and_strangers_are_refused_on_record_though_nobody_can_tell_them() {
    let changes: [(_, fn(&mut world::SlackAccount)); 2] =
        [("bot", |account| account.bot = true), ("stranger", |account| account.stranger = true)];
    for (unfit, change) in changes {
        let mut house = asked_after(change).await;
        let journal = house.journal();
        // Slack opens no conversation with them; that it was tried comes after the refusal is on record.
        let tried = async {
            while house.world.calls_to(world::Vendor::Slack, "conversations.open").is_empty() {
                tokio::task::yield_now().await;
            }
        };
        jitney::clock::timeout(world::PATIENCE, tried).await.unwrap();
        house.stop().await;
        assert!(std::fs::read_to_string(journal).unwrap().contains(&format!(r#""unfit":"{unfit}""#)));
        house.read_all();
        house.finish(&[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requester_deactivated_before_the_grant_is_not_granted() {
    let house = House::open().await;
    house.ask(crate::house::ALICE, "prod-db/rw", "2h", "INC-42").await;
    let card = house.world.until_message(BOB, "asks for").await;
    house.world.change(|state| {
        let alice = state.people.iter_mut().find(|person| person.slack_id() == crate::house::ALICE).unwrap();
        alice.okta.as_mut().unwrap().status = "SUSPENDED".into();
    });
    house.world.press(BOB, &card, "approve").await.unwrap();
    house.world.until_message(crate::house::ALICE, "Your Okta account was not active").await;
    house.world.until_message(crate::house::ALICE, "Could not be opened").await;
    assert_eq!(house.world.writes().len(), 0);
    house.read_all();
    house.finish(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_decides_for_themselves() {
    let house = House::open().await;
    house.world.slash(BOB, "/jit", "staging/admin 45m Rollout").await.unwrap();
    house.world.until_message(BOB, "Nobody is left who could approve this").await;
    house.world.slash(BOB, "/jit", "prod-db/rw 45m Rollout").await.unwrap();
    house.world.until_message(DANA, "asks for").await;
    let own = house.world.until_message(BOB, "Waiting for").await;
    assert!(!house.world.seen(&own).contains("[Approve]"));
    house.read_all();
    house.finish(&[]).await;
}
